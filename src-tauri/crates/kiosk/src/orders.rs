//! Tells the hub how this kiosk is, every two seconds and at once when something changed, and takes what staff want
//! printed here.
//!
//! An order is good for one slip, ever: before it is printed it is in the log, and an order that stands there is not
//! printed again, whatever was lost and whoever was started anew. What became of it is told from the log until the
//! hub has it; so is what became of the office's copies.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use slip::Slip;
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use uuid::Uuid;
use wire::{
    Code,
    machine::{KioskReport, PrintOrder, PrintReport, PrintState},
    office::SlipState,
};

use crate::{
    keep::{Out, Shelf, is_for_good},
    link::HubLink,
    reserve::{Reserve, Sheet, Stocks},
    run::now,
    session::{Event, Machine, Outcome},
};

/// Silence for ten seconds means to the hub that the kiosk is gone.
const TELL_EVERY_MS: u64 = 2_000;
/// Changes that come together are told together.
const TOGETHER_MS: u64 = 100;
/// Pictures, and what could not be written down, that wait to be told; the oldest goes.
const OUTBOX_MAX: usize = 32;
/// Of these go into one report.
const REPORTS_MAX: usize = 16;
/// Pictures that are kept: somebody who looks at a slip looks again.
const PICTURES_MAX: usize = 8;

/// What the hub has to be told of orders and the log does not say.
#[derive(Clone, Default)]
pub(crate) struct Outbox(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    reports: VecDeque<PrintReport>,
    /// Orders of pictures that are being drawn.
    drawing: VecDeque<String>,
}

impl Outbox {
    /// Puts in what became of an order; what was said of it before is no longer worth telling.
    pub(crate) fn put(&self, report: PrintReport) {
        let mut waiting = self.lock();
        waiting.drawing.retain(|it| *it != report.id);
        waiting.reports.retain(|it| it.id != report.id);
        if waiting.reports.len() >= OUTBOX_MAX {
            waiting.reports.pop_front();
        }
        waiting.reports.push_back(report);
    }

    /// Whether a picture has to be drawn: the hub asks for it again and again until it was told.
    fn begins(&self, order: &str) -> bool {
        let mut waiting = self.lock();
        let known = waiting.drawing.iter().any(|it| it == order)
            || waiting.reports.iter().any(|it| it.id == order);
        if known {
            return false;
        }
        if waiting.drawing.len() >= OUTBOX_MAX {
            waiting.drawing.pop_front();
        }
        waiting.drawing.push_back(order.to_owned());
        true
    }

    /// The next to be told. Pictures are large: one at a time.
    fn next(&self) -> Vec<PrintReport> {
        let waiting = self.lock();
        let mut pictures = 0;
        let fits = waiting.reports.iter().filter(|it| {
            pictures += usize::from(it.picture.is_some());
            it.picture.is_none() || pictures <= 1
        });
        fits.take(REPORTS_MAX).cloned().collect()
    }

