//! At the counter: from the preparation to the ticket, and back; and a case that begins there.

use super::*;
use crate::tests::case_changes::{bring, family_press};

#[tokio::test]
async fn a_booking_that_is_checked_in_brings_what_was_prepared_for_it() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let tick = json!({"kind": "prepared", "rule": "B3", "prepared": true});
    change(&clerk, &visit, tick).await;
    let issued = check_in(&hub, "A7K2-93QF", None).await;
    assert!(issued.ticket.has_case);
    let case = case_of(&clerk, &issued.ticket.id).await;
    assert_eq!(row(&case, "sosaihi", "deceased_name").value, DECEASED);
    assert!(line(&case, "B3").prepared.is_some());
    assert_eq!(case.prepared.as_deref(), Some(visit.as_str()));
    assert!(just_now(case.finished_at), "the day on which they came");

    let list = day(&clerk, "2026-11-24").await;
    let [shown] = list.visits.as_slice() else {
        panic!()
    };
    assert_eq!(shown.state, PreparedState::Attached);
    assert_eq!(shown.ticket.as_ref(), Some(&issued.ticket.id));
    assert_eq!(shown.number.as_ref(), Some(&issued.ticket.number));
    let here = open(&clerk, &visit).await;
    assert!(
        here.case.forms.iter().all(|it| !it.editable),
        "it is changed at its ticket"
    );
    let body = json!({"revision": here.case.revision, "change": says("insurance", "company")});
    let path = format!("/api/prepared/{visit}");
    assert_eq!(clerk.refused(&path, body).await, "prepared_attached");
    hub.stop().await;

    // The ticket has its case after a restart, too, and so has every list of tickets.
    let hub = start(data.path()).await;
    let office = hub.login("suzuki").await.office().await;
    let ticket = office.tickets.iter().find(|it| it.id == issued.ticket.id);
    assert!(ticket.unwrap().has_case);
    hub.stop().await;
}

