//! A whole conversation, as the card process leads it.

use card::pin::{Digit, PinEntry};
use card::session::{Entered, Trouble, Way};
use card::{
    CardNumber, Credential, Day, Document, Genuineness, IssuerKeys, Outcome, PrintedDates, Random,
    Reading, look,
};

use crate::watch::{Voice, Watch};

/// The most credentials a holder tries in one conversation.
const CREDENTIALS_MAX: usize = 6;

/// What a conversation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Something was read from this document.
    Read(Document),
    /// It was given up after credentials that were refused.
    Wrong,
    /// It ended in trouble.
    Trouble(Trouble),
    /// Nothing was to be talked about.
    Parsed,
}

/// What the holder of the card has in mind.
#[derive(Clone, Copy)]
pub(crate) enum Holder {
    /// Whatever fits the document.
    Fits(Way),
    /// The PIN, whatever lies there.
    PinAnyway,
    /// The number of a residence card, whatever lies there.
    NumberAnyway,
}

impl Holder {
    pub(crate) fn of(byte: u8) -> Self {
        match byte & 0x03 {
            0 => Self::Fits(Way::Pin),
            1 => Self::Fits(Way::NumberB),
            2 => Self::PinAnyway,
            _ => Self::NumberAnyway,
        }
    }

    fn way(self) -> Way {
        match self {
            Self::Fits(way) => way,
            Self::PinAnyway | Self::NumberAnyway => Way::NumberB,
        }
    }

    fn entered(self, document: Document) -> Option<Entered> {
        match (self, document) {
            (Self::NumberAnyway, _) | (Self::Fits(_), Document::ResidenceCard) => {
                CardNumber::parse(b"AA12345678BB").map(Entered::CardNumber)
            }
            (Self::Fits(Way::NumberB), Document::MyNumber) => {
                PrintedDates::from_ascii(b"5502172035").map(Entered::NumberB)
            }
            (Self::Fits(_) | Self::PinAnyway, _) => Some(Entered::Pin),
        }
    }
}

/// Looks, and presents a credential as long as the card can be asked again.
pub(crate) fn play(voice: impl Voice, holder: Holder, issuers: &IssuerKeys) -> Seen {
    let mut card = Watch::over(voice);
    let Some(today) = Day::new(2026, 11, 22) else {
        return Seen::Parsed;
    };
    let mut looked = match look(&mut card, holder.way(), today) {
        Ok(looked) => looked,
        Err(trouble) => return Seen::Trouble(trouble),
    };
    assert_eq!(card.verifies(), 0, "looking presents nothing");
    for _ in 0..CREDENTIALS_MAX {
        card.confirm();
        let document = looked.document();
        let left = looked.tries_left();
        let Some(credential) = credential(holder, document) else {
            return Seen::Parsed;
        };
        let random = Random::new(&mut [7; 32]);
        match looked.read(&mut card, credential, issuers, random) {
            Outcome::Read(reading) => {
                assert!(card.is_accepted(), "nothing is read that was not opened");
                assert_eq!(card.verifies(), 1);
                sound(&reading, document);
                return Seen::Read(document);
            }
            Outcome::Wrong(again) => {
                assert!(!card.is_accepted());
                assert!(left.is_none_or(|left| left >= 2), "the last try is kept");
                looked = again;
            }
            Outcome::Trouble(trouble) => return Seen::Trouble(trouble),
        }
    }
    Seen::Wrong
}

fn credential(holder: Holder, document: Document) -> Option<Credential> {
    let mut digits = PinEntry::default();
    [2, 2, 8, 5]
        .into_iter()
        .filter_map(Digit::new)
        .for_each(|digit| digits.push(digit));
    holder.entered(document)?.complete(&mut digits).ok()
}

/// What every reading must be, whatever the card said.
fn sound(reading: &Reading, document: Document) {
    assert!(
        reading.document() == document,
        "a reading is of the document that was looked at"
    );
    for text in [reading.name(), reading.address()].into_iter().flatten() {
        assert!(!text.is_empty() && text.len() <= Reading::TEXT_BYTES_MAX);
        assert!(!text.chars().any(char::is_control));
    }
    if let Some(birth) = reading.birth() {
        assert!(birth.digits().len() == 8 && birth.digits().bytes().all(|it| it.is_ascii_digit()));
    }
    let genuineness = reading.genuineness();
    assert!(
        genuineness != Genuineness::Genuine,
        "nobody here has an issuer's private key"
    );
    let cautions = reading.cautions();
    assert!(
        cautions.is_sorted_by(|a, b| a < b),
        "each caution once, in order"
    );
}
