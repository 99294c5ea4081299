//! What the card was asked, with credentials masked.

use std::collections::VecDeque;
use std::fmt;

/// The log keeps so many commands, the newest.
pub const LOG_ENTRIES_MAX: usize = 10_000;

/// Where a card stands: the application that is selected, and the file or key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// A word for the application, `text`.
    pub application: &'static str,
    /// The identifier of the file or key.
    pub file: Option<u16>,
}

/// What nobody in the product may come near, whatever the card answers: the individual number as text and as a
/// picture, 照合番号A, which is the individual number, and what else is none of a form's business: the certificate
/// with the four items, the resident record code, the card's serial number, the face, 本籍.
const FORBIDDEN: [(&str, u16); 22] = [
    ("text", 0x0001),
    ("text", 0x0014),
    ("visual", 0x0001),
    ("visual", 0x0002),
    ("visual", 0x0005),
    ("visual", 0x0011),
    ("visual", 0x0012),
    ("visual", 0x0013),
    ("jpki", 0x0001),
    ("jpki", 0x001A),
    ("jpki", 0x001B),
    ("juki", 0x0002),
    ("juki", 0x001C),
    ("common", 0x0001),
    ("common", 0x001C),
    ("licence", 0x0002),
    ("licence-photo", 0x0001),
    ("residence-front", 0x0001),
    ("residence-front", 0x0004),
    ("residence-front", 0x0005),
    ("residence-front", 0x0006),
    ("residence-signature", 0x0002),
];

impl Place {
    /// Whether nobody may come here.
    #[must_use]
    pub fn is_forbidden(self) -> bool {
        self.file
            .is_some_and(|file| FORBIDDEN.contains(&(self.application, file)))
    }
}

/// One command and the status it got. Displayed as `00A4…>9000`; the data of a VERIFY is shown as `**`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The command in upper-case hexadecimal, masked.
    pub command: String,
    /// The status word.
    pub status: u16,
    /// Where the card stood afterwards, whether it let anybody in or not.
    pub place: Option<Place>,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{:04X}", self.command, self.status)
    }
}

/// The newest commands, oldest first, and counts over all of them.
#[derive(Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    pub(crate) tally: Tally,
}

/// Counts over everything the card was ever asked, longer than the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Commands.
    pub commands: u64,
    /// VERIFY with a credential.
    pub verifies: u64,
    /// Commands that came near a file or key nobody may come near.
    pub forbidden: u64,
}

impl Log {
    pub(crate) fn note(&mut self, command: &[u8], status: u16, place: Option<Place>) {
        if self.entries.len() == LOG_ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.tally.commands += 1;
        self.tally.verifies += u64::from(matches!(command, [_, 0x20, _, _, _, ..]));
        self.tally.forbidden += u64::from(place.is_some_and(Place::is_forbidden));
        self.entries.push_back(Entry {
            command: masked(command),
            status,
            place,
        });
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }
}

/// VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER hold a credential behind their header.
fn masked(command: &[u8]) -> String {
    let holds_credential = matches!(command, [_, 0x20 | 0x24 | 0x2C, ..]);
    let shown = |(place, byte): (usize, &u8)| match place {
        5.. if holds_credential => "**".to_owned(),
        _ => format!("{byte:02X}"),
    };
    command.iter().enumerate().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_verify_is_masked_and_nothing_else() {
        let mut log = Log::default();
        log.note(
            &[0x00, 0x20, 0x00, 0x91, 0x04, 0x31, 0x32, 0x33, 0x34],
            0x9000,
            None,
        );
        log.note(&[0x00, 0xB0, 0x82, 0x00, 0x00], 0x9000, None);
        let shown: Vec<_> = log.entries().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["0020009104********>9000", "00B0820000>9000"]);
    }

    #[test]
    fn the_log_keeps_the_newest() {
        let mut log = Log::default();
        for place in 0..LOG_ENTRIES_MAX + 1 {
            log.note(&[0, 0xA4], u16::try_from(place).unwrap(), None);
        }
        assert_eq!(log.entries().len(), LOG_ENTRIES_MAX);
        assert_eq!(log.entries().first().unwrap().status, 1);
        assert_eq!(log.tally.commands, 10_001);
    }

    #[test]
    fn coming_near_what_is_forbidden_counts_even_when_the_card_refuses() {
        let mut log = Log::default();
        let near = |file| {
            Some(Place {
                application: "text",
                file,
            })
        };
        log.note(b"\x00\xB0\x82\x00\x00", 0x9000, near(Some(0x0002)));
        log.note(b"\x00\xB0\x81\x00\x00", 0x6982, near(Some(0x0001)));
        log.note(b"\x00\x20\x00\x94", 0x63CA, near(Some(0x0014)));
        log.note(b"\x00\x20\x00\x91\x041234", 0x9000, near(Some(0x0011)));
        let expected = Tally {
            commands: 4,
            verifies: 1,
            forbidden: 2,
        };
        assert_eq!(log.tally, expected);
    }
}
