//! The line to the host: a TCP connection, or a pseudo-terminal that stands in for a serial line
//! or a USB printer's device file.

use std::io;

use socket2::SockRef;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::unix::pipe::{Receiver, Sender};

/// Whoever is connected.
#[derive(Debug)]
pub(super) enum Host {
    Tcp(TcpStream),
    #[cfg(unix)]
    Pty(Receiver, Sender),
}

impl Host {
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self {
                Host::Tcp(stream) => {
                    stream.readable().await?;
                    stream.try_read(buffer)
                }
                #[cfg(unix)]
                Host::Pty(says, _) => {
                    says.readable().await?;
                    says.try_read(buffer)
                }
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }

    pub(super) async fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = match self {
                Host::Tcp(stream) => {
                    stream.writable().await?;
                    stream.try_write(rest)
                }
                #[cfg(unix)]
                Host::Pty(_, takes) => {
                    takes.writable().await?;
                    takes.try_write(rest)
                }
            };
            match written {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends it with a reset instead of a goodbye.
    pub(super) fn reset(self) {
        match self {
            Host::Tcp(stream) => {
                // Without a lingering close the system resets; if it will not, it says goodbye.
                let _said_goodbye =
                    SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO));
            }
            #[cfg(unix)]
            Host::Pty(..) => {}
        }
    }
}

/// A pseudo-terminal: the printer's end, and the path of the host's. The host's end is held open
/// here too, so that hosts may come and go.
#[cfg(unix)]
pub(super) fn pseudo_terminal() -> io::Result<(Host, std::fs::File, String)> {
    use rustix::fs::{OFlags, fcntl_setfl};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    let printer = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&printer)?;
    unlockpt(&printer)?;
    let path = ptsname(&printer, Vec::new())?;
    let path = path.into_string().map_err(io::Error::other)?;
    let mut options = std::fs::OpenOptions::new();
    let host = options.read(true).write(true).open(&path)?;
    let mut line = tcgetattr(&host)?;
    line.make_raw();
    tcsetattr(&host, OptionalActions::Now, &line)?;
    fcntl_setfl(&printer, OFlags::RDWR | OFlags::NONBLOCK)?;
    let printer = std::fs::File::from(printer);
    let also = printer.try_clone()?;
    let line = Host::Pty(
        Receiver::from_file_unchecked(printer)?,
        Sender::from_file_unchecked(also)?,
    );
    Ok((line, host, path))
}
