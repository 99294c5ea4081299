//! Papers: the visitor's, the second one marked 再発行, the office's copy, and what staff have printed here.
//!
//! "Printed" is what the printer confirmed. A paper of which that is not known is never sent again by itself: the
//! visitor is asked, and may then have a second one, once; every further one is the staff's.

use chrono::{DateTime, TimeDelta, Utc};
use slip::{JobId, printer::Report};
use uuid::Uuid;
use wire::{
    kiosk::PrinterView,
    machine::{PrintOrder, PrinterNow, ReaderNow},
    office::SlipState,
};

use super::{
    Effect, FATE_MS_MAX, FREE_MS_MAX, LATE_JOBS_MAX, Session, paper, printer_view,
    visit::{Issued, Number, Step},
};

/// Orders that wait for the visitor's own slip; the hub hands out no more at a time.
const ORDERS_MAX: usize = 8;
/// Tickets of which is told that their citizens have the paper.
const HELD_MAX: usize = 16;

/// Which paper of a ticket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first.
    First,
    /// A second one, which the citizen asked for: marked 再発行.
    Reissued,
    /// The office's copy, which is no ticket.
    Copy,
    /// Staff ordered it.
    Ordered,
}

/// A slip that went to the printer.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    job: JobId,
    print: Uuid,
    pub(crate) ticket: String,
    kind: Kind,
    /// The printer has not said what became of it; until then it is waited for before staff's next order.
    due_until: Option<DateTime<Utc>>,
    /// The office's copy, which follows when this number is out on paper, also when that is known late.
    copy: Option<Box<slip::Slip>>,
}

/// How this kiosk is, for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The printer.
    pub printer: PrinterNow,
    /// The card reader.
    pub reader: ReaderNow,
    /// Slips since the roll was changed, if that was seen.
    pub slips_on_roll: Option<u32>,
    /// Tickets whose citizens said that their paper came out, where the printer did not say it; the newest last.
    pub held: Vec<String>,
}

impl Session {
    /// How this kiosk is, for staff.
    #[must_use]
    pub fn machine(&self) -> Machine {
        use wire::kiosk::ReaderView;
        Machine {
            printer: printer_now(self.printer_state),
            reader: match self.reader {
                ReaderView::Absent => ReaderNow::Absent,
                ReaderView::Empty | ReaderView::Card => ReaderNow::Ready,
            },
            slips_on_roll: self.slips_on_roll,
            held: self.held.iter().cloned().collect(),
        }
    }

    pub(super) fn printer(
        &mut self,
        report: Report,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let (job, slip) = match report {
            Report::State(state) => {
                self.printer_state = state;
                self.printer = printer_view(state);
                return;
            }
            Report::SlipsOnRoll(slips) => return self.slips_on_roll = Some(slips),
            Report::FirstByte { .. } => return,
            Report::Printed(job) => (job, SlipState::Printed),
            Report::Sent(job) => (job, SlipState::Sent),
            Report::Unknown(job) => (job, SlipState::Unknown),
            Report::Failed(job, _) => (job, SlipState::Failed),
        };
        if self.checklist_is(job, slip) {
            return;
        }
        for sheet in self.late_jobs.iter_mut().filter(|it| it.job == job) {
            sheet.due_until = None;
        }
        let of_this_visitor = match self.visit.step.issued() {
            Some(issued) => issued.job == job,
            None => false,
        };
        self.slip_of_taken(job, slip);
        if of_this_visitor {
            self.slip_is(slip, now, effects);
            self.copy_of_visitor(slip, now, effects);
        } else {
            self.report_late(job, slip, now, effects);
        }
    }

    /// What became of a paper whose visitor has left, of the office's copy, or of what staff ordered.
    fn report_late(
        &mut self,
        job: JobId,
        slip: SlipState,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(sheet) = self.late_jobs.iter().find(|it| it.job == job).cloned() else {
            return;
        };
        let (print, ticket) = (sheet.print, sheet.ticket);
        self.copy_follows(&ticket, sheet.kind, slip, now, effects);
        effects.push(match sheet.kind {
            Kind::Ordered | Kind::Copy => Effect::Ordered {
                print,
                ticket,
                slip,
            },
            Kind::First | Kind::Reissued => Effect::ReportSlip {
                ticket,
                slip,
                key: (self.keys)(),
                print: Some(print),
                reissued: sheet.kind == Kind::Reissued,
            },
        });
    }

    /// What is known of this visitor's slip now: on the screen and for the hub.
    pub(super) fn slip_is(
        &mut self,
        slip: SlipState,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(issued) = self.visit.step.issued() else {
            return;
        };
        effects.push(Effect::ReportSlip {
            ticket: issued.ticket.id.clone(),
            slip,
            print: Some(issued.print),
            reissued: issued.reissued,
            key: (self.keys)(),
        });
        self.is_done(slip, now);
    }

