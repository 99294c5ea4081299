//! Who is logged in. Tokens are random and kept only as their hash.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use queue::Name;
use wire::command::Role;

use crate::{net::Line, problem::Refused, secret::Digest};

/// The session's cookie in TLS: a browser takes it from nobody but this host (RFC 6265bis §4.1.3).
const COOKIE: &str = "__Host-uketsuke";
/// A device's cookie in TLS.
const DEVICE_COOKIE: &str = "__Host-uketsuke-device";
/// The session's cookie inside the machine, where browsers disagree whether plain HTTP may set secure cookies.
const INSIDE_COOKIE: &str = "uketsuke_session";
/// A device's cookie inside the machine.
const INSIDE_DEVICE_COOKIE: &str = "uketsuke_device";
/// A browser that was let in stays in for so long: a year.
const DEVICE_AGE_S: i64 = 365 * 86_400;
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
            role: role_of(account.role),
            expires_at,
        }
    }

    /// The account's name, as the log has it.
    pub(crate) fn account_name(&self) -> Result<Name, Refused> {
        Name::parse(&self.account)
            .map_err(|error| Refused::internal("naming who is logged in", &error))
    }
}

/// A role in the contract's words.
pub(crate) fn role_of(role: store::Role) -> Role {
    match role {
        store::Role::Clerk => Role::Clerk,
        store::Role::Lead => Role::Lead,
        store::Role::Manager => Role::Manager,
        store::Role::Administrator => Role::Administrator,
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
/// Whatever ends a session comes through here.
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

    /// Every session of an account has ended, but this one.
    pub(crate) fn end_others(&self, account: &str, but: Option<&Digest>) {
        self.by_token
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|token, session| session.account != account || Some(token) == but);
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

/// Drops the cookies that belong to the other kind of line: what plain HTTP has set counts for nothing in TLS.
pub(crate) fn keep_cookies_of(line: &Line, headers: &mut HeaderMap) {
    let (session, device) = names(line);
    let kept: Vec<String> = pairs(headers)
        .filter(|(name, _)| [session, device].contains(name))
        .map(|(name, token)| {
            let name = if name == session {
                COOKIE
            } else {
                DEVICE_COOKIE
            };
            format!("{name}={token}")
        })
        .collect();
    headers.remove(header::COOKIE);
    if let Ok(mut value) = HeaderValue::try_from(kept.join("; "))
        && !kept.is_empty()
    {
        value.set_sensitive(true);
        headers.insert(header::COOKIE, value);
    }
}

fn names(line: &Line) -> (&'static str, &'static str) {
    if line.tls {
        (COOKIE, DEVICE_COOKIE)
    } else {
        (INSIDE_COOKIE, INSIDE_DEVICE_COOKIE)
    }
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.len() <= COOKIES_BYTES_MAX)
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The session's token in the cookies that [`keep_cookies_of`] left.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let mut pairs = pairs(headers);
    pairs.find_map(|(name, token)| (name == COOKIE).then_some(token))
}

/// A device's token in the cookies that [`keep_cookies_of`] left.
pub(crate) fn device_cookie(headers: &HeaderMap) -> Option<&str> {
    let mut pairs = pairs(headers);
    pairs.find_map(|(name, token)| (name == DEVICE_COOKIE).then_some(token))
}

/// The header that gives a browser its session.
pub(crate) fn set_cookie(token: &str, line: &Line) -> Option<HeaderValue> {
    give(line, names(line).0, token, SESSION_HOURS_MAX * 3600)
}

/// The header that takes it away.
pub(crate) fn clear_cookie(line: &Line) -> Option<HeaderValue> {
    give(line, names(line).0, "", 0)
}

/// The header that gives a browser a device's token.
pub(crate) fn set_device_cookie(token: &str, line: &Line) -> Option<HeaderValue> {
    give(line, names(line).1, token, DEVICE_AGE_S)
}

fn give(line: &Line, name: &str, token: &str, age_s: i64) -> Option<HeaderValue> {
    let secure = if line.tls { "; Secure" } else { "" };
    let mut value = HeaderValue::try_from(format!(
        "{name}={token}; Path=/; Max-Age={age_s}{secure}; HttpOnly; SameSite=Strict"
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
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

    fn line(tls: bool) -> Line {
        let address = "127.0.0.1:8470".parse().unwrap();
        Line {
            tls,
            peer: address,
            here: address,
        }
    }

    #[test]
    fn the_token_is_found_among_other_cookies_and_only_under_the_name_of_its_line() {
        for (tls, sent, session, device) in [
            (false, "uketsuke_session=t0ken", Some("t0ken"), None),
            (
                false,
                "theme=dark; uketsuke_session=t0ken; a=b",
                Some("t0ken"),
                None,
            ),
            (
                false,
                "uketsuke_device=d; uketsuke_session=t",
                Some("t"),
                Some("d"),
            ),
            (false, "uketsuke_session2=t0ken", None, None),
            (
                false,
                "__Host-uketsuke=t0ken; __Host-uketsuke-device=d",
                None,
                None,
            ),
            (false, "", None, None),
            (true, "__Host-uketsuke=t0ken", Some("t0ken"), None),
            (true, "__Host-uketsuke-device=d", None, Some("d")),
            (
                true,
                "uketsuke_session=t0ken; uketsuke_device=d",
                None,
                None,
            ),
        ] {
            let mut headers = carrying(sent);
            keep_cookies_of(&line(tls), &mut headers);
            assert_eq!(cookie(&headers), session, "{tls} {sent}");
            assert_eq!(device_cookie(&headers), device, "{tls} {sent}");
        }
    }

    #[test]
    fn scripts_other_sites_and_in_tls_plain_http_never_get_a_cookie() {
        for tls in [false, true] {
            let line = line(tls);
            let cookies = [
                set_cookie("t0ken", &line),
                set_device_cookie("t0ken", &line),
                clear_cookie(&line),
            ];
            for cookie in cookies {
                let cookie = cookie.unwrap();
                let text = cookie.to_str().unwrap();
                assert!(text.contains("; HttpOnly; SameSite=Strict"), "{text}");
                assert!(text.contains("; Path=/;") && !text.contains("Domain"));
                assert_eq!(text.starts_with("__Host-"), tls, "{text}");
                assert_eq!(text.contains("; Secure;"), tls, "{text}");
            }
        }
    }

    #[test]
    fn the_other_sessions_of_an_account_end_together() {
        let start = DateTime::UNIX_EPOCH;
        let sessions = Sessions::default();
        let session = |account: &str| Session {
            account: account.into(),
            name: account.into(),
            role: Role::Clerk,
            expires_at: expiry(start),
        };
        for (token, account) in [("1", "suzuki"), ("2", "suzuki"), ("3", "sato")] {
            sessions.begin(secret::digest(token), session(account), start);
        }
        sessions.end_others("suzuki", Some(&secret::digest("2")));
        for (token, stands) in [("1", false), ("2", true), ("3", true)] {
            let found = sessions.find(&secret::digest(token), start);
            assert_eq!(found.is_some(), stands, "{token}");
        }
    }
}
