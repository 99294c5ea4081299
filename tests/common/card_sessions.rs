//! Ten thousand visits to a card, from one seed: wrong digits, torn cards, statuses that are not true. What must hold is
//! that no card is ever locked by us, nothing forbidden is asked, and what is read is the holder's or nothing.

use std::fmt;

use card::credential::RANDOM_BYTES;
use card::pin::{Digit, PinEntry};
use card::session::{Entered, Trouble, Way};
use card::{Day, IssuerKey, IssuerKeys, Outcome, PrintedDates, Random, look};
use sim::card::{
    Counter, Fault, Lock, Manner, MemoryReader, MyNumberCard, Person, Proof, TEST_ISSUER_ID,
    test_issuer_modulus,
};

/// What was seen in all sessions.
#[derive(Debug, Default)]
pub struct Seen {
    pub sessions: u64,
    pub read: u64,
    pub wrong: u64,
    pub pulled: u64,
    pub silent: u64,
    pub few_tries: u64,
    pub unreadable: u64,
    pub other: u64,
    pub faults: u64,
    /// Cards whose PIN or 照合番号B is locked now and was not when it came.
    pub locked: u64,
    /// Commands near a file or key nobody may come near.
    pub forbidden: u64,
    /// VERIFYs beyond the one that a press of the last key allows, or where it allows none: after a look, and when the
    /// visitor is told that too few tries are left.
    pub verifies_too_many: u64,
    /// Readings that were not the holder's, whole.
    pub untrue: u64,
}

impl Seen {
    /// Whether everything occurred that is claimed to be tested.
    pub fn is_telling(&self) -> bool {
        [
            self.read,
            self.wrong,
            self.pulled,
            self.silent,
            self.few_tries,
            self.unreadable,
        ]
        .into_iter()
        .all(|seen| seen * 1_000 >= self.sessions)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} read, {} wrong, {} pulled, {} silent, {} few tries, {} unreadable, {} other; {} faults; \
             locked {}, forbidden {}, verifies too many {}, untrue {}",
            self.read,
            self.wrong,
            self.pulled,
            self.silent,
            self.few_tries,
            self.unreadable,
            self.other,
            self.faults,
            self.locked,
            self.forbidden,
            self.verifies_too_many,
            self.untrue
        )
    }
}

/// Plays so many sessions from a seed.
pub fn play(seed: u64, sessions: u64) -> Seen {
    let mut chance = Chance(seed);
    let mut seen = Seen::default();
    let issuers = [no_issuers(), no_issuers(), no_issuers(), known_issuer()];
    while seen.sessions < sessions {
        let visits = 1 + chance.below(4);
        let issuers = &issuers[chance.below(4) as usize];
        let visits = visits.min(sessions - seen.sessions);
        holder(&mut chance, &mut seen, issuers, visits);
    }
    seen
}

/// One holder, whose card comes so many times and keeps its counters in between.
fn holder(chance: &mut Chance, seen: &mut Seen, issuers: &IssuerKeys, visits: u64) {
    let person = Person {
        name: format!("山田　{}子", chance.below(1_000)),
        pin: format!("{:04}", chance.below(10_000)),
        security_code: format!("{:04}", chance.below(10_000)),
        ..Person::default()
    };
    let lock = match chance.below(12) {
        0 => Lock::PinLeft(1),
        1 => Lock::PinLeft(2),
        2 => Lock::PinLeft(0),
        _ => Lock::Open,
    };
    let card = MyNumberCard {
        manner: Manner::ALL[chance.below(5) as usize],
        proof: [Proof::Genuine, Proof::Missing][chance.below(2) as usize],
        lock,
        ..MyNumberCard::of(&person)
    };
    let mut reader = MemoryReader::with(card.card());
    let before = reader.card().card().counters();
    for _ in 0..visits {
        reader.put_down_again();
        reader.card().calm();
        if chance.below(2) == 0 {
            seen.faults += 1;
            let fault = fault(chance);
            let script = reader.card().script();
            match chance.below(8) {
                0 => script.fail_at_power_up(Fault::Undiagnosed),
                _ => script.fail_at(1 + chance.below(9) as u32, fault),
            }
        }
        visit(chance, seen, &mut reader, &person, issuers);
        seen.sessions += 1;
    }
    let after = reader.card().card().counters();
    seen.locked += before
        .iter()
        .zip(&after)
        .filter(|(b, a)| was_locked(b, a))
        .count() as u64;
    seen.forbidden += reader.card().card().tally().forbidden;
}

