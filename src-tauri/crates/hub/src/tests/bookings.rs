use std::time::Duration;

use booking::{
    BookingNumber, Caps, Change, Page, Plan, Pull, RemoteAppointment, RemoteId, ReservationSource,
    Status, SyncError, Token, Window,
};
use wire::office::BookingView;

use super::*;

fn booked(id: &str, number: &str, start: &str) -> RemoteAppointment {
    let start: DateTime<Utc> = start.parse().unwrap();
    RemoteAppointment {
        remote_id: RemoteId::new(id).unwrap(),
        rev: Some("1".to_owned()),
        number: BookingNumber::parse(number),
        service_ref: Some("証明書".to_owned()),
        summary: "証明書の受け取り".to_owned(),
        start,
        end: start + chrono::TimeDelta::minutes(15),
        status: Status::Booked,
        sequence: 0,
        modified: None,
    }
}

fn plan(upserts: Vec<RemoteAppointment>, cancels: &[&str]) -> Plan {
    Plan {
        upserts,
        cancels: cancels
            .iter()
            .map(|id| RemoteId::new(*id).unwrap())
            .collect(),
        flags: Vec::new(),
        bad: Vec::new(),
        held: None,
        cursor: None,
    }
}

/// A hub whose mirror holds one booking at 10:15, one tomorrow and one that was cancelled.
async fn with_bookings(data: &Path) -> Running {
    let hub = start(data).await;
    let bookings = vec![
        booked("a", "A7K2-93QF", "2026-11-24T10:15:00+09:00"),
        booked("b", "B222-2222", "2026-11-25T10:15:00+09:00"),
        booked("c", "C333-3333", "2026-11-24T11:00:00+09:00"),
    ];
    hub.desk
        .owner
        .apply(plan(bookings, &[]), None)
        .await
        .unwrap();
    hub.desk
        .owner
        .apply(plan(vec![], &["c"]), None)
        .await
        .unwrap();
    hub
}

fn check_in(hub: &Running, number: &str) -> RequestBuilder {
    hub.kiosk(Method::POST, "/api/tickets")
        .json(&json!({"service": "certificates", "language": "ja", "booking": number}))
}

#[tokio::test]
async fn a_booking_is_found_however_its_number_is_typed_and_joins_its_ticket() {
    let data = data();
    let hub = with_bookings(data.path()).await;
    for typed in [
        "A7K2-93QF",
        "a7k293qf",
        "A7K2%2093QF",
        "%EF%BC%A1%EF%BC%97K2%EF%BC%8D93QF",
    ] {
        let path = format!("/api/bookings/{typed}");
        let answer = hub.kiosk(Method::GET, &path).send().await.unwrap();
        let booking: BookingView = understood(answer).await;
        assert_eq!(booking.number, "A7K2-93QF", "{typed}");
        assert_eq!(booking.service.as_deref(), Some("certificates"));
        assert_eq!(booking.ticket, None);
    }
    hub.press().await;
    let issued: TicketIssued =
        understood(check_in(&hub, " a7k2 93qf ").send().await.unwrap()).await;
    assert_eq!(issued.ticket.booking.as_deref(), Some("A7K2-93QF"));
    assert!(issued.ticket.booked_for.is_some());

    let clerk = hub.login("suzuki").await;
    let office = clerk.office().await;
    let shown: Vec<_> = office
        .bookings
        .iter()
        .map(|it| (it.number.as_str(), it.cancelled))
        .collect();
    assert_eq!(shown, [("A7K2-93QF", false), ("C333-3333", true)]);
    assert_eq!(office.bookings[0].ticket.as_ref(), Some(&issued.ticket.id));
    hub.stop().await;

    // The slot and its ticket stand together after a restart, too.
    let hub = start(data.path()).await;
    let office = hub.login("suzuki").await.office().await;
    assert_eq!(office.bookings[0].ticket.as_ref(), Some(&issued.ticket.id));
    hub.stop().await;
}

