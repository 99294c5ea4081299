//! A kiosk goes on while the hub is away, and tells of it afterwards.

use wire::{
    command::Leases,
    office::{SlipState, TicketState},
};

use super::*;

async fn lease(hub: &Running) -> Leases {
    let answer = hub.kiosk(Method::POST, "/api/lease").send().await.unwrap();
    understood(answer).await
}

/// The first unused number of certificates today.
async fn a_number(hub: &Running) -> String {
    let leases = lease(hub).await.leases;
    let its = leases
        .iter()
        .find(|it| it.service == "certificates" && it.day == "2026-11-24");
    its.unwrap().unused[0].clone()
}

fn told(number: &str, ticket: Uuid) -> Value {
    json!({
        "ticket": ticket.to_string(),
        "number": number,
        "issued_at": ten_o_clock().timestamp_millis(),
        "slip": "printed",
        "wanted": plain_ticket(),
    })
}

async fn tell(hub: &Running, body: &Value) -> Response {
    let request = hub.kiosk(Method::POST, "/api/tickets/leased").json(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_kiosk_has_numbers_for_today_and_for_the_next_opening_day() {
    let data = data();
    let hub = start(data.path()).await;
    let first = lease(&hub).await;
    let days: std::collections::BTreeSet<&str> =
        first.leases.iter().map(|it| it.day.as_str()).collect();
    assert_eq!(
        days.into_iter().collect::<Vec<_>>(),
        ["2026-11-24", "2026-11-25"]
    );
    let services = office().rules.services.len();
    assert_eq!(first.leases.len(), 2 * services);
    let count = usize::from(office().lease_numbers);
    assert!(first.leases.iter().all(|it| it.unused.len() == count));
    assert!(
        first
            .leases
            .iter()
            .all(|it| it.from < it.until && !it.open.is_empty())
    );
    // Asked again, it has enough.
    assert_eq!(lease(&hub).await.leases, first.leases);
    // Nobody else gives these numbers.
    let issued = hub.press().await.ticket.number;
    assert!(first.leases.iter().all(|it| !it.unused.contains(&issued)));
    let clerk = hub.login("suzuki").await;
    let answer = clerk.post("/api/lease").send().await.unwrap();
    assert_eq!(refused(answer).await, "not_logged_in");
    hub.stop().await;
}

#[tokio::test]
async fn a_leased_ticket_is_taken_in_once_however_often_it_is_told() {
    let data = data();
    let hub = start(data.path()).await;
    let number = a_number(&hub).await;
    let ticket = Uuid::now_v7();
    let body = told(&number, ticket);
    let first: TicketIssued = understood(tell(&hub, &body).await).await;
    assert_eq!(first.ticket.id, ticket.to_string());
    assert_eq!(first.ticket.number, number);
    assert_eq!(first.ticket.slip, SlipState::Printed);
    let staff = hub.login("suzuki").await.office().await;
    assert!(staff.tickets.iter().all(|it| it.leased));
    let again: TicketIssued = understood(tell(&hub, &body).await).await;
    assert_eq!((again.ticket, again.token), (first.ticket, first.token));
    assert_eq!(hub.office().await.tickets.len(), 1);
    assert!(!lease(&hub).await.leases[0].unused.contains(&number));
    // The same number for somebody else, a number that was never leased, another's identity.
    for (body, code) in [
        (told(&number, Uuid::now_v7()), "not_leased"),
        (told("A-500", Uuid::now_v7()), "not_leased"),
        (told("山田", Uuid::now_v7()), "bad_request"),
    ] {
        assert_eq!(refused(tell(&hub, &body).await).await, code);
    }
    hub.stop().await;
}

#[tokio::test]
async fn what_cannot_be_had_is_left_away_because_the_paper_is_out() {
    let data = data();
    let hub = start(data.path()).await;
    let mut body = told(&a_number(&hub).await, Uuid::now_v7());
    body["wanted"]["booking"] = json!("ZZZZ-9999");
    body["wanted"]["language"] = json!("tlh");
    body["wanted"]["then"] = json!(["no-such-service"]);
    body["wanted"]["case"] = json!({"forms": [{"procedure": "no-such-procedure", "answers": []}]});
    let issued: TicketIssued = understood(tell(&hub, &body).await).await;
    assert_eq!(issued.ticket.language, "ja");
    let staff = hub.login("suzuki").await.office().await;
    assert_eq!(staff.tickets.len(), 1);
    assert_eq!(staff.tickets[0].booking, None);
    assert!(!issued.ticket.has_case && issued.ticket.then.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn one_press_has_one_living_ticket_in_whatever_order_its_two_ways_arrive() {
    let data = data();
    let hub = start(data.path()).await;
    for press_first in [true, false] {
        let key = Uuid::now_v7();
        let press = || {
            client()
                .post(format!("{}/api/tickets", hub.base))
                .bearer_auth(&hub.token)
                .header("idempotency-key", key.to_string())
                .json(&plain_ticket())
                .send()
        };
        let lost: Option<TicketIssued> = match press_first {
            true => Some(understood(press().await.unwrap()).await),
            false => None,
        };
        let mut body = told(&a_number(&hub).await, Uuid::now_v7());
        body["replaces"] = json!(key.to_string());
        let leased: TicketIssued = understood(tell(&hub, &body).await).await;
        // The press that wanders through the network brings the paper's ticket.
        let late: TicketIssued = understood(press().await.unwrap()).await;
        assert_eq!(late.ticket.id, leased.ticket.id, "{press_first}");
        let office = hub.login("suzuki").await.office().await;
        if let Some(lost) = lost {
            let lost = office.tickets.iter().find(|it| it.id == lost.ticket.id);
            assert_eq!(lost.unwrap().state, TicketState::Cancelled);
        }
        let waiting = |it: &&wire::office::TicketView| it.state == TicketState::Waiting;
        let alive = office.tickets.iter().filter(waiting).count();
        assert_eq!(alive, if press_first { 1 } else { 2 });
        let again: TicketIssued = understood(tell(&hub, &body).await).await;
        assert_eq!(again.ticket.id, leased.ticket.id);
    }
    hub.stop().await;
}
