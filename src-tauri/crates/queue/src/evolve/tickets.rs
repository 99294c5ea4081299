//! What is done to a ticket beside calling it.

use chrono::{DateTime, Utc};

use super::{Contradiction, Followed};
use crate::{
    CancelReason, CounterId, Deed, Destination, Event, HoldReason, Note, Place, ServiceId, State,
    Ticket, TicketId, TicketState,
    line::{Forward, Key, Spot},
};

impl Ticket {
    /// Waits from now on for the service that it stands for now.
    pub(super) fn wait_anew(&mut self, at: DateTime<Utc>) {
        self.state = TicketState::Waiting;
        self.waiting_since = at;
        self.aim = None;
        self.hold = None;
        self.calls = 0;
        self.started_at = None;
        self.ended_at = None;
    }
}

impl State {
    /// The turn of a ticket that is where the event says: at a counter, or at none.
    fn found(&self, id: TicketId, counter: Option<&CounterId>) -> Result<usize, Contradiction> {
        let (turn, ticket) = self.the_ticket(id)?;
        match counter {
            Some(counter) => {
                self.at_counter(id, counter, &[TicketState::Called, TicketState::Serving])
            }
            None if ticket.state.is_at_counter() => {
                Err(Contradiction("a ticket left a counter that does not know"))
            }
            None => Ok(turn),
        }
    }

    fn leave(&mut self, counter: Option<&CounterId>) {
        if let Some(counter) = counter {
            self.occupy(counter, None);
        }
    }

    pub(super) fn hold(
        &mut self,
        id: TicketId,
        counter: Option<&CounterId>,
        reason: HoldReason,
        event: &Event,
    ) -> Followed {
        let turn = self.found(id, counter)?;
        let (_, ticket) = self.the_ticket(id)?;
        if counter.is_none() && ticket.state != TicketState::Waiting {
            return Err(Contradiction("a ticket was set aside that was not there"));
        }
        self.leave(counter);
        self.deed(&event.actor, turn, Deed::Hold, |ticket| {
            ticket.state = TicketState::Held;
            ticket.hold = Some(reason);
        });
        Ok(())
    }

    pub(super) fn restore(&mut self, id: TicketId, place: Place, event: &Event) -> Followed {
        let (turn, ticket) = self.the_ticket(id)?;
        if !matches!(ticket.state, TicketState::NoShow | TicketState::Held) {
            return Err(Contradiction("a ticket was restored that was not away"));
        }
        let stamp = self.stamp;
        let kept = ticket.spot;
        let line = self.lines.get(ticket.aim.as_ref(), &ticket.service);
        let after = line.map_or(0, |line| line.counts.calls);
        let spot = match place {
            Place::Front => Spot {
                forward: Some(Forward::Front { stamp }),
                ..kept
            },
            Place::Next => Spot {
                forward: Some(Forward::Next { stamp, after }),
                ..kept
            },
            Place::Kept => Spot {
                forward: None,
                ..kept
            },
            Place::End => {
                let from = self.latest.max(Some(event.at)).unwrap_or(event.at);
                self.latest = Some(from);
                Spot {
                    key: Key {
                        from_ms: from.timestamp_millis(),
                        stamp,
                    },
                    plain: true,
                    forward: None,
                }
            }
        };
        self.deed(&event.actor, turn, Deed::Restore, |ticket| {
            ticket.state = TicketState::Waiting;
            ticket.hold = None;
            ticket.ended_at = None;
            ticket.started_at = None;
            ticket.calls = 0;
            ticket.spot = spot;
        });
        Ok(())
    }

    pub(super) fn transfer(
        &mut self,
        id: TicketId,
        counter: Option<&CounterId>,
        (to, note): (&Destination, Option<&Note>),
        event: &Event,
    ) -> Followed {
        let turn = self.found(id, counter)?;
        let (_, ticket) = self.the_ticket(id)?;
        if !ticket.state.is_in_force() {
            return Err(Contradiction("a ticket was passed on that had ended"));
        }
        self.leave(counter);
        self.deed(&event.actor, turn, Deed::Transfer, |ticket| {
            ticket.wait_anew(event.at);
            ticket.spot.forward = None;
            ticket.note = note.cloned();
            match to {
                Destination::Service(service) => {
                    ticket.service = service.clone();
                    // Who is passed on to what would have come next anyway, does not come twice.
                    if ticket.then.first() == Some(service) {
                        ticket.then.remove(0);
                    }
                }
                Destination::Counter(_) | Destination::Clerk(_) => ticket.aim = Some(to.clone()),
            }
        });
        Ok(())
    }

    pub(super) fn plan(&mut self, id: TicketId, then: &[ServiceId]) -> Followed {
        let turn = self.in_force(id)?;
        self.touch(turn, |ticket| ticket.then = then.to_vec());
        Ok(())
    }

    pub(super) fn prioritise(&mut self, id: TicketId, considerate: bool) -> Followed {
        let turn = self.in_force(id)?;
        self.touch(turn, |ticket| {
            ticket.considerate = considerate;
            // Given to somebody at the end of the line, it counts again.
            if considerate {
                ticket.spot.plain = false;
            }
        });
        Ok(())
    }

    pub(super) fn cancel(&mut self, id: TicketId, reason: CancelReason, event: &Event) -> Followed {
        let turn = self.in_force(id)?;
        let (_, ticket) = self.the_ticket(id)?;
        let counter = ticket.counter.clone();
        let counter = counter.filter(|_| ticket.state.is_at_counter());
        self.leave(counter.as_ref());
        self.deed(&event.actor, turn, Deed::Cancel, |ticket| {
            ticket.state = TicketState::Cancelled;
            ticket.cancelled_for = Some(reason);
            ticket.hold = None;
            ticket.ended_at = Some(event.at);
        });
        Ok(())
    }

    fn in_force(&self, id: TicketId) -> Result<usize, Contradiction> {
        let (turn, ticket) = self.the_ticket(id)?;
        if ticket.state.is_in_force() {
            Ok(turn)
        } else {
            Err(Contradiction(
                "something was done to a ticket that had ended",
            ))
        }
    }
}
