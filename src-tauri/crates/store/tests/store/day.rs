//! A day in the store: what is acknowledged stays, what is not never was.

use chrono::TimeDelta;
use queue::*;
use store::{StopOutcome, StoreError, VisitState};

use crate::office::*;

#[test]
fn a_restart_restores_the_day() {
    let mut office = Office::with_tickets(2);
    office.run(
        &kiosk(),
        &check_in(3, "moving", "A7K2-93QF", at(9, 30)),
        at(9, 10),
    );
    office.run(&sato(), &open_counter(), at(9, 10));
    office.run(&sato(), &call_next(), at(9, 11));
    let ask = Command::AskHelp {
        kiosk: name("入口"),
    };
    office.run(&kiosk(), &ask, at(9, 12));
    let before = office.state.clone();
    let mut office = office.reopen();
    assert_eq!(office.state, before);
    office.run(&kiosk(), &issue(4, "certificates"), at(9, 20));
    let ticket = office.state.ticket(&ticket(4)).unwrap();
    assert_eq!(ticket.number.to_string(), "A-003");
}

#[test]
fn the_state_comes_from_the_newest_day_alone() {
    let mut office = Office::with_tickets(3);
    office.run(
        &kiosk(),
        &issue(4, "certificates"),
        at(9, 0) + TimeDelta::days(1),
    );
    let office = office.reopen();
    assert_eq!(office.state.tickets().len(), 1);
    let (_, seq) = office.store.read().state().unwrap();
    assert_eq!(seq, office.store.read().last_seq().unwrap());
    assert_eq!(seq, 6);
}

#[test]
fn events_are_read_on_from_any_number() {
    let office = Office::with_tickets(5);
    let seqs = |seq, events_max| -> Vec<u64> {
        let events = office.store.read().events_after(seq, events_max).unwrap();
        events.into_iter().map(|(seq, _)| seq).collect()
    };
    assert_eq!(seqs(0, 2), [1, 2]);
    assert_eq!(seqs(4, 100), [5, 6]);
    assert_eq!(seqs(6, 100), []);
    assert_eq!(seqs(u64::MAX, 100), []);
}

#[test]
fn what_was_not_committed_never_was() {
    let mut office = Office::with_tickets(1);
    let acknowledged = office.state.clone();
    let events = decide(
        &office.state,
        &rules(),
        &kiosk(),
        &issue(2, "certificates"),
        at(9, 1),
    );
    let mut after = office.state.clone();
    for event in events.as_ref().unwrap() {
        after.evolve(event).unwrap();
    }
    let mut batch = office.store.batch().unwrap();
    batch.append(&events.unwrap(), &after, "").unwrap();
    batch.remember("key", &[7; 32], b"A-002", at(9, 1)).unwrap();
    drop(batch);
    let office = office.reopen();
    assert_eq!(office.state, acknowledged);
    assert_eq!(office.store.read().recall_answer("key").unwrap(), None);
}

#[test]
fn a_group_of_commands_is_one_commit() {
    let mut office = Office::new();
    let mut batch = office.store.batch().unwrap();
    for serial in 1..=50 {
        let command = issue(serial, "certificates");
        let events = decide(&office.state, &rules(), &kiosk(), &command, at(9, 0)).unwrap();
        for event in &events {
            office.state.evolve(event).unwrap();
        }
        batch.append(&events, &office.state, "").unwrap();
        batch
            .remember(&format!("key {serial}"), &[0; 32], b"{}", at(9, 0))
            .unwrap();
        batch
            .give_token(ticket(serial), &format!("token {serial}"))
            .unwrap();
    }
    assert!(
        batch.recall_answer("key 50").unwrap().is_some(),
        "within the group"
    );
    batch.commit().unwrap();
    let before = office.state.clone();
    let office = office.reopen();
    assert_eq!(office.state, before);
    let read = office.store.read();
    assert_eq!(read.ticket_of_token("token 7").unwrap(), Some(ticket(7)));
    assert_eq!(
        read.visit_token(ticket(7)).unwrap().as_deref(),
        Some("token 7")
    );
    assert_eq!(read.ticket_of_token("token 51").unwrap(), None);
}

