//! Who is next. The rules in the order in which they are asked; the first that knows somebody
//! decides:
//!
//! 1. whom a clerk put to the front, or after whoever was next (`manual`);
//! 2. bookings whose time has come, by slot, then by check-in (`due`);
//! 3. considerate priority by arrival (`priority`); after `priority_every` of them in a row before
//!    waiting ordinary walk-ins, the ordinary walk-in who came first (`fcfs`);
//! 4. ordinary walk-ins by arrival, or at a counter that prefers services by waited time × weight (`fcfs`);
//! 5. bookings before their time (`due`).
//!
//! Above 2, 3 and the weights stands one right: when a walk-in has waited longer than `override_after`
//! and was passed over by `override_every` calls in a row, the first of the walk-ins goes (`override`).
//!
//! **Nobody starves.** Let a walk-in who has waited longer than `override_after` have `k` walk-ins
//! with earlier arrivals before it. Every call that could have gone to it and that no clerk chose goes to
//! one of these `k + 1`, or passes over its line; and after `override_every` passings in a row the
//! first of them goes. So it is called after at most `(k + 1) × (override_every + 1)` such calls,
//! however many bookings and however much considerate priority come meanwhile.

use std::{cmp::Reverse, collections::btree_set};

use chrono::{DateTime, Utc};

use crate::{
    CallReason, CallingRules, CounterId, Rules, ServiceId, State, TicketId, TicketState, Weight,
    line::{Class, Counts, Key, Passing, Seen},
};

impl State {
    /// Everybody who waits, in the order in which they would be called at this instant by
    /// counters that call every service evenly. Total and deterministic.
    pub fn order(&self, rules: &Rules, now: DateTime<Utc>) -> Vec<TicketId> {
        self.ids(Play::of(self.lines.iter(), rules.calling, now))
    }

    /// The first of [`State::order`], without lining up the rest.
    pub fn order_first(&self, rules: &Rules, now: DateTime<Utc>, most: usize) -> Vec<TicketId> {
        Play::of(self.lines.iter(), rules.calling, now)
            .take(most)
            .filter_map(|(turn, _)| Some(self.tickets.get(turn)?.id))
            .collect()
    }

    /// Everybody whom one counter would call, in order; empty while it is closed.
    pub fn order_at(
        &self,
        counter: &CounterId,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Vec<TicketId> {
        let Some(desk) = self.desks.get(counter) else {
            return Vec::new();
        };
        self.ids(Play::of(self.seen(counter, desk, None), rules.calling, now))
    }

    /// How many of the same service would be called before a ticket; absent unless it waits.
    pub fn ahead(&self, id: &TicketId, rules: &Rules, now: DateTime<Utc>) -> Option<u32> {
        let ticket = self.ticket(id)?;
        if ticket.state != TicketState::Waiting {
            return None;
        }
        let ahead = match ticket.class() {
            Class::Ordinary => self.ahead_by_arrival(&ticket.service, ticket.spot.key, rules, now),
            Class::Front(_) | Class::Next { .. } | Class::Booked(_) | Class::Considerate => None,
        };
        let ahead = ahead.unwrap_or_else(|| {
            Play::of(self.lines.iter(), rules.calling, now)
                .take_while(|(turn, _)| *turn != ticket.turn)
                .filter_map(|(turn, _)| self.tickets.get(turn))
                .filter(|other| other.service == ticket.service)
                .count()
        });
        Some(u32::try_from(ahead).unwrap_or(u32::MAX))
    }

    /// The number ahead of an ordinary walk-in where no right of precedence is at work between
    /// walk-ins, so that counting does without lining everybody up.
    fn ahead_by_arrival(
        &self,
        service: &ServiceId,
        key: Key,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Option<usize> {
        let mut ahead = 0;
        let mut due_anywhere = false;
        let mut overdue_anywhere = false;
        for seen in self.lines.iter() {
            let line = seen.line;
            if !line.considerate.is_empty() || !line.next.is_empty() {
                return None;
            }
            let due = line
                .booked
                .iter()
                .take_while(|(slot, ..)| is_due(*slot, &rules.calling, now))
                .count();
            due_anywhere |= due > 0;
            overdue_anywhere |= line
                .first_walk_in()
                .is_some_and(|first| is_overdue(first, &rules.calling, now));
            if seen.service == service {
                ahead += line.front.len() + due;
                ahead += match line.ordinary.last() {
                    // Whoever has just come is the last, and need not be counted to.
                    Some((last, _)) if *last < key => line.ordinary.len(),
                    Some((last, _)) if *last == key => line.ordinary.len() - 1,
                    Some(_) => line.ordinary.range(..(key, 0)).count(),
                    None => 0,
                };
            }
        }
        (!due_anywhere || !overdue_anywhere).then_some(ahead)
    }

    /// By how many calls in a row the first walk-in of a waiting ticket's line was passed over:
    /// they went to bookings, to considerate priority or to somebody who came later. With the
    /// ticket's [`CallReason`] this is what a clerk can tell a citizen about the order.
    pub fn passed_over(&self, id: &TicketId) -> Option<u32> {
        let ticket = self.ticket(id)?;
        let line = self.lines.get(ticket.aim.as_ref(), &ticket.service)?;
        (ticket.state == TicketState::Waiting).then_some(line.counts.passed)
    }

    /// Whom a counter calls next, and why; of one service only, if asked so.
    pub(crate) fn next(
        &self,
        counter: &CounterId,
        only: Option<&ServiceId>,
        calling: &CallingRules,
        now: DateTime<Utc>,
    ) -> Option<(TicketId, CallReason)> {
        let desk = self.desks.get(counter)?;
        let play = Play::of(self.seen(counter, desk, only), *calling, now);
        let (turn, reason) = play.peek()?;
        Some((self.tickets.get(turn)?.id, reason))
    }

    fn ids(&self, play: Play<'_>) -> Vec<TicketId> {
        play.filter_map(|(turn, _)| Some(self.tickets.get(turn)?.id))
            .collect()
    }
}

fn is_due(slot: DateTime<Utc>, calling: &CallingRules, now: DateTime<Utc>) -> bool {
    slot - calling.eligible_before <= now
}

fn is_overdue(key: Key, calling: &CallingRules, now: DateTime<Utc>) -> bool {
    now - key.from > calling.override_after
}

/// A row of a line from which only the first is ever taken.
pub(crate) struct Row<'a, T> {
    head: Option<T>,
    rest: btree_set::Iter<'a, T>,
    behind: Option<T>,
}

impl<'a, T: Copy + Ord> Row<'a, T> {
    fn new(set: &'a std::collections::BTreeSet<T>) -> Self {
        let mut row = Self {
            head: None,
            rest: set.iter(),
            behind: None,
        };
        row.advance();
        row
    }

