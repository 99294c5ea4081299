//! What the office's configuration does not know any more, as it stood when it was sealed: forms and life events whose file is gone,
//! fields that have been renamed or left out. It is read and printed as a plain list, and changed by nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    path::PathBuf,
    sync::Arc,
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use forms::{
    Application, Ask, Definition, Field, Keyboard, Kind, Procedure, SignatureMode, TEXT_CHARS_MAX,
    Text, text_in, wareki,
};
use office::{Form, Office};
use queue::ServiceId;
use serde::{Deserialize, Serialize};
use wire::case::{Answer, LineState};
use zeroize::Zeroize as _;

use crate::case::{
    OpenForm, OpenPlan, Opened,
    kept::{Change, Kept, KeptForm, KeptPlan, recall},
};

const TEMPLATE: &str = include_str!("gone.typ");

/// How a form, or the questions of a life event, read when they were sealed.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// Its name, in the office's own language.
    pub(super) name: String,
    /// The service whose counter sees to it.
    pub(super) service: String,
    /// Its answers, in the order of the form.
    pub(super) rows: Vec<ToldRow>,
    /// The lines of a plan that somebody marked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<ToldLine>,
}

/// One answer in words.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldRow {
    pub(super) field: String,
    pub(super) label: String,
    pub(super) words: String,
    /// The services whose counters read it, where it is sensitive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owners: Option<Vec<String>>,
}

/// One line of a plan.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldLine {
    pub(super) rule: String,
    pub(super) name: String,
    pub(super) department: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owners: Option<Vec<String>>,
}

impl Drop for ToldRow {
    fn drop(&mut self) {
        self.words.zeroize();
    }
}

/// A form that is read as it stood.
pub(crate) struct Gone {
    /// A procedure of nothing but lines of text.
    pub(crate) form: Form,
    /// What stood on them.
    pub(crate) application: Application,
    /// The same as answers, with where they came from.
    pub(super) answers: Vec<Answer>,
    /// What counters had changed.
    pub(super) history: Vec<Change>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        for answer in &mut self.answers {
            answer.said_mut().for_each(|it| it.zeroize());
        }
        for change in &mut self.history {
            change.before.zeroize();
            change.after.zeroize();
        }
    }
}

impl Kept {
    /// Sets aside what the office does not know any more, and takes back what it knows again.
    pub(super) fn set_aside(&mut self, office: &Office) {
        let known = |it: &KeptForm| office.form(&it.procedure).is_some();
        let (back, gone) = mem::take(&mut self.gone_forms)
            .into_iter()
            .partition::<Vec<_>, _>(known);
        let (here, new) = mem::take(&mut self.forms)
            .into_iter()
            .partition::<Vec<_>, _>(known);
        self.forms = here;
        self.gone_forms = gone;
        self.gone_forms.extend(new);
        for form in back {
            let there = self.forms.iter().any(|it| it.procedure == form.procedure);
            if there {
                self.removed_forms.push(form);
            } else {
                self.forms.push(form);
            }
        }
        let known = |it: &KeptPlan| {
            let mut events = office.life_events.iter().map(|it| it.event.questions());
            events.any(|event| event.id() == it.life_event)
        };
        if self.plan.as_ref().is_some_and(|it| !known(it)) {
            self.gone_plans.extend(self.plan.take());
        }
        if self.plan.is_none()
            && let Some(back) = self.gone_plans.iter().position(known)
        {
            self.plan = Some(self.gone_plans.remove(back));
        }
    }

    /// What was set aside, to be read.
    pub(super) fn gone(&self, office: &Office, today: NaiveDate) -> Vec<Gone> {
        let forms = self.gone_forms.iter().filter_map(|it| {
            let told = self.told.get(&it.procedure);
            let mut page = Page::of(told, &it.procedure, &it.answers, &it.history);
            page.signatures(it, office.zone);
            page.open(office, today)
        });
        let plans = self.gone_plans.iter().filter_map(|it| {
            let told = self.told.get(&plan_key(&it.life_event));
            let mut page = Page::of(told, &it.life_event, &it.answers, &it.history);
            page.marks(it, told);
            page.open(office, today)
        });
        forms.chain(plans).collect()
    }
}

/// Under this name a life event's words are kept beside those of forms.
fn plan_key(life_event: &str) -> String {
    format!("plan.{life_event}")
}

/// A list of labels and words on its way to a form.
struct Page<'a> {
    id: &'a str,
    name: String,
    service: String,
    rows: Vec<ToldRow>,
    answers: Vec<Answer>,
    history: Vec<Change>,
}

