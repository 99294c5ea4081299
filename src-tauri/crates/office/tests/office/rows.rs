//! Rows of people: one field of the file, as many fields of the form as there can be people.

use std::fs;

use forms::{Application, Kind};

use crate::{change, copied, load, relative, shipped};

#[test]
fn a_row_stands_once_for_each_number_and_asks_only_for_so_many() {
    let office = load(&shipped()).unwrap();
    let form = office.form("idou").unwrap();
    let ids: Vec<&str> = form
        .procedure
        .fields()
        .iter()
        .map(|it| it.id.as_str())
        .collect();
    let at = |id: &str| ids.iter().position(|it| *it == id);
    // A whole row after the other.
    assert!(at("mover_name_1") < at("mover_relation_1"));
    assert!(at("mover_relation_1") < at("mover_name_2"));
    assert!(at("mover_name_9").is_some() && at("mover_name_10").is_none());
    let second = form.procedure.field("mover_name_2").unwrap();
    assert_eq!(second.label["ja"], "異動する方2 氏名");
    assert_eq!(second.fixed_meaning(), Some("family.2.name"));
    assert_eq!(second.kind, Kind::PersonName);

    let day = "2026-11-24".parse().unwrap();
    let mut application = Application::new(form.procedure.clone(), day);
    application.answer("movers", "2").unwrap();
    for (id, applies) in [
        ("mover_name_1", true),
        ("mover_name_2", true),
        ("mover_name_3", false),
    ] {
        let field = form.procedure.field(id).unwrap();
        assert_eq!(application.applies(field), applies, "{id}");
    }
    application.answer("movers", "0").unwrap();
    assert!(!application.applies(second));
}

#[test]
fn a_mistake_in_a_row_is_told_once_for_each_place_where_it_is_mended() {
    let file = "procedures/inu.toml";
    for (from, to, expected) in [
        (
            "id = \"dog_name\"\nrepeat = \"dogs\"",
            "id = \"dog_name\"\nrepeat = \"cats\"",
            "repeat: expected the id of a choice whose options are numbers from 1 to 20, got \"cats\"",
        ),
        (
            "id = \"dog_name\"\nrepeat = \"dogs\"",
            "id = \"dog_name\"\nrepeat = \"action\"",
            "repeat: expected the id of a choice whose options are numbers from 1 to 20, got \"action\"",
        ),
        (
            "id = \"dog_tag\"\nrepeat = \"dogs\"",
            "id = \"dog_tag\"\nmin_chars = 30\nrepeat = \"dogs\"",
            "min_chars: expected min ≤ max, got 30 and 20",
        ),
        (
            "id = \"dog_tag\"\nrepeat = \"dogs\"",
            "id = \"dog_tag\"\nmeaning = \"Dog {n}\"\nrepeat = \"dogs\"",
            "meaning: \"Dog 1\" is no meaning",
        ),
    ] {
        let copy = copied();
        change(copy.path(), file, from, to);
        let told = relative(&load(copy.path()).err().unwrap(), copy.path());
        let text = fs::read_to_string(copy.path().join(file)).unwrap();
        let mistake = told.iter().find(|it| it.contains(expected));
        let Some(mistake) = mistake else {
            panic!("expected {expected}, found {told:#?}")
        };
        let line: usize = mistake.split(':').nth(1).unwrap().parse().unwrap();
        let key = expected.split(':').next().unwrap();
        assert!(
            text.lines().nth(line - 1).unwrap().contains(key),
            "{mistake}"
        );
    }
}

#[test]
fn no_card_fills_in_somebody_else() {
    let copy = copied();
    change(
        copy.path(),
        "procedures/idou.toml",
        "type = \"name\"\nmeaning = \"family.{n}.name\"",
        "type = \"name\"\ncard = \"name\"\nmeaning = \"family.{n}.name\"",
    );
    let told = relative(&load(copy.path()).err().unwrap(), copy.path());
    assert!(
        told.iter().any(|it| it.contains("no card fills it in")),
        "{told:?}"
    );
}

#[test]
fn fees_follow_what_was_chosen() {
    let office = load(&shipped()).unwrap();
    let form = office.form("koseki").unwrap();
    let day = "2026-11-24".parse().unwrap();
    let mut application = Application::new(form.procedure.clone(), day);
    assert_eq!(application.fee("ja"), None);
    application.answer("kinds", "full").unwrap();
    application.answer("copies_full", "2").unwrap();
    assert_eq!(application.fee("ja").as_deref(), Some("900円(450円×2)"));
    application.answer("kinds", "full,closed").unwrap();
    assert_eq!(
        application.fee("ja").as_deref(),
        Some("1,650円(450円×2+750円)")
    );
    application.answer("purpose", "inheritance").unwrap();
    application.answer("range", "whole_life").unwrap();
    assert_eq!(
        application.fee("ja").as_deref(),
        Some("1,650円以上(450円×2+750円)")
    );
    application.answer("range", "current").unwrap();
    application.answer("kinds", "full,supplement").unwrap();
    assert_eq!(
        application.fee("en").as_deref(),
        Some("1,200 yen (450 yen × 2 + 300 yen) (to be confirmed at the counter)")
    );
}
