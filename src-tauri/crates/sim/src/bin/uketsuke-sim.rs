//! The virtual devices of demo, tests and benchmarks as a program.
//!
//! `uketsuke-sim card --vpcd 127.0.0.1:35963 --control 127.0.0.1:0 [--put]` plays a My Number card; see
//! `sim::card::control` for the lines it takes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

use sim::card::{Person, Slot, VPCD_PORT, VirtualCard, control};

const USAGE: &str = "uketsuke-sim card [--vpcd ADDRESS] [--control ADDRESS] [--put]
    [--name NAME] [--address ADDRESS] [--birth YYYYMMDD] [--sex 1|2|9|0] [--pin DIGITS]";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let done = match words.next().as_deref() {
        Some("card") => card(words),
        _ => Err(USAGE.to_owned()),
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
