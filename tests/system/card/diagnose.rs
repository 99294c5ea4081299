//! What an installer is told on the spot, over real PC/SC. No try is spent and no file is read.

use std::time::Duration;

use card::session::ReaderState;
use devices::card::{Asked, Counter, Diagnosis, Settings, Verdict, diagnose};
use sim::card::{Fault, Licence, Manner, Model, Residence, Slot};

use super::service::ReaderService;
use super::{assert_nothing_forbidden, commands, gone, kiosk, put, slot, slot_with};
use crate::hub_process::program;

fn diagnosed(service: &ReaderService, settings: &Settings) -> Diagnosis {
    let inside = service.program_inside(&program("uketsuke-card"));
    diagnose(&inside, settings, Duration::ZERO)
}

/// Nothing was presented to the card, and none of its files was read.
fn assert_only_asked(slot: &Slot) {
    for command in commands(slot) {
        let is_select = command.starts_with("00A4");
        // Class, instruction, two parameters, and no data: a question for a counter.
        let counter = command.split('>').next().unwrap();
        let is_counter = counter.starts_with("0020") && counter.len() == 8;
        assert!(is_select || is_counter, "{command}");
    }
    assert_nothing_forbidden(slot);
}

#[tokio::test]
async fn every_state_of_a_reader_has_its_verdict() {
    let mut service = ReaderService::without_pcscd();
    let verdict =
        |service: &ReaderService, settings: &Settings| diagnosed(service, settings).verdict;
    let any = Settings::default();
    assert_eq!(verdict(&service, &any), Verdict::NoService);
    service.start_pcscd();
    let empty = diagnosed(&service, &any);
    assert_eq!(empty.verdict, Verdict::NoCard);
    assert_eq!(empty.readers.len(), 2);
    assert_eq!(empty.used.as_deref(), Some("Virtual PCD 00 00"));
    let other = Settings {
        readers: vec!["PaSoRi".into()],
        ..Settings::default()
    };
    assert_eq!(verdict(&service, &other), Verdict::NoReaderMatches);
}

#[tokio::test]
async fn a_card_is_told_with_its_counters_and_loses_no_try() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    kiosk.sees(ReaderState::Empty).await;
    for (model, verdict) in [
        (
            Model::MyNumber,
            Verdict::MyNumber {
                pin: Counter::Left(3),
                number_b: Counter::Left(10),
            },
        ),
        (
            Model::Manner(Manner::LongForm),
            Verdict::MyNumber {
                pin: Counter::Left(3),
                number_b: Counter::Left(10),
            },
        ),
        (
            Model::PinLeft(0),
            Verdict::MyNumber {
                pin: Counter::Locked,
                number_b: Counter::Left(10),
            },
        ),
        (Model::Licence(Licence::AsMade), Verdict::DriversLicence),
        (Model::Residence(Residence::Moved), Verdict::ResidenceCard),
        (Model::CreditCard, Verdict::AnotherCard),
        (Model::Transit, Verdict::AnotherCard),
        (Model::NextGeneration, Verdict::NewerCard),
    ] {
        let mut slot = slot_with(&service, model);
        put(&mut slot, &mut kiosk).await;
        let before = slot.counters();
        let diagnosis = diagnosed(&service, &Settings::default());
        assert_eq!(diagnosis.verdict, verdict, "{model:?}");
        assert!(diagnosis.atr.is_some());
        assert_eq!(slot.counters(), before);
        if model == Model::Transit {
            assert!(slot.log().is_empty(), "a storage card is sent nothing");
        } else {
            assert_only_asked(&slot);
        }
        slot.take();
        gone(&service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_card_that_falls_silent_is_told_with_the_question_and_holds_nobody_up() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let mut slot = slot(&service);
    put(&mut slot, &mut kiosk).await;
    slot.fail_at(2, Fault::Silence);
    let settings = Settings {
        command_ms_max: 300,
        ..Settings::default()
    };
    let verdict = diagnosed(&service, &settings).verdict;
    let at = Asked::PinTries;
    assert_eq!(verdict, Verdict::Silent { at });
    slot.take();
    gone(&service, &mut kiosk).await;
    let mut next = super::slot(&service);
    put(&mut next, &mut kiosk).await;
    let diagnosis = diagnosed(&service, &settings);
    assert!(matches!(diagnosis.verdict, Verdict::MyNumber { .. }));
}
