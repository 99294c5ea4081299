//! One slip through several counters; what a clerk does with a ticket beside calling it.

use chrono::{DateTime, TimeDelta, Utc};
use queue::*;

use crate::office::*;

type Outcome = Result<Vec<EventKind>, Refusal>;

fn waiting_for(office: &Office, hour: u32, minute: u32) -> Vec<TicketId> {
    office.state.order(&office.rules, at(hour, minute))
}

fn serve(office: &mut Office, who: &str, ticket: TicketId, now: DateTime<Utc>) -> Outcome {
    let counter = office.state.counter_of(&name(who)).unwrap().clone();
    let call = Command::Call {
        counter: counter.clone(),
        ticket,
    };
    office.run(&clerk(who), &call, now)?;
    office.run(&clerk(who), &Command::Finish { counter, ticket }, now)
}

fn call_next(office: &mut Office, who: &str, now: DateTime<Utc>) -> Result<TicketId, Refusal> {
    let counter = office.state.counter_of(&name(who)).unwrap().clone();
    let next = Command::CallNext {
        counter: counter.clone(),
        service: None,
    };
    office.run(&clerk(who), &next, now)?;
    Ok(office.state.counter(&counter).unwrap().ticket.unwrap())
}

fn transfer(office: &mut Office, who: &str, ticket: TicketId, to: Destination) -> Outcome {
    let transfer = Command::Transfer {
        ticket,
        to,
        note: None,
    };
    office.run(&clerk(who), &transfer, at(9, 20))
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

fn plan(then: &[&str]) -> Vec<ServiceId> {
    then.iter().copied().map(service).collect()
}

fn moving_then(then: &[&str]) -> Visit {
    Visit {
        then: plan(then),
        ..visit("moving")
    }
}

#[test]
fn finishing_one_service_books_the_next_with_number_and_arrival() {
    let mut office = Office::opened();
    let family = office
        .try_visit(moving_then(&["tax", "certificates"]), at(9, 0))
        .unwrap();
    let other = office.issue("tax", at(9, 5));
    let finished = serve(&mut office, "sato", family, at(9, 10)).unwrap();
    assert!(
        matches!(&finished[..], [EventKind::Finished { next: Some(next), .. }] if *next == service("tax"))
    );
    let ticket = office.state.ticket(&family).unwrap();
    assert_eq!(
        (ticket.state, ticket.number.to_string()),
        (TicketState::Waiting, "B-001".into())
    );
    assert_eq!(
        (ticket.service.clone(), ticket.stops_done),
        (service("tax"), 1)
    );
    assert_eq!(ticket.then, plan(&["certificates"]));
    assert_eq!(
        (ticket.arrived_at, ticket.waiting_since),
        (at(9, 0), at(9, 10))
    );
    assert_eq!(
        (ticket.calls, ticket.reason, ticket.started_at),
        (0, None, None)
    );
    assert_eq!(ticket.counter, Some(counter("1")), "where it was last");
    // By the first arrival it goes before somebody who came between.
    assert_eq!(waiting_for(&office, 9, 11), [family, other]);
    serve(&mut office, "tanaka", family, at(9, 12)).unwrap();
    let last = serve(&mut office, "suzuki", family, at(9, 14)).unwrap();
    assert!(matches!(
        &last[..],
        [EventKind::Finished { next: None, .. }]
    ));
    let ticket = office.state.ticket(&family).unwrap();
    assert_eq!(
        (ticket.state, ticket.stops_done),
        (TicketState::Finished, 2)
    );
    assert_eq!(ticket.ended_at, Some(at(9, 14)));
}

#[test]
fn the_next_service_is_waited_for_even_when_nobody_calls_it() {
    let mut office = Office::opened();
    let family = office.try_visit(moving_then(&["tax"]), at(9, 0)).unwrap();
    serve(&mut office, "suzuki", family, at(9, 5)).unwrap();
    for (id, who) in [("1", "sato"), ("3", "tanaka")] {
        let close = Command::CloseCounter {
            counter: counter(id),
        };
        office.run(&clerk(who), &close, at(9, 6)).unwrap();
    }
    assert_eq!(waiting_for(&office, 9, 7), [family]);
    assert_eq!(
        call_next(&mut office, "suzuki", at(9, 8)),
        Err(Refusal::NobodyWaiting(counter("2")))
    );
}

#[test]
fn a_booking_counts_for_the_first_service_only() {
    let mut office = Office::opened();
    let booked = Visit {
        appointment: Some(Appointment {
            number: AppointmentNumber::parse("A7K2-93QF").unwrap(),
            start: at(9, 10),
            end: at(9, 25),
        }),
        ..moving_then(&["tax"])
    };
    let walk_in = office.issue("tax", at(9, 0));
    let booked = office.try_visit(booked, at(9, 5)).unwrap();
    assert_eq!(waiting_for(&office, 9, 10), [booked, walk_in]);
    serve(&mut office, "sato", booked, at(9, 11)).unwrap();
    assert_eq!(office.state.ticket(&booked).unwrap().slot(), None);
    assert_eq!(waiting_for(&office, 9, 12), [walk_in, booked]);
}

#[test]
fn a_service_that_was_given_up_meanwhile_is_passed_over() {
    let mut office = Office::opened();
    let family = office
        .try_visit(moving_then(&["tax", "certificates"]), at(9, 0))
        .unwrap();
    office.rules.services.truncate(2);
    serve(&mut office, "sato", family, at(9, 5)).unwrap();
    let ticket = office.state.ticket(&family).unwrap();
    assert_eq!(
        (ticket.service.clone(), ticket.then.len()),
        (service("certificates"), 0)
    );
}

#[test]
fn a_plan_makes_sense_or_is_refused() {
    let mut office = Office::opened();
    let nine = vec![
        "tax", "moving", "tax", "moving", "tax", "moving", "tax", "moving", "tax",
    ];
    let too_long = Refusal::Nonsense("at most 8 services come after one");
    let repeated = Refusal::Nonsense("a service does not come after itself");
    let cases = [
        (nine.clone(), Some(too_long)),
        (nine[..8].to_vec(), None),
        (vec!["certificates"], Some(repeated.clone())),
        (vec!["tax", "tax"], Some(repeated)),
        (
            vec!["tax", "dogs"],
            Some(Refusal::ServiceUnknown(service("dogs"))),
        ),
        (vec!["tax", "certificates", "tax"], None),
        (vec![], None),
    ];
    let ticket = office.issue("certificates", at(9, 0));
    for (then, expected) in cases {
        let then = plan(&then);
        let visit = Visit {
            then: then.clone(),
            ..visit("certificates")
        };
        assert_eq!(
            office.try_visit(visit, at(9, 0)).err(),
            expected,
            "{then:?}"
        );
        let edit = Command::Plan {
            ticket,
            then: then.clone(),
        };
        let edited = office.run(&clerk("sato"), &edit, at(9, 1));
        assert_eq!(edited.err(), expected, "{then:?}");
        if expected.is_none() {
            assert_eq!(office.state.ticket(&ticket).unwrap().then, then);
            assert_eq!(
                office.run(&clerk("sato"), &edit, at(9, 1)),
                Ok(vec![]),
                "as it is"
            );
        }
    }
}

#[test]
fn a_ticket_is_passed_on_to_a_service_with_its_arrival_and_its_plan() {
    let mut office = Office::opened();
    let wrong = office
        .try_visit(moving_then(&["certificates"]), at(9, 0))
        .unwrap();
    let other = office.issue("tax", at(9, 5));
    assert_eq!(call_next(&mut office, "sato", at(9, 10)), Ok(wrong));
    let note = Note::parse("転入の方。税を先に").unwrap();
    let pass_on = Command::Transfer {
        ticket: wrong,
        to: Destination::Service(service("tax")),
        note: Some(note.clone()),
    };
    office.run(&clerk("sato"), &pass_on, at(9, 20)).unwrap();
    let ticket = office.state.ticket(&wrong).unwrap();
    assert_eq!(
        (ticket.service.clone(), ticket.then.clone()),
        (service("tax"), plan(&["certificates"]))
    );
    assert_eq!(
        (ticket.note.clone(), ticket.aim.clone()),
        (Some(note), None)
    );
    assert_eq!(
        (ticket.waiting_since, ticket.arrived_at),
        (at(9, 20), at(9, 0))
    );
    assert_eq!((ticket.calls, ticket.stops_done), (0, 0));
    assert_eq!(office.state.counter(&counter("1")).unwrap().ticket, None);
    assert_eq!(waiting_for(&office, 9, 21), [wrong, other]);
    // Passed on to what would have come next, it does not come twice.
    transfer(
        &mut office,
        "sato",
        wrong,
        Destination::Service(service("certificates")),
    )
    .unwrap();
    let ticket = office.state.ticket(&wrong).unwrap();
    assert_eq!(
        (
            ticket.service.clone(),
            ticket.then.len(),
            ticket.note.clone()
        ),
        (service("certificates"), 0, None)
    );
    let there = transfer(
        &mut office,
        "sato",
        wrong,
        Destination::Service(service("certificates")),
    );
    assert_eq!(there, Ok(vec![]), "it is there");
}

#[test]
fn a_ticket_for_one_counter_is_called_there_and_nowhere_else() {
    let mut office = Office::opened();
    let aimed = office.issue("certificates", at(9, 0));
    let other = office.issue("certificates", at(9, 1));
    // Counter 3 calls tax only, and this one all the same.
    transfer(
        &mut office,
        "sato",
        aimed,
        Destination::Counter(counter("3")),
    )
    .unwrap();
    assert_eq!(call_next(&mut office, "sato", at(9, 21)), Ok(other));
    assert_eq!(
        call_next(&mut office, "suzuki", at(9, 22)),
        Err(Refusal::NobodyWaiting(counter("2")))
    );
    assert_eq!(call_next(&mut office, "tanaka", at(9, 23)), Ok(aimed));
}

#[test]
fn a_ticket_for_one_person_follows_the_person() {
    let mut office = Office::opened();
    let aimed = office.issue("certificates", at(9, 0));
    transfer(
        &mut office,
        "sato",
        aimed,
        Destination::Clerk(name("tanaka")),
    )
    .unwrap();
    for (id, who) in [("3", "tanaka"), ("2", "suzuki")] {
        let close = Command::CloseCounter {
            counter: counter(id),
        };
        office.run(&clerk(who), &close, at(9, 21)).unwrap();
    }
    office.open("2", "tanaka", at(9, 22)).unwrap();
    assert_eq!(
        call_next(&mut office, "sato", at(9, 23)),
        Err(Refusal::NobodyWaiting(counter("1")))
    );
    assert_eq!(call_next(&mut office, "tanaka", at(9, 23)), Ok(aimed));
}

#[test]
fn whose_counter_or_person_has_gone_is_called_by_anybody_of_the_service() {
    for to in [
        Destination::Counter(counter("3")),
        Destination::Clerk(name("tanaka")),
    ] {
        let mut office = Office::opened();
        let aimed = office.issue("certificates", at(9, 0));
        transfer(&mut office, "sato", aimed, to.clone()).unwrap();
        let close = Command::CloseCounter {
            counter: counter("3"),
        };
        office.run(&clerk("tanaka"), &close, at(9, 21)).unwrap();
        assert_eq!(
            call_next(&mut office, "suzuki", at(9, 22)),
            Ok(aimed),
            "{to:?}"
        );
    }
    // But not by a counter that does not call its service.
    let mut office = Office::opened();
    let aimed = office.issue("certificates", at(9, 0));
    transfer(
        &mut office,
        "sato",
        aimed,
        Destination::Counter(counter("2")),
    )
    .unwrap();
    let close = Command::CloseCounter {
        counter: counter("2"),
    };
    office.run(&clerk("suzuki"), &close, at(9, 21)).unwrap();
    assert_eq!(
        call_next(&mut office, "tanaka", at(9, 22)),
        Err(Refusal::NobodyWaiting(counter("3")))
    );
    assert_eq!(call_next(&mut office, "sato", at(9, 22)), Ok(aimed));
}

#[test]
fn a_chosen_ticket_may_be_called_whoever_it_is_for() {
    let mut office = Office::opened();
    let aimed = office.issue("certificates", at(9, 0));
    transfer(
        &mut office,
        "sato",
        aimed,
        Destination::Counter(counter("3")),
    )
    .unwrap();
    let call = Command::Call {
        counter: counter("2"),
        ticket: aimed,
    };
    office.run(&clerk("suzuki"), &call, at(9, 21)).unwrap();
    assert_eq!(office.state_of(aimed), TicketState::Called);
}

#[test]
fn nobody_is_passed_on_to_where_nobody_would_call() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    let close = Command::CloseCounter {
        counter: counter("3"),
    };
    office.run(&clerk("tanaka"), &close, at(9, 10)).unwrap();
    let cases = [
        (
            Destination::Service(service("dogs")),
            Refusal::ServiceUnknown(service("dogs")),
        ),
        (
            Destination::Counter(counter("3")),
            Refusal::CounterClosed(counter("3")),
        ),
        (
            Destination::Counter(counter("9")),
            Refusal::CounterUnknown(counter("9")),
        ),
        (
            Destination::Clerk(name("tanaka")),
            Refusal::Nonsense("this clerk has no counter open"),
        ),
    ];
    for (to, expected) in cases {
        assert_eq!(transfer(&mut office, "sato", ticket, to), Err(expected));
    }
}

