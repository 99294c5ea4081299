//! Signing on a counter's tablet: a clerk asks, the tablet shows, whoever signs signs.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use queue::Actor;
use serde::Deserialize;
use uuid::Uuid;
use wire::{
    Code,
    sign::{AskSignature, NotASignature, SignRequest, SignState, Signature, TabletView},
};

use crate::{
    body,
    desk::Desk,
    guard::{Caller, KEY_HEADER, Right, Tablet},
    net::stopped,
    owner::{Ask, Command, SignWish, Taken, parse_key},
    problem::Refused,
    routes::command::{Sent, ticket_id},
    sign::ANSWER_WAITS_MS,
};

/// `POST /api/tickets/{id}/sign`: puts a form on the tablet of the clerk's counter.
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let ticket = ticket_id(&id)?;
    let Caller::Person(session) = &known.caller else {
        return Err(Code::Forbidden.into());
    };
    let wish = SignWish {
        id: known.key(),
        asked: known.says::<AskSignature>()?,
        by: known.clerk()?,
        lead: Right::Choose.belongs_to(session.role),
    };
    known.carry(Ask::Signature { ticket, wish }).await
}

/// Where a page stands.
#[derive(Deserialize)]
pub(super) struct Seen {
    seen: Option<String>,
}

/// `GET /api/tickets/{id}/sign/{request}`: what became of it; with `?seen=waiting` told when that changes, or after a while.
pub(super) async fn state(
    State(desk): State<Arc<Desk>>,
    Path((_, request)): Path<(String, String)>,
    Query(query): Query<Seen>,
    headers: HeaderMap,
) -> Result<Json<SignRequest>, Refused> {
    desk.person_with(&headers, Right::Serve).await?;
    let request = request_id(&request)?;
    let patient = query.seen.as_deref() == Some("waiting");
    let found = desk
        .when(|| {
            let view = desk.signing.view(request, desk.clock.now());
            let waits = view
                .as_ref()
                .is_some_and(|it| it.state == SignState::Waiting);
            (!(patient && waits), view)
        })
        .await?;
    found.map(Json).ok_or_else(no_request)
}

/// `POST /api/tickets/{id}/sign/{request}/cancel`: a clerk takes a form back. Told again, it changes nothing.
pub(super) async fn cancel(
    State(desk): State<Arc<Desk>>,
    Path((_, request)): Path<(String, String)>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Json<SignRequest>, Refused> {
    desk.person_with(&headers, Right::Serve).await?;
    body::nothing(&body::read(sent).await?)?;
    let request = request_id(&request)?;
    desk.signing.end(request, SignState::Cancelled);
    let view = desk.signing.view(request, desk.clock.now());
    view.map(Json).ok_or_else(no_request)
}

/// What a tablet shows already.
#[derive(Deserialize)]
pub(super) struct Shows {
    shows: Option<String>,
}

/// `GET /api/sign`: what the tablet is to show; told when that is something else, or after a while.
pub(super) async fn shown(
    State(desk): State<Arc<Desk>>,
    Query(query): Query<Shows>,
    headers: HeaderMap,
) -> Result<Json<TabletView>, Refused> {
    let Tablet { counter, .. } = desk.tablet(&headers).await?;
    let question = desk.signing.asked(&counter, desk.clock.now());
    let before = query.shows.filter(|it| !it.is_empty());
    let shown = desk
        .when(|| {
            let shown = desk.signing.shown(&counter, desk.clock.now());
            let id = shown.as_ref().map(|it| it.id.as_str());
            let news = id != before.as_deref() || !desk.signing.is_newest(&counter, question);
            (news, shown)
        })
        .await?;
    let office = &desk.office;
    let mut counters = office.counters.iter();
    let name = counters
        .find(|it| it.id == counter)
        .map(|it| it.name.clone());
    let stands_ms = shown.as_ref().map(|it| it.stands_ms);
    let (request, sheet) = shown.map(|it| (it.id, it.sheet)).unzip();
    let is_news = request != before;
    Ok(Json(TabletView {
        office: office.name.clone(),
        counter: name.unwrap_or_default(),
        request,
        sheet: sheet.filter(|_| is_news),
        stands_ms,
    }))
}

/// `POST /api/sign/{request}`: what the tablet has taken.
pub(super) async fn sign(
    State(desk): State<Arc<Desk>>,
    Path(request): Path<String>,
    sent: Request,
) -> Result<Response, Refused> {
    let (parts, sent) = sent.into_parts();
    let tablet = desk.tablet(&parts.headers).await?;
    let key = parts
        .headers
        .get(KEY_HEADER)
        .and_then(|it| it.to_str().ok())
        .and_then(parse_key)
        .ok_or_else(|| Refused::with(Code::IdempotencyKeyMissing, "the key is a UUID"))?;
    let bytes = body::read(sent).await?;
    let signature: Signature = body::parse(&bytes)?;
    signature.check().map_err(|error| match error {
        NotASignature::Empty => Refused::from(Code::SignatureEmpty),
        NotASignature::TooMuch => Code::TooLarge.into(),
        NotASignature::Outside => Refused::with(Code::BadRequest, "a stroke leaves the field"),
    })?;
    let command = Command {
        key,
        print: desk.fingerprints.of(
            &format!("tablet {}", tablet.counter),
            parts.uri.path(),
            &bytes,
        ),
        // The citizen has no account here; which tablet it was is the place.
        actor: Actor::Hub,
        place: tablet.name.clone(),
        ask: Ask::Signed(Taken {
            request: request_id(&request)?,
            tablet: tablet.name,
            counter: tablet.counter,
            signature,
        }),
    };
    let answer = desk.owner.command(command).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
}

/// `POST /api/sign/{request}/paper`: whoever was to sign would rather do so on paper. Told again, it changes nothing.
pub(super) async fn on_paper(
    State(desk): State<Arc<Desk>>,
    Path(request): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<StatusCode, Refused> {
    let Tablet { counter, .. } = desk.tablet(&headers).await?;
    body::nothing(&body::read(sent).await?)?;
    let request = request_id(&request)?;
    desk.signing.standing(&counter, request, desk.clock.now())?;
    desk.signing.end(request, SignState::Paper);
    Ok(StatusCode::NO_CONTENT)
}

impl Desk {
    /// Asks `look` until it has news, or for a while. Whoever waits takes one of the live stream's seats.
    async fn when<T>(&self, look: impl Fn() -> (bool, T)) -> Result<T, Refused> {
        let mut moves = self.signing.moves();
        moves.mark_unchanged();
        let (news, found) = look();
        if news {
            return Ok(found);
        }
        let _seat = Arc::clone(&self.live_seats)
            .try_acquire_owned()
            .map_err(|_| Refused::for_seconds(Code::Unavailable, 5))?;
        let mut stop = self.stop.clone();
        let rest = tokio::time::sleep(Duration::from_millis(ANSWER_WAITS_MS));
        tokio::pin!(rest);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return Ok(look().1),
                () = &mut rest => return Ok(look().1),
                moved = moves.changed() => {
                    let (news, found) = look();
                    if news || moved.is_err() {
                        return Ok(found);
                    }
                }
            }
        }
    }
}

fn request_id(text: &str) -> Result<Uuid, Refused> {
    Uuid::parse_str(text).map_err(|_| no_request())
}

fn no_request() -> Refused {
    Refused::with(Code::NotFound, "there is no such request")
}
