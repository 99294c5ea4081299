//! Cards that are not read: each is told by name, and none is sent a credential.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses every part"
)]

#[path = "common/script.rs"]
mod script;

use card::session::{Kind, Trouble};
use script::{LICENCE, OK, RESIDENCE, SELECT, Script, pin};

/// The script holds no credential, so one that is sent ends the test.
fn trouble(script: Script) -> Trouble {
    script::trouble(script::visit(script, pin()))
}

const JPKI: &str = "00A4040C0AD392F000260100000001";
const FACE: &str = "00A4040C0AD3921000310001010402";
const MY_NUMBER_LICENCE: &str = "00A4040C10A0000002310600000000000000000000";
const SPECIAL_RESIDENCE: &str = "00A4040C10D392F0004F0100000000000000000000";
const PPSE: &str = "00A404000E325041592E5359532E444446303100";
const PSE: &str = "00A404000E315041592E5359532E444446303100";
const LABEL: &str = "00B0860020";

/// What is asked of a card that has none of the applications read here, in this order.
const PROBES: [&str; 9] = [
    SELECT,
    LICENCE,
    RESIDENCE,
    JPKI,
    FACE,
    MY_NUMBER_LICENCE,
    SPECIAL_RESIDENCE,
    PPSE,
    PSE,
];

/// A card that says "not found" until this probe.
fn first_found(found: &str, answer: &str) -> Script {
    let until = PROBES.iter().position(|probe| *probe == found).unwrap();
    let mut lines: Vec<_> = PROBES[..until]
        .iter()
        .map(|probe| (*probe, "6A82"))
        .collect();
    lines.push((found, answer));
    Script::new(&lines)
}

#[test]
fn every_kind_of_card_is_named_and_none_is_sent_a_credential() {
    for (found, kind) in [
        (FACE, Kind::Unknown),
        (MY_NUMBER_LICENCE, Kind::MyNumberLicence),
        (SPECIAL_RESIDENCE, Kind::SpecialResidence),
        (PPSE, Kind::CreditCard),
        (PSE, Kind::CreditCard),
    ] {
        assert_eq!(trouble(first_found(found, OK)), Trouble::AnotherCard(kind));
    }
    assert_eq!(
        trouble(first_found(
            PPSE,
            "6F1A840E325041592E5359532E44444630319000"
        )),
        Trouble::AnotherCard(Kind::CreditCard)
    );
}

#[test]
fn a_smartphone_says_in_its_label_that_it_is_one() {
    for (label, kind) in [
        ("JPKIAPGPSETOKEN", Kind::SmartphoneJpki),
        ("JPKIAPIOSTOKEN", Kind::SmartphoneJpki),
        ("JPKIAPICCTOKEN", Kind::ResidentRegister),
        ("JPKIAPICCTOKEN2", Kind::Unknown),
        ("", Kind::Unknown),
    ] {
        let text: String = format!("{label:32}")
            .bytes()
            .map(|b| format!("{b:02X}"))
            .collect();
        let script = first_found(JPKI, OK).then(&[(LABEL, &(text + OK))]);
        assert_eq!(trouble(script), Trouble::AnotherCard(kind), "{label}");
    }
    let script = first_found(JPKI, OK).then(&[(LABEL, "6A82")]);
    assert_eq!(trouble(script), Trouble::AnotherCard(Kind::Unknown));
}

#[test]
fn a_card_that_knows_nothing_is_perhaps_a_newer_one() {
    let nothing = PROBES.map(|probe| (probe, "6A82"));
    assert_eq!(trouble(Script::new(&nothing)), Trouble::NewerCard);
}

#[test]
fn a_card_that_answers_oddly_is_some_other_card() {
    for odd in ["6D00", "6E00", "6A81", "6A86", "6700", "6985"] {
        let oddly = PROBES.map(|probe| (probe, odd));
        assert_eq!(
            trouble(Script::new(&oddly)),
            Trouble::AnotherCard(Kind::Unknown),
            "{odd}"
        );
    }
}
