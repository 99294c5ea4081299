//! What the forms of this side say, written down for the page's own checks: `ui/src/phone/vectors.json`.
//!
//! The page asks the same questions in TypeScript. It is tested with these answers, so the two cannot drift apart:
//! this test fails where the file is stale (`cargo xtask bless` renews it), the page's where it answers otherwise.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use chrono::NaiveDate;
use forms::{
    Application, Ask, Choice, Clause, Condition, Definition, Document, Fee, Field, Keyboard, Kind,
    Procedure, Provenance,
};
use serde_json::{Value, json};
use wire::prefill::{PhoneField, PhoneProcedure};

const WALKS: u64 = 24;
const STEPS: usize = 7;
const DRAWN_PER_FIELD: usize = 40;

/// What people and other keyboards put into fields, one after the other into every kind.
const TYPED: &[&str] = &[
    "",
    " ",
    "\u{3000}",
    "0",
    "1",
    "２０",
    " 3 ",
    "007",
    "21",
    "4294967296",
    "-1",
    "1.5",
    "千",
    "all",
    "part",
    "part,all",
    "all,all",
    "all, part",
    "all,nothing",
    "none",
    "all,none",
    ",",
    "福山 太郎",
    "\u{FA1B}山　太郎",
    "芦\u{E0100}田",
    "𠮷野",
    "ふくやま たろう",
    "ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ ｳﾞｧﾈｯｻ",
    "キヨウコ",
    "きょうこ",
    "か\u{3099}",
    "ｱﾞ",
    "ヽヾゝゞ",
    "･・ｰー",
    "゛",
    "a\u{0}b",
    "a\u{200E}b",
    "a\nb",
    "\nfinal\r\n",
    "NGUYEN THI HOA",
    "Nguyễn",
    "１２３４５６７",
    "000-0000",
    "0010000",
    "フ-クヤ−マ‐",
    "- フ",
    "1954",
    "1954-00-00",
    "1954-05",
    "19541200",
    "1989",
    "1989-01-00",
    "1954-13",
    "1868",
    "2027",
    "2026-12",
    "1234567",
    "12345678",
    "720-8501",
    "〒720-8501",
    "〒７２０−８５０１",
    "0849281058",
    "084-928-1058",
    "(084)928 1058",
    "０９０ー１２３４ー５６７８",
    "+81 90 1234 5678",
    "＋81-84-928-1058",
    "+81 0849281058",
    "90-1234-5678",
    "09012345678901",
    "2026-11-24",
    "2026-11-25",
    "2026-02-29",
    "2024-02-29",
    "1872-12-31",
    "1873-01-01",
    "1912-07-29",
    "1912-07-30",
    "1926-12-24",
    "1926-12-25",
    "1989-01-07",
    "1989-01-08",
    "2019-04-30",
    "2019-05-01",
    "2020-01-01",
    "2025-12-31",
    "10000-01-01",
    "2026-13-01",
    "2026-00-10",
    "昭和64年2月",
];

/// What is drawn from where [`TYPED`] has not thought of it.
const SIGNS: &[char] = &[
    'あ',
    'が',
    'ア',
    'ガ',
    'ｶ',
    'ﾞ',
    'ﾟ',
    'ｯ',
    'ー',
    '・',
    ' ',
    '\u{3000}',
    '1',
    '０',
    '-',
    '(',
    '山',
    '𠮷',
    '\u{FA1B}',
    '\u{E0101}',
    '\u{3099}',
    'a',
    'Z',
    '.',
    ',',
    '\u{202E}',
    '〒',
    'ヷ',
    'を',
    'ん',
    'ゖ',
];

