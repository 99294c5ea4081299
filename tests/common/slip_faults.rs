//! A printer that stops at a certain byte of a slip, in seven ways, and what becomes of the slip. The oracle is the
//! paper: what came out of the virtual printer, dot by dot.
//!
//! ```text
//! 0 s      slip A is printed; at its byte n the fault comes
//! later    somebody repairs the printer; if A was not confirmed, staff prints it again, marked 再発行
//! then     the next visitor's slip B must come out whole and be confirmed
//! ```
//!
//! The whole matrix is played with the product's machine and the virtual printer's mechanism in a world whose clock is
//! a number. A sample of it is played over real sockets with the product's own transport.
#![allow(
    clippy::disallowed_methods,
    reason = "real sockets have real time; nothing here is shipped"
)]
#![allow(
    dead_code,
    reason = "system tests and benchmark each use their part of it"
)]

#[path = "slip_faults/sockets.rs"]
mod sockets;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use sim::printer::{Fault, Mechanism, Script};
use slip::{
    Confirmation, Features, Job, JobId, Profile, Raster,
    printer::{Input, Output, Printer, Report, Waits},
};

pub use sockets::{Pace, play_sample};

/// A kiosk must be free again after this.
pub const FREE_MAX: Duration = Duration::from_secs(5);

/// One way in which a printer stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    PaperEnd,
    Cover,
    PowerOff,
    Reset,
    Silent,
    AckLost,
    AckLate,
}

impl Stop {
    pub const ALL: [Stop; 7] = [
        Stop::PaperEnd,
        Stop::Cover,
        Stop::PowerOff,
        Stop::Reset,
        Stop::Silent,
        Stop::AckLost,
        Stop::AckLate,
    ];

    fn fault(self, late: Duration) -> Fault {
        match self {
            Stop::PaperEnd => Fault::PaperOut,
            Stop::Cover => Fault::CoverOpen,
            Stop::PowerOff => Fault::PowerOff,
            Stop::Reset => Fault::Reset,
            Stop::Silent => Fault::Silent,
            Stop::AckLost => Fault::LosesIds,
            Stop::AckLate => Fault::LateIds { by: late },
        }
    }
}

/// One printer, one fault, one repair.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    pub stop: Stop,
    /// The byte of the slip.
    pub at: usize,
    /// Bytes that the printer keeps when it cannot print.
    pub buffer: usize,
    /// How long it stays broken.
    pub repaired_after: Duration,
    /// It does not empty its buffer when told, whatever its profile says.
    pub never_clears: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub courses: usize,
    /// A number stands on two slips, and neither is marked.
    pub doubles: usize,
    /// A slip is on no paper, and nobody was told. What staff prints blindly later does not count.
    pub lost: usize,
    /// Nobody was ever told what became of a slip, on paper or not.
    pub untold: usize,
    /// Somebody was told, but later than [`FREE_MAX`].
    pub late: usize,
    /// A slip was called printed and was not on paper.
    pub untrue: usize,
    /// The next visitor's slip did not come out whole and confirmed.
    pub next_failed: usize,
    /// Slips confirmed in the end, though the printer stopped.
    pub confirmed: usize,
    /// The longest time from handing the slip to the printer's machine to what it first told of it.
    pub free_after: Duration,
}

impl Tally {
    /// Nothing happened that must not.
    pub fn holds(&self) -> bool {
        self.wrong() == 0 && self.late == 0
    }

    /// Everything that must not happen, but for lateness.
    pub fn wrong(&self) -> usize {
        self.doubles + self.lost + self.untold + self.untrue + self.next_failed
    }

    /// This and that.
    pub fn add(&mut self, other: Tally) {
        self.courses += other.courses;
        self.doubles += other.doubles;
        self.lost += other.lost;
        self.untold += other.untold;
        self.late += other.late;
        self.untrue += other.untrue;
        self.next_failed += other.next_failed;
        self.confirmed += other.confirmed;
        self.free_after = self.free_after.max(other.free_after);
    }
}

/// The three slips of a course.
#[derive(Clone)]
pub struct Slips {
    profile: Profile,
    first: Raster,
    again: Raster,
    next: Raster,
    jobs: [Job; 3],
}

impl Slips {
    pub fn new(confirmation: Confirmation) -> Slips {
        let profile = Profile::new(Features {
            confirmation,
            pushes_status: true,
            clears_buffer: confirmation == Confirmation::ProcessId,
            ..Features::default()
        });
        let profile = profile.unwrap();
        let [first, again, next] = [1, 2, 3].map(picture);
        let job = |raster: &Raster, counter| {
            slip::encode(raster, &profile, JobId::from_counter(counter)).unwrap()
        };
        Slips {
            jobs: [job(&first, 1), job(&again, 2), job(&next, 3)],
            profile,
            first,
            again,
            next,
        }
    }

