//! Bodies of the hub's HTTP commands and their answers. Every command that changes something
//! carries the header `Idempotency-Key: <uuid>`; the same key gets the same answer again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use crate::case::{
    Answer, CardCaution, CardRead, CaseDraft, Document, Genuineness, Provenance,
};
use crate::{
    Millis, Text,
    office::{Bracket, CancelReason, HoldReason, Place, SlipState, TicketView},
};

/// `POST /api/login`.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Login {
    /// The account's name.
    pub account: String,
    /// Its password.
    pub password: String,
}

/// What an account may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Role {
    /// Calls numbers, opens cases.
    Clerk,
    /// A clerk who may also choose whom to call.
    Lead,
    /// Reads the dashboard.
    Manager,
    /// Makes accounts.
    Administrator,
}

/// `GET /api/me`, and the answer to a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Me {
    /// The account's name.
    pub account: String,
    /// Name to show.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The counter this session opened, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<String>,
}

/// `POST /api/tickets`: one press, one ticket.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct IssueTicket {
    /// The service's id.
    pub service: String,
    /// The ids of the services after it, in order; the number stays the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub then: Vec<String>,
    /// Language the citizen chose.
    pub language: String,
    /// Considerate priority, asked for by the citizen or given by a clerk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub considerate: bool,
    /// The booking's number, for a booked citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booking: Option<String>,
    /// The finished application, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub case: Option<CaseDraft>,
}

/// The answer to `POST /api/tickets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct TicketIssued {
    /// The ticket.
    pub ticket: TicketView,
    /// People of the same service who would be called before.
    pub ahead: u32,
    /// How long it will wait, while that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait: Option<Bracket>,
    /// The service's name.
    pub service: Text,
    /// Where to wait or go, if the office says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<Text>,
    /// The opaque token of the phone page; it names nobody.
    pub token: String,
    /// The address for the QR.
    pub url: String,
}

/// `POST /api/tickets/{id}/slip`: what is known of the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct SlipReport {
    /// The state.
    pub slip: SlipState,
    /// It is the state of a second paper, marked 再発行, which the citizen asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub reissued: bool,
    /// The kiosk's identity of the paper (a UUID): several may be of one ticket, and each is told of by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub print: Option<String>,
}

/// `POST /api/help` and `POST /api/help/answered`: a kiosk asks for staff; a clerk has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Help {
    /// The kiosk's name.
    pub kiosk: String,
}

/// The answer to every command of a clerk: the ticket it was about, if any.
///
/// | path | body |
/// | --- | --- |
/// | `/api/counters/{id}/open` `take-over` `pause` `resume` `close` | none |
/// | `/api/counters/{id}/next` | none, or [`NextOf`] |
/// | `/api/counters/{id}/assign` | [`Assign`] |
/// | `/api/tickets/{id}/call` `recall` `start` `finish` `no-show` | [`AtCounter`] |
/// | `/api/tickets/{id}/hold` | [`Hold`] |
/// | `/api/tickets/{id}/restore` | [`Restore`] |
/// | `/api/tickets/{id}/transfer` | [`Transfer`] |
/// | `/api/tickets/{id}/plan` | [`Plan`] |
/// | `/api/tickets/{id}/prioritise` | [`Prioritise`] |
/// | `/api/tickets/{id}/cancel` | [`Cancel`] |
/// | `/api/undo` | none |
/// | `/api/staff` | [`DeclareStaff`] |
/// | `/api/notice` | [`Announce`] |
/// | `/api/alarm` `/api/alarm/cleared` | [`Alarm`] |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Done {
    /// The ticket as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<TicketView>,
}

/// Body of the commands on a ticket that a counter gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct AtCounter {
    /// The counter's id.
    pub counter: String,
}

/// Call the next of one service only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct NextOf {
    /// The service's id.
    pub service: String,
}

/// What a counter calls from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Assign {
    /// At least one.
    pub services: Vec<Share>,
}

/// A service and how much a counter prefers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Share {
    /// The service's id.
    pub service: String,
    /// In percent, 10 to 1000; 100 is even.
    pub weight: u16,
}

/// Set a ticket aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
}

/// Put a ticket back into the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Restore {
    /// Where.
    pub place: Place,
}

/// Where a ticket is passed on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Destination {
    /// Whoever calls this service.
    Service(String),
    /// One counter.
    Counter(String),
    /// One person, by the account's name.
    Clerk(String),
}

/// Pass a ticket on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Transfer {
    /// To whom.
    pub to: Destination,
    /// What the next one should know, at most 200 characters; no person's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

/// Which services come after the present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Plan {
    /// The services' ids, in order.
    pub then: Vec<String>,
}

/// Give or take considerate priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Prioritise {
    /// Whether.
    pub considerate: bool,
}

/// Take a ticket back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Cancel {
    /// Why.
    pub reason: CancelReason,
}

/// How many of the staff serve now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct DeclareStaff {
    /// People; absent: counters are counted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub count: Option<u16>,
}

/// What boards say beside the numbers until the day ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Announce {
    /// In Japanese, at most 200 characters; absent: nothing is said any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ja: Option<String>,
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub en: Option<String>,
}

