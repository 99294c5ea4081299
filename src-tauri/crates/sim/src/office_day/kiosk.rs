//! A kiosk: it asks, asks again with the same key, is pressed twice, is cut off, and then gives numbers from its
//! leases, on a log that survives its own crashes.

use chrono::{DateTime, TimeDelta, Utc};
use queue::{
    Actor, BusinessDay, Command, Lease, Name, Refusal, ServiceId, SlipState, TicketId,
    TicketNumber, Visit,
};

use super::{
    Around,
    hub::{Answer, Client, Key, Outcome, Request, identity},
    office::Town,
};

/// Its own turns without an answer before it asks again.
const PATIENCE_TURNS: u32 = 1;
/// How often it asks before it goes on by itself.
const TRIES_MAX: u32 = 2;
/// After this time nobody stands there any more.
const PRESS_S_MAX: i64 = 480;
/// Unused numbers that it likes to have of each service and day.
const LEASE_COUNT: u16 = 3;

/// A ticket that it gave by itself. Durable.
#[derive(Debug, Clone)]
struct Given {
    key: Key,
    /// The key with which the hub was asked before.
    press: Key,
    ticket: TicketId,
    number: TicketNumber,
    day: BusinessDay,
    visit: Visit,
    issued_at: DateTime<Utc>,
    slip: SlipState,
    told: bool,
}

/// What it waits for.
#[derive(Debug, Clone)]
struct Asked {
    request: Request,
    turns: u32,
    tries: u32,
}

pub(super) struct Kiosk {
    place: usize,
    pub(super) name: Name,
    /// Durable.
    log: Vec<Given>,
    /// Durable; as the hub last told.
    leases: Vec<Lease>,
    /// The visitor's press, and what else was sent. Lost in a crash.
    press: Option<Asked>,
    pressed_at: DateTime<Utc>,
    errands: Vec<Asked>,
    /// Whether its cable is out.
    pub(super) cut_off: bool,
    /// How far its clock is from the true time.
    skew: TimeDelta,
}

/// What came out of its printer.
pub(super) struct Slip {
    pub(super) day: BusinessDay,
    pub(super) ticket: TicketId,
    pub(super) number: TicketNumber,
    pub(super) service: ServiceId,
    /// Whether the kiosk gave the number by itself.
    pub(super) leased: bool,
}

impl Kiosk {
    pub(super) fn new(place: usize, name: Name, skew: TimeDelta) -> Self {
        Self {
            place,
            name,
            log: Vec::new(),
            leases: Vec::new(),
            press: None,
            pressed_at: DateTime::default(),
            errands: Vec::new(),
            cut_off: false,
            skew,
        }
    }

    /// Whether it has told all that it gave by itself.
    pub(super) fn has_told_everything(&self) -> bool {
        self.log.iter().all(|given| given.told)
    }

    fn request(&self, key: Key, command: Command) -> Request {
        Request {
            client: Client::Kiosk(self.place),
            key,
            actor: Actor::Kiosk(self.name.clone()),
            command,
            replaces: None,
        }
    }

    /// One turn: what it sends, and what comes out of its printer without the hub.
    pub(super) fn act(
        &mut self,
        now: DateTime<Utc>,
        town: &mut Town,
        around: &mut Around,
    ) -> (Vec<Request>, Option<Slip>) {
        let mut sent = Vec::new();
        let mut slip = None;
        self.give_up(now, around);
        if self.press.is_none() && around.chance.percent(55) {
            let visit = town.visit(now, around);
            let issue = Command::Issue {
                ticket: TicketId(uuid::Uuid::nil()),
                visit,
            };
            let request = self.request(around.key(), issue);
            sent.push(request.clone());
            if around.chance.percent(12) {
                around.tally.fault("a kiosk was pressed twice");
                sent.push(request.clone());
            }
            self.pressed_at = now;
            self.press = Some(Asked {
                request,
                turns: 0,
                tries: 1,
            });
        } else if let Some(asked) = &mut self.press {
            asked.turns += 1;
            if asked.turns > PATIENCE_TURNS && asked.tries < TRIES_MAX {
                asked.turns = 0;
                asked.tries += 1;
                sent.push(asked.request.clone());
            } else if asked.turns > PATIENCE_TURNS {
                slip = self.go_on_alone(now, town, around);
            }
        }
        self.errand(now, town, around, &mut sent);
        (sent, slip)
    }

