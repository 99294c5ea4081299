//! Keeps the numbers at hand: one thread for the disk, one task that tells the hub what was issued without
//! it and fetches new leases.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use uuid::Uuid;
use wire::{Code, office::SlipState};

use crate::{
    link::HubLink,
    reserve::{LeasedBody, Reserve, Stocks, Tell},
    run::now,
    session::{Event, IssueBody, Outcome},
};

/// Work for the disk that waits; a kiosk writes a few records a minute.
const WORK_MAX: usize = 256;
/// Leases are renewed after this, and sooner when the hub comes back, when some were used and at the day's turn.
const RENEW_S: u64 = 3_600;
/// After a failure, and while applications wait in memory.
const AGAIN_S: u64 = 10;
/// From the day's turn to the fetching of its numbers, so that every clock has turned.
const TURN_MS: u64 = 2_000;
/// A finished application waits in memory for the hub at most this long, and then is wiped …
const CASE_MINUTES_MAX: i64 = 60;
/// … and no more of them than this.
const CASES_MAX: usize = 32;
/// A disk that takes longer is not waited for: somebody stands there, and the hub wants to hear.
const DISK_MS_MAX: u64 = 1_500;

type Work = Box<dyn FnOnce(&mut Reserve) + Send>;

/// The way to the thread that owns the log. Whatever waits for it waits for a moment only.
#[derive(Clone)]
pub(crate) struct Shelf {
    work: mpsc::Sender<Work>,
}

impl Shelf {
    /// Starts the thread; it ends when the last handle is dropped. `None` where the system gives no thread.
    pub(crate) fn start(mut reserve: Reserve) -> Option<Self> {
        let (work, mut waiting) = mpsc::channel::<Work>(WORK_MAX);
        let thread = thread::Builder::new().name("numbers".to_owned());
        let started = thread.spawn(move || {
            while let Some(work) = waiting.blocking_recv() {
                work(&mut reserve);
            }
        });
        started
            .inspect_err(|error| tracing::error!(%error, "no thread for the numbers at hand"))
            .ok()?;
        Some(Self { work })
    }

    /// Has something done, in the order of asking. False when too much waits already.
    pub(crate) fn tell(&self, work: impl FnOnce(&mut Reserve) + Send + 'static) -> bool {
        self.work.try_send(Box::new(work)).is_ok()
    }

    /// Has something done and waits for what it gives. `None` where the disk does not answer in time; it may still
    /// be done later.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reserve) -> T + Send + 'static,
    ) -> Option<T> {
        self.ask_or(work, |_, _| {}).await
    }

    /// The same, and what is done when nobody waits for it any more.
    pub(crate) async fn ask_or<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reserve) -> T + Send + 'static,
        too_late: impl FnOnce(&mut Reserve, T) + Send + 'static,
    ) -> Option<T> {
        let (reply, mut answer) = oneshot::channel();
        let work = move |reserve: &mut Reserve| {
            let done = work(reserve);
            if let Err(done) = reply.send(done) {
                too_late(reserve, done);
            }
        };
        let asking = async {
            self.work.send(Box::new(work)).await.ok()?;
            (&mut answer).await.ok()
        };
        match timeout(Duration::from_millis(DISK_MS_MAX), asking).await {
            Ok(done) => done,
            Err(_) => {
                tracing::error!("the disk does not answer");
                // What was done in this very moment counts; from here on nothing is.
                answer.close();
                answer.try_recv().ok()
            }
        }
    }
}

/// Finished applications of tickets of which the hub has not been told. In memory only: a kiosk that is
/// started anew has none, and the clerk sees none.
#[derive(Clone, Default)]
pub(crate) struct Cases(Arc<Mutex<Waiting>>);

/// By ticket: since when, and the body with the application in it.
type Waiting = BTreeMap<Uuid, (DateTime<Utc>, Arc<IssueBody>)>;

impl Cases {
    /// Keeps the application of a ticket, if there is one; the oldest go.
    pub(crate) fn keep(&self, ticket: Uuid, body: &Arc<IssueBody>, now: DateTime<Utc>) {
        if body.get().case.is_none() {
            return;
        }
        let mut cases = self.lock();
        cases.insert(ticket, (now, Arc::clone(body)));
        // UUIDv7: the first is the oldest.
        while cases.len() > CASES_MAX {
            cases.pop_first();
        }
    }

