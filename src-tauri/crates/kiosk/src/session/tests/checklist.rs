//! この一覧を持ち帰る: a paper without a number, whatever becomes of it, and the ticket all the same.

use slip::{
    Checklist, JobId,
    printer::{Failure, PrinterState, Report},
};
use wire::{
    checklist::{ChecklistState, ChecklistView},
    kiosk::{KioskInput, Screen},
    machine::PrintOrder,
    office::SlipState,
};

use super::stage::{NAME, Stage, issued};
use crate::session::{Effect, Event, Outcome};

const PAGE: &str = "https://city.example/uketsuke.html";

fn at_plan() -> Stage {
    let mut stage = Stage::with_errands();
    stage.session.setup.phone_page_url = Some(PAGE.to_owned());
    stage.up_to_plan();
    stage
}

fn view(stage: &Stage) -> ChecklistView {
    match stage.screen() {
        Screen::Plan(plan) => plan.checklist.expect("a plan is taken home"),
        Screen::Done { checklist, .. } => checklist.expect("a plan was taken home"),
        _ => panic!("{}", stage.at()),
    }
}

/// The papers that went to the printer so far.
fn sent(stage: &Stage) -> Vec<(JobId, usize, &Checklist)> {
    let effects = stage.done.iter().filter_map(|effect| match effect {
        Effect::PrintChecklist {
            job,
            page,
            checklist,
        } => Some((*job, *page, &**checklist)),
        _ => None,
    });
    effects.collect()
}

/// Asks for the paper; it has so many pages.
fn print(stage: &mut Stage, papers: usize) -> JobId {
    stage.tap(KioskInput::PrintChecklist);
    let job = sent(stage).last().expect("it goes to the printer").0;
    stage.event(Event::ChecklistDrawn { job, papers });
    job
}

fn printer(stage: &mut Stage, report: Report) {
    stage.event(Event::Printer(report));
}

fn take_ticket(stage: &mut Stage) {
    stage.tap(KioskInput::Confirm);
    let key = stage.attempts().last().expect("a ticket is asked for").0;
    stage.event(Event::Issued {
        key,
        outcome: Outcome::Done(issued()),
    });
}

#[test]
fn a_checklist_says_what_to_do_and_what_to_bring_and_nothing_of_anybody() {
    let mut stage = at_plan();
    print(&mut stage, 1);
    let (_, page, list) = sent(&stage)[0];
    assert_eq!((page, list.office.as_str()), (1, "試験市役所"));
    let counters: Vec<(&str, Option<u32>)> = (list.counters.groups.iter())
        .map(|it| (it.name.ja.as_str(), it.ordinal))
        .collect();
    assert_eq!(counters, [("引っ越し", Some(1)), ("おくやみ", Some(2))]);
    let first = &list.counters.groups[0].errands[0];
    assert_eq!(first.bring.len(), 2);
    assert!(first.marks.is_empty());
    assert_eq!(
        list.later.groups[0].errands[0].facts[0].ja,
        "異動が済んでから"
    );
    assert_eq!(list.elsewhere.groups.len(), 1);
    assert_eq!(list.telephone.as_ref().unwrap().value.ja, "012-345-6789");
    let all = format!("{list:?}");
    for theirs in [NAME, "A-001", "unknown"] {
        assert!(!all.contains(theirs), "{theirs}");
    }
    let url = &list.code.as_ref().unwrap().url;
    assert!(
        url.starts_with("https://city.example/uketsuke.html#plan=1.move.R1"),
        "{url}"
    );
}

#[test]
fn a_paper_that_came_out_is_told_and_may_be_printed_again_three_times_in_all() {
    let mut stage = at_plan();
    let waits = view(&stage);
    assert_eq!(
        (waits.state, waits.can_print, waits.left),
        (ChecklistState::None, true, 3)
    );
    assert!(waits.qr.is_some());
    for left in [2, 1, 0] {
        let job = print(&mut stage, 1);
        let printing = view(&stage);
        assert_eq!(
            (printing.state, printing.can_print),
            (ChecklistState::Printing, false)
        );
        printer(&mut stage, Report::Printed(job));
        let printed = view(&stage);
        assert_eq!(printed.state, ChecklistState::Printed);
        assert_eq!((printed.left, printed.can_print), (left, left > 0));
    }
    let before = sent(&stage).len();
    stage.tap(KioskInput::PrintChecklist);
    assert_eq!(sent(&stage).len(), before);
}

#[test]
fn the_second_paper_of_a_long_list_follows_the_first() {
    let mut stage = at_plan();
    let first = print(&mut stage, 2);
    assert_eq!(sent(&stage).len(), 1);
    printer(&mut stage, Report::Printed(first));
    let (second, page, _) = sent(&stage)[1];
    assert_eq!((page, view(&stage).state), (2, ChecklistState::Printing));
    assert_ne!(first, second);
    stage.event(Event::ChecklistDrawn {
        job: second,
        papers: 2,
    });
    printer(&mut stage, Report::Sent(second));
    assert_eq!(view(&stage).state, ChecklistState::Printed);
    assert_eq!(sent(&stage).len(), 2);
}

