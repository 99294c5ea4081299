//! One calendar entry, read as an appointment (RFC 5545).
//!
//! Read are the slot, the booking number, the service, the summary and the state. `ATTENDEE`, `ORGANIZER`,
//! `DESCRIPTION`, `CONTACT` and everything else that could tell who is coming is never looked at.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use icalendar::parser::{Component, ParseString, Property, read_calendar_simple, unfold};

use crate::{
    appointment::{RemoteAppointment, RemoteId, SERVICE_REF_CHARS_MAX, SUMMARY_CHARS_MAX, Status},
    number::BookingNumber,
    source::BadWhy,
};

/// The largest entry that is read.
pub(super) const ENTRY_BYTES_MAX: usize = 128 * 1024;
/// How many components an entry may have; an event with its zone and an alarm has six.
const COMPONENTS_MAX: usize = 64;

/// How entries of one service are to be read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// The zone of times that are written without one.
    pub(super) zone: Tz,
    /// The property that holds the booking number.
    pub(super) number_property: String,
    pub(super) keep_summary: bool,
}

/// Reads an entry. A number that cannot be read does not lose the appointment: it comes beside it, as a doubt.
pub(super) fn read(
    text: &str,
    remote_id: &RemoteId,
    rev: Option<&str>,
    reading: &Reading,
) -> Result<(RemoteAppointment, Option<BadWhy>), BadWhy> {
    if text.len() > ENTRY_BYTES_MAX {
        return Err(BadWhy::TooLarge {
            bytes_max: ENTRY_BYTES_MAX,
        });
    }
    let text = unfold(&text.replace("\r\n", "\n"));
    if is_nested_too_deep(&text) {
        return Err(BadWhy::NotCalendar);
    }
    let roots = read_calendar_simple(text.trim()).map_err(|_| BadWhy::NotCalendar)?;
    let calendar = roots.first().filter(|root| is(&root.name, "VCALENDAR"));
    let calendar = calendar.ok_or(BadWhy::NotCalendar)?;
    let event = the_event(calendar)?;
    let clock = Clock {
        calendar,
        zone: reading.zone,
    };
    let start = clock.instant(event, "DTSTART")?.ok_or(BadWhy::Time {
        property: "DTSTART",
    })?;
    let end = clock.end(event, start)?;
    if end < start {
        return Err(BadWhy::Backwards);
    }
    let given = text_of(event, &reading.number_property);
    let number = given.as_deref().and_then(BookingNumber::parse);
    let doubt = (given.is_some() && number.is_none()).then_some(BadWhy::Number);
    let cancelled = text_of(event, "STATUS").is_some_and(|it| it.eq_ignore_ascii_case("CANCELLED"));
    let summary = if reading.keep_summary {
        text_of(event, "SUMMARY")
    } else {
        None
    };
    let appointment = RemoteAppointment {
        remote_id: remote_id.clone(),
        rev: rev.map(str::to_owned),
        number,
        service_ref: service_ref(event),
        summary: line(&summary.unwrap_or_default(), SUMMARY_CHARS_MAX),
        start,
        end,
        status: if cancelled {
            Status::Cancelled
        } else {
            Status::Booked
        },
        sequence: text_of(event, "SEQUENCE")
            .and_then(|it| it.parse().ok())
            .unwrap_or(0),
        modified: clock.instant(event, "LAST-MODIFIED").ok().flatten(),
    };
    Ok((appointment, doubt))
}

/// The parser calls itself for every component within a component, so what a text from outside could nest is counted
/// before it is let in.
fn is_nested_too_deep(text: &str) -> bool {
    let begins = text
        .lines()
        .filter(|line| starts_with(line.trim_start(), "BEGIN:"));
    begins.count() > COMPONENTS_MAX
}

fn the_event<'a>(calendar: &'a Component<'a>) -> Result<&'a Component<'a>, BadWhy> {
    let mut events = calendar
        .components
        .iter()
        .filter(|part| is(&part.name, "VEVENT"));
    let event = events.next().ok_or(BadWhy::NoEvent)?;
    let repeats = ["RRULE", "RDATE", "RECURRENCE-ID"]
        .iter()
        .any(|it| find(event, it).is_some());
    if repeats || events.next().is_some() {
        Err(BadWhy::Recurring)
    } else {
        Ok(event)
    }
}

