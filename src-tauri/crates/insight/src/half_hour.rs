//! Arrivals and calls by the half hour.

use chrono::{DateTime, TimeDelta, Utc};

use crate::Visit;

/// The most half hours of which one answer tells: two days.
pub const HALF_HOURS_MAX: usize = 96;

/// One half hour of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfHour {
    /// When it begins.
    pub start: DateTime<Utc>,
    /// Tickets issued in it.
    pub issued: u32,
    /// Tickets first called in it.
    pub called: u32,
}

/// Counts by the half hour from `from` until `to`, empty ones included, at most
/// [`HALF_HOURS_MAX`]. What happened outside is not counted.
pub fn half_hours<'a>(
    visits: impl IntoIterator<Item = &'a Visit>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<HalfHour> {
    let length = TimeDelta::minutes(30);
    let mut half_hours: Vec<_> = std::iter::successors(Some(from), |start| Some(*start + length))
        .take_while(|start| *start < to)
        .take(HALF_HOURS_MAX)
        .map(|start| HalfHour {
            start,
            issued: 0,
            called: 0,
        })
        .collect();
    let place = |at: DateTime<Utc>| {
        let since = at - from;
        let within = at >= from && at < to;
        usize::try_from(since.num_minutes() / 30)
            .ok()
            .filter(|_| within)
    };
    for visit in visits {
        if let Some(half_hour) = place(visit.issued_at).and_then(|i| half_hours.get_mut(i)) {
            half_hour.issued += 1;
        }
        let called = visit.first_called_at.and_then(place);
        if let Some(half_hour) = called.and_then(|i| half_hours.get_mut(i)) {
            half_hour.called += 1;
        }
    }
    half_hours
}
