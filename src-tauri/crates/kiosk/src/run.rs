//! The event loop of a kiosk: whatever happens becomes a [`session::Event`], whatever has to be done
//! is done by a port, and after each step the page is shown what changed.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use card::session::Request;
use chrono::{DateTime, Utc};
use slip::{
    Fonts, Job, JobId, Paper, Profile, Slip, Templates,
    printer::{Failure, PrinterState, Report},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep,
};
use uuid::Uuid;
use wire::{
    kiosk::{KioskInput, KioskView},
    office::SlipState,
};

use crate::{
    keep::{Cases, Keeper, Shelf},
    link::{HubLink, LiveEvent, follow},
    reserve::{NoNumber, Reserve},
    session::{Effect, Event, IssueBody, Outcome, Session, Setup},
};

/// Answers of the hub and messages of its stream that wait for the loop.
const HUB_EVENTS_MAX: usize = 64;
/// Slip reports that wait for the hub; a kiosk prints one slip in several seconds.
const SLIP_REPORTS_MAX: usize = 64;
/// A slip report is given up after so many rounds of attempts, about five minutes.
const SLIP_REPORT_ROUNDS_MAX: u32 = 30;
const SLIP_REPORT_PAUSE_MS: u64 = 5_000;
/// Deadlines are looked at this often, because the wall clock may be set.
const CLOCK_LOOK_MS_MAX: u64 = 1_000;

/// What a kiosk acts through.
pub struct Ports {
    /// To the card process.
    pub card: Box<dyn Fn(Request) + Send>,
    /// To the printer.
    pub printer: Arc<dyn Fn(Job) + Send + Sync>,
    /// To the hub, with the device's token.
    pub hub: HubLink,
    /// The numbers at hand for the time when the hub is away; without them no number is given then.
    pub reserve: Option<Reserve>,
    /// Makes bytes of slips.
    pub printshop: Printshop,
}

/// Where a kiosk hears from. Closing `inputs` ends it.
pub struct Doors {
    /// What the visitor does.
    pub inputs: mpsc::Receiver<KioskInput>,
    /// What the card process tells.
    pub card: mpsc::Receiver<card::session::Report>,
    /// What the printer tells.
    pub printer: mpsc::Receiver<Report>,
}

/// A kiosk that runs.
pub struct Kiosk {
    /// The page's view, always the newest.
    pub views: watch::Receiver<KioskView>,
    /// Ends when the inputs are closed.
    pub task: JoinHandle<()>,
}

/// Makes bytes of slips: it holds the fonts, which take a moment to load.
#[derive(Clone)]
pub struct Printshop {
    fonts: Arc<Mutex<Fonts>>,
    profile: Profile,
    templates: Templates,
}

impl Printshop {
    /// A printshop for this printer, with plain slips.
    #[must_use]
    pub fn new(fonts: Fonts, profile: Profile) -> Self {
        Self {
            fonts: Arc::new(Mutex::new(fonts)),
            profile,
            templates: Templates::default(),
        }
    }

    /// The same with the office's own slips.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// The bytes of a slip. What its template cannot show is left out and logged: a number that
    /// was given is printed. `None` only when the bytes cannot be built at all.
    #[must_use]
    pub fn job(&self, id: JobId, slip: &Slip) -> Option<Job> {
        self.paper(id, slip).map(|paper| paper.job)
    }

    fn paper(&self, id: JobId, slip: &Slip) -> Option<Paper> {
        // Fonts are only read and cached: a panic while drawing leaves nothing half-done that matters.
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let paper = slip::paper(slip, &self.templates, &self.profile, &mut fonts, id)
            .inspect_err(|error| tracing::error!(%error, "a slip cannot be encoded"))
            .ok()?;
        for departure in &paper.departures {
            tracing::warn!(slip.departure = %departure, "a slip is not quite what its template asks for");
        }
        Some(paper)
    }
}

/// Starts a kiosk on the current runtime.
#[must_use]
pub fn start(setup: Setup, ports: Ports, doors: Doors) -> Kiosk {
    let now = now();
    let kiosk = setup.kiosk.clone();
    let job_numbers_from = u64::try_from(now.timestamp()).unwrap_or_default();
    let session = Session::new(setup, Box::new(Uuid::now_v7), job_numbers_from, now);
    let (show, views) = watch::channel(session.view(now));
    let task = tokio::spawn(run(kiosk, session, ports, doors, show));
    Kiosk { views, task }
}

