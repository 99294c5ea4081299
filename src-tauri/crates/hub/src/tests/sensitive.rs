//! Sensitive answers, and the eyes that do not see them.

use std::{collections::BTreeSet, sync::LazyLock};

use forms::{Field, Kind};
use office::Office;
use proptest::prelude::*;
use store::{Action, Audited, Store};
use wire::case::{CaseRow, CaseView, LineView};

use super::{
    case_changes::{bring, change, family_press, mark},
    *,
};
use crate::case::{self, Owns, Reader};

/// They stand in no other test and in no file of the office.
const ACCOUNT: &str = "7300417";
const HOLDER: &str = "ヌヲヌヲ　ヱヰヱヰ";

/// A widow at the certificates' counter; the form of the funeral and what her husband had are not for it.
fn press() -> Value {
    let answer =
        |field: &str, value: &str| json!({"field": field, "value": value, "provenance": "typed"});
    let mut press = family_press();
    let case = &mut press["case"];
    let funeral = case["forms"][1]["answers"].as_array_mut().unwrap();
    funeral.extend([
        answer("pay_to", "bank"),
        answer("bank_number", ACCOUNT),
        answer("account_holder", HOLDER),
    ]);
    let plan = case["plan"]["answers"].as_array_mut().unwrap();
    plan.extend([answer("disability", "yes"), answer("atomic", "unknown")]);
    press
}

fn case_of(ticket: &str) -> String {
    format!("/api/tickets/{ticket}/case")
}

async fn json_of(person: &Person, ticket: &str) -> String {
    let answer = person.get(&case_of(ticket)).await;
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

fn read(json: &str) -> CaseView {
    serde_json::from_str(json).unwrap()
}

fn row<'a>(case: &'a CaseView, field: &str) -> &'a CaseRow {
    let mut rows = case.forms[1].rows.iter();
    rows.find(|it| it.field == field).unwrap()
}

fn lines(case: &CaseView) -> &[LineView] {
    &case.plan.as_ref().unwrap().lines
}

async fn pages(person: &Person, ticket: &str) -> String {
    let answer = person
        .get(&format!("/api/tickets/{ticket}/paper/1.png"))
        .await;
    assert_eq!(answer.status(), 200);
    answer.headers()["x-pages"].to_str().unwrap().to_owned()
}

/// Counter 2 serves the ticket, which goes on to the insurance's counter.
async fn transfer(clerk: &Person, ticket: &str) {
    clerk.done("/api/counters/2/next").await;
    let path = format!("/api/tickets/{ticket}/finish");
    clerk.tells(&path, json!({"counter": "2"})).await;
}

