//! The card over real PC/SC: pcscd, Debian's virtual reader, a virtual My Number card, and the process that
//! alone talks to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod service;

use std::time::{Duration, Instant};

use ::card::Sex;
use ::card::pin::Digit;
use ::card::session::{ReaderState, Report, Request, Trouble};
use devices::card::{CardPort, CardProcess, Settings};
use sim::card::{Fault, Person, Slot, VirtualCard};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use self::service::ReaderService;
use crate::hub_process::program;

/// No step of any of these tests takes longer.
const STEP_MAX: Duration = Duration::from_secs(15);

/// A kiosk's end of the card process.
struct Kiosk {
    port: CardPort,
    reports: Receiver<Report>,
}

impl Kiosk {
    fn start(service: &ReaderService) -> Self {
        Self::with(
            service,
            Settings {
                reader: "virtual pcd".into(),
                ..Settings::default()
            },
        )
    }

    fn with(service: &ReaderService, settings: Settings) -> Self {
        let (sender, reports) = channel(16);
        let program = service.program_inside(&program("uketsuke-card"));
        Self {
            port: CardProcess::spawn(program, settings, sender),
            reports,
        }
    }

    async fn report(&mut self) -> Report {
        timeout(STEP_MAX, self.reports.recv())
            .await
            .expect("a report in time")
            .expect("a report")
    }

    /// Waits until the reader is seen like this, whatever it was before.
    async fn sees(&mut self, state: ReaderState) {
        loop {
            match self.report().await {
                Report::Reader(seen) if seen == state => return,
                Report::Reader(_) => {}
                other => panic!(
                    "waiting for the reader to be {state:?}: {}",
                    described(&other)
                ),
            }
        }
    }

    /// Waits until the card that lay there is gone, for pcscd and for the kiosk.
    async fn sees_it_gone(&mut self, service: &ReaderService) {
        service.notices_removal();
        self.sees(ReaderState::Empty).await;
    }

    /// The answer to a request; the reader's states in between are passed over.
    async fn ask(&mut self, request: Request) -> Report {
        self.port.send(request);
        loop {
            let report = self.report().await;
            if !matches!(report, Report::Reader(_)) {
                return report;
            }
        }
    }

    async fn look(&mut self) -> String {
        described(&self.ask(Request::Look).await)
    }

    async fn enter(&mut self, pin: &str) -> Report {
        for (place, digit) in (1..).zip(pin.bytes()) {
            let report = self
                .ask(Request::PinKey(Digit::new(digit - b'0').unwrap()))
                .await;
            assert_eq!(described(&report), format!("length {place}"));
        }
        self.ask(Request::PinEnter).await
    }

    async fn reads(&mut self, person: &Person) {
        assert_eq!(self.look().await, "tries 3");
        assert_holder(&self.enter(&person.pin).await, person);
    }
}

/// A report in words. The four items are only said to be there.
fn described(report: &Report) -> String {
    match report {
        Report::Reader(state) => format!("reader {state:?}"),
        Report::Looked { tries_left } => format!("tries {tries_left}"),
        Report::PinLength(length) => format!("length {length}"),
        Report::WrongPin { tries_left } => format!("wrong {tries_left}"),
        Report::Read(_) => "read".to_owned(),
        Report::Trouble(trouble) => format!("{trouble:?}"),
    }
}

fn assert_holder(report: &Report, person: &Person) {
    let Report::Read(four) = report else {
        panic!("not read: {}", described(report))
    };
    assert_eq!(four.name(), person.name);
    assert_eq!(four.address(), person.address);
    assert_eq!(four.birth().digits(), person.birth);
    assert!(four.sex() == Sex::Female);
}

fn slot(service: &ReaderService) -> Slot {
    Slot::new(service.vpcd(), VirtualCard::new(&Person::default()))
}

/// The card's own log, without what only names applications.
fn commands(slot: &Slot) -> Vec<String> {
    slot.log().iter().map(ToString::to_string).collect()
}

/// In the application that holds the individual number, its file was neither selected nor read, and 照合番号A
/// was never tried.
fn assert_individual_number_untouched(slot: &Slot) {
    const CARD_FACE_INPUT: &str = "00A4040C0AD3921000310001010408";
    let commands = commands(slot);
    assert!(
        commands
            .iter()
            .any(|command| command.starts_with("00A4040C"))
    );
    let mut application = String::new();
    for command in commands {
        if command.starts_with("00A404") {
            application = command;
        } else if application.starts_with(CARD_FACE_INPUT) {
            let forbidden = ["00A4020C020001", "00A4020C020014", "00B081", "00200094"];
            assert!(
                !forbidden.iter().any(|begin| command.starts_with(begin)),
                "{command}"
            );
        }
    }
}

