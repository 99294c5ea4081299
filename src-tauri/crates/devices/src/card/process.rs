//! The kiosk's side of the card process: start it, give it deadlines, end it, start it again.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use card::session::{ReaderState, Report, Request, Trouble};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::arguments::{Arguments, Duty, IssuerKey};
use super::codec;

/// Requests on their way to the process; a person types slower than this fills.
const REQUESTS_MAX: usize = 256;
/// Reports on their way from the process.
const REPORTS_MAX: usize = 16;
/// The longest the process may take to accept one request.
const WRITE_MS_MAX: u64 = 2_000;
/// The pause before a process that ended is started again: first, and at most after many failures.
const RESTART_MS_FIRST: u64 = 50;
const RESTART_MS_MAX: u64 = 5_000;

/// How the reader is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which readers, the preferred one first: each a part of the name as PC/SC tells it, or several parts in
    /// their order with `*` between them; the case of ASCII letters does not matter. None for any reader but a
    /// slot for security modules.
    pub readers: Vec<String>,
    /// The longest a connect to a card may take, in milliseconds.
    pub connect_ms_max: u64,
    /// The longest a card may take for one command, in milliseconds.
    pub command_ms_max: u64,
    /// The longest `Look` or `Enter` may take altogether, in milliseconds. The card process enforces the
    /// other two itself; this one holds even when it is stuck.
    pub transaction_ms_max: u64,
    /// With these keys a card is found genuine or not; with none it is not checked.
    pub issuer_keys: Vec<IssuerKey>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            readers: Vec::new(),
            connect_ms_max: 5_000,
            command_ms_max: 3_000,
            transaction_ms_max: 20_000,
            issuer_keys: Vec::new(),
        }
    }
}

/// The card process of one kiosk.
pub struct CardProcess;

impl CardProcess {
    /// Starts `program` (`uketsuke-card`) and keeps it running until the last [`CardPort`] is dropped or
    /// nobody receives the reports. Must be called in a tokio runtime.
    ///
    /// The first report is the reader's state. When the process ends or is ended, whoever waits for an
    /// answer gets [`Trouble::Silent`], the reader is reported absent, and its state follows anew from the
    /// next process.
    #[must_use]
    pub fn spawn(program: PathBuf, settings: Settings, reports: Sender<Report>) -> CardPort {
        let (port, requests) = mpsc::channel(REQUESTS_MAX);
        tokio::spawn(
            Keeper {
                program,
                settings,
                reports,
                requests,
                restart_ms: RESTART_MS_FIRST,
            }
            .run(),
        );
        CardPort(port)
    }
}

/// Where the kiosk puts its requests.
#[derive(Clone)]
pub struct CardPort(Sender<Request>);

impl CardPort {
    /// Sends a request, without waiting. The answer comes as a report.
    pub fn send(&self, request: Request) {
        if self.0.try_send(request).is_err() {
            tracing::warn!("the card process does not take requests; one was dropped");
        }
    }
}

/// Why there is no process any more.
enum End {
    /// Nobody asks, or nobody listens: for good.
    Unneeded,
    /// It ended, or said nonsense, or had to be ended.
    Lost,
}

/// Keeps the process.
struct Keeper {
    program: PathBuf,
    settings: Settings,
    reports: Sender<Report>,
    requests: Receiver<Request>,
    restart_ms: u64,
}

