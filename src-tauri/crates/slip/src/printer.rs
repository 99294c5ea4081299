//! One printer, without any input or output: what happened goes in, what is to be done comes out.
//!
//! A slip is `Printed` only when the printer returned its job's id (or reached the barrier behind
//! it). Before a job the printer is asked how it is, so that no slip is sent into an empty roll.
//! Whatever is not confirmed in time is `Unknown`, is never sent again from here, and still turns
//! `Printed` when the confirmation comes late: printers keep what they were sent while the roll is
//! changed.
//!
//! ```text
//!            poll: DLE EOT 1–4            all bytes, once           37 22 id 00
//! print(job) ───────────────► ready? ───────────────────► in flight ──────────► Printed
//!      │                        │ no                          │ 5 s, or paper out meanwhile
//!      └── link down ──► Failed ◄┘                            └──► Unknown ──(late id)──► Printed
//! ```
//!
//! Time is a [`Duration`] since any fixed moment of the caller's monotonic clock.

use std::collections::VecDeque;
use std::time::Duration;

use crate::encode::{
    CLEAR_BUFFER, Job, JobId, RECOVER_AND_CLEAR, STATUS_PUSHES_ON, eject, flush_torn_band,
};
use crate::profile::{Confirmation, Profile};
use crate::replies::{Demultiplexer, Reply};

pub mod address;
mod characters;
pub mod page;
pub mod probe;
mod report;
mod roll;
mod status;
#[cfg(test)]
mod tests;
mod waits;

pub use address::Address;
pub use report::{Failure, PrinterState, Report};
use roll::Roll;
use status::Status;
pub use waits::Waits;

/// `GS I 67`: the model's name; answered in order, by a block.
const ASK_NAME: [u8; 3] = [0x1D, b'I', 67];
/// Jobs that wait for their turn; a kiosk has one visitor.
const WAITING_JOBS_MAX: usize = 8;
/// Sent jobs whose confirmation is still awaited, the oldest forgotten first.
const PENDING_JOBS_MAX: usize = 16;

/// Attempts to end an error are never further apart.
const RECOVERY_PAUSE_MOST: Duration = Duration::from_secs(300);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<'a> {
    /// A new connection.
    Connected,
    /// The connection was refused or lost.
    Lost,
    /// Bytes from the printer.
    Received(&'a [u8]),
    /// The first byte of the job last handed out was accepted by the system.
    FirstByte,
    /// All of it was.
    Sent,
    /// A slip to print.
    Print(Job),
    /// A slip to print in place of an unknown one, which must not come out any more if the printer
    /// still holds it and can be told to forget.
    Replace {
        /// The unknown slip.
        old: JobId,
        /// The marked one.
        job: Job,
    },
    /// [`Printer::deadline`] has come.
    Tick,
}

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes; a request, not a slip.
    Write(Vec<u8>),
    /// Send this slip, once, and tell `FirstByte` and `Sent`.
    WriteJob(Job),
    /// Drop the connection and make a new one; `Lost` need not be told.
    Reconnect,
    /// Tell the kiosk.
    Report(Report),
}

/// One printer's state machine.
#[derive(Debug)]
pub struct Printer {
    profile: Profile,
    waits: Waits,
    link: Link,
    replies: Demultiplexer,
    status: Status,
    reported: Option<PrinterState>,
    waiting: VecDeque<Waiting>,
    pending: VecDeque<Pending>,
    sending: bool,
    torn: bool,
    heard_at: Duration,
    roll: Roll,
    /// When the printer was asked its name behind slips whose barrier was not answered.
    name_asked_at: Option<Duration>,
    /// The next attempt to end an error, and the pause after that.
    recovery: Option<(Duration, Duration)>,
}

#[derive(Debug)]
enum Link {
    /// No connection yet, the first is being tried.
    New,
    /// Refused or lost.
    Down,
    /// Waiting for the buffer to be cleared.
    Clearing { until: Duration },
    /// Polling: these `DLE EOT n` are still to be answered.
    Polling {
        next: u8,
        found: Status,
        until: Duration,
    },
    /// Between polls.
    Resting { until: Duration },
}

#[derive(Debug)]
struct Waiting {
    job: Job,
    until: Duration,
}

#[derive(Debug)]
struct Pending {
    id: JobId,
    until: Duration,
    began: bool,
    told_unknown: bool,
    /// The printer did not answer for a while since: it may have been switched off and on.
    fell_silent: bool,
}

impl Printer {
    /// A printer of this model, not yet connected.
    pub fn new(profile: Profile, waits: Waits) -> Printer {
        Printer {
            profile,
            waits,
            link: Link::New,
            replies: Demultiplexer::new(),
            status: Status::default(),
            reported: None,
            waiting: VecDeque::new(),
            pending: VecDeque::new(),
            sending: false,
            torn: false,
            heard_at: Duration::ZERO,
            roll: Roll::default(),
            name_asked_at: None,
            recovery: None,
        }
    }

