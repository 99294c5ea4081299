//! The hub's HTTP: one line a route here, what they do in the modules below.

mod cases;
mod commands;
pub(crate) mod live;
mod office;
mod sessions;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::Request,
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
};
use wire::Code;

use crate::{desk::Desk, guard, problem::Refused};

/// The whole service.
pub(crate) fn router(desk: Arc<Desk>, ui: Option<&Path>) -> Router {
    let api = Router::new()
        .route("/health", get(office::health))
        .route(
            "/office",
            get(office::office).layer(CompressionLayer::new()),
        )
        .route("/live", get(live::live))
        .route(
            "/words/{tag}",
            get(office::words).layer(CompressionLayer::new()),
        )
        .route("/visit/{token}", get(office::visit))
        .route(
            "/dashboard",
            get(office::dashboard).layer(CompressionLayer::new()),
        )
        .route("/bookings/{number}", get(office::booking))
        .route("/login", post(sessions::login))
        .route("/logout", post(sessions::logout))
        .route("/me", get(sessions::me))
        .route("/tickets", post(commands::issue))
        .route("/tickets/{id}/slip", post(commands::slip))
        .route("/tickets/{id}/case", get(cases::case))
        .route("/tickets/{id}/paper.pdf", get(cases::pdf))
        .route("/tickets/{id}/paper/{page}", get(cases::png))
        .route("/tickets/{id}/{act}", post(commands::ticket))
        .route("/counters/{id}/{act}", post(commands::counter))
        .route("/help", post(commands::ask_help))
        .route("/help/answered", post(commands::answer_help))
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .with_state(Arc::clone(&desk));
    pages(Router::new().nest("/api", api), ui)
        .layer(middleware::from_fn(guard::fence))
        .layer(middleware::from_fn(guard::harden))
}

/// The pages: files of the built UI, if there are any.
fn pages(router: Router, ui: Option<&Path>) -> Router {
    let Some(ui) = ui else {
        return router.fallback(nothing_here);
    };
    let files = ServeDir::new(ui)
        .precompressed_gzip()
        .append_index_html_on_directories(true)
        .fallback(get(nothing_here));
    let visit = ServeFile::new(ui.join("visit").join("index.html")).precompressed_gzip();
    router
        .route("/", get(async || Redirect::temporary("/console/")))
        .route_service("/v/{token}", visit)
        .fallback_service(files)
}

async fn nothing_here(_: Request) -> Response {
    Refused::with(Code::NotFound, "there is no such page").into_response()
}

async fn other_method(_: Request) -> Response {
    Refused::with(Code::NotFound, "this page does not take this method").into_response()
}
