//! The slot of vpcd, Debian's virtual reader, into which the card is put.
//!
//! vpcd listens; the card connects to it. Every message in both directions is a `u16` length (big-endian) and
//! so many bytes. One byte from vpcd is a signal: `00` power off, `01` power on, `02` reset, none of which is
//! answered, or `04`, answered by the ATR. More bytes are a command. Closing the connection takes the card out.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::fault::Fault;
use super::log::Entry;
use super::machine::{Signal, VirtualCard};

/// The TCP port on which vpcd's first slot listens unless it is configured otherwise.
pub const VPCD_PORT: u16 = 35963;

/// How long vpcd may take to accept the connection.
const CONNECT_MS_MAX: u64 = 2_000;

/// A card and the slot it is put into. Dropping it takes the card out.
pub struct Slot {
    vpcd: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    inserted: Option<Inserted>,
}

struct Shared {
    card: VirtualCard,
    /// At the command that many after this one, counted from 1.
    fault: Option<(u32, Fault)>,
}

struct Inserted {
    stream: TcpStream,
    thread: JoinHandle<()>,
}

impl Slot {
    /// The card beside the slot at this address.
    #[must_use]
    pub fn new(vpcd: SocketAddr, card: VirtualCard) -> Self {
        Self {
            vpcd,
            shared: Arc::new(Mutex::new(Shared { card, fault: None })),
            inserted: None,
        }
    }

    /// Puts the card in; if it is in, takes it out first. pcscd notices within about half a second.
    ///
    /// # Errors
    /// When vpcd cannot be reached.
    pub fn put(&mut self) -> io::Result<()> {
        self.take();
        let stream = TcpStream::connect_timeout(&self.vpcd, Duration::from_millis(CONNECT_MS_MAX))?;
        stream.set_nodelay(true)?;
        let shared = Arc::clone(&self.shared);
        let served = stream.try_clone()?;
        let thread = std::thread::spawn(move || serve(served, &shared));
        self.inserted = Some(Inserted { stream, thread });
        Ok(())
    }

    /// Takes the card out, if it is in.
    pub fn take(&mut self) {
        if let Some(inserted) = self.inserted.take() {
            // It may have vanished by a fault already.
            let _ = inserted.stream.shutdown(Shutdown::Both);
            let _ = inserted.thread.join();
        }
        self.card().fault = None;
    }

    /// Lets the card fail at the `command`-th command from now, counted from 1. It happens once, and taking the
    /// card out forgets it.
    pub fn fail_at(&self, command: u32, fault: Fault) {
        self.card().fault = Some((command, fault));
    }

