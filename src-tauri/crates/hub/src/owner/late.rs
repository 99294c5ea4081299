//! Forms that come after their number: filled in at the kiosk while their citizen waits.

use queue::{Actor, TicketId};
use store::{Action, Batch, Case};
use wire::{Code, case::CaseDraft, command::Done};
use zeroize::Zeroizing;

use crate::{
    case,
    owner::{
        Books,
        books::By,
        carry::{Carried, json},
    },
    problem::Refused,
};

impl Books {
    /// What somebody filled in becomes the ticket's case, or part of the one that was prepared for it.
    pub(super) fn supply_forms(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
        draft: CaseDraft,
    ) -> Carried {
        let brought = match self.accept_late(by.actor, ticket, draft) {
            Ok(brought) => brought,
            Err(refused) => return Ok(Err(refused)),
        };
        let now = self.now();
        let (sealed, revision) = match self.readable(batch.case(ticket))? {
            Case::None => {
                batch.seal_case(ticket, &brought, now)?;
                self.audit(batch, by, Action::CaseStarted, Some(ticket.to_string()))?;
                (brought, 1)
            }
            Case::Open { plaintext, .. } => {
                let moment = (self.office.rules.day(now).date(), now);
                let from = match by.actor {
                    Actor::Kiosk(name) | Actor::Clerk(name) => name.as_str(),
                    Actor::Hub => "hub",
                };
                let merged = case::merge(&self.office, &plaintext, &brought, from, moment);
                let merged = match merged {
                    Ok(merged) => merged,
                    Err(refused) => return Ok(Err(refused)),
                };
                let revisions = (plaintext.as_slice(), merged.revision);
                let own = match self.own_with(batch, by, (ticket, &brought), revisions)? {
                    Ok(own) => own,
                    Err(refused) => return Ok(Err(refused)),
                };
                if let Some(own) = own {
                    own.keep(batch, ticket)?;
                }
                batch.reseal_case(ticket, &merged.plaintext)?;
                // What stood there before may still lie in the log of changes.
                self.erased = true;
                let subject = format!("{ticket} forms");
                self.audit(batch, by, Action::CaseChanged, Some(subject))?;
                self.void_signatures(batch, by, ticket, &merged.plaintext)?;
                (merged.plaintext, merged.revision)
            }
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
        };
        if let Some(until) = case::keep_until(&self.office, &sealed, now) {
            batch.keep_case_until(ticket, until)?;
        }
        self.case_came(ticket, revision, true);
        let moment = self.moment();
        let found = moment.state.ticket(&ticket);
        Ok(json(&Done {
            ticket: found.map(|it| moment.ticket(it, by.audience())),
        }))
    }

    /// The kiosk that gave the number may bring its form, as long as the number is in force; the form is checked as it is with a press.
    fn accept_late(
        &self,
        actor: &Actor,
        ticket: TicketId,
        draft: CaseDraft,
    ) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let moment = self.moment();
        let found = (moment.state.ticket(&ticket))
            .ok_or_else(|| Refused::with(Code::NotFound, "there is no such ticket"))?;
        if found.issued_by != *actor {
            let detail = "another device issued this ticket";
            return Err(Refused::with(Code::Forbidden, detail));
        }
        if !found.state.is_in_force() {
            return Err(Code::TicketState.into());
        }
        let services = std::iter::once(&found.service).chain(&found.then);
        let services = services.map(|it| it.as_str());
        let today = moment.office.rules.day(moment.now).date();
        case::accept(moment.office, services, draft, today, moment.now)
    }
}
