//! What every page sees of the office. Nothing here tells who a person is.
//!
//! There are two audiences. The *hall* (boards, kiosks) sees numbers; the *staff* (clerks' consoles,
//! the dashboard) sees what a clerk needs beside them. Fields for the staff only are marked so, and
//! are absent for the hall.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Language, Millis, Text,
    machine::{KioskNow, PrintView},
};

/// The whole office at one moment. `GET /api/office`; also the first message of `/api/live`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
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
    /// Today's tickets that a page needs, by issue. For the hall: those in force (waiting, called,
    /// served, held, missed) and the last twenty that were called. For the staff: those in force
    /// and the last hundred that ended within two hours. All others stand in the dashboard.
    pub tickets: Vec<TicketView>,
    /// Numbers of the waiting tickets, in the order in which they would be called now.
    /// A number in force stands on one ticket only.
    pub order: Vec<String>,
    /// Today's bookings, by slot. Staff only; empty for the hall.
    pub bookings: Vec<BookingView>,
    /// Kiosks where somebody asked for staff and nobody has answered yet.
    pub help: Vec<HelpView>,
    /// Places where a clerk needs help at once. Staff only; empty for the hall.
    pub alarms: Vec<HelpView>,
    /// How many serve.
    pub staff: StaffView,
    /// What boards say beside the numbers today, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<Text>,
    /// The halls' boards, as the office laid them out.
    pub boards: Vec<BoardView>,
    /// What the calling rules are, so that a page can say why and how long.
    pub calling: CallingView,
    /// How fresh the bookings are; absent for the hall and where the office has no reservation service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bookings_as_of: Option<Freshness>,
    /// The kiosks as machines, by name. Staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<KioskNow>>", optional)]
    pub kiosks: Vec<KioskNow>,
    /// Slips that staff had printed at kiosks lately, oldest first. Staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PrintView>>", optional)]
    pub prints: Vec<PrintView>,
}

/// What changed with one event or one group of events; replaces what the page had under the same ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
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
    /// The numbers of the first twelve waiting tickets in call order.
    pub order: Vec<String>,
    /// All open calls for staff; absent while they are as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub help: Option<Vec<HelpView>>,
    /// All alarms; absent while they are as before, and for the hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub alarms: Option<Vec<HelpView>>,
    /// Bookings that are other than before: checked in, cancelled, moved. Staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<BookingView>>", optional)]
    pub bookings: Vec<BookingView>,
    /// How many serve; absent while it is as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub staff: Option<StaffView>,
    /// What boards say; absent while it is as before, `{}` when it was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<Text>,
    /// How fresh the bookings are; absent while nothing worth telling changed. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bookings_as_of: Option<Freshness>,
}

/// One message of the live stream `/api/live` (server-sent events; the event's id is `seq`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Live {
    /// Replace everything. Sent first, after a gap that cannot be filled, and when the day turns.
    Snapshot {
        /// Everything.
        office: Box<OfficeView>,
    },
    /// Apply this.
    Change {
        /// What changed.
        change: Change,
    },
    /// How long a newcomer would wait, and whether each service is open. Sent when it differs
    /// from what was sent before, at most once a second; carries no sequence number of its own.
    Waits {
        /// The hub's clock.
        at: Millis,
        /// All services, in the office's order.
        services: Vec<ServiceNow>,
    },
    /// How the kiosks are and what staff have printed there; all of it, whenever something of it changed.
    /// Staff only; carries no sequence number of its own.
    Kiosks {
        /// The hub's clock.
        at: Millis,
        /// The kiosks, by name.
        kiosks: Vec<KioskNow>,
        /// The orders of the last minutes, oldest first.
        prints: Vec<PrintView>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ServiceView {
    /// Stable id, `certificates`.
    pub id: String,
    /// Its letter on the slip, `A`.
    pub letter: String,
    /// Its name.
    pub name: Text,
    /// Where to wait, if the office says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<Text>,
    /// Whether citizens may ask for considerate priority at a kiosk.
    pub considerate_at_kiosk: bool,
    /// What it is like now.
    pub now: ServiceNow,
}

/// Whether a service takes visitors, and how long a newcomer would wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ServiceNow {
    /// The service's id.
    pub service: String,
    /// Whether tickets are issued now.
    pub opening: Opening,
    /// When that changes next, if it is known: closing or opening time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub until: Option<Millis>,
    /// How many wait for it.
    pub waiting: u32,
    /// How long a newcomer would wait; absent when nobody calls, so that nobody can know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait: Option<Bracket>,
}

/// Whether tickets are issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Opening {
    /// Yes.
    Open,
    /// Not yet today (開庁前).
    BeforeOpening,
    /// Not for the moment (昼).
    Pause,
    /// Not any more today (受付終了).
    Closed,
    /// Not today (休業日).
    DayOff,
    /// No more today: as many as the office takes have come (本日の受付は定員に達しました).
    Full,
}

/// Minutes within which a call is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Bracket {
    /// Minutes at least.
    pub from_min: u16,
    /// Minutes at most.
    pub to_min: u16,
}

/// How many serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct StaffView {
    /// Counters that are open and do not pause.
    pub counted: u16,
    /// What 総合案内 told, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub declared: Option<u16>,
}

