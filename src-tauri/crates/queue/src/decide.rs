//! What a command leads to, in a state, under rules, at an instant.

use chrono::{DateTime, Utc};

use crate::{
    Actor, Appointment, CallReason, CallingRules, Command, CounterId, Desk, Event, EventKind,
    LanguageTag, Name, Punctuality, Refusal, Rules, Service, ServiceId, SlipState, State, Ticket,
    TicketId, TicketNumber, TicketState,
};

/// Decides a command. The events have not happened before they are stored; then they are applied
/// with [`State::evolve`], in order. No events means that things are already as asked.
///
/// When `now` lies in a later business day than the state, the first event starts that day, and
/// the command meets an empty office. A clock that went back starts no day.
///
/// # Errors
/// The reason why not; nothing has changed.
pub fn decide(
    state: &State,
    rules: &Rules,
    actor: &Actor,
    command: &Command,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let now = whole_millis(now);
    let event = |kind| Event {
        at: now,
        actor: actor.clone(),
        kind,
    };
    let day = rules.day(now);
    if state.day().is_some_and(|today| today >= day) {
        let kinds = decide_today(state, rules, actor, command, now)?;
        return Ok(kinds.into_iter().map(event).collect());
    }
    let started = EventKind::DayStarted { day };
    let morning = State {
        day: Some(day),
        ..State::default()
    };
    let kinds = decide_today(&morning, rules, actor, command, now)?;
    let dawn = Event {
        at: now,
        actor: Actor::Hub,
        kind: started,
    };
    Ok(std::iter::once(dawn)
        .chain(kinds.into_iter().map(event))
        .collect())
}

/// Stored instants have whole milliseconds; so must those in memory, or a restart would differ.
fn whole_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}

type Decided = Result<Vec<EventKind>, Refusal>;

fn decide_today(
    state: &State,
    rules: &Rules,
    actor: &Actor,
    command: &Command,
    now: DateTime<Utc>,
) -> Decided {
    let desk = |counter| desk_of(state, rules, actor, counter);
    match command {
        Command::StartDay => Ok(Vec::new()),
        Command::Issue {
            ticket,
            service,
            appointment,
            language,
            has_case,
        } => {
            let asked = (*ticket, service, appointment.as_ref());
            issue(state, rules, actor, asked, (language, *has_case), now)
        }
        Command::ReportSlip { ticket, slip } => report_slip(state, *ticket, *slip),
        Command::OpenCounter { counter, clerk } => open(state, rules, counter, clerk),
        Command::CloseCounter { counter } => close(state, rules, counter),
        Command::CallNext { counter } => {
            let desk = idle(counter, desk(counter)?)?;
            let (ticket, reason) = state
                .next(&desk.services, &rules.calling, now)
                .ok_or_else(|| Refusal::NobodyWaiting(counter.clone()))?;
            Ok(called(ticket, counter, reason))
        }
        Command::Call { counter, ticket } => {
            idle(counter, desk(counter)?)?;
            let waiting = in_state(state, *ticket, |ticket| {
                ticket.state == TicketState::Waiting
            })?;
            Ok(called(waiting.id, counter, CallReason::Manual))
        }
        Command::Recall { counter, ticket } => {
            let ticket = at_desk(state, desk(counter)?, *ticket, &[TicketState::Called])?;
            recall(ticket, counter, &rules.calling)
        }
        Command::StartService { counter, ticket } => {
            at_desk(state, desk(counter)?, *ticket, &[TicketState::Called])?;
            Ok(vec![EventKind::ServiceStarted {
                ticket: *ticket,
                counter: counter.clone(),
            }])
        }
        Command::Finish { counter, ticket } => {
            let from = [TicketState::Called, TicketState::Serving];
            at_desk(state, desk(counter)?, *ticket, &from)?;
            Ok(vec![EventKind::Finished {
                ticket: *ticket,
                counter: counter.clone(),
            }])
        }
        Command::NoShow { counter, ticket } => {
            at_desk(state, desk(counter)?, *ticket, &[TicketState::Called])?;
            Ok(vec![EventKind::NoShow {
                ticket: *ticket,
                counter: counter.clone(),
            }])
        }
        Command::Restore { ticket } => {
            in_state(state, *ticket, |ticket| ticket.state == TicketState::NoShow)?;
            Ok(vec![EventKind::Restored { ticket: *ticket }])
        }
        Command::Cancel { ticket } => {
            in_state(state, *ticket, |ticket| may_cancel(state, actor, ticket))?;
            Ok(vec![EventKind::Cancelled { ticket: *ticket }])
        }
        Command::Undo { counter } => {
            desk(counter)?;
            let (ticket, deed) = state
                .undoable(counter)
                .ok_or_else(|| Refusal::NothingToUndo(counter.clone()))?;
            Ok(vec![EventKind::Undone {
                counter: counter.clone(),
                ticket,
                deed,
            }])
        }
        Command::AskHelp { kiosk } => Ok(help(state, kiosk, true)),
        Command::AnswerHelp { kiosk } => Ok(help(state, kiosk, false)),
    }
}

