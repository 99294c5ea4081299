//! The allow-list: the only place that builds bytes for a card.
//!
//! What is not an enum value here cannot be asked of a card by this product. Of a My Number card that is one
//! application, four files in it and two keys. The file of the individual number (EF 0001) and 照合番号A (key
//! EF 0014), which is the individual number itself, have no name here, nor has the application that shows the
//! card's face, nor any certificate; see the compile-fail tests in `tests/refused`. What may be asked of a
//! driver's licence and of a residence card stands in the modules beside this one, out of reach for other crates.
//!
//! The same bytes can mean different files in different applications: `00A4020C020001` is a licence's face in
//! one and the individual number in another. So each command knows the application it is meant for,
//! and a gate around every card that is looked at lets it out only while that is the one selected.

pub(crate) mod licence;
pub(crate) mod residence;

use zeroize::Zeroize;

use crate::apdu::{EXTENDED_RESPONSE_BYTES_MAX, RESPONSE_BYTES_MAX};
use crate::credential::NumberB;
use crate::pin::Pin;
use crate::retries::Permission;

/// The application that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// 券面事項入力補助AP: the card's face as text, for filling in forms.
    CardFaceInput,
}

/// Applications that are only selected, to tell which card lies there when it is not a My Number card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landmark {
    /// IC運転免許証.
    DriversLicence,
    /// 在留カード and 特別永住者証明書.
    ResidenceCard,
    /// 公的個人認証AP; alone on a 住基カード and in a smartphone.
    Jpki,
    /// 券面事項確認AP.
    CardFaceCheck,
    /// マイナ免許証.
    MyNumberLicence,
    /// The residence side of a 特定在留カード.
    SpecialResidence,
    /// The directory of a contactless payment card.
    ContactlessPayment,
    /// The directory of a payment card with contacts.
    ContactPayment,
}

impl Landmark {
    /// All of them, in the order in which they are tried: first what is read, then what is only named.
    pub const ALL: [Self; 8] = [
        Self::DriversLicence,
        Self::ResidenceCard,
        Self::Jpki,
        Self::CardFaceCheck,
        Self::MyNumberLicence,
        Self::SpecialResidence,
        Self::ContactlessPayment,
        Self::ContactPayment,
    ];
}

/// The files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// EF 0002: 基本4情報.
    BasicFour,
    /// EF 0003: the issuer's signature over the four items.
    Signature,
    /// EF 0004: the certificate of the key that made the signature.
    SignerCertificate,
    /// EF 0007: the public key that belongs to this chip alone, signed by the issuer.
    ChipKey,
}

/// The keys that are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// EF 0011: 券面事項入力補助用暗証番号, four digits, three tries.
    Pin,
    /// EF 0015: 照合番号B, fourteen digits, ten tries.
    NumberB,
}

/// How a file or key is named in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By its short identifier in the command itself.
    Short,
    /// The one that was selected before.
    Selected,
}

/// Applications (and roots) that commands are meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// 券面事項入力補助AP.
    CardFaceInput,
    /// An application that was only selected to recognise a card. Of 公的個人認証AP the label is read.
    Landmark(Landmark),
    LicenceRoot,
    LicenceFront,
    ResidenceRoot,
    ResidenceFront,
    ResidenceAdded,
}

/// When a command may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Always; if the card accepts it, this is selected from then on.
    Entering(Home),
    /// While this is selected.
    Within(Home),
    /// Always: it only goes on with what the command before it began.
    GoingOn,
}

/// A command that changes nothing on the card and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    bytes: Vec<u8>,
    when: When,
}

impl Command {
    /// The bytes to send.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The most bytes that the answer may have (ISO/IEC 7816-4): a command whose lengths are extended, which is
    /// one that goes on behind a fifth byte of nought, is answered at length.
    #[must_use]
    pub fn answer_bytes_max(&self) -> usize {
        match *self.bytes {
            [_, _, _, _, 0, _, ..] => EXTENDED_RESPONSE_BYTES_MAX,
            _ => RESPONSE_BYTES_MAX,
        }
    }

