//! Whoever was named once is chosen on every further form of the visit.

use std::sync::Arc;

use forms::{
    Application, CardItem, Clause, Condition, Definition, Field, Keyboard, Kind, Procedure,
    Provenance, Refusal, Shared, Spared, spared,
};
use proptest::prelude::*;

use crate::fixture::{birth, card, choice, definition, field, provenance, text, today};

const COUNTS: [&str; 7] = ["0", "1", "2", "3", "4", "5", "6"];

fn kana() -> Kind {
    Kind::Text {
        keyboard: Keyboard::Kana,
        min_chars: 0,
        max_chars: 40,
    }
}

fn about(meaning: &str, field: Field) -> Field {
    Field {
        meaning: Some(meaning.into()),
        ..field
    }
}

fn form(id: &str, fields: Vec<Field>) -> Application {
    let applicant = Field {
        prefill: Some(CardItem::Name),
        ..about("applicant.name", field("name", Kind::PersonName))
    };
    let born = Field {
        prefill: Some(CardItem::Birth),
        ..about("applicant.birth", field("born", birth()))
    };
    let definition = Definition {
        id: id.to_owned(),
        name: text(id),
        fields: [applicant, born].into_iter().chain(fields).collect(),
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        ..definition()
    };
    let mut application = Application::new(Arc::new(Procedure::new(definition).unwrap()), today());
    application.prefill(&card());
    application
}

/// A form with six rows of people, as the office's files write them out.
fn rows(id: &str, person: &str, relation: &str) -> Application {
    let mut fields = vec![choice("count", &COUNTS)];
    for number in 1..=6_usize {
        let row = [
            ("name", Kind::PersonName, true),
            ("kana", kana(), false),
            ("birth", birth(), true),
        ];
        let row = row.into_iter().map(|(attribute, kind, required)| Field {
            required,
            ..about(
                &format!("{person}.{number}.{attribute}"),
                field(&format!("{attribute}_{number}"), kind),
            )
        });
        let related = about(
            &format!("{person}.{number}.{relation}"),
            choice(&format!("relation_{number}"), &["spouse", "child"]),
        );
        let so_many = Condition {
            all: vec![Clause {
                field: "count".into(),
                one_of: COUNTS
                    .iter()
                    .skip(number)
                    .map(|it| (*it).to_owned())
                    .collect(),
            }],
        };
        fields.extend(row.chain([related]).map(|it| Field {
            when: Some(so_many.clone()),
            ..it
        }));
    }
    form(id, fields)
}

fn family(id: &str) -> Application {
    rows(id, "family", "of_head")
}

type Somebody = (&'static str, &'static str, &'static str, &'static str);

const WIFE: Somebody = ("福山　花子", "フクヤマ　ハナコ", "1985-03-03", "spouse");
const SON: Somebody = (
    "芦\u{E0100}田　一郎",
    "アシダ　イチロウ",
    "2015-05-05",
    "child",
);
const DAUGHTER: Somebody = ("SUHARTO", "スハルト", "2018-08-08", "child");

fn name(application: &mut Application, row: usize, who: Somebody) {
    let mut say = |attribute: &str, value: &str| {
        application
            .answer(&format!("{attribute}_{row}"), value)
            .unwrap();
    };
    say("name", who.0);
    say("kana", who.1);
    say("birth", who.2);
    say("relation", who.3);
}

/// Somebody moves with these people.
fn moved(people: &[Somebody]) -> Application {
    let mut moving = family("idou");
    moving.answer("count", &people.len().to_string()).unwrap();
    for (index, who) in people.iter().enumerate() {
        name(&mut moving, index + 1, *who);
    }
    moving
}

fn known<'a>(forms: impl IntoIterator<Item = &'a Application>) -> Shared {
    let mut shared = Shared::default();
    forms.into_iter().for_each(|it| shared.learn(it));
    shared
}

fn offered(application: &Application, field: &str, shared: &Shared) -> Vec<String> {
    let people = application.people(field, shared);
    people.iter().map(|it| it.name().to_owned()).collect()
}

fn key(application: &Application, field: &str, name: &str, shared: &Shared) -> String {
    let people = application.people(field, shared);
    let found = people.iter().find(|it| it.name() == name).unwrap();
    found.key().to_owned()
}

fn choose(application: &mut Application, field: &str, name: &str, shared: &Shared) -> usize {
    let key = key(application, field, name, shared);
    application.choose(field, &key, shared).unwrap()
}

