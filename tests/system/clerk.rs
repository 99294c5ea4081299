//! Somebody of the staff, logged in at a hub.

use reqwest::{Client, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

/// The account that [`Clerk::at`] logs in with; `hub::add_account` makes it.
pub(crate) const ACCOUNT: &str = "ito";
pub(crate) const PASSWORD: &str = "a password for tests";

pub(crate) struct Clerk {
    base: String,
    client: Client,
}

impl Clerk {
    pub(crate) async fn at(base: &str) -> Self {
        let clerk = Self {
            base: base.to_owned(),
            client: Client::builder().cookie_store(true).build().unwrap(),
        };
        let login = json!({ "account": ACCOUNT, "password": PASSWORD });
        let _me: serde_json::Value = clerk.post("/api/login", &login).await;
        clerk
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        understood(path, self.client.get(format!("{}{path}", self.base))).await
    }

    /// One press of its own.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> T {
        let press = uuid::Uuid::now_v7().to_string();
        let asked = self.client.post(format!("{}{path}", self.base));
        understood(path, asked.header("idempotency-key", press).json(body)).await
    }
}

async fn understood<T: DeserializeOwned>(path: &str, asked: RequestBuilder) -> T {
    let answer = asked.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}
