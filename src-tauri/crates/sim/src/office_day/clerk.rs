//! A clerk: a page that shows how things were a moment ago, and a hand that presses on it.

use queue::{
    Actor, BusinessDay, CancelReason, Command, CounterId, Destination, HoldReason, Name, Note,
    Notice, Place, State, TicketId, TicketState,
};

use super::{
    Around,
    hub::{Client, Key, Outcome, Request},
    office::Town,
};

/// Turns without an answer before the page asks again.
const PATIENCE_TURNS: u32 = 2;
/// How often it asks before the clerk looks again instead.
const TRIES_MAX: u32 = 3;

/// What the page shows.
#[derive(Debug, Clone, Default)]
struct Page {
    /// The event it is from.
    seq: usize,
    day: Option<BusinessDay>,
    counter: Option<CounterId>,
    paused: bool,
    at_counter: Option<(TicketId, TicketState)>,
    waiting: Vec<TicketId>,
    aside: Vec<TicketId>,
    over: Vec<TicketId>,
    closed: Vec<CounterId>,
    colleagues: Vec<CounterId>,
}

struct Asked {
    request: Request,
    turns: u32,
    tries: u32,
}

pub(super) struct Clerk {
    place: usize,
    pub(super) name: Name,
    /// 総合案内: stands in the hall and has no counter.
    guide: bool,
    page: Page,
    asked: Option<Asked>,
    /// The key of something that was answered, for a page that is broken.
    last_key: Option<Key>,
}

/// What a clerk has in mind.
#[derive(Clone, Copy)]
enum Wish {
    Open,
    OpenAnother,
    TakeOver,
    CloseColleagues,
    Close,
    Pause,
    Resume,
    Assign,
    Next,
    NextOf,
    Chosen,
    Recall,
    Start,
    Finish,
    NoShow,
    Hold,
    HoldWaiting,
    Restore,
    Transfer,
    TransferWaiting,
    Plan,
    PlanWaiting,
    Prioritise,
    Cancel,
    CancelWaiting,
    Undo,
    AnswerHelp,
    Alarm,
    Strange,
    Issue,
    Staff,
    Announce,
}

impl Clerk {
    pub(super) fn new(place: usize, name: Name, guide: bool) -> Self {
        Self {
            place,
            name,
            guide,
            page: Page::default(),
            asked: None,
            last_key: None,
        }
    }

    /// The page shows how things are now.
    pub(super) fn look(&mut self, state: &State, seq: usize, town: &Town) {
        let counter = state.counter_of(&self.name).cloned();
        let desk = counter.as_ref().and_then(|counter| state.counter(counter));
        let in_state = |wanted: &[TicketState]| -> Vec<TicketId> {
            let tickets = state.tickets().filter(|it| wanted.contains(&it.state));
            tickets.map(|ticket| ticket.id).collect()
        };
        let counters = town.rules.counters.iter().map(|counter| &counter.id);
        let (open, closed): (Vec<_>, Vec<_>) = counters
            .cloned()
            .partition(|id| state.counter(id).is_some());
        self.page = Page {
            seq,
            day: state.day(),
            paused: desk.is_some_and(|desk| desk.paused),
            at_counter: desk
                .and_then(|desk| state.ticket(desk.ticket.as_ref()?))
                .map(|ticket| (ticket.id, ticket.state)),
            waiting: in_state(&[TicketState::Waiting]),
            aside: in_state(&[TicketState::Held, TicketState::NoShow]),
            over: in_state(&[TicketState::Finished, TicketState::Cancelled]),
            closed,
            colleagues: open
                .into_iter()
                .filter(|id| Some(id) != counter.as_ref())
                .collect(),
            counter,
        };
    }

    /// The day that the page shows.
    pub(super) fn day(&self) -> Option<BusinessDay> {
        self.page.day
    }

    /// Whether the page is older than the hub.
    pub(super) fn is_stale(&self, seq: usize) -> bool {
        self.page.seq < seq
    }

