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
    BasicFour, CardNumber, CardTransport, Credential, Day, Fault, IssuerKey, IssuerKeys, Outcome,
    PrintedDates, Random, Sex, look,
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

/// One command with its answer, and which application the card had said was selected.
struct Sent<'a> {
    within: Option<&'a [u8]>,
    command: &'a [u8],
    answer: &'a [u8],
}

impl Whim {
    fn sent(&self) -> Vec<Sent<'_>> {
        let mut within = None;
        let answers = self.answers.iter().map(Vec::as_slice);
        let answers = answers.chain(std::iter::repeat(&[][..]));
        let commands = self.commands.iter().map(Vec::as_slice);
        commands
            .zip(answers)
            .map(|(command, answer)| {
                let sent = Sent {
                    within,
                    command,
                    answer,
                };
                if let [0, 0xA4, 0 | 4, ..] = command {
                    let is_done = matches!(answer, [.., 0x90, 0x00] | [.., 0x61, _]);
                    within = is_done.then(|| command.get(5..).unwrap_or_default());
                }
                sent
            })
            .collect()
    }
}

const TEXT: &[u8] = b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";
const JPKI: &[u8] = b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const LICENCE: &[u8] = b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0";
const RESIDENCE_FRONT: &[u8] = b"\xD3\x92\xF0\x00\x4F\x02\0\0\0\0\0\0\0\0\0\0";
const RESIDENCE_ADDED: &[u8] = b"\xD3\x92\xF0\x00\x4F\x03\0\0\0\0\0\0\0\0\0\0";

