//! What an installer wants to know on the spot: is the reader service there, which readers, which one is used,
//! what lies on it, how fast does it answer.
//!
//! Like everything that touches a card it is done in the card process, which can be ended: that process tells
//! one finding a line, and says what it is about to ask before it asks, so that a card that falls silent is
//! told with the question at which it did. Nothing of a person is asked: applications are selected, two counters
//! are queried without presenting anything, no file is read.

mod ask;
mod sentences;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Settings;
use super::arguments::{Arguments, Duty};
use super::atr::AtrMeaning;

pub use ask::tell_findings;
pub use sentences::Language;

/// Everything but waiting for a card is over by then, or the process is ended.
const DIAGNOSE_MS_MAX: u64 = 30_000;
/// How the card process ends when it does not understand its arguments.
const NOT_UNDERSTOOD: i32 = 2;
/// The longest line of a finding, and the most of them; both are far from what is ever said.
const LINE_BYTES_MAX: usize = 16 * 1024;
const LINES_MAX: usize = 256;

/// What is asked of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To be connected, for nobody but us.
    Connect,
    /// Whether it has 券面事項入力補助AP.
    CardFaceInput,
    /// How many tries its PIN has left.
    PinTries,
    /// How many tries its 照合番号B has left.
    NumberBTries,
    /// Whether it has 公的個人認証AP.
    Jpki,
    /// Whether it has 券面事項確認AP.
    CardFaceCheck,
    /// Whether it is a driver's licence.
    DriversLicence,
    /// Whether it is a 在留カード or 特別永住者証明書.
    ResidenceCard,
    /// Whether it has マイナ免許証.
    MyNumberLicence,
    /// Whether it has the residence side of a 特定在留カード.
    SpecialResidence,
    /// Whether it is a contactless payment card.
    ContactlessPayment,
    /// Whether it is a payment card with contacts.
    ContactPayment,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is connected.
    Connected,
    /// The status word, as a number; `0x9000` is yes.
    Status(u16),
    /// It could not be asked.
    Trouble(Trouble),
}

/// Why a card could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It left the reader.
    Gone,
    /// The reader or the service went.
    ReaderGone,
    /// Another program holds it.
    Busy,
    /// It does not answer.
    Silent,
    /// It is a storage card, or speaks no protocol of cards with applications.
    NoApplications,
    /// Anything else.
    Refused,
}

/// One question with its answer and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The question.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
    /// How long it took, in microseconds.
    pub took_us: u64,
}

/// A reader that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderFound {
    /// Its name, as PC/SC tells it.
    pub name: String,
    /// Its place in the office's order of preference, from 0; absent when it is not used.
    pub rank: Option<usize>,
    /// Whether a card lies on it.
    pub card_present: bool,
}

/// What a card answered to reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atr {
    /// In hexadecimal digits.
    pub hex: String,
    /// What that means.
    pub meaning: AtrMeaning,
}

/// One line of the card process.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Finding {
    /// The service cannot be used.
    NoService { detail: String, is_forbidden: bool },
    /// The readers that are there, and the one that is used.
    Readers {
        readers: Vec<ReaderFound>,
        used: Option<String>,
    },
    /// What the card answered to reset.
    Atr(Atr),
    /// This is asked now.
    Asks(Asked),
    /// And this came of it.
    Measured(Measured),
}

/// How many tries are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// So many.
    Left(u8),
    /// None: it is locked.
    Locked,
    /// The card did not say it in the short form; it is asked in the long form when it is read.
    Unknown,
}

