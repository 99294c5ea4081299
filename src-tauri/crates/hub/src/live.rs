//! What happened, for everybody who watches: a ring of the last changes and a broadcast.
//!
//! One thread (the owner) publishes; every client is a receiver with a bounded queue.
//! Each message is written once for each of the two audiences, as the bytes that go over the wire,
//! and every client gets a reference to them.
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
/// What they may weigh, both audiences together: a storm of tickets makes few and large ones.
pub(crate) const RING_BYTES_MAX: usize = 8 << 20;
/// Messages that may wait for one client before it is dropped to a snapshot.
pub(crate) const CLIENT_QUEUE_MAX: usize = 256;
/// Clients at once.
pub(crate) const CLIENTS_MAX: usize = 512;
/// Silence after which a beat is sent.
pub(crate) const BEAT_MS: u64 = 2_000;

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Boards, kiosks, whoever stands in the hall: numbers.
    Hall,
    /// Whoever is logged in: what a clerk needs beside them.
    Staff,
}

/// The same thing as each audience may see it.
#[derive(Debug, Clone)]
pub(crate) struct Both<T> {
    /// For the hall.
    pub(crate) hall: T,
    /// For the staff.
    pub(crate) staff: T,
}

impl<T> Both<T> {
    /// What an audience sees.
    pub(crate) fn of(&self, audience: Audience) -> &T {
        match audience {
            Audience::Hall => &self.hall,
            Audience::Staff => &self.staff,
        }
    }
}

/// One published message: a whole server-sent event for each audience.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Counts the publications of this process; decides whether a snapshot already contains it.
    pub(crate) ordinal: u64,
    /// The last event it contains.
    pub(crate) seq: u64,
    /// What is sent; nothing where it does not concern an audience.
    pub(crate) event: Both<Bytes>,
}

impl Frame {
    fn bytes(&self) -> usize {
        self.event.hall.len() + self.event.staff.len()
    }
}

/// A snapshot and the place in the stream where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Frames up to this one are contained.
    pub(crate) ordinal: u64,
    /// The last event it contains.
    pub(crate) seq: u64,
    /// The `wire::office::Live::Snapshot` message as a server-sent event.
    pub(crate) event: Bytes,
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
    /// What they weigh.
    bytes: usize,
    /// The last message without a sequence number of its own, for those who are caught up.
    waits: Option<Arc<Frame>>,
    /// The same of the kiosks.
    kiosks: Option<Arc<Frame>>,
    /// A client that saw nothing after this sequence number cannot be caught up.
    floor: u64,
    /// Whoever saw exactly `floor` has missed nothing: a snapshot made it, and every frame since is here.
    floor_is_whole: bool,
    seq: u64,
    ordinal: u64,
}

