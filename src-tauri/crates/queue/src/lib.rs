#![doc = include_str!("../README.md")]

mod calendar;
mod calling;
mod check;
mod command;
mod day;
mod decide;
mod estimate;
mod event;
mod evolve;
mod id;
mod line;
mod numbers;
mod refusal;
mod rules;
mod state;
mod undo;

pub use calendar::{Calendar, Hours, Opening, SpecialDay};
pub use check::Violation;
pub use command::{
    Actor, Appointment, CancelReason, Command, Destination, HoldReason, Place, Visit,
};
pub use day::BusinessDay;
pub use decide::decide;
pub use estimate::{Bracket, Pace};
pub use event::{CallReason, Deed, Event, EventKind, Punctuality, SlipState};
pub use evolve::Contradiction;
pub use id::{
    AppointmentNumber, CounterId, LanguageTag, Malformed, Name, Note, Notice, ServiceId, TicketId,
    TicketNumber,
};
pub use numbers::ANY_KIOSK;
pub use refusal::Refusal;
pub use rules::{AfterClosing, CallingRules, Counter, RuleMistake, Rules, Service, Share, Weight};
pub use state::{Desk, Lease, Staff, State, Ticket, TicketState};
