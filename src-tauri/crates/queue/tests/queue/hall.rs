//! Counters that pause, change hands and change what they call; staff, notices, alarms.

use queue::*;

use crate::office::*;

type Outcome = Result<Vec<EventKind>, Refusal>;

fn at_one(office: &mut Office, who: &str, command: fn(CounterId) -> Command) -> Outcome {
    office.run(&clerk(who), &command(counter("1")), at(9, 10))
}

fn next(counter: CounterId) -> Command {
    Command::CallNext {
        counter,
        service: None,
    }
}

fn take_over(office: &mut Office, id: &str, who: &str) -> Outcome {
    let take_over = Command::TakeOver {
        counter: counter(id),
        clerk: name(who),
    };
    office.run(&clerk(who), &take_over, at(9, 12))
}

#[test]
fn a_counter_that_pauses_calls_nobody_and_serves_on() {
    let mut office = Office::opened();
    let first = office.issue("certificates", at(9, 0));
    let second = office.issue("certificates", at(9, 0));
    at_one(&mut office, "sato", next).unwrap();
    at_one(&mut office, "sato", |counter| Command::Pause { counter }).unwrap();
    assert_eq!(
        at_one(&mut office, "sato", |counter| Command::Pause { counter }),
        Ok(vec![])
    );
    let busy = at_one(&mut office, "sato", next);
    assert!(matches!(busy, Err(Refusal::CounterBusy { .. })));
    let finish = Command::Finish {
        counter: counter("1"),
        ticket: first,
    };
    office.run(&clerk("sato"), &finish, at(9, 11)).unwrap();
    let paused = Err(Refusal::CounterPaused(counter("1")));
    assert_eq!(at_one(&mut office, "sato", next), paused);
    let call = Command::Call {
        counter: counter("1"),
        ticket: second,
    };
    assert_eq!(office.run(&clerk("sato"), &call, at(9, 12)), paused);
    let by_another = at_one(&mut office, "suzuki", |counter| Command::Resume { counter });
    assert!(matches!(by_another, Err(Refusal::CounterTaken { .. })));
    at_one(&mut office, "sato", |counter| Command::Resume { counter }).unwrap();
    assert_eq!(
        at_one(&mut office, "sato", |counter| Command::Resume { counter }),
        Ok(vec![])
    );
    at_one(&mut office, "sato", next).unwrap();
    assert_eq!(office.state_of(second), TicketState::Called);
}

#[test]
fn a_colleague_takes_a_counter_over_with_the_ticket() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    at_one(&mut office, "sato", next).unwrap();
    take_over(&mut office, "1", "suzuki").unwrap();
    let desk = office.state.counter(&counter("1")).unwrap();
    assert_eq!(
        (&desk.clerk, desk.ticket, desk.since),
        (&name("suzuki"), Some(ticket), at(9, 12))
    );
    assert_eq!(
        office.state.counter(&counter("2")),
        None,
        "her own is closed"
    );
    assert_eq!(office.state.counter_of(&name("sato")), None);
    assert_eq!(
        take_over(&mut office, "1", "suzuki"),
        Ok(vec![]),
        "it is hers"
    );
    assert_eq!(
        office.state.undoable(&name("sato")),
        None,
        "it is not hers to undo any more"
    );
    let finish = Command::Finish {
        counter: counter("1"),
        ticket,
    };
    assert!(office.run(&clerk("sato"), &finish, at(9, 13)).is_err());
    office.run(&clerk("suzuki"), &finish, at(9, 13)).unwrap();
}

#[test]
fn who_is_busy_takes_nothing_over_and_a_closed_counter_is_opened_instead() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    at_one(&mut office, "sato", next).unwrap();
    let busy = Refusal::CounterBusy {
        counter: counter("1"),
        ticket,
    };
    assert_eq!(take_over(&mut office, "2", "sato"), Err(busy));
    assert_eq!(
        office.state.counter_of(&name("suzuki")),
        Some(&counter("2"))
    );
    let close = Command::CloseCounter {
        counter: counter("3"),
    };
    office.run(&clerk("tanaka"), &close, at(9, 11)).unwrap();
    assert_eq!(
        take_over(&mut office, "3", "tanaka"),
        Err(Refusal::CounterClosed(counter("3")))
    );
    assert_eq!(
        take_over(&mut office, "9", "tanaka"),
        Err(Refusal::CounterUnknown(counter("9")))
    );
}

