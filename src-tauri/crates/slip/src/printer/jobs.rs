//! Slips: those that wait for their turn, the one on its way, and those whose fate is open.

use std::time::Duration;

use super::{Failure, Input, Link, Output, Printer, PrinterState, Report};
use crate::encode::{Job, JobId};

/// Jobs that wait for their turn; a kiosk has one visitor.
const WAITING_JOBS_MAX: usize = 8;
/// Sent jobs whose confirmation is still awaited, the oldest forgotten first.
const PENDING_JOBS_MAX: usize = 16;

/// A slip that nothing was sent of yet.
#[derive(Debug)]
pub(super) struct Waiting {
    job: Job,
    turn: Turn,
}

/// Whether another slip stands before it.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// One does. There is no slip if that does not change until then.
    Awaited { until: Duration },
    /// None does. Until then its fate is told, whatever that is.
    Come { until: Duration },
}

impl Waiting {
    pub(super) fn deadline(&self) -> Duration {
        match self.turn {
            Turn::Awaited { until } | Turn::Come { until } => until,
        }
    }
}

/// A slip that was handed out and is not confirmed.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: JobId,
    until: Duration,
    began: bool,
    pub(super) told_unknown: bool,
    /// The printer did not answer for a while since: it may have been switched off and on.
    pub(super) fell_silent: bool,
    /// The printer's name was asked behind it.
    pub(super) name_asked: bool,
    /// Its confirmation came and said that the paper had ended.
    pub(super) is_doubtful: bool,
}

impl Pending {
    /// When it is told to be unknown.
    pub(super) fn deadline(&self) -> Option<Duration> {
        (!self.told_unknown).then_some(self.until)
    }
}

impl Printer {
    pub(super) fn print(&mut self, job: Job, now: Duration, outputs: &mut Vec<Output>) {
        if matches!(self.link, Link::Down) {
            let failure = Failure::NotReady(PrinterState::Offline);
            outputs.push(Output::Report(Report::Failed(job.id, failure)));
        } else if self.waiting.len() >= WAITING_JOBS_MAX {
            outputs.push(Output::Report(Report::Failed(job.id, Failure::Busy)));
        } else {
            let until = now + self.waits.turn;
            let turn = Turn::Awaited { until };
            self.waiting.push_back(Waiting { job, turn });
        }
    }

    /// The first slip's turn comes when no other is on its way; what was lost on the others does not count against it.
    pub(super) fn begin_turn(&mut self, now: Duration) {
        if self.occupied() {
            return;
        }
        let until = now + self.waits.confirmation;
        if let Some(first) = self.waiting.front_mut()
            && matches!(first.turn, Turn::Awaited { .. })
        {
            first.turn = Turn::Come { until };
        }
    }

    /// A slip that waits for its turn is dropped. Empties the printer's buffer if this slip may still be in it. Not
    /// while another is on its way: the rest of it would come out without its beginning.
    pub(super) fn forget(&mut self, old: JobId, now: Duration, outputs: &mut Vec<Output>) {
        if let Some(at) = self.waiting.iter().position(|it| it.job.id == old) {
            self.waiting.remove(at);
            outputs.push(Output::Report(Report::Failed(old, Failure::Busy)));
        }
        let is_held = self
            .pending
            .iter()
            .any(|job| job.id == old && job.told_unknown);
        let is_listening = matches!(self.link, Link::Polling { .. } | Link::Resting { .. });
        if is_held && is_listening && !self.occupied() && self.clears_buffer {
            self.clear(now, outputs);
        }
    }

    /// The job last handed out goes out.
    pub(super) fn goes(&mut self, input: &Input<'_>, now: Duration, outputs: &mut Vec<Output>) {
        if !self.sending {
            return;
        }
        self.alive_at = now;
        if let Some(job) = self.pending.back_mut() {
            job.began = true;
        }
        if *input != Input::Sent {
            return;
        }
        self.sending = false;
        self.roll.slip();
        outputs.push(Output::Report(Report::SlipsOnRoll(self.roll.slips())));
        if let Link::Resting { until } = &mut self.link {
            *until = (*until).min(now + self.waits.pending_poll);
        }
    }

