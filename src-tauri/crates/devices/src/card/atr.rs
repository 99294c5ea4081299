//! What a card says of itself when it is powered: the answer to reset.
//!
//! It decides one thing only: a storage card (FeliCa, MIFARE) is no card that holds applications, and a reader
//! says so by the application identifier of the PC/SC Workgroup. Such a card is told by name and sent nothing.
//! Everything else is asked: answers to reset of real My Number cards are many, and new ones keep appearing.
//!
//! Sources: ISO/IEC 7816-3 (structure), PC/SC Specification part 3 (contactless cards and storage cards),
//! `smartcard_list.txt` of LudovicRousseau/pcsc-tools and OpenSC issue #3021 (answers seen).

use card::session::Kind;
use serde::{Deserialize, Serialize};

/// What an answer to reset tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtrMeaning {
    /// FeliCa: commuter passes, electronic money, some phones.
    #[serde(rename = "felica")]
    FeliCa,
    /// Another storage card, for example MIFARE.
    StorageCard,
    /// Seen on My Number cards in a slot with contacts.
    MyNumberContact,
    /// Seen on My Number cards on a contactless plate.
    MyNumberContactless,
    /// Seen on drivers' licences.
    DriversLicence,
    /// Some card with a processor on a contactless plate.
    Contactless,
    /// Some card in a slot with contacts.
    Contact,
    /// Not the form of an answer to reset.
    Malformed,
}

/// The registered identifier of the PC/SC Workgroup, under which readers announce storage cards.
const STORAGE_CARD: &[u8] = b"\x80\x4F\x0C\xA0\x00\x00\x03\x06";
/// The standard byte of FeliCa (JIS X 6319-4).
const FELICA: u8 = 0x11;

const MY_NUMBER_CONTACT: [&[u8]; 3] = [
    b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14",
    b"\x3B\xDA\x13\xFF\x81\x31\xFB\x46\x80\x12\x39\x2F\x31\xC1\x73\xC6\x01\xC0\x3B",
    b"\x3B\xC5\xFF\x81\x31\xFB\x45\x80\x73\xC6\x01\x00\x00",
];
const MY_NUMBER_CONTACTLESS: [&[u8]; 4] = [
    b"\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F",
    b"\x3B\x88\x80\x01\x00\x00\x41\xE0\xB3\x81\xA1\x00\x3B",
    b"\x3B\x88\x80\x01\x00\x4B\x51\xFF\xB3\x81\xD1\x00\x0F",
    b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\x00\xD1\xD6",
];
const DRIVERS_LICENCE: &[u8] = b"\x3B\x88\x80\x01\x00\x00\x00\x00\x91\x81\xC1\x00\xD8";

impl AtrMeaning {
    /// The meaning of an answer to reset.
    #[must_use]
    pub fn of(atr: &[u8]) -> Self {
        if MY_NUMBER_CONTACT.contains(&atr) {
            return Self::MyNumberContact;
        }
        if MY_NUMBER_CONTACTLESS.contains(&atr) {
            return Self::MyNumberContactless;
        }
        if atr == DRIVERS_LICENCE {
            return Self::DriversLicence;
        }
        match historical_bytes(atr) {
            None => Self::Malformed,
            Some(bytes) => match bytes.strip_prefix(STORAGE_CARD) {
                Some([FELICA, ..]) => Self::FeliCa,
                Some(_) => Self::StorageCard,
                // PC/SC part 3: TD1 = 80, TD2 = 01 for whatever answers on a plate.
                None if matches!(atr, [0x3B, 0x80..=0x8F, 0x80, 0x01, ..]) => Self::Contactless,
                None => Self::Contact,
            },
        }
    }

    /// The kind of a card that holds no applications at all; it is sent nothing. `None` for one that is asked.
    #[must_use]
    pub fn storage(self) -> Option<Kind> {
        match self {
            Self::FeliCa => Some(Kind::TransitCard),
            Self::StorageCard => Some(Kind::Unknown),
            Self::MyNumberContact
            | Self::MyNumberContactless
            | Self::DriversLicence
            | Self::Contactless
            | Self::Contact
            | Self::Malformed => None,
        }
    }
}

/// The historical bytes, behind as many interface bytes as the answer announces.
fn historical_bytes(atr: &[u8]) -> Option<&[u8]> {
    let (&[first, format], mut rest) = atr.split_first_chunk()?;
    if !matches!(first, 0x3B | 0x3F) {
        return None;
    }
    let mut announced = format >> 4;
    loop {
        let interface = usize::try_from((announced & 0b0111).count_ones()).ok()?;
        rest = rest.get(interface..)?;
        if announced & 0b1000 == 0 {
            break;
        }
        let (&next, behind) = rest.split_first()?;
        announced = next >> 4;
        rest = behind;
    }
    rest.get(..usize::from(format & 0x0F))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.split(' ')
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect()
    }

    #[test]
    fn answers_that_were_seen_are_told_by_name() {
        for (atr, meaning) in [
            (
                "3B 8F 80 01 80 4F 0C A0 00 00 03 06 11 00 3B 00 00 00 00 42",
                AtrMeaning::FeliCa,
            ),
            (
                "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A",
                AtrMeaning::StorageCard,
            ),
            ("3B E0 00 FF 81 31 FE 45 14", AtrMeaning::MyNumberContact),
            (
                "3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F",
                AtrMeaning::MyNumberContactless,
            ),
            (
                "3B 88 80 01 00 00 00 00 91 81 C1 00 D8",
                AtrMeaning::DriversLicence,
            ),
            // A payment card on a plate, and one in a slot.
            (
                "3B 8A 80 01 00 31 C1 73 C8 40 00 00 90 00 90",
                AtrMeaning::Contactless,
            ),
            ("3B 65 00 00 20 63 CB 66 00", AtrMeaning::Contact),
            ("3B", AtrMeaning::Malformed),
            ("00 00", AtrMeaning::Malformed),
            ("3B 8F 80 01 80 4F", AtrMeaning::Malformed),
            ("3B F0", AtrMeaning::Malformed),
        ] {
            assert_eq!(AtrMeaning::of(&bytes(atr)), meaning, "{atr}");
        }
        assert_eq!(AtrMeaning::of(&[]), AtrMeaning::Malformed);
    }

    #[test]
    fn only_a_storage_card_is_told_without_being_asked() {
        for known in MY_NUMBER_CONTACT
            .iter()
            .chain(&MY_NUMBER_CONTACTLESS)
            .chain([&DRIVERS_LICENCE])
        {
            assert_eq!(AtrMeaning::of(known).storage(), None);
        }
        assert_eq!(AtrMeaning::FeliCa.storage(), Some(Kind::TransitCard));
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_meaning(atr in proptest::collection::vec(any::<u8>(), 0..40)) {
            let meaning = AtrMeaning::of(&atr);
            if meaning.storage().is_some() {
                prop_assert!(atr.windows(STORAGE_CARD.len()).any(|it| it == STORAGE_CARD));
            }
        }
    }
}
