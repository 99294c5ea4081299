//! When a service takes visitors: weekdays, pauses, holidays, special days, zones.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use queue::*;

use crate::office::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A local time of the office, `2026-11-24 09:00`.
fn local(zone: Tz, text: &str) -> DateTime<Utc> {
    let (date, clock) = text.split_once(' ').unwrap();
    let time: NaiveTime = format!("{clock}:00").parse().unwrap();
    zone.from_local_datetime(&date.parse::<NaiveDate>().unwrap().and_time(time))
        .earliest()
        .unwrap()
        .with_timezone(&Utc)
}

fn tokyo(text: &str) -> DateTime<Utc> {
    local(chrono_tz::Asia::Tokyo, text)
}

/// Certificates from Monday to Friday with a pause at noon; tax on Thursdays until seven.
fn week() -> Rules {
    let mut rules = rules();
    let noon = vec![(time(8, 30), time(12, 0)), (time(13, 0), time(17, 15))];
    let mut week: [Vec<_>; 7] = std::array::from_fn(|_| noon.clone());
    week[5].clear();
    week[6].clear();
    rules.services[0].hours = Hours::new(week.clone());
    week[3] = vec![(time(8, 30), time(19, 0))];
    rules.services[2].hours = Hours::new(week);
    rules.calendar = Calendar {
        holidays: [date("2026-11-23"), date("2026-12-29")].into(),
        special: [
            (
                date("2026-11-29"),
                SpecialDay {
                    services: Some(vec![service("certificates")]),
                    spans: vec![(time(9, 0), time(12, 0))],
                },
            ),
            (
                date("2026-12-29"),
                SpecialDay {
                    services: None,
                    spans: vec![(time(10, 0), time(11, 0))],
                },
            ),
            (date("2026-12-01"), SpecialDay::default()),
        ]
        .into(),
    };
    assert_eq!(rules.check(), Ok(()));
    rules
}

#[test]
fn a_service_says_whether_it_is_open_and_when_that_changes() {
    let rules = week();
    let open = |until| Opening::Open {
        until: tokyo(until),
    };
    let before = |at| Opening::BeforeOpening { at: tokyo(at) };
    let pause = |until| Opening::Pause {
        until: tokyo(until),
    };
    let closed = |next: &str| Opening::Closed {
        next: Some(tokyo(next)),
    };
    let day_off = |next: &str| Opening::DayOff {
        next: Some(tokyo(next)),
    };
    let cases = [
        // An ordinary Tuesday. 09:00 in Tokyo is midnight in UTC; 15:00 is six; 00:00 is yesterday.
        (
            "certificates",
            "2026-11-24 08:29",
            before("2026-11-24 08:30"),
        ),
        ("certificates", "2026-11-24 08:30", open("2026-11-24 12:00")),
        ("certificates", "2026-11-24 09:00", open("2026-11-24 12:00")),
        ("certificates", "2026-11-24 11:59", open("2026-11-24 12:00")),
        (
            "certificates",
            "2026-11-24 12:00",
            pause("2026-11-24 13:00"),
        ),
        (
            "certificates",
            "2026-11-24 12:59",
            pause("2026-11-24 13:00"),
        ),
        ("certificates", "2026-11-24 13:00", open("2026-11-24 17:15")),
        ("certificates", "2026-11-24 15:00", open("2026-11-24 17:15")),
        (
            "certificates",
            "2026-11-24 17:15",
            closed("2026-11-25 08:30"),
        ),
        // At midnight it is still Tuesday for the office; at three it is Wednesday.
        (
            "certificates",
            "2026-11-25 00:00",
            closed("2026-11-25 08:30"),
        ),
        (
            "certificates",
            "2026-11-25 02:59",
            closed("2026-11-25 08:30"),
        ),
        (
            "certificates",
            "2026-11-25 03:00",
            before("2026-11-25 08:30"),
        ),
        // Thursday evening, of one service only.
        ("tax", "2026-11-26 18:59", open("2026-11-26 19:00")),
        (
            "certificates",
            "2026-11-26 18:59",
            closed("2026-11-27 08:30"),
        ),
        // Saturday; the next opening is on a Sunday for one service, on Monday for the other.
        (
            "certificates",
            "2026-11-28 10:00",
            day_off("2026-11-29 09:00"),
        ),
        ("tax", "2026-11-28 10:00", day_off("2026-11-30 08:30")),
        ("certificates", "2026-11-29 09:00", open("2026-11-29 12:00")),
        (
            "certificates",
            "2026-11-29 12:00",
            closed("2026-11-30 08:30"),
        ),
        ("tax", "2026-11-29 10:00", day_off("2026-11-30 08:30")),
        // A holiday on a Monday; a holiday that is open all the same; a day closed out of turn.
        (
            "certificates",
            "2026-11-23 10:00",
            day_off("2026-11-24 08:30"),
        ),
        ("tax", "2026-12-29 10:30", open("2026-12-29 11:00")),
        (
            "certificates",
            "2026-12-01 10:00",
            day_off("2026-12-02 08:30"),
        ),
        (
            "certificates",
            "2026-11-30 18:00",
            closed("2026-12-02 08:30"),
        ),
    ];
    for (of, at, expected) in cases {
        let of = rules.service(&service(of)).unwrap();
        assert_eq!(rules.opening(of, tokyo(at)), expected, "{} at {at}", of.id);
        let open = matches!(expected, Opening::Open { .. });
        assert_eq!(expected.is_open(), open);
    }
}

