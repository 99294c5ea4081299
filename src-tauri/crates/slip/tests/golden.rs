//! The slip as a citizen holds it, dot by dot. `UPDATE_GOLDEN=1` accepts what is drawn now.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::path::{Path, PathBuf};

use slip::{
    Align, Code, CodeWay, Confirmation, Cut, Departure, Fact, Features, FontError, Fonts, JobId,
    Logo, Part, Profile, Raster, RenderError, Slip, Stop, Template, Templates, TextWay, Words,
    render,
};

#[path = "golden/checklist.rs"]
mod checklist;

fn fonts() -> Fonts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config/fonts");
    let face = |name: &str| std::fs::read(folder.join(name)).unwrap();
    Fonts::load([
        face("BIZUDGothic-Bold.ttf"),
        face("BIZUDGothic-Regular.ttf"),
    ])
    .unwrap()
}

fn paper(dots: u16, dpi: u16) -> Profile {
    Profile::new(Features {
        name: format!("{dots} dots, {dpi} dpi"),
        dots,
        dpi,
        cut: Cut::Partial,
        tear_feed_rows: 0,
        confirmation: Confirmation::ProcessId,
        pushes_status: true,
        clears_buffer: true,
        band_rows_max: 128,
        ..Features::default()
    })
    .unwrap()
}

/// A slip in Japanese, as most people get it.
fn japanese() -> Slip {
    Slip {
        office: "さくら市役所".to_owned(),
        section: Some("市民課".to_owned()),
        service: Words::ja("住民票・戸籍の証明"),
        number_label: Words::ja("受付番号"),
        number: "A-001".to_owned(),
        booked: None,
        reissued: None,
        wait: None,
        then: None,
        ahead: Some(Fact {
            label: Words::ja("お待ちの人数"),
            value: Words::ja("7人"),
        }),
        area: Some(Fact {
            label: Words::ja("お待ちの場所"),
            value: Words::ja("1階 3番窓口前"),
        }),
        issued: "2026年11月22日（日）14時55分".to_owned(),
        code: Some(Code {
            url: "https://uketsuke.example.lg.jp/v/q7Zt4mKx9bRw2LpN".to_owned(),
            caption: Words::ja("呼出状況をスマートフォンで確認できます"),
        }),
        note: Some(Words::ja(
            "番号をお呼びしたときにいらっしゃらない場合は、窓口へお声がけください。",
        )),
        ..Slip::default()
    }
}

/// The same for somebody who reads English, with a booking, printed a second time.
fn english() -> Slip {
    Slip {
        service: Words::both("住民票・戸籍の証明", "Residence and family certificates"),
        number_label: Words::both("受付番号", "Your number"),
        number: "B-128".to_owned(),
        booked: Some(Fact {
            label: Words::both("予約", "Booked"),
            value: Words::ja("10:00〜10:30"),
        }),
        reissued: Some(Words::both("再発行", "Reissued")),
        wait: None,
        then: None,
        ahead: Some(Fact {
            label: Words::both("お待ちの人数", "People ahead"),
            value: Words::ja("12人"),
        }),
        area: Some(Fact {
            label: Words::both("お待ちの場所", "Wait here"),
            value: Words::both("1階 3番窓口前", "1F, near counter 3"),
        }),
        code: Some(Code {
            caption: Words::both(
                "呼出状況をスマートフォンで確認できます",
                "See the queue on your phone",
            ),
            ..japanese().code.unwrap()
        }),
        note: Some(Words::both(
            "番号をお呼びしたときにいらっしゃらない場合は、窓口へお声がけください。",
            "If you miss your call, please speak to the counter.",
        )),
        ..japanese()
    }
}

/// A service named by a committee, and a section to match.
fn wordy() -> Slip {
    Slip {
        section: Some("子ども未来部 子育て支援総合センター 給付第二担当".to_owned()),
        service: Words::ja(
            "児童手当・児童扶養手当・特別児童扶養手当・ひとり親家庭等医療費助成の認定請求及び現況届の受付",
        ),
        area: Some(Fact {
            label: Words::ja("お待ちの場所"),
            value: Words::ja("本庁舎西館2階 エスカレーター横の青い待合コーナー"),
        }),
        ..japanese()
    }
}

/// A way through two counters, with the wait; for somebody who reads English.
fn journey() -> Slip {
    Slip {
        booked: None,
        reissued: None,
        service: Words::both("おくやみ", "After a death in the family"),
        wait: Some(Fact {
            label: Words::both("お待ちの時間", "Estimated wait"),
            value: Words::both("およそ10〜20分", "about 10–20 min"),
        }),
        then: Some(Fact {
            label: Words::both("このあと", "After that"),
            value: Words::both("保険・年金", "Health insurance and pension"),
        }),
        ..english()
    }
}