    fn is_done(&mut self, slip: SlipState, now: DateTime<Utc>) {
        let printing = matches!(self.visit.step, Step::Printing { .. });
        let Some(mut issued) = self.visit.step.take_issued() else {
            return;
        };
        issued.slip = slip;
        self.visit.step = Step::Done(issued);
        if printing {
            // The number stays for its whole time, counted from when it appeared.
            self.visit.touched_at = now;
        }
    }

    fn copy_of_visitor(&mut self, slip: SlipState, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let issued = self.visit.step.issued();
        if let Some(ticket) = issued.map(|it| it.ticket.id.clone()) {
            self.copy_follows(&ticket, Kind::First, slip, now, effects);
        }
    }

    /// The office's copy goes out when the number is out, once, whichever paper that was and whether or not its
    /// visitor is still there. A copy that does not come out is told to staff and never sent again.
    fn copy_follows(
        &mut self,
        ticket: &str,
        kind: Kind,
        slip: SlipState,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let out = matches!(slip, SlipState::Printed | SlipState::Sent);
        if !out || !matches!(kind, Kind::First | Kind::Reissued) {
            return;
        }
        let sheets = self.late_jobs.iter_mut();
        let mut of_ticket = sheets.filter(|it| it.ticket == ticket);
        if let Some(copy) = of_ticket.find_map(|it| it.copy.take()) {
            self.send(ticket, Kind::Copy, *copy, now, effects);
        }
    }

    /// 「番号札は出ましたか」. "Printed" for the hub is what the printer confirmed, so a yes ends the question and is
    /// told as the citizen's word; a no is as good as the printer's own.
    pub(super) fn slip_came_out(
        &mut self,
        yes: bool,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let Step::Done(issued) = &mut self.visit.step else {
            return;
        };
        if issued.slip != SlipState::Unknown {
            return;
        }
        if yes {
            issued.slip = SlipState::Printed;
            let ticket = issued.ticket.id.clone();
            if self.held.len() >= HELD_MAX {
                self.held.pop_front();
            }
            self.held.push_back(ticket);
        } else {
            self.slip_is(SlipState::Failed, now, effects);
        }
    }

    /// Whether the visitor may have a second paper now.
    pub(super) fn can_reprint(&self, issued: &Issued) -> bool {
        let prints = matches!(self.printer, PrinterView::Ready | PrinterView::NearEnd);
        issued.slip == SlipState::Failed && !issued.reissued && prints
    }

    /// The visitor wants a second paper, once.
    pub(super) fn reprint(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let may = match self.visit.step.issued() {
            Some(issued) => self.can_reprint(issued),
            None => false,
        };
        if !may {
            return;
        }
        let Some(mut issued) = self.visit.step.take_issued() else {
            return;
        };
        let slip = paper::reissued(&self.setup, &self.visit.language, &issued.ticket);
        (issued.job, issued.print) =
            self.send(&issued.ticket.id, Kind::Reissued, slip, now, effects);
        issued.reissued = true;
        issued.slip = SlipState::Pending;
        self.visit.step = Step::Printing {
            issued,
            until: now + TimeDelta::milliseconds(FREE_MS_MAX),
        };
    }

    /// The visitor's first paper; the page waits for it until then.
    pub(super) fn print_first(
        &mut self,
        ticket: Number,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let slip = paper::slip(&self.setup, &self.visit.language, &ticket);
        let (job, print) = self.send(&ticket.id, Kind::First, slip, now, effects);
        if self.setup.slips.copy
            && let Some(sheet) = self.late_jobs.back_mut()
        {
            sheet.copy = Some(Box::new(paper::copy(&self.setup, &ticket)));
        }
        self.visit.step = Step::Printing {
            issued: Box::new(Issued {
                ticket,
                slip: SlipState::Pending,
                job,
                print,
                reissued: false,
                stood_before: false,
            }),
            until,
        };
    }

    /// Whether a slip of this ticket went to the printer lately.
    pub(super) fn is_on_paper(&self, ticket: &str) -> bool {
        self.late_jobs.iter().any(|it| it.ticket == ticket)
    }

    /// Staff want a slip printed or drawn.
    pub(super) fn order(&mut self, order: PrintOrder, effects: &mut Vec<Effect>) {
        if order.preview {
            let (ticket, slip) = self.ordered_slip(&order);
            let order = order.id;
            let slip = Box::new(slip);
            return effects.push(Effect::Draw {
                order,
                ticket,
                slip,
            });
        }
        if self.orders.len() < ORDERS_MAX {
            self.orders.push_back(order);
        } else if let Ok(print) = Uuid::parse_str(&order.id) {
            effects.push(Effect::Ordered {
                print,
                ticket: order.issued.ticket.id,
                slip: SlipState::Failed,
            });
        }
    }