#[test]
fn the_next_opening_is_looked_for_sixty_days_ahead() {
    let mut rules = rules();
    rules.services.truncate(1);
    let only = |rules: &mut Rules, day: &str| {
        rules.services[0].hours = Hours::none();
        rules.calendar.special = [(
            date(day),
            SpecialDay {
                services: None,
                spans: vec![(time(9, 0), time(12, 0))],
            },
        )]
        .into();
    };
    let today = BusinessDay::on(date("2026-11-24"));
    only(&mut rules, "2027-01-23");
    let day_off = |next| Opening::DayOff { next };
    let found = rules.opening(&rules.services[0], at(10, 0));
    assert_eq!(found, day_off(Some(tokyo("2027-01-23 09:00"))));
    let next = BusinessDay::on(date("2027-01-23"));
    assert_eq!(rules.next_opening_day(today), Some(next));
    only(&mut rules, "2027-01-24");
    assert_eq!(rules.opening(&rules.services[0], at(10, 0)), day_off(None));
    assert_eq!(rules.next_opening_day(today), None);
}

#[test]
fn the_next_opening_day_is_any_service_s() {
    let rules = week();
    let next = |day| rules.next_opening_day(BusinessDay::on(date(day)));
    let on = |day| Some(BusinessDay::on(date(day)));
    assert_eq!(next("2026-11-24"), on("2026-11-25"));
    // Moving has the same hours on every day.
    assert_eq!(next("2026-11-27"), on("2026-11-28"));
    assert_eq!(next("2026-11-30"), on("2026-12-02"));
}

#[test]
fn where_clocks_change_the_hours_stay_the_local_ones() {
    let mut rules = rules();
    rules.zone = chrono_tz::Europe::Berlin;
    let berlin = |text: &str| local(chrono_tz::Europe::Berlin, text);
    let spans = |rules: &Rules, day| rules.spans(&rules.services[0], BusinessDay::on(date(day)));
    for day in ["2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31"] {
        let from = berlin(&format!("{day} 08:30"));
        let to = berlin(&format!("{day} 17:15"));
        assert_eq!(spans(&rules, day), [(from, to)], "{day}");
    }
    // 2:00 to 3:00 does not exist on 28 March: what opens in it opens after it, and what lies in it is not.
    rules.day_starts = time(0, 0);
    rules.services[0].hours = Hours::new(std::array::from_fn(|_| {
        vec![(time(1, 0), time(1, 30)), (time(2, 30), time(4, 0))]
    }));
    let night = [
        (berlin("2027-03-28 01:00"), berlin("2027-03-28 01:30")),
        (berlin("2027-03-28 03:30"), berlin("2027-03-28 04:00")),
    ];
    assert_eq!(spans(&rules, "2027-03-28"), night);
    let mut of_the_lost_hour = rules.clone();
    of_the_lost_hour.services[0].hours =
        Hours::new(std::array::from_fn(|_| vec![(time(2, 0), time(3, 0))]));
    assert_eq!(spans(&of_the_lost_hour, "2027-03-28"), []);
    assert_eq!(spans(&of_the_lost_hour, "2027-03-29").len(), 1);
    // It comes twice on 31 October: the first counts, and the span is an hour longer.
    let [_, (from, to)] = spans(&rules, "2027-10-31")[..] else {
        panic!("two spans");
    };
    assert_eq!(to - from, TimeDelta::minutes(150));
}

