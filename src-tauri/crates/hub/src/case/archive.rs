//! A case as files for the city's document system: the answers and the changes as JSON, and what the sheet behind the
//! forms says in words.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use forms::{Application, Field, Procedure, text_in};
use office::Office;
use paper::{Attachment, Change as Told, Record};
use serde::Serialize;
use wire::{
    Code, Millis,
    case::{Answer, CardRead, LineState, LineView, Provenance},
};

use crate::{
    case::{
        OpenForm, Opened, Reader, Veil,
        gone::row_of,
        kept::{Change, KeptForm},
        sign::Signatures,
    },
    owner::Marks,
    problem::Refused,
};

/// Shape of `answers.json` and `changes.json`; counts only when an older reader would misread them.
const SHAPE: &str = "uketsuke-case-1";

/// `answers.json`.
#[derive(Serialize)]
struct Answers<'a> {
    shape: &'static str,
    office: &'a str,
    office_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    finished_at: String,
    revision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a CardRead>,
    forms: Vec<FormAnswers<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanAnswers<'a>>,
}

#[derive(Serialize)]
struct FormAnswers<'a> {
    procedure: &'a str,
    name: &'a str,
    service: &'a str,
    /// What the form needs and nobody has answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<String>,
    answers: Vec<FieldAnswer<'a>>,
}

#[derive(Serialize)]
struct FieldAnswer<'a> {
    field: &'a str,
    label: Cow<'a, str>,
    /// What the answer is about on any form: `applicant.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'a str>,
    /// As the form keeps it, character by character as it was given.
    value: &'a str,
    words: String,
    provenance: Option<Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of_card: Option<&'a str>,
}

#[derive(Serialize)]
struct PlanAnswers<'a> {
    life_event: &'a str,
    name: &'a str,
    answers: Vec<FieldAnswer<'a>>,
    lines: Vec<PlanLine>,
}

#[derive(Serialize)]
struct PlanLine {
    rule: String,
    name: String,
    state: LineState,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
}

/// `changes.json`.
#[derive(Serialize)]
struct Changes<'a> {
    shape: &'static str,
    changes: Vec<ChangeLine<'a>>,
}

/// `signatures.json`.
#[derive(Serialize)]
struct SignaturesFile<'a> {
    shape: &'static str,
    #[serde(flatten)]
    told: Signatures<'a>,
}

#[derive(Serialize)]
struct ChangeLine<'a> {
    at: String,
    by: &'a str,
    /// The procedure's or the life event's id.
    of: &'a str,
    field: &'a str,
    label: &'a str,
    before: &'a str,
    after: &'a str,
}

/// One change and where it was made.
struct Made<'a> {
    of: &'a Procedure,
    change: &'a Change,
}

impl Made<'_> {
    fn field(&self) -> Option<&Field> {
        self.of.field(&self.change.field)
    }

    fn label(&self) -> &str {
        let known = self.field().map(|it| text_in(&it.label, "ja"));
        known.unwrap_or(&self.change.field)
    }
}

