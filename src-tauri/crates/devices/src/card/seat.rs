//! Which reader to use and what it sees, from what PC/SC says about all of them.

use std::ffi::CString;

use card::session::ReaderState;

use super::service::Observed;

/// The reader in use and what it sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seat {
    /// No reader that may be used.
    Absent,
    /// A reader, no card.
    Empty {
        /// The reader that is named to the staff; a card may come to any that matches.
        reader: CString,
    },
    /// A card lies on this reader.
    Card {
        /// The reader.
        reader: CString,
        /// The count of its insertions and removals.
        events: u32,
        /// What the card answered to reset.
        atr: Vec<u8>,
    },
}

impl Seat {
    /// The reader's state for the kiosk.
    pub(crate) fn state(&self) -> ReaderState {
        match self {
            Self::Absent => ReaderState::Absent,
            Self::Empty { .. } => ReaderState::Empty,
            Self::Card { .. } => ReaderState::Card,
        }
    }

    /// Whether the same card lies there as in the other seat, not lifted in between: on the same reader, which
    /// counted nothing, and with the same answer to reset. That answer may be told later than that a card lies there.
    pub(crate) fn is_same_card(&self, other: &Seat) -> bool {
        match (self, other) {
            (
                Self::Card {
                    reader,
                    events,
                    atr,
                },
                Self::Card {
                    reader: other_reader,
                    events: other_events,
                    atr: other_atr,
                },
            ) => {
                let is_one_unknown = atr.is_empty() || other_atr.is_empty();
                reader == other_reader
                    && events == other_events
                    && (is_one_unknown || atr == other_atr)
            }
            (Self::Absent | Self::Empty { .. } | Self::Card { .. }, _) => false,
        }
    }

    /// The reader's name.
    pub(crate) fn reader(&self) -> Option<&CString> {
        match self {
            Self::Absent => None,
            Self::Empty { reader } | Self::Card { reader, .. } => Some(reader),
        }
    }
}

/// Parts of readers' names, the preferred one first. None of them takes any reader but a SAM slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Choice(Vec<String>);

impl Choice {
    pub(crate) fn new(patterns: &[String]) -> Self {
        // An empty pattern says nothing, so it names no reader.
        let named = patterns.iter().filter(|it| !it.is_empty());
        Self(named.cloned().collect())
    }

    /// The place of a reader in the order of preference; `None` when it is not used.
    pub(crate) fn rank(&self, name: &str) -> Option<usize> {
        if self.0.is_empty() {
            return (!is_sam_slot(name)).then_some(0);
        }
        self.0.iter().position(|pattern| {
            matches(pattern, name) && (!is_sam_slot(name) || is_sam_slot(pattern))
        })
    }

    /// Chooses among the readers: the one on which the card lies that lay there `before`, else the preferred one
    /// of those that hold a card, else the preferred one. Some devices show several slots under almost the same
    /// name, and a card put on a second reader must not end what goes on at the first.
    pub(crate) fn choose(&self, before: &Seat, readers: Vec<Observed>) -> Seat {
        let mut ranked: Vec<(usize, Observed)> = readers
            .into_iter()
            .filter_map(|it| Some((self.rank(&it.name.to_string_lossy())?, it)))
            .collect();
        ranked.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
        let stays = |it: &Observed| matches!(before, Seat::Card { reader, events, .. } if *reader == it.name && *events == it.events);
        let chosen = (ranked.iter())
            .find(|(_, it)| it.card_present && stays(it))
            .or_else(|| ranked.iter().find(|(_, it)| it.card_present));
        match (chosen, ranked.first()) {
            (Some((_, it)), _) => Seat::Card {
                reader: it.name.clone(),
                events: it.events,
                atr: it.atr.clone(),
            },
            (None, Some((_, it))) => Seat::Empty {
                reader: it.name.clone(),
            },
            (None, None) => Seat::Absent,
        }
    }
}

