//! Forms that come to a ticket after it was issued, from the kiosk that issued it.

use wire::{case::CaseView, command::Done};

use super::*;
use crate::tests::prepared::{check_in, telephoned};

const NAME: &str = "架空　朱鷺子";

fn forms() -> Value {
    let answer =
        |field: &str, value: &str| json!({"field": field, "value": value, "provenance": "typed"});
    json!({"case": {"forms": [{"procedure": "juminhyo", "unfinished": true, "answers": [
        answer("applicant_name", NAME),
        answer("copies", "2"),
    ]}]}})
}

fn path(ticket: &str) -> String {
    format!("/api/tickets/{ticket}/forms")
}

async fn case_of(clerk: &Person, ticket: &str) -> CaseView {
    understood(clerk.get(&format!("/api/tickets/{ticket}/case")).await).await
}

fn value(case: &CaseView, procedure: &str, field: &str) -> String {
    let form = case.forms.iter().find(|it| it.procedure == procedure);
    let mut rows = form.unwrap().rows.iter();
    rows.find(|it| it.field == field).unwrap().value.clone()
}

#[tokio::test]
async fn a_form_that_was_filled_in_while_waiting_is_at_the_counter() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    assert!(!ticket.has_case);
    let sent = hub.kiosk(Method::POST, &path(&ticket.id)).json(&forms());
    let done: Done = understood(sent.send().await.unwrap()).await;
    assert!(done.ticket.unwrap().has_case);
    let clerk = hub.login("suzuki").await;
    let office = clerk.office().await;
    let shown = office.tickets.iter().find(|it| it.id == ticket.id).unwrap();
    assert!(shown.has_case, "and whoever watches is told");
    assert_eq!(shown.number, ticket.number);
    let case = case_of(&clerk, &ticket.id).await;
    assert_eq!(value(&case, "juminhyo", "applicant_name"), NAME);
    assert!(case.forms[0].unfinished);
    let manager = hub.login("tanaka").await;
    let trail = manager.get("/api/audit").await.text().await.unwrap();
    assert!(trail.contains("case_started") && !trail.contains(NAME));
    hub.stop().await;
}

#[tokio::test]
async fn the_same_key_twice_is_one_form_and_a_second_time_is_a_change() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    let key = Uuid::now_v7().to_string();
    let clerk = hub.login("suzuki").await;
    for _ in 0..2 {
        let request = client().post(format!("{}{}", hub.base, path(&ticket.id)));
        let request = request
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key);
        let answer = request.json(&forms()).send().await.unwrap();
        assert!(answer.status().is_success());
        assert_eq!(case_of(&clerk, &ticket.id).await.revision, 1);
    }
    let mut more = forms();
    more["case"]["forms"][0]["answers"][1]["value"] = json!("3");
    let again = hub.kiosk(Method::POST, &path(&ticket.id)).json(&more);
    assert!(again.send().await.unwrap().status().is_success());
    let case = case_of(&clerk, &ticket.id).await;
    assert_eq!((case.revision, case.forms.len()), (2, 1));
    assert_eq!(value(&case, "juminhyo", "copies"), "3通");
    hub.stop().await;
}

#[tokio::test]
async fn only_the_kiosk_that_gave_the_number_brings_its_form() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    let other = hub.kiosk(Method::POST, &path(&ticket.id));
    let other = other.header("uketsuke-kiosk", "kiosk-1").json(&forms());
    assert_eq!(refused(other.send().await.unwrap()).await, "forbidden");
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        clerk.refused(&path(&ticket.id), forms()).await,
        "not_logged_in"
    );
    let nobody = hub.kiosk(Method::POST, &path(&Uuid::now_v7().to_string()));
    let nobody = nobody.json(&forms()).send().await.unwrap();
    assert_eq!(refused(nobody).await, "not_found");
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_that_is_over_takes_no_form_and_a_form_of_another_service_does_not_come_with_it() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    let mut other = forms();
    other["case"]["forms"][0]["procedure"] = json!("inu");
    other["case"]["forms"][0]["answers"] = json!([]);
    let answer = hub.kiosk(Method::POST, &path(&ticket.id)).json(&other);
    assert_eq!(refused(answer.send().await.unwrap()).await, "bad_request");
    let clerk = hub.login("suzuki").await;
    let cancel = format!("/api/tickets/{}/cancel", ticket.id);
    clerk.tells(&cancel, json!({"reason": "mistake"})).await;
    let late = hub.kiosk(Method::POST, &path(&ticket.id)).json(&forms());
    assert_eq!(refused(late.send().await.unwrap()).await, "ticket_state");
    hub.stop().await;
}

