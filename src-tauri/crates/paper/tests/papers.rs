//! A template and an application become a paper; a mistake in the template becomes a sentence with its line.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{path::Path, sync::Arc, sync::LazyLock};

use chrono::NaiveDate;
use forms::{
    Application, Ask, CardItem, CardItems, Choice, Clause, Condition, Definition, Fee, Field, Kind,
    Procedure, Text,
};
use paper::{Document, Sheets, Template, TypesetError, Typesetter};

static TYPESETTER: LazyLock<Typesetter> = LazyLock::new(|| {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config/fonts");
    Typesetter::open(&fonts).unwrap()
});

#[test]
fn a_template_sees_the_application_in_words() {
    // The template itself holds what it is told against what it must be; a difference is a mistake with a line.
    let template = r#"
#assert.eq(sys.inputs.office, "福山市 市民課")
#assert.eq(sys.inputs.procedure, "住民票の写し")
#assert.eq(sys.inputs.date, "令和8年11月24日")
#assert.eq(sys.inputs.ticket, "A-001")
#assert.eq(sys.inputs.fee, "600円(300円×2)")
#assert.eq(sys.inputs.values, (name: "\u{FA1B}山　太郎", kind: "世帯全員", copies: "2通"))
#assert.eq(sys.inputs.labels, (name: "name", kind: "kind", people: "people", copies: "copies"))
#assert.eq(sys.inputs.from_card, ("name",))
#assert.eq(sys.inputs.options.kind.map(it => (it.id, it.chosen)), (("all", true), ("part", false)))
#assert.eq(sys.inputs.documents, ())
#assert.eq(sys.inputs.notes, ())
#assert.eq(datetime.today().display(), "2026-11-24")
受付
"#;
    let sheets = typeset(template, Some("A-001")).unwrap();
    assert_eq!(sheets.pages(), 1);
    assert_eq!(sheets.warnings(), []);
}

#[test]
fn a_paper_is_a_pdf_of_its_pages_and_a_picture_of_each() {
    let template = "#set text(font: \"Noto Sans CJK JP\")\n#sys.inputs.values.name\n#pagebreak()\n#sys.inputs.date";
    let sheets = typeset(template, None).unwrap();
    assert_eq!(sheets.pages(), 2);
    let pdf = sheets.pdf().unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"), "{:?}", pdf.get(..8));
    assert!(pdf.len() < 300_000, "{} bytes", pdf.len());
    let png = sheets.png(1, 72.0).unwrap().unwrap();
    assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]));
    // A4 at 72 pixels per inch.
    assert_eq!(png.get(16..24), Some(&[0, 0, 2, 83, 0, 0, 3, 74][..]));
    assert!(sheets.png(2, 72.0).unwrap().is_none());
}

#[test]
fn the_same_paper_is_the_same_file() {
    let pdf = || {
        typeset("#sys.inputs.values.name", None)
            .unwrap()
            .pdf()
            .unwrap()
    };
    assert!(pdf() == pdf());
}

#[test]
fn a_mistake_in_a_template_is_told_with_its_line() {
    for (template, expected) in [
        ("a\n\n#valeu", "form.typ:3: unknown variable: valeu"),
        ("a\n#let x = (", "form.typ:2: unclosed delimiter"),
        (
            "a\n#sys.inputs.values.nmae",
            "form.typ:2: dictionary does not contain key \"nmae\"",
        ),
        // What fails inside the shared parts is told where the template calls them.
        (
            "#import \"/parts.typ\": *\n\n#part([1], ([a],))",
            "form.typ:3: array index out of bounds",
        ),
        (
            "#import \"other.typ\": x",
            "form.typ:1: file not found (searched at other.typ)",
        ),
        (
            "\n#image(\"seal.png\")",
            "form.typ:2: file not found (searched at seal.png)",
        ),
        (
            "#import \"@preview/cetz:0.3.0\"",
            "form.typ:1: file not found",
        ),
        ("#while true { }", "form.typ:1: "),
        (
            "#for _ in range(60) { pagebreak() }",
            "expected 1 to 50 pages, the template wrote 61",
        ),
    ] {
        let error = typeset(template, None).err().unwrap();
        assert!(
            error.to_string().starts_with(expected),
            "\n  expected {expected}\n  found {error}"
        );
        if let TypesetError::Template(mistakes) = error {
            assert!(mistakes.iter().all(|it| it.template == "form.typ"));
        }
    }
}

