//! Numbers for kiosks that the hub cannot reach, and what becomes of them.

use chrono::{DateTime, TimeDelta, Utc};
use queue::*;

use crate::office::*;

fn today() -> BusinessDay {
    "2026-11-24".parse().unwrap()
}

fn lease(office: &mut Office, who: &str, of: &str, count: u16) -> Result<Vec<EventKind>, Refusal> {
    lease_on(office, who, of, count, today(), at(9, 0))
}

fn lease_on(
    office: &mut Office,
    who: &str,
    of: &str,
    count: u16,
    day: BusinessDay,
    now: DateTime<Utc>,
) -> Result<Vec<EventKind>, Refusal> {
    let lease = Command::Lease {
        kiosk: name(who),
        day,
        service: service(of),
        count,
    };
    office.run(&Actor::Kiosk(name(who)), &lease, now)
}

fn unused(office: &Office, who: &str) -> Vec<String> {
    let leases = office
        .state
        .leases()
        .filter(|lease| lease.kiosk == name(who));
    leases
        .flat_map(|lease| &lease.unused)
        .map(ToString::to_string)
        .collect()
}

struct Told {
    id: u32,
    number: &'static str,
    visit: Visit,
    issued_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

fn told(id: u32, number: &'static str, issued_at: DateTime<Utc>, now: DateTime<Utc>) -> Told {
    Told {
        id,
        number,
        visit: visit("certificates"),
        issued_at,
        now,
    }
}

fn tell(office: &mut Office, who: &str, told: &Told) -> Result<Vec<EventKind>, Refusal> {
    let command = Command::IssueLeased {
        ticket: ticket(told.id),
        number: told.number.parse().unwrap(),
        visit: told.visit.clone(),
        issued_at: told.issued_at,
        slip: SlipState::Printed,
    };
    office.run(&Actor::Kiosk(name(who)), &command, told.now)
}

#[test]
fn a_block_comes_from_the_end_of_the_range() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 3).unwrap();
    lease(&mut office, "奥", "certificates", 2).unwrap();
    assert_eq!(unused(&office, "入口"), ["A-997", "A-998", "A-999"]);
    assert_eq!(unused(&office, "奥"), ["A-995", "A-996"]);
    let next = office.issue("certificates", at(9, 1));
    assert_eq!(office.number(next), "A-001");
}

#[test]
fn who_has_enough_gets_no_more_and_who_has_fewer_gets_the_rest() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 3).unwrap();
    for count in [0, 2, 3] {
        assert_eq!(
            lease(&mut office, "入口", "certificates", count),
            Ok(vec![])
        );
    }
    tell(&mut office, "入口", &told(50, "A-998", at(9, 1), at(9, 2))).unwrap();
    lease(&mut office, "入口", "certificates", 4).unwrap();
    assert_eq!(
        unused(&office, "入口"),
        ["A-997", "A-999", "A-995", "A-996"]
    );
    assert_eq!(office.state.leases().count(), 2);
}

#[test]
fn all_kiosks_together_have_a_quarter_of_a_range_at_most() {
    let mut office = Office::opened();
    office.rules.services[1].last = 11;
    let blocks = lease(&mut office, "入口", "moving", 10).unwrap();
    assert_eq!(unused(&office, "入口"), ["B-010", "B-011"]);
    assert_eq!(blocks.len(), 1);
    let nothing = lease(&mut office, "奥", "moving", 1);
    assert_eq!(nothing, Err(Refusal::NumbersExhausted(service("moving"))));
    assert_eq!(lease(&mut office, "入口", "moving", 10), Ok(vec![]));
    // Used numbers count: they are on paper.
    let mut one = told(50, "B-010", at(9, 1), at(9, 2));
    one.visit.service = service("moving");
    tell(&mut office, "入口", &one).unwrap();
    assert_eq!(lease(&mut office, "入口", "moving", 10), Ok(vec![]));
}

