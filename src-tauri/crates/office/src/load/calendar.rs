//! `calendar.toml` and hours: when each service is open.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use queue::{Calendar, Hours, RuleMistake, SpecialDay};
use toml::Spanned;

use crate::{
    settings_files::{CalendarFile, ClosedFile, WeekdayFile, WeekdaysFile},
    source::Source,
    text::{DateFile, HoursFile, MINUTES_A_DAY},
};

use super::Loader;

const DATES_MAX: usize = 1_000;
const CLOSED_DAYS_MAX: i64 = 366;

impl Loader<'_> {
    pub(super) fn calendar(
        &mut self,
        file: &CalendarFile,
        source: &Source,
        services: &[queue::Service],
    ) -> Calendar {
        let closed = self.closed_days(file, source);
        let mut special = BTreeMap::new();
        for opening in &file.openings {
            let date = opening.date.get_ref().0;
            if closed.within.contains(&date) {
                let message = "expected a day that does not lie in [[closed]]";
                self.wrong(source, opening.date.span(), message);
            }
            let services = opening.services.as_ref().map(|named| {
                let named = named.iter();
                let ids = named.filter_map(|it| self.service_id(it, Some(services), source));
                ids.collect()
            });
            let day = SpecialDay {
                services,
                spans: spans(&opening.hours),
            };
            if special.insert(date, day).is_some() {
                let message = "another [[opening]] has the same date";
                self.wrong(source, opening.date.span(), message);
            }
        }
        let Closed { holidays, within } = closed;
        Calendar {
            holidays: holidays.union(&within).copied().collect(),
            special,
        }
    }

    fn closed_days(&mut self, file: &CalendarFile, source: &Source) -> Closed {
        let mut closed = Closed::default();
        let dates = file.holidays.len() + file.closed.len() + file.openings.len();
        if dates > DATES_MAX {
            let message = format!("expected at most {DATES_MAX} days in this file");
            self.wrong(source, source.place_of("holidays"), message);
            return closed;
        }
        for holiday in &file.holidays {
            match NaiveDate::parse_from_str(holiday.get_ref(), "%Y-%m-%d") {
                Ok(date) if closed.holidays.insert(date) => {}
                Ok(_) => self.wrong(source, holiday.span(), "this day stands here already"),
                Err(_) => {
                    let message = "expected a date such as \"2026-11-24\"";
                    self.wrong(source, holiday.span(), message);
                }
            }
        }
        for days in &file.closed {
            closed.within.extend(self.days(days, source));
        }
        closed
    }

    fn days(&mut self, days: &ClosedFile, source: &Source) -> Vec<NaiveDate> {
        let until = days.until.as_ref().unwrap_or(&days.from);
        let date = |it: &Spanned<DateFile>| it.get_ref().0;
        let (first, last) = (date(&days.from), date(until));
        let count = last.signed_duration_since(first).num_days();
        if !(0..=CLOSED_DAYS_MAX).contains(&count) {
            let message =
                format!("expected a day from {first} on, at most {CLOSED_DAYS_MAX} days later");
            self.wrong(source, until.span(), message);
            return Vec::new();
        }
        first.iter_days().take_while(|day| *day <= last).collect()
    }
}

/// The days on which nothing is open.
#[derive(Default)]
struct Closed {
    holidays: BTreeSet<NaiveDate>,
    within: BTreeSet<NaiveDate>,
}

/// The end of a day as far as an hour can name it; the moment itself is outside.
const LAST_MOMENT: NaiveTime = match NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999) {
    Some(moment) => moment,
    None => NaiveTime::MIN,
};

const WEEK: [WeekdayFile; 7] = [
    WeekdayFile::Mon,
    WeekdayFile::Tue,
    WeekdayFile::Wed,
    WeekdayFile::Thu,
    WeekdayFile::Fri,
    WeekdayFile::Sat,
    WeekdayFile::Sun,
];

/// The whole of every day.
pub(super) fn all_day() -> Hours {
    Hours::daily(NaiveTime::MIN, LAST_MOMENT)
}

/// The usual hours; none on a weekend; other ones where the service names the weekday.
pub(super) fn hours(usual: &HoursFile, other: &WeekdaysFile, weekend: &[WeekdayFile]) -> Hours {
    Hours::new(WEEK.map(|weekday| match on(other, weekday) {
        Some(hours) => spans(hours),
        None if weekend.contains(&weekday) => Vec::new(),
        None => spans(usual),
    }))
}

/// The special day that a mistake is about.
pub(super) fn special_date(mistake: &RuleMistake) -> Option<NaiveDate> {
    if let RuleMistake::SpecialHours { date, .. } | RuleMistake::SpecialService { date, .. } =
        mistake
    {
        Some(*date)
    } else {
        None
    }
}

/// Where the `[[opening]]` of a date stands.
pub(super) fn place_of(date: NaiveDate, file: &CalendarFile) -> Range<usize> {
    let opening = file.openings.iter().find(|it| it.date.get_ref().0 == date);
    opening.map_or(0..0, |it| it.date.span())
}

fn on(weekdays: &WeekdaysFile, weekday: WeekdayFile) -> Option<&HoursFile> {
    let hours = match weekday {
        WeekdayFile::Mon => &weekdays.mon,
        WeekdayFile::Tue => &weekdays.tue,
        WeekdayFile::Wed => &weekdays.wed,
        WeekdayFile::Thu => &weekdays.thu,
        WeekdayFile::Fri => &weekdays.fri,
        WeekdayFile::Sat => &weekdays.sat,
        WeekdayFile::Sun => &weekdays.sun,
    };
    hours.as_ref()
}

fn spans(hours: &HoursFile) -> Vec<(NaiveTime, NaiveTime)> {
    let spans = hours.0.iter();
    spans.map(|it| (time(it.from), time(it.until))).collect()
}

fn time(minute: u16) -> NaiveTime {
    if minute >= MINUTES_A_DAY {
        return LAST_MOMENT;
    }
    NaiveTime::MIN + TimeDelta::minutes(i64::from(minute))
}
