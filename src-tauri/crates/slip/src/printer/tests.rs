use std::time::Duration;

use proptest::prelude::*;

use super::{Failure, Input, Output, Printer, PrinterState, Report, Waits};
use crate::encode::{CLEAR_BUFFER, Job, JobId};
use crate::profile::{Confirmation, Cut, Features, Profile};

mod begin;
mod ordered;
mod silence;

const READY: [u8; 4] = [0x12, 0x12, 0x12, 0x12];
const NEAR_END: [u8; 4] = [0x12, 0x12, 0x12, 0x1E];
const PAPER_OUT: [u8; 4] = [0x1A, 0x32, 0x12, 0x7E];
const CLEARED: [u8; 3] = [0x37, 0x25, 0x00];
const NAME: &[u8] = b"_TM-T88\0";
const EJECT: [u8; 6] = [0x1B, b'@', 0x1D, b'V', 66, 0];
const ASK_NAME: [u8; 3] = [0x1D, b'I', 67];
const PUSH: [u8; 3] = [0x1D, b'a', 0xFF];
const POLL: [u8; 12] = [0x10, 0x04, 1, 0x10, 0x04, 2, 0x10, 0x04, 3, 0x10, 0x04, 4];

fn profile(confirmation: Confirmation, clears_buffer: bool) -> Profile {
    Profile::new(Features {
        name: "scripted".to_owned(),
        dots: 576,
        dpi: 203,
        cut: Cut::Partial,
        tear_feed_rows: 0,
        confirmation,
        pushes_status: true,
        clears_buffer,
        band_rows_max: 128,
        ..Features::default()
    })
    .unwrap()
}

fn job(counter: u64) -> Job {
    Job {
        id: JobId::from_counter(counter),
        bytes: vec![0x1B, 0x40],
    }
}

fn confirmation(counter: u64) -> Vec<u8> {
    let id = JobId::from_counter(counter).bytes();
    [&[0x37, 0x22][..], &id, &[0]].concat()
}

/// A printer with a clock that only the test moves.
struct Bench {
    printer: Printer,
    now: Duration,
    reports: Vec<Report>,
    told_at: Vec<Duration>,
    written: Vec<Vec<u8>>,
    jobs: Vec<JobId>,
    rolls: Vec<u32>,
    reconnects: u32,
}

impl Bench {
    fn new(profile: Profile) -> Bench {
        Bench {
            printer: Printer::new(profile, Waits::default()),
            now: Duration::from_secs(100),
            reports: Vec::new(),
            told_at: Vec::new(),
            written: Vec::new(),
            jobs: Vec::new(),
            rolls: Vec::new(),
            reconnects: 0,
        }
    }

    fn ready() -> Bench {
        Bench::ready_with(profile(Confirmation::ProcessId, true))
    }

    /// Connected, its buffer emptied or flushed, its name told, its state asked.
    fn ready_with(profile: Profile) -> Bench {
        let clears = profile.features().clears_buffer;
        let mut bench = Bench::new(profile);
        bench.input(Input::Connected);
        if clears {
            bench.input(Input::Received(&CLEARED));
        }
        bench.input(Input::Received(NAME));
        bench.input(Input::Received(&READY));
        assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
        bench.written.clear();
        bench
    }

    fn barrier() -> Bench {
        Bench::ready_with(profile(Confirmation::Barrier, false))
    }

    fn input(&mut self, input: Input<'_>) {
        for output in self.printer.handle(input, self.now) {
            match output {
                Output::Write(bytes) => self.written.push(bytes),
                Output::WriteJob(job) => self.jobs.push(job.id),
                Output::Reconnect => self.reconnects += 1,
                Output::Report(Report::SlipsOnRoll(slips)) => self.rolls.push(slips),
                Output::Report(report) => {
                    self.reports.push(report);
                    self.told_at.push(self.now);
                }
            }
        }
    }

    /// Lets time pass, ticking whenever the printer asks to be.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(deadline) = self.printer.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.input(Input::Tick);
        }
        self.now = end;
    }

    /// Lets time pass until the printer is asked how it is; it answers, and what it owed before is lost.
    fn polled_after_silence(&mut self) {
        self.written.clear();
        while !self.written.contains(&POLL.to_vec()) {
            self.pass(Duration::from_millis(100));
        }
        self.input(Input::Received(&READY));
        self.pass(Waits::default().answer);
    }

    /// Lets time pass while the printer says its name and that it is ready as often as it is asked.
    fn pass_ready(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            for request in std::mem::take(&mut self.written) {
                if request == ASK_NAME {
                    self.input(Input::Received(NAME));
                } else if request == POLL {
                    self.input(Input::Received(&READY));
                }
            }
            self.pass(Duration::from_millis(100));
        }
    }

    /// Prints a job on a printer that is ready, up to the last byte sent.
    fn send(&mut self, counter: u64) {
        self.input(Input::Print(job(counter)));
        self.input(Input::Received(&READY));
        assert_eq!(self.jobs.last(), Some(&JobId::from_counter(counter)));
        self.input(Input::FirstByte);
        self.input(Input::Sent);
    }

    fn take(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }
}

