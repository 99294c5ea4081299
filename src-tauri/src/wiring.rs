//! The only place where adapters are chosen: the card process, the printer, the hub inside or elsewhere.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Once, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use devices::{card as reader, printer};
use kiosk::{
    Doors, Ports, Printshop,
    link::{CallError, HubLink},
    session::Setup,
};
use office::Office;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use wire::{
    Code, Language, Problem, Words,
    kiosk::{KioskInput, KioskView},
};

use crate::{
    arguments::{Arguments, Role},
    commands::{Failure, HostInfo, HubAnswer},
};

/// Touches that wait for the kiosk; a person makes a few in a second.
const INPUTS_MAX: usize = 64;
/// Reports of a device that wait for the kiosk.
const REPORTS_MAX: usize = 64;
const STOP_MS_MAX: u64 = 5_000;
const HUB_RESTART_MS: u64 = 1_000;

/// The program with its adapters chosen.
pub(crate) struct Wired {
    pub(crate) desk: Desk,
    pub(crate) hub: Option<HubInside>,
}

/// What the commands act on.
pub(crate) struct Desk {
    role: Role,
    office: Option<Office>,
    kiosk: Option<Kiosk>,
    page: Option<HubLink>,
    following: Mutex<Option<JoinHandle<()>>>,
    shown: Once,
}

struct Kiosk {
    name: String,
    inputs: mpsc::Sender<KioskInput>,
    views: watch::Receiver<KioskView>,
}

/// Why a page's wish was not done.
pub(crate) enum Refused {
    /// For this reason.
    Code(Code),
    /// The hub's own problem document.
    Problem(Problem),
    /// The hub does not answer.
    Away,
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
    let desk = Desk {
        role: arguments.role,
        office,
        kiosk,
        page,
        following: Mutex::new(None),
        shown: Once::new(),
    };
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

impl Wired {
    /// The kiosk's views, where this is a kiosk.
    pub(crate) fn views(&self) -> Option<watch::Receiver<KioskView>> {
        Some(self.desk.kiosk.as_ref()?.views.clone())
    }
}

impl Desk {
    pub(crate) fn info(&self) -> HostInfo {
        HostInfo {
            role: self.role,
            kiosk: self.kiosk.as_ref().map(|kiosk| kiosk.name.clone()),
        }
    }

    pub(crate) fn view(&self) -> Result<KioskView, Refused> {
        self.shown
            .call_once(|| tracing::info!("the page is up and asks for its first view"));
        Ok(self.kiosk()?.views.borrow().clone())
    }

    /// A touch that finds the queue full is dropped: the visitor sees that nothing happened and touches again.
    pub(crate) fn input(&self, input: KioskInput) -> Result<(), Refused> {
        let sent = self.kiosk()?.inputs.try_send(input);
        sent.map_err(|_| Refused::Code(Code::Unavailable))
    }

    fn kiosk(&self) -> Result<&Kiosk, Refused> {
        self.kiosk.as_ref().ok_or(Refused::Code(Code::Forbidden))
    }

    /// The link of a page where a person works.
    pub(crate) fn page(&self) -> Result<HubLink, Refused> {
        self.page.clone().ok_or(Refused::Code(Code::Forbidden))
    }

    /// The words of a language: from the configuration at hand, else from the hub.
    pub(crate) async fn words(&self, tag: &str) -> Result<Words, Refused> {
        let Some(office) = &self.office else {
            let answer = (self.page()?)
                .call("GET", &format!("/api/words/{tag}"), None, None)
                .await?;
            return understood(HubAnswer {
                status: answer.status,
                body: answer.body,
            });
        };
        let language = office.languages.iter().find(|it| it.tag == tag);
        match (language, office.words.get(tag)) {
            (Some(language), Some(words)) => Ok(Words {
                language: Language {
                    tag: language.tag.clone(),
                    name: language.name.clone(),
                },
                words: words.clone(),
            }),
            (Some(_) | None, _) => Err(Refused::Code(Code::NotFound)),
        }
    }

    /// Bytes from the hub, or its refusal.
    pub(crate) async fn bytes(&self, path: &str) -> Result<Vec<u8>, Refused> {
        let bytes = self.page()?.bytes(path).await?;
        if (200..300).contains(&bytes.status) {
            return Ok(bytes.body);
        }
        let problem = serde_json::from_slice(&bytes.body);
        Err(problem.map_or(Refused::Code(Code::Internal), Refused::Problem))
    }