#[tokio::test]
async fn the_four_items_are_read_over_pcsc_with_four_commands() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    kiosk.sees(ReaderState::Empty).await;
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let put = Instant::now();
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    let seen = put.elapsed();
    kiosk.reads(&Person::default()).await;
    let read = put.elapsed() - seen;
    println!("card put to card seen: {seen:.1?}; look, four keys and read: {read:.1?}");

    let expected = [
        "00A4040C0AD3921000310001010408>9000",
        "00200091>63C3",
        "0020009104********>9000",
        "00B0820000>9000",
    ];
    assert_eq!(commands(&slot), expected);
    assert_individual_number_untouched(&slot);

    slot.take();
    kiosk.sees_it_gone(&service).await;
}

#[tokio::test]
async fn a_wrong_pin_tells_the_tries_left_and_the_last_one_is_never_spent() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(kiosk.look().await, "tries 3");
    assert_eq!(described(&kiosk.enter("0000").await), "wrong 2");
    assert_holder(&kiosk.enter("1234").await, &Person::default());
    assert_eq!(slot.tries_left(), 3, "a right PIN restores the counter");

    assert_eq!(kiosk.look().await, "tries 3");
    assert_eq!(described(&kiosk.enter("0000").await), "wrong 2");
    assert_eq!(described(&kiosk.enter("9999").await), "wrong 1");
    assert_eq!(
        described(&kiosk.enter("1234").await),
        "FewTriesLeft { left: 1 }"
    );
    assert_eq!(kiosk.look().await, "FewTriesLeft { left: 1 }");
    assert_eq!(slot.tries_left(), 1);
    assert_individual_number_untouched(&slot);
}

#[tokio::test]
async fn without_a_card_there_is_no_card_and_no_verify() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    kiosk.sees(ReaderState::Empty).await;
    assert_eq!(kiosk.look().await, "NoCard");
    assert_eq!(described(&kiosk.enter("1234").await), "NoCard");

    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    // The card that lies there now was never looked at; the digits were not meant for it.
    assert_eq!(described(&kiosk.enter("1234").await), "Pulled");
    assert!(slot.log().is_empty());
    kiosk.reads(&Person::default()).await;
}

#[tokio::test]
async fn a_card_that_leaves_while_the_pin_is_typed_is_sent_no_verify() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(kiosk.look().await, "tries 3");
    slot.take();
    kiosk.sees_it_gone(&service).await;
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(described(&kiosk.enter("1234").await), "Pulled");
    assert_eq!(commands(&slot).len(), 2, "select and counter, nothing more");
}

#[tokio::test]
async fn what_was_typed_is_forgotten_with_the_visitor() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(kiosk.look().await, "tries 3");
    for (length, digit) in [(1, 1), (2, 2)] {
        let report = kiosk.ask(Request::PinKey(Digit::new(digit).unwrap())).await;
        assert_eq!(described(&report), format!("length {length}"));
    }
    assert_eq!(described(&kiosk.ask(Request::PinErase).await), "length 1");
    assert_eq!(
        described(&kiosk.ask(Request::PinEnter).await),
        "length 1",
        "not complete, not sent"
    );
    assert_eq!(described(&kiosk.ask(Request::Forget).await), "length 0");
    assert_eq!(
        described(&kiosk.enter("1234").await),
        "Pulled",
        "nobody looked for this visitor"
    );
    kiosk.reads(&Person::default()).await;
}

#[tokio::test]
async fn a_card_pulled_at_any_command_shows_nothing_and_the_next_citizen_is_served() {
    let service = ReaderService::start();
    let mut kiosk = Kiosk::start(&service);
    kiosk.sees(ReaderState::Empty).await;
    for fault in [Fault::Vanish, Fault::Half] {
        for command in 1..=4 {
            let mut slot = slot(&service);
            slot.put().unwrap();
            kiosk.sees(ReaderState::Card).await;
            slot.fail_at(command, fault);
            let mut said = kiosk.look().await;
            if command > 2 {
                assert_eq!(said, "tries 3");
                said = described(&kiosk.enter("1234").await);
            }
            assert_eq!(said, "Pulled", "{fault:?} at command {command}");
            kiosk.sees_it_gone(&service).await;
            slot.put().unwrap();
            kiosk.sees(ReaderState::Card).await;
            kiosk.reads(&Person::default()).await;
            assert_individual_number_untouched(&slot);
            slot.take();
            kiosk.sees_it_gone(&service).await;
        }
    }
}

#[tokio::test]
async fn a_card_that_stammers_is_unreadable_or_read_but_never_half_read() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    for (fault, said) in [
        (
            Fault::Undiagnosed,
            ["tries 3", "Unreadable", "Unreadable", "Unreadable"],
        ),
        (Fault::Garbage, ["Pulled", "Pulled", "Pulled", "Pulled"]),
    ] {
        for (command, said) in (1..).zip(said) {
            slot.fail_at(command, fault);
            let looked = kiosk.look().await;
            if command > 2 {
                assert_eq!(looked, "tries 3");
                assert_eq!(
                    described(&kiosk.enter("1234").await),
                    said,
                    "{fault:?} at {command}"
                );
            } else {
                assert_eq!(looked, said, "{fault:?} at {command}");
            }
        }
    }
    kiosk.reads(&Person::default()).await;
}

