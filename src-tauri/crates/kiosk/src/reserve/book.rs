//! What the log says: the leases, the numbers that are burnt, and the tickets of which the hub has to be told.
//! Pure; it follows records and says which record comes next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::{
    Code, Millis,
    command::{IssueTicket, LeaseView, LeasedTicket, Leases},
    office::{Opening, SlipState},
};

use super::{
    papers::{Papers, Sheet},
    record::{Issued, Record},
};

/// A clock may be corrected by this much while the kiosk runs; further back, and nobody knows the day.
const CLOCK_BACK_MS_MAX: i64 = 60_000;
/// Further leases of a day are of no use; a city office has some twenty services.
const LEASES_MAX: usize = 400;
const NUMBERS_MAX: usize = 200;
const SPANS_MAX: usize = 12;
/// Tickets of one day that wait for the hub. At one a minute, longer than any day.
pub(crate) const TICKETS_MAX: usize = 5_000;

/// Why this kiosk gives no number by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoNumber {
    /// The hub has leased none for this service and this day.
    #[error("no numbers of this service are at hand for today")]
    NoLease,
    /// They are used up.
    #[error("the numbers at hand are used up")]
    UsedUp,
    /// The service is closed at this hour.
    #[error("the service is closed at this hour")]
    Closed,
    /// The clock went back, or the log was damaged: a number might come twice.
    #[error("which numbers are free is not certain")]
    Uncertain,
    /// The log cannot be written.
    #[error("the log of numbers cannot be written")]
    Unwritable,
}

/// A ticket that this kiosk issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) issued: Issued,
    /// What is known of its first paper.
    pub(crate) slip: SlipState,
    /// How far the hub knows.
    pub(crate) hub: Known,
}

/// How far the hub knows of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It has to be told.
    Not,
    /// It has it, and with it heard this of its first paper.
    With(SlipState),
    /// It has refused it for good.
    Refused(Code),
}

/// What of one service is at hand today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The service's id.
    pub service: String,
    /// From when until when the numbers count, by the hub's clock.
    pub day: (Millis, Millis),
    /// The spans in which the service is open.
    pub open: Vec<(Millis, Millis)>,
    /// How many numbers are left.
    pub left: usize,
}

/// Everything that is at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stocks {
    /// By service and day.
    pub stocks: Vec<Stock>,
    /// Milliseconds by which the hub's clock is ahead of this kiosk's.
    pub ahead_ms: i64,
}

impl Stocks {
    /// Whether a number could be given now.
    #[must_use]
    pub fn has(&self, service: &str, now: DateTime<Utc>) -> bool {
        let now = now.timestamp_millis().saturating_add(self.ahead_ms);
        self.of_today(service, now)
            .any(|it| it.left > 0 && within(&it.open, now))
    }

    /// How a service is closed now and when it opens again today, as far as the numbers at hand tell.
    /// `None` while it is open, and where nothing is known.
    #[must_use]
    pub fn closed(&self, service: &str, now: DateTime<Utc>) -> Option<(Opening, Option<Millis>)> {
        let now = now.timestamp_millis().saturating_add(self.ahead_ms);
        let stock = self.of_today(service, now).next()?;
        if within(&stock.open, now) {
            return None;
        }
        let later = stock.open.iter().map(|(from, _)| *from);
        let next = later.filter(|from| *from > now).min();
        let was_open = stock.open.iter().any(|(_, to)| *to <= now);
        let opening = match (next, was_open) {
            (Some(_), true) => Opening::Pause,
            (Some(_), false) => Opening::BeforeOpening,
            (None, true) => Opening::Closed,
            (None, false) => Opening::DayOff,
        };
        Some((opening, next))
    }

    fn of_today(&self, service: &str, now: Millis) -> impl Iterator<Item = &Stock> {
        let stocks = self.stocks.iter();
        stocks.filter(move |it| it.service == service && (it.day.0..it.day.1).contains(&now))
    }
}

fn within(spans: &[(Millis, Millis)], at: Millis) -> bool {
    spans.iter().any(|(from, to)| (*from..*to).contains(&at))
}

/// The log's content. Only [`Book::apply`] changes it, so that it is the same after every restart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Book {
    leases: Vec<LeaseView>,
    /// Kiosk's and hub's clock at the last word of the hub.
    clocks: Option<(Millis, Millis)>,
    /// In the order in which they were issued.
    tickets: Vec<Told>,
    places: BTreeMap<Uuid, usize>,
    /// Day and number of everything that may stand on paper.
    burnt: BTreeSet<(String, String)>,
    /// No day that had begun by then can be trusted.
    damaged_at: Option<Millis>,
    /// The slips that went to the printer.
    pub(crate) papers: Papers,
    /// Slips that came from the roll in the printer, if one was ever counted.
    roll: Option<u32>,
}