#[tokio::test]
async fn a_booking_gives_one_ticket_and_only_on_its_day() {
    let data = data();
    let hub = with_bookings(data.path()).await;
    let _: TicketIssued = understood(check_in(&hub, "A7K2-93QF").send().await.unwrap()).await;
    let again = check_in(&hub, "A7K293QF").send().await.unwrap();
    let body: Value = again.json().await.unwrap();
    assert_eq!(
        (body["code"].as_str(), body["detail"].as_str()),
        (Some("booking_used"), Some("A-001"))
    );
    let looked_up = hub
        .kiosk(Method::GET, "/api/bookings/A7K293QF")
        .send()
        .await;
    assert_eq!(refused(looked_up.unwrap()).await, "booking_used");
    for number in ["B222-2222", "C333-3333", "ZZZZ-9999", "山田", "-"] {
        let answer = check_in(&hub, number).send().await.unwrap();
        assert_eq!(refused(answer).await, "booking_unknown", "{number}");
    }
    assert_eq!(hub.office().await.tickets.len(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn a_booked_citizen_who_is_due_is_called_before_walk_ins_and_the_reason_is_told() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let booking = booked("a", "A7K2-93QF", "2026-11-24T10:15:00+09:00");
    hub.desk
        .owner
        .apply(plan(vec![booking], &[]), None)
        .await
        .unwrap();
    let walk_in = hub.press().await;
    let issued: TicketIssued = understood(check_in(&hub, "A7K2-93QF").send().await.unwrap()).await;
    let order = |office: OfficeView| office.order;
    let (walk_in, booked) = (walk_in.ticket, issued.ticket);
    let expected = [walk_in.number, booked.number];
    assert_eq!(order(hub.office().await), expected);
    clock.advance(chrono::TimeDelta::minutes(14));
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/3/open").await;
    let called = clerk.done("/api/counters/3/next").await.ticket.unwrap();
    assert_eq!(called.id, booked.id);
    assert_eq!(called.reason, Some(wire::office::CallReason::Due));
    hub.stop().await;
}

#[tokio::test]
async fn a_deaf_reservation_service_shows_on_the_console_and_stops_nothing() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let freshness = loop {
        let office = clerk.office().await;
        match office.bookings_as_of {
            Some(freshness) => break freshness,
            None => tokio::task::yield_now().await,
        }
    };
    assert!(!freshness.ok);
    assert_eq!(hub.press().await.ticket.number, "A-001");
    hub.stop().await;
}

/// A reservation service that always tells everything it has.
struct Scripted(Vec<RemoteAppointment>);

impl ReservationSource for Scripted {
    fn caps(&self) -> Caps {
        Caps {
            pull: Pull::Snapshot,
            tombstones: false,
            revisions: true,
        }
    }

    async fn pull(&self, _: Option<&Token>, window: &Window) -> Result<Page, SyncError> {
        Ok(Page {
            changes: self.0.iter().cloned().map(Change::Upsert).collect(),
            next: Token::new("next").unwrap(),
            more: false,
            complete: Some(*window),
            bad: Vec::new(),
        })
    }

    async fn fetch(&self, _: &RemoteId) -> Result<Option<RemoteAppointment>, SyncError> {
        Ok(None)
    }
}

#[tokio::test]
async fn the_mirror_follows_the_reservation_service_round_after_round() {
    let data = data();
    let hub = start(data.path()).await;
    let number = |index: usize| format!("N{index:03}-{index:04}");
    let bookings = |count: usize| {
        (0..count)
            .map(|index| {
                let id = format!("id-{index}");
                booked(&id, &number(index), "2026-11-24T11:00:00+09:00")
            })
            .collect::<Vec<_>>()
    };
    let clerk = hub.login("suzuki").await;
    let shown = async |expected: usize| {
        loop {
            let office = clerk.office().await;
            let standing = office.bookings.iter().filter(|it| !it.cancelled).count();
            let fresh = office.bookings_as_of.unwrap();
            if standing == expected && fresh.ok {
                break fresh.at.unwrap();
            }
        }
    };
    let mut last = 0;
    // One is cancelled in the second round: it is missing, asked for, and denied.
    for count in [3, 2] {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let source = Scripted(bookings(count));
        let (desk, every) = (Arc::clone(&hub.desk), Duration::from_millis(5));
        let pulling = tokio::spawn(crate::pull::run(source, every, desk, stopped));
        let at = shown(count).await;
        assert!(at >= last);
        last = at;
        stop.send_replace(true);
        pulling.await.unwrap();
    }
    hub.stop().await;
}
