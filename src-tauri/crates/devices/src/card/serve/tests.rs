use card::pin::Digit;
use card::session::{Document, Entered, Kind};
use pcsc::Error;

use super::super::script::{Script, Step};
use super::*;

const SELECT: &str = "00A4040C0AD3921000310001010408";
const PIN_TRIES: &str = "00200091";
const NUMBER_B_TRIES: &str = "00200095";
const VERIFY_1234: &str = "002000910431323334";
const VERIFY_0000: &str = "002000910430303030";
const READ: &str = "00B0820000";
/// 山田　花子, 東京都, 2001-02-03, 女.
const FOUR_ITEMS: &str = concat!(
    "FF202D",
    "DF220FE5B1B1E794B0E38080E88AB1E5AD90",
    "DF2309E69DB1E4BAACE983BD",
    "DF24083230303130323033",
    "DF250132",
    "9000"
);

/// What was said to the kiosk.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// The reports so far, in words; a reading is only said to be there.
    fn reports(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let mut stream = bytes.as_slice();
        let mut reports = Vec::new();
        while let Some(body) = codec::read_frame(&mut stream).unwrap() {
            let report = codec::parse_report(&body).unwrap_or_else(|_| panic!("a report"));
            reports.push(described(&report));
        }
        reports
    }
}

fn described(report: &Report) -> String {
    match report {
        Report::Reader(state) => format!("{state:?}"),
        Report::Looked {
            document,
            generation,
            tries_left,
        } => {
            let generation = generation.map_or_else(String::new, |it| format!(" {it:?}"));
            format!("{document:?}{generation} {tries_left:?}")
        }
        Report::Length(length) => format!("length {length}"),
        Report::Wrong { tries_left } => format!("wrong {tries_left:?}"),
        Report::Read(reading) => format!("read {}", reading.name().is_some()),
        Report::Trouble(trouble) => format!("{trouble:?}"),
        Report::Incomplete(length) => format!("incomplete {length}"),
        Report::Forgotten => "forgotten".to_owned(),
    }
}

fn seat(events: u32) -> Seat {
    Seat::Card {
        reader: c"A".into(),
        events,
        atr: Vec::new(),
    }
}

fn worker(steps: Vec<Step>) -> (Worker<Script>, Said) {
    let said = Said::default();
    let limit = Duration::from_secs(60);
    let worker = Worker {
        service: Script::new(steps),
        output: Output::new(said.clone()),
        watchdog: Watchdog::start(|| panic!("nothing takes so long here")),
        limits: Limits {
            connect: limit,
            command: limit,
        },
        issuers: IssuerKeys::default(),
        seat: seat(1),
        session: None,
    };
    (worker, said)
}

fn pin(digits: [u8; 4]) -> Credential {
    let mut entry = PinEntry::default();
    digits
        .into_iter()
        .filter_map(Digit::new)
        .for_each(|it| entry.push(it));
    Entered::Pin.complete(&mut entry).ok().unwrap()
}

fn connected() -> Vec<Step> {
    vec![Step::context(), Step::connect("A")]
}

fn looked() -> Vec<Step> {
    let mut steps = connected();
    steps.push(Step::Command(SELECT, Ok("9000")));
    steps.push(Step::Command(PIN_TRIES, Ok("63C3")));
    steps
}

fn with(mut steps: Vec<Step>, more: impl IntoIterator<Item = Step>) -> Vec<Step> {
    steps.extend(more);
    steps
}

#[test]
fn four_commands_read_a_card_and_its_power_is_cut_at_the_end() {
    let (mut worker, _) = worker(with(
        looked(),
        [
            Step::Command(VERIFY_1234, Ok("9000")),
            Step::Command(READ, Ok(FOUR_ITEMS)),
            Step::Left,
        ],
    ));
    assert_eq!(described(&worker.look(Way::Pin)), "MyNumber Some(3)");
    let Report::Read(reading) = worker.read(pin([1, 2, 3, 4])) else {
        panic!("a reading")
    };
    assert_eq!(reading.document(), Document::MyNumber);
    assert_eq!(reading.name(), Some("山田　花子"));
    assert!(worker.service.is_over());
}

