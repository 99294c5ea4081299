//! Where those who wait are kept: one line for each service, and one for each counter or person
//! that tickets were passed on to. A line knows its order and how often it was passed over;
//! who is next among several lines is the business of `calling`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::{CounterId, Desk, Destination, ServiceId, State, Ticket, TicketState, Weight};

/// A place in the line: the arrival, and behind it the order of the events, so that no two are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Milliseconds since 1970: whole ones are all that the log keeps, and they compare quickly.
    pub(crate) from_ms: i64,
    pub(crate) stamp: u64,
}

/// Where a ticket stands or would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) key: Key,
    /// Put behind everybody by a clerk: neither a slot nor considerate priority counts any more.
    pub(crate) plain: bool,
    pub(crate) forward: Option<Forward>,
}

/// A clerk put it to the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forward {
    /// Who is put there last goes first.
    Front { stamp: u64 },
    /// Once its line has seen more calls than this.
    Next { stamp: u64, after: u64 },
}

/// By which rule a waiting ticket is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Front(u64),
    Next {
        stamp: u64,
        after: u64,
    },
    /// The slot's start in milliseconds since 1970.
    Booked(i64),
    Considerate,
    Ordinary,
}

impl Ticket {
    pub(crate) fn class(&self) -> Class {
        match (self.spot.forward, self.slot()) {
            (Some(Forward::Front { stamp }), _) => Class::Front(stamp),
            (Some(Forward::Next { stamp, after }), _) => Class::Next { stamp, after },
            (None, Some(slot)) => Class::Booked(slot.timestamp_millis()),
            (None, None) if self.considerate && !self.spot.plain => Class::Considerate,
            (None, None) => Class::Ordinary,
        }
    }
}

/// By how many a line was passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Calls by counters that see the line.
    pub(crate) calls: u64,
    /// Calls in a row that passed over the first walk-in here: they went to bookings, to
    /// considerate priority or to somebody who came later.
    pub(crate) passed: u32,
    /// Calls in a row of considerate priority while ordinary walk-ins waited here.
    pub(crate) considerate: u32,
}

/// What a call means to those who were not called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passing {
    pub(crate) key: Key,
    pub(crate) class: Class,
    pub(crate) overriding: bool,
}

impl Counts {
    /// Follows a call by a counter that sees the line; `walk_in` and `ordinary` are the first who
    /// still wait in it.
    pub(crate) fn follow(&mut self, call: Passing, walk_in: Option<Key>, ordinary: Option<Key>) {
        let is_ordinary = call.class == Class::Ordinary;
        let in_turn = |first: Option<Key>| first.is_none_or(|first| call.key < first);
        self.calls = self.calls.saturating_add(1);
        self.passed = if walk_in.is_none() || ((is_ordinary || call.overriding) && in_turn(walk_in))
        {
            0
        } else {
            self.passed.saturating_add(1)
        };
        if ordinary.is_none() || (is_ordinary && in_turn(ordinary)) {
            self.considerate = 0;
        } else if call.class == Class::Considerate {
            self.considerate = self.considerate.saturating_add(1);
        }
    }
}

/// Those who wait for the same, each in a row of its own rule; the numbers are turns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) front: BTreeSet<(Reverse<u64>, usize)>,
    pub(crate) next: BTreeSet<(u64, u64, usize)>,
    pub(crate) booked: BTreeSet<(i64, Key, usize)>,
    pub(crate) considerate: BTreeSet<(Key, usize)>,
    pub(crate) ordinary: BTreeSet<(Key, usize)>,
    pub(crate) counts: Counts,
}

impl Line {
    pub(crate) fn len(&self) -> usize {
        self.front.len()
            + self.next.len()
            + self.booked.len()
            + self.considerate.len()
            + self.ordinary.len()
    }

    fn insert(&mut self, ticket: &Ticket) {
        let (key, turn) = (ticket.spot.key, ticket.turn);
        match ticket.class() {
            Class::Front(stamp) => self.front.insert((Reverse(stamp), turn)),
            Class::Next { stamp, after } => self.next.insert((stamp, after, turn)),
            Class::Booked(slot) => self.booked.insert((slot, key, turn)),
            Class::Considerate => self.considerate.insert((key, turn)),
            Class::Ordinary => self.ordinary.insert((key, turn)),
        };
    }

    fn remove(&mut self, ticket: &Ticket) {
        let (key, turn) = (ticket.spot.key, ticket.turn);
        match ticket.class() {
            Class::Front(stamp) => self.front.remove(&(Reverse(stamp), turn)),
            Class::Next { stamp, after } => self.next.remove(&(stamp, after, turn)),
            Class::Booked(slot) => self.booked.remove(&(slot, key, turn)),
            Class::Considerate => self.considerate.remove(&(key, turn)),
            Class::Ordinary => self.ordinary.remove(&(key, turn)),
        };
    }

    pub(crate) fn first_ordinary(&self) -> Option<Key> {
        self.ordinary.first().map(|(key, _)| *key)
    }

    pub(crate) fn first_walk_in(&self) -> Option<Key> {
        let considerate = self.considerate.first().map(|(key, _)| *key);
        considerate.into_iter().chain(self.first_ordinary()).min()
    }
}

