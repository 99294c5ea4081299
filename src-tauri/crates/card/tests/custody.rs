//! What must not compile, and for which reason.
//!
//! Each file in `tests/refused` begins with the error it must end in, `//# E0277` for example; the words of
//! the compiler differ from version to version, its error codes do not.

#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn secrets_and_forbidden_files_are_refused_by_the_compiler() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 10, "the files are there");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//# "))
            .unwrap();
        let (errors, said) = compile(&file);
        assert_eq!(
            errors,
            BTreeSet::from([expected.to_owned()]),
            "{}:\n{said}",
            file.display()
        );
    }
}

#[test]
fn what_is_meant_to_compile_compiles() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/allowed.rs.txt");
    let (errors, said) = compile(&file);
    assert!(errors.is_empty(), "{said}");
    assert!(!said.contains("error"), "{said}");
}

/// The codes of the compiler's errors, and all it said.
fn compile(file: &Path) -> (BTreeSet<String>, String) {
    let output = Command::new(compiler())
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--error-format=short",
        ])
        .args(["--crate-name=refused", "--out-dir"])
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg("-L")
        .arg(format!("dependency={}", libraries().display()))
        .arg("--extern")
        .arg(format!("card={}", card_library().display()))
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let codes = said
        .split("error[")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(']')?.0.to_owned()));
    (codes.collect(), said.clone())
}

/// The compiler beside the cargo that runs this test.
fn compiler() -> PathBuf {
    let cargo = std::env::var_os("CARGO").map(PathBuf::from);
    let beside = cargo
        .map(|cargo| cargo.with_file_name("rustc"))
        .filter(|rustc| rustc.exists());
    beside.unwrap_or_else(|| "rustc".into())
}

/// Where cargo puts libraries: beside this test.
fn libraries() -> PathBuf {
    std::env::current_exe()
        .unwrap()
        .parent()
        .unwrap()
        .to_owned()
}

/// The newest build of `card`, which this test has just caused.
fn card_library() -> PathBuf {
    let is_card = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("libcard-") && name.ends_with(".rlib")
    };
    let found = std::fs::read_dir(libraries())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(is_card);
    found
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap()
}
