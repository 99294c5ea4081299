//! A small office: certificates (A), moving (B, three numbers), tax (C); counters 1 to 3.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use queue::*;
use uuid::Uuid;

pub(crate) fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

/// A local time in Tokyo on 24 November 2026.
pub(crate) fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    chrono_tz::Asia::Tokyo
        .with_ymd_and_hms(2026, 11, 24, hour, minute, 0)
        .unwrap()
        .with_timezone(&Utc)
}

pub(crate) fn service(id: &str) -> ServiceId {
    ServiceId::parse(id).unwrap()
}

pub(crate) fn counter(id: &str) -> CounterId {
    CounterId::parse(id).unwrap()
}

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

pub(crate) fn kiosk() -> Actor {
    Actor::Kiosk(name("入口"))
}

pub(crate) fn clerk(who: &str) -> Actor {
    Actor::Clerk(name(who))
}

pub(crate) fn ticket(serial: u32) -> TicketId {
    TicketId(Uuid::from_u128(u128::from(serial)))
}

pub(crate) fn even(id: &str) -> Share {
    Share {
        service: service(id),
        weight: Weight::EVEN,
    }
}

/// Somebody who comes for one service without a booking.
pub(crate) fn visit(of: &str) -> Visit {
    Visit {
        service: service(of),
        then: Vec::new(),
        appointment: None,
        language: LanguageTag::parse("ja").unwrap(),
        considerate: false,
        has_case: false,
    }
}

pub(crate) fn rules() -> Rules {
    let a_service = |id, letter, last| Service {
        id: service(id),
        letter,
        first: 1,
        last,
        hours: Hours::daily(time(8, 30), time(17, 15)),
        after_closing: AfterClosing::Refuse,
        capacity: None,
        minutes: 5,
        considerate_at_kiosk: true,
    };
    let a_counter = |id, services: &[&str]| Counter {
        id: counter(id),
        services: services.iter().copied().map(even).collect(),
    };
    Rules {
        zone: chrono_tz::Asia::Tokyo,
        day_starts: time(3, 0),
        services: vec![
            a_service("certificates", 'A', 999),
            a_service("moving", 'B', 3),
            a_service("tax", 'C', 999),
        ],
        counters: vec![
            a_counter("1", &["certificates", "moving", "tax"]),
            a_counter("2", &["certificates", "moving"]),
            a_counter("3", &["tax"]),
        ],
        calling: CallingRules::default(),
        calendar: Calendar::default(),
    }
}

/// The office at work: what is decided happens at once.
pub(crate) struct Office {
    pub(crate) rules: Rules,
    pub(crate) state: State,
    pub(crate) log: Vec<Event>,
    serial: u32,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self {
            rules: rules(),
            state: State::default(),
            log: Vec::new(),
            serial: 0,
        }
    }

    /// With counters 1, 2 and 3 opened at 8:30 by sato, suzuki and tanaka.
    pub(crate) fn opened() -> Self {
        let mut office = Self::new();
        for (id, who) in [("1", "sato"), ("2", "suzuki"), ("3", "tanaka")] {
            office.open(id, who, at(8, 30)).unwrap();
        }
        office
    }

    pub(crate) fn run(
        &mut self,
        actor: &Actor,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Result<Vec<EventKind>, Refusal> {
        let events = decide(&self.state, &self.rules, actor, command, now)?;
        for event in &events {
            self.state.evolve(event).unwrap();
        }
        self.log.extend(events.iter().cloned());
        Ok(events.into_iter().map(|event| event.kind).collect())
    }

    pub(crate) fn open(
        &mut self,
        id: &str,
        who: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<EventKind>, Refusal> {
        let command = Command::OpenCounter {
            counter: counter(id),
            clerk: name(who),
        };
        self.run(&clerk(who), &command, now)
    }

    pub(crate) fn try_issue(
        &mut self,
        of: &str,
        appointment: Option<Appointment>,
        now: DateTime<Utc>,
    ) -> Result<TicketId, Refusal> {
        self.try_visit(
            Visit {
                appointment,
                ..visit(of)
            },
            now,
        )
    }

    pub(crate) fn try_visit(
        &mut self,
        visit: Visit,
        now: DateTime<Utc>,
    ) -> Result<TicketId, Refusal> {
        self.serial += 1;
        let ticket = ticket(self.serial);
        self.run(&kiosk(), &Command::Issue { ticket, visit }, now)?;
        Ok(ticket)
    }

    /// Somebody of considerate priority.
    pub(crate) fn considerate(&mut self, of: &str, now: DateTime<Utc>) -> TicketId {
        let visit = Visit {
            considerate: true,
            ..visit(of)
        };
        self.try_visit(visit, now).unwrap()
    }

    pub(crate) fn issue(&mut self, of: &str, now: DateTime<Utc>) -> TicketId {
        self.try_issue(of, None, now).unwrap()
    }

    /// A booked citizen checks in.
    pub(crate) fn check_in(
        &mut self,
        of: &str,
        slot: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> TicketId {
        let appointment = Appointment {
            number: AppointmentNumber::parse(&format!("YK-{}", self.serial)).unwrap(),
            start: slot,
            end: slot + TimeDelta::minutes(15),
        };
        self.try_issue(of, Some(appointment), now).unwrap()
    }

    /// Counter 1 calls, and finishes at once.
    pub(crate) fn serve_next(&mut self, now: DateTime<Utc>) -> (TicketId, CallReason) {
        let counter = counter("1");
        let next = Command::CallNext {
            counter: counter.clone(),
            service: None,
        };
        let called = self.run(&clerk("sato"), &next, now).unwrap();
        let [EventKind::Called { ticket, reason, .. }] = called[..] else {
            panic!("{called:?}");
        };
        let finish = Command::Finish { counter, ticket };
        self.run(&clerk("sato"), &finish, now).unwrap();
        (ticket, reason)
    }

    pub(crate) fn number(&self, id: TicketId) -> String {
        self.state.ticket(&id).unwrap().number.to_string()
    }

    pub(crate) fn state_of(&self, id: TicketId) -> TicketState {
        self.state.ticket(&id).unwrap().state
    }
}
