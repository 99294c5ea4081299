//! 在留カード of both generations: card-number authentication, secure messaging, and files behind them.
//!
//! Ciphers and sealing are the product's own (`card::residence`), which its tests hold against the worked
//! examples of the specifications; what is played here is the card's side of the conversation.

use std::collections::BTreeMap;

use card::CardNumber;
use card::residence::{CRYPTOGRAM_BYTES, Channel, Generation, KEY_BYTES, Key, NONCE_BYTES};
use sha2::{Digest, Sha256};

use super::apdu::Command;
use super::chip::{Chip, Reply};
use super::licence::MOVED_TO;
use super::log::Place;
use super::person::Person;
use super::tlv::short_tlv;

const ATR: &[u8] = b"\x3B\x88\x80\x01\x00\x00\x00\x00\x81\x81\xC1\x00\xC8";
const AID: &[u8] = b"\xD3\x92\xF0\x00\x4F";

/// 在留カード等番号 of every virtual residence card: the one of the specifications' examples.
pub const RESIDENCE_CARD_NUMBER: &str = "AA12345678BB";

/// What kind of residence card it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residence {
    /// First generation, whose holder moved and had the new address ([`MOVED_TO`]) added.
    Moved,
    /// First generation, to which nothing was added: it holds no text at all.
    AsMade,
    /// 特別永住者証明書 of the first generation, with an added address.
    SpecialPermanent,
    /// Second generation.
    Second,
    /// Second generation whose term is over.
    SecondExpired,
    /// A type that is not known today.
    UnknownType,
}

impl Residence {
    fn generation(self) -> Generation {
        match self {
            Self::Moved | Self::AsMade | Self::SpecialPermanent => Generation::First,
            Self::Second | Self::SecondExpired | Self::UnknownType => Generation::Second,
        }
    }

    fn card_type(self) -> &'static [u8] {
        match self {
            Self::Moved | Self::AsMade => b"1",
            Self::SpecialPermanent => b"2",
            Self::Second | Self::SecondExpired => b"05",
            Self::UnknownType => b"99",
        }
    }
}

/// The card.
pub(crate) struct ResidenceCard {
    generation: Generation,
    files: BTreeMap<(Directory, u8), Vec<u8>>,
    number: CardNumber,
    current: Directory,
    selected: Option<u8>,
    challenges: u32,
    /// The last answer, if it was a challenge: it holds for the next command only.
    challenge: Option<[u8; NONCE_BYTES]>,
    channel: Option<Channel>,
    is_verified: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Directory {
    Root,
    Front,
    Added,
    Signature,
}

impl ResidenceCard {
    /// The card of a person. Only what is text on real cards is text on it.
    #[expect(clippy::expect_used, reason = "the number is part of this program")]
    pub(crate) fn of(person: &Person, residence: Residence) -> Self {
        let generation = residence.generation();
        let mut files = match generation {
            Generation::First => first(residence),
            Generation::Second => second(person, residence),
        };
        files.insert(
            (Directory::Root, 0x0A),
            short_tlv(0xC1, residence.card_type()),
        );
        files.insert((Directory::Root, 0x0B), short_tlv(0xC0, b"0150"));
        Self {
            generation,
            files,
            number: CardNumber::parse(RESIDENCE_CARD_NUMBER.as_bytes()).expect("a number"),
            current: Directory::Root,
            selected: None,
            challenges: 0,
            challenge: None,
            channel: None,
            is_verified: false,
        }
    }

