//! Nobody's name is typed twice: the shipped office, a family that moves, and who of them the next form is about.

use std::collections::BTreeMap;

use wire::kiosk::{FieldView, Input, KioskInput, PersonView, Screen};

use super::{
    every_errand::shipped,
    stage::{NAME, Stage},
};

const WIFE: &str = "福山　花子";
const SON: &str = "芦\u{E0100}田　一郎";
const DAUGHTER: &str = "\u{FA1B}山　さくら";

/// A visitor who answers what these say, chooses whoever is offered under the name that they would type, and counts both.
struct Family {
    stage: Stage,
    says: BTreeMap<&'static str, &'static str>,
    typed: Vec<String>,
    chosen: Vec<String>,
}

impl Family {
    fn new(says: &[(&'static str, &'static str)]) -> Self {
        let mut stage = Stage::new();
        stage.session.setup = shipped();
        Self {
            stage,
            says: says.iter().copied().collect(),
            typed: Vec::new(),
            chosen: Vec::new(),
        }
    }

    /// `insured` says more than `person_name_1`: what is said of a form comes before what is said of a field.
    fn says(&self, form: &str, field: &str) -> Option<&'static str> {
        let of_form = format!("{form}.{field}");
        let said = self.says.iter().find(|it| *it.0 == of_form);
        said.map(|it| *it.1)
            .or_else(|| self.says.get(field).copied())
    }

    fn value(&self, form: &str, field: &FieldView) -> String {
        let said = self.says(form, &field.id);
        let value = said.unwrap_or(match &field.input {
            Input::Choice { options } => &options[0].id,
            Input::Choices { .. } => "",
            Input::Number { .. } => "1",
            Input::Date { birth: true, .. } => "1985-03-03",
            Input::Date { birth: false, .. } => "2026-11-20",
            Input::Phone => "0849281058",
            Input::Text { keyboard, .. } => match keyboard.as_str() {
                "kana" => "フクヤマ",
                "digits" => "7208501",
                _ => "広島県福山市港町二丁目１番１号",
            },
        });
        value.to_owned()
    }

    /// Question after question, until another page stands there.
    fn answers(&mut self) -> &mut Self {
        for _ in 0..200 {
            let Screen::Question { field, people, .. } = self.stage.screen() else {
                return self;
            };
            let form = self.stage.form_at_hand();
            let value = self.value(&form, &field);
            let known = people.iter().find(|it| it.name == value);
            let input = if let Some(person) = known {
                self.chosen.push(value);
                KioskInput::Person {
                    field: field.id,
                    person: person.key.clone(),
                }
            } else {
                self.typed.push(value.clone());
                KioskInput::Answer {
                    field: field.id,
                    value,
                }
            };
            let before = self.stage.visible();
            self.stage.tap(input);
            assert_ne!(before, self.stage.visible(), "{}", self.stage.at());
        }
        panic!("the questions do not end")
    }

    fn typed(&self, name: &str) -> usize {
        self.typed.iter().filter(|it| *it == name).count()
    }
}

impl Stage {
    fn form_at_hand(&self) -> String {
        let form = self.session.visit.forms.current();
        form.map_or_else(String::new, |it| it.id().to_owned())
    }

    fn people(&self) -> Vec<PersonView> {
        match self.screen() {
            Screen::Question { people, .. } => people,
            _ => panic!("{}", self.at()),
        }
    }

    fn seek(&mut self, procedure: &str, words: &str) -> &mut Self {
        self.tap(KioskInput::Search).tap(KioskInput::Seek {
            text: words.to_owned(),
        });
        self.procedure(procedure)
    }
}

/// Somebody who moves into the city with three others.
const MOVE: [(&str, &str); 22] = [
    ("kind", "in"),
    ("all", "yes"),
    ("late", "no"),
    ("out_filed", "yes"),
    ("insurance", "yes"),
    ("card", "no"),
    ("join", "no"),
    ("movers", "3"),
    ("mover_name_1", WIFE),
    ("mover_birth_1", "1985-03-03"),
    ("mover_relation_1", "spouse"),
    ("mover_name_2", SON),
    ("mover_birth_2", "2015-05-05"),
    ("mover_relation_2", "child"),
    ("mover_name_3", DAUGHTER),
    ("mover_birth_3", "2018-08-08"),
    ("mover_relation_3", "child"),
    ("relation", "self"),
    ("applicant_moves", "yes"),
    ("new_head_is", "applicant"),
    ("old_head_is", "applicant"),
    ("register_head", NAME),
];

