//! Reservation services that keep their bookings in a calendar: CalDAV (RFC 4791) with collection sync (RFC 6578).
//!
//! A complete round reads the calendar's sync token and then everything in the window (`calendar-query`); after it,
//! changes alone are asked for (`sync-collection`). Servers differ in all that the standards leave to care, and the
//! differences that would cost bookings are met here:
//!
//! * Only the status of a whole response says that something is gone. A `404` inside a `propstat` says that *a
//!   property* was not found: Xandikos answers so for the data of every living entry, which is then fetched by
//!   `calendar-multiget`.
//! * The sync token stands before or after the entries, and the prefixes of the XML are anything.
//! * An invalid token is an element in the body (`valid-sync-token`); the status is 403 at one server and 412 at
//!   another, and each of the two has other meanings.
//! * `limit` is never sent: a server is known that cuts its answer off and still hands out the newest token.
//! * Paths are compared with their percent-encoding undone: `@` and `%40` are one.
//! * A calendar that is not there is a mistake in the configuration and cancels nothing.

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reqwest::Url;

use crate::{
    appointment::{RemoteAppointment, RemoteId},
    cursor::Token,
    source::{BadItem, BadWhy, Caps, Change, Page, Pull, ReservationSource, SyncError, Window},
};
use client::{Answer, Client};
use event::Reading;
use xml::{Multistatus, Response};

mod client;
mod event;
mod href;
mod xml;

/// How many entries one `calendar-multiget` asks for.
pub const MULTIGET_COUNT_MAX: usize = 50;

/// Where the calendar is and how it is opened. It can be neither printed nor written to a log: it holds a password.
#[derive(Clone)]
pub struct Settings {
    /// The calendar's own address, `https://host/…/`.
    pub url: String,
    /// The account; empty for none.
    pub user: String,
    /// Its password.
    pub password: String,
    /// An HTTP proxy on the way out, where the network demands one. Proxies of the environment are not used, so that
    /// the way out is what the configuration says.
    pub proxy: Option<String>,
    /// The zone of times that are written without one.
    pub zone: Tz,
    /// The property that holds the booking number, `X-YOYAKU-NO` unless the service uses another.
    pub number_property: String,
    /// Whether `SUMMARY` is kept. An office whose service writes the citizen's name there says no.
    pub keep_summary: bool,
}

impl Settings {
    /// A calendar without account and proxy, its numbers in `X-YOYAKU-NO`, its summaries kept.
    pub fn new(url: impl Into<String>, zone: Tz) -> Self {
        Self {
            url: url.into(),
            user: String::new(),
            password: String::new(),
            proxy: None,
            zone,
            number_property: "X-YOYAKU-NO".to_owned(),
            keep_summary: true,
        }
    }
}

/// Why the settings cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is not one.
    #[error("the calendar's address must begin with http:// or https:// and name a host")]
    Url,
    /// An account inside the address would end in logs.
    #[error("the calendar's address holds an account; write user and password in their own keys")]
    AccountInUrl,
    /// The proxy's address is not one.
    #[error("the proxy's address cannot be read")]
    Proxy,
    /// TLS could not be set up.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

/// One calendar on one CalDAV server.
pub struct Caldav {
    client: Client,
    /// The calendar's path with its percent-encoding undone and a slash at the end.
    collection: String,
    reading: Reading,
}

/// The address without the account.
impl fmt::Debug for Caldav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caldav")
            .field("url", &self.client.url().as_str())
            .finish_non_exhaustive()
    }
}

