//! Plans: what an answer that nobody knows does to the questions behind it.

use std::{collections::BTreeSet, sync::Arc};

use forms::{
    Application, Clause, Condition, Definition, Field, Procedure,
    life_event::{Certainty, Department, LifeEvent, Rule, RuleKind},
};

use crate::fixture::{choice, definition, text, today};

/// Whether there is a vehicle; where there is, whether it is a moped; and what a moped asks for.
fn event() -> LifeEvent {
    let when = |field: &str| Condition {
        all: vec![Clause {
            field: field.into(),
            one_of: vec!["yes".into()],
        }],
    };
    let moped = Field {
        when: Some(when("vehicle")),
        ..choice("moped", &["yes", "no", "unknown"])
    };
    let questions = Definition {
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        fields: vec![choice("vehicle", &["yes", "no", "unknown"]), moped],
        ..definition()
    };
    let rule = Rule {
        id: "B16".into(),
        name: text("廃車"),
        when: vec![when("moped")],
        at: "tax".into(),
        kind: RuleKind::Procedure,
        bring: Vec::new(),
        deadline: None,
        forms: Vec::new(),
        note: None,
        later: None,
    };
    let department = Department {
        id: "tax".into(),
        name: text("市民税課"),
        place: None,
        service: Some("tax".into()),
    };
    let questions = Arc::new(Procedure::new(questions).unwrap());
    LifeEvent::new(questions, vec![rule], vec![department], &BTreeSet::new()).unwrap()
}

#[test]
fn a_question_that_was_not_asked_is_a_no_only_where_it_is_known_why() {
    let event = event();
    for (vehicle, moped, expected) in [
        ("yes", "yes", Some(Certainty::Due)),
        ("yes", "no", None),
        ("yes", "unknown", Some(Certainty::ToConfirm)),
        ("no", "", None),
        // Nobody knows whether there is a vehicle, so nobody knows that there is no moped.
        ("unknown", "", Some(Certainty::ToConfirm)),
    ] {
        let mut answers = Application::new(Arc::clone(event.questions()), today());
        answers.answer("vehicle", vehicle).unwrap();
        if !moped.is_empty() {
            answers.answer("moped", moped).unwrap();
        }
        let plan = event.plan(&answers, today(), |_| true);
        let certainty = plan.lines().next().map(|it| it.certainty);
        assert_eq!(certainty, expected, "vehicle {vehicle}, moped {moped}");
    }
}
