//! What another system has already, and what it is told when that has changed.

use std::collections::BTreeSet;

use forms::export::Source;
use store::{Action, Audited, Store};
use wire::{
    case::CaseView,
    export::{ExportFaultKind, ExportedBatch, HandedOver},
};

use super::{
    case_changes::{bring, change},
    *,
};
use crate::owner::{Handed, Press};

const TARGET: &str = "shomei_hakko";
const BATCH: &str = "/api/exports/shomei_hakko/batch";

fn answer(field: &str, value: &str) -> Value {
    json!({"field": field, "value": value, "provenance": "typed"})
}

/// Somebody asks for a certificate; the last answer is left to the clerk where they are unfinished.
fn press_of(name: &str, unfinished: bool) -> Value {
    let mut answers = vec![
        answer("applicant_name", name),
        answer("applicant_address", "福山市東桜町3番5号"),
        answer("applicant_birth", "1980-02-17"),
        answer("relation", "self"),
        answer("show", "honseki"),
        answer("copies", "2"),
        answer("phone", "0849210000"),
    ];
    if !unfinished {
        answers.push(answer("kind", "all"));
    }
    let form = json!({"procedure": "juminhyo", "unfinished": unfinished, "answers": answers});
    json!({"service": "certificates", "language": "ja", "case": {"forms": [form]}})
}

/// The clerk's counter is open and takes whoever comes.
async fn at_the_counter(hub: &Running) -> Person {
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    clerk
}

/// Somebody comes, and is served.
async fn served(hub: &Running, clerk: &Person, press: &Value) -> String {
    let ticket = bring(hub, press).await;
    finish(clerk, "2", &ticket).await;
    ticket
}

async fn finish(clerk: &Person, counter: &str, ticket: &str) {
    clerk.done(&format!("/api/counters/{counter}/next")).await;
    for word in ["start", "finish"] {
        let path = format!("/api/tickets/{ticket}/{word}");
        clerk.tells(&path, json!({"counter": counter})).await;
    }
}

async fn post<T: serde::de::DeserializeOwned>(person: &Person, path: &str, body: Value) -> T {
    understood(person.post(path).json(&body).send().await.unwrap()).await
}

async fn batch(person: &Person, format: &str) -> ExportedBatch {
    post(person, BATCH, json!({"format": format})).await
}

async fn csv(person: &Person, ticket: &str) -> HandedOver {
    let path = format!("/api/tickets/{ticket}/exports/{TARGET}/csv");
    post(person, &path, json!({})).await
}

/// A press that can be made again.
fn keyed(person: &Person, path: &str, key: Uuid, body: &Value) -> RequestBuilder {
    let url = format!("{}{path}", person.base);
    let request = person.client.post(url);
    request
        .header("idempotency-key", key.to_string())
        .json(body)
}

async fn correct(person: &Person, ticket: &str, field: &str, value: &str) {
    let case: CaseView = understood(person.get(&format!("/api/tickets/{ticket}/case")).await).await;
    let wish = json!({"kind": "value", "procedure": "juminhyo", "field": field, "value": value});
    change(
        person,
        ticket,
        &json!({"revision": case.revision, "change": wish}),
    )
    .await;
}

async fn number_of(hub: &Running, ticket: &str) -> String {
    let number = hub.desk.owner.number(ticket.parse().unwrap()).await;
    number.unwrap().unwrap()
}

fn files(data: &Path) -> Vec<String> {
    let files = std::fs::read_dir(data.join("handoff/shomei")).unwrap();
    let mut names: Vec<String> = files
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What clerks did, in order.
fn trail(data: &Path) -> Vec<(Action, String)> {
    let store = Store::open(data, &office().id).unwrap();
    let mut lines = store.read().audit_before(u64::MAX, 500).unwrap();
    lines.reverse();
    let done = lines.into_iter().filter_map(|line| match line.what {
        Audited::Entry { action, subject } => Some((action, subject.unwrap_or_default())),
        Audited::Event(_) | Audited::PurgedEvent { .. } => None,
    });
    done.collect()
}

#[tokio::test]
async fn what_was_changed_after_it_was_handed_over_is_in_the_day_s_file_again_and_is_named() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    let changed = served(&hub, &clerk, &press_of("福山　花子", false)).await;
    let kept = served(&hub, &clerk, &press_of("福山　太郎", false)).await;
    for ticket in [&changed, &kept] {
        assert!(csv(&clerk, ticket).await.file.is_some());
    }
    let told = batch(&clerk, "csv").await;
    assert_eq!((told.rows, told.before, told.file), (0, 2, None));

    correct(&clerk, &changed, "copies", "3").await;
    let told = batch(&clerk, "csv").await;
    assert_eq!((told.rows, told.before), (1, 1));
    assert_eq!(told.changed, [number_of(&hub, &changed).await]);
    let file = data.path().join("handoff/shomei").join(told.file.unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(&changed) && text.contains("\"3\"") && !text.contains(&kept));

    // Once the other system has it as it is, it is done with; what stands there again as it was is not.
    assert_eq!(batch(&clerk, "json").await.before, 2);
    correct(&clerk, &changed, "copies", "2").await;
    let told = batch(&clerk, "json").await;
    assert_eq!((told.rows, told.changed.len()), (1, 1));
    hub.stop().await;
}

