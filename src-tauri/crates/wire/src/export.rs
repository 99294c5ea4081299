//! Handing finished forms to core systems (基幹系): a screen to copy from, rows for a robot, codes for a scanner, a day's file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Text, case::Provenance};

/// One line of `GET /api/exports`: where forms can be handed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportTarget {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The procedures whose forms go there, by id.
    pub procedures: Vec<String>,
    /// It shows how such a file is written; the office's core system decides what it has to be.
    pub example: bool,
    /// The ways in which it takes forms; the screen is always one.
    pub ways: Vec<ExportWay>,
}

/// A way to a core system, after 申請管理システム標準仕様書: 画面からの転記, RPA等, 入力画面の取込機能, 一括取込.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ExportWay {
    /// A screen whose values are copied one after another.
    Screen,
    /// A file with a row for each form of the case, in the folder that a robot watches.
    Csv,
    /// Codes on the screen, which a scanner types into the other system.
    Codes,
    /// One file with the finished cases of the day.
    Batch,
}

/// `GET /api/tickets/{id}/exports/{target}`: the values in the target's order. Opening it is written down.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportSheet {
    /// The forms that go there, in the order of the case.
    pub forms: Vec<ExportForm>,
}

/// One form for another system.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportForm {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// The values, grouped as the target's screen is.
    pub groups: Vec<ExportGroup>,
    /// What somebody has to see to.
    pub faults: Vec<ExportFault>,
}

/// A part of the target's screen.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportGroup {
    /// What it is called there; absent where the target has no parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    /// Its values in order.
    pub cells: Vec<ExportCell>,
}

/// One value. Not `Debug`: it is a person's data.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportCell {
    /// What the target calls it; each once.
    pub header: String,
    /// As the target takes it; empty where there is none.
    pub value: String,
    /// Where an answer comes from; absent for constants and what the case brings along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub provenance: Option<Provenance>,
}

/// Something about a value that somebody has to see to.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportFault {
    /// What the target calls the value, or the form's label where a question is open.
    pub header: String,
    /// What.
    pub kind: ExportFaultKind,
    /// The characters that are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ExportCharacter>>", optional)]
    pub characters: Vec<ExportCharacter>,
    /// How long it is, in characters, where it is too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub chars: Option<u32>,
    /// How long the target takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub chars_max: Option<u32>,
}

/// What is the matter with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ExportFaultKind {
    /// It is longer than the target takes. It stands whole.
    TooLong,
    /// Characters without a form of the wanted width. They stand as they are.
    NoForm,
    /// Characters without a code in the target's encoding. Nothing was written.
    NotEncodable,
    /// Keys inside a value that would leave its field. Nothing is typed.
    Keys,
    /// More codes are needed than anybody scans. Nothing is typed.
    TooManyCodes,
    /// The form needs an answer that nobody gave yet.
    Unanswered,
    /// The form has answers that only another counter reads; it hands them on.
    OtherCounter,
}

/// A character as the form has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportCharacter {
    /// With its variation selector, if it has one.
    pub character: String,
    /// `U+82A6 U+E0100`.
    pub code_points: String,
}

/// `POST /api/tickets/{id}/exports/{target}/csv` and `…/codes`: hands a case over.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct HandOver {
    /// What the clerk has chosen instead of characters that the target has no code for; at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Substitute>>", optional)]
    pub substitutes: Vec<Substitute>,
}

/// A character and what stands in its place for this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Substitute {
    /// The character, with its variation selector.
    pub character: String,
    /// Up to eight characters; 〓 where there is nothing better.
    pub by: String,
}

/// What became of a case for a robot.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct HandedOver {
    /// The file's name; absent where a character has no code and none was chosen for it. Then there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file: Option<String>,
    /// Rows without the names of columns.
    pub rows: u32,
    /// What somebody has to see to.
    pub faults: Vec<ExportFault>,
    /// What was written instead of characters, with the values in which they stood.
    pub substituted: Vec<Substituted>,
    /// Values that got an apostrophe in front, because a spreadsheet would take them for a formula.
    pub neutralised: Vec<String>,
}

/// A character that was replaced, as a clerk had chosen.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Substituted {
    /// What the target calls the value.
    pub header: String,
    /// The character.
    pub character: ExportCharacter,
    /// What stands in its place.
    pub by: String,
}

/// What a scanner types. Each form by itself.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportCodes {
    /// The forms that go there, in the order of the case.
    pub forms: Vec<CodesOfForm>,
}

/// The codes of one form.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CodesOfForm {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// The codes in the order in which they are scanned; none where a fault forbids it.
    pub symbols: Vec<ExportSymbol>,
    /// What somebody has to see to.
    pub faults: Vec<ExportFault>,
    /// What is typed instead of characters.
    pub substituted: Vec<Substituted>,
}

/// One QR code (JIS X 0510).
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportSymbol {
    /// Its rows of `0` and `1`, without the quiet zone.
    pub rows: Vec<String>,
    /// The first value of which something is in it.
    pub first: String,
    /// The last one.
    pub last: String,
}

/// `POST /api/exports/{target}/batch`: the finished cases of today in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct ExportBatch {
    /// Its format.
    pub format: BatchFormat,
    /// Cases that the target has as they are go into the file once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub again: bool,
}

/// The format of a day's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum BatchFormat {
    /// A row for each form.
    Csv,
    /// An application for each form, after the application model of the GIF.
    Json,
}

/// What became of a day's file.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ExportedBatch {
    /// The file's name; absent where nothing was to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file: Option<String>,
    /// The business day.
    pub day: String,
    /// Forms in it.
    pub rows: u32,
    /// Cases that were left out, to be handed over by themselves.
    pub left_out: Vec<LeftOut>,
    /// Cases of today whose visit has not ended yet.
    pub waiting: u32,
    /// Cases of today that are not in it, because the target has them as they are.
    pub before: u32,
    /// Numbers of cases in it that the target was handed before and that were changed since: what it has of them is to be replaced.
    pub changed: Vec<String>,
}

/// A case that is not in a day's file.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct LeftOut {
    /// The number on its slip.
    pub number: String,
    /// Why.
    pub faults: Vec<ExportFault>,
}
