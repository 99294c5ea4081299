//! One visit, several forms: what one answers the others know; none goes to the counter unasked.

use wire::kiosk::{KioskInput, Screen};

use super::stage::{NAME, Stage};

fn offered(stage: &Stage) -> Vec<String> {
    match stage.screen() {
        Screen::Procedures { procedures, .. } => procedures.into_iter().map(|it| it.id).collect(),
        _ => panic!("{}", stage.at()),
    }
}

fn drop_form(procedure: &str) -> KioskInput {
    KioskInput::DropForm {
        procedure: procedure.to_owned(),
    }
}

/// Two certificates: the second was added on the last page of the first.
fn two(stage: &mut Stage) -> &mut Stage {
    stage
        .up_to_confirm()
        .tap(KioskInput::AddForm)
        .procedure("seal")
        .answer("copies", "1")
}

#[test]
fn a_second_certificate_asks_only_what_the_first_did_not() {
    let mut stage = Stage::with_errands();
    stage.up_to_confirm().tap(KioskInput::AddForm);
    assert_eq!(offered(&stage), ["seal"], "not the one that is there");
    stage.procedure("seal");
    assert_eq!(stage.at(), "question copies");
    stage.answer("copies", "1");
    let Screen::Papers {
        forms,
        spared_names,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((forms.len(), spared_names), (2, 2));
    stage.tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.then.len()),
        ("certificates", 0)
    );
    let case = body.case.unwrap();
    assert_eq!(case.forms.len(), 2);
    let name = case.forms[1]
        .answers
        .iter()
        .find(|it| it.field == "who")
        .unwrap();
    assert_eq!(name.value, NAME, "code point by code point");
}

#[test]
fn a_form_of_another_service_makes_a_further_stop() {
    let mut stage = Stage::with_errands();
    let seek = KioskInput::Seek {
        text: "国保".to_owned(),
    };
    stage
        .tap(KioskInput::Search)
        .tap(seek)
        .procedure("cover")
        .read_card()
        .tap(KioskInput::Accept)
        .answer("day", "2026-11-20")
        .answer("since", "2026-11-20")
        .tap(KioskInput::AddForm)
        .procedure("seal")
        .answer("copies", "1")
        .tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.then),
        ("family", vec!["certificates".to_owned()])
    );
}

#[test]
fn the_choice_of_a_further_form_can_be_left() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_confirm()
        .tap(KioskInput::AddForm)
        .tap(KioskInput::Back);
    assert_eq!(stage.at(), "confirm");
    stage.tap(KioskInput::Confirm);
    assert_eq!(stage.last_body().case.unwrap().forms.len(), 1);
}

#[test]
fn a_form_is_taken_back_and_its_answers_wait_for_it() {
    let mut stage = Stage::with_errands();
    two(&mut stage)
        .tap(drop_form("seal"))
        .tap(drop_form("residence"));
    let Screen::Papers { forms, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(forms.len(), 1, "the last one stays");
    stage.tap(KioskInput::AddForm).procedure("seal");
    assert_eq!(stage.at(), "confirm", "nothing is asked a second time");
    stage.tap(KioskInput::Accept);
    assert_eq!(stage.at(), "papers");
}

#[test]
fn each_form_is_opened_again_and_leads_back() {
    let mut stage = Stage::with_errands();
    two(&mut stage).procedure("residence");
    assert_eq!(stage.at(), "confirm");
    stage.tap(KioskInput::Confirm);
    assert_eq!(
        stage.at(),
        "confirm",
        "the ticket is taken for all of them at once"
    );
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "papers");
    stage
        .procedure("residence")
        .tap(KioskInput::Edit {
            field: "kind".to_owned(),
        })
        .answer("kind", "part");
    assert_eq!(stage.at(), "question members");
    stage.answer("members", "本人").tap(KioskInput::Accept);
    assert_eq!(stage.at(), "papers");
}

#[test]
fn back_from_the_page_of_all_forms_goes_the_way_it_came() {
    let mut stage = Stage::with_errands();
    two(&mut stage);
    let mut way = Vec::new();
    while stage.view().can_go_back {
        stage.tap(KioskInput::Back);
        way.push(stage.at());
    }
    let expected = [
        "question copies",
        "question use",
        "question copies",
        "question kind",
        "review",
        "means",
        "procedures",
        "idle",
    ];
    assert_eq!(way, expected);
}

#[test]
fn another_tile_begins_another_form_and_the_first_is_not_lost() {
    let mut stage = Stage::with_errands();
    stage.up_to_confirm();
    for _ in 0..6 {
        stage.tap(KioskInput::Back);
    }
    assert_eq!(stage.at(), "procedures");
    stage.procedure("seal").tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "question copies", "the card is known");
    stage.answer("copies", "3");
    for _ in 0..4 {
        stage.tap(KioskInput::Back);
    }
    assert_eq!(stage.at(), "procedures");
    stage.procedure("residence").tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "confirm");
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert_eq!(case.forms.len(), 1, "what was left goes to nobody");
}

#[test]
fn a_question_and_the_cards_page_can_be_handed_over() {
    for (go, unfinished) in [
        (Stage::up_to_review as fn(&mut Stage) -> &mut Stage, true),
        (Stage::up_to_confirm, false),
    ] {
        let mut stage = Stage::with_errands();
        go(&mut stage).tap(KioskInput::HandOver);
        assert_eq!(stage.at(), "take");
        stage.tap(KioskInput::Confirm);
        let case = stage.last_body().case.unwrap();
        assert_eq!(case.forms[0].unfinished, unfinished);
        assert!(case.card.is_some());
        assert_eq!(case.forms[0].answers[0].value, NAME);
    }
}

#[test]
fn what_only_a_dropped_form_says_is_told_to_no_other() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_papers()
        .tap(KioskInput::AddForm)
        .procedure("seal")
        .answer("copies", "1")
        .tap(KioskInput::Accept);
    let day = |stage: &Stage| {
        let visit = &stage.session.visit;
        let cover = visit.forms.every().find(|it| it.id() == "cover").unwrap();
        let procedure = cover.application().procedure().clone();
        let mut fresh = forms::Application::new(procedure, "2026-11-24".parse().unwrap());
        fresh.adopt(&visit.forms.shared(None));
        fresh.value("day").to_owned()
    };
    assert_eq!(day(&stage), "2026-11-20");
    stage.tap(drop_form("register"));
    assert_eq!(day(&stage), "2026-11-20", "another form says it, too");
    stage.tap(drop_form("cover"));
    assert_eq!(day(&stage), "");
}
