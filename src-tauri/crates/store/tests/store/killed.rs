//! `kill -9` at any moment: what was acknowledged is there, and no number comes twice.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command as Program, Stdio},
};

use queue::{State, TicketNumber, decide};
use store::Store;

use crate::office::*;

/// Names the folder in which the child of the test issues tickets until it is killed.
const CHILD: &str = "UKETSUKE_STORE_TEST_CHILD";

#[test]
fn an_acknowledged_ticket_survives_kill_9_and_no_number_comes_twice() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return issue_until_killed(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    let mut ghosts = 0;
    for rounds in [1, 2, 3, 5, 8, 13, 21] {
        for (serial, number) in run_and_kill(dir.path(), rounds) {
            assert_eq!(acknowledged.insert(serial, number), None);
        }
        let store = Store::open(dir.path(), "fukuyama").unwrap();
        let (state, _) = store.read().state().unwrap();
        for (serial, number) in &acknowledged {
            let kept = state.ticket(&ticket(*serial)).map(|ticket| ticket.number);
            assert_eq!(kept, Some(*number), "of {serial}");
        }
        // Committed in the moment of death and never told: at most one each time.
        ghosts = state.tickets().len() - acknowledged.len();
    }
    assert!(acknowledged.len() >= 1 + 2 + 3 + 5 + 8 + 13 + 21);
    assert!(ghosts <= 7, "{ghosts}");
}

fn issue_until_killed(dir: &Path) {
    let mut store = Store::open(dir, "fukuyama").unwrap();
    let (mut state, _) = store.read().state().unwrap();
    let first = u32::try_from(state.tickets().len()).unwrap();
    let mut out = std::io::stdout().lock();
    for serial in first.. {
        let number = issue_one(&mut store, &mut state, serial);
        writeln!(out, "\nacknowledged {serial} {number}").unwrap();
        out.flush().unwrap();
    }
}

fn issue_one(store: &mut Store, state: &mut State, serial: u32) -> TicketNumber {
    let command = issue(serial, "certificates");
    let events = decide(state, &rules(), &kiosk(), &command, at(9, 0)).unwrap();
    for event in &events {
        state.evolve(event).unwrap();
    }
    let mut batch = store.batch().unwrap();
    batch.append(&events, state, "").unwrap();
    batch.commit().unwrap();
    state.ticket(&ticket(serial)).unwrap().number
}

/// Lets a child issue at least so many tickets, kills it, and returns what it acknowledged.
fn run_and_kill(dir: &Path, tickets: usize) -> Vec<(u32, TicketNumber)> {
    let name = "killed::an_acknowledged_ticket_survives_kill_9_and_no_number_comes_twice";
    let mut child = Program::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| {
            let (serial, number) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
            Some((serial.parse().ok()?, number.parse().ok()?))
        });
    let mut acknowledged: Vec<_> = lines.by_ref().take(tickets).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died, and nobody had listened to yet.
    acknowledged.extend(lines);
    acknowledged
}
