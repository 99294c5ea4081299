//! The only place where adapters are chosen: the card process, the printer, the hub inside or elsewhere.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use devices::{card as reader, printer};
use kiosk::{Doors, Ports, Printshop, link::HubLink, session::Setup};
use office::Office;
use tokio::sync::mpsc;

use crate::{
    arguments::{Arguments, Role},
    desk::{Desk, Kiosk},
    inside::HubInside,
};

/// Touches that wait for the kiosk; a person makes a few in a second.
const INPUTS_MAX: usize = 64;
/// Reports of a device that wait for the kiosk.
const REPORTS_MAX: usize = 64;

/// The program with its adapters chosen.
pub(crate) struct Wired {
    pub(crate) desk: Desk,
    pub(crate) hub: Option<HubInside>,
}

/// Reads the office's configuration; the error names every mistake, one a line.
pub(crate) fn load_office(config: &Path) -> anyhow::Result<Office> {
    Office::load(config).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("\n"))
    })
}

/// Chooses the adapters that the arguments ask for and starts what runs beside the window.
pub(crate) async fn wire(arguments: &Arguments) -> anyhow::Result<Wired> {
    let is_kiosk = arguments.role == Role::Kiosk;
    let config = match (&arguments.config, is_kiosk || arguments.hub.is_none()) {
        (Some(config), _) => Some(config.clone()),
        (None, true) => Some(PathBuf::from("kiosk-config")),
        (None, false) => None,
    };
    let office = config.as_deref().map(load_office).transpose()?;
    let inside = match (&office, &arguments.hub, is_kiosk) {
        (Some(office), None, true) => Some(HubInside::start(office, arguments).await?),
        _ => None,
    };
    let base = match (&arguments.hub, &inside, &office) {
        (Some(url), _, _) => url.clone(),
        (None, Some(inside), _) => inside.url.clone(),
        (None, None, Some(office)) => format!("http://{}", office.hub.listen),
        (None, None, None) => bail!("say where the hub is with --hub, or give --config"),
    };
    let kiosk = match &office {
        Some(office) if is_kiosk => {
            let token_file = match (&arguments.device_token_file, &inside) {
                (Some(file), _) => file.clone(),
                (None, Some(inside)) => inside.token_file.clone(),
                (None, None) => bail!("a kiosk of a hub elsewhere needs --device-token-file"),
            };
            Some(start_kiosk(office, arguments, &base, &token_file)?)
        }
        Some(_) | None => None,
    };
    // The citizen's window has no way to the hub at all.
    let page = if is_kiosk {
        None
    } else {
        Some(HubLink::page(&base)?)
    };
    let desk = Desk::new(arguments.role, office, kiosk, page);
    Ok(Wired { desk, hub: inside })
}

fn start_kiosk(
    office: &Office,
    arguments: &Arguments,
    base: &str,
    token_file: &Path,
) -> anyhow::Result<Kiosk> {
    let names = &office.kiosk.names;
    let name = match (&arguments.kiosk_name, names.first()) {
        (Some(name), _) if names.contains(name) => name.clone(),
        (Some(name), _) => bail!(
            "office.toml has no kiosk {name:?}; it has {}",
            names.join(", ")
        ),
        (None, Some(name)) => name.clone(),
        (None, None) => bail!("office.toml names no kiosk"),
    };
    let token = std::fs::read_to_string(token_file)
        .with_context(|| format!("the device token {} cannot be read", token_file.display()))?;

    let (card_reports, card) = mpsc::channel(REPORTS_MAX);
    let settings = reader::Settings {
        reader: office.card.reader.clone(),
        ..reader::Settings::default()
    };
    let card_port = reader::CardProcess::spawn(card_program()?, settings, card_reports);

    let (printer_reports, printer) = mpsc::channel(REPORTS_MAX);
    let address = arguments
        .printer
        .as_ref()
        .unwrap_or(&office.printer.address);
    let profile = office.printer.profile.clone();
    let printer_port = printer::spawn(
        printer::Settings::new(address.as_str(), profile.clone()),
        printer_reports,
    );

    let (inputs, input_door) = mpsc::channel(INPUTS_MAX);
    let ports = Ports {
        card: Box::new(move |request| card_port.send(request)),
        printer: Arc::new(move |job| printer_port.print(job)),
        hub: HubLink::device(base, &token)?,
        printshop: Printshop::new(load_fonts(&office.fonts_dir)?, profile),
    };
    let doors = Doors {
        inputs: input_door,
        card,
        printer,
    };
    let running = kiosk::start(Setup::of(office, &name), ports, doors);
    Ok(Kiosk {
        name,
        inputs,
        views: running.views,
    })
}

/// The card process is installed beside this program.
fn card_program() -> anyhow::Result<PathBuf> {
    let name = format!("uketsuke-card{}", std::env::consts::EXE_SUFFIX);
    let program = std::env::current_exe()?.with_file_name(name);
    if !program.is_file() {
        bail!(
            "{} is missing; it is installed beside uketsuke",
            program.display()
        );
    }
    Ok(program)
}

/// Every font of the folder, in the order of the files' names.
fn load_fonts(folder: &Path) -> anyhow::Result<kiosk::Fonts> {
    let cannot = || format!("the fonts in {} cannot be read", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let extension = path.extension().and_then(|it| it.to_str());
        if matches!(extension, Some("ttf" | "otf" | "ttc")) {
            files.push(path);
        }
    }
    files.sort();
    let faces: Result<Vec<Vec<u8>>, _> = files.iter().map(std::fs::read).collect();
    Ok(kiosk::Fonts::load(faces.with_context(cannot)?)?)
}
