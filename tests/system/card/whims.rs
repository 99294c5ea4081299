//! Any conversation with any card: requests in any order, answers bent in any way, from one seed. What must hold stands
//! in the card's own log: nobody came near what nobody may touch, and no press of a key was two VERIFYs.
//!
//! One thing no answer is bent to: that an application was selected when it was not. A card that lies about that is no
//! card of ours, and a file's number means nothing on it.

use std::collections::BTreeSet;

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::credential::RANDOM_BYTES;
use card::pin::{Digit, PinEntry};
use card::session::{Entered, Way};
use card::{
    CardNumber, CardTransport, Credential, Day, Fault, IssuerKey, IssuerKeys, Looked, Outcome,
    PrintedDates, Random, look,
};
use sim::card::{
    Entry, Model, Person, RESIDENCE_CARD_NUMBER, Signal, TEST_ISSUER_ID, VirtualCard,
    test_issuer_modulus,
};

use super::sessions::play::Chance;

const CONVERSATIONS: u64 = 4_000;
const REQUESTS_MAX: u64 = 8;

/// A virtual card whose answers are bent on their way.
struct Bending {
    card: VirtualCard,
    chance: Chance,
    /// One answer of so many is bent.
    one_of: u64,
    before: Vec<u8>,
    bent: u64,
}

impl Bending {
    fn carry(&mut self, command: &[u8]) -> Result<Response, Fault> {
        if self.chance.below(self.one_of) != 0 {
            return Response::parse(self.card.answer(command));
        }
        self.bent += 1;
        let faults = [
            Fault::Torn,
            Fault::Removed,
            Fault::ReaderLost,
            Fault::Busy,
            Fault::Silent,
            Fault::Refused,
        ];
        match self.chance.below(24) {
            0 => return Err(faults[self.chance.below(6) as usize]),
            1 => {
                self.card.answer(command);
                return Err(faults[self.chance.below(6) as usize]);
            }
            _ => {}
        }
        let answer = self.card.answer(command);
        let bent = self.bend(answer.clone());
        let selects = matches!(command, [_, 0xA4, 0x04 | 0x00, ..]);
        let answer = if selects && is_success(&bent) && !is_success(&answer) {
            answer
        } else {
            bent
        };
        self.before.clone_from(&answer);
        Response::parse(answer)
    }

    fn bend(&mut self, mut answer: Vec<u8>) -> Vec<u8> {
        let end = answer.len().saturating_sub(2);
        match self.chance.below(8) {
            0 | 1 => {
                answer.truncate(end);
                answer.extend(self.status().to_be_bytes());
            }
            2 => {
                answer.truncate(0);
                answer.extend(self.status().to_be_bytes());
            }
            3 => {
                for _ in 0..=self.chance.below(4) {
                    let place = self.chance.below(answer.len() as u64) as usize;
                    answer[place] ^= 1 << self.chance.below(8);
                }
            }
            4 => answer.truncate(self.chance.below(answer.len() as u64) as usize),
            5 => {
                let status = answer.split_off(end);
                let more = self.chance.below(600);
                answer.extend((0..more).map(|_| self.chance.below(256) as u8));
                answer.extend(status);
            }
            6 => {
                let length = self.chance.below(300);
                answer = (0..length).map(|_| self.chance.below(256) as u8).collect();
            }
            _ => answer.clone_from(&self.before),
        }
        answer
    }

    fn status(&mut self) -> u16 {
        const TELLING: [u16; 16] = [
            0x9000, 0x63C0, 0x63C1, 0x63C2, 0x63C3, 0x63CA, 0x6300, 0x6282, 0x6984, 0x6982, 0x6A82,
            0x6A86, 0x6700, 0x6B00, 0x6D00, 0x6F00,
        ];
        match self.chance.below(20) {
            place @ 0..=15 => TELLING[place as usize],
            16 => 0x6100 | self.chance.below(256) as u16,
            17 => 0x6C00 | self.chance.below(256) as u16,
            _ => self.chance.below(0x1_0000) as u16,
        }
    }
}

fn is_success(answer: &[u8]) -> bool {
    matches!(answer, [.., 0x90, 0x00] | [.., 0x61, _])
}

impl CardTransport for Bending {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.carry(command.bytes())
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.carry(command.expose())
    }
}

#[derive(Default)]
struct Seen {
    bent: u64,
    read: u64,
    verifies: u64,
    /// Instructions that a card was asked.
    instructions: BTreeSet<String>,
}

