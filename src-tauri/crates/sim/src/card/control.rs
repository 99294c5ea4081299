//! The control line: a person or a test puts the card on the reader and takes it off.
//!
//! One line in, one line back: `ok`, `ok …` or `error …`.
//!
//! | line | what it does |
//! | --- | --- |
//! | `put` | puts the card on the reader |
//! | `take` | takes it off |
//! | `fault K KIND` | fails at the K-th command from now: `vanish half silence 6f00 garbage` |
//! | `log` | the commands so far, each `COMMAND>STATUS`, credentials masked |
//! | `tries` | tries left for the PIN |
//! | `quit` | takes the card off and ends |

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::Fault;
use super::slot::Slot;

/// The longest line that is read.
const LINE_BYTES_MAX: u64 = 256;

/// Serves the control line until somebody says `quit`.
///
/// # Errors
/// When no connection can be accepted any more.
pub fn serve(listener: &TcpListener, slot: Slot) -> io::Result<()> {
    let slot = Arc::new(Mutex::new(slot));
    let (quit, quits) = std::sync::mpsc::channel();
    let accepting = listener.try_clone()?;
    std::thread::spawn(move || {
        for stream in accepting.incoming() {
            let Ok(stream) = stream else { break };
            let (slot, quit) = (Arc::clone(&slot), quit.clone());
            std::thread::spawn(move || {
                if converse(&stream, &slot).is_ok_and(|told| told == Told::Quit) {
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

fn converse(stream: &TcpStream, slot: &Mutex<Slot>) -> io::Result<Told> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut line = String::new();
        if lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(Told::Goodbye);
        }
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = obey(&line, &mut slot);
        writeln!(out, "{answer}")?;
        if line.trim() == "quit" {
            slot.take();
            return Ok(Told::Quit);
        }
    }
}

/// Carries out one line and says the answer, without its end of line.
pub fn obey(line: &str, slot: &mut Slot) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["put"] => match slot.put() {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("error the virtual reader cannot be reached: {error}"),
        },
        ["take"] => {
            slot.take();
            "ok".to_owned()
        }
        ["fault", command, kind] => match (command.parse(), kind.parse::<Fault>()) {
            (Ok(command @ 1..), Ok(fault)) => {
                slot.fail_at(command, fault);
                "ok".to_owned()
            }
            (_, Err(error)) => format!("error {error}"),
            (Ok(_) | Err(_), Ok(_)) => "error commands are counted from 1".to_owned(),
        },
        ["log"] => {
            let entries: Vec<_> = slot.log().iter().map(|entry| format!(" {entry}")).collect();
            format!("ok{}", entries.concat())
        }
        ["tries"] => format!("ok {}", slot.tries_left()),
        ["quit"] => "ok".to_owned(),
        _ => "error the lines are: put, take, fault K KIND, log, tries, quit".to_owned(),
    }
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
        let server = std::thread::spawn(move || serve(&control, slot));

        let mut line = TcpStream::connect(address).unwrap();
        let mut answers = BufReader::new(line.try_clone().unwrap()).lines();
        let mut say = |said: &str| {
            writeln!(line, "{said}").unwrap();
            answers.next().unwrap().unwrap()
        };
        assert_eq!(say("tries"), "ok 3");
        assert_eq!(say("log"), "ok");
        assert_eq!(say("put"), "ok");
        vpcd.accept().unwrap();
        assert_eq!(say("fault 3 half"), "ok");
        assert_eq!(say("fault 0 half"), "error commands are counted from 1");
        assert_eq!(
            say("fault 1 melt"),
            "error a fault is one of: vanish half silence 6f00 garbage"
        );
        assert_eq!(say("take"), "ok");
        assert_eq!(
            say("dance"),
            "error the lines are: put, take, fault K KIND, log, tries, quit"
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
        assert!(obey("put", &mut slot).starts_with("error the virtual reader cannot be reached"));
    }
}
