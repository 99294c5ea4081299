//! What the printer was asked in order (`GS r`, `GS I`), and has not answered yet.
//!
//! Answers to a barrier (`GS r 1`) carry no name. As long as each is counted, "none is owed" says that every slip
//! before is on paper, whichever answer was late. While one is missing nobody can tell whose it was; the model's name,
//! asked behind (`GS I 67`), is answered by a block of its own and settles it: everything before it has been reached.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Link, Output, Pending, Printer, Report};
use crate::profile::Confirmation;

/// `GS I 67`: the model's name; answered in order, by a block.
pub(super) const ASK_NAME: [u8; 3] = [0x1D, b'I', 67];
/// "No paper", in the answer to `GS r 1` (Epson's command reference, paper sensors).
const PAPER_END: u8 = 0x0C;

/// The questions that are open.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    /// Barriers that were asked for and not answered, on whatever connection.
    owed: u32,
    name: Option<NameQuestion>,
    /// How often the name was asked and not answered, on whatever connection.
    names_owed: u32,
    /// Whether this printer knows the question; `None` until it was asked.
    knows_name: Option<bool>,
}

#[derive(Debug)]
struct NameQuestion {
    asked_at: Duration,
    until: Duration,
    /// It was the first thing on its connection.
    begins: bool,
    /// The name was told, but it may have been the answer to an earlier question.
    is_told: bool,
}

impl Ordered {
    /// A slip is handed out.
    pub(super) fn asks(&mut self, confirmation: Confirmation) {
        if confirmation == Confirmation::Barrier {
            self.owed = self.owed.saturating_add(1);
        }
    }

    /// Nothing of the slip last handed out went out.
    pub(super) fn takes_back(&mut self, confirmation: Confirmation) {
        if confirmation == Confirmation::Barrier {
            self.owed = self.owed.saturating_sub(1);
        }
    }

    /// The connection is gone. Answers may still come on the next one.
    pub(super) fn forgets_name(&mut self) {
        self.name = None;
    }

    /// The printer was told to forget what it was asked, and has said that it did.
    pub(super) fn is_cleared(&mut self) {
        self.name = None;
        self.names_owed = 0;
    }

    /// Nothing may be sent before the open question is answered: what is sent could end in a picture that broke off,
    /// or its confirmation be another's.
    pub(super) fn holds(&self) -> bool {
        self.name.is_some() && self.knows_name != Some(false)
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.name.as_ref().map(|question| question.until)
    }

    fn is_owed(&self) -> bool {
        self.owed > 0
    }
}

impl Printer {
    /// Asks the name as the first thing on a connection: answers before it are to earlier questions.
    pub(super) fn ask_name_first(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.ordered.name = None;
        self.ask_name(true, now, outputs);
    }

    /// The same where nothing is torn, if an earlier connection's answers may still come.
    pub(super) fn ask_name_if_owed(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        if self.ordered.is_owed() {
            self.ask_name_first(now, outputs);
        }
    }

    fn ask_name(&mut self, begins: bool, now: Duration, outputs: &mut Vec<Output>) {
        if self.ordered.name.is_some() {
            return;
        }
        for job in &mut self.pending {
            job.name_asked = true;
        }
        self.ordered.name = Some(NameQuestion {
            asked_at: now,
            until: now + self.name_wait(begins),
            begins,
            is_told: false,
        });
        self.ordered.names_owed = self.ordered.names_owed.saturating_add(1);
        outputs.push(Output::Write(ASK_NAME.to_vec()));
    }

    /// The printer prints again. What it was asked before may be lost or still be answered: it is asked once more.
    pub(super) fn ask_name_again(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let Some(NameQuestion {
            asked_at, begins, ..
        }) = self.ordered.name
        else {
            return;
        };
        let is_new = asked_at + self.waits.answer > now;
        if is_new
            || self.sending
            || !matches!(self.link, Link::Resting { .. } | Link::Polling { .. })
        {
            return;
        }
        self.ordered.name = None;
        self.ask_name(begins, now, outputs);
    }

    fn name_wait(&self, begins: bool) -> Duration {
        if begins && self.ordered.knows_name != Some(true) {
            self.waits.name
        } else {
            self.waits.silence
        }
    }

