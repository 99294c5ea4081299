//! What is read, on which way, with how many commands, and what is said of it.

use card::session::{Entered, ReaderState, Report, Request, Way};
use sim::card::{Manner, Model, MyNumberCard, Person, Proof, Slot};

use super::kiosk::{described, is_of, printed, unchecked};
use super::service::ReaderService;
use super::{assert_nothing_forbidden, commands, kiosk, kiosk_with, put, slot, slot_with, take};

const SELECT: &str = "00A4040C0AD3921000310001010408>9000";
const READ: &str = "00B0820000>9000";

#[tokio::test]
async fn the_four_items_are_read_with_four_commands_on_either_way() {
    let service = ReaderService::start();
    let mut kiosk = kiosk_with(&service, unchecked());
    kiosk.sees(ReaderState::Empty).await;
    for (way, counter, verify) in [
        (Way::Pin, "00200091>63C3", "0020009104********>9000"),
        (
            Way::NumberB,
            "00200095>63CA",
            "002000950E****************************>9000",
        ),
    ] {
        let mut slot = slot(&service);
        put(&mut slot, &mut kiosk).await;
        kiosk.reads(way, &Person::default()).await;
        assert_eq!(commands(&slot), [SELECT, counter, verify, READ]);
        assert_nothing_forbidden(&slot);
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_wrong_pin_tells_the_tries_left_and_the_last_one_is_never_spent() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
    let wrong = kiosk.enter("0000", Entered::Pin).await;
    assert_eq!(described(&wrong), "wrong 2");
    let right = kiosk.present(Way::Pin, &Person::default()).await;
    assert_eq!(described(&right), "read, genuine");
    assert_eq!(slot.tries_left(), 3, "a right PIN restores the counter");

    assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
    for (digits, said) in [
        ("0000", "wrong 2"),
        ("9999", "wrong 1"),
        ("1234", "FewTriesLeft { document: MyNumber, left: 1 }"),
    ] {
        let report = kiosk.enter(digits, Entered::Pin).await;
        assert_eq!(described(&report), said);
    }
    assert_eq!(
        kiosk.look(Way::Pin).await,
        "FewTriesLeft { document: MyNumber, left: 1 }"
    );
    assert_eq!(slot.tries_left(), 1);
    assert_nothing_forbidden(&slot);
}

#[tokio::test]
async fn a_locked_pin_or_none_at_all_is_no_end() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for (model, said) in [
        (
            Model::PinLeft(1),
            "FewTriesLeft { document: MyNumber, left: 1 }",
        ),
        (Model::PinLeft(0), "Locked { document: MyNumber }"),
        (Model::NoPin, "Locked { document: MyNumber }"),
    ] {
        let mut slot = slot_with(&service, model);
        put(&mut slot, &mut kiosk).await;
        assert_eq!(kiosk.look(Way::Pin).await, said);
        kiosk.reads(Way::NumberB, &Person::default()).await;
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_wrong_security_code_or_another_date_is_refused_by_the_card_and_counted() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    let person = Person::default();
    assert_eq!(kiosk.look(Way::NumberB).await, "MyNumber, tries 10");
    let dates = || Entered::NumberB(printed(&person));
    let report = kiosk.enter("2286", dates()).await;
    assert_eq!(described(&report), "wrong 9");
    let another = Person {
        birth: "19800218".into(),
        ..person.clone()
    };
    let report = kiosk.present(Way::NumberB, &another).await;
    assert_eq!(described(&report), "wrong 8");
    let report = kiosk.present(Way::NumberB, &person).await;
    assert_eq!(described(&report), "read, genuine");
    assert_nothing_forbidden(&slot);
}

#[tokio::test]
async fn an_expired_card_is_not_spent_a_try() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    let expired = Person {
        expiry: "20240217".into(),
        ..Person::default()
    };
    assert_eq!(kiosk.look(Way::NumberB).await, "MyNumber, tries 10");
    let report = kiosk.present(Way::NumberB, &expired).await;
    assert_eq!(described(&report), "Expired { document: MyNumber }");
    assert_eq!(slot.tally().verifies, 0);
}

