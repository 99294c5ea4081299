//! After a visit nothing of it is left: not in the logs, not in the memory of the card process, not in that of the
//! kiosk's end, which is this process.
//!
//! Nobody here holds what is searched for: the canaries are made of random bytes and kept masked, the virtual card
//! that carries them is a process of its own, and memory is compared under the mask.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use card::PrintedDates;
use card::session::{Entered, ReaderState, Report, Way};
use uuid::Uuid;

use super::kiosk::{Kiosk, described};
use super::service::ReaderService;
use super::{kiosk, program};

const MASK: u8 = 0xA5;

/// So many visits, of which nothing may be left.
const VISITS: usize = 5;

/// Something that is searched for, masked.
struct Canary {
    what: &'static str,
    masked: Vec<u8>,
}

impl Canary {
    fn new(what: &'static str, bytes: impl Iterator<Item = u8>) -> Self {
        Self {
            what,
            masked: bytes.map(|byte| byte ^ MASK).collect(),
        }
    }

    /// As the shell's `printf %b` takes it: `\0345\0261…`.
    fn octal(&self) -> String {
        let octal = |byte: &u8| format!("\\0{:o}", byte ^ MASK);
        self.masked.iter().map(octal).collect()
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.masked.iter().map(|byte| byte ^ MASK)
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let first = self.masked[0] ^ MASK;
        let ends = bytes.len().saturating_sub(self.masked.len() - 1);
        (0..ends).any(|begin| {
            bytes[begin] == first
                && bytes[begin..]
                    .iter()
                    .zip(&self.masked)
                    .all(|(byte, masked)| byte ^ MASK == *masked)
        })
    }
}

/// Random bytes that nobody else has.
fn random(count: usize) -> impl Iterator<Item = u8> {
    // The last bytes of a UUID of version 7 are random.
    std::iter::repeat_with(|| Uuid::now_v7().as_bytes()[15]).take(count)
}

/// A text of this many characters, CJK U+5000 to U+8FFF, as UTF-8.
fn characters(count: usize) -> impl Iterator<Item = u8> {
    let pairs = random(count).zip(random(count)).zip(random(count));
    pairs.flat_map(|((a, b), c)| [0xE5 + a % 4, 0x80 + b % 0x40, 0x80 + c % 0x40])
}

fn digits(count: usize) -> impl Iterator<Item = u8> {
    random(count).map(|byte| b'0' + byte % 10)
}

/// A card with canaries on it, in a process that is told of them in octal.
struct CanaryCard {
    process: Child,
    control: SocketAddr,
    name: Canary,
    address: Canary,
    pin: Canary,
    security_code: Canary,
}

impl CanaryCard {
    fn start(service: &ReaderService) -> Self {
        let name = Canary::new("the name", characters(8));
        let address = Canary::new("the address", characters(20));
        let pin = Canary::new("the PIN", digits(4));
        let security_code = Canary::new("the security code", digits(4));
        let script = r#"exec "$0" card --vpcd "$1" --name "$(printf %b "$2")" --address "$(printf %b "$3")" --pin "$(printf %b "$4")" --security-code "$(printf %b "$5")""#;
        let mut process = Command::new("sh")
            .args(["-c", script])
            .arg(program("uketsuke-sim"))
            .arg(service.vpcd().to_string())
            .args([&name, &address, &pin, &security_code].map(Canary::octal))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        let port = said.trim().rsplit_once(':').unwrap().1.parse().unwrap();
        Self {
            process,
            control: (Ipv4Addr::LOCALHOST, port).into(),
            name,
            address,
            pin,
            security_code,
        }
    }

    /// One line on the card's control line.
    fn told(&self, line: &str) -> String {
        let mut stream = TcpStream::connect(self.control).unwrap();
        std::io::Write::write_all(&mut stream, format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }
}

impl Drop for CanaryCard {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _status = self.process.wait();
    }
}