#[tokio::test]
async fn a_silent_card_is_given_up_and_the_next_citizen_is_served() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let settings = Settings {
        command_ms_max: 300,
        connect_ms_max: 2_000,
        ..Settings::default()
    };
    let mut kiosk = Kiosk::with(&service, settings);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(kiosk.look().await, "tries 3");
    slot.fail_at(1, Fault::Silence);
    assert_eq!(described(&kiosk.enter("1234").await), "Silent");
    kiosk.sees(ReaderState::Absent).await;
    slot.take();
    kiosk.sees_it_gone(&service).await;
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    kiosk.reads(&Person::default()).await;
}

#[tokio::test]
async fn a_stuck_card_process_is_ended_at_the_deadline_of_the_transaction() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let settings = Settings {
        command_ms_max: 600_000,
        transaction_ms_max: 500,
        ..Settings::default()
    };
    let mut kiosk = Kiosk::with(&service, settings);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    slot.fail_at(2, Fault::Silence);
    assert_eq!(kiosk.look().await, "Silent");
    kiosk.sees(ReaderState::Absent).await;
    slot.take();
    kiosk.sees_it_gone(&service).await;
}

#[tokio::test]
async fn without_pcscd_there_is_no_reader_until_there_is_one() {
    let mut service = ReaderService::without_pcscd();
    let mut kiosk = Kiosk::start(&service);
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(kiosk.look().await, "NoReader");
    service.start_pcscd();
    kiosk.sees(ReaderState::Empty).await;
}

#[tokio::test]
async fn pcscd_may_be_killed_and_started_again() {
    let mut service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(kiosk.look().await, "tries 3");
    service.kill_pcscd();
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(described(&kiosk.enter("1234").await), "NoReader");
    service.start_pcscd();
    kiosk.sees(ReaderState::Empty).await;
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    kiosk.reads(&Person::default()).await;
    assert_eq!(slot.tries_left(), 3);
}

#[tokio::test]
async fn a_card_that_another_program_holds_is_busy() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut holder = Kiosk::start(&service);
    let mut kiosk = Kiosk::start(&service);
    slot.put().unwrap();
    holder.sees(ReaderState::Card).await;
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(holder.look().await, "tries 3");
    assert_eq!(kiosk.look().await, "Busy");
    assert_eq!(described(&holder.ask(Request::Forget).await), "length 0");
    kiosk.reads(&Person::default()).await;
}

#[tokio::test]
async fn a_reader_of_another_name_is_not_used() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = Kiosk::with(
        &service,
        Settings {
            reader: "PaSoRi".into(),
            ..Settings::default()
        },
    );
    slot.put().unwrap();
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(kiosk.look().await, "NoReader");
    assert!(slot.log().is_empty());
}

#[tokio::test]
async fn a_card_process_that_cannot_be_started_is_no_reader() {
    let (sender, reports) = channel(16);
    let port = CardProcess::spawn(
        "/nonexistent/uketsuke-card".into(),
        Settings::default(),
        sender,
    );
    let mut kiosk = Kiosk { port, reports };
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(
        described(&kiosk.ask(Request::Look).await),
        described(&Report::Trouble(Trouble::NoReader))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn opensc_accepts_the_virtual_card_as_a_jpki_card_and_signs_with_it() {
    let service = ReaderService::start();
    let mut kiosk = Kiosk::start(&service);
    let mut slot = slot(&service);
    slot.put().unwrap();
    // `opensc-tool --wait` can miss a card that arrives while it begins to wait; ours does not.
    kiosk.sees(ReaderState::Card).await;
    let text = |program, arguments: &[&str]| {
        String::from_utf8(service.output(program, arguments).stdout).unwrap()
    };
    let name = text("opensc-tool", &["--name"]);
    assert_eq!(name.trim(), "jpki");
    let listed = text("pkcs15-tool", &["--dump"]);
    for line in [
        "PKCS#15 Card [JPKI]",
        "PIN [User Authentication PIN]",
        "Tries left     : 3",
        "PIN [Digital Signature PIN]",
        "Tries left     : 5",
        "X.509 Certificate [User Authentication Certificate]",
    ] {
        assert!(listed.contains(line), "{line:?} is missing in:\n{listed}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("hash"), [7; 32]).unwrap();
    text(
        "pkcs15-tool",
        &["--read-certificate", "1", "--output", &path("certificate")],
    );
    let (hash, signature) = (path("hash"), path("signature"));
    let sign = [
        "--sign",
        "--key",
        "1",
        "--pin",
        "1234",
        "--pkcs1",
        "--sha-256",
        "-i",
        &hash,
        "-o",
        &signature,
    ];
    text("pkcs15-crypt", &sign);
    text(
        "openssl",
        &[
            "x509",
            "-in",
            &path("certificate"),
            "-noout",
            "-pubkey",
            "-out",
            &path("key"),
        ],
    );
    let key = path("key");
    let verify = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        &key,
        "-in",
        &hash,
        "-sigfile",
        &signature,
        "-pkeyopt",
        "digest:sha256",
    ];
    assert!(text("openssl", &verify).contains("Verified Successfully"));
    assert_individual_number_untouched(&slot);
}
