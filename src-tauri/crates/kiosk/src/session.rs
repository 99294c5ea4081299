//! One visitor at one kiosk, as a pure state machine: an [`Event`] in, [`Effect`]s out.
//!
//! It reads no clock, opens nothing and waits for nothing; time is the argument `now`, and keys come
//! from the source that [`Session::new`] is given.

mod attach;
mod booking;
mod card;
mod checklist;
mod draft;
mod first;
mod form;
mod forms;
mod hall;
mod life_event;
mod paper;
mod phone;
mod printing;
mod resume;
mod screen;
mod search;
mod setup;
mod steps;
mod ticket;
mod visit;

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc};

use ::card::session::{ReaderState, Report, Request};
use chrono::{DateTime, TimeDelta, Utc};
use slip::{JobId, Slip, printer::PrinterState};
use uuid::Uuid;
use wire::{
    Code,
    command::TicketIssued,
    kiosk::{KioskInput, PrinterView, ReaderView},
    machine::PrintOrder,
    office::{BookingView, Live, SlipState},
};
use zeroize::Zeroizing;

pub use first::SupplyBody;
pub use phone::Opened;
pub use printing::{Kind, Machine};
pub use setup::{Entry, Find, LifeEvent, Patience, Service, Setup, Slips, Target};
pub use visit::IssueBody;

use self::card::CONFIRMED_WAITS;
use crate::reserve::{Here, NoNumber, Stocks};
use hall::Hall;
use printing::Sheet;
use visit::{StaffScreen, Step, Trouble, Visit};

/// もっと時間が必要 makes every wait so many times as long.
const MORE_TIME_FACTOR: i32 = 4;
/// From a press to a page that can be left: five seconds are the promise, whatever hub, disk and printer do. The
/// printer's own machine gives up before; what comes later is still taken.
const FREE_MS_MAX: i64 = 4_900;
/// The hub is waited for this long where a number at hand can replace its own: the disk needs a moment, too.
const ASKING_MS_MAX: i64 = 2_500;
/// What the printer says nothing of for so long holds back no order of staff.
const FATE_MS_MAX: i64 = 60_000;
/// Slips whose late confirmation is still passed on.
const LATE_JOBS_MAX: usize = 32;

/// Everything that can happen to a session.
pub enum Event {
    /// The visitor did something.
    Input(KioskInput),
    /// The card process tells something.
    Card(Report),
    /// The printer tells something.
    Printer(slip::printer::Report),
    /// How the ticket asked for under this key came out.
    Issued {
        /// The attempt's key.
        key: Uuid,
        /// How it came out.
        outcome: Outcome<Box<TicketIssued>>,
    },
    /// How taking a number of those at hand came out. When it did, the number is on the disk.
    IssuedHere {
        /// The attempt's key.
        key: Uuid,
        /// The ticket, or why there is none.
        outcome: Result<Here, NoNumber>,
    },
    /// How sending the form of a number that was taken before came out.
    Supplied {
        /// The attempt's key.
        key: Uuid,
        /// The stops that the ticket has now, where the hub told them.
        outcome: Outcome<Option<Vec<String>>>,
    },
    /// What is at hand for the time when the hub is away.
    Stocks(Stocks),
    /// How looking up this booking came out.
    LookedUp {
        /// The number as it was sought.
        number: String,
        /// How it came out.
        outcome: Outcome<BookingView>,
    },
    /// How opening this phone's QR code came out.
    PhoneOpened {
        /// The scan's identity.
        scan: Uuid,
        /// How it came out.
        outcome: Outcome<Opened>,
    },
    /// Staff want a slip printed here, or drawn. Whoever tells it has it in the log.
    Order(Box<PrintOrder>),
    /// A checklist was drawn.
    ChecklistDrawn {
        /// For this job.
        job: JobId,
        /// So many papers it has.
        papers: usize,
    },
    /// How calling staff came out.
    StaffCalled {
        /// Whether the hub has the call.
        delivered: bool,
    },
    /// A message of the live stream.
    Live(Box<Live>),
    /// The hub answers, or no longer.
    Online(bool),
    /// Time passed; see [`Session::next_deadline`].
    Tick,
}

