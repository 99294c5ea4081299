#![doc = include_str!("../README.md")]

pub mod case;
pub mod checklist;
pub mod code;
pub mod command;
pub mod export;
pub mod health;
pub mod kiosk;
pub mod machine;
pub mod measure;
pub mod office;
pub mod prefill;
pub mod prepared;
pub mod sign;

pub use code::{Code, Problem};

use std::{collections::BTreeMap, path::Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Writes the whole contract as TypeScript to `<dir>/wire.ts`.
///
/// # Errors
/// When the folder cannot be written.
pub fn export_typescript(dir: &Path) -> Result<(), ts_rs::ExportError> {
    // Milliseconds and sequence numbers stay below 2^53, so pages read them as plain numbers.
    let config = ts_rs::Config::new()
        .with_large_int("number")
        .with_out_dir(dir);
    Problem::export_all(&config)?;
    Words::export_all(&config)?;
    office::Live::export_all(&config)?;
    office::VisitView::export_all(&config)?;
    command::Login::export_all(&config)?;
    command::Me::export_all(&config)?;
    command::IssueTicket::export_all(&config)?;
    command::TicketIssued::export_all(&config)?;
    command::SlipReport::export_all(&config)?;
    command::Help::export_all(&config)?;
    command::Done::export_all(&config)?;
    command::AtCounter::export_all(&config)?;
    command::NextOf::export_all(&config)?;
    command::Assign::export_all(&config)?;
    command::Hold::export_all(&config)?;
    command::Restore::export_all(&config)?;
    command::Transfer::export_all(&config)?;
    command::Plan::export_all(&config)?;
    command::Prioritise::export_all(&config)?;
    command::Cancel::export_all(&config)?;
    command::DeclareStaff::export_all(&config)?;
    command::Announce::export_all(&config)?;
    command::Alarm::export_all(&config)?;
    command::Leases::export_all(&config)?;
    command::LeasedTicket::export_all(&config)?;
    command::AdmitDevice::export_all(&config)?;
    command::EnrolmentCode::export_all(&config)?;
    command::Enrol::export_all(&config)?;
    command::Enrolled::export_all(&config)?;
    command::DevicesView::export_all(&config)?;
    command::PutAccount::export_all(&config)?;
    command::AccountView::export_all(&config)?;
    command::Colleague::export_all(&config)?;
    command::ChangePassword::export_all(&config)?;
    command::AuditLine::export_all(&config)?;
    case::CaseView::export_all(&config)?;
    case::ChangeCase::export_all(&config)?;
    case::SupplyForms::export_all(&config)?;
    case::CaseOfCode::export_all(&config)?;
    prepared::PreparedDay::export_all(&config)?;
    prepared::Prepare::export_all(&config)?;
    prepared::PreparedCase::export_all(&config)?;
    prepared::Attach::export_all(&config)?;
    prepared::Detach::export_all(&config)?;
    prepared::ImportReport::export_all(&config)?;
    prepared::ImportUndone::export_all(&config)?;
    sign::AskSignature::export_all(&config)?;
    sign::SignRequest::export_all(&config)?;
    sign::TabletView::export_all(&config)?;
    sign::Signature::export_all(&config)?;
    prefill::ReadPrefill::export_all(&config)?;
    prefill::Prefilled::export_all(&config)?;
    prefill::PhonePage::export_all(&config)?;
    export::ExportTarget::export_all(&config)?;
    export::ExportSheet::export_all(&config)?;
    export::HandOver::export_all(&config)?;
    export::HandedOver::export_all(&config)?;
    export::ExportCodes::export_all(&config)?;
    export::ExportBatch::export_all(&config)?;
    export::ExportedBatch::export_all(&config)?;
    machine::KioskReport::export_all(&config)?;
    machine::KioskOrders::export_all(&config)?;
    machine::OrderPrint::export_all(&config)?;
    machine::PrintView::export_all(&config)?;
    health::Health::export_all(&config)?;
    measure::DashboardView::export_all(&config)?;
    kiosk::KioskInput::export_all(&config)?;
    kiosk::KioskView::export_all(&config)
}

/// A text in several languages: BCP 47 tag → text. `ja` is always there.
pub type Text = BTreeMap<String, String>;

/// An instant as milliseconds since 1970-01-01T00:00:00Z; pages show it in the office's zone.
pub type Millis = i64;

/// One language a person may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Language {
    /// BCP 47 tag: `ja`, `en` …
    pub tag: String,
    /// The language's own name for itself: 日本語, English …
    pub name: String,
}

/// Every text a page may show in one language: dotted key → text, with `{name}` places to fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Words {
    /// The language of these words.
    pub language: Language,
    /// Key → text.
    pub words: BTreeMap<String, String>,
}
