//! What a clerk can undo: the last deed, as long as nobody has touched the ticket since.

use crate::{Contradiction, CounterId, Deed, Name, State, Ticket, TicketId};

impl State {
    /// What a clerk could undo now.
    pub fn undoable(&self, clerk: &Name) -> Option<(TicketId, Deed)> {
        let memory = self.memories.get(clerk)?;
        let ticket = self.ticket(&memory.before.id)?;
        let there = |ticket: &Ticket| self.place_for(ticket, clerk);
        let fits = ticket.revision == memory.revision
            && there(ticket)
            && there(&memory.before)
            && self.number_is_free(ticket)
            && self.booking_is_free(ticket);
        fits.then_some((ticket.id, memory.deed))
    }

    /// A ticket that stands at a counter needs the clerk to have that counter, with nobody else at it.
    fn place_for(&self, ticket: &Ticket, clerk: &Name) -> bool {
        if !ticket.state.is_at_counter() {
            return true;
        }
        let desk = ticket.counter.as_ref().and_then(|id| self.desks.get(id));
        desk.is_some_and(|desk| {
            desk.clerk == *clerk && desk.ticket.is_none_or(|there| there == ticket.id)
        })
    }

    /// A finished number may have come round by now, and stand on somebody else's slip or be a kiosk's to give.
    fn number_is_free(&self, ticket: &Ticket) -> bool {
        let carrier = self.in_force.get(&ticket.number);
        let leased = self
            .day
            .is_some_and(|day| self.reserved.contains(&(day, ticket.number)));
        carrier.is_none_or(|turn| *turn == ticket.turn) && (ticket.leased || !leased)
    }

    fn booking_is_free(&self, ticket: &Ticket) -> bool {
        let booking = ticket.appointment.as_ref();
        let used = booking.and_then(|(booking, _)| self.appointments.get(&booking.number));
        used.is_none_or(|turn| *turn == ticket.turn)
    }

    pub(crate) fn undo(
        &mut self,
        clerk: &Name,
        counter: Option<&CounterId>,
        (id, deed): (TicketId, Deed),
    ) -> Result<(), Contradiction> {
        if self.undoable(clerk) != Some((id, deed)) || self.counter_of(clerk) != counter {
            return Err(Contradiction::new("something was undone that could not be"));
        }
        let turn = self.turn(id)?;
        let Some(memory) = self.memories.remove(clerk) else {
            return Err(Contradiction::new("a clerk undid what was never done"));
        };
        if let Some(counter) = counter.filter(|_| memory.before.state.is_at_counter()) {
            self.occupy(counter, Some(id));
        } else if deed == Deed::Call
            && let Some(counter) = counter
        {
            self.occupy(counter, None);
        }
        self.change(turn, |ticket| {
            let slip = ticket.slip;
            *ticket = memory.before;
            ticket.slip = slip;
        });
        for (line, before, after) in memory.passed {
            // Somebody else has called since: their call stands, and with it what it counted.
            if let Some(line) = self.lines.get_mut(&line).filter(|it| it.counts == after) {
                line.counts = before;
            }
        }
        Ok(())
    }
}
