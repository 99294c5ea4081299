//! One command: from what was asked to what is stored and answered.

use queue::{
    Actor, CounterId, Destination, Event, SlipState, Ticket, TicketId, TicketState, decide,
};
use serde::Serialize;
use store::{Action, Batch};
use uuid::Uuid;
use wire::{
    Code,
    command::{Done, TicketIssued},
};
use zeroize::Zeroizing;

use crate::{
    case::keep_until,
    live::Audience,
    owner::{Ask, Books, Command, OwnerEnded, Wanted, books::By, refusal},
    problem::Refused,
    secret,
};

/// A refusal is an answer; only a broken database or log ends the owner.
pub(super) type Carried = Result<Result<Vec<u8>, Refused>, OwnerEnded>;

/// Stands where a request's fingerprint does for a key that was settled before its request came: whatever comes with
/// it is that request. No fingerprint is this one.
pub(super) const ANY_PRINT: secret::Digest = [0; 32];

impl Books {
    /// Carries out a command unless its key was seen before.
    pub(super) fn carry(&mut self, batch: &mut Batch<'_>, command: Command) -> Carried {
        let Command {
            key,
            print,
            actor,
            place,
            ask,
        } = command;
        let key = key.to_string();
        if let Some(before) = batch.recall_answer(&key)? {
            let same = before.body_hash == ANY_PRINT || secret::same(&before.body_hash, &print);
            return Ok(if same {
                Ok(before.answer)
            } else {
                Err(Code::KeyReused.into())
            });
        }
        let by = By {
            actor: &actor,
            place: &place,
        };
        let is_picture = matches!(ask, Ask::Print { preview: true, .. });
        let is_try = matches!(&ask, Ask::Prepared(ask) if ask.is_a_try());
        let answer = match ask {
            Ask::Issue(wanted) => self.issue(batch, by, wanted)?,
            Ask::IssueLeased(leased) => self.issue_leased(batch, by, leased)?,
            Ask::Lease => self.lease(batch, by)?,
            Ask::Call {
                counter,
                ticket,
                may_choose,
            } => self.call(batch, by, counter, ticket, may_choose)?,
            Ask::Reissued {
                ticket,
                slip,
                print,
            } => self.reissued(batch, by, ticket, slip, print)?,
            Ask::Print {
                ticket,
                kiosk,
                preview,
            } => self.print(batch, by, ticket, &kiosk, preview)?,
            Ask::ChangeCase { ticket, wish } => self.change_case(batch, by, ticket, &wish)?,
            Ask::SupplyForms(supplied) => self.supply_forms(batch, by, supplied)?,
            Ask::Signature { ticket, wish } => self.ask_signature(batch, by, ticket, wish)?,
            Ask::Signed(taken) => self.take_signature(batch, by, &taken)?,
            Ask::Prepared(ask) => self.prepared(batch, by, ask)?,
            Ask::ReleaseBookings => self.release_bookings(batch, by)?,
            Ask::Queue(command) => self.ask(batch, by, &command)?,
        };
        if let Ok(answer) = &answer
            && !is_picture
            && !is_try
        {
            // A refusal changed nothing and is not remembered: asked again, it may be granted. Nor did a picture or a try.
            batch.remember(&key, &print, answer, self.now())?;
        }
        Ok(answer)
    }

    fn issue(&mut self, batch: &mut Batch<'_>, by: By<'_>, wanted: Wanted) -> Carried {
        // Whatever may fail for want of randomness fails before anything is decided.
        let (id, token) = match (self.new_ticket_id(), secret::new_visit_token()) {
            (Ok(id), Ok(token)) => (id, token),
            (Err(error), _) | (_, Err(error)) => {
                return Ok(Err(Refused::internal("making a ticket's identity", &error)));
            }
        };
        let booking = wanted.booking.as_deref();
        let appointment = match booking.map(|typed| self.appointment(typed)).transpose() {
            Ok(appointment) => appointment,
            Err(refused) => return Ok(Err(refused)),
        };
        let (visit, case) = visit(wanted, appointment);
        let command = queue::Command::Issue { ticket: id, visit };
        if let Err(refused) = self.decide(batch, by, &command)? {
            return Ok(Err(refused));
        }
        self.hand_out(batch, by, id, token, case)
    }

    /// What is known of a second paper, which a citizen asked for. Each such paper stands in the audit trail once,
    /// however often something is told of it, and also when its ticket is of a day that is over.
    fn reissued(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ticket: TicketId,
        slip: SlipState,
        print: Option<Uuid>,
    ) -> Carried {
        let command = queue::Command::ReportSlip { ticket, slip };
        let subject = Some(ticket.to_string());
        let Some(print) = print else {
            let answer = self.ask(batch, by, &command)?;
            if answer.is_ok() {
                self.audit(batch, by, Action::SlipReissued, subject)?;
            }
            return Ok(answer);
        };
        let mark = secret::digest(&format!("reissued {print}"));
        let key = format!("reissued {print}");
        if batch.recall_answer(&key)?.is_none() {
            self.audit(batch, by, Action::SlipReissued, subject)?;
            batch.remember(&key, &mark, &[], self.now())?;
        }
        self.ask(batch, by, &command)
    }

