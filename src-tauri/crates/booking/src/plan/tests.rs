use chrono::NaiveDate;

use super::*;
use crate::source::BadWhy;

fn at(hour: i64) -> DateTime<Utc> {
    // 2026-11-24, midnight in Tokyo.
    DateTime::parse_from_rfc3339("2026-11-23T15:00:00Z")
        .unwrap()
        .to_utc()
        + TimeDelta::hours(hour)
}

/// 08:00 of that day.
fn now() -> DateTime<Utc> {
    at(8)
}

fn window() -> Window {
    Window::from_today(now(), chrono_tz::Asia::Tokyo, 14)
}

fn id(n: usize) -> RemoteId {
    RemoteId::new(format!("/c/r-{n:03}.ics")).unwrap()
}

fn token() -> Token {
    Token::new("t").unwrap()
}

fn base() -> Cursor {
    Cursor {
        token: Token::new("before").unwrap(),
        window: window(),
        complete_at: at(0),
    }
}

fn row(n: usize) -> Local {
    Local {
        remote_id: id(n),
        rev: Some("1".to_owned()),
        service_ref: Some("IDO".to_owned()),
        start: at(10),
        end: at(11),
        cancelled: false,
        checked_in: false,
    }
}

fn rows(count: usize) -> Vec<Local> {
    (0..count).map(row).collect()
}

fn told(n: usize, rev: &str) -> RemoteAppointment {
    RemoteAppointment {
        remote_id: id(n),
        rev: Some(rev.to_owned()),
        number: None,
        service_ref: Some("IDO".to_owned()),
        summary: String::new(),
        start: at(10),
        end: at(11),
        status: Status::Booked,
        sequence: 0,
        modified: None,
    }
}

fn gone(n: usize) -> Change {
    Change::Gone { remote_id: id(n) }
}

fn changes(changes: Vec<Change>) -> Round {
    Round {
        changes,
        bad: Vec::new(),
        next: token(),
        complete: None,
    }
}

fn whole(items: Vec<RemoteAppointment>) -> Round {
    Round {
        complete: Some(window()),
        ..changes(items.into_iter().map(Change::Upsert).collect())
    }
}

fn staged(local: &[Local], round: Round) -> Staged {
    stage(local, round, &window())
}

fn planned(local: &[Local], staged: Staged, hold: Option<&Hold>, now: DateTime<Utc>) -> Plan {
    plan(
        local,
        staged,
        &Guards::default(),
        Some(&base()),
        hold,
        false,
        now,
    )
}

/// As if the engine had asked for each missing appointment and each was denied.
fn all_denied(mut staged: Staged) -> Staged {
    staged.gone.append(&mut staged.missing);
    staged
}

#[test]
fn a_new_booking_is_taken_over_with_its_cursor() {
    let plan = planned(
        &[],
        staged(&[], changes(vec![Change::Upsert(told(1, "1"))])),
        None,
        now(),
    );
    assert_eq!(plan.upserts, [told(1, "1")]);
    let cursor = plan.cursor.unwrap();
    assert_eq!(
        (cursor.token, cursor.complete_at),
        (token(), at(0)),
        "only the token moves on"
    );
}

#[test]
fn what_is_already_known_is_not_written_again() {
    let staged = staged(&rows(1), changes(vec![Change::Upsert(told(0, "1"))]));
    assert_eq!(staged.upserts, []);
}

#[test]
fn a_booking_that_comes_back_with_its_old_revision_stands_again() {
    let cancelled = Local {
        cancelled: true,
        ..row(0)
    };
    let staged = staged(&[cancelled], changes(vec![Change::Upsert(told(0, "1"))]));
    assert_eq!(staged.upserts, [told(0, "1")]);
}

#[test]
fn a_removal_of_what_was_never_seen_is_nothing() {
    let staged = staged(&rows(1), changes(vec![gone(7)]));
    assert!(staged.gone.is_empty());
}

#[test]
fn of_several_changes_the_last_counts() {
    let both = vec![Change::Upsert(told(0, "2")), gone(0)];
    let staged = staged(&rows(1), changes(both));
    assert_eq!((staged.upserts.len(), staged.gone.len()), (0, 1));
}

