//! The log on a real disk, cut and damaged, and what is given from it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::{collections::BTreeSet, fs, path::Path};

use wire::{
    case::{Answer, CaseDraft, FormDraft, Provenance},
    command::LeaseView,
};

use super::*;

const SECRET: &str = "金糸雀　花子";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ms(text: &str) -> i64 {
    instant(text).timestamp_millis()
}

/// 9:35 in Tokyo.
fn morning() -> DateTime<Utc> {
    instant("2026-11-24T00:35:00Z")
}

/// Numbers of one service for two days, open 8:30 to 12:00 and 13:00 to 17:15.
fn leases(at: DateTime<Utc>, numbers: std::ops::RangeInclusive<u16>) -> Leases {
    let of = |day: &str, from: &str, until: &str, open: [(&str, &str); 2]| LeaseView {
        day: day.to_owned(),
        from: ms(from),
        until: ms(until),
        service: "certificates".to_owned(),
        open: open.map(|(from, to)| (ms(from), ms(to))).into(),
        unused: numbers.clone().map(|it| format!("A-{it}")).collect(),
    };
    Leases {
        at: at.timestamp_millis(),
        leases: vec![
            of(
                "2026-11-24",
                "2026-11-23T19:00:00Z",
                "2026-11-24T19:00:00Z",
                [
                    ("2026-11-23T23:30:00Z", "2026-11-24T03:00:00Z"),
                    ("2026-11-24T04:00:00Z", "2026-11-24T08:15:00Z"),
                ],
            ),
            of(
                "2026-11-25",
                "2026-11-24T19:00:00Z",
                "2026-11-25T19:00:00Z",
                [
                    ("2026-11-24T23:30:00Z", "2026-11-25T03:00:00Z"),
                    ("2026-11-25T04:00:00Z", "2026-11-25T08:15:00Z"),
                ],
            ),
        ],
    }
}

fn wanted() -> IssueTicket {
    IssueTicket {
        service: "certificates".to_owned(),
        then: Vec::new(),
        language: "ja".to_owned(),
        considerate: true,
        booking: Some("A7K2".to_owned()),
        case: Some(CaseDraft {
            forms: vec![FormDraft {
                procedure: "residence".to_owned(),
                answers: vec![Answer {
                    field: "name".to_owned(),
                    value: SECRET.to_owned(),
                    provenance: Provenance::Card,
                    of_card: None,
                }],
                unfinished: false,
            }],
            plan: None,
            card: None,
        }),
    }
}

fn open(folder: &Path) -> Reserve {
    let (reserve, damage) = Reserve::open(folder, morning()).unwrap();
    assert_eq!(damage, None);
    reserve
}

fn issue(reserve: &mut Reserve, now: DateTime<Utc>) -> Result<String, NoNumber> {
    let here = reserve.issue(Uuid::now_v7(), &wanted(), None, now)?;
    Ok(here.number)
}

/// Everything that can still be given.
fn rest(reserve: &mut Reserve, now: DateTime<Utc>) -> Vec<String> {
    std::iter::from_fn(|| issue(reserve, now).ok()).collect()
}

/// The log of a morning: leases, three numbers, papers, one of them told.
fn a_morning(folder: &Path) -> Vec<String> {
    let mut reserve = open(folder);
    reserve
        .leases(leases(morning(), 980..=985), morning())
        .unwrap();
    let mut given = Vec::new();
    for told in [true, false, false] {
        let here = reserve
            .issue(Uuid::now_v7(), &wanted(), Some(Uuid::nil()), morning())
            .unwrap();
        let print = Uuid::now_v7();
        let paper = Sheet::new(print, here.ticket.to_string(), false, false);
        assert!(reserve.sent(&paper, morning()).unwrap());
        assert!(reserve.came(print, SlipState::Printed).unwrap());
        if told {
            reserve
                .acknowledged(here.ticket, SlipState::Pending)
                .unwrap();
        }
        given.push(here.number);
    }
    given
}

