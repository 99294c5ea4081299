//! What citizens wrote: sealed, opened, erased.

use std::fs;

use store::{CASE_BYTES_MAX, Case, OpenError, Store, StoreError};

use crate::office::*;

const CANARY: &[u8] = "氏名 福山 ばら子 1980-02-17".as_bytes();

fn sealed() -> Office {
    let mut office = Office::with_tickets(2);
    let mut batch = office.store.batch().unwrap();
    batch.seal_case(ticket(1), CANARY, at(9, 0)).unwrap();
    batch.commit().unwrap();
    office
}

fn erase(office: &mut Office) -> bool {
    let mut batch = office.store.batch().unwrap();
    let erased = batch.erase_case(ticket(1), at(10, 0)).unwrap();
    batch.commit().unwrap();
    erased
}

fn column(office: &Office, sql: &str) -> Vec<u8> {
    office.db().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_sealed_case_opens_after_a_restart_and_elsewhere() {
    let office = sealed().reopen();
    let Case::Open {
        sealed_at,
        plaintext,
    } = office.store.read().case(ticket(1)).unwrap()
    else {
        panic!("the case is not there");
    };
    assert_eq!((plaintext.as_slice(), sealed_at), (CANARY, at(9, 0)));
    let reader = office.store.reader().unwrap();
    assert!(matches!(reader.case(ticket(1)).unwrap(), Case::Open { .. }));
    assert!(matches!(reader.case(ticket(2)).unwrap(), Case::None));
}

#[test]
fn what_was_written_stands_in_no_file() {
    let office = sealed();
    assert!(!contains(&office.bytes(), CANARY));
    assert!(!contains(&office.bytes(), "ばら子".as_bytes()));
}

#[test]
fn an_erased_case_cannot_be_opened_and_its_last_bytes_are_gone() {
    let mut office = sealed();
    let wrapped = column(&office, "SELECT wrapped FROM case_keys");
    let ciphertext = column(&office, "SELECT sealed FROM cases");
    assert!(contains(&office.bytes(), &wrapped));
    assert!(erase(&mut office));
    assert!(!erase(&mut office), "once");
    office.store.scrub().unwrap();
    for bytes in [&wrapped, &ciphertext] {
        assert!(!contains(&office.bytes(), bytes));
    }
    let office = office.reopen();
    let case = office.store.read().case(ticket(1)).unwrap();
    assert!(matches!(case, Case::Erased { at: when } if when == at(10, 0)));
}

#[test]
fn a_copy_of_the_sealed_bytes_is_worth_nothing_without_the_erased_key() {
    let mut office = sealed();
    let ciphertext = column(&office, "SELECT sealed FROM cases");
    erase(&mut office);
    // Somebody brings the ciphertext back from a backup.
    office
        .db()
        .execute(
            "UPDATE cases SET sealed = ?1, erased_at = NULL",
            [ciphertext],
        )
        .unwrap();
    let case = office.store.read().case(ticket(1)).unwrap();
    assert!(matches!(case, Case::Erased { .. }));
}

#[test]
fn cases_are_erased_by_age() {
    let mut office = sealed();
    let mut batch = office.store.batch().unwrap();
    batch.seal_case(ticket(2), CANARY, at(9, 30)).unwrap();
    let erased = batch
        .erase_cases_sealed_before(at(9, 30), at(10, 0))
        .unwrap();
    assert_eq!(erased, 1);
    batch.commit().unwrap();
    let read = office.store.read();
    assert!(matches!(read.case(ticket(1)).unwrap(), Case::Erased { .. }));
    assert!(matches!(read.case(ticket(2)).unwrap(), Case::Open { .. }));
}

#[test]
fn a_case_does_not_open_under_another_ticket() {
    let mut office = sealed();
    let mut batch = office.store.batch().unwrap();
    batch.seal_case(ticket(2), b"another", at(9, 0)).unwrap();
    batch.commit().unwrap();
    let (first, second) = (ticket(1).0.into_bytes(), ticket(2).0.into_bytes());
    let swap = |table: &str, column: &str| {
        office
            .db()
            .execute(
                &format!(
                    "UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE ticket = ?1) WHERE ticket = ?2"
                ),
                [first.as_slice(), second.as_slice()],
            )
            .unwrap();
    };
    swap("cases", "sealed");
    let opened = office.store.read().case(ticket(2));
    assert!(matches!(opened, Err(StoreError::Sealed)));
    swap("case_keys", "wrapped");
    let opened = office.store.read().case(ticket(2));
    assert!(matches!(opened, Err(StoreError::Sealed)));
}

#[test]
fn a_case_needs_a_ticket_is_sealed_once_and_has_a_limit() {
    let mut office = sealed();
    let mut batch = office.store.batch().unwrap();
    assert!(batch.seal_case(ticket(9), CANARY, at(9, 0)).is_err());
    assert!(batch.seal_case(ticket(1), CANARY, at(9, 0)).is_err());
    let long = vec![0; CASE_BYTES_MAX + 1];
    let too_large = batch.seal_case(ticket(2), &long, at(9, 0));
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })));
    assert!(batch.seal_case(ticket(2), &long[1..], at(9, 0)).is_ok());
}

#[test]
fn without_its_key_the_store_does_not_open_as_if_nothing_were_sealed() {
    let Office { dir, store, .. } = sealed();
    drop(store);
    let key = dir.path().join("case.key");
    let right = fs::read(&key).unwrap();
    for (wrong, why) in [
        (None, "missing"),
        (Some(&right[1..]), "shorter"),
        (
            Some([right.as_slice(), b"\n"].concat().as_slice()),
            "longer",
        ),
    ] {
        match wrong {
            None => fs::remove_file(&key).unwrap(),
            Some(bytes) => fs::write(&key, bytes).unwrap(),
        }
        let refused = Store::open(dir.path(), "fukuyama").err().unwrap();
        assert!(matches!(refused, OpenError::CaseKey { .. }));
        assert!(refused.to_string().contains(why), "{refused}");
    }
    fs::write(&key, [0; 32]).unwrap();
    let store = Store::open(dir.path(), "fukuyama").unwrap();
    assert!(matches!(
        store.read().case(ticket(1)),
        Err(StoreError::Sealed)
    ));
}
