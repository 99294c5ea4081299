//! What a procedure may be.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use forms::{
    Application, CardItem, Clause, Condition, DefectKind, Definition, Field, Kind, Place, Procedure,
};

use crate::fixture::{choice, definition, field, today};

#[test]
fn a_definition_that_cannot_work_is_refused_with_every_reason() {
    let broken = |change: &dyn Fn(&mut Vec<Field>)| {
        let mut definition = definition();
        change(&mut definition.fields);
        Procedure::new(definition).map_err(|defects| {
            let told = defects.iter().map(|it| match &it.place {
                Place::Field(id) => format!("{id}: {it}"),
                place
                @ (Place::Procedure | Place::Document(_) | Place::Note(_) | Place::Fee(_)) => {
                    format!("{place:?}: {it}")
                }
            });
            told.collect::<Vec<_>>()
        })
    };
    let only_if = |field: &str, option: &str| {
        Some(Condition {
            all: vec![Clause {
                field: field.into(),
                one_of: vec![option.into()],
            }],
        })
    };
    let at = |fields: &mut Vec<Field>, id: &str| fields.iter().position(|it| it.id == id).unwrap();
    type Change<'a> = &'a dyn Fn(&mut Vec<Field>);
    let cases: [(Change<'_>, &[&str]); 10] = [
        (
            &|f| {
                let i = at(f, "kind");
                f[i].when = only_if("kind", "all");
            },
            &["kind: circular condition: kind → kind"],
        ),
        (
            &|f| {
                let i = at(f, "kind");
                f[i].when = only_if("show", "honseki");
                let i = at(f, "show");
                f[i].when = only_if("kind", "all");
            },
            &["kind: circular condition: kind → show → kind"],
        ),
        (
            &|f| {
                let i = at(f, "people");
                f[i].when = only_if("kind", "some");
            },
            &["people: field \"kind\" has no option \"some\""],
        ),
        (
            &|f| {
                let i = at(f, "people");
                f[i].when = only_if("kinds", "all");
            },
            &["people: there is no field \"kinds\""],
        ),
        (
            &|f| {
                let i = at(f, "people");
                f[i].when = only_if("copies", "1");
            },
            &[
                "people: field \"copies\" is neither a choice nor a date, so no condition can depend on it",
            ],
        ),
        (
            &|f| {
                let i = at(f, "copies");
                f[i].default = Some("21".into());
            },
            &["copies: the default does not fit: out of range"],
        ),
        (
            &|f| {
                let i = at(f, "name");
                f[i].prefill = Some(CardItem::Birth);
            },
            &["name: the card's birth needs a field of kind date"],
        ),
        (
            &|f| {
                let i = at(f, "name");
                f[i].id = "Name".into();
            },
            &["Name: \"Name\" is not an id: small ASCII letters, digits and _, at most 48"],
        ),
        (
            &|f| {
                let i = at(f, "name");
                f.push(f[i].clone());
            },
            &["name: another field has the same id"],
        ),
        (
            &|f| {
                let i = at(f, "kind");
                f[i].kind = Kind::Choice { options: vec![] };
                f.retain(|it| it.id != "copies");
            },
            &[
                "kind: a choice needs 1 to 60 options, this one has 0",
                "people: field \"kind\" has no option \"part\"",
                "Document(1): field \"kind\" has no option \"part\"",
                "Note(0): field \"kind\" has no option \"part\"",
                "Fee(0): there is no field \"copies\"",
            ],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(broken(change).err().unwrap(), expected);
    }
}

#[test]
fn a_long_chain_of_conditions_is_no_circle() {
    let mut fields: Vec<Field> = (0..200)
        .map(|i| choice(&format!("f{i}"), &["yes"]))
        .collect();
    for (i, field) in fields.iter_mut().enumerate().skip(1) {
        field.when = Some(Condition {
            all: vec![Clause {
                field: format!("f{}", i - 1),
                one_of: vec!["yes".into()],
            }],
        });
    }
    let chain = Definition {
        fields,
        fees: vec![],
        documents: vec![],
        notes: vec![],
        ..definition()
    };
    let mut application =
        Application::new(Arc::new(Procedure::new(chain.clone()).unwrap()), today());
    for i in 0..200 {
        assert_eq!(application.next_question().unwrap().id, format!("f{i}"));
        application.answer(&format!("f{i}"), "yes").unwrap();
    }
    assert!(application.finished());
    let mut circle = chain;
    circle.fields[0].when = circle.fields[100].when.clone();
    let defects = Procedure::new(circle).unwrap_err();
    assert!(matches!(&defects[0].kind, DefectKind::Circular(path) if path.len() == 101));
}

/// A day, and a reason that is asked where it is longer ago than `period`.
fn dated(period: &str) -> Result<Procedure, Vec<String>> {
    let day = Kind::Date {
        birth: false,
        not_after_today: false,
        not_before: None,
    };
    let definition = Definition {
        fields: vec![
            field("day", day),
            Field {
                when: Some(Condition {
                    all: vec![Clause {
                        field: "day".into(),
                        one_of: vec![period.into()],
                    }],
                }),
                ..field("reason", Kind::PersonName)
            },
        ],
        documents: Vec::new(),
        notes: Vec::new(),
        fees: Vec::new(),
        ..definition()
    };
    Procedure::new(definition).map_err(|it| it.iter().map(ToString::to_string).collect())
}

#[test]
fn a_condition_on_a_date_holds_after_the_last_open_day_of_its_period() {
    // The office is closed on Saturdays and Sundays; today is a Tuesday.
    let weekdays = |day: NaiveDate| day.weekday().number_from_monday() < 6;
    for (day, today, closed, late) in [
        ("2026-11-10", "2026-11-24", true, false),
        ("2026-11-09", "2026-11-24", true, true),
        ("2026-11-07", "2026-11-23", true, false),
        ("2026-11-07", "2026-11-23", false, true),
        ("2026-11-30", "2026-11-24", true, false),
    ] {
        let procedure = dated("over_14_days").unwrap();
        let procedure = if closed {
            procedure.in_office(Arc::new(weekdays))
        } else {
            procedure
        };
        let mut form = Application::new(Arc::new(procedure), today.parse().unwrap());
        assert!(!form.finished(), "the day is asked");
        form.answer("day", day).unwrap();
        assert_eq!(form.finished(), !late, "{day} {today} {closed}");
    }
    for period in ["over_0_days", "14", "yes"] {
        let expected = format!("field \"day\" has no option \"{period}\"");
        assert_eq!(dated(period).err().unwrap(), [expected]);
    }
}
