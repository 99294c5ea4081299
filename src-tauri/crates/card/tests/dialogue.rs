//! Reading the four items against a script of exact bytes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses every part"
)]

#[path = "common/script.rs"]
mod script;

use card::session::{Document, Entered, Trouble, Way};
use card::{CardNumber, Credential, Day, Fault, Genuineness, Outcome, Sex, look};
use script::{OK, SELECT, Script, held, number_b, pin, present, today, visit_by};

const TRIES: &str = "00200091";
const VERIFY: &str = "002000910431323334";
const READ: &str = "00B0820000";

const FEW: Trouble = Trouble::FewTriesLeft {
    document: Document::MyNumber,
    left: 1,
};
const LOCKED: Trouble = Trouble::Locked {
    document: Document::MyNumber,
};

/// EF 0002 of a JPKI test card, as published in the tests of soltia48/myna-card (MIT).
const GOLDEN: &str = concat!(
    "FF2065DF2108000E002000590064",
    "DF220FE9BB92E6A190E38080E5B9B9E4B99F",
    "DF2336E69DB1E4BAACE983BDE6B885E780ACE5B882E8A6B3E5B883E5AD90E58D97",
    "EFBC91EFBC92EFBC8DEFBC97EFBC8DEFBC92EFBC90EFBC92",
    "DF24083139383030323137DF250131",
);

fn golden_file() -> String {
    GOLDEN.to_owned() + &"FF".repeat(152) + OK
}

fn visit(script: Script) -> Outcome {
    script::visit(script, pin())
}

fn trouble(script: Script) -> Trouble {
    script::trouble(visit(script))
}

fn assert_golden(outcome: Outcome) {
    let Outcome::Read(reading) = outcome else {
        panic!("it was not read")
    };
    assert_eq!(reading.document(), Document::MyNumber);
    assert_eq!(reading.name(), Some("黒桐　幹也"));
    assert_eq!(
        reading.address(),
        Some("東京都清瀬市観布子南１２－７－２０２")
    );
    let birth = reading.birth().unwrap();
    assert_eq!(birth.digits(), "19800217");
    assert_eq!(birth.year_month_day(), Some((1980, 2, 17)));
    assert!(reading.sex() == Some(Sex::Male));
    assert_eq!(reading.genuineness(), Genuineness::NotChecked);
    assert_eq!(reading.cautions(), []);
}

#[test]
fn four_commands_read_the_four_items() {
    let file = golden_file();
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &file),
    ])));
}

#[test]
fn a_file_that_ends_early_is_read_too() {
    let file = golden_file();
    let whole = &file[..208];
    for answer in [
        format!("{whole}9000"),
        format!("{whole}6282"),
        format!("{whole}FF6282"),
    ] {
        assert_golden(visit(Script::new(&[
            (SELECT, OK),
            (TRIES, "63C3"),
            (VERIFY, OK),
            (READ, &answer),
        ])));
    }
}

#[test]
fn a_reader_that_cuts_answers_short_is_asked_on() {
    let file = golden_file();
    let (first, second) = (
        format!("{}9000", &file[..100]),
        format!("{}9000", &file[100..208]),
    );
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &first),
        ("00B0003200", &second),
    ])));
}

#[test]
fn announced_rests_and_corrected_lengths_are_followed() {
    let file = golden_file();
    let (first, second) = (
        format!("{}6134", &file[..104]),
        format!("{}9000", &file[104..208]),
    );
    let whole = format!("{}9000", &file[..208]);
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, "6C68"),
        ("00B0820068", &first),
        ("00C0000034", &second),
    ])));
    assert_golden(visit(Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, "6C68"),
        ("00B0820068", &whole),
    ])));
}

#[test]
fn a_card_without_short_identifiers_is_asked_the_long_way() {
    let file = golden_file();
    for refused in ["6A86", "6A82", "6700", "6D00"] {
        assert_golden(visit(Script::new(&[
            (SELECT, OK),
            (TRIES, refused),
            ("00A4020C020011", OK),
            ("00200080", "63C3"),
            ("002000800431323334", OK),
            (READ, refused),
            ("00A4020C020002", OK),
            ("00B0000000", &file),
        ])));
    }
}

