//! The line to a printer, whatever it is made of: bytes both ways, never blocking.

use std::io;
use std::time::Duration;

use slip::printer::Address;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

#[cfg(unix)]
use super::device::Device;
#[cfg(unix)]
use super::usb;

/// The longest silence that is not asked about by the system itself.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// An open line.
#[derive(Debug)]
pub(super) enum Wire {
    /// TCP.
    Tcp(TcpStream),
    /// A device file of the system.
    #[cfg(unix)]
    Device(Device),
}

impl Wire {
    /// Opens it; the caller sets the deadline.
    pub(super) async fn open(address: &Address) -> io::Result<Wire> {
        match address {
            Address::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                let keep_alive = TcpKeepalive::new()
                    .with_time(KEEP_ALIVE)
                    .with_interval(KEEP_ALIVE);
                stream.set_nodelay(true)?;
                SockRef::from(&stream).set_tcp_keepalive(&keep_alive)?;
                Ok(Wire::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Usb { vendor, product } => {
                let path = usb::find(usb::SYSTEM, *vendor, *product)?;
                Device::usb(path).await.map(Wire::Device)
            }
            #[cfg(unix)]
            Address::UsbFile(path) => Device::usb(path.into()).await.map(Wire::Device),
            #[cfg(unix)]
            Address::Serial { path, baud, flow } => {
                let opened = Device::serial(path.into(), *baud, *flow).await;
                opened.map(Wire::Device)
            }
            #[cfg(not(unix))]
            Address::Usb { .. } | Address::UsbFile(_) | Address::Serial { .. } => {
                Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "on this system USB and serial printers are reached through their queue",
                ))
            }
            Address::Queue(_) => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "a queue is no line: it is only written to",
            )),
        }
    }

    /// What the printer says; 0 when it is gone. Nothing is lost if this is given up half-way.
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Tcp(stream) => loop {
                stream.readable().await?;
                match stream.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    read => return read,
                }
            },
            #[cfg(unix)]
            Wire::Device(device) => device.read(buffer).await,
        }
    }

    /// How much of it the system took. Nothing is sent twice if this is given up half-way.
    pub(super) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Tcp(stream) => loop {
                stream.writable().await?;
                match stream.try_write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    written => return written,
                }
            },
            #[cfg(unix)]
            Wire::Device(device) => device.write(bytes).await,
        }
    }
}