    fn of(&self, ticket: Uuid) -> Option<Arc<IssueBody>> {
        self.lock().get(&ticket).map(|(_, body)| Arc::clone(body))
    }

    fn drop_case(&self, ticket: Uuid) {
        self.lock().remove(&ticket);
    }

    /// Wipes what has waited too long; whether some still wait.
    fn expire(&self, now: DateTime<Utc>) -> bool {
        let mut cases = self.lock();
        cases.retain(|_, (since, _)| now - *since < TimeDelta::minutes(CASE_MINUTES_MAX));
        !cases.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Whatever was half done, a map of applications is still one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever tells the hub.
pub(crate) struct Keeper {
    pub(crate) kiosk: String,
    pub(crate) hub: HubLink,
    pub(crate) shelf: Shelf,
    pub(crate) cases: Cases,
    pub(crate) tell: mpsc::Sender<Event>,
    /// Whether the hub's stream is there.
    pub(crate) online: watch::Receiver<bool>,
    /// Something was issued here.
    pub(crate) nudges: mpsc::Receiver<()>,
    /// Papers wait for their ticket to be told.
    pub(crate) papers: Arc<Notify>,
    /// Whether this kiosk was put out of the office.
    pub(crate) out: Out,
}

/// Whether the hub says that it does not know this kiosk: it was put out. Then it gives no number, because nobody
/// would hear of it.
#[derive(Clone, Default)]
pub(crate) struct Out(Arc<AtomicBool>);

impl Out {
    pub(crate) fn is(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Takes down what the hub said; whether that is news.
    pub(crate) fn put(&self, out: bool) -> bool {
        self.0.swap(out, Ordering::SeqCst) != out
    }

    /// What is at hand: nothing for a kiosk that was put out.
    pub(crate) fn stocks(&self, reserve: &Reserve) -> Stocks {
        if self.is() {
            Stocks::default()
        } else {
            reserve.stocks()
        }
    }
}

impl Keeper {
    /// For ever. The session hears [`Event::Online`] only when the hub has been told of everything: until
    /// then the next visitor is served from the numbers at hand, and the order stays that of arrival.
    pub(crate) async fn run(mut self) {
        let mut wait = Duration::ZERO;
        loop {
            tokio::select! {
                changed = self.online.changed() => if changed.is_err() { return },
                Some(()) = self.nudges.recv() => {}
                () = sleep(wait) => {}
            }
            let cases_wait = self.cases.expire(now());
            let online = *self.online.borrow_and_update();
            let well = !online || self.settle().await;
            wait = if well && !cases_wait {
                self.until_renewal().await
            } else {
                Duration::from_secs(AGAIN_S)
            };
        }
    }

    /// Tells the hub everything, in order, then fetches leases. Whether both went well.
    async fn settle(&self) -> bool {
        loop {
            let Some(next) = self.shelf.ask(|reserve| reserve.tell()).await else {
                return false;
            };
            let Some(Tell { ticket, body }) = next else {
                break;
            };
            if !self.tell_ticket(ticket, *body).await {
                return false;
            }
        }
        // Nobody listens any more only when the kiosk has ended.
        let _ = self.tell.send(Event::Online(true)).await;
        self.renew().await
    }

    async fn tell_ticket(&self, ticket: Uuid, body: LeasedBody) -> bool {
        let slip = body.get().slip;
        let case = self.cases.of(ticket);
        let body = body.with_case(case.and_then(|it| it.get().case.clone()));
        let known = match self.hub.leased(ticket, &body).await {
            Outcome::Done(_) => slip,
            // The key is the ticket's own: the hub has it from a time before this program was started
            // anew, and what it knows of the paper is told next.
            Outcome::Refused(Code::KeyReused) => SlipState::Pending,
            Outcome::Refused(code) if is_for_good(code) => {
                return self.refused(ticket, code).await;
            }
            Outcome::Refused(code) => {
                tracing::warn!(?code, "the hub does not hear of numbers issued without it");
                return false;
            }
            Outcome::Away => return false,
        };
        let acknowledged = move |reserve: &mut Reserve| reserve.acknowledged(ticket, known);
        let written = self.shelf.ask(acknowledged).await;
        self.cases.drop_case(ticket);
        self.papers.notify_one();
        written.is_some_and(|it| it.is_ok())
    }

    /// Told once to the log, once to the staff, and never tried again: the paper is out, and a person has
    /// to see to it.
    async fn refused(&self, ticket: Uuid, code: Code) -> bool {
        let write = move |reserve: &mut Reserve| {
            let number = reserve.number(ticket).unwrap_or_default().to_owned();
            (number, reserve.refused(ticket, code).is_ok())
        };
        self.cases.drop_case(ticket);
        let Some((number, written)) = self.shelf.ask(write).await else {
            return false;
        };
        self.papers.notify_one();
        tracing::error!(
            number,
            ?code,
            "the hub refused a number that stands on paper"
        );
        let call = self.hub.call_staff(&self.kiosk, Uuid::now_v7()).await;
        if !matches!(call, Outcome::Done(_)) {
            tracing::error!(number, "and staff could not be called");
        }
        written
    }

    async fn renew(&self) -> bool {
        let leases = match self.hub.lease(Uuid::now_v7()).await {
            Outcome::Done(leases) => leases,
            Outcome::Refused(code) => {
                tracing::warn!(?code, "the hub leases no numbers");
                return false;
            }
            Outcome::Away => return false,
        };
        let out = self.out.clone();
        let put = move |reserve: &mut Reserve| {
            let written = reserve.leases(leases, now());
            (written, out.stocks(reserve))
        };
        let Some((written, stocks)) = self.shelf.ask(put).await else {
            return false;
        };
        // Nobody listens any more only when the kiosk has ended.
        let _ = self.tell.send(Event::Stocks(stocks)).await;
        written
            .inspect_err(|error| tracing::error!(%error, "the leases cannot be written down"))
            .is_ok()
    }

    /// An hour, or until just after the day's turn.
    async fn until_renewal(&self) -> Duration {
        let renew = Duration::from_secs(RENEW_S);
        let ends = self.shelf.ask(|reserve| reserve.day_ends(now())).await;
        match ends.flatten() {
            Some(left_ms) => renew.min(Duration::from_millis(left_ms + TURN_MS)),
            None => renew,
        }
    }
}

/// A refusal that the same request would meet again. Others come from the doors, which may open, or from a hub that
/// is in trouble.
pub(crate) fn is_for_good(code: Code) -> bool {
    let door = matches!(
        code,
        Code::NotLoggedIn
            | Code::Forbidden
            | Code::DeviceUnknown
            | Code::WrongHost
            | Code::WrongOrigin
            | Code::TooMany
    );
    !door && code.status() < 500
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn only_what_would_be_refused_again_is_refused_for_good() {
        for (code, for_good) in [
            (Code::NotFound, true),
            (Code::NotLeased, true),
            (Code::DayOver, true),
            (Code::BadRequest, true),
            (Code::KeyReused, true),
            (Code::TooMany, false),
            (Code::DeviceUnknown, false),
            (Code::Unavailable, false),
            (Code::Internal, false),
            (Code::ClockBehind, false),
            (Code::DiskFull, false),
        ] {
            assert_eq!(is_for_good(code), for_good, "{code:?}");
        }
    }

    #[tokio::test]
    async fn a_disk_that_hangs_is_not_waited_for_and_what_comes_too_late_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-24T00:35:00Z".parse().unwrap();
        let (reserve, _) = Reserve::open(folder.path(), now).unwrap();
        let shelf = Shelf::start(reserve).unwrap();
        let (release, hangs) = mpsc::channel::<()>();
        assert!(shelf.tell(move |_| hangs.recv().unwrap()));
        let (late, was_late) = mpsc::channel();
        let asked = shelf.ask_or(|_| 7, move |_, done| late.send(done).unwrap());
        assert_eq!(asked.await, None);
        release.send(()).unwrap();
        assert_eq!(shelf.ask(|_| 8).await, Some(8));
        assert_eq!(was_late.recv(), Ok(7));
    }
}
