//! A form as the row of another system: the target's order, shape and characters, and nothing replaced in silence.

use std::collections::BTreeMap;

use forms::{
    Application,
    export::{
        Circumstance, Circumstances, Column, DefectKind, Definition, Encoding, Fault, FaultKind,
        Fill, Format, Layout, Place, Record, Source, Substitutes,
        csv::{self, Csv, Formulas},
        wedge::{self, Key, NotTyped, SYMBOL_BYTES_MIN, SYMBOLS_MAX, Wedge},
    },
};
use proptest::prelude::*;

use crate::fixture::{card, everything, text, today};

fn column(header: &str, source: Source) -> Column {
    Column {
        header: header.to_owned(),
        group: None,
        source,
        format: None,
        chars_max: None,
        fill: None,
    }
}

fn of(field: &str) -> Source {
    Source::Fields(vec![field.to_owned()])
}

fn shaped(field: &str, format: Format) -> Column {
    let header = format!("{field} {}", format.as_str());
    Column {
        format: Some(format),
        ..column(&header, of(field))
    }
}

fn layout(columns: Vec<Column>) -> Result<Layout, Vec<(Place, DefectKind)>> {
    let application = everything();
    let definition = Definition {
        id: "target".to_owned(),
        name: text("住民記録"),
        procedures: vec!["juminhyo".to_owned()],
        columns,
    };
    let defects = Layout::new(definition, [&**application.procedure()]);
    defects.map_err(|it| it.into_iter().map(|it| (it.place, it.kind)).collect())
}

fn about() -> Circumstances<'static> {
    Circumstances {
        ticket: "A-012",
        case: "019ab2f3-5c00-7000-8000-000000000012",
        office: "福山市 市民課",
        filed_on: today(),
        finished_at: "2026-11-24T10:20:00+09:00",
    }
}

fn answered() -> Application {
    let mut application = everything();
    application.prefill(&card());
    for (field, value) in [
        ("kind", "all"),
        ("show", "relationship,honseki"),
        ("copies", "2"),
        ("phone", "0849281058"),
        ("postal", "7208501"),
        ("moved_on", "2026-04-01"),
        ("kana", "ふくやま　たろう"),
        ("digits", "123"),
    ] {
        application.answer(field, value).unwrap();
    }
    application
}

/// A row of these values, whatever they are.
fn row(values: &[&str]) -> Record {
    let constants = values.iter().enumerate();
    let columns = constants
        .map(|(index, value)| column(&index.to_string(), Source::Constant((*value).to_owned())));
    let layout = layout(columns.collect()).unwrap();
    layout.fill(&everything(), &about())
}

#[test]
fn every_value_gets_the_shape_that_the_target_takes() {
    let codes = BTreeMap::from([
        ("relationship".to_owned(), "01".to_owned()),
        ("honseki".to_owned(), "02".to_owned()),
    ]);
    let sexes = BTreeMap::from([
        ("male".to_owned(), "1".to_owned()),
        ("female".to_owned(), "2".to_owned()),
    ]);
    let expected = [
        (column("氏名", of("name")), "\u{FA1B}山　太郎"),
        (column("種類", of("kind")), "世帯全員"),
        (shaped("kind", Format::Kept), "all"),
        (shaped("show", Format::Codes(codes)), "01,02"),
        (shaped("sex", Format::Codes(sexes)), "1"),
        (column("生年月日", of("birth")), "1980-02-17"),
        (shaped("birth", Format::Compact), "19800217"),
        (shaped("birth", Format::Slashes), "1980/02/17"),
        (shaped("birth", Format::Wareki), "昭和55年2月17日"),
        (shaped("birth", Format::EraDigits), "3550217"),
        (shaped("birth", Format::EraLetter), "S55.02.17"),
        (shaped("moved_on", Format::EraDigits), "5080401"),
        (shaped("moved_on", Format::EraLetter), "R08.04.01"),
        (column("電話", of("phone")), "0849281058"),
        (shaped("phone", Format::Hyphens), "084-928-1058"),
        (shaped("postal", Format::Hyphens), "720-8501"),
        (shaped("kana", Format::HalfKana), "ﾌｸﾔﾏ ﾀﾛｳ"),
        (shaped("copies", Format::Words), "2通"),
        (shaped("copies", Format::FullWidth), "２"),
        (
            shaped("address", Format::HalfWidth),
            "広島県福山市東桜町3番5号",
        ),
        (
            Column {
                chars_max: Some(8),
                fill: Some(Fill::Zeros),
                ..column("番号", of("digits"))
            },
            "00000123",
        ),
        (
            column("市区町村", Source::Constant("342076".into())),
            "342076",
        ),
        (
            column("受付番号", Source::Circumstance(Circumstance::Ticket)),
            "A-012",
        ),
        (
            Column {
                format: Some(Format::Compact),
                ..column("届出日", Source::Circumstance(Circumstance::FiledOn))
            },
            "20261124",
        ),
        (
            column("手続き", Source::Circumstance(Circumstance::ProcedureName)),
            "住民票の写し",
        ),
    ];
    let (columns, expected): (Vec<Column>, Vec<&str>) = expected.into_iter().unzip();
    let record = layout(columns).unwrap().fill(&answered(), &about());
    assert_eq!(record.values(), expected);
    assert_eq!(record.faults(), []);
}

