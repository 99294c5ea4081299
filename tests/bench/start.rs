//! Process start → first paint of the kiosk's window.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use x11rb::{
    connection::Connection,
    protocol::xproto::{ConnectionExt, ImageFormat},
    rust_connection::RustConnection,
};

use crate::{
    fixture::{Hub, open_office, program, target},
    row::{Row, percentile},
};

const STARTS: usize = 5;
const SCREEN: &str = ":91";
const WIDTH: u16 = 1080;
const HEIGHT: u16 = 1920;
const PAINT_SECONDS_MAX: u64 = 30;
/// An empty window has one colour; text and tiles have many, because their edges are smoothed.
const COLOURS_OF_A_PAGE: usize = 12;

/// Row `kiosk.cold_start_ms`.
pub async fn rows() -> Result<Vec<Row>> {
    let office = open_office()?;
    let hub = Hub::start(office.path())?;
    let _screen = Ended::spawn(Command::new("Xvfb").args([
        SCREEN,
        "-screen",
        "0",
        &format!("{WIDTH}x{HEIGHT}x24"),
    ]))?;
    let display = connect()?;
    let mut samples = Vec::new();
    for _ in 0..STARTS {
        samples.push(start(&display, &hub, office.path())?);
    }
    let p50 = percentile(&mut samples, 0.5);
    Ok(vec![Row::at_most(
        "kiosk.cold_start_ms",
        percentile(&mut samples, 1.0),
        "ms",
        3000.0,
        format!(
            "slowest of {STARTS}, p50 {p50:.0} ms; release build, virtual screen, with its session bus"
        ),
    )])
}

/// A process group that ends with this value: a session bus does not end the window below it by itself.
struct Ended(Child);

impl Ended {
    fn spawn(command: &mut Command) -> Result<Self> {
        Ok(Self(
            command.process_group(0).stderr(Stdio::null()).spawn()?,
        ))
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _asked = Command::new("sh")
            .args(["-c", &format!("kill -s TERM -- -{}", self.0.id())])
            .status();
        let _status = self.0.wait();
    }
}

fn connect() -> Result<RustConnection> {
    let deadline = Instant::now() + Duration::from_secs(PAINT_SECONDS_MAX);
    loop {
        match x11rb::connect(Some(SCREEN)) {
            Ok((connection, _)) => return Ok(connection),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => std::thread::yield_now(),
        }
    }
}

fn start(display: &RustConnection, hub: &Hub, config: &Path) -> Result<f64> {
    let own = tempfile::tempdir_in(target())?;
    let began = Instant::now();
    let window = Ended::spawn(
        Command::new("dbus-run-session")
            .arg("--")
            .arg(program("uketsuke")?)
            .args(["--role", "kiosk", "--size", &format!("{WIDTH}x{HEIGHT}")])
            .arg("--config")
            .arg(config)
            .args(["--hub", &hub.base, "--device-token-file"])
            .arg(&hub.token_file)
            .arg("--data")
            .arg(own.path())
            .env("DISPLAY", SCREEN)
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdout(Stdio::null()),
    )?;
    wait(display, |colours| colours >= COLOURS_OF_A_PAGE)?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    drop(window);
    wait(display, |colours| colours == 1)?;
    Ok(took)
}

fn wait(display: &RustConnection, seen: impl Fn(usize) -> bool) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(PAINT_SECONDS_MAX);
    while !seen(colours(display)?) {
        ensure!(Instant::now() < deadline, "the window did not paint");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// How many colours stand on a few lines across the screen.
fn colours(display: &RustConnection) -> Result<usize> {
    let root = display.setup().roots.first().context("no screen")?.root;
    let mut colours = std::collections::HashSet::new();
    for part in 1..10 {
        let y = (HEIGHT / 10 * part) as i16;
        let line = display
            .get_image(ImageFormat::Z_PIXMAP, root, 0, y, WIDTH, 1, u32::MAX)?
            .reply()?;
        colours.extend(line.data.chunks_exact(4).map(<[u8]>::to_vec));
    }
    Ok(colours.len())
}
