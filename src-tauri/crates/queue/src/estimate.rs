//! How long somebody will wait: the merged order, played forward over the counters that really call.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use chrono::{DateTime, Utc};

use crate::{
    Desk, Rules, ServiceId, State, TicketId, Weight,
    calling::{Clock, Lane, pick, take},
    line::{Key, Line, Seen},
};

/// Minutes within which a call is expected. Both ends finite, `from <= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bracket {
    /// Minutes at least.
    pub from_min: u16,
    /// Minutes at most.
    pub to_min: u16,
}

/// How many minutes one visit takes, for each service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    minutes: BTreeMap<ServiceId, u16>,
}

impl Pace {
    /// What the office expects.
    pub fn of(rules: &Rules) -> Self {
        let services = rules.services.iter();
        Self {
            minutes: services
                .map(|service| (service.id.clone(), service.minutes.max(1)))
                .collect(),
        }
    }

    /// What was measured for a service; less than a minute counts as one.
    pub fn set(&mut self, service: &ServiceId, minutes: u16) {
        self.minutes.insert(service.clone(), minutes.max(1));
    }

    /// Minutes of one visit.
    pub fn minutes(&self, service: &ServiceId) -> u16 {
        self.minutes.get(service).copied().unwrap_or(UNKNOWN_MIN)
    }
}

/// For a service that the rules do not know any more.
const UNKNOWN_MIN: u16 = 10;

/// One way in which the next hours may go.
#[derive(Clone, Copy)]
struct Course {
    /// Percent of the pace that a visit takes.
    percent: i64,
    /// Percent of the pace that a visit which lasts longer than that takes yet.
    overdue_percent: i64,
    /// What a free counter takes until it calls.
    call_ms: i64,
}

/// A minute.
const MINUTE_MS: i64 = 60_000;

/// Visits are short, and a free counter calls at once.
const BRISK: Course = Course {
    percent: 65,
    overdue_percent: 0,
    call_ms: 0,
};

/// Visits are long, and a clerk with nobody at the counter has something else to do for a minute.
const SLOW: Course = Course {
    percent: 140,
    overdue_percent: 50,
    call_ms: MINUTE_MS,
};

impl State {
    /// How long everybody who waits will wait until the call. Who is missing waits for what
    /// nobody calls at the moment.
    pub fn brackets(
        &self,
        rules: &Rules,
        pace: &Pace,
        now: DateTime<Utc>,
    ) -> BTreeMap<TicketId, Bracket> {
        let at = Moment {
            state: self,
            rules,
            pace,
            now,
        };
        let brisk = at.play(BRISK, None);
        let slow: BTreeMap<usize, i64> = at.play(SLOW, None).into_iter().collect();
        brisk
            .into_iter()
            .filter_map(|(turn, least)| {
                let most = slow.get(&turn)?;
                Some((self.tickets.get(turn)?.id, at.bracket(least, *most)))
            })
            .collect()
    }

    /// How long somebody would wait who came now for a service; `None` when nobody calls it.
    pub fn newcomer(
        &self,
        rules: &Rules,
        pace: &Pace,
        service: &ServiceId,
        now: DateTime<Utc>,
    ) -> Option<Bracket> {
        let at = Moment {
            state: self,
            rules,
            pace,
            now,
        };
        let wait = |course| {
            let calls = at.play(course, Some(service));
            calls
                .into_iter()
                .find(|(turn, _)| *turn == NEWCOMER)
                .map(|(_, wait)| wait)
        };
        Some(at.bracket(wait(BRISK)?, wait(SLOW)?))
    }
}

/// The turn of somebody who is not there yet.
const NEWCOMER: usize = usize::MAX;

struct Moment<'a> {
    state: &'a State,
    rules: &'a Rules,
    pace: &'a Pace,
    now: DateTime<Utc>,
}

