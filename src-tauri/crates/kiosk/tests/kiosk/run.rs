use std::{path::Path, sync::Arc, time::Duration};

use kiosk::{Doors, Fonts, Ports, Printshop, link::HubLink, session::Setup, start};
use office::Office;
use serde_json::{Value, json};
use slip::{Job, printer::Report};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use wire::{
    kiosk::{KioskInput, KioskView, Screen},
    office::SlipState,
};

use crate::script::{Hub, Reply};

/// The office that ships with the product.
fn office() -> Office {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
    Office::load(&folder)
        .map_err(|mistakes| mistakes.len())
        .unwrap()
}

fn printshop(office: &Office) -> Printshop {
    let mut files: Vec<_> = std::fs::read_dir(&office.fonts_dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "ttf"))
        .collect();
    files.sort();
    let faces = files.iter().map(|path| std::fs::read(path).unwrap());
    Printshop::new(Fonts::load(faces).unwrap(), office.printer.profile.clone())
}

fn issued(service: &str) -> Value {
    json!({
        "ticket": {
            "id": "0190b1e2-0000-7000-8000-000000000001", "number": "B-007", "service": service, "state": "waiting",
            "language": "ja", "issued_at": 1_795_480_500_000_i64, "has_case": false, "calls": 0, "slip": "pending",
        },
        "ahead": 2, "service": { "ja": "引っ越し" }, "token": "t", "url": "http://192.0.2.1/v/t",
    })
}

async fn screen(
    views: &mut watch::Receiver<KioskView>,
    wanted: impl Fn(&Screen) -> bool,
) -> KioskView {
    let found = views.wait_for(|view| wanted(&view.screen));
    let view = timeout(Duration::from_secs(20), found)
        .await
        .expect("the screen comes");
    view.unwrap().clone()
}

#[tokio::test]
async fn a_press_becomes_a_ticket_a_slip_and_a_report() {
    let office = office();
    let entry = office.menu.iter().find_map(|entry| match &entry.leads_to {
        office::LeadsTo::Ticket { service, then } if then.is_empty() => {
            Some((entry.id.clone(), service.as_str().to_owned()))
        }
        _ => None,
    });
    let (entry, service) = entry.expect("the shipped menu has a tile that gives a number at once");
    let hub = Hub::start_with([
        ("/api/live", Reply::Silence(Vec::new())),
        ("/api/tickets", Reply::Lost),
        ("/api/tickets", Reply::Json(200, issued(&service))),
        ("/slip", Reply::Json(200, json!({}))),
    ])
    .await;

    let (inputs, input_door) = mpsc::channel(8);
    let (_card_reports, card) = mpsc::channel(8);
    let (printer_reports, printer) = mpsc::channel(8);
    let (prints, mut printed) = mpsc::unbounded_channel::<Job>();
    let ports = Ports {
        card: Box::new(|_| {}),
        printer: Arc::new(move |job| prints.send(job).unwrap()),
        hub: HubLink::device(&hub.url, "token").unwrap(),
        reserve: None,
        printshop: printshop(&office),
    };
    let doors = Doors {
        inputs: input_door,
        card,
        printer,
    };
    let running = start(Setup::of(&office, "kiosk-1"), ports, doors);
    let mut views = running.views;
    assert!(matches!(views.borrow().screen, Screen::Idle { .. }));

    inputs.send(KioskInput::Entry { id: entry }).await.unwrap();
    // Considerate priority is asked for here; saying nothing is no.
    screen(&mut views, |it| matches!(it, Screen::Take { .. })).await;
    inputs.send(KioskInput::Confirm).await.unwrap();
    let job = timeout(Duration::from_secs(20), printed.recv())
        .await
        .unwrap()
        .unwrap();
    assert!(job.bytes.len() > 1_000, "a raster");
    screen(
        &mut views,
        |it| matches!(it, Screen::Printing { number } if number == "B-007"),
    )
    .await;
    printer_reports.send(Report::Printed(job.id)).await.unwrap();
    let view = screen(&mut views, |it| matches!(it, Screen::Done { .. })).await;
    assert!(matches!(
        view.screen,
        Screen::Done {
            slip: SlipState::Printed,
            ahead: Some(2),
            ..
        }
    ));

    // Closing the inputs ends the kiosk; what it had to tell the hub is told before.
    let told = async {
        while !hub.lines().iter().any(|line| line.ends_with("/slip")) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), told)
        .await
        .expect("the slip is reported");
    {
        let seen = hub.seen();
        let issues: Vec<_> = seen
            .iter()
            .filter(|it| it.line == "POST /api/tickets")
            .collect();
        assert_eq!(issues.len(), 2, "the first answer was lost");
        assert_eq!(
            issues[0].header("idempotency-key"),
            issues[1].header("idempotency-key")
        );
        assert_eq!(issues[1].body["service"], service);
        let report = seen.iter().find(|it| it.line.ends_with("/slip")).unwrap();
        assert_eq!(report.body, json!({ "slip": "printed" }));
    }
    drop(inputs);
    running.task.await.unwrap();
}