#[test]
fn only_its_counter_passes_on_or_sets_aside_what_stands_there() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    call_next(&mut office, "sato", at(9, 10)).unwrap();
    let elsewhere = Err(Refusal::TicketState {
        ticket,
        number: "A-001".parse().unwrap(),
        state: TicketState::Called,
    });
    assert_eq!(hold(&mut office, "suzuki", ticket), elsewhere);
    let to = Destination::Service(service("tax"));
    assert_eq!(transfer(&mut office, "suzuki", ticket, to), elsewhere);
    hold(&mut office, "sato", ticket).unwrap();
    assert_eq!(office.state.counter(&counter("1")).unwrap().ticket, None);
}

#[test]
fn who_is_set_aside_is_called_by_hand_or_waits_again() {
    let mut office = Office::opened();
    let writer = office.issue("certificates", at(9, 0));
    let other = office.issue("certificates", at(9, 1));
    hold(&mut office, "sato", writer).unwrap();
    let ticket = office.state.ticket(&writer).unwrap();
    assert_eq!(
        (ticket.state, ticket.hold),
        (TicketState::Held, Some(HoldReason::Writing))
    );
    assert_eq!(waiting_for(&office, 9, 16), [other]);
    assert_eq!(office.state.waiting(), 1);
    let twice = hold(&mut office, "sato", writer);
    assert!(matches!(twice, Err(Refusal::TicketState { .. })));
    let call = Command::Call {
        counter: counter("1"),
        ticket: writer,
    };
    office.run(&clerk("sato"), &call, at(9, 17)).unwrap();
    let ticket = office.state.ticket(&writer).unwrap();
    assert_eq!(
        (ticket.hold, ticket.reason),
        (None, Some(CallReason::Manual))
    );
    hold(&mut office, "sato", writer).unwrap();
    restore(&mut office, writer, Place::Kept, at(9, 18)).unwrap();
    assert_eq!(waiting_for(&office, 9, 19), [writer, other]);
}

