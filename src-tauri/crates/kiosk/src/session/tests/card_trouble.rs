//! What goes wrong at the reader: each has its screen, its words and its ways on.

use card::{
    Document,
    session::{Kind, ReaderState, Report, Trouble},
};
use wire::kiosk::{CardWay, ClerkCall, KioskInput, Screen};

use super::{
    super::Event,
    card::other_way,
    stage::{BY_NUMBER, Stage, USE_CARD, four_items, looked, snapshot},
};

const LOCKED: Trouble = Trouble::Locked {
    document: Document::MyNumber,
};
const FEW_TRIES: Trouble = Trouble::FewTriesLeft {
    document: Document::MyNumber,
    left: 1,
};

const TROUBLES: [(Trouble, &str); 17] = [
    (Trouble::NoReader, "no_reader"),
    (Trouble::Pulled, "pulled"),
    (Trouble::Silent, "silent"),
    (Trouble::AnotherCard(Kind::Unknown), "another_card"),
    (Trouble::AnotherCard(Kind::CreditCard), "credit_card"),
    (Trouble::AnotherCard(Kind::TransitCard), "transit_card"),
    (
        Trouble::AnotherCard(Kind::MyNumberLicence),
        "my_number_licence",
    ),
    (
        Trouble::AnotherCard(Kind::SpecialResidence),
        "special_residence",
    ),
    (
        Trouble::AnotherCard(Kind::ResidentRegister),
        "resident_register",
    ),
    (Trouble::AnotherCard(Kind::SmartphoneJpki), "smartphone"),
    (Trouble::NewerCard, "newer_card"),
    (FEW_TRIES, "few_tries_left"),
    (LOCKED, "locked"),
    (
        Trouble::Expired {
            document: Document::MyNumber,
        },
        "expired",
    ),
    (
        Trouble::Expired {
            document: Document::DriversLicence,
        },
        "expired_licence",
    ),
    (Trouble::Busy, "busy"),
    (Trouble::Unreadable, "unreadable"),
];

#[test]
fn a_locked_number_offers_the_pin_unless_that_is_locked_too() {
    let mut stage = Stage::new();
    stage.put_with_number_b().report(Report::Trouble(LOCKED));
    assert_eq!(stage.at(), "card_trouble locked_number_b");
    assert_eq!(other_way(&stage), Some(CardWay::Pin));
    stage.tap(USE_CARD).report(Report::Trouble(FEW_TRIES));
    assert_eq!(stage.at(), "card_trouble few_tries_left");
    assert_eq!(other_way(&stage), None);
    assert_eq!(stage.tap(KioskInput::TypeByHand).at(), "question name");
}

#[test]
fn a_locked_licence_says_so_and_offers_no_number_of_another_card() {
    for (tries_left, screen) in [
        (0, "card_trouble locked_licence"),
        (1, "card_trouble few_tries_left_licence"),
    ] {
        let mut stage = Stage::new();
        stage
            .put()
            .report(looked(Document::DriversLicence, Some(2)))
            .type_pin()
            .report(Report::Wrong {
                tries_left: Some(tries_left),
            });
        assert_eq!(stage.at(), screen);
        assert_eq!(other_way(&stage), None);
    }
}

#[test]
fn a_licence_that_is_locked_already_is_sent_to_the_police_and_not_to_the_town_hall() {
    let document = Document::DriversLicence;
    for (trouble, screen) in [
        (Trouble::Locked { document }, "card_trouble locked_licence"),
        (
            Trouble::FewTriesLeft { document, left: 1 },
            "card_trouble few_tries_left_licence",
        ),
    ] {
        // When it is looked at, and when it was entered.
        let looking: fn(&mut Stage) = |stage| {
            stage.put();
        };
        let entered: fn(&mut Stage) = |stage| {
            stage
                .put()
                .report(looked(Document::DriversLicence, Some(2)));
            stage.type_pin();
        };
        for up_to in [looking, entered] {
            let mut stage = Stage::new();
            up_to(&mut stage);
            stage.report(Report::Trouble(trouble));
            assert_eq!(stage.at(), screen);
            assert_eq!(other_way(&stage), None);
            // Another card may still be opened either way.
            stage.reader(ReaderState::Empty).reader(ReaderState::Card);
            stage.report(Report::Trouble(LOCKED));
            assert_eq!(stage.at(), "card_trouble locked");
            assert_eq!(other_way(&stage), Some(CardWay::NumberB));
        }
    }
}

fn clerk(stage: &Stage) -> Option<ClerkCall> {
    match stage.screen() {
        Screen::CardTrouble { clerk, .. } => clerk,
        _ => panic!("{}", stage.at()),
    }
}

