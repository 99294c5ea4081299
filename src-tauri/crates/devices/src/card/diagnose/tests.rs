use pcsc::Error;

use super::super::reader::Limits;
use super::super::script::{Script, Step, observed};
use super::super::seat::Choice;
use super::super::service::Observed;
use super::super::watchdog::Watchdog;
use super::ask::Asking;
use super::*;

const APPLICATIONS: [(&str, &str); 9] = [
    ("face", "00A4040C0AD3921000310001010408"),
    ("licence", "00A4040C10A0000002310100000000000000000000"),
    ("residence", "00A4040C10D392F0004F0200000000000000000000"),
    ("jpki", "00A4040C0AD392F000260100000001"),
    ("check", "00A4040C0AD3921000310001010402"),
    ("mylicence", "00A4040C10A0000002310600000000000000000000"),
    ("special", "00A4040C10D392F0004F0100000000000000000000"),
    ("2pay", "00A404000E325041592E5359532E444446303100"),
    ("1pay", "00A404000E315041592E5359532E444446303100"),
];

fn settings(readers: &[&str]) -> Settings {
    Settings {
        readers: readers.iter().map(ToString::to_string).collect(),
        ..Settings::default()
    }
}

/// What an installer is told of a service that plays this script.
fn diagnosed(readers: &[&str], steps: Vec<Step>) -> Diagnosis {
    let settings = settings(readers);
    let script = Script::new(steps);
    let watchdog = Watchdog::start(|| panic!("nothing takes so long here"));
    let mut out = Vec::new();
    Asking {
        service: &script,
        watchdog: &watchdog,
        limits: Limits {
            connect: Duration::from_secs(60),
            command: Duration::from_secs(60),
        },
        choice: Choice::new(&settings.readers),
        wait: Duration::ZERO,
        out: &mut out,
    }
    .all()
    .unwrap();
    assert!(script.is_over());
    let mut found = Found::default();
    let mut lines = out.as_slice();
    while let Some(finding) = read_finding(&mut lines) {
        found.take(finding);
    }
    assert!(lines.is_empty(), "every line is understood");
    found.diagnosis(&settings, None)
}

fn with_card() -> Vec<Step> {
    vec![
        Step::context(),
        Step::card("A", 1),
        Step::context(),
        Step::connect("A"),
    ]
}

/// A card that has these applications, asked everything.
fn card(has: &[&str], pin: &'static str, number_b: &'static str) -> Vec<Step> {
    let mut steps = with_card();
    for (name, command) in APPLICATIONS {
        let answer = if has.contains(&name) { "9000" } else { "6A82" };
        steps.push(Step::Command(command, Ok(answer)));
        if name == "face" && answer == "9000" {
            steps.push(Step::Command("00200091", Ok(pin)));
            steps.push(Step::Command("00200095", Ok(number_b)));
        }
    }
    steps.push(Step::Left);
    steps
}

fn with_atr(hex: &[u8]) -> Vec<Observed> {
    let mut seen = observed("A", 1, true);
    seen.atr = hex.to_vec();
    vec![seen]
}