    /// The same with a roll of paper from which so many slips came before this program began.
    #[must_use]
    pub fn with_slips_on_roll(mut self, slips: u32) -> Printer {
        self.roll = Roll::with(slips);
        self
    }

    /// What this input brings about. `now` never goes back.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) -> Vec<Output> {
        let mut outputs = Vec::new();
        match input {
            Input::Connected => self.connected(now, &mut outputs),
            Input::Lost => self.lost(&mut outputs),
            Input::Received(bytes) => {
                self.heard_at = now;
                for reply in self.replies.push(bytes) {
                    self.reply(reply, now, &mut outputs);
                }
            }
            Input::FirstByte => {
                if let Some(job) = self.pending.back_mut() {
                    job.began = true;
                }
            }
            Input::Sent => {
                if std::mem::take(&mut self.sending) {
                    self.roll.slip();
                    outputs.push(Output::Report(Report::SlipsOnRoll(self.roll.slips())));
                }
                if let Link::Resting { until } = &mut self.link {
                    *until = (*until).min(now + self.waits.pending_poll);
                }
            }
            Input::Print(job) => self.print(job, now, &mut outputs),
            Input::Replace { old, job } => {
                self.forget(old, now, &mut outputs);
                self.print(job, now, &mut outputs);
            }
            Input::Tick => {}
        }
        self.expire(now, &mut outputs);
        self.poll_for_waiting(now, &mut outputs);
        outputs
    }

    /// When [`Input::Tick`] is due; `None` while only an input can bring anything about.
    pub fn deadline(&self) -> Option<Duration> {
        let link = match &self.link {
            Link::New | Link::Down => None,
            Link::Resting { .. } | Link::Polling { .. } if self.sending => {
                Some(self.heard_at + self.waits.silence)
            }
            Link::Clearing { until } | Link::Polling { until, .. } | Link::Resting { until } => {
                Some(*until)
            }
        };
        let waiting = self.waiting.iter().map(|waiting| waiting.until);
        let pending = self
            .pending
            .iter()
            .filter(|job| !job.told_unknown)
            .map(|job| job.until);
        link.into_iter().chain(waiting).chain(pending).min()
    }

    /// The state last reported; `None` before the first contact.
    pub fn state(&self) -> Option<PrinterState> {
        self.reported
    }

    /// How many slips came from this roll of paper.
    pub fn slips_on_roll(&self) -> u32 {
        self.roll.slips()
    }

    fn connected(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.replies = Demultiplexer::new();
        self.heard_at = now;
        self.sending = false;
        self.name_asked_at = None;
        if !self.torn {
            self.greet(now, outputs);
        } else if self.profile.features().clears_buffer {
            self.clear(now, outputs);
        } else {
            self.torn = false;
            outputs.push(Output::Write(flush_torn_band(&self.profile)));
            outputs.push(Output::Write(eject(&self.profile)));
            self.greet(now, outputs);
        }
    }

    fn greet(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        if self.profile.features().pushes_status {
            outputs.push(Output::Write(STATUS_PUSHES_ON.to_vec()));
        }
        self.poll(now, outputs);
    }

    fn poll(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let requests = [1, 2, 3, 4].map(|n| [0x10, 0x04, n]);
        outputs.push(Output::Write(requests.concat()));
        self.link = Link::Polling {
            next: 1,
            found: Status::default(),
            until: now + self.waits.answer,
        };
    }

    fn lost(&mut self, outputs: &mut Vec<Output>) {
        self.link = Link::Down;
        if self.sending
            && self.pending.back().is_some_and(|job| !job.began)
            && let Some(last) = self.pending.pop_back()
            // Whoever was told "unknown" has acted on it; only a confirmation may follow that.
            && !last.told_unknown
        {
            outputs.push(Output::Report(Report::Failed(
                last.id,
                Failure::NotReady(PrinterState::Offline),
            )));
        }
        self.sending = false;
        // Whether the printer has all of an unconfirmed slip is not known; half a picture in its
        // buffer would swallow the beginning of the next one.
        self.torn = self.torn || !self.pending.is_empty();
        self.doubt_pending(outputs);
        if self.profile.features().confirmation == Confirmation::Barrier {
            // Answers to a barrier carry no name: on the next connection they mean other jobs.
            self.pending.clear();
        }
        self.report_state(PrinterState::Offline, outputs);
        self.fail_waiting(Failure::NotReady(PrinterState::Offline), outputs);
    }

    fn print(&mut self, job: Job, now: Duration, outputs: &mut Vec<Output>) {
        if matches!(self.link, Link::Down) {
            let failure = Failure::NotReady(PrinterState::Offline);
            outputs.push(Output::Report(Report::Failed(job.id, failure)));
        } else if self.waiting.len() >= WAITING_JOBS_MAX {
            outputs.push(Output::Report(Report::Failed(job.id, Failure::Busy)));
        } else {
            let until = now + self.waits.confirmation;
            self.waiting.push_back(Waiting { job, until });
        }
    }

    /// Empties the printer's buffer if this slip may still be in it. Not while another is on its
    /// way: the rest of it would come out without its beginning.
    fn forget(&mut self, old: JobId, now: Duration, outputs: &mut Vec<Output>) {
        let is_held = self
            .pending
            .iter()
            .any(|job| job.id == old && job.told_unknown);
        let is_listening = matches!(self.link, Link::Polling { .. } | Link::Resting { .. });
        if is_held && is_listening && !self.occupied() && self.profile.features().clears_buffer {
            self.clear(now, outputs);
        }
    }

    fn clear(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        outputs.push(Output::Write(CLEAR_BUFFER.to_vec()));
        self.link = Link::Clearing {
            until: now + self.waits.clear,
        };
    }

    fn reply(&mut self, reply: Reply, now: Duration, outputs: &mut Vec<Output>) {
        match reply {
            Reply::RealTime(byte) => self.polled(byte, now, outputs),
            Reply::Pushed(block) => {
                self.status = Status::from_pushed(block);
                self.status_changed(now, outputs);
            }
            Reply::Printed(id) => {
                if let Some(at) = self.pending.iter().position(|job| job.id == id) {
                    self.pending.remove(at);
                    outputs.push(Output::Report(Report::Printed(id)));
                }
            }
            Reply::Ordered(_) => {
                if self.profile.features().confirmation == Confirmation::Barrier
                    && !self.sending
                    && let Some(job) = self.pending.pop_front()
                {
                    outputs.push(Output::Report(Report::Printed(job.id)));
                }
            }
            Reply::Cleared => {
                if matches!(self.link, Link::Clearing { .. }) {
                    self.torn = false;
                    // What was in the buffer is gone, and its confirmation with it.
                    self.pending.clear();
                    outputs.push(Output::Write(eject(&self.profile)));
                    self.greet(now, outputs);
                }
            }
            Reply::Name(_) => self.name_answered(outputs),
            Reply::Block { .. } | Reply::XOn | Reply::XOff | Reply::Noise(_) => {}
        }
    }

    fn polled(&mut self, byte: u8, now: Duration, outputs: &mut Vec<Output>) {
        let Link::Polling { next, found, .. } = &mut self.link else {
            // The late answer to a poll that was given up.
            return;
        };
        found.note_polled(*next, byte);
        *next += 1;
        if *next > 4 {
            self.status = *found;
            let pause = if self.pending.is_empty() {
                self.waits.idle_poll
            } else {
                self.waits.pending_poll
            };
            self.link = Link::Resting { until: now + pause };
            self.status_changed(now, outputs);
            if !self.recover(now, outputs) {
                self.serve_waiting(outputs);
                self.ask_behind_lost_barrier(now, outputs);
            }
        }
    }

    fn status_changed(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let state = self.status.state();
        self.report_state(state, outputs);
        if self.roll.noted(self.status) {
            outputs.push(Output::Report(Report::SlipsOnRoll(self.roll.slips())));
        }
        if !self.status.waits_for_recovery() {
            self.recovery = None;
        } else if self.recovery.is_none() {
            self.recovery = Some((now + self.waits.recovery, self.waits.recovery));
        }
        if !state.prints() {
            // The screen need not wait out its time: this slip does not come now.
            self.doubt_pending(outputs);
        }
    }

    /// Tries to end an error that a command may end, and forgets what the printer still holds:
    /// all of it was told to be unknown, and a slip that continues in the middle helps nobody.
    /// True if the printer has to be asked anew.
    fn recover(&mut self, now: Duration, outputs: &mut Vec<Output>) -> bool {
        let Some((at, pause)) = self.recovery else {
            return false;
        };
        if at > now || self.sending || !self.profile.features().clears_buffer {
            return false;
        }
        self.recovery = Some((now + pause * 2, (pause * 2).min(RECOVERY_PAUSE_MOST)));
        self.doubt_pending(outputs);
        self.pending.clear();
        self.fail_waiting(Failure::NotReady(self.status.state()), outputs);
        outputs.push(Output::Write(RECOVER_AND_CLEAR.to_vec()));
        outputs.push(Output::Write(eject(&self.profile)));
        self.greet(now, outputs);
        true
    }

    /// The printer has just said how it is: send the next slip, or say that there will be none.
    fn serve_waiting(&mut self, outputs: &mut Vec<Output>) {
        let state = self.status.state();
        if !state.prints() {
            self.fail_waiting(Failure::NotReady(state), outputs);
        } else if !self.occupied()
            && let Some(Waiting { job, until }) = self.waiting.pop_front()
        {
            if self.pending.len() >= PENDING_JOBS_MAX {
                self.pending.pop_front();
            }
            self.pending.push_back(Pending {
                id: job.id,
                until,
                began: false,
                told_unknown: false,
                fell_silent: false,
            });
            self.sending = true;
            outputs.push(Output::WriteJob(job));
        }
    }

    /// A slip is on its way. The next one waits, because printers return only the latest id.
    fn occupied(&self) -> bool {
        self.sending || self.pending.iter().any(|job| !job.told_unknown)
    }

    fn poll_for_waiting(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        if !self.waiting.is_empty() && !self.occupied() && matches!(self.link, Link::Resting { .. })
        {
            self.poll(now, outputs);
        }
    }

    fn expire(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        for job in &mut self.pending {
            if !job.told_unknown && job.until <= now {
                job.told_unknown = true;
                outputs.push(Output::Report(Report::Unknown(job.id)));
            }
        }
        self.expire_link(now, outputs);
        while self
            .waiting
            .front()
            .is_some_and(|waiting| waiting.until <= now)
            && let Some(waiting) = self.waiting.pop_front()
        {
            let failure = match self.reported {
                Some(state) if !state.prints() => Failure::NotReady(state),
                Some(_) => Failure::Busy,
                None => Failure::NotReady(PrinterState::Offline),
            };
            outputs.push(Output::Report(Report::Failed(waiting.job.id, failure)));
        }
    }

    fn expire_link(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let silent = self.heard_at + self.waits.silence <= now;
        match &self.link {
            Link::New | Link::Down => {}
            // Requests would end up inside the slip that is being sent.
            Link::Polling { .. } | Link::Resting { .. } if self.sending => {
                if silent {
                    self.give_up(outputs);
                }
            }
            Link::Resting { until } if *until <= now => self.poll(now, outputs),
            Link::Clearing { until } if *until <= now => self.give_up(outputs),
            Link::Polling { until, .. } if *until <= now => self.unanswered(silent, now, outputs),
            Link::Clearing { .. } | Link::Polling { .. } | Link::Resting { .. } => {}
        }
    }

    /// Answers to barriers carry no name, so one that was lost would put off every later slip by
    /// one. The answer to `GS I` is told apart from them, and comes in order, too.
    fn ask_behind_lost_barrier(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let lost = self.pending.front().is_some_and(|job| job.told_unknown);
        if self.profile.features().confirmation != Confirmation::Barrier
            || self.occupied()
            || !lost
            || !self.status.state().prints()
        {
            return;
        }
        match self.name_asked_at {
            None => {
                self.name_asked_at = Some(now);
                outputs.push(Output::Write(ASK_NAME.to_vec()));
            }
            // It does not know the question; a new connection begins to count anew.
            Some(at) if at + self.waits.silence <= now => self.give_up(outputs),
            Some(_) => {}
        }
    }

    /// Everything before the question is printed, if the printer was there all the time.
    fn name_answered(&mut self, outputs: &mut Vec<Output>) {
        if self.name_asked_at.take().is_none() {
            return;
        }
        let (before, after) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|job| job.told_unknown);
        self.pending = after;
        let before: VecDeque<Pending> = before;
        for job in before.iter().filter(|job| !job.fell_silent) {
            outputs.push(Output::Report(Report::Printed(job.id)));
        }
    }

    fn unanswered(&mut self, silent: bool, now: Duration, outputs: &mut Vec<Output>) {
        for job in &mut self.pending {
            job.fell_silent = true;
        }
        self.report_state(PrinterState::Offline, outputs);
        self.fail_waiting(Failure::NotReady(PrinterState::Offline), outputs);
        if self.pending.is_empty() || silent {
            self.give_up(outputs);
        } else {
            // Keep listening: the confirmation may still come, and only on this connection.
            self.link = Link::Resting {
                until: now + self.waits.pending_poll,
            };
        }
    }

    fn give_up(&mut self, outputs: &mut Vec<Output>) {
        outputs.push(Output::Reconnect);
        self.lost(outputs);
    }

    fn report_state(&mut self, state: PrinterState, outputs: &mut Vec<Output>) {
        if self.reported != Some(state) {
            self.reported = Some(state);
            outputs.push(Output::Report(Report::State(state)));
        }
    }

    fn doubt_pending(&mut self, outputs: &mut Vec<Output>) {
        for job in self.pending.iter_mut().filter(|job| !job.told_unknown) {
            job.told_unknown = true;
            outputs.push(Output::Report(Report::Unknown(job.id)));
        }
    }

    fn fail_waiting(&mut self, failure: Failure, outputs: &mut Vec<Output>) {
        for waiting in self.waiting.drain(..) {
            outputs.push(Output::Report(Report::Failed(waiting.job.id, failure)));
        }
    }
}
