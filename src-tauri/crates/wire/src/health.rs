//! What whoever watches over the hub reads. Nothing here is secret, and nothing is about a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, Millis};

/// `GET /api/health`. It is answered only while the owner of the queue works; so any answer at all
/// means that tickets are issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Health {
    /// Whether somebody should look.
    pub status: HealthStatus,
    /// Why, a line for each reason; empty when all is well.
    pub warnings: Vec<Warning>,
    /// The program's version.
    pub version: String,
    /// The business day, `2026-11-24`.
    pub day: String,
    /// The last event there is.
    pub seq: u64,
    /// The hub's clock.
    pub at: Millis,
    /// Seconds since the hub started.
    pub uptime_s: u64,
    /// Milliseconds by which the clock is behind the newest instant that the hub has seen.
    pub clock_behind_ms: u64,
    /// Groups of commands that were written to the disk since the hub started, each with one wait for it.
    pub commits: u64,
    /// Pages that watch the live stream.
    pub live_clients: u32,
    /// When the last backup ended; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_backup: Option<Millis>,
    /// Bytes that are free where the data are; absent where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub disk_free_bytes: Option<u64>,
}

/// Whether somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum HealthStatus {
    /// All is well.
    Ok,
    /// The office works, and somebody should look before it no longer does.
    Warn,
}

/// One reason to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Warning {
    /// What about.
    pub about: WarningAbout,
    /// The code of the trouble, where there is one: its sentence is `problem.<code>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<Code>,
    /// One plain Japanese sentence that says what to do.
    pub title: String,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum WarningAbout {
    /// The hub's clock went back.
    Clock,
    /// The last backup failed, or is older than a day and a half.
    Backup,
    /// The disk is nearly full.
    Disk,
    /// The reservation service does not answer.
    Bookings,
    /// Files for other systems whose time is over could not be deleted.
    Handoff,
}
