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
use std::time::{Duration, Instant};

use super::chip::Counter;
use super::fault::{Exchange, Fault, FaultyCard, Script};
use super::log::{Entry, Tally};
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
    card: FaultyCard,
    /// How long the card thinks about every command besides what it needs anyway.
    pace: Duration,
    /// How long the card had the commands it was sent.
    busy: Duration,
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
            shared: Arc::new(Mutex::new(Shared {
                card: FaultyCard::new(card),
                pace: Duration::ZERO,
                busy: Duration::ZERO,
            })),
            inserted: None,
        }
    }

    /// Puts the card in; if it is in, takes it out first. pcscd notices within about half a second.
    ///
    /// # Errors
    /// When vpcd cannot be reached.
    pub fn put(&mut self) -> io::Result<()> {
        if self.inserted.is_some() {
            self.take();
        }
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
        self.shared().card.forget_turns();
    }

    /// Another card takes this one's place beside the slot; the one that lies in it is taken out.
    pub fn exchange(&mut self, card: VirtualCard) {
        self.take();
        self.shared().card = FaultyCard::new(card);
    }

    /// Lets the card fail at the `command`-th command from now, counted from 1. It happens once, and taking the
    /// card out forgets it.
    pub fn fail_at(&self, command: u32, fault: Fault) {
        self.shared().card.script().fail_at(command, fault);
    }

    /// Lets the card fail by this script and no other. What is bound to a command's turn is forgotten when the
    /// card is taken out.
    pub fn play(&self, script: Script) {
        *self.shared().card.script() = script;
    }

    /// What is still to go wrong.
    #[must_use]
    pub fn script(&self) -> Script {
        self.shared().card.script().clone()
    }

    /// Lets the card think so long about every command, as real ones do for 12 to 40 ms.
    pub fn set_pace(&self, pace: Duration) {
        self.shared().pace = pace;
    }

    /// How long the card had the commands it was sent so far: from the last byte in to the first byte out.
    #[must_use]
    pub fn busy(&self) -> Duration {
        self.shared().busy
    }

    /// What the card was asked so far, credentials masked, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.shared().card.card().log()
    }

    /// Counts over all that the card was asked.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.shared().card.card().tally()
    }

    /// Tries left for every credential of the card.
    #[must_use]
    pub fn counters(&self) -> Vec<Counter> {
        self.shared().card.card().counters()
    }

    /// Tries left for the credential that a citizen is asked for first.
    #[must_use]
    pub fn tries_left(&self) -> u8 {
        self.shared().card.card().tries_left()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
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
            [4] => {
                let atr = lock(shared).card.card().atr().to_vec();
                send(&mut stream, &atr)
            }
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
    let began = now();
    let pace = lock(shared).pace;
    if !pace.is_zero() {
        think(pace);
    }
    let exchange = {
        let mut shared = lock(shared);
        let exchange = shared.card.exchange(command);
        shared.busy += began.elapsed();
        exchange
    };
    match exchange {
        Exchange::Answer(answer) => send(stream, &answer),
        Exchange::Gone => Err(io::ErrorKind::ConnectionAborted.into()),
        Exchange::Half(half) => {
            stream.write_all(&[&[0, 200], half.as_slice()].concat())?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        // vpcd waits for this answer and sends nothing more, until the card is taken out.
        Exchange::Silence => Ok(()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time that is the card's is told apart from the time that is the product's"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "real cards take their time")]
fn think(pace: Duration) {
    std::thread::sleep(pace);
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
    fn a_script_set_beforehand_waits_for_the_card_and_is_forgotten_with_it() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let card = VirtualCard::new(&Person::default());
        let mut slot = Slot::new(listener.local_addr().unwrap(), card);
        slot.play("2:half,up:6f00".parse().unwrap());
        slot.put().unwrap();
        assert_eq!(slot.script().to_string(), "2:half,up:6f00");
        slot.take();
        assert_eq!(slot.script().to_string(), "up:6f00");
    }

    #[test]
    fn the_cards_own_time_is_told() {
        let (slot, mut vpcd) = inserted();
        slot.set_pace(Duration::from_millis(3));
        ask(&mut vpcd, SELECT).unwrap();
        assert!(slot.busy() >= Duration::from_millis(3));
    }

    #[test]
    fn every_fault_comes_at_its_command_and_once() {
        for fault in Fault::ALL.into_iter().chain([Fault::Status(0x6982)]) {
            let (mut slot, mut vpcd) = inserted();
            slot.fail_at(2, fault);
            assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x90, 0x00]);
            match fault {
                Fault::Undiagnosed => assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x6F, 0x00]),
                Fault::Garbage => assert_eq!(ask(&mut vpcd, SELECT).unwrap(), [0x55; 37]),
                Fault::Vanish | Fault::Unheard => assert!(ask(&mut vpcd, SELECT).is_err()),
                Fault::Long => assert_eq!(ask(&mut vpcd, SELECT).unwrap().len(), 4_002),
                Fault::Status(status) => {
                    assert_eq!(ask(&mut vpcd, SELECT).unwrap(), status.to_be_bytes());
                }
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
            let lives = matches!(
                fault,
                Fault::Undiagnosed | Fault::Garbage | Fault::Long | Fault::Status(_)
            );
            if lives {
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
