//! From what a service answered to what is done about it: pure, so that every guard is an ordinary unit test.
//!
//! The commonest damage in software of this kind is a short answer read as deletions. So nothing is ever cleared and
//! filled again: an answer is laid beside the mirror ([`stage`]), what seems gone is asked for once more (the
//! engine), and many cancellations at once wait for a second, identical answer or for a clerk ([`plan`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    appointment::{RemoteAppointment, RemoteId, Status},
    cursor::{Cursor, Token},
    source::{BadItem, Change, Window},
};

/// What the mirror holds of one appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Its key.
    pub remote_id: RemoteId,
    /// The revision that was applied last.
    pub rev: Option<String>,
    /// The service's word for what the citizen comes for.
    pub service_ref: Option<String>,
    /// Slot start.
    pub start: DateTime<Utc>,
    /// Slot end.
    pub end: DateTime<Utc>,
    /// Whether the mirror counts it as cancelled.
    pub cancelled: bool,
    /// Whether the citizen has come: from here on the office decides, and a pull changes nothing.
    pub checked_in: bool,
}

/// Every page of one pull, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// All changes, in the order of the pages.
    pub changes: Vec<Change>,
    /// All entries that could not be read.
    pub bad: Vec<BadItem>,
    /// Where the next pull goes on.
    pub next: Token,
    /// Set when the changes are everything in this window.
    pub complete: Option<Window>,
}

/// What a round would do, before the guards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// New or changed.
    pub upserts: Vec<RemoteAppointment>,
    /// Known, standing, and said to be gone.
    pub gone: BTreeSet<RemoteId>,
    /// Known, standing, and not in a complete answer: to be asked for one by one. What has been confirmed moves to
    /// `gone` or `upserts`; what is left here when the plan is made is left as it was.
    pub missing: BTreeSet<RemoteId>,
    /// About citizens who have come.
    pub flags: Vec<Flag>,
    /// Entries that could not be read.
    pub bad: Vec<BadItem>,
    /// Where the next pull goes on.
    pub next: Token,
    /// Set when the answer was complete.
    pub complete: Option<Window>,
    /// A complete answer with nothing at all in it.
    pub empty: bool,
}

/// The service changed a booking whose citizen is already here. The ticket stays; the clerk is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    /// It was cancelled or removed.
    Cancelled(RemoteId),
    /// It is another slot or service now.
    Changed(RemoteAppointment),
}

/// How much may be cancelled at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guards {
    /// This many cancellations of one service are always believed.
    pub mass_count: usize,
    /// Above it, at most this share of the service's coming appointments, in percent.
    pub mass_percent: usize,
    /// How long a service must go on saying the same before a mass of cancellations is believed.
    pub hold: TimeDelta,
    /// How many missing appointments are asked for one by one in a round.
    pub confirm_max: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            mass_count: 5,
            mass_percent: 20,
            hold: TimeDelta::minutes(5),
            confirm_max: 50,
        }
    }
}

/// Cancellations that wait for a second, identical answer or for a clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Since when the service has said so without a break.
    pub since: DateTime<Utc>,
    /// What it has said so about since then.
    pub ids: BTreeSet<RemoteId>,
    /// Why, with the numbers a person needs to judge.
    pub reasons: Vec<HoldReason>,
}

/// Why cancellations wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldReason {
    /// The service says that there is nothing at all, and the mirror holds this many.
    Emptied {
        /// Standing appointments in the mirror.
        standing: usize,
    },
    /// Many of one service at once.
    Mass {
        /// The service's word.
        service_ref: Option<String>,
        /// How many would be cancelled.
        asked: usize,
        /// Of how many that are to come.
        standing: usize,
    },
}