#[test]
fn after_a_wrong_pin_the_card_is_still_held_for_the_next() {
    let (mut worker, _) = worker(with(
        looked(),
        [
            Step::Command(VERIFY_0000, Ok("63C2")),
            Step::Command(VERIFY_1234, Ok("9000")),
            Step::Command(READ, Ok(FOUR_ITEMS)),
            Step::Left,
        ],
    ));
    worker.look(Way::Pin);
    assert_eq!(described(&worker.read(pin([0; 4]))), "wrong Some(2)");
    assert_eq!(described(&worker.read(pin([1, 2, 3, 4]))), "read true");
    assert!(worker.service.is_over());
}

#[test]
fn a_card_that_tears_at_the_verify_is_sent_no_second_one() {
    for said in [
        Ok(""),
        Ok("90"),
        Err(Error::NotTransacted),
        Err(Error::NoService),
    ] {
        let (mut worker, _) = worker(with(
            looked(),
            [Step::Command(VERIFY_1234, said), Step::Left],
        ));
        worker.look(Way::Pin);
        let expected = if said == Err(Error::NoService) {
            "NoReader"
        } else {
            "Pulled"
        };
        assert_eq!(described(&worker.read(pin([1, 2, 3, 4]))), expected);
        // The next digits were meant for the card that was looked at.
        assert_eq!(described(&worker.read(pin([1, 2, 3, 4]))), "Pulled");
        assert!(worker.service.is_over(), "{said:?}");
    }
}

#[test]
fn the_other_way_in_begins_with_a_card_without_power() {
    let (mut worker, _) = worker(with(
        with(looked(), [Step::Left]),
        with(
            connected(),
            [
                Step::Command(SELECT, Ok("9000")),
                Step::Command(NUMBER_B_TRIES, Ok("63CA")),
                Step::Left,
            ],
        ),
    ));
    assert_eq!(described(&worker.look(Way::Pin)), "MyNumber Some(3)");
    assert_eq!(described(&worker.look(Way::NumberB)), "MyNumber Some(10)");
    // Digits of the PIN are not sent where 照合番号B was asked for.
    assert_eq!(described(&worker.read(pin([1, 2, 3, 4]))), "Unreadable");
    assert!(worker.service.is_over());
}

#[test]
fn a_card_that_was_lifted_in_between_gets_no_credential() {
    for now in [
        seat(3),
        Seat::Empty {
            reader: c"A".into(),
        },
        Seat::Absent,
    ] {
        let (mut worker, _) = worker(with(looked(), [Step::Left]));
        worker.look(Way::Pin);
        worker.sit(now.clone());
        let said = described(&worker.read(pin([1, 2, 3, 4])));
        let expected = match now {
            Seat::Card { .. } => "Pulled",
            Seat::Empty { .. } => "NoCard",
            Seat::Absent => "NoReader",
        };
        assert_eq!(said, expected);
        assert!(worker.service.is_over());
    }
}

#[test]
fn an_answer_to_reset_that_comes_late_changes_nothing() {
    let (mut worker, _) = worker(with(
        looked(),
        [
            Step::Command(VERIFY_1234, Ok("9000")),
            Step::Command(READ, Ok(FOUR_ITEMS)),
            Step::Left,
        ],
    ));
    worker.look(Way::Pin);
    worker.sit(Seat::Card {
        reader: c"A".into(),
        events: 1,
        atr: vec![0x3B, 0x80],
    });
    assert_eq!(described(&worker.read(pin([1, 2, 3, 4]))), "read true");
}

#[test]
fn a_commuter_pass_is_told_by_name() {
    let (mut worker, _) = worker(Vec::new());
    worker.sit(Seat::Card {
        reader: c"A".into(),
        events: 1,
        atr: b"\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x11\x00\x3B\0\0\0\0\x42".to_vec(),
    });
    let said = described(&worker.look(Way::Pin));
    assert_eq!(said, format!("AnotherCard({:?})", Kind::TransitCard));
}

