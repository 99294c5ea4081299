//! The allow-list: the only place that builds bytes for a card.
//!
//! What is not an enum value here cannot be asked of a card by this product. There is one application that
//! is read, one file in it, and one key. The file of the individual number (EF 0001) and 照合番号A (key
//! EF 0014), which is the individual number itself, have no name here; see the compile-fail tests in
//! `tests/refused`.

use zeroize::Zeroize;

use crate::pin::{PIN_DIGITS, Pin};
use crate::retries::Permission;

/// The application that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// 券面事項入力補助AP: the card's face as text, for filling in forms.
    CardFaceInput,
}

/// Applications that are only selected, to tell which card lies there when it is not one we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landmark {
    /// 公的個人認証AP; alone on a 住基カード and on tokens.
    Jpki,
    /// 券面事項確認AP.
    CardFaceCheck,
    /// IC運転免許証.
    DriversLicence,
    /// 在留カード and 特別永住者証明書.
    ResidenceCard,
    /// The directory of a contactless payment card.
    ContactlessPayment,
    /// The directory of a payment card with contacts.
    ContactPayment,
}

impl Landmark {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 6] = [
        Self::Jpki,
        Self::CardFaceCheck,
        Self::DriversLicence,
        Self::ResidenceCard,
        Self::ContactlessPayment,
        Self::ContactPayment,
    ];
}

/// The file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// EF 0002: 基本4情報.
    BasicFour,
}

/// The key that is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// EF 0011: 券面事項入力補助用暗証番号, four digits, three tries.
    Pin,
}

/// How a file or key is named in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By its short identifier in the command itself.
    Short,
    /// The one that was selected before.
    Selected,
}

/// A command that changes nothing on the card and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(Vec<u8>);

