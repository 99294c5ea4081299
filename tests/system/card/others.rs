//! What is laid down by mistake.

use card::session::{ReaderState, Way};
use sim::card::Model;

use super::service::ReaderService;
use super::{kiosk, put, slot, slot_with, take};

#[tokio::test]
async fn cards_of_other_kinds_are_told_by_name_and_sent_no_credential() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for (model, said) in [
        (Model::CreditCard, "AnotherCard(CreditCard)"),
        (Model::CreditCardWithContacts, "AnotherCard(CreditCard)"),
        (Model::Transit, "AnotherCard(TransitCard)"),
        (Model::LicenceAlone, "AnotherCard(MyNumberLicence)"),
        (
            Model::SpecialResidenceAlone,
            "AnotherCard(SpecialResidence)",
        ),
        (Model::Juki, "AnotherCard(ResidentRegister)"),
        (Model::Telephone, "AnotherCard(SmartphoneJpki)"),
        (Model::NextGeneration, "NewerCard"),
    ] {
        let mut slot = slot_with(&service, model);
        put(&mut slot, &mut kiosk).await;
        for way in [Way::Pin, Way::NumberB] {
            assert_eq!(kiosk.look(way).await, said, "{model:?}");
            let report = kiosk.present(way, &Default::default()).await;
            let report = super::kiosk::described(&report);
            assert_eq!(report, "Pulled", "digits for {model:?} are for nobody");
        }
        assert_eq!(slot.tally().verifies, 0, "{:?}", slot.log());
        assert_eq!(slot.tally().forbidden, 0, "{:?}", slot.log());
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_my_number_card_that_is_another_document_as_well_is_read_as_one() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for model in [Model::MyNumberLicence, Model::SpecialResidence] {
        let mut slot = slot_with(&service, model);
        put(&mut slot, &mut kiosk).await;
        kiosk.reads(Way::Pin, &Default::default()).await;
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn the_wrong_card_may_be_exchanged_for_the_right_one() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let mut wrong = slot_with(&service, Model::CreditCard);
    put(&mut wrong, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "AnotherCard(CreditCard)");
    take(&mut wrong, &service, &mut kiosk).await;
    let mut right = slot(&service);
    right.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
    kiosk.reads(Way::Pin, &Default::default()).await;
}
