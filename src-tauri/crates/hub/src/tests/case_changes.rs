//! A visit with several forms and a plan, and what counters make of it.

use store::{Action, Audited, Store};
use wire::case::{CaseView, FormView, LineCertainty, LineState, LineView, Provenance};

use super::*;

/// Invented; the kanji are chosen so that they occur nowhere else.
const NAME: &str = "架空　朱鷺子";
const MENDED: &str = "架空　鷦鷯子";
const ADDRESS: &str = "広島県福山市試験町九丁目八番七号";

fn answer(field: &str, value: &str, provenance: &str) -> Value {
    json!({"field": field, "value": value, "provenance": provenance})
}

fn residence() -> Value {
    json!({"procedure": "juminhyo", "answers": [
        answer("applicant_name", NAME, "card"),
        {"field": "applicant_address", "value": ADDRESS, "provenance": "card_edited", "of_card": "広島県福山市旧町一番"},
        answer("applicant_birth", "1980-02-17", "card"),
        answer("applicant_sex", "female", "card"),
        answer("relation", "self", "typed"),
        answer("kind", "all", "typed"),
        answer("show", "", "typed"),
        answer("copies", "2", "typed"),
        answer("phone", "0849210000", "typed"),
    ]})
}

/// Begun at the kiosk and handed to a clerk.
fn funeral() -> Value {
    json!({"procedure": "sosaihi", "unfinished": true, "answers": [
        answer("applicant_name", NAME, "card"),
        answer("died_on", "2026-11-10", "typed"),
    ]})
}

fn bereavement() -> Value {
    json!({"life_event": "bereavement", "answers": [
        answer("died_on", "2026-11-10", "typed"),
        answer("filed", "yes", "typed"),
        answer("head", "unknown", "typed"),
        answer("remaining", "two_or_more", "typed"),
        answer("insurance", "national", "typed"),
    ]})
}

pub(super) fn family_press() -> Value {
    json!({
        "service": "certificates",
        "then": ["insurance"],
        "language": "ja",
        "case": {"forms": [residence(), funeral()], "plan": bereavement()},
    })
}

pub(super) async fn bring(hub: &Running, press: &Value) -> String {
    let request = hub.kiosk(Method::POST, "/api/tickets").json(press);
    let issued: TicketIssued = understood(request.send().await.unwrap()).await;
    issued.ticket.id
}

fn path(ticket: &str) -> String {
    format!("/api/tickets/{ticket}/case")
}

async fn read(person: &Person, ticket: &str) -> CaseView {
    understood(person.get(&path(ticket)).await).await
}

fn value(revision: u32, procedure: &str, field: &str, value: &str) -> Value {
    let change = json!({"kind": "value", "procedure": procedure, "field": field, "value": value});
    json!({"revision": revision, "change": change})
}

pub(super) fn mark(revision: u32, rule: &str, state: &str) -> Value {
    json!({"revision": revision, "change": {"kind": "line", "rule": rule, "state": state}})
}

pub(super) async fn change(person: &Person, ticket: &str, body: &Value) -> CaseView {
    let request = person.post(&path(ticket)).json(body);
    understood(request.send().await.unwrap()).await
}

fn form<'a>(case: &'a CaseView, procedure: &str) -> &'a FormView {
    let mut forms = case.forms.iter();
    forms.find(|it| it.procedure == procedure).unwrap()
}

fn row<'a>(case: &'a CaseView, procedure: &str, field: &str) -> &'a wire::case::CaseRow {
    let mut rows = form(case, procedure).rows.iter();
    rows.find(|it| it.field == field).unwrap()
}

fn line<'a>(case: &'a CaseView, rule: &str) -> &'a LineView {
    let mut lines = case.plan.as_ref().unwrap().lines.iter();
    lines.find(|it| it.rule == rule).unwrap()
}

#[tokio::test]
async fn a_visit_brings_several_forms_and_a_plan_and_the_names_that_nobody_wrote_are_counted() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let case = read(&clerk, &ticket).await;
    assert_eq!(case.revision, 1);
    let ids: Vec<&str> = case.forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(ids, ["juminhyo", "sosaihi"]);
    assert!(case.spared.names >= 2, "{:?}", case.spared);
    let funeral = form(&case, "sosaihi");
    assert!(funeral.unfinished);
    assert!(row(&case, "sosaihi", "deceased_name").missing);
    assert!(!row(&case, "sosaihi", "applicant_name").missing);
    let address = row(&case, "juminhyo", "applicant_address");
    assert_eq!(address.of_card.as_deref(), Some("広島県福山市旧町一番"));

    let plan = case.plan.as_ref().unwrap();
    assert_eq!(plan.life_event, "bereavement");
    let householder = line(&case, "B2");
    assert_eq!(householder.certainty, LineCertainty::ToConfirm);
    assert_eq!(householder.state, LineState::Open);
    let national = line(&case, "B3");
    assert_eq!(national.certainty, LineCertainty::Due);
    assert_eq!(national.service.as_deref(), Some("insurance"));
    assert_eq!(national.last_day.as_deref(), Some("2026-11-24"));
    assert!(!national.overdue);
    hub.stop().await;
}

