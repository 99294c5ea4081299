//! 公的個人認証AP: two certificates, two keys, under test authorities.

use std::collections::BTreeMap;

use super::files::{Application, File, Id, Key, Signer, file};
use super::keys;
use super::person::Person;

/// A certificate's file is so long, whatever stands in it.
const CERTIFICATE_FILE_BYTES: usize = 1_900;

/// The label in EF 0006 tells what the application lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    MyNumberCard,
    JukiCard,
    Android,
}

impl Token {
    fn label(self) -> &'static [u8] {
        match self {
            Self::MyNumberCard => b"JPKIAPICCTOKEN2",
            Self::JukiCard => b"JPKIAPICCTOKEN",
            Self::Android => b"JPKIAPGPSETOKEN",
        }
    }

    /// A telephone shows the certificate for its PIN only.
    fn authentication_opened_by(self) -> &'static [Id] {
        match self {
            Self::MyNumberCard | Self::JukiCard => &[],
            Self::Android => &[0x0018],
        }
    }
}

pub(crate) fn application(person: &Person, token: Token) -> Application {
    let mut label = token.label().to_vec();
    label.resize(96, b' ');
    label.resize(160, 0);
    let files = BTreeMap::from([
        (
            0x0001,
            certificate(include_bytes!("../../data/jpki/sign.crt.der"), &[0x001B]),
        ),
        (
            0x0002,
            certificate(include_bytes!("../../data/jpki/sign-ca.crt.der"), &[]),
        ),
        (0x0006, file(label, &[])),
        (0x0008, file(vec![0x8F, 0x8F, 0x00], &[])),
        (
            0x000A,
            certificate(
                include_bytes!("../../data/jpki/auth.crt.der"),
                token.authentication_opened_by(),
            ),
        ),
        (
            0x000B,
            certificate(include_bytes!("../../data/jpki/auth-ca.crt.der"), &[]),
        ),
    ]);
    let signer = |key, opened_by| Signer { key, opened_by };
    Application {
        name: "jpki",
        aid: b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        files,
        keys: BTreeMap::from([
            (0x0018, Key::new("auth-pin", &person.pin, 3)),
            (0x001B, Key::new("sign-password", &person.sign_password, 5)),
        ]),
        signers: BTreeMap::from([
            (0x0017, signer(&*keys::JPKI_AUTH, &[0x0018])),
            (0x001A, signer(&*keys::JPKI_SIGN, &[0x001B])),
        ]),
        default_signer: None,
        session_key_status: 0x6982,
    }
}

fn certificate(der: &[u8], opened_by: &'static [Id]) -> File {
    let mut content = der.to_vec();
    content.resize(content.len().max(CERTIFICATE_FILE_BYTES), 0);
    file(content, opened_by)
}