/// 住民異動届 of the four, as far as the questions of the next form, 国民健康保険.
fn moved(more: &[(&'static str, &'static str)]) -> Family {
    let says: Vec<_> = MOVE.iter().chain(more).copied().collect();
    let mut family = Family::new(&says);
    family.stage.seek("idou", "転入届").read_card();
    family.stage.tap(KioskInput::Accept);
    family.answers();
    assert_eq!(family.stage.at(), "confirm");
    family
}

fn insure(family: &mut Family) -> &mut Family {
    // The move is left; what was said there is known all the same.
    while family.stage.at() != "search" {
        assert!(family.stage.view().can_go_back, "{}", family.stage.at());
        family.stage.tap(KioskInput::Back);
    }
    let text = "国保".to_owned();
    family.stage.tap(KioskInput::Seek { text });
    family.stage.procedure("kokuho").tap(KioskInput::TypeByHand);
    family
}

#[test]
fn of_a_family_of_four_that_moved_two_are_insured_and_nobody_is_typed_twice() {
    let mut family = moved(&[
        ("kokuho.others", "1"),
        ("kokuho.person_name_1", DAUGHTER),
        ("join_reason", "moved_in"),
    ]);
    insure(&mut family).answers();
    assert_eq!(family.stage.at(), "confirm");
    assert_eq!(family.chosen, [NAME, DAUGHTER], "筆頭者 is who stands here");
    for name in [WIFE, SON, DAUGHTER] {
        assert_eq!(family.typed(name), 1, "{name}");
    }
    assert_eq!(family.typed(NAME), 0, "the card said it");
    // The reading, the birth date, the sex and the relationship came with the name.
    let form = family.stage.session.visit.forms.current().unwrap();
    let value = |id: &str| form.application().value(id).to_owned();
    assert_eq!(value("person_birth_1"), "2018-08-08");
    assert_eq!(value("person_relation_1"), "child");
    assert_eq!(value("person_kana_1"), "フクヤマ");
}

#[test]
fn the_plan_s_forms_count_what_nobody_had_to_write() {
    let mut family = Family::new(&MOVE);
    family.says.extend([
        ("kokuho.others", "2"),
        ("kokuho.person_name_1", WIFE),
        ("kokuho.person_name_2", SON),
        ("join_reason", "moved_in"),
    ]);
    // Neither pension nor children nor anything else.
    for id in [
        "pension",
        "care",
        "elderly",
        "child",
        "disability",
        "seal",
        "dog",
        "moped",
        "water",
        "foreign",
        "pregnant",
        "housing",
        "new_house",
    ] {
        family.says.insert(id, "no");
    }
    family.stage.entry("moving");
    family.answers();
    assert_eq!(family.stage.at(), "plan");
    family.stage.tap(KioskInput::Prepare).read_card();
    family.stage.tap(KioskInput::Accept);
    family.answers();
    let Screen::Papers {
        forms,
        spared_names,
        ..
    } = family.stage.screen()
    else {
        panic!("{}", family.stage.at());
    };
    let ids: Vec<&str> = forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(ids, ["idou", "kokuho"]);
    assert_eq!(family.chosen, [NAME, WIFE, SON]);
    // The card's name on both and as 筆頭者, and two of the three that were typed once.
    assert_eq!(spared_names, 5);
}

#[test]
fn where_all_of_them_are_meant_nobody_is_even_chosen() {
    let mut family = moved(&[("kokuho.others", "3"), ("join_reason", "moved_in")]);
    insure(&mut family).answers();
    assert_eq!(family.stage.at(), "confirm");
    assert_eq!(family.chosen, [NAME]);
    assert_eq!(family.typed(WIFE), 1);
    let visible = family.stage.visible();
    assert!([WIFE, SON, DAUGHTER].iter().all(|it| visible.contains(it)));
}

/// At the name of the first of two who are insured.
fn at_the_first_of_two() -> Family {
    let mut family = moved(&[("kokuho.others", "2"), ("join_reason", "moved_in")]);
    insure(&mut family);
    while family.stage.at() != "question person_name_1" {
        let Screen::Question { field, .. } = family.stage.screen() else {
            panic!("{}", family.stage.at());
        };
        let value = family.value("kokuho", &field);
        family.stage.answer(&field.id, &value);
    }
    family
}

