//! Until when: counted from the right day, to the right day.

use chrono::{Datelike as _, Months, NaiveDate};

use crate::Text;

/// How many closed days may follow each other; the longest holidays are shorter.
pub(super) const CLOSED_DAYS_MAX: usize = 31;

/// Until when something has to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// How long; absent where the office gives words only (すみやかに).
    pub within: Option<Within>,
    /// The question whose date it is counted from, or [`FILING_DAY`](super::FILING_DAY).
    pub from: Option<String>,
    /// The day itself is the first one, as the 戸籍法 counts (art. 43); else the day after it is, as the 民法 does (art. 140).
    pub first_day_counts: bool,
    /// A last day on which the office is closed moves to the next open one (地方自治法 art. 4-2, 民法 art. 142).
    pub moves_to_open_day: bool,
    /// As people say it: 14日以内.
    pub words: Text,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Days.
    Days(u16),
    /// Months, which end the day before the one that corresponds to the first, or with the last month, where it has no such day (民法 art. 143).
    Months(u16),
    /// Years.
    Years(u16),
}

impl Deadline {
    /// The last day, counted from `from`; `is_open` tells the office's days. Nothing where there is no length, or past the calendar's end.
    #[must_use]
    pub fn last_day(
        &self,
        from: NaiveDate,
        is_open: impl Fn(NaiveDate) -> bool,
    ) -> Option<NaiveDate> {
        let first = if self.first_day_counts {
            from
        } else {
            from.succ_opt()?
        };
        let last = match self.within? {
            Within::Days(days) => first
                .checked_add_days(chrono::Days::new(days.into()))?
                .pred_opt()?,
            Within::Months(months) => end_of_months(first, months.into())?,
            Within::Years(years) => end_of_months(first, u32::from(years) * 12)?,
        };
        if !self.moves_to_open_day {
            return Some(last);
        }
        Some(open_from(last, is_open))
    }
}

/// The day itself, or the next one on which the office is open.
fn open_from(day: NaiveDate, is_open: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    let mut days = day.iter_days().take(CLOSED_DAYS_MAX);
    days.find(|it| is_open(*it)).unwrap_or(day)
}

/// Whether the last day of a period of so many days is over, which begins the day after `from` and ends on an open day.
pub(crate) fn is_over(
    from: &str,
    days: u16,
    today: NaiveDate,
    is_open: impl Fn(NaiveDate) -> bool,
) -> bool {
    let from: Option<NaiveDate> = from.parse().ok();
    let last = from.and_then(|it| it.checked_add_days(chrono::Days::new(days.into())));
    last.is_some_and(|it| it < today && open_from(it, is_open) < today)
}

/// The last of so many months that begin on this day. The corresponding day is sought from the first day, not from
/// the day before it: three months after 28 February end with May.
fn end_of_months(first: NaiveDate, months: u32) -> Option<NaiveDate> {
    let corresponding = first.checked_add_months(Months::new(months))?;
    if corresponding.day() == first.day() {
        corresponding.pred_opt()
    } else {
        // The month is too short to have it, and its last day was found instead.
        Some(corresponding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn months_and_years_end_where_the_civil_code_ends_them() {
        for (from, first_day_counts, within, last) in [
            ("2026-11-10", false, Within::Months(3), "2027-02-10"),
            ("2026-02-28", false, Within::Months(3), "2026-05-31"),
            ("2028-02-28", false, Within::Months(3), "2028-05-28"),
            ("2028-02-29", false, Within::Months(3), "2028-05-31"),
            ("2026-04-30", false, Within::Months(1), "2026-05-31"),
            ("2026-04-29", false, Within::Months(1), "2026-05-29"),
            ("2026-01-29", false, Within::Months(1), "2026-02-28"),
            ("2026-01-30", false, Within::Months(1), "2026-02-28"),
            ("2026-01-31", false, Within::Months(1), "2026-02-28"),
            ("2026-08-30", false, Within::Months(6), "2027-02-28"),
            ("2027-08-30", false, Within::Months(6), "2028-02-29"),
            ("2026-02-28", false, Within::Years(2), "2028-02-29"),
            ("2028-02-29", false, Within::Years(2), "2030-02-28"),
            ("2026-12-31", false, Within::Years(5), "2031-12-31"),
            ("2026-03-01", true, Within::Months(3), "2026-05-31"),
            ("2026-03-31", true, Within::Months(1), "2026-04-30"),
            ("2026-03-01", true, Within::Days(14), "2026-03-14"),
            ("2026-03-01", false, Within::Days(14), "2026-03-15"),
        ] {
            let deadline = Deadline {
                within: Some(within),
                from: None,
                first_day_counts,
                moves_to_open_day: false,
                words: Text::new(),
            };
            let counted = day(from).and_then(|from| deadline.last_day(from, |_| true));
            assert_eq!(counted, day(last), "{within:?} from {from}");
        }
    }

    #[test]
    fn a_period_is_over_after_its_last_day_and_that_is_an_open_one() {
        let weekdays = |day: NaiveDate| day.weekday().number_from_monday() < 6;
        for (from, today, over) in [
            ("2026-11-10", "2026-11-24", false),
            ("2026-11-09", "2026-11-24", true),
            // The 14th day is a Saturday, so the period ends with Monday.
            ("2026-11-07", "2026-11-23", false),
            ("2026-11-07", "2026-11-24", true),
            ("2026-12-24", "2026-11-24", false),
            ("", "2026-11-24", false),
            ("no", "2026-11-24", false),
        ] {
            let told = day(today).map(|today| is_over(from, 14, today, weekdays));
            assert_eq!(told, Some(over), "{from} {today}");
        }
    }
}
