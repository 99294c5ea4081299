//! Japanese eras. Five rows, each with its first day: 明治 from the first day of the solar calendar in Japan
//! (太政官布告第337号 of 明治5年), 大正 and 昭和 from the days of the changes, 平成 from 昭和64年政令第1号,
//! 令和 from 平成31年政令第143号. Before 1873 Japan counted days by the moon, so no date is written for them.

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// An era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// 明治.
    Meiji,
    /// 大正.
    Taisho,
    /// 昭和.
    Showa,
    /// 平成.
    Heisei,
    /// 令和.
    Reiwa,
}

/// 明治6年1月1日: the first day of the solar calendar.
pub const FIRST_SOLAR_DAY: NaiveDate = day(1873, 1, 1);

/// Era, name, year of its 元年, first day.
const ERAS: [(Era, &str, i32, NaiveDate); 5] = [
    (Era::Reiwa, "令和", 2019, day(2019, 5, 1)),
    (Era::Heisei, "平成", 1989, day(1989, 1, 8)),
    (Era::Showa, "昭和", 1926, day(1926, 12, 25)),
    (Era::Taisho, "大正", 1912, day(1912, 7, 30)),
    (Era::Meiji, "明治", 1868, FIRST_SOLAR_DAY),
];

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// 昭和55年2月17日, 令和元年5月1日. Before [`FIRST_SOLAR_DAY`] the year is written as 西暦.
#[must_use]
pub fn in_words(date: NaiveDate) -> String {
    let (month, day) = (date.month(), date.day());
    match ERAS.iter().find(|(_, _, _, first)| *first <= date) {
        Some((_, name, first_year, _)) => match date.year() - first_year + 1 {
            1 => format!("{name}元年{month}月{day}日"),
            year => format!("{name}{year}年{month}月{day}日"),
        },
        None => format!("西暦{}年{month}月{day}日", date.year()),
    }
}

/// A birth date of which nobody knows the day, or neither month nor day (不詳): 住民票 and cards have such dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incomplete {
    first_day: NaiveDate,
    knows_month: bool,
}

impl Incomplete {
    /// `1954`, `1954-05`, and as cards write it with zeros: `1954-00-00`, `19540500`. `None` for anything else, a whole date included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Incomplete> {
        let digits: String = match (text.len(), text.split('-').count()) {
            (4 | 8, 1) => text.to_owned(),
            (7, 2) | (10, 3) => text.chars().filter(|it| *it != '-').collect(),
            _ => return None,
        };
        let part = |at: std::ops::Range<usize>| -> Option<u32> {
            let part = digits.get(at)?;
            let all_digits = part.bytes().all(|it| it.is_ascii_digit());
            all_digits.then(|| part.parse().ok()).flatten()
        };
        let year = i32::try_from(part(0..4)?).ok()?;
        let rest = |at: std::ops::Range<usize>| match digits.len() <= at.start {
            true => Some(0),
            false => part(at),
        };
        let (month, day) = (rest(4..6)?, rest(6..8)?);
        if day != 0 {
            return None;
        }
        Some(Incomplete {
            first_day: NaiveDate::from_ymd_opt(year, month.max(1), 1)?,
            knows_month: month > 0,
        })
    }

    /// The first day that it may have been.
    #[must_use]
    pub fn first_day(&self) -> NaiveDate {
        self.first_day
    }

    /// The last one.
    fn last_day(&self) -> NaiveDate {
        let (year, month) = (self.first_day.year(), self.first_day.month());
        let next = if self.knows_month && month < 12 {
            NaiveDate::from_ymd_opt(year, month + 1, 1)
        } else {
            NaiveDate::from_ymd_opt(year + 1, 1, 1)
        };
        let last = next.and_then(|it| it.pred_opt());
        last.unwrap_or(self.first_day)
    }

    /// The month, where it is known.
    #[must_use]
    pub fn month(&self) -> Option<u32> {
        self.knows_month.then(|| self.first_day.month())
    }

    /// 昭和29年(月日不詳), 昭和29年5月(日不詳); where an era changed in that time, both: 昭和64年・平成元年(月日不詳).
    #[must_use]
    pub fn in_words(&self) -> String {
        let (known, unknown) = self.told();
        format!("{known}({unknown})")
    }

    /// What is known, and what is not: 昭和29年, 月日不詳.
    pub(crate) fn told(&self) -> (String, &'static str) {
        let year = |day| match of_day(day) {
            Some((_, 1)) => name_of(day).map(|it| format!("{it}元年")),
            Some((_, number)) => name_of(day).map(|it| format!("{it}{number}年")),
            None => None,
        };
        let western = || format!("西暦{}年", self.first_day.year());
        let first = year(self.first_day).unwrap_or_else(western);
        let last = year(self.last_day()).unwrap_or_else(western);
        let years = if first == last {
            first
        } else {
            format!("{first}・{last}")
        };
        match self.month() {
            Some(month) => (format!("{years}{month}月"), "日不詳"),
            None => (years, "月日不詳"),
        }
    }
}

impl fmt::Display for Incomplete {
    /// As it is kept: `1954`, `1954-05`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.first_day.year();
        match self.month() {
            Some(month) => write!(formatter, "{year:04}-{month:02}"),
            None => write!(formatter, "{year:04}"),
        }
    }
}

fn name_of(day: NaiveDate) -> Option<&'static str> {
    let era = ERAS.iter().find(|(_, _, _, first)| *first <= day)?;
    Some(era.1)
}

/// The year by the era of its first day: 令和8年. `None` before the solar calendar.
#[must_use]
pub fn of_year(year: i32) -> Option<String> {
    let first_day = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let (era, number) = of_day(first_day)?;
    let (_, name, ..) = ERAS.iter().find(|(it, ..)| *it == era)?;
    Some(match number {
        1 => format!("{name}元年"),
        number => format!("{name}{number}年"),
    })
}

