//! When a service takes visitors: hours by weekday, pauses, holidays, special opening days.
//!
//! Hours are local times of the office's zone and belong to a business day. A time before the
//! hour at which business days begin lies on the next date. Where a zone's clocks skip a time, the hour after
//! counts; where they repeat it, the first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

use crate::{BusinessDay, Rules, Service, ServiceId, day::instant};

/// Spans of local time: each opens at its first time and is closed from its last on.
type Spans = Vec<(NaiveTime, NaiveTime)>;

/// Opening hours for each weekday, several spans where a service pauses at noon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    week: [Spans; 7],
}

impl Hours {
    /// Never, except on special days.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same hours on all seven days. Holidays are the calendar's.
    pub fn daily(opens: NaiveTime, closes: NaiveTime) -> Self {
        Self {
            week: std::array::from_fn(|_| vec![(opens, closes)]),
        }
    }

    /// Spans for each weekday, Monday first. [`Rules::check`] says whether they make sense.
    pub fn new(week: [Vec<(NaiveTime, NaiveTime)>; 7]) -> Self {
        Self { week }
    }

    /// The spans of one weekday.
    pub fn on(&self, weekday: chrono::Weekday) -> &[(NaiveTime, NaiveTime)] {
        let day = usize::try_from(weekday.num_days_from_monday()).ok();
        day.and_then(|day| self.week.get(day))
            .map_or(&[], Vec::as_slice)
    }
}

/// Days that are not like their weekday.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days on which nothing opens, unless they are special.
    pub holidays: BTreeSet<NaiveDate>,
    /// Days with hours of their own: 臨時開庁日, 日曜窓口, 臨時閉庁. They count before the holidays.
    pub special: BTreeMap<NaiveDate, SpecialDay>,
}

/// A day with hours of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpecialDay {
    /// The services that these hours are for; `None`: all. The others are closed that day.
    pub services: Option<Vec<ServiceId>>,
    /// The hours; none: closed that day.
    pub spans: Vec<(NaiveTime, NaiveTime)>,
}

/// Whether a service takes visitors, and when that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opening {
    /// Yes.
    Open {
        /// Until it pauses or closes.
        until: DateTime<Utc>,
    },
    /// Not yet today (開庁前).
    BeforeOpening {
        /// When it opens.
        at: DateTime<Utc>,
    },
    /// Not for the moment (昼).
    Pause {
        /// When it opens again today.
        until: DateTime<Utc>,
    },
    /// Not any more today (受付終了).
    Closed {
        /// When it opens next, if that is within 60 days.
        next: Option<DateTime<Utc>>,
    },
    /// Not today (休業日).
    DayOff {
        /// When it opens next, if that is within 60 days.
        next: Option<DateTime<Utc>>,
    },
}

impl Opening {
    /// Whether tickets are issued.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// How far ahead an opening day is looked for.
const AHEAD_DAYS: u32 = 60;

impl Rules {
    /// Whether a service takes visitors at an instant, and when that changes.
    pub fn opening(&self, service: &Service, now: DateTime<Utc>) -> Opening {
        let today = self.day(now);
        let spans = self.spans(service, today);
        let mut paused = false;
        for (from, to) in &spans {
            if now < *from {
                return if paused {
                    Opening::Pause { until: *from }
                } else {
                    Opening::BeforeOpening { at: *from }
                };
            }
            if now < *to {
                return Opening::Open { until: *to };
            }
            paused = true;
        }
        let next = days_after(today)
            .find_map(|day| self.spans(service, day).first().map(|(from, _)| *from));
        if paused {
            Opening::Closed { next }
        } else {
            Opening::DayOff { next }
        }
    }

    /// When a service takes visitors on a business day, in the order of time; empty when it does not.
    pub fn spans(
        &self,
        service: &Service,
        day: BusinessDay,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let at = |time: NaiveTime| {
            let date = if time < self.day_starts {
                day.date().checked_add_days(Days::new(1))
            } else {
                Some(day.date())
            };
            instant(self.zone, date.unwrap_or(day.date()), time)
        };
        let mut spans: Vec<_> = self
            .hours_on(service, day)
            .iter()
            .map(|(opens, closes)| (at(*opens), self.close(at(*opens), at(*closes), day)))
            .filter(|(from, to)| from < to)
            .collect();
        spans.sort_unstable();
        spans
    }

    /// A span that ends when the business day does ends with it, not a day earlier.
    fn close(
        &self,
        opens: DateTime<Utc>,
        closes: DateTime<Utc>,
        day: BusinessDay,
    ) -> DateTime<Utc> {
        let (starts, ends) = day.bounds(self.zone, self.day_starts);
        if closes <= starts && opens >= starts {
            ends
        } else {
            closes
        }
    }

    /// The first business day after another on which any service opens, within 60 days.
    pub fn next_opening_day(&self, after: BusinessDay) -> Option<BusinessDay> {
        days_after(after).find(|day| {
            let mut services = self.services.iter();
            services.any(|service| !self.spans(service, *day).is_empty())
        })
    }

    fn hours_on<'a>(
        &'a self,
        service: &'a Service,
        day: BusinessDay,
    ) -> &'a [(NaiveTime, NaiveTime)] {
        let date = day.date();
        if let Some(special) = self.calendar.special.get(&date) {
            let services = special.services.as_ref();
            return match services {
                Some(services) if !services.contains(&service.id) => &[],
                Some(_) | None => &special.spans,
            };
        }
        if self.calendar.holidays.contains(&date) {
            return &[];
        }
        service.hours.on(date.weekday())
    }
}

fn days_after(day: BusinessDay) -> impl Iterator<Item = BusinessDay> {
    (1..=AHEAD_DAYS).filter_map(move |days| {
        let date = day.date().checked_add_days(Days::new(u64::from(days)))?;
        Some(BusinessDay::on(date))
    })
}

/// What is wrong with the spans of one day.
pub(crate) enum SpansMistake {
    /// One closes before it opens.
    Reversed(NaiveTime, NaiveTime),
    /// One begins before the one before it has ended.
    Order(NaiveTime),
    /// The business day begins in the middle of one.
    DayTurns,
}

pub(crate) fn spans_mistake(
    spans: &[(NaiveTime, NaiveTime)],
    day_starts: NaiveTime,
) -> Option<SpansMistake> {
    let mut ended: Option<NaiveTime> = None;
    for (opens, closes) in spans {
        if closes <= opens {
            return Some(SpansMistake::Reversed(*opens, *closes));
        }
        if ended.is_some_and(|ended| *opens < ended) {
            return Some(SpansMistake::Order(*opens));
        }
        if *opens < day_starts && day_starts < *closes {
            return Some(SpansMistake::DayTurns);
        }
        ended = Some(*closes);
    }
    None
}
