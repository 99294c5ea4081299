//! What a command leads to, in a state, under rules, at an instant.

mod counters;
mod issuing;
mod tickets;

use chrono::{DateTime, Utc};

use crate::{
    Actor, Command, CounterId, Desk, Event, EventKind, Name, Notice, Refusal, Rules, State, Ticket,
    TicketId, TicketState, numbers,
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
    let morning = state.on(day);
    let kinds = decide_today(&morning, rules, actor, command, now)?;
    let dawn = Event {
        at: now,
        actor: Actor::Hub,
        kind: EventKind::DayStarted { day },
    };
    Ok(std::iter::once(dawn)
        .chain(kinds.into_iter().map(event))
        .collect())
}

/// Stored instants have whole milliseconds; so must those in memory, or a restart would differ.
pub(crate) fn whole_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}

type Decided = Result<Vec<EventKind>, Refusal>;

/// Everything that a command is decided by.
#[derive(Clone, Copy)]
struct Asked<'a> {
    state: &'a State,
    rules: &'a Rules,
    actor: &'a Actor,
    now: DateTime<Utc>,
}

fn decide_today(
    state: &State,
    rules: &Rules,
    actor: &Actor,
    command: &Command,
    now: DateTime<Utc>,
) -> Decided {
    let asked = Asked {
        state,
        rules,
        actor,
        now,
    };
    match command {
        Command::StartDay => Ok(Vec::new()),
        Command::Issue { ticket, visit } => asked.issue(*ticket, visit),
        Command::Lease {
            kiosk,
            day,
            service,
            count,
        } => asked.lease(kiosk, *day, service, *count),
        Command::IssueLeased {
            ticket,
            number,
            visit,
            issued_at,
            slip,
        } => asked.issue_leased((*ticket, *number), visit, *issued_at, *slip),
        Command::SkipNumbers { service, count } => {
            if *actor != Actor::Hub {
                return Err(Refusal::HubOnly);
            }
            Ok(numbers::skip(state, asked.service(service)?, *count))
        }
        Command::ReportSlip { ticket, slip } => asked.report_slip(*ticket, *slip),
        Command::OpenCounter { counter, clerk } => asked.open(counter, clerk),
        Command::TakeOver { counter, clerk } => asked.take_over(counter, clerk),
        Command::Assign { counter, services } => asked.assign(counter, services),
        Command::Pause { counter } => asked.pause(counter),
        Command::Resume { counter } => asked.resume(counter),
        Command::CloseCounter { counter } => asked.close(counter),
        Command::CallNext { counter, service } => asked.call_next(counter, service.as_ref()),
        Command::Call { counter, ticket } => asked.call(counter, *ticket),
        Command::Recall { counter, ticket } => asked.recall(counter, *ticket),
        Command::StartService { counter, ticket } => asked.start_service(counter, *ticket),
        Command::Finish { counter, ticket } => asked.finish(counter, *ticket),
        Command::NoShow { counter, ticket } => asked.no_show(counter, *ticket),
        Command::Hold { ticket, reason } => asked.hold(*ticket, *reason),
        Command::Restore { ticket, place } => asked.restore(*ticket, *place),
        Command::Transfer { ticket, to, note } => asked.transfer(*ticket, to, note.as_ref()),
        Command::Plan { ticket, then } => asked.plan(*ticket, then),
        Command::Prioritise {
            ticket,
            considerate,
        } => asked.prioritise(*ticket, *considerate),
        Command::Cancel { ticket, reason } => asked.cancel(*ticket, *reason),
        Command::Undo => asked.undo(),
        Command::DeclareStaff { count } => declare_staff(state, *count),
        Command::Announce { notice } => Ok(announce(state, notice.as_ref())),
        Command::RaiseAlarm { place } => raise_alarm(state, place),
        Command::ClearAlarm { place } => Ok(clear_alarm(state, place)),
        Command::AskHelp { kiosk } => ask_help(state, kiosk),
        Command::AnswerHelp { kiosk } => Ok(answer_help(state, kiosk)),
    }
}

/// The most people 総合案内 may declare.
const STAFF_MAX: u16 = 999;
/// Places with an alarm, and kiosks that ask for help, at once.
const ALARMS_MAX: usize = 64;