#[tokio::test]
async fn a_sensitive_answer_is_read_at_its_own_counter_while_the_ticket_is_there_and_nowhere_else()
{
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &press()).await;
    let here = hub.login("suzuki").await;
    here.done("/api/counters/2/open").await;
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    let lead = hub.login("ito").await;

    for person in [&here, &insurance, &lead] {
        let told = json_of(person, &ticket).await;
        for canary in [ACCOUNT, HOLDER, "障害者手帳", "B12", "B25"] {
            assert!(!told.contains(canary), "{canary} is told");
        }
    }
    let case = read(&json_of(&here, &ticket).await);
    let account = row(&case, "bank_number");
    assert!(account.hidden);
    assert_eq!(account.label["ja"], "口座番号");
    assert_eq!((account.value.as_str(), account.raw.as_str()), ("", ""));
    // That there is an account is told by no row that is only asked for one.
    let fields = &case.forms[1].rows;
    assert_eq!(
        fields.iter().filter(|it| it.hidden).count(),
        fields
            .iter()
            .filter(|it| it.value.is_empty() && it.hidden)
            .count()
    );
    let hidden: Vec<&LineView> = lines(&case).iter().filter(|it| it.hidden).collect();
    let departments: Vec<&str> = hidden
        .iter()
        .map(|it| it.department["ja"].as_str())
        .collect();
    assert!(departments.contains(&"障がい福祉課"), "{departments:?}");
    assert!(
        hidden
            .iter()
            .all(|it| it.name.is_empty() && it.bring.is_empty())
    );
    assert_eq!(pages(&here, &ticket).await, "1");

    transfer(&here, &ticket).await;
    let told = json_of(&insurance, &ticket).await;
    assert!(told.contains(ACCOUNT) && told.contains(HOLDER));
    // What she was asked about the handbooks is the one-stop counter's, not the insurance's.
    assert!(!told.contains("障害者手帳"));
    assert!(!row(&read(&told), "bank_number").hidden);
    assert_eq!(pages(&insurance, &ticket).await, "2");
    let told = json_of(&here, &ticket).await;
    assert!(!told.contains(ACCOUNT) && !told.contains(HOLDER));

    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let lines = store.read().audit_before(u64::MAX, 200).unwrap();
    let told: BTreeSet<(String, String)> = lines
        .into_iter()
        .filter_map(|line| {
            let Audited::Entry { action, subject } = line.what else {
                return None;
            };
            let queue::Actor::Clerk(clerk) = line.actor else {
                return None;
            };
            (action == Action::SensitiveShown).then(|| (clerk.to_string(), subject.unwrap()))
        })
        .collect();
    assert_eq!(told, BTreeSet::from([("sato".to_owned(), ticket)]));
}

#[tokio::test]
async fn what_a_counter_does_not_read_it_cannot_change() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &press()).await;
    let here = hub.login("suzuki").await;
    here.done("/api/counters/2/open").await;
    let answer = |field: &str, value: &str| {
        let change = json!({"kind": "answer", "field": field, "value": value});
        json!({"revision": 1, "change": change})
    };
    let path = case_of(&ticket);
    assert_eq!(
        here.refused(&path, answer("disability", "no")).await,
        "forbidden"
    );
    assert_eq!(
        here.refused(&path, mark(1, "B12", "done")).await,
        "forbidden"
    );
    assert_eq!(
        here.refused(&path, mark(1, "#1", "done")).await,
        "not_found"
    );
    // A lead may change every form, and what they do not read they cannot write over.
    let lead = hub.login("ito").await;
    let value = json!({"kind": "value", "procedure": "sosaihi", "field": "bank_number", "value": "1234567"});
    let wish = json!({"revision": 1, "change": value});
    assert_eq!(lead.refused(&path, wish).await, "forbidden");
    // What is no secret stays everybody's to tick off.
    let case = change(&here, &ticket, &mark(1, "B3", "done")).await;
    assert_eq!(case.revision, 2);
    hub.stop().await;
}

#[tokio::test]
async fn a_lead_reads_sensitive_answers_where_the_office_says_so() {
    let data = data();
    let mut office = office();
    office.leads_see_sensitive = true;
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_office(data.path(), clock, office).await;
    let ticket = bring(&hub, &press()).await;
    let lead = hub.login("ito").await;
    assert!(json_of(&lead, &ticket).await.contains(ACCOUNT));
    let clerk = hub.login("suzuki").await;
    assert!(!json_of(&clerk, &ticket).await.contains(ACCOUNT));
    hub.stop().await;
}

#[tokio::test]
async fn a_case_of_which_nothing_is_for_this_counter_is_neither_printed_nor_archived_there() {
    let data = data();
    let hub = start(data.path()).await;
    let mut press = press();
    press["case"]["forms"].as_array_mut().unwrap().remove(0);
    let ticket = bring(&hub, &press).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    for paper in ["paper.pdf", "archive.pdf", "paper/1.png"] {
        let answer = clerk.get(&format!("/api/tickets/{ticket}/{paper}")).await;
        assert_eq!(refused(answer).await, "forbidden", "{paper}");
    }
    hub.stop().await;
}