#[tokio::test]
async fn what_was_handed_over_with_a_question_open_is_named_until_it_is_answered() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    let ticket = bring(&hub, &press_of("福山　花子", true)).await;
    let told = csv(&clerk, &ticket).await;
    assert_eq!(told.rows, 1);
    let open = |faults: &[wire::export::ExportFault]| {
        let mut faults = faults.iter();
        faults.any(|it| it.kind == ExportFaultKind::Unanswered)
    };
    assert!(open(&told.faults));
    finish(&clerk, "2", &ticket).await;
    let told = batch(&clerk, "csv").await;
    assert_eq!((told.rows, told.before, told.left_out.len()), (0, 0, 1));
    assert!(open(&told.left_out[0].faults));
    correct(&clerk, &ticket, "kind", "all").await;
    let told = batch(&clerk, "csv").await;
    assert_eq!(
        (told.rows, told.changed.len(), told.left_out.len()),
        (1, 1, 0)
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_press_that_comes_again_is_answered_the_same_and_nobody_is_handed_over_twice() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    served(&hub, &clerk, &press_of("福山　花子", false)).await;
    let body = json!({"format": "csv"});
    let key = Uuid::now_v7();
    // The browser gives up while the file waits for its turn, and asks again.
    let turn = hub.desk.handing.take(TARGET).await;
    let given_up = keyed(&clerk, BATCH, key, &body).timeout(std::time::Duration::from_millis(300));
    assert!(given_up.send().await.is_err());
    drop(turn);
    let first: Value = understood(keyed(&clerk, BATCH, key, &body).send().await.unwrap()).await;
    assert_eq!(first["rows"], 1);
    served(&hub, &clerk, &press_of("福山　太郎", false)).await;
    let again: Value = understood(keyed(&clerk, BATCH, key, &body).send().await.unwrap()).await;
    assert_eq!(again, first);
    assert_eq!(files(data.path()), [first["file"].as_str().unwrap()]);
    let other = keyed(&clerk, BATCH, key, &json!({"format": "json"}));
    assert_eq!(refused(other.send().await.unwrap()).await, "key_reused");

    // The same of one case, with what the clerk had chosen.
    let ticket = served(&hub, &clerk, &press_of("福山　次郎", false)).await;
    let path = format!("/api/tickets/{ticket}/exports/{TARGET}/csv");
    let (key, body) = (Uuid::now_v7(), json!({}));
    let first: Value = understood(keyed(&clerk, &path, key, &body).send().await.unwrap()).await;
    correct(&clerk, &ticket, "copies", "4").await;
    let again: Value = understood(keyed(&clerk, &path, key, &body).send().await.unwrap()).await;
    assert_eq!(again, first);
    hub.stop().await;
    let exported = trail(data.path()).into_iter();
    let exported: Vec<String> = exported
        .filter(|(action, _)| *action == Action::Exported)
        .map(|(_, subject)| subject)
        .collect();
    assert_eq!(exported, ["shomei_hakko batch_csv 1", "shomei_hakko csv 1"]);
}

