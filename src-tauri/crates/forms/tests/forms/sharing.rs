//! One answer, many forms of the same visit.

use std::sync::Arc;

use forms::{
    Application, CardItem, Clause, Condition, Definition, Field, Keyboard, Kind, Meaning,
    Procedure, Provenance, Refusal, Shared, Spared, spared,
};

use crate::fixture::{birth, card, choice, definition, field, provenance, text, today, words};

/// A form about somebody who died: the person at the kiosk, the dead, and an account.
fn form(id: &str, own: &[(&str, Kind, &str)]) -> Application {
    let mut definition = Definition {
        id: id.to_owned(),
        name: text(id),
        fields: Vec::new(),
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        ..definition()
    };
    definition.fields.push(Field {
        prefill: Some(CardItem::Name),
        meaning: Some("applicant.name".into()),
        ..field("name", Kind::PersonName)
    });
    for (id, kind, meaning) in own {
        definition.fields.push(Field {
            meaning: Some((*meaning).into()),
            ..field(id, kind.clone())
        });
    }
    Application::new(Arc::new(Procedure::new(definition).unwrap()), today())
}

fn the_dead() -> (&'static str, Kind, &'static str) {
    ("dead", Kind::PersonName, "deceased.name")
}

fn their_home() -> (&'static str, Kind, &'static str) {
    ("home", Kind::Address, "deceased.address")
}

#[test]
fn what_one_form_asked_the_next_does_not_ask_again() {
    let mut first = form("sosaihi", &[the_dead(), their_home()]);
    first.prefill(&card());
    first.answer("dead", "\u{FA1B}山 一郎").unwrap();
    first.answer("home", "福山市港町１番").unwrap();
    let mut shared = Shared::default();
    shared.learn(&first);

    // Another form may call the field by another name; the meaning counts.
    let mut second = form(
        "kaigo",
        &[
            ("insured", Kind::PersonName, "deceased.name"),
            ("born", birth(), "deceased.birth"),
        ],
    );
    assert_eq!(second.adopt(&shared), 2);
    assert_eq!(words(&second, "name").as_deref(), Some("\u{FA1B}山　太郎"));
    assert_eq!(provenance(&second, "name"), Some(Provenance::Card));
    assert_eq!(
        words(&second, "insured").as_deref(),
        Some("\u{FA1B}山 一郎")
    );
    assert_eq!(provenance(&second, "insured"), Some(Provenance::Typed));
    assert_eq!(
        second.next_question().map(|it| it.id.as_str()),
        Some("born")
    );

    // One name of the card on two forms, and one that was typed once: three were not written.
    let spared = spared([&first, &second]);
    assert_eq!(
        spared,
        Spared {
            names: 3,
            addresses: 0
        }
    );
}

#[test]
fn an_answer_that_is_there_stays_and_one_that_does_not_fit_is_asked() {
    let line = Kind::Text {
        keyboard: Keyboard::Ja,
        min_chars: 0,
        max_chars: 5,
    };
    let mut first = form("a", &[the_dead(), their_home()]);
    first.answer("name", "福山 花子").unwrap();
    first.answer("dead", "福山 一郎").unwrap();
    first.answer("home", "福山市東桜町３番５号").unwrap();
    let mut shared = Shared::default();
    shared.learn(&first);
    let mut second = form("b", &[the_dead(), ("home", line, "deceased.address")]);
    second.answer("dead", "福山 次郎").unwrap();
    assert_eq!(second.adopt(&shared), 1);
    assert_eq!(words(&second, "name").as_deref(), Some("福山 花子"));
    assert_eq!(words(&second, "dead").as_deref(), Some("福山 次郎"));
    assert_eq!(
        second.next_question().map(|it| it.id.as_str()),
        Some("home")
    );
    // Adopting twice changes nothing.
    assert_eq!(second.adopt(&shared), 0);
}

#[test]
fn a_correction_in_a_later_form_counts_from_then_on() {
    let mut shared = Shared::default();
    let mut first = form("a", &[the_dead()]);
    first.prefill(&card());
    shared.learn(&first);
    let mut second = form("b", &[the_dead()]);
    second.adopt(&shared);
    second.answer("name", "福山 太郎").unwrap();
    assert_eq!(provenance(&second, "name"), Some(Provenance::CardEdited));
    second.answer("dead", "").unwrap_err();
    shared.learn(&second);
    let mut third = form("c", &[the_dead()]);
    third.adopt(&shared);
    assert_eq!(words(&third, "name").as_deref(), Some("福山 太郎"));
    assert_eq!(provenance(&third, "name"), Some(Provenance::CardEdited));
    // Back to what the card says.
    third.answer("name", "\u{FA1B}山　太郎").unwrap();
    assert_eq!(provenance(&third, "name"), Some(Provenance::Card));
}