#[test]
fn a_kiosk_s_numbers_are_never_given_by_the_hub_not_even_when_the_range_begins_again() {
    let mut office = Office::opened();
    office.rules.services[1].last = 5;
    lease(&mut office, "入口", "moving", 1).unwrap();
    assert_eq!(unused(&office, "入口"), ["B-005"]);
    let mut numbers = Vec::new();
    for _ in 0..9 {
        let ticket = office.issue("moving", at(9, 0));
        numbers.push(office.number(ticket));
        office.serve_next(at(9, 0));
    }
    let round = ["B-001", "B-002", "B-003", "B-004"];
    let expected: Vec<_> = round.iter().cycle().take(9).copied().collect();
    assert_eq!(numbers, expected);
    // Used and done, it is still the kiosk's.
    let mut one = told(50, "B-005", at(9, 1), at(9, 2));
    one.visit.service = service("moving");
    tell(&mut office, "入口", &one).unwrap();
    office.serve_next(at(9, 3));
    for expected in ["B-002", "B-003", "B-004", "B-001"] {
        let ticket = office.issue("moving", at(9, 4));
        assert_eq!(office.number(ticket), expected);
        office.serve_next(at(9, 4));
    }
}

#[test]
fn numbers_that_somebody_has_or_had_are_left_out_of_a_block() {
    let mut office = Office::opened();
    office.rules.services[1].last = 12;
    for _ in 0..11 {
        office.issue("moving", at(9, 0));
        office.serve_next(at(9, 0));
    }
    office.issue("moving", at(9, 0));
    let nothing = lease(&mut office, "入口", "moving", 3);
    assert_eq!(nothing, Err(Refusal::NumbersExhausted(service("moving"))));
    // When the range has begun again, what was given before it is free.
    office.issue("moving", at(9, 1));
    let blocks = lease(&mut office, "入口", "moving", 3).unwrap();
    assert_eq!(blocks.len(), 1);
    assert_eq!(unused(&office, "入口"), ["B-009", "B-010", "B-011"]);
}

#[test]
fn what_is_given_today_is_free_tomorrow() {
    let mut office = Office::opened();
    office.rules.services[1].last = 12;
    for _ in 0..11 {
        office.issue("moving", at(9, 0));
        office.serve_next(at(9, 0));
    }
    office.issue("moving", at(9, 0));
    let tomorrow = "2026-11-25".parse().unwrap();
    lease_on(&mut office, "入口", "moving", 3, tomorrow, at(9, 0)).unwrap();
    assert_eq!(unused(&office, "入口"), ["B-010", "B-011", "B-012"]);
}

#[test]
fn a_block_with_gaps_is_several_blocks() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 2).unwrap();
    let tomorrow = "2026-11-25".parse().unwrap();
    lease_on(&mut office, "奥", "certificates", 2, tomorrow, at(9, 0)).unwrap();
    let held: Vec<_> = office
        .state
        .leases()
        .map(|lease| lease.day.to_string())
        .collect();
    assert_eq!(held, ["2026-11-24", "2026-11-25"]);
    // B-002 waits, and is in the way.
    office.rules.services[1].first = 2;
    office.rules.services[1].last = 9;
    office.issue("moving", at(9, 0));
    office.rules.services[1].first = 1;
    office.rules.services[1].last = 3;
    let skip = Command::SkipNumbers {
        service: service("moving"),
        count: 0,
    };
    assert_eq!(office.run(&Actor::Hub, &skip, at(9, 0)), Ok(vec![]));
    office.rules.services[1].last = 12;
    for _ in 0..8 {
        office.issue("moving", at(9, 0));
        office.serve_next(at(9, 0));
    }
    let blocks = lease(&mut office, "入口", "moving", 3).unwrap();
    let [
        EventKind::Leased { first, last, .. },
        EventKind::Leased { first: other, .. },
    ] = &blocks[..]
    else {
        panic!("{blocks:?}");
    };
    let texts = [first, last, other].map(ToString::to_string);
    assert_eq!(texts, ["B-011", "B-012", "B-001"]);
}

