//! What kiosks, clerks and the hub may ask of the queue.

use chrono::{DateTime, Utc};

use crate::{
    AppointmentNumber, BusinessDay, CounterId, LanguageTag, Name, Note, Notice, ServiceId, Share,
    SlipState, TicketId, TicketNumber,
};

/// Who acts. Stands on every event, so the log is the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A kiosk, by its name.
    Kiosk(Name),
    /// A clerk, by the account's name.
    Clerk(Name),
    /// The hub itself: the day's turn, a simulation, an administrator's repair.
    Hub,
}

/// A booked slot with which somebody checks in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The number the citizen was given.
    pub number: AppointmentNumber,
    /// Slot start.
    pub start: DateTime<Utc>,
    /// Slot end.
    pub end: DateTime<Utc>,
}

/// What somebody comes for and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The first service.
    pub service: ServiceId,
    /// The services after it, in order; the number stays the same.
    pub then: Vec<ServiceId>,
    /// The booking with which the citizen checks in.
    pub appointment: Option<Appointment>,
    /// Language the citizen chose.
    pub language: LanguageTag,
    /// Considerate priority (高齢・妊娠・障害・乳幼児連れ). Why is nobody's business and is not kept.
    pub considerate: bool,
    /// Whether a finished application comes with it.
    pub has_case: bool,
}

/// Where somebody who was away or set aside waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Before everybody.
    Front,
    /// After whoever is next now.
    Next,
    /// Where the arrival puts it, as if it had never left.
    Kept,
    /// Behind everybody who waits now.
    End,
}

/// Where a ticket is passed on to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// Whoever calls this service. The rest of the plan stays.
    Service(ServiceId),
    /// One counter only, as long as it is open.
    Counter(CounterId),
    /// One person only, as long as they have a counter open.
    Clerk(Name),
}

/// Why a ticket is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldReason {
    /// The citizen is writing (書類記入中).
    Writing,
    /// Another office or section is being asked (確認中).
    Enquiry,
    /// A certificate is being made (作成中).
    Preparing,
    /// The citizen has gone to fetch or to pay something (離席中).
    Away,
    /// Something else.
    Other,
}

/// Why a ticket is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelReason {
    /// The citizen does not need it any more (取りやめ).
    Citizen,
    /// Issued by mistake (間違い発券).
    Mistake,
    /// The citizen has left (帰られた).
    Left,
    /// Something else.
    Other,
}

