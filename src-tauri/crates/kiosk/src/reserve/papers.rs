//! What the log says of papers: which slips went to the printer, what is known of each, and what the hub knows.
//! Each has an identity and a fate of its own, also where several are of one ticket.
//!
//! ```text
//! Sent ──► Came(unknown) ──► Came(failed) ──► Came(printed)   forwards only; each ──► CameTold
//!   └── the program ends here: nobody knows, so the next start writes Came(unknown)
//! ```

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::{Millis, office::SlipState};

use super::record::Record;

/// Papers that are remembered beside those of which something is open or untold; more than a roll has.
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
    /// It is the office's copy and carries 控え.
    pub copy: bool,
    /// What is known; nothing yet while it is being printed.
    pub slip: Option<SlipState>,
    /// What the hub knows.
    pub(crate) told: Option<SlipState>,
    pub(crate) at: Millis,
    /// Its place in the log. A clock that is set does not change who came first.
    pub(crate) place: u64,
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
            copy: false,
            slip: None,
            told: None,
            at: 0,
            place: 0,
        }
    }

    /// The office's copy of a slip, which goes to the printer next.
    #[must_use]
    pub fn copy(print: Uuid, ticket: String) -> Self {
        Self {
            copy: true,
            ..Self::new(print, ticket, false, false)
        }
    }

    /// The paper with which its ticket is given.
    pub(crate) fn is_first(&self) -> bool {
        !self.order && !self.reissued && !self.copy
    }

    /// It may be in the printer at this moment.
    pub(crate) fn is_open(&self) -> bool {
        self.slip.is_none()
    }

    /// Something is known that the hub does not know.
    pub(crate) fn is_news(&self) -> bool {
        let to_tell = self.slip.filter(|slip| *slip != SlipState::Pending);
        to_tell.is_some() && to_tell != self.told
    }

    fn sent(&self) -> Record {
        Record::Sent {
            print: self.print,
            ticket: self.ticket.clone(),
            order: self.order,
            reissued: self.reissued,
            copy: self.copy,
            at: self.at,
        }
    }

    /// The record with which it enters the log.
    pub(crate) fn goes_out(&self, now: DateTime<Utc>) -> Record {
        Self {
            at: now.timestamp_millis(),
            ..self.clone()
        }
        .sent()
    }

    fn records(&self) -> impl Iterator<Item = Record> {
        let print = self.print;
        let came = self.slip.map(|slip| Record::Came { print, slip });
        let told = self.told.map(|slip| Record::CameTold { print, slip });
        std::iter::once(self.sent()).chain(came).chain(told)
    }
}

/// How much is known. What is known already never becomes less: a printer that confirmed stays believed, and a
/// paper that did not come out does not become doubtful because another word comes late.
fn rank(slip: SlipState) -> u8 {
    match slip {
        SlipState::None | SlipState::Pending => 0,
        SlipState::Sent => 1,
        SlipState::Unknown => 2,
        SlipState::Failed => 3,
        SlipState::Printed => 4,
    }
}

/// All of them. Only [`Papers::apply`] changes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Papers {
    sheets: BTreeMap<Uuid, Sheet>,
    next_place: u64,
}

impl Papers {
    /// Follows a record; other records change nothing.
    pub(crate) fn apply(&mut self, record: &Record) {
        match record {
            Record::Sent {
                print,
                ticket,
                order,
                reissued,
                copy,
                at,
            } => {
                let sheet = Sheet {
                    copy: *copy,
                    at: *at,
                    place: self.next_place,
                    ..Sheet::new(*print, ticket.clone(), *order, *reissued)
                };
                self.next_place += 1;
                self.sheets.entry(*print).or_insert(sheet);
            }
            Record::Came { print, slip } => {
                if let Some(sheet) = self.sheets.get_mut(print)
                    && sheet.slip.is_none_or(|was| rank(*slip) > rank(was))
                {
                    sheet.slip = Some(*slip);
                }
            }
            Record::CameTold { print, slip } => {
                if let Some(sheet) = self.sheets.get_mut(print) {
                    sheet.told = Some(*slip);
                }
            }
            Record::Acknowledged { ticket, slip } => self.told_with_ticket(*ticket, *slip),
            Record::Leases { .. }
            | Record::Issued(_)
            | Record::Roll { .. }
            | Record::Refused { .. }
            | Record::Damaged { .. } => {}
        }
    }

    /// The word about a ticket said what is known of its first paper.
    fn told_with_ticket(&mut self, ticket: Uuid, slip: SlipState) {
        if slip == SlipState::Pending {
            return;
        }
        let ticket = ticket.to_string();
        let sheets = self.sheets.values_mut();
        for sheet in sheets.filter(|it| it.is_first() && it.ticket == ticket) {
            sheet.told = Some(slip);
        }
    }

    pub(crate) fn get(&self, print: Uuid) -> Option<&Sheet> {
        self.sheets.get(&print)
    }

    pub(crate) fn len(&self) -> usize {
        self.sheets.len()
    }

    /// Whether this would tell more of a paper than is known of it. `None` where the log has no such paper.
    pub(crate) fn would_learn(&self, print: Uuid, slip: SlipState) -> Option<bool> {
        let known = self.sheets.get(&print)?.slip;
        Some(known.is_none_or(|was| rank(slip) > rank(was)))
    }

    /// Sent, and the program ended before anything was known.
    pub(crate) fn left_open(&self) -> Vec<Uuid> {
        let open = self.sheets.values().filter(|it| it.is_open());
        open.map(|it| it.print).collect()
    }

    /// The tickets whose paper went to the printer as their first.
    pub(crate) fn with_first(&self) -> BTreeSet<&str> {
        let first = self.sheets.values().filter(|it| it.is_first());
        first.map(|it| it.ticket.as_str()).collect()
    }

    /// The tickets of papers that are open or untold.
    pub(crate) fn unsettled(&self) -> BTreeSet<&str> {
        let unsettled = self.sheets.values();
        let unsettled = unsettled.filter(|it| it.is_open() || it.is_news());
        unsettled.map(|it| it.ticket.as_str()).collect()
    }

    /// What the hub has to be told, in the order in which it was sent.
    pub(crate) fn untold(&self, wanted: impl Fn(&Sheet) -> bool) -> Vec<Sheet> {
        let news = self.sheets.values();
        let news = news.filter(|it| it.is_news() && wanted(it));
        let mut news: Vec<Sheet> = news.cloned().collect();
        news.sort_by_key(|it| it.place);
        news
    }

    /// What a new log has to begin with. Whatever is open or untold stays, however old the clock says it is and
    /// however many they are; so does what belongs to a ticket that `stays`.
    pub(crate) fn condensed(
        &self,
        now: DateTime<Utc>,
        stays: impl Fn(&str) -> bool,
    ) -> Vec<Record> {
        let now = now.timestamp_millis();
        let needed = |it: &&Sheet| it.is_open() || it.is_news() || stays(&it.ticket);
        let (mut kept, mut done): (Vec<&Sheet>, Vec<&Sheet>) =
            self.sheets.values().partition(needed);
        // A clock that went back must not make a paper seem old.
        done.retain(|it| now.saturating_sub(it.at) < KEPT_MS);
        done.sort_by_key(|it| it.place);
        let too_many = done.len().saturating_sub(PAPERS_MAX / 2);
        kept.extend(done.into_iter().skip(too_many));
        kept.sort_by_key(|it| it.place);
        kept.into_iter().flat_map(Sheet::records).collect()
    }
}
