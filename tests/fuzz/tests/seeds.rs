//! Every seed is played, and the good ones read what they should: a fuzzer that starts from broken
//! conversations proves little.

use card::Document;
use card::session::{Kind, Trouble};
use fuzz::{Seen, seeds};

fn seen(
    seeds: Vec<(&'static str, Vec<u8>)>,
    target: fn(&[u8]) -> Seen,
) -> Vec<(&'static str, Seen)> {
    seeds
        .into_iter()
        .map(|(name, bytes)| (name, target(&bytes)))
        .collect()
}

#[test]
fn conversations_with_whatever_lies_there() {
    let document = Document::MyNumber;
    let my_number = Seen::Read(document);
    let few_tries = Seen::Trouble(Trouble::FewTriesLeft { document, left: 1 });
    let expected = [
        ("pin", my_number),
        ("number-b", my_number),
        ("pin-signed", my_number),
        ("in-pieces", my_number),
        ("wrong-le", my_number),
        ("long-form", my_number),
        ("wrong-twice", few_tries),
        ("few", few_tries),
        ("locked", Seen::Trouble(Trouble::Locked { document })),
        ("counter-said-too-early", Seen::Trouble(Trouble::Unreadable)),
        ("power-up", my_number),
        ("licence", Seen::Read(Document::DriversLicence)),
        ("residence-first", Seen::Trouble(Trouble::Pulled)),
        (
            "telephone",
            Seen::Trouble(Trouble::AnotherCard(Kind::SmartphoneJpki)),
        ),
        ("newer", Seen::Trouble(Trouble::NewerCard)),
        (
            "payment",
            Seen::Trouble(Trouble::AnotherCard(Kind::Unknown)),
        ),
    ];
    assert_eq!(seen(seeds::responses(), fuzz::responses), expected);
}

#[test]
fn licences() {
    let document = Document::DriversLicence;
    let expected = [
        ("conversation", Seen::Read(Document::DriversLicence)),
        ("face", Seen::Parsed),
        ("changes", Seen::Parsed),
        ("common", Seen::Parsed),
        ("setting", Seen::Parsed),
        ("expired", Seen::Trouble(Trouble::Expired { document })),
    ];
    assert_eq!(seen(seeds::licence(), fuzz::licence), expected);
}

#[test]
fn residence_cards() {
    let read = Seen::Read(Document::ResidenceCard);
    let unreadable = Seen::Trouble(Trouble::Unreadable);
    let expected = [
        ("first", read),
        ("second", read),
        ("first-authentication", unreadable),
        ("second-authentication", read),
        ("first-code", unreadable),
        ("second-code", read),
        ("first-reading", read),
        ("second-reading", unreadable),
        ("everything", unreadable),
        ("file-first", Seen::Parsed),
        ("file-second", Seen::Parsed),
        ("file-type", Seen::Parsed),
    ];
    assert_eq!(seen(seeds::residence(), fuzz::residence), expected);
}

#[test]
fn files_and_names() {
    let seen = seen(seeds::tlv(), fuzz::tlv);
    assert_eq!(
        seen.first(),
        Some(&("four-items", Seen::Read(Document::MyNumber)))
    );
}

#[test]
fn nothing_at_all_is_a_card_that_is_gone() {
    let pulled = Seen::Trouble(Trouble::Pulled);
    assert_eq!(fuzz::responses(&[]), pulled);
    assert_eq!(fuzz::licence(&[]), pulled);
}
