//! Whether a card is genuine, against cards made here and against the files of a test card.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::pin::{Digit, PinEntry};
use card::session::{Entered, Trouble, Way};
use card::{
    CardTransport, Day, Fault, Genuineness, IssuerKey, IssuerKeys, NoKey, Outcome, Random, look,
};
use proptest::prelude::*;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

const ISSUER: &[u8; 16] = b"9000033\x08\x05001\0\0\0\0";
const OFFICE: &[u8; 16] = b"9342076\x08\x05001\0\0\0\0";

/// Private keys made for these tests alone.
fn key(name: &str) -> RsaPrivateKey {
    let path = format!("{}/tests/keys/{name}.der", env!("CARGO_MANIFEST_DIR"));
    RsaPrivateKey::from_pkcs1_der(&std::fs::read(path).unwrap()).unwrap()
}

fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&tag.to_be_bytes()[..], &[0x82, high, low], value].concat()
}

fn public(key: &RsaPublicKey) -> Vec<u8> {
    let modulus = key.n().to_bytes_be();
    [&b"\x90\x03\x01\x00\x01\x91\x82\x01\x00"[..], &modulus].concat()
}

fn sign(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    SigningKey::<Sha256>::new(key.clone())
        .sign(message)
        .to_vec()
}

fn issuers() -> IssuerKeys {
    let issuer = key("issuer").to_public_key();
    [IssuerKey::new(*ISSUER, &issuer.n().to_bytes_be(), &[1, 0, 1]).unwrap()]
        .into_iter()
        .collect()
}

/// What a command begins with, and what is answered to it.
type Instead = (Vec<u8>, Result<Vec<u8>, Fault>);

/// A My Number card as far as this needs it: its files, the key of its chip, and what it does instead.
struct Forgeable {
    files: BTreeMap<u8, Vec<u8>>,
    chip: RsaPrivateKey,
    current: u8,
    /// The answer to every command that begins like this.
    instead: Option<Instead>,
    commands: Vec<Vec<u8>>,
}

impl Forgeable {
    fn genuine() -> Self {
        static ONE: LazyLock<(BTreeMap<u8, Vec<u8>>, RsaPrivateKey)> =
            LazyLock::new(|| (Forgeable::files(), key("chip")));
        let (files, chip) = &*ONE;
        Self {
            files: files.clone(),
            chip: chip.clone(),
            current: 0,
            instead: None,
            commands: Vec::new(),
        }
    }

    fn files() -> BTreeMap<u8, Vec<u8>> {
        let (issuer, office, chip) = (key("issuer"), key("office"), key("chip"));
        let items = [
            tlv(0xDF22, "黒桐　幹也".as_bytes()),
            tlv(0xDF23, "東京都清瀬市観布子南１２－７－２０２".as_bytes()),
            tlv(0xDF24, b"19800217"),
            tlv(0xDF25, b"1"),
        ]
        .concat();
        let digests = [
            tlv(0xDF31, &[0x31; 32]),
            tlv(0xDF32, &Sha256::digest(&items)),
        ]
        .concat();
        let signature = tlv(0xDF33, &sign(&office, &digests));
        let body = [&ISSUER[..], OFFICE, &public(&office.to_public_key())].concat();
        let certificate = [tlv(0x5F4E, &body), tlv(0x5F37, &sign(&issuer, &body))].concat();
        let chip_key = tlv(0xDF51, &public(&chip.to_public_key()));
        let chip_key = [&chip_key[..], &tlv(0xDF52, &sign(&office, &chip_key))].concat();
        let items = [tlv(0xDF21, &[0; 8]), items].concat();
        let filler = vec![0xFF; 40];
        BTreeMap::from([
            (0x02, [tlv(0xFF20, &items), filler].concat()),
            (0x03, tlv(0xFF30, &[digests, signature].concat())),
            (0x04, tlv(0x7F21, &certificate)),
            (0x07, tlv(0xFF50, &chip_key)),
        ])
    }

    fn answer(&mut self, command: &[u8]) -> Result<Vec<u8>, Fault> {
        self.commands.push(command.to_vec());
        if let Some((prefix, answer)) = &self.instead
            && command.starts_with(prefix)
        {
            return answer.clone();
        }
        Ok(match command {
            [0, 0xA4, 4, ..] => vec![0x90, 0x00],
            [0, 0x20, 0, 0x91] => vec![0x63, 0xC3],
            [0, 0x20, 0, 0x91, 4, ..] => vec![0x90, 0x00],
            [0, 0xB0, high, low, _] => {
                let short = high & 0x80 != 0;
                if short {
                    self.current = high & 0x1F;
                }
                let offset = if short { 0 } else { usize::from(*high) << 8 };
                let rest = self.files[&self.current].get(offset + usize::from(*low)..);
                let rest = rest.unwrap_or_default();
                [&rest[..rest.len().min(256)], &[0x90, 0x00]].concat()
            }
            [0x80, 0x2A, 0, 0, 0x33, info @ .., 0] => {
                let signed = self.chip.sign(rsa::Pkcs1v15Sign::new_unprefixed(), info);
                [&signed.unwrap()[..], &[0x90, 0x00]].concat()
            }
            _ => vec![0x6D, 0x00],
        })
    }

