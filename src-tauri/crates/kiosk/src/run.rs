//! The event loop of a kiosk: whatever happens becomes a [`session::Event`], whatever has to be done
//! is done by a port, and after each step the page is shown what changed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use card::session::Request;
use chrono::{DateTime, TimeDelta, Utc};
use slip::{
    Checklist, ChecklistTemplate, Fonts, Job, JobId, Paper, Profile, Slip, Templates,
    printer::{Failure, PrinterState, Report},
};
use tokio::{
    sync::{Notify, mpsc, watch},
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
    keep::{Cases, Keeper, Out, Shelf},
    link::{HubLink, LiveEvent, follow},
    orders::{self, Herald, Outbox, Pictures, Taken},
    reporter::{Reporter, SlipToReport, Slips, tell_from_memory},
    reserve::{JournalError, NoNumber, Reserve, Sheet},
    session::{Effect, Event, IssueBody, Kind, Opened, Outcome, Session, Setup},
};

/// Answers of the hub and messages of its stream that wait for the loop.
const HUB_EVENTS_MAX: usize = 64;
/// Deadlines are looked at this often, because the wall clock may be set.
const CLOCK_LOOK_MS_MAX: u64 = 1_000;

/// A disk that comes to it later burns no number: whoever pressed has left.
const BURN_S_MAX: i64 = 90;

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
    checklist: ChecklistTemplate,
}

impl Printshop {
    /// A printshop for this printer, with plain slips.
    #[must_use]
    pub fn new(fonts: Fonts, profile: Profile) -> Self {
        Self {
            fonts: Arc::new(Mutex::new(fonts)),
            profile,
            templates: Templates::default(),
            checklist: ChecklistTemplate::default(),
        }
    }

    /// The same with the office's own slips.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// The same with the office's own layout of checklists.
    #[must_use]
    pub fn with_checklist(self, checklist: ChecklistTemplate) -> Self {
        Self { checklist, ..self }
    }

