//! Where a printer is, as an office writes it. Nothing here is opened.
//!
//! | text | means |
//! | --- | --- |
//! | `192.0.2.10:9100`, `printer.lan:9100`, `[2001:db8::5]:9100` | TCP |
//! | `usb:04b8:0e28` | a USB printer (device class 7) by its vendor and product, in hexadecimal |
//! | `usb:/dev/usb/lp0` | the same by the system's device file |
//! | `serial:/dev/ttyUSB0?baud=115200` | a serial line; `&flow=none` or `&flow=xon` where RTS/CTS is not wired |
//! | `queue:SLIPS` | a raw queue of the system's print spooler, which never confirms anything |

use std::fmt;
use std::str::FromStr;

/// The longest text that is looked at.
const ADDRESS_CHARS_MAX: usize = 255;
/// The speeds at which receipt printers are set by their switches, in bits a second.
const BAUDS: [u32; 6] = [4_800, 9_600, 19_200, 38_400, 57_600, 115_200];

/// Where a printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A TCP port, 9100 by custom.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port, not 0.
        port: u16,
    },
    /// A USB printer by what it says of itself.
    Usb {
        /// Its maker, as the USB forum numbers them.
        vendor: u16,
        /// Its model, as its maker numbers them.
        product: u16,
    },
    /// A USB printer by the system's device file.
    UsbFile(String),
    /// A serial line.
    Serial {
        /// The system's device file.
        path: String,
        /// Bits a second.
        baud: u32,
        /// How the printer says that it takes no more at the moment.
        flow: Flow,
    },
    /// A raw queue of the system's print spooler.
    Queue(String),
}

/// How a printer on a serial line says that its buffer is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// By a wire, RTS/CTS here, DTR/DSR in printers' manuals.
    #[default]
    Wire,
    /// By the bytes XON and XOFF.
    Xon,
    /// Not at all: only a slow line or a large buffer loses nothing.
    None,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Empty, far too long, or with spaces or control characters.
    #[error("expected a printer's address without spaces, of up to {ADDRESS_CHARS_MAX} characters")]
    NoAddress,
    /// Neither a host with a port nor one of the other kinds.
    #[error("expected a host and a port such as \"192.0.2.10:9100\", or usb:, serial: or queue:")]
    NoPort,
    /// Not a number a port has.
    #[error("{0:?} is no port; ports go from 1 to 65535, and printers listen at 9100")]
    Port(String),
    /// Not what a host is called.
    #[error("{0:?} is no host's name or address")]
    Host(String),
    /// Not `usb:vvvv:pppp`.
    #[error(
        "expected the vendor and the product as lsusb shows them, \"usb:04b8:0e28\", or a device file, \"usb:/dev/usb/lp0\""
    )]
    Usb,
    /// A device file that is not named from the root.
    #[error("{0:?} is no device file; it begins with \"/\", as in /dev/ttyUSB0")]
    Path(String),
    /// No speed, or not one that printers have.
    #[error(
        "expected the line's speed, \"serial:/dev/ttyUSB0?baud=38400\"; printers are set to 4800, 9600, 19200, 38400, 57600 or 115200"
    )]
    Baud,
    /// Something else after the question mark.
    #[error("{0:?} is not understood; a serial line has baud= and flow=rts, flow=xon or flow=none")]
    Setting(String),
    /// Not what a queue is called.
    #[error("{0:?} is no queue's name; it has no \"/\" and no \"#\" and does not begin with \"-\"")]
    Queue(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let too_long = text.chars().nth(ADDRESS_CHARS_MAX).is_some();
        let unfit = |character: char| character.is_whitespace() || character.is_control();
        if text.is_empty() || too_long || text.contains(unfit) {
            return Err(AddressError::NoAddress);
        }
        match text.split_once(':') {
            Some(("usb", rest)) => usb(rest),
            Some(("serial", rest)) => serial(rest),
            Some(("queue", name)) => queue(name),
            Some(_) => tcp(text),
            None => Err(AddressError::NoPort),
        }
    }
}

fn tcp(text: &str) -> Result<Address, AddressError> {
    let (host, port) = text.rsplit_once(':').ok_or(AddressError::NoPort)?;
    let mistaken = || AddressError::Host(host.to_owned());
    let host = match host.strip_prefix('[').map(|inner| inner.strip_suffix(']')) {
        Some(Some(inner)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => inner,
        Some(_) => return Err(mistaken()),
        None => {
            let fit = |character: char| {
                character.is_alphanumeric() || matches!(character, '.' | '-' | '_')
            };
            if host.is_empty() || !host.chars().all(fit) {
                return Err(mistaken());
            }
            host
        }
    };
    match port.parse() {
        Ok(0) | Err(_) => Err(AddressError::Port(port.to_owned())),
        Ok(port) => Ok(Address::Tcp {
            host: host.to_owned(),
            port,
        }),
    }
}

fn usb(rest: &str) -> Result<Address, AddressError> {
    if rest.starts_with('/') {
        return Ok(Address::UsbFile(rest.to_owned()));
    }
    let number = |text: &str| {
        let is_hex = text.len() == 4 && text.chars().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| u16::from_str_radix(text, 16).ok()).flatten()
    };
    rest.split_once(':')
        .and_then(|(vendor, product)| {
            Some(Address::Usb {
                vendor: number(vendor)?,
                product: number(product)?,
            })
        })
        .ok_or(AddressError::Usb)
}

