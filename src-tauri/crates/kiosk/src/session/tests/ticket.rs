use card::session::ReaderState;
use slip::{
    JobId,
    printer::{Failure, PrinterState, Report},
};
use wire::{
    Code,
    kiosk::{KioskInput, PrinterView, Screen},
    office::{BookingView, SlipState},
};

use super::stage::{NAME, Stage, booking, issued, ja, snapshot};
use crate::session::{Effect, Event, Outcome};

fn entry(id: &str) -> KioskInput {
    KioskInput::Entry { id: id.to_owned() }
}

fn number(number: &str) -> KioskInput {
    KioskInput::BookingNumber {
        number: number.to_owned(),
    }
}

/// What the last screen tells: the slip, whether a QR stands there, whether the card was left.
fn done(stage: &Stage) -> (SlipState, bool, bool) {
    match stage.screen() {
        Screen::Done {
            slip,
            qr,
            card_left,
            ..
        } => (slip, qr.is_some(), card_left),
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn a_visit_ends_with_a_number_a_slip_and_nothing_of_the_person() {
    let mut stage = Stage::new();
    stage.confirm();
    assert_eq!(stage.at(), "issuing");
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.booking),
        ("certificates", None)
    );
    assert_eq!(body.case.unwrap().forms[0].procedure, "residence");

    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "printing");
    assert!(!stage.visible().contains(NAME));
    assert_eq!(stage.requests().last(), Some(&"forget"));
    let (job, slip) = stage.printed();
    assert_eq!(slip.number, "A-001");
    assert_eq!(slip.ahead.as_ref().unwrap().value.ja, "3人");
    assert_eq!(slip.issued, "2026年11月24日(火) 9:35");
    assert_eq!(slip.code.as_ref().unwrap().url, "http://192.0.2.1/v/tok");
    assert_eq!(slip.area.as_ref().unwrap().value.ja, "3番窓口の前");

    stage.printer(Report::Printed(job));
    assert_eq!(done(&stage), (SlipState::Printed, false, true));
    assert_eq!(stage.slip_reports(), [("ticket-1", SlipState::Printed)]);
    stage.reader(ReaderState::Empty);
    assert_eq!(done(&stage), (SlipState::Printed, false, false));
    stage.tap(KioskInput::Finish);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn one_press_is_one_ticket() {
    let mut stage = Stage::new();
    stage
        .confirm()
        .tap(KioskInput::Confirm)
        .tap(KioskInput::Confirm)
        .tap(KioskInput::Retry);
    assert_eq!(stage.attempts().len(), 1);
}

#[test]
fn a_lost_answer_is_asked_for_again_under_the_same_key() {
    let mut stage = Stage::new();
    stage.confirm().hub_answers(Outcome::Away);
    assert_eq!(stage.at(), "trouble hub_away");
    assert!(
        !stage.view().can_go_back,
        "an unknown outcome leaves only the same key"
    );
    stage.tap(KioskInput::Back).tap(KioskInput::Confirm);
    assert_eq!(stage.at(), "trouble hub_away");
    stage
        .tap(KioskInput::Retry)
        .hub_answers(Outcome::Away)
        .tap(KioskInput::Retry);
    let attempts = stage.attempts();
    assert_eq!(attempts.len(), 3);
    assert!(attempts.iter().all(|attempt| attempt.0 == attempts[0].0));
    let values = |index: usize| -> Vec<String> {
        let case = attempts[index].1.get().case.clone().unwrap();
        case.forms
            .into_iter()
            .flat_map(|form| form.answers)
            .map(|it| it.value)
            .collect()
    };
    assert_eq!(values(0), values(2), "the same body, too");
    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "printing");
}

#[test]
fn a_hub_that_comes_back_is_asked_at_once() {
    let mut stage = Stage::new();
    stage
        .confirm()
        .event(Event::Online(false))
        .hub_answers(Outcome::Away);
    assert!(!stage.view().hub_online);
    stage.event(Event::Online(true));
    assert_eq!(stage.at(), "issuing");
    let attempts = stage.attempts();
    assert_eq!(attempts[0].0, attempts[1].0);
    stage.hub_answers(Outcome::Away).event(Event::Online(true));
    assert_eq!(
        stage.at(),
        "trouble hub_away",
        "a hub that was there all along is not pressed"
    );
}