/// A clerk needs help at once; somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Alarm {
    /// Where, as people say it.
    pub place: String,
}

/// `POST /api/lease`: a kiosk asks for the numbers with which it can go on when the hub is away.
/// No body. Answered with all its leases of today and of the next opening day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Leases {
    /// The hub's clock, so that a kiosk whose clock is wrong knows.
    pub at: Millis,
    /// Numbers by day and service.
    pub leases: Vec<LeaseView>,
}

/// Numbers that one kiosk may give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct LeaseView {
    /// The business day, `2026-11-24`.
    pub day: String,
    /// Its first instant and the first instant after it.
    pub from: Millis,
    /// See `from`.
    pub until: Millis,
    /// The service's id.
    pub service: String,
    /// The spans of time in which the service is open that day.
    pub open: Vec<(Millis, Millis)>,
    /// Numbers not told of as issued, ascending, `A-980`.
    pub unused: Vec<String>,
}

/// `POST /api/tickets/leased`: a kiosk tells of a ticket that it issued while the hub was away.
/// Answered with [`TicketIssued`]. Told again (the same `ticket` and `number`, whatever the slip's state and
/// the key), it is answered with the ticket as it is now.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct LeasedTicket {
    /// The identity that the kiosk made (UUIDv7).
    pub ticket: String,
    /// The number on the paper.
    pub number: String,
    /// When, by the kiosk's clock.
    pub issued_at: Millis,
    /// What is known of the paper.
    pub slip: SlipState,
    /// What the citizen asked for. A `booking` that is unknown, used or cancelled is no reason to refuse:
    /// the paper is out, so the ticket is issued as one without a booking. Considerate priority likewise.
    pub wanted: IssueTicket,
    /// The idempotency key of a `POST /api/tickets` for the same press whose outcome the kiosk never learnt.
    ///
    /// In the same transaction the hub settles that key, as the hub itself: a ticket that was issued under
    /// it is on nobody's paper and is cancelled with the reason `mistake` unless it has ended already; and
    /// from now on the key is answered with this ticket, so that a request that still wanders through the
    /// network issues nothing. So one press has one living ticket, in whatever order the two arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replaces: Option<String>,
}

/// Which kind of device is enrolled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum DeviceKind {
    /// Issues tickets.
    Kiosk,
    /// Shows the hall's view.
    Board,
    /// Takes signatures at a counter.
    Tablet,
}

/// `POST /api/devices`: an administrator lets a device in. Answered with [`EnrolmentCode`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct AdmitDevice {
    /// Its name; a kiosk's is one of office.toml's.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// The id of the counter at which a tablet lies; a tablet needs one, other kinds have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<String>,
}

/// A one-time code, shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct EnrolmentCode {
    /// Eight characters in two groups, `7KQ2-M9XD`.
    pub code: String,
    /// Until when it can be used.
    pub until: Millis,
    /// SHA-256 of the office's certificate authority, to compare; absent on plain HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub authority: Option<String>,
}

/// `POST /api/devices/enrol`: a device shows its code. Answered with [`Enrolled`]; a browser also gets a cookie.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Enrol {
    /// The code.
    pub code: String,
}

/// A device is let in.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Enrolled {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// What it proves itself with from now on (`Authorization: Bearer`). Shown once.
    pub token: String,
}

/// `GET /api/devices`: those that are in, or have a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct DevicesView {
    /// The devices, by name.
    pub devices: Vec<DeviceView>,
    /// The names that a kiosk may have: office.toml's.
    pub kiosks: Vec<String>,
    /// The counters at which a tablet may lie.
    pub counters: Vec<CounterName>,
    /// IANA zone in which times are shown.
    pub zone: String,
}

/// A counter, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CounterName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// One line of [`DevicesView`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct DeviceView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// The id of the counter at which a tablet lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<String>,
    /// When it was let in; absent while its code was not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub enrolled_at: Option<Millis>,
    /// By whom.
    pub admitted_by: String,
}

/// `POST /api/accounts`: an administrator makes an account, or changes one; its sessions end then.
/// Answered with [`AccountView`].
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct PutAccount {
    /// What the person types to log in.
    pub account: String,
    /// Name to show.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its new password; absent: the one it has. A new account needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub password: Option<String>,
}

/// One line of `GET /api/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct AccountView {
    /// What the person types to log in.
    pub account: String,
    /// Name to show.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// One line of `GET /api/people`: what colleagues read where a deed names an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Colleague {
    /// The account.
    pub account: String,
    /// Name to show.
    pub name: String,
}

/// `POST /api/password`: a person's new password. Their other sessions end.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct ChangePassword {
    /// The one until now.
    pub old: String,
    /// The one from now on; at least eight characters.
    pub new: String,
}

/// One line of `GET /api/audit?before=<seq>`: newest first, at most 200. Managers and administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct AuditLine {
    /// Its place in the chain.
    pub seq: u64,
    /// When.
    pub at: Millis,
    /// Who: `clerk:suzuki`, `kiosk:kiosk-1`, `hub`.
    pub actor: String,
    /// From where: a device's name or an address.
    pub place: String,
    /// What: `login`, `called`, `case_opened`, …
    pub action: String,
    /// About what: a number, a counter, an account.
    pub subject: String,
}
