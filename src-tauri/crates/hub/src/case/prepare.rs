//! A case before there is a ticket: begun by a booking or a row of a list, and later the ticket's, alone or with what the ticket brought.

use std::{mem, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use forms::Kind;
use office::Office;
use wire::{
    Millis,
    case::{Answer, LineState, PreparedBy, Provenance},
    prepared::PreparedProgress,
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    case::{
        Opened,
        change::Page,
        kept::{Change, Kept, KeptForm, KeptPlan, recall},
    },
    problem::Refused,
};

/// What a list shows of a prepared case.
pub(crate) struct Summary {
    /// How far the departments are.
    pub(crate) progress: PreparedProgress,
    /// Who announced it, as far as a form has a name.
    pub(crate) person: Zeroizing<String>,
    /// The number of the application that announced it.
    pub(crate) application: Option<Zeroizing<String>>,
    /// Who worked on it last.
    pub(crate) worked: Option<PreparedBy>,
}

/// A case that two became.
pub(crate) struct Merged {
    /// What is sealed from now on.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// Its revision.
    pub(crate) revision: u32,
}

/// One row of a list of announced moves.
pub(crate) struct Announced<'a> {
    /// The application's number.
    pub(crate) application: &'a str,
    /// A digest of what the row says.
    pub(crate) digest: &'a str,
    /// The form's id.
    pub(crate) procedure: &'a str,
    /// The life event's id.
    pub(crate) life_event: &'a str,
    /// What the row answers, checked field by field.
    pub(crate) answers: Vec<Answer>,
}

/// An empty case, for a counter whose clerks ask and write.
pub(crate) fn start(now: DateTime<Utc>) -> Result<Zeroizing<Vec<u8>>, Refused> {
    Kept::empty(now).bytes()
}

/// A case with the questions of a life event, for a visit that is planned for an instant.
pub(crate) fn begin(
    office: &Office,
    life_event: &str,
    today: NaiveDate,
    planned: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut opened = Opened::of(Kept::empty(planned), office, today, recall)?;
    opened.add_plan(office, life_event)?;
    opened.share()?;
    opened.sealed(office)
}

/// A case that a row of a list fills in.
pub(crate) fn begin_announced(
    office: &Office,
    row: Announced<'_>,
    today: NaiveDate,
    planned: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut kept = Kept::empty(planned);
    kept.announced = Some(row.application.to_owned());
    kept.imported = Some(row.digest.to_owned());
    let mut form = KeptForm::empty(row.procedure);
    form.answers = row.answers;
    kept.forms.push(form);
    let mut opened = Opened::of(kept, office, today, recall)?;
    opened.add_plan(office, row.life_event)?;
    opened.share()?;
    opened.sealed(office)
}

/// The digest of the row of a list from which a case was made.
pub(crate) fn imported(plaintext: &[u8]) -> Result<Option<String>, Refused> {
    Ok(Kept::read(plaintext)?.imported.take())
}

/// The revision of a case.
pub(crate) fn revision(plaintext: &[u8]) -> Result<u32, Refused> {
    Ok(Kept::read(plaintext)?.revision)
}

/// A prepared case as the ticket's: from now on the day of the application is the day on which the family came.
pub(crate) fn arrive(plaintext: &[u8], now: DateTime<Utc>) -> Result<Merged, Refused> {
    let mut kept = Kept::read(plaintext)?;
    kept.finished_at = now.timestamp_millis();
    kept.revision = kept.revision.saturating_add(1);
    Ok(Merged {
        plaintext: kept.bytes()?,
        revision: kept.revision,
    })
}

/// One case of a prepared one and one that a ticket brought. What was brought was answered later, so it counts; what it replaces stands in
/// the history, and what it leaves open is answered by what was prepared. `by` says from where it was brought: a kiosk, or a clerk.
pub(crate) fn merge(
    office: &Office,
    prepared: &[u8],
    brought: &[u8],
    by: &str,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> Result<Merged, Refused> {
    let mut kept = Kept::read(prepared)?;
    let mut brought = Kept::read(brought)?;
    let hand = Hand {
        by,
        at: now.timestamp_millis(),
    };
    let mut replaced = Vec::new();
    for form in mem::take(&mut brought.forms) {
        let here = kept.forms.iter_mut();
        match here.into_iter().find(|it| it.procedure == form.procedure) {
            Some(here) => here.take(form, hand, &mut replaced),
            None => kept.forms.push(form),
        }
    }
    match (&mut kept.plan, brought.plan.take()) {
        (Some(here), Some(plan)) if here.life_event == plan.life_event => {
            here.take(plan, hand, &mut replaced);
        }
        // Another life event than the prepared one: it is kept, for whoever adds it again.
        (Some(_), Some(plan)) => kept.removed_plans.push(plan),
        (here @ None, plan) => *here = plan,
        (Some(_), None) => {}
    }
    kept.removed_forms.append(&mut brought.removed_forms);
    kept.removed_plans.append(&mut brought.removed_plans);
    kept.gone_forms.append(&mut brought.gone_forms);
    kept.gone_plans.append(&mut brought.gone_plans);
    for (id, told) in mem::take(&mut brought.told) {
        kept.told.entry(id).or_insert(told);
    }
    kept.card = brought.card.take().or(kept.card.take());
    kept.finished_at = brought.finished_at;
    kept.revision = kept.revision.max(brought.revision).saturating_add(1);
    let revision = kept.revision;
    let mut opened = Opened::of(kept, office, today, recall)?;
    opened.follow(&replaced, hand)?;
    opened.share()?;
    Ok(Merged {
        plaintext: opened.sealed(office)?,
        revision,
    })
}

/// From where something was brought, and when.
#[derive(Clone, Copy)]
struct Hand<'a> {
    by: &'a str,
    at: Millis,
}

