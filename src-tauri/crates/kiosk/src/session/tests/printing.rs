//! Papers: what is printed when, marked how, told to whom.

use proptest::prelude::*;
use slip::printer::{Failure, PrinterState, Report};
use uuid::Uuid;
use wire::{
    kiosk::{KioskInput, Screen},
    machine::{PrintOrder, PrinterNow, ReaderNow},
    office::SlipState,
};

use super::stage::{Stage, issued, ja};
use crate::session::{Effect, Event, Kind, Machine};

/// What stands on the newest paper, and which paper it is.
fn newest(stage: &Stage) -> (slip::JobId, Uuid, Kind, slip::Slip) {
    let papers = stage.done.iter().rev();
    let mut papers = papers.filter_map(|effect| match effect {
        Effect::Print {
            job,
            print,
            kind,
            slip,
            ..
        } => Some((*job, *print, *kind, (**slip).clone())),
        _ => None,
    });
    papers.next().unwrap()
}

fn papers(stage: &Stage) -> Vec<Kind> {
    let papers = stage.done.iter().filter_map(|effect| match effect {
        Effect::Print { kind, .. } => Some(*kind),
        _ => None,
    });
    papers.collect()
}

/// The reports to the hub: what, of which printing, and whether of a second paper.
fn told(stage: &Stage) -> Vec<(SlipState, Option<Uuid>, bool)> {
    let told = stage.done.iter().filter_map(|effect| match effect {
        Effect::ReportSlip {
            slip,
            print,
            reissued,
            ..
        } => Some((*slip, *print, *reissued)),
        _ => None,
    });
    told.collect()
}

fn ordered(stage: &Stage) -> Vec<(Uuid, SlipState)> {
    let told = stage.done.iter().filter_map(|effect| match effect {
        Effect::Ordered { print, slip, .. } => Some((*print, *slip)),
        _ => None,
    });
    told.collect()
}

fn order(id: u128, preview: bool, reissued: bool) -> Event {
    Event::Order(Box::new(PrintOrder {
        id: Uuid::from_u128(id).to_string(),
        preview,
        reissued,
        issued: *issued(),
    }))
}

fn done(stage: &Stage) -> (SlipState, bool, bool) {
    match stage.screen() {
        Screen::Done {
            slip,
            can_reprint,
            reissued,
            ..
        } => (slip, can_reprint, reissued),
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn a_paper_that_did_not_come_out_may_be_had_once_more_and_carries_its_mark() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    let (job, first, kind, slip) = newest(&stage);
    let first_job = job;
    assert_eq!((kind, slip.reissued.is_some()), (Kind::First, false));
    stage.printer(Report::Unknown(job));
    assert_eq!(done(&stage), (SlipState::Unknown, false, false));
    stage.tap(KioskInput::Reprint);
    assert_eq!(papers(&stage).len(), 1, "it is asked first");

    stage.tap(KioskInput::SlipCameOut { yes: false });
    assert_eq!(done(&stage), (SlipState::Failed, true, false));
    stage.tap(KioskInput::Reprint);
    assert_eq!(stage.at(), "printing");
    let (job, second, kind, slip) = newest(&stage);
    assert_eq!(kind, Kind::Reissued);
    let instead_of = stage.done.iter().rev().find_map(|effect| match effect {
        Effect::Print { instead_of, .. } => *instead_of,
        _ => None,
    });
    assert_eq!(
        instead_of,
        Some(first_job),
        "a printer that still holds the first one forgets it"
    );
    assert_eq!(slip.number, "A-001");
    assert!(slip.reissued.is_some());
    assert!(
        slip.ahead.is_none() && slip.wait.is_none(),
        "they were true when the first one was printed"
    );

    stage.printer(Report::Unknown(job));
    stage.tap(KioskInput::SlipCameOut { yes: false });
    assert_eq!(done(&stage), (SlipState::Failed, false, true));
    stage.tap(KioskInput::Reprint);
    assert_eq!(papers(&stage), [Kind::First, Kind::Reissued]);
    assert_eq!(
        told(&stage),
        [
            (SlipState::Unknown, Some(first), false),
            (SlipState::Failed, Some(first), false),
            (SlipState::Unknown, Some(second), true),
            (SlipState::Failed, Some(second), true),
        ]
    );
}

#[test]
fn a_second_paper_is_offered_only_while_the_printer_prints() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    let (job, ..) = newest(&stage);
    stage.printer(Report::State(PrinterState::PaperOut));
    stage.printer(Report::Failed(
        job,
        Failure::NotReady(PrinterState::PaperOut),
    ));
    assert_eq!(done(&stage), (SlipState::Failed, false, false));
    stage.tap(KioskInput::Reprint);
    assert_eq!(papers(&stage).len(), 1);
    stage.printer(Report::State(PrinterState::Ready));
    assert_eq!(done(&stage), (SlipState::Failed, true, false));
    stage.tap(KioskInput::Reprint);
    let (job, ..) = newest(&stage);
    stage.printer(Report::Printed(job));
    assert_eq!(done(&stage), (SlipState::Printed, false, true));
}

