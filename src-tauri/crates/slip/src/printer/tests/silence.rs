//! Printers that say nothing, or say it late.

use std::time::Duration;

use super::*;

#[test]
fn a_printer_that_falls_silent_makes_the_slip_unknown_in_five_seconds_and_is_not_sent_it_again() {
    let mut bench = Bench::ready();
    bench.send(1);
    let before = bench.now;
    while !bench
        .reports
        .contains(&Report::Unknown(JobId::from_counter(1)))
    {
        bench.pass(Duration::from_millis(100));
    }
    assert!(bench.now - before <= Duration::from_secs(5));
    bench.pass(Duration::from_secs(20));
    assert_eq!(bench.jobs.len(), 1);
    assert_eq!(bench.reconnects, 0, "it keeps listening");
    bench.take();
    bench.input(Input::Received(&confirmation(1)));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(1))]);
}

#[test]
fn a_printer_that_does_not_answer_before_the_slip_is_off_line_and_nothing_is_sent() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.pass(Duration::from_secs(2));
    assert!(bench.jobs.is_empty());
    assert_eq!(bench.reconnects, 1);
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::Offline),
            Report::Failed(
                JobId::from_counter(1),
                Failure::NotReady(PrinterState::Offline)
            ),
        ]
    );
}

#[test]
fn no_request_is_written_into_a_slip_that_is_being_sent() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&READY));
    bench.input(Input::FirstByte);
    bench.written.clear();
    for _ in 0..10 {
        // A slow line takes a little every now and then: that is no silence.
        bench.pass(Duration::from_secs(50));
        bench.input(Input::Accepted);
    }
    assert!(bench.written.is_empty());
    assert_eq!(bench.reconnects, 0);
    bench.pass(Duration::from_secs(70));
    assert_eq!(
        bench.reconnects, 1,
        "a minute without a sign of life is the end"
    );
}

#[test]
fn answers_that_come_late_are_not_taken_for_the_next_polls() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.pass(Duration::from_millis(1100));
    bench.input(Input::Received(&PAPER_OUT[..2]));
    bench.pass(Duration::from_millis(2600));
    assert_eq!(bench.take(), [Report::State(PrinterState::Offline)]);
    // The rest of the poll that was given up, and what is asked now.
    bench.input(Input::Received(&PAPER_OUT[2..]));
    assert!(bench.take().is_empty());
    bench.input(Input::Received(&READY));
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
}

#[test]
fn answers_that_were_lost_are_not_waited_for() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.pass(Duration::from_secs(10));
    bench.take();
    let asked = bench.written.iter().filter(|it| **it == POLL).count();
    assert!(asked > 2, "{asked}");
    bench.polled_after_silence();
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
}

#[test]
fn after_a_long_silence_the_first_slip_is_held_up_for_a_moment_only() {
    for (confirmation, clears) in [
        (Confirmation::ProcessId, true),
        (Confirmation::ProcessId, false),
        (Confirmation::Barrier, false),
    ] {
        let mut bench = Bench::ready_with(profile(confirmation, clears));
        bench.send(1);
        for _ in 0..3 {
            bench.pass(Duration::from_secs(66));
            if bench.printer.state() == Some(PrinterState::Offline) && bench.reconnects > 0 {
                bench.input(Input::Connected);
            }
        }
        // Everything it was asked meanwhile is lost.
        bench.polled_after_silence();
        assert_eq!(bench.printer.state(), Some(PrinterState::Ready));
        assert!(bench.written.contains(&ASK_NAME.to_vec()));
        bench.input(Input::Received(NAME));
        bench.pass(Duration::from_millis(400));
        bench.input(Input::Print(job(2)));
        for _ in 0..3 {
            bench.input(Input::Received(&READY));
            bench.pass(Duration::from_millis(1000));
        }
        assert_eq!(bench.jobs.len(), 2, "{confirmation:?} {clears}");
    }
}
