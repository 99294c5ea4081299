//! Any sequence of commands, by anybody, at any time, keeps what must hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use queue::*;

use crate::office::*;

/// One command with small numbers for everything, so that commands meet.
#[derive(Debug, Clone)]
enum Move {
    Issue {
        service: u8,
        booking: Option<(u8, i64)>,
        by_clerk: bool,
    },
    Slip {
        ticket: usize,
        slip: SlipState,
    },
    Open {
        counter: u8,
        clerk: u8,
    },
    Close {
        counter: u8,
        clerk: u8,
    },
    Next {
        counter: u8,
        clerk: u8,
    },
    On {
        deed: u8,
        counter: u8,
        clerk: u8,
        ticket: usize,
    },
    AtHand {
        deed: u8,
        counter: u8,
    },
    Undo {
        clerk: u8,
    },
    Help {
        answer: bool,
    },
    StartDay,
}

fn slip() -> impl Strategy<Value = SlipState> {
    use SlipState::*;
    prop_oneof![
        Just(Pending),
        Just(Printed),
        Just(Unknown),
        Just(Failed),
        Just(None)
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    let booking = proptest::option::weighted(0.4, (0..12_u8, -60..60_i64));
    prop_oneof![
        6 => (0..3_u8, booking, any::<bool>())
            .prop_map(|(service, booking, by_clerk)| Move::Issue { service, booking, by_clerk }),
        1 => (0..60_usize, slip()).prop_map(|(ticket, slip)| Move::Slip { ticket, slip }),
        2 => (0..3_u8, 0..4_u8).prop_map(|(counter, clerk)| Move::Open { counter, clerk }),
        1 => (0..3_u8, 0..4_u8).prop_map(|(counter, clerk)| Move::Close { counter, clerk }),
        6 => (0..3_u8, 0..4_u8).prop_map(|(counter, clerk)| Move::Next { counter, clerk }),
        3 => (0..7_u8, 0..3_u8, 0..4_u8, 0..60_usize)
            .prop_map(|(deed, counter, clerk, ticket)| Move::On { deed, counter, clerk, ticket }),
        8 => (0..4_u8, 0..3_u8).prop_map(|(deed, counter)| Move::AtHand { deed, counter }),
        2 => (0..4_u8).prop_map(|clerk| Move::Undo { clerk }),
        1 => any::<bool>().prop_map(|answer| Move::Help { answer }),
        1 => Just(Move::StartDay),
    ]
}

/// Minutes until the next move: mostly few, sometimes back, seldom to another day.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![30 => 0..8_i64, 2 => -20..0_i64, 1 => Just(15 * 60), 1 => Just(-24 * 60)]
}

struct Player {
    office: Office,
    issued: Vec<TicketId>,
    now: DateTime<Utc>,
}

impl Player {
    fn command(&self, a_move: &Move) -> (Actor, Command) {
        let who = |n: u8| name(["sato", "suzuki", "tanaka", "yamada"][usize::from(n)]);
        let desk = |n: u8| counter(["1", "2", "3"][usize::from(n)]);
        let a_ticket = |n: usize| {
            let known = self.issued.len().max(1);
            self.issued.get(n % known).copied().unwrap_or(ticket(9999))
        };
        let deed = |deed: u8, counter: CounterId, ticket: TicketId| match deed {
            0 => Command::Recall { counter, ticket },
            1 => Command::StartService { counter, ticket },
            2 => Command::Finish { counter, ticket },
            3 => Command::NoShow { counter, ticket },
            4 => Command::Call { counter, ticket },
            5 => Command::Restore {
                ticket,
                place: Place::Kept,
            },
            _ => Command::Cancel {
                ticket,
                reason: CancelReason::Citizen,
            },
        };
        match a_move {
            Move::Issue {
                service: n,
                booking,
                by_clerk,
            } => {
                let serial = u32::try_from(self.issued.len()).unwrap();
                let appointment = booking.map(|(number, minutes)| Appointment {
                    number: AppointmentNumber::parse(&format!("Y{number}")).unwrap(),
                    start: self.now + TimeDelta::minutes(minutes),
                    end: self.now + TimeDelta::minutes(minutes + 15),
                });
                let issue = Command::Issue {
                    ticket: ticket(serial),
                    visit: Visit {
                        appointment,
                        ..visit(["certificates", "moving", "tax"][usize::from(*n)])
                    },
                };
                (if *by_clerk { clerk("sato") } else { kiosk() }, issue)
            }
            Move::Slip { ticket, slip } => {
                let ticket = a_ticket(*ticket);
                (
                    kiosk(),
                    Command::ReportSlip {
                        ticket,
                        slip: *slip,
                    },
                )
            }
            Move::Open { counter, clerk } => {
                let clerk = who(*clerk);
                let counter = desk(*counter);
                (
                    Actor::Clerk(clerk.clone()),
                    Command::OpenCounter { counter, clerk },
                )
            }
            Move::Close { counter, clerk } => {
                let counter = desk(*counter);
                (Actor::Clerk(who(*clerk)), Command::CloseCounter { counter })
            }
            Move::Next { counter, clerk } => {
                let counter = desk(*counter);
                (
                    Actor::Clerk(who(*clerk)),
                    Command::CallNext {
                        counter,
                        service: None,
                    },
                )
            }
            Move::On {
                deed: n,
                counter,
                clerk,
                ticket,
            } => {
                let command = deed(*n, desk(*counter), a_ticket(*ticket));
                (Actor::Clerk(who(*clerk)), command)
            }
            Move::AtHand { deed: n, counter } => {
                let counter = desk(*counter);
                let open = self.office.state.counter(&counter);
                let clerk = open.map_or_else(|| who(0), |desk| desk.clerk.clone());
                let ticket = open.and_then(|desk| desk.ticket).unwrap_or(a_ticket(0));
                (Actor::Clerk(clerk), deed(*n, counter, ticket))
            }
            Move::Undo { clerk } => (Actor::Clerk(who(*clerk)), Command::Undo),
            Move::Help { answer } => {
                let kiosk_name = name("入口");
                let command = match answer {
                    true => Command::AnswerHelp { kiosk: kiosk_name },
                    false => Command::AskHelp { kiosk: kiosk_name },
                };
                (kiosk(), command)
            }
            Move::StartDay => (Actor::Hub, Command::StartDay),
        }
    }

