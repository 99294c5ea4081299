//! From a life event's tile to what the clerk reads: a real kiosk before a real hub.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the shell: it reads the clock for the kiosk"
)]

use std::{sync::Arc, time::Duration};

use kiosk::{Doors, Fonts, Ports, Printshop, link::HubLink, reserve::Reserve, session::Setup};
use office::Office;
use slip::{Job, printer::Report};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use wire::{
    case::{CaseView, LineCertainty},
    command::Role,
    kiosk::{FieldView, Input, KioskInput, KioskView, Screen},
    office::OfficeView,
};

use crate::{
    clerk::{ACCOUNT, Clerk, PASSWORD},
    hub_process::HubProcess,
    open_office,
};

const STEP_MAX: Duration = Duration::from_secs(60);
const QUESTIONS_MAX: usize = 200;
const NAME: &str = "\u{FA19}山　花子";

pub(crate) struct Visitor {
    inputs: mpsc::Sender<KioskInput>,
    pub(crate) printer: mpsc::Sender<Report>,
    pub(crate) printed: mpsc::UnboundedReceiver<Job>,
    views: watch::Receiver<KioskView>,
    _card: mpsc::Sender<card::session::Report>,
}

impl Visitor {
    pub(crate) fn at(office: &Office, base: &str, token: &str, own: &std::path::Path) -> Self {
        let (inputs, input_door) = mpsc::channel(8);
        let (card_reports, card) = mpsc::channel(8);
        let (printer_reports, printer) = mpsc::channel(8);
        let (prints, printed) = mpsc::unbounded_channel();
        let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"];
        let faces = faces.map(|face| std::fs::read(office.fonts_dir.join(face)).unwrap());
        let (reserve, _damage) = Reserve::open(own, chrono::Utc::now()).unwrap();
        let ports = Ports {
            card: Box::new(|_| {}),
            printer: Arc::new(move |job, _| prints.send(job).unwrap()),
            hub: HubLink::device(base, token).unwrap(),
            reserve: Some(reserve),
            printshop: Printshop::new(Fonts::load(faces).unwrap(), office.printer.profile.clone()),
        };
        let doors = Doors {
            inputs: input_door,
            card,
            printer,
        };
        let running = kiosk::start(Setup::of(office, "kiosk-1"), ports, doors);
        Self {
            inputs,
            printer: printer_reports,
            printed,
            views: running.views,
            _card: card_reports,
        }
    }

    pub(crate) async fn tap(&self, input: KioskInput) {
        self.inputs.send(input).await.unwrap();
    }

    pub(crate) async fn sees(&mut self, wanted: impl Fn(&KioskView) -> bool) -> KioskView {
        let found = timeout(STEP_MAX, self.views.wait_for(|view| wanted(view)));
        found.await.expect("the view comes").unwrap().clone()
    }

    /// Answers question after question until another kind of page stands there.
    pub(crate) async fn answers(&mut self, answer: impl Fn(&FieldView) -> String) -> Screen {
        let mut seen = String::new();
        for _ in 0..QUESTIONS_MAX {
            let view = self
                .sees(|view| match &view.screen {
                    Screen::Question { sheet, field, .. } => {
                        format!("{:?} {}", sheet.name, field.id) != seen
                    }
                    _ => !matches!(view.screen, Screen::Means { .. } | Screen::Idle { .. }),
                })
                .await;
            let Screen::Question {
                sheet,
                field,
                refusal,
                ..
            } = view.screen
            else {
                return view.screen;
            };
            assert_eq!(refusal, None, "{}", field.id);
            seen = format!("{:?} {}", sheet.name, field.id);
            let value = answer(&field);
            self.tap(KioskInput::Answer {
                field: field.id,
                value,
            })
            .await;
        }
        panic!("the questions do not end")
    }
}

/// Somebody who moves in and says yes, but does not know about the pension.
fn of_the_move(field: &FieldView) -> String {
    match (field.id.as_str(), &field.input) {
        ("kind", _) => "in".to_owned(),
        ("pension", _) => "unknown".to_owned(),
        ("insurance" | "child" | "card" | "all" | "out_filed", _) => "yes".to_owned(),
        (_, Input::Date { .. }) => "2026-11-20".to_owned(),
        (_, _) => "no".to_owned(),
    }
}

