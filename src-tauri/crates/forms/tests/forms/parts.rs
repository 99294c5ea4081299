//! A part that one person plays on every form of a visit, and whoever plays it by mistake.

use std::sync::Arc;

use forms::{Application, Definition, Field, Kind, Procedure, Shared};

use crate::fixture::{birth, definition, field, text, today};

const FATHER: &str = "架空　一郎";
const UNCLE: &str = "架空　二郎";

fn about(meaning: &str, field: Field) -> Field {
    Field {
        meaning: Some(meaning.into()),
        ..field
    }
}

/// A form about somebody who died; the date of birth comes before the name on some.
fn form(id: &str, birth_first: bool) -> Application {
    let mut fields = vec![
        about("deceased.name", field("dead", Kind::PersonName)),
        about("deceased.birth", field("born", birth())),
        about("deceased.address", field("home", Kind::Address)),
    ];
    if birth_first {
        fields.swap(0, 1);
    }
    let definition = Definition {
        id: id.to_owned(),
        name: text(id),
        fields,
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        ..definition()
    };
    Application::new(Arc::new(Procedure::new(definition).unwrap()), today())
}

fn of(name: &str) -> Application {
    let mut form = form("funeral", false);
    form.answer("dead", name).unwrap();
    form.answer("born", "1950-01-01").unwrap();
    form.answer("home", "福山市港町１番").unwrap();
    form
}

fn learnt<'a>(forms: impl IntoIterator<Item = &'a Application>) -> Shared {
    let mut shared = Shared::default();
    forms.into_iter().for_each(|it| shared.learn(it));
    shared
}

#[test]
fn what_is_said_of_one_person_is_not_taken_for_another_of_another_name() {
    for birth_first in [false, true] {
        let mut other = form("care", birth_first);
        other.answer("dead", UNCLE).unwrap();
        assert_eq!(other.adopt(&learnt([&of(FATHER)])), 0, "{birth_first}");
        assert_eq!((other.value("born"), other.value("home")), ("", ""));
        // Of the same name it is, and where nobody was named yet.
        assert_eq!(other.adopt(&learnt([&of(UNCLE)])), 2);
        assert_eq!(form("tax", birth_first).adopt(&learnt([&of(UNCLE)])), 3);
    }
}

#[test]
fn whoever_is_somebody_else_on_one_form_is_on_every_other_on_which_the_same_person_stood() {
    let mut first = of(FATHER);
    let (mut second, mut third) = (form("care", false), form("tax", true));
    second.adopt(&learnt([&first]));
    third.answer("dead", UNCLE).unwrap();
    third.answer("born", "1961-06-06").unwrap();

    let before = first.part("dead").unwrap();
    first.name_another("dead", "架空　三郎").unwrap();
    first.answer("born", "1970-07-07").unwrap();
    let now = first.part("dead").unwrap();
    assert!(!before.is_the_same(&now));
    let shared = learnt([&first]);
    assert!(second.recast(&before, &now, &shared));
    assert_eq!(second.value("dead"), "架空　三郎");
    assert_eq!(second.value("born"), "1970-07-07");
    assert_eq!(second.value("home"), "", "nothing of the first one is left");
    assert_eq!(
        second.chosen("dead"),
        None,
        "nobody chose whoever was typed"
    );
    assert!(
        !third.recast(&before, &now, &shared),
        "somebody else stood there"
    );
    assert_eq!(third.value("dead"), UNCLE);
    assert!(form("empty", false).part("dead").is_none());
}
