//! The answers to `DLE EOT 1` to `4`, which do not say which question they answer.
//!
//! Each answer that a given-up poll still owes is counted, so that one that comes late is not taken for the next
//! poll's. Of several rounds the last one's answers are the printer's state.

use super::status::Status;

/// `DLE EOT 1` to `4`.
const QUESTIONS: usize = 4;

/// One poll, and what earlier ones still owe.
#[derive(Debug, Default)]
pub(super) struct Polls {
    /// Answers that may still come, the latest poll's among them.
    awaited: usize,
    /// Answers since the latest poll was asked.
    heard: Vec<u8>,
    /// Before the latest poll a round broke off in its middle: an answer's place in it is not known any more.
    broken: bool,
}

impl Polls {
    /// A new connection. What an old one owes may come on it, on lines that are only opened anew.
    pub(super) fn connected(&mut self) {
        if self.awaited > 0 {
            self.awaited = QUESTIONS;
        }
        self.broken = false;
        self.heard.clear();
    }

    /// The four questions are asked.
    pub(super) fn ask(&mut self) {
        self.broken = !self.awaited.is_multiple_of(QUESTIONS);
        self.awaited = self.awaited.saturating_add(QUESTIONS);
        self.heard.clear();
    }

    /// One answer came; the printer's state when no more are awaited.
    pub(super) fn hear(&mut self, answer: u8) -> Option<Status> {
        self.awaited = self.awaited.saturating_sub(1);
        self.heard.push(answer);
        if self.awaited == 0 {
            self.last_round()
        } else {
            None
        }
    }

    /// No more will come in time. Earlier rounds were lost if whole rounds are missing; otherwise nobody can tell.
    pub(super) fn time_is_up(&mut self) -> Option<Status> {
        if self.broken || !self.heard.len().is_multiple_of(QUESTIONS) {
            return None;
        }
        let found = self.last_round()?;
        self.awaited = 0;
        Some(found)
    }

    fn last_round(&mut self) -> Option<Status> {
        let first = self.heard.len().checked_sub(QUESTIONS)?;
        let mut status = Status::default();
        for (n, answer) in (1..).zip(self.heard.split_off(first)) {
            status.note_polled(n, answer);
        }
        self.heard.clear();
        Some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::Polls;
    use crate::printer::PrinterState;

    const READY: [u8; 4] = [0x12; 4];
    const PAPER_OUT: [u8; 4] = [0x1A, 0x32, 0x12, 0x7E];

    /// What these answers say, and whether at once or only when the time is up.
    fn found(polls: &mut Polls, answers: &[u8]) -> Option<(PrinterState, bool)> {
        let at_once: Vec<_> = answers.iter().filter_map(|it| polls.hear(*it)).collect();
        match at_once.last() {
            Some(status) => Some((status.state(), true)),
            None => polls.time_is_up().map(|status| (status.state(), false)),
        }
    }

    #[test]
    fn an_answer_is_never_taken_for_the_answer_to_another_question() {
        let (ready, out) = (PrinterState::Ready, PrinterState::PaperOut);
        for (late, then, expected) in [
            // Everything of the given-up poll comes with the next one's.
            (0, [PAPER_OUT, READY].concat(), Some((ready, true))),
            // The rest of it comes late.
            (2, [&PAPER_OUT[2..], &READY].concat(), Some((ready, true))),
            (3, [&[0x7E][..], &PAPER_OUT].concat(), Some((out, true))),
            // It was lost: known when no more comes in time.
            (0, READY.to_vec(), Some((ready, false))),
            // The rest of one round and the beginning of the next are no round.
            (2, [&PAPER_OUT[2..], &READY[..2]].concat(), None),
            (2, READY.to_vec(), None),
            (0, READY[..3].to_vec(), None),
        ] {
            let mut polls = Polls::default();
            polls.ask();
            for answer in PAPER_OUT.iter().take(late) {
                assert!(polls.hear(*answer).is_none());
            }
            assert!(polls.time_is_up().is_none());
            polls.ask();
            assert_eq!(found(&mut polls, &then), expected, "{late} {then:02x?}");
        }
    }

    #[test]
    fn rounds_that_were_lost_are_forgotten_and_a_broken_one_ends_with_its_connection() {
        let mut polls = Polls::default();
        for _ in 0..5 {
            polls.ask();
            assert!(polls.time_is_up().is_none());
        }
        polls.ask();
        assert_eq!(
            found(&mut polls, &READY),
            Some((PrinterState::Ready, false))
        );
        polls.ask();
        assert_eq!(found(&mut polls, &READY), Some((PrinterState::Ready, true)));
        polls.ask();
        assert!(found(&mut polls, &READY[..1]).is_none());
        polls.connected();
        polls.ask();
        assert_eq!(
            found(&mut polls, &READY),
            Some((PrinterState::Ready, false))
        );
        assert_eq!(polls.hear(0x12).map(|it| it.state()), None);
    }
}
