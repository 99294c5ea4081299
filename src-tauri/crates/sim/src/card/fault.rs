//! What can go wrong with a card, on purpose.

use std::str::FromStr;

/// A fault at one command. The card has carried the command out in every case: a lost VERIFY counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The card is gone before it answers.
    Vanish,
    /// The answer announces 200 bytes, 50 come, and the card is gone.
    Half,
    /// The card never answers.
    Silence,
    /// The card answers `6F00`, as real ones do at times right after power-up.
    Undiagnosed,
    /// The card answers what makes no sense.
    Garbage,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Vanish,
        Self::Half,
        Self::Silence,
        Self::Undiagnosed,
        Self::Garbage,
    ];

    /// The word for the control line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Vanish => "vanish",
            Self::Half => "half",
            Self::Silence => "silence",
            Self::Undiagnosed => "6f00",
            Self::Garbage => "garbage",
        }
    }
}

/// The word is not a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fault is one of: vanish half silence 6f00 garbage")]
pub struct NotAFault;

impl FromStr for Fault {
    type Err = NotAFault;

    fn from_str(word: &str) -> Result<Self, NotAFault> {
        Self::ALL
            .into_iter()
            .find(|fault| fault.word() == word)
            .ok_or(NotAFault)
    }
}
