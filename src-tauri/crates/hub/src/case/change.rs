//! What a clerk changes in a case: a value, an answer to a life event's question, what became of a line of its plan.

use chrono::{DateTime, NaiveDate, Utc};
use forms::{Application, Refusal, life_event::Rule};
use office::Office;
use wire::{
    Code, Millis,
    case::{Answer, CaseChange, ChangeCase, LineState, Provenance},
};
use zeroize::Zeroizing;

use crate::{
    case::{
        OpenPlan, Opened, Reader,
        kept::{Change, Mark, PreparedMark},
        open,
    },
    problem::Refused,
};

/// Changes of one form or plan that are kept; after so many a case is no form any more.
const CHANGES_MAX: usize = 500;

/// A change on its way to the owner.
pub(crate) struct Wish {
    /// What.
    pub(crate) asked: ChangeCase,
    /// The account of who wants it.
    pub(crate) by: String,
    /// Who wants it is a lead.
    pub(crate) lead: bool,
}

/// A case after a change.
pub(crate) struct Changed {
    /// What is sealed from now on.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// Its revision.
    pub(crate) revision: u32,
    /// When it was finished: from then on it is kept.
    pub(crate) finished_at: DateTime<Utc>,
    /// What was changed, in ids of the office's own configuration; never a value.
    pub(crate) about: String,
}

/// Changes an opened case. The form decides what a value may be, as it did at the kiosk.
pub(crate) fn change(
    office: &Office,
    plaintext: &[u8],
    wish: &Wish,
    reader: &Reader,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Changed, Refused> {
    let mut opened = open(office, plaintext, today)?;
    if wish.asked.revision != opened.kept.revision {
        return Err(Code::CaseChanged.into());
    }
    opened.veil = opened.veil(office, reader);
    opened.check_read(&wish.asked.change)?;
    let hand = Hand {
        by: &wish.by,
        at: now.timestamp_millis(),
    };
    let about = match &wish.asked.change {
        CaseChange::Value {
            procedure,
            field,
            value,
        } => opened.correct((office, reader), (procedure, field), value, hand)?,
        CaseChange::Answer { field, value } => opened.answer(field, value, hand)?,
        CaseChange::Line { rule, state } => opened.mark(rule, *state, hand)?,
        CaseChange::Prepared { rule, prepared } => opened.prepare(rule, *prepared, hand)?,
        CaseChange::AddForm { procedure } => opened.add_form((office, reader), procedure)?,
        CaseChange::RemoveForm { procedure } => opened.remove_form((office, reader), procedure)?,
        CaseChange::AddPlan { life_event } => {
            let about = opened.add_plan(office, life_event)?;
            opened.share_what_is_read(office, reader)?;
            about
        }
        CaseChange::RemovePlan => opened.remove_plan()?,
    };
    opened.kept.revision = opened.kept.revision.saturating_add(1);
    Ok(Changed {
        plaintext: opened.sealed(office)?,
        revision: opened.kept.revision,
        finished_at: opened.finished_at(),
        about,
    })
}

/// Who changes something, and when.
#[derive(Clone, Copy)]
struct Hand<'a> {
    by: &'a str,
    at: Millis,
}

/// Answers with what was changed in them.
pub(super) struct Page<'a> {
    pub(super) application: &'a mut Application,
    pub(super) answers: &'a mut Vec<Answer>,
    pub(super) history: &'a mut Vec<Change>,
}

