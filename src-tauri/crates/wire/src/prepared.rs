//! Visits that are prepared before anybody stands in the hall: booked おくやみ visits, and moves that 引越しOSS announced.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /api/prepared/days/{day}` | – | [`PreparedDay`]; `{day}` is `2026-11-25`, or `next` for the next opening day |
//! | `POST /api/prepared` | [`Prepare`] | [`PreparedCase`]: the visit of a booking, begun where nobody had |
//! | `GET /api/prepared/{id}` | – | [`PreparedCase`] |
//! | `POST /api/prepared/{id}` | [`crate::case::ChangeCase`] | [`PreparedCase`]; refused as a change of a ticket's case is |
//! | `POST /api/prepared/{id}/attach` | [`Attach`] | [`PreparedView`]; the case is the ticket's from then on |
//! | `POST /api/prepared/{id}/detach` | [`Detach`], or nothing | [`PreparedView`]; undoes an attachment |
//! | `GET /api/prepared/{id}/paper.pdf` | – | the plan and all forms of one visit |
//! | `GET /api/prepared/{id}/paper/{page}` | – | one page of it as a picture, `1.png`; the header `x-pages` tells how many there are |
//! | `GET /api/prepared/days/{day}/paper.pdf` | – | the same of a whole day in one file, at most [`PRINTED_VISITS_MAX`] visits; `?of={id},{id}` says which; the header `x-visits` tells how many are in it |
//! | `POST /api/prepared/import?dry_run` | the file itself, `text/csv` | [`ImportReport`]; nothing is changed |
//! | `POST /api/prepared/import` | the file itself, `text/csv` | [`ImportReport`] |
//! | `POST /api/prepared/import/undo` | the same file | [`ImportUndone`]; what it made and nobody has touched is erased |
//! | `POST /api/prepared/{id}/erase` | – | [`PreparedView`]: what was prepared is erased; refused where it is a ticket's |
//! | `POST /api/tickets/{id}/case/start` | – | [`crate::case::CaseView`]: an empty case on a ticket that has none |
//!
//! Whoever serves may ask; each reading is in the audit trail. When a booking is checked in, its prepared case becomes the ticket's
//! by itself: the ticket then has a case like any other, and [`PreparedView::ticket`] names it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Millis, Text,
    case::{CaseView, PreparedBy},
    office::Freshness,
};

/// Most visits of one printed file.
pub const PRINTED_VISITS_MAX: usize = 30;
/// Most visits that a day's list shows.
pub const LISTED_VISITS_MAX: usize = 600;
/// The largest file that is imported.
pub const IMPORT_BYTES_MAX: usize = 1024 * 1024;
/// Most rows of an imported file, its header aside.
pub const IMPORT_ROWS_MAX: usize = 500;
/// Most columns of an imported file.
pub const IMPORT_COLUMNS_MAX: usize = 200;
/// Most rows that a report names one by one; its counts tell of all.
pub const IMPORT_LINES_MAX: usize = 200;

/// `GET /api/prepared/days/{day}`: what is to be prepared for a day.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PreparedDay {
    /// The day, `2026-11-25`.
    pub day: String,
    /// The business day of today.
    pub today: String,
    /// The next opening day after today.
    pub next: String,
    /// Bookings that can be prepared, by slot; then announced moves, by name. At most [`LISTED_VISITS_MAX`].
    pub visits: Vec<PreparedView>,
    /// How many more there are.
    pub left_off: u32,
    /// Whether lists of announced moves can be imported here (`kiosk-config/imports/hikkoshi.toml`).
    pub imports: bool,
    /// How fresh the bookings are; absent where the office has no reservation service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bookings_as_of: Option<Freshness>,
}

/// One visit that is or can be prepared.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PreparedView {
    /// The prepared visit; absent while nobody has begun: `POST /api/prepared` begins it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<String>,
    /// From where it is known that somebody will come.
    pub origin: PreparedOrigin,
    /// The day for which it is planned, `2026-11-25`.
    pub day: String,
    /// The service whose number will be called.
    pub service: String,
    /// The life event's id: `bereavement`.
    pub life_event: String,
    /// The life event's name.
    pub name: Text,
    /// How it stands.
    pub state: PreparedState,
    /// How far the departments are.
    pub progress: PreparedProgress,
    /// Whether a clerk has changed it: an import leaves it alone then.
    pub touched: bool,
    /// Who worked on it last; absent where nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub worked: Option<PreparedBy>,
    /// The ticket that it belongs to, or that the booking was checked in as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ticket: Option<String>,
    /// What stands on that ticket's slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub number: Option<String>,
}

/// From where it is known that somebody will come.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PreparedOrigin {
    /// The reservation service.
    Booking {
        /// The number the citizen was given.
        number: String,
        /// What the reservation service calls it.
        summary: String,
        /// Slot start.
        start: Millis,
        /// Slot end.
        end: Millis,
    },
    /// A list of announced moves (引越しOSS 来庁予定).
    Announced {
        /// The application's number there.
        application: String,
        /// Who announced it, as far as the form has a name.
        person: String,
    },
}

/// How a prepared visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PreparedState {
    /// 未着手: nobody has begun.
    NotBegun,
    /// 準備中: it is open to the departments, and not all lines are prepared.
    Open,
    /// 準備済: every line that is to be done here is prepared or settled.
    Ready,
    /// 来庁済: it belongs to a ticket, and is read and changed there.
    Attached,
    /// 取消: the booking was cancelled. What was prepared stays to be read until it is erased.
    Cancelled,
    /// It was erased, or its key is gone.
    Gone,
}

