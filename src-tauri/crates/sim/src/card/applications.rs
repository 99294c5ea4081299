//! The applications of a My Number card: what stands in which file, and what opens it.

use std::collections::BTreeMap;

use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;

use super::person::Person;

/// A file's or key's identifier inside its application.
pub(crate) type Id = u16;

/// One application.
pub(crate) struct Application {
    pub(crate) aid: &'static [u8],
    pub(crate) files: BTreeMap<Id, File>,
    pub(crate) keys: BTreeMap<Id, Key>,
    pub(crate) signers: BTreeMap<Id, Signer>,
}

/// A transparent file.
pub(crate) struct File {
    pub(crate) content: Vec<u8>,
    /// Any one of these keys opens it; none means free.
    pub(crate) opened_by: &'static [Id],
}

/// A key that is verified.
pub(crate) struct Key {
    pub(crate) secret: Vec<u8>,
    pub(crate) tries_max: u8,
    pub(crate) tries_left: u8,
    pub(crate) verified: bool,
}

/// A key that signs.
pub(crate) struct Signer {
    pub(crate) key: RsaPrivateKey,
    pub(crate) opened_by: Id,
}

impl Application {
    /// Whether any of these keys was verified; no keys means free.
    pub(crate) fn is_open(&self, opened_by: &[Id]) -> bool {
        opened_by.is_empty()
            || opened_by
                .iter()
                .any(|id| self.keys.get(id).is_some_and(|key| key.verified))
    }

    pub(crate) fn forget_verified(&mut self) {
        self.keys.values_mut().for_each(|key| key.verified = false);
    }
}

/// The applications of the person's card.
pub(crate) fn all(person: &Person) -> Vec<Application> {
    vec![
        card_face_input(person),
        card_face_check(person),
        jpki(person),
    ]
}

/// 券面事項入力補助AP: the card's face as text.
fn card_face_input(person: &Person) -> Application {
    let number = [
        b"\xFF\x10\x0C",
        person.individual_number.as_bytes(),
        b"\xFF\xFF",
    ]
    .concat();
    let mut four = basic_four(person);
    // The real file is longer than its object; readers must not take the filler for data.
    four.resize(four.len().max(512), 0xFF);
    let info = [
        tlv(0xDF41, b"\x01\x03\x0E\x01"),
        tlv(0xDF42, &[0x5A; 16]),
        tlv(0xDF43, &[0xFF; 128]),
    ]
    .concat();
    // The length is longer than it need be, as on real cards.
    let mut version = vec![0xFF, 0x40, 0x82];
    version.extend(u16_length(info.len()));
    version.extend(info);
    Application {
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08",
        files: BTreeMap::from([
            (0x0001, file(number, &[0x0011, 0x0014])),
            (0x0002, file(four, &[0x0011, 0x0015])),
            (0x0005, file(version, &[])),
        ]),
        keys: BTreeMap::from([
            (0x0011, key(&person.pin, 3)),
            // Blocked from issuance on every card that was examined.
            (
                0x0012,
                Key {
                    tries_left: 0,
                    ..key("", 3)
                },
            ),
            (0x0014, key(&person.individual_number, 10)),
            (0x0015, key(&person.code_b, 10)),
        ]),
        signers: BTreeMap::new(),
    }
}

/// 券面事項確認AP: the card's face as images. The pictures are noughts; only sizes and access are real.
fn card_face_check(person: &Person) -> Application {
    let face = [
        tlv(0xDF21, &[0; 16]),
        tlv(0xDF22, person.birth.as_bytes()),
        tlv(0xDF23, person.sex.to_string().as_bytes()),
        tlv(0xDF25, &[0; 700]),
        tlv(0xDF26, &[0; 1_500]),
        tlv(0xDF27, &[0; 4_500]),
    ]
    .concat();
    let number_image = tlv(0xFF40, &tlv(0xDF41, &[0; 300]));
    Application {
        aid: b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02",
        files: BTreeMap::from([
            (0x0002, file(tlv(0xFF20, &face), &[0x0012, 0x0013])),
            (0x0005, file(number_image, &[0x0013])),
        ]),
        keys: BTreeMap::from([
            (0x0012, key(&person.code_b, 10)),
            (0x0013, key(&person.individual_number, 10)),
        ]),
        signers: BTreeMap::new(),
    }
}

