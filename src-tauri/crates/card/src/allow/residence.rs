//! What may be asked of a residence card: which kind it is, the mutual authentication with the number printed
//! on it, and the one file each generation has as text.
//!
//! The face and name images (DF1), the rest of DF2 and the certificates (DF3) have no name here. The file of the
//! added address has a number that means something else in other applications, so only [`Added`], which is had
//! by selecting DF2, can ask for it.

use super::{Command, CredentialCommand, Home, select_name};
use crate::session::Trouble;
use crate::status::Status;
use crate::transport::CardTransport;

/// Bytes of the challenge the card gives.
pub(crate) const CHALLENGE_BYTES: u8 = 8;

/// How the card's root is selected; cards take one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// By its identifier.
    ById,
    /// By naming nothing.
    ByNothing,
}

/// SELECT of the card's root.
#[must_use]
pub(crate) fn select_root(root: Root) -> Command {
    let bytes = match root {
        Root::ById => vec![0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00],
        Root::ByNothing => vec![0x00, 0xA4, 0x00, 0x00],
    };
    Command::entering(Home::ResidenceRoot, bytes)
}

/// READ BINARY of EF 02 under the root, the card's type. Free.
#[must_use]
pub(crate) fn read_type() -> Command {
    Command::within(Home::ResidenceRoot, vec![0x00, 0xB0, 0x8A, 0x00, 0x00])
}

/// GET CHALLENGE.
#[must_use]
pub(crate) fn challenge() -> Command {
    let bytes = vec![0x00, 0x84, 0x00, 0x00, CHALLENGE_BYTES];
    Command::within(Home::ResidenceRoot, bytes)
}

/// MUTUAL AUTHENTICATE: 32 enciphered bytes and their authentication code. It is made with a key that only
/// the printed number gives, so it counts as a credential.
#[must_use]
pub(crate) fn authenticate(cryptogram: &[u8; 32], code: &[u8; 8]) -> CredentialCommand {
    let header = [0x00, 0x82, 0x00, 0x00, 0x28];
    CredentialCommand::of(Home::ResidenceRoot, &[&header, cryptogram, code, &[0x00]])
}

/// VERIFY of the printed number, enciphered with the session's key.
#[must_use]
pub(crate) fn verify_number(enciphered: &[u8; 16]) -> CredentialCommand {
    let header = [0x08, 0x20, 0x00, 0x86, 0x13, 0x86, 0x11, 0x01];
    CredentialCommand::of(Home::ResidenceRoot, &[&header, enciphered])
}

/// DF1, selected: what stands on the card's front.
pub(crate) struct Front(());

impl Front {
    /// Selects it.
    pub(crate) fn select<T: CardTransport>(card: &mut T) -> Result<Self, Trouble> {
        select(card, &select_front()).map(Self)
    }

    /// READ BINARY of EF 02 of the second generation under secure messaging: 券面事項 as codes and dates. The
    /// whole file, in the extended form that the specification shows.
    #[expect(
        clippy::unused_self,
        reason = "it proves where the file's number counts"
    )]
    pub(crate) fn read_entries(&self) -> Command {
        let bytes = vec![
            0x08, 0xB0, 0x83, 0x00, 0x00, 0x00, 0x04, 0x96, 0x02, 0x00, 0x00, 0x00, 0x00,
        ];
        Command::within(Home::ResidenceFront, bytes)
    }
}

/// DF2, selected: what was added to the card later.
pub(crate) struct Added(());

impl Added {
    /// Selects it.
    pub(crate) fn select<T: CardTransport>(card: &mut T) -> Result<Self, Trouble> {
        select(card, &select_added()).map(Self)
    }

    /// READ BINARY from the beginning of EF 01 of the first generation: the address that was added.
    #[expect(
        clippy::unused_self,
        reason = "it proves where the file's number counts"
    )]
    pub(crate) fn read_address(&self, le: u8) -> Command {
        let bytes = vec![0x00, 0xB0, 0x81, 0x00, le];
        Command::within(Home::ResidenceAdded, bytes)
    }

    /// SELECT of that file, for cards that do not know short identifiers.
    #[expect(
        clippy::unused_self,
        reason = "it proves where the file's number counts"
    )]
    pub(crate) fn select_address(&self) -> Command {
        let bytes = vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x01];
        Command::within(Home::ResidenceAdded, bytes)
    }
}

fn select_front() -> Command {
    select_name(
        Home::ResidenceFront,
        b"\xD3\x92\xF0\x00\x4F\x02\0\0\0\0\0\0\0\0\0\0",
    )
}

fn select_added() -> Command {
    select_name(
        Home::ResidenceAdded,
        b"\xD3\x92\xF0\x00\x4F\x03\0\0\0\0\0\0\0\0\0\0",
    )
}

fn select<T: CardTransport>(card: &mut T, command: &Command) -> Result<(), Trouble> {
    if card.transmit(command)?.status() == Status::Success {
        Ok(())
    } else {
        Err(Trouble::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_list_for_a_residence_card_is_these_bytes() {
        let list: Vec<String> = [
            select_root(Root::ById),
            select_root(Root::ByNothing),
            read_type(),
            challenge(),
            select_front(),
            select_added(),
            Added(()).read_address(0),
            Added(()).select_address(),
            Front(()).read_entries(),
        ]
        .iter()
        .map(|command| command.bytes().iter().map(|b| format!("{b:02X}")).collect())
        .collect();
        assert_eq!(
            list,
            [
                "00A40000023F00",
                "00A40000",
                "00B08A0000",
                "0084000008",
                "00A4040C10D392F0004F0200000000000000000000",
                "00A4040C10D392F0004F0300000000000000000000",
                "00B0810000",
                "00A4020C020001",
                "08B08300000004960200000000",
            ]
        );
        let command = authenticate(&[0xEE; 32], &[0xAA; 8]);
        assert_eq!(command.expose().len(), 46);
        let entries = Front(()).read_entries();
        assert_eq!(
            (
                entries.answer_bytes_max(),
                read_type().answer_bytes_max(),
                select_root(Root::ById).answer_bytes_max(),
            ),
            (65_538, 258, 258)
        );
        assert!(
            command
                .expose()
                .starts_with(&[0x00, 0x82, 0x00, 0x00, 0x28, 0xEE])
        );
        assert!(command.expose().ends_with(&[0xAA, 0x00]));
        let command = verify_number(&[0xDD; 16]);
        assert_eq!(command.expose().len(), 24);
        assert!(
            command
                .expose()
                .starts_with(b"\x08\x20\x00\x86\x13\x86\x11\x01\xDD")
        );
    }
}
