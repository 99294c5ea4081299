//! What must hold, looked at after every group of commands.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use queue::{
    Actor, BusinessDay, CallReason, Command, CounterId, Deed, Event, EventKind, Name, Pace, Place,
    Refusal, Rules, State, Ticket, TicketId, TicketNumber, TicketState,
};

use super::{
    invariant::{deed, same, tickets_and_counters},
    kiosk::Slip,
    paper::Paper,
    patience::{Call, Patience, sees},
    tally::Tally,
};
use crate::chance::Chance;

/// What a clerk did to a ticket, and how the ticket was before.
struct Done {
    clerk: Actor,
    deed: Deed,
    before: Ticket,
}

pub(super) struct Watch {
    rules: Rules,
    pace: Pace,
    /// Follows the committed log on its own.
    follower: State,
    paper: Paper,
    patience: Patience,
    /// What the hub has answered: it may never be lost.
    acknowledged: BTreeMap<TicketId, (BusinessDay, TicketNumber)>,
    /// Deeds that nobody has touched since, the last one last.
    deeds: BTreeMap<TicketId, Vec<Done>>,
    /// Paper that the hub refused to hear of.
    complaint: Option<String>,
    /// Paper of another day than the hub's, which it need not know.
    of_other_days: BTreeSet<(BusinessDay, TicketNumber)>,
}

