//! Bodies of the hub's HTTP commands and their answers. Every command that changes something
//! carries the header `Idempotency-Key: <uuid>`; the same key gets the same answer again.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Millis, Text,
    office::{SlipState, TicketView},
};

/// `POST /api/login`.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct Login {
    /// The account's name.
    pub account: String,
    /// Its password.
    pub password: String,
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct IssueTicket {
    /// The service's id.
    pub service: String,
    /// Language the citizen chose.
    pub language: String,
    /// The booking's number, for a booked citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub booking: Option<String>,
    /// The finished application, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub case: Option<CaseDraft>,
}

/// A finished application on its way from the kiosk to the hub.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct CaseDraft {
    /// The procedure's id.
    pub procedure: String,
    /// The answers, in the order of the form.
    pub answers: Vec<Answer>,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Provenance {
    /// Read from the card and left as it was.
    Card,
    /// Read from the card and changed by the citizen.
    CardEdited,
    /// Typed or chosen by the citizen.
    Typed,
    /// Set by the procedure's definition.
    Default,
    /// Written by a clerk.
    Clerk,
}

/// One answer of a case. Not `Debug`: it is a person's data.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Answer {
    /// The field's id.
    pub field: String,
    /// The value as the form keeps it: text as typed, ISO date, option id (several: joined by `,`), number in ASCII digits.
    pub value: String,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// The answer to `POST /api/tickets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct TicketIssued {
    /// The ticket.
    pub ticket: TicketView,
    /// People of the same service who would be called before.
    pub ahead: u32,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct SlipReport {
    /// The state.
    pub slip: SlipState,
}

/// `POST /api/help` and `POST /api/help/answered`: a kiosk asks for staff; a clerk has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Help {
    /// The kiosk's name.
    pub kiosk: String,
}

/// `POST /api/counters/{id}/open|close|next|undo` and `POST /api/tickets/{id}/call|recall|start|finish|no-show|restore|cancel`
/// answer with the ticket it was about, if any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct Done {
    /// The ticket as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<TicketView>,
}

/// Body of the commands on a ticket that a counter gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct AtCounter {
    /// The counter's id.
    pub counter: String,
}

/// `GET /api/tickets/{id}/case`: the finished application for the clerk.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct CaseView {
    /// The procedure's name.
    pub procedure: Text,
    /// When the kiosk finished it.
    pub finished_at: Millis,
    /// The rows in the order of the form.
    pub rows: Vec<CaseRow>,
    /// Documents that the citizen should have brought.
    pub documents: Vec<Text>,
    /// The fee as shown, with 「未確認」 where the city has not confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fee: Option<String>,
    /// Notes for the clerk (窓口メモ).
    pub notes: Vec<String>,
}

/// One line of a case.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct CaseRow {
    /// The field's id.
    pub field: String,
    /// The field's label.
    pub label: Text,
    /// The value in words, as people write it: 昭和55年2月17日, 世帯全員.
    pub value: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Characters a clerk should look at (not in JIS X 0213, private use).
    pub doubtful: Vec<String>,
}
