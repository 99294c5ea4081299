//! The number first, and the form while waiting.

use slip::printer::{Failure, Report};
use wire::{
    Code,
    kiosk::{Input, KioskInput, Screen},
    office::{CounterView, Live, TicketState},
};

use super::{
    every_errand::shipped,
    stage::{NAME, Stage, here, issued, ja, snapshot},
};
use crate::session::{Effect, Event, Outcome, SupplyBody};

/// A certificate is filled in to its last page when its writer wants the number.
fn with_number(stage: &mut Stage) {
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all");
    first(stage);
    assert!(stage.last_body().case.is_none(), "the number alone");
    stage.hub_answers(Outcome::Done(issued()));
    let job = stage.printed().0;
    stage.printer(Report::Printed(job));
}

fn sent(stage: &Stage) -> Vec<(uuid::Uuid, String, std::sync::Arc<SupplyBody>)> {
    let sent = stage.done.iter().filter_map(|effect| match effect {
        Effect::SupplyForms { key, ticket, body } => {
            Some((*key, ticket.clone(), std::sync::Arc::clone(body)))
        }
        _ => None,
    });
    sent.collect()
}

fn hub_takes(stage: &mut Stage, outcome: Outcome<Option<Vec<String>>>) {
    let key = sent(stage).last().unwrap().0;
    stage.event(Event::Supplied { key, outcome });
}

/// 先に番号札をとる; where priority is asked for, nobody asks.
fn first(stage: &mut Stage) -> &mut Stage {
    stage.tap(KioskInput::NumberFirst);
    if stage.at() == "take" {
        stage.tap(KioskInput::Confirm);
    }
    assert_eq!(stage.at(), "issuing");
    stage
}

/// Question after question, with what is said of a field, else 「いいえ」, else whatever stands first.
fn answer_all(stage: &mut Stage, says: &[(&str, &str)]) {
    for _ in 0..200 {
        let Screen::Question { field, .. } = stage.screen() else {
            return;
        };
        let said = says.iter().find(|it| it.0 == field.id).map(|it| it.1);
        let value = said.unwrap_or(match &field.input {
            Input::Choice { options } | Input::Choices { options } => {
                let no = options.iter().find(|it| it.id == "no" || it.id == "none");
                no.map_or(&options[0].id, |it| &it.id)
            }
            Input::Number { .. } => "1",
            Input::Date { .. } => "2026-11-20",
            Input::Phone => "0849281058",
            Input::Text { keyboard, .. } => match keyboard.as_str() {
                "kana" => "フクヤマ",
                "digits" => "7208501",
                _ => "福山市東桜町３番５号",
            },
        });
        let (field, value) = (field.id.clone(), value.to_owned());
        let before = stage.visible();
        stage.answer(&field, &value);
        assert_ne!(before, stage.visible(), "{field} does not take {value}");
    }
    panic!("the questions do not end")
}

fn at_shipped(entry: &str) -> Stage {
    let mut stage = Stage::new();
    stage.session.setup = shipped();
    stage.entry(entry);
    stage
}

/// The newest form that went after its number: for what that was taken, and what the visit needs.
fn way(stage: &Stage) -> (Vec<String>, Vec<String>) {
    let (_, _, body) = sent(stage).pop().unwrap();
    (body.get().taken_for.clone(), body.get().services.clone())
}

fn number_comes(stage: &mut Stage) -> &mut Stage {
    stage.hub_answers(Outcome::Done(issued()));
    stage.wait(10)
}