#[tokio::test]
async fn what_was_prepared_for_the_visit_and_what_came_later_are_one_case() {
    let data = data();
    let (hub, _) = crate::tests::prepared::with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = check_in(&hub, "A7K2-93QF", None).await.ticket;
    let before = case_of(&clerk, &ticket.id).await;
    let brought = json!({"case": {"plan": {"life_event": "bereavement", "answers": [
        {"field": "died_on", "value": "2026-11-11", "provenance": "typed"},
    ]}}});
    let sent = hub.kiosk(Method::POST, &path(&ticket.id)).json(&brought);
    assert!(sent.send().await.unwrap().status().is_success());
    let case = case_of(&clerk, &ticket.id).await;
    assert_eq!(case.prepared.as_deref(), Some(visit.as_str()));
    assert_eq!(
        case.forms.len(),
        before.forms.len(),
        "nothing prepared is lost"
    );
    assert!(case.revision > before.revision);
    let answers = case.plan.unwrap().answers;
    let died = answers.iter().find(|it| it.field == "died_on").unwrap();
    assert_eq!(died.raw, "2026-11-11");
    hub.stop().await;
}

/// The stops of a ticket after a form of 犬の登録 came to it.
async fn stops_after(hub: &Running, ticket: &str, way: Value) -> Vec<String> {
    let mut late = forms();
    late["services"] = way["services"].clone();
    late["taken_for"] = way["taken_for"].clone();
    late["case"]["forms"][0] = json!({"procedure": "inu", "unfinished": true, "answers": []});
    let sent = hub.kiosk(Method::POST, &path(ticket)).json(&late);
    let done: Done = understood(sent.send().await.unwrap()).await;
    done.ticket.unwrap().then
}

#[tokio::test]
async fn what_the_form_needs_beyond_the_number_becomes_a_stop_of_it() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    assert!(ticket.then.is_empty());
    let way = json!({
        "services": ["insurance", "certificates", "guidance"],
        "taken_for": ["certificates"],
    });
    let then = stops_after(&hub, &ticket.id, way.clone()).await;
    assert_eq!(then, ["insurance", "guidance"]);
    let clerk = hub.login("suzuki").await;
    let office = clerk.office().await;
    let shown = office.tickets.iter().find(|it| it.id == ticket.id).unwrap();
    assert_eq!(shown.then, then, "and whoever watches is told");
    assert_eq!(shown.service, "certificates", "it waits where it waited");
    // Sent again, with a new press: nothing stands there twice.
    assert_eq!(stops_after(&hub, &ticket.id, way).await, then);
    hub.stop().await;
}

#[tokio::test]
async fn a_stop_that_is_not_needed_any_more_leaves_and_what_a_counter_planned_stays() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket;
    let clerk = hub.login("suzuki").await;
    let plan = format!("/api/tickets/{}/plan", ticket.id);
    clerk
        .tells(&plan, json!({"then": ["mynumber", "insurance"]}))
        .await;
    let way = json!({
        "services": ["certificates", "guidance", "moving", "nowhere"],
        "taken_for": ["certificates", "insurance"],
    });
    let then = stops_after(&hub, &ticket.id, way).await;
    assert_eq!(then, ["mynumber", "guidance", "moving"]);
    hub.stop().await;
}