impl Opened<'_> {
    /// Refuses to change what whoever wants it does not read.
    fn check_read(&self, change: &CaseChange) -> Result<(), Refused> {
        let questions = self.plan.as_ref().map(|it| it.event.questions().id());
        let hides =
            |of: &str, field: &str| self.veil.hides(of, field) || self.veil.omits(of, field);
        let hidden = match change {
            CaseChange::Value {
                procedure, field, ..
            } => hides(procedure, field),
            CaseChange::Answer { field, .. } => questions.is_some_and(|it| hides(it, field)),
            CaseChange::Line { rule, .. } | CaseChange::Prepared { rule, .. } => {
                self.veil.hides_line(rule)
            }
            CaseChange::AddForm { .. }
            | CaseChange::RemoveForm { .. }
            | CaseChange::AddPlan { .. }
            | CaseChange::RemovePlan => false,
        };
        if hidden {
            let detail = "this is seen to at another counter";
            return Err(Refused::with(Code::Forbidden, detail));
        }
        Ok(())
    }

    fn correct(
        &mut self,
        (office, reader): (&Office, &Reader),
        (procedure, field): (&str, &str),
        value: &str,
        hand: Hand<'_>,
    ) -> Result<String, Refused> {
        let index = self.index_of(procedure)?;
        let form = self.forms.get(index).ok_or(Code::Internal)?.form;
        self.check_counters(office, reader, form)?;
        self.correct_everywhere(index, field, value, hand)
    }

    fn answer(&mut self, field: &str, value: &str, hand: Hand<'_>) -> Result<String, Refused> {
        if self.plan.is_none() {
            return Err(no_plan());
        }
        // The life event's questions are the last page.
        self.correct_everywhere(self.forms.len(), field, value, hand)
    }

    /// Corrects an answer of one page, and the same answer on the others: nobody writes it twice, also not a clerk. A day that is
    /// corrected on a form is the day from which the plan counts.
    fn correct_everywhere(
        &mut self,
        index: usize,
        field: &str,
        value: &str,
        hand: Hand<'_>,
    ) -> Result<String, Refused> {
        let mut pages = self.pages();
        let page = pages.get_mut(index).ok_or(Code::Internal)?;
        let of_page = page.application.procedure();
        let known = of_page.field(field);
        // One answer, many forms: whose ever they are, and each of them is told in the audit.
        let mut about = format!("{}.{}", of_page.id(), known.map_or("?", |it| &it.id));
        let meanings = known.into_iter();
        let meanings = meanings.flat_map(|it| page.application.meanings(it).map(str::to_owned));
        let mut meanings: Vec<String> = meanings.collect();
        let before = Zeroizing::new(page.application.value(field).to_owned());
        page.correct(field, value, hand)?;
        if before.is_empty() {
            meanings.clear();
        }
        let others = pages.iter_mut().enumerate().filter(|(at, _)| *at != index);
        for (_, page) in others {
            let twins = meanings.iter().flat_map(|it| page.fields_of(it, &before));
            for twin in twins.collect::<Vec<_>>() {
                // What does not fit there stays as it is; a clerk sees it.
                if page.correct(&twin, value, hand).is_ok() {
                    about.push(' ');
                    about.push_str(page.application.procedure().id());
                }
            }
        }
        self.share()?;
        Ok(about)
    }

    fn mark(&mut self, rule: &str, state: LineState, hand: Hand<'_>) -> Result<String, Refused> {
        let (Some(open), Some(kept)) = (&self.plan, &mut self.kept.plan) else {
            return Err(no_plan());
        };
        let rule = rule_of(open, rule)?;
        if kept.earlier.len() >= CHANGES_MAX {
            let most = format!("the lines of a plan are marked at most {CHANGES_MAX} times");
            return Err(Refused::with(Code::TooLarge, most));
        }
        let replaced = kept.marks.extract_if(.., |it| it.rule == rule.id);
        kept.earlier.extend(replaced);
        if state != LineState::Open {
            kept.marks.push(Mark {
                rule: rule.id.clone(),
                state,
                by: hand.by.to_owned(),
                at: hand.at,
            });
        }
        Ok(format!("{}.{}", open.event.questions().id(), rule.id))
    }

    /// 準備済: a department has prepared a line, or has not after all.
    fn prepare(&mut self, rule: &str, prepared: bool, hand: Hand<'_>) -> Result<String, Refused> {
        let (Some(open), Some(kept)) = (&self.plan, &mut self.kept.plan) else {
            return Err(no_plan());
        };
        let rule = rule_of(open, rule)?;
        kept.prepared.retain(|it| it.rule != rule.id);
        if prepared {
            kept.prepared.push(PreparedMark {
                rule: rule.id.clone(),
                by: hand.by.to_owned(),
                at: hand.at,
            });
        }
        Ok(format!("{}.{}", open.event.questions().id(), rule.id))
    }

    /// Everything that has answers: the forms, then the life event's questions.
    pub(super) fn pages(&mut self) -> Vec<Page<'_>> {
        let forms = self.forms.iter_mut().zip(&mut self.kept.forms);
        let forms = forms.map(|(open, kept)| Page {
            application: &mut open.application,
            answers: &mut kept.answers,
            history: &mut kept.history,
        });
        let plan = self.plan.iter_mut().zip(&mut self.kept.plan);
        let plan = plan.map(|(open, kept)| Page {
            application: &mut open.answers,
            answers: &mut kept.answers,
            history: &mut kept.history,
        });
        forms.chain(plan).collect()
    }
}

