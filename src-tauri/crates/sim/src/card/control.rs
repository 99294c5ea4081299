//! The control line: a person or a test puts the card on the reader and takes it off.
//!
//! One line in, one line back: `ok`, `ok …` or `error …`.
//!
//! | line | what it does |
//! | --- | --- |
//! | `put` | puts the card on the reader |
//! | `put CARD` | takes off what lies there, and puts a new card of this kind on: `my-number`, `credit`, … ([`Model`]) |
//! | `take` | takes it off |
//! | `fault K KIND` | fails at the K-th command from now: `unheard vanish half silence 6f00 garbage long sw=XXXX` |
//! | `fault up KIND` | fails at the first command after every power-up |
//! | `faults` | what is still to go wrong, `3:half,up:6f00` |
//! | `calm` | nothing is to go wrong any more |
//! | `pace MS` | thinks so many milliseconds about every command |
//! | `log` | the commands so far, each `COMMAND>STATUS`, credentials masked |
//! | `tries` | tries left for every credential, that of the PIN first: `pin=3 number-b=10 …` |
//! | `tally` | counts over all commands: `commands=4 verifies=1 forbidden=0` |
//! | `quit` | takes the card off and ends |

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fault::{Fault, Script};
use super::model::Model;
use super::person::Person;
use super::slot::Slot;

/// The longest line that is read.
const LINE_BYTES_MAX: u64 = 256;

/// Serves the control line until somebody says `quit`. New cards are the person's.
///
/// # Errors
/// When no connection can be accepted any more.
pub fn serve(listener: &TcpListener, slot: Slot, person: &Person) -> io::Result<()> {
    let slot = Arc::new(Mutex::new(slot));
    let person = Arc::new(person.clone());
    let (quit, quits) = std::sync::mpsc::channel();
    let accepting = listener.try_clone()?;
    std::thread::spawn(move || {
        for stream in accepting.incoming() {
            let Ok(stream) = stream else { break };
            let (slot, person, quit) = (Arc::clone(&slot), Arc::clone(&person), quit.clone());
            std::thread::spawn(move || {
                if converse(&stream, &slot, &person).is_ok_and(|told| told == Told::Quit) {
                    let _ = quit.send(());
                }
            });
        }
    });
    quits.recv().map_err(|_| io::ErrorKind::BrokenPipe.into())
}

#[derive(PartialEq, Eq)]
enum Told {
    Quit,
    Goodbye,
}

fn converse(stream: &TcpStream, slot: &Mutex<Slot>, person: &Person) -> io::Result<Told> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut line = String::new();
        if lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(Told::Goodbye);
        }
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = obey(&line, &mut slot, person);
        writeln!(out, "{answer}")?;
        if line.trim() == "quit" {
            slot.take();
            return Ok(Told::Quit);
        }
    }
}

/// Carries out one line and says the answer, without its end of line.
pub fn obey(line: &str, slot: &mut Slot, person: &Person) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["put"] => put(slot),
        ["put", model] => match model.parse::<Model>() {
            Ok(model) => {
                slot.exchange(model.card(person));
                put(slot)
            }
            Err(error) => format!("error {error}"),
        },
        ["take"] => {
            slot.take();
            "ok".to_owned()
        }
        ["fault", when, fault] => add_fault(slot, when, fault),
        ["faults"] => format!("ok {}", slot.script()),
        ["calm"] => {
            slot.play(Script::default());
            "ok".to_owned()
        }
        ["pace", pace_ms] => match pace_ms.parse() {
            Ok(pace_ms @ 0..=PACE_MS_MAX) => {
                slot.set_pace(Duration::from_millis(pace_ms));
                "ok".to_owned()
            }
            Ok(_) | Err(_) => format!("error a pace is 0 to {PACE_MS_MAX} ms"),
        },
        ["log"] => {
            let entries: Vec<_> = slot.log().iter().map(|entry| format!(" {entry}")).collect();
            format!("ok{}", entries.concat())
        }
        ["tries"] => {
            let counters = slot.counters();
            let told = counters
                .iter()
                .map(|counter| format!(" {}={}", counter.name, counter.left));
            format!("ok{}", told.collect::<String>())
        }
        ["tally"] => {
            let tally = slot.tally();
            let (commands, verifies, forbidden) = (tally.commands, tally.verifies, tally.forbidden);
            format!("ok commands={commands} verifies={verifies} forbidden={forbidden}")
        }
        ["quit"] => "ok".to_owned(),
        _ => "error the lines are: put [CARD], take, fault K|up KIND, faults, calm, pace MS, log, tries, tally, quit".to_owned(),
    }
}

