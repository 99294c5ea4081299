//! The fiscal years (年度) of a tax certificate, each offered from the day on which it is issued.
//!
//! They are written out, so that an answer is a year and not 「the latest」, which is another one the next morning.

use chrono::NaiveDate;
use forms::{Choice, Text, wareki};
use serde::{Deserialize, Deserializer, de};

/// The first year that is written out: before it 令和元年 and 平成31年 are one year.
const FIRST: i32 = 2021;
/// The last one.
const LAST: i32 = 2060;
/// At most so many are offered at a time: a certificate goes back no further.
const YEARS_MAX: u8 = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxYearsFile {
    /// From this day of the year on its certificates are issued.
    new_year_from: DayOfYearFile,
    /// How many are offered, the newest among them.
    #[serde(deserialize_with = "few")]
    years: u8,
    /// Tell the year of the income, too: 住民税 is that of the year before (地方税法32条, 313条).
    #[serde(default)]
    income: bool,
}

/// A day of every year: `"06-10"`.
#[derive(Clone, Copy)]
struct DayOfYearFile {
    month: u32,
    day: u32,
}

impl DayOfYearFile {
    fn of(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }
}

impl<'de> Deserialize<'de> for DayOfYearFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = text.split_once('-').and_then(|(month, day)| {
            let file = DayOfYearFile {
                month: month.parse().ok()?,
                day: day.parse().ok()?,
            };
            // A year without 29 February has the day, too.
            file.of(FIRST).map(|_| file)
        });
        parsed.ok_or_else(|| {
            let expected = &"a day that every year has, such as \"06-10\"";
            de::Error::invalid_value(de::Unexpected::Str(&text), expected)
        })
    }
}

fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let years = u8::deserialize(deserializer)?;
    if (1..=YEARS_MAX).contains(&years) {
        return Ok(years);
    }
    let expected = format!("1 to {YEARS_MAX} years");
    let found = de::Unexpected::Unsigned(years.into());
    Err(de::Error::invalid_value(found, &expected.as_str()))
}

impl TaxYearsFile {
    /// The newest first.
    pub(super) fn choices(&self) -> impl Iterator<Item = Choice> {
        (FIRST..=LAST).rev().filter_map(|year| self.choice(year))
    }

    fn choice(&self, year: i32) -> Option<Choice> {
        let first = self.new_year_from.of(year)?;
        let last = self.new_year_from.of(year + i32::from(self.years))?;
        Some(Choice {
            id: year.to_string(),
            label: self.label(year)?,
            note: None,
            alone: false,
            days: Some((first, last.pred_opt()?)),
        })
    }

    fn label(&self, year: i32) -> Option<Text> {
        let (fiscal, of) = (wareki::of_year(year)?, wareki::of_year(year - 1)?);
        let (ja, en) = if self.income {
            (
                format!("{fiscal}度({of}中の所得)"),
                format!("Fiscal {year} (income of {})", year - 1),
            )
        } else {
            (format!("{fiscal}度"), format!("Fiscal {year}"))
        };
        Some(Text::from([("ja".to_owned(), ja), ("en".to_owned(), en)]))
    }
}