#[test]
fn a_refusal_is_told_by_its_code_and_the_way_back_is_open() {
    let mut stage = Stage::new();
    stage
        .confirm()
        .hub_answers(Outcome::Refused(Code::ServiceClosed));
    assert_eq!(stage.at(), "trouble service_closed");
    stage.tap(KioskInput::Retry);
    let attempts = stage.attempts();
    assert_ne!(
        attempts[0].0, attempts[1].0,
        "nothing was issued, so it is a new press"
    );
    stage
        .hub_answers(Outcome::Refused(Code::NumbersExhausted))
        .tap(KioskInput::Back);
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn an_entry_that_is_only_a_service_gives_a_number_at_once() {
    let mut stage = Stage::new();
    stage.tap(entry("moving")).tap(entry("moving"));
    assert_eq!(
        (stage.at().as_str(), stage.attempts().len()),
        ("issuing", 1)
    );
    let body = stage.last_body();
    assert_eq!(body.service, "moving");
    assert!(body.case.is_none());
    stage
        .hub_answers(Outcome::Refused(Code::ServiceClosed))
        .tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn a_slip_that_nobody_confirmed_is_asked_about_and_never_printed_again() {
    for (yes, screen, reports) in [
        (
            true,
            (SlipState::Printed, false, true),
            vec![SlipState::Unknown],
        ),
        (
            false,
            (SlipState::Failed, true, true),
            vec![SlipState::Unknown, SlipState::Failed],
        ),
    ] {
        let mut stage = Stage::new();
        let job = stage.up_to_printing().printed().0;
        stage.printer(Report::Unknown(job));
        assert_eq!(done(&stage), (SlipState::Unknown, true, true));
        stage.tap(KioskInput::SlipCameOut { yes });
        assert_eq!(done(&stage), screen);
        stage.tap(KioskInput::SlipCameOut { yes });
        let told: Vec<_> = stage.slip_reports().into_iter().map(|it| it.1).collect();
        assert_eq!(told, reports, "printed is what the printer confirmed");
        let prints = stage
            .done
            .iter()
            .filter(|it| matches!(it, Effect::Print { .. }))
            .count();
        assert_eq!(prints, 1);
    }
}

#[test]
fn a_printer_that_cannot_print_leaves_the_number_and_the_qr_on_the_screen() {
    let mut stage = Stage::new();
    let job = stage.up_to_printing().printed().0;
    stage.printer(Report::Failed(
        job,
        Failure::NotReady(PrinterState::PaperOut),
    ));
    assert_eq!(done(&stage), (SlipState::Failed, true, true));
    let Screen::Done { qr: Some(rows), .. } = stage.screen() else {
        panic!();
    };
    assert!(rows.len() >= 21 && rows.iter().all(|row| row.len() == rows.len()));
    assert_eq!(&rows[0][..7], "1111111", "the finder pattern");
    assert_eq!(stage.slip_reports(), [("ticket-1", SlipState::Failed)]);
}

#[test]
fn a_printer_that_says_nothing_at_all_does_not_hold_the_visitor() {
    let mut stage = Stage::new();
    stage.up_to_printing().wait(4);
    assert_eq!(stage.at(), "printing");
    let due = stage.session.next_deadline(stage.now).unwrap() - stage.now;
    assert!(due < chrono::TimeDelta::seconds(1));
    stage.wait(1);
    assert_eq!(done(&stage).0, SlipState::Unknown);
}

#[test]
fn a_late_confirmation_is_passed_on_even_after_the_visitor_left() {
    let mut stage = Stage::new();
    let job = stage.up_to_printing().printed().0;
    stage
        .printer(Report::Unknown(job))
        .printer(Report::Printed(job));
    assert_eq!(done(&stage).0, SlipState::Printed);
    stage.tap(KioskInput::Finish).printer(Report::Printed(job));
    stage.printer(Report::Printed(JobId::from_counter(9_999)));
    let told: Vec<_> = stage.slip_reports().into_iter().map(|it| it.1).collect();
    assert_eq!(
        told,
        [SlipState::Unknown, SlipState::Printed, SlipState::Printed]
    );
}

#[test]
fn every_slip_has_its_own_job() {
    let mut stage = Stage::new();
    let first = stage.up_to_printing().printed().0;
    stage
        .printer(Report::Printed(first))
        .tap(KioskInput::Finish);
    let second = stage.up_to_printing().printed().0;
    assert_ne!(first, second);
    stage.printer(Report::Printed(first));
    assert_eq!(
        stage.at(),
        "printing",
        "the first visitor's slip is not the second's"
    );
}

#[test]
fn a_ticket_that_comes_after_its_visitor_left_is_reported_as_without_paper() {
    let mut stage = Stage::new();
    stage.confirm().wait(60).wait(30);
    assert_eq!(stage.at(), "idle");
    stage.hub_answers(Outcome::Done(issued()));
    assert_eq!(stage.at(), "idle");
    assert_eq!(stage.slip_reports(), [("ticket-1", SlipState::Failed)]);
}

#[test]
fn the_slip_speaks_the_citizens_language_beside_japanese() {
    let mut stage = Stage::new();
    stage
        .tap(KioskInput::Language {
            tag: "en".to_owned(),
        })
        .up_to_printing();
    let (_, slip) = stage.printed();
    assert_eq!(slip.number_label.ja, "受付番号");
    assert_eq!(slip.number_label.other.as_deref(), Some("Your number"));
    assert_eq!(slip.service.other.as_deref(), Some("Certificates"));
    assert_eq!(
        slip.ahead.as_ref().unwrap().value.other.as_deref(),
        Some("3")
    );
}

#[test]
fn a_booked_citizen_gets_a_number_for_the_booking() {
    let mut stage = Stage::new();
    stage.tap(entry("booked")).tap(number("a7k2 93ｑｆ"));
    let sought = stage.done.iter().find_map(|effect| match effect {
        Effect::LookUpBooking { number } => Some(number.clone()),
        _ => None,
    });
    assert_eq!(sought.as_deref(), Some("A7K293QF"));
    stage.tap(number("OTHER"));
    let outcome = Outcome::Done(booking());
    stage.event(Event::LookedUp {
        number: "A7K293QF".to_owned(),
        outcome,
    });
    let Screen::BookingFound {
        number,
        service,
        start,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!(
        (number.as_str(), service, start),
        ("A7K2-93QF", ja("引っ越し"), booking().start)
    );
    stage.tap(KioskInput::Accept).tap(KioskInput::Accept);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.booking.as_deref()),
        ("moving", Some("A7K2-93QF"))
    );
    assert!(body.case.is_none());
    assert_eq!(stage.attempts().len(), 1);

    let mut ticket = issued();
    ticket.ticket.booked_for = Some(booking().start);
    stage.hub_answers(Outcome::Done(ticket));
    let booked = stage.printed().1.booked.clone().unwrap();
    assert_eq!(
        (booked.label.ja.as_str(), booked.value.ja.as_str()),
        ("予約", "9:30")
    );
}

#[test]
fn a_booking_that_cannot_be_used_says_why() {
    let cases: [(Outcome<BookingView>, &str); 4] = [
        (Outcome::Refused(Code::BookingUnknown), "booking_unknown"),
        (Outcome::Refused(Code::TooMany), "too_many"),
        (
            Outcome::Done(BookingView {
                cancelled: true,
                ..booking()
            }),
            "refusal.booking_cancelled",
        ),
        (
            Outcome::Done(BookingView {
                ticket: Some("t".to_owned()),
                ..booking()
            }),
            "booking_used",
        ),
    ];
    for (outcome, why) in cases {
        let mut stage = Stage::new();
        stage.tap(entry("booked")).tap(number("A7K2-93QF"));
        stage.event(Event::LookedUp {
            number: "A7K293QF".to_owned(),
            outcome,
        });
        let Screen::Booking { refusal } = stage.screen() else {
            panic!("{}", stage.at());
        };
        assert_eq!(refusal.as_deref(), Some(why));
        stage.tap(number("A7K2-93QF"));
        assert!(
            matches!(stage.screen(), Screen::Booking { refusal: None }),
            "another try"
        );
    }
}

#[test]
fn a_number_that_is_none_is_not_looked_up() {
    for typed in ["", " - ", "予約", "A7K2/93QF", "../../x", &"A".repeat(33)] {
        let mut stage = Stage::new();
        stage.tap(entry("booked")).tap(number(typed));
        let Screen::Booking { refusal } = stage.screen() else {
            panic!("{}", stage.at());
        };
        assert_eq!(
            refusal.as_deref(),
            Some("refusal.booking_number"),
            "{typed:?}"
        );
        assert!(
            !stage
                .done
                .iter()
                .any(|it| matches!(it, Effect::LookUpBooking { .. }))
        );
    }
}

#[test]
fn a_booking_is_looked_up_again_when_the_hub_was_away() {
    let mut stage = Stage::new();
    stage.tap(entry("booked")).tap(number("A7K2-93QF"));
    stage.event(Event::LookedUp {
        number: "A7K293QF".to_owned(),
        outcome: Outcome::Away,
    });
    assert_eq!(stage.at(), "trouble hub_away");
    stage.tap(KioskInput::Retry);
    let lookups = stage
        .done
        .iter()
        .filter(|it| matches!(it, Effect::LookUpBooking { .. }));
    assert_eq!(lookups.count(), 2);
}

#[test]
fn a_booking_of_an_unmapped_service_is_left_to_staff() {
    let mut stage = Stage::new();
    stage.tap(entry("booked")).tap(number("A7K2-93QF"));
    let outcome = Outcome::Done(BookingView {
        service: None,
        ..booking()
    });
    stage.event(Event::LookedUp {
        number: "A7K293QF".to_owned(),
        outcome,
    });
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "trouble service_unknown");
    assert!(stage.attempts().is_empty());
    stage.tap(KioskInput::Retry).tap(KioskInput::Back);
    assert_eq!(stage.at(), "booking_found");
}

