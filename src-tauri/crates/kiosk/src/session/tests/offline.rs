//! The hub is away: numbers at hand, and nothing that frightens.

use wire::{
    Code,
    kiosk::{ClosedView, EntryView, KioskInput, Screen},
    office::{Live, Opening, SlipState},
};

use super::stage::{NAME, Stage, here, issued, ja, service_now, stocks};
use crate::{
    reserve::{NoNumber, Stocks},
    session::{Effect, Event, Outcome},
};

fn entry(id: &str) -> KioskInput {
    KioskInput::Entry { id: id.to_owned() }
}

fn tile(stage: &Stage, id: &str) -> EntryView {
    let Screen::Idle { entries, .. } = stage.screen() else {
        panic!("{}", stage.at())
    };
    entries.into_iter().find(|it| it.id == id).unwrap()
}

/// `ahead`, whether there is a wait, whether there is a QR.
fn known(stage: &Stage) -> (Option<u32>, bool, bool) {
    match stage.screen() {
        Screen::Done {
            ahead, wait, qr, ..
        } => (ahead, wait.is_some(), qr.is_some()),
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn a_hub_that_is_away_is_not_asked_and_the_slip_says_nothing_of_it() {
    let mut stage = Stage::new();
    stage.away().tap(entry("moving"));
    assert_eq!(stage.at(), "issuing");
    assert!(stage.attempts().is_empty(), "it is known to be away");
    let wishes = stage.wishes();
    assert_eq!((wishes.len(), wishes[0].2), (1, None), "nothing to replace");
    assert!(
        !stage
            .done
            .iter()
            .any(|it| matches!(it, Effect::Print { .. })),
        "not before it is on the disk"
    );

    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "printing");
    let (job, slip) = stage.printed();
    assert_eq!(slip.number, "A-981");
    assert_eq!(slip.service.ja, "引っ越し");
    assert_eq!(slip.area.as_ref().unwrap().value.ja, "1階 待合");
    assert_eq!((&slip.ahead, &slip.wait, &slip.code), (&None, &None, &None));
    stage.printer(slip::printer::Report::Failed(
        job,
        slip::printer::Failure::Busy,
    ));
    assert_eq!(known(&stage), (None, false, false));
    let id = uuid::Uuid::from_u128(7).to_string();
    assert_eq!(stage.slip_reports(), [(id.as_str(), SlipState::Failed)]);
}

#[test]
fn an_answer_that_does_not_come_is_replaced_by_a_number_at_hand() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).confirm();
    assert_eq!(stage.at(), "issuing");
    stage.hub_answers(Outcome::Away);
    assert_eq!(stage.at(), "issuing");
    let (key, body, replaces) = stage.wishes().pop().unwrap();
    assert_eq!(
        Some(key),
        replaces,
        "it may have been issued under this key"
    );
    assert_eq!(stage.attempts()[0].0, key);
    assert!(body.get().case.is_some(), "the application goes with it");
    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "printing");
    assert!(!stage.visible().contains(NAME));
    // The answer comes after all: nobody may have that number on paper, and it is not reported as failed.
    stage.event(Event::Issued {
        key,
        outcome: Outcome::Done(issued()),
    });
    assert_eq!(stage.at(), "printing");
    assert_eq!(stage.printed().1.number, "A-981");
    assert!(stage.slip_reports().is_empty());
}

#[test]
fn a_hub_that_says_nothing_at_all_is_waited_for_two_and_a_half_seconds() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).confirm().wait(2);
    assert!(stage.wishes().is_empty());
    stage.wait(1);
    assert_eq!((stage.at().as_str(), stage.wishes().len()), ("issuing", 1));
    stage.wait(1);
    assert_eq!(stage.at(), "issuing", "the disk is waited for");
    stage.wait(1);
    assert_eq!(stage.at(), "trouble hub_away");
    assert_eq!(stage.wishes().len(), 1);
}

#[test]
fn a_hub_without_numbers_at_hand_beside_it_is_waited_for_five_seconds() {
    let mut stage = Stage::new();
    stage.confirm().wait(4);
    assert_eq!(stage.at(), "issuing");
    assert_eq!(stage.wait(1).at(), "trouble hub_away");
    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "printing", "somebody still stands there");
}

