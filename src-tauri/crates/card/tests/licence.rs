//! Reading a driver's licence against a script of exact bytes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses every part"
)]

#[path = "common/script.rs"]
mod script;

use card::session::{Trouble, Way};
use card::{Caution, Document, Fault, Genuineness, Outcome, Reading, look};
use script::{LICENCE, NO_MY_NUMBER, OK, Script, pin, present, text_of, today, trouble, visit};

const ROOT: &str = "00A40000";
const SELECT_SETTING: &str = "00A4020C02000A";
const READ_SETTING: &str = "00B0000003";
const SELECT_COMMON: &str = "00A4020C022F01";
const READ_COMMON: &str = "00B0000011";
const TRIES: &str = "00200081";
const VERIFY: &str = "002000810431323334";
const READ_FACE: &str = "00B0810000";
const READ_CHANGES: &str = "00B0840000";

const FEW: Trouble = Trouble::FewTriesLeft {
    document: Document::DriversLicence,
    left: 1,
};
const LOCKED: Trouble = Trouble::Locked {
    document: Document::DriversLicence,
};

const VALID: &str = "450B303039202503172030031746020000 9000";
const EXPIRED: &str = "450B303039202003172025031746020000 9000";

fn looked(setting: &str, common: &str, tries: &str) -> Script {
    Script::new(&[
        NO_MY_NUMBER,
        (LICENCE, OK),
        (ROOT, OK),
        (SELECT_SETTING, OK),
        (READ_SETTING, setting),
        (SELECT_COMMON, OK),
        (READ_COMMON, common),
        (TRIES, tries),
    ])
}

fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
}

/// 日本　花子, born 昭和55年2月17日, 東京都, until 令和12年3月17日; in a file of 880 bytes.
fn face() -> Vec<u8> {
    let mut file = [
        object(0x11, b"\x01"),
        object(0x12, b"\x46\x7C\x4B\x5C\x21\x21\x32\x56\x3B\x52"),
        object(0x16, b"3550217"),
        object(0x17, b"\x45\x6C\x35\x7E\x45\x54"),
        object(0x1B, b"5120317"),
    ]
    .concat();
    file.resize(880, 0xFF);
    file
}

fn change(tag: u8, date: &str, text: &[u8]) -> Vec<u8> {
    let date: Vec<u8> = date.bytes().flat_map(|digit| [0x23, digit]).collect();
    object(tag, &[&[0x01][..], &date, text, &[0x21; 10]].concat())
}

fn read_out(face: &[u8], changes: &[u8]) -> Outcome {
    let answer = |file: &[u8]| text_of(&file[..file.len().min(256)]) + OK;
    let lines = [
        (VERIFY, OK),
        (LICENCE, OK),
        (READ_FACE, &answer(face)),
        (READ_CHANGES, &answer(changes)),
    ];
    visit(looked("050101 9000", VALID, "63C3").then(&lines), pin())
}

fn reading(outcome: Outcome) -> Box<Reading> {
    match outcome {
        Outcome::Read(reading) => reading,
        Outcome::Wrong(_) => panic!("it was refused"),
        Outcome::Trouble(trouble) => panic!("{trouble:?}"),
    }
}

#[test]
fn a_licence_gives_name_birth_and_address_and_no_sex() {
    let reading = reading(read_out(&face(), &[0xFF; 640]));
    assert_eq!(reading.document(), Document::DriversLicence);
    assert_eq!(reading.name(), Some("日本　花子"));
    assert_eq!(reading.address(), Some("東京都"));
    assert_eq!(reading.birth().unwrap().digits(), "19800217");
    assert!(reading.sex().is_none());
    assert_eq!(reading.genuineness(), Genuineness::NotChecked);
    assert_eq!(reading.cautions(), []);
}

