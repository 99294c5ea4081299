use chrono::TimeDelta;
use slip::printer::Report;
use wire::kiosk::KioskInput;

use super::stage::{ADDRESS, NAME, Stage};

#[test]
fn silence_is_warned_of_and_then_wiped() {
    let mut stage = Stage::new();
    stage.up_to_confirm().wait(59);
    assert_eq!(stage.view().wipe_at, None);
    stage.wait(1);
    let wipe_at = (stage.now + TimeDelta::seconds(30)).timestamp_millis();
    assert_eq!(stage.view().wipe_at, Some(wipe_at));
    stage.wait(29);
    assert_eq!(stage.at(), "confirm");
    stage.wait(1);
    assert_eq!(stage.at(), "idle");
    assert_eq!(stage.requests().last(), Some(&"forget"));
    assert!(!stage.visible().contains(NAME) && !stage.visible().contains(ADDRESS));
}

#[test]
fn deadlines_are_when_the_warning_shows_and_when_the_wipe_comes() {
    let mut stage = Stage::new();
    assert_eq!(
        stage.session.next_deadline(stage.now),
        None,
        "nobody stands there"
    );
    stage.up_to_means();
    let start = stage.now;
    let in_seconds = |seconds| Some(start + TimeDelta::seconds(seconds));
    assert_eq!(stage.session.next_deadline(stage.now), in_seconds(60));
    stage.wait(60);
    assert_eq!(stage.session.next_deadline(stage.now), in_seconds(90));
}

#[test]
fn any_touch_goes_on() {
    let mut stage = Stage::new();
    stage.up_to_confirm().wait(70).tap(KioskInput::Here);
    assert_eq!(stage.view().wipe_at, None);
    stage.wait(89);
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn more_time_is_four_times_the_time_for_the_rest_of_the_visit() {
    let mut stage = Stage::new();
    stage.up_to_means().tap(KioskInput::MoreTime).wait(239);
    assert_eq!(stage.view().wipe_at, None);
    stage.wait(1);
    assert!(stage.view().wipe_at.is_some());
    stage.tap(KioskInput::TypeByHand).wait(359);
    assert_eq!(stage.at(), "question name");
    stage.wait(1);
    assert_eq!(stage.at(), "idle");
    stage.up_to_means().wait(90);
    assert_eq!(stage.at(), "idle", "the next visitor has the usual time");
}

#[test]
fn whoever_waits_for_staff_has_four_times_the_time_too() {
    let mut stage = Stage::new();
    stage.up_to_confirm().tap(KioskInput::CallStaff).wait(359);
    assert_eq!(stage.at(), "staff_called");
    stage.wait(1);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn the_number_stays_for_its_time_and_longer_without_paper() {
    for (printed, seconds) in [(true, 30), (false, 90)] {
        let mut stage = Stage::new();
        let job = stage.up_to_printing().printed().0;
        stage
            .reader(card::session::ReaderState::Empty)
            .printer(if printed {
                Report::Printed(job)
            } else {
                Report::Unknown(job)
            });
        stage.wait(seconds - 1);
        assert_eq!((stage.at().as_str(), stage.view().wipe_at), ("done", None));
        stage.wait(1);
        assert_eq!(stage.at(), "idle");
    }
}

#[test]
fn a_forgotten_card_is_reminded_of_for_longer() {
    let mut stage = Stage::new();
    let job = stage.up_to_printing().printed().0;
    stage.printer(Report::Printed(job)).wait(89);
    assert_eq!(stage.at(), "done");
    stage.wait(1);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn a_language_chosen_on_the_idle_screen_is_forgotten_with_its_visitor() {
    let mut stage = Stage::new();
    let tag = "en".to_owned();
    stage.tap(KioskInput::Language { tag }).wait(59);
    assert_eq!(stage.view().language, "en");
    stage.wait(1);
    assert_eq!(stage.view().language, "ja");
    assert_eq!(stage.session.next_deadline(stage.now), None);
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_a_visitor_for_hours() {
    let mut stage = Stage::new();
    stage.up_to_confirm();
    stage.now -= TimeDelta::hours(10);
    stage.wait(0).wait(90);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn cancel_wipes_everywhere_but_while_a_ticket_is_made() {
    let mut stage = Stage::new();
    stage.up_to_confirm().tap(KioskInput::Cancel);
    assert_eq!(stage.at(), "idle");
    let mut stage = Stage::new();
    stage.confirm().tap(KioskInput::Cancel);
    assert_eq!(stage.at(), "issuing");
}
