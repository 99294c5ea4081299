//! `imports/hikkoshi.toml`: a list of announced moves as the office's staff describe it.

use std::collections::BTreeMap;

use forms::{Field, Kind, Procedure};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    DateForm, ListColumn, ListEncoding, Mistake, imports::is_individual_number_header,
    source::Source, text::OneOrMany,
};

const COLUMNS_MAX: usize = 200;
const HEADER_CHARS_MAX: usize = 100;
/// More rows of people than this no procedure has.
const REPEAT_MAX: u32 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MovesFile {
    #[serde(default)]
    pub(crate) example: bool,
    pub(crate) procedure: Spanned<String>,
    pub(crate) life_event: Spanned<String>,
    encoding: Option<Spanned<String>>,
    dates: Option<Vec<Spanned<String>>>,
    application: HeaderFile,
    day: HeaderFile,
    #[serde(rename = "column", default)]
    columns: Vec<ColumnFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderFile {
    header: Spanned<String>,
    dates: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    header: Spanned<String>,
    field: Option<Spanned<OneOrMany>>,
    meaning: Option<Spanned<String>>,
    words: Option<Spanned<BTreeMap<String, String>>>,
    dates: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    optional: bool,
    repeat: Option<Spanned<u32>>,
}

/// What the file says about columns.
pub(crate) struct Told {
    pub(crate) encoding: ListEncoding,
    pub(crate) application: String,
    pub(crate) day: String,
    pub(crate) day_dates: Vec<DateForm>,
    pub(crate) columns: Vec<ListColumn>,
}

impl MovesFile {
    /// Reads the columns against the procedure whose form they fill in; without it, only what can be told without.
    pub(crate) fn told(
        &self,
        procedure: Option<&Procedure>,
        source: &Source,
        mistakes: &mut Vec<Mistake>,
    ) -> Told {
        let mut reading = Reading {
            source,
            mistakes,
            headers: Vec::new(),
        };
        let application = reading.header(&self.application.header, None);
        if let Some(format) = self.application.dates.iter().flatten().next() {
            let message = "the application's number is no date";
            reading.wrong(format.span(), message);
        }
        let day = reading.header(&self.day.header, None);
        let dates = reading.dates(self.dates.as_ref(), &DateForm::ALL);
        let day_dates = reading.dates(self.day.dates.as_ref(), &dates);
        let mut columns = Vec::new();
        for file in &self.columns {
            let repeat = file.repeat.as_ref().map_or(1, |it| *it.get_ref());
            if let Some(repeat) = file
                .repeat
                .as_ref()
                .filter(|it| !(1..=REPEAT_MAX).contains(it.get_ref()))
            {
                reading.wrong(repeat.span(), format!("expected 1 to {REPEAT_MAX}"));
            }
            for number in 1..=repeat.min(REPEAT_MAX) {
                let number = file.repeat.as_ref().map(|_| number);
                columns.push(reading.column(file, number, &dates, procedure));
            }
            // A mistake of a row of people is one mistake, however often it stands there.
            reading.mistakes.dedup();
        }
        if columns.len() > COLUMNS_MAX {
            let message = format!("expected at most {COLUMNS_MAX} columns");
            reading.wrong(source.place_of("column"), message);
        }
        Told {
            encoding: reading.encoding(self.encoding.as_ref()),
            application,
            day,
            day_dates,
            columns,
        }
    }
}

struct Reading<'a> {
    source: &'a Source,
    mistakes: &'a mut Vec<Mistake>,
    headers: Vec<String>,
}

