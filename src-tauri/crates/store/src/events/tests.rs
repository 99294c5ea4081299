//! Every kind of event comes back as it was written, and the chain over them holds.

use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, strategy::ValueTree as _};
use queue::*;
use rusqlite::Connection;
use uuid::Uuid;

use super::*;
use crate::{
    chain, migrate,
    words::{Text, Word},
};

fn text<T: Text + std::fmt::Debug>(pattern: &'static str) -> impl Strategy<Value = T> {
    pattern.prop_filter_map("a text that is no such thing", |text| {
        T::parse_text(&text).ok()
    })
}

fn name() -> impl Strategy<Value = Name> {
    text("[a-z入口窓1-9 ]{1,12}")
}

fn service() -> impl Strategy<Value = ServiceId> {
    text("[a-zA-Z0-9_-]{1,32}")
}

fn counter() -> impl Strategy<Value = CounterId> {
    text("[a-zA-Z0-9_-]{1,32}")
}

fn note() -> impl Strategy<Value = Note> {
    text("[ぁ-ん漢字a-z ]{1,40}")
}

fn number() -> impl Strategy<Value = TicketNumber> {
    let letters = prop::sample::select("ABCDEFGHJKLMNPRSTUVWXYZ".chars().collect::<Vec<_>>());
    (letters, 1..=9999_u16).prop_filter_map("no number", |(letter, ordinal)| {
        TicketNumber::new(letter, ordinal)
    })
}

fn ticket() -> impl Strategy<Value = TicketId> {
    any::<u128>().prop_map(|bits| TicketId(Uuid::from_u128(bits)))
}

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_000_000_000_000_i64..250_000_000_000_000)
        .prop_filter_map("no instant", DateTime::from_timestamp_millis)
}

fn day() -> impl Strategy<Value = BusinessDay> {
    (2000..2999_i32, 1..=366_u32).prop_filter_map("no day", |(year, ordinal)| {
        chrono::NaiveDate::from_yo_opt(year, ordinal).map(BusinessDay::on)
    })
}

fn word<T: Word + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0..T::ALL.len()).prop_map(|place| T::ALL[place].0)
}

fn shares() -> impl Strategy<Value = Vec<Share>> {
    let share = (service(), 10..=1000_u16).prop_filter_map("no weight", |(service, percent)| {
        Weight::new(percent).map(|weight| Share { service, weight })
    });
    let even = service().prop_map(|service| Share {
        service,
        weight: Weight::EVEN,
    });
    prop_oneof![vec(share, 0..4), vec(even, 0..4)]
}

fn issued() -> impl Strategy<Value = EventKind> {
    let booked = (
        text("[A-Z0-9-]{1,64}"),
        instant(),
        instant(),
        word::<Punctuality>(),
    );
    let booked =
        booked.prop_map(|(number, start, end, kept)| (Appointment { number, start, end }, kept));
    let whom = (ticket(), number(), service(), option::of(booked));
    let how = (
        text("[a-zA-Z-]{2,35}"),
        word::<SlipState>(),
        vec(service(), 0..4),
        instant(),
    );
    let marks = any::<[bool; 4]>();
    (whom, how, marks).prop_map(
        |((ticket, number, service, appointment), (language, slip, then, arrived_at), marks)| {
            let [has_case, considerate, leased, after_hours] = marks;
            EventKind::Issued {
                ticket,
                number,
                service,
                appointment,
                language,
                has_case,
                slip,
                then,
                considerate,
                arrived_at,
                leased,
                after_hours,
            }
        },
    )
}

fn of_numbers_and_counters() -> impl Strategy<Value = EventKind> {
    let lease = (name(), day(), service(), number(), number());
    prop_oneof![
        day().prop_map(|day| EventKind::DayStarted { day }),
        lease.prop_map(|(kiosk, day, service, first, last)| EventKind::Leased {
            kiosk,
            day,
            service,
            first,
            last
        }),
        (service(), number())
            .prop_map(|(service, last)| EventKind::NumbersSkipped { service, last }),
        (counter(), name(), shares()).prop_map(|(counter, clerk, services)| {
            EventKind::CounterOpened {
                counter,
                clerk,
                services,
            }
        }),
        (counter(), name())
            .prop_map(|(counter, clerk)| EventKind::CounterTakenOver { counter, clerk }),
        (counter(), shares())
            .prop_map(|(counter, services)| EventKind::CounterAssigned { counter, services }),
        counter().prop_map(|counter| EventKind::CounterPaused { counter }),
        counter().prop_map(|counter| EventKind::CounterResumed { counter }),
        counter().prop_map(|counter| EventKind::CounterClosed { counter }),
    ]
}

fn at_counter() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        (ticket(), counter(), word()).prop_map(|(ticket, counter, reason)| EventKind::Called {
            ticket,
            counter,
            reason
        }),
        (ticket(), counter()).prop_map(|(ticket, counter)| EventKind::Recalled { ticket, counter }),
        (ticket(), counter())
            .prop_map(|(ticket, counter)| EventKind::ServiceStarted { ticket, counter }),
        (ticket(), counter(), option::of(service())).prop_map(|(ticket, counter, next)| {
            EventKind::Finished {
                ticket,
                counter,
                next,
            }
        }),
        (ticket(), counter()).prop_map(|(ticket, counter)| EventKind::NoShow { ticket, counter }),
    ]
}

