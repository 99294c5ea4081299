//! The TypeScript that the pages are written against is the one that `wire` says.

use std::path::Path;

#[test]
fn the_committed_typescript_is_what_wire_says() {
    let fresh = tempfile::tempdir().unwrap();
    wire::export_typescript(fresh.path()).unwrap();
    let fresh = std::fs::read_to_string(fresh.path().join("wire.ts")).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/generated/wire.ts");
    let committed = std::fs::read_to_string(committed).unwrap();
    assert!(
        fresh == committed,
        "ui/src/generated/wire.ts is stale: run `cargo xtask bless` and look at the difference"
    );
}

#[test]
fn every_refusal_code_has_a_sentence_in_every_language() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kiosk-config");
    let typescript = tempfile::tempdir().unwrap();
    wire::export_typescript(typescript.path()).unwrap();
    let typescript = std::fs::read_to_string(typescript.path().join("wire.ts")).unwrap();
    let codes: Vec<&str> = typescript
        .lines()
        .find(|line| line.starts_with("export type Code ="))
        .unwrap()
        .split('"')
        .filter(|part| part.chars().all(|c| c.is_ascii_lowercase() || c == '_') && part.len() > 2)
        .collect();
    assert!(codes.contains(&"nobody_waiting"), "{codes:?}");
    for language in ["ja", "en"] {
        let file = std::fs::read_to_string(config.join(format!("words/{language}.toml"))).unwrap();
        let words: toml::Table = file.parse().unwrap();
        let sentences = words
            .get("problem")
            .and_then(toml::Value::as_table)
            .unwrap();
        let missing: Vec<&&str> = codes
            .iter()
            .filter(|code| !sentences.contains_key(**code))
            .collect();
        assert!(
            missing.is_empty(),
            "words/{language}.toml [problem] lacks {missing:?}"
        );
    }
}
