//! The event loop of a kiosk: whatever happens becomes a [`session::Event`], whatever has to be done
//! is done by a port, and after each step the page is shown what changed.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
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
    machine::{PrintReport, PrintState},
    office::SlipState,
};

use crate::{
    keep::{Cases, Keeper, Shelf},
    link::{HubLink, LiveEvent, follow},
    orders::{self, Herald, Outbox},
    reserve::{NoNumber, Reserve, Sheet},
    session::{Effect, Event, IssueBody, Kind, Outcome, Session, Setup},
};

/// Answers of the hub and messages of its stream that wait for the loop.
const HUB_EVENTS_MAX: usize = 64;
/// Slip reports that wait for the hub; a kiosk prints one slip in several seconds.
const SLIP_REPORTS_MAX: usize = 64;
/// A slip report is put off after so many rounds of attempts, about five minutes: the log has it, and it is told
/// when the kiosk is started anew.
const SLIP_REPORT_ROUNDS_MAX: u32 = 30;
const SLIP_REPORT_PAUSE_MS: u64 = 5_000;
/// Deadlines are looked at this often, because the wall clock may be set.
const CLOCK_LOOK_MS_MAX: u64 = 1_000;

/// What the hub takes of one picture, in base64.
const PICTURE_CHARS_MAX: usize = 40_000;

/// What a kiosk acts through.
pub struct Ports {
    /// To the card process.
    pub card: Box<dyn Fn(Request) + Send>,
    /// To the printer: a job, and the job in place of which it is printed, if there is one.
    pub printer: Arc<dyn Fn(Job, Option<JobId>) + Send + Sync>,
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