impl Moment<'_> {
    /// In how many milliseconds everybody would be called, by turn, in the order of the calls.
    fn play(&self, course: Course, newcomer: Option<&ServiceId>) -> Vec<(usize, i64)> {
        let nobody = Line::default();
        let mut seen: Vec<Seen<'_>> = self.state.lines.iter().collect();
        if let Some(service) = newcomer
            && !seen
                .iter()
                .any(|line| line.aim.is_none() && line.service == service)
        {
            seen.push(Seen {
                aim: None,
                service,
                line: &nobody,
                weight: Weight::EVEN,
            });
        }
        let mut lanes: Vec<Lane<'_>> = seen.iter().map(Lane::new).collect();
        if let Some(service) = newcomer {
            let own = seen
                .iter()
                .position(|line| line.aim.is_none() && line.service == service);
            if let Some(lane) = own.and_then(|place| lanes.get_mut(place)) {
                let latest = self.state.latest.unwrap_or(self.now);
                let key = Key {
                    from_ms: self.now.max(latest).timestamp_millis(),
                    stamp: u64::MAX,
                };
                lane.push((key, NEWCOMER));
            }
        }
        let mut counters = Vec::new();
        let mut free: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
        for (id, desk) in self.state.desks.iter().filter(|(_, desk)| !desk.paused) {
            let sees: Vec<(usize, Weight)> = seen
                .iter()
                .enumerate()
                .filter_map(|(place, line)| {
                    let weight = self.state.sees(id, desk, line.aim, line.service)?;
                    Some((place, weight))
                })
                .collect();
            free.push(Reverse((self.free_in_ms(desk, course), counters.len())));
            counters.push(sees);
        }
        let clock = Clock::at(&self.rules.calling, self.now);
        let mut calls = Vec::new();
        while let Some(Reverse((in_ms, counter))) = free.pop() {
            let Some(sees) = counters.get(counter) else {
                continue;
            };
            // A counter that finds nobody now finds nobody later: nobody else comes in this play.
            let Some(next) = pick(&lanes, sees, &clock.after(in_ms)) else {
                continue;
            };
            take(&mut lanes, sees, next);
            calls.push((next.turn, in_ms));
            if next.turn == NEWCOMER {
                break;
            }
            let service = self.state.tickets.get(next.turn).map(|it| &it.service);
            let minutes = service.map_or(UNKNOWN_MIN, |service| self.pace.minutes(service));
            free.push(Reverse((in_ms + part_ms(minutes, course.percent), counter)));
        }
        calls
    }

    fn free_in_ms(&self, desk: &Desk, course: Course) -> i64 {
        let ticket = desk.ticket.and_then(|id| self.state.ticket(&id));
        let Some(ticket) = ticket else {
            return course.call_ms;
        };
        let minutes = self.pace.minutes(&ticket.service);
        let began = ticket.started_at.or(ticket.called_at).unwrap_or(self.now);
        let elapsed_ms = (self.now - began).num_milliseconds().max(0);
        let left_ms = part_ms(minutes, course.percent).saturating_sub(elapsed_ms);
        let least_ms = part_ms(minutes, course.overdue_percent).max(MINUTE_MS);
        left_ms.max(least_ms)
    }

    /// Scaled to as many as serve, and rounded as people say it.
    fn bracket(&self, least_ms: i64, most_ms: i64) -> Bracket {
        let staff = self.state.staff();
        let counted = i64::from(staff.counted.max(1));
        let serving = staff.declared.map_or(counted, i64::from).max(1);
        let scaled = |wait_ms: i64| wait_ms.saturating_mul(counted) / serving;
        let from_min = minutes_down(scaled(least_ms));
        Bracket {
            from_min,
            to_min: minutes_up(scaled(most_ms)).max(from_min),
        }
    }
}

fn part_ms(minutes: u16, percent: i64) -> i64 {
    i64::from(minutes) * MINUTE_MS * percent / 100
}

/// To this many minutes people count single ones; beyond, by five.
const SINGLE_MIN: i64 = 10;

fn minutes_down(ms: i64) -> u16 {
    let minutes = ms.max(0) / MINUTE_MS;
    let said = if minutes <= SINGLE_MIN {
        minutes
    } else {
        minutes - minutes % 5
    };
    u16::try_from(said).unwrap_or(u16::MAX)
}

fn minutes_up(ms: i64) -> u16 {
    let minutes = ms.max(0).saturating_add(MINUTE_MS - 1) / MINUTE_MS;
    let said = if minutes <= SINGLE_MIN {
        minutes
    } else {
        (minutes + 4) / 5 * 5
    };
    u16::try_from(said).unwrap_or(u16::MAX)
}