#[tokio::test]
async fn a_draft_whose_forms_do_not_fit_the_visit_is_refused() {
    let data = data();
    let hub = start(data.path()).await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut press = family_press();
        change(&mut press);
        press
    };
    for (what, press) in [
        ("nothing", with(&|it| it["case"] = json!({}))),
        (
            "the form twice",
            with(&|it| it["case"]["forms"] = json!([residence(), residence()])),
        ),
        (
            "seventeen forms",
            with(&|it| it["case"]["forms"] = json!(vec![residence(); 17])),
        ),
        (
            "a form of another counter",
            with(&|it| {
                it["then"] = json!([]);
                it["case"]["plan"] = Value::Null;
            }),
        ),
        (
            "an open question, and nobody said so",
            with(&|it| it["case"]["forms"][1]["unfinished"] = json!(false)),
        ),
        (
            "no such life event",
            with(&|it| it["case"]["plan"]["life_event"] = json!("holiday")),
        ),
        (
            "no such answer",
            with(&|it| it["case"]["plan"]["answers"][2]["value"] = json!(NAME)),
        ),
    ] {
        let request = hub.kiosk(Method::POST, "/api/tickets").json(&press);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{what}");
        assert!(!answer.text().await.unwrap().contains("架空"), "{what}");
    }
    // A plan alone is a case; and a form that a line of the plan names may come with the line's counter.
    let alone = with(&|it| it["case"] = json!({"plan": bereavement()}));
    bring(&hub, &alone).await;
    let by_line = with(&|it| it["then"] = json!([]));
    let answer = hub.kiosk(Method::POST, "/api/tickets").json(&by_line);
    assert_eq!(
        answer.send().await.unwrap().status(),
        400,
        "insurance is no stop"
    );
    let mut at_one_stop = by_line;
    at_one_stop["service"] = json!("family");
    bring(&hub, &at_one_stop).await;
    hub.stop().await;
}

#[tokio::test]
async fn a_clerk_mends_a_value_and_the_case_tells_who_when_and_what_stood_there() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let case = change(
        &clerk,
        &ticket,
        &value(1, "juminhyo", "applicant_birth", "1980-02-18"),
    )
    .await;
    assert_eq!(case.revision, 2);
    let birth = row(&case, "juminhyo", "applicant_birth");
    assert_eq!(birth.value, "昭和55年2月18日");
    assert!(matches!(birth.provenance, Provenance::Clerk));
    assert_eq!(birth.of_card.as_deref(), Some("昭和55年2月17日"));
    let [told] = birth.history.as_slice() else {
        panic!("{} changes", birth.history.len());
    };
    assert_eq!(
        (told.before.as_str(), told.after.as_str(), told.by.as_str()),
        ("昭和55年2月17日", "昭和55年2月18日", "suzuki")
    );
    // The clock goes on from ten.
    let since = told.at - ten_o_clock().timestamp_millis();
    assert!((0..60_000).contains(&since), "{since} ms");
    // The same is read by whoever opens the case next.
    let again = read(&clerk, &ticket).await;
    assert_eq!(row(&again, "juminhyo", "applicant_birth").history.len(), 1);

    // Set back, it is what the card says; both changes stay told.
    let case = change(
        &clerk,
        &ticket,
        &value(2, "juminhyo", "applicant_birth", "1980-02-17"),
    )
    .await;
    let birth = row(&case, "juminhyo", "applicant_birth");
    assert!(matches!(birth.provenance, Provenance::Card));
    assert_eq!((birth.of_card.as_deref(), birth.history.len()), (None, 2));
    hub.stop().await;
}

