//! When a field, a document or a note applies.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

/// Holds when every clause holds. In the office's files: `when = { kind = "part", relation = ["agent", "third_party"] }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The clauses; all must hold.
    pub all: Vec<Clause>,
}

/// One field's answer is among these options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The field's id; a choice or choices, or a date.
    pub field: String,
    /// Option ids; one match is enough. Of a date: `over_14_days`, after the last day of a period of so many days.
    pub one_of: Vec<String>,
}

/// `over_14_days`: the date is longer ago than a period of so many days, which begins the day after it (民法140条) and whose last day,
/// where the office is closed on it, is the next open one (地方自治法4条の2).
pub(crate) fn over_days(option: &str) -> Option<u16> {
    let days = option.strip_prefix("over_")?.strip_suffix("_days")?;
    days.parse()
        .ok()
        .filter(|it| (1..=OVER_DAYS_MAX).contains(it))
}

/// Ten years.
const OVER_DAYS_MAX: u16 = 3660;
/// No office is closed for longer, so a period that ended so long before is over.
const TRIED_DAYS_MORE: i64 = 60;

impl Clause {
    /// An answer with which it holds, for whoever tries a form in every case.
    #[must_use]
    pub fn example(&self, today: NaiveDate) -> Option<String> {
        let first = self.one_of.first()?;
        let Some(days) = over_days(first) else {
            return Some(first.clone());
        };
        let ago = TimeDelta::days(i64::from(days) + TRIED_DAYS_MORE);
        Some(today.checked_sub_signed(ago)?.to_string())
    }

    /// Whether the answer is among the options; `is_over` tells whether a date is longer ago than a period of so many days.
    pub(crate) fn holds(&self, value: &str, is_over: impl Fn(&str, u16) -> bool) -> bool {
        let mut chosen = value.split(',');
        let mut periods = self.one_of.iter().filter_map(|it| over_days(it));
        chosen.any(|option| self.one_of.iter().any(|it| it == option))
            || periods.any(|days| is_over(value, days))
    }
}

impl Condition {
    /// Whether it looks at one of these fields.
    #[must_use]
    pub fn looks_at(&self, fields: &BTreeSet<&str>) -> bool {
        let mut clauses = self.all.iter();
        clauses.any(|it| fields.contains(it.field.as_str()))
    }

    /// Whether the condition holds, where `chosen` tells the value of a field that applies and is answered.
    pub(crate) fn holds<'a>(
        &self,
        chosen: impl Fn(&str) -> Option<&'a str>,
        is_over: impl Fn(&str, u16) -> bool,
    ) -> bool {
        self.all
            .iter()
            .all(|clause| chosen(&clause.field).is_some_and(|value| clause.holds(value, &is_over)))
    }
}

#[cfg(test)]
mod tests {
    use super::over_days;

    #[test]
    fn a_period_of_a_date_has_so_many_days() {
        assert_eq!(over_days("over_14_days"), Some(14));
        for odd in [
            "over_0_days",
            "over_-1_days",
            "over_99999_days",
            "over_14",
            "14_days",
            "yes",
            "",
        ] {
            assert_eq!(over_days(odd), None, "{odd}");
        }
    }
}
