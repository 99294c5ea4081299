//! An office whose queue writes to a store in a folder of its own.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use queue::*;
use store::{Batch, Store, StoreError};
use tempfile::TempDir;
use uuid::Uuid;

/// A local time in Tokyo on 24 November 2026.
pub(crate) fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    chrono_tz::Asia::Tokyo
        .with_ymd_and_hms(2026, 11, 24, hour, minute, 0)
        .unwrap()
        .with_timezone(&Utc)
}

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

pub(crate) fn service(id: &str) -> ServiceId {
    ServiceId::parse(id).unwrap()
}

pub(crate) fn counter(id: &str) -> CounterId {
    CounterId::parse(id).unwrap()
}

pub(crate) fn ticket(serial: u32) -> TicketId {
    TicketId(Uuid::from_u128(u128::from(serial)))
}

pub(crate) fn kiosk() -> Actor {
    Actor::Kiosk(name("入口"))
}

pub(crate) fn sato() -> Actor {
    Actor::Clerk(name("sato"))
}

pub(crate) fn share(id: &str) -> Share {
    Share {
        service: service(id),
        weight: Weight::EVEN,
    }
}

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
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let a_service = |id, letter, last| Service {
        id: service(id),
        letter,
        first: 1,
        last,
        hours: Hours::daily(time(8, 30), time(17, 15)),
        after_closing: AfterClosing::ClerkMay,
        capacity: None,
        minutes: 5,
        considerate_at_kiosk: true,
    };
    let a_counter = |id, services: &[&str]| Counter {
        id: counter(id),
        services: services.iter().copied().map(share).collect(),
    };
    Rules {
        zone: chrono_tz::Asia::Tokyo,
        day_starts: time(3, 0),
        services: vec![
            a_service("certificates", 'A', 999),
            a_service("moving", 'B', 3),
        ],
        counters: vec![
            a_counter("1", &["certificates", "moving"]),
            a_counter("2", &["certificates"]),
        ],
        calling: CallingRules::default(),
        calendar: Calendar::default(),
    }
}

pub(crate) fn issue(serial: u32, of: &str) -> Command {
    Command::Issue {
        ticket: ticket(serial),
        visit: visit(of),
    }
}

pub(crate) fn appointment(number: &str, slot: DateTime<Utc>) -> Appointment {
    Appointment {
        number: AppointmentNumber::parse(number).unwrap(),
        start: slot,
        end: slot + TimeDelta::minutes(15),
    }
}

pub(crate) fn check_in(serial: u32, of: &str, number: &str, slot: DateTime<Utc>) -> Command {
    Command::Issue {
        ticket: ticket(serial),
        visit: Visit {
            appointment: Some(appointment(number, slot)),
            language: LanguageTag::parse("en").unwrap(),
            has_case: true,
            ..visit(of)
        },
    }
}

pub(crate) fn open_counter() -> Command {
    Command::OpenCounter {
        counter: counter("1"),
        clerk: name("sato"),
    }
}

pub(crate) fn call_next() -> Command {
    Command::CallNext {
        counter: counter("1"),
        service: None,
    }
}

pub(crate) struct Office {
    pub(crate) dir: TempDir,
    pub(crate) store: Store,
    pub(crate) state: State,
}

impl Office {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), "fukuyama").unwrap();
        Self {
            dir,
            store,
            state: State::default(),
        }
    }

    /// With tickets 1 to `n` for certificates, issued at nine.
    pub(crate) fn with_tickets(n: u32) -> Self {
        let mut office = Self::new();
        for serial in 1..=n {
            office.run(&kiosk(), &issue(serial, "certificates"), at(9, 0));
        }
        office
    }

    /// Decides, follows, stores and commits.
    pub(crate) fn run(&mut self, actor: &Actor, command: &Command, now: DateTime<Utc>) {
        self.try_run(actor, command, now).unwrap().unwrap();
    }

    pub(crate) fn try_run(
        &mut self,
        actor: &Actor,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Result<Result<(), StoreError>, Refusal> {
        let events = decide(&self.state, &rules(), actor, command, now)?;
        for event in &events {
            self.state.evolve(event).unwrap();
        }
        let mut batch = self.store.batch().unwrap();
        Ok(batch
            .append(&events, &self.state, "10.0.0.7")
            .and_then(|_| batch.commit()))
    }

    /// The program dies and starts again.
    pub(crate) fn reopen(self) -> Self {
        let Self { dir, store, .. } = self;
        drop(store);
        let store = Store::open(dir.path(), "fukuyama").unwrap();
        let (state, _) = store.read().state().unwrap();
        Self { dir, store, state }
    }

    /// Every byte of every file in the folder.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read_dir(self.dir.path())
            .unwrap()
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }

    /// One transaction of anything.
    pub(crate) fn write<T>(&mut self, write: impl FnOnce(&mut Batch<'_>) -> T) -> T {
        let mut batch = self.store.batch().unwrap();
        let written = write(&mut batch);
        batch.commit().unwrap();
        written
    }

    /// Looks into the database past the store.
    pub(crate) fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("uketsuke.db")).unwrap()
    }
}

pub(crate) fn contains(bytes: &[u8], canary: &[u8]) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary)
}
