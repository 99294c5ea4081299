//! What every virtual card can do, of whichever kind it is: the seam behind which cards differ.

use super::apdu::Command;
use super::log::Place;

/// A chip: it gets commands and answers them. Everything around it, the log, the faults, the reader's slot, is
/// the same for all kinds.
pub trait Chip: Send {
    /// The answer to reset, as a reader tells it.
    fn atr(&self) -> &[u8];

    /// Power or reset: whatever was selected, verified or agreed is forgotten. Counters stay.
    fn reset(&mut self);

    /// Carries out a command.
    fn carry_out(&mut self, command: &Command<'_>) -> Reply;

    /// Where the card stands after the last command, so that the log can prove what was never touched.
    fn place(&self) -> Option<Place> {
        None
    }

    /// The credentials that count tries, the one a citizen is asked for first.
    fn counters(&self) -> Vec<Counter> {
        Vec::new()
    }
}

/// Tries left for a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// A word for the control line, `pin`.
    pub name: &'static str,
    /// Tries left.
    pub left: u8,
}

/// An answer: data and status word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The data; mostly empty unless the status is `9000`.
    pub data: Vec<u8>,
    /// The status word.
    pub status: u16,
}

impl Reply {
    /// The bytes as they go over the wire.
    #[must_use]
    pub fn bytes(mut self) -> Vec<u8> {
        self.data.extend(self.status.to_be_bytes());
        self.data
    }
}

/// Data with `9000`, or a status alone.
impl From<Result<Vec<u8>, u16>> for Reply {
    fn from(answer: Result<Vec<u8>, u16>) -> Self {
        match answer {
            Ok(data) => Self {
                data,
                status: 0x9000,
            },
            Err(status) => Self {
                data: Vec::new(),
                status,
            },
        }
    }
}
