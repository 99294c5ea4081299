//! Papers for clerks, typeset on the blocking pool, one at a time.

use std::{
    path::Path,
    sync::{Arc, PoisonError},
};

use chrono::NaiveDate;
use forms::text_in;
use office::Office;
use paper::{Document, NotArchived, Template, TypesetError, Typesetter};
use wire::Code;
use zeroize::Zeroizing;

use crate::{
    case::{self, Opened},
    desk::Desk,
    owner::Marks,
    problem::Refused,
};

/// Dots per inch of a preview: an A4 page of about 1,000 × 1,400 dots.
const PREVIEW_PPI: f32 = 120.0;

/// What is wanted of a paper.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// All of it, to print.
    Pdf,
    /// All of it for the city's document system, with the answers in it.
    Archive,
    /// One page, to look at.
    Png {
        /// Counted from 0.
        page: usize,
    },
}

/// A paper, or a page of it.
pub(crate) struct Sheet {
    /// PDF or PNG.
    pub(crate) bytes: Vec<u8>,
    /// Pages of the whole paper; 0 where nobody asks.
    pub(crate) pages: usize,
}

/// Everything that is wrong with the office's paper templates, a line each, before anybody needs a paper.
pub(crate) fn check(office: &Office, today: NaiveDate) -> Vec<String> {
    let typesetter = match Typesetter::open(&office.fonts_dir) {
        Ok(typesetter) => typesetter,
        Err(error) => return vec![format!("{}: {error}", office.fonts_dir.display())],
    };
    let mut lines = Vec::new();
    for form in &office.procedures {
        let name = name_of(&form.template);
        let template = Template {
            name: &name,
            source: &form.template_source,
        };
        let mistakes = typesetter.check(&template, &form.procedure, today);
        lines.extend(mistakes.iter().map(ToString::to_string));
    }
    lines
}

/// Typesets the forms of a case, each with its procedure's template.
pub(crate) async fn typeset(
    desk: &Arc<Desk>,
    plaintext: Zeroizing<Vec<u8>>,
    marks: Marks,
    wanted: Wanted,
) -> Result<Sheet, Refused> {
    let _turn = desk
        .typesetting
        .acquire()
        .await
        .map_err(|_| Refused::from(Code::Unavailable))?;
    let desk = Arc::clone(desk);
    tokio::task::spawn_blocking(move || {
        let today = desk.office.rules.day(desk.clock.now()).date();
        let opened = case::open(&desk.office, &plaintext, today)?;
        set(&desk, &opened, &marks, wanted)
    })
    .await
    .map_err(|error| Refused::internal("typesetting", &error))?
}

fn set(desk: &Desk, opened: &Opened<'_>, marks: &Marks, wanted: Wanted) -> Result<Sheet, Refused> {
    if opened.forms.is_empty() {
        return Err(Refused::with(Code::NotFound, "the case has no form"));
    }
    let typesetter = typesetter(desk)?;
    let names: Vec<String> = (opened.forms.iter())
        .map(|it| name_of(&it.form.template))
        .collect();
    let packet: Vec<(Template<'_>, Document<'_>)> = (opened.forms.iter())
        .zip(&names)
        .map(|(it, name)| {
            let template = Template {
                name,
                source: &it.form.template_source,
            };
            let document = Document {
                office: text_in(&desk.office.name, "ja"),
                application: &it.application,
                date: opened.finished_on(desk.office.zone),
                ticket: marks.number.as_deref(),
                code: marks.code.as_ref(),
            };
            (template, document)
        })
        .collect();
    if matches!(wanted, Wanted::Archive) {
        let record = opened.record(&desk.office, marks)?;
        let archived = typesetter.archive(&packet, &record);
        let archived = archived.map_err(|error| match error {
            NotArchived::Typeset(error) => refused(&error),
            NotArchived::Unprintable(error) => Refused::internal("archiving a case", &error),
        })?;
        return Ok(Sheet {
            bytes: archived.pdf,
            pages: 0,
        });
    }
    let sheets = typesetter.typeset_all(&packet);
    let sheets = sheets.map_err(|error| refused(&error))?;
    let pages = sheets.pages();
    let bytes = match wanted {
        Wanted::Pdf | Wanted::Archive => sheets.pdf().map(Some),
        Wanted::Png { page } => sheets.png(page, PREVIEW_PPI),
    };
    let bytes = bytes.map_err(|error| Refused::internal("drawing a paper", &error))?;
    let no_such_page = || Refused::with(Code::NotFound, format!("the paper has {pages} page(s)"));
    Ok(Sheet {
        bytes: bytes.ok_or_else(no_such_page)?,
        pages,
    })
}

/// A template that fails is told by its place alone: what it says may quote what a citizen wrote.
fn refused(error: &TypesetError) -> Refused {
    let places = match error {
        TypesetError::Template(mistakes) => mistakes
            .iter()
            .map(|mistake| match mistake.line {
                Some(line) => format!("{}:{line}", mistake.template),
                None => mistake.template.clone(),
            })
            .collect::<Vec<_>>()
            .join(", "),
        TypesetError::Pages(pages) => format!("{pages} pages"),
    };
    let mut refused = Refused::internal("typesetting", &places);
    refused.detail = Some(format!("the template fails at {places}"));
    refused
}

/// The typesetter, whose fonts are read when the first paper is asked for.
fn typesetter(desk: &Desk) -> Result<Arc<Typesetter>, Refused> {
    let mut shared = desk
        .typesetter
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(typesetter) = &*shared {
        return Ok(Arc::clone(typesetter));
    }
    let opened = Typesetter::open(&desk.office.fonts_dir)
        .map(Arc::new)
        .map_err(|error| Refused::internal("reading the fonts of papers", &error))?;
    *shared = Some(Arc::clone(&opened));
    Ok(opened)
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
