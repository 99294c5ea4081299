//! Where forms are handed to: the delivered examples, and what is broken in such a file.

use std::fs;

use forms::export::{
    Encoding, Source,
    csv::{Csv, Formulas},
    wedge::{Key, Wedge},
};
use office::BatchTarget;

use crate::{change, copied, line_is_meant, load, relative, shipped};

#[test]
fn the_delivered_targets_are_examples_whose_columns_are_all_there() {
    let office = load(&shipped()).unwrap();
    let targets: Vec<(&str, usize, bool)> = office
        .exports
        .iter()
        .map(|it| {
            let columns = it.layout.columns().len();
            (it.layout.id(), columns, it.example)
        })
        .collect();
    assert_eq!(
        targets,
        [
            ("juki_idou", 25 + 9 * 9 + 6, true),
            ("kokuho_shikaku", 21 + 6 * 5 + 2, true),
            ("shomei_hakko", 20 + 6 * 2, true)
        ]
    );
    let moves = office.export("juki_idou").unwrap();
    let ninth = &moves.layout.columns()[25 + 8 * 9];
    assert_eq!(ninth.header, "異動者9氏名");
    assert_eq!(ninth.group.as_deref(), Some("異動者9"));
    assert_eq!(ninth.source, Source::Fields(vec!["mover_name_9".into()]));
    assert_eq!(
        moves.csv,
        Some(Csv {
            encoding: Encoding::Cp932,
            formulas: Formulas::Apostrophe,
            header: true
        })
    );
    // A name may begin with a sign of a formula, and any file may be opened in a spreadsheet.
    let mut files = office.exports.iter().filter_map(|it| it.csv);
    assert!(files.all(|it| it.formulas == Formulas::Apostrophe));
    assert_eq!(
        moves.codes,
        Some(Wedge {
            encoding: Encoding::Cp932,
            between: Key::Tab,
            end: None,
            symbol_bytes_max: 300
        })
    );
    let certificates = office.export("shomei_hakko").unwrap();
    assert_eq!(certificates.csv, Some(Csv::default()));
    assert_eq!(
        certificates.batch,
        Some(BatchTarget {
            addressee: "福山市".into(),
            government_code: Some("342076".into())
        })
    );
    assert!(
        office
            .exports
            .iter()
            .all(|it| it.layout.name().contains_key("en"))
    );
}

#[test]
fn an_office_may_hand_nothing_over() {
    let copy = copied();
    fs::remove_dir_all(copy.path().join("exports")).unwrap();
    assert!(load(copy.path()).unwrap().exports.is_empty());
}

