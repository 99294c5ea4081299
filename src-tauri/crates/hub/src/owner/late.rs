//! Forms that come after their number: filled in at the kiosk while their citizen waits.

use queue::{Actor, ServiceId, Ticket};
use store::{Action, Batch, Case};
use wire::{Code, command::Done};
use zeroize::Zeroizing;

use crate::{
    case,
    owner::{
        Books, Supplied,
        books::By,
        carry::{Carried, json},
    },
    problem::Refused,
};

/// Stops of one ticket beside the present one, as the queue takes them.
const STOPS_MAX: usize = 8;

impl Books {
    /// What somebody filled in becomes the ticket's case, or part of the one that was prepared for it.
    pub(super) fn supply_forms(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        supplied: Supplied,
    ) -> Carried {
        let ticket = supplied.ticket;
        let (brought, then) = match self.accept_late(by.actor, supplied) {
            Ok(accepted) => accepted,
            Err(refused) => return Ok(Err(refused)),
        };
        let now = self.now();
        let way = queue::Command::Plan { ticket, then };
        let (sealed, revision) = match self.readable(batch.case(ticket))? {
            Case::None => {
                if let Err(refused) = self.decide(batch, by, &way)? {
                    return Ok(Err(refused));
                }
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
                // Nothing is refused any more from here on.
                if let Err(refused) = self.decide(batch, by, &way)? {
                    return Ok(Err(refused));
                }
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
    /// Returned with the stops that the ticket has from then on.
    fn accept_late(
        &self,
        actor: &Actor,
        supplied: Supplied,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<ServiceId>), Refused> {
        let moment = self.moment();
        let found = (moment.state.ticket(&supplied.ticket))
            .ok_or_else(|| Refused::with(Code::NotFound, "there is no such ticket"))?;
        if found.issued_by != *actor {
            let detail = "another device issued this ticket";
            return Err(Refused::with(Code::Forbidden, detail));
        }
        if !found.state.is_in_force() {
            return Err(Code::TicketState.into());
        }
        let known: Vec<ServiceId> = (supplied.services.into_iter())
            .filter(|it| moment.office.service(it).is_some())
            .collect();
        let then = stops(found, &known, &supplied.taken_for);
        let services = std::iter::once(&found.service).chain(&then);
        let services = services.map(|it| it.as_str());
        let today = moment.office.rules.day(moment.now).date();
        let accepted = case::accept(moment.office, services, supplied.draft, today, moment.now)?;
        Ok((accepted, then))
    }
}

/// The stops of a ticket that was taken for one way, once its visit needs another: those that are new come to it, those that the way
/// does not need any more leave it, and what a counter planned stays.
fn stops(ticket: &Ticket, needed: &[ServiceId], taken_for: &[ServiceId]) -> Vec<ServiceId> {
    let mut then = ticket.then.clone();
    if needed.is_empty() {
        return then;
    }
    then.retain(|it| !taken_for.contains(it) || needed.contains(it));
    for service in needed {
        let new = !taken_for.contains(service) && *service != ticket.service;
        if new && !then.contains(service) && then.len() < STOPS_MAX {
            then.push(service.clone());
        }
    }
    let place = |it: &ServiceId| needed.iter().position(|needed| needed == it);
    if then.iter().all(|it| place(it).is_some()) {
        then.sort_by_key(place);
    }
    then.dedup();
    if then.first() == Some(&ticket.service) {
        then.remove(0);
    }
    then
}
