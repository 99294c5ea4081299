//! Kiosks as machines: what staff sees of them, and slips that staff have printed there.

use chrono::TimeDelta;
use wire::{
    machine::{KioskLink, KioskNow, KioskOrders, PrintState, PrintView, PrinterNow, ReaderNow},
    office::SlipState,
};

use super::*;

const KIOSK: &str = "kiosk-1";

impl Running {
    /// A kiosk tells of itself, a while after the last time.
    async fn tells(&self, body: Value) -> KioskOrders {
        self.desk.clock.advance(TimeDelta::milliseconds(100));
        understood(self.report(body).await).await
    }

    async fn report(&self, body: Value) -> Response {
        let request = self.kiosk(Method::POST, "/api/kiosk");
        let request = request.header("uketsuke-kiosk", KIOSK).json(&body);
        request.send().await.unwrap()
    }

    /// What time does by itself, without waiting for it.
    async fn later(&self, seconds: i64) {
        self.desk.clock.advance(TimeDelta::seconds(seconds));
        for paper in self.desk.machines.look(self.desk.clock.now()) {
            assert!(self.desk.is_noted(&paper, queue::Actor::Hub).await);
        }
    }
}

impl Person {
    async fn kiosk(&self) -> KioskNow {
        let kiosks = self.office().await.kiosks;
        kiosks.into_iter().find(|it| it.name == KIOSK).unwrap()
    }

    /// Has a ticket's slip printed.
    async fn prints(&self, ticket: &str) -> PrintView {
        self.orders(ticket, json!({ "kiosk": KIOSK })).await
    }

    async fn orders(&self, ticket: &str, body: Value) -> PrintView {
        let path = format!("/api/tickets/{ticket}/print");
        understood(self.post(&path).json(&body).send().await.unwrap()).await
    }

    async fn state_of(&self, order: &str) -> PrintState {
        let prints = self.office().await.prints;
        prints.iter().find(|it| it.id == order).unwrap().state
    }

    async fn slip_of(&self, ticket: &str) -> SlipState {
        let tickets = self.office().await.tickets;
        tickets.iter().find(|it| it.id == ticket).unwrap().slip
    }

    /// A ticket from 総合案内: no paper.
    async fn gives_a_number(&self) -> String {
        let request = self.post("/api/tickets").json(&plain_ticket());
        let issued: TicketIssued = understood(request.send().await.unwrap()).await;
        assert_eq!(issued.ticket.slip, SlipState::None);
        issued.ticket.id
    }
}

fn ready() -> Value {
    json!({ "printer": "ready", "reader": "ready", "slips_on_roll": 12 })
}

fn became(order: &str, ticket: &str, state: &str) -> Value {
    json!({ "printer": "ready", "prints": [{ "id": order, "ticket": ticket, "state": state }] })
}

#[tokio::test]
async fn staff_sees_how_each_kiosk_is_and_the_hall_does_not() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    assert_eq!(clerk.kiosk().await.link, KioskLink::Never);

    hub.tells(json!({ "printer": "near_end", "reader": "absent", "slips_on_roll": 700 }))
        .await;
    let seen = clerk.kiosk().await;
    assert_eq!(seen.link, KioskLink::Here);
    assert_eq!(seen.printer, Some(PrinterNow::NearEnd));
    assert_eq!(seen.reader, Some(ReaderNow::Absent));
    assert_eq!(seen.slips_on_roll, Some(700));
    assert!(hub.office().await.kiosks.is_empty());

    hub.tells(ready()).await;
    assert_eq!(clerk.kiosk().await.printer, Some(PrinterNow::Ready));

    hub.later(11).await;
    assert_eq!(clerk.kiosk().await.link, KioskLink::Silent);
    hub.tells(ready()).await;
    assert_eq!(clerk.kiosk().await.link, KioskLink::Here);
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_of_the_information_desk_is_printed_at_a_kiosk_once_and_then_only_with_a_mark() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;

    let order = clerk.prints(&ticket).await;
    assert_eq!((order.state, order.reissued), (PrintState::Waiting, false));
    assert_eq!(
        clerk.slip_of(&ticket).await,
        SlipState::Unknown,
        "whatever is lost from here on, a second paper has its mark"
    );
    // The answer may be lost: it comes again until the kiosk has told.
    for _ in 0..2 {
        let orders = hub.tells(ready()).await.orders;
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0].id, order.id);
        assert!(!orders[0].reissued && !orders[0].preview);
        assert_eq!(orders[0].issued.ticket.id, ticket);
        assert!(orders[0].issued.url.ends_with(&orders[0].issued.token));
    }
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Printing);
    let orders = hub.tells(became(&order.id, &ticket, "printed")).await;
    assert!(orders.orders.is_empty());
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Printed);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Printed);

    let again = clerk.prints(&ticket).await;
    assert!(again.reissued);
    assert!(hub.tells(ready()).await.orders[0].reissued);
    // A second paper that did not come out says nothing of the first.
    hub.tells(became(&again.id, &ticket, "failed")).await;
    assert_eq!(clerk.state_of(&again.id).await, PrintState::Failed);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Printed);
    hub.stop().await;
}

