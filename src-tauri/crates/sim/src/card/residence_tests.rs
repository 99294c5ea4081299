//! The product's own code reads the virtual residence card.

use card::pin::PinEntry;
use card::session::{Entered, Trouble, Way};
use card::{Caution, Day, Document, IssuerKeys, Outcome, Random, Reading, Sex, look};

use super::*;
use crate::card::{MemoryReader, VirtualCard};

fn reader(residence: Residence) -> MemoryReader {
    MemoryReader::with(VirtualCard::with(ResidenceCard::of(
        &Person::default(),
        residence,
    )))
}

fn enter(reader: &mut MemoryReader, number: &str) -> Outcome {
    let today = Day::new(2026, 11, 22).unwrap();
    let looked = match look(reader, Way::NumberB, today) {
        Ok(looked) => looked,
        Err(trouble) => return Outcome::Trouble(trouble),
    };
    assert_eq!(looked.document(), Document::ResidenceCard);
    assert_eq!(looked.tries_left(), None);
    let entered = Entered::CardNumber(CardNumber::parse(number.as_bytes()).unwrap());
    let credential = entered.complete(&mut PinEntry::default()).ok().unwrap();
    looked.read(
        reader,
        credential,
        &IssuerKeys::default(),
        Random::new(&mut [7; 32]),
    )
}

fn read(residence: Residence) -> Box<Reading> {
    let mut reader = reader(residence);
    match enter(&mut reader, RESIDENCE_CARD_NUMBER) {
        Outcome::Read(reading) => {
            assert_eq!(reader.card().card().tally().forbidden, 0);
            reading
        }
        Outcome::Wrong(_) => panic!("refused"),
        Outcome::Trouble(trouble) => panic!("{trouble:?}"),
    }
}

#[test]
fn every_residence_card_gives_the_little_it_holds_as_text() {
    let person = Person::default();
    for (residence, address) in [
        (Residence::Moved, Some(MOVED_TO)),
        (Residence::SpecialPermanent, Some(MOVED_TO)),
        (Residence::AsMade, None),
    ] {
        let reading = read(residence);
        assert_eq!((reading.name(), reading.address()), (None, address));
        assert!(reading.birth().is_none());
        assert_eq!(reading.cautions(), [Caution::OnlyAddress]);
    }
    for (residence, cautions) in [
        (Residence::Second, &[][..]),
        (Residence::SecondExpired, &[Caution::Expired]),
    ] {
        let reading = read(residence);
        assert_eq!((reading.name(), reading.address()), (None, None));
        assert_eq!(reading.birth().unwrap().digits(), person.birth);
        assert!(reading.sex() == Some(Sex::Female));
        assert_eq!(reading.cautions(), cautions);
    }
    let outcome = enter(&mut reader(Residence::UnknownType), RESIDENCE_CARD_NUMBER);
    assert!(matches!(outcome, Outcome::Trouble(Trouble::NewerCard)));
}

#[test]
fn another_number_opens_nothing_and_costs_nothing() {
    for residence in [Residence::Moved, Residence::Second] {
        let mut reader = reader(residence);
        for _ in 0..20 {
            assert!(matches!(
                enter(&mut reader, "AA12345678BC"),
                Outcome::Wrong(_)
            ));
        }
        let outcome = enter(&mut reader, RESIDENCE_CARD_NUMBER);
        assert!(matches!(outcome, Outcome::Read(_)));
    }
}

#[test]
fn nothing_is_read_without_the_number() {
    for residence in [Residence::Moved, Residence::Second] {
        let mut card = VirtualCard::with(ResidenceCard::of(&Person::default(), residence));
        let select = |df: u8| [b"\x00\xA4\x04\x0C\x10", AID, &[df], &[0; 10]].concat();
        let answer = |card: &mut VirtualCard, command: &[u8]| {
            let answer = card.answer(command);
            answer[answer.len() - 2..].to_vec()
        };
        for (df, read) in [
            (
                0x02,
                &b"\x08\xB0\x83\x00\x00\x00\x04\x96\x02\x00\x00\x00\x00"[..],
            ),
            (
                0x02,
                b"\x08\xB0\x85\x00\x00\x00\x04\x96\x02\x00\x00\x00\x00",
            ),
            (0x03, b"\x00\xB0\x81\x00\x00"),
            (0x03, b"\x00\xB0\x83\x00\x00"),
            (0x04, b"\x00\xB0\x82\x00\x00"),
        ] {
            assert_eq!(answer(&mut card, &select(df)), [0x90, 0x00]);
            let status = answer(&mut card, read);
            assert!(
                [[0x69, 0x82], [0x6A, 0x82]].iter().any(|it| status == it),
                "{status:02X?}"
            );
        }
        let verify = [&b"\x08\x20\x00\x86\x13\x86\x11\x01"[..], &[0; 16]].concat();
        assert_eq!(answer(&mut card, &verify), [0x69, 0x85], "no session yet");
        let authenticate = [&b"\x00\x82\x00\x00\x28"[..], &[0; 40], &[0]].concat();
        assert_eq!(
            answer(&mut card, &authenticate),
            [0x69, 0x85],
            "no challenge yet"
        );
    }
}
