//! Reading a residence card against a script of exact bytes: the worked examples of both specifications.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses every part"
)]

#[path = "common/script.rs"]
mod script;

use card::residence::{Channel, Generation};
use card::session::{Kind, Trouble, Way};
use card::{Caution, Document, Fault, Genuineness, Outcome, Reading, Sex, look};
use script::{
    LICENCE, NO_MY_NUMBER, OK, RESIDENCE, Script, card_number, hex, pin, present, text_of, today,
    trouble, visit,
};

const ROOT: &str = "00A40000023F00";
const TYPE: &str = "00B08A0000";
const CHALLENGE: &str = "0084000008";
const DF2: &str = "00A4040C10D392F0004F0300000000000000000000";
const READ_ADDRESS: &str = "00B0810000";
const READ_ENTRIES: &str = "08B08300000004960200000000";

/// What the specifications' examples say for the number AA12345678BB.
struct Example {
    card_type: &'static str,
    challenge: &'static str,
    authenticate: &'static str,
    answer: &'static str,
    verify: &'static str,
}

const FIRST: Example = Example {
    card_type: "C10131 9000",
    challenge: "5A6E7E385162B7A3 9000",
    authenticate: concat!(
        "0082000028",
        "937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA",
        "1AD7FB6A3389E017",
        "00"
    ),
    answer: concat!(
        "5860775B4D032CC564BA204B8EA868F694A74E7475A8FEF240588BDA1AF496CE",
        "59388FD6CD45248B",
        "9000"
    ),
    verify: "08200086138611011AA82973DB959A811F9711D728F0EEF6",
};

const SECOND: Example = Example {
    card_type: "C1023035 9000",
    challenge: "921CE277323DA057 9000",
    authenticate: concat!(
        "0082000028",
        "4AD3C7B6BB484A52771977DED618B41DF841FA0476A05FBE041DEAD6109E773B",
        "AC854617634F5397",
        "00"
    ),
    answer: concat!(
        "289A96B1DA6AE3DA87770419BFD14F0BDAD15F36432B5A946C188C7221759A62",
        "FA942EC51E62FF5F",
        "9000"
    ),
    verify: "0820008613861101EE0B31EF877F68D071C56D58C72E6748",
};

fn looked(card_type: &str) -> Script {
    Script::new(&[
        NO_MY_NUMBER,
        (LICENCE, "6A82"),
        (RESIDENCE, OK),
        (ROOT, OK),
        (TYPE, card_type),
    ])
}

fn opened(example: &Example) -> Script {
    looked(example.card_type).then(&[
        (CHALLENGE, example.challenge),
        (example.authenticate, example.answer),
        (example.verify, OK),
    ])
}

/// DF2/EF 01 in its full size of 342 bytes.
fn added(address: &str) -> Vec<u8> {
    let mut file = b"\xD2\x0820200401\xD3\x06131016\xD4\x82\x01\x40".to_vec();
    file.extend(address.bytes());
    file.resize(342, 0);
    file
}

fn reading(outcome: Outcome) -> Box<Reading> {
    match outcome {
        Outcome::Read(reading) => reading,
        Outcome::Wrong(_) => panic!("it was refused"),
        Outcome::Trouble(trouble) => panic!("{trouble:?}"),
    }
}

#[test]
fn the_first_generation_gives_the_address_that_was_added_and_nothing_else() {
    let file = added("東京都千代田区霞が関１丁目１番１号");
    let lines = [
        (DF2, OK),
        (READ_ADDRESS, &*(text_of(&file[..256]) + OK)),
        ("00B0010000", &*(text_of(&file[256..]) + OK)),
    ];
    let reading = reading(visit(opened(&FIRST).then(&lines), card_number()));
    assert_eq!(reading.document(), Document::ResidenceCard);
    assert_eq!(
        reading.address(),
        Some("東京都千代田区霞が関１丁目１番１号")
    );
    assert_eq!(reading.name(), None);
    assert!(reading.birth().is_none() && reading.sex().is_none());
    assert_eq!(reading.genuineness(), Genuineness::NotChecked);
    assert_eq!(reading.cautions(), [Caution::OnlyAddress]);
}

#[test]
fn a_card_to_which_no_address_was_added_gives_none() {
    let file = added("");
    let lines = [
        (DF2, OK),
        (READ_ADDRESS, &*(text_of(&file[..256]) + OK)),
        ("00B0010000", &*(text_of(&file[256..]) + OK)),
    ];
    let reading = reading(visit(opened(&FIRST).then(&lines), card_number()));
    assert_eq!(reading.address(), None);
}

/// The answer that the example's card gives under secure messaging.
fn sealed(entries: &[u8]) -> String {
    let terminal = hex("404142434445464748494A4B4C4D4E4F").try_into().unwrap();
    let card = hex("2CC6AF9B8B607C662FDCAD27B401D08B").try_into().unwrap();
    let channel = Channel::of_halves(Generation::Second, &terminal, &card);
    text_of(&channel.seal(entries)) + OK
}

