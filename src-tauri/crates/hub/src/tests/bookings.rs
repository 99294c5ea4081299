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
    let joined = office.tickets.iter();
    let joined = joined.filter(|it| it.booking.as_deref() == Some("A7K2-93QF"));
    let joined: Vec<_> = joined.map(|it| &it.id).collect();
    assert_eq!(joined, [&issued.ticket.id]);
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
struct Scripted(Arc<std::sync::Mutex<Vec<RemoteAppointment>>>);

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
            changes: (self.0.lock().unwrap().iter().cloned())
                .map(Change::Upsert)
                .collect(),
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
        let source = Scripted(Arc::new(std::sync::Mutex::new(bookings(count))));
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

#[tokio::test]
async fn many_cancellations_at_once_wait_until_a_lead_has_looked_at_them() {
    let data = data();
    let hub = start(data.path()).await;
    let (clerk, lead) = (hub.login("suzuki").await, hub.login("ito").await);
    let released = "/api/bookings/release";
    assert_eq!(clerk.refused(released, json!({})).await, "forbidden");
    assert_eq!(lead.refused(released, json!({})).await, "not_found");

    let calendar = (0..20).map(|index| {
        let (id, number) = (format!("id-{index}"), format!("N{index:03}-{index:04}"));
        booked(&id, &number, "2026-11-24T11:00:00+09:00")
    });
    let calendar = Arc::new(std::sync::Mutex::new(calendar.collect::<Vec<_>>()));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (desk, source) = (Arc::clone(&hub.desk), Scripted(Arc::clone(&calendar)));
    let every = Duration::from_millis(5);
    let pulling = tokio::spawn(crate::pull::run(source, every, desk, stopped));
    let shown = async |standing: usize, held: u32| loop {
        let office = clerk.office().await;
        let bookings = office.bookings.iter().filter(|it| !it.cancelled).count();
        let told = office.bookings_as_of.map_or(0, |freshness| freshness.held);
        if (bookings, told) == (standing, held) {
            break;
        }
    };
    shown(20, 0).await;
    calendar.lock().unwrap().truncate(8);
    shown(20, 12).await;
    lead.done(released).await;
    shown(8, 0).await;
    stop.send_replace(true);
    pulling.await.unwrap();
    let manager = hub.login("tanaka").await;
    let trail: Vec<wire::command::AuditLine> = understood(manager.get("/api/audit").await).await;
    let line = trail.iter().find(|it| it.action == "bookings_released");
    let line = line.unwrap();
    assert_eq!(
        (line.actor.as_str(), line.subject.as_str()),
        ("clerk:ito", "12")
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_booking_that_changes_is_told_by_a_change_and_to_the_staff_alone() {
    use crate::live::Joined;

    let data = data();
    let hub = with_bookings(data.path()).await;
    let (Joined::CaughtUp(_, mut heard) | Joined::Behind(mut heard)) = hub.desk.live.join(None);
    let issued: TicketIssued = understood(check_in(&hub, "A7K2-93QF").send().await.unwrap()).await;
    let frame = loop {
        let frame = heard.recv().await.unwrap();
        if frame
            .event
            .staff
            .windows(9)
            .any(|part| part == b"A7K2-93QF")
        {
            break frame;
        }
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let staff = text(&frame.event.staff);
    assert!(staff.contains(r#""kind":"change""#), "{staff}");
    assert!(staff.contains(&format!(r#""ticket":"{}""#, issued.ticket.id)));
    let hall = text(&frame.event.hall);
    assert!(hall.contains(&issued.ticket.number) && !hall.contains("A7K2"));
    hub.stop().await;
}
