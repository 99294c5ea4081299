//! Hand-off to a core system: the values of a form in the order, the shape and the characters of another system.
//!
//! A [`Layout`] is what the office wrote down about that system: its columns, and where each takes its value from.
//! [`Layout::fill`] makes a [`Record`] of an application; [`csv`] and [`wedge`] make a file and key presses of it.
//! Nothing is cut, folded or replaced in silence: what does not fit is a [`Fault`] beside the value.

pub mod csv;
mod encoding;
mod format;
mod layout;
pub mod wedge;

pub use encoding::{Encoding, SUBSTITUTE_CHARS_MAX, SUBSTITUTES_MAX, Substitutes, code_points};
pub use format::{Fill, Format};
pub use layout::{
    COLUMNS_MAX, CONSTANT_CHARS_MAX, Column, Defect, DefectKind, Definition, HEADER_CHARS_MAX,
    Layout, Place, Source,
};

use chrono::NaiveDate;
use zeroize::Zeroizing;

use crate::{Application, Provenance, characters};

/// What a case brings along besides its answers.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// The number on the slip: `A-012`.
    pub ticket: &'a str,
    /// The identity of the case, by which the other system knows that it has seen it already.
    pub case: &'a str,
    /// The office's name.
    pub office: &'a str,
    /// The day of the application, in the office's zone.
    pub filed_on: NaiveDate,
    /// When it was finished, as ISO 8601 with the zone's distance.
    pub finished_at: &'a str,
}

/// What a column takes that is not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circumstance {
    /// The number on the slip.
    Ticket,
    /// The identity of the case.
    Case,
    /// The office's name.
    Office,
    /// The day of the application.
    FiledOn,
    /// When it was finished.
    FinishedAt,
    /// The procedure's id.
    Procedure,
    /// The procedure's name.
    ProcedureName,
}

/// One form as one row of a layout: a person's data, so neither `Debug` nor `Clone`, and overwritten when it is dropped.
///
/// ```compile_fail
/// fn print(record: &forms::export::Record) { println!("{record:?}"); }
/// ```
/// ```compile_fail
/// fn copy(record: &forms::export::Record) -> forms::export::Record { record.clone() }
/// ```
pub struct Record {
    cells: Vec<Cell>,
    faults: Vec<Fault>,
}

/// The value of one column.
pub struct Cell {
    value: Zeroizing<String>,
    provenance: Option<Provenance>,
}

impl Cell {
    /// The value as the target takes it; empty where there is none.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where an answer comes from; absent for constants, circumstances and what nobody answered.
    #[must_use]
    pub fn provenance(&self) -> Option<Provenance> {
        self.provenance
    }
}

/// Something about the value of a column that somebody has to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column, counted from 0.
    pub column: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is the matter with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// It is longer than the target takes. It stands whole.
    TooLong {
        /// As people count characters.
        chars: usize,
        /// The target's limit.
        chars_max: u32,
    },
    /// These characters have no form of the wanted width: ヰ as half-width kana. They stand as they are.
    NoForm(Vec<String>),
    /// The encoding has no code for these characters, each as it is written, with its selector.
    NotEncodable(Vec<String>),
    /// Keys that would leave the field: a tabulator or a line's end inside a value.
    Keys,
}

/// A character that a person replaced, because the target has no code for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substituted {
    /// The column, counted from 0.
    pub column: usize,
    /// The character as the form has it.
    pub character: String,
    /// What stands there instead.
    pub by: String,
}

