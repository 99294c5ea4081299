//! What opens a card besides the PIN: 照合番号B and the number of a residence card, in custody.
//!
//! As with [`crate::pin`]: nothing here can be printed, copied, compared or serialised by accident, all of it
//! is wiped when dropped, and moving it moves a pointer, not the digits.

use zeroize::Zeroize;

use crate::day::Day;
use crate::pin::{PIN_DIGITS, Pin};

/// How many digits of 照合番号B are dates: birth `YYMMDD` and expiry `YYYY`.
pub const PRINTED_DATES_DIGITS: usize = 10;

/// How many digits 照合番号B has.
pub const NUMBER_B_DIGITS: usize = PRINTED_DATES_DIGITS + PIN_DIGITS;

/// How many characters the number of a residence card has.
pub const CARD_NUMBER_CHARACTERS: usize = 12;

/// Bytes that are wiped when dropped.
struct Wiped<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Drop for Wiped<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The dates in 照合番号B: the first ten of its fourteen digits, as they are printed on the card.
///
/// The birth date's year is the era's (昭和55年2月17日 is `550217`), the expiry's is the Gregorian one. No
/// letter tells the era, so a change of era needs none.
///
/// A card of a foreign national shows the birth date with its Gregorian year. Which two digits its 照合番号B
/// then begins with is in no public source. [`of`](Self::of) follows the written rule and nothing else is tried:
/// each wrong try spends one of ten.
pub struct PrintedDates(Wiped<PRINTED_DATES_DIGITS>);

impl PrintedDates {
    /// The dates, with the birth year of the era (元年 is 01). `None` before 明治 or without a four-digit
    /// year of expiry.
    #[must_use]
    pub fn of(birth: Day, expiry_year: u16) -> Option<Self> {
        let year = birth.year_of_era()?;
        if !(1000..=9999).contains(&expiry_year) {
            return None;
        }
        let mut ascii = Box::new([0; PRINTED_DATES_DIGITS]);
        let places = [
            year / 10,
            year,
            u16::from(birth.month() / 10),
            u16::from(birth.month()),
            u16::from(birth.day() / 10),
            u16::from(birth.day()),
            expiry_year / 1000,
            expiry_year / 100,
            expiry_year / 10,
            expiry_year,
        ];
        for (place, value) in ascii.iter_mut().zip(places) {
            *place = b'0'.saturating_add(u8::try_from(value % 10).unwrap_or(0));
        }
        Some(Self(Wiped(ascii)))
    }

    /// The dates from their ten digits, as [`expose`](Self::expose) gives them. `None` for anything but ten
    /// ASCII digits.
    #[must_use]
    pub fn from_ascii(digits: &[u8]) -> Option<Self> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut ascii = Box::new([0; PRINTED_DATES_DIGITS]);
        if digits.len() != ascii.len() {
            return None;
        }
        ascii.copy_from_slice(digits);
        Some(Self(Wiped(ascii)))
    }

    /// The ten digits, for the channel to the card process. They are somebody's birth date: neither log
    /// nor keep them.
    #[must_use]
    pub fn expose(&self) -> &[u8; PRINTED_DATES_DIGITS] {
        &self.0.0
    }

    /// The year until which the holder says the card is valid.
    #[must_use]
    pub fn expiry_year(&self) -> u16 {
        let [.., thousands, hundreds, tens, ones] = *self.0.0;
        [thousands, hundreds, tens, ones]
            .into_iter()
            .fold(0, |year, digit| year * 10 + u16::from(digit - b'0'))
    }

    /// The whole number, with the セキュリティコード behind the dates.
    pub(crate) fn with_code(self, code: &Pin) -> NumberB {
        let mut whole = Box::new([0; NUMBER_B_DIGITS]);
        let (dates, behind) = whole.split_at_mut(PRINTED_DATES_DIGITS);
        dates.copy_from_slice(self.expose());
        behind.copy_from_slice(code.ascii());
        NumberB(Wiped(whole))
    }
}

/// 照合番号B, complete. It can do one thing: be consumed by one VERIFY.
pub struct NumberB(Wiped<NUMBER_B_DIGITS>);

impl NumberB {
    /// The digits in ASCII, for the one place that builds a VERIFY.
    pub(crate) fn ascii(&self) -> &[u8; NUMBER_B_DIGITS] {
        &self.0.0
    }

    /// The year until which the holder says the card is valid.
    pub(crate) fn expiry_year(&self) -> u16 {
        let [_, _, _, _, _, _, year @ .., _, _, _, _] = *self.0.0;
        year.into_iter()
            .fold(0, |year, digit| year * 10 + u16::from(digit - b'0'))
    }
}

/// 在留カード等番号: two letters, eight digits, two letters. It is what opens the card, so it is a secret of
/// the visit.
pub struct CardNumber(Wiped<CARD_NUMBER_CHARACTERS>);

impl CardNumber {
    /// The number as it is printed. Small letters count as capitals; `None` when it has another shape.
    #[must_use]
    pub fn parse(typed: &[u8]) -> Option<Self> {
        let mut number = Self(Wiped(Box::new([0; CARD_NUMBER_CHARACTERS])));
        if typed.len() != CARD_NUMBER_CHARACTERS {
            return None;
        }
        number.0.0.copy_from_slice(typed);
        number.0.0.make_ascii_uppercase();
        let [a, b, digits @ .., y, z] = &*number.0.0;
        let has_shape = [a, b, y, z].into_iter().all(u8::is_ascii_uppercase)
            && digits.iter().all(u8::is_ascii_digit);
        has_shape.then_some(number)
    }

