//! What every page sees of the office. Nothing here tells anything about a person:
//! the same views go to the hall's board and to the clerks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Language, Millis, Text};

/// The whole office at one moment. `GET /api/office`; also the first message of `/api/live`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct OfficeView {
    /// The last event that this view contains.
    pub seq: u64,
    /// The office's id, short and ASCII.
    pub id: String,
    /// The office's name.
    pub name: Text,
    /// The business day, `2026-11-24`.
    pub day: String,
    /// The hub's clock.
    pub at: Millis,
    /// IANA zone in which pages show times, `Asia/Tokyo`.
    pub zone: String,
    /// Languages in the order in which they are offered.
    pub languages: Vec<Language>,
    /// Services in the office's order.
    pub services: Vec<ServiceView>,
    /// Counters in the office's order.
    pub counters: Vec<CounterView>,
    /// Today's tickets, by issue.
    pub tickets: Vec<TicketView>,
    /// Ids of the waiting tickets, in the order in which they would be called now.
    pub order: Vec<String>,
    /// Today's bookings, by slot.
    pub bookings: Vec<BookingView>,
    /// Kiosks where somebody asked for staff and nobody has answered yet.
    pub help: Vec<HelpView>,
    /// How fresh the bookings are; absent where the office has no reservation service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bookings_as_of: Option<Freshness>,
}

/// What changed with one event or one group of events; replaces what the page had under the same ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct Change {
    /// The last event that this change contains.
    pub seq: u64,
    /// The hub's clock.
    pub at: Millis,
    /// Tickets that are new or other than before.
    pub tickets: Vec<TicketView>,
    /// Counters that are other than before.
    pub counters: Vec<CounterView>,
    /// The first twelve waiting tickets in call order (ids).
    pub order: Vec<String>,
    /// All open calls for staff.
    pub help: Vec<HelpView>,
}

/// One message of the live stream `/api/live` (server-sent events; the event's id is `seq`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Live {
    /// Replace everything. Sent first, after a gap that cannot be filled, and when the day or the bookings change.
    Snapshot {
        /// Everything.
        office: Box<OfficeView>,
    },
    /// Apply this.
    Change {
        /// What changed.
        change: Change,
    },
    /// Sent every two seconds when nothing else is, so that a page knows that it is not stale.
    Beat {
        /// The last event there is.
        seq: u64,
        /// The hub's clock.
        at: Millis,
    },
}

/// A service (業務): what a citizen comes for, as a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct ServiceView {
    /// Stable id, `certificates`.
    pub id: String,
    /// Its letter on the slip, `A`.
    pub letter: String,
    /// Its name.
    pub name: Text,
    /// Whether tickets are issued now.
    pub open: bool,
}

/// A counter (窓口): a desk that calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct CounterView {
    /// What stands over the desk, `3`.
    pub id: String,
    /// Its name, 「3番窓口」.
    pub name: Text,
    /// The services it calls, most preferred first.
    pub services: Vec<String>,
    /// Whether somebody calls there.
    pub open: bool,
    /// The ticket that stands at the counter or is on its way there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<String>,
}

/// A ticket's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum TicketState {
    /// In the queue.
    Waiting,
    /// Called; the citizen is on the way.
    Called,
    /// At the counter.
    Serving,
    /// Done.
    Finished,
    /// Called and did not come; a clerk can restore it.
    NoShow,
    /// Taken back.
    Cancelled,
}

/// Why a ticket was called when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CallReason {
    /// Its booked time had come.
    Due,
    /// First come, first served.
    Fcfs,
    /// A walk-in had waited long behind bookings.
    Override,
    /// Considerate priority.
    Priority,
    /// A clerk chose it.
    Manual,
}

/// What is known of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum SlipState {
    /// Not reported yet.
    Pending,
    /// The printer confirmed it.
    Printed,
    /// The printer did not answer; it may or may not have come out. Never resent blindly.
    Unknown,
    /// It certainly did not come out.
    Failed,
    /// The citizen asked for none, or a clerk issued the ticket without paper.
    None,
}

/// A ticket (番号札という権利).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct TicketView {
    /// UUIDv7.
    pub id: String,
    /// What people read and hear, `A-001`.
    pub number: String,
    /// The service's id.
    pub service: String,
    /// Its state.
    pub state: TicketState,
    /// Language the citizen chose.
    pub language: String,
    /// When it was issued.
    pub issued_at: Millis,
    /// The booked slot's start, for a booked citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booked_for: Option<Millis>,
    /// The booking's number, for a booked citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booking: Option<String>,
    /// Whether a finished application came with it.
    pub has_case: bool,
    /// The counter that called it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<String>,
    /// When it was first called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_called_at: Option<Millis>,
    /// When it was last called; a new value means: announce it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub called_at: Option<Millis>,
    /// How often it was called.
    pub calls: u32,
    /// Why it was called when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<CallReason>,
    /// When service ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ended_at: Option<Millis>,
    /// What is known of the paper.
    pub slip: SlipState,
}

/// A booked slot of today, mirrored from the reservation service. No name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct BookingView {
    /// The number the citizen was given, `A7K2-93QF`.
    pub number: String,
    /// The service's id; absent where the reservation service's word is not mapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub service: Option<String>,
    /// What the reservation service calls it.
    pub summary: String,
    /// Slot start.
    pub start: Millis,
    /// Slot end.
    pub end: Millis,
    /// The ticket, once checked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<String>,
    /// Whether the reservation service says that it was cancelled.
    pub cancelled: bool,
}

/// How fresh a mirror is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct Freshness {
    /// When the last complete pull ended; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at: Option<Millis>,
    /// Whether the last attempt succeeded.
    pub ok: bool,
}

/// A call for staff from a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct HelpView {
    /// The kiosk's name, as the office wrote it.
    pub kiosk: String,
    /// Since when.
    pub since: Millis,
}

/// What the phone page behind the slip's QR shows. `GET /api/visit/{token}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct VisitView {
    /// `A-001`.
    pub number: String,
    /// The service's name.
    pub service: Text,
    /// The ticket's state.
    pub state: TicketState,
    /// How many of the same service would be called before it, while it waits.
    pub ahead: u32,
    /// Where to go, once called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<Text>,
    /// The hub's clock.
    pub at: Millis,
}
