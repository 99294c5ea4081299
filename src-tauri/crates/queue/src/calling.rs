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
//! with earlier arrivals before it: all whom the counters of its service may call, for whatever service, also
//! those whom a clerk then chooses, for each of them begins the count of passings anew. Every call that could have gone to it and that no clerk chose goes to
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
        self.ids(Play::of(self.lines.iter(), Clock::at(&rules.calling, now)))
    }

    /// The first of [`State::order`], without lining up the rest.
    pub fn order_first(&self, rules: &Rules, now: DateTime<Utc>, most: usize) -> Vec<TicketId> {
        Play::of(self.lines.iter(), Clock::at(&rules.calling, now))
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
        self.ids(Play::of(
            self.seen(counter, desk, None),
            Clock::at(&rules.calling, now),
        ))
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
            Play::of(self.lines.iter(), Clock::at(&rules.calling, now))
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
        let clock = Clock::at(&rules.calling, now);
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
                .take_while(|(slot, ..)| clock.is_due(*slot))
                .count();
            due_anywhere |= due > 0;
            overdue_anywhere |= line
                .first_walk_in()
                .is_some_and(|first| clock.is_overdue(first));
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
        let play = Play::of(self.seen(counter, desk, only), Clock::at(calling, now));
        let (turn, reason) = play.peek()?;
        Some((self.tickets.get(turn)?.id, reason))
    }

    fn ids(&self, play: Play<'_>) -> Vec<TicketId> {
        play.filter_map(|(turn, _)| Some(self.tickets.get(turn)?.id))
            .collect()
    }
}

/// The instant, and the rules of order as numbers that compare quickly.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now_ms: i64,
    eligible_before_ms: i64,
    override_after_ms: i64,
    override_every: u32,
    priority_every: u32,
}

impl Clock {
    pub(crate) fn at(calling: &CallingRules, now: DateTime<Utc>) -> Self {
        Self {
            now_ms: now.timestamp_millis(),
            eligible_before_ms: calling.eligible_before.num_milliseconds(),
            override_after_ms: calling.override_after.num_milliseconds(),
            override_every: calling.override_every,
            priority_every: calling.priority_every,
        }
    }

    pub(crate) fn after(self, ms: i64) -> Self {
        Self {
            now_ms: self.now_ms + ms,
            ..self
        }
    }

    fn is_due(&self, slot_ms: i64) -> bool {
        slot_ms - self.eligible_before_ms <= self.now_ms
    }

    fn is_overdue(&self, key: Key) -> bool {
        self.now_ms - key.from_ms > self.override_after_ms
    }
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
    booked: Row<'a, (i64, Key, usize)>,
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

impl Pick {
    fn forwarded(lane: usize, class: Class, turn: usize) -> Self {
        Self {
            lane,
            class,
            // Nobody is compared with whom a clerk chose.
            key: Key {
                from_ms: 0,
                stamp: 0,
            },
            turn,
            reason: CallReason::Manual,
        }
    }

