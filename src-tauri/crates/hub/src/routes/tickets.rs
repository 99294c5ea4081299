//! Commands about a ticket.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use chrono::DateTime;
use queue::{CounterId, TicketId, TicketNumber};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::{
    Code,
    command::{
        AtCounter, Cancel, Hold, IssueTicket, LeasedTicket, Plan, Prioritise, Restore, SlipReport,
        Transfer,
    },
    office::SlipState,
};

use crate::{
    case,
    desk::Desk,
    guard::{Caller, Right},
    owner::{Ask, Leased, Wanted, parse_key},
    problem::Refused,
    routes::command::{
        Known, Sent, counter_id, language, name, note, service_id, service_ids, ticket_id,
    },
    view,
};

/// `POST /api/tickets`: one press, one ticket.
pub(super) async fn issue(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_kiosk_or_clerk(&desk).await?;
    let wanted: IssueTicket = known.says()?;
    let now = desk.clock.now();
    let today = desk.office.rules.day(now).date();
    let case = wanted
        .case
        .map(|draft| {
            let services = services(&wanted.service, &wanted.then);
            case::accept(&desk.office, services, draft, today, now)
        })
        .transpose()?;
    let wanted = Wanted {
        service: service_id(&wanted.service)?,
        then: service_ids(&wanted.then)?,
        language: language(&desk, &wanted.language)?,
        considerate: wanted.considerate,
        booking: wanted.booking,
        case,
    };
    known.carry(Ask::Issue(wanted)).await
}

/// The services at which a ticket stops, in their order.
fn services<'a>(first: &'a str, then: &'a [String]) -> impl Iterator<Item = &'a str> + Clone {
    std::iter::once(first).chain(then.iter().map(String::as_str))
}

/// `POST /api/tickets/leased`: a kiosk tells of a ticket that it issued while the hub was away. The paper is out,
/// so whatever can be left away is left away rather than the ticket refused.
pub(super) async fn leased(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_kiosk(&desk).await?;
    let told: LeasedTicket = known.says()?;
    let issued_at = DateTime::from_timestamp_millis(told.issued_at)
        .ok_or_else(|| Refused::with(Code::BadRequest, "there is no such time"))?;
    let day = desk.office.rules.day(issued_at).date();
    let wanted = told.wanted;
    let case = wanted.case.and_then(|draft| {
        let services = services(&wanted.service, &wanted.then);
        let case = case::accept(&desk.office, services, draft, day, issued_at);
        // What is wrong with it is a person's matter and is not logged.
        case.inspect_err(|_| tracing::warn!(number = %told.number, "a leased ticket's case does not fit its form and is left away"))
            .ok()
    });
    let known_services = |id: &queue::ServiceId| desk.office.rules.service(id).is_some();
    let mut then = service_ids(&wanted.then).unwrap_or_default();
    then.retain(known_services);
    let spoken = language(&desk, &wanted.language).or_else(|_| language(&desk, "ja"))?;
    let leased = Leased {
        ticket: ticket_id(&told.ticket)
            .map_err(|_| Refused::with(Code::BadRequest, "a ticket's identity is a UUID"))?,
        number: told
            .number
            .parse::<TicketNumber>()
            .map_err(|error| Refused::with(Code::BadRequest, error.expected))?,
        issued_at,
        slip: view::slip_from(told.slip),
        wanted: Wanted {
            service: service_id(&wanted.service)?,
            then,
            language: spoken,
            considerate: wanted.considerate,
            booking: wanted.booking,
            case,
        },
        replaces: told
            .replaces
            .as_deref()
            .map(|key| {
                parse_key(key).ok_or_else(|| Refused::with(Code::BadRequest, "a key is a UUID"))
            })
            .transpose()?,
    };
    known.carry(Ask::IssueLeased(leased)).await
}

/// `POST /api/lease`: numbers with which a kiosk can go on when the hub is away.
pub(super) async fn lease(State(desk): State<Arc<Desk>>, sent: Sent) -> Result<Response, Refused> {
    let known = sent.by_kiosk(&desk).await?;
    known.says_nothing()?;
    known.carry(Ask::Lease).await
}

