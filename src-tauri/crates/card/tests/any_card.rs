//! Whatever a card answers, what is promised holds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::pin::{Digit, PinEntry};
use card::session::{Entered, Way};
use card::{
    BasicFour, CardTransport, Credential, Day, Fault, IssuerKeys, Outcome, PrintedDates, Random,
    Sex, look,
};
use proptest::prelude::*;

/// A card that answers whatever it likes, and remembers what it was asked.
#[derive(Default)]
struct Whim {
    answers: Vec<Vec<u8>>,
    next: usize,
    commands: Vec<Vec<u8>>,
    credentials: usize,
}

impl Whim {
    fn answer(&mut self, command: &[u8]) -> Result<Response, Fault> {
        self.commands.push(command.to_vec());
        let answer = self.answers.get(self.next).cloned().unwrap_or_default();
        self.next += 1;
        Response::parse(answer)
    }
}

impl CardTransport for Whim {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.answer(command.bytes())
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.credentials += 1;
        self.answer(command.expose())
    }
}

fn status() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![
        0x9000_u16, 0x9000, 0x9000, 0x63C3, 0x63C2, 0x63C1, 0x63C0, 0x6984, 0x6A82, 0x6A86, 0x6700,
        0x6D00, 0x6F00, 0x6282, 0x6B00, 0x6110, 0x6C10, 0x66F1, 0x1234,
    ])
    .prop_map(|code| code.to_be_bytes().to_vec())
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let object = (
        prop::sample::select(vec![0xFF20_u16, 0xDF21, 0xDF22]),
        0_u16..700,
    )
        .prop_map(|(tag, length)| {
            [&tag.to_be_bytes()[..], &[0x82], &length.to_be_bytes()].concat()
        });
    let data = prop_oneof![
        4 => Just(vec![]),
        2 => prop::collection::vec(any::<u8>(), 0..256),
        1 => (object, prop::collection::vec(any::<u8>(), 0..250)).prop_map(|(head, rest)| [head, rest].concat()),
    ];
    (data, status()).prop_map(|(data, status)| [data, status].concat())
}

/// Mostly the course of a good read, so that the later commands are reached.
fn answers() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let good = |bytes: &[u8]| prop_oneof![3 => Just(bytes.to_vec()), 1 => answer()].boxed();
    let beginning = (good(&[0x90, 0]), good(&[0x63, 0xC3]), good(&[0x90, 0]));
    (beginning, prop::collection::vec(answer(), 0..40))
        .prop_map(|((select, tries, verify), rest)| [vec![select, tries, verify], rest].concat())
}

fn credential(way: Way) -> Credential {
    let mut entry = PinEntry::default();
    (1..=4)
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    let entered = match way {
        Way::Pin => Entered::Pin,
        Way::NumberB => Entered::NumberB(PrintedDates::from_ascii(b"5502172035").unwrap()),
    };
    entered
        .complete(&mut entry)
        .unwrap_or_else(|_| unreachable!())
}

fn today() -> Day {
    Day::new(2026, 11, 22).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_confirmation_is_at_most_one_verify_and_only_what_is_allowed_is_sent(
        answers in answers(),
        way in prop::sample::select(vec![Way::Pin, Way::NumberB]),
    ) {
        let mut card = Whim { answers, ..Whim::default() };
        let random = Random::new(&mut [7; 32]);
        let outcome = look(&mut card, way, today())
            .map(|looked| looked.read(&mut card, credential(way), &IssuerKeys::default(), random));
        prop_assert!(card.credentials <= 1);
        prop_assert!(card.commands.len() <= 3 * card::READ_COMMANDS_MAX + 12);
        for command in &card.commands {
            let allowed = match command.as_slice() {
                [0, 0xA4, 4, 0x0C, ..] => true,
                [0, 0xA4, 2, 0x0C, 2, 0, file] => matches!(file, 0x02 | 0x11 | 0x15),
                [0, 0x20, 0, 0x80 | 0x91 | 0x95, ..] => true,
                [0, 0xB0, 0x82, 0, _] => true,
                [0, 0xB0, 0x86, 0, 0x20] => true,
                [0, 0xB0, 0x00..=0x7F, _, _] => true,
                [0, 0xC0, 0, 0, _] => true,
                _ => false,
            };
            prop_assert!(allowed, "{:02X?}", command);
        }
        if let Ok(Outcome::Read(_)) = outcome {
            let verify = card.commands.iter().position(|c| c.get(1) == Some(&0x20) && c.len() > 4).unwrap();
            prop_assert_eq!(&card.answers[verify], &[0x90, 0x00]);
        }
    }

    #[test]
    fn any_file_is_parsed_or_refused(file in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = BasicFour::parse(&file);
        let _ = BasicFour::parse(&[b"\xFF\x20\x82\x01\x00".to_vec(), file].concat());
    }

    #[test]
    fn text_comes_out_as_it_went_in(name in "\\PC{1,70}", address in "\\PC{1,120}", day in 0_u32..=99_999_999) {
        let birth = format!("{day:08}");
        let parts = BasicFour::from_parts(name.as_bytes(), address.as_bytes(), birth.as_bytes(), Sex::Female);
        let four = parts.unwrap();
        prop_assert_eq!(four.name(), name);
        prop_assert_eq!(four.address(), address);
        prop_assert_eq!(four.birth().digits(), birth);
    }

    #[test]
    fn a_file_cut_off_anywhere_is_refused_whole(cut in 0_usize..104) {
        let file = golden();
        prop_assert!(BasicFour::parse(&file[..cut]).is_err());
        prop_assert!(BasicFour::parse(&file).is_ok());
    }
}

