//! The town around the office: its reservation service.
//!
//! [`Radicale`] is not a simulation but the real CalDAV server of that name, installed from Python's package index
//! into a folder of its own and started for as long as the value lives. The bookings in it are invented.
//! [`play()`] is the same as a program.

use std::{
    fs::{self, File},
    io::{self, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use chrono::{DateTime, FixedOffset, Utc};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, Lines},
    process::{Child, Command},
};

mod play;

pub use play::{Day, USAGE, play};

/// The version that is installed. Another one may answer differently, so it changes here and nowhere else.
pub const RADICALE_VERSION: &str = "3.9.0";

/// How long the server may take to say that it is ready.
const READY_S_MAX: u64 = 60;
/// How often another port is tried when somebody took the one that was free a moment ago.
const PORT_TRIES_MAX: u32 = 5;

/// Runs the server until its standard input ends, which it does with whoever started it, however that came to its
/// end: a server that outlived its office would keep the port.
const UNTIL_PARENT_ENDS: &str = "\
import os, runpy, sys, threading

def leave():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=leave, daemon=True).start()
sys.argv[0] = 'radicale'
runpy.run_module('radicale', run_name='__main__', alter_sys=True)
";

/// The account that may read and write the calendar. It opens nothing but a server on this machine's own loopback.
const USER: &str = "city";
const PASSWORD: &str = "only-on-loopback";
const CALENDAR: &str = "shimin";

