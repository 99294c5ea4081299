//! Any command by anybody, with small numbers for everything, so that commands meet.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use queue::*;

use crate::office::*;

/// Numbers from which one command is made.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    /// Which command.
    what: u8,
    who: u8,
    counter: u8,
    service: u8,
    ticket: usize,
    extra: u8,
}

/// As many as there are commands below, by weight.
const KINDS: &[(u32, u8)] = &[
    (10, 0),
    (2, 1),
    (3, 2),
    (1, 3),
    (1, 4),
    (3, 5),
    (2, 6),
    (1, 7),
    (1, 8),
    (2, 9),
    (1, 10),
    (10, 11),
    (3, 12),
    (2, 13),
    (5, 14),
    (7, 15),
    (4, 16),
    (3, 17),
    (4, 18),
    (4, 19),
    (2, 20),
    (2, 21),
    (3, 22),
    (5, 23),
    (1, 24),
    (1, 25),
    (1, 26),
    (1, 27),
    (1, 28),
];

pub(crate) fn a_move() -> impl Strategy<Value = Move> {
    let kinds: Vec<_> = KINDS
        .iter()
        .map(|(weight, kind)| (*weight, Just(*kind)))
        .collect();
    let what = proptest::strategy::Union::new_weighted(kinds);
    (what, 0..4_u8, 0..3_u8, 0..3_u8, 0..60_usize, any::<u8>()).prop_map(
        |(what, who, counter, service, ticket, extra)| Move {
            what,
            who,
            counter,
            service,
            ticket,
            extra,
        },
    )
}

/// Minutes until the next move: mostly few, sometimes back, seldom to another day.
pub(crate) fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![40 => 0..8_i64, 2 => -20..0_i64, 1 => Just(15 * 60), 1 => Just(-24 * 60)]
}

/// What has been played so far.
pub(crate) struct Player {
    pub(crate) office: Office,
    pub(crate) issued: Vec<TicketId>,
    pub(crate) now: DateTime<Utc>,
}

impl Player {
    pub(crate) fn new() -> Self {
        let mut office = Office::opened();
        let moving = office.rules.services.iter_mut().find(|it| it.letter == 'B');
        // Large enough to set one number aside, small enough to come round.
        moving.unwrap().last = 5;
        office.rules.services[2].capacity = Some(12);
        Self {
            office,
            issued: Vec::new(),
            now: at(9, 0),
        }
    }