/// What to do, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// New or changed appointments, cancelled ones among them: write them over what the mirror holds.
    pub upserts: Vec<RemoteAppointment>,
    /// Appointments to mark as cancelled.
    pub cancels: Vec<RemoteId>,
    /// About citizens who have come: nothing changes but what the clerk is told.
    pub flags: Vec<Flag>,
    /// Entries that could not be read, for the list that staff can see.
    pub bad: Vec<BadItem>,
    /// Cancellations that were not done.
    pub held: Option<Hold>,
    /// To be saved in the same transaction; absent, which leaves the saved one as it is, while something is held or
    /// unconfirmed or the calendar is empty: the next round shall hear of everything again.
    pub cursor: Option<Cursor>,
}

/// Lays a round beside the mirror.
pub fn stage(local: &[Local], round: Round, window: &Window) -> Staged {
    let known: BTreeMap<&RemoteId, &Local> =
        local.iter().map(|row| (&row.remote_id, row)).collect();
    let mut latest = BTreeMap::new();
    for change in round.changes {
        latest.insert(id_of(&change).clone(), change);
    }
    let mut staged = Staged {
        upserts: Vec::new(),
        gone: BTreeSet::new(),
        missing: BTreeSet::new(),
        flags: Vec::new(),
        empty: round.complete.is_some() && latest.is_empty() && round.bad.is_empty(),
        bad: round.bad,
        next: round.next,
        complete: round.complete,
    };
    if let Some(complete) = staged.complete {
        let unread: BTreeSet<&RemoteId> = staged.bad.iter().map(|item| &item.remote_id).collect();
        for row in local {
            let told = latest.contains_key(&row.remote_id) || unread.contains(&row.remote_id);
            if !told && !row.cancelled && complete.touches(row.start, row.end) {
                if row.checked_in {
                    staged.flags.push(Flag::Cancelled(row.remote_id.clone()));
                } else {
                    staged.missing.insert(row.remote_id.clone());
                }
            }
        }
    }
    for (remote_id, change) in latest {
        let row = known.get(&remote_id).copied();
        match change {
            Change::Upsert(told) => staged.upsert(told, row, window),
            Change::Gone { .. } => staged.remove(remote_id, row, window),
        }
    }
    staged
}

fn id_of(change: &Change) -> &RemoteId {
    match change {
        Change::Upsert(told) => &told.remote_id,
        Change::Gone { remote_id } => remote_id,
    }
}

impl Staged {
    /// Takes over what the service says of one appointment.
    pub(crate) fn upsert(&mut self, told: RemoteAppointment, row: Option<&Local>, window: &Window) {
        let cancelled = told.status == Status::Cancelled;
        match row {
            Some(row) if row.rev.is_some() && row.rev == told.rev && row.cancelled == cancelled => {
            }
            Some(row) if row.checked_in && cancelled => {
                self.flags.push(Flag::Cancelled(told.remote_id));
            }
            Some(row) if row.checked_in => self.flags.push(Flag::Changed(told)),
            Some(_) => self.upserts.push(told),
            None if window.touches(told.start, told.end) => self.upserts.push(told),
            // Never seen and outside the mirrored days: it is told again by the complete round of its time.
            None => {}
        }
    }

    /// Takes over that an appointment was removed. A service that clears away what lies behind it cancels nothing.
    fn remove(&mut self, remote_id: RemoteId, row: Option<&Local>, window: &Window) {
        let Some(row) = row.filter(|row| !row.cancelled) else {
            return;
        };
        if row.checked_in {
            self.flags.push(Flag::Cancelled(remote_id));
        } else if row.end >= window.bounds().0 {
            self.gone.insert(remote_id);
        }
    }
}

