//! Papers for clerks, typeset on the blocking pool, one at a time.

mod visits;

pub(crate) use visits::{VisitToPrint, typeset_visits, visit_page};

use std::{
    path::Path,
    sync::{Arc, PoisonError},
    time::Duration,
};

use chrono::NaiveDate;
use forms::{Application, text_in};
use office::{Form, Office};
use paper::{
    CaseCode, Document, NotArchived, Sheets, Signature, Template, TypesetError, Typesetter,
};
use sha2::{Digest as _, Sha256};
use wire::Code;
use zeroize::Zeroizing;

use crate::{
    case::{self, Opened, Reader, Veil},
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

/// Sets papers on the blocking pool when it is their turn.
pub(crate) async fn in_turn<T: Send + 'static>(
    desk: &Arc<Desk>,
    work: impl FnOnce(&Desk) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let turn = desk.typesetting.acquire().await;
    let _turn = turn.map_err(|_| Refused::from(Code::Unavailable))?;
    let here = Arc::clone(desk);
    let set = tokio::task::spawn_blocking(move || work(&here)).await;
    set.map_err(|error| Refused::internal("typesetting", &error))?
}

/// Typesets the forms of a case, each with its procedure's template.
pub(crate) async fn typeset(
    desk: &Arc<Desk>,
    plaintext: Zeroizing<Vec<u8>>,
    (marks, reader): (Marks, Reader),
    wanted: Wanted,
) -> Result<Sheet, Refused> {
    let work = move |here: &Desk| {
        let today = here.office.rules.day(here.clock.now()).date();
        let opened = case::open(&here.office, &plaintext, today)?;
        let veil = opened.veil(&here.office, &reader);
        let of = digest(&plaintext, &marks, &opened, &veil);
        if !matches!(wanted, Wanted::Archive)
            && let Some(sheets) = here.just_set(&of)
        {
            return drawn(&sheets, wanted).map(|sheet| (of, sheet, None));
        }
        let (sheet, sheets) = set(here, (&opened, &reader, &veil), &marks, wanted)?;
        Ok((of, sheet, sheets))
    };
    let (of, sheet, sheets) = in_turn(desk, work).await?;
    // A preview is asked for page by page; what was set for one page is there for the next.
    if let (Wanted::Png { .. }, Some(sheets)) = (wanted, sheets) {
        desk.keep_for_a_moment(JustSet { of, sheets });
    }
    Ok(sheet)
}

/// A case's sheets that were just set. They show a person's data: they go after a moment, whatever happens.
pub(crate) struct JustSet {
    /// Of which case, as it was then.
    of: Digest,
    sheets: Arc<Sheets>,
}

/// For so long sheets stay for the pages that are asked for next.
const SHEETS_KEPT_MS: u64 = 15_000;

type Digest = [u8; 32];

/// Of a case as it is, and of the forms of it that whoever asks may read.
fn digest(plaintext: &[u8], marks: &Marks, opened: &Opened<'_>, veil: &Veil) -> Digest {
    let code = marks.code.as_ref().map_or("", CaseCode::as_str);
    let papers = opened.papers();
    let read: Vec<u8> = papers
        .map(|(_, application)| u8::from(veil.shows_all_of(application)))
        .collect();
    Sha256::new_with_prefix(plaintext)
        .chain_update(read)
        .chain_update(code)
        .finalize()
        .into()
}

impl Desk {
    fn just_set(&self, of: &Digest) -> Option<Arc<Sheets>> {
        let kept = self.just_set.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().filter(|it| it.of == *of)?;
        Some(Arc::clone(&kept.sheets))
    }

    fn keep_for_a_moment(self: &Arc<Self>, sheets: JustSet) {
        let of = sheets.of;
        *self.just_set.lock().unwrap_or_else(PoisonError::into_inner) = Some(sheets);
        let desk = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(SHEETS_KEPT_MS)).await;
            let Some(desk) = desk.upgrade() else { return };
            let mut kept = desk.just_set.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.as_ref().is_some_and(|it| it.of == of) {
                *kept = None;
            }
        });
    }
}

fn set(
    desk: &Desk,
    (opened, reader, veil): (&Opened<'_>, &Reader, &Veil),
    marks: &Marks,
    wanted: Wanted,
) -> Result<(Sheet, Option<Arc<Sheets>>), Refused> {
    if opened.forms.is_empty() && opened.gone.is_empty() {
        return Err(Refused::with(Code::NotFound, "the case has no form"));
    }
    // A counter prints what it may read; half a form would be signed as a whole one.
    let forms: Vec<(&Form, &Application)> = opened
        .papers()
        .filter(|(_, application)| veil.shows_all_of(application))
        .collect();
    if forms.is_empty() {
        let detail = "all forms of the case are printed at other counters";
        return Err(Refused::with(Code::Forbidden, detail));
    }
    let typesetter = typesetter(desk)?;
    let names: Vec<String> = (forms.iter())
        .map(|(form, _)| name_of(&form.template))
        .collect();
    let zone = desk.office.zone;
    let signatures: Vec<Option<Signature<'_>>> = (forms.iter())
        .map(|(form, _)| opened.drawn_signature(form.procedure.id(), zone))
        .collect();
    let packet: Vec<(Template<'_>, Document<'_>)> = (forms.iter())
        .zip(&names)
        .zip(&signatures)
        .map(|(((form, application), name), signed)| {
            let template = Template {
                name,
                source: &form.template_source,
            };
            let document = Document {
                office: text_in(&desk.office.name, "ja"),
                application,
                date: opened.finished_on(desk.office.zone),
                ticket: marks.number.as_deref(),
                code: marks.code.as_ref(),
                signed: signed.as_ref(),
            };
            (template, document)
        })
        .collect();
    if matches!(wanted, Wanted::Archive) {
        let record = opened.record(&desk.office, marks, reader)?;
        let archived = typesetter.archive(&packet, &record);
        let archived = archived.map_err(|error| match error {
            NotArchived::Typeset(error) => refused(&error),
            NotArchived::Unprintable(error) => Refused::internal("archiving a case", &error),
        })?;
        let sheet = Sheet {
            bytes: archived.pdf,
            pages: 0,
        };
        return Ok((sheet, None));
    }
    let sheets = typesetter.typeset_all(&packet);
    let sheets = Arc::new(sheets.map_err(|error| refused(&error))?);
    Ok((drawn(&sheets, wanted)?, Some(sheets)))
}

fn drawn(sheets: &Sheets, wanted: Wanted) -> Result<Sheet, Refused> {
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
pub(crate) fn typesetter(desk: &Desk) -> Result<Arc<Typesetter>, Refused> {
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
