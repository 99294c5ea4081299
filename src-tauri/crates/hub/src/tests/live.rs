use futures_util::{Stream, StreamExt as _};
use wire::office::Live;

use super::*;

/// A page's event source: what it saw last, and what comes next.
struct Page {
    stream: std::pin::Pin<Box<dyn Stream<Item = reqwest::Result<axum::body::Bytes>> + Send>>,
    read: String,
    seen: u64,
}

impl Page {
    async fn open(hub: &Running, after: Option<u64>) -> Self {
        let query = after.map_or(String::new(), |after| format!("?after={after}"));
        Self::listen(hub.kiosk(Method::GET, &format!("/api/live{query}"))).await
    }

    async fn listen(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            stream: Box::pin(answer.bytes_stream()),
            read: String::new(),
            seen: 0,
        }
    }

    /// The next message; `None` when the hub ends the stream.
    async fn next(&mut self) -> Option<Live> {
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let Some(id) = field("id: ") {
                    self.seen = id.parse().unwrap();
                }
                if let Some(data) = field("data: ") {
                    return Some(serde_json::from_str(data).unwrap());
                }
            }
            let part = self.stream.next().await?.unwrap();
            self.read.push_str(std::str::from_utf8(&part).unwrap());
        }
    }

    async fn snapshot(&mut self) -> OfficeView {
        match self.next().await.unwrap() {
            Live::Snapshot { office } => *office,
            other @ (Live::Change { .. }
            | Live::Waits { .. }
            | Live::Kiosks { .. }
            | Live::Beat { .. }) => {
                panic!("{other:?}")
            }
        }
    }

    /// The numbers of the tickets in changes, until one of them is `last`.
    async fn numbers_until(&mut self, last: &str) -> Vec<String> {
        let mut numbers = Vec::new();
        while numbers.last().is_none_or(|number| number != last) {
            match self.next().await.unwrap() {
                Live::Change { change } => {
                    numbers.extend(change.tickets.into_iter().map(|ticket| ticket.number));
                }
                Live::Waits { .. } | Live::Kiosks { .. } | Live::Beat { .. } => {}
                Live::Snapshot { .. } => panic!("a client that can be caught up needs no snapshot"),
            }
        }
        numbers
    }
}

#[tokio::test]
async fn a_page_gets_a_snapshot_and_then_every_change() {
    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let mut page = Page::open(&hub, None).await;
    assert_eq!(page.snapshot().await.tickets.len(), 1);
    hub.press().await;
    assert_eq!(page.numbers_until("A-002").await, ["A-002"]);
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/3/open").await;
    clerk.done("/api/counters/3/next").await;
    assert_eq!(page.numbers_until("A-001").await, ["A-001"]);
    hub.stop().await;
}

#[tokio::test]
async fn a_page_that_was_away_catches_up_without_a_gap() {
    let data = data();
    let hub = start(data.path()).await;
    let mut page = Page::open(&hub, None).await;
    page.snapshot().await;
    hub.press().await;
    page.numbers_until("A-001").await;
    let seen = page.seen;
    drop(page);
    for _ in 0..40 {
        hub.press().await;
    }
    let expected: Vec<String> = (1..=41).map(|n| format!("A-{n:03}")).collect();
    // What the page saw last may be told again; nothing after it may be missing.
    let mut page = Page::open(&hub, Some(seen)).await;
    assert_eq!(page.numbers_until("A-041").await, expected);
    let request = hub
        .kiosk(Method::GET, "/api/live?after=1")
        .header("last-event-id", seen.to_string());
    let mut page = Page::listen(request).await;
    assert_eq!(page.numbers_until("A-041").await, expected);
    hub.stop().await;
}

