//! The hub as the program that ships, started on a port of its own with a copy of the shipped configuration.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A running `uketsuke-hub`; it is killed (`SIGKILL`) with this value, as if the power had gone.
pub struct HubProcess {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
}

impl HubProcess {
    /// Starts the hub and waits until it says that it listens.
    pub fn start(config: &Path, data: &Path) -> Self {
        Self::start_on("127.0.0.1:0", config, data)
    }

    /// The same at an address: where one that was killed had listened.
    pub fn start_on(address: &str, config: &Path, data: &Path) -> Self {
        let mut child = Command::new(program("uketsuke-hub"))
            .arg("serve")
            .arg("--config")
            .arg(config)
            .arg("--data")
            .arg(data)
            .args(["--listen", address])
            .arg("--ui")
            .arg(repository().join("ui/dist"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.split_once("listening on ")?.1.trim().to_owned()));
        let base = said.unwrap_or_else(|| {
            let status = child.wait();
            panic!("the hub ended before it listened: {status:?}")
        });
        Self { child, base }
    }

    /// The token with which kiosks of this office prove themselves.
    pub fn device_token(data: &Path) -> String {
        let token = std::fs::read_to_string(data.join("device.token")).unwrap();
        token.trim().to_owned()
    }

    /// The power cord.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A program of ours, as `cargo build` leaves it beside this test.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{} is not built: run `cargo build --workspace --bins` first, or `cargo xtask test`",
        program.display()
    );
    program
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