    fn play(&mut self, a_move: &Move) -> Result<(), TestCaseError> {
        let (actor, command) = self.command(a_move);
        let before = self.office.state.clone();
        let decided = decide(&before, &self.office.rules, &actor, &command, self.now);
        let again = decide(&before, &self.office.rules, &actor, &command, self.now);
        prop_assert_eq!(&decided, &again, "the same question has the same answer");
        let Ok(events) = decided else {
            return Ok(());
        };
        for event in &events {
            prop_assert_eq!(self.office.state.evolve(event), Ok(()), "{:?}", command);
            self.check_fresh_number(event)?;
            self.office.log.push(event.clone());
        }
        if matches!(command, Command::Issue { .. }) {
            self.issued
                .extend(events.iter().filter_map(|event| event.kind.ticket()));
        }
        if !events
            .iter()
            .any(|event| matches!(event.kind, EventKind::DayStarted { .. }))
        {
            check_nothing_lost(&before, &self.office.state)?;
        }
        check(&self.office, self.now)
    }

    /// Nobody gets a number that came since the service's range last began, as the log of slips
    /// tells, not as the state does.
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
        let earlier: Vec<_> = today
            .filter_map(issued_number)
            .filter(|earlier| earlier.letter() == number.letter())
            .collect();
        if earlier.len() < size {
            prop_assert!(!earlier.contains(number), "{} came again too soon", number);
        }
        Ok(())
    }
}

fn issued_number(event: &Event) -> Option<TicketNumber> {
    if let EventKind::Issued { number, .. } = event.kind {
        Some(number)
    } else {
        None
    }
}

fn check_nothing_lost(before: &State, after: &State) -> Result<(), TestCaseError> {
    for ticket in before.tickets() {
        let now = after.ticket(&ticket.id);
        prop_assert!(now.is_some_and(|now| now.number == ticket.number));
    }
    Ok(())
}

fn check(office: &Office, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let Office { state, rules, .. } = office;
    let mut numbers = BTreeSet::new();
    let mut bookings = BTreeSet::new();
    let mut at_counters = BTreeMap::new();
    for ticket in state.tickets() {
        if ticket.state.is_in_force() {
            prop_assert!(
                numbers.insert(ticket.number),
                "{} twice in force",
                ticket.number
            );
            let carrier = state.numbered(ticket.number).map(|carrier| carrier.id);
            prop_assert_eq!(carrier, Some(ticket.id));
        }
        if let (Some((booking, _)), true) =
            (&ticket.appointment, ticket.state != TicketState::Cancelled)
        {
            prop_assert!(
                bookings.insert(booking.number.clone()),
                "one booking, two tickets"
            );
        }
        if ticket.state.is_at_counter() {
            let counter = ticket.counter.clone().unwrap();
            let earlier = at_counters.insert(counter.clone(), ticket.id);
            prop_assert_eq!(earlier, None, "two tickets at one counter");
            let there = state.counter(&counter).and_then(|desk| desk.ticket);
            prop_assert_eq!(
                there,
                Some(ticket.id),
                "a ticket at a counter that has it not"
            );
        }
        prop_assert!(ticket.first_called_at.is_some() || ticket.calls == 0);
    }
    let mut clerks = BTreeSet::new();
    for (counter, desk) in state.counters() {
        prop_assert_eq!(desk.ticket, at_counters.get(counter).copied());
        prop_assert!(clerks.insert(desk.clerk.clone()), "one clerk, two counters");
    }
    check_order(state, rules, now)
}