pub(crate) fn on_a_form(field: &FieldView) -> String {
    match &field.input {
        Input::Choice { options } | Input::Choices { options } => options[0].id.clone(),
        Input::Number { min, .. } => min.to_string(),
        Input::Date { birth: true, .. } => "1980-02-17".to_owned(),
        Input::Date { birth: false, .. } => "2026-11-20".to_owned(),
        Input::Phone => "0849281058".to_owned(),
        Input::Text { keyboard, .. } => match keyboard.as_str() {
            "digits" => "7208501".to_owned(),
            "kana" => "フクヤマ　ハナコ".to_owned(),
            "latin" => "HANAKO".to_owned(),
            _ if field.id.contains("address") => "広島県福山市東桜町３番５号".to_owned(),
            _ => NAME.to_owned(),
        },
    }
}

pub(crate) async fn case_of(base: &str, ticket: &str) -> CaseView {
    let clerk = Clerk::at(base).await;
    clerk.get(&format!("/api/tickets/{ticket}/case")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moving_family_answers_once_and_the_clerk_reads_plan_and_forms() {
    let config = open_office();
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let office = Office::load(config.path()).unwrap();
    hub::add_account(
        data.path(),
        &office.id,
        ACCOUNT,
        "伊藤",
        Role::Lead,
        PASSWORD,
    )
    .unwrap();
    let hub = HubProcess::start(config.path(), data.path());
    let token = HubProcess::device_token(data.path());
    let mut visitor = Visitor::at(&office, &hub.base, &token, own.path());
    visitor.sees(|view| view.hub_online).await;

    let id = "moving".to_owned();
    visitor.tap(KioskInput::Entry { id }).await;
    let Screen::Plan(plan) = visitor.answers(of_the_move).await else {
        panic!("no plan")
    };
    assert!(plan.stops.len() >= 3 && plan.forms.len() >= 3);
    visitor.tap(KioskInput::Prepare).await;
    visitor
        .sees(|view| matches!(view.screen, Screen::Means { .. }))
        .await;
    visitor.tap(KioskInput::TypeByHand).await;
    let Screen::Papers {
        forms,
        services,
        spared_names,
        ..
    } = visitor.answers(on_a_form).await
    else {
        panic!("not all forms")
    };
    assert!(forms.iter().all(|it| it.open == 0));
    assert!(spared_names >= 2, "the applicant stands on every form");

    visitor.tap(KioskInput::Confirm).await;
    let job = timeout(STEP_MAX, visitor.printed.recv()).await.unwrap();
    let job = job.expect("a slip");
    visitor.printer.send(Report::Printed(job.id)).await.unwrap();
    let view = visitor
        .sees(|view| matches!(view.screen, Screen::Done { .. }))
        .await;
    let Screen::Done { then, .. } = view.screen else {
        panic!("the last page")
    };
    assert_eq!(then.len() + 1, services.len());

    let view = reqwest::Client::new().get(format!("{}/api/office", hub.base));
    let view = view.bearer_auth(&token).send().await.unwrap();
    let view: OfficeView = view.json().await.unwrap();
    let [ticket] = view.tickets.as_slice() else {
        panic!("{} tickets", view.tickets.len())
    };
    let case = case_of(&hub.base, &ticket.id).await;
    assert_eq!(case.forms.len(), forms.len());
    assert!(case.forms.iter().all(|it| !it.unfinished));
    assert!(
        case.forms
            .iter()
            .flat_map(|it| &it.rows)
            .any(|it| it.raw == NAME),
        "a name code point by code point"
    );
    assert_eq!(case.spared.names, spared_names);
    let lines = case.plan.unwrap().lines;
    let pension = lines.iter().find(|it| it.rule == "M10").unwrap();
    assert_eq!(pension.certainty, LineCertainty::ToConfirm);
    // The clerk's plan is the one that the visitor saw.
    let shown = plan.stops.iter().flat_map(|it| &it.lines);
    let shown = shown
        .chain(&plan.later)
        .chain(&plan.elsewhere)
        .chain(&plan.automatic);
    let mut shown: Vec<&str> = shown.map(|it| it.rule.as_str()).collect();
    let mut read: Vec<&str> = lines.iter().map(|it| it.rule.as_str()).collect();
    shown.sort_unstable();
    read.sort_unstable();
    assert_eq!(shown, read);
}