    /// One turn: what it sends.
    pub(super) fn act(&mut self, town: &mut Town, around: &mut Around) -> Option<Request> {
        if let Some(asked) = &mut self.asked {
            asked.turns += 1;
            if asked.turns <= PATIENCE_TURNS {
                return None;
            }
            asked.turns = 0;
            asked.tries += 1;
            if asked.tries <= TRIES_MAX {
                return Some(asked.request.clone());
            }
            self.asked = None;
            return None;
        }
        let wish = self.wish(around)?;
        let command = self.command(wish, town, around)?;
        Some(self.press(command, around))
    }

    /// Presses on whoever waits first on this page, whatever has happened since.
    pub(super) fn press_on_first(&mut self, around: &mut Around) -> Option<Request> {
        let (counter, ticket) = (self.page.counter.clone()?, *self.page.waiting.first()?);
        let free = self.page.at_counter.is_none() && self.asked.is_none();
        free.then(|| self.press(Command::Call { counter, ticket }, around))
    }

    fn press(&mut self, command: Command, around: &mut Around) -> Request {
        // A page that is broken uses an old key again, now and then.
        let broken = self.last_key.filter(|_| around.chance.per_mille(4));
        let request = Request {
            client: Client::Clerk(self.place),
            key: broken.unwrap_or_else(|| around.key()),
            actor: Actor::Clerk(self.name.clone()),
            command,
            replaces: None,
        };
        self.asked = Some(Asked {
            request: request.clone(),
            turns: 0,
            tries: 1,
        });
        request
    }

    /// The hub's answer.
    pub(super) fn hear(&mut self, key: Key, outcome: &Outcome) {
        if self
            .asked
            .take_if(|asked| asked.request.key == key)
            .is_some()
            && matches!(outcome, Outcome::Done(_))
        {
            self.last_key = Some(key);
        }
    }

    fn wish(&self, around: &mut Around) -> Option<Wish> {
        use Wish as W;
        let chance = &mut around.chance;
        if self.guide {
            return chance.weighted(&[
                (40, W::Issue),
                (10, W::Staff),
                (4, W::Announce),
                (6, W::Prioritise),
                (6, W::PlanWaiting),
                (4, W::CancelWaiting),
                (6, W::AnswerHelp),
                (4, W::Alarm),
                (8, W::Restore),
                (4, W::Undo),
                (2, W::Strange),
            ]);
        }
        let state = self.page.at_counter.map(|(_, state)| state);
        match (&self.page.counter, state) {
            (None, _) => chance.weighted(&[
                (70, W::Open),
                (18, W::TakeOver),
                (4, W::CloseColleagues),
                (3, W::Undo),
                (3, W::Restore),
                (2, W::Strange),
            ]),
            (Some(_), None) if self.page.paused => chance.weighted(&[
                (60, W::Resume),
                (6, W::Next),
                (6, W::Close),
                (10, W::Undo),
                (4, W::AnswerHelp),
            ]),
            (Some(_), None) => chance.weighted(&[
                (50, W::Next),
                (9, W::NextOf),
                (9, W::Chosen),
                (10, W::Restore),
                (7, W::Undo),
                (4, W::TransferWaiting),
                (3, W::HoldWaiting),
                (3, W::PlanWaiting),
                (3, W::Prioritise),
                (3, W::CancelWaiting),
                (3, W::Pause),
                (2, W::Close),
                (1, W::OpenAnother),
                (2, W::Assign),
                (1, W::AnswerHelp),
                (1, W::Alarm),
                (2, W::Strange),
            ]),
            (Some(_), Some(TicketState::Called)) => chance.weighted(&[
                (38, W::Start),
                (10, W::Finish),
                (16, W::Recall),
                (14, W::NoShow),
                (6, W::Hold),
                (6, W::Transfer),
                (2, W::Cancel),
                (6, W::Undo),
                (2, W::Next),
                (1, W::Close),
            ]),
            (Some(_), Some(_)) => chance.weighted(&[
                (50, W::Finish),
                (10, W::Hold),
                (12, W::Transfer),
                (8, W::Plan),
                (6, W::Undo),
                (2, W::Recall),
                (3, W::Pause),
                (2, W::Cancel),
                (2, W::Prioritise),
                (1, W::OpenAnother),
            ]),
        }
    }

