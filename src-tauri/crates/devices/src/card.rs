//! Card readers, through a process that can be killed.
//!
//! ```text
//! kiosk ── session::Request ─► CardProcess ── frames on stdin ──► uketsuke-card ── PC/SC ─► reader
//!       ◄─ session::Report ──             ◄─ frames on stdout ──  (holds the digits of the PIN)
//! ```
//!
//! A silent card blocks a transmit for ever, and a blocked transmit cannot be cancelled: the only way out is
//! to end the process. So the process that opens PC/SC is one of its own, small enough to be started again
//! in milliseconds, and it is the only one that ever holds a PIN together.

mod arguments;
mod atr;
mod codec;
mod diagnose;
mod hardening;
mod process;
mod reader;
#[cfg(test)]
mod script;
mod seat;
mod serve;
mod service;
mod watch;
mod watchdog;

pub use arguments::{Arguments, Duty, IssuerKey};
pub use atr::AtrMeaning;
pub use diagnose::{
    Answer, Asked, Atr, Counter, Diagnosis, Language, Measured, ReaderFound, Trouble, Verdict,
    diagnose, tell_findings,
};
pub use process::{CardPort, CardProcess, Settings};
pub use serve::serve;
