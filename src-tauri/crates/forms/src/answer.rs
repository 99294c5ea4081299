//! What an answer must be, and how it is kept.
//!
//! Kept means: text exactly as typed (outer spaces aside), a date as `YYYY-MM-DD`, options as their ids joined by `,`,
//! numbers and telephone numbers as ASCII digits. A birth date of which the register knows no day or no month (不詳) is kept as
//! `YYYY-MM` or `YYYY`. Digits are the only characters that are ever folded to another form:
//! normalising a name would turn U+FA1B 福 into another character.

use chrono::{Datelike, NaiveDate};

use crate::{Choice, Field, Keyboard, Kind, characters, wareki};

/// Why an answer cannot stand. The pages look up `refusal.<code>` in the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was answered.
    #[error("an answer is needed")]
    Required,
    /// The procedure has no such field, or it does not apply now.
    #[error("no such field")]
    UnknownField,
    /// Not among the options, or chosen twice.
    #[error("not among the options")]
    NotAnOption,
    /// Not a whole number.
    #[error("not a whole number")]
    NotANumber,
    /// Below the least or above the most.
    #[error("out of range")]
    OutOfRange,
    /// More characters than fit.
    #[error("too long")]
    TooLong,
    /// Fewer characters than there have to be.
    #[error("too short")]
    TooShort,
    /// Control characters or line breaks.
    #[error("characters that cannot be written")]
    Characters,
    /// Something else than kana where kana are asked.
    #[error("not kana")]
    NotKana,
    /// No day of the calendar: 昭和64年2月1日, 30 February.
    #[error("not a date")]
    NotADate,
    /// A birth date in the future.
    #[error("in the future")]
    InTheFuture,
    /// A day that has to have come before it can be filed (異動日), and has not.
    #[error("after today")]
    AfterToday,
    /// A day long before anything that this form is for.
    #[error("too early")]
    TooEarly,
    /// Not a telephone number in Japan.
    #[error("not a telephone number")]
    NotAPhone,
    /// Not a postal code in Japan: seven digits.
    #[error("not a postal code")]
    NotAPostalCode,
    /// An option that goes with no other, and another one: 「ない」 and 「原付」.
    #[error("the options contradict each other")]
    Contradicting,
}

impl Refusal {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Required => "required",
            Refusal::UnknownField => "unknown_field",
            Refusal::NotAnOption => "not_an_option",
            Refusal::NotANumber => "not_a_number",
            Refusal::OutOfRange => "out_of_range",
            Refusal::TooLong => "too_long",
            Refusal::TooShort => "too_short",
            Refusal::Characters => "characters",
            Refusal::NotKana => "not_kana",
            Refusal::NotADate => "not_a_date",
            Refusal::InTheFuture => "in_the_future",
            Refusal::AfterToday => "after_today",
            Refusal::TooEarly => "too_early",
            Refusal::NotAPhone => "not_a_phone",
            Refusal::NotAPostalCode => "not_a_postal_code",
            Refusal::Contradicting => "contradicting",
        }
    }

    /// Every code there is, for the test that every language has a sentence for each.
    pub const ALL: [Refusal; 16] = [
        Refusal::Required,
        Refusal::UnknownField,
        Refusal::NotAnOption,
        Refusal::NotANumber,
        Refusal::OutOfRange,
        Refusal::TooLong,
        Refusal::TooShort,
        Refusal::Characters,
        Refusal::NotKana,
        Refusal::NotADate,
        Refusal::InTheFuture,
        Refusal::AfterToday,
        Refusal::TooEarly,
        Refusal::NotAPhone,
        Refusal::NotAPostalCode,
        Refusal::Contradicting,
    ];
}

const POSTAL_DIGITS: usize = 7;

/// No answer has more bytes than this, whatever its kind: four bytes and one selector for each of 500 characters.
const VALUE_BYTES_MAX: usize = 4_000;