#[test]
fn what_a_kiosk_issued_alone_waits_by_its_arrival() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 3).unwrap();
    let first = office.issue("certificates", at(9, 5));
    let second = office.issue("certificates", at(9, 20));
    tell(
        &mut office,
        "入口",
        &told(51, "A-999", at(9, 12), at(9, 30)),
    )
    .unwrap();
    tell(
        &mut office,
        "入口",
        &told(50, "A-998", at(9, 10), at(9, 30)),
    )
    .unwrap();
    let order = office.state.order(&office.rules, at(9, 31));
    assert_eq!(order, [first, ticket(50), ticket(51), second]);
    let told = office.state.ticket(&ticket(50)).unwrap();
    assert!(told.leased && !told.after_hours);
    assert_eq!(told.slip, SlipState::Printed);
    assert_eq!(told.arrived_at, at(9, 10));
    assert_eq!((told.waiting_since, told.issued_at), (at(9, 10), at(9, 10)));
    assert_eq!(told.issued_by, Actor::Kiosk(name("入口")));
    // The ordinary numbers go on where they were.
    let third = office.issue("certificates", at(9, 32));
    assert_eq!(office.number(third), "A-003");
}

#[test]
fn a_kiosk_s_clock_counts_between_the_block_and_now_only() {
    for (issued_at, expected) in [
        (at(8, 0), at(9, 0)),
        (at(9, 0), at(9, 0)),
        (
            at(9, 10) + TimeDelta::nanoseconds(1_999_999),
            at(9, 10) + TimeDelta::milliseconds(1),
        ),
        (at(9, 30), at(9, 30)),
        (at(12, 0), at(9, 30)),
        (at(12, 0) + TimeDelta::days(2), at(9, 30)),
    ] {
        let mut office = Office::opened();
        lease(&mut office, "入口", "certificates", 3).unwrap();
        tell(
            &mut office,
            "入口",
            &told(50, "A-999", issued_at, at(9, 30)),
        )
        .unwrap();
        let arrived_at = office.state.ticket(&ticket(50)).unwrap().arrived_at;
        assert_eq!(arrived_at, expected);
    }
}

#[test]
fn telling_twice_is_telling_once() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 3).unwrap();
    let one = told(50, "A-999", at(9, 10), at(9, 30));
    assert_eq!(tell(&mut office, "入口", &one).unwrap().len(), 1);
    assert_eq!(tell(&mut office, "入口", &one), Ok(vec![]));
    office.serve_next(at(9, 31));
    assert_eq!(
        tell(&mut office, "入口", &one),
        Ok(vec![]),
        "even when it is done"
    );
    let other = told(50, "A-998", at(9, 10), at(9, 30));
    let refused = tell(&mut office, "入口", &other);
    assert!(
        matches!(refused, Err(Refusal::TicketState { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_number_that_is_not_the_kiosk_s_is_refused() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 3).unwrap();
    lease(&mut office, "奥", "certificates", 3).unwrap();
    let not_leased = |number: &str| Err(Refusal::NotLeased(number.parse().unwrap()));
    let mut of_another_service = told(50, "A-999", at(9, 1), at(9, 2));
    of_another_service.visit.service = service("tax");
    assert_eq!(
        tell(&mut office, "入口", &of_another_service),
        not_leased("A-999")
    );
    for number in ["A-001", "A-996", "C-999"] {
        let one = told(50, number, at(9, 1), at(9, 2));
        assert_eq!(
            tell(&mut office, "入口", &one),
            not_leased(number),
            "{number}"
        );
    }
    let one = told(50, "A-999", at(9, 1), at(9, 2));
    tell(&mut office, "入口", &one).unwrap();
    let again = told(51, "A-999", at(9, 1), at(9, 2));
    assert_eq!(
        tell(&mut office, "入口", &again),
        not_leased("A-999"),
        "it is used"
    );
    let by_clerk = Command::IssueLeased {
        ticket: ticket(52),
        number: "A-998".parse().unwrap(),
        visit: visit("certificates"),
        issued_at: at(9, 1),
        slip: SlipState::None,
    };
    let refused = office.run(&clerk("sato"), &by_clerk, at(9, 2));
    assert_eq!(refused, not_leased("A-998"));
}

#[test]
fn paper_that_is_out_counts_whatever_the_office_has_become_meanwhile() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 5).unwrap();
    office.rules.services[0].capacity = Some(1);
    office.rules.services[0].considerate_at_kiosk = false;
    let booking = Appointment {
        number: AppointmentNumber::parse("A7K2-93QF").unwrap(),
        start: at(9, 30),
        end: at(9, 45),
    };
    let holder = office
        .try_issue("certificates", Some(booking.clone()), at(9, 20))
        .unwrap();
    let mut one = told(50, "A-999", at(17, 0), at(18, 0));
    one.visit = Visit {
        then: vec![
            service("certificates"),
            service("tax"),
            service("tax"),
            service("dogs"),
        ],
        appointment: Some(booking.clone()),
        considerate: true,
        ..visit("certificates")
    };
    tell(&mut office, "入口", &one).unwrap();
    let told_one = office.state.ticket(&ticket(50)).unwrap();
    assert!(!told_one.considerate, "that is the staff's to give");
    assert_eq!(told_one.appointment, None, "the booking has another ticket");
    assert_eq!(told_one.then, [service("tax")]);
    assert!(!told_one.after_hours, "it was open then");
    let found = office.state.booked_ticket(&booking.number).unwrap();
    assert_eq!(found.id, holder);
    tell(
        &mut office,
        "入口",
        &told(51, "A-998", at(17, 20), at(18, 0)),
    )
    .unwrap();
    assert!(office.state.ticket(&ticket(51)).unwrap().after_hours);
}