fn check_order(state: &State, rules: &Rules, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let order = state.order(rules, now);
    let waiting: BTreeSet<_> = state
        .tickets()
        .filter(|ticket| ticket.state == TicketState::Waiting)
        .map(|ticket| ticket.id)
        .collect();
    prop_assert_eq!(order.len(), waiting.len());
    prop_assert_eq!(state.waiting(), waiting.len());
    prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), waiting);
    for (place, id) in order.iter().enumerate() {
        let service = &state.ticket(id).unwrap().service;
        let before = order.iter().take(place);
        let ahead = before
            .filter(|other| state.ticket(other).unwrap().service == *service)
            .count();
        prop_assert_eq!(state.ahead(id, rules, now), u32::try_from(ahead).ok());
    }
    for (counter, desk) in state.counters() {
        let called_here: BTreeSet<_> = state.order_at(counter, rules, now).into_iter().collect();
        let expected: BTreeSet<_> = order
            .iter()
            .copied()
            .filter(|id| {
                let service = &state.ticket(id).unwrap().service;
                desk.services.iter().any(|share| share.service == *service)
            })
            .collect();
        prop_assert_eq!(called_here, expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_sequence_of_commands_keeps_what_must_hold(
        moves in proptest::collection::vec((pause(), a_move()), 0..120),
    ) {
        let mut player = Player { office: Office::opened(), issued: Vec::new(), now: at(9, 0) };
        for (minutes, a_move) in &moves {
            player.now += TimeDelta::minutes(*minutes);
            player.play(a_move)?;
        }
        let mut replayed = State::default();
        for event in &player.office.log {
            prop_assert_eq!(replayed.evolve(event), Ok(()));
        }
        prop_assert_eq!(replayed, player.office.state);
    }

    #[test]
    fn an_event_that_does_not_fit_is_refused_and_changes_nothing(
        moves in proptest::collection::vec((pause(), a_move()), 0..60),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
    ) {
        let mut player = Player { office: Office::opened(), issued: Vec::new(), now: at(9, 0) };
        for (minutes, a_move) in &moves {
            player.now += TimeDelta::minutes(*minutes);
            player.play(a_move)?;
        }
        let Office { mut state, log, .. } = player.office;
        for place in places {
            let before = state.clone();
            if state.evolve(&log[place.index(log.len())]).is_err() {
                prop_assert_eq!(&state, &before);
            }
        }
    }

    #[test]
    fn everybody_is_called_in_the_end(
        arrivals in proptest::collection::vec((0..10_i64, 0..3_u8, proptest::option::of(-20..90_i64)), 1..60),
    ) {
        let mut player = Player { office: Office::opened(), issued: Vec::new(), now: at(9, 0) };
        for (number, (minutes, service, slot)) in arrivals.iter().enumerate() {
            player.now += TimeDelta::minutes(*minutes);
            let booking = slot.map(|slot| (u8::try_from(number).unwrap(), slot));
            player.play(&Move::Issue { service: *service, booking, by_clerk: false })?;
        }
        while player.office.state.waiting() > 0 {
            player.now += TimeDelta::minutes(1);
            let expected = player.office.state.order(&player.office.rules, player.now);
            let (called, _) = player.office.serve_next(player.now);
            prop_assert_eq!(Some(&called), expected.first());
        }
    }

    #[test]
    fn a_walk_in_over_the_limit_is_passed_over_by_no_more_bookings_than_the_rule_says(
        booked in 3..40_usize,
        walk_ins in 1..10_usize,
    ) {
        let mut office = Office::opened();
        let waiting: Vec<_> = (0..walk_ins).map(|_| office.issue("certificates", at(9, 0))).collect();
        for _ in 0..booked {
            office.check_in("certificates", at(9, 40), at(9, 35));
        }
        let every = usize::try_from(office.rules.calling.override_every).unwrap();
        for (place, walk_in) in waiting.iter().enumerate() {
            for call in 1.. {
                let (called, _) = office.serve_next(at(9, 50));
                if called == *walk_in {
                    break;
                }
                prop_assert!(call <= every, "walk-in {} was passed over {} times", place, call);
            }
        }
    }
}
