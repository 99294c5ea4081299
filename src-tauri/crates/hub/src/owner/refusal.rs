//! The queue's refusals, with their stable codes.

use queue::{Refusal, TicketNumber, TicketState};
use wire::Code;

use crate::problem::Refused;

/// A refusal as it is answered. The facts in it name numbers and counters, no person but the clerk
/// who has a counter. A call that is refused because somebody else was faster says so.
pub(super) fn refused(refusal: &Refusal, is_call: bool) -> Refused {
    let code = match refusal {
        Refusal::BookingUsed { ticket_number, .. } => return used(*ticket_number),
        Refusal::RecallTooSoon { wait_s, .. } => {
            return Refused {
                retry_after_s: Some(u64::from(*wait_s)),
                ..Refused::with(Code::RecallTooSoon, refusal.to_string())
            };
        }
        Refusal::TicketUnknown(_) | Refusal::CounterUnknown(_) => Code::NotFound,
        Refusal::ServiceUnknown(_) => Code::ServiceUnknown,
        Refusal::ServiceClosed { .. } => Code::ServiceClosed,
        Refusal::NumbersExhausted(_) => Code::NumbersExhausted,
        Refusal::CapacityReached { .. } => Code::CapacityReached,
        Refusal::CounterClosed(_) => Code::CounterClosed,
        Refusal::CounterTaken { .. } => Code::CounterTaken,
        Refusal::CounterBusy { .. } => Code::CounterBusy,
        Refusal::CounterPaused(_) => Code::CounterPaused,
        Refusal::NobodyWaiting(_) => Code::NobodyWaiting,
        Refusal::NotCalledHere { .. } => Code::NotCalledHere,
        Refusal::TicketState {
            state: TicketState::Called | TicketState::Serving,
            ..
        } if is_call => Code::AlreadyCalled,
        Refusal::TicketState { .. } => Code::TicketState,
        Refusal::RecallsExhausted { .. } => Code::RecallsExhausted,
        Refusal::Nonsense(_) => Code::Nonsense,
        Refusal::NotLeased(_) => Code::NotLeased,
        Refusal::DayOver { .. } => Code::DayOver,
        Refusal::PriorityByStaff(_) => Code::PriorityByStaff,
        Refusal::HubOnly => Code::Forbidden,
        Refusal::NothingToUndo => Code::NothingToUndo,
    };
    Refused::with(code, refusal.to_string())
}

/// The booking has this ticket.
pub(super) fn used(number: TicketNumber) -> Refused {
    Refused::with(Code::BookingUsed, number.to_string())
}
