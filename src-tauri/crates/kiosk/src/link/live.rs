//! Follows the hub's live stream for as long as somebody listens.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Method;
use tokio::{sync::mpsc::Sender, time::timeout};
use wire::office::Live;

use super::{HubLink, sse::Messages};

/// The hub beats every two seconds; two missed beats and it is away.
const SILENCE_MS_MAX: u64 = 5_000;
const RECONNECT_MS: [u64; 4] = [100, 300, 1_000, 2_000];

/// What the stream tells.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveEvent {
    /// The hub answers, or no longer.
    Online(bool),
    /// A message.
    Live(Box<Live>),
}

/// Follows the stream and reconnects for ever; returns when the listener is gone.
/// The first event is always [`LiveEvent::Online`].
pub async fn follow(link: HubLink, listener: Sender<LiveEvent>) {
    let mut position = Position::default();
    let mut failures = 0_usize;
    while !listener.is_closed() {
        let end = match connect(&link, &position).await {
            Some(response) => {
                failures = 0;
                if listener.send(LiveEvent::Online(true)).await.is_err() {
                    return;
                }
                read(response, &mut position, &listener).await
            }
            None => End::Silent,
        };
        match end {
            End::ListenerGone => return,
            // A stream that merely ended is followed again at once; only silence says "away".
            End::Closed => {}
            End::Silent => {
                failures = failures.saturating_add(1);
                if listener.send(LiveEvent::Online(false)).await.is_err() {
                    return;
                }
            }
        }
        let pause = RECONNECT_MS.get(failures).or(RECONNECT_MS.last());
        let pause = Duration::from_millis(pause.copied().unwrap_or_default());
        if timeout(pause, listener.closed()).await.is_ok() {
            return;
        }
    }
}

/// How far the stream was read; `None` asks for everything.
#[derive(Default)]
struct Position(Option<u64>);

impl Position {
    /// Whether what comes next fits what was read before.
    fn advance(&mut self, live: &Live) -> bool {
        match live {
            Live::Snapshot { office } => self.0 = Some(office.seq),
            Live::Change { change } => self.0 = Some(change.seq),
            // Carries no number.
            Live::Waits { .. } | Live::Kiosks { .. } => {}
            // A beat of a number never heard of: something was missed, so begin again.
            Live::Beat { seq, .. } => return self.0.is_none_or(|read| read == *seq),
        }
        true
    }
}

/// How a connection ended.
enum End {
    /// The hub closed it, or what it sent made no sense: connect again.
    Closed,
    /// Nothing came for too long, or no connection was made.
    Silent,
    /// Nobody listens any more.
    ListenerGone,
}

async fn connect(link: &HubLink, position: &Position) -> Option<reqwest::Response> {
    let path = match position.0 {
        Some(seq) => format!("/api/live?after={seq}"),
        None => "/api/live".to_owned(),
    };
    let request = link
        .request(Method::GET, &path)
        .ok()?
        .header("accept", "text/event-stream");
    let response = timeout(Duration::from_millis(SILENCE_MS_MAX), request.send())
        .await
        .ok()?
        .ok()?;
    response.status().is_success().then_some(response)
}

async fn read(
    response: reqwest::Response,
    position: &mut Position,
    listener: &Sender<LiveEvent>,
) -> End {
    let mut stream = response.bytes_stream();
    let mut messages = Messages::default();
    loop {
        let bytes = match timeout(Duration::from_millis(SILENCE_MS_MAX), stream.next()).await {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(_) => return End::Closed,
            Err(_) => return End::Silent,
        };
        let Ok(complete) = messages.push(&bytes) else {
            position.0 = None;
            return End::Closed;
        };
        for data in complete {
            let Ok(live) = serde_json::from_slice::<Live>(&data) else {
                tracing::error!("the live stream holds a message that this program cannot read");
                position.0 = None;
                return End::Closed;
            };
            if !position.advance(&live) {
                position.0 = None;
                return End::Closed;
            }
            let event = LiveEvent::Live(Box::new(live));
            if listener.send(event).await.is_err() {
                return End::ListenerGone;
            }
        }
    }
}
