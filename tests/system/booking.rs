//! Bookings, through the real CalDAV adapter and engine, against a real Radicale.
//!
//! The mirror here is a map instead of the hub's table, so that what is proved is the agreement of two programs that
//! do not know each other: whatever is done in the server's calendar is what the mirror comes to hold.
#![allow(
    clippy::unwrap_used,
    reason = "whatever the helpers here cannot do is a failed test"
)]

use std::{collections::BTreeMap, path::Path};

use booking::{
    BadWhy, Cursor, Engine, Guards, HoldReason, Local, Plan, Rhythm, Status, SyncError,
    caldav::{Caldav, Settings},
};
use chrono::{DateTime, TimeDelta, Utc};
use sim::town::Radicale;

/// 08:00 in Tokyo on a Tuesday.
fn morning() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T08:00:00+09:00")
        .unwrap()
        .to_utc()
}

/// 10:00 and so many minutes, of the same day.
fn slot(minutes: i64) -> (DateTime<Utc>, DateTime<Utc>) {
    let start = morning() + TimeDelta::minutes(120 + minutes);
    (start, start + TimeDelta::minutes(20))
}

pub(crate) async fn radicale(data: &Path) -> Radicale {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
    Radicale::start(&tools, data, 0, |line| println!("{line}"))
        .await
        .unwrap()
}

fn settings(town: &Radicale) -> Settings {
    let mut settings = Settings::new(town.url(), chrono_tz::Asia::Tokyo);
    settings.user = town.user().to_owned();
    settings.password = town.password().to_owned();
    settings
}

/// An office that mirrors a calendar.
struct Office {
    engine: Engine<Caldav>,
    mirror: BTreeMap<String, (Local, Told)>,
    cursor: Option<String>,
    now: DateTime<Utc>,
}

/// What the mirror holds beside what the engine must know.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    number: String,
    summary: String,
}

impl Office {
    fn of(settings: Settings) -> Self {
        let source = Caldav::new(settings).unwrap();
        let engine = Engine::new(
            source,
            chrono_tz::Asia::Tokyo,
            Guards::default(),
            Rhythm::default(),
        );
        Self {
            engine,
            mirror: BTreeMap::new(),
            cursor: None,
            now: morning(),
        }
    }

    async fn round(&mut self) -> Result<Plan, SyncError> {
        let local: Vec<Local> = self.mirror.values().map(|(row, _)| row.clone()).collect();
        let cursor = self.cursor.as_deref().and_then(Cursor::parse);
        let plan = self.engine.round(&local, cursor.as_ref(), self.now).await?;
        for told in &plan.upserts {
            let row = Local {
                remote_id: told.remote_id.clone(),
                rev: told.rev.clone(),
                service_ref: told.service_ref.clone(),
                start: told.start,
                end: told.end,
                cancelled: told.status == Status::Cancelled,
                checked_in: false,
            };
            let number = told
                .number
                .as_ref()
                .map_or("", |number| number.given())
                .to_owned();
            let words = Told {
                number,
                summary: told.summary.clone(),
            };
            self.mirror.insert(told.remote_id.to_string(), (row, words));
        }
        for remote_id in &plan.cancels {
            self.mirror.get_mut(remote_id.as_str()).unwrap().0.cancelled = true;
        }
        if let Some(cursor) = &plan.cursor {
            self.cursor = Some(cursor.to_string());
        }
        self.engine.applied(self.now);
        self.now += TimeDelta::minutes(1);
        Ok(plan)
    }

    /// Number, minutes after ten, and summary of what stands.
    fn standing(&self) -> Vec<(String, i64, String)> {
        let mut standing: Vec<_> = self
            .mirror
            .values()
            .filter(|(row, _)| !row.cancelled)
            .map(|(row, told)| {
                let minutes = (row.start - slot(0).0).num_minutes();
                (told.number.clone(), minutes, told.summary.clone())
            })
            .collect();
        standing.sort();
        standing
    }
}

fn rows(rows: &[(&str, i64, &str)]) -> Vec<(String, i64, String)> {
    rows.iter()
        .map(|(number, at, what)| ((*number).to_owned(), *at, (*what).to_owned()))
        .collect()
}

async fn book(town: &Radicale, number: &str, minutes: i64, summary: &str) {
    let (start, end) = slot(minutes);
    town.put_booking(number, "IDO", start, end, summary)
        .await
        .unwrap();
}

