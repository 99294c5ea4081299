//! What a manager reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, Text};

/// `GET /api/dashboard?day=2026-11-24` (default today).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct DashboardView {
    /// The business day.
    pub day: String,
    /// The hub's clock.
    pub at: Millis,
    /// IANA zone.
    pub zone: String,
    /// The plan's threshold, in minutes (15).
    pub threshold_minutes: u32,
    /// All services together.
    pub all: Measures,
    /// Per service, in the office's order.
    pub services: Vec<ServiceMeasures>,
    /// Waits of those who were called, for the plot: one point a visit, by issue.
    pub points: Vec<WaitPoint>,
    /// Arrivals and calls per half hour of the day, for the plot.
    pub half_hours: Vec<HalfHour>,
}

/// Measures of one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ServiceMeasures {
    /// The service's id.
    pub service: String,
    /// Its name.
    pub name: Text,
    /// Its measures.
    pub measures: Measures,
}

/// The measures, literally: wait = first call − issue for walk-ins, first call − max(slot start, check-in)
/// for booked citizens; cancelled before a call is not in the averages. Minutes are fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
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
    /// Cancelled before a call.
    pub abandoned: u32,
    /// Minutes; absent while nobody was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mean_minutes: Option<f64>,
    /// Minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub median_minutes: Option<f64>,
    /// Minutes; nearest-rank P90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub p90_minutes: Option<f64>,
    /// Minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub max_minutes: Option<f64>,
    /// Share (0–1) of those called who waited longer than the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub over_threshold: Option<f64>,
    /// Minutes at the counter, mean over finished visits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mean_service_minutes: Option<f64>,
}

/// One visit's wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct WaitPoint {
    /// When it was issued.
    pub issued_at: Millis,
    /// The service's id.
    pub service: String,
    /// The wait.
    pub minutes: f64,
    /// Whether it was booked.
    pub booked: bool,
}

/// One half hour of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct HalfHour {
    /// When it begins.
    pub start: Millis,
    /// Tickets issued in it.
    pub issued: u32,
    /// Tickets first called in it.
    pub called: u32,
}
