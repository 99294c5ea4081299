//! A case as a clerk reads it.

use forms::{
    Application, Condition, Field,
    life_event::{Certainty, Line, Plan, RuleKind},
};
use office::Office;
use wire::{
    Text,
    case::{
        Answer, CaseRow, CaseView, ChangeView, FormChoice, FormView, LineCertainty, LineKind,
        LineState, LineView, MarkView, PlanChoice, PlanView, PreparedBy, Provenance, SparedView,
    },
    kiosk::Input,
    sign::{SignatureMode, SignatureView},
};

use crate::case::{
    Gone, OpenForm, OpenPlan, Opened,
    gone::{Told, row_of},
    kept::{Change, KeptForm, KeptPlan},
    sensitive::{Owns, Veil},
    sign,
};

/// Whose eyes a case is shown to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    /// The service for which the ticket waits or is served now.
    pub(crate) service: Option<String>,
    /// A lead, who may change every form.
    pub(crate) lead: bool,
    /// Whose sensitive answers they read.
    pub(crate) owns: Owns,
}

impl Reader {
    /// Whether they may change a form that these counters see to.
    pub(crate) fn may_change(&self, counters: &[&str]) -> bool {
        let here = self.service.as_deref();
        self.lead || here.is_some_and(|it| counters.contains(&it))
    }
}

impl Opened<'_> {
    /// What the clerk reads.
    pub(crate) fn view(&self, office: &Office, reader: &Reader) -> CaseView {
        let applications = self.forms.iter().map(|it| &it.application);
        let spared = forms::spared(applications);
        let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let veil = self.veil(office, reader);
        let forms = self.forms.iter().zip(&self.kept.forms);
        let plan = self.plan.as_ref().zip(self.kept.plan.as_ref());
        let forms = forms.map(|(open, kept)| {
            let counters = self.counters(office, open.form);
            let told = self.kept.told.get(open.form.procedure.id());
            let mut form = form(open, kept, reader.may_change(&counters), &veil);
            form.rows.extend(left_over(open, kept, told, &veil));
            form
        });
        let gone = self.gone.iter().map(|it| as_it_stood(it, &veil));
        CaseView {
            revision: self.kept.revision,
            finished_at: self.kept.finished_at,
            forms: forms.chain(gone).collect(),
            plan: plan.map(|(open, kept)| self.plan_view(office, open, kept, &veil)),
            card: self.kept.card.clone(),
            spared: SparedView {
                names: count(spared.names),
                addresses: count(spared.addresses),
            },
            prepared: None,
            forms_to_add: self.forms_to_add(office, reader, &veil),
            plans_to_add: self.plans_to_add(office),
        }
    }

    /// The forms that a clerk can add, those of the plan's lines first.
    fn forms_to_add(&self, office: &Office, reader: &Reader, veil: &Veil) -> Vec<FormChoice> {
        let there = |id: &str| self.forms.iter().any(|it| it.form.procedure.id() == id);
        let plan = self.plan.as_ref().map(|it| it.lines(office, self.today));
        let named = |id: &str| {
            let lines = plan.iter().flat_map(forms::life_event::Plan::lines);
            let mut told = lines.filter(|it| !veil.hides_line(&it.rule.id));
            told.any(|line| line.rule.forms.iter().any(|it| it == id))
        };
        let free = office
            .procedures
            .iter()
            .filter(|it| !there(it.procedure.id()));
        let free = free.filter(|it| reader.may_change(&self.counters(office, it)));
        let choices = free.map(|it| {
            let id = it.procedure.id();
            FormChoice {
                procedure: id.to_owned(),
                name: it.procedure.name().clone(),
                of_plan: named(id),
                removed: (self.kept.removed_forms.iter()).any(|it| it.procedure == id),
            }
        });
        let mut choices: Vec<FormChoice> = choices.collect();
        choices.sort_by_key(|it| !it.of_plan);
        choices
    }

    fn plans_to_add(&self, office: &Office) -> Vec<PlanChoice> {
        if self.plan.is_some() {
            return Vec::new();
        }
        let events = office.life_events.iter().map(|it| it.event.questions());
        let choices = events.map(|it| PlanChoice {
            life_event: it.id().to_owned(),
            name: it.name().clone(),
            removed: (self.kept.removed_plans.iter()).any(|kept| kept.life_event == it.id()),
        });
        choices.collect()
    }

    fn plan_view(
        &self,
        office: &Office,
        open: &OpenPlan<'_>,
        kept: &KeptPlan,
        veil: &Veil,
    ) -> PlanView {
        let questions = open.event.questions();
        let plan = open.lines(office, self.today);
        PlanView {
            life_event: questions.id().to_owned(),
            name: questions.name().clone(),
            answers: rows(&open.answers, (&kept.answers, &kept.history), true, veil),
            lines: (plan.lines().map(|it| line(it, kept)))
                .chain(no_longer(open, kept, &plan))
                .enumerate()
                .map(|(index, told)| {
                    if veil.hides_line(&told.rule) {
                        by_its_place(told, index)
                    } else {
                        told
                    }
                })
                .collect(),
        }
    }
}

