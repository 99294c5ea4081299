//! IC運転免許証: a root with two free files and PIN 1, and behind it DF1 with the face and its changes. DF1's
//! 本籍 and DF2's photograph are there so that a test can prove that nobody asks for them.

use std::collections::BTreeMap;

use encoding_rs::EUC_JP;

use super::apdu::Command;
use super::chip::{Chip, Counter, Reply};
use super::log::Place;
use super::person::Person;
use super::tlv::short_tlv;

const ATR: &[u8] = b"\x3B\x88\x80\x01\x00\x00\x00\x00\x91\x81\xC1\x00\xD8";
const DF1: &[u8] = b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0";
const DF2: &[u8] = b"\xA0\x00\x00\x02\x31\x02\0\0\0\0\0\0\0\0\0\0";
const TRIES_MAX: u8 = 3;

/// What happened to a licence before it is laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Licence {
    /// Nothing: the face is as it was made.
    AsMade,
    /// Its holder moved and had the new address written into it.
    Moved,
    /// Its term is over.
    Expired,
    /// A character of the name has no code and is a picture elsewhere on the card.
    WithGaiji,
    /// Its holder chose no PIN.
    WithoutPin,
    /// PIN 1 has so many tries left.
    TriesLeft(u8),
}

/// Where the holders of virtual cards move to.
pub const MOVED_TO: &str = "京都府青葉市本町４－５－６";

/// The card.
pub(crate) struct LicenceCard {
    files: BTreeMap<(Directory, u16), Vec<u8>>,
    pin: Vec<u8>,
    tries_left: u8,
    is_verified: bool,
    current: Directory,
    selected: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Directory {
    Root,
    Df1,
    Df2,
}

impl LicenceCard {
    /// The licence of a person. Its PIN 1 is the person's PIN.
    pub(crate) fn of(person: &Person, licence: Licence) -> Self {
        let has_pin = licence != Licence::WithoutPin;
        let expiry = if licence == Licence::Expired {
            "20200317"
        } else {
            "20350317"
        };
        let mut name = jis(&person.name);
        if let (Licence::WithGaiji, Some(last)) = (licence, name.last_chunk_mut::<2>()) {
            *last = [0xFF, 0xF1];
        }
        Self {
            files: BTreeMap::from([
                (
                    (Directory::Root, 0x000A),
                    vec![0x05, 0x01, u8::from(has_pin)],
                ),
                ((Directory::Root, 0x2F01), common_data(expiry)),
                ((Directory::Df1, 0x0001), face(person, &name, expiry)),
                ((Directory::Df1, 0x0002), short_tlv(0x41, &jis("東京都"))),
                ((Directory::Df1, 0x0004), changes(licence)),
                ((Directory::Df2, 0x0001), vec![0; 2_000]),
            ]),
            pin: match has_pin {
                true => person.pin.as_bytes().to_vec(),
                false => b"****".to_vec(),
            },
            tries_left: if let Licence::TriesLeft(left) = licence {
                left.min(TRIES_MAX)
            } else {
                TRIES_MAX
            },
            is_verified: false,
            current: Directory::Root,
            selected: None,
        }
    }

    fn answer(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0xB0) => self.read_binary(command),
            (0x00, _) => Err(0x6D00),
            _ => Err(0x6E00),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        match (command.p1, command.data) {
            (0x00, [] | [0x3F, 0x00]) => self.enter(Directory::Root),
            (0x04, aid) if aid == DF1 => self.enter(Directory::Df1),
            (0x04, aid) if aid == DF2 => self.enter(Directory::Df2),
            (0x04, [_, ..]) => return Err(0x6A82),
            (0x02, &[high, low]) => {
                let id = u16::from_be_bytes([high, low]);
                let is_there = self.files.contains_key(&(self.current, id));
                let is_pin = self.current == Directory::Root && id == 0x0001;
                self.selected = Some((is_there || is_pin).then_some(id).ok_or(0x6A82_u16)?);
            }
            _ => return Err(0x6A86),
        }
        Ok(Vec::new())
    }

    /// PIN 1 holds for the directories below, so moving between them forgets nothing.
    fn enter(&mut self, directory: Directory) {
        self.current = directory;
        self.selected = None;
    }

    fn verify(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        let is_pin_1 = match command.p2 {
            0x81 => true,
            0x80 => self.selected == Some(0x0001),
            _ => false,
        };
        if self.current != Directory::Root || !is_pin_1 {
            return Err(0x6A88);
        }
        if self.tries_left == 0 {
            return Err(0x6983);
        }
        if !command.data.is_empty() {
            self.is_verified = command.data == self.pin;
            if self.is_verified {
                self.tries_left = TRIES_MAX;
                return Ok(Vec::new());
            }
            self.tries_left -= 1;
        }
        Err(0x63C0 | u16::from(self.tries_left))
    }