#[tokio::test]
async fn cards_that_answer_in_other_manners_are_read_all_the_same() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for manner in Manner::ALL {
        let mut slot = slot_with(&service, Model::Manner(manner));
        put(&mut slot, &mut kiosk).await;
        for way in [Way::Pin, Way::NumberB] {
            let reading = kiosk.reads(way, &Person::default()).await;
            let said = described(&Report::Read(reading));
            assert_eq!(said, "read, genuine", "{manner:?} by {way:?}");
        }
        assert_nothing_forbidden(&slot);
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn what_a_card_can_prove_is_told_honestly() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    for (proof, said) in [
        (Proof::Genuine, "read, genuine"),
        (Proof::TextChanged, "read, refused"),
        (Proof::SignedByAnother, "read, refused"),
        (Proof::UnknownIssuer, "read, not checked"),
        (Proof::Copy, "read, refused"),
        (Proof::Missing, "read, not checked"),
    ] {
        let mut slot = slot_with(&service, Model::Proof(proof));
        put(&mut slot, &mut kiosk).await;
        for way in [Way::Pin, Way::NumberB] {
            let looked = kiosk.look(way).await;
            assert!(looked.starts_with("MyNumber"), "{looked}");
            let report = kiosk.present(way, &Person::default()).await;
            assert_eq!(described(&report), said, "{proof:?} by {way:?}");
        }
        assert_nothing_forbidden(&slot);
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn names_survive_the_way_through_every_process() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    let names = [
        "\u{FA1B}田　\u{20BB7}子".to_owned(),
        "葛\u{E0100}城　邊\u{E0105}".to_owned(),
        "MARIA FERNANDA DE SOUZA".to_owned(),
        "\u{E000}\u{E001}　花子".to_owned(),
        "寿限無".repeat(23) + "寿",
    ];
    for name in names {
        let person = Person {
            name,
            ..Person::default()
        };
        let card = MyNumberCard::of(&person).card();
        let mut slot = Slot::new(service.vpcd(), card);
        put(&mut slot, &mut kiosk).await;
        let reading = kiosk.reads(Way::Pin, &person).await;
        assert!(is_of(&reading, &person));
        take(&mut slot, &service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn without_a_card_there_is_no_card_and_no_verify() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    kiosk.sees(ReaderState::Empty).await;
    assert_eq!(kiosk.look(Way::Pin).await, "NoCard");
    let report = kiosk.enter("1234", Entered::Pin).await;
    assert_eq!(described(&report), "NoCard");

    put(&mut slot, &mut kiosk).await;
    // The card that lies there now was never looked at; the digits were not meant for it.
    let report = kiosk.enter("1234", Entered::Pin).await;
    assert_eq!(described(&report), "Pulled");
    assert!(slot.log().is_empty());
    kiosk.reads(Way::Pin, &Person::default()).await;
}

#[tokio::test]
async fn a_card_that_leaves_while_the_pin_is_typed_is_sent_no_verify() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
    take(&mut slot, &service, &mut kiosk).await;
    put(&mut slot, &mut kiosk).await;
    let report = kiosk.enter("1234", Entered::Pin).await;
    assert_eq!(described(&report), "Pulled");
    assert_eq!(commands(&slot).len(), 2, "select and counter, nothing more");
}

#[tokio::test]
async fn what_was_typed_is_forgotten_with_the_visitor() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
    kiosk.type_digits(b"12".iter().copied()).await;
    for (request, said) in [
        (Request::Erase, "length 1"),
        (Request::Enter(Entered::Pin), "incomplete 1"),
        (Request::Forget, "forgotten"),
    ] {
        assert_eq!(described(&kiosk.ask(request).await), said);
    }
    let report = kiosk.enter("1234", Entered::Pin).await;
    assert_eq!(
        described(&report),
        "Pulled",
        "nobody looked for this visitor"
    );
    assert_eq!(slot.tally().verifies, 0);
    kiosk.reads(Way::Pin, &Person::default()).await;
}
