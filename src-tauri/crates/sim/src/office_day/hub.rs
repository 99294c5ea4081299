//! The hub as the queue sees it: an inbox, groups that are committed as one, answers that are remembered, a
//! power cord, and a start from nothing but the committed log.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use queue::{
    Actor, BusinessDay, CancelReason, Command, Event, Lease, Refusal, Rules, State, TicketId,
    TicketNumber, decide,
};
use uuid::Uuid;

use super::{Around, stream::News, watch::Watch};
use crate::chance::Chance;

/// An idempotency key: one intent of one client.
pub(super) type Key = u64;

/// Requests that share one commit.
const GROUP_REQUESTS_MAX: usize = 8;

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    Kiosk(usize),
    Clerk(usize),
}

/// A command on its way.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) client: Client,
    pub(super) key: Key,
    pub(super) actor: Actor,
    /// A ticket's identity in an `Issue` is the hub's to make; what stands here is not looked at.
    pub(super) command: Command,
    /// With a ticket from a lease: the key of the same press, whose outcome the kiosk never learnt.
    pub(super) replaces: Option<Key>,
}

/// An answer on its way.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) client: Client,
    pub(super) key: Key,
    pub(super) outcome: Outcome,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Done(Answer),
    Refused(Refusal),
    /// The key came before with another request.
    KeyReused,
}

/// What is answered, and answered again to the same key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    /// The ticket that was issued.
    pub(super) issued: Option<(BusinessDay, TicketId, TicketNumber)>,
    /// The kiosk's numbers.
    pub(super) leases: Vec<Lease>,
}

/// What survives everything.
#[derive(Default)]
struct Disk {
    log: Vec<Event>,
    answers: BTreeMap<Key, Remembered>,
}

struct Remembered {
    actor: Actor,
    /// Absent where the key was settled before its request came, if it ever comes.
    command: Option<Command>,
    answer: Answer,
}

/// When the power goes, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    Stays,
    GoesBeforeTheCommit,
    GoesAfterTheCommit,
}

pub(super) struct Hub {
    rules: Rules,
    disk: Disk,
    /// Absent while the hub is down.
    live: Option<State>,
    inbox: VecDeque<Request>,
}

