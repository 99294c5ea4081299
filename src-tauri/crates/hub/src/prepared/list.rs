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
        let mut cells = Vec::new();
        for (at, column) in &self.columns {
            let text = cell(*at);
            if text.is_empty() {
                continue;
            }
            let (taken, refused) = self.answers(column, text, day);
            if let Some(refused) = refused.first().filter(|_| taken.is_empty()) {
                return Err(refused.at(wrong(*at, &column.header, refused.why)));
            }
            cells.push((*at, *column, refused));
            answers.extend(taken.into_iter().map(|it| (it.field.clone(), it)));
        }
        // In the order of the form.
        let procedure = &self.form.procedure;
        let fields = procedure.fields().iter();
        let answers: Vec<Answer> = fields.filter_map(|it| answers.remove(&it.id)).collect();
        let given = answers.iter();
        let given = given.map(|it| (it.field.as_str(), it.value.as_str(), it.provenance.into()));
        let finished = match Application::restore(Arc::clone(procedure), day, given) {
            Ok(finished) => finished,
            Err((field, refusal)) => {
                // Each is an answer, and together they are none.
                let mut columns = cells.iter();
                let found = columns.find(|(_, it, _)| it.fields.contains(&field));
                let (at, header) = found.map(|(at, it, _)| (*at, it.header.as_str())).unzip();
                let mut place = place(Some(record.row), at, header, ImportWhy::AnswerRefused);
                place.refusal = Some(refusal.code().to_owned());
                return Err(place);
            }
        };
        // Which of a column's fields is asked follows from the others: one that nobody is asked makes up for none that is.
        for (at, column, refused) in &cells {
            let fields = column.fields.iter().filter_map(|id| procedure.field(id));
            let asked: Vec<&Field> = fields.filter(|it| finished.applies(it)).collect();
            let taken = |it: &&Field| answers.iter().any(|answer| answer.field == it.id);
            let of_asked = |it: &&Unfit| asked.iter().any(|field| field.id == it.field);
            if !asked.iter().any(taken)
                && let Some(refused) = refused.iter().find(of_asked)
            {
                return Err(refused.at(wrong(*at, &column.header, refused.why)));
            }
        }
        Ok((application, day, answers))
    }

    /// What a cell answers: each of the column's fields that takes it; and the fields that do not.
    fn answers(
        &self,
        column: &ListColumn,
        text: &str,
        day: NaiveDate,
    ) -> (Vec<Answer>, Vec<Unfit>) {
        let procedure = &self.form.procedure;
        let fields = column.fields.iter().filter_map(|id| procedure.field(id));
        let (mut answers, mut refused) = (Vec::new(), Vec::new());
        let unfit = |field: &Field, why, refusal: Option<&str>| Unfit {
            field: field.id.clone(),
            why,
            refusal: refusal.map(str::to_owned),
        };
        for field in fields {
            let value = match value(field, column, text) {
                Ok(value) => value,
                Err(why) => {
                    refused.push(unfit(field, why, None));
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
                    let why = ImportWhy::AnswerRefused;
                    refused.push(unfit(field, why, Some(refusal.code())));
                }
            }
        }
        (answers, refused)
    }
}

/// A field that does not take what stands in its column.
struct Unfit {
    field: String,
    why: ImportWhy,
    refusal: Option<String>,
}

impl Unfit {
    fn at(&self, mut place: ImportPlace) -> ImportPlace {
        place.refusal.clone_from(&self.refusal);
        place
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
    let found = |row: u32, at: usize| {
        let known = headers.get(at).copied();
        let known = known.filter(|header| is_read(moves, header));
        let why = ImportWhy::IndividualNumber;
        Err(place(Some(row), Some(at), known, why))
    };
    let named = headers
        .iter()
        .position(|it| is_individual_number_header(it));
    if let Some(at) = named {
        return found(row, at);
    }
    for at in 0..headers.len() {
        let header = headers.get(at).copied().unwrap_or_default();
        let cells = records
            .iter()
            .filter_map(|it| Some((it.row, it.cells.get(at)?.trim())));
        let mut cells = cells.filter(|(_, cell)| !cell.is_empty());
        let twelve: Vec<Option<bool>> = cells.clone().map(|(_, it)| number::whole(it)).collect();
        // One number in eleven that has twelve digits has a right check digit by accident: the application's, and in a column that is
        // not read a time such as 202603251030. All of them have it by design.
        let is_other_number = header == moves.application
            || !is_read(moves, header) && twelve.iter().all(Option::is_some);
        if !is_other_number {
            if let Some((row, _)) = cells.find(|(_, cell)| number::stands_in(cell)) {
                return found(row, at);
            }
            continue;
        }
        let twelve: Vec<bool> = twelve.into_iter().flatten().collect();
        if twelve.len() > ACCIDENTS_MAX && twelve.iter().all(|it| *it) {
            return found(row, at);
        }
    }
    Ok(())
}

/// Whether a column of this header is read.
fn is_read(moves: &MoveList, header: &str) -> bool {
    let mut columns = moves.columns.iter();
    header == moves.application || header == moves.day || columns.any(|it| it.header == header)
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
