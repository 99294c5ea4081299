//! Answers to barriers, which carry no name.

use std::collections::VecDeque;
use std::time::Duration;

use super::*;

#[test]
fn a_barrier_confirms_the_slip_before_it() {
    let mut bench = Bench::barrier();
    bench.send(1);
    bench.take();
    bench.input(Input::Received(&[0x00]));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(1))]);
    bench.input(Input::Received(&[0x00]));
    assert!(bench.take().is_empty());
}

#[test]
fn a_lost_answer_to_a_barrier_puts_off_no_later_slip() {
    let mut bench = Bench::barrier();
    bench.send(1);
    bench.written.clear();
    while !bench.written.contains(&vec![0x1D, b'I', 67]) {
        bench.pass(Duration::from_millis(500));
        bench.input(Input::Received(&READY));
        assert!(bench.now < Duration::from_secs(120), "it is asked");
    }
    let (first, second) = (JobId::from_counter(1), JobId::from_counter(2));
    assert!(bench.take().contains(&Report::Unknown(first)));
    bench.input(Input::Received(b"_TM-T88\0"));
    assert_eq!(bench.take(), [Report::Printed(first)]);
    bench.send(2);
    bench.written.clear();
    bench.input(Input::Received(&[0x00]));
    assert!(bench.take().is_empty(), "it may be the first one's");
    assert_eq!(bench.written, [ASK_NAME.to_vec()]);
    bench.input(Input::Received(NAME));
    assert_eq!(bench.take(), [Report::Printed(second)]);
}

#[test]
fn an_earlier_slips_late_answer_confirms_no_later_slip() {
    let (first, second) = (JobId::from_counter(1), JobId::from_counter(2));
    let mut bench = Bench::barrier();
    bench.send(1);
    // It says nothing for a while; then its name confirms nothing, because it may have been switched off.
    bench.pass(Duration::from_secs(8));
    bench.polled_after_silence();
    assert!(bench.written.contains(&ASK_NAME.to_vec()));
    bench.input(Input::Received(NAME));
    assert!(!bench.take().contains(&Report::Printed(first)));
    bench.send(2);
    bench.input(Input::Received(&[0x00]));
    assert!(bench.take().is_empty(), "that was the first one's");
    bench.input(Input::Received(&[0x00]));
    assert_eq!(bench.take(), [Report::Printed(second)]);
}

#[test]
fn an_earlier_connections_late_answer_confirms_no_later_slip() {
    let mut bench = Bench::barrier();
    bench.send(1);
    bench.input(Input::Lost);
    bench.take();
    bench.written.clear();
    bench.input(Input::Connected);
    assert_eq!(bench.written.get(2), Some(&ASK_NAME.to_vec()));
    bench.input(Input::Received(&READY));
    bench.input(Input::Print(job(2)));
    assert_eq!(bench.jobs.len(), 1, "not before the name");
    bench.input(Input::Received(&[0x00]));
    bench.input(Input::Received(NAME));
    bench.input(Input::Received(&READY));
    let second = JobId::from_counter(2);
    assert_eq!(bench.jobs, [JobId::from_counter(1), second]);
    bench.input(Input::FirstByte);
    bench.input(Input::Sent);
    assert_eq!(bench.take(), [Report::State(PrinterState::Ready)]);
    bench.input(Input::Received(&[0x00]));
    assert_eq!(bench.take(), [Report::Printed(second)]);
}

#[test]
fn an_answer_that_tells_of_the_papers_end_confirms_nothing() {
    for answer in [0x0C, 0x04, 0x08, 0x0F] {
        let mut bench = Bench::barrier();
        bench.send(1);
        bench.input(Input::Received(&[answer]));
        let first = JobId::from_counter(1);
        assert_eq!(bench.take(), [Report::Unknown(first)], "{answer:02x}");
        bench.pass(Duration::from_millis(1100));
        bench.input(Input::Received(&READY));
        bench.input(Input::Received(NAME));
        assert!(bench.take().is_empty(), "{answer:02x}: nor does its name");
        bench.send(2);
        bench.input(Input::Received(&[0x03]));
        let second = JobId::from_counter(2);
        assert_eq!(bench.take(), [Report::Printed(second)], "near its end");
    }
}

