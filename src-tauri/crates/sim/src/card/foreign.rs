//! Cards that are not My Number cards, as far as a reader needs them to tell what was placed.

use std::collections::BTreeMap;

use super::apdu::Command;
use super::chip::{Chip, Reply};
use super::files::{Application, FileChip, Key, Manner, file};
use super::jpki::{self, Token};
use super::person::Person;

/// A contactless card of ISO 14443 Type B, as readers make an ATR of it.
const ATR_TYPE_B: &[u8] = b"\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F";
/// A contactless payment card.
const ATR_PAYMENT: &[u8] = b"\x3B\x88\x80\x01\x00\x00\x00\x00\x00\x81\x71\x00\x79";
/// FeliCa, as PC/SC part 3 has readers say it: RID of the PC/SC workgroup, standard 11, card name 003B.
const ATR_FELICA: &[u8] =
    b"\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x11\x00\x3B\x00\x00\x00\x00\x42";

/// マイナ免許証: the licence application inside a My Number card. Retries are asked of key 0006, ten of them.
pub(crate) fn my_number_licence(person: &Person) -> Application {
    Application {
        name: "my-number-licence",
        aid: b"\xA0\x00\x00\x02\x31\x06\0\0\0\0\0\0\0\0\0\0",
        files: BTreeMap::from([
            (0x001A, file(b"\xC1\x01\x01".to_vec(), &[])),
            (0x001B, file(vec![0; 64], &[0x0006])),
        ]),
        keys: BTreeMap::from([(0x0006, Key::new("licence-pin", &person.pin, 10))]),
        session_key_status: 0x6D00,
        ..Application::default()
    }
}

/// 特定在留カード: the residence application inside a My Number card.
pub(crate) fn special_residence() -> Application {
    Application {
        name: "special-residence",
        aid: b"\xD3\x92\xF0\x00\x4F\x01\0\0\0\0\0\0\0\0\0\0",
        session_key_status: 0x6982,
        ..Application::default()
    }
}

/// A card on which the licence application stands alone.
pub(crate) fn licence_alone(person: &Person) -> impl Chip + 'static {
    FileChip::new(ATR_TYPE_B, Manner::Plain, vec![my_number_licence(person)])
}

/// A card on which the residence application of 特定在留カード stands alone.
pub(crate) fn residence_alone() -> impl Chip + 'static {
    FileChip::new(ATR_TYPE_B, Manner::Plain, vec![special_residence()])
}

/// 住基カード: the predecessor, which has certificates and no text.
pub(crate) fn juki_card(person: &Person) -> impl Chip + 'static {
    let applications = vec![
        jpki::application(person, Token::JukiCard),
        super::register::juki(person),
    ];
    FileChip::new(
        b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14",
        Manner::Plain,
        applications,
    )
}

/// A telephone that holds certificates (スマホ用電子証明書).
pub(crate) fn telephone(person: &Person) -> impl Chip + 'static {
    let applications = vec![jpki::application(person, Token::Android)];
    FileChip::new(ATR_TYPE_B, Manner::Plain, applications)
}

/// A card that knows no application of today.
pub(crate) fn next_generation() -> impl Chip + 'static {
    FileChip::new(ATR_TYPE_B, Manner::Plain, Vec::new())
}

/// A payment card: a directory, and behind it one application.
pub(crate) struct PaymentCard {
    /// Whether it is read through its contacts; the directory has another name there.
    pub(crate) has_contacts: bool,
}

const CONTACTLESS_DIRECTORY: &[u8] = b"2PAY.SYS.DDF01";
const CONTACT_DIRECTORY: &[u8] = b"1PAY.SYS.DDF01";
/// An application identifier that belongs to no scheme.
const PAYMENT: &[u8] = b"\xF0\x00\x00\x00\x00\x10\x10";

impl PaymentCard {
    fn directory(&self) -> &'static [u8] {
        match self.has_contacts {
            true => CONTACT_DIRECTORY,
            false => CONTACTLESS_DIRECTORY,
        }
    }
}

impl Chip for PaymentCard {
    fn atr(&self) -> &[u8] {
        match self.has_contacts {
            true => b"\x3B\x65\x00\x00\x20\x63\xCB\x68\x00",
            false => ATR_PAYMENT,
        }
    }

    fn reset(&mut self) {}

    fn carry_out(&mut self, command: &Command<'_>) -> Reply {
        let answer = match (command.class, command.instruction, command.p1, command.p2) {
            (0x00, 0xA4, 0x04, 0x00) if command.data == self.directory() => {
                Ok(fci(self.directory()))
            }
            (0x00, 0xA4, 0x04, 0x00) if command.data == PAYMENT => Ok(fci(PAYMENT)),
            (0x00, 0xA4, 0x04, 0x00) => Err(0x6A82),
            // EMV knows first and next occurrence only; "no data wanted" is not among them.
            (0x00, 0xA4, ..) => Err(0x6A86),
            (0x00, 0x20, ..) => Err(0x6985),
            (0x00 | 0x80, ..) => Err(0x6D00),
            _ => Err(0x6E00),
        };
        answer.into()
    }
}

/// `6F { 84 name }`.
fn fci(name: &[u8]) -> Vec<u8> {
    super::tlv::short_tlv(0x6F, &super::tlv::short_tlv(0x84, name))
}

/// A commuter pass. It is no ISO 7816 card at all; the reader answers in its place.
pub(crate) struct TransitCard;

impl Chip for TransitCard {
    fn atr(&self) -> &[u8] {
        ATR_FELICA
    }

    fn reset(&mut self) {}

    fn carry_out(&mut self, command: &Command<'_>) -> Reply {
        match (command.class, command.instruction) {
            // The reader's own command: the card's identifier.
            (0xFF, 0xCA) => Ok(b"\x01\x01\x01\x01\x01\x01\x01\x01".to_vec()).into(),
            _ => Err(0x6A81).into(),
        }
    }
}
