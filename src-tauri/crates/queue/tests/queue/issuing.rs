//! Tickets, numbers, hours, the day's turn.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use queue::*;

use crate::office::*;

fn cancel(office: &mut Office, ticket: TicketId, now: DateTime<Utc>) {
    let cancel = Command::Cancel {
        ticket,
        reason: CancelReason::Citizen,
    };
    office.run(&clerk("sato"), &cancel, now).unwrap();
}

#[test]
fn each_service_counts_by_itself() {
    let mut office = Office::new();
    let numbers: Vec<_> = ["certificates", "moving", "certificates", "tax"]
        .into_iter()
        .map(|service| {
            let ticket = office.issue(service, at(9, 0));
            office.number(ticket)
        })
        .collect();
    assert_eq!(numbers, ["A-001", "B-001", "A-002", "C-001"]);
}

#[test]
fn a_range_that_is_used_up_begins_again_past_the_numbers_in_force() {
    let mut office = Office::new();
    let moving = |office: &mut Office| office.issue("moving", at(9, 0));
    let [one, two, three] = [
        moving(&mut office),
        moving(&mut office),
        moving(&mut office),
    ];
    assert_eq!(
        office.try_issue("moving", None, at(9, 1)),
        Err(Refusal::NumbersExhausted(service("moving")))
    );
    // B-002 is free before the range is used up, and yet does not come before its turn.
    cancel(&mut office, two, at(9, 2));
    cancel(&mut office, one, at(9, 2));
    let [four, five] = [moving(&mut office), moving(&mut office)];
    assert_eq!(office.number(three), "B-003");
    assert_eq!(office.number(four), "B-001");
    assert_eq!(office.number(five), "B-002");
}

#[test]
fn no_number_comes_again_before_the_range_is_used_up() {
    let mut office = Office::new();
    for expected in ["B-001", "B-002", "B-003", "B-001", "B-002"] {
        let ticket = office.issue("moving", at(9, 0));
        assert_eq!(office.number(ticket), expected);
        cancel(&mut office, ticket, at(9, 0));
    }
}

#[test]
fn tickets_are_issued_only_while_the_service_is_open() {
    for (hour, minute, open) in [
        (8, 29, false),
        (8, 30, true),
        (17, 14, true),
        (17, 15, false),
    ] {
        let issued = Office::new().try_issue("tax", None, at(hour, minute));
        let closed = Err(Refusal::ServiceClosed {
            service: service("tax"),
            opening: if hour < 12 {
                Opening::BeforeOpening { at: at(8, 30) }
            } else {
                Opening::Closed {
                    next: Some(at(8, 30) + TimeDelta::days(1)),
                }
            },
        });
        let expected = if open { Ok(ticket(1)) } else { closed };
        assert_eq!(issued, expected, "{hour}:{minute}");
    }
}

#[test]
fn an_unknown_service_is_refused() {
    assert_eq!(
        Office::new().try_issue("dogs", None, at(9, 0)),
        Err(Refusal::ServiceUnknown(service("dogs")))
    );
}

#[test]
fn one_booking_has_one_ticket_until_that_is_cancelled() {
    let mut office = Office::new();
    let booking = || Appointment {
        number: AppointmentNumber::parse("A7K2-93QF").unwrap(),
        start: at(9, 0),
        end: at(9, 15),
    };
    let first = office.try_issue("tax", Some(booking()), at(8, 55)).unwrap();
    let again = office.try_issue("certificates", Some(booking()), at(8, 56));
    let used = Refusal::BookingUsed {
        number: booking().number,
        ticket: first,
        ticket_number: "C-001".parse().unwrap(),
    };
    assert_eq!(again, Err(used));
    cancel(&mut office, first, at(8, 57));
    let second = office.try_issue("tax", Some(booking()), at(8, 58)).unwrap();
    let found = office.state.booked_ticket(&booking().number).unwrap();
    assert_eq!(found.id, second);
}

#[test]
fn the_same_ticket_is_not_issued_twice() {
    let mut office = Office::new();
    let id = office.issue("tax", at(9, 0));
    let again = Command::Issue {
        ticket: id,
        visit: visit("tax"),
    };
    let refused = office.run(&kiosk(), &again, at(9, 0));
    assert!(matches!(refused, Err(Refusal::TicketState { ticket, .. }) if ticket == id));
}

