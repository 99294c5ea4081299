//! What the log says of papers: which slips went to the printer, what is known of each, and what the hub knows.
//!
//! ```text
//! Sent ──► Came(printed | unknown | failed) ──► CameTold
//!   └── the program ends here: nobody knows, so the next start writes Came(unknown)
//! ```

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::{Millis, office::SlipState};

use super::record::Record;

/// Papers that are remembered; the oldest of which the hub knows everything go. More than a roll has.
pub(crate) const PAPERS_MAX: usize = 2_000;
/// A paper of which the hub knows everything is kept for so long: an order that comes again is known.
const KEPT_MS: i64 = 86_400_000;

/// One slip that went to the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The printing.
    pub print: Uuid,
    /// Whose slip.
    pub ticket: String,
    /// Staff ordered it.
    pub order: bool,
    /// It carries 再発行.
    pub reissued: bool,
    /// What is known; nothing yet while it is being printed.
    pub slip: Option<SlipState>,
    /// What the hub knows.
    pub(crate) told: Option<SlipState>,
    pub(crate) at: Millis,
}

impl Sheet {
    /// A slip that goes to the printer next.
    #[must_use]
    pub fn new(print: Uuid, ticket: String, order: bool, reissued: bool) -> Self {
        Self {
            print,
            ticket,
            order,
            reissued,
            slip: None,
            told: None,
            at: 0,
        }
    }

    /// Something is known that the hub does not know.
    pub(crate) fn is_news(&self) -> bool {
        let to_tell = self.slip.filter(|slip| *slip != SlipState::Pending);
        to_tell.is_some() && to_tell != self.told
    }

    fn records(&self) -> Vec<Record> {
        let print = self.print;
        let sent = Record::Sent {
            print,
            ticket: self.ticket.clone(),
            order: self.order,
            reissued: self.reissued,
            at: self.at,
        };
        let came = self.slip.map(|slip| Record::Came { print, slip });
        let told = self.told.map(|slip| Record::CameTold { print, slip });
        std::iter::once(sent).chain(came).chain(told).collect()
    }
}

/// All of them. Only [`Papers::apply`] changes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Papers(BTreeMap<Uuid, Sheet>);

impl Papers {
    /// Follows a record; other records change nothing.
    pub(crate) fn apply(&mut self, record: &Record) {
        match record {
            Record::Sent {
                print,
                ticket,
                order,
                reissued,
                at,
            } => {
                let sheet = Sheet {
                    print: *print,
                    ticket: ticket.clone(),
                    order: *order,
                    reissued: *reissued,
                    slip: None,
                    told: None,
                    at: *at,
                };
                self.0.entry(*print).or_insert(sheet);
            }
            Record::Came { print, slip } => {
                if let Some(sheet) = self.0.get_mut(print)
                    && sheet.slip != Some(SlipState::Printed)
                {
                    // What the printer confirmed stays confirmed.
                    sheet.slip = Some(*slip);
                }
            }
            Record::CameTold { print, slip } => {
                if let Some(sheet) = self.0.get_mut(print) {
                    sheet.told = Some(*slip);
                }
            }
            Record::Leases { .. }
            | Record::Issued(_)
            | Record::Slip { .. }
            | Record::Acknowledged { .. }
            | Record::Refused { .. }
            | Record::Damaged { .. } => {}
        }
    }

    pub(crate) fn get(&self, print: Uuid) -> Option<&Sheet> {
        self.0.get(&print)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Sent, and the program ended before anything was known.
    pub(crate) fn left_open(&self) -> Vec<Sheet> {
        let open = self.0.values().filter(|it| it.slip.is_none());
        open.cloned().collect()
    }

    /// What the hub has to be told, oldest first.
    pub(crate) fn untold(&self) -> Vec<Sheet> {
        let news = self.0.values().filter(|it| it.is_news());
        let mut news: Vec<Sheet> = news.cloned().collect();
        news.sort_by_key(|it| it.at);
        news
    }

    /// What a new log has to begin with.
    pub(crate) fn condensed(&self, now: DateTime<Utc>) -> Vec<Record> {
        let now = now.timestamp_millis();
        let mut kept: Vec<&Sheet> = self.0.values().collect();
        // A clock that went back must not make a paper seem old.
        kept.retain(|it| it.slip.is_none() || it.is_news() || now.saturating_sub(it.at) < KEPT_MS);
        kept.sort_by_key(|it| it.at);
        let too_many = kept.len().saturating_sub(PAPERS_MAX / 2);
        kept.into_iter()
            .skip(too_many)
            .flat_map(Sheet::records)
            .collect()
    }
}
