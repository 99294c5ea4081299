//! The business day: when numbering begins again.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::Malformed;

/// One day of an office, named by the date on which it begins. It begins at a local time of the
/// office, never at midnight UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessDay(NaiveDate);

impl BusinessDay {
    /// The day in which an instant lies, for an office whose days begin at `starts` in `zone`.
    pub fn of(now: DateTime<Utc>, zone: Tz, starts: NaiveTime) -> Self {
        let local = now.with_timezone(&zone).naive_local();
        let date = local.date();
        if local.time() < starts {
            Self(date.pred_opt().unwrap_or(date))
        } else {
            Self(date)
        }
    }

    /// The day of a date.
    pub fn on(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The date on which it begins.
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// Its first instant and the first instant of the day after.
    pub fn bounds(self, zone: Tz, starts: NaiveTime) -> (DateTime<Utc>, DateTime<Utc>) {
        let tomorrow = self.0.checked_add_days(Days::new(1)).unwrap_or(self.0);
        (
            instant(zone, self.0, starts),
            instant(zone, tomorrow, starts),
        )
    }
}

/// The instant of a local time. Where a zone's clocks skip it, the hour after; where they repeat
/// it, the first.
pub(crate) fn instant(zone: Tz, date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = date.and_time(time);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => zone
            .from_local_datetime(&(local + TimeDelta::hours(1)))
            .earliest()
            .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc)),
    }
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Debug for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BusinessDay {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| Malformed {
                kind: "business day",
                text: text.chars().take(64).collect(),
                expected: "a date like 2026-11-24",
            })
    }
}
