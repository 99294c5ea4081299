//! The kiosk's side of the card process: start it, give it deadlines, end it, start it again.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
/// The longest the process may take to say that it has forgotten: no card is asked for that.
const FORGET_MS_MAX: u64 = 2_000;
/// The longest a process that was told to end, and then was killed, is waited for. One that the system cannot end
/// (it hangs in a driver) is left to the system.
const END_MS_MAX: u64 = 2_000;
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
            // With the start of a new process and the next reading it stays below three seconds, within which
            // the next citizen is served, whatever the card before did.
            connect_ms_max: 2_500,
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
        let dropped = Arc::<Dropped>::default();
        tokio::spawn(
            Keeper {
                program,
                settings,
                reports,
                requests,
                dropped: Arc::clone(&dropped),
                restart_ms: RESTART_MS_FIRST,
            }
            .run(),
        );
        CardPort {
            requests: port,
            dropped,
        }
    }
}

/// Where the kiosk puts its requests.
#[derive(Clone)]
pub struct CardPort {
    requests: Sender<Request>,
    dropped: Arc<Dropped>,
}

/// Requests that found no place on their way. What they said is lost, so the process that should have been told
/// is ended: what it holds is gone with it.
#[derive(Default)]
struct Dropped {
    any: AtomicBool,
    forgets: AtomicUsize,
}

impl CardPort {
    /// Sends a request, without waiting. The answer comes as a report.
    pub fn send(&self, request: Request) {
        let Err(error) = self.requests.try_send(request) else {
            return;
        };
        tracing::warn!("the card process does not take requests; one was dropped");
        if matches!(error.into_inner(), Request::Forget) {
            self.dropped.forgets.fetch_add(1, Ordering::Relaxed);
        }
        self.dropped.any.store(true, Ordering::Release);
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
    dropped: Arc<Dropped>,
    restart_ms: u64,
}

impl Keeper {
    async fn run(mut self) {
        loop {
            let (end, gone) = match self.start() {
                Ok(mut child) => {
                    let end = self.talk(&mut child).await;
                    (end, Some(child))
                }
                Err(error) => {
                    tracing::error!(program = %self.program.display(), %error, "the card process cannot be started");
                    (End::Lost, None)
                }
            };
            // Whoever waits is told before the process is ended: that may take as long as it likes.
            let is_heard = matches!(end, End::Lost) && self.tell_absent().await;
            let ended = async {
                if let Some(child) = gone {
                    put_an_end_to(child, &end).await;
                }
            };
            if !is_heard {
                return ended.await;
            }
            if matches!(self.pause(ended).await, End::Unneeded) {
                return;
            }
        }
    }

    /// Whether anybody listens.
    async fn tell_absent(&self) -> bool {
        let absent = Report::Reader(ReaderState::Absent);
        self.reports.send(absent).await.is_ok()
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

    /// Carries requests and reports until one side ends or a deadline passes. Its stdin is closed afterwards, and
    /// whoever waited for an answer has one.
    async fn talk(&mut self, child: &mut Child) -> End {
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
                    awaited.sent(&request, Instant::now(), self.transaction());
                    let is_whole = !self.dropped.any.load(Ordering::Acquire);
                    if !is_whole || write(&mut stdin, &request).await.is_err() {
                        break End::Lost;
                    }
                }
                report = coming.recv() => {
                    let Some(report) = report else { break End::Lost };
                    self.restart_ms = RESTART_MS_FIRST;
                    if awaited.came(&report) && self.reports.send(report).await.is_err() {
                        break End::Unneeded;
                    }
                }
                () = sleep_until(awaited.deadline().unwrap_or_else(Instant::now)), if awaited.deadline().is_some() => {
                    tracing::warn!("the card process does not answer; it is started again");
                    break End::Lost;
                }
            }
        };
        reading.abort();
        if matches!(end, End::Lost) {
            self.answer_for(&awaited).await;
        }
        end
    }

    /// Says what a process that is lost has not said: it has forgotten everything, and it will not answer.
    async fn answer_for(&self, awaited: &Awaited) {
        let dropped = self.dropped.any.swap(false, Ordering::AcqRel);
        let forgets = awaited.forgets + self.dropped.forgets.swap(0, Ordering::Relaxed);
        let silent = (awaited.answer_until.is_some() || dropped).then_some(Trouble::Silent);
        let answers = (0..forgets)
            .map(|_| Report::Forgotten)
            .chain(silent.map(Report::Trouble));
        for answer in answers {
            // Whether anybody listens is seen with what is told next.
            let _ = self.reports.send(answer).await;
        }
    }

    fn transaction(&self) -> Duration {
        Duration::from_millis(self.settings.transaction_ms_max)
    }

    /// Waits until the process before has gone and some time more; meanwhile there is no reader for whoever asks.
    async fn pause(&mut self, gone: impl Future<Output = ()>) -> End {
        let pause = Duration::from_millis(self.restart_ms);
        self.restart_ms = (self.restart_ms * 2).min(RESTART_MS_MAX);
        let over = async {
            let gone = timeout(Duration::from_millis(END_MS_MAX), gone);
            let (_, ()) = tokio::join!(gone, sleep(pause));
        };
        tokio::pin!(over);
        loop {
            let answer = tokio::select! {
                () = &mut over => return End::Lost,
                request = self.requests.recv() => match request {
                    None => return End::Unneeded,
                    Some(Request::Look(_) | Request::Enter(_)) => Report::Trouble(Trouble::NoReader),
                    Some(Request::Key(_) | Request::Erase) => Report::Length(0),
                    Some(Request::Forget) => Report::Forgotten,
                },
            };
            if self.reports.send(answer).await.is_err() {
                return End::Unneeded;
            }
        }
    }
}

/// Lets a process whose stdin is closed put down the card, and ends what does not end by itself.
async fn put_an_end_to(mut child: Child, end: &End) {
    let limit = Duration::from_millis(END_MS_MAX);
    if matches!(end, End::Lost) || timeout(limit, child.wait()).await.is_err() {
        let _ = child.start_kill();
        let _ = timeout(limit, child.wait()).await;
    }
}

/// Which answers are still to come.
#[derive(Default)]
struct Awaited {
    forgets: usize,
    forgotten_until: Option<Instant>,
    answer_until: Option<Instant>,
}

impl Awaited {
    fn sent(&mut self, request: &Request, now: Instant, transaction: Duration) {
        match request {
            Request::Look(_) | Request::Enter(_) => self.answer_until = Some(now + transaction),
            Request::Key(_) | Request::Erase => {}
            Request::Forget => {
                self.forgets += 1;
                self.answer_until = None;
                let until = now + Duration::from_millis(FORGET_MS_MAX);
                self.forgotten_until.get_or_insert(until);
            }
        }
    }

    /// When the process is taken to be stuck.
    fn deadline(&self) -> Option<Instant> {
        self.forgotten_until
            .into_iter()
            .chain(self.answer_until)
            .min()
    }

    /// Whether the report is for whoever stands there now: what was said before a `Forget` was heard is not.
    fn came(&mut self, report: &Report) -> bool {
        match report {
            Report::Reader(_) => return true,
            Report::Forgotten => {
                self.forgets = self.forgets.saturating_sub(1);
                if self.forgets == 0 {
                    self.forgotten_until = None;
                }
                return true;
            }
            Report::Length(_) => {}
            Report::Looked { .. }
            | Report::Wrong { .. }
            | Report::Read(_)
            | Report::Trouble(_)
            | Report::Incomplete(_) => {
                if self.forgets == 0 {
                    self.answer_until = None;
                }
            }
        }
        self.forgets == 0
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
