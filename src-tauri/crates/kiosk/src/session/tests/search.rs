//! 「何のご用ですか」.

use wire::kiosk::{HitKind, KioskInput, Screen};

use super::stage::{Stage, service_now};
use crate::session::Event;

fn seek(text: &str) -> KioskInput {
    KioskInput::Seek {
        text: text.to_owned(),
    }
}

fn hits(stage: &Stage) -> Vec<(HitKind, String)> {
    match stage.screen() {
        Screen::Search { hits, .. } => hits.into_iter().map(|it| (it.kind, it.id)).collect(),
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn what_is_typed_finds_tiles_and_procedures_as_it_is_typed() {
    let mut stage = Stage::with_errands();
    stage.tap(KioskInput::Search);
    assert_eq!(hits(&stage), []);
    for (text, expected) in [
        ("ひ", (HitKind::Entry, "moved")),
        ("ヒッコシ", (HitKind::Entry, "moved")),
        ("MOVED", (HitKind::Entry, "moved")),
        ("住民票がほしい", (HitKind::Procedure, "residence")),
        ("こくほ", (HitKind::Procedure, "cover")),
    ] {
        stage.tap(seek(text));
        assert_eq!(
            hits(&stage),
            [(expected.0, expected.1.to_owned())],
            "{text}"
        );
    }
    stage.tap(seek("かき氷"));
    assert_eq!(hits(&stage), []);
}

#[test]
fn a_hit_leads_on_and_back_leads_to_what_was_typed() {
    let mut stage = Stage::with_errands();
    stage
        .tap(KioskInput::Search)
        .tap(seek("ひっこし"))
        .entry("moved");
    assert_eq!(stage.at(), "question kind");
    stage.tap(KioskInput::Back);
    let Screen::Search { typed, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!(typed, "ひっこし");
    // A procedure that no tile offers.
    stage.tap(seek("国保")).procedure("cover");
    assert_eq!(stage.at(), "means");
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "search");
    stage.tap(KioskInput::Back);
    assert_eq!(stage.at(), "idle");
}

#[test]
fn only_what_was_found_can_be_chosen_and_only_while_it_is_open() {
    let mut stage = Stage::with_errands();
    stage
        .tap(KioskInput::Search)
        .tap(seek("国保"))
        .procedure("residence");
    assert_eq!(stage.at(), "search");
    let shut = service_now("family", wire::office::Opening::Closed, None);
    let live = wire::office::Live::Waits {
        services: vec![shut],
        at: 0,
    };
    stage.event(Event::Live(Box::new(live))).procedure("cover");
    assert_eq!(stage.at(), "search");
}

#[test]
fn what_was_typed_is_gone_with_the_visitor() {
    let mut stage = Stage::with_errands();
    stage.tap(KioskInput::Search).tap(seek("秘密の用件"));
    assert!(stage.visible().contains("秘密の用件"));
    stage.tap(KioskInput::Cancel).tap(KioskInput::Search);
    assert!(!stage.visible().contains("秘密の用件"));
    // Also when somebody goes back and walks away.
    stage.tap(seek("秘密の用件")).tap(KioskInput::Back).wait(61);
    stage.tap(KioskInput::Search);
    assert!(!stage.visible().contains("秘密の用件"));
}

#[test]
fn an_office_without_words_has_no_search() {
    let mut stage = Stage::new();
    let Screen::Idle { search, .. } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert!(!search);
    stage.tap(KioskInput::Search);
    assert_eq!(stage.at(), "idle");
}