/// What was found, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// The card process could not be started or said nothing that is understood.
    NoProgram,
    /// The reader service is not there.
    NoService,
    /// The reader service may not be used by this account.
    Forbidden,
    /// The reader service does not answer.
    ServiceSilent,
    /// There is no reader.
    NoReader,
    /// There are readers, but none that the office's names match.
    NoReaderMatches,
    /// The reader is ready, no card lies on it.
    NoCard,
    /// A My Number card that can be read.
    MyNumber {
        /// Tries of the PIN.
        pin: Counter,
        /// Tries of 照合番号B.
        number_b: Counter,
    },
    /// A driver's licence that can be read.
    DriversLicence,
    /// A residence card that can be read.
    ResidenceCard,
    /// Another card: the reader works.
    AnotherCard,
    /// A card with none of the applications that are known: perhaps a newer one.
    NewerCard,
    /// Another program holds the card.
    Busy,
    /// The card stopped answering at this question.
    Silent {
        /// The question.
        at: Asked,
    },
    /// The card was taken off.
    Gone,
    /// The reader went while it was asked.
    ReaderGone,
    /// The card answers what such a card should not answer.
    Unreadable,
}

impl Verdict {
    /// Whether visitors can be served: the reader works, and what lies there, if anything, can be read.
    #[must_use]
    pub fn is_good(self) -> bool {
        match self {
            Self::NoCard
            | Self::MyNumber { .. }
            | Self::DriversLicence
            | Self::ResidenceCard
            | Self::AnotherCard => true,
            Self::NoProgram
            | Self::NoService
            | Self::Forbidden
            | Self::ServiceSilent
            | Self::NoReader
            | Self::NoReaderMatches
            | Self::NewerCard
            | Self::Busy
            | Self::Silent { .. }
            | Self::Gone
            | Self::ReaderGone
            | Self::Unreadable => false,
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// In one word.
    pub verdict: Verdict,
    /// Whether visitors can be served.
    pub is_good: bool,
    /// What the service or the system said, where it said something.
    pub detail: Option<String>,
    /// The office's names of readers, in their order.
    pub wanted: Vec<String>,
    /// The readers that are there.
    pub readers: Vec<ReaderFound>,
    /// The one that is used.
    pub used: Option<String>,
    /// What the card answered to reset.
    pub atr: Option<Atr>,
    /// What was asked of the card.
    pub measured: Vec<Measured>,
}

impl Diagnosis {
    /// The diagnosis as JSON, for programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Looks at readers and card through `program` (`uketsuke-card`), waiting for a card for so long. It returns
/// within that time and half a minute, whatever the card does.
#[must_use]
pub fn diagnose(program: &Path, settings: &Settings, wait: Duration) -> Diagnosis {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let duty = Duty::Diagnose { wait_ms };
    let started = Command::new(program)
        .args(Arguments::of(settings, duty).words())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return Found::default().diagnosis(settings, Some(error.to_string())),
    };
    let (say, said) = channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout);
            for _ in 0..LINES_MAX {
                let Some(finding) = read_finding(&mut lines) else {
                    return;
                };
                if say.send(finding).is_err() {
                    return;
                }
            }
        });
    }
    let found = gather(&said, wait + Duration::from_millis(DIAGNOSE_MS_MAX));
    // It has ended by itself, or it is ended now.
    let _ = child.kill();
    let code = child.wait().ok().and_then(|it| it.code());
    let failed = (code == Some(NOT_UNDERSTOOD))
        .then(|| format!("{} is of another version", program.display()));
    found.diagnosis(settings, failed)
}

/// One line that is understood; `None` at the end and at anything else.
fn read_finding(lines: &mut impl BufRead) -> Option<Finding> {
    use std::io::Read as _;

    let mut line = String::new();
    let limit = u64::try_from(LINE_BYTES_MAX).ok()?;
    lines.take(limit).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Takes findings until the process has no more, or for so long.
fn gather(said: &Receiver<Finding>, limit: Duration) -> Found {
    #[expect(
        clippy::disallowed_methods,
        reason = "the whole diagnosis has one deadline"
    )]
    let end = std::time::Instant::now() + limit;
    let mut found = Found::default();
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "the whole diagnosis has one deadline"
        )]
        let left = end.saturating_duration_since(std::time::Instant::now());
        match said.recv_timeout(left) {
            Ok(finding) => found.take(finding),
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return found,
        }
    }
}

/// The findings so far.
#[derive(Default)]
struct Found {
    service: Option<(String, bool)>,
    readers: Option<(Vec<ReaderFound>, Option<String>)>,
    atr: Option<Atr>,
    asking: Option<Asked>,
    measured: Vec<Measured>,
}