    /// What reading it comes to, and how many commands that took.
    fn read(mut self, issuers: &IssuerKeys) -> (Result<Genuineness, Trouble>, usize) {
        let mut digits = PinEntry::default();
        (1..=4)
            .filter_map(Digit::new)
            .for_each(|digit| digits.push(digit));
        let pin = Entered::Pin.complete(&mut digits).ok().unwrap();
        let today = Day::new(2026, 11, 22).unwrap();
        let looked = look(&mut self, Way::Pin, today).unwrap();
        let random = Random::new(&mut [0xA5; 32]);
        let result = match looked.read(&mut self, pin, issuers, random) {
            Outcome::Read(reading) => Ok(reading.genuineness()),
            Outcome::Trouble(trouble) => Err(trouble),
            Outcome::Wrong(_) => panic!("the PIN is right"),
        };
        (result, self.commands.len())
    }

    fn genuineness(self) -> Result<Genuineness, Trouble> {
        self.read(&issuers()).0
    }

    fn instead(mut self, prefix: &[u8], answer: Result<Vec<u8>, Fault>) -> Self {
        self.instead = Some((prefix.to_vec(), answer));
        self
    }
}

impl CardTransport for Forgeable {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.answer(command.bytes()).and_then(Response::parse)
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.answer(command.expose()).and_then(Response::parse)
    }
}

#[test]
fn a_genuine_card_is_genuine_and_costs_nine_commands_more() {
    let (genuineness, commands) = Forgeable::genuine().read(&issuers());
    assert_eq!(genuineness, Ok(Genuineness::Genuine));
    assert_eq!(commands, 4 + 9);
}

#[test]
fn without_an_issuers_key_nothing_is_asked_and_nothing_claimed() {
    let (genuineness, commands) = Forgeable::genuine().read(&IssuerKeys::default());
    assert_eq!(genuineness, Ok(Genuineness::NotChecked));
    assert_eq!(commands, 4);
}

#[test]
fn a_card_of_another_issuer_is_not_checked() {
    let mut card = Forgeable::genuine();
    card.files.get_mut(&0x04).unwrap()[10 + 6] = b'9';
    assert_eq!(card.genuineness(), Ok(Genuineness::NotChecked));
}

/// Of each file, every byte that is not filler belongs to a header, a name, a key, a digest or a signature.
#[test]
fn no_changed_byte_of_any_file_stays_genuine() {
    for (file, filler) in [(0x02, 40), (0x03, 0), (0x04, 0), (0x07, 0)] {
        let length = Forgeable::genuine().files[&file].len() - filler;
        for place in (0..length).step_by(5) {
            let mut card = Forgeable::genuine();
            card.files.get_mut(&file).unwrap()[place] ^= 0x01;
            // The table of offsets is signed by nobody and read by nobody here.
            let is_offset = file == 0x02 && (5..17).contains(&place);
            let genuineness = card.genuineness();
            assert!(
                is_offset || genuineness != Ok(Genuineness::Genuine),
                "EF {file:04X}, byte {place}: {genuineness:?}"
            );
        }
    }
}

#[test]
fn a_changed_item_is_refused() {
    let mut card = Forgeable::genuine();
    let file = card.files.get_mut(&0x02).unwrap();
    let birth = file.windows(8).position(|it| it == b"19800217").unwrap();
    file[birth + 3] = b'1';
    assert_eq!(card.genuineness(), Ok(Genuineness::Refused));
}

#[test]
fn an_item_put_before_the_signed_ones_is_refused() {
    let mut card = Forgeable::genuine();
    let file = card.files.get_mut(&0x02).unwrap();
    let signed = file[5..].to_vec();
    let signed = &signed[..signed.len() - 40];
    *file = tlv(
        0xFF20,
        &[&tlv(0xDF22, "別人".as_bytes())[..], signed].concat(),
    );
    assert_eq!(card.genuineness(), Ok(Genuineness::Refused));
}

#[test]
fn a_copy_of_all_files_in_another_chip_is_refused() {
    let mut card = Forgeable::genuine();
    card.chip = key("office");
    assert_eq!(card.genuineness(), Ok(Genuineness::Refused));
}

#[test]
fn a_card_that_signed_its_own_certificate_is_refused() {
    let mut card = Forgeable::genuine();
    let office = key("office");
    let body = [&ISSUER[..], OFFICE, &public(&office.to_public_key())].concat();
    let certificate = [tlv(0x5F4E, &body), tlv(0x5F37, &sign(&office, &body))].concat();
    card.files.insert(0x04, tlv(0x7F21, &certificate));
    assert_eq!(card.genuineness(), Ok(Genuineness::Refused));
}

