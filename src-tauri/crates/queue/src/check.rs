//! What must hold at any moment, as one question: the simulation and the tests ask it after every step.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    CancelReason, Rules, State, Ticket, TicketId, TicketState,
    line::{Line, LineId, Lines},
};

/// Something that must never be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what}{}", .ticket.map(|id| format!(": {id}")).unwrap_or_default())]
pub struct Violation {
    /// What, as a sentence.
    pub what: &'static str,
    /// Whose ticket, where it is one's.
    pub ticket: Option<TicketId>,
}

type Held = Result<(), Violation>;

fn must(holds: bool, what: &'static str, ticket: Option<TicketId>) -> Held {
    if holds {
        Ok(())
    } else {
        Err(Violation { what, ticket })
    }
}

impl State {
    /// Whether everything holds that must: no number twice in force, every ticket in exactly one place,
    /// no ticket at two counters and no clerk either, kiosks' numbers on kiosks' tickets only, the
    /// order of all who wait and nobody else. Makes everything anew from the tickets, so it takes
    /// its time: milliseconds for a day of thousands.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, rules: &Rules, now: DateTime<Utc>) -> Result<(), Violation> {
        self.check_tickets()?;
        self.check_counters()?;
        self.check_lines()?;
        self.check_numbers()?;
        self.check_order(rules, now)
    }

    fn check_tickets(&self) -> Held {
        let mut in_force = BTreeMap::new();
        let mut appointments = BTreeMap::new();
        must(
            self.turns.len() == self.tickets.len(),
            "two tickets have one identity",
            None,
        )?;
        for (turn, ticket) in self.tickets.iter().enumerate() {
            let id = Some(ticket.id);
            let found = self.turns.get(&ticket.id) == Some(&turn) && ticket.turn == turn;
            must(found, "a ticket is not found by its identity", id)?;
            if ticket.state.is_in_force() {
                let other = in_force.insert(ticket.number, turn);
                must(other.is_none(), "a number is in force twice", id)?;
            }
            if let (Some((booking, _)), true) =
                (&ticket.appointment, ticket.state != TicketState::Cancelled)
            {
                let other = appointments.insert(booking.number.clone(), turn);
                must(other.is_none(), "a booking has two tickets", id)?;
            }
            check_facts(ticket)?;
            let latest = self.latest.is_some_and(|latest| {
                latest >= ticket.arrived_at && latest.timestamp_millis() >= ticket.spot.key.from_ms
            });
            must(latest, "a ticket came later than the last arrival", id)?;
        }
        must(
            in_force == self.in_force,
            "the numbers in force are not those of the tickets",
            None,
        )?;
        must(
            appointments == self.appointments,
            "the bookings with tickets are not those of the tickets",
            None,
        )
    }

    fn check_counters(&self) -> Held {
        let mut clerks = BTreeSet::new();
        for (counter, desk) in &self.desks {
            must(
                clerks.insert(&desk.clerk),
                "a clerk has two counters",
                desk.ticket,
            )?;
            let Some(id) = desk.ticket else { continue };
            let ticket = self.ticket(&id);
            let there = ticket.is_some_and(|ticket| {
                ticket.state.is_at_counter() && ticket.counter.as_ref() == Some(counter)
            });
            must(there, "a counter has a ticket that is elsewhere", Some(id))?;
        }
        for ticket in self.tickets.iter().filter(|it| it.state.is_at_counter()) {
            let desk = ticket.counter.as_ref().and_then(|id| self.desks.get(id));
            let there = desk.is_some_and(|desk| desk.ticket == Some(ticket.id));
            must(
                there,
                "a ticket is at a counter that has it not",
                Some(ticket.id),
            )?;
        }
        Ok(())
    }

    fn check_lines(&self) -> Held {
        let mut lines = Lines::default();
        for ticket in &self.tickets {
            lines.insert(ticket);
        }
        must(
            rows(&lines) == rows(&self.lines),
            "the lines are not those of the waiting tickets",
            None,
        )
    }

    fn check_numbers(&self) -> Held {
        let mut reserved = BTreeSet::new();
        for lease in &self.leases {
            for number in lease.numbers() {
                let first = reserved.insert((lease.day, number));
                must(first, "two kiosks have one number", None)?;
            }
            let today = Some(lease.day) == self.day;
            for number in lease.unused.iter().filter(|_| today) {
                let carrier = self.in_force.get(number);
                let carrier = carrier.and_then(|turn| self.tickets.get(*turn));
                let id = carrier.map(|ticket| ticket.id);
                must(id.is_none(), "an unused number of a kiosk is in force", id)?;
            }
        }
        must(
            reserved == self.reserved,
            "the kiosks' numbers are not those of their blocks",
            None,
        )?;
        let mut issued = BTreeMap::new();
        for ticket in &self.tickets {
            let of_kiosk = self
                .day
                .is_some_and(|day| reserved.contains(&(day, ticket.number)));
            // What the hub issued and has ended may have carried the number before the kiosk had it.
            let whose = if ticket.leased {
                of_kiosk
            } else {
                !of_kiosk || !ticket.state.is_in_force()
            };
            must(
                whose,
                "a kiosk's number is on a ticket of the hub, or the other way round",
                Some(ticket.id),
            )?;
            let counts = ticket.cancelled_for != Some(CancelReason::Mistake);
            *issued.entry(&ticket.issued_for).or_insert(0_u32) += u32::from(counts);
        }
        for (service, count) in issued {
            must(
                self.issued(service) == count,
                "a service has issued another number of tickets than it counted",
                None,
            )?;
        }
        Ok(())
    }

    fn check_order(&self, rules: &Rules, now: DateTime<Utc>) -> Held {
        let order = self.order(rules, now);
        let waiting: BTreeSet<TicketId> = self
            .tickets
            .iter()
            .filter(|ticket| ticket.state == TicketState::Waiting)
            .map(|ticket| ticket.id)
            .collect();
        let ordered: BTreeSet<TicketId> = order.iter().copied().collect();
        let once = ordered.len() == order.len() && order.len() == self.waiting();
        must(once, "somebody stands in the order twice", None)?;
        must(
            ordered == waiting,
            "the order is not of those who wait",
            ordered.symmetric_difference(&waiting).next().copied(),
        )
    }
}

/// What a ticket's state says about its other facts.
fn check_facts(ticket: &Ticket) -> Held {
    let id = Some(ticket.id);
    let state = ticket.state;
    must(
        ticket.hold.is_some() == (state == TicketState::Held),
        "a ticket is held without a reason, or has one without being held",
        id,
    )?;
    must(
        ticket.cancelled_for.is_some() == (state == TicketState::Cancelled),
        "a ticket is cancelled without a reason, or has one without being cancelled",
        id,
    )?;
    let ended = !state.is_in_force() || state == TicketState::NoShow;
    must(
        ticket.ended_at.is_some() == ended,
        "a ticket has ended without a time, or has one without having ended",
        id,
    )?;
    let called = ticket.calls > 0 && ticket.called_at.is_some() && ticket.reason.is_some();
    must(
        called || !state.is_at_counter(),
        "a ticket is at a counter without a call",
        id,
    )
}

/// Who waits in each line; what was passed over is not to be seen from the tickets.
fn rows(lines: &Lines) -> BTreeMap<LineId, Line> {
    lines
        .iter()
        .map(|seen| {
            let line = Line {
                counts: crate::line::Counts::default(),
                ..seen.line.clone()
            };
            (seen.id(), line)
        })
        .collect()
}
