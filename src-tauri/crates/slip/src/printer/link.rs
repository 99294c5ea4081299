//! The connection: greeting, polls, what is done about silence, torn pictures and errors.

use std::time::Duration;

use super::status::Status;
use super::{Failure, Link, Output, Printer, PrinterState};
use crate::encode::{CLEAR_BUFFER, RECOVER_AND_CLEAR, STATUS_PUSHES_ON, eject, flush_torn_band};
use crate::profile::Confirmation;

/// Attempts to end an error are never further apart.
const RECOVERY_PAUSE_MOST: Duration = Duration::from_secs(300);

impl Printer {
    pub(super) fn connected(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.replies = crate::replies::Demultiplexer::new();
        self.alive_at = now;
        self.sending = false;
        self.polls.connected();
        if !self.torn {
            self.ask_name_if_owed(now, outputs);
            self.greet(now, outputs);
        } else if self.clears_buffer {
            self.clear(now, outputs);
        } else {
            self.flush(now, outputs);
        }
    }

    /// Finishes whatever picture broke off with zeros, for a printer that cannot be told to forget it.
    fn flush(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        outputs.push(Output::Write(flush_torn_band(&self.profile)));
        self.part(now, outputs);
    }

    /// Cuts off what may lie on the paper, and begins anew.
    fn part(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.mending = true;
        outputs.push(Output::Write(eject(&self.profile)));
        self.ask_name_first(now, outputs);
        self.greet(now, outputs);
    }

    fn greet(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        if self.profile.features().pushes_status {
            outputs.push(Output::Write(STATUS_PUSHES_ON.to_vec()));
        }
        self.poll(now, outputs);
    }

    pub(super) fn poll(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let requests = [1, 2, 3, 4].map(|n| [0x10, 0x04, n]);
        outputs.push(Output::Write(requests.concat()));
        self.polls.ask();
        self.link = Link::Polling {
            until: now + self.waits.answer,
        };
    }

    pub(super) fn clear(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        outputs.push(Output::Write(CLEAR_BUFFER.to_vec()));
        self.link = Link::Clearing {
            until: now + self.waits.clear,
        };
    }

    pub(super) fn cleared(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.clear_unanswered = false;
        self.clears_buffer = self.profile.features().clears_buffer;
        if matches!(self.link, Link::Clearing { .. }) {
            // What was in the buffer is gone, and its confirmation with it.
            self.pending.clear();
            self.ordered.is_cleared();
            self.part(now, outputs);
        }
    }

    pub(super) fn lost(&mut self, outputs: &mut Vec<Output>) {
        self.link = Link::Down;
        self.drop_unbegun(outputs);
        self.sending = false;
        // Whether the printer has all of an unconfirmed slip is not known; half a picture in its
        // buffer would swallow the beginning of the next one.
        self.torn = self.torn || !self.pending.is_empty();
        self.mending = false;
        self.clear_unanswered = false;
        self.ordered.forgets_name();
        self.doubt_pending(outputs);
        if self.profile.features().confirmation == Confirmation::Barrier {
            // Answers to a barrier carry no name: on the next connection they mean other jobs.
            self.pending.clear();
        }
        self.report_state(PrinterState::Offline, outputs);
        self.fail_waiting(Failure::NotReady(PrinterState::Offline), outputs);
    }

    pub(super) fn give_up(&mut self, outputs: &mut Vec<Output>) {
        outputs.push(Output::Reconnect);
        self.lost(outputs);
    }

    pub(super) fn polled(&mut self, answer: u8, now: Duration, outputs: &mut Vec<Output>) {
        let found = self.polls.hear(answer);
        if let Some(found) = found
            && matches!(self.link, Link::Polling { .. } | Link::Resting { .. })
        {
            self.found(found, now, outputs);
        }
    }

    /// The printer has said how it is. It has taken everything that was sent before it was asked.
    fn found(&mut self, found: Status, now: Duration, outputs: &mut Vec<Output>) {
        if std::mem::take(&mut self.mending) {
            self.torn = false;
        }
        if std::mem::take(&mut self.clear_unanswered) {
            self.clears_buffer = false;
        }
        self.status = found;
        let pause = if self.pending.is_empty() {
            self.waits.idle_poll
        } else {
            self.waits.pending_poll
        };
        self.link = Link::Resting { until: now + pause };
        self.status_changed(now, outputs);
        if !self.recover(now, outputs) {
            if self.status.state().prints() {
                self.ask_behind_unknown(now, outputs);
            }
            self.serve_waiting(now, outputs);
        }
    }

    pub(super) fn status_changed(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let state = self.status.state();
        if state.prints() && self.reported.is_some_and(|before| !before.prints()) {
            self.ask_name_again(now, outputs);
        }
        self.report_state(state, outputs);
        if self.roll.noted(self.status) {
            outputs.push(Output::Report(super::Report::SlipsOnRoll(
                self.roll.slips(),
            )));
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
        self.part(now, outputs);
        true
    }

    pub(super) fn expire_link(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let silent = self.alive_at + self.waits.silence <= now;
        match &self.link {
            Link::New | Link::Down => {}
            // Requests would end up inside the slip that is being sent.
            Link::Polling { .. } | Link::Resting { .. } if self.sending => {
                if silent {
                    self.give_up(outputs);
                }
            }
            Link::Resting { until } if *until <= now => self.poll(now, outputs),
            Link::Clearing { until } if *until <= now => self.not_cleared(now, outputs),
            Link::Polling { until } if *until <= now => match self.polls.time_is_up() {
                Some(found) => self.found(found, now, outputs),
                None => self.unanswered(silent, now, outputs),
            },
            Link::Clearing { .. } | Link::Polling { .. } | Link::Resting { .. } => {}
        }
    }

    /// It may not know the command: the slower way, which every printer understands. Whether it is there at all, its
    /// answers to the poll will tell.
    fn not_cleared(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.clear_unanswered = true;
        self.torn = true;
        self.flush(now, outputs);
    }

    fn unanswered(&mut self, silent: bool, now: Duration, outputs: &mut Vec<Output>) {
        for job in &mut self.pending {
            job.fell_silent = true;
        }
        // It says nothing at all: that is no word about the command to clear.
        self.clear_unanswered = false;
        self.report_state(PrinterState::Offline, outputs);
        self.fail_waiting(Failure::NotReady(PrinterState::Offline), outputs);
        // A confirmation may still come, and only on this connection; a slow line carries the zeros
        // for longer than an answer takes.
        let is_awaited = !self.pending.is_empty() || self.mending;
        if silent || !is_awaited {
            self.give_up(outputs);
        } else {
            self.link = Link::Resting {
                until: now + self.waits.pending_poll,
            };
        }
    }

    pub(super) fn report_state(&mut self, state: PrinterState, outputs: &mut Vec<Output>) {
        if self.reported != Some(state) {
            self.reported = Some(state);
            outputs.push(Output::Report(super::Report::State(state)));
        }
    }
}
