//! A list of announced moves (引越しOSS 来庁予定), read row by row. What stands in it goes into cases and nowhere else: not into a report,
//! not into a log.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{NaiveDate, TimeDelta};
use forms::{Application, Field, Kind};
use office::{ListColumn, MoveList, Office, is_individual_number_header};
use queue::BusinessDay;
use sha2::{Digest as _, Sha256};
use wire::{
    case::{Answer, Provenance},
    prepared::{IMPORT_LINES_MAX, ImportPlace, ImportReport, ImportWhy},
};
use zeroize::Zeroizing;

use crate::{
    case::{self, Announced},
    owner::Row,
    prepared::{
        csv::{self, Record},
        number,
    },
    problem::Refused,
};

/// Nobody plans further ahead; a day beyond is a slip of the pen.
const AHEAD_DAYS_MAX: i64 = 180;
/// Longer than any application's number.
const APPLICATION_CHARS_MAX: usize = 64;
/// So many numbers of applications with right check digits are no accident.
const ACCIDENTS_MAX: usize = 2;

/// What a file has: the rows that can be taken, and what is the matter with the others.
pub(crate) struct ReadList {
    /// Rows that can be taken.
    pub(crate) rows: Vec<Row>,
    /// What is known before they are compared with what is there.
    pub(crate) report: ImportReport,
}

/// Reads a file; what is wrong with it stands in the report.
///
/// # Errors
/// Only the hub's own trouble.
pub(crate) fn read_list(
    office: &Office,
    moves: &MoveList,
    bytes: &[u8],
    today: BusinessDay,
    dry_run: bool,
) -> Result<ReadList, Refused> {
    let mut report = ImportReport {
        dry_run,
        file: None,
        rows: 0,
        new: 0,
        updated: 0,
        unchanged: 0,
        left_alone: 0,
        refused: 0,
        lines: Vec::new(),
        days: Vec::new(),
    };
    let list = match List::open(office, moves, bytes) {
        Ok(list) => list,
        Err(place) => {
            report.file = Some(place);
            return Ok(ReadList {
                rows: Vec::new(),
                report,
            });
        }
    };
    report.rows = u32::try_from(list.records.len()).unwrap_or(u32::MAX);
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for record in &list.records {
        match list.row(record, today, &mut seen)? {
            Ok(row) => rows.push(row),
            Err(place) => {
                report.refused += 1;
                if report.lines.len() < IMPORT_LINES_MAX {
                    report.lines.push(place);
                }
            }
        }
    }
    Ok(ReadList { rows, report })
}

struct List<'a> {
    office: &'a Office,
    moves: &'a MoveList,
    form: &'a office::Form,
    application: usize,
    day: usize,
    /// With the place of each in a row.
    columns: Vec<(usize, &'a ListColumn)>,
    cells: usize,
    records: Vec<Record>,
}

impl<'a> List<'a> {
    fn open(office: &'a Office, moves: &'a MoveList, bytes: &[u8]) -> Result<Self, ImportPlace> {
        let fault = |it: csv::Fault| place(it.row, None, None, it.why);
        let text = csv::decode(bytes, moves.encoding).map_err(fault)?;
        let mut records = csv::rows(&text).map_err(fault)?;
        let empty = place(None, None, None, ImportWhy::Empty);
        if records.len() < 2 {
            return Err(empty);
        }
        let header = records.remove(0);
        let headers: Vec<&str> = header.cells.iter().map(|it| it.trim()).collect();
        no_individual_number(&headers, header.row, moves, &records)?;
        let find = |wanted: &str, optional: bool| {
            let mut found = headers.iter().enumerate().filter(|(_, it)| **it == wanted);
            let missing = |why, at| place(Some(header.row), at, Some(wanted), why);
            match (found.next(), found.next()) {
                (Some((at, _)), None) => Ok(Some(at)),
                (Some(_), Some((twice, _))) => Err(missing(ImportWhy::ColumnTwice, Some(twice))),
                (None, _) if optional => Ok(None),
                (None, _) => Err(missing(ImportWhy::ColumnMissing, None)),
            }
        };
        let application = find(&moves.application, false)?.unwrap_or_default();
        let day = find(&moves.day, false)?.unwrap_or_default();
        let mut columns = Vec::new();
        for column in &moves.columns {
            if let Some(at) = find(&column.header, column.optional)? {
                columns.push((at, column));
            }
        }
        Ok(Self {
            office,
            moves,
            form: office.form(&moves.procedure).ok_or(empty)?,
            application,
            day,
            columns,
            cells: headers.len(),
            records,
        })
    }