    /// Prints what staff ordered, one at a time: the next goes to the printer when what became of everything before
    /// it is known, and none while somebody waits for a slip of their own. So a visitor's slip waits for one order
    /// at most.
    pub(super) fn print_orders(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        while !self.has_slip_due(now)
            && !self.visit.take_home.is_at_printer(now)
            && let Some(order) = self.orders.pop_front()
        {
            let Ok(print) = Uuid::parse_str(&order.id) else {
                continue;
            };
            let (ticket, slip) = self.ordered_slip(&order);
            self.send_as(print, &ticket, Kind::Ordered, slip, now, effects);
        }
    }

    /// Somebody waits for a slip, or the printer has not said what became of one.
    pub(super) fn has_slip_due(&self, now: DateTime<Utc>) -> bool {
        let visitor = matches!(
            self.visit.step,
            Step::Issuing { .. } | Step::Printing { .. }
        );
        let mut sheets = self.late_jobs.iter();
        visitor || sheets.any(|it| it.due_until.is_some_and(|until| until > now))
    }

    /// When an order that waits goes to a printer that says nothing.
    pub(super) fn orders_wait_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.orders.is_empty() && !self.visit.take_home.waits() {
            return None;
        }
        let due = self.late_jobs.iter().filter_map(|it| it.due_until);
        due.filter(|until| *until > now).max()
    }

    /// A clock that was set back must not make orders wait for hours.
    pub(super) fn clock_is(&mut self, now: DateTime<Utc>) {
        let latest = now + TimeDelta::milliseconds(FATE_MS_MAX);
        self.visit.take_home.clock_is(latest);
        for until in (self.late_jobs.iter_mut()).filter_map(|it| it.due_until.as_mut()) {
            *until = latest.min(*until);
        }
        if let Step::Printing { until, .. } | Step::Issuing { until } | Step::Supplying { until } =
            &mut self.visit.step
        {
            *until = (now + TimeDelta::milliseconds(FREE_MS_MAX)).min(*until);
        }
    }

    fn ordered_slip(&self, order: &PrintOrder) -> (String, slip::Slip) {
        let language = &order.issued.ticket.language;
        let language = if self.setup.offers(language) {
            language
        } else {
            self.setup.first_language()
        };
        let number = self.number_of(order.issued.clone());
        let slip = if order.reissued {
            paper::reissued(&self.setup, language, &number)
        } else {
            paper::slip(&self.setup, language, &number)
        };
        (number.id, slip)
    }

    pub(super) fn next_job(&mut self) -> JobId {
        let job = JobId::from_counter(self.jobs);
        self.jobs = self.jobs.wrapping_add(1);
        job
    }

    fn send(
        &mut self,
        ticket: &str,
        kind: Kind,
        slip: slip::Slip,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) -> (JobId, Uuid) {
        let print = (self.keys)();
        let job = self.send_as(print, ticket, kind, slip, now, effects);
        (job, print)
    }

    fn send_as(
        &mut self,
        print: Uuid,
        ticket: &str,
        kind: Kind,
        slip: slip::Slip,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) -> JobId {
        let job = self.next_job();
        if self.late_jobs.len() >= LATE_JOBS_MAX {
            self.late_jobs.pop_front();
        }
        // Whatever is known of the paper before: a printer that has printed it holds nothing of it.
        let before = self.late_jobs.iter().rev();
        let instead_of = before
            .filter(|_| matches!(kind, Kind::Reissued | Kind::Ordered))
            .find(|it| it.ticket == ticket && it.kind != Kind::Copy)
            .map(|it| it.job);
        self.late_jobs.push_back(Sheet {
            job,
            print,
            ticket: ticket.to_owned(),
            kind,
            due_until: Some(now + TimeDelta::milliseconds(FATE_MS_MAX)),
            copy: None,
        });
        effects.push(Effect::Print {
            job,
            print,
            ticket: ticket.to_owned(),
            kind,
            instead_of,
            slip: Box::new(slip),
        });
        job
    }
}

fn printer_now(state: slip::printer::PrinterState) -> PrinterNow {
    use slip::printer::PrinterState;
    match state {
        PrinterState::Ready => PrinterNow::Ready,
        PrinterState::NearEnd => PrinterNow::NearEnd,
        PrinterState::PaperOut => PrinterNow::PaperOut,
        PrinterState::CoverOpen => PrinterNow::CoverOpen,
        PrinterState::CutterError => PrinterNow::CutterError,
        PrinterState::Overheated => PrinterNow::Overheated,
        PrinterState::Error => PrinterNow::Error,
        PrinterState::Offline => PrinterNow::Offline,
        PrinterState::Unknown => PrinterNow::Unknown,
    }
}