impl Record {
    /// The values in the target's order.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The bare values in the target's order.
    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        self.cells.iter().map(Cell::value).collect()
    }

    /// What somebody has to see to.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Replaces what `encoding` has no code for by what a person has chosen for it, and notes as faults what nobody has
    /// chosen anything for. Characters that can be encoded are never touched.
    pub fn spell(&mut self, encoding: Encoding, substitutes: &Substitutes) -> Vec<Substituted> {
        let mut substituted = Vec::new();
        for (column, cell) in self.cells.iter_mut().enumerate() {
            let missing = encoding.missing(&cell.value);
            if missing.is_empty() {
                continue;
            }
            let mut left = Vec::new();
            for character in missing {
                match substitutes.of(&character) {
                    Some(by) if encoding.missing(by).is_empty() => {
                        substituted.push(Substituted {
                            column,
                            by: by.to_owned(),
                            character,
                        });
                    }
                    Some(_) | None => left.push(character),
                }
            }
            let mine = substituted.iter().filter(|it| it.column == column);
            let chosen: Vec<&Substituted> = mine.collect();
            if !chosen.is_empty() {
                let value = encoding::written(&cell.value).map(|it| {
                    let by = chosen.iter().find(|chosen| chosen.character == it);
                    by.map_or(it, |chosen| chosen.by.as_str())
                });
                cell.value = Zeroizing::new(value.collect());
            }
            if !left.is_empty() {
                let kind = FaultKind::NotEncodable(left);
                self.faults.push(Fault { column, kind });
            }
        }
        substituted
    }

    fn new(layout: &Layout, cells: Vec<Cell>, mut faults: Vec<Fault>) -> Record {
        for (column, cell) in cells.iter().enumerate() {
            let chars = characters::count(&cell.value);
            let limit = layout.columns().get(column).and_then(|it| it.chars_max);
            if let Some(chars_max) = limit.filter(|it| chars > *it as usize) {
                let kind = FaultKind::TooLong { chars, chars_max };
                faults.push(Fault { column, kind });
            }
        }
        Record { cells, faults }
    }
}

impl Layout {
    /// One form of a case as one row. Columns of fields that the form does not have stay empty.
    #[must_use]
    pub fn fill(&self, application: &Application, about: &Circumstances<'_>) -> Record {
        let answers: Vec<crate::Answered<'_>> = application.answers().collect();
        let procedure = application.procedure();
        let mut faults = Vec::new();
        let mut cells = Vec::new();
        for (index, column) in self.columns().iter().enumerate() {
            let answered = match &column.source {
                Source::Fields(fields) => {
                    let of_field = |id: &String| answers.iter().find(|it| it.field.id == *id);
                    let found: Vec<_> = fields.iter().filter_map(of_field).collect();
                    let filled = found.iter().find(|it| !it.value.is_empty());
                    filled.or(found.first()).copied()
                }
                Source::Meaning(meaning) => answers
                    .iter()
                    .find(|it| it.says(meaning) && !it.value.is_empty()),
                Source::Constant(_) | Source::Circumstance(_) => None,
            };
            let (value, no_form) = match (&column.source, answered) {
                (_, Some(it)) => column.formatted(it.field, it.value),
                (Source::Constant(constant), None) => (constant.clone(), Vec::new()),
                (Source::Circumstance(Circumstance::FiledOn), None) => {
                    (column.day(about.filed_on), Vec::new())
                }
                (Source::Circumstance(circumstance), None) => {
                    (circumstance.value(procedure, about), Vec::new())
                }
                (Source::Fields(_) | Source::Meaning(_), None) => Default::default(),
            };
            if !no_form.is_empty() {
                let kind = FaultKind::NoForm(no_form);
                faults.push(Fault {
                    column: index,
                    kind,
                });
            }
            cells.push(Cell {
                value: Zeroizing::new(column.filled(value)),
                provenance: answered.map(|it| it.provenance),
            });
        }
        Record::new(self, cells, faults)
    }
}

impl Circumstance {
    fn value(self, procedure: &crate::Procedure, about: &Circumstances<'_>) -> String {
        let value = match self {
            Circumstance::Ticket => about.ticket,
            Circumstance::Case => about.case,
            Circumstance::Office => about.office,
            Circumstance::FinishedAt => about.finished_at,
            Circumstance::Procedure => procedure.id(),
            Circumstance::ProcedureName => crate::text_in(procedure.name(), "ja"),
            Circumstance::FiledOn => return about.filed_on.to_string(),
        };
        value.to_owned()
    }
}