/// Which line: the counter or person it is for, if it is for one, and the service.
pub(crate) type LineId = (Option<Destination>, ServiceId);

/// All lines of the office.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// For whoever calls the service.
    pub(crate) open: BTreeMap<ServiceId, Line>,
    /// For one counter or person.
    pub(crate) aimed: BTreeMap<Destination, BTreeMap<ServiceId, Line>>,
}

impl Lines {
    pub(crate) fn insert(&mut self, ticket: &Ticket) {
        if ticket.state != TicketState::Waiting {
            return;
        }
        let lines = match &ticket.aim {
            Some(aim) => self.aimed.entry(aim.clone()).or_default(),
            None => &mut self.open,
        };
        match lines.get_mut(&ticket.service) {
            Some(line) => line.insert(ticket),
            None => lines
                .entry(ticket.service.clone())
                .or_default()
                .insert(ticket),
        }
    }

    pub(crate) fn remove(&mut self, ticket: &Ticket) {
        if ticket.state != TicketState::Waiting {
            return;
        }
        let lines = match &ticket.aim {
            Some(aim) => self.aimed.get_mut(aim),
            None => Some(&mut self.open),
        };
        if let Some(line) = lines.and_then(|lines| lines.get_mut(&ticket.service)) {
            line.remove(ticket);
        }
    }

    pub(crate) fn get_mut(&mut self, (aim, service): &LineId) -> Option<&mut Line> {
        match aim {
            Some(aim) => self.aimed.get_mut(aim)?.get_mut(service),
            None => self.open.get_mut(service),
        }
    }

    pub(crate) fn get(&self, aim: Option<&Destination>, service: &ServiceId) -> Option<&Line> {
        match aim {
            Some(aim) => self.aimed.get(aim)?.get(service),
            None => self.open.get(service),
        }
    }

    /// All lines in which somebody waits.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Seen<'_>> {
        let open = self.open.iter().map(|(service, line)| Seen {
            aim: None,
            service,
            line,
            weight: Weight::EVEN,
        });
        let aimed = self.aimed.iter().flat_map(|(aim, lines)| {
            lines.iter().map(move |(service, line)| Seen {
                aim: Some(aim),
                service,
                line,
                weight: Weight::EVEN,
            })
        });
        open.chain(aimed).filter(Seen::is_waited_in)
    }
}

/// A line as one counter sees it.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) aim: Option<&'a Destination>,
    pub(crate) service: &'a ServiceId,
    pub(crate) line: &'a Line,
    pub(crate) weight: Weight,
}

impl Seen<'_> {
    fn is_waited_in(&self) -> bool {
        self.line.len() > 0
    }

    pub(crate) fn id(&self) -> LineId {
        (self.aim.cloned(), self.service.clone())
    }
}

impl State {
    /// The lines in which somebody waits and from which a counter calls: its services', its own, its clerk's, and those of
    /// its services for counters and persons who are not there.
    pub(crate) fn seen<'a>(
        &'a self,
        counter: &'a CounterId,
        desk: &'a Desk,
        only: Option<&'a ServiceId>,
    ) -> impl Iterator<Item = Seen<'a>> {
        let asked = move |service: &ServiceId| only.is_none_or(|only| only == service);
        let open = desk
            .services
            .iter()
            .filter(move |share| asked(&share.service))
            .filter_map(|share| {
                Some(Seen {
                    aim: None,
                    service: &share.service,
                    line: self.lines.open.get(&share.service)?,
                    weight: share.weight,
                })
            });
        let aimed = self.lines.aimed.iter().flat_map(move |(aim, lines)| {
            lines.iter().filter_map(move |(service, line)| {
                let weight = self.sees(counter, desk, Some(aim), service)?;
                asked(service).then_some(Seen {
                    aim: Some(aim),
                    service,
                    line,
                    weight,
                })
            })
        });
        open.chain(aimed).filter(Seen::is_waited_in)
    }

    /// Whether a counter calls from a line, and how much it prefers it.
    pub(crate) fn sees(
        &self,
        counter: &CounterId,
        desk: &Desk,
        aim: Option<&Destination>,
        service: &ServiceId,
    ) -> Option<Weight> {
        let share = desk.services.iter().find(|share| share.service == *service);
        let weight = share.map(|share| share.weight);
        match aim.map(|aim| self.whose(aim, counter, desk)) {
            None | Some(Whose::Absent) => weight,
            Some(Whose::Ours) => Some(weight.unwrap_or(Weight::EVEN)),
            Some(Whose::Others) => None,
        }
    }

    fn whose(&self, aim: &Destination, counter: &CounterId, desk: &Desk) -> Whose {
        let (ours, there) = match aim {
            Destination::Counter(id) => (id == counter, self.desks.contains_key(id)),
            Destination::Clerk(name) => (*name == desk.clerk, self.counter_of(name).is_some()),
            Destination::Service(_) => (false, false),
        };
        match (ours, there) {
            (true, _) => Whose::Ours,
            (false, true) => Whose::Others,
            (false, false) => Whose::Absent,
        }
    }
}

/// Whose a line is from where one counter stands.
#[derive(Clone, Copy)]
enum Whose {
    Ours,
    Others,
    /// Nobody's at the moment, and therefore everybody's.
    Absent,
}
