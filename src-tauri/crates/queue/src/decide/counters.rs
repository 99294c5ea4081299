//! What happens at a counter: opening, calling, serving.

use super::{Asked, Decided, idle, taken};
use crate::{
    CallReason, CounterId, Desk, EventKind, Name, Refusal, ServiceId, Share, TicketId, TicketState,
};

impl Asked<'_> {
    pub(super) fn open(&self, id: &CounterId, clerk: &Name) -> Decided {
        let counter = self
            .rules
            .counter(id)
            .ok_or_else(|| Refusal::CounterUnknown(id.clone()))?;
        if let Some(desk) = self.state.counter(id) {
            return if desk.clerk == *clerk {
                Ok(Vec::new())
            } else {
                Err(taken(id, desk))
            };
        }
        let mut kinds = self.leave(clerk)?;
        kinds.push(EventKind::CounterOpened {
            counter: id.clone(),
            clerk: clerk.clone(),
            services: counter.services.clone(),
        });
        Ok(kinds)
    }

    /// The ticket stays; the colleague who left is without a counter.
    pub(super) fn take_over(&self, id: &CounterId, clerk: &Name) -> Decided {
        if self.open_desk(id)?.clerk == *clerk {
            return Ok(Vec::new());
        }
        let mut kinds = self.leave(clerk)?;
        kinds.push(EventKind::CounterTakenOver {
            counter: id.clone(),
            clerk: clerk.clone(),
        });
        Ok(kinds)
    }

    fn leave(&self, clerk: &Name) -> Decided {
        match self.state.counter_of(clerk) {
            Some(left) => self.close(left),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn close(&self, id: &CounterId) -> Decided {
        idle(id, self.open_desk(id)?)?;
        Ok(vec![EventKind::CounterClosed {
            counter: id.clone(),
        }])
    }

    pub(super) fn assign(&self, id: &CounterId, services: &[Share]) -> Decided {
        let desk = self.desk(id)?;
        if services.is_empty() {
            return Err(Refusal::Nonsense("a counter calls at least one service"));
        }
        for (place, share) in services.iter().enumerate() {
            self.service(&share.service)?;
            let mut earlier = services.iter().take(place);
            if earlier.any(|earlier| earlier.service == share.service) {
                return Err(Refusal::Nonsense("a counter calls a service once"));
            }
        }
        if desk.services == services {
            return Ok(Vec::new());
        }
        Ok(vec![EventKind::CounterAssigned {
            counter: id.clone(),
            services: services.to_vec(),
        }])
    }

    pub(super) fn pause(&self, id: &CounterId) -> Decided {
        let paused = self.desk(id)?.paused;
        let counter = id.clone();
        Ok((!paused)
            .then_some(EventKind::CounterPaused { counter })
            .into_iter()
            .collect())
    }

    pub(super) fn resume(&self, id: &CounterId) -> Decided {
        let paused = self.desk(id)?.paused;
        let counter = id.clone();
        Ok(paused
            .then_some(EventKind::CounterResumed { counter })
            .into_iter()
            .collect())
    }

    fn calling_desk(&self, id: &CounterId) -> Result<&Desk, Refusal> {
        let desk = idle(id, self.desk(id)?)?;
        if desk.paused {
            return Err(Refusal::CounterPaused(id.clone()));
        }
        Ok(desk)
    }

    pub(super) fn call_next(&self, id: &CounterId, only: Option<&ServiceId>) -> Decided {
        let desk = self.calling_desk(id)?;
        if let Some(only) = only {
            self.service(only)?;
            if !desk.services.iter().any(|share| share.service == *only) {
                return Err(Refusal::NotCalledHere {
                    counter: id.clone(),
                    service: only.clone(),
                });
            }
        }
        let (ticket, reason) = self
            .state
            .next(id, only, &self.rules.calling, self.now)
            .ok_or_else(|| Refusal::NobodyWaiting(id.clone()))?;
        Ok(called(ticket, id, reason))
    }

    pub(super) fn call(&self, id: &CounterId, ticket: TicketId) -> Decided {
        self.calling_desk(id)?;
        self.in_state(ticket, |ticket| match ticket.state {
            TicketState::Waiting | TicketState::Held | TicketState::NoShow => true,
            TicketState::Called
            | TicketState::Serving
            | TicketState::Finished
            | TicketState::Cancelled => false,
        })?;
        Ok(called(ticket, id, CallReason::Manual))
    }

    pub(super) fn recall(&self, id: &CounterId, ticket: TicketId) -> Decided {
        let ticket = self.at_desk(id, ticket, &[TicketState::Called])?;
        let calling = &self.rules.calling;
        if ticket.calls >= calling.calls_max {
            return Err(Refusal::RecallsExhausted {
                ticket: ticket.id,
                number: ticket.number,
                calls: ticket.calls,
                calls_max: calling.calls_max,
            });
        }
        // A clock that went back must not lock the call out for longer than the rule says.
        let since = ticket
            .called_at
            .map(|at| self.now - at)
            .filter(|since| *since >= chrono::TimeDelta::zero());
        if let Some(since) = since.filter(|since| *since < calling.recall_after) {
            let wait_ms = (calling.recall_after - since).num_milliseconds();
            return Err(Refusal::RecallTooSoon {
                ticket: ticket.id,
                number: ticket.number,
                wait_s: u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX),
            });
        }
        Ok(vec![EventKind::Recalled {
            ticket: ticket.id,
            counter: id.clone(),
        }])
    }

    pub(super) fn start_service(&self, id: &CounterId, ticket: TicketId) -> Decided {
        self.at_desk(id, ticket, &[TicketState::Called])?;
        Ok(vec![EventKind::ServiceStarted {
            ticket,
            counter: id.clone(),
        }])
    }

    pub(super) fn finish(&self, id: &CounterId, ticket: TicketId) -> Decided {
        let from = [TicketState::Called, TicketState::Serving];
        let finished = self.at_desk(id, ticket, &from)?;
        // A service that the office gave up since is passed over: nobody would call it.
        let next = finished
            .then
            .iter()
            .find(|service| self.rules.service(service).is_some());
        Ok(vec![EventKind::Finished {
            ticket,
            counter: id.clone(),
            next: next.cloned(),
        }])
    }

    pub(super) fn no_show(&self, id: &CounterId, ticket: TicketId) -> Decided {
        self.at_desk(id, ticket, &[TicketState::Called])?;
        Ok(vec![EventKind::NoShow {
            ticket,
            counter: id.clone(),
        }])
    }
}

fn called(ticket: TicketId, counter: &CounterId, reason: CallReason) -> Vec<EventKind> {
    vec![EventKind::Called {
        ticket,
        counter: counter.clone(),
        reason,
    }]
}
