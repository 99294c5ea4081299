//! What is sealed of a case.

use std::{collections::BTreeMap, mem, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use forms::{Application, Procedure};
use serde::{Deserialize, Serialize};
use wire::{
    Code, Millis,
    case::{Answer, CardRead, CaseDraft, LineState},
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    case::{gone::Told, sign::KeptSignature},
    problem::Refused,
};

/// What is sealed: the draft, when it was finished, and what counters have made of it since.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// Counts changes, from 1.
    #[serde(default = "first")]
    pub(super) revision: u32,
    pub(super) finished_at: Millis,
    #[serde(default)]
    pub(super) forms: Vec<KeptForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<KeptPlan>,
    /// Absent where everything was typed, and in cases that were sealed before cards were told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<CardRead>,
    /// Forms that were taken away, for whoever adds them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) removed_forms: Vec<KeptForm>,
    /// Life events that were taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) removed_plans: Vec<KeptPlan>,
    /// Forms whose procedure the office has no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gone_forms: Vec<KeptForm>,
    /// Life events that it has no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gone_plans: Vec<KeptPlan>,
    /// How answers read when they were sealed, by procedure or life event.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) told: BTreeMap<String, Told>,
    /// The number of the application that announced the visit (引越しOSS); it stands nowhere outside the seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) announced: Option<String>,
    /// A digest of the row of a list from which it was made, by which the same row is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) imported: Option<String>,
    /// The only form's procedure, in cases that were sealed before a visit had several.
    #[serde(default, skip_serializing)]
    procedure: Option<String>,
    /// Its answers.
    #[serde(default, skip_serializing)]
    answers: Vec<Answer>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct KeptForm {
    pub(super) procedure: String,
    /// Given on a tablet; those that a change has voided, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) signatures: Vec<KeptSignature>,
    pub(super) answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unfinished: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) history: Vec<Change>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct KeptPlan {
    pub(super) life_event: String,
    pub(super) answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) history: Vec<Change>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<Mark>,
    /// Marks that were taken back or that others replaced, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier: Vec<Mark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) prepared: Vec<PreparedMark>,
}

/// One change of a value; before and after as the form keeps them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) field: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) by: String,
    pub(super) at: Millis,
}

/// What became of a line of the plan.
#[derive(Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) rule: String,
    pub(super) state: LineState,
    pub(super) by: String,
    pub(super) at: Millis,
}

/// 準備済: a department has prepared a line of the plan.
#[derive(Serialize, Deserialize)]
pub(super) struct PreparedMark {
    pub(super) rule: String,
    pub(super) by: String,
    pub(super) at: Millis,
}

fn first() -> u32 {
    1
}

impl KeptForm {
    /// A form with nothing answered, for a clerk to fill in.
    pub(super) fn empty(procedure: &str) -> Self {
        Self {
            procedure: procedure.to_owned(),
            answers: Vec::new(),
            unfinished: true,
            signatures: Vec::new(),
            history: Vec::new(),
        }
    }
}

impl KeptPlan {
    /// A life event with nothing answered.
    pub(super) fn empty(life_event: &str) -> Self {
        Self {
            life_event: life_event.to_owned(),
            answers: Vec::new(),
            history: Vec::new(),
            marks: Vec::new(),
            earlier: Vec::new(),
            prepared: Vec::new(),
        }
    }
}

impl Kept {
    /// A case with nothing in it.
    pub(super) fn empty(at: DateTime<Utc>) -> Self {
        Self {
            revision: first(),
            finished_at: at.timestamp_millis(),
            forms: Vec::new(),
            plan: None,
            card: None,
            removed_forms: Vec::new(),
            removed_plans: Vec::new(),
            gone_forms: Vec::new(),
            gone_plans: Vec::new(),
            told: BTreeMap::new(),
            announced: None,
            imported: None,
            procedure: None,
            answers: Vec::new(),
        }
    }