#[tokio::test]
async fn every_order_is_written_down_and_a_lost_answer_is_no_second_order() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = hub.press().await.ticket.id;
    let key = Uuid::now_v7().to_string();
    let ask = async || {
        let url = format!("{}/api/tickets/{ticket}/print", hub.base);
        let request = clerk.client.post(url).header("idempotency-key", &key);
        let answer = request.json(&json!({ "kiosk": KIOSK })).send().await;
        understood::<PrintView>(answer.unwrap()).await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!(first.id, key);
    assert_eq!(first.id, second.id);
    assert!(first.reissued, "the kiosk printed it, or may have");
    assert_eq!(hub.tells(ready()).await.orders.len(), 1);

    let trail = hub.desk.owner.audit_before(u64::MAX, 50).await.unwrap();
    let ordered: Vec<_> = trail
        .iter()
        .filter_map(|line| match &line.what {
            store::Audited::Entry {
                action: store::Action::SlipOrdered,
                subject,
            } => Some((line.actor.clone(), subject.clone().unwrap())),
            store::Audited::Entry { .. }
            | store::Audited::Event(_)
            | store::Audited::PurgedEvent { .. } => None,
        })
        .collect();
    assert_eq!(ordered.len(), 1);
    assert_eq!(
        ordered[0].0,
        queue::Actor::Clerk(queue::Name::parse("suzuki").unwrap())
    );
    assert!(ordered[0].1.contains(&ticket) && ordered[0].1.ends_with(KIOSK));
    hub.stop().await;
}

#[tokio::test]
async fn an_order_that_no_kiosk_takes_is_over_after_ten_minutes_and_says_so() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.later(9 * 60).await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Waiting);
    hub.later(2 * 60).await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Expired);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Failed);
    assert!(hub.tells(ready()).await.orders.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn a_kiosk_that_took_an_order_and_fell_silent_leaves_it_unknown_until_it_tells() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.tells(ready()).await;
    hub.later(61).await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Unknown);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Unknown);
    // It comes back and does not print it again; the paper had come out.
    let orders = hub.tells(became(&order.id, &ticket, "printed")).await;
    assert!(orders.orders.is_empty());
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Printed);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Printed);
    hub.stop().await;
}

#[tokio::test]
async fn what_became_of_an_order_counts_also_when_the_hub_was_started_anew() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.tells(ready()).await;
    hub.stop().await;

    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Unknown);
    hub.tells(became(&order.id, &ticket, "printed")).await;
    hub.tells(became(&order.id, &ticket, "printed")).await;
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Printed);
    hub.stop().await;
}