#[test]
fn the_first_command_after_power_up_may_fail_once() {
    let file = golden_file();
    assert_golden(visit(Script::new(&[
        (SELECT, "6F00"),
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &file),
    ])));
    assert_eq!(
        trouble(Script::new(&[(SELECT, "6F00"), (SELECT, "6F00")])),
        Trouble::Unreadable
    );
}

#[test]
fn a_verify_that_fails_like_the_first_command_is_not_repeated() {
    let script = Script::new(&[(SELECT, OK), (TRIES, "63C3"), (VERIFY, "6F00")]);
    assert_eq!(trouble(script), Trouble::Unreadable);
}

#[test]
fn a_wrong_pin_reports_the_remaining_tries() {
    let mut script = Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, "63C2"),
        (VERIFY, "63C1"),
    ]);
    let looked = look(&mut script, Way::Pin, today()).unwrap();
    assert_eq!(looked.tries_left(), Some(3));
    let Outcome::Wrong(looked) = present(looked, &mut script, pin()) else {
        panic!("a wrong PIN")
    };
    assert_eq!(looked.tries_left(), Some(2));
    let Outcome::Wrong(looked) = present(looked, &mut script, pin()) else {
        panic!("a wrong PIN")
    };
    assert_eq!(looked.tries_left(), Some(1));
    // The script expects nothing more: the last try never reaches the card.
    let Outcome::Trouble(trouble) = present(looked, &mut script, pin()) else {
        panic!("refused")
    };
    assert_eq!(trouble, FEW);
}

#[test]
fn one_try_left_never_sends_a_verify() {
    let script = Script::new(&[(SELECT, OK), (TRIES, "63C1")]);
    assert_eq!(trouble(script), FEW);
}

#[test]
fn a_locked_pin_is_locked_however_the_card_says_it() {
    for locked in ["63C0", "6983", "6984"] {
        assert_eq!(
            trouble(Script::new(&[(SELECT, OK), (TRIES, locked)])),
            LOCKED
        );
        let just_now = Script::new(&[(SELECT, OK), (TRIES, "63C2"), (VERIFY, locked)]);
        assert_eq!(trouble(just_now), LOCKED);
    }
}

#[test]
fn a_card_that_does_not_tell_its_counter_is_sent_no_verify() {
    for answer in ["9000", "6300", "6982", "6985", "6F00", "66F1"] {
        let script = Script::new(&[(SELECT, OK), (TRIES, answer)]);
        assert_eq!(trouble(script), Trouble::Unreadable, "{answer}");
    }
}

#[test]
fn a_torn_answer_is_a_pulled_card_at_every_command() {
    let file = golden_file();
    let whole = [
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, file.as_str()),
    ];
    let half_a_file = &file[..100];
    for torn in ["", "90", half_a_file] {
        for place in 0..whole.len() {
            let mut lines = whole[..=place].to_vec();
            lines[place].1 = torn;
            assert_eq!(
                trouble(Script::new(&lines)),
                Trouble::Pulled,
                "command {place}, {torn}"
            );
        }
    }
}

#[test]
fn every_fault_has_its_trouble_at_every_command_and_nothing_is_sent_again() {
    let file = golden_file();
    let whole = [
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, file.as_str()),
    ];
    for (fault, expected) in [
        (Fault::Torn, Trouble::Pulled),
        (Fault::Removed, Trouble::Pulled),
        (Fault::ReaderLost, Trouble::NoReader),
        (Fault::Busy, Trouble::Busy),
        (Fault::Silent, Trouble::Silent),
        (Fault::Refused, Trouble::Unreadable),
    ] {
        for (place, (command, _)) in whole.iter().enumerate() {
            let script = Script::new(&whole[..place]).failing(command, fault);
            assert_eq!(trouble(script), expected, "{fault} at command {place}");
        }
    }
}

