//! What an office decides about its queue.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use thiserror::Error;

use crate::{
    BusinessDay, Calendar, CounterId, Hours, ServiceId, TicketNumber,
    calendar::{SpansMistake, spans_mistake},
};

/// Everything an office decides about its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The office's zone.
    pub zone: Tz,
    /// Local time at which a business day begins; outside opening hours.
    pub day_starts: NaiveTime,
    /// Services in the office's order.
    pub services: Vec<Service>,
    /// Counters in the office's order.
    pub counters: Vec<Counter>,
    /// Who is called next.
    pub calling: CallingRules,
    /// Holidays and special opening days.
    pub calendar: Calendar,
}

/// What happens to a service's tickets after it has closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterClosing {
    /// None are issued.
    #[default]
    Refuse,
    /// None at a kiosk; a clerk may, and the ticket is marked.
    ClerkMay,
}

/// How much a counter prefers a service, in percent: a minute of waiting there counts so many
/// hundredths of a minute when this counter looks for the next walk-in. 10 to 1000; 100 is even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u16);

impl Weight {
    /// Even.
    pub const EVEN: Self = Self(100);

    /// A weight, if it lies within 10 and 1000.
    pub fn new(percent: u16) -> Option<Self> {
        (10..=1000).contains(&percent).then_some(Self(percent))
    }

    /// In percent.
    pub fn percent(self) -> u16 {
        self.0
    }
}

/// A service that a counter calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    /// Which.
    pub service: ServiceId,
    /// How much it is preferred there.
    pub weight: Weight,
}

/// A service (業務) with its numbers and hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Which.
    pub id: ServiceId,
    /// The letter on its slips: `A`–`Z` without `I`, `O`, `Q`.
    pub letter: char,
    /// Its first ordinal.
    pub first: u16,
    /// Its last ordinal; after it comes the first again.
    pub last: u16,
    /// When tickets are issued: hours for each weekday, several spans where it pauses at noon.
    pub hours: Hours,
    /// Whether a clerk may issue tickets after closing.
    pub after_closing: AfterClosing,
    /// Tickets a day at most; `None` where only the range limits it.
    pub capacity: Option<u32>,
    /// Minutes at a counter, as the office expects them, until they are measured. Positive.
    pub minutes: u16,
    /// Whether a citizen may ask for considerate priority at a kiosk.
    pub considerate_at_kiosk: bool,
}

/// A counter (窓口) and what it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Which.
    pub id: CounterId,
    /// The services whose tickets it calls.
    pub services: Vec<Share>,
}

/// Who is called next: bookings when their time comes, walk-ins in between, and never a walk-in
/// forgotten behind bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallingRules {
    /// A booking goes before walk-ins from this long before its slot.
    pub eligible_before: TimeDelta,
    /// A check-in later than this after the slot's start has lost the slot.
    pub late_tolerance: TimeDelta,
    /// A check-in earlier than this before the slot is marked early.
    pub early_ok: TimeDelta,
    /// A walk-in who has waited longer than this …
    pub override_after: TimeDelta,
    /// … is next once this many bookings were called in a row.
    pub override_every: u32,
    /// How often one ticket is called, the first call included.
    pub calls_max: u32,
    /// A ticket is not called again before this has passed since the call before.
    pub recall_after: TimeDelta,
    /// This many of considerate priority go before a walk-in, then the walk-in who came first.
    pub priority_every: u32,
}

impl Default for CallingRules {
    /// 2 min, 10 min, 30 min; a walk-in over 30 min after 2 bookings; 3 calls, 10 s apart;
    /// a walk-in after 2 of considerate priority.
    fn default() -> Self {
        Self {
            eligible_before: TimeDelta::minutes(2),
            late_tolerance: TimeDelta::minutes(10),
            early_ok: TimeDelta::minutes(30),
            override_after: TimeDelta::minutes(30),
            override_every: 2,
            calls_max: 3,
            recall_after: TimeDelta::seconds(10),
            priority_every: 2,
        }
    }
}

