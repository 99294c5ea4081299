//! A family moves in, at the shipped office, with the card of one of them: the card still has the old address.

use wire::{
    case::{Answer, FormDraft, Provenance},
    kiosk::{Input, KioskInput, Screen},
};

use super::{
    every_errand::shipped,
    stage::{ADDRESS, Stage},
};

const NEW: &str = "福山市東桜町3番5号";
const OLD: &str = "別の町1";

/// How the 住民異動届 is answered where its first options do not say it: field, option.
type Said = [(&'static str, &'static str)];

fn answer(stage: &Stage, said: &Said) -> Option<KioskInput> {
    let Screen::Question { field, .. } = stage.screen() else {
        return None;
    };
    let of_move = said.iter().find(|it| {
        // Only this form asks whether it is the head who comes; on the others everybody files for themselves.
        let asks_for_head = matches!(&field.input, Input::Choice { options } if options.iter().any(|it| it.id == "head"));
        it.0 == field.id && (it.0 != "relation" || asks_for_head)
    });
    let value = match (&field.input, field.id.as_str()) {
        _ if of_move.is_some() => of_move.unwrap().1.to_owned(),
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
            _ => OLD,
        }
        .to_owned(),
    };
    Some(KioskInput::Answer {
        field: field.id,
        value,
    })
}

fn answer_all(stage: &mut Stage, said: &Said) {
    for _ in 0..200 {
        let before = stage.visible();
        match answer(stage, said) {
            Some(it) => stage.tap(it),
            None => return,
        };
        assert_ne!(before, stage.visible(), "{}", stage.at());
    }
    panic!("{}", stage.at());
}

/// The forms of a move, answered to the end, as they stand on the last page and in the case.
fn moved(said: &Said) -> (Stage, Vec<String>, Vec<FormDraft>) {
    let mut stage = Stage::new();
    stage.session.setup = shipped();
    stage.entry("moving");
    answer_all(&mut stage, said);
    stage.tap(KioskInput::Prepare).read_card();
    assert_eq!(stage.at(), "review");
    stage.tap(KioskInput::Accept);
    answer_all(&mut stage, said);
    assert_eq!(stage.at(), "papers");
    let Screen::Papers { forms, .. } = stage.screen() else {
        unreachable!();
    };
    let rows = forms.iter().flat_map(|it| &it.rows);
    let shown = rows.map(|it| it.value.clone()).collect();
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    (stage, shown, case.forms)
}

/// What the forms say of this meaning: form, answer.
fn said_of<'a>(stage: &Stage, forms: &'a [FormDraft], of: &str) -> Vec<(&'a str, &'a Answer)> {
    let answers = forms
        .iter()
        .flat_map(|form| form.answers.iter().map(move |it| (form, it)));
    let same = answers.filter(|(form, said)| {
        let procedure = &stage.session.setup.procedures[&form.procedure];
        procedure.field(&said.field).unwrap().fixed_meaning() == Some(of)
    });
    same.map(|(form, said)| (form.procedure.as_str(), said))
        .collect()
}

#[test]
fn every_form_behind_the_one_that_asks_for_the_new_address_has_it() {
    let (stage, shown, forms) = moved(&[]);
    let lives = said_of(&stage, &forms, "applicant.address");
    for (form, said) in &lives {
        assert_eq!(said.value, NEW, "{form}");
        assert_ne!(said.provenance, Provenance::Card, "{form}");
        assert!(shown.contains(&said.value));
    }
    let corrected = |it: &&(&str, &Answer)| it.1.of_card.as_deref() == Some(ADDRESS);
    let corrected = lives.iter().filter(corrected).count();
    assert!(
        corrected >= 2,
        "the forms that the card fills in say that it says something else"
    );
    for (form, said) in said_of(&stage, &forms, "move.old_address") {
        assert_eq!(said.value, ADDRESS, "{form}");
    }
}

#[test]
fn whoever_files_for_somebody_else_keeps_her_own_home_on_every_form() {
    let agent = [
        ("relation", "agent"),
        ("applicant_moves", "no"),
        ("old_home", "other"),
    ];
    let stays = [
        ("relation", "household"),
        ("applicant_moves", "no"),
        ("old_home", "other"),
    ];
    for said in [agent, stays] {
        let (stage, _, forms) = moved(&said);
        let lives = said_of(&stage, &forms, "applicant.address");
        assert!(lives.len() >= 3, "{}", lives.len());
        for (form, said) in lives {
            assert_eq!(said.value, ADDRESS, "{form}");
            assert_eq!(said.provenance, Provenance::Card, "{form}");
        }
        for (meaning, address) in [("move.old_address", OLD), ("move.new_address", NEW)] {
            let known = said_of(&stage, &forms, meaning);
            assert!(known.iter().any(|it| it.0 == "idou"));
            for (form, said) in known {
                assert_eq!(said.value, address, "{form}");
                assert_eq!(said.provenance, Provenance::Typed, "{form}");
            }
        }
    }
}
