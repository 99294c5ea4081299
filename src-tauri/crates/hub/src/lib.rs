#![doc = include_str!("../README.md")]

pub mod admin;
mod admin_devices;
mod admin_phone;
mod authority;
mod body;
mod bucket;
mod case;
mod clock;
mod codes;
mod dashboard;
mod desk;
mod devices;
mod export;
mod guard;
mod hosts;
mod live;
mod machines;
mod net;
mod openapi;
mod owner;
mod password;
mod prefill;
mod prepared;
pub mod preview;
mod print;
mod problem;
mod pull;
mod routes;
mod secret;
mod session;
mod sign;
mod throttle;
mod view;

#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use office::Office;
use store::{Action, OpenError, Store, StoreError};
use tokio::sync::{Semaphore, oneshot, watch};
use wire::command::Role;

/// Everything that is wrong with the office's paper templates, a line each: `file:line: sentence`.
/// Empty when each can be typeset with every answer on which something in it depends.
#[must_use]
pub fn check_papers(office: &Office, clock: &Clock) -> Vec<String> {
    print::check(office, office.rules.day(clock.now()).date())
}

pub use admin_devices::{Admitted, DeviceLine, add_device, list_devices, revoke_device};
pub use admin_phone::{ExportPhonePage, export_phone_page};
pub use authority::TlsError;
pub use clock::Clock;
pub use net::Sockets;
pub use openapi::openapi;
pub use owner::OwnerEnded;
pub use password::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PasswordRefused};

use crate::{
    authority::Authority, clock::Stopwatch, desk::Desk, devices::Devices, guard::Strangers,
    hosts::Hosts, live::Live, owner::Books, password::Verifier, secret::Fingerprints,
    session::Sessions,
};

/// The owner looks at the clock this often even when nobody asks anything.
const TICK_MS: u64 = 500;

/// The hub looks so often whether its certificate ends soon.
const RENEW_LOOK_MS: u64 = 6 * 3_600_000;

/// What a hub needs.
#[derive(Debug)]
pub struct Settings {
    /// What the office has decided.
    pub office: Office,
    /// The folder of the database and the hub's keys; made if it is not there.
    pub data: PathBuf,
    /// The folder of the built pages; without it the hub serves its API alone.
    pub ui: Option<PathBuf>,
    /// The hub's clock.
    pub clock: Clock,
}

