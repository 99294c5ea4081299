//! 書かない窓口: touches until a certificate is applied for, a moving family's six forms as PDF, a plan, a search, a purge.

mod purge;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ::forms::{Application, CardItems, Kind, Procedure, Sex, Shared};
use anyhow::{Context, Result, anyhow, bail, ensure};
use chrono::NaiveDate;
use office::{Form, Office};
use paper::{CaseCode, Document, Template, Typesetter};

use crate::{
    fixture::open_office,
    row::{Row, percentile},
};

/// What a family of four files when it moves into the city.
const FAMILY: [&str; 6] = [
    "idou",
    "kokuho",
    "jido_teate",
    "kodomo_iryo",
    "tenko",
    "suido",
];
const ROUNDS: usize = 7;
const PLANS: usize = 2_000;
const QUESTIONS_MAX: usize = 200;

/// Rows `forms.taps`, `forms.pdf6.*`, `forms.plan.p99_ms`, `forms.search.p99_ms` and `forms.purge.*`.
pub fn rows() -> Result<Vec<Row>> {
    let folder = open_office()?;
    let office = Office::load(folder.path()).map_err(|mistakes| anyhow!("{mistakes:?}"))?;
    let mut rows = vec![taps(&office)?];
    rows.extend(pdf6(&office)?);
    rows.push(plan(&office)?);
    rows.push(search(&office));
    rows.extend(purge::rows(&office)?);
    Ok(rows)
}

fn today() -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 11, 24).context("no such day")
}

fn with_card(procedure: &Arc<Procedure>) -> Result<Application> {
    let mut application = Application::new(Arc::clone(procedure), today()?);
    application.prefill(&CardItems {
        name: Some("\u{FA1B}山　太郎"),
        address: Some("広島県福山市東桜町３番５号"),
        birth: NaiveDate::from_ymd_opt(1980, 2, 17),
        sex: Some(Sex::Male),
    });
    Ok(application)
}

/// Answers every question by `answer`, and tells how many there were.
fn finish(
    application: &mut Application,
    answer: impl Fn(&::forms::Field) -> Result<String>,
) -> Result<usize> {
    for asked in 0..QUESTIONS_MAX {
        let Some(field) = application.next_question() else {
            return Ok(asked);
        };
        let id = field.id.clone();
        let value = answer(field)?;
        application
            .answer(&id, &value)
            .with_context(|| format!("{id}: {value}"))?;
    }
    bail!("the questions do not end")
}

/// A person who changes nothing: one touch says that the card is right, one answers each question, one finishes.
fn taps(office: &Office) -> Result<Row> {
    const CARD_AND_LAST_PAGE: usize = 2;
    let form = form(office, "juminhyo")?;
    let mut application = with_card(&form.procedure)?;
    let asked = finish(&mut application, |field| {
        let first = field.kind.options().first().map(|it| it.id.clone());
        match (field.required, field.default.clone().or(first)) {
            (false, _) => Ok(String::new()),
            (true, Some(answer)) => Ok(answer),
            (true, None) => bail!("{} has to be typed", field.id),
        }
    })?;
    Ok(Row::at_most(
        "forms.taps",
        (asked + CARD_AND_LAST_PAGE) as f64,
        "taps",
        8.0,
        format!("住民票, {asked} questions, the card's page and the last page"),
    ))
}

fn form<'a>(office: &'a Office, id: &str) -> Result<&'a Form> {
    office
        .form(id)
        .with_context(|| format!("no procedure {id}"))
}

fn pdf6(office: &Office) -> Result<Vec<Row>> {
    let family = family(office)?;
    let typesetter = Typesetter::open(&office.fonts_dir)?;
    let mut samples = Vec::new();
    let mut together = 0;
    for _ in 0..ROUNDS {
        let (took, bytes) = print(office, &family, &typesetter)?;
        samples.push(took.as_secs_f64());
        together = together.max(bytes);
    }
    let mut largest = 0;
    for one in &family {
        let (_, bytes) = print(office, std::slice::from_ref(one), &typesetter)?;
        largest = largest.max(bytes);
    }
    let first = samples.first().copied().unwrap_or_default();
    Ok(vec![
        Row::at_most(
            "forms.pdf6.s",
            percentile(&mut samples, 1.0),
            "s",
            1.5,
            format!(
                "slowest of {ROUNDS}; the first {first:.2} s; 6 forms of a family of four in one file, two threads"
            ),
        ),
        Row::at_most(
            "forms.pdf6.largest_kb",
            largest as f64 / 1000.0,
            "kB",
            300.0,
            format!(
                "the largest of the six by itself; all in one file {:.0} kB",
                together as f64 / 1000.0
            ),
        ),
    ])
}

