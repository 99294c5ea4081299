//! Accounts of staff, for administrators.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use queue::{Actor, Name};
use store::{Account, Action, AuditEntry};
use wire::{
    Code,
    command::{AccountView, Colleague, PutAccount},
};
use zeroize::Zeroizing;

use crate::{body, desk::Desk, guard::Right, net::Line, problem::Refused, session};

/// A longer name to show is a mistake.
const NAME_CHARS_MAX: usize = 64;

/// `GET /api/accounts`.
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Vec<AccountView>>, Refused> {
    desk.person_with(&headers, Right::Account).await?;
    let accounts = desk
        .owner
        .read(|_, reader| reader.accounts())
        .await?
        .map_err(|error| Refused::internal("reading accounts", &error))?;
    Ok(Json(accounts.iter().map(view).collect()))
}

/// `GET /api/people`: who the accounts are, for every colleague. No roles, no times.
pub(super) async fn people(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Vec<Colleague>>, Refused> {
    desk.person(&headers).await?;
    let accounts = desk
        .owner
        .read(|_, reader| reader.accounts())
        .await?
        .map_err(|error| Refused::internal("reading accounts", &error))?;
    let people = accounts.into_iter().map(|it| Colleague {
        account: it.name.to_string(),
        name: it.display,
    });
    Ok(Json(people.collect()))
}

/// `POST /api/accounts`: makes one or changes one. Its sessions end.
pub(super) async fn put(
    State(desk): State<Arc<Desk>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AccountView>, Refused> {
    let by = desk.person_with(&headers, Right::Account).await?;
    let by = by.account_name()?;
    let wanted: PutAccount = body::parse(&body::read(body).await?)?;
    let wrong = |detail: &str| Refused::with(Code::BadRequest, detail);
    let name = Name::parse(wanted.account.trim()).map_err(|error| wrong(error.expected))?;
    let display = wanted.name.trim().to_owned();
    if display.is_empty() || display.chars().count() > NAME_CHARS_MAX {
        return Err(wrong("a name to show has 1 to 64 characters"));
    }
    let before = desk.owner.account(name.to_string()).await?;
    let password_hash = match (wanted.password.map(Zeroizing::new), before) {
        (Some(password), _) => desk.passwords.hash(password).await?,
        (None, Some(before)) => before.password_hash,
        (None, None) => return Err(wrong("a new account needs a password")),
    };
    let account = Account {
        name,
        display,
        role: session::to_store(wanted.role),
        password_hash,
    };
    let shown = view(&account);
    let place = line.place();
    desk.owner
        .write(move |books, batch| {
            let now = books.now();
            batch.put_account(&account, now)?;
            batch.audit(&AuditEntry {
                at: now,
                actor: Actor::Clerk(by),
                place,
                action: Action::AccountChanged,
                subject: Some(account.name.to_string()),
            })?;
            Ok(())
        })
        .await?;
    desk.sessions_ended(&shown.account, None);
    Ok(Json(shown))
}

/// `POST /api/accounts/{account}/remove`: its sessions end at once. What it did stays in the audit trail.
pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    Path(account): Path<String>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let person = desk.person_with(&headers, Right::Account).await?;
    body::nothing(&body::read(body).await?)?;
    if person.account == account {
        // So there is always somebody left who can make accounts.
        let detail = "an administrator cannot remove the own account";
        return Err(Refused::with(Code::Forbidden, detail));
    }
    let by = person.account_name()?;
    let (place, removed) = (line.place(), account.clone());
    let was_there = desk
        .owner
        .change(move |books, batch| {
            let was_there = batch.remove_account(&removed)?;
            if was_there {
                batch.audit(&AuditEntry {
                    at: books.now(),
                    actor: Actor::Clerk(by),
                    place,
                    action: Action::AccountRemoved,
                    subject: Some(removed),
                })?;
            }
            Ok(was_there)
        })
        .await?;
    desk.sessions_ended(&account, None);
    was_there
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(unknown)
}

/// `POST /api/accounts/{account}/unlock`: after wrong passwords, it may try again at once.
pub(super) async fn unlock(
    State(desk): State<Arc<Desk>>,
    Path(account): Path<String>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let person = desk.person_with(&headers, Right::Account).await?;
    body::nothing(&body::read(body).await?)?;
    desk.owner
        .account(account.clone())
        .await?
        .ok_or_else(unknown)?;
    let actor = Actor::Clerk(person.account_name()?);
    let (place, subject) = (line.place(), Some(account.clone()));
    desk.owner
        .audit(actor, place, Action::AccountUnlocked, subject)
        .await?;
    desk.throttle().succeeded(&account);
    Ok(StatusCode::NO_CONTENT)
}

fn unknown() -> Refused {
    Refused::with(Code::NotFound, "there is no such account")
}

fn view(account: &Account) -> AccountView {
    AccountView {
        account: account.name.to_string(),
        name: account.display.clone(),
        role: session::role_of(account.role),
    }
}
