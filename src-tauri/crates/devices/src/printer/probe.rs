//! Asking a printer what it is, once, for the person who sets it up.

use std::io;
use std::time::Duration;

use slip::Job;
use slip::printer::Address;
use slip::printer::probe::{Findings, Probe};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::wire::Wire;
use super::{Order, READ_BYTES_MAX, Settings, queue};

/// For all of it; each question has its own deadline within.
const PROBE_MAX: Duration = Duration::from_secs(45);
/// For the line to take the whole page.
const WRITE_MAX: Duration = Duration::from_secs(20);

/// A printer that could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// It cannot be reached: nobody there, no rights, switched off.
    #[error("the printer at {0} cannot be reached: {1}")]
    Unreachable(Address, #[source] io::Error),
    /// The connection broke. Printers serve one connection; a kiosk that runs holds it.
    #[error("the connection to the printer broke: {0}")]
    Broken(#[source] io::Error),
    /// It takes no bytes.
    #[error("the printer takes nothing; does a running kiosk hold its connection?")]
    Stuck,
    /// The spooler did not take the page.
    #[error("the spooler did not take the page")]
    Spooler,
}

/// Whether somebody is there: connects and goes. A queue is not asked.
///
/// # Errors
/// If the printer cannot be reached within [`Settings::connect`].
pub async fn reach(settings: &Settings) -> Result<(), ProbeError> {
    if matches!(settings.address, Address::Queue(_)) {
        return Ok(());
    }
    open(settings).await.map(drop)
}

async fn open(settings: &Settings) -> Result<Wire, ProbeError> {
    let unreachable = |error| ProbeError::Unreachable(settings.address.clone(), error);
    match timeout(settings.connect, Wire::open(&settings.address)).await {
        Ok(opened) => opened.map_err(unreachable),
        Err(_) => Err(unreachable(io::ErrorKind::TimedOut.into())),
    }
}

/// Asks the printer, and prints the page if there is one. A queue is given the page and asked
/// nothing: its findings are empty.
///
/// # Errors
/// If the printer cannot be reached or the connection breaks. A printer that answers nothing is no
/// error; it is what was found.
pub async fn probe(settings: &Settings, page: Option<Job>) -> Result<Findings, ProbeError> {
    if let Address::Queue(name) = &settings.address {
        return into_queue(name, settings, page).await;
    }
    let wire = open(settings).await?;
    let start = Instant::now();
    let mut probe = Probe::new(page);
    let mut buffer = [0; READ_BYTES_MAX];
    let mut question = probe.begin(start.elapsed());
    while let Some(deadline) = probe.deadline() {
        write_all(&wire, &question).await?;
        if start.elapsed() > PROBE_MAX {
            break;
        }
        question = tokio::select! {
            read = wire.read(&mut buffer) => match read {
                Ok(0) => return Err(ProbeError::Broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    let said = buffer.get(..count).unwrap_or_default();
                    probe.received(said, start.elapsed())
                }
                Err(error) => return Err(ProbeError::Broken(error)),
            },
            () = sleep_until(start + deadline) => probe.tick(start.elapsed()),
        };
    }
    Ok(probe.findings().clone())
}

async fn write_all(wire: &Wire, bytes: &[u8]) -> Result<(), ProbeError> {
    let until = Instant::now() + WRITE_MAX;
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = timeout_at(until, wire.write(rest)).await;
        match written.map_err(|_| ProbeError::Stuck)? {
            Ok(0) => return Err(ProbeError::Broken(io::ErrorKind::WriteZero.into())),
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(error) => return Err(ProbeError::Broken(error)),
        }
    }
    Ok(())
}

async fn into_queue(
    name: &str,
    settings: &Settings,
    page: Option<Job>,
) -> Result<Findings, ProbeError> {
    let mut found = Findings::default();
    let Some(page) = page else {
        return Ok(found);
    };
    let (jobs, inbox) = mpsc::channel(1);
    let (reports, mut told) = mpsc::channel(8);
    let spooler = queue::Spooler::of_this_system(name);
    tokio::spawn(queue::run(spooler, settings.clone(), inbox, reports));
    let order = Order {
        job: page,
        replaces: None,
    };
    let _queue_ended = jobs.send(order).await;
    drop(jobs);
    while let Some(report) = told.recv().await {
        found.page_sent |= matches!(report, slip::printer::Report::Sent(_));
    }
    if found.page_sent {
        Ok(found)
    } else {
        Err(ProbeError::Spooler)
    }
}
