//! The night after a very full day: 10,000 cases go, and nothing of them is left in any file.

use std::{collections::HashSet, fs, path::Path, time::Instant};

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use office::Office;
use queue::{Actor, BusinessDay, Command, LanguageTag, Name, State, TicketId, Visit, decide};
use rusqlite::Connection;
use store::{Action, AuditEntry, Retention, Store, nightly};
use uuid::Uuid;

use crate::row::Row;

const CASES: u32 = 10_000;
const CASES_AT_ONCE: u32 = 200;
/// What is looked for is as long as a wrapped key; anything shorter could be found by chance.
const TRACE_BYTES: usize = 24;
const CANARY: &str = "架空　朱鷺子 昭和55年2月17日生";

/// Rows `forms.purge.s` and `forms.purge.canary_bytes`.
pub(super) fn rows(office: &Office) -> Result<[Row; 2]> {
    let folder = tempfile::tempdir()?;
    let day: DateTime<Utc> = "2026-11-24T10:00:00+09:00".parse()?;
    let mut store = Store::open(folder.path(), &office.id)?;
    let mut state = State::default();
    start_day(office, &mut store, &mut state, day)?;
    seal_all(office, &mut store, &mut state, day)?;
    let backups = folder.path().join("backups");
    nightly(&store.reader()?, &backups, day, 14)?;
    let traces = traces(&folder.path().join("uketsuke.db"))?;
    // The search is worth nothing if it does not find what is there.
    let before = bytes_left(folder.path(), &traces)?;
    let sealed = traces.len() * TRACE_BYTES;
    ensure!(before >= sealed, "only {before} of {sealed} bytes found");
    ensure!(bytes_left(&backups, &traces)? == 0, "a backup holds cases");

    let night = day + TimeDelta::hours(15);
    let began = Instant::now();
    let erased = purge(office, &mut store, &mut state, night)?;
    let took = began.elapsed();
    ensure!(erased == CASES as usize, "only {erased} erased");
    nightly(&store.reader()?, &backups, night, 14)?;
    let left = bytes_left(folder.path(), &traces)?;
    let size = fs::metadata(folder.path().join("uketsuke.db"))?.len();
    Ok([
        Row::at_most(
            "forms.purge.s",
            took.as_secs_f64(),
            "s",
            2.0,
            format!(
                "{CASES} cases, the turn of the day with its commit and the emptied log; {} MB database",
                size / 1_000_000
            ),
        ),
        Row::at_most(
            "forms.purge.canary_bytes",
            left as f64,
            "bytes",
            0.0,
            format!(
                "{} kB of pieces of what was sealed, of every key, and the plain text looked for in database, log and two backups; {before} bytes before",
                sealed / 1000
            ),
        ),
    ])
}

fn start_day(
    office: &Office,
    store: &mut Store,
    state: &mut State,
    now: DateTime<Utc>,
) -> Result<()> {
    let events = decide(state, &office.rules, &Actor::Hub, &Command::StartDay, now)
        .map_err(|refusal| anyhow!("{refusal:?}"))?;
    for event in &events {
        state.evolve(event)?;
    }
    let mut batch = store.batch()?;
    batch.append(&events, state, "hub")?;
    Ok(batch.commit()?)
}

/// Issues the tickets over all services and seals a case of six forms with each.
fn seal_all(
    office: &Office,
    store: &mut Store,
    state: &mut State,
    now: DateTime<Utc>,
) -> Result<()> {
    let kiosk = Actor::Kiosk(Name::parse("入口")?);
    // What six forms of a family come to as JSON.
    let case = CANARY.repeat(160);
    let services = &office.rules.services;
    for first in (0..CASES).step_by(CASES_AT_ONCE as usize) {
        let mut batch = store.batch()?;
        for serial in first..(first + CASES_AT_ONCE).min(CASES) {
            let of = services
                .get(serial as usize % services.len())
                .context("no service")?;
            let ticket = TicketId(Uuid::from_u128(0x0193_0000_u128 << 96 | u128::from(serial)));
            let issue = Command::Issue {
                ticket,
                visit: Visit {
                    service: of.id.clone(),
                    then: Vec::new(),
                    appointment: None,
                    language: LanguageTag::parse("ja")?,
                    considerate: false,
                    has_case: true,
                },
            };
            let events = decide(state, &office.rules, &kiosk, &issue, now)
                .map_err(|refusal| anyhow!("{refusal:?}"))?;
            for event in &events {
                state.evolve(event)?;
            }
            batch.append(&events, state, "入口")?;
            batch.seal_case(ticket, case.as_bytes(), now)?;
        }
        batch.commit()?;
    }
    Ok(())
}