    /// Gives a ticket that was just issued its token and its case, and tells what stands on the slip.
    pub(super) fn hand_out(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        id: TicketId,
        token: String,
        case: Option<Zeroizing<Vec<u8>>>,
    ) -> Carried {
        batch.give_token(id, &token)?;
        if let Some(case) = case {
            batch.seal_case(id, &case, self.now())?;
            if let Some(until) = keep_until(&self.office, &case, self.now()) {
                batch.keep_case_until(id, until)?;
            }
        }
        self.take_prepared(batch, by, id)?;
        Ok(self.issued(id, token, by.audience()))
    }

    /// What is answered for a ticket that was issued, to whoever may know how much.
    pub(super) fn issued(
        &self,
        id: TicketId,
        token: String,
        audience: Audience,
    ) -> Result<Vec<u8>, Refused> {
        let moment = self.moment();
        let not_there = || Refused::internal("issuing", &"the ticket is not there");
        let ticket = moment.state.ticket(&id).ok_or_else(not_there)?;
        let service = moment.office.service(&ticket.service);
        json(&TicketIssued {
            ticket: moment.ticket(ticket, audience),
            ahead: moment.ahead(&id),
            wait: self.wait_at_issue(ticket),
            service: service.map(|it| it.name.clone()).unwrap_or_default(),
            area: service.and_then(|it| it.area.clone()),
            url: format!("{}/v/{token}", moment.office.hub.public_url),
            token,
        })
    }

    /// The slot of the booking that a citizen means by what they typed.
    pub(super) fn appointment(&self, typed: &str) -> Result<queue::Appointment, Refused> {
        let (booking, number) = self.booking(typed)?;
        if booking.cancelled {
            return Err(Refused::with(Code::BookingUnknown, "it was cancelled"));
        }
        let instant = |ms| {
            chrono::DateTime::from_timestamp_millis(ms)
                .ok_or_else(|| Refused::internal("reading a slot", &"it has no such time"))
        };
        Ok(queue::Appointment {
            number,
            start: instant(booking.start)?,
            end: instant(booking.end)?,
        })
    }

    /// Calls one chosen ticket. Whoever waits is called out of turn only by those who may choose; one that was passed
    /// on to this counter or clerk, was set aside or did not come may be called by every clerk.
    fn call(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        counter: CounterId,
        ticket: TicketId,
        may_choose: bool,
    ) -> Carried {
        let found = self.moment().state.ticket(&ticket);
        let out_of_turn = found.is_some_and(|found| {
            found.state == TicketState::Waiting && !is_meant_for(found, &counter, by.actor)
        });
        if out_of_turn && !may_choose {
            let detail = "calling somebody out of turn is the lead's";
            return Ok(Err(Refused::with(Code::Forbidden, detail)));
        }
        let command = queue::Command::Call { counter, ticket };
        self.ask(batch, by, &command)
    }

    /// What a kiosk needs for a ticket's slip. That a clerk wants the paper is written down first; a first paper counts
    /// as unknown from then on, so that whatever is lost on the way, a second one is never without its mark.
    fn print(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        id: TicketId,
        kiosk: &str,
        preview: bool,
    ) -> Carried {
        let ticket = self.moment().state.ticket(&id);
        let Some(ticket) = ticket.filter(|it| it.state.is_in_force()) else {
            return Ok(Err(match ticket {
                Some(_) => Code::TicketState.into(),
                None => Refused::with(Code::NotFound, "there is no such ticket"),
            }));
        };
        let first = ticket.slip == SlipState::None;
        let number = ticket.number;
        let Some(token) = batch.visit_token(id)? else {
            return Ok(Err(Refused::internal(
                "printing",
                &"the ticket has no token",
            )));
        };
        // It goes to a kiosk, which needs what stands on the slip and nothing of what staff wrote.
        let issued = self.issued(id, token, Audience::Hall);
        if preview || issued.is_err() {
            return Ok(issued);
        }
        let subject = Some(format!("{number} {id} {kiosk}"));
        self.audit(batch, by, Action::SlipOrdered, subject)?;
        if first {
            let command = queue::Command::ReportSlip {
                ticket: id,
                slip: SlipState::Unknown,
            };
            if let Err(refused) = self.decide(batch, by, &command)? {
                return Ok(Err(refused));
            }
        }
        Ok(issued)
    }

