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
//! time and keeps its state between them. It draws pictures in all three forms, `ESC *`, native
//! QR codes, and text, also in Kanji mode, if it was given fonts. Every status request is
//! answered; faults come when a hand wants, or at a certain byte of the next slip.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use slip::{Fonts, Raster};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

mod command;
mod control;
mod fault;
mod host;
mod line;
mod mechanism;
mod paper;
mod script;
#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use mechanism::{Mechanism, Outcome};
pub use script::Script;

/// Printable dots of an 80 mm roll at 203 dpi.
pub const DOTS_80MM: u16 = 576;

/// Slips kept in memory; the pictures on disk stay.
const SLIPS_KEPT_MAX: usize = 1000;

/// A slip that was cut off.
#[derive(Debug, Clone)]
pub struct Printed {
    /// It was the so many-th of this printer, from 1.
    pub number: u64,
    /// Its dots.
    pub raster: Raster,
    /// Where its picture lies, if pictures are kept.
    pub picture: Option<PathBuf>,
}

impl Printed {
    /// Eight characters that are the same for the same dots.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for row in self.raster.packed_rows() {
            hash.update(row);
        }
        let bytes = hash.finalize();
        let short = bytes.iter().take(4);
        short.map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A printer on a TCP port or at the end of a pseudo-terminal. Dropped, it is switched off.