async fn cancel(town: &Radicale, number: &str, minutes: i64) {
    let (start, end) = slot(minutes);
    town.put_cancelled(number, "IDO", start, end, "住民異動届")
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_done_in_the_calendar_is_what_the_mirror_comes_to_hold() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    let mut office = Office::of(settings(&town));
    book(&town, "A7K2-93QF", 0, "住民異動届").await;
    book(&town, "B8M3-04RG", 20, "転入, 転居").await;
    book(&town, "C9N4-15SH", 40, "印鑑登録").await;
    office.round().await.unwrap();
    let all = [
        ("A7K2-93QF", 0, "住民異動届"),
        ("B8M3-04RG", 20, "転入, 転居"),
        ("C9N4-15SH", 40, "印鑑登録"),
    ];
    assert_eq!(office.standing(), rows(&all));

    // Changed, cancelled, deleted, new, and new and deleted again before anybody looked.
    book(&town, "A7K2-93QF", 60, "住民異動届").await;
    cancel(&town, "B8M3-04RG", 20).await;
    town.delete_booking("C9N4-15SH").await.unwrap();
    book(&town, "D1P5-26TJ", 80, "戸籍").await;
    book(&town, "E2Q6-37VK", 90, "戸籍").await;
    town.delete_booking("E2Q6-37VK").await.unwrap();
    let plan = office.round().await.unwrap();
    assert_eq!(
        (plan.upserts.len(), plan.cancels.len(), plan.bad.len()),
        (3, 1, 0)
    );
    let left = [("A7K2-93QF", 60, "住民異動届"), ("D1P5-26TJ", 80, "戸籍")];
    assert_eq!(office.standing(), rows(&left));

    let quiet = office.round().await.unwrap();
    assert_eq!((quiet.upserts.len(), quiet.cancels.len()), (0, 0));
    town.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_forgot_its_tokens_costs_a_complete_round_and_no_booking() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    let mut office = Office::of(settings(&town));
    for (n, number) in ["A001-0001", "A001-0002", "A001-0003", "A001-0004"]
        .iter()
        .enumerate()
    {
        book(&town, number, 20 * i64::try_from(n).unwrap(), "証明").await;
    }
    office.round().await.unwrap();
    let before = office.cursor.clone();

    town.delete_booking("A001-0002").await.unwrap();
    book(&town, "A001-0003", 100, "証明").await;
    town.forget_tokens().unwrap();
    let plan = office.round().await.unwrap();
    assert_eq!(
        plan.cursor.unwrap().complete_at,
        office.now - TimeDelta::minutes(1)
    );
    let left = [
        ("A001-0001", 0, "証明"),
        ("A001-0003", 100, "証明"),
        ("A001-0004", 60, "証明"),
    ];
    assert_eq!(office.standing(), rows(&left));
    assert_ne!(office.cursor, before);
}

#[tokio::test]
async fn a_server_that_was_away_is_asked_again_and_has_lost_nothing() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    let mut office = Office::of(settings(&town));
    book(&town, "A7K2-93QF", 0, "住民異動届").await;
    office.round().await.unwrap();
    town.stop().await.unwrap();
    assert!(matches!(
        office.round().await,
        Err(SyncError::Unavailable(_))
    ));
    assert_eq!(office.standing().len(), 1);

    // It comes back at another address with the same calendar; the mirror of before is kept.
    let town = radicale(data.path()).await;
    book(&town, "B8M3-04RG", 20, "戸籍").await;
    let mut again = Office::of(settings(&town));
    (again.mirror, again.cursor, again.now) = (office.mirror, office.cursor, office.now);
    let plan = again.round().await.unwrap();
    assert_eq!((plan.upserts.len(), plan.cancels.len()), (1, 0));
    assert_eq!(
        again.standing(),
        rows(&[("A7K2-93QF", 0, "住民異動届"), ("B8M3-04RG", 20, "戸籍")])
    );
}

#[tokio::test]
async fn a_calendar_that_is_emptied_is_held_until_it_is_certain() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    let mut office = Office::of(settings(&town));
    let numbers: Vec<String> = (0..8).map(|n| format!("A001-000{n}")).collect();
    for (n, number) in numbers.iter().enumerate() {
        book(&town, number, 20 * i64::try_from(n).unwrap(), "証明").await;
    }
    office.round().await.unwrap();
    for number in &numbers {
        town.delete_booking(number).await.unwrap();
    }
    let plan = office.round().await.unwrap();
    let service_ref = Some("IDO".to_owned());
    let mass = HoldReason::Mass {
        service_ref,
        asked: 8,
        standing: 8,
    };
    assert_eq!(plan.held.unwrap().reasons, [mass]);
    assert_eq!(office.standing().len(), 8);
    office.now += TimeDelta::minutes(5);
    let plan = office.round().await.unwrap();
    assert_eq!((plan.cancels.len(), plan.held), (8, None));
    assert_eq!(office.standing(), []);
}

#[tokio::test]
async fn entries_that_are_no_bookings_hold_nothing_up() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    let mut office = Office::of(settings(&town));
    let entry = |uid: &str, lines: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//JA\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n{lines}\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let holiday = entry(
        "holiday",
        "DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125",
    );
    let weekly = entry(
        "weekly",
        "DTSTART:20261124T010000Z\r\nDTEND:20261124T013000Z\r\nRRULE:FREQ=WEEKLY",
    );
    town.put("holiday", holiday).await.unwrap();
    town.put("weekly", weekly).await.unwrap();
    book(&town, "A7K2-93QF", 0, "住民異動届").await;
    let plan = office.round().await.unwrap();
    let mut bad: Vec<_> = plan.bad.into_iter().map(|item| item.why).collect();
    bad.sort_by_key(ToString::to_string);
    assert_eq!(
        bad,
        [
            BadWhy::Time {
                property: "DTSTART"
            },
            BadWhy::Recurring
        ]
    );
    assert_eq!(office.standing(), rows(&[("A7K2-93QF", 0, "住民異動届")]));
    assert!(plan.cursor.is_some());
}

#[tokio::test]
async fn a_wrong_password_or_address_is_said_and_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let town = radicale(data.path()).await;
    book(&town, "A7K2-93QF", 0, "住民異動届").await;

    let wrong = Settings {
        password: "wrong".to_owned(),
        ..settings(&town)
    };
    assert_eq!(Office::of(wrong).round().await, Err(SyncError::Auth(401)));

    let missing = town.url().replace("shimin", "nothing");
    let missing = Settings {
        url: missing,
        ..settings(&town)
    };
    assert_eq!(Office::of(missing).round().await, Err(SyncError::NotFound));

    let folder = town.url().replace("shimin/", "");
    let folder = Settings {
        url: folder,
        ..settings(&town)
    };
    assert_eq!(Office::of(folder).round().await, Err(SyncError::NotFound));
}
