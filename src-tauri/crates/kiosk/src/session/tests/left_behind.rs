//! A card, a PIN or a number of somebody who has gone is never used for whoever stands here now.

use card::{Document, session::ReaderState};
use wire::kiosk::{KioskInput, ReaderView};

use super::stage::{Stage, USE_CARD, looked};

#[test]
fn a_card_that_the_visitor_before_left_is_not_looked_at_until_it_was_lifted() {
    let by_pin = |stage: &mut Stage| {
        stage.up_to_means().tap(USE_CARD);
    };
    let by_number = |stage: &mut Stage| {
        stage.up_to_code().type_digits().tap(KioskInput::Enter);
    };
    let ways: [&dyn Fn(&mut Stage); 2] = [&by_pin, &by_number];
    for way in ways {
        let mut stage = Stage::new();
        stage.up_to_keypad().tap(KioskInput::Cancel);
        let seen = stage.requests().len();
        way(&mut stage);
        assert_eq!(stage.at(), "place_card");
        // A card process that is started anew sees the same card.
        stage.reader(ReaderState::Absent).reader(ReaderState::Card);
        stage.tap(KioskInput::Retry);
        let asked = stage.requests_after(seen);
        assert!(!asked.iter().any(|it| it.starts_with("look")), "{asked:?}");
        assert_eq!(stage.enters(), 0);
    }
}

#[test]
fn once_it_was_lifted_the_next_card_is_looked_at_at_once() {
    let mut stage = Stage::new();
    stage.up_to_keypad().tap(KioskInput::Cancel);
    stage.up_to_means().tap(USE_CARD);
    stage.reader(ReaderState::Empty).reader(ReaderState::Card);
    assert_eq!(stage.at(), "looking");
}

#[test]
fn whoever_calls_staff_leaves_no_number_and_no_digits_behind() {
    let mut stage = Stage::new();
    stage.up_to_code().type_digits().tap(KioskInput::Enter);
    assert_eq!(stage.at(), "place_card");
    let seen = stage.requests().len();
    stage.tap(KioskInput::CallStaff);
    assert_eq!(stage.requests_after(seen), ["forget"]);
    // Somebody else's card, under the staff screen and after it: nothing is presented to it.
    stage.reader(ReaderState::Card).tap(KioskInput::Back);
    assert_eq!(stage.at(), "security_code");
    assert_eq!(stage.enters(), 0);
    assert_eq!(stage.requests_after(seen), ["forget"]);
}

#[test]
fn after_the_staff_screen_a_card_that_lies_there_is_asked_anew() {
    let mut stage = Stage::new();
    stage.up_to_keypad().type_digits();
    let seen = stage.requests().len();
    stage.tap(KioskInput::CallStaff).tap(KioskInput::Back);
    assert_eq!(stage.requests_after(seen), ["forget", "look"]);
    stage.report(looked(Document::MyNumber, Some(3)));
    assert_eq!(stage.at(), "pin");
    assert_eq!(stage.enters(), 0);
}

#[test]
fn the_page_knows_whether_stopping_loses_anything() {
    let mut stage = Stage::new();
    stage.up_to_means();
    assert!(!stage.view().holds_answers, "nothing was answered");
    stage
        .tap(KioskInput::TypeByHand)
        .answer("name", "福山 花子");
    assert!(stage.view().holds_answers);
    stage.tap(KioskInput::Cancel);
    assert!(!stage.view().holds_answers, "nothing is there any more");
}

#[test]
fn a_card_left_on_a_reader_that_was_away_when_its_visitor_went_is_not_looked_at_either() {
    let mut stage = Stage::new();
    stage.up_to_keypad().reader(ReaderState::Absent);
    stage.tap(KioskInput::Cancel).reader(ReaderState::Card);
    let seen = stage.requests().len();
    stage.up_to_means().tap(USE_CARD);
    assert_eq!(stage.at(), "place_card");
    assert_eq!(stage.view().reader, ReaderView::Card, "it is to be lifted");
    assert!(stage.requests_after(seen).is_empty());
}

#[test]
fn a_reader_that_goes_and_comes_back_with_the_forgotten_card_is_told_both_times() {
    let mut stage = Stage::new();
    stage.up_to_keypad().tap(KioskInput::Cancel);
    stage
        .up_to_means()
        .tap(USE_CARD)
        .reader(ReaderState::Absent);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.reader(ReaderState::Card);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Empty).reader(ReaderState::Card);
    assert_eq!(stage.at(), "looking");
}