/// Puts the guards before a staged round.
///
/// `base` is the cursor of the round before, `hold` what that round held back, and `released` says that a clerk has
/// looked at it and agreed.
pub fn plan(
    local: &[Local],
    staged: Staged,
    guards: &Guards,
    base: Option<&Cursor>,
    hold: Option<&Hold>,
    released: bool,
    now: DateTime<Utc>,
) -> Plan {
    let believed = believed(&staged.gone, hold, guards, released, now);
    let doubted: BTreeSet<RemoteId> = staged.gone.difference(&believed).cloned().collect();
    let (reasons, held) = doubt(local, &doubted, &believed, staged.empty, guards, now);
    let cancels = staged.gone.difference(&held).cloned().collect();
    let held = (!held.is_empty()).then(|| prolong(hold, held, reasons, now));
    // An answer with nothing in it is not gone on from: should it have been a mistake, the next one says so.
    let settled = held.is_none() && staged.missing.is_empty() && !staged.empty;
    let cursor = settled
        .then(|| next_cursor(staged.next, staged.complete, base, now))
        .flatten();
    Plan {
        upserts: staged.upserts,
        cancels,
        flags: staged.flags,
        bad: staged.bad,
        held,
        cursor,
    }
}

/// What was held before and is now to be done: a clerk agreed, or the service has said the same for long enough.
fn believed(
    gone: &BTreeSet<RemoteId>,
    hold: Option<&Hold>,
    guards: &Guards,
    released: bool,
    now: DateTime<Utc>,
) -> BTreeSet<RemoteId> {
    let Some(hold) = hold else {
        return BTreeSet::new();
    };
    let unanimous = hold.ids.is_subset(gone) && now - hold.since >= guards.hold;
    if released || unanimous {
        hold.ids.intersection(gone).cloned().collect()
    } else {
        BTreeSet::new()
    }
}

/// Which cancellations are too many to be done at once, and why.
fn doubt(
    local: &[Local],
    doubted: &BTreeSet<RemoteId>,
    believed: &BTreeSet<RemoteId>,
    empty: bool,
    guards: &Guards,
    now: DateTime<Utc>,
) -> (Vec<HoldReason>, BTreeSet<RemoteId>) {
    let standing = |row: &&Local| {
        !row.cancelled && !row.checked_in && row.end >= now && !believed.contains(&row.remote_id)
    };
    if empty && !doubted.is_empty() {
        let standing = local.iter().filter(standing).count();
        return (vec![HoldReason::Emptied { standing }], doubted.clone());
    }
    let mut services: BTreeMap<&Option<String>, (usize, BTreeSet<RemoteId>)> = BTreeMap::new();
    for row in local.iter() {
        let (coming, asked) = services.entry(&row.service_ref).or_default();
        *coming += usize::from(standing(&row));
        if doubted.contains(&row.remote_id) {
            asked.insert(row.remote_id.clone());
        }
    }
    let mut reasons = Vec::new();
    let mut held = BTreeSet::new();
    for (service_ref, (standing, asked)) in services {
        let share = standing.saturating_mul(guards.mass_percent) / 100;
        if asked.len() > guards.mass_count.max(share) {
            let service_ref = service_ref.clone();
            reasons.push(HoldReason::Mass {
                service_ref,
                asked: asked.len(),
                standing,
            });
            held.extend(asked);
        }
    }
    (reasons, held)
}

/// The clock of a hold runs on while the service repeats itself; an answer in which something has come back starts
/// it anew. What joins later does not ride on the patience of the first: it is judged when its own turn comes.
fn prolong(
    before: Option<&Hold>,
    held: BTreeSet<RemoteId>,
    reasons: Vec<HoldReason>,
    now: DateTime<Utc>,
) -> Hold {
    match before {
        Some(before) if before.ids.is_subset(&held) => Hold {
            since: before.since,
            ids: before.ids.clone(),
            reasons,
        },
        _ => Hold {
            since: now,
            ids: held,
            reasons,
        },
    }
}

fn next_cursor(
    token: Token,
    complete: Option<Window>,
    base: Option<&Cursor>,
    now: DateTime<Utc>,
) -> Option<Cursor> {
    match (complete, base) {
        (Some(window), _) => Some(Cursor {
            token,
            window,
            complete_at: now,
        }),
        (None, Some(base)) => Some(Cursor {
            token,
            ..base.clone()
        }),
        // Changes alone, and never a whole: there is nothing to go on from.
        (None, None) => None,
    }
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