    fn release_bookings(&mut self, batch: &mut Batch<'_>, by: By<'_>) -> Carried {
        if self.bookings.held == 0 {
            let detail = "no cancellation is held back";
            return Ok(Err(Refused::with(Code::NotFound, detail)));
        }
        let held = self.bookings.held.to_string();
        self.audit(batch, by, Action::BookingsReleased, Some(held))?;
        Ok(json(&Done { ticket: None }))
    }

    fn ask(&mut self, batch: &mut Batch<'_>, by: By<'_>, command: &queue::Command) -> Carried {
        let events = match self.decide(batch, by, command)? {
            Ok(events) => events,
            Err(refused) => return Ok(Err(refused)),
        };
        let about = events
            .iter()
            .rev()
            .find_map(|event| event.kind.ticket())
            .or_else(|| subject(command));
        let moment = self.moment();
        let ticket = about.and_then(|id| moment.state.ticket(&id));
        Ok(json(&Done {
            ticket: ticket.map(|ticket| moment.ticket(ticket, Audience::Staff)),
        }))
    }

    /// Whether a command would be refused now.
    pub(super) fn would_refuse(&self, by: By<'_>, command: &queue::Command) -> Result<(), Refused> {
        let moment = self.moment();
        let decided = decide(
            moment.state,
            &moment.office.rules,
            by.actor,
            command,
            moment.now,
        );
        decided
            .map(|_| ())
            .map_err(|refusal| refusal::refused(&refusal, false))
    }

    /// Decides, stores and follows.
    pub(super) fn decide(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        command: &queue::Command,
    ) -> Result<Result<Vec<Event>, Refused>, OwnerEnded> {
        let moment = self.moment();
        let rules = &moment.office.rules;
        match decide(moment.state, rules, by.actor, command, moment.now) {
            Ok(events) => {
                self.follow(batch, &events, by.place)?;
                Ok(Ok(events))
            }
            Err(refusal) => {
                let is_call = matches!(command, queue::Command::Call { .. });
                Ok(Err(refusal::refused(&refusal, is_call)))
            }
        }
    }

    pub(super) fn new_ticket_id(&self) -> Result<TicketId, getrandom::Error> {
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        let ms = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        Ok(TicketId(
            uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid(),
        ))
    }
}

/// What the queue is told of somebody's wish, and the case that it is not told of.
pub(super) fn visit(
    wanted: Wanted,
    appointment: Option<queue::Appointment>,
) -> (queue::Visit, Option<Zeroizing<Vec<u8>>>) {
    let visit = queue::Visit {
        service: wanted.service,
        then: wanted.then,
        appointment,
        language: wanted.language,
        considerate: wanted.considerate,
        has_case: wanted.case.is_some(),
    };
    (visit, wanted.case)
}

/// Whether a ticket was passed on to this counter, or to this clerk.
fn is_meant_for(ticket: &Ticket, counter: &CounterId, actor: &Actor) -> bool {
    match (&ticket.aim, actor) {
        (Some(Destination::Counter(aim)), _) => aim == counter,
        (Some(Destination::Clerk(aim)), Actor::Clerk(clerk)) => aim == clerk,
        (Some(Destination::Clerk(_) | Destination::Service(_)) | None, _) => false,
    }
}

/// The ticket that a command names, for the answer when things already were as asked.
fn subject(command: &queue::Command) -> Option<TicketId> {
    use queue::Command as C;
    match command {
        C::Issue { ticket, .. }
        | C::IssueLeased { ticket, .. }
        | C::ReportSlip { ticket, .. }
        | C::Call { ticket, .. }
        | C::Recall { ticket, .. }
        | C::StartService { ticket, .. }
        | C::Finish { ticket, .. }
        | C::NoShow { ticket, .. }
        | C::Hold { ticket, .. }
        | C::Restore { ticket, .. }
        | C::Transfer { ticket, .. }
        | C::Plan { ticket, .. }
        | C::Prioritise { ticket, .. }
        | C::Cancel { ticket, .. } => Some(*ticket),
        C::StartDay
        | C::Lease { .. }
        | C::SkipNumbers { .. }
        | C::OpenCounter { .. }
        | C::TakeOver { .. }
        | C::Assign { .. }
        | C::Pause { .. }
        | C::Resume { .. }
        | C::CloseCounter { .. }
        | C::CallNext { .. }
        | C::Undo
        | C::DeclareStaff { .. }
        | C::Announce { .. }
        | C::RaiseAlarm { .. }
        | C::ClearAlarm { .. }
        | C::AskHelp { .. }
        | C::AnswerHelp { .. } => None,
    }
}

/// An answer's bytes.
pub(super) fn json(answer: &impl Serialize) -> Result<Vec<u8>, Refused> {
    serde_json::to_vec(answer).map_err(|error| Refused::internal("writing an answer", &error))
}

/// A key as clients send it: a UUID, perhaps quoted as a structured field.
pub(crate) fn parse_key(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text.trim().trim_matches('"')).ok()
}
