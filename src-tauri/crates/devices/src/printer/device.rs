//! Printers that the system shows as a device file: USB printers (class 7, Linux' `usblp`) and
//! serial lines.
//!
//! Opened without blocking and watched by the runtime like a socket, so that a printer that takes
//! nothing never holds up a thread, and every deadline of the machine holds here, too.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::termios::{
    ControlModes, InputModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr,
};
use slip::printer::address::Flow;
use tokio::net::unix::pipe::{Receiver, Sender};

/// `usblp` answers a read with nothing when the printer sent an empty packet; some send them
/// without a pause. Short, because every slip waits for the printer's answer.
const EMPTY_READ_PAUSE: Duration = Duration::from_millis(5);
/// The system takes this much at once; a device's own driver takes less.
const WRITE_BYTES_MAX: usize = 16 * 1024;

/// Device files that are being opened at the same time: a driver that hangs in it holds a thread for each attempt.
const OPENINGS_MAX: usize = 2;

static OPENINGS: AtomicUsize = AtomicUsize::new(0);

/// One of the few threads that may be opening a device file.
struct Opening;

impl Opening {
    fn begin() -> io::Result<Opening> {
        let more = |now| (now < OPENINGS_MAX).then_some(now + 1);
        match OPENINGS.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
            Ok(_) => Ok(Opening),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "the system still opens the device for an earlier attempt",
            )),
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        OPENINGS.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An open device file. tokio's pipe ends watch any file that the system can poll, and are the way
/// to do so without unsafe code.
#[derive(Debug)]
pub(super) struct Device {
    says: Receiver,
    takes: Sender,
    /// A read of nothing means that the other end is gone.
    empty_is_end: bool,
}

impl Device {
    /// A USB printer's file, `/dev/usb/lp0`. Dropping it tells the kernel to let the printer go.
    pub(super) async fn usb(path: PathBuf) -> io::Result<Device> {
        open(path, false, |_| Ok(())).await
    }

    /// A serial line: 8 bits, no parity, one stop bit, every byte as it is.
    pub(super) async fn serial(path: PathBuf, baud: u32, flow: Flow) -> io::Result<Device> {
        open(path, true, move |file| set_line(file, baud, flow)).await
    }

    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.says.readable().await?;
            match self.says.try_read(buffer) {
                Ok(0) if !self.empty_is_end => tokio::time::sleep(EMPTY_READ_PAUSE).await,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }

    pub(super) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.get(..WRITE_BYTES_MAX).unwrap_or(bytes);
        loop {
            self.takes.writable().await?;
            match self.takes.try_write(some) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return written,
            }
        }
    }
}

/// Opens and sets up a device file. On a thread of its own: a stuck driver holds up nothing else.
async fn open(
    path: PathBuf,
    empty_is_end: bool,
    set_up: impl FnOnce(&File) -> io::Result<()> + Send + 'static,
) -> io::Result<Device> {
    let one = Opening::begin()?;
    let opening = tokio::task::spawn_blocking(move || {
        let _until_the_end = one;
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .custom_flags(flags)
            .open(path)?;
        set_up(&file)?;
        let also = file.try_clone()?;
        io::Result::Ok((file, also))
    });
    let (file, also) = opening.await??;
    Ok(Device {
        says: Receiver::from_file_unchecked(file)?,
        takes: Sender::from_file_unchecked(also)?,
        empty_is_end,
    })
}

fn set_line(file: &File, baud: u32, flow: Flow) -> io::Result<()> {
    let mut line = tcgetattr(file)?;
    line.make_raw();
    line.set_speed(baud)?;
    line.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    line.control_modes
        .set(ControlModes::CRTSCTS, flow == Flow::Wire);
    // Received XON and XOFF are the line's own then; no status byte of a printer looks like them.
    line.input_modes.set(InputModes::IXON, flow == Flow::Xon);
    tcsetattr(file, OptionalActions::Now, &line)?;
    // What was said before anybody listened is about another time.
    tcflush(file, QueueSelector::IFlush)?;
    Ok(())
}
