//! A copy made while the hub runs, and the way back from it.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::TimeDelta;
use queue::*;
use rusqlite::{Connection, types::Value};
use store::{
    Action, AuditEntry, BackupError, Case, OpenError, Reader, Restore, RestoreError, RestoreMay,
    Store, backup_name, nightly,
};

use crate::office::*;

const REPLACE: RestoreMay = RestoreMay {
    replace: true,
    break_the_trail: false,
};

const CANARY: &[u8] = "氏名 福山 ばら子".as_bytes();

fn office() -> Office {
    let mut office = Office::with_tickets(20);
    office.run(&sato(), &open_counter(), at(9, 10));
    office.run(&sato(), &call_next(), at(9, 11));
    office.write(|batch| {
        batch.seal_case(ticket(1), CANARY, at(9, 0)).unwrap();
        let login = AuditEntry {
            at: at(9, 12),
            actor: sato(),
            place: "10.0.0.7".into(),
            action: Action::LoggedIn,
            subject: None,
        };
        batch.audit(&login).unwrap();
    });
    office
}

/// Everything in a database that is a backup of or was restored from one.
fn everything(path: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let db = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'backup'")
        .unwrap();
    let tables: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    tables
        .into_iter()
        .map(|table| {
            let mut statement = db
                .prepare(&format!("SELECT rowid, * FROM {table} ORDER BY rowid"))
                .unwrap();
            let columns = statement.column_count();
            let rows = statement
                .query_map([], |row| {
                    (0..columns).map(|column| row.get(column)).collect()
                })
                .unwrap()
                .map(Result::unwrap)
                .collect();
            (table, rows)
        })
        .collect()
}

#[test]
fn a_backup_is_made_while_the_hub_writes_and_holds_one_moment() {
    let mut office = office();
    let reader = office.store.reader().unwrap();
    let path = office.dir.path().join("copy.db");
    // Somebody is in the middle of something; the copy waits for nobody and holds nothing of it.
    let uncommitted = decide(
        &office.state,
        &rules(),
        &kiosk(),
        &issue(21, "moving"),
        at(9, 13),
    )
    .unwrap();
    let mut after = office.state.clone();
    for event in &uncommitted {
        after.evolve(event).unwrap();
    }
    let mut batch = office.store.batch().unwrap();
    batch.append(&uncommitted, &after, "").unwrap();
    let report = reader.backup_to(&path, at(9, 13)).unwrap();
    batch.commit().unwrap();
    assert_eq!((report.tickets, report.head.seq), (20, 24));
    assert_eq!(report.bytes, fs::metadata(&path).unwrap().len());
    let copy = everything(&path);
    assert_eq!(copy["visits"].len(), 20);
    assert_eq!(copy["events"].len() as u64, report.events);
    assert!(matches!(
        reader.backup_to(&path, at(9, 14)),
        Err(BackupError::Exists(_))
    ));
}

#[test]
fn a_backup_is_made_beside_a_running_hub_by_another_program() {
    let office = office();
    let path = office.dir.path().join("copy.db");
    let reader = Reader::open(office.dir.path()).unwrap();
    let report = reader.backup_to(&path, at(9, 13)).unwrap();
    assert_eq!(report.head, office.store.read().head().unwrap());
    assert!(reader.case(ticket(1)).is_err(), "it has no key");
}

#[test]
fn nothing_that_a_citizen_wrote_and_nobody_s_session_is_in_a_backup() {
    let mut office = office();
    let account = store::Account {
        name: name("sato"),
        display: "佐藤".into(),
        role: store::Role::Clerk,
        password_hash: "$argon2id$".into(),
    };
    office.write(|batch| {
        batch.put_account(&account, at(8, 0)).unwrap();
        batch
            .start_session(&[7; 32], &account.name, at(18, 0), at(8, 0))
            .unwrap();
    });
    let column =
        |sql: &str| -> Vec<u8> { office.db().query_row(sql, [], |row| row.get(0)).unwrap() };
    let secrets = [
        column("SELECT wrapped FROM case_keys"),
        column("SELECT sealed FROM cases"),
        vec![7; 32],
    ];
    let path = office.dir.path().join("copy.db");
    office.store.read().backup_to(&path, at(9, 13)).unwrap();
    let copy = fs::read(&path).unwrap();
    for secret in &secrets {
        assert!(contains(&office.bytes(), secret));
        assert!(!contains(&copy, secret));
    }
    let left: Vec<_> = fs::read_dir(office.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy.db"))
        .collect();
    assert_eq!(left, ["copy.db"], "and no file beside it");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let office = office();
    let folder = office.dir.path().join("backups");
    let report = nightly(office.store.read(), &folder, at(3, 0), 14).unwrap();
    for (path, mode) in [(folder, 0o700), (report.path, 0o600)] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            mode
        );
    }
}