#[test]
fn a_printer_that_does_not_know_its_name_is_not_waited_for_twice() {
    let mut bench = Bench::new(profile(Confirmation::Barrier, false));
    bench.input(Input::Connected);
    bench.input(Input::Received(&READY));
    bench.pass(Waits::default().name);
    bench.input(Input::Received(&READY));
    bench.take();
    for counter in [1, 2] {
        bench.send(counter);
        bench.input(Input::Received(&[0x00]));
        let printed = Report::Printed(JobId::from_counter(counter));
        assert_eq!(bench.take(), [printed]);
    }
    // An answer is lost: which one, nobody can tell, and a new connection begins to count anew.
    bench.send(3);
    bench.pass(Duration::from_secs(5));
    bench.polled_after_silence();
    bench.send(4);
    bench.input(Input::Received(&[0x00]));
    let unknown = |counter| Report::Unknown(JobId::from_counter(counter));
    assert!(bench.take().contains(&unknown(3)));
    while bench.reconnects == 0 {
        bench.pass(Duration::from_millis(900));
        bench.input(Input::Received(&READY));
        assert!(bench.now < Duration::from_secs(300));
    }
    let told = bench.take();
    assert!(told.contains(&unknown(4)), "{told:?}");
    assert!(!told.iter().any(|it| matches!(it, Report::Printed(_))));
    bench.input(Input::Connected);
    bench.input(Input::Received(&READY));
    bench.pass(Waits::default().name);
    bench.input(Input::Received(&READY));
    bench.send(5);
    bench.take();
    bench.input(Input::Received(&[0x00]));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(5))]);
}

#[test]
fn an_id_confirms_no_slip_that_is_still_being_sent() {
    let mut bench = Bench::ready();
    bench.input(Input::Print(job(1)));
    bench.input(Input::Received(&READY));
    bench.input(Input::FirstByte);
    bench.input(Input::Received(&confirmation(1)));
    assert!(
        bench.take().is_empty(),
        "an older program's slip had this id"
    );
    bench.input(Input::Sent);
    bench.input(Input::Received(&confirmation(1)));
    assert_eq!(bench.take(), [Report::Printed(JobId::from_counter(1))]);
}

/// What a printer was sent and has not come to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Slip(JobId),
    /// Its end will never come; it swallows what comes next.
    Torn,
    Zeros,
    Name,
}

/// A printer that does everything in order, late or not at all.
#[derive(Debug, Default)]
struct Slow {
    confirmation: Option<Confirmation>,
    clears: bool,
    items: VecDeque<Item>,
    answers: VecDeque<Vec<u8>>,
    papers: Vec<JobId>,
    /// Without paper: it answers what it is asked at once, and nothing in order.
    blocked: bool,
    /// Nothing of what it says arrives.
    stalled: bool,
}

impl Slow {
    fn takes(&mut self, bytes: &[u8]) {
        if bytes == POLL {
            let answers = if self.blocked { PAPER_OUT } else { READY };
            self.answers.push_back(answers.to_vec());
        } else if bytes == CLEAR_BUFFER {
            if self.clears {
                self.items.clear();
                self.answers.push_back(CLEARED.to_vec());
            }
        } else if bytes == ASK_NAME {
            self.items.push_back(Item::Name);
        } else if bytes.iter().all(|byte| *byte == 0) {
            self.items.push_back(Item::Zeros);
        }
    }

    fn works(&mut self, items: usize) {
        for _ in 0..items {
            if self.blocked || self.items.is_empty() {
                return;
            }
            match self.items.pop_front() {
                Some(Item::Slip(id)) => {
                    self.papers.push(id);
                    self.answers.push_back(match self.confirmation {
                        Some(Confirmation::ProcessId) => {
                            [&[0x37, 0x22][..], &id.bytes(), &[0]].concat()
                        }
                        Some(Confirmation::Barrier) | None => vec![0],
                    });
                }
                Some(Item::Name) => self.answers.push_back(NAME.to_vec()),
                Some(Item::Torn) => {
                    while self.items.pop_front().is_some_and(|it| it != Item::Zeros) {}
                }
                Some(Item::Zeros) | None => {}
            }
        }
    }
}

