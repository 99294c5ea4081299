//! 「スマホで書いてきた」: held up, opened by the hub, looked over, and then a form like any other.

use uuid::Uuid;
use wire::{
    Code,
    case::{Answer, FormDraft, Provenance},
    kiosk::{KioskInput, PhoneFormView, Screen},
    office::{Live, Opening},
    prefill::{PREFILL_CHARS_MAX, Prefilled},
};

use super::stage::{NAME, Stage, issued, service_now, stocks};
use crate::session::{Effect, Entry, Event, Opened, Outcome, Target};

const CODE: &str = "UKT13F9A0C12SECRET";
const RESIDENCE: [(&str, &str); 7] = [
    ("name", NAME),
    ("address", "金糸雀市東桜町3番5号"),
    ("birth", "1980-02-17"),
    ("sex", "female"),
    // Before the answer that its condition asks about.
    ("members", "金糸雀　太郎"),
    ("kind", "part"),
    ("copies", "2"),
];

fn prefilled(procedure: &str, answers: &[(&str, &str)]) -> Prefilled {
    let answers = answers.iter().map(|(field, value)| Answer {
        field: (*field).to_owned(),
        value: (*value).to_owned(),
        provenance: Provenance::Typed,
        of_card: None,
    });
    Prefilled {
        form: FormDraft {
            procedure: procedure.to_owned(),
            answers: answers.collect(),
            unfinished: false,
        },
        made_at: 0,
        changed: false,
        again: Vec::new(),
    }
}

/// Everything that a certificate of residence asks.
fn residence() -> Prefilled {
    let all: Vec<(&str, &str)> = RESIDENCE.into_iter().chain([("use", "")]).collect();
    prefilled("residence", &all)
}

impl Stage {
    fn with_phone() -> Self {
        let mut stage = Self::with_errands();
        let tile = Entry {
            target: Target::Phone,
            ..stage.session.setup.entries[1].clone()
        };
        stage.session.setup.entries.push(Entry {
            view: wire::kiosk::EntryView {
                id: "phone".to_owned(),
                ..tile.view
            },
            target: tile.target,
        });
        stage.entry("phone");
        stage
    }

    fn scan(&mut self, text: &str) -> &mut Self {
        self.tap(KioskInput::PhoneCode {
            text: text.to_owned(),
        })
    }

    fn scans(&self) -> Vec<(Uuid, String)> {
        let scans = self.done.iter().filter_map(|effect| match effect {
            Effect::OpenPhone { scan, text } => Some((*scan, text.to_string())),
            _ => None,
        });
        scans.collect()
    }

    /// The hub's answer to the newest scan.
    fn opened(&mut self, outcome: Outcome<Prefilled>) -> &mut Self {
        let scan = self.scans().last().unwrap().0;
        let outcome = outcome.map(Opened::new);
        self.event(Event::PhoneOpened { scan, outcome })
    }

    fn read(&mut self, prefilled: Prefilled) -> &mut Self {
        self.scan(CODE).opened(Outcome::Done(prefilled))
    }

    /// What stands on the page of the scanner.
    fn held_up(&self) -> (Vec<PhoneFormView>, bool, Option<String>) {
        match self.screen() {
            Screen::Phone {
                read,
                opening,
                refusal,
            } => (read, opening, refusal),
            _ => panic!("{}", self.at()),
        }
    }
}

#[test]
fn a_form_that_was_written_at_home_is_looked_over_and_confirmed() {
    let mut stage = Stage::with_phone();
    assert_eq!(stage.at(), "phone");
    stage.scan(CODE);
    assert!(stage.held_up().1, "the hub opens it");
    assert_eq!(stage.scans()[0].1, CODE);
    stage.opened(Outcome::Done(residence()));
    let (read, opening, refusal) = stage.held_up();
    assert_eq!((read.len(), opening, refusal), (1, false, None));
    assert_eq!((read[0].procedure.as_str(), read[0].open), ("residence", 0));
    assert!(!stage.visible().contains(NAME), "only its name, so far");
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "confirm");
    assert!(stage.visible().contains(NAME));
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert!(case.card.is_none() && !case.forms[0].unfinished);
    let said = |field: &str| {
        let answers = &case.forms[0].answers;
        answers.iter().find(|it| it.field == field).unwrap()
    };
    assert_eq!(said("name").value, NAME);
    assert_eq!(said("members").value, "金糸雀　太郎");
    assert_eq!(said("name").provenance, Provenance::Typed);
}

#[test]
fn what_was_scanned_is_seen_nowhere_and_kept_nowhere() {
    let mut stage = Stage::with_phone();
    stage.scan(CODE);
    assert!(!stage.visible().contains("SECRET"));
    stage.opened(Outcome::Away);
    assert_eq!(stage.at(), "phone_away");
    stage.tap(KioskInput::Retry);
    assert_eq!(stage.at(), "phone");
    assert_eq!(stage.scans().len(), 1, "it has to be held up again");
}

#[test]
fn only_one_code_is_opened_at_a_time_and_an_empty_line_is_none() {
    let mut stage = Stage::with_phone();
    stage.scan("").scan(" \r\n");
    assert_eq!(stage.scans().len(), 0);
    stage.scan(CODE).scan(CODE);
    assert_eq!(stage.scans().len(), 1);
}

