//! The number first, and the form while waiting.

use slip::printer::Report;
use wire::{
    Code,
    kiosk::{KioskInput, Screen},
    office::{CounterView, Live, TicketState},
};

use super::stage::{NAME, Stage, here, issued, ja, snapshot};
use crate::session::{Effect, Event, Outcome, SupplyBody};

/// A certificate is filled in to its last page when its writer wants the number.
fn with_number(stage: &mut Stage) {
    stage
        .up_to_review()
        .tap(KioskInput::Accept)
        .answer("kind", "all")
        .tap(KioskInput::NumberFirst);
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

fn hub_takes(stage: &mut Stage, outcome: Outcome<()>) {
    let key = sent(stage).last().unwrap().0;
    stage.event(Event::Supplied { key, outcome });
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
    hub_takes(&mut stage, Outcome::Done(()));
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
    hub_takes(&mut stage, Outcome::Refused(Code::TicketState));
    assert_eq!(stage.at(), "trouble not_supplied");
    stage.tap(KioskInput::Back);
    assert_eq!(
        stage.at(),
        "question copies",
        "and nothing that was answered is lost"
    );
    stage.tap(KioskInput::HandOver);
    assert!(sent(&stage).pop().unwrap().2.get().case.forms[0].unfinished);
    hub_takes(&mut stage, Outcome::Done(()));
    assert_eq!(done(&stage), (false, true));
}

#[test]
fn before_the_first_page_of_the_errand_stands_its_number() {
    let mut stage = Stage::new();
    stage.up_to_means().tap(KioskInput::NumberFirst);
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

#[test]
fn a_number_that_is_refused_leads_back_to_the_page_and_a_call_is_told_there() {
    let mut stage = Stage::new();
    stage
        .up_to_confirm()
        .tap(KioskInput::Back)
        .tap(KioskInput::NumberFirst);
    stage.hub_answers(Outcome::Refused(Code::ServiceClosed));
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "question use");
    stage.tap(KioskInput::NumberFirst);
    stage.hub_answers(Outcome::Done(issued()));
    stage.wait(10);
    stage.tap(KioskInput::GoOn);
    assert_eq!(stage.view().taken.unwrap().called_to, None);
    let Live::Snapshot { mut office } = snapshot(&[], false) else {
        panic!()
    };
    let mut called = issued().ticket;
    called.state = TicketState::Called;
    called.counter = Some("3".to_owned());
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
    stage.tap(KioskInput::NumberFirst);
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
