//! What a citizen meets: prefill, questions, rows.

use std::sync::Arc;

use forms::{Application, CardItems, Provenance, Refusal};

use crate::fixture::{
    card, certificate, owned, provenance, questions, rows, today, words, words_in,
};

#[test]
fn the_card_answers_what_it_can_and_only_the_rest_is_asked() {
    let mut application = certificate();
    assert_eq!(application.remaining(), 6);
    application.prefill(&card());
    assert_eq!(
        questions(&mut application, &[("kind", "all"), ("copies", "1")]),
        ["kind", "copies"]
    );
    assert!(application.finished());
    assert_eq!(
        rows(&application, "ja"),
        [
            ("name", "\u{FA1B}山　太郎", Some(Provenance::Card)),
            (
                "address",
                "広島県福山市東桜町３番５号",
                Some(Provenance::Card)
            ),
            ("birth", "昭和55年2月17日", Some(Provenance::Card)),
            ("sex", "男", Some(Provenance::Card)),
            ("kind", "世帯全員", Some(Provenance::Typed)),
            ("show", "なし", Some(Provenance::Default)),
            ("copies", "1通", Some(Provenance::Typed)),
        ]
        .map(owned)
    );
}

#[test]
fn a_correction_of_the_card_is_told_from_a_confirmation() {
    let mut application = certificate();
    application.prefill(&card());
    application.answer("name", "福山 花子").unwrap();
    assert_eq!(
        provenance(&application, "name"),
        Some(Provenance::CardEdited)
    );
    application.answer("name", "\u{FA1B}山　太郎").unwrap();
    assert_eq!(provenance(&application, "name"), Some(Provenance::Card));
    application.correct("name", "渡邉\u{E0103} 花子").unwrap();
    assert_eq!(provenance(&application, "name"), Some(Provenance::Clerk));
    let row = application.rows("ja").next().unwrap();
    assert_eq!(row.doubtful(), ["邉\u{E0103}"]);
    assert!(!row.from_card());
}

#[test]
fn what_an_earlier_card_said_leaves_with_the_next_and_what_was_typed_stays() {
    let mut application = certificate();
    application.prefill(&card());
    application.answer("name", "福山 花子").unwrap();
    application.answer("kind", "all").unwrap();
    application.prefill(&CardItems {
        address: Some("広島県福山市港町１番"),
        ..CardItems::default()
    });
    assert_eq!(
        words(&application, "address").as_deref(),
        Some("広島県福山市港町１番")
    );
    assert_eq!(provenance(&application, "birth"), None);
    for field in ["name", "kind"] {
        assert_eq!(
            provenance(&application, field),
            Some(Provenance::Typed),
            "{field}"
        );
    }
    assert_eq!(application.next_question().unwrap().id, "birth");
}

#[test]
fn what_was_typed_before_the_card_stays_and_is_told_from_what_the_card_says() {
    let mut application = certificate();
    application.answer("name", "\u{FA1B}山　太郎").unwrap();
    application.answer("address", "福山市港町１番").unwrap();
    // Laid down twice: that changes nothing.
    for _ in 0..2 {
        application.prefill(&card());
        assert_eq!(provenance(&application, "name"), Some(Provenance::Card));
        assert_eq!(provenance(&application, "birth"), Some(Provenance::Card));
        let mut answers = application.answers();
        let address = answers.find(|it| it.field.id == "address").unwrap();
        assert_eq!(address.value, "福山市港町１番");
        assert_eq!(address.provenance, Provenance::CardEdited);
        assert_eq!(address.of_card, card().address);
    }
}

