//! Accounts and sessions.

use chrono::TimeDelta;
use store::{Account, Role};

use crate::office::*;

const TOKEN_HASH: [u8; 32] = [7; 32];

fn account(role: Role) -> Account {
    Account {
        name: name("sato"),
        display: "佐藤".to_owned(),
        role,
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
    }
}

fn logged_in() -> Office {
    let mut office = Office::new();
    let mut batch = office.store.batch().unwrap();
    batch.put_account(&account(Role::Clerk), at(8, 0)).unwrap();
    batch
        .start_session(&TOKEN_HASH, &name("sato"), at(18, 0), at(8, 0))
        .unwrap();
    batch.commit().unwrap();
    office.reopen()
}

#[test]
fn a_session_lasts_until_its_end_and_over_a_restart() {
    let office = logged_in();
    let session = |now| office.store.read().session(&TOKEN_HASH, now).unwrap();
    let found = session(at(17, 59)).unwrap();
    assert!(found.account == account(Role::Clerk));
    assert_eq!(found.expires_at, at(18, 0));
    assert!(session(at(18, 0)).is_none());
    assert!(
        office
            .store
            .read()
            .session(&[8; 32], at(9, 0))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_session_ends_with_logout_with_time_and_with_a_change_of_the_account() {
    type End = fn(&mut store::Batch<'_>);
    let ends: [End; 4] = [
        |batch| batch.end_session(&TOKEN_HASH).unwrap(),
        |batch| {
            let end = at(18, 0) - TimeDelta::milliseconds(1);
            assert_eq!(batch.end_expired_sessions(end).unwrap(), 0);
            assert_eq!(batch.end_expired_sessions(at(18, 0)).unwrap(), 1);
        },
        |batch| batch.put_account(&account(Role::Lead), at(9, 0)).unwrap(),
        |batch| assert!(batch.remove_account("sato").unwrap()),
    ];
    for end in ends {
        let mut office = logged_in();
        let mut batch = office.store.batch().unwrap();
        end(&mut batch);
        batch.commit().unwrap();
        let session = office.store.read().session(&TOKEN_HASH, at(9, 0)).unwrap();
        assert!(session.is_none());
    }
}

#[test]
fn an_account_is_made_changed_listed_and_removed() {
    let mut office = logged_in();
    let mut batch = office.store.batch().unwrap();
    batch
        .put_account(&account(Role::Administrator), at(9, 0))
        .unwrap();
    let other = Account {
        name: name("abe"),
        ..account(Role::Manager)
    };
    batch.put_account(&other, at(9, 0)).unwrap();
    assert!(!batch.remove_account("nobody").unwrap());
    batch.commit().unwrap();
    let read = office.store.read();
    let roles: Vec<_> = read
        .accounts()
        .unwrap()
        .into_iter()
        .map(|account| (account.name.to_string(), account.role))
        .collect();
    let expected = [("abe", Role::Manager), ("sato", Role::Administrator)];
    assert_eq!(roles, expected.map(|(name, role)| (name.to_owned(), role)));
    assert!(read.account("sato").unwrap().is_some());
    assert!(read.account("nobody").unwrap().is_none());
}

#[test]
fn nobody_without_an_account_gets_a_session() {
    let mut office = Office::new();
    let mut batch = office.store.batch().unwrap();
    let started = batch.start_session(&TOKEN_HASH, &name("nobody"), at(18, 0), at(8, 0));
    assert!(started.is_err());
}
