//! A booked おくやみ visit: from the reservation service, over what a department prepared the evening before, to the family at a
//! kiosk the next morning and to the counter.

use std::time::Duration;

use office::Office;
use slip::printer::Report;
use tokio::time::timeout;
use wire::{
    case::{CaseChange, CaseView, ChangeCase, Provenance},
    command::Role,
    kiosk::{KioskInput, Screen},
    office::{OfficeView, SlipState},
    prepared::{Prepare, PreparedCase, PreparedDay, PreparedOrigin, PreparedState, PreparedView},
};

use crate::{
    booking::radicale,
    clerk::{ACCOUNT, Clerk, PASSWORD},
    hub_within::HubWithin,
    kiosk_errand::Visitor,
    open_office,
};

const STEP_MAX: Duration = Duration::from_secs(60);
const EVENING: &str = "2026-11-24T16:30:00+09:00";
const MORNING: &str = "2026-11-25T09:50:00+09:00";
const DAY: &str = "2026-11-25";
const NUMBER: &str = "B4MN-58TX";
/// 国民健康保険の葬祭費.
const FUNERAL: &str = "sosaihi";
const FUNERAL_LINE: &str = "B4";
const NAME: &str = "\u{FA19}山　花子";

/// The shipped office, whose reservation service is the one at `url`.
fn with_bookings(config: &std::path::Path, url: &str, user: &str, password: &str) -> Office {
    let shipped = crate::hub_process::repository().join("kiosk-config/bookings.toml");
    let mut file: toml::Table = std::fs::read_to_string(shipped).unwrap().parse().unwrap();
    file.remove("password_env").unwrap();
    for (key, value) in [("url", url), ("user", user), ("password_file", "password")] {
        file.insert(key.to_owned(), value.to_owned().into());
    }
    std::fs::write(config.join("password"), password).unwrap();
    std::fs::write(config.join("bookings.toml"), file.to_string()).unwrap();
    Office::load(config).unwrap()
}

/// The day's visits, once the hub has read the booking.
async fn booked(clerk: &Clerk) -> PreparedView {
    let read = async {
        loop {
            let day: PreparedDay = clerk.get(&format!("/api/prepared/days/{DAY}")).await;
            if let Some(visit) = day.visits.into_iter().next() {
                return visit;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(STEP_MAX, read).await.expect("the booking is read")
}

async fn change(clerk: &Clerk, visit: &PreparedCase, change: CaseChange) -> PreparedCase {
    let path = format!("/api/prepared/{}", visit.visit.id.as_deref().unwrap());
    let revision = visit.case.revision;
    clerk.post(&path, &ChangeCase { revision, change }).await
}

/// What a department finds out by telephone, and ticks off.
async fn prepare(clerk: &Clerk) -> PreparedCase {
    let wish = Prepare {
        day: DAY.to_owned(),
        booking: NUMBER.to_owned(),
    };
    let mut visit: PreparedCase = clerk.post("/api/prepared", &wish).await;
    let answer = |field: &str, value: &str| CaseChange::Answer {
        field: field.to_owned(),
        value: value.to_owned(),
    };
    for step in [
        answer("died_on", "2026-11-10"),
        answer("insurance", "national"),
        CaseChange::AddForm {
            procedure: FUNERAL.to_owned(),
        },
        CaseChange::Value {
            procedure: FUNERAL.to_owned(),
            field: "applicant_name".to_owned(),
            value: NAME.to_owned(),
        },
        CaseChange::Prepared {
            rule: FUNERAL_LINE.to_owned(),
            prepared: true,
        },
    ] {
        visit = change(clerk, &visit, step).await;
    }
    visit
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_with_a_booking_finds_what_a_department_prepared_the_evening_before() {
    let config = open_office();
    let [data, own, calendar] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let town = radicale(calendar.path()).await;
    let (start, end) = ("2026-11-25T10:00:00+09:00", "2026-11-25T11:00:00+09:00");
    let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
    town.put_booking(NUMBER, "おくやみ", start, end, "おくやみ窓口")
        .await
        .unwrap();
    let office = with_bookings(config.path(), town.url(), town.user(), town.password());
    hub::add_account(
        data.path(),
        &office.id,
        ACCOUNT,
        "伊藤",
        Role::Lead,
        PASSWORD,
    )
    .unwrap();

    let hub = HubWithin::start(&office, data.path(), EVENING).await;
    let clerk = Clerk::at(&hub.base).await;
    let waiting = booked(&clerk).await;
    assert_eq!(waiting.state, PreparedState::NotBegun);
    assert!(matches!(&waiting.origin, PreparedOrigin::Booking { number, .. } if number == NUMBER));
    let prepared = prepare(&clerk).await;
    assert_eq!(prepared.visit.progress.prepared, 1);
    hub.stop().await;

    let hub = HubWithin::start(&office, data.path(), MORNING).await;
    let mut visitor = Visitor::at(&office, &hub.base, &hub.token, own.path());
    visitor.sees(|view| view.hub_online).await;
    let id = "booking".to_owned();
    visitor.tap(KioskInput::Entry { id }).await;
    visitor
        .sees(|view| matches!(view.screen, Screen::Booking { .. }))
        .await;
    // As somebody types it who does not care for capitals.
    let number = "b4mn58tx".to_owned();
    visitor.tap(KioskInput::BookingNumber { number }).await;
    visitor
        .sees(|view| matches!(view.screen, Screen::BookingFound { .. }))
        .await;
    visitor.tap(KioskInput::Accept).await;
    let job = timeout(STEP_MAX, visitor.printed.recv()).await.unwrap();
    let job = job.expect("a slip");
    visitor.printer.send(Report::Printed(job.id)).await.unwrap();
    let done = |view: &wire::kiosk::KioskView| {
        matches!(
            view.screen,
            Screen::Done {
                slip: SlipState::Printed,
                ..
            }
        )
    };
    visitor.sees(done).await;

    let clerk = Clerk::at(&hub.base).await;
    let view: OfficeView = clerk.get("/api/office").await;
    let [ticket] = view.tickets.as_slice() else {
        panic!("{} tickets", view.tickets.len())
    };
    let case: CaseView = clerk.get(&format!("/api/tickets/{}/case", ticket.id)).await;
    assert_eq!(case.prepared, prepared.visit.id);
    let [form] = case.forms.as_slice() else {
        panic!("{} forms", case.forms.len())
    };
    assert_eq!(form.procedure, FUNERAL);
    let name = form.rows.iter().find(|it| it.field == "applicant_name");
    let name = name.expect("the applicant's name");
    assert_eq!(name.raw, NAME, "code point by code point");
    assert!(
        matches!(name.provenance, Provenance::Clerk),
        "not the citizen's"
    );
    let lines = case.plan.expect("the plan").lines;
    let ticked = lines.iter().filter(|it| it.prepared.is_some());
    let ticked: Vec<_> = ticked.map(|it| it.rule.as_str()).collect();
    assert_eq!(ticked, [FUNERAL_LINE]);
    let after = booked(&clerk).await;
    assert_eq!(after.state, PreparedState::Attached);
    assert_eq!(after.number.as_deref(), Some(ticket.number.as_str()));
    hub.stop().await;
    town.stop().await.unwrap();
}