/// Whether the number's page leads back to the form, and whether it says that the form arrived.
fn done(stage: &Stage) -> (bool, bool) {
    let Screen::Done {
        number,
        can_go_on,
        supplied,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!(number, "A-001");
    (can_go_on, supplied)
}

#[test]
fn the_number_comes_first_and_the_form_follows_it_with_every_answer() {
    let mut stage = Stage::new();
    with_number(&mut stage);
    assert_eq!(done(&stage), (true, false));
    assert!(!stage.visible().contains(NAME));
    assert!(
        stage.requests().ends_with(&["forget"]),
        "the card is not needed any more"
    );
    stage.tap(KioskInput::GoOn);
    assert_eq!(stage.at(), "question copies");
    stage
        .answer("copies", "2")
        .answer("use", "")
        .tap(KioskInput::Confirm);
    assert_eq!(stage.at(), "supplying");
    let (_, ticket, body) = sent(&stage).pop().unwrap();
    assert_eq!(ticket, "ticket-1");
    let form = &body.get().case.forms[0];
    assert!(!form.unfinished);
    assert!(form.answers.iter().any(|it| it.value == NAME));
    hub_takes(&mut stage, Outcome::Done(None));
    assert_eq!(done(&stage), (false, true));
    assert!(
        stage.session.visit.is_blank(),
        "nothing of the person stays"
    );
    assert_eq!(stage.attempts().len(), 1, "one number");
}

#[test]
fn whoever_does_not_go_on_leaves_nothing_behind_and_keeps_the_number() {
    for finish in [true, false] {
        let mut stage = Stage::new();
        with_number(&mut stage);
        if finish {
            stage.tap(KioskInput::Finish);
        } else {
            stage.wait(600);
        }
        assert_eq!(stage.at(), "idle");
        assert!(stage.session.visit.is_blank());
        assert!(sent(&stage).is_empty());
    }
}

#[test]
fn a_form_that_did_not_arrive_is_sent_again_under_the_same_key_and_stays_here() {
    let mut stage = Stage::new();
    with_number(&mut stage);
    stage.tap(KioskInput::GoOn).tap(KioskInput::HandOver);
    stage.wait(10);
    assert_eq!(stage.at(), "trouble not_supplied");
    stage.tap(KioskInput::Retry);
    let keys: Vec<_> = sent(&stage).iter().map(|it| it.0).collect();
    assert_eq!((keys.len(), keys[0]), (2, keys[1]));
    hub_takes(&mut stage, Outcome::Refused(Code::Unavailable));
    assert_eq!(stage.at(), "trouble not_supplied");
    stage.tap(KioskInput::Back);
    assert_eq!(
        stage.at(),
        "question copies",
        "and nothing that was answered is lost"
    );
    stage.tap(KioskInput::HandOver);
    assert!(sent(&stage).pop().unwrap().2.get().case.forms[0].unfinished);
    hub_takes(&mut stage, Outcome::Done(None));
    assert_eq!(done(&stage), (false, true));
}

#[test]
fn before_the_first_page_of_the_errand_stands_its_number() {
    let mut stage = Stage::new();
    first(stage.up_to_means());
    stage.hub_answers(Outcome::Done(issued()));
    stage.wait(10);
    stage.tap(KioskInput::GoOn);
    assert_eq!(stage.at(), "means");
    stage.tap(KioskInput::Back);
    assert_eq!(done(&stage), (true, false));
    stage.tap(KioskInput::GoOn).tap(KioskInput::TypeByHand);
    assert!(stage.at().starts_with("question"));
    stage.tap(KioskInput::NumberFirst);
    assert_eq!(stage.attempts().len(), 1, "never a second number");
}

/// The live view tells that the number was called to counter 3, and is so now.
fn ticket_is(stage: &mut Stage, state: TicketState) {
    let Live::Snapshot { mut office } = snapshot(&[], false) else {
        panic!()
    };
    let mut called = issued().ticket;
    called.state = state;
    called.counter = Some("3".to_owned());
    called.calls = 1;
    office.tickets.push(called);
    office.counters.push(CounterView {
        id: "3".to_owned(),
        name: ja("3番窓口"),
        services: vec!["certificates".to_owned()],
        open: true,
        paused: false,
        clerk: None,
        account: None,
        weights: Vec::new(),
        ticket: Some("ticket-1".to_owned()),
    });
    stage.event(Event::Live(Box::new(Live::Snapshot { office })));
}

#[test]
fn a_number_that_is_refused_leads_back_to_the_page_and_a_call_is_told_there() {
    let mut stage = Stage::new();
    first(stage.up_to_confirm().tap(KioskInput::Back));
    stage.hub_answers(Outcome::Refused(Code::ServiceClosed));
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "question use");
    first(&mut stage);
    stage.hub_answers(Outcome::Done(issued()));
    stage.wait(10);
    stage.tap(KioskInput::GoOn);
    assert_eq!(stage.view().taken.unwrap().called_to, None);
    ticket_is(&mut stage, TicketState::Called);
    assert_eq!(stage.view().taken.unwrap().called_to, Some(ja("3番窓口")));
}