#[test]
fn a_correction_stays_with_the_same_persons_card_and_leaves_with_anothers() {
    for (name, born, address) in [
        (card().name, card().birth, "福山市港町１番"),
        (
            Some("福山　次郎"),
            card().birth,
            "広島県福山市東桜町３番５号",
        ),
        (
            card().name,
            "1955-02-17".parse().ok(),
            "広島県福山市東桜町３番５号",
        ),
        // A licence knows no sex, a residence card no name: whose it is then is not known.
        (None, None, "福山市港町１番"),
    ] {
        let mut application = certificate();
        application.prefill(&card());
        application.answer("address", "福山市港町１番").unwrap();
        application.prefill(&CardItems {
            name,
            birth: born,
            ..card()
        });
        assert_eq!(words(&application, "address").as_deref(), Some(address));
    }
}

#[test]
fn an_answer_whose_condition_fell_away_leaves_the_rows_and_comes_back_with_it() {
    let mut application = certificate();
    application.prefill(&card());
    application.answer("kind", "part").unwrap();
    assert_eq!(application.next_question().unwrap().id, "people");
    application.answer("people", "福山 花子").unwrap();
    assert_eq!(words(&application, "people").as_deref(), Some("福山 花子"));
    application.answer("kind", "all").unwrap();
    assert_eq!(words(&application, "people"), None);
    assert!(application.answers().all(|it| it.field.id != "people"));
    assert_eq!(
        application.answer("people", "x"),
        Err(Refusal::UnknownField)
    );
    application.answer("kind", "part").unwrap();
    assert_eq!(words(&application, "people").as_deref(), Some("福山 花子"));
    assert_eq!(application.next_question().unwrap().id, "copies");
}

#[test]
fn documents_notes_and_fee_follow_the_answers() {
    let mut application = certificate();
    assert_eq!(application.fee("ja").as_deref(), Some("300円(未確認)"));
    application.answer("copies", "２").unwrap();
    assert_eq!(
        application.fee("ja").as_deref(),
        Some("600円(300円×2)(未確認)")
    );
    let documents = |it: &Application| it.documents().count();
    assert_eq!(
        (documents(&application), application.notes().count()),
        (1, 0)
    );
    application.answer("kind", "part").unwrap();
    assert_eq!(
        (documents(&application), application.notes().count()),
        (2, 1)
    );
}

#[test]
fn a_case_restores_to_the_same_rows() {
    let mut application = certificate();
    application.prefill(&card());
    questions(
        &mut application,
        &[("kind", "part"), ("people", "福山 花子"), ("copies", "2")],
    );
    let case: Vec<(String, String, Provenance)> = application
        .answers()
        .map(|it| (it.field.id.clone(), it.value.to_owned(), it.provenance))
        .collect();
    let answers = case
        .iter()
        .map(|(field, value, by)| (field.as_str(), value.as_str(), *by));
    let restored = Application::restore(Arc::clone(application.procedure()), today(), answers)
        .ok()
        .unwrap();
    assert!(restored.finished());
    assert_eq!(rows(&restored, "en"), rows(&application, "en"));
}

#[test]
fn a_case_with_an_impossible_answer_names_its_field() {
    for (field, value, refusal) in [
        ("copies", "99", Refusal::OutOfRange),
        ("kind", "none", Refusal::NotAnOption),
        ("my_number", "1", Refusal::UnknownField),
    ] {
        let procedure = Arc::clone(certificate().procedure());
        let answers = [(field, value, Provenance::Typed)];
        let refused = Application::restore(procedure, today(), answers).err();
        assert_eq!(refused, Some((field.to_owned(), refusal)));
    }
}

#[test]
fn another_language_changes_labels_and_never_values() {
    let mut application = certificate();
    application.prefill(&card());
    questions(&mut application, &[("kind", "all"), ("copies", "1")]);
    assert_eq!(
        words_in(&application, "kind", "en").as_deref(),
        Some("Whole household")
    );
    assert_eq!(
        words_in(&application, "kind", "vi").as_deref(),
        Some("世帯全員")
    );
    assert_eq!(
        words_in(&application, "birth", "en").as_deref(),
        Some("1980-02-17 (昭和55年2月17日)")
    );
    assert_eq!(
        words_in(&application, "name", "en").as_deref(),
        Some("\u{FA1B}山　太郎")
    );
}
