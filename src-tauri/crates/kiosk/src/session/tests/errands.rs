//! The small office of [`super::stage`] with a life event, further procedures, and words to search by.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers outside of #[test]"
)]

use std::sync::Arc;

use forms::{
    Ask, CardItem, Choice, Clause, Condition, Definition, Field, Kind, Procedure,
    life_event::{Deadline, Department, Later, LifeEvent, Rule, RuleKind, Within},
    search::Index,
};
use wire::kiosk::{KioskInput, PlanScreen, Screen};

use super::stage::{Stage, four_items, ja};
use crate::session::{Entry, Find, LifeEvent as KioskLifeEvent, Target};

impl Stage {
    /// An office whose tile `moved` asks about a move.
    pub(super) fn with_errands() -> Self {
        let mut stage = Self::new();
        let setup = &mut stage.session.setup;
        for procedure in [register(), cover(), seal()] {
            let id = procedure.id().to_owned();
            setup.procedures.insert(id, Arc::new(procedure));
        }
        let known = setup.procedures.keys().map(String::as_str).collect();
        let event = LifeEvent::new(Arc::new(questions()), rules(), departments(), &known).unwrap();
        let event = KioskLifeEvent {
            event: Arc::new(event),
            service: "moving".to_owned(),
        };
        setup.life_events.insert("move".to_owned(), event);
        setup.entries[0].target = Target::Procedures(vec!["residence".into(), "seal".into()]);
        let moved = Entry {
            target: Target::LifeEvent("move".to_owned()),
            ..setup.entries[1].clone()
        };
        setup.entries.push(Entry {
            view: wire::kiosk::EntryView {
                id: "moved".to_owned(),
                ..moved.view
            },
            target: moved.target,
        });
        setup.search = Index::new([
            vec!["引っ越し", "ひっこし", "moved house"],
            vec!["住民票", "じゅうみんひょう"],
            vec!["国保", "こくほ"],
        ]);
        setup.finds = vec![
            Find::Entry("moved".to_owned()),
            Find::Procedure("residence".to_owned()),
            Find::Procedure("cover".to_owned()),
        ];
        stage
    }

    pub(super) fn entry(&mut self, id: &str) -> &mut Self {
        self.tap(KioskInput::Entry { id: id.to_owned() })
    }

    pub(super) fn procedure(&mut self, id: &str) -> &mut Self {
        self.tap(KioskInput::Procedure { id: id.to_owned() })
    }

    /// From the idle screen to the plan of somebody who moved in, is insured, and has a dog.
    pub(super) fn up_to_plan(&mut self) -> &mut Self {
        self.entry("moved")
            .answer("kind", "in")
            .answer("moved_on", "2026-11-20")
            .answer("insured", "yes")
            .answer("dog", "yes")
    }

    /// From the plan to the first question of its forms, with a card.
    pub(super) fn up_to_forms(&mut self) -> &mut Self {
        self.up_to_plan()
            .tap(KioskInput::Prepare)
            .read_card()
            .tap(KioskInput::Accept)
    }

    /// All forms of the plan, to the page with all of them.
    pub(super) fn up_to_papers(&mut self) -> &mut Self {
        self.up_to_forms()
            .answer("before", "どこか1-1")
            .answer("since", "2026-11-20")
    }

    /// At 「どのように入力しますか」: the card is put down and read.
    pub(super) fn read_card(&mut self) -> &mut Self {
        use card::session::{Document, ReaderState};
        self.tap(super::stage::USE_CARD)
            .reader(ReaderState::Empty)
            .reader(ReaderState::Card)
            .report(super::stage::looked(Document::MyNumber, Some(3)))
            .type_pin()
            .report(four_items())
    }

    pub(super) fn plan(&self) -> PlanScreen {
        match self.screen() {
            Screen::Plan(plan) => plan,
            _ => panic!("{}", self.at()),
        }
    }
}