#[test]
fn a_disk_that_hangs_frees_the_page_in_five_seconds_and_shows_no_number_that_may_not_be_burnt() {
    let mut stage = Stage::new();
    stage.away().tap(entry("moving")).wait(4);
    assert_eq!(stage.at(), "issuing");
    let due = stage.session.next_deadline(stage.now).unwrap() - stage.now;
    assert!(due < chrono::TimeDelta::seconds(1));
    stage.wait(1);
    assert_eq!(stage.at(), "trouble hub_away");
    assert!(!stage.visible().contains("A-981"));
    assert!(!stage.prints(), "nothing is on paper");

    // Once more is the same wish, and the page is free again in time.
    stage.tap(KioskInput::Retry);
    assert_eq!(stage.at(), "issuing");
    stage.wait(5);
    assert_eq!(stage.at(), "trouble hub_away");
    assert_eq!((stage.wishes().len(), stage.attempts().len()), (1, 0));
    // A hub that comes back takes nobody back to a page that waits.
    stage.event(Event::Online(true));
    assert_eq!(stage.at(), "trouble hub_away");
    assert!(stage.attempts().is_empty());

    // The disk has it after all: this one number, once.
    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "printing");
    assert_eq!(stage.printed().1.number, "A-981");
    stage.wait(5);
    assert_eq!(stage.at(), "done", "also when the printer says nothing");
}

#[test]
fn a_disk_that_hangs_lets_the_visitor_go_and_the_number_is_nobodys() {
    let mut stage = Stage::new();
    stage.away().tap(entry("moving")).wait(5);
    stage.tap(KioskInput::Cancel);
    assert_eq!(stage.at(), "idle");
    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "idle");
    assert!(!stage.prints());
    let id = uuid::Uuid::from_u128(7).to_string();
    assert_eq!(stage.slip_reports(), [(id.as_str(), SlipState::Failed)]);
}

#[test]
fn a_disk_that_says_no_after_the_page_was_freed_leaves_it_free() {
    let mut stage = Stage::new();
    stage.away().tap(entry("moving")).wait(5);
    stage.disk_answers(Err(NoNumber::Unwritable));
    assert_eq!(stage.at(), "trouble hub_away");
    stage.tap(KioskInput::Retry);
    assert_eq!(stage.attempts().len(), 1, "now the hub may be asked");
}

#[test]
fn hub_disk_and_printer_together_hold_nobody_for_more_than_five_seconds() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).confirm().wait(3);
    stage.wait(1).disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "printing");
    stage.wait(1);
    assert_eq!(stage.at(), "done");
    assert!(stage.visible().contains("A-981"));
}

#[test]
fn after_one_visitor_waited_in_vain_the_next_does_not() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).tap(entry("moving"));
    stage.hub_answers(Outcome::Away).disk_answers(Ok(here(7)));
    let job = stage.printed().0;
    stage
        .printer(slip::printer::Report::Printed(job))
        .tap(KioskInput::Finish);
    stage.tap(entry("moving"));
    assert_eq!((stage.attempts().len(), stage.wishes().len()), (1, 2));
    stage.disk_answers(Ok(here(8)));
    let job = stage.printed().0;
    stage
        .printer(slip::printer::Report::Printed(job))
        .tap(KioskInput::Finish);
    // The keeper has told the hub of both.
    stage.event(Event::Online(true)).tap(entry("moving"));
    assert_eq!(stage.attempts().len(), 2);
}

#[test]
fn what_the_hub_answers_while_the_disk_writes_counts_only_without_a_number_at_hand() {
    for (disk, number) in [(Ok(here(7)), "A-981"), (Err(NoNumber::UsedUp), "A-001")] {
        let mut stage = Stage::new();
        stage.event(Event::Stocks(stocks())).confirm();
        stage.hub_answers(Outcome::Away);
        stage.hub_answers(Outcome::Done(issued()));
        assert_eq!(stage.at(), "issuing");
        stage.disk_answers(disk);
        assert_eq!(stage.printed().1.number, number);
        let prints = stage
            .done
            .iter()
            .filter(|it| matches!(it, Effect::Print { .. }));
        assert_eq!(prints.count(), 1);
    }
}

#[test]
fn without_a_number_at_hand_the_same_key_goes_on() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).confirm();
    stage
        .hub_answers(Outcome::Away)
        .disk_answers(Err(NoNumber::Unwritable));
    assert_eq!(stage.at(), "trouble hub_away");
    assert!(!stage.view().can_go_back);
    // The hub was not asked before: then it is.
    let mut stage = Stage::new();
    stage
        .away()
        .tap(entry("moving"))
        .disk_answers(Err(NoNumber::Uncertain));
    assert_eq!(
        (stage.at().as_str(), stage.attempts().len()),
        ("issuing", 1)
    );
    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "printing");
}

#[test]
fn a_late_answer_to_a_visitor_who_still_waits_is_theirs() {
    let mut stage = Stage::new();
    stage.confirm().hub_answers(Outcome::Away);
    assert_eq!(stage.at(), "trouble hub_away");
    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "printing");
}

#[test]
fn a_number_burnt_for_somebody_who_left_is_told_as_not_printed() {
    let mut stage = Stage::new();
    stage.away().tap(entry("moving")).wait(100);
    assert_eq!(stage.at(), "idle");
    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "idle");
    let id = uuid::Uuid::from_u128(7).to_string();
    assert_eq!(stage.slip_reports(), [(id.as_str(), SlipState::Failed)]);
}

