//! Who is logged in. Tokens are random and kept only as their hash.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use wire::command::Role;

use crate::secret::Digest;

/// The cookie's name.
pub(crate) const COOKIE: &str = "uketsuke_session";
/// A session ends so long after its login: a long working day.
pub(crate) const SESSION_HOURS_MAX: i64 = 10;
/// Sessions at once; the oldest goes first.
pub(crate) const SESSIONS_MAX: usize = 4_096;
/// A longer cookie header is not searched.
const COOKIES_BYTES_MAX: usize = 4_096;

/// A login that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The account's name.
    pub(crate) account: String,
    /// Name to show.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) role: Role,
    /// When it ends.
    pub(crate) expires_at: DateTime<Utc>,
}

impl Session {
    /// A session of an account.
    pub(crate) fn of(account: &store::Account, expires_at: DateTime<Utc>) -> Self {
        Self {
            account: account.name.to_string(),
            name: account.display.clone(),
            role: match account.role {
                store::Role::Clerk => Role::Clerk,
                store::Role::Lead => Role::Lead,
                store::Role::Manager => Role::Manager,
                store::Role::Administrator => Role::Administrator,
            },
            expires_at,
        }
    }
}

/// The role in the store's words.
pub(crate) fn to_store(role: Role) -> store::Role {
    match role {
        Role::Clerk => store::Role::Clerk,
        Role::Lead => store::Role::Lead,
        Role::Manager => store::Role::Manager,
        Role::Administrator => store::Role::Administrator,
    }
}

/// The sessions that were used since the hub started, so that not every request asks the database.
/// Accounts change only while the hub is not running, and logins and logouts come through here.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_token: RwLock<HashMap<Digest, Session>>,
}

impl Sessions {
    /// The session of a token.
    pub(crate) fn find(&self, token: &Digest, now: DateTime<Utc>) -> Option<Session> {
        let sessions = self.by_token.read().unwrap_or_else(PoisonError::into_inner);
        sessions
            .get(token)
            .filter(|session| now < session.expires_at)
            .cloned()
    }

    /// A login, or one that the database still knew; those that have ended are forgotten.
    pub(crate) fn begin(&self, token: Digest, session: Session, now: DateTime<Utc>) {
        let mut sessions = self
            .by_token
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| now < session.expires_at);
        if sessions.len() >= SESSIONS_MAX
            && let Some(oldest) = sessions
                .iter()
                .min_by_key(|(_, session)| session.expires_at)
                .map(|(token, _)| *token)
        {
            sessions.remove(&oldest);
        }
        sessions.insert(token, session);
    }

    /// A logout.
    pub(crate) fn end(&self, token: &Digest) {
        self.by_token
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(token);
    }
}

/// When a login of now ends.
pub(crate) fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::hours(SESSION_HOURS_MAX)
}

/// The token in the request's cookies.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.len() <= COOKIES_BYTES_MAX)
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// The header that gives the browser its token.
pub(crate) fn set_cookie(token: &str) -> Option<HeaderValue> {
    let age_s = SESSION_HOURS_MAX * 3600;
    let mut value = HeaderValue::try_from(format!(
        "{COOKIE}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict"
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that takes it away.
pub(crate) fn clear_cookie() -> HeaderValue {
    HeaderValue::from_static("uketsuke_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret;

    fn carrying(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(cookie).unwrap())])
    }

    #[test]
    fn a_session_is_found_by_its_token_until_it_expires_or_ends() {
        let start = DateTime::UNIX_EPOCH;
        let session = Session {
            account: "suzuki".into(),
            name: "鈴木".into(),
            role: Role::Clerk,
            expires_at: expiry(start),
        };
        let sessions = Sessions::default();
        let token = secret::digest("t0ken");
        sessions.begin(token, session.clone(), start);
        assert_eq!(sessions.find(&token, start), Some(session.clone()));
        assert_eq!(sessions.find(&secret::digest("other"), start), None);
        assert_eq!(sessions.find(&token, expiry(start)), None);
        sessions.end(&token);
        assert_eq!(sessions.find(&token, start), None);
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        for (sent, expected) in [
            ("uketsuke_session=t0ken", Some("t0ken")),
            ("theme=dark; uketsuke_session=t0ken; a=b", Some("t0ken")),
            ("uketsuke_session2=t0ken", None),
            ("", None),
        ] {
            assert_eq!(cookie(&carrying(sent)), expected, "{sent}");
        }
    }

    #[test]
    fn scripts_and_other_sites_never_get_the_cookie() {
        let cookie = set_cookie("t0ken").unwrap();
        let text = cookie.to_str().unwrap();
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Strict"));
    }
}
