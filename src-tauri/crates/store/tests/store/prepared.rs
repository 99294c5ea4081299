//! Visits that are prepared before there is a ticket.

use chrono::{DateTime, TimeDelta, Utc};
use queue::{Actor, BusinessDay, Command};
use store::{
    BookingChanges, Case, NewPrepared, PreparedId, PreparedOf, Retention, StoreError, nightly,
};
use uuid::Uuid;

use crate::office::*;

const PREPARED: &[u8] = "故人 カナリア 太郎 2026-11-20".as_bytes();
const FILLED_IN: &[u8] = "届出人 カナリア 花子".as_bytes();
const MERGED: &[u8] = "故人 カナリア 太郎、届出人 花子".as_bytes();
const CANARY: &[u8] = "カナリア".as_bytes();

const KEPT: Retention = Retention {
    tickets_days: 30,
    audit_days: 30,
    backups_kept: 3,
    answers_hours: 72,
};

fn booking(remote_id: &str) -> PreparedOf {
    PreparedOf::Booking {
        source: "caldav".into(),
        remote_id: remote_id.into(),
    }
}

fn day(text: &str) -> BusinessDay {
    text.parse().unwrap()
}

fn id(serial: u128) -> PreparedId {
    PreparedId(Uuid::from_u128(serial))
}

fn new(serial: u128, of: PreparedOf) -> NewPrepared {
    NewPrepared {
        id: id(serial),
        of,
        day: day("2026-11-25"),
        service: service("moving"),
        life_event: "bereavement".into(),
    }
}

/// An office with two tickets and one prepared visit.
fn prepared() -> Office {
    let mut office = Office::with_tickets(2);
    office.write(|batch| {
        let begun = batch.begin_prepared(&new(7, booking("a")), PREPARED, at(9, 0));
        assert_eq!(begun.unwrap(), id(7));
    });
    office
}

fn opened(case: &Case) -> Option<&[u8]> {
    match case {
        Case::Open { plaintext, .. } => Some(plaintext),
        Case::None | Case::Erased { .. } => None,
    }
}

fn of_prepared(office: &Office) -> Option<Vec<u8>> {
    opened(&office.store.read().prepared_case(id(7)).unwrap()).map(<[u8]>::to_vec)
}

fn of_ticket(office: &Office, serial: u32) -> Option<Vec<u8>> {
    opened(&office.store.read().case(ticket(serial)).unwrap()).map(<[u8]>::to_vec)
}

/// The last bytes of everything that is sealed and of every wrapped key.
fn traces(office: &Office) -> Vec<Vec<u8>> {
    let db = office.db();
    let mut found = Vec::new();
    for column in ["sealed", "wrapped", "before_sealed", "before_wrapped"] {
        let sql = format!("SELECT substr({column}, -24) FROM prepared WHERE {column} IS NOT NULL");
        let mut statement = db.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        found.extend(rows.map(Result::unwrap));
    }
    found
}

fn turn(office: &mut Office, days: i64) -> usize {
    let now: DateTime<Utc> = at(9, 0) + TimeDelta::days(days);
    office.run(&Actor::Hub, &Command::StartDay, now);
    let dawn = now - TimeDelta::hours(9);
    let today = BusinessDay::of(now, rules().zone, rules().day_starts);
    office.write(|batch| {
        let erased = batch.erase_prepared(today, dawn, now).unwrap();
        batch.purge(&KEPT, now).unwrap();
        erased
    })
}

#[test]
fn a_prepared_visit_is_sealed_and_found_again_by_its_booking_after_a_restart() {
    let office = prepared();
    assert!(!contains(&office.bytes(), CANARY), "nothing in the clear");
    let office = office.reopen();
    let read = office.store.read();
    let found = read.prepared_of(&booking("a")).unwrap().unwrap();
    assert_eq!((found.id, found.day), (id(7), day("2026-11-25")));
    assert_eq!((found.touched, found.attached), (false, None));
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
    assert_eq!(read.prepared_of(&booking("b")).unwrap(), None);
    assert_eq!(read.prepared_on(day("2026-11-25")).unwrap(), [found]);
    assert_eq!(read.prepared_on(day("2026-11-26")).unwrap(), []);
}