#[test]
fn the_same_key_with_another_body_is_told_apart() {
    let mut office = Office::new();
    let mut batch = office.store.batch().unwrap();
    batch.remember("key", &[1; 32], b"A-001", at(9, 0)).unwrap();
    batch.commit().unwrap();
    let office = office.reopen();
    let answer = office.store.read().recall_answer("key").unwrap().unwrap();
    assert_eq!(
        (answer.answer.as_slice(), answer.at),
        (b"A-001".as_slice(), at(9, 0))
    );
    assert_eq!(answer.body_hash, [1; 32]);
    assert_ne!(answer.body_hash, [2; 32]);
}

#[test]
fn an_answer_is_remembered_once_and_forgotten_in_time() {
    let mut office = Office::new();
    let mut batch = office.store.batch().unwrap();
    batch.remember("old", &[1; 32], b"A-001", at(9, 0)).unwrap();
    batch.remember("new", &[1; 32], b"A-002", at(9, 1)).unwrap();
    assert!(batch.remember("old", &[1; 32], b"A-003", at(9, 2)).is_err());
    assert_eq!(batch.forget_answers(at(9, 1)).unwrap(), 1);
    let long = vec![0; store::ANSWER_BYTES_MAX + 1];
    let too_large = batch.remember("long", &[1; 32], &long, at(9, 2));
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })));
    batch.commit().unwrap();
    assert_eq!(office.store.read().recall_answer("old").unwrap(), None);
    assert!(office.store.read().recall_answer("new").unwrap().is_some());
}

#[test]
fn visits_are_always_as_the_queue_has_them() {
    let mut office = Office::with_tickets(2);
    office.run(
        &kiosk(),
        &check_in(3, "moving", "A7K2-93QF", at(9, 30)),
        at(9, 10),
    );
    office.run(&sato(), &open_counter(), at(9, 11));
    office.run(&sato(), &call_next(), at(9, 12));
    let day = office.state.day().unwrap();
    let visits = office.store.read().visits(day).unwrap();
    let states: Vec<_> = visits.iter().map(|visit| visit.state).collect();
    assert_eq!(
        states,
        [VisitState::Called, VisitState::Waiting, VisitState::Waiting]
    );
    assert_eq!(visits[0].first_called_at, Some(at(9, 12)));
    assert_eq!(visits[0].counter, Some(counter("1")));
    assert_eq!(visits[0].reason, Some(CallReason::Fcfs));
    assert_eq!(visits[2].booked_for, Some(at(9, 30)));
    assert_eq!(visits[2].booking.as_ref().unwrap().as_str(), "A7K2-93QF");
    assert!(visits[2].has_case);
    let undo = Command::Undo;
    office.run(&sato(), &undo, at(9, 13));
    let visit = &office.store.read().visits(day).unwrap()[0];
    assert_eq!(
        (visit.state, visit.first_called_at, visit.calls),
        (VisitState::Waiting, None, 0)
    );
}

#[test]
fn who_still_waits_when_the_day_turns_has_lapsed() {
    let mut office = Office::with_tickets(2);
    let yesterday = office.state.day().unwrap();
    office.run(&sato(), &open_counter(), at(9, 11));
    office.run(&sato(), &call_next(), at(9, 12));
    let no_show = Command::NoShow {
        counter: counter("1"),
        ticket: ticket(1),
    };
    office.run(&sato(), &no_show, at(9, 13));
    office.run(
        &kiosk(),
        &issue(3, "certificates"),
        at(9, 0) + TimeDelta::days(1),
    );
    let states: Vec<_> = office
        .store
        .read()
        .visits(yesterday)
        .unwrap()
        .iter()
        .map(|visit| visit.state)
        .collect();
    assert_eq!(states, [VisitState::NoShow, VisitState::Lapsed]);
    let today = office
        .store
        .read()
        .visits(office.state.day().unwrap())
        .unwrap();
    assert_eq!(today[0].number.to_string(), "A-001");
}

#[test]
fn the_database_itself_refuses_to_change_the_log() {
    let office = Office::with_tickets(1);
    let db = office.db();
    for tampering in [
        "UPDATE events SET actor = 'somebody else' WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events",
    ] {
        let refused = db.execute(tampering, []).unwrap_err().to_string();
        assert!(refused.contains("events are never"), "{refused}");
    }
}