#[tokio::test]
async fn what_the_family_fills_in_at_the_kiosk_counts_and_what_was_prepared_is_not_lost() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let two = day(&clerk, "2026-11-24").await.visits[0]
        .id
        .clone()
        .unwrap();
    change(
        &clerk,
        &two,
        json!({"kind": "add_form", "procedure": "sozokunin"}),
    )
    .await;
    let answer = |field: &str, value: &str, by: &str| json!({"field": field, "value": value, "provenance": by});
    let brought = json!({
        "forms": [{"procedure": "sosaihi", "unfinished": true, "answers": [
            answer("applicant_name", LATER, "card"),
        ]}],
        "plan": {"life_event": "bereavement", "answers": [
            answer("died_on", "2026-11-11", "typed"),
            answer("filed", "yes", "typed"),
        ]},
    });
    let mut press = json!({"service": "insurance", "then": ["family"], "language": "ja", "booking": "A7K2-93QF"});
    press["case"] = brought;
    let request = hub.kiosk(Method::POST, "/api/tickets").json(&press);
    let issued: TicketIssued = understood(request.send().await.unwrap()).await;
    let case = case_of(&clerk, &issued.ticket.id).await;
    let name = row(&case, "sosaihi", "applicant_name");
    assert_eq!(
        (name.value.as_str(), name.history[1].before.as_str()),
        (LATER, NAME)
    );
    assert_eq!(name.history[1].by, "kiosk");
    assert!(matches!(name.provenance, Provenance::Card));
    assert_eq!(
        row(&case, "sozokunin", "applicant_name").value,
        LATER,
        "it follows on the other form"
    );
    assert_eq!(
        row(&case, "sosaihi", "deceased_name").value,
        DECEASED,
        "what was not asked there stays"
    );
    let answers = &case.plan.as_ref().unwrap().answers;
    let died = answers.iter().find(|it| it.field == "died_on").unwrap();
    assert_eq!((died.raw.as_str(), died.history.len()), ("2026-11-11", 2));
    let insurance = answers.iter().find(|it| it.field == "insurance").unwrap();
    assert_eq!(insurance.raw, "national", "prepared, and not asked again");
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_that_was_given_by_mistake_gives_the_preparation_back_to_the_next() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let first = check_in(&hub, "A7K2-93QF", None).await.ticket;
    clerk
        .tells(
            &format!("/api/tickets/{}/cancel", first.id),
            json!({"reason": "mistake"}),
        )
        .await;
    let second = check_in(&hub, "A7K2-93QF", None).await.ticket;
    assert_ne!(first.id, second.id);
    let case = case_of(&clerk, &second.id).await;
    assert_eq!(row(&case, "sosaihi", "deceased_name").value, DECEASED);
    let path = format!("/api/tickets/{}/case", first.id);
    assert_eq!(
        refused(clerk.get(&path).await).await,
        "not_found",
        "never two"
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_clerk_attaches_a_visit_by_hand_and_takes_it_back() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let (one, other) = (hub.press().await.ticket, hub.press().await.ticket);
    let attach = format!("/api/prepared/{visit}/attach");
    let wanted = json!({"ticket": one.id});
    let attached: PreparedView =
        understood(clerk.post(&attach).json(&wanted).send().await.unwrap()).await;
    assert_eq!(
        (attached.state, attached.number),
        (PreparedState::Attached, Some(one.number.clone()))
    );
    let again = clerk.post(&attach).json(&wanted).send().await.unwrap();
    assert!(
        again.status().is_success(),
        "the same ticket again is no error"
    );
    assert_eq!(
        clerk.refused(&attach, json!({"ticket": other.id})).await,
        "prepared_attached"
    );
    let path = format!("/api/tickets/{}/case", one.id);
    let revision = case_of(&clerk, &one.id).await.revision;
    let mend = json!({"revision": revision, "change": says("insurance", "company")});
    let _: CaseView = understood(clerk.post(&path).json(&mend).send().await.unwrap()).await;
    assert!(shown(&clerk, &one.id).await);

    let detach = format!("/api/prepared/{visit}/detach");
    let back: PreparedView = understood(clerk.post(&detach).send().await.unwrap()).await;
    assert_eq!(back.state, PreparedState::Open);
    assert!(!shown(&clerk, &one.id).await);
    assert_eq!(refused(clerk.get(&path).await).await, "not_found");
    let here = open(&clerk, &visit).await.case;
    let answers = &here.plan.as_ref().unwrap().answers;
    let insurance = answers.iter().find(|it| it.field == "insurance").unwrap();
    assert_eq!(insurance.raw, "company", "with what was changed since");
    assert_eq!(clerk.refused(&detach, json!({})).await, "nonsense");
    let gone = json!({"ticket": uuid::Uuid::now_v7().to_string()});
    assert_eq!(clerk.refused(&attach, gone).await, "not_found");
    hub.stop().await;
}

/// Whether staff sees that a ticket has a case.
async fn shown(clerk: &Person, ticket: &str) -> bool {
    let office = clerk.office().await;
    office
        .tickets
        .iter()
        .find(|it| it.id == ticket)
        .unwrap()
        .has_case
}