impl Reading<'_> {
    fn wrong(&mut self, at: std::ops::Range<usize>, message: impl Into<String>) {
        self.mistakes.push(self.source.mistake(at, message));
    }

    fn header(&mut self, file: &Spanned<String>, number: Option<u32>) -> String {
        let header = numbered(file.get_ref().trim(), number);
        let chars = header.chars().count();
        if !(1..=HEADER_CHARS_MAX).contains(&chars) || header.chars().any(char::is_control) {
            let message = format!("expected 1 to {HEADER_CHARS_MAX} characters");
            self.wrong(file.span(), message);
        } else if is_individual_number_header(&header) {
            let message = "individual numbers (個人番号) are never imported";
            self.wrong(file.span(), message);
        } else if self.headers.contains(&header) {
            self.wrong(file.span(), "another column has the same header");
        }
        self.headers.push(header.clone());
        header
    }

    fn dates(&mut self, file: Option<&Vec<Spanned<String>>>, usual: &[DateForm]) -> Vec<DateForm> {
        let Some(file) = file else {
            return usual.to_vec();
        };
        let mut dates = Vec::new();
        for name in file {
            match DateForm::ALL
                .into_iter()
                .find(|it| it.as_str() == name.get_ref())
            {
                Some(form) => dates.push(form),
                None => {
                    let names = DateForm::ALL.map(DateForm::as_str).join(", ");
                    self.wrong(name.span(), format!("expected {names}"));
                }
            }
        }
        dates
    }

    fn encoding(&mut self, file: Option<&Spanned<String>>) -> ListEncoding {
        let Some(name) = file else {
            return ListEncoding::Auto;
        };
        match name.get_ref().as_str() {
            "auto" => ListEncoding::Auto,
            "utf-8" => ListEncoding::Utf8,
            "shift_jis" => ListEncoding::ShiftJis,
            _ => {
                let message = "expected \"auto\", \"utf-8\" or \"shift_jis\"";
                self.wrong(name.span(), message);
                ListEncoding::Auto
            }
        }
    }

    fn column(
        &mut self,
        file: &ColumnFile,
        number: Option<u32>,
        dates: &[DateForm],
        procedure: Option<&Procedure>,
    ) -> ListColumn {
        let header = self.header(&file.header, number);
        let fields = match (&file.field, &file.meaning) {
            (Some(fields), None) => self.fields(fields, number, procedure),
            (None, Some(meaning)) => self.of_meaning(meaning, number, procedure),
            (Some(_), Some(_)) | (None, None) => {
                let message = "a column needs exactly one of `field` and `meaning`";
                self.wrong(file.header.span(), message);
                Vec::new()
            }
        };
        let answered: Vec<&Field> = (fields.iter())
            .filter_map(|id| procedure.and_then(|it| it.field(id)))
            .collect();
        if let Some(words) = &file.words {
            self.check_words(words, &answered);
        }
        let has_dates = answered
            .iter()
            .any(|it| matches!(it.kind, Kind::Date { .. }));
        if let Some(first) = file.dates.iter().flatten().next()
            && !answered.is_empty()
            && !has_dates
        {
            self.wrong(first.span(), "no field of this column is a date");
        }
        ListColumn {
            header,
            optional: file.optional,
            words: file
                .words
                .as_ref()
                .map_or_else(BTreeMap::new, |it| it.get_ref().clone()),
            dates: self.dates(file.dates.as_ref(), dates),
            fields,
        }
    }

    fn fields(
        &mut self,
        file: &Spanned<OneOrMany>,
        number: Option<u32>,
        procedure: Option<&Procedure>,
    ) -> Vec<String> {
        let ids: Vec<String> = file
            .get_ref()
            .0
            .iter()
            .map(|it| numbered(it, number))
            .collect();
        let unknown = procedure.and_then(|it| ids.iter().find(|id| it.field(id).is_none()));
        if let Some(id) = unknown {
            self.wrong(file.span(), format!("the procedure has no field {id:?}"));
        } else if ids.is_empty() {
            self.wrong(file.span(), "expected the id of a field");
        }
        ids
    }

    fn of_meaning(
        &mut self,
        file: &Spanned<String>,
        number: Option<u32>,
        procedure: Option<&Procedure>,
    ) -> Vec<String> {
        let meaning = numbered(file.get_ref(), number);
        let Some(procedure) = procedure else {
            return Vec::new();
        };
        let fields = procedure.fields().iter();
        let same = fields.filter(|it| it.may_mean(&meaning));
        let ids: Vec<String> = same.map(|it| it.id.clone()).collect();
        if ids.is_empty() {
            let message = format!("no field of the procedure has the meaning {meaning:?}");
            self.wrong(file.span(), message);
        }
        ids
    }

    fn check_words(&mut self, file: &Spanned<BTreeMap<String, String>>, answered: &[&Field]) {
        if answered.is_empty() {
            return;
        }
        let options = answered.iter().flat_map(|it| it.kind.options());
        let options: Vec<&str> = options.map(|it| it.id.as_str()).collect();
        if options.is_empty() {
            self.wrong(file.span(), "no field of this column has options");
            return;
        }
        let unknown = file
            .get_ref()
            .values()
            .find(|it| !options.contains(&it.as_str()));
        if let Some(unknown) = unknown {
            let message = format!(
                "the field has no option {unknown:?}; options are {}",
                options.join(", ")
            );
            self.wrong(file.span(), message);
        }
    }
}

fn numbered(text: &str, number: Option<u32>) -> String {
    match number {
        Some(number) => text.replace("{n}", &number.to_string()),
        None => text.to_owned(),
    }
}
