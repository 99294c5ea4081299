//! The product's own code reads the virtual licence.

use card::pin::{Digit, PinEntry};
use card::session::{Entered, Trouble, Way};
use card::{Caution, Day, Document, IssuerKeys, Outcome, Random, Reading, look};

use super::*;
use crate::card::{MemoryReader, VirtualCard};

fn reader(licence: Licence) -> MemoryReader {
    MemoryReader::with(VirtualCard::with(LicenceCard::of(
        &Person::default(),
        licence,
    )))
}

fn enter(reader: &mut MemoryReader, digits: [u8; 4]) -> Outcome {
    let today = Day::new(2026, 11, 22).unwrap();
    let looked = match look(reader, Way::Pin, today) {
        Ok(looked) => looked,
        Err(trouble) => return Outcome::Trouble(trouble),
    };
    assert_eq!(looked.document(), Document::DriversLicence);
    let mut entry = PinEntry::default();
    digits
        .into_iter()
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    let credential = Entered::Pin.complete(&mut entry).ok().unwrap();
    looked.read(
        reader,
        credential,
        &IssuerKeys::default(),
        Random::new(&mut [7; 32]),
    )
}

fn read(licence: Licence, digits: [u8; 4]) -> Box<Reading> {
    match enter(&mut reader(licence), digits) {
        Outcome::Read(reading) => reading,
        Outcome::Wrong(_) => panic!("refused"),
        Outcome::Trouble(trouble) => panic!("{trouble:?}"),
    }
}

#[test]
fn every_licence_that_can_be_read_gives_what_its_story_says() {
    let person = Person::default();
    for (licence, name, address, cautions) in [
        (Licence::AsMade, &*person.name, &*person.address, &[][..]),
        (
            Licence::Moved,
            &*person.name,
            MOVED_TO,
            &[Caution::AddressChangedSince],
        ),
        (
            Licence::WithGaiji,
            "山田　花〓",
            &*person.address,
            &[Caution::MissingCharacter],
        ),
        (Licence::TriesLeft(2), &*person.name, &*person.address, &[]),
    ] {
        let reading = read(licence, [1, 2, 3, 4]);
        assert_eq!(reading.name(), Some(name));
        assert_eq!(reading.address(), Some(address));
        assert_eq!(reading.birth().unwrap().digits(), person.birth);
        assert_eq!(reading.cautions(), cautions);
    }
    let without_pin = read(Licence::WithoutPin, [9, 9, 9, 9]);
    assert_eq!(without_pin.name(), Some(&*person.name));
}

#[test]
fn no_licence_loses_its_last_try_and_none_is_asked_for_what_is_nobodys_business() {
    for (licence, expected) in [
        (
            Licence::TriesLeft(1),
            Trouble::FewTriesLeft {
                document: Document::DriversLicence,
                left: 1,
            },
        ),
        (
            Licence::TriesLeft(0),
            Trouble::Locked {
                document: Document::DriversLicence,
            },
        ),
        (
            Licence::Expired,
            Trouble::Expired {
                document: Document::DriversLicence,
            },
        ),
    ] {
        let outcome = enter(&mut reader(licence), [1, 2, 3, 4]);
        assert!(matches!(outcome, Outcome::Trouble(trouble) if trouble == expected));
    }
    let mut reader = reader(Licence::AsMade);
    for left in [2, 1, 1, 1] {
        let _ = enter(&mut reader, [9, 9, 9, 9]);
        assert_eq!(reader.card().card().tries_left(), left);
    }
    assert_eq!(reader.card().card().tally().forbidden, 0);
    assert_eq!(reader.card().card().tally().verifies, 2);
}

#[test]
fn the_pin_opens_the_face_and_not_the_honseki() {
    let mut card = VirtualCard::with(LicenceCard::of(&Person::default(), Licence::AsMade));
    let root = b"\x00\xA4\x00\x00";
    let df1 = [b"\x00\xA4\x04\x0C\x10", DF1].concat();
    let status = |answer: Vec<u8>| answer[answer.len() - 2..].to_vec();
    for (command, expected) in [
        (&df1[..], [0x90, 0x00]),
        (b"\x00\xB0\x81\x00\x00", [0x69, 0x82]),
        (root, [0x90, 0x00]),
        (b"\x00\x20\x00\x81", [0x63, 0xC3]),
        (b"\x00\x20\x00\x81\x041234", [0x90, 0x00]),
        (&df1, [0x90, 0x00]),
        (b"\x00\xB0\x81\x00\x00", [0x90, 0x00]),
        (b"\x00\xB0\x82\x00\x00", [0x69, 0x82]),
        (b"\x00\xB0\x89\x00\x00", [0x6A, 0x82]),
    ] {
        assert_eq!(status(card.answer(command)), expected, "{command:02X?}");
    }
}