impl Opened<'_> {
    /// What the archived file says beside the forms, and what it carries: what whoever makes it may read.
    pub(crate) fn record(
        &self,
        office: &Office,
        marks: &Marks,
        reader: &Reader,
    ) -> Result<Record<'static>, Refused> {
        let veil = self.veil(office, reader);
        let changes = self.changes(&veil);
        let shows = |it: &Application| veil.shows_all_of(it);
        let signatures = self.told_signatures(shows, |at| stamp(at, office.zone));
        let mut attachments = vec![
            Attachment {
                name: "answers.json",
                mime_type: "application/json",
                description: "申請書ごとの項目と答え(入力された文字のまま)",
                bytes: json(&self.answers((office, marks), (reader, &veil)))?,
            },
            Attachment {
                name: "changes.json",
                mime_type: "application/json",
                description: "職員による訂正の記録(日時・職員・前後の値)",
                bytes: json(&Changes {
                    shape: SHAPE,
                    changes: changes.iter().map(|it| line(it, office.zone)).collect(),
                })?,
            },
        ];
        if let Some(told) = signatures {
            attachments.push(Attachment {
                name: "signatures.json",
                mime_type: "application/json",
                description: "タブレットでの署名(線・日時・端末・表示した内容のSHA-256)",
                bytes: json(&SignaturesFile { shape: SHAPE, told })?,
            });
        }
        Ok(Record {
            // The file's name for itself stands in its properties, which every reader shows: it names nobody.
            title: "申請の電子保存",
            facts: self.facts(office.zone, &veil),
            changes: changes.iter().map(|it| told(it, office.zone)).collect(),
            attachments,
        })
    }

    fn answers<'a>(
        &'a self,
        (office, marks): (&'a Office, &'a Marks),
        (reader, veil): (&Reader, &'a Veil),
    ) -> Answers<'a> {
        Answers {
            shape: SHAPE,
            office: &office.id,
            office_name: text_in(&office.name, "ja"),
            ticket: marks.number.as_deref(),
            code: marks.code.as_ref().map(ToString::to_string),
            finished_at: stamp(self.kept.finished_at, office.zone),
            revision: self.kept.revision,
            card: self.kept.card.as_ref(),
            forms: self.form_answers(veil),
            plan: self.plan_answers(office, reader, veil),
        }
    }

    fn form_answers<'a>(&'a self, veil: &'a Veil) -> Vec<FormAnswers<'a>> {
        let forms = self.forms.iter().zip(&self.kept.forms);
        let forms = forms.filter(|(open, _)| veil.shows_all_of(&open.application));
        let forms = forms.map(|(open, kept): (_, &KeptForm)| FormAnswers {
            procedure: open.form.procedure.id(),
            name: text_in(open.form.procedure.name(), "ja"),
            service: open.form.service.as_str(),
            missing: missing(&open.application)
                .map(|it| it.id.as_str())
                .collect(),
            fee: open.application.fee("ja"),
            answers: fields(&open.application, &kept.answers, veil)
                .into_iter()
                .chain(self.left_over(open, kept, veil))
                .collect(),
        });
        let gone = self.gone.iter();
        let gone = gone.filter(|it| veil.shows_all_of(&it.application));
        let gone = gone.map(|it| FormAnswers {
            procedure: it.form.procedure.id(),
            name: text_in(it.form.procedure.name(), "ja"),
            service: it.form.service.as_str(),
            missing: Vec::new(),
            fee: None,
            answers: fields(&it.application, &it.answers, veil),
        });
        forms.chain(gone).collect()
    }

    /// Answers whose questions are not on the form of today.
    fn left_over<'a>(
        &'a self,
        open: &'a OpenForm<'_>,
        kept: &'a KeptForm,
        veil: &'a Veil,
    ) -> impl Iterator<Item = FieldAnswer<'a>> {
        let procedure = &open.form.procedure;
        let told = self.kept.told.get(procedure.id());
        let answers = kept.answers.iter();
        let strangers = answers.filter(|it| procedure.field(&it.field).is_none());
        strangers.filter_map(move |it| {
            let row = row_of(told, it);
            let read = veil.reads_left_over(procedure.id(), row.owners.as_deref());
            read.then(|| FieldAnswer {
                field: &it.field,
                label: Cow::Owned(row.label.clone()),
                meaning: None,
                value: &it.value,
                words: row.words.clone(),
                provenance: Some(it.provenance),
                of_card: it.of_card.as_deref(),
            })
        })
    }

    fn plan_answers(
        &self,
        office: &Office,
        reader: &Reader,
        veil: &Veil,
    ) -> Option<PlanAnswers<'_>> {
        let (open, kept) = self.plan.as_ref().zip(self.kept.plan.as_ref())?;
        let questions = open.event.questions();
        // The lines as whoever makes the file reads them: the same plan, the same marks.
        let lines = self.view(office, reader).plan?.lines;
        Some(PlanAnswers {
            life_event: questions.id(),
            name: text_in(questions.name(), "ja"),
            answers: fields(&open.answers, &kept.answers, veil),
            lines: lines
                .into_iter()
                .map(|it| plan_line(it, office.zone))
                .collect(),
        })
    }

    /// Every change, the oldest first.
    fn changes(&self, veil: &Veil) -> Vec<Made<'_>> {
        let of_forms = self.forms.iter().zip(&self.kept.forms);
        let of_forms = of_forms.filter(|(open, _)| veil.shows_all_of(&open.application));
        let of_forms = of_forms.flat_map(|(open, kept)| {
            let of = open.form.procedure.as_ref();
            kept.history.iter().map(move |change| Made { of, change })
        });
        let of_plan = self.plan.iter().zip(&self.kept.plan);
        let of_plan = of_plan.flat_map(|(open, kept)| {
            let of = open.event.questions().as_ref();
            kept.history.iter().map(move |change| Made { of, change })
        });
        let changes = of_forms.chain(of_plan);
        let read = changes.filter(|it| is_read(veil, it.of.id(), &it.change.field));
        let mut changes: Vec<Made<'_>> = read.collect();
        changes.sort_by_key(|it| it.change.at);
        changes
    }

    fn facts(&self, zone: Tz, veil: &Veil) -> Vec<(&'static str, String)> {
        let mut facts = vec![("入力の完了", in_words(self.kept.finished_at, zone))];
        let source = match &self.kept.card {
            Some(_) => "カードの読み取りと、ご本人の入力",
            None => "ご本人の入力",
        };
        facts.push(("入力の方法", source.to_owned()));
        // A line that was ticked off is no correction of what the citizen said.
        facts.push(("訂正の回数", format!("{}回", self.changes(veil).len())));
        let (read, elsewhere): (Vec<&OpenForm<'_>>, Vec<&OpenForm<'_>>) =
            (self.forms.iter()).partition(|it| veil.shows_all_of(&it.application));
        if !elsewhere.is_empty() {
            let count = elsewhere.len();
            facts.push(("含まない申請書", format!("ほかの窓口の申請書 {count}件")));
        }
        let missing: Vec<String> = (read.iter())
            .flat_map(|it| {
                let form = text_in(it.form.procedure.name(), "ja");
                let fields = missing(&it.application);
                fields.map(move |field| format!("{form}: {}", text_in(&field.label, "ja")))
            })
            .collect();
        if !missing.is_empty() {
            facts.push(("未記入の項目", missing.join("、")));
        }
        facts
    }
}