/// The era of a day and the year in it, 元年 as 1; `None` before [`FIRST_SOLAR_DAY`].
#[must_use]
pub fn of_day(date: NaiveDate) -> Option<(Era, u32)> {
    let (era, _, first_year, _) = ERAS.iter().find(|(_, _, _, first)| *first <= date)?;
    Some((*era, u32::try_from(date.year() - first_year + 1).ok()?))
}

/// The day that an era, its year, a month and a day name, if there is such a day in that era.
///
/// # Errors
/// [`NoSuchDay`] for a day that never was; where the calendar has the day under another era, it says which.
pub fn date(era: Era, year: u32, month: u32, day: u32) -> Result<NaiveDate, NoSuchDay> {
    let date = ERAS
        .iter()
        .find(|(it, ..)| *it == era)
        .and_then(|(_, _, first_year, _)| first_year.checked_add(i32::try_from(year).ok()? - 1))
        .filter(|_| year > 0)
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or(NoSuchDay { instead: None })?;
    let of_day = ERAS.iter().find(|(_, _, _, first)| *first <= date);
    match of_day {
        Some((it, ..)) if *it == era => Ok(date),
        Some(_) => Err(NoSuchDay {
            instead: Some(in_words(date)),
        }),
        None => Err(NoSuchDay { instead: None }),
    }
}

/// There is no such day in that era.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such day in this era")]
pub struct NoSuchDay {
    /// The same day under the era that it has: 平成32年 is 令和2年 on many old papers.
    pub instead: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_every_boundary_are_right() {
        for (iso, words) in [
            ("1872-12-31", "西暦1872年12月31日"),
            ("1873-01-01", "明治6年1月1日"),
            ("1912-07-29", "明治45年7月29日"),
            ("1912-07-30", "大正元年7月30日"),
            ("1926-12-24", "大正15年12月24日"),
            ("1926-12-25", "昭和元年12月25日"),
            ("1927-01-01", "昭和2年1月1日"),
            ("1980-02-17", "昭和55年2月17日"),
            ("1989-01-07", "昭和64年1月7日"),
            ("1989-01-08", "平成元年1月8日"),
            ("2019-04-30", "平成31年4月30日"),
            ("2019-05-01", "令和元年5月1日"),
            ("2020-02-29", "令和2年2月29日"),
        ] {
            assert_eq!(in_words(iso.parse().unwrap()), words);
        }
    }

    #[test]
    fn what_nobody_knows_of_a_birth_date_is_said() {
        for (text, kept, words) in [
            ("1954", "1954", "昭和29年(月日不詳)"),
            ("1954-00-00", "1954", "昭和29年(月日不詳)"),
            ("19540000", "1954", "昭和29年(月日不詳)"),
            ("1954-05", "1954-05", "昭和29年5月(日不詳)"),
            ("1954-12-00", "1954-12", "昭和29年12月(日不詳)"),
            ("19540500", "1954-05", "昭和29年5月(日不詳)"),
            ("1926", "1926", "大正15年・昭和元年(月日不詳)"),
            ("1989", "1989", "昭和64年・平成元年(月日不詳)"),
            ("1989-01", "1989-01", "昭和64年・平成元年1月(日不詳)"),
            ("1989-02", "1989-02", "平成元年2月(日不詳)"),
            ("1868", "1868", "西暦1868年(月日不詳)"),
        ] {
            let found = Incomplete::parse(text).unwrap();
            assert_eq!(found.to_string(), kept);
            assert_eq!(found.in_words(), words);
        }
        for text in [
            "",
            "195",
            "1954-5",
            "1954-13",
            "1954-00-01",
            "1954-05-17",
            "19540517",
            "昭和29",
            "1954-",
            "-954",
            "0000",
            "1954-05-",
            "+954",
            "195４",
        ] {
            let found = Incomplete::parse(text).filter(|it| it.first_day() >= FIRST_SOLAR_DAY);
            assert_eq!(found, None, "{text}");
        }
    }

    #[test]
    fn a_day_outside_its_era_is_refused_with_the_right_one() {
        for (era, year, month, day, expected) in [
            (Era::Showa, 64, 1, 7, Ok("1989-01-07")),
            (Era::Showa, 64, 2, 1, Err(Some("平成元年2月1日"))),
            (Era::Showa, 64, 2, 30, Err(None)),
            (Era::Heisei, 31, 4, 30, Ok("2019-04-30")),
            (Era::Heisei, 31, 5, 1, Err(Some("令和元年5月1日"))),
            (Era::Heisei, 32, 3, 1, Err(Some("令和2年3月1日"))),
            (Era::Reiwa, 1, 4, 30, Err(Some("平成31年4月30日"))),
            (Era::Reiwa, 1, 5, 1, Ok("2019-05-01")),
            (Era::Reiwa, 0, 5, 1, Err(None)),
            (Era::Meiji, 5, 12, 2, Err(None)),
            (Era::Meiji, 6, 1, 1, Ok("1873-01-01")),
            (Era::Taisho, 15, 12, 25, Err(Some("昭和元年12月25日"))),
            (Era::Reiwa, u32::MAX, 1, 1, Err(None)),
        ] {
            let found = date(era, year, month, day);
            let found = match &found {
                Ok(date) => Ok(date.to_string()),
                Err(no_such_day) => Err(no_such_day.instead.as_deref()),
            };
            assert_eq!(
                found,
                expected.map(str::to_owned),
                "{era:?} {year}-{month}-{day}"
            );
        }
    }
}
