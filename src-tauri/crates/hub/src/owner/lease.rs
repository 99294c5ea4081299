//! Numbers that a kiosk may give while the hub is away, and what it tells of afterwards.

use queue::{Actor, BusinessDay, CancelReason, Name, ServiceId, TicketId};
use store::Batch;
use uuid::Uuid;
use wire::{
    Code,
    command::{LeaseView, Leases, TicketIssued},
};

use crate::{
    owner::{
        Books, Leased, OwnerEnded,
        books::By,
        carry::{ANY_PRINT, Carried, json, visit},
    },
    problem::Refused,
    secret,
};

impl Books {
    /// Gives a kiosk the numbers that it should have at hand, today and on the next opening day, and tells it all it has.
    pub(super) fn lease(&mut self, batch: &mut Batch<'_>, by: By<'_>) -> Carried {
        let Actor::Kiosk(kiosk) = by.actor else {
            return Ok(Err(Code::Forbidden.into()));
        };
        let today = self.day();
        let office = std::sync::Arc::clone(&self.office);
        let days = std::iter::once(today).chain(office.rules.next_opening_day(today));
        for day in days {
            for service in &office.rules.services {
                self.lease_one(batch, by, kiosk, day, &service.id)?;
            }
        }
        Ok(json(&Leases {
            at: self.now().timestamp_millis(),
            leases: self.leases_of(kiosk),
        }))
    }

    fn lease_one(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        kiosk: &Name,
        day: BusinessDay,
        service: &ServiceId,
    ) -> Result<(), OwnerEnded> {
        let count = self.office.lease_numbers;
        if count == 0 {
            return Ok(());
        }
        let command = queue::Command::Lease {
            kiosk: kiosk.clone(),
            day,
            service: service.clone(),
            count,
        };
        // A service without numbers to spare leases none, and the others do.
        if let Err(refused) = self.decide(batch, by, &command)? {
            tracing::debug!(%service, %day, code = ?refused.code, "no numbers are leased");
        }
        Ok(())
    }

    /// The numbers that a kiosk has: one entry for each day and service, whatever number of blocks they came in.
    fn leases_of(&self, kiosk: &Name) -> Vec<LeaseView> {
        let rules = &self.office.rules;
        let mut views: Vec<LeaseView> = Vec::new();
        for lease in self.state.leases().filter(|lease| lease.kiosk == *kiosk) {
            let (day, unused) = (lease.day.to_string(), lease.unused.iter());
            let unused = unused.map(ToString::to_string);
            let known = views
                .iter_mut()
                .find(|view| view.day == day && view.service == lease.service.as_str());
            if let Some(known) = known {
                known.unused.extend(unused);
                known.unused.sort_unstable();
                continue;
            }
            let Some(service) = rules.service(&lease.service) else {
                continue;
            };
            let (from, until) = lease.day.bounds(rules.zone, rules.day_starts);
            let ms = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis();
            let spans = rules.spans(service, lease.day).into_iter();
            views.push(LeaseView {
                day,
                from: ms(from),
                until: ms(until),
                service: lease.service.to_string(),
                open: spans.map(|(from, to)| (ms(from), ms(to))).collect(),
                unused: unused.collect(),
            });
        }
        views
    }

    /// Takes in a ticket that a kiosk issued while the hub was away. Told again, it is answered as it is now.
    pub(super) fn issue_leased(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        leased: Leased,
    ) -> Carried {
        let id = leased.ticket;
        let fresh_token = match secret::new_visit_token() {
            Ok(token) => token,
            Err(error) => return Ok(Err(Refused::internal("making a token", &error))),
        };
        let booking = leased.wanted.booking.clone();
        let (visit, case) = visit(leased.wanted, None);
        let command = |appointment| queue::Command::IssueLeased {
            ticket: id,
            number: leased.number,
            visit: queue::Visit {
                appointment,
                ..visit.clone()
            },
            issued_at: leased.issued_at,
            slip: leased.slip,
        };
        // Nothing is taken back for a ticket that is refused.
        if let Err(refused) = self.would_refuse(by, &command(None)) {
            return Ok(Err(refused));
        }
        if let Some(key) = leased.replaces {
            self.take_back(batch, key, id)?;
        }
        let appointment = booking.and_then(|typed| self.appointment(&typed).ok());
        if let Err(refused) = self.decide(batch, by, &command(appointment))? {
            return Ok(Err(refused));
        }
        let answer = match batch.visit_token(id)? {
            Some(token) => self.issued(id, token, by.audience()),
            None => self.hand_out(batch, by, id, fresh_token, case)?,
        };
        if let (Ok(answer), Some(key)) = (&answer, leased.replaces) {
            let before = batch.recall_answer(&key.to_string())?;
            let print = before.map_or(ANY_PRINT, |before| before.body_hash);
            batch.settle_answer(&key.to_string(), &print, answer, self.now())?;
        }
        Ok(answer)
    }

    /// Takes back the ticket that was issued under a key, because another stands on the paper, unless somebody has dealt
    /// with it already.
    fn take_back(
        &mut self,
        batch: &mut Batch<'_>,
        key: Uuid,
        stays: TicketId,
    ) -> Result<(), OwnerEnded> {
        let before = batch.recall_answer(&key.to_string())?;
        let issued: Option<TicketIssued> =
            before.and_then(|before| serde_json::from_slice(&before.answer).ok());
        let ticket = issued.and_then(|issued| issued.ticket.id.parse::<TicketId>().ok());
        let Some(ticket) = ticket.filter(|ticket| *ticket != stays) else {
            return Ok(());
        };
        let command = queue::Command::Cancel {
            ticket,
            reason: CancelReason::Mistake,
        };
        if let Err(Refused { code, .. }) = self.decide(batch, By::HUB, &command)? {
            tracing::warn!(%ticket, ?code, "a ticket that is on no paper stays");
        }
        Ok(())
    }
}
