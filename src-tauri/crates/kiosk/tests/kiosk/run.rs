use std::{path::Path, sync::Arc, time::Duration};

use kiosk::{
    Doors, Fonts, Ports, Printshop,
    link::HubLink,
    reserve::{JournalError, Reserve},
    session::Setup,
    start,
};
use office::Office;
use serde_json::{Value, json};
use slip::{
    Job,
    printer::{Failure, PrinterState, Report},
};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use wire::{
    kiosk::{KioskInput, KioskView, Screen},
    office::SlipState,
};

use crate::script::{Hub, Reply};

/// The office that ships with the product, with a tile that gives one number for several services at once.
fn office() -> Office {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
    let mut office = Office::load(&folder)
        .map_err(|mistakes| mistakes.len())
        .unwrap();
    let several = office.menu.iter_mut().find(|it| it.id == "bereavement");
    several.unwrap().leads_to = office::LeadsTo::Ticket {
        service: "family".parse().unwrap(),
        then: vec!["insurance".parse().unwrap()],
    };
    office
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

/// A kiosk that runs, with what stands around it.
struct Running {
    inputs: mpsc::Sender<KioskInput>,
    printer: mpsc::Sender<Report>,
    printed: mpsc::UnboundedReceiver<Job>,
    views: watch::Receiver<KioskView>,
    task: tokio::task::JoinHandle<()>,
    _card: mpsc::Sender<card::session::Report>,
}

impl Running {
    fn start(office: &Office, hub: &str, reserve: Option<Reserve>) -> Self {
        let (inputs, input_door) = mpsc::channel(8);
        let (card_reports, card) = mpsc::channel(8);
        let (printer_reports, printer) = mpsc::channel(8);
        let (prints, printed) = mpsc::unbounded_channel::<Job>();
        let ports = Ports {
            card: Box::new(|_| {}),
            printer: Arc::new(move |job, _| prints.send(job).unwrap()),
            hub: HubLink::device(hub, "token").unwrap(),
            reserve,
            printshop: printshop(office),
        };
        let doors = Doors {
            inputs: input_door,
            card,
            printer,
        };
        let running = start(Setup::of(office, "kiosk-1"), ports, doors);
        Self {
            inputs,
            printer: printer_reports,
            printed,
            views: running.views,
            task: running.task,
            _card: card_reports,
        }
    }

    async fn tap(&self, input: KioskInput) {
        self.inputs.send(input).await.unwrap();
    }

    async fn screen(&mut self, wanted: impl Fn(&Screen) -> bool) -> KioskView {
        screen(&mut self.views, wanted).await
    }

    async fn job(&mut self) -> Job {
        timeout(Duration::from_secs(20), self.printed.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// From the idle screen to the wish for a number of the entry with several services.
    async fn press(&mut self) {
        let id = "bereavement".to_owned();
        self.tap(KioskInput::Entry { id }).await;
        self.screen(|it| matches!(it, Screen::Take { .. })).await;
        self.tap(KioskInput::Considerate { yes: true }).await;
        self.tap(KioskInput::Confirm).await;
    }
}

/// Opens the numbers at hand; another kiosk may still be letting go of them.
async fn reserve(folder: &Path) -> Reserve {
    let opening = async {
        loop {
            match Reserve::open(folder, "2026-11-24T00:30:00Z".parse().unwrap()) {
                Ok((reserve, damage)) => {
                    assert_eq!(damage, None);
                    return reserve;
                }
                Err(JournalError::InUse { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    timeout(Duration::from_secs(20), opening).await.unwrap()
}

async fn asked(hub: &Hub, end: &str) {
    let asked = async {
        while !hub.lines().iter().any(|line| line.ends_with(end)) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), asked).await.expect(end);
}

/// A hub's leases: two numbers of one service, always open.
fn leases() -> Value {
    json!({
        "at": 1_000,
        "leases": [{
            "day": "2026-11-24", "from": 0, "until": 9_000_000_000_000_i64, "service": "family",
            "open": [[0, 9_000_000_000_000_i64]], "unused": ["E-981", "E-982"],
        }],
    })
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Json(
        status,
        json!({ "type": "urn:x", "status": status, "code": code, "title": "x" }),
    )
}

/// Every word about a slip that the hub heard, in order.
fn words(hub: &Hub) -> Vec<Value> {
    let seen = hub.seen();
    let words = seen.iter().filter(|it| it.line.ends_with("/slip"));
    words.map(|it| it.body.clone()).collect()
}

async fn has_heard(hub: &Hub, what: &str, heard: impl Fn(&Hub) -> bool) {
    let heard = async {
        while !heard(hub) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), heard).await.expect(what);
}

#[tokio::test]
async fn a_second_paper_of_a_number_given_here_is_told_by_itself_after_the_number_and_its_first() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start_with([
        ("/api/live", Reply::Silence(Vec::new())),
        ("/api/lease", Reply::Json(200, leases())),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    asked(&hub, "POST /api/lease").await;
    let is_ready = Report::State(PrinterState::Ready);
    kiosk.printer.send(is_ready).await.unwrap();
    kiosk.press().await;
    let first = kiosk.job().await;
    let failed = Report::Failed(first.id, Failure::Busy);
    kiosk.printer.send(failed).await.unwrap();
    kiosk.screen(|it| matches!(it, Screen::Done { .. })).await;
    kiosk.tap(KioskInput::Reprint).await;
    let second = kiosk.job().await;
    kiosk
        .printer
        .send(Report::Printed(second.id))
        .await
        .unwrap();
    kiosk.screen(|it| matches!(it, Screen::Done { .. })).await;
    // The power goes before the hub heard anything.
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
    hub.serving.abort();

    let hub = Hub::start_with([
        ("/api/live", Reply::Silence(Vec::new())),
        ("/api/tickets/leased", Reply::Json(200, issued("family"))),
        ("/slip", Reply::Json(200, json!({}))),
    ])
    .await;
    let kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    has_heard(&hub, "the second paper", |hub| !words(hub).is_empty()).await;
    {
        let seen = hub.seen();
        let number = seen.iter().position(|it| it.line.ends_with("/leased"));
        let paper = seen.iter().position(|it| it.line.ends_with("/slip"));
        assert!(number < paper);
        assert_eq!(seen[number.unwrap()].body["slip"], "failed");
    }
    let words = words(&hub);
    assert_eq!(words.len(), 1, "the first one was told with the number");
    assert_eq!(
        (&words[0]["slip"], &words[0]["reissued"]),
        (&json!("printed"), &json!(true))
    );
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn a_passing_refusal_of_a_slip_report_is_no_answer_and_one_for_good_ends_it() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    // The stream begins anew again and again: the hub is back each time.
    let back = (0..40).map(|_| ("/api/live", Reply::Stream(Vec::new())));
    let hub = Hub::start_with(
        [
            ("/api/tickets", Reply::Json(200, issued("moving"))),
            ("/slip", refusal(429, "too_many")),
            ("/slip", refusal(403, "device_unknown")),
            ("/slip", refusal(503, "unavailable")),
            ("/slip", Reply::Lost),
            ("/slip", Reply::Json(200, json!({}))),
        ]
        .into_iter()
        .chain(back)
        .chain([("/api/live", Reply::Silence(Vec::new()))]),
    )
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    let id = "moving".to_owned();
    kiosk.tap(KioskInput::Entry { id }).await;
    kiosk.tap(KioskInput::HandOver).await;
    kiosk.screen(|it| matches!(it, Screen::Take { .. })).await;
    kiosk.tap(KioskInput::Confirm).await;
    let job = kiosk.job().await;
    kiosk.printer.send(Report::Printed(job.id)).await.unwrap();
    has_heard(&hub, "five times", |hub| words(hub).len() >= 5).await;
    let heard = words(&hub);
    assert!(heard.iter().all(|it| *it == heard[0]));
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
    assert!(reserve(folder.path()).await.untold_papers().is_empty());
}

#[tokio::test]
async fn a_kiosk_that_was_put_out_gives_no_numbers_until_it_is_let_in_again() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let mut here = reserve(folder.path()).await;
    here.leases(
        serde_json::from_value(leases()).unwrap(),
        // Long ago, by whatever clock this runs.
        "2020-11-24T00:30:00Z".parse().unwrap(),
    )
    .unwrap();
    let hub = Hub::start_with([
        ("/api/kiosk", refusal(403, "device_unknown")),
        ("/api/kiosk", refusal(403, "device_unknown")),
        ("/api/kiosk", Reply::Json(200, json!({ "orders": [] }))),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(here));
    let wanted = |gives: bool| move |view: &KioskView| view.gives_numbers == gives;
    for gives in [false, true] {
        let seen = kiosk.views.wait_for(wanted(gives));
        timeout(Duration::from_secs(20), seen)
            .await
            .unwrap()
            .unwrap();
    }
    assert!(!kiosk.views.borrow().hub_online);
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn the_slips_of_a_roll_are_told_on_after_a_restart() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let on_roll = |hub: &Hub, slips: u32| {
        let seen = hub.seen();
        let mut reports = seen.iter().filter(|it| it.line == "POST /api/kiosk");
        reports.any(|it| it.body["slips_on_roll"] == slips)
    };
    let hub = Hub::start_with([]).await;
    let kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    kiosk.printer.send(Report::SlipsOnRoll(41)).await.unwrap();
    has_heard(&hub, "41", |hub| on_roll(hub, 41)).await;
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
    hub.serving.abort();

    let hub = Hub::start_with([]).await;
    let here = reserve(folder.path()).await;
    assert_eq!(here.slips_on_roll(), Some(41));
    let kiosk = Running::start(&office, &hub.url, Some(here));
    has_heard(&hub, "41 once more", |hub| on_roll(hub, 41)).await;
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn a_hub_that_does_not_answer_is_told_afterwards_and_one_that_is_gone_not_waited_for() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let leases = json!({
        "at": 1_000,
        "leases": [{
            "day": "2026-11-24", "from": 0, "until": 9_000_000_000_000_i64, "service": "family",
            "open": [[0, 9_000_000_000_000_i64]], "unused": ["E-981", "E-982"],
        }],
    });
    // Every press meets a failing hub; leases and what was issued without it are heard.
    let hub = Hub::start_with([
        ("/api/live", Reply::Silence(Vec::new())),
        ("/api/lease", Reply::Json(200, leases.clone())),
        ("/api/tickets/leased", Reply::Json(200, issued("family"))),
        ("/slip", Reply::Json(200, json!({}))),
        ("/api/lease", Reply::Json(200, leases)),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    asked(&hub, "POST /api/lease").await;
    kiosk.press().await;
    let job = kiosk.job().await;
    kiosk.printer.send(Report::Printed(job.id)).await.unwrap();
    let view = kiosk.screen(|it| matches!(it, Screen::Done { .. })).await;
    assert!(matches!(
        view.screen,
        Screen::Done { number, ahead: None, then, .. } if number == "E-981" && then.len() == 1
    ));
    asked(&hub, "POST /api/tickets/leased").await;
    {
        let seen = hub.seen();
        let asked = seen
            .iter()
            .find(|it| it.line == "POST /api/tickets")
            .unwrap();
        let told = seen
            .iter()
            .find(|it| it.line == "POST /api/tickets/leased")
            .unwrap();
        assert_eq!(told.header("idempotency-key"), told.body["ticket"].as_str());
        assert_eq!(
            told.body["replaces"].as_str(),
            asked.header("idempotency-key")
        );
        assert_eq!(told.body["number"], "E-981");
        assert_eq!(
            told.body["wanted"],
            json!({ "service": "family", "then": ["insurance"], "language": "ja", "considerate": true })
        );
    }
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();

    // Started anew, and there is no hub at all: the next number, at once.
    hub.serving.abort();
    let here = reserve(folder.path()).await;
    let mut kiosk = Running::start(&office, "http://127.0.0.1:1", Some(here));
    kiosk.press().await;
    let view = kiosk
        .screen(|it| matches!(it, Screen::Printing { .. }))
        .await;
    assert!(matches!(view.screen, Screen::Printing { number } if number == "E-982"));
    assert!(!view.hub_online);
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
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

    let mut kiosk = Running::start(&office, &hub.url, None);
    assert!(matches!(kiosk.views.borrow().screen, Screen::Idle { .. }));

    kiosk.tap(KioskInput::Entry { id: entry }).await;
    // Considerate priority is asked for here; saying nothing is no.
    kiosk.screen(|it| matches!(it, Screen::Take { .. })).await;
    kiosk.tap(KioskInput::Confirm).await;
    let job = kiosk.job().await;
    assert!(job.bytes.len() > 1_000, "a raster");
    kiosk
        .screen(|it| matches!(it, Screen::Printing { number } if number == "B-007"))
        .await;
    kiosk.printer.send(Report::Printed(job.id)).await.unwrap();
    let view = kiosk.screen(|it| matches!(it, Screen::Done { .. })).await;
    assert!(matches!(
        view.screen,
        Screen::Done {
            slip: SlipState::Printed,
            ahead: Some(2),
            ..
        }
    ));

    // Closing the inputs ends the kiosk; what it had to tell the hub is told before.
    asked(&hub, "/slip").await;
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
        assert_eq!(report.body["slip"], "printed");
        assert!(report.body["reissued"].is_null());
    }
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

const ORDER: &str = "0190b1e2-0000-7000-8000-0000000000aa";

fn order(preview: bool) -> Value {
    json!({ "orders": [{ "id": ORDER, "preview": preview, "reissued": true, "issued": issued("moving") }] })
}

/// The states of this order that the hub was told, in order.
fn told(hub: &Hub) -> Vec<String> {
    let seen = hub.seen();
    let reports = seen.iter().filter(|it| it.line == "POST /api/kiosk");
    let prints = reports.flat_map(|it| it.body["prints"].as_array().cloned().unwrap_or_default());
    prints
        .filter(|it| it["id"] == ORDER)
        .map(|it| it["state"].as_str().unwrap().to_owned())
        .collect()
}

async fn told_as(hub: &Hub, state: &str) {
    let told = async {
        while !told(hub).iter().any(|it| it == state) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), told).await.expect(state);
}

async fn heard(hub: &Hub, times: usize) {
    let heard = async {
        while hub
            .lines()
            .iter()
            .filter(|it| *it == "POST /api/kiosk")
            .count()
            < times
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), heard)
        .await
        .expect("word of the kiosk");
}

#[tokio::test]
async fn what_staff_order_is_printed_once_whatever_is_lost_and_whoever_is_started_anew() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    // The hub hands the order out again and again; nobody has told it anything.
    let hub = Hub::start_with((0..3).map(|_| ("/api/kiosk", Reply::Json(200, order(false))))).await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    let job = kiosk.job().await;
    assert!(job.bytes.len() > 1_000, "a raster");
    heard(&hub, 3).await;
    assert!(kiosk.printed.try_recv().is_err(), "one order, one slip");
    // The power goes before the printer said anything.
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
    hub.serving.abort();

    // The hub still waits for it: it is told that nobody knows, and nothing is printed.
    let hub = Hub::start_with((0..2).map(|_| ("/api/kiosk", Reply::Json(200, order(false))))).await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    told_as(&hub, "unknown").await;
    heard(&hub, 3).await;
    assert!(kiosk.printed.try_recv().is_err());
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn what_became_of_an_order_is_told_until_the_hub_has_heard() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start_with([
        ("/api/kiosk", Reply::Json(200, order(false))),
        ("/api/kiosk", Reply::Lost),
        ("/api/kiosk", Reply::Json(200, json!({ "orders": [] }))),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    let job = kiosk.job().await;
    kiosk.printer.send(Report::Printed(job.id)).await.unwrap();
    heard(&hub, 4).await;
    let told = told(&hub);
    assert_eq!(told.first().map(String::as_str), Some("printed"));
    assert!(told.len() <= 3, "once it was heard it is told no more");
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn what_the_hub_could_not_write_down_is_told_again() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start_with([
        ("/api/kiosk", Reply::Json(200, order(false))),
        (
            "/api/kiosk",
            Reply::Json(200, json!({ "orders": [], "again": [ORDER] })),
        ),
        ("/api/kiosk", Reply::Json(200, json!({ "orders": [] }))),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    let job = kiosk.job().await;
    kiosk.printer.send(Report::Printed(job.id)).await.unwrap();
    has_heard(&hub, "twice", |hub| told(hub).len() >= 2).await;
    assert_eq!(told(&hub), ["printed", "printed"]);
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn a_picture_of_a_slip_is_drawn_and_nothing_is_printed() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start_with([("/api/kiosk", Reply::Json(200, order(true)))]).await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    told_as(&hub, "drawn").await;
    {
        let seen = hub.seen();
        let picture = seen
            .iter()
            .find_map(|it| it.body["prints"][0]["picture"].as_str());
        let picture = picture.expect("a picture");
        assert!(picture.starts_with("iVBORw0KGgo"), "a PNG in base64");
        assert!(picture.len() <= 40_000, "{}", picture.len());
    }
    assert!(kiosk.printed.try_recv().is_err());
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}

#[tokio::test]
async fn a_slip_of_which_nothing_is_known_when_the_power_goes_is_told_as_unknown_at_the_next_start()
{
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start_with([
        ("/api/live", Reply::Silence(Vec::new())),
        ("/api/tickets", Reply::Json(200, issued("moving"))),
    ])
    .await;
    let mut kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    kiosk
        .tap(KioskInput::Entry {
            id: "moving".to_owned(),
        })
        .await;
    kiosk.tap(KioskInput::HandOver).await;
    kiosk.screen(|it| matches!(it, Screen::Take { .. })).await;
    kiosk.tap(KioskInput::Confirm).await;
    kiosk.job().await;
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
    hub.serving.abort();

    let hub = Hub::start_with([("/slip", Reply::Json(200, json!({})))]).await;
    let kiosk = Running::start(&office, &hub.url, Some(reserve(folder.path()).await));
    asked(&hub, "/0190b1e2-0000-7000-8000-000000000001/slip").await;
    {
        let seen = hub.seen();
        let report = seen.iter().find(|it| it.line.ends_with("/slip")).unwrap();
        assert_eq!(report.body["slip"], "unknown");
    }
    drop(kiosk.inputs);
    kiosk.task.await.unwrap();
}