#[test]
fn a_check_finds_a_mistake_that_only_one_answer_brings_out() {
    let template = "#if \"people\" in sys.inputs.values { valeu }\n#set text(font: \"Nowhere\")\nx";
    let template = Template {
        name: "form.typ",
        source: template,
    };
    let application = application();
    let mistakes = TYPESETTER.check(&template, application.procedure(), today());
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "form.typ:2: unknown font family: nowhere",
            "form.typ:1: unknown variable: valeu"
        ]
    );
}

#[test]
fn a_font_that_is_not_there_is_a_warning_with_its_line() {
    let sheets = typeset("\n#set text(font: \"IPAmj明朝\")\nx", None).unwrap();
    let warnings: Vec<String> = sheets.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["form.typ:2: unknown font family: ipamj明朝"]);
}

#[test]
fn what_no_font_can_draw_is_told() {
    let names = "#set text(font: \"Noto Sans CJK JP\")\n\u{FA1B}山 \u{FA19} 芦\u{E0100}田 髙橋 﨑田 𠮷野 渡邉\u{E0103} 辻 ｶﾞｷﾞ ヴ NGUYỄN";
    assert_eq!(
        typeset(names, None).unwrap().undrawn(),
        Vec::<String>::new()
    );
    let beyond = "外\u{E000}字 𰻞 外\u{E000}";
    assert_eq!(typeset(beyond, None).unwrap().undrawn(), ["\u{E000}", "𰻞"]);
}

#[test]
fn a_folder_without_fonts_is_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let error = Typesetter::open(&folder).err().unwrap();
    assert_eq!(error.to_string(), "no OpenType font was found");
    assert!(Typesetter::new([b"not a font".to_vec()]).is_err());
}

fn typeset(template: &str, ticket: Option<&str>) -> Result<Sheets, TypesetError> {
    let application = application();
    let template = Template {
        name: "form.typ",
        source: template,
    };
    let document = Document {
        office: "福山市 市民課",
        application: &application,
        date: today(),
        ticket,
        code: None,
        signed: None,
    };
    TYPESETTER.typeset(&template, &document)
}

fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn application() -> Application {
    let text = |ja: &str| Text::from([("ja".to_owned(), ja.to_owned())]);
    let field = |id: &str, kind| Field {
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
    };
    let option = |id: &str, label| Choice {
        id: id.to_owned(),
        label: text(label),
        note: None,
        alone: false,
        days: None,
    };
    let procedure = Procedure::new(Definition {
        id: "juminhyo".to_owned(),
        name: text("住民票の写し"),
        service: "certificates".to_owned(),
        signature: forms::SignatureMode::Paper,
        note: None,
        documents: vec![],
        notes: vec![],
        fees: vec![Fee {
            each_yen: 300,
            times: Some("copies".to_owned()),
            when: None,
            at_least: None,
            confirmed: true,
        }],
        fields: vec![
            Field {
                prefill: Some(CardItem::Name),
                ..field("name", Kind::PersonName)
            },
            field(
                "kind",
                Kind::Choice {
                    options: vec![option("all", "世帯全員"), option("part", "世帯の一部")],
                },
            ),
            Field {
                when: Some(Condition {
                    all: vec![Clause {
                        field: "kind".to_owned(),
                        one_of: vec!["part".to_owned()],
                    }],
                }),
                ..field("people", Kind::PersonName)
            },
            field(
                "copies",
                Kind::Number {
                    min: 1,
                    max: 20,
                    unit: Some(text("通")),
                },
            ),
        ],
    });
    let mut application = Application::new(Arc::new(procedure.unwrap()), today());
    application.prefill(&CardItems {
        name: Some("\u{FA1B}山　太郎"),
        ..CardItems::default()
    });
    application.answer("kind", "all").unwrap();
    application.answer("copies", "2").unwrap();
    application
}
