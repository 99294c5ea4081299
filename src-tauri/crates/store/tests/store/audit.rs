//! Who did what, from where, when: nothing of it can be changed unseen.

use queue::*;
use rusqlite::{Connection, types::Value};
use store::{Action, AuditEntry, AuditFault, Audited, CaseOpening, Head, OpeningPurpose, Reader};

use crate::office::*;

fn entry(action: Action, subject: Option<&str>) -> AuditEntry {
    AuditEntry {
        at: at(9, 30),
        actor: Actor::Clerk(name("tanaka")),
        place: "console 3".to_owned(),
        action,
        subject: subject.map(str::to_owned),
    }
}

/// An office that has worked for a while: events, and everything else that is done.
fn busy() -> Office {
    let mut office = Office::with_tickets(6);
    office.write(|batch| batch.audit(&entry(Action::LoggedIn, None)).unwrap());
    office.run(&sato(), &open_counter(), at(9, 31));
    for minute in 32..36 {
        office.run(&sato(), &call_next(), at(9, minute));
        let called = office.state.counter(&counter("1")).unwrap().ticket.unwrap();
        let opening = CaseOpening {
            clerk: name("sato"),
            purpose: OpeningPurpose::Screen,
            at: at(9, minute),
        };
        office.write(|batch| batch.note_opening(called, &opening, "10.0.0.8").unwrap());
        let finish = Command::Finish {
            counter: counter("1"),
            ticket: called,
        };
        office.run(&sato(), &finish, at(9, minute));
    }
    office.write(|batch| {
        batch
            .audit(&entry(Action::AccountChanged, Some("suzuki")))
            .unwrap();
        batch.audit(&entry(Action::LoggedOut, None)).unwrap();
    });
    office
}

#[test]
fn the_trail_holds_everything_that_was_done_newest_first() {
    let office = busy();
    let read = office.store.read();
    let lines = read.audit_before(u64::MAX, 1_000).unwrap();
    let report = read.verify_audit(None).unwrap();
    assert_eq!(report.rows, lines.len() as u64);
    assert_eq!(report.head, read.head().unwrap());
    let seqs: Vec<_> = lines.iter().map(|line| line.seq).collect();
    assert_eq!(seqs, (1..=report.head.seq).rev().collect::<Vec<_>>());
    let newest = &lines[0];
    assert_eq!(
        (newest.at, &newest.actor, newest.place.as_str()),
        (at(9, 30), &Actor::Clerk(name("tanaka")), "console 3")
    );
    assert_eq!(
        newest.what,
        Audited::Entry {
            action: Action::LoggedOut,
            subject: None
        }
    );
    let event = lines
        .iter()
        .find(|line| matches!(line.what, Audited::Event(_)));
    assert_eq!(event.unwrap().place, "10.0.0.7");
    // Page by page it is the same.
    let mut pages = Vec::new();
    let mut before = u64::MAX;
    loop {
        let page = read.audit_before(before, 4).unwrap();
        let Some(last) = page.last() else { break };
        before = last.seq;
        pages.extend(page);
    }
    assert_eq!(pages, lines);
}

#[test]
fn the_database_itself_refuses_to_change_the_trail() {
    let office = busy();
    for tampering in [
        "UPDATE audit SET actor = 'somebody else'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE action = 'case_shown'",
        "UPDATE events SET place = 'elsewhere'",
        "UPDATE events SET body = NULL, ticket = NULL, counter = NULL, service = NULL, number = NULL, detail_hash = zeroblob(32)",
        "DELETE FROM events",
    ] {
        let refused = office.db().execute(tampering, []).unwrap_err().to_string();
        assert!(
            refused.contains("the audit trail is") || refused.contains("events are never"),
            "{refused}"
        );
    }
}