#[test]
fn staff_can_be_called_from_every_screen_and_the_screen_stays() {
    type Way = fn(&mut Stage) -> &mut Stage;
    let ways: [(&str, Way); 8] = [
        ("idle", |stage| stage),
        ("means", |stage| stage.up_to_means()),
        ("reading", |stage| stage.up_to_keypad().type_pin()),
        ("review", |stage| stage.up_to_review()),
        ("confirm", |stage| stage.up_to_confirm()),
        ("issuing", |stage| stage.confirm()),
        ("printing", |stage| stage.up_to_printing()),
        ("booking", |stage| stage.tap(entry("booked"))),
    ];
    for (screen, go) in ways {
        let mut stage = Stage::new();
        go(&mut stage).tap(KioskInput::CallStaff);
        assert_eq!(
            (stage.at().as_str(), stage.staff_calls()),
            ("staff_called", 1),
            "{screen}"
        );
        stage.event(Event::StaffCalled { delivered: true });
        assert!(stage.view().staff_called);
        stage.tap(KioskInput::Back).tap(KioskInput::CallStaff);
        assert_eq!(stage.staff_calls(), 1, "they are coming already");
        stage.tap(KioskInput::Back);
        assert_eq!(stage.at(), screen);
    }
}

#[test]
fn the_call_for_staff_ends_when_a_clerk_has_come() {
    let mut stage = Stage::new();
    stage.tap(entry("unsure"));
    assert_eq!(stage.at(), "staff_called");
    stage.event(Event::StaffCalled { delivered: true });
    stage.event(Event::Live(Box::new(snapshot(&[], false))));
    assert!(stage.view().staff_called, "the live view may lag behind");
    stage.event(Event::Live(Box::new(snapshot(&[], true))));
    stage.event(Event::Live(Box::new(snapshot(&[], false))));
    assert!(!stage.view().staff_called);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn a_call_for_staff_that_did_not_get_through_says_so() {
    let mut stage = Stage::new();
    stage
        .up_to_confirm()
        .tap(KioskInput::CallStaff)
        .event(Event::StaffCalled { delivered: false });
    assert_eq!(stage.at(), "trouble hub_away");
    assert!(!stage.view().staff_called);
    stage.tap(KioskInput::Retry);
    assert_eq!(
        (stage.at().as_str(), stage.staff_calls()),
        ("staff_called", 2)
    );
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn the_page_is_told_what_the_printer_can_do() {
    for (state, view) in [
        (PrinterState::Ready, PrinterView::Ready),
        (PrinterState::NearEnd, PrinterView::NearEnd),
        (PrinterState::PaperOut, PrinterView::PaperOut),
        (PrinterState::CoverOpen, PrinterView::CoverOpen),
        (PrinterState::CutterError, PrinterView::Error),
        (PrinterState::Overheated, PrinterView::Error),
        (PrinterState::Error, PrinterView::Error),
        (PrinterState::Offline, PrinterView::Offline),
    ] {
        let mut stage = Stage::new();
        stage.printer(Report::State(state));
        assert_eq!(stage.view().printer, view);
    }
}