/// An answer that another took the place of.
struct Replaced {
    page: String,
    field: String,
    before: Zeroizing<String>,
    after: Zeroizing<String>,
}

impl KeptForm {
    fn take(&mut self, mut later: KeptForm, hand: Hand<'_>, replaced: &mut Vec<Replaced>) {
        let page = (&mut self.answers, &mut self.history);
        let answers = mem::take(&mut later.answers);
        take(&self.procedure, page, answers, hand, replaced);
        self.history.append(&mut later.history);
        self.signatures.append(&mut later.signatures);
        self.unfinished &= later.unfinished;
    }
}

impl KeptPlan {
    fn take(&mut self, mut later: KeptPlan, hand: Hand<'_>, replaced: &mut Vec<Replaced>) {
        let page = (&mut self.answers, &mut self.history);
        let answers = mem::take(&mut later.answers);
        take(&self.life_event, page, answers, hand, replaced);
        self.history.append(&mut later.history);
        let there = |rule: &str| later.marks.iter().any(|it| it.rule == rule);
        let replaced = self.marks.extract_if(.., |it| there(&it.rule));
        self.earlier.extend(replaced);
        self.earlier.append(&mut later.earlier);
        self.marks.append(&mut later.marks);
        let prepared = mem::take(&mut later.prepared);
        for mark in prepared {
            if !self.prepared.iter().any(|it| it.rule == mark.rule) {
                self.prepared.push(mark);
            }
        }
    }
}

/// Takes later answers into a page. A default, and a question that was left empty, replaces nothing that somebody said.
fn take(
    page: &str,
    (answers, history): (&mut Vec<Answer>, &mut Vec<Change>),
    later: Vec<Answer>,
    hand: Hand<'_>,
    replaced: &mut Vec<Replaced>,
) {
    for mut later in later {
        let here = answers.iter_mut().find(|it| it.field == later.field);
        let Some(here) = here else {
            answers.push(later);
            continue;
        };
        let said = later.provenance != Provenance::Default && !later.value.is_empty();
        if said && here.value != later.value {
            history.push(Change {
                field: here.field.clone(),
                before: here.value.clone(),
                after: later.value.clone(),
                by: hand.by.to_owned(),
                at: hand.at,
            });
            replaced.push(Replaced {
                page: page.to_owned(),
                field: here.field.clone(),
                before: Zeroizing::new(here.value.clone()),
                after: Zeroizing::new(later.value.clone()),
            });
        }
        if said {
            mem::swap(here, &mut later);
        }
        later.said_mut().for_each(|it| it.zeroize());
    }
}

/// What means the same on a page as an answer that was replaced, and said the same, follows it.
fn follow(
    page: Page<'_>,
    (replaced, meaning): (&Replaced, &str),
    hand: Hand<'_>,
    today: NaiveDate,
) -> Result<(), Refused> {
    let procedure = Arc::clone(page.application.procedure());
    let fields = procedure.fields().iter();
    let twins = fields
        .filter(|it| page.application.meanings(it).any(|it| it == meaning))
        .filter(|it| page.application.value(&it.id) == *replaced.before);
    let twins: Vec<&str> = twins.map(|it| it.id.as_str()).collect();
    for field in &twins {
        let answer = page.answers.iter_mut().find(|it| it.field == *field);
        let Some(answer) = answer else { continue };
        answer.value.zeroize();
        answer.value.push_str(&replaced.after);
        answer.provenance = Provenance::Typed;
        page.history.push(Change {
            field: (*field).to_owned(),
            before: replaced.before.to_string(),
            after: replaced.after.to_string(),
            by: hand.by.to_owned(),
            at: hand.at,
        });
    }
    if !twins.is_empty() {
        *page.application = recall(&procedure, page.answers, today)?;
    }
    Ok(())
}