fn form(open: &OpenForm<'_>, kept: &KeptForm, editable: bool, veil: &Veil) -> FormView {
    let application = &open.application;
    let procedure = &open.form.procedure;
    let id = procedure.id();
    let told = |condition: Option<&Condition>| veil.may_tell(id, condition);
    let mut fees = procedure.fees().iter();
    let tells_fee = fees.all(|it| told(it.when.as_ref()) && told(it.at_least.as_ref()));
    // A note has no id; two of the same words say the same.
    let kept_back = |text: &str| {
        let mut notes = procedure.notes().iter().filter(|it| it.text == text);
        notes.any(|it| !told(it.when.as_ref()))
    };
    FormView {
        procedure: open.form.procedure.id().to_owned(),
        name: open.form.procedure.name().clone(),
        service: open.form.service.to_string(),
        editable,
        unfinished: open.unfinished,
        signature: sign::view(application, kept),
        rows: rows(application, (&kept.answers, &kept.history), editable, veil),
        documents: (application.documents())
            .filter(|it| told(it.when.as_ref()))
            .map(|it| it.name.clone())
            .collect(),
        fee: application.fee("ja").filter(|_| tells_fee),
        notes: (application.notes())
            .filter(|it| !kept_back(it))
            .map(str::to_owned)
            .collect(),
        gone: false,
    }
}

/// A form whose procedure is no more, to be read.
fn as_it_stood(gone: &Gone, veil: &Veil) -> FormView {
    let written = (&gone.answers[..], &gone.history[..]);
    FormView {
        procedure: gone.form.procedure.id().to_owned(),
        name: gone.form.procedure.name().clone(),
        service: gone.form.service.to_string(),
        editable: false,
        unfinished: false,
        signature: SignatureView {
            mode: SignatureMode::None,
            given: None,
            voided: Vec::new(),
        },
        rows: rows(&gone.application, written, false, veil),
        documents: Vec::new(),
        fee: None,
        notes: Vec::new(),
        gone: true,
    }
}

/// Answers to questions that are not on the form any more: renamed, or left out.
fn left_over<'a>(
    open: &'a OpenForm<'_>,
    kept: &'a KeptForm,
    told: Option<&'a Told>,
    veil: &'a Veil,
) -> impl Iterator<Item = CaseRow> + 'a {
    let procedure = &open.form.procedure;
    let answers = kept.answers.iter();
    let strangers = answers.filter(|it| procedure.field(&it.field).is_none());
    strangers.map(move |it| {
        let row = row_of(told, it);
        let read = veil.reads_left_over(procedure.id(), row.owners.as_deref());
        CaseRow {
            field: row.field.clone(),
            label: Text::from([("ja".to_owned(), row.label.clone())]),
            value: if read {
                row.words.clone()
            } else {
                String::new()
            },
            raw: String::new(),
            provenance: if read {
                it.provenance
            } else {
                Provenance::Typed
            },
            missing: false,
            doubtful: Vec::new(),
            of_card: None,
            history: Vec::new(),
            input: None,
            hidden: !read,
            gone: true,
        }
    })
}

fn rows(
    application: &Application,
    (answers, history): (&[Answer], &[Change]),
    editable: bool,
    veil: &Veil,
) -> Vec<CaseRow> {
    let of = application.procedure().id();
    let rows = application.rows("ja");
    let rows = rows.filter(|row| !veil.omits(of, &row.field.id));
    let rows = rows.map(|row| {
        let field = row.field;
        if veil.hides(of, &field.id) {
            return hidden(field);
        }
        let raw = application.value(&field.id).to_owned();
        let words = |value: &str| field.in_words(value, "ja");
        let answer = answers.iter().find(|it| it.field == field.id);
        let of_card = answer.and_then(|it| it.of_card.as_deref());
        // What the form of today does not take any more stands there to be read, and is to be asked again.
        let answered = matches!(
            row.provenance,
            Some(
                forms::Provenance::Card
                    | forms::Provenance::CardEdited
                    | forms::Provenance::Typed
                    | forms::Provenance::Clerk
            )
        );
        let stale = answer.filter(|it| !answered && !it.value.is_empty() && it.value != raw);
        let changes = history.iter().filter(|it| it.field == field.id);
        CaseRow {
            field: field.id.clone(),
            label: field.label.clone(),
            value: stale.map_or_else(|| row.words.to_string(), |it| words(&it.value)),
            missing: stale.is_some() || (field.required && raw.is_empty()),
            // A row that nobody filled in is one that the citizen left empty.
            provenance: row.provenance.map_or(Provenance::Typed, Provenance::from),
            doubtful: row.doubtful(),
            of_card: of_card.filter(|it| *it != raw).map(words),
            history: changes
                .map(|it| ChangeView {
                    before: words(&it.before),
                    after: words(&it.after),
                    by: it.by.clone(),
                    at: it.at,
                })
                .collect(),
            input: editable.then(|| Input::of(application, field)),
            raw,
            hidden: false,
            gone: false,
        }
    });
    rows.collect()
}

