//! The personal identification number, in custody.
//!
//! Digits come one at a time and are held in one place. Neither the entry nor the finished number can be
//! printed, copied, compared or read back outside this crate; both are wiped when dropped, and moving them
//! moves a pointer, not the digits.

use zeroize::Zeroize;

/// How many digits 券面事項入力補助用暗証番号 has, as have 暗証番号1 of a licence and the セキュリティコード.
pub const PIN_DIGITS: usize = 4;

/// One key of a keypad.
pub struct Digit(u8);

impl Digit {
    /// The digit 0 to 9; `None` for anything else.
    #[must_use]
    pub fn new(value: u8) -> Option<Self> {
        (value <= 9).then_some(Self(value))
    }

    /// The digit's value, 0 to 9, for the channel to the card process.
    #[must_use]
    pub fn value(&self) -> u8 {
        self.0
    }
}

impl Drop for Digit {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Digits typed so far.
#[derive(Default)]
pub struct PinEntry {
    ascii: Box<[u8; PIN_DIGITS]>,
    length: usize,
}

impl PinEntry {
    /// Takes one more digit; a digit beyond the last place is ignored.
    pub fn push(&mut self, digit: Digit) {
        if let Some(place) = self.ascii.get_mut(self.length) {
            *place = b'0' + digit.value();
            self.length += 1;
        }
    }

    /// Wipes the last digit.
    pub fn erase(&mut self) {
        if let Some(last) = self.length.checked_sub(1) {
            if let Some(place) = self.ascii.get_mut(last) {
                place.zeroize();
            }
            self.length = last;
        }
    }

    /// Wipes all digits.
    pub fn clear(&mut self) {
        self.ascii.zeroize();
        self.length = 0;
    }

    /// How many digits are held.
    #[must_use]
    pub fn length(&self) -> u8 {
        u8::try_from(self.length).unwrap_or(u8::MAX)
    }

    /// Whether all four digits are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.length == PIN_DIGITS
    }

    /// The finished number, if all digits are there. The entry is empty afterwards, in either case.
    pub fn take(&mut self) -> Option<Pin> {
        let complete = self.is_complete();
        let taken = std::mem::take(self);
        complete.then(|| Pin(taken))
    }
}

impl Drop for PinEntry {
    fn drop(&mut self) {
        self.ascii.zeroize();
    }
}

/// A complete PIN. It can do one thing: be consumed by one VERIFY.
pub struct Pin(PinEntry);

impl Pin {
    /// The digits in ASCII, for the one place that builds a VERIFY.
    pub(crate) fn ascii(&self) -> &[u8; PIN_DIGITS] {
        &self.0.ascii
    }
}