#[test]
fn the_database_itself_refuses_what_must_never_be() {
    let mut office = Office::with_tickets(2);
    office.run(
        &kiosk(),
        &check_in(3, "certificates", "A7K2-93QF", at(9, 30)),
        at(9, 10),
    );
    office.run(&sato(), &open_counter(), at(9, 11));
    office.run(&sato(), &call_next(), at(9, 12));
    for (wrong, constraint) in [
        (
            "UPDATE visits SET number = 'A-001' WHERE number = 'A-002'",
            "visits.number",
        ),
        (
            "UPDATE visits SET state = 'called', counter = '1' WHERE number = 'A-002'",
            "visits.counter",
        ),
        (
            "UPDATE visits SET booking = 'A7K2-93QF' WHERE number = 'A-002'",
            "visits.booking",
        ),
    ] {
        let refused = office.db().execute(wrong, []).unwrap_err().to_string();
        assert!(
            refused.contains("UNIQUE") && refused.contains(constraint),
            "{refused}"
        );
    }
}

#[test]
fn events_with_a_state_that_has_not_followed_them_are_refused() {
    let mut office = Office::with_tickets(1);
    let events = decide(
        &office.state,
        &rules(),
        &kiosk(),
        &issue(2, "moving"),
        at(9, 1),
    )
    .unwrap();
    let mut batch = office.store.batch().unwrap();
    assert!(matches!(
        batch.append(&events, &office.state, ""),
        Err(StoreError::NotFollowed)
    ));
    assert!(matches!(
        batch.append(&events, &State::default(), ""),
        Err(StoreError::NotFollowed)
    ));
}

#[test]
fn numbers_that_a_kiosk_holds_for_tomorrow_are_there_tomorrow_after_a_restart() {
    let mut office = Office::with_tickets(1);
    let tomorrow = BusinessDay::on(office.state.day().unwrap().date().succ_opt().unwrap());
    let lease = |day| Command::Lease {
        kiosk: name("入口"),
        day,
        service: service("certificates"),
        count: 5,
    };
    office.run(&kiosk(), &lease(office.state.day().unwrap()), at(9, 1));
    office.run(&kiosk(), &lease(tomorrow), at(9, 2));
    let mut office = office.reopen();
    assert_eq!(office.state.leases().count(), 2);
    let morning = at(9, 0) + TimeDelta::days(1);
    office.run(&Actor::Hub, &Command::StartDay, morning);
    let before = office.state.clone();
    assert_eq!(before.leases().count(), 1);
    let mut office = office.reopen();
    assert_eq!(office.state, before);
    // And the day after tomorrow they are nobody's.
    office.run(
        &Actor::Hub,
        &Command::StartDay,
        morning + TimeDelta::days(1),
    );
    let before = office.state.clone();
    assert_eq!(before.leases().count(), 0);
    assert_eq!(office.reopen().state, before);
}

#[test]
fn one_slip_through_several_counters_is_one_visit_with_several_stops() {
    let mut office = Office::new();
    let two = Command::Issue {
        ticket: ticket(1),
        visit: Visit {
            then: vec![service("certificates")],
            ..visit("moving")
        },
    };
    office.run(&kiosk(), &two, at(9, 0));
    office.run(&sato(), &open_counter(), at(9, 5));
    let at_one = |command: fn(CounterId, TicketId) -> Command| command(counter("1"), ticket(1));
    let finish = at_one(|counter, ticket| Command::Finish { counter, ticket });
    office.run(&sato(), &call_next(), at(9, 10));
    let start = at_one(|counter, ticket| Command::StartService { counter, ticket });
    office.run(&sato(), &start, at(9, 11));
    office.run(&sato(), &finish, at(9, 20));
    let day = office.state.day().unwrap();
    let shape = |office: &Office| -> Vec<_> {
        let stops = office.store.read().stops(day).unwrap();
        stops
            .into_iter()
            .map(|stop| {
                let times = (
                    stop.waiting_since,
                    stop.called_at,
                    stop.started_at,
                    stop.ended_at,
                );
                (stop.service.to_string(), times, stop.outcome)
            })
            .collect()
    };
    let first = |outcome, ended_at| {
        let times = (at(9, 0), Some(at(9, 10)), Some(at(9, 11)), ended_at);
        ("moving".to_owned(), times, outcome)
    };
    let second = |called_at, ended_at, outcome| {
        let times = (at(9, 20), called_at, None, ended_at);
        (
            "certificates".to_owned(),
            times,
            StopOutcome::AsVisit(outcome),
        )
    };
    let done = first(StopOutcome::WentOn, Some(at(9, 20)));
    assert_eq!(
        shape(&office),
        [done.clone(), second(None, None, VisitState::Waiting)]
    );
    office.run(&sato(), &Command::Undo, at(9, 21));
    assert_eq!(
        shape(&office),
        [first(StopOutcome::AsVisit(VisitState::Serving), None)],
        "undone"
    );
    office.run(&sato(), &finish, at(9, 20));
    office.run(&sato(), &call_next(), at(9, 30));
    office.run(&sato(), &finish, at(9, 35));
    let last = second(Some(at(9, 30)), Some(at(9, 35)), VisitState::Finished);
    assert_eq!(shape(&office), [done, last]);
    let visits = office.store.read().visits(day).unwrap();
    assert_eq!(visits.len(), 1, "one ticket, one row");
    let visit = &visits[0];
    assert_eq!(
        (visit.service.as_str(), visit.present.as_str()),
        ("moving", "certificates")
    );
    assert_eq!(
        (visit.first_called_at, visit.called_at),
        (Some(at(9, 10)), Some(at(9, 30)))
    );
    assert_eq!((visit.stops_done, visit.state), (1, VisitState::Finished));
}

