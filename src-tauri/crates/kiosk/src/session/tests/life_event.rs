//! From a life event's tile to the ticket: questions, plan, forms, stops.

use wire::{
    Text,
    kiosk::{KioskInput, PlanLine, Screen, SheetKind},
};

use super::stage::{NAME, Stage, here, issued};
use crate::session::{Event, Outcome};

fn rules(lines: &[PlanLine]) -> Vec<&str> {
    lines.iter().map(|it| it.rule.as_str()).collect()
}

fn shown_value(stage: &Stage) -> String {
    match stage.screen() {
        Screen::Question { field, .. } => field.value,
        _ => panic!("{}", stage.at()),
    }
}

fn ja(text: &Text) -> &str {
    forms::text_in(text, "ja")
}

#[test]
fn a_tile_of_a_life_event_asks_one_question_after_the_other() {
    let mut stage = Stage::with_errands();
    stage.entry("moved");
    let Screen::Question { sheet, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(
        (sheet.kind, ja(&sheet.name)),
        (SheetKind::LifeEvent, "move")
    );
    let mut asked = Vec::new();
    for value in ["out", "2026-11-20", "unknown"] {
        let field = stage.at().replace("question ", "");
        asked.push((field.clone(), stage.view().remaining.unwrap()));
        stage.answer(&field, value);
    }
    let expected = [("kind", 3), ("moved_on", 2), ("insured", 1)];
    assert_eq!(
        asked,
        expected.map(|(field, left)| (field.to_owned(), left))
    );
    assert_eq!(
        stage.at(),
        "plan",
        "nobody who moves out is asked about the dog"
    );
}

#[test]
fn the_plan_says_what_where_until_when_and_what_waits() {
    let mut stage = Stage::with_errands();
    stage.up_to_plan();
    let plan = stage.plan();
    let stops: Vec<_> = (plan.stops.iter())
        .map(|it| (ja(&it.service), rules(&it.lines)))
        .collect();
    assert_eq!(stops, [("引っ越し", vec!["R1"]), ("おくやみ", vec!["R2"])]);
    let first = &plan.stops[0].lines[0];
    assert_eq!(first.last_day.as_deref(), Some("2026-12-04"));
    assert_eq!(first.bring.len(), 2);
    assert!(!first.overdue && !first.to_confirm);
    assert_eq!(rules(&plan.later), ["R5"]);
    assert_eq!(
        plan.later[0].later.as_ref().map(ja),
        Some("異動が済んでから")
    );
    assert_eq!(rules(&plan.elsewhere), ["R3"]);
    assert_eq!(rules(&plan.automatic), ["R4"]);
    let forms: Vec<_> = plan.forms.iter().map(ja).collect();
    assert_eq!(forms, ["register", "cover"], "not what has to wait");
    assert!(plan.otherwise.is_none());
}

#[test]
fn a_last_day_that_is_over_is_marked() {
    let mut stage = Stage::with_errands();
    stage
        .entry("moved")
        .answer("kind", "in")
        .answer("moved_on", "2026-10-01")
        .answer("insured", "no")
        .answer("dog", "no");
    assert!(stage.plan().stops[0].lines[0].overdue);
}

#[test]
fn what_nobody_knows_is_listed_to_be_confirmed_and_makes_no_form() {
    let mut stage = Stage::with_errands();
    stage
        .entry("moved")
        .answer("kind", "unknown")
        .answer("moved_on", "2026-11-20")
        .answer("insured", "unknown")
        .answer("dog", "unknown");
    let plan = stage.plan();
    let stops: Vec<_> = plan.stops.iter().map(|it| rules(&it.lines)).collect();
    assert_eq!(stops, [["R1"], ["R2"]]);
    assert!(
        plan.stops
            .iter()
            .flat_map(|it| &it.lines)
            .all(|it| it.to_confirm)
    );
    assert!(plan.elsewhere[0].to_confirm);
    assert!(plan.forms.is_empty());
    stage.tap(KioskInput::Prepare);
    assert_eq!(stage.at(), "plan");
}

#[test]
fn one_ticket_leads_through_the_plan_and_carries_its_answers() {
    let mut stage = Stage::with_errands();
    stage.up_to_plan().tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.then),
        ("moving", vec!["family".to_owned()])
    );
    let case = body.case.unwrap();
    assert!(case.forms.is_empty() && case.card.is_none());
    let plan = case.plan.unwrap();
    assert_eq!(plan.life_event, "move");
    let answers: Vec<_> = (plan.answers.iter())
        .map(|it| (it.field.as_str(), it.value.as_str()))
        .collect();
    assert_eq!(
        answers,
        [
            ("kind", "in"),
            ("moved_on", "2026-11-20"),
            ("insured", "yes"),
            ("dog", "yes")
        ]
    );
}