/// The first of `CATEGORIES`. The list is split before its escapes are undone: `\,` belongs to a word.
fn service_ref(event: &Component<'_>) -> Option<String> {
    let list = find(event, "CATEGORIES")?.val.as_str();
    let mut escaped = false;
    let end = list.find(|character| {
        let ends = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    let first = list.get(..end.unwrap_or(list.len())).unwrap_or(list);
    let word = line(
        ParseString::from(first).unescape_text().as_str(),
        SERVICE_REF_CHARS_MAX,
    );
    (!word.is_empty()).then_some(word)
}

/// A text as one line of limited length, without control characters.
fn line(text: &str, chars_max: usize) -> String {
    let text: String = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(chars_max)
        .collect();
    text.trim().to_owned()
}

fn find<'a>(component: &'a Component<'a>, name: &str) -> Option<&'a Property<'a>> {
    component
        .properties
        .iter()
        .find(|property| is(&property.name, name))
}

/// A property's text, its escapes undone; `None` when it is absent or blank.
fn text_of(component: &Component<'_>, name: &str) -> Option<String> {
    let text = find(component, name)?.val.clone().unescape_text();
    let text = text.as_str().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn param(property: &Property<'_>, name: &str) -> Option<String> {
    let param = property.params.iter().find(|param| is(&param.key, name))?;
    param
        .val
        .as_ref()
        .map(|value| value.as_str().trim_matches('"').trim().to_owned())
}

fn is(name: &ParseString<'_>, wanted: &str) -> bool {
    name.as_str().eq_ignore_ascii_case(wanted)
}

fn starts_with(line: &str, prefix: &str) -> bool {
    line.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Times of one entry.
struct Clock<'a> {
    calendar: &'a Component<'a>,
    zone: Tz,
}

impl Clock<'_> {
    /// The instant of a property; `None` when there is no such property. A day without a time is no instant.
    fn instant(
        &self,
        event: &Component<'_>,
        name: &'static str,
    ) -> Result<Option<DateTime<Utc>>, BadWhy> {
        let Some(property) = find(event, name) else {
            return Ok(None);
        };
        let unreadable = BadWhy::Time { property: name };
        let value = property.val.as_str().trim();
        let (digits, is_utc) = match value.strip_suffix(['Z', 'z']) {
            Some(digits) => (digits, true),
            None => (value, false),
        };
        let local = local_time(digits).ok_or(unreadable.clone())?;
        let at = match param(property, "TZID") {
            _ if is_utc => Some(local.and_utc()),
            Some(tzid) => self.zone_named(&tzid)?.instant(local),
            None => Zone::Named(self.zone).instant(local),
        };
        at.map(Some).ok_or(unreadable)
    }

    /// `DTEND`, or `DTSTART` and `DURATION`, or the start itself.
    fn end(&self, event: &Component<'_>, start: DateTime<Utc>) -> Result<DateTime<Utc>, BadWhy> {
        if let Some(end) = self.instant(event, "DTEND")? {
            return Ok(end);
        }
        let Some(property) = find(event, "DURATION") else {
            return Ok(start);
        };
        duration(property.val.as_str().trim())
            .and_then(|length| start.checked_add_signed(length))
            .ok_or(BadWhy::Time {
                property: "DURATION",
            })
    }

    /// A zone by the names that calendars give it: of the tz database, that behind a vendor's prefix, or of Windows;
    /// and by its definition in the entry where that knows one offset only.
    fn zone_named(&self, tzid: &str) -> Result<Zone, BadWhy> {
        let known = tzid
            .parse()
            .ok()
            .or_else(|| behind_prefix(tzid))
            .or_else(|| windows(tzid));
        known
            .map(Zone::Named)
            .or_else(|| self.only_offset(tzid).map(Zone::Fixed))
            .ok_or_else(|| BadWhy::Zone {
                tzid: line(tzid, SUMMARY_CHARS_MAX),
            })
    }

    /// The offset of a `VTIMEZONE` whose rules all say the same, as Exchange writes for Japan.
    fn only_offset(&self, tzid: &str) -> Option<FixedOffset> {
        let zone = self.calendar.components.iter().find(|part| {
            is(&part.name, "VTIMEZONE") && text_of(part, "TZID").as_deref() == Some(tzid)
        })?;
        let mut offsets = zone
            .components
            .iter()
            .map(|rule| text_of(rule, "TZOFFSETTO"));
        let first = offsets.next()??;
        offsets
            .all(|other| other.as_deref() == Some(&first))
            .then(|| offset(&first))
            .flatten()
    }
}

enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Zone {
    /// The earlier of two instants where a clock was put back; none where it was put forward.
    fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Self::Named(zone) => zone
                .from_local_datetime(&local)
                .earliest()
                .map(|at| at.with_timezone(&Utc)),
            Self::Fixed(zone) => zone
                .from_local_datetime(&local)
                .earliest()
                .map(|at| at.with_timezone(&Utc)),
        }
    }
}

