//! Which reader is used, and what lies on it when the kiosk starts.

use std::path::PathBuf;

use card::session::{ReaderState, Report, Way};
use devices::card::Settings;
use sim::card::{Person, Slot, VirtualCard};

use super::kiosk::{Kiosk, described, settings};
use super::service::ReaderService;
use super::{kiosk, kiosk_with, put, slot};

/// What stands on the card in the second reader.
fn second_person() -> Person {
    Person {
        name: "第二　次郎".into(),
        ..Person::default()
    }
}

#[tokio::test]
async fn of_two_readers_the_one_that_holds_a_card_is_used() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    kiosk.sees(ReaderState::Empty).await;
    let mut second = Slot::new(service.vpcd_second(), VirtualCard::new(&second_person()));
    put(&mut second, &mut kiosk).await;
    kiosk.reads(Way::Pin, &second_person()).await;
}

#[tokio::test]
async fn of_two_readers_with_cards_the_preferred_one_is_used() {
    let service = ReaderService::start();
    let preferring = Settings {
        readers: vec!["virtual pcd*00 01".into(), "virtual pcd".into()],
        ..settings()
    };
    let mut kiosk = kiosk_with(&service, preferring);
    let mut second = Slot::new(service.vpcd_second(), VirtualCard::new(&second_person()));
    put(&mut second, &mut kiosk).await;
    let mut first = slot(&service);
    first.put().unwrap();
    kiosk.reads(Way::Pin, &second_person()).await;
    assert!(first.log().is_empty());
}

#[tokio::test]
async fn a_card_that_lies_there_already_is_seen_at_start() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut earlier = kiosk(&service);
    put(&mut slot, &mut earlier).await;
    drop(earlier);
    let mut kiosk = kiosk(&service);
    let first = kiosk.report().await;
    assert_eq!(described(&first), "reader Card", "and nothing before it");
    kiosk.reads(Way::Pin, &Person::default()).await;
}

#[tokio::test]
async fn a_reader_of_another_name_is_not_used() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let another = Settings {
        readers: vec!["PaSoRi".into()],
        ..settings()
    };
    let mut kiosk = kiosk_with(&service, another);
    slot.put().unwrap();
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(kiosk.look(Way::Pin).await, "NoReader");
    assert!(slot.log().is_empty());
}

#[tokio::test]
async fn a_card_process_that_cannot_be_started_is_no_reader() {
    let nowhere = PathBuf::from("/nonexistent/uketsuke-card");
    let mut kiosk = Kiosk::with(nowhere, Settings::default());
    let first = kiosk.report().await;
    assert!(matches!(first, Report::Reader(ReaderState::Absent)));
    assert_eq!(kiosk.look(Way::Pin).await, "NoReader");
}
