//! The hub's live stream as boards live with it: a ring of changes in the hub's memory, connections that break,
//! and catching up by sequence number or by a snapshot.
//!
//! As in the hub, a stream is TCP: what arrives, arrives in order and without a gap, until the connection breaks;
//! what was under way then is lost. A page that connects again can still hear its old connection.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use chrono::{DateTime, Utc};
use queue::{
    BusinessDay, CounterId, Event, EventKind, Name, Notice, Rules, Share, State, Ticket, TicketId,
    TicketNumber,
};

use super::{invariant::same, tally::Tally};
use crate::chance::Chance;

/// Changes that the ring holds: few, so that a board is often away too long for it.
const RING_CHANGES_MAX: usize = 12;

/// Waiting numbers that a change tells.
const ORDER_TOLD_MAX: usize = 12;

/// What a page sees of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Desk {
    clerk: Name,
    services: Vec<Share>,
    paused: bool,
    ticket: Option<TicketId>,
}

/// What is not a ticket's or a counter's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Hall {
    help: Vec<Name>,
    alarms: Vec<Name>,
    notice: Option<Notice>,
    staff: Option<queue::Staff>,
    order: Vec<TicketNumber>,
}

/// Everything that a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    seq: usize,
    day: Option<BusinessDay>,
    tickets: BTreeMap<TicketId, Rc<Ticket>>,
    counters: BTreeMap<CounterId, Rc<Desk>>,
    hall: Rc<Hall>,
}

/// What replaces what a page had under the same ids.
#[derive(Debug)]
struct Change {
    seq: usize,
    tickets: Vec<Rc<Ticket>>,
    counters: Vec<(CounterId, Option<Rc<Desk>>)>,
    hall: Rc<Hall>,
}

#[derive(Debug, Clone)]
enum Message {
    Snapshot(Rc<View>),
    Change(Rc<Change>),
    Beat(usize),
}

/// The hub's end. It is gone when the hub is.
pub(super) struct Stream {
    ring: VecDeque<Rc<Change>>,
    /// Whoever saw nothing after this cannot be caught up.
    floor: usize,
    seq: usize,
    told: Rc<Hall>,
}

/// What a group of events touched.
#[derive(Default)]
pub(super) struct News {
    tickets: BTreeSet<TicketId>,
    counters: BTreeSet<CounterId>,
    everything: bool,
}

impl News {
    /// Notes one event, after the state has followed it.
    pub(super) fn note(&mut self, event: &Event, state: &State) {
        self.counters.extend(event.kind.counter().cloned());
        if let Some(ticket) = event.kind.ticket().and_then(|id| state.ticket(&id)) {
            self.tickets.insert(ticket.id);
            self.counters.extend(ticket.counter.clone());
        }
        self.everything |= matches!(event.kind, EventKind::DayStarted { .. });
    }
}

impl News {
    /// What both groups touched.
    pub(super) fn join(&mut self, other: Self) {
        self.tickets.extend(other.tickets);
        self.counters.extend(other.counters);
        self.everything |= other.everything;
    }
}

fn hall(state: &State, rules: &Rules, now: DateTime<Utc>) -> Hall {
    let numbers = |id: TicketId| state.ticket(&id).map(|ticket| ticket.number);
    Hall {
        help: state.help().map(|(kiosk, _)| kiosk.clone()).collect(),
        alarms: state.alarms().map(|(place, _)| place.clone()).collect(),
        notice: state.notice().cloned(),
        staff: Some(state.staff()),
        order: (state.order(rules, now).into_iter())
            .filter_map(numbers)
            .take(ORDER_TOLD_MAX)
            .collect(),
    }
}

fn desk(state: &State, counter: &CounterId) -> Option<Rc<Desk>> {
    let desk = state.counter(counter)?;
    Some(Rc::new(Desk {
        clerk: desk.clerk.clone(),
        services: desk.services.clone(),
        paused: desk.paused,
        ticket: desk.ticket,
    }))
}

/// Everything as the hub has it.
fn view(state: &State, seq: usize, hall: &Rc<Hall>) -> View {
    View {
        seq,
        day: state.day(),
        tickets: state
            .tickets()
            .map(|ticket| (ticket.id, Rc::new(ticket.clone())))
            .collect(),
        counters: state
            .counters()
            .filter_map(|(id, _)| Some((id.clone(), desk(state, id)?)))
            .collect(),
        hall: Rc::clone(hall),
    }
}

impl Stream {
    /// A stream that begins after event `seq`.
    pub(super) fn after(seq: usize, state: &State, rules: &Rules, now: DateTime<Utc>) -> Self {
        Self {
            ring: VecDeque::new(),
            floor: seq,
            seq,
            told: Rc::new(hall(state, rules, now)),
        }
    }

    /// Tells the boards what a group did, or what time alone did to the order.
    pub(super) fn tell(
        &mut self,
        (state, seq): (&State, usize),
        news: &News,
        (rules, now): (&Rules, DateTime<Utc>),
        boards: &mut [Board],
    ) {
        let hall = Rc::new(hall(state, rules, now));
        let changed = seq > self.seq || *hall != *self.told;
        self.told = hall;
        self.seq = seq;
        if news.everything {
            self.ring.clear();
            self.floor = seq;
            let view = Rc::new(view(state, seq, &self.told));
            for board in boards {
                board.send(&Message::Snapshot(Rc::clone(&view)));
            }
        } else if changed {
            let change = Rc::new(self.change(state, news));
            if self.ring.len() >= RING_CHANGES_MAX
                && let Some(oldest) = self.ring.pop_front()
            {
                self.floor = oldest.seq;
            }
            self.ring.push_back(Rc::clone(&change));
            for board in boards {
                board.send(&Message::Change(Rc::clone(&change)));
            }
        }
    }

