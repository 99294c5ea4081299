//! What a clerk can undo, and when it is too late.

use queue::*;

use crate::office::*;

type Outcome = Result<Vec<EventKind>, Refusal>;

const NOTHING: Outcome = Err(Refusal::NothingToUndo);

fn by(office: &mut Office, who: &str, command: &Command, minute: u32) -> Outcome {
    office.run(&clerk(who), command, at(9, minute))
}

fn undo(office: &mut Office, who: &str) -> Outcome {
    by(office, who, &Command::Undo, 50)
}

fn cancel(ticket: TicketId) -> Command {
    Command::Cancel {
        ticket,
        reason: CancelReason::Citizen,
    }
}

fn hold(ticket: TicketId) -> Command {
    Command::Hold {
        ticket,
        reason: HoldReason::Away,
    }
}

fn next(id: &str) -> Command {
    Command::CallNext {
        counter: counter(id),
        service: None,
    }
}

fn transfer(ticket: TicketId, to: Destination) -> Command {
    Command::Transfer {
        ticket,
        to,
        note: None,
    }
}

#[test]
fn a_clerk_without_a_counter_undoes_too() {
    let mut office = Office::opened();
    let [one, other] = [0, 1].map(|minute| office.issue("certificates", at(9, minute)));
    let before = office.state.ticket(&one).unwrap().clone();
    let deeds = [
        (cancel(one), Deed::Cancel),
        (hold(one), Deed::Hold),
        (
            transfer(one, Destination::Service(service("tax"))),
            Deed::Transfer,
        ),
        (
            transfer(one, Destination::Counter(counter("2"))),
            Deed::Transfer,
        ),
    ];
    for (command, deed) in deeds {
        by(&mut office, "yamada", &command, 10).unwrap();
        assert_eq!(office.state.undoable(&name("yamada")), Some((one, deed)));
        let undone = undo(&mut office, "yamada").unwrap();
        let expected = EventKind::Undone {
            counter: None,
            ticket: one,
            deed,
        };
        assert_eq!(undone, [expected]);
        assert_eq!(office.state.ticket(&one), Some(&before));
        assert_eq!(undo(&mut office, "yamada"), NOTHING, "once");
    }
    assert_eq!(office.state.order(&office.rules, at(9, 20)), [one, other]);
}

#[test]
fn undo_is_a_clerk_s_and_not_a_counter_s() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    by(&mut office, "sato", &next("1"), 10).unwrap();
    assert_eq!(undo(&mut office, "suzuki"), NOTHING);
    for actor in [Actor::Hub, kiosk()] {
        assert_eq!(office.run(&actor, &Command::Undo, at(9, 11)), NOTHING);
    }
    let finish = Command::Finish {
        counter: counter("1"),
        ticket,
    };
    by(&mut office, "sato", &finish, 12).unwrap();
    // At another counter the ticket has no place to come back to.
    let close = Command::CloseCounter {
        counter: counter("2"),
    };
    by(&mut office, "suzuki", &close, 13).unwrap();
    office.open("2", "sato", at(9, 13)).unwrap();
    assert_eq!(undo(&mut office, "sato"), NOTHING);
    office.open("1", "sato", at(9, 14)).unwrap();
    undo(&mut office, "sato").unwrap();
    let desk = office.state.counter(&counter("1")).unwrap();
    assert_eq!(desk.ticket, Some(ticket));
}

#[test]
fn a_counter_that_has_called_the_next_takes_nobody_back() {
    let mut office = Office::opened();
    let [one, other] = [0, 1].map(|minute| office.issue("certificates", at(9, minute)));
    by(&mut office, "sato", &next("1"), 10).unwrap();
    let no_show = Command::NoShow {
        counter: counter("1"),
        ticket: one,
    };
    by(&mut office, "sato", &no_show, 11).unwrap();
    by(&mut office, "sato", &next("1"), 12).unwrap();
    undo(&mut office, "sato").unwrap();
    assert_eq!(
        office.state_of(other),
        TicketState::Waiting,
        "the last deed only"
    );
    assert_eq!(undo(&mut office, "sato"), NOTHING);
    assert_eq!(office.state_of(one), TicketState::NoShow);
}

#[test]
fn what_somebody_else_has_touched_is_not_undone() {
    type Touch = fn(TicketId) -> Command;
    let touches: [Touch; 4] = [
        |ticket| Command::Prioritise {
            ticket,
            considerate: true,
        },
        |ticket| Command::Plan {
            ticket,
            then: vec![service("tax")],
        },
        |ticket| Command::Restore {
            ticket,
            place: Place::Kept,
        },
        cancel,
    ];
    for touch in touches {
        let mut office = Office::opened();
        let ticket = office.issue("certificates", at(9, 0));
        by(&mut office, "sato", &hold(ticket), 10).unwrap();
        by(&mut office, "suzuki", &touch(ticket), 11).unwrap();
        assert_eq!(undo(&mut office, "sato"), NOTHING);
    }
}