impl<'a> Page<'a> {
    fn of(told: Option<&Told>, id: &'a str, answers: &[Answer], history: &[Change]) -> Self {
        let service = told.map_or_else(String::new, |it| it.service.clone());
        let rows = answers.iter().map(|answer| {
            let is_told = told.is_some_and(|it| it.rows.iter().any(|it| it.field == answer.field));
            let mut row = row_of(told, answer);
            if !is_told {
                // Nobody kept whose it is: it is as sensitive as anything that stood there, and for the counter that saw to all of it.
                row.owners = Some(vec![service.clone()]);
            }
            row
        });
        let rows = rows.collect();
        Page {
            id,
            name: told.map_or_else(|| id.to_owned(), |it| it.name.clone()),
            rows,
            service,
            answers: answers.to_vec(),
            history: history.to_vec(),
        }
    }

    /// That the form was signed, as a further row: what was signed can be shown to nobody any more.
    fn signatures(&mut self, kept: &KeptForm, zone: Tz) {
        for (at, by) in kept.signed() {
            let at = at.with_timezone(&zone);
            let day = wareki::in_words(at.date_naive());
            let words = format!("{day} {}にタブレットで署名({by})", at.format("%-H時%M分"));
            self.add("signature", "署名", words, None);
        }
    }

    /// A further row that no answer is behind.
    fn add(&mut self, kind: &str, label: &str, words: String, owners: Option<Vec<String>>) {
        let field = format!("{kind}_{}", self.rows.len());
        self.rows.push(ToldRow {
            field: field.clone(),
            label: label.to_owned(),
            words,
            owners,
        });
        self.answers.push(Answer {
            field,
            value: String::new(),
            provenance: wire::case::Provenance::Clerk,
            of_card: None,
        });
    }

    /// What became of the lines of a plan, as further rows.
    fn marks(&mut self, kept: &KeptPlan, told: Option<&Told>) {
        for mark in &kept.marks {
            let lines = told.map_or(&[][..], |it| &it.lines);
            let line = lines.iter().find(|it| it.rule == mark.rule);
            let name = line.map_or(mark.rule.as_str(), |it| &it.name);
            let state = match mark.state {
                LineState::Open => "未",
                LineState::Done => "済",
                LineState::NotNeeded => "不要",
                LineState::Later => "後日",
            };
            let label = line.map_or("手続き", |it| &it.department);
            let words = format!("{name}: {state}({})", mark.by);
            let owners = line.and_then(|it| it.owners.clone());
            self.add("line", label, words, owners);
        }
    }

    fn open(mut self, office: &Office, today: NaiveDate) -> Option<Gone> {
        for (answer, row) in self.answers.iter_mut().zip(&self.rows) {
            answer.value.clone_from(&row.words);
        }
        let mut seen = BTreeSet::new();
        let rows = self.rows.iter().filter(|it| seen.insert(it.field.clone()));
        let definition = Definition {
            id: self.id.to_owned(),
            name: text(&self.name),
            service: self.service.clone(),
            signature: SignatureMode::None,
            note: None,
            documents: Vec::new(),
            fees: Vec::new(),
            fields: rows.map(line_of_text).collect(),
            notes: Vec::new(),
        };
        let procedure = Arc::new(Procedure::new(definition).ok()?);
        // Where it was sealed before words were kept, or its service is gone, too: whichever counter, it is only read.
        let service = (ServiceId::parse(&self.service).ok())
            .or_else(|| Some(office.services.first()?.id.clone()))?;
        Some(Gone {
            application: recall(&procedure, &self.answers, today).ok()?,
            form: Form {
                procedure,
                service,
                template: PathBuf::from("gone.typ"),
                template_source: TEMPLATE.to_owned(),
                keep_days: 0,
            },
            answers: self.answers,
            history: self.history,
        })
    }
}

/// How an answer read when it was sealed; where nobody kept that, as the form kept it.
pub(super) fn row_of(told: Option<&Told>, answer: &Answer) -> ToldRow {
    let rows = told.map_or(&[][..], |it| &it.rows);
    let told = rows.iter().find(|it| it.field == answer.field);
    ToldRow {
        field: answer.field.clone(),
        label: told.map_or(&answer.field, |it| &it.label).clone(),
        words: told.map_or(&answer.value, |it| &it.words).clone(),
        owners: told.and_then(|it| it.owners.clone()),
    }
}

fn line_of_text(row: &ToldRow) -> Field {
    Field {
        id: row.field.clone(),
        label: text(&row.label),
        question: text(&row.label),
        help: None,
        kind: Kind::Text {
            keyboard: Keyboard::Ja,
            min_chars: 0,
            max_chars: TEXT_CHARS_MAX,
        },
        required: false,
        prefill: None,
        when: None,
        default: None,
        ask: Ask::IfMissing,
        meaning: None,
        sensitive: row.owners.clone(),
    }
}

fn text(ja: &str) -> Text {
    Text::from([("ja".to_owned(), ja.to_owned())])
}