#[test]
fn a_plan_on_paper_is_cut_to_what_a_plan_may_be() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 5).unwrap();
    let mut one = told(50, "A-999", at(9, 5), at(9, 30));
    let nine = [
        "tax", "moving", "tax", "moving", "tax", "moving", "tax", "moving", "tax",
    ];
    one.visit.then = nine.into_iter().map(service).collect();
    tell(&mut office, "入口", &one).unwrap();
    let then = &office.state.ticket(&ticket(50)).unwrap().then;
    assert_eq!(then[..], one.visit.then[..8]);
}

#[test]
fn a_booking_told_late_is_punctual_by_the_kiosk_s_clock() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 5).unwrap();
    let mut one = told(50, "A-999", at(9, 35), at(10, 30));
    one.visit.appointment = Some(Appointment {
        number: AppointmentNumber::parse("A7K2-93QF").unwrap(),
        start: at(9, 30),
        end: at(9, 45),
    });
    tell(&mut office, "入口", &one).unwrap();
    let ticket = office.state.ticket(&ticket(50)).unwrap();
    assert_eq!(ticket.appointment.as_ref().unwrap().1, Punctuality::OnTime);
}

#[test]
fn a_block_for_tomorrow_lives_until_tomorrow_is_over() {
    let mut office = Office::opened();
    let tomorrow: BusinessDay = "2026-11-25".parse().unwrap();
    lease(&mut office, "入口", "certificates", 2).unwrap();
    lease_on(&mut office, "入口", "certificates", 3, tomorrow, at(17, 0)).unwrap();
    // Tomorrow's numbers are today's hub's to give, and nobody's to tell of today.
    let early = told(50, "A-997", at(17, 1), at(17, 2));
    let refused = tell(&mut office, "入口", &early);
    assert_eq!(refused, Err(Refusal::NotLeased("A-997".parse().unwrap())));
    let next_day = |hour, minute| at(hour, minute) + TimeDelta::days(1);
    office
        .run(&Actor::Hub, &Command::StartDay, next_day(3, 0))
        .unwrap();
    assert_eq!(unused(&office, "入口"), ["A-997", "A-998", "A-999"]);
    let one = told(51, "A-997", next_day(8, 40), next_day(9, 0));
    tell(&mut office, "入口", &one).unwrap();
    let arrived_at = office.state.ticket(&ticket(51)).unwrap().arrived_at;
    assert_eq!(arrived_at, next_day(8, 40));
    let after = at(9, 0) + TimeDelta::days(2);
    office.run(&Actor::Hub, &Command::StartDay, after).unwrap();
    assert_eq!(office.state.leases().count(), 0);
}

#[test]
fn a_ticket_of_a_day_that_is_over_does_not_come_into_today_s_line() {
    let mut office = Office::opened();
    lease(&mut office, "入口", "certificates", 2).unwrap();
    let tomorrow: BusinessDay = "2026-11-25".parse().unwrap();
    lease_on(&mut office, "入口", "certificates", 2, tomorrow, at(17, 0)).unwrap();
    let next_morning = at(8, 45) + TimeDelta::days(1);
    let late = told(50, "A-999", at(17, 0), next_morning);
    let over = Err(Refusal::DayOver { day: today() });
    assert_eq!(
        tell(&mut office, "入口", &late),
        over,
        "the day turns with this command"
    );
    assert_eq!(
        office.state.day(),
        Some(today()),
        "a refusal changes nothing"
    );
    office
        .run(&Actor::Hub, &Command::StartDay, next_morning)
        .unwrap();
    assert_eq!(tell(&mut office, "入口", &late), over);
    assert_eq!(
        unused(&office, "入口"),
        ["A-998", "A-999"],
        "tomorrow's block is whole"
    );
}