async fn run(
    kiosk: String,
    mut session: Session,
    mut ports: Ports,
    mut doors: Doors,
    show: watch::Sender<KioskView>,
) {
    let (live, mut live_events) = mpsc::channel(HUB_EVENTS_MAX);
    let (tell, mut answers) = mpsc::channel(HUB_EVENTS_MAX);
    let (slips, slip_reports) = mpsc::channel(SLIP_REPORTS_MAX);
    let (online, stream_is_there) = watch::channel(false);
    let follower = tokio::spawn(follow(ports.hub.clone(), live));
    let reporter = tokio::spawn(report_slips(ports.hub.clone(), slip_reports));
    let stocks = ports.reserve.as_ref().map(Reserve::stocks);
    let store = match ports.reserve.take().and_then(Shelf::start) {
        Some(shelf) => {
            let (nudge, nudges) = mpsc::channel(1);
            let cases = Cases::default();
            let keeper = Keeper {
                kiosk: kiosk.clone(),
                hub: ports.hub.clone(),
                shelf: shelf.clone(),
                cases: cases.clone(),
                tell: tell.clone(),
                online: stream_is_there,
                nudges,
            };
            let keeper = tokio::spawn(keeper.run());
            let own = Arc::default();
            Some((
                Store {
                    shelf,
                    cases,
                    nudge,
                    own,
                },
                keeper,
            ))
        }
        None => None,
    };
    let (store, keeper) = store.unzip();
    let hands = Hands {
        kiosk,
        ports,
        tell,
        slips,
        store,
    };
    if let (Some(stocks), Some(_)) = (stocks, &hands.store) {
        let _ = session.handle(Event::Stocks(stocks), now());
    }
    loop {
        let deadline = session.next_deadline(now());
        let event = tokio::select! {
            input = doors.inputs.recv() => match input {
                Some(input) => Event::Input(input),
                None => break,
            },
            Some(report) = doors.card.recv() => Event::Card(report),
            Some(report) = doors.printer.recv() => Event::Printer(report),
            Some(event) = answers.recv() => {
                // The stream may have ended while the hub was told of what was issued without it.
                if matches!(event, Event::Online(true)) && !*online.borrow() {
                    continue;
                }
                event
            }
            Some(event) = live_events.recv() => match event {
                LiveEvent::Online(there) => {
                    online.send_replace(there);
                    // Who has numbers at hand first tells the hub of them; then this is said.
                    if there && hands.store.is_some() {
                        continue;
                    }
                    Event::Online(there)
                }
                LiveEvent::Live(live) => Event::Live(live),
            },
            () = wait_until(deadline) => Event::Tick,
        };
        let now = now();
        for effect in session.handle(event, now) {
            hands.perform(effect);
        }
        publish(&show, session.view(now));
    }
    follower.abort();
    reporter.abort();
    if let Some(keeper) = keeper {
        keeper.abort();
        // Aborted, and with that it lets go of the log.
        let _ = keeper.await;
    }
}

/// Does what a session wants done. Nothing here waits: whatever takes time tells its end as an event.
struct Hands {
    kiosk: String,
    ports: Ports,
    tell: mpsc::Sender<Event>,
    slips: mpsc::Sender<SlipToReport>,
    store: Option<Store>,
}

/// The numbers at hand and what belongs to them.
struct Store {
    shelf: Shelf,
    cases: Cases,
    nudge: mpsc::Sender<()>,
    /// The tickets issued here since the start: their papers are told of by the keeper.
    own: Arc<Mutex<BTreeSet<String>>>,
}

struct SlipToReport {
    ticket: String,
    key: Uuid,
    slip: SlipState,
}

impl Hands {
    fn perform(&self, effect: Effect) {
        let hub = self.ports.hub.clone();
        match effect {
            Effect::Card(request) => (self.ports.card)(request),
            Effect::Issue { key, body } => self.later(async move {
                let outcome = hub.issue(key, &body).await;
                Event::Issued { key, outcome }
            }),
            Effect::IssueHere {
                key,
                body,
                replaces,
            } => self.issue_here(key, body, replaces),
            Effect::LookUpBooking { number } => self.later(async move {
                let outcome = hub.booking(&number).await;
                Event::LookedUp { number, outcome }
            }),
            Effect::CallStaff { key } => {
                let kiosk = self.kiosk.clone();
                self.later(async move {
                    let outcome = hub.call_staff(&kiosk, key).await;
                    let delivered = matches!(outcome, Outcome::Done(_));
                    Event::StaffCalled { delivered }
                });
            }
            Effect::ReportSlip { ticket, slip, .. } if self.is_own(&ticket) => {
                self.note_slip(&ticket, slip);
            }
            Effect::ReportSlip { ticket, slip, key } => {
                let report = SlipToReport { ticket, key, slip };
                if self.slips.try_send(report).is_err() {
                    tracing::warn!("too many slip reports wait for the hub; one is dropped");
                }
            }
            Effect::Print { job, slip } => self.print(job, slip),
        }
    }