#[test]
fn zeros_stand_where_nobody_knows_the_day_or_the_month_of_a_birth() {
    let shapes = [
        (Format::Kept, ["1954", "1954-05"]),
        (Format::Words, ["昭和29年(月日不詳)", "昭和29年5月(日不詳)"]),
        (Format::Compact, ["19540000", "19540500"]),
        (Format::Slashes, ["1954/00/00", "1954/05/00"]),
        (
            Format::Wareki,
            ["昭和29年(月日不詳)", "昭和29年5月(日不詳)"],
        ),
        (Format::EraDigits, ["3290000", "3290500"]),
        (Format::EraLetter, ["S29.00.00", "S29.05.00"]),
    ];
    for (at, typed) in ["1954", "1954-05"].into_iter().enumerate() {
        let mut application = everything();
        application.answer("birth", typed).unwrap();
        let columns = shapes
            .iter()
            .map(|(shape, _)| shaped("birth", shape.clone()));
        let record = layout(columns.collect())
            .unwrap()
            .fill(&application, &about());
        let expected: Vec<&str> = shapes.iter().map(|(_, told)| told[at]).collect();
        assert_eq!(record.values(), expected);
    }
}

#[test]
fn the_first_field_that_is_answered_counts_and_what_nobody_answered_is_empty() {
    let either = Source::Fields(vec!["digits".into(), "kana".into()]);
    let layout = layout(vec![
        column("番号", either),
        Column {
            chars_max: Some(5),
            fill: Some(Fill::Zeros),
            ..column("通数", of("digits"))
        },
    ])
    .unwrap();
    let mut application = everything();
    application.answer("kana", "フクヤマ").unwrap();
    assert_eq!(
        layout.fill(&application, &about()).values(),
        ["フクヤマ", ""]
    );
    application.answer("digits", "12").unwrap();
    assert_eq!(
        layout.fill(&application, &about()).values(),
        ["12", "00012"]
    );
}

#[test]
fn what_does_not_fit_stands_whole_and_is_told() {
    let layout = layout(vec![
        Column {
            chars_max: Some(3),
            ..column("氏名", of("name"))
        },
        shaped("kana", Format::HalfKana),
    ])
    .unwrap();
    let mut application = answered();
    application.answer("name", "芦\u{E0100}田川 一郎").unwrap();
    application.answer("kana", "ヰノウエ").unwrap();
    let record = layout.fill(&application, &about());
    assert_eq!(record.values(), ["芦\u{E0100}田川 一郎", "ヰﾉｳｴ"]);
    let too_long = FaultKind::TooLong {
        chars: 6,
        chars_max: 3,
    };
    let faults = [
        Fault {
            column: 1,
            kind: FaultKind::NoForm(vec!["ヰ".to_owned()]),
        },
        Fault {
            column: 0,
            kind: too_long,
        },
    ];
    assert_eq!(record.faults(), faults);
}

#[test]
fn a_layout_that_speaks_of_what_is_not_there_is_told_with_its_place() {
    let codes = |pairs: &[(&str, &str)]| {
        let pairs = pairs
            .iter()
            .map(|(id, code)| ((*id).into(), (*code).into()));
        Format::Codes(pairs.collect())
    };
    for (broken, expected) in [
        (
            column("a", of("nmae")),
            DefectKind::UnknownField("nmae".into()),
        ),
        (
            column("a", Source::Meaning("applicant.nmae".into())),
            DefectKind::UnknownMeaning("applicant.nmae".into()),
        ),
        (
            shaped("name", Format::Compact),
            DefectKind::Unfit {
                format: "yyyymmdd",
                field: Some("name".into()),
            },
        ),
        (
            shaped("kind", codes(&[("all", "1")])),
            DefectKind::NoCode {
                field: "kind".into(),
                option: "part".into(),
            },
        ),
        (
            shaped("kind", codes(&[("all", "1"), ("part", "2"), ("none", "3")])),
            DefectKind::UnknownOption("none".into()),
        ),
        (column("", of("name")), DefectKind::Header),
        (column("a\nb", of("name")), DefectKind::Header),
        (
            column("a", Source::Constant("\t".into())),
            DefectKind::Constant,
        ),
        (
            Column {
                chars_max: Some(0),
                ..column("a", of("name"))
            },
            DefectKind::CharsMax(0),
        ),
        (
            Column {
                fill: Some(Fill::Spaces),
                ..column("a", of("name"))
            },
            DefectKind::FillsNothing,
        ),
        (column("氏名", of("birth")), DefectKind::DuplicateHeader),
    ] {
        let found = layout(vec![column("氏名", of("name")), broken]);
        assert_eq!(found.unwrap_err(), [(Place::Column(1), expected)]);
    }
    let none = layout(Vec::new()).unwrap_err();
    assert_eq!(none, [(Place::Target, DefectKind::Columns(0))]);
}

