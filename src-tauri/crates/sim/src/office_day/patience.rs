//! Nobody waits for ever: the queue's promise to walk-ins, counted call by call.
//!
//! A walk-in who has waited longer than `override_after`, with `k` walk-ins of earlier arrival before it (those whom a
//! clerk chooses meanwhile, or calls for another service, included), is called after at most `(k + 1) × (override_every + 1)` calls that could have gone to it and that no clerk chose.
//! Whom a clerk put to the front is called first, and whom a clerk put after whoever is next, after one more call.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use queue::{CounterId, Destination, Rules, ServiceId, State, Ticket, TicketId, TicketState};

/// A call, as those who were not called see it.
pub(super) struct Call<'a> {
    pub(super) counter: &'a CounterId,
    /// The one service of which the next was asked for.
    pub(super) only: Option<&'a ServiceId>,
    /// A clerk chose whom.
    pub(super) chosen: bool,
    pub(super) ticket: TicketId,
}

#[derive(Default)]
pub(super) struct Patience {
    waiting: BTreeMap<TicketId, Waiting>,
    /// Since when those wait whom a clerk put to the end of the line.
    behind: BTreeMap<TicketId, DateTime<Utc>>,
    /// Whom a clerk put to the front or next, and how many calls were undone since: they do not count.
    forward: BTreeMap<TicketId, usize>,
}

/// What has gone before somebody.
#[derive(Default)]
struct Waiting {
    /// Who was called instead, in order.
    passed_by: Vec<TicketId>,
    /// Who has a better right and was there meanwhile; again, who came back after another call.
    before: BTreeSet<(TicketId, Option<DateTime<Utc>>)>,
}

impl Patience {
    /// A call: everybody else to whom it could have gone waits one longer, unless a clerk chose.
    pub(super) fn called(
        &mut self,
        (state, rules): (&State, &Rules),
        call: &Call<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let waits = |ticket: &&Ticket| {
            ticket.state == TicketState::Waiting
                && ticket.id != call.ticket
                && sees(state, call.counter, ticket)
        };
        let waiting: Vec<&Ticket> = state.tickets().filter(waits).collect();
        for ticket in waiting {
            let long =
                ticket.slot().is_none() && now - self.from(ticket) > rules.calling.override_after;
            let entitled = long || self.forward.contains_key(&ticket.id);
            let asked = call.only.is_none_or(|only| ticket.service == *only);
            if asked && entitled && !call.chosen {
                self.passed_over((state, rules), ticket, call.ticket)?;
            } else {
                self.turn_taken(state, ticket, call.ticket);
            }
        }
        Ok(())
    }

    fn passed_over(
        &mut self,
        (state, rules): (&State, &Rules),
        ticket: &Ticket,
        called: TicketId,
    ) -> Result<(), String> {
        let every = usize::try_from(rules.calling.override_every).unwrap_or(usize::MAX);
        let undone = self.forward.get(&ticket.id).copied();
        let better = self.better(state, ticket);
        let waiting = self.waiting.entry(ticket.id).or_default();
        waiting.passed_by.push(called);
        waiting.before.extend(better);
        let before = waiting.before.len();
        let calls_max = match undone {
            Some(undone) => before + 2 + undone,
            None => (before + 1).saturating_mul(every.saturating_add(1)),
        };
        waiting.check(ticket, calls_max)
    }

    /// Somebody of earlier arrival was chosen, or called for another service of the counter: that was a
    /// walk-in's turn, too.
    fn turn_taken(&mut self, state: &State, ticket: &Ticket, called: TicketId) {
        let from = self.from(ticket);
        let Some(called) = state.ticket(&called).filter(|it| it.arrived_at <= from) else {
            return;
        };
        if let Some(waiting) = self.waiting.get_mut(&ticket.id) {
            waiting.before.insert((called.id, called.called_at));
        }
    }

    /// Who waits and has a better right: forwarded before all, else who came earlier.
    fn better(&self, state: &State, ticket: &Ticket) -> Vec<(TicketId, Option<DateTime<Utc>>)> {
        let forward = self.forward.contains_key(&ticket.id);
        let from = self.from(ticket);
        let better = |other: &&Ticket| {
            let forwarded = self.forward.contains_key(&other.id);
            let earlier = other.slot().is_none() && other.arrived_at <= from;
            other.state == TicketState::Waiting
                && other.id != ticket.id
                && (forwarded || (earlier && !forward))
        };
        let better = state.tickets().filter(better);
        better.map(|other| (other.id, other.called_at)).collect()
    }

    fn from(&self, ticket: &Ticket) -> DateTime<Utc> {
        let behind = self.behind.get(&ticket.id).copied();
        behind.unwrap_or(ticket.arrived_at)
    }

    /// Somebody was put behind everybody who waits.
    pub(super) fn put_behind(&mut self, id: TicketId, state: &State, at: DateTime<Utc>) {
        let others = state.tickets().map(|ticket| self.from(ticket));
        let last = others.fold(at, DateTime::max);
        self.behind.insert(id, last);
    }

    /// A clerk put somebody to the front or next.
    pub(super) fn put_forward(&mut self, id: TicketId) {
        self.forward.insert(id, 0);
    }

    /// A call was undone: it has passed nobody.
    pub(super) fn undone(&mut self, called: TicketId) {
        for undone in self.forward.values_mut() {
            *undone += 1;
        }
        for waiting in self.waiting.values_mut() {
            let last = waiting.passed_by.iter().rposition(|it| *it == called);
            if let Some(place) = last {
                waiting.passed_by.remove(place);
            }
        }
    }

    /// Somebody's place in the line is new.
    pub(super) fn forget(&mut self, ticket: TicketId) {
        self.waiting.remove(&ticket);
        self.forward.remove(&ticket);
    }

    /// A business day begins.
    pub(super) fn turn(&mut self) {
        self.waiting.clear();
        self.behind.clear();
        self.forward.clear();
    }
}

impl Waiting {
    fn check(&self, ticket: &Ticket, calls_max: usize) -> Result<(), String> {
        if self.passed_by.len() < calls_max {
            return Ok(());
        }
        Err(format!(
            "{} was passed over by {} calls, and {} had a better right: {:?}",
            ticket.number,
            self.passed_by.len(),
            self.before.len(),
            self.passed_by
        ))
    }
}

/// Whether a counter may call a ticket that waits: its service is the counter's, and it is for nobody else who
/// is there; or it is for this counter or its clerk.
pub(super) fn sees(state: &State, counter: &CounterId, ticket: &Ticket) -> bool {
    let Some(desk) = state.counter(counter) else {
        return false;
    };
    let calls_it = desk
        .services
        .iter()
        .any(|share| share.service == ticket.service);
    match &ticket.aim {
        None | Some(Destination::Service(_)) => calls_it,
        Some(Destination::Counter(aim)) => {
            aim == counter || (calls_it && state.counter(aim).is_none())
        }
        Some(Destination::Clerk(aim)) => {
            *aim == desk.clerk || (calls_it && state.counter_of(aim).is_none())
        }
    }
}
