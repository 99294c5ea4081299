//! What an answer may be, and how it is kept.

use forms::{CardItems, Provenance, Refusal, Sex};
use proptest::prelude::*;

use crate::fixture::{card, certificate, everything, provenance, words};

#[test]
fn answers_are_kept_in_one_form_or_refused_with_a_reason() {
    for (field, typed, expected) in [
        ("name", "  福山 太郎　", Ok("福山 太郎")),
        ("name", "", Err(Refusal::Required)),
        ("name", " \u{3000} ", Err(Refusal::Required)),
        ("name", "福山\n太郎", Err(Refusal::Characters)),
        ("name", "福\u{202E}山", Err(Refusal::Characters)),
        ("name", "Ａ１", Ok("Ａ１")),
        ("kind", "part", Ok("part")),
        ("kind", "parts", Err(Refusal::NotAnOption)),
        ("kind", "all,part", Err(Refusal::NotAnOption)),
        ("show", "", Ok("")),
        ("show", "honseki,relationship", Ok("relationship,honseki")),
        ("show", "honseki,honseki", Err(Refusal::NotAnOption)),
        ("show", "honseki,", Err(Refusal::NotAnOption)),
        ("vehicle", "none", Ok("none")),
        ("vehicle", "kei,moped", Ok("moped,kei")),
        ("vehicle", "moped,none", Err(Refusal::Contradicting)),
        ("vehicle", "none,unknown", Err(Refusal::Contradicting)),
        ("copies", "０２", Ok("2")),
        ("copies", "20", Ok("20")),
        ("copies", "21", Err(Refusal::OutOfRange)),
        ("copies", "0", Err(Refusal::OutOfRange)),
        ("copies", "99999999999999999999", Err(Refusal::OutOfRange)),
        ("copies", "二", Err(Refusal::NotANumber)),
        ("copies", "-1", Err(Refusal::NotANumber)),
        ("birth", "1980-02-17", Ok("1980-02-17")),
        ("birth", "1989-02-30", Err(Refusal::NotADate)),
        ("birth", "1872-12-31", Err(Refusal::NotADate)),
        ("birth", "昭和55年2月17日", Err(Refusal::NotADate)),
        ("birth", "2026-11-24", Ok("2026-11-24")),
        ("birth", "2026-11-25", Err(Refusal::InTheFuture)),
        ("phone", "０８４-９２８―１０５８", Ok("0849281058")),
        ("phone", "(084) 928 1058", Ok("0849281058")),
        ("phone", "+81 84-928-1058", Ok("0849281058")),
        ("phone", "+81 (0)90-1234-5678", Ok("09012345678")),
        ("phone", "", Ok("")),
        ("phone", "110", Err(Refusal::NotAPhone)),
        ("phone", "1849281058", Err(Refusal::NotAPhone)),
        ("phone", "084928105x", Err(Refusal::NotAPhone)),
        ("postal", "〒７２０－８５０１", Ok("7208501")),
        ("postal", "720 8501", Ok("7208501")),
        ("postal", "", Ok("")),
        ("postal", "000-0000", Err(Refusal::NotAPostalCode)),
        ("postal", "001-0000", Ok("0010000")),
        ("postal", "720850", Err(Refusal::NotAPostalCode)),
        ("postal", "72085011", Err(Refusal::NotAPostalCode)),
        ("postal", "福山市", Err(Refusal::NotAPostalCode)),
        ("moved_on", "2026-11-24", Ok("2026-11-24")),
        ("moved_on", "2026-11-25", Err(Refusal::AfterToday)),
        ("moved_on", "2000-01-01", Ok("2000-01-01")),
        ("moved_on", "1999-12-31", Err(Refusal::TooEarly)),
        ("moved_on", "1989-02-30", Err(Refusal::NotADate)),
        ("kana", "ふくやま ﾀﾛｳ", Ok("フクヤマ タロウ")),
        ("kana", "福山", Err(Refusal::NotKana)),
        ("kana", "フク－ヤ-マ‐", Ok("フクーヤーマー")),
        ("kana", "ふ\u{2212}", Ok("フー")),
        ("kana", "- フ", Err(Refusal::NotKana)),
        ("moved_on", "2026", Err(Refusal::NotADate)),
        ("moved_on", "2026-11", Err(Refusal::NotADate)),
        ("digits", "０１２", Ok("012")),
        ("digits", "1", Err(Refusal::TooShort)),
        ("digits", "1-2", Err(Refusal::NotANumber)),
        ("digits", "12345678901", Err(Refusal::TooLong)),
        ("no_such_field", "x", Err(Refusal::UnknownField)),
    ] {
        let mut application = everything();
        let taken = application.answer(field, typed);
        let kept = taken.map(|()| application.value(field).to_owned());
        assert_eq!(kept, expected.map(str::to_owned), "{field}: {typed:?}");
    }
}

