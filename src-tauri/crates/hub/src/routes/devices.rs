//! Kiosks, boards and tablets: let in with a one-time code, listed, put out.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use queue::{CounterId, Name};
use uuid::Uuid;
use wire::{
    Code,
    command::{
        AdmitDevice, CounterName, DeviceKind, DeviceView, DevicesView, Enrol, Enrolled,
        EnrolmentCode,
    },
};

use crate::{
    body,
    codes::EnrolCode,
    desk::Desk,
    devices::{self, from_store, to_store},
    guard::Right,
    net::Line,
    problem::Refused,
    secret, session,
};

/// `POST /api/devices`: a code for a device. Asked again, the device gets another code; the one before is worth
/// nothing then.
pub(super) async fn admit(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<EnrolmentCode>, Refused> {
    let by = desk.person_with(&headers, Right::Admit).await?;
    let AdmitDevice {
        name,
        kind,
        counter,
    } = body::parse(&body::read(body).await?)?;
    let name = named(&desk.office, &name, kind)?;
    let counter = lies_at(&desk.office, kind, counter.as_deref())?;
    let by = by.account_name()?;
    let now = desk.clock.now();
    let (admission, code) =
        devices::admission(&desk.fingerprints, name, (to_store(kind), counter), by, now)
            .map_err(|error| Refused::internal("making a code", &error))?;
    let until = admission.code_expires_at.timestamp_millis();
    if !desk.owner.admit(admission, line.place()).await? {
        let detail =
            "a device of this name is enrolled, or the counter has a tablet; put it out first";
        return Err(Refused::with(Code::BadRequest, detail));
    }
    Ok(Json(EnrolmentCode {
        code: code.shown(),
        until,
        authority: desk.authority.as_ref().map(|it| it.fingerprint()),
    }))
}

/// `POST /api/devices/enrol`: a device shows its code and gets its token; a browser gets it as a cookie, too.
pub(super) async fn enrol(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    body: Body,
) -> Result<Response, Refused> {
    let Enrol { code } = body::parse(&body::read(body).await?)?;
    // What cannot be a code counts against none.
    let code = EnrolCode::read(&code).ok_or(Refused::from(Code::EnrolmentCodeWrong))?;
    let token =
        secret::new_token().map_err(|error| Refused::internal("making a device token", &error))?;
    let hash = devices::code_hash(&desk.fingerprints, &code);
    let enrolment = (desk.owner.enrol(hash, secret::digest(&token), line.place())).await?;
    let device = devices::accepted(enrolment)?;
    let cookie = session::set_device_cookie(&token, &line);
    let enrolled = Enrolled {
        name: device.name.to_string(),
        kind: from_store(device.kind),
        token: token.to_string(),
    };
    let mut response = Json(enrolled).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `GET /api/devices`: those that are in, or have a code.
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<DevicesView>, Refused> {
    desk.person_with(&headers, Right::Admit).await?;
    let devices = desk.owner.devices().await?;
    let mut views: Vec<DeviceView> = devices
        .into_iter()
        .filter(|device| device.revoked_at.is_none())
        .map(|device| DeviceView {
            id: device.id.0.to_string(),
            name: device.name.to_string(),
            kind: from_store(device.kind),
            counter: device.counter.map(|it| it.to_string()),
            enrolled_at: device.enrolled_at.map(|at| at.timestamp_millis()),
            admitted_by: device.admitted_by.to_string(),
        })
        .collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(DevicesView {
        devices: views,
        kiosks: desk.office.kiosk.names.clone(),
        counters: (desk.office.counters.iter())
            .map(|it| CounterName {
                id: it.id.to_string(),
                name: it.name.clone(),
            })
            .collect(),
        zone: desk.office.zone.to_string(),
    }))
}

/// `POST /api/devices/{id}/revoke`: its token lets nobody in any more, and its live stream ends at once.
pub(super) async fn revoke(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let by = desk.person_with(&headers, Right::Admit).await?;
    body::nothing(&body::read(body).await?)?;
    let id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let by = by.account_name()?;
    let devices = desk.owner.devices().await?;
    if !desk.owner.revoke(id, by, line.place()).await? {
        return Err(unknown());
    }
    desk.devices.forget(id);
    if let Some(device) = devices.into_iter().find(|device| device.id.0 == id) {
        match from_store(device.kind) {
            DeviceKind::Kiosk => desk.kiosk_is_out(device.name.as_str()).await,
            DeviceKind::Tablet => {
                if let Some(counter) = &device.counter {
                    desk.signing.put_out(counter);
                }
            }
            DeviceKind::Board => {}
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

fn unknown() -> Refused {
    Refused::with(Code::NotFound, "there is no such device")
}

/// A name that a device of this kind may have: a kiosk's leases and slips go by the names in office.toml.
pub(crate) fn named(
    office: &office::Office,
    name: &str,
    kind: DeviceKind,
) -> Result<Name, Refused> {
    let name = name.trim();
    if kind == DeviceKind::Kiosk && !office.kiosk.names.iter().any(|known| known == name) {
        let known = office.kiosk.names.join(", ");
        let detail = format!("office.toml names these kiosks: {known}");
        return Err(Refused::with(Code::BadRequest, detail));
    }
    Name::parse(name).map_err(|error| Refused::with(Code::BadRequest, error.expected))
}

/// The counter at which a tablet lies; other kinds lie at none.
pub(crate) fn lies_at(
    office: &office::Office,
    kind: DeviceKind,
    counter: Option<&str>,
) -> Result<Option<CounterId>, Refused> {
    let known = || {
        let ids = office.counters.iter().map(|it| it.id.as_str());
        ids.collect::<Vec<_>>().join(", ")
    };
    match (kind, counter) {
        (DeviceKind::Tablet, Some(id)) => {
            let mut counters = office.counters.iter();
            let found = counters.find(|it| it.id.as_str() == id);
            let found = found.ok_or_else(|| {
                let detail = format!("services.toml has these counters: {}", known());
                Refused::with(Code::BadRequest, detail)
            })?;
            Ok(Some(found.id.clone()))
        }
        (DeviceKind::Tablet, None) => {
            let detail = format!("a tablet lies at a counter: {}", known());
            Err(Refused::with(Code::BadRequest, detail))
        }
        (DeviceKind::Kiosk | DeviceKind::Board, None) => Ok(None),
        (DeviceKind::Kiosk | DeviceKind::Board, Some(_)) => {
            let detail = "only a tablet lies at a counter";
            Err(Refused::with(Code::BadRequest, detail))
        }
    }
}