#[test]
fn who_did_not_come_may_be_called_at_once_and_again() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    let absent = call_next(&mut office, "sato", at(9, 10)).unwrap();
    let counter = counter("1");
    for minute in [11, 12] {
        let recall = Command::Recall {
            counter: counter.clone(),
            ticket: absent,
        };
        office.run(&clerk("sato"), &recall, at(9, minute)).unwrap();
    }
    let no_show = Command::NoShow {
        counter: counter.clone(),
        ticket: absent,
    };
    office.run(&clerk("sato"), &no_show, at(9, 13)).unwrap();
    let call = Command::Call {
        counter,
        ticket: absent,
    };
    office.run(&clerk("sato"), &call, at(9, 14)).unwrap();
    let ticket = office.state.ticket(&absent).unwrap();
    assert_eq!(
        (ticket.calls, ticket.ended_at),
        (1, None),
        "the limit counts anew"
    );
    assert_eq!(ticket.first_called_at, Some(at(9, 10)));
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

#[test]
fn a_capacity_is_a_day_s_and_mistakes_and_bookings_are_free() {
    let mut office = Office::opened();
    office.rules.services[2].capacity = Some(2);
    let reached = Err(Refusal::CapacityReached {
        service: service("tax"),
        capacity: 2,
    });
    let first = office.issue("tax", at(9, 0));
    office.serve_next(at(9, 0));
    let second = office.issue("tax", at(9, 1));
    assert_eq!(office.try_issue("tax", None, at(9, 2)), reached);
    let cancel = |ticket, reason| Command::Cancel { ticket, reason };
    office
        .run(
            &clerk("sato"),
            &cancel(second, CancelReason::Citizen),
            at(9, 3),
        )
        .unwrap();
    assert_eq!(
        office.try_issue("tax", None, at(9, 4)),
        reached,
        "it was given"
    );
    office
        .run(&clerk("sato"), &Command::Undo, at(9, 5))
        .unwrap();
    office
        .run(
            &clerk("sato"),
            &cancel(second, CancelReason::Mistake),
            at(9, 6),
        )
        .unwrap();
    assert_eq!(office.state.issued(&service("tax")), 1);
    let third = office.try_issue("tax", None, at(9, 7)).unwrap();
    office.check_in("tax", at(10, 0), at(9, 55));
    assert_eq!(office.state.issued(&service("tax")), 3);
    assert_eq!(office.try_issue("tax", None, at(9, 56)), reached);
    assert!(first != third);
    // Undone, a mistake was none.
    office
        .run(
            &clerk("sato"),
            &cancel(third, CancelReason::Mistake),
            at(9, 57),
        )
        .unwrap();
    office
        .run(&clerk("sato"), &Command::Undo, at(9, 58))
        .unwrap();
    assert_eq!(office.state.issued(&service("tax")), 3);
    let tomorrow = at(9, 0) + TimeDelta::days(1);
    assert!(office.try_issue("tax", None, tomorrow).is_ok());
}

#[test]
fn after_closing_a_clerk_may_where_the_office_says_so() {
    for (may, by_clerk, hour, expected) in [
        (AfterClosing::Refuse, true, 18, None),
        (AfterClosing::ClerkMay, true, 18, Some(true)),
        (AfterClosing::ClerkMay, false, 18, None),
        (AfterClosing::ClerkMay, true, 7, None),
        (AfterClosing::ClerkMay, true, 9, Some(false)),
    ] {
        let mut office = Office::new();
        office.rules.services[2].after_closing = may;
        let actor = if by_clerk { clerk("sato") } else { kiosk() };
        let issue = Command::Issue {
            ticket: ticket(1),
            visit: visit("tax"),
        };
        let issued = office.run(&actor, &issue, at(hour, 0));
        let marked = issued
            .ok()
            .and(office.state.ticket(&ticket(1)))
            .map(|it| it.after_hours);
        assert_eq!(marked, expected, "{may:?} by a clerk {by_clerk} at {hour}");
    }
}
