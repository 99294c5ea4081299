//! A small hub that answers from a script and remembers what it was asked.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What the hub does with the next request.
pub(crate) enum Reply {
    Json(u16, Value),
    /// The connection dies before an answer.
    Lost,
    Large(usize),
    /// These messages, and then the end of the stream.
    Stream(Vec<Value>),
    /// These messages, and then nothing for ever.
    Silence(Vec<Value>),
    Cookie,
}

pub(crate) struct Seen {
    pub(crate) line: String,
    headers: HeaderMap,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<(&'static str, Reply)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) struct Hub {
    pub(crate) url: String,
    script: Script,
    pub(crate) serving: JoinHandle<()>,
}

impl Hub {
    /// Gives these replies, one after the other.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start_with(replies.into_iter().map(|reply| ("", reply))).await
    }

    /// Gives each reply to the next request whose path contains its text.
    pub(crate) async fn start_with(
        replies: impl IntoIterator<Item = (&'static str, Reply)>,
    ) -> Self {
        let script = Script::default();
        script.replies.lock().unwrap().extend(replies);
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            script,
            serving,
        }
    }

    pub(crate) fn seen(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.script.seen.lock().unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(|it| it.line.clone()).collect()
    }
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    script.seen.lock().unwrap().push(Seen {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers.clone(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let reply = {
        let mut replies = script.replies.lock().unwrap();
        let place = replies
            .iter()
            .position(|(path, _)| parts.uri.path().contains(path));
        place.and_then(|place| replies.remove(place)).map(|it| it.1)
    };
    match reply {
        Some(Reply::Json(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
        }
        // A body that fails before its first byte resets the connection.
        Some(Reply::Lost) => Body::from_stream(stream::once(async {
            Err::<Bytes, _>(std::io::Error::other("lost"))
        }))
        .into_response(),
        Some(Reply::Large(bytes)) => Body::from(vec![b' '; bytes]).into_response(),
        Some(Reply::Stream(messages)) => events(messages, false),
        Some(Reply::Silence(messages)) => events(messages, true),
        Some(Reply::Cookie) => (
            [(
                "set-cookie",
                "session=s3cret; HttpOnly; SameSite=Strict; Path=/",
            )],
            Json(json!({})),
        )
            .into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn events(messages: Vec<Value>, goes_on: bool) -> Response {
    let texts = messages
        .into_iter()
        .map(|it| Ok::<_, Infallible>(format!("data: {it}\n\n")));
    let body = if goes_on {
        Body::from_stream(stream::iter(texts).chain(stream::pending()))
    } else {
        Body::from_stream(stream::iter(texts))
    };
    ([("content-type", "text/event-stream")], body).into_response()
}
