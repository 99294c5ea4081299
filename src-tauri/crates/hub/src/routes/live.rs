//! `GET /api/live`: the live stream as server-sent events.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};
use wire::{Code, office::Live};

use crate::{
    desk::Desk,
    live::{Audience, BEAT_MS, Frame, Joined, event},
    net::stopped,
    problem::Refused,
};

/// A browser that lost the stream asks again after this time.
const RETRY_MS: u64 = 1_000;

/// Where a client was.
#[derive(Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// Opens the stream where the client left it, or with a snapshot.
pub(super) async fn live(
    State(desk): State<Arc<Desk>>,
    Query(query): Query<After>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let seat = Arc::clone(&desk.live_seats)
        .try_acquire_owned()
        .map_err(|_| Refused::for_seconds(Code::Unavailable, 5))?;
    // What the browser says by itself after a loss is newer than what the page's address says.
    let last_event_id = headers
        .get(HeaderName::from_static("last-event-id"))
        .and_then(|value| value.to_str().ok());
    let after = last_event_id
        .or(query.after.as_deref())
        .and_then(|text| text.parse().ok());
    let audience = desk.audience(&headers).await;
    let watcher = Watcher::join(Arc::clone(&desk), audience, after, seat).await?;
    let body = stream::unfold(watcher, async |mut watcher| {
        let bytes = watcher.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), watcher))
    });
    Ok((
        [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Body::from_stream(body),
    )
        .into_response())
}

/// One client of the stream.
pub(crate) struct Watcher {
    desk: Arc<Desk>,
    audience: Audience,
    receiver: broadcast::Receiver<Arc<Frame>>,
    stop: watch::Receiver<bool>,
    ready: VecDeque<Bytes>,
    /// Frames up to this one are contained in what the client has.
    ordinal: u64,
    seq: u64,
    _seat: OwnedSemaphorePermit,
}

impl Watcher {
    /// Enters the stream where the client left it.
    pub(crate) async fn join(
        desk: Arc<Desk>,
        audience: Audience,
        after: Option<u64>,
        seat: OwnedSemaphorePermit,
    ) -> Result<Self, Refused> {
        let (frames, receiver) = match desk.live.join(after) {
            Joined::CaughtUp(frames, receiver) => (Some(frames), receiver),
            Joined::Behind(receiver) => (None, receiver),
        };
        let stop = desk.stop.clone();
        let mut watcher = Self {
            desk,
            audience,
            receiver,
            stop,
            ready: VecDeque::from([Bytes::from(format!("retry: {RETRY_MS}\n\n"))]),
            ordinal: 0,
            seq: after.unwrap_or_default(),
            _seat: seat,
        };
        match frames {
            Some(frames) => {
                for frame in frames {
                    watcher.take(&frame);
                }
            }
            None => watcher.start_over().await?,
        }
        Ok(watcher)
    }

    /// The next bytes for the client; `None` ends the stream.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            let heard = tokio::select! {
                () = stopped(&mut self.stop) => return None,
                heard = tokio::time::timeout(Duration::from_millis(BEAT_MS), self.receiver.recv()) => heard,
            };
            match heard {
                Ok(Ok(frame)) => self.take(&frame),
                // The client reads too slowly to be told everything: it is told where things stand.
                Ok(Err(broadcast::error::RecvError::Lagged(_))) => self.start_over().await.ok()?,
                Ok(Err(broadcast::error::RecvError::Closed)) => return None,
                Err(_) => self.ready.push_back(self.beat()?),
            }
        }
    }

    fn take(&mut self, frame: &Frame) {
        if frame.ordinal > self.ordinal {
            self.ordinal = frame.ordinal;
            self.seq = frame.seq;
            let event = frame.event.of(self.audience);
            if !event.is_empty() {
                self.ready.push_back(event.clone());
            }
        }
    }

    async fn start_over(&mut self) -> Result<(), Refused> {
        // What is still queued was published by now, so the snapshot contains it.
        self.receiver = self.receiver.resubscribe();
        let snapshot = self.desk.owner.snapshot(self.audience).await?;
        self.ordinal = snapshot.ordinal;
        self.seq = snapshot.seq;
        self.ready.push_back(snapshot.event);
        Ok(())
    }

    fn beat(&self) -> Option<Bytes> {
        let beat = Live::Beat {
            seq: self.seq,
            at: self.desk.clock.now().timestamp_millis(),
        };
        Some(event(None, &serde_json::to_vec(&beat).ok()?))
    }
}

impl Desk {
    /// Whether whoever asks is staff: somebody who is logged in.
    pub(crate) async fn audience(&self, headers: &HeaderMap) -> Audience {
        if headers.contains_key(header::AUTHORIZATION) {
            return Audience::Hall;
        }
        match self.person(headers).await {
            Ok(_) => Audience::Staff,
            Err(_) => Audience::Hall,
        }
    }
}