#[test]
fn a_slip_is_printed_when_its_id_came_back_and_not_before() {
    let mut bench = Bench::ready();
    bench.send(1);
    assert!(bench.take().is_empty());
    bench.input(Input::Received(&confirmation(1)));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(1))]);
}

#[test]
fn the_printer_is_asked_how_it_is_before_every_slip() {
    let mut bench = Bench::ready();
    bench.written.clear();
    bench.input(Input::Print(job(1)));
    assert_eq!(bench.written, [POLL.to_vec()]);
    assert!(bench.jobs.is_empty(), "not before the answer");
    bench.input(Input::Received(&NEAR_END));
    assert_eq!(
        bench.jobs,
        [JobId::from_counter(1)],
        "near the end it prints"
    );
    assert_eq!(bench.take(), [Report::State(PrinterState::NearEnd)]);
}

#[test]
fn no_slip_is_sent_into_an_empty_roll() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&PAPER_OUT));
    assert!(bench.jobs.is_empty());
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::PaperOut),
            Report::Failed(
                JobId::from_counter(1),
                Failure::NotReady(PrinterState::PaperOut)
            ),
        ]
    );
}

#[test]
fn paper_that_ends_during_a_slip_makes_it_unknown_at_once_and_printed_after_the_refill() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Received(&[0x18, 0x00, 0x0F, 0x00]));
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::PaperOut),
            Report::Unknown(JobId::from_counter(1)),
        ]
    );
    bench.pass(Duration::from_millis(1200));
    bench.input(Input::Received(&PAPER_OUT));
    bench.input(Input::Received(&[0x10, 0x00, 0x00, 0x00]));
    bench.input(Input::Received(&confirmation(1)));
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::Ready),
            Report::Printed(JobId::from_counter(1)),
        ]
    );
    assert_eq!(bench.jobs.len(), 1, "sent once only");
}

#[test]
fn a_refused_connection_is_off_line_and_says_so_at_once() {
    let mut bench = Bench::new(profile(Confirmation::ProcessId, true));
    bench.input(Input::Print(job(1)));
    assert!(
        bench.take().is_empty(),
        "the first connection may still come"
    );
    bench.input(Input::Lost);
    bench.input(Input::Print(job(2)));
    let offline = Failure::NotReady(PrinterState::Offline);
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::Offline),
            Report::Failed(JobId::from_counter(1), offline),
            Report::Failed(JobId::from_counter(2), offline),
        ]
    );
}

#[test]
fn the_next_slip_waits_until_the_fate_of_the_one_before_is_told() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Print(job(2)));
    assert_eq!(bench.jobs.len(), 1);
    bench.input(Input::Received(&confirmation(1)));
    bench.input(Input::Received(&READY));
    assert_eq!(bench.jobs, [JobId::from_counter(1), JobId::from_counter(2)]);
}

#[test]
fn a_slips_time_begins_with_its_turn() {
    let [first, second, third] = [1, 2, 3].map(JobId::from_counter);
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Print(job(2)));
    bench.input(Input::Print(job(3)));
    bench.pass_ready(Duration::from_secs(3));
    bench.input(Input::Received(&confirmation(1)));
    bench.pass_ready(Duration::from_millis(200));
    assert_eq!(bench.jobs, [first, second]);
    bench.input(Input::FirstByte);
    bench.input(Input::Sent);
    assert_eq!(bench.take(), [Report::Printed(first)]);
    // The last one's turn does not come in time; that of the second one is not half over then.
    bench.pass_ready(Duration::from_secs(3));
    let told = bench.take();
    assert!(
        told.contains(&Report::Failed(third, Failure::Busy)),
        "{told:?}"
    );
    assert!(!told.contains(&Report::Unknown(second)), "{told:?}");
    bench.input(Input::Received(&confirmation(2)));
    assert!(bench.take().contains(&Report::Printed(second)));
}

