//! `uketsuke slip`: how an office's slips will look, before any paper is used.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use office::Office;
use slip::{Fonts, JobId, Paper, Profile, Slip, Templates, Words};

use crate::{
    arguments::{SlipPreview, SlipTask},
    wiring,
};

/// The day on which a sample is made.
const SAMPLE_DAY: &str = "2026-11-24";

pub(crate) fn run(task: &SlipTask) -> ExitCode {
    let SlipTask::Preview(asked) = task;
    match preview(asked) {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Draws the office's longest slip from what the printer would be sent.
fn preview(asked: &SlipPreview) -> anyhow::Result<String> {
    let office = wiring::load_office(&asked.config)?;
    let profile = profile(asked, &office)?;
    let templates = templates(asked, &office)?;
    let mut fonts = office::fonts(&office)?;
    if let Some(event) = &asked.checklist {
        return checklist(asked, &office, event, &profile, &mut fonts);
    }
    let slip = slip(asked, &office)?;
    let Paper {
        job,
        picture,
        departures,
    } = slip::paper(
        &slip,
        &templates,
        &profile,
        &mut fonts,
        JobId::from_counter(0),
    )?;
    std::fs::write(&asked.out, picture.to_png())
        .with_context(|| format!("{} cannot be written", asked.out.display()))?;
    let rows = picture.rows();
    let mut said = format!(
        "{}: {} on {}: {:.0} mm, {} bytes; the paper moves for {:.1} s at {} mm/s\n",
        asked.out.display(),
        templates.of(&slip).name(),
        profile.features().name,
        profile.mm_of_rows(rows),
        job.bytes.len(),
        profile.paper_seconds(rows),
        profile.features().speed_mm_s,
    );
    for departure in departures {
        said.push_str(&format!("{departure}\n"));
    }
    Ok(said)
}

/// Draws the longest checklist of a life event; several papers are several files.
fn checklist(
    asked: &SlipPreview,
    office: &Office,
    event: &str,
    profile: &Profile,
    fonts: &mut Fonts,
) -> anyhow::Result<String> {
    has_language(asked, office)?;
    let Some(found) = office.life_event(event) else {
        let events = office.life_events.iter();
        let ids: Vec<&str> = events.map(|it| it.event.questions().id()).collect();
        bail!(
            "there is no life event {event}; life events are {}",
            ids.join(", ")
        );
    };
    let day = SAMPLE_DAY.parse().context("the day of the sample")?;
    let list = office.longest_checklist(&found.event, day, &asked.lang);
    let papers = slip::checklist_papers(&list, &office.slips.checklist, profile, fonts);
    let mut said = String::new();
    for (paper, number) in papers.iter().zip(1..) {
        let out = if papers.len() == 1 {
            asked.out.clone()
        } else {
            let stem = asked.out.file_stem().unwrap_or_default().to_string_lossy();
            asked.out.with_file_name(format!("{stem}-{number}.png"))
        };
        let job = slip::encode(paper, profile, JobId::from_counter(0))?;
        std::fs::write(&out, paper.to_png())
            .with_context(|| format!("{} cannot be written", out.display()))?;
        said.push_str(&format!(
            "{}: {} on {}: {:.0} mm, {} bytes\n",
            out.display(),
            office.slips.checklist.name(),
            profile.features().name,
            profile.mm_of_rows(paper.rows()),
            job.bytes.len(),
        ));
    }
    Ok(said)
}

fn profile(asked: &SlipPreview, office: &Office) -> anyhow::Result<Profile> {
    let Some(name) = &asked.printer else {
        return Ok(office.printer.profile.clone());
    };
    let profiles = Office::printers(&asked.config);
    let found = profiles.iter().find(|(file, _)| file == name);
    let Some((_, profile)) = found else {
        let files: Vec<&str> = profiles.iter().map(|(file, _)| file.as_str()).collect();
        bail!(
            "there is no printers/{name}.toml; printers are {}",
            files.join(", ")
        );
    };
    Ok(profile.clone())
}

/// The office's own templates, or the named one for every kind of slip.
fn templates(asked: &SlipPreview, office: &Office) -> anyhow::Result<Templates> {
    let Some(name) = &asked.template else {
        return Ok(office.slips.templates.clone());
    };
    let Some(template) = office.slips.all.get(name) else {
        let files: Vec<&str> = office.slips.all.keys().map(String::as_str).collect();
        bail!(
            "there is no slips/{name}.toml; templates are {}",
            files.join(", ")
        );
    };
    Ok(Templates {
        standard: template.clone(),
        large: None,
        copy: None,
    })
}

fn has_language(asked: &SlipPreview, office: &Office) -> anyhow::Result<()> {
    let tags: Vec<&str> = office.languages.iter().map(|it| it.tag.as_str()).collect();
    if !tags.contains(&asked.lang.as_str()) {
        bail!(
            "the office has no language {}; languages are {}",
            asked.lang,
            tags.join(", ")
        );
    }
    Ok(())
}

fn slip(asked: &SlipPreview, office: &Office) -> anyhow::Result<Slip> {
    has_language(asked, office)?;
    let word = |key: &str| Words::both(office.word("ja", key), office.word(&asked.lang, key));
    let sample = office::sample_slip(office, &asked.lang);
    Ok(Slip {
        large: sample.large || asked.large,
        copy: asked
            .copy
            .then(|| Words::ja(office.word("ja", "slip.copy"))),
        reissued: asked.reissued.then(|| word("slip.reissued")),
        ..sample
    })
}
