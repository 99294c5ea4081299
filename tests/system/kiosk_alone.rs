//! A real kiosk before a real hub whose power goes: numbers go on, none comes twice, and the hub hears of all.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the shell: it reads the clock for the kiosk"
)]

use std::{path::Path, sync::Arc, time::Duration};

use kiosk::{
    Doors, Fonts, Ports, Printshop,
    link::HubLink,
    reserve::{JournalError, Reserve},
    session::Setup,
};
use office::Office;
use slip::{
    Job,
    printer::{Failure, PrinterState, Report},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use wire::{
    command::{AuditLine, Role},
    kiosk::{KioskInput, KioskView, Screen},
    office::{OfficeView, SlipState, TicketState},
};

use crate::{
    clerk::{ACCOUNT, Clerk, PASSWORD},
    hub_process::HubProcess,
    open_office,
};

const STEP_MAX: Duration = Duration::from_secs(60);
/// How many come while the hub is away, before and after the kiosk is started anew.
const VISITORS_ALONE: usize = 3;

struct Kiosk {
    inputs: mpsc::Sender<KioskInput>,
    printer: mpsc::Sender<Report>,
    printed: mpsc::UnboundedReceiver<Job>,
    views: watch::Receiver<KioskView>,
    task: JoinHandle<()>,
    _card: mpsc::Sender<card::session::Report>,
}

impl Kiosk {
    async fn start(
        office: &Office,
        printshop: &Printshop,
        base: &str,
        token: &str,
        own: &Path,
    ) -> Self {
        let (inputs, input_door) = mpsc::channel(8);
        let (card_reports, card) = mpsc::channel(8);
        let (printer_reports, printer) = mpsc::channel(8);
        let (prints, printed) = mpsc::unbounded_channel();
        let ports = Ports {
            card: Box::new(|_| {}),
            printer: Arc::new(move |job, _| prints.send(job).unwrap()),
            hub: HubLink::device(base, token).unwrap(),
            reserve: Some(reserve(own).await),
            printshop: printshop.clone(),
        };
        let doors = Doors {
            inputs: input_door,
            card,
            printer,
        };
        let running = kiosk::start(Setup::of(office, "kiosk-1"), ports, doors);
        Self {
            inputs,
            printer: printer_reports,
            printed,
            views: running.views,
            task: running.task,
            _card: card_reports,
        }
    }

    async fn view(&mut self, wanted: impl Fn(&KioskView) -> bool) -> KioskView {
        let found = timeout(STEP_MAX, self.views.wait_for(|view| wanted(view)));
        found.await.expect("the view comes").unwrap().clone()
    }

    async fn tap(&self, input: KioskInput) {
        self.inputs.send(input).await.unwrap();
    }

    /// One visitor, from the idle screen to the paper. The number.
    async fn visit(&mut self) -> String {
        self.press().await;
        let job = self.job().await;
        let (number, slip) = self.comes(Report::Printed(job.id)).await;
        assert_eq!(slip, SlipState::Printed);
        self.tap(KioskInput::Finish).await;
        number
    }

    /// From the idle screen to the wish for a number.
    async fn press(&mut self) {
        self.view(|view| matches!(view.screen, Screen::Idle { .. }))
            .await;
        let id = "moving".to_owned();
        self.tap(KioskInput::Entry { id }).await;
        self.tap(KioskInput::HandOver).await;
        self.view(|view| matches!(view.screen, Screen::Take { .. }))
            .await;
        self.tap(KioskInput::Confirm).await;
    }

    async fn job(&mut self) -> Job {
        let job = timeout(STEP_MAX, self.printed.recv()).await.unwrap();
        job.expect("a slip")
    }

    /// What the printer tells of a slip, and what the visitor sees then.
    async fn comes(&mut self, report: Report) -> (String, SlipState) {
        self.printer.send(report).await.unwrap();
        let view = self
            .view(|view| matches!(view.screen, Screen::Done { .. }))
            .await;
        let Screen::Done { number, slip, .. } = view.screen else {
            panic!("the last screen")
        };
        (number, slip)
    }

    async fn end(self) {
        drop(self.inputs);
        self.task.await.unwrap();
    }
}

/// Opens the numbers at hand; the kiosk before may still be letting go of them.
async fn reserve(folder: &Path) -> Reserve {
    let opening = async {
        loop {
            match Reserve::open(folder, chrono::Utc::now()) {
                Ok((reserve, damage)) => {
                    assert_eq!(damage, None);
                    return reserve;
                }
                Err(JournalError::InUse { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    timeout(STEP_MAX, opening).await.unwrap()
}

fn printshop(office: &Office) -> Printshop {
    let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"];
    let faces = faces.map(|face| std::fs::read(office.fonts_dir.join(face)).unwrap());
    Printshop::new(Fonts::load(faces).unwrap(), office.printer.profile.clone())
}

async fn leases_are_there(own: &Path) {
    let there = async {
        loop {
            let log = std::fs::read_to_string(own.join("numbers.log")).unwrap_or_default();
            if log.contains("\"moving\"") {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(STEP_MAX, there).await.expect("leases");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_goes_on_without_its_hub_and_the_hub_hears_of_every_paper_in_order() {
    let config = open_office();
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let office = Office::load(config.path()).unwrap();
    let shop = printshop(&office);
    let hub = HubProcess::start(config.path(), data.path());
    let (base, token) = (hub.base.clone(), HubProcess::device_token(data.path()));
    let address = base.strip_prefix("http://").unwrap().to_owned();
    let mut kiosk = Kiosk::start(&office, &shop, &base, &token, own.path()).await;
    kiosk.view(|view| view.hub_online).await;
    leases_are_there(own.path()).await;
    let mut paper = vec![kiosk.visit().await];

    // The cord. The first of these may have to wait for the hub before a number at hand is taken.
    hub.kill();
    for _ in 0..VISITORS_ALONE {
        paper.push(kiosk.visit().await);
    }
    assert!(kiosk.views.borrow().gives_numbers);
    // Nothing in the kiosk's memory is needed.
    kiosk.end().await;
    let mut kiosk = Kiosk::start(&office, &shop, &base, &token, own.path()).await;
    for _ in 0..VISITORS_ALONE {
        paper.push(kiosk.visit().await);
    }

    let _hub = HubProcess::start_on(&address, config.path(), data.path());
    kiosk.view(|view| view.hub_online).await;
    paper.push(kiosk.visit().await);
    let view: OfficeView = reqwest::Client::new()
        .get(format!("{base}/api/office"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut known: Vec<&str> = Vec::new();
    for ticket in &view.tickets {
        assert_eq!(ticket.state, TicketState::Waiting, "{}", ticket.number);
        known.push(&ticket.number);
    }
    let mut printed: Vec<&str> = paper.iter().map(String::as_str).collect();
    assert_eq!(view.order, paper, "whoever came first is called first");
    known.sort_unstable();
    printed.sort_unstable();
    assert_eq!(known, printed, "every paper, and nothing else");
    printed.dedup();
    assert_eq!(printed.len(), paper.len(), "no number twice");
    kiosk.end().await;
}

/// Every second paper that the audit trail knows of.
async fn reissued(base: &str) -> Vec<AuditLine> {
    let clerk = Clerk::at(base).await;
    let mut lines: Vec<AuditLine> = clerk.get("/api/audit").await;
    lines.retain(|line| line.action == "slip_reissued");
    lines
}

/// Waits until the hub knows this of the only ticket.
async fn paper_is(base: &str, token: &str, slip: SlipState) {
    let client = reqwest::Client::new();
    let known = async {
        loop {
            let view = client.get(format!("{base}/api/office")).bearer_auth(token);
            let view: OfficeView = view.send().await.unwrap().json().await.unwrap();
            if matches!(view.tickets.as_slice(), [ticket] if ticket.slip == slip) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(STEP_MAX, known).await.expect("the paper is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_paper_given_without_the_hub_is_heard_of_once_after_kiosk_and_hub_were_killed() {
    let config = open_office();
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let office = Office::load(config.path()).unwrap();
    hub::add_account(
        data.path(),
        &office.id,
        ACCOUNT,
        "伊藤",
        Role::Administrator,
        PASSWORD,
    )
    .unwrap();
    let shop = printshop(&office);
    let hub = HubProcess::start(config.path(), data.path());
    let (base, token) = (hub.base.clone(), HubProcess::device_token(data.path()));
    let address = base.strip_prefix("http://").unwrap().to_owned();
    let mut kiosk = Kiosk::start(&office, &shop, &base, &token, own.path()).await;
    kiosk.view(|view| view.hub_online).await;
    leases_are_there(own.path()).await;
    hub.kill();

    let ready = Report::State(PrinterState::Ready);
    kiosk.printer.send(ready).await.unwrap();
    kiosk.press().await;
    let first = kiosk.job().await;
    let failed = Report::Failed(first.id, Failure::Busy);
    assert_eq!(kiosk.comes(failed).await.1, SlipState::Failed);
    kiosk.tap(KioskInput::Reprint).await;
    let second = kiosk.job().await;
    kiosk.end().await;

    // Nobody knows of the second paper; and what is told survives the cord on both sides.
    let kiosk = Kiosk::start(&office, &shop, &base, &token, own.path()).await;
    let hub = HubProcess::start_on(&address, config.path(), data.path());
    paper_is(&base, &token, SlipState::Unknown).await;
    hub.kill();
    kiosk.end().await;
    assert_ne!(first.id, second.id);
    let _hub = HubProcess::start_on(&address, config.path(), data.path());
    let mut kiosk = Kiosk::start(&office, &shop, &base, &token, own.path()).await;
    kiosk.view(|view| view.hub_online).await;
    paper_is(&base, &token, SlipState::Unknown).await;
    let lines = reissued(&base).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].actor, "kiosk:kiosk");
    kiosk.end().await;
}
