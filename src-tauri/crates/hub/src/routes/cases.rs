//! A case for a clerk, on screen. Every opening is written down.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{Extensions, HeaderMap},
    response::Response,
};
use queue::{Actor, Name, TicketId};
use store::{Action, Case, OpeningPurpose};
use wire::{
    Code,
    case::{CaseView, SupplyForms},
};
use zeroize::Zeroizing;

use crate::{
    case::{self, Reader, Wish},
    desk::Desk,
    guard::{Caller, Right},
    owner::{Ask, Supplied, no_case},
    problem::Refused,
    routes::command::{Sent, service_ids, ticket_id},
};

/// `GET /api/tickets/{id}/case`.
pub(super) async fn case(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Json<CaseView>, Refused> {
    let brought = desk
        .open_case(&id, &headers, &from, OpeningPurpose::Screen)
        .await?;
    desk.show(&brought).await.map(Json)
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
    let (account, role) = (session.account.clone(), session.role);
    let place = known.place().to_owned();
    let wish = Wish {
        asked: known.says()?,
        by: session.account.clone(),
        lead: Right::Choose.belongs_to(role),
    };
    known.carried(Ask::ChangeCase { ticket, wish }).await?;
    let lead = Right::Choose.belongs_to(role);
    desk.show_now(ticket, (account, place), lead)
        .await
        .map(Json)
}

/// `POST /api/tickets/{id}/forms`: a kiosk brings the form of a number that it gave before.
pub(super) async fn supply(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_kiosk(&desk).await?;
    let ticket = ticket_id(&id)?;
    let SupplyForms {
        case: draft,
        services,
        taken_for,
    } = known.says()?;
    let supplied = Supplied {
        ticket,
        draft,
        services: service_ids(&services)?,
        taken_for: service_ids(&taken_for)?,
    };
    known.carry(Ask::SupplyForms(supplied)).await
}

impl Desk {
    /// The plaintext of a ticket's case, for a person who may read it.
    pub(super) async fn open_case(
        &self,
        id: &str,
        headers: &HeaderMap,
        from: &Extensions,
        purpose: OpeningPurpose,
    ) -> Result<Brought, Refused> {
        let session = self.person_with(headers, Right::Serve).await?;
        let ticket: TicketId = id
            .parse()
            .map_err(|_| Refused::with(Code::NotFound, "there is no such ticket"))?;
        let clerk = Name::parse(&session.account)
            .map_err(|error| Refused::internal("naming who reads", &error))?;
        let lead = Right::Choose.belongs_to(session.role);
        let account = session.account.clone();
        let place = Caller::Person(session).place(from);
        let opening = self
            .owner
            .case(ticket, clerk.clone(), place.clone(), purpose);
        match opening.await? {
            Case::Open { plaintext, .. } => {
                let brought = Brought {
                    ticket,
                    plaintext,
                    reader: self.owner.reader_of(ticket, account, lead).await?,
                };
                self.tell_sensitive(&brought, clerk, place).await?;
                Ok(brought)
            }
            Case::Erased { .. } => Err(Code::CaseGone.into()),
            Case::None => Err(no_case()),
        }
    }

    /// What somebody reads of a case that they have just changed, which is written down already. That a sensitive answer is read is
    /// not: a form or a plan that was added may have made their counter the one that reads it.
    pub(super) async fn show_now(
        &self,
        ticket: TicketId,
        (account, place): (String, String),
        lead: bool,
    ) -> Result<CaseView, Refused> {
        match self.owner.peek(ticket).await? {
            Case::Open { plaintext, .. } => {
                let clerk = Name::parse(&account)
                    .map_err(|error| Refused::internal("naming who reads", &error))?;
                let reader = self.owner.reader_of(ticket, account, lead).await?;
                let brought = Brought {
                    ticket,
                    plaintext,
                    reader,
                };
                self.tell_sensitive(&brought, clerk, place).await?;
                self.show(&brought).await
            }
            Case::Erased { .. } => Err(Code::CaseGone.into()),
            Case::None => Err(no_case()),
        }
    }

    /// What somebody reads of a case.
    async fn show(&self, brought: &Brought) -> Result<CaseView, Refused> {
        let prepared = self.owner.prepared_of(brought.ticket).await?;
        let today = self.office.rules.day(self.clock.now()).date();
        let opened = case::open(&self.office, &brought.plaintext, today)?;
        let mut view = opened.view(&self.office, &brought.reader);
        view.prepared = prepared.map(|it| it.0.to_string());
        Ok(view)
    }

    /// Writes down, before it happens, that somebody reads sensitive answers.
    pub(super) async fn tell_sensitive(
        &self,
        brought: &Brought,
        clerk: Name,
        place: String,
    ) -> Result<(), Refused> {
        let today = self.office.rules.day(self.clock.now()).date();
        let sensitive = {
            let opened = case::open(&self.office, &brought.plaintext, today)?;
            opened.tells_sensitive(&opened.veil(&self.office, &brought.reader))
        };
        if !sensitive {
            return Ok(());
        }
        let subject = Some(brought.ticket.to_string());
        self.owner
            .audit(Actor::Clerk(clerk), place, Action::SensitiveShown, subject)
            .await
    }
}

/// A case on its way to somebody.
pub(super) struct Brought {
    pub(super) ticket: TicketId,
    pub(super) plaintext: Zeroizing<Vec<u8>>,
    /// Who they are to it.
    pub(super) reader: Reader,
}
