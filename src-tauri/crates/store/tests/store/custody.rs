//! What citizens wrote goes when its time has come, from every file, also when the power goes while it goes.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, Command as Program, Stdio},
};

use chrono::{DateTime, TimeDelta, Utc};
use queue::{Actor, Command, TicketId};
use store::{Case, Retention, Store, clear_unfinished, nightly};

use crate::office::*;

const CANARY: &str = "氏名 カナリア 太郎 1980-02-17";

/// Names the folder in which the child of a test begins a purge, and how far it goes before it is killed.
const CHILD: &str = "UKETSUKE_STORE_TEST_PURGE";

const KEPT: Retention = Retention {
    tickets_days: 30,
    audit_days: 30,
    backups_kept: 3,
    answers_hours: 72,
};

fn later(days: i64) -> DateTime<Utc> {
    at(9, 0) + TimeDelta::days(days)
}

/// The day after, at its beginning.
fn dawn(days: i64) -> DateTime<Utc> {
    later(days) - TimeDelta::hours(9)
}

/// An office with so many cases, each of about four kilobytes.
fn with_cases(cases: u32) -> Office {
    let mut office = Office::with_tickets(cases);
    let long = CANARY.repeat(100);
    office.write(|batch| {
        for serial in 1..=cases {
            batch
                .seal_case(ticket(serial), long.as_bytes(), at(9, 0))
                .unwrap();
        }
    });
    office
}

/// Every byte string that must not be found once the cases are gone: what was written, a piece of every sealed case, and
/// every wrapped key.
fn traces(db: &rusqlite::Connection) -> Vec<Vec<u8>> {
    let mut traces = vec![CANARY.as_bytes().to_vec(), "カナリア".as_bytes().to_vec()];
    for sql in [
        "SELECT substr(sealed, 30, 24) FROM cases WHERE sealed IS NOT NULL",
        "SELECT substr(sealed, -24) FROM cases WHERE sealed IS NOT NULL",
        "SELECT substr(wrapped, 30, 24) FROM case_keys",
    ] {
        let mut found = db.prepare(sql).unwrap();
        let rows = found.query_map([], |row| row.get(0)).unwrap();
        traces.extend(rows.map(Result::unwrap));
    }
    traces
}

/// How many of the traces are in any file below a folder.
fn found_below(folder: &Path, traces: &[Vec<u8>]) -> usize {
    let wanted: std::collections::HashSet<&[u8]> = traces
        .iter()
        .skip(2)
        .map(|it| it.get(..24).unwrap())
        .collect();
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found += found_below(&entry.path(), traces);
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        found += bytes.windows(24).filter(|it| wanted.contains(it)).count();
        found += (traces.iter().take(2))
            .filter(|it| contains(&bytes, it))
            .count();
    }
    found
}

fn purge(office: &mut Office, now: DateTime<Utc>, dawn: DateTime<Utc>) -> usize {
    office.run(&Actor::Hub, &Command::StartDay, now);
    let erased = office.write(|batch| {
        let erased = batch.erase_cases_sealed_before(dawn, now).unwrap();
        batch.purge(&KEPT, now).unwrap();
        erased
    });
    assert!(office.store.scrub().unwrap(), "nobody reads");
    erased
}

fn is_open(store: &Store, ticket: TicketId) -> bool {
    matches!(store.read().case(ticket).unwrap(), Case::Open { .. })
}

#[test]
fn after_close_of_business_no_byte_of_a_case_is_in_database_log_or_backups() {
    let mut office = with_cases(200);
    let backups = office.dir.path().join("backups");
    nightly(&office.store.reader().unwrap(), &backups, at(18, 0), 3).unwrap();
    let traces = traces(&office.db());
    assert_eq!(traces.len(), 2 + 3 * 200);
    let before = found_below(office.dir.path(), &traces);
    assert!(
        before >= 3 * 200,
        "{before}: the search finds what is there"
    );
    assert_eq!(
        found_below(&backups, &traces),
        0,
        "a backup never holds them"
    );
    assert_eq!(purge(&mut office, later(1), dawn(1)), 200);
    nightly(&office.store.reader().unwrap(), &backups, later(1), 3).unwrap();
    assert_eq!(found_below(office.dir.path(), &traces), 0);
}

