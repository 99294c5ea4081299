//! What happens at a counter.

use chrono::{DateTime, Utc};

use super::{Contradiction, Followed};
use crate::{
    Actor, CallReason, CounterId, Deed, Desk, Event, Name, ServiceId, Share, State, TicketId,
    TicketState,
    line::{LineId, Passing, Seen, Spot},
};

impl State {
    pub(super) fn desk_mut(&mut self, counter: &CounterId) -> Result<&mut Desk, Contradiction> {
        self.desks.get_mut(counter).ok_or(CLOSED)
    }

    pub(super) fn open(
        &mut self,
        counter: &CounterId,
        clerk: &Name,
        services: &[Share],
        at: DateTime<Utc>,
    ) -> Followed {
        if self.desks.contains_key(counter) {
            return Err(Contradiction("an open counter was opened"));
        }
        if self.counter_of(clerk).is_some() {
            return Err(TWO_COUNTERS);
        }
        let desk = Desk {
            clerk: clerk.clone(),
            since: at,
            services: services.to_vec(),
            paused: false,
            called_at: None,
            ticket: None,
        };
        self.desks.insert(counter.clone(), desk);
        Ok(())
    }

    pub(super) fn take_over(
        &mut self,
        counter: &CounterId,
        clerk: &Name,
        at: DateTime<Utc>,
    ) -> Followed {
        if self.counter_of(clerk).is_some() {
            return Err(TWO_COUNTERS);
        }
        let desk = self.desk_mut(counter)?;
        desk.clerk = clerk.clone();
        desk.since = at;
        Ok(())
    }

    pub(super) fn close(&mut self, counter: &CounterId) -> Followed {
        match self.desks.get(counter) {
            Some(Desk { ticket: None, .. }) => {
                self.desks.remove(counter);
                Ok(())
            }
            Some(_) => Err(Contradiction("a busy counter was closed")),
            None => Err(CLOSED),
        }
    }

    pub(super) fn call(
        &mut self,
        id: TicketId,
        counter: &CounterId,
        reason: CallReason,
        event: &Event,
    ) -> Followed {
        let (turn, ticket) = self.the_ticket(id)?;
        let away = match ticket.state {
            TicketState::Waiting => false,
            TicketState::Held | TicketState::NoShow => true,
            TicketState::Called
            | TicketState::Serving
            | TicketState::Finished
            | TicketState::Cancelled => {
                return Err(Contradiction("a ticket was called that could not be"));
            }
        };
        let passing = Passing {
            key: ticket.spot.key,
            class: ticket.class(),
            overriding: reason == CallReason::Override,
        };
        let desk = self.desks.get(counter).ok_or(CLOSED)?;
        if desk.ticket.is_some() {
            return Err(Contradiction("a busy counter called"));
        }
        let seen: Vec<LineId> = self
            .seen(counter, desk, None)
            .map(|it| Seen::id(&it))
            .collect();
        let at = event.at;
        self.deed(&event.actor, turn, Deed::Call, |ticket| {
            ticket.state = TicketState::Called;
            ticket.hold = None;
            ticket.ended_at = None;
            ticket.counter = Some(counter.clone());
            ticket.first_called_at = ticket.first_called_at.or(Some(at));
            ticket.called_at = Some(at);
            ticket.calls = if away { 1 } else { ticket.calls + 1 };
            ticket.reason = Some(reason);
            ticket.started_at = None;
        });
        let passed = self.pass_over(seen, passing);
        if let Actor::Clerk(clerk) = &event.actor
            && let Some(memory) = self.memories.get_mut(clerk)
        {
            memory.passed = passed;
        }
        let desk = self.desk_mut(counter)?;
        desk.ticket = Some(id);
        desk.called_at = Some(at);
        Ok(())
    }

    /// Everybody whom the counter could have called instead was passed over.
    fn pass_over(
        &mut self,
        seen: Vec<LineId>,
        passing: Passing,
    ) -> Vec<(LineId, crate::line::Counts, crate::line::Counts)> {
        let mut passed = Vec::with_capacity(seen.len());
        for id in seen {
            if let Some(line) = self.lines.get_mut(&id) {
                let before = line.counts;
                let (walk_in, ordinary) = (line.first_walk_in(), line.first_ordinary());
                line.counts.follow(passing, walk_in, ordinary);
                passed.push((id, before, line.counts));
            }
        }
        passed
    }

    pub(super) fn recall(
        &mut self,
        id: TicketId,
        counter: &CounterId,
        at: DateTime<Utc>,
    ) -> Followed {
        let turn = self.at_counter(id, counter, &[TicketState::Called])?;
        self.change(turn, |ticket| {
            ticket.called_at = Some(at);
            ticket.calls += 1;
        });
        self.desk_mut(counter)?.called_at = Some(at);
        Ok(())
    }

    pub(super) fn start_service(
        &mut self,
        id: TicketId,
        counter: &CounterId,
        event: &Event,
    ) -> Followed {
        let turn = self.at_counter(id, counter, &[TicketState::Called])?;
        self.deed(&event.actor, turn, Deed::Start, |ticket| {
            ticket.state = TicketState::Serving;
            ticket.started_at = Some(event.at);
        });
        Ok(())
    }

    pub(super) fn finish(
        &mut self,
        id: TicketId,
        counter: &CounterId,
        next: Option<&ServiceId>,
        event: &Event,
    ) -> Followed {
        let from = [TicketState::Called, TicketState::Serving];
        let turn = self.at_counter(id, counter, &from)?;
        let (_, ticket) = self.the_ticket(id)?;
        let place = match next {
            Some(next) => {
                let place = ticket.then.iter().position(|service| service == next);
                Some(place.ok_or(Contradiction("a visit went on to what it had not planned"))?)
            }
            None => None,
        };
        self.occupy(counter, None);
        self.deed(&event.actor, turn, Deed::Finish, |ticket| {
            let (Some(next), Some(place)) = (next, place) else {
                ticket.state = TicketState::Finished;
                ticket.ended_at = Some(event.at);
                return;
            };
            ticket.then.drain(..=place);
            ticket.service = next.clone();
            ticket.stops_done += 1;
            ticket.reason = None;
            ticket.note = None;
            ticket.wait_anew(event.at);
            ticket.spot = Spot {
                key: crate::line::Key {
                    from_ms: ticket.arrived_at.timestamp_millis(),
                    ..ticket.spot.key
                },
                plain: false,
                forward: None,
            };
        });
        Ok(())
    }

    pub(super) fn no_show(&mut self, id: TicketId, counter: &CounterId, event: &Event) -> Followed {
        let turn = self.at_counter(id, counter, &[TicketState::Called])?;
        self.occupy(counter, None);
        self.deed(&event.actor, turn, Deed::NoShow, |ticket| {
            ticket.state = TicketState::NoShow;
            ticket.ended_at = Some(event.at);
        });
        Ok(())
    }

    pub(super) fn at_counter(
        &self,
        id: TicketId,
        counter: &CounterId,
        states: &[TicketState],
    ) -> Result<usize, Contradiction> {
        let (turn, ticket) = self.the_ticket(id)?;
        let there = self.desks.get(counter).and_then(|desk| desk.ticket) == Some(id);
        if there && states.contains(&ticket.state) {
            Ok(turn)
        } else {
            Err(Contradiction("a counter acted on a ticket it did not have"))
        }
    }
}

const CLOSED: Contradiction = Contradiction("something happened at a closed counter");
const TWO_COUNTERS: Contradiction = Contradiction("a clerk sat down at a second counter");
