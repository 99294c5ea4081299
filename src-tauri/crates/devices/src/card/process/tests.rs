//! The keeper of the card process, with programs that behave as a card process must not.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use card::session::Way;
use tempfile::TempDir;

use super::*;

/// No step of any of these tests takes longer.
const STEP_MAX: Duration = Duration::from_secs(20);

struct Kiosk {
    port: CardPort,
    told: Receiver<Report>,
    _folder: TempDir,
}

impl Kiosk {
    /// A card process that is a shell script.
    fn with(script: &str, transaction_ms_max: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("card");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let settings = Settings {
            transaction_ms_max,
            ..Settings::default()
        };
        let (reports, told) = mpsc::channel(16);
        Self {
            port: CardProcess::spawn(program, settings, reports),
            told,
            _folder: folder,
        }
    }

    async fn next(&mut self) -> Report {
        timeout(STEP_MAX, self.told.recv()).await.unwrap().unwrap()
    }

    /// Waits for a reader's state, whatever is told before.
    async fn sees(&mut self, state: ReaderState) {
        while !matches!(self.next().await, Report::Reader(seen) if seen == state) {}
    }

    /// The next report that is no reader's state.
    async fn answer(&mut self) -> Report {
        loop {
            let report = self.next().await;
            if !matches!(report, Report::Reader(_)) {
                return report;
            }
        }
    }
}

fn trouble(report: &Report) -> Option<Trouble> {
    match report {
        Report::Trouble(trouble) => Some(*trouble),
        Report::Reader(_)
        | Report::Looked { .. }
        | Report::Length(_)
        | Report::Wrong { .. }
        | Report::Read(_) => None,
    }
}

/// Says that there is a reader without a card.
const SAYS_EMPTY: &str = r"printf '\000\002\001\001'";

#[tokio::test]
async fn a_process_that_does_not_answer_is_ended_and_another_one_started() {
    let mut kiosk = Kiosk::with(&format!("{SAYS_EMPTY}; cat >/dev/null"), 100);
    for _ in 0..2 {
        kiosk.sees(ReaderState::Empty).await;
        kiosk.port.send(Request::Look(Way::Pin));
        let answer = kiosk.answer().await;
        assert_eq!(trouble(&answer), Some(Trouble::Silent));
        assert!(matches!(
            kiosk.next().await,
            Report::Reader(ReaderState::Absent)
        ));
    }
}

#[tokio::test]
async fn a_process_that_ends_while_it_is_asked_is_silent_not_forgotten() {
    // It takes the request's frame of four bytes and goes.
    let script = format!("{SAYS_EMPTY}; head -c 4 >/dev/null");
    let mut kiosk = Kiosk::with(&script, 60_000);
    kiosk.sees(ReaderState::Empty).await;
    kiosk.port.send(Request::Look(Way::NumberB));
    let answer = kiosk.answer().await;
    assert_eq!(trouble(&answer), Some(Trouble::Silent));
    kiosk.sees(ReaderState::Empty).await;
}

#[tokio::test]
async fn a_process_that_talks_nonsense_is_no_reader() {
    for nonsense in [
        r"printf '\377\377'",
        r"printf '\000\000'",
        r"printf '\000\002\001\011'",
    ] {
        let script = format!("{SAYS_EMPTY}; {nonsense}; cat >/dev/null");
        let mut kiosk = Kiosk::with(&script, 60_000);
        kiosk.sees(ReaderState::Empty).await;
        kiosk.sees(ReaderState::Absent).await;
        // And then it is tried again.
        kiosk.sees(ReaderState::Empty).await;
    }
}

#[tokio::test]
async fn without_a_process_everything_is_answered_all_the_same() {
    let mut kiosk = Kiosk::with("exit 1", 60_000);
    for _ in 0..3 {
        kiosk.sees(ReaderState::Absent).await;
    }
    // By now the pauses between two starts are longer than a press of a key takes.
    kiosk.port.send(Request::Look(Way::Pin));
    let answer = kiosk.answer().await;
    assert!(matches!(
        trouble(&answer),
        Some(Trouble::NoReader | Trouble::Silent)
    ));
}

#[tokio::test]
async fn a_process_ends_with_its_kiosk() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("ended");
    // `cat` ends when stdin does.
    let script = format!(
        "{SAYS_EMPTY}; cat >/dev/null; echo ended >{}",
        trace.display()
    );
    let mut kiosk = Kiosk::with(&script, 60_000);
    kiosk.sees(ReaderState::Empty).await;
    let Kiosk {
        port,
        mut told,
        _folder,
    } = kiosk;
    drop(port);
    // The channel closes when the keeper is done, and it waits for the process.
    while timeout(STEP_MAX, told.recv()).await.unwrap().is_some() {}
    assert_eq!(fs::read_to_string(trace).unwrap(), "ended\n");
}
