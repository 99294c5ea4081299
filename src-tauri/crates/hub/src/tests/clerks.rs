//! What clerks, leads and administrators may do, and what the hall sees of it.

use wire::office::{HoldReason, TicketState};

use super::*;

/// A clerk at counter 2 and so many who wait for certificates.
async fn morning(hub: &Running, waiting: usize) -> (Person, Vec<wire::office::TicketView>) {
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let mut tickets = Vec::new();
    for _ in 0..waiting {
        tickets.push(hub.press().await.ticket);
    }
    (clerk, tickets)
}

fn on(ticket: &wire::office::TicketView, act: &str) -> String {
    format!("/api/tickets/{}/{act}", ticket.id)
}

#[tokio::test]
async fn a_ticket_is_set_aside_with_a_reason_and_put_back_where_the_clerk_says() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, tickets) = morning(&hub, 3).await;
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    let held = clerk
        .tells(&on(&called, "hold"), json!({"reason": "writing"}))
        .await;
    let held = held.ticket.unwrap();
    assert_eq!(
        (held.state, held.hold),
        (TicketState::Held, Some(HoldReason::Writing))
    );
    let hall = hub.office().await;
    let seen = hall.tickets.iter().find(|it| it.id == held.id).unwrap();
    assert_eq!((seen.state, seen.hold), (TicketState::Held, None));
    clerk
        .tells(&on(&held, "restore"), json!({"place": "next"}))
        .await;
    let order = clerk.office().await.order;
    assert_eq!(order[1], held.number, "{order:?}");
    assert_eq!(order[0], tickets[1].number);
    let code = clerk
        .refused(&on(&held, "hold"), json!({"reason": "tired"}))
        .await;
    assert_eq!(code, "bad_request");
    hub.stop().await;
}

#[tokio::test]
async fn a_visit_of_two_services_goes_on_with_its_number_and_its_arrival() {
    let data = data();
    let hub = start(data.path()).await;
    let press = hub
        .kiosk(Method::POST, "/api/tickets")
        .json(&json!({"service": "certificates", "then": ["insurance"], "language": "ja"}));
    let issued: TicketIssued = understood(press.send().await.unwrap()).await;
    assert_eq!(issued.ticket.then, ["insurance"]);
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    let done = clerk
        .tells(&on(&called, "finish"), json!({"counter": "2"}))
        .await;
    let ticket = done.ticket.unwrap();
    assert_eq!(ticket.state, TicketState::Waiting);
    assert_eq!(
        (ticket.service.as_str(), &ticket.number, ticket.issued_at),
        ("insurance", &issued.ticket.number, issued.ticket.issued_at)
    );
    let phone = get(format!("{}/api/visit/{}", hub.base, issued.token)).await;
    let visit: wire::office::VisitView = understood(phone).await;
    assert_eq!(visit.state, TicketState::Waiting);
    assert!(visit.area.unwrap()["ja"].contains("保険年金課"));
    let planned = clerk
        .tells(&on(&ticket, "plan"), json!({"then": ["family"]}))
        .await;
    assert_eq!(planned.ticket.unwrap().then, ["family"]);
    let code = clerk
        .refused(&on(&ticket, "plan"), json!({"then": ["no-such-service"]}))
        .await;
    assert_eq!(code, "service_unknown");
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_is_passed_on_with_a_note_that_the_hall_never_sees() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, _) = morning(&hub, 1).await;
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    let other = hub.login("sato").await;
    other.done("/api/counters/3/open").await;
    let to = json!({"to": {"kind": "clerk", "id": "sato"}, "note": "申請書は確認済み"});
    let passed = clerk.tells(&on(&called, "transfer"), to).await;
    let passed = passed.ticket.unwrap();
    assert_eq!(passed.for_clerk.as_deref(), Some("佐藤"));
    assert_eq!(passed.note.as_deref(), Some("申請書は確認済み"));
    let nobody = clerk.refused("/api/counters/2/next", json!({})).await;
    assert_eq!(nobody, "nobody_waiting");
    // It is meant for her, so she may call it although she is no lead.
    let mine = other
        .tells(&on(&passed, "call"), json!({"counter": "3"}))
        .await;
    assert_eq!(mine.ticket.unwrap().state, TicketState::Called);
    let hall = hub.kiosk(Method::GET, "/api/office").send().await.unwrap();
    let text = hall.text().await.unwrap();
    for secret in [
        "佐藤",
        "sato",
        "申請書",
        "鈴木",
        "suzuki",
        "\"clerk\"",
        "\"account\"",
    ] {
        assert!(!text.contains(secret), "the hall sees {secret}");
    }
    let staff = clerk.office().await;
    let counter = staff.counters.iter().find(|it| it.id == "3").unwrap();
    assert_eq!(counter.clerk.as_deref(), Some("佐藤"));
    assert_eq!(counter.account.as_deref(), Some("sato"));
    let long = "長".repeat(201);
    let to = json!({"to": {"kind": "counter", "id": "3"}, "note": long});
    assert_eq!(
        clerk.refused(&on(&passed, "transfer"), to).await,
        "bad_request"
    );
    hub.stop().await;
}

