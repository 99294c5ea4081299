//! Considerate priority, preferred services, and that nobody is passed over for ever.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use queue::*;

use crate::office::*;

fn calls(office: &mut Office, count: usize, hour: u32, minute: u32) -> Vec<(TicketId, CallReason)> {
    (0..count)
        .map(|_| office.serve_next(at(hour, minute)))
        .collect()
}

#[test]
fn considerate_priority_goes_first_and_every_third_call_is_a_walk_in_s() {
    use CallReason::{Fcfs, Priority};
    let mut office = Office::opened();
    let [w1, w2] = [0, 1].map(|minute| office.issue("certificates", at(9, minute)));
    let c: Vec<_> = (2..7)
        .map(|minute| office.considerate("certificates", at(9, minute)))
        .collect();
    let expected = [
        (c[0], Priority),
        (c[1], Priority),
        (w1, Fcfs),
        (c[2], Priority),
        (c[3], Priority),
        (w2, Fcfs),
        (c[4], Priority),
    ];
    let order = office.state.order(&office.rules, at(9, 10));
    assert_eq!(order, expected.map(|(ticket, _)| ticket));
    assert_eq!(calls(&mut office, 7, 9, 10), expected);
}

#[test]
fn considerate_calls_count_only_while_somebody_waits() {
    let mut office = Office::opened();
    for _ in 0..4 {
        office.considerate("certificates", at(9, 0));
    }
    calls(&mut office, 4, 9, 1);
    let walk_in = office.issue("certificates", at(9, 2));
    let [c1, c2, c3] = [3, 4, 5].map(|minute| office.considerate("certificates", at(9, minute)));
    let order = office.state.order(&office.rules, at(9, 6));
    assert_eq!(order, [c1, c2, walk_in, c3]);
}

#[test]
fn considerate_priority_at_another_service_s_counter_is_nothing_to_this_one() {
    let mut office = Office::opened();
    let walk_in = office.issue("moving", at(9, 0));
    for _ in 0..3 {
        office.considerate("tax", at(9, 1));
    }
    let next = Command::CallNext {
        counter: counter("3"),
        service: None,
    };
    for _ in 0..2 {
        let called = office.run(&clerk("tanaka"), &next, at(9, 2)).unwrap();
        let ticket = called[0].ticket().unwrap();
        let finish = Command::Finish {
            counter: counter("3"),
            ticket,
        };
        office.run(&clerk("tanaka"), &finish, at(9, 3)).unwrap();
    }
    assert_eq!(office.state.passed_over(&walk_in), Some(0));
    assert_eq!(office.serve_next(at(9, 4)).1, CallReason::Priority);
    assert_eq!(office.state.passed_over(&walk_in), Some(1));
}

#[test]
fn a_due_booking_goes_before_considerate_priority_and_an_early_one_after_everybody() {
    let mut office = Office::opened();
    let considerate = office.considerate("certificates", at(9, 0));
    let walk_in = office.issue("certificates", at(9, 0));
    let booked = office.check_in("certificates", at(9, 30), at(9, 5));
    let order = |office: &Office, minute| office.state.order(&office.rules, at(9, minute));
    assert_eq!(order(&office, 27), [considerate, walk_in, booked]);
    assert_eq!(order(&office, 28), [booked, considerate, walk_in]);
}

#[test]
fn who_has_waited_too_long_goes_before_considerate_priority_too() {
    let mut office = Office::opened();
    office.rules.calling.priority_every = 100;
    let walk_in = office.issue("certificates", at(9, 0));
    let c: Vec<_> = (0..5)
        .map(|_| office.considerate("certificates", at(9, 30)))
        .collect();
    let expected = [
        (c[0], CallReason::Priority),
        (c[1], CallReason::Priority),
        (walk_in, CallReason::Override),
        (c[2], CallReason::Priority),
    ];
    assert_eq!(calls(&mut office, 4, 9, 31), expected);
}

#[test]
fn considerate_priority_that_has_waited_too_long_goes_before_bookings() {
    let mut office = Office::opened();
    let considerate = office.considerate("certificates", at(9, 0));
    let b: Vec<_> = (0..3)
        .map(|_| office.check_in("certificates", at(9, 30), at(9, 25)))
        .collect();
    let expected = [
        (b[0], CallReason::Due),
        (b[1], CallReason::Due),
        (considerate, CallReason::Override),
        (b[2], CallReason::Due),
    ];
    assert_eq!(calls(&mut office, 4, 9, 40), expected);
}