    /// One row as a case, or where it is wrong.
    fn row(
        &self,
        record: &Record,
        today: BusinessDay,
        seen: &mut BTreeSet<String>,
    ) -> Result<Result<Row, ImportPlace>, Refused> {
        let (application, day, answers) = match self.read(record, today, seen) {
            Ok(read) => read,
            Err(place) => return Ok(Err(place)),
        };
        let digest = digest(&application, day, &answers);
        let announced = Announced {
            application: &application,
            digest: &digest,
            procedure: &self.moves.procedure,
            life_event: &self.moves.life_event,
            answers,
        };
        let rules = &self.office.rules;
        let (planned, _) = BusinessDay::on(day).bounds(rules.zone, rules.day_starts);
        Ok(Ok(Row {
            row: record.row,
            digest: digest.clone(),
            day: BusinessDay::on(day),
            plaintext: case::begin_announced(self.office, announced, day, planned)?,
            application,
        }))
    }

    fn read(
        &self,
        record: &Record,
        today: BusinessDay,
        seen: &mut BTreeSet<String>,
    ) -> Result<(Zeroizing<String>, NaiveDate, Vec<Answer>), ImportPlace> {
        if record.cells.len() != self.cells {
            return Err(place(Some(record.row), None, None, ImportWhy::Cells));
        }
        let cell = |at: usize| record.cells.get(at).map_or("", |it| it.trim());
        let moves = self.moves;
        let wrong = |at, header: &str, why| place(Some(record.row), Some(at), Some(header), why);
        let application = Zeroizing::new(cell(self.application).to_owned());
        let number = |why| Err(wrong(self.application, &moves.application, why));
        if application.is_empty() {
            return number(ImportWhy::NoApplication);
        }
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_/.".contains(it);
        if application.len() > APPLICATION_CHARS_MAX || !application.chars().all(plain) {
            return number(ImportWhy::ApplicationOdd);
        }
        if !seen.insert(application.to_string()) {
            return number(ImportWhy::ApplicationTwice);
        }
        let planned = |why| Err(wrong(self.day, &moves.day, why));
        let dates = moves.day_dates.iter();
        let Some(day) = dates.filter_map(|it| it.read(cell(self.day))).next() else {
            return planned(ImportWhy::NoDay);
        };
        if day < today.date() {
            return planned(ImportWhy::DayOver);
        }
        if day > today.date() + TimeDelta::days(AHEAD_DAYS_MAX) {
            return planned(ImportWhy::DayFar);
        }
        let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
        for (at, column) in &self.columns {
            let text = cell(*at);
            if text.is_empty() {
                continue;
            }
            let found = self.answers(column, text, day).map_err(|(why, refusal)| {
                let mut place = wrong(*at, &column.header, why);
                place.refusal = refusal;
                place
            })?;
            answers.extend(found.into_iter().map(|it| (it.field.clone(), it)));
        }
        // In the order of the form.
        let fields = self.form.procedure.fields().iter();
        let answers = fields.filter_map(|it| answers.remove(&it.id)).collect();
        Ok((application, day, answers))
    }

    /// What a cell answers: each of the column's fields that takes it.
    fn answers(
        &self,
        column: &ListColumn,
        text: &str,
        day: NaiveDate,
    ) -> Result<Vec<Answer>, (ImportWhy, Option<String>)> {
        let procedure = &self.form.procedure;
        let fields = column.fields.iter().filter_map(|id| procedure.field(id));
        let mut answers = Vec::new();
        let mut refused = None;
        for field in fields {
            let value = match value(field, column, text) {
                Ok(value) => value,
                Err(why) => {
                    refused = refused.or(Some((why, None)));
                    continue;
                }
            };
            let given = (field.id.as_str(), value.as_str(), forms::Provenance::Typed);
            match Application::restore(Arc::clone(procedure), day, [given]) {
                Ok(application) => answers.push(Answer {
                    field: field.id.clone(),
                    value: application.value(&field.id).to_owned(),
                    provenance: Provenance::Typed,
                    of_card: None,
                }),
                Err((_, refusal)) => {
                    let code = Some(refusal.code().to_owned());
                    refused = refused.or(Some((ImportWhy::AnswerRefused, code)));
                }
            }
        }
        match refused {
            Some(refused) if answers.is_empty() => Err(refused),
            Some(_) | None => Ok(answers),
        }
    }
}