#[test]
fn the_newest_backups_are_kept_and_other_files_left_alone() {
    let office = office();
    let folder = office.dir.path().join("backups");
    fs::create_dir(&folder).unwrap();
    for other in ["notes.txt", "uketsuke-.db", "uketsuke-before-update.db"] {
        fs::write(folder.join(other), "mine").unwrap();
    }
    for night in 0..5 {
        let now = at(3, 0) + TimeDelta::days(night);
        let report = nightly(office.store.read(), &folder, now, 3).unwrap();
        assert_eq!(report.path, folder.join(backup_name(now)));
    }
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "notes.txt",
            "uketsuke-.db",
            "uketsuke-20261125T180000Z.db",
            "uketsuke-20261126T180000Z.db",
            "uketsuke-20261127T180000Z.db",
            "uketsuke-before-update.db",
        ]
    );
}

#[test]
fn a_restored_office_goes_on_where_the_backup_was_made() {
    let mut office = office();
    let path = office.dir.path().join("copy.db");
    let report = office.store.read().backup_to(&path, at(9, 13)).unwrap();
    let then = office.state.clone();
    office.run(&kiosk(), &issue(21, "certificates"), at(9, 20));
    let Office { dir, store, .. } = office;
    let running = Restore::prepare(&path, dir.path(), "fukuyama", REPLACE)
        .err()
        .unwrap();
    assert!(
        matches!(running, RestoreError::Open(OpenError::InUse { .. })),
        "{running}"
    );
    drop(store);
    let there = Restore::prepare(&path, dir.path(), "fukuyama", RestoreMay::default())
        .err()
        .unwrap();
    assert!(matches!(there, RestoreError::InPlace(_)), "{there}");
    let mut restore = Restore::prepare(&path, dir.path(), "fukuyama", REPLACE).unwrap();
    assert_eq!(restore.head(), report.head);
    let skip = Command::SkipNumbers {
        service: service("certificates"),
        count: 100,
    };
    let mut state = restore.store().read().state().unwrap().0;
    assert_eq!(state, then);
    let events = decide(&state, &rules(), &Actor::Hub, &skip, at(10, 0)).unwrap();
    for event in &events {
        state.evolve(event).unwrap();
    }
    let mut batch = restore.store().batch().unwrap();
    batch.append(&events, &state, "").unwrap();
    batch.commit().unwrap();
    let aside = restore.install(at(10, 0)).unwrap().unwrap();
    assert!(
        aside.join("uketsuke.db").exists(),
        "what was there is not deleted"
    );
    let store = Store::open(dir.path(), "fukuyama").unwrap();
    let mut office = Office {
        state: store.read().state().unwrap().0,
        dir,
        store,
    };
    assert!(matches!(
        office.store.read().case(ticket(1)).unwrap(),
        Case::Erased { .. }
    ));
    office.store.read().verify_audit(Some(report.head)).unwrap();
    office.run(&kiosk(), &issue(30, "certificates"), at(10, 1));
    let number = office.state.ticket(&ticket(30)).unwrap().number.to_string();
    assert_eq!(number, "A-121", "A-021 may stand on paper");
}

