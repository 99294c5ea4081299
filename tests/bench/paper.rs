//! The slip on its way to paper: how long drawing it takes, and what it weighs on every printer.

use std::time::Instant;

use anyhow::{Result, anyhow};
use office::{Office, sample_slip};
use slip::{JobId, Paper, Slip, Words};

use crate::{
    fixture::repository,
    row::{Row, percentile},
};

const SLIPS_DRAWN: usize = 300;
/// The first ones draw letters that the later ones remember.
const SLIPS_BEFORE: usize = 20;
const RENDER_MS_MAX: f64 = 8.0;
const SLIP_KB_MAX: f64 = 40.0;

/// Rows `slip.render.p99_ms`, and `slip.bytes.<printer>` for each file of `printers/`.
pub fn rows() -> Result<Vec<Row>> {
    let config = repository().join("kiosk-config");
    let office = Office::load(&config).map_err(|mistakes| anyhow!("{mistakes:?}"))?;
    let mut rows = vec![render(&office)?];
    for (printer, profile) in Office::printers(&config) {
        rows.push(weight(&office, &printer, &profile)?);
    }
    Ok(rows)
}

/// Layout, raster and encoding of the longest slip for 80 mm paper, another number each time.
fn render(office: &Office) -> Result<Row> {
    let mut fonts = office::fonts(office).map_err(|mistake| anyhow!("{mistake}"))?;
    let (templates, profile) = (&office.slips.templates, &office.printer.profile);
    let mut samples = Vec::new();
    for count in 0..SLIPS_BEFORE + SLIPS_DRAWN {
        let language = if count % 2 == 0 { "ja" } else { "en" };
        let slip = Slip {
            number: format!("A-{:03}", count % 1000),
            ..longest(office, language)
        };
        let id = JobId::from_counter(count as u64);
        let began = Instant::now();
        slip::paper(&slip, templates, profile, &mut fonts, id)?;
        if count >= SLIPS_BEFORE {
            samples.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(Row::at_most(
        "slip.render.p99_ms",
        percentile(&mut samples, 0.99),
        "ms",
        RENDER_MS_MAX,
        format!(
            "layout, raster and encoding of the longest slip; {}",
            profile.features().name
        ),
    ))
}

/// The heaviest of the office's slips on one printer, beside the time that its paper needs.
fn weight(office: &Office, printer: &str, profile: &slip::Profile) -> Result<Row> {
    let mut fonts = office::fonts(office).map_err(|mistake| anyhow!("{mistake}"))?;
    let mut heaviest: Option<Paper> = None;
    for language in &office.languages {
        for large in [false, true] {
            let slip = Slip {
                large,
                ..longest(office, &language.tag)
            };
            let id = JobId::from_counter(0);
            let paper = slip::paper(&slip, &office.slips.templates, profile, &mut fonts, id)?;
            let is_heavier = |it: &Paper| it.job.bytes.len() < paper.job.bytes.len();
            if heaviest.as_ref().is_none_or(is_heavier) {
                heaviest = Some(paper);
            }
        }
    }
    let (bytes, rows) = heaviest.map_or((0, 0), |it| (it.job.bytes.len(), it.picture.rows()));
    Ok(Row::at_most(
        &format!("slip.bytes.{printer}"),
        bytes as f64 / 1024.0,
        "KB",
        SLIP_KB_MAX,
        format!(
            "{:.0} mm of paper, which moves for {:.2} s at {} mm/s",
            profile.mm_of_rows(rows),
            profile.paper_seconds(rows),
            profile.features().speed_mm_s
        ),
    ))
}

/// With everything on it that a slip can have.
fn longest(office: &Office, language: &str) -> Slip {
    let word = |key: &str| Words::both(office.word("ja", key), office.word(language, key));
    Slip {
        reissued: Some(word("slip.reissued")),
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
