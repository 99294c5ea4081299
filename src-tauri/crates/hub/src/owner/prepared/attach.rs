//! What was prepared becomes a ticket's case, and is taken back.
//!
//! A visit that was given to the wrong ticket is undone without leaving one family's answers with another. So both sides stay, each for
//! itself, until the turn of the day: what was handed over, and what the ticket has of its own.

use queue::{Actor, Name, Ticket, TicketId, TicketState};
use store::{Action, Attached, Batch, Case, Prepared, PreparedId, StoreError};
use wire::Code;
use zeroize::Zeroizing;

use super::{Known, Preparer, key_of, no_visit, subject};
use crate::{
    case,
    owner::{
        Books, OwnerEnded,
        books::By,
        carry::{Carried, json},
    },
    problem::Refused,
};

/// A refusal inside what only a broken database ends.
type Perhaps<T> = Result<Result<T, Refused>, OwnerEnded>;

/// What becomes of a ticket's case when its visit is taken back.
struct Apart {
    /// What goes back to the visit.
    back: Zeroizing<Vec<u8>>,
    /// What the ticket keeps.
    own: Option<Zeroizing<Vec<u8>>>,
    /// The revision of both: nobody has read it of either.
    revision: u32,
    /// Forms of the ticket that count as signed no more.
    unsigned: Vec<String>,
}

/// What a ticket has of its own beside what was prepared for it.
pub(in crate::owner) struct Own {
    /// What was prepared.
    of: PreparedId,
    plaintext: Zeroizing<Vec<u8>>,
    /// At which nothing but the two stands in the ticket's case.
    revision: u32,
}

impl Own {
    pub(in crate::owner) fn keep(
        &self,
        batch: &mut Batch<'_>,
        ticket: TicketId,
    ) -> Result<(), StoreError> {
        batch.keep_own(self.of, ticket, &self.plaintext, self.revision)
    }
}

