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
        Self::listen(client().get(format!("{}/api/live{query}", hub.base))).await
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
            other @ (Live::Change { .. } | Live::Beat { .. }) => panic!("{other:?}"),
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
                Live::Beat { .. } => {}
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
    let request = client()
        .get(format!("{}/api/live?after=1", hub.base))
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
            Live::Change { .. } | Live::Snapshot { .. } => {}
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
            Live::Change { .. } | Live::Beat { .. } => {}
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
    use crate::{live::CLIENT_QUEUE_MAX, routes::live::Watcher};

    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let seat = Arc::clone(&hub.desk.live_seats);
    let seat = seat.acquire_owned().await.unwrap();
    let mut watcher = Watcher::join(Arc::clone(&hub.desk), None, seat)
        .await
        .unwrap();
    let text =
        |bytes: Option<axum::body::Bytes>| String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    assert!(text(watcher.next().await).starts_with("retry: "));
    assert!(text(watcher.next().await).contains(r#""kind":"snapshot""#));
    for _ in 0..=CLIENT_QUEUE_MAX {
        hub.desk
            .live
            .change(2, axum::body::Bytes::from_static(b"{}"));
    }
    assert!(text(watcher.next().await).contains(r#""kind":"snapshot""#));
    // What the snapshot contains is not told again.
    hub.desk
        .live
        .change(3, axum::body::Bytes::from_static(b"news"));
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
    let answer = get(format!("{}/api/live", hub.base)).await;
    assert_eq!(refused(answer).await, "unavailable");
    drop(seats);
    Page::open(&hub, None).await.snapshot().await;
    hub.stop().await;
}
