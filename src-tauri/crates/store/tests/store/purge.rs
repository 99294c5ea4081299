//! What is old goes, to the last byte, and what remains can still be proven.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use queue::*;
use store::{
    Action, Appointment as Booked, AuditEntry, AuditFault, Audited, BookingChanges, Head, Purged,
    Retention, Store,
};

use crate::office::*;

const CANARY: &str = "CANARY-93QF";

const MONTH: Retention = Retention {
    tickets_days: 30,
    audit_days: 30,
    backups_kept: 14,
    answers_hours: 72,
};

fn later(days: i64) -> DateTime<Utc> {
    at(9, 0) + TimeDelta::days(days)
}

/// A day with everything in it that is kept of a day.
fn full_day() -> Office {
    let mut office = Office::new();
    office.run(
        &kiosk(),
        &check_in(1, "moving", CANARY, at(9, 30)),
        at(9, 10),
    );
    office.run(&kiosk(), &issue(2, "certificates"), at(9, 11));
    let open = Command::OpenCounter {
        counter: counter("2"),
        clerk: name("suzuki"),
    };
    office.run(&Actor::Clerk(name("suzuki")), &open, at(9, 11));
    let note = Command::Transfer {
        ticket: ticket(2),
        to: Destination::Clerk(name("suzuki")),
        note: Some(Note::parse(CANARY).unwrap()),
    };
    office.run(&sato(), &note, at(9, 12));
    let booked = BookingChanges {
        source: "caldav".into(),
        upserts: vec![Booked {
            source: "caldav".into(),
            remote_id: CANARY.into(),
            revision: None,
            number: AppointmentNumber::parse(CANARY).unwrap(),
            service: None,
            category: Some(CANARY.into()),
            summary: CANARY.into(),
            start: at(9, 30),
            end: at(9, 45),
            cancelled: false,
        }],
        gone: vec![],
        cursor: None,
        at: at(9, 0),
    };
    let login = AuditEntry {
        at: at(9, 0),
        actor: sato(),
        place: CANARY.into(),
        action: Action::LoggedIn,
        subject: None,
    };
    office.write(|batch| {
        batch
            .seal_case(ticket(1), CANARY.as_bytes(), at(9, 10))
            .unwrap();
        batch.give_token(ticket(1), CANARY).unwrap();
        batch
            .remember(CANARY, &[0; 32], CANARY.as_bytes(), at(9, 10))
            .unwrap();
        batch.apply_bookings(&booked).unwrap();
        batch.audit(&login).unwrap();
    });
    office
}

fn purge(office: &mut Office, policy: &Retention, now: DateTime<Utc>) -> Purged {
    office.run(&Actor::Hub, &Command::StartDay, now);
    let purged = office.write(|batch| {
        batch.erase_cases_sealed_before(now, now).unwrap();
        batch.purge(policy, now).unwrap()
    });
    office.store.scrub().unwrap();
    purged
}

#[test]
fn after_thirty_one_days_no_row_and_no_byte_of_the_day_is_left() {
    let mut office = full_day();
    let before = office.store.read().head().unwrap();
    assert!(contains(&office.bytes(), CANARY.as_bytes()));
    purge(&mut office, &MONTH, later(29));
    assert!(contains(&office.bytes(), CANARY.as_bytes()), "not yet");
    let purged = purge(&mut office, &MONTH, later(31));
    assert_eq!((purged.visits, purged.bookings), (2, 1));
    assert!(!contains(&office.bytes(), CANARY.as_bytes()));
    let db = office.db();
    for (table, rows) in [
        ("visits", 0),
        ("stops", 0),
        ("cases", 0),
        ("case_keys", 0),
        ("visit_tokens", 0),
        ("answers", 0),
        ("appointments", 0),
    ] {
        let found: i64 = db
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(found, rows, "{table}");
    }
    let read = office.store.read();
    let report = read.verify_audit(None).unwrap();
    assert!(report.purged_through.unwrap() >= before.seq);
    let oldest = read.audit_before(u64::MAX, 1_000).unwrap().pop().unwrap();
    assert_eq!(oldest.seq, report.purged_through.unwrap() + 1);
    assert!(
        read.verify_audit(Some(before)).is_ok(),
        "the last row that went is known by its hash"
    );
    let older = Head {
        seq: before.seq - 1,
        ..before
    };
    let fault = read.verify_audit(Some(older)).unwrap_err();
    assert!(matches!(fault, AuditFault::HeadPurged { .. }), "{fault}");
    let state = office.state.clone();
    assert_eq!(office.reopen().state, state);
}

