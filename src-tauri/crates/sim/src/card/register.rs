//! 住基AP and 共通カードAP: what other counters use. They are there so that a test can prove that nobody asks.

use std::collections::BTreeMap;

use super::files::{Application, Key, Signer, record};
use super::keys;
use super::person::Person;

/// 住基AP: the resident record code, behind a PIN.
pub(crate) fn juki(person: &Person) -> Application {
    Application {
        name: "juki",
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x01",
        files: BTreeMap::from([(0x0002, record(b"\x02\x0B11111111111".to_vec(), &[0x001C]))]),
        keys: BTreeMap::from([(0x001C, Key::new("juki-pin", &person.pin, 3))]),
        session_key_status: 0x6982,
        ..Application::default()
    }
}

/// 共通カードAP: serial number, municipality and expiry, free for everybody, and a reason not to look.
pub(crate) fn common(person: &Person) -> Application {
    let content = format!("{}{}{}", "000000000000000", "13999", person.expiry);
    Application {
        name: "common",
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x01\x00",
        files: BTreeMap::from([(
            0x0001,
            record([b"\x01\x1C", content.as_bytes()].concat(), &[]),
        )]),
        keys: BTreeMap::from([(0x001C, Key::new("common-pin", &person.pin, 3))]),
        signers: BTreeMap::from([(
            0x0019,
            Signer {
                key: &keys::INTERNAL,
                opened_by: &[],
            },
        )]),
        default_signer: Some(0x0019),
        session_key_status: 0x66F1,
    }
}
