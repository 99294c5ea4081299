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
//! Slips come out one after the other, in the order in which they were given in, and a slip's five seconds begin
//! with its turn: when none stands before it. One whose turn does not come in time is `Failed`.
//!
//! Time is a [`Duration`] since any fixed moment of the caller's monotonic clock.

use std::collections::VecDeque;
use std::time::Duration;

use crate::encode::{Job, JobId};
use crate::profile::Profile;
use crate::replies::{Demultiplexer, Reply};

pub mod address;
mod characters;
mod jobs;
mod link;
mod ordered;
pub mod page;
mod polls;
pub mod probe;
mod report;
mod roll;
mod status;
#[cfg(test)]
mod tests;
mod waits;

pub use address::Address;
use jobs::{Pending, Waiting};
use ordered::Ordered;
use polls::Polls;
pub use report::{Failure, PrinterState, Report};
use roll::Roll;
use status::Status;
pub use waits::Waits;

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
    /// More of it was.
    Accepted,
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
    /// Send this slip, once, and tell `FirstByte`, `Accepted` for each further piece, and `Sent`.
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
    /// A picture that broke off may still swallow what is sent next, and the beginning of a slip lie on the paper.
    /// So it is when the program begins: the one before may have ended in the middle of a slip.
    torn: bool,
    /// What mends that was sent on this connection.
    mending: bool,
    /// It empties its buffer when told: the profile's word, until it was told and did not answer.
    clears_buffer: bool,
    /// It was told so and has not answered, nor anything else since.
    clear_unanswered: bool,
    /// When it last said something or took a piece of a slip.
    alive_at: Duration,
    roll: Roll,
    polls: Polls,
    ordered: Ordered,
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
    /// `DLE EOT` was asked.
    Polling { until: Duration },
    /// Between polls.
    Resting { until: Duration },
}

impl Printer {
    /// A printer of this model, not yet connected.
    pub fn new(profile: Profile, waits: Waits) -> Printer {
        Printer {
            clears_buffer: profile.features().clears_buffer,
            profile,
            waits,
            link: Link::New,
            replies: Demultiplexer::new(),
            status: Status::default(),
            reported: None,
            waiting: VecDeque::new(),
            pending: VecDeque::new(),
            sending: false,
            torn: true,
            mending: false,
            clear_unanswered: false,
            alive_at: Duration::ZERO,
            roll: Roll::default(),
            polls: Polls::default(),
            ordered: Ordered::default(),
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
                self.alive_at = now;
                for reply in self.replies.push(bytes) {
                    self.reply(reply, now, &mut outputs);
                }
            }
            Input::FirstByte | Input::Accepted | Input::Sent => {
                self.goes(&input, now, &mut outputs);
            }
            Input::Print(job) => self.print(job, now, &mut outputs),
            Input::Replace { old, job } => {
                self.forget(old, now, &mut outputs);
                self.print(job, now, &mut outputs);
            }
            Input::Tick => {}
        }
        self.expire_pending(now, &mut outputs);
        self.expire_link(now, &mut outputs);
        self.expire_name(now, &mut outputs);
        self.begin_turn(now);
        self.expire_waiting(now, &mut outputs);
        self.poll_for_waiting(now, &mut outputs);
        outputs
    }

    fn reply(&mut self, reply: Reply, now: Duration, outputs: &mut Vec<Output>) {
        match reply {
            Reply::RealTime(answer) => self.polled(answer, now, outputs),
            Reply::Pushed(block) => {
                self.status = Status::from_pushed(block);
                self.status_changed(now, outputs);
            }
            Reply::Printed(id) => self.id_returned(id, outputs),
            Reply::Ordered(answer) => self.barrier_answered(answer, now, outputs),
            Reply::Cleared => self.cleared(now, outputs),
            Reply::Name(_) => self.name_answered(now, outputs),
            Reply::Block { .. } | Reply::XOn | Reply::XOff | Reply::Noise(_) => {}
        }
    }

    /// When [`Input::Tick`] is due; `None` while only an input can bring anything about.
    pub fn deadline(&self) -> Option<Duration> {
        let link = match &self.link {
            Link::New | Link::Down => None,
            Link::Resting { .. } | Link::Polling { .. } if self.sending => {
                Some(self.alive_at + self.waits.silence)
            }
            Link::Clearing { until } | Link::Polling { until } | Link::Resting { until } => {
                Some(*until)
            }
        };
        let name = link.and_then(|_| self.ordered.deadline());
        let waiting = self.waiting.iter().map(Waiting::deadline);
        let pending = self.pending.iter().filter_map(Pending::deadline);
        let own = link.into_iter().chain(name);
        own.chain(waiting).chain(pending).min()
    }

    /// The state last reported; `None` before the first contact.
    pub fn state(&self) -> Option<PrinterState> {
        self.reported
    }

    /// How many slips came from this roll of paper.
    pub fn slips_on_roll(&self) -> u32 {
        self.roll.slips()
    }
}
