//! One value in the shape that a target takes.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use super::{Column, encoding};
use crate::{Field, Kind, characters, wareki, words};

/// The shape of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// As it is kept: a name code point by code point, an ISO date, digits, ids of options.
    Kept,
    /// As people read it: 昭和55年2月17日, 世帯全員, 2通.
    Words,
    /// The target's own code for each option.
    Codes(BTreeMap<String, String>),
    /// A date as 19800217.
    Compact,
    /// A date as 1980/02/17.
    Slashes,
    /// A date as 昭和55年2月17日.
    Wareki,
    /// A date as 3550217: the era's number from 明治 1 to 令和 5, then year, month and day.
    EraDigits,
    /// A date as S55.02.17 (JIS X 0301).
    EraLetter,
    /// A telephone number or postal code with hyphens, where they are certain.
    Hyphens,
    /// Kana as half-width katakana, small and large kana never merged.
    HalfKana,
    /// Latin letters, digits, punctuation, spaces and kana in full width.
    FullWidth,
    /// Latin letters, digits, punctuation, spaces and katakana in half width; everything else as it is.
    HalfWidth,
}

impl Format {
    /// The format of this name; [`Format::Codes`] has none, because its codes say what it is.
    #[must_use]
    pub fn parse(name: &str) -> Option<Format> {
        let all = [
            Format::Kept,
            Format::Words,
            Format::Compact,
            Format::Slashes,
            Format::Wareki,
            Format::EraDigits,
            Format::EraLetter,
            Format::Hyphens,
            Format::HalfKana,
            Format::FullWidth,
            Format::HalfWidth,
        ];
        all.into_iter().find(|it| it.as_str() == name)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Format::Kept => "kept",
            Format::Words => "words",
            Format::Codes(_) => "codes",
            Format::Compact => "yyyymmdd",
            Format::Slashes => "yyyy/mm/dd",
            Format::Wareki => "wareki",
            Format::EraDigits => "era_digits",
            Format::EraLetter => "era_letter",
            Format::Hyphens => "hyphens",
            Format::HalfKana => "half_kana",
            Format::FullWidth => "full_width",
            Format::HalfWidth => "half_width",
        }
    }

    /// Whether it is a format of dates.
    pub(super) fn is_of_dates(&self) -> bool {
        match self {
            Format::Compact
            | Format::Slashes
            | Format::Wareki
            | Format::EraDigits
            | Format::EraLetter => true,
            Format::Kept
            | Format::Words
            | Format::Codes(_)
            | Format::Hyphens
            | Format::HalfKana
            | Format::FullWidth
            | Format::HalfWidth => false,
        }
    }

    /// Whether answers of this kind can have it.
    pub(super) fn fits(&self, kind: &Kind) -> bool {
        let is_choice = matches!(kind, Kind::Choice { .. } | Kind::Choices { .. });
        let is_date = matches!(kind, Kind::Date { .. });
        let is_dialled = matches!(kind, Kind::Phone | Kind::Postal);
        match self {
            Format::Kept | Format::Words => true,
            Format::Codes(_) => is_choice,
            Format::Hyphens => is_dialled,
            Format::HalfKana => matches!(kind, Kind::Text { .. } | Kind::PersonName),
            Format::FullWidth | Format::HalfWidth => !is_choice && !is_date,
            Format::Compact
            | Format::Slashes
            | Format::Wareki
            | Format::EraDigits
            | Format::EraLetter => is_date,
        }
    }
}

/// How a short value fills its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Zeros before it: 000123.
    Zeros,
    /// Spaces behind it.
    Spaces,
}

impl Column {
    /// A kept answer in the target's shape, and the characters that have no form of the wanted width.
    pub(super) fn formatted(&self, field: &Field, kept: &str) -> (String, Vec<String>) {
        let in_words = || words::in_words(field, kept, "ja");
        let is_choice = matches!(field.kind, Kind::Choice { .. } | Kind::Choices { .. });
        let plain = |value: String| (value, Vec::new());
        match &self.format {
            None if is_choice => plain(in_words()),
            None | Some(Format::Kept) => plain(kept.to_owned()),
            Some(Format::Words) => plain(in_words()),
            Some(Format::Codes(codes)) => {
                let codes = kept.split(',').filter_map(|id| codes.get(id));
                let codes: Vec<&str> = codes.map(String::as_str).collect();
                plain(codes.join(","))
            }
            Some(Format::Hyphens) => plain(in_words().trim_start_matches('〒').to_owned()),
            Some(Format::HalfKana) => half_kana(kept),
            Some(Format::FullWidth) => plain(full_width(kept)),
            Some(Format::HalfWidth) => half_width(kept),
            Some(
                Format::Compact
                | Format::Slashes
                | Format::Wareki
                | Format::EraDigits
                | Format::EraLetter,
            ) => plain(match (kept.parse(), wareki::Incomplete::parse(kept)) {
                (Ok(day), _) => self.day(day),
                (Err(_), Some(birth)) => self.of_unknown_day(&birth),
                (Err(_), None) => kept.to_owned(),
            }),
        }
    }