impl Keeper {
    async fn run(mut self) {
        loop {
            let end = match self.start() {
                Ok(child) => self.talk(child).await,
                Err(error) => {
                    tracing::error!(program = %self.program.display(), %error, "the card process cannot be started");
                    End::Lost
                }
            };
            if matches!(end, End::Unneeded)
                || self
                    .reports
                    .send(Report::Reader(ReaderState::Absent))
                    .await
                    .is_err()
            {
                return;
            }
            if matches!(self.pause().await, End::Unneeded) {
                return;
            }
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        let arguments = Arguments::of(&self.settings, Duty::Serve);
        Command::new(&self.program)
            .args(arguments.words())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    /// Carries requests and reports until one side ends or a deadline passes; the process is gone afterwards.
    async fn talk(&mut self, mut child: Child) -> End {
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return End::Lost;
        };
        let (came, mut coming) = mpsc::channel(REPORTS_MAX);
        let reading = tokio::spawn(read_reports(stdout, came));
        let mut awaited = Awaited::default();
        let end = loop {
            tokio::select! {
                request = self.requests.recv() => {
                    let Some(request) = request else { break End::Unneeded };
                    awaited.sent(&request, self.deadline());
                    if write(&mut stdin, &request).await.is_err() {
                        break End::Lost;
                    }
                }
                report = coming.recv() => {
                    let Some(report) = report else { break End::Lost };
                    awaited.came(&report);
                    self.restart_ms = RESTART_MS_FIRST;
                    if self.reports.send(report).await.is_err() {
                        break End::Unneeded;
                    }
                }
                () = sleep_until(awaited.deadline.unwrap_or_else(Instant::now)), if awaited.deadline.is_some() => {
                    tracing::warn!("the card process does not answer; it is started again");
                    break End::Lost;
                }
            }
        };
        reading.abort();
        // Closing stdin lets it put down the card; what does not end by itself is ended.
        drop(stdin);
        if matches!(end, End::Lost)
            || timeout(Duration::from_millis(WRITE_MS_MAX), child.wait())
                .await
                .is_err()
        {
            let _ = child.kill().await;
        }
        if matches!(end, End::Lost) && awaited.deadline.is_some() {
            let _ = self.reports.send(Report::Trouble(Trouble::Silent)).await;
        }
        end
    }

    fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_millis(self.settings.transaction_ms_max)
    }

    /// Waits before the next start; meanwhile there is no reader for whoever asks.
    async fn pause(&mut self) -> End {
        let over = sleep(Duration::from_millis(self.restart_ms));
        self.restart_ms = (self.restart_ms * 2).min(RESTART_MS_MAX);
        tokio::pin!(over);
        loop {
            let answer = tokio::select! {
                () = &mut over => return End::Lost,
                request = self.requests.recv() => match request {
                    None => return End::Unneeded,
                    Some(Request::Look(_) | Request::Enter(_)) => Report::Trouble(Trouble::NoReader),
                    Some(Request::Key(_) | Request::Erase | Request::Forget) => Report::Length(0),
                },
            };
            if self.reports.send(answer).await.is_err() {
                return End::Unneeded;
            }
        }
    }
}

/// Which answers are still to come. Lengths are answered at once and in order; `Look` and `Enter` by the
/// card, in its time.
#[derive(Default)]
struct Awaited {
    lengths: usize,
    deadline: Option<Instant>,
}

impl Awaited {
    fn sent(&mut self, request: &Request, deadline: Instant) {
        match request {
            Request::Look(_) | Request::Enter(_) => self.deadline = Some(deadline),
            Request::Key(_) | Request::Erase => self.lengths += 1,
            Request::Forget => {
                self.lengths += 1;
                self.deadline = None;
            }
        }
    }

    fn came(&mut self, report: &Report) {
        match report {
            Report::Reader(_) => {}
            Report::Length(_) if self.lengths > 0 => self.lengths -= 1,
            // A length that nobody waits for: digits were missing, and nothing was sent to the card.
            Report::Length(_)
            | Report::Looked { .. }
            | Report::Wrong { .. }
            | Report::Read(_)
            | Report::Trouble(_) => self.deadline = None,
        }
    }
}

async fn write(stdin: &mut ChildStdin, request: &Request) -> std::io::Result<()> {
    let frame = codec::request(request);
    timeout(Duration::from_millis(WRITE_MS_MAX), stdin.write_all(&frame)).await?
}

/// Reads reports until the stream ends or is no longer understood.
async fn read_reports(mut stdout: ChildStdout, came: Sender<Report>) {
    let mut head = [0; 2];
    while stdout.read_exact(&mut head).await.is_ok() {
        let Ok(mut body) = codec::empty_body(head) else {
            return;
        };
        if stdout.read_exact(&mut body).await.is_err() {
            return;
        }
        let Ok(report) = codec::parse_report(&body) else {
            return;
        };
        if came.send(report).await.is_err() {
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
