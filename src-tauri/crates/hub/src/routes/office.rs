//! What everybody may see of the office, and what the dashboard shows.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use queue::BusinessDay;
use serde::Deserialize;
use wire::{
    Code, Words,
    measure::DashboardView,
    office::{BookingView, VisitView},
};

use crate::{dashboard, desk::Desk, guard::Right, problem::Refused, view};

/// A phone page's token is never longer.
const TOKEN_BYTES_MAX: usize = 64;

/// `GET /api/office`: everything, once, as whoever asks may see it. A page that goes on from it with
/// `/api/live?after=` gets everything compressed and misses nothing.
pub(super) async fn office(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let audience = desk.audience(&headers).await;
    let snapshot = desk.owner.snapshot(audience).await?;
    let json = (header::CONTENT_TYPE, "application/json");
    Ok(([json], snapshot.office).into_response())
}

/// Which texts.
#[derive(Deserialize)]
pub(super) struct Families {
    of: Option<String>,
}

/// `GET /api/words/{tag}?of=login,console.act`: every text of a language, or those of some families,
/// so that a page can stand before all of them have come.
pub(super) async fn words(
    State(desk): State<Arc<Desk>>,
    Path(tag): Path<String>,
    Query(query): Query<Families>,
) -> Result<Json<Words>, Refused> {
    let mut found = view::words(&desk.office, &tag)
        .ok_or_else(|| Refused::with(Code::NotFound, "the office does not offer this language"))?;
    if let Some(of) = query.of.as_deref() {
        let belongs = |key: &str, family: &str| {
            key.strip_prefix(family)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        found
            .words
            .retain(|key, _| of.split(',').any(|family| belongs(key, family)));
    }
    Ok(Json(found))
}

/// `GET /api/visit/{token}`: what a phone shows. The token is the permission.
pub(super) async fn visit(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
) -> Result<Json<VisitView>, Refused> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Code::NotFound.into());
    }
    let found = desk.owner.visit(token).await?;
    found
        .map(Json)
        .ok_or_else(|| Refused::with(Code::NotFound, "no ticket of today has this token"))
}

/// `GET /api/bookings/{number}`: whether a number that a citizen typed is a booking of today.
pub(super) async fn booking(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Json<BookingView>, Refused> {
    desk.kiosk_or_clerk(&headers).await?;
    desk.owner.booking(number).await.map(Json)
}

/// Which day.
#[derive(Deserialize)]
pub(super) struct Day {
    day: Option<String>,
}

/// `GET /api/dashboard?day=`: the measures of a day.
pub(super) async fn dashboard(
    State(desk): State<Arc<Desk>>,
    Query(query): Query<Day>,
    headers: HeaderMap,
) -> Result<Json<DashboardView>, Refused> {
    desk.person_with(&headers, Right::Measure).await?;
    let now = desk.clock.now();
    let day = match query.day.as_deref() {
        None | Some("") => desk.office.rules.day(now),
        Some(text) => text
            .parse::<NaiveDate>()
            .map(BusinessDay::on)
            .map_err(|_| Refused::with(Code::BadRequest, "a day is written 2026-11-24"))?,
    };
    let visits = desk.owner.visits(day).await?;
    Ok(Json(dashboard::view(&desk.office, day, &visits, now)))
}