impl Opened<'_> {
    /// Where an answer was replaced, what means the same elsewhere and said the same follows it.
    fn follow(&mut self, replaced: &[Replaced], hand: Hand<'_>) -> Result<(), Refused> {
        let meanings: Vec<Vec<String>> = replaced
            .iter()
            .map(|it| self.meanings_of(&it.page, &it.field))
            .collect();
        let told = replaced.iter().zip(&meanings);
        let told = told.flat_map(|(it, meanings)| meanings.iter().map(move |of| (it, of)));
        let today = self.today;
        for (replaced, meaning) in told.filter(|(it, _)| !it.before.is_empty()) {
            let mut pages = self.pages();
            pages.retain(|it| it.application.procedure().id() != replaced.page);
            for page in pages {
                follow(page, (replaced, meaning), hand, today)?;
            }
        }
        Ok(())
    }

    fn meanings_of(&self, page: &str, field: &str) -> Vec<String> {
        let forms = self.forms.iter().map(|it| &it.application);
        let plan = self.plan.iter().map(|it| &it.answers);
        let mut pages = forms.chain(plan);
        let Some(application) = pages.find(|it| it.procedure().id() == page) else {
            return Vec::new();
        };
        let field = application.procedure().field(field).into_iter();
        let meanings = field.flat_map(|it| application.meanings(it));
        meanings.map(str::to_owned).collect()
    }

    /// What a list shows of it.
    pub(crate) fn summary(&self, office: &Office) -> Summary {
        Summary {
            progress: self.progress(office),
            person: self.person(),
            application: self.kept.announced.clone().map(Zeroizing::new),
            worked: self.worked(),
        }
    }

    /// Who changed a value or said something about a line last, and when.
    fn worked(&self) -> Option<PreparedBy> {
        let of_forms = self.kept.forms.iter().flat_map(|it| &it.history);
        let plan = self.kept.plan.as_ref();
        let of_plan = plan.into_iter().flat_map(|it| &it.history);
        let changes = of_forms.chain(of_plan).map(|it| (it.at, &it.by));
        let marks = (plan.into_iter()).flat_map(|it| it.marks.iter().chain(&it.earlier));
        let marks = marks.map(|it| (it.at, &it.by));
        let prepared = (plan.into_iter()).flat_map(|it| &it.prepared);
        let prepared = prepared.map(|it| (it.at, &it.by));
        let last = (changes.chain(marks).chain(prepared)).max_by_key(|(at, _)| *at);
        last.map(|(at, by)| PreparedBy { by: by.clone(), at })
    }

    /// How many of the lines that are to be done here are prepared or settled.
    pub(crate) fn progress(&self, office: &Office) -> PreparedProgress {
        let (Some(open), Some(kept)) = (&self.plan, &self.kept.plan) else {
            return PreparedProgress::default();
        };
        let mut progress = PreparedProgress::default();
        for line in open.lines(office, self.today).lines() {
            if line.rule.kind != forms::life_event::RuleKind::Procedure {
                continue;
            }
            let mark = kept.marks.iter().find(|it| it.rule == line.rule.id);
            let settled = match mark.map(|it| it.state) {
                Some(LineState::NotNeeded) => continue,
                Some(LineState::Done | LineState::Later) => true,
                Some(LineState::Open) | None => {
                    kept.prepared.iter().any(|it| it.rule == line.rule.id)
                }
            };
            progress.lines += 1;
            progress.prepared += u32::from(settled);
        }
        progress
    }

    fn person(&self) -> Zeroizing<String> {
        let names = self.forms.iter().flat_map(|open| {
            let fields = open.form.procedure.fields().iter();
            let names = fields.filter(|it| matches!(it.kind, Kind::PersonName));
            names.map(|it| (open.application.meaning(it), open.application.value(&it.id)))
        });
        let mut names = names.filter(|(_, name)| !name.is_empty());
        let first = names.clone().next();
        let applicant = names.find(|(meaning, _)| *meaning == Some("applicant.name"));
        Zeroizing::new(
            applicant
                .or(first)
                .map_or_else(String::new, |(_, name)| name.to_owned()),
        )
    }

    /// The services that a prepared visit touches: those of its lines, of its forms, and of the one-stop counter.
    pub(crate) fn touches(&self, office: &Office) -> Vec<String> {
        let mut services: Vec<String> = (self.forms.iter())
            .map(|it| it.form.service.to_string())
            .collect();
        if let Some(open) = &self.plan {
            services.push(open.service.to_owned());
            let plan = open.lines(office, self.today);
            let lines = plan.lines().filter_map(|it| it.department.service.clone());
            services.extend(lines);
        }
        services
    }
}
