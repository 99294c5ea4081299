//! The virtual devices of demo, tests and benchmarks as a program.
//!
//! `uketsuke-sim card --vpcd 127.0.0.1:35963 --control 127.0.0.1:0 [--put]` plays a card, a My Number card unless it is
//! told otherwise; see `sim::card::control` for the lines it takes and `sim::card::Model` for the kinds.
//!
//! `uketsuke-sim printer --listen 127.0.0.1:9100 --control 127.0.0.1:0 --out DIR [--dots 576]` plays a receipt
//! printer that leaves a picture of each slip in the folder; see `sim::printer::Printer::control` for its lines. With
//! `--fonts DIR` it draws text, too; `--model NAME` is what it says it is; `--pty` puts it at the end of a
//! pseudo-terminal instead of a port.
//!
//! `uketsuke-sim town --tools DIR --data DIR [--port 5232] [--ready FILE] NUMBER...` is the city's reservation service
//! with a booking for each number, from now on.
//!
//! `uketsuke-sim office-days [--seeds N] [--seed S]` plays whole office-days from seeds against what must hold.
//!
//! `uketsuke-sim morning --config DIR --data DIR` plays a morning at the counters into an empty hub's data folder.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sim::card::{Model, Person, Script, Slot, VPCD_PORT, control};
use sim::morning;
use sim::office_day::{self, Told};
use sim::printer::{DOTS_80MM, Printer};
use sim::town;

const USAGE: &str = "uketsuke-sim card [--vpcd ADDRESS] [--control ADDRESS] [--put] [--card KIND] [--faults 3:half,up:6f00] [--pace MS]
    [--name NAME] [--address ADDRESS] [--birth YYYYMMDD] [--sex 1|2|9|0] [--pin DIGITS]
    [--expiry YYYYMMDD] [--security-code DIGITS]