fn missing(application: &Application) -> impl Iterator<Item = &Field> {
    let rows = application.rows("ja").map(|row| row.field);
    rows.filter(|field| field.required && application.value(&field.id).is_empty())
}

/// Whether whoever makes the file reads a field.
fn is_read(veil: &Veil, of: &str, field: &str) -> bool {
    !veil.hides(of, field) && !veil.omits(of, field)
}

fn fields<'a>(
    application: &'a Application,
    answers: &'a [Answer],
    veil: &Veil,
) -> Vec<FieldAnswer<'a>> {
    let of = application.procedure().id();
    let rows = application.rows("ja");
    let rows = rows.filter(|row| is_read(veil, of, &row.field.id));
    let rows = rows.map(|row| {
        let answer = answers.iter().find(|it| it.field == row.field.id);
        FieldAnswer {
            field: &row.field.id,
            label: Cow::Borrowed(text_in(&row.field.label, "ja")),
            meaning: application.meaning(row.field),
            value: application.value(&row.field.id),
            words: row.words.to_string(),
            provenance: row.provenance.map(Provenance::from),
            of_card: answer.and_then(|it| it.of_card.as_deref()),
        }
    });
    rows.collect()
}

/// A line of the plan on paper. One that follows from an answer that is not read is told by its place alone.
pub(crate) fn line_on_paper(line: &LineView) -> String {
    if line.hidden {
        format!("{}の手続き", text_in(&line.department, "ja"))
    } else {
        text_in(&line.name, "ja").to_owned()
    }
}

fn plan_line(line: LineView, zone: Tz) -> PlanLine {
    PlanLine {
        name: line_on_paper(&line),
        rule: line.rule,
        state: line.state,
        by: line.by,
        at: line.at.map(|at| stamp(at, zone)),
        last_day: line.last_day,
    }
}

fn line<'a>(made: &'a Made<'_>, zone: Tz) -> ChangeLine<'a> {
    ChangeLine {
        at: stamp(made.change.at, zone),
        by: &made.change.by,
        of: made.of.id(),
        field: &made.change.field,
        label: made.label(),
        before: &made.change.before,
        after: &made.change.after,
    }
}

fn told(made: &Made<'_>, zone: Tz) -> Told {
    let words = |value: &str| {
        let field = made.field().filter(|_| !value.is_empty());
        field.map_or(value.to_owned(), |it| it.in_words(value, "ja"))
    };
    Told {
        at: in_words(made.change.at, zone),
        by: made.change.by.clone(),
        field: format!("{} {}", text_in(made.of.name(), "ja"), made.label()),
        before: words(&made.change.before),
        after: words(&made.change.after),
    }
}

fn local(at: Millis, zone: Tz) -> DateTime<Tz> {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .with_timezone(&zone)
}

/// `2026-11-24T09:12:00.000+09:00`.
fn stamp(at: Millis, zone: Tz) -> String {
    local(at, zone).to_rfc3339_opts(SecondsFormat::Millis, false)
}

fn in_words(at: Millis, zone: Tz) -> String {
    local(at, zone).format("%Y年%-m月%-d日 %-H:%M").to_string()
}

fn json(of: &impl Serialize) -> Result<Vec<u8>, Refused> {
    // The cause is not logged: it may quote what it could not write.
    serde_json::to_vec_pretty(of)
        .map_err(|_| Refused::with(Code::Internal, "a case cannot be written as JSON"))
}
