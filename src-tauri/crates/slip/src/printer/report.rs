//! What the printer's machine tells the kiosk.

use std::time::Instant;

use crate::encode::JobId;

/// What the printer can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterState {
    /// It prints.
    Ready,
    /// It prints; the roll is nearly at its end.
    NearEnd,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    CutterError,
    /// The head is too hot and will cool down by itself.
    Overheated,
    /// Another error that needs a person.
    Error,
    /// It does not answer, or says that it is off line.
    Offline,
    /// It takes slips and tells nothing of itself: a system's queue, which is only written to.
    Unknown,
}

impl PrinterState {
    /// A slip can be sent.
    pub fn prints(self) -> bool {
        match self {
            PrinterState::Ready | PrinterState::NearEnd | PrinterState::Unknown => true,
            PrinterState::PaperOut
            | PrinterState::CoverOpen
            | PrinterState::CutterError
            | PrinterState::Overheated
            | PrinterState::Error
            | PrinterState::Offline => false,
        }
    }
}

/// Why nothing of a job was sent. Its slip is certainly not on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The printer was in this state.
    NotReady(PrinterState),
    /// Too many jobs wait already, its turn did not come in time, or another slip was asked for in its place before that.
    Busy,
}

/// What the kiosk is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The printer's state: the first one found, and then each change.
    State(PrinterState),
    /// The job's first byte was handed to the system. Told by the transport.
    FirstByte {
        /// The job.
        job: JobId,
        /// When.
        at: Instant,
    },
    /// The printer confirmed that the slip is on paper; may follow an `Unknown`.
    Printed(JobId),
    /// Sent, and no confirmation in time: the slip may be on paper, may come later, or never.
    Unknown(JobId),
    /// Handed to a queue that never confirms anything: nothing more will be heard of this slip.
    /// It is no alarm, and it is not "printed" either.
    Sent(JobId),
    /// So many slips came from this roll of paper, as far as this program saw it being changed.
    /// 0 when a roll was put in; told again after every slip. Never told of a queue: nothing says when its roll changes.
    SlipsOnRoll(u32),
    /// Nothing was sent; there is no slip.
    Failed(JobId, Failure),
}