#[test]
fn every_mistake_names_file_line_key_and_what_was_expected() {
    let file = "shomei_hakko.toml";
    for (from, to, expected) in [
        (
            "procedures = [\"juminhyo\"]",
            "procedures = [\"juminhyou\"]",
            "procedures[0]: there is no procedure \"juminhyou\"",
        ),
        (
            "procedures = [\"juminhyo\"]",
            "procedures = []",
            "procedures: expected at least one procedure",
        ),
        (
            "field = \"copies\"",
            "field = \"copys\"",
            "column[17].field: none of the procedures has a field \"copys\"",
        ),
        (
            "meaning = \"applicant.address\"",
            "meaning = \"applicant.adress\"",
            "column[7].meaning: none of the procedures has a field with the meaning \"applicant.adress\"",
        ),
        (
            "meaning = \"applicant.address\"",
            "format = \"words\"",
            "column[7].header: expected exactly one of `field`, `meaning`, `constant` and `of`",
        ),
        (
            "meaning = \"applicant.address\"",
            "meaning = \"applicant.address\"\nconstant = \"x\"",
            "column[7].header: expected exactly one of",
        ),
        (
            "meaning = \"applicant.address\"",
            "meaning = \"applicant.address\"\nformat = \"yyyymmdd\"",
            "column[7].format: the format yyyymmdd does not fit field \"applicant_address\"",
        ),
        (
            "format = \"yyyymmdd\"",
            "format = \"yyyymdd\"",
            "column[3].format: expected one of \"kept\", \"words\", \"yyyymmdd\"",
        ),
        (
            "part = \"2\", removed = \"3\"",
            "part = \"2\"",
            "column[16].codes: option \"removed\" of field \"kind\" has no code",
        ),
        (
            "part = \"2\", removed = \"3\"",
            "part = \"2\", removed = \"3\", none = \"9\"",
            "column[16].codes: there is no option \"none\"",
        ),
        (
            "header = \"氏名\"",
            "header = \"受付番号\"",
            "column[4].header: another column has the same header",
        ),
        (
            "header = \"氏名\"",
            "header = \"\"",
            "column[4].header: a header or group has 1 to 60 characters",
        ),
        (
            "header = \"氏名\"",
            "hedder = \"氏名\"",
            "column[4].hedder: unknown field `hedder`, expected one of `header`, `group`, `field`",
        ),
        (
            "of = \"ticket\"",
            "of = \"number\"",
            "column[2].of: expected one of \"ticket\", \"case\", \"office\", \"filed_on\"",
        ),
        (
            "constant = \"1\"",
            "constant = \"1\"\nchars_max = 0",
            "column[0].chars_max: chars_max is 1 to 500, got 0",
        ),
        (
            "constant = \"1\"",
            "constant = \"1\"\nfill = \"zeros\"",
            "column[0].fill: fill needs chars_max",
        ),
        (
            "header = \"様式版\"",
            "header = \"様式版{n}\"\nrepeat = 21",
            "column[0].repeat: expected 1 to 20, got 21",
        ),
        (
            "encoding = \"utf-8-bom\"",
            "encoding = \"shift_jis\"",
            "csv.encoding: expected one of \"utf-8\", \"cp932\", \"utf-8-bom\"",
        ),
        (
            "encoding = \"utf-8\"\n",
            "encoding = \"utf-8-bom\"\n",
            "codes.encoding: expected one of \"utf-8\", \"cp932\"",
        ),
        (
            "formulas = \"apostrophe\"",
            "formulas = \"quote\"",
            "csv.formulas: expected one of \"apostrophe\", \"keep\"",
        ),
        (
            "symbol_bytes = 300",
            "symbol_bytes = 700",
            "codes.symbol_bytes: expected 50 to 600, got 700",
        ),
        (
            "folder = \"handoff/shomei\"",
            "folder = \"../handoff\"",
            "folder: expected a folder, absolute or below the hub's data, without ..",
        ),
        (
            "folder = \"handoff/shomei\"",
            "",
            "csv: files need a `folder` into which they are written",
        ),
        (
            "government_code = \"342076\"",
            "government_code = \"342070\"",
            "batch.government_code: expected six digits, the last of which is the check digit",
        ),
        (
            "addressee = \"福山市\"",
            "addressee = \"\"",
            "batch.addressee: expected 1 to 60 characters",
        ),
    ] {
        let copy = copied();
        change(copy.path(), &format!("exports/{file}"), from, to);
        let mistakes = load(copy.path()).unwrap_err();
        let told = relative(&mistakes, copy.path());
        assert_eq!(told.len(), 1, "{to}: {told:?}");
        let (place, message) = told[0].split_once(": ").unwrap();
        assert!(place.starts_with(&format!("exports/{file}:")), "{told:?}");
        assert!(message.starts_with(expected), "{message}\n{expected}");
        if !to.is_empty() {
            assert!(line_is_meant(&mistakes[0], to), "{told:?}");
        }
    }
}

#[test]
fn a_mistake_in_a_row_of_people_is_told_once() {
    let copy = copied();
    let file = "exports/juki_idou.toml";
    change(copy.path(), file, "mover_kana_{n}", "mover_kna_{n}");
    let told = relative(&load(copy.path()).unwrap_err(), copy.path());
    assert_eq!(told.len(), 1, "{told:?}");
    let expected = "column[26].field: none of the procedures has a field \"mover_kna_1\"";
    assert!(told[0].ends_with(expected), "{told:?}");
}

#[test]
fn a_procedure_with_a_mistake_of_its_own_is_not_told_again_by_its_targets() {
    let copy = copied();
    let file = "procedures/juminhyo.toml";
    change(copy.path(), file, "type = \"phone\"", "type = \"fone\"");
    let told = relative(&load(copy.path()).unwrap_err(), copy.path());
    assert!(
        told.iter()
            .all(|it| it.starts_with(file) || it.starts_with("menu.toml")),
        "{told:?}"
    );
}