static OFFICE: LazyLock<Office> = LazyLock::new(office);

/// A die that a seed throws.
struct Die(u64);

impl Die {
    fn throw(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((it ^ (it >> 31)) % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }
}

/// An answer that the field may or may not take: what is typed carries the mark, what is chosen is one of the options.
fn said(die: &mut Die, field: &Field, mark: &str) -> String {
    match &field.kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => {
            options[die.throw(options.len())].id.clone()
        }
        Kind::Number { min, .. } => min.to_string(),
        Kind::Date { .. } => "2026-11-10".to_owned(),
        Kind::Phone => "0849210000".to_owned(),
        Kind::Postal => "7208501".to_owned(),
        Kind::Text { .. } | Kind::PersonName | Kind::Address => mark.to_owned(),
    }
}

/// Answers to some of the questions; what is sensitive is marked.
fn answers(die: &mut Die, fields: &[Field]) -> Value {
    let answered = fields.iter().filter_map(|field| {
        let marked = if field.sensitive.is_some() {
            "7300417ヌヲ"
        } else {
            "福山"
        };
        (die.throw(8) > 0).then(|| {
            json!({
                "field": field.id,
                "value": said(die, field, marked),
                "provenance": "typed",
                "of_card": (field.sensitive.is_some()).then_some("7300417ヌヲ"),
            })
        })
    });
    answered.collect()
}

/// A case of arbitrary forms, with a life event or without, that counters have changed.
fn kept(die: &mut Die, plan: bool) -> Value {
    let forms: Vec<Value> = (OFFICE.procedures.iter())
        .filter(|_| die.throw(3) > 0)
        .map(|it| it.procedure.as_ref())
        .collect::<Vec<_>>()
        .into_iter()
        .take(16)
        .map(|procedure| {
            let changed: Vec<Value> = (procedure.fields().iter())
                .filter(|it| it.sensitive.is_some())
                .map(|it| json!({"field": it.id, "before": "7300417ヌヲ", "after": "7300417ヌヲ", "by": "sato", "at": 0}))
                .collect();
            json!({
                "procedure": procedure.id(),
                "answers": answers(die, procedure.fields()),
                "history": changed,
            })
        })
        .collect();
    let mut kept = json!({"revision": 9, "finished_at": 1_795_480_500_000_i64, "forms": forms});
    if plan {
        let event = &OFFICE.life_events[die.throw(OFFICE.life_events.len())].event;
        let questions = event.questions();
        kept["plan"] = json!({
            "life_event": questions.id(),
            "answers": answers(die, questions.fields()),
        });
    }
    kept
}

fn told(kept: &Value, reader: &Reader) -> String {
    let today = "2026-11-24".parse().unwrap();
    let opened = case::open(&OFFICE, kept.to_string().as_bytes(), today);
    let Ok(opened) = opened else {
        panic!("an arbitrary case cannot be opened");
    };
    let marks = crate::owner::Marks {
        number: None,
        code: None,
    };
    let Ok(record) = opened.record(&OFFICE, &marks, reader) else {
        panic!("an arbitrary case cannot be archived");
    };
    let mut told = serde_json::to_string(&opened.view(&OFFICE, reader)).unwrap();
    for attached in &record.attachments {
        told.push_str(std::str::from_utf8(&attached.bytes).unwrap());
    }
    for change in &record.changes {
        told.push_str(&change.before);
        told.push_str(&change.after);
    }
    for target in &OFFICE.exports {
        let sent = crate::export::Sent {
            opened: &opened,
            reader,
            number: "A001",
            case: "case",
        };
        let (rows, _) = crate::export::taken(&OFFICE, &target.layout, &sent);
        for row in rows {
            told.push_str(&serde_json::to_string(&row.sheet(&target.layout)).unwrap());
        }
    }
    told
}