impl Caldav {
    /// Checks the settings; nothing is sent.
    ///
    /// # Errors
    /// When the settings cannot work at any server.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let mut url = Url::parse(settings.url.trim()).map_err(|_| SettingsError::Url)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(SettingsError::Url);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SettingsError::AccountInUrl);
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        url.set_query(None);
        url.set_fragment(None);
        let collection = href::decode(url.path());
        let client = Client::new(url, settings.user, settings.password, settings.proxy)?;
        let reading = Reading {
            zone: settings.zone,
            number_property: settings.number_property,
            keep_summary: settings.keep_summary,
        };
        Ok(Self {
            client,
            collection,
            reading,
        })
    }

    /// Everything in the window. The token is read first: what changes in between is told twice, never not at all.
    async fn whole(&self, window: &Window) -> Result<Page, SyncError> {
        let token = self.sync_token().await?;
        let answer = self
            .client
            .report("1", xml::calendar_query(window.bounds()))
            .await?;
        let sorted = self.sort(multistatus(&answer)?);
        if sorted.cut_off {
            let why = "the service hands out fewer bookings at once than there are";
            return Err(SyncError::Protocol(why.to_owned()));
        }
        let mut page = self.page(sorted, token).await?;
        // What is gone by now is simply not in the answer; only the changes since the token are told as such.
        page.changes
            .retain(|change| matches!(change, Change::Upsert(_)));
        page.complete = Some(*window);
        Ok(page)
    }

    /// The changes since a token.
    async fn changes(&self, token: &str) -> Result<Page, SyncError> {
        let answer = self.client.report("0", xml::sync_collection(token)).await?;
        if answer.is_client_error() && (answer.status == 410 || xml::is_invalid_token(&answer.body))
        {
            return Err(SyncError::CursorInvalid);
        }
        let found = multistatus(&answer)?;
        let next = found
            .sync_token
            .clone()
            .ok_or_else(|| no_token("the answer"))?;
        let sorted = self.sort(found);
        let more = sorted.cut_off;
        let mut page = self.page(sorted, next).await?;
        page.more = more;
        Ok(page)
    }

    async fn sync_token(&self) -> Result<String, SyncError> {
        let answer = self.client.propfind(xml::PROPFIND_TOKEN).await?;
        let found = multistatus(&answer)?;
        let itself = found
            .responses
            .into_iter()
            .find(|one| self.is_collection(&one.href));
        let itself = itself
            .filter(|one| one.is_calendar)
            .ok_or(SyncError::NotFound)?;
        itself.token.ok_or_else(|| no_token("the calendar"))
    }

    /// Sorts the responses of a server into what is gone, what came with data and what must be fetched.
    fn sort(&self, found: Multistatus) -> Sorted {
        let mut sorted = Sorted::default();
        for response in found.responses {
            if self.is_collection(&response.href) {
                // RFC 6578, 3.6: there is more, and the token says where it goes on.
                sorted.cut_off |= response.status == Some(507);
                continue;
            }
            let path = href::path(&response.href, &self.collection);
            // A path that ends in a slash is a calendar within the calendar, not an entry.
            let Some(remote_id) = RemoteId::new(path).filter(|id| !id.as_str().ends_with('/'))
            else {
                continue;
            };
            sorted.put(remote_id, response);
        }
        sorted
    }

    /// Fetches what came without data and reads every entry.
    async fn page(&self, sorted: Sorted, token: String) -> Result<Page, SyncError> {
        let mut changes: Vec<Change> = sorted
            .gone
            .into_iter()
            .map(|remote_id| Change::Gone { remote_id })
            .collect();
        let mut bad = sorted.refused;
        let mut entries = sorted.entries;
        for batch in sorted.bare.chunks(MULTIGET_COUNT_MAX) {
            let fetched = self.multiget(batch).await?;
            changes.extend(
                fetched
                    .gone
                    .into_iter()
                    .map(|remote_id| Change::Gone { remote_id }),
            );
            bad.extend(fetched.refused);
            bad.extend(fetched.bare.into_iter().map(not_handed_out));
            entries.extend(fetched.entries);
        }
        for entry in entries {
            let (appointment, why) = self.read(&entry);
            changes.extend(appointment.map(Change::Upsert));
            bad.extend(why.map(|why| BadItem {
                remote_id: entry.remote_id,
                rev: entry.rev,
                why,
            }));
        }
        let next = self.token(&token)?;
        Ok(Page {
            changes,
            next,
            more: false,
            complete: None,
            bad,
        })
    }

    /// Asks for the data of some entries. Whatever the server leaves out of its answer comes back as bare.
    async fn multiget(&self, batch: &[Bare]) -> Result<Sorted, SyncError> {
        let paths = batch
            .iter()
            .map(|bare| href::encode(bare.remote_id.as_str()));
        let answer = self.client.multiget(xml::calendar_multiget(paths)).await?;
        let mut sorted = self.sort(multistatus(&answer)?);
        let answered = |id: &RemoteId| {
            sorted.gone.contains(id)
                || sorted.entries.iter().any(|entry| entry.remote_id == *id)
                || sorted.refused.iter().any(|item| item.remote_id == *id)
                || sorted.bare.iter().any(|bare| bare.remote_id == *id)
        };
        let silent: Vec<Bare> = batch
            .iter()
            .filter(|bare| !answered(&bare.remote_id))
            .cloned()
            .collect();
        sorted.bare.extend(silent);
        Ok(sorted)
    }

    fn read(&self, entry: &Entry) -> (Option<RemoteAppointment>, Option<BadWhy>) {
        match event::read(
            &entry.data,
            &entry.remote_id,
            entry.rev.as_deref(),
            &self.reading,
        ) {
            Ok((appointment, doubt)) => (Some(appointment), doubt),
            Err(why) => (None, Some(why)),
        }
    }

    fn is_collection(&self, text: &str) -> bool {
        href::path(text, &self.collection).trim_end_matches('/')
            == self.collection.trim_end_matches('/')
    }

    /// The server's token with the address it belongs to: another calendar is never asked with it.
    fn token(&self, token: &str) -> Result<Token, SyncError> {
        let text = format!("caldav {} {token}", self.client.url());
        Token::new(text).ok_or_else(|| no_token("the answer"))
    }

    fn server_token<'a>(&self, token: &'a Token) -> Option<&'a str> {
        let (kind, rest) = token.as_str().split_once(' ')?;
        let (url, token) = rest.split_once(' ')?;
        (kind == "caldav" && url == self.client.url().as_str()).then_some(token)
    }
}