#[test]
fn the_page_is_tested_with_what_the_forms_say() {
    let lines = |values: Vec<Value>| {
        let lines: Vec<String> = values.iter().map(Value::to_string).collect();
        lines.join(",\n")
    };
    let fresh = format!(
        "{{\"today\":\"{}\",\n\"fields\":[\n{}\n],\n\"walks\":[\n{}\n],\n\"sealed\":{}\n}}\n",
        today(),
        lines(kinds().into_iter().map(cases).collect()),
        lines((1..=WALKS).map(walk).collect()),
        super::tests::sample(),
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/phone/vectors.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(
        committed == fresh,
        "ui/src/phone/vectors.json is stale: run `cargo xtask bless` and look at the difference"
    );
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn text(ja: &str, en: &str) -> forms::Text {
    [("ja", ja), ("en", en)]
        .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
        .into()
}

fn options(ids: &[&str]) -> Vec<Choice> {
    let option = |id: &&str| Choice {
        id: (*id).to_owned(),
        label: text(&format!("{id}です"), &format!("the {id}")),
        note: None,
        alone: *id == "none",
        days: None,
    };
    ids.iter().map(option).collect()
}

fn field(id: &str, kind: Kind, required: bool) -> Field {
    Field {
        id: id.to_owned(),
        label: text(id, id),
        question: text(id, id),
        help: None,
        kind,
        required,
        prefill: None,
        when: None,
        default: None,
        ask: Ask::IfMissing,
        meaning: None,
        sensitive: None,
    }
}

fn kinds() -> Vec<Field> {
    let typed = |keyboard, min_chars, max_chars| Kind::Text {
        keyboard,
        min_chars,
        max_chars,
    };
    let date = |birth, not_after_today, not_before| Kind::Date {
        birth,
        not_after_today,
        not_before,
    };
    let number = |min, max, unit: Option<(&str, &str)>| Kind::Number {
        min,
        max,
        unit: unit.map(|(ja, en)| text(ja, en)),
    };
    let kinds = [
        Kind::Choice {
            options: options(&["all", "part"]),
        },
        Kind::Choices {
            options: options(&["all", "part", "head"]),
            none: None,
        },
        Kind::Choices {
            options: options(&["all", "part"]),
            none: Some(text("記載しない", "none")),
        },
        number(1, 20, Some(("通", "copies"))),
        number(0, u32::MAX, Some(("", ""))),
        number(3, 7, None),
        typed(Keyboard::Ja, 0, 8),
        typed(Keyboard::Kana, 2, 8),
        typed(Keyboard::Latin, 0, 12),
        typed(Keyboard::Digits, 7, 7),
        Kind::PersonName,
        Kind::Address,
        date(true, false, None),
        date(false, true, None),
        date(false, false, NaiveDate::from_ymd_opt(2020, 1, 2)),
        Kind::Phone,
        Kind::Postal,
        Kind::Choices {
            options: options(&["all", "part", "none"]),
            none: None,
        },
    ];
    let numbered = kinds.into_iter().enumerate();
    numbered
        .map(|(at, kind)| field("it", kind, at % 2 == 0))
        .collect()
}

/// What one kind of field makes of everything typed.
fn cases(field: Field) -> Value {
    let shown = PhoneField::from(&field);
    let mut draw = Draw(field.label.len() as u64 * 7919 + 17);
    let drawn = (0..DRAWN_PER_FIELD).map(|_| draw.text());
    let too_long = "山".repeat(201);
    let typed: Vec<String> = TYPED
        .iter()
        .map(|it| (*it).to_owned())
        .chain(drawn)
        .chain([too_long])
        .collect();
    let procedure = Arc::new(procedure(vec![field.clone()], vec![], vec![]).unwrap());
    let cases = typed.iter().map(|typed| {
        let mut application = Application::new(Arc::clone(&procedure), today());
        match application.answer("it", typed) {
            Ok(()) => {
                let kept = application.value("it");
                json!([
                    typed,
                    kept,
                    field.in_words(kept, "ja"),
                    field.in_words(kept, "en")
                ])
            }
            Err(refusal) => json!([typed, refusal.code()]),
        }
    });
    json!({ "field": shown, "cases": cases.collect::<Vec<_>>() })
}

fn procedure(fields: Vec<Field>, documents: Vec<Document>, fees: Vec<Fee>) -> Option<Procedure> {
    Procedure::new(Definition {
        id: "walk".to_owned(),
        name: text("歩く", "walk"),
        service: "certificates".to_owned(),
        signature: forms::SignatureMode::Paper,
        note: None,
        documents,
        fees,
        fields,
        notes: vec![],
    })
    .ok()
}

/// A form that nobody wrote, answered in an order that nobody chose.
fn walk(seed: u64) -> Value {
    let mut draw = Draw(seed * 104_729);
    let procedure = loop {
        if let Some(procedure) = drawn_procedure(&mut draw) {
            break Arc::new(procedure);
        }
    };
    let mut application = Application::new(Arc::clone(&procedure), today());
    let steps = (0..STEPS).map(|_| {
        let field = &procedure.fields()[draw.below(procedure.fields().len())];
        let typed = match &field.kind {
            Kind::Choice { .. } => ["a", "b", "c", "", "d"][draw.below(5)],
            Kind::Choices { .. } => ["a", "b,c", "", "c,a"][draw.below(4)],
            Kind::Number { .. } => ["2", "", "1000", "1"][draw.below(4)],
            Kind::Text { .. }
            | Kind::Date { .. }
            | Kind::PersonName
            | Kind::Address
            | Kind::Phone
            | Kind::Postal => ["山", "", "海"][draw.below(3)],
        };
        let said = application.answer(&field.id, typed);
        json!({
            "field": field.id, "typed": typed, "refused": said.err().map(forms::Refusal::code),
            "next": application.next_question().map(|it| it.id.as_str()),
            "remaining": application.remaining(),
            "typed_answers": application.answers().filter(|it| it.provenance == Provenance::Typed)
                .map(|it| [it.field.id.clone(), it.value.to_owned()]).collect::<Vec<_>>(),
            "rows": application.rows("ja").map(|it| [it.field.id.clone(), it.words.to_string()]).collect::<Vec<_>>(),
            "fee": (["ja", "en"].map(|it| application.fee(it))),
            "documents": application.documents().map(|it| it.name["ja"].clone()).collect::<Vec<_>>(),
        })
    });
    let steps: Vec<Value> = steps.collect();
    json!({ "procedure": PhoneProcedure::of(&procedure), "steps": steps })
}

fn drawn_procedure(draw: &mut Draw) -> Option<Procedure> {
    let count = 4 + draw.below(5);
    let ids: Vec<String> = (0..count).map(|at| format!("f{at}")).collect();
    let fields = ids.iter().map(|id| {
        let kind = match draw.below(4) {
            0 | 1 => Kind::Choice {
                options: options(&["a", "b", "c"]),
            },
            2 => Kind::Choices {
                options: options(&["a", "b", "c"]),
                none: Some(text("なし", "none")),
            },
            _ => Kind::Text {
                keyboard: Keyboard::Ja,
                min_chars: 0,
                max_chars: 5,
            },
        };
        let choice = !kind.options().is_empty();
        let required = draw.below(2) == 0;
        let mut field = field(id, kind, required);
        if draw.below(3) == 0 {
            field.default = match (choice, required) {
                (true, true) => Some("b".to_owned()),
                (_, false) => Some(String::new()),
                (false, true) => None,
            };
        }
        if draw.below(2) == 0 {
            field.ask = Ask::Always;
        }
        if draw.below(2) == 0 {
            field.when = Some(condition(&ids, draw));
        }
        field
    });
    let mut fields: Vec<Field> = fields.collect();
    let count = Kind::Number {
        min: 1,
        max: 1_000,
        unit: None,
    };
    fields.push(field("count", count, false));
    let documents = (0..2).map(|at| Document {
        name: text(&format!("書類{at}"), "paper"),
        when: Some(condition(&ids, draw)),
    });
    let documents: Vec<Document> = documents.collect();
    let fees = (0..2).map(|at| Fee {
        each_yen: 300 + 450 * at,
        times: (draw.below(2) == 0).then(|| "count".to_owned()),
        when: (draw.below(2) == 0).then(|| condition(&ids, draw)),
        at_least: (draw.below(3) == 0).then(|| condition(&ids, draw)),
        confirmed: draw.below(2) == 0,
    });
    let fees = fees.collect();
    procedure(fields, documents, fees)
}

fn condition(ids: &[String], draw: &mut Draw) -> Condition {
    let clauses = 1 + draw.below(2);
    let clause = |draw: &mut Draw| Clause {
        field: ids[draw.below(ids.len())].clone(),
        one_of: ["a", "b", "c"][draw.below(3)..]
            .iter()
            .map(|it| (*it).to_owned())
            .collect(),
    };
    let all = (0..clauses).map(|_| clause(draw)).collect();
    Condition { all }
}

/// A generator whose numbers are the same everywhere (xorshift64*).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number % most as u64).unwrap()
    }

    fn text(&mut self) -> String {
        let length = 1 + self.below(9);
        (0..length)
            .map(|_| SIGNS[self.below(SIGNS.len())])
            .collect()
    }
}

#[test]
fn the_drawn_forms_ask_under_conditions() {
    let texts: BTreeMap<u64, String> = (1..=WALKS).map(|it| (it, walk(it).to_string())).collect();
    let conditional = texts.values().filter(|it| it.contains("one_of")).count();
    assert!(conditional as u64 * 2 > WALKS, "{conditional}");
}