    fn walk_in((key, turn): (Key, usize), lane: usize, class: Class, reason: CallReason) -> Self {
        Self {
            lane,
            class,
            key,
            turn,
            reason,
        }
    }
}

/// The first of each row over all lanes that a counter sees, with the lane; and what the lanes
/// say about rights.
#[derive(Default)]
struct Heads {
    front: Option<((Reverse<u64>, usize), usize)>,
    ripe: Option<((u64, u64, usize), usize)>,
    next: Option<((u64, u64, usize), usize)>,
    booked: Option<((i64, Key, usize), usize)>,
    considerate: Option<((Key, usize), usize)>,
    ordinary: Option<((Key, usize), usize)>,
    /// The ordinary walk-in with the most waited time × weight.
    preferred: Option<(Reverse<i64>, (Key, usize), usize)>,
    /// Whether enough of considerate priority went before an ordinary walk-in.
    impatient: bool,
    /// Whether a walk-in has the right to be next.
    overdue: bool,
}

fn keep_least<T: Ord>(least: &mut Option<T>, found: Option<T>) {
    if let Some(found) = found
        && least.as_ref().is_none_or(|least| found < *least)
    {
        *least = Some(found);
    }
}

impl Heads {
    fn of(lanes: &[Lane<'_>], seen: &[(usize, Weight)], clock: &Clock) -> Self {
        let mut heads = Self::default();
        for (place, weight) in seen {
            if let Some(lane) = lanes.get(*place) {
                heads.look_at(lane, *place, *weight, clock);
            }
        }
        heads
    }

    fn look_at(&mut self, lane: &Lane<'_>, place: usize, weight: Weight, clock: &Clock) {
        let with_place = |who| (who, place);
        keep_least(&mut self.front, lane.front.head.map(with_place));
        let next = lane.next.head.map(|who| (who, place));
        keep_least(&mut self.next, next);
        let ripe = next.filter(|((_, after, _), _)| lane.counts.calls > *after);
        keep_least(&mut self.ripe, ripe);
        keep_least(&mut self.booked, lane.booked.head.map(|who| (who, place)));
        keep_least(
            &mut self.considerate,
            lane.considerate.head.map(|who| (who, place)),
        );
        keep_least(
            &mut self.ordinary,
            lane.ordinary.head.map(|who| (who, place)),
        );
        let preferred = lane.ordinary.head.map(|(key, turn)| {
            let waited_ms = clock.now_ms.saturating_sub(key.from_ms).max(0);
            let score = waited_ms.saturating_mul(i64::from(weight.percent()));
            (Reverse(score), (key, turn), place)
        });
        keep_least(&mut self.preferred, preferred);
        self.impatient |=
            lane.ordinary.head.is_some() && lane.counts.considerate >= clock.priority_every;
        self.overdue |= lane.counts.passed >= clock.override_every
            && lane
                .first_walk_in()
                .is_some_and(|key| clock.is_overdue(key));
    }

    fn next(next: Option<((u64, u64, usize), usize)>) -> Option<Pick> {
        next.map(|((stamp, after, turn), place)| {
            Pick::forwarded(place, Class::Next { stamp, after }, turn)
        })
    }

    fn booked(&self, clock: Option<&Clock>) -> Option<Pick> {
        let ((slot, key, turn), lane) = self.booked?;
        clock
            .is_none_or(|clock| clock.is_due(slot))
            .then_some(Pick {
                lane,
                class: Class::Booked(slot),
                key,
                turn,
                reason: CallReason::Due,
            })
    }

    fn considerate(&self) -> Option<Pick> {
        let (who, lane) = self.considerate?;
        Some(Pick::walk_in(
            who,
            lane,
            Class::Considerate,
            CallReason::Priority,
        ))
    }

    fn ordinary(&self) -> Option<Pick> {
        let (who, lane) = self.ordinary?;
        Some(Pick::walk_in(who, lane, Class::Ordinary, CallReason::Fcfs))
    }

    fn preferred(&self) -> Option<Pick> {
        let (_, who, lane) = self.preferred?;
        Some(Pick::walk_in(who, lane, Class::Ordinary, CallReason::Fcfs))
    }

    /// The first of all walk-ins, by the right of override.
    fn overdue(&self) -> Option<Pick> {
        let (considerate, ordinary) = (self.considerate(), self.ordinary());
        let first = match (considerate, ordinary) {
            (Some(one), Some(other)) if one.key < other.key => Some(one),
            (Some(one), None) => Some(one),
            (_, other) => other,
        };
        first.filter(|_| self.overdue).map(|first| Pick {
            reason: CallReason::Override,
            ..first
        })
    }

    fn choose(&self, clock: &Clock) -> Option<Pick> {
        if let Some(((Reverse(stamp), turn), place)) = self.front {
            return Some(Pick::forwarded(place, Class::Front(stamp), turn));
        }
        if let Some(ripe) = Self::next(self.ripe) {
            return Some(ripe);
        }
        let considerate = || {
            let considerate = self.considerate()?;
            let ordinary = self.ordinary().filter(|_| self.impatient);
            Some(ordinary.unwrap_or(considerate))
        };
        let usual = self
            .booked(Some(clock))
            .or_else(considerate)
            .or_else(|| self.preferred());
        match (usual, self.overdue()) {
            // Whose turn it is anyway needs no right.
            (Some(usual), Some(overdue)) if usual.turn != overdue.turn => Some(overdue),
            (Some(usual), _) => Some(usual),
            (None, _) => Self::next(self.next).or_else(|| self.booked(None)),
        }
    }
}

/// Who would be called from these lanes, seen with these weights.
pub(crate) fn pick(lanes: &[Lane<'_>], seen: &[(usize, Weight)], clock: &Clock) -> Option<Pick> {
    Heads::of(lanes, seen, clock).choose(clock)
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
    clock: Clock,
}

impl<'a> Play<'a> {
    fn of(lines: impl Iterator<Item = Seen<'a>>, clock: Clock) -> Self {
        let (lanes, weights): (Vec<_>, Vec<_>) =
            lines.map(|seen| (Lane::new(&seen), seen.weight)).unzip();
        Self {
            lanes,
            seen: weights.into_iter().enumerate().collect(),
            clock,
        }
    }

    fn peek(&self) -> Option<(usize, CallReason)> {
        let pick = pick(&self.lanes, &self.seen, &self.clock)?;
        Some((pick.turn, pick.reason))
    }
}

impl Iterator for Play<'_> {
    type Item = (usize, CallReason);

    fn next(&mut self) -> Option<Self::Item> {
        let pick = pick(&self.lanes, &self.seen, &self.clock)?;
        take(&mut self.lanes, &self.seen, pick);
        Some((pick.turn, pick.reason))
    }
}