#[test]
fn a_move_since_is_the_address_and_a_caution() {
    let changes = [
        change(0x70, "5020401", b"\x35\x7E\x45\x54\x49\x5C"),
        vec![0xFF; 100],
    ]
    .concat();
    let reading = reading(read_out(&face(), &changes));
    assert_eq!(reading.name(), Some("日本　花子"));
    assert_eq!(reading.address(), Some("京都府"));
    assert_eq!(reading.cautions(), [Caution::AddressChangedSince]);
}

#[test]
fn a_change_that_is_not_understood_leaves_the_item_out() {
    for changes in [object(0x70, b"?"), change(0x70, "9020401", b"\x35\x7E")] {
        let reading = reading(read_out(&face(), &[changes, vec![0xFF]].concat()));
        assert_eq!(reading.name(), Some("日本　花子"));
        assert_eq!(reading.address(), None);
        assert_eq!(reading.cautions(), [Caution::AddressChangedSince]);
    }
}

#[test]
fn whatever_else_was_written_behind_the_face_is_a_caution() {
    for changes in [
        object(0x50, b"\x01"),
        object(0x51, &change(0x70, "5070401", b"\x35\x7E")),
        object(0x90, b"?"),
    ] {
        let reading = reading(read_out(&face(), &[changes, vec![0xFF]].concat()));
        assert_eq!(reading.address(), Some("東京都"));
        assert_eq!(reading.cautions(), [Caution::AddressChangedSince]);
    }
}

#[test]
fn a_licence_whose_changes_are_not_given_shows_neither_name_nor_address() {
    let file = text_of(&face()[..256]) + OK;
    let lines = [
        (VERIFY, OK),
        (LICENCE, OK),
        (READ_FACE, &*file),
        (READ_CHANGES, "6A82"),
        ("00A4020C020004", "6A82"),
    ];
    let reading = reading(visit(
        looked("050101 9000", VALID, "63C3").then(&lines),
        pin(),
    ));
    assert_eq!((reading.name(), reading.address()), (None, None));
    assert_eq!(reading.birth().unwrap().digits(), "19800217");
    assert_eq!(reading.cautions(), [Caution::AddressChangedSince]);
}

#[test]
fn a_character_without_a_code_is_shown_as_one_and_told() {
    let mut face = face();
    let place = face
        .windows(2)
        .position(|pair| pair == b"\x32\x56")
        .unwrap();
    face[place..place + 2].copy_from_slice(b"\xFF\xF1");
    let reading = reading(read_out(&face, &[0xFF]));
    assert_eq!(reading.name(), Some("日本　〓子"));
    assert_eq!(reading.cautions(), [Caution::MissingCharacter]);
}

#[test]
fn a_card_that_does_not_know_short_identifiers_is_asked_the_long_way_and_on() {
    // A name of 130 characters, so that the face is longer than one answer.
    let mut face = [object(0x11, b"\x01"), vec![0x12, 0x82, 0x01, 0x04]].concat();
    face.extend(b"\x46\x7C".repeat(130));
    face.extend(object(0x16, b"3550217"));
    face.extend(object(0x17, b"\x45\x6C\x35\x7E\x45\x54"));
    face.extend([0xFF; 20]);
    let (first, second) = (text_of(&face[..256]) + OK, text_of(&face[256..]) + OK);
    let lines = [
        (VERIFY, OK),
        (LICENCE, OK),
        (READ_FACE, "6A86"),
        ("00A4020C020001", OK),
        ("00B0000000", &first),
        ("00B0010000", &second),
        (READ_CHANGES, "6A86"),
        ("00A4020C020004", OK),
        ("00B0000000", "FF6282"),
    ];
    let reading = reading(visit(
        looked("050101 9000", VALID, "63C3").then(&lines),
        pin(),
    ));
    assert_eq!(reading.name().unwrap().chars().count(), 130);
    assert_eq!(reading.address(), Some("東京都"));
}

#[test]
fn a_licence_without_a_pin_opens_with_asterisks_whatever_was_typed() {
    let lines = [
        ("00200081042A2A2A2A", OK),
        (LICENCE, OK),
        (READ_FACE, &*(text_of(&face()[..256]) + OK)),
        (READ_CHANGES, "FF9000"),
    ];
    let outcome = visit(looked("050100 9000", VALID, "63C3").then(&lines), pin());
    assert_eq!(reading(outcome).address(), Some("東京都"));
}