#[test]
fn without_the_hub_what_is_there_goes_with_the_number_at_once() {
    let mut stage = Stage::new();
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all");
    assert!(stage.view().number_first);
    stage.event(Event::Stocks(super::stage::stocks()));
    first(&mut stage);
    stage.hub_answers(Outcome::Away);
    let (_, body, _) = stage.wishes().pop().unwrap();
    assert!(body.get().case.as_ref().unwrap().forms[0].unfinished);
    stage.disk_answers(Ok(here(1)));
    stage.wait(10);
    let Screen::Done { can_go_on, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert!(!can_go_on);
    assert!(stage.session.visit.is_blank());
    stage.tap(KioskInput::Finish);
    stage.away().up_to_means();
    assert!(
        !stage.view().number_first,
        "and it is not offered while the hub is away"
    );
}

#[test]
fn the_forms_of_a_plan_that_came_after_the_number_bring_their_counters_along() {
    let mut stage = at_shipped("bereavement");
    let says = [
        ("filed", "yes"),
        ("head", "no"),
        ("remaining", "two_or_more"),
        ("insurance", "national"),
        ("dog", "yes"),
    ];
    answer_all(&mut stage, &says);
    assert_eq!(stage.at(), "plan");
    first(&mut stage);
    let body = stage.last_body();
    assert_eq!((body.service.as_str(), body.then.len()), ("insurance", 0));
    number_comes(&mut stage).tap(KioskInput::GoOn);
    stage.tap(KioskInput::Prepare).tap(KioskInput::HandOver);
    let (_, _, body) = sent(&stage).pop().unwrap();
    let forms = body.get().case.forms.iter();
    let forms: Vec<&str> = forms.map(|it| it.procedure.as_str()).collect();
    assert_eq!(forms, ["kokuho", "inu"]);
    let expected = (
        vec!["insurance".to_owned()],
        vec!["insurance".to_owned(), "guidance".to_owned()],
    );
    assert_eq!(way(&stage), expected, "the dog is registered at 総合案内");
    hub_takes(&mut stage, Outcome::Done(Some(vec!["guidance".to_owned()])));
    let Screen::Done { then, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let guidance = stage.session.setup.service_name("guidance");
    assert_eq!(
        then,
        [guidance],
        "and the number's page tells the way that it has now"
    );
}

#[test]
fn a_number_before_the_first_answer_goes_the_whole_way_of_the_plan_in_the_end() {
    let mut stage = at_shipped("moving");
    assert!(stage.at().starts_with("question"));
    first(&mut stage);
    assert_eq!(stage.last_body().service, "moving");
    assert!(stage.last_body().then.is_empty());
    number_comes(&mut stage).tap(KioskInput::GoOn);
    answer_all(
        &mut stage,
        &[("kind", "in"), ("insurance", "yes"), ("card", "yes")],
    );
    assert_eq!(stage.at(), "plan");
    stage.tap(KioskInput::Confirm);
    let (taken_for, services) = way(&stage);
    assert_eq!(taken_for, ["moving"]);
    for service in ["insurance", "mynumber"] {
        assert!(services.iter().any(|it| it == service), "{services:?}");
    }
}

#[test]
fn a_form_of_another_counter_may_be_added_to_a_number_and_one_that_was_dropped_comes_back() {
    let mut stage = Stage::with_errands();
    stage.up_to_plan();
    first(&mut stage);
    number_comes(&mut stage).tap(KioskInput::GoOn);
    stage.tap(KioskInput::Prepare).tap(KioskInput::TypeByHand);
    answer_all(&mut stage, &[]);
    assert_eq!(stage.at(), "papers");
    stage
        .tap(KioskInput::DropForm {
            procedure: "cover".to_owned(),
        })
        .tap(KioskInput::AddForm);
    let Screen::Procedures { procedures, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let ids: Vec<&str> = procedures.iter().map(|it| it.id.as_str()).collect();
    assert!(
        ids.contains(&"residence") && ids.contains(&"cover"),
        "{ids:?}"
    );
    stage.procedure("residence");
    answer_all(&mut stage, &[]);
    // The form that is looked at alone goes to the page with all of them.
    stage.tap(KioskInput::Accept).tap(KioskInput::Confirm);
    let (taken_for, services) = way(&stage);
    assert!(!taken_for.contains(&"certificates".to_owned()));
    assert!(services.contains(&"certificates".to_owned()));
}

#[test]
fn a_form_that_the_hub_does_not_take_is_not_sent_for_ever() {
    for code in [Code::BadRequest, Code::TicketState, Code::CaseGone] {
        let mut stage = Stage::new();
        with_number(&mut stage);
        stage.tap(KioskInput::GoOn).tap(KioskInput::HandOver);
        hub_takes(&mut stage, Outcome::Refused(code));
        assert_eq!(stage.at(), "trouble form_refused");
        stage.tap(KioskInput::Retry);
        assert_eq!(
            (stage.at().as_str(), sent(&stage).len()),
            ("trouble form_refused", 1)
        );
        stage.tap(KioskInput::Accept);
        assert_eq!(
            done(&stage),
            (true, false),
            "the number is there, and what was written"
        );
        stage.tap(KioskInput::GoOn);
        assert_eq!(stage.at(), "question copies");
    }
}

#[test]
fn while_nobody_knows_whether_the_form_arrived_there_is_one_key_and_no_way_back() {
    let mut stage = Stage::new();
    with_number(&mut stage);
    stage.tap(KioskInput::GoOn).tap(KioskInput::HandOver);
    hub_takes(&mut stage, Outcome::Away);
    assert!(!stage.view().can_go_back);
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "trouble not_supplied");
    stage.event(Event::Online(false)).event(Event::Online(true));
    assert_eq!(
        stage.at(),
        "supplying",
        "the hub is back, and the same is asked again"
    );
    let keys: Vec<_> = sent(&stage).iter().map(|it| it.0).collect();
    assert_eq!((keys.len(), keys[0]), (2, keys[1]));
}

#[test]
fn priority_is_asked_before_the_number_and_not_after_it() {
    for yes in [false, true] {
        let mut stage = Stage::new();
        stage.up_to_means().tap(KioskInput::NumberFirst);
        let Screen::Take {
            considerate,
            with_answers,
            ..
        } = stage.screen()
        else {
            panic!("{}", stage.at());
        };
        assert_eq!((considerate, with_answers), (Some(false), false));
        stage.tap(KioskInput::Back);
        assert_eq!(stage.at(), "means", "nothing was taken");
        assert!(stage.attempts().is_empty());
        stage.tap(KioskInput::NumberFirst);
        if yes {
            stage.tap(KioskInput::Considerate { yes });
        }
        stage.tap(KioskInput::Confirm);
        assert_eq!(stage.last_body().considerate, yes);
        number_comes(&mut stage)
            .tap(KioskInput::GoOn)
            .tap(KioskInput::TypeByHand);
        answer_all(&mut stage, &[]);
        let Screen::Confirm { considerate, .. } = stage.screen() else {
            panic!("{}", stage.at());
        };
        assert_eq!(considerate, None, "the number has it or has it not");
    }
}

/// What the number's page says of the call and of the wait.
fn told(stage: &Stage) -> (Option<wire::Text>, bool, bool, bool) {
    let taken = stage.view().taken.unwrap();
    let Screen::Done {
        ahead,
        wait,
        stood_before,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    (
        taken.called_to,
        taken.passed,
        ahead.is_some() || wait.is_some(),
        stood_before,
    )
}

#[test]
fn the_number_s_page_does_not_contradict_the_call() {
    let mut stage = Stage::new();
    with_number(&mut stage);
    assert_eq!(told(&stage), (None, false, true, false));
    stage.tap(KioskInput::GoOn);
    ticket_is(&mut stage, TicketState::Called);
    stage.tap(KioskInput::HandOver);
    hub_takes(&mut stage, Outcome::Done(None));
    assert_eq!(told(&stage), (Some(ja("3番窓口")), false, false, true));
}

#[test]
fn whoever_was_called_and_passed_while_writing_is_told_on_every_page() {
    for state in [TicketState::NoShow, TicketState::Held] {
        let mut stage = Stage::new();
        with_number(&mut stage);
        stage.tap(KioskInput::GoOn);
        ticket_is(&mut stage, TicketState::Called);
        ticket_is(&mut stage, state);
        let taken = stage.view().taken.unwrap();
        assert_eq!((taken.called_to, taken.passed), (None, true));
        stage.tap(KioskInput::HandOver);
        hub_takes(&mut stage, Outcome::Done(None));
        assert_eq!(told(&stage), (None, true, false, true));
        ticket_is(&mut stage, TicketState::Waiting);
        assert!(
            !stage.view().taken.unwrap().passed,
            "a clerk put it back into the line"
        );
    }
}

#[test]
fn with_a_slip_that_failed_the_form_is_still_to_be_had() {
    let mut stage = Stage::new();
    first(stage.up_to_means());
    stage.hub_answers(Outcome::Done(issued()));
    let job = stage.printed().0;
    stage.printer(Report::Failed(job, Failure::Busy));
    let Screen::Done {
        can_go_on, slip, ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((can_go_on, slip), (true, wire::office::SlipState::Failed));
    stage.tap(KioskInput::GoOn);
    assert_eq!(stage.at(), "means");
}
