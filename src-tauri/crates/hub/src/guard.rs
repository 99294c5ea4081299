//! Who asks, and whether the request may come from where it comes from.
//!
//! [`fence`] stands in front of everything. A path below `/api/` that is not named in [`is_open`] is closed to
//! whoever has no part in the office, so a route that is added later is closed, too.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::StreamExt as _;
use queue::{Actor, CounterId, Name};
use store::DeviceKind;
use wire::{Code, command::Role, prepared::IMPORT_BYTES_MAX};

use crate::{
    body,
    bucket::{Buckets, Rate},
    desk::Desk,
    net::Line,
    problem::{self, Refused},
    secret::{self, Digest},
    session::{self, Session},
};

/// The header in which a kiosk with the local token says which one it is.
pub(crate) const KIOSK_HEADER: HeaderName = HeaderName::from_static("uketsuke-kiosk");

/// The paths that take a file of another kind.
const FILE_PATHS: [&str; 2] = ["/api/prepared/import", "/api/prepared/import/undo"];

/// A request's idempotency key.
pub(crate) const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Passwords and codes that one address may try: a whole office may come to work behind one address.
const TRIES: Rate = Rate {
    burst: 60.0,
    per_minute: 30.0,
};
/// Anything else that one address may ask without a part in the office: the phones of a full hall come through
/// one proxy, each every few seconds.
const STRANGERS: Rate = Rate {
    burst: 600.0,
    per_minute: 6_000.0,
};
/// A live stream looks so often whether its session has expired.
const EXPIRY_LOOK_MS: u64 = 30_000;

/// Somebody who has a part in the office.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// A kiosk, by its name.
    Kiosk(String),
    /// A person who is logged in.
    Person(Session),
}

/// A tablet to sign on.
#[derive(Debug, Clone)]
pub(crate) struct Tablet {
    /// What the office calls it.
    pub(crate) name: String,
    /// The counter at which it lies.
    pub(crate) counter: CounterId,
}

impl Caller {
    /// What the log calls them.
    pub(crate) fn actor(&self) -> Result<Actor, Refused> {
        let name = |text: &str| {
            Name::parse(text).map_err(|error| Refused::internal("naming who acts", &error))
        };
        Ok(match self {
            Self::Kiosk(kiosk) => Actor::Kiosk(name(kiosk)?),
            Self::Person(session) => Actor::Clerk(name(&session.account)?),
        })
    }

    /// From where they act: a device's name, or the address of a person's machine.
    pub(crate) fn place(&self, extensions: &Extensions) -> String {
        match (self, extensions.get::<Line>()) {
            (Self::Kiosk(name), _) => name.clone(),
            (Self::Person(_), Some(line)) => line.place(),
            (Self::Person(_), None) => "hub".to_owned(),
        }
    }

    /// What tells the same request of two callers apart. A kiosk that was enrolled anew, or given another name,
    /// repeats its requests all the same.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Kiosk(_) => "kiosk".to_owned(),
            Self::Person(session) => format!("person {}", session.account),
        }
    }
}

/// What a route lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// What every person may who is logged in: raise an alarm.
    Any,
    /// Call numbers and read cases.
    Serve,
    /// Choose whom to call.
    Choose,
    /// Speak for the office: notices on boards, cancellations that were held back.
    Direct,
    /// Read the dashboard.
    Measure,
    /// Read who did what.
    Audit,
    /// Let kiosks and boards in and put them out.
    Admit,
    /// Make accounts and close them.
    Account,
}

impl Right {
    /// Whether a role has it. An administrator or a manager has no business with citizens' answers.
    pub(crate) fn belongs_to(self, role: Role) -> bool {
        match (self, role) {
            (Self::Any | Self::Measure, _)
            | (Self::Serve, Role::Clerk | Role::Lead)
            | (Self::Choose, Role::Lead)
            | (Self::Direct, Role::Lead | Role::Administrator)
            | (Self::Audit, Role::Manager | Role::Administrator)
            | (Self::Admit, Role::Lead | Role::Administrator)
            | (Self::Account, Role::Administrator) => true,
            (Self::Serve, Role::Manager | Role::Administrator)
            | (Self::Choose, Role::Clerk | Role::Manager | Role::Administrator)
            | (Self::Direct, Role::Clerk | Role::Manager)
            | (Self::Audit, Role::Clerk | Role::Lead)
            | (Self::Admit, Role::Clerk | Role::Manager)
            | (Self::Account, Role::Clerk | Role::Lead | Role::Manager) => false,
        }
    }
}