#[test]
fn what_is_longer_than_a_line_is_cut() {
    let mut office = Office::with_tickets(1);
    let long = AuditEntry {
        place: "10.0.0.7\n".repeat(50),
        subject: Some("x".repeat(500)),
        ..entry(Action::Exported, None)
    };
    office.write(|batch| batch.audit(&long).unwrap());
    let line = office
        .store
        .read()
        .audit_before(u64::MAX, 1)
        .unwrap()
        .remove(0);
    assert_eq!(line.place.chars().count(), 64);
    assert!(!line.place.contains('\n'));
    let Audited::Entry { subject, .. } = line.what else {
        panic!("an entry became something else");
    };
    assert_eq!(subject.unwrap().len(), 128);
    office.store.read().verify_audit(None).unwrap();
}

#[test]
fn a_noted_head_shows_what_was_cut_off_and_what_was_rewritten() {
    let office = busy();
    let read = office.store.read();
    let head = read.head().unwrap();
    let text = head.to_string();
    assert_eq!(text.parse::<Head>().unwrap(), head);
    for wrong in [
        "",
        "5",
        "5:00",
        "x:00",
        &text[..text.len() - 1],
        &format!("-{text}"),
    ] {
        assert!(wrong.parse::<Head>().is_err(), "{wrong:?}");
    }
    assert!(read.verify_audit(Some(head)).is_ok());
    let db = unguarded(&office);
    let last = head.seq;
    db.execute("DELETE FROM audit WHERE seq = ?1", [last as i64])
        .unwrap();
    assert!(
        read.verify_audit(None).is_ok(),
        "without a head it cannot be known"
    );
    let fault = read.verify_audit(Some(head)).unwrap_err();
    assert!(
        matches!(fault, AuditFault::CutOff { expected, .. } if expected == last),
        "{fault}"
    );
    let other = Head {
        seq: last - 1,
        hash: [0; 32],
    };
    let fault = read.verify_audit(Some(other)).unwrap_err();
    assert!(
        matches!(fault, AuditFault::OtherHead { seq } if seq == last - 1),
        "{fault}"
    );
}