#[test]
fn nothing_to_do_leads_to_the_life_events_own_service() {
    let mut stage = Stage::with_errands();
    stage
        .entry("moved")
        .answer("kind", "out")
        .answer("moved_on", "2026-11-20")
        .answer("insured", "no");
    let plan = stage.plan();
    assert!(plan.stops.is_empty());
    assert_eq!(plan.otherwise.as_ref().map(ja), Some("引っ越し"));
    stage.tap(KioskInput::Confirm);
    assert_eq!(stage.last_body().service, "moving");
    assert!(stage.last_body().then.is_empty());
}

#[test]
fn who_answers_nothing_takes_a_plain_number_and_who_answered_some_takes_it_along() {
    let mut stage = Stage::with_errands();
    stage.entry("moved").tap(KioskInput::HandOver);
    let Screen::Take {
        services,
        with_answers,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!(services.iter().map(ja).collect::<Vec<_>>(), ["引っ越し"]);
    assert!(with_answers);
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "question kind");
    stage.tap(KioskInput::HandOver).tap(KioskInput::Confirm);
    assert!(stage.last_body().case.is_none(), "there is nothing to tell");

    let mut stage = Stage::with_errands();
    stage
        .entry("moved")
        .answer("kind", "in")
        .tap(KioskInput::HandOver)
        .tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!((body.service.as_str(), body.then.len()), ("moving", 0));
    assert_eq!(body.case.unwrap().plan.unwrap().answers.len(), 1);
}

#[test]
fn back_goes_through_every_question_and_loses_no_answer() {
    let mut stage = Stage::with_errands();
    stage.up_to_plan();
    for (screen, value) in [
        ("question dog", "yes"),
        ("question insured", "yes"),
        ("question moved_on", "2026-11-20"),
        ("question kind", "in"),
    ] {
        stage.tap(KioskInput::Back);
        assert_eq!(
            (stage.at().as_str(), shown_value(&stage).as_str()),
            (screen, value)
        );
    }
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
    stage.entry("moved").tap(KioskInput::Accept);
    assert_eq!(stage.at(), "plan", "every answer is still there");
}

#[test]
fn an_answer_is_corrected_from_the_plan_and_opens_what_follows_from_it() {
    let mut stage = Stage::with_errands();
    stage
        .entry("moved")
        .answer("kind", "out")
        .answer("moved_on", "2026-11-20")
        .answer("insured", "no")
        .tap(KioskInput::Edit {
            field: "kind".to_owned(),
        });
    assert_eq!(shown_value(&stage), "out");
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "plan");
    stage
        .tap(KioskInput::Edit {
            field: "kind".to_owned(),
        })
        .answer("kind", "in");
    assert_eq!(stage.at(), "question dog");
    stage.answer("dog", "no");
    assert_eq!(rules(&stage.plan().stops[0].lines), ["R1"]);
}