    pub(crate) fn command(&self, a_move: &Move) -> (Actor, Command) {
        let extra = a_move.extra;
        let names = ["sato", "suzuki", "tanaka", "yamada"];
        let services = ["certificates", "moving", "tax"];
        let counters = ["1", "2", "3"];
        let who = name(names[usize::from(a_move.who)]);
        let counter = counter(counters[usize::from(a_move.counter)]);
        let of = service(services[usize::from(a_move.service)]);
        let open = self.office.state.counter(&counter);
        // Three times in four the right clerk acts on what stands at the counter.
        let apt = !extra.is_multiple_of(4);
        let at_hand = open.filter(|_| apt).and_then(|desk| desk.ticket);
        let known = self.issued.len().max(1);
        let any_ticket = self.issued.get(a_move.ticket % known).copied();
        let any_ticket = any_ticket.unwrap_or(ticket(9999));
        let ticket = at_hand.unwrap_or(any_ticket);
        let clerk = open
            .filter(|_| apt)
            .map_or(who.clone(), |desk| desk.clerk.clone());
        let by_clerk = Actor::Clerk(clerk.clone());
        let by = |command| (by_clerk.clone(), command);
        let at_entrance = name(["入口", "奥"][usize::from(extra / 2 % 2)]);
        match a_move.what {
            0 => {
                let by_kiosk = extra % 4 != 3;
                let actor = if by_kiosk { kiosk() } else { by_clerk };
                let ticket = self.fresh();
                let visit = self.visit(a_move);
                (actor, Command::Issue { ticket, visit })
            }
            1 => {
                let day = self.office.rules.day(self.now).date();
                let day = BusinessDay::on(day + TimeDelta::days(i64::from(extra % 3) - 1));
                let lease = Command::Lease {
                    kiosk: at_entrance.clone(),
                    day,
                    service: of,
                    count: u16::from(extra % 7),
                };
                (Actor::Kiosk(at_entrance), lease)
            }
            2 => {
                let unused = self.office.state.leases().flat_map(|lease| {
                    let whose = (lease.kiosk.clone(), lease.service.clone());
                    lease
                        .unused
                        .iter()
                        .map(move |number| (whose.clone(), *number))
                });
                let unused: Vec<_> = unused.collect();
                let picked = unused.get(a_move.ticket % unused.len().max(1)).cloned();
                let ((holder, service), number) =
                    picked.unwrap_or(((at_entrance, of), "A-999".parse().unwrap()));
                let leased = Command::IssueLeased {
                    ticket: if apt { self.fresh() } else { any_ticket },
                    number,
                    visit: Visit {
                        service,
                        ..self.visit(a_move)
                    },
                    issued_at: self.now - TimeDelta::minutes(i64::from(extra % 50)),
                    slip: SlipState::Printed,
                };
                (Actor::Kiosk(holder), leased)
            }
            3 => {
                let skip = Command::SkipNumbers {
                    service: of,
                    count: u16::from(extra % 5),
                };
                (if apt { Actor::Hub } else { by_clerk }, skip)
            }
            4 => {
                use SlipState::{Failed, None, Pending, Printed, Unknown};
                let slip = [Pending, Printed, Unknown, Failed, None][usize::from(extra % 5)];
                (kiosk(), Command::ReportSlip { ticket, slip })
            }
            5 => (
                Actor::Clerk(who.clone()),
                Command::OpenCounter {
                    counter,
                    clerk: who,
                },
            ),
            6 => (
                Actor::Clerk(who.clone()),
                Command::TakeOver {
                    counter,
                    clerk: who,
                },
            ),
            7 => by(Command::CloseCounter { counter }),
            8 => by(Command::Assign {
                counter,
                services: vec![
                    Share {
                        service: of,
                        weight: Weight::new(10 + u16::from(extra) * 3).unwrap(),
                    },
                    even(services[usize::from(a_move.service + 1) % 3]),
                ],
            }),
            9 => by(Command::Resume { counter }),
            10 => by(Command::Pause { counter }),
            11 => by(Command::CallNext {
                counter,
                service: (extra % 5 == 4).then_some(of),
            }),
            12 => by(Command::Call {
                counter,
                ticket: any_ticket,
            }),
            13 => by(Command::Recall { counter, ticket }),
            14 => by(Command::StartService { counter, ticket }),
            15 => by(Command::Finish { counter, ticket }),
            16 => by(Command::NoShow { counter, ticket }),
            17 => {
                use HoldReason::{Away, Enquiry, Other, Preparing, Writing};
                let reason = [Writing, Enquiry, Preparing, Away, Other][usize::from(extra % 5)];
                by(Command::Hold { ticket, reason })
            }
            18 => {
                let place = [Place::Front, Place::Next, Place::Kept, Place::End];
                by(Command::Restore {
                    ticket: any_ticket,
                    place: place[usize::from(extra % 4)],
                })
            }
            19 => {
                let to = match extra % 3 {
                    0 => Destination::Service(of),
                    1 => Destination::Counter(counter),
                    _ => Destination::Clerk(who),
                };
                let note = (extra.is_multiple_of(2)).then(|| Note::parse("印鑑あり").unwrap());
                by(Command::Transfer { ticket, to, note })
            }
            20 => by(Command::Plan {
                ticket: any_ticket,
                then: self.plan(extra),
            }),
            21 => by(Command::Prioritise {
                ticket: any_ticket,
                considerate: extra.is_multiple_of(2),
            }),
            22 => {
                use CancelReason::{Citizen, Left, Mistake, Other};
                let reason = [Citizen, Mistake, Left, Other][usize::from(extra % 4)];
                by(Command::Cancel { ticket, reason })
            }
            23 => by(Command::Undo),
            24 => by(Command::DeclareStaff {
                count: u16::from(extra).checked_sub(21),
            }),
            25 => by(Command::Announce {
                notice: (extra.is_multiple_of(2)).then(|| Notice {
                    ja: Note::parse("本日は混みあっています").unwrap(),
                    en: None,
                }),
            }),
            26 if apt => by(Command::RaiseAlarm { place: who }),
            26 => by(Command::ClearAlarm { place: who }),
            27 if apt => (kiosk(), Command::AskHelp { kiosk: at_entrance }),
            27 => by(Command::AnswerHelp { kiosk: at_entrance }),
            _ => (Actor::Hub, Command::StartDay),
        }
    }

