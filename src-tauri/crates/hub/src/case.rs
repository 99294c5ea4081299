//! What a visit brings to the counter, between the kiosk, the sealed store, the clerk's screen and the paper.
//!
//! Nothing here is `Debug`, and plaintext lives in memory that is overwritten when it is dropped.

mod apart;
mod archive;
mod change;
mod checklist;
mod compose;
mod gone;
mod keep;
mod kept;
mod prepare;
mod sensitive;
mod sign;
mod view;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use forms::{
    Application,
    life_event::{LifeEvent, Plan},
};
use office::{Form, Office};
use wire::{
    Code,
    case::{CASE_FORMS_MAX, CaseDraft, Provenance},
};
use zeroize::Zeroizing;

pub(crate) use apart::{parted, signed};
pub(crate) use archive::line_on_paper;
pub(crate) use change::{Wish, change};
pub(crate) use gone::Gone;
pub(crate) use keep::keep_until;
pub(crate) use prepare::{
    Announced, Merged, Summary, arrive, begin, begin_announced, imported, merge, revision, start,
};
pub(crate) use sensitive::{Owns, Veil};
pub(crate) use sign::{Given, Sheet, ToSign, sheet, shown_now, sign, void_stale};
pub(crate) use view::Reader;

use crate::{
    case::kept::{Kept, KeptForm, KeptPlan, Restore},
    problem::Refused,
};

/// Cautions of one card are at most as many as there are kinds of them.
const CAUTIONS_MAX: usize = 16;
/// Bytes of one thing that a card says; an address is the longest, and the card's own file holds less.
const OF_CARD_BYTES_MAX: usize = 2_048;

/// Checks a draft against its procedures and makes what is sealed. `services` are the ticket's, in their order.
///
/// The forms decide, not the kiosk: a draft that a form would not accept never reaches a clerk.
pub(crate) fn accept<'a>(
    office: &Office,
    services: impl Iterator<Item = &'a str> + Clone,
    draft: CaseDraft,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    check_said(&draft)?;
    let mut opened = Opened::of(Kept::of_draft(draft, now), office, today, kept::restore)?;
    if !opened.gone.is_empty() {
        let detail = "the office has no such procedure or life event";
        return Err(Refused::with(Code::BadRequest, detail));
    }
    let count = opened.forms.len();
    if count > CASE_FORMS_MAX || (count == 0 && opened.plan.is_none()) {
        let most = format!("{count} forms; expected 1 to {CASE_FORMS_MAX}, or a plan");
        return Err(Refused::with(Code::BadRequest, most));
    }
    for index in 0..count {
        opened.check(office, index, services.clone())?;
    }
    let card = opened.kept.card.as_ref();
    let cautions = card.map_or(0, |it| it.cautions.len());
    if cautions > CAUTIONS_MAX {
        let most = format!("{cautions} cautions of a card; at most {CAUTIONS_MAX}");
        return Err(Refused::with(Code::BadRequest, most));
    }
    opened.sealed(office)
}

/// Refuses what no kiosk says: that a clerk wrote it, a field twice, or a card that says more than a card holds.
fn check_said(draft: &CaseDraft) -> Result<(), Refused> {
    let pages = draft.forms.iter().map(|it| &it.answers);
    for answers in pages.chain(draft.plan.iter().map(|it| &it.answers)) {
        let mut fields = BTreeSet::new();
        for answer in answers {
            let of_card = answer.of_card.as_ref().map_or(0, String::len);
            let detail = if answer.provenance == Provenance::Clerk {
                "an answer that a clerk is said to have written"
            } else if !fields.insert(&answer.field) {
                "a field that is answered twice"
            } else if of_card > OF_CARD_BYTES_MAX {
                "more of a card than a card holds"
            } else {
                continue;
            };
            return Err(Refused::with(Code::BadRequest, detail));
        }
    }
    Ok(())
}

/// An opened case.
pub(crate) struct Opened<'a> {
    /// Its forms, in the order in which they are handed in.
    pub(crate) forms: Vec<OpenForm<'a>>,
    /// What a life event asks for.
    pub(crate) plan: Option<OpenPlan<'a>>,
    /// What the office's configuration does not know any more; it is read as it stood.
    pub(crate) gone: Vec<Gone>,
    kept: Kept,
    today: NaiveDate,
    /// What whoever changes it does not read, and what is therefore not shared with other forms either.
    veil: Veil,
}

/// One form of an opened case.
pub(crate) struct OpenForm<'a> {
    /// The procedure with its paper.
    pub(crate) form: &'a Form,
    /// The answers.
    pub(crate) application: Application,
    /// It was handed to a clerk with what is there.
    pub(crate) unfinished: bool,
}

/// The life event of an opened case.
pub(crate) struct OpenPlan<'a> {
    /// Its questions and rules.
    pub(crate) event: &'a LifeEvent,
    /// The service of the counter that sees to all of it where it can (ワンストップ窓口).
    pub(crate) service: &'a str,
    /// The answers to its questions.
    pub(crate) answers: Application,
}

/// Opens what was sealed.
pub(crate) fn open<'a>(
    office: &'a Office,
    plaintext: &[u8],
    today: NaiveDate,
) -> Result<Opened<'a>, Refused> {
    Opened::of(Kept::read(plaintext)?, office, today, kept::recall)
}

