//! Lists that other systems write, and which bookings are prepared: as delivered, and broken.

use std::fs;

use office::{DateForm, ListEncoding};

use crate::{change, copied, lines, load, relative, shipped};

#[test]
fn the_delivered_list_is_an_example_whose_columns_all_lead_to_the_form() {
    let office = load(&shipped()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    let moves = office.moves.as_ref().unwrap();
    assert!(moves.example);
    assert_eq!(
        (moves.procedure.as_str(), moves.life_event.as_str()),
        ("idou", "moving")
    );
    assert_eq!(moves.service.as_str(), "moving");
    assert_eq!(moves.encoding, ListEncoding::Auto);
    assert_eq!(moves.day_dates[0], DateForm::Slashes);
    assert_eq!(moves.columns.len(), 11 + 3 * 9);
    let procedure = &office.form("idou").unwrap().procedure;
    for column in &moves.columns {
        assert!(!column.fields.is_empty(), "{}", column.header);
        for field in &column.fields {
            assert!(procedure.field(field).is_some(), "{field}");
        }
    }
    let day = moves.columns.iter().find(|it| it.header == "異動日");
    assert_eq!(day.unwrap().fields, ["moved_on", "leaves_on"]);
    let ninth = moves.columns.iter().find(|it| it.header == "異動者9カナ");
    assert_eq!(ninth.unwrap().fields, ["mover_kana_9"]);
    assert!(ninth.unwrap().optional);
}

#[test]
fn as_delivered_bereavements_births_and_moves_are_prepared_and_certificates_are_not() {
    let office = load(&shipped()).unwrap();
    let bookings = office.bookings.as_ref().unwrap();
    let prepares = |word: &str| bookings.prepares.get(word).map(String::as_str);
    assert_eq!(prepares("おくやみ"), Some("bereavement"));
    assert_eq!(prepares("出生"), Some("birth"));
    assert_eq!(prepares("住民異動"), Some("moving"));
    assert_eq!(prepares("証明書"), None);
    assert_eq!(office.retention.prepared_days, 1);
}

#[test]
fn an_office_may_import_nothing() {
    let copy = copied();
    fs::remove_dir_all(copy.path().join("imports")).unwrap();
    assert!(load(copy.path()).unwrap().moves.is_none());
}

#[test]
fn every_mistake_names_file_line_key_and_what_was_expected() {
    let list = "imports/hikkoshi.toml";
    for (file, from, to, expected) in [
        (
            list,
            "procedure = \"idou\"",
            "procedure = \"idouu\"",
            "imports/hikkoshi.toml:7: procedure: there is no procedure \"idouu\"",
        ),
        (
            list,
            "life_event = \"moving\"",
            "life_event = \"move\"",
            "life_event: there is no life event \"move\"; life events are bereavement, birth, moving",
        ),
        (
            list,
            "encoding = \"auto\"",
            "encoding = \"sjis\"",
            "encoding: expected \"auto\", \"utf-8\" or \"shift_jis\"",
        ),
        (
            list,
            "\"yyyy/mm/dd\", ",
            "\"yyyy.mm.dd\", ",
            "dates[0]: expected yyyy-mm-dd, yyyy/mm/dd, yyyymmdd, wareki",
        ),
        (
            list,
            "header = \"申請番号\"",
            "header = \"個人番号\"",
            "application.header: individual numbers (個人番号) are never imported",
        ),
        (
            list,
            "header = \"届出人氏名\"",
            "header = \"届出人のマイナンバー\"",
            "column[2].header: individual numbers (個人番号) are never imported",
        ),
        (
            list,
            "header = \"届出人氏名\"",
            "header = \"来庁予定日\"",
            "column[2].header: another column has the same header",
        ),
        (
            list,
            "header = \"届出人氏名\"",
            "header = \" \"",
            "column[2].header: expected 1 to 100 characters",
        ),
        (
            list,
            "field = \"applicant_name\"",
            "field = \"applicant_nam\"",
            "column[2].field: the procedure has no field \"applicant_nam\"",
        ),
        (
            list,
            "field = \"applicant_name\"",
            "field = []",
            "column[2].field: expected the id of a field",
        ),
        (
            list,
            "field = \"applicant_name\"",
            "",
            "column[2].header: a column needs exactly one of `field` and `meaning`",
        ),
        (
            list,
            "meaning = \"move.day\"",
            "meaning = \"move.days\"",
            "column[1].meaning: no field of the procedure has the meaning \"move.days\"",
        ),
        (
            list,
            "\"転入\" = \"in\"",
            "\"転入\" = \"inn\"",
            "column[0].words: the field has no option \"inn\"; options are in, within, out",
        ),
        (
            list,
            "field = \"applicant_name\"",
            "field = \"applicant_name\"\nwords = { \"x\" = \"y\" }",
            "column[2].words: no field of this column has options",
        ),
        (
            list,
            "field = \"applicant_name\"",
            "field = \"applicant_name\"\ndates = [\"wareki\"]",
            "column[2].dates[0]: no field of this column is a date",
        ),
        (
            list,
            "header = \"申請番号\"",
            "header = \"申請番号\"\ndates = [\"wareki\"]",
            "application.dates[0]: the application's number is no date",
        ),
        (
            list,
            "repeat = 9",
            "repeat = 21",
            "column[11].repeat: expected 1 to 20",
        ),
        (
            list,
            "header = \"異動者{n}氏名\"",
            "header = \"異動者氏名\"",
            "column[11].header: another column has the same header",
        ),
        (
            list,
            "optional = true",
            "optinal = true",
            "column[4].optinal: unknown field `optinal`",
        ),
        (
            "bookings.toml",
            "prepare = \"bereavement\"",
            "prepare = \"okuyami\"",
            "prepare: there is no life event \"okuyami\"; life events are bereavement, birth, moving",
        ),
        (
            "office.toml",
            "prepared_days = 1",
            "prepared_days = 31",
            "retention.prepared_days: expected 0 to 30, got 31",
        ),
    ] {
        let copy = copied();
        change(copy.path(), file, from, to);
        let mistakes = load(copy.path()).expect_err(to);
        let told = relative(&mistakes, copy.path());
        assert!(
            told.iter().any(|it| it.contains(expected)),
            "{to}: {told:#?}"
        );
        assert!(
            told.iter().all(|it| it.starts_with(&format!("{file}:"))),
            "only there: {told:#?}"
        );
    }
}

#[test]
fn a_mistake_of_a_row_of_people_is_told_once() {
    let copy = copied();
    change(
        copy.path(),
        "imports/hikkoshi.toml",
        "field = \"mover_name_{n}\"",
        "field = \"mover_nam\"",
    );
    let mistakes = load(copy.path()).expect_err("a field that is not there");
    assert_eq!(mistakes.len(), 1, "{}", lines(&mistakes));
}