    fn command(&self, wish: Wish, town: &mut Town, around: &mut Around) -> Option<Command> {
        let page = &self.page;
        let clerk = self.name.clone();
        let here = || page.counter.clone();
        let ticket = page.at_counter.map(|(id, _)| id);
        Some(match wish {
            Wish::Open | Wish::OpenAnother => Command::OpenCounter {
                counter: around.chance.pick(&page.closed)?.clone(),
                clerk,
            },
            Wish::TakeOver => Command::TakeOver {
                counter: around.chance.pick(&page.colleagues)?.clone(),
                clerk,
            },
            Wish::CloseColleagues => Command::CloseCounter {
                counter: around.chance.pick(&page.colleagues)?.clone(),
            },
            Wish::Close => Command::CloseCounter { counter: here()? },
            Wish::Pause => Command::Pause { counter: here()? },
            Wish::Resume => Command::Resume { counter: here()? },
            Wish::Assign => Command::Assign {
                counter: here()?,
                services: town.shares(around),
            },
            Wish::Next => Command::CallNext {
                counter: here()?,
                service: None,
            },
            Wish::NextOf => Command::CallNext {
                counter: here()?,
                service: Some(town.a_service(around)?),
            },
            Wish::Chosen => Command::Call {
                counter: here()?,
                ticket: match around.chance.percent(70) {
                    true => *around.chance.pick(&page.waiting)?,
                    false => *around.chance.pick(&page.aside)?,
                },
            },
            Wish::Recall => Command::Recall {
                counter: here()?,
                ticket: ticket?,
            },
            Wish::Start => Command::StartService {
                counter: here()?,
                ticket: ticket?,
            },
            Wish::Finish => Command::Finish {
                counter: here()?,
                ticket: ticket?,
            },
            Wish::NoShow => Command::NoShow {
                counter: here()?,
                ticket: ticket?,
            },
            Wish::Hold | Wish::HoldWaiting => Command::Hold {
                ticket: self.meant(wish, around)?,
                reason: *around.chance.pick(&HOLDS)?,
            },
            Wish::Restore => Command::Restore {
                ticket: *around.chance.pick(&page.aside)?,
                place: *around.chance.pick(&PLACES)?,
            },
            Wish::Transfer | Wish::TransferWaiting => Command::Transfer {
                ticket: self.meant(wish, around)?,
                to: self.destination(town, around)?,
                note: note("印鑑証明も").filter(|_| around.chance.percent(30)),
            },
            Wish::Plan | Wish::PlanWaiting => Command::Plan {
                ticket: self.meant(wish, around)?,
                then: town.stops(around),
            },
            Wish::Prioritise => Command::Prioritise {
                ticket: *around.chance.pick(&page.waiting)?,
                considerate: around.chance.percent(75),
            },
            Wish::Cancel | Wish::CancelWaiting => Command::Cancel {
                ticket: self.meant(wish, around)?,
                reason: *around.chance.pick(&CANCELS)?,
            },
            Wish::Undo => Command::Undo,
            Wish::AnswerHelp => Command::AnswerHelp {
                kiosk: around.chance.pick(&town.kiosks)?.clone(),
            },
            Wish::Alarm => self.alarm(around)?,
            Wish::Strange => self.strange(town, around)?,
            Wish::Issue => Command::Issue {
                ticket: TicketId(uuid::Uuid::nil()),
                visit: town.visit_at_the_guide(around),
            },
            Wish::Staff => Command::DeclareStaff {
                count: u16::try_from(around.chance.below(12))
                    .ok()
                    .filter(|it| *it > 0),
            },
            Wish::Announce => Command::Announce {
                notice: note("証明書は自動交付機でもお取りいただけます")
                    .filter(|_| around.chance.percent(70))
                    .map(|ja| Notice { ja, en: None }),
            },
        })
    }

