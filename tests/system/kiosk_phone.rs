//! What was written on a phone at home: the page's own QR code, before a real kiosk, opened by a real hub, read by a clerk.

use std::time::Duration;

use office::Office;
use slip::printer::Report;
use tokio::time::timeout;
use wire::{
    case::Provenance,
    command::Role,
    kiosk::{KioskInput, Screen},
    office::OfficeView,
};

use crate::{
    clerk::{ACCOUNT, PASSWORD},
    hub_within::HubWithin,
    kiosk_errand::{Visitor, case_of, on_a_form},
    open_office,
};

const STEP_MAX: Duration = Duration::from_secs(60);
/// Made by the page itself: `ui/src/phone/code.test.ts` makes it again, with a key pair that is drawn for tests.
const CODE: &str = include_str!("../../src-tauri/crates/hub/src/prefill/sample.txt");
const PRIVATE: &str = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2";
const PUBLIC: &str = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";

/// The code was made at ten on the 24th of November 2026; the citizen comes an hour later.
const AN_HOUR_LATER: &str = "2026-11-24T11:00:00+09:00";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_a_phone_becomes_a_ticket_whose_form_the_clerk_reads() {
    let config = open_office();
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let office = Office::load(config.path()).unwrap();
    hub::add_account(
        data.path(),
        &office.id,
        ACCOUNT,
        "伊藤",
        Role::Lead,
        PASSWORD,
    )
    .unwrap();
    let id = &CODE[4..12];
    let keys = format!("2026-11-24T00:00:00Z {id} {PRIVATE} {PUBLIC}\n");
    std::fs::write(data.path().join("phone.keys"), keys).unwrap();
    let hub = HubWithin::start(&office, data.path(), AN_HOUR_LATER).await;

    let mut visitor = Visitor::at(&office, &hub.base, &hub.token, own.path());
    visitor.sees(|view| view.hub_online).await;
    let id = "phone".to_owned();
    visitor.tap(KioskInput::Entry { id }).await;
    visitor
        .sees(|view| matches!(view.screen, Screen::Phone { .. }))
        .await;
    let text = format!("{}\r\n", CODE.trim_end());
    visitor.tap(KioskInput::PhoneCode { text }).await;
    let view = visitor
        .sees(|view| match &view.screen {
            Screen::Phone { read, refusal, .. } => !read.is_empty() || refusal.is_some(),
            _ => false,
        })
        .await;
    let Screen::Phone { read, refusal, .. } = view.screen else {
        panic!("the scanner's page")
    };
    assert_eq!(refusal, None);
    assert_eq!(read[0].procedure, "juminhyo");
    visitor.tap(KioskInput::Accept).await;
    // The form of today may ask more than the page of then did.
    let left = |view: &wire::kiosk::KioskView| !matches!(view.screen, Screen::Phone { .. });
    visitor.sees(left).await;
    let Screen::Confirm { rows, .. } = visitor.answers(on_a_form).await else {
        panic!("not looked over")
    };
    let name = "\u{FA1B}山　太郎";
    assert!(
        rows.iter().any(|it| it.value == name),
        "code point by code point"
    );

    visitor.tap(KioskInput::Confirm).await;
    let job = timeout(STEP_MAX, visitor.printed.recv()).await.unwrap();
    let job = job.expect("a slip");
    visitor.printer.send(Report::Printed(job.id)).await.unwrap();
    visitor
        .sees(|view| matches!(view.screen, Screen::Done { .. }))
        .await;
    let view = reqwest::Client::new().get(format!("{}/api/office", hub.base));
    let view = view.bearer_auth(&hub.token).send().await.unwrap();
    let view: OfficeView = view.json().await.unwrap();
    let case = case_of(&hub.base, &view.tickets[0].id).await;
    let form = &case.forms[0];
    assert_eq!(form.procedure, "juminhyo");
    let row = |field: &str| form.rows.iter().find(|it| it.field == field).unwrap();
    assert_eq!(row("applicant_name").raw, name);
    assert_eq!(row("phone").value, "084-928-1058");
    assert!(matches!(row("copies").provenance, Provenance::Typed));
    assert!(case.card.is_none());

    hub.stop().await;
}