#[test]
fn an_announced_move_s_number_stands_in_no_file_and_is_found_again_by_it() {
    let number = "OSS-CANARY-000123";
    let mut office = Office::with_tickets(1);
    office.write(|batch| {
        let of = batch.announced(number).unwrap();
        batch.begin_prepared(&new(8, of), b"x", at(9, 0)).unwrap();
    });
    assert!(!contains(&office.bytes(), number.as_bytes()));
    let office = office.reopen();
    let read = office.store.read();
    let of = read.announced(number).unwrap();
    assert_eq!(read.prepared_of(&of).unwrap().unwrap().id, id(8));
    let other = Office::new();
    assert_ne!(
        other.store.read().announced(number).unwrap(),
        of,
        "another hub's key makes another name of it"
    );
}

#[test]
fn one_booking_has_one_prepared_visit() {
    let mut office = prepared();
    let mut batch = office.store.batch().unwrap();
    let twice = batch.begin_prepared(&new(9, booking("a")), b"other", at(9, 1));
    assert!(matches!(twice, Err(StoreError::Sqlite(_))));
    drop(batch);
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
}

#[test]
fn a_change_leaves_nothing_of_what_stood_there_and_says_that_a_clerk_made_it() {
    let mut office = prepared();
    let before = traces(&office);
    office.write(|batch| batch.reseal_prepared(id(7), b"mended", true).unwrap());
    office.write(|batch| batch.reseal_prepared(id(7), b"imported", false).unwrap());
    assert!(office.store.scrub().unwrap());
    let bytes = office.bytes();
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|it| !contains(&bytes, it)));
    let found = office.store.read().prepared(id(7)).unwrap().unwrap();
    assert!(found.touched, "once touched, always touched");
}

#[test]
fn attached_it_is_the_ticket_s_case_and_of_no_second_ticket_and_what_was_handed_over_stays_till_dawn()
 {
    let mut office = prepared();
    let before = traces(&office);
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 5))
            .unwrap();
    });
    office.write(|batch| batch.reseal_case(ticket(1), MERGED).unwrap());
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(MERGED));
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
    let visits = office.store.read().visits(day("2026-11-24")).unwrap();
    let has: Vec<bool> = visits.iter().map(|it| it.has_case).collect();
    assert_eq!(has, [true, false]);
    let found = office.store.read().prepared_of_ticket(ticket(1)).unwrap();
    assert_eq!(found.unwrap().attached.unwrap().merged, None);
    let mut batch = office.store.batch().unwrap();
    let second = batch.attach_prepared(id(7), ticket(2), PREPARED, at(9, 6));
    assert!(second.is_err());
    drop(batch);
    assert_eq!(of_ticket(&office, 2), None, "all of it or nothing");
    assert_eq!(turn(&mut office, 1), 1);
    assert!(office.store.scrub().unwrap());
    let bytes = office.bytes();
    assert!(before.iter().all(|it| !contains(&bytes, it)), "erased");
}

#[test]
fn an_attachment_that_is_undone_takes_back_what_was_changed_since() {
    let mut office = prepared();
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 5))
            .unwrap();
        batch.reseal_case(ticket(1), MERGED).unwrap();
        batch
            .detach_prepared(id(7), ticket(1), MERGED, None)
            .unwrap();
    });
    assert_eq!(of_prepared(&office).as_deref(), Some(MERGED));
    assert!(matches!(
        office.store.read().case(ticket(1)).unwrap(),
        Case::None
    ));
    let visits = office.store.read().visits(day("2026-11-24")).unwrap();
    assert!(visits.iter().all(|it| !it.has_case));
    // It may be attached again, to whichever ticket is right.
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(2), MERGED, at(9, 7))
            .unwrap();
    });
    assert_eq!(of_ticket(&office, 2).as_deref(), Some(MERGED));
}

