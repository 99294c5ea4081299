//! The preview is what comes out: for every template, printer and language of the shipped configuration, the virtual
//! printer draws from the bytes the very dots that are shown beforehand.

use office::{Office, sample_slip};
use sim::printer::Mechanism;
use slip::{JobId, Slip, Template, Templates, TextWay, Words};

use crate::hub_process::repository;

#[test]
fn the_preview_of_every_template_on_every_printer_is_what_comes_out() {
    let config = repository().join("kiosk-config");
    let office = Office::load(&config).unwrap();
    let mut fonts = office::fonts(&office).unwrap();
    let printers = Office::printers(&config);
    let templates: Vec<(&str, &Template)> = (office.slips.all.iter())
        .map(|(name, template)| (name.as_str(), template))
        .collect();
    assert!(printers.len() >= 8 && templates.len() >= 3);
    for (printer, profile) in &printers {
        for (name, template) in &templates {
            for language in &office.languages {
                let slip = Slip {
                    reissued: Some(Words::ja(office.word("ja", "slip.reissued"))),
                    ..sample_slip(&office, &language.tag)
                };
                let templates = Templates {
                    standard: (*template).clone(),
                    large: None,
                    copy: None,
                };
                let id = JobId::from_counter(1);
                let paper = slip::paper(&slip, &templates, profile, &mut fonts, id).unwrap();
                let what = format!("{name} on {printer} in {}", language.tag);
                let as_text =
                    profile.features().text == TextWay::Kanji && paper.departures.is_empty();
                if as_text || profile.features().cut == slip::Cut::Tear {
                    // Letters are the printer's own then, and a slip that is torn off is not told apart from the next.
                    continue;
                }
                let mut mechanism = Mechanism::new(profile.dots());
                let out = mechanism.receive(&paper.job.bytes);
                let [drawn] = out.slips.as_slice() else {
                    panic!("{what}: {} slips", out.slips.len());
                };
                let native = profile.features().code == slip::CodeWay::Native;
                let rows = paper.picture.rows().max(drawn.rows());
                let differing = (0..rows).find(|y| {
                    (0..u32::from(profile.dots()))
                        .any(|x| paper.picture.dot(x, *y) != drawn.dot(x, *y))
                });
                assert!(differing.is_none() || native, "{what}: row {differing:?}");
            }
        }
    }
}
