//! The slip as a citizen holds it, dot by dot. `UPDATE_GOLDEN=1` accepts what is drawn now.

use std::path::{Path, PathBuf};

use slip::{Code, Confirmation, Cut, Fact, Features, Fonts, Profile, Raster, Slip, Words, render};

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
        ("80mm-180dpi-ja", japanese(), 512, 180),
        ("58mm-203dpi-ja", japanese(), 420, 203),
        ("58mm-203dpi-en-booked-reissued", english(), 384, 203),
    ] {
        let raster = render(&slip, &paper(dots, dpi), &mut fonts).unwrap();
        compare(name, &raster);
    }
}
