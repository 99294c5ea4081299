//! A certificate as offices have them, a citizen's card, and what can be read from an application.

use std::sync::Arc;

use chrono::NaiveDate;
use forms::{
    Application, Ask, CardItem, CardItems, Choice, Clause, ClerkNote, Condition, Definition,
    Document, Fee, Field, Keyboard, Kind, Procedure, Provenance, Sex, Text,
};

pub fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

pub fn card() -> CardItems<'static> {
    CardItems {
        name: Some("\u{FA1B}山　太郎"),
        address: Some("広島県福山市東桜町３番５号"),
        birth: "1980-02-17".parse().ok(),
        sex: Some(Sex::Male),
    }
}

pub fn text(ja: &str) -> Text {
    Text::from([("ja".to_owned(), ja.to_owned())])
}

pub fn field(id: &str, kind: Kind) -> Field {
    Field {
        id: id.to_owned(),
        label: text(id),
        question: text(id),
        help: None,
        kind,
        required: true,
        prefill: None,
        when: None,
        default: None,
        ask: Ask::IfMissing,
        meaning: None,
        sensitive: None,
    }
}

pub fn choice(id: &str, options: &[&str]) -> Field {
    field(
        id,
        Kind::Choice {
            options: choices(options),
        },
    )
}

pub fn choices(ids: &[&str]) -> Vec<Choice> {
    let labels = [
        ("all", "世帯全員"),
        ("part", "世帯の一部"),
        ("male", "男"),
        ("female", "女"),
    ];
    let choice = |id: &&str| {
        let label = labels.iter().find(|it| it.0 == *id).map_or(*id, |it| it.1);
        let mut label = text(label);
        if *id == "all" {
            label.insert("en".to_owned(), "Whole household".to_owned());
        }
        Choice {
            id: (*id).to_owned(),
            label,
            note: None,
            alone: matches!(*id, "none" | "unknown"),
            days: None,
        }
    };
    ids.iter().map(choice).collect()
}

pub fn definition() -> Definition {
    let part = Condition {
        all: vec![Clause {
            field: "kind".into(),
            one_of: vec!["part".into()],
        }],
    };
    let of_card = |id, kind, item| Field {
        prefill: Some(item),
        ..field(id, kind)
    };
    Definition {
        id: "juminhyo".into(),
        name: text("住民票の写し"),
        service: "certificates".into(),
        signature: forms::SignatureMode::Paper,
        note: None,
        documents: vec![
            Document {
                name: text("本人確認書類"),
                when: None,
            },
            Document {
                name: text("委任状"),
                when: Some(part.clone()),
            },
        ],
        notes: vec![ClerkNote {
            text: "載せる方を確認".into(),
            when: Some(part.clone()),
        }],
        fees: vec![Fee {
            each_yen: 300,
            times: Some("copies".into()),
            when: None,
            at_least: None,
            confirmed: false,
        }],
        fields: vec![
            of_card("name", Kind::PersonName, CardItem::Name),
            of_card("address", Kind::Address, CardItem::Address),
            of_card("birth", birth(), CardItem::Birth),
            Field {
                required: false,
                ..of_card(
                    "sex",
                    Kind::Choice {
                        options: choices(&["male", "female"]),
                    },
                    CardItem::Sex,
                )
            },
            choice("kind", &["all", "part"]),
            Field {
                when: Some(part),
                ..field(
                    "people",
                    Kind::Text {
                        keyboard: Keyboard::Ja,
                        min_chars: 0,
                        max_chars: 100,
                    },
                )
            },
            Field {
                required: false,
                default: Some(String::new()),
                ..field(
                    "show",
                    Kind::Choices {
                        options: choices(&["relationship", "honseki"]),
                        none: Some(text("なし")),
                    },
                )
            },
            Field {
                default: Some("1".into()),
                ask: Ask::Always,
                ..field(
                    "copies",
                    Kind::Number {
                        min: 1,
                        max: 20,
                        unit: Some(text("通")),
                    },
                )
            },
        ],
    }
}

pub fn birth() -> Kind {
    Kind::Date {
        birth: true,
        not_after_today: false,
        not_before: None,
    }
}

pub fn certificate() -> Application {
    Application::new(Arc::new(Procedure::new(definition()).unwrap()), today())
}

/// The certificate's fields without conditions, and one of every other kind.
pub fn everything() -> Application {
    let mut definition = definition();
    definition.fields.retain(|it| it.id != "people");
    definition.fields.extend([
        Field {
            required: false,
            ..field("phone", Kind::Phone)
        },
        Field {
            required: false,
            ..field("postal", Kind::Postal)
        },
        field(
            "moved_on",
            Kind::Date {
                birth: false,
                not_after_today: true,
                not_before: "2000-01-01".parse().ok(),
            },
        ),
        field(
            "vehicle",
            Kind::Choices {
                options: choices(&["moped", "kei", "none", "unknown"]),
                none: None,
            },
        ),
        field(
            "kana",
            Kind::Text {
                keyboard: Keyboard::Kana,
                min_chars: 0,
                max_chars: 40,
            },
        ),
        field(
            "digits",
            Kind::Text {
                keyboard: Keyboard::Digits,
                min_chars: 2,
                max_chars: 10,
            },
        ),
    ]);
    Application::new(Arc::new(Procedure::new(definition).unwrap()), today())
}

/// Answers every question as it comes and tells which came.
pub fn questions(application: &mut Application, answers: &[(&str, &str)]) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some(id) = application.next_question().map(|it| it.id.clone()) {
        let answer = answers.iter().find(|it| it.0 == id).unwrap().1;
        application.answer(&id, answer).unwrap();
        asked.push(id);
    }
    asked
}

pub fn rows(
    application: &Application,
    language: &str,
) -> Vec<(String, String, Option<Provenance>)> {
    let rows = application.rows(language);
    rows.map(|it| (it.field.id.clone(), it.words.to_string(), it.provenance))
        .collect()
}

pub fn owned(row: (&str, &str, Option<Provenance>)) -> (String, String, Option<Provenance>) {
    (row.0.to_owned(), row.1.to_owned(), row.2)
}

pub fn words(application: &Application, field: &str) -> Option<String> {
    words_in(application, field, "ja")
}

pub fn words_in(application: &Application, field: &str, language: &str) -> Option<String> {
    rows(application, language)
        .into_iter()
        .find(|it| it.0 == field)
        .map(|it| it.1)
}

pub fn provenance(application: &Application, field: &str) -> Option<Provenance> {
    rows(application, "ja")
        .into_iter()
        .find(|it| it.0 == field)
        .and_then(|it| it.2)
}
