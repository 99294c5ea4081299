//! `GET /api/audit?before=`: who did what, from where, when.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::HeaderMap,
};
use queue::{Actor, Destination, EventKind, TicketId};
use serde::Deserialize;
use store::{Action, Audited};
use wire::command::AuditLine;

use crate::{desk::Desk, guard::Right, problem::Refused};

/// Lines of one answer.
const LINES_MAX: usize = 200;

/// Where the reader was.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<u64>,
}

/// The newest lines before a sequence number.
pub(super) async fn audit(
    State(desk): State<Arc<Desk>>,
    Query(query): Query<Before>,
    headers: HeaderMap,
) -> Result<Json<Vec<AuditLine>>, Refused> {
    desk.person_with(&headers, Right::Audit).await?;
    let before = query.before.unwrap_or(u64::MAX);
    let lines = desk.owner.audit_before(before, LINES_MAX).await?;
    Ok(Json(lines.into_iter().map(line).collect()))
}

fn line(line: store::AuditLine) -> AuditLine {
    let (action, subject) = match line.what {
        Audited::Event(event) => {
            let (action, subject) = told(&event.kind);
            (action.to_owned(), subject)
        }
        Audited::PurgedEvent { kind } => (kind, String::new()),
        Audited::Entry { action, subject } => {
            // A ticket is restored as well; whoever reads must see which of the two it was.
            let word = if action == Action::Restored {
                "backup_restored"
            } else {
                action.name()
            };
            (word.to_owned(), subject.unwrap_or_default())
        }
    };
    AuditLine {
        seq: line.seq,
        at: line.at.timestamp_millis(),
        actor: match line.actor {
            Actor::Kiosk(kiosk) => format!("kiosk:{kiosk}"),
            Actor::Clerk(clerk) => format!("clerk:{clerk}"),
            Actor::Hub => "hub".to_owned(),
        },
        place: line.place,
        action,
        subject,
    }
}

/// An event's word, and about what it was. A ticket that has its number in another line is told by its identity.
fn told(kind: &EventKind) -> (&'static str, String) {
    use EventKind as K;
    let at = |ticket: &TicketId, counter: &dyn std::fmt::Display| format!("{ticket} @{counter}");
    match kind {
        K::DayStarted { day } => ("day_started", day.to_string()),
        K::Issued { ticket, number, .. } => ("issued", format!("{number} {ticket}")),
        K::Leased {
            kiosk, first, last, ..
        } => ("leased", format!("{kiosk} {first}–{last}")),
        K::NumbersSkipped { last, .. } => ("numbers_skipped", last.to_string()),
        K::SlipReported { ticket, slip } => ("slip_reported", format!("{ticket} {slip:?}")),
        K::CounterOpened { counter, clerk, .. } => ("counter_opened", format!("{counter} {clerk}")),
        K::CounterTakenOver { counter, clerk } => {
            ("counter_taken_over", format!("{counter} {clerk}"))
        }
        K::CounterAssigned { counter, .. } => ("counter_assigned", counter.to_string()),
        K::CounterPaused { counter } => ("counter_paused", counter.to_string()),
        K::CounterResumed { counter } => ("counter_resumed", counter.to_string()),
        K::CounterClosed { counter } => ("counter_closed", counter.to_string()),
        K::Called {
            ticket, counter, ..
        } => ("called", at(ticket, counter)),
        K::Recalled { ticket, counter } => ("recalled", at(ticket, counter)),
        K::ServiceStarted { ticket, counter } => ("service_started", at(ticket, counter)),
        K::Finished {
            ticket, counter, ..
        } => ("finished", at(ticket, counter)),
        K::NoShow { ticket, counter } => ("no_show", at(ticket, counter)),
        K::Held { ticket, reason, .. } => ("held", format!("{ticket} {reason:?}")),
        K::Restored { ticket, place } => ("restored", format!("{ticket} {place:?}")),
        K::Transferred { ticket, to, .. } => (
            "transferred",
            match to {
                Destination::Service(service) => format!("{ticket} {service}"),
                Destination::Counter(counter) => at(ticket, counter),
                Destination::Clerk(clerk) => format!("{ticket} {clerk}"),
            },
        ),
        K::Planned { ticket, .. } => ("planned", ticket.to_string()),
        K::Prioritised {
            ticket,
            considerate,
        } => ("prioritised", format!("{ticket} {considerate}")),
        K::Cancelled { ticket, reason } => ("cancelled", format!("{ticket} {reason:?}")),
        K::Undone { ticket, deed, .. } => ("undone", format!("{ticket} {deed:?}")),
        K::StaffDeclared { count } => (
            "staff_declared",
            count.map(|count| count.to_string()).unwrap_or_default(),
        ),
        K::Announced { notice } => (
            "announced",
            notice
                .as_ref()
                .map(|notice| notice.ja.to_string())
                .unwrap_or_default(),
        ),
        K::AlarmRaised { place } => ("alarm_raised", place.to_string()),
        K::AlarmCleared { place } => ("alarm_cleared", place.to_string()),
        K::HelpAsked { kiosk } => ("help_asked", kiosk.to_string()),
        K::HelpAnswered { kiosk } => ("help_answered", kiosk.to_string()),
    }
}
