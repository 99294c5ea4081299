//! A log that cannot have been written here is refused, line by line, and nothing changes.

use queue::*;

use crate::office::*;

/// A-001 is served at counter 1, A-002 waits, A-003 is done, A-004 is held; A-999 is the kiosk's.
fn office() -> Office {
    let mut office = Office::opened();
    let lease = Command::Lease {
        kiosk: name("入口"),
        day: "2026-11-24".parse().unwrap(),
        service: service("certificates"),
        count: 1,
    };
    office.run(&kiosk(), &lease, at(9, 0)).unwrap();
    let tickets = [1, 2, 3, 4].map(|minute| office.issue("certificates", at(9, minute)));
    let one = counter("1");
    for (ticket, done) in [(tickets[2], true), (tickets[0], false)] {
        let call = Command::Call {
            counter: one.clone(),
            ticket,
        };
        office.run(&clerk("sato"), &call, at(9, 10)).unwrap();
        let next = if done {
            Command::Finish {
                counter: one.clone(),
                ticket,
            }
        } else {
            Command::StartService {
                counter: one.clone(),
                ticket,
            }
        };
        office.run(&clerk("sato"), &next, at(9, 11)).unwrap();
    }
    let hold = Command::Hold {
        ticket: tickets[3],
        reason: HoldReason::Writing,
    };
    office.run(&clerk("suzuki"), &hold, at(9, 12)).unwrap();
    office
}

fn issued(serial: u32, number: &str, leased: bool) -> EventKind {
    EventKind::Issued {
        ticket: ticket(serial),
        number: number.parse().unwrap(),
        service: service("certificates"),
        appointment: None,
        language: LanguageTag::parse("ja").unwrap(),
        has_case: false,
        slip: SlipState::None,
        then: Vec::new(),
        considerate: false,
        arrived_at: at(9, 15),
        leased,
        after_hours: false,
    }
}

fn leased(day: &str, first: &str, last: &str) -> EventKind {
    EventKind::Leased {
        kiosk: name("奥"),
        day: day.parse().unwrap(),
        service: service("certificates"),
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
    }
}

fn called(serial: u32, at: &str) -> EventKind {
    EventKind::Called {
        ticket: ticket(serial),
        counter: counter(at),
        reason: CallReason::Fcfs,
    }
}

#[test]
fn what_cannot_have_happened_is_refused() {
    let (served, waits, done, held, unknown) = (1, 2, 3, 4, 99);
    let one = || counter("1");
    let id = ticket;
    let held_event = |serial, at: Option<&str>| EventKind::Held {
        ticket: id(serial),
        counter: at.map(counter),
        reason: HoldReason::Other,
    };
    let finished = |serial, at: &str, next: Option<&str>| EventKind::Finished {
        ticket: id(serial),
        counter: counter(at),
        next: next.map(service),
    };
    let transferred = |serial, at: Option<&str>| EventKind::Transferred {
        ticket: id(serial),
        counter: at.map(counter),
        to: Destination::Service(service("tax")),
        note: None,
    };
    let cancelled = |serial| EventKind::Cancelled {
        ticket: id(serial),
        reason: CancelReason::Other,
    };
    let opened = |at: &str, who: &str| EventKind::CounterOpened {
        counter: counter(at),
        clerk: name(who),
        services: vec![even("tax")],
    };
    let started = |day: &str| EventKind::DayStarted {
        day: day.parse().unwrap(),
    };
    let cases = [
        started("2026-11-23"),
        started("2026-11-24"),
        issued(served, "A-010", false),
        issued(10, "A-002", false),
        issued(10, "A-999", false),
        issued(10, "A-998", true),
        issued(10, "A-010", true),
        leased("2026-11-23", "A-900", "A-901"),
        leased("2026-11-24", "A-999", "A-999"),
        leased("2026-11-24", "A-002", "A-005"),
        leased("2026-11-24", "A-901", "A-900"),
        leased("2026-11-24", "A-900", "B-901"),
        EventKind::SlipReported {
            ticket: id(unknown),
            slip: SlipState::Printed,
        },
        opened("1", "yamada"),
        opened("9", "sato"),
        EventKind::CounterTakenOver {
            counter: counter("2"),
            clerk: name("sato"),
        },
        EventKind::CounterTakenOver {
            counter: counter("9"),
            clerk: name("yamada"),
        },
        EventKind::CounterAssigned {
            counter: counter("9"),
            services: vec![even("tax")],
        },
        EventKind::CounterPaused {
            counter: counter("9"),
        },
        EventKind::CounterResumed {
            counter: counter("9"),
        },
        EventKind::CounterClosed { counter: one() },
        EventKind::CounterClosed {
            counter: counter("9"),
        },
        called(waits, "1"),
        called(waits, "9"),
        called(served, "2"),
        called(done, "2"),
        called(unknown, "2"),
        EventKind::Recalled {
            ticket: id(served),
            counter: one(),
        },
        EventKind::ServiceStarted {
            ticket: id(served),
            counter: one(),
        },
        EventKind::NoShow {
            ticket: id(served),
            counter: one(),
        },
        finished(served, "2", None),
        finished(waits, "1", None),
        finished(served, "1", Some("tax")),
        held_event(served, None),
        held_event(served, Some("2")),
        held_event(waits, Some("1")),
        held_event(held, None),
        held_event(done, None),
        EventKind::Restored {
            ticket: id(waits),
            place: Place::Kept,
        },
        transferred(served, None),
        transferred(waits, Some("1")),
        transferred(done, None),
        EventKind::Planned {
            ticket: id(done),
            then: Vec::new(),
        },
        EventKind::Prioritised {
            ticket: id(done),
            considerate: true,
        },
        cancelled(done),
        cancelled(unknown),
        EventKind::Undone {
            counter: Some(one()),
            ticket: id(served),
            deed: Deed::Call,
        },
        EventKind::Undone {
            counter: None,
            ticket: id(served),
            deed: Deed::Start,
        },
    ];
    let mut office = office();
    let before = office.state.clone();
    for kind in cases {
        let event = Event {
            at: at(9, 30),
            actor: clerk("sato"),
            kind,
        };
        let followed = office.state.evolve(&event);
        assert!(followed.is_err(), "{event:?}");
        assert_eq!(office.state, before, "{event:?}");
    }
    assert_eq!(office.state.check(&office.rules, at(9, 30)), Ok(()));
}

#[test]
fn only_a_clerk_undoes() {
    let mut office = office();
    let undone = |actor| Event {
        at: at(9, 30),
        actor,
        kind: EventKind::Undone {
            counter: Some(counter("1")),
            ticket: ticket(1),
            deed: Deed::Start,
        },
    };
    for actor in [Actor::Hub, kiosk(), clerk("suzuki")] {
        assert!(office.state.evolve(&undone(actor)).is_err());
    }
    assert_eq!(office.state.evolve(&undone(clerk("sato"))), Ok(()));
}

#[test]
fn a_booking_is_not_checked_in_twice() {
    let mut office = Office::opened();
    office.check_in("tax", at(9, 30), at(9, 20));
    let mut event = office.log.last().unwrap().clone();
    if let EventKind::Issued {
        ticket: id, number, ..
    } = &mut event.kind
    {
        *id = ticket(77);
        *number = "C-077".parse().unwrap();
    }
    assert!(office.state.evolve(&event).is_err());
}
