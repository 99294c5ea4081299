//! Receipt printers: on a TCP port (9100 by custom), on USB, on a serial line, behind a raw queue.
//!
//! One task owns one long-lived connection and its read side, and obeys [`slip::printer::Printer`]:
//! a slip goes out in one write, is never written a second time, and every deadline is short for
//! the visitor and long for the connection, because closing it tears the slip that is being sent.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use slip::printer::{Address, Failure, Input, Output, Printer, Report, Waits};
use slip::{Job, JobId, Profile};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::{Instant, sleep_until, timeout};

#[cfg(unix)]
mod device;
mod probe;
mod queue;
#[cfg(test)]
mod tests;
mod trial;
#[cfg(unix)]
mod usb;
mod wire;

pub use probe::{ProbeError, probe, reach};
pub use trial::{Trial, Tried, Verdict};
use wire::Wire;

/// Jobs between the kiosk and this task.
const JOBS_MAX: usize = 8;
/// No printer says more at once.
const READ_BYTES_MAX: usize = 512;

/// Which printer, and how long to wait for it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub address: Address,
    /// The model.
    pub profile: Profile,
    /// Deadlines of the protocol.
    pub waits: Waits,
    /// For one attempt to connect.
    pub connect: Duration,
    /// Before the second attempt; doubled up to [`Settings::backoff_most`].
    pub backoff_least: Duration,
    /// Between attempts at most.
    pub backoff_most: Duration,
    /// Slips that came from this roll of paper before the program began: the number of the last
    /// [`Report::SlipsOnRoll`], if it was kept. A queue's are not counted.
    pub slips_on_roll: u32,
    /// For the system's spooler to take one slip; only for [`Address::Queue`].
    pub spool: Duration,
    /// How long a queue that did not take a slip is called off line; only for [`Address::Queue`].
    pub queue_rest: Duration,
}

impl Settings {
    /// A printer of this model at this address, with the deadlines that suit a kiosk.
    pub fn new(address: impl Into<Address>, profile: Profile) -> Settings {
        Settings {
            address: address.into(),
            profile,
            waits: Waits::default(),
            connect: Duration::from_secs(3),
            backoff_least: Duration::from_millis(250),
            backoff_most: Duration::from_secs(5),
            slips_on_roll: 0,
            spool: Duration::from_secs(4),
            queue_rest: Duration::from_secs(10),
        }
    }
}

/// Where slips are put in. The printer's task ends when the last port is dropped.
#[derive(Debug, Clone)]
pub struct PrinterPort {
    jobs: mpsc::Sender<Order>,
    reports: mpsc::Sender<Report>,
}

/// A slip to print, and the one it stands for, if there is one.
#[derive(Debug)]
struct Order {
    job: Job,
    replaces: Option<JobId>,
}

impl Order {
    fn input(self) -> Input<'static> {
        match self.replaces {
            Some(old) => Input::Replace { old, job: self.job },
            None => Input::Print(self.job),
        }
    }
}

impl PrinterPort {
    /// Prints a slip. Never waits: what becomes of it comes as reports with its id. On a tokio runtime only.
    pub fn print(&self, job: Job) {
        self.order(Order {
            job,
            replaces: None,
        });
    }

    /// Prints a slip that is marked 再発行 in place of one whose fate is unknown. A printer that
    /// still holds the old one and can forget it is told to do so first.
    pub fn print_instead_of(&self, old: JobId, job: Job) {
        self.order(Order {
            job,
            replaces: Some(old),
        });
    }

    fn order(&self, order: Order) {
        let Err(refused) = self.jobs.try_send(order) else {
            return;
        };
        let job = refused.into_inner().job.id;
        match self.reports.try_send(Report::Failed(job, Failure::Busy)) {
            Ok(()) => {}
            // The kiosk has much to read; the word comes when it has read some.
            Err(TrySendError::Full(report)) => {
                let reports = self.reports.clone();
                tokio::spawn(async move { reports.send(report).await });
            }
            Err(TrySendError::Closed(_)) => {
                tracing::error!(%job, "a slip was refused and nobody listens");
            }
        }
    }
}

/// Starts the printer's task on the current tokio runtime.
pub fn spawn(settings: Settings, reports: mpsc::Sender<Report>) -> PrinterPort {
    let (jobs, inbox) = mpsc::channel(JOBS_MAX);
    let port = PrinterPort {
        jobs,
        reports: reports.clone(),
    };
    if let Address::Queue(name) = &settings.address {
        let spooler = queue::Spooler::of_this_system(name);
        tokio::spawn(queue::run(spooler, settings, inbox, reports));
        return port;
    }
    let printer = Printer::new(settings.profile.clone(), settings.waits);
    let task = Task {
        printer: printer.with_slips_on_roll(settings.slips_on_roll),
        start: Instant::now(),
        jobs: inbox,
        reports,
        outgoing: VecDeque::new(),
    };
    tokio::spawn(task.run(settings));
    port
}

/// The one owner of the connection.
struct Task {
    printer: Printer,
    start: Instant,
    jobs: mpsc::Receiver<Order>,
    reports: mpsc::Sender<Report>,
    outgoing: VecDeque<Outgoing>,
}

/// Bytes on their way out, and the slip they are, if they are one.
struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    job: Option<JobId>,
}

/// How it goes on after something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// As before.
    Go,
    /// With a new connection.
    Reconnect,
    /// Not at all: nobody prints or listens any more.
    Stop,
}

