//! What looks like an individual number (個人番号): twelve digits of which the last is the check digit of the others
//! (the ordinance of the 番号利用法, 平成26年総務省令第85号, article 5).

/// Whether twelve digits with a right check digit stand in a text, together or in groups of four, and not as part of a longer number.
pub(super) fn stands_in(text: &str) -> bool {
    let mut run = Run::default();
    for character in text.chars() {
        if run.take(character) {
            continue;
        }
        if run.is_one() {
            return true;
        }
        run = Run::default();
        run.take(character);
    }
    run.is_one()
}

/// Whether a cell is nothing but twelve digits, and whether their check digit is right.
pub(super) fn whole(cell: &str) -> Option<bool> {
    let mut run = Run::default();
    let all = cell.trim().chars().all(|it| run.take(it));
    (all && run.digits.len() == DIGITS).then(|| run.is_one())
}

const DIGITS: usize = 12;
const GROUP: usize = 4;

/// Digits that stand together, or in groups with one space or hyphen between them.
#[derive(Default)]
struct Run {
    digits: Vec<u32>,
    grouped: bool,
    between: bool,
}

impl Run {
    /// Takes a character that goes on with the number; false where it does not.
    fn take(&mut self, character: char) -> bool {
        if let Some(digit) = digit(character) {
            // Longer than any number that is looked for, it only has to be told from it.
            if self.digits.len() <= DIGITS {
                self.digits.push(digit);
            }
            self.between = false;
            return true;
        }
        let parts = matches!(character, ' ' | '\u{3000}' | '-' | '‐' | '－' | 'ー');
        let length = self.digits.len();
        let at_group = length > 0 && length < DIGITS && length.is_multiple_of(GROUP);
        let first_or_grouped = self.grouped || length == GROUP;
        if parts && at_group && first_or_grouped && !self.between {
            self.grouped = true;
            self.between = true;
            return true;
        }
        false
    }

    fn is_one(&self) -> bool {
        let Some((check, digits)) = self.digits.split_last() else {
            return false;
        };
        if digits.len() != DIGITS - 1 {
            return false;
        }
        let weights = (2..=7).chain(2..=6);
        let sum: u32 = digits
            .iter()
            .rev()
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let expected = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        *check == expected
    }
}

fn digit(character: char) -> Option<u32> {
    character.to_digit(10).or_else(|| {
        let full_width = u32::from(character).checked_sub(0xFF10)?;
        (full_width <= 9).then_some(full_width)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_with_their_check_digit_are_seen_however_they_are_written() {
        for text in [
            "123456789018",
            "1234 5678 9018",
            "1234-5678-9018",
            "１２３４５６７８９０１８",
            "番号は123456789018です",
            "a 123456789018",
        ] {
            assert!(stands_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "123456789012",
            "1234567890180",
            "0123456789018",
            "090-1234-5678",
            "0849-28-1111",
            "2026-03-25",
            "2026/03/25 10:30",
            "12345678901",
            "1 2345678901 8",
            "",
        ] {
            assert!(!stands_in(text), "{text}");
        }
        assert_eq!(whole("123456789018"), Some(true));
        assert_eq!(whole(" 123456789012 "), Some(false));
        assert_eq!(whole("123456789018号"), None);
        assert_eq!(whole(""), None);
    }
}