fn asks(application: &Application) -> Option<&str> {
    application.next_question().map(|it| it.id.as_str())
}

#[test]
fn two_of_three_are_chosen_with_everything_that_is_known_of_them() {
    let moving = moved(&[WIFE, SON, DAUGHTER]);
    let mut shared = known([&moving]);
    let mut insured = family("kokuho");
    insured.adopt(&shared);
    insured.answer("count", "2").unwrap();
    insured.adopt(&shared);
    assert_eq!(asks(&insured), Some("name_1"), "nobody is taken blindly");
    let offers = offered(&insured, "name_1", &shared);
    assert_eq!(
        offers,
        [WIFE.0, SON.0, DAUGHTER.0],
        "without the person at the kiosk"
    );

    assert_eq!(choose(&mut insured, "name_1", WIFE.0, &shared), 4);
    assert_eq!(asks(&insured), Some("name_2"), "nothing else is missing");
    shared = known([&moving, &insured]);
    assert_eq!(offered(&insured, "name_2", &shared), [SON.0, DAUGHTER.0]);
    assert_eq!(
        offered(&moving, "name_1", &shared),
        [WIFE.0],
        "not those of the other rows"
    );
    assert_eq!(
        offered(&moving, "name_1", &known([&moving])),
        [""; 0],
        "nobody else named her"
    );
    assert_eq!(choose(&mut insured, "name_2", DAUGHTER.0, &shared), 4);
    assert!(insured.finished());
    assert_eq!(insured.value("birth_2"), DAUGHTER.2);
    assert_eq!(insured.value("relation_2"), "child");
    assert_eq!(provenance(&insured, "name_2"), Some(Provenance::Typed));
    // The card's name on two forms, and two of three that were written on the first.
    let expected = Spared {
        names: 4,
        addresses: 0,
    };
    assert_eq!(spared([&moving, &insured]), expected);
}

#[test]
fn the_whole_family_is_taken_where_as_many_are_asked_for() {
    let moving = moved(&[WIFE, SON]);
    let shared = known([&moving]);
    let mut insured = family("kokuho");
    insured.answer("count", "2").unwrap();
    assert_eq!(insured.adopt(&shared), 8, "two rows of four");
    assert!(insured.finished());
    assert_eq!(
        (insured.value("name_1"), insured.value("name_2")),
        (WIFE.0, SON.0)
    );
    assert_eq!(insured.adopt(&shared), 0, "once is enough");
    // The first was somebody else: whoever is left is not guessed.
    let mut insured = family("kokuho");
    insured.answer("count", "2").unwrap();
    insured.name_another("name_1", "福山　梅").unwrap();
    let shared = known([&moving, &insured]);
    assert_eq!(insured.adopt(&shared), 0);
    assert_eq!(offered(&insured, "name_2", &shared), [WIFE.0, SON.0]);
}

#[test]
fn a_row_of_another_kind_asks_only_what_has_another_reference() {
    let moving = moved(&[WIFE, SON]);
    let shared = known([&moving]);
    let mut allowance = rows("jido_teate", "child", "of_applicant");
    allowance.answer("count", "1").unwrap();
    assert_eq!(allowance.adopt(&shared), 0, "family is not children");
    assert_eq!(choose(&mut allowance, "name_1", SON.0, &shared), 3);
    assert_eq!(asks(&allowance), Some("relation_1"));
}

#[test]
fn two_people_of_one_name_are_both_offered_and_told_apart_by_birth() {
    let father: Somebody = ("福山　太郎", "フクヤマ　タロウ", "1950-01-01", "spouse");
    let son: Somebody = (father.0, father.1, "2015-05-05", "child");
    let moving = moved(&[father, son, WIFE]);
    let mut shared = known([&moving]);
    assert_eq!(shared.people().count(), 4);
    let mut insured = family("kokuho");
    insured.answer("count", "2").unwrap();
    let births: Vec<_> = (insured.people("name_1", &shared).iter())
        .map(|it| it.birth().unwrap().to_string())
        .collect();
    assert_eq!(births, [father.2, son.2, WIFE.2]);
    let second = insured.people("name_1", &shared)[1].key().to_owned();
    insured.choose("name_1", &second, &shared).unwrap();
    assert_eq!(insured.value("birth_1"), son.2);
    shared = known([&moving, &insured]);
    let left = insured.people("name_2", &shared);
    assert_eq!(left.len(), 2);
    assert_eq!(left[0].birth().unwrap().to_string(), father.2);
}