fn issue(
    state: &State,
    rules: &Rules,
    actor: &Actor,
    (id, service, appointment): (TicketId, &ServiceId, Option<&Appointment>),
    (language, has_case): (&LanguageTag, bool),
    now: DateTime<Utc>,
) -> Decided {
    let service = rules
        .service(service)
        .ok_or_else(|| Refusal::ServiceUnknown(service.clone()))?;
    if let Some(ticket) = state.ticket(&id) {
        return Err(not_in_state(ticket));
    }
    if let Some(appointment) = appointment
        && let Some(ticket) = state.booked_ticket(&appointment.number)
    {
        return Err(Refusal::BookingUsed {
            number: appointment.number.clone(),
            ticket: ticket.id,
            ticket_number: ticket.number,
        });
    }
    if !service.is_open(now, rules.zone) {
        return Err(Refusal::ServiceClosed {
            service: service.id.clone(),
            opens: service.opens,
            closes: service.closes,
        });
    }
    let number =
        free_number(state, service).ok_or_else(|| Refusal::NumbersExhausted(service.id.clone()))?;
    let appointment = appointment.map(|appointment| {
        let appointment = Appointment {
            number: appointment.number.clone(),
            start: whole_millis(appointment.start),
            end: whole_millis(appointment.end),
        };
        let punctuality = punctuality(appointment.start, &rules.calling, now);
        (appointment, punctuality)
    });
    Ok(vec![EventKind::Issued {
        ticket: id,
        number,
        service: service.id.clone(),
        appointment,
        language: language.clone(),
        has_case,
        slip: match actor {
            Actor::Kiosk(_) => SlipState::Pending,
            Actor::Clerk(_) | Actor::Hub => SlipState::None,
        },
    }])
}

fn punctuality(start: DateTime<Utc>, calling: &CallingRules, now: DateTime<Utc>) -> Punctuality {
    if now > start + calling.late_tolerance {
        Punctuality::Late
    } else if now < start - calling.early_ok {
        Punctuality::Early
    } else {
        Punctuality::OnTime
    }
}

/// The next number of the service's range that nobody carries and that was not given since the
/// range last began; when there is none, the range begins again.
fn free_number(state: &State, service: &Service) -> Option<TicketNumber> {
    let round = state.rounds.get(&service.id);
    let last = round.map_or(0, |round| round.last);
    let given = |ordinal: u16| round.is_some_and(|round| round.given.contains(&ordinal));
    let ahead = service.first.max(last.saturating_add(1))..=service.last;
    let from_first = service.first..=service.last.min(last);
    let candidates = || {
        ahead
            .clone()
            .chain(from_first.clone())
            .filter_map(|ordinal| TicketNumber::new(service.letter, ordinal))
            .filter(|number| !state.in_force.contains_key(number))
    };
    candidates()
        .find(|number| !given(number.ordinal()))
        .or_else(|| candidates().next())
}

fn report_slip(state: &State, id: TicketId, slip: SlipState) -> Decided {
    let ticket = state.ticket(&id).ok_or(Refusal::TicketUnknown(id))?;
    // A late or repeated report never makes confirmed paper doubtful again.
    let news = ticket.slip != slip && ticket.slip != SlipState::Printed;
    if news && slip != SlipState::Pending {
        Ok(vec![EventKind::SlipReported { ticket: id, slip }])
    } else {
        Ok(Vec::new())
    }
}

