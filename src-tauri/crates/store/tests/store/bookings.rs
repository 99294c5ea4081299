//! The mirror of a reservation service.

use chrono::{DateTime, TimeDelta, Utc};
use queue::AppointmentNumber;
use store::{Appointment, BookingChanges, Source};

use crate::office::*;

fn booking(remote_id: &str, number: &str, start: DateTime<Utc>) -> Appointment {
    Appointment {
        source: "caldav".to_owned(),
        remote_id: remote_id.to_owned(),
        revision: Some("\"1\"".to_owned()),
        number: AppointmentNumber::parse(number).unwrap(),
        service: Some(service("certificates")),
        category: None,
        summary: "住民票".to_owned(),
        start,
        end: start + TimeDelta::minutes(15),
        cancelled: false,
    }
}

fn apply(office: &mut Office, upserts: Vec<Appointment>, gone: &[&str], cursor: &str) {
    let changes = BookingChanges {
        source: "caldav".to_owned(),
        upserts,
        gone: gone.iter().map(|id| (*id).to_owned()).collect(),
        cursor: Some(cursor.to_owned()),
        at: at(8, 0),
    };
    let mut batch = office.store.batch().unwrap();
    batch.apply_bookings(&changes).unwrap();
    batch.commit().unwrap();
}

#[test]
fn a_pull_is_mirrored_by_slot_with_its_cursor() {
    let mut office = Office::new();
    let (ten, nine) = (
        booking("b", "B-1", at(10, 0)),
        booking("a", "A-1", at(9, 0)),
    );
    let tomorrow = booking("c", "C-1", at(9, 0) + TimeDelta::days(1));
    apply(
        &mut office,
        vec![ten.clone(), nine.clone(), tomorrow],
        &[],
        "token 1",
    );
    let office = office.reopen();
    let read = office.store.read();
    assert_eq!(read.appointments(at(3, 0), at(23, 0)).unwrap(), [nine, ten]);
    assert_eq!(
        read.source("caldav").unwrap(),
        Some(Source {
            cursor: Some("token 1".to_owned()),
            pulled_at: Some(at(8, 0)),
            attempted_at: at(8, 0),
            ok: true,
        })
    );
}

#[test]
fn a_changed_booking_replaces_itself_and_one_that_is_gone_stays_as_cancelled() {
    let mut office = Office::new();
    let first = booking("a", "A-1", at(9, 0));
    apply(
        &mut office,
        vec![first, booking("b", "B-1", at(9, 30))],
        &[],
        "1",
    );
    let moved = booking("a", "A-1", at(11, 0));
    apply(&mut office, vec![moved.clone()], &["b", "never there"], "2");
    let found = office
        .store
        .read()
        .appointments(at(3, 0), at(23, 0))
        .unwrap();
    let found: Vec<_> = found
        .into_iter()
        .map(|b| (b.remote_id, b.start, b.cancelled))
        .collect();
    let expected = [("b", at(9, 30), true), ("a", at(11, 0), false)];
    assert_eq!(
        found,
        expected.map(|(id, start, cancelled)| (id.to_owned(), start, cancelled))
    );
}

#[test]
fn a_number_finds_its_living_slot_of_the_day() {
    let mut office = Office::new();
    let mut old = booking("a", "A-1", at(9, 0));
    old.cancelled = true;
    let moved = booking("b", "A-1", at(14, 0));
    apply(&mut office, vec![old.clone(), moved.clone()], &[], "1");
    let number = moved.number.clone();
    let find =
        |office: &Office, from, to| office.store.read().appointment(&number, from, to).unwrap();
    assert_eq!(find(&office, at(3, 0), at(23, 0)), Some(moved));
    assert_eq!(find(&office, at(3, 0), at(12, 0)), Some(old));
    assert_eq!(find(&office, at(15, 0), at(23, 0)), None);
}

#[test]
fn a_failed_pull_keeps_cursor_and_bookings_and_says_so() {
    let mut office = Office::new();
    assert_eq!(office.store.read().source("caldav").unwrap(), None);
    apply(&mut office, vec![booking("a", "A-1", at(9, 0))], &[], "1");
    let mut batch = office.store.batch().unwrap();
    batch.pull_failed("caldav", at(8, 5)).unwrap();
    batch.pull_failed("never reached", at(8, 5)).unwrap();
    batch.commit().unwrap();
    let read = office.store.read();
    assert_eq!(
        read.source("caldav").unwrap(),
        Some(Source {
            cursor: Some("1".to_owned()),
            pulled_at: Some(at(8, 0)),
            attempted_at: at(8, 5),
            ok: false,
        })
    );
    assert_eq!(
        read.source("never reached").unwrap().unwrap().pulled_at,
        None
    );
    assert_eq!(read.appointments(at(3, 0), at(23, 0)).unwrap().len(), 1);
}
