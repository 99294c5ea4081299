//! 券面事項確認AP: the card's face as images. The pictures are noughts behind the right first bytes; sizes and
//! access are those of a real card. Its keys are numbered otherwise than the text application's.

use std::collections::BTreeMap;

use super::files::{Application, Key, Signer, file, made_file};
use super::keys::{self, TEST_ISSUER_ID};
use super::my_number::MyNumberCard;
use super::tlv::{roomy_tlv, tlv};

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
const JPEG_2000: &[u8] = b"\x00\x00\x00\x0CjP  \r\n\x87\n";

pub(crate) fn application(card: &MyNumberCard) -> Application {
    let person = &card.person;
    let (birth, sex, expiry) = (person.birth.clone(), person.sex, person.expiry.clone());
    let age = move || {
        signed(
            0xFF10,
            0xDF13,
            &[tlv(0xDF11, birth.as_bytes()), own_key(0xDF12)],
        )
    };
    let birth = person.birth.clone();
    let face = move || {
        let signed_items = [
            tlv(0xDF21, &[0; 18]),
            tlv(0xDF22, birth.as_bytes()),
            tlv(0xDF23, sex.to_string().as_bytes()),
            own_key(0xDF24),
            image(0xDF25, PNG, 700),
            image(0xDF26, PNG, 1_500),
            image(0xDF27, JPEG_2000, 4_500),
        ]
        .concat();
        let signature = tlv(0xDF28, &keys::signature(&keys::SIGNER, &signed_items));
        let unsigned = [tlv(0xDF29, expiry.as_bytes()), image(0xDF2A, PNG, 120)].concat();
        tlv(0xFF20, &[signed_items, signature, unsigned].concat())
    };
    let number = || signed(0xFF40, 0xDF43, &[image(0xDF41, PNG, 400), own_key(0xDF42)]);
    let about = [
        tlv(0xDF31, &keys::SIGNER_ID),
        tlv(0xDF32, &TEST_ISSUER_ID),
        tlv(0xDF33, &[0x00]),
        tlv(0xDF34, b"13999"),
        tlv(0xDF35, &[0x5A; 272]),
    ];
    Application {
        name: "visual",
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02",
        files: BTreeMap::from([
            (0x0001, made_file(age, &[0x0011])),
            (0x0002, made_file(face, &[0x0012, 0x0013])),
            (0x0003, file(roomy_tlv(0xFF30, &about.concat()), &[])),
            (
                0x0004,
                made_file(
                    || keys::certificate(TEST_ISSUER_ID, &keys::ISSUER, &keys::SIGNER),
                    &[],
                ),
            ),
            (0x0005, made_file(number, &[0x0013])),
            (0x0006, file(vec![0xFF; 16], &[])),
        ]),
        keys: BTreeMap::from([
            (0x0011, Key::new("visual-birth", &person.birth_in_era(), 10)),
            (0x0012, Key::new("visual-number-b", &person.code_b(), 10)),
            (
                0x0013,
                Key::new("visual-number-a", &person.individual_number, 10),
            ),
        ]),
        signers: BTreeMap::from([(
            0x0014,
            Signer {
                key: &keys::INTERNAL,
                opened_by: &[],
            },
        )]),
        default_signer: Some(0x0014),
        session_key_status: 0x66F1,
    }
}

/// The objects, and behind them a signature over them.
fn signed(tag: u16, signature_tag: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    let objects = objects.concat();
    let signature = tlv(signature_tag, &keys::signature(&keys::SIGNER, &objects));
    roomy_tlv(tag, &[objects, signature].concat())
}

fn own_key(tag: u16) -> Vec<u8> {
    tlv(tag, &keys::public_key(&keys::INTERNAL))
}

fn image(tag: u16, begin: &[u8], bytes: usize) -> Vec<u8> {
    let mut image = begin.to_vec();
    image.resize(bytes, 0);
    tlv(tag, &image)
}