#[test]
fn numbers_are_given_in_order_and_never_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(a_morning(folder.path()), ["A-980", "A-981", "A-982"]);
    let mut reserve = open(folder.path());
    assert_eq!(rest(&mut reserve, morning()), ["A-983", "A-984", "A-985"]);
    assert_eq!(issue(&mut reserve, morning()), Err(NoNumber::UsedUp));
    // A lease that was on its way while numbers were burnt brings none of them back.
    reserve
        .leases(leases(morning(), 980..=986), morning())
        .unwrap();
    assert_eq!(rest(&mut reserve, morning()), ["A-986"]);
}

#[test]
fn a_kill_at_any_byte_repeats_no_number_and_loses_none_that_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let log = fs::read(folder.path().join("numbers.log")).unwrap();
    // Every byte around a line's end, and some of those between.
    let ends = |at: usize| log[at.saturating_sub(2)..log.len().min(at + 2)].contains(&b'\n');
    for cut in (0..=log.len()).filter(|at| ends(*at) || at % 17 == 0) {
        let after = tempfile::tempdir().unwrap();
        fs::write(after.path().join("numbers.log"), &log[..cut]).unwrap();
        // A number goes on paper when its record is whole, not before.
        let whole = record::read(&log[..cut]).records;
        let printed: BTreeSet<String> = whole
            .iter()
            .filter_map(|it| match it {
                Record::Issued(issued) => Some(issued.number.clone()),
                Record::Leases { .. }
                | Record::Roll { .. }
                | Record::Acknowledged { .. }
                | Record::Refused { .. }
                | Record::Damaged { .. }
                | Record::Sent { .. }
                | Record::Came { .. }
                | Record::CameTold { .. } => None,
            })
            .collect();
        let mut reserve = open(after.path());
        let known: BTreeSet<String> = untold(&mut reserve).into_iter().map(|it| it.0).collect();
        assert!(printed.len() - known.len() <= 1, "only one was told before");
        for number in rest(&mut reserve, morning()) {
            assert!(!printed.contains(&number), "{number} twice, cut at {cut}");
        }
    }
}

/// Acknowledges everything; numbers and what was told of their papers, in order.
fn untold(reserve: &mut Reserve) -> Vec<(String, SlipState)> {
    let mut told = Vec::new();
    while let Some(Tell { ticket, body }) = reserve.tell() {
        told.push((body.get().number.clone(), body.get().slip));
        reserve.acknowledged(ticket, body.get().slip).unwrap();
    }
    told
}

#[test]
fn the_hub_is_told_in_order_and_of_each_paper() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let mut reserve = open(folder.path());
    let papers = untold(&mut reserve);
    assert_eq!(
        papers,
        [
            ("A-981".to_owned(), SlipState::Printed),
            ("A-982".to_owned(), SlipState::Printed)
        ]
    );
    // The first was told before its paper came out.
    let untold = reserve.untold_papers();
    assert_eq!(untold.len(), 1);
    assert_eq!(untold[0].slip, Some(SlipState::Printed));
    reserve
        .came_told(untold[0].print, SlipState::Printed)
        .unwrap();
    assert!(reserve.untold_papers().is_empty() && reserve.tell().is_none());
}

#[test]
fn a_paper_that_nobody_heard_of_before_the_restart_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    {
        let mut reserve = open(folder.path());
        reserve
            .leases(leases(morning(), 980..=985), morning())
            .unwrap();
        issue(&mut reserve, morning()).unwrap();
    }
    let told = untold(&mut open(folder.path()));
    assert_eq!(told, [("A-980".to_owned(), SlipState::Unknown)]);
}

#[test]
fn what_the_hub_refused_is_never_told_again() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let refuse = |reserve: &mut Reserve| {
        while let Some(Tell { ticket, .. }) = reserve.tell() {
            reserve.refused(ticket, Code::NotLeased).unwrap();
        }
    };
    refuse(&mut open(folder.path()));
    assert!(untold(&mut open(folder.path())).is_empty());
}

#[test]
fn nothing_of_a_person_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let log = fs::read_to_string(folder.path().join("numbers.log")).unwrap();
    assert!(!log.contains(SECRET) && !log.contains("residence"));
    assert!(log.contains("A-982") && log.contains("A7K2"));
}

