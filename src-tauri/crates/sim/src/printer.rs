//! A virtual receipt printer that draws what it would print.
//!
//! ```text
//! the product ─ TCP 9100 ─► receive buffer ─► commands, in order ─► paper ─ cut ─► slip: PNG + list
//!                 ◄─ answers ─┘   └─ real-time commands, at once
//! a hand (control line, API) ─► paper-out · cover-open · silent · … · ok
//! ```
//!
//! It keeps what it cannot print and prints it once the fault is cleared, as the field's printers
//! do; so a slip that was sent twice is seen twice on its paper. It serves one connection at a
//! time and keeps its state between them. It draws `GS v 0`; text and native codes are only noted.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slip::Raster;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

mod command;
mod mechanism;
#[cfg(test)]
mod tests;

use mechanism::{Mechanism, Outcome};

/// Printable dots of an 80 mm roll at 203 dpi.
pub const DOTS_80MM: u16 = 576;

/// Slips kept in memory; the pictures on disk stay.
const SLIPS_KEPT_MAX: usize = 1000;
/// Answers waiting for a host that does not read.
const ANSWERS_WAITING_MAX: usize = 256;
const READ_BYTES_MAX: usize = 16 * 1024;
const CONTROL_LINE_BYTES_MAX: u64 = 1024;

/// What a hand, or a bad day, does to the printer. `None` clears all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everything is in order again: paper is full, the cover is closed, the cutter is free.
    None,
    /// The roll is empty.
    PaperOut,
    /// The roll ends after so many more rows of dots.
    PaperOutAfter {
        /// Rows.
        rows: u64,
    },
    /// The roll is nearly at its end.
    NearEnd,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    CutterJam,
    /// It prints but answers nothing, and never will for what it was asked meanwhile.
    Silent,
    /// It prints and tells its state, but no confirmation comes back.
    LosesIds,
}

impl Fault {
    /// From a control line: `ok`, `paper-out`, `paper-out-after 300`, `near-end`, `cover-open`,
    /// `cutter-jam`, `silent`, `lose-ids`.
    pub fn parse(line: &str) -> Option<Fault> {
        Some(match line.trim() {
            "ok" => Fault::None,
            "paper-out" => Fault::PaperOut,
            "near-end" => Fault::NearEnd,
            "cover-open" => Fault::CoverOpen,
            "cutter-jam" => Fault::CutterJam,
            "silent" => Fault::Silent,
            "lose-ids" => Fault::LosesIds,
            other => {
                let rows = other
                    .strip_prefix("paper-out-after ")?
                    .trim()
                    .parse()
                    .ok()?;
                Fault::PaperOutAfter { rows }
            }
        })
    }
}

/// A slip that was cut off.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Its dots.
    pub raster: Raster,
    /// Where its picture lies, if pictures are kept.
    pub picture: Option<PathBuf>,
}

/// A printer on a TCP port. Dropped, it is switched off.
#[derive(Debug)]
pub struct Printer {
    shared: Arc<Shared>,
    address: SocketAddr,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    mechanism: Mutex<Mechanism>,
    host: Mutex<Option<mpsc::Sender<Vec<u8>>>>,
    slips: watch::Sender<Vec<Printed>>,
    out: Option<PathBuf>,
    /// There is room in the receive buffer again.
    room: Notify,
    /// The connection is to be dropped.
    hang_up: Notify,
}

impl Printer {
    /// Switches on an 80 mm printer; pictures of the slips go into `out`, which is made if need be.
    pub async fn bind(address: impl ToSocketAddrs, out: Option<PathBuf>) -> io::Result<Printer> {
        Printer::with_paper(address, out, DOTS_80MM).await
    }

