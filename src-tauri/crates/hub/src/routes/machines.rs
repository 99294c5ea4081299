//! Kiosks as machines: what they tell of themselves, and slips that staff have printed there.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use queue::Actor;
use uuid::Uuid;
use wire::{
    Code,
    command::TicketIssued,
    machine::{KioskOrders, KioskReport, OrderPrint, PrintOrder},
    office::SlipState,
};

use crate::{
    body,
    desk::Desk,
    guard::{Caller, Right},
    machines::Paper,
    owner::{Ask, Command},
    problem::Refused,
    routes::command::{Sent, ticket_id},
    secret, view,
};

/// `POST /api/kiosk`: a kiosk tells of itself, and is told what to print. It needs no key: telling the same again
/// changes nothing.
pub(super) async fn tell(
    State(desk): State<Arc<Desk>>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, sent) = request.into_parts();
    let caller = desk.kiosk(&parts.headers)?;
    let report: KioskReport = body::parse(&body::read(sent).await?)?;
    let Caller::Kiosk(name) = &caller else {
        return Err(Code::Forbidden.into());
    };
    let (orders, papers) = desk.machines.take(name, report, desk.clock.now())?;
    for paper in &papers {
        desk.note_paper(paper, caller.actor()?).await?;
    }
    let orders = serde_json::to_vec(&KioskOrders { orders })
        .map_err(|error| Refused::internal("writing orders", &error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], orders).into_response())
}

impl Desk {
    /// Writes down what became of the paper of an order; no word makes confirmed paper doubtful. The key follows from
    /// the order and the word, so that a repeated report is one.
    pub(crate) async fn note_paper(&self, paper: &Paper, by: Actor) -> Result<(), Refused> {
        let (Ok(ticket), Ok(order)) = (ticket_id(&paper.ticket), Uuid::parse_str(&paper.order))
        else {
            return Err(Refused::with(Code::BadRequest, "an order is a UUID"));
        };
        let slip = view::slip_from(paper.slip);
        let word = format!("order {order} {slip:?}");
        let print = secret::digest(&word);
        let (half, _) = print.split_at(16);
        let command = Command {
            key: Uuid::from_slice(half).unwrap_or(order),
            print,
            actor: by,
            place: "kiosk".to_owned(),
            ask: Ask::Queue(queue::Command::ReportSlip { ticket, slip }),
        };
        match self.owner.command(command).await {
            // Of a day that is over: nobody asks about that paper any more.
            Err(refused) if refused.code == Code::NotFound => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// `POST /api/tickets/{id}/print`: a clerk wants a ticket's slip from a kiosk's printer, or to see it before.
pub(super) async fn order(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let ticket = ticket_id(&id)?;
    let wanted: OrderPrint = known.says()?;
    desk.machines.may_order(&wanted)?;
    let id = known.key().to_string();
    let ask = Ask::Print {
        ticket,
        kiosk: wanted.kiosk.clone(),
        preview: wanted.preview,
    };
    let issued: TicketIssued = serde_json::from_slice(&known.carried(ask).await?)
        .map_err(|error| Refused::internal("reading a ticket", &error))?;
    let order = PrintOrder {
        id,
        preview: wanted.preview,
        // Only a ticket that never had a paper gets a first one.
        reissued: issued.ticket.slip != SlipState::None,
        issued,
    };
    let view = desk.machines.order(&wanted.kiosk, order, desk.clock.now());
    let view =
        serde_json::to_vec(&view).map_err(|error| Refused::internal("writing an order", &error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], view).into_response())
}

/// `GET /api/prints/{order}/slip.png`: the slip as the kiosk drew it. It names nobody.
pub(super) async fn picture(
    State(desk): State<Arc<Desk>>,
    Path(order): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Refused> {
    desk.person_with(&headers, Right::Serve).await?;
    let picture = desk.machines.picture(&order);
    let picture = picture.ok_or_else(|| Refused::with(Code::NotFound, "there is no picture"))?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/png"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        picture,
    )
        .into_response())
}
