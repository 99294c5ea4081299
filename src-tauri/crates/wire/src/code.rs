//! Stable codes for trouble, and RFC 9457 problem details.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, as a word that never changes its meaning. Pages choose their sentence by it
/// (`problem.<code>` in the words), never by matching text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Code {
    /// 400: the body is no JSON, or not of this command's shape. The page is older than the hub: reload it.
    BadRequest,
    /// 400: a command that changes something came without an `Idempotency-Key`.
    IdempotencyKeyMissing,
    /// 401: nobody is logged in, or the session has ended. Log in again.
    NotLoggedIn,
    /// 401: the name or the password is wrong.
    WrongPassword,
    /// 403: this account or device may not do that.
    Forbidden,
    /// 403: the request comes from a page of another origin.
    WrongOrigin,
    /// 403: the code was used, has expired, or is wrong. Ask for a new one.
    EnrolmentCodeWrong,
    /// 403: this device is not enrolled at this office.
    DeviceUnknown,
    /// 404: no such page, ticket, counter, booking or language.
    NotFound,
    /// 405: this address does not take this method.
    MethodNotAllowed,
    /// 421: the request names a host that is not this office's.
    WrongHost,
    /// 404: no booking has this number today. Check the number, or take a ticket without it.
    BookingUnknown,
    /// 409: the booking was already checked in; the ticket it has is in `detail`.
    BookingUsed,
    /// 409: the service does not exist.
    ServiceUnknown,
    /// 409: the service takes no more visitors now.
    ServiceClosed,
    /// 409: every number of this service is in force.
    NumbersExhausted,
    /// 409: the counter is not open. Open it first.
    CounterClosed,
    /// 409: another clerk has this counter.
    CounterTaken,
    /// 409: the counter still serves a ticket. Finish it first.
    CounterBusy,
    /// 409: nobody waits whom this counter may call.
    NobodyWaiting,
    /// 409: the ticket is not in a state that allows this; somebody was faster, or the page is stale.
    TicketState,
    /// 409: another counter has called the ticket already.
    AlreadyCalled,
    /// 409: there is nothing to undo.
    NothingToUndo,
    /// 409: the ticket was called as often as the office calls. Mark it as not come.
    RecallsExhausted,
    /// 409: the ticket was called a moment ago; wait as long as `Retry-After` says.
    RecallTooSoon,
    /// 409: the service has given all the tickets it gives a day.
    CapacityReached,
    /// 409: the counter pauses. Resume it first.
    CounterPaused,
    /// 409: this counter does not call that service.
    NotCalledHere,
    /// 409: a destination where nobody would call, a plan that repeats itself, an empty assignment.
    Nonsense,
    /// 409: the number is not leased to this kiosk.
    NotLeased,
    /// 409: the business day of the ticket that a kiosk tells of is over; it is to be told no more.
    DayOver,
    /// 409: somebody else has changed the case since it was read. Read it again.
    CaseChanged,
    /// 409: the prepared visit belongs to another ticket.
    PreparedAttached,
    /// 409: the ticket has another prepared visit. Take that one back first, where it is the wrong one.
    TicketPrepared,
    /// 409: no tablet of this counter has said a word lately. Switch it on, or have the form signed on paper.
    TabletAway,
    /// 409: the counter's tablet shows another form. Wait for it, or take it back.
    TabletBusy,
    /// 410: the form is not on the tablet any more: the time is over, it was taken back, or it was changed.
    SignatureOver,
    /// 422: nothing was written, or no more than a dot.
    SignatureEmpty,
    /// 422: the form does not take this value; why is in `detail`, as the code of its sentence (`refusal.<code>`).
    AnswerRefused,
    /// 422: what was scanned is no QR code of a phone page.
    PrefillNotOurs,
    /// 422: the code was not read whole, or something in it was changed.
    PrefillDamaged,
    /// 410: the code was made with a key that this office does not have, or has no more.
    PrefillKeyUnknown,
    /// 410: the code was made too long ago, or by a phone whose date is wrong.
    PrefillTooOld,
    /// 410: the office does not have this procedure any more.
    PrefillProcedureGone,
    /// 409: considerate priority is given by the staff here.
    PriorityByStaff,
    /// 507: the disk of the folder for other systems is full. No file was written, none was changed.
    DiskFull,
    /// 507: the folder for other systems cannot be written. No file was written, none was changed.
    FolderUnwritable,
    /// 413: the request is larger than its limit.
    TooLarge,
    /// 422: the same idempotency key came with another body.
    KeyReused,
    /// 410: the case was erased, or its key is gone.
    CaseGone,
    /// 429: too many attempts; wait as long as `Retry-After` says.
    TooMany,
    /// 500: the hub failed. Nothing was changed, or the same key tells what was.
    Internal,
    /// 503: the hub is starting or stopping, or its inbox is full. Try again.
    Unavailable,
    /// 503: the hub's clock went back. Nothing is refused for it: `/api/health` warns, order and
    /// day stay. Set the clock right.
    ClockBehind,
}

impl Code {
    /// The HTTP status that carries this code.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest | Self::IdempotencyKeyMissing => 400,
            Self::NotLoggedIn | Self::WrongPassword => 401,
            Self::Forbidden
            | Self::WrongOrigin
            | Self::EnrolmentCodeWrong
            | Self::DeviceUnknown => 403,
            Self::NotFound | Self::BookingUnknown => 404,
            Self::MethodNotAllowed => 405,
            Self::BookingUsed
            | Self::ServiceUnknown
            | Self::ServiceClosed
            | Self::NumbersExhausted
            | Self::CounterClosed
            | Self::CounterTaken
            | Self::CounterBusy
            | Self::NobodyWaiting
            | Self::TicketState
            | Self::AlreadyCalled
            | Self::NothingToUndo
            | Self::RecallsExhausted
            | Self::RecallTooSoon
            | Self::CapacityReached
            | Self::CounterPaused
            | Self::NotCalledHere
            | Self::Nonsense
            | Self::NotLeased
            | Self::DayOver
            | Self::CaseChanged
            | Self::TabletAway
            | Self::TabletBusy
            | Self::PreparedAttached
            | Self::TicketPrepared
            | Self::PriorityByStaff => 409,
            Self::CaseGone
            | Self::SignatureOver
            | Self::PrefillKeyUnknown
            | Self::PrefillTooOld
            | Self::PrefillProcedureGone => 410,
            Self::TooLarge => 413,
            Self::WrongHost => 421,
            Self::KeyReused
            | Self::AnswerRefused
            | Self::SignatureEmpty
            | Self::PrefillNotOurs
            | Self::PrefillDamaged => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::ClockBehind => 503,
            Self::DiskFull | Self::FolderUnwritable => 507,
        }
    }
}

/// The body of every refusal: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Problem {
    /// `urn:uketsuke:problem:<code>`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The HTTP status again.
    pub status: u16,
    /// The stable code.
    pub code: Code,
    /// One plain Japanese sentence that says what to do.
    pub title: String,
    /// What this occurrence adds: the ticket, the key, the limit. Never a person's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<String>,
}
