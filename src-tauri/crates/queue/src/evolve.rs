//! How the state follows an event. No rules here: what [`crate::decide`] decided has happened.

mod counters;
mod issuing;
mod tickets;

use thiserror::Error;

use crate::{
    Actor, BusinessDay, CancelReason, CounterId, Deed, Event, EventKind, Lease, Name, State,
    Ticket, TicketId, TicketState, state::Memory,
};

/// An event that cannot have happened in the state it is applied to: the log is damaged, or
/// belongs to another queue. The state is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the log contradicts itself: {0}")]
pub struct Contradiction(&'static str);

impl Contradiction {
    pub(crate) fn new(what: &'static str) -> Self {
        Self(what)
    }
}

type Followed = Result<(), Contradiction>;

impl State {
    /// Follows an event.
    ///
    /// # Errors
    /// When the event cannot have happened here; the state is as it was.
    pub fn evolve(&mut self, event: &Event) -> Followed {
        self.follow(event)?;
        self.stamp += 1;
        Ok(())
    }

    fn follow(&mut self, event: &Event) -> Followed {
        let at = event.at;
        match &event.kind {
            EventKind::DayStarted { day } => self.start_day(*day),
            EventKind::Issued { .. } => self.issue(event),
            EventKind::Leased {
                kiosk,
                day,
                service,
                first,
                last,
            } => self.lease(Lease {
                kiosk: kiosk.clone(),
                day: *day,
                service: service.clone(),
                granted_at: at,
                unused: Vec::new(),
                first: *first,
                last: *last,
            }),
            EventKind::NumbersSkipped { service, last } => {
                let round = self.rounds.entry(service.clone()).or_default();
                round.skip(last.ordinal());
                Ok(())
            }
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
            EventKind::CounterTakenOver { counter, clerk } => self.take_over(counter, clerk, at),
            EventKind::CounterAssigned { counter, services } => {
                let desk = self.desk_mut(counter)?;
                desk.services.clone_from(services);
                Ok(())
            }
            EventKind::CounterPaused { counter } => {
                self.desk_mut(counter)?.paused = true;
                Ok(())
            }
            EventKind::CounterResumed { counter } => {
                self.desk_mut(counter)?.paused = false;
                Ok(())
            }
            EventKind::CounterClosed { counter } => self.close(counter),
            EventKind::Called {
                ticket,
                counter,
                reason,
            } => self.call(*ticket, counter, *reason, event),
            EventKind::Recalled { ticket, counter } => self.recall(*ticket, counter, at),
            EventKind::ServiceStarted { ticket, counter } => {
                self.start_service(*ticket, counter, event)
            }
            EventKind::Finished {
                ticket,
                counter,
                next,
            } => self.finish(*ticket, counter, next.as_ref(), event),
            EventKind::NoShow { ticket, counter } => self.no_show(*ticket, counter, event),
            EventKind::Held {
                ticket,
                counter,
                reason,
            } => self.hold(*ticket, counter.as_ref(), *reason, event),
            EventKind::Restored { ticket, place } => self.restore(*ticket, *place, event),
            EventKind::Transferred {
                ticket,
                counter,
                to,
                note,
            } => self.transfer(*ticket, counter.as_ref(), (to, note.as_ref()), event),
            EventKind::Planned { ticket, then } => self.plan(*ticket, then),
            EventKind::Prioritised {
                ticket,
                considerate,
            } => self.prioritise(*ticket, *considerate),
            EventKind::Cancelled { ticket, reason } => self.cancel(*ticket, *reason, event),
            EventKind::Undone {
                counter,
                ticket,
                deed,
            } => match &event.actor {
                Actor::Clerk(clerk) => self.undo(clerk, counter.as_ref(), (*ticket, *deed)),
                Actor::Kiosk(_) | Actor::Hub => {
                    Err(Contradiction("somebody who is no clerk undid something"))
                }
            },
            EventKind::StaffDeclared { count } => {
                self.declared = *count;
                Ok(())
            }
            EventKind::Announced { notice } => {
                self.notice.clone_from(notice);
                Ok(())
            }
            EventKind::AlarmRaised { place } => {
                self.alarms.insert(place.clone(), at);
                Ok(())
            }
            EventKind::AlarmCleared { place } => {
                self.alarms.remove(place);
                Ok(())
            }
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

    fn start_day(&mut self, day: BusinessDay) -> Followed {
        if self.day.is_some_and(|today| day <= today) {
            return Err(Contradiction("a day began that had begun before"));
        }
        *self = self.on(day);
        Ok(())
    }

    /// The morning of a later day: empty, but for the numbers that kiosks have for it and for days after.
    pub(crate) fn on(&self, day: BusinessDay) -> Self {
        let leases = self.leases.iter().filter(|lease| lease.day >= day);
        let reserved = self.reserved.iter().filter(|(of, _)| *of >= day);
        Self {
            day: Some(day),
            leases: leases.cloned().collect(),
            reserved: reserved.copied().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn turn(&self, ticket: TicketId) -> Result<usize, Contradiction> {
        self.turns.get(&ticket).copied().ok_or(NO_TICKET)
    }

    fn the_ticket(&self, ticket: TicketId) -> Result<(usize, &Ticket), Contradiction> {
        let turn = self.turn(ticket)?;
        let ticket = self.tickets.get(turn).ok_or(NO_TICKET)?;
        Ok((turn, ticket))
    }

    pub(crate) fn occupy(&mut self, counter: &CounterId, ticket: Option<TicketId>) {
        if let Some(desk) = self.desks.get_mut(counter) {
            desk.ticket = ticket;
        }
    }

    /// Changes a ticket as a clerk's deed that can be undone.
    fn deed(&mut self, actor: &Actor, turn: usize, deed: Deed, change: impl FnOnce(&mut Ticket)) {
        let Some(before) = self.tickets.get(turn).cloned() else {
            return;
        };
        self.touch(turn, change);
        if let Actor::Clerk(clerk) = actor {
            let memory = Memory {
                deed,
                before,
                revision: self.stamp,
                passed: Vec::new(),
            };
            self.remember(clerk, memory);
        }
    }

    fn remember(&mut self, clerk: &Name, memory: Memory) {
        match self.memories.get_mut(clerk) {
            Some(last) => *last = memory,
            None => {
                self.memories.insert(clerk.clone(), memory);
            }
        }
    }

    /// Changes a ticket so that deeds before cannot be undone any more.
    fn touch(&mut self, turn: usize, change: impl FnOnce(&mut Ticket)) {
        let revision = self.stamp;
        self.change(turn, |ticket| {
            change(ticket);
            ticket.revision = revision;
        });
    }

    /// The one place where a ticket changes, so that what is indexed is always what is.
    pub(crate) fn change(&mut self, turn: usize, change: impl FnOnce(&mut Ticket)) {
        let Some(ticket) = self.tickets.get_mut(turn) else {
            return;
        };
        let mistake = |ticket: &Ticket| ticket.cancelled_for == Some(CancelReason::Mistake);
        let was_mistake = mistake(ticket);
        self.lines.remove(ticket);
        if ticket.state.is_in_force() {
            self.in_force.remove(&ticket.number);
        }
        if let Some((appointment, _)) = &ticket.appointment
            && self.appointments.get(&appointment.number) == Some(&turn)
        {
            self.appointments.remove(&appointment.number);
        }
        change(ticket);
        self.lines.insert(ticket);
        if ticket.state.is_in_force() {
            self.in_force.insert(ticket.number, turn);
        }
        if let (Some((appointment, _)), true) =
            (&ticket.appointment, ticket.state != TicketState::Cancelled)
        {
            self.appointments.insert(appointment.number.clone(), turn);
        }
        // A ticket that was issued by mistake takes nobody's place.
        if let Some(round) = self.rounds.get_mut(&ticket.issued_for) {
            match (was_mistake, mistake(ticket)) {
                (false, true) => round.issued = round.issued.saturating_sub(1),
                (true, false) => round.issued = round.issued.saturating_add(1),
                (true, true) | (false, false) => {}
            }
        }
    }
}

const NO_TICKET: Contradiction = Contradiction("an event names a ticket that was never issued");
