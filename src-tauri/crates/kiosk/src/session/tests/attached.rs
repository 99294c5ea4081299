//! A number for something else than what was written.

use wire::{
    Text,
    kiosk::{KioskInput, Screen},
};

use super::stage::{Stage, booking, ja};
use crate::session::{Event, Outcome};

fn attach(yes: bool) -> KioskInput {
    KioskInput::Attach { yes }
}

/// A certificate is filled in, and its writer is on the idle screen again.
fn written() -> Stage {
    let mut stage = Stage::new();
    stage.up_to_confirm();
    while stage.view().can_go_back {
        stage.tap(KioskInput::Back);
    }
    stage
}

/// From there to what is found under a booking's number.
fn booked(stage: &mut Stage, service: &str) {
    stage.entry("booked").tap(KioskInput::Accept);
    let number = "A7K293QF".to_owned();
    stage.tap(KioskInput::BookingNumber {
        number: number.clone(),
    });
    let mut found = booking();
    found.service = Some(service.to_owned());
    stage.event(Event::LookedUp {
        number,
        outcome: Outcome::Done(found),
    });
    stage.tap(KioskInput::Accept);
}

#[test]
fn a_tile_that_gives_a_number_asks_about_what_was_written() {
    for (yes, then, forms) in [(true, vec!["certificates"], 1), (false, vec![], 0)] {
        let mut stage = written();
        stage.entry("moving").tap(KioskInput::Accept);
        let Screen::Unattached {
            services,
            papers,
            added,
        } = stage.screen()
        else {
            panic!("{}", stage.at());
        };
        let expected: [Vec<Text>; 3] = [
            vec![ja("引っ越し")],
            vec![ja("住民票の写し")],
            vec![ja("証明")],
        ];
        assert_eq!([services, papers, added], expected);
        assert!(stage.attempts().is_empty(), "no number without the answer");
        stage.tap(attach(yes));
        let body = stage.last_body();
        assert_eq!(
            (body.service.as_str(), body.then),
            ("moving", then.iter().map(|it| (*it).to_owned()).collect())
        );
        assert_eq!(body.case.map_or(0, |it| it.forms.len()), forms);
    }
}

#[test]
fn back_from_there_leads_to_the_page_before_and_loses_nothing() {
    let mut stage = written();
    stage
        .entry("moving")
        .tap(KioskInput::Accept)
        .tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
    stage
        .entry("papers")
        .tap(KioskInput::Accept)
        .procedure("residence")
        .tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn what_belongs_to_a_bookings_service_goes_along_unasked() {
    let mut stage = written();
    booked(&mut stage, "certificates");
    let body = stage.last_body();
    assert_eq!(body.booking.as_deref(), Some("A7K2-93QF"));
    assert_eq!(body.case.unwrap().forms.len(), 1);
}

#[test]
fn what_does_not_is_asked_about_and_the_booking_stays() {
    let mut stage = written();
    booked(&mut stage, "moving");
    assert_eq!(stage.at(), "unattached");
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "booking_found");
    stage.tap(KioskInput::Accept).tap(attach(true));
    let body = stage.last_body();
    assert_eq!(body.booking.as_deref(), Some("A7K2-93QF"));
    assert_eq!(body.then, ["certificates"]);
    assert_eq!(body.case.unwrap().forms.len(), 1);
}

#[test]
fn a_booking_that_cannot_be_looked_up_takes_them_along_too() {
    let mut stage = written();
    stage.entry("booked").tap(KioskInput::Accept).away();
    let number = "A7K293QF".to_owned();
    stage.tap(KioskInput::BookingNumber {
        number: number.clone(),
    });
    let outcome = Outcome::Away;
    stage.event(Event::LookedUp { number, outcome });
    assert_eq!(stage.at(), "booking_away");
    stage.tap(KioskInput::Service {
        id: "certificates".to_owned(),
    });
    let wish = stage.wishes().pop().unwrap().1;
    assert_eq!(wish.get().case.as_ref().unwrap().forms.len(), 1);
    assert_eq!(wish.get().booking.as_deref(), Some("A7K293QF"));
}

#[test]
fn a_page_that_asks_something_first_asks_this_behind_it() {
    let mut stage = written();
    stage.entry("bereaved").tap(KioskInput::Accept);
    assert_eq!(stage.at(), "take");
    stage.tap(KioskInput::Considerate { yes: true });
    stage.tap(KioskInput::Confirm);
    assert_eq!(stage.at(), "unattached");
    stage.tap(attach(false));
    let body = stage.last_body();
    assert!(body.considerate && body.case.is_none());
    // The hub refuses: what was written is still there.
    stage.hub_answers(Outcome::Refused(wire::Code::ServiceClosed));
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "take");
    assert!(stage.session.visit.has_written());
}

#[test]
fn whoever_wrote_nothing_is_asked_nothing() {
    let mut stage = Stage::new();
    stage
        .up_to_means()
        .tap(KioskInput::Back)
        .tap(KioskInput::Back);
    stage.entry("moving");
    assert!(stage.last_body().case.is_none());
}
