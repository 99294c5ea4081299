//! A day in the store: what is acknowledged stays, what is not never was.

use chrono::TimeDelta;
use queue::*;
use store::{StoreError, VisitState};

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
fn every_kind_of_event_comes_back_as_it_was() {
    let mut office = Office::new();
    let at_one = |command: fn(CounterId, TicketId) -> Command| command(counter("1"), ticket(1));
    let script = [
        (kiosk(), check_in(1, "certificates", "A7K2-93QF", at(9, 0))),
        (kiosk(), issue(2, "moving")),
        (
            kiosk(),
            Command::ReportSlip {
                ticket: ticket(1),
                slip: SlipState::Unknown,
            },
        ),
        (sato(), open_counter()),
        (sato(), call_next()),
        (
            sato(),
            at_one(|counter, ticket| Command::Recall { counter, ticket }),
        ),
        (
            sato(),
            at_one(|counter, ticket| Command::NoShow { counter, ticket }),
        ),
        (sato(), Command::Restore { ticket: ticket(1) }),
        (
            sato(),
            at_one(|counter, ticket| Command::Call { counter, ticket }),
        ),
        (
            sato(),
            at_one(|counter, ticket| Command::StartService { counter, ticket }),
        ),
        (
            sato(),
            Command::Undo {
                counter: counter("1"),
            },
        ),
        (
            sato(),
            at_one(|counter, ticket| Command::Finish { counter, ticket }),
        ),
        (sato(), Command::Cancel { ticket: ticket(2) }),
        (
            kiosk(),
            Command::AskHelp {
                kiosk: name("入口"),
            },
        ),
        (
            sato(),
            Command::AnswerHelp {
                kiosk: name("入口"),
            },
        ),
        (
            sato(),
            Command::CloseCounter {
                counter: counter("1"),
            },
        ),
    ];
    let mut log = Vec::new();
    for (actor, command) in script {
        log.extend(decide(&office.state, &rules(), &actor, &command, at(9, 0)).unwrap());
        office.run(&actor, &command, at(9, 0));
    }
    let stored = office.store.read().replay().unwrap();
    let seqs: Vec<_> = stored.iter().map(|(seq, _)| *seq).collect();
    let expected: Vec<_> = (1..=u64::try_from(log.len()).unwrap()).collect();
    assert_eq!(seqs, expected);
    assert_eq!(
        stored
            .into_iter()
            .map(|(_, event)| event)
            .collect::<Vec<_>>(),
        log
    );
    let kinds: i64 = office
        .db()
        .query_row("SELECT count(DISTINCT kind) FROM events", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kinds, 15, "a new kind of event belongs into this test");
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
    batch.append(&events.unwrap(), &after).unwrap();
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
        batch.append(&events, &office.state).unwrap();
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
    let undo = Command::Undo {
        counter: counter("1"),
    };
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
        batch.append(&events, &office.state),
        Err(StoreError::NotFollowed)
    ));
    assert!(matches!(
        batch.append(&events, &State::default()),
        Err(StoreError::NotFollowed)
    ));
}

#[test]
fn a_row_of_a_kind_that_nobody_knows_is_damage_and_not_silence() {
    let office = Office::with_tickets(1);
    office
        .db()
        .execute(
            "INSERT INTO events (at, day, actor_kind, kind, body) VALUES (0, '2026-11-24', 'hub', 'danced', x'a0')",
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
            "INSERT INTO events (at, day, actor_kind, actor, kind, body)
             VALUES (0, '2026-11-24', 'kiosk', '入口', 'help_asked', ?1)",
            [body],
        )
        .unwrap();
    let (state, _) = office.store.read().state().unwrap();
    assert_eq!(state.help().count(), 1);
}