    /// The twelve characters in ASCII, for the channel to the card process and for the key that is made of
    /// them. Neither log nor keep them.
    #[must_use]
    pub fn expose(&self) -> &[u8; CARD_NUMBER_CHARACTERS] {
        &self.0.0
    }
}

/// What the holder presents to the card, complete. It is consumed by the one read that it is meant for.
pub enum Credential {
    /// Four digits.
    Pin(Pin),
    /// Fourteen digits.
    NumberB(NumberB),
    /// The number of a residence card.
    CardNumber(CardNumber),
}

/// How many random bytes one read needs.
pub const RANDOM_BYTES: usize = 32;

/// Fresh random bytes for one read: the challenge that a genuine card signs, or a residence card's session
/// keys. They come from the operating system's source, are used once, and are wiped when dropped.
pub struct Random(Wiped<RANDOM_BYTES>);

impl Random {
    /// Takes the bytes; the caller's copy is wiped.
    #[must_use]
    pub fn new(bytes: &mut [u8; RANDOM_BYTES]) -> Self {
        // Straight into its place: a copy on the stack would stay there.
        let mut taken = Box::new([0; RANDOM_BYTES]);
        taken.copy_from_slice(bytes);
        bytes.zeroize();
        Self(Wiped(taken))
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8; RANDOM_BYTES] {
        &self.0.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pin::{Digit, PinEntry};

    fn day(year: u16, month: u8, day: u8) -> Day {
        Day::new(year, month, day).unwrap()
    }

    #[test]
    fn the_dates_are_written_with_the_year_of_the_era() {
        for (birth, expiry, expected) in [
            (day(1980, 2, 17), 2035, b"5502172035"),
            (day(1989, 1, 7), 2030, b"6401072030"),
            (day(1989, 1, 8), 2030, b"0101082030"),
            (day(1989, 3, 31), 2030, b"0103312030"),
            (day(2019, 4, 30), 2029, b"3104302029"),
            (day(2019, 5, 1), 2029, b"0105012029"),
            (day(1926, 12, 24), 2026, b"1512242026"),
            (day(1926, 12, 25), 2026, b"0112252026"),
            (day(1912, 7, 29), 2026, b"4507292026"),
            (day(1912, 7, 30), 2026, b"0107302026"),
        ] {
            assert!(PrintedDates::of(birth, expiry).unwrap().expose() == expected);
        }
    }

    #[test]
    fn the_published_example_gives_its_fourteen_digits() {
        let mut digits = PinEntry::default();
        [2, 2, 8, 5]
            .into_iter()
            .filter_map(Digit::new)
            .for_each(|digit| digits.push(digit));
        let dates = PrintedDates::of(day(1980, 2, 17), 2035).unwrap();
        assert_eq!(dates.expiry_year(), 2035);
        let number = dates.with_code(&digits.take().unwrap());
        assert_eq!(number.ascii(), b"55021720352285");
        assert_eq!(number.expiry_year(), 2035);
    }

    #[test]
    fn dates_that_cannot_be_printed_are_none() {
        assert!(
            PrintedDates::of(day(1860, 1, 1), 2030).is_none(),
            "before 明治"
        );
        for year in [0, 35, 999, 10_000] {
            assert!(PrintedDates::of(day(1980, 2, 17), year).is_none(), "{year}");
        }
        for bad in [
            &b""[..],
            b"550217203",
            b"55021720355",
            b"550217203A",
            "５５０２".as_bytes(),
        ] {
            assert!(PrintedDates::from_ascii(bad).is_none());
        }
        assert!(PrintedDates::from_ascii(b"5502172035").is_some());
    }

    #[test]
    fn a_card_number_has_its_shape() {
        for (typed, expected) in [
            (&b"AA12345678BB"[..], Some(b"AA12345678BB")),
            (b"aa12345678bb", Some(b"AA12345678BB")),
            (b"AA1234567BBB", None),
            (b"A112345678BB", None),
            (b"AA12345678B", None),
            (b"AA12345678BBB", None),
            (b" A12345678BB", None),
            (b"", None),
        ] {
            let number = CardNumber::parse(typed);
            assert!(
                number.as_ref().map(CardNumber::expose) == expected,
                "{typed:?}"
            );
        }
    }

    #[test]
    fn random_bytes_are_taken_out_of_the_callers_hands() {
        let mut bytes = [7; RANDOM_BYTES];
        let random = Random::new(&mut bytes);
        assert_eq!(bytes, [0; RANDOM_BYTES]);
        assert_eq!(random.bytes(), &[7; RANDOM_BYTES]);
    }

    proptest! {
        #[test]
        fn dates_come_back_from_their_digits(digits in "[0-9]{10}") {
            let dates = PrintedDates::from_ascii(digits.as_bytes()).unwrap();
            prop_assert_eq!(dates.expose().as_slice(), digits.as_bytes());
            prop_assert_eq!(dates.expiry_year(), digits[6..].parse::<u16>().unwrap());
        }

        #[test]
        fn any_bytes_are_a_credential_or_none(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let _ = (PrintedDates::from_ascii(&bytes), CardNumber::parse(&bytes));
        }
    }
}