#[test]
fn numbers_are_given_while_the_service_is_open_and_on_the_day_of_the_lease() {
    for (at, expected) in [
        ("2026-11-23T23:29:59Z", Err(NoNumber::Closed)),
        ("2026-11-23T23:30:00Z", Ok("A-980")),
        ("2026-11-24T03:00:00Z", Err(NoNumber::Closed)),
        ("2026-11-24T04:00:00Z", Ok("A-980")),
        ("2026-11-24T08:15:00Z", Err(NoNumber::Closed)),
        // The next day has its own numbers, the day after has none.
        ("2026-11-25T00:30:00Z", Ok("A-980")),
        ("2026-11-26T00:30:00Z", Err(NoNumber::NoLease)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = open(folder.path());
        let night = instant("2026-11-23T20:00:00Z");
        reserve.leases(leases(night, 980..=985), night).unwrap();
        let given = issue(&mut reserve, instant(at));
        assert_eq!(given, expected.map(str::to_owned), "{at}");
        let has = reserve.stocks().has("certificates", instant(at));
        assert_eq!(has, expected.is_ok(), "what is shown agrees, {at}");
    }
}

#[test]
fn a_service_without_a_lease_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut reserve = open(folder.path());
    assert_eq!(issue(&mut reserve, morning()), Err(NoNumber::NoLease));
    reserve
        .leases(leases(morning(), 980..=985), morning())
        .unwrap();
    let moving = IssueTicket {
        service: "moving".to_owned(),
        ..wanted()
    };
    let none = reserve.issue(Uuid::now_v7(), &moving, None, morning());
    assert_eq!(none, Err(NoNumber::NoLease));
}

#[test]
fn the_hubs_clock_counts_and_one_that_went_back_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let mut reserve = open(folder.path());
    // This kiosk is half an hour behind the hub.
    let behind = morning() - chrono::TimeDelta::minutes(30);
    reserve
        .leases(leases(morning(), 980..=985), behind)
        .unwrap();
    let here = reserve
        .issue(Uuid::now_v7(), &wanted(), None, behind)
        .unwrap();
    assert_eq!(here.issued_at, morning().timestamp_millis());
    let back = behind - chrono::TimeDelta::minutes(2);
    assert_eq!(issue(&mut reserve, back), Err(NoNumber::Uncertain));
    // A second's correction is ordinary.
    let corrected = behind - chrono::TimeDelta::seconds(1);
    assert_eq!(issue(&mut reserve, corrected).unwrap(), "A-981");
}

#[test]
fn a_damaged_log_is_told_kept_and_trusts_no_number_of_today() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let path = folder.path().join("numbers.log");
    let mut log = fs::read(&path).unwrap();
    // The first number's record.
    let line = log.iter().position(|it| *it == b'\n').unwrap();
    log[line + 20] ^= 1;
    fs::write(&path, &log).unwrap();
    let (mut reserve, damage) = Reserve::open(folder.path(), morning()).unwrap();
    assert_eq!(damage, Some(Damage::Line { line: 2 }));
    assert_eq!(issue(&mut reserve, morning()), Err(NoNumber::Uncertain));
    assert!(!reserve.stocks().has("certificates", morning()));
    // Even what the hub leases again for today: it may name the number whose record is damaged.
    reserve
        .leases(leases(morning(), 980..=989), morning())
        .unwrap();
    assert_eq!(issue(&mut reserve, morning()), Err(NoNumber::Uncertain));
    // What could be read is still told, and tomorrow is another day.
    assert_eq!(untold(&mut reserve).len(), 2);
    drop(reserve);
    let tomorrow = instant("2026-11-25T00:30:00Z");
    let (mut reserve, damage) = Reserve::open(folder.path(), tomorrow).unwrap();
    assert_eq!(damage, None, "it was begun anew");
    assert_eq!(issue(&mut reserve, tomorrow).unwrap(), "A-980");
    let kept = fs::read_dir(folder.path()).unwrap().filter(|it| {
        let name = it.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("numbers.damaged-")
    });
    assert_eq!(kept.count(), 1);
}

#[test]
fn two_programs_never_share_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path());
    let second = Reserve::open(folder.path(), morning());
    assert!(matches!(second, Err(JournalError::InUse { .. })));
}