/// `POST /api/tickets/{id}/slip`: a kiosk tells what is known of the paper.
pub(super) async fn slip(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_kiosk(&desk).await?;
    let ticket = ticket_id(&id)?;
    let SlipReport {
        slip,
        reissued,
        print,
    } = known.says()?;
    let print = print.map(|it| Uuid::parse_str(&it)).transpose();
    let print = print.map_err(|_| Refused::with(Code::BadRequest, "a paper is named by a UUID"))?;
    if slip == SlipState::Pending {
        return Err(Refused::with(Code::BadRequest, "pending is no report"));
    }
    let slip = view::slip_from(slip);
    if reissued {
        let ask = Ask::Reissued {
            ticket,
            slip,
            print,
        };
        return known.carry(ask).await;
    }
    known
        .queue(queue::Command::ReportSlip { ticket, slip })
        .await
}

/// `POST /api/tickets/{id}/call` and so on: a clerk does something with a ticket.
pub(super) async fn act(
    act: Act,
    desk: Arc<Desk>,
    id: String,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let ticket = ticket_id(&id)?;
    let command = act.command(&known, ticket)?;
    let queue::Command::Call { counter, ticket } = command else {
        return known.queue(command).await;
    };
    let may_choose = match &known.caller {
        Caller::Person(session) => Right::Choose.belongs_to(session.role),
        Caller::Kiosk(_) => false,
    };
    let ask = Ask::Call {
        counter,
        ticket,
        may_choose,
    };
    known.carry(ask).await
}

/// What a clerk may do with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Call,
    Recall,
    Start,
    Finish,
    NoShow,
    Hold,
    Restore,
    Transfer,
    Plan,
    Prioritise,
    Cancel,
}

impl Act {
    /// All of them, by their word in the path.
    pub(super) const ALL: [(&'static str, Self); 11] = [
        ("call", Self::Call),
        ("recall", Self::Recall),
        ("start", Self::Start),
        ("finish", Self::Finish),
        ("no-show", Self::NoShow),
        ("hold", Self::Hold),
        ("restore", Self::Restore),
        ("transfer", Self::Transfer),
        ("plan", Self::Plan),
        ("prioritise", Self::Prioritise),
        ("cancel", Self::Cancel),
    ];

    fn command(self, known: &Known, ticket: TicketId) -> Result<queue::Command, Refused> {
        use queue::Command as C;
        Ok(match self {
            Self::Call => C::Call {
                counter: counter(known)?,
                ticket,
            },
            Self::Recall => C::Recall {
                counter: counter(known)?,
                ticket,
            },
            Self::Start => C::StartService {
                counter: counter(known)?,
                ticket,
            },
            Self::Finish => C::Finish {
                counter: counter(known)?,
                ticket,
            },
            Self::NoShow => C::NoShow {
                counter: counter(known)?,
                ticket,
            },
            Self::Hold => C::Hold {
                ticket,
                reason: view::hold_from(said::<Hold>(known)?.reason),
            },
            Self::Restore => C::Restore {
                ticket,
                place: view::place_from(said::<Restore>(known)?.place),
            },
            Self::Transfer => {
                let Transfer { to, note: written } = known.says()?;
                C::Transfer {
                    ticket,
                    to: destination(&to)?,
                    note: written.as_deref().map(note).transpose()?,
                }
            }
            Self::Plan => C::Plan {
                ticket,
                then: service_ids(&said::<Plan>(known)?.then)?,
            },
            Self::Prioritise => C::Prioritise {
                ticket,
                considerate: said::<Prioritise>(known)?.considerate,
            },
            Self::Cancel => C::Cancel {
                ticket,
                reason: view::cancel_from(said::<Cancel>(known)?.reason),
            },
        })
    }
}

fn said<T: DeserializeOwned>(known: &Known) -> Result<T, Refused> {
    known.says()
}

fn counter(known: &Known) -> Result<CounterId, Refused> {
    counter_id(&said::<AtCounter>(known)?.counter)
}

fn destination(to: &wire::command::Destination) -> Result<queue::Destination, Refused> {
    use wire::command::Destination as D;
    Ok(match to {
        D::Service(id) => queue::Destination::Service(service_id(id)?),
        D::Counter(id) => queue::Destination::Counter(counter_id(id)?),
        D::Clerk(account) => queue::Destination::Clerk(name(account)?),
    })
}
