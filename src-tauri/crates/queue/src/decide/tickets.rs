//! What a clerk does to a ticket beside calling it: set aside, put back, pass on, take back.

use super::{Asked, Decided};
use crate::{
    Actor, CancelReason, Destination, EventKind, HoldReason, Note, Place, Refusal, ServiceId,
    Ticket, TicketId, TicketState,
};

impl Asked<'_> {
    pub(super) fn hold(&self, id: TicketId, reason: HoldReason) -> Decided {
        let ticket = self.in_state(id, |ticket| {
            ticket.state == TicketState::Waiting || self.own_counter(ticket).is_some()
        })?;
        Ok(vec![EventKind::Held {
            ticket: id,
            counter: self.own_counter(ticket),
            reason,
        }])
    }

    pub(super) fn restore(&self, id: TicketId, place: Place) -> Decided {
        self.in_state(id, |ticket| {
            matches!(ticket.state, TicketState::NoShow | TicketState::Held)
        })?;
        Ok(vec![EventKind::Restored { ticket: id, place }])
    }

    pub(super) fn transfer(&self, id: TicketId, to: &Destination, note: Option<&Note>) -> Decided {
        let ticket = self.in_state(id, |ticket| {
            self.own_counter(ticket).is_some()
                || matches!(
                    ticket.state,
                    TicketState::Waiting | TicketState::Held | TicketState::NoShow
                )
        })?;
        self.check_destination(to)?;
        if ticket.state == TicketState::Waiting && note.is_none() && is_there(ticket, to) {
            return Ok(Vec::new());
        }
        Ok(vec![EventKind::Transferred {
            ticket: id,
            counter: self.own_counter(ticket),
            to: to.clone(),
            note: note.cloned(),
        }])
    }

    fn check_destination(&self, to: &Destination) -> Result<(), Refusal> {
        match to {
            Destination::Service(service) => self.service(service).map(|_| ()),
            Destination::Counter(counter) => self.open_desk(counter).map(|_| ()),
            Destination::Clerk(clerk) if self.state.counter_of(clerk).is_none() => {
                Err(Refusal::Nonsense("this clerk has no counter open"))
            }
            Destination::Clerk(_) => Ok(()),
        }
    }

    pub(super) fn plan(&self, id: TicketId, then: &[ServiceId]) -> Decided {
        let ticket = self.in_force(id)?;
        self.check_plan(&ticket.service, then)?;
        if ticket.then == then {
            return Ok(Vec::new());
        }
        Ok(vec![EventKind::Planned {
            ticket: id,
            then: then.to_vec(),
        }])
    }

    pub(super) fn prioritise(&self, id: TicketId, considerate: bool) -> Decided {
        let ticket = self.in_force(id)?;
        if matches!(self.actor, Actor::Kiosk(_)) {
            return Err(Refusal::PriorityByStaff(ticket.service.clone()));
        }
        if ticket.considerate == considerate {
            return Ok(Vec::new());
        }
        Ok(vec![EventKind::Prioritised {
            ticket: id,
            considerate,
        }])
    }

    pub(super) fn cancel(&self, id: TicketId, reason: CancelReason) -> Decided {
        let ticket = self.in_force(id)?;
        if ticket.state.is_at_counter() && self.own_counter(ticket).is_none() {
            return Err(super::not_in_state(ticket));
        }
        Ok(vec![EventKind::Cancelled { ticket: id, reason }])
    }

    pub(super) fn undo(&self) -> Decided {
        let Actor::Clerk(clerk) = self.actor else {
            return Err(Refusal::NothingToUndo);
        };
        let (ticket, deed) = self.state.undoable(clerk).ok_or(Refusal::NothingToUndo)?;
        Ok(vec![EventKind::Undone {
            counter: self.state.counter_of(clerk).cloned(),
            ticket,
            deed,
        }])
    }

    fn in_force(&self, id: TicketId) -> Result<&Ticket, Refusal> {
        self.in_state(id, |ticket| ticket.state.is_in_force())
    }
}

fn is_there(ticket: &Ticket, to: &Destination) -> bool {
    match to {
        Destination::Service(service) => ticket.aim.is_none() && ticket.service == *service,
        Destination::Counter(_) | Destination::Clerk(_) => ticket.aim.as_ref() == Some(to),
    }
}
