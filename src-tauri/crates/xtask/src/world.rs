//! Everything around the product that demo and pictures need: processes, screens, ports, an account.

use std::{
    fs::File,
    net::{SocketAddr, TcpStream},
    os::unix::{net::UnixStream, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{clock, setup, steps};

/// How long a part may take to start.
const START_SECONDS_MAX: u64 = 30;

/// A process of ours with everything it started; it ends with this value.
pub(crate) struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts a command in a process group of its own; what it prints goes to `<folder>/<name>.log`.
    pub(crate) fn start(name: &str, folder: &Path, command: &mut Command) -> Result<Self> {
        let log = File::create(folder.join(format!("{name}.log")))?;
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
        })
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Says so when the process has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("{} ended by itself: {status}", self.name),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // The whole group: a driver has a browser below it, a session bus has a window below it.
        let group = format!("-{}", self.child.id());
        let _sent = signal("TERM", &group);
        let ended = clock::wait_for(&self.name, 5, || Ok(self.child.try_wait()?));
        if ended.is_err() {
            let _sent = signal("KILL", &group);
            let _status = self.child.wait();
        }
    }
}

/// Sends a signal through the shell, which every Debian has; the program `kill` is a package of its own.
fn signal(name: &str, process: &str) -> Result<ExitStatus> {
    let line = format!("kill -s {name} -- {process}");
    Ok(Command::new("sh")
        .args(["-c", &line])
        .stderr(Stdio::null())
        .status()?)
}

/// The screen a window is on.
pub(crate) struct Screen {
    /// `:77`, for `DISPLAY`.
    pub(crate) name: String,
    /// The server, where the screen is a virtual one of ours.
    server: Option<Process>,
}

impl Screen {
    /// A virtual screen of this size.
    pub(crate) fn virtual_of(number: u16, size: &str, logs: &Path) -> Result<Self> {
        let name = format!(":{number}");
        let server = Process::start(
            &format!("screen-{number}"),
            logs,
            Command::new("Xvfb").args([&name, "-screen", "0", &format!("{size}x24")]),
        )?;
        let socket = PathBuf::from(format!("/tmp/.X11-unix/X{number}"));
        clock::wait_for("the virtual screen", START_SECONDS_MAX, || {
            Ok(UnixStream::connect(&socket).ok())
        })?;
        Ok(Self {
            name,
            server: Some(server),
        })
    }

    /// The screen the person sits at.
    pub(crate) fn of_the_person(name: String) -> Self {
        Self { name, server: None }
    }

    /// A picture of the whole screen, where it is a virtual one of ours; a person's own screen shows more
    /// than this program may keep.
    pub(crate) fn picture(&self, path: &Path) -> Result<()> {
        if self.server.is_none() {
            return Ok(());
        }
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(path)
            .status()?;
        ensure!(status.success(), "no picture of the screen {}", self.name);
        Ok(())
    }
}

/// A program of ours, built.
pub(crate) fn program(name: &str) -> PathBuf {
    steps::root().join("target/debug").join(name)
}

/// Waits until somebody listens there.
pub(crate) fn wait_for_port(what: &str, address: SocketAddr) -> Result<()> {
    clock::wait_for(what, START_SECONDS_MAX, || {
        Ok(TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok())
    })?;
    Ok(())
}

/// Whether a PC/SC service answers on this machine; where not, starts one.
pub(crate) fn card_service(logs: &Path) -> Result<Option<Process>> {
    let socket = "/run/pcscd/pcscd.comm";
    if UnixStream::connect(socket).is_ok() {
        return Ok(None);
    }
    std::fs::create_dir_all("/run/pcscd").ok();
    let service = Process::start(
        "pcscd",
        logs,
        &mut setup::as_root(setup::is_root()?, &["pcscd", "--foreground"]),
    )?;
    clock::wait_for("the card reader service", START_SECONDS_MAX, || {
        Ok(UnixStream::connect(socket).ok())
    })?;
    Ok(Some(service))
}