impl Watch {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            pace: Pace::of(&rules),
            rules,
            follower: State::default(),
            paper: Paper::default(),
            patience: Patience::default(),
            acknowledged: BTreeMap::new(),
            deeds: BTreeMap::new(),
            complaint: None,
            of_other_days: BTreeSet::new(),
        }
    }

    /// A state that was made again is the one that was committed.
    pub(super) fn is_what_was_committed(&self, state: &State) -> Result<(), String> {
        if *state == self.follower {
            return Ok(());
        }
        Err(
            "the state that was made from the log is another than the one that was committed"
                .into(),
        )
    }

    /// A slip comes out of a printer.
    pub(super) fn printed(&mut self, slip: &Slip, tally: &mut Tally) -> Result<(), String> {
        let owner = self.paper.owner(slip.day, slip.number);
        if slip.leased && owner.is_none() && self.follower.day().is_none_or(|day| day <= slip.day) {
            return Err(format!(
                "a kiosk gave {}, which is in no block",
                slip.number
            ));
        }
        self.paper.print(slip, (&self.rules, &self.follower), tally)
    }

    /// The hub has answered with this ticket.
    pub(super) fn acknowledged(
        &mut self,
        day: BusinessDay,
        ticket: TicketId,
        number: TicketNumber,
    ) {
        self.acknowledged.insert(ticket, (day, number));
    }

    /// The hub would not hear of a ticket that is on paper.
    pub(super) fn refused_paper(
        &mut self,
        kiosk: &Name,
        (day, number, refusal): (BusinessDay, TicketNumber, &Refusal),
    ) {
        if self.follower.day() == Some(day) {
            self.complaint = Some(format!(
                "{number} of {day} is on paper from {kiosk}, and the hub would not hear of it: {refusal}"
            ));
        } else {
            self.of_other_days.insert((day, number));
        }
    }

    /// A refusal changed nothing, and was deserved.
    pub(super) fn refused(
        &self,
        state: &State,
        actor: &Actor,
        command: &Command,
        refusal: &Refusal,
    ) -> Result<(), String> {
        if let (Command::CallNext { counter, service }, Refusal::NobodyWaiting(_)) =
            (command, refusal)
        {
            let missed = state.tickets().find(|ticket| {
                ticket.state == TicketState::Waiting
                    && service
                        .as_ref()
                        .is_none_or(|service| ticket.service == *service)
                    && sees(state, counter, ticket)
            });
            // The clerk of another day's counter does not see today's tickets.
            if let Some(missed) = missed.filter(|_| self.clerk_is_there(state, actor, counter)) {
                return Err(format!(
                    "nobody waits, says the queue; {} does",
                    missed.number
                ));
            }
        }
        Ok(())
    }

    fn clerk_is_there(&self, state: &State, actor: &Actor, counter: &CounterId) -> bool {
        let desk = state.counter(counter);
        desk.is_some_and(|desk| *actor == Actor::Clerk(desk.clerk.clone()))
    }

    /// What was decided: whoever is called next is the first whom the counter sees.
    pub(super) fn decided(
        &mut self,
        state: &State,
        (_actor, command): (&Actor, &Command),
        events: &[Event],
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let called = events.iter().find_map(|event| {
            let EventKind::Called {
                ticket,
                reason,
                counter,
            } = &event.kind
            else {
                return None;
            };
            Some((*ticket, *reason, counter))
        });
        let (next, only) = if let Command::CallNext { service, .. } = command {
            (true, service.as_ref())
        } else {
            (false, None)
        };
        let Some((called, reason, counter)) = called else {
            return match next {
                true => Err(format!("{command:?} led to {events:?}, and to no call")),
                false => Ok(()),
            };
        };
        let first = || state.order_at(counter, &self.rules, now).first().copied();
        if next && only.is_none() && first() != Some(called) {
            return Err(format!(
                "{called} was called, and {:?} was first in line",
                first()
            ));
        }
        let call = Call {
            counter,
            only,
            chosen: reason == CallReason::Manual,
            ticket: called,
        };
        self.patience.called((state, &self.rules), &call, now)
    }

    /// Just before an event is followed.
    pub(super) fn before(&mut self, state: &State, event: &Event) -> Result<(), String> {
        if let EventKind::DayStarted { day } = &event.kind {
            self.nothing_acknowledged_is_lost(state)?;
            self.every_slip_is_known(state)?;
            self.paper.turn(*day);
            self.patience.turn();
            self.deeds.clear();
        }
        if let EventKind::Issued {
            number,
            service,
            leased,
            ..
        } = &event.kind
        {
            self.number_given(state, event, (*number, service, *leased))?;
        }
        if let EventKind::Leased { .. } = &event.kind {
            self.numbers_leased(state, &event.kind)?;
        }
        if let EventKind::NumbersSkipped { service, last } = &event.kind
            && let Some(service) = self.rules.service(service)
        {
            self.paper.passed_over(service, *last);
        }
        if let Some(deed) = deed(&event.kind)
            && let Some(before) = event.kind.ticket().and_then(|id| state.ticket(&id))
        {
            let done = Done {
                clerk: event.actor.clone(),
                deed,
                before: before.clone(),
            };
            self.deeds.entry(before.id).or_default().push(done);
        }
        Ok(())
    }

    fn numbers_leased(&mut self, state: &State, kind: &EventKind) -> Result<(), String> {
        let EventKind::Leased {
            kiosk,
            day,
            service,
            first,
            last,
        } = kind
        else {
            return Ok(());
        };
        let Some(service) = self.rules.service(service) else {
            return Err(format!("{kind:?} is of no service"));
        };
        for ordinal in first.ordinal()..=last.ordinal() {
            let number = TicketNumber::new(service.letter, ordinal)
                .filter(|_| (service.first..=service.last).contains(&ordinal))
                .ok_or_else(|| format!("{kind:?} is beyond the range"))?;
            self.paper.leased((kiosk, *day), service, number, state)?;
        }
        Ok(())
    }

    fn number_given(
        &mut self,
        state: &State,
        event: &Event,
        (number, service, leased): (TicketNumber, &queue::ServiceId, bool),
    ) -> Result<(), String> {
        if let Some(other) = state.numbered(number) {
            return Err(format!(
                "{number} is in force for {}, and was given again",
                other.id
            ));
        }
        let Some(service) = self.rules.service(service) else {
            return Err(format!("{event:?} is of no service"));
        };
        let day = state.day();
        let owner = day.and_then(|day| self.paper.owner(day, number));
        if leased {
            let kiosk = owner.map(|name| Actor::Kiosk(name.clone()));
            if kiosk.as_ref() != Some(&event.actor) {
                return Err(format!("{number} is in the block of {owner:?}: {event:?}"));
            }
            return Ok(());
        }
        if let Some(owner) = owner {
            return Err(format!(
                "{number} is in the block of {owner}, and the hub gave it"
            ));
        }
        self.paper.given(service, number, state)
    }

    /// Just after an event was followed.
    pub(super) fn after(&mut self, state: &State, event: &Event) -> Result<(), String> {
        self.follower
            .evolve(event)
            .map_err(|error| format!("whoever follows the log cannot follow {event:?}: {error}"))?;
        let Some(id) = event.kind.ticket() else {
            return Ok(());
        };
        let Some(ticket) = state.ticket(&id) else {
            return Err(format!("{event:?} is about nobody"));
        };
        if let EventKind::Undone { deed, .. } = &event.kind {
            self.undone(ticket, event, *deed)?;
        }
        if let EventKind::Planned { .. } | EventKind::Prioritised { .. } = &event.kind {
            // Somebody has touched it: what was done before stays done.
            self.deeds.remove(&id);
        }
        if !matches!(event.kind, EventKind::SlipReported { .. }) {
            self.patience.forget(id);
        }
        if let EventKind::Restored { place, .. } = &event.kind {
            match place {
                Place::Front | Place::Next => self.patience.put_forward(id),
                Place::End => self.patience.put_behind(id, state, event.at),
                Place::Kept => {}
            }
        }
        Ok(())
    }

    /// Undo returns to what was.
    fn undone(&mut self, ticket: &Ticket, event: &Event, deed: Deed) -> Result<(), String> {
        let Some(done) = self.deeds.get_mut(&ticket.id).and_then(Vec::pop) else {
            return Err(format!("{event:?} undoes what was not done"));
        };
        if done.clerk != event.actor || done.deed != deed {
            return Err(format!(
                "{event:?} undoes {:?} of {:?}",
                done.deed, done.clerk
            ));
        }
        if !same(&done.before, ticket) {
            return Err(format!(
                "undo made {ticket:?}, and it was {:?}",
                done.before
            ));
        }
        if deed == Deed::Call {
            self.patience.undone(ticket.id);
        }
        Ok(())
    }

    /// Everything that must hold now.
    pub(super) fn check(
        &mut self,
        state: &State,
        now: DateTime<Utc>,
        chance: &mut Chance,
    ) -> Result<(), String> {
        if let Some(complaint) = self.complaint.take() {
            return Err(complaint);
        }
        self.is_what_was_committed(state)?;
        tickets_and_counters(state)?;
        // What the queue itself knows of its insides.
        state
            .check(&self.rules, now)
            .map_err(|violation| violation.to_string())?;
        self.order(state, now, chance)?;
        if chance.percent(10) {
            self.nothing_acknowledged_is_lost(state)?;
            self.estimates(state, now, chance)?;
        }
        Ok(())
    }

    /// Whoever waits where somebody calls has an estimate, and it makes sense.
    fn estimates(
        &self,
        state: &State,
        now: DateTime<Utc>,
        chance: &mut Chance,
    ) -> Result<(), String> {
        let brackets = state.brackets(&self.rules, &self.pace, now);
        for ticket in state.tickets() {
            let bracket = brackets.get(&ticket.id);
            let waits = ticket.state == TicketState::Waiting;
            let called = waits && {
                let mut calling = state.counters().filter(|(_, desk)| !desk.paused);
                calling.any(|(counter, _)| sees(state, counter, ticket))
            };
            if bracket.is_some() != called || bracket.is_some_and(|it| it.from_min > it.to_min) {
                return Err(format!(
                    "{} waits: {waits}, somebody calls it: {called}, and it is told {bracket:?}",
                    ticket.number
                ));
            }
        }
        if let Some(service) = chance.pick(&self.rules.services) {
            let newcomer = state.newcomer(&self.rules, &self.pace, &service.id, now);
            let mut calling = state.counters().filter(|(_, desk)| !desk.paused);
            let called = calling.any(|(_, desk)| {
                let mut services = desk.services.iter();
                services.any(|share| share.service == service.id)
            });
            if newcomer.is_some() != called || newcomer.is_some_and(|it| it.from_min > it.to_min) {
                return Err(format!(
                    "a newcomer for {} is told {newcomer:?}",
                    service.id
                ));
            }
        }
        Ok(())
    }

    fn order(&self, state: &State, now: DateTime<Utc>, chance: &mut Chance) -> Result<(), String> {
        let order = state.order(&self.rules, now);
        let lined_up: BTreeSet<TicketId> = order.iter().copied().collect();
        let waiting: BTreeSet<TicketId> = state
            .tickets()
            .filter(|ticket| ticket.state == TicketState::Waiting)
            .map(|ticket| ticket.id)
            .collect();
        if lined_up != waiting || order.len() != waiting.len() || state.waiting() != waiting.len() {
            return Err(format!(
                "{} wait, {} are lined up, and the state counts {}",
                waiting.len(),
                order.len(),
                state.waiting()
            ));
        }
        if let Some(id) = chance.pick(&order)
            && let Some(ticket) = state.ticket(id)
        {
            let before = order.iter().take_while(|other| *other != id);
            let same = before.filter(|other| {
                let other = state.ticket(other);
                other.is_some_and(|other| other.service == ticket.service)
            });
            let counted = u32::try_from(same.count()).ok();
            let told = state.ahead(id, &self.rules, now);
            if counted != told {
                return Err(format!(
                    "{told:?} are ahead of {}, not {counted:?}",
                    ticket.number
                ));
            }
        }
        let open: Vec<&CounterId> = state.counters().map(|(id, _)| id).collect();
        if let Some(counter) = chance.pick(&open) {
            let there: BTreeSet<TicketId> = state
                .order_at(counter, &self.rules, now)
                .into_iter()
                .collect();
            let seen: BTreeSet<TicketId> = order
                .iter()
                .copied()
                .filter(|id| state.ticket(id).is_some_and(|it| sees(state, counter, it)))
                .collect();
            if there != seen {
                return Err(format!("counter {counter} sees {there:?}, not {seen:?}"));
            }
        }
        Ok(())
    }

    /// What was acknowledged is there, under its number.
    pub(super) fn nothing_acknowledged_is_lost(&self, state: &State) -> Result<(), String> {
        let today = state.day();
        let of_today = self
            .acknowledged
            .iter()
            .filter(|(_, (day, _))| Some(*day) == today);
        for (id, (_, number)) in of_today {
            if state.ticket(id).map(|ticket| ticket.number) != Some(*number) {
                return Err(format!("{number} was acknowledged and is lost"));
            }
        }
        Ok(())
    }

    /// Every slip of today whose kiosk has told of it is in the queue.
    fn every_slip_is_known(&self, state: &State) -> Result<(), String> {
        let Some(day) = state.day() else {
            return Ok(());
        };
        for (number, ticket) in self.paper.of(day) {
            let acknowledged = self.acknowledged.contains_key(&ticket);
            let known = state.ticket(&ticket).map(|ticket| ticket.number) == Some(number);
            if acknowledged && !known {
                return Err(format!(
                    "{number} is on paper, and the queue does not know it"
                ));
            }
        }
        Ok(())
    }

    /// When every kiosk has told what it gave: every slip of today is in the queue.
    pub(super) fn all_paper_is_known(&self, state: &State) -> Result<(), String> {
        let Some(day) = state.day() else {
            return Ok(());
        };
        for (number, ticket) in self.paper.of(day) {
            let refused = self.of_other_days.contains(&(day, number));
            let known = state.ticket(&ticket).map(|ticket| ticket.number) == Some(number);
            if !known && !refused {
                return Err(format!(
                    "{number} is on paper, and the queue does not know it"
                ));
            }
        }
        Ok(())
    }
}
