//! What may be asked of a driver's licence: whether a PIN was chosen, the term, the PIN's counter, the PIN
//! once, the face and its changes.
//!
//! The 本籍 (DF1/EF02), the photograph (DF2) and PIN 2 have no name here. The files of DF1 have numbers that mean
//! something else in other applications, so only [`Df1`], which is had by selecting it, can ask for them.

use super::{Command, CredentialCommand, Home, select_name};
use crate::pin::{PIN_DIGITS, Pin};
use crate::retries::Permission;
use crate::session::Trouble;
use crate::status::Status;
use crate::transport::CardTransport;

/// A file directly under the card's root. Both are free to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RootFile {
    /// EF `000A`, 暗証番号(PIN)設定: three bytes.
    PinSetting,
    /// EF `2F01`, 共通データ要素: seventeen bytes.
    CommonData,
}

impl RootFile {
    fn id(self) -> [u8; 2] {
        match self {
            Self::PinSetting => [0x00, 0x0A],
            Self::CommonData => [0x2F, 0x01],
        }
    }

    /// How many bytes of it are read.
    #[must_use]
    pub(crate) fn length(self) -> u8 {
        match self {
            Self::PinSetting => 3,
            Self::CommonData => 17,
        }
    }
}

/// A file of DF1, open after PIN 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    /// EF 01: 記載事項 without the 本籍.
    Face,
    /// EF 04: 記載事項変更等 without the 本籍.
    Changes,
}

impl File {
    fn short_id(self) -> u8 {
        match self {
            Self::Face => 0x01,
            Self::Changes => 0x04,
        }
    }
}

/// SELECT of the card's root.
#[must_use]
pub(crate) fn select_root() -> Command {
    Command::entering(Home::LicenceRoot, vec![0x00, 0xA4, 0x00, 0x00])
}

/// SELECT of a file under the root.
#[must_use]
pub(crate) fn select_root_file(file: RootFile) -> Command {
    let [high, low] = file.id();
    in_root(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, high, low])
}

/// READ BINARY of the file selected before, so far as it matters.
#[must_use]
pub(crate) fn read_root_file(file: RootFile) -> Command {
    in_root(vec![0x00, 0xB0, 0x00, 0x00, file.length()])
}

/// VERIFY without data: how many tries PIN 1 has left. It spends none. The root must be selected.
#[must_use]
pub(crate) fn tries_left() -> Command {
    in_root(vec![0x00, 0x20, 0x00, PIN_1])
}

/// VERIFY of PIN 1. Permission and PIN are gone afterwards.
#[must_use]
pub(crate) fn verify(pin: Pin, _: Permission) -> CredentialCommand {
    verify_with(pin.ascii())
}

/// VERIFY of what stands on a licence whose holder chose no PIN: four asterisks. It needs a permission all
/// the same, because a card that lies about its setting counts the try.
#[must_use]
pub(crate) fn verify_unset(_: Permission) -> CredentialCommand {
    verify_with(b"****")
}

/// DF1 of a licence, selected. It holds as long as nothing else is selected.
pub(crate) struct Df1(());

impl Df1 {
    /// Selects it.
    pub(crate) fn select<T: CardTransport>(card: &mut T) -> Result<Self, Trouble> {
        if card.transmit(&select_df1())?.status() == Status::Success {
            Ok(Self(()))
        } else {
            Err(Trouble::Unreadable)
        }
    }

    /// SELECT of a file, for cards that do not know short identifiers.
    #[expect(
        clippy::unused_self,
        reason = "it proves where the file's number counts"
    )]
    pub(crate) fn select_file(&self, file: File) -> Command {
        in_front(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, file.short_id()])
    }

    /// READ BINARY from the beginning of a file, up to `le` bytes (0 = 256).
    #[expect(
        clippy::unused_self,
        reason = "it proves where the file's number counts"
    )]
    pub(crate) fn read_start(&self, file: File, le: u8) -> Command {
        in_front(vec![0x00, 0xB0, 0x80 | file.short_id(), 0x00, le])
    }
}

fn select_df1() -> Command {
    select_name(
        Home::LicenceFront,
        b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0",
    )
}

fn verify_with(ascii: &[u8; PIN_DIGITS]) -> CredentialCommand {
    let header = [0x00, 0x20, 0x00, PIN_1, const { PIN_DIGITS as u8 }];
    CredentialCommand::of(Home::LicenceRoot, &[&header, ascii])
}

fn in_root(bytes: Vec<u8>) -> Command {
    Command::within(Home::LicenceRoot, bytes)
}

fn in_front(bytes: Vec<u8>) -> Command {
    Command::within(Home::LicenceFront, bytes)
}

/// The key of PIN 1, by its short identifier.
const PIN_1: u8 = 0x81;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::{Digit, PinEntry};
    use crate::reading::Document;
    use crate::retries::may_verify;
    use crate::status::Status;

    #[test]
    fn the_whole_list_for_a_licence_is_these_bytes() {
        let list: Vec<String> = [
            select_root(),
            select_root_file(RootFile::PinSetting),
            read_root_file(RootFile::PinSetting),
            select_root_file(RootFile::CommonData),
            read_root_file(RootFile::CommonData),
            tries_left(),
            select_df1(),
            Df1(()).select_file(File::Face),
            Df1(()).select_file(File::Changes),
            Df1(()).read_start(File::Face, 0),
            Df1(()).read_start(File::Changes, 0),
        ]
        .iter()
        .map(|command| command.bytes().iter().map(|b| format!("{b:02X}")).collect())
        .collect();
        assert_eq!(
            list,
            [
                "00A40000",
                "00A4020C02000A",
                "00B0000003",
                "00A4020C022F01",
                "00B0000011",
                "00200081",
                "00A4040C10A0000002310100000000000000000000",
                "00A4020C020001",
                "00A4020C020004",
                "00B0810000",
                "00B0840000",
            ]
        );
    }

    #[test]
    fn a_verify_holds_the_four_digits_or_the_four_asterisks() {
        let permission = || may_verify(Document::DriversLicence, Status::TriesLeft(3)).unwrap();
        let mut entry = PinEntry::default();
        (1..=4)
            .filter_map(Digit::new)
            .for_each(|digit| entry.push(digit));
        let command = verify(entry.take().unwrap(), permission());
        assert_eq!(command.expose(), b"\x00\x20\x00\x81\x041234");
        let command = verify_unset(permission());
        assert_eq!(command.expose(), b"\x00\x20\x00\x81\x04****");
    }
}