#[test]
fn a_refused_answer_leaves_the_one_before_it() {
    let mut application = everything();
    application.answer("copies", "3").unwrap();
    assert_eq!(
        application.answer("copies", "300"),
        Err(Refusal::OutOfRange)
    );
    assert_eq!(application.value("copies"), "3");
}

#[test]
fn names_and_addresses_survive_code_point_by_code_point() {
    let seventy = "字".repeat(70);
    for name in [
        "\u{FA1B}\u{5C71} \u{FA19}",
        "芦\u{E0100}田支所",
        "髙橋",
        "﨑田",
        "𠮷野",
        "渡邉\u{E0103}",
        "辻 神",
        "ｶﾞｷﾞ",
        "ヴァネッサ",
        "キヨウコ",
        "NGUYEN THI HOA",
        "か\u{3099}",
        "①㈱－～",
        seventy.as_str(),
    ] {
        let mut typed = everything();
        typed.answer("name", name).unwrap();
        assert_eq!(typed.value("name"), name);
        let mut carded = everything();
        carded.prefill(&CardItems {
            name: Some(name),
            ..CardItems::default()
        });
        assert_eq!(words(&carded, "name").as_deref(), Some(name));
        assert_eq!(provenance(&carded, "name"), Some(Provenance::Card));
    }
}

#[test]
fn what_the_card_says_and_no_form_can_hold_is_left_to_be_typed() {
    let long = "字".repeat(101);
    for name in ["", "\u{3000}", "福\u{0}山", &long] {
        let mut application = everything();
        application.prefill(&CardItems {
            name: Some(name),
            ..CardItems::default()
        });
        assert_eq!(provenance(&application, "name"), None);
    }
    let mut application = certificate();
    application.prefill(&CardItems {
        sex: Some(Sex::Other),
        ..card()
    });
    assert_eq!(words(&application, "sex").as_deref(), Some(""));
}

proptest! {
    #[test]
    fn no_answer_breaks_an_application(answers in prop::collection::vec((0usize..9, ".{0,40}"), 0..30)) {
        let mut application = everything();
        let ids: Vec<String> = application.procedure().fields().iter().map(|it| it.id.clone()).collect();
        for (field, typed) in &answers {
            let Some(id) = ids.get(*field) else { continue };
            let before = application.value(id).to_owned();
            match application.answer(id, typed) {
                // What was kept once is kept the same when it is given again.
                Ok(()) => {
                    let kept = application.value(id).to_owned();
                    application.answer(id, &kept).unwrap();
                    prop_assert_eq!(application.value(id), kept);
                }
                Err(_) => prop_assert_eq!(application.value(id), before),
            }
        }
        let asked = application.remaining();
        prop_assert_eq!(asked == 0, application.finished());
        prop_assert_eq!(application.rows("ja").count(), ids.len());
    }

    #[test]
    fn every_date_since_the_solar_calendar_is_kept_and_written(days in 0u64..100_000) {
        let date = forms::wareki::FIRST_SOLAR_DAY + chrono::Days::new(days);
        let written = forms::wareki::in_words(date);
        let eras = ["明治", "大正", "昭和", "平成", "令和"];
        prop_assert!(eras.iter().any(|it| written.starts_with(it)), "{}", written);
    }
}