impl Task {
    async fn run(mut self, settings: Settings) {
        let mut backoff = settings.backoff_least;
        loop {
            let Some(attempt) = self.connect(&settings).await else {
                return;
            };
            let step = match attempt {
                Ok(wire) => {
                    tracing::info!(printer.address = %settings.address, "the printer is connected");
                    backoff = settings.backoff_least;
                    self.serve(wire).await
                }
                Err(error) => {
                    // Said once in a row of failures; the state itself is a report.
                    if backoff == settings.backoff_least {
                        tracing::warn!(
                            printer.address = %settings.address, %error,
                            "the printer cannot be reached"
                        );
                    }
                    self.handle(Input::Lost).await
                }
            };
            if step == Step::Stop {
                return;
            }
            let pause = sleep_until(Instant::now() + backoff);
            backoff = (backoff * 2).min(settings.backoff_most);
            if self.unconnected(pause).await.is_none() {
                return;
            }
        }
    }

    /// One attempt to connect; `None` when nobody prints any more.
    async fn connect(&mut self, settings: &Settings) -> Option<io::Result<Wire>> {
        let attempt = timeout(settings.connect, Wire::open(&settings.address));
        Some(match self.unconnected(attempt).await? {
            Ok(opened) => opened,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        })
    }

    /// Waits for something while there is no connection, and answers jobs meanwhile;
    /// `None` when nobody prints any more.
    async fn unconnected<T>(&mut self, wanted: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(wanted);
        loop {
            let deadline = self.deadline();
            let step = tokio::select! {
                result = &mut wanted => return Some(result),
                order = self.jobs.recv() => match order {
                    Some(order) => self.handle(order.input()).await,
                    None => Step::Stop,
                },
                () = at(deadline) => self.handle(Input::Tick).await,
            };
            if step == Step::Stop {
                return None;
            }
        }
    }

    /// One connection, from its beginning to its end.
    async fn serve(&mut self, wire: Wire) -> Step {
        self.outgoing.clear();
        let mut buffer = [0; READ_BYTES_MAX];
        let mut closing = false;
        let mut step = self.handle(Input::Connected).await;
        while step == Step::Go {
            if closing && self.outgoing.is_empty() {
                return Step::Stop;
            }
            let deadline = self.deadline();
            let unsent = self.outgoing.front().map(Outgoing::rest);
            step = tokio::select! {
                order = self.jobs.recv(), if !closing => match order {
                    Some(order) => self.handle(order.input()).await,
                    None => {
                        // A slip that is half sent is finished: the rest of the roll depends on it.
                        closing = true;
                        Step::Go
                    }
                },
                read = wire.read(&mut buffer) => match read {
                    Ok(count) if count > 0 => {
                        let received = buffer.get(..count).unwrap_or_default();
                        self.handle(Input::Received(received)).await
                    }
                    _ => self.lost().await,
                },
                // The whole rest of a slip is offered to the system at once.
                written = write(&wire, unsent) => match written {
                    Ok(count) if count > 0 => self.written(count).await,
                    _ => self.lost().await,
                },
                () = at(deadline) => self.handle(Input::Tick).await,
            };
        }
        step
    }

    async fn lost(&mut self) -> Step {
        tracing::warn!("the printer's connection is lost");
        match self.handle(Input::Lost).await {
            Step::Stop => Step::Stop,
            Step::Go | Step::Reconnect => Step::Reconnect,
        }
    }

    /// The system has taken so many more bytes.
    async fn written(&mut self, count: usize) -> Step {
        let Some(outgoing) = self.outgoing.front_mut() else {
            return Step::Go;
        };
        let is_first = outgoing.sent == 0;
        outgoing.sent += count;
        let (job, is_whole) = (outgoing.job, outgoing.rest().is_empty());
        if is_whole {
            self.outgoing.pop_front();
        }
        let Some(job) = job else {
            return Step::Go;
        };
        let mut step = if is_first {
            let at = Instant::now().into_std();
            if self.tell(Report::FirstByte { job, at }).await == Step::Stop {
                return Step::Stop;
            }
            self.handle(Input::FirstByte).await
        } else {
            self.handle(Input::Accepted).await
        };
        if is_whole && step == Step::Go {
            step = self.handle(Input::Sent).await;
        }
        step
    }

    async fn handle(&mut self, input: Input<'_>) -> Step {
        let mut step = Step::Go;
        for output in self.printer.handle(input, self.start.elapsed()) {
            match output {
                Output::Write(bytes) => self.outgoing.push_back(Outgoing {
                    bytes,
                    sent: 0,
                    job: None,
                }),
                Output::WriteJob(job) => self.outgoing.push_back(Outgoing {
                    bytes: job.bytes,
                    sent: 0,
                    job: Some(job.id),
                }),
                Output::Reconnect => step = Step::Reconnect,
                Output::Report(report) => {
                    if self.tell(report).await == Step::Stop {
                        return Step::Stop;
                    }
                }
            }
        }
        step
    }

    async fn tell(&self, report: Report) -> Step {
        match self.reports.send(report).await {
            Ok(()) => Step::Go,
            Err(_) => Step::Stop,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.printer
            .deadline()
            .map(|deadline| self.start + deadline)
    }
}

impl Outgoing {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }
}

/// One write of what is there; for ever if there is nothing.
async fn write(wire: &Wire, bytes: Option<&[u8]>) -> io::Result<usize> {
    match bytes {
        Some(bytes) => wire.write(bytes).await,
        None => std::future::pending().await,
    }
}

/// Until this moment; for ever if there is none.
async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