#[test]
fn what_a_counter_calls_can_change_while_it_is_open() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    let tax = office.issue("tax", at(9, 1));
    let assign = |services: Vec<Share>| Command::Assign {
        counter: counter("1"),
        services,
    };
    let refusals = [
        (
            vec![],
            Refusal::Nonsense("a counter calls at least one service"),
        ),
        (vec![even("dogs")], Refusal::ServiceUnknown(service("dogs"))),
        (
            vec![even("tax"), even("tax")],
            Refusal::Nonsense("a counter calls a service once"),
        ),
    ];
    for (services, expected) in refusals {
        assert_eq!(
            office.run(&clerk("sato"), &assign(services), at(9, 2)),
            Err(expected)
        );
    }
    let only_tax = assign(vec![even("tax")]);
    assert!(office.run(&clerk("suzuki"), &only_tax, at(9, 3)).is_err());
    office.run(&clerk("sato"), &only_tax, at(9, 3)).unwrap();
    assert_eq!(
        office.run(&clerk("sato"), &only_tax, at(9, 3)),
        Ok(vec![]),
        "as it is"
    );
    assert_eq!(office.serve_next(at(9, 4)).0, tax);
    let close = Command::CloseCounter {
        counter: counter("1"),
    };
    office.run(&clerk("sato"), &close, at(9, 5)).unwrap();
    office.open("1", "sato", at(9, 6)).unwrap();
    let services = &office.state.counter(&counter("1")).unwrap().services;
    assert_eq!(
        services.len(),
        3,
        "as the office says, until it is assigned again"
    );
}

#[test]
fn the_next_of_one_service_is_called_where_that_is_called() {
    let mut office = Office::opened();
    office.issue("certificates", at(9, 0));
    let tax = office.issue("tax", at(9, 1));
    let next_of = |id, of| Command::CallNext {
        counter: counter(id),
        service: Some(service(of)),
    };
    let not_here = Refusal::NotCalledHere {
        counter: counter("3"),
        service: service("certificates"),
    };
    let refused = office.run(&clerk("tanaka"), &next_of("3", "certificates"), at(9, 2));
    assert_eq!(refused, Err(not_here));
    let unknown = office.run(&clerk("tanaka"), &next_of("3", "dogs"), at(9, 2));
    assert_eq!(unknown, Err(Refusal::ServiceUnknown(service("dogs"))));
    let nobody = office.run(&clerk("sato"), &next_of("1", "moving"), at(9, 2));
    assert_eq!(nobody, Err(Refusal::NobodyWaiting(counter("1"))));
    office
        .run(&clerk("sato"), &next_of("1", "tax"), at(9, 2))
        .unwrap();
    assert_eq!(office.state_of(tax), TicketState::Called);
}

#[test]
fn a_call_is_not_repeated_at_once() {
    let mut office = Office::opened();
    let ticket = office.issue("certificates", at(9, 0));
    at_one(&mut office, "sato", next).unwrap();
    let recall = Command::Recall {
        counter: counter("1"),
        ticket,
    };
    let after = |ms| at(9, 10) + chrono::TimeDelta::milliseconds(ms);
    for (ms, wait_s) in [(0, 10), (1, 10), (1_000, 9), (9_001, 1), (9_999, 1)] {
        let too_soon = Refusal::RecallTooSoon {
            ticket,
            number: "A-001".parse().unwrap(),
            wait_s,
        };
        assert_eq!(
            office.run(&clerk("sato"), &recall, after(ms)),
            Err(too_soon),
            "{ms}"
        );
    }
    assert!(office.run(&clerk("sato"), &recall, after(10_000)).is_ok());
    // A clock that went back an hour does not lock the call out for an hour.
    assert!(
        office
            .run(&clerk("sato"), &recall, after(-3_600_000))
            .is_ok()
    );
    let desk = office.state.counter(&counter("1")).unwrap();
    assert_eq!(desk.called_at, Some(after(-3_600_000)));
}