#[test]
fn numbers_begin_again_when_the_day_turns_in_tokyo_and_not_in_utc() {
    let mut office = Office::opened();
    office.issue("certificates", at(8, 59));
    // 00:00 UTC is nine o'clock in Tokyo: nothing turns.
    let second = office.issue("certificates", at(9, 0));
    assert_eq!(office.number(second), "A-002");
    let tomorrow = at(8, 30) + TimeDelta::days(1);
    let first = office.issue("certificates", tomorrow);
    assert_eq!(office.number(first), "A-001");
    assert_eq!(office.state.tickets().len(), 1);
    assert_eq!(
        office.state.counters().count(),
        0,
        "counters close overnight"
    );
    assert_eq!(office.state.day().unwrap().to_string(), "2026-11-25");
}

#[test]
fn the_day_turns_by_timer_at_the_office_s_hour() {
    let mut office = Office::opened();
    let waiting = office.issue("certificates", at(17, 0));
    let night = at(3, 0) + TimeDelta::days(1);
    let turn = |office: &mut Office, now| office.run(&Actor::Hub, &Command::StartDay, now).unwrap();
    assert!(turn(&mut office, night - TimeDelta::milliseconds(1)).is_empty());
    assert_eq!(office.state.waiting(), 1);
    assert_eq!(turn(&mut office, night).len(), 1);
    assert_eq!(office.state.ticket(&waiting), None);
    assert!(turn(&mut office, night).is_empty());
}

#[test]
fn a_clock_that_went_back_starts_no_older_day_and_cheats_nobody() {
    let mut office = Office::opened();
    let first = office.issue("certificates", at(9, 0));
    let second = office.issue("certificates", at(8, 45));
    assert_eq!(office.state.order(&office.rules, at(9, 1)), [first, second]);
    let third = office.issue("certificates", at(9, 0) - TimeDelta::days(1));
    assert_eq!(office.number(third), "A-003");
    assert_eq!(office.state.day().unwrap().to_string(), "2026-11-24");
}

#[test]
fn paper_that_was_confirmed_stays_confirmed() {
    use SlipState::*;
    for (before, report, after) in [
        (Pending, Printed, Printed),
        (Pending, Unknown, Unknown),
        (Unknown, Printed, Printed),
        (Unknown, Failed, Failed),
        (Failed, Printed, Printed),
        (Printed, Unknown, Printed),
        (Printed, Failed, Printed),
        (Unknown, Pending, Unknown),
    ] {
        let mut office = Office::new();
        let ticket = office.issue("tax", at(9, 0));
        for slip in [before, report] {
            let report = Command::ReportSlip { ticket, slip };
            office.run(&kiosk(), &report, at(9, 0)).unwrap();
        }
        let slip = office.state.ticket(&ticket).unwrap().slip;
        assert_eq!(slip, after, "{before:?}, then {report:?}");
    }
}

#[test]
fn a_ticket_from_a_clerk_has_no_paper() {
    let mut office = Office::new();
    let issue = Command::Issue {
        ticket: ticket(7),
        visit: visit("tax"),
    };
    office.run(&clerk("sato"), &issue, at(9, 0)).unwrap();
    let slip = office.state.ticket(&ticket(7)).unwrap().slip;
    assert_eq!(slip, SlipState::None);
}

#[test]
fn instants_are_kept_in_whole_milliseconds() {
    let mut office = Office::new();
    let ticket = office.issue("tax", at(9, 0) + TimeDelta::nanoseconds(1_999_999));
    let issued_at = office.state.ticket(&ticket).unwrap().issued_at;
    assert_eq!(issued_at, at(9, 0) + TimeDelta::milliseconds(1));
}

#[test]
fn a_day_has_its_bounds_in_the_office_s_zone() {
    let day: BusinessDay = "2026-11-24".parse().unwrap();
    let (from, to) = day.bounds(chrono_tz::Asia::Tokyo, time(3, 0));
    assert_eq!(from, Utc.with_ymd_and_hms(2026, 11, 23, 18, 0, 0).unwrap());
    assert_eq!(to - from, TimeDelta::days(1));
    let of = |now| BusinessDay::of(now, chrono_tz::Asia::Tokyo, time(3, 0));
    assert_eq!(of(from), day);
    assert_eq!(of(to - TimeDelta::milliseconds(1)), day);
    assert!(of(to) > day);
}

#[test]
fn a_day_that_begins_in_an_hour_that_clocks_skip_begins_after_it() {
    // Berlin, 28 March 2027: 2:00 to 3:00 does not exist.
    let day: BusinessDay = "2027-03-28".parse().unwrap();
    let (from, _) = day.bounds(chrono_tz::Europe::Berlin, time(2, 30));
    assert_eq!(from, Utc.with_ymd_and_hms(2027, 3, 28, 1, 30, 0).unwrap());
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
