//! The shipped procedures on the shipped templates, as PDF read back by poppler: what a citizen's name is must stand there
//! code point by code point, and no paper may be too large for the office's network.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "whatever the helpers here cannot do is a failed test"
)]

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use chrono::NaiveDate;
use forms::{Application, CardItems, Sex};
use office::{Form, Office};
use paper::{Document, Template, Typesetter};

use crate::hub_process::repository;

/// A third of a megabyte for each of a family's papers.
const PDF_BYTES_MAX: usize = 300_000;

/// Names that break where somebody normalises, cuts, or has no font: compatibility ideographs, a variation selector,
/// characters beyond the basic plane and beyond JIS X 0213, half-width and small kana, a long name.
const NAMES: [&str; 11] = [
    "\u{FA1B}山　\u{FA19}子",
    "芦\u{E0100}田　太郎",
    "髙橋　﨑子",
    "𠮷野　渡邊",
    "辻　ヴァネッサ",
    "ｶﾞｷﾞ　キヨウコ",
    "キョウコ",
    "NGUYEN THI HOA",
    "NGUYỄN THỊ HOA",
    "鷗外　龍馬",
    "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処藪ら柑子の藪柑子パイポパイポ",
];

#[test]
fn every_name_reaches_the_paper_code_point_by_code_point() {
    let (office, typesetter) = office();
    let form = office.form("juminhyo").unwrap();
    for name in NAMES {
        let application = finished(form, name, "self", "all");
        let pdf = pdf(&office, form, &application, &typesetter);
        let text = text_of(&pdf);
        // Lines may break within a long name; nothing else may happen to it.
        let on_paper: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let expected: String = name.chars().filter(|it| !it.is_whitespace()).collect();
        assert!(on_paper.contains(&expected), "{name} is not in\n{text}");
    }
}

#[test]
fn every_shipped_form_is_one_page_that_says_what_was_answered() {
    let (office, typesetter) = office();
    for form in &office.procedures {
        let relations = form.procedure.field("relation").unwrap().kind.options();
        for relation in relations {
            let kind = form
                .procedure
                .field("kind")
                .map_or("", |it| match it.kind.options() {
                    [_, second, ..] => second.id.as_str(),
                    _ => "",
                });
            let application = finished(form, NAMES[0], &relation.id, kind);
            assert!(application.finished());
            let sheets = typesetter
                .typeset(&template(form), &document(&office, &application))
                .unwrap_or_else(|error| panic!("{error}"));
            let id = form.procedure.id();
            assert_eq!(sheets.pages(), 1, "{id} for {}", relation.id);
            assert_eq!(sheets.warnings(), []);
            assert_eq!(sheets.undrawn(), Vec::<String>::new());
            let text = text_of(&sheets.pdf().unwrap());
            for words in [
                "令和8年11月24日",
                "A-001",
                "福山市長",
                "昭和55年2月17日",
                "署名",
                "広島県福山市東桜町３番５号",
            ] {
                assert!(text.contains(words), "{words} is not on {id}:\n{text}");
            }
        }
    }
}

#[test]
fn every_shipped_template_is_without_mistakes_in_every_case() {
    let (office, typesetter) = office();
    for form in &office.procedures {
        let mistakes = typesetter.check(&template(form), &form.procedure, today());
        assert_eq!(mistakes, []);
    }
}

#[test]
fn a_form_without_any_answer_is_still_a_form() {
    let (office, typesetter) = office();
    for form in &office.procedures {
        let empty = Application::new(Arc::clone(&form.procedure), today());
        let text = text_of(&pdf(&office, form, &empty, &typesetter));
        assert!(text.contains("窓口に来た方"), "{text}");
        assert!(!text.contains("昭和"), "{text}");
    }
}

#[test]
fn papers_are_small_and_never_say_an_individual_number() {
    let (office, typesetter) = office();
    for form in &office.procedures {
        let application = finished(form, NAMES[10], "agent", "part");
        let pdf = pdf(&office, form, &application, &typesetter);
        assert!(
            pdf.len() <= PDF_BYTES_MAX,
            "{}: {} bytes",
            form.procedure.id(),
            pdf.len()
        );
        let text = text_of(&pdf);
        let digits: String = text
            .chars()
            .map(|it| if it.is_ascii_digit() { it } else { ' ' })
            .collect();
        assert!(digits.split(' ').all(|it| it.len() != 12), "{text}");
    }
}

fn office() -> (Office, Typesetter) {
    let office = Office::load(&repository().join("kiosk-config")).unwrap();
    let typesetter = Typesetter::open(&office.fonts_dir).unwrap();
    (office, typesetter)
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

/// The citizen's card, and the given answers; whatever else is asked gets its default or its first option.
fn finished(form: &Form, name: &str, relation: &str, kind: &str) -> Application {
    let mut application = Application::new(Arc::clone(&form.procedure), today());
    application.prefill(&CardItems {
        name: Some(name),
        address: Some("広島県福山市東桜町３番５号"),
        birth: NaiveDate::from_ymd_opt(1980, 2, 17),
        sex: Some(Sex::Female),
    });
    while let Some(field) = application.next_question() {
        let id = field.id.clone();
        let has = |option: &str| field.kind.options().iter().any(|it| it.id == option);
        let answer = match id.as_str() {
            "relation" if has(relation) => relation.to_owned(),
            "kind" if has(kind) => kind.to_owned(),
            "show" => "relationship,honseki".to_owned(),
            "phone" => "0849281058".to_owned(),
            "subject_birth" => "1989-01-07".to_owned(),
            "subject_address" => "広島県福山市松永町三丁目１番２９号".to_owned(),
            "seal_number" => "123456".to_owned(),
            _ => {
                let first = field.kind.options().first().map(|it| it.id.clone());
                let default = field.default.clone().or(first);
                default.unwrap_or_else(|| "福山　花子".to_owned())
            }
        };
        application.answer(&id, &answer).unwrap();
    }
    application
}

fn document<'a>(office: &'a Office, application: &'a Application) -> Document<'a> {
    Document {
        office: forms::text_in(&office.name, "ja"),
        application,
        date: today(),
        ticket: Some("A-001"),
    }
}

fn template(form: &Form) -> Template<'_> {
    let name = form.template.file_name().and_then(|it| it.to_str());
    Template {
        name: name.unwrap(),
        source: &form.template_source,
    }
}

fn pdf(
    office: &Office,
    form: &Form,
    application: &Application,
    typesetter: &Typesetter,
) -> Vec<u8> {
    let sheets = typesetter.typeset(&template(form), &document(office, application));
    sheets
        .unwrap_or_else(|error| panic!("{error}"))
        .pdf()
        .unwrap()
}

/// The PDF's text, as poppler reads it, in the order in which the file writes it.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(&path)
        .arg("-")
        .stderr(Stdio::inherit())
        .output()
        .expect("pdftotext is in the package poppler-utils");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