/// How a command to the hub came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Done.
    Done(T),
    /// Certainly not done, for this reason.
    Refused(Code),
    /// No answer, or a failure of the hub: whether it was done is unknown.
    Away,
}

impl<T> Outcome<T> {
    /// The same of something else.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(done) => Outcome::Done(change(done)),
            Self::Refused(code) => Outcome::Refused(code),
            Self::Away => Outcome::Away,
        }
    }
}

/// What a session wants to be done. Nothing in it may be logged: it may hold a digit or an answer.
pub enum Effect {
    /// Tell the card process.
    Card(Request),
    /// Ask the hub for a ticket. The same key asks for the same ticket.
    Issue {
        /// The idempotency key.
        key: Uuid,
        /// What is asked for.
        body: Arc<IssueBody>,
    },
    /// Send the form of a number that was taken before. The same key sends the same form.
    SupplyForms {
        /// The idempotency key.
        key: Uuid,
        /// The ticket's id.
        ticket: String,
        /// The form.
        body: Arc<SupplyBody>,
    },
    /// Take a number of those at hand: write it to the disk, then tell. It goes on paper afterwards.
    IssueHere {
        /// The attempt's key, which the answer carries.
        key: Uuid,
        /// What is asked for.
        body: Arc<IssueBody>,
        /// The key under which the hub was asked for it without an answer.
        replaces: Option<Uuid>,
    },
    /// Look up a booking.
    LookUpBooking {
        /// Its number: capital letters and digits only.
        number: String,
    },
    /// Have a phone's QR code opened.
    OpenPhone {
        /// The scan's identity, which the answer carries.
        scan: Uuid,
        /// What the scanner typed; wiped when it was sent.
        text: Zeroizing<String>,
    },
    /// Print a slip.
    Print {
        /// The job's identity, which the printer's report carries.
        job: JobId,
        /// The printing's identity in the log.
        print: Uuid,
        /// The ticket's id.
        ticket: String,
        /// Which paper of this ticket it is.
        kind: Kind,
        /// The paper before, which the printer may still hold: it forgets that one first, if it can.
        instead_of: Option<JobId>,
        /// What stands on it.
        slip: Box<Slip>,
    },
    /// Draw a checklist and print one of its papers. Nothing of it is written down: it has no number.
    PrintChecklist {
        /// The job's identity, which the printer's report carries.
        job: JobId,
        /// Which of its papers, from 1.
        page: usize,
        /// What stands on it.
        checklist: Box<slip::Checklist>,
    },
    /// Draw a slip for staff; print nothing.
    Draw {
        /// The order's id.
        order: String,
        /// The ticket's id.
        ticket: String,
        /// What stands on it.
        slip: Box<Slip>,
    },
    /// Tell staff what became of what they had printed, or of the office's copy.
    Ordered {
        /// The order's id, or the copy's printing.
        print: Uuid,
        /// The ticket's id.
        ticket: String,
        /// What is known.
        slip: SlipState,
    },
    /// Tell the hub what is known of a slip.
    ReportSlip {
        /// The ticket's id.
        ticket: String,
        /// What is known.
        slip: SlipState,
        /// The idempotency key of this report.
        key: Uuid,
        /// Of which printing; absent where nothing was ever sent to the printer.
        print: Option<Uuid>,
        /// It was a second paper, which the citizen asked for.
        reissued: bool,
    },
    /// Call staff to this kiosk.
    CallStaff {
        /// The idempotency key of this call.
        key: Uuid,
    },
}

/// A source of keys that nobody can guess or repeat.
pub type Keys = Box<dyn FnMut() -> Uuid + Send>;

/// One kiosk: the visitor who stands before it, if any, and what is known of hub, printer and reader.
pub struct Session {
    setup: Setup,
    keys: Keys,
    jobs: u64,
    hall: Hall,
    stocks: Stocks,
    printer: PrinterView,
    /// The same as staff is told it.
    printer_state: PrinterState,
    slips_on_roll: Option<u32>,
    reader: ReaderView,
    /// The card on the reader was there before this visitor: nobody looks at it until it was lifted.
    left_behind: bool,
    /// How often the card process was told to forget and has not said yet that it did.
    forgets: usize,
    help: Help,
    visit: Visit,
    /// The keys of the last presses for which a number at hand was taken.
    replaced: VecDeque<Uuid>,
    /// What each of the last jobs was: a confirmation may come after the visitor left.
    late_jobs: VecDeque<Sheet>,
    /// What staff want printed, until the visitor's own slip is out.
    orders: VecDeque<PrintOrder>,
    /// Tickets whose citizens said that their paper came out, where the printer did not; the oldest go.
    held: VecDeque<String>,
}