    fn job(&self, counter: u64) -> Job {
        let [first, again, next] = &self.jobs;
        let job = match counter {
            1 => first,
            2 => again,
            _ => next,
        };
        job.clone()
    }

    /// Bytes of the first slip.
    pub fn bytes(&self) -> usize {
        self.job(1).bytes.len()
    }
}

/// Dots like those of a slip: lines of small characters, a large number, blank rows; another for each seed.
fn picture(seed: u32) -> Raster {
    let mut raster = Raster::blank(576, 560);
    for y in 0..560 {
        let is_large = (200..400).contains(&y);
        let (line, blank) = if is_large { (200, 20) } else { (40, 16) };
        if y % line < blank {
            continue;
        }
        let cell = if is_large { 24 } else { 3 };
        for x in (40..536).filter(|x| (x / cell * 7 + y / cell * 13 + seed * 5) % 11 < 4) {
            raster.blacken(x, y);
        }
    }
    raster.guard();
    raster
}

/// Every course of the matrix whose byte is a multiple of `step`.
fn courses(slips: &Slips, step: usize) -> Vec<Course> {
    let mut courses = Vec::new();
    for at in (0..slips.bytes()).step_by(step) {
        for stop in Stop::ALL {
            for buffer in [4096, 4 * 1024 * 1024] {
                for repaired_after in [12, 150].map(Duration::from_secs) {
                    courses.push(Course {
                        stop,
                        at,
                        buffer,
                        repaired_after,
                        never_clears: false,
                    });
                }
            }
        }
    }
    courses
}

/// Plays the matrix in worlds of their own; returns what was counted, by fault, and the first course that went wrong.
pub fn play_all(step: usize) -> (BTreeMap<Stop, Tally>, Option<(Confirmation, Course)>) {
    let mut tallies = BTreeMap::<Stop, Tally>::new();
    let mut wrong = None;
    for confirmation in [Confirmation::ProcessId, Confirmation::Barrier] {
        let slips = Slips::new(confirmation);
        for course in courses(&slips, step) {
            let found = World::new(course, slips.clone(), Mode::AsShipped).play();
            if !found.holds() {
                wrong = wrong.or(Some((confirmation, course)));
            }
            tallies.entry(course.stop).or_default().add(found);
        }
    }
    (tallies, wrong)
}

/// Plays every course at these bytes with a printer that does not empty its buffer, though its profile says so.
pub fn play_never_clearing(step: usize) -> (Tally, Option<Course>) {
    let slips = Slips::new(Confirmation::ProcessId);
    let (mut tally, mut wrong) = (Tally::default(), None);
    for mut course in courses(&slips, step) {
        course.never_clears = true;
        let found = World::new(course, slips.clone(), Mode::AsShipped).play();
        if !found.holds() {
            wrong = wrong.or(Some(course));
        }
        tally.add(found);
    }
    (tally, wrong)
}

/// Plays every course at these bytes as the field's libraries do: what was not confirmed is sent again as it was.
pub fn play_blindly(step: usize) -> Tally {
    play_as(Mode::Blind, step)
}

/// The same with a machine that tells nobody when a slip is unknown or has failed: what the judge must see.
pub fn play_unspoken(step: usize) -> Tally {
    play_as(Mode::Unspoken, step)
}

/// The same with a machine that waits half as long again as it may: what the judge must see.
pub fn play_slowly(step: usize) -> Tally {
    play_as(Mode::Slow, step)
}

fn play_as(mode: Mode, step: usize) -> Tally {
    let slips = Slips::new(Confirmation::ProcessId);
    let mut tally = Tally::default();
    for course in courses(&slips, step) {
        tally.add(World::new(course, slips.clone(), mode).play());
    }
    tally
}

/// Who is wrong in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    AsShipped,
    /// Staff sends the same slip again, without a mark.
    Blind,
    /// Nobody hears of what is unknown or has failed.
    Unspoken,
    /// The machine waits for longer than a visitor should.
    Slow,
}

/// What is on paper and what was told, judged.
struct Judge {
    slips: Slips,
    papers: Vec<Raster>,
    told: Vec<(Duration, Report, usize)>,
}

impl Judge {
    fn new(slips: Slips) -> Judge {
        Judge {
            slips,
            papers: Vec::new(),
            told: Vec::new(),
        }
    }

    fn hear(&mut self, at: Duration, report: Report) {
        let on_paper = match report {
            Report::Printed(id) => self.count(id),
            _ => 0,
        };
        self.told.push((at, report, on_paper));
    }