#[test]
fn a_refusal_is_a_refusal_and_takes_no_number_at_hand() {
    let mut stage = Stage::new();
    stage.event(Event::Stocks(stocks())).confirm();
    stage.hub_answers(Outcome::Refused(Code::ServiceClosed));
    assert_eq!(stage.at(), "trouble service_closed");
    assert!(stage.wishes().is_empty());
}

#[test]
fn the_menu_stays_and_tells_no_numbers_that_nobody_knows() {
    let mut stage = Stage::new();
    stage.event(Event::Live(Box::new(super::stage::snapshot(
        &["moving"],
        false,
    ))));
    assert_eq!(tile(&stage, "moving").waiting, Some(1));
    stage.away();
    let view = stage.view();
    assert!(!view.hub_online && view.gives_numbers);
    assert_eq!(tile(&stage, "moving").waiting, None);
    assert_eq!(tile(&stage, "moving").closed, None);
    stage.event(Event::Stocks(Stocks::default()));
    assert!(!stage.view().gives_numbers, "then a person has to help");
}

#[test]
fn a_closed_service_says_when_it_opens_and_gives_no_number() {
    let opens = super::stage::at("2026-11-24T04:00:00Z");
    let mut stage = Stage::new();
    stage.event(Event::Live(Box::new(Live::Waits {
        at: 0,
        services: vec![
            service_now("moving", Opening::Pause, Some(opens)),
            service_now("certificates", Opening::Full, None),
        ],
    })));
    let closed = |opening, until| Some(ClosedView { opening, until });
    assert_eq!(
        tile(&stage, "moving").closed,
        closed(Opening::Pause, Some(opens))
    );
    assert_eq!(tile(&stage, "papers").closed, closed(Opening::Full, None));
    assert_eq!(tile(&stage, "booked").closed, None);
    stage.tap(entry("moving")).tap(entry("papers"));
    assert_eq!(stage.at(), "idle");
    stage.event(Event::Live(Box::new(Live::Waits {
        at: 0,
        services: vec![service_now("moving", Opening::Open, None)],
    })));
    stage.tap(entry("moving"));
    assert_eq!(stage.at(), "issuing");
}

#[test]
fn without_the_hub_the_hours_of_the_numbers_at_hand_count() {
    let at = super::stage::at;
    let mut stage = Stage::new();
    stage.away();
    for (now, opening, until) in [
        (
            "2026-11-24T00:29:00Z",
            Opening::BeforeOpening,
            Some(at("2026-11-24T00:30:00Z")),
        ),
        (
            "2026-11-24T02:00:00Z",
            Opening::Pause,
            Some(at("2026-11-24T04:00:00Z")),
        ),
        ("2026-11-24T09:00:00Z", Opening::Closed, None),
    ] {
        stage.now = now.parse().unwrap();
        assert_eq!(
            tile(&stage, "moving").closed,
            Some(ClosedView { opening, until }),
            "{now}"
        );
        assert!(!stage.view().gives_numbers);
    }
    stage.now = "2026-11-24T05:00:00Z".parse().unwrap();
    assert_eq!(tile(&stage, "moving").closed, None);
}

#[test]
fn a_booking_that_cannot_be_looked_up_gets_a_number_and_its_number_is_told() {
    let mut stage = Stage::new();
    stage
        .away()
        .tap(entry("booked"))
        .tap(KioskInput::BookingNumber {
            number: "a7k2 93qf".to_owned(),
        });
    let away = || Event::LookedUp {
        number: "A7K293QF".to_owned(),
        outcome: Outcome::Away,
    };
    stage.event(away());
    let Screen::BookingAway { services } = stage.screen() else {
        panic!("{}", stage.at())
    };
    let offered: Vec<_> = services.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(offered, ["certificates", "moving", "family"]);
    assert_eq!(services[1].name, ja("引っ越し"));
    // Once more, and back, are possible.
    stage.tap(KioskInput::Retry);
    assert_eq!(stage.at(), "booking");
    stage.event(away()).tap(KioskInput::Service {
        id: "nothing".to_owned(),
    });
    assert_eq!(stage.at(), "booking_away");
    stage.tap(KioskInput::Service {
        id: "moving".to_owned(),
    });
    let (_, body, _) = stage.wishes().pop().unwrap();
    assert_eq!(body.get().booking.as_deref(), Some("A7K293QF"));
    assert_eq!(body.get().service, "moving");
    stage.disk_answers(Ok(here(7)));
    assert_eq!(stage.at(), "printing");
}

#[test]
fn without_numbers_a_booking_can_only_be_asked_for_again() {
    let mut stage = Stage::new();
    stage.tap(entry("booked")).tap(KioskInput::BookingNumber {
        number: "A7K293QF".to_owned(),
    });
    stage.event(Event::LookedUp {
        number: "A7K293QF".to_owned(),
        outcome: Outcome::Away,
    });
    assert_eq!(stage.at(), "trouble hub_away");
}
