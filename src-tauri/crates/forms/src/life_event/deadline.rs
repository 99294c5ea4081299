//! Until when: counted from the right day, to the right day.

use chrono::{Months, NaiveDate};

use crate::Text;

/// How many closed days may follow each other; the longest holidays are shorter.
const CLOSED_DAYS_MAX: usize = 31;

/// Until when something has to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// How long; absent where the office gives words only (すみやかに).
    pub within: Option<Within>,
    /// The question whose date it is counted from.
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
    /// Months, which end the day before the corresponding one (民法 art. 143).
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
        let beginning = if self.first_day_counts {
            from.pred_opt()?
        } else {
            from
        };
        let last = match self.within? {
            Within::Days(days) => beginning.checked_add_days(chrono::Days::new(days.into()))?,
            Within::Months(months) => beginning.checked_add_months(Months::new(months.into()))?,
            Within::Years(years) => {
                beginning.checked_add_months(Months::new(u32::from(years) * 12))?
            }
        };
        if !self.moves_to_open_day {
            return Some(last);
        }
        last.iter_days()
            .take(CLOSED_DAYS_MAX)
            .find(|day| is_open(*day))
            .or(Some(last))
    }
}