/// The allow-list once more, written down by application and independently of the code that builds commands.
fn is_allowed(within: Option<&[u8]>, command: &[u8]) -> bool {
    match (within, command) {
        // SELECT by name or of a root, and what goes on with the command before.
        (_, [0, 0xA4, 4, 0x00 | 0x0C, ..] | [0, 0xA4, 0, 0] | [0, 0xA4, 0, 0, 2, 0x3F, 0]) => true,
        (Some(_), [0, 0xC0, 0, 0, _]) => true,
        (None, _) => false,
        (Some(TEXT), command) => matches!(
            command,
            [
                0,
                0xA4,
                2,
                0x0C,
                2,
                0,
                0x02 | 0x03 | 0x04 | 0x07 | 0x11 | 0x15
            ] | [0, 0x20, 0, 0x80 | 0x91, 4, ..]
                | [0, 0x20, 0, 0x80 | 0x95, 14, ..]
                | [0, 0x20, 0, 0x80 | 0x91 | 0x95]
                | [0, 0xB0, 0x82 | 0x83 | 0x84 | 0x87, 0, _]
                | [0, 0xB0, 0x00..=0x7F, _, _]
                | [0x80, 0x2A, 0, 0, 0x33, ..]
        ),
        (Some(JPKI), command) => command == [0, 0xB0, 0x86, 0, 0x20],
        (Some(LICENCE), command) => matches!(
            command,
            [0, 0xA4, 2, 0x0C, 2, 0, 0x01 | 0x04]
                | [0, 0xB0, 0x81 | 0x84, 0, _]
                | [0, 0xB0, 0x00..=0x7F, _, _]
        ),
        (Some(RESIDENCE_FRONT), command) => command.starts_with(&[0x08, 0xB0, 0x83]),
        (Some(RESIDENCE_ADDED), command) => matches!(
            command,
            [0, 0xA4, 2, 0x0C, 2, 0, 0x01] | [0, 0xB0, 0x81, 0, _] | [0, 0xB0, 0x00..=0x7F, _, _]
        ),
        // The roots: of a licence, or of a residence card.
        (Some([] | [0x3F, 0]), command) => matches!(
            command,
            [0, 0xA4, 2, 0x0C, 2, 0x00, 0x0A]
                | [0, 0xA4, 2, 0x0C, 2, 0x2F, 0x01]
                | [0, 0xB0, 0, 0, 3 | 17]
                | [0, 0x20, 0, 0x81]
                | [0, 0x20, 0, 0x81, 4, ..]
                | [0, 0xB0, 0x8A, 0, 0]
                | [0, 0x84, 0, 0, 8]
                | [0, 0x82, 0, 0, 0x28, ..]
                | [0x08, 0x20, 0, 0x86, 0x13, ..]
        ),
        (Some(_), _) => false,
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

fn ok() -> Vec<u8> {
    vec![0x90, 0x00]
}

/// The first answers of a good read of each document, with what is presented to it, and of a smartphone.
fn courses() -> Vec<(u8, Vec<Vec<u8>>)> {
    let no = vec![0x6A, 0x82];
    let counter = vec![0x63, 0xC3];
    let my_number = vec![ok(), counter.clone(), ok()];
    let has_pin = vec![0x05, 0x01, 0x01, 0x90, 0x00];
    let licence = [
        no.clone(),
        ok(),
        ok(),
        ok(),
        has_pin,
        ok(),
        ok(),
        counter,
        ok(),
        ok(),
    ];
    let residence = |kind: &[u8]| {
        let challenge = [&[0x5A; 8][..], &ok()].concat();
        let length = u8::try_from(kind.len()).unwrap();
        let kind = [&[0xC1, length][..], kind, &ok()].concat();
        vec![
            no.clone(),
            no.clone(),
            ok(),
            ok(),
            kind,
            challenge,
            ok(),
            ok(),
            ok(),
        ]
    };
    vec![
        (0, my_number.clone()),
        (1, my_number),
        (0, licence.to_vec()),
        (2, residence(b"1")),
        (2, residence(b"05")),
        (0, vec![no.clone(), no.clone(), no.clone(), ok()]),
    ]
}

/// Mostly a good course, so that the later commands are reached.
fn answers() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let course = prop::sample::select(courses());
    let whims = prop::collection::vec((0_u8..8, answer()), 12);
    (course, whims, prop::collection::vec(answer(), 0..40)).prop_map(
        |((_, course), whims, rest)| {
            let beginning = course.into_iter().zip(whims);
            let beginning =
                beginning.map(|(good, (dice, whim))| if dice == 0 { whim } else { good });
            beginning.chain(rest).collect()
        },
    )
}

#[test]
fn every_course_reaches_its_credential() {
    for (presented, answers) in courses().into_iter().take(5) {
        let mut card = Whim {
            answers,
            ..Whim::default()
        };
        let way = if presented == 1 {
            Way::NumberB
        } else {
            Way::Pin
        };
        let looked = look(&mut card, way, today()).unwrap();
        let random = Random::new(&mut [7; 32]);
        looked.read(
            &mut card,
            credential(presented),
            &IssuerKeys::default(),
            random,
        );
        assert!(card.credentials > 0, "{:02X?}", card.commands);
    }
}

fn credential(which: u8) -> Credential {
    let mut entry = PinEntry::default();
    (1..=4)
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    let entered = match which {
        0 => Entered::Pin,
        1 => Entered::NumberB(PrintedDates::from_ascii(b"5502172035").unwrap()),
        _ => Entered::CardNumber(CardNumber::parse(b"AA12345678BB").unwrap()),
    };
    entered
        .complete(&mut entry)
        .unwrap_or_else(|_| unreachable!())
}

fn issuers() -> IssuerKeys {
    let modulus = [&[0xC1; 255][..], &[0x01]].concat();
    let key = IssuerKey::new([b'5'; 16], &modulus, &[1, 0, 1]).unwrap();
    [key].into_iter().collect()
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
        presented in 0_u8..3,
        has_issuers in any::<bool>(),
    ) {
        let mut card = Whim { answers, ..Whim::default() };
        let random = Random::new(&mut [7; 32]);
        let issuers = if has_issuers { issuers() } else { IssuerKeys::default() };
        let outcome = look(&mut card, way, today())
            .map(|looked| looked.read(&mut card, credential(presented), &issuers, random));
        prop_assert!(card.commands.len() <= 5 * card::READ_COMMANDS_MAX + 24);
        let sent = card.sent();
        let of_instruction = |instruction: u8| sent.iter().filter(move |it| it.command[1] == instruction);
        let verifies: Vec<_> = of_instruction(0x20).filter(|it| it.command.len() > 4).collect();
        prop_assert!(verifies.len() <= 1);
        prop_assert!(of_instruction(0x82).count() <= 1);
        prop_assert!(card.credentials == verifies.len() + of_instruction(0x82).count());
        for it in &sent {
            prop_assert!(is_allowed(it.within, it.command), "{:?} {:02X?}", it.within, it.command);
        }
        if let Ok(Outcome::Read(_)) = outcome {
            prop_assert_eq!(verifies[0].answer, &[0x90, 0x00]);
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
    let permission = card::retries::may_verify(
        card::Document::DriversLicence,
        card::status::Status::TriesLeft(2),
    )
    .unwrap();
    let pin = entry.take().unwrap();
    let verify = card::allow::verify_pin(card::allow::Form::Short, pin, permission);
    assert!(verify.expose().ends_with(b"9234"));
    assert_eq!(entry.length(), 0);
    entry.erase();
    assert!(entry.take().is_none(), "an incomplete PIN is none");
    assert!(Digit::new(10).is_none());
}
