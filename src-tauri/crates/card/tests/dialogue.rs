//! Reading the four items against a script of exact bytes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::VecDeque;

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::pin::{Digit, Pin, PinEntry};
use card::session::Trouble;
use card::{CardTransport, Fault, Outcome, Sex, look};

const SELECT: &str = "00A4040C0AD3921000310001010408";
const TRIES: &str = "00200091";
const VERIFY: &str = "002000910431323334";
const READ: &str = "00B0820000";
const OK: &str = "9000";

/// EF 0002 of a JPKI test card, as published in the tests of soltia48/myna-card (MIT).
const GOLDEN: &str = concat!(
    "FF2065DF2108000E002000590064",
    "DF220FE9BB92E6A190E38080E5B9B9E4B99F",
    "DF2336E69DB1E4BAACE983BDE6B885E780ACE5B882E8A6B3E5B883E5AD90E58D97",
    "EFBC91EFBC92EFBC8DEFBC97EFBC8DEFBC92EFBC90EFBC92",
    "DF24083139383030323137DF250131",
);

/// A card that expects exactly these commands on exactly these paths.
struct Script(VecDeque<Line>);

struct Line {
    command: Vec<u8>,
    is_credential: bool,
    answer: Result<Vec<u8>, Fault>,
}

impl Script {
    fn new(lines: &[(&str, &str)]) -> Self {
        Self(
            lines
                .iter()
                .map(|(command, answer)| line(command, Ok(hex(answer))))
                .collect(),
        )
    }

    fn failing(mut self, command: &str, fault: Fault) -> Self {
        self.0.push_back(line(command, Err(fault)));
        self
    }

    fn answer(&mut self, command: &[u8], is_credential: bool) -> Result<Response, Fault> {
        let Some(line) = self.0.pop_front() else {
            panic!("nothing more was expected, but {command:02X?} came");
        };
        assert_eq!(
            command, line.command,
            "expected {:02X?}, got {command:02X?}",
            line.command
        );
        assert_eq!(
            is_credential, line.is_credential,
            "{command:02X?} took the wrong path"
        );
        Response::parse(line.answer?)
    }
}

/// A VERIFY with data is a credential; everything else is not.
fn line(command: &str, answer: Result<Vec<u8>, Fault>) -> Line {
    let command = hex(command);
    let is_credential = command[1] == 0x20 && command.len() > 4;
    Line {
        command,
        is_credential,
        answer,
    }
}

impl CardTransport for Script {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.answer(command.bytes(), false)
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.answer(command.expose(), true)
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn pin() -> Pin {
    let mut entry = PinEntry::default();
    (1..=4)
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    entry.take().unwrap()
}

fn golden_file() -> String {
    GOLDEN.to_owned() + &"FF".repeat(152) + OK
}

/// Look, and if the card permits it, read.
fn visit(mut script: Script) -> Outcome {
    let outcome = match look(&mut script) {
        Ok(looked) => looked.read(&mut script, pin()),
        Err(trouble) => Outcome::Trouble(trouble),
    };
    assert!(
        script.0.is_empty(),
        "{} commands were expected and did not come",
        script.0.len()
    );
    outcome
}

fn trouble(script: Script) -> Trouble {
    match visit(script) {
        Outcome::Trouble(trouble) => trouble,
        Outcome::Read(_) => panic!("it was read"),
        Outcome::WrongPin(_) => panic!("the PIN was refused"),
    }
}

fn assert_golden(outcome: Outcome) {
    let Outcome::Read(four) = outcome else {
        panic!("it was not read")
    };
    assert_eq!(four.name(), "黒桐　幹也");
    assert_eq!(four.address(), "東京都清瀬市観布子南１２－７－２０２");
    assert_eq!(four.birth().digits(), "19800217");
    assert_eq!(four.birth().year_month_day(), Some((1980, 2, 17)));
    assert!(four.sex() == Sex::Male);
}

#[test]
fn four_commands_read_the_four_items() {
    let file = golden_file();
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &file),
    ])));
}

#[test]
fn a_file_that_ends_early_is_read_too() {
    let file = golden_file();
    let whole = &file[..208];
    for answer in [
        format!("{whole}9000"),
        format!("{whole}6282"),
        format!("{whole}FF6282"),
    ] {
        assert_golden(visit(Script::new(&[
            (SELECT, OK),
            (TRIES, "63C3"),
            (VERIFY, OK),
            (READ, &answer),
        ])));
    }
}

#[test]
fn a_reader_that_cuts_answers_short_is_asked_on() {
    let file = golden_file();
    let (first, second) = (
        format!("{}9000", &file[..100]),
        format!("{}9000", &file[100..208]),
    );
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &first),
        ("00B0003200", &second),
    ])));
}

#[test]
fn announced_rests_and_corrected_lengths_are_followed() {
    let file = golden_file();
    let (first, second) = (
        format!("{}6134", &file[..104]),
        format!("{}9000", &file[104..208]),
    );
    let whole = format!("{}9000", &file[..208]);
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, "6C68"),
        ("00B0820068", &first),
        ("00C0000034", &second),
    ])));
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, "6C68"),
        ("00B0820068", &whole),
    ])));
}

#[test]
fn a_card_without_short_identifiers_is_asked_the_long_way() {
    let file = golden_file();
    for refused in ["6A86", "6A82", "6700", "6D00"] {
        assert_golden(visit(Script::new(&[
            (SELECT, OK),
            (TRIES, refused),
            ("00A4020C020011", OK),
            ("00200080", "63C3"),
            ("002000800431323334", OK),
            (READ, refused),
            ("00A4020C020002", OK),
            ("00B0000000", &file),
        ])));
    }
}

