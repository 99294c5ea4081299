use card::session::{ReaderState, Report, Trouble};
use wire::kiosk::{KioskInput, Screen};

use super::stage::{ADDRESS, NAME, Stage, four_items};

#[test]
fn a_card_fills_in_the_four_items() {
    let mut stage = Stage::new();
    stage.up_to_means();
    assert_eq!(stage.at(), "means");
    stage.tap(KioskInput::UseCard);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Card);
    assert_eq!(stage.at(), "looking");
    stage.report(Report::Looked { tries_left: 3 });
    assert_eq!(stage.at(), "pin");
    stage.type_pin();
    assert_eq!(stage.at(), "reading");
    stage.report(four_items());
    let Screen::Review { rows } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
    assert_eq!(values, [NAME, ADDRESS, "昭和55年2月17日", "female"]);
    assert!(rows.iter().all(|row| row.from_card));
    assert_eq!(
        stage.requests(),
        ["look", "key", "key", "key", "key", "enter"]
    );
}

#[test]
fn a_card_that_lies_there_already_is_looked_at_at_once() {
    let mut stage = Stage::new();
    stage
        .reader(ReaderState::Card)
        .up_to_means()
        .tap(KioskInput::UseCard);
    assert_eq!(stage.at(), "looking");
}

#[test]
fn the_page_knows_only_how_many_digits_there_are() {
    let mut stage = Stage::new();
    stage.up_to_keypad();
    stage
        .tap(KioskInput::PinKey { digit: 7 })
        .report(Report::PinLength(1))
        .tap(KioskInput::PinKey { digit: 12 });
    let Screen::Pin {
        entered,
        length,
        tries_left,
        wrong,
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((entered, length, tries_left, wrong), (1, 4, 3, false));
    assert_eq!(
        stage.requests(),
        ["look", "key"],
        "a digit that is none is not passed on"
    );
    stage.tap(KioskInput::PinErase).report(Report::PinLength(0));
    assert_eq!(stage.requests(), ["look", "key", "erase"]);
}

#[test]
fn one_press_is_one_verify() {
    let mut stage = Stage::new();
    stage.up_to_keypad().tap(KioskInput::PinEnter);
    assert_eq!(
        stage.requests(),
        ["look"],
        "an incomplete PIN is not verified"
    );
    stage
        .type_pin()
        .tap(KioskInput::PinEnter)
        .tap(KioskInput::PinEnter);
    let enters = stage.requests().iter().filter(|it| **it == "enter").count();
    assert_eq!(enters, 1);
}

#[test]
fn a_wrong_pin_shows_the_tries_that_are_left() {
    let mut stage = Stage::new();
    stage
        .up_to_keypad()
        .type_pin()
        .report(Report::WrongPin { tries_left: 2 });
    let Screen::Pin {
        entered,
        tries_left,
        wrong,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((entered, tries_left, wrong), (0, 2, true));
    stage.tap(KioskInput::PinKey { digit: 1 });
    assert!(matches!(stage.screen(), Screen::Pin { wrong: false, .. }));
}

#[test]
fn the_last_tries_are_left_to_a_clerk() {
    for (tries_left, screen) in [
        (1, "card_trouble few_tries_left"),
        (0, "card_trouble locked"),
    ] {
        let mut stage = Stage::new();
        stage
            .up_to_keypad()
            .type_pin()
            .report(Report::WrongPin { tries_left });
        assert_eq!(stage.at(), screen);
        stage
            .tap(KioskInput::PinEnter)
            .tap(KioskInput::PinKey { digit: 1 });
        assert_eq!(stage.at(), screen);
        let enters = stage.requests().iter().filter(|it| **it == "enter").count();
        assert_eq!(enters, 1);
    }
}

#[test]
fn every_trouble_has_its_screen_and_three_ways_on() {
    for (trouble, screen) in [
        (Trouble::NoReader, "card_trouble no_reader"),
        (Trouble::Pulled, "card_trouble pulled"),
        (Trouble::Silent, "card_trouble silent"),
        (Trouble::AnotherCard, "card_trouble another_card"),
        (Trouble::NewerCard, "card_trouble newer_card"),
        (
            Trouble::FewTriesLeft { left: 1 },
            "card_trouble few_tries_left",
        ),
        (Trouble::Locked, "card_trouble locked"),
        (Trouble::Busy, "card_trouble busy"),
        (Trouble::Unreadable, "card_trouble unreadable"),
    ] {
        let in_trouble = || {
            let mut stage = Stage::new();
            stage
                .up_to_keypad()
                .type_pin()
                .report(Report::Trouble(trouble));
            assert_eq!(stage.at(), screen);
            assert!(stage.view().can_go_back);
            stage
        };
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::TypeByHand).at(), "question name");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::Retry).at(), "looking");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::Back).at(), "means");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::CallStaff).at(), "staff_called");
        assert_eq!(stage.tap(KioskInput::Back).at(), screen);
    }
}

#[test]
fn a_card_that_was_not_there_is_waited_for() {
    let mut stage = Stage::new();
    stage
        .reader(ReaderState::Card)
        .up_to_means()
        .tap(KioskInput::UseCard)
        .report(Report::Trouble(Trouble::NoCard));
    assert_eq!(stage.at(), "place_card");
}

#[test]
fn a_card_pulled_at_any_moment_is_told_and_may_be_put_back() {
    let to: [fn(&mut Stage) -> &mut Stage; 3] = [
        |stage| {
            stage
                .up_to_means()
                .tap(KioskInput::UseCard)
                .reader(ReaderState::Card)
        },
        |stage| stage.up_to_keypad(),
        |stage| stage.up_to_keypad().type_pin(),
    ];
    for go in to {
        let mut stage = Stage::new();
        go(&mut stage).reader(ReaderState::Empty);
        assert_eq!(stage.at(), "card_trouble pulled");
        assert_eq!(stage.requests().last(), Some(&"forget"));
        stage.reader(ReaderState::Card);
        assert_eq!(stage.at(), "looking");
    }
}

#[test]
fn without_a_reader_there_is_a_way_on_and_a_reader_that_comes_back_is_used() {
    let mut stage = Stage::new();
    stage
        .reader(ReaderState::Absent)
        .up_to_means()
        .tap(KioskInput::UseCard);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.reader(ReaderState::Empty);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Absent);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question name");
}

#[test]
fn a_reading_that_comes_after_the_visitor_left_is_dropped() {
    let mut stage = Stage::new();
    stage
        .up_to_keypad()
        .type_pin()
        .tap(KioskInput::Cancel)
        .report(four_items());
    assert_eq!(stage.at(), "idle");
    assert!(!stage.visible().contains(NAME));
    stage.up_to_means().report(four_items());
    assert_eq!(stage.at(), "means");
}

#[test]
fn leaving_the_keypad_makes_the_card_process_forget() {
    for leave in [KioskInput::Back, KioskInput::TypeByHand, KioskInput::Cancel] {
        let mut stage = Stage::new();
        stage
            .up_to_keypad()
            .tap(KioskInput::PinKey { digit: 1 })
            .tap(leave);
        assert_eq!(stage.requests(), ["look", "key", "forget"]);
    }
}