#[tokio::test]
async fn two_cases_that_became_one_are_two_again_as_long_as_nobody_has_changed_the_one() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = bring(&hub, &family_press()).await;
    let before = case_of(&clerk, &ticket).await;
    let attach = format!("/api/prepared/{visit}/attach");
    let detach = format!("/api/prepared/{visit}/detach");
    let wanted = json!({"ticket": ticket});
    let both = async || -> CaseView {
        let _: PreparedView =
            understood(clerk.post(&attach).json(&wanted).send().await.unwrap()).await;
        case_of(&clerk, &ticket).await
    };
    let one = both().await;
    assert_eq!(row(&one, "sosaihi", "deceased_name").value, DECEASED);
    assert!(one.forms.iter().any(|it| it.procedure == "juminhyo"));
    let _: PreparedView = understood(clerk.post(&detach).send().await.unwrap()).await;
    let after = case_of(&clerk, &ticket).await;
    assert!(after.revision > one.revision && one.revision > before.revision);
    let told = clerk.office().await;
    let told = told.tickets.iter().find(|it| it.id == ticket).unwrap();
    assert_eq!(
        told.case_revision,
        Some(after.revision),
        "whoever has it open reads it once, and not for ever"
    );
    assert!(row(&after, "sosaihi", "deceased_name").value.is_empty());
    assert_eq!(
        row(&open(&clerk, &visit).await.case, "sosaihi", "deceased_name").value,
        DECEASED
    );

    let one = both().await;
    let mend = json!({"revision": one.revision, "change": says("insurance", "company")});
    let path = format!("/api/tickets/{ticket}/case");
    let _: CaseView = understood(clerk.post(&path).json(&mend).send().await.unwrap()).await;
    assert_eq!(clerk.refused(&detach, json!({})).await, "case_changed");
    let both = case_of(&clerk, &ticket).await;
    assert!(
        both.forms.iter().any(|it| it.procedure == "sosaihi"),
        "a refusal changes nothing"
    );
    // The clerk has read that it goes.
    let drop = clerk.post(&detach).json(&json!({"drop_changes": true}));
    let _: PreparedView = understood(drop.send().await.unwrap()).await;
    let own = case_of(&clerk, &ticket).await;
    assert!(row(&own, "sosaihi", "deceased_name").value.is_empty());
    let insurance = |case: &CaseView| {
        let answers = &case.plan.as_ref().unwrap().answers;
        let found = answers.iter().find(|it| it.field == "insurance").unwrap();
        found.raw.clone()
    };
    assert_eq!(insurance(&own), insurance(&before));
    let visit = open(&clerk, &visit).await.case;
    assert_eq!(row(&visit, "sosaihi", "deceased_name").value, DECEASED);
    assert_eq!(insurance(&visit), "national");
    hub.stop().await;
}

#[tokio::test]
async fn a_clerk_begins_an_empty_case_at_the_counter_and_builds_it_while_asking() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let ticket = hub.press().await.ticket;
    assert!(!ticket.has_case);
    let path = format!("/api/tickets/{}/case", ticket.id);
    let start = format!("{path}/start");
    let empty: CaseView = understood(clerk.post(&start).send().await.unwrap()).await;
    assert!(empty.forms.is_empty() && empty.plan.is_none());
    assert_eq!(empty.plans_to_add.len(), 3);
    assert!(
        empty
            .forms_to_add
            .iter()
            .any(|it| it.procedure == "juminhyo")
    );
    assert!(
        !empty.forms_to_add.iter().any(|it| it.procedure == "idou"),
        "another counter's"
    );
    assert!(shown(&clerk, &ticket.id).await);
    assert_eq!(clerk.refused(&start, json!({})).await, "nonsense");

    let put = async |revision: u32, change: Value| -> CaseView {
        let body = json!({"revision": revision, "change": change});
        understood(clerk.post(&path).json(&body).send().await.unwrap()).await
    };
    let one = put(1, json!({"kind": "add_form", "procedure": "juminhyo"})).await;
    assert!(form(&one, "juminhyo").editable && form(&one, "juminhyo").unfinished);
    let two = put(2, value("juminhyo", "applicant_name", NAME)).await;
    assert_eq!(row(&two, "juminhyo", "applicant_name").value, NAME);
    let planned = put(3, json!({"kind": "add_plan", "life_event": "moving"})).await;
    assert!(planned.plans_to_add.is_empty());
    let body = json!({"revision": 4, "change": {"kind": "remove_plan"}});
    let without: CaseView = understood(clerk.post(&path).json(&body).send().await.unwrap()).await;
    let offered = without
        .plans_to_add
        .iter()
        .find(|it| it.life_event == "moving");
    assert!(offered.unwrap().removed);
    let trail = trail(&hub).await;
    assert!(trail.iter().any(|(actor, action, subject)| {
        (actor.as_str(), action.as_str()) == ("clerk:suzuki", "case_started")
            && *subject == ticket.id
    }));
    hub.stop().await;
}