    pub(super) fn of_draft(draft: CaseDraft, now: DateTime<Utc>) -> Self {
        let forms = draft.forms.into_iter().map(|it| KeptForm {
            procedure: it.procedure,
            answers: it.answers,
            unfinished: it.unfinished,
            signatures: Vec::new(),
            history: Vec::new(),
        });
        let mut kept = Self::empty(now);
        kept.forms = forms.collect();
        kept.plan = draft.plan.map(|it| KeptPlan {
            life_event: it.life_event,
            answers: it.answers,
            history: Vec::new(),
            marks: Vec::new(),
            earlier: Vec::new(),
            prepared: Vec::new(),
        });
        kept.card = draft.card;
        kept
    }

    pub(super) fn read(plaintext: &[u8]) -> Result<Self, Refused> {
        let mut kept: Self = serde_json::from_slice(plaintext)
            // The cause is not logged: it may quote what it could not read.
            .map_err(|_| Refused::internal("reading a case", &"it is not of a known shape"))?;
        if let Some(procedure) = kept.procedure.take() {
            let answers = mem::take(&mut kept.answers);
            kept.forms.push(KeptForm {
                procedure,
                answers,
                unfinished: false,
                signatures: Vec::new(),
                history: Vec::new(),
            });
        }
        Ok(kept)
    }

    /// What is sealed. Never longer than what the store takes.
    pub(super) fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let bytes = serde_json::to_vec(self)
            .map(Zeroizing::new)
            .map_err(|error| Refused::internal("writing a case", &error))?;
        if bytes.len() > store::CASE_BYTES_MAX {
            let most = format!("a case has at most {} bytes", store::CASE_BYTES_MAX);
            return Err(Refused::with(Code::TooLarge, most));
        }
        Ok(bytes)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for answer in &mut self.answers {
            answer.said_mut().for_each(|it| it.zeroize());
        }
        self.announced.zeroize();
    }
}

impl Drop for KeptForm {
    fn drop(&mut self) {
        forget(&mut self.answers, &mut self.history);
    }
}

impl Drop for KeptPlan {
    fn drop(&mut self) {
        forget(&mut self.answers, &mut self.history);
    }
}

fn forget(answers: &mut [Answer], history: &mut [Change]) {
    for said in answers.iter_mut().flat_map(Answer::said_mut) {
        said.zeroize();
    }
    for change in history {
        change.before.zeroize();
        change.after.zeroize();
    }
}

/// How answers become an application.
pub(super) type Restore = fn(&Arc<Procedure>, &[Answer], NaiveDate) -> Result<Application, Refused>;

/// The application that sealed answers make. What the form of today would not take, because the office has changed it since, is left
/// to be asked again; it stays sealed as it was.
pub(super) fn recall(
    procedure: &Arc<Procedure>,
    answers: &[Answer],
    today: NaiveDate,
) -> Result<Application, Refused> {
    let mut fitting: Vec<&Answer> = answers.iter().collect();
    loop {
        let given = fitting.iter().copied().map(given);
        match Application::restore(Arc::clone(procedure), today, given) {
            Ok(application) => return Ok(application),
            // Each round has one answer less.
            Err((field, _)) => fitting.retain(|it| it.field != field),
        }
    }
}

fn given(answer: &Answer) -> (&str, &str, forms::Provenance) {
    (&answer.field, &answer.value, answer.provenance.into())
}

/// The application that the answers of a draft make.
pub(super) fn restore(
    procedure: &Arc<Procedure>,
    answers: &[Answer],
    today: NaiveDate,
) -> Result<Application, Refused> {
    let given = answers.iter().map(given);
    Application::restore(Arc::clone(procedure), today, given).map_err(|(field, refusal)| {
        // An unknown field's name is the sender's text and is not repeated.
        let field = procedure.field(&field).map_or("?", |field| &field.id);
        Refused::with(
            Code::BadRequest,
            format!("field {field}: {}", refusal.code()),
        )
    })
}