/// The answer as it is kept, or why it cannot stand. `today` bounds days that have to have come; without it they may be any.
pub(crate) fn check(
    field: &Field,
    typed: &str,
    today: Option<NaiveDate>,
) -> Result<String, Refusal> {
    if typed.len() > VALUE_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    let typed = typed.trim_matches([' ', '\u{3000}', '\t', '\n', '\r']);
    if typed.is_empty() {
        return if field.required {
            Err(Refusal::Required)
        } else {
            Ok(String::new())
        };
    }
    match &field.kind {
        Kind::Choice { options } => options
            .iter()
            .find(|it| it.id == typed && today.is_none_or(|today| it.is_known_on(today)))
            .map(|it| it.id.clone())
            .ok_or(Refusal::NotAnOption),
        Kind::Choices { options, .. } => {
            let chosen: Vec<&str> = typed.split(',').map(str::trim).collect();
            let known: Vec<&Choice> = options
                .iter()
                .filter(|it| chosen.contains(&it.id.as_str()))
                .collect();
            if known.len() != chosen.len() {
                Err(Refusal::NotAnOption)
            } else if known.len() > 1 && known.iter().any(|it| it.alone) {
                Err(Refusal::Contradicting)
            } else {
                let ids: Vec<&str> = known.iter().map(|it| it.id.as_str()).collect();
                Ok(ids.join(","))
            }
        }
        Kind::Number { min, max, .. } => number(typed, *min, *max),
        Kind::Text { .. } | Kind::PersonName | Kind::Address => {
            let (keyboard, chars_max) = field.kind.typing().unwrap_or((Keyboard::Ja, 0));
            let kept = text(typed, keyboard, chars_max)?;
            if let Kind::Text { min_chars, .. } = field.kind
                && characters::count(&kept) < min_chars as usize
            {
                return Err(Refusal::TooShort);
            }
            Ok(kept)
        }
        Kind::Date {
            birth,
            not_after_today,
            not_before,
        } => {
            let incomplete = birth.then(|| wareki::Incomplete::parse(typed)).flatten();
            let date = match &incomplete {
                Some(incomplete) => solar(incomplete.first_day()),
                None => date(typed),
            }?;
            let ahead = today.is_some_and(|today| date > today);
            if ahead && *birth {
                Err(Refusal::InTheFuture)
            } else if ahead && *not_after_today {
                Err(Refusal::AfterToday)
            } else if not_before.is_some_and(|first| date < first) {
                Err(Refusal::TooEarly)
            } else {
                Ok(incomplete.map_or_else(|| date.to_string(), |it| it.to_string()))
            }
        }
        Kind::Phone => phone(typed),
        Kind::Postal => postal(typed),
    }
}

fn number(typed: &str, min: u32, max: u32) -> Result<String, Refusal> {
    let digits: String = typed.chars().map(characters::ascii_digit).collect();
    if !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Refusal::NotANumber);
    }
    let number: u32 = digits.parse().map_err(|_| Refusal::OutOfRange)?;
    if (min..=max).contains(&number) {
        Ok(number.to_string())
    } else {
        Err(Refusal::OutOfRange)
    }
}

fn text(typed: &str, keyboard: Keyboard, chars_max: u32) -> Result<String, Refusal> {
    if typed.chars().any(characters::cannot_be_written) {
        return Err(Refusal::Characters);
    }
    let kept = match keyboard {
        Keyboard::Ja | Keyboard::Latin => typed.to_owned(),
        Keyboard::Kana => characters::katakana(typed).ok_or(Refusal::NotKana)?,
        Keyboard::Digits => {
            let digits: String = typed.chars().map(characters::ascii_digit).collect();
            if !digits.bytes().all(|it| it.is_ascii_digit()) {
                return Err(Refusal::NotANumber);
            }
            digits
        }
    };
    if characters::count(&kept) > chars_max as usize {
        return Err(Refusal::TooLong);
    }
    Ok(kept)
}

fn date(typed: &str) -> Result<NaiveDate, Refusal> {
    solar(typed.parse().map_err(|_| Refusal::NotADate)?)
}

fn solar(date: NaiveDate) -> Result<NaiveDate, Refusal> {
    if date < wareki::FIRST_SOLAR_DAY || date.year() > 9999 {
        return Err(Refusal::NotADate);
    }
    Ok(date)
}

/// Seven digits; 〒 and everything that people put between digits is dropped.
fn postal(typed: &str) -> Result<String, Refusal> {
    let digits: String = typed
        .chars()
        .map(characters::ascii_digit)
        .filter(|it| !characters::between_digits(*it) && *it != '〒')
        .collect();
    let all_digits = digits.len() == POSTAL_DIGITS && digits.bytes().all(|it| it.is_ascii_digit());
    // 001 is 札幌; no code in Japan begins with 000.
    if all_digits && !digits.starts_with("000") {
        Ok(digits)
    } else {
        Err(Refusal::NotAPostalCode)
    }
}

/// Ten digits, or eleven for mobiles, from 0; `+81` stands for the 0. Everything that people put between digits is dropped.
fn phone(typed: &str) -> Result<String, Refusal> {
    let mut digits: String = typed
        .chars()
        .map(characters::ascii_digit)
        .filter(|it| !characters::between_digits(*it))
        .collect();
    if let Some(rest) = digits
        .strip_prefix("+81")
        .or_else(|| digits.strip_prefix("＋81"))
    {
        digits = format!("0{}", rest.strip_prefix('0').unwrap_or(rest));
    }
    let fits = digits.bytes().all(|it| it.is_ascii_digit())
        && digits.starts_with('0')
        && (10..=11).contains(&digits.len());
    if fits {
        Ok(digits)
    } else {
        Err(Refusal::NotAPhone)
    }
}
