//! What clerks do, and what they are told when it does not go.

use queue::*;

use crate::office::*;

type Outcome = Result<Vec<EventKind>, Refusal>;

fn call_next(office: &mut Office, id: &str, who: &str) -> Outcome {
    let next = Command::CallNext {
        counter: counter(id),
        service: None,
    };
    office.run(&clerk(who), &next, at(9, 10))
}

fn act(
    office: &mut Office,
    who: &str,
    command: impl Fn(CounterId, TicketId) -> Command,
    ticket: TicketId,
) -> Outcome {
    let id = office.state.counter_of(&name(who)).cloned();
    let command = command(id.unwrap_or_else(|| counter("1")), ticket);
    let recalled = matches!(command, Command::Recall { .. });
    let calls = office.state.ticket(&ticket).map_or(0, |it| it.calls);
    let now = at(9, 10 + if recalled { calls } else { 1 });
    office.run(&clerk(who), &command, now)
}

fn recall(counter: CounterId, ticket: TicketId) -> Command {
    Command::Recall { counter, ticket }
}

fn call(counter: CounterId, ticket: TicketId) -> Command {
    Command::Call { counter, ticket }
}

fn start(counter: CounterId, ticket: TicketId) -> Command {
    Command::StartService { counter, ticket }
}

fn finish(counter: CounterId, ticket: TicketId) -> Command {
    Command::Finish { counter, ticket }
}

fn no_show(counter: CounterId, ticket: TicketId) -> Command {
    Command::NoShow { counter, ticket }
}

fn restore(_: CounterId, ticket: TicketId) -> Command {
    Command::Restore {
        ticket,
        place: Place::Kept,
    }
}

fn cancel(_: CounterId, ticket: TicketId) -> Command {
    Command::Cancel {
        ticket,
        reason: CancelReason::Citizen,
    }
}

fn undo(_: CounterId, _: TicketId) -> Command {
    Command::Undo
}

/// Three wait for certificates, and sato at counter 1 has called the first.
fn called() -> (Office, TicketId) {
    let mut office = Office::opened();
    let first = office.issue("certificates", at(9, 0));
    office.issue("certificates", at(9, 1));
    office.issue("certificates", at(9, 2));
    call_next(&mut office, "1", "sato").unwrap();
    (office, first)
}

fn refused(office: &Office, ticket: TicketId) -> Outcome {
    let ticket = office.state.ticket(&ticket).unwrap();
    Err(Refusal::TicketState {
        ticket: ticket.id,
        number: ticket.number,
        state: ticket.state,
    })
}

#[test]
fn a_visit_goes_from_the_call_to_the_end() {
    let (mut office, ticket) = called();
    act(&mut office, "sato", start, ticket).unwrap();
    act(&mut office, "sato", finish, ticket).unwrap();
    let ticket = office.state.ticket(&ticket).unwrap();
    assert_eq!(ticket.state, TicketState::Finished);
    assert_eq!(ticket.counter, Some(counter("1")));
    assert_eq!(ticket.first_called_at, Some(at(9, 10)));
    assert_eq!(ticket.called_at, Some(at(9, 10)));
    assert_eq!(ticket.started_at, Some(at(9, 11)));
    assert_eq!(ticket.ended_at, Some(at(9, 11)));
    assert_eq!((ticket.calls, ticket.reason), (1, Some(CallReason::Fcfs)));
    assert_eq!(office.state.counter(&counter("1")).unwrap().ticket, None);
}

#[test]
fn two_clerks_never_get_the_same_ticket() {
    let (mut office, first) = called();
    call_next(&mut office, "2", "suzuki").unwrap();
    let second = office.state.counter(&counter("2")).unwrap().ticket.unwrap();
    assert_ne!(first, second);
    for command in [call, recall, start, finish, no_show] {
        let calls = matches!(command(counter("2"), first), Command::Call { .. });
        let expected = if calls {
            Err(Refusal::CounterBusy {
                counter: counter("2"),
                ticket: second,
            })
        } else {
            refused(&office, first)
        };
        assert_eq!(act(&mut office, "suzuki", command, first), expected);
    }
}