impl Live {
    /// A stream that begins after event `seq`.
    pub(crate) fn after(seq: u64) -> Self {
        Self {
            ring: Mutex::new(Ring {
                frames: VecDeque::new(),
                bytes: 0,
                waits: None,
                kiosks: None,
                floor: seq,
                // What the process before told after this event nobody knows.
                floor_is_whole: false,
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

    /// The last event that was told.
    pub(crate) fn seq(&self) -> u64 {
        self.ring().seq
    }

    /// How many watch.
    pub(crate) fn clients(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Publishes a change that contains the events up to `seq`.
    pub(crate) fn change(&self, seq: u64, json: &Both<Vec<u8>>) {
        let mut ring = self.ring();
        let frame = ring.next(seq, numbered(seq, json));
        ring.keep(&frame);
        // Nobody listening is no trouble.
        let _ = self.sender.send(frame);
    }

    /// Publishes what time alone changes; it takes no place in the ring.
    pub(crate) fn waits(&self, json: &[u8]) {
        let mut ring = self.ring();
        let seq = ring.seq;
        let event = event(None, json);
        let both = Both {
            hall: event.clone(),
            staff: event,
        };
        let frame = ring.next(seq, both);
        ring.waits = Some(Arc::clone(&frame));
        let _ = self.sender.send(frame);
    }

    /// Publishes how the kiosks are, to the staff only; it takes no place in the ring either.
    pub(crate) fn kiosks(&self, json: &[u8]) {
        let mut ring = self.ring();
        let seq = ring.seq;
        let both = Both {
            hall: Bytes::new(),
            staff: event(None, json),
        };
        let frame = ring.next(seq, both);
        ring.kiosks = Some(Arc::clone(&frame));
        let _ = self.sender.send(frame);
    }

    /// Publishes a snapshot to everybody; nobody is caught up across it.
    pub(crate) fn replace(&self, seq: u64, events: Both<Bytes>) {
        let mut ring = self.ring();
        ring.frames.clear();
        ring.bytes = 0;
        ring.waits = None;
        ring.kiosks = None;
        // Who saw this number before the snapshot may lack what the snapshot replaces.
        ring.floor_is_whole = seq > ring.seq;
        ring.floor = seq;
        let frame = ring.next(seq, events);
        let _ = self.sender.send(frame);
    }

    /// Enters the stream. `after` is the last sequence number the client saw.
    pub(crate) fn join(&self, after: Option<u64>) -> Joined {
        let ring = self.ring();
        let receiver = self.sender.subscribe();
        match after {
            Some(after) if ring.reaches(after) => {
                // From `after` itself on: the same events may have been told with an older order,
                // and a change that is applied twice is the same change.
                let frames = ring.frames.iter().filter(|frame| frame.seq >= after);
                let mut frames: Vec<_> = frames
                    .chain(&ring.waits)
                    .chain(&ring.kiosks)
                    .cloned()
                    .collect();
                frames.sort_by_key(|frame| frame.ordinal);
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
    fn next(&mut self, seq: u64, event: Both<Bytes>) -> Arc<Frame> {
        self.ordinal += 1;
        self.seq = seq;
        Arc::new(Frame {
            ordinal: self.ordinal,
            seq,
            event,
        })
    }

    /// Keeps a frame, and lets the oldest go where there are too many.
    fn keep(&mut self, frame: &Arc<Frame>) {
        self.bytes += frame.bytes();
        self.frames.push_back(Arc::clone(frame));
        while self.frames.len() > RING_CHANGES_MAX || self.bytes > RING_BYTES_MAX {
            let Some(oldest) = self.frames.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
            self.floor = oldest.seq;
            self.floor_is_whole = false;
        }
    }

    fn reaches(&self, after: u64) -> bool {
        let beyond_floor = self.floor < after || (self.floor_is_whole && self.floor == after);
        beyond_floor && after <= self.seq
    }
}

fn numbered(seq: u64, json: &Both<Vec<u8>>) -> Both<Bytes> {
    Both {
        hall: event(Some(seq), &json.hall),
        staff: event(Some(seq), &json.staff),
    }
}

/// One server-sent event. JSON has no line breaks of its own, so the data is one line.
pub(crate) fn event(seq: Option<u64>, json: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(json.len() + 40);
    if let Some(seq) = seq {
        bytes.extend_from_slice(format!("id: {seq}\n").as_bytes());
    }
    bytes.extend_from_slice(b"data: ");
    bytes.extend_from_slice(json);
    bytes.extend_from_slice(b"\n\n");
    Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> Both<Vec<u8>> {
        Both {
            hall: text.into(),
            staff: format!("{text} and more").into(),
        }
    }

    fn published(live: &Live, seqs: std::ops::RangeInclusive<u64>) {
        for seq in seqs {
            live.change(seq, &both(&seq.to_string()));
        }
    }

    fn snapshot(live: &Live, seq: u64) {
        live.replace(seq, numbered(seq, &both("all")));
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
    fn large_changes_do_not_fill_the_memory() {
        let live = Live::after(0);
        let large = both(&"x".repeat(RING_BYTES_MAX / 20));
        for seq in 1..=100 {
            live.change(seq, &large);
        }
        let kept = caught_up(live.join(Some(92))).unwrap();
        assert_eq!(kept, (92..=100).collect::<Vec<_>>());
        assert_eq!(caught_up(live.join(Some(80))), None);
    }

    #[test]
    fn nobody_is_caught_up_across_a_replacement_but_who_has_it_goes_on_from_it() {
        let live = Live::after(0);
        published(&live, 1..=5);
        snapshot(&live, 5);
        // Whoever saw 5 saw it before the replacement or with it: nobody can tell.
        assert_eq!(caught_up(live.join(Some(5))), None);
        published(&live, 6..=6);
        assert_eq!(caught_up(live.join(Some(6))), Some(vec![6]));
        snapshot(&live, 7);
        assert_eq!(caught_up(live.join(Some(6))), None);
        assert_eq!(caught_up(live.join(Some(7))), Some(vec![]));
        published(&live, 8..=8);
        assert_eq!(caught_up(live.join(Some(7))), Some(vec![8]));
    }

    #[test]
    fn whoever_is_caught_up_also_hears_the_last_waits_and_only_those() {
        let live = Live::after(0);
        published(&live, 1..=2);
        live.waits(b"old");
        live.waits(b"new");
        published(&live, 3..=3);
        let Joined::CaughtUp(frames, _) = live.join(Some(2)) else {
            panic!("the ring reaches back");
        };
        let told: Vec<_> = frames.iter().map(|frame| &frame.event.hall[..]).collect();
        let expected: [&[u8]; 3] = [
            b"id: 2\ndata: 2\n\n",
            b"data: new\n\n",
            b"id: 3\ndata: 3\n\n",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn each_audience_gets_its_own_words() {
        let live = Live::after(0);
        let mut receiver = match live.join(None) {
            Joined::CaughtUp(_, receiver) | Joined::Behind(receiver) => receiver,
        };
        published(&live, 1..=1);
        let frame = receiver.try_recv().unwrap();
        let told = |audience| frame.event.of(audience).as_ref();
        assert_eq!(told(Audience::Hall), b"id: 1\ndata: 1\n\n");
        assert_eq!(told(Audience::Staff), b"id: 1\ndata: 1 and more\n\n");
    }
}