#[test]
fn a_card_that_does_not_let_itself_be_asked_is_read_and_not_checked() {
    let files = [[0, 0xB0, 0x83], [0, 0xB0, 0x84], [0, 0xB0, 0x87]];
    let challenge = [0x80, 0x2A, 0x00];
    for command in files.into_iter().chain([challenge]) {
        for odd in [0x6982_u16, 0x6A82, 0x6A88, 0x6D00, 0x6F00, 0x6985, 0x9000] {
            let card = Forgeable::genuine().instead(&command, Ok(odd.to_be_bytes().to_vec()));
            assert_eq!(
                card.genuineness(),
                Ok(Genuineness::NotChecked),
                "{command:02X?} {odd:04X}"
            );
        }
    }
}

#[test]
fn a_card_pulled_during_the_check_is_a_pulled_card() {
    for command in [
        [0, 0xB0, 0x83],
        [0, 0xB0, 0x84],
        [0, 0xB0, 0x87],
        [0x80, 0x2A, 0x00],
    ] {
        for (answer, trouble) in [
            (Ok(vec![]), Trouble::Pulled),
            (Ok(vec![1, 2, 3]), Trouble::Pulled),
            (Err(Fault::Removed), Trouble::Pulled),
            (Err(Fault::ReaderLost), Trouble::NoReader),
            (Err(Fault::Silent), Trouble::Silent),
        ] {
            let card = Forgeable::genuine().instead(&command, answer);
            assert_eq!(card.genuineness(), Err(trouble), "{command:02X?}");
        }
    }
}

#[test]
fn an_issuers_key_is_long_enough_or_none() {
    let modulus = key("issuer").n().to_bytes_be();
    assert!(IssuerKey::new(*ISSUER, &modulus, &[1, 0, 1]).is_ok());
    let short = [&[0xC1; 127][..], &[0x01]].concat();
    for (modulus, exponent) in [
        (&modulus[..255], &[1, 0, 1][..]),
        (&short, &[1, 0, 1]),
        (&[], &[1, 0, 1]),
        (&modulus, &[]),
        (&modulus, &[2]),
    ] {
        assert_eq!(
            IssuerKey::new(*ISSUER, modulus, exponent).err(),
            Some(NoKey)
        );
    }
}

/// A file of the test card, or its issuer's key, by the line above it.
fn test_card(heading: &str) -> Vec<u8> {
    let text = include_str!("test_card.txt");
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let hex: String = lines.take_while(|line| !line.is_empty()).collect();
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A card with the files of the test card. Its chip's key never left it, so the challenge cannot be answered
/// here; but it is sent only to a card all of whose signatures fit.
fn with_the_files_of_a_test_card() -> (Forgeable, IssuerKeys) {
    let mut card = Forgeable::genuine();
    for (id, heading) in [
        (0x02, "EF 0002"),
        (0x03, "EF 0003"),
        (0x04, "EF 0004"),
        (0x07, "EF 0007"),
    ] {
        card.files.insert(id, test_card(heading));
    }
    let id = *b"6000033\x08\x05001\0\0\0\0";
    let issuer = IssuerKey::new(id, &test_card("ISSUER 6000033"), &[1, 0, 1]).unwrap();
    (card, [issuer].into_iter().collect())
}

#[test]
fn the_signatures_of_a_test_card_fit() {
    let (card, issuers) = with_the_files_of_a_test_card();
    let card = card.instead(&[0x80, 0x2A], Ok(vec![0x69, 0x82]));
    let (genuineness, commands) = card.read(&issuers);
    assert_eq!((genuineness, commands), (Ok(Genuineness::NotChecked), 13));

    let (copy, issuers) = with_the_files_of_a_test_card();
    let (genuineness, commands) = copy.read(&issuers);
    assert_eq!(
        (genuineness, commands),
        (Ok(Genuineness::Refused), 13),
        "another chip"
    );
}

#[test]
fn a_test_card_with_another_birth_date_is_refused_before_the_challenge() {
    let (mut card, issuers) = with_the_files_of_a_test_card();
    let file = card.files.get_mut(&0x02).unwrap();
    let birth = file.windows(8).position(|it| it == b"19800217").unwrap();
    file[birth + 7] = b'8';
    let (genuineness, commands) = card.read(&issuers);
    assert_eq!(genuineness, Ok(Genuineness::Refused));
    assert!(commands < 12, "{commands}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_files_are_judged_to_an_end(
        certificate in prop::collection::vec(any::<u8>(), 0..600),
        cut in 0_usize..560,
        which in prop::sample::select(vec![0x03_u8, 0x04, 0x07]),
    ) {
        let mut card = Forgeable::genuine();
        card.files.get_mut(&which).unwrap().truncate(cut.min(300));
        prop_assert!(card.genuineness() != Ok(Genuineness::Genuine));
        let mut card = Forgeable::genuine();
        card.files.insert(which, tlv(0x7F21, &certificate));
        prop_assert!(card.genuineness() != Ok(Genuineness::Genuine));
    }
}