    /// The visitor has gone, to 総合案内 or home.
    fn give_up(&mut self, now: DateTime<Utc>, around: &mut Around) {
        let late = now - self.pressed_at > TimeDelta::seconds(PRESS_S_MAX);
        if late && self.press.take().is_some() {
            around.tally.fault("a kiosk gave up");
        }
    }

    /// The hub is away: the visitor gets a number all the same, if the kiosk has one.
    fn go_on_alone(
        &mut self,
        now: DateTime<Utc>,
        town: &Town,
        around: &mut Around,
    ) -> Option<Slip> {
        let asked = self.press.take()?;
        let Command::Issue { visit, .. } = asked.request.command else {
            return None;
        };
        let local = now + self.skew;
        let day = town.rules.day(local);
        let open = town
            .rules
            .service(&visit.service)
            .is_some_and(|service| town.rules.opening(service, local).is_open());
        let number = self.unused(day, &visit.service).next();
        let Some(number) = number.filter(|_| open) else {
            around.tally.fault("a kiosk had no number left");
            return None;
        };
        let given = Given {
            key: around.key(),
            press: asked.request.key,
            ticket: identity(local, &mut around.chance),
            number,
            day,
            visit,
            issued_at: local,
            slip: SlipState::Unknown,
            told: false,
        };
        // First the log, then the paper: a crash between them leaves a number that nobody has, never one
        // that two have.
        self.log.push(given);
        if around.chance.percent(4) {
            around.tally.fault("a kiosk crashed before the paper");
            self.crash();
            return None;
        }
        let given = self.log.last_mut()?;
        given.slip = SlipState::Printed;
        around.tally.fault("a kiosk issued by itself");
        Some(Slip {
            day,
            ticket: given.ticket,
            number,
            service: given.visit.service.clone(),
            leased: true,
        })
    }