#[test]
fn every_card_and_every_fault_has_a_verdict() {
    let ends = |step| {
        let mut steps = with_card();
        steps.push(step);
        steps.push(Step::Left);
        steps
    };
    let refused = |times, error| {
        let mut steps = vec![Step::context(), Step::card("A", 1)];
        for _ in 0..times {
            steps.extend([Step::context(), Step::Connect("A", Err(error))]);
        }
        steps
    };
    let (_, face) = APPLICATIONS[0];
    let left = |pin, number_b| Verdict::MyNumber {
        pin: Counter::Left(pin),
        number_b: Counter::Left(number_b),
    };
    let felica = b"\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x11\x00\x3B\0\0\0\0\x42";
    for (steps, verdict) in [
        (vec![Step::no_context(Error::NoService)], Verdict::NoService),
        (
            vec![Step::no_context(Error::SecurityViolation)],
            Verdict::Forbidden,
        ),
        (vec![Step::context(), Step::none()], Verdict::NoReader),
        (vec![Step::context(), Step::empty("A")], Verdict::NoCard),
        (
            vec![Step::context(), Step::empty("B")],
            Verdict::NoReaderMatches,
        ),
        (
            card(&["face", "jpki", "check"], "63C3", "63CA"),
            left(3, 10),
        ),
        (card(&["face"], "63C1", "63C2"), left(1, 2)),
        (
            card(&["face"], "6984", "63C0"),
            Verdict::MyNumber {
                pin: Counter::Locked,
                number_b: Counter::Locked,
            },
        ),
        (
            card(&["face"], "6F00", "9000"),
            Verdict::MyNumber {
                pin: Counter::Unknown,
                number_b: Counter::Unknown,
            },
        ),
        (card(&["licence"], "", ""), Verdict::DriversLicence),
        (card(&["residence"], "", ""), Verdict::ResidenceCard),
        (card(&["2pay"], "", ""), Verdict::AnotherCard),
        (card(&[], "", ""), Verdict::NewerCard),
        (ends(Step::Command(face, Ok(""))), Verdict::Gone),
        (
            ends(Step::Command(face, Err(Error::NotTransacted))),
            Verdict::Gone,
        ),
        (
            ends(Step::Command(face, Err(Error::NoService))),
            Verdict::ReaderGone,
        ),
        (
            ends(Step::Command(face, Err(Error::Timeout))),
            Verdict::Silent {
                at: Asked::CardFaceInput,
            },
        ),
        (refused(21, Error::SharingViolation), Verdict::Busy),
        (
            refused(4, Error::UnresponsiveCard),
            Verdict::Silent { at: Asked::Connect },
        ),
        (refused(1, Error::ProtoMismatch), Verdict::AnotherCard),
        (refused(1, Error::NoSmartcard), Verdict::Gone),
        (
            vec![Step::context(), Step::Readers(Ok(with_atr(felica)))],
            Verdict::AnotherCard,
        ),
    ] {
        let said = format!("{steps:?}");
        let diagnosis = diagnosed(&["A"], steps);
        assert_eq!(diagnosis.verdict, verdict, "{said}");
    }
}

#[test]
fn a_card_that_stammers_at_first_is_asked_once_more() {
    let mut steps = card(&["face"], "63C3", "63CA");
    steps.insert(4, Step::Command(APPLICATIONS[0].1, Ok("6F00")));
    let diagnosis = diagnosed(&[], steps);
    assert!(matches!(diagnosis.verdict, Verdict::MyNumber { .. }));
}

#[test]
fn a_card_without_short_identifiers_is_asked_the_long_way() {
    let mut steps = card(&["face"], "6A86", "6A86");
    steps.splice(
        6..6,
        [
            Step::Command("00A4020C020011", Ok("9000")),
            Step::Command("00200080", Ok("63C3")),
        ],
    );
    steps.splice(
        9..9,
        [
            Step::Command("00A4020C020015", Ok("9000")),
            Step::Command("00200080", Ok("63CA")),
        ],
    );
    let verdict = Verdict::MyNumber {
        pin: Counter::Left(3),
        number_b: Counter::Left(10),
    };
    assert_eq!(diagnosed(&[], steps).verdict, verdict);
}