/// The ways in which a card is found to have few tries left: when it is put down, and by a wrong entry.
const TO_FEW_TRIES: [fn(&mut Stage); 4] = [
    |stage| {
        stage.put().report(Report::Trouble(FEW_TRIES));
    },
    |stage| {
        stage.up_to_keypad().type_pin().report(Report::Wrong {
            tries_left: Some(1),
        });
    },
    |stage| {
        stage
            .put()
            .report(looked(Document::DriversLicence, Some(2)))
            .type_pin()
            .report(Report::Wrong {
                tries_left: Some(1),
            });
    },
    |stage| {
        stage
            .put_with_number_b()
            .report(looked(Document::MyNumber, Some(2)))
            .report(Report::Wrong {
                tries_left: Some(1),
            });
    },
];

#[test]
fn a_clerk_is_called_once_to_a_card_with_its_last_try_and_the_screen_says_so() {
    for go in TO_FEW_TRIES {
        let mut stage = Stage::new();
        go(&mut stage);
        let at = stage.at();
        assert!(at.starts_with("card_trouble few_tries_left"), "{at}");
        assert_eq!(stage.staff_calls(), 1, "{at}");
        assert_eq!(clerk(&stage), Some(ClerkCall::Coming));
        stage.event(Event::StaffCalled { delivered: true });
        assert!(stage.view().staff_called);
        assert_eq!(stage.at(), at, "no other screen lies over it");
        // The same visitor puts it down again: they are coming already.
        stage
            .tap(KioskInput::Retry)
            .report(Report::Trouble(FEW_TRIES));
        stage.tap(KioskInput::CallStaff).tap(KioskInput::Back);
        assert_eq!(stage.staff_calls(), 1, "{at}");
        // Whoever waits for a clerk is not sent away, and somebody came.
        stage.event(Event::Live(Box::new(snapshot(&[], true))));
        stage.event(Event::Live(Box::new(snapshot(&[], false))));
        assert!(!stage.view().staff_called);
        // The next visitor's card is another matter.
        stage.tap(KioskInput::Cancel).reader(ReaderState::Empty);
        stage.event(Event::Card(Report::Forgotten));
        go(&mut stage);
        assert_eq!(stage.staff_calls(), 2, "{at}");
    }
}

#[test]
fn whoever_waits_for_the_clerk_is_given_time() {
    let mut stage = Stage::new();
    stage.put().report(Report::Trouble(FEW_TRIES));
    stage.event(Event::StaffCalled { delivered: true });
    stage.wait(300);
    assert_eq!(stage.at(), "card_trouble few_tries_left");
    stage.wait(300);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn a_call_that_did_not_get_through_is_told_and_tried_again_with_the_next_look() {
    let mut stage = Stage::new();
    stage.put().report(Report::Trouble(FEW_TRIES));
    stage.event(Event::StaffCalled { delivered: false });
    assert_eq!(stage.at(), "card_trouble few_tries_left");
    assert_eq!(clerk(&stage), Some(ClerkCall::Failed));
    assert!(!stage.view().staff_called);
    stage
        .tap(KioskInput::Retry)
        .report(Report::Trouble(FEW_TRIES));
    assert_eq!(
        (stage.staff_calls(), clerk(&stage)),
        (2, Some(ClerkCall::Coming))
    );
    // The button gets through where the kiosk's own call did not.
    stage.event(Event::StaffCalled { delivered: false });
    stage.tap(KioskInput::CallStaff);
    stage.event(Event::StaffCalled { delivered: true });
    stage.tap(KioskInput::Back);
    assert_eq!(clerk(&stage), Some(ClerkCall::Coming));
}

#[test]
fn only_few_tries_call_a_clerk_by_themselves() {
    for (trouble, screen) in TROUBLES {
        let mut stage = Stage::new();
        stage
            .up_to_keypad()
            .type_pin()
            .report(Report::Trouble(trouble));
        let is_few = trouble == FEW_TRIES;
        assert_eq!(stage.staff_calls(), usize::from(is_few), "{screen}");
        assert_eq!(clerk(&stage).is_some(), is_few, "{screen}");
    }
    // Nor does such a call show on the screen of another trouble.
    let mut stage = Stage::new();
    stage.put().report(Report::Trouble(FEW_TRIES));
    stage
        .tap(KioskInput::Retry)
        .report(Report::Trouble(Trouble::Busy));
    assert_eq!(clerk(&stage), None);
}

#[test]
fn every_trouble_has_its_screen_and_three_ways_on() {
    for (trouble, screen) in TROUBLES {
        let screen = format!("card_trouble {screen}");
        let in_trouble = || {
            let mut stage = Stage::new();
            stage
                .up_to_keypad()
                .type_pin()
                .report(Report::Trouble(trouble));
            assert_eq!(stage.at(), screen);
            assert_eq!(stage.requests().last(), Some(&"forget"));
            assert!(stage.view().can_go_back);
            stage
        };
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::TypeByHand).at(), "question name");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::Retry).at(), "looking");
        assert_eq!(stage.enters(), 1, "another look presents nothing");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::Back).at(), "means");
        let mut stage = in_trouble();
        assert_eq!(stage.tap(KioskInput::CallStaff).at(), "staff_called");
        assert_eq!(stage.tap(KioskInput::Back).at(), screen);
    }
}