/// Whether the pieces of the pattern between its `*` stand in the name one after the other, whatever the
/// case of ASCII letters.
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

/// A slot for a security module inside the device: always full, and never with a visitor's card.
fn is_sam_slot(name: &str) -> bool {
    name.split(|it: char| !it.is_ascii_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("SAM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(name: &str, events: u32, card_present: bool) -> Observed {
        Observed {
            name: CString::new(name).unwrap(),
            card_present,
            events,
            atr: Vec::new(),
        }
    }

    fn chosen(patterns: &[&str], before: &Seat, readers: &[(&str, u32, bool)]) -> String {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let readers = readers
            .iter()
            .map(|(name, events, card)| observed(name, *events, *card))
            .collect();
        match Choice::new(&patterns).choose(before, readers) {
            Seat::Absent => "absent".to_owned(),
            Seat::Empty { reader } => format!("{} empty", reader.to_string_lossy()),
            Seat::Card { reader, events, .. } => {
                format!("{} card {events}", reader.to_string_lossy())
            }
        }
    }

    #[test]
    fn a_reader_is_chosen_by_card_then_by_preference_then_by_name() {
        let (a, b) = ("ACS ACR1281 1S PICC 00 00", "SONY RC-S300 01 00");
        let sam = "ACS ACR1281 SAM 00 02";
        for (patterns, readers, expected) in [
            (&[][..], &[][..], "absent"),
            (
                &[],
                &[("PCD 01", 0, false), ("PCD 00", 1, true)],
                "PCD 00 card 1",
            ),
            (
                &[],
                &[("PCD 01", 3, true), ("PCD 00", 1, true)],
                "PCD 00 card 1",
            ),
            (&[""], &[(a, 0, false)], "ACS ACR1281 1S PICC 00 00 empty"),
            (&["RC-S300"], &[(a, 1, true)], "absent"),
            (
                &["rc-s300", "acr1281*picc"],
                &[(a, 1, true), (b, 1, true)],
                "SONY RC-S300 01 00 card 1",
            ),
            (
                &["rc-s300", "acr1281*picc"],
                &[(a, 1, true), (b, 1, false)],
                "ACS ACR1281 1S PICC 00 00 card 1",
            ),
            (
                &["rc-s300", "acr1281*picc"],
                &[(a, 1, false), (b, 1, false)],
                "SONY RC-S300 01 00 empty",
            ),
            // A module in its slot is no visitor's card.
            (
                &[],
                &[(sam, 1, true), (a, 1, false)],
                "ACS ACR1281 1S PICC 00 00 empty",
            ),
            (
                &["ACR1281"],
                &[(sam, 1, true), (a, 1, false)],
                "ACS ACR1281 1S PICC 00 00 empty",
            ),
            (
                &["ACR1281 SAM"],
                &[(sam, 1, true)],
                "ACS ACR1281 SAM 00 02 card 1",
            ),
        ] {
            let told = chosen(patterns, &Seat::Absent, readers);
            assert_eq!(told, expected, "{patterns:?} {readers:?}");
        }
    }

    #[test]
    fn a_card_on_a_second_reader_does_not_end_what_goes_on_at_the_first() {
        let before = Seat::Card {
            reader: c"second".into(),
            events: 7,
            atr: Vec::new(),
        };
        let both = [("first", 1, true), ("second", 7, true)];
        assert_eq!(
            chosen(&["first", "second"], &before, &both),
            "second card 7"
        );
        // It was lifted and put down again: nothing goes on any more, and the order holds.
        let anew = [("first", 1, true), ("second", 9, true)];
        assert_eq!(chosen(&["first", "second"], &before, &anew), "first card 1");
        let gone = [("first", 1, true), ("second", 8, false)];
        assert_eq!(chosen(&["first", "second"], &before, &gone), "first card 1");
    }

    #[test]
    fn names_match_in_pieces_and_in_order() {
        for (pattern, expected) in [
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