impl Book {
    pub(crate) fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut book = Self::default();
        records.into_iter().for_each(|it| book.apply(it));
        book
    }

    /// Follows a record. Total: one that fits nothing changes nothing.
    pub(crate) fn apply(&mut self, record: Record) {
        self.papers.apply(&record);
        match record {
            Record::Leases { at, hub_at, leases } => {
                self.leases = leases;
                self.clocks = Some((at, hub_at));
            }
            Record::Issued(issued) => {
                let number = (issued.day.clone(), issued.number.clone());
                self.burnt.insert(number);
                if self.places.contains_key(&issued.ticket) {
                    return;
                }
                self.places.insert(issued.ticket, self.tickets.len());
                self.tickets.push(Told {
                    issued,
                    slip: SlipState::Pending,
                    hub: Known::Not,
                });
            }
            Record::Acknowledged { ticket, slip } => {
                if let Some(told) = self.ticket_mut(ticket) {
                    told.hub = Known::With(slip);
                }
            }
            Record::Refused { ticket, code } => {
                if let Some(told) = self.ticket_mut(ticket) {
                    told.hub = Known::Refused(code);
                }
            }
            Record::Damaged { at } => {
                self.damaged_at = Some(self.damaged_at.map_or(at, |before| before.max(at)));
            }
            Record::Roll { slips } => self.roll = Some(slips),
            Record::Came { print, .. } => self.first_paper_is(print),
            Record::Sent { .. } | Record::CameTold { .. } => {}
        }
    }

    /// What is known of a ticket's first paper is said with the ticket. A second paper says nothing of the first.
    fn first_paper_is(&mut self, print: Uuid) {
        let sheet = self.papers.get(print).filter(|it| it.is_first());
        let Some((ticket, slip)) = sheet.and_then(|it| Some((own(&it.ticket)?, it.slip?))) else {
            return;
        };
        if let Some(told) = self.ticket_mut(ticket) {
            told.slip = slip;
        }
    }

    fn ticket_mut(&mut self, ticket: Uuid) -> Option<&mut Told> {
        let place = *self.places.get(&ticket)?;
        self.tickets.get_mut(place)
    }

    pub(crate) fn ticket(&self, ticket: Uuid) -> Option<&Told> {
        self.tickets.get(*self.places.get(&ticket)?)
    }

    /// The record that burns a number for somebody who wants a ticket now.
    pub(crate) fn next(
        &self,
        ticket: Uuid,
        wanted: &IssueTicket,
        replaces: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Issued, NoNumber> {
        let (at, hub_at) = self.clocks.ok_or(NoNumber::NoLease)?;
        let hub_now = now.timestamp_millis().saturating_add(hub_at - at);
        let last = self.tickets.last().map_or(hub_at, |it| it.issued.issued_at);
        if hub_now < last.max(hub_at).saturating_sub(CLOCK_BACK_MS_MAX) {
            return Err(NoNumber::Uncertain);
        }
        let leases = self.leases.iter();
        let today = leases
            .filter(|it| it.service == wanted.service && (it.from..it.until).contains(&hub_now));
        let today: Vec<&LeaseView> = today.collect();
        let lease = today.first().ok_or(NoNumber::NoLease)?;
        if self.damaged_at.is_some_and(|damaged| lease.from <= damaged) {
            return Err(NoNumber::Uncertain);
        }
        if !within(&lease.open, hub_now) {
            return Err(NoNumber::Closed);
        }
        if self.tickets.len() >= TICKETS_MAX {
            return Err(NoNumber::UsedUp);
        }
        let mut free = today.iter().flat_map(|it| self.free(it));
        let number = free.next().ok_or(NoNumber::UsedUp)?;
        Ok(Issued {
            ticket,
            number: number.clone(),
            day: lease.day.clone(),
            service: wanted.service.clone(),
            then: wanted.then.clone(),
            language: wanted.language.clone(),
            considerate: wanted.considerate,
            booking: wanted.booking.clone(),
            issued_at: hub_now,
            replaces,
        })
    }

    fn free<'a>(&'a self, lease: &'a LeaseView) -> impl Iterator<Item = &'a String> {
        let numbers = lease.unused.iter();
        numbers.filter(|it| {
            // A set of pairs is asked with a pair.
            !self.burnt.contains(&(lease.day.clone(), (*it).clone()))
        })
    }

    /// The record of what the hub told. Numbers beyond the limits are left to nobody.
    pub(crate) fn leases(told: Leases, now: DateTime<Utc>) -> Record {
        let mut leases = told.leases;
        leases.truncate(LEASES_MAX);
        for lease in &mut leases {
            lease.unused.truncate(NUMBERS_MAX);
            lease.open.truncate(SPANS_MAX);
        }
        Record::Leases {
            at: now.timestamp_millis(),
            hub_at: told.at,
            leases,
        }
    }

    /// What is at hand, for the session.
    pub(crate) fn stocks(&self) -> Stocks {
        let trusted = self.leases.iter();
        let trusted = trusted.filter(|it| self.damaged_at.is_none_or(|at| it.from > at));
        Stocks {
            stocks: trusted
                .map(|lease| Stock {
                    service: lease.service.clone(),
                    day: (lease.from, lease.until),
                    open: lease.open.clone(),
                    left: self.free(lease).count(),
                })
                .collect(),
            ahead_ms: self.clocks.map_or(0, |(at, hub_at)| hub_at - at),
        }
    }

    /// Milliseconds until the day is over for which numbers are at hand: then others are needed.
    pub(crate) fn day_ends(&self, now: DateTime<Utc>) -> Option<u64> {
        let (at, hub_at) = self.clocks?;
        let now = now.timestamp_millis().saturating_add(hub_at - at);
        let ends = self.leases.iter().map(|it| it.until.saturating_sub(now));
        ends.filter_map(|left| u64::try_from(left).ok())
            .filter(|left| *left > 0)
            .min()
    }

    /// The next ticket of which the hub has not heard, in the order of issue.
    pub(crate) fn untold(&self) -> Option<&Told> {
        self.tickets.iter().find(|it| it.hub == Known::Not)
    }

    /// Papers of which the hub has to be told, in the order in which they were sent. A paper waits until the hub
    /// has its ticket.
    pub(crate) fn papers_untold(&self, wanted: impl Fn(&Sheet) -> bool) -> Vec<Sheet> {
        self.papers.untold(|sheet| {
            let ticket = own(&sheet.ticket).and_then(|it| self.ticket(it));
            wanted(sheet) && ticket.is_none_or(|it| it.hub != Known::Not)
        })
    }

    /// Tickets of whose paper the log says nothing, although it may be out: the program ended between the two, or
    /// the disk was full.
    pub(crate) fn left_pending(&self) -> Vec<Uuid> {
        let with_paper = self.papers.with_first();
        let pending = self.tickets.iter();
        pending
            .filter(|it| matches!(it.hub, Known::Not | Known::With(SlipState::Pending)))
            .map(|it| it.issued.ticket)
            .filter(|it| !with_paper.contains(it.to_string().as_str()))
            .collect()
    }

    /// Slips that came from the roll in the printer.
    pub(crate) fn roll(&self) -> Option<u32> {
        self.roll
    }

    /// What a new log has to begin with: leases and burnt numbers of days that are not over, and
    /// tickets of which the hub has not heard everything.
    pub(crate) fn condensed(&self, now: DateTime<Utc>) -> Vec<Record> {
        let ahead = self.clocks.map_or(0, |(at, hub_at)| hub_at - at);
        let mut kept = BTreeSet::new();
        let unsettled = self.papers.unsettled();
        let clock = now;
        let now = now.timestamp_millis().saturating_add(ahead);
        let leases = self.leases.iter();
        let leases: Vec<LeaseView> = leases.filter(|it| it.until > now).cloned().collect();
        let damaged = self.damaged_at.map(|at| Record::Damaged { at });
        let mut records: Vec<Record> = damaged.into_iter().collect();
        let days: BTreeSet<String> = leases.iter().map(|it| it.day.clone()).collect();
        for told in &self.tickets {
            let ticket = told.issued.ticket.to_string();
            let known = told.hub != Known::Not && !unsettled.contains(ticket.as_str());
            // A clock that went back must not make a day seem over, so a day stays for two.
            let long_over = now.saturating_sub(told.issued.issued_at) > 2 * DAY_MS;
            if known && long_over && !days.contains(&told.issued.day) {
                continue;
            }
            kept.insert(ticket);
            records.push(Record::Issued(told.issued.clone()));
            match told.hub {
                Known::Not => {}
                Known::With(slip) => records.push(Record::Acknowledged {
                    ticket: told.issued.ticket,
                    slip,
                }),
                Known::Refused(code) => records.push(Record::Refused {
                    ticket: told.issued.ticket,
                    code,
                }),
            }
        }
        // A paper stays as long as its ticket: without it nobody would know whether there ever was one.
        records.extend(self.papers.condensed(clock, |it| kept.contains(it)));
        records.extend(self.roll.map(|slips| Record::Roll { slips }));
        if let Some((at, hub_at)) = self.clocks {
            records.push(Record::Leases { at, hub_at, leases });
        }
        records
    }
}

const DAY_MS: i64 = 86_400_000;

/// A ticket's identity, as this kiosk makes them.
fn own(ticket: &str) -> Option<Uuid> {
    Uuid::parse_str(ticket).ok()
}

impl Issued {
    /// What the hub is told. `case` is the finished application, as long as it is in memory.
    pub(crate) fn told(&self, slip: SlipState, wanted: IssueTicket) -> LeasedTicket {
        LeasedTicket {
            ticket: self.ticket.to_string(),
            number: self.number.clone(),
            issued_at: self.issued_at,
            slip,
            wanted,
            replaces: self.replaces.map(|it| it.to_string()),
        }
    }

    /// What the citizen asked for, without the case.
    pub(crate) fn wanted(&self) -> IssueTicket {
        IssueTicket {
            service: self.service.clone(),
            then: self.then.clone(),
            language: self.language.clone(),
            considerate: self.considerate,
            booking: self.booking.clone(),
            case: None,
        }
    }
}
