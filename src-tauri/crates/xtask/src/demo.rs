//! One visit on real parts, played in the real windows and told in the terminal.

use std::{
    io::{BufRead, BufReader, Write, stdin},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{
    setup, steps,
    steps::{Show, command, step},
    story,
    town::Town,
};

/// Where the virtual card takes `put` and `take`.
const CARD_CONTROL: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(
    std::net::Ipv4Addr::LOCALHOST,
    crate::town::CARD_CONTROL_PORT,
));

/// What happens after the visit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// End, with success only if every step was seen.
    Once,
    /// Stay up until Enter is pressed.
    StayUp,
}

/// Sets up, builds, plays the visit.
pub(crate) fn run(ending: Ending) -> Result<()> {
    setup::everything()?;
    build()?;
    play(ending, |_town| Ok(()))
}

/// Builds pages and programs, as far as they are not.
fn build() -> Result<()> {
    step(
        "ui-build",
        "building the pages",
        &mut crate::test::npm(&["run", "build"]),
        Show::Progress,
    )?;
    step(
        "demo-build",
        "building hub, window and the virtual devices (the first time takes a quarter of an hour)",
        &mut command(&["cargo", "build", "--workspace", "--bins"]),
        Show::Progress,
    )
}

/// Plays the visit with what is built, and then does something more while everything is still up.
pub(crate) fn play(ending: Ending, more: impl FnOnce(&Town) -> Result<()>) -> Result<()> {
    let folder = folder();
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    // Once is for machines and pictures: the same screens everywhere. A person wants to see the windows.
    let display = std::env::var("DISPLAY").ok();
    let display = display.as_deref().filter(|_| ending == Ending::StayUp);
    let mut town = Town::start(&folder, display)?;
    story::tell(&mut town)?;
    more(&town)?;
    println!("\nSlips, the PDF and a picture of every page are in target/demo/.");
    if display.is_some() {
        println!(
            "(Of your own screen no pictures are kept: `cargo xtask demo --once` takes them all.)"
        );
    }
    if ending == Ending::Once {
        return Ok(());
    }
    stay_up(&town)
}

/// `target/demo`.
pub(crate) fn folder() -> PathBuf {
    steps::root().join("target/demo")
}

fn stay_up(town: &Town) -> Result<()> {
    let base = &town.hub_address;
    println!(
        "
Everything stays up:
  console     {base}/console/     account {account}, password {password}
  board       {base}/board/
  dashboard   {base}/dashboard/
  gallery     {base}/gallery/
  kiosk       the window on screen {kiosk}
  put the card on the reader:   cargo xtask card put
  take it off:                  cargo xtask card take
  today's booking numbers:      {bookings}

Press Enter to end.",
        account = crate::town::ACCOUNT,
        password = crate::town::PASSWORD,
        kiosk = town.kiosk_screen(),
        bookings = crate::town::BOOKING_NUMBERS.join(" "),
    );
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(())
}

/// Tells the virtual card to lie down on the reader (`put`), to leave it (`take`), or whatever else it understands.
pub(crate) fn card(line: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&CARD_CONTROL, Duration::from_secs(2))
        .context("no virtual card is there: is `cargo xtask demo` running?")?;
    writeln!(stream, "{line}")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Renews the README's pictures from a visit that was just played.
pub(crate) fn pictures() -> Result<()> {
    run(Ending::Once)?;
    let target = steps::root().join("ui/pictures");
    std::fs::create_dir_all(&target)?;
    for (picture, width) in [
        ("kiosk-idle", 540),
        ("kiosk-confirm", 540),
        ("kiosk-done", 540),
        ("slip", 400),
        ("console", 1280),
        ("board", 1280),
        ("dashboard", 1280),
        ("paper", 700),
    ] {
        shrink(
            &folder().join(format!("{picture}.png")),
            &target.join(format!("{picture}.png")),
            width,
        )?;
    }
    println!("ui/pictures is renewed: look at each before you commit it.");
    Ok(())
}

fn shrink(from: &Path, to: &Path, width: u32) -> Result<()> {
    let status = Command::new("convert")
        .arg(from)
        .args(["-resize", &format!("{width}x>"), "-strip"])
        // Few colours are enough for pages, and keep the repository small.
        .args(["+dither", "-colors", "200"])
        .arg(to)
        .status()?;
    ensure!(status.success(), "{} cannot be shrunk", from.display());
    Ok(())
}