/// How far the departments are with the lines that are to be done here and are not 不要.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PreparedProgress {
    /// Lines that are prepared (準備済), 済 or 後日.
    pub prepared: u32,
    /// Lines in all.
    pub lines: u32,
}

/// `POST /api/prepared`: opens the prepared visit of a booking, and begins it where nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Prepare {
    /// The day of the booking, `2026-11-25`.
    pub day: String,
    /// Its number.
    pub booking: String,
}

/// A prepared visit with its case, for whoever prepares it. Where it belongs to a ticket already, the case is that ticket's and can
/// only be read here.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PreparedCase {
    /// The visit.
    pub visit: PreparedView,
    /// What is in it.
    pub case: CaseView,
}

/// `POST /api/prepared/{id}/attach`: the case becomes the ticket's. Where the ticket has a case of its own, both become one: what the
/// ticket's case answers counts, what it replaces stands in the history.
///
/// Refused with `prepared_attached` where it belongs to another ticket, and with `ticket_prepared` where the ticket has another visit;
/// the same ticket again is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Attach {
    /// The ticket's id; a ticket of today that is in force.
    pub ticket: String,
}

/// `POST /api/prepared/{id}/detach`: undoes an attachment. The visit has what was handed over, the ticket what its citizen brought; a
/// ticket that brought nothing has no case then, and what was written at the counter goes with the visit. No signature stands after it.
///
/// Refused with `case_changed` where something would be lost by that: see `drop_changes`. Nothing sent is `{}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Detach {
    /// Also where clerks have changed what visit and ticket had become: nobody can tell whose that is, and it goes.
    #[serde(default)]
    pub drop_changes: bool,
}

/// `POST /api/prepared/import`: what an imported list led to, or would lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ImportReport {
    /// Nothing was changed: this is what would be.
    pub dry_run: bool,
    /// Why the whole file was refused; then nothing of it was taken and the counts are 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file: Option<ImportPlace>,
    /// Rows with something in them, the header aside.
    pub rows: u32,
    /// Visits that were not there before.
    pub new: u32,
    /// Visits that say something else now; no clerk had touched them.
    pub updated: u32,
    /// Visits that are as the file says.
    pub unchanged: u32,
    /// Visits that differ from the file and were left alone, because a clerk has touched them or they belong to a ticket.
    pub left_alone: u32,
    /// Rows that were not taken.
    pub refused: u32,
    /// The rows left alone and the rows refused, at most [`IMPORT_LINES_MAX`], in the order of the file.
    pub lines: Vec<ImportPlace>,
    /// How many visits the file has for each day, by day.
    pub days: Vec<ImportDay>,
}

/// `POST /api/prepared/import/undo`: what became of the visits that a list had made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ImportUndone {
    /// Visits that are erased.
    pub erased: u32,
    /// Visits that were left alone: a clerk has touched them, they belong to a ticket, or another list has changed them since.
    pub left_alone: u32,
    /// Rows of which there is no visit.
    pub absent: u32,
}

/// One place of an imported file, and what is the matter with it. Never what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ImportPlace {
    /// The row, as a spreadsheet counts them: the header is row 1. Absent where it is the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub row: Option<u32>,
    /// The column, as a spreadsheet names them: `A`, `AB`. Absent where it is the whole row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub column: Option<String>,
    /// Its header, where the office's configuration names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub header: Option<String>,
    /// What is the matter.
    pub why: ImportWhy,
    /// For `answer_refused`: why the form does not take the value, as the code of its sentence (`refusal.<code>`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub refusal: Option<String>,
}

/// What can be the matter with an imported list. Pages have a sentence for each (`console.prepare_why.<code>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ImportWhy {
    /// File: nothing is in it but perhaps a header.
    Empty,
    /// File: it has more than [`IMPORT_ROWS_MAX`] rows.
    TooManyRows,
    /// File: a row has more than [`IMPORT_COLUMNS_MAX`] columns.
    TooManyColumns,
    /// File: it is not in the encoding that the configuration names.
    Encoding,
    /// File: a quoted cell is not closed, or something stands after its closing quote.
    Quotes,
    /// File: a column that the configuration names is not there.
    ColumnMissing,
    /// File: two columns have the header of one that is read.
    ColumnTwice,
    /// File: a column is named or looks like an individual number (個人番号). Nothing of such a file is taken.
    IndividualNumber,
    /// Row: it has fewer or more cells than the header.
    Cells,
    /// Row: the application's number is missing.
    NoApplication,
    /// Row: the application's number stood in an earlier row.
    ApplicationTwice,
    /// Row: the application's number is longer than any is, or has characters that none has.
    ApplicationOdd,
    /// Row: the planned day is missing, or is no date of the configured format.
    NoDay,
    /// Row: the planned day is over.
    DayOver,
    /// Row: the planned day is further ahead than anybody plans.
    DayFar,
    /// Row: a value is not of the configured format.
    Format,
    /// Row: a word for which the configuration has no option.
    Word,
    /// Row: the form does not take the value.
    AnswerRefused,
    /// Left alone: a clerk has touched the visit, and the row says something else.
    Touched,
    /// Left alone but for its day: a clerk has touched the visit, and the row has another day for it. It stands there now.
    TouchedMoved,
    /// Left alone: the visit belongs to a ticket.
    Attached,
    /// Left alone: the visit was erased.
    Gone,
}

/// How many visits an imported list has for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ImportDay {
    /// `2026-11-25`.
    pub day: String,
    /// Visits, new or not.
    pub visits: u32,
}