/// One thing wrong with the rules.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleMistake {
    /// An office without services issues nothing.
    #[error("there is no service")]
    NoService,
    /// The same id twice.
    #[error("service {0} is defined twice")]
    ServiceTwice(ServiceId),
    /// `I`, `O` and `Q` are mistaken for 1 and 0; anything but `A`–`Z` cannot be called.
    #[error("service {service}: letter {letter:?} is not one of A-Z without I, O and Q")]
    Letter {
        /// Where.
        service: ServiceId,
        /// What stood there.
        letter: char,
    },
    /// The range holds no number, or one that does not fit a slip.
    #[error("service {service}: the numbers {first} to {last} do not lie within 1 and 9999")]
    Range {
        /// Where.
        service: ServiceId,
        /// What stood there.
        first: u16,
        /// What stood there.
        last: u16,
    },
    /// Two services would issue the same number.
    #[error("services {one} and {other} share numbers of one letter")]
    Overlap {
        /// One.
        one: ServiceId,
        /// The other.
        other: ServiceId,
    },
    /// Two letters of one office that look or sound alike.
    #[error(
        "services {one} and {other}: the letters {letters} are mistaken for one another on a board or in a call"
    )]
    LettersAlike {
        /// One.
        one: ServiceId,
        /// The other.
        other: ServiceId,
        /// Both letters.
        letters: String,
    },
    /// A span closes before it opens.
    #[error("service {service}: closes at {closes}, not after it opens at {opens}")]
    Hours {
        /// Where.
        service: ServiceId,
        /// What stood there.
        opens: NaiveTime,
        /// What stood there.
        closes: NaiveTime,
    },
    /// Spans of one day that meet or go back.
    #[error("service {service}: the span from {opens} begins before the one before it has ended")]
    HoursOrder {
        /// Where.
        service: ServiceId,
        /// What stood there.
        opens: NaiveTime,
    },
    /// It would take no time.
    #[error("service {0}: minutes must be at least 1")]
    Minutes(ServiceId),
    /// It would never issue a ticket.
    #[error("service {0}: a capacity must be at least 1")]
    Capacity(ServiceId),
    /// Hours of a special day that go back, meet, or run over the day's turn.
    #[error("special day {date}: hours must ascend, stay apart and not run over {day_starts}")]
    SpecialHours {
        /// Where.
        date: NaiveDate,
        /// When the business day begins.
        day_starts: NaiveTime,
    },
    /// A special day names a service that does not exist.
    #[error("special day {date}: there is no service {service}")]
    SpecialService {
        /// Where.
        date: NaiveDate,
        /// What stood there.
        service: ServiceId,
    },
    /// The day would turn, and numbers would begin again, while people wait.
    #[error("service {service}: the business day begins at {day_starts}, while it is open")]
    DayTurnsWhileOpen {
        /// Which.
        service: ServiceId,
        /// What stood there.
        day_starts: NaiveTime,
    },
    /// No counter calls it.
    #[error("service {0} is called at no counter")]
    NeverCalled(ServiceId),
    /// The same id twice.
    #[error("counter {0} is defined twice")]
    CounterTwice(CounterId),
    /// It would never call anybody.
    #[error("counter {0} calls no service")]
    CounterIdle(CounterId),
    /// It names a service that does not exist.
    #[error("counter {counter}: there is no service {service}")]
    CounterService {
        /// Where.
        counter: CounterId,
        /// What stood there.
        service: ServiceId,
    },
    /// It names a service twice.
    #[error("counter {counter}: service {service} is named twice")]
    CounterServiceTwice {
        /// Where.
        counter: CounterId,
        /// What stood there.
        service: ServiceId,
    },
    /// A time that is negative or longer than a day, or a count of zero.
    #[error("calling: {key} must be {expected}")]
    Calling {
        /// Which value.
        key: &'static str,
        /// What would do.
        expected: &'static str,
    },
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Letters that people mistake for one another: by ear when they are read in Japanese (ビー/ピー, シー/ジー,
/// ディー/ティー, エム/エヌ), by eye at ten metres.
const ALIKE: [[char; 2]; 5] = [['B', 'P'], ['C', 'G'], ['D', 'T'], ['M', 'N'], ['U', 'V']];

impl Service {
    fn is_mistaken_for(&self, other: &Self) -> bool {
        let pair = [self.letter, other.letter];
        ALIKE
            .iter()
            .any(|[one, other]| pair == [*one, *other] || pair == [*other, *one])
    }

    fn shares_numbers_with(&self, other: &Self) -> bool {
        self.letter == other.letter && self.first <= other.last && other.first <= self.last
    }

    fn mistakes(&self, day_starts: NaiveTime) -> Vec<RuleMistake> {
        let service = || self.id.clone();
        let mut mistakes = Vec::new();
        if !TicketNumber::is_letter(self.letter) {
            mistakes.push(RuleMistake::Letter {
                service: service(),
                letter: self.letter,
            });
        }
        if self.first == 0 || self.first > self.last || self.last > TicketNumber::ORDINAL_MAX {
            mistakes.push(RuleMistake::Range {
                service: service(),
                first: self.first,
                last: self.last,
            });
        }
        if self.minutes == 0 {
            mistakes.push(RuleMistake::Minutes(service()));
        }
        if self.capacity == Some(0) {
            mistakes.push(RuleMistake::Capacity(service()));
        }
        let mut of_hours: Vec<_> = WEEK
            .iter()
            .filter_map(|weekday| spans_mistake(self.hours.on(*weekday), day_starts))
            .map(|mistake| match mistake {
                SpansMistake::Reversed(opens, closes) => RuleMistake::Hours {
                    service: service(),
                    opens,
                    closes,
                },
                SpansMistake::Order(opens) => RuleMistake::HoursOrder {
                    service: service(),
                    opens,
                },
                SpansMistake::DayTurns => RuleMistake::DayTurnsWhileOpen {
                    service: service(),
                    day_starts,
                },
            })
            .collect();
        // The same mistake on every weekday is one mistake.
        of_hours.dedup();
        mistakes.extend(of_hours);
        mistakes
    }
}

impl CallingRules {
    fn mistakes(&self) -> Vec<RuleMistake> {
        let day = TimeDelta::days(1);
        let times = [
            ("eligible_before", self.eligible_before),
            ("late_tolerance", self.late_tolerance),
            ("early_ok", self.early_ok),
            ("override_after", self.override_after),
            ("recall_after", self.recall_after),
        ];
        let counts = [
            ("override_every", self.override_every),
            ("calls_max", self.calls_max),
            ("priority_every", self.priority_every),
        ];
        let times = times
            .into_iter()
            .filter(|(_, time)| !(TimeDelta::zero()..=day).contains(time))
            .map(|(key, _)| RuleMistake::Calling {
                key,
                expected: "between nothing and a day",
            });
        let counts = counts
            .into_iter()
            .filter(|(_, count)| *count == 0)
            .map(|(key, _)| RuleMistake::Calling {
                key,
                expected: "at least 1",
            });
        times.chain(counts).collect()
    }
}

impl Rules {
    /// The service of an id.
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == *id)
    }

    /// The counter of an id.
    pub fn counter(&self, id: &CounterId) -> Option<&Counter> {
        self.counters.iter().find(|counter| counter.id == *id)
    }

    /// The business day in which an instant lies.
    pub fn day(&self, now: DateTime<Utc>) -> BusinessDay {
        BusinessDay::of(now, self.zone, self.day_starts)
    }

    /// Whether the rules make sense.
    ///
    /// # Errors
    /// Everything that does not, not only the first.
    pub fn check(&self) -> Result<(), Vec<RuleMistake>> {
        let mut mistakes = self.service_mistakes();
        mistakes.extend(self.counter_mistakes());
        mistakes.extend(self.calling.mistakes());
        mistakes.extend(self.calendar_mistakes());
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(mistakes)
        }
    }

    fn service_mistakes(&self) -> Vec<RuleMistake> {
        let mut mistakes = Vec::new();
        if self.services.is_empty() {
            mistakes.push(RuleMistake::NoService);
        }
        for (place, service) in self.services.iter().enumerate() {
            mistakes.extend(service.mistakes(self.day_starts));
            for earlier in self.services.iter().take(place) {
                if earlier.id == service.id {
                    mistakes.push(RuleMistake::ServiceTwice(service.id.clone()));
                } else if earlier.shares_numbers_with(service) {
                    mistakes.push(RuleMistake::Overlap {
                        one: earlier.id.clone(),
                        other: service.id.clone(),
                    });
                } else if earlier.is_mistaken_for(service) {
                    mistakes.push(RuleMistake::LettersAlike {
                        one: earlier.id.clone(),
                        other: service.id.clone(),
                        letters: format!("{} and {}", earlier.letter, service.letter),
                    });
                }
            }
            if !self
                .counters
                .iter()
                .flat_map(|counter| &counter.services)
                .any(|share| share.service == service.id)
            {
                mistakes.push(RuleMistake::NeverCalled(service.id.clone()));
            }
        }
        mistakes
    }

    fn counter_mistakes(&self) -> Vec<RuleMistake> {
        let mut mistakes = Vec::new();
        let mut seen = BTreeSet::new();
        for counter in &self.counters {
            if !seen.insert(&counter.id) {
                mistakes.push(RuleMistake::CounterTwice(counter.id.clone()));
            }
            if counter.services.is_empty() {
                mistakes.push(RuleMistake::CounterIdle(counter.id.clone()));
            }
            let mut named = BTreeSet::new();
            for Share { service, .. } in &counter.services {
                let (counter, known) = (counter.id.clone(), self.service(service).is_some());
                let service = service.clone();
                if !known {
                    mistakes.push(RuleMistake::CounterService { counter, service });
                } else if !named.insert(service.clone()) {
                    mistakes.push(RuleMistake::CounterServiceTwice { counter, service });
                }
            }
        }
        mistakes
    }

    fn calendar_mistakes(&self) -> Vec<RuleMistake> {
        let mut mistakes = Vec::new();
        for (date, special) in &self.calendar.special {
            if spans_mistake(&special.spans, self.day_starts).is_some() {
                mistakes.push(RuleMistake::SpecialHours {
                    date: *date,
                    day_starts: self.day_starts,
                });
            }
            let unknown = special.services.iter().flatten();
            mistakes.extend(
                unknown
                    .filter(|service| self.service(service).is_none())
                    .map(|service| RuleMistake::SpecialService {
                        date: *date,
                        service: service.clone(),
                    }),
            );
        }
        mistakes
    }
}