/// Everything that a kiosk sends, then everything that the worker does with it.
fn played(requests: &[Request], steps: Vec<Step>) -> Vec<String> {
    let (worker, said) = worker(steps);
    let (tasks, received) = channel();
    let frames: Vec<u8> = requests
        .iter()
        .flat_map(|it| codec::request(it).to_vec())
        .collect();
    take_requests(&mut frames.as_slice(), &worker.output, &tasks).unwrap();
    drop(tasks);
    let script = worker.service.clone();
    worker.run(&received);
    assert!(script.is_over(), "a card is let go when the kiosk is gone");
    said.reports()
}

fn key(value: u8) -> Request {
    Request::Key(Digit::new(value).unwrap())
}

#[test]
fn digits_that_are_missing_are_not_presented() {
    let requests = [
        Request::Look(Way::Pin),
        key(1),
        key(2),
        Request::Erase,
        Request::Enter(Entered::Pin),
    ];
    let said = played(&requests, with(looked(), [Step::Left]));
    assert_eq!(
        said,
        [
            "length 1",
            "length 2",
            "length 1",
            "incomplete 1",
            "MyNumber Some(3)"
        ]
    );
}

#[test]
fn nothing_that_was_asked_for_one_visitor_is_answered_to_the_next() {
    let requests = [Request::Look(Way::Pin), key(1), Request::Forget, key(2)];
    let said = played(&requests, Vec::new());
    assert_eq!(said, ["length 1", "forgotten", "length 1"]);
    // Nor is anything presented that was confirmed by somebody who then went, while the card was still looked at.
    let requests = [
        Request::Look(Way::Pin),
        key(1),
        key(2),
        key(3),
        key(4),
        Request::Enter(Entered::Pin),
        Request::Forget,
        Request::Look(Way::Pin),
    ];
    let said = played(&requests, with(looked(), [Step::Left]));
    assert_eq!(said[4..], ["forgotten", "MyNumber Some(3)"]);
}

#[test]
fn what_is_no_request_ends_the_process() {
    let (worker, _) = worker(Vec::new());
    let (tasks, _received) = channel();
    let mut stream: &[u8] = &[0, 2, 9, 9];
    let ended = take_requests(&mut stream, &worker.output, &tasks);
    assert_eq!(ended.err().unwrap().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_card_that_was_silent_is_not_answered_for_again_when_it_is_lifted() {
    let said = Said::default();
    let output = Output::new(said.clone());
    let visitor = output.visitor();
    output.silent();
    output.answer(visitor, &Report::Trouble(Trouble::Pulled));
    output.silent();
    assert_eq!(said.reports(), ["Silent"]);
}

fn seat_with(events: u32, atr: &[u8]) -> Seat {
    Seat::Card {
        reader: c"A".into(),
        events,
        atr: atr.to_vec(),
    }
}

#[test]
fn a_card_in_place_of_another_is_told_as_lifted_and_laid_down() {
    use ReaderState::{Absent, Card, Empty};
    let empty = || Seat::Empty {
        reader: c"A".into(),
    };
    let elsewhere = || Seat::Card {
        reader: c"B".into(),
        events: 1,
        atr: Vec::new(),
    };
    for (before, now, told) in [
        (None, Seat::Absent, &[Absent][..]),
        (None, seat(1), &[Card]),
        (Some(empty()), seat(1), &[Card]),
        (Some(seat(1)), empty(), &[Empty]),
        (Some(seat(1)), Seat::Absent, &[Absent]),
        (Some(seat(1)), seat(1), &[]),
        // The answer to reset comes late; it is the same card.
        (Some(seat(1)), seat_with(1, b"\x3B"), &[]),
        (Some(seat(1)), seat(3), &[Empty, Card]),
        (
            Some(seat_with(0, b"\x3B\x80")),
            seat_with(0, b"\x3B\xE0"),
            &[Empty, Card],
        ),
        (Some(seat(1)), elsewhere(), &[Empty, Card]),
        (
            Some(empty()),
            Seat::Empty {
                reader: c"B".into(),
            },
            &[],
        ),
    ] {
        let said: Vec<ReaderState> = changes(before.as_ref(), &now).collect();
        assert_eq!(said, told, "{before:?} {now:?}");
    }
}