/// A way past every guard that the database has.
fn unguarded(office: &Office) -> Connection {
    let db = office.db();
    db.pragma_update(None, "synchronous", "OFF").unwrap();
    db.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
        .unwrap();
    let mut triggers = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let names: Vec<String> = triggers
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(triggers);
    for name in names {
        db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

const TABLES: [(&str, &[&str]); 2] = [
    (
        "events",
        &[
            "seq",
            "at",
            "day",
            "actor_kind",
            "actor",
            "place",
            "kind",
            "ticket",
            "counter",
            "service",
            "number",
            "body",
            "detail_hash",
            "hash",
        ],
    ),
    (
        "audit",
        &[
            "seq",
            "at",
            "actor_kind",
            "actor",
            "place",
            "action",
            "subject",
            "through",
            "through_hash",
            "hash",
        ],
    ),
];

fn seqs(db: &Connection, table: &str) -> Vec<i64> {
    let mut statement = db.prepare(&format!("SELECT seq FROM {table}")).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Another value of the same kind, or none, or one where none was.
fn another(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Integer(int) => Value::Integer(int ^ (1 << dice.roll(40))),
        Value::Text(text) if text.is_empty() => Value::Text("x".into()),
        Value::Text(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let place = dice.roll(letters.len());
            letters[place] = if letters[place] == 'x' { 'y' } else { 'x' };
            Value::Text(letters.into_iter().collect())
        }
        Value::Blob(bytes) if bytes.is_empty() => Value::Blob(vec![1]),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let place = dice.roll(bytes.len());
            bytes[place] ^= 1 << dice.roll(8);
            Value::Blob(bytes)
        }
        Value::Null | Value::Real(_) => Value::Text("x".into()),
    }
}

fn edit(db: &Connection, dice: &mut Dice) -> Option<String> {
    let (table, columns) = TABLES[dice.roll(TABLES.len())];
    let (column, seqs) = (columns[dice.roll(columns.len())], seqs(db, table));
    let seq = seqs[dice.roll(seqs.len())];
    let value: Value = db
        .query_row(
            &format!("SELECT {column} FROM {table} WHERE seq = ?1"),
            [seq],
            |row| row.get(0),
        )
        .unwrap();
    let mut new = another(&value, dice);
    let blob = ["ticket", "body", "detail_hash", "through_hash", "hash"].contains(&column);
    if let (true, Value::Text(text)) = (blob, &new) {
        new = Value::Blob(text.clone().into_bytes());
    }
    if column == "through" && value == Value::Null {
        new = Value::Integer(1);
    }
    let changed = db.execute(
        &format!("UPDATE {table} SET {column} = ?2 WHERE seq = ?1"),
        (seq, new),
    );
    changed
        .is_ok()
        .then(|| format!("{table}.{column} of row {seq}"))
}

fn remove(db: &Connection, dice: &mut Dice) -> Option<String> {
    let (table, _) = TABLES[dice.roll(TABLES.len())];
    let seqs = seqs(db, table);
    let first = seqs[dice.roll(seqs.len())];
    let last = first + dice.roll(3) as i64;
    db.execute(
        &format!("DELETE FROM {table} WHERE seq BETWEEN ?1 AND ?2"),
        [first, last],
    )
    .unwrap();
    Some(format!("{table} without rows {first} to {last}"))
}

fn exchange(db: &Connection, dice: &mut Dice) -> Option<String> {
    let (table, _) = TABLES[dice.roll(TABLES.len())];
    let seqs = seqs(db, table);
    let (one, other) = (seqs[dice.roll(seqs.len())], seqs[dice.roll(seqs.len())]);
    if one == other {
        return None;
    }
    for (from, to) in [(one, -1), (other, one), (-1, other)] {
        db.execute(
            &format!("UPDATE {table} SET seq = ?2 WHERE seq = ?1"),
            [from, to],
        )
        .unwrap();
    }
    Some(format!("{table} with rows {one} and {other} exchanged"))
}

fn insert(db: &Connection, dice: &mut Dice) -> Option<String> {
    let (table, columns) = TABLES[dice.roll(TABLES.len())];
    let seqs = seqs(db, table);
    let seq = seqs[dice.roll(seqs.len())];
    let rest = columns[1..].join(", ");
    let free: i64 = db
        .query_row(
            "SELECT max(seq) + 1 FROM (SELECT seq FROM events UNION ALL SELECT seq FROM audit)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    // Behind the last row, or in the other table under a number that this one has.
    let place = if dice.roll(2) == 0 { free } else { free - 1 };
    let inserted = db.execute(
        &format!("INSERT INTO {table} (seq, {rest}) SELECT ?2, {rest} FROM {table} WHERE seq = ?1"),
        [seq, place],
    );
    inserted
        .is_ok()
        .then(|| format!("{table} with row {seq} again as {place}"))
}

#[test]
fn of_a_thousand_random_edits_a_thousand_are_found() {
    let office = busy();
    let head = office.store.read().head().unwrap();
    let db = unguarded(&office);
    for (table, _) in TABLES {
        db.execute_batch(&format!(
            "CREATE TEMP TABLE whole_{table} AS SELECT * FROM {table}"
        ))
        .unwrap();
    }
    let reader = Reader::open(office.dir.path()).unwrap();
    let mut dice = Dice(20_261_122);
    let mut tried = 0;
    while tried < 1_000 {
        db.execute_batch("SAVEPOINT untouched").unwrap();
        let kind = [edit, edit, edit, remove, exchange, insert][dice.roll(6)];
        if let Some(what) = kind(&db, &mut dice) {
            tried += 1;
            db.execute_batch("RELEASE untouched").unwrap();
            let found = reader.verify_audit(Some(head));
            assert!(found.is_err(), "not found: {what}");
            for (table, _) in TABLES {
                db.execute_batch(&format!(
                    "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM whole_{table}"
                ))
                .unwrap();
            }
            continue;
        }
        db.execute_batch("ROLLBACK TO untouched; RELEASE untouched")
            .unwrap();
    }
    assert!(
        reader.verify_audit(Some(head)).is_ok(),
        "and nothing where nothing was edited"
    );
}
