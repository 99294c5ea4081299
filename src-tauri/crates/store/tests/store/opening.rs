//! What is opened, and what is left alone.

use std::fs;

use store::{OpenError, Store};

use crate::office::*;

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let office = Office::with_tickets(1);
    let dir = office.dir;
    drop(office.store);
    let path = dir.path().join("uketsuke.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 2099010101).unwrap();
    drop(db);
    let before = fs::read(&path).unwrap();
    let refused = Store::open(dir.path(), "fukuyama").err().unwrap();
    assert!(
        matches!(refused, OpenError::Newer { found: 2099010101, known, .. } if known < 2099010101)
    );
    assert!(refused.to_string().contains("start a newer uketsuke"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn two_programs_do_not_open_one_folder() {
    let office = Office::new();
    let second = Store::open(office.dir.path(), "fukuyama").err().unwrap();
    assert!(matches!(second, OpenError::InUse { .. }));
    office.reopen();
}

#[test]
fn another_office_s_database_is_refused() {
    let Office { dir, store, .. } = Office::new();
    drop(store);
    let refused = Store::open(dir.path(), "kurashiki").err().unwrap();
    assert!(
        matches!(refused, OpenError::OtherOffice { ref found, ref asked } if found == "fukuyama" && asked == "kurashiki")
    );
}

#[test]
fn a_file_that_is_no_database_of_ours_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("uketsuke.db");
    fs::write(
        &path,
        "a letter to the mayor, long enough to be read as a header, and then some more words of it",
    )
    .unwrap();
    let before = fs::read(&path).unwrap();
    let refused = Store::open(dir.path(), "fukuyama").err().unwrap();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::remove_file(&path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    drop(db);
    let refused = Store::open(dir.path(), "fukuyama").err().unwrap();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused}");
}

#[test]
fn a_damaged_database_is_refused() {
    let Office { dir, mut store, .. } = Office::with_tickets(200);
    store.scrub().unwrap();
    drop(store);
    let path = dir.path().join("uketsuke.db");
    let mut bytes = fs::read(&path).unwrap();
    // Every page but the first, which holds the schema's root, loses its header.
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xa5);
    }
    fs::write(&path, bytes).unwrap();
    assert!(Store::open(dir.path(), "fukuyama").is_err());
}

#[test]
fn the_settings_are_those_that_survive_the_power_cord() {
    let office = Office::new();
    let settings = office.store.read().settings().unwrap();
    assert_eq!(settings.journal_mode, "wal");
    assert_eq!(settings.synchronous, 2, "FULL");
    assert!(settings.foreign_keys);
    assert_eq!(settings.secure_delete, 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_key_of_the_cases() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    let key = office.dir.path().join("case.key");
    let metadata = fs::metadata(key).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!(metadata.len(), 32);
}

#[test]
fn a_reader_sees_what_is_committed_and_cannot_write() {
    let mut office = Office::with_tickets(1);
    let reader = office.store.reader().unwrap();
    let day = office.state.day().unwrap();
    assert_eq!(reader.visits(day).unwrap().len(), 1);
    office.run(&kiosk(), &issue(2, "certificates"), at(9, 1));
    let elsewhere = std::thread::spawn(move || reader.visits(day).unwrap().len());
    assert_eq!(elsewhere.join().unwrap(), 2);
}

#[test]
fn after_a_quiet_moment_the_file_alone_knows_all() {
    let mut office = Office::with_tickets(0);
    office.run(&kiosk(), &issue(1, "certificates"), at(9, 0));
    let alone = tempfile::tempdir().unwrap();
    let events = |from: &std::path::Path| {
        let copy = alone.path().join("alone.db");
        fs::copy(from.join("uketsuke.db"), &copy).unwrap();
        let db = rusqlite::Connection::open(&copy).unwrap();
        db.query_row("SELECT count(*) FROM events", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    let before = events(office.dir.path()).unwrap_or(0);
    office.store.tidy().unwrap();
    assert!(events(office.dir.path()).unwrap() > before);
}
