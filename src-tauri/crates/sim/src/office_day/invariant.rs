//! What must hold of any state, and what an event is.

use std::collections::{BTreeMap, BTreeSet};

use queue::{CounterId, Deed, EventKind, State, Ticket, TicketId, TicketState};

/// Whether a ticket is as it was. Its paper may be known better now.
pub(super) fn same(before: &Ticket, after: &Ticket) -> bool {
    let what = |it: &Ticket| {
        (
            (
                it.id,
                it.number,
                it.service.clone(),
                it.then.clone(),
                it.stops_done,
            ),
            (
                it.considerate,
                it.aim.clone(),
                it.note.clone(),
                it.hold,
                it.cancelled_for,
            ),
            (
                it.arrived_at,
                it.waiting_since,
                it.state,
                it.counter.clone(),
                it.reason,
            ),
            (
                it.first_called_at,
                it.called_at,
                it.calls,
                it.started_at,
                it.ended_at,
            ),
            (it.after_hours, it.leased, it.appointment.clone()),
        )
    };
    what(before) == what(after)
}

/// The deed that an event is, if a clerk can undo it.
pub(super) fn deed(kind: &EventKind) -> Option<Deed> {
    Some(match kind {
        EventKind::Called { .. } => Deed::Call,
        EventKind::ServiceStarted { .. } => Deed::Start,
        EventKind::Finished { .. } => Deed::Finish,
        EventKind::NoShow { .. } => Deed::NoShow,
        EventKind::Held { .. } => Deed::Hold,
        EventKind::Restored { .. } => Deed::Restore,
        EventKind::Transferred { .. } => Deed::Transfer,
        EventKind::Cancelled { .. } => Deed::Cancel,
        EventKind::DayStarted { .. }
        | EventKind::Issued { .. }
        | EventKind::Leased { .. }
        | EventKind::NumbersSkipped { .. }
        | EventKind::SlipReported { .. }
        | EventKind::CounterOpened { .. }
        | EventKind::CounterTakenOver { .. }
        | EventKind::CounterAssigned { .. }
        | EventKind::CounterPaused { .. }
        | EventKind::CounterResumed { .. }
        | EventKind::CounterClosed { .. }
        | EventKind::Recalled { .. }
        | EventKind::Planned { .. }
        | EventKind::Prioritised { .. }
        | EventKind::Undone { .. }
        | EventKind::StaffDeclared { .. }
        | EventKind::Announced { .. }
        | EventKind::AlarmRaised { .. }
        | EventKind::AlarmCleared { .. }
        | EventKind::HelpAsked { .. }
        | EventKind::HelpAnswered { .. } => return None,
    })
}

/// No number twice in force, no ticket with two clerks, no counter with two tickets, no negative wait.
pub(super) fn tickets_and_counters(state: &State) -> Result<(), String> {
    let mut numbers = BTreeSet::new();
    let mut bookings = BTreeSet::new();
    let mut at_counters: BTreeMap<&CounterId, TicketId> = BTreeMap::new();
    for ticket in state.tickets() {
        if ticket.state.is_in_force() {
            let carrier = state.numbered(ticket.number).map(|carrier| carrier.id);
            if !numbers.insert(ticket.number) || carrier != Some(ticket.id) {
                return Err(format!("{} is in force twice", ticket.number));
            }
        }
        if let Some((booking, _)) = &ticket.appointment
            && ticket.state != TicketState::Cancelled
            && !bookings.insert(&booking.number)
        {
            return Err(format!("two tickets have the booking {:?}", booking.number));
        }
        if ticket.state.is_at_counter() {
            let Some(counter) = &ticket.counter else {
                return Err(format!("{} is at no counter", ticket.number));
            };
            if at_counters.insert(counter, ticket.id).is_some() {
                return Err(format!("counter {counter} has two tickets"));
            }
        }
        let at_counter = ticket.state.is_at_counter();
        if (at_counter || ticket.calls > 0) && ticket.first_called_at.is_none() {
            return Err(format!("{ticket:?} was called {} times", ticket.calls));
        }
    }
    let mut clerks = BTreeSet::new();
    for (counter, desk) in state.counters() {
        if desk.ticket != at_counters.remove(counter) {
            return Err(format!("counter {counter} has {:?}", desk.ticket));
        }
        if !clerks.insert(&desk.clerk) {
            return Err(format!("{} has two counters", desk.clerk));
        }
    }
    match at_counters.pop_first() {
        Some((counter, _)) => Err(format!("a ticket is at counter {counter}, which is closed")),
        None => Ok(()),
    }
}