/// A kiosk's own number, while nobody could know who is ahead.
fn by_the_kiosk_alone() -> Slip {
    Slip {
        ahead: None,
        code: None,
        ..japanese()
    }
}

/// How far the black of these rows keeps from the paper's edges: (left, right).
fn margins(raster: &Raster, rows: std::ops::Range<u32>) -> (u32, u32) {
    let black: Vec<u32> = rows
        .flat_map(|y| (0..u32::from(raster.width())).filter(move |x| raster.dot(*x, y)))
        .collect();
    let left = *black.iter().min().unwrap();
    (
        left,
        u32::from(raster.width()) - 1 - *black.iter().max().unwrap(),
    )
}

fn compare(name: &str, raster: &Raster) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.png"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, raster.to_png()).unwrap();
    }
    let golden = read_png(&path);
    let drawn: Vec<u8> = raster.packed_rows().flatten().copied().collect();
    assert_eq!(
        (golden.width(), golden.rows()),
        (raster.width(), raster.rows()),
        "{name}: another size; look at it and accept it with UPDATE_GOLDEN=1"
    );
    let kept: Vec<u8> = golden.packed_rows().flatten().copied().collect();
    assert!(
        kept == drawn,
        "{name}: other dots; look at it and accept it with UPDATE_GOLDEN=1"
    );
}

fn read_png(path: &Path) -> Raster {
    let file =
        std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap();
    let mut bits = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bits).unwrap();
    let width = u16::try_from(info.width).unwrap();
    let white_beyond = |(place, byte): (usize, &u8)| {
        // The bits beyond the last dot are not part of the picture.
        let row_bytes = usize::from(width).div_ceil(8);
        let last = place % row_bytes == row_bytes - 1;
        let spare = row_bytes * 8 - usize::from(width);
        !byte & if last { 0xFF << spare } else { 0xFF }
    };
    Raster::from_rows(width, bits.iter().enumerate().map(white_beyond).collect())
}

#[test]
fn the_slip_on_every_paper_looks_as_it_was_accepted() {
    let mut fonts = fonts();
    for (name, slip, dots, dpi) in [
        ("80mm-203dpi-ja", japanese(), 576, 203),
        ("80mm-203dpi-en-booked-reissued", english(), 576, 203),
        ("80mm-203dpi-wordy", wordy(), 576, 203),
        ("80mm-203dpi-en-journey", journey(), 576, 203),
        ("80mm-203dpi-ja-alone", by_the_kiosk_alone(), 576, 203),
        ("58mm-203dpi-en-journey", journey(), 384, 203),
        ("80mm-180dpi-ja", japanese(), 512, 180),
        ("58mm-203dpi-ja", japanese(), 420, 203),
        ("58mm-203dpi-en-booked-reissued", english(), 384, 203),
    ] {
        let raster = render(&slip, &Template::plain(), &paper(dots, dpi), &mut fonts).unwrap();
        compare(name, &raster);
    }
}

#[test]
fn the_number_stands_22_mm_high_and_a_longer_one_is_narrowed_and_then_shrunk_but_never_cut() {
    let mut fonts = fonts();
    let mut heights = |dots: u16| {
        let profile = paper(dots, 203);
        ["A-001", "C-0128", "予約-2026-00128"].map(|number| {
            let bare = Slip {
                number: number.to_owned(),
                ..Slip::default()
            };
            let raster = render(&bare, &Template::plain(), &profile, &mut fonts).unwrap();
            let (left, right) = margins(&raster, 0..raster.rows());
            assert!(left <= 2 && right >= 4, "{number}: {left} and {right}");
            raster.rows()
        })
    };
    // 20 mm are 160 rows.
    let [three, four, long] = heights(576);
    assert!((174..=176).contains(&three), "{three}");
    assert!((174..=176).contains(&four), "{four}");
    assert!(long < 160, "{long}");
    let [three, four, _] = heights(384);
    assert!(three >= 160, "{three}");
    assert!(four >= 140, "{four}");
}

