//! Tells the hub what became of visitors' papers.
//!
//! What is to be told stands in the log, so it is told again until the hub has heard: when the hub is back, and
//! after the kiosk was started anew. Only where there is no log, or it could not be written, it is in memory.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc, watch},
    time::sleep,
};
use uuid::Uuid;
use wire::{Code, office::SlipState};

use crate::{
    keep::{Shelf, is_for_good},
    link::HubLink,
    reserve::Sheet,
    session::Outcome,
};

/// After a round in which something could not be told.
const AGAIN_MS: u64 = 5_000;
/// So many papers without an answer, and the hub is away for this round.
const AWAY_MAX: usize = 2;
/// A report in memory is given up after so many rounds of attempts, about five minutes.
const ROUNDS_MAX: u32 = 30;
const SLIP_REPORTS_MAX: usize = 64;

/// What is known of a paper, in memory.
#[derive(Clone)]
pub(crate) struct SlipToReport {
    pub(crate) ticket: String,
    pub(crate) slip: SlipState,
    pub(crate) print: Uuid,
    pub(crate) reissued: bool,
}

/// The way to whoever tells what the log does not have.
#[derive(Clone)]
pub(crate) struct Slips(mpsc::Sender<SlipToReport>);

impl Slips {
    pub(crate) fn new() -> (Self, mpsc::Receiver<SlipToReport>) {
        let (slips, waiting) = mpsc::channel(SLIP_REPORTS_MAX);
        (Self(slips), waiting)
    }

    pub(crate) fn put(&self, report: SlipToReport) {
        if let Err(error) = self.0.try_send(report) {
            tracing::error!(%error, "too many slip reports wait for the hub; one is given up");
        }
    }
}

/// Tells what is in memory only, one after the other.
pub(crate) async fn tell_from_memory(hub: HubLink, mut reports: mpsc::Receiver<SlipToReport>) {
    while let Some(report) = reports.recv().await {
        let sheet = Sheet::new(report.print, report.ticket, false, report.reissued);
        for _ in 0..ROUNDS_MAX {
            match hub.report_slip(&sheet, report.slip).await {
                Outcome::Done(_) => break,
                // The hub may hear of the ticket itself only after this.
                Outcome::Refused(code) if is_for_good(code) && code != Code::NotFound => {
                    tracing::warn!(ticket.id = %sheet.ticket, ?code, "the hub refused a slip report");
                    break;
                }
                Outcome::Refused(_) | Outcome::Away => {
                    sleep(Duration::from_millis(AGAIN_MS)).await;
                }
            }
        }
    }
}

/// Tells what is in the log.
pub(crate) struct Reporter {
    pub(crate) hub: HubLink,
    pub(crate) shelf: Shelf,
    /// Whether the hub's stream is there: when it comes back, what is untold is told at once.
    pub(crate) online: watch::Receiver<bool>,
    /// Something is known, or the hub has a ticket whose papers waited for that.
    pub(crate) news: Arc<Notify>,
}

impl Reporter {
    /// For ever.
    pub(crate) async fn run(mut self) {
        loop {
            let all_told = self.round().await;
            let again = async {
                if all_told {
                    std::future::pending().await
                } else {
                    sleep(Duration::from_millis(AGAIN_MS)).await;
                }
            };
            tokio::select! {
                () = self.news.notified() => {}
                changed = self.online.changed() => if changed.is_err() { return },
                () = again => {}
            }
        }
    }

    /// Tells everything once, in order. A paper that the hub does not take now holds back the later ones of its
    /// ticket, and no others. Whether all was told.
    async fn round(&self) -> bool {
        let Some(untold) = self.shelf.ask(|reserve| reserve.untold_papers()).await else {
            return false;
        };
        let mut held_back = BTreeSet::new();
        let mut away = 0;
        for sheet in untold {
            let Some(slip) = sheet.slip else { continue };
            if held_back.contains(&sheet.ticket) {
                continue;
            }
            let told = match self.hub.report_slip(&sheet, slip).await {
                Outcome::Done(_) => self.was_told(sheet.print, slip).await,
                Outcome::Refused(code) if is_for_good(code) => {
                    tracing::warn!(ticket.id = %sheet.ticket, ?code, "the hub refused a slip report");
                    self.was_told(sheet.print, slip).await
                }
                Outcome::Refused(code) => {
                    tracing::debug!(ticket.id = %sheet.ticket, ?code, "the hub takes no slip report now");
                    false
                }
                Outcome::Away => {
                    away += 1;
                    false
                }
            };
            if !told {
                held_back.insert(sheet.ticket);
            }
            if away >= AWAY_MAX {
                return false;
            }
        }
        held_back.is_empty()
    }

    async fn was_told(&self, print: Uuid, slip: SlipState) -> bool {
        let told = self
            .shelf
            .ask(move |reserve| reserve.came_told(print, slip))
            .await;
        match told {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                tracing::error!(%error, "that the hub was told of a slip cannot be written down");
                false
            }
            None => false,
        }
    }
}
