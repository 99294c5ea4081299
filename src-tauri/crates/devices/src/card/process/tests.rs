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
        | Report::Incomplete(_)
        | Report::Forgotten
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

fn looked() -> Report {
    Report::Looked {
        document: card::Document::MyNumber,
        generation: None,
        tries_left: Some(3),
    }
}

#[test]
fn an_answer_to_whoever_has_gone_is_dropped_and_ends_no_deadline_of_the_next() {
    let mut awaited = Awaited::default();
    let (now, card) = (Instant::now(), Duration::from_secs(20));
    awaited.sent(&Request::Look(Way::Pin), now, card);
    awaited.sent(&Request::Forget, now, card);
    awaited.sent(&Request::Look(Way::Pin), now, card);
    for late in [
        looked(),
        Report::Wrong {
            tries_left: Some(2),
        },
        Report::Trouble(Trouble::Pulled),
        Report::Length(4),
        Report::Incomplete(3),
    ] {
        assert!(!awaited.came(&late), "it was said to somebody else");
    }
    assert!(awaited.came(&Report::Reader(ReaderState::Card)));
    let soon = now + Duration::from_millis(FORGET_MS_MAX);
    assert_eq!(awaited.deadline(), Some(soon), "digits are still held");
    assert!(awaited.came(&Report::Forgotten));
    assert_eq!(awaited.deadline(), Some(now + card));
    assert!(awaited.came(&looked()));
    assert_eq!(awaited.deadline(), None);
}

#[test]
fn a_length_ends_no_deadline_and_missing_digits_do() {
    let mut awaited = Awaited::default();
    let (now, card) = (Instant::now(), Duration::from_secs(20));
    awaited.sent(&Request::Enter(card::session::Entered::Pin), now, card);
    assert!(awaited.came(&Report::Length(3)));
    assert!(awaited.deadline().is_some(), "the card is still asked");
    assert!(awaited.came(&Report::Incomplete(3)));
    assert_eq!(awaited.deadline(), None);
}

#[tokio::test]
async fn a_process_that_does_not_forget_is_ended_so_that_nothing_is_left() {
    let mut kiosk = Kiosk::with(&format!("{SAYS_EMPTY}; cat >/dev/null"), 60_000);
    kiosk.sees(ReaderState::Empty).await;
    kiosk.port.send(Request::Forget);
    assert!(matches!(kiosk.answer().await, Report::Forgotten));
    kiosk.sees(ReaderState::Absent).await;
    kiosk.sees(ReaderState::Empty).await;
}

#[tokio::test]
async fn whoever_was_to_be_forgotten_is_forgotten_by_a_process_that_dies_too() {
    // It takes a look, two farewells and a key, and answers none of them.
    let script = format!("{SAYS_EMPTY}; head -c 13 >/dev/null");
    let mut kiosk = Kiosk::with(&script, 60_000);
    kiosk.sees(ReaderState::Empty).await;
    for request in [
        Request::Look(Way::Pin),
        Request::Forget,
        Request::Forget,
        Request::Erase,
    ] {
        kiosk.port.send(request);
    }
    for _ in 0..2 {
        assert!(matches!(kiosk.next().await, Report::Forgotten));
    }
    assert!(matches!(
        kiosk.next().await,
        Report::Reader(ReaderState::Absent)
    ));
}

#[tokio::test]
async fn a_process_that_cannot_be_ended_keeps_nobody_waiting() {
    let (port, requests) = mpsc::channel(REQUESTS_MAX);
    let (reports, mut told) = mpsc::channel(REPORTS_MAX);
    let mut keeper = Keeper {
        program: PathBuf::new(),
        settings: Settings::default(),
        reports,
        requests,
        dropped: Arc::default(),
        restart_ms: 1,
    };
    for request in [Request::Look(Way::Pin), Request::Forget, Request::Erase] {
        port.try_send(request).ok().unwrap();
    }
    let pause = keeper.pause(std::future::pending());
    let asked = async {
        assert_eq!(
            trouble(&told.recv().await.unwrap()),
            Some(Trouble::NoReader)
        );
        assert!(matches!(told.recv().await, Some(Report::Forgotten)));
        assert!(matches!(told.recv().await, Some(Report::Length(0))));
    };
    let (end, ()) = timeout(STEP_MAX, async { tokio::join!(pause, asked) })
        .await
        .unwrap();
    assert!(matches!(end, End::Lost), "another process is started");
}

#[tokio::test]
async fn a_request_that_found_no_place_ends_the_process_and_is_answered() {
    let mut kiosk = Kiosk::with(&format!("{SAYS_EMPTY}; cat >/dev/null"), 60_000);
    kiosk.sees(ReaderState::Empty).await;
    // Nobody else runs on this thread meanwhile, so the channel fills.
    for _ in 0..REQUESTS_MAX {
        kiosk.port.send(Request::Erase);
    }
    kiosk.port.send(Request::Forget);
    kiosk.port.send(Request::Look(Way::Pin));
    assert!(matches!(kiosk.answer().await, Report::Forgotten));
    assert_eq!(trouble(&kiosk.answer().await), Some(Trouble::Silent));
    assert!(matches!(
        kiosk.next().await,
        Report::Reader(ReaderState::Absent)
    ));
}