impl Command {
    /// The bytes to send.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A VERIFY. It cannot be printed, copied or compared, and is wiped when dropped.
pub struct CredentialCommand(Box<[u8; 5 + PIN_DIGITS]>);

impl CredentialCommand {
    /// The bytes to send, once. They are somebody's PIN: neither log nor keep them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl Drop for CredentialCommand {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// SELECT of the application.
#[must_use]
pub fn select(application: Application) -> Command {
    match application {
        Application::CardFaceInput => select_name(b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08"),
    }
}

/// SELECT of an application that only tells which card this is.
#[must_use]
pub fn probe(landmark: Landmark) -> Command {
    select_name(match landmark {
        Landmark::Jpki => b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        Landmark::CardFaceCheck => b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02",
        Landmark::DriversLicence => b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0",
        Landmark::ResidenceCard => b"\xD3\x92\xF0\x00\x4F\x02\0\0\0\0\0\0\0\0\0\0",
        Landmark::ContactlessPayment => b"2PAY.SYS.DDF01",
        Landmark::ContactPayment => b"1PAY.SYS.DDF01",
    })
}

/// SELECT of the file, for the form [`Form::Selected`].
#[must_use]
pub fn select_file(file: File) -> Command {
    Command(vec![
        0x00,
        0xA4,
        0x02,
        0x0C,
        0x02,
        0x00,
        file_short_id(file),
    ])
}

/// SELECT of the key, for the form [`Form::Selected`].
#[must_use]
pub fn select_key(key: Key) -> Command {
    Command(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, key_short_id(key)])
}

/// VERIFY without data: how many tries are left. It spends none.
#[must_use]
pub fn tries_left(key: Key, form: Form) -> Command {
    Command(vec![0x00, 0x20, 0x00, key_reference(key, form)])
}

/// READ BINARY from the file's beginning, up to `le` bytes (0 = 256).
#[must_use]
pub fn read_start(file: File, form: Form, le: u8) -> Command {
    match form {
        Form::Short => Command(vec![0x00, 0xB0, 0x80 | file_short_id(file), 0x00, le]),
        Form::Selected => Command(vec![0x00, 0xB0, 0x00, 0x00, le]),
    }
}

/// READ BINARY further on in the file that the last read began, up to `le` bytes (0 = 256).
/// `None` when the offset does not fit into 15 bits.
#[must_use]
pub fn read_on(offset: usize, le: u8) -> Option<Command> {
    let offset = u16::try_from(offset)
        .ok()
        .filter(|offset| *offset < 0x8000)?;
    let [high, low] = offset.to_be_bytes();
    Some(Command(vec![0x00, 0xB0, high, low, le]))
}

/// GET RESPONSE: the rest of an answer, as `61xx` announced it (0 = 256).
#[must_use]
pub fn get_response(le: u8) -> Command {
    Command(vec![0x00, 0xC0, 0x00, 0x00, le])
}

/// VERIFY. The permission comes from [`crate::retries::may_verify`] alone, and both it and the PIN are
/// gone afterwards: whoever wants another try asks the citizen again.
#[must_use]
pub fn verify(key: Key, form: Form, pin: Pin, _: Permission) -> CredentialCommand {
    let mut command = CredentialCommand(Box::new([0; 5 + PIN_DIGITS]));
    let [class, instruction, p1, p2, length, digits @ ..] = &mut *command.0;
    (*class, *instruction, *p1, *p2) = (0x00, 0x20, 0x00, key_reference(key, form));
    *length = const { PIN_DIGITS as u8 };
    digits.copy_from_slice(pin.ascii());
    command
}

fn select_name(aid: &[u8]) -> Command {
    let mut bytes = vec![0x00, 0xA4, 0x04, 0x0C];
    bytes.extend(u8::try_from(aid.len()));
    bytes.extend(aid);
    Command(bytes)
}

fn key_reference(key: Key, form: Form) -> u8 {
    match form {
        Form::Short => 0x80 | key_short_id(key),
        Form::Selected => 0x80,
    }
}

fn file_short_id(file: File) -> u8 {
    match file {
        File::BasicFour => 0x02,
    }
}

fn key_short_id(key: Key) -> u8 {
    match key {
        Key::Pin => 0x11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::{Digit, PinEntry};
    use crate::retries::may_verify;
    use crate::status::Status;

    #[test]
    fn the_whole_list_is_these_bytes() {
        let list: Vec<String> = [
            select(Application::CardFaceInput),
            select_key(Key::Pin),
            tries_left(Key::Pin, Form::Short),
            tries_left(Key::Pin, Form::Selected),
            select_file(File::BasicFour),
            read_start(File::BasicFour, Form::Short, 0),
            read_start(File::BasicFour, Form::Selected, 0),
            read_on(0x0100, 0).unwrap(),
            get_response(0x10),
        ]
        .into_iter()
        .chain(Landmark::ALL.map(probe))
        .map(|command| command.bytes().iter().map(|b| format!("{b:02X}")).collect())
        .collect();
        assert_eq!(
            list,
            [
                "00A4040C0AD3921000310001010408",
                "00A4020C020011",
                "00200091",
                "00200080",
                "00A4020C020002",
                "00B0820000",
                "00B0000000",
                "00B0010000",
                "00C0000010",
                "00A4040C0AD392F000260100000001",
                "00A4040C0AD3921000310001010402",
                "00A4040C10A0000002310100000000000000000000",
                "00A4040C10D392F0004F0200000000000000000000",
                "00A4040C0E325041592E5359532E4444463031",
                "00A4040C0E315041592E5359532E4444463031",
            ]
        );
    }

    #[test]
    fn a_verify_holds_the_four_digits_once() {
        for (form, bytes) in [
            (
                Form::Short,
                [0x00, 0x20, 0x00, 0x91, 0x04, 0x31, 0x32, 0x33, 0x34],
            ),
            (
                Form::Selected,
                [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34],
            ),
        ] {
            let mut entry = PinEntry::default();
            [1, 2, 3, 4]
                .into_iter()
                .filter_map(Digit::new)
                .for_each(|digit| entry.push(digit));
            let permission = may_verify(Status::TriesLeft(3)).unwrap();
            let command = verify(Key::Pin, form, entry.take().unwrap(), permission);
            assert_eq!(command.expose(), bytes);
        }
    }

    #[test]
    fn an_offset_beyond_fifteen_bits_is_not_read() {
        assert!(read_on(0x7FFF, 0).is_some());
        assert!(read_on(0x8000, 0).is_none());
        assert!(read_on(usize::MAX, 0).is_none());
    }
}