#[derive(Debug)]
pub struct Printer {
    shared: Arc<Shared>,
    address: Option<SocketAddr>,
    device: Option<String>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    mechanism: Mutex<Mechanism>,
    host: Mutex<Option<mpsc::Sender<Vec<u8>>>>,
    slips: watch::Sender<Vec<Printed>>,
    out: Option<PathBuf>,
    script: Mutex<Option<Script>>,
    /// Bytes that a stalled printer has taken off the line and not looked at.
    held: Mutex<Vec<u8>>,
    line: watch::Sender<line::State>,
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
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new(out, dots)?;
        let task = tokio::spawn(line::serve(listener, address, Arc::clone(&shared)));
        Ok(Printer {
            shared,
            address: Some(address),
            device: None,
            tasks: Mutex::new(vec![task]),
        })
    }

    /// The same at the end of a pseudo-terminal, which stands in for a serial line or a USB
    /// printer's device file.
    ///
    /// # Errors
    /// If the system has no pseudo-terminals.
    #[cfg(unix)]
    pub fn on_pseudo_terminal(out: Option<PathBuf>, dots: u16) -> io::Result<Printer> {
        let (host, held_open, path) = host::pseudo_terminal()?;
        let shared = Shared::new(out, dots)?;
        let task = tokio::spawn(line::serve_one(host, held_open, Arc::clone(&shared)));
        Ok(Printer {
            shared,
            address: None,
            device: Some(path),
            tasks: Mutex::new(vec![task]),
        })
    }

    /// Where it listens; the unspecified address if it does not.
    pub fn address(&self) -> SocketAddr {
        self.address
            .unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)))
    }

    /// The path of its pseudo-terminal, if it has one.
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// Gives it fonts: it then draws text, too.
    pub fn load(&self, fonts: Fonts) {
        self.shared.mechanism().load(fonts);
    }

    /// What it says to `GS I`: its maker and its model.
    pub fn call(&self, maker: &str, model: &str) {
        self.shared.mechanism().call(maker, model);
    }

    /// It keeps no more than so many bytes that it cannot print.
    pub fn limit_buffer(&self, bytes: usize) {
        self.shared.mechanism().limit_buffer(bytes);
    }

    /// Does something to it.
    pub fn fault(&self, fault: Fault) {
        self.shared.fault(fault);
    }

    /// Does something to it when so many bytes of the next slip have come.
    pub fn at_byte(&self, at: usize, fault: Fault) {
        *self.shared.script() = Some(Script::new(at, fault));
    }

    /// Drops the connection, as a pulled cable that is noticed does; data it has stays in it.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_one();
    }

    /// The slips that were cut off, oldest first; the last thousand of them.
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
    /// `ok`, the faults of [`Fault::parse`], `at 640 power-off` for one at a byte of the next slip,
    /// `hang-up`, and `slips`, which answers `slips 2 /path/of/the/last.png`. Returns where it
    /// listens.
    pub async fn control(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        let (address, task) = control::open(address, Arc::clone(&self.shared)).await?;
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
    fn new(out: Option<PathBuf>, dots: u16) -> io::Result<Arc<Shared>> {
        if let Some(out) = &out {
            std::fs::create_dir_all(out)?;
        }
        Ok(Arc::new(Shared {
            mechanism: Mutex::new(Mechanism::new(dots)),
            host: Mutex::new(None),
            slips: watch::Sender::new(Vec::new()),
            out,
            script: Mutex::new(None),
            held: Mutex::new(Vec::new()),
            line: watch::Sender::new(line::State::default()),
            room: Notify::new(),
            hang_up: Notify::new(),
        }))
    }

    fn mechanism(&self) -> MutexGuard<'_, Mechanism> {
        self.mechanism
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, Option<Script>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Vec<u8>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(self: &Arc<Shared>, fault: Fault) {
        if fault == Fault::PowerOff {
            self.held().clear();
        }
        self.line.send_modify(|line| line.change(fault));
        let outcome = self.mechanism().fault(fault);
        self.perform(outcome);
        if fault == Fault::None {
            let held = std::mem::take(&mut *self.held());
            self.receive(&held);
        }
        self.room.notify_one();
    }

    /// Takes what came, up to the byte at which the script wants something to happen.
    fn receive(self: &Arc<Shared>, bytes: &[u8]) {
        let happens = self
            .script()
            .as_mut()
            .and_then(|script| script.watch(bytes));
        let Some((counted, fault)) = happens else {
            let outcome = self.mechanism().receive(bytes);
            self.perform(outcome);
            return;
        };
        *self.script() = None;
        let (before, after) = bytes.split_at_checked(counted).unwrap_or((bytes, &[]));
        let outcome = self.mechanism().receive(before);
        self.perform(outcome);
        self.fault(fault);
        if fault == Fault::Stall {
            self.held().extend(after);
        } else if !matches!(fault, Fault::PowerOff | Fault::Reset) {
            // What is in flight when the line goes is nobody's.
            let outcome = self.mechanism().receive(after);
            self.perform(outcome);
        }
    }

    /// Slips first: whoever is told that a slip is printed finds it.
    fn perform(self: &Arc<Shared>, outcome: Outcome) {
        for raster in outcome.slips {
            self.slips.send_modify(|slips| {
                let number = slips.last().map_or(1, |last| last.number + 1);
                let mut slip = Printed {
                    number,
                    raster,
                    picture: None,
                };
                slip.picture = self.keep_picture(&slip);
                if slips.len() >= SLIPS_KEPT_MAX {
                    slips.remove(0);
                }
                slips.push(slip);
            });
        }
        self.answer(outcome.answers);
        for (by, answers) in outcome.late {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(by).await;
                shared.answer(answers);
            });
        }
    }

    fn answer(&self, answers: Vec<u8>) {
        if answers.is_empty() {
            return;
        }
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        // A host that does not read loses answers, as on a real line.
        if let Some(host) = host.as_ref()
            && host.try_send(answers).is_err()
        {
            tracing::debug!("the host does not read the printer's answers");
        }
    }

    /// The slip's picture, and a line about it in `slips.log`: the paper roll of a test.
    fn keep_picture(&self, slip: &Printed) -> Option<PathBuf> {
        let folder = self.out.as_ref()?;
        let path = folder.join(format!("slip-{:04}.png", slip.number));
        let kept = std::fs::write(&path, slip.raster.to_png()).and_then(|()| {
            use std::io::Write as _;
            let mut log = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(folder.join("slips.log"))?;
            let (number, rows) = (slip.number, slip.raster.rows());
            writeln!(log, "{number:04} {rows} rows {}", slip.fingerprint())
        });
        match kept {
            Ok(()) => Some(path),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "a slip's picture is not kept");
                None
            }
        }
    }
}

/// How long a printer that takes so many bytes a second is busy with these.
fn busy(bytes: usize, a_second: u32) -> Duration {
    let count = u32::try_from(bytes).unwrap_or(u32::MAX);
    Duration::from_secs_f64(f64::from(count) / f64::from(a_second.max(1)))
}