#[test]
fn a_slip_that_follows_one_without_a_fate_has_its_whole_time_too() {
    let second = JobId::from_counter(2);
    let mut bench = Bench::ready();
    bench.send(1);
    bench.pass_ready(Duration::from_secs(2));
    bench.input(Input::Print(job(2)));
    bench.pass_ready(Duration::from_secs(4));
    let unknown = |counter| Report::Unknown(JobId::from_counter(counter));
    assert!(bench.take().contains(&unknown(1)));
    assert_eq!(bench.jobs.last(), Some(&second));
    bench.input(Input::FirstByte);
    bench.input(Input::Sent);
    bench.pass_ready(Duration::from_secs(3));
    assert!(bench.take().is_empty());
    bench.pass_ready(Duration::from_secs(2));
    assert!(bench.take().contains(&unknown(2)));
}

#[test]
fn a_slip_that_waits_is_dropped_for_the_one_that_is_asked_for_in_its_place() {
    let [first, old, new] = [1, 2, 3].map(JobId::from_counter);
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Print(job(2)));
    bench.input(Input::Replace { old, job: job(3) });
    assert_eq!(bench.take(), [Report::Failed(old, Failure::Busy)]);
    bench.input(Input::Received(&confirmation(1)));
    bench.input(Input::Received(&READY));
    assert_eq!(bench.jobs, [first, new]);
}

#[test]
fn too_many_jobs_are_refused() {
    let mut bench = Bench::ready();
    for counter in 0..9 {
        bench.input(Input::Print(job(counter)));
    }
    assert_eq!(
        bench.take(),
        [Report::Failed(JobId::from_counter(8), Failure::Busy)]
    );
}

#[test]
fn a_cutter_that_was_freed_is_started_again_and_what_the_printer_holds_is_forgotten() {
    const JAMMED: [u8; 4] = [0x1A, 0x52, 0x1A, 0x12];
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Received(&[0x18, 0x08, 0x00, 0x00]));
    assert_eq!(
        bench.take(),
        [
            Report::State(PrinterState::CutterError),
            Report::Unknown(JobId::from_counter(1)),
        ]
    );
    bench.written.clear();
    let recovery = vec![0x10, 0x05, 2];
    while !bench.written.contains(&recovery) {
        bench.pass(Duration::from_millis(500));
        bench.input(Input::Received(&JAMMED));
        assert!(bench.now < Duration::from_secs(120), "it is tried");
    }
    let waited = bench.now - Duration::from_secs(100);
    assert!(
        waited >= Duration::from_secs(10),
        "not while hands are in it"
    );
    let after = bench.written.iter().position(|bytes| *bytes == recovery);
    assert_eq!(
        bench.written[after.unwrap() + 1..],
        [
            EJECT.to_vec(),
            ASK_NAME.to_vec(),
            PUSH.to_vec(),
            POLL.to_vec()
        ],
        "initialised, parted, told to push again, and asked"
    );
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
    bench.send(2);
    bench.input(Input::Received(&confirmation(2)));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(2))]);
    assert_eq!(bench.jobs, [JobId::from_counter(1), JobId::from_counter(2)]);
}

#[test]
fn a_cutter_is_left_alone_while_the_cover_is_open_and_by_a_profile_without_recovery() {
    for (cover, clears) in [(true, true), (false, false)] {
        let mut bench = Bench::new(profile(Confirmation::ProcessId, clears));
        bench.input(Input::Connected);
        bench.input(Input::Received(&CLEARED));
        let offline_cause = if cover { 0x56 } else { 0x52 };
        for _ in 0..100 {
            bench.input(Input::Received(&[0x1A, offline_cause, 0x1A, 0x12]));
            bench.pass(Duration::from_secs(1));
        }
        assert!(!bench.written.contains(&vec![0x10, 0x05, 2]));
    }
}

#[test]
fn a_slip_that_replaces_an_unknown_one_is_sent_when_the_printer_has_forgotten_that() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Received(&[0x18, 0x00, 0x0F, 0x00]));
    bench.input(Input::Received(&[0x10, 0x00, 0x00, 0x00]));
    bench.take();
    bench.written.clear();
    bench.input(Input::Replace {
        old: JobId::from_counter(1),
        job: job(2),
    });
    assert_eq!(bench.written, [CLEAR_BUFFER.to_vec()], "and nothing else");
    bench.input(Input::Received(&CLEARED));
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    assert_eq!(bench.jobs, [JobId::from_counter(1), JobId::from_counter(2)]);
    bench.input(Input::FirstByte);
    bench.input(Input::Sent);
    bench.input(Input::Received(&confirmation(2)));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(2))]);
}

#[test]
fn a_slip_that_replaces_a_printed_one_is_simply_printed() {
    let mut bench = Bench::ready();
    bench.send(1);
    bench.input(Input::Received(&confirmation(1)));
    bench.written.clear();
    bench.input(Input::Replace {
        old: JobId::from_counter(1),
        job: job(2),
    });
    assert_eq!(bench.written, [POLL.to_vec()]);
}

