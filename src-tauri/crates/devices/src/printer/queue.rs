//! A raw queue of the system's spooler: written to, and never heard of again.
//!
//! Nothing can be confirmed here, and nothing is pretended: a slip that the spooler took is
//! [`Report::Sent`], the printer's state is [`PrinterState::Unknown`], and how many slips its roll gave is not told,
//! because nobody says when it is changed. A queue that did not take a slip is off line for a moment, and then as
//! unknown as before: a spooler cannot be asked without giving it a slip.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use slip::Job;
use slip::printer::{Failure, PrinterState, Report};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Order, Settings};

/// What takes a slip in.
#[derive(Debug, Clone)]
pub(super) enum Spooler {
    /// A program that reads the slip: CUPS' `lp`.
    Program {
        /// Its name or path.
        program: PathBuf,
        /// The queue.
        queue: String,
    },
    /// A file that takes the slip: a shared printer of Windows, as `copy /b` uses it.
    Share(Share),
}

/// A file that may take a slip for ever.
#[derive(Debug, Clone)]
pub(super) struct Share {
    path: PathBuf,
    /// One slip is on its way. There is never a second thread: a system that hangs would be given one more with
    /// every slip.
    is_taking: Arc<AtomicBool>,
}

impl Share {
    pub(super) fn new(path: &Path) -> Share {
        Share {
            path: path.to_owned(),
            is_taking: Arc::default(),
        }
    }

    /// On a thread that nobody waits for at the program's end.
    async fn take(&self, bytes: Vec<u8>) -> Taken {
        if self.is_taking.swap(true, Ordering::AcqRel) {
            return Taken::Refused(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "the share still takes an earlier slip",
            ));
        }
        let (reply, answer) = oneshot::channel();
        let share = self.clone();
        let thread = thread::Builder::new().name("slip-share".to_owned());
        let started = thread.spawn(move || {
            let taken = match File::create(&share.path) {
                Ok(file) => write(file, &bytes),
                Err(error) => Taken::Refused(error),
            };
            share.is_taking.store(false, Ordering::Release);
            // Whoever asked has given up; the slip was told to be unknown.
            let _ = reply.send(taken);
        });
        if let Err(error) = started {
            self.is_taking.store(false, Ordering::Release);
            return Taken::Refused(error);
        }
        let ended = |error| Taken::Doubtful(io::Error::other(error));
        answer.await.unwrap_or_else(ended)
    }
}

/// After an error nobody knows how much a share has passed on, not even of the piece that failed.
fn write(mut file: File, bytes: &[u8]) -> Taken {
    match file.write_all(bytes) {
        Ok(()) => Taken::Whole,
        Err(error) => Taken::Doubtful(error),
    }
}

/// What became of a slip at the spooler.
#[derive(Debug)]
enum Taken {
    /// It has all of it.
    Whole,
    /// Nothing of it will come out.
    Refused(io::Error),
    /// It may have a part, or all of it.
    Doubtful(io::Error),
}

impl Spooler {
    pub(super) fn of_this_system(queue: &str) -> Spooler {
        if cfg!(windows) {
            Spooler::Share(Share::new(format!(r"\\localhost\{queue}").as_ref()))
        } else {
            Spooler::Program {
                program: "lp".into(),
                queue: queue.to_owned(),
            }
        }
    }

    async fn take(&self, job: &Job) -> Taken {
        match self {
            Spooler::Program { program, queue } => {
                let started = Command::new(program)
                    .args(["-d", queue, "-o", "raw", "-s"])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .kill_on_drop(true)
                    .spawn();
                match started {
                    Ok(child) => fed(child, &job.bytes).await,
                    Err(error) => Taken::Refused(error),
                }
            }
            Spooler::Share(share) => share.take(job.bytes.clone()).await,
        }
    }

    /// An earlier slip hangs in it.
    fn hangs(&self) -> bool {
        match self {
            // It is killed when its time is over.
            Spooler::Program { .. } => false,
            Spooler::Share(share) => share.is_taking.load(Ordering::Acquire),
        }
    }
}

/// Gives the slip to the program. Its own word counts: `lp` withdraws what it could not hand over whole, and says so
/// by its exit code.
async fn fed(mut child: Child, bytes: &[u8]) -> Taken {
    let written = match child.stdin.take() {
        Some(mut stdin) => match stdin.write_all(bytes).await {
            Ok(()) => stdin.shutdown().await,
            Err(error) => Err(error),
        },
        None => Err(io::ErrorKind::BrokenPipe.into()),
    };
    match (child.wait().await, written) {
        (Ok(status), Ok(())) if status.success() => Taken::Whole,
        (Ok(status), Err(error)) if status.success() => Taken::Doubtful(error),
        (Ok(status), _) if status.code().is_some() => {
            Taken::Refused(io::Error::other(format!("the spooler refused: {status}")))
        }
        (Ok(status), _) => Taken::Doubtful(io::Error::other(format!("the spooler died: {status}"))),
        (Err(error), _) => Taken::Doubtful(error),
    }
}

/// Takes slips until nobody prints or listens any more.
pub(super) async fn run(
    spooler: Spooler,
    settings: Settings,
    mut jobs: mpsc::Receiver<Order>,
    reports: mpsc::Sender<Report>,
) {
    let mut state = PrinterState::Unknown;
    let mut told = reports.send(Report::State(state)).await;
    let mut trusted_again = Instant::now();
    while told.is_ok() {
        let order = if state == PrinterState::Unknown {
            jobs.recv().await
        } else {
            match timeout_at(trusted_again, jobs.recv()).await {
                Ok(order) => order,
                Err(_) if spooler.hangs() => {
                    trusted_again += settings.queue_rest;
                    continue;
                }
                Err(_) => {
                    state = PrinterState::Unknown;
                    told = reports.send(Report::State(state)).await;
                    continue;
                }
            }
        };
        let Some(Order { job, .. }) = order else {
            return;
        };
        let first = Report::FirstByte {
            job: job.id,
            at: Instant::now().into_std(),
        };
        let (fate, found) = handed_over(&spooler, &settings, &job).await;
        trusted_again = Instant::now() + settings.queue_rest;
        if found != state {
            state = found;
            told = reports.send(Report::State(state)).await;
        }
        if let Report::Sent(_) = fate {
            told = told.and(reports.send(first).await);
        }
        told = told.and(reports.send(fate).await);
    }
}

/// What becomes of a slip, and what the queue is worth after that.
async fn handed_over(spooler: &Spooler, settings: &Settings, job: &Job) -> (Report, PrinterState) {
    let id = job.id;
    match timeout(settings.spool, spooler.take(job)).await {
        Ok(Taken::Whole) => (Report::Sent(id), PrinterState::Unknown),
        Ok(Taken::Refused(error)) => {
            tracing::warn!(job = %id, %error, "the spooler did not take a slip");
            let failure = Failure::NotReady(PrinterState::Offline);
            (Report::Failed(id, failure), PrinterState::Offline)
        }
        // The spooler may have taken it, and it is not given to it a second time.
        Ok(Taken::Doubtful(error)) => {
            tracing::warn!(job = %id, %error, "the spooler broke off in a slip");
            (Report::Unknown(id), PrinterState::Offline)
        }
        Err(_) => {
            tracing::warn!(job = %id, "the spooler did not answer in time");
            (Report::Unknown(id), PrinterState::Offline)
        }
    }
}
