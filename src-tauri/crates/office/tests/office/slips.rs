//! The office's slips: as shipped, on every printer, and broken.

use std::{
    collections::BTreeMap,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use office::{Mistake, Office, check_slips, sample_slip};
use slip::{JobId, Paper, Profile, Slip, Templates, Words};

use crate::{change, copied, lines, load, relative, shipped};

/// The most that a slip may have on the wire.
const SLIP_BYTES_MAX: usize = 40 * 1024;

fn office() -> Office {
    load(&shipped()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

fn profiles() -> BTreeMap<String, Profile> {
    Office::printers(&shipped()).into_iter().collect()
}

/// The longest slip, printed a second time, with the office's sentence.
fn longest(office: &Office, language: &str) -> Slip {
    Slip {
        reissued: Some(Words::both(
            office.word("ja", "slip.reissued"),
            office.word(language, "slip.reissued"),
        )),
        message: Some(match language {
            "ja" => Words::ja("12月29日から1月3日まで閉庁します。"),
            _ => Words::both(
                "12月29日から1月3日まで閉庁します。",
                "Closed from December 29 to January 3.",
            ),
        }),
        ..sample_slip(office, language)
    }
}

/// What most people get: one counter, no booking.
fn ordinary(office: &Office, language: &str) -> Slip {
    let service = office.services.first().unwrap();
    let both = |text: &forms::Text| {
        Words::both(forms::text_in(text, "ja"), forms::text_in(text, language))
    };
    let longest = sample_slip(office, language);
    Slip {
        service: both(&service.name),
        number: "A-012".to_owned(),
        booked: None,
        area: longest.area.map(|area| slip::Fact {
            value: both(service.area.as_ref().unwrap()),
            ..area
        }),
        stops: Vec::new(),
        ..longest
    }
}

fn copy(office: &Office) -> Slip {
    Slip {
        copy: Some(Words::ja(office.word("ja", "slip.copy"))),
        code: None,
        note: None,
        ..sample_slip(office, "ja")
    }
}

fn large(slip: Slip) -> Slip {
    Slip {
        large: true,
        ..slip
    }
}

fn templates() -> Templates {
    office().slips.templates
}

fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/gallery/slips")
}

/// A picture's width and rows. The same dots may be packed differently: which packer is built in is another program's choice.
fn dots(picture: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().ok()?;
    let mut rows = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rows).ok()?;
    Some((info.width, rows))
}

/// The gallery shows these pictures; `UPDATE_GOLDEN=1` accepts what is drawn now.
#[test]
fn the_slips_of_every_template_look_as_the_gallery_shows_them() {
    let (office, profiles) = (office(), profiles());
    let mut fonts = office::fonts(&office).unwrap();
    let mut shown: Vec<String> = Vec::new();
    for (name, slip, printer) in [
        ("standard-ja", ordinary(&office, "ja"), "generic-80"),
        ("standard-en", ordinary(&office, "en"), "generic-80"),
        ("longest-en", longest(&office, "en"), "generic-80"),
        (
            "longest-ja-180dpi",
            longest(&office, "ja"),
            "epson-tm-t88vii-80",
        ),
        ("standard-ja-58mm", ordinary(&office, "ja"), "generic-58"),
        ("longest-en-58mm", longest(&office, "en"), "generic-58"),
        ("large-ja", large(ordinary(&office, "ja")), "generic-80"),
        (
            "large-en-58mm",
            large(longest(&office, "en")),
            "epson-tm-m30iii-58",
        ),
        ("copy-ja", copy(&office), "generic-80"),
        ("kanji-ja", ordinary(&office, "ja"), "generic-kanji-80"),
    ] {
        let profile = &profiles[printer];
        let templates = &office.slips.templates;
        let id = JobId::from_counter(1);
        let Paper {
            picture,
            departures,
            ..
        } = slip::paper(&slip, templates, profile, &mut fonts, id).unwrap();
        assert_eq!(departures, [], "{name}");
        let path = pictures().join(format!("{name}.png"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(pictures()).unwrap();
            fs::write(&path, picture.to_png()).unwrap();
        }
        let kept = fs::read(&path).unwrap();
        assert!(
            dots(&kept) == dots(&picture.to_png()),
            "{name}: other dots; look at it and accept it with UPDATE_GOLDEN=1"
        );
        shown.push(format!("{name}.png"));
    }
    for entry in fs::read_dir(pictures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(shown.contains(&name), "{name} is drawn by nobody");
    }
}

#[test]
fn every_slip_on_every_printer_is_short_and_light_and_nothing_is_left_out() {
    let (office, profiles) = (office(), profiles());
    let mut fonts = office::fonts(&office).unwrap();
    let templates = templates();
    assert!(profiles.len() >= 8, "{}", profiles.len());
    let mut misses = Vec::new();
    for (printer, profile) in &profiles {
        for language in ["ja", "en"] {
            for (kind, slip) in [
                ("ordinary", ordinary(&office, language)),
                ("longest", longest(&office, language)),
                ("large", large(longest(&office, language))),
                ("copy", copy(&office)),
            ] {
                let id = JobId::from_counter(1);
                let paper = slip::paper(&slip, &templates, profile, &mut fonts, id).unwrap();
                let millimetres = profile.mm_of_rows(paper.picture.rows());
                let bytes = paper.job.bytes.len();
                println!("{printer} {language} {kind}: {bytes} bytes, {millimetres:.0} mm");
                let told = format!("{printer} {language} {kind}: {:?}", paper.departures);
                let as_dots = |it: &slip::Departure| matches!(it, slip::Departure::AsDots(_));
                assert!(paper.departures.iter().all(as_dots), "{told}");
                if bytes > SLIP_BYTES_MAX || millimetres > 160.0 {
                    misses.push(format!("{told}: {bytes} bytes, {millimetres:.0} mm"));
                }
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn the_shipped_words_stand_on_slips_without_a_gap() {
    let mistakes = check_slips(&shipped(), &office());
    assert!(mistakes.is_empty(), "{}", lines(&mistakes));
}

/// With the shipped fonts, which are not copied.
fn checked(dir: &Path) -> Vec<Mistake> {
    let mut office = load(dir).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    office.fonts_dir = shipped().join("fonts");
    check_slips(dir, &office)
}

#[test]
fn what_a_slip_cannot_show_is_named_with_file_line_and_key_and_nothing_keeps_from_starting() {
    let long = "長".repeat(200);
    for (file, from, to, expected) in [
        (
            "services.toml",
            "name = { ja = \"証明書\", en = \"Certificates\" }",
            format!("name = \"{long}\""),
            "services.toml:7: service[0].name: has 200 characters; at most 80 stand on a slip",
        ),
        (
            "services.toml",
            "ja = \"引っ越し・住所変更\"",
            "ja = \"引っ越し🚚\"".to_owned(),
            "services.toml:19: service[1].name.ja: emoji have no black and white picture in fonts/; a slip shows 〓 instead: 🚚 (U+1F69A)",
        ),
        (
            "office.toml",
            "en = \"Fukuyama City, Citizens Division\"",
            "en = \"שלום\"".to_owned(),
            "office.toml:4: name.en: no font in fonts/ has these right-to-left letters; a slip shows 〓 instead: ש (U+05E9), ל (U+05DC), ו (U+05D5), ם (U+05DD)",
        ),
        (
            "office.toml",
            "# message = ",
            "message = \"ヒン\\tディー हिन्दी\"\n# message = ".to_owned(),
            "slip.message: has a control character; a slip leaves it out",
        ),
        (
            "office.toml",
            "public_url = \"http://127.0.0.1:8470\"",
            format!("public_url = \"https://{}.example\"", "x".repeat(180)),
            "hub.public_url: in ja: the address of the code has 231 bytes, too many for this paper",
        ),
    ] {
        let folder = copied();
        change(folder.path(), file, from, &to);
        let mistakes = relative(&checked(folder.path()), folder.path());
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        assert!(mistakes[0].contains(expected), "{}", mistakes[0]);
    }
}

#[test]
fn a_broken_template_is_named_with_file_line_and_key() {
    let mut misses = Vec::new();
    for (file, from, to, expected) in [
        (
            "slips/standard.toml",
            "size_mm = 5.0",
            "size_nm = 5.0",
            "slips/standard.toml:15: part[2].size_nm: unknown field `size_nm`",
        ),
        (
            "slips/standard.toml",
            "kind = \"issued\"",
            "kind = \"date\"",
            "part[14].kind: unknown variant `date`",
        ),
        (
            "slips/large.toml",
            "kind = \"number\"\nheight_mm = 25",
            "kind = \"number\"\nheight_mm = 12",
            "part[4].height_mm: `height_mm` is 12 mm, expected 20 to 40",
        ),
        (
            "slips/copy.toml",
            "kind = \"number\"\nheight_mm = 20",
            "kind = \"rule\"",
            "slips/copy.toml:35: part[8].kind: expected exactly one part \"number\", found 0",
        ),
        (
            "slips/standard.toml",
            "facts = [\"area\"]",
            "facts = [\"area\", \"wait\", \"ahead\"]",
            "part[7].facts: expected 1 to 2 facts, found 3",
        ),
        (
            "slips/standard.toml",
            "facts = [\"area\"]",
            "facts = [\"aera\"]",
            "part[7].facts[0]: unknown variant `aera`",
        ),
        (
            "slips/standard.toml",
            "kind = \"rule\"",
            "kind = \"rule\"\nsize_mm = 3",
            "part[1].size_mm: this kind of part takes no `size_mm`",
        ),
        (
            "slips/standard.toml",
            "kind = \"stops\"",
            "kind = \"stops\"\nalign = \"centre\"",
            "part[9].align: this kind of part takes no `align`, only `size_mm`",
        ),
        (
            "slips/standard.toml",
            "kind = \"office\"\nsize_mm = 3.4",
            "kind = \"logo\"",
            "part[0].kind: a logo needs `file = \"….png\"`",
        ),
        (
            "slips/standard.toml",
            "kind = \"office\"\nsize_mm = 3.4",
            "kind = \"logo\"\nfile = \"../logo.png\"",
            "part[0].file: expected the name of a PNG in slips/",
        ),
        (
            "slips/standard.toml",
            "kind = \"office\"\nsize_mm = 3.4",
            "kind = \"logo\"\nfile = \"logo.png\"",
            "part[0].file: there is no slips/logo.png",
        ),
        (
            "office.toml",
            "template = \"standard\"",
            "template = \"standrad\"",
            "slip.template: there is no slips/standrad.toml; templates are checklist, copy, large, standard",
        ),
        (
            "office.toml",
            "staff_copy = false",
            "staff_copies = 1",
            "slip.staff_copies: unknown field `staff_copies`",
        ),
        (
            "printers/generic-80.toml",
            "image = \"gs-v-0\"",
            "image = \"gs-v-1\"",
            "image: unknown variant `gs-v-1`, expected one of `gs-v-0`, `gs-8-l`, `gs-paren-l`",
        ),
    ] {
        let folder = copied();
        change(folder.path(), file, from, to);
        let starts = !file.starts_with("slips/") || load(folder.path()).is_ok();
        let found = relative(&told(folder.path()), folder.path());
        if !starts || found.len() != 1 || !found[0].contains(expected) {
            misses.push(format!("{to:?}: {found:#?}"));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

/// What `uketsuke check` names.
fn told(dir: &Path) -> Vec<Mistake> {
    match load(dir) {
        Err(mistakes) => mistakes,
        Ok(mut office) => {
            office.fonts_dir = shipped().join("fonts");
            check_slips(dir, &office)
        }
    }
}

#[test]
fn an_office_with_broken_layouts_starts_and_gives_a_slip_of_the_plain_one() {
    let folder = copied();
    for name in ["standard", "large", "copy"] {
        fs::write(folder.path().join(format!("slips/{name}.toml")), "part = 3").unwrap();
    }
    let office = load(folder.path()).unwrap_or_else(|it| panic!("{}", lines(&it)));
    let templates = &office.slips.templates;
    assert_eq!(templates.standard.name(), slip::Template::plain().name());
    assert!(templates.large.is_none() && templates.copy.is_none());
    assert_eq!(office.slips.mistakes.len(), 3);

    let mut fonts = slip::Fonts::load(faces()).unwrap();
    let slip = ordinary(&office, "ja");
    let profile = &office.printer.profile;
    let paper = slip::paper(
        &slip,
        templates,
        profile,
        &mut fonts,
        JobId::from_counter(1),
    );
    assert!(paper.unwrap().picture.black_dots() > 1_000);
    let named = relative(&told(folder.path()), folder.path());
    assert_eq!(named.len(), 3, "{named:#?}");
}

fn faces() -> Vec<Vec<u8>> {
    let files = fs::read_dir(shipped().join("fonts")).unwrap();
    let files = files.map(|it| it.unwrap().path());
    let files = files.filter(|it| it.extension().is_some_and(|it| it == "ttf" || it == "otf"));
    files.map(|it| fs::read(it).unwrap()).collect()
}

#[test]
fn a_printer_that_nobody_uses_is_named_when_broken_and_keeps_nobody_from_starting() {
    let folder = copied();
    fs::write(folder.path().join("printers/generic-58.toml"), "").unwrap();
    assert!(load(folder.path()).is_ok());
    let named = relative(&told(folder.path()), folder.path());
    assert_eq!(named, ["printers/generic-58.toml:1: missing field `name`"]);
}

#[test]
fn what_a_printer_cannot_print_as_text_is_named() {
    let folder = copied();
    let printer = ("profile = \"generic-80\"", "profile = \"generic-kanji-80\"");
    change(folder.path(), "office.toml", printer.0, printer.1);
    change(
        folder.path(),
        "services.toml",
        "ja = \"引っ越し・住所変更\"",
        "ja = \"髙𠮷・住所変更\"",
    );
    let named = relative(&told(folder.path()), folder.path());
    let refused = "not in JIS X 0208";
    assert_eq!(named.len(), 1, "{named:#?}");
    let begins = "services.toml:19: service[1].name.ja: on a printer that takes text";
    assert!(named[0].starts_with(begins), "{}", named[0]);
    let says = named[0].contains(refused) && named[0].contains("髙");
    assert!(says, "{}", named[0]);
    // Another language is told of once, as a whole.
    let folder = copied();
    change(folder.path(), "office.toml", printer.0, printer.1);
    let named = relative(&told(folder.path()), folder.path());
    assert_eq!(named.len(), 1, "{named:#?}");
    let of_english = named[0].contains("printer.profile: in en");
    assert!(of_english, "{}", named[0]);
}

#[test]
fn what_a_plan_has_people_bring_is_looked_at_as_every_word_on_a_slip() {
    for (to, expected) in [
        ("死亡診断書🚚", "emoji"),
        ("死亡\\t診断書", "has a control character"),
        (&"長".repeat(81), "has 81 characters; at most 80"),
    ] {
        let folder = copied();
        let (file, thing) = ("life-events/bereavement.toml", "死亡診断書(死体検案書)");
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        let line = 1 + text.lines().position(|it| it.contains(thing)).unwrap();
        change(folder.path(), file, thing, to);
        let named = relative(&told(folder.path()), folder.path());
        assert_eq!(named.len(), 1, "{named:#?}");
        let begins = format!("{file}:{line}: rule[0].bring[0].ja");
        assert!(named[0].starts_with(&begins), "{}", named[0]);
        assert!(named[0].contains(expected), "{}", named[0]);
    }
}

#[test]
fn an_empty_profile_is_named() {
    let folder = copied();
    fs::write(folder.path().join("printers/generic-80.toml"), "").unwrap();
    let mistakes = load(folder.path()).unwrap_err();
    let found = relative(&mistakes, folder.path());
    assert_eq!(found, ["printers/generic-80.toml:1: missing field `name`"]);
}

/// A PNG of this width, white.
fn white(width: u16) -> Vec<u8> {
    slip::Raster::blank(width, 40).to_png()
}

#[test]
fn a_logo_stands_on_the_slip_and_one_too_wide_or_grey_is_named() {
    let folder = copied();
    let logo = folder.path().join("slips/logo.png");
    change(
        folder.path(),
        "slips/standard.toml",
        "[[part]]\nkind = \"office\"",
        "[[part]]\nkind = \"logo\"\nfile = \"logo.png\"\n\n[[part]]\nkind = \"office\"",
    );
    let mut black = slip::Raster::blank(100, 40);
    (0..100).for_each(|x| black.blacken(x, 20));
    fs::write(&logo, black.to_png()).unwrap();
    let office = load(folder.path()).unwrap_or_else(|it| panic!("{}", lines(&it)));
    assert!(matches!(
        office.slips.templates.standard.parts()[0],
        slip::Part::Logo { .. }
    ));

    for (file, expected) in [
        (
            white(600),
            "slips/standard.toml:8: part[0].file: the logo is 600 dots wide, the printer's paper has 576",
        ),
        (
            b"GIF89a".to_vec(),
            "slips/standard.toml:8: part[0].file: this is no PNG",
        ),
    ] {
        fs::write(&logo, file).unwrap();
        assert!(load(folder.path()).is_ok());
        let found = relative(&told(folder.path()), folder.path());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains(expected), "{}", found[0]);
    }
}