/// Why a hub does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The data folder cannot be used.
    #[error("the data folder {folder} cannot be used")]
    Data {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The device token cannot be used.
    #[error("the device token {file} cannot be used")]
    Token {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The database does not open.
    #[error("the database does not open")]
    Open(#[from] OpenError),
    /// The database opens and cannot be read or written.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The hub cannot speak TLS.
    #[error("the hub cannot speak HTTPS")]
    Tls(#[from] TlsError),
    /// The device cannot be let in or put out.
    #[error("{0}")]
    Device(String),
    /// The account cannot be made.
    #[error("the account cannot be made: {0}")]
    Account(String),
    /// The system gives no thread.
    #[error("the owner's thread does not start")]
    Thread(#[source] io::Error),
    /// The owner ended while the hub was serving.
    #[error("the hub must be started again")]
    Owner(#[from] OwnerEnded),
}

/// An opened hub: the day is replayed, nobody is served yet.
pub struct Hub {
    desk: Arc<Desk>,
    ended: oneshot::Receiver<Result<(), OwnerEnded>>,
    stop: watch::Sender<bool>,
}

impl Hub {
    /// Opens the data folder, replays the business day, and starts the owner.
    ///
    /// # Errors
    /// When the folder, a key in it or the database cannot be used.
    pub fn open(settings: Settings) -> Result<Self, HubError> {
        let Settings {
            office,
            data,
            ui,
            clock,
        } = settings;
        make_folder(&data)?;
        let authority = own_authority(&data, &office)?.map(Arc::new);
        let file = data.join("device.token");
        let token = secret::device_token(&file).map_err(|cause| HubError::Token { file, cause })?;
        let store = Store::open(&data, &office.id)?;
        let office = Arc::new(office);
        let mut live = None;
        let books = Books::open(
            Arc::clone(&office),
            clock.clone(),
            |seq| Arc::clone(live.insert(Arc::new(Live::after(seq)))),
            store.read(),
        )?;
        let live = live.unwrap_or_else(|| Arc::new(Live::after(0)));
        let machines = Arc::clone(&books.machines);
        let signing = Arc::clone(&books.signing);
        let (owner, ended) = owner::spawn(store, books, &data).map_err(HubError::Thread)?;
        let (stop, stopped) = watch::channel(false);
        let desk = Arc::new(Desk {
            handing: export::Turns::of(&office),
            hosts: Hosts::of(&office.hub),
            authority,
            devices: Devices::default(),
            strangers: Strangers::default(),
            office,
            clock,
            owner,
            live,
            machines,
            signing,
            live_seats: Arc::new(Semaphore::new(live::CLIENTS_MAX)),
            sessions: Sessions::default(),
            throttle: Mutex::default(),
            passwords: Verifier::new(),
            device: secret::digest(&token),
            fingerprints: Fingerprints::keyed_by(&token),
            typesetter: Mutex::default(),
            typesetting: Semaphore::new(desk::TYPESETTING_MAX),
            just_set: Mutex::new(None),
            ui,
            data,
            started: Stopwatch::start(),
            bookings_released: watch::Sender::new(()),
            stop: stopped,
        });
        Ok(Self { desk, ended, stop })
    }

    /// What is said on the console once the hub serves: its addresses, and how to know its authority.
    #[must_use]
    pub fn greeting(&self, sockets: &Sockets) -> Vec<String> {
        let addresses = sockets.addresses();
        let port = addresses.first().map_or(0, std::net::SocketAddr::port);
        let inside = (addresses.iter())
            .filter(|address| {
                let ip = address.ip().to_canonical();
                ip.is_loopback() || ip.is_unspecified()
            })
            .map(|address| match address.ip().is_unspecified() {
                true => format!("listening on http://127.0.0.1:{port}"),
                false => format!("listening on http://{address}"),
            });
        let mut lines: Vec<String> = inside.collect();
        if let Some(authority) = &self.desk.authority {
            for name in &authority.names {
                lines.push(format!(
                    "listening on https://{}:{port}",
                    hosts::in_url(name)
                ));
            }
            lines.push(format!("authority SHA-256 {}", authority.fingerprint()));
            lines.push("how browsers and devices trust it: the page /trust/".to_owned());
        }
        lines
    }

    /// Serves until `shutdown` is ready or the owner ends. Sockets that only this machine reaches speak plain HTTP
    /// and, if the office has names, HTTPS; every other one speaks HTTPS.
    ///
    /// # Errors
    /// When others than this machine would be let in without HTTPS; when the owner ended by itself: then the
    /// database's last group is in doubt, and the hub must be opened again.
    pub async fn serve(
        self,
        sockets: impl Into<Sockets>,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), HubError> {
        let Self {
            desk,
            mut ended,
            stop,
        } = self;
        let sockets = sockets.into();
        if let (None, Some(outside)) = (&desk.authority, sockets.outside()) {
            return Err(TlsError::NoName(outside).into());
        }
        let tls = desk.authority.as_ref().map(|it| it.server()).transpose()?;
        // With this the day begins, or goes on, before the first visitor.
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        desk.owner.audit_first(Action::HubStarted, version);
        let router = routes::router(Arc::clone(&desk), desk.ui.as_deref());
        let serving = tokio::spawn(net::serve(sockets, tls, router, stop.subscribe()));
        let renewing = tokio::spawn(renew(desk.authority.clone()));
        let ticking = tokio::spawn(tick(Arc::clone(&desk)));
        let pulling = desk.office.bookings.clone().map(|settings| {
            let (desk, stop) = (Arc::clone(&desk), stop.subscribe());
            tokio::spawn(async move { pull::mirror(&settings, desk, stop).await })
        });
        let owner = tokio::select! {
            () = shutdown => None,
            ended = &mut ended => Some(ended.unwrap_or(Err(OwnerEnded::Panicked))),
        };
        stop.send_replace(true);
        if let Err(error) = serving.await {
            tracing::error!(%error, "the listener ended badly");
        }
        if let Some(pulling) = pulling {
            let _ = pulling.await;
        }
        ticking.abort();
        renewing.abort();
        let owner = match owner {
            Some(owner) => owner,
            None => {
                desk.owner.audit_first(Action::HubStopped, None);
                desk.owner.stop().await;
                ended.await.unwrap_or(Err(OwnerEnded::Panicked))
            }
        };
        if let Err(error) = &owner {
            tracing::error!(%error, "the owner ended; the hub must be started again");
        }
        Ok(owner?)
    }
}

/// Opens a hub and serves until `shutdown` is ready. Prints `listening on http://…` once it is ready.
///
/// # Errors
/// As [`Hub::open`] and [`Hub::serve`].
pub async fn serve(
    settings: Settings,
    sockets: impl Into<Sockets>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), HubError> {
    let sockets = sockets.into();
    let hub = Hub::open(settings)?;
    // At once: whoever waits for the first line need not read the others.
    println!("{}", hub.greeting(&sockets).join("\n"));
    hub.serve(sockets, shutdown).await
}

/// Makes an account, or gives an existing one another name, role and password.
///
/// # Errors
/// When the name or the password will not do, or the database cannot be used; a running hub has it.
pub fn add_account(
    data: &Path,
    office: &str,
    account: &str,
    name: &str,
    role: Role,
    password: &str,
) -> Result<(), HubError> {
    let account =
        queue::Name::parse(account.trim()).map_err(|error| HubError::Account(error.to_string()))?;
    let hash =
        password::hash(password).map_err(|refused| HubError::Account(refused.to_string()))?;
    make_folder(data)?;
    let mut store = Store::open(data, office)?;
    let mut batch = store.batch()?;
    let account = store::Account {
        name: account,
        display: name.trim().to_owned(),
        role: session::to_store(role),
        password_hash: hash,
    };
    let now = Clock::real().now();
    batch.put_account(&account, now)?;
    let subject = Some(account.name.to_string());
    batch.audit(&admin::entry(Action::AccountChanged, subject, now))?;
    batch.commit()?;
    Ok(())
}

/// The office's authority, if anybody but this machine is to reach the hub.
fn own_authority(data: &Path, office: &Office) -> Result<Option<Authority>, TlsError> {
    let names = hosts::names(&office.hub);
    if names.is_empty() {
        return if office.hub.listen.ip().to_canonical().is_loopback() {
            Ok(None)
        } else {
            Err(TlsError::NoName(office.hub.listen))
        };
    }
    // Other machines judge certificates by their own clocks; a rehearsal does not move those.
    Authority::open(data, &office.id, names, Clock::real().now()).map(Some)
}

/// Makes the hub's certificate anew before it ends, while the hub goes on.
async fn renew(authority: Option<Arc<Authority>>) {
    let Some(authority) = authority else { return };
    let mut every = tokio::time::interval(Duration::from_millis(RENEW_LOOK_MS));
    loop {
        every.tick().await;
        if let Err(error) = authority.renew(Clock::real().now()) {
            tracing::error!(%error, "the hub's certificate could not be renewed");
        }
    }
}

async fn tick(desk: Arc<Desk>) {
    let mut every = tokio::time::interval(Duration::from_millis(TICK_MS));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        every.tick().await;
        desk.owner.tick();
        for paper in desk.machines.look(desk.clock.now()) {
            if let Err(refused) = desk.note_paper(&paper, queue::Actor::Hub).await {
                tracing::warn!(?refused, "what became of a slip could not be written down");
            }
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), HubError> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        make.mode(0o700);
    }
    make.create(folder).map_err(|cause| HubError::Data {
        folder: folder.to_owned(),
        cause,
    })
}
