//! The only place where adapters are chosen: the card process, the printer, the hub inside or elsewhere.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use devices::{card as reader, printer};
use kiosk::{Doors, Ports, Printshop, link::HubLink, reserve::Reserve, session::Setup};
use office::Office;
use tokio::sync::mpsc;

use crate::{
    arguments::{Arguments, Role},
    desk::{Desk, Kiosk},
    door::Door,
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
        // The hub lets its own machine in without TLS, wherever else it listens.
        (None, None, Some(office)) if office.hub.listen.ip().is_loopback() => {
            format!("http://{}", office.hub.listen)
        }
        (None, None, Some(office)) => format!("http://127.0.0.1:{}", office.hub.listen.port()),
        (None, None, None) => bail!("say where the hub is with --hub, or give --config"),
    };
    let door = Door::open(arguments, &base, inside.as_ref()).await?;
    let kiosk = match &office {
        Some(office) if is_kiosk => {
            let token = door.token.as_ref().context(
                "a kiosk of a hub elsewhere needs --enrol and the code from the administrator",
            )?;
            let name = arguments.kiosk_name.as_ref().or(door.name.as_ref());
            Some(start_kiosk(office, arguments, &door, token, name)?)
        }
        Some(_) | None => None,
    };
    let page = match (arguments.role, &door.token) {
        // The citizen's window has no way to the hub at all.
        (Role::Kiosk, _) => None,
        (Role::Board, Some(token)) => Some(HubLink::of_device(&door.site, token)?),
        (Role::Board, None) => bail!("a board needs --enrol and the code from the administrator"),
        // There a person logs in; the machine itself has no part in the office.
        (Role::Console | Role::Dashboard, _) => Some(HubLink::of_page(&door.site)?),
    };
    let desk = Desk::new(arguments.role, office, kiosk, page);
    Ok(Wired { desk, hub: inside })
}

fn start_kiosk(
    office: &Office,
    arguments: &Arguments,
    door: &Door,
    token: &str,
    name: Option<&String>,
) -> anyhow::Result<Kiosk> {
    let names = &office.kiosk.names;
    let name = match (name, names.first()) {
        (Some(name), _) if names.contains(name) => name.clone(),
        (Some(name), _) => bail!(
            "office.toml has no kiosk {name:?}; it has {}",
            names.join(", ")
        ),
        (None, Some(name)) => name.clone(),
        (None, None) => bail!("office.toml names no kiosk"),
    };
    let (card_reports, card) = mpsc::channel(REPORTS_MAX);
    let settings = card_settings(&office.card);
    let card_port = reader::CardProcess::spawn(card_program()?, settings, card_reports);

    let (printer_reports, printer) = mpsc::channel(REPORTS_MAX);
    let address = arguments
        .printer
        .clone()
        .unwrap_or_else(|| office.printer.address.clone());
    let profile = office.printer.profile.clone();
    for mistake in &office.slips.mistakes {
        tracing::warn!(%mistake, "slips are plainer than the office wants them");
    }
    let reserve = open_reserve(&door.reserve_folder(&name))?;
    let settings = printer::Settings {
        slips_on_roll: reserve.slips_on_roll().unwrap_or_default(),
        ..printer::Settings::new(address, profile.clone())
    };
    let printer_port = printer::spawn(settings, printer_reports);

    let (inputs, input_door) = mpsc::channel(INPUTS_MAX);
    let ports = Ports {
        card: Box::new(move |request| card_port.send(request)),
        printer: Arc::new(move |job, instead_of| match instead_of {
            Some(old) => printer_port.print_instead_of(old, job),
            None => printer_port.print(job),
        }),
        hub: HubLink::of_device(&door.site, token)?.called(&name),
        reserve: Some(reserve),
        printshop: Printshop::new(load_fonts(&office.fonts_dir)?, profile)
            .with_templates(office.slips.templates.clone())
            .with_checklist(office.slips.checklist.clone()),
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

/// The numbers at hand for the time when the hub is away.
fn open_reserve(folder: &Path) -> anyhow::Result<Reserve> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let (reserve, damage) = Reserve::open(folder, hub::Clock::real().now())
        .with_context(|| format!("{} cannot be used", folder.display()))?;
    if let Some(damage) = damage {
        tracing::error!(
            ?damage,
            "the kiosk's own log was damaged; what was whole is kept"
        );
    }
    Ok(reserve)
}

/// How the office wants its card readers used.
pub(crate) fn card_settings(card: &office::CardSettings) -> reader::Settings {
    let ms = |it: std::time::Duration| u64::try_from(it.as_millis()).unwrap_or(u64::MAX);
    let keys = card.issuer_keys.iter().map(|it| reader::IssuerKey {
        issuer: it.issuer,
        modulus: it.modulus.clone(),
        exponent: it.exponent,
    });
    reader::Settings {
        readers: card.readers.clone(),
        command_ms_max: ms(card.command),
        transaction_ms_max: ms(card.session),
        issuer_keys: keys.collect(),
        ..reader::Settings::default()
    }
}

/// The card process is installed beside this program.
pub(crate) fn card_program() -> anyhow::Result<PathBuf> {
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
pub(crate) fn load_fonts(folder: &Path) -> anyhow::Result<kiosk::Fonts> {
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