#[test]
fn one_card_fills_in_all_forms_and_what_one_answers_the_others_know() {
    let mut stage = Stage::with_errands();
    stage.up_to_plan().tap(KioskInput::Prepare);
    let Screen::Means { procedure, also } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((procedure.id.as_str(), also.len()), ("register", 1));
    stage.read_card();
    assert_eq!(stage.at(), "review");
    stage.tap(KioskInput::Accept);
    // The day of the move was told in the questions; the second form asks only what is its own.
    assert_eq!(stage.at(), "question before");
    stage.answer("before", "どこか1-1");
    assert_eq!(stage.at(), "question since");
    let Screen::Question { sheet, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((sheet.number, sheet.of), (2, 2));
    stage.answer("since", "2026-11-20");
    let Screen::Papers {
        forms,
        services,
        spared_names,
        spared_addresses,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert!(forms.iter().all(|it| it.open == 0));
    assert!(
        forms[1]
            .rows
            .iter()
            .any(|it| it.value == NAME && it.from_card)
    );
    assert_eq!(
        services.iter().map(ja).collect::<Vec<_>>(),
        ["引っ越し", "おくやみ"]
    );
    assert_eq!((spared_names, spared_addresses), (2, 2));

    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let drafts: Vec<_> = (case.forms.iter())
        .map(|it| (it.procedure.as_str(), it.unfinished, it.answers.len()))
        .collect();
    assert_eq!(drafts, [("register", false, 4), ("cover", false, 4)]);
    assert!(case.plan.is_some() && case.card.is_some());
}

#[test]
fn a_correction_on_one_form_is_made_on_all() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_papers()
        .procedure("cover")
        .tap(KioskInput::Edit {
            field: "who".to_owned(),
        })
        .answer("who", "新しい　名前");
    assert_eq!(stage.at(), "confirm");
    stage.tap(KioskInput::Accept).tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    for form in &case.forms {
        let name = form.answers.iter().find(|it| it.field == "who").unwrap();
        assert_eq!(name.value, "新しい　名前", "{}", form.procedure);
        assert_eq!(name.of_card.as_deref(), Some(NAME));
    }
}

#[test]
fn the_page_of_all_forms_leads_back_to_the_plan_and_again_to_them() {
    let mut stage = Stage::with_errands();
    stage.up_to_papers().tap(KioskInput::Back);
    assert_eq!(stage.at(), "plan");
    stage.tap(KioskInput::Prepare);
    assert_eq!(
        stage.at(),
        "papers",
        "the card was read and everything is answered"
    );
    // What is no longer due is no longer handed in; the answers to it wait.
    stage
        .tap(KioskInput::Back)
        .tap(KioskInput::Edit {
            field: "insured".to_owned(),
        })
        .answer("insured", "no")
        .tap(KioskInput::Prepare);
    assert_eq!(stage.at(), "confirm", "one form is left");
    stage.tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert_eq!(case.forms.len(), 1);
    assert_eq!(stage.last_body().service, "moving");
}

#[test]
fn a_day_corrected_in_the_questions_is_corrected_on_the_forms() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_papers()
        .tap(KioskInput::Back)
        .tap(KioskInput::Edit {
            field: "moved_on".to_owned(),
        })
        .answer("moved_on", "2026-11-22")
        .tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let days = case.forms.iter().flat_map(|it| &it.answers);
    let days: Vec<_> = days
        .filter(|it| it.field == "day")
        .map(|it| it.value.as_str())
        .collect();
    assert_eq!(days, ["2026-11-22", "2026-11-22"]);
}

#[test]
fn a_form_can_be_handed_over_with_what_is_there() {
    let mut stage = Stage::with_errands();
    stage.up_to_forms().tap(KioskInput::HandOver);
    assert_eq!(stage.at(), "take");
    stage.tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(
        (body.service.as_str(), body.then),
        ("moving", vec!["family".to_owned()])
    );
    let case = body.case.unwrap();
    let unfinished: Vec<_> = case.forms.iter().map(|it| it.unfinished).collect();
    assert_eq!(unfinished, [true, true]);
    let second = &case.forms[1].answers;
    assert!(
        second.iter().any(|it| it.value == NAME),
        "what the card says is there"
    );
    assert!(
        second.iter().any(|it| it.field == "day"),
        "and what the questions told"
    );
}

#[test]
fn the_slip_says_what_the_plan_says_to_bring() {
    let mut stage = Stage::with_errands();
    let mut ticket = issued();
    ticket.ticket.then = vec!["family".to_owned()];
    stage
        .up_to_plan()
        .tap(KioskInput::Confirm)
        .hub_answers(Outcome::Done(ticket));
    let (_, slip) = stage.printed();
    let bring = slip.stops[0].bring.as_ref().unwrap();
    assert_eq!(bring.value.ja, "資格確認書、本人確認書類");
    assert_eq!(stage.at(), "printing");
    assert!(!stage.visible().contains("2026-11-20"));
}

#[test]
fn without_the_hub_a_number_at_hand_takes_the_first_stop_and_those_after_it() {
    let mut stage = Stage::with_errands();
    stage.away().up_to_papers().tap(KioskInput::Confirm);
    let (_, body, _) = stage.wishes().pop().unwrap();
    let body = body.get();
    assert_eq!(
        (body.service.as_str(), body.then.as_slice()),
        ("moving", &["family".to_owned()][..])
    );
    assert_eq!(body.case.as_ref().unwrap().forms.len(), 2);
    stage.disk_answers(Ok(here(7)));
    let (_, slip) = stage.printed();
    assert_eq!(slip.stops.len(), 1);
    assert_eq!(
        slip.stops[0].bring.as_ref().unwrap().value.ja,
        "資格確認書、本人確認書類"
    );
}

#[test]
fn a_refused_ticket_leads_back_to_where_it_was_asked_for() {
    for (go, page) in [
        (Stage::up_to_plan as fn(&mut Stage) -> &mut Stage, "plan"),
        (Stage::up_to_papers, "papers"),
    ] {
        let mut stage = Stage::with_errands();
        go(&mut stage)
            .tap(KioskInput::Confirm)
            .hub_answers(Outcome::Refused(wire::Code::ServiceClosed))
            .tap(KioskInput::Back);
        assert_eq!(stage.at(), page);
    }
}