#[test]
fn a_case_that_was_changed_leaves_nothing_of_what_stood_there_before() {
    let mut office = with_cases(1);
    let before = traces(&office.db());
    office.write(|batch| batch.reseal_case(ticket(1), b"mended").unwrap());
    assert!(office.store.scrub().unwrap());
    assert_eq!(found_below(office.dir.path(), &before), 0);
    assert!(is_open(&office.store, ticket(1)));
}

#[test]
fn a_case_lives_as_long_as_the_longest_of_its_forms_and_no_day_longer() {
    let mut office = with_cases(4);
    office.write(|batch| {
        // The first goes at close of business; the second has a form of seven days; the third has been told so twice.
        batch.keep_case_until(ticket(2), dawn(7)).unwrap();
        batch.keep_case_until(ticket(3), dawn(7)).unwrap();
        batch.keep_case_until(ticket(3), dawn(3)).unwrap();
        batch.keep_case_until(ticket(4), dawn(3)).unwrap();
        batch.reseal_case(ticket(4), b"mended").unwrap();
    });
    for (day, open) in [
        (1, [false, true, true, true]),
        (2, [false, true, true, true]),
        (3, [false, true, true, false]),
        (6, [false, true, true, false]),
        (7, [false, false, false, false]),
    ] {
        purge(&mut office, later(day), dawn(day));
        let found = [1, 2, 3, 4].map(|serial| is_open(&office.store, ticket(serial)));
        assert_eq!(found, open, "on day {day}");
    }
    let left: i64 = office
        .db()
        .query_row("SELECT count(*) FROM case_keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_kept_case_never_outlives_its_ticket() {
    let mut office = with_cases(1);
    office.write(|batch| batch.keep_case_until(ticket(1), dawn(300)).unwrap());
    let traces = traces(&office.db());
    purge(&mut office, later(31), dawn(31));
    assert_eq!(found_below(office.dir.path(), &traces), 0);
}

#[test]
fn an_erased_case_is_kept_no_longer_by_a_word_that_comes_late() {
    let mut office = with_cases(1);
    office.write(|batch| {
        assert!(batch.erase_case(ticket(1), at(10, 0)).unwrap());
        batch.keep_case_until(ticket(1), dawn(7)).unwrap();
        assert!(batch.reseal_case(ticket(1), b"again").is_err());
    });
    assert!(!is_open(&office.store, ticket(1)));
}

#[test]
fn a_scrub_waits_for_nobody_and_says_so() {
    let mut office = with_cases(1);
    let traces = traces(&office.db());
    let reading = office.db();
    let tx = reading.unchecked_transaction().unwrap();
    let seen = |sql| -> i64 { tx.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(seen("SELECT count(*) FROM cases"), 1);
    office.write(|batch| assert!(batch.erase_case(ticket(1), at(10, 0)).unwrap()));
    assert!(
        !office.store.scrub().unwrap(),
        "somebody reads an older moment"
    );
    drop(tx);
    assert!(office.store.scrub().unwrap());
    assert_eq!(found_below(office.dir.path(), &traces), 0);
}

#[test]
fn a_code_finds_its_case_here_and_nowhere_else() {
    let office = with_cases(3);
    let read = office.store.read();
    let codes = [1, 2, 3].map(|serial| read.case_code(ticket(serial)).unwrap().unwrap());
    assert!(codes[0] != codes[1] && codes[1] != codes[2] && codes[0] != codes[2]);
    for (serial, code) in (1..).zip(&codes) {
        let found = read.ticket_of_case_code(code, at(9, 0)).unwrap();
        assert_eq!(found, Some(ticket(serial)));
        assert!(!contains(&ticket(serial).0.into_bytes(), &code[..4]));
        assert!(!contains(&office.bytes(), code), "it is not stored");
    }
    assert_eq!(read.ticket_of_case_code(&[0; 10], at(9, 0)).unwrap(), None);
    // Another office, or the same with another key, has other codes for the same tickets.
    let other = with_cases(3);
    let there = other.store.read().case_code(ticket(1)).unwrap();
    assert_ne!(there, Some(codes[0]));
    let found = other.store.read().ticket_of_case_code(&codes[0], at(9, 0));
    assert_eq!(found.unwrap(), None);
    let office = Office::with_tickets(1);
    assert_eq!(office.store.read().case_code(ticket(1)).unwrap(), None);
}

#[test]
fn the_code_of_an_erased_case_still_says_which_it_was_for_a_while() {
    let mut office = with_cases(1);
    let code = office.store.read().case_code(ticket(1)).unwrap().unwrap();
    office.write(|batch| batch.erase_case(ticket(1), at(10, 0)).unwrap());
    let read = office.store.read();
    let of = |since| read.ticket_of_case_code(&code, since).unwrap();
    assert_eq!((of(at(9, 0)), of(at(11, 0))), (Some(ticket(1)), None));
}

#[test]
fn a_backup_whose_power_went_leaves_nothing_after_the_next_start() {
    let office = with_cases(20);
    let traces = traces(&office.db());
    let backups = office.dir.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    let part = backups.join("uketsuke-20261124T180000Z.db.part");
    // As the copy stands when the power goes before anything was taken out of it.
    let whole = std::fs::read(office.dir.path().join("uketsuke.db"));
    std::fs::write(&part, [whole.unwrap(), traces.concat()].concat()).unwrap();
    std::fs::write(part.with_extension("part-journal"), traces.concat()).unwrap();
    let other = backups.join("notes.db.part");
    std::fs::write(&other, b"the city's own").unwrap();
    assert!(found_below(&backups, &traces) >= 60);
    clear_unfinished(&backups).unwrap();
    assert_eq!(found_below(&backups, &traces), 0);
    assert!(!part.exists() && other.exists());
    clear_unfinished(&office.dir.path().join("nowhere")).unwrap();
}

#[test]
fn a_purge_that_is_killed_leaves_every_case_as_it_was_or_none_and_the_next_start_clears_the_log() {
    if let Some(order) = std::env::var_os(CHILD) {
        return purge_until_killed(order.to_str().unwrap());
    }
    const CASES: u32 = 600;
    for committed in [false, true] {
        let office = with_cases(CASES);
        let traces = traces(&office.db());
        let Office { dir, store, .. } = office;
        drop(store);
        let mut child = begin_purge(dir.path(), committed);
        child.kill().unwrap();
        child.wait().unwrap();
        if committed {
            // Death comes before the log is emptied: this is what the next start is for.
            assert!(found_below(dir.path(), &traces) > 0);
        }
        let mut store = Store::open(dir.path(), "fukuyama").unwrap();
        let open = (1..=CASES).filter(|serial| is_open(&store, ticket(*serial)));
        assert_eq!(open.count(), if committed { 0 } else { CASES as usize });
        let halves: i64 = rusqlite::Connection::open(dir.path().join("uketsuke.db"))
            .unwrap()
            .query_row(
                "SELECT count(*) FROM cases LEFT JOIN case_keys USING (ticket)
                 WHERE (sealed IS NULL) != (wrapped IS NULL)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(
            halves, 0,
            "no case without its key, no key without its case"
        );
        if !committed {
            let mut batch = store.batch().unwrap();
            let erased = batch.erase_cases_sealed_before(dawn(1), later(1)).unwrap();
            assert_eq!(erased, CASES as usize);
            batch.commit().unwrap();
        }
        assert!(store.scrub().unwrap());
        assert_eq!(
            found_below(dir.path(), &traces),
            0,
            "committed: {committed}"
        );
    }
}

/// The child: purges up to its commit, or beyond it, says so, and waits to be killed.
fn purge_until_killed(order: &str) {
    let (how, dir) = order.split_once(' ').unwrap();
    let mut store = Store::open(Path::new(dir), "fukuyama").unwrap();
    let mut batch = store.batch().unwrap();
    batch.erase_cases_sealed_before(dawn(1), later(1)).unwrap();
    batch.purge(&KEPT, later(1)).unwrap();
    let begun = if how == "committed" {
        batch.commit().unwrap();
        None
    } else {
        Some(batch)
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "\npurging").unwrap();
    out.flush().unwrap();
    // Nobody ever writes: this ends when the parent kills it.
    let _ = std::io::stdin().read(&mut [0]);
    drop(begun);
}

fn begin_purge(dir: &Path, committed: bool) -> Child {
    let name = "custody::a_purge_that_is_killed_leaves_every_case_as_it_was_or_none_and_the_next_start_clears_the_log";
    let how = if committed { "committed" } else { "begun" };
    let mut child = Program::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CHILD, format!("{how} {}", dir.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "purging"));
    child
}
