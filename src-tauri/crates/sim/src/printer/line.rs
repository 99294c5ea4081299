//! Serving hosts, one after the other, and what happens to their lines.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::host::Host;
use super::{Fault, Shared, busy};

/// Answers waiting for a host that does not read.
const ANSWERS_WAITING_MAX: usize = 256;
const READ_BYTES_MAX: usize = 16 * 1024;

/// What is wrong with the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    dark: bool,
    stalled: bool,
    drain: Option<u32>,
    resets: u32,
}

impl State {
    pub(super) fn change(&mut self, fault: Fault) {
        match fault {
            Fault::None => (self.dark, self.stalled, self.drain) = (false, false, None),
            Fault::PowerOff => self.dark = true,
            Fault::Stall => self.stalled = true,
            Fault::SlowDrain { bytes } => self.drain = Some(bytes),
            Fault::Reset => self.resets = self.resets.wrapping_add(1),
            Fault::PaperOut
            | Fault::PaperOutAfter { .. }
            | Fault::NearEnd
            | Fault::CoverOpen
            | Fault::CutterJam
            | Fault::CutterFreed
            | Fault::Overheated
            | Fault::Broken
            | Fault::Silent
            | Fault::LosesIds
            | Fault::NeverClears
            | Fault::LateIds { .. } => {}
        }
    }
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The host went, or was hung up on.
    Over,
    /// The printer resets it.
    Reset,
    /// The power is gone.
    Dark,
}

/// One host after the other on a TCP port; while the power is gone nobody listens.
pub(super) async fn serve(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut line = shared.line.subscribe();
    let mut listener = Some(listener);
    // Connections of which the host does not know yet that nobody is there.
    let mut half_open: Vec<Host> = Vec::new();
    loop {
        let Some(open) = &listener else {
            if line.wait_for(|line| !line.dark).await.is_err() {
                return;
            }
            half_open.drain(..).for_each(Host::reset);
            listener = bind_again(address).await;
            continue;
        };
        let arrived = tokio::select! {
            accepted = open.accept() => match accepted {
                Ok((stream, _)) => Some(stream),
                Err(_) => return,
            },
            () = async { line.wait_for(|line| line.dark).await.map_or((), drop) } => None,
        };
        if let Some(stream) = arrived {
            // Answers are single bytes; a system that will not send them at once is slower.
            let _slower = stream.set_nodelay(true);
            let host = Host::Tcp(stream);
            match attend(&host, &shared).await {
                End::Over => {}
                End::Reset => host.reset(),
                End::Dark => half_open.push(host),
            }
        }
        if shared.line.borrow().dark {
            listener = None;
        }
    }
}

/// Its address again; the system may still hold it for a moment.
async fn bind_again(address: SocketAddr) -> Option<TcpListener> {
    let until = Instant::now() + std::time::Duration::from_secs(5);
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return Some(listener),
            Err(error) if Instant::now() > until => {
                tracing::error!(%error, "the printer's address is taken");
                return None;
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    }
}

/// The one host at the other end of a pseudo-terminal, for as long as the printer lives.
pub(super) async fn serve_one(host: Host, held_open: File, shared: Arc<Shared>) {
    let mut line = shared.line.subscribe();
    loop {
        attend(&host, &shared).await;
        if line.wait_for(|line| !line.dark).await.is_err() {
            drop(held_open);
            return;
        }
    }
}

async fn attend(host: &Host, shared: &Arc<Shared>) -> End {
    let (answers, outbox) = mpsc::channel(ANSWERS_WAITING_MAX);
    let set = |sender| {
        *shared.host.lock().unwrap_or_else(PoisonError::into_inner) = sender;
    };
    set(Some(answers));
    let end = converse(host, outbox, shared)
        .await
        .unwrap_or_else(|error| {
            tracing::debug!(%error, "the host's connection broke");
            End::Over
        });
    set(None);
    end
}

async fn converse(
    host: &Host,
    mut outbox: mpsc::Receiver<Vec<u8>>,
    shared: &Arc<Shared>,
) -> io::Result<End> {
    let mut line = shared.line.subscribe();
    let resets = line.borrow_and_update().resets;
    let mut buffer = vec![0; READ_BYTES_MAX];
    let mut busy_until = Instant::now();
    loop {
        let state = *line.borrow_and_update();
        if state.dark {
            return Ok(End::Dark);
        }
        if state.resets != resets {
            return Ok(End::Reset);
        }
        let mut room = shared.mechanism().room().min(READ_BYTES_MAX);
        if let Some(a_second) = state.drain {
            // In small pieces, so that the line is filled as slowly as it is emptied.
            room = room.min((a_second as usize / 20).max(1));
        }
        let takes = room > 0 && !state.stalled;
        let waits = busy_until > Instant::now();
        tokio::select! {
            read = host.read(buffer.get_mut(..room).unwrap_or_default()), if takes && !waits => {
                let count = read?;
                if count == 0 {
                    return Ok(End::Over);
                }
                shared.receive(buffer.get(..count).unwrap_or_default());
                if let Some(a_second) = state.drain {
                    busy_until = Instant::now() + busy(count, a_second);
                }
            }
            () = sleep_until(busy_until), if waits => {}
            () = shared.room.notified(), if room == 0 => {}
            answer = outbox.recv(), if !state.stalled => match answer {
                Some(answer) => host.write_all(&answer).await?,
                None => return Ok(End::Over),
            },
            changed = line.changed() => {
                if changed.is_err() {
                    return Ok(End::Over);
                }
            }
            () = shared.hang_up.notified() => return Ok(End::Over),
        }
    }
}