impl Hub {
    /// A hub that starts for the first time.
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            disk: Disk::default(),
            live: Some(State::default()),
            inbox: VecDeque::new(),
        }
    }

    /// The state, while the hub runs.
    pub(super) fn live(&self) -> Option<&State> {
        self.live.as_ref()
    }

    /// How many events are committed.
    pub(super) fn seq(&self) -> usize {
        self.disk.log.len()
    }

    pub(super) fn has_work(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// A request arrives. Whoever talks to a hub that is down talks to nobody.
    pub(super) fn receive(&mut self, request: Request) {
        if self.live.is_some() {
            self.inbox.push_back(request);
        }
    }

    /// The power goes: memory and inbox are lost.
    pub(super) fn fall(&mut self) {
        self.live = None;
        self.inbox.clear();
    }

    /// Starts again from the committed log.
    pub(super) fn start(&mut self, watch: &Watch) -> Result<(), String> {
        let state = self.replayed()?;
        watch.is_what_was_committed(&state)?;
        self.live = Some(state);
        Ok(())
    }

    /// The state that the committed log leads to, from its first event on.
    pub(super) fn replayed(&self) -> Result<State, String> {
        let mut state = State::default();
        for event in &self.disk.log {
            state
                .evolve(event)
                .map_err(|error| format!("the log cannot be replayed at {event:?}: {error}"))?;
        }
        Ok(state)
    }

    /// Carries what is in the inbox as one group, commits, and answers.
    pub(super) fn commit(
        &mut self,
        now: DateTime<Utc>,
        power: Power,
        around: &mut Around,
    ) -> Result<(Vec<Reply>, News), String> {
        let mut news = News::default();
        if power == Power::GoesBeforeTheCommit {
            // A transaction is all or nothing: the group never was.
            self.fall();
            return Ok((Vec::new(), news));
        }
        let size = self.inbox.len().min(GROUP_REQUESTS_MAX);
        let group: Vec<Request> = self.inbox.drain(..size).collect();
        if size > 1 {
            around.tally.fault("a group of several commands");
        }
        let mut replies = Vec::new();
        for request in group {
            let reply = self.carry(request, now, &mut news, around)?;
            replies.extend(reply);
        }
        if power == Power::GoesAfterTheCommit {
            self.fall();
            replies.clear();
        }
        Ok((replies, news))
    }

    fn carry(
        &mut self,
        request: Request,
        now: DateTime<Utc>,
        news: &mut News,
        around: &mut Around,
    ) -> Result<Option<Reply>, String> {
        let Request {
            client,
            key,
            actor,
            command,
            replaces,
        } = request;
        let reply = |outcome| {
            Ok(Some(Reply {
                client,
                key,
                outcome,
            }))
        };
        if let Some(known) = self.disk.answers.get(&key) {
            let same = known.command.as_ref().is_none_or(|known| *known == command);
            if known.actor == actor && same {
                around.tally.fault("a key was answered from memory");
                return reply(Outcome::Done(known.answer.clone()));
            }
            around.tally.fault("a key came with another request");
            return reply(Outcome::KeyReused);
        }
        let asked = with_identity(command.clone(), now, &mut around.chance);
        match self.decide(&actor, &asked, now, news, around)? {
            Err(refusal) => reply(Outcome::Refused(refusal)),
            Ok(()) => {
                let answer = self.answer(&asked, &mut around.watch);
                let remember = |command| Remembered {
                    actor: actor.clone(),
                    command,
                    answer: answer.clone(),
                };
                self.disk.answers.insert(key, remember(Some(command)));
                if let Some(press) = replaces {
                    let settled = self.disk.answers.insert(press, remember(None));
                    self.take_back(settled, &answer, now, news, around)?;
                }
                reply(Outcome::Done(answer))
            }
        }
    }

    /// A press has one living ticket: what was issued to it before is on nobody's paper.
    fn take_back(
        &mut self,
        settled: Option<Remembered>,
        instead: &Answer,
        now: DateTime<Utc>,
        news: &mut News,
        around: &mut Around,
    ) -> Result<(), String> {
        let earlier = settled.and_then(|settled| settled.answer.issued);
        let earlier = earlier.filter(|earlier| Some(earlier) != instead.issued.as_ref());
        let Some((_, ticket, number)) = earlier else {
            return Ok(());
        };
        let found = self.live.as_ref().and_then(|state| state.ticket(&ticket));
        if !found.is_some_and(|found| found.state.is_in_force()) {
            return Ok(());
        }
        around
            .tally
            .fault("a press had two tickets, and one was taken back");
        let cancel = Command::Cancel {
            ticket,
            reason: CancelReason::Mistake,
        };
        self.decide(&Actor::Hub, &cancel, now, news, around)?
            .map_err(|refusal| format!("{number} cannot be taken back: {refusal}"))
    }

    /// The hub's own commands: the day's turn, a repair.
    pub(super) fn decide(
        &mut self,
        actor: &Actor,
        command: &Command,
        now: DateTime<Utc>,
        news: &mut News,
        around: &mut Around,
    ) -> Result<Result<(), Refusal>, String> {
        let Some(state) = &mut self.live else {
            return Err("a hub that is down was asked".to_owned());
        };
        around
            .tally
            .command(command, matches!(actor, Actor::Clerk(_)));
        let decided = decide(state, &self.rules, actor, command, now);
        if around.chance.percent(5) && decide(state, &self.rules, actor, command, now) != decided {
            return Err(format!("{command:?} was decided in two ways"));
        }
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => {
                around.tally.refusal(&refusal);
                around.watch.refused(state, actor, command, &refusal)?;
                return Ok(Err(refusal));
            }
        };
        around
            .watch
            .decided(state, (actor, command), &events, now)?;
        for event in events {
            around.tally.event(&event.kind);
            around.watch.before(state, &event)?;
            state
                .evolve(&event)
                .map_err(|error| format!("{event:?} was decided and does not fit: {error}"))?;
            around.watch.after(state, &event)?;
            news.note(&event, state);
            around.tell_event(&event, state);
            self.disk.log.push(event);
        }
        Ok(Ok(()))
    }

    fn answer(&self, command: &Command, watch: &mut Watch) -> Answer {
        let Some(state) = &self.live else {
            return Answer::default();
        };
        let ticket =
            if let Command::Issue { ticket, .. } | Command::IssueLeased { ticket, .. } = command {
                state.ticket(ticket)
            } else {
                None
            };
        let issued = ticket
            .zip(state.day())
            .map(|(ticket, day)| (day, ticket.id, ticket.number));
        if let Some((day, ticket, number)) = issued {
            watch.acknowledged(day, ticket, number);
        }
        let leases = if let Command::Lease { kiosk, .. } = command {
            let of_kiosk = state.leases().filter(|lease| lease.kiosk == *kiosk);
            of_kiosk.cloned().collect()
        } else {
            Vec::new()
        };
        Answer { issued, leases }
    }
}

/// A UUIDv7 of this instant and of chance.
pub(super) fn identity(now: DateTime<Utc>, chance: &mut Chance) -> TicketId {
    let millis = u128::from(now.timestamp_millis().unsigned_abs()) << 80;
    let random = u128::from(chance.bits()) & ((1 << 62) - 1);
    TicketId(Uuid::from_u128(millis | (7 << 76) | (0b10 << 62) | random))
}

fn with_identity(command: Command, now: DateTime<Utc>, chance: &mut Chance) -> Command {
    if let Command::Issue { visit, .. } = command {
        let ticket = identity(now, chance);
        Command::Issue { ticket, visit }
    } else {
        command
    }
}
