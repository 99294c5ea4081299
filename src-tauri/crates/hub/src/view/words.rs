//! The queue's words in the contract's, and back.

use chrono::{DateTime, Utc};
use queue::{CallReason, CancelReason, HoldReason, Opening, Place, SlipState, TicketState};
use wire::office as seen;

pub(super) fn state_of(state: TicketState) -> seen::TicketState {
    match state {
        TicketState::Waiting => seen::TicketState::Waiting,
        TicketState::Called => seen::TicketState::Called,
        TicketState::Serving => seen::TicketState::Serving,
        TicketState::Finished => seen::TicketState::Finished,
        TicketState::Held => seen::TicketState::Held,
        TicketState::NoShow => seen::TicketState::NoShow,
        TicketState::Cancelled => seen::TicketState::Cancelled,
    }
}

pub(super) fn reason_of(reason: CallReason) -> seen::CallReason {
    match reason {
        CallReason::Due => seen::CallReason::Due,
        CallReason::Fcfs => seen::CallReason::Fcfs,
        CallReason::Override => seen::CallReason::Override,
        CallReason::Priority => seen::CallReason::Priority,
        CallReason::Manual => seen::CallReason::Manual,
    }
}

pub(super) fn hold_of(reason: HoldReason) -> seen::HoldReason {
    match reason {
        HoldReason::Writing => seen::HoldReason::Writing,
        HoldReason::Enquiry => seen::HoldReason::Enquiry,
        HoldReason::Preparing => seen::HoldReason::Preparing,
        HoldReason::Away => seen::HoldReason::Away,
        HoldReason::Other => seen::HoldReason::Other,
    }
}

/// Why a clerk sets a ticket aside.
pub(crate) fn hold_from(reason: seen::HoldReason) -> HoldReason {
    match reason {
        seen::HoldReason::Writing => HoldReason::Writing,
        seen::HoldReason::Enquiry => HoldReason::Enquiry,
        seen::HoldReason::Preparing => HoldReason::Preparing,
        seen::HoldReason::Away => HoldReason::Away,
        seen::HoldReason::Other => HoldReason::Other,
    }
}

/// Why a clerk takes a ticket back.
pub(crate) fn cancel_from(reason: seen::CancelReason) -> CancelReason {
    match reason {
        seen::CancelReason::Citizen => CancelReason::Citizen,
        seen::CancelReason::Mistake => CancelReason::Mistake,
        seen::CancelReason::Left => CancelReason::Left,
        seen::CancelReason::Other => CancelReason::Other,
    }
}

/// Where a clerk puts a ticket back into the line.
pub(crate) fn place_from(place: seen::Place) -> Place {
    match place {
        seen::Place::Front => Place::Front,
        seen::Place::Next => Place::Next,
        seen::Place::Kept => Place::Kept,
        seen::Place::End => Place::End,
    }
}

pub(super) fn slip_of(slip: SlipState) -> seen::SlipState {
    match slip {
        SlipState::Pending => seen::SlipState::Pending,
        SlipState::Printed => seen::SlipState::Printed,
        SlipState::Sent => seen::SlipState::Sent,
        SlipState::Unknown => seen::SlipState::Unknown,
        SlipState::Failed => seen::SlipState::Failed,
        SlipState::None => seen::SlipState::None,
    }
}

/// What a kiosk says of the paper.
pub(crate) fn slip_from(slip: seen::SlipState) -> SlipState {
    match slip {
        seen::SlipState::Pending => SlipState::Pending,
        seen::SlipState::Printed => SlipState::Printed,
        seen::SlipState::Sent => SlipState::Sent,
        seen::SlipState::Unknown => SlipState::Unknown,
        seen::SlipState::Failed => SlipState::Failed,
        seen::SlipState::None => SlipState::None,
    }
}

/// Whether a service takes visitors, and when that changes. One that has given all it gives is full while it is open.
pub(crate) fn opening_of(
    opening: Opening,
    is_full: bool,
) -> (seen::Opening, Option<DateTime<Utc>>) {
    match opening {
        Opening::Open { until } if is_full => (seen::Opening::Full, Some(until)),
        Opening::Open { until } => (seen::Opening::Open, Some(until)),
        Opening::BeforeOpening { at } => (seen::Opening::BeforeOpening, Some(at)),
        Opening::Pause { until } => (seen::Opening::Pause, Some(until)),
        Opening::Closed { next } => (seen::Opening::Closed, next),
        Opening::DayOff { next } => (seen::Opening::DayOff, next),
    }
}
