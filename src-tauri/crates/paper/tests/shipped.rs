//! Every shipped procedure from the first question to the paper: with a card and without, with the longest names, and with
//! the names that break where somebody normalises, cuts, or has no font.
//!
//! With `PAPERS_TO=/some/folder` the papers are left there as pictures, to be looked at.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

#[path = "shipped/packet.rs"]
mod packet;
#[path = "shipped/signatures.rs"]
mod signatures;
#[path = "shipped/tags.rs"]
mod tags;
#[path = "shipped/whose.rs"]
mod whose;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::Command,
    sync::{Arc, LazyLock},
};

use chrono::NaiveDate;
use forms::{Application, CardItems, Field, Kind, Procedure, Refusal, Sex, Shared, spared};
use office::{Form, Office};
use paper::{CaseCode, Document, Sheets, Template, Typesetter};

static OFFICE: LazyLock<Office> = LazyLock::new(|| {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
    Office::load(&config).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
});

static TYPESETTER: LazyLock<Typesetter> =
    LazyLock::new(|| Typesetter::open(&OFFICE.fonts_dir).unwrap());

/// Compatibility ideographs, a variation selector, characters beyond the basic plane and beyond JIS X 0213, half-width and
/// small kana, a name in Latin letters, a name of one part, and one of 70 characters.
const NAMES: [&str; 12] = [
    "\u{FA1B}山　\u{FA19}子",
    "芦\u{E0100}田　太郎",
    "髙橋　﨑子",
    "𠮷野　渡邉\u{E0103}",
    "辻　神一",
    "ｶﾞｷﾞ　ヴァネッサ",
    "キヨウコ",
    "キョウコ",
    "NGUYEN THI HOA (グエン　ホア)",
    "鷗外",
    "NGUYỄN THỊ HOA",
    "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処藪ら柑子の藪柑子パイポパイポパイポのシューリンガンシューリンガン",
];

const LONG_ADDRESS: &str = "広島県福山市神辺町大字川北１１５１番地の１　ネオハイツ・サンシャイン神辺ステーションフロント弐番館１２０５号室";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

/// How a citizen answers: which option of every choice, and as whom.
#[derive(Clone, Copy)]
struct Way {
    option: usize,
    name: &'static str,
    address: &'static str,
    card: bool,
}

const CALM: Way = Way {
    option: 0,
    name: "\u{FA1B}山　太郎",
    address: "広島県福山市東桜町３番５号",
    card: true,
};

fn begun(procedure: &Arc<Procedure>, way: Way) -> Application {
    let mut application = Application::new(Arc::clone(procedure), today());
    if way.card {
        application.prefill(&CardItems {
            name: Some(way.name),
            address: Some(way.address),
            birth: NaiveDate::from_ymd_opt(1980, 2, 17),
            sex: Some(Sex::Female),
        });
    }
    application
}

/// Answers whatever is asked, to the end, and tells how many questions that were.
fn finish(application: &mut Application, way: Way) -> usize {
    let mut asked = 0;
    while let Some(field) = application.next_question() {
        let id = field.id.clone();
        let answer = an_answer(field, way);
        application
            .answer(&id, &answer)
            .unwrap_or_else(|refusal| panic!("{id}: {answer}: {refusal}"));
        asked += 1;
        assert!(asked <= 200, "the questions do not end");
    }
    asked
}

fn finished(procedure: &Arc<Procedure>, way: Way) -> Application {
    let mut application = begun(procedure, way);
    finish(&mut application, way);
    application
}

fn an_answer(field: &Field, way: Way) -> String {
    match &field.kind {
        Kind::Choice { options } => {
            let options: Vec<_> = (options.iter())
                .filter(|it| it.is_offered_on(today()))
                .collect();
            options[way.option.min(options.len() - 1)].id.clone()
        }
        // All of several: that is the longest paper.
        Kind::Choices { options, .. } => {
            let ids: Vec<&str> = options.iter().map(|it| it.id.as_str()).collect();
            if way.option == 0 {
                ids[0].to_owned()
            } else {
                ids.join(",")
            }
        }
        Kind::Number { min, .. } => field.default.clone().unwrap_or_else(|| min.to_string()),
        Kind::Text {
            min_chars,
            max_chars,
            keyboard,
        } => {
            let letter = match keyboard {
                forms::Keyboard::Digits => "8",
                forms::Keyboard::Kana => "フ",
                forms::Keyboard::Latin => "a",
                forms::Keyboard::Ja => "福",
            };
            let length = if way.option == 0 { 8 } else { 60 };
            letter.repeat(length.clamp(*min_chars, *max_chars) as usize)
        }
        Kind::PersonName => way.name.to_owned(),
        Kind::Address => way.address.to_owned(),
        Kind::Date { .. } => "2026-11-20".to_owned(),
        Kind::Phone => "0849281058".to_owned(),
        Kind::Postal => "7208501".to_owned(),
    }
}