#[test]
fn father_and_son_of_one_name_are_two_before_a_birth_is_known() {
    let mut moving = family("idou");
    moving.answer("count", "2").unwrap();
    moving.answer("name_1", "福山　太郎").unwrap();
    moving.answer("name_2", "福山　太郎").unwrap();
    // The person at the kiosk is called so, too.
    moving.answer("name", "福山　太郎").unwrap();
    assert_eq!(known([&moving]).people().count(), 3);
}

#[test]
fn a_person_who_is_corrected_on_a_later_form_is_one_person() {
    let moving = moved(&[WIFE, SON, DAUGHTER]);
    let shared = known([&moving]);
    let mut insured = family("kokuho");
    insured.answer("count", "1").unwrap();
    choose(&mut insured, "name_1", WIFE.0, &shared);
    insured.answer("name_1", "福山　華子").unwrap();
    let shared = known([&moving, &insured]);
    let names: Vec<&str> = shared.people().map(forms::Person::name).collect();
    assert_eq!(names, ["\u{FA1B}山　太郎", "福山　華子", SON.0, DAUGHTER.0]);
    // Both forms know that they speak of one person, so that the correction can reach the first.
    let about = insured.about("name_1").unwrap();
    let same: Vec<&str> = moving.saying(&about).map(|it| it.id.as_str()).collect();
    assert_eq!(same, ["name_1"]);
    assert!(!about.contains("福山"), "{about}");
}

#[test]
fn whoever_is_chosen_instead_leaves_nothing_of_the_one_before() {
    let mut nameless = WIFE;
    nameless.1 = "";
    let moving = moved(&[nameless, SON, DAUGHTER]);
    let shared = known([&moving]);
    let mut insured = family("kokuho");
    insured.answer("count", "1").unwrap();
    choose(&mut insured, "name_1", SON.0, &shared);
    let shared = known([&moving, &insured]);
    let offered = insured.people("name_1", &shared);
    let stands = offered.iter().map(|it| insured.is_named("name_1", it));
    assert_eq!(stands.collect::<Vec<_>>(), [false, true, false]);
    let chosen = key(&insured, "name_1", SON.0, &shared);
    assert_eq!(insured.chosen("name_1"), Some(chosen.as_str()));
    // The same once more changes nothing, also what was mended here.
    insured.answer("kana_1", "アシダ").unwrap();
    assert_eq!(insured.choose("name_1", &chosen, &shared), Ok(0));
    assert_eq!(insured.value("kana_1"), "アシダ");
    choose(&mut insured, "name_1", WIFE.0, &shared);
    assert_eq!(insured.value("kana_1"), "", "the son's is not the mother's");
    assert_eq!(asks(&insured), Some("kana_1"));
    insured.name_another("name_1", "福山　梅").unwrap();
    assert_eq!(insured.value("birth_1"), "");
    assert_eq!(insured.chosen("name_1"), None);
    let refused = insured.name_another("name_1", "");
    assert_eq!(refused, Err(Refusal::Required));
    assert_eq!(insured.value("name_1"), "福山　梅", "nothing was lost");
}

#[test]
fn who_cannot_be_meant_is_not_offered() {
    let moving = moved(&[WIFE, SON]);
    let dead = about("deceased.name", field("dead", Kind::PersonName));
    let heir = about("heir.1.name", field("heir", Kind::PersonName));
    let head = about("household.head.name", field("head", Kind::PersonName));
    let shown = about("subject.1.name", field("shown", Kind::PersonName));
    let phrase = about("subject.1.kana", field("phrase", kana()));
    let mut other = form("other", vec![dead, heir, head, shown, phrase]);
    let mut shared = known([&moving]);
    let everybody = [WIFE.0, SON.0];
    for asked in ["dead", "heir"] {
        assert_eq!(offered(&other, asked, &shared), everybody, "{asked}");
    }
    let all = ["\u{FA1B}山　太郎", WIFE.0, SON.0];
    assert_eq!(
        offered(&other, "head", &shared),
        all,
        "the person at the kiosk may be the head"
    );
    assert_eq!(offered(&other, "name", &shared), [""; 0]);
    assert_eq!(offered(&other, "phrase", &shared), [""; 0], "it is no name");
    choose(&mut other, "dead", WIFE.0, &shared);
    shared = known([&moving, &other]);
    assert_eq!(
        offered(&other, "heir", &shared),
        [SON.0],
        "nobody inherits from herself"
    );
    assert_eq!(
        offered(&other, "head", &shared),
        all,
        "she may have been the head"
    );
    assert_eq!(
        offered(&other, "shown", &shared),
        all,
        "a certificate shows anybody"
    );
    let key = key(&other, "dead", WIFE.0, &shared);
    let refused = other.choose("heir", &key, &shared);
    assert_eq!(refused, Err(Refusal::NotAnOption));
}

