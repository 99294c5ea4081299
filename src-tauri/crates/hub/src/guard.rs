//! Who asks, and whether the request may come from where it comes from.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use queue::{Actor, Name};
use wire::{Code, command::Role};

use crate::{
    body,
    desk::Desk,
    problem::{self, Refused},
    secret,
    session::{self, Session},
};

/// The header in which a kiosk says which one it is.
pub(crate) const KIOSK_HEADER: HeaderName = HeaderName::from_static("uketsuke-kiosk");

/// A request's idempotency key.
pub(crate) const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Somebody who has a part in the office.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// A kiosk that carries the device token.
    Kiosk(String),
    /// A person who is logged in.
    Person(Session),
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

    /// What tells the same request of two callers apart. Kiosks share one token, and one of them that was
    /// given another name repeats its requests all the same.
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
    /// Call numbers and read cases.
    Serve,
    /// Read the dashboard.
    Measure,
}

impl Right {
    /// Whether a role has it. An administrator or a manager has no business with citizens' answers.
    fn belongs_to(self, role: Role) -> bool {
        match (self, role) {
            (Self::Serve, Role::Clerk | Role::Lead) | (Self::Measure, _) => true,
            (Self::Serve, Role::Manager | Role::Administrator) => false,
        }
    }
}

impl Desk {
    /// The person who is logged in.
    pub(crate) async fn person(&self, headers: &HeaderMap) -> Result<Session, Refused> {
        let nobody = Refused::from(Code::NotLoggedIn);
        let token = secret::digest(session::cookie(headers).ok_or_else(|| nobody.clone())?);
        let now = self.clock.now();
        if let Some(session) = self.sessions.find(&token, now) {
            return Ok(session);
        }
        let session = self.owner.session(token).await?.ok_or(nobody)?;
        self.sessions.begin(token, session.clone(), now);
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

    /// The kiosk that carries the device token.
    pub(crate) fn kiosk(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(Refused::with(Code::NotLoggedIn, "a device token is needed"))?;
        // Digests are compared, so neither the length nor the place of a difference shows.
        if !secret::same(&secret::digest(token.trim()), &self.device) {
            return Err(Refused::with(
                Code::NotLoggedIn,
                "the device token is not this hub's",
            ));
        }
        let name = headers
            .get(KIOSK_HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|name| self.office.kiosk.names.iter().any(|known| known == name))
            .unwrap_or("kiosk");
        Ok(Caller::Kiosk(name.to_owned()))
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
}

/// Refuses what a page of another origin sends, bodies that are too long, and bodies that are no JSON,
/// before anything looks at them.
pub(crate) async fn fence(request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !safe {
        let headers = request.headers();
        if !of_this_origin(headers) {
            return Refused::from(Code::WrongOrigin).into_response();
        }
        let length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse::<usize>().ok());
        if length.is_some_and(|length| length > body::BODY_BYTES_MAX) {
            return body::too_large().into_response();
        }
        let has_body = length.is_some_and(|length| length > 0)
            || headers.contains_key(header::TRANSFER_ENCODING);
        if has_body && !body::is_json(headers) {
            return Refused::with(
                Code::BadRequest,
                "the content type must be application/json",
            )
            .into_response();
        }
    }
    next.run(request).await
}

/// A browser says from where a request comes; programs that are no browsers say nothing.
fn of_this_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::to_str);
    let site = HeaderName::from_static("sec-fetch-site");
    if let Some(site) = text(site)
        && !matches!(site, Ok("same-origin" | "none"))
    {
        return false;
    }
    let (Some(origin), host) = (text(header::ORIGIN), text(header::HOST)) else {
        return true;
    };
    let origin = origin.ok().and_then(|origin| {
        origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
    });
    match (origin, host) {
        (Some(origin), Some(Ok(host))) => origin.eq_ignore_ascii_case(host),
        (None | Some(_), _) => false,
    }
}

/// Headers that every answer carries.
pub(crate) async fn harden(request: Request, next: Next) -> Response {
    let private = request.uri().path().starts_with("/api/");
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = in_our_words(next.run(request).await);
    let found = response.status().is_success();
    let headers = response.headers_mut();
    for (name, value) in HARDENING {
        headers.insert(name, HeaderValue::from_static(value));
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
        404 | 405 => Code::NotFound,
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
    fn only_pages_of_the_hub_itself_may_change_something() {
        let headers = |pairs: &[(&str, &str)]| -> HeaderMap {
            pairs
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::try_from(*name).unwrap(),
                        HeaderValue::try_from(*value).unwrap(),
                    )
                })
                .collect()
        };
        let host = ("host", "hub.city.example:8470");
        for (sent, expected) in [
            (vec![host], true),
            (vec![host, ("origin", "http://hub.city.example:8470")], true),
            (vec![host, ("origin", "http://HUB.city.example:8470")], true),
            (vec![host, ("origin", "http://hub.city.example")], false),
            (vec![host, ("origin", "http://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![("origin", "http://hub.city.example:8470")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
        ] {
            assert_eq!(of_this_origin(&headers(&sent)), expected, "{sent:?}");
        }
    }

    #[test]
    fn who_serves_and_who_measures() {
        for (role, serves) in [
            (Role::Clerk, true),
            (Role::Lead, true),
            (Role::Manager, false),
            (Role::Administrator, false),
        ] {
            assert_eq!(Right::Serve.belongs_to(role), serves, "{role:?}");
            assert!(Right::Measure.belongs_to(role));
        }
    }
}