#[test]
fn a_busy_counter_calls_nobody_and_does_not_close() {
    let (mut office, ticket) = called();
    let busy = Err(Refusal::CounterBusy {
        counter: counter("1"),
        ticket,
    });
    assert_eq!(call_next(&mut office, "1", "sato"), busy);
    let close = Command::CloseCounter {
        counter: counter("1"),
    };
    assert_eq!(office.run(&clerk("sato"), &close, at(9, 12)), busy);
}

#[test]
fn only_the_clerk_who_has_a_counter_acts_there() {
    let (mut office, _) = called();
    let taken = |id, who| {
        Err(Refusal::CounterTaken {
            counter: counter(id),
            clerk: name(who),
        })
    };
    assert_eq!(call_next(&mut office, "2", "sato"), taken("2", "suzuki"));
    assert_eq!(office.open("2", "yamada", at(9, 12)), taken("2", "suzuki"));
    let next = Command::CallNext {
        counter: counter("2"),
        service: None,
    };
    assert_eq!(office.run(&kiosk(), &next, at(9, 12)), taken("2", "suzuki"));
}

#[test]
fn an_idle_counter_that_was_left_open_can_be_taken_over() {
    let mut office = Office::opened();
    let close = Command::CloseCounter {
        counter: counter("2"),
    };
    office.run(&clerk("yamada"), &close, at(12, 0)).unwrap();
    office.open("2", "yamada", at(12, 0)).unwrap();
    let desk = office.state.counter(&counter("2")).unwrap();
    assert_eq!((&desk.clerk, desk.since), (&name("yamada"), at(12, 0)));
}

#[test]
fn a_clerk_who_opens_another_counter_leaves_the_first_unless_it_is_busy() {
    let (mut office, ticket) = called();
    let close = Command::CloseCounter {
        counter: counter("3"),
    };
    office.run(&clerk("tanaka"), &close, at(9, 12)).unwrap();
    let busy = Err(Refusal::CounterBusy {
        counter: counter("1"),
        ticket,
    });
    assert_eq!(office.open("3", "sato", at(9, 12)), busy);
    act(&mut office, "sato", finish, ticket).unwrap();
    office.open("3", "sato", at(9, 13)).unwrap();
    assert_eq!(office.state.counter_of(&name("sato")), Some(&counter("3")));
    assert_eq!(office.state.counter(&counter("1")), None);
    assert_eq!(
        office.open("3", "sato", at(9, 13)),
        Ok(vec![]),
        "already hers"
    );
}

#[test]
fn a_closed_or_unknown_counter_says_so() {
    let mut office = Office::new();
    assert_eq!(
        call_next(&mut office, "1", "sato"),
        Err(Refusal::CounterClosed(counter("1")))
    );
    let unknown = Err(Refusal::CounterUnknown(counter("9")));
    assert_eq!(call_next(&mut office, "9", "sato"), unknown);
    assert_eq!(office.open("9", "sato", at(9, 0)), unknown);
}

#[test]
fn a_chosen_ticket_is_called_by_hand() {
    let (mut office, _) = called();
    let third = ticket(3);
    act(&mut office, "suzuki", call, third).unwrap();
    let ticket = office.state.ticket(&third).unwrap();
    assert_eq!(ticket.reason, Some(CallReason::Manual));
    assert_eq!(ticket.counter, Some(counter("2")));
}

#[test]
fn a_ticket_is_called_three_times_and_no_more() {
    let (mut office, ticket) = called();
    act(&mut office, "sato", recall, ticket).unwrap();
    act(&mut office, "sato", recall, ticket).unwrap();
    assert_eq!(
        act(&mut office, "sato", recall, ticket),
        Err(Refusal::RecallsExhausted {
            ticket,
            number: "A-001".parse().unwrap(),
            calls: 3,
            calls_max: 3,
        })
    );
    let ticket = office.state.ticket(&ticket).unwrap();
    assert_eq!(ticket.first_called_at, Some(at(9, 10)));
    assert_eq!(ticket.called_at, Some(at(9, 12)));
}