#[test]
fn slips_are_counted_from_one_change_of_the_roll_to_the_next() {
    let profile = profile(Confirmation::ProcessId, true);
    let mut bench = Bench::new(profile.clone());
    bench.printer = Printer::new(profile, Waits::default()).with_slips_on_roll(41);
    bench.input(Input::Connected);
    bench.input(Input::Received(&CLEARED));
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    for counter in [1, 2] {
        bench.send(counter);
        bench.input(Input::Received(&confirmation(counter)));
    }
    assert_eq!(bench.rolls, [42, 43]);
    bench.input(Input::Received(&[0x18, 0x00, 0x0F, 0x00]));
    bench.input(Input::Received(&[0x38, 0x00, 0x0C, 0x00]));
    bench.input(Input::Received(&[0x10, 0x00, 0x00, 0x00]));
    bench.send(3);
    assert_eq!(bench.rolls, [42, 43, 0, 1]);
    assert_eq!(bench.printer.slips_on_roll(), 1);
}

/// One thing that may happen, for the properties below.
fn happening() -> impl Strategy<Value = (u8, Vec<u8>, u16)> {
    let bytes = prop_oneof![
        Just(READY.to_vec()),
        Just(PAPER_OUT.to_vec()),
        Just(vec![0x18, 0x00, 0x0F, 0x00]),
        Just(vec![0x1A, 0x52, 0x1A, 0x12]),
        Just(b"_TM-T88\0".to_vec()),
        (0_u64..4).prop_map(confirmation),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    (0_u8..8, bytes, 0_u16..3000)
}

proptest! {
    #[test]
    fn whatever_happens_no_slip_is_sent_twice_and_none_is_printed_without_its_id(
        happenings in proptest::collection::vec(happening(), 0..60),
    ) {
        let mut bench = Bench::new(profile(Confirmation::ProcessId, true));
        let mut heard: Vec<u8> = Vec::new();
        let mut asked = 0_u64;
        let mut asked_at = Vec::new();
        for (kind, bytes, wait_ms) in happenings {
            if matches!(kind, 4 | 7) {
                let is_first = bench.printer.waiting.is_empty() && !bench.printer.occupied();
                asked_at.push((bench.now, is_first));
            }
            match kind {
                0 => bench.input(Input::Connected),
                1 => bench.input(Input::Lost),
                2 => bench.input(Input::FirstByte),
                3 => bench.input(Input::Sent),
                4 => {
                    bench.input(Input::Print(job(asked)));
                    asked += 1;
                }
                7 => {
                    let old = JobId::from_counter(asked.saturating_sub(1));
                    bench.input(Input::Replace {
                        old,
                        job: job(asked),
                    });
                    asked += 1;
                }
                5 => bench.pass(Duration::from_millis(u64::from(wait_ms) * 4)),
                _ => {
                    heard.extend(&bytes);
                    bench.input(Input::Received(&bytes));
                }
            }
        }
        bench.pass(Duration::from_secs(10));
        for counter in 0..asked {
            let id = JobId::from_counter(counter);
            let sent = bench.jobs.iter().filter(|job| **job == id).count();
            prop_assert!(sent <= 1);
            let told = |report: &Report| bench.reports.iter().filter(|told| *told == report).count();
            let printed = told(&Report::Printed(id));
            let unknown = told(&Report::Unknown(id));
            let failed = bench
                .reports
                .iter()
                .filter(|report| matches!(report, Report::Failed(job, _) if *job == id))
                .count();
            prop_assert!(printed <= 1 && unknown <= 1 && failed <= 1);
            prop_assert!(failed == 0 || (printed == 0 && unknown == 0));
            prop_assert_eq!(printed + unknown + failed > 0, true, "every slip's fate is told");
            let fate = bench.reports.iter().zip(&bench.told_at).find_map(|(report, at)| {
                let of_this = match report {
                    Report::Printed(job) | Report::Unknown(job) | Report::Failed(job, _) => *job == id,
                    Report::State(_) | Report::FirstByte { .. } | Report::Sent(_) | Report::SlipsOnRoll(_) => false,
                };
                of_this.then_some(*at)
            });
            let (fate, asked) = (fate.unwrap(), asked_at[usize::try_from(counter).unwrap()]);
            let waits = Waits::default();
            let (asked, is_first) = asked;
            // Only another slip may hold it up, and that not for ever.
            let most = waits.confirmation + if is_first { Duration::ZERO } else { waits.turn };
            prop_assert!(fate - asked <= most, "{:?}", fate - asked);
            let id = confirmation(counter);
            prop_assert!(printed == 0 || heard.windows(id.len()).any(|window| window == id));
        }
    }
}