#[test]
fn the_first_command_after_power_up_may_fail_once() {
    let file = golden_file();
    assert_golden(visit(Script::new(&[
        (SELECT, "6F00"),
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &file),
    ])));
    assert_eq!(
        trouble(Script::new(&[(SELECT, "6F00"), (SELECT, "6F00")])),
        Trouble::Unreadable
    );
}

#[test]
fn a_verify_that_fails_like_the_first_command_is_not_repeated() {
    let script = Script::new(&[(SELECT, OK), (TRIES, "63C3"), (VERIFY, "6F00")]);
    assert_eq!(trouble(script), Trouble::Unreadable);
}

#[test]
fn a_wrong_pin_reports_the_remaining_tries() {
    let mut script = Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, "63C2"),
        (VERIFY, "63C1"),
    ]);
    let looked = look(&mut script).unwrap();
    assert_eq!(looked.tries_left(), 3);
    let Outcome::WrongPin(looked) = looked.read(&mut script, pin()) else {
        panic!("a wrong PIN")
    };
    assert_eq!(looked.tries_left(), 2);
    let Outcome::WrongPin(looked) = looked.read(&mut script, pin()) else {
        panic!("a wrong PIN")
    };
    assert_eq!(looked.tries_left(), 1);
    // The script expects nothing more: the last try never reaches the card.
    let Outcome::Trouble(trouble) = looked.read(&mut script, pin()) else {
        panic!("refused")
    };
    assert_eq!(trouble, Trouble::FewTriesLeft { left: 1 });
}

#[test]
fn one_try_left_never_sends_a_verify() {
    let script = Script::new(&[(SELECT, OK), (TRIES, "63C1")]);
    assert_eq!(trouble(script), Trouble::FewTriesLeft { left: 1 });
}

#[test]
fn a_locked_pin_is_locked_however_the_card_says_it() {
    for locked in ["63C0", "6983", "6984"] {
        assert_eq!(
            trouble(Script::new(&[(SELECT, OK), (TRIES, locked)])),
            Trouble::Locked
        );
        let just_now = Script::new(&[(SELECT, OK), (TRIES, "63C2"), (VERIFY, locked)]);
        assert_eq!(trouble(just_now), Trouble::Locked);
    }
}

#[test]
fn a_card_that_does_not_tell_its_counter_is_sent_no_verify() {
    for answer in ["9000", "6300", "6982", "6985", "6F00", "66F1"] {
        let script = Script::new(&[(SELECT, OK), (TRIES, answer)]);
        assert_eq!(trouble(script), Trouble::Unreadable, "{answer}");
    }
}

#[test]
fn a_torn_answer_is_a_pulled_card_at_every_command() {
    let file = golden_file();
    let whole = [
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, file.as_str()),
    ];
    let half_a_file = &file[..100];
    for torn in ["", "90", half_a_file] {
        for place in 0..whole.len() {
            let mut lines = whole[..=place].to_vec();
            lines[place].1 = torn;
            assert_eq!(
                trouble(Script::new(&lines)),
                Trouble::Pulled,
                "command {place}, {torn}"
            );
        }
    }
}

#[test]
fn every_fault_has_its_trouble_at_every_command_and_nothing_is_sent_again() {
    let file = golden_file();
    let whole = [
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, file.as_str()),
    ];
    for (fault, expected) in [
        (Fault::Torn, Trouble::Pulled),
        (Fault::Removed, Trouble::Pulled),
        (Fault::ReaderLost, Trouble::NoReader),
        (Fault::Busy, Trouble::Busy),
        (Fault::Silent, Trouble::Silent),
        (Fault::Refused, Trouble::Unreadable),
    ] {
        for (place, (command, _)) in whole.iter().enumerate() {
            let script = Script::new(&whole[..place]).failing(command, fault);
            assert_eq!(trouble(script), expected, "{fault} at command {place}");
        }
    }
}

#[test]
fn half_of_the_file_that_looks_like_success_shows_nothing() {
    let half = format!("{}9000", &golden_file()[..120]);
    let script = Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &half),
        ("00B0003C00", "6B00"),
    ]);
    assert_eq!(trouble(script), Trouble::Unreadable);
}

const JPKI: &str = "00A4040C0AD392F000260100000001";
const FACE: &str = "00A4040C0AD3921000310001010402";
const LICENCE: &str = "00A4040C10A0000002310100000000000000000000";
const RESIDENCE: &str = "00A4040C10D392F0004F0200000000000000000000";
const PPSE: &str = "00A4040C0E325041592E5359532E4444463031";
const PSE: &str = "00A4040C0E315041592E5359532E4444463031";

#[test]
fn another_card_is_told_from_a_newer_one_and_neither_is_sent_a_verify() {
    let no = "6A82";
    for odd in ["6D00", "6E00", "6A81", "6A86", "6700", "6985"] {
        assert_eq!(
            trouble(Script::new(&[(SELECT, odd)])),
            Trouble::AnotherCard,
            "{odd}"
        );
    }
    let licence = Script::new(&[(SELECT, no), (JPKI, no), (FACE, no), (LICENCE, OK)]);
    assert_eq!(trouble(licence), Trouble::AnotherCard);
    let payment = [
        (SELECT, no),
        (JPKI, no),
        (FACE, no),
        (LICENCE, no),
        (RESIDENCE, no),
        (PPSE, "6A86"),
    ];
    assert_eq!(trouble(Script::new(&payment)), Trouble::AnotherCard);
    let unknown = [
        (SELECT, no),
        (JPKI, no),
        (FACE, no),
        (LICENCE, no),
        (RESIDENCE, no),
        (PPSE, no),
        (PSE, no),
    ];
    assert_eq!(trouble(Script::new(&unknown)), Trouble::NewerCard);
}
