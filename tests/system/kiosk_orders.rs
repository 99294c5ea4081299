//! A clerk has slips printed at a kiosk: the hub, the kiosk's loop with its log, the product's printer code and a
//! virtual printer on a socket. What counts is the paper that came out.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the shell: it reads the clock for the kiosk"
)]

use std::{path::Path, sync::Arc, time::Duration};

use devices::printer::{PrinterPort, Settings, spawn};
use kiosk::{
    Doors, Fonts, Ports, Printshop,
    link::HubLink,
    reserve::{JournalError, Reserve},
    session::Setup,
};
use office::Office;
use serde_json::json;
use sim::printer::{Fault, Printer};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use wire::{
    command::{Role, TicketIssued},
    kiosk::KioskInput,
    machine::{KioskLink, PrintState, PrintView, PrinterNow},
    office::{OfficeView, SlipState},
};

use crate::{
    clerk::{ACCOUNT, Clerk, PASSWORD},
    hub_process::HubProcess,
    open_office,
};

const STEP_MAX: Duration = Duration::from_secs(60);
const KIOSK: &str = "kiosk-1";

/// A kiosk with a printer.
struct Kiosk {
    inputs: mpsc::Sender<KioskInput>,
    task: JoinHandle<()>,
    _port: PrinterPort,
    _card: mpsc::Sender<card::session::Report>,
}

impl Kiosk {
    async fn start(
        office: &Office,
        printer: &Printer,
        base: &str,
        token: &str,
        own: &Path,
    ) -> Self {
        let (inputs, input_door) = mpsc::channel(8);
        let (card_reports, card) = mpsc::channel(8);
        let (printer_reports, printed) = mpsc::channel(64);
        let profile = office.printer.profile.clone();
        let settings = Settings::new(printer.address(), profile.clone());
        let port = spawn(settings, printer_reports);
        let own_port = port.clone();
        let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"]
            .map(|face| std::fs::read(office.fonts_dir.join(face)).unwrap());
        let ports = Ports {
            card: Box::new(|_| {}),
            printer: Arc::new(move |job, instead_of| match instead_of {
                Some(old) => port.print_instead_of(old, job),
                None => port.print(job),
            }),
            hub: HubLink::device(base, token).unwrap().called(KIOSK),
            reserve: Some(reserve(own).await),
            printshop: Printshop::new(Fonts::load(faces).unwrap(), profile)
                .with_templates(office.slips.templates.clone())
                .with_checklist(office.slips.checklist.clone()),
        };
        let doors = Doors {
            inputs: input_door,
            card,
            printer: printed,
        };
        let running = kiosk::start(Setup::of(office, KIOSK), ports, doors);
        Self {
            inputs,
            task: running.task,
            _port: own_port,
            _card: card_reports,
        }
    }

    async fn end(self) {
        drop(self.inputs);
        self.task.await.unwrap();
    }
}

/// Opens the log; the kiosk before may still be letting go of it.
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

/// At the information desk.
impl Clerk {
    async fn sees(&self, what: &str, wanted: impl Fn(&OfficeView) -> bool) -> OfficeView {
        let seeing = async {
            loop {
                let view: OfficeView = self.get("/api/office").await;
                if wanted(&view) {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(STEP_MAX, seeing).await.expect(what)
    }

    async fn gives_a_number(&self) -> String {
        let wanted = json!({ "service": "certificates", "language": "en" });
        let issued: TicketIssued = self.post("/api/tickets", &wanted).await;
        issued.ticket.id
    }

    async fn prints(&self, ticket: &str) -> PrintView {
        let path = format!("/api/tickets/{ticket}/print");
        self.post(&path, &json!({ "kiosk": KIOSK })).await
    }

    async fn is_told(&self, order: &PrintView, state: PrintState) -> OfficeView {
        let what = format!("{state:?}");
        self.sees(&what, |view| {
            let prints = view.prints.iter();
            prints
                .filter(|it| it.id == order.id)
                .any(|it| it.state == state)
        })
        .await
    }
}

fn printer_is(view: &OfficeView, printer: PrinterNow) -> bool {
    let mut kiosks = view.kiosks.iter();
    kiosks.any(|it| it.name == KIOSK && it.link == KioskLink::Here && it.printer == Some(printer))
}

fn slip_of(view: &OfficeView, ticket: &str) -> SlipState {
    let mut tickets = view.tickets.iter();
    tickets.find(|it| it.id == ticket).unwrap().slip
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_the_information_desk_comes_out_at_a_kiosk_and_the_clerk_is_told_the_truth() {
    let config = open_office();
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let office = Office::load(config.path()).unwrap();
    hub::add_account(
        data.path(),
        &office.id,
        ACCOUNT,
        "伊藤",
        Role::Clerk,
        PASSWORD,
    )
    .unwrap();
    let hub = HubProcess::start(config.path(), data.path());
    let token = HubProcess::device_token(data.path());
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    let kiosk = Kiosk::start(&office, &printer, &hub.base, &token, own.path()).await;
    let clerk = Clerk::at(&hub.base).await;
    clerk
        .sees("a printer", |view| printer_is(view, PrinterNow::Ready))
        .await;

    // The first paper, and the second one with its mark.
    let ticket = clerk.gives_a_number().await;
    let order = clerk.prints(&ticket).await;
    assert!(!order.reissued);
    let view = clerk.is_told(&order, PrintState::Printed).await;
    assert_eq!(slip_of(&view, &ticket), SlipState::Printed);
    assert_eq!(printer.slips().len(), 1);
    let again = clerk.prints(&ticket).await;
    assert!(again.reissued);
    clerk.is_told(&again, PrintState::Printed).await;
    let slips = printer.slips();
    assert_eq!(slips.len(), 2);
    assert_ne!(
        slips[0].fingerprint(),
        slips[1].fingerprint(),
        "the mark stands on the second"
    );

    // Without paper nothing is sent, and staff sees why; when there is paper again, it says so by itself.
    printer.fault(Fault::PaperOut);
    clerk
        .sees("no paper", |view| printer_is(view, PrinterNow::PaperOut))
        .await;
    let other = clerk.gives_a_number().await;
    let order = clerk.prints(&other).await;
    let view = clerk.is_told(&order, PrintState::Failed).await;
    assert_eq!(slip_of(&view, &other), SlipState::Failed);
    printer.fault(Fault::None);
    clerk
        .sees("paper", |view| printer_is(view, PrinterNow::Ready))
        .await;
    assert_eq!(
        printer.slips().len(),
        2,
        "nothing was held back to come out now"
    );

    // A kiosk that is away is told as silent; an order waits for it.
    kiosk.end().await;
    clerk
        .sees("silence", |view| {
            view.kiosks
                .iter()
                .any(|it| it.name == KIOSK && it.link == KioskLink::Silent)
        })
        .await;
    let order = clerk.prints(&other).await;
    let kiosk = Kiosk::start(&office, &printer, &hub.base, &token, own.path()).await;
    let view = clerk.is_told(&order, PrintState::Printed).await;
    assert_eq!(slip_of(&view, &other), SlipState::Printed);
    assert_eq!(printer.slips().len(), 3);
    kiosk.end().await;
}
