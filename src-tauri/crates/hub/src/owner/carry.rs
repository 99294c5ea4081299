//! One command: from what was asked to what is stored and answered.

use queue::{
    AppointmentNumber, Event, LanguageTag, Refusal, ServiceId, TicketId, TicketNumber, decide,
};
use serde::Serialize;
use store::Batch;
use uuid::Uuid;
use wire::{
    Code,
    command::{Done, TicketIssued},
};
use zeroize::Zeroizing;

use crate::{
    owner::{Ask, Books, Command, OwnerEnded},
    problem::Refused,
    secret, view,
};

/// A refusal is an answer; only a broken database or log ends the owner.
type Carried = Result<Result<Vec<u8>, Refused>, OwnerEnded>;

impl Books {
    /// Carries out a command unless its key was seen before.
    pub(super) fn carry(&mut self, batch: &mut Batch<'_>, command: Command) -> Carried {
        let Command {
            key,
            print,
            actor,
            ask,
        } = command;
        let key = key.to_string();
        if let Some(before) = batch.recall_answer(&key)? {
            return Ok(if secret::same(&before.body_hash, &print) {
                Ok(before.answer)
            } else {
                Err(Code::KeyReused.into())
            });
        }
        let answer = match ask {
            Ask::Issue {
                service,
                language,
                booking,
                case,
            } => {
                let wanted = Wanted {
                    service,
                    language,
                    booking,
                };
                self.issue(batch, &actor, wanted, case)?
            }
            Ask::Queue(command) => self.ask(batch, &actor, &command)?,
        };
        if let Ok(answer) = &answer {
            // A refusal changed nothing and is not remembered: asked again, it may be granted.
            batch.remember(&key, &print, answer, self.now())?;
        }
        Ok(answer)
    }