fn template(form: &Form) -> Template<'_> {
    let name = form.template.file_name().and_then(|it| it.to_str());
    Template {
        name: name.unwrap(),
        source: &form.template_source,
    }
}

fn code() -> CaseCode {
    CaseCode::of(*b"\x01\x23\x45\x67\x89\xab\xcd\xef\x10\x32")
}

fn typeset(form: &Form, application: &Application) -> Sheets {
    let document = Document {
        office: forms::text_in(&OFFICE.name, "ja"),
        application,
        date: today(),
        ticket: Some("B-012"),
        code: Some(&code()),
        signed: None,
    };
    TYPESETTER
        .typeset(&template(form), &document)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The PDF's text without spaces and line breaks, as poppler reads it.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(&path)
        .arg("-")
        .output()
        .expect("pdftotext is in the package poppler-utils");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    without_spaces(&text)
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

fn leave_to_be_looked_at(id: &str, sheets: &Sheets) {
    let Ok(folder) = std::env::var("PAPERS_TO") else {
        return;
    };
    for page in 0..sheets.pages() {
        let png = sheets.png(page, 80.0).unwrap().unwrap();
        fs::write(Path::new(&folder).join(format!("{id}-{page}.png")), png).unwrap();
    }
}

#[test]
fn every_procedure_can_be_finished_with_a_card_and_without() {
    for form in &OFFICE.procedures {
        let id = form.procedure.id();
        for option in 0..14 {
            let way = Way { option, ..CALM };
            let asked = |card| finish(&mut begun(&form.procedure, Way { card, ..way }), way);
            let (with, without) = (asked(true), asked(false));
            assert!(
                with < without,
                "{id}: {with} with a card, {without} without"
            );
        }
    }
}

#[test]
fn every_field_can_be_reached() {
    for form in &OFFICE.procedures {
        for field in form.procedure.fields() {
            let mut application = begun(&form.procedure, CALM);
            reach(&mut application, &form.procedure, field);
            assert!(
                application.applies(field),
                "{}: {} is never asked",
                form.procedure.id(),
                field.id
            );
        }
    }
}

/// Answers what the field waits for, and what that waits for.
fn reach(application: &mut Application, procedure: &Procedure, field: &Field) {
    for clause in field.when.iter().flat_map(|it| &it.all) {
        let before = procedure.field(&clause.field).unwrap();
        reach(application, procedure, before);
        // Two clauses about one field have to agree.
        if application.value(&clause.field).is_empty() || !application.applies(field) {
            let _ = application.answer(&clause.field, &clause.example(today()).unwrap());
        }
    }
}

#[test]
fn every_template_is_without_mistakes_in_every_case() {
    for form in &OFFICE.procedures {
        let mistakes = TYPESETTER.check(&template(form), &form.procedure, today());
        assert_eq!(mistakes, [], "{}", form.procedure.id());
    }
}

#[test]
fn every_paper_says_what_was_answered_on_as_few_pages_as_it_needs() {
    for form in &OFFICE.procedures {
        let id = form.procedure.id();
        for option in [0, 1, 3] {
            let way = Way { option, ..CALM };
            let application = finished(&form.procedure, way);
            let sheets = typeset(form, &application);
            leave_to_be_looked_at(&format!("{id}-{option}"), &sheets);
            // Ten people who move, and everything that can be asked for at once, may take a second page.
            let most = if option == 0 { 1 } else { 2 };
            assert!(
                sheets.pages() <= most,
                "{id} {option}: {} pages",
                sheets.pages()
            );
            assert_eq!(sheets.warnings(), [], "{id}");
            assert_eq!(sheets.undrawn(), Vec::<String>::new(), "{id}");
            let pdf = sheets.pdf().unwrap();
            assert!(pdf.len() <= 300_000, "{id}: {} bytes", pdf.len());
            let text = text_of(&pdf);
            for row in application.rows("ja") {
                let said = without_spaces(&row.words);
                let by_hand = row.provenance != Some(forms::Provenance::Default);
                let free = matches!(
                    row.field.kind,
                    Kind::PersonName
                        | Kind::Address
                        | Kind::Text { .. }
                        | Kind::Date { .. }
                        | Kind::Postal
                );
                assert!(
                    !free || !by_hand || text.contains(&said),
                    "{id} {option}: {} is not on the paper: {said}\n{text}",
                    row.field.id
                );
            }
        }
    }
}

#[test]
fn every_name_survives_from_the_answer_to_the_row_to_the_paper() {
    for form in &OFFICE.procedures {
        let id = form.procedure.id();
        // What happens to a character happens in the same code for every form: all of them on one, the hardest on each.
        let names = if id == "idou" {
            &NAMES[..]
        } else {
            &NAMES[..4]
        };
        for name in names.iter().copied() {
            let way = Way { name, ..CALM };
            let application = finished(&form.procedure, way);
            let names = application.rows("ja");
            let mut names =
                names.filter(|it| it.field.kind == Kind::PersonName && !it.words.is_empty());
            assert!(names.all(|it| *it.words == name), "{id}");
            let text = text_of(&typeset(form, &application).pdf().unwrap());
            assert!(
                text.contains(&without_spaces(name)),
                "{id}: {name} is not in\n{text}"
            );
        }
    }
}

#[test]
fn the_longest_names_and_addresses_fit_on_every_paper() {
    for form in &OFFICE.procedures {
        let way = Way {
            option: 2,
            name: NAMES[11],
            address: LONG_ADDRESS,
            card: true,
        };
        let application = finished(&form.procedure, way);
        let sheets = typeset(form, &application);
        leave_to_be_looked_at(&format!("{}-long", form.procedure.id()), &sheets);
        assert!(sheets.pages() <= 2, "{}", form.procedure.id());
        let text = text_of(&sheets.pdf().unwrap());
        assert!(text.contains(&without_spaces(LONG_ADDRESS)), "{text}");
    }
}

#[test]
fn a_form_without_any_answer_is_a_form_for_the_pen() {
    for form in &OFFICE.procedures {
        let empty = Application::new(Arc::clone(&form.procedure), today());
        let sheets = typeset(form, &empty);
        leave_to_be_looked_at(&format!("{}-empty", form.procedure.id()), &sheets);
        assert_eq!(sheets.pages(), 1, "{}", form.procedure.id());
        let text = text_of(&sheets.pdf().unwrap());
        assert!(text.contains("氏名"), "{text}");
        assert!(!text.contains("昭和") && !text.contains("平成"), "{text}");
    }
}

#[test]
fn no_paper_says_an_individual_number() {
    for form in &OFFICE.procedures {
        let application = finished(&form.procedure, Way { option: 1, ..CALM });
        let text = text_of(&typeset(form, &application).pdf().unwrap());
        let digits = text.split(|it: char| !it.is_ascii_digit());
        assert!(digits.into_iter().all(|it| it.len() != 12), "{text}");
    }
}

#[test]
fn a_move_that_is_still_to_come_is_refused_where_it_has_to_have_been_made() {
    let form = OFFICE.form("idou").unwrap();
    let mut application = begun(&form.procedure, CALM);
    application.answer("kind", "in").unwrap();
    assert_eq!(
        application.answer("moved_on", "2026-11-25"),
        Err(Refusal::AfterToday)
    );
    assert_eq!(
        application.answer("moved_on", "1966-11-25"),
        Err(Refusal::TooEarly)
    );
    application.answer("moved_on", "2026-11-24").unwrap();
    // Who moves away may say so beforehand.
    application.answer("kind", "out").unwrap();
    application.answer("leaves_on", "2026-12-20").unwrap();
}

#[test]
fn a_family_of_four_that_moves_writes_every_name_and_address_once() {
    let mut shared = Shared::default();
    let mut visit: Vec<Application> = Vec::new();
    let mut asked = Vec::new();
    let names = ["福山　花子", "福山　一郎", "福山　さくら"];
    for id in [
        "idou",
        "kokuho",
        "jido_teate",
        "kodomo_iryo",
        "tenko",
        "suido",
    ] {
        let form = OFFICE.form(id).unwrap();
        let mut application = begun(&form.procedure, CALM);
        application.adopt(&shared);
        let mut questions = 0;
        while let Some(field) = application.next_question() {
            let field_id = field.id.clone();
            let number = field_id
                .rsplit('_')
                .next()
                .and_then(|it| it.parse::<usize>().ok());
            let answer = match (field_id.as_str(), &field.kind) {
                ("kind", _) if field.kind.options().iter().any(|it| it.id == "in") => {
                    "in".to_owned()
                }
                ("movers" | "others", _) => "3".to_owned(),
                ("children", _) => "2".to_owned(),
                (_, Kind::PersonName) => names[number.unwrap_or(1) - 1].to_owned(),
                _ => an_answer(
                    field,
                    Way {
                        address: "広島県福山市港町二丁目１番１号",
                        ..CALM
                    },
                ),
            };
            application.answer(&field_id, &answer).unwrap();
            questions += 1;
        }
        shared.learn(&application);
        asked.push(questions);
        visit.push(application);
    }
    let written: BTreeSet<String> = visit
        .iter()
        .flat_map(Application::answers)
        .filter(|it| it.field.kind == Kind::PersonName && it.provenance == forms::Provenance::Typed)
        .map(|it| it.value.to_owned())
        .collect();
    assert_eq!(written.len(), 3, "{written:?}");
    let spared = spared(&visit);
    assert!(
        spared.names >= 10 && spared.addresses >= 4,
        "{spared:?}, {asked:?}"
    );
    // Everybody lives at the new address now, though the card says the old one.
    for application in &visit[1..] {
        let address = application.value("applicant_address");
        assert_eq!(
            address,
            "広島県福山市港町二丁目１番１号",
            "{}",
            application.procedure().id()
        );
    }
}
