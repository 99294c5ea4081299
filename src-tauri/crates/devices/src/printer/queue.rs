//! A raw queue of the system's spooler: written to, and never heard of again.
//!
//! Nothing can be confirmed here, and nothing is pretended: a slip that the spooler took is
//! [`Report::Sent`], and the printer's state is [`PrinterState::Unknown`].

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use slip::Job;
use slip::printer::{Failure, PrinterState, Report};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

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
    async fn take(&self, bytes: Vec<u8>) -> io::Result<()> {
        if self.is_taking.swap(true, Ordering::AcqRel) {
            return Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "the share still takes an earlier slip",
            ));
        }
        let (reply, answer) = oneshot::channel();
        let share = self.clone();
        let thread = thread::Builder::new().name("slip-share".to_owned());
        let started = thread.spawn(move || {
            let written = std::fs::write(&share.path, bytes);
            share.is_taking.store(false, Ordering::Release);
            // Whoever asked has given up; the slip was told to be unknown.
            let _ = reply.send(written);
        });
        if let Err(error) = started {
            self.is_taking.store(false, Ordering::Release);
            return Err(error);
        }
        answer.await.map_err(io::Error::other)?
    }
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

    async fn take(&self, job: &Job) -> io::Result<()> {
        match self {
            Spooler::Program { program, queue } => {
                let mut child = Command::new(program)
                    .args(["-d", queue, "-o", "raw", "-s"])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .kill_on_drop(true)
                    .spawn()?;
                if let Some(mut stdin) = child.stdin.take() {
                    stdin.write_all(&job.bytes).await?;
                    stdin.shutdown().await?;
                }
                let status = child.wait().await?;
                if status.success() {
                    Ok(())
                } else {
                    Err(io::Error::other(format!("the spooler refused: {status}")))
                }
            }
            Spooler::Share(share) => share.take(job.bytes.clone()).await,
        }
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
    let mut slips = settings.slips_on_roll;
    let mut told = reports.send(Report::State(state)).await;
    while told.is_ok()
        && let Some(Order { job, .. }) = jobs.recv().await
    {
        let first = Report::FirstByte {
            job: job.id,
            at: Instant::now().into_std(),
        };
        let (fate, found) = match timeout(settings.spool, spooler.take(&job)).await {
            Ok(Ok(())) => (Report::Sent(job.id), PrinterState::Unknown),
            Ok(Err(error)) => {
                tracing::warn!(job = %job.id, %error, "the spooler did not take a slip");
                let failure = Failure::NotReady(PrinterState::Offline);
                (Report::Failed(job.id, failure), PrinterState::Offline)
            }
            // The spooler may have taken it, and it is not given to it a second time.
            Err(_) => {
                tracing::warn!(job = %job.id, "the spooler did not answer in time");
                (Report::Unknown(job.id), PrinterState::Offline)
            }
        };
        if found != state {
            state = found;
            told = reports.send(Report::State(state)).await;
        }
        if let Report::Sent(_) = fate {
            slips = slips.saturating_add(1);
            told = told.and(reports.send(first).await);
            told = told.and(reports.send(Report::SlipsOnRoll(slips)).await);
        }
        told = told.and(reports.send(fate).await);
    }
}