    /// One paper of a checklist, from 1, and how many there are. No job where the bytes cannot be built.
    #[must_use]
    pub fn checklist(&self, id: JobId, checklist: &Checklist, page: usize) -> (usize, Option<Job>) {
        // Fonts are only read and cached: a panic while drawing leaves nothing half-done that matters.
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let papers = slip::checklist_papers(checklist, &self.checklist, &self.profile, &mut fonts);
        let paper = page.checked_sub(1).and_then(|it| papers.get(it));
        let job = paper.and_then(|paper| {
            slip::encode(paper, &self.profile, id)
                .inspect_err(|error| tracing::error!(%error, "a checklist cannot be encoded"))
                .ok()
        });
        (papers.len(), job)
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
    let (slips, slip_reports) = Slips::new();
    let (online, stream_is_there) = watch::channel(false);
    let mut tasks = vec![
        tokio::spawn(follow(ports.hub.clone(), live)),
        tokio::spawn(tell_from_memory(ports.hub.clone(), slip_reports)),
    ];
    let stocks = ports.reserve.as_ref().map(Reserve::stocks);
    let on_roll = ports.reserve.as_ref().and_then(Reserve::slips_on_roll);
    let out = Out::default();
    let store = ports.reserve.take().and_then(Shelf::start).map(|shelf| {
        let (nudge, nudges) = mpsc::channel(1);
        let (cases, news) = (Cases::default(), Arc::new(Notify::new()));
        let keeper = Keeper {
            kiosk: kiosk.clone(),
            hub: ports.hub.clone(),
            shelf: shelf.clone(),
            cases: cases.clone(),
            tell: tell.clone(),
            online: stream_is_there.clone(),
            nudges,
            papers: Arc::clone(&news),
            out: out.clone(),
        };
        let reporter = Reporter {
            hub: ports.hub.clone(),
            shelf: shelf.clone(),
            online: stream_is_there,
            news: Arc::clone(&news),
        };
        tasks.extend([tokio::spawn(keeper.run()), tokio::spawn(reporter.run())]);
        Store {
            shelf,
            cases,
            nudge,
            news,
            out: out.clone(),
        }
    });
    if let Some(slips) = on_roll {
        let _ = session.handle(Event::Printer(Report::SlipsOnRoll(slips)), now());
    }
    let (machine, machine_seen) = watch::channel(session.machine());
    let (order_nudge, order_nudges) = mpsc::channel(1);
    let outbox = Outbox::default();
    let herald = Herald {
        hub: ports.hub.clone(),
        shelf: store.as_ref().map(|it| it.shelf.clone()),
        outbox: outbox.clone(),
        machine: machine_seen,
        tell: tell.clone(),
        nudges: order_nudges,
        out,
    };
    tasks.push(tokio::spawn(herald.run()));
    let hands = Hands {
        kiosk,
        ports,
        tell,
        slips,
        store,
        outbox,
        pictures: Pictures::default(),
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
            Some(report) = doors.printer.recv() => {
                if let Report::SlipsOnRoll(slips) = report {
                    hands.on_roll(slips);
                }
                Event::Printer(report)
            }
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
        machine.send_if_modified(|was| {
            let changed = *was != is;
            *was = is;
            changed
        });
    }
    for task in tasks {
        task.abort();
        // Aborted, and with that it lets go of the log.
        let _ = task.await;
    }
}

/// Does what a session wants done. Nothing here waits: whatever takes time tells its end as an event.
struct Hands {
    kiosk: String,
    ports: Ports,
    tell: mpsc::Sender<Event>,
    slips: Slips,
    store: Option<Store>,
    outbox: Outbox,
    pictures: Pictures,
    order_nudge: mpsc::Sender<()>,
}

/// The numbers at hand and what belongs to them.
struct Store {
    shelf: Shelf,
    cases: Cases,
    /// A number was given.
    nudge: mpsc::Sender<()>,
    /// Something is known of a visitor's paper.
    news: Arc<Notify>,
    out: Out,
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
            Effect::SupplyForms { key, ticket, body } => self.later(async move {
                let outcome = hub.supply(key, &ticket, &body).await;
                Event::Supplied { key, outcome }
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
            Effect::OpenPhone { scan, text } => self.later(async move {
                let outcome = hub.prefill(&text).await.map(Opened::new);
                Event::PhoneOpened { scan, outcome }
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
                print,
                reissued,
                ..
            } => self.slip_is(ticket, slip, print, reissued),
            Effect::Print {
                job,
                print,
                ticket,
                kind,
                instead_of,
                slip,
            } => self.print(job, instead_of, to_write_down(print, ticket, kind), slip),
            Effect::PrintChecklist {
                job,
                page,
                checklist,
            } => self.print_checklist(job, page, checklist),
            Effect::Draw {
                order,
                ticket,
                slip,
            } => self.draw(order, ticket, slip),
            Effect::Ordered { print, slip, .. } => self.order_is(print, slip),
        }
    }

    /// Writes down what is known of a visitor's paper, and the hub is told. Where there is no log, or it does not
    /// have this paper, the word is in memory until the hub has it.
    fn slip_is(&self, ticket: String, slip: SlipState, print: Option<Uuid>, reissued: bool) {
        let report = SlipToReport {
            ticket,
            slip,
            print: print.unwrap_or_else(Uuid::now_v7),
            reissued,
        };
        let Some(store) = &self.store else {
            return self.slips.put(report);
        };
        let (slips, news) = (self.slips.clone(), Arc::clone(&store.news));
        let for_memory = report.clone();
        let note = move |reserve: &mut Reserve| {
            let noted = match print {
                Some(print) => reserve.came(print, slip),
                None => (reserve.never_sent(report.print, &report.ticket, now())).map(|()| true),
            };
            match noted {
                Ok(true) => news.notify_one(),
                Ok(false) => slips.put(report),
                Err(error) => {
                    tracing::error!(%error, "what is known of a slip cannot be written down");
                    slips.put(report);
                }
            }
        };
        if !store.shelf.tell(note) {
            tracing::error!("too much waits for the disk");
            self.slips.put(for_memory);
        }
    }

    /// The same of what staff have printed, and of the office's copy: neither is printed without the log.
    fn order_is(&self, print: Uuid, slip: SlipState) {
        let Some(store) = &self.store else { return };
        let (outbox, nudge) = (self.outbox.clone(), self.order_nudge.clone());
        let shelf = store.shelf.clone();
        let note = move |reserve: &mut Reserve| {
            match (reserve.came(print, slip), reserve.sheet(print)) {
                (Ok(_), Some(_)) => {}
                (Ok(_), None) => tracing::error!("a slip that nobody wrote down was printed"),
                (Err(error), sheet) => {
                    tracing::error!(%error, "what is known of a slip cannot be written down");
                    if let Some(sheet) = sheet {
                        outbox.put(orders::report(sheet, slip));
                    }
                }
            }
            // One that waits already is as good as two.
            let _ = nudge.try_send(());
        };
        tokio::spawn(async move { shelf.ask(note).await });
    }

    /// So many slips came from the roll.
    fn on_roll(&self, slips: u32) {
        self.write("how many slips came from the roll", move |reserve| {
            reserve.on_roll(slips)
        });
    }

    fn write(
        &self,
        what: &'static str,
        write: impl FnOnce(&mut Reserve) -> Result<(), JournalError> + Send + 'static,
    ) {
        let Some(store) = &self.store else { return };
        let write = move |reserve: &mut Reserve| {
            if let Err(error) = write(reserve) {
                tracing::error!(what, %error, "it cannot be written down");
            }
        };
        if !store.shelf.tell(write) {
            tracing::error!(what, "too much waits for the disk");
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
        let (cases, out) = (store.cases.clone(), store.out.clone());
        let (nudge, tell) = (store.nudge.clone(), self.tell.clone());
        let wished_at = now();
        let issue = move |reserve: &mut Reserve| {
            let (ticket, now) = (Uuid::now_v7(), now());
            let outcome = if out.is() {
                Err(NoNumber::NoLease)
            } else if (now - wished_at).abs() > TimeDelta::seconds(BURN_S_MAX) {
                Err(NoNumber::Unwritable)
            } else {
                reserve.issue(ticket, body.get(), replaces, now)
            };
            match &outcome {
                Ok(_) => cases.keep(ticket, &body, now),
                Err(why) => tracing::warn!(%why, "no number without the hub"),
            }
            // Nobody listens any more only when the kiosk has ended.
            let _ = tell.blocking_send(Event::Stocks(out.stocks(reserve)));
            let _ = tell.blocking_send(Event::IssuedHere { key, outcome });
            // One that waits already is as good as two.
            let _ = nudge.try_send(());
        };
        if !store.shelf.tell(issue) {
            self.later(async move { none(NoNumber::Unwritable) });
        }
    }

    /// Writes down that a slip goes to the printer while it is drawn, and sends it when both are done. A log that
    /// cannot be written is no reason to give no paper: the number exists, and somebody stands there. The office's
    /// copy is not waited for by anybody: without the log it could come twice, so it does not come.
    fn print(&self, job: JobId, instead_of: Option<JobId>, sheet: Option<Sheet>, slip: Box<Slip>) {
        let printshop = self.ports.printshop.clone();
        let printer = Arc::clone(&self.ports.printer);
        let tell = self.tell.clone();
        let shelf = self.store.as_ref().map(|it| it.shelf.clone());
        let (outbox, nudge) = (self.outbox.clone(), self.order_nudge.clone());
        tokio::spawn(async move {
            let drawing = tokio::task::spawn_blocking(move || printshop.job(job, &slip));
            match (sheet, shelf) {
                (Some(sheet), Some(shelf)) if sheet.copy => {
                    match orders::write_down(&shelf, sheet.clone()).await {
                        Taken::Fresh => {}
                        Taken::Known(_) | Taken::Later => return,
                        Taken::Not => {
                            outbox.put(orders::report(&sheet, SlipState::Failed));
                            let _ = nudge.try_send(());
                            return;
                        }
                    }
                }
                (Some(sheet), Some(shelf)) => {
                    let written = shelf.ask(move |reserve| reserve.sent(&sheet, now())).await;
                    if let Some(Err(error)) = written {
                        tracing::error!(%error, "that a slip is printed cannot be written down");
                    }
                }
                (Some(sheet), None) if sheet.copy => return,
                (Some(_), None) | (None, _) => {}
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

    /// Draws a checklist and sends one of its papers. It has no number: nothing is written down, and it may come again.
    fn print_checklist(&self, job: JobId, page: usize, checklist: Box<Checklist>) {
        let printshop = self.ports.printshop.clone();
        let printer = Arc::clone(&self.ports.printer);
        let tell = self.tell.clone();
        tokio::spawn(async move {
            let drawing =
                tokio::task::spawn_blocking(move || printshop.checklist(job, &checklist, page));
            let (papers, drawn) = drawing.await.unwrap_or_default();
            // Nobody listens any more only when the kiosk has ended.
            let _ = tell.send(Event::ChecklistDrawn { job, papers }).await;
            match drawn {
                Some(job) => printer(job, None),
                None => {
                    let failure = Failure::NotReady(PrinterState::Error);
                    let _ = tell
                        .send(Event::Printer(Report::Failed(job, failure)))
                        .await;
                }
            }
        });
    }

    /// Draws a slip for staff with the printer's own commands, once for what stands on it.
    fn draw(&self, order: String, ticket: String, slip: Box<Slip>) {
        let printshop = self.ports.printshop.clone();
        let (outbox, nudge) = (self.outbox.clone(), self.order_nudge.clone());
        let pictures = self.pictures.clone();
        tokio::task::spawn_blocking(move || {
            let picture = pictures.of(&slip, |slip| printshop.picture(slip));
            outbox.put(PrintReport {
                id: order,
                ticket,
                state: if picture.is_some() {
                    PrintState::Drawn
                } else {
                    PrintState::Failed
                },
                copy: false,
                reissued: None,
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

/// What is written down of a slip before it goes to the printer. Of an order it is written already.
fn to_write_down(print: Uuid, ticket: String, kind: Kind) -> Option<Sheet> {
    match kind {
        Kind::First => Some(Sheet::new(print, ticket, false, false)),
        Kind::Reissued => Some(Sheet::new(print, ticket, false, true)),
        Kind::Copy => Some(Sheet::copy(print, ticket)),
        Kind::Ordered => None,
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
