//! The beginning of a connection: what an earlier one may have left in the printer.

use std::time::Duration;

use super::*;

#[test]
fn a_connection_lost_before_the_first_byte_means_that_there_is_no_slip() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&READY));
    bench.input(Input::Lost);
    assert!(bench.take().contains(&Report::Failed(
        JobId::from_counter(1),
        Failure::NotReady(PrinterState::Offline)
    )));
    bench.written.clear();
    bench.input(Input::Connected);
    assert_eq!(bench.written, [PUSH.to_vec(), POLL.to_vec()]);
}

#[test]
fn a_slip_torn_by_a_lost_connection_is_cleared_from_the_buffer_before_the_next() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&READY));
    bench.input(Input::FirstByte);
    bench.input(Input::Lost);
    assert!(
        bench
            .take()
            .contains(&Report::Unknown(JobId::from_counter(1)))
    );
    bench.written.clear();
    bench.input(Input::Connected);
    bench.input(Input::Print(job(2)));
    assert_eq!(
        bench.written,
        [CLEAR_BUFFER.to_vec()],
        "and nothing else yet"
    );
    bench.input(Input::Received(&CLEARED));
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    assert_eq!(bench.jobs, [JobId::from_counter(1), JobId::from_counter(2)]);
}

#[test]
fn a_printer_that_cannot_clear_is_fed_zeros_to_the_end_of_the_torn_picture() {
    let mut bench = Bench::barrier();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&READY));
    bench.input(Input::FirstByte);
    bench.input(Input::Lost);
    bench.written.clear();
    bench.input(Input::Connected);
    assert_eq!(bench.written.first(), Some(&vec![0; 72 * 128 + 32]));
    assert_eq!(bench.written.get(1), Some(&EJECT.to_vec()));
}

#[test]
fn what_the_program_before_may_have_left_in_the_printer_is_ended_before_the_first_slip() {
    for (clears, ends) in [
        (true, vec![CLEAR_BUFFER.to_vec()]),
        (
            false,
            vec![vec![0; 72 * 128 + 32], EJECT.to_vec(), ASK_NAME.to_vec()],
        ),
    ] {
        let mut bench = Bench::new(profile(Confirmation::Barrier, clears));
        bench.input(Input::Print(job(1)));
        bench.input(Input::Connected);
        assert_eq!(bench.written[..ends.len()], ends);
        if clears {
            bench.input(Input::Received(&CLEARED));
            assert_eq!(bench.written[1..3], [EJECT.to_vec(), ASK_NAME.to_vec()]);
        }
        // The older slip's barrier is answered now.
        bench.input(Input::Received(&[0x00]));
        bench.input(Input::Received(&READY));
        assert!(bench.jobs.is_empty());
        bench.input(Input::Received(NAME));
        bench.input(Input::Received(&READY));
        assert_eq!(bench.jobs, [JobId::from_counter(1)]);
        bench.input(Input::FirstByte);
        bench.input(Input::Sent);
        assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
    }
}

#[test]
fn a_mending_that_did_not_arrive_is_repeated_on_the_next_connection() {
    for clears in [true, false] {
        let mut bench = Bench::new(profile(Confirmation::ProcessId, clears));
        for _ in 0..3 {
            bench.written.clear();
            bench.input(Input::Connected);
            let first = bench.written.first().unwrap();
            let expected = if clears {
                CLEAR_BUFFER.to_vec()
            } else {
                vec![0; 72 * 128 + 32]
            };
            assert_eq!(*first, expected);
            if clears {
                bench.input(Input::Received(&CLEARED));
            }
            bench.input(Input::Lost);
        }
        bench.input(Input::Connected);
        if clears {
            bench.input(Input::Received(&CLEARED));
        }
        bench.input(Input::Received(&READY));
        bench.pass(Duration::from_millis(1600));
        bench.input(Input::Lost);
        bench.written.clear();
        bench.input(Input::Connected);
        assert_eq!(bench.written, [PUSH.to_vec(), POLL.to_vec()]);
    }
}

#[test]
fn a_printer_that_does_not_clear_when_told_is_flushed_then_and_from_then_on() {
    let zeros = vec![0; 72 * 128 + 32];
    let mut bench = Bench::new(profile(Confirmation::ProcessId, true));
    bench.input(Input::Connected);
    assert_eq!(bench.written, [CLEAR_BUFFER.to_vec()]);
    bench.pass(Waits::default().clear);
    assert_eq!(bench.written.get(1), Some(&zeros));
    bench.input(Input::Received(&READY));
    bench.input(Input::Received(NAME));
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
    bench.send(1);
    bench.input(Input::Received(&confirmation(1)));
    bench.take();
    bench.send(2);
    bench.input(Input::Lost);
    bench.written.clear();
    bench.input(Input::Connected);
    assert_eq!(bench.written.first(), Some(&zeros), "it is not asked again");
}

#[test]
fn a_printer_that_says_nothing_at_all_may_still_clear_when_it_is_back() {
    let mut bench = Bench::new(profile(Confirmation::ProcessId, true));
    bench.input(Input::Connected);
    bench.pass(Duration::from_secs(100));
    assert!(bench.reconnects > 0);
    assert_eq!(bench.take(), [Report::State(PrinterState::Offline)]);
    bench.written.clear();
    bench.input(Input::Connected);
    assert_eq!(bench.written, [CLEAR_BUFFER.to_vec()]);
    bench.input(Input::Received(&CLEARED));
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    bench.pass(Duration::from_millis(1600));
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
}
