//! An attachment that is undone: who may, how long, and whose answers go where.

use super::*;
use crate::tests::{
    case_changes::{bring, family_press},
    devices::Enlisted,
};
use wire::sign::{SignRequest, SignState, TabletView};

/// Of the ticket's own citizen, who has nothing to do with the visit. Invented, and on no other form.
const STRANGER: &str = "架空　鵯子";

async fn attach(person: &Person, visit: &str, ticket: &str) -> PreparedView {
    let path = format!("/api/prepared/{visit}/attach");
    let request = person.post(&path).json(&json!({"ticket": ticket}));
    understood(request.send().await.unwrap()).await
}

fn detach(visit: &str) -> String {
    format!("/api/prepared/{visit}/detach")
}

async fn detached(person: &Person, visit: &str) -> PreparedView {
    understood(person.post(&detach(visit)).send().await.unwrap()).await
}

/// What the ticket's citizen fills in at the kiosk while they wait.
async fn fill_in(hub: &Running, ticket: &str, name: &str) {
    let answer =
        |field: &str, value: &str| json!({"field": field, "value": value, "provenance": "typed"});
    let forms = json!({"case": {"forms": [{"procedure": "juminhyo", "unfinished": true, "answers": [
        answer("applicant_name", name),
        answer("copies", "2"),
    ]}]}});
    let path = format!("/api/tickets/{ticket}/forms");
    let sent = hub.kiosk(Method::POST, &path).json(&forms).send().await;
    assert_eq!(sent.unwrap().status(), 200);
}

#[tokio::test]
async fn a_stranger_s_answers_never_come_into_a_visit_that_was_theirs_by_mistake() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = hub.press().await.ticket.id;
    attach(&clerk, &visit, &ticket).await;
    fill_in(&hub, &ticket, STRANGER).await;
    let both = case_of(&clerk, &ticket).await;
    assert_eq!(row(&both, "juminhyo", "applicant_name").value, STRANGER);

    // Nothing but what both brought: the clerk is asked nothing.
    let back = detached(&clerk, &visit).await;
    assert_eq!(back.state, PreparedState::Open);
    let here = open(&clerk, &visit).await.case;
    assert!(here.forms.iter().all(|it| it.procedure != "juminhyo"));
    assert_eq!(row(&here, "sosaihi", "applicant_name").value, NAME);
    let told = serde_json::to_string(&here).unwrap();
    assert!(!told.contains("鵯"), "{told}");
    let own = case_of(&clerk, &ticket).await;
    assert_eq!(own.prepared, None);
    let told = serde_json::to_string(&own).unwrap();
    assert!(!told.contains("鴫") && told.contains("鵯"), "{told}");
    hub.stop().await;
}

#[tokio::test]
async fn a_case_that_was_there_keeps_what_its_citizen_brought_later() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = bring(&hub, &family_press()).await;
    attach(&clerk, &visit, &ticket).await;
    fill_in(&hub, &ticket, STRANGER).await;
    detached(&clerk, &visit).await;
    let own = case_of(&clerk, &ticket).await;
    assert_eq!(row(&own, "juminhyo", "applicant_name").value, STRANGER);
    assert!(row(&own, "sosaihi", "deceased_name").value.is_empty());
    let here = open(&clerk, &visit).await.case;
    assert_eq!(row(&here, "sosaihi", "deceased_name").value, DECEASED);
    assert!(!serde_json::to_string(&here).unwrap().contains("鵯"));

    // What a clerk changed before a form came is not forgotten by it.
    attach(&clerk, &visit, &ticket).await;
    let revision = case_of(&clerk, &ticket).await.revision;
    let mend = json!({"revision": revision, "change": says("insurance", "company")});
    let path = format!("/api/tickets/{ticket}/case");
    let _: CaseView = understood(clerk.post(&path).json(&mend).send().await.unwrap()).await;
    fill_in(&hub, &ticket, LATER).await;
    let asked = clerk.refused(&detach(&visit), json!({})).await;
    assert_eq!(asked, "case_changed");
    let drop = clerk
        .post(&detach(&visit))
        .json(&json!({"drop_changes": true}));
    let _: PreparedView = understood(drop.send().await.unwrap()).await;
    let own = case_of(&clerk, &ticket).await;
    assert_eq!(row(&own, "juminhyo", "applicant_name").value, LATER);
    hub.stop().await;
}