    /// The same with paper of another printable width in dots.
    pub async fn with_paper(
        address: impl ToSocketAddrs,
        out: Option<PathBuf>,
        dots: u16,
    ) -> io::Result<Printer> {
        if let Some(out) = &out {
            std::fs::create_dir_all(out)?;
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            mechanism: Mutex::new(Mechanism::new(dots)),
            host: Mutex::new(None),
            slips: watch::Sender::new(Vec::new()),
            out,
            room: Notify::new(),
            hang_up: Notify::new(),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Printer {
            shared,
            address,
            tasks: Mutex::new(vec![task]),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does something to it.
    pub fn fault(&self, fault: Fault) {
        self.shared.fault(fault);
    }

    /// Drops the connection, as a pulled cable that is noticed does; data it has stays in it.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_one();
    }

    /// The slips that were cut off, oldest first.
    pub fn slips(&self) -> Vec<Printed> {
        self.shared.slips.borrow().clone()
    }

    /// Waits until so many slips were cut off, and returns them.
    pub async fn wait_for_slips(&self, count: usize) -> Vec<Printed> {
        let mut watched = self.shared.slips.subscribe();
        match watched.wait_for(|slips| slips.len() >= count).await {
            Ok(slips) => slips.clone(),
            // The sender lives as long as `self`.
            Err(_) => self.slips(),
        }
    }

    /// What was sent and not drawn.
    pub fn notes(&self) -> Vec<String> {
        self.shared.mechanism().notes().to_vec()
    }

    /// Opens a control line: a TCP port that takes one command a line and answers each with one.
    /// `ok`, the faults of [`Fault::parse`], `hang-up`, and `slips`, which answers
    /// `slips 2 /path/of/the/last.png`. Returns where it listens.
    pub async fn control(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(obey(stream, Arc::clone(&shared)));
            }
        });
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(task);
        Ok(address)
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        for task in tasks {
            task.abort();
        }
    }
}

impl Shared {
    fn mechanism(&self) -> MutexGuard<'_, Mechanism> {
        self.mechanism
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, fault: Fault) {
        let outcome = self.mechanism().fault(fault);
        self.perform(outcome);
        self.room.notify_one();
    }

    fn receive(&self, bytes: &[u8]) {
        let outcome = self.mechanism().receive(bytes);
        self.perform(outcome);
    }

    /// Slips first: whoever is told that a slip is printed finds it.
    fn perform(&self, outcome: Outcome) {
        for raster in outcome.slips {
            self.slips.send_modify(|slips| {
                let picture = self.keep_picture(&raster, slips.len() + 1);
                if slips.len() >= SLIPS_KEPT_MAX {
                    slips.remove(0);
                }
                slips.push(Printed { raster, picture });
            });
        }
        if outcome.answers.is_empty() {
            return;
        }
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        // A host that does not read loses answers, as on a real line.
        if let Some(host) = host.as_ref()
            && host.try_send(outcome.answers).is_err()
        {
            tracing::debug!("the host does not read the printer's answers");
        }
    }

    fn keep_picture(&self, raster: &Raster, number: usize) -> Option<PathBuf> {
        let path = self.out.as_ref()?.join(format!("slip-{number:04}.png"));
        match std::fs::write(&path, raster.to_png()) {
            Ok(()) => Some(path),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "a slip's picture is not kept");
                None
            }
        }
    }
}

/// One host after the other.
async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (answers, outbox) = mpsc::channel(ANSWERS_WAITING_MAX);
        let host = |sender| {
            *shared.host.lock().unwrap_or_else(PoisonError::into_inner) = sender;
        };
        host(Some(answers));
        if let Err(error) = converse(stream, outbox, &shared).await {
            tracing::debug!(%error, "the host's connection broke");
        }
        host(None);
    }
}

async fn converse(
    mut stream: TcpStream,
    mut outbox: mpsc::Receiver<Vec<u8>>,
    shared: &Shared,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    let mut buffer = vec![0; READ_BYTES_MAX];
    loop {
        let has_room = shared.mechanism().has_room();
        tokio::select! {
            read = reader.read(&mut buffer), if has_room => match read? {
                0 => return Ok(()),
                count => shared.receive(buffer.get(..count).unwrap_or_default()),
            },
            () = shared.room.notified(), if !has_room => {}
            answer = outbox.recv() => match answer {
                Some(answer) => writer.write_all(&answer).await?,
                None => return Ok(()),
            },
            () = shared.hang_up.notified() => return Ok(()),
        }
    }
}

/// One hand on the control line.
async fn obey(mut stream: TcpStream, shared: Arc<Shared>) {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader.take(CONTROL_LINE_BYTES_MAX)).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        lines.get_mut().get_mut().set_limit(CONTROL_LINE_BYTES_MAX);
        let answer = match line.trim() {
            "slips" => {
                let slips = shared.slips.borrow();
                let last = slips.last().and_then(|slip| slip.picture.as_ref());
                let path = last.map_or(String::new(), |path| format!(" {}", path.display()));
                format!("slips {}{path}\n", slips.len())
            }
            "hang-up" => {
                shared.hang_up.notify_one();
                "ok\n".to_owned()
            }
            other => match Fault::parse(other) {
                Some(fault) => {
                    shared.fault(fault);
                    "ok\n".to_owned()
                }
                None => "error: not understood\n".to_owned(),
            },
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
