//! How the state follows an event. No rules here: what [`crate::decide`] decided has happened.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    Actor, Appointment, CallReason, CounterId, Deed, Event, EventKind, LanguageTag, Name,
    Punctuality, ServiceId, SlipState, State, Ticket, TicketId, TicketNumber, TicketState,
    state::{Desk, Memory},
};

/// An event that cannot have happened in the state it is applied to: the log is damaged, or
/// belongs to another queue. The state is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the log contradicts itself: {0}")]
pub struct Contradiction(&'static str);

type Followed = Result<(), Contradiction>;

impl State {
    /// Follows an event.
    ///
    /// # Errors
    /// When the event cannot have happened here.
    pub fn evolve(&mut self, event: &Event) -> Followed {
        let at = event.at;
        match &event.kind {
            EventKind::DayStarted { day } => {
                *self = Self {
                    day: Some(*day),
                    ..Self::default()
                };
                Ok(())
            }
            EventKind::Issued {
                ticket,
                number,
                service,
                appointment,
                language,
                has_case,
                slip,
            } => self.issue(Ticket {
                turn: self.tickets.len(),
                ..new_ticket(
                    (*ticket, *number, service),
                    (at, &event.actor),
                    appointment,
                    language,
                    (*has_case, *slip),
                )
            }),
            EventKind::SlipReported { ticket, slip } => {
                let turn = self.turn(*ticket)?;
                self.change(turn, |ticket| ticket.slip = *slip);
                Ok(())
            }
            EventKind::CounterOpened {
                counter,
                clerk,
                services,
            } => self.open(counter, clerk, services, at),
            EventKind::CounterClosed { counter } => self.close(counter),
            EventKind::Called {
                ticket,
                counter,
                reason,
            } => self.call(*ticket, counter, *reason, at),
            EventKind::Recalled { ticket, counter } => {
                let turn = self.at_counter(*ticket, counter, &[TicketState::Called])?;
                self.change(turn, |ticket| {
                    ticket.called_at = Some(at);
                    ticket.calls += 1;
                });
                Ok(())
            }
            EventKind::ServiceStarted { ticket, counter } => {
                let turn = self.at_counter(*ticket, counter, &[TicketState::Called])?;
                self.remember(counter, turn, Deed::Start);
                self.change(turn, |ticket| {
                    ticket.state = TicketState::Serving;
                    ticket.started_at = Some(at);
                });
                Ok(())
            }
            EventKind::Finished { ticket, counter } => self.leave(
                (*ticket, counter),
                &[TicketState::Called, TicketState::Serving],
                Deed::Finish,
                (TicketState::Finished, at),
            ),
            EventKind::NoShow { ticket, counter } => self.leave(
                (*ticket, counter),
                &[TicketState::Called],
                Deed::NoShow,
                (TicketState::NoShow, at),
            ),
            EventKind::Restored { ticket } => self.restore(*ticket),
            EventKind::Cancelled { ticket } => self.cancel(*ticket, at),
            EventKind::Undone {
                counter,
                ticket,
                deed,
            } => self.undo(counter, *ticket, *deed),
            EventKind::HelpAsked { kiosk } => {
                self.help.insert(kiosk.clone(), at);
                Ok(())
            }
            EventKind::HelpAnswered { kiosk } => {
                self.help.remove(kiosk);
                Ok(())
            }
        }
    }

    fn issue(&mut self, ticket: Ticket) -> Followed {
        if self.turns.contains_key(&ticket.id) {
            return Err(Contradiction("a ticket was issued twice"));
        }
        if self.in_force.contains_key(&ticket.number) {
            return Err(Contradiction("a number in force was issued again"));
        }
        let ordinal = ticket.number.ordinal();
        let round = self.rounds.entry(ticket.service.clone()).or_default();
        if round.given.contains(&ordinal) {
            round.given.clear();
        }
        round.given.insert(ordinal);
        round.last = ordinal;
        self.turns.insert(ticket.id, ticket.turn);
        self.index(&ticket);
        self.tickets.push(ticket);
        Ok(())
    }

    fn open(
        &mut self,
        counter: &CounterId,
        clerk: &Name,
        services: &[ServiceId],
        at: DateTime<Utc>,
    ) -> Followed {
        if self.desks.contains_key(counter) {
            return Err(Contradiction("an open counter was opened"));
        }
        let desk = Desk {
            clerk: clerk.clone(),
            since: at,
            services: services.to_vec(),
            ticket: None,
            memory: None,
        };
        self.desks.insert(counter.clone(), desk);
        Ok(())
    }

    fn close(&mut self, counter: &CounterId) -> Followed {
        match self.desks.get(counter) {
            Some(Desk { ticket: None, .. }) => {
                self.desks.remove(counter);
                Ok(())
            }
            Some(_) => Err(Contradiction("a busy counter was closed")),
            None => Err(Contradiction("a closed counter was closed")),
        }
    }

    fn call(
        &mut self,
        ticket: TicketId,
        counter: &CounterId,
        reason: CallReason,
        at: DateTime<Utc>,
    ) -> Followed {
        let turn = self.turn(ticket)?;
        let Some(called) = self.tickets.get(turn) else {
            return Err(NO_TICKET);
        };
        if called.state != TicketState::Waiting {
            return Err(Contradiction("a ticket that does not wait was called"));
        }
        let by_slot = called.slot().is_some();
        match self.desks.get(counter) {
            Some(Desk { ticket: None, .. }) => {}
            Some(_) => return Err(Contradiction("a busy counter called")),
            None => return Err(Contradiction("a closed counter called")),
        }
        self.remember(counter, turn, Deed::Call);
        self.count_call(counter, by_slot);
        if let Some(desk) = self.desks.get_mut(counter) {
            desk.ticket = Some(ticket);
        }
        self.change(turn, |ticket| {
            ticket.state = TicketState::Called;
            ticket.counter = Some(counter.clone());
            ticket.first_called_at = ticket.first_called_at.or(Some(at));
            ticket.called_at = Some(at);
            ticket.calls += 1;
            ticket.reason = Some(reason);
        });
        Ok(())
    }

    /// A walk-in is passed over by every booking that a counter of its service calls, whatever
    /// that booking is for.
    fn count_call(&mut self, counter: &CounterId, by_slot: bool) {
        let Some(desk) = self.desks.get(counter) else {
            return;
        };
        for service in &desk.services {
            let count = self.booked_in_a_row.entry(service.clone()).or_default();
            *count = if by_slot { count.saturating_add(1) } else { 0 };
        }
    }

    fn leave(
        &mut self,
        (ticket, counter): (TicketId, &CounterId),
        from: &[TicketState],
        deed: Deed,
        (state, at): (TicketState, DateTime<Utc>),
    ) -> Followed {
        let turn = self.at_counter(ticket, counter, from)?;
        self.remember(counter, turn, deed);
        self.vacate(counter);
        self.change(turn, |ticket| {
            ticket.state = state;
            ticket.ended_at = Some(at);
        });
        Ok(())
    }

    fn restore(&mut self, ticket: TicketId) -> Followed {
        let turn = self.turn(ticket)?;
        match self.tickets.get(turn).map(|ticket| ticket.state) {
            Some(TicketState::NoShow) => {
                self.change(turn, |ticket| {
                    ticket.state = TicketState::Waiting;
                    ticket.ended_at = None;
                });
                Ok(())
            }
            _ => Err(Contradiction("a ticket was restored that was not away")),
        }
    }

    fn cancel(&mut self, id: TicketId, at: DateTime<Utc>) -> Followed {
        let turn = self.turn(id)?;
        let Some(ticket) = self.tickets.get(turn) else {
            return Err(NO_TICKET);
        };
        if !ticket.state.is_in_force() {
            return Err(Contradiction("a ticket was cancelled that had ended"));
        }
        if let (true, Some(counter)) = (ticket.state.is_at_counter(), ticket.counter.clone()) {
            self.vacate(&counter);
        }
        self.change(turn, |ticket| {
            ticket.state = TicketState::Cancelled;
            ticket.ended_at = Some(at);
        });
        Ok(())
    }

    fn undo(&mut self, counter: &CounterId, ticket: TicketId, deed: Deed) -> Followed {
        if self.undoable(counter) != Some((ticket, deed)) {
            return Err(Contradiction("something was undone that could not be"));
        }
        let turn = self.turn(ticket)?;
        let Some(desk) = self.desks.get_mut(counter) else {
            return Err(Contradiction("a closed counter undid something"));
        };
        let Some(memory) = desk.memory.take() else {
            return Err(Contradiction("a counter undid something it never did"));
        };
        desk.ticket = memory.before.state.is_at_counter().then_some(ticket);
        if deed == Deed::Call {
            self.booked_in_a_row.extend(memory.booked_in_a_row);
        }
        self.change(turn, |ticket| {
            let slip = ticket.slip;
            *ticket = memory.before;
            ticket.slip = slip;
        });
        Ok(())
    }

    fn turn(&self, ticket: TicketId) -> Result<usize, Contradiction> {
        self.turns.get(&ticket).copied().ok_or(NO_TICKET)
    }

    fn at_counter(
        &self,
        id: TicketId,
        counter: &CounterId,
        states: &[TicketState],
    ) -> Result<usize, Contradiction> {
        let turn = self.turn(id)?;
        let there = self.desks.get(counter).and_then(|desk| desk.ticket) == Some(id);
        let fits = self
            .tickets
            .get(turn)
            .is_some_and(|ticket| states.contains(&ticket.state));
        if there && fits {
            Ok(turn)
        } else {
            Err(Contradiction("a counter acted on a ticket it did not have"))
        }
    }

    fn remember(&mut self, counter: &CounterId, turn: usize, deed: Deed) {
        let (Some(desk), Some(before)) = (self.desks.get_mut(counter), self.tickets.get(turn))
        else {
            return;
        };
        let booked_in_a_row = desk
            .services
            .iter()
            .map(|service| {
                let count = self.booked_in_a_row.get(service).copied();
                (service.clone(), count.unwrap_or_default())
            })
            .collect();
        desk.memory = Some(Memory {
            deed,
            before: before.clone(),
            booked_in_a_row,
        });
    }

    fn vacate(&mut self, counter: &CounterId) {
        if let Some(desk) = self.desks.get_mut(counter) {
            desk.ticket = None;
        }
    }

    /// The one place where a ticket changes, so that what is indexed is always what is.
    fn change(&mut self, turn: usize, change: impl FnOnce(&mut Ticket)) {
        let Some(ticket) = self.tickets.get_mut(turn) else {
            return;
        };
        let state = ticket.state;
        change(ticket);
        if ticket.state != state {
            let ticket = ticket.clone();
            self.unindex(&ticket, state);
            self.index(&ticket);
        }
    }

    fn index(&mut self, ticket: &Ticket) {
        let turn = ticket.turn;
        if ticket.state == TicketState::Waiting {
            match ticket.slot() {
                Some(slot) => self.booked.insert((slot, turn)),
                None => self.walk_ins.insert(turn),
            };
        }
        if ticket.state.is_in_force() {
            self.in_force.insert(ticket.number, turn);
        }
        if let (Some((appointment, _)), true) =
            (&ticket.appointment, ticket.state != TicketState::Cancelled)
        {
            self.appointments.insert(appointment.number.clone(), turn);
        }
    }

    fn unindex(&mut self, ticket: &Ticket, state: TicketState) {
        let turn = ticket.turn;
        if state == TicketState::Waiting {
            match ticket.slot() {
                Some(slot) => self.booked.remove(&(slot, turn)),
                None => self.walk_ins.remove(&turn),
            };
        }
        if state.is_in_force() {
            self.in_force.remove(&ticket.number);
        }
        if let Some((appointment, _)) = &ticket.appointment
            && self.appointments.get(&appointment.number) == Some(&turn)
        {
            self.appointments.remove(&appointment.number);
        }
    }
}

const NO_TICKET: Contradiction = Contradiction("an event names a ticket that was never issued");

fn new_ticket(
    (id, number, service): (TicketId, TicketNumber, &ServiceId),
    (issued_at, issued_by): (DateTime<Utc>, &Actor),
    appointment: &Option<(Appointment, Punctuality)>,
    language: &LanguageTag,
    (has_case, slip): (bool, SlipState),
) -> Ticket {
    Ticket {
        id,
        number,
        service: service.clone(),
        state: TicketState::Waiting,
        language: language.clone(),
        appointment: appointment.clone(),
        has_case,
        slip,
        issued_at,
        issued_by: issued_by.clone(),
        counter: None,
        first_called_at: None,
        called_at: None,
        calls: 0,
        reason: None,
        started_at: None,
        ended_at: None,
        turn: 0,
    }
}
