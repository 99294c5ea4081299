//! Commands about the office as a whole: undo, staff, the notice, alarms, calls for staff, held cancellations.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use queue::Notice;
use wire::{
    Code,
    command::{Alarm, Announce, DeclareStaff, Help},
};

use crate::{
    desk::Desk,
    guard::Right,
    owner::Ask,
    problem::Refused,
    routes::command::{Sent, name, note},
};

/// Kiosks that may call for staff, and places that may raise an alarm, at the same time.
const CALLS_MAX: usize = 64;
/// Nobody's staff is larger.
const STAFF_MAX: u16 = 999;

/// `POST /api/undo`: what this clerk did last to a ticket is undone.
pub(super) async fn undo(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    known.says_nothing()?;
    known.queue(queue::Command::Undo).await
}

/// `POST /api/staff`: how many serve, as 総合案内 sees it.
pub(super) async fn staff(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let DeclareStaff { count } = known.may_say()?.unwrap_or(DeclareStaff { count: None });
    if count.is_some_and(|count| count > STAFF_MAX) {
        return Err(Refused::with(Code::BadRequest, "at most 999 serve"));
    }
    known.queue(queue::Command::DeclareStaff { count }).await
}

/// `POST /api/notice`: what all boards say beside the numbers.
pub(super) async fn notice(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Direct).await?;
    let said: Announce = known.may_say()?.unwrap_or(Announce { ja: None, en: None });
    let en = said.en.as_deref().map(note).transpose()?;
    let notice = match said.ja.as_deref() {
        Some(ja) => Some(Notice { ja: note(ja)?, en }),
        None if en.is_some() => {
            return Err(Refused::with(
                Code::BadRequest,
                "a notice is also in Japanese",
            ));
        }
        None => None,
    };
    known.queue(queue::Command::Announce { notice }).await
}

/// `POST /api/alarm`: a clerk needs help at once.
pub(super) async fn raise(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Any).await?;
    let place = name(&known.says::<Alarm>()?.place)?;
    if desk.owner.calls().await?.alarms >= CALLS_MAX {
        return Err(Refused::with(Code::TooMany, "too many alarms stand"));
    }
    known.queue(queue::Command::RaiseAlarm { place }).await
}

/// `POST /api/alarm/cleared`: somebody is there.
pub(super) async fn clear(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Any).await?;
    let place = name(&known.says::<Alarm>()?.place)?;
    known.queue(queue::Command::ClearAlarm { place }).await
}

/// `POST /api/help`: somebody at a kiosk asks for staff.
pub(super) async fn ask(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_kiosk(&desk).await?;
    let kiosk = name(&known.says::<Help>()?.kiosk)?;
    if desk.owner.calls().await?.help >= CALLS_MAX {
        return Err(Refused::with(
            Code::TooMany,
            "too many kiosks call for staff",
        ));
    }
    known.queue(queue::Command::AskHelp { kiosk }).await
}

/// `POST /api/help/answered`: staff has come, says a clerk, or the kiosk itself.
pub(super) async fn answer(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_kiosk_or_clerk(&desk).await?;
    let kiosk = name(&known.says::<Help>()?.kiosk)?;
    known.queue(queue::Command::AnswerHelp { kiosk }).await
}

/// `POST /api/bookings/release`: somebody has looked at the cancellations that were held back, and agrees.
pub(super) async fn release(
    State(desk): State<Arc<Desk>>,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Direct).await?;
    known.says_nothing()?;
    let answer = known.carry(Ask::ReleaseBookings).await?;
    desk.bookings_released.send_replace(());
    Ok(answer)
}