#[test]
fn numbers_are_set_aside_for_today_and_a_week_only() {
    let mut office = Office::opened();
    for (day, fits) in [
        ("2026-11-23", false),
        ("2026-11-24", true),
        ("2026-12-01", true),
        ("2026-12-02", false),
    ] {
        let leased = lease_on(
            &mut office,
            "入口",
            "tax",
            2,
            day.parse().unwrap(),
            at(9, 0),
        );
        assert_eq!(leased.is_ok(), fits, "{day}");
        assert_eq!(matches!(leased, Err(Refusal::Nonsense(_))), !fits);
    }
    let unknown = lease(&mut office, "入口", "dogs", 2);
    assert_eq!(unknown, Err(Refusal::ServiceUnknown(service("dogs"))));
}

#[test]
fn numbers_that_may_be_on_paper_are_passed_over() {
    let mut office = Office::opened();
    let skip = |office: &mut Office, count| {
        let skip = Command::SkipNumbers {
            service: service("certificates"),
            count,
        };
        office.run(&Actor::Hub, &skip, at(9, 0)).unwrap();
        let ticket = office.issue("certificates", at(9, 0));
        office.number(ticket)
    };
    assert_eq!(skip(&mut office, 0), "A-001");
    assert_eq!(skip(&mut office, 10), "A-012");
    assert_eq!(skip(&mut office, 980), "A-993");
    // What is skipped beyond the end is skipped from the beginning.
    assert_eq!(skip(&mut office, 10), "A-005");
    // The whole range and more is the whole range.
    assert_eq!(skip(&mut office, u16::MAX), "A-006");
}

#[test]
fn only_the_hub_passes_over_numbers() {
    let mut office = Office::opened();
    let skip = Command::SkipNumbers {
        service: service("certificates"),
        count: 3,
    };
    for actor in [clerk("sato"), kiosk()] {
        assert_eq!(office.run(&actor, &skip, at(9, 0)), Err(Refusal::HubOnly));
    }
    let unknown = Command::SkipNumbers {
        service: service("dogs"),
        count: 3,
    };
    let refused = office.run(&Actor::Hub, &unknown, at(9, 0));
    assert_eq!(refused, Err(Refusal::ServiceUnknown(service("dogs"))));
}

#[test]
fn after_a_restored_backup_no_kiosk_gets_anew_what_another_may_have_and_paper_of_before_counts() {
    let mut office = Office::opened();
    // The backup knows of one block; since then the kiosk at the back was given another one.
    lease(&mut office, "入口", "certificates", 3).unwrap();
    let lost = "A-995";
    let set_aside = Command::Lease {
        kiosk: name(ANY_KIOSK),
        day: today(),
        service: service("certificates"),
        count: u16::MAX,
    };
    let by_itself = office.run(&Actor::Kiosk(name(ANY_KIOSK)), &set_aside, at(11, 0));
    assert_eq!(
        by_itself,
        Err(Refusal::HubOnly),
        "whatever a kiosk is called"
    );
    office.run(&Actor::Hub, &set_aside, at(11, 0)).unwrap();
    assert_eq!(
        lease(&mut office, "奥", "certificates", 2),
        Err(Refusal::NumbersExhausted(service("certificates")))
    );
    assert_eq!(unused(&office, "入口"), ["A-997", "A-998", "A-999"]);
    let paper = told(1, lost, at(10, 15), at(11, 5));
    tell(&mut office, "奥", &paper).unwrap();
    let waits = office.state.ticket(&ticket(1)).unwrap();
    assert_eq!(waits.arrived_at, at(10, 15), "the place of then");
    assert_eq!(
        tell(&mut office, "入口", &told(2, lost, at(10, 20), at(11, 6))),
        Err(Refusal::NotLeased(lost.parse().unwrap())),
        "once"
    );
}