fn open(state: &State, rules: &Rules, id: &CounterId, clerk: &Name) -> Decided {
    let counter = rules
        .counter(id)
        .ok_or_else(|| Refusal::CounterUnknown(id.clone()))?;
    if let Some(desk) = state.counter(id) {
        return if desk.clerk == *clerk {
            Ok(Vec::new())
        } else {
            Err(taken(id, desk))
        };
    }
    let mut kinds = Vec::new();
    if let Some(left) = state.counter_of(clerk) {
        kinds.extend(close(state, rules, left)?);
    }
    kinds.push(EventKind::CounterOpened {
        counter: id.clone(),
        clerk: clerk.clone(),
        services: counter.services.clone(),
    });
    Ok(kinds)
}

fn close(state: &State, rules: &Rules, id: &CounterId) -> Decided {
    idle(id, open_desk(state, rules, id)?)?;
    Ok(vec![EventKind::CounterClosed {
        counter: id.clone(),
    }])
}

fn called(ticket: TicketId, counter: &CounterId, reason: CallReason) -> Vec<EventKind> {
    vec![EventKind::Called {
        ticket,
        counter: counter.clone(),
        reason,
    }]
}

fn recall(ticket: &Ticket, counter: &CounterId, calling: &CallingRules) -> Decided {
    if ticket.calls >= calling.calls_max {
        return Err(Refusal::RecallsExhausted {
            ticket: ticket.id,
            number: ticket.number,
            calls: ticket.calls,
            calls_max: calling.calls_max,
        });
    }
    Ok(vec![EventKind::Recalled {
        ticket: ticket.id,
        counter: counter.clone(),
    }])
}

fn may_cancel(state: &State, actor: &Actor, ticket: &Ticket) -> bool {
    let desk = ticket.counter.as_ref().and_then(|id| state.counter(id));
    ticket.state.is_in_force()
        && (!ticket.state.is_at_counter() || desk.is_some_and(|desk| belongs_to(desk, actor)))
}

fn help(state: &State, kiosk: &Name, asked: bool) -> Vec<EventKind> {
    let kiosk = kiosk.clone();
    match (asked, state.help.contains_key(&kiosk)) {
        (true, false) => vec![EventKind::HelpAsked { kiosk }],
        (false, true) => vec![EventKind::HelpAnswered { kiosk }],
        (true, true) | (false, false) => Vec::new(),
    }
}

fn open_desk<'a>(state: &'a State, rules: &Rules, id: &CounterId) -> Result<&'a Desk, Refusal> {
    match state.counter(id) {
        Some(desk) => Ok(desk),
        None if rules.counter(id).is_some() => Err(Refusal::CounterClosed(id.clone())),
        None => Err(Refusal::CounterUnknown(id.clone())),
    }
}

fn desk_of<'a>(
    state: &'a State,
    rules: &Rules,
    actor: &Actor,
    id: &CounterId,
) -> Result<&'a Desk, Refusal> {
    let desk = open_desk(state, rules, id)?;
    if belongs_to(desk, actor) {
        Ok(desk)
    } else {
        Err(taken(id, desk))
    }
}

fn belongs_to(desk: &Desk, actor: &Actor) -> bool {
    match actor {
        Actor::Clerk(clerk) => desk.clerk == *clerk,
        Actor::Hub => true,
        Actor::Kiosk(_) => false,
    }
}

fn taken(id: &CounterId, desk: &Desk) -> Refusal {
    Refusal::CounterTaken {
        counter: id.clone(),
        clerk: desk.clerk.clone(),
    }
}

fn idle<'a>(id: &CounterId, desk: &'a Desk) -> Result<&'a Desk, Refusal> {
    match desk.ticket {
        None => Ok(desk),
        Some(ticket) => Err(Refusal::CounterBusy {
            counter: id.clone(),
            ticket,
        }),
    }
}

fn in_state(
    state: &State,
    id: TicketId,
    allowed: impl FnOnce(&Ticket) -> bool,
) -> Result<&Ticket, Refusal> {
    let ticket = state.ticket(&id).ok_or(Refusal::TicketUnknown(id))?;
    if allowed(ticket) {
        Ok(ticket)
    } else {
        Err(not_in_state(ticket))
    }
}

fn at_desk<'a>(
    state: &'a State,
    desk: &Desk,
    id: TicketId,
    from: &[TicketState],
) -> Result<&'a Ticket, Refusal> {
    in_state(state, id, |ticket| {
        desk.ticket == Some(id) && from.contains(&ticket.state)
    })
}

fn not_in_state(ticket: &Ticket) -> Refusal {
    Refusal::TicketState {
        ticket: ticket.id,
        number: ticket.number,
        state: ticket.state,
    }
}
