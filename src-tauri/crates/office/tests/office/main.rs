//! The shipped configuration, whole and broken.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod checklists;
mod exports;
mod imports;
mod issuer_keys;
mod keep;
mod life_events;
mod mistakes;
mod moving;
mod rows;
mod search;
mod shipped;
mod slips;
mod tax_years;
mod whose;

use std::{
    fs,
    path::{Path, PathBuf},
};

use office::{Mistake, Office};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config")
}

fn load(dir: &Path) -> Result<Office, Vec<Mistake>> {
    Office::load(dir)
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The mistakes as lines, with paths from the configuration's folder.
fn relative(mistakes: &[Mistake], dir: &Path) -> Vec<String> {
    let prefix = format!("{}/", dir.display());
    mistakes
        .iter()
        .map(|it| it.to_string().replace(&prefix, ""))
        .collect()
}

/// The line that a mistake names is the one that was broken, or holds the key that it names; a missing file has none.
fn line_is_meant(mistake: &Mistake, broken: &str) -> bool {
    let Some(number) = mistake.line else {
        return !mistake.file.exists();
    };
    let text = fs::read_to_string(&mistake.file).unwrap();
    let line = text.lines().nth(number - 1).unwrap();
    let key = mistake.key.rsplit('.').next().unwrap();
    let key = key.split('[').next().unwrap();
    broken.lines().any(|it| line.contains(it)) || (!key.is_empty() && line.contains(key))
}

/// The shipped configuration without fonts, to be broken.
fn copied() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let from = shipped();
    for folder in [
        "",
        "procedures",
        "printers",
        "slips",
        "words",
        "life-events",
        "exports",
        "imports",
    ] {
        fs::create_dir_all(copy.path().join(folder)).unwrap();
        for entry in fs::read_dir(from.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap();
                fs::copy(&path, copy.path().join(folder).join(name)).unwrap();
            }
        }
    }
    copy
}

/// Replaces the first place where `from` stands.
fn change(dir: &Path, file: &str, from: &str, to: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [
        "",
        "procedures",
        "printers",
        "life-events",
        "exports",
        "imports",
    ] {
        let entries = fs::read_dir(dir.join(folder)).unwrap();
        found.extend(
            entries
                .map(|it| it.unwrap().path())
                .filter(|it| it.extension().is_some_and(|it| it == "toml")),
        );
    }
    found
}

/// `key = value`, and no sentence that happens to have an equals sign.
fn is_assignment(line: &str) -> bool {
    line.split_once(" = ")
        .is_some_and(|(key, _)| key.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'))
}