fn field(id: &str, kind: Kind) -> Field {
    Field {
        id: id.to_owned(),
        label: ja(id),
        question: ja(id),
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

fn meaning(id: &str, kind: Kind, meaning: &str) -> Field {
    Field {
        meaning: Some(meaning.into()),
        ..field(id, kind)
    }
}

fn of_card(id: &str, kind: Kind, item: CardItem, what: &str) -> Field {
    Field {
        prefill: Some(item),
        ..meaning(id, kind, what)
    }
}

fn choice(ids: &[&str]) -> Kind {
    let options = ids.iter().map(|id| Choice {
        id: (*id).to_owned(),
        label: ja(id),
        note: None,
        alone: false,
        days: None,
    });
    Kind::Choice {
        options: options.collect(),
    }
}

const DAY: Kind = Kind::Date {
    birth: false,
    not_after_today: false,
    not_before: None,
};

fn procedure(id: &str, service: &str, fields: Vec<Field>) -> Procedure {
    Procedure::new(Definition {
        id: id.to_owned(),
        name: ja(id),
        service: service.to_owned(),
        signature: forms::SignatureMode::Paper,
        note: None,
        documents: Vec::new(),
        fees: Vec::new(),
        fields,
        notes: Vec::new(),
    })
    .unwrap()
}

fn applicant() -> [Field; 2] {
    [
        of_card("who", Kind::PersonName, CardItem::Name, "applicant.name"),
        of_card(
            "lives",
            Kind::Address,
            CardItem::Address,
            "applicant.address",
        ),
    ]
}

fn register() -> Procedure {
    let mut fields = Vec::from(applicant());
    fields.push(meaning("day", DAY, "move.day"));
    fields.push(field("before", Kind::Address));
    procedure("register", "moving", fields)
}

fn cover() -> Procedure {
    let mut fields = Vec::from(applicant());
    fields.push(meaning("day", DAY, "move.day"));
    fields.push(field("since", DAY));
    procedure("cover", "family", fields)
}

fn seal() -> Procedure {
    let mut fields = Vec::from(applicant());
    fields.push(field(
        "copies",
        Kind::Number {
            min: 1,
            max: 9,
            unit: None,
        },
    ));
    procedure("seal", "certificates", fields)
}

fn questions() -> Procedure {
    let yes_no = || choice(&["yes", "no", "unknown"]);
    let dog = Field {
        when: Some(when("kind", &["in", "unknown"])),
        ..field("dog", yes_no())
    };
    procedure(
        "move",
        "moving",
        vec![
            field("kind", choice(&["in", "out", "unknown"])),
            meaning("moved_on", DAY, "move.day"),
            field("insured", yes_no()),
            dog,
        ],
    )
}

fn when(field: &str, one_of: &[&str]) -> Condition {
    Condition {
        all: vec![Clause {
            field: field.to_owned(),
            one_of: one_of.iter().map(|it| (*it).to_owned()).collect(),
        }],
    }
}

fn rules() -> Vec<Rule> {
    let rule = |id: &str, at: &str| Rule {
        id: id.to_owned(),
        name: ja(id),
        when: Vec::new(),
        at: at.to_owned(),
        kind: RuleKind::Procedure,
        bring: Vec::new(),
        deadline: None,
        forms: Vec::new(),
        note: None,
        later: None,
    };
    let deadline = Deadline {
        within: Some(Within::Days(14)),
        from: Some("moved_on".to_owned()),
        first_day_counts: false,
        moves_to_open_day: true,
        words: ja("14日以内"),
    };
    vec![
        Rule {
            when: vec![when("kind", &["in"])],
            bring: vec![ja("転出証明書"), ja("本人確認書類")],
            deadline: Some(deadline),
            forms: vec!["register".to_owned()],
            ..rule("R1", "moving")
        },
        Rule {
            when: vec![when("insured", &["yes"])],
            bring: vec![ja("資格確認書"), ja("本人確認書類")],
            forms: vec!["cover".to_owned()],
            ..rule("R2", "insurance")
        },
        Rule {
            when: vec![when("dog", &["yes"])],
            ..rule("R3", "hygiene")
        },
        Rule {
            kind: RuleKind::Automatic,
            ..rule("R4", "moving")
        },
        Rule {
            when: vec![when("kind", &["in"])],
            forms: vec!["residence".to_owned()],
            later: Some(Later {
                when: Vec::new(),
                why: ja("異動が済んでから"),
            }),
            ..rule("R5", "certificates")
        },
    ]
}

fn departments() -> Vec<Department> {
    let department = |id: &str, service: Option<&str>| Department {
        id: id.to_owned(),
        name: ja(id),
        place: None,
        service: service.map(str::to_owned),
    };
    vec![
        department("moving", Some("moving")),
        department("insurance", Some("family")),
        department("certificates", Some("certificates")),
        department("hygiene", None),
    ]
}
