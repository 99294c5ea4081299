//! Where those who were away wait again.

use chrono::{DateTime, Utc};
use queue::*;

use crate::office::*;

type Outcome = Result<Vec<EventKind>, Refusal>;

fn waiting_for(office: &Office, hour: u32, minute: u32) -> Vec<TicketId> {
    office.state.order(&office.rules, at(hour, minute))
}

fn restore(office: &mut Office, ticket: TicketId, place: Place, now: DateTime<Utc>) -> Outcome {
    office.run(&clerk("sato"), &Command::Restore { ticket, place }, now)
}

fn hold(office: &mut Office, who: &str, ticket: TicketId) -> Outcome {
    let hold = Command::Hold {
        ticket,
        reason: HoldReason::Writing,
    };
    office.run(&clerk(who), &hold, at(9, 15))
}

/// Four wait; the first is away and comes back to a place.
fn back_to(place: Place) -> (Office, [TicketId; 5]) {
    let mut office = Office::opened();
    let first = office.issue("certificates", at(9, 0));
    let [a, b, c] = [1, 2, 3].map(|minute| office.issue("certificates", at(9, minute)));
    hold(&mut office, "sato", first).unwrap();
    restore(&mut office, first, place, at(9, 20)).unwrap();
    let late = office.issue("certificates", at(9, 25));
    (office, [first, a, b, c, late])
}

#[test]
fn who_is_back_waits_where_the_clerk_says() {
    let cases: [(Place, [usize; 5], CallReason); 4] = [
        (Place::Front, [0, 1, 2, 3, 4], CallReason::Manual),
        (Place::Next, [1, 0, 2, 3, 4], CallReason::Manual),
        (Place::Kept, [0, 1, 2, 3, 4], CallReason::Fcfs),
        (Place::End, [1, 2, 3, 0, 4], CallReason::Fcfs),
    ];
    for (place, expected, reason) in cases {
        let (mut office, tickets) = back_to(place);
        let expected = expected.map(|index| tickets[index]);
        assert_eq!(waiting_for(&office, 9, 26), expected, "{place:?}");
        for (index, ticket) in expected.into_iter().enumerate() {
            let order = waiting_for(&office, 9, 26);
            assert_eq!(order, expected[index..], "{place:?}");
            let ahead = office.state.ahead(&expected[4], &office.rules, at(9, 26));
            assert_eq!(ahead, u32::try_from(4 - index).ok());
            let called = office.serve_next(at(9, 26));
            let its = if ticket == tickets[0] {
                reason
            } else {
                CallReason::Fcfs
            };
            assert_eq!(called, (ticket, its), "{place:?}");
        }
    }
}

#[test]
fn who_is_put_to_the_front_last_goes_first() {
    let mut office = Office::opened();
    let [a, b, c, d] = [0, 1, 2, 3].map(|minute| office.issue("certificates", at(9, minute)));
    for ticket in [a, b, c] {
        hold(&mut office, "sato", ticket).unwrap();
    }
    restore(&mut office, a, Place::Front, at(9, 16)).unwrap();
    restore(&mut office, b, Place::Next, at(9, 16)).unwrap();
    restore(&mut office, c, Place::Front, at(9, 16)).unwrap();
    // After whoever was next when it came back, and before everybody else.
    assert_eq!(waiting_for(&office, 9, 17), [c, a, b, d]);
}

#[test]
fn the_second_place_is_the_first_when_nobody_else_waits() {
    let mut office = Office::opened();
    let only = office.issue("certificates", at(9, 0));
    hold(&mut office, "sato", only).unwrap();
    restore(&mut office, only, Place::Next, at(9, 16)).unwrap();
    assert_eq!(office.serve_next(at(9, 17)), (only, CallReason::Manual));
    // A booking long before its time does not count as somebody who is next.
    let back = office.issue("certificates", at(9, 20));
    hold(&mut office, "sato", back).unwrap();
    let early = office.check_in("certificates", at(11, 0), at(9, 21));
    restore(&mut office, back, Place::Next, at(9, 22)).unwrap();
    assert_eq!(waiting_for(&office, 9, 23), [back, early]);
}

#[test]
fn at_the_end_neither_a_slot_nor_considerate_priority_counts() {
    let mut office = Office::opened();
    let booked = office.check_in("certificates", at(9, 20), at(9, 0));
    let considerate = office.considerate("certificates", at(9, 1));
    let walk_in = office.issue("certificates", at(9, 2));
    for ticket in [booked, considerate] {
        hold(&mut office, "sato", ticket).unwrap();
        restore(&mut office, ticket, Place::End, at(9, 16)).unwrap();
    }
    assert_eq!(waiting_for(&office, 9, 30), [walk_in, booked, considerate]);
    // Given again by a clerk, it counts again.
    for given in [false, true] {
        let prioritise = Command::Prioritise {
            ticket: considerate,
            considerate: given,
        };
        office.run(&clerk("sato"), &prioritise, at(9, 31)).unwrap();
    }
    assert_eq!(waiting_for(&office, 9, 32), [considerate, walk_in, booked]);
}

#[test]
fn the_end_is_behind_those_whom_a_wrong_clock_let_in() {
    let mut office = Office::opened();
    let back = office.issue("certificates", at(9, 0));
    let future = office.issue("certificates", at(12, 0));
    hold(&mut office, "sato", back).unwrap();
    restore(&mut office, back, Place::End, at(9, 20)).unwrap();
    let newcomer = office.issue("certificates", at(9, 21));
    assert_eq!(waiting_for(&office, 9, 22), [future, back, newcomer]);
    let arrived = office.state.ticket(&newcomer).unwrap().arrived_at;
    assert_eq!(arrived, at(12, 0), "never earlier than the arrival before");
}