fn of_ticket() -> impl Strategy<Value = EventKind> {
    let to = prop_oneof![
        service().prop_map(Destination::Service),
        counter().prop_map(Destination::Counter),
        name().prop_map(Destination::Clerk),
    ];
    prop_oneof![
        (ticket(), word()).prop_map(|(ticket, slip)| EventKind::SlipReported { ticket, slip }),
        (ticket(), option::of(counter()), word()).prop_map(|(ticket, counter, reason)| {
            EventKind::Held {
                ticket,
                counter,
                reason,
            }
        }),
        (ticket(), word()).prop_map(|(ticket, place)| EventKind::Restored { ticket, place }),
        (ticket(), option::of(counter()), to, option::of(note())).prop_map(
            |(ticket, counter, to, note)| EventKind::Transferred {
                ticket,
                counter,
                to,
                note
            }
        ),
        (ticket(), vec(service(), 0..4))
            .prop_map(|(ticket, then)| EventKind::Planned { ticket, then }),
        (ticket(), any::<bool>()).prop_map(|(ticket, considerate)| EventKind::Prioritised {
            ticket,
            considerate
        }),
        (ticket(), word()).prop_map(|(ticket, reason)| EventKind::Cancelled { ticket, reason }),
        (option::of(counter()), ticket(), word()).prop_map(|(counter, ticket, deed)| {
            EventKind::Undone {
                counter,
                ticket,
                deed,
            }
        }),
    ]
}

fn of_office() -> impl Strategy<Value = EventKind> {
    let notice = (note(), option::of(note())).prop_map(|(ja, en)| Notice { ja, en });
    prop_oneof![
        option::of(any::<u16>()).prop_map(|count| EventKind::StaffDeclared { count }),
        option::of(notice).prop_map(|notice| EventKind::Announced { notice }),
        name().prop_map(|place| EventKind::AlarmRaised { place }),
        name().prop_map(|place| EventKind::AlarmCleared { place }),
        name().prop_map(|kiosk| EventKind::HelpAsked { kiosk }),
        name().prop_map(|kiosk| EventKind::HelpAnswered { kiosk }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        2 => issued(),
        3 => of_numbers_and_counters(),
        2 => at_counter(),
        3 => of_ticket(),
        2 => of_office(),
    ];
    let actor = prop_oneof![
        name().prop_map(Actor::Kiosk),
        name().prop_map(Actor::Clerk),
        Just(Actor::Hub),
    ];
    (instant(), actor, kind).prop_map(|(at, actor, kind)| Event { at, actor, kind })
}

fn database() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    migrate::migrate(&db).unwrap();
    db
}

fn store(db: &Connection, events: &[Event]) {
    let mut head = chain::head(db).unwrap();
    let today: BusinessDay = "2026-11-24".parse().unwrap();
    for event in events {
        let day = if let EventKind::DayStarted { day } = event.kind {
            day
        } else {
            today
        };
        head = append(db, head, event, day, "10.0.0.7").unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_event_comes_back_as_it_was(events in vec(event(), 1..40)) {
        let db = database();
        store(&db, &events);
        let read: Vec<Event> =
            after(&db, 0, usize::MAX).unwrap().into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(&read, &events);
        let report = chain::verify(&db, None).unwrap();
        prop_assert_eq!(report.rows, events.len() as u64);
    }
}

#[test]
fn the_events_that_are_tried_are_of_every_kind() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let events = vec(event(), 2_000).new_tree(&mut runner).unwrap().current();
    let kinds: std::collections::BTreeSet<_> = events
        .iter()
        .map(|event| codec::write(&event.kind).unwrap().0)
        .collect();
    assert_eq!(
        kinds.len(),
        29,
        "a new kind of event belongs into these tests: {kinds:?}"
    );
}

#[test]
fn what_older_programs_wrote_is_read() {
    let db = database();
    let old = |kind: &str, body: &str, more: &str| {
        let head = chain::head(&db).unwrap();
        db.execute_batch(&format!(
            "INSERT INTO events (seq, at, day, actor_kind, actor, place, kind, ticket, counter, service, number, body, hash)
             VALUES ({}, 5000, '2026-11-24', 'clerk', 'sato', '', '{kind}', zeroblob(16), {more}, x'{body}', zeroblob(32))",
            head.next().unwrap()
        ))
        .unwrap();
        after(&db, head.seq, 1).unwrap().remove(0).1.kind
    };
    let id = TicketId(Uuid::nil());
    // {0: "ja", 5: false, 6: "none"}
    let EventKind::Issued {
        then,
        arrived_at,
        leased,
        considerate,
        after_hours,
        ..
    } = old(
        "issued",
        "a300626a6105f406646e6f6e65",
        "NULL, 'moving', 'A-001'",
    )
    else {
        panic!("no issue");
    };
    assert!(then.is_empty() && !leased && !considerate && !after_hours);
    assert_eq!(arrived_at.timestamp_millis(), 5000);
    assert_eq!(
        old("restored", "a0", "NULL, NULL, NULL"),
        EventKind::Restored {
            ticket: id,
            place: Place::Kept
        }
    );
    assert_eq!(
        old("cancelled", "a0", "NULL, NULL, NULL"),
        EventKind::Cancelled {
            ticket: id,
            reason: CancelReason::Other
        }
    );
    // {7: "sato", 8: ["moving"]}
    let opened = old(
        "counter_opened",
        "a207647361746f0881666d6f76696e67",
        "'1', NULL, NULL",
    );
    let EventKind::CounterOpened { services, .. } = opened else {
        panic!("no counter");
    };
    assert_eq!(services[0].weight, Weight::EVEN);
}