#[test]
fn only_what_a_person_chose_replaces_a_character_and_only_where_there_is_no_code() {
    let mut record = row(&["𠮷野 高志", "芦\u{E0100}田支所", "\u{FA1B}山"]);
    let chosen = [("𠮷", "吉"), ("高", "髙")];
    let chosen = chosen.map(|(character, by)| (character.to_owned(), by.to_owned()));
    let substitutes = Substitutes::new(chosen).unwrap();
    let substituted = record.spell(Encoding::Cp932, &substitutes);
    assert_eq!(
        record.values(),
        ["吉野 高志", "芦\u{E0100}田支所", "\u{FA1B}山"]
    );
    let told: Vec<(usize, &str, &str)> = substituted
        .iter()
        .map(|it| (it.column, it.character.as_str(), it.by.as_str()))
        .collect();
    assert_eq!(told, [(0, "𠮷", "吉")]);
    let fault = Fault {
        column: 1,
        kind: FaultKind::NotEncodable(vec!["芦\u{E0100}".to_owned()]),
    };
    assert_eq!(record.faults(), [fault]);
    // What would be put in its place has to have a code of its own.
    let mut record = row(&["𠮷野"]);
    let worse = Substitutes::new([("𠮷".to_owned(), "𩸽".to_owned())]).unwrap();
    assert!(record.spell(Encoding::Cp932, &worse).is_empty());
    assert_eq!(record.faults().len(), 1);
    // UTF-8 takes everything as it is.
    let mut record = row(&["𠮷野 芦\u{E0100}田 \u{FA1B}山 \u{FA19}"]);
    assert!(record.spell(Encoding::Utf8Bom, &substitutes).is_empty());
    assert_eq!(record.values(), ["𠮷野 芦\u{E0100}田 \u{FA1B}山 \u{FA19}"]);
    assert_eq!(record.faults(), []);
}

#[test]
fn a_file_has_names_of_columns_quotes_around_everything_and_no_formula() {
    let layout = layout(vec![
        column("氏名", of("name")),
        column("備考", Source::Constant("=1+1".into())),
    ])
    .unwrap();
    let application = answered();
    let record = layout.fill(&application, &about());
    let told = csv::text(&layout, [&record, &record], &Csv::default());
    let line = "\"\u{FA1B}山　太郎\",\"'=1+1\"\r\n";
    assert_eq!(*told, format!("\"氏名\",\"備考\"\r\n{line}{line}"));
    assert_eq!(csv::neutralised(&record, Formulas::Apostrophe), [1]);
    let kept = Csv {
        encoding: Encoding::Cp932,
        formulas: Formulas::Keep,
        header: false,
    };
    let told = csv::text(&layout, [&record], &kept);
    assert_eq!(*told, "\"\u{FA1B}山　太郎\",\"=1+1\"\r\n");
    assert_eq!(csv::neutralised(&record, Formulas::Keep), [0; 0]);
}

#[test]
fn no_cell_begins_like_a_formula() {
    for value in [
        "=1", "+81", "-", "@a", "\ta", "\ra", "\na", "＝1", "＋", "－", "＠", "'a",
    ] {
        let cell = csv::neutral(value, Formulas::Apostrophe);
        assert_eq!(cell, format!("'{value}"));
        assert_eq!(csv::restored(&cell), value);
        assert_eq!(csv::neutral(value, Formulas::Keep), value);
    }
    for value in ["", "0849281058", "福山", " =1", "1+1"] {
        assert_eq!(csv::neutral(value, Formulas::Apostrophe), value);
    }
}

fn plain_wedge(symbol_bytes_max: u16) -> Wedge {
    Wedge {
        encoding: Encoding::Utf8,
        between: Key::Tab,
        end: Some(Key::Enter),
        symbol_bytes_max,
    }
}