impl Opened<'_> {
    /// Keeps how everything reads today beside the answers, for the day on which its file is gone.
    pub(super) fn keep_words(&mut self, office: &Office) {
        let mut told = mem::take(&mut self.kept.told);
        for (open, kept) in self.forms.iter().zip(&self.kept.forms) {
            let id = open.form.procedure.id().to_owned();
            let now = self.form_in_words(office, (open, kept), told.remove(&id));
            told.insert(id, now);
        }
        if let (Some(plan), Some(kept)) = (&self.plan, &self.kept.plan) {
            let key = plan_key(plan.event.questions().id());
            let now = plan_in_words(office, (plan, kept), told.remove(&key));
            told.insert(key, now);
        }
        self.kept.told = told;
    }

    fn form_in_words(
        &self,
        office: &Office,
        (open, kept): (&OpenForm<'_>, &KeptForm),
        before: Option<Told>,
    ) -> Told {
        let counters = self.counters(office, open.form);
        let owned = || counters.iter().map(|it| (*it).to_owned()).collect();
        let page = (&open.application, &kept.answers[..]);
        Told {
            name: text_in(open.form.procedure.name(), "ja").to_owned(),
            service: open.form.service.to_string(),
            rows: rows_in_words(page, before, |_| owned()),
            lines: Vec::new(),
        }
    }
}

fn plan_in_words(
    office: &Office,
    (plan, kept): (&OpenPlan<'_>, &KeptPlan),
    before: Option<Told>,
) -> Told {
    let questions = plan.event.questions();
    let owned = |question: &Field| -> Vec<String> {
        plan.counters_of(office, question)
            .map(str::to_owned)
            .collect()
    };
    let marked: BTreeSet<&str> = kept.marks.iter().map(|it| it.rule.as_str()).collect();
    let rules = plan.event.rules().iter();
    let rules = rules.filter(|it| marked.contains(it.id.as_str()));
    let lines = rules.map(|rule| {
        let follows = |from: &BTreeSet<&str>| rule.when.iter().any(|it| it.looks_at(from));
        let department = plan.event.departments().iter().find(|it| it.id == rule.at);
        ToldLine {
            rule: rule.id.clone(),
            name: text_in(&rule.name, "ja").to_owned(),
            department: department
                .map_or("", |it| text_in(&it.name, "ja"))
                .to_owned(),
            owners: owners_of(questions, follows, owned),
        }
    });
    Told {
        name: text_in(questions.name(), "ja").to_owned(),
        service: plan.service.to_owned(),
        lines: lines.collect(),
        rows: rows_in_words((&plan.answers, &kept.answers), before, owned),
    }
}

/// The services whose counters read what follows from answers: those that own each sensitive one of them. `follows` tells it of a
/// question and all that are only asked because of it; `owned` whose a sensitive question is that names nobody itself.
fn owners_of(
    procedure: &Procedure,
    follows: impl Fn(&BTreeSet<&str>) -> bool,
    owned: impl Fn(&Field) -> Vec<String>,
) -> Option<Vec<String>> {
    let fields = procedure.fields().iter();
    let sensitive = fields.filter_map(|it| Some((it, it.sensitive.as_ref()?)));
    let behind = sensitive.filter(|(field, _)| {
        let asked = BTreeSet::from([field.id.as_str()]);
        let mut from = procedure.following(&asked);
        from.extend(asked);
        follows(&from)
    });
    let owners = behind.map(|(field, named)| match &named[..] {
        [] => owned(field),
        named => named.to_vec(),
    });
    owners.reduce(|mut all, these| {
        all.retain(|it| these.contains(it));
        all
    })
}

/// The rows of today, and those of before that the form does not have any more. Also what was said and does not apply now is told:
/// it stays sealed, and with it whose it is.
fn rows_in_words(
    (application, answers): (&Application, &[Answer]),
    before: Option<Told>,
    owned: impl Fn(&Field) -> Vec<String>,
) -> Vec<ToldRow> {
    let procedure = application.procedure();
    let applying: BTreeMap<&str, &str> = application
        .answers()
        .map(|it| (it.field.id.as_str(), it.value))
        .collect();
    let said = |field: &Field| {
        let now = applying.get(field.id.as_str()).copied();
        let sealed = || answers.iter().find(|it| it.field == field.id);
        now.or_else(|| sealed().map(|it| it.value.as_str()))
            .map(|value| field.in_words(value, "ja"))
    };
    let rows = procedure.fields().iter().filter_map(|field| {
        Some(ToldRow {
            words: said(field)?,
            field: field.id.clone(),
            label: text_in(&field.label, "ja").to_owned(),
            owners: owners_of(procedure, |from| from.contains(field.id.as_str()), &owned),
        })
    });
    let mut rows: Vec<ToldRow> = rows.collect();
    let before = before.map(|mut it| mem::take(&mut it.rows));
    let before = before.into_iter().flatten();
    rows.extend(before.filter(|it| procedure.field(&it.field).is_none()));
    rows
}
