//! Kiosks as machines: how printer and card reader are, and the slips that staff have printed there.
//! Only staff sees this; nothing here tells who a person is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, command::TicketIssued};

/// `POST /api/kiosk`: what a kiosk tells of itself every two seconds, and at once when something changed.
/// A kiosk of which nothing is heard for ten seconds counts as silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct KioskReport {
    /// The printer.
    pub printer: PrinterNow,
    /// The card reader; absent where this kiosk has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reader: Option<ReaderNow>,
    /// Slips printed since the roll was changed, as far as the kiosk saw it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub slips_on_roll: Option<u32>,
    /// The ids of the last tickets, at most 16, whose citizens said at this kiosk that their slip came out although
    /// the printer did not say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub held: Vec<String>,
    /// What became of what staff had printed here; told again until the hub has answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PrintReport>>", optional)]
    pub prints: Vec<PrintReport>,
}

/// The answer to [`KioskReport`]: what staff want printed here. The same orders come again until the kiosk has
/// told of them; an order's id is good for one slip, ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct KioskOrders {
    /// The orders, oldest first.
    pub orders: Vec<PrintOrder>,
    /// The ids of those of the kiosk's [`PrintReport`]s that the hub could not write down just now; they are told again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub again: Vec<String>,
}

/// A slip that staff want printed, or shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PrintOrder {
    /// The order's id: the idempotency key under which the clerk asked.
    pub id: String,
    /// Draw it and send the picture; print nothing.
    pub preview: bool,
    /// This number may stand on an earlier paper: the slip carries 再発行.
    pub reissued: bool,
    /// The ticket, as the hall sees it.
    pub issued: TicketIssued,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct PrintReport {
    /// The order's id.
    pub id: String,
    /// The ticket's id.
    pub ticket: String,
    /// What became of it: never `waiting` or `expired`.
    pub state: PrintState,
    /// It is the office's copy of a slip, marked 控え, which the kiosk printed by itself; its id is the kiosk's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub copy: bool,
    /// Whether it carries 再発行, so that a hub that was started anew knows of which paper this tells; absent of pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reissued: Option<bool>,
    /// The slip as PNG, in base64, where a picture was asked for; at most 40,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<String>,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PrintState {
    /// The kiosk has not taken it yet.
    Waiting,
    /// The kiosk has it.
    Printing,
    /// The printer confirmed the slip.
    Printed,
    /// A print queue took it, and confirms nothing.
    Sent,
    /// The picture is there: `GET /api/prints/{id}/slip.png`.
    Drawn,
    /// It may or may not have come out; somebody has to look.
    Unknown,
    /// It certainly did not come out.
    Failed,
    /// The kiosk did not take it in ten minutes; nothing was printed.
    Expired,
}

/// `POST /api/tickets/{id}/print`: a clerk wants this ticket's slip from a kiosk's printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct OrderPrint {
    /// The kiosk's name.
    pub kiosk: String,
    /// A picture only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub preview: bool,
}

/// An order as staff sees it, and the answer to [`OrderPrint`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PrintView {
    /// Its id.
    pub id: String,
    /// The ticket's id.
    pub ticket: String,
    /// The ticket's number.
    pub number: String,
    /// Where.
    pub kiosk: String,
    /// A picture only.
    pub preview: bool,
    /// It carries 再発行.
    pub reissued: bool,
    /// It is the office's copy, marked 控え, which nobody ordered; only one that did not come out for certain is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub copy: bool,
    /// How far it is.
    pub state: PrintState,
    /// Since when it is so far.
    pub at: Millis,
}

/// A kiosk as staff sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct KioskNow {
    /// Its name.
    pub name: String,
    /// Whether it tells of itself.
    pub link: KioskLink,
    /// The printer, as told last; absent before the first word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub printer: Option<PrinterNow>,
    /// The card reader, as told last; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reader: Option<ReaderNow>,
    /// Slips printed since the roll was changed, where the kiosk knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub slips_on_roll: Option<u32>,
    /// The ids of the last tickets whose citizens said that their slip came out, where the printer did not say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub held: Vec<String>,
}

/// Whether a kiosk tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum KioskLink {
    /// It does.
    Here,
    /// It did, and does not any more.
    Silent,
    /// The office names it, and nothing was heard of it since the hub started.
    Never,
    /// It was put out: the hub hears nothing of it until it is let in again.
    Out,
}

/// How a printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PrinterNow {
    /// It prints.
    Ready,
    /// It prints; the roll is nearly at its end.
    NearEnd,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    CutterError,
    /// The head is too hot and will cool down by itself.
    Overheated,
    /// Another error that needs a person.
    Error,
    /// It does not answer.
    Offline,
    /// Nothing is known of it: it takes slips and tells nothing of itself (a print queue), or has not said a word yet.
    Unknown,
}

/// How a card reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ReaderNow {
    /// It is there.
    Ready,
    /// There is none, or it does not answer.
    Absent,
}