    fn advance(&mut self) {
        self.head = self.rest.next().copied().or_else(|| self.behind.take());
    }
}

/// A line that is being taken down, while the state's own stays as it is.
pub(crate) struct Lane<'a> {
    front: Row<'a, (Reverse<u64>, usize)>,
    next: Row<'a, (u64, u64, usize)>,
    booked: Row<'a, (DateTime<Utc>, Key, usize)>,
    considerate: Row<'a, (Key, usize)>,
    ordinary: Row<'a, (Key, usize)>,
    counts: Counts,
}

impl<'a> Lane<'a> {
    pub(crate) fn new(seen: &Seen<'a>) -> Self {
        Self {
            front: Row::new(&seen.line.front),
            next: Row::new(&seen.line.next),
            booked: Row::new(&seen.line.booked),
            considerate: Row::new(&seen.line.considerate),
            ordinary: Row::new(&seen.line.ordinary),
            counts: seen.line.counts,
        }
    }

    /// Somebody who comes now and is not in the state.
    pub(crate) fn push(&mut self, newcomer: (Key, usize)) {
        self.ordinary.behind = Some(newcomer);
        if self.ordinary.head.is_none() {
            self.ordinary.advance();
        }
    }

    fn first_ordinary(&self) -> Option<Key> {
        self.ordinary.head.map(|(key, _)| key)
    }

    fn first_walk_in(&self) -> Option<Key> {
        let considerate = self.considerate.head.map(|(key, _)| key);
        considerate.into_iter().chain(self.first_ordinary()).min()
    }
}

/// One call: from which lane, by which rule.
#[derive(Clone, Copy)]
pub(crate) struct Pick {
    lane: usize,
    class: Class,
    key: Key,
    pub(crate) turn: usize,
    pub(crate) reason: CallReason,
}