#[test]
fn who_is_passed_on_begins_another_stop() {
    let mut office = Office::with_tickets(1);
    let to = Command::Transfer {
        ticket: ticket(1),
        to: Destination::Service(service("moving")),
        note: Some(Note::parse("転出のあと").unwrap()),
    };
    office.run(&sato(), &to, at(9, 30));
    let stops = office
        .store
        .read()
        .stops(office.state.day().unwrap())
        .unwrap();
    let outcomes: Vec<_> = stops.iter().map(|stop| (stop.stop, stop.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            (1, StopOutcome::PassedOn),
            (2, StopOutcome::AsVisit(VisitState::Waiting))
        ]
    );
}

#[test]
fn who_is_set_aside_keeps_the_number_and_lapses_with_the_day() {
    let mut office = Office::with_tickets(2);
    let hold = Command::Hold {
        ticket: ticket(1),
        reason: HoldReason::Writing,
    };
    office.run(&sato(), &hold, at(9, 30));
    let day = office.state.day().unwrap();
    assert_eq!(
        office.store.read().visits(day).unwrap()[0].state,
        VisitState::Held
    );
    let taken = office.db().execute(
        "UPDATE visits SET number = 'A-001' WHERE number = 'A-002'",
        [],
    );
    assert!(taken.unwrap_err().to_string().contains("visits.number"));
    office.run(
        &Actor::Hub,
        &Command::StartDay,
        at(9, 0) + TimeDelta::days(1),
    );
    assert_eq!(
        office.store.read().visits(day).unwrap()[0].state,
        VisitState::Lapsed
    );
}

#[test]
fn a_row_of_a_kind_that_nobody_knows_is_damage_and_not_silence() {
    let office = Office::with_tickets(1);
    office
        .db()
        .execute(
            "INSERT INTO events (at, day, actor_kind, place, kind, body, hash)
             VALUES (0, '2026-11-24', 'hub', '', 'danced', x'a0', zeroblob(32))",
            [],
        )
        .unwrap();
    assert!(matches!(
        office.store.read().state(),
        Err(StoreError::Damaged { what: "event kind" })
    ));
}

#[test]
fn a_newer_program_s_extra_key_in_a_body_is_passed_over() {
    let office = Office::with_tickets(1);
    // {11: "入口", 99: [1, {2: 3}]}
    let body = [
        &[0xa2, 0x0b, 0x66],
        "入口".as_bytes(),
        &[0x18, 0x63, 0x82, 0x01, 0xa1, 0x02, 0x03],
    ]
    .concat();
    office
        .db()
        .execute(
            "INSERT INTO events (at, day, actor_kind, actor, place, kind, body, hash)
             VALUES (0, '2026-11-24', 'kiosk', '入口', '', 'help_asked', ?1, zeroblob(32))",
            [body],
        )
        .unwrap();
    let (state, _) = office.store.read().state().unwrap();
    assert_eq!(state.help().count(), 1);
}