    /// Burns a number. The session hears of it when it is on the disk, and prints then.
    fn issue_here(&self, key: Uuid, body: Arc<IssueBody>, replaces: Option<Uuid>) {
        let none = move |why| Event::IssuedHere {
            key,
            outcome: Err(why),
        };
        let Some(store) = &self.store else {
            return self.later(async move { none(NoNumber::NoLease) });
        };
        let (cases, own) = (store.cases.clone(), Arc::clone(&store.own));
        let (nudge, tell) = (store.nudge.clone(), self.tell.clone());
        let issue = move |reserve: &mut Reserve| {
            let (ticket, now) = (Uuid::now_v7(), now());
            let outcome = reserve.issue(ticket, body.get(), replaces, now);
            match &outcome {
                Ok(_) => {
                    cases.keep(ticket, &body, now);
                    let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
                    own.insert(ticket.to_string());
                }
                Err(why) => tracing::warn!(%why, "no number without the hub"),
            }
            // Nobody listens any more only when the kiosk has ended.
            let _ = tell.blocking_send(Event::Stocks(reserve.stocks()));
            let _ = tell.blocking_send(Event::IssuedHere { key, outcome });
            // One that waits already is as good as two.
            let _ = nudge.try_send(());
        };
        if !store.shelf.tell(issue) {
            self.later(async move { none(NoNumber::Unwritable) });
        }
    }

    fn is_own(&self, ticket: &str) -> bool {
        let own = self.store.as_ref().map(|store| &store.own);
        own.is_some_and(|own| {
            let own = own.lock().unwrap_or_else(PoisonError::into_inner);
            own.contains(ticket)
        })
    }

    fn note_slip(&self, ticket: &str, slip: SlipState) {
        let (Some(store), Ok(ticket)) = (&self.store, Uuid::parse_str(ticket)) else {
            return;
        };
        let nudge = store.nudge.clone();
        let note = move |reserve: &mut Reserve| {
            if let Err(error) = reserve.slip(ticket, slip) {
                tracing::error!(%error, "what is known of a slip cannot be written down");
            }
            let _ = nudge.try_send(());
        };
        if !store.shelf.tell(note) {
            tracing::warn!("too much waits for the disk; what is known of a slip is dropped");
        }
    }

    fn print(&self, job: JobId, slip: Box<Slip>) {
        let printshop = self.ports.printshop.clone();
        let printer = Arc::clone(&self.ports.printer);
        let tell = self.tell.clone();
        tokio::task::spawn_blocking(move || match printshop.job(job, &slip) {
            Some(job) => printer(job),
            None => {
                let failure = Failure::NotReady(PrinterState::Error);
                let report = Event::Printer(Report::Failed(job, failure));
                // Nobody listens any more only when the kiosk has ended.
                let _ = tell.blocking_send(report);
            }
        });
    }

    fn later(&self, work: impl Future<Output = Event> + Send + 'static) {
        let tell = self.tell.clone();
        tokio::spawn(async move {
            let event = work.await;
            // Nobody listens any more only when the kiosk has ended.
            let _ = tell.send(event).await;
        });
    }
}

/// Tells the hub what is known of each slip, one after the other, so that a late "printed" never comes
/// before the "unknown" it corrects.
async fn report_slips(hub: HubLink, mut reports: mpsc::Receiver<SlipToReport>) {
    while let Some(report) = reports.recv().await {
        for _ in 0..SLIP_REPORT_ROUNDS_MAX {
            let outcome = hub
                .report_slip(&report.ticket, report.key, report.slip)
                .await;
            match outcome {
                Outcome::Done(_) => break,
                Outcome::Refused(code) => {
                    tracing::warn!(ticket.id = %report.ticket, ?code, "the hub refused a slip report");
                    break;
                }
                Outcome::Away => sleep(Duration::from_millis(SLIP_REPORT_PAUSE_MS)).await,
            }
        }
    }
}

/// Waits for a deadline, or for ever where there is none.
async fn wait_until(deadline: Option<DateTime<Utc>>) {
    match deadline {
        Some(at) => {
            let wait = (at - now()).to_std().unwrap_or_default();
            sleep(wait.min(Duration::from_millis(CLOCK_LOOK_MS_MAX))).await;
        }
        None => std::future::pending().await,
    }
}

/// Shows a view that differs in more than the clock.
fn publish(show: &watch::Sender<KioskView>, mut view: KioskView) {
    show.send_if_modified(|shown| {
        let at = std::mem::replace(&mut view.at, shown.at);
        let changed = view != *shown;
        if changed {
            view.at = at;
            std::mem::swap(shown, &mut view);
        }
        changed
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a kiosk reads the clock; the session is told"
)]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
