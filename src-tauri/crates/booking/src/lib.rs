#![doc = include_str!("../README.md")]

mod appointment;
mod cursor;
mod engine;
mod number;
mod pace;
mod plan;
mod source;

pub mod caldav;

pub use appointment::{
    REMOTE_ID_BYTES_MAX, RemoteAppointment, RemoteId, SERVICE_REF_CHARS_MAX, SUMMARY_CHARS_MAX,
    Status,
};
pub use cursor::{Cursor, TOKEN_BYTES_MAX, Token};
pub use engine::{COMPLETE_EVERY_MIN, DAYS_AHEAD, Engine, PAGES_MAX};
pub use number::{BookingNumber, NUMBER_CHARS_MAX, NUMBER_CHARS_MIN, canonical};
pub use pace::{Pace, Rhythm, backoff};
pub use plan::{Flag, Guards, Hold, HoldReason, Local, Plan, Round, Staged, plan, stage};
pub use source::{BadItem, BadWhy, Caps, Change, Page, Pull, ReservationSource, SyncError, Window};
