//! The preview is what comes out: for every template, printer and language of the shipped configuration, the virtual
//! printer draws from the bytes the very dots that are shown beforehand.

use office::{Office, sample_slip};
use sim::printer::Mechanism;
use slip::{
    CodeWay, Cut, Fonts, JobId, Paper, Profile, Raster, Slip, Template, Templates, TextWay, Words,
};

use crate::hub_process::repository;

/// Printers of which the same dots cannot be expected, and why. Of any other one every dot is compared, and of these
/// what can be.
const OTHER_DOTS: [(&str, &str); 1] = [(
    "generic-kanji-80",
    "letters and code are drawn by the printer: its letters are its own, and of several patterns of the same code it may choose another",
)];
/// By how much lines of a printer's own letters may be longer or shorter than the preview's, in percent.
const LINES_DIFFER_PERCENT_MAX: u32 = 5;
/// A printer's own letters have at least this part of the preview's black.
const LETTERS_PART_MIN: u64 = 3;
/// Cuts off what a printer without a cutter has put out so far.
const CUT: [u8; 4] = [0x1D, b'V', 66, 0];

#[test]
fn the_preview_of_every_template_on_every_printer_is_what_comes_out() {
    let config = repository().join("kiosk-config");
    let office = Office::load(&config).unwrap();
    let mut fonts = office::fonts(&office).unwrap();
    let printers = Office::printers(&config);
    assert!(printers.len() >= 8 && office.slips.all.len() >= 3);
    let mut checked = [0; 3];
    for (printer, profile) in &printers {
        for (name, template) in &office.slips.all {
            for language in &office.languages {
                let slip = Slip {
                    reissued: Some(Words::ja(office.word("ja", "slip.reissued"))),
                    ..sample_slip(&office, &language.tag)
                };
                let what = format!("{name} on {printer} in {}", language.tag);
                let paper = paper(&slip, template, profile, &mut fonts);
                let drawn = put_out(&paper, profile, &what);
                let kind = same(&paper, &drawn, &slip, (printer, profile), &what);
                checked[kind as usize] += 1;
            }
        }
    }
    assert!(checked.iter().all(|slips| *slips > 0), "{checked:?}");
    let named: Vec<&str> = OTHER_DOTS.iter().map(|(printer, _)| *printer).collect();
    let known = |name: &str| printers.iter().any(|(printer, _)| printer == name);
    assert!(named.iter().all(|name| known(name)), "{named:?}");
}

fn paper(slip: &Slip, template: &Template, profile: &Profile, fonts: &mut Fonts) -> Paper {
    let templates = Templates {
        standard: template.clone(),
        large: None,
        copy: None,
    };
    slip::paper(slip, &templates, profile, fonts, JobId::from_counter(1)).unwrap()
}

/// The one paper that the virtual printer puts out, with nothing strange about it.
fn put_out(paper: &Paper, profile: &Profile, what: &str) -> Raster {
    let mut printer = Mechanism::new(profile.dots());
    let config = repository().join("kiosk-config/fonts");
    if profile.features().text == TextWay::Kanji {
        let faces = ["BIZUDGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"];
        let faces = faces.map(|name| std::fs::read(config.join(name)).unwrap());
        printer.load(Fonts::load(faces).unwrap());
    }
    let mut slips = printer.receive(&paper.job.bytes).slips;
    if profile.features().cut == Cut::Tear {
        assert!(slips.is_empty(), "{what}: cut without a cutter");
        slips = printer.receive(&CUT).slips;
    }
    assert!(printer.notes().is_empty(), "{what}: {:?}", printer.notes());
    assert_eq!(slips.len(), 1, "{what}");
    slips.remove(0)
}

/// How a paper was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    EveryDot,
    ButTheCode,
    Letters,
}

fn same(
    paper: &Paper,
    drawn: &Raster,
    slip: &Slip,
    (printer, profile): (&str, &Profile),
    what: &str,
) -> Kind {
    let features = profile.features();
    let is_text = features.text == TextWay::Kanji && paper.departures.is_empty();
    let stands = |text: &str| {
        let mut windows = paper.job.bytes.windows(text.len().max(1));
        windows.any(|it| it == text.as_bytes())
    };
    // A template without a code has none to be drawn; one that is drawn but not sent differs in its dots.
    let url = slip.code.as_ref().map(|code| code.url.as_str());
    let has_code = features.code == CodeWay::Native && url.is_some_and(stands);
    let is_other = OTHER_DOTS.iter().any(|(name, _)| *name == printer);
    assert!(is_other || !(is_text || has_code), "{what}: say why");
    let differing = differing_rows(&paper.picture, drawn);
    if is_text {
        assert_about(&paper.picture, drawn, what);
        assert!(stands(&slip.number), "{what}");
        return Kind::Letters;
    }
    if !has_code {
        assert!(differing.is_empty(), "{what}: {differing:?}");
        return Kind::EveryDot;
    }
    // Rows of its own, of which the preview and the printer both have some black.
    if let (Some(first), Some(last)) = (differing.first(), differing.last()) {
        let side = u32::from(profile.dots());
        assert!(last - first < side, "{what}: {first} to {last}");
        for raster in [&paper.picture, drawn] {
            let is_black = |y: u32| (0..side).any(|x| raster.dot(x, y));
            assert!((*first..=*last).any(is_black), "{what}");
        }
    }
    Kind::ButTheCode
}

/// Rows that are not the same, beyond the end of the shorter one those that are not blank.
fn differing_rows(shown: &Raster, drawn: &Raster) -> Vec<u32> {
    let width = u32::from(shown.width().max(drawn.width()));
    let differs = |y: &u32| (0..width).any(|x| shown.dot(x, *y) != drawn.dot(x, *y));
    (0..shown.rows().max(drawn.rows()))
        .filter(differs)
        .collect()
}

/// About as long, and not blank.
fn assert_about(shown: &Raster, drawn: &Raster, what: &str) {
    let differ = shown.rows().abs_diff(drawn.rows()) * 100;
    let most = shown.rows() * LINES_DIFFER_PERCENT_MAX;
    assert!(differ <= most, "{what}: {} {}", shown.rows(), drawn.rows());
    let (shown, drawn) = (shown.black_dots(), drawn.black_dots());
    let part = shown / LETTERS_PART_MIN;
    assert!((part..=shown).contains(&drawn), "{what}: {shown} {drawn}");
}
