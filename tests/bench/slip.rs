//! The slip: press → first byte at the printer through the kiosk's own loop.

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

const SLIPS_PRINTED: usize = 60;
const STEP_MAX: Duration = Duration::from_secs(10);

/// Row `slip.first_byte.p99_ms`.
pub async fn rows() -> Result<Vec<Row>> {
    let folder = open_office()?;
    let office = Office::load(folder.path()).map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    let mut pressed = press(folder.path(), &office).await?;
    let dots_a_second = 150.0 / 25.4 * 203.0;
    Ok(vec![Row::at_most(
        "slip.first_byte.p99_ms",
        percentile(&mut pressed, 0.99),
        "ms",
        20.0,
        format!(
            "press → durable ticket → first byte; the paper then moves at 150 mm/s, {dots_a_second:.0} rows a second"
        ),
    )])
}

fn fonts(office: &Office) -> Result<kiosk::Fonts> {
    office::fonts(office).map_err(|mistake| anyhow::anyhow!("{mistake}"))
}

/// Milliseconds from the touch to the first byte handed to the printer's connection.
async fn press(config: &std::path::Path, office: &Office) -> Result<Vec<f64>> {
    let hub = Hub::start(config)?;
    let own = tempfile::tempdir_in(target())?;
    let printer = sim::printer::Printer::bind("127.0.0.1:0", None).await?;
    let (printer_reports, mut heard) = mpsc::channel(64);
    let settings =
        devices::printer::Settings::new(printer.address(), office.printer.profile.clone());
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
        printer: Arc::new(move |job, _| port.print(job)),
        hub: HubLink::device(&hub.base, &hub.token)?,
        reserve: Some(Reserve::open(own.path(), chrono::Utc::now())?.0),
        printshop: Printshop::new(fonts(office)?, office.printer.profile.clone())
            .with_templates(office.slips.templates.clone()),
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
        inputs.send(KioskInput::HandOver).await?;
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
