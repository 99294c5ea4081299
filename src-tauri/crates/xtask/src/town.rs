//! The demo's town: virtual reader, card, printer and reservation service, the hub, four windows.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    clock, steps,
    webdriver::Window,
    world::{Process, Screen, card_service, program, wait_for_port},
};

/// Control lines of the virtual card and printer.
pub(crate) const CARD_CONTROL_PORT: u16 = 35970;
const PRINTER_CONTROL_PORT: u16 = 35971;

/// Where vpcd, the driver behind the virtual reader, waits for a card.
const VPCD_PORT: u16 = 35963;

/// As in kiosk-config: the printer, the reservation service, the hub.
const PRINTER_PORT: u16 = 9100;
const RESERVATIONS_PORT: u16 = 5232;
const HUB_PORT: u16 = 8470;

/// The demo's clerk.
pub(crate) const ACCOUNT: &str = "sato";
/// Only for the demo, on loopback.
pub(crate) const PASSWORD: &str = "madoguchi-3-demo";
/// A colleague, for what two people do at the same time.
pub(crate) const COLLEAGUE: &str = "suzuki";

/// The bookings that `uketsuke-sim town` puts into the reservation service.
pub(crate) const BOOKING_NUMBERS: [&str; 3] = ["A7K2-93QF", "B4MN-58TX", "C9PR-27WD"];

/// Everything that runs during a demo; it ends with this value, windows first.
pub(crate) struct Town {
    pub(crate) folder: PathBuf,
    pub(crate) hub_address: String,
    /// Kiosk, console, board, dashboard.
    pub(crate) kiosk: Station,
    pub(crate) console: Station,
    pub(crate) board: Station,
    pub(crate) dashboard: Station,
    processes: Vec<Process>,
    visitors: std::cell::Cell<u32>,
}

/// A window of the desktop app on a screen.
pub(crate) struct Station {
    pub(crate) window: Window,
    _driver: Process,
    screen: Screen,
}

impl Station {
    /// A picture of the window, `<folder>/<name>.png`.
    pub(crate) fn picture(&self, folder: &Path, name: &str) -> Result<()> {
        self.window.drawn()?;
        self.screen.picture(&folder.join(format!("{name}.png")))
    }
}

