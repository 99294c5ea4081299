//! What was typed and not confirmed is lost on no way off the page.

use wire::kiosk::{KioskInput, Screen};

use super::stage::Stage;

fn draft(field: &str, value: &str) -> KioskInput {
    KioskInput::Draft {
        field: field.to_owned(),
        value: value.to_owned(),
        another: false,
    }
}

/// What the control of the question stands on.
fn shown(stage: &Stage) -> (String, Option<String>) {
    match stage.screen() {
        Screen::Question { field, draft, .. } => (field.value, draft),
        _ => panic!("{}", stage.at()),
    }
}

fn at_name() -> Stage {
    let mut stage = Stage::new();
    stage.up_to_means().tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question name");
    stage
}

#[test]
fn back_and_on_again_finds_what_was_typed() {
    let mut stage = at_name();
    stage
        .tap(draft("name", "金糸"))
        .tap(KioskInput::Back)
        .tap(KioskInput::TypeByHand);
    assert_eq!(shown(&stage), (String::new(), Some("金糸".to_owned())));
    stage.answer("name", "金糸雀　花子");
    assert_eq!(stage.at(), "question address");
    stage.tap(KioskInput::Back);
    assert_eq!(shown(&stage), ("金糸雀　花子".to_owned(), None));
}

#[test]
fn calling_staff_leaves_it_there() {
    let mut stage = at_name();
    stage
        .tap(draft("name", "金糸雀"))
        .tap(KioskInput::CallStaff)
        .tap(KioskInput::Back);
    assert_eq!(shown(&stage).1.as_deref(), Some("金糸雀"));
}

#[test]
fn it_is_handed_over_where_it_can_stand() {
    for (field, value, handed) in [
        ("name", "金糸雀　花子", Some("金糸雀　花子")),
        ("name", "  ", None),
        ("somebody", "金糸雀", None),
    ] {
        let mut stage = at_name();
        stage
            .tap(draft(field, value))
            .tap(KioskInput::HandOver)
            .tap(KioskInput::Confirm);
        let case = stage.last_body().case.unwrap();
        let mut answers = case.forms[0].answers.iter();
        let name = answers.find(|it| it.field == "name");
        assert_eq!(name.map(|it| it.value.as_str()), handed, "{value}");
    }
}

#[test]
fn what_was_typed_on_an_earlier_question_is_handed_over_from_a_later_one_and_a_correction_is_not() {
    let mut stage = Stage::new();
    stage
        .up_to_confirm()
        .tap(KioskInput::Edit {
            field: "name".to_owned(),
        })
        .tap(draft("name", "他人"))
        .tap(KioskInput::Back)
        .tap(KioskInput::HandOver)
        .tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert_eq!(case.forms[0].answers[0].value, super::stage::NAME);

    let mut stage = at_name();
    stage
        .answer("name", "金糸雀　花子")
        .tap(draft("address", "金糸雀市"))
        .tap(KioskInput::Back)
        .tap(KioskInput::HandOver)
        .tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let answers: Vec<_> = case.forms[0].answers.iter().collect();
    assert_eq!(answers[1].value, "金糸雀市");
}

#[test]
fn it_is_gone_with_its_visitor() {
    let mut stage = at_name();
    stage.tap(draft("name", "金糸雀")).wait(60).wait(30);
    assert_eq!(stage.at(), "idle");
    stage.up_to_means().tap(KioskInput::TypeByHand);
    assert_eq!(shown(&stage), (String::new(), None));
}

#[test]
fn what_is_no_answer_to_this_question_is_not_kept() {
    let mut stage = at_name();
    stage.tap(draft("address", "金糸雀市"));
    assert!(!stage.session.visit.holds_answers());
    // The same as what was answered is nothing to remember, either.
    stage
        .answer("name", "金糸雀")
        .tap(KioskInput::Back)
        .tap(draft("name", "金糸"))
        .tap(draft("name", "金糸雀"));
    assert_eq!(shown(&stage).1, None);
}