#[test]
fn the_person_at_the_kiosk_stays_of_the_card_where_they_are_chosen() {
    let shown = about("subject.1.name", field("shown", Kind::PersonName));
    let born = about("subject.1.birth", field("shown_birth", birth()));
    let mut paper = form("juminhyo", vec![shown, born]);
    let shared = known([&paper]);
    choose(&mut paper, "shown", "\u{FA1B}山　太郎", &shared);
    assert_eq!(provenance(&paper, "shown"), Some(Provenance::Card));
    assert_eq!(provenance(&paper, "shown_birth"), Some(Provenance::Card));
    // Another card: what the first one said stays nowhere.
    paper.prefill(&forms::CardItems::default());
    assert_eq!(paper.value("shown"), "");
    assert_eq!(paper.chosen("shown"), None);
}

#[test]
fn whom_a_form_is_for_is_said_on_each_of_them() {
    let subject = || {
        let name = about("subject.name", field("subject_name", Kind::PersonName));
        vec![
            name,
            about("subject.birth", field("subject_birth", birth())),
        ]
    };
    let mut first = form("koseki", subject());
    first.answer("subject_name", WIFE.0).unwrap();
    first.answer("subject_birth", WIFE.2).unwrap();
    let shared = known([&first]);
    let mut second = form("inkan", subject());
    assert_eq!(second.adopt(&shared), 0);
    assert_eq!(asks(&second), Some("subject_name"));
    assert_eq!(choose(&mut second, "subject_name", WIFE.0, &shared), 2);
    assert!(second.finished());
}

fn names() -> impl Strategy<Value = String> {
    // Selectors, compatibility ideographs, beyond the basic plane, one part only.
    let parts = [
        "芦\u{E0100}田",
        "\u{FA1B}山",
        "福山",
        "𠮷野",
        "渡邉\u{E0103}",
        "SITI",
        "はな",
    ];
    proptest::sample::subsequence(parts.to_vec(), 1..3).prop_map(|it| it.join("　"))
}

fn people() -> impl Strategy<Value = Vec<(String, String)>> {
    let birth = proptest::sample::select(vec!["1950-01-01", "1985-03-03", "2015-05-05"]);
    let person = (names(), birth.prop_map(str::to_owned));
    proptest::collection::btree_set(person, 1..6).prop_map(|it| it.into_iter().collect())
}

proptest! {
    /// Whoever was typed is offered exactly once, and chosen code point by code point; whoever was chosen is not offered again.
    #[test]
    fn everybody_is_offered_once(people in people(), order in any::<prop::sample::Index>()) {
        let mut moving = family("idou");
        moving.answer("count", &people.len().to_string()).unwrap();
        for (index, (name, born)) in people.iter().enumerate() {
            moving.answer(&format!("name_{}", index + 1), name).unwrap();
            moving.answer(&format!("birth_{}", index + 1), born).unwrap();
        }
        let mut other = family("kokuho");
        // One more than there are: nobody is taken blindly.
        other.answer("count", &(people.len() + 1).to_string()).unwrap();
        for row in 1..=people.len() {
            let shared = known([&moving, &other]);
            other.adopt(&shared);
            let asked = format!("name_{row}");
            prop_assert_eq!(asks(&other), Some(asked.as_str()));
            let offered = other.people(&asked, &shared);
            prop_assert_eq!(offered.len(), people.len() + 1 - row);
            let chosen = order.get(&offered);
            let (name, born) = (chosen.name().to_owned(), chosen.birth().unwrap().to_string());
            let key = chosen.key().to_owned();
            prop_assert!(people.contains(&(name.clone(), born.clone())));
            other.choose(&asked, &key, &shared).unwrap();
            prop_assert_eq!(other.value(&asked), name);
            prop_assert_eq!(other.value(&format!("birth_{row}")), born);
            other.answer(&format!("kana_{row}"), "").unwrap();
            other.answer(&format!("relation_{row}"), "child").unwrap();
        }
        let shared = known([&moving, &other]);
        let last = format!("name_{}", people.len() + 1);
        prop_assert!(other.people(&last, &shared).is_empty());
        prop_assert_eq!(spared([&moving, &other]).names, people.len() + 2);
    }
}
