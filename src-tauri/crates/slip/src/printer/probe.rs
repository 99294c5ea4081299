//! Which dialect a printer speaks, found by asking: for the person who sets one up.
//!
//! One question after the other, each with its own deadline, and at the end a test page that asks
//! for both kinds of confirmation. Pure like the printer's machine: bytes and time in, bytes out.
//!
//! ```text
//! DLE EOT 1 2 3 4 ─► GS I 66, 67 ─► GS a 255 ─► GS r 1 ─► page · GS ( H · GS r 1 ─► findings
//! ```

use std::time::Duration;

use crate::encode::{Job, JobId, STATUS_PUSHES_ON};
use crate::profile::{Confirmation, Profile};
use crate::replies::{Demultiplexer, Reply};

use super::PrinterState;
use super::ordered::ASK_NAME;
use super::status::Status;

/// For the answer to one question.
const ANSWER_WAIT: Duration = Duration::from_millis(1000);
/// For the page to come out.
const PAGE_WAIT: Duration = Duration::from_secs(15);
/// An id that is to come comes at once with the answer behind it.
const ID_WAIT: Duration = Duration::from_millis(1500);

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// The answers to `DLE EOT` 1 to 4.
    pub polled: [Option<u8>; 4],
    /// The state these answers tell; `None` if there was none.
    pub state: Option<PrinterState>,
    /// It says that the roll is nearly at its end. `None` if it does not say.
    /// A printer without that sensor says "no", too.
    pub near_end: Option<bool>,
    /// `GS a` was answered with a status.
    pub pushes_status: bool,
    /// `GS I 66`.
    pub maker: Option<String>,
    /// `GS I 67`.
    pub model: Option<String>,
    /// `GS r 1` was answered.
    pub ordered: bool,
    /// The page was sent.
    pub page_sent: bool,
    /// `GS ( H` returned the page's id.
    pub process_id: bool,
    /// `GS r 1` behind the page was answered.
    pub barrier: bool,
    /// From the page's last question to its first confirmation.
    pub confirmed_after: Option<Duration>,
}

impl Findings {
    /// The best confirmation that this printer gives; `None` if it gives none.
    pub fn confirmation(&self) -> Option<Confirmation> {
        if self.process_id {
            Some(Confirmation::ProcessId)
        } else {
            (self.barrier || self.ordered).then_some(Confirmation::Barrier)
        }
    }

    /// It answered anything at all.
    pub fn answers(&self) -> bool {
        self.state.is_some()
            || self.pushes_status
            || self.ordered
            || self.process_id
            || self.barrier
            || self.model.is_some()
            || self.maker.is_some()
    }

    /// What this printer's profile states and the printer does not do.
    pub fn against(&self, profile: &Profile) -> Vec<Mismatch> {
        let features = profile.features();
        let mut found = Vec::new();
        if features.pushes_status && self.answers() && !self.pushes_status {
            found.push(Mismatch::PushesStatus);
        }
        if self.page_sent {
            match features.confirmation {
                Confirmation::ProcessId if !self.process_id => found.push(Mismatch::ProcessId),
                Confirmation::Barrier if !self.barrier => found.push(Mismatch::Barrier),
                Confirmation::Barrier if self.process_id => {
                    found.push(Mismatch::BetterConfirmation)
                }
                Confirmation::ProcessId | Confirmation::Barrier => {}
            }
        }
        found
    }
}

/// Where profile and printer disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// The profile says that it pushes its status, and it does not.
    PushesStatus,
    /// The profile says `process-id`, and no id came back.
    ProcessId,
    /// The profile says `barrier`, and none was answered.
    Barrier,
    /// The profile says `barrier`, and the printer knows the stronger `process-id`.
    BetterConfirmation,
}

