//! `exports/*.toml`: another system as the office's staff describe it.

use std::{collections::BTreeMap, ops::Range};

use forms::export::{
    Circumstance, Column, Defect, DefectKind, Definition, Encoding, Fill, Format, Place,
    Source as From,
    csv::{Csv, Formulas},
    wedge::{Key, SYMBOL_BYTES_MAX, SYMBOL_BYTES_MIN, Wedge},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    BatchTarget, Mistake,
    source::Source,
    text::{OneOrMany, TextFile},
};

/// More rows of people than this no procedure has.
const REPEAT_MAX: u32 = 20;
/// Bytes of one symbol where the office says nothing: read off any screen with any scanner.
const SYMBOL_BYTES: u16 = 300;
const ADDRESSEE_CHARS_MAX: usize = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportFile {
    name: TextFile,
    procedures: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) example: bool,
    pub(crate) folder: Option<Spanned<String>>,
    csv: Option<Spanned<CsvFile>>,
    codes: Option<CodesFile>,
    batch: Option<Spanned<BatchFile>>,
    #[serde(rename = "column")]
    columns: Vec<Spanned<ColumnFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsvFile {
    encoding: Option<Spanned<String>>,
    formulas: Option<Spanned<String>>,
    header: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodesFile {
    encoding: Option<Spanned<String>>,
    between: Option<Spanned<String>>,
    end: Option<Spanned<String>>,
    symbol_bytes: Option<Spanned<u16>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchFile {
    addressee: Spanned<String>,
    government_code: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    header: Spanned<String>,
    group: Option<Spanned<String>>,
    field: Option<Spanned<OneOrMany>>,
    meaning: Option<Spanned<String>>,
    constant: Option<Spanned<String>>,
    of: Option<Spanned<String>>,
    format: Option<Spanned<String>>,
    codes: Option<Spanned<BTreeMap<String, String>>>,
    chars_max: Option<Spanned<u32>>,
    fill: Option<Spanned<String>>,
    repeat: Option<Spanned<u32>>,
}

/// What a file says, with the column of the file for each column of the definition.
pub(crate) struct Told {
    pub(crate) definition: Definition,
    pub(crate) csv: Option<Csv>,
    pub(crate) codes: Option<Wedge>,
    pub(crate) batch: Option<BatchTarget>,
    written: Vec<usize>,
}

impl ExportFile {
    /// What it says; mistakes of its own are told at once.
    pub(crate) fn told(&self, id: &str, source: &Source, mistakes: &mut Vec<Mistake>) -> Told {
        let mut reading = Reading { source, mistakes };
        let (columns, written) = self.columns(&mut reading);
        let csv = self.csv.as_ref().map(|it| reading.csv(it.get_ref()));
        let batch = self.batch.as_ref().map(|it| reading.batch(it.get_ref()));
        let file = self.csv.as_ref().map(Spanned::span);
        let file = file.or_else(|| self.batch.as_ref().map(Spanned::span));
        if let Some(at) = file.filter(|_| self.folder.is_none()) {
            reading.wrong(at, "files need a `folder` into which they are written");
        }
        if let Some(folder) = &self.folder
            && !is_folder(folder.get_ref())
        {
            let message = "expected a folder, absolute or below the hub's data, without ..";
            reading.wrong(folder.span(), message);
        }
        Told {
            codes: self.codes.as_ref().map(|it| reading.codes(it)),
            definition: Definition {
                id: id.to_owned(),
                name: self.name.0.clone(),
                procedures: (self.procedures.iter())
                    .map(|it| it.get_ref().clone())
                    .collect(),
                columns,
            },
            csv,
            batch,
            written,
        }
    }

    /// Every column with its rows written out: a whole row after the other.
    fn columns(&self, reading: &mut Reading<'_>) -> (Vec<Column>, Vec<usize>) {
        let (mut columns, mut written) = (Vec::new(), Vec::new());
        let mut rest: Vec<(usize, &ColumnFile)> =
            (self.columns.iter().map(Spanned::get_ref).enumerate()).collect();
        rest.reverse();
        while let Some((index, first)) = rest.pop() {
            let Some(repeat) = &first.repeat else {
                columns.push(reading.column(first, None));
                written.push(index);
                continue;
            };
            let times = *repeat.get_ref();
            if !(1..=REPEAT_MAX).contains(&times) {
                let message = format!("expected 1 to {REPEAT_MAX}, got {times}");
                reading.wrong(repeat.span(), message);
            }
            let mut row = vec![(index, first)];
            let same =
                |it: &ColumnFile| it.repeat.as_ref().is_some_and(|it| *it.get_ref() == times);
            while let Some(next) = rest.pop_if(|(_, it)| same(it)) {
                row.push(next);
            }
            for number in 1..=times.min(REPEAT_MAX) {
                for (index, column) in &row {
                    columns.push(reading.column(column, Some(number)));
                    written.push(*index);
                }
            }
            // A mistake of a row is one mistake, however often the row stands there.
            reading.mistakes.dedup();
        }
        (columns, written)
    }

    /// A defect of what the file says, at its place.
    pub(crate) fn mistake(&self, defect: &Defect, told: &Told, source: &Source) -> Mistake {
        let at = match defect.place {
            Place::Target if defect.kind == DefectKind::NoProcedures => {
                source.place_of("procedures")
            }
            Place::Target => 0..0,
            Place::Procedure(index) => (self.procedures.get(index)).map_or(0..0, Spanned::span),
            Place::Column(index) => (told.written.get(index))
                .and_then(|it| self.columns.get(*it))
                .map_or(0..0, |it| it.get_ref().place(&defect.kind, it.span())),
        };
        source.mistake(at, defect.to_string())
    }
}

impl ColumnFile {
    /// Where a defect of this column stands.
    fn place(&self, defect: &DefectKind, whole: Range<usize>) -> Range<usize> {
        let header = Some(self.header.span());
        let span = match defect {
            DefectKind::UnknownField(_) => self.field.as_ref().map(Spanned::span),
            DefectKind::UnknownMeaning(_) => self.meaning.as_ref().map(Spanned::span),
            DefectKind::Header | DefectKind::DuplicateHeader => header,
            DefectKind::Constant => self.constant.as_ref().map(Spanned::span),
            DefectKind::CharsMax(_) => self.chars_max.as_ref().map(Spanned::span),
            DefectKind::FillsNothing => self.fill.as_ref().map(Spanned::span),
            DefectKind::NoCode { .. } | DefectKind::UnknownOption(_) => {
                self.codes.as_ref().map(Spanned::span)
            }
            DefectKind::Unfit { .. } | DefectKind::ShapeOfConstant => {
                let format = self.format.as_ref().map(Spanned::span);
                format.or_else(|| self.codes.as_ref().map(Spanned::span))
            }
            DefectKind::NoSource => header,
            DefectKind::BadId
            | DefectKind::NoProcedures
            | DefectKind::Columns(_)
            | DefectKind::UnknownProcedure(_) => None,
        };
        span.unwrap_or(whole)
    }
}

struct Reading<'a> {
    source: &'a Source,
    mistakes: &'a mut Vec<Mistake>,
}

impl Reading<'_> {
    fn wrong(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.mistakes.push(self.source.mistake(at, message));
    }

    /// What a word means, or a mistake that tells the words there are.
    fn word<T>(&mut self, word: &Spanned<String>, known: &[(&str, T)]) -> Option<T>
    where
        T: Copy,
    {
        let found = known.iter().find(|(name, _)| name == word.get_ref());
        if found.is_none() {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("{name:?}")).collect();
            let message = format!("expected one of {}", names.join(", "));
            self.wrong(word.span(), message);
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn column(&mut self, file: &ColumnFile, number: Option<u32>) -> Column {
        let numbered = |text: &str| match number {
            Some(number) => text.replace("{n}", &number.to_string()),
            None => text.to_owned(),
        };
        let format = match (&file.codes, &file.format) {
            (Some(codes), None) => Some(Format::Codes(codes.get_ref().clone())),
            (Some(codes), Some(_)) => {
                self.wrong(codes.span(), "expected either `codes` or `format`");
                None
            }
            (None, Some(format)) => self.format(format),
            (None, None) => None,
        };
        let fills = [("zeros", Fill::Zeros), ("spaces", Fill::Spaces)];
        Column {
            header: numbered(file.header.get_ref()),
            group: file.group.as_ref().map(|it| numbered(it.get_ref())),
            source: self.from(file, &numbered),
            format,
            chars_max: file.chars_max.as_ref().map(|it| *it.get_ref()),
            fill: (file.fill.as_ref()).and_then(|it| self.word(it, &fills)),
        }
    }

    fn format(&mut self, format: &Spanned<String>) -> Option<Format> {
        let found = Format::parse(format.get_ref());
        if found.is_none() {
            let message = "expected one of \"kept\", \"words\", \"yyyymmdd\", \"yyyy/mm/dd\", \"wareki\", \"era_digits\", \"era_letter\", \"hyphens\", \"half_kana\", \"full_width\", \"half_width\"";
            self.wrong(format.span(), message);
        }
        found
    }

    fn from(&mut self, file: &ColumnFile, numbered: &impl Fn(&str) -> String) -> From {
        match (&file.field, &file.meaning, &file.constant, &file.of) {
            (Some(fields), None, None, None) => {
                let fields = fields.get_ref().0.iter();
                From::Fields(fields.map(|it| numbered(it)).collect())
            }
            (None, Some(meaning), None, None) => From::Meaning(numbered(meaning.get_ref())),
            (None, None, Some(constant), None) => From::Constant(constant.get_ref().clone()),
            (None, None, None, Some(of)) => {
                let known = [
                    ("ticket", Circumstance::Ticket),
                    ("case", Circumstance::Case),
                    ("office", Circumstance::Office),
                    ("filed_on", Circumstance::FiledOn),
                    ("finished_at", Circumstance::FinishedAt),
                    ("procedure", Circumstance::Procedure),
                    ("procedure_name", Circumstance::ProcedureName),
                ];
                let of = self.word(of, &known);
                of.map_or(From::Constant(String::new()), From::Circumstance)
            }
            // The layout tells that a column takes nothing.
            _ => From::Fields(Vec::new()),
        }
    }

    fn encoding(&mut self, encoding: &Spanned<String>, marked: bool) -> Option<Encoding> {
        let all = [
            ("utf-8", Encoding::Utf8),
            ("cp932", Encoding::Cp932),
            ("utf-8-bom", Encoding::Utf8Bom),
        ];
        // Nobody types a byte order mark.
        let known = if marked {
            all.as_slice()
        } else {
            all.get(..2).unwrap_or_default()
        };
        self.word(encoding, known)
    }

    fn csv(&mut self, file: &CsvFile) -> Csv {
        let usual = Csv::default();
        let encoding = (file.encoding.as_ref()).and_then(|it| self.encoding(it, true));
        let formulas = [
            ("apostrophe", Formulas::Apostrophe),
            ("keep", Formulas::Keep),
        ];
        let formulas = (file.formulas.as_ref()).and_then(|it| self.word(it, &formulas));
        Csv {
            encoding: encoding.unwrap_or(usual.encoding),
            formulas: formulas.unwrap_or(usual.formulas),
            header: file.header.unwrap_or(usual.header),
        }
    }

    fn codes(&mut self, file: &CodesFile) -> Wedge {
        let encoding = (file.encoding.as_ref()).and_then(|it| self.encoding(it, false));
        let keys = [("tab", Key::Tab), ("enter", Key::Enter)];
        let between = (file.between.as_ref()).and_then(|it| self.word(it, &keys));
        let ends = [
            ("tab", Some(Key::Tab)),
            ("enter", Some(Key::Enter)),
            ("none", None),
        ];
        let end = (file.end.as_ref()).and_then(|it| self.word(it, &ends));
        let bytes = file.symbol_bytes.as_ref();
        let range = SYMBOL_BYTES_MIN..=SYMBOL_BYTES_MAX;
        if let Some(bytes) = bytes.filter(|it| !range.contains(it.get_ref())) {
            let message = format!(
                "expected {SYMBOL_BYTES_MIN} to {SYMBOL_BYTES_MAX}, got {}",
                bytes.get_ref()
            );
            self.wrong(bytes.span(), message);
        }
        Wedge {
            encoding: encoding.unwrap_or(Encoding::Utf8),
            between: between.unwrap_or(Key::Tab),
            end: end.unwrap_or(None),
            symbol_bytes_max: bytes.map_or(SYMBOL_BYTES, |it| *it.get_ref()),
        }
    }

    fn batch(&mut self, file: &BatchFile) -> BatchTarget {
        let addressee = file.addressee.get_ref();
        let chars = addressee.chars().count();
        if !(1..=ADDRESSEE_CHARS_MAX).contains(&chars) || addressee.chars().any(char::is_control) {
            let message = format!("expected 1 to {ADDRESSEE_CHARS_MAX} characters");
            self.wrong(file.addressee.span(), message);
        }
        if let Some(code) = &file.government_code
            && !is_government_code(code.get_ref())
        {
            let message = "expected six digits, the last of which is the check digit: \"342076\"";
            self.wrong(code.span(), message);
        }
        BatchTarget {
            addressee: addressee.clone(),
            government_code: (file.government_code.as_ref()).map(|it| it.get_ref().clone()),
        }
    }
}

/// A folder that leads nowhere by itself but down.
fn is_folder(folder: &str) -> bool {
    let parts = std::path::Path::new(folder).components();
    let leads_up = |it| matches!(it, std::path::Component::ParentDir);
    !folder.is_empty() && !parts.into_iter().any(leads_up)
}

/// 全国地方公共団体コード: five digits and a check digit, which is 11 less the remainder of their sum with the weights 6 to 2.
fn is_government_code(code: &str) -> bool {
    let digits: Option<Vec<u32>> = code.chars().map(|it| it.to_digit(10)).collect();
    let Some([first @ .., check]) = digits.as_deref() else {
        return false;
    };
    let sum: u32 = first
        .iter()
        .zip((2..=6).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    first.len() == 5 && (11 - sum % 11) % 10 == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_government_code_ends_with_its_check_digit() {
        // 福山市, 広島市, 札幌市, 東京都千代田区.
        for code in ["342076", "341002", "011002", "131016"] {
            assert!(is_government_code(code), "{code}");
        }
        for code in ["342075", "34207", "3420760", "34207x", ""] {
            assert!(!is_government_code(code), "{code}");
        }
    }

    #[test]
    fn a_folder_does_not_lead_up() {
        for (folder, fits) in [
            ("handoff", true),
            ("/srv/rpa/in", true),
            ("handoff/juki", true),
            ("../x", false),
            ("a/../../b", false),
            ("", false),
        ] {
            assert_eq!(is_folder(folder), fits, "{folder}");
        }
    }
}
