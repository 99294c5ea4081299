//! Status words: the last two bytes of every answer.

use std::fmt;

/// What a card says about the command it was sent. Total: every two bytes are a status, and
/// [`Status::of`] and [`Status::code`] are inverse to each other.
///
/// Meanings after ISO/IEC 7816-4 and JICSAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `9000`.
    Success,
    /// `61xx`: so many more bytes are there to fetch (0 = 256).
    MoreData(u8),
    /// `6Cxx`: repeat with this Le (0 = 256).
    WrongLe(u8),
    /// `6282`: the file ended before Le.
    EndOfFile,
    /// `63Cx`: wrong credential, or none was given; so many tries are left (0 to 15).
    TriesLeft(u8),
    /// `6300`: wrong credential, no counter.
    Mismatch,
    /// `6700`: wrong Lc or Le.
    WrongLength,
    /// `6982`: verify first.
    NotVerified,
    /// `6983`: blocked, as ISO says it.
    Blocked,
    /// `6984`: blocked, as the My Number card says it.
    ReferenceBlocked,
    /// `6985`: not now.
    ConditionsNotSatisfied,
    /// `6986`: no file is selected.
    NoCurrentFile,
    /// `6A82`: no such application or file.
    NotFound,
    /// `6A83`: no such record.
    NoRecord,
    /// `6A86`: P1 or P2 not understood.
    WrongParameters,
    /// `6A87`: Lc does not go with P1 and P2.
    WrongLcForParameters,
    /// `6A88`: no such key.
    NoKey,
    /// `6B00`: the offset lies behind the file's end.
    WrongOffset,
    /// `6D00`: instruction not known.
    UnknownInstruction,
    /// `6E00`: class not known.
    UnknownClass,
    /// `6F00`: no precise diagnosis; seen on the first command after power-up.
    Undiagnosed,
    /// Any other two bytes.
    Other(u16),
}

impl Status {
    /// The status of two bytes.
    #[must_use]
    pub fn of(code: u16) -> Self {
        let [high, low] = code.to_be_bytes();
        match (high, low) {
            (0x90, 0x00) => Self::Success,
            (0x61, _) => Self::MoreData(low),
            (0x6C, _) => Self::WrongLe(low),
            (0x62, 0x82) => Self::EndOfFile,
            (0x63, 0xC0..=0xCF) => Self::TriesLeft(low & 0x0F),
            (0x63, 0x00) => Self::Mismatch,
            (0x67, 0x00) => Self::WrongLength,
            (0x69, 0x82) => Self::NotVerified,
            (0x69, 0x83) => Self::Blocked,
            (0x69, 0x84) => Self::ReferenceBlocked,
            (0x69, 0x85) => Self::ConditionsNotSatisfied,
            (0x69, 0x86) => Self::NoCurrentFile,
            (0x6A, 0x82) => Self::NotFound,
            (0x6A, 0x83) => Self::NoRecord,
            (0x6A, 0x86) => Self::WrongParameters,
            (0x6A, 0x87) => Self::WrongLcForParameters,
            (0x6A, 0x88) => Self::NoKey,
            (0x6B, 0x00) => Self::WrongOffset,
            (0x6D, 0x00) => Self::UnknownInstruction,
            (0x6E, 0x00) => Self::UnknownClass,
            (0x6F, 0x00) => Self::Undiagnosed,
            _ => Self::Other(code),
        }
    }

    /// The two bytes of a status.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Success => 0x9000,
            Self::MoreData(more) => 0x6100 | u16::from(more),
            Self::WrongLe(le) => 0x6C00 | u16::from(le),
            Self::EndOfFile => 0x6282,
            Self::TriesLeft(left) => 0x63C0 | u16::from(left & 0x0F),
            Self::Mismatch => 0x6300,
            Self::WrongLength => 0x6700,
            Self::NotVerified => 0x6982,
            Self::Blocked => 0x6983,
            Self::ReferenceBlocked => 0x6984,
            Self::ConditionsNotSatisfied => 0x6985,
            Self::NoCurrentFile => 0x6986,
            Self::NotFound => 0x6A82,
            Self::NoRecord => 0x6A83,
            Self::WrongParameters => 0x6A86,
            Self::WrongLcForParameters => 0x6A87,
            Self::NoKey => 0x6A88,
            Self::WrongOffset => 0x6B00,
            Self::UnknownInstruction => 0x6D00,
            Self::UnknownClass => 0x6E00,
            Self::Undiagnosed => 0x6F00,
            Self::Other(code) => code,
        }
    }

    /// How many tries are left, where this is an answer about them.
    #[must_use]
    pub fn tries_left(self) -> Option<u8> {
        if let Self::TriesLeft(left) = self {
            Some(left)
        } else {
            None
        }
    }

    /// Whether the two bytes can be a status word at all: `9000` or `61xx` to `6Fxx`. Two bytes of text at
    /// the end of a torn answer usually cannot.
    #[must_use]
    pub fn is_plausible(self) -> bool {
        let code = self.code();
        code == 0x9000 || (0x6100..=0x6FFF).contains(&code)
    }

    /// Whether an answer with this status may bring data.
    #[must_use]
    pub fn may_bring_data(self) -> bool {
        matches!(self, Self::Success | Self::EndOfFile | Self::MoreData(_))
    }

    /// Whether the card says that it does not know this way of asking, so that the other form (by short
    /// file identifier, or by selecting the file first) may be tried.
    #[must_use]
    pub fn asks_for_other_form(self) -> bool {
        matches!(
            self,
            Self::WrongParameters | Self::NotFound | Self::WrongLength | Self::UnknownInstruction
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_bytes_are_a_status_and_come_back_unchanged() {
        for code in 0..=u16::MAX {
            let status = Status::of(code);
            assert_eq!(status.code(), code);
            assert_eq!(Status::of(status.code()), status);
            assert_eq!(status.to_string(), format!("{code:04X}"));
        }
    }

    #[test]
    fn the_end_of_a_torn_text_is_not_plausible() {
        for tail in [
            *b"17",
            [0xE4, 0xB9],
            [0xB9, 0x9F],
            [0x9B, 0xBD],
            [0xFF, 0xFF],
            [0, 0],
        ] {
            assert!(
                !Status::of(u16::from_be_bytes(tail)).is_plausible(),
                "{tail:02X?}"
            );
        }
        assert!(Status::of(0x66F1).is_plausible(), "seen on real cards");
    }
}