    fn count(&self, id: JobId) -> usize {
        let raster = if id == JobId::from_counter(1) {
            &self.slips.first
        } else if id == JobId::from_counter(2) {
            &self.slips.again
        } else {
            &self.slips.next
        };
        self.papers.iter().filter(|paper| *paper == raster).count()
    }

    fn fate(&self, counter: u64) -> Option<(Duration, Report)> {
        let id = JobId::from_counter(counter);
        let mut fates = self.told.iter().filter(|(_, report, _)| match report {
            Report::Printed(job) | Report::Unknown(job) | Report::Failed(job, _) => *job == id,
            _ => false,
        });
        fates.next().map(|(at, report, _)| (*at, *report))
    }

    fn is_printed(&self, counter: u64) -> bool {
        let printed = Report::Printed(JobId::from_counter(counter));
        self.told.iter().any(|(_, report, _)| *report == printed)
    }

    fn tally(&self, began: Duration) -> Tally {
        let (first, next) = (JobId::from_counter(1), JobId::from_counter(3));
        let fate = self.fate(1);
        let free_after = fate.map(|(at, _)| at.saturating_sub(began));
        let untrue = self
            .told
            .iter()
            .filter(|(_, report, papers)| matches!(report, Report::Printed(_)) && *papers == 0);
        let next_is_well = self.is_printed(3) && self.count(next) == 1;
        Tally {
            courses: 1,
            doubles: usize::from(self.count(first) > 1) + usize::from(self.count(next) > 1),
            lost: usize::from(fate.is_none() && self.count(first) == 0),
            untold: usize::from(fate.is_none()),
            late: usize::from(free_after.is_some_and(|after| after > FREE_MAX)),
            untrue: untrue.count(),
            next_failed: usize::from(!next_is_well),
            confirmed: usize::from(self.is_printed(1)),
            free_after: free_after.unwrap_or_default(),
        }
    }
}

/// How long anything takes on the way between host and printer.
const WAY: Duration = Duration::from_millis(1);
/// Between attempts to connect.
const BACKOFF: Duration = Duration::from_secs(1);
/// When the first slip is printed.
const BEGIN: Duration = Duration::from_secs(100);

/// Host, line and printer, with a clock that is a number.
struct World {
    course: Course,
    now: Duration,
    printer: Printer,
    mechanism: Mechanism,
    script: Option<Script>,
    /// Sent and not taken by the printer.
    wire: VecDeque<u8>,
    connected: bool,
    /// Counts connections: what belongs to an old one is nobody's.
    epoch: u32,
    dark: bool,
    /// The printer does not know this connection any more.
    stale: bool,
    due: BTreeMap<(Duration, u64), Due>,
    dues: u64,
    judge: Judge,
    mode: Mode,
}

enum Due {
    Connect,
    Lost(u32),
    Answers(u32, Vec<u8>),
    Print(u64),
    /// Staff prints the slip again if it was not confirmed.
    Again,
    Repair,
}

impl World {
    fn new(course: Course, slips: Slips, mode: Mode) -> World {
        let mut waits = Waits::default();
        if mode == Mode::Slow {
            waits.confirmation = FREE_MAX * 3 / 2;
        }
        let mut mechanism = Mechanism::new(576);
        mechanism.limit_buffer(course.buffer);
        if course.never_clears {
            mechanism.fault(Fault::NeverClears);
        }
        World {
            course,
            now: BEGIN - Duration::from_secs(2),
            printer: Printer::new(slips.profile.clone(), waits),
            mechanism,
            script: None,
            wire: VecDeque::new(),
            connected: false,
            epoch: 0,
            dark: false,
            stale: false,
            due: BTreeMap::new(),
            dues: 0,
            judge: Judge::new(slips),
            mode,
        }
    }

    fn play(mut self) -> Tally {
        let repair = BEGIN + self.course.repaired_after;
        let again = repair + Duration::from_secs(15);
        let next = again + Duration::from_secs(35);
        self.plan(self.now, Due::Connect);
        self.plan(BEGIN, Due::Print(1));
        self.plan(repair, Due::Repair);
        self.plan(again, Due::Again);
        self.plan(next, Due::Print(3));
        let end = next + Duration::from_secs(20);
        loop {
            let due = self.due.keys().next().map(|(at, _)| *at);
            let tick = self.printer.deadline();
            let Some(at) = due.into_iter().chain(tick).min().filter(|at| *at <= end) else {
                break;
            };
            self.now = self.now.max(at);
            match self.due.first_entry().filter(|entry| entry.key().0 <= at) {
                Some(entry) => {
                    let due = entry.remove();
                    self.happen(due);
                }
                None => self.tell(Input::Tick),
            }
        }
        self.judge.tally(BEGIN)
    }

