//! The programs as they ship, and an office for them.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use wire::health::Health;

use crate::http::{Client, Who};

/// The clerks' password; it opens nothing but the benchmark's own hub.
const PASSWORD: &str = "madoguchi-no-benchmark-1";

/// `target/`.
pub fn target() -> PathBuf {
    repository().join("target")
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of ours: optimised, as it ships, unless the benchmark itself is tried out unoptimised.
pub fn program(name: &str) -> Result<PathBuf> {
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let program = target().join(profile).join(name);
    ensure!(
        program.exists(),
        "{} is not built: use `cargo xtask bench`",
        program.display()
    );
    Ok(program.canonicalize()?)
}

/// The shipped configuration without reservations, at any hour, and with enough numbers for a benchmark.
pub fn open_office() -> Result<tempfile::TempDir> {
    let copy = tempfile::tempdir_in(target())?;
    copy_folder(&repository().join("kiosk-config"), copy.path())?;
    std::fs::remove_file(copy.path().join("bookings.toml"))?;
    let services = copy.path().join("services.toml");
    let text = std::fs::read_to_string(&services)?;
    let lettered: Vec<String> = (text.lines())
        .filter(|line| !line.starts_with("capacity"))
        .map(|line| match line.starts_with("letter = ") {
            true => format!("{line}\nlast = 9999"),
            false => line.to_owned(),
        })
        .collect();
    std::fs::write(&services, lettered.join("\n"))?;
    Ok(copy)
}

/// The same with so many counters, all of which call the same two services.
pub fn wide_office(counters: usize) -> Result<tempfile::TempDir> {
    let office = open_office()?;
    let services = office.path().join("services.toml");
    let text = std::fs::read_to_string(&services)?;
    let (before, _) = text.split_once("[[counter]]").context("no counter")?;
    let (_, calling) = text
        .split_once("[calling]")
        .context("no rules of calling")?;
    let mut wide = before.to_owned();
    for counter in 1..=counters {
        wide.push_str(&format!(
            "[[counter]]\nid = \"{counter}\"\nname = {{ ja = \"{counter}番窓口\", en = \"Counter {counter}\" }}\n\
             services = [\"certificates\", \"moving\", \"insurance\", \"mynumber\", \"family\", \"guidance\"]\n\n"
        ));
    }
    wide.push_str("[calling]");
    wide.push_str(calling);
    std::fs::write(&services, wide)?;
    Ok(office)
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

/// A running hub. It is killed with this value.
pub struct Hub {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The device token.
    pub token: String,
    /// The device token's file.
    pub token_file: PathBuf,
    /// The data folder, which outlives a hub that is started again on it.
    pub data: Arc<tempfile::TempDir>,
}

impl Hub {
    /// Starts a hub with a data folder of its own on the disk, and waits until it listens.
    pub fn start(config: &Path) -> Result<Self> {
        Self::start_on(config, Arc::new(tempfile::tempdir_in(target())?), false)
    }

    /// The same with clerks, `clerk-1` and so on.
    pub fn start_with_clerks(config: &Path, clerks: usize, pages: bool) -> Result<Self> {
        let data = Arc::new(tempfile::tempdir_in(target())?);
        for clerk in 1..=clerks {
            account(config, data.path(), clerk)?;
        }
        Self::start_on(config, data, pages)
    }

    /// The same on a data folder that is there already.
    pub fn start_on(config: &Path, data: Arc<tempfile::TempDir>, pages: bool) -> Result<Self> {
        let mut command = Command::new(program("uketsuke-hub")?);
        command
            .arg("serve")
            .arg("--config")
            .arg(config)
            .arg("--data")
            .arg(data.path())
            .args(["--listen", "127.0.0.1:0"]);
        if pages {
            command.arg("--ui").arg(repository().join("ui/dist"));
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let base = BufReader::new(output)
            .lines()
            .map_while(std::io::Result::ok)
            .find_map(|line| Some(line.split_once("listening on ")?.1.trim().to_owned()));
        let base = base.context("the hub did not start")?;
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        let token_file = data.path().join("device.token");
        Ok(Self {
            address: address.parse()?,
            token: std::fs::read_to_string(&token_file)?.trim().to_owned(),
            child,
            base,
            token_file,
            data,
        })
    }

    /// A device of the office.
    pub fn device(&self) -> Who {
        Who::Device(self.token.clone())
    }

    /// A clerk who has logged in.
    pub async fn clerk(&self, clerk: usize) -> Result<Who> {
        let mut client = Client::connect(self.address, &Who::Nobody).await?;
        let login = json!({ "account": format!("clerk-{clerk}"), "password": PASSWORD });
        let answer = client.post("/api/login", &login.to_string()).await?;
        ensure!(
            answer.status == 200,
            "clerk-{clerk} cannot log in: {}",
            answer.status
        );
        Ok(Who::Person(answer.cookie.context("no session")?))
    }

    /// Group commits since the hub started.
    pub async fn commits(&self) -> Result<u64> {
        let mut client = Client::connect(self.address, &Who::Nobody).await?;
        let health = client.get("/api/health", "").await?;
        let health: Health = serde_json::from_slice(&health.body)?;
        Ok(health.commits)
    }

    /// Resident memory in MB as the kernel counts it: now, and at most so far.
    pub fn memory_mb(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = |name: &str| -> Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next());
            Ok(kib.with_context(|| format!("no {name}"))?.parse()?)
        };
        Ok((kib("VmRSS:")? * 1024.0 / 1e6, kib("VmHWM:")? * 1024.0 / 1e6))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn account(config: &Path, data: &Path, clerk: usize) -> Result<()> {
    let mut add = Command::new(program("uketsuke-hub")?)
        .args(["account", "add", &format!("clerk-{clerk}")])
        .args(["--name", &format!("職員{clerk}"), "--role", "lead"])
        .arg("--config")
        .arg(config)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    if let Some(mut input) = add.stdin.take() {
        writeln!(input, "{PASSWORD}")?;
    }
    ensure!(
        add.wait()?.success(),
        "the account clerk-{clerk} was not made"
    );
    Ok(())
}