    fn answer(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        let challenge = self.challenge.take();
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0x84) => self.give_challenge(command),
            (0x00, 0x82) => self.authenticate(command, challenge.ok_or(0x6985_u16)?),
            (0x08, 0x20) => self.verify(command),
            (0x00 | 0x08, 0xB0) => self.read_binary(command),
            (0x00 | 0x08, _) => Err(0x6D00),
            _ => Err(0x6E00),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        let directory = match (command.p1, command.data) {
            (0x00, [] | [0x3F, 0x00]) => Directory::Root,
            (0x04, [aid @ .., 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) => match aid.strip_prefix(AID) {
                Some([0x02]) => Directory::Front,
                Some([0x03]) => Directory::Added,
                Some([0x04]) => Directory::Signature,
                _ => return Err(0x6A82),
            },
            (0x04, [_, ..]) => return Err(0x6A82),
            (0x02, &[0, id]) if self.files.contains_key(&(self.current, id)) => {
                self.selected = Some(id);
                return Ok(Vec::new());
            }
            (0x02, [_, _]) => return Err(0x6A82),
            _ => return Err(0x6A86),
        };
        self.current = directory;
        self.selected = None;
        Ok(Vec::new())
    }

    /// The numbers follow from how many were asked for: a test must be repeatable.
    fn give_challenge(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        if command.le != Some(NONCE_BYTES) {
            return Err(0x6700);
        }
        self.challenges += 1;
        let challenge = self.draw::<NONCE_BYTES>(b"challenge");
        self.challenge = Some(challenge);
        Ok(challenge.to_vec())
    }

    fn authenticate(
        &mut self,
        command: &Command<'_>,
        challenge: [u8; NONCE_BYTES],
    ) -> Result<Vec<u8>, u16> {
        const WRONG: u16 = 0x6300;
        self.channel = None;
        self.is_verified = false;
        let key = Key::of_number(self.number.expose());
        let (cryptogram, code) = command
            .data
            .split_first_chunk::<CRYPTOGRAM_BYTES>()
            .ok_or(0x6700_u16)?;
        let code = code.try_into().map_err(|_| 0x6700_u16)?;
        if !key.fits(self.generation, cryptogram, code) {
            return Err(WRONG);
        }
        let mut plain = *cryptogram;
        key.decipher(self.generation, &mut plain)
            .map_err(|_| WRONG)?;
        let (nonce, rest) = plain.split_first_chunk::<NONCE_BYTES>().ok_or(WRONG)?;
        let (repeated, half) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(WRONG)?;
        let half: &[u8; KEY_BYTES] = half.try_into().map_err(|_| WRONG)?;
        if *repeated != challenge {
            return Err(WRONG);
        }
        let own_half = self.draw::<KEY_BYTES>(b"half");
        self.channel = Some(Channel::of_halves(self.generation, half, &own_half));
        let mut answer = [&challenge[..], nonce, &own_half].concat();
        key.encipher(self.generation, &mut answer)
            .map_err(|_| WRONG)?;
        let code = key.code(self.generation, &answer);
        answer.extend(code);
        Ok(answer)
    }

    fn verify(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        if command.p2 != 0x86 {
            return Err(0x6A86);
        }
        let channel = self.channel.as_ref().ok_or(0x6985_u16)?;
        let number = channel.open(command.data).map_err(|_| 0x6988_u16)?;
        self.is_verified = number.as_slice() == self.number.expose();
        self.is_verified.then(Vec::new).ok_or(0x6300)
    }

    fn read_binary(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        let le = command.le.ok_or(0x6700_u16)?;
        let (id, offset) = match command.p1 {
            0x80.. => (command.p1 & 0x1F, usize::from(command.p2)),
            high => {
                let offset = u16::from_be_bytes([high, command.p2]);
                (self.selected.ok_or(0x6986_u16)?, usize::from(offset))
            }
        };
        self.selected = Some(id);
        let file = self.files.get(&(self.current, id)).ok_or(0x6A82_u16)?;
        if self.current != Directory::Root && !self.is_verified {
            return Err(0x6982);
        }
        let rest = file
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(0x6B00_u16)?;
        match (self.current, command.class, &self.channel) {
            (Directory::Front, 0x08, Some(channel)) => match command.data {
                [0x96, 0x02, 0x00, 0x00] => Ok(channel.seal(rest)),
                _ => Err(0x6988),
            },
            (Directory::Front, ..) => Err(0x6982),
            (_, 0x00, _) => Ok(rest.iter().copied().take(le).collect()),
            _ => Err(0x6882),
        }
    }

