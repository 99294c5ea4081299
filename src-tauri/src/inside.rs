//! The hub inside a single box: the same hub as everywhere, started by the window's program.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context as _;
use office::Office;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::arguments::Arguments;

const STOP_MS_MAX: u64 = 5_000;
const HUB_RESTART_MS: u64 = 1_000;

/// The hub inside a single box.
pub(crate) struct HubInside {
    pub(crate) url: String,
    pub(crate) token_file: PathBuf,
    pub(crate) data: PathBuf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl HubInside {
    /// Opens the data folder and serves.
    pub(crate) async fn start(office: &Office, arguments: &Arguments) -> anyhow::Result<Self> {
        let data = match &arguments.data {
            Some(data) => data.clone(),
            None => data_folder()?.join(&office.id),
        };
        let listen = arguments.listen.unwrap_or(office.hub.listen);
        let sockets = hub::Sockets::bind(listen)
            .await
            .with_context(|| format!("the hub inside cannot listen on {listen}"))?;
        let address = own_address(&sockets)?;
        let (mut office, ui, folder) = (office.clone(), pages(arguments), data.clone());
        office.hub.listen = listen;
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
        for line in first.greeting(&sockets) {
            tracing::info!("{line}");
        }
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(keep_serving(first, sockets, open, stopped));
        Ok(Self {
            url: format!("http://{address}"),
            token_file: data.join("device.token"),
            data,
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
    sockets: hub::Sockets,
    open: impl Fn() -> Result<hub::Hub, hub::HubError>,
    mut stopped: oneshot::Receiver<()>,
) {
    let address = sockets.addresses().first().copied();
    let mut next = Some((first, sockets));
    loop {
        if let Some((hub, sockets)) = next.take() {
            let stop = async {
                // A dropped sender means the same: the window is gone.
                let _ = (&mut stopped).await;
            };
            match hub.serve(sockets, stop).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "the hub inside ended and is opened again"),
            }
        }
        if !matches!(stopped.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
            return;
        }
        sleep(Duration::from_millis(HUB_RESTART_MS)).await;
        if let (Ok(hub), Some(address)) = (open(), address)
            && let Ok(sockets) = hub::Sockets::bind(address).await
        {
            next = Some((hub, sockets));
        }
    }
}

/// Where the windows of this machine reach the hub inside.
fn own_address(sockets: &hub::Sockets) -> anyhow::Result<SocketAddr> {
    let mut address = (sockets.addresses().into_iter())
        .find(|address| address.ip().is_loopback() || address.ip().is_unspecified())
        .context("the hub inside has no address of this machine")?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    Ok(address)
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
pub(crate) fn data_folder() -> anyhow::Result<PathBuf> {
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