#[test]
fn days_that_are_over_leave_the_log_and_what_is_untold_stays() {
    let folder = tempfile::tempdir().unwrap();
    a_morning(folder.path());
    let length = || {
        fs::metadata(folder.path().join("numbers.log"))
            .unwrap()
            .len()
    };
    let before = length();
    let later = instant("2026-11-30T00:30:00Z");
    let (mut reserve, _) = Reserve::open(folder.path(), later).unwrap();
    assert!(length() < before, "the leases are gone");
    assert_eq!(untold(&mut reserve).len(), 2);
    for sheet in reserve.untold_papers() {
        let slip = sheet.slip.unwrap();
        reserve.came_told(sheet.print, slip).unwrap();
    }
    reserve
        .leases(
            Leases {
                at: later.timestamp_millis(),
                leases: Vec::new(),
            },
            later,
        )
        .unwrap();
    assert!(length() < 200, "nothing is left: {}", length());
}

#[test]
fn how_long_numbers_are_good_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut reserve = open(folder.path());
    assert_eq!(reserve.day_ends(morning()), None);
    reserve
        .leases(leases(morning(), 980..=985), morning())
        .unwrap();
    let until = ms("2026-11-24T19:00:00Z") - morning().timestamp_millis();
    assert_eq!(reserve.day_ends(morning()), u64::try_from(until).ok());
}

fn sheet(print: u128, ticket: &str, order: bool) -> Sheet {
    Sheet::new(Uuid::from_u128(print), ticket.to_owned(), order, false)
}

#[test]
fn a_slip_that_was_sent_and_never_heard_of_is_unknown_after_a_restart_and_never_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    assert!(kiosk.sent(&sheet(1, "t-1", false), morning()).unwrap());
    assert!(kiosk.sent(&sheet(2, "t-2", true), morning()).unwrap());
    assert!(kiosk.untold_papers().is_empty(), "it may still be printing");
    drop(kiosk);

    let mut kiosk = open(folder.path());
    let untold = [kiosk.untold_papers(), kiosk.untold_orders()].concat();
    assert_eq!(untold.len(), 2);
    assert!(untold.iter().all(|it| it.slip == Some(SlipState::Unknown)));
    for print in [1, 2] {
        assert!(!kiosk.sent(&sheet(print, "t", true), morning()).unwrap());
        let print = Uuid::from_u128(print);
        kiosk.came_told(print, SlipState::Unknown).unwrap();
    }
    assert!(kiosk.untold_papers().is_empty() && kiosk.untold_orders().is_empty());
    // The printer kept it, and says so after all.
    kiosk.came(Uuid::from_u128(1), SlipState::Printed).unwrap();
    kiosk.came(Uuid::from_u128(1), SlipState::Unknown).unwrap();
    drop(kiosk);
    let kiosk = open(folder.path());
    let untold = kiosk.untold_papers();
    assert_eq!(untold.len(), 1);
    assert_eq!(untold[0].slip, Some(SlipState::Printed));
}

#[test]
fn what_is_known_of_a_paper_of_ones_own_number_is_told_with_the_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.leases(leases(morning(), 1..=3), morning()).unwrap();
    let ticket = Uuid::from_u128(9);
    kiosk.issue(ticket, &wanted(), None, morning()).unwrap();
    kiosk
        .sent(&sheet(1, &ticket.to_string(), false), morning())
        .unwrap();
    kiosk.came(Uuid::from_u128(1), SlipState::Printed).unwrap();
    assert!(kiosk.untold_papers().is_empty());
    let Some(Tell { body, .. }) = kiosk.tell() else {
        panic!("the hub has not been told");
    };
    assert_eq!(body.get().slip, SlipState::Printed);
}

#[test]
fn a_slip_handed_to_a_queue_is_no_news_and_is_not_open_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.sent(&sheet(1, "t-1", false), morning()).unwrap();
    kiosk.came(Uuid::from_u128(1), SlipState::Pending).unwrap();
    drop(kiosk);
    assert!(open(folder.path()).untold_papers().is_empty());
}