#[test]
fn who_goes_back_to_the_idle_screen_and_walks_away_leaves_nothing() {
    let mut stage = Stage::with_errands();
    stage.entry("moved").answer("kind", "in");
    stage.tap(KioskInput::Back).tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
    stage.wait(61).event(Event::Tick);
    stage.entry("moved");
    assert_eq!(stage.at(), "question kind", "the next visitor begins anew");
    assert_eq!(shown_value(&stage), "");
}

#[test]
fn a_life_event_with_another_errand_between_keeps_both() {
    let mut stage = Stage::with_errands();
    stage.up_to_papers();
    for _ in 0..6 {
        stage.tap(KioskInput::Back);
    }
    assert_eq!(stage.at(), "idle");
    stage
        .entry("papers")
        .tap(KioskInput::Accept)
        .procedure("seal")
        .tap(KioskInput::TypeByHand);
    // The name is known from the card that was read before.
    assert_eq!(stage.at(), "question copies");
    stage.answer("copies", "1").tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    assert!(case.plan.is_none(), "the plan belongs to the other errand");
    assert_eq!(case.forms.len(), 1);
}

/// The plan's forms are filled in, and one answer behind them is changed: nobody is insured.
fn no_longer_insured() -> Stage {
    let mut stage = Stage::with_errands();
    stage.up_to_papers().tap(KioskInput::Back);
    assert_eq!(stage.at(), "plan");
    stage
        .tap(KioskInput::Edit {
            field: "insured".to_owned(),
        })
        .answer("insured", "no");
    assert_eq!(stage.at(), "plan");
    stage
}

#[test]
fn forms_that_a_changed_answer_no_longer_asks_for_are_not_filed() {
    let mut stage = no_longer_insured();
    stage.tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!((body.service.as_str(), body.then.len()), ("moving", 0));
    let case = body.case.unwrap();
    let forms: Vec<&str> = case.forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(forms, ["register"]);
}

#[test]
fn they_are_there_again_with_every_answer_when_it_is_changed_back() {
    let mut stage = no_longer_insured();
    stage
        .tap(KioskInput::Edit {
            field: "insured".to_owned(),
        })
        .answer("insured", "yes")
        .tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(body.then, ["family"]);
    let case = body.case.unwrap();
    let forms: Vec<_> = (case.forms.iter())
        .map(|it| (it.procedure.as_str(), it.unfinished))
        .collect();
    assert_eq!(forms, [("register", false), ("cover", false)]);
}

#[test]
fn what_the_visitor_chose_beside_a_plan_stays_whatever_the_plan_says() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_papers()
        .tap(KioskInput::AddForm)
        .procedure("seal")
        .answer("copies", "1")
        .tap(KioskInput::Accept)
        .tap(KioskInput::Back)
        .tap(KioskInput::Edit {
            field: "insured".to_owned(),
        })
        .answer("insured", "no")
        .tap(KioskInput::Confirm);
    let body = stage.last_body();
    assert_eq!(body.then, ["certificates"]);
    let case = body.case.unwrap();
    let forms: Vec<&str> = case.forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(forms, ["register", "seal"]);
}

#[test]
fn a_form_that_was_dropped_does_not_come_back_by_itself_and_teaches_nobody() {
    let mut stage = Stage::with_errands();
    stage
        .up_to_forms()
        .answer("before", "どこか1-1")
        .tap(KioskInput::HandOver)
        .tap(KioskInput::Back)
        .answer("since", "2026-11-20");
    assert_eq!(stage.at(), "papers");
    let drop = KioskInput::DropForm {
        procedure: "cover".to_owned(),
    };
    stage
        .tap(drop)
        .tap(KioskInput::Back)
        .tap(KioskInput::Prepare)
        .tap(KioskInput::Confirm);
    let case = stage.last_body().case.unwrap();
    let forms: Vec<&str> = case.forms.iter().map(|it| it.procedure.as_str()).collect();
    assert_eq!(forms, ["register"]);
}

#[test]
fn it_is_taken_back_from_the_list_of_further_forms() {
    let mut stage = Stage::with_errands();
    let drop = KioskInput::DropForm {
        procedure: "cover".to_owned(),
    };
    stage.up_to_papers().tap(drop).tap(KioskInput::AddForm);
    stage.procedure("cover").tap(KioskInput::Accept);
    let Screen::Papers { forms, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(forms.len(), 2);
    assert!(
        forms.iter().all(|it| it.open == 0),
        "with what was answered"
    );
}