    /// The last event that was told.
    pub(super) fn beat(&self, board: &mut Board) {
        board.send(&Message::Beat(self.seq));
    }

    fn change(&self, state: &State, news: &News) -> Change {
        let tickets = news.tickets.iter().filter_map(|id| state.ticket(id));
        Change {
            seq: self.seq,
            tickets: tickets.map(|ticket| Rc::new(ticket.clone())).collect(),
            counters: news
                .counters
                .iter()
                .map(|id| (id.clone(), desk(state, id)))
                .collect(),
            hall: Rc::clone(&self.told),
        }
    }

    /// A board connects and says what it saw last.
    pub(super) fn join(&self, board: &mut Board, state: &State, tally: &mut Tally) {
        let after = board.view.as_ref().map(|view| view.seq);
        board.connect();
        match after {
            // From `after` itself on: the same events may have been told with an older order.
            Some(after) if self.floor < after && after <= self.seq => {
                tally.fault("a board caught up by sequence");
                for change in self.ring.iter().filter(|change| change.seq >= after) {
                    board.send(&Message::Change(Rc::clone(change)));
                }
            }
            Some(_) | None => {
                tally.fault("a board caught up by snapshot");
                let view = view(state, self.seq, &self.told);
                board.send(&Message::Snapshot(Rc::new(view)));
            }
        }
    }
}

/// One board of the hall.
#[derive(Default)]
pub(super) struct Board {
    view: Option<View>,
    /// Which connection it listens to; what comes over an older one is not for it any more.
    connection: u64,
    cut: bool,
    /// What is under way, with the connection it is under way on.
    wire: VecDeque<(u64, Message)>,
}

impl Board {
    /// Whether nobody sends to it.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether it shows anything at all.
    pub(super) fn shows_something(&self) -> bool {
        self.view.is_some()
    }

    /// The connection breaks. Some of what was under way still arrives, late.
    pub(super) fn cut(&mut self, chance: &mut Chance) {
        self.cut = true;
        let arrives = chance.below(self.wire.len() + 1);
        self.wire.truncate(arrives);
    }

    fn connect(&mut self) {
        self.cut = false;
        self.connection += 1;
    }

    fn send(&mut self, message: &Message) {
        if !self.cut {
            self.wire.push_back((self.connection, message.clone()));
        }
    }

    /// Hears some of what is under way. Says whether it found out that it has missed something.
    pub(super) fn hear(&mut self, messages: usize, tally: &mut Tally) -> bool {
        for _ in 0..messages {
            let Some((connection, message)) = self.wire.pop_front() else {
                break;
            };
            if connection != self.connection {
                tally.fault("a board heard an old connection");
                continue;
            }
            match message {
                Message::Snapshot(view) => self.view = Some(View::clone(&view)),
                Message::Change(change) => self.apply(&change, tally),
                Message::Beat(seq) => {
                    if self.view.as_ref().is_none_or(|view| view.seq < seq) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn apply(&mut self, change: &Change, tally: &mut Tally) {
        let Some(view) = &mut self.view else {
            return;
        };
        if change.seq <= view.seq {
            tally.fault("a board heard something twice");
        }
        view.seq = change.seq;
        for ticket in &change.tickets {
            view.tickets.insert(ticket.id, Rc::clone(ticket));
        }
        for (id, desk) in &change.counters {
            match desk {
                Some(desk) => view.counters.insert(id.clone(), Rc::clone(desk)),
                None => view.counters.remove(id),
            };
        }
        view.hall = Rc::clone(&change.hall);
    }

    /// A board that has heard everything shows what the hub has.
    pub(super) fn check(&self, state: &State, stream: &Stream) -> Result<(), String> {
        let Some(shown) = &self.view else {
            return Ok(());
        };
        if self.cut || !self.wire.is_empty() {
            return Ok(());
        }
        match shown.difference(state, stream) {
            None => Ok(()),
            Some(difference) => Err(format!(
                "a board that has heard everything shows something else than the hub has: {difference}"
            )),
        }
    }
}

impl View {
    /// The first difference to what the hub has.
    fn difference(&self, state: &State, stream: &Stream) -> Option<String> {
        if (self.seq, self.day) != (stream.seq, state.day()) {
            return Some(format!(
                "event {} of {:?}, not {} of {:?}",
                self.seq,
                self.day,
                stream.seq,
                state.day()
            ));
        }
        for ticket in state.tickets() {
            let shown = self.tickets.get(&ticket.id);
            // A page sees neither revisions nor places in line as the state keeps them.
            let right = |shown: &Rc<Ticket>| same(shown, ticket) && shown.slip == ticket.slip;
            if !shown.is_some_and(right) {
                return Some(format!("{shown:?}, not {ticket:?}"));
            }
        }
        if self.tickets.len() != state.tickets().len() {
            return Some("a ticket that is not of today".to_owned());
        }
        let open: Vec<_> = state.counters().map(|(id, _)| id).collect();
        if !self.counters.keys().eq(open.iter().copied()) {
            return Some(format!(
                "the counters {:?}, not {open:?}",
                self.counters.keys()
            ));
        }
        for (id, shown) in &self.counters {
            let there = desk(state, id);
            if there.as_ref() != Some(shown) {
                return Some(format!("counter {id}: {shown:?}, not {there:?}"));
            }
        }
        (self.hall != stream.told).then(|| format!("{:?}, not {:?}", self.hall, stream.told))
    }
}
