//! The arrows between our crates, read from their manifests. An arrow that is not in this list must not be drawn, and
//! one that is listed and not in a manifest leaves the list: a map that shows too much is wrong, too. Shells choose
//! among the crates below them, so theirs is what they may use.
//!
//! `[dev-dependencies]` are not arrows: a test may know more than what it tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a manifest that cannot be read is a failed test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use toml::Table;

/// What each crate may know of ours. The layers stand in src-tauri/ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 14] = [
    // Pure: rules without clock, files, sockets and runtime.
    ("queue", &[]),
    ("forms", &[]),
    ("card", &[]),
    ("slip", &[]),
    ("insight", &["queue"]),
    // Adapters.
    ("office", &["forms", "queue", "slip"]),
    ("devices", &["card", "slip"]),
    ("store", &["queue"]),
    ("booking", &[]),
    ("paper", &["forms"]),
    ("wire", &["forms", "insight", "queue"]),
    // Applications.
    ("kiosk", &["card", "forms", "office", "slip", "wire"]),
    (
        "hub",
        &[
            "booking", "forms", "insight", "office", "paper", "queue", "store", "wire",
        ],
    ),
    // Simulation.
    ("sim", &["card", "office", "queue", "slip", "store"]),
];

/// What the desktop app may wire together. `xtask` is no part of the product and may use anything.
const SHELL: (&str, &[&str]) = (
    "uketsuke",
    &["card", "devices", "hub", "kiosk", "office", "slip", "wire"],
);

/// The crates that hold rules and nothing else.
const PURE: [&str; 5] = ["queue", "forms", "card", "slip", "insight"];

/// What a pure crate must not be able to reach: serialisation is for the border, the rest is the outside world.
const OUTSIDE: [&str; 12] = [
    "axum",
    "getrandom",
    "hyper",
    "pcsc",
    "rand",
    "reqwest",
    "rusqlite",
    "serde",
    "serde_json",
    "tauri",
    "tokio",
    "tracing",
];

/// Native libraries and frameworks, and the only crate that may open them.
const CUSTODY: [(&str, &[&str]); 6] = [
    ("pcsc", &["devices"]),
    ("rusqlite", &["store"]),
    ("axum", &["hub"]),
    ("tauri", &["uketsuke"]),
    ("typst", &["paper"]),
    ("icalendar", &["booking"]),
];

#[test]
fn the_arrows_between_the_crates_are_exactly_these() {
    let manifests = manifests();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = manifests
        .iter()
        .map(|(name, manifest)| {
            let ours = dependencies(manifest).filter(|it| manifests.contains_key(*it));
            (name.as_str(), ours.collect())
        })
        .collect();
    assert!(found.remove("xtask").is_some());
    let (shell, allowed) = SHELL;
    let wired = found.remove(shell).unwrap();
    let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
    assert!(
        wired.is_subset(&allowed),
        "{shell} depends on {:?}",
        wired.difference(&allowed)
    );

    let listed: BTreeMap<&str, BTreeSet<&str>> = ARROWS
        .iter()
        .map(|(name, arrows)| (*name, arrows.iter().copied().collect()))
        .collect();
    assert_eq!(found, listed);
}

#[test]
fn the_arrows_have_no_circle() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut placed = BTreeSet::new();
    while placed.len() < arrows.len() {
        let ready: Vec<&str> = arrows
            .iter()
            .filter(|(name, below)| {
                !placed.contains(*name) && below.iter().all(|it| placed.contains(it))
            })
            .map(|(name, _)| *name)
            .collect();
        assert!(!ready.is_empty(), "a circle among {:?}", arrows.keys());
        placed.extend(ready);
    }
}

#[test]
fn pure_crates_cannot_reach_the_outside_world() {
    let manifests = manifests();
    for name in PURE {
        for dependency in dependencies(&manifests[name]) {
            assert!(
                !OUTSIDE.contains(&dependency),
                "{name} is pure and depends on {dependency}"
            );
        }
    }
}

#[test]
fn hardware_database_and_frameworks_are_opened_in_one_place_each() {
    for (name, manifest) in manifests() {
        let known: BTreeSet<&str> = dependencies(&manifest).collect();
        for (guarded, keepers) in CUSTODY {
            let allowed = keepers.contains(&name.as_str());
            assert!(
                allowed || !known.contains(guarded),
                "{name} depends on {guarded}"
            );
        }
    }
}

/// Every manifest of ours, by the package's name.
fn manifests() -> BTreeMap<String, Table> {
    let shell = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri");
    let crates = fs::read_dir(shell.join("crates")).unwrap();
    let folders = crates
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    folders
        .chain([shell.clone()])
        .map(|folder: PathBuf| {
            let path = folder.join("Cargo.toml");
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let manifest: Table = text.parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            (name, manifest)
        })
        .collect()
}

/// The names in `[dependencies]` and `[build-dependencies]`, those of single targets included.
fn dependencies(manifest: &Table) -> impl Iterator<Item = &str> {
    let of_targets = manifest
        .get("target")
        .and_then(|it| it.as_table())
        .into_iter()
        .flatten();
    let of_targets = of_targets.filter_map(|(_, target)| target.as_table());
    std::iter::once(manifest)
        .chain(of_targets)
        .flat_map(|table| [table.get("dependencies"), table.get("build-dependencies")])
        .flatten()
        .filter_map(|section| section.as_table())
        .flat_map(|section| section.keys().map(String::as_str))
}
