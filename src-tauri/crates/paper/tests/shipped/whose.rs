//! Whose boxes are whose: the one whom a form is for stands in its own boxes, whoever came for them in a row below.

use super::{CALM, OFFICE, an_answer, begun, leave_to_be_looked_at, text_of, typeset};

const CLAIMANT: &str = "山田　花子";
const CLAIMANT_BIRTH: &str = "昭和25年3月4日";

/// The paper of a form whose visitor came as this, in words.
fn paper(id: &str, relation: &str) -> String {
    let form = OFFICE.form(id).unwrap();
    let mut application = begun(&form.procedure, CALM);
    while let Some(field) = application.next_question() {
        let id = field.id.clone();
        let answer = match id.as_str() {
            "relation" => relation.to_owned(),
            "subject_name" => CLAIMANT.to_owned(),
            "subject_birth" => "1950-03-04".to_owned(),
            "subject_address" => "広島県福山市港町１番１号".to_owned(),
            name if name.ends_with("_name") => "ほかの人".to_owned(),
            _ => an_answer(field, CALM),
        };
        application.answer(&id, &answer).unwrap();
    }
    let sheets = typeset(form, &application);
    leave_to_be_looked_at(&format!("{id}-as-{relation}"), &sheets);
    assert_eq!(sheets.warnings(), [], "{id}");
    text_of(&sheets.pdf().unwrap())
}

#[test]
fn whom_a_form_is_for_stands_in_its_boxes_and_the_visitor_in_a_row_below() {
    for (id, relations) in [
        ("sosaihi", &["agent"][..]),
        ("koki_sosaihi", &["agent"]),
        ("kaigo", &["agent"]),
        ("sozokunin", &["agent"]),
        ("jutaku_shokei", &["agent"]),
        ("kodomo_iryo", &["household", "agent"]),
        ("jido_teate", &["household", "agent"]),
    ] {
        for relation in relations {
            let text = paper(id, relation);
            let at = |words: &str| {
                let found = text.find(words);
                found.unwrap_or_else(|| panic!("{id} {relation}: no {words} in\n{text}"))
            };
            let claimant = at("山田花子");
            assert!(claimant < at(CLAIMANT_BIRTH), "{id}");
            assert!(
                at(CLAIMANT_BIRTH) < at("\u{FA1B}山太郎"),
                "{id} {relation}\n{text}"
            );
            let said = if *relation == "agent" {
                "(代理人)"
            } else {
                "(家族)"
            };
            assert!(at(said) > claimant, "{id}");
            assert!(at("084-928-1058") > at(CLAIMANT_BIRTH), "{id}");
            if id == "jido_teate" {
                assert!(at("請求者の個人番号") > at(CLAIMANT_BIRTH), "{text}");
                assert!(at("請求者の個人番号") < at("\u{FA1B}山太郎"), "{text}");
            }
        }
        let own = paper(id, "self");
        assert!(
            !own.contains("(代理人)") && !own.contains("(家族)"),
            "{own}"
        );
    }
}

#[test]
fn the_reading_of_a_name_and_the_year_stand_on_a_certificate_where_they_were_written() {
    let certificates = [
        "juminhyo",
        "koseki",
        "inkan_shomei",
        "shotoku_shomei",
        "mynumber",
    ];
    for id in certificates {
        let form = OFFICE.form(id).unwrap();
        let mut application = begun(&form.procedure, CALM);
        super::finish(&mut application, CALM);
        application
            .answer("applicant_kana", "ふくやま　たろう")
            .unwrap();
        let sheets = typeset(form, &application);
        leave_to_be_looked_at(&format!("{id}-kana"), &sheets);
        assert_eq!(sheets.pages(), 1, "{id}");
        let text = text_of(&sheets.pdf().unwrap());
        assert!(text.contains("フクヤマタロウ"), "{id}\n{text}");
        if id == "shotoku_shomei" {
            let year = "令和8年度(令和7年中の所得)";
            assert_eq!(
                text.matches(year).count(),
                2,
                "asked for, and in the box\n{text}"
            );
            assert!(!text.contains("令和9年度"), "{text}");
        }
    }
}
