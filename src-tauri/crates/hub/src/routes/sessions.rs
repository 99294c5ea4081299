//! `POST /api/login`, `POST /api/logout`, `GET /api/me`.

use std::sync::{Arc, PoisonError};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use wire::{
    Code,
    command::{Login, Me},
};
use zeroize::Zeroizing;

use crate::{
    body,
    desk::Desk,
    password::PASSWORD_BYTES_MAX,
    problem::Refused,
    secret,
    session::{self, Session},
};

/// Longer names are nobody's.
const ACCOUNT_BYTES_MAX: usize = 128;

/// Opens a session for the right password.
pub(super) async fn login(State(desk): State<Arc<Desk>>, body: Body) -> Result<Response, Refused> {
    let login: Login = body::parse(&body::read(body).await?)?;
    let account = login.account.trim().to_owned();
    let password = Zeroizing::new(login.password);
    if account.len() > ACCOUNT_BYTES_MAX || password.len() > PASSWORD_BYTES_MAX {
        return Err(Code::WrongPassword.into());
    }
    let throttle = || desk.throttle.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(seconds) = throttle().wait_s(&account, desk.clock.now()) {
        return Err(Refused::for_seconds(Code::TooMany, seconds));
    }
    let found = desk.owner.account(account.clone()).await?;
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let right = desk.passwords.verify(password, hash).await?;
    let now = desk.clock.now();
    let (true, Some(found)) = (right, found) else {
        throttle().failed(&account, now);
        tracing::warn!(account.known = right, "a login was refused");
        return Err(Code::WrongPassword.into());
    };
    throttle().succeeded(&account);
    let token =
        secret::new_token().map_err(|error| Refused::internal("making a session token", &error))?;
    let digest = secret::digest(&token);
    let session = Session::of(&found, session::expiry(now));
    desk.owner
        .begin_session(digest, found.name, session.expires_at)
        .await?;
    desk.sessions.begin(digest, session.clone(), now);
    let me = desk.me(session).await?;
    let mut response = Json(me).into_response();
    if let Some(cookie) = session::set_cookie(&token) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session, if there is one.
pub(super) async fn logout(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    body::nothing(&body::read(body).await?)?;
    if let Some(token) = session::cookie(&headers) {
        let digest = secret::digest(token);
        desk.sessions.end(&digest);
        desk.owner.end_session(digest).await?;
    }
    let gone = (header::SET_COOKIE, session::clear_cookie());
    Ok((StatusCode::NO_CONTENT, [gone]).into_response())
}

/// Who is logged in.
pub(super) async fn me(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Me>, Refused> {
    let session = desk.person(&headers).await?;
    desk.me(session).await.map(Json)
}

impl Desk {
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
