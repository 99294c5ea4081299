//! Forms that stand on counters' tablets to be signed, in memory only: one at a time for each counter.
//!
//! The owner's thread begins and ends them, so that nothing can be signed after the form has changed or the ticket has left.
//! What a tablet shows is overwritten when it ends.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use queue::{CounterId, State, TicketId};
use tokio::sync::watch;
use uuid::Uuid;
use wire::{
    Code,
    sign::{SheetToSign, SignRequest, SignState},
};
use zeroize::Zeroize as _;

use crate::{case::Sheet, problem::Refused, secret::Digest};

/// A form stands on a tablet for so long.
pub(crate) const REQUEST_MINUTES: i64 = 5;
/// A tablet that has not asked for so long is away.
pub(crate) const TABLET_SILENT_S: i64 = 15;
/// An answer that has nothing new waits for so long; browsers of the office give up after eight seconds.
pub(crate) const ANSWER_WAITS_MS: u64 = 5_000;

/// The tablets of the office.
#[derive(Debug)]
pub(crate) struct Signing {
    counters: Mutex<BTreeMap<CounterId, Place>>,
    moved: watch::Sender<u64>,
}

/// One counter's tablet.
#[derive(Default)]
struct Place {
    heard: Option<DateTime<Utc>>,
    /// Counts the tablet's questions: an older one that still waits for its answer is over.
    question: u64,
    /// The newest request, perhaps over.
    request: Option<Request>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place")
            .field("heard", &self.heard)
            .finish_non_exhaustive()
    }
}

struct Request {
    id: Uuid,
    ticket: TicketId,
    procedure: String,
    by: String,
    until: DateTime<Utc>,
    shown: Digest,
    state: SignState,
    /// Told once what led to it is on the disk.
    told: bool,
    sheet: Wiped,
}

/// What is shown, until it is over.
struct Wiped(Option<SheetToSign>);

impl Wiped {
    fn wipe(&mut self) {
        if let Some(sheet) = &mut self.0 {
            for row in &mut sheet.rows {
                row.value.zeroize();
            }
        }
        self.0 = None;
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// A request on its way to a tablet.
pub(crate) struct Wanted {
    /// Its id: the clerk's key.
    pub(crate) id: Uuid,
    /// Whose.
    pub(crate) ticket: TicketId,
    /// The procedure's id.
    pub(crate) procedure: String,
    /// Who asks.
    pub(crate) by: String,
}

/// What whoever signs a request has to know of it.
pub(crate) struct Standing {
    /// Whose.
    pub(crate) ticket: TicketId,
    /// The procedure's id.
    pub(crate) procedure: String,
    /// Who asked.
    pub(crate) by: String,
    /// What was shown.
    pub(crate) shown: Digest,
}

/// What a tablet is to show.
pub(crate) struct Shown {
    /// The request.
    pub(crate) id: String,
    /// What is signed.
    pub(crate) sheet: SheetToSign,
    /// For so long yet.
    pub(crate) stands_ms: u32,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            counters: Mutex::default(),
            moved: watch::Sender::new(0),
        }
    }
}

