//! A finished application between the kiosk, the sealed store, the clerk's screen and the paper.
//!
//! Nothing here is `Debug`, and plaintext lives in memory that is overwritten when it is dropped.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use forms::Application;
use office::{Form, Office};
use serde::{Deserialize, Serialize};
use wire::{
    Code, Millis,
    command::{Answer, CardRead, CaseDraft, CaseRow, CaseView, Provenance},
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::problem::Refused;

/// Cautions of one card are at most as many as there are kinds of them.
const CAUTIONS_MAX: usize = 16;

/// What is sealed: the draft and when it was finished.
#[derive(Serialize, Deserialize)]
struct Kept {
    procedure: String,
    finished_at: Millis,
    answers: Vec<Answer>,
    /// Absent where everything was typed, and in cases that were sealed before cards were told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<CardRead>,
}

/// Checks a draft against its procedure and makes what is sealed.
///
/// The form decides, not the kiosk: a draft that the form would not accept never reaches a clerk.
pub(crate) fn accept(
    office: &Office,
    service: &str,
    draft: CaseDraft,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut kept = Kept {
        procedure: draft.procedure,
        finished_at: now.timestamp_millis(),
        answers: draft.answers,
        card: draft.card,
    };
    let application = kept
        .application(office, today)
        .and_then(|(form, application)| {
            if form.service.as_str() != service {
                return Err(Refused::with(
                    Code::BadRequest,
                    format!("procedure {} belongs to another service", kept.procedure),
                ));
            }
            let cautions = kept.card.as_ref().map_or(0, |it| it.cautions.len());
            if cautions > CAUTIONS_MAX {
                return Err(Refused::with(
                    Code::BadRequest,
                    format!("{cautions} cautions of a card; at most {CAUTIONS_MAX}"),
                ));
            }
            if let Some(field) = application.next_question() {
                return Err(Refused::with(
                    Code::BadRequest,
                    format!("field {} is still to be answered", field.id),
                ));
            }
            Ok(())
        });
    let sealed = application.and_then(|()| {
        serde_json::to_vec(&kept)
            .map(Zeroizing::new)
            .map_err(|error| Refused::internal("writing a case", &error))
    });
    kept.forget();
    sealed
}

/// An opened case.
pub(crate) struct Opened<'a> {
    /// Its procedure with its paper.
    pub(crate) form: &'a Form,
    /// The answers.
    pub(crate) application: Application,
    finished_at: Millis,
    card: Option<CardRead>,
}

/// Opens what was sealed.
pub(crate) fn open<'a>(
    office: &'a Office,
    plaintext: &[u8],
    today: NaiveDate,
) -> Result<Opened<'a>, Refused> {
    let mut kept: Kept = serde_json::from_slice(plaintext)
        // The cause is not logged: it may quote what it could not read.
        .map_err(|_| Refused::internal("reading a case", &"it is not of a known shape"))?;
    let opened = kept
        .application(office, today)
        .map(|(form, application)| Opened {
            form,
            application,
            finished_at: kept.finished_at,
            card: kept.card.take(),
        });
    kept.forget();
    opened
}

impl Kept {
    fn application<'a>(
        &self,
        office: &'a Office,
        today: NaiveDate,
    ) -> Result<(&'a Form, Application), Refused> {
        let form = office
            .form(&self.procedure)
            .ok_or_else(|| Refused::with(Code::BadRequest, "the office has no such procedure"))?;
        let answers = self.answers.iter().map(|answer| {
            (
                answer.field.as_str(),
                answer.value.as_str(),
                of_wire(answer.provenance),
            )
        });
        let application = Application::restore(Arc::clone(&form.procedure), today, answers)
            .map_err(|(field, refusal)| {
                // An unknown field's name is the sender's text and is not repeated.
                let field = form.procedure.field(&field).map_or("?", |field| &field.id);
                Refused::with(
                    Code::BadRequest,
                    format!("field {field}: {}", refusal.code()),
                )
            })?;
        Ok((form, application))
    }

    fn forget(&mut self) {
        for answer in &mut self.answers {
            answer.value.zeroize();
        }
    }
}

impl Opened<'_> {
    /// The office's day on which it was finished: the day of the application.
    pub(crate) fn finished_on(&self, zone: chrono_tz::Tz) -> NaiveDate {
        DateTime::from_timestamp_millis(self.finished_at)
            .unwrap_or_default()
            .with_timezone(&zone)
            .date_naive()
    }

    /// What the clerk reads.
    pub(crate) fn view(&self) -> CaseView {
        let rows = self.application.rows("ja").map(|row| CaseRow {
            field: row.field.id.clone(),
            label: row.field.label.clone(),
            value: row.words.to_string(),
            // A row that nobody filled in is one that the citizen left empty.
            provenance: row.provenance.map_or(Provenance::Typed, to_wire),
            doubtful: row.doubtful(),
        });
        let procedure = self.application.procedure();
        CaseView {
            procedure: procedure.name().clone(),
            finished_at: self.finished_at,
            rows: rows.collect(),
            documents: self
                .application
                .documents()
                .map(|document| document.name.clone())
                .collect(),
            fee: self.application.fee("ja"),
            notes: self.application.notes().map(str::to_owned).collect(),
            card: self.card.clone(),
        }
    }
}

fn of_wire(provenance: Provenance) -> forms::Provenance {
    match provenance {
        Provenance::Card => forms::Provenance::Card,
        Provenance::CardEdited => forms::Provenance::CardEdited,
        Provenance::Typed => forms::Provenance::Typed,
        Provenance::Default => forms::Provenance::Default,
        Provenance::Clerk => forms::Provenance::Clerk,
    }
}

fn to_wire(provenance: forms::Provenance) -> Provenance {
    match provenance {
        forms::Provenance::Card => Provenance::Card,
        forms::Provenance::CardEdited => Provenance::CardEdited,
        forms::Provenance::Typed => Provenance::Typed,
        forms::Provenance::Default => Provenance::Default,
        forms::Provenance::Clerk => Provenance::Clerk,
    }
}