    /// The numbers of its leases that are on no paper of its own.
    fn unused(
        &self,
        day: BusinessDay,
        service: &ServiceId,
    ) -> impl Iterator<Item = TicketNumber> + '_ {
        let service = service.clone();
        self.leases
            .iter()
            .filter(move |lease| lease.day == day && lease.service == service)
            .flat_map(|lease| lease.unused.iter().copied())
            .filter(move |number| {
                let same = |given: &Given| given.day == day && given.number == *number;
                !self.log.iter().any(same)
            })
    }

    /// What it has to tell or to ask besides.
    fn errand(
        &mut self,
        now: DateTime<Utc>,
        town: &Town,
        around: &mut Around,
        sent: &mut Vec<Request>,
    ) {
        for asked in &mut self.errands {
            asked.turns += 1;
            if asked.turns > PATIENCE_TURNS {
                asked.turns = 0;
                asked.tries += 1;
                sent.push(asked.request.clone());
            }
        }
        self.errands.retain(|asked| asked.tries <= TRIES_MAX);
        // What it gave is told in the order in which it was given, one after the other.
        let under_way = |key: Key| self.errands.iter().any(|asked| asked.request.key == key);
        let untold = self.log.iter().find(|given| !given.told);
        if let Some(given) = untold.filter(|given| !under_way(given.key)) {
            let told = Command::IssueLeased {
                ticket: given.ticket,
                number: given.number,
                visit: given.visit.clone(),
                issued_at: given.issued_at,
                slip: given.slip,
            };
            let request = Request {
                replaces: Some(given.press),
                ..self.request(given.key, told)
            };
            self.send_this(request, sent);
        }
        if around.chance.percent(12) {
            let today = town.rules.day(now + self.skew);
            let day = match around.chance.percent(20) {
                true => BusinessDay::on(today.date() + TimeDelta::days(1)),
                false => today,
            };
            let Some(service) = town.a_service(around) else {
                return;
            };
            if self.unused(day, &service).count() < usize::from(LEASE_COUNT) {
                let lease = Command::Lease {
                    kiosk: self.name.clone(),
                    day,
                    service,
                    count: LEASE_COUNT,
                };
                self.send(around.key(), lease, sent);
            }
        }
        if around.chance.percent(2) {
            let kiosk = self.name.clone();
            let help = match around.chance.percent(60) {
                true => Command::AskHelp { kiosk },
                false => Command::AnswerHelp { kiosk },
            };
            self.send(around.key(), help, sent);
        }
    }

    fn send(&mut self, key: Key, command: Command, sent: &mut Vec<Request>) {
        let request = self.request(key, command);
        self.send_this(request, sent);
    }

    fn send_this(&mut self, request: Request, sent: &mut Vec<Request>) {
        sent.push(request.clone());
        self.errands.push(Asked {
            request,
            turns: 0,
            tries: 1,
        });
    }

    /// The hub's answer. What comes out of the printer, and what is sent because of it.
    pub(super) fn hear(
        &mut self,
        (key, outcome): (Key, Outcome),
        now: DateTime<Utc>,
        around: &mut Around,
    ) -> (Option<Slip>, Vec<Request>) {
        let mut sent = Vec::new();
        self.give_up(now, around);
        if let Some(asked) = self.press.take_if(|asked| asked.request.key == key) {
            let slip = match outcome {
                Outcome::Done(answer) => self.print(&asked, &answer, around, &mut sent),
                Outcome::Refused(_) | Outcome::KeyReused => None,
            };
            return (slip, sent);
        }
        let errand = self.errands.iter().position(|it| it.request.key == key);
        if let Some(place) = errand {
            let asked = self.errands.remove(place);
            self.done(&asked.request, outcome, around);
        } else if let Outcome::Done(Answer {
            issued: Some((_, ticket, _)),
            ..
        }) = &outcome
            && !self.log.iter().any(|given| given.ticket == *ticket)
        {
            // It went on alone meanwhile, or was started again: this ticket has no paper yet.
            around.tally.fault("a ticket came without its paper");
        }
        (None, sent)
    }

    fn print(
        &mut self,
        asked: &Asked,
        answer: &Answer,
        around: &mut Around,
        sent: &mut Vec<Request>,
    ) -> Option<Slip> {
        let (day, ticket, number) = answer.issued?;
        let Command::Issue { visit, .. } = &asked.request.command else {
            return None;
        };
        if around.chance.percent(1) {
            around.tally.fault("a kiosk crashed before the paper");
            self.crash();
            return None;
        }
        let slip = around.chance.weighted(&[
            (90, SlipState::Printed),
            (6, SlipState::Unknown),
            (4, SlipState::Failed),
        ])?;
        self.send(around.key(), Command::ReportSlip { ticket, slip }, sent);
        (slip != SlipState::Failed).then(|| Slip {
            day,
            ticket,
            number,
            service: visit.service.clone(),
            leased: false,
        })
    }

    fn done(&mut self, request: &Request, outcome: Outcome, around: &mut Around) {
        if let Command::IssueLeased { ticket, .. } = &request.command {
            let given = self.log.iter_mut().find(|given| given.ticket == *ticket);
            let Some(given) = given else { return };
            given.told = true;
            around.tally.fault("a kiosk told what it had issued");
            match outcome {
                Outcome::Done(_) => {}
                Outcome::Refused(refusal) => {
                    let what = (given.day, given.number, &refusal);
                    around.watch.refused_paper(&self.name, what);
                }
                Outcome::KeyReused => {
                    let what = (given.day, given.number, &Refusal::HubOnly);
                    around.watch.refused_paper(&self.name, what);
                }
            }
        } else if let (Command::Lease { .. }, Outcome::Done(answer)) = (&request.command, outcome) {
            self.leases = answer.leases;
        }
    }

    /// Memory is gone; the log and the leases are not.
    pub(super) fn crash(&mut self) {
        self.press = None;
        self.errands.clear();
    }
}