fn declare_staff(state: &State, count: Option<u16>) -> Decided {
    if count.is_some_and(|count| !(1..=STAFF_MAX).contains(&count)) {
        return Err(Refusal::Nonsense("1 to 999 people serve"));
    }
    if state.declared == count {
        return Ok(Vec::new());
    }
    Ok(vec![EventKind::StaffDeclared { count }])
}

fn announce(state: &State, notice: Option<&Notice>) -> Vec<EventKind> {
    if state.notice.as_ref() == notice {
        return Vec::new();
    }
    vec![EventKind::Announced {
        notice: notice.cloned(),
    }]
}

fn raise_alarm(state: &State, place: &Name) -> Decided {
    if state.alarms.contains_key(place) {
        return Ok(Vec::new());
    }
    if state.alarms.len() >= ALARMS_MAX {
        return Err(Refusal::Nonsense("there are 64 alarms already"));
    }
    let place = place.clone();
    Ok(vec![EventKind::AlarmRaised { place }])
}

fn clear_alarm(state: &State, place: &Name) -> Vec<EventKind> {
    let raised = state.alarms.contains_key(place);
    let place = place.clone();
    raised
        .then_some(EventKind::AlarmCleared { place })
        .into_iter()
        .collect()
}

fn ask_help(state: &State, kiosk: &Name) -> Decided {
    if state.help.contains_key(kiosk) {
        return Ok(Vec::new());
    }
    if state.help.len() >= ALARMS_MAX {
        return Err(Refusal::Nonsense("64 kiosks ask for help already"));
    }
    let kiosk = kiosk.clone();
    Ok(vec![EventKind::HelpAsked { kiosk }])
}

fn answer_help(state: &State, kiosk: &Name) -> Vec<EventKind> {
    let asked = state.help.contains_key(kiosk);
    let kiosk = kiosk.clone();
    asked
        .then_some(EventKind::HelpAnswered { kiosk })
        .into_iter()
        .collect()
}

impl<'a> Asked<'a> {
    fn service(&self, id: &crate::ServiceId) -> Result<&'a crate::Service, Refusal> {
        self.rules
            .service(id)
            .ok_or_else(|| Refusal::ServiceUnknown(id.clone()))
    }

    fn open_desk(&self, id: &CounterId) -> Result<&'a Desk, Refusal> {
        match self.state.counter(id) {
            Some(desk) => Ok(desk),
            None if self.rules.counter(id).is_some() => Err(Refusal::CounterClosed(id.clone())),
            None => Err(Refusal::CounterUnknown(id.clone())),
        }
    }

    /// The counter that the actor has.
    fn desk(&self, id: &CounterId) -> Result<&'a Desk, Refusal> {
        let desk = self.open_desk(id)?;
        if self.has(desk) {
            Ok(desk)
        } else {
            Err(taken(id, desk))
        }
    }

    fn has(&self, desk: &Desk) -> bool {
        match self.actor {
            Actor::Clerk(clerk) => desk.clerk == *clerk,
            Actor::Hub => true,
            Actor::Kiosk(_) => false,
        }
    }

    fn in_state(
        &self,
        id: TicketId,
        allowed: impl FnOnce(&Ticket) -> bool,
    ) -> Result<&'a Ticket, Refusal> {
        let ticket = self.state.ticket(&id).ok_or(Refusal::TicketUnknown(id))?;
        if allowed(ticket) {
            Ok(ticket)
        } else {
            Err(not_in_state(ticket))
        }
    }

    /// A ticket that stands at a counter which the actor has, in one of these states.
    fn at_desk(
        &self,
        counter: &CounterId,
        id: TicketId,
        from: &[TicketState],
    ) -> Result<&'a Ticket, Refusal> {
        let desk = self.desk(counter)?;
        self.in_state(id, |ticket| {
            desk.ticket == Some(id) && from.contains(&ticket.state)
        })
    }

    /// The counter at which a ticket stands, if the actor has it.
    fn own_counter(&self, ticket: &Ticket) -> Option<CounterId> {
        let counter = ticket.counter.as_ref()?;
        let desk = self.state.counter(counter)?;
        (ticket.state.is_at_counter() && self.has(desk)).then(|| counter.clone())
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

fn not_in_state(ticket: &Ticket) -> Refusal {
    Refusal::TicketState {
        ticket: ticket.id,
        number: ticket.number,
        state: ticket.state,
    }
}