/// The profile that fits best: the one that names the model the printer says it is, with the paper
/// that was chosen if there are several. `None` if no profile names it.
pub fn suggest<'p>(
    findings: &Findings,
    chosen: &Profile,
    profiles: &'p [(String, Profile)],
) -> Option<&'p str> {
    let model = plain(findings.model.as_deref()?);
    let fit = |(file, profile): &'p (String, Profile)| {
        let named = profile
            .features()
            .name
            .split_whitespace()
            .map(plain)
            .filter(|word| is_model(word) && model.contains(word.as_str()))
            .map(|word| word.len())
            .max()?;
        let same_paper = profile.dots() == chosen.dots();
        Some(((named, same_paper), file.as_str()))
    };
    profiles
        .iter()
        .filter_map(fit)
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, file)| file)
}

/// Letters and digits in capitals: TM-m30III and TM M30III are the same printer.
fn plain(word: &str) -> String {
    word.chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// Letters and digits both, at least four together: "TMT88" is a model, "80" and "MM" are not.
fn is_model(word: &str) -> bool {
    word.len() >= 4
        && word.contains(|character: char| character.is_ascii_digit())
        && word.contains(|character: char| character.is_ascii_alphabetic())
}

/// One printer being asked.
#[derive(Debug)]
pub struct Probe {
    page: Option<Job>,
    replies: Demultiplexer,
    question: Question,
    asked_at: Duration,
    until: Duration,
    status: Status,
    found: Findings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Polled(u8),
    Maker,
    Model,
    Pushes,
    Ordered,
    Page(JobId),
    Done,
}

impl Probe {
    /// Asks, and prints the page at the end if there is one and the printer is ready.
    /// The page ends in `GS ( H`: encode it for a profile with [`Confirmation::ProcessId`].
    pub fn new(page: Option<Job>) -> Probe {
        Probe {
            page,
            replies: Demultiplexer::new(),
            question: Question::Polled(1),
            asked_at: Duration::ZERO,
            until: Duration::ZERO,
            status: Status::default(),
            found: Findings::default(),
        }
    }

    /// Connected: what to write first.
    pub fn begin(&mut self, now: Duration) -> Vec<u8> {
        self.ask(Question::Polled(1), now)
    }

    /// The printer said something: what to write next, empty for nothing yet.
    pub fn received(&mut self, bytes: &[u8], now: Duration) -> Vec<u8> {
        let mut next = Vec::new();
        for reply in self.replies.push(bytes) {
            if self.note(&reply, now) {
                next.extend(self.go_on(now));
            }
        }
        next
    }

    /// [`Probe::deadline`] has come: the question stays unanswered.
    pub fn tick(&mut self, now: Duration) -> Vec<u8> {
        if self.is_done() || now < self.until {
            return Vec::new();
        }
        self.go_on(now)
    }

    /// When [`Probe::tick`] is due; `None` when everything was asked.
    pub fn deadline(&self) -> Option<Duration> {
        (!self.is_done()).then_some(self.until)
    }

    /// Everything was asked.
    pub fn is_done(&self) -> bool {
        self.question == Question::Done
    }

    /// What is known so far.
    pub fn findings(&self) -> &Findings {
        &self.found
    }

    /// Takes an answer; true if it ends the question.
    fn note(&mut self, reply: &Reply, now: Duration) -> bool {
        match (self.question, reply) {
            (Question::Polled(n), Reply::RealTime(byte)) => {
                self.status.note_polled(n, *byte);
                let place = usize::from(n).saturating_sub(1);
                if let Some(answer) = self.found.polled.get_mut(place) {
                    *answer = Some(*byte);
                }
                self.found.state = Some(self.status.state());
                if n == 4 {
                    self.found.near_end = Some(self.status.near_end());
                }
                true
            }
            (Question::Maker, Reply::Name(name)) => {
                self.found.maker = Some(name.clone());
                true
            }
            (Question::Model, Reply::Name(name)) => {
                self.found.model = Some(name.clone());
                true
            }
            (Question::Ordered, Reply::Ordered(_)) => {
                self.found.ordered = true;
                true
            }
            (Question::Page(id), Reply::Printed(found)) if *found == id => {
                self.found.process_id = true;
                self.confirmed(now)
            }
            (Question::Page(_), Reply::Ordered(_)) => {
                self.found.barrier = true;
                self.confirmed(now)
            }
            (question, Reply::Pushed(block)) => {
                self.found.pushes_status = true;
                let status = Status::from_pushed(*block);
                self.found.state = Some(status.state());
                self.found.near_end = Some(status.near_end());
                question == Question::Pushes
            }
            _ => false,
        }
    }

    /// One of the page's two confirmations came; true if it was the second.
    fn confirmed(&mut self, now: Duration) -> bool {
        if self.found.confirmed_after.is_none() {
            self.found.confirmed_after = Some(now.saturating_sub(self.asked_at));
        }
        self.until = self.until.min(now + ID_WAIT);
        self.found.process_id && self.found.barrier
    }

    fn go_on(&mut self, now: Duration) -> Vec<u8> {
        let next = match self.question {
            Question::Polled(n @ 1..=3) => Question::Polled(n + 1),
            Question::Polled(_) => Question::Maker,
            Question::Maker => Question::Model,
            Question::Model => Question::Pushes,
            Question::Pushes => Question::Ordered,
            Question::Ordered => match &self.page {
                // A printer that says nothing is tried: its paper is the answer.
                Some(page) if self.found.state.is_none_or(PrinterState::prints) => {
                    Question::Page(page.id)
                }
                _ => Question::Done,
            },
            Question::Page(_) | Question::Done => Question::Done,
        };
        self.ask(next, now)
    }

    fn ask(&mut self, question: Question, now: Duration) -> Vec<u8> {
        self.question = question;
        self.asked_at = now;
        self.until = now + ANSWER_WAIT;
        match question {
            Question::Polled(n) => vec![0x10, 0x04, n],
            Question::Maker => vec![0x1D, b'I', 66],
            Question::Model => ASK_NAME.to_vec(),
            Question::Pushes => STATUS_PUSHES_ON.to_vec(),
            Question::Ordered => vec![0x1D, b'r', 1],
            Question::Page(_) => {
                self.until = now + PAGE_WAIT;
                self.found.page_sent = true;
                let mut bytes = self.page.take().map(|page| page.bytes).unwrap_or_default();
                bytes.extend([0x1D, b'r', 1]);
                bytes
            }
            Question::Done => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Findings, Mismatch, Probe, suggest};
    use crate::encode::{Job, JobId};
    use crate::printer::PrinterState;
    use crate::profile::{Confirmation, Features, Profile};

    fn profile(name: &str, dots: u16, confirmation: Confirmation) -> Profile {
        Profile::new(Features {
            name: name.to_owned(),
            dots,
            confirmation,
            ..Features::default()
        })
        .unwrap()
    }

    fn page() -> Job {
        Job {
            id: JobId::from_bytes(*b"0012").unwrap(),
            bytes: vec![0x1B, b'@'],
        }
    }

    /// Asks a printer that answers each question so.
    fn asked(answer: impl Fn(&[u8]) -> Vec<u8>) -> (Findings, Duration) {
        let mut probe = Probe::new(Some(page()));
        let mut now = Duration::from_secs(3);
        let mut question = probe.begin(now);
        while !probe.is_done() {
            let said = answer(&question);
            question = probe.received(&said, now);
            if question.is_empty()
                && let Some(deadline) = probe.deadline()
            {
                now = now.max(deadline);
                question = probe.tick(now);
            }
        }
        (probe.findings().clone(), now - Duration::from_secs(3))
    }

    #[test]
    fn a_printer_that_answers_everything_is_known_at_once() {
        let (found, took) = asked(|question| match question {
            [0x10, 4, 4] => vec![0x1E],
            [0x10, 4, _] => vec![0x12],
            [0x1D, b'I', 66] => b"_EPSON\0".to_vec(),
            [0x1D, b'I', 67] => b"_TM-T88VII\0".to_vec(),
            [0x1D, b'a', _] => vec![0x10, 0, 0x03, 0],
            [0x1D, b'r', 1] => vec![0x03],
            [0x1B, b'@', ..] => b"\x37\x220012\0\x03".to_vec(),
            other => panic!("{other:02x?}"),
        });
        assert_eq!(took, Duration::ZERO);
        let expected = Findings {
            polled: [Some(0x12), Some(0x12), Some(0x12), Some(0x1E)],
            state: Some(PrinterState::NearEnd),
            near_end: Some(true),
            pushes_status: true,
            maker: Some("EPSON".to_owned()),
            model: Some("TM-T88VII".to_owned()),
            ordered: true,
            page_sent: true,
            process_id: true,
            barrier: true,
            confirmed_after: Some(Duration::ZERO),
        };
        assert_eq!(found, expected);
        assert_eq!(found.confirmation(), Some(Confirmation::ProcessId));
    }

    #[test]
    fn a_printer_that_answers_nothing_gets_the_page_and_is_given_up_in_time() {
        let (found, took) = asked(|_| Vec::new());
        assert!(found.page_sent && !found.answers());
        assert_eq!(found.confirmation(), None);
        assert!(took <= Duration::from_secs(25), "{took:?}");
    }

    #[test]
    fn a_printer_without_paper_gets_no_page() {
        let (found, _) = asked(|question| match question {
            [0x10, 4, 1] => vec![0x1A],
            [0x10, 4, 2] => vec![0x32],
            [0x10, 4, 3] => vec![0x12],
            [0x10, 4, 4] => vec![0x7E],
            _ => Vec::new(),
        });
        assert_eq!(found.state, Some(PrinterState::PaperOut));
        assert!(!found.page_sent);
    }

    #[test]
    fn where_profile_and_printer_disagree_is_named() {
        let answering = Findings {
            state: Some(PrinterState::Ready),
            page_sent: true,
            barrier: true,
            ..Findings::default()
        };
        let with_id = profile("x", 576, Confirmation::ProcessId);
        let with_barrier = profile("x", 576, Confirmation::Barrier);
        assert_eq!(
            answering.against(&with_id),
            [Mismatch::PushesStatus, Mismatch::ProcessId]
        );
        let better = Findings {
            pushes_status: true,
            process_id: true,
            ..answering.clone()
        };
        assert_eq!(
            better.against(&with_barrier),
            [Mismatch::BetterConfirmation]
        );
        assert!(better.against(&with_id).is_empty());
        let not_even_a_barrier = Findings {
            pushes_status: true,
            barrier: false,
            ..answering
        };
        assert_eq!(
            not_even_a_barrier.against(&with_barrier),
            [Mismatch::Barrier]
        );
    }

    #[test]
    fn the_profile_that_names_the_model_is_suggested_with_the_paper_that_was_chosen() {
        let of = |file: &str, name: &str, dots| {
            (file.to_owned(), profile(name, dots, Confirmation::Barrier))
        };
        let profiles = [
            of("generic-80", "ESC/POS (80 mm, 203 dpi)", 576),
            of("m30-58", "EPSON TM-m30III (58 mm)", 420),
            of("m30-80", "EPSON TM-m30III (80 mm)", 576),
            of("t88", "EPSON TM-T88 (80 mm)", 512),
            of("t88vii", "EPSON TM-T88VII (80 mm)", 512),
        ];
        for (model, dots, file) in [
            (Some("TM-m30III"), 576, Some("m30-80")),
            (Some("TM-m30III"), 420, Some("m30-58")),
            (Some("TM-T88VI"), 576, Some("t88")),
            (Some("TM-T88VII"), 576, Some("t88vii")),
            (Some("CT-S651II"), 576, None),
            (None, 576, None),
        ] {
            let findings = Findings {
                model: model.map(str::to_owned),
                ..Findings::default()
            };
            let chosen = profile("x", dots, Confirmation::Barrier);
            assert_eq!(suggest(&findings, &chosen, &profiles), file, "{model:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_printer_says_the_questions_end(
            said in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 0..40),
        ) {
            let mut probe = Probe::new(Some(page()));
            let mut now = Duration::ZERO;
            probe.begin(now);
            for bytes in said {
                probe.received(&bytes, now);
            }
            let mut ticks = 0;
            while let Some(deadline) = probe.deadline() {
                now = now.max(deadline);
                probe.tick(now);
                ticks += 1;
                prop_assert!(ticks < 20);
            }
            prop_assert!(now <= Duration::from_secs(40));
        }
    }
}
