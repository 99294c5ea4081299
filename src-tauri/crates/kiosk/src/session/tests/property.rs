//! Whatever happens in whatever order: nothing panics, one confirmation has one key, and a wiped
//! session shows nothing of anybody.

use card::{
    Document,
    session::{Kind, ReaderState, Report, Trouble},
};
use proptest::prelude::*;
use uuid::Uuid;
use wire::{
    Code,
    kiosk::{KioskInput, Screen},
};

use super::stage::{
    ADDRESS, BIRTH, BY_NUMBER, NAME, Stage, USE_CARD, birth, booking, card_number, expiry,
    four_items, here, issued, licence_items, looked, residence_items, snapshot, stocks,
};
use crate::{
    reserve::NoNumber,
    session::{Effect, Event, Outcome},
};

const TYPED: &str = "手書の秘密";
/// A residence card's.
const NUMBER: &str = "QX72613985ZV";

/// Kinds of what the hub, and the disk, may tell.
const HUB: u8 = 13;

/// One thing that may happen; `Event` itself holds a person's data and can be neither printed nor cloned.
#[derive(Debug, Clone)]
enum Happening {
    Tap(u8),
    Answer(u8),
    Card(u8),
    Printer(u8),
    Hub(u8),
    Seconds(i64),
    /// The way a visitor normally goes, so that the far screens are reached, too.
    ToConfirm,
    ToPrinting,
    ToReading(u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => any::<u8>().prop_map(Happening::Tap),
        4 => any::<u8>().prop_map(Happening::Answer),
        4 => any::<u8>().prop_map(Happening::Card),
        2 => any::<u8>().prop_map(Happening::Printer),
        4 => any::<u8>().prop_map(Happening::Hub),
        2 => (0i64..100).prop_map(Happening::Seconds),
        1 => Just(Happening::ToConfirm),
        1 => Just(Happening::ToPrinting),
        2 => any::<u8>().prop_map(Happening::ToReading),
    ]
}

fn tap(which: u8) -> KioskInput {
    let field = || "kind".to_owned();
    match which % 31 {
        0 => KioskInput::Start,
        1 => KioskInput::Language { tag: "en".into() },
        2 => KioskInput::Entry {
            id: "papers".into(),
        },
        3 => KioskInput::Entry {
            id: "moving".into(),
        },
        4 => KioskInput::Entry {
            id: "booked".into(),
        },
        5 | 6 => KioskInput::Procedure {
            id: "residence".into(),
        },
        7 => USE_CARD,
        26 => BY_NUMBER,
        27 => birth(BIRTH),
        29 => expiry([2035, 2020, 2099][usize::from(which) % 3]),
        28 => card_number(if which.is_multiple_of(2) {
            NUMBER
        } else {
            "AA"
        }),
        8 => KioskInput::TypeByHand,
        9 => KioskInput::CallStaff,
        10 => KioskInput::Key { digit: which / 31 },
        11 => KioskInput::Erase,
        12 => KioskInput::Enter,
        13 => KioskInput::Retry,
        14 => KioskInput::Accept,
        15 => KioskInput::Edit { field: field() },
        16 => KioskInput::BookingNumber {
            number: "A7K2-93QF".into(),
        },
        17 | 18 => KioskInput::Confirm,
        19 => KioskInput::Back,
        20 => KioskInput::Cancel,
        21 => KioskInput::MoreTime,
        23 => KioskInput::Considerate {
            yes: which.is_multiple_of(2),
        },
        24 => KioskInput::Service {
            id: "moving".into(),
        },
        25 => KioskInput::Entry {
            id: "bereaved".into(),
        },
        22 => KioskInput::SlipCameOut {
            yes: which.is_multiple_of(2),
        },
        _ => KioskInput::Finish,
    }
}

fn answer(which: u8) -> KioskInput {
    let (field, value) = match which % 8 {
        0 => ("name", TYPED),
        1 => ("address", TYPED),
        2 => ("birth", "1990-01-02"),
        3 => ("sex", "male"),
        4 => ("kind", "part"),
        5 => ("members", TYPED),
        6 => ("copies", "2"),
        _ => ("use", ""),
    };
    KioskInput::Answer {
        field: field.into(),
        value: value.into(),
    }
}

fn document(which: u8) -> Document {
    match which % 4 {
        0 | 1 => Document::MyNumber,
        2 => Document::DriversLicence,
        _ => Document::ResidenceCard,
    }
}

