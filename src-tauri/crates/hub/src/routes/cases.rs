//! A case for a clerk, on screen. Every opening is written down.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{Extensions, HeaderMap},
};
use queue::{Name, TicketId};
use store::{Case, OpeningPurpose};
use wire::{Code, case::CaseView, command::Role};
use zeroize::Zeroizing;

use crate::{
    case::{self, Wish},
    desk::Desk,
    guard::{Caller, Right},
    owner::{Ask, no_case},
    problem::Refused,
    routes::command::{Sent, ticket_id},
};

/// `GET /api/tickets/{id}/case`.
pub(super) async fn case(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Json<CaseView>, Refused> {
    let session = desk.person_with(&headers, Right::Serve).await?;
    let (ticket, plaintext) = desk
        .open_case(&id, &headers, &from, OpeningPurpose::Screen)
        .await?;
    desk.show(ticket, &plaintext, session.role).await.map(Json)
}

/// `POST /api/tickets/{id}/case`: a clerk changes it, and reads what it is then.
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<CaseView>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let ticket = ticket_id(&id)?;
    let Caller::Person(session) = &known.caller else {
        return Err(Code::Forbidden.into());
    };
    let role = session.role;
    let wish = Wish {
        asked: known.says()?,
        by: session.account.clone(),
        lead: Right::Choose.belongs_to(role),
    };
    known.carried(Ask::ChangeCase { ticket, wish }).await?;
    match desk.owner.peek(ticket).await? {
        Case::Open { plaintext, .. } => desk.show(ticket, &plaintext, role).await.map(Json),
        Case::Erased { .. } => Err(Code::CaseGone.into()),
        Case::None => Err(no_case()),
    }
}

impl Desk {
    /// The plaintext of a ticket's case, for a person who may read it.
    pub(super) async fn open_case(
        &self,
        id: &str,
        headers: &HeaderMap,
        from: &Extensions,
        purpose: OpeningPurpose,
    ) -> Result<(TicketId, Zeroizing<Vec<u8>>), Refused> {
        let session = self.person_with(headers, Right::Serve).await?;
        let ticket: TicketId = id
            .parse()
            .map_err(|_| Refused::with(Code::NotFound, "there is no such ticket"))?;
        let clerk = Name::parse(&session.account)
            .map_err(|error| Refused::internal("naming who reads", &error))?;
        let place = Caller::Person(session).place(from);
        match self.owner.case(ticket, clerk, place, purpose).await? {
            Case::Open { plaintext, .. } => Ok((ticket, plaintext)),
            Case::Erased { .. } => Err(Code::CaseGone.into()),
            Case::None => Err(no_case()),
        }
    }

    /// What a person of this role reads of a case.
    async fn show(
        &self,
        ticket: TicketId,
        plaintext: &[u8],
        role: Role,
    ) -> Result<CaseView, Refused> {
        let reader = case::Reader {
            service: self.owner.service_of(ticket).await?,
            lead: Right::Choose.belongs_to(role),
        };
        let today = self.office.rules.day(self.clock.now()).date();
        let opened = case::open(&self.office, plaintext, today)?;
        Ok(opened.view(&self.office, &reader))
    }
}
