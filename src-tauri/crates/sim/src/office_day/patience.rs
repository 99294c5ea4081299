//! Nobody waits for ever: the queue's promise to walk-ins, counted call by call.
//!
//! A walk-in who has waited longer than `override_after`, with `k` walk-ins of earlier arrival before it, is called
//! after at most `(k + 1) × (override_every + 1)` calls that could have gone to it and that no clerk chose.
//! Whom a clerk put to the front is called first, and whom a clerk put after whoever is next, after one more call.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use queue::{CounterId, Destination, Rules, ServiceId, State, Ticket, TicketId, TicketState};

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
    /// A call that no clerk chose: everybody else to whom it could have gone waits one longer.
    pub(super) fn called(
        &mut self,
        (state, rules): (&State, &Rules),
        (counter, only): (&CounterId, Option<&ServiceId>),
        called: TicketId,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let entitled = |ticket: &&Ticket| {
            let long =
                ticket.slot().is_none() && now - self.from(ticket) > rules.calling.override_after;
            ticket.state == TicketState::Waiting
                && ticket.id != called
                && (long || self.forward.contains_key(&ticket.id))
                && only.is_none_or(|only| ticket.service == *only)
                && sees(state, counter, ticket)
        };
        let entitled: Vec<&Ticket> = state.tickets().filter(entitled).collect();
        let every = usize::try_from(rules.calling.override_every).unwrap_or(usize::MAX);
        for ticket in entitled {
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
            waiting.check(ticket, calls_max)?;
        }
        Ok(())
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
