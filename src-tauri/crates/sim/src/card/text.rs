//! 券面事項入力補助AP: the card's face as text.
//!
//! | EF | content | opened by |
//! | --- | --- | --- |
//! | 0001 | `FF10`: 個人番号, and two bytes of filler | 0011, 0014 |
//! | 0002 | `FF20 { DF21 offsets, DF22 氏名, DF23 住所, DF24 生年月日, DF25 性別 }`, filled with `FF` | 0011, 0015 |
//! | 0003 | `FF30 { DF31, DF32, DF33 }`: hashes of 0001 and 0002, and a signature | 0011, 0014, 0015 |
//! | 0004 | `7F21`: certificate of the key that signed 0003 and 0007 | – |
//! | 0005 | `FF40`: version and names, with a length longer than it need be | – |
//! | 0006 | `A1`: key for a session | 0011, 0014, 0015 |
//! | 0007 | `FF50 { DF51, DF52 }`: public key of 0013, and a signature | 0011, 0014, 0015 |
//! | 0008 | sixteen `FF` | – |
//!
//! What is hashed and signed, as soltia48/myna-card found on a test card:
//!
//! * `DF31` is SHA-256 of EF 0001 whole, filler included.
//! * `DF32` is SHA-256 of the value of `FF20` behind its object `DF21`, without filler.
//! * `DF33` signs the objects `DF31` and `DF32` as they stand, 70 bytes, without the header of `FF30`.
//! * `DF52` signs the object `DF51` as it stands, 269 bytes with its header.
//! * `5F37` signs the 297 bytes of `5F4E`'s value.
//!
//! All are RSA-2048, PKCS#1 v1.5, SHA-256. `DF33` and `DF52` verify with the key in EF 0004, whose `5F37` verifies
//! with the authority's key, which is not on the card. The key 0013 signs whatever DigestInfo it is sent.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::files::{Application, File, Key, Signer, file, made_file};
use super::keys::{self, TEST_ISSUER_ID, UNKNOWN_ISSUER_ID};
use super::my_number::{Lock, MyNumberCard, Proof};
use super::person::Person;
use super::tlv::{roomy_tlv, short_tlv, tlv, two};

/// EF 0002 has so many bytes; readers must not take the filler for data.
const BASIC_FOUR_FILE_BYTES: usize = 512;

pub(crate) fn application(card: &MyNumberCard) -> Application {
    let person = &card.person;
    let shown = match card.proof {
        Proof::TextChanged => Person {
            address: format!("{}９", person.address),
            ..person.clone()
        },
        Proof::Genuine
        | Proof::SignedByAnother
        | Proof::UnknownIssuer
        | Proof::Copy
        | Proof::Missing => person.clone(),
    };
    let mut four = basic_four(&shown);
    four.resize(four.len().max(BASIC_FOUR_FILE_BYTES), 0xFF);
    let mut files = BTreeMap::from([
        (0x0001, file(individual_number(person), &[0x0011, 0x0014])),
        (0x0002, file(four, &[0x0011, 0x0015])),
        (0x0005, file(version(), &[])),
        (0x0006, made_file(session_key, &[0x0011, 0x0014, 0x0015])),
        (0x0008, file(vec![0xFF; 16], &[])),
    ]);
    files.extend(proofs(person, card.proof));
    let internal = match card.proof {
        // Whoever copies a card's files does not get its key.
        Proof::Copy => &*keys::FORGER,
        Proof::Genuine
        | Proof::TextChanged
        | Proof::SignedByAnother
        | Proof::UnknownIssuer
        | Proof::Missing => &*keys::INTERNAL,
    };
    let mut pin = Key::new("pin", &person.pin, 3);
    match card.lock {
        Lock::Open => {}
        Lock::PinLeft(left) => pin.tries_left = left.min(3),
        Lock::NoPin => pin.tries_left = 0,
    }
    Application {
        name: "text",
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08",
        files,
        keys: BTreeMap::from([
            (0x0011, pin),
            (0x0012, Key::blocked()),
            (0x0014, Key::new("number-a", &person.individual_number, 10)),
            (0x0015, Key::new("number-b", &person.code_b(), 10)),
        ]),
        signers: BTreeMap::from([(
            0x0013,
            Signer {
                key: internal,
                opened_by: &[],
            },
        )]),
        default_signer: Some(0x0013),
        session_key_status: 0x6982,
    }
}

/// EF 0003, 0004 and 0007.
fn proofs(person: &Person, proof: Proof) -> Vec<(u16, File)> {
    const PIN_A_OR_B: &[u16] = &[0x0011, 0x0014, 0x0015];
    let (issuer_id, issuer, signer) = match proof {
        Proof::Missing => return Vec::new(),
        Proof::SignedByAnother => (TEST_ISSUER_ID, &keys::FORGER, &keys::FORGER),
        Proof::UnknownIssuer => (UNKNOWN_ISSUER_ID, &keys::FORGER, &keys::FORGER),
        Proof::Genuine | Proof::TextChanged | Proof::Copy => {
            (TEST_ISSUER_ID, &keys::ISSUER, &keys::SIGNER)
        }
    };
    let person = person.clone();
    vec![
        (
            0x0003,
            made_file(move || integrity(&person, signer), PIN_A_OR_B),
        ),
        (
            0x0004,
            made_file(move || keys::certificate(issuer_id, issuer, signer), &[]),
        ),
        (0x0007, made_file(move || signed_key(signer), PIN_A_OR_B)),
    ]
}