    /// A day in the target's shape.
    pub(super) fn day(&self, day: NaiveDate) -> String {
        let Some(format) = &self.format else {
            return day.to_string();
        };
        match format {
            Format::Compact => day.format("%Y%m%d").to_string(),
            Format::Slashes => day.format("%Y/%m/%d").to_string(),
            Format::Wareki | Format::Words => wareki::in_words(day),
            Format::EraDigits => of_era(day, |era, year| {
                format!("{}{year:02}{:02}{:02}", era + 1, day.month(), day.day())
            }),
            Format::EraLetter => of_era(day, |era, year| {
                let letter = "MTSHR".get(era..=era).unwrap_or_default();
                format!("{letter}{year:02}.{:02}.{:02}", day.month(), day.day())
            }),
            Format::Kept
            | Format::Codes(_)
            | Format::Hyphens
            | Format::HalfKana
            | Format::FullWidth
            | Format::HalfWidth => day.to_string(),
        }
    }

    /// A birth date of which the register knows no day or no month (不詳): zeros stand for them, as on the cards.
    fn of_unknown_day(&self, birth: &wareki::Incomplete) -> String {
        let year = birth.first_day().year();
        let month = birth.month().unwrap_or(0);
        match &self.format {
            Some(Format::Compact) => format!("{year:04}{month:02}00"),
            Some(Format::Slashes) => format!("{year:04}/{month:02}/00"),
            Some(Format::EraDigits) => of_era(birth.first_day(), |era, year| {
                format!("{}{year:02}{month:02}00", era + 1)
            }),
            Some(Format::EraLetter) => of_era(birth.first_day(), |era, year| {
                let letter = "MTSHR".get(era..=era).unwrap_or_default();
                format!("{letter}{year:02}.{month:02}.00")
            }),
            Some(
                Format::Wareki
                | Format::Words
                | Format::Kept
                | Format::Codes(_)
                | Format::Hyphens
                | Format::HalfKana
                | Format::FullWidth
                | Format::HalfWidth,
            )
            | None => birth.in_words(),
        }
    }

    /// A value that fills its column.
    pub(super) fn filled(&self, value: String) -> String {
        let (Some(fill), Some(chars)) = (self.fill, self.chars_max) else {
            return value;
        };
        let short = (chars as usize).saturating_sub(characters::count(&value));
        match fill {
            // Nothing answered is not the number nought.
            Fill::Zeros if value.is_empty() => value,
            Fill::Zeros => format!("{}{value}", "0".repeat(short)),
            Fill::Spaces => format!("{value}{}", " ".repeat(short)),
        }
    }
}

/// A day by its era, counted from 明治 0 to 令和 4; before the first solar day as it is kept.
fn of_era(day: NaiveDate, told: impl Fn(usize, u32) -> String) -> String {
    match wareki::of_day(day) {
        Some((era, year)) => told(era as usize, year),
        None => day.to_string(),
    }
}

const FULL_KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
const FIRST_HALF_KANA: u32 = 0xFF61;

/// Kana as half-width katakana. Spaces become narrow, too; anything else stands as it is and is told.
fn half_kana(kept: &str) -> (String, Vec<String>) {
    let mut half = String::new();
    let mut no_form: Vec<String> = Vec::new();
    for character in encoding::written(kept) {
        let form = match character {
            " " | "\u{3000}" => Some(" ".to_owned()),
            _ => narrow_kana(character),
        };
        match form {
            Some(form) => half.push_str(&form),
            None => {
                half.push_str(character);
                if !no_form.iter().any(|it| it == character) {
                    no_form.push(character.to_owned());
                }
            }
        }
    }
    (half, no_form)
}