/// 公的個人認証AP: two certificates, two keys, under test authorities.
fn jpki(person: &Person) -> Application {
    let padded = |certificate: &[u8]| {
        let mut content = certificate.to_vec();
        content.resize(content.len().max(1_900), 0);
        content
    };
    let certificate = |der: &[u8], opened_by| file(padded(der), opened_by);
    let mut token = b"JPKIAPICCTOKEN2".to_vec();
    token.resize(96, b' ');
    token.resize(160, 0);
    let mut signers = BTreeMap::new();
    for (id, opened_by, der) in [
        (
            0x0017,
            0x0018,
            &include_bytes!("../../data/jpki/auth.key.der")[..],
        ),
        (
            0x001A,
            0x001B,
            &include_bytes!("../../data/jpki/sign.key.der")[..],
        ),
    ] {
        // The keys are part of this program; `the_published_keys_are_understood` proves that they parse.
        if let Ok(key) = RsaPrivateKey::from_pkcs1_der(der) {
            signers.insert(id, Signer { key, opened_by });
        }
    }
    Application {
        aid: b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        files: BTreeMap::from([
            (
                0x0001,
                certificate(include_bytes!("../../data/jpki/sign.crt.der"), &[0x001B]),
            ),
            (
                0x0002,
                certificate(include_bytes!("../../data/jpki/sign-ca.crt.der"), &[]),
            ),
            (0x0006, file(token, &[])),
            (0x0008, file(vec![0x8F, 0x8F, 0x00], &[])),
            (
                0x000A,
                certificate(include_bytes!("../../data/jpki/auth.crt.der"), &[]),
            ),
            (
                0x000B,
                certificate(include_bytes!("../../data/jpki/auth-ca.crt.der"), &[]),
            ),
        ]),
        keys: BTreeMap::from([
            (0x0018, key(&person.pin, 3)),
            (0x001B, key(&person.sign_password, 5)),
        ]),
        signers,
    }
}

/// EF 0002: the four items, with the offsets at which each begins.
fn basic_four(person: &Person) -> Vec<u8> {
    let items = [
        tlv(0xDF22, person.name.as_bytes()),
        tlv(0xDF23, person.address.as_bytes()),
        tlv(0xDF24, person.birth.as_bytes()),
        tlv(0xDF25, person.sex.to_string().as_bytes()),
    ];
    let inner_length = 11 + items.iter().map(Vec::len).sum::<usize>();
    let header_length = tlv(0xFF20, &vec![0; inner_length]).len() - inner_length;
    let mut offset = header_length + 11;
    let mut offsets = Vec::new();
    for item in &items {
        offsets.extend(u16_length(offset));
        offset += item.len();
    }
    tlv(0xFF20, &[tlv(0xDF21, &offsets), items.concat()].concat())
}

fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = tag.to_be_bytes().to_vec();
    let [high, low] = u16_length(value.len());
    match value.len() {
        0..=0x7F => bytes.push(low),
        0x80..=0xFF => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend(value);
    bytes
}

fn u16_length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

fn file(content: Vec<u8>, opened_by: &'static [Id]) -> File {
    File { content, opened_by }
}

fn key(secret: &str, tries: u8) -> Key {
    Key {
        secret: secret.as_bytes().to_vec(),
        tries_max: tries,
        tries_left: tries,
        verified: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_keys_are_understood() {
        let signers: Vec<Id> = jpki(&Person::default()).signers.into_keys().collect();
        assert_eq!(signers, [0x0017, 0x001A]);
    }

    #[test]
    fn the_four_items_are_built_as_on_a_real_test_card() {
        let person = Person {
            name: "黒桐　幹也".into(),
            address: "東京都清瀬市観布子南１２－７－２０２".into(),
            birth: "19800217".into(),
            sex: '1',
            ..Person::default()
        };
        let file = basic_four(&person);
        assert_eq!(file.len(), 104);
        let head = b"\xFF\x20\x65\xDF\x21\x08\x00\x0E\x00\x20\x00\x59\x00\x64\xDF\x22\x0F";
        assert!(file.starts_with(head));
        assert!(file.ends_with(b"\xDF\x24\x0819800217\xDF\x25\x011"));
    }
}