#[test]
fn staff_are_counted_and_declared() {
    let mut office = Office::opened();
    let staff = |counted, declared| Staff { counted, declared };
    assert_eq!(office.state.staff(), staff(3, None));
    at_one(&mut office, "sato", |counter| Command::Pause { counter }).unwrap();
    assert_eq!(office.state.staff(), staff(2, None));
    let declare = |office: &mut Office, count| {
        office.run(&clerk("sato"), &Command::DeclareStaff { count }, at(9, 11))
    };
    for nonsense in [0, 1000] {
        let refused = declare(&mut office, Some(nonsense));
        assert_eq!(refused, Err(Refusal::Nonsense("1 to 999 people serve")));
    }
    for count in [Some(1), Some(999), None] {
        declare(&mut office, count).unwrap();
        assert_eq!(office.state.staff(), staff(2, count));
        assert_eq!(declare(&mut office, count), Ok(vec![]));
    }
}

#[test]
fn what_boards_say_is_said_until_the_day_ends() {
    let mut office = Office::opened();
    let notice = Notice {
        ja: Note::parse("本日は混みあっています").unwrap(),
        en: Some(Note::parse("Busy today").unwrap()),
    };
    let announce = |office: &mut Office, notice: Option<&Notice>| {
        let announce = Command::Announce {
            notice: notice.cloned(),
        };
        office
            .run(&clerk("sato"), &announce, at(9, 0))
            .unwrap()
            .len()
    };
    assert_eq!(announce(&mut office, None), 0);
    assert_eq!(announce(&mut office, Some(&notice)), 1);
    assert_eq!(announce(&mut office, Some(&notice)), 0);
    assert_eq!(office.state.notice(), Some(&notice));
    let mut next_day = office.state.clone();
    let tomorrow = at(9, 0) + chrono::TimeDelta::days(1);
    let events = decide(
        &next_day,
        &office.rules,
        &Actor::Hub,
        &Command::StartDay,
        tomorrow,
    );
    next_day.evolve(&events.unwrap()[0]).unwrap();
    assert_eq!(next_day.notice(), None);
    assert_eq!(announce(&mut office, None), 1);
    assert_eq!(office.state.notice(), None);
}

#[test]
fn an_alarm_is_raised_once_until_somebody_is_there() {
    let mut office = Office::opened();
    let run = |office: &mut Office, command: Command, minute| {
        office.run(&clerk("sato"), &command, at(9, minute))
    };
    let place = name("3番窓口");
    let raise = |place: &Name| Command::RaiseAlarm {
        place: place.clone(),
    };
    let clear = Command::ClearAlarm {
        place: place.clone(),
    };
    assert_eq!(run(&mut office, clear.clone(), 0), Ok(vec![]));
    assert_eq!(run(&mut office, raise(&place), 1).unwrap().len(), 1);
    assert_eq!(run(&mut office, raise(&place), 2), Ok(vec![]));
    let alarms: Vec<_> = office.state.alarms().collect();
    assert_eq!(alarms, [(&place, at(9, 1))]);
    for n in 1..64 {
        run(&mut office, raise(&name(&format!("机{n}"))), 3).unwrap();
    }
    let full = run(&mut office, raise(&name("もう一つ")), 4);
    assert_eq!(full, Err(Refusal::Nonsense("there are 64 alarms already")));
    assert_eq!(run(&mut office, clear, 5).unwrap().len(), 1);
    assert_eq!(office.state.alarms().count(), 63);
    for n in 0..64 {
        let ask = Command::AskHelp {
            kiosk: name(&format!("機{n}")),
        };
        run(&mut office, ask, 6).unwrap();
    }
    let ask = Command::AskHelp { kiosk: name("機") };
    let full = run(&mut office, ask, 7);
    assert_eq!(
        full,
        Err(Refusal::Nonsense("64 kiosks ask for help already"))
    );
}
