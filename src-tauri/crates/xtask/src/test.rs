//! `cargo xtask test`: everything, in the order in which it fails cheapest.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    demo, fuzz, setup, simulate,
    steps::{Show, command, root, step},
    town::{self, Town},
    world::program,
};

/// Runs everything. Ends at the first step that fails.
pub(crate) fn run() -> Result<()> {
    setup::packages()?;
    step(
        "fmt",
        "format",
        &mut command(&["cargo", "fmt", "--all", "--check"]),
        Show::Progress,
    )?;
    setup::pages()?;
    step(
        "ui-check",
        "pages: types, lints, words",
        &mut npm(&["run", "check"]),
        Show::Progress,
    )?;
    step(
        "ui-test",
        "pages: unit tests",
        &mut npm(&["test"]),
        Show::All,
    )?;
    step(
        "ui-build",
        "pages: build",
        &mut npm(&["run", "build"]),
        Show::Progress,
    )?;
    step(
        "build",
        "Rust: build with every lint on (the first time takes a quarter of an hour)",
        &mut linted(&["build", "--workspace", "--bins", "--tests", "--examples"]),
        Show::Progress,
    )?;
    step(
        "test",
        "Rust: tests",
        &mut linted(&["test", "--workspace", "--no-fail-fast"]),
        Show::All,
    )?;
    simulate::ten_thousand()?;
    fuzz::a_minute_each()?;
    step(
        "ui-e2e",
        "pages in a browser",
        &mut npm(&["run", "e2e"]),
        Show::All,
    )?;
    setup::driver()?;
    println!("▶ one visit in the real windows, on the virtual reader and printer");
    demo::play(demo::Ending::Once, browser_at_the_hub)?;
    println!("\nEverything passed.");
    Ok(())
}

/// The pages in a browser at the hub that has just served a visit.
fn browser_at_the_hub(town: &Town) -> Result<()> {
    let token = std::fs::read_to_string(town.folder.join("data/device.token"))?;
    let form = phone_page(town)?;
    let mut tests = npm(&["run", "e2e:hub"]);
    tests
        .env("UKETSUKE_HUB", &town.hub_address)
        .env("UKETSUKE_ACCOUNT", town::ACCOUNT)
        .env("UKETSUKE_PASSWORD", town::PASSWORD)
        .env("UKETSUKE_SECOND_ACCOUNT", town::COLLEAGUE)
        .env("UKETSUKE_SECOND_PASSWORD", town::PASSWORD)
        .env("UKETSUKE_DEVICE_TOKEN", token.trim())
        .env("UKETSUKE_PHONE_PAGE", form);
    step(
        "ui-e2e-hub",
        "pages in a browser, at the hub",
        &mut tests,
        Show::All,
    )
}

/// The page on which citizens of this town fill a form in at home.
fn phone_page(town: &Town) -> Result<PathBuf> {
    let form = town.folder.join("form.html");
    let mut export = Command::new(program("uketsuke-hub"));
    export
        .args(["phone-page", "export", "--config"])
        .arg(root().join("kiosk-config"))
        .arg("--data")
        .arg(town.folder.join("data"))
        .arg("--ui")
        .arg(root().join("ui/dist"))
        .arg("--to")
        .arg(&form);
    step(
        "phone-page",
        "the form for phones",
        &mut export,
        Show::Progress,
    )?;
    Ok(form)
}

/// Rewrites what is generated or golden, after somebody has looked at why it changed.
pub(crate) fn bless() -> Result<()> {
    step(
        "bless-typescript",
        "ui/src/generated/wire.ts",
        &mut command(&[
            "cargo",
            "run",
            "--quiet",
            "--package",
            "wire",
            "--example",
            "typescript",
            "ui/src/generated",
        ]),
        Show::Progress,
    )?;
    step(
        "bless-openapi",
        "ui/src/generated/openapi.json",
        &mut command(&[
            "cargo",
            "run",
            "--quiet",
            "--package",
            "hub",
            "--example",
            "openapi",
            "ui/src/generated",
        ]),
        Show::Progress,
    )?;
    let mut golden = command(&["cargo", "test", "--package", "slip", "--package", "store"]);
    golden.env("UPDATE_GOLDEN", "1");
    step("bless-golden", "golden files", &mut golden, Show::Progress)?;
    let mut vectors = command(&[
        "cargo",
        "test",
        "--package",
        "hub",
        "--lib",
        "prefill::vectors",
    ]);
    vectors.env("UPDATE_GOLDEN", "1");
    step(
        "bless-vectors",
        "ui/src/phone/vectors.json",
        &mut vectors,
        Show::Progress,
    )
}

/// An npm script of the pages.
pub(crate) fn npm(line: &[&str]) -> Command {
    let mut npm = command(&["npm"]);
    npm.args(line).current_dir(root().join("ui"));
    npm
}

/// Cargo with clippy as the compiler of our own crates: one build serves lints and tests, where
/// `cargo clippy` would compile every dependency a second time.
pub(crate) fn linted(line: &[&str]) -> Command {
    let mut cargo = command(&["cargo"]);
    cargo
        .args(line)
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        // Clippy's own separator between arguments in this variable.
        .env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__")
        .env("RUSTDOCFLAGS", "-Dwarnings");
    cargo
}
