//! Rows as RFC 4180 writes them: every value in quotes, lines that end with CRLF, the last one too.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{Encoding, Layout, Record};

/// How the files of a target are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Csv {
    /// Its characters.
    pub encoding: Encoding,
    /// What happens to values that a spreadsheet would take for a formula.
    pub formulas: Formulas,
    /// Whether the first row names the columns.
    pub header: bool,
}

impl Default for Csv {
    /// UTF-8 that spreadsheets know, with names of columns and without formulas.
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf8Bom,
            formulas: Formulas::Apostrophe,
            header: true,
        }
    }
}

/// What happens to values that begin like a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formulas {
    /// One apostrophe goes before them, and before values that begin with an apostrophe of their own: whoever takes
    /// exactly one apostrophe away from the front of a value has what was answered ([`restored`]).
    Apostrophe,
    /// They stand in their quotes as they are, for a reader that is no spreadsheet.
    Keep,
}

/// A spreadsheet takes a cell for a formula that begins with one of these, some also with their full-width forms.
fn is_formula(value: &str) -> bool {
    value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A value as a cell holds it.
#[must_use]
pub fn neutral(value: &str, formulas: Formulas) -> Cow<'_, str> {
    match formulas {
        Formulas::Apostrophe if is_formula(value) || value.starts_with('\'') => {
            Cow::Owned(format!("'{value}"))
        }
        Formulas::Apostrophe | Formulas::Keep => Cow::Borrowed(value),
    }
}

/// What [`Formulas::Apostrophe`] made a cell of, as a robot reads it.
#[must_use]
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// The columns whose values got an apostrophe, counted from 0.
#[must_use]
pub fn neutralised(record: &Record, formulas: Formulas) -> Vec<usize> {
    let cells = record.cells().iter().enumerate();
    let changed = cells.filter(|(_, cell)| neutral(cell.value(), formulas) != cell.value());
    changed.map(|(column, _)| column).collect()
}

/// The text of a whole file; [`Encoding::encode`] makes its bytes.
#[must_use]
pub fn text<'a>(
    layout: &Layout,
    records: impl IntoIterator<Item = &'a Record>,
    csv: &Csv,
) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    if csv.header {
        let headers = layout.columns().iter().map(|it| it.header.as_str());
        row(headers, csv.formulas, &mut text);
    }
    for record in records {
        let values = record.cells().iter().map(super::Cell::value);
        row(values, csv.formulas, &mut text);
    }
    text
}

/// Writes one row.
pub fn row<'a>(values: impl IntoIterator<Item = &'a str>, formulas: Formulas, text: &mut String) {
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push('"');
        for character in neutral(value, formulas).chars() {
            if character == '"' {
                text.push('"');
            }
            text.push(character);
        }
        text.push('"');
    }
    text.push_str("\r\n");
}
