//! Card on the reader → four items, over pcscd and the virtual reader.

#[path = "../system/card/service.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod service;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use card::{
    pin::Digit,
    session::{ReaderState, Report, Request},
};
use devices::card::{CardPort, CardProcess, Settings};
use sim::card::{Person, Slot, VirtualCard};
use tokio::{
    sync::mpsc::{Receiver, channel},
    time::timeout,
};

use self::service::ReaderService;
use crate::{
    fixture::program,
    row::{Row, percentile},
};

const READS: usize = 20;
const STEP_MAX: Duration = Duration::from_secs(15);

/// Row `card.read_ms`.
pub async fn rows() -> Result<Vec<Row>> {
    let service = ReaderService::start();
    let (sender, mut reports) = channel(16);
    let port = CardProcess::spawn(
        service.program_inside(&program("uketsuke-card")?),
        Settings::default(),
        sender,
    );
    let mut slot = Slot::new(service.vpcd(), VirtualCard::new(&Person::default()));
    let mut samples = Vec::new();
    for _ in 0..READS {
        samples.push(read(&port, &mut reports, &mut slot).await?);
        // pcscd must have seen it gone, or the next card is taken for this one.
        slot.take();
        service.notices_removal();
        wait_for(&mut reports, |report| {
            matches!(report, Report::Reader(ReaderState::Empty))
        })
        .await?;
    }
    let p50 = percentile(&mut samples, 0.5);
    Ok(vec![Row::at_most(
        "card.read_ms",
        percentile(&mut samples, 0.99),
        "ms",
        1000.0,
        format!(
            "p99 of {READS}, p50 {p50:.1} ms; card put → four items, without the person's typing; pcscd looks for cards every 400 ms; a real card adds 12–40 ms a command"
        ),
    )])
}

async fn read(port: &CardPort, reports: &mut Receiver<Report>, slot: &mut Slot) -> Result<f64> {
    let began = Instant::now();
    slot.put()?;
    wait_for(reports, |report| {
        matches!(report, Report::Reader(ReaderState::Card))
    })
    .await?;
    port.send(Request::Look);
    wait_for(reports, |report| matches!(report, Report::Looked { .. })).await?;
    for digit in [1, 2, 3, 4] {
        port.send(Request::PinKey(Digit::new(digit).context("a digit")?));
    }
    port.send(Request::PinEnter);
    wait_for(reports, |report| matches!(report, Report::Read(_))).await?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    port.send(Request::Forget);
    Ok(took)
}

async fn wait_for(
    reports: &mut Receiver<Report>,
    mut wanted: impl FnMut(&Report) -> bool,
) -> Result<()> {
    loop {
        let report = timeout(STEP_MAX, reports.recv())
            .await?
            .context("the card process ended")?;
        if wanted(&report) {
            return Ok(());
        }
        if matches!(report, Report::Trouble(_)) {
            bail!("the card could not be read");
        }
    }
}
