//! A sample of the matrix over real sockets, with the product's own transport.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use sim::printer::Fault;
use slip::{
    Confirmation, JobId,
    printer::{Report, Waits},
};
use tokio::{
    sync::mpsc::{Receiver, channel},
    time::{Instant, sleep_until, timeout_at},
};

use super::{Course, Judge, Slips, Stop, Tally};

/// How long things take over real sockets.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub waits: Waits,
    /// A late confirmation comes so much later.
    pub late: Duration,
}

impl Pace {
    /// As in an office.
    pub fn real() -> Pace {
        Pace {
            waits: Waits::default(),
            late: Duration::from_secs(8),
        }
    }

    /// The same five times as fast.
    pub fn fast() -> Pace {
        let waits = Waits::default();
        Pace {
            waits: Waits {
                confirmation: waits.confirmation / 5,
                turn: waits.turn / 5,
                answer: waits.answer / 5,
                idle_poll: waits.idle_poll / 5,
                pending_poll: waits.pending_poll / 5,
                clear: waits.clear / 5,
                name: waits.name / 5,
                recovery: waits.recovery / 5,
                silence: waits.silence / 5,
            },
            late: Duration::from_millis(1600),
        }
    }
}

/// One course with the product's transport and a printer on a TCP port. `free_after` is in the pace's own time.
pub async fn play_over_sockets(course: Course, slips: Slips, pace: Pace) -> Result<Tally> {
    let printer = sim::printer::Printer::bind("127.0.0.1:0", None).await?;
    printer.limit_buffer(course.buffer);
    let (sender, reports) = channel(64);
    let settings = devices::printer::Settings {
        waits: pace.waits,
        ..devices::printer::Settings::new(printer.address(), slips.profile.clone())
    };
    let port = devices::printer::spawn(settings, sender);
    let start = Instant::now();
    let mut table = Table {
        printer,
        reports,
        start,
        judge: Judge::new(slips.clone()),
    };
    let step = pace.waits.confirmation * 4;
    table.until(step, Table::is_ready).await?;
    // Now, because the connection begins with what may be taken for a slip's beginning.
    table
        .printer
        .at_byte(course.at, course.stop.fault(pace.late));
    let began = start.elapsed();
    port.print(slips.job(1));
    table
        .until(step, |table| table.judge.fate(1).is_some())
        .await?;
    // The repair comes when a late confirmation had its time.
    let repair = start + began + pace.late + pace.waits.confirmation / 2;
    table.listen_until(repair).await;
    table.printer.fault(Fault::None);
    table.until(step * 2, Table::is_ready).await?;
    table
        .listen_until(Instant::now() + pace.waits.confirmation / 2)
        .await;
    if !table.judge.is_printed(1) {
        port.print_instead_of(JobId::from_counter(1), slips.job(2));
        table
            .until(step, |table| table.judge.fate(2).is_some())
            .await?;
    }
    port.print(slips.job(3));
    table
        .until(step, |table| table.judge.fate(3).is_some())
        .await?;
    Ok(table.judge.tally(began))
}

struct Table {
    printer: sim::printer::Printer,
    reports: Receiver<Report>,
    start: Instant,
    judge: Judge,
}

impl Table {
    fn is_ready(&self) -> bool {
        let mut states = self.judge.told.iter().rev();
        let last = states.find_map(|(_, report, _)| match report {
            Report::State(state) => Some(*state),
            _ => None,
        });
        last.is_some_and(slip::printer::PrinterState::prints)
    }

    async fn until(&mut self, within: Duration, wanted: impl Fn(&Table) -> bool) -> Result<()> {
        let end = Instant::now() + within;
        while !wanted(self) {
            let report = timeout_at(end, self.reports.recv()).await;
            let Ok(report) = report else {
                bail!("nothing happened within {within:?}: {:?}", self.judge.told);
            };
            self.hear(report.context("the printer's task ended")?);
        }
        Ok(())
    }

    async fn listen_until(&mut self, end: Instant) {
        loop {
            tokio::select! {
                report = self.reports.recv() => match report {
                    Some(report) => self.hear(report),
                    None => return,
                },
                () = sleep_until(end) => return,
            }
        }
    }

    fn hear(&mut self, report: Report) {
        self.judge.papers = self
            .printer
            .slips()
            .into_iter()
            .map(|slip| slip.raster)
            .collect();
        self.judge.hear(self.start.elapsed(), report);
    }
}

/// A sample over real sockets, all at the same time: so many bytes of each slip, each way to stop.
pub async fn play_sample(positions: usize, pace: Pace) -> Result<Tally> {
    let mut playing = Vec::new();
    let confirmations = [Confirmation::ProcessId, Confirmation::Barrier];
    for (number, confirmation) in (0..).zip(confirmations) {
        let slips = Slips::new(confirmation);
        let bytes = slips.bytes();
        for place in 0..positions {
            for stop in Stop::ALL {
                let course = Course {
                    stop,
                    at: bytes * (2 * place + 1) / (2 * positions),
                    buffer: if (place + number) % 2 == 0 {
                        4096
                    } else {
                        4 * 1024 * 1024
                    },
                    repaired_after: Duration::ZERO,
                    never_clears: false,
                };
                let slips = slips.clone();
                playing.push(tokio::spawn(async move {
                    let found = play_over_sockets(course, slips, pace).await;
                    found.with_context(|| format!("{course:?}"))
                }));
            }
        }
    }
    let mut tally = Tally::default();
    for course in playing {
        tally.add(course.await??);
    }
    Ok(tally)
}