fn choose(stage: &mut Stage, name: &str) {
    let field = stage.at().replace("question ", "");
    let people = stage.people();
    let person = people.iter().find(|it| it.name == name).unwrap();
    stage.tap(KioskInput::Person {
        field,
        person: person.key.clone(),
    });
}

#[test]
fn those_who_are_on_the_form_already_are_not_offered_and_the_way_back_loses_nobody() {
    let mut family = at_the_first_of_two();
    let stage = &mut family.stage;
    let names =
        |stage: &Stage| -> Vec<String> { stage.people().into_iter().map(|it| it.name).collect() };
    assert_eq!(names(stage), [WIFE, SON, DAUGHTER]);
    choose(stage, SON);
    assert_eq!(stage.at(), "question person_name_2");
    assert_eq!(names(stage), [WIFE, DAUGHTER]);
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "question person_name_1");
    let chosen: Vec<bool> = stage.people().iter().map(|it| it.chosen).collect();
    assert_eq!(chosen, [false, true, false]);
    // A key that means nobody, and a tap that comes late, change nothing.
    for (field, person) in [
        ("person_name_1", "nobody"),
        ("person_name_2", "idou/family.1"),
    ] {
        stage.tap(KioskInput::Person {
            field: field.to_owned(),
            person: person.to_owned(),
        });
        assert_eq!(stage.at(), "question person_name_1");
    }
    choose(stage, WIFE);
    assert_eq!(names(stage), [SON, DAUGHTER]);
}

#[test]
fn somebody_whom_nobody_named_is_typed_beside_the_names() {
    let mut family = at_the_first_of_two();
    let another = |stage: &mut Stage, value: &str| {
        stage.tap(KioskInput::AnotherPerson {
            field: "person_name_1".to_owned(),
            value: value.to_owned(),
        });
    };
    another(&mut family.stage, "");
    let Screen::Question { refusal, .. } = family.stage.screen() else {
        panic!("{}", family.stage.at());
    };
    assert_eq!(refusal.as_deref(), Some("refusal.required"));
    choose(&mut family.stage, SON);
    family.stage.tap(KioskInput::Back);
    another(&mut family.stage, "福山　梅");
    assert_eq!(
        family.stage.at(),
        "question person_kana_1",
        "nothing of the son is left"
    );
    let offered = |stage: &Stage| stage.people().len();
    family.stage.answer("person_kana_1", "");
    family.stage.answer("person_birth_1", "1950-01-01");
    family.stage.answer("person_sex_1", "female");
    family.stage.answer("person_relation_1", "parent");
    assert_eq!(offered(&family.stage), 3, "the son is free again");
}

#[test]
fn a_name_that_is_put_right_on_one_form_is_put_right_where_the_same_person_stands() {
    let mut family = at_the_first_of_two();
    choose(&mut family.stage, SON);
    family.stage.tap(KioskInput::Back);
    family.stage.answer("person_name_1", "芦田　一郎");
    let visit = &family.stage.session.visit;
    let moving = visit.forms.every().find(|it| it.id() == "idou").unwrap();
    assert_eq!(moving.application().value("mover_name_2"), "芦田　一郎");
    assert_eq!(moving.application().value("mover_name_1"), WIFE);
}

#[test]
fn the_people_are_gone_with_the_visitor() {
    let mut family = at_the_first_of_two();
    family.stage.tap(KioskInput::Cancel);
    assert!(family.stage.session.visit.is_blank());
    let stage = family.stage.seek("kokuho", "国保").read_card();
    stage.tap(KioskInput::Accept);
    let mut next = Family::new(&[("others", "2"), ("person_name_1", "福山　梅")]);
    std::mem::swap(&mut next.stage, &mut family.stage);
    while next.stage.at() != "question person_name_1" {
        let Screen::Question { field, .. } = next.stage.screen() else {
            panic!("{}", next.stage.at());
        };
        let value = next.value("kokuho", &field);
        next.stage.answer(&field.id, &value);
    }
    assert_eq!(next.stage.people().len(), 0);
    assert!(!next.stage.visible().contains(WIFE));
}

fn draft(field: &str, value: &str, another: bool) -> KioskInput {
    KioskInput::Draft {
        field: field.to_owned(),
        value: value.to_owned(),
        another,
    }
}