#[tokio::test]
async fn a_name_that_is_mended_on_one_form_is_mended_on_every_form_of_the_visit() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let case = change(
        &clerk,
        &ticket,
        &value(1, "juminhyo", "applicant_name", MENDED),
    )
    .await;
    for procedure in ["juminhyo", "sosaihi"] {
        let name = row(&case, procedure, "applicant_name");
        assert_eq!(
            (name.value.as_str(), name.history.len()),
            (MENDED, 1),
            "{procedure}"
        );
        assert_eq!(name.of_card.as_deref(), Some(NAME), "{procedure}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn the_form_says_what_it_does_not_take_and_nothing_is_changed() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    for (field, typed, reason) in [
        ("applicant_birth", "1980-02-30", "not_a_date"),
        ("applicant_birth", "2027-01-01", "in_the_future"),
        ("copies", "a", "not_a_number"),
        ("copies", "999", "out_of_range"),
        ("applicant_name", "", "required"),
        ("kind", "everything", "not_an_option"),
        ("no_such_field", "1", "unknown_field"),
    ] {
        let request = clerk
            .post(&path(&ticket))
            .json(&value(1, "juminhyo", field, typed));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 422, "{field} {typed}");
        let problem: wire::Problem = answer.json().await.unwrap();
        assert_eq!(problem.code, wire::Code::AnswerRefused);
        assert_eq!(problem.detail.as_deref(), Some(reason), "{field} {typed}");
    }
    let unknown = value(1, "no_such_form", "copies", "1");
    assert_eq!(clerk.refused(&path(&ticket), unknown).await, "not_found");
    assert_eq!(read(&clerk, &ticket).await.revision, 1);
    hub.stop().await;
}

#[tokio::test]
async fn the_slower_of_two_counters_is_told_and_learns_nothing_from_it() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let (suzuki, sato) = (hub.login("suzuki").await, hub.login("sato").await);
    change(&suzuki, &ticket, &mark(1, "B3", "done")).await;
    let late = sato.post(&path(&ticket)).json(&mark(1, "B3", "not_needed"));
    let late = late.send().await.unwrap();
    assert_eq!(late.status(), 409);
    let body = late.text().await.unwrap();
    assert!(
        body.contains("case_changed") && !body.contains("架空"),
        "{body}"
    );
    let case = read(&sato, &ticket).await;
    assert_eq!(line(&case, "B3").state, LineState::Done);
    assert_eq!(line(&case, "B3").by.as_deref(), Some("suzuki"));
    let case = change(&sato, &ticket, &mark(case.revision, "B3", "not_needed")).await;
    assert_eq!(line(&case, "B3").by.as_deref(), Some("sato"));
    hub.stop().await;
}

#[tokio::test]
async fn a_change_that_is_sent_twice_is_made_once_and_a_key_is_good_for_one_change() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let key = Uuid::now_v7().to_string();
    let send = |body: Value| {
        let url = format!("{}{}", hub.base, path(&ticket));
        let request = clerk.client.post(url).header("idempotency-key", &key);
        request.json(&body).send()
    };
    let first: CaseView = understood(send(mark(1, "B3", "done")).await.unwrap()).await;
    let again: CaseView = understood(send(mark(1, "B3", "done")).await.unwrap()).await;
    assert_eq!((first.revision, again.revision), (2, 2));
    let other = send(mark(2, "B3", "later")).await.unwrap();
    assert_eq!(refused(other).await, "key_reused");
    hub.stop().await;
}

#[tokio::test]
async fn a_line_stays_open_until_somebody_says_what_became_of_it_and_that_can_be_taken_back() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    for (revision, state, kept) in [
        (1, "done", LineState::Done),
        (2, "not_needed", LineState::NotNeeded),
        (3, "later", LineState::Later),
    ] {
        clock.advance(chrono::TimeDelta::minutes(1));
        let case = change(&clerk, &ticket, &mark(revision, "B3", state)).await;
        let marked = line(&case, "B3");
        assert_eq!((marked.state, marked.by.as_deref()), (kept, Some("suzuki")));
        let minutes = chrono::TimeDelta::minutes(revision.into());
        let at = (ten_o_clock() + minutes).timestamp_millis();
        assert!((marked.at.unwrap() - at).abs() < 30_000);
    }
    let case = change(&clerk, &ticket, &mark(4, "B3", "open")).await;
    let open = line(&case, "B3");
    assert_eq!(
        (open.state, open.by.as_deref(), open.at),
        (LineState::Open, None, None)
    );
    let said: Vec<LineState> = open.earlier.iter().map(|it| it.state).collect();
    assert_eq!(
        said,
        [LineState::Done, LineState::NotNeeded, LineState::Later]
    );
    assert_eq!(open.earlier[0].by, "suzuki");
    assert_eq!(
        clerk.refused(&path(&ticket), mark(5, "B99", "done")).await,
        "not_found"
    );
    hub.stop().await;
}

#[tokio::test]
async fn who_did_what_is_still_told_where_the_answers_do_not_lead_to_it_any_more() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let case = change(&clerk, &ticket, &mark(1, "B3", "done")).await;
    assert!(!line(&case, "B3").no_longer);
    let company = json!({"kind": "answer", "field": "insurance", "value": "company"});
    let body = json!({"revision": 2, "change": company});
    let case = change(&clerk, &ticket, &body).await;
    let marked = line(&case, "B3");
    assert!(marked.no_longer);
    assert_eq!(
        (marked.state, marked.by.as_deref()),
        (LineState::Done, Some("suzuki"))
    );
    hub.stop().await;
}