uketsuke-sim printer [--listen ADDRESS | --pty] [--control ADDRESS] [--out DIR] [--dots DOTS]
    [--fonts DIR] [--model NAME]";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let done = match words.next().as_deref() {
        Some("card") => card(words),
        Some("printer") => printer(words),
        Some("town") => town::play(words),
        Some("morning") => morning::play(words),
        Some("office-days") => office_days(words),
        _ => Err(format!(
            "{USAGE}\n{}\n{}\n{OFFICE_DAYS_USAGE}",
            town::USAGE,
            morning::USAGE
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

const OFFICE_DAYS_USAGE: &str = "uketsuke-sim office-days [--seeds N] [--seed S]";

/// Plays this many office-days, where nobody says how many.
const SEEDS: u64 = 10_000;

/// Plays many office-days, or one that is told step by step.
fn office_days(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let (mut seeds, mut seed) = (SEEDS, None);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|value| value.parse().ok());
        let number = number.ok_or_else(|| format!("{word} needs a number\n{OFFICE_DAYS_USAGE}"))?;
        match word.as_str() {
            "--seeds" => seeds = number,
            "--seed" => seed = Some(number),
            _ => return Err(OFFICE_DAYS_USAGE.to_owned()),
        }
    }
    if let Some(seed) = seed {
        let tally =
            office_day::run(seed, Told::EveryStep).map_err(|failure| failure.to_string())?;
        println!("\n{tally}\nseed {seed} holds: {} commands", tally.commands);
        return Ok(());
    }
    let began = now();
    let outcome = office_day::run_many(1, seeds);
    let seconds = began.elapsed().as_secs_f64();
    let tally = &outcome.tally;
    println!(
        "{tally}\n{seeds} seeds, {} office-days, {} commands, {} tickets, {} slips, {seconds:.1} s, {} failures",
        tally.days,
        tally.commands,
        tally.tickets,
        tally.slips,
        outcome.failures.len()
    );
    for failure in &outcome.failures {
        println!("{failure}");
    }
    let seldom = tally.too_seldom();
    for (kind, count, least) in &seldom {
        println!("not tested enough: {kind} came {count} times, and must come {least} times");
    }
    if outcome.failures.is_empty() && seldom.is_empty() {
        Ok(())
    } else {
        Err("what must hold does not, or was not tested".to_owned())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is told; the days themselves have no clock"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Plays a card until its control line says `quit`. It prints `control ADDRESS` when it is ready.
fn card(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut vpcd = SocketAddr::from((Ipv4Addr::LOCALHOST, VPCD_PORT));
    let mut control_at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut person = Person::default();
    let mut model = Model::MyNumber;
    let mut script = Script::default();
    let mut pace_ms = 0;
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
            "--expiry" => person.expiry = value,
            "--security-code" => person.security_code = value,
            "--card" => model = value.parse().map_err(|error| format!("{word}: {error}"))?,
            "--faults" => script = value.parse().map_err(|error| format!("{word}: {error}"))?,
            "--pace" => pace_ms = value.parse().map_err(|_| mistaken())?,
            _ => return Err(mistaken()),
        }
    }
    let mut slot = Slot::new(vpcd, model.card(&person));
    slot.play(script);
    slot.set_pace(std::time::Duration::from_millis(pace_ms));
    if put {
        slot.put()
            .map_err(|error| format!("the virtual reader at {vpcd} cannot be reached: {error}"))?;
    }
    let listener =
        TcpListener::bind(control_at).map_err(|error| format!("{control_at}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("control {address}");
    control::serve(&listener, slot, &person)
        .map_err(|error| format!("the control line failed: {error}"))
}

/// Plays a printer until it is killed. It prints `printer ADDRESS` and `control ADDRESS` when it is ready.
fn printer(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 9100));
    let mut control_at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut out: Option<PathBuf> = None;
    let mut dots = DOTS_80MM;
    let mut fonts: Option<PathBuf> = None;
    let mut model: Option<String> = None;
    let mut pseudo_terminal = false;
    while let Some(word) = words.next() {
        if word == "--pty" {
            pseudo_terminal = true;
            continue;
        }
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        let mistaken = || format!("{word} {value:?} is not understood\n{USAGE}");
        match word.as_str() {
            "--listen" => listen = value.parse().map_err(|_| mistaken())?,
            "--control" => control_at = value.parse().map_err(|_| mistaken())?,
            "--out" => out = Some(value.into()),
            "--dots" => dots = value.parse().map_err(|_| mistaken())?,
            "--fonts" => fonts = Some(value.into()),
            "--model" => model = Some(value),
            _ => return Err(mistaken()),
        }
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let printer = if pseudo_terminal {
            at_a_pseudo_terminal(out, dots)?
        } else {
            Printer::with_paper(listen, out, dots)
                .await
                .map_err(|error| format!("{listen}: {error}"))?
        };
        if let Some(folder) = fonts {
            printer.load(load_fonts(&folder)?);
        }
        if let Some(model) = model {
            printer.call("UKETSUKE", &model);
        }
        let control = printer
            .control(control_at)
            .await
            .map_err(|error| format!("{control_at}: {error}"))?;
        match printer.device() {
            Some(device) => println!("printer serial:{device}?baud=115200"),
            None => println!("printer {}", printer.address()),
        }
        println!("control {control}");
        std::future::pending::<()>().await;
        Ok(())
    })
}

#[cfg(unix)]
fn at_a_pseudo_terminal(out: Option<PathBuf>, dots: u16) -> Result<Printer, String> {
    Printer::on_pseudo_terminal(out, dots).map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn at_a_pseudo_terminal(_: Option<PathBuf>, _: u16) -> Result<Printer, String> {
    Err("this system has no pseudo-terminals".to_owned())
}

/// The faces of a folder, in the order of their names.
fn load_fonts(folder: &Path) -> Result<slip::Fonts, String> {
    let mistaken = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| mistaken(&error))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "ttf" || it == "otf")
        })
        .collect();
    files.sort();
    let faces: Vec<Vec<u8>> = files
        .iter()
        .map(std::fs::read)
        .collect::<Result<_, _>>()
        .map_err(|error| mistaken(&error))?;
    slip::Fonts::load(faces).map_err(|error| mistaken(&error))
}