#[test]
fn a_name_that_is_half_written_when_all_is_handed_over_renames_nobody_elsewhere() {
    for (value, another, expected) in [
        ("福山　梅", true, "福山　梅"),
        ("福", true, "福"),
        ("芦田　", false, SON),
    ] {
        let mut family = at_the_first_of_two();
        choose(&mut family.stage, SON);
        let stage = &mut family.stage;
        stage
            .tap(KioskInput::Back)
            .tap(draft("person_name_1", value, another))
            .tap(KioskInput::HandOver);
        let visit = &stage.session.visit;
        let name = |form: &str, field: &str| {
            let form = visit.forms.every().find(|it| it.id() == form).unwrap();
            form.application().value(field).to_owned()
        };
        assert_eq!(name("idou", "mover_name_2"), SON, "{value}");
        assert_eq!(name("kokuho", "person_name_1"), expected);
    }
}

#[test]
fn a_name_of_somebody_else_that_was_left_half_written_stands_there_again_as_that() {
    let mut family = at_the_first_of_two();
    choose(&mut family.stage, SON);
    let stage = &mut family.stage;
    stage.tap(KioskInput::Back);
    for another in [true, false] {
        stage
            .tap(draft("person_name_1", "福山", another))
            .tap(KioskInput::CallStaff)
            .tap(KioskInput::Back);
        let Screen::Question {
            draft,
            draft_of_another,
            ..
        } = stage.screen()
        else {
            panic!("{}", stage.at());
        };
        assert_eq!(draft.as_deref(), Some("福山"));
        assert_eq!(draft_of_another, another);
    }
}

#[test]
fn a_birth_date_that_was_turned_and_not_confirmed_goes_with_whom_it_was_turned_for() {
    let mut family = at_the_first_of_two();
    let stage = &mut family.stage;
    let another = |value: &str| KioskInput::AnotherPerson {
        field: "person_name_1".to_owned(),
        value: value.to_owned(),
    };
    stage.tap(another("福山　梅")).answer("person_kana_1", "");
    stage.tap(draft("person_birth_1", "1950-01-01", false));
    stage.tap(KioskInput::Back).tap(KioskInput::Back);
    assert_eq!(stage.at(), "question person_name_1");
    // The same name again is the same person, and what was turned is there.
    stage.tap(another("福山　梅")).answer("person_kana_1", "");
    let turned = |stage: &Stage| match stage.screen() {
        Screen::Question { field, draft, .. } if field.id == "person_birth_1" => draft,
        _ => panic!("{}", stage.at()),
    };
    assert_eq!(turned(stage).as_deref(), Some("1950-01-01"));
    stage.tap(KioskInput::Back).tap(KioskInput::Back);
    stage.tap(another("福山　松")).answer("person_kana_1", "");
    assert_eq!(turned(stage), None);
}

#[test]
fn whoever_is_somebody_else_after_all_is_so_on_every_form() {
    let mut family = Family::new(&[
        ("deceased_name", "架空　一郎"),
        ("name", "架空　花子"),
        ("insured_number", ""),
    ]);
    family.stage.seek("sosaihi", "葬祭費");
    family.stage.tap(KioskInput::TypeByHand);
    family.answers();
    assert_eq!(family.stage.at(), "confirm");
    while family.stage.at() != "search" {
        family.stage.tap(KioskInput::Back);
    }
    family.stage.tap(KioskInput::Seek {
        text: "介護".to_owned(),
    });
    family.stage.procedure("kaigo").tap(KioskInput::TypeByHand);
    family.answers();
    assert_eq!(family.stage.at(), "confirm");
    family.stage.tap(KioskInput::Edit {
        field: "deceased_name".to_owned(),
    });
    let value = |family: &Family, form: &str, field: &str| {
        let forms = &family.stage.session.visit.forms;
        let form = forms.every().find(|it| it.id() == form).unwrap();
        form.application().value(field).to_owned()
    };
    assert_eq!(value(&family, "kaigo", "deceased_name"), "架空　一郎");
    family.stage.tap(KioskInput::AnotherPerson {
        field: "deceased_name".to_owned(),
        value: "架空　二郎".to_owned(),
    });
    for form in ["kaigo", "sosaihi"] {
        assert_eq!(
            value(&family, form, "deceased_name"),
            "架空　二郎",
            "{form}"
        );
    }
}
