//! Tells the hub how this kiosk is, every two seconds and at once when something changed, and takes what staff want
//! printed here.
//!
//! An order is good for one slip, ever: before it is printed it is in the log, and an order that stands there is not
//! printed again, whatever was lost and whoever was started anew.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use uuid::Uuid;
use wire::{
    machine::{KioskReport, PrintOrder, PrintReport, PrintState},
    office::SlipState,
};

use crate::{
    keep::Shelf,
    link::HubLink,
    reserve::{Reserve, Sheet},
    run::now,
    session::{Event, Machine, Outcome},
};

/// Silence for ten seconds means to the hub that the kiosk is gone.
const TELL_EVERY_MS: u64 = 2_000;
/// Changes that come together are told together.
const TOGETHER_MS: u64 = 100;
/// What became of orders that waits to be told; the oldest goes.
const OUTBOX_MAX: usize = 32;
/// Of these go into one report.
const REPORTS_MAX: usize = 16;

/// What the hub has to be told of orders.
#[derive(Clone, Default)]
pub(crate) struct Outbox(Arc<Mutex<VecDeque<PrintReport>>>);

impl Outbox {
    /// Puts in what became of an order; what was said of it before is no longer worth telling.
    pub(crate) fn put(&self, report: PrintReport) {
        let mut reports = self.lock();
        reports.retain(|it| it.id != report.id);
        if reports.len() >= OUTBOX_MAX {
            reports.pop_front();
        }
        reports.push_back(report);
    }

    /// The next to be told. Pictures are large: one at a time.
    fn next(&self) -> Vec<PrintReport> {
        let reports = self.lock();
        let mut pictures = 0;
        let fits = reports.iter().filter(|it| {
            pictures += usize::from(it.picture.is_some());
            it.picture.is_none() || pictures <= 1
        });
        fits.take(REPORTS_MAX).cloned().collect()
    }

    fn were_told(&self, told: &[PrintReport]) {
        self.lock().retain(|it| !told.contains(it));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<PrintReport>> {
        // Whatever was half done, a list of reports is still one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a paper, as staff reads it.
pub(crate) fn state_of(slip: SlipState) -> PrintState {
    match slip {
        SlipState::Printed => PrintState::Printed,
        SlipState::Failed => PrintState::Failed,
        SlipState::Unknown | SlipState::Pending | SlipState::None => PrintState::Unknown,
    }
}

/// A report without a picture.
pub(crate) fn report(order: Uuid, ticket: String, slip: SlipState) -> PrintReport {
    PrintReport {
        id: order.to_string(),
        ticket,
        state: state_of(slip),
        picture: None,
    }
}

/// Whoever tells of this kiosk.
pub(crate) struct Herald {
    pub(crate) hub: HubLink,
    /// Without a log no order is taken: it could be printed twice.
    pub(crate) shelf: Option<Shelf>,
    pub(crate) outbox: Outbox,
    pub(crate) machine: watch::Receiver<Machine>,
    pub(crate) tell: mpsc::Sender<Event>,
    /// Something was put into the outbox.
    pub(crate) nudges: mpsc::Receiver<()>,
}

impl Herald {
    /// For ever.
    pub(crate) async fn run(mut self) {
        self.remember().await;
        loop {
            let Machine {
                printer,
                reader,
                slips_on_roll,
            } = *self.machine.borrow_and_update();
            let prints = self.outbox.next();
            let report = KioskReport {
                printer,
                reader: Some(reader),
                slips_on_roll,
                prints,
            };
            if let Outcome::Done(answer) = self.hub.tell_kiosk(&report).await {
                self.were_told(report.prints).await;
                for order in answer.orders {
                    self.take(order).await;
                }
            }
            tokio::select! {
                changed = self.machine.changed() => if changed.is_err() { return },
                Some(()) = self.nudges.recv() => {}
                () = sleep(Duration::from_millis(TELL_EVERY_MS)) => continue,
            }
            sleep(Duration::from_millis(TOGETHER_MS)).await;
        }
    }

    /// What the log says of orders that the hub has not been told.
    async fn remember(&self) {
        let Some(shelf) = &self.shelf else { return };
        let untold = shelf.ask(|reserve| reserve.untold_papers()).await;
        for sheet in untold.into_iter().flatten().filter(|it| it.order) {
            if let Some(slip) = sheet.slip {
                self.outbox.put(report(sheet.print, sheet.ticket, slip));
            }
        }
    }

    /// The hub has these.
    async fn were_told(&self, told: Vec<PrintReport>) {
        self.outbox.were_told(&told);
        let Some(shelf) = &self.shelf else { return };
        let written = move |reserve: &mut Reserve| {
            for report in told {
                let slip = match report.state {
                    PrintState::Printed => SlipState::Printed,
                    PrintState::Unknown => SlipState::Unknown,
                    PrintState::Failed => SlipState::Failed,
                    PrintState::Waiting
                    | PrintState::Printing
                    | PrintState::Drawn
                    | PrintState::Expired => continue,
                };
                let Ok(print) = Uuid::parse_str(&report.id) else {
                    continue;
                };
                if let Err(error) = reserve.came_told(print, slip) {
                    tracing::error!(%error, "that the hub was told of a slip cannot be written down");
                }
            }
        };
        shelf.ask(written).await;
    }

    /// One order: a picture is drawn at once; a slip is written down first, and printed only if it was not there.
    async fn take(&self, order: PrintOrder) {
        let Ok(print) = Uuid::parse_str(&order.id) else {
            return tracing::error!("the hub sent an order without an identity");
        };
        if !order.preview {
            let sheet = Sheet::new(print, order.issued.ticket.id.clone(), true, order.reissued);
            match self.write_down(sheet).await {
                Taken::Fresh => {}
                Taken::Known(slip) => {
                    if let Some(slip) = slip {
                        let ticket = order.issued.ticket.id;
                        self.outbox.put(report(print, ticket, slip));
                    }
                    return;
                }
                Taken::Not => {
                    let ticket = order.issued.ticket.id;
                    let slip = SlipState::Failed;
                    return self.outbox.put(report(print, ticket, slip));
                }
            }
        }
        // Nobody listens any more only when the kiosk has ended.
        let _ = self.tell.send(Event::Order(Box::new(order))).await;
    }

    async fn write_down(&self, sheet: Sheet) -> Taken {
        let Some(shelf) = &self.shelf else {
            return Taken::Not;
        };
        let write = move |reserve: &mut Reserve| match reserve.sent(&sheet, now()) {
            Ok(true) => Taken::Fresh,
            Ok(false) => Taken::Known(reserve.sheet(sheet.print).and_then(|it| it.slip)),
            Err(error) => {
                tracing::error!(%error, "an order cannot be written down and is not printed");
                Taken::Not
            }
        };
        shelf.ask(write).await.unwrap_or(Taken::Not)
    }
}

/// How an order stands to the log.
enum Taken {
    /// It was written down now.
    Fresh,
    /// It stood there; what is known of its paper.
    Known(Option<SlipState>),
    /// It could not be written down: nothing is printed.
    Not,
}
