//! Tickets and numbers.

use super::{Contradiction, Followed};
use crate::{
    Event, EventKind, Lease, State, Ticket, TicketState,
    line::{Key, Spot},
};

impl State {
    pub(super) fn issue(&mut self, event: &Event) -> Followed {
        let EventKind::Issued {
            ticket: id,
            number,
            service,
            leased,
            arrived_at,
            appointment,
            ..
        } = &event.kind
        else {
            return Err(Contradiction("what was issued is no ticket"));
        };
        if self.turns.contains_key(id) {
            return Err(Contradiction("a ticket was issued twice"));
        }
        if self.in_force.contains_key(number) {
            return Err(Contradiction("a number in force was issued again"));
        }
        if let Some((booking, _)) = appointment
            && self.appointments.contains_key(&booking.number)
        {
            return Err(Contradiction("a booking was checked in twice"));
        }
        let block = self.leased(None, service, *number);
        let reserved = self
            .day
            .is_some_and(|day| self.reserved.contains(&(day, *number)));
        match (*leased, block, reserved) {
            (true, None, _) => return Err(Contradiction("a kiosk gave a number it did not have")),
            (false, _, true) => return Err(Contradiction("a kiosk's number was given by the hub")),
            (true, Some(_), _) | (false, _, false) => {}
        }
        let Some(ticket) = self.new_ticket(event) else {
            return Err(Contradiction("what was issued is no ticket"));
        };
        let round = self.rounds.entry(service.clone()).or_default();
        round.issued = round.issued.saturating_add(1);
        if !*leased {
            round.give(number.ordinal());
        } else if let Some(lease) = block.and_then(|block| self.leases.get_mut(block)) {
            lease.unused.retain(|unused| unused != number);
        }
        self.latest = self.latest.max(Some(*arrived_at));
        let turn = ticket.turn;
        self.turns.insert(ticket.id, turn);
        self.tickets.push(ticket);
        // Nothing changes, and everything is indexed.
        self.change(turn, |_| {});
        Ok(())
    }

    fn new_ticket(&self, event: &Event) -> Option<Ticket> {
        let EventKind::Issued {
            ticket,
            number,
            service,
            appointment,
            language,
            has_case,
            slip,
            then,
            considerate,
            arrived_at,
            leased,
            after_hours,
        } = &event.kind
        else {
            return None;
        };
        Some(Ticket {
            id: *ticket,
            number: *number,
            service: service.clone(),
            then: then.clone(),
            stops_done: 0,
            considerate: *considerate,
            aim: None,
            note: None,
            hold: None,
            cancelled_for: None,
            after_hours: *after_hours,
            leased: *leased,
            arrived_at: *arrived_at,
            waiting_since: if *leased { *arrived_at } else { event.at },
            state: TicketState::Waiting,
            language: language.clone(),
            appointment: appointment.clone(),
            has_case: *has_case,
            slip: *slip,
            issued_at: if *leased { *arrived_at } else { event.at },
            issued_by: event.actor.clone(),
            counter: None,
            first_called_at: None,
            called_at: None,
            calls: 0,
            reason: None,
            started_at: None,
            ended_at: None,
            turn: self.tickets.len(),
            spot: Spot {
                key: Key {
                    from_ms: arrived_at.timestamp_millis(),
                    stamp: self.stamp,
                },
                plain: false,
                forward: None,
            },
            issued_for: service.clone(),
            revision: self.stamp,
        })
    }

    pub(super) fn lease(&mut self, mut lease: Lease) -> Followed {
        if self.day.is_none_or(|today| lease.day < today) {
            return Err(Contradiction(
                "numbers were set aside for a day that is over",
            ));
        }
        let ascending = lease.first.letter() == lease.last.letter() && lease.first <= lease.last;
        let today = self.day == Some(lease.day);
        let free = lease.numbers().all(|number| {
            let reserved = self.reserved.contains(&(lease.day, number));
            !(reserved || today && self.in_force.contains_key(&number))
        });
        if !ascending || !free {
            return Err(Contradiction("numbers were set aside that somebody had"));
        }
        lease.unused = lease.numbers().collect();
        let day = lease.day;
        self.reserved
            .extend(lease.numbers().map(|number| (day, number)));
        self.leases.push(lease);
        Ok(())
    }
}
