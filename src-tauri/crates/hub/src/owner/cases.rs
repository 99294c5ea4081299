//! Cases at counters: a change is carried like any command, and what is remembered of it names nobody.

use chrono::TimeDelta;
use paper::CaseCode;
use queue::{Desk, Name, ServiceId, TicketId};
use serde::{Deserialize, Serialize};
use store::{Action, Batch, Case, OpeningPurpose, StoreError};
use wire::Code;

use crate::{
    case::{self, Owns, Reader, Wish},
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
        let plaintext = match self.readable(batch.case(ticket))? {
            Case::Open { plaintext, .. } => plaintext,
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
            Case::None => return Ok(Err(no_case())),
        };
        let moment = self.moment();
        let service = moment.state.ticket(&ticket).map(|it| &it.service);
        let reader = self.reader(service, &wish.by, wish.lead);
        let today = moment.office.rules.day(moment.now).date();
        let changed = case::change(moment.office, &plaintext, wish, &reader, today, moment.now);
        let changed = match changed {
            Ok(changed) => changed,
            Err(refused) => return Ok(Err(refused)),
        };
        batch.reseal_case(ticket, &changed.plaintext)?;
        // A form that a clerk adds may have to be kept longer than what was there.
        let until = case::keep_until(&self.office, &changed.plaintext, changed.finished_at);
        if let Some(until) = until {
            batch.keep_case_until(ticket, until)?;
        }
        // What stood there before may still lie in the log of changes.
        self.erased = true;
        let subject = format!("{ticket} {}", changed.about);
        self.audit(batch, by, Action::CaseChanged, Some(subject))?;
        self.void_signatures(batch, by, ticket, &changed.plaintext)?;
        self.case_changed(ticket, changed.revision);
        Ok(json(&Revised {
            revision: changed.revision,
        }))
    }
}

impl Books {
    /// A case as it was found. One that does not open is as good as gone, and ends nothing but itself: the file of the hub's key was
    /// exchanged, or somebody edited the database. Whoever keeps the system is told by the log.
    pub(super) fn readable(&self, found: Result<Case, StoreError>) -> Result<Case, StoreError> {
        match found {
            Err(StoreError::Sealed) => {
                tracing::error!(
                    "a sealed case does not open: is case.key the one that it was sealed with?"
                );
                Ok(Case::Erased { at: self.now() })
            }
            found => found,
        }
    }

    /// Who somebody is to a case whose ticket waits for a service or is served there. Sensitive answers are for the counter that the
    /// ticket is at: for whoever has a counter open now that calls for that service.
    pub(crate) fn reader(&self, service: Option<&ServiceId>, account: &str, lead: bool) -> Reader {
        let all = lead && self.office.leads_see_sensitive;
        let here = service.filter(|it| self.calls_for(account, it));
        Reader {
            service: service.map(ToString::to_string),
            lead,
            owns: if all {
                Owns::All
            } else {
                Owns::Services(here.map(ToString::to_string).into_iter().collect())
            },
        }
    }

    /// Whose sensitive answers somebody hands on: those of the services that their open counter calls for.
    pub(crate) fn owner_of_services(&self, account: &str, lead: bool) -> Owns {
        if lead && self.office.leads_see_sensitive {
            return Owns::All;
        }
        let desk = self.desk_of(account);
        let services = desk.into_iter().flat_map(|it| &it.services);
        Owns::Services(services.map(|it| it.service.to_string()).collect())
    }

    fn calls_for(&self, account: &str, service: &ServiceId) -> bool {
        let desk = self.desk_of(account);
        desk.is_some_and(|it| it.services.iter().any(|it| it.service == *service))
    }

    pub(super) fn desk_of(&self, account: &str) -> Option<&Desk> {
        let clerk = Name::parse(account).ok()?;
        let state = self.moment().state;
        state.counter_of(&clerk).and_then(|it| state.counter(it))
    }
}

impl Owner {
    /// Who somebody is to the case of a ticket, of whatever day.
    pub(crate) async fn reader_of(
        &self,
        ticket: TicketId,
        account: String,
        lead: bool,
    ) -> Result<Reader, Refused> {
        self.read(move |books, reader| {
            let today = books.moment().state.ticket(&ticket);
            let service = match today {
                Some(ticket) => Some(ticket.service.clone()),
                None => reader.present_service(ticket)?,
            };
            Ok(books.reader(service.as_ref(), &account, lead))
        })
        .await?
        .map_err(|error: StoreError| Refused::internal("reading a ticket", &error))
    }

    /// Whose sensitive answers somebody hands on.
    pub(crate) async fn owner_of_services(
        &self,
        account: String,
        lead: bool,
    ) -> Result<Owns, Refused> {
        self.read(move |books, _| books.owner_of_services(&account, lead))
            .await
    }

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
}

/// A ticket came without one.
pub(crate) fn no_case() -> Refused {
    Refused::with(Code::NotFound, "the ticket has no application")
}