#[test]
fn a_booking_outside_the_mirrored_days_is_left_for_its_time() {
    let mut later = told(5, "1");
    (later.start, later.end) = (at(24 * 60), at(24 * 60 + 1));
    assert_eq!(
        staged(&[], changes(vec![Change::Upsert(later.clone())])).upserts,
        []
    );
    (later.remote_id, later.rev) = (id(0), Some("2".to_owned()));
    let moved = staged(&rows(1), changes(vec![Change::Upsert(later.clone())]));
    assert_eq!(
        moved.upserts,
        [later],
        "one that is known follows its slot wherever it goes"
    );
}

#[test]
fn a_service_that_clears_away_past_days_cancels_nothing() {
    let yesterday = Local {
        start: at(-10),
        end: at(-9),
        ..row(0)
    };
    assert!(staged(&[yesterday], changes(vec![gone(0)])).gone.is_empty());
}

#[test]
fn whoever_has_come_keeps_the_ticket_and_the_clerk_is_told() {
    let here = Local {
        checked_in: true,
        ..row(0)
    };
    let local = [here];
    let mut cancelled = told(0, "2");
    cancelled.status = Status::Cancelled;
    let cases = [
        (changes(vec![gone(0)]), Flag::Cancelled(id(0))),
        (
            changes(vec![Change::Upsert(cancelled)]),
            Flag::Cancelled(id(0)),
        ),
        (
            changes(vec![Change::Upsert(told(0, "2"))]),
            Flag::Changed(told(0, "2")),
        ),
        (whole(vec![told(1, "1")]), Flag::Cancelled(id(0))),
    ];
    for (round, flag) in cases {
        let plan = planned(&local, staged(&local, round), None, now());
        assert_eq!(plan.flags, [flag]);
        assert_eq!(plan.cancels, []);
        assert!(plan.upserts.iter().all(|it| it.remote_id != id(0)));
    }
}

#[test]
fn what_a_complete_answer_leaves_out_is_asked_for_before_it_is_cancelled() {
    let local = rows(3);
    let staged = staged(&local, whole(vec![told(0, "1")]));
    assert_eq!(staged.missing, BTreeSet::from([id(1), id(2)]));
    let unasked = planned(&local, staged.clone(), None, now());
    assert_eq!(
        (unasked.cancels, unasked.cursor),
        (vec![], None),
        "unconfirmed is left as it was"
    );
    let asked = planned(&local, all_denied(staged), None, now());
    assert_eq!(asked.cancels, [id(1), id(2)]);
    assert_eq!(asked.cursor.unwrap().complete_at, now());
}

#[test]
fn an_answer_without_the_flag_of_completeness_cancels_nothing() {
    let staged = staged(&rows(3), changes(vec![Change::Upsert(told(0, "1"))]));
    assert!(staged.missing.is_empty() && staged.gone.is_empty());
}

#[test]
fn an_entry_that_cannot_be_read_is_not_missing() {
    let bad = BadItem {
        remote_id: id(0),
        rev: None,
        why: BadWhy::NotCalendar,
    };
    let round = Round {
        bad: vec![bad.clone()],
        ..whole(vec![])
    };
    let local = rows(1);
    let staged = staged(&local, round);
    assert!(staged.missing.is_empty() && !staged.empty);
    let plan = planned(&local, staged, None, now());
    assert_eq!(plan.bad, [bad]);
    assert!(
        plan.cursor.is_some(),
        "a bad entry does not hold the round up"
    );
}

#[test]
fn a_calendar_that_is_suddenly_empty_cancels_nothing_at_first() {
    let local = rows(2);
    let plan = planned(
        &local,
        all_denied(staged(&local, whole(vec![]))),
        None,
        now(),
    );
    let hold = plan.held.unwrap();
    assert_eq!(hold.reasons, [HoldReason::Emptied { standing: 2 }]);
    assert_eq!(hold.ids, BTreeSet::from([id(0), id(1)]));
    assert_eq!(
        (plan.cancels, plan.cursor),
        (vec![], None),
        "the next round must hear of it again"
    );
}

#[test]
fn an_empty_calendar_is_no_alarm_where_nothing_was_booked() {
    let plan = planned(&[], staged(&[], whole(vec![])), None, now());
    assert_eq!(
        (plan.held, plan.cursor),
        (None, None),
        "and nothing is gone on from"
    );
}

