//! What is handed out of a card: texts untouched, and what a clerk should know beside them.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use card::characters::{Oddity, unusual};
use card::{BasicFour, Caution, Document, Genuineness, Malformed, Parts, Reading, Sex};
use proptest::prelude::*;

const NOTHING: Parts<'static> = Parts {
    document: Document::MyNumber,
    name: None,
    address: None,
    birth: None,
    sex: None,
    genuineness: Genuineness::NotChecked,
    cautions: &[],
};

fn named(name: &str) -> Result<Reading, Malformed> {
    Reading::from_parts(Parts {
        name: Some(name.as_bytes()),
        ..NOTHING
    })
}

/// Names as they come at a city's counter. Compatibility ideographs are written by code point, because an
/// editor may exchange them for the ordinary ones.
#[test]
fn names_pass_untouched_and_what_is_rare_about_them_is_said() {
    use Caution::{BeyondJisX0213, PrivateUse, VariationSequence};
    let long = "寿".repeat(70);
    let long_with_selectors = "邉\u{E010F}".repeat(35);
    for (name, cautions) in [
        ("\u{FA1B}山　花子", &[][..]),
        ("福山　花子", &[]),
        ("\u{FA19}　一郎", &[]),
        ("神　一郎", &[]),
        ("芦\u{E0100}田　太郎", &[VariationSequence]),
        ("渡邉\u{E0103}　花", &[VariationSequence]),
        ("髙橋　優", &[BeyondJisX0213]),
        ("\u{FA11}田　実", &[]),
        ("\u{20BB7}野　家", &[BeyondJisX0213]),
        ("辻　あかり", &[]),
        ("ｶﾞｷﾞ", &[]),
        ("ヴァネッサ", &[]),
        ("キヨウコ", &[]),
        ("キョウコ", &[]),
        ("NGUYEN THI HOA", &[]),
        ("NGUYEN THI HOA（阮　氏花）", &[]),
        ("SUKARNO", &[]),
        ("山田花子", &[]),
        ("山田［旧氏：佐藤］　花子", &[]),
        ("\u{E000}田　守", &[PrivateUse]),
        (
            "\u{20BB7}\u{E000}葛\u{E0100}",
            &[PrivateUse, BeyondJisX0213, VariationSequence],
        ),
        (&long, &[]),
        (&long_with_selectors, &[VariationSequence]),
    ] {
        let reading = named(name).unwrap_or_else(|_| panic!("{name}"));
        assert_eq!(reading.name(), Some(name));
        assert_eq!(reading.cautions(), cautions, "{name}");
    }
}

#[test]
fn a_rare_character_is_shown_to_the_clerk_by_its_place() {
    let places: Vec<_> = unusual("渡邉\u{E0103}　𠮷")
        .map(|it| (it.at, it.why))
        .collect();
    assert_eq!(
        places,
        [(2, Oddity::VariationSelector), (4, Oddity::BeyondJisX0213)]
    );
}

#[test]
fn what_a_document_does_not_hold_is_nothing_rather_than_empty() {
    let reading = Reading::from_parts(NOTHING).unwrap_or_else(|_| unreachable!());
    assert!(reading.name().is_none() && reading.address().is_none());
    assert!(reading.birth().is_none() && reading.sex().is_none());
    assert!(named("").is_err());
    let overlong = "あ".repeat(Reading::TEXT_BYTES_MAX / 3 + 1);
    for bad in ["A\u{1B}B", "A\n", &overlong] {
        assert!(named(bad).is_err());
    }
    for birth in [
        &b"1980021"[..],
        b"1980-02-17",
        b"",
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ] {
        let parts = Parts {
            birth: Some(birth),
            ..NOTHING
        };
        assert!(Reading::from_parts(parts).is_err());
    }
}

#[test]
fn cautions_stand_once_and_in_one_order() {
    let reading = Reading::from_parts(Parts {
        document: Document::DriversLicence,
        name: Some("髙橋\u{E000}".as_bytes()),
        address: Some("髙松市".as_bytes()),
        cautions: &[
            Caution::BeyondJisX0213,
            Caution::Expired,
            Caution::AddressChangedSince,
        ],
        ..NOTHING
    });
    assert_eq!(
        reading.unwrap_or_else(|_| unreachable!()).cautions(),
        [
            Caution::AddressChangedSince,
            Caution::Expired,
            Caution::PrivateUse,
            Caution::BeyondJisX0213,
        ]
    );
}

proptest! {
    /// The channel to the card process takes a reading apart and puts it together again.
    #[test]
    fn a_reading_taken_apart_is_put_together_again(
        name in "\\PC{1,70}",
        address in prop::option::of("\\PC{1,120}"),
        birth in "[0-9]{8}",
        known in prop::sample::subsequence(Caution::ALL.to_vec(), 0..=7),
    ) {
        let four = BasicFour::from_parts(name.as_bytes(), "東京都".as_bytes(), birth.as_bytes(), Sex::Male).unwrap();
        let of_card = Reading::of_my_number_card(four, Genuineness::Genuine);
        prop_assert_eq!(of_card.name(), Some(name.as_str()));
        let parts = Parts {
            name: Some(name.as_bytes()),
            address: address.as_ref().map(|it| it.as_bytes()),
            birth: Some(birth.as_bytes()),
            sex: Some(Sex::Female),
            genuineness: Genuineness::Refused,
            cautions: &known,
            ..NOTHING
        };
        let once = Reading::from_parts(parts).unwrap_or_else(|_| unreachable!());
        let twice = Reading::from_parts(Parts {
            document: once.document(),
            name: once.name().map(str::as_bytes),
            address: once.address().map(str::as_bytes),
            birth: once.birth().map(|it| it.digits().as_bytes()),
            sex: once.sex(),
            genuineness: once.genuineness(),
            cautions: once.cautions(),
        })
        .unwrap_or_else(|_| unreachable!());
        prop_assert_eq!(twice.name(), once.name());
        prop_assert_eq!(twice.address(), once.address());
        prop_assert_eq!(twice.cautions(), once.cautions());
        prop_assert_eq!(twice.genuineness(), Genuineness::Refused);
        prop_assert!(known.iter().all(|it| twice.cautions().contains(it)));
    }
}
