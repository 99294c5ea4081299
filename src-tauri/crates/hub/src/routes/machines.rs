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
    machine::{KioskOrders, KioskReport, OrderPrint, PrintOrder, PrintReport},
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
    desk.drop_ended(name).await?;
    let prints = report.prints.clone();
    let (orders, papers) = desk.machines.take(name, report, desk.clock.now())?;
    let mut again = Vec::new();
    for paper in &papers {
        if !desk.is_noted(paper, caller.actor()?).await {
            again.push(paper.order.clone());
        }
    }
    for copy in prints.iter().filter(|print| print.copy) {
        if !desk.copy_is(name, copy).await {
            again.push(copy.id.clone());
        }
    }
    let orders = serde_json::to_vec(&KioskOrders { orders, again })
        .map_err(|error| Refused::internal("writing orders", &error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], orders).into_response())
}

impl Desk {
    /// Orders that wait for a kiosk, and whose tickets ended in the meantime, are not printed any more.
    async fn drop_ended(&self, kiosk: &str) -> Result<(), Refused> {
        let waiting = self.machines.waiting(kiosk);
        if waiting.is_empty() {
            return Ok(());
        }
        let ended = self.owner.read(move |books, _| {
            let state = books.moment().state;
            let in_force = |ticket: &String| {
                let ticket = ticket.parse().ok().and_then(|id| state.ticket(&id));
                ticket.is_some_and(|it| it.state.is_in_force())
            };
            let ended = waiting.into_iter().filter(|it| !in_force(it));
            ended.collect::<Vec<_>>()
        });
        for paper in self.machines.ended(&ended.await?, self.clock.now()) {
            self.is_noted(&paper, Actor::Hub).await;
        }
        Ok(())
    }

    /// What became of one paper, by itself: false where it could not be written down just now and has to be told
    /// again. What never can be written down is logged, and nobody is asked for it again.
    pub(crate) async fn is_noted(&self, paper: &Paper, by: Actor) -> bool {
        match self.note_paper(paper, by).await {
            Ok(()) => true,
            Err(refused) => {
                tracing::warn!(
                    ?refused,
                    order = paper.order,
                    "what became of a slip could not be written down"
                );
                !matches!(
                    refused.code,
                    Code::Unavailable | Code::Internal | Code::ClockBehind
                )
            }
        }
    }

    /// A kiosk was put out of the office: staff sees it, and nothing waits for it.
    pub(crate) async fn kiosk_is_out(&self, kiosk: &str) {
        for paper in self.machines.put_out(kiosk, self.clock.now()) {
            self.is_noted(&paper, Actor::Hub).await;
        }
    }

    /// What became of a copy for the office.
    async fn copy_is(&self, kiosk: &str, print: &PrintReport) -> bool {
        let Ok(ticket) = ticket_id(&print.ticket) else {
            return true;
        };
        let number = self.owner.read(move |books, _| {
            let ticket = books.moment().state.ticket(&ticket);
            ticket.map(|it| it.number.to_string())
        });
        match number.await {
            Ok(Some(number)) => {
                self.machines.copy(kiosk, print, &number, self.clock.now());
                true
            }
            // Of a day that is over.
            Ok(None) => true,
            Err(_) => false,
        }
    }

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
    let id = known.key().to_string();
    let place = desk.machines.promise(&id, &wanted)?;
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
    let view = place.order(order, desk.clock.now());
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