#[test]
fn who_did_not_come_and_is_back_waits_in_the_old_place() {
    let (mut office, first) = called();
    act(&mut office, "sato", no_show, first).unwrap();
    assert_eq!(office.state_of(first), TicketState::NoShow);
    assert!(office.state.numbered("A-001".parse().unwrap()).is_some());
    act(&mut office, "suzuki", restore, first).unwrap();
    assert_eq!(office.state.order(&office.rules, at(9, 20))[0], first);
    let waiting = refused(&office, first);
    assert_eq!(act(&mut office, "suzuki", restore, first), waiting);
}

#[test]
fn a_ticket_at_a_counter_is_cancelled_only_there() {
    let (mut office, first) = called();
    let elsewhere = refused(&office, first);
    assert_eq!(act(&mut office, "suzuki", cancel, first), elsewhere);
    act(&mut office, "sato", cancel, first).unwrap();
    assert_eq!(office.state_of(first), TicketState::Cancelled);
    assert_eq!(office.state.counter(&counter("1")).unwrap().ticket, None);
    act(&mut office, "suzuki", cancel, ticket(2)).unwrap();
    let ended = refused(&office, first);
    assert_eq!(act(&mut office, "sato", cancel, first), ended);
}

#[test]
fn an_unknown_ticket_says_so() {
    let (mut office, _) = called();
    for command in [recall, start, finish, no_show, restore, cancel] {
        assert_eq!(
            act(&mut office, "sato", command, ticket(99)),
            Err(Refusal::TicketUnknown(ticket(99)))
        );
    }
}

#[test]
fn undo_brings_back_what_was_before_the_last_deed() {
    type Deeds = &'static [fn(CounterId, TicketId) -> Command];
    let deeds: [(Deeds, Deed, TicketState); 5] = [
        (&[], Deed::Call, TicketState::Waiting),
        (&[recall], Deed::Call, TicketState::Waiting),
        (&[start], Deed::Start, TicketState::Called),
        (&[start, finish], Deed::Finish, TicketState::Serving),
        (&[no_show], Deed::NoShow, TicketState::Called),
    ];
    for (before, deed, state) in deeds {
        let (mut office, ticket) = called();
        let mut earlier = office.state.clone();
        for command in before {
            earlier = office.state.clone();
            act(&mut office, "sato", command, ticket).unwrap();
        }
        assert_eq!(
            office.state.undoable(&name("sato")),
            Some((ticket, deed)),
            "{deed:?}"
        );
        act(&mut office, "sato", undo, ticket).unwrap();
        assert_eq!(office.state_of(ticket), state, "{deed:?}");
        if deed != Deed::Call {
            assert_eq!(office.state.ticket(&ticket), earlier.ticket(&ticket));
        }
        assert_eq!(
            act(&mut office, "sato", undo, ticket),
            Err(Refusal::NothingToUndo),
            "once"
        );
    }
}

#[test]
fn an_undone_call_leaves_no_trace_in_the_order() {
    let mut office = Office::opened();
    let walk_in = office.issue("certificates", at(9, 0));
    for _ in 0..3 {
        office.check_in("certificates", at(9, 35), at(9, 34));
    }
    let before = office.state.order(&office.rules, at(9, 40));
    call_next(&mut office, "1", "sato").unwrap_or_else(|refusal| panic!("{refusal}"));
    act(&mut office, "sato", undo, walk_in).unwrap();
    assert_eq!(office.state.order(&office.rules, at(9, 40)), before);
}

#[test]
fn undo_keeps_what_became_known_of_the_paper() {
    let (mut office, ticket) = called();
    let report = Command::ReportSlip {
        ticket,
        slip: SlipState::Printed,
    };
    office.run(&kiosk(), &report, at(9, 11)).unwrap();
    act(&mut office, "sato", undo, ticket).unwrap();
    let ticket = office.state.ticket(&ticket).unwrap();
    assert_eq!(ticket.slip, SlipState::Printed);
    assert_eq!((ticket.calls, ticket.first_called_at), (0, None));
}

