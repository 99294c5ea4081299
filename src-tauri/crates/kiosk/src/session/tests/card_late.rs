//! What comes too late: answers for somebody who has gone, and cards for numbers that were typed long ago.

use card::{
    Document,
    session::{ReaderState, Report, Trouble},
};
use wire::kiosk::{KioskInput, Screen};

use super::stage::{
    NAME, Stage, USE_CARD, card_number, four_items, licence_items, looked, residence_items,
};

#[test]
fn no_answer_for_the_visitor_before_reaches_the_next() {
    let late: [fn() -> Report; 6] = [
        || looked(Document::DriversLicence, Some(2)),
        four_items,
        || Report::Wrong {
            tries_left: Some(1),
        },
        || Report::Trouble(Trouble::Pulled),
        || Report::Length(4),
        || Report::Incomplete(2),
    ];
    for late in late {
        let mut stage = Stage::new();
        stage.up_to_keypad().type_pin();
        stage.card_is_slow = true;
        stage.tap(KioskInput::Cancel).put();
        assert_eq!(stage.report(late()).at(), "looking");
        assert!(!stage.visible().contains(NAME));
        stage.forgotten();
        stage.report(looked(Document::MyNumber, Some(3)));
        assert_eq!(stage.type_pin().at(), "reading");
        assert_eq!(stage.report(four_items()).at(), "review");
        // And typing what is printed while the card of the one before is still being read.
        stage.tap(KioskInput::Cancel).up_to_code();
        stage.tap(KioskInput::Key { digit: 1 }).report(late());
        let Screen::SecurityCode { entered: 0, .. } = stage.screen() else {
            panic!("{}", stage.at())
        };
    }
}

#[test]
fn two_who_left_at_once_are_both_forgotten_before_the_third_is_answered() {
    let mut stage = Stage::new();
    stage.card_is_slow = true;
    for _ in 0..2 {
        stage.put().tap(KioskInput::Cancel);
    }
    stage.put();
    stage.forgotten();
    stage.report(looked(Document::DriversLicence, Some(3)));
    assert_eq!(stage.at(), "looking", "one has not been forgotten yet");
    stage.forgotten();
    stage.report(looked(Document::MyNumber, Some(3)));
    assert!(matches!(
        stage.screen(),
        Screen::Pin {
            document: wire::command::Document::MyNumber,
            ..
        }
    ));
    // The reader is seen by everybody, whoever was asked for.
    stage.tap(KioskInput::Cancel).put().report(licence_items());
    assert_eq!(stage.at(), "looking");
    stage.reader(ReaderState::Empty);
    assert_eq!(stage.at(), "card_trouble pulled");
}

#[test]
fn a_number_that_was_typed_waits_half_a_minute_for_its_card() {
    let mut stage = Stage::new();
    stage.up_to_code().type_digits().tap(KioskInput::Enter);
    assert_eq!(stage.wait(29).at(), "place_card");
    let seen = stage.requests().len();
    let deadline = stage.session.next_deadline(stage.now);
    assert_eq!(deadline, Some(stage.now + chrono::TimeDelta::seconds(1)));
    assert_eq!(stage.wait(1).at(), "card_trouble not_placed");
    assert_eq!(stage.requests_after(seen), ["forget"]);
    // Whatever is laid down now, by whomever: nothing is presented to it.
    stage.reader(ReaderState::Card);
    stage.report(looked(Document::MyNumber, Some(10)));
    assert_eq!(stage.at(), "card_trouble not_placed");
    assert_eq!(stage.enters(), 0);
    // The dates are the visitor's still; the code is typed again.
    stage.reader(ReaderState::Empty).tap(KioskInput::Retry);
    assert_eq!(stage.at(), "security_code");
    stage.type_digits().tap(KioskInput::Enter);
    assert_eq!(stage.wait(10).at(), "place_card");
    stage
        .reader(ReaderState::Card)
        .report(looked(Document::MyNumber, Some(10)));
    assert_eq!((stage.at().as_str(), stage.enters()), ("reading", 1));
    assert_eq!(stage.wait(31).at(), "reading", "it is being read");
}

#[test]
fn the_number_of_a_residence_card_waits_no_longer_either() {
    let mut stage = Stage::new();
    stage
        .put()
        .report(looked(Document::ResidenceCard, None))
        .reader(ReaderState::Empty)
        .tap(card_number("AA12345678BB"));
    assert_eq!(stage.at(), "place_card");
    assert_eq!(stage.wait(30).at(), "card_trouble not_placed");
    stage.tap(KioskInput::Retry);
    assert_eq!(stage.at(), "card_number");
    stage
        .reader(ReaderState::Card)
        .tap(card_number("AA12345678BB"))
        .report(looked(Document::ResidenceCard, None))
        .report(residence_items(None));
    assert_eq!(stage.at(), "review");
}

#[test]
fn a_card_that_is_only_waited_for_may_take_its_time() {
    let mut stage = Stage::new();
    stage.up_to_means().tap(USE_CARD);
    assert_eq!(stage.wait(40).at(), "place_card");
    let mut stage = Stage::new();
    stage.up_to_code().tap(KioskInput::MoreTime);
    stage.type_digits().tap(KioskInput::Enter);
    assert_eq!(stage.wait(40).at(), "place_card", "more time was asked for");
    assert_eq!(stage.wait(80).at(), "card_trouble not_placed");
}
