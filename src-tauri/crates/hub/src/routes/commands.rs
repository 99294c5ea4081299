//! Commands: everything that changes the queue.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse as _, Response},
};
use queue::{CounterId, Name, TicketId};
use wire::{
    Code,
    command::{AtCounter, Help, IssueTicket, SlipReport},
    office::SlipState,
};

use crate::{
    body, case,
    desk::Desk,
    guard::{Caller, KEY_HEADER, Right},
    owner::{Ask, Command, parse_key},
    problem::Refused,
    view,
};

/// Kiosks that may call for staff at the same time.
const HELP_CALLS_MAX: usize = 64;

/// `POST /api/tickets`: one press, one ticket.
pub(super) async fn issue(
    State(desk): State<Arc<Desk>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let caller = desk.kiosk_or_clerk(&headers).await?;
    let body = body::read(body).await?;
    let wanted: IssueTicket = body::parse(&body)?;
    let now = desk.clock.now();
    let today = desk.office.rules.day(now).date();
    let case = wanted
        .case
        .map(|draft| case::accept(&desk.office, &wanted.service, draft, today, now))
        .transpose()?;
    let ask = Ask::Issue {
        service: wanted.service,
        language: wanted.language,
        booking: wanted.booking,
        case,
    };
    desk.carry(&caller, &uri, &headers, &body, ask).await
}

/// `POST /api/tickets/{id}/slip`: a kiosk tells what is known of the paper.
pub(super) async fn slip(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let caller = desk.kiosk(&headers)?;
    let body = body::read(body).await?;
    let SlipReport { slip } = body::parse(&body)?;
    if slip == SlipState::Pending {
        return Err(Refused::with(Code::BadRequest, "pending is no report"));
    }
    let command = queue::Command::ReportSlip {
        ticket: ticket_id(&id)?,
        slip: view::slip_from(slip),
    };
    desk.carry(&caller, &uri, &headers, &body, Ask::Queue(command))
        .await
}

/// `POST /api/tickets/{id}/{act}`: a clerk does something with a ticket.
pub(super) async fn ticket(
    State(desk): State<Arc<Desk>>,
    Path((id, act)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let caller = Caller::Person(desk.person_with(&headers, Right::Serve).await?);
    let ticket = ticket_id(&id)?;
    let body = body::read(body).await?;
    let counter = || -> Result<CounterId, Refused> {
        let AtCounter { counter } = body::parse(&body)?;
        counter_id(&counter)
    };
    use queue::Command as C;
    let command = match act.as_str() {
        "call" => C::Call {
            counter: counter()?,
            ticket,
        },
        "recall" => C::Recall {
            counter: counter()?,
            ticket,
        },
        "start" => C::StartService {
            counter: counter()?,
            ticket,
        },
        "finish" => C::Finish {
            counter: counter()?,
            ticket,
        },
        "no-show" => C::NoShow {
            counter: counter()?,
            ticket,
        },
        "restore" => {
            at_counter_or_nothing(&body)?;
            C::Restore { ticket }
        }
        "cancel" => {
            at_counter_or_nothing(&body)?;
            C::Cancel { ticket }
        }
        _ => return Err(no_such_act()),
    };
    desk.carry(&caller, &uri, &headers, &body, Ask::Queue(command))
        .await
}

/// `POST /api/counters/{id}/{act}`: a clerk does something at a counter.
pub(super) async fn counter(
    State(desk): State<Arc<Desk>>,
    Path((id, act)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let session = desk.person_with(&headers, Right::Serve).await?;
    let counter = counter_id(&id)?;
    let body = body::read(body).await?;
    body::nothing(&body)?;
    use queue::Command as C;
    let command = match act.as_str() {
        "open" => C::OpenCounter {
            counter,
            clerk: name(&session.account)?,
        },
        "close" => C::CloseCounter { counter },
        "next" => C::CallNext { counter },
        "undo" => C::Undo { counter },
        _ => return Err(no_such_act()),
    };
    let caller = Caller::Person(session);
    desk.carry(&caller, &uri, &headers, &body, Ask::Queue(command))
        .await
}

/// `POST /api/help`: somebody at a kiosk asks for staff.
pub(super) async fn ask_help(
    State(desk): State<Arc<Desk>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let caller = desk.kiosk(&headers)?;
    let body = body::read(body).await?;
    let Help { kiosk } = body::parse(&body)?;
    let kiosk = name(&kiosk)?;
    if desk.owner.help_calls().await? >= HELP_CALLS_MAX {
        return Err(Refused::with(
            Code::TooMany,
            "too many kiosks call for staff",
        ));
    }
    let command = queue::Command::AskHelp { kiosk };
    desk.carry(&caller, &uri, &headers, &body, Ask::Queue(command))
        .await
}

/// `POST /api/help/answered`: staff has come, says a clerk, or the kiosk itself.
pub(super) async fn answer_help(
    State(desk): State<Arc<Desk>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let caller = desk.kiosk_or_clerk(&headers).await?;
    let body = body::read(body).await?;
    let Help { kiosk } = body::parse(&body)?;
    let command = queue::Command::AnswerHelp {
        kiosk: name(&kiosk)?,
    };
    desk.carry(&caller, &uri, &headers, &body, Ask::Queue(command))
        .await
}

impl Desk {
    async fn carry(
        &self,
        caller: &Caller,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
        ask: Ask,
    ) -> Result<Response, Refused> {
        let key = headers
            .get(KEY_HEADER)
            .ok_or(Refused::from(Code::IdempotencyKeyMissing))?
            .to_str()
            .ok()
            .and_then(parse_key)
            .ok_or_else(|| Refused::with(Code::IdempotencyKeyMissing, "the key is a UUID"))?;
        let print = self.fingerprints.of(&caller.key(), uri.path(), body);
        let command = Command {
            key,
            print,
            actor: caller.actor()?,
            ask,
        };
        let answer = self.owner.command(command).await?;
        let json = (header::CONTENT_TYPE, "application/json");
        Ok(([json], answer).into_response())
    }
}

fn ticket_id(text: &str) -> Result<TicketId, Refused> {
    text.parse()
        .map_err(|_| Refused::with(Code::NotFound, "there is no such ticket"))
}

fn counter_id(text: &str) -> Result<CounterId, Refused> {
    CounterId::parse(text).map_err(|_| Refused::with(Code::NotFound, "there is no such counter"))
}

fn name(text: &str) -> Result<Name, Refused> {
    Name::parse(text).map_err(|error| Refused::with(Code::BadRequest, error.expected))
}

fn at_counter_or_nothing(body: &[u8]) -> Result<(), Refused> {
    body::nothing(body).or_else(|_| body::parse(body).map(|AtCounter { .. }| ()))
}

fn no_such_act() -> Refused {
    Refused::with(Code::NotFound, "there is no such command")
}
