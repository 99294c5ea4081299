//! HTTP with limits: every answer has a deadline and a size.

use std::time::Duration;

use reqwest::{Method, Proxy, RequestBuilder, Url, header, redirect};

use super::SettingsError;
use crate::source::SyncError;

/// How long a connection may take to come about.
const CONNECT_MS_MAX: u64 = 5_000;
/// How long a whole answer may take.
const ANSWER_MS_MAX: u64 = 60_000;
/// How large an answer may be: two weeks of a thousand bookings a day.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A calendar's address with the account that opens it.
pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
    user: String,
    password: String,
}

/// An answer that arrived whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: String,
}

impl Client {
    pub(super) fn new(
        url: Url,
        user: String,
        password: String,
        proxy: Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
            .timeout(Duration::from_millis(ANSWER_MS_MAX))
            // A redirect would turn a REPORT into a GET, and carry the password to wherever it points.
            .redirect(redirect::Policy::none());
        if let Some(proxy) = proxy {
            builder = builder.proxy(Proxy::all(proxy).map_err(|_| SettingsError::Proxy)?);
        }
        let http = builder
            .build()
            .map_err(|error| SettingsError::Client(error.to_string()))?;
        Ok(Self {
            http,
            url,
            user,
            password,
        })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// `PROPFIND` on the calendar itself.
    pub(super) async fn propfind(&self, body: &'static str) -> Result<Answer, SyncError> {
        let request = self.dav(b"PROPFIND")?.header("Depth", "0").body(body);
        self.send(request).await
    }

    /// `REPORT` on the calendar.
    pub(super) async fn report(
        &self,
        depth: &'static str,
        body: String,
    ) -> Result<Answer, SyncError> {
        let request = self.dav(b"REPORT")?.header("Depth", depth).body(body);
        self.send(request).await
    }

    /// `REPORT calendar-multiget`, which names its entries and has no depth (RFC 4791, 7.9).
    pub(super) async fn multiget(&self, body: String) -> Result<Answer, SyncError> {
        let request = self.dav(b"REPORT")?.body(body);
        self.send(request).await
    }

    /// `GET` of one entry by its encoded path. The host is always the calendar's: an answer cannot send us elsewhere.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, SyncError> {
        let mut url = self.url.clone();
        url.set_path(path);
        self.send(self.http.get(url)).await
    }

    /// Some servers answer 415 to anything but this content type.
    fn dav(&self, method: &[u8]) -> Result<RequestBuilder, SyncError> {
        let method = Method::from_bytes(method).map_err(|e| SyncError::Protocol(e.to_string()))?;
        let request = self.http.request(method, self.url.clone());
        Ok(request.header(header::CONTENT_TYPE, "application/xml; charset=utf-8"))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, SyncError> {
        let request = if self.user.is_empty() {
            request
        } else {
            request.basic_auth(&self.user, Some(&self.password))
        };
        let mut response = request.send().await.map_err(unavailable)?;
        let text = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let status = response.status().as_u16();
        let etag = text(header::ETAG).map(str::to_owned);
        let retry_after = text(header::RETRY_AFTER)
            .and_then(|s| s.trim().parse().ok())
            .map(Duration::from_secs);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
            if bytes.len() + chunk.len() > BODY_BYTES_MAX {
                let why = format!("it is larger than {BODY_BYTES_MAX} bytes");
                return Err(SyncError::Protocol(why));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(bytes)
            .map_err(|_| SyncError::Protocol("it is not UTF-8".to_owned()))?;
        Ok(Answer {
            status,
            etag,
            retry_after,
            body,
        })
    }
}

impl Answer {
    pub(super) fn is_client_error(&self) -> bool {
        (400..500).contains(&self.status)
    }

    /// What a status means that was not hoped for.
    pub(super) fn trouble(&self) -> SyncError {
        match self.status {
            401 | 403 | 407 => SyncError::Auth(self.status),
            404 | 410 => SyncError::NotFound,
            408 | 425 | 429 | 503 => SyncError::Limited(self.retry_after),
            300..=399 => {
                let why = "it points to another address; write the calendar's own";
                SyncError::Protocol(why.to_owned())
            }
            500..=599 => SyncError::Unavailable(format!("status {}", self.status)),
            _ => SyncError::Protocol(format!("status {}", self.status)),
        }
    }
}

/// The address is left out of the sentence; whoever logs it knows which source it was.
fn unavailable(error: reqwest::Error) -> SyncError {
    let error = error.without_url();
    let mut sentence = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        sentence = format!("{sentence}: {cause}");
        source = cause.source();
    }
    SyncError::Unavailable(sentence)
}
