//! Kiosks, boards and tablets that were let in, and who has a part in the office at this moment.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use queue::{Actor, CounterId, Name};
use store::{Action, Admission, AuditEntry, DeviceId, DeviceKind, Enrolment};
use tokio::sync::watch;
use uuid::Uuid;
use wire::Code;

use crate::{
    codes::EnrolCode,
    owner::Owner,
    problem::Refused,
    secret::{Digest, Fingerprints},
};

/// A code is good for so long: time to walk to the device and type it.
pub(crate) const CODE_MINUTES: i64 = 15;
/// Devices kept in memory; an office has fewer.
const DEVICES_MAX: usize = 1_024;

/// A device that carries a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    /// Its identity.
    pub(crate) id: Uuid,
    /// What the office calls it.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: DeviceKind,
    /// The counter at which a tablet lies.
    pub(crate) counter: Option<CounterId>,
}

/// The devices that showed their token since the hub started, so that not every request asks the database.
#[derive(Debug)]
pub(crate) struct Devices {
    by_token: RwLock<HashMap<Digest, Arc<Device>>>,
    /// Counts whenever somebody lost their part in the office.
    losses: watch::Sender<u64>,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            by_token: RwLock::default(),
            losses: watch::Sender::new(0),
        }
    }
}

impl Devices {
    /// The device of a token, of those in memory.
    pub(crate) fn known(&self, token: &Digest) -> Option<Arc<Device>> {
        let devices = self.by_token.read().unwrap_or_else(PoisonError::into_inner);
        devices.get(token).cloned()
    }

    /// The device of a token; the database is asked once for each.
    pub(crate) async fn find(
        &self,
        token: Digest,
        owner: &Owner,
    ) -> Result<Option<Arc<Device>>, Refused> {
        if let Some(device) = self.known(&token) {
            return Ok(Some(device));
        }
        let losses = *self.losses.borrow();
        let Some(found) = owner.device_of_token(token).await? else {
            return Ok(None);
        };
        let device = Arc::new(Device {
            id: found.id.0,
            name: found.name.to_string(),
            kind: found.kind,
            counter: found.counter,
        });
        let mut devices = (self.by_token.write()).unwrap_or_else(PoisonError::into_inner);
        // Somebody who was put out while the database was asked is not kept.
        if *self.losses.borrow() == losses {
            if devices.len() >= DEVICES_MAX {
                devices.clear();
            }
            devices.insert(token, Arc::clone(&device));
        }
        Ok(Some(device))
    }

    /// A device was put out.
    pub(crate) fn forget(&self, id: Uuid) {
        {
            let mut devices = (self.by_token.write()).unwrap_or_else(PoisonError::into_inner);
            devices.retain(|_, device| device.id != id);
            self.losses.send_modify(|count| *count += 1);
        }
    }

    /// Somebody else lost their part: a session ended.
    pub(crate) fn somebody_left(&self) {
        self.losses.send_modify(|count| *count += 1);
    }

    /// Turns whenever somebody lost their part in the office.
    pub(crate) fn losses(&self) -> watch::Receiver<u64> {
        self.losses.subscribe()
    }
}

/// What is kept of a code: the key of the hash is not in the database.
pub(crate) fn code_hash(prints: &Fingerprints, code: &EnrolCode) -> Digest {
    prints.of("enrolment code", "", code.as_bytes())
}

/// A device that is let in, and the code that it will show.
pub(crate) fn admission(
    prints: &Fingerprints,
    name: Name,
    (kind, counter): (DeviceKind, Option<CounterId>),
    by: Name,
    now: DateTime<Utc>,
) -> Result<(Admission, EnrolCode), getrandom::Error> {
    let code = EnrolCode::new()?;
    let admission = Admission {
        id: DeviceId(Uuid::now_v7()),
        name,
        kind,
        counter,
        by,
        code_hash: code_hash(prints, &code),
        code_expires_at: now + TimeDelta::minutes(CODE_MINUTES),
    };
    Ok((admission, code))
}

impl Owner {
    /// The device of a token, if it was not put out.
    pub(crate) async fn device_of_token(
        &self,
        token: Digest,
    ) -> Result<Option<store::Device>, Refused> {
        self.read(move |_, reader| reader.device_of_token(&token))
            .await?
            .map_err(|error| Refused::internal("reading a device", &error))
    }

    /// Every device there ever was.
    pub(crate) async fn devices(&self) -> Result<Vec<store::Device>, Refused> {
        self.read(|_, reader| reader.devices())
            .await?
            .map_err(|error| Refused::internal("reading devices", &error))
    }

    /// Lets a device in; false when its name is another's.
    pub(crate) async fn admit(&self, admission: Admission, place: String) -> Result<bool, Refused> {
        self.change(move |books, batch| {
            let now = books.now();
            let admitted = batch.admit_device(&admission, now)?;
            if admitted {
                batch.audit(&AuditEntry {
                    at: now,
                    actor: Actor::Clerk(admission.by),
                    place,
                    action: Action::DeviceAdmitted,
                    subject: Some(admission.name.to_string()),
                })?;
            }
            Ok(admitted)
        })
        .await
    }

    /// Takes a code for a token.
    pub(crate) async fn enrol(
        &self,
        code: Digest,
        token: Digest,
        place: String,
    ) -> Result<Enrolment, Refused> {
        self.change(move |books, batch| {
            let now = books.now();
            let enrolment = batch.enrol_device(&code, &token, now)?;
            let (action, subject) = match &enrolment {
                Enrolment::Enrolled(device) => {
                    (Action::DeviceEnrolled, Some(device.name.to_string()))
                }
                Enrolment::Wrong | Enrolment::Expired => (Action::DeviceRefused, None),
            };
            batch.audit(&AuditEntry {
                at: now,
                actor: Actor::Hub,
                place,
                action,
                subject,
            })?;
            Ok(enrolment)
        })
        .await
    }

    /// Puts a device out; false when it was not in.
    pub(crate) async fn revoke(&self, id: Uuid, by: Name, place: String) -> Result<bool, Refused> {
        self.change(move |books, batch| {
            let now = books.now();
            let revoked = batch.revoke_device(DeviceId(id), now)?;
            if revoked {
                batch.audit(&AuditEntry {
                    at: now,
                    actor: Actor::Clerk(by),
                    place,
                    action: Action::DeviceRevoked,
                    subject: Some(id.to_string()),
                })?;
            }
            Ok(revoked)
        })
        .await
    }
}

/// The device that a code let in.
pub(crate) fn accepted(enrolment: Enrolment) -> Result<store::Device, Refused> {
    match enrolment {
        Enrolment::Enrolled(device) => Ok(device),
        Enrolment::Wrong => Err(Code::EnrolmentCodeWrong.into()),
        Enrolment::Expired => Err(Refused::with(
            Code::EnrolmentCodeWrong,
            "the code has expired",
        )),
    }
}

/// A kind in the store's words.
pub(crate) fn to_store(kind: wire::command::DeviceKind) -> DeviceKind {
    match kind {
        wire::command::DeviceKind::Kiosk => DeviceKind::Kiosk,
        wire::command::DeviceKind::Board => DeviceKind::Board,
        wire::command::DeviceKind::Tablet => DeviceKind::Tablet,
    }
}

/// A kind in the contract's words.
pub(crate) fn from_store(kind: DeviceKind) -> wire::command::DeviceKind {
    match kind {
        DeviceKind::Kiosk => wire::command::DeviceKind::Kiosk,
        DeviceKind::Board => wire::command::DeviceKind::Board,
        DeviceKind::Tablet => wire::command::DeviceKind::Tablet,
    }
}
