//! Which reader to use and what it sees, from what PC/SC says about all of them.

use std::ffi::{CStr, CString};

use card::session::ReaderState;

/// What PC/SC said about one reader.
pub(crate) struct Observed<'a> {
    pub(crate) name: &'a CStr,
    pub(crate) card_present: bool,
    /// Counts insertions and removals, as PC/SC does, so that a card put down anew is not the same seat.
    pub(crate) events: u32,
}

/// The reader in use and what it sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seat {
    /// No reader that may be used.
    Absent,
    /// A reader, no card.
    Empty,
    /// A card lies on this reader.
    Card { reader: CString, events: u32 },
}

impl Seat {
    /// The reader's state for the kiosk.
    pub(crate) fn state(&self) -> ReaderState {
        match self {
            Self::Absent => ReaderState::Absent,
            Self::Empty => ReaderState::Empty,
            Self::Card { .. } => ReaderState::Card,
        }
    }
}

/// Chooses among the readers whose names match: the first that holds a card, because some devices show
/// several slots under almost the same name.
pub(crate) fn choose<'a>(pattern: &str, readers: impl IntoIterator<Item = Observed<'a>>) -> Seat {
    let mut matching: Vec<Observed<'a>> = readers
        .into_iter()
        .filter(|r| matches(pattern, &r.name.to_string_lossy()))
        .collect();
    matching.sort_by(|a, b| a.name.cmp(b.name));
    match matching.iter().find(|reader| reader.card_present) {
        Some(reader) => Seat::Card {
            reader: reader.name.to_owned(),
            events: reader.events,
        },
        None if matching.is_empty() => Seat::Absent,
        None => Seat::Empty,
    }
}

/// Whether the pieces of the pattern between its `*` stand in the name one after the other, whatever the
/// case of ASCII letters. An empty pattern matches every name.
fn matches(pattern: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut rest = name.as_str();
    for piece in pattern.to_ascii_lowercase().split('*') {
        let Some((_, behind)) = rest.split_once(piece) else {
            return piece.is_empty();
        };
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(name: &CStr, card_present: bool) -> Observed<'_> {
        Observed {
            name,
            card_present,
            events: 1,
        }
    }

    #[test]
    fn the_reader_that_holds_a_card_is_chosen_not_the_last_one() {
        let seat = choose(
            "",
            [
                observed(c"Virtual PCD 00 01", false),
                observed(c"Virtual PCD 00 00", true),
            ],
        );
        assert_eq!(
            seat,
            Seat::Card {
                reader: c"Virtual PCD 00 00".into(),
                events: 1
            }
        );
    }

    #[test]
    fn a_reader_that_does_not_match_is_not_there() {
        assert_eq!(
            choose("RC-S300", [observed(c"ACS ACR1251 00 00", true)]),
            Seat::Absent
        );
        assert_eq!(
            choose("acr1251", [observed(c"ACS ACR1251 00 00", false)]),
            Seat::Empty
        );
        assert_eq!(choose("", []), Seat::Absent);
    }

    #[test]
    fn names_match_in_pieces_and_in_order() {
        for (pattern, expected) in [
            ("", true),
            ("*", true),
            ("sony*PaSoRi", true),
            ("Sony FeliCa*", true),
            ("PaSoRi*Sony", false),
            ("Gemalto", false),
            ("*00 00", true),
        ] {
            assert_eq!(
                matches(pattern, "SONY FeliCa RC-S300/S (PaSoRi) 00 00"),
                expected,
                "{pattern}"
            );
        }
    }
}