    fn draw<const N: usize>(&self, what: &[u8]) -> [u8; N] {
        let digest = Sha256::new()
            .chain_update(what)
            .chain_update(self.challenges.to_be_bytes())
            .finalize();
        let mut drawn = [0; N];
        drawn
            .iter_mut()
            .zip(digest)
            .for_each(|(place, byte)| *place = byte);
        drawn
    }
}

impl Chip for ResidenceCard {
    fn atr(&self) -> &[u8] {
        ATR
    }

    fn reset(&mut self) {
        self.current = Directory::Root;
        self.selected = None;
        self.challenge = None;
        self.channel = None;
        self.is_verified = false;
    }

    fn carry_out(&mut self, command: &Command<'_>) -> Reply {
        self.answer(command).into()
    }

    fn place(&self) -> Option<Place> {
        Some(Place {
            application: match self.current {
                Directory::Root => "residence-root",
                Directory::Front => "residence-front",
                Directory::Added => "residence-added",
                Directory::Signature => "residence-signature",
            },
            file: self.selected.map(u16::from),
        })
    }
}

/// Pictures on the front, one address added later.
fn first(residence: Residence) -> BTreeMap<(Directory, u8), Vec<u8>> {
    let is_added = residence != Residence::AsMade;
    let mut address = Vec::new();
    if is_added {
        address.extend(MOVED_TO.bytes());
    }
    address.resize(0x140, 0);
    let day: &[u8] = if is_added { b"20250401" } else { &[0; 8] };
    let entry = |address: &[u8]| {
        [
            short_tlv(0xD2, day),
            short_tlv(0xD3, b"131016"),
            short_tlv(0xD4, address),
        ]
        .concat()
    };
    BTreeMap::from([
        ((Directory::Front, 0x05), vec![0; 7_004]),
        ((Directory::Front, 0x06), vec![0; 3_004]),
        ((Directory::Added, 0x01), entry(&address)),
        ((Directory::Signature, 0x02), vec![0; 1_464]),
    ])
}

/// Codes and dates on the front; name and address are pictures.
fn second(person: &Person, residence: Residence) -> BTreeMap<(Directory, u8), Vec<u8>> {
    let expiry = if residence == Residence::SecondExpired {
        "20200401"
    } else {
        "20350401"
    };
    let sex: &[u8] = match person.sex {
        '1' => b"1",
        '2' => b"2",
        _ => b"3",
    };
    let mut entries = [
        short_tlv(0xC5, expiry.as_bytes()),
        short_tlv(0xC6, person.birth.as_bytes()),
        short_tlv(0xC7, sex),
        short_tlv(0xC8, b"392"),
        short_tlv(0xC9, b"10000"),
        short_tlv(0xCE, b"0500"),
        short_tlv(0xCA, b"01"),
        short_tlv(0xCB, b"20300401"),
        short_tlv(0xCC, b"1"),
        short_tlv(0xCD, expiry.as_bytes()),
    ]
    .concat();
    // How long the file is on real cards is not known here; it comes in one answer that a short one would not hold.
    entries.resize(700, 0);
    BTreeMap::from([
        (
            (Directory::Front, 0x01),
            short_tlv(0xC2, RESIDENCE_CARD_NUMBER.as_bytes()),
        ),
        ((Directory::Front, 0x03), entries),
        ((Directory::Front, 0x04), vec![0; 5_508]),
        ((Directory::Front, 0x06), vec![0; 2_505]),
        ((Directory::Added, 0x03), vec![0; 207]),
        ((Directory::Signature, 0x02), vec![0; 704]),
    ])
}

#[cfg(test)]
#[path = "residence_tests.rs"]
mod tests;