/// Each form of the family, with what the forms before it have answered.
fn family<'a>(office: &'a Office) -> Result<Vec<(&'a Form, Application)>> {
    let mut shared = Shared::default();
    let mut family = Vec::new();
    for id in FAMILY {
        let form = form(office, id)?;
        let mut application = with_card(&form.procedure)?;
        application.adopt(&shared);
        finish(&mut application, |field| {
            Ok(match (field.id.as_str(), &field.kind) {
                ("movers" | "others", _) => "3".to_owned(),
                ("children", _) => "2".to_owned(),
                (_, Kind::Choice { options } | Kind::Choices { options, .. }) => {
                    let first = options.first().context("no option")?;
                    first.id.clone()
                }
                (_, Kind::Number { min, .. }) => min.to_string(),
                (
                    _,
                    Kind::Text {
                        min_chars,
                        keyboard,
                        ..
                    },
                ) => {
                    let letter = match keyboard {
                        ::forms::Keyboard::Digits => "8",
                        ::forms::Keyboard::Kana => "フ",
                        ::forms::Keyboard::Latin => "a",
                        ::forms::Keyboard::Ja => "福",
                    };
                    letter.repeat((*min_chars).max(5) as usize)
                }
                (_, Kind::PersonName) => "渡邉\u{E0103}　花子".to_owned(),
                (_, Kind::Address) => {
                    "広島県福山市港町二丁目１番１号　コーポ福山２０３号室".to_owned()
                }
                (_, Kind::Date { .. }) => "2026-11-20".to_owned(),
                (_, Kind::Phone) => "0849281058".to_owned(),
                (_, Kind::Postal) => "7208501".to_owned(),
            })
        })?;
        shared.learn(&application);
        family.push((form, application));
    }
    Ok(family)
}

/// The forms as a counter prints them, in one go. How long, and how many bytes the file has.
fn print(
    office: &Office,
    forms: &[(&Form, Application)],
    typesetter: &Typesetter,
) -> Result<(Duration, usize)> {
    let date = today()?;
    let code = CaseCode::of(*b"0123456789");
    let packet: Vec<_> = forms
        .iter()
        .map(|(form, application)| {
            let template = Template {
                name: form.procedure.id(),
                source: &form.template_source,
            };
            let document = Document {
                office: ::forms::text_in(&office.name, "ja"),
                application,
                date,
                ticket: Some("B-012"),
                code: Some(&code),
                signed: None,
            };
            (template, document)
        })
        .collect();
    let began = Instant::now();
    let sheets = typesetter.typeset_all(&packet)?;
    let pdf = sheets.pdf()?;
    let took = began.elapsed();
    ensure!(sheets.undrawn().is_empty(), "characters without a picture");
    ensure!(sheets.pages() >= forms.len(), "a form is missing");
    Ok((took, pdf.len()))
}

/// The longest life event, every question answered.
fn plan(office: &Office) -> Result<Row> {
    let event = office
        .life_events
        .iter()
        .map(|it| &it.event)
        .max_by_key(|it| it.rules().len())
        .context("no life event")?;
    let mut answers = Application::new(Arc::clone(event.questions()), today()?);
    let asked = finish(&mut answers, |field| {
        let options = field.kind.options();
        match (&field.kind, options.first()) {
            (Kind::Date { .. }, _) => Ok("2026-11-20".to_owned()),
            (_, Some(first)) => Ok(first.id.clone()),
            (_, None) => bail!("{} is no question for a life event", field.id),
        }
    })?;
    let mut samples = Vec::new();
    let mut lines = 0;
    for _ in 0..PLANS {
        let began = Instant::now();
        let plan = event.plan(&answers, today()?, |_| true);
        samples.push(began.elapsed().as_secs_f64() * 1000.0);
        lines = plan.lines().count();
    }
    ensure!(asked >= 22, "only {asked} questions");
    Ok(Row::at_most(
        "forms.plan.p99_ms",
        percentile(&mut samples, 0.99),
        "ms",
        1.0,
        format!("{} answers, {lines} lines", asked),
    ))
}

/// What people say, as it grows under their fingers.
fn search(office: &Office) -> Row {
    let said = [
        "引っ越してきました",
        "赤ちゃんが生まれました",
        "ハンコの証明がほしい",
        "保険証をなくした",
        "父が亡くなったので手続をしたい",
        "マイナンバーカードの暗証番号を忘れました",
        "I have just moved here from another city",
        "my mother passed away last week",
        "tôi muốn đổi địa chỉ",
    ];
    let mut samples = Vec::new();
    for said in said {
        for (end, letter) in said.char_indices() {
            let Some(typed) = said.get(..end + letter.len_utf8()) else {
                continue;
            };
            let began = Instant::now();
            let hits = office.search.search(typed);
            samples.push(began.elapsed().as_secs_f64() * 1000.0);
            std::hint::black_box(hits);
        }
    }
    let count = samples.len();
    Row::at_most(
        "forms.search.p99_ms",
        percentile(&mut samples, 0.99),
        "ms",
        10.0,
        format!("{count} keystrokes, {} targets", office.finds.len()),
    )
}