#[test]
fn a_card_that_falls_silent_is_told_with_its_question() {
    let mut found = Found::default();
    for line in [
        r#"{"readers":{"readers":[{"name":"A","rank":0,"card_present":true}],"used":"A"}}"#,
        r#"{"asks":"connect"}"#,
        r#"{"measured":{"asked":"connect","answer":"connected","took_us":9}}"#,
        r#"{"asks":"pin_tries"}"#,
    ] {
        let mut bytes = line.as_bytes();
        found.take(read_finding(&mut bytes).unwrap());
    }
    let diagnosis = found.diagnosis(&settings(&[]), None);
    assert_eq!(
        diagnosis.verdict,
        Verdict::Silent {
            at: Asked::PinTries
        }
    );
    let text = diagnosis.text(Language::Japanese);
    assert!(
        text.contains("カードが「暗証番号（4桁）の残り回数」の問い合わせに応答しません。"),
        "{text}"
    );
}

#[test]
fn a_program_that_cannot_be_started_is_told() {
    let none = Path::new("/nonexistent/uketsuke-card");
    let diagnosis = diagnose(none, &settings(&[]), Duration::ZERO);
    assert_eq!(diagnosis.verdict, Verdict::NoProgram);
    assert!(diagnosis.detail.is_some());
    // A program that says something else altogether has no verdict on the card either.
    let other = diagnose(Path::new("/bin/echo"), &settings(&[]), Duration::ZERO);
    assert_eq!(other.verdict, Verdict::ServiceSilent);
}

#[test]
fn a_person_reads_which_reader_is_used_and_what_to_do() {
    let mut diagnosis = diagnosed(&["A"], card(&["face", "jpki"], "63C3", "63CA"));
    diagnosis.readers.push(ReaderFound {
        name: "B".into(),
        rank: None,
        card_present: false,
    });
    for it in &mut diagnosis.measured {
        it.took_us = 12_340;
    }
    let text = diagnosis.text(Language::Japanese);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "office.toml [card] readers = [\"A\"]",
            "カードリーダー:",
            "  -> A （これを使います・カードあり）",
            "     B （使いません・カードなし）",
            "カードへの問い合わせ:",
            "  接続                                  12.3 ms  接続しました",
        ]
    );
    assert_eq!(
        lines.last(),
        Some(
            &"結果: マイナンバーカードを読み取れます。暗証番号は残り3回、照合番号Bは残り10回です。"
        )
    );
    let english = diagnosis.text(Language::English);
    assert!(english.contains("-> A (this one is used, a card lies on it)"));
    assert!(english.ends_with(
        "Result: The My Number card can be read. PIN: 3 tries left; 照合番号B: 10 tries left.\n"
    ));
}

#[test]
fn a_program_reads_the_verdict_and_every_time() {
    let diagnosis = diagnosed(&[], card(&["face"], "63C3", "6984"));
    let json: serde_json::Value = serde_json::from_str(&diagnosis.json()).unwrap();
    assert_eq!(json["verdict"]["is"], "my_number");
    assert_eq!(json["verdict"]["pin"]["left"], 3);
    assert_eq!(json["verdict"]["number_b"], "locked");
    assert_eq!(json["is_good"], true);
    assert_eq!(json["used"], "A");
    assert_eq!(json["measured"][1]["asked"], "card_face_input");
    assert_eq!(json["measured"][1]["answer"]["status"], 0x9000);
    assert!(json["measured"][1]["took_us"].is_u64());
    let felica = b"\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x11\x00\x3B\0\0\0\0\x42";
    let pass = diagnosed(
        &[],
        vec![Step::context(), Step::Readers(Ok(with_atr(felica)))],
    );
    let json: serde_json::Value = serde_json::from_str(&pass.json()).unwrap();
    assert_eq!(json["atr"]["meaning"], "felica");
    assert_eq!(json["verdict"], serde_json::json!({ "is": "another_card" }));
}

#[test]
fn the_language_is_that_of_the_locale() {
    for (tag, language) in [
        ("ja", Language::Japanese),
        ("ja_JP.UTF-8", Language::Japanese),
        ("", Language::Japanese),
        ("en", Language::English),
        ("en_GB.UTF-8", Language::English),
        ("C.UTF-8", Language::English),
    ] {
        assert_eq!(Language::of(tag), language, "{tag}");
    }
}