#[test]
fn values_are_typed_in_order_and_each_symbol_holds_whole_values() {
    let long = "広島県福山市東桜町".repeat(3);
    let values = [
        "\u{FA1B}山　太郎",
        "",
        &long,
        "昭和55年2月17日",
        "0849281058",
    ];
    let symbols = wedge::symbols(&values, &plain_wedge(98)).unwrap();
    let typed: Vec<(usize, usize, String)> = symbols
        .iter()
        .map(|it| {
            let typed = String::from_utf8(it.bytes.to_vec()).unwrap();
            (it.first, it.last, typed)
        })
        .collect();
    assert_eq!(
        typed,
        [
            (0, 1, "\u{FA1B}山　太郎\t\t".to_owned()),
            (2, 2, format!("{long}\t")),
            (3, 4, "昭和55年2月17日\t0849281058\r".to_owned()),
        ]
    );
    let windows = Wedge {
        encoding: Encoding::Cp932,
        between: Key::Enter,
        end: None,
        ..plain_wedge(600)
    };
    let symbols = wedge::symbols(&["髙", "ｱ"], &windows).unwrap();
    assert_eq!(symbols.len(), 1);
    assert_eq!(symbols[0].bytes.as_slice(), [0xFB, 0xFC, b'\r', 0xB1]);
}

#[test]
fn what_cannot_be_typed_is_told_and_nothing_is_typed() {
    let keys = |column| Fault {
        column,
        kind: FaultKind::Keys,
    };
    let refused = wedge::symbols(&["太郎", "a\tb", "c\rd"], &plain_wedge(600)).err();
    assert_eq!(refused, Some(NotTyped::Faults(vec![keys(1), keys(2)])));
    let windows = Wedge {
        encoding: Encoding::Cp932,
        ..plain_wedge(600)
    };
    let refused = wedge::symbols(&["𠮷野"], &windows).err();
    let kind = FaultKind::NotEncodable(vec!["𠮷".to_owned()]);
    let fault = Fault { column: 0, kind };
    assert_eq!(refused, Some(NotTyped::Faults(vec![fault])));
    let much = "福".repeat(500);
    let refused = wedge::symbols(&[&much], &plain_wedge(SYMBOL_BYTES_MIN)).err();
    assert!(matches!(refused, Some(NotTyped::TooMany(it)) if it > SYMBOLS_MAX));
}

/// Values as people type them: kanji with selectors, quotes, commas, signs of formulas.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[=+\\-@',\"a-z0-9あ-んア-ヶｱ-ﾝ一-龠𠮷\u{FA1B}\u{E0100}\u{3099} ＝＋－＠]{0,12}",
        1 => ".{0,40}",
        1 => "[\r\n\t\"',=]{0,5}",
    ]
}

proptest! {
    #[test]
    fn a_reader_of_csv_and_one_apostrophe_less_give_back_what_was_answered(
        rows in prop::collection::vec(prop::collection::vec(value(), 3), 1..5),
    ) {
        let mut text = String::new();
        for values in &rows {
            csv::row(values.iter().map(String::as_str), Formulas::Apostrophe, &mut text);
        }
        prop_assert!(text.ends_with("\r\n"));
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(false)
            .from_reader(text.as_bytes());
        let read: Vec<Vec<String>> = reader
            .records()
            .map(|it| it.unwrap().iter().map(|cell| csv::restored(cell).to_owned()).collect())
            .collect();
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn code_page_932_gives_back_every_character_that_it_does_not_report(text in value()) {
        match Encoding::Cp932.encode(&text) {
            Ok(bytes) => {
                let (back, bad) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes);
                prop_assert!(!bad);
                prop_assert_eq!(back, text);
            }
            Err(missing) => {
                prop_assert!(!missing.is_empty());
                prop_assert!(missing.iter().all(|it| text.contains(it.as_str())));
            }
        }
    }

    #[test]
    fn scanned_one_after_another_the_symbols_type_every_value_into_its_field(
        values in prop::collection::vec("[a-z福山𠮷\u{E0100}あ-ん ]{0,60}", 1..12),
        limit in SYMBOL_BYTES_MIN..=600,
    ) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        match wedge::symbols(&values, &plain_wedge(limit)) {
            Ok(symbols) => {
                let mut typed = String::new();
                for symbol in &symbols {
                    prop_assert!(symbol.bytes.len() <= usize::from(limit));
                    prop_assert!(symbol.first <= symbol.last && symbol.last < values.len());
                    // Never within a character.
                    typed.push_str(std::str::from_utf8(&symbol.bytes).unwrap());
                }
                let fields: Vec<&str> = typed.strip_suffix('\r').unwrap().split('\t').collect();
                prop_assert_eq!(fields, values);
            }
            Err(refused) => {
                let too_many = matches!(refused, NotTyped::TooMany(it) if it > SYMBOLS_MAX);
                prop_assert!(too_many);
            }
        }
    }
}