impl Found {
    fn take(&mut self, finding: Finding) {
        match finding {
            Finding::NoService {
                detail,
                is_forbidden,
            } => self.service = Some((detail, is_forbidden)),
            Finding::Readers { readers, used } => self.readers = Some((readers, used)),
            Finding::Atr(atr) => self.atr = Some(atr),
            Finding::Asks(asked) => self.asking = Some(asked),
            Finding::Measured(measured) => {
                self.asking = None;
                self.measured.push(measured);
            }
        }
    }

    fn diagnosis(self, settings: &Settings, failed: Option<String>) -> Diagnosis {
        let verdict = self.verdict(failed.is_some());
        let (readers, used) = self.readers.unwrap_or_default();
        Diagnosis {
            verdict,
            is_good: verdict.is_good(),
            detail: failed.or(self.service.map(|(detail, _)| detail)),
            wanted: settings.readers.clone(),
            readers,
            used,
            atr: self.atr,
            measured: self.measured,
        }
    }

    fn verdict(&self, has_failed: bool) -> Verdict {
        if has_failed {
            return Verdict::NoProgram;
        }
        match &self.service {
            Some((_, true)) => return Verdict::Forbidden,
            Some((_, false)) => return Verdict::NoService,
            None => {}
        }
        let Some((readers, used)) = &self.readers else {
            return Verdict::ServiceSilent;
        };
        if readers.is_empty() {
            return Verdict::NoReader;
        }
        if used.is_none() {
            return Verdict::NoReaderMatches;
        }
        if let Some(at) = self.asking {
            return Verdict::Silent { at };
        }
        if let Some(trouble) = self.trouble() {
            return trouble;
        }
        self.card()
    }

    fn trouble(&self) -> Option<Verdict> {
        let last = self.measured.last()?;
        let Answer::Trouble(trouble) = last.answer else {
            return None;
        };
        Some(match trouble {
            Trouble::Gone => Verdict::Gone,
            Trouble::ReaderGone => Verdict::ReaderGone,
            Trouble::Busy => Verdict::Busy,
            Trouble::Silent => Verdict::Silent { at: last.asked },
            Trouble::NoApplications => Verdict::AnotherCard,
            Trouble::Refused => Verdict::Unreadable,
        })
    }

    fn card(&self) -> Verdict {
        let says = |asked| {
            // The first question after power-up may have been asked twice; the later answer holds.
            let measured = self.measured.iter().rev().find(|it| it.asked == asked);
            measured.map(|it| it.answer)
        };
        let has = |asked| says(asked) == Some(Answer::Status(0x9000));
        if has(Asked::CardFaceInput) {
            return Verdict::MyNumber {
                pin: counter(says(Asked::PinTries)),
                number_b: counter(says(Asked::NumberBTries)),
            };
        }
        if has(Asked::DriversLicence) {
            return Verdict::DriversLicence;
        }
        if has(Asked::ResidenceCard) {
            return Verdict::ResidenceCard;
        }
        let statuses: Vec<u16> = self
            .measured
            .iter()
            .filter_map(|it| match it.answer {
                Answer::Status(status) => Some(status),
                Answer::Connected | Answer::Trouble(_) => None,
            })
            .collect();
        if statuses.is_empty() {
            return Verdict::NoCard;
        }
        if statuses.iter().all(|it| *it == 0x6A82) {
            return Verdict::NewerCard;
        }
        Verdict::AnotherCard
    }
}

fn counter(answer: Option<Answer>) -> Counter {
    match answer {
        Some(Answer::Status(0x63C0 | 0x6983 | 0x6984)) => Counter::Locked,
        Some(Answer::Status(status @ 0x63C1..=0x63CF)) => {
            Counter::Left(u8::try_from(status & 0x0F).unwrap_or(0))
        }
        Some(Answer::Connected | Answer::Status(_) | Answer::Trouble(_)) | None => Counter::Unknown,
    }
}

#[cfg(test)]
mod tests;