#[test]
fn half_of_the_file_that_looks_like_success_shows_nothing() {
    let half = format!("{}9000", &golden_file()[..120]);
    let script = Script::new(&[
        (SELECT, OK),
        (TRIES, "63C3"),
        (VERIFY, OK),
        (READ, &half),
        ("00B0003C00", "6B00"),
    ]);
    assert_eq!(trouble(script), Trouble::Unreadable);
}

const TRIES_B: &str = "00200095";
const VERIFY_B: &str = "002000950E3535303231373230333532323835";

#[test]
fn number_b_reads_the_four_items_with_four_commands_too() {
    let file = golden_file();
    let script = Script::new(&[
        (SELECT, OK),
        (TRIES_B, "63CA"),
        (VERIFY_B, OK),
        (READ, &file),
    ]);
    assert_golden(visit_by(script, Way::NumberB, number_b()));
}

#[test]
fn number_b_is_presented_the_long_way_to_a_card_without_short_identifiers() {
    let file = golden_file();
    for refused in ["6A86", "6A82", "6700", "6D00"] {
        let script = Script::new(&[
            (SELECT, OK),
            (TRIES_B, refused),
            ("00A4020C020015", OK),
            ("00200080", "63CA"),
            ("002000800E3535303231373230333532323835", OK),
            (READ, &file),
        ]);
        assert_golden(visit_by(script, Way::NumberB, number_b()));
    }
}

#[test]
fn a_locked_pin_is_no_end() {
    let file = golden_file();
    let mut script = Script::new(&[
        (SELECT, OK),
        (TRIES, "6984"),
        (SELECT, OK),
        (TRIES_B, "63CA"),
        (VERIFY_B, OK),
        (READ, &file),
    ]);
    assert_eq!(look(&mut script, Way::Pin, today()).err(), Some(LOCKED));
    assert_golden(visit_by(script, Way::NumberB, number_b()));
}

#[test]
fn the_last_tries_of_number_b_are_kept_too() {
    for (counter, expected) in [
        ("63C1", FEW),
        ("63C0", LOCKED),
        ("6984", LOCKED),
        ("6983", LOCKED),
        ("9000", Trouble::Unreadable),
    ] {
        let mut script = Script::new(&[(SELECT, OK), (TRIES_B, counter)]);
        assert_eq!(
            look(&mut script, Way::NumberB, today()).err(),
            Some(expected),
            "{counter}"
        );
    }
}

#[test]
fn a_card_whose_last_year_is_past_is_sent_nothing() {
    let mut script = Script::new(&[(SELECT, OK), (TRIES_B, "63CA")]);
    let in_2036 = Day::new(2036, 1, 1).unwrap();
    let looked = look(&mut script, Way::NumberB, in_2036).unwrap();
    let Outcome::Trouble(trouble) = present(looked, &mut script, number_b()) else {
        panic!("refused")
    };
    let document = Document::MyNumber;
    assert_eq!(trouble, Trouble::Expired { document });
}

#[test]
fn a_credential_of_another_way_is_not_sent() {
    let card_number = || Credential::CardNumber(CardNumber::parse(b"AA12345678BB").unwrap());
    for (way, tries, credential) in [
        (Way::Pin, TRIES, number_b()),
        (Way::NumberB, TRIES_B, pin()),
        (Way::Pin, TRIES, card_number()),
        (Way::NumberB, TRIES_B, card_number()),
    ] {
        let script = Script::new(&[(SELECT, OK), (tries, "63C3")]);
        let Outcome::Trouble(trouble) = visit_by(script, way, credential) else {
            panic!("refused")
        };
        assert_eq!(trouble, Trouble::Unreadable);
    }
}

#[test]
fn digits_that_are_missing_stay_with_those_that_are_there() {
    let mut digits = held([1, 2, 3, 4]);
    digits.erase();
    assert!(Entered::Pin.complete(&mut digits).is_err());
    assert_eq!(digits.length(), 3);
    let number = CardNumber::parse(b"AA12345678BB").unwrap();
    assert!(Entered::CardNumber(number).complete(&mut digits).is_ok());
    assert_eq!(digits.length(), 0, "digits that nobody needs are wiped");
}