impl Town {
    /// Starts everything, one after the other, each awaited.
    ///
    /// With `display`, the windows open on the screen the person sits at; else each on a virtual one.
    pub(crate) fn start(folder: &Path, display: Option<&str>) -> Result<Self> {
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs)?;
        let mut processes = Vec::new();
        println!("▶ the town opens");
        processes.extend(card_service(&logs)?);
        processes.push(virtual_card(&logs)?);
        processes.push(virtual_printer(folder, &logs)?);
        processes.push(reservations(folder, &logs)?);
        let data = folder.join("data");
        std::fs::create_dir_all(&data)?;
        account(&data, ACCOUNT, "佐藤", "lead")?;
        account(&data, COLLEAGUE, "鈴木", "clerk")?;
        morning(&data, &logs)?;
        processes.push(hub(&data, &logs)?);
        println!("  reader, card, printer, reservation service and hub are there");
        let station = |role, number, size| station(role, number, size, display, &data, &logs);
        Ok(Self {
            folder: folder.to_owned(),
            hub_address: format!("http://127.0.0.1:{HUB_PORT}"),
            kiosk: station("kiosk", 0, "1080x1920")?,
            console: station("console", 1, "1600x1000")?,
            board: station("board", 2, "1920x1080")?,
            dashboard: station("dashboard", 3, "1600x1500")?,
            processes,
            visitors: std::cell::Cell::new(0),
        })
    }

    /// The screen on which the kiosk's window is.
    pub(crate) fn kiosk_screen(&self) -> &str {
        &self.kiosk.screen.name
    }

    /// Fails when a part has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.processes.iter_mut().try_for_each(Process::check)
    }

    /// Somebody else takes a ticket, at another kiosk of this office.
    /// Gives the address in the slip's QR.
    pub(crate) fn somebody_comes(&self, service: &str) -> Result<String> {
        self.visitors.set(self.visitors.get() + 1);
        let token = self.token()?;
        let key = format!("00000000-0000-7000-8000-{:012}", self.visitors.get());
        let issued: Value = ureq::post(&format!("{}/api/tickets", self.hub_address))
            .header("authorization", &token)
            .header("idempotency-key", &key)
            .send_json(serde_json::json!({"service": service, "language": "ja"}))?
            .body_mut()
            .read_json()?;
        let url = issued.get("url").and_then(Value::as_str);
        Ok(url.context("the ticket has no address")?.to_owned())
    }

    /// The whole office, as the hall's boards see it.
    pub(crate) fn office(&self) -> Result<Value> {
        let url = format!("{}/api/office", self.hub_address);
        let asked = ureq::get(&url).header("authorization", &self.token()?);
        Ok(asked.call()?.body_mut().read_json()?)
    }

    /// What a device on the hub's own machine proves itself with.
    fn token(&self) -> Result<String> {
        let token = std::fs::read_to_string(self.folder.join("data/device.token"))?;
        Ok(format!("Bearer {}", token.trim()))
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn virtual_card(logs: &Path) -> Result<Process> {
    // The reader itself is not tried: whoever connects to it is taken for a card.
    let card = Process::start(
        "card",
        logs,
        Command::new(program("uketsuke-sim")).args([
            "card",
            "--vpcd",
            &loopback(VPCD_PORT).to_string(),
            "--control",
            &loopback(CARD_CONTROL_PORT).to_string(),
        ]),
    )?;
    wait_for_port("the virtual card", loopback(CARD_CONTROL_PORT))?;
    Ok(card)
}

fn virtual_printer(folder: &Path, logs: &Path) -> Result<Process> {
    let printer = Process::start(
        "printer",
        logs,
        Command::new(program("uketsuke-sim"))
            .args([
                "printer",
                "--listen",
                &loopback(PRINTER_PORT).to_string(),
                "--control",
                &loopback(PRINTER_CONTROL_PORT).to_string(),
                "--out",
            ])
            .arg(folder.join("slips")),
    )?;
    wait_for_port("the virtual printer", loopback(PRINTER_CONTROL_PORT))?;
    Ok(printer)
}

fn reservations(folder: &Path, logs: &Path) -> Result<Process> {
    let ready = folder.join("reservations.ready");
    let mut service = Process::start(
        "reservations",
        logs,
        Command::new(program("uketsuke-sim"))
            .args(["town", "--port", &RESERVATIONS_PORT.to_string(), "--tools"])
            .arg(steps::root().join("target/tools"))
            .arg("--data")
            .arg(folder.join("reservations"))
            .arg("--ready")
            .arg(&ready)
            .args(BOOKING_NUMBERS),
    )?;
    // The first time, Radicale is installed here.
    clock::wait_for("the reservation service with its bookings", 240, || {
        service.check()?;
        Ok(ready.exists().then_some(()))
    })?;
    Ok(service)
}

fn account(data: &Path, account: &str, name: &str, role: &str) -> Result<()> {
    let mut add = Command::new(program("uketsuke-hub"))
        .args(["account", "add", account, "--name", name, "--role", role])
        .arg("--config")
        .arg(steps::root().join("kiosk-config"))
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("cannot start uketsuke-hub")?;
    if let Some(mut input) = add.stdin.take() {
        writeln!(input, "{PASSWORD}")?;
    }
    ensure!(
        add.wait()?.success(),
        "the demo's account {account} was not made"
    );
    Ok(())
}

/// A morning that has gone before, so that console and dashboard have something to show.
fn morning(data: &Path, logs: &Path) -> Result<()> {
    let mut simulate = Process::start(
        "morning",
        logs,
        Command::new(program("uketsuke-sim"))
            .args(["morning", "--config"])
            .arg(steps::root().join("kiosk-config"))
            .arg("--data")
            .arg(data),
    )?;
    let status = clock::wait_for("the morning that has gone before", 60, || simulate.ended())?;
    ensure!(status.success(), "the morning could not be simulated");
    Ok(())
}

fn hub(data: &Path, logs: &Path) -> Result<Process> {
    let hub = Process::start(
        "hub",
        logs,
        Command::new(program("uketsuke-hub"))
            .arg("serve")
            .arg("--config")
            .arg(steps::root().join("kiosk-config"))
            .arg("--data")
            .arg(data)
            .args(["--listen", &loopback(HUB_PORT).to_string(), "--ui"])
            .arg(steps::root().join("ui/dist"))
            .env("UKETSUKE_BOOKINGS_PASSWORD", RESERVATIONS_PASSWORD),
    )?;
    wait_for_port("the hub", loopback(HUB_PORT))?;
    Ok(hub)
}

/// What `uketsuke-sim town` gives its reservation service for a password.
const RESERVATIONS_PASSWORD: &str = "only-on-loopback";

fn station(
    role: &'static str,
    number: u16,
    size: &str,
    display: Option<&str>,
    data: &Path,
    logs: &Path,
) -> Result<Station> {
    let screen = match display {
        Some(name) => Screen::of_the_person(name.to_owned()),
        None => Screen::virtual_of(77 + number, size, logs)?,
    };
    let port = 4444 + 2 * number;
    let driver = Process::start(
        &format!("driver-{role}"),
        logs,
        Command::new("dbus-run-session")
            .arg("--")
            .arg(steps::root().join("target/tools/bin/tauri-driver"))
            .args(["--port", &port.to_string()])
            .args(["--native-port", &(port + 1).to_string()])
            .env("DISPLAY", &screen.name)
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    )?;
    wait_for_port("the window's driver", loopback(port))?;
    let mut arguments: Vec<String> = ["--role", role, "--size", size, "--config"]
        .map(str::to_owned)
        .to_vec();
    arguments.push(steps::root().join("kiosk-config").display().to_string());
    arguments.push("--hub".to_owned());
    arguments.push(format!("http://127.0.0.1:{HUB_PORT}"));
    arguments.push("--device-token-file".to_owned());
    arguments.push(data.join("device.token").display().to_string());
    // Numbers at hand from an earlier demo's hub would be another office's.
    let own = data.with_file_name(format!("window-{role}"));
    arguments.push("--data".to_owned());
    arguments.push(own.display().to_string());
    let application = program("uketsuke").display().to_string();
    let window = Window::open(port, &application, &arguments)
        .with_context(|| format!("the {role} window does not open"))?;
    println!("  the {role} window is open");
    Ok(Station {
        window,
        _driver: driver,
        screen,
    })
}