/// This kiosk's call for staff.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Help {
    None,
    /// The hub has it; `listed` once the live view showed it.
    Open {
        listed: bool,
    },
}

impl Session {
    /// A kiosk at which nobody stands. `jobs` is where the printer's job numbers begin; let it differ
    /// after every start (the seconds of the clock will do).
    #[must_use]
    pub fn new(setup: Setup, keys: Keys, jobs: u64, now: DateTime<Utc>) -> Self {
        let visit = Visit::new(setup.first_language(), now);
        Self {
            setup,
            keys,
            jobs,
            hall: Hall::default(),
            stocks: Stocks::default(),
            printer: PrinterView::Offline,
            // Nothing was heard of it yet.
            printer_state: PrinterState::Unknown,
            slips_on_roll: None,
            reader: ReaderView::Absent,
            left_behind: false,
            forgets: 0,
            help: Help::None,
            visit,
            replaced: VecDeque::new(),
            late_jobs: VecDeque::new(),
            orders: VecDeque::new(),
            held: VecDeque::new(),
        }
    }

    /// Takes an event in and says what has to be done about it.
    #[must_use]
    pub fn handle(&mut self, event: Event, now: DateTime<Utc>) -> Vec<Effect> {
        // A clock that was set back must not make a visitor stay for hours.
        self.visit.touched_at = self.visit.touched_at.min(now);
        self.clock_is(now);
        let mut effects = Vec::new();
        match event {
            Event::Input(input) => self.input(input, now, &mut effects),
            Event::Card(report) => self.card(report, now, &mut effects),
            Event::Printer(report) => self.printer(report, now, &mut effects),
            Event::Issued { key, outcome } => self.issued(key, outcome, now, &mut effects),
            Event::IssuedHere { key, outcome } => {
                self.issued_here(key, outcome, now, &mut effects);
            }
            Event::Supplied { key, outcome } => self.supplied(key, outcome, now),
            Event::Stocks(stocks) => self.stocks = stocks,
            Event::LookedUp { number, outcome } => self.looked_up(&number, outcome, now),
            Event::PhoneOpened { scan, outcome } => self.phone_opened(scan, outcome, now),
            Event::Order(order) => self.order(*order, &mut effects),
            Event::ChecklistDrawn { job, papers } => self.checklist_drawn(job, papers),
            Event::StaffCalled { delivered } => self.staff_called(delivered),
            Event::Live(live) => self.live(&live, &mut effects),
            Event::Online(online) => self.online(online, now, &mut effects),
            Event::Tick => self.tick(now, &mut effects),
        }
        self.print_checklist(now, &mut effects);
        self.print_orders(now, &mut effects);
        let forgets = |effect: &&Effect| matches!(effect, Effect::Card(Request::Forget));
        self.forgets += effects.iter().filter(forgets).count();
        effects
    }

    /// When [`Event::Tick`] is due next; `None` while nothing waits for time.
    #[must_use]
    pub fn next_deadline(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let of_orders = self.orders_wait_until(now);
        self.deadline_of_visit(now)
            .into_iter()
            .chain(of_orders)
            .min()
    }

    fn deadline_of_visit(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.visit.step {
            Step::Printing { until, .. } | Step::Issuing { until } | Step::Supplying { until } => {
                return Some(*until);
            }
            Step::Done(_) | Step::Idle => {}
            Step::Resume(_)
            | Step::Unattached(_)
            | Step::Search
            | Step::Procedures
            | Step::Plan
            | Step::Means
            | Step::Card(_)
            | Step::Review
            | Step::Question(_)
            | Step::Confirm
            | Step::Papers
            | Step::Take
            | Step::Booking { .. }
            | Step::BookingFound
            | Step::BookingAway { .. }
            | Step::Phone { .. }
            | Step::PhoneAway
            | Step::Trouble(_) => {
                let warn_at = self.warn_at();
                let next = if now < warn_at {
                    Some(warn_at)
                } else {
                    self.wipe_at()
                };
                return self.give_up_at().into_iter().chain(next).min();
            }
        }
        self.wipe_at()
    }

