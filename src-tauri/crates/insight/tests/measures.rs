//! The measures against a worked table.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use insight::{HALF_HOURS_MAX, Measures, Outcome, Visit, half_hours, measure, points};
use proptest::prelude::*;
use queue::ServiceId;

/// Minutes after nine o'clock in Tokyo.
fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn visit(outcome: Outcome, issued: i64, slot: Option<i64>, called: Option<i64>) -> Visit {
    Visit {
        service: ServiceId::parse("certificates").unwrap(),
        outcome,
        issued_at: at(issued),
        booked_for: slot.map(at),
        first_called_at: called.map(at),
        called_at: called.map(at),
        started_at: None,
        ended_at: None,
    }
}

fn served(mut visit: Visit, started: Option<i64>, ended: i64) -> Visit {
    visit.started_at = started.map(at);
    visit.ended_at = Some(at(ended));
    visit
}

/// ```text
///  outcome    issued  slot  called  wait   started  ended  service
///  finished        0           10     10        12     20        8
///  finished        5           20     15         –     32       12   (from the call)
///  finished       10    30     40     10        40     44        4   (from the slot)
///  finished       50    40     66     16        66     76       10   (late: from the check-in)
///  no-show        20    30     25      0                             (called before the slot)
///  serving        30           60     30        61
///  called         40           70     30
///  cancelled      10            –      –                             abandoned
///  cancelled      15           40     25                             after a call
///  lapsed         60            –      –                             abandoned
///  waiting        61
/// ```
fn table() -> Vec<Visit> {
    use Outcome::*;
    let mut serving = visit(Serving, 30, None, Some(60));
    serving.started_at = Some(at(61));
    vec![
        served(visit(Finished, 0, None, Some(10)), Some(12), 20),
        served(visit(Finished, 5, None, Some(20)), None, 32),
        served(visit(Finished, 10, Some(30), Some(40)), Some(40), 44),
        served(visit(Finished, 50, Some(40), Some(66)), Some(66), 76),
        visit(NoShow, 20, Some(30), Some(25)),
        serving,
        visit(Called, 40, None, Some(70)),
        visit(Cancelled, 10, None, None),
        visit(Cancelled, 15, None, Some(40)),
        visit(Lapsed, 60, None, None),
        visit(Waiting, 61, None, None),
    ]
}

#[test]
fn the_measures_are_those_of_the_worked_table() {
    // Waits, sorted: 0 10 10 15 16 25 30 30.
    let expected = Measures {
        visits: 11,
        booked: 3,
        called: 8,
        waiting: 1,
        finished: 4,
        no_show: 1,
        abandoned: 2,
        mean_minutes: Some(136.0 / 8.0),
        median_minutes: Some(15.5),
        p90_minutes: Some(30.0),
        max_minutes: Some(30.0),
        over_threshold: Some(4.0 / 8.0),
        mean_service_minutes: Some((8.0 + 12.0 + 4.0 + 10.0) / 4.0),
    };
    assert_eq!(measure(&table(), TimeDelta::minutes(15)), expected);
}

#[test]
fn without_a_call_there_is_no_average() {
    let measures = measure(
        &[visit(Outcome::Waiting, 0, None, None)],
        TimeDelta::minutes(15),
    );
    assert_eq!(
        measures,
        Measures {
            visits: 1,
            waiting: 1,
            ..Measures::default()
        }
    );
}

#[test]
fn fifteen_minutes_are_not_over_fifteen_minutes_but_a_millisecond_more_is() {
    let exact = visit(Outcome::Called, 0, None, Some(15));
    let mut over = exact.clone();
    over.first_called_at = Some(at(15) + TimeDelta::milliseconds(1));
    let threshold = TimeDelta::minutes(15);
    assert_eq!(measure([&exact], threshold).over_threshold, Some(0.0));
    assert_eq!(measure([&over], threshold).over_threshold, Some(1.0));
}

#[test]
fn the_ninetieth_percentile_is_the_nearest_rank() {
    // Of 1, 2 … n minutes.
    for (n, p90) in [
        (1, 1),
        (2, 2),
        (9, 9),
        (10, 9),
        (11, 10),
        (20, 18),
        (100, 90),
    ] {
        let visits: Vec<_> = (1..=n)
            .map(|wait| visit(Outcome::Called, 0, None, Some(wait)))
            .collect();
        let measures = measure(&visits, TimeDelta::minutes(15));
        let expected = f64::from(p90);
        assert_eq!(measures.p90_minutes, Some(expected), "of {n}");
    }
}

#[test]
fn a_clock_that_was_put_back_makes_no_negative_wait() {
    let visit = served(visit(Outcome::Finished, 10, None, Some(5)), Some(5), 3);
    assert_eq!(visit.wait(), Some(TimeDelta::zero()));
    assert_eq!(visit.service_time(), Some(TimeDelta::zero()));
}

#[test]
fn points_are_the_waits_of_those_called_by_issue() {
    let points = points(&table());
    let plotted: Vec<_> = points
        .iter()
        .map(|p| ((p.issued_at - at(0)).num_minutes(), p.minutes, p.booked))
        .collect();
    assert_eq!(
        plotted,
        [
            (0, 10.0, false),
            (5, 15.0, false),
            (10, 10.0, true),
            (15, 25.0, false),
            (20, 0.0, true),
            (30, 30.0, false),
            (40, 30.0, false),
            (50, 16.0, true),
        ]
    );
}

#[test]
fn half_hours_count_issues_and_first_calls_and_keep_the_empty_ones() {
    let counts: Vec<_> = half_hours(&table(), at(0), at(120))
        .into_iter()
        .map(|h| ((h.start - at(0)).num_minutes(), h.issued, h.called))
        .collect();
    assert_eq!(counts, [(0, 6, 3), (30, 3, 2), (60, 2, 3), (90, 0, 0)]);
}

#[test]
fn what_lies_outside_the_hours_is_not_counted() {
    let early = visit(Outcome::Called, -1, None, Some(0));
    let late = visit(Outcome::Called, 29, None, Some(30));
    let counts = half_hours([&early, &late], at(0), at(30));
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].issued, counts[0].called), (1, 1));
    assert!(half_hours([&early], at(30), at(0)).is_empty());
    let years = half_hours([], at(0), at(600_000));
    assert_eq!(years.len(), HALF_HOURS_MAX);
}

proptest! {
    #[test]
    fn measures_are_in_order_and_counts_add_up(
        waits in proptest::collection::vec((0_i64..600, proptest::option::of(-30_i64..200)), 0..80),
    ) {
        let visits: Vec<_> = waits
            .iter()
            .map(|(issued, wait)| {
                let outcome = if wait.is_some() { Outcome::Called } else { Outcome::Waiting };
                visit(outcome, *issued, None, wait.map(|wait| issued + wait))
            })
            .collect();
        let measures = measure(&visits, TimeDelta::minutes(15));
        prop_assert_eq!(measures.visits, measures.called + measures.waiting);
        prop_assert_eq!(measures.called == 0, measures.mean_minutes.is_none());
        if let (Some(mean), Some(median), Some(p90), Some(max), Some(over)) = (
            measures.mean_minutes,
            measures.median_minutes,
            measures.p90_minutes,
            measures.max_minutes,
            measures.over_threshold,
        ) {
            prop_assert!(0.0 <= median && median <= p90 && p90 <= max && mean <= max);
            prop_assert_eq!(over > 0.0, max > 15.0);
        }
        let issued: u32 = half_hours(&visits, at(-600), at(1200)).iter().map(|h| h.issued).sum();
        prop_assert_eq!(issued, measures.visits);
    }
}