#[test]
fn hours_after_midnight_belong_to_the_evening_before() {
    let mut rules = rules();
    let late = vec![(time(0, 30), time(3, 0)), (time(9, 0), time(17, 0))];
    rules.services[0].hours = Hours::new(std::array::from_fn(|_| late.clone()));
    assert_eq!(rules.check(), Ok(()));
    let spans = rules.spans(&rules.services[0], BusinessDay::on(date("2026-11-24")));
    let expected = [
        (tokyo("2026-11-24 09:00"), tokyo("2026-11-24 17:00")),
        (tokyo("2026-11-25 00:30"), tokyo("2026-11-25 03:00")),
    ];
    assert_eq!(spans, expected);
}

#[test]
fn hours_that_make_no_sense_are_told() {
    let all =
        |spans: Vec<(NaiveTime, NaiveTime)>| Hours::new(std::array::from_fn(|_| spans.clone()));
    let cases = [
        (
            vec![(time(9, 0), time(12, 0)), (time(11, 59), time(17, 0))],
            "service tax: the span from 11:59:00 begins before the one before it has ended",
        ),
        (
            vec![(time(13, 0), time(17, 0)), (time(9, 0), time(12, 0))],
            "service tax: the span from 09:00:00 begins before the one before it has ended",
        ),
        (
            vec![(time(9, 0), time(9, 0))],
            "service tax: closes at 09:00:00, not after it opens at 09:00:00",
        ),
        (
            vec![(time(2, 0), time(4, 0))],
            "service tax: the business day begins at 03:00:00, while it is open",
        ),
    ];
    for (spans, expected) in cases {
        let mut rules = rules();
        rules.services[2].hours = all(spans);
        let mistakes = rules.check().unwrap_err();
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].to_string(), expected);
    }
    let mut rules = rules();
    let special = SpecialDay {
        services: Some(vec![service("dogs")]),
        spans: vec![(time(12, 0), time(9, 0))],
    };
    rules.calendar.special = [(date("2026-11-29"), special)].into();
    let mistakes: Vec<_> = rules
        .check()
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        mistakes,
        [
            "special day 2026-11-29: hours must ascend, stay apart and not run over 03:00:00",
            "special day 2026-11-29: there is no service dogs",
        ]
    );
}

#[test]
fn touching_spans_and_the_whole_day_make_sense() {
    let mut rules = rules();
    rules.day_starts = NaiveTime::MIN;
    let last = NaiveTime::from_hms_milli_opt(23, 59, 59, 999).unwrap();
    rules.services[0].hours = Hours::daily(NaiveTime::MIN, last);
    rules.services[1].hours = Hours::new(std::array::from_fn(|_| {
        vec![(time(9, 0), time(12, 0)), (time(12, 0), time(17, 0))]
    }));
    assert_eq!(rules.check(), Ok(()));
    assert_eq!(rules.services[0].hours.on(Weekday::Sun).len(), 1);
    assert!(rules.opening(&rules.services[0], at(0, 0)).is_open());
}

proptest! {
    #[test]
    fn openings_and_spans_tell_the_same(
        minutes in -40_000..40_000_i64,
        zone in prop_oneof![
            Just(chrono_tz::Asia::Tokyo),
            Just(chrono_tz::Europe::Berlin),
            Just(chrono_tz::America::New_York),
            Just(chrono_tz::Pacific::Chatham),
        ],
    ) {
        let mut rules = week();
        rules.zone = zone;
        let now = at(9, 0) + TimeDelta::minutes(minutes);
        let today = rules.day(now);
        for service in &rules.services {
            let spans = rules.spans(service, today);
            let inside = spans.iter().find(|(from, to)| *from <= now && now < *to);
            let later = spans.iter().find(|(from, _)| *from > now);
            match rules.opening(service, now) {
                Opening::Open { until } => prop_assert_eq!(inside.map(|(_, to)| *to), Some(until)),
                Opening::BeforeOpening { at } => {
                    prop_assert_eq!(spans.first().map(|(from, _)| *from), Some(at));
                    prop_assert!(now < at);
                }
                Opening::Pause { until } => {
                    prop_assert!(inside.is_none());
                    prop_assert_eq!(later.map(|(from, _)| *from), Some(until));
                    prop_assert!(spans[0].1 <= now);
                }
                Opening::Closed { next } => {
                    prop_assert!(spans.last().unwrap().1 <= now);
                    prop_assert!(next.unwrap() > now);
                }
                Opening::DayOff { next } => {
                    prop_assert!(spans.is_empty());
                    prop_assert!(rules.opening(service, next.unwrap()).is_open());
                }
            }
        }
    }
}
