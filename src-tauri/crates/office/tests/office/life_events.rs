//! The shipped life events: every rule by an answer that makes it due, one that does not, and わからない; and whole families.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Datelike, NaiveDate, Weekday};
use forms::{
    Application, Kind,
    life_event::{Certainty, LifeEvent, Plan, UNKNOWN},
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

fn weekdays(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// `head=yes remaining=two_or_more`; every other question is answered with no, none, or the last of its options that is known.
fn answered(event: &LifeEvent, given: &str) -> Application {
    let given: BTreeMap<&str, &str> = (given.split_whitespace())
        .map(|it| it.split_once('=').unwrap())
        .collect();
    let mut application = Application::new(Arc::clone(event.questions()), day("2026-11-24"));
    while let Some(question) = application.next_question() {
        let id = question.id.clone();
        let value = match (given.get(id.as_str()), &question.kind) {
            (Some(value), _) => (*value).to_owned(),
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
    event.plan(answers, day("2026-11-24"), weekdays)
}

fn certainty(event: &LifeEvent, answers: &str, rule: &str) -> Option<Certainty> {
    let answers = answered(event, answers);
    let plan = plan(event, &answers);
    plan.lines()
        .find(|it| it.rule.id == rule)
        .map(|it| it.certainty)
}

/// Rule, answers that make it due, answers that do not.
type Row = (&'static str, &'static str, Option<&'static str>);

const BEREAVEMENT: [Row; 31] = [
    ("B1", "filed=no", Some("filed=yes")),
    (
        "B2",
        "head=yes remaining=two_or_more",
        Some("head=yes remaining=one"),
    ),
    ("B3", "insurance=national", Some("insurance=company")),
    (
        "B4",
        "insurance=national mourner=yes",
        Some("insurance=national mourner=no"),
    ),
    ("B5", "elderly=yes", Some("elderly=no")),
    (
        "B6",
        "elderly=yes mourner=yes",
        Some("elderly=yes mourner=no"),
    ),
    ("B7", "insurance=company", Some("insurance=national")),
    (
        "B7-2",
        "insurance=company dependants=yes",
        Some("insurance=national"),
    ),
    ("B8", "care=yes", Some("care=no")),
    ("B9", "pension=national", Some("pension=employees")),
    ("B10", "pension=employees", Some("pension=national")),
    (
        "B11",
        "pension=paying spouse_or_child=yes",
        Some("pension=paying spouse_or_child=no"),
    ),
    ("B12", "disability=yes", Some("disability=no")),
    (
        "B13",
        "child=yes allowance=yes",
        Some("child=yes allowance=no"),
    ),
    ("B14", "child=yes", Some("child=no")),
    ("B15", "child=yes child_medical=yes", Some("child=no")),
    ("B16", "vehicle=moped,kei", Some("vehicle=kei")),
    ("B17", "vehicle=kei", Some("vehicle=moped")),
    ("B18", "land=yes", Some("land=no")),
    ("B19", "land=yes", Some("land=no")),
    ("B20", "tax=yes", Some("tax=no")),
    ("B21", "housing=yes", Some("housing=no")),
    ("B22", "dog=yes", Some("dog=no")),
    ("B23", "water=yes", Some("water=no")),
    ("B24", "seal=yes", Some("seal=no")),
    ("B25", "atomic=yes", Some("atomic=no")),
    ("B26", "farmland=yes", Some("farmland=no")),
    ("B27", "grave=yes", Some("grave=no")),
    ("B28", "foreign=yes", Some("foreign=no")),
    ("B29", "certificates=yes", Some("certificates=no")),
    ("B30", "", None),
];

const BIRTH: [Row; 15] = [
    ("C1", "filed=no", Some("filed=yes")),
    (
        "C2",
        "order=first official=no",
        Some("order=first official=yes"),
    ),
    (
        "C3",
        "order=second_or_more receiving=yes official=no",
        Some("order=second_or_more receiving=no official=no"),
    ),
    ("C4", "official=yes", Some("official=no")),
    ("C5", "", None),
    ("C6", "insurance=national", Some("insurance=company")),
    ("C7", "mother_national=yes", Some("mother_national=no")),
    ("C8", "pension=yes", Some("pension=no")),
    ("C9", "", None),
    ("C10", "small=yes", Some("small=no")),
    ("C11", "single=yes", Some("single=no")),
    ("C12", "foreign=yes", Some("foreign=no")),
    ("C13", "", None),
    (
        "C14",
        "order=second_or_more nursery=yes",
        Some("order=first"),
    ),
    (
        "C15",
        "filed=yes certificates=yes",
        Some("filed=no certificates=yes"),
    ),
];

const MOVING: [Row; 27] = [
    ("M1", "kind=in", Some("kind=within")),
    ("M2", "kind=within", Some("kind=in")),
    ("M3", "kind=out", Some("kind=in")),
    ("M4", "kind=from_abroad", Some("kind=abroad")),
    ("M5", "kind=in card=yes", Some("kind=out card=yes")),
    ("M6", "kind=in join=yes", Some("kind=out")),
    ("M7", "kind=within late=yes", Some("kind=within late=no")),
    (
        "M8",
        "kind=in insurance=yes",
        Some("kind=within insurance=yes"),
    ),
    (
        "M9",
        "kind=within insurance=yes",
        Some("kind=in insurance=yes"),
    ),
    ("M10", "kind=in pension=yes", Some("kind=in pension=no")),
    ("M11", "kind=in care=yes", Some("kind=within care=yes")),
    ("M12", "kind=in elderly=yes", Some("kind=in elderly=no")),
    ("M13", "kind=in child=yes", Some("kind=within child=yes")),
    ("M14", "kind=out child=yes", Some("kind=in child=yes")),
    ("M15", "kind=within child=yes", Some("kind=within child=no")),
    (
        "M16",
        "kind=within child=yes school=yes",
        Some("kind=within child=yes school=no"),
    ),
    (
        "M17",
        "kind=within child=yes nursery=yes",
        Some("kind=within child=no"),
    ),
    (
        "M18",
        "kind=out disability=yes",
        Some("kind=out disability=no"),
    ),
    ("M19", "kind=in seal=yes", Some("kind=within")),
    ("M20", "kind=in dog=yes", Some("kind=in dog=no")),
    ("M21", "kind=in moped=yes", Some("kind=in moped=no")),
    ("M22", "kind=in water=yes", Some("kind=in water=no")),
    (
        "M23",
        "kind=in foreign=yes",
        Some("kind=abroad foreign=yes"),
    ),
    ("M24", "kind=in pregnant=yes", Some("kind=within")),
    (
        "M25",
        "kind=within new_house=yes",
        Some("kind=within new_house=no"),
    ),
    ("M26", "kind=from_abroad", Some("kind=out")),
    (
        "M27",
        "kind=within housing=yes",
        Some("kind=within housing=no"),
    ),
];

const TABLES: [(&str, &[Row]); 3] = [
    ("bereavement", &BEREAVEMENT),
    ("birth", &BIRTH),
    ("moving", &MOVING),
];

#[test]
fn every_rule_is_due_where_it_should_be_and_only_there() {
    for (id, rows) in TABLES {
        let event = event(id);
        for (rule, due, not_due) in rows {
            assert_eq!(
                certainty(&event, due, rule),
                Some(Certainty::Due),
                "{rule}: {due}"
            );
            if let Some(not_due) = not_due {
                assert_eq!(certainty(&event, not_due, rule), None, "{rule}: {not_due}");
            }
        }
    }
}

#[test]
fn every_rule_stands_in_the_table_of_these_tests() {
    for (id, rows) in TABLES {
        let event = event(id);
        let mut shipped: Vec<&str> = event.rules().iter().map(|it| it.id.as_str()).collect();
        let mut tested: Vec<&str> = rows.iter().map(|it| it.0).collect();
        shipped.sort_unstable();
        tested.sort_unstable();
        assert_eq!(shipped, tested);
    }
}

#[test]
fn whoever_does_not_know_loses_no_procedure() {
    for (id, rows) in TABLES {
        let event = event(id);
        for (rule, due, not_due) in rows {
            if not_due.is_none() {
                continue;
            }
            for answer in due.split_whitespace() {
                let (question, _) = answer.split_once('=').unwrap();
                let field = event.questions().field(question).unwrap();
                if !field.kind.options().iter().any(|it| it.id == UNKNOWN) {
                    continue;
                }
                let unknown = due.replace(answer, &format!("{question}={UNKNOWN}"));
                let named = event.rules().iter().find(|it| it.id == *rule).unwrap();
                let decides =
                    (named.when.iter().flat_map(|it| &it.all)).any(|it| it.field == question);
                // A question on which only another question hangs may leave a rule due by that one.
                let expected = if decides {
                    Certainty::ToConfirm
                } else {
                    Certainty::Due
                };
                assert_eq!(
                    certainty(&event, &unknown, rule),
                    Some(expected),
                    "{rule}: {unknown}"
                );
            }
        }
    }
}

#[test]
fn whoever_knows_nothing_is_shown_every_procedure() {
    for id in ["bereavement", "birth"] {
        let event = event(id);
        let all = (event.questions().fields().iter())
            .filter(|it| it.kind.options().iter().any(|it| it.id == UNKNOWN))
            .map(|it| format!("{}={UNKNOWN}", it.id))
            .collect::<Vec<_>>()
            .join(" ");
        let answers = answered(&event, &all);
        assert_eq!(plan(&event, &answers).lines().count(), event.rules().len());
    }
}

/// A family, its answers, and the rules of its plan in their order.
const FAMILIES: [(&str, &str, &str, &str); 5] = [
    (
        "a man of 78, head of his household, with a widow of 75, a pension, care, land, a light truck and a dog",
        "bereavement",
        "filed=yes head=yes remaining=one insurance=elderly elderly=yes care=yes pension=employees vehicle=kei land=yes \
         dog=yes water=yes seal=yes mourner=yes",
        "B5 B6 B8 B10 B17 B18 B19 B22 B23 B24 B30",
    ),
    (
        "an employee of 45 with a wife and two children",
        "bereavement",
        "filed=yes head=yes remaining=two_or_more insurance=company dependants=yes pension=paying spouse_or_child=yes \
         child=yes allowance=yes child_medical=yes land=yes mourner=yes",
        "B2 B7 B7-2 B11 B13 B14 B15 B18 B19 B30",
    ),
    (
        "a student who lived alone",
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
        "a family with two children that moves in from another city",
        "moving",
        "kind=in out_filed=yes card=yes insurance=yes child=yes school=yes seal=yes water=yes",
        "M1 M5 M8 M13 M15 M16 M19 M22 M26",
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
fn last_days_are_counted_from_the_right_day_to_an_open_one() {
    // Born on Tuesday 10 November 2026: registered within 14 days with that day, 23 November, a Monday;
    // the child allowance within 15 days from the day after, 25 November.
    let birth = event("birth");
    let answers = answered(
        &birth,
        "born_on=2026-11-10 filed=no order=first official=no mother_national=yes",
    );
    let plan_of_birth = plan(&birth, &answers);
    let last_day = |rule: &str| {
        let line = plan_of_birth.lines().find(|it| it.rule.id == rule).unwrap();
        (line.last_day, line.overdue)
    };
    assert_eq!(last_day("C1"), (Some(day("2026-11-23")), true));
    assert_eq!(last_day("C2"), (Some(day("2026-11-25")), false));
    assert_eq!(last_day("C5"), (Some(day("2026-12-10")), false));
    assert_eq!(last_day("C7"), (Some(day("2028-11-10")), false));
    // Moved on Saturday 7 November: fourteen days end on Saturday 21, so Monday 23 is the last.
    let moving = event("moving");
    let answers = answered(&moving, "kind=within moved_on=2026-11-07");
    let plan_of_move = plan(&moving, &answers);
    let line = plan_of_move.lines().find(|it| it.rule.id == "M2").unwrap();
    assert_eq!(line.last_day, Some(day("2026-11-23")));
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