/// What strangers have asked lately, by address.
#[derive(Debug)]
pub(crate) struct Strangers {
    tries: Mutex<Buckets>,
    rest: Mutex<Buckets>,
}

impl Default for Strangers {
    fn default() -> Self {
        Self {
            tries: Mutex::new(Buckets::new(TRIES)),
            rest: Mutex::new(Buckets::new(STRANGERS)),
        }
    }
}

/// Somebody's part in the office, and by what they have it.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// By the token in `device.token`, from inside the machine.
    Local,
    /// By a device's token.
    Device(Digest),
    /// By a session's token.
    Person(Digest),
}

impl Desk {
    /// The person who is logged in.
    pub(crate) async fn person(&self, headers: &HeaderMap) -> Result<Session, Refused> {
        let nobody = Refused::from(Code::NotLoggedIn);
        let token = secret::digest(session::cookie(headers).ok_or_else(|| nobody.clone())?);
        self.session_of(token).await?.ok_or(nobody)
    }

    async fn session_of(&self, token: Digest) -> Result<Option<Session>, Refused> {
        let now = self.clock.now();
        if let Some(session) = self.sessions.find(&token, now) {
            return Ok(Some(session));
        }
        let losses = *self.devices.losses().borrow();
        let session = self.owner.session(token).await?;
        // One that ended while the database was asked is not kept.
        if let Some(session) = &session
            && *self.devices.losses().borrow() == losses
        {
            self.sessions.begin(token, session.clone(), now);
        }
        Ok(session)
    }

    /// The person who is logged in, if their role has this right.
    pub(crate) async fn person_with(
        &self,
        headers: &HeaderMap,
        right: Right,
    ) -> Result<Session, Refused> {
        let session = self.person(headers).await?;
        if right.belongs_to(session.role) {
            Ok(session)
        } else {
            Err(Code::Forbidden.into())
        }
    }

    /// The kiosk that carries a token. [`fence`] has looked the token up, so it is in memory.
    pub(crate) fn kiosk(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        let token = device_token(headers)
            .ok_or(Refused::with(Code::NotLoggedIn, "a device token is needed"))?;
        if secret::same(&token, &self.device) {
            let name = headers
                .get(KIOSK_HEADER)
                .and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
                .filter(|name| self.office.kiosk.names.iter().any(|known| known == name))
                .unwrap_or("kiosk");
            return Ok(Caller::Kiosk(name.to_owned()));
        }
        let device = self.devices.known(&token);
        let device = device.ok_or(Refused::from(Code::DeviceUnknown))?;
        match device.kind {
            DeviceKind::Kiosk => Ok(Caller::Kiosk(device.name.clone())),
            DeviceKind::Board | DeviceKind::Tablet => Err(Code::Forbidden.into()),
        }
    }

    /// The tablet that carries a token. It stands before citizens: one on which somebody is logged in is none.
    pub(crate) async fn tablet(&self, headers: &HeaderMap) -> Result<Tablet, Refused> {
        let token = device_token(headers)
            .ok_or(Refused::with(Code::NotLoggedIn, "a device token is needed"))?;
        let device = self.devices.find(token, &self.owner).await?;
        let device = device.ok_or(Refused::from(Code::DeviceUnknown))?;
        let counter = device.counter.clone();
        let (DeviceKind::Tablet, Some(counter)) = (device.kind, counter) else {
            return Err(Code::Forbidden.into());
        };
        if self.person(headers).await.is_ok() {
            let detail = "somebody is logged in on this tablet";
            return Err(Refused::with(Code::Forbidden, detail));
        }
        Ok(Tablet {
            name: device.name.clone(),
            counter,
        })
    }

    /// A kiosk, or a person who serves.
    pub(crate) async fn kiosk_or_clerk(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        if headers.contains_key(header::AUTHORIZATION) {
            self.kiosk(headers)
        } else {
            let person = self.person_with(headers, Right::Serve).await?;
            Ok(Caller::Person(person))
        }
    }

    /// What part whoever sent this has: by a token in the header, else a session, else a device's cookie.
    async fn part(&self, headers: &HeaderMap, line: &Line) -> Result<Part, Refused> {
        let mut refused = Refused::from(Code::NotLoggedIn);
        if !headers.contains_key(header::AUTHORIZATION)
            && let Some(cookie) = session::cookie(headers)
        {
            let token = secret::digest(cookie);
            if self.session_of(token).await?.is_some() {
                return Ok(Part::Person(token));
            }
        }
        if let Some(token) = device_token(headers) {
            // Digests are compared, so neither the length nor the place of a difference shows.
            if secret::same(&token, &self.device) {
                if line.inside() {
                    return Ok(Part::Local);
                }
            } else if self.devices.find(token, &self.owner).await?.is_some() {
                return Ok(Part::Device(token));
            }
            refused = Code::DeviceUnknown.into();
        }
        Err(refused)
    }