    fn read_binary(&mut self, command: &Command<'_>) -> Result<Vec<u8>, u16> {
        let le = command.le.ok_or(0x6700_u16)?;
        let (id, offset) = match command.p1 {
            0x80.. => (u16::from(command.p1 & 0x1F), usize::from(command.p2)),
            high => {
                let offset = u16::from_be_bytes([high, command.p2]);
                (self.selected.ok_or(0x6986_u16)?, usize::from(offset))
            }
        };
        self.selected = Some(id);
        let file = self.files.get(&(self.current, id)).ok_or(0x6A82_u16)?;
        let is_open = match (self.current, id) {
            (Directory::Root, _) => true,
            // 本籍 and photograph need PIN 2 as well, which nobody here knows.
            (Directory::Df1, 0x0002) | (Directory::Df2, _) => false,
            (Directory::Df1, _) => self.is_verified,
        };
        if !is_open {
            return Err(0x6982);
        }
        let rest = file
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(0x6B00_u16)?;
        Ok(rest.iter().copied().take(le).collect())
    }
}

impl Chip for LicenceCard {
    fn atr(&self) -> &[u8] {
        ATR
    }

    fn reset(&mut self) {
        self.enter(Directory::Root);
        self.is_verified = false;
    }

    fn carry_out(&mut self, command: &Command<'_>) -> Reply {
        self.answer(command).into()
    }

    fn place(&self) -> Option<Place> {
        Some(Place {
            application: match self.current {
                Directory::Root => "licence-root",
                Directory::Df1 => "licence",
                Directory::Df2 => "licence-photo",
            },
            file: self.selected,
        })
    }

    fn counters(&self) -> Vec<Counter> {
        vec![Counter {
            name: "licence-pin-1",
            left: self.tries_left,
        }]
    }
}

/// MF/EF 2F01: version, issue and expiry in BCD.
fn common_data(expiry: &str) -> Vec<u8> {
    let bcd = |digits: &str| -> Vec<u8> {
        let (pairs, _) = digits.as_bytes().as_chunks::<2>();
        pairs
            .iter()
            .map(|[tens, ones]| (tens - b'0') << 4 | (ones - b'0'))
            .collect()
    };
    let dates = [b"009".to_vec(), bcd("20250317"), bcd(expiry)].concat();
    [short_tlv(0x45, &dates), short_tlv(0x46, &[0, 0])].concat()
}

/// DF1/EF01, 880 bytes.
fn face(person: &Person, name: &[u8], expiry: &str) -> Vec<u8> {
    let mut file = [
        short_tlv(0x11, &[0x01]),
        short_tlv(0x12, name),
        short_tlv(0x13, &jis("ヤマダ　ハナコ")),
        short_tlv(0x14, &[]),
        short_tlv(0x16, era(&person.birth).as_bytes()),
        short_tlv(0x17, &jis(&person.address)),
        short_tlv(0x18, b"5070317"),
        short_tlv(0x1A, &jis("優良")),
        short_tlv(0x1B, era(expiry).as_bytes()),
        short_tlv(0x1F, &[]),
        short_tlv(0x20, &jis("東京都公安委員会")),
        short_tlv(0x21, b"000000000000"),
    ]
    .concat();
    file.resize(file.len().max(880), 0xFF);
    file
}

/// DF1/EF04, 640 bytes: room for eight changes of each item.
fn changes(licence: Licence) -> Vec<u8> {
    let mut file = short_tlv(0x50, &[u8::from(licence == Licence::Moved)]);
    if licence == Licence::Moved {
        let change = [
            vec![0x01],
            jis("５０７０４０１"),
            jis(MOVED_TO),
            jis("京都　　　"),
        ]
        .concat();
        file.extend(short_tlv(0x70, &change));
        file.extend((0x71..=0x77).flat_map(|tag| short_tlv(tag, &[])));
    }
    file.resize(640, 0xFF);
    file
}

/// `YYYYMMDD` as an era's digit and `YYMMDD`.
fn era(day: &str) -> String {
    const ERAS: [(&str, char, u16); 5] = [
        ("20190501", '5', 2018),
        ("19890108", '4', 1988),
        ("19261225", '3', 1925),
        ("19120730", '2', 1911),
        ("18681023", '1', 1867),
    ];
    let (year, rest) = day.split_at_checked(4).unwrap_or_default();
    let era = ERAS.into_iter().find(|(begin, ..)| day >= *begin);
    let (_, digit, before) = era.unwrap_or(("", '0', 0));
    let year = year.parse().unwrap_or(before).saturating_sub(before);
    format!("{digit}{year:02}{rest}")
}

/// Text in JIS X 0208; a character that is not in it is 欠字.
fn jis(text: &str) -> Vec<u8> {
    let pair = |character: char| {
        let text = character.to_string();
        let (euc, _, is_lost) = EUC_JP.encode(&text);
        match *euc {
            [high @ 0xA1..=0xFE, low @ 0xA1..=0xFE] if !is_lost => [high & 0x7F, low & 0x7F],
            _ => [0xFF, 0xFA],
        }
    };
    text.chars().flat_map(pair).collect()
}

#[cfg(test)]
#[path = "licence_tests.rs"]
mod tests;