    fn plan(&mut self, at: Duration, due: Due) {
        self.dues += 1;
        self.due.insert((at, self.dues), due);
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Connect if self.dark => {
                self.tell(Input::Lost);
                self.plan(self.now + BACKOFF, Due::Connect);
            }
            Due::Connect => {
                (self.connected, self.stale) = (true, false);
                self.epoch += 1;
                self.tell(Input::Connected);
            }
            Due::Lost(epoch) if epoch == self.epoch && self.connected => {
                self.connected = false;
                self.wire.clear();
                self.tell(Input::Lost);
                self.plan(self.now + BACKOFF, Due::Connect);
            }
            Due::Answers(epoch, bytes) if epoch == self.epoch && self.connected => {
                self.tell(Input::Received(&bytes));
            }
            Due::Lost(_) | Due::Answers(..) => {}
            Due::Print(counter) => {
                if counter == 1 {
                    let fault = self.course.stop.fault(Duration::from_secs(8));
                    self.script = Some(Script::new(self.course.at, fault));
                }
                self.print(counter);
            }
            Due::Again => {
                if !self.judge.is_printed(1) {
                    let job = self
                        .judge
                        .slips
                        .job(if self.mode == Mode::Blind { 1 } else { 2 });
                    let old = JobId::from_counter(1);
                    self.tell(if self.mode == Mode::Blind {
                        Input::Print(job)
                    } else {
                        Input::Replace { old, job }
                    });
                }
            }
            Due::Repair => {
                self.dark = false;
                self.break_down(Fault::None);
                self.pump();
            }
        }
    }

    fn print(&mut self, counter: u64) {
        let job = self.judge.slips.job(counter);
        self.tell(Input::Print(job));
    }

    fn tell(&mut self, input: Input<'_>) {
        let mut sent = Vec::new();
        for output in self.printer.handle(input, self.now) {
            match output {
                Output::Write(bytes) => self.send(&bytes),
                Output::WriteJob(job) => {
                    self.send(&job.bytes);
                    sent.extend([Input::FirstByte, Input::Sent]);
                }
                Output::Reconnect => {
                    self.connected = false;
                    self.plan(self.now + BACKOFF, Due::Connect);
                }
                Output::Report(Report::Unknown(_) | Report::Failed(..))
                    if self.mode == Mode::Unspoken => {}
                Output::Report(report) => self.judge.hear(self.now, report),
            }
        }
        for input in sent {
            self.tell(input);
        }
    }

    /// The system takes everything at once; the printer as it can.
    fn send(&mut self, bytes: &[u8]) {
        if self.dark {
            return;
        }
        if self.stale {
            self.plan(self.now + WAY, Due::Lost(self.epoch));
            return;
        }
        self.wire.extend(bytes);
        self.pump();
    }

    fn pump(&mut self) {
        while !self.dark && !self.wire.is_empty() {
            let room = self.mechanism.room().min(256).min(self.wire.len());
            if room == 0 {
                return;
            }
            let piece: Vec<u8> = self.wire.drain(..room).collect();
            let happens = self.script.as_mut().and_then(|script| script.watch(&piece));
            let Some((counted, fault)) = happens else {
                self.take(&piece);
                continue;
            };
            self.script = None;
            let (before, after) = piece.split_at(counted);
            self.take(before);
            for byte in after.iter().rev() {
                self.wire.push_front(*byte);
            }
            self.break_down(fault);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let outcome = self.mechanism.receive(bytes);
        self.come_out(outcome);
    }

    fn break_down(&mut self, fault: Fault) {
        match fault {
            Fault::PowerOff => {
                (self.dark, self.stale) = (true, true);
                self.wire.clear();
            }
            Fault::Reset => {
                self.wire.clear();
                self.plan(self.now + WAY, Due::Lost(self.epoch));
            }
            _ => {}
        }
        let outcome = self.mechanism.fault(fault);
        self.come_out(outcome);
        if fault == Fault::None && self.course.never_clears {
            // That is nothing that a repair changes.
            let outcome = self.mechanism.fault(Fault::NeverClears);
            self.come_out(outcome);
        }
    }

    fn come_out(&mut self, outcome: sim::printer::Outcome) {
        self.judge.papers.extend(outcome.slips);
        let at_once = [(Duration::ZERO, outcome.answers)];
        for (by, answers) in at_once.into_iter().chain(outcome.late) {
            if !answers.is_empty() && !self.stale {
                self.plan(self.now + WAY + by, Due::Answers(self.epoch, answers));
            }
        }
    }
}
