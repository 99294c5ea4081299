//! One round after another: pull, lay beside the mirror, confirm, guard, hand over.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    cursor::{Cursor, Token},
    pace::{Pace, Rhythm},
    plan::{Guards, Hold, Local, Plan, Round, Staged, plan, stage},
    source::{ReservationSource, SyncError, Window},
};

/// The most pages that one round reads; more is a service that goes in circles.
pub const PAGES_MAX: usize = 100;

/// The days after today that are mirrored.
pub const DAYS_AHEAD: u16 = 14;

/// How long after a complete round the next one is due, in minutes. Changes alone are read in between; a complete
/// round repairs whatever a service forgot to tell.
pub const COMPLETE_EVERY_MIN: i64 = 360;

/// The sync engine for one reservation service.
///
/// It keeps no bookings. Whoever owns the mirror gives it what the mirror holds, applies the [`Plan`] with its cursor
/// in one transaction, and then calls [`Engine::applied`].
#[derive(Debug)]
pub struct Engine<S> {
    source: S,
    zone: Tz,
    guards: Guards,
    pace: Pace,
    hold: Option<Hold>,
    released: bool,
}

impl<S: ReservationSource> Engine<S> {
    /// An engine over a service, for an office in `zone`.
    pub fn new(source: S, zone: Tz, guards: Guards, rhythm: Rhythm) -> Self {
        Self {
            source,
            zone,
            guards,
            pace: Pace::new(rhythm),
            hold: None,
            released: false,
        }
    }

    /// The days that are mirrored at `now`: the mirror must at least hand these to [`Engine::round`].
    pub fn window(&self, now: DateTime<Utc>) -> Window {
        Window::from_today(now, self.zone, DAYS_AHEAD)
    }

    /// Pulls once and says what to do. `local` is all that the mirror holds of the window, cancelled rows too;
    /// `cursor` is the one that was saved last.
    ///
    /// # Errors
    /// As the service; the mirror is to be left as it is.
    pub async fn round(
        &mut self,
        local: &[Local],
        cursor: Option<&Cursor>,
        now: DateTime<Utc>,
    ) -> Result<Plan, SyncError> {
        let window = self.window(now);
        let base = cursor.filter(|cursor| is_fresh(cursor, &window, now));
        match self.staged(local, base, &window).await {
            Ok(staged) => {
                let plan = plan(
                    local,
                    staged,
                    &self.guards,
                    base,
                    self.hold.as_ref(),
                    self.released,
                    now,
                );
                self.hold = plan.held.clone();
                self.released = false;
                Ok(plan)
            }
            Err(error) => {
                self.pace.failed(error.clone());
                Err(error)
            }
        }
    }

    /// The last plan is in the database.
    pub fn applied(&mut self, now: DateTime<Utc>) {
        self.pace.succeeded(now);
    }

    /// How long to pause before the next round; `random` is in `0.0..1.0`.
    pub fn pause(&self, open: bool, random: f64) -> Duration {
        self.pace.pause(open, random)
    }

    /// When the last round was applied, and why the last one failed.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Cancellations that wait.
    pub fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// A clerk has looked at what is held and agrees: the next round does it.
    pub fn release(&mut self) {
        self.released = self.hold.is_some();
    }

    async fn staged(
        &self,
        local: &[Local],
        base: Option<&Cursor>,
        window: &Window,
    ) -> Result<Staged, SyncError> {
        let round = match self.collect(base.map(|cursor| &cursor.token), window).await {
            Err(SyncError::CursorInvalid) if base.is_some() => self.collect(None, window).await?,
            other => other?,
        };
        let mut staged = stage(local, round, window);
        self.confirm(local, &mut staged, window).await?;
        Ok(staged)
    }

    /// Reads every page of one pull.
    async fn collect(&self, since: Option<&Token>, window: &Window) -> Result<Round, SyncError> {
        let mut changes = Vec::new();
        let mut bad = Vec::new();
        let mut since = since.cloned();
        for _ in 0..PAGES_MAX {
            let page = self.source.pull(since.as_ref(), window).await?;
            changes.extend(page.changes);
            bad.extend(page.bad);
            if !page.more {
                return Ok(Round {
                    changes,
                    bad,
                    next: page.next,
                    complete: page.complete,
                });
            }
            since = Some(page.next);
        }
        Err(SyncError::Protocol(format!(
            "more than {PAGES_MAX} pages in one round"
        )))
    }

    /// Asks for what a complete answer left out, one by one: it may have moved to another day, or the answer was
    /// short. Only what the service denies by name is gone.
    async fn confirm(
        &self,
        local: &[Local],
        staged: &mut Staged,
        window: &Window,
    ) -> Result<(), SyncError> {
        let asked: Vec<_> = staged
            .missing
            .iter()
            .take(self.guards.confirm_max)
            .cloned()
            .collect();
        for remote_id in asked {
            match self.source.fetch(&remote_id).await {
                Ok(None) => {
                    staged.missing.remove(&remote_id);
                    staged.gone.insert(remote_id);
                }
                Ok(Some(told)) => {
                    staged.missing.remove(&remote_id);
                    let row = local.iter().find(|row| row.remote_id == remote_id);
                    staged.upsert(told, row, window);
                }
                // It exists and cannot be read: what the mirror holds stays.
                Err(SyncError::Protocol(_)) => {
                    staged.missing.remove(&remote_id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether changes alone are enough: the days are the same as in the last complete round, and it is not long ago.
/// A clock that was put back makes a complete round, too.
fn is_fresh(cursor: &Cursor, window: &Window, now: DateTime<Utc>) -> bool {
    let age = now - cursor.complete_at;
    let fresh = TimeDelta::zero()..TimeDelta::minutes(COMPLETE_EVERY_MIN);
    cursor.window == *window && fresh.contains(&age)
}

#[cfg(test)]
#[path = "engine/tests.rs"]
mod tests;
