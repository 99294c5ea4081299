//! The programs as they ship, and an office for them.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// `target/`.
pub fn target() -> PathBuf {
    repository().join("target")
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of ours, optimised.
pub fn program(name: &str) -> Result<PathBuf> {
    let program = target().join("release").join(name);
    ensure!(
        program.exists(),
        "{} is not built: use `cargo xtask bench`",
        program.display()
    );
    Ok(program.canonicalize()?)
}

/// The shipped configuration without reservations and with enough numbers for a benchmark.
pub fn open_office() -> Result<tempfile::TempDir> {
    let copy = tempfile::tempdir_in(target())?;
    copy_folder(&repository().join("kiosk-config"), copy.path())?;
    std::fs::remove_file(copy.path().join("bookings.toml"))?;
    let services = copy.path().join("services.toml");
    let text = std::fs::read_to_string(&services)?;
    std::fs::write(&services, text.replace("opens = ", "last = 9999\nopens = "))?;
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &copy)?;
        } else {
            std::fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}

/// A running hub with a data folder of its own on the disk.
pub struct Hub {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The device token.
    pub token: String,
    /// The device token's file.
    pub token_file: PathBuf,
    _data: tempfile::TempDir,
}

impl Hub {
    /// Starts the hub and waits until it says that it listens.
    pub fn start(config: &Path) -> Result<Self> {
        let data = tempfile::tempdir_in(target())?;
        let mut child = Command::new(program("uketsuke-hub")?)
            .arg("serve")
            .arg("--config")
            .arg(config)
            .arg("--data")
            .arg(data.path())
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut base = None;
        for line in BufReader::new(output).lines() {
            if let Some((_, address)) = line?.split_once("listening on ") {
                base = Some(address.trim().to_owned());
                break;
            }
        }
        let token_file = data.path().join("device.token");
        Ok(Self {
            child,
            base: base.context("the hub did not start")?,
            token: std::fs::read_to_string(&token_file)?.trim().to_owned(),
            token_file,
            _data: data,
        })
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}
