//! The shipped life events: every rule by an answer that makes it due, one that does not, and わからない; and whole families.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{Datelike, NaiveDate, Weekday};
use forms::{
    Application, Kind,
    life_event::{Certainty, LifeEvent, Plan, Rule, UNKNOWN},
};

use crate::{load, shipped};

fn event(id: &str) -> Arc<LifeEvent> {
    let office = load(&shipped()).unwrap();
    let found = (office.life_events.iter()).find(|it| it.event.questions().id() == id);
    Arc::clone(&found.unwrap().event)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: &str = "2026-11-24";

fn weekdays(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// `head=yes remaining=two_or_more`; every other question is answered with no, none, or the last of its options that is known.
fn answered(event: &LifeEvent, given: &str) -> Application {
    let given: BTreeMap<&str, &str> = (given.split_whitespace())
        .map(|it| it.split_once('=').unwrap())
        .collect();
    let mut application = Application::new(Arc::clone(event.questions()), day(TODAY));
    while let Some(question) = application.next_question() {
        let id = question.id.clone();
        let value = match (given.get(id.as_str()), &question.kind) {
            (Some(value), _) => (*value).to_owned(),
            (None, Kind::Date { .. }) if !question.required => String::new(),
            (None, Kind::Date { .. }) => "2026-11-20".to_owned(),
            (None, kind) => {
                let calm = ["no", "none"];
                let options = kind.options();
                let option = options.iter().find(|it| calm.contains(&it.id.as_str()));
                let known = options.iter().rfind(|it| it.id != UNKNOWN);
                option.or(known).unwrap().id.clone()
            }
        };
        application
            .answer(&id, &value)
            .unwrap_or_else(|error| panic!("{id}={value}: {error}"));
    }
    application
}

fn plan<'a>(event: &'a LifeEvent, answers: &Application) -> Plan<'a> {
    event.plan(answers, day(TODAY), weekdays)
}

fn certainty(event: &LifeEvent, answers: &str, rule: &str) -> Option<Certainty> {
    let answers = answered(event, answers);
    let plan = plan(event, &answers);
    plan.lines()
        .find(|it| it.rule.id == rule)
        .map(|it| it.certainty)
}

/// One row of a table beside this file.
struct Row {
    rule: String,
    at: String,
    forms: Vec<String>,
    /// A part of each thing to bring.
    bring: Vec<String>,
    due: Vec<String>,
    /// Empty where it is always due.
    not_due: Vec<String>,
    /// Empty where nothing that decides it can be unknown.
    unknown: Vec<String>,
    last_day: LastDay,
}

enum LastDay {
    /// Nothing is said.
    None,
    /// Words only.
    Words,
    /// What it is counted from, an answer or `today`; and the last day.
    Counted(String, NaiveDate),
}

const TABLES: [(&str, &str); 3] = [
    ("bereavement", include_str!("life_events/bereavement.txt")),
    ("birth", include_str!("life_events/birth.txt")),
    ("moving", include_str!("life_events/moving.txt")),
];

fn tables() -> Vec<(Arc<LifeEvent>, Vec<Row>)> {
    let office = load(&shipped()).unwrap();
    let tables = TABLES.iter().map(|(id, text)| {
        let found = (office.life_events.iter()).find(|it| it.event.questions().id() == *id);
        let lines = text.lines().filter(|it| !it.starts_with('#'));
        (
            Arc::clone(&found.unwrap().event),
            lines.map(row).collect::<Vec<Row>>(),
        )
    });
    tables.collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [rule, at, forms, bring, due, not_due, unknown, last_day] = cells[..] else {
        panic!("{line}")
    };
    let several = |cell: &str| {
        let parts = cell.split(';').map(|it| it.trim().to_owned());
        parts.filter(|it| !it.is_empty()).collect::<Vec<String>>()
    };
    Row {
        rule: rule.to_owned(),
        at: at.to_owned(),
        forms: several(forms),
        bring: several(bring),
        due: several(due),
        not_due: several(not_due),
        unknown: several(unknown),
        last_day: match last_day.split_once(" -> ") {
            Some((from, last)) => LastDay::Counted(from.to_owned(), day(last)),
            None if last_day == "words" => LastDay::Words,
            None => LastDay::None,
        },
    }
}

