//! Names of things. A value that exists is valid: each is checked once, where it is parsed.

use std::{fmt, str::FromStr, sync::Arc};

use thiserror::Error;
use uuid::Uuid;

/// Text from outside that is not a valid name of the kind it was read as.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is no {kind}: {expected}")]
pub struct Malformed {
    /// What it was read as.
    pub kind: &'static str,
    /// The text, cut after 64 characters.
    pub text: String,
    /// What would have been valid.
    pub expected: &'static str,
}

impl Malformed {
    fn new(kind: &'static str, text: &str, expected: &'static str) -> Self {
        Self {
            kind,
            text: text.chars().take(64).collect(),
            expected,
        }
    }
}

const ID_CHARS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 64;
const APPOINTMENT_CHARS_MAX: usize = 64;
const LANGUAGE_CHARS_MAX: usize = 35;
const NOTE_CHARS_MAX: usize = 200;

fn is_slug(text: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// When the text is not of the shape that this type documents.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(Arc::from(text)))
                } else {
                    Err(Malformed::new($kind, text, $expected))
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

text_type!(
    /// A service (業務): 1 to 32 ASCII letters, digits, `-` or `_`; `certificates`.
    ServiceId,
    "service id",
    "1 to 32 ASCII letters, digits, - or _",
    is_slug
);

text_type!(
    /// A counter (窓口): 1 to 32 ASCII letters, digits, `-` or `_`; `3`.
    CounterId,
    "counter id",
    "1 to 32 ASCII letters, digits, - or _",
    is_slug
);

text_type!(
    /// The name of a clerk's account or of a kiosk, as the office wrote it:
    /// 1 to 64 characters, no control characters.
    Name,
    "name",
    "1 to 64 characters without control characters",
    |text| {
        (1..=NAME_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    }
);

text_type!(
    /// The number by which a citizen knows a booking, `A7K2-93QF`: 1 to 64 printable ASCII
    /// characters without spaces. Spelling it uniformly is the caller's work.
    AppointmentNumber,
    "appointment number",
    "1 to 64 printable ASCII characters without spaces",
    |text| {
        (1..=APPOINTMENT_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic())
    }
);

text_type!(
    /// A BCP 47 language tag, `ja`: 2 to 35 ASCII letters, digits or `-`.
    LanguageTag,
    "language tag",
    "2 to 35 ASCII letters, digits or -",
    |text| {
        (2..=LANGUAGE_CHARS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
);

text_type!(
    /// A short text from one clerk to another or to the hall: 1 to 200 characters, no control
    /// characters. It stays in the log, so it is no place for a person's name.
    Note,
    "note",
    "1 to 200 characters without control characters",
    |text| {
        (1..=NOTE_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    }
);

/// What boards say beside the numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In Japanese.
    pub ja: Note,
    /// In English, where the office has written it.
    pub en: Option<Note>,
}

/// A ticket's identity: a UUIDv7 that the caller makes. The number is for people and may come
/// round again; the identity never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub Uuid);

impl FromStr for TicketId {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| Malformed::new("ticket id", text, "a UUID"))
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What stands on the slip and on the board: a letter and an ordinal, `A-001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketNumber {
    letter: char,
    ordinal: u16,
}

impl TicketNumber {
    /// The highest ordinal that fits a slip and a board.
    pub const ORDINAL_MAX: u16 = 9999;

    /// Whether a letter may stand on a slip: `A`–`Z` without `I`, `O` and `Q`, which people
    /// mistake for 1 and 0.
    pub fn is_letter(letter: char) -> bool {
        letter.is_ascii_uppercase() && !matches!(letter, 'I' | 'O' | 'Q')
    }

    /// A number, if the letter may be used and the ordinal lies within 1 and [`Self::ORDINAL_MAX`].
    pub fn new(letter: char, ordinal: u16) -> Option<Self> {
        (Self::is_letter(letter) && (1..=Self::ORDINAL_MAX).contains(&ordinal))
            .then_some(Self { letter, ordinal })
    }

    /// The service's letter.
    pub fn letter(self) -> char {
        self.letter
    }

    /// The ordinal within the letter.
    pub fn ordinal(self) -> u16 {
        self.ordinal
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:03}", self.letter, self.ordinal)
    }
}

impl fmt::Debug for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TicketNumber {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("ticket number", text, "a letter, - and digits: A-001");
        let (letter, digits) = text.split_once('-').ok_or_else(malformed)?;
        let mut letters = letter.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else {
            return Err(malformed());
        };
        if !(3..=4).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        let ordinal = digits.parse().map_err(|_| malformed())?;
        Self::new(letter, ordinal).ok_or_else(malformed)
    }
}