/// Who would be called from these lanes, seen with these weights.
pub(crate) fn pick(
    lanes: &[Lane<'_>],
    seen: &[(usize, Weight)],
    calling: &CallingRules,
    now: DateTime<Utc>,
) -> Option<Pick> {
    let lanes = || {
        seen.iter()
            .filter_map(|(place, weight)| Some((*place, lanes.get(*place)?, *weight)))
    };
    let forwarded = |lane: usize, class, turn| Pick {
        lane,
        class,
        // Nobody is compared with whom a clerk chose.
        key: Key {
            from: DateTime::UNIX_EPOCH,
            stamp: 0,
        },
        turn,
        reason: CallReason::Manual,
    };
    let front = lanes()
        .filter_map(|(place, lane, _)| Some((lane.front.head?, place)))
        .min();
    if let Some(((Reverse(stamp), turn), place)) = front {
        return Some(forwarded(place, Class::Front(stamp), turn));
    }
    let next = |ripe: bool| {
        lanes()
            .filter_map(|(place, lane, _)| {
                let (stamp, after, turn) = lane.next.head?;
                (!ripe || lane.counts.calls > after).then_some((stamp, after, turn, place))
            })
            .min()
            .map(|(stamp, after, turn, place)| forwarded(place, Class::Next { stamp, after }, turn))
    };
    if let Some(pick) = next(true) {
        return Some(pick);
    }

    let considerate = lanes()
        .filter_map(|(place, lane, _)| Some((lane.considerate.head?, place)))
        .min()
        .map(|((key, turn), lane)| Pick {
            lane,
            class: Class::Considerate,
            key,
            turn,
            reason: CallReason::Priority,
        });
    let ordinary = |((key, turn), lane)| Pick {
        lane,
        class: Class::Ordinary,
        key,
        turn,
        reason: CallReason::Fcfs,
    };
    let first_ordinary = lanes()
        .filter_map(|(place, lane, _)| Some((lane.ordinary.head?, place)))
        .min()
        .map(ordinary);
    let booked = lanes()
        .filter_map(|(place, lane, _)| Some((lane.booked.head?, place)))
        .min()
        .map(|((slot, key, turn), lane)| Pick {
            lane,
            class: Class::Booked(slot),
            key,
            turn,
            reason: CallReason::Due,
        });
    let due = booked.filter(|pick| match pick.class {
        Class::Booked(slot) => is_due(slot, calling, now),
        Class::Front(_) | Class::Next { .. } | Class::Considerate | Class::Ordinary => false,
    });
    let impatient = considerate.is_some()
        && lanes().any(|(_, lane, _)| {
            lane.ordinary.head.is_some() && lane.counts.considerate >= calling.priority_every
        });
    let preferred = || {
        let uneven =
            lanes().any(|(_, _, weight)| Some(weight) != lanes().next().map(|(_, _, w)| w));
        if !uneven {
            return first_ordinary;
        }
        lanes()
            .filter_map(|(place, lane, weight)| {
                let (key, turn) = lane.ordinary.head?;
                let waited = (now - key.from).num_milliseconds().max(0);
                let score = i128::from(waited) * i128::from(weight.percent());
                Some((Reverse(score), (key, turn), place))
            })
            .min()
            .map(|(_, who, place)| ordinary((who, place)))
    };
    let usual = due
        .or(if impatient {
            first_ordinary
        } else {
            considerate
        })
        .or_else(preferred);
    let first = match (considerate, first_ordinary) {
        (Some(one), Some(other)) => Some(if one.key < other.key { one } else { other }),
        (one, other) => one.or(other),
    };
    let overdue = || {
        lanes().any(|(_, lane, _)| {
            lane.counts.passed >= calling.override_every
                && lane
                    .first_walk_in()
                    .is_some_and(|key| is_overdue(key, calling, now))
        })
    };
    match (usual, first) {
        (Some(usual), Some(first)) if usual.turn != first.turn && overdue() => Some(Pick {
            reason: CallReason::Override,
            ..first
        }),
        (Some(usual), _) => Some(usual),
        (None, _) => next(false).or(booked),
    }
}

/// Takes a pick out of its lane, and tells all lanes that the counter sees.
pub(crate) fn take(lanes: &mut [Lane<'_>], seen: &[(usize, Weight)], pick: Pick) {
    if let Some(lane) = lanes.get_mut(pick.lane) {
        match pick.class {
            Class::Front(_) => lane.front.advance(),
            Class::Next { .. } => lane.next.advance(),
            Class::Booked(_) => lane.booked.advance(),
            Class::Considerate => lane.considerate.advance(),
            Class::Ordinary => lane.ordinary.advance(),
        }
    }
    let passing = Passing {
        key: pick.key,
        class: pick.class,
        overriding: pick.reason == CallReason::Override,
    };
    for (place, _) in seen {
        if let Some(lane) = lanes.get_mut(*place) {
            let (walk_in, ordinary) = (lane.first_walk_in(), lane.first_ordinary());
            lane.counts.follow(passing, walk_in, ordinary);
        }
    }
}

/// Those who wait, taken one by one as they would be called if time stood still.
struct Play<'a> {
    lanes: Vec<Lane<'a>>,
    seen: Vec<(usize, Weight)>,
    calling: CallingRules,
    now: DateTime<Utc>,
}

impl<'a> Play<'a> {
    fn of(
        lines: impl Iterator<Item = Seen<'a>>,
        calling: CallingRules,
        now: DateTime<Utc>,
    ) -> Self {
        let (lanes, weights): (Vec<_>, Vec<_>) =
            lines.map(|seen| (Lane::new(&seen), seen.weight)).unzip();
        Self {
            lanes,
            seen: weights.into_iter().enumerate().collect(),
            calling,
            now,
        }
    }

    fn peek(&self) -> Option<(usize, CallReason)> {
        let pick = pick(&self.lanes, &self.seen, &self.calling, self.now)?;
        Some((pick.turn, pick.reason))
    }
}

impl Iterator for Play<'_> {
    type Item = (usize, CallReason);

    fn next(&mut self) -> Option<Self::Item> {
        let pick = pick(&self.lanes, &self.seen, &self.calling, self.now)?;
        take(&mut self.lanes, &self.seen, pick);
        Some((pick.turn, pick.reason))
    }
}