impl ReservationSource for Caldav {
    fn caps(&self) -> Caps {
        Caps {
            pull: Pull::Token,
            tombstones: true,
            revisions: true,
        }
    }

    async fn pull(&self, since: Option<&Token>, window: &Window) -> Result<Page, SyncError> {
        match since {
            None => self.whole(window).await,
            Some(since) => {
                let token = self.server_token(since).ok_or(SyncError::CursorInvalid)?;
                self.changes(token).await
            }
        }
    }

    async fn fetch(&self, remote_id: &RemoteId) -> Result<Option<RemoteAppointment>, SyncError> {
        let answer = self.client.get(&href::encode(remote_id.as_str())).await?;
        match answer.status {
            404 | 410 => Ok(None),
            200 => {
                let rev = answer.etag.as_deref();
                let read = event::read(&answer.body, remote_id, rev, &self.reading);
                read.map(|(told, _)| Some(told))
                    .map_err(|why| SyncError::Protocol(why.to_string()))
            }
            _ => Err(answer.trouble()),
        }
    }
}

/// Responses, sorted.
#[derive(Debug, Default)]
struct Sorted {
    gone: Vec<RemoteId>,
    entries: Vec<Entry>,
    bare: Vec<Bare>,
    refused: Vec<BadItem>,
    cut_off: bool,
}

/// An entry that came with its data.
#[derive(Debug)]
struct Entry {
    remote_id: RemoteId,
    rev: Option<String>,
    data: String,
}

/// An entry that came without.
#[derive(Debug, Clone)]
struct Bare {
    remote_id: RemoteId,
    rev: Option<String>,
}

impl Sorted {
    fn put(&mut self, remote_id: RemoteId, response: Response) {
        let rev = response.etag;
        match (response.status, response.data) {
            (Some(404 | 410), _) => self.gone.push(remote_id),
            (None | Some(200..=299), Some(data)) => self.entries.push(Entry {
                remote_id,
                rev,
                data,
            }),
            (None | Some(200..=299), None) => self.bare.push(Bare { remote_id, rev }),
            (Some(_), _) => self.refused.push(not_handed_out(Bare { remote_id, rev })),
        }
    }
}

fn not_handed_out(bare: Bare) -> BadItem {
    BadItem {
        remote_id: bare.remote_id,
        rev: bare.rev,
        why: BadWhy::NotHandedOut,
    }
}

fn multistatus(answer: &Answer) -> Result<Multistatus, SyncError> {
    if answer.status != 207 {
        return Err(answer.trouble());
    }
    xml::multistatus(&answer.body).map_err(SyncError::Protocol)
}

fn no_token(place: &str) -> SyncError {
    SyncError::Protocol(format!(
        "no sync token in {place}; collection sync (RFC 6578) is needed"
    ))
}

/// `20261124T150000Z`.
fn utc(at: DateTime<Utc>) -> impl fmt::Display {
    at.format("%Y%m%dT%H%M%SZ")
}

#[cfg(test)]
#[path = "caldav/tests.rs"]
mod tests;