#[tokio::test]
async fn a_page_from_before_the_ring_or_from_another_history_gets_a_snapshot() {
    let data = data();
    let hub = start(data.path()).await;
    for _ in 0..5 {
        hub.press().await;
    }
    let seq = hub.office().await.seq;
    hub.stop().await;
    let hub = start(data.path()).await;
    hub.press().await;
    for after in [0, seq, seq + 1_000] {
        let mut page = Page::open(&hub, Some(after)).await;
        assert_eq!(page.snapshot().await.tickets.len(), 6, "{after}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_silent_office_beats() {
    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let mut page = Page::open(&hub, None).await;
    let seq = page.snapshot().await.seq;
    let beat = loop {
        match page.next().await.unwrap() {
            Live::Beat { seq, .. } => break seq,
            Live::Change { .. }
            | Live::Waits { .. }
            | Live::Kiosks { .. }
            | Live::Snapshot { .. } => {}
        }
    };
    assert_eq!(beat, seq);
    hub.stop().await;
}

#[tokio::test]
async fn a_new_day_replaces_everything_on_every_page() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    hub.press().await;
    let mut page = Page::open(&hub, None).await;
    assert_eq!(page.snapshot().await.tickets.len(), 1);
    clock.advance(chrono::TimeDelta::days(1));
    let office = loop {
        match page.next().await.unwrap() {
            Live::Snapshot { office } => break office,
            Live::Change { .. } | Live::Waits { .. } | Live::Kiosks { .. } | Live::Beat { .. } => {}
        }
    };
    assert_eq!(office.day, "2026-11-25");
    assert!(office.tickets.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn stopping_the_hub_ends_the_stream() {
    let data = data();
    let hub = start(data.path()).await;
    let mut page = Page::open(&hub, None).await;
    page.snapshot().await;
    hub.stop().await;
    while page.next().await.is_some() {}
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_is_told_where_things_stand() {
    use crate::{
        live::{Audience, Both, CLIENT_QUEUE_MAX},
        routes::live::Watcher,
    };

    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let seat = Arc::clone(&hub.desk.live_seats);
    let seat = seat.acquire_owned().await.unwrap();
    let mut watcher = Watcher::join(Arc::clone(&hub.desk), Audience::Staff, None, seat)
        .await
        .unwrap();
    let text =
        |bytes: Option<axum::body::Bytes>| String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    let news = |staff: &str| Both {
        hall: b"{}".to_vec(),
        staff: staff.as_bytes().to_vec(),
    };
    assert!(text(watcher.next().await).starts_with("retry: "));
    assert!(text(watcher.next().await).contains(r#""kind":"snapshot""#));
    for _ in 0..=CLIENT_QUEUE_MAX {
        hub.desk.live.change(2, &news("{}"));
    }
    assert!(text(watcher.next().await).contains(r#""kind":"snapshot""#));
    // What the snapshot contains is not told again.
    hub.desk.live.change(3, &news("news"));
    assert_eq!(text(watcher.next().await), "id: 3\ndata: news\n\n");
    drop(watcher);
    hub.stop().await;
}

#[tokio::test]
async fn there_are_seats_for_a_limited_number_of_pages() {
    let data = data();
    let hub = start(data.path()).await;
    let all = u32::try_from(crate::live::CLIENTS_MAX).unwrap();
    let seats = hub.desk.live_seats.clone().acquire_many_owned(all).await;
    let answer = hub.kiosk(Method::GET, "/api/live").send().await.unwrap();
    assert_eq!(refused(answer).await, "unavailable");
    drop(seats);
    Page::open(&hub, None).await.snapshot().await;
    hub.stop().await;
}

/// What the hub publishes for each audience, as it goes over the wire.
fn published(hub: &Running) -> tokio::sync::broadcast::Receiver<Arc<crate::live::Frame>> {
    match hub.desk.live.join(None) {
        crate::live::Joined::CaughtUp(_, receiver) | crate::live::Joined::Behind(receiver) => {
            receiver
        }
    }
}

#[tokio::test]
async fn a_call_with_three_hundred_waiting_is_told_in_less_than_a_kilobyte() {
    let data = data();
    let hub = start(data.path()).await;
    let presses = (0..300).map(|_| hub.press());
    futures_util::future::join_all(presses).await;
    let clerk = hub.login("ito").await;
    clerk.done("/api/counters/2/open").await;
    let mut heard = published(&hub);
    let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
    let change = |event: &[u8]| {
        let mut lines = event.split(|byte| *byte == b'\n');
        let json = lines.find_map(|line| line.strip_prefix(b"data: "));
        match serde_json::from_slice(json.unwrap()).unwrap() {
            Live::Change { change } => Some(change).filter(|change| !change.tickets.is_empty()),
            Live::Snapshot { .. }
            | Live::Waits { .. }
            | Live::Kiosks { .. }
            | Live::Beat { .. } => None,
        }
    };
    let frame = loop {
        let frame = heard.recv().await.unwrap();
        if change(&frame.event.staff).is_some() {
            break frame;
        }
    };
    for event in [&frame.event.hall, &frame.event.staff] {
        assert!(event.len() <= 1_024, "{} bytes", event.len());
        let change = change(event).unwrap();
        assert_eq!(change.tickets[0].number, called.number);
        assert_eq!(change.counters[0].ticket.as_ref(), Some(&called.id));
        assert_eq!(change.order.len(), 12);
        assert!(change.help.is_none() && change.alarms.is_none() && change.notice.is_none());
        assert!(change.staff.is_none() && change.bookings.is_empty());
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_clerks_first_load_with_three_hundred_waiting_is_small_and_goes_on_without_a_gap() {
    let data = data();
    let hub = start(data.path()).await;
    let presses = (0..300).map(|_| hub.press());
    futures_util::future::join_all(presses).await;
    let clerk = hub.login("suzuki").await;
    let url = format!("{}/api/office", hub.base);
    let request = clerk.client.get(&url).header("accept-encoding", "gzip");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.len() <= 30 * 1024, "{} bytes", bytes.len());
    let office = clerk.office().await;
    assert_eq!((office.tickets.len(), office.order.len()), (300, 300));
    hub.press().await;
    let mut page = Page::open(&hub, Some(office.seq)).await;
    assert_eq!(page.numbers_until("A-301").await.last().unwrap(), "A-301");
    hub.stop().await;
}

#[tokio::test]
async fn a_snapshot_leaves_away_what_is_long_done() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let serve = async |count: usize| {
        for _ in 0..count {
            hub.press().await;
            let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
            let path = format!("/api/tickets/{}/finish", called.id);
            clerk.tells(&path, json!({"counter": "2"})).await;
        }
    };
    serve(25).await;
    let shown = |office: OfficeView| office.tickets.len();
    assert_eq!(shown(hub.office().await), 20);
    assert_eq!(shown(clerk.office().await), 25);
    clock.advance(chrono::TimeDelta::hours(3));
    serve(2).await;
    assert_eq!(shown(hub.office().await), 20);
    assert_eq!(shown(clerk.office().await), 2);
    hub.stop().await;
}

#[tokio::test]
async fn waits_are_told_when_a_counter_begins_to_call_and_stand_in_answers_and_views() {
    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let before = hub.press().await;
    assert_eq!(before.wait, None, "nobody calls, so nobody can know");
    let mut page = Page::open(&hub, None).await;
    let now = |services: Vec<wire::office::ServiceNow>| {
        let mut services = services.into_iter();
        services.find(|now| now.service == "certificates").unwrap()
    };
    let office = page.snapshot().await;
    assert_eq!(office.services[0].now.wait, None);
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let told = loop {
        if let Live::Waits { services, .. } = page.next().await.unwrap()
            && let Some(wait) = now(services.clone()).wait
        {
            assert_eq!(now(services).waiting, 2);
            break wait;
        }
    };
    assert!(told.from_min <= told.to_min && told.to_min > 0);
    let issued = hub.press().await;
    assert_eq!(issued.wait, Some(told));
    assert_eq!(hub.office().await.services[0].now.wait, Some(told));
    let phone = get(format!("{}/api/visit/{}", hub.base, issued.token)).await;
    let visit: wire::office::VisitView = understood(phone).await;
    assert!(visit.wait.is_some());
    assert_eq!((visit.ahead, visit.area.is_some()), (2, true));
    hub.stop().await;
}

#[tokio::test]
async fn a_case_that_a_counter_changed_is_told_to_the_staff_by_its_revision_and_to_the_hall_not_at_all()
 {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = case_changes::bring(&hub, &case_changes::family_press()).await;
    let (suzuki, sato) = (hub.login("suzuki").await, hub.login("sato").await);
    let mut hall = Page::open(&hub, None).await;
    let mut staff = Page::listen(sato.client.get(format!("{}/api/live", hub.base))).await;
    hall.snapshot().await;
    let before = staff.snapshot().await;
    assert!(before.tickets.iter().all(|it| it.case_revision.is_none()));
    let marked = case_changes::mark(1, "B3", "done");
    case_changes::change(&suzuki, &ticket, &marked).await;
    for (page, told) in [(&mut staff, Some(2)), (&mut hall, None)] {
        let changed = loop {
            if let Live::Change { change } = page.next().await.unwrap() {
                break change;
            }
        };
        let [only] = changed.tickets.as_slice() else {
            panic!("{} tickets", changed.tickets.len());
        };
        assert_eq!((&only.id, only.case_revision), (&ticket, told));
    }
    hub.stop().await;
}
