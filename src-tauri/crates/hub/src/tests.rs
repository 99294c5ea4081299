//! The hub as its clients see it: real TCP, a real database, the shipped configuration.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the whole module is test code"
)]

mod accounts;
mod bad_input;
mod bookings;
mod case_changes;
mod case_custody;
mod cases;
mod checklists;
mod clerks;
mod custody;
mod devices;
mod doors;
mod exports;
mod fence;
mod flood;
mod gone;
mod handed;
mod late_forms;
mod leases;
mod live;
mod machines;
mod must_pass;
mod papers;
mod prefill;
mod prepared;
mod prepared_list;
mod rights;
mod sensitive;
mod signs;
mod tickets;
mod tls;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use uuid::Uuid;
use wire::{
    command::{Done, Role, TicketIssued},
    office::OfficeView,
};

use crate::{Clock, Hub, HubError, Settings, desk::Desk};

const PASSWORD: &str = "a password for tests";

/// A hub that runs until it is stopped.
struct Running {
    base: String,
    token: String,
    desk: Arc<Desk>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), HubError>>,
}

/// A person at a browser.
struct Person {
    base: String,
    client: Client,
}

/// Tuesday, 24 November 2026, 10:00 in Tokyo: the office is open.
fn ten_o_clock() -> DateTime<Utc> {
    "2026-11-24T10:00:00+09:00".parse().unwrap()
}

/// One client for all tests, because loading the system's certificates takes a while. It keeps no connection:
/// each test has a runtime of its own.
fn client() -> Client {
    static CLIENT: LazyLock<Client> =
        LazyLock::new(|| Client::builder().pool_max_idle_per_host(0).build().unwrap());
    CLIENT.clone()
}

/// A request of somebody who has proved nothing.
async fn get(url: impl reqwest::IntoUrl) -> Response {
    client().get(url).send().await.unwrap()
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config")
}

fn office() -> office::Office {
    let mut office = office::Office::load(&shipped()).unwrap();
    // Nobody answers there; the tests apply what a pull would have found.
    if let Some(bookings) = &mut office.bookings {
        bookings.url = "http://127.0.0.1:9/".to_owned();
        bookings.password = None;
    }
    office
}

/// A data folder with accounts, hashed once for all tests.
fn data() -> TempDir {
    static ACCOUNTS: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let id = office().id;
        for (account, role) in [
            ("suzuki", Role::Clerk),
            ("sato", Role::Clerk),
            ("ito", Role::Lead),
            ("tanaka", Role::Manager),
            ("kato", Role::Administrator),
        ] {
            let shown = match account {
                "suzuki" => "鈴木",
                "sato" => "佐藤",
                other => other,
            };
            crate::add_account(folder.path(), &id, account, shown, role, PASSWORD).unwrap();
        }
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(ACCOUNTS.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

async fn start(data: &Path) -> Running {
    start_at(data, Clock::starting_at(ten_o_clock())).await
}

async fn start_at(data: &Path, clock: Clock) -> Running {
    start_office(data, clock, office()).await
}

async fn start_office(data: &Path, clock: Clock, office: office::Office) -> Running {
    let hub = Hub::open(Settings {
        office,
        data: data.to_owned(),
        ui: None,
        clock,
    })
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let token = std::fs::read_to_string(data.join("device.token")).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let desk = Arc::clone(&hub.desk);
    let served = tokio::spawn(hub.serve(listener, async {
        let _ = stopped.await;
    }));
    Running {
        base,
        token: token.trim().to_owned(),
        desk,
        stop,
        served,
    }
}

impl Running {
    /// Stops in good order, as SIGTERM does.
    async fn stop(self) {
        let Self {
            desk, stop, served, ..
        } = self;
        drop(desk);
        stop.send(()).unwrap();
        served.await.unwrap().unwrap();
    }

    /// A request of a kiosk with a fresh key.
    fn kiosk(&self, method: Method, path: &str) -> RequestBuilder {
        client()
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("idempotency-key", Uuid::now_v7().to_string())
    }

    /// One press.
    async fn press(&self) -> TicketIssued {
        let answer = self
            .kiosk(Method::POST, "/api/tickets")
            .json(&plain_ticket())
            .send()
            .await
            .unwrap();
        understood(answer).await
    }

    /// What the hall sees.
    async fn office(&self) -> OfficeView {
        let request = self.kiosk(Method::GET, "/api/office");
        understood(request.send().await.unwrap()).await
    }

    async fn login(&self, account: &str) -> Person {
        let client = Client::builder().cookie_store(true).build().unwrap();
        let answer = client
            .post(format!("{}/api/login", self.base))
            .json(&json!({"account": account, "password": PASSWORD}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        Person {
            base: self.base.clone(),
            client,
        }
    }
}

impl Person {
    fn post(&self, path: &str) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.base))
            .header("idempotency-key", Uuid::now_v7().to_string())
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.base);
        self.client.get(url).send().await.unwrap()
    }

    /// What the staff sees.
    async fn office(&self) -> OfficeView {
        understood(self.get("/api/office").await).await
    }

    async fn tells(&self, path: &str, body: Value) -> Done {
        understood(self.post(path).json(&body).send().await.unwrap()).await
    }

    async fn refused(&self, path: &str, body: Value) -> String {
        refused(self.post(path).json(&body).send().await.unwrap()).await
    }

    async fn done(&self, path: &str) -> Done {
        understood(self.post(path).send().await.unwrap()).await
    }
}

fn plain_ticket() -> Value {
    json!({"service": "certificates", "language": "ja"})
}

async fn understood<T: serde::de::DeserializeOwned>(answer: Response) -> T {
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_str(&body).unwrap()
}

/// The code of a refusal, which must be a whole problem document.
async fn refused(answer: Response) -> String {
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = answer.text().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{status} {body}");
    let problem: wire::Problem = serde_json::from_str(&body).unwrap();
    assert_eq!(problem.status, status);
    assert_eq!(problem.code.status(), status);
    assert!(problem.title.ends_with('。'), "{body}");
    let code = serde_json::to_value(problem.code).unwrap();
    let code = code.as_str().unwrap().to_owned();
    assert_eq!(problem.type_uri, format!("urn:uketsuke:problem:{code}"));
    code
}
