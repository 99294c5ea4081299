//! The way to the hub, against a small hub that misbehaves on purpose.

use std::time::Duration;

use kiosk::{
    link::{CallError, HubLink, LiveEvent, follow},
    reserve::Sheet,
    session::Outcome,
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;
use wire::{
    Code,
    office::{Live, SlipState},
};

use crate::script::{Hub, Reply};

fn problem(code: Code) -> Reply {
    let body = json!({ "type": "urn:x", "status": code.status(), "code": code, "title": "x" });
    Reply::Json(code.status(), body)
}

fn change(seq: u64) -> Value {
    json!({ "kind": "change", "change": { "seq": seq, "at": 0, "tickets": [], "counters": [], "order": [], "help": [] } })
}

fn beat(seq: u64) -> Value {
    json!({ "kind": "beat", "seq": seq, "at": 0 })
}

fn device(hub: &Hub) -> HubLink {
    HubLink::device(&hub.url, "token-1\n").unwrap()
}

#[tokio::test]
async fn a_phones_code_is_opened_by_the_hub_or_refused_with_its_own_word() {
    let form = json!({ "procedure": "juminhyo", "answers": [{ "field": "copies", "value": "2", "provenance": "typed" }] });
    let opened = json!({ "form": form, "made_at": 5, "changed": true, "again": ["kind"] });
    let hub = Hub::start([
        Reply::Lost,
        Reply::Json(200, opened),
        problem(Code::PrefillTooOld),
    ])
    .await;
    let Outcome::Done(prefilled) = device(&hub).prefill("UKT1…").await else {
        panic!("not opened");
    };
    assert_eq!(prefilled.form.procedure, "juminhyo");
    assert!(prefilled.changed);
    assert_eq!(prefilled.again, ["kind"]);
    let refused = device(&hub).prefill("UKT1…").await;
    assert!(matches!(refused, Outcome::Refused(Code::PrefillTooOld)));
    let seen = hub.seen();
    assert_eq!(seen[0].line, "POST /api/prefill");
    assert_eq!(seen[0].body, json!({ "text": "UKT1…" }));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_key() {
    let hub = Hub::start([
        Reply::Lost,
        problem(Code::Internal),
        Reply::Json(200, json!({})),
    ])
    .await;
    let print = Uuid::from_u128(8);
    let sheet = Sheet::new(print, "t1".to_owned(), false, true);
    let outcome = device(&hub).report_slip(&sheet, SlipState::Printed).await;
    assert!(matches!(outcome, Outcome::Done(_)));
    // Another word about the same paper is another command; the same word never is.
    for slip in [SlipState::Unknown, SlipState::Printed] {
        let _ = device(&hub).report_slip(&sheet, slip).await;
    }
    let seen = hub.seen();
    let key_of = |index: usize| {
        let request: &crate::script::Seen = &seen[index];
        request.header("idempotency-key").unwrap().to_owned()
    };
    for (index, request) in seen.iter().take(3).enumerate() {
        assert_eq!(request.line, "POST /api/tickets/t1/slip");
        assert_eq!(key_of(index), key_of(0));
        assert_eq!(request.header("authorization"), Some("Bearer token-1"));
        assert_eq!(
            request.body,
            json!({ "slip": "printed", "reissued": true, "print": print.to_string() })
        );
    }
    assert_ne!(key_of(3), key_of(0));
    assert_eq!(seen[3].body["slip"], "unknown");
    assert_eq!(key_of(seen.len() - 1), key_of(0));
}

#[tokio::test]
async fn an_answer_of_something_that_is_not_the_hub_decides_nothing() {
    for status in [404, 403, 302, 407, 429] {
        let strange = || Reply::Json(status, json!({ "error": "sign in to this network" }));
        let hub = Hub::start([strange(), strange(), strange()]).await;
        let outcome = device(&hub).booking("A7K293QF").await;
        assert_eq!(outcome, Outcome::Away, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_is_a_refusal_and_not_asked_again() {
    let hub = Hub::start([problem(Code::BookingUnknown)]).await;
    let outcome = device(&hub).booking("A7K293QF").await;
    assert_eq!(outcome, Outcome::Refused(Code::BookingUnknown));
    assert_eq!(hub.lines(), ["GET /api/bookings/A7K293QF"]);
}

#[tokio::test]
async fn a_hub_that_keeps_failing_is_away() {
    let hub = Hub::start([]).await;
    let outcome = device(&hub).call_staff("入口の機械", Uuid::nil()).await;
    assert_eq!(outcome, Outcome::Away);
    assert_eq!(hub.seen()[0].body, json!({ "kiosk": "入口の機械" }));
    hub.serving.abort();
    let gone = HubLink::device("http://127.0.0.1:1", "t").unwrap();
    assert_eq!(gone.booking("A").await, Outcome::Away);
}

#[tokio::test]
async fn a_page_keeps_its_session_and_carries_no_device_token() {
    let hub = Hub::start([Reply::Cookie, Reply::Json(200, json!({ "account": "a" }))]).await;
    let page = HubLink::page(&hub.url).unwrap();
    let login = json!({ "account": "a", "password": "p" });
    page.call("POST", "/api/login", Some(&login), Some("k"))
        .await
        .unwrap();
    let me = page.call("GET", "/api/me", None, None).await.unwrap();
    assert_eq!((me.status, me.body), (200, json!({ "account": "a" })));
    let seen = hub.seen();
    assert_eq!(seen[0].header("origin"), Some(hub.url.as_str()));
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[0].header("idempotency-key"), Some("k"));
    assert_eq!(seen[1].header("cookie"), Some("session=s3cret"));
}

#[tokio::test]
async fn what_is_not_the_hubs_is_not_sent() {
    let hub = Hub::start([]).await;
    let page = HubLink::page(&hub.url).unwrap();
    for (method, path) in [
        ("GET", "/v/x"),
        ("GET", "//evil/api/"),
        ("TRACE", "/api/office"),
    ] {
        let refused = page.call(method, path, None, None).await;
        assert!(
            matches!(refused, Err(CallError::Path(_) | CallError::Method(_))),
            "{path}"
        );
    }
    assert!(hub.lines().is_empty());
    for address in ["ftp://hub", "hub:8470", ""] {
        assert!(HubLink::page(address).is_err(), "{address:?}");
    }
    assert!(HubLink::device(&hub.url, "two\nlines").is_err());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let hub = Hub::start([Reply::Large(9 << 20)]).await;
    let page = HubLink::page(&hub.url).unwrap();
    let refused = page.call("GET", "/api/office", None, None).await;
    assert!(matches!(refused, Err(CallError::TooLarge { .. })));
}

#[tokio::test]
async fn the_stream_is_resumed_where_it_ended() {
    let hub = Hub::start([
        Reply::Stream(vec![change(7), beat(7), change(8)]),
        Reply::Silence(vec![change(9)]),
    ])
    .await;
    let mut events = listen(&hub);
    let seqs: Vec<u64> = [
        next(&mut events).await,
        next(&mut events).await,
        next(&mut events).await,
        next(&mut events).await,
    ]
    .map(|live| match live {
        Live::Change { change } => change.seq,
        Live::Beat { seq, .. } => seq,
        Live::Waits { .. } | Live::Kiosks { .. } => 0,
        Live::Snapshot { office } => office.seq,
    })
    .into();
    assert_eq!(seqs, [7, 7, 8, 9]);
    assert_eq!(hub.lines(), ["GET /api/live", "GET /api/live?after=8"]);
}

#[tokio::test]
async fn a_beat_of_an_event_never_seen_means_to_begin_again() {
    let hub = Hub::start([
        Reply::Silence(vec![change(7), beat(9)]),
        Reply::Silence(vec![change(9)]),
    ])
    .await;
    let mut events = listen(&hub);
    next(&mut events).await;
    assert!(matches!(next(&mut events).await, Live::Change { change } if change.seq == 9));
    assert_eq!(hub.lines(), ["GET /api/live", "GET /api/live"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_left_and_everything_is_asked_for() {
    let hub = Hub::start([
        Reply::Silence(vec![change(7), json!({ "kind": "new in a later version" })]),
        Reply::Silence(vec![change(8)]),
    ])
    .await;
    let mut events = listen(&hub);
    next(&mut events).await;
    next(&mut events).await;
    assert_eq!(hub.lines(), ["GET /api/live", "GET /api/live"]);
}

#[tokio::test]
async fn a_hub_that_is_gone_is_told() {
    let (listener, mut events) = mpsc::channel(8);
    tokio::spawn(follow(
        HubLink::page("http://127.0.0.1:1").unwrap(),
        listener,
    ));
    assert_eq!(events.recv().await, Some(LiveEvent::Online(false)));
}

fn listen(hub: &Hub) -> mpsc::Receiver<LiveEvent> {
    let (listener, events) = mpsc::channel(8);
    tokio::spawn(follow(device(hub), listener));
    events
}

/// The next message, whatever is said about being online.
async fn next(events: &mut mpsc::Receiver<LiveEvent>) -> Live {
    let message = async {
        loop {
            match events.recv().await.expect("the stream goes on") {
                LiveEvent::Live(live) => return *live,
                LiveEvent::Online(online) => assert!(online, "the hub was there all along"),
            }
        }
    };
    timeout(Duration::from_secs(10), message)
        .await
        .expect("a message")
}
