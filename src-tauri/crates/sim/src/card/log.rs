//! What the card was asked, with credentials masked.

use std::collections::VecDeque;
use std::fmt;

/// The log keeps so many commands, the newest.
pub const LOG_ENTRIES_MAX: usize = 10_000;

/// One command and the status it got. Displayed as `00A4…>9000`; the data of a VERIFY is shown as `**`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The command in upper-case hexadecimal, masked.
    pub command: String,
    /// The status word.
    pub status: u16,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{:04X}", self.command, self.status)
    }
}

/// The newest commands, oldest first.
#[derive(Default)]
pub(crate) struct Log(VecDeque<Entry>);

impl Log {
    pub(crate) fn note(&mut self, command: &[u8], status: u16) {
        if self.0.len() == LOG_ENTRIES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Entry {
            command: masked(command),
            status,
        });
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.0.iter().cloned().collect()
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
        );
        log.note(&[0x00, 0xB0, 0x82, 0x00, 0x00], 0x9000);
        let shown: Vec<_> = log.entries().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["0020009104********>9000", "00B0820000>9000"]);
    }

    #[test]
    fn the_log_keeps_the_newest() {
        let mut log = Log::default();
        for place in 0..LOG_ENTRIES_MAX + 1 {
            log.note(&[0, 0xA4], u16::try_from(place).unwrap());
        }
        assert_eq!(log.entries().len(), LOG_ENTRIES_MAX);
        assert_eq!(log.entries().first().unwrap().status, 1);
    }
}
