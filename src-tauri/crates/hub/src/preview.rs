//! A procedure's questions and paper, drawn anew whenever one of the office's files changes, with the mistakes named:
//! for whoever writes the file, on their own machine. It shows sample answers only and opens no database.

mod draw;
mod sample;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    extract::{Path as Segment, Query, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{Clock, preview::draw::Drawn};

/// An editor saves, and soon after the paper is there.
const LOOK_MS: u64 = 300;
/// A page asks again after this time, whether anything changed or not.
const ANSWER_MS_MAX: u64 = 20_000;
/// No office has more files; a folder that has is none.
const FILES_MAX: usize = 5_000;

const PAGE: &str = include_str!("preview/page.html");
const STYLE: &str = include_str!("preview/page.css");
const SCRIPT: &str = include_str!("preview/page.js");

/// What is shown, and from where.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The office's configuration folder.
    pub config: PathBuf,
    /// The procedure's id: its file's name without `.toml`.
    pub procedure: String,
}

/// Shows a procedure until nobody wants it any more: `stop` ends it.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    preview: Preview,
    clock: Clock,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (drawn, seen) = watch::channel(Arc::new(Drawn::default()));
    let watching = tokio::spawn(draw_again(preview, clock, drawn));
    let served = axum::serve(listener, router(seen))
        .with_graceful_shutdown(stop)
        .await;
    watching.abort();
    served
}

/// Draws once, and again whenever a file of the folder is another.
async fn draw_again(preview: Preview, clock: Clock, drawn: watch::Sender<Arc<Drawn>>) {
    let mut looks = interval(Duration::from_millis(LOOK_MS));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    let mut version = 0;
    loop {
        looks.tick().await;
        let folder = preview.config.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || files(&folder)).await else {
            return;
        };
        if before.as_ref() == Some(&now) {
            continue;
        }
        before = Some(now);
        version += 1;
        let (preview, clock, last) = (preview.clone(), clock.clone(), drawn.borrow().clone());
        let made = move || draw::draw(&preview, &clock, version, &last);
        match tokio::task::spawn_blocking(made).await {
            // What stands on the page stays there until there is something better.
            Ok(now) => drawn.send_replace(Arc::new(now)),
            Err(_) => return,
        };
    }
}

/// Every file below a folder with its size and when it was written.
fn files(folder: &Path) -> BTreeMap<PathBuf, (u64, Option<SystemTime>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else {
                continue;
            };
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), (about.len(), about.modified().ok()));
            }
            if found.len() >= FILES_MAX {
                return found;
            }
        }
    }
    found
}

type Seen = watch::Receiver<Arc<Drawn>>;

fn router(seen: Seen) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route(
            "/page.css",
            get(async || typed("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/page.js",
            get(async || typed("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/drawn", get(told))
        .route("/paper/{way}/{page}", get(paper))
        .layer(axum::middleware::map_response(hardened))
        .with_state(seen)
}

fn typed(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Nothing of it is kept, and nothing of elsewhere is shown.
async fn hardened(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let sniff = HeaderName::from_static("x-content-type-options");
    headers.insert(sniff, HeaderValue::from_static("nosniff"));
    response
}

#[derive(Deserialize)]
struct After {
    /// The version that the page shows already.
    after: u64,
}

/// `GET /drawn?after=3`: what is drawn, as soon as it is newer than what the page shows, or after a while.
async fn told(State(mut seen): State<Seen>, Query(After { after }): Query<After>) -> Response {
    let newer = seen.wait_for(|drawn| drawn.version > after);
    let _ = timeout(Duration::from_millis(ANSWER_MS_MAX), newer).await;
    let drawn = seen.borrow().clone();
    Json(&*drawn).into_response()
}

/// `GET /paper/{way}/{page}`: a page of the paper, both counted from 0.
async fn paper(
    State(seen): State<Seen>,
    Segment((way, page)): Segment<(usize, usize)>,
) -> Response {
    let drawn = seen.borrow().clone();
    let picture = drawn.papers.get(way).and_then(|it| it.pictures.get(page));
    match picture {
        Some(png) => ([(header::CONTENT_TYPE, "image/png")], png.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests;