fn card(which: u8) -> Report {
    let more = which / 14;
    match which % 14 {
        0 => Report::Reader(ReaderState::Absent),
        1 => Report::Reader(ReaderState::Empty),
        2 | 3 => Report::Reader(ReaderState::Card),
        4 | 5 => looked(document(more), (!more.is_multiple_of(3)).then_some(more)),
        6 | 7 => Report::Length(more / 3),
        8 => Report::Wrong {
            tries_left: (more < 16).then_some(more / 4),
        },
        9 => four_items(),
        10 => licence_items(),
        11 => residence_items((more > 9).then_some(ADDRESS)),
        _ => Report::Trouble(match more % 8 {
            0 => Trouble::Silent,
            1 => Trouble::Pulled,
            2 => Trouble::Locked {
                document: document(which),
            },
            3 => Trouble::FewTriesLeft {
                document: document(which / 4),
                left: 1,
            },
            4 => Trouble::AnotherCard(Kind::TransitCard),
            5 => Trouble::NoCard,
            6 => Trouble::Expired {
                document: document(which / 4),
            },
            _ => Trouble::Unreadable,
        }),
    }
}

/// The way of each document to what is read, or nearly so.
fn to_reading(stage: &mut Stage, which: u8) -> &mut Stage {
    match which % 3 {
        0 => stage.up_to_keypad().type_pin(),
        1 => stage
            .put_with_number_b()
            .report(looked(document(which), Some(9))),
        _ => stage
            .put()
            .report(looked(Document::ResidenceCard, None))
            .tap(card_number(NUMBER))
            .report(looked(document(which), None)),
    }
}

fn hub(stage: &Stage, which: u8) -> Event {
    let key = stage
        .attempts()
        .last()
        .map_or(Uuid::nil(), |attempt| attempt.0);
    let number = "A7K293QF".to_owned();
    match which % HUB {
        9 => Event::Stocks(stocks()),
        10 | 11 => Event::IssuedHere {
            key: stage.wishes().last().map_or(Uuid::nil(), |wish| wish.0),
            outcome: match which % HUB {
                10 => Ok(here(u128::from(which))),
                _ => Err(NoNumber::UsedUp),
            },
        },
        12 => Event::LookedUp {
            number,
            outcome: Outcome::Away,
        },
        0 | 1 => Event::Issued {
            key,
            outcome: Outcome::Done(issued()),
        },
        2 => Event::Issued {
            key,
            outcome: Outcome::Refused(Code::ServiceClosed),
        },
        3 | 4 => Event::Issued {
            key,
            outcome: Outcome::Away,
        },
        5 => Event::Online(which.is_multiple_of(2)),
        6 => Event::Live(Box::new(snapshot(&["moving"], which.is_multiple_of(2)))),
        7 => Event::StaffCalled {
            delivered: which.is_multiple_of(2),
        },
        _ => Event::LookedUp {
            number,
            outcome: Outcome::Done(booking()),
        },
    }
}

fn printer(stage: &Stage, which: u8) -> slip::printer::Report {
    use slip::printer::{Failure, Report};
    let job = stage.done.iter().rev().find_map(|effect| match effect {
        Effect::Print { job, .. } => Some(*job),
        _ => None,
    });
    let job = job.unwrap_or(slip::JobId::from_counter(0));
    match which % 3 {
        0 => Report::Printed(job),
        1 => Report::Unknown(job),
        _ => Report::Failed(job, Failure::Busy),
    }
}