#[test]
fn a_setting_that_cannot_be_read_is_not_taken_for_none() {
    let lines = [(VERIFY, "6700")];
    let script = Script::new(&[
        NO_MY_NUMBER,
        (LICENCE, OK),
        (ROOT, OK),
        (SELECT_SETTING, "6A82"),
        (SELECT_COMMON, "6A82"),
        (TRIES, "63C2"),
    ]);
    assert_eq!(
        trouble(visit(script.then(&lines), pin())),
        Trouble::Unreadable
    );
}

#[test]
fn few_tries_a_lock_and_a_licence_out_of_term_are_told_before_anything_is_presented() {
    for (common, tries, expected) in [
        (VALID, "63C1", FEW),
        (VALID, "63C0", LOCKED),
        (VALID, "6983", LOCKED),
        (VALID, "6984", LOCKED),
        (VALID, "9000", Trouble::Unreadable),
    ] {
        let script = looked("050101 9000", common, tries);
        assert_eq!(trouble(visit(script, pin())), expected, "{tries}");
    }
    let script = Script::new(&[
        NO_MY_NUMBER,
        (LICENCE, OK),
        (ROOT, OK),
        (SELECT_SETTING, OK),
        (READ_SETTING, "050101 9000"),
        (SELECT_COMMON, OK),
        (READ_COMMON, EXPIRED),
    ]);
    let document = Document::DriversLicence;
    assert_eq!(trouble(visit(script, pin())), Trouble::Expired { document });
}

#[test]
fn a_wrong_pin_reports_the_remaining_tries_and_the_last_one_is_kept() {
    let mut script =
        looked("050101 9000", VALID, "63C3").then(&[(VERIFY, "63C2"), (VERIFY, "63C1")]);
    let looked = look(&mut script, Way::Pin, today()).unwrap();
    assert_eq!(looked.document(), Document::DriversLicence);
    assert_eq!(looked.tries_left(), Some(3));
    let Outcome::Wrong(looked) = present(looked, &mut script, pin()) else {
        panic!("it was not refused");
    };
    assert_eq!(looked.tries_left(), Some(2));
    let Outcome::Wrong(looked) = present(looked, &mut script, pin()) else {
        panic!("it was not refused");
    };
    assert_eq!(looked.tries_left(), Some(1));
    let last = present(looked, &mut script, pin());
    assert_eq!(trouble(last), FEW);
    script.assert_done();
}

#[test]
fn a_lost_verify_is_not_sent_again() {
    for (fault, expected) in [
        (Fault::Torn, Trouble::Pulled),
        (Fault::Silent, Trouble::Silent),
        (Fault::ReaderLost, Trouble::NoReader),
    ] {
        let script = looked("050101 9000", VALID, "63C3").failing(VERIFY, fault);
        assert_eq!(trouble(visit(script, pin())), expected);
    }
}

#[test]
fn another_documents_credential_is_not_sent() {
    let script = looked("050101 9000", VALID, "63C3");
    let outcome = visit(script, script::card_number());
    assert_eq!(trouble(outcome), Trouble::Unreadable);
}

#[test]
fn a_file_that_is_cut_or_torn_shows_nothing() {
    let cut = [
        (VERIFY, OK),
        (LICENCE, OK),
        (READ_FACE, "1202467C1709AA 6282"),
    ];
    let script = looked("050101 9000", VALID, "63C3").then(&cut);
    assert_eq!(trouble(visit(script, pin())), Trouble::Unreadable);
    let script = looked("050101 9000", VALID, "63C3")
        .then(&[(VERIFY, OK), (LICENCE, OK)])
        .failing(READ_FACE, Fault::Torn);
    assert_eq!(trouble(visit(script, pin())), Trouble::Pulled);
}
