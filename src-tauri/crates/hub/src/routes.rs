//! The hub's HTTP: one line a route here, what they do in the modules below.

mod accounts;
mod audit;
mod cases;
mod checklists;
mod command;
mod counters;
pub(crate) mod devices;
mod exports;
mod floor;
mod health;
pub(crate) mod live;
mod machines;
mod office;
mod papers;
mod prefill;
mod prepared;
mod sessions;
mod sign;
mod tickets;
mod trust;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::{self, Request, State},
    handler::Handler,
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
};
use wire::Code;

use crate::{desk::Desk, guard, openapi, problem::Refused};

/// One route below `/api`.
pub(crate) struct Route {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// As in `/tickets/{id}/slip`, without `/api`.
    pub(crate) path: String,
    does: MethodRouter<Arc<Desk>>,
}

/// Every route below `/api`. The router is made of this table, and a test lays the OpenAPI document beside it.
pub(crate) fn table() -> Vec<Route> {
    let mut table = vec![
        reads("/health", health::health),
        reads_much("/office", office::office),
        reads("/live", live::live),
        reads_much("/words/{tag}", office::words),
        reads("/visit/{token}", office::visit),
        reads_much("/dashboard", office::dashboard),
        reads("/bookings/{number}", office::booking),
        does("/bookings/release", floor::release),
        reads_much("/audit", audit::audit),
        does("/login", sessions::login),
        does("/logout", sessions::logout),
        does("/logout/everywhere", sessions::logout_everywhere),
        reads("/me", sessions::me),
        does("/password", sessions::password),
        reads("/people", accounts::people),
        reads("/accounts", accounts::list),
        does("/accounts", accounts::put),
        does("/accounts/{account}/remove", accounts::remove),
        does("/accounts/{account}/unlock", accounts::unlock),
        reads("/devices", devices::list),
        does("/devices", devices::admit),
        does("/devices/enrol", devices::enrol),
        does("/devices/{id}/revoke", devices::revoke),
        does("/tickets", tickets::issue),
        does("/tickets/leased", tickets::leased),
        does("/lease", tickets::lease),
        does("/tickets/{id}/slip", tickets::slip),
        does("/tickets/{id}/print", machines::order),
        reads("/prints/{order}/slip.png", machines::picture),
        does("/kiosk", machines::tell),
        does("/prefill", prefill::read),
        reads("/tickets/{id}/case", cases::case),
        does("/tickets/{id}/case", cases::change),
        does("/tickets/{id}/forms", cases::supply),
        does("/tickets/{id}/sign", sign::ask),
        reads("/tickets/{id}/sign/{request}", sign::state),
        does("/tickets/{id}/sign/{request}/cancel", sign::cancel),
        reads("/sign", sign::shown),
        does("/sign/{request}", sign::sign),
        does("/sign/{request}/paper", sign::on_paper),
        does("/tickets/{id}/case/start", prepared::start),
        does("/prepared", prepared::begin),
        does("/prepared/import", prepared::import),
        does("/prepared/import/undo", prepared::undo_import),
        reads_much("/prepared/days/{day}", prepared::day),
        reads("/prepared/days/{day}/paper.pdf", prepared::papers),
        reads("/prepared/{id}", prepared::read),
        does("/prepared/{id}", prepared::change),
        does("/prepared/{id}/attach", prepared::attach),
        does("/prepared/{id}/detach", prepared::detach),
        does("/prepared/{id}/erase", prepared::erase),
        reads("/prepared/{id}/paper.pdf", prepared::paper),
        reads("/prepared/{id}/paper/{page}", prepared::page),
        reads("/tickets/{id}/paper.pdf", papers::pdf),
        reads("/tickets/{id}/paper/{page}", papers::png),
        reads("/tickets/{id}/archive.pdf", papers::archive),
        reads("/tickets/{id}/checklist.pdf", checklists::pdf),
        reads("/cases/{code}", papers::of_code),
        reads("/exports", exports::list),
        reads_much("/tickets/{id}/exports/{target}", exports::sheet),
        does("/tickets/{id}/exports/{target}/csv", exports::csv),
        does("/tickets/{id}/exports/{target}/codes", exports::codes),
        does("/exports/{target}/batch", exports::batch),
        does("/undo", floor::undo),
        does("/staff", floor::staff),
        does("/notice", floor::notice),
        does("/alarm", floor::raise),
        does("/alarm/cleared", floor::clear),
        does("/help", floor::ask),
        does("/help/answered", floor::answer),
    ];
    table.extend(tickets::Act::ALL.into_iter().map(|(word, act)| Route {
        method: "POST",
        path: format!("/tickets/{{id}}/{word}"),
        does: post(
            move |State(desk): State<Arc<Desk>>, extract::Path(id): extract::Path<String>, sent| {
                tickets::act(act, desk, id, sent)
            },
        ),
    }));
    table.extend(counters::Act::ALL.into_iter().map(|(word, act)| Route {
        method: "POST",
        path: format!("/counters/{{id}}/{word}"),
        does: post(
            move |State(desk): State<Arc<Desk>>, extract::Path(id): extract::Path<String>, sent| {
                counters::act(act, desk, id, sent)
            },
        ),
    }));
    table
}

fn reads<H: Handler<T, Arc<Desk>>, T: 'static>(path: &str, handler: H) -> Route {
    Route {
        method: "GET",
        path: path.to_owned(),
        does: get(handler),
    }
}

/// The same for what is worth compressing.
fn reads_much<H: Handler<T, Arc<Desk>>, T: 'static>(path: &str, handler: H) -> Route {
    let Route { method, path, does } = reads(path, handler);
    Route {
        method,
        path,
        does: does.layer(CompressionLayer::new()),
    }
}

fn does<H: Handler<T, Arc<Desk>>, T: 'static>(path: &str, handler: H) -> Route {
    Route {
        method: "POST",
        path: path.to_owned(),
        does: post(handler),
    }
}

/// The whole service.
pub(crate) fn router(desk: Arc<Desk>, ui: Option<&Path>) -> Router {
    let api = table()
        .into_iter()
        .fold(Router::new(), |api, route| {
            api.route(&route.path, route.does)
        })
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .with_state(Arc::clone(&desk));
    let trust = Router::new()
        .route("/trust", get(async || Redirect::temporary("/trust/")))
        .route("/trust/", get(trust::page))
        .route("/trust/style.css", get(trust::style))
        .route("/trust/authority.pem", get(trust::pem))
        .route("/trust/authority.crt", get(trust::der))
        .with_state(Arc::clone(&desk));
    let document = get(openapi::document).layer(CompressionLayer::new());
    let known = trust.route("/openapi.json", document).nest("/api", api);
    pages(known, ui)
        .layer(middleware::from_fn_with_state(desk, guard::fence))
        .layer(middleware::from_fn(guard::harden))
}

/// The pages: files of the built UI, if there are any.
fn pages(router: Router, ui: Option<&Path>) -> Router {
    let Some(ui) = ui else {
        return router.fallback(nothing_here);
    };
    let files = ServeDir::new(ui)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(true)
        .fallback(get(nothing_here));
    let visit = ServeFile::new(ui.join("visit").join("index.html"))
        .precompressed_br()
        .precompressed_gzip();
    router
        .route("/", get(async || Redirect::temporary("/console/")))
        .route_service("/v/{token}", visit)
        .fallback_service(files)
}

async fn nothing_here(_: Request) -> Response {
    Refused::with(Code::NotFound, "there is no such page").into_response()
}

async fn other_method(_: Request) -> Response {
    Refused::from(Code::MethodNotAllowed).into_response()
}
