//! What happened, for everybody who watches: a ring of the last changes and a broadcast.
//!
//! One thread (the owner) publishes; every client is a receiver with a bounded queue.
//! A client that was away names the last sequence number it saw. If the ring still reaches
//! back to it, the client gets everything from there; if not, a snapshot.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use tokio::sync::broadcast;

/// Changes kept for clients that come back.
pub(crate) const RING_CHANGES_MAX: usize = 4096;
/// Messages that may wait for one client before it is dropped to a snapshot.
pub(crate) const CLIENT_QUEUE_MAX: usize = 256;
/// Clients at once.
pub(crate) const CLIENTS_MAX: usize = 512;
/// Silence after which a beat is sent.
pub(crate) const BEAT_MS: u64 = 2_000;

/// One published message, already written as JSON so that it is written once for all clients.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Counts the publications of this process; decides whether a snapshot already contains it.
    pub(crate) ordinal: u64,
    /// The last event it contains.
    pub(crate) seq: u64,
    /// The `wire::office::Live` message.
    pub(crate) json: Bytes,
}

/// A snapshot and the place in the stream where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Frames up to this one are contained.
    pub(crate) ordinal: u64,
    /// The last event it contains.
    pub(crate) seq: u64,
    /// The `wire::office::Live::Snapshot` message.
    pub(crate) json: Bytes,
    /// The `OfficeView` alone.
    pub(crate) office: Bytes,
}

/// How a client enters the stream.
pub(crate) enum Joined {
    /// These frames, then the receiver: no gap between.
    CaughtUp(Vec<Arc<Frame>>, broadcast::Receiver<Arc<Frame>>),
    /// A snapshot is needed; skip what it contains.
    Behind(broadcast::Receiver<Arc<Frame>>),
}

/// The stream.
#[derive(Debug)]
pub(crate) struct Live {
    ring: Mutex<Ring>,
    sender: broadcast::Sender<Arc<Frame>>,
}

#[derive(Debug)]
struct Ring {
    frames: VecDeque<Arc<Frame>>,
    /// A client that saw nothing after this sequence number cannot be caught up.
    floor: u64,
    seq: u64,
    ordinal: u64,
}

impl Live {
    /// A stream that begins after event `seq`.
    pub(crate) fn after(seq: u64) -> Self {
        Self {
            ring: Mutex::new(Ring {
                frames: VecDeque::with_capacity(RING_CHANGES_MAX),
                floor: seq,
                seq,
                ordinal: 0,
            }),
            sender: broadcast::Sender::new(CLIENT_QUEUE_MAX),
        }
    }

    /// The number of the last publication.
    pub(crate) fn ordinal(&self) -> u64 {
        self.ring().ordinal
    }

    /// Publishes a change that contains the events up to `seq`.
    pub(crate) fn change(&self, seq: u64, json: Bytes) {
        let mut ring = self.ring();
        if ring.frames.len() >= RING_CHANGES_MAX
            && let Some(oldest) = ring.frames.pop_front()
        {
            ring.floor = oldest.seq;
        }
        let frame = ring.next(seq, json);
        ring.frames.push_back(Arc::clone(&frame));
        // Nobody listening is no trouble.
        let _ = self.sender.send(frame);
    }

    /// Publishes a snapshot to everybody; nobody is caught up across it.
    pub(crate) fn replace(&self, seq: u64, json: Bytes) {
        let mut ring = self.ring();
        ring.frames.clear();
        ring.floor = seq;
        let frame = ring.next(seq, json);
        let _ = self.sender.send(frame);
    }

    /// Enters the stream. `after` is the last sequence number the client saw.
    pub(crate) fn join(&self, after: Option<u64>) -> Joined {
        let ring = self.ring();
        let receiver = self.sender.subscribe();
        match after {
            Some(after) if ring.floor < after && after <= ring.seq => {
                // From `after` itself on: the same events may have been told with an older order,
                // and a change that is applied twice is the same change.
                let frames = ring
                    .frames
                    .iter()
                    .filter(|frame| frame.seq >= after)
                    .cloned()
                    .collect();
                Joined::CaughtUp(frames, receiver)
            }
            Some(_) | None => Joined::Behind(receiver),
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // The ring is whole between any two statements, so a panic elsewhere does not spoil it.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn next(&mut self, seq: u64, json: Bytes) -> Arc<Frame> {
        self.ordinal += 1;
        self.seq = seq;
        Arc::new(Frame {
            ordinal: self.ordinal,
            seq,
            json,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(live: &Live, seqs: std::ops::RangeInclusive<u64>) {
        for seq in seqs {
            live.change(seq, Bytes::from(seq.to_string()));
        }
    }

    fn caught_up(joined: Joined) -> Option<Vec<u64>> {
        match joined {
            Joined::CaughtUp(frames, _) => Some(frames.iter().map(|frame| frame.seq).collect()),
            Joined::Behind(_) => None,
        }
    }

    #[test]
    fn a_client_that_was_away_gets_everything_since_and_nothing_older() {
        let live = Live::after(10);
        published(&live, 11..=15);
        assert_eq!(caught_up(live.join(Some(13))), Some(vec![13, 14, 15]));
        assert_eq!(caught_up(live.join(Some(15))), Some(vec![15]));
    }

    #[test]
    fn a_client_from_before_the_ring_or_from_another_history_needs_a_snapshot() {
        let live = Live::after(10);
        published(&live, 11..=15);
        for after in [None, Some(0), Some(10), Some(16)] {
            assert_eq!(caught_up(live.join(after)), None, "{after:?}");
        }
        let many = u64::try_from(RING_CHANGES_MAX).unwrap();
        published(&live, 16..=15 + many);
        assert_eq!(caught_up(live.join(Some(15))), None);
        assert_eq!(
            caught_up(live.join(Some(16))).unwrap().len(),
            RING_CHANGES_MAX
        );
    }

    #[test]
    fn nobody_is_caught_up_across_a_replacement() {
        let live = Live::after(0);
        published(&live, 1..=5);
        live.replace(5, Bytes::from("all"));
        assert_eq!(caught_up(live.join(Some(5))), None);
        published(&live, 6..=6);
        assert_eq!(caught_up(live.join(Some(6))), Some(vec![6]));
    }
}