#[test]
fn the_second_generation_gives_birth_and_sex_under_secure_messaging() {
    for (expiry, cautions) in [("20310401", &[][..]), ("20260401", &[Caution::Expired])] {
        let entries = entries(expiry, "20000102", "2");
        let lines = [(RESIDENCE, OK), (READ_ENTRIES, &*sealed(&entries))];
        let reading = reading(visit(opened(&SECOND).then(&lines), card_number()));
        assert_eq!(reading.birth().unwrap().digits(), "20000102");
        assert!(reading.sex() == Some(Sex::Female));
        assert_eq!((reading.name(), reading.address()), (None, None));
        assert_eq!(reading.cautions(), cautions);
    }
}

#[test]
fn a_wrong_number_is_told_and_another_can_be_tried() {
    for generation in [&FIRST, &SECOND] {
        let mut script = looked(generation.card_type).then(&[
            (CHALLENGE, generation.challenge),
            (generation.authenticate, "6300"),
            (CHALLENGE, generation.challenge),
            (generation.authenticate, generation.answer),
            (generation.verify, "6300"),
        ]);
        let looked = look(&mut script, Way::Pin, today()).unwrap();
        assert_eq!(looked.document(), Document::ResidenceCard);
        assert_eq!(looked.tries_left(), None);
        let Outcome::Wrong(looked) = present(looked, &mut script, card_number()) else {
            panic!("it was not refused");
        };
        let Outcome::Wrong(looked) = present(looked, &mut script, card_number()) else {
            panic!("it was not refused");
        };
        assert_eq!(looked.tries_left(), None);
        script.assert_done();
    }
}

#[test]
fn a_card_that_cannot_prove_the_number_is_sent_no_verify() {
    for answer in ["9000", SECOND.answer, "00 9000", "6982", "6F00"] {
        let script = looked(FIRST.card_type)
            .then(&[(CHALLENGE, FIRST.challenge), (FIRST.authenticate, answer)]);
        assert_eq!(
            trouble(visit(script, card_number())),
            Trouble::Unreadable,
            "{answer}"
        );
    }
    for answer in ["9000", "5A6E7E385162B7 9000", "6D00"] {
        let script = looked(FIRST.card_type).then(&[(CHALLENGE, answer)]);
        assert_eq!(
            trouble(visit(script, card_number())),
            Trouble::Unreadable,
            "{answer}"
        );
    }
}

#[test]
fn a_lost_answer_is_not_asked_for_again() {
    let script = looked(FIRST.card_type)
        .then(&[(CHALLENGE, FIRST.challenge)])
        .failing(FIRST.authenticate, Fault::Torn);
    assert_eq!(trouble(visit(script, card_number())), Trouble::Pulled);
    let script = looked(SECOND.card_type)
        .then(&[
            (CHALLENGE, SECOND.challenge),
            (SECOND.authenticate, SECOND.answer),
        ])
        .failing(SECOND.verify, Fault::Silent);
    assert_eq!(trouble(visit(script, card_number())), Trouble::Silent);
}

#[test]
fn an_answer_that_is_not_sealed_for_us_shows_nothing() {
    let entries = entries("20310401", "20000102", "1");
    let mut bent = hex(&sealed(&entries));
    bent[10] ^= 1;
    for answer in [
        text_of(&bent),
        text_of(&entries) + OK,
        OK.to_owned(),
        "6988".to_owned(),
    ] {
        let script = opened(&SECOND).then(&[(RESIDENCE, OK), (READ_ENTRIES, &answer)]);
        let outcome = visit(script, card_number());
        assert_eq!(trouble(outcome), Trouble::Unreadable, "{answer}");
    }
}

fn entries(expiry: &str, birth: &str, sex: &str) -> Vec<u8> {
    [
        &b"\xC5\x08"[..],
        expiry.as_bytes(),
        b"\xC6\x08",
        birth.as_bytes(),
        b"\xC7\x01",
        sex.as_bytes(),
        b"\xC8\x03392",
    ]
    .concat()
}

#[test]
fn other_types_are_named() {
    for (card_type, expected) in [
        (
            "C1023037 9000",
            Trouble::AnotherCard(Kind::SpecialResidence),
        ),
        (
            "C1023038 9000",
            Trouble::AnotherCard(Kind::SpecialResidence),
        ),
        ("C1023039 9000", Trouble::NewerCard),
        ("6A82", Trouble::Unreadable),
    ] {
        let script = looked(card_type);
        assert_eq!(
            trouble(visit(script, card_number())),
            expected,
            "{card_type}"
        );
    }
}

#[test]
fn a_root_that_is_not_known_by_its_number_is_selected_by_nothing() {
    let script = Script::new(&[
        NO_MY_NUMBER,
        (LICENCE, "6A82"),
        (RESIDENCE, OK),
        (ROOT, "6A86"),
        ("00A40000", OK),
        (TYPE, "6B00"),
    ]);
    assert_eq!(trouble(visit(script, card_number())), Trouble::Unreadable);
}

#[test]
fn a_pin_is_not_sent_to_a_residence_card() {
    assert_eq!(
        trouble(visit(looked(FIRST.card_type), pin())),
        Trouble::Unreadable
    );
}
