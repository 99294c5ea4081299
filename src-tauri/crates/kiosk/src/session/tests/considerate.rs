//! Considerate priority, several services under one number, and what is told of the wait.

use wire::{
    kiosk::{KioskInput, Screen},
    office::{Live, Opening, ServiceNow},
};

use super::stage::{Stage, booking, issued, ja, service_now};
use crate::session::{Event, Outcome};

fn entry(id: &str) -> KioskInput {
    KioskInput::Entry { id: id.to_owned() }
}

const YES: KioskInput = KioskInput::Considerate { yes: true };

#[test]
fn it_is_asked_on_the_last_page_and_said_to_be_no() {
    for (yes, expected) in [(false, false), (true, true)] {
        let mut stage = Stage::new();
        stage.up_to_confirm();
        assert!(matches!(
            stage.screen(),
            Screen::Confirm {
                considerate: Some(false),
                ..
            }
        ));
        if yes {
            stage.tap(YES);
            assert!(matches!(
                stage.screen(),
                Screen::Confirm {
                    considerate: Some(true),
                    ..
                }
            ));
        }
        stage.tap(KioskInput::Confirm);
        assert_eq!(stage.last_body().considerate, expected);
    }
}

#[test]
fn it_can_be_taken_back_and_goes_with_its_visitor() {
    let mut stage = Stage::new();
    stage
        .up_to_confirm()
        .tap(YES)
        .tap(KioskInput::Considerate { yes: false });
    stage.tap(YES).tap(KioskInput::Cancel);
    stage.up_to_confirm().tap(KioskInput::Confirm);
    assert!(!stage.last_body().considerate);
}

#[test]
fn where_the_staff_gives_it_nobody_is_asked() {
    let mut stage = Stage::new();
    stage.tap(YES).tap(entry("moving"));
    assert_eq!(stage.at(), "issuing", "and the number is there at once");
    assert!(!stage.last_body().considerate);
    let mut stage = Stage::new();
    stage
        .tap(entry("booked"))
        .tap(KioskInput::BookingNumber {
            number: "A7K293QF".to_owned(),
        })
        .event(Event::LookedUp {
            number: "A7K293QF".to_owned(),
            outcome: Outcome::Done(booking()),
        })
        .tap(YES);
    assert!(matches!(
        stage.screen(),
        Screen::BookingFound {
            considerate: None,
            ..
        }
    ));
    stage.tap(KioskInput::Accept);
    assert!(!stage.last_body().considerate);
}

#[test]
fn several_services_are_shown_before_and_after_and_are_one_ticket() {
    let mut stage = Stage::new();
    let waits = ServiceNow {
        waiting: 4,
        wait: issued().wait,
        ..service_now("family", Opening::Open, None)
    };
    stage.event(Event::Live(Box::new(Live::Waits {
        at: 0,
        services: vec![waits],
    })));
    stage.tap(entry("bereaved"));
    let Screen::Take {
        services,
        waiting,
        wait,
        considerate,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at())
    };
    assert_eq!(services, [ja("おくやみ"), ja("引っ越し")]);
    assert_eq!(
        (waiting, wait, considerate),
        (Some(0), issued().wait, Some(false))
    );
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
    stage
        .tap(entry("bereaved"))
        .tap(YES)
        .tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.then, body.considerate),
        ("family", vec!["moving".to_owned()], true)
    );

    let mut ticket = issued();
    ticket.ticket.then = vec!["moving".to_owned()];
    stage.hub_answers(Outcome::Done(ticket));
    let (job, slip) = stage.printed();
    assert_eq!(slip.then.as_ref().unwrap().value.ja, "引っ越し");
    stage.printer(slip::printer::Report::Printed(job));
    assert!(matches!(stage.screen(), Screen::Done { then, .. } if then == [ja("引っ越し")]));
}

#[test]
fn a_refused_ticket_leads_back_to_the_page_on_which_it_was_taken() {
    let mut stage = Stage::new();
    stage.tap(entry("bereaved")).tap(KioskInput::Confirm);
    stage
        .hub_answers(Outcome::Refused(wire::Code::ServiceClosed))
        .tap(KioskInput::Back);
    assert_eq!(stage.at(), "take");
}

#[test]
fn the_wait_stands_on_the_slip_as_a_bracket() {
    for (from_min, to_min, expected) in [
        (10, 20, "およそ10〜20分"),
        (15, 15, "およそ15分"),
        (0, 5, "まもなく"),
        (0, 10, "およそ0〜10分"),
    ] {
        let mut stage = Stage::new();
        let mut ticket = issued();
        ticket.wait = Some(wire::office::Bracket { from_min, to_min });
        stage.confirm().hub_answers(Outcome::Done(ticket));
        assert_eq!(stage.printed().1.wait.as_ref().unwrap().value.ja, expected);
    }
    let mut stage = Stage::new();
    let mut ticket = issued();
    ticket.wait = None;
    stage.confirm().hub_answers(Outcome::Done(ticket));
    assert_eq!(
        stage.printed().1.wait,
        None,
        "nobody calls, so nobody knows"
    );
}

#[test]
fn it_does_not_go_over_to_whoever_comes_next() {
    let mut stage = Stage::new();
    stage
        .tap(entry("booked"))
        .tap(KioskInput::Back)
        .up_to_confirm()
        .tap(YES);
    while stage.at() != "idle" {
        assert!(stage.view().can_go_back, "{}", stage.at());
        stage.tap(KioskInput::Back);
    }
    assert!(!stage.session.visit.considerate);
    // The page on which only the number is taken holds no answers, and is left as it was found.
    let mut stage = Stage::new();
    stage.session.setup.entries[1].target =
        crate::session::Target::Ticket(vec!["certificates".to_owned()]);
    stage.tap(entry("moving")).tap(YES);
    assert!(!stage.session.visit.is_blank());
    stage.tap(KioskInput::Back);
    assert!(stage.session.visit.is_blank());
}