#[test]
fn a_first_paper_that_comes_after_all_is_told_also_when_the_second_is_on_its_way() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    let (first_job, first, ..) = newest(&stage);
    stage.printer(Report::Unknown(first_job));
    stage.tap(KioskInput::SlipCameOut { yes: false });
    stage.tap(KioskInput::Reprint);
    stage.printer(Report::Printed(first_job));
    assert_eq!(stage.at(), "printing");
    assert_eq!(
        told(&stage).last(),
        Some(&(SlipState::Printed, Some(first), false))
    );
}

#[test]
fn a_queue_that_confirms_nothing_is_neither_asked_about_nor_believed() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    let (job, print, ..) = newest(&stage);
    stage.printer(Report::Sent(job));
    assert_eq!(done(&stage), (SlipState::Sent, false, false));
    assert_eq!(told(&stage), [(SlipState::Sent, Some(print), false)]);
}

#[test]
fn the_office_has_its_copy_after_the_citizens_paper_and_only_after_that() {
    let mut stage = Stage::with_copies();
    stage.up_to_printing();
    let (job, ..) = newest(&stage);
    assert_eq!(papers(&stage), [Kind::First]);
    stage.printer(Report::Printed(job));
    let (copy_job, copy, kind, slip) = newest(&stage);
    assert_eq!(kind, Kind::Copy);
    assert!(slip.copy.is_some() && slip.code.is_none());
    // What becomes of it is nobody's number. Staff is told, and it is not sent again.
    stage.printer(Report::Failed(copy_job, Failure::Busy));
    assert_eq!(told(&stage).len(), 1);
    assert_eq!(ordered(&stage), [(copy, SlipState::Failed)]);
    assert_eq!(done(&stage).0, SlipState::Printed);
    assert_eq!(papers(&stage), [Kind::First, Kind::Copy]);

    let mut stage = Stage::with_copies();
    stage.up_to_printing();
    let (job, ..) = newest(&stage);
    stage.printer(Report::Failed(job, Failure::Busy));
    assert_eq!(papers(&stage), [Kind::First]);
}

#[test]
fn the_office_has_its_copy_also_of_a_paper_that_is_confirmed_late_and_of_the_second_one() {
    // The visitor has left when the printer says that it came out after all.
    let mut stage = Stage::with_copies();
    stage.up_to_printing();
    let (job, ..) = newest(&stage);
    stage.printer(Report::Unknown(job));
    stage.tap(KioskInput::Finish);
    assert_eq!((stage.at().as_str(), papers(&stage).len()), ("idle", 1));
    stage.printer(Report::Printed(job));
    stage.printer(Report::Printed(job));
    assert_eq!(papers(&stage), [Kind::First, Kind::Copy]);

    // The first paper never came, and the second one did: one copy, whatever is heard of the first one then.
    let mut stage = Stage::with_copies();
    stage.up_to_printing();
    let (first, ..) = newest(&stage);
    stage.printer(Report::Failed(first, Failure::Busy));
    stage.tap(KioskInput::Reprint);
    let (second, ..) = newest(&stage);
    stage.printer(Report::Printed(second));
    stage.printer(Report::Printed(first));
    assert_eq!(papers(&stage), [Kind::First, Kind::Reissued, Kind::Copy]);
}

#[test]
fn what_staff_ordered_is_printed_and_told_with_the_orders_own_identity() {
    let mut stage = Stage::new();
    stage.event(order(7, false, true));
    let (job, print, kind, slip) = newest(&stage);
    assert_eq!((print, kind), (Uuid::from_u128(7), Kind::Ordered));
    assert!(slip.reissued.is_some());
    assert_eq!(stage.at(), "idle");
    stage.printer(Report::Unknown(job));
    stage.printer(Report::Printed(job));
    assert_eq!(
        ordered(&stage),
        [
            (Uuid::from_u128(7), SlipState::Unknown),
            (Uuid::from_u128(7), SlipState::Printed)
        ]
    );
    assert!(told(&stage).is_empty(), "the order says it");
}

#[test]
fn a_ticket_of_the_information_desk_has_a_first_paper_without_a_mark() {
    let mut stage = Stage::new();
    stage.event(order(7, false, false));
    let (_, _, _, slip) = newest(&stage);
    assert!(slip.reissued.is_none());
    assert!(slip.ahead.is_some() && slip.code.is_some());
}

