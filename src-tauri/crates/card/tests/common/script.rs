//! A card that expects exactly these commands on exactly these paths, and what a holder presents to it.

use std::collections::VecDeque;

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::pin::{Digit, PinEntry};
use card::session::{Entered, Trouble, Way};
use card::{
    CardNumber, CardTransport, Credential, Day, Fault, IssuerKeys, Looked, Outcome, PrintedDates,
    Random, look,
};

pub(crate) const OK: &str = "9000";

pub(crate) const SELECT: &str = "00A4040C0AD3921000310001010408";
/// What is asked of every card first, and answered by "not found" up to the card at hand.
pub(crate) const NO_MY_NUMBER: (&str, &str) = (SELECT, "6A82");
pub(crate) const LICENCE: &str = "00A4040C10A0000002310100000000000000000000";
pub(crate) const RESIDENCE: &str = "00A4040C10D392F0004F0200000000000000000000";

pub(crate) struct Script(VecDeque<Line>);

struct Line {
    command: Vec<u8>,
    answer: Result<Vec<u8>, Fault>,
}

impl Script {
    pub(crate) fn new(lines: &[(&str, &str)]) -> Self {
        Self(
            lines
                .iter()
                .map(|(command, answer)| Line {
                    command: hex(command),
                    answer: Ok(hex(answer)),
                })
                .collect(),
        )
    }

    pub(crate) fn then(mut self, lines: &[(&str, &str)]) -> Self {
        self.0.extend(Self::new(lines).0);
        self
    }

    pub(crate) fn failing(mut self, command: &str, fault: Fault) -> Self {
        self.0.push_back(Line {
            command: hex(command),
            answer: Err(fault),
        });
        self
    }

    pub(crate) fn assert_done(&self) {
        assert!(
            self.0.is_empty(),
            "{} commands were expected and did not come",
            self.0.len()
        );
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
        // VERIFY with data, and MUTUAL AUTHENTICATE.
        let presents = matches!(command, [_, 0x20, _, _, _, ..] | [_, 0x82, ..]);
        assert_eq!(
            is_credential, presents,
            "{command:02X?} took the wrong path"
        );
        Response::parse(line.answer?)
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

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub(crate) fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(crate) fn today() -> Day {
    Day::new(2026, 11, 22).unwrap()
}

pub(crate) fn held(digits: [u8; 4]) -> PinEntry {
    let mut entry = PinEntry::default();
    digits
        .into_iter()
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    entry
}

pub(crate) fn pin() -> Credential {
    Entered::Pin.complete(&mut held([1, 2, 3, 4])).ok().unwrap()
}

/// 照合番号B of the published example: born 1980-02-17, valid until 2035, code 2285.
pub(crate) fn number_b() -> Credential {
    let dates = PrintedDates::of(Day::new(1980, 2, 17).unwrap(), 2035).unwrap();
    Entered::NumberB(dates)
        .complete(&mut held([2, 2, 8, 5]))
        .ok()
        .unwrap()
}

pub(crate) fn card_number() -> Credential {
    let number = CardNumber::parse(b"AA12345678BB").unwrap();
    Entered::CardNumber(number)
        .complete(&mut PinEntry::default())
        .ok()
        .unwrap()
}

/// The random numbers of the specifications' examples: the terminal's number, its half of the session's key.
pub(crate) fn random() -> Random {
    let mut bytes = [0; 32];
    bytes[..24].copy_from_slice(&hex("1122334455667788404142434445464748494A4B4C4D4E4F"));
    Random::new(&mut bytes)
}

pub(crate) fn present(looked: Looked, script: &mut Script, credential: Credential) -> Outcome {
    looked.read(script, credential, &IssuerKeys::default(), random())
}

/// Look, and if the card permits it, read.
pub(crate) fn visit(script: Script, credential: Credential) -> Outcome {
    visit_by(script, Way::Pin, credential)
}

pub(crate) fn visit_by(mut script: Script, way: Way, credential: Credential) -> Outcome {
    let outcome = match look(&mut script, way, today()) {
        Ok(looked) => present(looked, &mut script, credential),
        Err(trouble) => Outcome::Trouble(trouble),
    };
    script.assert_done();
    outcome
}

pub(crate) fn trouble(outcome: Outcome) -> Trouble {
    match outcome {
        Outcome::Trouble(trouble) => trouble,
        Outcome::Read(_) => panic!("it was read"),
        Outcome::Wrong(_) => panic!("it was refused"),
    }
}