#[test]
fn papers_of_which_the_hub_knows_leave_the_log_after_a_day_and_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    for print in 1..=3 {
        kiosk.sent(&sheet(print, "t", false), morning()).unwrap();
        kiosk
            .came(Uuid::from_u128(print), SlipState::Printed)
            .unwrap();
    }
    kiosk
        .came_told(Uuid::from_u128(1), SlipState::Printed)
        .unwrap();
    kiosk
        .came_told(Uuid::from_u128(2), SlipState::Printed)
        .unwrap();
    drop(kiosk);
    let later = morning() + chrono::TimeDelta::hours(25);
    let (kiosk, _) = Reserve::open(folder.path(), later).unwrap();
    assert!(kiosk.sheet(Uuid::from_u128(1)).is_none());
    assert!(kiosk.sheet(Uuid::from_u128(3)).is_some());
    assert_eq!(kiosk.untold_papers().len(), 1);
}

/// A number given here, with its first paper.
fn with_paper(kiosk: &mut Reserve, ticket: u128, print: u128) -> Uuid {
    let ticket = Uuid::from_u128(ticket);
    kiosk.issue(ticket, &wanted(), None, morning()).unwrap();
    let first = Sheet::new(Uuid::from_u128(print), ticket.to_string(), false, false);
    assert!(kiosk.sent(&first, morning()).unwrap());
    ticket
}

#[test]
fn each_paper_of_a_number_given_here_has_its_own_fate_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.leases(leases(morning(), 1..=3), morning()).unwrap();
    let ticket = with_paper(&mut kiosk, 9, 1);
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    kiosk.came(first, SlipState::Failed).unwrap();
    let again = Sheet::new(second, ticket.to_string(), false, true);
    assert!(kiosk.sent(&again, morning()).unwrap());
    kiosk.came(second, SlipState::Printed).unwrap();
    // The hub cannot hear of the second before it has the ticket, and with that it hears of the first.
    assert!(kiosk.untold_papers().is_empty());
    let Some(Tell { body, .. }) = kiosk.tell() else {
        panic!("the hub has not been told");
    };
    assert_eq!(body.get().slip, SlipState::Failed);
    kiosk.acknowledged(ticket, SlipState::Failed).unwrap();
    drop(kiosk);

    let mut kiosk = open(folder.path());
    let untold = kiosk.untold_papers();
    assert_eq!(untold.len(), 1, "the second is told by itself");
    assert_eq!((untold[0].print, untold[0].reissued), (second, true));
    assert_eq!(untold[0].slip, Some(SlipState::Printed));
    kiosk.came_told(second, SlipState::Printed).unwrap();
    // The printer held the first one all the time.
    kiosk.came(first, SlipState::Printed).unwrap();
    let untold = kiosk.untold_papers();
    assert_eq!((untold.len(), untold[0].print), (1, first));
}

#[test]
fn what_is_known_of_a_paper_never_becomes_less() {
    for (words, expected) in [
        ([SlipState::Failed, SlipState::Unknown], SlipState::Failed),
        ([SlipState::Printed, SlipState::Failed], SlipState::Printed),
        ([SlipState::Unknown, SlipState::Pending], SlipState::Unknown),
        ([SlipState::Unknown, SlipState::Failed], SlipState::Failed),
        ([SlipState::Failed, SlipState::Printed], SlipState::Printed),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut kiosk = open(folder.path());
        kiosk.sent(&sheet(1, "t", false), morning()).unwrap();
        for word in words {
            assert!(kiosk.came(Uuid::from_u128(1), word).unwrap());
        }
        let known = kiosk.sheet(Uuid::from_u128(1)).unwrap().slip;
        assert_eq!(known, Some(expected), "{words:?}");
    }
}

#[test]
fn papers_are_told_in_the_order_of_the_log_whatever_the_clock_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    for (print, minutes_back) in [(1, 0), (2, 90), (3, 30)] {
        let now = morning() - chrono::TimeDelta::minutes(minutes_back);
        kiosk.sent(&sheet(print, "t", false), now).unwrap();
        kiosk
            .came(Uuid::from_u128(print), SlipState::Unknown)
            .unwrap();
    }
    drop(kiosk);
    let untold = open(folder.path()).untold_papers();
    let prints: Vec<u128> = untold.iter().map(|it| it.print.as_u128()).collect();
    assert_eq!(prints, [1, 2, 3]);
}

