//! Rules that make no sense are refused, each with its reason; and names that are none.

use chrono::TimeDelta;
use queue::*;

use crate::office::*;

#[test]
fn the_office_s_rules_make_sense() {
    assert_eq!(rules().check(), Ok(()));
}

#[test]
fn each_mistake_is_told() {
    type Spoil = fn(&mut Rules);
    let cases: [(Spoil, &[&str]); 14] = [
        (
            |r| r.services[0].letter = 'I',
            &["service certificates: letter 'I' is not one of A-Z without I, O and Q"],
        ),
        (
            |r| r.services[0].letter = 'あ',
            &["service certificates: letter 'あ' is not one of A-Z without I, O and Q"],
        ),
        (
            |r| r.services[0].first = 0,
            &["service certificates: the numbers 0 to 999 do not lie within 1 and 9999"],
        ),
        (
            |r| r.services[0].last = 10_000,
            &["service certificates: the numbers 1 to 10000 do not lie within 1 and 9999"],
        ),
        (
            |r| r.services[1].letter = 'A',
            &["services certificates and moving share numbers of one letter"],
        ),
        (
            |r| {
                r.services[0].letter = 'P';
                r.services[1].letter = 'B';
            },
            &[
                "services certificates and moving: the letters P and B are mistaken for one another on a board or in a call",
            ],
        ),
        (
            |r| r.services[2].hours = Hours::daily(time(8, 30), time(8, 30)),
            &["service tax: closes at 08:30:00, not after it opens at 08:30:00"],
        ),
        (
            |r| r.day_starts = time(12, 0),
            &[
                "service certificates: the business day begins at 12:00:00, while it is open",
                "service moving: the business day begins at 12:00:00, while it is open",
                "service tax: the business day begins at 12:00:00, while it is open",
            ],
        ),
        (
            |r| r.services[1].id = service("tax"),
            &[
                "service tax is defined twice",
                "counter 1: there is no service moving",
                "counter 2: there is no service moving",
            ],
        ),
        (
            |r| r.counters[1].id = counter("1"),
            &["counter 1 is defined twice"],
        ),
        (
            |r| r.counters[2].services.clear(),
            &["counter 3 calls no service"],
        ),
        (
            |r| {
                r.counters.remove(2);
                r.counters[0].services.pop();
            },
            &["service tax is called at no counter"],
        ),
        (
            |r| r.calling.override_after = TimeDelta::minutes(-1),
            &["calling: override_after must be between nothing and a day"],
        ),
        (
            |r| r.calling.calls_max = 0,
            &["calling: calls_max must be at least 1"],
        ),
    ];
    for (spoil, expected) in cases {
        let mut rules = rules();
        spoil(&mut rules);
        let mistakes: Vec<_> = rules
            .check()
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(mistakes, expected);
    }
}

#[test]
fn an_office_without_services_is_none() {
    let mut rules = rules();
    rules.services.clear();
    rules.counters.clear();
    assert_eq!(rules.check(), Err(vec![RuleMistake::NoService]));
}

#[test]
fn two_services_may_share_a_letter_with_numbers_apart() {
    let mut rules = rules();
    rules.services[1].letter = 'A';
    rules.services[0].last = 500;
    (rules.services[1].first, rules.services[1].last) = (501, 800);
    assert_eq!(rules.check(), Ok(()));
}

#[test]
fn names_are_checked_where_they_are_read() {
    assert!(ServiceId::parse("certificates-2_a").is_ok());
    for wrong in ["", "a b", "窓口", &"a".repeat(33)] {
        assert!(ServiceId::parse(wrong).is_err(), "{wrong}");
        assert!(CounterId::parse(wrong).is_err(), "{wrong}");
    }
    assert!(Name::parse("入口の発券機").is_ok());
    for wrong in ["", "a\nb", &"あ".repeat(65)] {
        assert!(Name::parse(wrong).is_err(), "{wrong:?}");
    }
    assert!(AppointmentNumber::parse("A7K2-93QF").is_ok());
    for wrong in ["", "A7K2 93QF", "予約"] {
        assert!(AppointmentNumber::parse(wrong).is_err(), "{wrong}");
    }
    assert!(LanguageTag::parse("zh-Hans").is_ok());
    assert!(LanguageTag::parse("j").is_err());
    assert!("not-a-uuid".parse::<TicketId>().is_err());
}

#[test]
fn a_ticket_number_reads_as_it_is_written() {
    for text in ["A-001", "B-999", "Z-9999"] {
        assert_eq!(text.parse::<TicketNumber>().unwrap().to_string(), text);
    }
    for wrong in [
        "", "A001", "A-01", "A-000", "I-001", "AB-001", "A-00x", "a-001", "A-10000",
    ] {
        assert!(wrong.parse::<TicketNumber>().is_err(), "{wrong}");
    }
}
