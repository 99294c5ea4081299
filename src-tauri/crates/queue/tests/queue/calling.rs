//! Who is next, and why.

use chrono::TimeDelta;
use queue::*;

use crate::office::*;

fn order(office: &Office, hour: u32, minute: u32) -> Vec<String> {
    office
        .state
        .order(&office.rules, at(hour, minute))
        .into_iter()
        .map(|ticket| office.number(ticket))
        .collect()
}

#[test]
fn walk_ins_go_by_arrival_across_services() {
    let mut office = Office::opened();
    for service in ["certificates", "tax", "moving", "certificates"] {
        office.issue(service, at(9, 0));
    }
    assert_eq!(order(&office, 9, 5), ["A-001", "C-001", "B-001", "A-002"]);
}

#[test]
fn a_booking_goes_from_two_minutes_before_its_slot() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 40));
    office.check_in("certificates", at(10, 0), at(9, 50));
    assert_eq!(order(&office, 9, 57), ["A-001", "A-002"]);
    assert_eq!(order(&office, 9, 58), ["A-002", "A-001"]);
    assert_eq!(office.serve_next(at(9, 58)).1, CallReason::Due);
    assert_eq!(office.serve_next(at(9, 58)).1, CallReason::Fcfs);
}

#[test]
fn a_booking_before_its_time_goes_when_no_walk_in_waits() {
    let mut office = Office::opened();
    let booked = office.check_in("certificates", at(11, 0), at(9, 0));
    assert_eq!(office.serve_next(at(9, 1)), (booked, CallReason::Due));
}

#[test]
fn bookings_go_by_slot_then_by_check_in() {
    let mut office = Office::opened();
    office.check_in("certificates", at(10, 15), at(9, 50));
    office.check_in("tax", at(10, 0), at(9, 51));
    office.check_in("certificates", at(10, 0), at(9, 52));
    assert_eq!(order(&office, 10, 20), ["C-001", "A-002", "A-001"]);
}

#[test]
fn who_comes_too_late_for_the_slot_waits_from_the_check_in() {
    for (minutes_late, expected) in [(10, ["A-002", "A-001"]), (11, ["A-001", "A-002"])] {
        let mut office = Office::opened();
        office.issue("certificates", at(10, 5));
        let check_in = at(10, 0) + TimeDelta::minutes(minutes_late);
        let late = office.check_in("certificates", at(10, 0), check_in);
        assert_eq!(order(&office, 10, 15), expected);
        let (_, punctuality) = office
            .state
            .ticket(&late)
            .unwrap()
            .appointment
            .clone()
            .unwrap();
        assert_eq!(punctuality == Punctuality::Late, minutes_late > 10);
    }
}

#[test]
fn who_comes_more_than_half_an_hour_early_is_marked() {
    for (minutes_early, expected) in [(30, Punctuality::OnTime), (31, Punctuality::Early)] {
        let mut office = Office::new();
        let check_in = at(10, 0) - TimeDelta::minutes(minutes_early);
        let booked = office.check_in("tax", at(10, 0), check_in);
        let (_, punctuality) = office
            .state
            .ticket(&booked)
            .unwrap()
            .appointment
            .clone()
            .unwrap();
        assert_eq!(punctuality, expected);
    }
}

#[test]
fn a_walk_in_over_thirty_minutes_is_next_after_two_bookings_once() {
    let mut office = Office::opened();
    let walk_ins = [at(9, 0), at(9, 1)].map(|now| office.issue("certificates", now));
    let booked: Vec<_> = (0..5)
        .map(|_| office.check_in("certificates", at(9, 30), at(9, 25)))
        .collect();
    let expected = [
        (booked[0], CallReason::Due),
        (booked[1], CallReason::Due),
        (walk_ins[0], CallReason::Override),
        (booked[2], CallReason::Due),
        (booked[3], CallReason::Due),
        (walk_ins[1], CallReason::Override),
        (booked[4], CallReason::Due),
    ];
    assert_eq!(
        office.state.order(&office.rules, at(9, 35)),
        expected.map(|(ticket, _)| ticket)
    );
    for (place, (ticket, _)) in expected.iter().enumerate() {
        let ahead = office.state.ahead(ticket, &office.rules, at(9, 35));
        assert_eq!(ahead, u32::try_from(place).ok());
    }
    for call in expected {
        assert_eq!(office.serve_next(at(9, 35)), call);
    }
}

#[test]
fn a_walk_in_of_thirty_minutes_to_the_second_is_not_over_thirty_minutes() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    for _ in 0..3 {
        office.check_in("certificates", at(9, 30), at(9, 25));
    }
    assert_eq!(order(&office, 9, 30).last().unwrap(), "A-001");
    let over = at(9, 30) + TimeDelta::milliseconds(1);
    assert_eq!(office.state.order(&office.rules, over)[2], ticket(1));
}

#[test]
fn bookings_of_another_service_pass_over_a_walk_in_as_well() {
    let mut office = Office::opened();
    let walk_in = office.issue("certificates", at(9, 0));
    for _ in 0..4 {
        office.check_in("tax", at(9, 30), at(9, 25));
    }
    let reasons: Vec<_> = (0..3).map(|_| office.serve_next(at(9, 40))).collect();
    assert_eq!(reasons[2], (walk_in, CallReason::Override));
}

#[test]
fn a_counter_calls_only_its_services() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    let tax = office.issue("tax", at(9, 1));
    let at_three = office
        .state
        .order_at(&counter("3"), &office.rules, at(9, 2));
    assert_eq!(at_three, [tax]);
    let next = Command::CallNext {
        counter: counter("3"),
        service: None,
    };
    office.run(&clerk("tanaka"), &next, at(9, 2)).unwrap();
    assert_eq!(office.state_of(tax), TicketState::Called);
    let finish = Command::Finish {
        counter: counter("3"),
        ticket: tax,
    };
    office.run(&clerk("tanaka"), &finish, at(9, 3)).unwrap();
    assert_eq!(
        office.run(&clerk("tanaka"), &next, at(9, 4)),
        Err(Refusal::NobodyWaiting(counter("3")))
    );
}

#[test]
fn ahead_are_those_of_the_same_service_who_go_before() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    office.issue("tax", at(9, 0));
    office.check_in("certificates", at(10, 0), at(9, 0));
    let last = office.issue("certificates", at(9, 1));
    let ahead = |office: &Office, now| office.state.ahead(&last, &office.rules, now);
    assert_eq!(ahead(&office, at(9, 2)), Some(1));
    assert_eq!(ahead(&office, at(9, 58)), Some(2));
    office.serve_next(at(9, 2));
    assert_eq!(ahead(&office, at(9, 2)), Some(0));
    office.serve_next(at(9, 2));
    office.serve_next(at(9, 2));
    assert_eq!(ahead(&office, at(9, 2)), None, "it was called");
}
