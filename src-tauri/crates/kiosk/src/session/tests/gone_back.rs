//! Back on the idle screen: what was answered waits for whoever answered it, and for nobody else.

use wire::kiosk::{KioskInput, Screen};

use super::stage::{ADDRESS, NAME, Stage};

/// Somebody has filled in a certificate with a card and gone back to the idle screen.
fn gone_back() -> Stage {
    let mut stage = Stage::with_errands();
    stage.up_to_confirm();
    for _ in 0..7 {
        stage.tap(KioskInput::Back);
    }
    assert_eq!(stage.at(), "idle");
    stage
}

#[test]
fn whoever_touches_the_idle_screen_next_is_asked_before_anything_is_shown() {
    for touch in [
        KioskInput::Entry {
            id: "papers".to_owned(),
        },
        KioskInput::Entry {
            id: "moved".to_owned(),
        },
        KioskInput::Search,
    ] {
        let mut stage = gone_back();
        stage.wait(20).tap(touch);
        assert_eq!(stage.at(), "resume");
        assert!(!stage.visible().contains(NAME) && !stage.visible().contains(ADDRESS));
        stage.tap(KioskInput::Back);
        assert_eq!(stage.at(), "idle");
    }
}

#[test]
fn somebody_else_begins_anew_and_finds_nothing() {
    let mut stage = gone_back();
    stage
        .entry("papers")
        .tap(KioskInput::StartOver)
        .procedure("residence");
    assert_eq!(stage.at(), "means");
    assert_eq!(stage.requests().last(), Some(&"forget"));
    stage.tap(KioskInput::TypeByHand);
    let Screen::Question { field, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((field.id.as_str(), field.value.as_str()), ("name", ""));
}

#[test]
fn somebody_who_went_back_by_mistake_goes_on_with_every_answer() {
    let mut stage = gone_back();
    stage.wait(20).entry("papers").tap(KioskInput::Accept);
    assert_eq!(stage.at(), "procedures");
    stage.procedure("residence").tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "confirm");
    assert!(stage.visible().contains(NAME));
}

#[test]
fn the_answers_behind_an_idle_screen_wait_half_a_minute() {
    let mut stage = gone_back();
    stage.wait(29).entry("papers");
    assert_eq!(stage.at(), "resume");
    stage.tap(KioskInput::Back).wait(30).entry("papers");
    assert_eq!(stage.at(), "procedures", "nothing is left to ask about");
}

#[test]
fn the_choice_of_english_outlives_beginning_anew() {
    let mut stage = gone_back();
    let tag = "en".to_owned();
    stage
        .tap(KioskInput::Language { tag })
        .entry("papers")
        .tap(KioskInput::StartOver);
    assert_eq!(stage.view().language, "en");
}

#[test]
fn whoever_answered_nothing_is_asked_nothing_and_staff_come_at_once() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_means()
        .tap(KioskInput::Back)
        .tap(KioskInput::Back);
    stage.entry("papers");
    assert_eq!(stage.at(), "procedures");
    let mut stage = gone_back();
    stage.entry("unsure");
    assert_eq!(stage.at(), "staff_called");
}
