//! Devices, while the hub is not running.

use std::{fmt, path::Path};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use office::Office;
use queue::Name;
use store::{Device, DeviceKind, Store};

use crate::{
    Clock, HubError, devices,
    routes::devices::{lies_at, named},
    secret::{self, Fingerprints},
};

/// Who let a device in that was let in on the hub's own machine.
const BY: &str = "hub";

/// A device that may show its code now. Not `Debug`: the code is a secret.
pub struct Admitted {
    /// What it shows, once.
    pub code: String,
    /// Until when, in the office's zone.
    pub until: DateTime<Tz>,
    /// SHA-256 of the office's authority, to compare; absent where the hub has none.
    pub authority: Option<String>,
}

/// A line of the list of devices.
#[derive(Debug)]
pub struct DeviceLine {
    device: Device,
    zone: Tz,
}

impl fmt::Display for DeviceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, zone } = self;
        let kind = match device.kind {
            DeviceKind::Kiosk => "kiosk",
            DeviceKind::Board => "board",
            DeviceKind::Tablet => "tablet",
        };
        let local = |at: DateTime<Utc>| at.with_timezone(zone).format("%Y-%m-%d %H:%M");
        write!(f, "{}\t{kind}\t", device.name)?;
        if let Some(counter) = &device.counter {
            write!(f, "counter {counter}\t")?;
        }
        match device.enrolled_at {
            Some(at) => write!(f, "enrolled {}", local(at))?,
            None => write!(f, "has not shown its code")?,
        }
        write!(f, "\tlet in by {}", device.admitted_by)
    }
}

/// Lets a device in. One that has not shown its code gets another.
///
/// # Errors
/// When the name will not do, or the database cannot be used; a running hub has it.
pub fn add_device(
    data: &Path,
    office: &Office,
    name: &str,
    kind: wire::command::DeviceKind,
    counter: Option<&str>,
) -> Result<Admitted, HubError> {
    let refused = |detail: &str| HubError::Device(detail.to_owned());
    let name = named(office, name, kind)
        .map_err(|error| refused(error.detail.as_deref().unwrap_or("the name will not do")))?;
    let counter = lies_at(office, kind, counter)
        .map_err(|error| refused(error.detail.as_deref().unwrap_or("the counter will not do")))?;
    let by = Name::parse(BY).map_err(|error| refused(error.expected))?;
    crate::make_folder(data)?;
    let mut store = Store::open(data, &office.id)?;
    let file = data.join("device.token");
    let token = secret::device_token(&file).map_err(|cause| HubError::Token { file, cause })?;
    let prints = Fingerprints::keyed_by(&token);
    let authority = crate::own_authority(data, office)?;
    let now = Clock::real().now();
    let kind = (devices::to_store(kind), counter);
    let (admission, code) = devices::admission(&prints, name, kind, by, now)
        .map_err(|error| HubError::Device(format!("no code could be made: {error}")))?;
    let until = admission.code_expires_at.with_timezone(&office.zone);
    let mut batch = store.batch()?;
    if !batch.admit_device(&admission, now)? {
        return Err(refused(
            "a device of this name is enrolled, or the counter has a tablet; put it out first",
        ));
    }
    batch.commit()?;
    Ok(Admitted {
        code: code.shown(),
        until,
        authority: authority.map(|it| it.fingerprint()),
    })
}

/// The devices that are in, or have a code.
///
/// # Errors
/// When the database cannot be used; a running hub has it.
pub fn list_devices(data: &Path, office: &Office) -> Result<Vec<DeviceLine>, HubError> {
    let store = Store::open(data, &office.id)?;
    let devices = store.read().devices()?.into_iter();
    let lines = devices
        .filter(|device| device.revoked_at.is_none())
        .map(|device| DeviceLine {
            device,
            zone: office.zone,
        });
    Ok(lines.collect())
}

/// Puts a device out.
///
/// # Errors
/// When there is none of this name, or the database cannot be used; a running hub has it.
pub fn revoke_device(data: &Path, office: &Office, name: &str) -> Result<(), HubError> {
    let mut store = Store::open(data, &office.id)?;
    let devices = store.read().devices()?;
    let device = devices
        .iter()
        .find(|device| device.revoked_at.is_none() && device.name.as_str() == name)
        .ok_or_else(|| HubError::Device(format!("there is no device {name:?}")))?;
    let mut batch = store.batch()?;
    batch.revoke_device(device.id, Clock::real().now())?;
    batch.commit()?;
    Ok(())
}