fn serial(rest: &str) -> Result<Address, AddressError> {
    let (path, settings) = rest.split_once('?').unwrap_or((rest, ""));
    if !path.starts_with('/') {
        return Err(AddressError::Path(path.to_owned()));
    }
    let (mut baud, mut flow) = (None, Flow::default());
    for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
        match setting.split_once('=') {
            Some(("baud", value)) => {
                baud = value.parse().ok().filter(|found| BAUDS.contains(found));
                baud.ok_or(AddressError::Baud)?;
            }
            Some(("flow", "rts")) => flow = Flow::Wire,
            Some(("flow", "xon")) => flow = Flow::Xon,
            Some(("flow", "none")) => flow = Flow::None,
            _ => return Err(AddressError::Setting(setting.to_owned())),
        }
    }
    Ok(Address::Serial {
        path: path.to_owned(),
        baud: baud.ok_or(AddressError::Baud)?,
        flow,
    })
}

fn queue(name: &str) -> Result<Address, AddressError> {
    // The name becomes an argument of a program; it must not be taken for an option.
    if name.is_empty() || name.starts_with('-') || name.contains(['/', '#', '\\']) {
        return Err(AddressError::Queue(name.to_owned()));
    }
    Ok(Address::Queue(name.to_owned()))
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } if host.contains(':') => write!(out, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(out, "{host}:{port}"),
            Address::Usb { vendor, product } => write!(out, "usb:{vendor:04x}:{product:04x}"),
            Address::UsbFile(path) => write!(out, "usb:{path}"),
            Address::Serial { path, baud, flow } => {
                write!(out, "serial:{path}?baud={baud}")?;
                match flow {
                    Flow::Wire => Ok(()),
                    Flow::Xon => write!(out, "&flow=xon"),
                    Flow::None => write!(out, "&flow=none"),
                }
            }
            Address::Queue(name) => write!(out, "queue:{name}"),
        }
    }
}

impl From<std::net::SocketAddr> for Address {
    fn from(address: std::net::SocketAddr) -> Address {
        Address::Tcp {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Address, AddressError, Flow};

    #[test]
    fn every_kind_of_address_is_understood_and_written_again_as_it_was() {
        let tcp = |host: &str| Address::Tcp {
            host: host.to_owned(),
            port: 9100,
        };
        let serial = |baud, flow| Address::Serial {
            path: "/dev/ttyUSB0".to_owned(),
            baud,
            flow,
        };
        for (text, address) in [
            ("192.0.2.10:9100", tcp("192.0.2.10")),
            ("printer-1.city.lan:9100", tcp("printer-1.city.lan")),
            ("[2001:db8::5]:9100", tcp("2001:db8::5")),
            (
                "usb:04b8:0e28",
                Address::Usb {
                    vendor: 0x04B8,
                    product: 0x0E28,
                },
            ),
            (
                "usb:/dev/usb/lp0",
                Address::UsbFile("/dev/usb/lp0".to_owned()),
            ),
            (
                "serial:/dev/ttyUSB0?baud=115200",
                serial(115_200, Flow::Wire),
            ),
            (
                "serial:/dev/ttyUSB0?baud=9600&flow=xon",
                serial(9_600, Flow::Xon),
            ),
            (
                "serial:/dev/ttyUSB0?baud=9600&flow=none",
                serial(9_600, Flow::None),
            ),
            ("queue:SLIPS", Address::Queue("SLIPS".to_owned())),
            ("queue:番号札", Address::Queue("番号札".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(address.clone()), "{text}");
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn every_mistake_is_named() {
        let owned = str::to_owned;
        for (text, error) in [
            ("", AddressError::NoAddress),
            ("a printer", AddressError::NoAddress),
            ("192.0.2.10", AddressError::NoPort),
            ("192.0.2.10:", AddressError::Port(String::new())),
            ("192.0.2.10:0", AddressError::Port(owned("0"))),
            ("192.0.2.10:65536", AddressError::Port(owned("65536"))),
            (":9100", AddressError::Host(String::new())),
            ("http://x:9100", AddressError::Host(owned("http://x"))),
            ("2001:db8::5:9100", AddressError::Host(owned("2001:db8::5"))),
            ("[::g]:9100", AddressError::Host(owned("[::g]"))),
            ("usb:", AddressError::Usb),
            ("usb:4b8:e28", AddressError::Usb),
            ("usb:04b8", AddressError::Usb),
            ("usb:+4b8:0e28", AddressError::Usb),
            ("serial:COM3?baud=9600", AddressError::Path(owned("COM3"))),
            ("serial:/dev/ttyS0", AddressError::Baud),
            ("serial:/dev/ttyS0?baud=9601", AddressError::Baud),
            (
                "serial:/dev/ttyS0?baud=9600&parity=odd",
                AddressError::Setting(owned("parity=odd")),
            ),
            ("queue:", AddressError::Queue(String::new())),
            ("queue:-d", AddressError::Queue(owned("-d"))),
            ("queue:a/b", AddressError::Queue(owned("a/b"))),
        ] {
            assert_eq!(text.parse::<Address>(), Err(error), "{text}");
        }
        assert_eq!(
            "x".repeat(256).parse::<Address>(),
            Err(AddressError::NoAddress)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_a_mistake_and_an_address_is_read_back(
            text in "(usb:|serial:|queue:)?[ -~]{0,40}",
        ) {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