#[test]
fn no_order_of_requests_and_no_answer_brings_the_product_near_what_nobody_may_touch() {
    let known = IssuerKey::new(TEST_ISSUER_ID, &test_issuer_modulus(), &[1, 0, 1]).unwrap();
    let none = IssuerKeys::default();
    let issuers = [known].into_iter().collect();
    let mut seen = Seen::default();
    for seed in 0..CONVERSATIONS {
        let mut chance = Chance(seed.wrapping_mul(0x9E6D));
        let (word, model) = Model::ALL[chance.below(Model::ALL.len() as u64) as usize];
        let issuers = if chance.below(4) == 0 {
            &issuers
        } else {
            &none
        };
        let mut card = Bending {
            card: model.card(&Person::default()),
            one_of: [1, 2, 4, 12][chance.below(4) as usize],
            chance: Chance(!seed),
            before: vec![0x90, 0x00],
            bent: 0,
        };
        let (presses, read) = converse(&mut chance, &mut card, issuers);
        let tally = card.card.tally();
        let log = card.card.log();
        assert_eq!(tally.commands, log.len() as u64, "the log is whole");
        assert_eq!(tally.forbidden, 0, "{word} from {seed}: {log:?}");
        assert!(tally.verifies <= presses, "{word} from {seed}: {log:?}");
        for entry in &log {
            assert!(is_known(entry), "{word} from {seed}: {entry}");
            seen.instructions.insert(entry.command[2..4].to_owned());
        }
        seen.bent += card.bent;
        seen.read += read;
        seen.verifies += tally.verifies;
    }
    assert!(
        seen.bent > CONVERSATIONS && seen.read > 100 && seen.verifies > 500,
        "{} bent, {} read, {} VERIFYs",
        seen.bent,
        seen.read,
        seen.verifies
    );
    let instructions: Vec<_> = seen.instructions.iter().map(String::as_str).collect();
    assert_eq!(instructions, ["20", "2A", "82", "84", "A4", "B0", "C0"]);
}

/// Requests in any order; how often a credential was presented, and how often something was read.
fn converse(chance: &mut Chance, card: &mut Bending, issuers: &IssuerKeys) -> (u64, u64) {
    let today = Day::new(2026, 11, 22).unwrap();
    let (mut presses, mut read) = (0, 0);
    let mut looked: Option<Looked> = None;
    for _ in 0..=chance.below(REQUESTS_MAX) {
        match (chance.below(8), looked.take()) {
            (0, _) => card.card.signal(Signal::PowerOn),
            (1..=6, Some(at)) => {
                let Some(credential) = credential(chance) else {
                    continue;
                };
                presses += 1;
                let before = card.card.tally().verifies;
                let random = Random::new(&mut [0x5A; RANDOM_BYTES]);
                match at.read(card, credential, issuers, random) {
                    Outcome::Read(_) => read += 1,
                    Outcome::Wrong(again) => looked = Some(again),
                    Outcome::Trouble(_) => {}
                }
                let sent = card.card.tally().verifies - before;
                assert!(sent <= 1, "one press was {sent} VERIFYs");
            }
            _ => {
                let way = [Way::Pin, Way::NumberB][chance.below(2) as usize];
                let before = card.card.tally().verifies;
                looked = look(card, way, today).ok();
                assert_eq!(card.card.tally().verifies, before, "a look presented");
            }
        }
    }
    (presses, read)
}

/// What somebody may present, whatever lies there: right or wrong, of this kind of card or of another.
fn credential(chance: &mut Chance) -> Option<Credential> {
    let person = Person::default();
    let entered = match chance.below(4) {
        0 | 1 => Entered::Pin,
        2 => Entered::NumberB(PrintedDates::from_ascii(&person.code_b().as_bytes()[..10])?),
        _ => Entered::CardNumber(CardNumber::parse(RESIDENCE_CARD_NUMBER.as_bytes())?),
    };
    let digits = match (chance.below(4), &entered) {
        (0, _) => format!("{:04}", chance.below(10_000)),
        (_, Entered::NumberB(_)) => person.security_code,
        _ => person.pin,
    };
    let mut entry = PinEntry::default();
    for digit in digits.bytes().filter_map(|ascii| Digit::new(ascii - b'0')) {
        entry.push(digit);
    }
    entered.complete(&mut entry).ok()
}

/// Whether a command has a shape that the product may send at all, however the card answered it: the log of a card that
/// refuses a way of naming files would not tell which one was meant.
fn is_known(entry: &Entry) -> bool {
    let command = entry.command.as_str();
    let is = |begin: &str| command.starts_with(begin);
    match command.get(2..4) {
        // By name; by identifier within the application; the root.
        Some("A4") => {
            is("00A404") || is("00A4020C02") || ["00A40000", "00A40000023F00"].contains(&command)
        }
        Some("20") => is("0020") || is("08200086"),
        Some("B0") => is("00B0") || is("08B0"),
        Some("C0") => is("00C00000"),
        Some("82") => is("00820000"),
        Some("84") => is("0084000008"),
        Some("2A") => is("802A0000"),
        _ => false,
    }
}

#[test]
fn a_command_of_another_shape_would_be_seen_in_the_log() {
    let is_known = |command: &str| {
        is_known(&Entry {
            command: command.to_owned(),
            status: 0x6A86,
            place: None,
        })
    };
    for known in ["00A40000", "00A4020C020002", "00200091", "00B0820000"] {
        assert!(is_known(known), "{known}");
    }
    for unknown in [
        // By identifier from anywhere, and by path from the root and from here.
        "00A4000C020001",
        "00A4080C047F000001",
        "00A4090C020001",
        // The other READ BINARY, and READ RECORD.
        "00B100010454020000",
        "00B2010C00",
        "00240180",
    ] {
        assert!(!is_known(unknown), "{unknown}");
    }
}
