//! Lists of visits that another system announces: 引越しOSS 来庁予定.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forms::wareki::{self, Era};
use queue::ServiceId;

/// How a list of announced moves is read. Which columns there are is the office's system's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveList {
    /// It shows how such a file is written; the office's system decides what it has to be.
    pub example: bool,
    /// The procedure whose form each row fills in.
    pub procedure: String,
    /// The life event with which each visit is prepared.
    pub life_event: String,
    /// The service whose number will be called: the procedure's.
    pub service: ServiceId,
    /// How the file's characters are written.
    pub encoding: ListEncoding,
    /// The header of the application's number.
    pub application: String,
    /// The header of the planned day.
    pub day: String,
    /// How the planned day is written.
    pub day_dates: Vec<DateForm>,
    /// The other columns that are read.
    pub columns: Vec<ListColumn>,
}

/// One column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumn {
    /// What stands above it.
    pub header: String,
    /// A file may lack it.
    pub optional: bool,
    /// The ids of the form's fields that it answers, those that apply.
    pub fields: Vec<String>,
    /// The file's word → the id of the field's option.
    pub words: BTreeMap<String, String>,
    /// How dates are written.
    pub dates: Vec<DateForm>,
}

/// How a list's characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListEncoding {
    /// UTF-8 where it is UTF-8, with or without a byte order mark; else Shift_JIS.
    Auto,
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Shift_JIS as Windows writes it (CP932).
    ShiftJis,
}

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateForm {
    /// `2026-03-25`.
    Dashes,
    /// `2026/3/25`.
    Slashes,
    /// `20260325`.
    Digits,
    /// 令和8年3月25日.
    Wareki,
}

impl DateForm {
    /// All of them.
    pub const ALL: [DateForm; 4] = [Self::Dashes, Self::Slashes, Self::Digits, Self::Wareki];

    /// Its name in the office's files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dashes => "yyyy-mm-dd",
            Self::Slashes => "yyyy/mm/dd",
            Self::Digits => "yyyymmdd",
            Self::Wareki => "wareki",
        }
    }

    /// The date that a text of this form names, if it does; digits may be full-width.
    #[must_use]
    pub fn read(self, text: &str) -> Option<NaiveDate> {
        let text: String = text.trim().chars().map(ascii).collect();
        match self {
            Self::Dashes => parts(&text, '-'),
            Self::Slashes => parts(&text, '/'),
            Self::Digits => {
                let plain = text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit());
                let number: u32 = plain.then(|| text.parse().ok()).flatten()?;
                let year = i32::try_from(number / 10_000).ok()?;
                NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)
            }
            Self::Wareki => era(&text),
        }
    }
}

fn ascii(character: char) -> char {
    match character {
        '\u{FF10}'..='\u{FF19}' | '／' | '－' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        _ => character,
    }
}

fn parts(text: &str, between: char) -> Option<NaiveDate> {
    let mut parts = text.split(between);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year = (year.len() == 4).then(|| number(year)).flatten()?;
    let year = i32::try_from(year).ok()?;
    let over = parts.next().is_some();
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).filter(|_| !over)
}

fn era(text: &str) -> Option<NaiveDate> {
    let eras = [
        ("令和", Era::Reiwa),
        ("平成", Era::Heisei),
        ("昭和", Era::Showa),
        ("大正", Era::Taisho),
        ("明治", Era::Meiji),
    ];
    let (era, rest) = eras
        .into_iter()
        .find_map(|(name, era)| Some((era, text.strip_prefix(name)?)))?;
    let (year, rest) = rest.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix('日')?;
    let year = if year == "元" { 1 } else { number(year)? };
    wareki::date(era, year, number(month)?, number(day)?).ok()
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Whether a column is named as one of individual numbers (個人番号, マイナンバー). Whether somebody has a card is another matter.
#[must_use]
pub fn is_individual_number_header(header: &str) -> bool {
    let header: String = header.to_lowercase().split_whitespace().collect();
    let names = [
        "個人番号",
        "マイナンバー",
        "mynumber",
        "my_number",
        "kojin_bango",
        "kojinbango",
    ];
    names.iter().any(|name| {
        header.match_indices(name).any(|(at, _)| {
            let rest = header.get(at + name.len()..).unwrap_or_default();
            !["カード", "card", "_card"]
                .iter()
                .any(|it| rest.starts_with(it))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written_and_not_otherwise() {
        for (form, text, expected) in [
            (DateForm::Dashes, "2026-03-25", Some("2026-03-25")),
            (DateForm::Dashes, "2026-3-5", Some("2026-03-05")),
            (DateForm::Dashes, "2026/03/25", None),
            (DateForm::Slashes, "2026/3/25", Some("2026-03-25")),
            (DateForm::Slashes, "２０２６／３／２５", Some("2026-03-25")),
            (DateForm::Slashes, "2026/2/29", None),
            (DateForm::Slashes, "2026/2/28/1", None),
            (DateForm::Slashes, "26/2/28", None),
            (DateForm::Digits, "20260325", Some("2026-03-25")),
            (DateForm::Digits, "2026325", None),
            (DateForm::Digits, "+2026325", None),
            (DateForm::Wareki, "令和8年3月25日", Some("2026-03-25")),
            (DateForm::Wareki, "令和元年5月1日", Some("2019-05-01")),
            (DateForm::Wareki, "昭和64年2月1日", None),
            (DateForm::Wareki, "令和8年3月", None),
            (DateForm::Wareki, "", None),
        ] {
            let found = form.read(text).map(|it| it.to_string());
            assert_eq!(found.as_deref(), expected, "{text} as {}", form.as_str());
        }
    }

    #[test]
    fn a_column_of_individual_numbers_is_known_by_its_name_and_one_about_cards_is_not() {
        for header in [
            "個人番号",
            "届出人 個人番号",
            "マイナンバー",
            "マイナンバー(12桁)",
            "マイナンバーカードのマイナンバー",
            "MyNumber",
            "my_number",
        ] {
            assert!(is_individual_number_header(header), "{header}");
        }
        for header in [
            "マイナンバーカードの有無",
            "個人番号カード継続利用",
            "MyNumberCard",
            "申請番号",
            "",
        ] {
            assert!(!is_individual_number_header(header), "{header}");
        }
    }
}