impl Page<'_> {
    fn correct(&mut self, field: &str, value: &str, hand: Hand<'_>) -> Result<(), Refused> {
        if self.history.len() >= CHANGES_MAX {
            let most = format!("a form is changed at most {CHANGES_MAX} times");
            return Err(Refused::with(Code::TooLarge, most));
        }
        // What a form of today takes no more was said all the same: the sealed answer tells it.
        let said = self.answers.iter().find(|it| it.field == field);
        let said = said.map_or(self.application.value(field), |it| &it.value);
        let before = Zeroizing::new(said.to_owned());
        self.application
            .correct(field, value)
            .map_err(|refusal: Refusal| Refused::with(Code::AnswerRefused, refusal.code()))?;
        let after = self.application.value(field).to_owned();
        if *before == after {
            return Ok(());
        }
        self.keep(field, &before, &after);
        self.history.push(Change {
            field: field.to_owned(),
            before: before.to_string(),
            after,
            by: hand.by.to_owned(),
            at: hand.at,
        });
        self.drop_what_was_put_aside(hand);
        Ok(())
    }

    /// What was about somebody else before this correction is asked again, and stands in the history.
    fn drop_what_was_put_aside(&mut self, hand: Hand<'_>) {
        let application = &*self.application;
        let aside = (self.answers).extract_if(.., |it| application.is_put_aside(&it.field));
        self.history.extend(aside.map(|it| Change {
            field: it.field,
            before: it.value,
            after: String::new(),
            by: hand.by.to_owned(),
            at: hand.at,
        }));
    }

    fn keep(&mut self, field: &str, before: &str, after: &str) {
        let Some(answer) = self.answers.iter_mut().find(|it| it.field == field) else {
            self.answers.push(Answer {
                field: field.to_owned(),
                value: after.to_owned(),
                provenance: Provenance::Clerk,
                of_card: None,
            });
            return;
        };
        if answer.provenance == Provenance::Card {
            answer.of_card = Some(before.to_owned());
        }
        after.clone_into(&mut answer.value);
        answer.provenance = Provenance::Clerk;
        // Set back to what the card says, it is what the card says.
        if answer.of_card.as_deref() == Some(after) {
            answer.of_card = None;
            answer.provenance = Provenance::Card;
        }
    }

    /// The fields of a meaning that were answered with this.
    fn fields_of(&self, meaning: &str, value: &str) -> Vec<String> {
        let fields = self.application.procedure().fields().iter();
        let twins = fields.filter(|it| {
            self.application.meanings(it).any(|it| it == meaning)
                && self.application.applies(it)
                && self.application.value(&it.id) == value
        });
        twins.map(|it| it.id.clone()).collect()
    }
}

fn rule_of<'a>(open: &OpenPlan<'a>, rule: &str) -> Result<&'a Rule, Refused> {
    let mut rules = open.event.rules().iter();
    rules
        .find(|it| it.id == rule)
        .ok_or_else(|| Refused::with(Code::NotFound, "the plan has no such line"))
}

pub(super) fn no_plan() -> Refused {
    Refused::with(Code::NotFound, "the case has no plan")
}