#[test]
fn where_the_trail_is_kept_longer_it_still_tells_who_did_what_and_nothing_of_the_ticket() {
    let mut office = full_day();
    let head = office.store.read().head().unwrap();
    let policy = Retention {
        audit_days: 1_000,
        ..MONTH
    };
    // Where the trail stays, so do places and names of those who work there.
    let purged = purge(&mut office, &policy, later(31));
    assert_eq!((purged.visits, purged.audit_rows), (2, 0));
    assert!(purged.events >= 4);
    let read = office.store.read();
    let report = read.verify_audit(Some(head)).unwrap();
    assert!(report.purged_through.is_none() && report.tickets_purged_through.is_some());
    let lines = read.audit_before(u64::MAX, 1_000).unwrap();
    let transferred = lines
        .iter()
        .find(|line| matches!(&line.what, Audited::PurgedEvent { kind } if kind == "transferred"));
    let transferred = transferred.unwrap();
    assert_eq!((&transferred.actor, transferred.at), (&sato(), at(9, 12)));
    let details: i64 = office
        .db()
        .query_row(
            "SELECT count(*) FROM events WHERE day = '2026-11-24'
             AND (ticket IS NOT NULL OR counter IS NOT NULL OR service IS NOT NULL OR number IS NOT NULL OR body IS NOT NULL)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(details, 0);
    // A second night finds nothing, and writes nothing.
    let head = office.store.read().head().unwrap();
    office.write(|batch| assert!(!batch.purge(&policy, later(31)).unwrap().anything()));
    assert_eq!(office.store.read().head().unwrap(), head);
}

#[test]
fn a_stripped_event_whose_rest_is_edited_is_found() {
    let mut office = full_day();
    let policy = Retention {
        audit_days: 1_000,
        ..MONTH
    };
    purge(&mut office, &policy, later(31));
    let db = office.db();
    db.execute_batch(
        "DROP TRIGGER events_stay; DROP TRIGGER events_remain;
         CREATE TEMP TABLE whole AS SELECT * FROM events",
    )
    .unwrap();
    for tampering in [
        "UPDATE events SET actor = 'tanaka' WHERE kind = 'transferred'",
        "UPDATE events SET detail_hash = zeroblob(32) WHERE kind = 'transferred'",
        "UPDATE events SET number = 'A-001' WHERE kind = 'transferred'",
        // Today's, as if it had been purged.
        "UPDATE events SET body = NULL, detail_hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM events)",
    ] {
        assert_eq!(db.execute(tampering, []).unwrap(), 1, "{tampering}");
        let found = office.store.read().verify_audit(None);
        assert!(found.is_err(), "{tampering}");
        db.execute_batch("DELETE FROM events; INSERT INTO events SELECT * FROM whole")
            .unwrap();
    }
    office.store.read().verify_audit(None).unwrap();
}

#[test]
fn the_day_that_runs_and_numbers_that_kiosks_hold_are_never_purged() {
    let mut office = Office::with_tickets(1);
    let day = BusinessDay::on(office.state.day().unwrap().date() + TimeDelta::days(2));
    let lease = Command::Lease {
        kiosk: name("入口"),
        day,
        service: service("certificates"),
        count: 5,
    };
    office.run(&kiosk(), &lease, at(9, 1));
    let nothing = Retention {
        tickets_days: 0,
        audit_days: 0,
        backups_kept: 1,
        answers_hours: 0,
    };
    for days in [1, 2] {
        purge(&mut office, &nothing, later(days));
        assert_eq!(office.state.leases().count(), 1, "{days}");
        let state = office.state.clone();
        office = office.reopen();
        assert_eq!(office.state, state);
    }
    purge(&mut office, &nothing, later(3));
    assert_eq!(office.state.leases().count(), 0);
    let report = office.store.read().verify_audit(None).unwrap();
    assert!(report.purged_through.unwrap() > 2);
}

#[test]
fn a_row_that_a_wrong_clock_dated_into_the_future_keeps_nothing() {
    let mut office = full_day();
    let wrong = AuditEntry {
        at: at(9, 0).with_year(2038).unwrap(),
        actor: Actor::Hub,
        place: String::new(),
        action: Action::HubStarted,
        subject: None,
    };
    office.write(|batch| batch.audit(&wrong).unwrap());
    purge(&mut office, &MONTH, later(31));
    assert!(!contains(&office.bytes(), CANARY.as_bytes()));
    office.store.read().verify_audit(None).unwrap();
}

#[test]
fn night_after_night_the_chain_goes_on() {
    let mut office = full_day();
    let policy = Retention {
        tickets_days: 2,
        audit_days: 5,
        ..MONTH
    };
    for day in 1..12 {
        purge(&mut office, &policy, later(day));
        let serial = 100 + u32::try_from(day).unwrap();
        office.run(&kiosk(), &issue(serial, "certificates"), later(day));
        office.store.read().verify_audit(None).unwrap();
    }
    let rows = office.store.read().verify_audit(None).unwrap().rows;
    let dir = office.dir;
    drop(office.store);
    let store = Store::open(dir.path(), "fukuyama").unwrap();
    assert_eq!(store.read().verify_audit(None).unwrap().rows, rows);
    assert!(rows < 30, "{rows}");
}