/// One board (案内表示盤) of a hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct BoardView {
    /// Its id, `hall-1`; the page is `/board/?board=hall-1`.
    pub id: String,
    /// What its top says.
    pub title: Text,
    /// The services it shows; empty: all.
    pub services: Vec<String>,
    /// Languages that take turns, the first one first.
    pub languages: Vec<String>,
    /// How long a call stays large, in seconds.
    pub call_s: u32,
    /// Whether it chimes.
    pub sound: bool,
    /// Sentences of the office that take turns at the foot.
    pub messages: Vec<Text>,
}

/// The calling rules that pages speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CallingView {
    /// How often one ticket is called.
    pub calls_max: u32,
    /// Seconds before it may be called again.
    pub recall_after_s: u32,
    /// Minutes after which a walk-in is not passed over any more.
    pub override_after_min: u32,
    /// The plan's measure: minutes after which somebody has waited too long.
    pub wait_threshold_min: u32,
}

/// A counter (窓口): a desk that calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
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
    /// Whether it calls nobody for a while.
    pub paused: bool,
    /// Whose it is: the clerk's shown name. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clerk: Option<String>,
    /// The clerk's account, to which a ticket can be passed on. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account: Option<String>,
    /// Preferences in percent beside `services`, where they are not even. Staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<u16>>", optional)]
    pub weights: Vec<u16>,
    /// The ticket that stands at the counter or is on its way there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<String>,
}

/// A ticket's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
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
    /// Set aside for a while.
    Held,
    /// Called and did not come; a clerk can restore it.
    NoShow,
    /// Taken back.
    Cancelled,
}

/// Why a ticket is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum HoldReason {
    /// 書類記入中
    Writing,
    /// 確認中
    Enquiry,
    /// 作成中
    Preparing,
    /// 離席中
    Away,
    /// その他
    Other,
}

/// Why a ticket is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CancelReason {
    /// 取りやめ
    Citizen,
    /// 間違い発券
    Mistake,
    /// 帰られた
    Left,
    /// その他
    Other,
}

/// Where somebody who was away or set aside waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Place {
    /// Before everybody.
    Front,
    /// After whoever is next now.
    Next,
    /// Where the arrival puts it.
    Kept,
    /// Behind everybody.
    End,
}

/// Why a ticket was called when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CallReason {
    /// Its booked time had come.
    Due,
    /// First come, first served.
    Fcfs,
    /// A walk-in had waited long behind bookings and considerate priority.
    Override,
    /// Considerate priority.
    Priority,
    /// A clerk chose it.
    Manual,
}

/// What is known of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum SlipState {
    /// Not reported yet.
    Pending,
    /// The printer confirmed it.
    Printed,
    /// A print queue took it, and confirms nothing: it came out, or its citizen says that it did not.
    Sent,
    /// The printer did not answer; it may or may not have come out. Never resent blindly.
    Unknown,
    /// It certainly did not come out.
    Failed,
    /// The citizen asked for none, or a clerk issued the ticket without paper.
    None,
}

/// A ticket (番号札という権利).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct TicketView {
    /// UUIDv7.
    pub id: String,
    /// What people read and hear, `A-001`.
    pub number: String,
    /// The id of the service for which it waits or is served now.
    pub service: String,
    /// The services after that, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub then: Vec<String>,
    /// Its state.
    pub state: TicketState,
    /// Language the citizen chose.
    pub language: String,
    /// When it was issued.
    pub issued_at: Millis,
    /// When it began to wait for the present service, where that is not the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waiting_since: Option<Millis>,
    /// Considerate priority. Staff only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub considerate: bool,
    /// The one counter it was passed on to. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub for_counter: Option<String>,
    /// The shown name of the one clerk it was passed on to. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub for_clerk: Option<String>,
    /// What the clerk before wrote for the next. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
    /// Why it is set aside. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hold: Option<HoldReason>,
    /// Issued after closing by a clerk. Staff only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub after_hours: bool,
    /// Issued by a kiosk while the hub was away. Staff only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub leased: bool,
    /// The booked slot's start, for a booked citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booked_for: Option<Millis>,
    /// The booking's number, for a booked citizen. Staff only: it opens the booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booking: Option<String>,
    /// Whether a finished application came with it.
    pub has_case: bool,
    /// The revision that the last change at a counter led its case to; absent where none was made since the hub started. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub case_revision: Option<u32>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Freshness {
    /// When the last complete pull ended; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at: Option<Millis>,
    /// Whether the last attempt succeeded.
    pub ok: bool,
    /// Cancellations that wait until somebody has looked at them: so many at once are more often
    /// the reservation service's trouble than the citizens' wish. `POST /api/bookings/release`.
    #[serde(default, skip_serializing_if = "is_none_held")]
    #[ts(as = "Option<u32>", optional)]
    pub held: u32,
}

fn is_none_held(held: &u32) -> bool {
    *held == 0
}

/// A call for staff from a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct HelpView {
    /// The kiosk's name, as the office wrote it.
    pub kiosk: String,
    /// Since when.
    pub since: Millis,
}

/// What the phone page behind the slip's QR shows. `GET /api/visit/{token}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
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
    /// How long it will still wait, while that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait: Option<Bracket>,
    /// The services after this one, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Text>>", optional)]
    pub then: Vec<Text>,
    /// Where to wait now, if the office says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<Text>,
    /// Where to go, once called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<Text>,
    /// The hub's clock.
    pub at: Millis,
}