#[test]
fn hostile_texts_keep_to_the_paper_and_are_printed_all_the_same() {
    let mut fonts = fonts();
    for text in [
        "業".repeat(200),
        "a".repeat(400),
        "\u{1B}@\u{10}\u{4}\u{1}\r\n\t".to_owned(),
        "שלום עולם مرحبا بالعالم".to_owned(),
        "👩‍👩‍👧‍👦 🏛️ 葛\u{E0100}城 𠮷野家 髙﨑".to_owned(),
        String::new(),
        " \u{3000} ".to_owned(),
    ] {
        let words = Words::both(&text, format!("{text}!"));
        let fact = Fact {
            label: Words::both(&text, &text),
            value: words.clone(),
        };
        let stop = Stop {
            service: words.clone(),
            place: Some(words.clone()),
            bring: Some(fact.clone()),
        };
        let slip = Slip {
            office: text.clone(),
            section: Some(text.clone()),
            service: words.clone(),
            number_label: Words::ja(&text),
            number: "A-001".to_owned(),
            booked: Some(fact.clone()),
            reissued: Some(Words::ja(&text)),
            copy: Some(Words::ja(&text)),
            large: true,
            ahead: Some(fact.clone()),
            wait: Some(fact.clone()),
            area: Some(fact.clone()),
            then: Some(fact),
            stops_label: words.clone(),
            stops: vec![stop; 5],
            issued: text.clone(),
            message: Some(words.clone()),
            code: japanese().code,
            note: Some(words),
        };
        for (dots, dpi) in [(576, 203), (128, 203)] {
            for (code, words) in [
                (CodeWay::Dots, TextWay::Dots),
                (CodeWay::Native, TextWay::Kanji),
            ] {
                let profile = Profile::new(Features {
                    code,
                    text: words,
                    ..paper(dots, dpi).features().clone()
                })
                .unwrap();
                let id = JobId::from_counter(7);
                let made = slip::paper(&slip, &Templates::default(), &profile, &mut fonts, id);
                let made = made.unwrap();
                assert!(
                    made.picture.black_dots() > 1000,
                    "{text} on {dots} dots: {}",
                    made.picture.black_dots()
                );
                assert!(
                    profile.mm_of_rows(made.picture.rows()) <= 250.0,
                    "{text} on {dots} dots: {} rows, {words:?}",
                    made.picture.rows()
                );
            }
        }
    }
}

#[test]
fn what_a_template_cannot_show_is_left_out_and_told_and_the_number_is_printed() {
    let mut fonts = fonts();
    let profile = paper(576, 203);
    let templates = Templates::default();
    let mut made = |slip: &Slip| {
        slip::paper(
            slip,
            &templates,
            &profile,
            &mut fonts,
            JobId::from_counter(1),
        )
        .unwrap()
    };
    let with_url = |url: String| Slip {
        code: Some(Code {
            url,
            caption: Words::default(),
        }),
        ..japanese()
    };
    let endless = made(&with_url(format!(
        "https://example.lg.jp/{}",
        "x".repeat(1000)
    )));
    assert_eq!(
        endless.departures,
        [Departure::WithoutCode(RenderError::CodeTooLong {
            bytes: 1022
        })]
    );
    let without = Slip {
        code: None,
        ..japanese()
    };
    assert_eq!(endless.picture, made(&without).picture);

    let wordy = "業務の名前がとても長い窓口".repeat(30);
    let fact = Fact {
        label: Words::ja(&wordy),
        value: Words::ja(&wordy),
    };
    let novel = made(&Slip {
        service: Words::ja(&wordy),
        message: Some(Words::ja(&wordy)),
        ahead: Some(fact.clone()),
        wait: Some(fact.clone()),
        area: Some(fact),
        note: Some(Words::ja(&wordy)),
        reissued: Some(Words::ja("再発行")),
        ..japanese()
    });
    assert_eq!(novel.departures, [Departure::Bare(RenderError::TooLong)]);
    assert!(novel.picture.rows() < 700 && novel.picture.black_dots() > 10_000);
    compare("80mm-203dpi-bare", &novel.picture);

    let lion = made(&Slip {
        service: Words::ja("動物園🦁の窓口"),
        ..japanese()
    });
    assert_eq!(lion.departures, [Departure::Missing(vec!['🦁'])]);
    let geta = made(&Slip {
        service: Words::ja("動物園〓の窓口"),
        ..japanese()
    });
    assert_eq!(lion.picture, geta.picture);
}

#[test]
fn a_text_that_is_too_long_to_be_set_whole_is_told_with_every_slip_that_carries_it() {
    let (mut fonts, profile) = (fonts(), paper(576, 203));
    let mut departures = |chars: usize| {
        let message = "年末年始のお休み"
            .chars()
            .cycle()
            .take(chars)
            .collect::<String>();
        let slip = Slip {
            message: Some(Words::ja(message)),
            ..japanese()
        };
        let id = JobId::from_counter(1);
        let made = slip::paper(&slip, &Templates::default(), &profile, &mut fonts, id);
        made.unwrap().departures
    };
    assert!(departures(400).is_empty());
    let shortened = Departure::Shortened {
        begins: "年末年始のお休み年末年始のお休み年末年始".to_owned(),
    };
    for _ in 0..2 {
        assert_eq!(departures(401), std::slice::from_ref(&shortened));
    }
    assert!(departures(400).is_empty(), "it is not told of the next one");
}

#[test]
fn an_address_too_long_for_a_readable_code_is_refused() {
    let mut slip = japanese();
    let url = format!("https://example.lg.jp/{}", "x".repeat(1000));
    let bytes = url.len();
    slip.code = Some(Code {
        url,
        caption: Words::default(),
    });
    assert_eq!(
        render(&slip, &Template::plain(), &paper(576, 203), &mut fonts()),
        Err(RenderError::CodeTooLong { bytes })
    );
}