fn golden() -> Vec<u8> {
    let mut file = b"\xFF\x20\x65\xDF\x21\x08\x00\x0E\x00\x20\x00\x59\x00\x64\xDF\x22\x0F".to_vec();
    file.extend("黒桐　幹也".bytes());
    file.extend(b"\xDF\x23\x36");
    file.extend("東京都清瀬市観布子南１２－７－２０２".bytes());
    file.extend(b"\xDF\x24\x0819800217\xDF\x25\x011");
    file
}

#[test]
fn names_that_are_rare_are_not_touched() {
    for name in [
        "福\u{FA1B}",
        "𠮷田",
        "葛\u{E0100}城",
        "\u{E000}",
        "山田花子",
        &"寿".repeat(70),
    ] {
        let four =
            BasicFour::from_parts(name.as_bytes(), "東京都".as_bytes(), b"19890331", Sex::Male)
                .unwrap();
        assert_eq!(four.name(), name);
    }
}

#[test]
fn a_birth_date_may_be_partly_unknown() {
    for (digits, known) in [
        ("19800217", Some((1980, 2, 17))),
        ("19800200", None),
        ("19800000", None),
        ("19801301", None),
        ("00000000", None),
        ("19800231", Some((1980, 2, 31))),
    ] {
        let four = BasicFour::from_parts(b"A", b"B", digits.as_bytes(), Sex::Unknown).unwrap();
        assert_eq!(four.birth().year_month_day(), known, "{digits}");
    }
    for bad in ["1980021", "198002170", "1980021A", "", "１９８０"] {
        assert!(
            BasicFour::from_parts(b"A", b"B", bad.as_bytes(), Sex::Unknown).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn text_that_is_no_text_is_refused() {
    let long = "あ".repeat(342);
    for bad in [&b""[..], b"\xFF\xFE", b"A\x1BB", b"A\0", long.as_bytes()] {
        assert!(BasicFour::from_parts(bad, b"B", b"19800217", Sex::Male).is_err());
        assert!(BasicFour::from_parts(b"A", bad, b"19800217", Sex::Male).is_err());
    }
}

#[test]
fn unknown_objects_beside_the_four_are_passed_over() {
    let file = golden();
    let mut more = b"\xFF\x20\x82\x00\x6C".to_vec();
    more.extend(&file[3..]);
    more.extend(b"\xDF\x26\x04\x01\x02\x03\x04\xFF\xFF\xFF");
    let four = BasicFour::parse(&more).unwrap();
    assert_eq!(four.name(), "黒桐　幹也");
}

#[test]
fn an_erased_digit_is_gone_and_a_fifth_is_ignored() {
    let mut entry = PinEntry::default();
    let mut push = |value| {
        entry.push(Digit::new(value).unwrap());
        entry.length()
    };
    assert_eq!([push(9), push(1)], [1, 2]);
    entry.erase();
    (2..=5)
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    assert_eq!(entry.length(), 4);
    let permission = card::retries::may_verify(card::status::Status::TriesLeft(2)).unwrap();
    let pin = entry.take().unwrap();
    let verify = card::allow::verify_pin(card::allow::Form::Short, pin, permission);
    assert!(verify.expose().ends_with(b"9234"));
    assert_eq!(entry.length(), 0);
    entry.erase();
    assert!(entry.take().is_none(), "an incomplete PIN is none");
    assert!(Digit::new(10).is_none());
}