    /// Whether somebody still has the part they had.
    fn still_has(&self, part: &Part) -> bool {
        match part {
            Part::Local => true,
            Part::Device(token) => self.devices.known(token).is_some(),
            Part::Person(token) => self.sessions.find(token, self.clock.now()).is_some(),
        }
    }

    /// Ready once somebody has lost their part.
    async fn lost(self: Arc<Self>, part: Part) {
        let mut losses = self.devices.losses();
        while self.still_has(&part) {
            let look = Duration::from_millis(EXPIRY_LOOK_MS);
            let _ = tokio::time::timeout(look, losses.changed()).await;
        }
    }

    /// Counts what a stranger asks, and any password or code that somebody tries.
    fn count(&self, path: &str, address: IpAddr, stranger: bool) -> Result<(), Refused> {
        let buckets = match (is_a_try(path), stranger) {
            (true, _) => &self.strangers.tries,
            (false, true) => &self.strangers.rest,
            (false, false) => return Ok(()),
        };
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        (buckets.take(address, self.clock.now()))
            .map_err(|seconds| Refused::for_seconds(Code::TooMany, seconds))
    }
}

/// The digest of a device's token, in the header or in its cookie.
fn device_token(headers: &HeaderMap) -> Option<Digest> {
    let bearer = match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(value.to_str().ok()?.strip_prefix("Bearer ")?),
        None => session::device_cookie(headers),
    };
    bearer.map(|token| secret::digest(token.trim()))
}

/// What is open to whoever can reach the hub, below `/api/`.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/api/health" | "/api/login" | "/api/logout" | "/api/devices/enrol"
    ) || ["/api/words/", "/api/visit/"]
        .iter()
        .any(|open| path.starts_with(open))
}

/// Where a password or a code can be tried.
fn is_a_try(path: &str) -> bool {
    matches!(path, "/api/login" | "/api/devices/enrol" | "/api/password")
}

/// Lets nothing through that comes for another host, from a page of another origin, from nobody, or with a body
/// that is too long or no JSON, before anything looks at it.
pub(crate) async fn fence(
    State(desk): State<Arc<Desk>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let part = match let_in(&desk, &mut request).await {
        Ok(part) => part,
        Err(refused) => return refused.into_response(),
    };
    if part.is_none() && is_a_devices_page(&request) {
        // A browser that nobody has let in shows where that is done.
        let there = [(header::LOCATION, "/enrol/")];
        return (StatusCode::SEE_OTHER, there).into_response();
    }
    let response = next.run(request).await;
    match part {
        // A stream that stands is cut when whoever reads it loses their part.
        Some(part) if path == "/api/live" && response.status().is_success() => {
            let lost = Box::pin(desk.lost(part));
            response.map(|body| Body::from_stream(body.into_data_stream().take_until(lost)))
        }
        Some(_) | None => response,
    }
}