    /// A confirmation did not come in time: what is sent next could be swallowed, or be confirmed by the late answer.
    pub(super) fn ask_behind_unknown(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let is_unknown = |job: &Pending| job.told_unknown && !job.name_asked;
        let helps = self.profile.features().confirmation == Confirmation::Barrier
            || self.ordered.knows_name == Some(true);
        if helps && !self.occupied() && self.pending.iter().any(is_unknown) {
            self.ask_name(false, now, outputs);
        }
    }

    /// An answer to a barrier, or to whatever else is answered by one byte.
    pub(super) fn barrier_answered(
        &mut self,
        answer: u8,
        now: Duration,
        outputs: &mut Vec<Output>,
    ) {
        if self.profile.features().confirmation != Confirmation::Barrier {
            return;
        }
        self.ordered.owed = self.ordered.owed.saturating_sub(1);
        if answer & PAPER_END != 0 {
            // The paper ended in the slip or behind it; this answer was its only one.
            self.doubt_pending(outputs);
            for job in &mut self.pending {
                job.is_doubtful = true;
            }
        } else if self.ordered.is_owed() || self.sending {
            // An earlier barrier's, or an earlier one's is lost.
            if !self.sending && !self.pending.is_empty() {
                self.ask_name(false, now, outputs);
            }
        } else {
            let answered = std::mem::take(&mut self.pending);
            tell_printed(answered, |job| !job.is_doubtful, outputs);
        }
    }

    /// The printer told its name.
    pub(super) fn name_answered(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        self.ordered.knows_name = Some(true);
        self.ordered.names_owed = self.ordered.names_owed.saturating_sub(1);
        if self.ordered.names_owed == 0 {
            self.settle(outputs);
        } else if let Some(question) = &mut self.ordered.name {
            // An earlier question's, or that one was lost: known when no more comes in time.
            question.is_told = true;
            question.until = question.until.min(now + self.waits.answer);
        }
    }

    /// Everything before the question was reached, if the printer was there all the time.
    fn settle(&mut self, outputs: &mut Vec<Output>) {
        self.ordered.names_owed = 0;
        let Some(question) = self.ordered.name.take() else {
            return;
        };
        if question.begins || self.profile.features().confirmation != Confirmation::Barrier {
            return;
        }
        let (before, after) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|job: &Pending| job.name_asked);
        self.pending = after;
        tell_printed(before, |job| !job.is_doubtful && !job.fell_silent, outputs);
    }

    /// The question was not answered in time. While the printer cannot print it cannot answer either.
    pub(super) fn expire_name(&mut self, now: Duration, outputs: &mut Vec<Output>) {
        let Some(question) = &self.ordered.name else {
            return;
        };
        if question.until > now {
            return;
        }
        let (begins, is_told) = (question.begins, question.is_told);
        let is_listening = matches!(self.link, Link::Resting { .. } | Link::Polling { .. });
        let prints = self.reported.is_some_and(super::PrinterState::prints);
        let is_early = self.sending || self.occupied() && !is_told;
        if is_early || !is_listening || !prints {
            let until = now + self.name_wait(begins);
            if let Some(question) = &mut self.ordered.name {
                question.until = until;
            }
        } else if is_told && begins {
            // The earlier answer was lost, or this one is later than any printer is.
            self.settle(outputs);
        } else if !is_told && begins && self.ordered.knows_name != Some(true) {
            // It does not know the question, and has had time for everything before it.
            self.ordered = Ordered {
                owed: u32::try_from(self.pending.len()).unwrap_or(u32::MAX),
                knows_name: Some(false),
                name: None,
                // If it knows it after all, its late answer must not be taken for one to a later question.
                names_owed: self.ordered.names_owed,
            };
        } else {
            // What was sent last may have swallowed the question; or another printer is there now; or nobody can tell
            // which of two questions was answered.
            self.ordered.knows_name = self.ordered.knows_name.filter(|knows| !knows || is_told);
            self.torn = true;
            self.give_up(outputs);
        }
    }
}

fn tell_printed(
    jobs: VecDeque<Pending>,
    is_certain: impl Fn(&Pending) -> bool,
    outputs: &mut Vec<Output>,
) {
    for job in jobs.iter().filter(|job| is_certain(job)) {
        outputs.push(Output::Report(Report::Printed(job.id)));
    }
}