#[test]
fn two_cases_become_one_and_are_two_again_when_that_is_undone() {
    let mut office = prepared();
    office.write(|batch| {
        batch.seal_case(ticket(1), FILLED_IN, at(9, 4)).unwrap();
        batch
            .attach_merged(id(7), ticket(1), MERGED, 3, at(9, 5))
            .unwrap();
    });
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(MERGED));
    let found = office.store.read().prepared(id(7)).unwrap().unwrap();
    assert_eq!(found.attached.unwrap().merged, Some(3));
    office.write(|batch| {
        let own = batch.own_case(id(7), ticket(1)).unwrap().unwrap();
        assert_eq!(own.as_slice(), FILLED_IN);
        batch
            .detach_prepared(id(7), ticket(1), PREPARED, Some(&own))
            .unwrap();
        assert!(batch.own_case(id(7), ticket(1)).unwrap().is_none());
    });
    let office = office.reopen();
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(FILLED_IN));
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
    let found = office.store.read().prepared(id(7)).unwrap().unwrap();
    assert_eq!(found.attached, None);
}

#[test]
fn what_a_citizen_brings_to_a_prepared_case_is_kept_apart_too() {
    let mut office = prepared();
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 5))
            .unwrap();
        assert!(batch.own_case(id(7), ticket(1)).unwrap().is_none());
        batch.reseal_case(ticket(1), MERGED).unwrap();
        batch.keep_own(id(7), ticket(1), FILLED_IN, 3).unwrap();
        assert!(batch.keep_own(id(7), ticket(2), FILLED_IN, 3).is_err());
    });
    let mut office = office.reopen();
    assert!(!contains(&office.bytes(), CANARY), "nothing in the clear");
    let found = office.store.read().prepared(id(7)).unwrap().unwrap();
    assert_eq!(found.attached.unwrap().merged, Some(3));
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(MERGED));
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
    office.write(|batch| {
        let own = batch.own_case(id(7), ticket(1)).unwrap().unwrap();
        batch
            .detach_prepared(id(7), ticket(1), PREPARED, Some(&own))
            .unwrap();
    });
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(FILLED_IN));
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
}

#[test]
fn a_booking_that_moves_takes_its_preparation_along() {
    let mut office = prepared();
    office.write(|batch| {
        let other = service("certificates");
        let to = day("2026-12-01");
        batch
            .move_prepared(&booking("a"), to, Some(&other))
            .unwrap();
        batch.move_prepared(&booking("b"), to, None).unwrap();
    });
    let read = office.store.read();
    assert_eq!(read.prepared_on(day("2026-11-25")).unwrap(), []);
    let moved = &read.prepared_on(day("2026-12-01")).unwrap()[0];
    assert_eq!((moved.id, moved.service.as_str()), (id(7), "certificates"));
    // A booking that is not there any more stays known by its key.
    office.write(|batch| {
        let gone = BookingChanges {
            source: "caldav".into(),
            upserts: vec![],
            gone: vec!["a".into()],
            cursor: None,
            at: at(9, 0),
        };
        batch.apply_bookings(&gone).unwrap();
    });
    let read = office.store.read();
    assert!(read.prepared_of(&booking("a")).unwrap().is_some());
}

#[test]
fn one_that_is_taken_back_is_erased_at_once_and_one_that_is_a_ticket_s_is_not() {
    let mut office = prepared();
    office.write(|batch| {
        batch.take_back_prepared(id(7), at(9, 30)).unwrap();
        assert!(batch.take_back_prepared(id(7), at(9, 31)).is_err(), "once");
        assert!(batch.take_back_prepared(id(8), at(9, 31)).is_err());
        let known = batch.prepared(id(7)).unwrap().unwrap();
        assert_eq!(known.erased_at, Some(at(9, 30)));
        let anew = batch.begin_prepared(&new(9, booking("a")), PREPARED, at(9, 32));
        assert_eq!(anew.unwrap(), id(7), "as it was known");
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 40))
            .unwrap();
        assert!(batch.take_back_prepared(id(7), at(9, 41)).is_err());
    });
    assert_eq!(of_ticket(&office, 1).as_deref(), Some(PREPARED));
}