#[test]
fn many_cancellations_of_one_service_wait_and_few_do_not() {
    // (bookings to come, removed, are they held?)
    let cases = [
        (3, 3, false),
        (5, 5, false),
        (6, 6, true),
        (20, 5, false),
        (20, 6, true),
        (100, 20, false),
        (100, 21, true),
    ];
    for (standing, removed, held) in cases {
        let local = rows(standing);
        let plan = planned(
            &local,
            staged(&local, changes((0..removed).map(gone).collect())),
            None,
            now(),
        );
        assert_eq!(plan.held.is_some(), held, "{removed} of {standing}");
        assert_eq!(plan.cancels.len(), if held { 0 } else { removed });
        assert_eq!(plan.cursor.is_some(), !held);
        if let Some(hold) = plan.held {
            let service_ref = Some("IDO".to_owned());
            assert_eq!(
                hold.reasons,
                [HoldReason::Mass {
                    service_ref,
                    asked: removed,
                    standing
                }]
            );
        }
    }
}

#[test]
fn one_service_in_doubt_does_not_hold_up_another() {
    let mut local = rows(20);
    for row in local.iter_mut().skip(10) {
        row.service_ref = Some("KOSEKI".to_owned());
    }
    let removed = (0..10).chain([10]).map(gone).collect();
    let plan = planned(&local, staged(&local, changes(removed)), None, now());
    assert_eq!(plan.cancels, [id(10)]);
    assert_eq!(plan.held.unwrap().ids.len(), 10);
}

#[test]
fn a_mass_of_cancellations_is_believed_when_it_is_repeated_for_five_minutes() {
    let local = rows(10);
    let round = || staged(&local, changes((0..8).map(gone).collect()));
    let first = planned(&local, round(), None, now()).held.unwrap();
    let second = planned(&local, round(), Some(&first), now() + TimeDelta::minutes(4));
    let second = second.held.unwrap();
    assert_eq!(second.since, now(), "the clock runs on");
    let third = planned(
        &local,
        round(),
        Some(&second),
        now() + TimeDelta::minutes(5),
    );
    assert_eq!((third.cancels.len(), third.held), (8, None));
    assert!(third.cursor.is_some());
}

#[test]
fn an_answer_in_which_something_came_back_starts_the_clock_anew() {
    let local = rows(10);
    let first = planned(
        &local,
        staged(&local, changes((0..8).map(gone).collect())),
        None,
        now(),
    );
    let later = now() + TimeDelta::minutes(6);
    let round = staged(&local, changes((1..8).map(gone).collect()));
    let second = planned(&local, round, first.held.as_ref(), later);
    assert_eq!(second.cancels, []);
    assert_eq!(second.held.unwrap().since, later);
}

#[test]
fn what_joins_a_held_mass_later_is_judged_on_its_own() {
    let local = rows(30);
    let first = planned(
        &local,
        staged(&local, changes((0..8).map(gone).collect())),
        None,
        now(),
    );
    let later = now() + TimeDelta::minutes(6);
    let round = staged(&local, changes((0..20).map(gone).collect()));
    let second = planned(&local, round, first.held.as_ref(), later);
    assert_eq!(second.cancels, (0..8).map(id).collect::<Vec<_>>());
    let held = second.held.unwrap();
    assert_eq!((held.ids.len(), held.since), (12, later));
}

#[test]
fn a_clerk_may_agree_at_once() {
    let local = rows(10);
    let round = || staged(&local, changes((0..8).map(gone).collect()));
    let held = planned(&local, round(), None, now()).held;
    let soon = now() + TimeDelta::minutes(1);
    let plan = plan(
        &local,
        round(),
        &Guards::default(),
        Some(&base()),
        held.as_ref(),
        true,
        soon,
    );
    assert_eq!((plan.cancels.len(), plan.held), (8, None));
}

#[test]
fn changes_without_a_whole_before_them_leave_no_cursor() {
    let staged = staged(&[], changes(vec![]));
    let plan = plan(&[], staged, &Guards::default(), None, None, false, now());
    assert_eq!(plan.cursor, None);
}

#[test]
fn the_days_begin_and_end_in_the_offices_zone() {
    let window = window();
    assert_eq!(window.first, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    assert_eq!(window.bounds(), (at(0), at(15 * 24)));
    let touches = |from, until| window.touches(at(from), at(until));
    assert!(touches(0, 1) && touches(-1, 1) && touches(0, 0) && touches(15 * 24 - 1, 15 * 24 + 1));
    assert!(!touches(-1, 0) && !touches(15 * 24, 15 * 24 + 1));
}