    /// When what is typed of a card is not waited for any longer, because no card came.
    fn give_up_at(&self) -> Option<DateTime<Utc>> {
        let Step::Card(at_reader) = &self.visit.step else {
            return None;
        };
        // A clock that was set back must not make it wait longer.
        let since = at_reader.waits_since()?.min(self.visit.touched_at);
        Some(since + self.stretched(CONFIRMED_WAITS))
    }

    /// When the warning begins to show.
    fn warn_at(&self) -> DateTime<Utc> {
        self.visit.touched_at + self.stretched(self.setup.patience.warn_after)
    }

    /// When the visitor is taken to have gone. `None` where there is nothing to wipe.
    fn wipe_at(&self) -> Option<DateTime<Utc>> {
        let patience = self.setup.patience;
        let silence = match &self.visit.step {
            Step::Idle if self.at_rest() => return None,
            // Whoever went back by mistake is there again by then.
            Step::Idle if self.visit.holds_answers() => patience.wipe_after,
            Step::Idle => patience.warn_after,
            Step::Printing { .. } => return None,
            // Without paper the number or the QR has to be copied; a forgotten card has to be seen.
            Step::Done(issued) if issued.slip != SlipState::Printed => patience.done * 3,
            Step::Done(_) if self.reader == ReaderView::Card => patience.done * 3,
            Step::Done(_) => patience.done,
            Step::Resume(_)
            | Step::Unattached(_)
            | Step::Search
            | Step::Procedures
            | Step::Plan
            | Step::Means
            | Step::Card(_)
            | Step::Review
            | Step::Question(_)
            | Step::Confirm
            | Step::Papers
            | Step::Take
            | Step::Booking { .. }
            | Step::BookingFound
            | Step::BookingAway { .. }
            | Step::Phone { .. }
            | Step::PhoneAway
            | Step::Issuing { .. }
            | Step::Supplying { .. }
            | Step::Trouble(_) => patience.warn_after + patience.wipe_after,
        };
        Some(self.visit.touched_at + self.stretched(silence))
    }

    /// The idle screen as the next visitor should find it: who went back to it may have left answers behind.
    fn at_rest(&self) -> bool {
        self.visit.is_blank()
            && self.visit.staff.is_none()
            && !self.visit.needs_time
            && self.visit.language == self.setup.first_language()
    }

    /// Somebody who waits for staff or asked for more time is given more of it.
    fn stretched(&self, time: TimeDelta) -> TimeDelta {
        if self.visit.needs_time || self.visit.staff.is_some() || self.waits_for_clerk() {
            time * MORE_TIME_FACTOR
        } else {
            time
        }
    }

    fn tick(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(&self.visit.step, Step::Issuing { until } if now >= *until) {
            self.issue_unknown(now, effects);
        }
        if matches!(&self.visit.step, Step::Supplying { until } if now >= *until) {
            self.not_supplied(Trouble::SupplyUnknown);
        }
        if matches!(&self.visit.step, Step::Printing { until, .. } if now >= *until) {
            self.slip_is(SlipState::Unknown, now, effects);
        }
        if self.give_up_at().is_some_and(|at| now >= at) {
            self.at_reader(|it, _| it.give_up_waiting(effects));
        }
        if self.wipe_at().is_some_and(|at| now >= at) {
            self.wipe(now, effects);
        }
    }

    /// The visitor is done or gone: nothing of theirs stays, here or in the card process.
    fn wipe(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.visit = Visit::new(self.setup.first_language(), now);
        // A reader that is away for a moment may come back with a card on it.
        self.left_behind = self.reader != ReaderView::Empty;
        effects.push(Effect::Card(Request::Forget));
    }

