//! One slip through several counters; what a clerk does with a ticket beside calling it.

use chrono::{DateTime, Utc};
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

fn to_counter(id: &str) -> Destination {
    Destination::Counter(counter(id))
}

fn to_clerk(who: &str) -> Destination {
    Destination::Clerk(name(who))
}

fn close(office: &mut Office, id: &str, who: &str, now: DateTime<Utc>) {
    let close = Command::CloseCounter {
        counter: counter(id),
    };
    office.run(&clerk(who), &close, now).unwrap();
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
        close(&mut office, id, who, at(9, 6));
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
    transfer(&mut office, "sato", aimed, to_counter("3")).unwrap();
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
    transfer(&mut office, "sato", aimed, to_clerk("tanaka")).unwrap();
    for (id, who) in [("3", "tanaka"), ("2", "suzuki")] {
        close(&mut office, id, who, at(9, 21));
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
    for to in [to_counter("3"), to_clerk("tanaka")] {
        let mut office = Office::opened();
        let aimed = office.issue("certificates", at(9, 0));
        transfer(&mut office, "sato", aimed, to.clone()).unwrap();
        close(&mut office, "3", "tanaka", at(9, 21));
        assert_eq!(
            call_next(&mut office, "suzuki", at(9, 22)),
            Ok(aimed),
            "{to:?}"
        );
    }
    // But not by a counter that does not call its service.
    let mut office = Office::opened();
    let aimed = office.issue("certificates", at(9, 0));
    transfer(&mut office, "sato", aimed, to_counter("2")).unwrap();
    close(&mut office, "2", "suzuki", at(9, 21));
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
    transfer(&mut office, "sato", aimed, to_counter("3")).unwrap();
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
    close(&mut office, "3", "tanaka", at(9, 10));
    let cases = [
        (
            Destination::Service(service("dogs")),
            Refusal::ServiceUnknown(service("dogs")),
        ),
        (to_counter("3"), Refusal::CounterClosed(counter("3"))),
        (
            Destination::Counter(counter("9")),
            Refusal::CounterUnknown(counter("9")),
        ),
        (
            to_clerk("tanaka"),
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

#[test]
fn a_ticket_that_is_passed_on_begins_anew() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    let other = office.issue("tax", at(8, 59));
    call_next(&mut office, "sato", at(9, 10)).unwrap();
    let start = Command::StartService {
        counter: counter("1"),
        ticket,
    };
    office.run(&clerk("sato"), &start, at(9, 11)).unwrap();
    transfer(&mut office, "sato", ticket, to_counter("2")).unwrap();
    let passed_on = office.state.ticket(&ticket).unwrap();
    assert_eq!((passed_on.started_at, passed_on.calls), (None, 0));
    assert_eq!(passed_on.aim, Some(Destination::Counter(counter("2"))));
    // To its own service: for anybody again.
    let to = Destination::Service(service("certificates"));
    transfer(&mut office, "sato", ticket, to.clone()).unwrap();
    assert_eq!(office.state.ticket(&ticket).unwrap().aim, None);
    assert_eq!(
        transfer(&mut office, "sato", ticket, to.clone()),
        Ok(vec![])
    );
    let note = Note::parse("本人確認ずみ").unwrap();
    let with_note = Command::Transfer {
        ticket,
        to,
        note: Some(note.clone()),
    };
    office.run(&clerk("sato"), &with_note, at(9, 21)).unwrap();
    assert_eq!(
        office.state.ticket(&ticket).unwrap().note,
        Some(note),
        "that is news"
    );
    // The place at the front was the old line's.
    hold(&mut office, "sato", other).unwrap();
    let front = Command::Restore {
        ticket: other,
        place: Place::Front,
    };
    office.run(&clerk("sato"), &front, at(9, 22)).unwrap();
    assert_eq!(waiting_for(&office, 9, 23), [other, ticket]);
    transfer(
        &mut office,
        "sato",
        other,
        Destination::Service(service("moving")),
    )
    .unwrap();
    assert_eq!(waiting_for(&office, 9, 24), [ticket, other]);
}

#[test]
fn the_next_service_knows_nothing_of_the_place_and_the_note_before() {
    for place in [Place::Front, Place::End] {
        let mut office = Office::opened();
        let before = office.issue("tax", at(8, 58));
        let family = office.try_visit(moving_then(&["tax"]), at(9, 0)).unwrap();
        let after = office.issue("tax", at(9, 2));
        let note = Command::Transfer {
            ticket: family,
            to: Destination::Counter(counter("2")),
            note: Some(Note::parse("書類あり").unwrap()),
        };
        office.run(&clerk("sato"), &note, at(9, 3)).unwrap();
        hold(&mut office, "sato", family).unwrap();
        let restore = Command::Restore {
            ticket: family,
            place,
        };
        office.run(&clerk("sato"), &restore, at(9, 16)).unwrap();
        serve(&mut office, "suzuki", family, at(9, 17)).unwrap();
        let ticket = office.state.ticket(&family).unwrap();
        assert_eq!(
            (ticket.note.clone(), ticket.aim.clone()),
            (None, None),
            "{place:?}"
        );
        assert_eq!(
            waiting_for(&office, 9, 18),
            [before, family, after],
            "{place:?}"
        );
    }
}

#[test]
fn who_is_restored_may_be_called_as_often_as_anybody() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    for round in [10, 20] {
        assert_eq!(call_next(&mut office, "sato", at(9, round)), Ok(ticket));
        let recall = Command::Recall {
            counter: counter("1"),
            ticket,
        };
        for minute in 1..3 {
            office
                .run(&clerk("sato"), &recall, at(9, round + minute))
                .unwrap();
        }
        let exhausted = office.run(&clerk("sato"), &recall, at(9, round + 3));
        assert!(matches!(
            exhausted,
            Err(Refusal::RecallsExhausted { calls: 3, .. })
        ));
        let no_show = Command::NoShow {
            counter: counter("1"),
            ticket,
        };
        office
            .run(&clerk("sato"), &no_show, at(9, round + 4))
            .unwrap();
        let restore = Command::Restore {
            ticket,
            place: Place::Kept,
        };
        office
            .run(&clerk("sato"), &restore, at(9, round + 5))
            .unwrap();
        assert_eq!(office.state.ticket(&ticket).unwrap().calls, 0);
    }
}

#[test]
fn a_service_begins_anew_with_a_new_call() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    call_next(&mut office, "sato", at(9, 10)).unwrap();
    let start = Command::StartService {
        counter: counter("1"),
        ticket,
    };
    office.run(&clerk("sato"), &start, at(9, 11)).unwrap();
    hold(&mut office, "sato", ticket).unwrap();
    assert_eq!(
        office.state.ticket(&ticket).unwrap().started_at,
        Some(at(9, 11))
    );
    let call = Command::Call {
        counter: counter("2"),
        ticket,
    };
    office.run(&clerk("suzuki"), &call, at(9, 20)).unwrap();
    assert_eq!(office.state.ticket(&ticket).unwrap().started_at, None);
}

#[test]
fn considerate_priority_that_the_end_of_a_line_took_counts_again_at_the_next_service() {
    let mut office = Office::opened();
    let family = Visit {
        considerate: true,
        ..moving_then(&["tax"])
    };
    let walk_in = office.issue("tax", at(8, 59));
    let family = office.try_visit(family, at(9, 0)).unwrap();
    hold(&mut office, "sato", family).unwrap();
    let restore = Command::Restore {
        ticket: family,
        place: Place::End,
    };
    office.run(&clerk("sato"), &restore, at(9, 16)).unwrap();
    assert_eq!(waiting_for(&office, 9, 16), [walk_in, family]);
    serve(&mut office, "suzuki", family, at(9, 17)).unwrap();
    assert_eq!(waiting_for(&office, 9, 18), [family, walk_in]);
}
