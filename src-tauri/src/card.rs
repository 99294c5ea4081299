//! `uketsuke card`: what an installer asks of the card reader on the spot.

use std::{path::Path, process::ExitCode, time::Duration};

use devices::card::{Language, Settings, diagnose};

use crate::{
    arguments::{CardTask, Diagnose},
    wiring,
};

/// How a program ends that could not begin.
const NOT_BEGUN: u8 = 2;

pub(crate) fn run(task: &CardTask) -> ExitCode {
    let CardTask::Diagnose(asked) = task;
    match diagnosed(asked) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::from(NOT_BEGUN)
        }
    }
}

fn diagnosed(asked: &Diagnose) -> anyhow::Result<ExitCode> {
    let settings = settings(asked)?;
    let program = wiring::card_program()?;
    let diagnosis = diagnose(&program, &settings, Duration::from_secs(asked.wait));
    if asked.json {
        println!("{}", diagnosis.json());
    } else {
        print!("{}", diagnosis.text(language(asked)));
    }
    Ok(if diagnosis.verdict.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The office's settings; those of an office that says nothing, where there is no configuration yet.
fn settings(asked: &Diagnose) -> anyhow::Result<Settings> {
    let delivered = Path::new("kiosk-config");
    let config = match &asked.config {
        Some(config) => Some(config.as_path()),
        None => delivered.join("office.toml").is_file().then_some(delivered),
    };
    let mut settings = match config {
        Some(config) => wiring::card_settings(&wiring::load_office(config)?.card),
        None => Settings::default(),
    };
    if !asked.readers.is_empty() {
        settings.readers.clone_from(&asked.readers);
    }
    Ok(settings)
}

fn language(asked: &Diagnose) -> Language {
    language_of(asked.lang.as_deref())
}

/// The language that was asked for, or that of the locale.
pub(crate) fn language_of(tag: Option<&str>) -> Language {
    let of_locale = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|it| !it.is_empty())
    };
    let tag = tag.map(str::to_owned).or_else(of_locale);
    Language::of(tag.as_deref().unwrap_or_default())
}