    /// The connection is lost, and nothing of the job last handed out went out: there is no slip.
    pub(super) fn drop_unbegun(&mut self, outputs: &mut Vec<Output>) {
        if !self.sending || self.pending.back().is_none_or(|job| job.began) {
            return;
        }
        let confirmation = self.profile.features().confirmation;
        self.ordered.takes_back(confirmation);
        if let Some(last) = self.pending.pop_back()
            // Whoever was told "unknown" has acted on it; only a confirmation may follow that.
            && !last.told_unknown
        {
            outputs.push(Output::Report(Report::Failed(
                last.id,
                Failure::NotReady(PrinterState::Offline),
            )));
        }
    }

    /// The printer returned a slip's id.
    pub(super) fn id_returned(&mut self, id: JobId, outputs: &mut Vec<Output>) {
        let Some(at) = self.pending.iter().position(|job| job.id == id) else {
            return;
        };
        // The id stands behind the slip's last byte: one that comes before that was sent is an older program's.
        if self.sending && at + 1 == self.pending.len() {
            return;
        }
        self.pending.remove(at);
        outputs.push(Output::Report(Report::Printed(id)));
    }

    /// The printer has just said how it is: send the next slip, or say that there will be none.
    pub(super) fn serve_waiting(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.begin_turn(now);
        let state = self.status.state();
        if !state.prints() {
            self.fail_waiting(Failure::NotReady(state), outputs);
        } else if !self.occupied()
            && !self.ordered.holds()
            && let Some(waiting) = self.waiting.pop_front()
        {
            let (until, job) = (waiting.deadline(), waiting.job);
            if self.pending.len() >= PENDING_JOBS_MAX {
                self.pending.pop_front();
            }
            self.pending.push_back(Pending {
                id: job.id,
                until,
                began: false,
                told_unknown: false,
                fell_silent: false,
                name_asked: false,
                is_doubtful: false,
            });
            self.sending = true;
            self.ordered.asks(self.profile.features().confirmation);
            outputs.push(Output::WriteJob(job));
        }
    }

    /// A slip is on its way. The next one waits, because printers return only the latest id.
    pub(super) fn occupied(&self) -> bool {
        self.sending || self.pending.iter().any(|job| !job.told_unknown)
    }

    pub(super) fn poll_for_waiting(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let is_resting = matches!(self.link, Link::Resting { .. });
        if !self.waiting.is_empty() && !self.occupied() && !self.ordered.holds() && is_resting {
            self.poll(now, outputs);
        }
    }

    pub(super) fn expire_pending(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        for job in &mut self.pending {
            if !job.told_unknown && job.until <= now {
                job.told_unknown = true;
                outputs.push(Output::Report(Report::Unknown(job.id)));
            }
        }
    }

    pub(super) fn expire_waiting(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let failure = match self.reported {
            Some(state) if !state.prints() => Failure::NotReady(state),
            Some(_) => Failure::Busy,
            None => Failure::NotReady(PrinterState::Offline),
        };
        // The first one may have longer than those behind it.
        self.waiting.retain(|waiting| {
            let waits_on = waiting.deadline() > now;
            if !waits_on {
                outputs.push(Output::Report(Report::Failed(waiting.job.id, failure)));
            }
            waits_on
        });
        self.begin_turn(now);
    }

    pub(super) fn doubt_pending(&mut self, outputs: &mut Vec<Output>) {
        for job in self.pending.iter_mut().filter(|job| !job.told_unknown) {
            job.told_unknown = true;
            outputs.push(Output::Report(Report::Unknown(job.id)));
        }
    }

    pub(super) fn fail_waiting(&mut self, failure: Failure, outputs: &mut Vec<Output>) {
        for waiting in self.waiting.drain(..) {
            outputs.push(Output::Report(Report::Failed(waiting.job.id, failure)));
        }
    }
}