#[tokio::test]
async fn a_booking_whose_visit_was_a_stranger_s_checks_in_with_its_own() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = hub.press().await.ticket.id;
    attach(&clerk, &visit, &ticket).await;
    fill_in(&hub, &ticket, STRANGER).await;
    let cancel = format!("/api/tickets/{ticket}/cancel");
    clerk.tells(&cancel, json!({"reason": "mistake"})).await;
    let family = check_in(&hub, "A7K2-93QF", None).await.ticket.id;
    let case = case_of(&clerk, &family).await;
    assert_eq!(row(&case, "sosaihi", "deceased_name").value, DECEASED);
    assert!(!serde_json::to_string(&case).unwrap().contains("鵯"));
    hub.stop().await;
}

#[tokio::test]
async fn what_is_over_is_not_undone_and_the_hub_goes_on() {
    let data = data();
    let (hub, clock) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/5/open").await;
    let visit = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let done = check_in(&hub, "A7K2-93QF", None).await.ticket.id;
    clerk.done("/api/counters/5/next").await;
    let finish = format!("/api/tickets/{done}/finish");
    clerk.tells(&finish, json!({"counter": "5"})).await;
    assert_eq!(
        clerk.refused(&detach(&visit), json!({})).await,
        "ticket_state"
    );
    assert_eq!(
        row(&case_of(&clerk, &done).await, "sosaihi", "deceased_name").value,
        DECEASED,
        "the family was here"
    );

    let other = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    let ticket = bring(&hub, &family_press()).await;
    attach(&clerk, &other, &ticket).await;
    clock.advance(chrono::TimeDelta::days(1));
    hub.press().await;
    let clerk = hub.login("suzuki").await;
    for visit in [&visit, &other] {
        assert_eq!(clerk.refused(&detach(visit), json!({})).await, "day_over");
    }
    assert!(!day(&clerk, "2026-11-25").await.visits.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn whose_counter_has_nothing_to_do_with_a_visit_neither_gives_it_nor_takes_it_back() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let suzuki = hub.login("suzuki").await;
    let visit = telephoned(&suzuki, "2026-11-24", "A7K2-93QF").await;
    suzuki.done("/api/counters/5/open").await;
    let sato = hub.login("sato").await;
    sato.done("/api/counters/3/open").await;
    let press = json!({"service": "family", "language": "ja"});
    let ticket = bring(&hub, &press).await;
    let path = format!("/api/prepared/{visit}/attach");
    let idou = json!({"kind": "remove_plan"});
    change(&suzuki, &visit, idou).await;
    let wanted = json!({"ticket": ticket});
    assert_eq!(sato.refused(&path, wanted).await, "forbidden");
    attach(&suzuki, &visit, &ticket).await;
    assert_eq!(
        sato.refused(&detach(&visit), json!({})).await,
        "forbidden",
        "while it waits"
    );
    suzuki.done("/api/counters/5/next").await;
    sato.done("/api/counters/3/close").await;
    assert_eq!(
        sato.refused(&detach(&visit), json!({})).await,
        "forbidden",
        "at another counter"
    );
    assert_eq!(detached(&suzuki, &visit).await.state, PreparedState::Open);
    attach(&suzuki, &visit, &ticket).await;
    let lead = hub.login("ito").await;
    assert_eq!(detached(&lead, &visit).await.state, PreparedState::Open);
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_with_one_visit_takes_no_other_and_says_which_side_is_taken() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let ticket = check_in(&hub, "A7K2-93QF", None).await.ticket.id;
    let other = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    let path = format!("/api/prepared/{other}/attach");
    let refused = clerk.refused(&path, json!({"ticket": ticket})).await;
    assert_eq!(refused, "ticket_prepared");
    hub.stop().await;
}

/// A counter with its clerk and its tablet, and a ticket that was called there.
struct Window {
    clerk: Person,
    tablet: Enlisted,
    ticket: String,
}

impl Window {
    async fn open(hub: &Running, press: &Value) -> Self {
        let tablet = Enlisted::tablet(hub, "タブレット", "4").await;
        let clerk = hub.login("sato").await;
        clerk.done("/api/counters/4/open").await;
        let ticket = bring(hub, press).await;
        clerk.done("/api/counters/4/next").await;
        let this = Self {
            clerk,
            tablet,
            ticket,
        };
        assert_eq!(this.shows().await, None);
        this
    }

    /// What stands on the tablet; `x` is nothing that it could show, so that nobody waits for news.
    async fn shows(&self) -> Option<String> {
        let answer = self.tablet.request(Method::GET, "/api/sign?shows=x").send();
        let view: TabletView = understood(answer.await.unwrap()).await;
        view.request
    }

    async fn asked(&self) -> SignRequest {
        let revision = case_of(&self.clerk, &self.ticket).await.revision;
        let body = json!({"procedure": "sosaihi", "revision": revision});
        let path = format!("/api/tickets/{}/sign", self.ticket);
        let asked = self.clerk.post(&path).json(&body).send().await.unwrap();
        let asked = understood(asked).await;
        // The tablet is told after the clerk was answered; whoever asks the owner again comes after that.
        case_of(&self.clerk, &self.ticket).await;
        asked
    }

    async fn signs(&self) {
        let request = self.asked().await.request;
        let strokes = json!({"strokes": [[[200, 300], [600, 700], [900, 200]]]});
        let path = format!("/api/sign/{request}");
        let sent = self.tablet.request(Method::POST, &path).json(&strokes);
        let signed: SignRequest = understood(sent.send().await.unwrap()).await;
        assert_eq!(signed.state, SignState::Signed);
    }
}

/// For the funeral's costs; when somebody died is known, who is not.
fn insurance_press() -> Value {
    json!({"service": "insurance", "language": "ja", "case": {"forms": [
        {"procedure": "sosaihi", "unfinished": true, "answers": [
            {"field": "applicant_name", "value": STRANGER, "provenance": "typed"},
        ]},
    ]}})
}

#[tokio::test]
async fn a_form_that_says_something_else_after_it_became_one_is_signed_no_more() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let suzuki = hub.login("suzuki").await;
    let visit = telephoned(&suzuki, "2026-11-24", "A7K2-93QF").await;
    let window = Window::open(&hub, &insurance_press()).await;
    window.signs().await;
    let request = window.asked().await;
    assert_eq!(window.shows().await, Some(request.request));
    attach(&window.clerk, &visit, &window.ticket).await;
    let both = case_of(&window.clerk, &window.ticket).await;
    let signature = &form(&both, "sosaihi").signature;
    assert_eq!((&signature.given, signature.voided.len()), (&None, 1));
    assert_eq!(window.shows().await, None, "nobody reads it there any more");
    let subject = format!("{} sosaihi", window.ticket);
    let told = trail(&hub).await;
    let voided = |it: &&(String, String, String)| it.1 == "signature_voided" && it.2 == subject;
    assert_eq!(told.iter().filter(voided).count(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn nothing_that_was_signed_for_a_stranger_s_visit_goes_back_with_it_and_its_form_leaves_the_glass()
 {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let suzuki = hub.login("suzuki").await;
    let visit = telephoned(&suzuki, "2026-11-24", "A7K2-93QF").await;
    let empty = json!({"service": "insurance", "language": "ja"});
    let window = Window::open(&hub, &empty).await;
    attach(&window.clerk, &visit, &window.ticket).await;
    window.signs().await;
    let standing = window.asked().await;
    detached(&window.clerk, &visit).await;
    assert_eq!(window.shows().await, None);
    let path = format!("/api/tickets/{}/sign/{}", window.ticket, standing.request);
    let view: SignRequest = understood(window.clerk.get(&path).await).await;
    assert_eq!(view.state, SignState::Changed);
    let here = open(&suzuki, &visit).await.case;
    let signature = &form(&here, "sosaihi").signature;
    assert_eq!((&signature.given, signature.voided.len()), (&None, 1));
    let subject = format!("{} sosaihi", window.ticket);
    let told = trail(&hub).await;
    assert!(
        told.iter()
            .any(|it| it.1 == "signature_voided" && it.2 == subject)
    );
    hub.stop().await;
}
