//! `uketsuke printer`: what an installer asks of the slip printer on the spot.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use devices::{
    card::Language,
    printer::{Settings, Trial, Tried},
};
use slip::JobId;

use crate::{
    arguments::{PrinterTask, PrinterTest},
    card, wiring,
};

/// How a program ends that could not begin.
const NOT_BEGUN: u8 = 2;

pub(crate) fn run(task: &PrinterTask) -> ExitCode {
    let PrinterTask::Test(asked) = task;
    match tried(asked) {
        Ok(tried) => {
            if asked.json {
                println!("{}", tried.json());
            } else {
                print!("{}", tried.text(language(asked)));
            }
            if tried.is_good() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::from(NOT_BEGUN)
        }
    }
}

/// What `uketsuke check` says of a printer that is not there. It is no mistake of the files, which may be checked
/// anywhere, and a kiosk without its printer still gives tickets and shows them.
pub(crate) fn absent(printer: &office::PrinterSettings) -> anyhow::Result<Option<String>> {
    let settings = Settings::new(printer.address.clone(), printer.profile.clone());
    let runtime = tokio::runtime::Runtime::new()?;
    let reached = runtime.block_on(devices::printer::reach(&settings));
    Ok(reached
        .err()
        .map(|error| format!("note: office.toml: printer.address: {error}")))
}

fn tried(asked: &PrinterTest) -> anyhow::Result<Tried> {
    let config = asked
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from("kiosk-config"));
    let profiles = office::Office::printers(&config);
    let office = wiring::load_office(&config)?;
    let address = asked.printer.clone().unwrap_or(office.printer.address);
    let (chosen, profile) = match &asked.profile {
        Some(name) => {
            let found = profiles.iter().find(|(file, _)| file == name);
            let Some((file, profile)) = found else {
                let files: Vec<&str> = profiles.iter().map(|(file, _)| file.as_str()).collect();
                bail!(
                    "there is no printers/{name}.toml; printers are {}",
                    files.join(", ")
                );
            };
            (file.clone(), profile.clone())
        }
        None => {
            let profile = office.printer.profile;
            let same = profiles.iter().find(|(_, it)| *it == profile);
            let file = same.map(|(file, _)| file.clone());
            (file.context("the office's printer has no file")?, profile)
        }
    };
    let mut fonts = wiring::load_fonts(&office.fonts_dir)?;
    let page = (!asked.no_page).then(|| JobId::from_counter(u64::from(std::process::id())));
    let trial = Trial {
        settings: Settings::new(address, profile),
        chosen,
        profiles: &profiles,
        page,
    };
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(trial.run(&mut fonts)))
}

fn language(asked: &PrinterTest) -> Language {
    card::language_of(asked.lang.as_deref())
}