#[tokio::test]
async fn two_clerks_who_press_together_hand_everybody_over_once() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    for name in ["福山　花子", "福山　太郎", "福山　次郎"] {
        served(&hub, &clerk, &press_of(name, false)).await;
    }
    let other = hub.login("sato").await;
    let (mine, theirs) = tokio::join!(batch(&clerk, "csv"), batch(&other, "json"));
    assert_eq!(mine.rows + theirs.rows, 3);
    assert_eq!(mine.before + theirs.before, 3);
    assert_eq!(files(data.path()).len(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn an_answer_of_any_length_is_remembered_and_a_key_of_somebody_else_is_theirs() {
    let data = data();
    let hub = start(data.path()).await;
    let owner = &hub.desk.owner;
    for bytes in [1, store::ANSWER_BYTES_MAX, store::ANSWER_BYTES_MAX * 2 + 7] {
        let press = Press {
            key: Uuid::now_v7(),
            print: [7; 32],
        };
        assert!(owner.answered_before(press).await.unwrap().is_none());
        let answer = vec![b'x'; bytes];
        let handed = Handed {
            target: TARGET.to_owned(),
            handovers: Vec::new(),
            press,
            answer: answer.clone(),
        };
        owner.note_handovers(handed).await.unwrap();
        assert_eq!(owner.answered_before(press).await.unwrap(), Some(answer));
        let other = Press {
            print: [8; 32],
            ..press
        };
        let code = owner.answered_before(other).await.err().unwrap().code;
        assert_eq!(code, wire::Code::KeyReused);
    }
    hub.stop().await;
}

/// Somebody joins the insurance; why is for its counter only.
fn joins() -> Value {
    let answers = [
        answer("action", "join"),
        answer("join_reason", "left_company"),
        answer("changed_on", "2026-11-20"),
        answer("applicant_name", "福山　花子"),
        answer("applicant_address", "福山市東桜町3番5号"),
        answer("applicant_birth", "1980-02-17"),
        answer("phone", "0849210000"),
        answer("relation", "agent"),
        answer("head_name", "駅家　太郎"),
        answer("head_birth", "1950-01-02"),
        answer("head_address", "福山市駅家町1番"),
        answer("others", "0"),
        answer("foreign", "no"),
        answer("card_insurance", "yes"),
        answer("payment", "slip"),
    ];
    let form = json!({"procedure": "kokuho", "answers": answers});
    json!({"service": "insurance", "language": "ja", "case": {"forms": [form]}})
}

#[tokio::test]
async fn a_day_s_file_with_sensitive_answers_is_told_before_it_is_there_and_says_who_sent_the_agent()
 {
    let data = data();
    let hub = start(data.path()).await;
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    let ticket = bring(&hub, &joins()).await;
    finish(&insurance, "4", &ticket).await;
    // Another counter's clerk is not shown them and hands nothing on.
    let other = at_the_counter(&hub).await;
    let path = "/api/exports/kokuho_shikaku/batch";
    let told: ExportedBatch = post(&other, path, json!({"format": "json"})).await;
    assert_eq!((told.rows, told.left_out.len()), (0, 1));
    let told: ExportedBatch = post(&insurance, path, json!({"format": "json"})).await;
    assert_eq!((told.rows, told.left_out.len()), (1, 0));
    let file = data.path().join("handoff/kokuho").join(told.file.unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    let about = &told["applications"][0]["個人申請基本情報（A票）"];
    assert_eq!(about["申請者"]["氏名"], "福山　花子");
    assert_eq!(about["委任者"]["氏名"], "駅家　太郎");
    assert_eq!(about["委任者"]["生年月日"], "1950-01-02");
    assert_eq!(about["委任者"]["住所"]["全文"], "福山市駅家町1番");
    hub.stop().await;
    let told: Vec<Action> = (trail(data.path()).into_iter())
        .filter(|(_, subject)| *subject == ticket || subject.starts_with("kokuho_shikaku"))
        .map(|(action, _)| action)
        .collect();
    assert_eq!(
        told,
        [
            Action::CaseExported,
            Action::CaseExported,
            Action::SensitiveShown,
            Action::Exported
        ]
    );
}

#[tokio::test]
async fn whom_an_agent_comes_for_is_the_principal_and_nobody_is_where_people_come_themselves() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    let mut press = press_of("福山　花子", false);
    let answers = press["case"]["forms"][0]["answers"].as_array_mut().unwrap();
    answers.retain(|it| it["field"] != "relation");
    answers.extend([
        answer("relation", "agent"),
        answer("subject_name", "駅家　太郎"),
        answer("subject_address", "福山市駅家町1番"),
        answer("subject_head", "駅家　太郎"),
    ]);
    served(&hub, &clerk, &press).await;
    served(&hub, &clerk, &press_of("福山　次郎", false)).await;
    let told = batch(&clerk, "json").await;
    let file = data.path().join("handoff/shomei").join(told.file.unwrap());
    let told: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let about = |nth: usize| &told["applications"][nth]["個人申請基本情報（A票）"];
    assert_eq!(about(0)["申請者"]["氏名"], "福山　花子");
    assert_eq!(about(0)["委任者"]["氏名"], "駅家　太郎");
    assert_eq!(about(0)["委任者"]["住所"]["全文"], "福山市駅家町1番");
    assert_eq!(about(1)["委任者"], Value::Null);
    hub.stop().await;
}

#[tokio::test]
async fn a_case_that_does_not_open_is_named_and_keeps_nobody_else_out_of_the_file() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = at_the_counter(&hub).await;
    let damaged = served(&hub, &clerk, &press_of("福山　花子", false)).await;
    served(&hub, &clerk, &press_of("福山　太郎", false)).await;
    let number = number_of(&hub, &damaged).await;
    hub.stop().await;
    let ticket: queue::TicketId = damaged.parse().unwrap();
    let db = rusqlite::Connection::open(data.path().join("uketsuke.db")).unwrap();
    let key = "UPDATE case_keys SET wrapped = zeroblob(length(wrapped)) WHERE ticket = ?1";
    let hit = db.execute(key, [ticket.0.as_bytes().as_slice()]).unwrap();
    assert_eq!(hit, 1);
    drop(db);
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let told = batch(&clerk, "csv").await;
    assert_eq!(told.rows, 1);
    let left: Vec<(&str, usize)> = (told.left_out.iter())
        .map(|it| (it.number.as_str(), it.faults.len()))
        .collect();
    assert_eq!(left, [(number.as_str(), 0)]);
    hub.stop().await;
}

#[tokio::test]
async fn who_becomes_the_counter_of_a_sensitive_answer_by_a_change_is_told_of_before_they_read_it()
{
    let data = data();
    let hub = start(data.path()).await;
    let one_stop = hub.login("ito").await;
    one_stop.done("/api/counters/5/open").await;
    // The form of the funeral is the insurance's; the one-stop counter sees to it once there is a plan.
    let funeral = json!({"procedure": "sosaihi", "unfinished": true, "answers": [
        answer("pay_to", "bank"),
        answer("bank_number", "7300417"),
    ]});
    let press = json!({
        "service": "insurance", "then": ["family"], "language": "ja", "case": {"forms": [funeral]},
    });
    let ticket = bring(&hub, &press).await;
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    finish(&insurance, "4", &ticket).await;
    let told = |it: &CaseView| serde_json::to_string(it).unwrap().contains("7300417");
    let path = format!("/api/tickets/{ticket}/case");
    let case: CaseView = understood(one_stop.get(&path).await).await;
    assert!(!told(&case));
    let plan = json!({"kind": "add_plan", "life_event": "bereavement"});
    let wish = json!({"revision": case.revision, "change": plan});
    let case = change(&one_stop, &ticket, &wish).await;
    assert!(told(&case));
    hub.stop().await;
    let of_case: Vec<Action> = (trail(data.path()).into_iter())
        .filter(|(_, subject)| subject.starts_with(&ticket))
        .map(|(action, _)| action)
        .collect();
    let shown = [
        Action::CaseShown,
        Action::CaseChanged,
        Action::SensitiveShown,
    ];
    assert_eq!(of_case, shown);
}

/// Answers that the delivered targets do not take, each with the reason.
const LEFT: [(&str, &str, &str); 3] = [
    (
        "juki_idou",
        "movers",
        "the columns of the movers say how many there are",
    ),
    (
        "kokuho_shikaku",
        "others",
        "the columns of those concerned say how many there are",
    ),
    (
        "shomei_hakko",
        "shown",
        "the columns of those shown say how many there are",
    ),
];

#[test]
fn every_answer_of_a_form_that_goes_to_a_delivered_target_reaches_a_column() {
    let office = office();
    let mut lost = BTreeSet::new();
    for target in &office.exports {
        let layout = &target.layout;
        for id in layout.procedures() {
            let procedure = &office.form(id).unwrap().procedure;
            let left = procedure.fields().iter().filter(|field| {
                let mut columns = layout.columns().iter();
                !columns.any(|it| match &it.source {
                    Source::Fields(ids) => ids.contains(&field.id),
                    Source::Meaning(meaning) => field.may_mean(meaning),
                    Source::Constant(_) | Source::Circumstance(_) => false,
                })
            });
            lost.extend(left.map(|it| (layout.id().to_owned(), it.id.clone())));
        }
    }
    let left = LEFT.map(|(target, field, _)| (target.to_owned(), field.to_owned()));
    assert_eq!(lost, BTreeSet::from(left));
}