#[test]
fn the_right_is_used_once_by_considerate_priority_too() {
    let mut office = Office::opened();
    let [c1, c2] = [0, 1].map(|minute| office.considerate("certificates", at(9, minute)));
    let b: Vec<_> = (0..5)
        .map(|_| office.check_in("certificates", at(9, 35), at(9, 33)))
        .collect();
    let expected = [b[0], b[1], c1, b[2], b[3], c2, b[4]];
    assert_eq!(office.state.order(&office.rules, at(9, 40)), expected);
    let called: Vec<_> = calls(&mut office, 7, 9, 40);
    assert_eq!(
        called.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn whose_turn_it_is_anyway_needs_no_right() {
    let mut office = Office::opened();
    let [w1, w2] = [0, 1].map(|minute| office.issue("certificates", at(9, minute)));
    for _ in 0..2 {
        office.check_in("certificates", at(9, 35), at(9, 33));
    }
    calls(&mut office, 2, 9, 40);
    assert_eq!(office.state.passed_over(&w1), Some(2));
    assert_eq!(office.serve_next(at(9, 40)), (w1, CallReason::Fcfs));
    assert_eq!(office.serve_next(at(9, 40)), (w2, CallReason::Fcfs));
}

#[test]
fn the_first_of_all_walk_ins_takes_the_right_that_one_of_them_has() {
    let mut office = Office::opened();
    let earlier = office.issue("moving", at(9, 0));
    let later = office.issue("tax", at(9, 1));
    for _ in 0..6 {
        office.check_in("tax", at(9, 30), at(9, 25));
    }
    // Counter 3 does not call moving: only the tax line was passed over.
    for _ in 0..2 {
        let next = Command::CallNext {
            counter: counter("3"),
            service: None,
        };
        let called = office.run(&clerk("tanaka"), &next, at(9, 40)).unwrap();
        let ticket = called[0].ticket().unwrap();
        let finish = Command::Finish {
            counter: counter("3"),
            ticket,
        };
        office.run(&clerk("tanaka"), &finish, at(9, 40)).unwrap();
    }
    assert_eq!(office.state.passed_over(&earlier), Some(0));
    assert_eq!(office.state.passed_over(&later), Some(2));
    assert_eq!(
        office.serve_next(at(9, 40)),
        (earlier, CallReason::Override)
    );
    assert_eq!(office.state.passed_over(&later), Some(0));
}

#[test]
fn a_kiosk_gives_considerate_priority_only_where_the_office_lets_it() {
    let mut office = Office::opened();
    office.rules.services[0].considerate_at_kiosk = false;
    let asked = Visit {
        considerate: true,
        ..visit("certificates")
    };
    let refused = office.try_visit(asked.clone(), at(9, 0));
    assert_eq!(
        refused,
        Err(Refusal::PriorityByStaff(service("certificates")))
    );
    let issue = Command::Issue {
        ticket: ticket(50),
        visit: asked,
    };
    office.run(&clerk("sato"), &issue, at(9, 0)).unwrap();
    assert!(office.state.ticket(&ticket(50)).unwrap().considerate);
    let take_away = Command::Prioritise {
        ticket: ticket(50),
        considerate: false,
    };
    let by_kiosk = office.run(&kiosk(), &take_away, at(9, 1));
    assert_eq!(
        by_kiosk,
        Err(Refusal::PriorityByStaff(service("certificates")))
    );
    let other = office.issue("certificates", at(8, 59));
    office.run(&clerk("sato"), &take_away, at(9, 1)).unwrap();
    assert_eq!(
        office.run(&clerk("sato"), &take_away, at(9, 1)),
        Ok(vec![]),
        "as it is"
    );
    assert_eq!(office.serve_next(at(9, 2)), (ticket(50), CallReason::Fcfs));
    assert_eq!(office.serve_next(at(9, 2)), (other, CallReason::Fcfs));
}

fn weights(office: &mut Office, shares: &[(&str, u16)]) {
    let services = shares
        .iter()
        .map(|(id, percent)| Share {
            service: service(id),
            weight: Weight::new(*percent).unwrap(),
        })
        .collect();
    let assign = Command::Assign {
        counter: counter("1"),
        services,
    };
    office.run(&clerk("sato"), &assign, at(8, 31)).unwrap();
}

#[test]
fn a_counter_that_prefers_a_service_counts_its_minutes_more() {
    // (weight of tax, minutes that tax came later, who is called at 9:30)
    for (percent, later, expected) in [
        (300, 19, "tax"),
        (300, 20, "certificates"), // 30 × 100 = 10 × 300: who came first
        (300, 21, "certificates"),
        (100, 1, "certificates"),
        (99, 0, "certificates"),
        (101, 0, "tax"),
    ] {
        let mut office = Office::opened();
        weights(&mut office, &[("certificates", 100), ("tax", percent)]);
        let certificates = office.issue("certificates", at(9, 0));
        let tax = office.issue("tax", at(9, later));
        let expected = if expected == "tax" { tax } else { certificates };
        let first = office
            .state
            .order_at(&counter("1"), &office.rules, at(9, 30))[0];
        assert_eq!(first, expected, "{percent} % and {later} minutes later");
        assert_eq!(office.serve_next(at(9, 30)), (expected, CallReason::Fcfs));
    }
}

#[test]
fn who_came_in_the_future_has_not_waited_and_goes_by_arrival() {
    let mut office = Office::opened();
    weights(&mut office, &[("certificates", 1000), ("tax", 10)]);
    let first = office.issue("certificates", at(9, 0));
    let second = office.issue("tax", at(9, 1));
    // The clock went back.
    let order = office
        .state
        .order_at(&counter("1"), &office.rules, at(8, 50));
    assert_eq!(order, [first, second]);
}

#[test]
fn who_is_not_preferred_is_called_all_the_same() {
    let mut office = Office::opened();
    weights(&mut office, &[("certificates", 10), ("tax", 1000)]);
    let walk_in = office.issue("certificates", at(9, 0));
    let tax: Vec<_> = (0..5).map(|_| office.issue("tax", at(9, 20))).collect();
    assert_eq!(
        calls(&mut office, 2, 9, 30),
        [(tax[0], CallReason::Fcfs), (tax[1], CallReason::Fcfs)]
    );
    assert_eq!(
        office.serve_next(at(9, 31)),
        (walk_in, CallReason::Override)
    );
}

/// A hall in which everything comes that may pass somebody over.
#[derive(Debug, Clone)]
struct Hall {
    override_every: u32,
    priority_every: u32,
    /// For each counter and service, a weight; 0: not called there.
    weights: [[u16; 3]; 3],
    /// Minutes since the last, service, booked minutes from now, considerate.
    arrivals: Vec<(i64, usize, Option<i64>, bool)>,
    /// Which counter calls, one after another.
    calls: Vec<usize>,
}

fn a_hall() -> impl Strategy<Value = Hall> {
    let weight = prop_oneof![Just(0_u16), Just(100), 10..=1000_u16];
    let booked = proptest::option::weighted(0.4, -5..10_i64);
    let arrival = (0..3_i64, 0..3_usize, booked, proptest::bool::weighted(0.4));
    (
        1..4_u32,
        1..4_u32,
        proptest::array::uniform3(proptest::array::uniform3(weight)),
        proptest::collection::vec(arrival, 60..160),
        proptest::collection::vec(0..3_usize, 160),
    )
        .prop_map(
            |(override_every, priority_every, weights, arrivals, calls)| Hall {
                override_every,
                priority_every,
                weights,
                arrivals,
                calls,
            },
        )
}

const SERVICES: [&str; 3] = ["certificates", "moving", "tax"];
const CLERKS: [&str; 3] = ["sato", "suzuki", "tanaka"];

fn open_hall(hall: &Hall) -> Office {
    let mut office = Office::opened();
    office.rules.services[1].last = 999;
    office.rules.calling.override_every = hall.override_every;
    office.rules.calling.priority_every = hall.priority_every;
    for (place, weights) in hall.weights.iter().enumerate() {
        let mut services: Vec<_> = SERVICES
            .iter()
            .zip(weights)
            .filter_map(|(id, percent)| {
                let weight = Weight::new(*percent)?;
                Some(Share {
                    service: service(id),
                    weight,
                })
            })
            .collect();
        if services.is_empty() {
            services.push(even(SERVICES[place]));
        }
        let assign = Command::Assign {
            counter: counter(["1", "2", "3"][place]),
            services,
        };
        office
            .run(&clerk(CLERKS[place]), &assign, at(8, 31))
            .unwrap();
    }
    office
}

/// What one walk-in may still be passed over by, from when it has waited too long.
struct Patience {
    calls_left: u32,
}

fn walk_ins_before(office: &Office, ticket: &Ticket) -> u32 {
    let earlier = office
        .state
        .tickets()
        .take_while(|other| other.id != ticket.id)
        .filter(|other| other.state == TicketState::Waiting && other.slot().is_none());
    u32::try_from(earlier.count()).unwrap()
}

fn call_at(office: &mut Office, place: usize, now: DateTime<Utc>) -> Option<TicketId> {
    let counter = counter(["1", "2", "3"][place]);
    let by = clerk(CLERKS[place]);
    let next = Command::CallNext {
        counter: counter.clone(),
        service: None,
    };
    let ticket = office.run(&by, &next, now).ok()?[0].ticket()?;
    office
        .run(&by, &Command::Finish { counter, ticket }, now)
        .unwrap();
    Some(ticket)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// The bound that the documentation of the order states: `(k + 1) × (override_every + 1)` calls.
    #[test]
    fn no_walk_in_starves_whatever_comes(hall in a_hall()) {
        let mut office = open_hall(&hall);
        let mut now = at(9, 0);
        let mut patience: BTreeMap<TicketId, Patience> = BTreeMap::new();
        for (number, (minutes, of, booked, considerate)) in hall.arrivals.iter().enumerate() {
            now += TimeDelta::minutes(*minutes);
            let appointment = booked.map(|booked| Appointment {
                number: AppointmentNumber::parse(&format!("Y{number}")).unwrap(),
                start: now + TimeDelta::minutes(booked),
                end: now + TimeDelta::minutes(booked + 15),
            });
            let visit = Visit { appointment, considerate: *considerate, ..visit(SERVICES[*of]) };
            office.try_visit(visit, now).unwrap();
            let every = hall.override_every;
            for ticket in office.state.tickets().filter(|it| it.state == TicketState::Waiting) {
                let overdue = now - ticket.arrived_at > office.rules.calling.override_after;
                if overdue && ticket.slot().is_none() {
                    patience.entry(ticket.id).or_insert_with(|| Patience {
                        calls_left: (walk_ins_before(&office, ticket) + 1) * (every + 1),
                    });
                }
            }
            // Fewer calls than arrivals, so that the hall fills.
            let place = hall.calls[number];
            if number % 5 == 0 {
                continue;
            }
            let called = call_at(&mut office, place, now);
            if let Some(called) = called {
                patience.remove(&called);
            }
            let desk = office.state.counter(&counter(["1", "2", "3"][place])).unwrap();
            for (id, patience) in &mut patience {
                let of = &office.state.ticket(id).unwrap().service;
                if desk.services.iter().any(|share| share.service == *of) {
                    prop_assert!(patience.calls_left > 1, "{} is passed over for ever", id);
                    patience.calls_left -= 1;
                }
            }
        }
    }

    #[test]
    fn a_counter_calls_whom_its_order_says(hall in a_hall()) {
        let mut office = open_hall(&hall);
        let mut now = at(9, 0);
        for (number, (minutes, of, booked, considerate)) in hall.arrivals.iter().take(40).enumerate() {
            now += TimeDelta::minutes(*minutes);
            let appointment = booked.map(|booked| Appointment {
                number: AppointmentNumber::parse(&format!("Y{number}")).unwrap(),
                start: now + TimeDelta::minutes(booked),
                end: now + TimeDelta::minutes(booked + 15),
            });
            let visit = Visit { appointment, considerate: *considerate, ..visit(SERVICES[*of]) };
            office.try_visit(visit, now).unwrap();
        }
        // If time stands still and one counter calls alone, the order is what happens.
        let place = hall.calls[0];
        let order = office.state.order_at(&counter(["1", "2", "3"][place]), &office.rules, now);
        for expected in order {
            prop_assert_eq!(call_at(&mut office, place, now), Some(expected));
        }
        prop_assert_eq!(call_at(&mut office, place, now), None);
    }
}