    pub(crate) fn when(&self) -> When {
        self.when
    }

    fn entering(home: Home, bytes: Vec<u8>) -> Self {
        let when = When::Entering(home);
        Self { bytes, when }
    }

    fn within(home: Home, bytes: Vec<u8>) -> Self {
        let when = When::Within(home);
        Self { bytes, when }
    }

    fn going_on(bytes: Vec<u8>) -> Self {
        let when = When::GoingOn;
        Self { bytes, when }
    }
}

/// The most bytes a command with a credential has.
pub const CREDENTIAL_COMMAND_BYTES_MAX: usize = 64;

/// A command that presents a credential. It cannot be printed, copied or compared, and is wiped when dropped.
pub struct CredentialCommand {
    bytes: Box<[u8; CREDENTIAL_COMMAND_BYTES_MAX]>,
    length: usize,
    home: Home,
}

impl CredentialCommand {
    /// The bytes to send, once. They hold somebody's credential: neither log nor keep them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn home(&self) -> Home {
        self.home
    }

    /// The pieces one after the other. What does not fit is left out, which no caller here comes near; a
    /// test holds the lengths.
    fn of(home: Home, pieces: &[&[u8]]) -> Self {
        let mut bytes = Box::new([0; CREDENTIAL_COMMAND_BYTES_MAX]);
        let mut places = bytes.iter_mut();
        for (place, byte) in places.by_ref().zip(pieces.iter().copied().flatten()) {
            *place = *byte;
        }
        let length = pieces.iter().map(|piece| piece.len()).sum();
        Self {
            bytes,
            length,
            home,
        }
    }
}