    /// Follows the live stream anew: a page that was loaded again needs everything once more.
    pub(crate) fn follow(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut following = (self.following.lock()).unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = following.replace(tauri::async_runtime::handle().inner().spawn(work))
        {
            before.abort();
        }
    }
}

fn understood<T: serde::de::DeserializeOwned>(answer: HubAnswer) -> Result<T, Refused> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_value(answer.body).map_err(|_| Refused::Code(Code::Internal));
    }
    let problem = serde_json::from_value(answer.body);
    Err(problem.map_or(Refused::Code(Code::Internal), Refused::Problem))
}

impl From<CallError> for Refused {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Away(_) => Self::Away,
            CallError::Path(_) | CallError::Method(_) => Self::Code(Code::BadRequest),
            CallError::Unreadable => Self::Code(Code::Internal),
            CallError::TooLarge { .. } => Self::Code(Code::TooLarge),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Away => Self::Away("hub_away"),
            Refused::Problem(problem) => Self::Problem(problem),
            Refused::Code(code) => {
                let word = serde_json::to_value(code).unwrap_or_default();
                let word = word.as_str().unwrap_or_default();
                Self::Problem(Problem {
                    type_uri: format!("urn:uketsuke:problem:{word}"),
                    status: code.status(),
                    code,
                    title: "この画面からはできません。".to_owned(),
                    detail: None,
                })
            }
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Refused::from(error).into()
    }
}

/// The hub inside a single box.
pub(crate) struct HubInside {
    url: String,
    token_file: PathBuf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl HubInside {
    async fn start(office: &Office, arguments: &Arguments) -> anyhow::Result<Self> {
        let data = match &arguments.data {
            Some(data) => data.clone(),
            None => data_folder()?.join(&office.id),
        };
        let listen = arguments.listen.unwrap_or(office.hub.listen);
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("the hub inside cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let (office, ui, folder) = (office.clone(), pages(arguments), data.clone());
        let open = move || {
            hub::Hub::open(hub::Settings {
                office: office.clone(),
                data: folder.clone(),
                ui: ui.clone(),
                clock: hub::Clock::real(),
            })
        };
        // Opened before the kiosk starts, because opening makes the device's token.
        let first = open()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(keep_serving(first, listener, open, stopped));
        Ok(Self {
            url: format!("http://{address}"),
            token_file: data.join("device.token"),
            stop,
            task,
        })
    }

    /// Stops the hub and waits until its last group is written, within reason.
    pub(crate) async fn stop(self) {
        // A hub that has ended already needs no word.
        let _ = self.stop.send(());
        let stopping = timeout(Duration::from_millis(STOP_MS_MAX), self.task);
        if stopping.await.is_err() {
            tracing::warn!("the hub inside did not stop in {STOP_MS_MAX} ms");
        }
    }
}

/// Serves; when the hub ended by itself, opens it again on the same address.
async fn keep_serving(
    first: hub::Hub,
    listener: TcpListener,
    open: impl Fn() -> Result<hub::Hub, hub::HubError>,
    mut stopped: oneshot::Receiver<()>,
) {
    let address = listener.local_addr();
    let mut next = Some((first, listener));
    loop {
        if let Some((hub, listener)) = next.take() {
            let stop = async {
                // A dropped sender means the same: the window is gone.
                let _ = (&mut stopped).await;
            };
            match hub.serve(listener, stop).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "the hub inside ended and is opened again"),
            }
        }
        if !matches!(stopped.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
            return;
        }
        sleep(Duration::from_millis(HUB_RESTART_MS)).await;
        if let (Ok(hub), Ok(address)) = (open(), &address)
            && let Ok(listener) = TcpListener::bind(address).await
        {
            next = Some((hub, listener));
        }
    }
}

/// The built pages: named, or beside the program, or in the folder of the sources.
fn pages(arguments: &Arguments) -> Option<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .map(|exe| exe.with_file_name("ui"));
    let built = Some(PathBuf::from("ui/dist"));
    [arguments.ui.clone(), beside, built]
        .into_iter()
        .flatten()
        .find(|folder| folder.join("console/index.html").is_file())
}

/// The desktop's folder for programs' data.
fn data_folder() -> anyhow::Result<PathBuf> {
    let folder = if cfg!(windows) {
        std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        std::env::var_os("HOME").map(|home| PathBuf::from(home).join("Library/Application Support"))
    } else {
        std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(|| {
                std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"))
            })
    };
    let folder =
        folder.context("there is no home folder; say where the data belong with --data")?;
    Ok(folder.join("uketsuke"))
}