/// What the hub does when a business day begins.
fn purge(
    office: &Office,
    store: &mut Store,
    state: &mut State,
    now: DateTime<Utc>,
) -> Result<usize> {
    let events = decide(state, &office.rules, &Actor::Hub, &Command::StartDay, now)
        .map_err(|refusal| anyhow!("{refusal:?}"))?;
    for event in &events {
        state.evolve(event)?;
    }
    let (dawn, _) = BusinessDay::on(now.with_timezone(&office.zone).date_naive())
        .bounds(office.zone, office.rules.day_starts);
    let kept = office.retention;
    let policy = Retention {
        tickets_days: kept.tickets_days.into(),
        audit_days: kept.audit_days.into(),
        backups_kept: kept.backups_kept.into(),
        answers_hours: kept.answers_hours.into(),
    };
    let mut batch = store.batch()?;
    batch.append(&events, state, "hub")?;
    let erased = batch.erase_cases_sealed_before(dawn, now)?;
    batch.audit(&AuditEntry {
        at: now,
        actor: Actor::Hub,
        place: "hub".to_owned(),
        action: Action::CasesErased,
        subject: Some(erased.to_string()),
    })?;
    batch.purge(&policy, now)?;
    batch.commit()?;
    ensure!(store.scrub()?, "the log could not be emptied");
    Ok(erased)
}

/// A piece of every case's sealed bytes, from their beginning and their end, a piece of every wrapped key, and what was written.
fn traces(database: &Path) -> Result<HashSet<[u8; TRACE_BYTES]>> {
    let db = Connection::open(database)?;
    let mut traces = HashSet::new();
    for sql in [
        "SELECT substr(sealed, 1, 24) FROM cases",
        "SELECT substr(sealed, -24) FROM cases",
        "SELECT substr(wrapped, 30, 24) FROM case_keys",
    ] {
        let mut pieces = db.prepare(sql)?;
        let mut rows = pieces.query([])?;
        while let Some(row) = rows.next()? {
            let piece: Vec<u8> = row.get(0)?;
            traces.insert(piece.try_into().map_err(|_| anyhow!("a piece is short"))?);
        }
    }
    ensure!(
        traces.len() == 3 * CASES as usize,
        "{} pieces",
        traces.len()
    );
    Ok(traces)
}

/// How many bytes of the traces, and of what was written, all files below a folder hold.
fn bytes_left(folder: &Path, traces: &HashSet<[u8; TRACE_BYTES]>) -> Result<usize> {
    // A set of first pairs spares a look into the large one for nearly every byte.
    let mut begins = vec![false; 1 << 16];
    let pair = |one: u8, two: u8| usize::from(one) << 8 | usize::from(two);
    for trace in traces {
        if let [one, two, ..] = trace
            && let Some(begin) = begins.get_mut(pair(*one, *two))
        {
            *begin = true;
        }
    }
    let mut left = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            left += bytes_left(&path, traces)?;
            continue;
        }
        let bytes = fs::read(&path)?;
        for window in bytes.windows(TRACE_BYTES) {
            let [one, two, ..] = window else { continue };
            let begins = begins.get(pair(*one, *two)) == Some(&true);
            if begins && traces.contains(window) {
                left += TRACE_BYTES;
            }
        }
        let plain = bytes.windows(CANARY.len());
        left += plain.filter(|it| *it == CANARY.as_bytes()).count() * CANARY.len();
    }
    Ok(left)
}