#[tokio::test]
async fn a_first_paper_that_failed_counts_also_when_the_hub_was_started_anew_and_a_second_one_does_not()
 {
    for (reissued, slip) in [(false, SlipState::Failed), (true, SlipState::Unknown)] {
        let data = data();
        let hub = start(data.path()).await;
        let clerk = hub.login("suzuki").await;
        hub.tells(ready()).await;
        let ticket = clerk.gives_a_number().await;
        let order = clerk.prints(&ticket).await;
        hub.stop().await;

        let hub = start(data.path()).await;
        let clerk = hub.login("suzuki").await;
        hub.tells(json!({ "printer": "ready", "prints": [{
            "id": order.id, "ticket": ticket, "state": "failed", "reissued": reissued,
        }] }))
        .await;
        assert_eq!(clerk.slip_of(&ticket).await, slip);
        hub.stop().await;
    }
}

#[tokio::test]
async fn staff_sees_whose_citizen_said_that_the_slip_came_out() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let ticket = hub.press().await.ticket.id;
    hub.tells(json!({ "printer": "ready", "held": [ticket] }))
        .await;
    assert_eq!(clerk.kiosk().await.held, [ticket]);
    hub.tells(ready()).await;
    assert!(clerk.kiosk().await.held.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn a_picture_is_drawn_by_the_kiosk_and_shown_to_clerks_only() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = hub.press().await.ticket.id;
    let wanted = json!({ "kiosk": KIOSK, "preview": true });
    let order = clerk.orders(&ticket, wanted).await;
    let path = format!("/api/prints/{}/slip.png", order.id);
    assert_eq!(clerk.get(&path).await.status(), 404);
    assert!(hub.tells(ready()).await.orders[0].preview);
    hub.tells(json!({ "printer": "ready", "prints": [{
        "id": order.id, "ticket": ticket, "state": "drawn", "picture": "iVBORw0KGgo=",
    }] }))
    .await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Drawn);
    let answer = clerk.get(&path).await;
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.bytes().await.unwrap().as_ref(), b"\x89PNG\r\n\x1a\n");
    assert_eq!(get(format!("{}{path}", hub.base)).await.status(), 401);
    assert_eq!(
        clerk.slip_of(&ticket).await,
        SlipState::Pending,
        "nothing was printed"
    );
    hub.stop().await;
}

#[tokio::test]
async fn what_no_kiosk_says_and_what_no_clerk_may_order_is_refused() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    for body in [
        json!({ "printer": "excellent" }),
        json!({ "printer": "ready", "more": 1 }),
        json!({ "printer": "ready", "held": vec!["a"; 17] }),
        json!({ "printer": "ready", "held": ["a".repeat(65)] }),
        became("not a uuid", "t", "waiting"),
        json!({ "printer": "ready", "prints": vec![json!({"id": "a", "ticket": "b", "state": "failed"}); 17] }),
        json!({ "printer": "ready", "prints": [{
            "id": "a", "ticket": "b", "state": "drawn", "picture": "A".repeat(40_001),
        }] }),
    ] {
        hub.desk.clock.advance(TimeDelta::milliseconds(100));
        let answer = hub.report(body.clone()).await;
        assert_eq!(refused(answer).await, "bad_request", "{body}");
    }
    let ticket = hub.press().await.ticket.id;
    let path = format!("/api/tickets/{ticket}/print");
    let nowhere = json!({ "kiosk": "kiosk-99" });
    assert_eq!(clerk.refused(&path, nowhere).await, "not_found");
    let nobody = format!("/api/tickets/{}/print", Uuid::now_v7());
    let here = json!({ "kiosk": KIOSK });
    assert_eq!(clerk.refused(&nobody, here.clone()).await, "not_found");
    for _ in 0..8 {
        clerk.prints(&ticket).await;
    }
    assert_eq!(clerk.refused(&path, here.clone()).await, "too_many");
    clerk
        .tells(
            &format!("/api/tickets/{ticket}/cancel"),
            json!({"reason": "left"}),
        )
        .await;
    hub.tells(ready()).await;
    assert_eq!(clerk.refused(&path, here).await, "ticket_state");
    hub.stop().await;
}

