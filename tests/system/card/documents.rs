//! Driver's licences and residence cards over PC/SC: another way in, less to read, and what a clerk is told.

use card::CardNumber;
use card::session::{Caution, Document, Entered, Reading, Report, Request, Way};
use sim::card::{Fault, Licence, MOVED_TO, Model, Person, RESIDENCE_CARD_NUMBER, Residence};

use super::kiosk::{Kiosk, described};
use super::service::ReaderService;
use super::{assert_nothing_forbidden, kiosk, put, slot_with, take};

fn read(report: Report) -> Box<Reading> {
    let Report::Read(reading) = report else {
        panic!("not read: {}", described(&report))
    };
    reading
}

async fn enter_number(kiosk: &mut Kiosk, number: &str) -> Report {
    let number = CardNumber::parse(number.as_bytes()).unwrap();
    kiosk.ask(Request::Enter(Entered::CardNumber(number))).await
}

#[tokio::test]
async fn a_licence_gives_what_it_holds_and_warns_of_what_was_changed() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let person = Person::default();
    for (licence, address, cautions) in [
        (Licence::AsMade, &*person.address, &[][..]),
        (Licence::Moved, MOVED_TO, &[Caution::AddressChangedSince]),
        (
            Licence::WithGaiji,
            &*person.address,
            &[Caution::MissingCharacter],
        ),
        (Licence::WithoutPin, &*person.address, &[]),
    ] {
        let mut slot = slot_with(&service, Model::Licence(licence));
        put(&mut slot, &mut kiosk).await;
        // A licence answers with its own way, whatever was chosen.
        assert_eq!(kiosk.look(Way::NumberB).await, "DriversLicence, tries 3");
        let reading = read(kiosk.enter("1234", Entered::Pin).await);
        assert_eq!(reading.document(), Document::DriversLicence);
        assert_eq!(reading.address(), Some(address));
        assert_eq!(reading.birth().unwrap().digits(), person.birth);
        assert!(reading.sex().is_none());
        assert_eq!(reading.cautions(), cautions, "{licence:?}");
        assert_eq!(slot.tally().verifies, 1);
        assert_nothing_forbidden(&slot);
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_licences_last_try_is_kept_and_one_out_of_term_is_presented_nothing() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for (licence, said) in [
        (
            Licence::TriesLeft(1),
            "FewTriesLeft { document: DriversLicence, left: 1 }",
        ),
        (Licence::TriesLeft(0), "Locked { document: DriversLicence }"),
        (Licence::Expired, "Expired { document: DriversLicence }"),
    ] {
        let mut slot = slot_with(&service, Model::Licence(licence));
        put(&mut slot, &mut kiosk).await;
        assert_eq!(kiosk.look(Way::Pin).await, said);
        assert_eq!(slot.tally().verifies, 0);
        take(&mut slot, &service, &mut kiosk).await;
    }
    let mut slot = slot_with(&service, Model::Licence(Licence::AsMade));
    put(&mut slot, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "DriversLicence, tries 3");
    for said in [
        "wrong 2",
        "wrong 1",
        "FewTriesLeft { document: DriversLicence, left: 1 }",
    ] {
        let report = kiosk.enter("0000", Entered::Pin).await;
        assert_eq!(described(&report), said);
    }
    assert_eq!(slot.tries_left(), 1);
    assert_nothing_forbidden(&slot);
}

#[tokio::test]
async fn a_residence_card_opens_with_the_number_on_it_and_a_wrong_one_costs_nothing() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let person = Person::default();
    for (residence, address, birth) in [
        (Residence::Moved, Some(MOVED_TO), None),
        (Residence::AsMade, None, None),
        (Residence::Second, None, Some(&*person.birth)),
    ] {
        let mut slot = slot_with(&service, Model::Residence(residence));
        put(&mut slot, &mut kiosk).await;
        let looked = kiosk.look(Way::Pin).await;
        assert_eq!(looked, "ResidenceCard, tries uncounted", "{residence:?}");
        for _ in 0..4 {
            let wrong = enter_number(&mut kiosk, "ZZ12345678ZZ").await;
            assert_eq!(described(&wrong), "wrong uncounted");
        }
        let reading = read(enter_number(&mut kiosk, RESIDENCE_CARD_NUMBER).await);
        assert_eq!(reading.document(), Document::ResidenceCard);
        assert_eq!((reading.name(), reading.address()), (None, address));
        assert_eq!(reading.birth().map(|birth| birth.digits()), birth);
        assert_nothing_forbidden(&slot);
        take(&mut slot, &service, &mut kiosk).await;
    }
}

/// Beside these, every other fault at every command is tried without wires (`kiosk_card`).
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_document_torn_at_any_command_shows_nothing_and_the_next_is_read() {
    let documents = [
        Model::Licence(Licence::Moved),
        Model::Residence(Residence::Second),
    ];
    let cases = documents.into_iter().flat_map(|document| {
        let faults = [Fault::Unheard, Fault::Vanish, Fault::Half];
        faults.map(|fault| tokio::spawn(torn(document, fault)))
    });
    for case in cases.collect::<Vec<_>>() {
        case.await.unwrap();
    }
}

/// Tears at every command of a visit, at a reader of its own.
async fn torn(model: Model, fault: Fault) {
    const COMMANDS_MAX: u32 = 20;
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let mut torn = 0;
    for command in 1..=COMMANDS_MAX {
        let mut slot = slot_with(&service, model);
        put(&mut slot, &mut kiosk).await;
        slot.fail_at(command, fault);
        let mut said = kiosk.look(Way::Pin).await;
        if said.contains("tries") {
            let report = match model {
                Model::Residence(_) => enter_number(&mut kiosk, RESIDENCE_CARD_NUMBER).await,
                _ => kiosk.enter("1234", Entered::Pin).await,
            };
            said = described(&report);
        }
        assert!(slot.tally().verifies <= 1);
        // One that went before it heard the first command was asked nothing.
        assert_eq!(slot.tally().forbidden, 0, "{:?}", slot.log());
        slot.take();
        super::gone(&service, &mut kiosk).await;
        if said == "read, not checked" {
            // The visit needed fewer commands than that.
            break;
        }
        assert_eq!(said, "Pulled", "{model:?}, {fault} at {command}");
        torn += 1;
    }
    assert!(
        (8..COMMANDS_MAX).contains(&torn),
        "{model:?}, {fault}: {torn} commands"
    );
}