impl Books {
    pub(super) fn attach(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        (id, ticket): (PreparedId, TicketId),
        who: &Preparer,
    ) -> Carried {
        let Some(prepared) = batch.prepared(id)? else {
            return Ok(Err(no_visit()));
        };
        let touched = match self.touched(batch, &prepared)? {
            Ok(touched) => touched,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Err(refused) = self.may_prepare(&who.account, who.lead, &prepared.service, &touched)
        {
            return Ok(Err(refused));
        }
        let done = json(&Known::of(id));
        match prepared.attached {
            Some(attached) if attached.ticket == ticket => return Ok(done),
            Some(_) => return Ok(Err(Code::PreparedAttached.into())),
            None => {}
        }
        if let Err(refused) = self.in_force(ticket) {
            return Ok(Err(refused));
        }
        if batch.prepared_of_ticket(ticket)?.is_some() {
            return Ok(Err(Code::TicketPrepared.into()));
        }
        let handed = self.hand_over(batch, by, &prepared, ticket)?;
        Ok(handed.and(done))
    }

    pub(super) fn detach(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        (id, drop_changes): (PreparedId, bool),
        who: &Preparer,
    ) -> Carried {
        let Some(prepared) = batch.prepared(id)? else {
            return Ok(Err(no_visit()));
        };
        let Some(attached) = prepared.attached else {
            let detail = "it belongs to no ticket";
            return Ok(Err(Refused::with(Code::Nonsense, detail)));
        };
        let found = self.moment().state.ticket(&attached.ticket);
        // With the day the visit's own original has gone.
        let Some(found) = found.filter(|_| prepared.erased_at.is_none()) else {
            return Ok(Err(Code::DayOver.into()));
        };
        let is_taken_back = found.state == TicketState::Cancelled;
        if !found.state.is_in_force() && !is_taken_back {
            let detail = "the visit is over; what was done for it stays with its number";
            return Ok(Err(Refused::with(Code::TicketState, detail)));
        }
        let touched = match self.touched(batch, &prepared)? {
            Ok(touched) => touched,
            Err(refused) => return Ok(Err(refused)),
        };
        let found = self.moment().state.ticket(&attached.ticket);
        let may = found.map(|it| self.may_detach(who, &prepared, it, &touched));
        if let Some(Err(refused)) = may {
            return Ok(Err(refused));
        }
        let taken = self.part(batch, by, (&prepared, attached), drop_changes)?;
        Ok(taken.and(json(&Known::of(id))))
    }

    /// The services that a visit touches, as it is now, here or at its ticket.
    fn touched(&self, batch: &Batch<'_>, prepared: &Prepared) -> Perhaps<Vec<String>> {
        let case = match prepared.attached {
            Some(attached) => batch.case(attached.ticket),
            None => batch.prepared_case(prepared.id),
        };
        let Case::Open { plaintext, .. } = self.readable(case)? else {
            return Ok(Err(Code::CaseGone.into()));
        };
        let opened = case::open(&self.office, &plaintext, self.day_of(prepared));
        Ok(opened.map(|it| it.touches(&self.office)))
    }

    /// At a counter a ticket is that counter's; elsewhere its visit is whoever's may prepare it.
    fn may_detach(
        &self,
        who: &Preparer,
        prepared: &Prepared,
        ticket: &Ticket,
        touched: &[String],
    ) -> Result<(), Refused> {
        let here = ticket.counter.as_ref();
        let Some(here) = here.filter(|_| ticket.state.is_at_counter()) else {
            return self.may_prepare(&who.account, who.lead, &prepared.service, touched);
        };
        let clerk = Name::parse(&who.account).ok();
        let counter = clerk.and_then(|it| self.moment().state.counter_of(&it));
        let is_theirs = counter == Some(here);
        if who.lead || is_theirs {
            return Ok(());
        }
        let detail = format!("the ticket is at counter {here}");
        Err(Refused::with(Code::Forbidden, detail))
    }

    /// A booking was checked in: what was prepared for it is the ticket's from now on. What keeps it from that keeps nobody from a ticket.
    pub(in crate::owner) fn take_prepared(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
    ) -> Result<(), OwnerEnded> {
        let found = self.moment().state.ticket(&ticket);
        let Some((booked, _)) = found.and_then(|it| it.appointment.clone()) else {
            return Ok(());
        };
        let Some(booking) = self.bookings.numbered(&booked.number) else {
            return Ok(());
        };
        let Some(mut prepared) = batch.prepared_of(&key_of(booking))? else {
            return Ok(());
        };
        if let Some(attached) = prepared.attached.filter(|it| it.ticket != ticket)
            && self.is_taken_back(attached.ticket)
            && prepared.erased_at.is_none()
        {
            // The ticket was given by mistake and taken back. Where it was this booking's too, what is in its case comes along; where the
            // visit had been attached to a stranger's, each gets what is theirs.
            let before = self.moment().state.ticket(&attached.ticket);
            let booked_before = before.and_then(|it| it.appointment.as_ref());
            let is_the_same = booked_before.is_some_and(|(it, _)| it.number == booked.number);
            let taken = if is_the_same {
                self.take_along(batch, (&prepared, attached))?
            } else {
                self.part(batch, by, (&prepared, attached), true)?
            };
            if taken.is_ok() {
                prepared.attached = None;
            }
        }
        if prepared.attached.is_some() || prepared.erased_at.is_some() {
            return Ok(());
        }
        if let Err(refused) = self.hand_over(batch, by, &prepared, ticket)? {
            tracing::warn!(%ticket, code = ?refused.code, "what was prepared did not become the ticket's");
        }
        Ok(())
    }

    /// All of a ticket's case is the visit's again.
    fn take_along(
        &mut self,
        batch: &mut Batch<'_>,
        (prepared, attached): (&Prepared, Attached),
    ) -> Perhaps<()> {
        let ticket = attached.ticket;
        let Case::Open { plaintext, .. } = self.readable(batch.case(ticket))? else {
            return Ok(Err(Code::CaseGone.into()));
        };
        batch.detach_prepared(prepared.id, ticket, &plaintext, None)?;
        self.erased = true;
        self.case_came(ticket, 1, false);
        Ok(Ok(()))
    }

    /// Visit and ticket have their own again. No signature goes along: who gave one saw something else on the glass.
    fn part(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        (prepared, attached): (&Prepared, Attached),
        drop_changes: bool,
    ) -> Perhaps<()> {
        let (id, ticket) = (prepared.id, attached.ticket);
        let apart = match self.apart(batch, (id, attached), drop_changes)? {
            Ok(apart) => apart,
            Err(refused) => return Ok(Err(refused)),
        };
        let own = apart.own.as_ref().map(|it| it.as_slice());
        batch.detach_prepared(id, ticket, &apart.back, own)?;
        self.erased = true;
        let about = format!("{} {ticket}", subject(id));
        self.audit(batch, by, Action::PreparedDetached, Some(about))?;
        for procedure in apart.unsigned {
            let about = format!("{ticket} {procedure}");
            self.audit(batch, by, Action::SignatureVoided, Some(about))?;
        }
        self.signing.changed(ticket, |_| None);
        self.case_came(ticket, apart.revision, apart.own.is_some());
        Ok(Ok(()))
    }

    fn apart(
        &self,
        batch: &Batch<'_>,
        (id, attached): (PreparedId, Attached),
        drop_changes: bool,
    ) -> Perhaps<Apart> {
        let ticket = attached.ticket;
        let Case::Open {
            plaintext: both, ..
        } = self.readable(batch.case(ticket))?
        else {
            return Ok(Err(Code::CaseGone.into()));
        };
        let Case::Open {
            plaintext: original,
            ..
        } = self.readable(batch.prepared_case(id))?
        else {
            return Ok(Err(Code::CaseGone.into()));
        };
        let own = match self.own(batch, id, ticket)? {
            Ok(own) => own,
            Err(refused) => return Ok(Err(refused)),
        };
        let parted = || {
            let revision = case::revision(&both)?;
            if own.is_some() && !drop_changes && revision != untouched(&original, attached)? {
                let detail = "at the counter both were changed as one since then";
                return Err(Refused::with(Code::CaseChanged, detail));
            }
            // Where nothing but what was prepared was ever there, what a counter has made of it is the visit's.
            let back = if own.is_some() { &original } else { &both };
            let revision = revision.saturating_add(1);
            Ok(Apart {
                back: case::parted(back, revision, self.now())?,
                own: (own.as_ref())
                    .map(|it| case::parted(it, revision, self.now()))
                    .transpose()?,
                revision,
                unsigned: case::signed(&both)?,
            })
        };
        Ok(parted())
    }

    /// What a ticket has of its own.
    fn own(
        &self,
        batch: &Batch<'_>,
        id: PreparedId,
        ticket: TicketId,
    ) -> Perhaps<Option<Zeroizing<Vec<u8>>>> {
        match batch.own_case(id, ticket) {
            Ok(own) => Ok(Ok(own)),
            Err(StoreError::Sealed) => Ok(Err(Code::CaseGone.into())),
            Err(error) => Err(error.into()),
        }
    }

    /// What a citizen brings to a case that was prepared, to be kept apart as well; `None` where nothing was prepared for the ticket.
    pub(in crate::owner) fn own_with(
        &self,
        batch: &Batch<'_>,
        by: By<'_>,
        (ticket, brought): (TicketId, &[u8]),
        (before, after): (&[u8], u32),
    ) -> Perhaps<Option<Own>> {
        let Some(prepared) = batch.prepared_of_ticket(ticket)? else {
            return Ok(Ok(None));
        };
        let (id, now) = (prepared.id, self.now());
        let original = self.readable(batch.prepared_case(id))?;
        let (Some(attached), Case::Open { plaintext, .. }) = (prepared.attached, original) else {
            return Ok(Ok(None));
        };
        let Ok(own) = self.own(batch, id, ticket)? else {
            return Ok(Ok(None));
        };
        let kept = || {
            let untouched = untouched(&plaintext, attached)?;
            let is_untouched = case::revision(before)? == untouched;
            let revision = if is_untouched { after } else { untouched };
            let plaintext = match own {
                None => Zeroizing::new(brought.to_vec()),
                Some(own) => {
                    let moment = (self.office.rules.day(now).date(), now);
                    let name = name_of(by.actor);
                    case::merge(&self.office, &own, brought, name, moment)?.plaintext
                }
            };
            Ok(Some(Own {
                of: id,
                plaintext,
                revision,
            }))
        };
        Ok(kept())
    }

    fn hand_over(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        prepared: &Prepared,
        ticket: TicketId,
    ) -> Perhaps<()> {
        let (id, now) = (prepared.id, self.now());
        let before = match self.readable(batch.prepared_case(id))? {
            Case::Open { plaintext, .. } => plaintext,
            Case::Erased { .. } | Case::None => return Ok(Err(Code::CaseGone.into())),
        };
        let (merged, brought) = match self.readable(batch.case(ticket))? {
            Case::None => (case::arrive(&before, now), false),
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
            Case::Open { plaintext, .. } => {
                let today = self.office.rules.day(now).date();
                let moment = (today, now);
                let name = name_of(by.actor);
                let merged = case::merge(&self.office, &before, &plaintext, name, moment);
                (merged, true)
            }
        };
        let case::Merged {
            plaintext,
            revision,
        } = match merged {
            Ok(merged) => merged,
            Err(refused) => return Ok(Err(refused)),
        };
        if brought {
            batch.attach_merged(id, ticket, &plaintext, revision, now)?;
        } else {
            batch.attach_prepared(id, ticket, &plaintext, now)?;
        }
        if let Some(until) = case::keep_until(&self.office, &plaintext, now) {
            batch.keep_case_until(ticket, until)?;
        }
        self.erased = true;
        let subject = format!("{} {ticket}", subject(id));
        self.audit(batch, by, Action::PreparedAttached, Some(subject))?;
        self.void_signatures(batch, by, ticket, &plaintext)?;
        self.case_came(ticket, revision, true);
        Ok(Ok(()))
    }

    fn is_taken_back(&self, ticket: TicketId) -> bool {
        let found = self.moment().state.ticket(&ticket);
        found.is_some_and(|it| it.state == TicketState::Cancelled)
    }
}

/// The revision of a ticket's case at which nothing stood in it but what was handed over and what citizens brought.
fn untouched(original: &[u8], attached: Attached) -> Result<u32, Refused> {
    match attached.merged {
        Some(revision) => Ok(revision),
        None => case::revision(original).map(|it| it.saturating_add(1)),
    }
}

/// From where something came, as the history of a case names it.
fn name_of(actor: &Actor) -> &str {
    match actor {
        Actor::Kiosk(name) | Actor::Clerk(name) => name.as_str(),
        Actor::Hub => "hub",
    }
}