fn rule_of<'a>(event: &'a LifeEvent, row: &Row) -> &'a Rule {
    let found = event.rules().iter().find(|it| it.id == row.rule);
    found.unwrap_or_else(|| panic!("{} is no rule", row.rule))
}

#[test]
fn every_rule_stands_in_a_table_of_these_tests_and_every_row_is_a_rule() {
    for (event, rows) in tables() {
        let shipped: Vec<&str> = event.rules().iter().map(|it| it.id.as_str()).collect();
        let tested: Vec<&str> = rows.iter().map(|it| it.rule.as_str()).collect();
        let all = |of: &[&str]| {
            of.iter()
                .map(|it| (*it).to_owned())
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(all(&shipped), all(&tested));
        assert_eq!(shipped.len(), tested.len(), "a rule has two rows");
    }
}

#[test]
fn a_city_s_thirty_fifteen_and_twenty_six_rules_are_all_there() {
    for (id, letter, count) in [
        ("bereavement", 'B', 30),
        ("birth", 'C', 15),
        ("moving", 'M', 26),
    ] {
        let event = event(id);
        for number in 1..=count {
            let rule = format!("{letter}{number}");
            assert!(event.rules().iter().any(|it| it.id == rule), "{rule}");
        }
    }
}

#[test]
fn every_rule_is_due_where_it_should_be_and_only_there() {
    for (event, rows) in tables() {
        for row in rows {
            for due in &row.due {
                let found = certainty(&event, due, &row.rule);
                assert_eq!(found, Some(Certainty::Due), "{}: {due}", row.rule);
            }
            for not_due in &row.not_due {
                let found = certainty(&event, not_due, &row.rule);
                assert_eq!(found, None, "{}: {not_due}", row.rule);
            }
            let always = rule_of(&event, &row).when.is_empty();
            assert!(!row.due.is_empty(), "{} is never due", row.rule);
            assert_eq!(row.not_due.is_empty(), always, "{}", row.rule);
        }
    }
}

#[test]
fn whoever_does_not_know_is_shown_the_rule_to_be_confirmed() {
    for (event, rows) in tables() {
        for row in rows {
            for unknown in &row.unknown {
                let found = certainty(&event, unknown, &row.rule);
                let expected = Some(Certainty::ToConfirm);
                assert_eq!(found, expected, "{}: {unknown}", row.rule);
            }
            // Every question that decides the rule and can be unknown is unknown in one of the cases.
            let clauses = rule_of(&event, &row).when.iter().flat_map(|it| &it.all);
            for clause in clauses {
                let field = event.questions().field(&clause.field).unwrap();
                let tested = (row.unknown.iter().flat_map(|it| it.split_whitespace())).any(|it| {
                    it.split_once('=').is_some_and(|(question, value)| {
                        question == clause.field && value.split(',').any(|it| it == UNKNOWN)
                    })
                });
                let can_be = field.kind.options().iter().any(|it| it.id == UNKNOWN);
                assert_eq!(tested, can_be, "{}: {}", row.rule, clause.field);
            }
        }
    }
}

#[test]
fn every_rule_names_its_department_its_forms_and_what_to_bring() {
    for (event, rows) in tables() {
        for row in rows {
            let rule = rule_of(&event, &row);
            assert_eq!(rule.at, row.at, "{}", row.rule);
            assert_eq!(rule.forms, row.forms, "{}", row.rule);
            let bring: Vec<&str> = rule.bring.iter().map(|it| it["ja"].as_str()).collect();
            assert_eq!(bring.len(), row.bring.len(), "{}: {bring:?}", row.rule);
            for (thing, part) in bring.iter().zip(&row.bring) {
                assert!(thing.contains(part), "{}: {thing} without {part}", row.rule);
            }
        }
    }
}

#[test]
fn every_last_day_is_counted_from_the_right_day_to_an_open_one() {
    for (event, rows) in tables() {
        for row in rows {
            let due = row.due.first().unwrap();
            let (given, expected) = match &row.last_day {
                LastDay::Counted(from, last) if from == "today" => (due.clone(), Some(*last)),
                LastDay::Counted(from, last) => (format!("{due} {from}"), Some(*last)),
                LastDay::Words | LastDay::None => (due.clone(), None),
            };
            let answers = answered(&event, &given);
            let plan = plan(&event, &answers);
            let line = plan.lines().find(|it| it.rule.id == row.rule).unwrap();
            assert_eq!(line.last_day, expected, "{}: {given}", row.rule);
            let overdue = expected.is_some_and(|it| it < day(TODAY));
            assert_eq!(line.overdue, overdue, "{}: {given}", row.rule);
            let says = line.rule.deadline.is_some();
            assert_eq!(says, !matches!(row.last_day, LastDay::None), "{}", row.rule);
        }
    }
}

#[test]
fn a_last_day_waits_for_the_day_that_it_is_counted_from() {
    let moving = event("moving");
    for (given, counted) in [
        ("kind=in child=yes", false),
        ("kind=in child=yes left_on=2026-11-09", true),
    ] {
        let answers = answered(&moving, given);
        let plan = plan(&moving, &answers);
        let line = plan.lines().find(|it| it.rule.id == "M13").unwrap();
        assert_eq!(line.last_day.is_some(), counted, "{given}");
    }
}

#[test]
fn whoever_knows_nothing_is_shown_every_procedure_that_is_not_ruled_out() {
    // The day of a move is always known; a move of October is late by now.
    let kinds = ["in", "within", "out", "from_abroad", "abroad"];
    let kinds = kinds.map(|it| format!("kind={it} moved_on=2026-10-01"));
    for (event, rows) in tables() {
        let all = (event.questions().fields().iter())
            .filter(|it| it.kind.options().iter().any(|it| it.id == UNKNOWN))
            .map(|it| format!("{}={UNKNOWN}", it.id))
            .collect::<Vec<_>>()
            .join(" ");
        let is_a_move = event.questions().field("kind").is_some();
        let starts = if is_a_move {
            &kinds[..]
        } else {
            &[String::new()]
        };
        let mut shown = BTreeSet::new();
        for start in starts {
            let answers = answered(&event, &format!("{start} {all}"));
            let plan = plan(&event, &answers);
            shown.extend(plan.lines().map(|it| it.rule.id.clone()));
        }
        assert_eq!(shown, rows.into_iter().map(|it| it.rule).collect());
    }
}

/// A family, its answers, and the rules of its plan in their order.
const FAMILIES: [(&str, &str, &str, &str); 9] = [
    (
        "(a) a man of 78, head of his household, with a widow of 75, the National Pension, care, land, a light truck and a dog",
        "bereavement",
        "filed=yes head=yes remaining=one insurance=elderly care=yes pension=national vehicle=kei land=yes \
         dog=yes water=yes seal=yes mourner=yes",
        "B5 B6 B8 B9 B17 B18 B19 B22 B23 B24 B30",
    ),
    (
        "(a) the same with an employees' pension as well",
        "bereavement",
        "filed=yes head=yes remaining=one insurance=elderly care=yes pension=employees vehicle=kei land=yes \
         dog=yes water=yes seal=yes mourner=yes",
        "B5 B6 B8 B10 B17 B18 B19 B22 B23 B24 B30",
    ),
    (
        "(b) an employee of 45, head of the household, with a wife, a child of 16, a younger one, and a house",
        "bereavement",
        "filed=yes head=yes remaining=two_or_more insurance=company dependants=yes elderly=no pension=employees \
         child=yes allowance=yes child_medical=yes land=yes tax=yes water=yes seal=yes mourner=yes \
         certificates=register,residence",
        "B2 B7 B7-2 B10 B13 B14 B15 B18 B19 B20 B23 B24 B29 B29-2 B30",
    ),
    (
        "(b) the same with two children under 15: the wife becomes the head by herself",
        "bereavement",
        "filed=yes head=yes remaining=one insurance=company dependants=yes elderly=no pension=employees \
         child=yes allowance=yes mourner=yes",
        "B7 B7-2 B10 B13 B14 B30",
    ),
    (
        "(c) a student who lived alone, in the National Health Insurance, whose parents come",
        "bereavement",
        "filed=yes head=yes remaining=none insurance=national mourner=yes pension=paying spouse_or_child=no",
        "B3 B4 B30",
    ),
    (
        "a first child of employees",
        "birth",
        "filed=no order=first official=no insurance=company",
        "C1 C2 C5 C9 C13",
    ),
    (
        "the second child, small, of a family in the National Health Insurance and the National Pension",
        "birth",
        "filed=yes certificates=yes order=second_or_more receiving=yes official=no insurance=national \
         mother_national=yes direct_payment=difference small=yes pension=yes nursery=yes",
        "C3 C5 C6 C7 C7-2 C8 C9 C10 C13 C14 C15",
    ),
    (
        "a family with two children that moves in from another city",
        "moving",
        "kind=in out_filed=yes card=yes insurance=yes child=yes school=yes seal=yes water=yes",
        "M1 M5 M8 M13 M15 M16 M19 M22 M26",
    ),
    (
        "a couple that moves abroad with a child, a dog and a moped",
        "moving",
        "kind=abroad insurance=yes pension=yes child=yes dog=yes moped=yes water=yes",
        "M3 M9 M10 M14 M15 M20 M21 M22",
    ),
];

#[test]
fn worked_families_are_shown_exactly_what_is_theirs() {
    for (who, id, answers, expected) in FAMILIES {
        let event = event(id);
        let answers = answered(&event, answers);
        let plan = plan(&event, &answers);
        let mut rules: Vec<&str> = plan.lines().map(|it| it.rule.id.as_str()).collect();
        let mut expected: Vec<&str> = expected.split(' ').collect();
        rules.sort_unstable();
        expected.sort_unstable();
        assert_eq!(rules, expected, "{who}");
        assert!(
            plan.lines().all(|it| it.certainty == Certainty::Due),
            "{who}"
        );
    }
}

#[test]
fn a_familys_stops_are_one_ticket_in_a_sensible_order() {
    let event = event("moving");
    let answers = "kind=in out_filed=yes card=yes insurance=yes child=yes seal=yes";
    let answers = answered(&event, answers);
    let plan = plan(&event, &answers);
    let stops: Vec<&str> = plan.stops.iter().map(|it| it.service).collect();
    assert_eq!(stops, ["moving", "mynumber", "certificates", "insurance"]);
    assert!(
        plan.elsewhere
            .iter()
            .any(|it| it.department.id == "children")
    );
}

#[test]
fn what_cannot_be_done_today_says_why() {
    let moving = event("moving");
    for (filed, later) in [("yes", false), ("no", true), (UNKNOWN, false)] {
        let answers = answered(&moving, &format!("kind=in out_filed={filed}"));
        let plan = plan(&moving, &answers);
        let line = plan.lines().find(|it| it.rule.id == "M1").unwrap();
        assert_eq!(line.later.is_some(), later, "{filed}");
    }
}

#[test]
fn every_text_of_a_life_event_is_there_in_every_language() {
    let office = load(&shipped()).unwrap();
    for form in &office.life_events {
        let event = &form.event;
        let rules = event.rules().iter();
        let mut texts: Vec<_> = rules
            .flat_map(|it| {
                let later = it.later.as_ref().map(|it| &it.why);
                let words = it.deadline.as_ref().map(|it| &it.words);
                let texts = [Some(&it.name), it.note.as_ref(), later, words];
                texts.into_iter().flatten().chain(&it.bring)
            })
            .collect();
        for field in event.questions().fields() {
            texts.extend([&field.label, &field.question]);
            texts.extend(&field.help);
            texts.extend(field.kind.options().iter().map(|it| &it.label));
        }
        texts.extend(event.departments().iter().map(|it| &it.name));
        for text in texts {
            for language in &office.languages {
                assert!(
                    text.contains_key(&language.tag),
                    "{text:?} lacks {}",
                    language.tag
                );
            }
        }
    }
}
