//! Installs what is missing on a Debian 12 that has only Rust and Node, and says what and why.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::steps::{Show, command, root, step};

/// Debian package → what it is for.
const PACKAGES: &[(&str, &str)] = &[
    ("build-essential", "a linker, and C for SQLite"),
    ("pkg-config", "finds the libraries below"),
    ("libwebkit2gtk-4.1-dev", "the window"),
    ("libpcsclite-dev", "card readers"),
    ("pcscd", "the service behind card readers"),
    ("vsmartcard-vpcd", "the virtual reader of demo and tests"),
    ("opensc", "an independent opinion on the virtual card"),
    ("openssl", "checks what the virtual card has signed"),
    ("xvfb", "a screen where there is none"),
    ("dbus-x11", "a session for the window"),
    ("webkit2gtk-driver", "drives the window in tests"),
    (
        "chromium",
        "the browser of console, board and dashboard in tests",
    ),
    ("fonts-noto-cjk", "Japanese in browser and window"),
    ("imagemagick", "takes pictures of the screen"),
    ("poppler-utils", "reads the PDF in tests"),
    (
        "python3-venv",
        "an environment for the reservation service Radicale",
    ),
];

/// The driver between WebDriver and the window; the version is pinned because it follows Tauri's.
const TAURI_DRIVER: &str = "tauri-driver@2.1.0";

/// Packages, page tools and driver.
pub(crate) fn everything() -> Result<()> {
    packages()?;
    pages()?;
    driver()
}

/// Debian packages.
pub(crate) fn packages() -> Result<()> {
    let missing: Vec<&(&str, &str)> = PACKAGES
        .iter()
        .filter(|(package, _)| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("These Debian packages are missing and will be installed:");
    for (package, purpose) in &missing {
        println!("  {package:24} {purpose}");
    }
    let root = is_root()?;
    if !root && !exists("sudo") {
        bail!("only root can install them, and there is no sudo: run this once as root");
    }
    step(
        "apt-update",
        "refreshing the package lists",
        &mut as_root(root, &["apt-get", "update"]),
        Show::Progress,
    )?;
    let mut install = as_root(
        root,
        &[
            "apt-get",
            "install",
            "--yes",
            "--no-install-recommends",
            // Another program may hold the lock for a while.
            "-o",
            "DPkg::Lock::Timeout=600",
        ],
    );
    install
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(missing.iter().map(|(package, _)| package));
    step(
        "apt-install",
        "installing Debian packages",
        &mut install,
        Show::Progress,
    )
}

/// What the pages are built with, from ui/package-lock.json; skipped while the lock file is the installed one.
pub(crate) fn pages() -> Result<()> {
    let lock = std::fs::read(root().join("ui/package-lock.json"))?;
    let stamp = root().join("ui/node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    // Not `npm ci`: the lock file names no registry, and without those addresses npm takes the packages of
    // other platforms for missing. The lock file's versions and hashes hold all the same.
    let mut install = command(&["npm", "install", "--no-save", "--no-fund", "--no-audit"]);
    install.current_dir(root().join("ui"));
    step(
        "npm-install",
        "installing what the pages are built with",
        &mut install,
        Show::Progress,
    )?;
    std::fs::write(stamp, lock)?;
    Ok(())
}

/// `target/tools/bin/tauri-driver`.
pub(crate) fn driver() -> Result<()> {
    if root().join("target/tools/bin/tauri-driver").exists() {
        return Ok(());
    }
    step(
        "tauri-driver",
        "building the window's driver",
        &mut command(&[
            "cargo",
            "install",
            "--locked",
            "--root",
            "target/tools",
            TAURI_DRIVER,
        ]),
        Show::Progress,
    )
}

/// Whether this process is root.
pub(crate) fn is_root() -> Result<bool> {
    let id = Command::new("id").arg("-u").output()?;
    Ok(id.stdout.trim_ascii() == b"0")
}

/// A command that needs root, through sudo where we are not root.
pub(crate) fn as_root(is_root: bool, line: &[&str]) -> Command {
    if is_root {
        return command(line);
    }
    let mut sudo = command(&["sudo", "--preserve-env=DEBIAN_FRONTEND"]);
    sudo.args(line);
    sudo
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|query| query.stdout == b"install ok installed")
}

fn exists(program: &str) -> bool {
    Command::new("which")
        .arg(program)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
