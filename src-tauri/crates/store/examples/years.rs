//! How long the night's work takes once an office has worked for a while: the walk along the audit trail,
//! a backup, a purge, and a start afterwards. `cargo run -p store --example years -- [days] [tickets a day]`

#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::{error::Error, time::Instant};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use queue::{
    Actor, AfterClosing, Calendar, CallingRules, Command, Counter, CounterId, Hours, LanguageTag,
    Name, Rules, Service, ServiceId, Share, State, TicketId, Visit, Weight, decide,
};
use store::{Retention, Store};
use uuid::Uuid;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let days = arguments.next().unwrap_or(50_u32);
    let tickets = arguments.next().unwrap_or(500_u32);
    let dir = tempfile::tempdir()?;
    let mut store = Store::open(dir.path(), "measured")?;
    let began = Instant::now();
    let now = work(&mut store, days, tickets)?;
    println!(
        "{days} days of {tickets} tickets, written in {:?}",
        began.elapsed()
    );

    let timed = Instant::now();
    let report = store.read().verify_audit(None)?;
    println!(
        "{} rows of the trail walked in {:?}",
        report.rows,
        timed.elapsed()
    );

    let timed = Instant::now();
    let report = store.read().backup_to(&dir.path().join("copy.db"), now)?;
    println!(
        "backup of {} MiB made and checked in {:?}",
        report.bytes >> 20,
        timed.elapsed()
    );

    let policy = Retention {
        tickets_days: days / 2,
        audit_days: days - days / 4,
        backups_kept: 1,
        answers_hours: 72,
    };
    let timed = Instant::now();
    let mut batch = store.batch()?;
    let purged = batch.purge(&policy, now)?;
    batch.commit()?;
    let committed = timed.elapsed();
    store.scrub()?;
    println!(
        "{purged:?} in {committed:?}, and {:?} with the log emptied",
        timed.elapsed()
    );

    let timed = Instant::now();
    let mut batch = store.batch()?;
    batch.purge(&policy, now)?;
    batch.commit()?;
    println!("a second purge in {:?}", timed.elapsed());
    store.read().verify_audit(None)?;

    drop(store);
    let timed = Instant::now();
    let store = Store::open(dir.path(), "measured")?;
    let (state, _) = store.read().state()?;
    println!(
        "restart with {} tickets of the day in {:?}",
        state.tickets().len(),
        timed.elapsed()
    );
    Ok(())
}

/// Every day each visitor is called and served; one transaction a day.
fn work(store: &mut Store, days: u32, tickets: u32) -> Result<DateTime<Utc>, Box<dyn Error>> {
    let (rules, counter) = (rules()?, CounterId::parse("1")?);
    let clerk = Name::parse("sato")?;
    let actor = Actor::Clerk(clerk.clone());
    let mut now = DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default();
    let mut state = State::default();
    for day in 0..days {
        now += TimeDelta::days(1);
        let mut batch = store.batch()?;
        let mut run = |state: &mut State, command: Command| -> Outcome {
            let events = decide(state, &rules, &actor, &command, now)?;
            for event in &events {
                state.evolve(event)?;
            }
            batch.append(&events, state, "10.0.0.7")?;
            Ok(())
        };
        let open = Command::OpenCounter {
            counter: counter.clone(),
            clerk: clerk.clone(),
        };
        run(&mut state, open)?;
        for serial in 0..tickets {
            let ticket = TicketId(Uuid::from_u64_pair(u64::from(day), u64::from(serial)));
            let visit = Visit {
                service: ServiceId::parse("certificates")?,
                then: Vec::new(),
                appointment: None,
                language: LanguageTag::parse("ja")?,
                considerate: false,
                has_case: false,
            };
            let counter = || counter.clone();
            run(&mut state, Command::Issue { ticket, visit })?;
            run(
                &mut state,
                Command::CallNext {
                    counter: counter(),
                    service: None,
                },
            )?;
            run(
                &mut state,
                Command::StartService {
                    counter: counter(),
                    ticket,
                },
            )?;
            run(
                &mut state,
                Command::Finish {
                    counter: counter(),
                    ticket,
                },
            )?;
        }
        batch.commit()?;
    }
    Ok(now)
}

fn rules() -> Result<Rules, Box<dyn Error>> {
    let service = ServiceId::parse("certificates")?;
    let midnight = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    Ok(Rules {
        zone: chrono_tz::Asia::Tokyo,
        day_starts: NaiveTime::MIN,
        services: vec![Service {
            id: service.clone(),
            letter: 'A',
            first: 1,
            last: 9999,
            hours: Hours::daily(NaiveTime::MIN, midnight),
            after_closing: AfterClosing::Refuse,
            capacity: None,
            minutes: 5,
            considerate_at_kiosk: false,
        }],
        counters: vec![Counter {
            id: CounterId::parse("1")?,
            services: vec![Share {
                service,
                weight: Weight::EVEN,
            }],
        }],
        calling: CallingRules::default(),
        calendar: Calendar::default(),
    })
}