    fn input(&mut self, input: KioskInput, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.visit.touched_at = now;
        if self.visit.staff.is_some() {
            return self.input_over_staff_screen(input, now, effects);
        }
        match input {
            KioskInput::Start | KioskInput::Here => {}
            KioskInput::Language { tag } if self.setup.offers(&tag) => self.visit.language = tag,
            KioskInput::Language { .. } => {}
            KioskInput::MoreTime => self.visit.needs_time = true,
            KioskInput::CallStaff => self.call_staff(effects),
            KioskInput::Cancel => self.cancel(now, effects),
            KioskInput::Finish => self.finish(now, effects),
            KioskInput::Back => self.back(effects),
            KioskInput::Retry => self.retry(now, effects),
            KioskInput::Key { digit } => self.at_reader(|it, _| it.key(digit, effects)),
            KioskInput::Erase => self.at_reader(|it, _| it.erase(effects)),
            KioskInput::Enter => self.at_reader(|it, reader| it.enter(reader, now, effects)),
            KioskInput::PrintedBirth { birth } => {
                let (birth, today) = (Zeroizing::new(birth), self.today(now));
                self.at_reader(|it, _| it.printed_birth(birth, today));
            }
            KioskInput::PrintedExpiry { year } => {
                let today = self.today(now);
                self.at_reader(|it, _| it.printed_expiry(year, today));
            }
            KioskInput::CardNumber { number } => {
                let number = Zeroizing::new(number);
                self.at_reader(|it, reader| it.card_number(&number, reader, now, effects));
            }
            KioskInput::Accept => self.accept(now, effects),
            KioskInput::NumberFirst => self.number_first(now, effects),
            KioskInput::GoOn => self.go_on(),
            KioskInput::Confirm => self.confirm(now, effects),
            KioskInput::StartOver => self.start_over(now, effects),
            KioskInput::Attach { yes } => self.attach(yes, now, effects),
            KioskInput::Considerate { yes } => self.considerate(yes),
            KioskInput::Service { id } => self.choose_service(id, now, effects),
            KioskInput::Entry { id } => self.choose_entry(&id, now, effects),
            KioskInput::Search => self.search(),
            KioskInput::Seek { text } => self.seek(text),
            KioskInput::Procedure { id } => self.choose_procedure(&id, now),
            KioskInput::Prepare => self.prepare(),
            KioskInput::AddForm => self.add_form(),
            KioskInput::DropForm { procedure } => self.drop_form(&procedure),
            KioskInput::HandOver => self.hand_over(now, effects),
            KioskInput::UseCard { way } => self.use_card(way, effects),
            KioskInput::TypeByHand => self.type_by_hand(effects),
            KioskInput::Edit { field } => self.edit(field, effects),
            KioskInput::Answer { field, value } => self.answer(&field, value),
            KioskInput::Draft {
                field,
                value,
                another,
            } => self.draft(&field, value, another),
            KioskInput::Person { field, person } => self.choose_person(&field, &person),
            KioskInput::AnotherPerson { field, value } => self.another_person(&field, value),
            KioskInput::BookingNumber { number } => self.seek_booking(&number, effects),
            KioskInput::PhoneCode { text } => self.phone_code(text, effects),
            KioskInput::SlipCameOut { yes } => self.slip_came_out(yes, now, effects),
            KioskInput::Reprint => self.reprint(now, effects),
            KioskInput::PrintChecklist => self.ask_checklist(now),
        }
    }

    /// The screen 「職員がまいります」 takes only what leads away from it; what lies behind stays as it is.
    fn input_over_staff_screen(
        &mut self,
        input: KioskInput,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        match input {
            KioskInput::Back | KioskInput::Accept => self.close_staff_screen(effects),
            KioskInput::Retry | KioskInput::CallStaff => self.call_staff(effects),
            KioskInput::Cancel | KioskInput::Finish => self.cancel(now, effects),
            KioskInput::MoreTime => self.visit.needs_time = true,
            KioskInput::Language { tag } if self.setup.offers(&tag) => self.visit.language = tag,
            KioskInput::Language { .. }
            | KioskInput::Start
            | KioskInput::Here
            | KioskInput::Entry { .. }
            | KioskInput::Search
            | KioskInput::Seek { .. }
            | KioskInput::Procedure { .. }
            | KioskInput::Prepare
            | KioskInput::AddForm
            | KioskInput::DropForm { .. }
            | KioskInput::HandOver
            | KioskInput::UseCard { .. }
            | KioskInput::TypeByHand
            | KioskInput::PrintedBirth { .. }
            | KioskInput::PrintedExpiry { .. }
            | KioskInput::Key { .. }
            | KioskInput::Erase
            | KioskInput::Enter
            | KioskInput::CardNumber { .. }
            | KioskInput::Edit { .. }
            | KioskInput::Answer { .. }
            | KioskInput::Draft { .. }
            | KioskInput::StartOver
            | KioskInput::Attach { .. }
            | KioskInput::Person { .. }
            | KioskInput::AnotherPerson { .. }
            | KioskInput::BookingNumber { .. }
            | KioskInput::PhoneCode { .. }
            | KioskInput::Confirm
            | KioskInput::NumberFirst
            | KioskInput::GoOn
            | KioskInput::Considerate { .. }
            | KioskInput::Service { .. }
            | KioskInput::Reprint
            | KioskInput::PrintChecklist
            | KioskInput::SlipCameOut { .. } => {}
        }
    }