/// `/citadel.org/20190401_1/Asia/Tokyo` → Asia/Tokyo.
fn behind_prefix(tzid: &str) -> Option<Tz> {
    let mut rest = tzid;
    while let Some((_, after)) = rest.split_once('/') {
        rest = after;
        if rest.contains('/')
            && let Ok(zone) = rest.parse()
        {
            return Some(zone);
        }
    }
    None
}

/// The names that Windows and Outlook give to Japan's zone; other zones come with their definition.
fn windows(tzid: &str) -> Option<Tz> {
    const JAPAN: [&str; 5] = [
        "Tokyo Standard Time",
        "東京 (標準時)",
        "(UTC+09:00) Osaka, Sapporo, Tokyo",
        "(UTC+09:00) 大阪、札幌、東京",
        "JST",
    ];
    JAPAN.contains(&tzid).then_some(chrono_tz::Asia::Tokyo)
}

/// `20261124T101500`; `T240000` is the end of that day, which some services write.
fn local_time(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once(['T', 't'])?;
    let [year, month, day] = numbers(date, [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    match numbers(time, [2, 2, 2])? {
        [24, 0, 0] => date.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0),
        // A leap second is the last second of its minute to us.
        [hour, minute, second] => date.and_hms_opt(hour, minute, second.min(59)),
    }
}

/// Cuts digits into numbers of given widths; `None` unless all are digits and none is left.
fn numbers<const N: usize>(text: &str, widths: [usize; N]) -> Option<[u32; N]> {
    let mut rest = text;
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let (digits, after) = rest.split_at_checked(width)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = digits.parse().ok()?;
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

/// `+0900` or `+090000`.
fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let [hours, minutes, seconds] = match digits.len() {
        4 => numbers(digits, [2, 2]).map(|[hours, minutes]| [hours, minutes, 0])?,
        _ => numbers(digits, [2, 2, 2])?,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60 + seconds).ok()?;
    match sign {
        "+" => FixedOffset::east_opt(seconds),
        "-" => FixedOffset::west_opt(seconds),
        _ => None,
    }
}

/// `PT20M`, `P1DT2H`, `P1W`; never negative, because a slot does not end before it begins.
fn duration(text: &str) -> Option<TimeDelta> {
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let mut total = TimeDelta::zero();
    let mut digits = String::new();
    let mut in_time = false;
    for character in text.chars() {
        if character.is_ascii_digit() {
            // Nine digits of weeks are already more than a calendar knows.
            if digits.len() >= 9 {
                return None;
            }
            digits.push(character);
            continue;
        }
        if character == 'T' && digits.is_empty() && !in_time {
            in_time = true;
            continue;
        }
        let number: i64 = digits.parse().ok()?;
        digits.clear();
        let part = match (character, in_time) {
            ('W', false) => TimeDelta::try_weeks(number),
            ('D', false) => TimeDelta::try_days(number),
            ('H', true) => TimeDelta::try_hours(number),
            ('M', true) => TimeDelta::try_minutes(number),
            ('S', true) => TimeDelta::try_seconds(number),
            _ => None,
        }?;
        total = total.checked_add(&part)?;
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