#[test]
fn what_is_open_or_untold_never_leaves_the_log_however_much_there_is_and_whatever_the_clock_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.sent(&sheet(1, "open", true), morning()).unwrap();
    kiosk.sent(&sheet(2, "untold", false), morning()).unwrap();
    kiosk.came(Uuid::from_u128(2), SlipState::Printed).unwrap();
    let years_later = morning() + chrono::TimeDelta::days(1_000);
    for print in 3..=(u128::try_from(PAPERS_MAX).unwrap() + 3) {
        kiosk.sent(&sheet(print, "t", false), years_later).unwrap();
        let print = Uuid::from_u128(print);
        kiosk.came(print, SlipState::Printed).unwrap();
        kiosk.came_told(print, SlipState::Printed).unwrap();
    }
    assert!(kiosk.book.papers.len() < PAPERS_MAX, "it was begun anew");
    assert!(kiosk.sheet(Uuid::from_u128(1)).unwrap().is_open());
    assert_eq!(kiosk.untold_papers()[0].print, Uuid::from_u128(2));
    drop(kiosk);
    let (kiosk, _) = Reserve::open(folder.path(), years_later).unwrap();
    assert_eq!(kiosk.untold_orders()[0].slip, Some(SlipState::Unknown));
}

#[test]
fn a_paper_stays_as_long_as_its_ticket_and_is_not_told_as_doubtful_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.leases(leases(morning(), 1..=3), morning()).unwrap();
    let ticket = with_paper(&mut kiosk, 9, 1);
    kiosk.acknowledged(ticket, SlipState::Pending).unwrap();
    let first = Uuid::from_u128(1);
    kiosk.came(first, SlipState::Failed).unwrap();
    kiosk.came_told(first, SlipState::Failed).unwrap();
    drop(kiosk);
    // Long enough for a paper, not for a ticket.
    for hours in [30, 40] {
        let later = morning() + chrono::TimeDelta::hours(hours);
        let (kiosk, _) = Reserve::open(folder.path(), later).unwrap();
        assert!(kiosk.untold_papers().is_empty());
        assert_eq!(kiosk.sheet(first).unwrap().slip, Some(SlipState::Failed));
    }
}

#[test]
fn a_number_that_nobody_has_on_paper_is_told_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk
        .never_sent(Uuid::from_u128(1), "a ticket of the hub", morning())
        .unwrap();
    drop(kiosk);
    let untold = open(folder.path()).untold_papers();
    assert_eq!(untold.len(), 1);
    assert_eq!(untold[0].slip, Some(SlipState::Failed));
}

#[test]
fn a_copy_is_a_paper_of_its_own_and_says_nothing_of_the_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    kiosk.leases(leases(morning(), 1..=3), morning()).unwrap();
    let ticket = with_paper(&mut kiosk, 9, 1);
    kiosk.came(Uuid::from_u128(1), SlipState::Printed).unwrap();
    let copy = Sheet::copy(Uuid::from_u128(2), ticket.to_string());
    assert!(kiosk.sent(&copy, morning()).unwrap());
    drop(kiosk);
    let mut kiosk = open(folder.path());
    let Some(Tell { body, .. }) = kiosk.tell() else {
        panic!("the hub has not been told");
    };
    assert_eq!(body.get().slip, SlipState::Printed);
    kiosk.acknowledged(ticket, SlipState::Printed).unwrap();
    assert!(kiosk.untold_papers().is_empty());
    let untold = kiosk.untold_orders();
    assert_eq!(untold.len(), 1);
    assert!(untold[0].copy && untold[0].slip == Some(SlipState::Unknown));
}

#[test]
fn the_slips_of_a_roll_are_counted_on_after_a_restart_and_from_zero_with_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = open(folder.path());
    assert_eq!(kiosk.slips_on_roll(), None);
    kiosk.on_roll(41).unwrap();
    drop(kiosk);
    // Also when the log is begun anew.
    let later = morning() + chrono::TimeDelta::days(9);
    let (mut kiosk, _) = Reserve::open(folder.path(), later).unwrap();
    kiosk.condense_now(later).unwrap();
    assert_eq!(kiosk.slips_on_roll(), Some(41));
    kiosk.on_roll(0).unwrap();
    drop(kiosk);
    assert_eq!(open(folder.path()).slips_on_roll(), Some(0));
}
