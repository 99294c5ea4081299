//! The way to the hub: commands with their keys, the live stream, and the relay for the pages of
//! clerks, hall and managers. The webview itself has no network.

mod enrol;
mod live;
mod path;
mod site;
mod sse;

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{
    Client, Method, RequestBuilder, Response, Url,
    header::{AUTHORIZATION, HeaderValue, ORIGIN},
};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use wire::{
    Problem,
    command::{Done, Help, Leases, SlipReport, TicketIssued},
    machine::{KioskOrders, KioskReport},
    office::{BookingView, SlipState},
    prefill::{Prefilled, ReadPrefill},
};
use zeroize::Zeroizing;

pub use enrol::{EnrolError, authority, enrol};
pub use live::{LiveEvent, follow};
pub use path::{PathError, check_path};
pub use site::Site;

use crate::{
    reserve::{LeasedBody, Sheet},
    session::{IssueBody, Outcome, SupplyBody},
};

const COMMAND_MS_MAX: u64 = 5_000;
/// So long does a visitor wait for the hub before a number of those at hand is taken, or a phone's form is filled in here.
const ISSUE_MS_MAX: u64 = 8_000;
/// A form on paper is typeset while the clerk waits.
const PAPER_MS_MAX: u64 = 20_000;
/// The papers of a whole day, or a list of five hundred announced moves.
const LONG_MS_MAX: u64 = 180_000;
/// The whole office as JSON on its busiest day is below one megabyte.
const JSON_BYTES_MAX: usize = 8 << 20;
/// Files below it hold a whole day.
const DAYS: &str = "/api/prepared/days/";
/// Commands whose path has this hand cases to other systems, perhaps those of a whole day.
const FILES: &str = "/exports/";
const PAPER_BYTES_MAX: usize = 32 << 20;
/// Pauses before the second and third attempt of a command that has a key: the key makes it safe.
const RETRY_AFTER_MS: [u64; 2] = [250, 750];

/// A connection to one hub, cheap to clone.
#[derive(Clone)]
pub struct HubLink {
    client: Client,
    base: Url,
    bearer: Option<HeaderValue>,
    kiosk: Option<HeaderValue>,
}

/// Why a link cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The address is no `http://` or `https://` address.
    #[error("the hub's address {0:?} is no http:// or https:// address")]
    Address(String),
    /// Plain HTTP to another machine: whoever stands between could read and change everything.
    #[error("{0} is another machine; the hub speaks https:// there")]
    Plain(String),
    /// An `https://` hub whose authority is not known here.
    #[error(
        "the authority of {0} is not known here; give --authority and the fingerprint that the hub prints when it starts"
    )]
    Authority(String),
    /// What is kept of the authority is no certificate.
    #[error("the authority's certificate cannot be used: {0}")]
    Certificate(#[source] reqwest::Error),
    /// The token has characters that cannot stand in a header.
    #[error("the device token must be one line of ASCII")]
    Token,
    /// The TLS or HTTP machinery does not start.
    #[error("the HTTP client does not start: {0}")]
    Client(#[source] reqwest::Error),
}

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The hub did not answer in time, or not at all. Whether it acted is unknown.
    #[error("the hub does not answer")]
    Away(#[source] Option<reqwest::Error>),
    /// It answered something that is not what was agreed.
    #[error("the hub's answer cannot be read")]
    Unreadable,
    /// It answered more than the limit.
    #[error("the hub's answer is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// The path is not one of the hub's.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The method is none a page may use.
    #[error("the method {0:?} is not GET, POST, PUT or DELETE")]
    Method(String),
}

/// What the hub answered to a page's call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The JSON body; null where there was none.
    pub body: Value,
}

/// Bytes that the hub answered: a PDF, a PNG.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes {
    /// HTTP status.
    pub status: u16,
    /// How many pages the whole paper has, where the hub says so (`X-Pages`).
    pub pages: Option<u32>,
    /// The body.
    pub body: Vec<u8>,
}

impl HubLink {
    /// A device's link to the hub of this machine: every request carries its token.
    ///
    /// # Errors
    /// When the address or the token cannot be used.
    pub fn device(base: &str, token: &str) -> Result<Self, LinkError> {
        Self::of_device(&Site::parse(base, None)?, token)
    }