#[test]
fn names_beyond_the_common_characters_are_printed_and_what_is_lacking_is_known_beforehand() {
    let mut fonts = fonts();
    let lacking = fonts.lacks("髙橋・山﨑 〜 ①㈱ 葛\u{E0100}城 𠮟咤");
    assert!(lacking.is_empty(), "{lacking:?}");
    assert_eq!(fonts.lacks("市役所\u{1F3DB}"), ['\u{1F3DB}']);
    assert_eq!(Fonts::load([]).unwrap_err(), FontError::None);
    let not_a_font = Fonts::load([b"hello".to_vec()]).unwrap_err();
    assert_eq!(not_a_font, FontError::Unreadable { place: 1 });
}

/// The dots of a word as the service's name, without anything else that could differ.
fn dots_of(service: &str, fonts: &mut Fonts) -> Raster {
    let slip = Slip {
        service: Words::ja(service),
        number: "A-001".to_owned(),
        ..Slip::default()
    };
    render(&slip, &Template::plain(), &paper(576, 203), fonts).unwrap()
}

/// Every face of the shipped configuration: 𠮷 is in the second family only.
fn all_fonts() -> Fonts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config/fonts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "ttf" || it == "otf")
        })
        .collect();
    files.sort();
    Fonts::load(files.iter().map(|path| std::fs::read(path).unwrap())).unwrap()
}

#[test]
fn characters_of_names_are_drawn_as_themselves_and_never_as_a_box_or_another() {
    let mut fonts = all_fonts();
    let names = "髙高﨑崎𠮷吉葛邊邉鷗鴎";
    assert_eq!(fonts.lacks(names), []);
    assert_eq!(fonts.lacks("葛\u{E0100}城 辻\u{E0101}"), []);
    // Each differs from its everyday form, and from the mark of a missing character.
    for (special, everyday) in [
        ("髙", "高"),
        ("﨑", "崎"),
        ("𠮷", "吉"),
        ("邊", "邉"),
        ("鷗", "鴎"),
        ("葛\u{E0100}", "葛"),
    ] {
        let drawn = dots_of(special, &mut fonts);
        assert_ne!(drawn, dots_of(everyday, &mut fonts), "{special}");
        assert_ne!(drawn, dots_of("〓", &mut fonts), "{special}");
        assert!(drawn.black_dots() > dots_of("", &mut fonts).black_dots() + 200);
    }
    // U+845B is the form of U+E0101 in these fonts, so that selector changes nothing; and selected
    // or not it is one character.
    let selected = dots_of("葛\u{E0101}城", &mut fonts);
    assert_eq!(selected, dots_of("葛城", &mut fonts));
    compare(
        "80mm-203dpi-names",
        &dots_of("葛\u{E0100}城・葛城 𠮷野・吉野 髙﨑", &mut fonts),
    );
}

#[test]
fn a_logo_stands_where_the_template_says_and_is_left_out_where_the_paper_is_narrower() {
    let mut fonts = fonts();
    let mut dots = Raster::blank(160, 30);
    for y in 0..30 {
        for x in 0..160 {
            if (x / 10 + y / 10) % 2 == 0 {
                dots.blacken(x, y);
            }
        }
    }
    let logo = Logo::from_png(&dots.to_png()).unwrap();
    let mut parts = vec![Part::Logo {
        logo,
        align: Align::Centre,
    }];
    parts.extend(Template::plain().parts().iter().cloned());
    let template = Template::new("with a logo", parts).unwrap();
    let raster = render(&japanese(), &template, &paper(576, 203), &mut fonts).unwrap();
    for y in 0..30 {
        for x in 0..576 {
            let expected = (208..368).contains(&x) && dots.dot(x - 208, y);
            assert_eq!(raster.dot(x, y), expected, "{x} {y}");
        }
    }
    let narrow = paper(128, 203);
    assert!(template.fits(&narrow).is_err());
    let bare = Slip {
        number: "1".to_owned(),
        ..Slip::default()
    };
    assert_eq!(
        render(&bare, &template, &narrow, &mut fonts),
        render(&bare, &Template::plain(), &narrow, &mut fonts)
    );
}

#[test]
fn a_slip_is_at_most_forty_kilobytes_on_the_wire() {
    let mut fonts = fonts();
    let profile = paper(576, 203);
    let raster = render(&japanese(), &Template::plain(), &profile, &mut fonts).unwrap();
    let job = slip::encode(&raster, &profile, slip::JobId::from_counter(1)).unwrap();
    assert!(job.bytes.len() <= 40 * 1024, "{} bytes", job.bytes.len());
}