/// Names of what follows from sensitive answers to a life event's questions.
fn names_of_sensitive_lines(kept: &Value) -> Vec<String> {
    let Some(id) = kept["plan"]["life_event"].as_str() else {
        return Vec::new();
    };
    let mut events = OFFICE.life_events.iter().map(|it| &it.event);
    let event = events.find(|it| it.questions().id() == id).unwrap();
    let fields = event.questions().fields().iter();
    let sensitive = fields.filter(|it| it.sensitive.is_some());
    let sensitive: BTreeSet<&str> = sensitive.map(|it| it.id.as_str()).collect();
    let rules = event.rules().iter();
    let rules = rules.filter(|it| it.when.iter().any(|it| it.looks_at(&sensitive)));
    rules.map(|it| it.name["ja"].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_arbitrary_case_tells_a_sensitive_answer_to_a_counter_that_owns_none(
        seed in any::<u64>(),
        lead in any::<bool>(),
    ) {
        let mut die = Die(seed);
        let kept = kept(&mut die, seed % 3 > 0);
        let services = &OFFICE.services;
        let reader = Reader {
            service: Some(services[die.throw(services.len())].id.to_string()),
            lead,
            owns: Owns::default(),
        };
        let seen = told(&kept, &reader);
        prop_assert!(!seen.contains("7300417") && !seen.contains("ヌヲ"));
        for name in names_of_sensitive_lines(&kept) {
            prop_assert!(!seen.contains(&name), "{name}");
        }
    }

    #[test]
    fn whoever_owns_one_service_reads_no_sensitive_answer_of_another_services_form(
        seed in any::<u64>(),
    ) {
        let mut die = Die(seed);
        let mut kept = kept(&mut die, false);
        let services = &OFFICE.services;
        let mine = services[die.throw(services.len())].id.clone();
        let reader = Reader {
            service: Some(mine.to_string()),
            lead: false,
            owns: Owns::Services(vec![mine.to_string()]),
        };
        // The forms of other services only.
        let others = |it: &Value| OFFICE.form(it["procedure"].as_str().unwrap()).unwrap().service != mine;
        kept["forms"].as_array_mut().unwrap().retain(others);
        let seen = told(&kept, &reader);
        prop_assert!(!seen.contains("7300417") && !seen.contains("ヌヲ"));
    }
}

#[test]
fn the_marks_of_arbitrary_cases_are_there_to_be_found() {
    let reader = Reader {
        owns: Owns::All,
        ..Reader::default()
    };
    let found = (0..8).filter(|seed| {
        let kept = kept(&mut Die(*seed), true);
        told(&kept, &reader).contains("7300417")
    });
    assert_eq!(found.count(), 8);
}

#[test]
fn every_account_and_every_question_about_illness_or_origin_is_marked() {
    let fields = OFFICE.procedures.iter().flat_map(|it| {
        let procedure = &it.procedure;
        procedure
            .fields()
            .iter()
            .map(|field| (procedure.id(), field))
    });
    let events = OFFICE.life_events.iter().flat_map(|it| {
        let questions = it.event.questions();
        questions
            .fields()
            .iter()
            .map(|field| (questions.id(), field))
    });
    let unmarked: Vec<String> = fields
        .chain(events)
        .filter(|(_, field)| {
            let mut meanings = field.meaning.iter().flat_map(forms::Meaning::all);
            let words = &field.question["ja"];
            let about = [
                "口座番号",
                "障がい",
                "障害",
                "手帳",
                "外国籍",
                "ひとり親",
                "妊娠",
            ];
            meanings.any(|it| it.contains(".account_"))
                || (field.kind.options().len() == 3 && about.iter().any(|it| words.contains(it)))
        })
        // Nearly everybody of 75 and over: it says nothing of a disability.
        .filter(|(_, field)| field.id != "elderly" && field.sensitive.is_none())
        .map(|(of, field)| format!("{of}.{}", field.id))
        .collect();
    assert_eq!(unmarked, Vec::<String>::new());
}