#[test]
fn without_paper_that_is_told_the_ticket_is_taken_and_the_list_is_printed_from_the_last_page() {
    let mut stage = at_plan();
    let job = print(&mut stage, 1);
    let out = Failure::NotReady(PrinterState::PaperOut);
    printer(&mut stage, Report::Failed(job, out));
    printer(&mut stage, Report::State(PrinterState::PaperOut));
    let trouble = view(&stage);
    assert_eq!(
        (trouble.state, trouble.can_print),
        (ChecklistState::Failed, false)
    );
    assert_eq!(trouble.left, 3, "what never came out is not counted");
    stage.tap(KioskInput::PrintChecklist);
    assert_eq!(sent(&stage).len(), 1, "nothing goes into an empty roll");

    take_ticket(&mut stage);
    let slip = stage.printed().0;
    printer(&mut stage, Report::Failed(slip, out));
    printer(&mut stage, Report::State(PrinterState::Ready));
    assert_eq!(stage.at(), "done");
    let offered = view(&stage);
    assert!(offered.can_print && offered.qr.is_some());
    let job = print(&mut stage, 1);
    let (_, _, list) = *sent(&stage).last().unwrap();
    assert_eq!(list.counters.groups.len(), 2, "the plan is still known");
    printer(&mut stage, Report::Printed(job));
    let Screen::Done { slip, .. } = stage.screen() else {
        panic!("{}", stage.at())
    };
    assert_eq!(
        slip,
        SlipState::Failed,
        "the list's paper says nothing of the slip"
    );
    assert_eq!(view(&stage).state, ChecklistState::Printed);
}

#[test]
fn a_ticket_is_taken_while_the_list_is_printed_and_its_slip_goes_before_the_second_paper() {
    let mut stage = at_plan();
    let first = print(&mut stage, 2);
    take_ticket(&mut stage);
    let slip = stage.printed().0;
    printer(&mut stage, Report::Printed(first));
    assert_eq!(sent(&stage).len(), 1, "somebody waits for a slip");
    printer(&mut stage, Report::Printed(slip));
    assert_eq!(stage.at(), "done");
    assert_eq!(sent(&stage).len(), 2);
    assert_eq!(view(&stage).state, ChecklistState::Printing);
}

#[test]
fn nothing_of_a_list_is_told_to_the_hub_or_written_down_and_no_paper_outlives_its_visitor() {
    let mut stage = at_plan();
    let job = print(&mut stage, 2);
    printer(&mut stage, Report::Unknown(job));
    assert_eq!(view(&stage).state, ChecklistState::Unknown);
    let told = stage.done.iter().any(|effect| {
        matches!(
            effect,
            Effect::ReportSlip { .. } | Effect::Ordered { .. } | Effect::Print { .. }
        )
    });
    assert!(!told);
    let again = print(&mut stage, 2);
    stage.tap(KioskInput::Cancel);
    printer(&mut stage, Report::Printed(again));
    assert_eq!(stage.at(), "idle");
    assert_eq!(
        sent(&stage).len(),
        2,
        "the second paper is nobody's any more"
    );
}

#[test]
fn another_answer_makes_another_list() {
    let mut stage = at_plan();
    let job = print(&mut stage, 1);
    printer(&mut stage, Report::Printed(job));
    assert_eq!(view(&stage).state, ChecklistState::Printed);
    stage
        .tap(KioskInput::Edit {
            field: "insured".to_owned(),
        })
        .answer("insured", "unknown");
    assert_eq!(
        (stage.at().as_str(), view(&stage).state),
        ("plan", ChecklistState::None)
    );
    assert_eq!(view(&stage).left, 2);
}

#[test]
fn an_office_without_a_phone_page_shows_no_code() {
    let mut stage = at_plan();
    stage.session.setup.phone_page_url = None;
    assert!(view(&stage).qr.is_none());
    print(&mut stage, 1);
    assert!(sent(&stage)[0].2.code.is_none());
}

#[test]
fn staffs_orders_wait_for_the_lists_paper() {
    let mut stage = at_plan();
    let job = print(&mut stage, 1);
    let order = PrintOrder {
        id: uuid::Uuid::from_u128(77).to_string(),
        issued: *issued(),
        reissued: true,
        preview: false,
    };
    stage.event(Event::Order(Box::new(order)));
    assert!(!stage.prints());
    printer(&mut stage, Report::Printed(job));
    assert!(stage.prints());
}

#[test]
fn a_last_day_on_which_the_office_is_closed_is_told_with_the_open_day_before_it() {
    use chrono::Datelike as _;
    let mut stage = Stage::with_errands();
    stage.session.setup.opens_on =
        std::sync::Arc::new(|day| day.weekday().number_from_monday() < 6);
    stage
        .entry("moved")
        .answer("kind", "in")
        // Fourteen days later is a Saturday, and the law moves that to Monday.
        .answer("moved_on", "2026-11-21")
        .answer("insured", "no")
        .answer("dog", "no");
    let line = &stage.plan().stops[0].lines[0];
    assert_eq!(line.last_day.as_deref(), Some("2026-12-07"));
    assert_eq!(line.open_by, None);
}
