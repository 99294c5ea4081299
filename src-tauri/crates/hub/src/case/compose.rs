//! What a case is made of: forms and a life event are given to it and taken away, and what one of them answers is known to the others.

use std::{collections::BTreeMap, sync::Arc};

use forms::{Application, Procedure};
use office::Office;
use wire::{
    Code,
    case::{Answer, CASE_FORMS_MAX, Provenance},
};
use zeroize::Zeroizing;

use crate::{
    case::{
        OpenForm, OpenPlan, Opened, Reader, Veil,
        kept::{self, KeptForm, KeptPlan, recall},
    },
    problem::Refused,
};

/// An answer can make another question apply; after so many rounds everything that follows from one is known.
const SHARING_ROUNDS_MAX: usize = 8;

/// An answer as it stands on another form.
struct Known {
    value: Zeroizing<String>,
    provenance: Provenance,
    of_card: Option<Zeroizing<String>>,
}

impl<'a> Opened<'a> {
    /// Gives the case a form, with what the others answer. One that was taken away comes back with its answers.
    pub(super) fn add_form(
        &mut self,
        (office, reader): (&'a Office, &Reader),
        procedure: &str,
    ) -> Result<String, Refused> {
        let form = office
            .form(procedure)
            .ok_or_else(|| Refused::with(Code::NotFound, "the office has no such procedure"))?;
        let id = form.procedure.id();
        if self.forms.iter().any(|it| it.form.procedure.id() == id) {
            return Err(Refused::with(Code::Nonsense, "the form is there already"));
        }
        if self.forms.len() >= CASE_FORMS_MAX {
            let most = format!("a case has at most {CASE_FORMS_MAX} forms");
            return Err(Refused::with(Code::TooLarge, most));
        }
        self.check_counters(office, reader, form)?;
        let removed = &mut self.kept.removed_forms;
        let before = removed.iter().position(|it| it.procedure == id);
        let kept = match before {
            Some(before) => removed.remove(before),
            None => KeptForm::empty(id),
        };
        self.forms.push(OpenForm {
            form,
            application: recall(&form.procedure, &kept.answers, self.today)?,
            unfinished: kept.unfinished,
        });
        self.kept.forms.push(kept);
        self.share_what_is_read(office, reader)?;
        Ok(format!("+{id}"))
    }

    /// Takes a form away. Its answers stay, for whoever adds it again; where one of them is hidden, only who reads it takes it away.
    pub(super) fn remove_form(
        &mut self,
        (office, reader): (&Office, &Reader),
        procedure: &str,
    ) -> Result<String, Refused> {
        let index = self.index_of(procedure)?;
        let form = self.forms.get(index).ok_or(Code::Internal)?.form;
        self.check_counters(office, reader, form)?;
        let kept = self.kept.forms.get(index).ok_or(Code::Internal)?;
        self.check_all_read(procedure, &kept.answers)?;
        self.forms.remove(index);
        self.kept.removed_forms.push(self.kept.forms.remove(index));
        Ok(format!("-{}", form.procedure.id()))
    }

    /// Gives the case a life event's questions. One that was taken away comes back with its answers and marks. What it answers is not
    /// shared yet.
    pub(super) fn add_plan(
        &mut self,
        office: &'a Office,
        life_event: &str,
    ) -> Result<String, Refused> {
        if self.plan.is_some() {
            return Err(Refused::with(
                Code::Nonsense,
                "the case has a life event already",
            ));
        }
        let found = office
            .life_events
            .iter()
            .find(|it| it.event.questions().id() == life_event)
            .ok_or_else(|| Refused::with(Code::NotFound, "the office has no such life event"))?;
        let questions = found.event.questions();
        let removed = &mut self.kept.removed_plans;
        let before = removed
            .iter()
            .position(|it| it.life_event == questions.id());
        let kept = match before {
            Some(before) => removed.remove(before),
            None => KeptPlan::empty(questions.id()),
        };
        self.plan = Some(OpenPlan {
            event: &found.event,
            service: found.service.as_str(),
            answers: recall(questions, &kept.answers, self.today)?,
        });
        self.kept.plan = Some(kept);
        Ok(format!("+{}", questions.id()))
    }

    /// Takes the life event away. Its answers and marks stay, for whoever adds it again; where one of them is hidden, only who reads
    /// it takes it away.
    pub(super) fn remove_plan(&mut self) -> Result<String, Refused> {
        if let Some(kept) = &self.kept.plan {
            self.check_all_read(&kept.life_event, &kept.answers)?;
        }
        let (Some(open), Some(kept)) = (self.plan.take(), self.kept.plan.take()) else {
            return Err(super::change::no_plan());
        };
        self.kept.removed_plans.push(kept);
        Ok(format!("-{}", open.event.questions().id()))
    }

    /// Where a form of this procedure stands.
    pub(super) fn index_of(&self, procedure: &str) -> Result<usize, Refused> {
        let same = |it: &OpenForm<'_>| it.form.procedure.id() == procedure;
        self.forms
            .iter()
            .position(same)
            .ok_or_else(|| Refused::with(Code::NotFound, "the case has no such form"))
    }

    /// Refuses to take answers away that this clerk does not read.
    fn check_all_read(&self, of: &str, answers: &[Answer]) -> Result<(), Refused> {
        all_read(&self.veil, of, answers)
    }

    /// Refuses whoever does not read every answer of the case.
    pub(crate) fn check_reads_all(&self, office: &Office, reader: &Reader) -> Result<(), Refused> {
        let veil = self.veil(office, reader);
        for form in &self.kept.forms {
            all_read(&veil, &form.procedure, &form.answers)?;
        }
        let plan = self.kept.plan.as_ref();
        plan.map_or(Ok(()), |it| all_read(&veil, &it.life_event, &it.answers))
    }

    /// As [`Opened::share`], behind the veil that falls on what has just been added, too.
    pub(super) fn share_what_is_read(
        &mut self,
        office: &Office,
        reader: &Reader,
    ) -> Result<(), Refused> {
        self.veil = self.veil(office, reader);
        self.share()
    }

    /// What one form or the life event answers is known to the others: questions that nobody has answered there are answered, too.
    /// What stands there stays, also where somebody left it empty.
    pub(super) fn share(&mut self) -> Result<(), Refused> {
        for _ in 0..SHARING_ROUNDS_MAX {
            let known = self.known();
            let mut filled = false;
            for (open, kept) in self.forms.iter_mut().zip(&mut self.kept.forms) {
                let (application, answers) = (&mut open.application, &mut kept.answers);
                filled |= fill(application, answers, &known, self.today)?;
            }
            if let (Some(open), Some(kept)) = (&mut self.plan, &mut self.kept.plan) {
                filled |= fill(&mut open.answers, &mut kept.answers, &known, self.today)?;
            }
            if !filled {
                break;
            }
        }
        Ok(())
    }

    /// What is answered, by its meaning. Of two answers of one meaning that of the later form counts.
    fn known(&self) -> BTreeMap<String, Known> {
        let plan = self.plan.iter().zip(&self.kept.plan);
        let plan = plan.map(|(open, kept)| (&open.answers, &kept.answers));
        let forms = self.forms.iter().zip(&self.kept.forms);
        let forms = forms.map(|(open, kept)| (&open.application, &kept.answers));
        let mut known = BTreeMap::new();
        for (application, answers) in plan.chain(forms) {
            for field in application.procedure().fields() {
                if field.meaning.is_none() || !application.applies(field) {
                    continue;
                }
                // A form that is added at one counter does not bring to light what belongs to another.
                if self.veil.hides(application.procedure().id(), &field.id) {
                    continue;
                }
                let answer = answers.iter().find(|it| it.field == field.id);
                let Some(answer) = answer.filter(|it| {
                    it.provenance != Provenance::Default
                        && !it.value.is_empty()
                        && it.value == application.value(&field.id)
                }) else {
                    continue;
                };
                for meaning in application.meanings(field) {
                    let answer = Known {
                        value: Zeroizing::new(answer.value.clone()),
                        provenance: answer.provenance,
                        of_card: answer.of_card.clone().map(Zeroizing::new),
                    };
                    known.insert(meaning.to_owned(), answer);
                }
            }
        }
        known
    }
}

fn all_read(veil: &Veil, of: &str, answers: &[Answer]) -> Result<(), Refused> {
    let mut said = answers
        .iter()
        .filter(|it| it.provenance != Provenance::Default && !it.value.is_empty());
    if said.any(|it| veil.hides(of, &it.field) || veil.omits(of, &it.field)) {
        let detail = "it has answers that are read at another counter";
        return Err(Refused::with(Code::Forbidden, detail));
    }
    Ok(())
}

/// Answers the questions of one form that nobody has answered; tells whether there were any.
fn fill(
    application: &mut Application,
    answers: &mut Vec<Answer>,
    known: &BTreeMap<String, Known>,
    today: chrono::NaiveDate,
) -> Result<bool, Refused> {
    let procedure = Arc::clone(application.procedure());
    let mut filled = false;
    for field in procedure.fields() {
        let said = answers
            .iter()
            .any(|it| it.field == field.id && it.provenance != Provenance::Default);
        let meaning = field.fixed_meaning().or_else(|| {
            // Whom a form is for is said on each: somebody's account on one form is not that of whoever is named on another.
            let meaning = application.meaning(field);
            meaning.filter(|it| !it.starts_with("subject."))
        });
        let known = meaning.and_then(|it| known.get(it));
        let Some(known) = known.filter(|_| !said && application.applies(field)) else {
            continue;
        };
        // What does not fit there is left to be asked.
        if takes(&procedure, &field.id, known, today) {
            answers.retain(|it| it.field != field.id);
            answers.push(Answer {
                field: field.id.clone(),
                value: known.value.to_string(),
                provenance: known.provenance,
                of_card: known.of_card.as_ref().map(|it| it.to_string()),
            });
            filled = true;
        }
    }
    if filled {
        *application = kept::recall(&procedure, answers, today)?;
    }
    Ok(filled)
}

fn takes(procedure: &Arc<Procedure>, field: &str, known: &Known, today: chrono::NaiveDate) -> bool {
    let given = (field, known.value.as_str(), known.provenance.into());
    Application::restore(Arc::clone(procedure), today, [given]).is_ok()
}
