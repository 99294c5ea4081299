//! The measures, literally as the plan defines them.

use chrono::{DateTime, TimeDelta, Utc};
use queue::ServiceId;

use crate::{Outcome, Visit};

/// What a manager reads of a set of visits. Minutes are fractions; those of waits are absent
/// while nobody was called.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// Tickets issued.
    pub visits: u32,
    /// … of them booked.
    pub booked: u32,
    /// Called at least once: the population of the waits.
    pub called: u32,
    /// Waiting now.
    pub waiting: u32,
    /// Finished.
    pub finished: u32,
    /// Called and did not come.
    pub no_show: u32,
    /// Gone before a call: taken back, or still waiting when the day ended.
    pub abandoned: u32,
    /// Mean wait.
    pub mean_minutes: Option<f64>,
    /// Median wait; of an even count, the mean of the middle two.
    pub median_minutes: Option<f64>,
    /// P90 of the waits by nearest rank: the smallest wait that nine in ten did not exceed.
    pub p90_minutes: Option<f64>,
    /// Longest wait.
    pub max_minutes: Option<f64>,
    /// Share (0–1) of those called who waited longer than the threshold, to the millisecond.
    pub over_threshold: Option<f64>,
    /// Mean minutes at the counter, over finished visits.
    pub mean_service_minutes: Option<f64>,
}

/// One visit's wait, for the plot.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitPoint {
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// For what.
    pub service: ServiceId,
    /// The wait.
    pub minutes: f64,
    /// Whether it was booked.
    pub booked: bool,
}

/// Measures a set of visits: a day's, a service's.
pub fn measure<'a>(visits: impl IntoIterator<Item = &'a Visit>, threshold: TimeDelta) -> Measures {
    let mut measures = Measures::default();
    let mut waits = Vec::new();
    let mut service_times = Vec::new();
    for visit in visits {
        measures.visits += 1;
        measures.booked += u32::from(visit.booked_for.is_some());
        measures.called += u32::from(visit.first_called_at.is_some());
        measures.waiting += u32::from(visit.outcome == Outcome::Waiting);
        measures.finished += u32::from(visit.outcome == Outcome::Finished);
        measures.no_show += u32::from(visit.outcome == Outcome::NoShow);
        measures.abandoned += u32::from(visit.abandoned());
        waits.extend(visit.wait());
        service_times.extend(visit.service_time());
    }
    waits.sort_unstable();
    measures.mean_minutes = mean(&waits);
    measures.median_minutes = median(&waits);
    measures.p90_minutes = nearest_rank(&waits, 9, 10);
    measures.max_minutes = waits.last().copied().map(minutes);
    measures.over_threshold = share(&waits, |wait| *wait > threshold);
    measures.mean_service_minutes = mean(&service_times);
    measures
}

/// The waits of those who were called, by issue.
pub fn points<'a>(visits: impl IntoIterator<Item = &'a Visit>) -> Vec<WaitPoint> {
    let mut points: Vec<_> = visits
        .into_iter()
        .filter_map(|visit| {
            Some(WaitPoint {
                issued_at: visit.issued_at,
                service: visit.service.clone(),
                minutes: minutes(visit.wait()?),
                booked: visit.booked_for.is_some(),
            })
        })
        .collect();
    points.sort_by_key(|point| point.issued_at);
    points
}

fn minutes(time: TimeDelta) -> f64 {
    time.as_seconds_f64() / 60.0
}

fn mean(times: &[TimeDelta]) -> Option<f64> {
    let count = u32::try_from(times.len()).ok().filter(|n| *n > 0)?;
    let sum: f64 = times.iter().copied().map(minutes).sum();
    Some(sum / f64::from(count))
}

/// Of sorted times.
fn median(sorted: &[TimeDelta]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(minutes(upper));
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(f64::midpoint(minutes(lower), minutes(upper)))
}

/// The time at rank ⌈n·part/whole⌉ of sorted times.
fn nearest_rank(sorted: &[TimeDelta], part: usize, whole: usize) -> Option<f64> {
    let rank = (sorted.len() * part).div_ceil(whole);
    sorted.get(rank.checked_sub(1)?).copied().map(minutes)
}

fn share(times: &[TimeDelta], counts: impl Fn(&TimeDelta) -> bool) -> Option<f64> {
    let all = u32::try_from(times.len()).ok().filter(|n| *n > 0)?;
    let counted = times.iter().filter(|time| counts(time)).count();
    Some(f64::from(u32::try_from(counted).ok()?) / f64::from(all))
}