#[tokio::test]
async fn a_row_that_makes_no_sense_keeps_no_other_from_being_heard() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.tells(ready()).await;
    let answer = hub
        .tells(json!({ "printer": "ready", "prints": [
            { "id": "not a uuid", "ticket": "t", "state": "printed" },
            { "id": Uuid::now_v7().to_string(), "ticket": Uuid::now_v7().to_string(), "state": "printed" },
            { "id": order.id, "ticket": ticket, "state": "printed" },
        ] }))
        .await;
    assert!(answer.again.is_empty(), "told again, it would mean no more");
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Printed);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Printed);
    hub.stop().await;
}

#[tokio::test]
async fn an_order_that_is_open_makes_room_for_no_other_and_pictures_have_their_own_list() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = hub.press().await.ticket.id;
    let first = clerk.prints(&ticket).await;
    hub.tells(ready()).await;
    // More than are remembered, and each is over at once; the first one is still open.
    for (preview, state) in [(true, "drawn"), (false, "printed")] {
        for _ in 0..70 {
            let wish = json!({ "kiosk": KIOSK, "preview": preview });
            let order = clerk.orders(&ticket, wish).await;
            hub.tells(became(&order.id, &ticket, state)).await;
        }
    }
    // More open ones than a kiosk takes at a time, and as many that wait: the next is refused.
    let paper = json!({ "kiosk": KIOSK });
    let path = format!("/api/tickets/{ticket}/print");
    for _ in 0..7 {
        clerk.prints(&ticket).await;
    }
    assert_eq!(hub.tells(ready()).await.orders.len(), 8);
    for _ in 0..8 {
        clerk.prints(&ticket).await;
    }
    assert_eq!(clerk.refused(&path, paper).await, "too_many");
    assert_eq!(clerk.state_of(&first.id).await, PrintState::Printing);
    // Pictures are not kept waiting by that, and what is over makes room.
    let picture = json!({ "kiosk": KIOSK, "preview": true });
    clerk.orders(&ticket, picture).await;
    hub.tells(became(&first.id, &ticket, "printed")).await;
    clerk.prints(&ticket).await;
    hub.stop().await;
}

#[tokio::test]
async fn a_kiosk_is_told_what_stands_on_the_slip_and_nothing_of_what_staff_wrote() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = hub.press().await.ticket.id;
    let to = json!({ "to": { "kind": "service", "id": "moving" }, "note": "金糸雀さま、書類あり" });
    clerk.done("/api/counters/3/open").await;
    clerk.done("/api/counters/3/next").await;
    clerk
        .tells(&format!("/api/tickets/{ticket}/transfer"), to)
        .await;
    for preview in [false, true] {
        clerk
            .orders(&ticket, json!({ "kiosk": KIOSK, "preview": preview }))
            .await;
        let orders = hub.tells(ready()).await.orders;
        let order = orders.iter().find(|it| it.preview == preview).unwrap();
        assert_eq!(order.issued.ticket.note, None);
        assert_eq!(order.issued.ticket.booking, None);
        assert!(!order.issued.ticket.considerate);
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_picture_is_not_remembered_as_an_answer() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = hub.press().await.ticket.id;
    let (picture, paper) = (
        clerk
            .orders(&ticket, json!({ "kiosk": KIOSK, "preview": true }))
            .await,
        clerk.prints(&ticket).await,
    );
    let remembered = async |key: String| {
        let asked = hub
            .desk
            .owner
            .change(move |_, batch| batch.recall_answer(&key));
        asked.await.unwrap().is_some()
    };
    assert!(!remembered(picture.id).await);
    assert!(remembered(paper.id).await);
    hub.stop().await;
}

#[tokio::test]
async fn an_order_of_a_ticket_that_ended_while_it_waited_is_not_printed() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    let path = format!("/api/tickets/{ticket}/cancel");
    clerk.tells(&path, json!({"reason": "left"})).await;
    assert!(hub.tells(ready()).await.orders.is_empty());
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Failed);
    hub.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_order_wait_longer_and_no_kiosk_silent() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.later(5).await;
    hub.desk.clock.advance(TimeDelta::hours(-3));
    hub.later(0).await;
    assert_eq!(
        clerk.kiosk().await.link,
        KioskLink::Here,
        "heard five seconds ago"
    );
    hub.later(9 * 60).await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Waiting);
    hub.later(2 * 60).await;
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Expired);
    hub.stop().await;
}