#[test]
fn after_any_trouble_the_number_on_the_card_is_confirmed_anew() {
    for (trouble, _) in TROUBLES {
        for looked_first in [false, true] {
            let mut stage = Stage::new();
            stage.put_with_number_b();
            if looked_first {
                stage.report(looked(Document::MyNumber, Some(9)));
            }
            let enters = stage.enters();
            stage
                .report(Report::Trouble(trouble))
                .tap(KioskInput::Retry);
            assert_eq!(stage.at(), "security_code", "the code is typed again");
            stage
                .tap(KioskInput::Enter)
                .report(looked(Document::MyNumber, Some(9)));
            assert_eq!(stage.enters(), enters);
        }
    }
}

#[test]
fn digits_that_the_card_process_lost_are_typed_again_and_nothing_hangs() {
    for (way, screen) in [(USE_CARD, "pin"), (BY_NUMBER, "security_code")] {
        let mut stage = Stage::new();
        if way == USE_CARD {
            stage.up_to_keypad().type_pin();
        } else {
            stage
                .put_with_number_b()
                .report(looked(Document::MyNumber, Some(9)));
        }
        assert_eq!(stage.report(Report::Incomplete(0)).at(), screen);
        stage.type_digits().tap(KioskInput::Enter);
        assert_ne!(stage.at(), screen, "it can be confirmed again");
    }
}

#[test]
fn the_answer_to_a_key_that_comes_late_is_not_taken_for_missing_digits() {
    for (way, length) in [(USE_CARD, 3), (BY_NUMBER, 3), (USE_CARD, 4), (BY_NUMBER, 0)] {
        let mut stage = Stage::new();
        if way == USE_CARD {
            stage.up_to_keypad().type_pin();
        } else {
            stage
                .put_with_number_b()
                .report(looked(Document::MyNumber, Some(9)));
        }
        // What was sent to the card is on its way all the same.
        assert_eq!(stage.report(Report::Length(length)).at(), "reading");
        assert_eq!(stage.report(four_items()).at(), "review");
    }
}

#[test]
fn a_card_that_was_not_there_is_waited_for() {
    let mut stage = Stage::new();
    stage
        .reader(ReaderState::Card)
        .up_to_means()
        .tap(USE_CARD)
        .report(Report::Trouble(Trouble::NoCard));
    assert_eq!(stage.at(), "place_card");
    let mut stage = Stage::new();
    stage
        .put_with_number_b()
        .report(Report::Trouble(Trouble::NoCard))
        .reader(ReaderState::Card)
        .report(looked(Document::MyNumber, Some(9)));
    assert_eq!(stage.at(), "reading", "what was confirmed is still good");
    assert_eq!(stage.enters(), 1);
}

#[test]
fn a_card_pulled_at_any_moment_is_told_and_may_be_put_back() {
    let to: [fn(&mut Stage) -> &mut Stage; 3] = [
        |stage| stage.put(),
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
fn the_right_card_in_place_of_another_is_looked_at_without_a_touch() {
    for (trouble, screen) in [
        (Trouble::AnotherCard(Kind::TransitCard), "looking"),
        (Trouble::NewerCard, "looking"),
        (LOCKED, "looking"),
        (Trouble::Silent, "card_trouble silent"),
        (Trouble::Busy, "card_trouble busy"),
    ] {
        let mut stage = Stage::new();
        stage
            .put()
            .report(Report::Trouble(trouble))
            .reader(ReaderState::Card);
        assert_ne!(stage.at(), "looking", "it still lies there");
        stage.reader(ReaderState::Empty).reader(ReaderState::Card);
        assert_eq!(stage.at(), screen);
    }
}

#[test]
fn without_a_reader_there_is_a_way_on_and_a_reader_that_comes_back_is_used() {
    let mut stage = Stage::new();
    stage
        .reader(ReaderState::Absent)
        .up_to_means()
        .tap(USE_CARD);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.reader(ReaderState::Empty);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Absent);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.tap(BY_NUMBER);
    assert_eq!(stage.at(), "card_trouble no_reader");
    stage.reader(ReaderState::Card);
    assert_eq!(stage.at(), "printed_birth");
    stage.tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question name");
}