#[test]
fn an_order_waits_until_the_visitors_own_paper_is_out() {
    let mut stage = Stage::new();
    stage.confirm();
    stage.event(order(7, false, true));
    assert!(papers(&stage).is_empty());
    stage.hub_answers(crate::session::Outcome::Done(issued()));
    assert_eq!(papers(&stage), [Kind::First]);
    let (job, ..) = newest(&stage);
    stage.printer(Report::Printed(job));
    assert_eq!(papers(&stage), [Kind::First, Kind::Ordered]);
}

#[test]
fn orders_go_to_the_printer_one_at_a_time_and_a_visitor_comes_before_them() {
    let mut stage = Stage::new();
    for id in [7, 8, 9] {
        stage.event(order(id, false, true));
    }
    assert_eq!(papers(&stage), [Kind::Ordered], "the others wait for it");
    let (job, ..) = newest(&stage);
    stage.confirm();
    stage.printer(Report::Printed(job));
    assert_eq!(papers(&stage).len(), 1, "somebody waits for a slip");
    stage.hub_answers(crate::session::Outcome::Done(issued()));
    let (visitors, ..) = newest(&stage);
    // The screen no longer waits for it; the printer has not said what became of it.
    stage.wait(5).tap(KioskInput::Finish);
    assert_eq!(papers(&stage), [Kind::Ordered, Kind::First]);
    stage.printer(Report::Unknown(visitors));
    let (job, print, ..) = newest(&stage);
    assert_eq!(print, Uuid::from_u128(8));
    assert_eq!(papers(&stage).len(), 3);
    stage.printer(Report::Failed(job, Failure::Busy));
    assert_eq!(newest(&stage).1, Uuid::from_u128(9));
}

#[test]
fn a_printer_that_never_says_what_became_of_an_order_holds_the_next_one_for_a_minute() {
    let mut stage = Stage::new();
    stage
        .event(order(7, false, true))
        .event(order(8, false, true));
    assert_eq!(papers(&stage).len(), 1);
    let due = stage.session.next_deadline(stage.now).unwrap();
    assert_eq!(due - stage.now, chrono::TimeDelta::seconds(60));
    stage.wait(59);
    assert_eq!(papers(&stage).len(), 1);
    stage.wait(1);
    assert_eq!(papers(&stage).len(), 2);
    assert_eq!(stage.session.next_deadline(stage.now), None);
}

#[test]
fn what_the_citizen_says_is_told_as_the_citizens_word() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    let (job, print, ..) = newest(&stage);
    stage.printer(Report::Unknown(job));
    assert!(stage.session.machine().held.is_empty());
    stage.tap(KioskInput::SlipCameOut { yes: true });
    assert_eq!(stage.session.machine().held, ["ticket-1"]);
    assert_eq!(
        told(&stage),
        [(SlipState::Unknown, Some(print), false)],
        "the printer confirmed nothing"
    );
}

#[test]
fn a_printer_of_which_nothing_was_heard_yet_is_not_told_as_gone() {
    assert_eq!(
        Stage::unheard().session.machine().printer,
        PrinterNow::Unknown
    );
}

#[test]
fn a_picture_is_drawn_at_once_and_nothing_is_printed() {
    let mut stage = Stage::new();
    stage.up_to_printing();
    stage.event(order(7, true, true));
    let drawn = stage.done.iter().find_map(|effect| match effect {
        Effect::Draw { order, slip, .. } => Some((order.clone(), slip.reissued.is_some())),
        _ => None,
    });
    assert_eq!(drawn, Some((Uuid::from_u128(7).to_string(), true)));
    assert_eq!(papers(&stage), [Kind::First]);
}

#[test]
fn several_stops_stand_on_the_paper_with_their_counters_and_what_to_bring() {
    let mut stage = Stage::new();
    stage.confirm();
    let mut ticket = issued();
    ticket.ticket.then = vec!["moving".to_owned(), "gone".to_owned()];
    stage.hub_answers(crate::session::Outcome::Done(ticket));
    let (_, _, _, slip) = newest(&stage);
    let stops: Vec<_> = slip.stops.iter().map(|it| it.service.ja.as_str()).collect();
    assert_eq!(stops, ["引っ越し", "gone"]);
    let place = slip.stops[0].place.as_ref().unwrap();
    assert_eq!(place.ja, "5番窓口・6番窓口");
    let bring = slip.stops[0].bring.as_ref().unwrap();
    assert_eq!(bring.value.ja, ja("届出書")["ja"]);
    assert!(slip.stops[1].place.is_none());
}