/// The longest time a card may think about a command.
const PACE_MS_MAX: u64 = 60_000;

fn put(slot: &mut Slot) -> String {
    match slot.put() {
        Ok(()) => "ok".to_owned(),
        Err(error) => format!("error the virtual reader cannot be reached: {error}"),
    }
}

fn add_fault(slot: &Slot, when: &str, fault: &str) -> String {
    let fault: Fault = match fault.parse() {
        Ok(fault) => fault,
        Err(error) => return format!("error {error}"),
    };
    let mut script = slot.script();
    match (when, when.parse()) {
        ("up", _) => script.fail_at_power_up(fault),
        (_, Ok(command @ 1..)) => script.fail_at(command, fault),
        (_, Ok(_) | Err(_)) => return "error commands are counted from 1".to_owned(),
    }
    slot.play(script);
    "ok".to_owned()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::card::{Person, VirtualCard};

    #[test]
    fn every_line_has_one_answer() {
        let vpcd = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = control.local_addr().unwrap();
        let slot = Slot::new(
            vpcd.local_addr().unwrap(),
            VirtualCard::new(&Person::default()),
        );
        let server = std::thread::spawn(move || serve(&control, slot, &Person::default()));

        let mut line = TcpStream::connect(address).unwrap();
        let mut answers = BufReader::new(line.try_clone().unwrap()).lines();
        let mut say = |said: &str| {
            writeln!(line, "{said}").unwrap();
            answers.next().unwrap().unwrap()
        };
        assert!(say("tries").starts_with("ok pin=3 number-a=10 number-b=10"));
        assert_eq!(say("log"), "ok");
        assert_eq!(say("put"), "ok");
        vpcd.accept().unwrap();
        assert_eq!(say("fault 3 half"), "ok");
        assert_eq!(say("fault 0 half"), "error commands are counted from 1");
        assert_eq!(
            say("fault 1 melt"),
            "error a fault is one of: unheard vanish half silence 6f00 garbage long sw=XXXX"
        );
        assert_eq!(say("fault up 6f00"), "ok");
        assert_eq!(say("faults"), "ok 3:half,up:6f00");
        assert_eq!(say("calm"), "ok");
        assert_eq!(say("faults"), "ok ");
        assert_eq!(say("pace 12"), "ok");
        assert_eq!(say("pace long"), "error a pace is 0 to 60000 ms");
        assert_eq!(say("put credit"), "ok");
        vpcd.accept().unwrap();
        assert_eq!(say("tries"), "ok");
        assert_eq!(say("put one-try"), "ok");
        vpcd.accept().unwrap();
        assert!(say("tries").starts_with("ok pin=1 "));
        assert_eq!(say("tally"), "ok commands=0 verifies=0 forbidden=0");
        assert!(say("put library").starts_with("error a card is one of: my-number "));
        assert_eq!(say("take"), "ok");
        assert_eq!(
            say("dance"),
            "error the lines are: put [CARD], take, fault K|up KIND, faults, calm, pace MS, log, tries, tally, quit"
        );
        assert_eq!(say("quit"), "ok");
        server.join().unwrap().unwrap();
    }

    #[test]
    fn an_unreachable_reader_is_said() {
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let mut slot = Slot::new(nobody, VirtualCard::new(&Person::default()));
        assert!(
            obey("put", &mut slot, &Person::default())
                .starts_with("error the virtual reader cannot be reached")
        );
    }
}
