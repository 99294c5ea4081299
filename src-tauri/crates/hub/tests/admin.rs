//! What an administrator does with `uketsuke-hub` beside a hub that runs, and while it does not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the whole file is test code"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chrono::{DateTime, Utc};
use office::Office;
use queue::{Actor, LanguageTag, State, TicketId, Visit, decide};
use store::Store;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config")
}

fn office() -> Office {
    Office::load(&shipped()).unwrap()
}

fn hub(arguments: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke-hub"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .env("RUST_LOG", "off")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

fn succeed(output: Output) -> String {
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// An office that is open, whenever the test runs, with tickets of the first service.
struct Running {
    store: Store,
    state: State,
    office: Office,
    now: DateTime<Utc>,
}

impl Running {
    fn open(data: &Path) -> Self {
        let office = office();
        let store = Store::open(data, &office.id).unwrap();
        let state = store.read().state().unwrap().0;
        let now = hub::Clock::real().now();
        Self {
            store,
            state,
            office,
            now,
        }
    }

    /// Whoever is at the desk issues it, also in the middle of the night.
    fn issue(&mut self, serial: u128) -> String {
        let mut rules = self.office.rules.clone();
        rules.services[0].hours = queue::Hours::daily(
            chrono::NaiveTime::MIN,
            chrono::NaiveTime::from_hms_milli_opt(23, 59, 59, 999).unwrap(),
        );
        rules.calendar = queue::Calendar::default();
        let id = TicketId(uuid::Uuid::from_u128(serial));
        let visit = Visit {
            service: rules.services[0].id.clone(),
            then: vec![],
            appointment: None,
            language: LanguageTag::parse("ja").unwrap(),
            considerate: false,
            has_case: false,
        };
        let command = queue::Command::Issue { ticket: id, visit };
        let clerk = Actor::Clerk(queue::Name::parse("sato").unwrap());
        let events = decide(&self.state, &rules, &clerk, &command, self.now).unwrap();
        for event in &events {
            self.state.evolve(event).unwrap();
        }
        let mut batch = self.store.batch().unwrap();
        batch.append(&events, &self.state, "10.0.0.7").unwrap();
        batch.commit().unwrap();
        self.state.ticket(&id).unwrap().number.to_string()
    }
}

fn backups(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn beside_a_running_hub_a_backup_is_made_and_the_trail_is_walked() {
    let data = tempfile::tempdir().unwrap();
    let mut running = Running::open(data.path());
    running.issue(1);
    let folder = data.path().join("elsewhere");
    let to = folder.to_str().unwrap();
    let told = succeed(hub(&["backup", "--to", to], data.path()));
    assert!(
        told.contains("番号札 1 件") && told.contains("The hub is running"),
        "{told}"
    );
    assert_eq!(backups(&folder).len(), 1);
    let verified = succeed(hub(&["audit", "verify"], data.path()));
    assert!(
        verified.contains("書き換え・抜け・入れ替えはありません"),
        "{verified}"
    );
    let config = shipped();
    let from = backups(&folder).remove(0);
    let refused = hub(
        &[
            "restore",
            "--replace",
            "--from",
            from.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ],
        data.path(),
    );
    assert!(
        !refused.status.success() && said(&refused).contains("in use"),
        "{refused:?}"
    );
}

#[test]
fn a_restored_office_gives_no_number_that_may_stand_on_paper() {
    let data = tempfile::tempdir().unwrap();
    let mut running = Running::open(data.path());
    assert_eq!(running.issue(1), running.issue(1_000).replace("2", "1"));
    drop(running);
    let folder = data.path().join("elsewhere");
    succeed(hub(
        &["backup", "--to", folder.to_str().unwrap()],
        data.path(),
    ));
    let head = succeed(hub(&["audit", "head"], data.path()));
    let mut running = Running::open(data.path());
    let lost = running.issue(3);
    drop(running);
    let config = shipped();
    let from = backups(&folder).remove(0);
    let arguments = |more: &[&'static str]| {
        let mut all = vec!["restore", "--from", from.to_str().unwrap()];
        all.extend(["--config", config.to_str().unwrap()]);
        all.extend(more);
        hub(&all, data.path())
    };
    let refused = arguments(&[]);
    assert!(
        !refused.status.success() && said(&refused).contains("--replace"),
        "{refused:?}"
    );
    let told = succeed(arguments(&["--replace"]));
    assert!(
        told.contains("番号を飛ばしました") && told.contains("passed over"),
        "{told}"
    );
    assert!(told.contains("replaced-"), "{told}");
    let mut running = Running::open(data.path());
    assert_eq!(running.state.tickets().len(), 2);
    let next = running.issue(4);
    let ordinal = |number: &str| number[2..].parse::<u32>().unwrap();
    assert_eq!(ordinal(&next), ordinal(&lost) + 100, "{next} after {lost}");
    drop(running);
    // The row of the backup itself was written after the copy; the trail goes on from there in another way.
    let verified = hub(&["audit", "verify", "--head", head.trim()], data.path());
    assert!(!verified.status.success(), "{verified:?}");
    succeed(hub(&["audit", "verify"], data.path()));
}

#[test]
fn a_trail_that_somebody_edited_does_not_verify() {
    let data = tempfile::tempdir().unwrap();
    Running::open(data.path()).issue(1);
    let path = data.path().join("uketsuke.db");
    let bytes = fs::read(&path).unwrap();
    // The place stands as plain text in its row.
    let at = bytes
        .windows(8)
        .position(|window| window == b"10.0.0.7")
        .unwrap();
    let mut edited = bytes.clone();
    edited[at + 7] = b'8';
    fs::write(&path, edited).unwrap();
    let verified = hub(&["audit", "verify"], data.path());
    assert!(!verified.status.success());
    let told = said(&verified);
    assert!(
        told.contains("書かれたときと違います") && told.contains("not as it was written"),
        "{told}"
    );
    fs::write(&path, bytes).unwrap();
    succeed(hub(&["audit", "verify"], data.path()));
}

#[test]
fn a_purge_says_what_it_took() {
    let data = tempfile::tempdir().unwrap();
    Running::open(data.path()).issue(1);
    let config = shipped();
    let told = succeed(hub(
        &["purge", "--config", config.to_str().unwrap()],
        data.path(),
    ));
    assert!(told.contains("Purged: 0 visits"), "{told}");
    assert!(
        Store::open(data.path(), &office().id)
            .unwrap()
            .read()
            .verify_audit(None)
            .is_ok()
    );
}