#[test]
fn staff_is_told_how_printer_and_reader_are() {
    let mut stage = Stage::new();
    let is = |stage: &Stage| stage.session.machine();
    stage.printer(Report::SlipsOnRoll(41));
    assert_eq!(
        is(&stage),
        Machine {
            printer: PrinterNow::Ready,
            reader: ReaderNow::Ready,
            slips_on_roll: Some(41),
            held: Vec::new(),
        }
    );
    for (state, now) in [
        (PrinterState::NearEnd, PrinterNow::NearEnd),
        (PrinterState::PaperOut, PrinterNow::PaperOut),
        (PrinterState::CoverOpen, PrinterNow::CoverOpen),
        (PrinterState::CutterError, PrinterNow::CutterError),
        (PrinterState::Overheated, PrinterNow::Overheated),
        (PrinterState::Error, PrinterNow::Error),
        (PrinterState::Offline, PrinterNow::Offline),
        (PrinterState::Unknown, PrinterNow::Unknown),
    ] {
        stage.printer(Report::State(state));
        assert_eq!(is(&stage).printer, now);
    }
    stage.reader(card::session::ReaderState::Absent);
    assert_eq!(is(&stage).reader, ReaderNow::Absent);
}

/// What may happen to a paper.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Printed(usize),
    Unknown(usize),
    Failed(usize),
    Sent(usize),
    CameOut(bool),
    Reprint,
    State(bool),
    Order(u8),
    Wait(u8),
    Finish,
    Visit,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (0usize..6).prop_map(Happening::Printed),
        (0usize..6).prop_map(Happening::Unknown),
        (0usize..6).prop_map(Happening::Failed),
        (0usize..6).prop_map(Happening::Sent),
        any::<bool>().prop_map(Happening::CameOut),
        Just(Happening::Reprint),
        any::<bool>().prop_map(Happening::State),
        (0u8..8).prop_map(Happening::Order),
        (1u8..60).prop_map(Happening::Wait),
        Just(Happening::Finish),
        Just(Happening::Visit),
    ]
}

proptest! {
    /// Whatever printer, visitor and staff do: no ticket has two papers without a mark, no visitor more than two,
    /// and each order is one.
    #[test]
    fn no_two_papers_of_a_ticket_are_without_a_mark(happenings in proptest::collection::vec(happening(), 0..60)) {
        let mut stage = Stage::new();
        let mut jobs = Vec::new();
        let (mut visits, mut orders) = (0, 0);
        for happening in happenings {
            let job = |of: usize| jobs.get(of % jobs.len().max(1)).copied();
            let report = match happening {
                Happening::Printed(of) => job(of).map(Report::Printed),
                Happening::Unknown(of) => job(of).map(Report::Unknown),
                Happening::Failed(of) => job(of).map(|it| Report::Failed(it, Failure::Busy)),
                Happening::Sent(of) => job(of).map(Report::Sent),
                Happening::State(true) => Some(Report::State(PrinterState::Ready)),
                Happening::State(false) => Some(Report::State(PrinterState::CoverOpen)),
                _ => None,
            };
            match happening {
                Happening::CameOut(yes) => { stage.tap(KioskInput::SlipCameOut { yes }); }
                Happening::Reprint => { stage.tap(KioskInput::Reprint); }
                Happening::Order(which) => {
                    orders += 1;
                    stage.event(order(1_000 + u128::from(which) * 1_000 + orders, false, true));
                }
                Happening::Wait(seconds) => { stage.wait(i64::from(seconds)); }
                Happening::Finish => { stage.tap(KioskInput::Finish); }
                Happening::Visit if stage.at() == "idle" => {
                    visits += 1;
                    stage.confirm();
                    let mut ticket = issued();
                    ticket.ticket.id = format!("visit-{visits}");
                    stage.hub_answers(crate::session::Outcome::Done(ticket));
                }
                _ => { stage.event(report.map_or(Event::Tick, Event::Printer)); }
            }
            jobs = stage.done.iter().filter_map(|effect| match effect {
                Effect::Print { job, .. } => Some(*job),
                _ => None,
            }).collect();
        }
        for visit in 1..=visits {
            let ticket = format!("visit-{visit}");
            let kinds: Vec<_> = stage.done.iter().filter_map(|effect| match effect {
                Effect::Print { ticket: of, kind, slip, .. } if *of == ticket => {
                    Some((*kind, slip.reissued.is_some()))
                }
                _ => None,
            }).collect();
            prop_assert!(matches!(
                kinds.as_slice(),
                [(Kind::First, false)] | [(Kind::First, false), (Kind::Reissued, true)]
            ), "{kinds:?}");
        }
        let printings: Vec<_> = stage.done.iter().filter_map(|effect| match effect {
            Effect::Print { print, .. } => Some(*print),
            _ => None,
        }).collect();
        let once: std::collections::BTreeSet<_> = printings.iter().collect();
        prop_assert_eq!(once.len(), printings.len());
    }
}