#[tokio::test]
async fn a_kiosk_that_was_put_out_is_told_as_that_and_nothing_waits_for_it() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    hub.desk.kiosk_is_out(KIOSK).await;
    assert_eq!(clerk.kiosk().await.link, KioskLink::Out);
    assert_eq!(clerk.state_of(&order.id).await, PrintState::Failed);
    assert_eq!(clerk.slip_of(&ticket).await, SlipState::Failed);
    let path = format!("/api/tickets/{ticket}/print");
    let here = json!({ "kiosk": KIOSK });
    assert_eq!(clerk.refused(&path, here).await, "not_found");
    // It is let in again and tells.
    hub.tells(ready()).await;
    assert_eq!(clerk.kiosk().await.link, KioskLink::Here);
    hub.stop().await;
}

#[tokio::test]
async fn the_office_is_told_of_a_copy_that_did_not_come_out_and_the_ticket_is_as_it_was() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    hub.tells(ready()).await;
    let issued = hub.press().await.ticket;
    let copy = |state: &str| {
        json!({ "printer": "ready", "prints": [{
            "id": "0190b1e2-0000-7000-8000-0000000000c1", "ticket": issued.id, "state": state, "copy": true,
        }] })
    };
    hub.tells(copy("unknown")).await;
    let prints = clerk.office().await.prints;
    assert_eq!(prints.len(), 1);
    assert!(prints[0].copy && prints[0].number == issued.number);
    assert_eq!(prints[0].state, PrintState::Unknown);
    // It comes after all; and one that is printed at once is no news.
    assert!(hub.tells(copy("printed")).await.orders.is_empty());
    assert_eq!(clerk.office().await.prints[0].state, PrintState::Printed);
    assert_eq!(clerk.slip_of(&issued.id).await, SlipState::Pending);
    hub.later(11 * 60).await;
    assert!(clerk.office().await.prints.is_empty());
    hub.tells(copy("printed")).await;
    assert!(clerk.office().await.prints.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn a_second_paper_stands_in_the_audit_trail_once_however_often_it_is_told_of() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = hub.press().await.ticket.id;
    let other = hub.press().await.ticket.id;
    let says = async |ticket: &str, print: u128, slip: &str| {
        let path = format!("/api/tickets/{ticket}/slip");
        let request = hub.kiosk(Method::POST, &path);
        let request = request.header("idempotency-key", Uuid::now_v7().to_string());
        let print = Uuid::from_u128(print).to_string();
        let body = json!({ "slip": slip, "reissued": true, "print": print });
        request.json(&body).send().await.unwrap().status()
    };
    let gone = Uuid::now_v7().to_string();
    for (ticket, print, slip, status) in [
        (ticket.as_str(), 1, "unknown", 200),
        (ticket.as_str(), 1, "failed", 200),
        (ticket.as_str(), 1, "printed", 200),
        (other.as_str(), 2, "printed", 200),
        // Of a day that is over: the paper is out all the same.
        (gone.as_str(), 3, "printed", 404),
        (gone.as_str(), 3, "printed", 404),
    ] {
        assert_eq!(says(ticket, print, slip).await, status);
    }
    let trail = hub.desk.owner.audit_before(u64::MAX, 50).await.unwrap();
    let subjects = trail.iter().rev().filter_map(|line| match &line.what {
        store::Audited::Entry {
            action: store::Action::SlipReissued,
            subject,
        } => subject.clone(),
        store::Audited::Entry { .. }
        | store::Audited::Event(_)
        | store::Audited::PurgedEvent { .. } => None,
    });
    assert_eq!(subjects.collect::<Vec<_>>(), [ticket, other, gone]);
    hub.stop().await;
}
