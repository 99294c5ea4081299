//! The number that a citizen was given with the booking.

/// The longest number that is read, in characters after spaces and hyphens are gone.
pub const NUMBER_CHARS_MAX: usize = 32;

/// The shortest; one or two characters would be met by any slip of a finger.
pub const NUMBER_CHARS_MIN: usize = 3;

/// A booking's number, as it was given and as it is compared.
///
/// Two numbers are equal when a person reading one aloud would mean the other: case, spaces and hyphens do
/// not matter, and the letters that look like digits are those digits (after Crockford's base 32).
#[derive(Debug, Clone)]
pub struct BookingNumber {
    given: String,
    canonical: String,
}

impl BookingNumber {
    /// Reads a number; `None` when nothing in it could be one (see [`canonical`]).
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = canonical(text)?;
        Some(Self {
            given: text.trim().to_owned(),
            canonical,
        })
    }

    /// As the reservation service wrote it, `A7K2-93QF`: for people.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// As it is compared, `A7K293QF`: for looking up.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

impl PartialEq for BookingNumber {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for BookingNumber {}

/// The form in which booking numbers are compared: upper case, without spaces and hyphens, `O` as `0`, `I` and `L`
/// as `1`. Full-width characters, which a Japanese keyboard types unasked, count as their ASCII twins.
///
/// `None` when anything else is in it, or when it is shorter or longer than a number can be.
pub fn canonical(text: &str) -> Option<String> {
    let mut key = String::new();
    for (read, character) in text.chars().enumerate() {
        // Text longer than twice a number is not a number with many hyphens in it.
        if read >= 2 * NUMBER_CHARS_MAX {
            return None;
        }
        match half_width(character) {
            ' ' | '\t' | '\r' | '\n' | '-' => {}
            'o' | 'O' => key.push('0'),
            'i' | 'I' | 'l' | 'L' => key.push('1'),
            other if other.is_ascii_alphanumeric() => key.push(other.to_ascii_uppercase()),
            _ => return None,
        }
    }
    (NUMBER_CHARS_MIN..=NUMBER_CHARS_MAX)
        .contains(&key.len())
        .then_some(key)
}

/// The ASCII twin of a full-width character, and one hyphen for the many dashes that keyboards and mails produce.
fn half_width(character: char) -> char {
    match character {
        '\u{3000}' | '\u{00a0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff70}' | '\u{ff0d}' => '-',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_the_same_however_a_person_types_it() {
        for typed in [
            "A7K2-93QF",
            "a7k2-93qf",
            "a7k293qf",
            " A7K2 93QF ",
            "Ａ７Ｋ２－９３ＱＦ",
            "ａ７ｋ２ー９３ｑｆ",
            "A7K2—93QF",
        ] {
            assert_eq!(canonical(typed).as_deref(), Some("A7K293QF"), "{typed}");
        }
        assert_eq!(canonical("OIL-oil-0I1").as_deref(), Some("011011011"));
    }

    #[test]
    fn what_cannot_be_a_number_is_none() {
        let long = "A".repeat(NUMBER_CHARS_MAX + 1);
        let hyphens = "-".repeat(1000);
        for typed in [
            "",
            "  ",
            "A-1",
            "山田",
            "A7K2/93QF",
            "https://example.jp/r/1",
            &long,
            &hyphens,
        ] {
            assert_eq!(canonical(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_given_form_is_kept_for_people() {
        let number = BookingNumber::parse(" o123-4567 ").unwrap();
        assert_eq!(
            (number.given(), number.canonical()),
            ("o123-4567", "01234567")
        );
        assert_eq!(number, BookingNumber::parse("01234567").unwrap());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_the_form_is_stable(text in ".{0,80}") {
            if let Some(key) = canonical(&text) {
                prop_assert_eq!(canonical(&key), Some(key.clone()));
                prop_assert!(key.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
            }
        }
    }
}
