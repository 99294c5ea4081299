//! From a template and an application to sheets of paper, or to sentences about the template.

use std::{fmt, fs, io, path::Path, sync::Arc};

use chrono::NaiveDate;
use forms::{Application, Field, Kind, Procedure};

use typst::{
    World, WorldExt,
    diag::SourceDiagnostic,
    foundations::{Bytes, Datetime, Dict},
    layout::PagedDocument,
    syntax::Span,
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::{Document, Sheets, data::Among, world::Sight};

/// No form has more; a template that writes more is wrong.
const PAGES_MAX: usize = 50;
/// Told of one template at once.
const MISTAKES_MAX: usize = 20;
/// Cases in which `check` tries one template.
const CASES_MAX: usize = 60;

/// Fonts, ready to set papers with. One is enough for a program; it is shared between threads.
pub struct Typesetter {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

/// A paper's template: Typst, as the README of this crate describes.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    /// The file's name, for messages.
    pub name: &'a str,
    /// Its text.
    pub source: &'a str,
}

/// No font was found; every letter would be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no OpenType font was found")]
pub struct FontsMissing;

/// Why there is no paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypesetError {
    /// The template is wrong.
    #[error("{}", one_per_line(.0))]
    Template(Vec<TemplateMistake>),
    /// It wrote no page, or more than a form can have.
    #[error("expected 1 to {PAGES_MAX} pages, the template wrote {0}")]
    Pages(usize),
}

/// A mistake in a template, as one line: `juminhyo.typ:12: unknown variable: valeu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateMistake {
    /// The template's name.
    pub template: String,
    /// The line, from 1; absent where no line is to blame.
    pub line: Option<usize>,
    /// What is wrong, and a hint where there is one.
    pub message: String,
}

impl fmt::Display for TemplateMistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.template)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        write!(out, ": {}", self.message)
    }
}

