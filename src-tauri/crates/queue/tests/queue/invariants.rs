//! Any sequence of commands, by anybody, at any time, keeps what must hold.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use queue::*;

use crate::{moves::*, office::*};

/// What `check` cannot see, because it is said of the order and of its parts.
fn check_views(state: &State, rules: &Rules, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let order = state.order(rules, now);
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
        let there = |aim: &Destination| match aim {
            Destination::Counter(id) => state.counter(id).is_some(),
            Destination::Clerk(name) => state.counter_of(name).is_some(),
            Destination::Service(_) => false,
        };
        let ours = |aim: &Destination| match aim {
            Destination::Counter(id) => id == counter,
            Destination::Clerk(name) => *name == desk.clerk,
            Destination::Service(_) => false,
        };
        let expected: BTreeSet<_> = order
            .iter()
            .copied()
            .filter(|id| {
                let ticket = state.ticket(id).unwrap();
                let served = desk.services.iter().any(|it| it.service == ticket.service);
                match &ticket.aim {
                    Some(aim) => ours(aim) || (served && !there(aim)),
                    None => served,
                }
            })
            .collect();
        prop_assert_eq!(called_here, expected);
    }
    Ok(())
}

fn check_brackets(state: &State, rules: &Rules, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let pace = Pace::of(rules);
    let brackets = state.brackets(rules, &pace, now);
    for (id, bracket) in &brackets {
        prop_assert!(bracket.from_min <= bracket.to_min && bracket.to_min < 24 * 60);
        prop_assert_eq!(state.ticket(id).unwrap().state, TicketState::Waiting);
    }
    let calling = || state.counters().filter(|(_, desk)| !desk.paused);
    for id in state.order(rules, now) {
        let called =
            calling().any(|(counter, _)| state.order_at(counter, rules, now).contains(&id));
        prop_assert_eq!(brackets.contains_key(&id), called);
    }
    for service in &rules.services {
        let called = calling()
            .flat_map(|(_, desk)| &desk.services)
            .any(|share| share.service == service.id);
        let bracket = state.newcomer(rules, &pace, &service.id, now);
        prop_assert_eq!(bracket.is_some(), called);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_sequence_of_commands_keeps_what_must_hold(
        moves in proptest::collection::vec((pause(), a_move()), 0..160),
    ) {
        let mut player = Player::new();
        for (minutes, a_move) in &moves {
            player.now += TimeDelta::minutes(*minutes);
            player.play(a_move)?;
        }
        let Office { state, rules, .. } = &player.office;
        check_views(state, rules, player.now)?;
        check_brackets(state, rules, player.now)?;
        let mut replayed = State::default();
        for event in &player.office.log {
            prop_assert_eq!(replayed.evolve(event), Ok(()));
        }
        prop_assert_eq!(&replayed, state);
    }

    #[test]
    fn an_event_that_does_not_fit_is_refused_and_changes_nothing(
        moves in proptest::collection::vec((pause(), a_move()), 0..60),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
    ) {
        let mut player = Player::new();
        for (minutes, a_move) in &moves {
            player.now += TimeDelta::minutes(*minutes);
            player.play(a_move)?;
        }
        let Office { mut state, log, rules, .. } = player.office;
        for place in places {
            let before = state.clone();
            if state.evolve(&log[place.index(log.len())]).is_err() {
                prop_assert_eq!(&state, &before);
            } else {
                prop_assert_eq!(state.check(&rules, player.now), Ok(()));
            }
        }
    }

    #[test]
    fn an_undone_deed_leaves_the_ticket_as_it_was(
        moves in proptest::collection::vec((0..8_i64, a_move()), 0..80),
    ) {
        let mut player = Player::new();
        for (minutes, a_move) in &moves {
            player.now += TimeDelta::minutes(*minutes);
            let (actor, _) = player.command(a_move);
            let before = player.office.state.clone();
            let length = player.office.log.len();
            player.play(a_move)?;
            let (Actor::Clerk(clerk), [event]) = (&actor, &player.office.log[length..]) else {
                continue;
            };
            let deed = matches!(
                event.kind,
                EventKind::Called { .. }
                    | EventKind::ServiceStarted { .. }
                    | EventKind::Finished { .. }
                    | EventKind::NoShow { .. }
                    | EventKind::Held { .. }
                    | EventKind::Restored { .. }
                    | EventKind::Transferred { .. }
                    | EventKind::Cancelled { .. }
            );
            if !deed {
                continue;
            }
            let ticket = event.kind.ticket().unwrap();
            let undo = Command::Undo;
            let mut undone = player.office.state.clone();
            let events = decide(&undone, &player.office.rules, &actor, &undo, player.now);
            prop_assert!(events.is_ok(), "{:?} by {} cannot be undone", event, clerk);
            for event in &events.unwrap() {
                prop_assert_eq!(undone.evolve(event), Ok(()));
            }
            prop_assert_eq!(undone.check(&player.office.rules, player.now), Ok(()));
            prop_assert_eq!(undone.ticket(&ticket), before.ticket(&ticket));
            // A ticket put to the end of the line has moved the end: nobody else has moved.
            prop_assert_eq!(
                undone.order(&player.office.rules, player.now),
                before.order(&player.office.rules, player.now)
            );
            for (counter, desk) in before.counters() {
                let rules = &player.office.rules;
                prop_assert_eq!(undone.counter(counter).map(|it| it.ticket), Some(desk.ticket));
                prop_assert_eq!(
                    undone.order_at(counter, rules, player.now),
                    before.order_at(counter, rules, player.now)
                );
            }
        }
    }

    #[test]
    fn everybody_is_called_in_the_end(
        arrivals in proptest::collection::vec((0..10_i64, 0..3_usize, proptest::option::of(-20..90_i64), any::<bool>()), 1..60),
    ) {
        let mut office = Office::opened();
        office.rules.services[1].last = 99;
        let mut now = at(9, 0);
        for (number, (minutes, of, slot, considerate)) in arrivals.iter().enumerate() {
            now += TimeDelta::minutes(*minutes);
            let appointment = slot.map(|slot| Appointment {
                number: AppointmentNumber::parse(&format!("Y{number}")).unwrap(),
                start: now + TimeDelta::minutes(slot),
                end: now + TimeDelta::minutes(slot + 15),
            });
            let visit = Visit {
                appointment,
                considerate: *considerate,
                ..visit(["certificates", "moving", "tax"][*of])
            };
            office.try_visit(visit, now).unwrap();
        }
        while office.state.waiting() > 0 {
            now += TimeDelta::minutes(1);
            let expected = office.state.order(&office.rules, now);
            let (called, _) = office.serve_next(now);
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