/// One request. Counters' commands are refused unless the actor has that counter open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Start the business day if its time has come; nothing otherwise. The hub asks by timer,
    /// so that boards empty themselves without a visitor.
    StartDay,
    /// One press, one ticket.
    Issue {
        /// A fresh UUIDv7.
        ticket: TicketId,
        /// For what and how.
        visit: Visit,
    },
    /// Set numbers aside for one kiosk, so that it can go on when the hub is away. Answers with
    /// what the kiosk has already when that is enough; numbers are taken from the end of the range.
    Lease {
        /// The kiosk.
        kiosk: Name,
        /// Of which business day: today or a later one within a week.
        day: BusinessDay,
        /// For what.
        service: ServiceId,
        /// How many unused numbers the kiosk should have.
        count: u16,
    },
    /// A kiosk tells of a ticket that it issued from its lease while the hub was away.
    /// The paper is out: this is only refused when the number was never this kiosk's, the ticket
    /// is known already with another number, or its business day is over by now (the kiosk may
    /// forget it then). Its service may be closed, its capacity reached; a booking that has a ticket already,
    /// considerate priority that is the staff's to give and services that are gone are left out.
    IssueLeased {
        /// The identity that the kiosk made.
        ticket: TicketId,
        /// The number on the paper.
        number: TicketNumber,
        /// For what and how.
        visit: Visit,
        /// When, by the kiosk's clock. Counts only between the lease and now.
        issued_at: DateTime<Utc>,
        /// What is known of the paper.
        slip: SlipState,
    },
    /// Numbers that may stand on paper although this queue does not know them are passed over:
    /// what a restored backup asks for. Hub only.
    SkipNumbers {
        /// Of which service.
        service: ServiceId,
        /// How many.
        count: u16,
    },
    /// What became of the paper.
    ReportSlip {
        /// Whose paper.
        ticket: TicketId,
        /// What is known of it.
        slip: SlipState,
    },
    /// A clerk sits down. A clerk who has another counter open leaves it, unless it is busy.
    OpenCounter {
        /// Where.
        counter: CounterId,
        /// The clerk's account.
        clerk: Name,
    },
    /// Sit down at a counter that a colleague left open, with the ticket that stands there.
    TakeOver {
        /// Where.
        counter: CounterId,
        /// The clerk's account.
        clerk: Name,
    },
    /// What the counter calls from now on, until it closes.
    Assign {
        /// Where.
        counter: CounterId,
        /// At least one.
        services: Vec<Share>,
    },
    /// The counter calls nobody for a while; it may still serve.
    Pause {
        /// Where.
        counter: CounterId,
    },
    /// The counter calls again.
    Resume {
        /// Where.
        counter: CounterId,
    },
    /// Nobody calls there any more. A colleague may close a counter that was left open and idle.
    CloseCounter {
        /// Which.
        counter: CounterId,
    },
    /// Call whoever is next for this counter.
    CallNext {
        /// Where.
        counter: CounterId,
        /// Only of this service, which the counter must call; those passed on to this counter included.
        service: Option<ServiceId>,
    },
    /// Call one chosen ticket: one that waits, is held, or did not come.
    Call {
        /// Where.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
    },
    /// Call the ticket again that was called here.
    Recall {
        /// Where.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
    },
    /// The citizen stands at the counter.
    StartService {
        /// Where.
        counter: CounterId,
        /// Whose.
        ticket: TicketId,
    },
    /// Done here. Also allowed right after the call. A ticket with further services waits for
    /// the next of them, with its number and its arrival.
    Finish {
        /// Where.
        counter: CounterId,
        /// Whose.
        ticket: TicketId,
    },
    /// Called and did not come.
    NoShow {
        /// Where.
        counter: CounterId,
        /// Who.
        ticket: TicketId,
    },
    /// Set a ticket aside: the one at this actor's counter, or one that waits.
    Hold {
        /// Which.
        ticket: TicketId,
        /// Why.
        reason: HoldReason,
    },
    /// Somebody who had not come, or was set aside, waits again.
    Restore {
        /// Who.
        ticket: TicketId,
        /// Where in the line.
        place: Place,
    },
    /// Pass on the ticket at this actor's counter, or one that waits, is held or did not come.
    Transfer {
        /// Which.
        ticket: TicketId,
        /// To whom.
        to: Destination,
        /// What the next one should know; not a person's data.
        note: Option<Note>,
    },
    /// Which services come after the present one.
    Plan {
        /// Whose.
        ticket: TicketId,
        /// In order; none to end after this one.
        then: Vec<ServiceId>,
    },
    /// Give or take considerate priority.
    Prioritise {
        /// Whose.
        ticket: TicketId,
        /// Whether.
        considerate: bool,
    },
    /// Take a ticket back. One that stands at a counter only by that counter's clerk.
    Cancel {
        /// Which.
        ticket: TicketId,
        /// Why.
        reason: CancelReason,
    },
    /// Undo what this clerk last did to a ticket, if nobody has touched it since.
    Undo,
    /// How many of the staff serve now, as 総合案内 sees it; `None` counts counters again.
    DeclareStaff {
        /// People.
        count: Option<u16>,
    },
    /// What all boards say beside the numbers, until the day ends; `None` takes it away.
    Announce {
        /// The sentences.
        notice: Option<Notice>,
    },
    /// A clerk needs help at once (緊急); every console shows it.
    RaiseAlarm {
        /// Where, as people say it: a counter's id or a desk.
        place: Name,
    },
    /// Somebody is there.
    ClearAlarm {
        /// Where.
        place: Name,
    },
    /// Somebody at a kiosk asks for staff.
    AskHelp {
        /// Which kiosk.
        kiosk: Name,
    },
    /// Staff has come.
    AnswerHelp {
        /// Which kiosk.
        kiosk: Name,
    },
}