async fn let_in(desk: &Arc<Desk>, request: &mut Request) -> Result<Option<Part>, Refused> {
    let Some(line) = request.extensions().get::<Line>().copied() else {
        return Err(Refused::internal(
            "asking from where a request comes",
            &"no line",
        ));
    };
    of_this_office(desk, request, &line)?;
    session::keep_cookies_of(&line, request.headers_mut());
    let path = request.uri().path();
    let api = path == "/api" || path.starts_with("/api/");
    let safe = is_safe(request.method());
    if (api || !safe) && !of_this_origin(request.headers(), &line) {
        return Err(Code::WrongOrigin.into());
    }
    if !safe {
        fits(request.uri().path(), request.headers())?;
    }
    let part = if api || is_a_devices_page(request) {
        desk.part(request.headers(), &line).await
    } else {
        Err(Code::NotLoggedIn.into())
    };
    if api {
        desk.count(path, line.peer.ip(), part.is_err())?;
    }
    match part {
        Ok(part) => Ok(Some(part)),
        Err(refused) if api && !is_open(path) => Err(refused),
        Err(_) => Ok(None),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_a_devices_page(request: &Request) -> bool {
    is_safe(request.method())
        && matches!(
            request.uri().path(),
            "/board/" | "/board/index.html" | "/sign/" | "/sign/index.html"
        )
}

/// Exactly one host is named, and it is this office's.
fn of_this_office(desk: &Desk, request: &Request, line: &Line) -> Result<(), Refused> {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return Err(Code::WrongHost.into());
    };
    let host = host.to_str().unwrap_or_default();
    let same =
        |authority: &axum::http::uri::Authority| authority.as_str().eq_ignore_ascii_case(host);
    if desk.hosts.allow(host, line) && request.uri().authority().is_none_or(same) {
        Ok(())
    } else {
        Err(Code::WrongHost.into())
    }
}

/// A body that may be read.
fn fits(path: &str, headers: &HeaderMap) -> Result<(), Refused> {
    let is_file = FILE_PATHS.contains(&path);
    let bytes_max = if is_file {
        IMPORT_BYTES_MAX
    } else {
        body::BODY_BYTES_MAX
    };
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if length.is_some_and(|length| length > bytes_max) {
        return Err(body::too_large(bytes_max));
    }
    let has_body =
        length.is_some_and(|length| length > 0) || headers.contains_key(header::TRANSFER_ENCODING);
    // Neither is a type that a browser sends to another origin without asking first.
    let expected = if is_file {
        "text/csv"
    } else {
        "application/json"
    };
    if has_body && !body::is_of_type(headers, expected) {
        let detail = format!("the content type must be {expected}");
        return Err(Refused::with(Code::BadRequest, detail));
    }
    Ok(())
}

/// A browser says from where a request comes; programs that are no browsers say nothing.
fn of_this_origin(headers: &HeaderMap, line: &Line) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    if let Some(site) = headers.get(site)
        && !matches!(site.to_str(), Ok("same-origin" | "none"))
    {
        return false;
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), more) = (origins.next(), origins.next()) else {
        return true;
    };
    let (Ok(origin), None, Some(Ok(host))) = (
        origin.to_str(),
        more,
        headers.get(header::HOST).map(HeaderValue::to_str),
    ) else {
        return false;
    };
    let plain = || origin.strip_prefix("http://").filter(|_| !line.tls);
    // A proxy of this machine may end TLS in front of the hub.
    let from = origin.strip_prefix("https://").or_else(plain);
    from.is_some_and(|from| from.eq_ignore_ascii_case(host))
}

/// Headers that every answer carries.
pub(crate) async fn harden(request: Request, next: Next) -> Response {
    let private = request.uri().path().starts_with("/api/");
    let asset = request.uri().path().starts_with("/assets/");
    let tls = (request.extensions().get::<Line>()).is_some_and(|line| line.tls);
    let mut response = in_our_words(next.run(request).await);
    let found = response.status().is_success();
    let headers = response.headers_mut();
    for (name, value) in HARDENING {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if tls {
        // Heeded only by browsers that trust the authority already (RFC 6797 §8.1).
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        let cache = match (private, asset && found) {
            (true, _) => "no-store",
            // Their names carry a hash of what is in them.
            (false, true) => "public, max-age=31536000, immutable",
            (false, false) => "no-cache",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    }
    response
}

/// A refusal of the framework (a query that cannot be read, a method that a file does not have), as a problem.
fn in_our_words(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let ours = kind.is_some_and(|kind| kind == problem::CONTENT_TYPE);
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        413 => Code::TooLarge,
        400..=499 => Code::BadRequest,
        _ => Code::Internal,
    };
    Refused::from(code).into_response()
}

const HARDENING: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         media-src 'self' data: blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_role_may() {
        use Right::{Account, Admit, Any, Audit, Choose, Direct, Measure, Serve};
        let all = [Any, Serve, Choose, Direct, Measure, Audit, Admit, Account];
        for (role, rights) in [
            (Role::Clerk, &[Any, Serve, Measure][..]),
            (Role::Lead, &[Any, Serve, Choose, Direct, Measure, Admit]),
            (Role::Manager, &[Any, Measure, Audit]),
            (
                Role::Administrator,
                &[Any, Direct, Measure, Audit, Admit, Account],
            ),
        ] {
            for right in all {
                let expected = rights.contains(&right);
                assert_eq!(right.belongs_to(role), expected, "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn what_is_open_is_named() {
        for open in [
            "/api/health",
            "/api/login",
            "/api/logout",
            "/api/devices/enrol",
            "/api/words/ja",
            "/api/visit/AbC",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "/api/office",
            "/api/live",
            "/api/lease",
            "/api/tickets",
            "/api/devices",
            "/api/me",
            "/api/healthy",
            "/api/words",
            "/api/something/new",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