    /// The ticket at the counter, or one that waits.
    fn meant(&self, wish: Wish, around: &mut Around) -> Option<TicketId> {
        let waiting = matches!(
            wish,
            Wish::HoldWaiting | Wish::TransferWaiting | Wish::PlanWaiting | Wish::CancelWaiting
        );
        if !waiting {
            return self.page.at_counter.map(|(id, _)| id);
        }
        let from = match around.chance.percent(80) {
            true => &self.page.waiting,
            false => &self.page.aside,
        };
        around.chance.pick(from).copied()
    }

    fn destination(&self, town: &Town, around: &mut Around) -> Option<Destination> {
        Some(match around.chance.below(3) {
            0 => Destination::Service(town.a_service(around)?),
            1 => {
                let counters = &town.rules.counters;
                let open = around.chance.pick(&self.page.colleagues).cloned();
                let any = around.chance.pick(counters).map(|it| it.id.clone());
                Destination::Counter(open.filter(|_| around.chance.percent(80)).or(any)?)
            }
            _ => Destination::Clerk(around.chance.pick(&town.clerks)?.clone()),
        })
    }

    fn alarm(&self, around: &mut Around) -> Option<Command> {
        let place = match &self.page.counter {
            Some(counter) => Name::parse(counter.as_str()).ok()?,
            None => Name::parse("総合案内").ok()?,
        };
        Some(match around.chance.percent(50) {
            true => Command::RaiseAlarm { place },
            false => Command::ClearAlarm { place },
        })
    }

    /// What no page offers.
    fn strange(&self, town: &Town, around: &mut Around) -> Option<Command> {
        let page = &self.page;
        let counter = page
            .counter
            .clone()
            .or_else(|| page.closed.first().cloned())?;
        let waiting = around.chance.pick(&page.waiting).copied();
        let elsewhere = CounterId::parse("99").ok()?;
        let nowhere = queue::ServiceId::parse("no-such-service").ok()?;
        Some(match around.chance.below(10) {
            0 => Command::CallNext {
                counter: elsewhere,
                service: None,
            },
            1 => Command::CallNext {
                counter,
                service: Some(nowhere),
            },
            2 => Command::Call {
                counter,
                ticket: TicketId(uuid::Uuid::nil()),
            },
            3 => Command::SkipNumbers {
                service: town.a_service(around)?,
                count: 5,
            },
            4 => Command::Assign {
                counter,
                services: Vec::new(),
            },
            5 => Command::Plan {
                ticket: waiting?,
                then: vec![nowhere],
            },
            6 => Command::Restore {
                ticket: *around.chance.pick(&page.over)?,
                place: Place::Kept,
            },
            7 => Command::IssueLeased {
                ticket: TicketId(uuid::Uuid::from_u128(u128::from(around.chance.bits()))),
                number: queue::TicketNumber::new('A', 5)?,
                visit: town.plain_visit(town.a_service(around)?),
                issued_at: town.noon(),
                slip: queue::SlipState::Printed,
            },
            8 => Command::Finish {
                counter,
                ticket: waiting?,
            },
            _ => Command::Issue {
                ticket: TicketId(uuid::Uuid::nil()),
                visit: town.plain_visit(nowhere),
            },
        })
    }
}

const HOLDS: [HoldReason; 5] = [
    HoldReason::Writing,
    HoldReason::Enquiry,
    HoldReason::Preparing,
    HoldReason::Away,
    HoldReason::Other,
];

const PLACES: [Place; 4] = [Place::Front, Place::Next, Place::Kept, Place::End];

const CANCELS: [CancelReason; 4] = [
    CancelReason::Citizen,
    CancelReason::Mistake,
    CancelReason::Left,
    CancelReason::Other,
];

fn note(text: &str) -> Option<Note> {
    Note::parse(text).ok()
}