    fn fresh(&self) -> TicketId {
        ticket(u32::try_from(self.issued.len()).unwrap())
    }

    fn visit(&self, a_move: &Move) -> Visit {
        let minutes = i64::from(a_move.extra % 120) - 60;
        let start = self.now + TimeDelta::minutes(minutes);
        let booked = a_move.ticket.is_multiple_of(3);
        Visit {
            appointment: booked.then(|| Appointment {
                number: AppointmentNumber::parse(&format!("Y{}", a_move.ticket)).unwrap(),
                start,
                end: start + TimeDelta::minutes(15),
            }),
            considerate: a_move.ticket % 4 == 1,
            then: self.plan(a_move.extra / 3),
            ..visit(["certificates", "moving", "tax"][usize::from(a_move.service)])
        }
    }

    fn plan(&self, extra: u8) -> Vec<ServiceId> {
        match extra % 6 {
            0 => vec![service("tax")],
            1 => vec![service("certificates"), service("tax")],
            2 => vec![service("tax"), service("tax")],
            _ => Vec::new(),
        }
    }

    /// Decides and follows; every event must fit, and everything that must hold must hold.
    pub(crate) fn play(&mut self, a_move: &Move) -> Result<(), TestCaseError> {
        let (actor, command) = self.command(a_move);
        let before = self.office.state.clone();
        let decided = decide(&before, &self.office.rules, &actor, &command, self.now);
        let again = decide(&before, &self.office.rules, &actor, &command, self.now);
        prop_assert_eq!(&decided, &again, "the same question has the same answer");
        let Ok(events) = decided else {
            return Ok(());
        };
        for event in &events {
            let followed = self.office.state.evolve(event);
            prop_assert_eq!(followed, Ok(()), "{:?} after {:?}", event, command);
            if let EventKind::Issued { ticket, .. } = event.kind {
                self.check_fresh_number(event)?;
                self.issued.push(ticket);
            }
            self.office.log.push(event.clone());
        }
        let state = &self.office.state;
        if before.day() == state.day() {
            for ticket in before.tickets() {
                let now = state.ticket(&ticket.id);
                prop_assert!(now.is_some_and(|now| now.number == ticket.number));
            }
        }
        let checked = state.check(&self.office.rules, self.now);
        prop_assert_eq!(checked, Ok(()), "after {:?}", command);
        Ok(())
    }

    /// Nobody gets a number that came since the service's range last began, as the log of slips
    /// tells, not as the state does. Kiosks' numbers are theirs alone.
    fn check_fresh_number(&self, event: &Event) -> Result<(), TestCaseError> {
        let EventKind::Issued {
            number, service, ..
        } = &event.kind
        else {
            return Ok(());
        };
        let range = self.office.rules.service(service).unwrap();
        let size = usize::from(range.last - range.first) + 1;
        let today = self
            .office
            .log
            .iter()
            .rev()
            .take_while(|event| !matches!(event.kind, EventKind::DayStarted { .. }));
        let mut taken = BTreeSet::new();
        for event in today {
            if let EventKind::Issued { number, .. } = &event.kind {
                taken.insert(*number);
            }
            // The range is used up the sooner for it; by how much, the event does not tell.
            if matches!(&event.kind, EventKind::NumbersSkipped { service: of, .. } if of == service)
            {
                return Ok(());
            }
        }
        taken.retain(|taken| taken.letter() == number.letter());
        let again = taken.contains(number);
        taken.extend(
            self.office
                .state
                .leases()
                .filter(|lease| lease.service == *service)
                .flat_map(|lease| lease.unused.iter().copied()),
        );
        let in_force = self
            .office
            .state
            .tickets()
            .filter(|it| it.state.is_in_force());
        taken.extend(in_force.map(|ticket| ticket.number));
        taken.retain(|taken| taken.letter() == number.letter());
        prop_assert!(
            !again || taken.len() >= size - 1,
            "{} came again too soon",
            number
        );
        Ok(())
    }
}
