//! What every route has at hand.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use office::Office;
use paper::Typesetter;
use tokio::sync::{Semaphore, watch};

use crate::{
    authority::Authority,
    clock::{Clock, Stopwatch},
    devices::Devices,
    export::Turns,
    guard::Strangers,
    hosts::Hosts,
    live::Live,
    machines::Machines,
    owner::Owner,
    password::Verifier,
    print::JustSet,
    secret::{Digest, Fingerprints},
    session::Sessions,
    sign::Signing,
    throttle::Throttle,
};

/// Papers typeset at once; a paper takes a core for a while, and tickets need one, too.
pub(crate) const TYPESETTING_MAX: usize = 1;

/// The hub's shared parts. None of them is the queue: that has one owner.
pub(crate) struct Desk {
    pub(crate) office: Arc<Office>,
    pub(crate) hosts: Hosts,
    /// Absent where only this machine reaches the hub.
    pub(crate) authority: Option<Arc<Authority>>,
    pub(crate) devices: Devices,
    pub(crate) strangers: Strangers,
    pub(crate) clock: Clock,
    pub(crate) owner: Owner,
    pub(crate) live: Arc<Live>,
    pub(crate) machines: Arc<Machines>,
    pub(crate) signing: Arc<Signing>,
    pub(crate) live_seats: Arc<Semaphore>,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Mutex<Throttle>,
    pub(crate) passwords: Verifier,
    /// The digest of the token in `device.token`, good inside this machine.
    pub(crate) device: Digest,
    pub(crate) fingerprints: Fingerprints,
    /// Made when the first paper is asked for.
    pub(crate) typesetter: Mutex<Option<Arc<Typesetter>>>,
    pub(crate) typesetting: Semaphore,
    /// What was typeset for a page of a preview, for the next ones.
    pub(crate) just_set: Mutex<Option<JustSet>>,
    /// Whose turn it is to hand something to another system.
    pub(crate) handing: Turns,
    pub(crate) ui: Option<PathBuf>,
    /// The folder of the database.
    pub(crate) data: PathBuf,
    /// Since when the hub runs.
    pub(crate) started: Stopwatch,
    /// Somebody has agreed to the bookings' cancellations that were held back.
    pub(crate) bookings_released: watch::Sender<()>,
    /// Turns true when the hub stops.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Desk {
    /// Whether any service takes visitors now.
    pub(crate) fn is_open(&self) -> bool {
        let now = self.clock.now();
        self.office
            .rules
            .services
            .iter()
            .any(|service| self.office.rules.opening(service, now).is_open())
    }
}
