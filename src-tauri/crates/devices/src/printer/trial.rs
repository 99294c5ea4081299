//! `uketsuke printer test`: a printer is asked what it is, a page is printed, and what was found is
//! said in sentences and as JSON.

use serde::Serialize;
use slip::printer::probe::{Findings, Mismatch, suggest};
use slip::printer::{Address, PrinterState, page};
use slip::{Confirmation, Features, Fonts, Job, JobId, Profile};

use super::{ProbeError, Settings, probe};

mod sentences;
#[cfg(test)]
mod tests;

/// What is tried.
#[derive(Debug)]
pub struct Trial<'a> {
    /// The printer and how long it is waited for.
    pub settings: Settings,
    /// The name of the profile's file, without `.toml`.
    pub chosen: String,
    /// Every profile there is, by its file's name.
    pub profiles: &'a [(String, Profile)],
    /// The page's identity; let it differ from one trial to the next.
    pub page: Option<JobId>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The address as the office writes it.
    pub address: String,
    /// The profile that was tried.
    pub profile: String,
    /// What is to be done.
    pub verdict: Verdict,
    /// It could be reached.
    pub reached: bool,
    /// Why not, in the system's words.
    pub failure: Option<String>,
    /// It is only written to and cannot be asked anything.
    pub queue: bool,
    /// Its state as it told it: `ready`, `near_end`, `paper_out`, `cover_open`, `cutter_error`,
    /// `overheated`, `error`, `offline`.
    pub state: Option<&'static str>,
    /// Which of `DLE EOT` 1 to 4 it answered.
    pub polled: Vec<u8>,
    /// `GS a` was answered.
    pub pushes_status: bool,
    /// `GS r` was answered.
    pub ordered: bool,
    /// It says that the roll is nearly at its end; a printer without that sensor says `false`, too.
    pub near_end: Option<bool>,
    /// `GS I 66`.
    pub maker: Option<String>,
    /// `GS I 67`.
    pub model: Option<String>,
    /// The page was sent.
    pub page_sent: bool,
    /// How it confirmed the page: `process-id` or `barrier`.
    pub confirmation: Option<&'static str>,
    /// How long that took, in milliseconds.
    pub confirmed_after_ms: Option<u64>,
    /// Where profile and printer disagree: `pushes_status`, `process_id`, `barrier`,
    /// `better_confirmation`.
    pub mismatches: Vec<&'static str>,
    /// The profile that names this model, if it is another one.
    pub suggestion: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing: slips are printed and confirmed.
    Good,
    /// Look at the page: a queue never tells.
    LookAtThePage,
    /// Choose another profile.
    AnotherProfile,
    /// Mend what the printer complains about, and try again.
    NotReady,
    /// It answers nothing: another cable, another address, another kind of printer.
    Mute,
    /// It prints, and confirms nothing.
    Unconfirmed,
    /// It cannot be reached.
    Unreachable,
}

impl Tried {
    /// Whether a kiosk can work with this.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self.verdict, Verdict::Good | Verdict::LookAtThePage)
    }

    /// As JSON, for programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Trial<'_> {
    /// Asks the printer and prints the page, with these fonts. Ends within a minute.
    pub async fn run(self, fonts: &mut Fonts) -> Tried {
        let page = self.page.and_then(|id| self.draw(id, fonts));
        let result = probe(&self.settings, page).await;
        self.tried(result)
    }

    /// The page asks for the stronger confirmation, whatever the profile says.
    fn draw(&self, id: JobId, fonts: &mut Fonts) -> Option<Job> {
        let profile = &self.settings.profile;
        let features = profile.features();
        let facts = [
            format!("printers/{}.toml: {}", self.chosen, features.name),
            format!(
                "{} dots, {} dpi = {:.1} mm; cut {:?}; {:?}",
                features.dots,
                features.dpi,
                f32::from(features.dots) * 25.4 / f32::from(features.dpi),
                features.cut,
                features.confirmation,
            ),
            format!("address {}", self.settings.address),
        ];
        let raster = page::draw(&facts, profile, fonts);
        let asking = Profile::new(Features {
            confirmation: Confirmation::ProcessId,
            ..features.clone()
        });
        slip::encode(&raster, &asking.ok()?, id).ok()
    }

    fn tried(self, result: Result<Findings, ProbeError>) -> Tried {
        let queue = matches!(self.settings.address, Address::Queue(_));
        let (found, failure) = match result {
            Ok(found) => (found, None),
            Err(error) => (Findings::default(), Some(error)),
        };
        let reached = match &failure {
            None => true,
            Some(ProbeError::Unreachable(..)) => false,
            Some(ProbeError::Broken(_) | ProbeError::Stuck | ProbeError::Spooler) => true,
        };
        let profile = &self.settings.profile;
        let mismatches = if queue {
            Vec::new()
        } else {
            found.against(profile)
        };
        let suggestion = suggest(&found, profile, self.profiles)
            .filter(|name| *name != self.chosen)
            .map(str::to_owned);
        let verdict = if failure.is_some() {
            Verdict::Unreachable
        } else {
            verdict(&found, queue, &mismatches, suggestion.is_some())
        };
        Tried {
            address: self.settings.address.to_string(),
            profile: self.chosen,
            verdict,
            reached,
            failure: failure.map(|error| error.to_string()),
            queue,
            state: found.state.map(state_name),
            polled: (1..)
                .zip(found.polled)
                .filter_map(|(n, answer)| answer.map(|_| n))
                .collect(),
            pushes_status: found.pushes_status,
            ordered: found.ordered,
            near_end: found.near_end,
            confirmation: found
                .confirmation()
                .filter(|_| found.page_sent)
                .map(|confirmation| match confirmation {
                    Confirmation::ProcessId => "process-id",
                    Confirmation::Barrier => "barrier",
                }),
            confirmed_after_ms: found
                .confirmed_after
                .and_then(|after| u64::try_from(after.as_millis()).ok()),
            mismatches: mismatches.into_iter().map(mismatch_name).collect(),
            suggestion,
            page_sent: found.page_sent,
            maker: found.maker,
            model: found.model,
        }
    }
}

fn verdict(
    found: &Findings,
    queue: bool,
    mismatches: &[Mismatch],
    another_is_suggested: bool,
) -> Verdict {
    if queue {
        Verdict::LookAtThePage
    } else if !found.answers() {
        Verdict::Mute
    } else if found.state.is_some_and(|state| !state.prints()) {
        Verdict::NotReady
    } else if another_is_suggested || !mismatches.is_empty() {
        Verdict::AnotherProfile
    } else if found.page_sent && found.confirmation().is_none() {
        Verdict::Unconfirmed
    } else {
        Verdict::Good
    }
}

fn state_name(state: PrinterState) -> &'static str {
    match state {
        PrinterState::Ready => "ready",
        PrinterState::NearEnd => "near_end",
        PrinterState::PaperOut => "paper_out",
        PrinterState::CoverOpen => "cover_open",
        PrinterState::CutterError => "cutter_error",
        PrinterState::Overheated => "overheated",
        PrinterState::Error => "error",
        PrinterState::Offline => "offline",
        PrinterState::Unknown => "unknown",
    }
}

fn mismatch_name(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::PushesStatus => "pushes_status",
        Mismatch::ProcessId => "process_id",
        Mismatch::Barrier => "barrier",
        Mismatch::BetterConfirmation => "better_confirmation",
    }
}