    /// Stopping is possible everywhere but in the moment in which the ticket is made or printed.
    fn cancel(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !matches!(
            self.visit.step,
            Step::Issuing { .. } | Step::Supplying { .. } | Step::Printing { .. }
        ) {
            self.wipe(now, effects);
        }
    }

    fn finish(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Done(_)) {
            self.wipe(now, effects);
        }
    }

    fn call_staff(&mut self, effects: &mut Vec<Effect>) {
        self.visit.staff = Some(StaffScreen::Called);
        self.at_reader(|it, _| it.set_aside(effects));
        if self.help == Help::None {
            let key = (self.keys)();
            effects.push(Effect::CallStaff { key });
        }
    }

    /// The visitor goes on where they were; what lies on the reader is looked at again.
    fn close_staff_screen(&mut self, effects: &mut Vec<Effect>) {
        self.visit.staff = None;
        self.at_reader(|it, reader| it.go_on(reader, effects));
    }

    fn staff_called(&mut self, delivered: bool) {
        if delivered {
            let listed = self.hall.has_call_from(&self.setup.kiosk);
            self.help = Help::Open { listed };
        }
        let came = if delivered {
            StaffScreen::Called
        } else {
            StaffScreen::Failed
        };
        // A call that gets through brings somebody, whoever made it; one that does not is told where it was made.
        self.visit.clerk = self.visit.clerk.map(|_| came);
        if !delivered && self.visit.staff.is_some() {
            self.visit.staff = Some(StaffScreen::Failed);
        }
    }

    fn live(&mut self, live: &Live, effects: &mut Vec<Effect>) {
        if !self.hall.take(live) {
            return;
        }
        if self.hall.has_call_from(&self.setup.kiosk) {
            self.help = Help::Open { listed: true };
        } else if self.help == (Help::Open { listed: true }) {
            // The call was open and is so no longer: somebody has come. (One that was never listed
            // may only not have reached the live view yet.)
            self.help = Help::None;
            if self.visit.staff.is_some() {
                self.close_staff_screen(effects);
            }
        }
    }

    fn online(&mut self, online: bool, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let came_back = online && !self.hall.online;
        self.hall.online = online;
        let in_vain = matches!(self.visit.step, Step::Trouble(Trouble::IssueUnknown));
        let unsent = matches!(self.visit.step, Step::Trouble(Trouble::SupplyUnknown));
        if came_back && (unsent || (in_vain && !self.waits_for_disk())) {
            self.retry(now, effects);
        }
    }
}

fn printer_view(state: PrinterState) -> PrinterView {
    match state {
        // Nothing is known against it.
        PrinterState::Ready | PrinterState::Unknown => PrinterView::Ready,
        PrinterState::NearEnd => PrinterView::NearEnd,
        PrinterState::PaperOut => PrinterView::PaperOut,
        PrinterState::CoverOpen => PrinterView::CoverOpen,
        PrinterState::CutterError | PrinterState::Overheated | PrinterState::Error => {
            PrinterView::Error
        }
        PrinterState::Offline => PrinterView::Offline,
    }
}

fn reader_view(state: ReaderState) -> ReaderView {
    match state {
        ReaderState::Absent => ReaderView::Absent,
        ReaderState::Empty => ReaderView::Empty,
        ReaderState::Card => ReaderView::Card,
    }
}