/// What a counter reads that does not own the answer: that there is such a question.
fn hidden(field: &Field) -> CaseRow {
    CaseRow {
        field: field.id.clone(),
        label: field.label.clone(),
        value: String::new(),
        raw: String::new(),
        provenance: Provenance::Typed,
        missing: false,
        doubtful: Vec::new(),
        of_card: None,
        history: Vec::new(),
        input: None,
        hidden: true,
        gone: false,
    }
}

/// A line as a counter reads it that does not own the answer behind it: where the family has to go, and whether they were there.
fn by_its_place(line: LineView, index: usize) -> LineView {
    LineView {
        // The number of the line among all of them; the rule's own id would tell as much as its name.
        rule: format!("#{}", index + 1),
        name: Text::new(),
        kind: LineKind::Procedure,
        department: line.department,
        place: line.place,
        service: line.service,
        certainty: LineCertainty::Due,
        last_day: None,
        open_by: None,
        deadline: None,
        overdue: false,
        later: None,
        bring: Vec::new(),
        forms: Vec::new(),
        note: None,
        state: line.state,
        by: line.by,
        at: line.at,
        prepared: line.prepared,
        hidden: true,
        no_longer: line.no_longer,
        earlier: line.earlier,
    }
}

/// Lines that somebody has marked and to which the answers of today lead no more: who did what is not forgotten with them.
fn no_longer<'a>(
    open: &'a OpenPlan<'_>,
    kept: &'a KeptPlan,
    plan: &'a Plan<'_>,
) -> impl Iterator<Item = LineView> + 'a {
    let rules = open.event.rules().iter();
    let marked = rules.filter(|rule| kept.marks.iter().any(|it| it.rule == rule.id));
    let left = marked.filter(|rule| !plan.lines().any(|it| it.rule.id == rule.id));
    left.filter_map(|rule| {
        let department = (open.event.departments().iter()).find(|it| it.id == rule.at)?;
        let of_rule = Line {
            rule,
            department,
            certainty: Certainty::Due,
            last_day: None,
            open_by: None,
            overdue: false,
            later: None,
        };
        Some(LineView {
            no_longer: true,
            ..line(&of_rule, kept)
        })
    })
}

fn line(line: &Line<'_>, kept: &KeptPlan) -> LineView {
    let rule = line.rule;
    let mark = kept.marks.iter().find(|it| it.rule == rule.id);
    let prepared = kept.prepared.iter().find(|it| it.rule == rule.id);
    LineView {
        rule: rule.id.clone(),
        name: rule.name.clone(),
        kind: match rule.kind {
            RuleKind::Procedure => LineKind::Procedure,
            RuleKind::Guidance => LineKind::Guidance,
            RuleKind::Automatic => LineKind::Automatic,
        },
        department: line.department.name.clone(),
        place: line.department.place.clone(),
        service: line.department.service.clone(),
        certainty: match line.certainty {
            Certainty::Due => LineCertainty::Due,
            Certainty::ToConfirm => LineCertainty::ToConfirm,
        },
        last_day: line.last_day.map(|it| it.to_string()),
        open_by: line.open_by.map(|it| it.to_string()),
        deadline: rule.deadline.as_ref().map(|it| it.words.clone()),
        overdue: line.overdue,
        later: line.later.cloned(),
        bring: rule.bring.clone(),
        forms: rule.forms.clone(),
        note: rule.note.clone(),
        state: mark.map_or(LineState::Open, |it| it.state),
        by: mark.map(|it| it.by.clone()),
        at: mark.map(|it| it.at),
        prepared: prepared.map(|it| PreparedBy {
            by: it.by.clone(),
            at: it.at,
        }),
        hidden: false,
        no_longer: false,
        earlier: (kept.earlier.iter())
            .filter(|it| it.rule == rule.id)
            .map(|it| MarkView {
                state: it.state,
                by: it.by.clone(),
                at: it.at,
            })
            .collect(),
    }
}