#[tokio::test]
async fn an_answer_that_a_clerk_asked_for_settles_the_lines_that_waited_for_it() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    let said = |revision: u32, value: &str| json!({"revision": revision, "change": {"kind": "answer", "field": "head", "value": value}});
    let case = change(&clerk, &ticket, &said(1, "yes")).await;
    assert_eq!(line(&case, "B2").certainty, LineCertainty::Due);
    let case = change(&clerk, &ticket, &said(2, "no")).await;
    let plan = case.plan.as_ref().unwrap();
    assert!(plan.lines.iter().all(|it| it.rule != "B2"));
    let head = plan.answers.iter().find(|it| it.field == "head").unwrap();
    assert!(matches!(head.provenance, Provenance::Clerk));
    assert_eq!(head.history.len(), 2);
    hub.stop().await;
}

#[tokio::test]
async fn what_belongs_to_another_counter_is_read_and_not_written_until_the_ticket_is_there() {
    let data = data();
    let hub = start(data.path()).await;
    let mut press = family_press();
    press["case"]["plan"] = Value::Null;
    let ticket = bring(&hub, &press).await;
    let clerk = hub.login("suzuki").await;
    let case = read(&clerk, &ticket).await;
    assert!(form(&case, "juminhyo").editable && !form(&case, "sosaihi").editable);
    assert!(row(&case, "juminhyo", "copies").input.is_some());
    assert!(row(&case, "sosaihi", "deceased_name").input.is_none());
    let theirs = |revision| value(revision, "sosaihi", "deceased_name", "架空　太郎");
    assert_eq!(clerk.refused(&path(&ticket), theirs(1)).await, "forbidden");
    // A lead may; so may whoever the ticket has gone on to.
    let lead = hub.login("ito").await;
    assert!(
        read(&lead, &ticket)
            .await
            .forms
            .iter()
            .all(|it| it.editable)
    );
    change(&lead, &ticket, &theirs(1)).await;
    let goes_on = json!({"to": {"kind": "service", "id": "insurance"}});
    clerk.done("/api/counters/3/open").await;
    let call = format!("/api/tickets/{ticket}/call");
    clerk.done("/api/counters/3/next").await;
    let called = clerk.office().await;
    let at_counter = called.tickets.iter().find(|it| it.id == ticket).unwrap();
    assert!(at_counter.counter.is_some(), "{call}");
    clerk
        .tells(
            &format!("/api/tickets/{ticket}/start"),
            json!({"counter": "3"}),
        )
        .await;
    clerk
        .tells(&format!("/api/tickets/{ticket}/transfer"), goes_on)
        .await;
    let case = read(&clerk, &ticket).await;
    assert!(!form(&case, "juminhyo").editable && form(&case, "sosaihi").editable);
    // A manager has no business with what citizens answer.
    let manager = hub.login("tanaka").await;
    assert_eq!(
        manager.refused(&path(&ticket), theirs(2)).await,
        "forbidden"
    );
    hub.stop().await;
}

#[tokio::test]
async fn at_the_one_stop_counter_every_form_of_the_family_is_seen_to() {
    let data = data();
    let hub = start(data.path()).await;
    let mut press = family_press();
    press["service"] = json!("family");
    press["then"] = json!([]);
    let ticket = bring(&hub, &press).await;
    let clerk = hub.login("suzuki").await;
    let case = read(&clerk, &ticket).await;
    assert!(case.forms.iter().all(|it| it.editable));
    hub.stop().await;
}

#[tokio::test]
async fn a_change_is_written_down_without_values_and_no_file_holds_what_stood_or_stands_there() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    change(
        &clerk,
        &ticket,
        &value(1, "juminhyo", "applicant_name", MENDED),
    )
    .await;
    change(&clerk, &ticket, &mark(2, "B3", "done")).await;
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let trail = store.read().audit_before(u64::MAX >> 1, 50).unwrap();
    let changes: Vec<String> = trail
        .iter()
        .filter_map(|it| match &it.what {
            Audited::Entry {
                action: Action::CaseChanged,
                subject,
            } => subject.clone(),
            Audited::Event(_) | Audited::PurgedEvent { .. } | Audited::Entry { .. } => None,
        })
        .collect();
    assert_eq!(
        changes,
        [
            format!("{ticket} bereavement.B3"),
            format!("{ticket} juminhyo.applicant_name sosaihi"),
        ]
    );
    drop(store);
    for file in std::fs::read_dir(data.path()).unwrap() {
        let file = file.unwrap().path();
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        for secret in [NAME, MENDED, ADDRESS] {
            let mut parts = bytes.windows(secret.len());
            assert!(
                !parts.any(|part| part == secret.as_bytes()),
                "{}",
                file.display()
            );
        }
    }
}