impl Signing {
    /// Turns whenever something begins or ends.
    pub(crate) fn moves(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// A tablet asks what it is to show; gives the number of its question.
    pub(crate) fn asked(&self, counter: &CounterId, now: DateTime<Utc>) -> u64 {
        let mut counters = self.counters();
        let place = counters.entry(counter.clone()).or_default();
        place.heard = Some(now);
        place.question += 1;
        place.question
    }

    /// Whether a question is the tablet's newest.
    pub(crate) fn is_newest(&self, counter: &CounterId, question: u64) -> bool {
        let counters = self.counters();
        counters
            .get(counter)
            .is_some_and(|it| it.question == question)
    }

    /// What the tablet of a counter is to show now.
    pub(crate) fn shown(&self, counter: &CounterId, now: DateTime<Utc>) -> Option<Shown> {
        self.look_at(counter, now);
        let counters = self.counters();
        let request = counters.get(counter)?.request.as_ref()?;
        if !request.told || request.state != SignState::Waiting {
            return None;
        }
        Some(Shown {
            id: request.id.to_string(),
            sheet: request.sheet.0.clone()?,
            stands_ms: u32::try_from((request.until - now).num_milliseconds()).unwrap_or_default(),
        })
    }

    /// What became of a request.
    pub(crate) fn view(&self, id: Uuid, now: DateTime<Utc>) -> Option<SignRequest> {
        let counter = self.counter_of(id)?;
        self.look_at(&counter, now);
        let counters = self.counters();
        let request = counters.get(&counter)?.request.as_ref()?;
        (request.id == id).then(|| request.view(&counter))
    }

    /// Puts a form on the counter's tablet, once [`Self::tell`] says so.
    pub(crate) fn begin(
        &self,
        counter: &CounterId,
        wanted: Wanted,
        sheet: Sheet,
        now: DateTime<Utc>,
    ) -> Result<SignRequest, Refused> {
        let mut counters = self.counters();
        let place = counters.entry(counter.clone()).or_default();
        let silent = TimeDelta::seconds(TABLET_SILENT_S);
        if place.heard.is_none_or(|heard| now - heard > silent) {
            return Err(Code::TabletAway.into());
        }
        if let Some(before) = place.request.as_mut().filter(|it| it.stands(now)) {
            // The same form again, from a page that was loaded anew: the newer request takes its place.
            if before.ticket != wanted.ticket || before.procedure != wanted.procedure {
                return Err(Code::TabletBusy.into());
            }
            before.end(SignState::Cancelled);
        }
        let request = Request {
            id: wanted.id,
            ticket: wanted.ticket,
            procedure: wanted.procedure,
            by: wanted.by,
            until: now + TimeDelta::minutes(REQUEST_MINUTES),
            shown: sheet.shown,
            state: SignState::Waiting,
            told: false,
            sheet: Wiped(Some(sheet.sheet)),
        };
        let view = request.view(counter);
        place.request = Some(request);
        Ok(view)
    }

    /// What was begun is on the disk; what can stand no longer ends.
    pub(crate) fn tell(&self, state: &State, now: DateTime<Utc>) {
        let mut moved = false;
        for (counter, place) in &mut *self.counters() {
            let Some(request) = &mut place.request else {
                continue;
            };
            moved |= !std::mem::replace(&mut request.told, true);
            if request.state != SignState::Waiting {
                continue;
            }
            let ticket = state.ticket(&request.ticket);
            let here = ticket
                .is_some_and(|it| it.state.is_at_counter() && it.counter.as_ref() == Some(counter));
            if !here {
                request.end(SignState::Left);
                moved = true;
            } else if now >= request.until {
                request.end(SignState::Expired);
                moved = true;
            }
        }
        if moved {
            self.turn();
        }
    }

    /// The request that a counter's tablet shows; refused where it is another one, or over.
    pub(crate) fn standing(
        &self,
        counter: &CounterId,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Standing, Refused> {
        let counters = self.counters();
        let request = counters.get(counter).and_then(|it| it.request.as_ref());
        let request = request.filter(|it| it.id == id && it.told && it.stands(now));
        let request = request.ok_or(Refused::from(Code::SignatureOver))?;
        Ok(Standing {
            ticket: request.ticket,
            procedure: request.procedure.clone(),
            by: request.by.clone(),
            shown: request.shown,
        })
    }

    /// A request ends; one that has ended stays as it is.
    pub(crate) fn end(&self, id: Uuid, state: SignState) {
        let mut counters = self.counters();
        let mut requests = counters.values_mut().filter_map(|it| it.request.as_mut());
        if let Some(request) = requests.find(|it| it.id == id) {
            request.end(state);
            drop(counters);
            self.turn();
        }
    }

    /// A case was changed: what says something else now is shown no longer.
    pub(crate) fn changed(&self, ticket: TicketId, says: impl Fn(&str) -> Option<Digest>) {
        let mut moved = false;
        for place in self.counters().values_mut() {
            let request = place.request.as_mut();
            let request = request.filter(|it| it.ticket == ticket);
            if let Some(request) = request
                && request.state == SignState::Waiting
                && says(&request.procedure) != Some(request.shown)
            {
                request.end(SignState::Changed);
                moved = true;
            }
        }
        if moved {
            self.turn();
        }
    }

    /// The tablet of a counter was put out.
    pub(crate) fn put_out(&self, counter: &CounterId) {
        if let Some(place) = self.counters().get_mut(counter) {
            place.heard = None;
            place.question += 1;
            if let Some(request) = &mut place.request {
                request.end(SignState::TabletOut);
            }
        }
        self.turn();
    }

    fn look_at(&self, counter: &CounterId, now: DateTime<Utc>) {
        let mut counters = self.counters();
        let request = counters.get_mut(counter).and_then(|it| it.request.as_mut());
        if let Some(request) = request
            && request.state == SignState::Waiting
            && now >= request.until
        {
            request.end(SignState::Expired);
            drop(counters);
            self.turn();
        }
    }

    fn counter_of(&self, id: Uuid) -> Option<CounterId> {
        let counters = self.counters();
        let mut counters = counters.iter();
        let found = counters.find(|(_, it)| it.request.as_ref().is_some_and(|it| it.id == id));
        found.map(|(counter, _)| counter.clone())
    }

    fn turn(&self) {
        self.moved.send_modify(|count| *count += 1);
    }

    fn counters(&self) -> MutexGuard<'_, BTreeMap<CounterId, Place>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Request {
    fn stands(&self, now: DateTime<Utc>) -> bool {
        self.state == SignState::Waiting && now < self.until
    }

    fn end(&mut self, state: SignState) {
        if self.state == SignState::Waiting {
            self.state = state;
            self.sheet.wipe();
        }
    }

    fn view(&self, counter: &CounterId) -> SignRequest {
        SignRequest {
            request: self.id.to_string(),
            procedure: self.procedure.clone(),
            counter: counter.to_string(),
            until: self.until.timestamp_millis(),
            state: self.state,
        }
    }
}