/// What went wrong with the town.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// No Python.
    #[error("python3 cannot be started ({0}); on Debian: apt-get install python3 python3-venv")]
    NoPython(#[source] io::Error),
    /// Python without the module that makes environments.
    #[error("python3 -m venv failed; on Debian: apt-get install python3-venv\n{0}")]
    NoVenv(String),
    /// The package could not be installed.
    #[error("pip could not install radicale {RADICALE_VERSION}: {0}")]
    Install(String),
    /// A file or a process of ours.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The server ended or stayed silent.
    #[error("radicale did not start: {0}")]
    NotReady(String),
    /// The server could not be asked.
    #[error("radicale could not be asked: {0}")]
    Http(#[from] reqwest::Error),
    /// The server said no.
    #[error("radicale answered {status} to {what}")]
    Refused {
        /// What was asked.
        what: String,
        /// Its status.
        status: u16,
    },
}

/// A running CalDAV server with one calendar, on loopback. It ends with this value.
pub struct Radicale {
    child: Child,
    http: reqwest::Client,
    url: String,
    data: PathBuf,
    sequence: AtomicU32,
}

impl Radicale {
    /// Installs the server below `tools` where it is missing, starts it with its files below `data`, and makes the
    /// calendar. Bookings that are in `data` already stay.
    ///
    /// `port` 0 takes any free port. `say` is told in a sentence what takes time.
    ///
    /// # Errors
    /// When Python, the package index or the port is not to be had; the sentence says which.
    pub async fn start(
        tools: &Path,
        data: &Path,
        port: u16,
        mut say: impl FnMut(&str),
    ) -> Result<Self, TownError> {
        let python = install(tools, &mut say).await?;
        fs::create_dir_all(data).map_err(doing("making the folder of the reservation service"))?;
        // A relative path would mean another place to the server than to us.
        let data = data
            .canonicalize()
            .map_err(doing("finding the data folder"))?;
        let mut tries = 0;
        let (child, port) = loop {
            tries += 1;
            let wanted = if port == 0 { free_port()? } else { port };
            match spawn(&python, &data, wanted).await {
                Ok(child) => break (child, wanted),
                Err(TownError::NotReady(_)) if port == 0 && tries < PORT_TRIES_MAX => {}
                Err(error) => return Err(error),
            }
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()?;
        let url = format!("http://127.0.0.1:{port}/{USER}/{CALENDAR}/");
        let town = Self {
            child,
            http,
            url,
            data,
            sequence: AtomicU32::new(0),
        };
        town.make_calendar().await?;
        say(&format!(
            "the reservation service (Radicale {RADICALE_VERSION}) answers at {}",
            town.url
        ));
        Ok(town)
    }

    /// The calendar's address, as it stands in the office's configuration.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The account.
    pub fn user(&self) -> &str {
        USER
    }

    /// Its password.
    pub fn password(&self) -> &str {
        PASSWORD
    }

    /// The server's process.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Writes a booking, new or in place of the one with this number. `number` is ASCII, as `A7K2-93QF`.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn put_booking(
        &self,
        number: &str,
        service_ref: &str,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        summary: &str,
    ) -> Result<(), TownError> {
        let event = Event {
            number,
            service_ref,
            start,
            end,
            summary,
            status: "CONFIRMED",
        };
        self.put(number, self.calendar_text(&event)).await
    }

    /// Writes a booking as cancelled, the way of services that keep what was cancelled.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn put_cancelled(
        &self,
        number: &str,
        service_ref: &str,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        summary: &str,
    ) -> Result<(), TownError> {
        let event = Event {
            number,
            service_ref,
            start,
            end,
            summary,
            status: "CANCELLED",
        };
        self.put(number, self.calendar_text(&event)).await
    }

    /// Writes any entry under a name of its own, for what a strange client might put there.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses, as it does with what is not iCalendar.
    pub async fn put(&self, name: &str, text: String) -> Result<(), TownError> {
        let request = self.http.put(self.address(name)).body(text);
        let request = request.header("Content-Type", "text/calendar; charset=utf-8");
        self.send("PUT", request, &[]).await
    }

    /// Removes a booking. One that is not there is no error.
    ///
    /// # Errors
    /// When the server cannot be asked or refuses.
    pub async fn delete_booking(&self, number: &str) -> Result<(), TownError> {
        let request = self.http.delete(self.address(number));
        self.send("DELETE", request, &[StatusCode::NOT_FOUND]).await
    }

    /// Makes the server forget every sync token that it has given out.
    ///
    /// # Errors
    /// When its files cannot be removed.
    pub fn forget_tokens(&self) -> Result<(), TownError> {
        let calendar = self.data.join("collection-root").join(USER).join(CALENDAR);
        match fs::remove_dir_all(calendar.join(".Radicale.cache").join("sync-token")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(doing("removing the sync tokens")(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Ends the server and waits for its end.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn stop(mut self) -> Result<(), TownError> {
        self.child.kill().await.map_err(doing("ending radicale"))
    }

    async fn make_calendar(&self) -> Result<(), TownError> {
        let there = self
            .http
            .get(&self.url)
            .basic_auth(USER, Some(PASSWORD))
            .send()
            .await?;
        if there.status().is_success() {
            return Ok(());
        }
        // The name is ASCII and a method's; it cannot be refused.
        let Ok(method) = Method::from_bytes(b"MKCALENDAR") else {
            return Ok(());
        };
        self.send("MKCALENDAR", self.http.request(method, &self.url), &[])
            .await
    }

    async fn send(
        &self,
        what: &str,
        request: reqwest::RequestBuilder,
        also_fine: &[StatusCode],
    ) -> Result<(), TownError> {
        let status = request
            .basic_auth(USER, Some(PASSWORD))
            .send()
            .await?
            .status();
        if status.is_success() || also_fine.contains(&status) {
            return Ok(());
        }
        Err(TownError::Refused {
            what: what.to_owned(),
            status: status.as_u16(),
        })
    }

    fn address(&self, name: &str) -> String {
        format!("{}{name}.ics", self.url)
    }

    fn calendar_text(&self, event: &Event<'_>) -> String {
        event.text(self.sequence.fetch_add(1, Ordering::Relaxed))
    }
}

/// A booking as a city's reservation service would write it.
struct Event<'a> {
    number: &'a str,
    service_ref: &'a str,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    summary: &'a str,
    status: &'a str,
}

impl Event<'_> {
    fn text(&self, sequence: u32) -> String {
        let Self {
            number,
            service_ref,
            status,
            ..
        } = self;
        let (start, end) = (in_tokyo(self.start), in_tokyo(self.end));
        let (summary, service_ref) = (escape(self.summary), escape(service_ref));
        let lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Uketsuke//Town 1//JA",
            "BEGIN:VTIMEZONE",
            "TZID:Asia/Tokyo",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZNAME:JST",
            "TZOFFSETFROM:+0900",
            "TZOFFSETTO:+0900",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            &format!("UID:{number}@yoyaku"),
            "DTSTAMP:20260101T000000Z",
            &format!("DTSTART;TZID=Asia/Tokyo:{start}"),
            &format!("DTEND;TZID=Asia/Tokyo:{end}"),
            &format!("SEQUENCE:{sequence}"),
            &format!("STATUS:{status}"),
            &format!("CATEGORIES:{service_ref}"),
            &format!("SUMMARY:{summary}"),
            &format!("X-YOYAKU-NO:{number}"),
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        lines.join("\r\n")
    }
}

fn in_tokyo(at: DateTime<Utc>) -> String {
    const NINE_HOURS_S: i32 = 9 * 3600;
    let local =
        FixedOffset::east_opt(NINE_HOURS_S).map(|zone| at.with_timezone(&zone).naive_local());
    local
        .unwrap_or(at.naive_utc())
        .format("%Y%m%dT%H%M%S")
        .to_string()
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace(';', "\\;")
        .replace('\n', "\\n")
}

/// The Python of an environment that has the server; makes the environment where it is missing or half made.
async fn install(tools: &Path, say: &mut impl FnMut(&str)) -> Result<PathBuf, TownError> {
    fs::create_dir_all(tools).map_err(doing("making the folder for tools"))?;
    let tools = tools
        .canonicalize()
        .map_err(doing("finding the folder for tools"))?;
    let _only_one = lock(tools.join("radicale.lock")).await?;
    let venv = tools.join("radicale");
    let python = venv.join("bin").join("python");
    let done = venv.join(format!("radicale-{RADICALE_VERSION}.installed"));
    if done.exists() && python.exists() {
        return Ok(python);
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(doing("removing a half made environment"))?;
    }
    say("making a Python environment for the reservation service");
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&venv);
    let made = make
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(TownError::NoPython)?;
    if !made.status.success() {
        let said = [made.stdout, made.stderr].concat();
        return Err(TownError::NoVenv(
            String::from_utf8_lossy(&said).trim().to_owned(),
        ));
    }
    let package = format!("radicale=={RADICALE_VERSION}");
    say(&format!("installing {package} from Python's package index"));
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        &package,
    ]);
    pip.stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut pip = pip.spawn().map_err(doing("starting pip"))?;
    let complaints = pip.stderr.take().map(|stderr| tokio::spawn(all_of(stderr)));
    if let Some(stdout) = pip.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await.map_err(doing("reading from pip"))? {
            say(line.trim());
        }
    }
    let ended = pip.wait().await.map_err(doing("waiting for pip"))?;
    if !ended.success() {
        let complaints = match complaints {
            Some(task) => task.await.unwrap_or_default(),
            None => String::new(),
        };
        return Err(TownError::Install(complaints.trim().to_owned()));
    }
    fs::write(&done, "").map_err(doing("noting that the environment is whole"))?;
    Ok(python)
}

