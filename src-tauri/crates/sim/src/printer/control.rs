//! The control line: a hand at the printer, over TCP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::JoinHandle;

use super::{Fault, Script, Shared};

const CONTROL_LINE_BYTES_MAX: u64 = 1024;

/// Listens; see [`super::Printer::control`].
pub(super) async fn open(
    address: impl ToSocketAddrs,
    shared: Arc<Shared>,
) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(obey(stream, Arc::clone(&shared)));
        }
    });
    Ok((address, task))
}

/// One hand on the control line.
async fn obey(mut stream: TcpStream, shared: Arc<Shared>) {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader.take(CONTROL_LINE_BYTES_MAX)).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        lines.get_mut().get_mut().set_limit(CONTROL_LINE_BYTES_MAX);
        let answer = done(line.trim(), &shared);
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn done(line: &str, shared: &Arc<Shared>) -> String {
    if line == "slips" {
        let slips = shared.slips.borrow();
        let last = slips.last();
        let count = last.map_or(0, |slip| slip.number);
        let picture = last.and_then(|slip| slip.picture.as_ref());
        let path = picture.map_or(String::new(), |path| format!(" {}", path.display()));
        return format!("slips {count}{path}\n");
    }
    let understood = if line == "hang-up" {
        shared.hang_up.notify_one();
        true
    } else if let Some((at, fault)) = at_byte(line) {
        *shared.script() = Some(Script::new(at, fault));
        true
    } else if let Some(fault) = Fault::parse(line) {
        shared.fault(fault);
        true
    } else {
        false
    };
    if understood {
        "ok\n".to_owned()
    } else {
        "error: not understood\n".to_owned()
    }
}

/// `at 640 power-off`.
fn at_byte(line: &str) -> Option<(usize, Fault)> {
    let (at, fault) = line.strip_prefix("at ")?.split_once(' ')?;
    Some((at.parse().ok()?, Fault::parse(fault)?))
}