impl Drop for CredentialCommand {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// SELECT of the application.
#[must_use]
pub fn select(application: Application) -> Command {
    match application {
        Application::CardFaceInput => select_name(
            Home::CardFaceInput,
            b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08",
        ),
    }
}

/// SELECT of an application that only tells which card this is.
#[must_use]
pub fn probe(landmark: Landmark) -> Command {
    let name: &[u8] = match landmark {
        Landmark::DriversLicence => b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0",
        Landmark::ResidenceCard => b"\xD3\x92\xF0\x00\x4F\x02\0\0\0\0\0\0\0\0\0\0",
        Landmark::Jpki => b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        Landmark::CardFaceCheck => b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02",
        Landmark::MyNumberLicence => b"\xA0\x00\x00\x02\x31\x06\0\0\0\0\0\0\0\0\0\0",
        Landmark::SpecialResidence => b"\xD3\x92\xF0\x00\x4F\x01\0\0\0\0\0\0\0\0\0\0",
        Landmark::ContactlessPayment => b"2PAY.SYS.DDF01",
        Landmark::ContactPayment => b"1PAY.SYS.DDF01",
    };
    match landmark {
        // Payment cards know "first occurrence" and "next" only (EMV book 1), and answer with what they found.
        Landmark::ContactlessPayment | Landmark::ContactPayment => {
            let mut bytes = vec![0x00, 0xA4, 0x04, 0x00];
            bytes.extend(u8::try_from(name.len()));
            bytes.extend(name);
            bytes.push(0x00);
            Command::entering(Home::Landmark(landmark), bytes)
        }
        Landmark::DriversLicence
        | Landmark::ResidenceCard
        | Landmark::Jpki
        | Landmark::CardFaceCheck
        | Landmark::MyNumberLicence
        | Landmark::SpecialResidence => select_name(Home::Landmark(landmark), name),
    }
}

/// SELECT of the file, for the form [`Form::Selected`].
#[must_use]
pub fn select_file(file: File) -> Command {
    in_text(vec![
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
    in_text(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, key_short_id(key)])
}

/// VERIFY without data: how many tries are left. It spends none.
#[must_use]
pub fn tries_left(key: Key, form: Form) -> Command {
    in_text(vec![0x00, 0x20, 0x00, key_reference(key, form)])
}

/// READ BINARY from the file's beginning by its short identifier, up to `le` bytes (0 = 256).
#[must_use]
pub fn read_start(file: File, le: u8) -> Command {
    in_text(vec![0x00, 0xB0, 0x80 | file_short_id(file), 0x00, le])
}

/// READ BINARY in the file that was selected or that the last read began, up to `le` bytes (0 = 256).
/// `None` when the offset does not fit into 15 bits.
#[must_use]
pub fn read_on(offset: usize, le: u8) -> Option<Command> {
    let offset = u16::try_from(offset)
        .ok()
        .filter(|offset| *offset < 0x8000)?;
    let [high, low] = offset.to_be_bytes();
    Some(Command::going_on(vec![0x00, 0xB0, high, low, le]))
}

/// GET RESPONSE: the rest of an answer, as `61xx` announced it (0 = 256).
#[must_use]
pub fn get_response(le: u8) -> Command {
    Command::going_on(vec![0x00, 0xC0, 0x00, 0x00, le])
}

/// READ BINARY of the label, and nothing but the label, in the token information of 公的個人認証AP: it tells a
/// card from a smartphone. What stands behind it in that file is a serial number and is not read.
#[must_use]
pub fn token_label() -> Command {
    let home = Home::Landmark(Landmark::Jpki);
    Command::within(home, vec![0x00, 0xB0, 0x86, 0x00, TOKEN_LABEL_BYTES])
}

/// How long the label is.
pub const TOKEN_LABEL_BYTES: u8 = 32;

/// INTERNAL AUTHENTICATE: the chip signs this SHA-256 digest with the key that is its own (key EF 0013).
#[must_use]
pub fn sign_challenge(digest: &[u8; 32]) -> Command {
    let mut bytes = vec![0x80, 0x2A, 0x00, 0x00, 0x33];
    bytes.extend(SHA_256_DIGEST_INFO);
    bytes.extend(digest);
    bytes.push(0x00);
    in_text(bytes)
}

/// What stands before a SHA-256 digest in a DigestInfo (RFC 8017, 9.2).
const SHA_256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// VERIFY of the PIN. The permission comes from [`crate::retries::may_verify`] alone, and both it and the PIN
/// are gone afterwards: whoever wants another try asks the citizen again.
#[must_use]
pub fn verify_pin(form: Form, pin: Pin, _: Permission) -> CredentialCommand {
    verify(Key::Pin, form, pin.ascii())
}

/// VERIFY of 照合番号B, under the same conditions.
#[must_use]
pub fn verify_number_b(form: Form, number: NumberB, _: Permission) -> CredentialCommand {
    verify(Key::NumberB, form, number.ascii())
}

fn verify<const N: usize>(key: Key, form: Form, ascii: &[u8; N]) -> CredentialCommand {
    let header = [
        0x00,
        0x20,
        0x00,
        key_reference(key, form),
        const { N as u8 },
    ];
    CredentialCommand::of(Home::CardFaceInput, &[&header, ascii])
}

fn in_text(bytes: Vec<u8>) -> Command {
    Command::within(Home::CardFaceInput, bytes)
}

fn select_name(home: Home, name: &[u8]) -> Command {
    let mut bytes = vec![0x00, 0xA4, 0x04, 0x0C];
    bytes.extend(u8::try_from(name.len()));
    bytes.extend(name);
    Command::entering(home, bytes)
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
        File::Signature => 0x03,
        File::SignerCertificate => 0x04,
        File::ChipKey => 0x07,
    }
}

fn key_short_id(key: Key) -> u8 {
    match key {
        Key::Pin => 0x11,
        Key::NumberB => 0x15,
    }
}

#[cfg(test)]
mod tests;
