//! The virtual devices of demo, tests and benchmarks as a program.
//!
//! `uketsuke-sim card --vpcd 127.0.0.1:35963 --control 127.0.0.1:0 [--put]` plays a My Number card; see
//! `sim::card::control` for the lines it takes.
//!
//! `uketsuke-sim printer --listen 127.0.0.1:9100 --control 127.0.0.1:0 --out DIR [--dots 576]` plays a receipt
//! printer that leaves a picture of each slip in the folder; see `sim::printer::Printer::control` for its lines.
//!
//! `uketsuke-sim town --tools DIR --data DIR [--port 5232] [--ready FILE] NUMBER...` is the city's reservation service
//! with a booking for each number, from now on.
//!
//! `uketsuke-sim morning --config DIR --data DIR` plays a morning at the counters into an empty hub's data folder.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use sim::card::{Person, Slot, VPCD_PORT, VirtualCard, control};
use sim::morning;
use sim::printer::{DOTS_80MM, Printer};
use sim::town;

const USAGE: &str = "uketsuke-sim card [--vpcd ADDRESS] [--control ADDRESS] [--put]
    [--name NAME] [--address ADDRESS] [--birth YYYYMMDD] [--sex 1|2|9|0] [--pin DIGITS]
uketsuke-sim printer [--listen ADDRESS] [--control ADDRESS] [--out DIR] [--dots DOTS]";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let done = match words.next().as_deref() {
        Some("card") => card(words),
        Some("printer") => printer(words),
        Some("town") => town::play(words),
        Some("morning") => morning::play(words),
        _ => Err(format!("{USAGE}\n{}\n{}", town::USAGE, morning::USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Plays a card until its control line says `quit`. It prints `control ADDRESS` when it is ready.
fn card(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut vpcd = SocketAddr::from((Ipv4Addr::LOCALHOST, VPCD_PORT));
    let mut control_at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut person = Person::default();
    let mut put = false;
    while let Some(word) = words.next() {
        if word == "--put" {
            put = true;
            continue;
        }
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        let mistaken = || format!("{word} {value:?} is not understood\n{USAGE}");
        match word.as_str() {
            "--vpcd" => vpcd = value.parse().map_err(|_| mistaken())?,
            "--control" => control_at = value.parse().map_err(|_| mistaken())?,
            "--name" => person.name = value,
            "--address" => person.address = value,
            "--birth" => person.birth = value,
            "--sex" => person.sex = value.parse().map_err(|_| mistaken())?,
            "--pin" => person.pin = value,
            _ => return Err(mistaken()),
        }
    }
    let mut slot = Slot::new(vpcd, VirtualCard::new(&person));
    if put {
        slot.put()
            .map_err(|error| format!("the virtual reader at {vpcd} cannot be reached: {error}"))?;
    }
    let listener =
        TcpListener::bind(control_at).map_err(|error| format!("{control_at}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("control {address}");
    control::serve(&listener, slot).map_err(|error| format!("the control line failed: {error}"))
}

/// Plays a printer until it is killed. It prints `printer ADDRESS` and `control ADDRESS` when it is ready.
fn printer(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 9100));
    let mut control_at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut out: Option<PathBuf> = None;
    let mut dots = DOTS_80MM;
    while let Some(word) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        let mistaken = || format!("{word} {value:?} is not understood\n{USAGE}");
        match word.as_str() {
            "--listen" => listen = value.parse().map_err(|_| mistaken())?,
            "--control" => control_at = value.parse().map_err(|_| mistaken())?,
            "--out" => out = Some(value.into()),
            "--dots" => dots = value.parse().map_err(|_| mistaken())?,
            _ => return Err(mistaken()),
        }
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let printer = Printer::with_paper(listen, out, dots)
            .await
            .map_err(|error| format!("{listen}: {error}"))?;
        let control = printer
            .control(control_at)
            .await
            .map_err(|error| format!("{control_at}: {error}"))?;
        println!("printer {}", printer.address());
        println!("control {control}");
        std::future::pending::<()>().await;
        Ok(())
    })
}
