//! `POST /api/login`, `POST /api/logout`, `POST /api/logout/everywhere`, `GET /api/me`, `POST /api/password`.

use std::sync::{Arc, MutexGuard, PoisonError};

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use queue::Actor;
use store::{Action, AuditEntry};
use wire::{
    Code,
    command::{ChangePassword, Login, Me},
};
use zeroize::Zeroizing;

use crate::{
    body,
    desk::Desk,
    net::Line,
    password::PASSWORD_BYTES_MAX,
    problem::Refused,
    secret::{self, Digest},
    session::{self, Session},
    throttle::Throttle,
};

/// Longer names are nobody's.
const ACCOUNT_BYTES_MAX: usize = 128;

/// Opens a session for the right password. A session that the browser had before ends.
pub(super) async fn login(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    // A tablet stands before citizens, and whoever logs in on one leaves a session there.
    if desk.tablet(&headers).await.is_ok() {
        let detail = "nobody logs in on a tablet for signatures";
        return Err(Refused::with(Code::Forbidden, detail));
    }
    let login: Login = body::parse(&body::read(body).await?)?;
    let account = login.account.trim().to_owned();
    let found = desk
        .proved(&account, Zeroizing::new(login.password), &line)
        .await?;
    let token =
        secret::new_token().map_err(|error| Refused::internal("making a session token", &error))?;
    let digest = secret::digest(&token);
    let before = session::cookie(&headers).map(secret::digest);
    let now = desk.clock.now();
    let session = Session::of(&found, session::expiry(now));
    let (name, expires_at, place) = (found.name, session.expires_at, line.place());
    desk.owner
        .write(move |books, batch| {
            if let Some(before) = &before {
                batch.end_session(before)?;
            }
            batch.start_session(&digest, &name, expires_at, books.now())?;
            batch.audit(&AuditEntry {
                at: books.now(),
                actor: Actor::Clerk(name),
                place,
                action: Action::LoggedIn,
                subject: None,
            })?;
            Ok(())
        })
        .await?;
    if let Some(before) = &before {
        desk.session_ended(before);
    }
    desk.sessions.begin(digest, session.clone(), now);
    let me = desk.me(session).await?;
    let mut response = Json(me).into_response();
    if let Some(cookie) = session::set_cookie(&token, &line) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session, if there is one.
pub(super) async fn logout(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    body::nothing(&body::read(body).await?)?;
    if let Some(token) = session::cookie(&headers) {
        let digest = secret::digest(token);
        let person = desk.person(&headers).await.ok();
        let name = person.map(|it| it.account_name()).transpose()?;
        let place = line.place();
        desk.owner
            .write(move |books, batch| {
                batch.end_session(&digest)?;
                if let Some(name) = name {
                    batch.audit(&AuditEntry {
                        at: books.now(),
                        actor: Actor::Clerk(name),
                        place,
                        action: Action::LoggedOut,
                        subject: None,
                    })?;
                }
                Ok(())
            })
            .await?;
        desk.session_ended(&digest);
    }
    Ok(gone(&line))
}

/// Ends every session of the person who is logged in: on a machine where they forgot to.
pub(super) async fn logout_everywhere(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    body::nothing(&body::read(body).await?)?;
    let person = desk.person(&headers).await?;
    let name = person.account_name()?;
    let place = line.place();
    desk.owner
        .write(move |books, batch| {
            batch.end_sessions(name.as_str(), None)?;
            batch.audit(&AuditEntry {
                at: books.now(),
                actor: Actor::Clerk(name),
                place,
                action: Action::LoggedOut,
                subject: Some("everywhere".to_owned()),
            })?;
            Ok(())
        })
        .await?;
    desk.sessions_ended(&person.account, None);
    Ok(gone(&line))
}

fn gone(line: &Line) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = session::clear_cookie(line) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Who is logged in.
pub(super) async fn me(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Me>, Refused> {
    let session = desk.person(&headers).await?;
    desk.me(session).await.map(Json)
}

/// A person's new password. Whoever else used the old one is out.
pub(super) async fn password(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let person = desk.person(&headers).await?;
    let ChangePassword { old, new } = body::parse(&body::read(body).await?)?;
    let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
    let mut account = desk.proved(&person.account, old, &line).await?;
    account.password_hash = desk.passwords.hash(new).await?;
    let this = session::cookie(&headers).map(secret::digest);
    let (name, place) = (person.account_name()?, line.place());
    let expires_at = person.expires_at;
    desk.owner
        .write(move |books, batch| {
            let now = books.now();
            batch.put_account(&account, now)?;
            if let Some(this) = &this {
                batch.start_session(this, &name, expires_at, now)?;
            }
            batch.audit(&AuditEntry {
                at: now,
                actor: Actor::Clerk(name.clone()),
                place,
                action: Action::AccountChanged,
                subject: Some(name.to_string()),
            })?;
            Ok(())
        })
        .await?;
    desk.sessions_ended(&person.account, this.as_ref());
    Ok(StatusCode::NO_CONTENT)
}

impl Desk {
    /// The account, once somebody has proved to know its password; slower and slower after wrong ones.
    async fn proved(
        &self,
        account: &str,
        password: Zeroizing<String>,
        line: &Line,
    ) -> Result<store::Account, Refused> {
        if account.len() > ACCOUNT_BYTES_MAX || password.len() > PASSWORD_BYTES_MAX {
            return Err(Code::WrongPassword.into());
        }
        let now = self.clock.now();
        {
            let mut throttle = self.throttle();
            if let Some(seconds) = throttle.wait_s(account, now) {
                return Err(Refused::for_seconds(Code::TooMany, seconds));
            }
            throttle.tries(account, now);
        }
        let looked_at = self.look_at(account, password).await;
        let (found, right) = looked_at.inspect_err(|_| self.throttle().not_looked_at(account))?;
        match found {
            Some(found) if right => {
                self.throttle().succeeded(account);
                Ok(found)
            }
            Some(found) => {
                let (actor, subject) = (Actor::Hub, Some(found.name.to_string()));
                (self
                    .owner
                    .audit(actor, line.place(), Action::LoginFailed, subject))
                .await?;
                Err(Code::WrongPassword.into())
            }
            None => Err(Code::WrongPassword.into()),
        }
    }

    /// Whether it is the account's password; as long for a name that nobody has.
    async fn look_at(
        &self,
        account: &str,
        password: Zeroizing<String>,
    ) -> Result<(Option<store::Account>, bool), Refused> {
        let found = self.owner.account(account.to_owned()).await?;
        let hash = found.as_ref().map(|found| found.password_hash.clone());
        let right = self.passwords.verify(password, hash).await?;
        Ok((found, right))
    }

    pub(super) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One session has ended, and with it what it watched.
    fn session_ended(&self, token: &Digest) {
        self.sessions.end(token);
        self.devices.somebody_left();
    }

    /// An account's sessions have ended, but one.
    pub(super) fn sessions_ended(&self, account: &str, but: Option<&Digest>) {
        self.sessions.end_others(account, but);
        self.devices.somebody_left();
    }

    /// What a person sees of themself; the counter is the one they have open.
    async fn me(&self, session: Session) -> Result<Me, Refused> {
        let counter = self.owner.counter_of(session.account.clone()).await?;
        Ok(Me {
            account: session.account,
            name: session.name,
            role: session.role,
            counter,
        })
    }
}