#[test]
fn where_nobody_came_no_byte_is_left_in_database_log_or_backups() {
    let mut office = prepared();
    office.write(|batch| {
        let of = new(9, booking("b"));
        batch.begin_prepared(&of, PREPARED, at(9, 0)).unwrap();
        batch.seal_case(ticket(2), FILLED_IN, at(9, 4)).unwrap();
        batch
            .attach_merged(id(9), ticket(2), MERGED, 2, at(9, 5))
            .unwrap();
    });
    let backups = tempfile::tempdir().unwrap();
    let reader = office.store.reader().unwrap();
    let backup = nightly(&reader, backups.path(), at(18, 0), 3).unwrap();
    drop(reader);
    let traces = traces(&office);
    assert_eq!(traces.len(), 2 + 4);
    let copy = std::fs::read(&backup.path).unwrap();
    assert!(
        traces.iter().all(|it| !contains(&copy, it)),
        "a backup never holds them"
    );
    // Planned for the 25th; the merged one was attached on the 24th.
    assert_eq!(turn(&mut office, 1), 1, "the originals of the merged one");
    assert_eq!(of_prepared(&office).as_deref(), Some(PREPARED));
    assert_eq!(turn(&mut office, 2), 1);
    assert!(office.store.scrub().unwrap());
    let bytes = office.bytes();
    assert!(traces.iter().all(|it| !contains(&bytes, it)));
    assert!(matches!(
        office.store.read().prepared_case(id(7)).unwrap(),
        Case::Erased { .. }
    ));
    // Somebody plans the visit anew: the booking is the same.
    office.write(|batch| {
        let again = batch.begin_prepared(&new(11, booking("a")), b"anew", at(9, 0));
        assert_eq!(again.unwrap(), id(7), "it keeps its identity");
    });
    assert_eq!(of_prepared(&office).as_deref(), Some(b"anew".as_slice()));
}

#[test]
fn nothing_of_a_prepared_visit_outlives_the_tickets_of_its_time() {
    let mut office = prepared();
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 5))
            .unwrap();
        let of = new(9, booking("b"));
        batch.begin_prepared(&of, PREPARED, at(9, 0)).unwrap();
    });
    turn(&mut office, 3);
    turn(&mut office, 40);
    let left: i64 = office
        .db()
        .query_row("SELECT count(*) FROM prepared", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_paper_that_was_printed_beforehand_leads_to_the_ticket_that_came_later() {
    let mut office = prepared();
    let code = office.store.read().prepared_code(id(7)).unwrap();
    let find = |office: &Office| {
        let read = office.store.read();
        read.ticket_of_case_code(&code, at(8, 0)).unwrap()
    };
    assert_eq!(find(&office), None);
    office.write(|batch| {
        batch
            .attach_prepared(id(7), ticket(1), PREPARED, at(9, 5))
            .unwrap();
    });
    assert_eq!(find(&office), Some(ticket(1)));
}

#[test]
fn sealed_bytes_of_a_prepared_visit_do_not_open_as_another_s() {
    let mut office = prepared();
    office.write(|batch| {
        let of = new(9, booking("b"));
        batch.begin_prepared(&of, b"other", at(9, 0)).unwrap();
    });
    let (a, b) = (id(7).0.into_bytes(), id(9).0.into_bytes());
    office
        .db()
        .execute(
            "UPDATE prepared SET (sealed, wrapped) = (SELECT sealed, wrapped FROM prepared WHERE prepared = ?1)
             WHERE prepared = ?2",
            [a.as_slice(), b.as_slice()],
        )
        .unwrap();
    let read = office.store.read();
    assert!(matches!(read.prepared_case(id(9)), Err(StoreError::Sealed)));
}