    /// The link of a page where a person logs in, to the hub of this machine: it keeps the session's cookie, as a
    /// browser would.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn page(base: &str) -> Result<Self, LinkError> {
        Self::of_page(&Site::parse(base, None)?)
    }

    /// The same to any hub.
    ///
    /// # Errors
    /// When the token cannot be used.
    pub fn of_device(site: &Site, token: &str) -> Result<Self, LinkError> {
        let text = Zeroizing::new(format!("Bearer {}", token.trim()));
        let mut bearer = HeaderValue::from_str(&text).map_err(|_| LinkError::Token)?;
        bearer.set_sensitive(true);
        Self::new(site, Some(bearer))
    }

    /// The same to any hub.
    ///
    /// # Errors
    /// When the machinery does not start.
    pub fn of_page(site: &Site) -> Result<Self, LinkError> {
        Self::new(site, None)
    }

    fn new(site: &Site, bearer: Option<HeaderValue>) -> Result<Self, LinkError> {
        let client = site
            .client()
            .cookie_store(bearer.is_none())
            .build()
            .map_err(LinkError::Client)?;
        Ok(Self {
            client,
            base: site.base().clone(),
            bearer,
            kiosk: None,
        })
    }

    /// Says which kiosk this is, for a hub on the same machine, where all share one token. An enrolled device has
    /// a name of its own, and the hub goes by that.
    #[must_use]
    pub fn called(mut self, kiosk: &str) -> Self {
        self.kiosk = HeaderValue::from_bytes(kiosk.as_bytes()).ok();
        self
    }

    /// Relays a page's call. `key` is the idempotency key of a command that changes something.
    ///
    /// # Errors
    /// When the hub is away, or the path or the method is none of the hub's.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Answer, CallError> {
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            other => return Err(CallError::Method(other.to_owned())),
        };
        let mut request = self.request(method, path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let ms_max = if path.contains(FILES) {
            LONG_MS_MAX
        } else {
            COMMAND_MS_MAX
        };
        answer(exchange(request, ms_max, JSON_BYTES_MAX).await?)
    }

    /// Sends a list as it lies in its file, `text/csv`, and gives the answer as it came.
    ///
    /// # Errors
    ///
    /// The path is none of the hub's interface, the hub did not answer, or what it answered is no JSON.
    pub async fn upload(
        &self,
        path: &str,
        file: Vec<u8>,
        key: Option<&str>,
    ) -> Result<Answer, CallError> {
        let mut request = (self.request(Method::POST, path)?)
            .header("content-type", "text/csv")
            .body(file);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answer(exchange(request, LONG_MS_MAX, JSON_BYTES_MAX).await?)
    }

    /// Fetches bytes for a page: a preview, a PDF.
    ///
    /// # Errors
    /// When the hub is away, or the path is none of the hub's.
    pub async fn bytes(&self, path: &str) -> Result<Bytes, CallError> {
        let request = self.request(Method::GET, path)?;
        let work = async {
            let response = request.send().await.map_err(away)?;
            let status = response.status().as_u16();
            let pages = response
                .headers()
                .get("x-pages")
                .and_then(|value| value.to_str().ok()?.parse().ok());
            let body = collect(response, PAPER_BYTES_MAX).await?;
            Ok(Bytes {
                status,
                pages,
                body: body.to_vec(),
            })
        };
        let ms_max = if path.starts_with(DAYS) {
            LONG_MS_MAX
        } else {
            PAPER_MS_MAX
        };
        timeout(Duration::from_millis(ms_max), work)
            .await
            .map_err(|_| CallError::Away(None))?
    }

    /// Issues a ticket. Tries three times with the same key within eight seconds; one key is one ticket.
    pub async fn issue(&self, key: Uuid, body: &IssueBody) -> Outcome<Box<TicketIssued>> {
        let json = Zeroizing::new(serde_json::to_vec(body.get()).unwrap_or_default());
        let request = || {
            Ok(self
                .request(Method::POST, "/api/tickets")?
                .header("content-type", "application/json")
                .header("idempotency-key", key.to_string())
                .body(json.to_vec()))
        };
        let asking = timeout(Duration::from_millis(ISSUE_MS_MAX), self.ask(request));
        asking.await.unwrap_or(Outcome::Away)
    }

    /// Sends the form of a ticket that was issued before it was filled in; answered with the stops that the ticket has now. Tries as
    /// [`HubLink::issue`] does.
    pub async fn supply(
        &self,
        key: Uuid,
        ticket: &str,
        body: &SupplyBody,
    ) -> Outcome<Option<Vec<String>>> {
        let json = Zeroizing::new(serde_json::to_vec(body.get()).unwrap_or_default());
        let request = || {
            Ok(self
                .request(Method::POST, &format!("/api/tickets/{ticket}/forms"))?
                .header("content-type", "application/json")
                .header("idempotency-key", key.to_string())
                .body(json.to_vec()))
        };
        let asking = timeout(
            Duration::from_millis(ISSUE_MS_MAX),
            self.ask::<Done>(request),
        );
        let outcome = asking.await.unwrap_or(Outcome::Away);
        outcome.map(|done| done.ticket.map(|it| it.then))
    }

    /// Tells of a ticket that was issued while the hub was away. The ticket's own identity is the key.
    pub async fn leased(&self, ticket: Uuid, body: &LeasedBody) -> Outcome<Box<TicketIssued>> {
        let json = Zeroizing::new(serde_json::to_vec(body.get()).unwrap_or_default());
        let request = || {
            Ok(self
                .request(Method::POST, "/api/tickets/leased")?
                .header("content-type", "application/json")
                .header("idempotency-key", ticket.to_string())
                .body(json.to_vec()))
        };
        self.ask(request).await
    }

    /// Asks for the numbers with which to go on when the hub is away.
    pub async fn lease(&self, key: Uuid) -> Outcome<Leases> {
        let request = || {
            Ok(self
                .request(Method::POST, "/api/lease")?
                .header("idempotency-key", key.to_string()))
        };
        self.ask(request).await
    }

    /// Looks up a booking by its number.
    pub async fn booking(&self, number: &str) -> Outcome<BookingView> {
        self.ask(|| self.request(Method::GET, &format!("/api/bookings/{number}")))
            .await
    }

    /// 「スマホで書いてきた」: has the hub open what was scanned from a phone. Nothing changes there, so it needs no key.
    /// A text that is none of our codes is refused with a sentence for the citizen (`prefill_…`).
    pub async fn prefill(&self, text: &str) -> Outcome<Prefilled> {
        let scanned = ReadPrefill {
            text: text.to_owned(),
        };
        let asking = self.ask(|| Ok(self.request(Method::POST, "/api/prefill")?.json(&scanned)));
        let asking = timeout(Duration::from_millis(ISSUE_MS_MAX), asking);
        asking.await.unwrap_or(Outcome::Away)
    }

    /// Tells the hub how this kiosk is, and learns what staff want printed. Tried once: it is told again soon.
    pub async fn tell_kiosk(&self, report: &KioskReport) -> Outcome<KioskOrders> {
        let Ok(request) = self.request(Method::POST, "/api/kiosk") else {
            return Outcome::Refused(wire::Code::BadRequest);
        };
        match exchange(request.json(report), COMMAND_MS_MAX, JSON_BYTES_MAX).await {
            Ok((status, body)) => understand(status, &body),
            Err(error) => {
                tracing::debug!(%error, "the hub does not hear how this kiosk is");
                Outcome::Away
            }
        }
    }

    /// Tells the hub what is known of a slip. The same word of the same paper has the same key, also after a restart.
    pub async fn report_slip(&self, sheet: &Sheet, slip: SlipState) -> Outcome<Value> {
        let report = SlipReport {
            slip,
            reissued: sheet.reissued,
            print: Some(sheet.print.to_string()),
        };
        let key = word_key(sheet.print, slip);
        let request = || {
            let path = format!("/api/tickets/{}/slip", sheet.ticket);
            Ok(self
                .request(Method::POST, &path)?
                .header("idempotency-key", key.to_string())
                .json(&report))
        };
        self.ask(request).await
    }

    /// Calls staff to a kiosk.
    pub async fn call_staff(&self, kiosk: &str, key: Uuid) -> Outcome<Value> {
        let help = Help {
            kiosk: kiosk.to_owned(),
        };
        let request = || {
            Ok(self
                .request(Method::POST, "/api/help")?
                .header("idempotency-key", key.to_string())
                .json(&help))
        };
        self.ask(request).await
    }

    /// One command that may be sent again, up to three times.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<RequestBuilder, CallError>,
    ) -> Outcome<T> {
        let mut outcome = Outcome::Away;
        for pause_ms in std::iter::once(0).chain(RETRY_AFTER_MS) {
            sleep(Duration::from_millis(pause_ms)).await;
            let Ok(request) = request() else {
                return Outcome::Refused(wire::Code::BadRequest);
            };
            outcome = match exchange(request, COMMAND_MS_MAX, JSON_BYTES_MAX).await {
                Ok((status, body)) => understand(status, &body),
                Err(error) => {
                    tracing::debug!(%error, "the hub did not answer a command");
                    Outcome::Away
                }
            };
            if !matches!(outcome, Outcome::Away) {
                return outcome;
            }
        }
        outcome
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CallError> {
        check_path(path)?;
        let url = self
            .base
            .join(path)
            .ok()
            .filter(|url| url.origin() == self.base.origin())
            .ok_or(PathError::NotTheHub)?;
        let mut request = self.client.request(method, url);
        request = match &self.bearer {
            Some(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            // What a browser on the hub's own page would send.
            None => request.header(ORIGIN, self.base.origin().ascii_serialization()),
        };
        if let Some(kiosk) = &self.kiosk {
            request = request.header("uketsuke-kiosk", kiosk.clone());
        }
        Ok(request)
    }
}

/// The key of one word about one paper.
fn word_key(print: Uuid, slip: SlipState) -> Uuid {
    let word = match slip {
        SlipState::None | SlipState::Pending => 0,
        SlipState::Unknown => 1,
        SlipState::Failed => 2,
        SlipState::Printed => 3,
        SlipState::Sent => 4,
    };
    // The last bits of a printing's identity are random: no other's is so near.
    Uuid::from_u128(print.as_u128() ^ word)
}

/// What an answer to a command means. A server's failure leaves the outcome open, and so does an answer that is
/// not the hub's at all, but of something that stands between: ask again with the same key.
fn understand<T: serde::de::DeserializeOwned>(status: u16, body: &[u8]) -> Outcome<T> {
    match status {
        200..=299 => match serde_json::from_slice(if body.is_empty() { b"null" } else { body }) {
            Ok(value) => Outcome::Done(value),
            Err(error) => {
                tracing::error!(%error, "the hub answered what this kiosk cannot read");
                Outcome::Away
            }
        },
        500..=599 => Outcome::Away,
        _ => match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => Outcome::Refused(problem.code),
            Err(_) => {
                tracing::warn!(status, "something answered that is not the hub");
                Outcome::Away
            }
        },
    }
}

fn answer((status, body): (u16, Zeroizing<Vec<u8>>)) -> Result<Answer, CallError> {
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body).map_err(|_| CallError::Unreadable)?
    };
    Ok(Answer { status, body })
}

async fn exchange(
    request: RequestBuilder,
    ms_max: u64,
    bytes_max: usize,
) -> Result<(u16, Zeroizing<Vec<u8>>), CallError> {
    let work = async {
        let response = request.send().await.map_err(away)?;
        let status = response.status().as_u16();
        Ok((status, collect(response, bytes_max).await?))
    };
    timeout(Duration::from_millis(ms_max), work)
        .await
        .map_err(|_| CallError::Away(None))?
}

/// An answer may be a finished form, so its bytes are wiped after use.
async fn collect(response: Response, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, CallError> {
    let mut body = Zeroizing::new(Vec::new());
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(away)?;
        if body.len().saturating_add(chunk.len()) > bytes_max {
            return Err(CallError::TooLarge { bytes_max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error's address is dropped: a path may hold a booking's number.
fn away(error: reqwest::Error) -> CallError {
    CallError::Away(Some(error.without_url()))
}