async fn all_of(mut stream: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    // What could not be read is missing from a sentence about a failure, and that is all.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Two that start at once, a test and a demo, install one after the other. The lock ends with the file.
async fn lock(path: PathBuf) -> Result<File, TownError> {
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(path)?;
        file.lock()?;
        Ok(file)
    });
    let locked = locked
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
    locked.map_err(doing("waiting for another installation"))
}

/// Starts the server and waits until it says that it is ready.
async fn spawn(python: &Path, data: &Path, port: u16) -> Result<Child, TownError> {
    let config = data.join("radicale.conf");
    fs::write(data.join("users"), format!("{USER}:{PASSWORD}\n"))
        .map_err(doing("writing users"))?;
    fs::write(&config, configuration(data, port)).map_err(doing("writing radicale.conf"))?;
    let mut server = Command::new(python);
    server
        .args(["-c", UNTIL_PARENT_ENDS, "--config"])
        .arg(&config)
        .kill_on_drop(true);
    server
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = server.spawn().map_err(doing("starting radicale"))?;
    let Some(stderr) = child.stderr.take() else {
        return Err(TownError::NotReady("it has no error stream".to_owned()));
    };
    let mut lines = BufReader::new(stderr).lines();
    let deadline = Duration::from_secs(READY_S_MAX);
    match tokio::time::timeout(deadline, until_ready(&mut lines)).await {
        Ok(ready) => ready?,
        Err(_) => return Err(TownError::NotReady(format!("silent for {READY_S_MAX} s"))),
    }
    tokio::spawn(keep(lines, data.join("radicale.log")));
    Ok(child)
}

fn configuration(data: &Path, port: u16) -> String {
    let data = data.display();
    format!(
        "[server]\nhosts = 127.0.0.1:{port}\n\
         [auth]\ntype = htpasswd\nhtpasswd_filename = {data}/users\nhtpasswd_encryption = plain\n\
         [storage]\nfilesystem_folder = {data}\n\
         [web]\ntype = none\n"
    )
}

async fn until_ready(lines: &mut Lines<impl AsyncBufRead + Unpin>) -> Result<(), TownError> {
    let mut last = String::new();
    while let Some(line) = lines
        .next_line()
        .await
        .map_err(doing("reading from radicale"))?
    {
        if line.contains("Radicale server ready") {
            return Ok(());
        }
        last = line;
    }
    Err(TownError::NotReady(last))
}

/// Keeps what the server says; a pipe that nobody reads would stop it.
async fn keep(mut lines: Lines<impl AsyncBufRead + Unpin>, path: PathBuf) -> io::Result<()> {
    let mut log = File::create(path)?;
    while let Some(line) = lines.next_line().await? {
        writeln!(log, "{line}")?;
    }
    Ok(())
}

fn free_port() -> Result<u16, TownError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(doing("finding a free port"))?;
    Ok(listener
        .local_addr()
        .map_err(doing("finding a free port"))?
        .port())
}

fn doing(what: impl Into<String>) -> impl FnOnce(io::Error) -> TownError {
    let what = what.into();
    move |source| TownError::Io { what, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_is_written_in_japanese_time_with_its_commas_escaped() {
        let start = DateTime::parse_from_rfc3339("2026-11-24T01:15:00Z")
            .unwrap()
            .to_utc();
        let end = DateTime::parse_from_rfc3339("2026-11-24T01:35:00Z")
            .unwrap()
            .to_utc();
        let summary = "転入, 転居";
        let service_ref = "IDO";
        let event = Event {
            number: "A7K2-93QF",
            service_ref,
            start,
            end,
            summary,
            status: "CONFIRMED",
        };
        let text = event.text(3);
        for line in [
            "UID:A7K2-93QF@yoyaku",
            "DTSTART;TZID=Asia/Tokyo:20261124T101500",
            "DTEND;TZID=Asia/Tokyo:20261124T103500",
            "SEQUENCE:3",
            "SUMMARY:転入\\, 転居",
            "X-YOYAKU-NO:A7K2-93QF",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in {text}"
            );
        }
    }
}