fn one_per_line(mistakes: &[TemplateMistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Typesetter {
    /// Takes the bytes of OpenType files; what is none is passed over.
    ///
    /// # Errors
    /// When none of them is a font.
    pub fn new(files: impl IntoIterator<Item = Vec<u8>>) -> Result<Typesetter, FontsMissing> {
        let fonts: Vec<Font> = files
            .into_iter()
            .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
            .collect();
        if fonts.is_empty() {
            return Err(FontsMissing);
        }
        let mut book = FontBook::new();
        for font in &fonts {
            book.push(font.info().clone());
        }
        Ok(Typesetter {
            book: LazyHash::new(book),
            fonts,
        })
    }

    /// Takes every `.otf` and `.ttf` of a folder.
    ///
    /// # Errors
    /// When the folder or one of the files cannot be read, or holds no font.
    pub fn open(fonts_dir: &Path) -> io::Result<Typesetter> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(fonts_dir)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|it| it == "otf" || it == "ttf")
            {
                paths.push(path);
            }
        }
        // The order of a folder is nobody's; papers must not depend on it.
        paths.sort();
        let files: io::Result<Vec<Vec<u8>>> = paths.iter().map(fs::read).collect();
        Typesetter::new(files?).map_err(|error| io::Error::new(io::ErrorKind::NotFound, error))
    }

    /// Sets a paper.
    ///
    /// # Errors
    /// Everything that is wrong with the template.
    pub fn typeset(
        &self,
        template: &Template<'_>,
        document: &Document<'_>,
    ) -> Result<Sheets, TypesetError> {
        let inputs = document.inputs(Among::ALONE, &[]);
        self.set(template, inputs, document.datetime())
    }

    /// Sets a paper from what its template is told.
    pub(crate) fn set(
        &self,
        template: &Template<'_>,
        inputs: Dict,
        today: Option<Datetime>,
    ) -> Result<Sheets, TypesetError> {
        let sight = Sight::new(&self.book, &self.fonts, template, inputs, today);
        compiled(&sight, today, PAGES_MAX)
    }

    /// Sets several papers as one document with one tree of tags.
    pub(crate) fn set_together(
        &self,
        papers: &[(&Template<'_>, Dict)],
        today: Option<Datetime>,
    ) -> Result<Sheets, TypesetError> {
        let sight = Sight::together(&self.book, &self.fonts, papers, today);
        compiled(&sight, today, PAGES_MAX * papers.len().max(1))
    }
}

fn compiled(
    sight: &Sight<'_>,
    today: Option<Datetime>,
    pages_max: usize,
) -> Result<Sheets, TypesetError> {
    let warned = typst::compile::<PagedDocument>(sight);
    let told = |diagnostics: &[SourceDiagnostic]| -> Vec<TemplateMistake> {
        let told = diagnostics.iter().take(MISTAKES_MAX);
        told.map(|it| mistake(it, sight)).collect()
    };
    let sheets = match warned.output {
        Ok(pages) if (1..=pages_max).contains(&pages.pages.len()) => {
            Ok(Sheets::new(pages, today, told(&warned.warnings)))
        }
        Ok(pages) => Err(TypesetError::Pages(pages.pages.len())),
        Err(diagnostics) => Err(TypesetError::Template(told(&diagnostics))),
    };
    // What the engine remembers of this run contains a person's data.
    typst::comemo::evict(0);
    sheets
}

impl Typesetter {
    /// Everything that is wrong with a template, tried with an empty form and with each answer on which something depends.
    /// For `check`, before an office uses a template.
    #[must_use]
    pub fn check(
        &self,
        template: &Template<'_>,
        procedure: &Arc<Procedure>,
        date: NaiveDate,
    ) -> Vec<TemplateMistake> {
        let mut mistakes: Vec<TemplateMistake> = Vec::new();
        let mut note = |found: Vec<TemplateMistake>| {
            for mistake in found {
                if !mistakes.contains(&mistake) {
                    mistakes.push(mistake);
                }
            }
        };
        for application in cases(procedure, date) {
            let document = Document {
                office: "",
                application: &application,
                date,
                ticket: None,
                code: None,
                signed: None,
            };
            match self.typeset(template, &document) {
                Ok(sheets) => note(sheets.warnings().to_vec()),
                Err(TypesetError::Template(found)) => note(found),
                Err(error @ TypesetError::Pages(_)) => note(vec![TemplateMistake {
                    template: template.name.to_owned(),
                    line: None,
                    message: error.to_string(),
                }]),
            }
        }
        mistakes
    }
}

/// The empty form, then as few forms as it takes until every answer has been given on which something depends.
fn cases(procedure: &Arc<Procedure>, date: NaiveDate) -> Vec<Application> {
    let conditions = procedure.fields().iter().filter_map(|it| it.when.as_ref());
    let decides = |field: &Field| {
        let mut clauses = conditions.clone().flat_map(|it| &it.all);
        clauses.any(|it| it.field == field.id)
    };
    let deciding: Vec<&Field> = (procedure.fields().iter())
        .filter(|it| decides(it))
        .collect();
    let mut wanted: Vec<(&Field, String)> = (deciding.iter())
        .flat_map(|field| {
            let mut tried = answers(field);
            if matches!(field.kind, Kind::Date { .. }) {
                let clauses = conditions.clone().flat_map(|it| &it.all);
                let of_date = clauses.filter(|it| it.field == field.id);
                tried.extend(of_date.filter_map(|it| it.example(date)));
            }
            tried.into_iter().map(|it| (*field, it))
        })
        .collect();
    let mut cases = vec![Application::new(Arc::clone(procedure), date)];
    while !wanted.is_empty() && cases.len() < CASES_MAX {
        let (field, answer) = wanted.remove(0);
        let mut application = Application::new(Arc::clone(procedure), date);
        lead_to(&mut application, procedure, field, date);
        if application.answer(&field.id, &answer).is_err() {
            continue;
        }
        // What else can be tried in the same form is.
        for other in &deciding {
            let open = application.value(&other.id).is_empty() && application.applies(other);
            let found = wanted.iter().position(|(it, _)| it.id == other.id);
            if let Some(at) = found.filter(|_| open)
                && let Some((_, answer)) = wanted.get(at)
                && application.answer(&other.id, answer).is_ok()
            {
                wanted.remove(at);
            }
        }
        cases.push(application);
    }
    cases
}

/// Each option of a choice; all options at once where several may be chosen.
fn answers(field: &Field) -> Vec<String> {
    let options = field.kind.options().iter().map(|it| it.id.clone());
    match field.kind {
        Kind::Choices { .. } => vec![options.collect::<Vec<_>>().join(",")],
        Kind::Choice { .. }
        | Kind::Number { .. }
        | Kind::Text { .. }
        | Kind::PersonName
        | Kind::Address
        | Kind::Date { .. }
        | Kind::Phone
        | Kind::Postal => options.collect(),
    }
}

/// Answers what a field waits for, and what that waits for. The conditions of a procedure have no circle.
fn lead_to(application: &mut Application, procedure: &Procedure, field: &Field, date: NaiveDate) {
    for clause in field.when.iter().flat_map(|it| &it.all) {
        let Some(before) = procedure.field(&clause.field) else {
            continue;
        };
        lead_to(application, procedure, before, date);
        let holds = (application.value(&before.id).split(','))
            .any(|it| clause.one_of.iter().any(|id| id == it));
        if let Some(first) = clause.example(date).filter(|_| !holds) {
            // An answer that is refused leaves the field out of this case; another one tries it.
            let _ = application.answer(&before.id, &first);
        }
    }
}

fn mistake(diagnostic: &SourceDiagnostic, sight: &Sight<'_>) -> TemplateMistake {
    // What goes wrong inside the shared parts is mended where the template calls them.
    let calls = diagnostic.trace.iter().map(|it| it.span);
    let place = std::iter::once(diagnostic.span)
        .chain(calls)
        .find_map(|span| line_in_template(span, sight));
    let hints = diagnostic.hints.iter().map(|it| format!(" ({it})"));
    let (template, line) = match place {
        Some((template, line)) => (template, Some(line)),
        None => (sight.first_template(), None),
    };
    TemplateMistake {
        template: template.to_owned(),
        line,
        message: format!("{}{}", diagnostic.message, hints.collect::<String>()),
    }
}

fn line_in_template<'s>(span: Span, sight: &'s Sight<'_>) -> Option<(&'s str, usize)> {
    let file = span.id()?;
    let (template, before) = sight.template(file)?;
    let range = sight.range(span)?;
    let source = sight.source(file).ok()?;
    let line = source.lines().byte_to_line(range.start)? + 1;
    Some((template, line.saturating_sub(before)))
}
