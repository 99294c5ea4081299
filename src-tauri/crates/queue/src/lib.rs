#![doc = include_str!("../README.md")]

mod calling;
mod command;
mod day;
mod decide;
mod event;
mod evolve;
mod id;
mod refusal;
mod rules;
mod state;

pub use command::{Actor, Appointment, Command};
pub use day::BusinessDay;
pub use decide::decide;
pub use event::{CallReason, Deed, Event, EventKind, Punctuality, SlipState};
pub use evolve::Contradiction;
pub use id::{
    AppointmentNumber, CounterId, LanguageTag, Malformed, Name, ServiceId, TicketId, TicketNumber,
};
pub use refusal::Refusal;
pub use rules::{CallingRules, Counter, RuleMistake, Rules, Service};
pub use state::{Desk, State, Ticket, TicketState};