fn individual_number(person: &Person) -> Vec<u8> {
    [
        b"\xFF\x10\x0C",
        person.individual_number.as_bytes(),
        b"\xFF\xFF",
    ]
    .concat()
}

/// EF 0003: hashes of EF 0001 and 0002, signed.
fn integrity(person: &Person, signer: &rsa::RsaPrivateKey) -> Vec<u8> {
    let hashes = [
        tlv(0xDF31, &Sha256::digest(individual_number(person))),
        tlv(0xDF32, &Sha256::digest(items(person).concat())),
    ]
    .concat();
    let signature = tlv(0xDF33, &keys::signature(signer, &hashes));
    roomy_tlv(0xFF30, &[hashes, signature].concat())
}

/// EF 0007: the public half of key 0013, signed.
fn signed_key(signer: &rsa::RsaPrivateKey) -> Vec<u8> {
    let key = tlv(0xDF51, &keys::public_key(&keys::INTERNAL));
    let signature = tlv(0xDF52, &keys::signature(signer, &key));
    roomy_tlv(0xFF50, &[key, signature].concat())
}

/// EF 0005.
fn version() -> Vec<u8> {
    let unknown = [[0xA5; 32].as_slice(), &[0xFF; 96]].concat();
    let objects = [
        tlv(0xDF41, b"\x01\x03\x0E\x01"),
        tlv(0xDF42, &keys::SIGNER_ID),
        tlv(0xDF43, &unknown),
    ];
    roomy_tlv(0xFF40, &objects.concat())
}

/// EF 0006. A session is never opened, so any key serves.
fn session_key() -> Vec<u8> {
    short_tlv(0xA1, &keys::public_key(&keys::JPKI_AUTH))
}

/// The four items, each with its header.
fn items(person: &Person) -> [Vec<u8>; 4] {
    [
        tlv(0xDF22, person.name.as_bytes()),
        tlv(0xDF23, person.address.as_bytes()),
        tlv(0xDF24, person.birth.as_bytes()),
        tlv(0xDF25, person.sex.to_string().as_bytes()),
    ]
}

/// EF 0002 without filler: the four items, with the offsets at which each begins.
pub(crate) fn basic_four(person: &Person) -> Vec<u8> {
    let items = items(person);
    let inner_length = 11 + items.iter().map(Vec::len).sum::<usize>();
    let header_length = tlv(0xFF20, &vec![0; inner_length]).len() - inner_length;
    let mut offset = header_length + 11;
    let mut offsets = Vec::new();
    for item in &items {
        offsets.extend(two(offset));
        offset += item.len();
    }
    tlv(0xFF20, &[tlv(0xDF21, &offsets), items.concat()].concat())
}

#[cfg(test)]
mod tests {
    use rsa::{Pkcs1v15Sign, RsaPublicKey};

    use super::*;

    fn holder() -> Person {
        Person {
            name: "黒桐　幹也".into(),
            address: "東京都清瀬市観布子南１２－７－２０２".into(),
            birth: "19800217".into(),
            sex: '1',
            ..Person::default()
        }
    }

    #[test]
    fn the_four_items_are_built_as_on_a_real_test_card() {
        let file = basic_four(&holder());
        assert_eq!(file.len(), 104);
        let head = b"\xFF\x20\x65\xDF\x21\x08\x00\x0E\x00\x20\x00\x59\x00\x64\xDF\x22\x0F";
        assert!(file.starts_with(head));
        assert!(file.ends_with(b"\xDF\x24\x0819800217\xDF\x25\x011"));
    }

    #[test]
    fn the_signed_files_have_the_sizes_of_real_ones() {
        let integrity = integrity(&holder(), &keys::SIGNER);
        assert!(integrity.starts_with(&[0xFF, 0x30, 0x82, 0x01, 0x4B, 0xDF, 0x31, 0x20]));
        assert_eq!(integrity.len(), 5 + 0x14B);
        let key = signed_key(&keys::SIGNER);
        assert!(key.starts_with(&[0xFF, 0x50, 0x82, 0x02, 0x13, 0xDF, 0x51, 0x82, 0x01, 0x09]));
        assert_eq!(key.len(), 5 + 0x213);
    }

    #[test]
    fn the_hash_is_that_of_the_four_items_and_its_signature_verifies() {
        let file = basic_four(&holder());
        let integrity = integrity(&holder(), &keys::SIGNER);
        assert_eq!(
            integrity[5 + 35 + 3..][..32],
            *Sha256::digest(&file[3 + 11..])
        );
        let (hashes, signature) = integrity[5..].split_at(70);
        let verified = RsaPublicKey::from(&*keys::SIGNER).verify(
            Pkcs1v15Sign::new::<Sha256>(),
            &Sha256::digest(hashes),
            &signature[5..],
        );
        assert_eq!(verified, Ok(()));
    }
}
