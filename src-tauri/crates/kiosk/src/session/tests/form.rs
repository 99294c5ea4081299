use wire::{
    command::{Document, Genuineness, Provenance},
    kiosk::{KioskInput, Screen},
};

use super::stage::{NAME, Stage, snapshot};
use crate::session::Event;

fn edit(field: &str) -> KioskInput {
    KioskInput::Edit {
        field: field.to_owned(),
    }
}

fn refusal(stage: &Stage) -> Option<String> {
    match stage.screen() {
        Screen::Question { refusal, .. } => refusal,
        _ => None,
    }
}

fn shown_value(stage: &Stage) -> String {
    match stage.screen() {
        Screen::Question { field, .. } => field.value,
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn the_idle_screen_tells_how_many_wait() {
    let mut stage = Stage::new();
    let live = snapshot(&["certificates", "moving", "certificates"], false);
    stage.event(Event::Live(Box::new(live)));
    let Screen::Idle { entries, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let waiting: Vec<_> = entries
        .iter()
        .map(|it| (it.id.as_str(), it.waiting))
        .collect();
    assert_eq!(
        waiting,
        [
            ("papers", Some(2)),
            ("moving", Some(1)),
            ("bereaved", Some(0)),
            ("booked", None),
            ("unsure", None)
        ]
    );
}

#[test]
fn only_what_the_card_does_not_know_is_asked() {
    let mut stage = Stage::new();
    stage.up_to_review();
    assert_eq!(stage.view().remaining, Some(3));
    let mut asked = Vec::new();
    stage.tap(KioskInput::Accept);
    for value in ["all", "2", "銀行"] {
        let field = stage.at().replace("question ", "");
        asked.push((field.clone(), stage.view().remaining));
        stage.answer(&field, value);
    }
    let expected = [("kind", Some(3)), ("copies", Some(2)), ("use", Some(1))];
    let expected: Vec<_> = expected
        .map(|(field, left)| (field.to_owned(), left))
        .into();
    assert_eq!(asked, expected);
    let Screen::Confirm { rows, fee, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(fee.as_deref(), Some("600円(300円×2)"));
    assert_eq!(rows.len(), 7);
    assert_eq!(stage.view().remaining, Some(0));
}

#[test]
fn without_a_card_everything_is_asked() {
    let mut stage = Stage::new();
    stage.up_to_means().tap(KioskInput::TypeByHand);
    assert_eq!(
        (stage.at().as_str(), stage.view().remaining),
        ("question name", Some(7))
    );
    stage
        .answer("name", "手書 太郎")
        .answer("address", "どこか1-1")
        .answer("birth", "1990-01-02")
        .answer("sex", "male");
    assert_eq!(stage.at(), "question kind");
}

#[test]
fn an_answer_opens_and_closes_questions() {
    let mut stage = Stage::new();
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "part");
    assert_eq!(
        (stage.at().as_str(), stage.view().remaining),
        ("question members", Some(3))
    );
    stage
        .answer("members", "本人")
        .answer("copies", "1")
        .answer("use", "");
    assert_eq!(stage.at(), "confirm");
    stage.tap(edit("kind")).answer("kind", "all");
    assert_eq!(stage.at(), "confirm");
    stage.tap(edit("members"));
    assert_eq!(
        stage.at(),
        "confirm",
        "what does not apply cannot be edited"
    );
    stage.tap(edit("kind")).answer("kind", "part");
    assert_eq!(
        stage.at(),
        "confirm",
        "the answer given before is still there"
    );
}

#[test]
fn an_edit_on_the_last_page_that_opens_a_question_asks_it_and_returns() {
    let mut stage = Stage::new();
    stage
        .up_to_confirm()
        .tap(edit("kind"))
        .answer("kind", "part");
    assert_eq!(stage.at(), "question members");
    stage.answer("members", "本人");
    assert_eq!(stage.at(), "confirm");
}

#[test]
fn a_refused_answer_says_why_and_keeps_the_one_before() {
    let mut stage = Stage::new();
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all")
        .answer("copies", "12");
    assert_eq!(refusal(&stage).as_deref(), Some("refusal.out_of_range"));
    assert_eq!(stage.at(), "question copies");
    stage.answer("copies", "3");
    assert_eq!(stage.at(), "question use");
}

#[test]
fn a_late_second_tap_does_not_answer_the_next_question() {
    let mut stage = Stage::new();
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all")
        .answer("kind", "all");
    assert_eq!(
        (stage.at().as_str(), refusal(&stage)),
        ("question copies", None)
    );
}

#[test]
fn what_the_card_says_can_be_corrected_and_is_told_as_corrected() {
    let mut stage = Stage::new();
    stage.up_to_review().tap(edit("address"));
    assert_eq!(stage.at(), "question address");
    stage.answer("address", "新しい町2-2");
    assert_eq!(stage.at(), "review");
    stage.tap(edit("copies"));
    assert_eq!(stage.at(), "review", "only the card's items stand here");
    stage
        .tap(KioskInput::Accept)
        .answer("kind", "all")
        .answer("copies", "1")
        .answer("use", "")
        .tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let [form] = case.forms.as_slice() else {
        panic!("{} forms", case.forms.len());
    };
    let answers: Vec<_> = form
        .answers
        .iter()
        .map(|it| (it.field.as_str(), it.provenance))
        .collect();
    assert_eq!(
        answers,
        [
            ("name", Provenance::Card),
            ("address", Provenance::CardEdited),
            ("birth", Provenance::Card),
            ("sex", Provenance::Card),
            ("kind", Provenance::Typed),
            ("copies", Provenance::Typed),
            ("use", Provenance::Typed),
        ]
    );
    assert_eq!(form.answers[0].value, NAME, "code point by code point");
    assert!(form.answers[0].of_card.is_none());
    assert!(
        form.answers[1].of_card.is_some(),
        "a clerk sees what the card said of what was corrected"
    );
    let card = case.card.unwrap();
    assert_eq!(
        (card.document, card.genuineness, card.cautions),
        (Document::MyNumber, Genuineness::Genuine, Vec::new())
    );
}

#[test]
fn back_goes_the_way_it_came_and_loses_nothing() {
    let mut stage = Stage::new();
    stage.up_to_confirm();
    for (screen, value) in [
        ("question use", ""),
        ("question copies", "2"),
        ("question kind", "all"),
    ] {
        stage.tap(KioskInput::Back);
        assert_eq!(
            (stage.at().as_str(), shown_value(&stage).as_str()),
            (screen, value)
        );
    }
    for screen in ["review", "means", "procedures", "idle"] {
        stage.tap(KioskInput::Back);
        assert_eq!(stage.at(), screen);
    }
    assert!(!stage.view().can_go_back);
    stage
        .entry("papers")
        .tap(KioskInput::Accept)
        .procedure("residence")
        .tap(KioskInput::TypeByHand);
    assert_eq!(stage.at(), "confirm", "every answer is still there");
}

#[test]
fn a_question_shown_again_counts_as_one_more() {
    let mut stage = Stage::new();
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all")
        .tap(KioskInput::Back);
    assert_eq!(
        (stage.at().as_str(), stage.view().remaining),
        ("question kind", Some(3))
    );
    stage.answer("kind", "all");
    assert_eq!(
        (stage.at().as_str(), stage.view().remaining),
        ("question copies", Some(2))
    );
}

#[test]
fn the_language_can_be_changed_on_any_page_but_only_to_one_that_is_offered() {
    let language = |tag: &str| KioskInput::Language {
        tag: tag.to_owned(),
    };
    let mut stage = Stage::new();
    stage.up_to_confirm().tap(language("en"));
    assert_eq!(
        (stage.at().as_str(), stage.view().language.as_str()),
        ("confirm", "en")
    );
    stage.tap(language("xx"));
    assert_eq!(stage.view().language, "en");
    stage.tap(KioskInput::Confirm);
    assert_eq!(stage.last_body().language, "en");
}

#[test]
fn what_is_not_offered_cannot_be_chosen() {
    let mut stage = Stage::new();
    for id in ["nothing", "residence"] {
        stage.tap(KioskInput::Entry { id: id.to_owned() });
        stage.tap(KioskInput::Procedure { id: id.to_owned() });
        assert_eq!(stage.at(), "idle");
    }
}