fn happen(stage: &mut Stage, happening: &Happening) {
    match happening {
        Happening::Tap(which) => stage.tap(tap(*which)),
        Happening::Answer(which) => stage.tap(answer(*which)),
        Happening::Card(which) => stage.report(card(*which)),
        Happening::Printer(which) => stage.printer(printer(stage, *which)),
        Happening::Hub(which) => stage.event(hub(stage, *which)),
        Happening::Seconds(seconds) => stage.wait(*seconds),
        Happening::ToConfirm => stage.up_to_confirm(),
        Happening::ToPrinting => stage.up_to_confirm().tap(KioskInput::Confirm),
        Happening::ToReading(which) => to_reading(stage, *which),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_happens(happenings in proptest::collection::vec(happening(), 1..80)) {
        let mut stage = Stage::new();
        // The key of a confirmation that the hub has not settled (0 to 2: issued or refused).
        let mut open: Option<Uuid> = None;
        for step in &happenings {
            let before = stage.attempts().len();
            let outcome = if let Happening::Hub(which) = step { which % HUB } else { HUB };
            if outcome <= 2 || outcome == 10 {
                open = None;
            }
            happen(&mut stage, step);
            let view = stage.view();
            prop_assert!(!stage.visible().contains(NUMBER), "a card's number on {}", stage.at());
            for (key, _) in stage.attempts().into_iter().skip(before) {
                prop_assert!(open.is_none_or(|open| open == key), "a second key for one confirmation");
                open = Some(key);
            }
            // The visitor has gone, and with them their confirmation.
            if stage.at() == "idle" {
                open = None;
            }
            if matches!(view.screen, wire::kiosk::Screen::Idle { .. } | wire::kiosk::Screen::Done { .. } | wire::kiosk::Screen::Printing { .. }) {
                let visible = stage.visible();
                for canary in [NAME, ADDRESS, TYPED, BIRTH] {
                    prop_assert!(!visible.contains(canary), "a person's data on {}", stage.at());
                }
            }
            // After a tick no deadline lies behind, or the loop would spin.
            stage.event(Event::Tick);
            let deadline = stage.session.next_deadline(stage.now);
            prop_assert!(deadline.is_none_or(|at| at > stage.now));
        }
        // Long silence: whoever it was is gone, and so is everything they told.
        stage.wait(10_000);
        stage.wait(10_000);
        prop_assert_eq!(stage.at(), "idle");
        let visible = stage.visible();
        for canary in [NAME, ADDRESS, TYPED, BIRTH, "A7K2-93QF", "A-001", "A-981"] {
            prop_assert!(!visible.contains(canary));
        }
        prop_assert_eq!(stage.session.next_deadline(stage.now), None);
    }

    /// What is presented to cards: never more often than a citizen confirmed, never to another kind of card,
    /// and after whatever went wrong not without a new confirmation.
    #[test]
    fn nothing_is_presented_to_a_card_unasked(happenings in proptest::collection::vec(happening(), 1..120)) {
        let mut stage = Stage::new();
        let mut confirmed = false;
        let mut lying: Option<Document> = None;
        for step in &happenings {
            // `happen` may be several events; each is looked at by itself through the record.
            let before = stage.done.len();
            let entered_before = stage.enters();
            let pressed = matches!(step, Happening::ToReading(_) | Happening::ToConfirm | Happening::ToPrinting)
                || matches!(step, Happening::Tap(which) if matches!(tap(*which), KioskInput::Enter | KioskInput::CardNumber { .. }));
            if let Happening::Card(which) = step
                && let Report::Looked { document, .. } = card(*which)
            {
                lying = Some(document);
            }
            happen(&mut stage, step);
            confirmed |= pressed;
            let entered = stage.enters() - entered_before;
            prop_assert!(entered <= 1, "one step, two presentations");
            prop_assert!(entered == 0 || confirmed, "unasked");
            let names = names_of(&stage, before);
            if !pressed && names.contains(&"enter number b") {
                prop_assert_eq!(lying, Some(Document::MyNumber));
            }
            if !pressed && names.contains(&"enter card number") {
                prop_assert_eq!(lying, Some(Document::ResidenceCard));
            }
            // Spent, or forgotten: either way the next needs a press of its own.
            if entered == 1 || names.contains(&"forget") {
                confirmed = false;
            }
            if stage.at() == "idle" {
                confirmed = false;
            }
        }
    }

    /// A fault at any moment leaves answers as they were: all of a reading or nothing.
    #[test]
    fn a_fault_never_leaves_half_an_answer(which in any::<u8>(), fault in any::<u8>()) {
        let mut stage = Stage::new();
        to_reading(&mut stage, which);
        let fault = 12 + 14 * (fault % 18);
        stage.report(card(fault));
        let reviewed = matches!(stage.screen(), Screen::Review { .. });
        prop_assert!(!reviewed);
        stage.tap(KioskInput::TypeByHand);
        if stage.at() == "question name" {
            prop_assert_eq!(stage.view().remaining, Some(7));
        }
        // And the next citizen is served.
        stage.tap(KioskInput::Cancel).reader(ReaderState::Empty).up_to_review();
        prop_assert_eq!(stage.at(), "review");
    }
}

fn names_of(stage: &Stage, before: usize) -> Vec<&'static str> {
    let earlier = stage.done.iter().take(before);
    let requests = earlier.filter(|it| matches!(it, Effect::Card(_))).count();
    stage.requests_after(requests)
}