#[test]
fn a_day_that_one_form_takes_and_another_cannot_is_asked_there() {
    let day = |not_after_today| Kind::Date {
        birth: false,
        not_after_today,
        not_before: None,
    };
    let mut leaving = form("out", &[("day", day(false), "move.day")]);
    leaving.answer("day", "2026-12-24").unwrap();
    let mut shared = Shared::default();
    shared.learn(&leaving);
    let mut arriving = form("in", &[("day", day(true), "move.day")]);
    assert_eq!(arriving.adopt(&shared), 0);
    assert_eq!(
        arriving.answer("day", "2026-12-24"),
        Err(Refusal::AfterToday)
    );
}

#[test]
fn what_the_card_says_on_a_form_that_nobody_looked_at_never_replaces_what_was_typed() {
    let lives = |prefill| Field {
        prefill,
        meaning: Some("applicant.address".into()),
        ..field("lives", Kind::Address)
    };
    let on = |prefill| {
        let definition = Definition {
            fields: vec![lives(prefill)],
            documents: Vec::new(),
            notes: Vec::new(),
            fees: Vec::new(),
            ..definition()
        };
        let procedure = Procedure::new(definition).unwrap();
        let mut form = Application::new(Arc::new(procedure), today());
        form.prefill(&card());
        form
    };
    // 転入届 asks for the new address; what the card says is the old one.
    let mut moving = on(None);
    moving.answer("lives", "福山市港町１番").unwrap();
    let (mut insurance, untouched) = (on(Some(CardItem::Address)), on(Some(CardItem::Address)));
    let mut shared = Shared::default();
    for form in [&moving, &insurance, &untouched] {
        shared.learn(form);
    }
    assert_eq!(insurance.adopt(&shared), 1);
    assert_eq!(
        words(&insurance, "lives").as_deref(),
        Some("福山市港町１番")
    );
    assert_eq!(
        provenance(&insurance, "lives"),
        Some(Provenance::CardEdited)
    );
}

/// A form about a move: whose home is whose depends on who moves.
fn a_move(id: &str) -> Application {
    let moves = || {
        let clause = |option: &str| Clause {
            field: "moves".to_owned(),
            one_of: vec![option.to_owned()],
        };
        (
            Condition {
                all: vec![clause("yes")],
            },
            Condition {
                all: vec![clause("no")],
            },
        )
    };
    let new_home = Meaning::from("move.new_address");
    let new_home = new_home.and([(moves().0, "applicant.address".to_owned())]);
    let definition = Definition {
        id: id.to_owned(),
        fields: vec![
            choice("moves", &["yes", "no"]),
            Field {
                prefill: Some(CardItem::Address),
                meaning: Some("applicant.address".into()),
                when: Some(moves().1),
                ..field("lives", Kind::Address)
            },
            Field {
                meaning: Some(new_home),
                ..field("new", Kind::Address)
            },
        ],
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        ..definition()
    };
    let mut form = Application::new(Arc::new(Procedure::new(definition).unwrap()), today());
    form.prefill(&card());
    form
}

#[test]
fn an_answer_says_something_else_as_well_only_where_its_condition_holds() {
    let next = |shared: &Shared| {
        let lives = ("lives", Kind::Address, "applicant.address");
        let target = ("bill", Kind::Address, "move.new_address");
        let mut next = form("next", &[lives, target]);
        next.adopt(shared);
        next
    };
    let card_says = card().address.unwrap();
    for (moves, lives) in [("yes", "福山市港町１番"), ("no", card_says)] {
        let mut moving = a_move("moving");
        moving.answer("moves", moves).unwrap();
        moving.answer("new", "福山市港町１番").unwrap();
        let mut shared = Shared::default();
        shared.learn(&moving);
        assert_eq!(words(&next(&shared), "lives").as_deref(), Some(lives));
        let bill = words(&next(&shared), "bill");
        assert_eq!(bill.as_deref(), Some("福山市港町１番"));
        // Nothing of it comes back to the form that said it.
        moving.adopt(&shared);
        moving.answer("moves", "no").unwrap();
        assert_eq!(words(&moving, "lives").as_deref(), Some(card_says));
        // It is written once and stands on two forms more, or on one.
        let spared = spared([&moving, &next(&shared)]);
        assert!(spared.addresses >= 1, "{spared:?}");
    }
}

#[test]
fn a_correction_finds_what_an_answer_says_as_well() {
    let mut moving = a_move("moving");
    moving.answer("moves", "yes").unwrap();
    moving.answer("new", "福山市港町１番").unwrap();
    assert_eq!(
        moving.abouts("new"),
        ["move.new_address", "applicant.address"]
    );
    let said: Vec<&str> = moving
        .saying("applicant.address")
        .map(|it| it.id.as_str())
        .collect();
    // The field that does not apply says it, too, and takes no correction.
    assert!(said.contains(&"new"), "{said:?}");
    moving.answer("moves", "no").unwrap();
    assert_eq!(moving.abouts("new"), ["move.new_address"]);
}
