//! A family moves in, at the shipped office, with the card of one of them: the card still has the old address.

use wire::{
    case::Provenance,
    kiosk::{Input, KioskInput, Screen},
};

use super::{
    every_errand::shipped,
    stage::{ADDRESS, Stage},
};

const NEW: &str = "福山市東桜町3番5号";

fn answer(stage: &Stage) -> Option<KioskInput> {
    let Screen::Question { field, .. } = stage.screen() else {
        return None;
    };
    let value = match (&field.input, field.id.as_str()) {
        (Input::Choice { options }, "kind") if options.iter().any(|it| it.id == "in") => {
            "in".to_owned()
        }
        (_, "new_address") => NEW.to_owned(),
        // One mover: the person at the kiosk.
        (Input::Choice { options }, _) if options.iter().any(|it| it.id == "yes") => {
            "yes".to_owned()
        }
        (Input::Choice { options } | Input::Choices { options }, _) => options[0].id.clone(),
        (Input::Number { min, .. }, _) => min.to_string(),
        (Input::Date { birth, .. }, _) => {
            if *birth { "1980-02-17" } else { "2026-11-20" }.to_owned()
        }
        (Input::Phone, _) => "0849281058".to_owned(),
        (Input::Text { keyboard, .. }, _) => match keyboard.as_str() {
            "digits" => "7208501",
            "kana" => "カナリア",
            "latin" => "CANARY",
            _ => "別の町1",
        }
        .to_owned(),
    };
    Some(KioskInput::Answer {
        field: field.id,
        value,
    })
}

fn answer_all(stage: &mut Stage) {
    for _ in 0..200 {
        let before = stage.visible();
        match answer(stage) {
            Some(it) => stage.tap(it),
            None => return,
        };
        assert_ne!(before, stage.visible(), "{}", stage.at());
    }
    panic!("{}", stage.at());
}

#[test]
fn every_form_behind_the_one_that_asks_for_the_new_address_has_it() {
    let mut stage = Stage::new();
    stage.session.setup = shipped();
    stage.entry("moving");
    answer_all(&mut stage);
    stage.tap(KioskInput::Prepare).read_card();
    assert_eq!(stage.at(), "review");
    stage.tap(KioskInput::Accept);
    answer_all(&mut stage);
    assert_eq!(stage.at(), "papers");
    let Screen::Papers { forms, .. } = stage.screen() else {
        unreachable!();
    };
    let shown: Vec<String> = forms
        .iter()
        .flat_map(|it| &it.rows)
        .map(|it| it.value.clone())
        .collect();
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let mut later = 0;
    for form in &case.forms {
        let procedure = &stage.session.setup.procedures[&form.procedure];
        for said in &form.answers {
            let meaning = procedure.field(&said.field).unwrap().fixed_meaning();
            if meaning == Some("applicant.address") {
                assert_eq!(said.value, NEW, "{}", form.procedure);
                assert_ne!(said.provenance, Provenance::Card, "{}", form.procedure);
                assert!(shown.contains(&said.value));
                later += usize::from(said.of_card.as_deref() == Some(ADDRESS));
            }
        }
    }
    assert!(
        later >= 2,
        "the forms that the card fills in say that it says something else"
    );
}
