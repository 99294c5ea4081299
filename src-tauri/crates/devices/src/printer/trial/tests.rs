use std::io;
use std::time::Duration;

use slip::printer::probe::Findings;
use slip::printer::{Address, PrinterState};
use slip::{Confirmation, Features, Profile};

use super::{Trial, Verdict};
use crate::card::Language;
use crate::printer::{ProbeError, Settings};

fn profile(name: &str, confirmation: Confirmation) -> Profile {
    Profile::new(Features {
        name: name.to_owned(),
        confirmation,
        ..Features::default()
    })
    .unwrap()
}

fn profiles() -> Vec<(String, Profile)> {
    let of = |file: &str, name, confirmation| (file.to_owned(), profile(name, confirmation));
    vec![
        of("generic-80", "ESC/POS (80 mm)", Confirmation::Barrier),
        of("m30", "EPSON TM-m30III (80 mm)", Confirmation::ProcessId),
    ]
}

fn everything() -> Findings {
    Findings {
        polled: [Some(0x12); 4],
        state: Some(PrinterState::Ready),
        near_end: Some(false),
        pushes_status: true,
        maker: Some("EPSON".to_owned()),
        model: Some("TM-m30III".to_owned()),
        ordered: true,
        page_sent: true,
        process_id: true,
        barrier: true,
        confirmed_after: Some(Duration::from_millis(420)),
    }
}

fn tried(chosen: &str, address: &str, result: Result<Findings, ProbeError>) -> super::Tried {
    let profiles = profiles();
    let (_, profile) = profiles.iter().find(|(file, _)| file == chosen).unwrap();
    let address: Address = address.parse().unwrap();
    let trial = Trial {
        settings: Settings::new(address, profile.clone()),
        chosen: chosen.to_owned(),
        profiles: &profiles,
        page: None,
    };
    trial.tried(result)
}

#[test]
fn what_was_found_becomes_one_advice() {
    let nothing = Findings {
        page_sent: true,
        ..Findings::default()
    };
    let no_paper = Findings {
        state: Some(PrinterState::PaperOut),
        page_sent: false,
        ..everything()
    };
    let unknown_model = Findings {
        model: None,
        process_id: false,
        ..everything()
    };
    let no_confirmation = Findings {
        process_id: false,
        barrier: false,
        ordered: false,
        model: None,
        ..everything()
    };
    for (chosen, found, verdict) in [
        ("m30", everything(), Verdict::Good),
        ("generic-80", everything(), Verdict::AnotherProfile),
        ("generic-80", unknown_model, Verdict::Good),
        ("generic-80", nothing, Verdict::Mute),
        ("generic-80", no_paper, Verdict::NotReady),
        ("m30", no_confirmation, Verdict::AnotherProfile),
    ] {
        let tried = tried(chosen, "192.0.2.10:9100", Ok(found));
        assert_eq!(tried.verdict, verdict, "{tried:?}");
        assert_eq!(tried.is_good(), verdict == Verdict::Good);
        for language in [Language::Japanese, Language::English] {
            assert!(tried.text(language).lines().count() > 8);
        }
    }
}

#[test]
fn the_model_s_own_profile_is_named_in_both_languages() {
    let tried = tried("generic-80", "192.0.2.10:9100", Ok(everything()));
    let text = tried.text(Language::English);
    assert!(text.contains("model (GS I): EPSON TM-m30III"), "{text}");
    assert!(
        text.contains("print confirmation: process-id, 0.4 s"),
        "{text}"
    );
    assert!(text.ends_with(
        "This model's profile is m30. Change printer.profile in office.toml and test again.\n"
    ));
    assert!(
        tried
            .text(Language::Japanese)
            .contains("この機種のプロファイルは m30 です")
    );
    let json: serde_json::Value = serde_json::from_str(&tried.json()).unwrap();
    assert_eq!(json["verdict"], "another_profile");
    assert_eq!(json["suggestion"], "m30");
    assert_eq!(json["polled"], serde_json::json!([1, 2, 3, 4]));
    assert_eq!(json["confirmed_after_ms"], 420);
}

#[test]
fn a_queue_and_a_printer_that_is_not_there_are_told_as_what_they_are() {
    let sent = Findings {
        page_sent: true,
        ..Findings::default()
    };
    let queue = tried("m30", "queue:SLIPS", Ok(sent));
    assert_eq!(queue.verdict, Verdict::LookAtThePage);
    assert!(queue.mismatches.is_empty() && queue.is_good());
    let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    let address: Address = "192.0.2.10:9100".parse().unwrap();
    let gone = tried(
        "m30",
        "192.0.2.10:9100",
        Err(ProbeError::Unreachable(address, refused)),
    );
    assert_eq!(gone.verdict, Verdict::Unreachable);
    assert!(!gone.reached && !gone.is_good());
    assert!(
        gone.text(Language::English)
            .contains("cannot be reached: connection refused")
    );
}