    /// A slip as this printer's paper shows it: PNG, in base64. `None` when the picture is larger than the hub takes.
    #[must_use]
    pub fn picture(&self, slip: &Slip) -> Option<String> {
        let paper = self.paper(JobId::from_counter(0), slip)?;
        let picture = STANDARD.encode(paper.picture.to_png());
        (picture.len() <= PICTURE_CHARS_MAX).then_some(picture)
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
    let shelf = store.as_ref().map(|it| it.shelf.clone());
    let reporter = Reporter {
        hub: ports.hub.clone(),
        shelf: shelf.clone(),
    };
    let reporter = tokio::spawn(reporter.run(slip_reports));
    let (machine, machine_seen) = watch::channel(session.machine());
    let (order_nudge, order_nudges) = mpsc::channel(1);
    let outbox = Outbox::default();
    let herald = Herald {
        hub: ports.hub.clone(),
        shelf,
        outbox: outbox.clone(),
        machine: machine_seen,
        tell: tell.clone(),
        nudges: order_nudges,
    };
    let herald = tokio::spawn(herald.run());
    let hands = Hands {
        kiosk,
        ports,
        tell,
        slips,
        store,
        outbox,
        order_nudge,
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
        let is = session.machine();
        machine.send_if_modified(|was| std::mem::replace(was, is) != is);
    }
    follower.abort();
    for task in [reporter, herald] {
        task.abort();
        // Aborted, and with that it lets go of the log.
        let _ = task.await;
    }
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
    outbox: Outbox,
    order_nudge: mpsc::Sender<()>,
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
    print: Option<Uuid>,
    reissued: bool,
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
            Effect::ReportSlip {
                ticket,
                slip,
                key,
                print,
                reissued,
            } => {
                if let Some(print) = print {
                    self.came(print, slip);
                }
                if self.is_own(&ticket) {
                    return self.note_slip(&ticket, slip);
                }
                let report = SlipToReport {
                    ticket,
                    key,
                    slip,
                    print,
                    reissued,
                };
                if self.slips.try_send(report).is_err() {
                    tracing::warn!("too many slip reports wait for the hub; one is put off");
                }
            }
            Effect::Print {
                job,
                print,
                ticket,
                kind,
                instead_of,
                slip,
            } => self.print(job, instead_of, to_write_down(print, ticket, kind), slip),
            Effect::Draw {
                order,
                ticket,
                slip,
            } => self.draw(order, ticket, slip),
            Effect::Ordered {
                print,
                ticket,
                slip,
            } => {
                self.came(print, slip);
                self.outbox.put(orders::report(print, ticket, slip));
                // One that waits already is as good as two.
                let _ = self.order_nudge.try_send(());
            }
            Effect::Handed { print } => self.came(print, SlipState::Pending),
        }
    }

    /// Writes down what is known of a slip that was sent.
    fn came(&self, print: Uuid, slip: SlipState) {
        let Some(store) = &self.store else { return };
        let came = move |reserve: &mut Reserve| {
            if let Err(error) = reserve.came(print, slip) {
                tracing::error!(%error, "what is known of a slip cannot be written down");
            }
        };
        if !store.shelf.tell(came) {
            tracing::warn!("too much waits for the disk; what is known of a slip is dropped");
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

    /// Writes down that a slip goes to the printer while it is drawn, and sends it when both are done. A log that
    /// cannot be written is no reason to give no paper: the number exists, and somebody stands there.
    fn print(&self, job: JobId, instead_of: Option<JobId>, sheet: Option<Sheet>, slip: Box<Slip>) {
        let printshop = self.ports.printshop.clone();
        let printer = Arc::clone(&self.ports.printer);
        let tell = self.tell.clone();
        let shelf = self.store.as_ref().map(|it| it.shelf.clone());
        tokio::spawn(async move {
            let drawing = tokio::task::spawn_blocking(move || printshop.job(job, &slip));
            if let (Some(sheet), Some(shelf)) = (sheet, shelf) {
                let written = shelf.ask(move |reserve| reserve.sent(&sheet, now())).await;
                if let Some(Err(error)) = written {
                    tracing::error!(%error, "that a slip is printed cannot be written down");
                }
            }
            match drawing.await.ok().flatten() {
                Some(job) => printer(job, instead_of),
                None => {
                    let failure = Failure::NotReady(PrinterState::Error);
                    let report = Event::Printer(Report::Failed(job, failure));
                    // Nobody listens any more only when the kiosk has ended.
                    let _ = tell.send(report).await;
                }
            }
        });
    }

    /// Draws a slip for staff with the printer's own commands.
    fn draw(&self, order: String, ticket: String, slip: Box<Slip>) {
        let printshop = self.ports.printshop.clone();
        let (outbox, nudge) = (self.outbox.clone(), self.order_nudge.clone());
        tokio::task::spawn_blocking(move || {
            let picture = printshop.picture(&slip);
            outbox.put(PrintReport {
                id: order,
                ticket,
                state: if picture.is_some() {
                    PrintState::Drawn
                } else {
                    PrintState::Failed
                },
                picture,
            });
            let _ = nudge.try_send(());
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

/// What is written down of a slip before it goes to the printer. Of an order it is written already; the office's
/// copy is no ticket.
fn to_write_down(print: Uuid, ticket: String, kind: Kind) -> Option<Sheet> {
    match kind {
        Kind::First => Some(Sheet::new(print, ticket, false, false)),
        Kind::Reissued => Some(Sheet::new(print, ticket, false, true)),
        Kind::Copy | Kind::Ordered => None,
    }
}

/// Tells the hub what is known of each slip, one after the other, so that a late "printed" never comes
/// before the "unknown" it corrects.
struct Reporter {
    hub: HubLink,
    shelf: Option<Shelf>,
}

impl Reporter {
    async fn run(self, mut reports: mpsc::Receiver<SlipToReport>) {
        for sheet in self.left_untold().await {
            if let Some(slip) = sheet.slip {
                self.tell(SlipToReport {
                    ticket: sheet.ticket,
                    key: Uuid::now_v7(),
                    slip,
                    print: Some(sheet.print),
                    reissued: sheet.reissued,
                })
                .await;
            }
        }
        while let Some(report) = reports.recv().await {
            self.tell(report).await;
        }
    }

    /// What the program before this one printed, or may have printed, without telling.
    async fn left_untold(&self) -> Vec<Sheet> {
        let Some(shelf) = &self.shelf else {
            return Vec::new();
        };
        let untold = shelf.ask(|reserve| reserve.untold_papers()).await;
        let mut untold = untold.unwrap_or_default();
        untold.retain(|it| !it.order);
        untold
    }

    async fn tell(&self, report: SlipToReport) {
        let SlipToReport {
            ticket,
            key,
            slip,
            print,
            reissued,
        } = report;
        for _ in 0..SLIP_REPORT_ROUNDS_MAX {
            let outcome = self.hub.report_slip(&ticket, key, slip, reissued).await;
            match outcome {
                Outcome::Done(_) => return self.was_told(print, slip).await,
                Outcome::Refused(code) => {
                    tracing::warn!(ticket.id = %ticket, ?code, "the hub refused a slip report");
                    return self.was_told(print, slip).await;
                }
                Outcome::Away => sleep(Duration::from_millis(SLIP_REPORT_PAUSE_MS)).await,
            }
        }
    }

    async fn was_told(&self, print: Option<Uuid>, slip: SlipState) {
        let (Some(print), Some(shelf)) = (print, &self.shelf) else {
            return;
        };
        let told = shelf.ask(move |reserve| reserve.came_told(print, slip));
        if let Some(Err(error)) = told.await {
            tracing::error!(%error, "that the hub was told of a slip cannot be written down");
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
