//! One visitor: where they are, and what they have told so far. Dropping a visit wipes it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use slip::JobId;
use uuid::Uuid;
use wire::{
    Code, Millis, Text,
    case::CaseDraft,
    command::{IssueTicket, TicketIssued},
    office::{BookingView, Bracket, SlipState},
};
use zeroize::Zeroize;

use super::{card::AtReader, form::Form};

/// One visitor's stay at this kiosk.
pub(crate) struct Visit {
    pub(crate) language: String,
    pub(crate) step: Step,
    /// Staff were called: their screen lies over the step, which stays as it is.
    pub(crate) staff: Option<StaffScreen>,
    pub(crate) entry: Option<String>,
    pub(crate) form: Option<Form>,
    /// The questions answered so far, in order: the way back.
    pub(crate) asked: Vec<String>,
    pub(crate) booking: Option<BookingView>,
    /// What the number is for, on the page on which it is taken without a form.
    pub(crate) wanted: Vec<String>,
    /// Considerate priority was asked for.
    pub(crate) considerate: bool,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) touched_at: DateTime<Utc>,
    /// もっと時間が必要 was pressed.
    pub(crate) needs_time: bool,
}

impl Visit {
    pub(crate) fn new(language: &str, now: DateTime<Utc>) -> Self {
        Self {
            language: language.to_owned(),
            step: Step::Idle,
            staff: None,
            entry: None,
            form: None,
            asked: Vec::new(),
            booking: None,
            wanted: Vec::new(),
            considerate: false,
            attempt: None,
            touched_at: now,
            needs_time: false,
        }
    }
}

/// Where the visitor is.
pub(crate) enum Step {
    Idle,
    Procedures,
    Means,
    /// At the reader, from choosing the card until it is read.
    Card(AtReader),
    Review,
    Question(Question),
    Confirm,
    /// What the number is for, and what may be asked before it is taken.
    Take,
    Booking {
        refusal: Option<String>,
        /// The number that is being looked up.
        sought: Option<String>,
    },
    BookingFound,
    /// The booking cannot be looked up: a number without it.
    BookingAway {
        /// What was typed.
        number: String,
    },
    Issuing {
        /// Then the hub is not waited for any longer.
        until: DateTime<Utc>,
    },
    Trouble(Trouble),
    Printing {
        issued: Box<Issued>,
        until: DateTime<Utc>,
    },
    Done(Box<Issued>),
}

impl Step {
    /// The ticket, once there is one.
    pub(crate) fn issued(&self) -> Option<&Issued> {
        if let Self::Printing { issued, .. } | Self::Done(issued) = self {
            Some(issued)
        } else {
            None
        }
    }

    /// Takes the ticket out; the step is then idle. Without a ticket nothing changes.
    pub(crate) fn take_issued(&mut self) -> Option<Box<Issued>> {
        self.issued()?;
        if let Self::Printing { issued, .. } | Self::Done(issued) =
            std::mem::replace(self, Self::Idle)
        {
            Some(issued)
        } else {
            None
        }
    }
}

/// The question on the screen.
pub(crate) struct Question {
    pub(crate) field: String,
    pub(crate) refusal: Option<&'static str>,
    pub(crate) then: Then,
}

/// Where an answer leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// To the next open question.
    Next,
    /// Back to the card's four items.
    Review,
    /// Back to the last page.
    Confirm,
}

/// What could not be done, and what `Retry` does.
pub(crate) enum Trouble {
    /// The ticket: the outcome is unknown, so only the same key may go on.
    IssueUnknown,
    /// The ticket: certainly refused. `Retry` tries with a new key.
    IssueRefused(Code),
    /// The booking's number could not be looked up.
    LookUpAway { number: String },
}

/// The screen over the step while staff are on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaffScreen {
    /// The call goes out, or has gone out.
    Called,
    /// It did not reach the hub.
    Failed,
}

/// A press of "take the ticket", until its outcome is known.
pub(crate) struct Attempt {
    pub(crate) key: Uuid,
    pub(crate) body: Arc<IssueBody>,
    /// The screen to return to when it is refused.
    pub(crate) from: From,
    /// The hub was asked: it may have acted, whatever it answers.
    pub(crate) asked: bool,
    /// A number of those at hand is being taken: from here on no other may go on paper.
    pub(crate) here: Option<Here>,
}

/// A number of those at hand is being taken.
pub(crate) struct Here {
    /// What the hub answered in the meantime; good only when there was no number at hand after all.
    pub(crate) late: Option<Box<TicketIssued>>,
}

/// From where a ticket was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Menu,
    Take,
    Confirm,
    BookingFound,
    BookingAway,
}

/// A ticket that exists.
pub(crate) struct Issued {
    pub(crate) ticket: Number,
    pub(crate) slip: SlipState,
    pub(crate) job: JobId,
    /// The printing's identity in the log.
    pub(crate) print: Uuid,
    /// It is the second paper, marked 再発行.
    pub(crate) reissued: bool,
    /// The office's copy went to the printer.
    pub(crate) copied: bool,
}

/// A ticket as its citizen is told of it, from the hub or from the numbers at hand.
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) service: Text,
    pub(crate) then: Vec<Text>,
    /// The ids of the same services.
    pub(crate) then_ids: Vec<String>,
    pub(crate) area: Option<Text>,
    /// Absent where nobody could know it.
    pub(crate) ahead: Option<u32>,
    pub(crate) wait: Option<Bracket>,
    pub(crate) booked_for: Option<Millis>,
    pub(crate) issued_at: Millis,
    /// The phone's page; absent without the hub, which makes its token.
    pub(crate) url: Option<String>,
}

/// The body of a ticket's command, with a person's answers in it; wiped when the last owner drops it.
pub struct IssueBody(IssueTicket);

impl IssueBody {
    pub(crate) fn new(body: IssueTicket) -> Self {
        Self(body)
    }

    /// The body.
    #[must_use]
    pub fn get(&self) -> &IssueTicket {
        &self.0
    }
}

impl Drop for IssueBody {
    fn drop(&mut self) {
        for said in self.0.case.iter_mut().flat_map(CaseDraft::said_mut) {
            said.zeroize();
        }
    }
}