impl<'a> Opened<'a> {
    fn of(
        mut kept: Kept,
        office: &'a Office,
        today: NaiveDate,
        restore: Restore,
    ) -> Result<Self, Refused> {
        kept.set_aside(office);
        let gone = kept.gone(office, today);
        let forms = kept.forms.iter().map(|it| it.open(office, today, restore));
        let forms = forms.collect::<Result<_, _>>()?;
        let plan = kept.plan.as_ref().map(|it| it.open(office, today, restore));
        let plan = plan.transpose()?;
        Ok(Self {
            forms,
            plan,
            gone,
            kept,
            today,
            veil: Veil::default(),
        })
    }

    /// What is sealed of it: the answers, and how they read today.
    fn sealed(&mut self, office: &Office) -> Result<Zeroizing<Vec<u8>>, Refused> {
        self.keep_words(office);
        let sealed = self.kept.bytes();
        if sealed.is_err() {
            // The answers come first; their words are made from them as long as the office knows the form.
            self.kept.told.clear();
            return self.kept.bytes();
        }
        sealed
    }

    /// Everything that is printed, in its order: the forms, then what the office has no form for any more.
    pub(crate) fn papers(&self) -> impl Iterator<Item = (&Form, &Application)> {
        let forms = self.forms.iter().map(|it| (it.form, &it.application));
        let gone = self.gone.iter().map(|it| (&it.form, &it.application));
        forms.chain(gone)
    }

    /// When it was finished.
    pub(crate) fn finished_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.kept.finished_at).unwrap_or_default()
    }

    /// When a form was last changed at a counter; where nobody has changed it, when it was finished.
    pub(crate) fn changed_at(&self, procedure: &str) -> DateTime<Utc> {
        let forms = self.kept.forms.iter();
        let changes = forms
            .filter(|it| it.procedure == procedure)
            .flat_map(|it| &it.history);
        let newest = changes.map(|it| it.at).max();
        let newest = newest.and_then(DateTime::from_timestamp_millis);
        newest.unwrap_or_else(|| self.finished_at())
    }

    /// The office's day on which it was finished: the day of the application.
    pub(crate) fn finished_on(&self, zone: chrono_tz::Tz) -> NaiveDate {
        DateTime::from_timestamp_millis(self.kept.finished_at)
            .unwrap_or_default()
            .with_timezone(&zone)
            .date_naive()
    }

    /// The services whose counters see to a form: its own; with a plan also those of the lines that name it, and the one-stop counter's.
    pub(crate) fn counters<'s>(&'s self, office: &Office, form: &'s Form) -> Vec<&'s str> {
        let mut counters = vec![form.service.as_str()];
        if let Some(open) = &self.plan {
            let id = form.procedure.id();
            let plan = open.lines(office, self.today);
            let lines = plan
                .lines()
                .filter(|it| it.rule.forms.iter().any(|form| form == id));
            counters.extend(lines.filter_map(|it| it.department.service.as_deref()));
            counters.push(open.service);
        }
        counters
    }

    /// Refuses whoever may not change a form.
    fn check_counters(&self, office: &Office, reader: &Reader, form: &Form) -> Result<(), Refused> {
        let counters = self.counters(office, form);
        if reader.may_change(&counters) {
            return Ok(());
        }
        let detail = format!("the form is seen to at {}", counters.join(", "));
        Err(Refused::with(Code::Forbidden, detail))
    }

    /// Whether a form may come with a ticket for these services.
    fn check<'s>(
        &self,
        office: &Office,
        index: usize,
        mut services: impl Iterator<Item = &'s str>,
    ) -> Result<(), Refused> {
        let Some(open) = self.forms.get(index) else {
            return Ok(());
        };
        let counters = self.counters(office, open.form);
        let procedure = open.form.procedure.id();
        let refuse = |what: String| Err(Refused::with(Code::BadRequest, what));
        if !services.any(|it| counters.contains(&it)) {
            return refuse(format!("procedure {procedure} belongs to another service"));
        }
        let before = self.forms.iter().take(index);
        if before
            .into_iter()
            .any(|it| it.form.procedure.id() == procedure)
        {
            return refuse(format!("procedure {procedure} came twice"));
        }
        match open.application.next_question() {
            Some(field) if !open.unfinished => {
                refuse(format!("field {} is still to be answered", field.id))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl OpenPlan<'_> {
    /// What follows from the answers.
    pub(crate) fn lines(&self, office: &Office, today: NaiveDate) -> Plan<'_> {
        (self.event).plan(&self.answers, today, |day| office.opens_on(day))
    }
}

impl KeptForm {
    fn open<'a>(
        &self,
        office: &'a Office,
        today: NaiveDate,
        restore: Restore,
    ) -> Result<OpenForm<'a>, Refused> {
        let form = office
            .form(&self.procedure)
            .ok_or_else(|| Refused::with(Code::BadRequest, "the office has no such procedure"))?;
        Ok(OpenForm {
            form,
            application: restore(&form.procedure, &self.answers, today)?,
            unfinished: self.unfinished,
        })
    }
}

impl KeptPlan {
    fn open<'a>(
        &self,
        office: &'a Office,
        today: NaiveDate,
        restore: Restore,
    ) -> Result<OpenPlan<'a>, Refused> {
        let found = office
            .life_events
            .iter()
            .find(|it| it.event.questions().id() == self.life_event)
            .ok_or_else(|| Refused::with(Code::BadRequest, "the office has no such life event"))?;
        Ok(OpenPlan {
            event: &found.event,
            service: found.service.as_str(),
            answers: restore(found.event.questions(), &self.answers, today)?,
        })
    }
}