/// The half-width form of one kana as it is written.
fn narrow_kana(character: &str) -> Option<String> {
    let is_narrow = |it: char| matches!(it, '\u{FF61}'..='\u{FF9F}');
    if character.chars().all(is_narrow) {
        return Some(character.to_owned());
    }
    let katakana = match characters::katakana(character) {
        Some(katakana) => katakana,
        None => character.to_owned(),
    };
    let mut parts = katakana.chars();
    let (only, None) = (parts.next()?, parts.next()) else {
        return None;
    };
    let narrow = |it: char| {
        let place = FULL_KANA.chars().position(|kana| kana == it)?;
        char::from_u32(FIRST_HALF_KANA + u32::try_from(place).ok()?)
    };
    match characters::unvoiced(only) {
        Some((plain, mark)) => narrow(plain).map(|it| format!("{it}{mark}")),
        None => narrow(only).map(String::from),
    }
}

fn half_width(kept: &str) -> (String, Vec<String>) {
    let mut half = String::new();
    let mut no_form: Vec<String> = Vec::new();
    for character in encoding::written(kept) {
        let mut parts = character.chars();
        let only = parts.next().filter(|_| parts.next().is_none());
        match only {
            Some(it @ '\u{FF01}'..='\u{FF5E}') => {
                half.extend(char::from_u32(it as u32 - 0xFEE0));
            }
            Some('\u{3000}') => half.push(' '),
            Some('ァ'..='ヾ' | '。' | '「' | '」' | '、') => match narrow_kana(character) {
                Some(form) => half.push_str(&form),
                None => {
                    half.push_str(character);
                    if !no_form.iter().any(|it| it == character) {
                        no_form.push(character.to_owned());
                    }
                }
            },
            Some(_) | None => half.push_str(character),
        }
    }
    (half, no_form)
}

fn full_width(kept: &str) -> String {
    let mut full = String::new();
    let mut narrow = String::new();
    for character in kept.chars() {
        if matches!(character, 'ｦ'..='ﾟ') {
            narrow.push(character);
            continue;
        }
        flush(&mut narrow, &mut full);
        match character {
            ' ' => full.push('\u{3000}'),
            '!'..='~' => full.extend(char::from_u32(character as u32 + 0xFEE0)),
            '｡'..='･' => full.extend(
                FULL_KANA
                    .chars()
                    .nth((character as u32 - FIRST_HALF_KANA) as usize),
            ),
            _ => full.push(character),
        }
    }
    flush(&mut narrow, &mut full);
    full
}

/// Half-width kana with the marks behind them as full-width kana; a mark that voices nothing stands as it is.
fn flush(narrow: &mut String, full: &mut String) {
    match characters::katakana(narrow) {
        Some(katakana) => full.push_str(&katakana),
        None => full.push_str(narrow),
    }
    narrow.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_get_narrow_and_small_ones_stay_small() {
        for (kept, narrow, told) in [
            ("フクヤマ　タロウ", "ﾌｸﾔﾏ ﾀﾛｳ", vec![]),
            ("ヴァネッサ・パーク", "ｳﾞｧﾈｯｻ･ﾊﾟｰｸ", vec![]),
            ("キヨウコ", "ｷﾖｳｺ", vec![]),
            ("キョウコ", "ｷｮｳｺ", vec![]),
            ("がぎぐ", "ｶﾞｷﾞｸﾞ", vec![]),
            ("ｶﾞｷﾞ", "ｶﾞｷﾞ", vec![]),
            ("か\u{3099}", "ｶﾞ", vec![]),
            // 半角 knows no ヰ, ヱ, ヮ, ヵ, ヶ.
            ("ヰヱ", "ヰヱ", vec!["ヰ", "ヱ"]),
            ("スズキ一郎", "ｽｽﾞｷ一郎", vec!["一", "郎"]),
        ] {
            let (found, no_form) = half_kana(kept);
            assert_eq!(found, narrow, "{kept}");
            assert_eq!(no_form, told, "{kept}");
        }
    }

    #[test]
    fn widths_change_letters_digits_and_kana_and_nothing_else() {
        assert_eq!(
            full_width("ABC-12 ｶﾞｷﾞ 芦\u{E0100}田 ﾊﾟ｡"),
            "ＡＢＣ－１２　ガギ　芦\u{E0100}田　パ。"
        );
        let (half, no_form) = half_width("東桜町３番５号　ＡＢＣマンション\u{FA1B}ヶ");
        assert_eq!(half, "東桜町3番5号 ABCﾏﾝｼｮﾝ\u{FA1B}ヶ");
        assert_eq!(no_form, ["ヶ"]);
    }
}
