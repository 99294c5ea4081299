//! Cases at counters: a change is carried like any command, and what is remembered of it names nobody.

use chrono::TimeDelta;
use paper::CaseCode;
use queue::{Name, TicketId};
use serde::{Deserialize, Serialize};
use store::{Action, Batch, Case, OpeningPurpose, StoreError};
use wire::Code;

use crate::{
    case::{self, Wish},
    owner::{
        Books, Owner,
        books::By,
        carry::{Carried, json},
        unreadable_case,
    },
    problem::Refused,
};

/// For so long a paper whose case is gone is still told from a paper of nobody's.
const PAPER_OUTLIVES_CASE: TimeDelta = TimeDelta::days(30);

/// What a case's paper says of its ticket.
pub(crate) struct Marks {
    /// What stands on the slip.
    pub(crate) number: Option<String>,
    /// What names the case to the office's consoles.
    pub(crate) code: Option<CaseCode>,
}

/// What is remembered as the answer to a change. The case itself is opened anew: answers are kept in the clear.
#[derive(Serialize, Deserialize)]
pub(crate) struct Revised {
    /// The revision that the change led to.
    pub(crate) revision: u32,
}

impl Books {
    /// Changes a sealed case. It is sealed anew with a new key, so that what stood there before is erased with the old one.
    pub(super) fn change_case(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
        wish: &Wish,
    ) -> Carried {
        let plaintext = match batch.case(ticket)? {
            Case::Open { plaintext, .. } => plaintext,
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
            Case::None => return Ok(Err(no_case())),
        };
        let moment = self.moment();
        let reader = case::Reader {
            service: moment
                .state
                .ticket(&ticket)
                .map(|it| it.service.to_string()),
            lead: wish.lead,
        };
        let today = moment.office.rules.day(moment.now).date();
        let changed = case::change(moment.office, &plaintext, wish, &reader, today, moment.now);
        let changed = match changed {
            Ok(changed) => changed,
            Err(refused) => return Ok(Err(refused)),
        };
        batch.reseal_case(ticket, &changed.plaintext)?;
        // What stood there before may still lie in the log of changes.
        self.erased = true;
        let subject = format!("{ticket} {}", changed.about);
        self.audit(batch, by, Action::CaseChanged, Some(subject))?;
        self.case_changed(ticket, changed.revision);
        Ok(json(&Revised {
            revision: changed.revision,
        }))
    }
}

impl Owner {
    /// Opens a case, after it is written down who does and for what.
    pub(crate) async fn case(
        &self,
        ticket: TicketId,
        clerk: Name,
        place: String,
        purpose: OpeningPurpose,
    ) -> Result<Case, Refused> {
        match self.peek(ticket).await? {
            Case::Open { .. } => {}
            other @ (Case::None | Case::Erased { .. }) => return Ok(other),
        }
        let subject = Some(ticket.to_string());
        self.audit(queue::Actor::Clerk(clerk), place, purpose.into(), subject)
            .await?;
        self.peek(ticket).await
    }

    /// Opens a case for whoever has just changed it, which is written down already.
    pub(crate) async fn peek(&self, ticket: TicketId) -> Result<Case, Refused> {
        self.read(move |_, reader| reader.case(ticket))
            .await?
            .map_err(unreadable_case)
    }

    /// What stands on the slip of a ticket, of whatever day.
    pub(crate) async fn number(&self, ticket: TicketId) -> Result<Option<String>, Refused> {
        self.read(move |_, reader| reader.number(ticket))
            .await?
            .map_err(|error| Refused::internal("reading a ticket", &error))
    }

    /// What a case's paper says of its ticket: the number, and the code that names the case.
    pub(crate) async fn marks(&self, ticket: TicketId) -> Result<Marks, Refused> {
        self.read(move |_, reader| {
            Ok(Marks {
                number: reader.number(ticket)?,
                code: reader.case_code(ticket)?.map(CaseCode::of),
            })
        })
        .await?
        .map_err(|error: StoreError| Refused::internal("reading a ticket", &error))
    }

    /// The ticket whose case a paper names, also for some days after the case was erased.
    pub(crate) async fn ticket_of_code(&self, code: CaseCode) -> Result<Option<TicketId>, Refused> {
        self.read(move |books, reader| {
            let since = books.now() - PAPER_OUTLIVES_CASE;
            reader.ticket_of_case_code(&code.bits(), since)
        })
        .await?
        .map_err(|error| Refused::internal("looking for a case", &error))
    }

    /// The service for which a ticket of today waits or is served.
    pub(crate) async fn service_of(&self, ticket: TicketId) -> Result<Option<String>, Refused> {
        self.read(move |books, _| {
            let found = books.moment().state.ticket(&ticket);
            found.map(|ticket| ticket.service.to_string())
        })
        .await
    }
}

/// A ticket came without one.
pub(crate) fn no_case() -> Refused {
    Refused::with(Code::NotFound, "the ticket has no application")
}