/// A cell as its field keeps it.
fn value(field: &Field, column: &ListColumn, text: &str) -> Result<Zeroizing<String>, ImportWhy> {
    match &field.kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => {
            let word = column.words.get(text);
            let by_word = word.and_then(|it| options.iter().find(|option| option.id == *it));
            let option = by_word.or_else(|| {
                options
                    .iter()
                    .find(|it| it.id == text || forms::text_in(&it.label, "ja") == text)
            });
            let option = option.ok_or(ImportWhy::Word)?;
            Ok(Zeroizing::new(option.id.clone()))
        }
        Kind::Date { .. } => {
            let mut dates = column.dates.iter().filter_map(|it| it.read(text));
            let date = dates.next().ok_or(ImportWhy::Format)?;
            Ok(Zeroizing::new(date.to_string()))
        }
        Kind::PersonName
        | Kind::Address
        | Kind::Text { .. }
        | Kind::Number { .. }
        | Kind::Phone
        | Kind::Postal => Ok(Zeroizing::new(text.to_owned())),
    }
}

/// Refuses a file in which individual numbers stand, by a header or by what looks like one.
fn no_individual_number(
    headers: &[&str],
    row: u32,
    moves: &MoveList,
    records: &[Record],
) -> Result<(), ImportPlace> {
    let found = |row, at| {
        let known = headers.get(at).filter(|header| {
            let mut columns = moves.columns.iter();
            **header == moves.application
                || **header == moves.day
                || columns.any(|it| it.header == **header)
        });
        let why = ImportWhy::IndividualNumber;
        Err(place(Some(row), Some(at), known.copied(), why))
    };
    let named = headers
        .iter()
        .position(|it| is_individual_number_header(it));
    if let Some(at) = named {
        return found(row, at);
    }
    let application = headers.iter().position(|it| *it == moves.application);
    for record in records {
        let cells = record.cells.iter().enumerate();
        let mut others = cells.filter(|(at, _)| Some(*at) != application);
        if let Some((at, _)) = others.find(|(_, cell)| number::stands_in(cell)) {
            return found(record.row, at);
        }
    }
    // One number in eleven that has twelve digits has a right check digit by accident; all of them have it by design.
    let Some(at) = application else { return Ok(()) };
    let whole = |it: &Record| it.cells.get(at).and_then(|it| number::whole(it));
    let twelve: Vec<bool> = records.iter().filter_map(whole).collect();
    if twelve.len() > ACCIDENTS_MAX && twelve.iter().all(|it| *it) {
        return found(row, at);
    }
    Ok(())
}

/// The same for the same row, and for no other: every part is preceded by its length.
fn digest(application: &str, day: NaiveDate, answers: &[Answer]) -> String {
    let day = day.to_string();
    let parts = answers
        .iter()
        .flat_map(|it| [it.field.as_str(), it.value.as_str()]);
    let parts = [application, day.as_str()].into_iter().chain(parts);
    let hash = parts.fold(Sha256::new(), |hash, part| {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hash.chain_update(length.to_le_bytes()).chain_update(part)
    });
    let digest = hash.finalize();
    digest.iter().map(|it| format!("{it:02x}")).collect()
}

fn place(row: Option<u32>, at: Option<usize>, header: Option<&str>, why: ImportWhy) -> ImportPlace {
    ImportPlace {
        row,
        column: at.map(letters),
        header: header.map(str::to_owned),
        why,
        refusal: None,
    }
}

/// `A`, `Z`, `AA`, as spreadsheets name columns.
fn letters(at: usize) -> String {
    let mut letters = Vec::new();
    let mut left = at + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (at, expected) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
        ] {
            assert_eq!(letters(at), expected);
        }
    }
}