/// The machine at such a printer.
struct Course {
    bench: Bench,
    slow: Slow,
    jobs_seen: usize,
    judged: usize,
}

impl Course {
    /// What was written goes to the printer; slips go out whole unless the line is cut in them.
    fn carry(&mut self, whole: bool) {
        for bytes in std::mem::take(&mut self.bench.written) {
            self.slow.takes(&bytes);
        }
        while let Some(id) = self.bench.jobs.get(self.jobs_seen).copied() {
            self.jobs_seen += 1;
            self.bench.input(Input::FirstByte);
            if whole {
                self.bench.input(Input::Sent);
                self.slow.items.push_back(Item::Slip(id));
            } else {
                self.slow.items.push_back(Item::Torn);
                self.cut();
            }
            self.carry(true);
        }
        for report in self.bench.reports.iter().skip(self.judged) {
            if let Report::Printed(id) = report {
                assert!(self.slow.papers.contains(id), "{id} is on no paper");
            }
        }
        self.judged = self.bench.reports.len();
    }

    fn cut(&mut self) {
        self.bench.input(Input::Lost);
        self.bench.input(Input::Connected);
    }

    /// Time passes. What is neither without paper nor stalled does its work meanwhile.
    fn pass(&mut self, time: Duration) {
        let mut left = time;
        while left > Duration::ZERO {
            let step = left.min(Duration::from_millis(500));
            self.bench.pass(step);
            left -= step;
            self.carry(true);
            self.slow.works(usize::MAX);
            self.hear(usize::MAX, true);
        }
    }

    fn hear(&mut self, answers: usize, whole: bool) {
        for _ in 0..answers {
            if self.slow.stalled || self.slow.answers.is_empty() {
                return;
            }
            if let Some(answer) = self.slow.answers.pop_front() {
                self.bench.input(Input::Received(&answer));
                self.carry(whole);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_late_or_lost_no_slip_is_called_printed_that_is_not_on_paper(
        barrier in any::<bool>(),
        clears in any::<bool>(),
        happenings in proptest::collection::vec((0_u8..13, 0_u16..4000), 0..120),
    ) {
        let confirmation = if barrier { Confirmation::Barrier } else { Confirmation::ProcessId };
        let mut course = Course {
            bench: Bench::new(profile(confirmation, clears)),
            slow: Slow {
                confirmation: Some(confirmation),
                clears,
                ..Slow::default()
            },
            jobs_seen: 0,
            judged: 0,
        };
        course.bench.input(Input::Connected);
        course.carry(true);
        let mut asked = 0;
        for (kind, much) in happenings {
            match kind {
                0 => course.slow.answers.clear(),
                1 => course.cut(),
                2 => course.slow.blocked = !course.slow.blocked,
                3 => {
                    // Its power goes, and the line with it.
                    course.slow.items.clear();
                    course.slow.answers.clear();
                    course.cut();
                }
                4 | 5 => {
                    course.bench.input(Input::Print(job(asked)));
                    asked += 1;
                }
                6 | 7 => course.slow.works(usize::from(much % 5)),
                8 => course.hear(usize::from(much % 5), much % 3 > 0),
                9 | 10 => {
                    course.slow.works(usize::MAX);
                    course.hear(100, much % 7 > 0);
                }
                11 => course.slow.stalled = !course.slow.stalled,
                _ => course.pass(Duration::from_millis(u64::from(much) * 5)),
            }
            course.carry(true);
        }
    }
}

#[test]
fn a_name_confirms_nothing_for_a_printer_that_may_have_been_switched_off_meanwhile() {
    let mut bench = Bench::barrier();
    bench.send(1);
    bench.pass(Duration::from_secs(6));
    for _ in 0..10 {
        bench.pass(Duration::from_secs(1));
        bench.input(Input::Received(&READY));
        bench.input(Input::Received(b"_TM-T88\0"));
    }
    let printed = Report::Printed(JobId::from_counter(1));
    assert!(!bench.take().contains(&printed));
}
