//! A visit, as far as statistics need it.

use chrono::{DateTime, TimeDelta, Utc};
use queue::ServiceId;

/// How a visit stands or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// In the queue.
    Waiting,
    /// Called; on the way.
    Called,
    /// At the counter.
    Serving,
    /// Done.
    Finished,
    /// Called and did not come.
    NoShow,
    /// Taken back.
    Cancelled,
    /// The business day ended before anything else did.
    Lapsed,
}

/// One visit. Nothing of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// For what.
    pub service: ServiceId,
    /// How it stands.
    pub outcome: Outcome,
    /// When the ticket was issued; for a booked citizen, the check-in.
    pub issued_at: DateTime<Utc>,
    /// The booked slot's start, for a booked citizen.
    pub booked_for: Option<DateTime<Utc>>,
    /// When it was first called.
    pub first_called_at: Option<DateTime<Utc>>,
    /// When it was last called.
    pub called_at: Option<DateTime<Utc>>,
    /// When service began, if a clerk said so.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished, given up or taken back.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Visit {
    /// How long the citizen waited: to the first call from the issue, or from the slot where
    /// that came after the check-in. Absent while there was no call.
    ///
    /// Somebody called before the slot waited not at all, and neither did anybody whose times
    /// a clock that was put back has turned round.
    pub fn wait(&self) -> Option<TimeDelta> {
        let since = self
            .booked_for
            .map_or(self.issued_at, |slot| slot.max(self.issued_at));
        let wait = self.first_called_at? - since;
        Some(wait.max(TimeDelta::zero()))
    }

    /// How long service took: from its start, or from the last call where no clerk marked one.
    /// Absent unless it is finished.
    pub fn service_time(&self) -> Option<TimeDelta> {
        if self.outcome != Outcome::Finished {
            return None;
        }
        let since = self.started_at.or(self.called_at)?;
        Some((self.ended_at? - since).max(TimeDelta::zero()))
    }

    /// Whether the citizen was gone before anybody called.
    pub fn abandoned(&self) -> bool {
        let left = match self.outcome {
            Outcome::Cancelled | Outcome::Lapsed => true,
            Outcome::Waiting
            | Outcome::Called
            | Outcome::Serving
            | Outcome::Finished
            | Outcome::NoShow => false,
        };
        left && self.first_called_at.is_none()
    }
}
