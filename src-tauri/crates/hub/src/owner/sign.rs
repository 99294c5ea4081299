//! Signatures: a form is put on a counter's tablet, signed there, and laid into the sealed case. What is remembered names nobody.

use queue::{CounterId, Name, TicketId};
use store::{Action, Batch, Case, StoreError};
use uuid::Uuid;
use wire::{
    Code,
    sign::{AskSignature, SignState, Signature},
};

use crate::{
    case::{self, Given, ToSign},
    owner::{
        Books, OwnerEnded,
        books::By,
        carry::{Carried, json},
        no_case,
    },
    problem::Refused,
    sign::Wanted,
};

/// A clerk's wish to have a form signed.
pub(crate) struct SignWish {
    /// The request's id: the clerk's key.
    pub(crate) id: Uuid,
    /// What.
    pub(crate) asked: AskSignature,
    /// Who.
    pub(crate) by: Name,
    /// Who asks is a lead.
    pub(crate) lead: bool,
}

/// What a tablet has taken.
pub(crate) struct Taken {
    /// The request that it answers.
    pub(crate) request: Uuid,
    /// The tablet's name.
    pub(crate) tablet: String,
    /// The counter at which it lies.
    pub(crate) counter: CounterId,
    /// The strokes, checked.
    pub(crate) signature: Signature,
}

impl Books {
    /// Puts a form on the tablet of the clerk's own counter.
    pub(super) fn ask_signature(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
        wish: SignWish,
    ) -> Carried {
        let counter = match self.counter_for(ticket, &wish.by) {
            Ok(counter) => counter,
            Err(refused) => return Ok(Err(refused)),
        };
        let plaintext = match self.readable(batch.case(ticket))? {
            Case::Open { plaintext, .. } => plaintext,
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
            Case::None => return Ok(Err(no_case())),
        };
        let moment = self.moment();
        let found = moment.state.ticket(&ticket);
        let reader = self.reader(found.map(|it| &it.service), wish.by.as_str(), wish.lead);
        let today = moment.office.rules.day(moment.now).date();
        let wanted = ToSign {
            procedure: &wish.asked.procedure,
            revision: wish.asked.revision,
            language: found.map_or("ja", |it| it.language.as_str()),
        };
        let sheet = match case::sheet(moment.office, &plaintext, &wanted, &reader, today) {
            Ok(sheet) => sheet,
            Err(refused) => return Ok(Err(refused)),
        };
        let subject = format!("{ticket} {}", wish.asked.procedure);
        let wanted = Wanted {
            id: wish.id,
            ticket,
            procedure: wish.asked.procedure,
            by: wish.by.to_string(),
        };
        let begun = match self.signing.begin(&counter, wanted, sheet, self.now()) {
            Ok(begun) => begun,
            Err(refused) => return Ok(Err(refused)),
        };
        self.audit(batch, by, Action::SignatureAsked, Some(subject))?;
        Ok(json(&begun))
    }

    /// The counter at which a ticket is, which must be this clerk's.
    fn counter_for(&self, ticket: TicketId, clerk: &Name) -> Result<CounterId, Refused> {
        let state = self.moment().state;
        let found = state
            .ticket(&ticket)
            .ok_or_else(|| Refused::with(Code::NotFound, "there is no such ticket"))?;
        let here = found.counter.as_ref();
        let here = here.filter(|_| found.state.is_at_counter());
        let here = here.ok_or(Refused::from(Code::TicketState))?;
        if state.counter_of(clerk) != Some(here) {
            let detail = format!("the ticket is at counter {here}");
            return Err(Refused::with(Code::Forbidden, detail));
        }
        Ok(here.clone())
    }

    /// Lays what a tablet has taken into the case.
    pub(super) fn take_signature(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        taken: &Taken,
    ) -> Carried {
        let now = self.now();
        let standing = match self.signing.standing(&taken.counter, taken.request, now) {
            Ok(standing) => standing,
            Err(refused) => return Ok(Err(refused)),
        };
        let ticket = standing.ticket;
        let gone = match self.readable(batch.case(ticket))? {
            Case::Open { plaintext, .. } => Ok(plaintext),
            Case::Erased { .. } => Err(Refused::from(Code::CaseGone)),
            Case::None => Err(no_case()),
        };
        let plaintext = match gone {
            Ok(plaintext) => plaintext,
            Err(refused) => {
                // There is nothing left that could be signed.
                self.signing.end(taken.request, SignState::Changed);
                return Ok(Err(refused));
            }
        };
        let moment = self.moment();
        let today = moment.office.rules.day(now).date();
        let given = Given {
            procedure: &standing.procedure,
            shown: &standing.shown,
            signature: &taken.signature,
            by: &standing.by,
            tablet: &taken.tablet,
        };
        let signed = match case::sign(moment.office, &plaintext, &given, today, now) {
            Ok(signed) => signed,
            Err(refused) => {
                if refused.code == Code::SignatureOver {
                    self.signing.end(taken.request, SignState::Changed);
                }
                return Ok(Err(refused));
            }
        };
        batch.reseal_case(ticket, &signed.plaintext)?;
        self.erased = true;
        let subject = format!("{ticket} {} {}", standing.procedure, standing.by);
        self.audit(batch, by, Action::SignatureGiven, Some(subject))?;
        self.case_changed(ticket, signed.revision);
        self.signing.end(taken.request, SignState::Signed);
        let view = self.signing.view(taken.request, now);
        Ok(json(&view))
    }

    /// After a change of a case: forms that say something else than what was signed are signed no more, and what stands on a tablet
    /// and says something else is taken away. Gives what is sealed instead, where signatures were voided.
    pub(super) fn void_signatures(
        &self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
        plaintext: &[u8],
    ) -> Result<(), OwnerEnded> {
        let moment = self.moment();
        let today = moment.office.rules.day(moment.now).date();
        self.signing.changed(ticket, |procedure| {
            case::shown_now(moment.office, plaintext, procedure, today)
        });
        let voided = case::void_stale(moment.office, plaintext, today, moment.now);
        // What was just sealed can be opened, and grows by a few bytes: a case that would be too long for them keeps its signature,
        // whose digest says all the same that it is for something else.
        let Ok(Some(voided)) = voided else {
            return Ok(());
        };
        batch.reseal_case(ticket, &voided.plaintext)?;
        for procedure in voided.procedures {
            let subject = Some(format!("{ticket} {procedure}"));
            self.audit(batch, by, Action::SignatureVoided, subject)?;
        }
        Ok::<_, StoreError>(()).map_err(OwnerEnded::from)
    }
}