#[test]
fn what_is_undone_is_as_it_was_for_the_one_before_too() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    by(&mut office, "suzuki", &hold(ticket), 10).unwrap();
    by(&mut office, "sato", &cancel(ticket), 11).unwrap();
    assert_eq!(undo(&mut office, "suzuki"), NOTHING);
    undo(&mut office, "sato").unwrap();
    assert_eq!(office.state_of(ticket), TicketState::Held);
    undo(&mut office, "suzuki").unwrap();
    assert_eq!(office.state_of(ticket), TicketState::Waiting);
}

#[test]
fn a_visit_that_went_on_comes_back_to_its_counter() {
    let mut office = Office::opened();
    let visit = Visit {
        then: vec![service("tax")],
        ..visit("certificates")
    };
    let ticket = office.try_visit(visit, at(9, 0)).unwrap();
    by(&mut office, "sato", &next("1"), 10).unwrap();
    let before = office.state.ticket(&ticket).unwrap().clone();
    let finish = Command::Finish {
        counter: counter("1"),
        ticket,
    };
    by(&mut office, "sato", &finish, 12).unwrap();
    assert_eq!(
        office.state.ticket(&ticket).unwrap().service,
        service("tax")
    );
    undo(&mut office, "sato").unwrap();
    assert_eq!(office.state.ticket(&ticket), Some(&before));
    // Once the next counter has called it, it is theirs.
    by(&mut office, "sato", &finish, 13).unwrap();
    by(&mut office, "tanaka", &next("3"), 14).unwrap();
    assert_eq!(undo(&mut office, "sato"), NOTHING);
}

#[test]
fn a_cancelled_booking_that_has_a_new_ticket_is_not_brought_back() {
    let mut office = Office::opened();
    let booking = Appointment {
        number: AppointmentNumber::parse("A7K2-93QF").unwrap(),
        start: at(9, 30),
        end: at(9, 45),
    };
    let first = office
        .try_issue("tax", Some(booking.clone()), at(9, 20))
        .unwrap();
    by(&mut office, "sato", &cancel(first), 21).unwrap();
    office.try_issue("tax", Some(booking), at(9, 22)).unwrap();
    assert_eq!(undo(&mut office, "sato"), NOTHING);
}

#[test]
fn a_day_that_turned_is_not_undone() {
    let mut office = Office::opened();
    let ticket = office.issue("tax", at(9, 0));
    by(&mut office, "sato", &cancel(ticket), 21).unwrap();
    let tomorrow = at(9, 0) + chrono::TimeDelta::days(1);
    office
        .run(&Actor::Hub, &Command::StartDay, tomorrow)
        .unwrap();
    assert_eq!(
        office.run(&clerk("sato"), &Command::Undo, tomorrow),
        NOTHING
    );
}

#[test]
fn an_undone_call_gives_those_it_passed_over_their_right_back() {
    let mut office = Office::opened();
    let walk_in = office.issue("certificates", at(9, 0));
    for _ in 0..3 {
        office.check_in("certificates", at(9, 35), at(9, 34));
    }
    for _ in 0..2 {
        assert_eq!(office.serve_next(at(9, 40)).1, CallReason::Due);
    }
    assert_eq!(office.state.passed_over(&walk_in), Some(2));
    by(&mut office, "sato", &next("1"), 41).unwrap();
    let called = office.state.ticket(&walk_in).unwrap();
    assert_eq!(called.reason, Some(CallReason::Override));
    assert_eq!(office.state.passed_over(&walk_in), None, "it waits no more");
    undo(&mut office, "sato").unwrap();
    assert_eq!(office.state.passed_over(&walk_in), Some(2));
    // Another counter's call in between stands, and with it what it counted.
    by(&mut office, "sato", &next("1"), 42).unwrap();
    assert_eq!(office.state_of(walk_in), TicketState::Called);
    let later = office.issue("certificates", at(9, 43));
    undo(&mut office, "sato").unwrap();
    let bookings = [0, 1].map(|_| office.check_in("certificates", at(9, 50), at(9, 49)));
    let call = Command::Call {
        counter: counter("1"),
        ticket: bookings[0],
    };
    by(&mut office, "sato", &call, 50).unwrap();
    assert_eq!(office.state.passed_over(&later), Some(3));
    let call = Command::Call {
        counter: counter("2"),
        ticket: bookings[1],
    };
    by(&mut office, "suzuki", &call, 51).unwrap();
    undo(&mut office, "sato").unwrap();
    assert_eq!(office.state.passed_over(&later), Some(4));
}