#[test]
fn a_text_that_is_too_long_to_be_a_code_does_not_go_to_the_hub() {
    let mut stage = Stage::with_phone();
    stage.scan(&"Ａ".repeat(PREFILL_CHARS_MAX));
    assert_eq!(stage.scans().len(), 1, "full width is no reason");
    stage.opened(Outcome::Refused(Code::PrefillNotOurs));
    stage.scan(&"Ａ".repeat(PREFILL_CHARS_MAX + 1));
    assert_eq!(stage.scans().len(), 1);
    assert_eq!(stage.held_up().2.unwrap(), "prefill_not_ours");
}

#[test]
fn each_refusal_is_said_and_the_next_code_is_read_or_the_form_filled_in_here() {
    let codes = [
        (Code::PrefillNotOurs, "prefill_not_ours"),
        (Code::PrefillDamaged, "prefill_damaged"),
        (Code::PrefillKeyUnknown, "prefill_key_unknown"),
        (Code::PrefillTooOld, "prefill_too_old"),
        (Code::PrefillProcedureGone, "prefill_procedure_gone"),
    ];
    let mut stage = Stage::with_phone();
    for (code, said) in codes {
        stage.scan(CODE).opened(Outcome::Refused(code));
        assert_eq!(stage.held_up().2.as_deref(), Some(said));
    }
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "phone", "nothing was read");
    stage.tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "procedures");
    stage.procedure("residence");
    assert_eq!(stage.at(), "means");
    stage.tap(KioskInput::Back).tap(KioskInput::Back);
    assert_eq!(stage.at(), "phone");
}

#[test]
fn a_procedure_that_this_kiosk_does_not_have_or_that_is_closed_is_told() {
    let mut stage = Stage::with_phone();
    stage.read(prefilled("gone", &[]));
    assert_eq!(stage.held_up().2.unwrap(), "prefill_procedure_gone");
    let closed = Live::Waits {
        at: 0,
        services: vec![service_now("certificates", Opening::Closed, None)],
    };
    stage.event(Event::Live(Box::new(closed)));
    stage.read(residence());
    assert_eq!(stage.held_up().2.unwrap(), "service_closed");
    assert!(stage.held_up().0.is_empty());
}

#[test]
fn what_the_form_does_not_take_any_more_is_named_and_asked() {
    let mut stage = Stage::with_phone();
    let mut old = prefilled("residence", &RESIDENCE[..6]);
    old.changed = true;
    old.again = vec!["copies".to_owned(), "use".to_owned()];
    stage.read(old);
    let (read, ..) = stage.held_up();
    assert!(read[0].changed);
    assert_eq!((read[0].again.len(), read[0].open), (2, 2));
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "question copies");
    assert_eq!(stage.view().remaining, Some(2));
    stage.answer("copies", "3").answer("use", "");
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn what_is_asked_again_is_asked_although_something_stands_there() {
    let mut stage = Stage::with_phone();
    let mut older = residence();
    older.again = vec!["copies".to_owned()];
    stage.read(older);
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "question copies");
    stage.answer("copies", "1");
    assert_eq!(stage.at(), "confirm", "asked once");
}