#[tokio::test]
async fn calling_out_of_turn_is_the_leads_and_calling_back_is_everybodys() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, tickets) = morning(&hub, 3).await;
    let at = json!({"counter": "2"});
    let code = clerk.refused(&on(&tickets[2], "call"), at.clone()).await;
    assert_eq!(code, "forbidden");
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    clerk.tells(&on(&called, "no-show"), at.clone()).await;
    let back = clerk.tells(&on(&called, "call"), at.clone()).await;
    assert_eq!(back.ticket.unwrap().state, TicketState::Called);

    let lead = hub.login("ito").await;
    lead.done("/api/counters/3/open").await;
    let chosen = lead
        .tells(&on(&tickets[2], "call"), json!({"counter": "3"}))
        .await;
    let chosen = chosen.ticket.unwrap();
    assert_eq!(chosen.reason, Some(wire::office::CallReason::Manual));
    // Somebody was faster.
    clerk.tells(&on(&called, "finish"), at.clone()).await;
    assert_eq!(
        clerk.refused(&on(&chosen, "call"), at).await,
        "already_called"
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_counter_pauses_changes_what_it_calls_and_is_taken_over() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, _) = morning(&hub, 2).await;
    clerk.done("/api/counters/2/pause").await;
    let code = clerk.refused("/api/counters/2/next", json!({})).await;
    assert_eq!(code, "counter_paused");
    let hall = hub.office().await;
    assert!(hall.counters.iter().any(|it| it.id == "2" && it.paused));
    assert_eq!(hall.staff.counted, 0);
    clerk.done("/api/counters/2/resume").await;
    let services = json!({"services": [
        {"service": "moving", "weight": 100},
        {"service": "certificates", "weight": 50},
    ]});
    clerk.tells("/api/counters/2/assign", services).await;
    let counter = |office: OfficeView| office.counters.into_iter().find(|it| it.id == "2").unwrap();
    let staff = counter(clerk.office().await);
    assert_eq!(staff.services, ["moving", "certificates"]);
    assert_eq!(staff.weights, [100, 50]);
    assert!(counter(hub.office().await).weights.is_empty());
    let heavy = json!({"services": [{"service": "moving", "weight": 5000}]});
    let code = clerk.refused("/api/counters/2/assign", heavy).await;
    assert_eq!(code, "bad_request");
    let of = |service: &str| json!({"service": service});
    let code = clerk.refused("/api/counters/2/next", of("moving")).await;
    assert_eq!(code, "nobody_waiting");
    let code = clerk.refused("/api/counters/2/next", of("insurance")).await;
    assert_eq!(code, "not_called_here");
    let called = clerk
        .tells("/api/counters/2/next", of("certificates"))
        .await;
    assert!(called.ticket.is_some());
    let other = hub.login("sato").await;
    let code = other.refused("/api/counters/2/open", json!({})).await;
    assert_eq!(code, "counter_taken");
    other.done("/api/counters/2/take-over").await;
    let code = clerk.refused("/api/counters/2/next", json!({})).await;
    assert_eq!(code, "counter_taken");
    hub.stop().await;
}

#[tokio::test]
async fn a_misclick_is_undone_once_and_only_by_who_did_it() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, tickets) = morning(&hub, 1).await;
    let cancelled = clerk
        .tells(&on(&tickets[0], "cancel"), json!({"reason": "left"}))
        .await;
    assert_eq!(cancelled.ticket.unwrap().state, TicketState::Cancelled);
    let other = hub.login("sato").await;
    assert_eq!(
        other.refused("/api/undo", json!({})).await,
        "nothing_to_undo"
    );
    let undone = clerk.done("/api/undo").await.ticket.unwrap();
    assert_eq!(undone.state, TicketState::Waiting);
    assert_eq!(
        clerk.refused("/api/undo", json!({})).await,
        "nothing_to_undo"
    );
    hub.stop().await;
}

#[tokio::test]
async fn considerate_priority_is_given_by_a_clerk_and_not_shown_in_the_hall() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, tickets) = morning(&hub, 3).await;
    let last = &tickets[2];
    let given = clerk
        .tells(&on(last, "prioritise"), json!({"considerate": true}))
        .await;
    assert!(given.ticket.unwrap().considerate);
    assert_eq!(hub.office().await.order[0], last.number);
    let hall = hub.office().await;
    assert!(hall.tickets.iter().all(|ticket| !ticket.considerate));
    hub.stop().await;
}

#[tokio::test]
async fn the_office_speaks_through_its_lead_and_alarms_through_everybody() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, _) = morning(&hub, 0).await;
    let (lead, manager) = (hub.login("ito").await, hub.login("tanaka").await);
    let administrator = hub.login("kato").await;
    let notice = json!({"ja": "12時から窓口を減らします。", "en": "Fewer counters from noon."});
    for person in [&clerk, &manager] {
        let code = person.refused("/api/notice", notice.clone()).await;
        assert_eq!(code, "forbidden");
    }
    lead.tells("/api/notice", notice).await;
    assert_eq!(
        hub.office().await.notice.unwrap()["en"],
        "Fewer counters from noon."
    );
    let code = lead
        .refused("/api/notice", json!({"en": "Only this"}))
        .await;
    assert_eq!(code, "bad_request");
    administrator.done("/api/notice").await;
    assert_eq!(hub.office().await.notice, None);

    manager.tells("/api/alarm", json!({"place": "2"})).await;
    assert_eq!(clerk.office().await.alarms[0].kiosk, "2");
    assert!(hub.office().await.alarms.is_empty());
    clerk
        .tells("/api/alarm/cleared", json!({"place": "2"}))
        .await;
    assert!(clerk.office().await.alarms.is_empty());

    clerk.tells("/api/staff", json!({"count": 4})).await;
    let staff = hub.office().await.staff;
    assert_eq!((staff.counted, staff.declared), (1, Some(4)));
    clerk.done("/api/staff").await;
    assert_eq!(hub.office().await.staff.declared, None);
    assert_eq!(
        clerk.refused("/api/staff", json!({"count": 60_000})).await,
        "bad_request"
    );
    assert_eq!(manager.refused("/api/undo", json!({})).await, "forbidden");
    hub.stop().await;
}