    fn were_told(&self, told: &[PrintReport]) {
        self.lock().reports.retain(|it| !told.contains(it));
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Whatever was half done, a list of reports is still one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pictures that were drawn last, by what stands on them.
#[derive(Clone, Default)]
pub(crate) struct Pictures(Arc<Mutex<VecDeque<(Slip, String)>>>);

impl Pictures {
    /// The picture of a slip, drawn once for as long as it is kept. Whoever wants the same meanwhile waits for it.
    pub(crate) fn of(
        &self,
        slip: &Slip,
        draw: impl FnOnce(&Slip) -> Option<String>,
    ) -> Option<String> {
        // A drawing that panics leaves no picture behind.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, picture)) = kept.iter().find(|(drawn, _)| drawn == slip) {
            return Some(picture.clone());
        }
        let picture = draw(slip)?;
        if kept.len() >= PICTURES_MAX {
            kept.pop_front();
        }
        kept.push_back((slip.clone(), picture.clone()));
        Some(picture)
    }
}

/// What is known of a paper, as staff reads it.
pub(crate) fn state_of(slip: SlipState) -> PrintState {
    match slip {
        SlipState::Printed => PrintState::Printed,
        SlipState::Sent => PrintState::Sent,
        SlipState::Failed => PrintState::Failed,
        SlipState::Unknown | SlipState::Pending | SlipState::None => PrintState::Unknown,
    }
}

/// A report without a picture.
pub(crate) fn report(sheet: &Sheet, slip: SlipState) -> PrintReport {
    PrintReport {
        id: sheet.print.to_string(),
        ticket: sheet.ticket.clone(),
        state: state_of(slip),
        copy: sheet.copy,
        reissued: Some(sheet.reissued),
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
    /// Something is to be told.
    pub(crate) nudges: mpsc::Receiver<()>,
    pub(crate) out: Out,
}

impl Herald {
    /// For ever.
    pub(crate) async fn run(mut self) {
        loop {
            let Machine {
                printer,
                reader,
                slips_on_roll,
                held,
            } = self.machine.borrow_and_update().clone();
            let prints = self.to_tell().await;
            let report = KioskReport {
                printer,
                reader: Some(reader),
                slips_on_roll,
                held,
                prints,
            };
            match self.hub.tell_kiosk(&report).await {
                Outcome::Done(answer) => {
                    self.is_out(false).await;
                    let mut told = report.prints;
                    told.retain(|it| !answer.again.contains(&it.id));
                    self.were_told(told).await;
                    for order in answer.orders {
                        self.take(order).await;
                    }
                }
                Outcome::Refused(Code::DeviceUnknown) => self.is_out(true).await,
                // It would be refused again, and nothing after it would be heard.
                Outcome::Refused(code) if is_for_good(code) && !report.prints.is_empty() => {
                    tracing::error!(?code, "the hub refused what became of orders");
                    self.were_told(report.prints).await;
                }
                Outcome::Refused(code) => {
                    tracing::debug!(?code, "the hub does not hear how this kiosk is");
                }
                Outcome::Away => {}
            }
            tokio::select! {
                changed = self.machine.changed() => if changed.is_err() { return },
                Some(()) = self.nudges.recv() => {}
                () = sleep(Duration::from_millis(TELL_EVERY_MS)) => continue,
            }
            sleep(Duration::from_millis(TOGETHER_MS)).await;
        }
    }

    /// Somebody put this kiosk out of the office, or let it in again. A number that it gave now would be known to
    /// nobody, so it has none at hand: the page says so and sends people to the counter.
    async fn is_out(&self, out: bool) {
        if !self.out.put(out) {
            return;
        }
        if out {
            tracing::error!(
                "this kiosk was put out of the office; it gives no numbers until it is let in again"
            );
        } else {
            tracing::info!("this kiosk was let in again");
        }
        let stocks = match &self.shelf {
            Some(shelf) if !out => shelf.ask(|reserve| reserve.stocks()).await,
            Some(_) | None => None,
        };
        // Nobody listens any more only when the kiosk has ended.
        let _ = self
            .tell
            .send(Event::Stocks(stocks.unwrap_or_else(Stocks::default)))
            .await;
        if out {
            let _ = self.tell.send(Event::Online(false)).await;
        }
    }

    /// What the log says that the hub has not been told, and what it does not say.
    async fn to_tell(&self) -> Vec<PrintReport> {
        let mut reports = self.outbox.next();
        let Some(shelf) = &self.shelf else {
            return reports;
        };
        let untold = shelf.ask(|reserve| reserve.untold_orders()).await;
        for sheet in untold.into_iter().flatten() {
            if reports.len() >= REPORTS_MAX {
                break;
            }
            if let Some(slip) = sheet.slip {
                reports.retain(|it| it.id != sheet.print.to_string());
                reports.push(report(&sheet, slip));
            }
        }
        reports
    }

    /// The hub has these.
    async fn were_told(&self, told: Vec<PrintReport>) {
        self.outbox.were_told(&told);
        let Some(shelf) = &self.shelf else { return };
        if told.is_empty() {
            return;
        }
        let written = move |reserve: &mut Reserve| {
            for report in told {
                let slip = match report.state {
                    PrintState::Printed => SlipState::Printed,
                    PrintState::Sent => SlipState::Sent,
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
        if order.preview {
            if !self.outbox.begins(&order.id) {
                return;
            }
        } else {
            let sheet = Sheet::new(print, order.issued.ticket.id.clone(), true, order.reissued);
            let taken = match &self.shelf {
                Some(shelf) => write_down(shelf, sheet.clone()).await,
                None => Taken::Not,
            };
            match taken {
                Taken::Fresh => {}
                Taken::Known(Some(slip)) => return self.outbox.put(report(&sheet, slip)),
                Taken::Known(None) | Taken::Later => return,
                Taken::Not => return self.outbox.put(report(&sheet, SlipState::Failed)),
            }
        }
        // Nobody listens any more only when the kiosk has ended.
        let _ = self.tell.send(Event::Order(Box::new(order))).await;
    }
}

/// Writes down that a slip goes to the printer, which nobody stands and waits for: only a fresh one may go there.
pub(crate) async fn write_down(shelf: &Shelf, sheet: Sheet) -> Taken {
    let print = sheet.print;
    let write = move |reserve: &mut Reserve| match reserve.sent(&sheet, now()) {
        Ok(true) => Taken::Fresh,
        Ok(false) => Taken::Known(reserve.sheet(sheet.print).and_then(|it| it.slip)),
        Err(error) => {
            tracing::error!(%error, "a slip cannot be written down and is not printed");
            Taken::Not
        }
    };
    let too_late = move |reserve: &mut Reserve, taken| {
        if let Taken::Fresh = taken
            && let Err(error) = reserve.came(print, SlipState::Failed)
        {
            tracing::error!(%error, "that a slip was not printed cannot be written down");
        }
    };
    (shelf.ask_or(write, too_late).await).unwrap_or(Taken::Later)
}

/// How a slip stands to the log.
pub(crate) enum Taken {
    /// It was written down now.
    Fresh,
    /// It stood there; what is known of its paper.
    Known(Option<SlipState>),
    /// It could not be written down: nothing is printed.
    Not,
    /// The disk does not answer: nothing is printed, and the log tells what became of it.
    Later,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(order: &str) -> PrintReport {
        PrintReport {
            id: order.to_owned(),
            ticket: "t".to_owned(),
            state: PrintState::Drawn,
            copy: false,
            reissued: None,
            picture: Some("P".to_owned()),
        }
    }

    fn slip(number: &str) -> Slip {
        Slip {
            number: number.to_owned(),
            ..Slip::default()
        }
    }

    #[test]
    fn a_picture_is_drawn_once_for_what_stands_on_it_and_the_oldest_goes() {
        let pictures = Pictures::default();
        let mut drawings = 0;
        let mut of = |number: &str| {
            let draw = |slip: &Slip| {
                drawings += 1;
                Some(format!("picture of {}", slip.number))
            };
            let picture = pictures.of(&slip(number), draw);
            (picture.unwrap(), drawings)
        };
        assert_eq!(of("A-001"), ("picture of A-001".to_owned(), 1));
        assert_eq!(of("A-001").1, 1, "the same again");
        for number in 0..PICTURES_MAX {
            of(&format!("B-{number}"));
        }
        assert_eq!(of("A-001").1, PICTURES_MAX + 2);
        assert!(pictures.of(&slip("C-001"), |_| None).is_none());
    }

    #[test]
    fn a_picture_that_is_being_drawn_or_waits_to_be_told_is_not_begun_again() {
        let outbox = Outbox::default();
        assert!(outbox.begins("a"));
        assert!(!outbox.begins("a"));
        outbox.put(drawn("a"));
        assert!(!outbox.begins("a"), "it waits to be told");
        assert_eq!(outbox.next(), [drawn("a")]);
        outbox.were_told(&[drawn("a")]);
        assert!(outbox.begins("a"), "the hub asks for it once more");
    }
}