    fn issue(
        &mut self,
        batch: &mut Batch<'_>,
        actor: &queue::Actor,
        wanted: Wanted,
        case: Option<Zeroizing<Vec<u8>>>,
    ) -> Carried {
        let (id, token) = match (self.new_ticket_id(), secret::new_visit_token()) {
            (Ok(id), Ok(token)) => (id, token),
            (Err(error), _) | (_, Err(error)) => {
                return Ok(Err(Refused::internal("making a ticket's identity", &error)));
            }
        };
        let command = match self.issue_command(id, &wanted, case.is_some()) {
            Ok(command) => command,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Err(refused) = self.decide(batch, actor, &command)? {
            return Ok(Err(refused));
        }
        batch.give_token(id, &token)?;
        if let Some(case) = case {
            batch.seal_case(id, &case, self.now())?;
        }
        let moment = self.moment();
        let Some(ticket) = moment.state.ticket(&id) else {
            return Ok(Err(Refused::internal(
                "issuing",
                &"the ticket is not there",
            )));
        };
        let service = moment.office.service(&ticket.service);
        Ok(json(&TicketIssued {
            ticket: view::ticket(ticket),
            ahead: moment.ahead(&id),
            service: service.map(|it| it.name.clone()).unwrap_or_default(),
            area: service.and_then(|it| it.area.clone()),
            url: format!("{}/v/{token}", moment.office.hub.public_url),
            token,
        }))
    }

    fn issue_command(
        &self,
        ticket: TicketId,
        wanted: &Wanted,
        has_case: bool,
    ) -> Result<queue::Command, Refused> {
        let service =
            ServiceId::parse(&wanted.service).map_err(|_| Refused::from(Code::ServiceUnknown))?;
        let language = LanguageTag::parse(&wanted.language)
            .ok()
            .filter(|tag| {
                let mut offered = self.moment().office.languages.iter();
                offered.any(|language| language.tag == tag.as_str())
            })
            .ok_or_else(|| Refused::with(Code::BadRequest, "the language is not offered"))?;
        let appointment = wanted
            .booking
            .as_deref()
            .map(|typed| {
                let (booking, number) = self.booking(typed)?;
                if booking.cancelled {
                    return Err(Refused::with(Code::BookingUnknown, "it was cancelled"));
                }
                self.appointment(&booking, number)
            })
            .transpose()?;
        Ok(queue::Command::Issue {
            ticket,
            service,
            appointment,
            language,
            has_case,
        })
    }

    fn appointment(
        &self,
        booking: &wire::office::BookingView,
        number: AppointmentNumber,
    ) -> Result<queue::Appointment, Refused> {
        let instant = |ms| {
            chrono::DateTime::from_timestamp_millis(ms)
                .ok_or(Refused::internal("reading a slot", &"it has no such time"))
        };
        Ok(queue::Appointment {
            number,
            start: instant(booking.start)?,
            end: instant(booking.end)?,
        })
    }

    fn ask(
        &mut self,
        batch: &mut Batch<'_>,
        actor: &queue::Actor,
        command: &queue::Command,
    ) -> Carried {
        let events = match self.decide(batch, actor, command)? {
            Ok(events) => events,
            Err(refused) => return Ok(Err(refused)),
        };
        let about = events
            .iter()
            .rev()
            .find_map(|event| event.kind.ticket())
            .or_else(|| subject(command));
        let ticket = about.and_then(|id| self.moment().state.ticket(&id).map(view::ticket));
        Ok(json(&Done { ticket }))
    }

    /// Decides, stores and follows.
    pub(super) fn decide(
        &mut self,
        batch: &mut Batch<'_>,
        actor: &queue::Actor,
        command: &queue::Command,
    ) -> Result<Result<Vec<Event>, Refused>, OwnerEnded> {
        let moment = self.moment();
        match decide(
            moment.state,
            &moment.office.rules,
            actor,
            command,
            moment.now,
        ) {
            Ok(events) => {
                self.follow(batch, &events)?;
                Ok(Ok(events))
            }
            Err(refusal) => Ok(Err(refused(&refusal))),
        }
    }

    fn new_ticket_id(&self) -> Result<TicketId, getrandom::Error> {
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        let ms = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        Ok(TicketId(
            uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid(),
        ))
    }
}

struct Wanted {
    service: String,
    language: String,
    booking: Option<String>,
}

/// The ticket that a command names, for the answer when things already were as asked.
fn subject(command: &queue::Command) -> Option<TicketId> {
    use queue::Command as C;
    match command {
        C::ReportSlip { ticket, .. }
        | C::Call { ticket, .. }
        | C::Recall { ticket, .. }
        | C::StartService { ticket, .. }
        | C::Finish { ticket, .. }
        | C::NoShow { ticket, .. }
        | C::Restore { ticket }
        | C::Cancel { ticket }
        | C::Issue { ticket, .. } => Some(*ticket),
        C::StartDay
        | C::OpenCounter { .. }
        | C::CloseCounter { .. }
        | C::CallNext { .. }
        | C::Undo { .. }
        | C::AskHelp { .. }
        | C::AnswerHelp { .. } => None,
    }
}

fn json(answer: &impl Serialize) -> Result<Vec<u8>, Refused> {
    serde_json::to_vec(answer).map_err(|error| Refused::internal("writing an answer", &error))
}

/// The queue's refusal, with its stable code. The facts in it name numbers and counters, no person
/// but the clerk who has a counter.
fn refused(refusal: &Refusal) -> Refused {
    let code = match refusal {
        Refusal::TicketUnknown(_) | Refusal::CounterUnknown(_) => Code::NotFound,
        Refusal::BookingUsed { ticket_number, .. } => return used(*ticket_number),
        Refusal::ServiceUnknown(_) => Code::ServiceUnknown,
        Refusal::ServiceClosed { .. } => Code::ServiceClosed,
        Refusal::NumbersExhausted(_) => Code::NumbersExhausted,
        Refusal::CounterClosed(_) => Code::CounterClosed,
        Refusal::CounterTaken { .. } => Code::CounterTaken,
        Refusal::CounterBusy { .. } => Code::CounterBusy,
        Refusal::NobodyWaiting(_) => Code::NobodyWaiting,
        Refusal::TicketState { .. } | Refusal::RecallsExhausted { .. } => Code::TicketState,
        Refusal::NothingToUndo(_) => Code::NothingToUndo,
    };
    Refused::with(code, refusal.to_string())
}

/// The booking has this ticket.
pub(super) fn used(number: TicketNumber) -> Refused {
    Refused::with(Code::BookingUsed, number.to_string())
}

/// A key as clients send it: a UUID, perhaps quoted as a structured field.
pub(crate) fn parse_key(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text.trim().trim_matches('"')).ok()
}
