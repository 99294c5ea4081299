//! The slip: drawing it, and press → first byte at the printer through the kiosk's own loop.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use kiosk::{Doors, Ports, Printshop, link::HubLink, reserve::Reserve, session::Setup};
use office::Office;
use tokio::{sync::mpsc, time::timeout};
use wire::kiosk::{KioskInput, KioskView, Screen};

use crate::{
    fixture::{Hub, open_office, target},
    row::{Row, percentile},
};

const SLIPS_DRAWN: usize = 300;
const SLIPS_PRINTED: usize = 60;
const STEP_MAX: Duration = Duration::from_secs(10);

/// Rows `slip.render.p99_ms` and `slip.first_byte.p99_ms`.
pub async fn rows() -> Result<Vec<Row>> {
    let folder = open_office()?;
    let office = Office::load(folder.path()).map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    let (mut drawn, bytes) = draw(&office)?;
    let mut pressed = press(folder.path(), &office).await?;
    let dots_a_second = 150.0 / 25.4 * 203.0;
    Ok(vec![
        Row::at_most(
            "slip.render.p99_ms",
            percentile(&mut drawn, 0.99),
            "ms",
            8.0,
            format!("layout, raster and encoding; {bytes} bytes a slip"),
        ),
        Row::at_most(
            "slip.first_byte.p99_ms",
            percentile(&mut pressed, 0.99),
            "ms",
            20.0,
            format!(
                "press → durable ticket → first byte; the paper then moves at 150 mm/s, {dots_a_second:.0} rows a second"
            ),
        ),
    ])
}

fn fonts(office: &Office) -> Result<kiosk::Fonts> {
    let mut files: Vec<_> = std::fs::read_dir(&office.fonts_dir)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "ttf" || end == "otf")
        })
        .collect();
    files.sort();
    let faces: Result<Vec<Vec<u8>>, _> = files.iter().map(std::fs::read).collect();
    Ok(kiosk::Fonts::load(faces?)?)
}

/// Milliseconds per slip, and its bytes.
fn draw(office: &Office) -> Result<(Vec<f64>, usize)> {
    let shop = Printshop::new(fonts(office)?, office.printer.profile.clone());
    let mut samples = Vec::new();
    let mut bytes = 0;
    for count in 0..SLIPS_DRAWN + 20 {
        let slip = slip_number(count);
        let began = Instant::now();
        let job = shop
            .job(slip::JobId::from_counter(count as u64), &slip)
            .context("the slip was not drawn")?;
        if count >= 20 {
            samples.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        bytes = job.bytes.len();
    }
    Ok((samples, bytes))
}

/// A slip like the kiosk's, another number each time so that nothing is remembered.
fn slip_number(count: usize) -> slip::Slip {
    let fact = |label: (&str, &str), value: (&str, &str)| slip::Fact {
        label: slip::Words::both(label.0, label.1),
        value: slip::Words::both(value.0, value.1),
    };
    slip::Slip {
        office: "福山市 市民課".to_owned(),
        service: slip::Words::both("証明書", "Certificates"),
        number_label: slip::Words::both("受付番号", "Your number"),
        number: format!("A-{:03}", count % 1000),
        ahead: Some(fact(("お待ちの人数", "People ahead"), ("7人", "7"))),
        area: Some(fact(
            ("お待ちになる場所", "Where to wait"),
            ("1階 市民課 待合", "1F, Citizens Division waiting area"),
        )),
        issued: "2026年11月24日(火)10時15分".to_owned(),
        code: Some(slip::Code {
            url: format!("http://192.0.2.10:8470/v/{count:032x}"),
            caption: slip::Words::both("順番を確かめる", "Check your turn"),
        }),
        note: Some(slip::Words::ja("番号をお呼びするまでお待ちください。")),
        ..slip::Slip::default()
    }
}

/// Milliseconds from the touch to the first byte handed to the printer's connection.
async fn press(config: &std::path::Path, office: &Office) -> Result<Vec<f64>> {
    let hub = Hub::start(config)?;
    let own = tempfile::tempdir_in(target())?;
    let printer = sim::printer::Printer::bind("127.0.0.1:0", None).await?;
    let (printer_reports, mut heard) = mpsc::channel(64);
    let settings = devices::printer::Settings::new(
        printer.address(),
        office.printer.profile.clone(),
    );
    let port = devices::printer::spawn(settings, printer_reports);
    // The reports pass by here on their way to the kiosk, so that the first byte's time is seen.
    let (pass_on, printer_door) = mpsc::channel(64);
    let (first, mut first_bytes) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Some(report) = heard.recv().await {
            if let slip::printer::Report::FirstByte { at, .. } = report {
                let _listener_gone = first.send(at).await;
            }
            if pass_on.send(report).await.is_err() {
                break;
            }
        }
    });
    let (inputs, input_door) = mpsc::channel(8);
    let (_card, card_door) = mpsc::channel(8);
    let ports = Ports {
        card: Box::new(|_request| {}),
        printer: Arc::new(move |job| port.print(job)),
        hub: HubLink::device(&hub.base, &hub.token)?,
        reserve: Some(Reserve::open(own.path(), chrono::Utc::now())?.0),
        printshop: Printshop::new(fonts(office)?, office.printer.profile.clone()),
    };
    let doors = Doors {
        inputs: input_door,
        card: card_door,
        printer: printer_door,
    };
    let name = office.kiosk.names.first().context("no kiosk")?;
    let mut kiosk = kiosk::start(Setup::of(office, name), ports, doors);
    let mut samples = Vec::new();
    for _ in 0..SLIPS_PRINTED {
        shown(&mut kiosk, |view| {
            matches!(view.screen, Screen::Idle { .. }) && view.hub_online
        })
        .await?;
        inputs
            .send(KioskInput::Entry {
                id: "moving".to_owned(),
            })
            .await?;
        shown(&mut kiosk, |view| {
            matches!(view.screen, Screen::Take { .. })
        })
        .await?;
        let touched = Instant::now();
        inputs.send(KioskInput::Confirm).await?;
        let at = timeout(STEP_MAX, first_bytes.recv())
            .await?
            .context("no first byte")?;
        samples.push(at.duration_since(touched).as_secs_f64() * 1000.0);
        shown(&mut kiosk, |view| {
            matches!(
                view.screen,
                Screen::Done {
                    slip: wire::office::SlipState::Printed,
                    ..
                }
            )
        })
        .await?;
        inputs.send(KioskInput::Finish).await?;
    }
    Ok(samples)
}

async fn shown(kiosk: &mut kiosk::Kiosk, seen: impl FnMut(&KioskView) -> bool) -> Result<()> {
    match timeout(STEP_MAX, kiosk.views.wait_for(seen)).await {
        Ok(Ok(_view)) => Ok(()),
        Ok(Err(_)) => bail!("the kiosk ended"),
        Err(_) => bail!("the kiosk did not show what was expected"),
    }
}
