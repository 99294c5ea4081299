//! Values as people write them.

use std::fmt::Write as _;

use crate::{Choice, Field, Kind, text_in, wareki};

impl Field {
    /// A value as a form keeps it, in words of `language`.
    #[must_use]
    pub fn in_words(&self, kept: &str, language: &str) -> String {
        in_words(self, kept, language)
    }
}

/// The kept value of a field in words of `language`: 昭和55年2月17日, 世帯全員, 2通.
pub(crate) fn in_words(field: &Field, kept: &str, language: &str) -> String {
    match &field.kind {
        Kind::Choice { options }
        | Kind::Choices {
            options,
            none: None,
        } => labels(options, kept, language),
        Kind::Choices {
            options,
            none: Some(none),
        } => match kept {
            "" => text_in(none, language).to_owned(),
            _ => labels(options, kept, language),
        },
        Kind::Number { unit, .. } => {
            let unit = unit.as_ref().map_or("", |it| text_in(it, language));
            match unit {
                _ if kept.is_empty() => String::new(),
                "" => kept.to_owned(),
                _ if language.starts_with("ja") => format!("{kept}{unit}"),
                _ => format!("{kept} {unit}"),
            }
        }
        Kind::Date { .. } => date(kept, language),
        Kind::Phone => phone(kept),
        Kind::Postal => postal(kept),
        Kind::Text { .. } | Kind::PersonName | Kind::Address => kept.to_owned(),
    }
}

fn labels(options: &[Choice], kept: &str, language: &str) -> String {
    let separator = if language.starts_with("ja") {
        "・"
    } else {
        ", "
    };
    let labels: Vec<&str> = kept
        .split(',')
        .filter_map(|id| options.iter().find(|it| it.id == id))
        .map(|it| text_in(&it.label, language))
        .collect();
    labels.join(separator)
}

/// Japanese eras for readers of Japanese; elsewhere the ISO date with the era behind it, because the papers show that.
pub(crate) fn date(kept: &str, language: &str) -> String {
    match kept.parse() {
        Ok(date) if language.starts_with("ja") => wareki::in_words(date),
        Ok(date) => format!("{kept} ({})", wareki::in_words(date)),
        Err(_) => match wareki::Incomplete::parse(kept) {
            Some(date) if language.starts_with("ja") => date.in_words(),
            Some(date) => {
                let (known, unknown) = date.told();
                format!("{kept} ({known}, {unknown})")
            }
            None => kept.to_owned(),
        },
    }
}

/// Hyphens where the length of the area code is certain: mobiles, toll-free numbers, 03, 06, and 084 of 福山市, whose
/// local numbers begin with 9 (area codes elsewhere have two to five digits; a wrong hyphen would be a wrong number on paper).
fn phone(kept: &str) -> String {
    let groups: &[usize] = match kept.len() {
        11 => &[3, 4, 4],
        _ if kept.starts_with("0120") || kept.starts_with("0570") => &[4, 3, 3],
        _ if kept.starts_with("03") || kept.starts_with("06") => &[2, 4, 4],
        _ if kept.starts_with("0849") => &[3, 3, 4],
        _ => &[10],
    };
    let mut words = String::new();
    let mut rest = kept;
    for length in groups {
        let (group, behind) = rest.split_at_checked(*length).unwrap_or((rest, ""));
        let hyphen = if words.is_empty() { "" } else { "-" };
        let _ = write!(words, "{hyphen}{group}");
        rest = behind;
    }
    words
}

fn postal(kept: &str) -> String {
    match kept.split_at_checked(3) {
        Some((area, town)) => format!("〒{area}-{town}"),
        None => String::new(),
    }
}

/// One fee of a case.
pub(crate) struct Due {
    pub(crate) each_yen: u32,
    pub(crate) times: u32,
    pub(crate) at_least: bool,
    pub(crate) confirmed: bool,
}

/// 600円(300円×2), 750円以上, with 未確認 where the city has not confirmed an amount.
pub(crate) fn fee(due: &[Due], language: &str) -> String {
    let japanese = language.starts_with("ja");
    let sum = due
        .iter()
        .map(|it| it.each_yen.saturating_mul(it.times))
        .fold(0, u32::saturating_add);
    let at_least = due.iter().any(|it| it.at_least);
    let mut words = match (japanese, at_least) {
        (true, false) => format!("{}円", thousands(sum)),
        (true, true) => format!("{}円以上", thousands(sum)),
        (false, false) => format!("{} yen", thousands(sum)),
        (false, true) => format!("{} yen or more", thousands(sum)),
    };
    let parts = due.iter().map(|it| {
        let each = thousands(it.each_yen);
        match (japanese, it.times) {
            (true, 1) => format!("{each}円"),
            (true, times) => format!("{each}円×{times}"),
            (false, 1) => format!("{each} yen"),
            (false, times) => format!("{each} yen × {times}"),
        }
    });
    // A sum of one part that is taken once says nothing that the sum does not.
    if due.len() > 1 || due.iter().any(|it| it.times != 1) {
        let parts: Vec<String> = parts.collect();
        let (open, plus, close) = if japanese {
            ("(", "+", ")")
        } else {
            (" (", " + ", ")")
        };
        let _ = write!(words, "{open}{}{close}", parts.join(plus));
    }
    if due.iter().any(|it| !it.confirmed) {
        words.push_str(if japanese {
            "(未確認)"
        } else {
            " (to be confirmed at the counter)"
        });
    }
    words
}

fn thousands(yen: u32) -> String {
    let digits = yen.to_string();
    let mut words = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_get_hyphens_only_where_they_are_certain() {
        for (kept, words) in [
            ("0849281058", "084-928-1058"),
            ("09012345678", "090-1234-5678"),
            ("05012345678", "050-1234-5678"),
            ("0312345678", "03-1234-5678"),
            ("0120123456", "0120-123-456"),
            ("0847123456", "0847123456"),
            ("", ""),
        ] {
            assert_eq!(phone(kept), words);
        }
    }

    #[test]
    fn fees_are_told_in_words() {
        for (due, language, words) in [
            (&[(300, 1, true, false)][..], "ja", "300円"),
            (&[(300, 4, false, false)], "ja", "1,200円(300円×4)(未確認)"),
            (&[(0, 1, true, false)], "en", "0 yen"),
            (&[(300, 2, true, false)], "en", "600 yen (300 yen × 2)"),
            (&[(450, 1, true, true)], "ja", "450円以上"),
            (
                &[(450, 2, true, false), (300, 1, false, false)],
                "ja",
                "1,200円(450円×2+300円)(未確認)",
            ),
            (
                &[(450, 1, true, false), (750, 3, true, true)],
                "en",
                "2,700 yen or more (450 yen + 750 yen × 3)",
            ),
            (
                &[(u32::MAX, 2, true, false)],
                "ja",
                "4,294,967,295円(4,294,967,295円×2)",
            ),
        ] {
            let due: Vec<Due> = due
                .iter()
                .map(|(each_yen, times, confirmed, at_least)| Due {
                    each_yen: *each_yen,
                    times: *times,
                    at_least: *at_least,
                    confirmed: *confirmed,
                })
                .collect();
            assert_eq!(fee(&due, language), words);
        }
    }
}