#[tokio::test]
async fn nothing_of_a_visit_is_left_in_memory_or_logs() {
    let service = ReaderService::start();
    let card = CanaryCard::start(&service);
    let mut kiosk = kiosk(&service);
    kiosk.sees(ReaderState::Empty).await;
    // Four digits may stand anywhere by chance; then that memory is not asked about them.
    let before = found(service.process_inside(), &[&card.pin, &card.security_code]);
    for visit in 0..VISITS {
        let way = [Way::Pin, Way::NumberB][visit % 2];
        assert_eq!(card.told("put"), "ok");
        kiosk.sees(ReaderState::Card).await;
        let looked = kiosk.look(way).await;
        assert!(looked.starts_with("MyNumber"), "{looked}");
        // Somebody mistypes, and looks again.
        if visit == 0 {
            let wrong = (card.pin.digits()).map(|digit| b'0' + (digit - b'0' + 5) % 10);
            kiosk.type_digits(wrong).await;
            let report = kiosk.ask(card::session::Request::Enter(Entered::Pin)).await;
            assert_eq!(described(&report), "wrong 2");
        }
        let reading = presented(&mut kiosk, &card, way).await;
        // All of it has come as far as here: the canaries are the right ones.
        let Report::Read(reading) = reading else {
            panic!("not read: {}", described(&reading))
        };
        assert!(card.name.is_in(reading.name().unwrap().as_bytes()));
        assert!(card.address.is_in(reading.address().unwrap().as_bytes()));
        drop(reading);
        kiosk.ask(card::session::Request::Forget).await;
        assert_eq!(card.told("take"), "ok");
        super::gone(&service, &mut kiosk).await;
    }

    let in_card_process = found(
        service.process_inside(),
        &[&card.name, &card.address, &card.pin, &card.security_code],
    );
    let left: Vec<_> = in_card_process.difference(&before).collect();
    assert!(left.is_empty(), "left in the card process: {left:?}");
    let here = found(std::process::id(), &[&card.name, &card.address]);
    assert!(here.is_empty(), "left in the kiosk's end: {here:?}");
    let said = service.said_inside();
    for canary in [&card.name, &card.address, &card.pin, &card.security_code] {
        assert!(
            !canary.is_in(said.as_bytes()),
            "{} is in the log",
            canary.what
        );
    }
    let tally = card.told("tally");
    assert!(tally.ends_with("forbidden=0"), "{tally}");
}

#[tokio::test]
async fn the_search_finds_what_is_there() {
    let canary = Canary::new("what is held on purpose", characters(8));
    let me = std::process::id();
    assert!(found(me, &[&canary]).is_empty());
    let held: Vec<u8> = canary.digits().collect();
    assert_eq!(found(me, &[&canary]).len(), 1);
    drop(std::hint::black_box(held));
}

async fn presented(kiosk: &mut Kiosk, card: &CanaryCard, way: Way) -> Report {
    let (digits, entered) = match way {
        Way::Pin => (&card.pin, Entered::Pin),
        Way::NumberB => {
            let dates = PrintedDates::from_ascii(b"5502172035").unwrap();
            (&card.security_code, Entered::NumberB(dates))
        }
    };
    kiosk.type_digits(digits.digits()).await;
    kiosk.ask(card::session::Request::Enter(entered)).await
}

/// Which canaries stand in the writable memory of a process.
fn found(process: u32, canaries: &[&Canary]) -> BTreeSet<&'static str> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps"));
    let memory = File::open(format!("/proc/{process}/mem"));
    let (maps, mut memory) = match (maps, memory) {
        (Ok(maps), Ok(memory)) => (maps, memory),
        (Err(error), _) | (_, Err(error)) => {
            // Whoever is not the superuser cannot look into a process that closed itself, which is the point of it.
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
            return BTreeSet::new();
        }
    };
    let mut seen = BTreeSet::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        if !rights.starts_with("rw") || line.ends_with("[vvar]") {
            continue;
        }
        let (begin, end) = range.split_once('-').unwrap();
        let begin = u64::from_str_radix(begin, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        for_each_piece(&mut memory, begin, end, |piece| {
            let here = canaries.iter().filter(|canary| canary.is_in(piece));
            seen.extend(here.map(|canary| canary.what));
        });
    }
    seen
}

/// Reads a range in pieces that overlap, so that nothing is missed between two.
fn for_each_piece(memory: &mut File, begin: u64, end: u64, mut look: impl FnMut(&[u8])) {
    const PIECE: usize = 1 << 20;
    const OVERLAP: usize = 128;
    let mut piece = vec![0; PIECE + OVERLAP];
    let mut at = begin;
    while at < end {
        let wanted = (PIECE + OVERLAP).min(usize::try_from(end - at).unwrap());
        // A page may have gone, or may not be read at all.
        if memory.seek(SeekFrom::Start(at)).is_ok()
            && memory.read_exact(&mut piece[..wanted]).is_ok()
        {
            look(&piece[..wanted]);
        }
        at += PIECE as u64;
    }
    // What was copied here to be searched is not to be found here afterwards.
    piece.fill(0);
    std::hint::black_box(&piece);
}
