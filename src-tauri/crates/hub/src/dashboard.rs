//! What a manager reads of a day: the visits of the store, measured by `insight`, in the contract's words.

use chrono::{DateTime, TimeDelta, Utc};
use insight::{Outcome, Visit, half_hours, measure, points};
use office::Office;
use queue::BusinessDay;
use store::{VisitRow, VisitState};
use wire::measure::{DashboardView, HalfHour, Measures, ServiceMeasures, WaitPoint};

/// The dashboard of a day.
pub(crate) fn view(
    office: &Office,
    day: BusinessDay,
    rows: &[VisitRow],
    now: DateTime<Utc>,
) -> DashboardView {
    let visits: Vec<Visit> = rows.iter().map(visit).collect();
    let threshold = TimeDelta::from_std(office.wait_threshold).unwrap_or(TimeDelta::MAX);
    let services = office.services.iter().map(|service| {
        let its = visits.iter().filter(|visit| visit.service == service.id);
        ServiceMeasures {
            service: service.id.to_string(),
            name: service.name.clone(),
            measures: measures(measure(its, threshold)),
        }
    });
    let (from, to) = shown(office, day, &visits);
    DashboardView {
        day: day.to_string(),
        at: now.timestamp_millis(),
        zone: office.zone.name().to_owned(),
        threshold_minutes: u32::try_from(threshold.num_minutes()).unwrap_or(u32::MAX),
        all: measures(measure(&visits, threshold)),
        services: services.collect(),
        points: points(&visits)
            .into_iter()
            .map(|point| WaitPoint {
                issued_at: point.issued_at.timestamp_millis(),
                service: point.service.to_string(),
                minutes: point.minutes,
                booked: point.booked,
            })
            .collect(),
        half_hours: half_hours(&visits, from, to)
            .into_iter()
            .map(|half_hour| HalfHour {
                start: half_hour.start.timestamp_millis(),
                issued: half_hour.issued,
                called: half_hour.called,
            })
            .collect(),
    }
}

/// The hours worth a plot: while any service is open, and whenever else somebody came or was called.
fn shown(office: &Office, day: BusinessDay, visits: &[Visit]) -> (DateTime<Utc>, DateTime<Utc>) {
    let rules = &office.rules;
    let (dawn, dusk) = day.bounds(rules.zone, rules.day_starts);
    let spans = || {
        let services = rules.services.iter();
        services.flat_map(|service| rules.spans(service, day))
    };
    let opens = spans().map(|(from, _)| from).min();
    let closes = spans().map(|(_, to)| to).max();
    let happened = || {
        visits
            .iter()
            .flat_map(|visit| std::iter::once(visit.issued_at).chain(visit.first_called_at))
    };
    let first = happened().chain(opens).min().unwrap_or(dawn).max(dawn);
    let just_after = TimeDelta::milliseconds(1);
    let last = happened().map(|at| at + just_after).chain(closes).max();
    // Half hours are counted from the day's first instant, so they fall on the clock's.
    let steps = (first - dawn).num_minutes() / 30;
    let from = dawn + TimeDelta::minutes(steps * 30);
    (from, last.unwrap_or(dusk).min(dusk).max(from))
}

fn visit(row: &VisitRow) -> Visit {
    Visit {
        service: row.service.clone(),
        outcome: match row.state {
            // Who was set aside has not gone: it waits to be called again.
            VisitState::Waiting | VisitState::Held => Outcome::Waiting,
            VisitState::Called => Outcome::Called,
            VisitState::Serving => Outcome::Serving,
            VisitState::Finished => Outcome::Finished,
            VisitState::NoShow => Outcome::NoShow,
            VisitState::Cancelled => Outcome::Cancelled,
            VisitState::Lapsed => Outcome::Lapsed,
        },
        issued_at: row.issued_at,
        booked_for: row.booked_for,
        first_called_at: row.first_called_at,
        called_at: row.called_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
    }
}

fn measures(found: insight::Measures) -> Measures {
    Measures {
        visits: found.visits,
        booked: found.booked,
        called: found.called,
        waiting: found.waiting,
        finished: found.finished,
        no_show: found.no_show,
        abandoned: found.abandoned,
        mean_minutes: found.mean_minutes,
        median_minutes: found.median_minutes,
        p90_minutes: found.p90_minutes,
        max_minutes: found.max_minutes,
        over_threshold: found.over_threshold,
        mean_service_minutes: found.mean_service_minutes,
    }
}
