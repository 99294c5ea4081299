//! How long a durable ticket takes on this disk, one at a time and in groups, and how long a
//! restart takes. `cargo run -p store --example commits -- [folder]`

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a measurement reads the clock"
)]

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveTime, Utc};
use queue::{
    Actor, AfterClosing, Calendar, CallingRules, Command, Counter, CounterId, Hours, LanguageTag,
    Name, Rules, Service, ServiceId, Share, State, TicketId, Visit, Weight, decide,
};
use store::Store;
use uuid::Uuid;

const TICKETS: u32 = 5_000;

fn main() -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let dir = std::env::args()
        .nth(1)
        .map_or_else(|| temporary.path().to_owned(), Into::into);
    for group in [1, 8, 64] {
        let dir = dir.join(format!("group-{group}"));
        issue(&dir, group)?;
        restart(&dir)?;
    }
    Ok(())
}

fn rules() -> Result<Rules, Box<dyn Error>> {
    let service = ServiceId::parse("certificates")?;
    Ok(Rules {
        zone: chrono_tz::Asia::Tokyo,
        day_starts: NaiveTime::MIN,
        services: vec![Service {
            id: service.clone(),
            letter: 'A',
            first: 1,
            last: 9999,
            hours: Hours::daily(
                NaiveTime::MIN,
                NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default(),
            ),
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

fn issue(dir: &Path, group: u32) -> Result<(), Box<dyn Error>> {
    let mut store = Store::open(dir, "measured")?;
    let rules = rules()?;
    let now =
        DateTime::from_timestamp_millis(1_795_000_000_000).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let kiosk = Actor::Kiosk(Name::parse("entrance")?);
    let mut state = State::default();
    let mut commits = Vec::new();
    let began = Instant::now();
    for first in (0..TICKETS).step_by(usize::try_from(group)?) {
        let commit_began = Instant::now();
        let mut batch = store.batch()?;
        for serial in first..(first + group).min(TICKETS) {
            let ticket = TicketId(Uuid::from_u128(u128::from(serial)));
            let command = Command::Issue {
                ticket,
                visit: Visit {
                    service: ServiceId::parse("certificates")?,
                    then: Vec::new(),
                    appointment: None,
                    language: LanguageTag::parse("ja")?,
                    considerate: false,
                    has_case: true,
                },
            };
            let events = decide(&state, &rules, &kiosk, &command, now)?;
            for event in &events {
                state.evolve(event)?;
            }
            batch.append(&events, &state, "10.0.0.7")?;
            batch.seal_case(ticket, &[b'x'; 2_000], now)?;
            batch.give_token(ticket, &format!("token {serial}"))?;
            batch.remember(&format!("key {serial}"), &[0; 32], &[b'{'; 600], now)?;
        }
        batch.commit()?;
        commits.push(commit_began.elapsed());
    }
    let all = began.elapsed();
    commits.sort_unstable();
    println!(
        "groups of {group:>2}: {:>6.0} tickets/s · commit p50 {:?} · p99 {:?}",
        f64::from(TICKETS) / all.as_secs_f64(),
        percentile(&commits, 50),
        percentile(&commits, 99),
    );
    Ok(())
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

fn restart(dir: &Path) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let store = Store::open(dir, "measured")?;
    let (state, _) = store.read().state()?;
    println!(
        "             restart with {} tickets: {:?}",
        state.tickets().len(),
        began.elapsed()
    );
    Ok(())
}