    /// What the card was asked so far, credentials masked, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.card().card.log()
    }

    /// Tries left for 券面事項入力補助用暗証番号.
    #[must_use]
    pub fn tries_left(&self) -> u8 {
        self.card().card.tries_left()
    }

    fn card(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.take();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves vpcd until the card is taken out, or vanishes.
fn serve(mut stream: TcpStream, shared: &Mutex<Shared>) {
    while let Ok(message) = receive(&mut stream) {
        let sent = match message.as_slice() {
            [0] => signal(shared, Signal::PowerOff),
            [1] => signal(shared, Signal::PowerOn),
            [2] => signal(shared, Signal::Reset),
            [4] => send(&mut stream, lock(shared).card.atr()),
            command => answer(&mut stream, command, shared),
        };
        if sent.is_err() {
            break;
        }
    }
    lock(shared).card.signal(Signal::PowerOff);
    let _ = stream.shutdown(Shutdown::Both);
}

fn signal(shared: &Mutex<Shared>, signal: Signal) -> io::Result<()> {
    lock(shared).card.signal(signal);
    Ok(())
}

/// Carries a command out and answers, unless the fault's turn has come. An error ends the connection.
fn answer(stream: &mut TcpStream, command: &[u8], shared: &Mutex<Shared>) -> io::Result<()> {
    let (answer, fault) = {
        let mut shared = lock(shared);
        (shared.card.answer(command), shared.next_fault())
    };
    match fault {
        None => send(stream, &answer),
        Some(Fault::Undiagnosed) => send(stream, &[0x6F, 0x00]),
        Some(Fault::Garbage) => send(stream, &[0x55; 37]),
        Some(Fault::Vanish) => Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Fault::Half) => {
            let mut half = vec![0, 200];
            half.extend(answer.into_iter().chain(std::iter::repeat(0xFF)).take(50));
            stream.write_all(&half)?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        // vpcd waits for this answer and sends nothing more, until the card is taken out.
        Some(Fault::Silence) => Ok(()),
    }
}

impl Shared {
    fn next_fault(&mut self) -> Option<Fault> {
        let (commands, fault) = self.fault.take()?;
        if commands <= 1 {
            return Some(fault);
        }
        self.fault = Some((commands - 1, fault));
        None
    }
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    // Linux forgets it after use; without it every command waits 40 ms for a delayed acknowledgement.
    stream.set_quickack(true)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    stream.set_quickack(true)?;
    Ok(message)
}

/// Length and bytes in one write, so that they leave in one packet.
fn send(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let length = u16::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut message = length.to_be_bytes().to_vec();
    message.extend(bytes);
    stream.write_all(&message)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;
    use crate::card::Person;

    /// vpcd's side of a slot with the card in it.
    fn inserted() -> (Slot, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut slot = Slot::new(
            listener.local_addr().unwrap(),
            VirtualCard::new(&Person::default()),
        );
        slot.put().unwrap();
        (slot, listener.accept().unwrap().0)
    }

    fn ask(vpcd: &mut TcpStream, message: &[u8]) -> io::Result<Vec<u8>> {
        send(vpcd, message)?;
        receive(vpcd)
    }

    const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";

    #[test]
    fn signals_are_taken_and_questions_answered() {
        let (slot, mut vpcd) = inserted();
        assert!(ask(&mut vpcd, &[4]).unwrap().starts_with(&[0x3B, 0xE0]));
        assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x90, 0x00]);
        send(&mut vpcd, &[1]).unwrap();
        assert_eq!(
            ask(&mut vpcd, b"\x00\x20\x00\x91").unwrap(),
            [0x69, 0x85],
            "power came anew"
        );
        assert_eq!(slot.log().len(), 2);
    }

    #[test]
    fn every_fault_comes_at_its_command_and_once() {
        for fault in Fault::ALL {
            let (mut slot, mut vpcd) = inserted();
            slot.fail_at(2, fault);
            assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x90, 0x00]);
            match fault {
                Fault::Undiagnosed => assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x6F, 0x00]),
                Fault::Garbage => assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x55; 37]),
                Fault::Vanish => assert!(ask(&mut vpcd, SELECT).is_err()),
                Fault::Half => {
                    send(&mut vpcd, SELECT).unwrap();
                    let mut all = Vec::new();
                    vpcd.read_to_end(&mut all).unwrap();
                    assert_eq!(all.len(), 52);
                    assert!(all.starts_with(&[0, 200]));
                }
                Fault::Silence => {
                    send(&mut vpcd, SELECT).unwrap();
                    slot.take();
                    assert!(
                        receive(&mut vpcd).is_err(),
                        "nothing came until the card was taken out"
                    );
                }
            }
            if matches!(fault, Fault::Undiagnosed | Fault::Garbage) {
                assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x90, 0x00]);
            }
        }
    }

    #[test]
    fn a_card_taken_out_can_be_put_in_again_and_keeps_its_counter() {
        let (mut slot, mut vpcd) = inserted();
        ask(&mut vpcd, SELECT).unwrap();
        let wrong = ask(&mut vpcd, b"\x00\x20\x00\x91\x040000").unwrap();
        assert_eq!(wrong, [0x63, 0xC2]);
        slot.take();
        assert!(receive(&mut vpcd).is_err());
        assert_eq!(slot.tries_left(), 2);
    }
}
