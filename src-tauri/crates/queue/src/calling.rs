//! Who is next. Bookings go when their time comes, walk-ins in between by arrival; a booking
//! whose time has not come goes only when no walk-in waits; and a walk-in who has waited long is
//! not passed over for ever.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::{CallReason, CallingRules, CounterId, Rules, ServiceId, State, TicketId, TicketState};

impl State {
    /// Everybody who waits, in the order in which they would be called at this instant by
    /// counters that call every service. Total and deterministic: slot or arrival, then check-in.
    pub fn order(&self, rules: &Rules, now: DateTime<Utc>) -> Vec<TicketId> {
        self.ids(Line::of_all(self, &rules.calling, now))
    }

    /// Everybody whom one counter would call, in order; empty while it is closed.
    pub fn order_at(
        &self,
        counter: &CounterId,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Vec<TicketId> {
        let services = self.desks.get(counter).map(|desk| desk.services.as_slice());
        let services = services.unwrap_or_default();
        self.ids(Line::of_services(self, services, &rules.calling, now))
    }

    /// How many of the same service would be called before a ticket; absent unless it waits.
    pub fn ahead(&self, id: &TicketId, rules: &Rules, now: DateTime<Utc>) -> Option<u32> {
        let ticket = self.ticket(id)?;
        if ticket.state != TicketState::Waiting {
            return None;
        }
        let due = |(slot, _): &(DateTime<Utc>, usize)| is_due(*slot, &rules.calling, now);
        let same = |turn: &usize| {
            let other = self.tickets.get(*turn);
            other.is_some_and(|other| other.service == ticket.service)
        };
        let ahead = if ticket.slot().is_none() && !self.booked.first().is_some_and(due) {
            // No booking is due, so arrival alone decides: no need to line everybody up.
            self.walk_ins
                .range(..ticket.turn)
                .filter(|t| same(t))
                .count()
        } else {
            Line::of_all(self, &rules.calling, now)
                .take_while(|(turn, _)| *turn != ticket.turn)
                .filter(|(turn, _)| same(turn))
                .count()
        };
        Some(u32::try_from(ahead).unwrap_or(u32::MAX))
    }

    /// Whom a counter that calls these services calls next, and why.
    pub(crate) fn next(
        &self,
        services: &[ServiceId],
        calling: &CallingRules,
        now: DateTime<Utc>,
    ) -> Option<(TicketId, CallReason)> {
        let (turn, reason) = Line::of_services(self, services, calling, now).next()?;
        Some((self.tickets.get(turn)?.id, reason))
    }

    fn ids(&self, line: Line<'_>) -> Vec<TicketId> {
        line.filter_map(|(turn, _)| Some(self.tickets.get(turn)?.id))
            .collect()
    }
}

fn is_due(slot: DateTime<Utc>, calling: &CallingRules, now: DateTime<Utc>) -> bool {
    slot - calling.eligible_before <= now
}

/// Those who wait, taken one by one as they would be called if time stood still.
struct Line<'a> {
    state: &'a State,
    calling: &'a CallingRules,
    now: DateTime<Utc>,
    walk_ins: VecDeque<usize>,
    booked: VecDeque<(DateTime<Utc>, usize)>,
    /// Bookings taken since the line began or a walk-in was taken.
    in_a_row: u32,
    /// Whether a walk-in was taken, so that what was called before no longer counts.
    fresh: bool,
}

impl<'a> Line<'a> {
    fn of_all(state: &'a State, calling: &'a CallingRules, now: DateTime<Utc>) -> Self {
        Self {
            state,
            calling,
            now,
            walk_ins: state.walk_ins.iter().copied().collect(),
            booked: state.booked.iter().copied().collect(),
            in_a_row: 0,
            fresh: false,
        }
    }

    fn of_services(
        state: &'a State,
        services: &[ServiceId],
        calling: &'a CallingRules,
        now: DateTime<Utc>,
    ) -> Self {
        let mut line = Self::of_all(state, calling, now);
        let called_here = |turn: &usize| {
            let ticket = state.tickets.get(*turn);
            ticket.is_some_and(|ticket| services.contains(&ticket.service))
        };
        line.walk_ins.retain(called_here);
        line.booked.retain(|(_, turn)| called_here(turn));
        line
    }

    /// The first walk-in who has waited too long while too many bookings were called.
    fn overdue(&self) -> Option<usize> {
        self.walk_ins.iter().position(|turn| {
            let Some(ticket) = self.state.tickets.get(*turn) else {
                return false;
            };
            let called_before = if self.fresh {
                0
            } else {
                let counted = self.state.booked_in_a_row.get(&ticket.service);
                counted.copied().unwrap_or_default()
            };
            self.now - ticket.issued_at > self.calling.override_after
                && called_before.saturating_add(self.in_a_row) >= self.calling.override_every
        })
    }

    fn take_walk_in(&mut self, place: usize, reason: CallReason) -> Option<(usize, CallReason)> {
        self.in_a_row = 0;
        self.fresh = true;
        Some((self.walk_ins.remove(place)?, reason))
    }

    fn take_booked(&mut self) -> Option<(usize, CallReason)> {
        self.in_a_row = self.in_a_row.saturating_add(1);
        let (_, turn) = self.booked.pop_front()?;
        Some((turn, CallReason::Due))
    }
}

impl Iterator for Line<'_> {
    type Item = (usize, CallReason);

    fn next(&mut self) -> Option<Self::Item> {
        let due = self
            .booked
            .front()
            .is_some_and(|(slot, _)| is_due(*slot, self.calling, self.now));
        if due {
            match self.overdue() {
                Some(place) => self.take_walk_in(place, CallReason::Override),
                None => self.take_booked(),
            }
        } else if self.walk_ins.is_empty() {
            self.take_booked()
        } else {
            self.take_walk_in(0, CallReason::Fcfs)
        }
    }
}