#[test]
fn what_time_has_passed_over_is_not_undone() {
    let (mut office, first) = called();
    act(&mut office, "sato", no_show, first).unwrap();
    act(&mut office, "suzuki", restore, first).unwrap();
    let nothing = Err(Refusal::NothingToUndo);
    assert_eq!(act(&mut office, "sato", undo, first), nothing);
    // Called and given up again by somebody else: the state is as sato left it, the deed is not hers.
    act(&mut office, "suzuki", call, first).unwrap();
    act(&mut office, "suzuki", no_show, first).unwrap();
    assert_eq!(act(&mut office, "sato", undo, first), nothing);
}

#[test]
fn a_finished_ticket_whose_number_has_come_round_is_not_brought_back() {
    let mut office = Office::opened();
    let first = office.issue("moving", at(9, 0));
    call_next(&mut office, "1", "sato").unwrap();
    act(&mut office, "sato", finish, first).unwrap();
    for _ in 0..3 {
        office.issue("moving", at(9, 1));
    }
    assert_eq!(
        act(&mut office, "sato", undo, first),
        Err(Refusal::NothingToUndo)
    );
}

#[test]
fn a_finished_ticket_whose_number_is_a_kiosk_s_by_now_is_not_brought_back() {
    let mut office = Office::opened();
    office.rules.services[1].last = 4;
    for _ in 0..3 {
        let ticket = office.issue("moving", at(9, 0));
        let cancel = Command::Cancel {
            ticket,
            reason: CancelReason::Left,
        };
        office.run(&Actor::Hub, &cancel, at(9, 0)).unwrap();
    }
    let last = office.issue("moving", at(9, 1));
    call_next(&mut office, "1", "sato").unwrap();
    act(&mut office, "sato", finish, last).unwrap();
    // The range begins again, and its end is free for a kiosk.
    office.issue("moving", at(9, 2));
    let lease = Command::Lease {
        kiosk: name("入口"),
        day: "2026-11-24".parse().unwrap(),
        service: service("moving"),
        count: 1,
    };
    office.run(&kiosk(), &lease, at(9, 3)).unwrap();
    let leased: Vec<_> = office.state.leases().map(|lease| lease.unused[0]).collect();
    assert_eq!(leased, [office.state.ticket(&last).unwrap().number]);
    assert_eq!(
        act(&mut office, "sato", undo, last),
        Err(Refusal::NothingToUndo)
    );
}

#[test]
fn a_kiosk_asks_for_staff_once_until_somebody_comes() {
    let mut office = Office::new();
    let kiosk_name = name("入口");
    let ask = Command::AskHelp {
        kiosk: kiosk_name.clone(),
    };
    let answer = Command::AnswerHelp {
        kiosk: kiosk_name.clone(),
    };
    office.run(&kiosk(), &ask, at(9, 0)).unwrap();
    office.run(&kiosk(), &ask, at(9, 5)).unwrap();
    let help: Vec<_> = office.state.help().collect();
    assert_eq!(help, [(&kiosk_name, at(9, 0))]);
    office.run(&clerk("sato"), &answer, at(9, 6)).unwrap();
    assert_eq!(office.state.help().count(), 0);
    assert_eq!(office.run(&clerk("sato"), &answer, at(9, 7)), Ok(vec![]));
}

#[test]
fn every_event_names_its_actor_and_the_hub_starts_the_day() {
    let (office, _) = called();
    assert_eq!(office.log[0].actor, Actor::Hub);
    let actors: Vec<_> = office
        .log
        .iter()
        .skip(1)
        .map(|event| &event.actor)
        .collect();
    let [sato, suzuki, tanaka] = ["sato", "suzuki", "tanaka"].map(clerk);
    let at_kiosk = kiosk();
    let expected = [
        &sato, &suzuki, &tanaka, &at_kiosk, &at_kiosk, &at_kiosk, &sato,
    ];
    assert_eq!(actors, expected);
}