#[test]
fn several_codes_are_several_forms_and_each_says_what_its_own_code_says() {
    let mut stage = Stage::with_phone();
    let seal = [
        ("who", "金糸雀　太郎"),
        ("lives", "別の町1"),
        ("copies", "1"),
    ];
    stage.read(residence()).read(prefilled("seal", &seal));
    assert_eq!(stage.held_up().0.len(), 2);
    stage.tap(KioskInput::Accept);
    let Screen::Papers { forms, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((forms[0].open, forms[1].open), (0, 0));
    assert!(forms[1].rows.iter().all(|row| row.value != NAME));
    stage.tap(KioskInput::Confirm);
    assert_eq!(stage.last_body().case.unwrap().forms.len(), 2);
}

#[test]
fn what_a_code_does_not_carry_is_asked_and_never_taken_from_another_persons() {
    let mut stage = Stage::with_phone();
    stage
        .read(residence())
        .read(prefilled("seal", &[("copies", "1")]))
        .tap(KioskInput::Accept);
    assert_eq!(stage.at(), "question who");
    assert!(!stage.visible().contains(NAME));
}

#[test]
fn a_second_code_of_one_procedure_replaces_nothing() {
    let mut stage = Stage::with_phone();
    stage.read(residence()).read(residence());
    assert_eq!(stage.held_up().2, None, "the same code held up twice");
    let wife: Vec<(&str, &str)> = (RESIDENCE.into_iter())
        .map(|(field, value)| {
            (
                field,
                if field == "name" {
                    "金糸雀　月子"
                } else {
                    value
                },
            )
        })
        .collect();
    stage.read(prefilled("residence", &wife));
    let (read, _, refusal) = stage.held_up();
    assert_eq!(refusal.as_deref(), Some("refusal.phone_same"));
    assert_eq!(read.len(), 1);
    stage.tap(KioskInput::Accept).tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert_eq!(case.forms[0].answers[0].value, NAME);
}

#[test]
fn back_leads_to_the_scanner_and_loses_nothing() {
    let mut stage = Stage::with_phone();
    stage.read(residence()).tap(KioskInput::Accept);
    stage.tap(KioskInput::Back);
    assert_eq!(stage.held_up().0.len(), 1);
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
    stage.entry("phone").tap(KioskInput::Accept);
    assert_eq!(stage.held_up().0.len(), 1);
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn a_form_of_another_errand_does_not_go_along() {
    let mut stage = Stage::with_phone();
    stage.tap(KioskInput::Cancel).up_to_confirm();
    stage.tap(KioskInput::Back);
    while stage.at() != "idle" {
        stage.tap(KioskInput::Back);
    }
    stage
        .entry("phone")
        .tap(KioskInput::Accept)
        .read(prefilled("seal", &[("copies", "1")]));
    stage.tap(KioskInput::Accept);
    while stage.at() != "confirm" {
        let Screen::Question { field, .. } = stage.screen() else {
            panic!("{}", stage.at());
        };
        stage.answer(&field.id, "手書");
    }
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let ids: Vec<&str> = case.forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(ids, ["seal"]);
}

#[test]
fn without_the_hub_there_is_a_number_or_the_form_here() {
    let mut stage = Stage::with_phone();
    stage.event(Event::Stocks(stocks()));
    stage.scan(CODE).opened(Outcome::Away);
    let Screen::PhoneAway { services } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(services.len(), 3);
    stage.tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "procedures");
    stage.tap(KioskInput::Back).scan(CODE).opened(Outcome::Away);
    stage.tap(KioskInput::Service {
        id: "moving".to_owned(),
    });
    let body = stage.last_body();
    assert_eq!(body.service, "moving");
    assert!(body.case.is_none());
}

#[test]
fn what_was_read_is_not_left_when_the_next_code_cannot_be_opened() {
    let mut stage = Stage::with_phone();
    stage.read(residence()).scan(CODE).opened(Outcome::Away);
    let (read, _, refusal) = stage.held_up();
    assert_eq!(read.len(), 1);
    assert_eq!(refusal.unwrap(), "refusal.phone_away");
}

#[test]
fn an_answer_for_somebody_who_has_gone_reaches_nobody() {
    let mut stage = Stage::with_phone();
    stage.scan(CODE).tap(KioskInput::Cancel);
    stage.entry("phone");
    stage.opened(Outcome::Done(residence()));
    assert!(stage.held_up().0.is_empty());
    stage.scan(CODE).tap(KioskInput::Back);
    stage.opened(Outcome::Done(residence()));
    assert_eq!(stage.at(), "idle");
}

#[test]
fn whoever_walks_away_from_what_was_read_is_wiped() {
    let mut stage = Stage::with_phone();
    stage.read(residence()).wait(61);
    assert!(stage.view().wipe_at.is_some(), "the warning shows");
    stage.wait(31);
    assert_eq!(stage.at(), "idle");
    stage.entry("phone");
    assert!(stage.held_up().0.is_empty());
    stage.tap(KioskInput::CallStaff);
    assert_eq!(stage.at(), "staff_called");
    stage.scan(CODE);
    assert_eq!(
        stage.scans().len(),
        1,
        "the screen of the call hears no scanner"
    );
}

#[test]
fn what_was_half_typed_here_is_no_answer_to_what_was_written_there() {
    let mut stage = Stage::with_phone();
    stage
        .tap(KioskInput::Back)
        .up_to_means()
        .tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question name");
    stage.tap(KioskInput::Draft {
        field: "name".to_owned(),
        value: "金糸".to_owned(),
        another: false,
    });
    while stage.at() != "idle" {
        stage.tap(KioskInput::Back);
    }
    stage.entry("phone").tap(KioskInput::Accept);
    stage.read(prefilled("residence", &RESIDENCE[1..]));
    stage.tap(KioskInput::Accept);
    let Screen::Question { field, draft, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((field.id.as_str(), draft), ("name", None));
}

#[test]
fn a_second_code_of_another_counter_comes_to_a_number_with_its_stop() {
    let mut stage = Stage::with_phone();
    stage.read(prefilled("residence", &RESIDENCE[..4]));
    stage
        .tap(KioskInput::Accept)
        .tap(KioskInput::NumberFirst)
        .tap(KioskInput::Confirm);
    stage.hub_answers(Outcome::Done(issued()));
    stage.wait(10);
    stage.tap(KioskInput::GoOn).tap(KioskInput::Back);
    stage.read(prefilled("register", &[]));
    assert_eq!(stage.held_up().2, None);
    stage.tap(KioskInput::Accept).tap(KioskInput::HandOver);
    let body = stage.done.iter().rev().find_map(|effect| match effect {
        Effect::SupplyForms { body, .. } => Some(body.get().clone()),
        _ => None,
    });
    let body = body.unwrap();
    assert_eq!(body.taken_for, ["certificates"]);
    assert_eq!(body.case.forms.len(), 2);
    assert_eq!(body.services, ["certificates", "moving"]);
}