#[test]
fn what_is_no_backup_of_this_office_is_refused_and_the_database_stays() {
    let office = office();
    let path = office.dir.path().join("copy.db");
    office.store.read().backup_to(&path, at(9, 13)).unwrap();
    let Office { dir, mut store, .. } = office;
    store.scrub().unwrap();
    drop(store);
    let before = fs::read(dir.path().join("uketsuke.db")).unwrap();
    let refuse = |from: &Path, office: &str| {
        let refused = Restore::prepare(from, dir.path(), office, REPLACE)
            .err()
            .unwrap();
        assert_eq!(fs::read(dir.path().join("uketsuke.db")).unwrap(), before);
        assert!(!dir.path().join("restoring").exists());
        refused
    };
    let other = refuse(&path, "kurashiki");
    assert!(
        matches!(other, RestoreError::Open(OpenError::OtherOffice { .. })),
        "{other}"
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let copy_of_a_live_file = elsewhere.path().join("uketsuke.db");
    fs::copy(dir.path().join("uketsuke.db"), &copy_of_a_live_file).unwrap();
    let raw = refuse(&copy_of_a_live_file, "fukuyama");
    assert!(matches!(raw, RestoreError::Damaged { .. }), "{raw}");
    let newer = elsewhere.path().join("newer.db");
    fs::copy(&path, &newer).unwrap();
    let db = Connection::open(&newer).unwrap();
    db.pragma_update(None, "user_version", 2099010101).unwrap();
    drop(db);
    let refused = refuse(&newer, "fukuyama");
    assert!(
        matches!(refused, RestoreError::Open(OpenError::Newer { .. })),
        "{refused}"
    );
    let letter = elsewhere.path().join("letter.db");
    fs::write(&letter, "a letter to the mayor ".repeat(100)).unwrap();
    let refused = refuse(&letter, "fukuyama");
    assert!(
        matches!(refused, RestoreError::Open(OpenError::Foreign { .. })),
        "{refused}"
    );
    let missing = refuse(&elsewhere.path().join("missing.db"), "fukuyama");
    assert!(matches!(missing, RestoreError::Io { .. }), "{missing}");
}

#[test]
fn an_edited_trail_is_told_of_with_each_backup_and_restored_only_on_demand() {
    let office = office();
    let whole = office.store.read();
    let report = whole
        .backup_to(&office.dir.path().join("whole.db"), at(9, 12))
        .unwrap();
    assert_eq!(report.trail_fault, None);
    office
        .db()
        .execute_batch("DROP TRIGGER audit_stays; UPDATE audit SET actor = 'suzuki'")
        .unwrap();
    let path = office.dir.path().join("copy.db");
    let report = whole.backup_to(&path, at(9, 13)).unwrap();
    assert!(
        report
            .trail_fault
            .unwrap()
            .contains("is not as it was written")
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let prepare = |may| Restore::prepare(&path, elsewhere.path(), "fukuyama", may);
    let refused = prepare(REPLACE).err().unwrap();
    assert!(matches!(refused, RestoreError::Audit(_)), "{refused}");
    let anyway = RestoreMay {
        break_the_trail: true,
        ..REPLACE
    };
    prepare(anyway).unwrap().install(at(10, 0)).unwrap();
    assert!(Store::open(elsewhere.path(), "fukuyama").is_ok());
}

#[test]
fn half_a_restore_does_not_become_an_empty_office() {
    let office = office();
    let path = office.dir.path().join("copy.db");
    office.store.read().backup_to(&path, at(9, 13)).unwrap();
    let Office { dir, store, .. } = office;
    drop(store);
    drop(Restore::prepare(&path, dir.path(), "fukuyama", REPLACE).unwrap());
    // The power went after the old database was put aside.
    fs::rename(dir.path().join("uketsuke.db"), dir.path().join("aside.db")).unwrap();
    let refused = Store::open(dir.path(), "fukuyama").err().unwrap();
    assert!(
        matches!(refused, OpenError::HalfRestored { .. }),
        "{refused}"
    );
    let restore = Restore::prepare(&path, dir.path(), "fukuyama", RestoreMay::default()).unwrap();
    assert_eq!(restore.install(at(10, 0)).unwrap(), None);
    Store::open(dir.path(), "fukuyama").unwrap();
}

#[test]
fn of_two_hundred_flipped_bits_each_is_noticed_or_changes_nothing() {
    let mut office = office();
    let mut batch = office.store.batch().unwrap();
    for serial in 21..400 {
        let command = issue(serial, "certificates");
        let events = decide(&office.state, &rules(), &kiosk(), &command, at(9, 0)).unwrap();
        for event in &events {
            office.state.evolve(event).unwrap();
        }
        batch.append(&events, &office.state, "10.0.0.7").unwrap();
        let (key, answer) = (format!("key {serial}"), [b'{'; 300]);
        batch.remember(&key, &[7; 32], &answer, at(9, 0)).unwrap();
    }
    batch.commit().unwrap();
    let path = office.dir.path().join("copy.db");
    office.store.read().backup_to(&path, at(9, 13)).unwrap();
    let whole = fs::read(&path).unwrap();
    let expected = everything(&path);
    let elsewhere = tempfile::tempdir().unwrap();
    let flipped = elsewhere.path().join("flipped.db");
    let target = elsewhere.path().join("data");
    let (mut noticed, mut dice) = (0, 88_172_645_463_325_252_u64);
    for _ in 0..200 {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let bit = usize::try_from(dice % (whole.len() as u64 * 8)).unwrap();
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&flipped, bytes).unwrap();
        match Restore::prepare(&flipped, &target, "fukuyama", REPLACE) {
            Err(_) => noticed += 1,
            Ok(mut restore) => {
                restore.store().scrub().unwrap();
                let found = everything(&target.join("restoring/uketsuke.db"));
                assert_eq!(found, expected, "bit {bit} of {}", whole.len() * 8);
            }
        }
    }
    assert!(noticed > 60, "{noticed}");
}