/// How many VERIFYs the card has heard.
fn verifies(reader: &mut MemoryReader) -> u64 {
    reader.card().card().tally().verifies
}

fn was_locked(before: &Counter, after: &Counter) -> bool {
    before.left > 0 && after.left == 0
}

/// Any fault but one: a card that says it has more tries left than it has. No policy could keep that one open.
fn fault(chance: &mut Chance) -> Fault {
    match chance.below(10) {
        place @ 0..=6 => Fault::ALL[place as usize],
        7 => Fault::Status(0x9000),
        8 => Fault::Status(0x63C0 | chance.below(2) as u16),
        _ => match 0x6100 + chance.below(0xF00) as u16 {
            0x63C2..=0x63CF => Fault::Undiagnosed,
            status => Fault::Status(status),
        },
    }
}

/// One visit: look, then digits until it is read, refused or too much.
fn visit(
    chance: &mut Chance,
    seen: &mut Seen,
    reader: &mut MemoryReader,
    person: &Person,
    issuers: &IssuerKeys,
) {
    let way = if chance.below(2) == 0 {
        Way::Pin
    } else {
        Way::NumberB
    };
    let before = verifies(reader);
    let looked = look(reader, way, today());
    seen.verifies_too_many += verifies(reader) - before;
    let mut looked = match looked {
        Ok(looked) => looked,
        Err(trouble) => {
            count(seen, trouble);
            return;
        }
    };
    for _ in 0..6 {
        let right = match way {
            Way::Pin => person.pin.as_bytes(),
            Way::NumberB => person.security_code.as_bytes(),
        };
        let digits: Vec<u8> = if chance.below(3) == 0 {
            format!("{:04}", chance.below(10_000)).into_bytes()
        } else {
            right.to_vec()
        };
        let mut entry = PinEntry::default();
        for digit in digits.iter().filter_map(|ascii| Digit::new(ascii - b'0')) {
            entry.push(digit);
        }
        let what = match way {
            Way::Pin => Entered::Pin,
            Way::NumberB => Entered::NumberB(printed(person)),
        };
        let Ok(credential) = what.complete(&mut entry) else {
            break;
        };
        let random = Random::new(&mut [0x5A; RANDOM_BYTES]);
        let before = verifies(reader);
        let outcome = looked.read(reader, credential, issuers, random);
        let allowed = match outcome {
            Outcome::Trouble(Trouble::FewTriesLeft { .. }) => 0,
            _ => 1,
        };
        seen.verifies_too_many += (verifies(reader) - before).saturating_sub(allowed);
        match outcome {
            Outcome::Read(reading) => {
                seen.read += 1;
                let is_theirs = reading.name() == Some(person.name.as_str())
                    && reading.address() == Some(person.address.as_str());
                seen.untrue += u64::from(!is_theirs);
                break;
            }
            Outcome::Wrong(again) => {
                seen.wrong += 1;
                looked = again;
            }
            Outcome::Trouble(trouble) => {
                count(seen, trouble);
                break;
            }
        }
    }
}

fn count(seen: &mut Seen, trouble: Trouble) {
    *match trouble {
        Trouble::Pulled => &mut seen.pulled,
        Trouble::Silent => &mut seen.silent,
        Trouble::FewTriesLeft { .. } | Trouble::Locked { .. } => &mut seen.few_tries,
        Trouble::Unreadable => &mut seen.unreadable,
        _ => &mut seen.other,
    } += 1;
}

/// Nobody's cards are checked.
fn no_issuers() -> IssuerKeys {
    IssuerKeys::default()
}

/// The virtual cards' issuer is known, and every card is checked.
fn known_issuer() -> IssuerKeys {
    let key = IssuerKey::new(TEST_ISSUER_ID, &test_issuer_modulus(), &[1, 0, 1]);
    [key.expect("a key")].into_iter().collect()
}

fn printed(person: &Person) -> PrintedDates {
    PrintedDates::from_ascii(&person.code_b().as_bytes()[..10]).expect("ten digits")
}

fn today() -> Day {
    Day::new(2026, 11, 22).expect("a day of the calendar")
}

/// SplitMix64: the same numbers on every machine.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}
