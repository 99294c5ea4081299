//! What every command has in common: who sends it, its key, its body, and the way to the owner.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{Extensions, HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use queue::{CounterId, LanguageTag, Name, Note, ServiceId, TicketId};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::Code;

use crate::{
    body,
    desk::Desk,
    guard::{Caller, KEY_HEADER, Right},
    owner::{Ask, Command, parse_key},
    problem::Refused,
    secret::Digest,
};

/// A command as it came. Its body is read when it is known who sends it.
pub(super) struct Sent {
    path: String,
    headers: HeaderMap,
    extensions: Extensions,
    body: Body,
}

impl<S: Sync> FromRequest<S> for Sent {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        Ok(Self {
            path: parts.uri.path().to_owned(),
            headers: parts.headers,
            extensions: parts.extensions,
            body,
        })
    }
}

impl Sent {
    /// A command of a kiosk.
    pub(super) async fn by_kiosk(self, desk: &Arc<Desk>) -> Result<Known, Refused> {
        let caller = desk.kiosk(&self.headers)?;
        self.by(desk, caller).await
    }

    /// A command of a kiosk, or of a person who serves.
    pub(super) async fn by_kiosk_or_clerk(self, desk: &Arc<Desk>) -> Result<Known, Refused> {
        let caller = desk.kiosk_or_clerk(&self.headers).await?;
        self.by(desk, caller).await
    }

    /// A command of a person whose role has this right.
    pub(super) async fn by_person(self, desk: &Arc<Desk>, right: Right) -> Result<Known, Refused> {
        let session = desk.person_with(&self.headers, right).await?;
        self.by(desk, Caller::Person(session)).await
    }

    /// The same where the body is a file of at most so many bytes.
    pub(super) async fn file_by_person(
        self,
        desk: &Arc<Desk>,
        right: Right,
        bytes_max: usize,
    ) -> Result<Known, Refused> {
        let session = desk.person_with(&self.headers, right).await?;
        self.with_body(desk, Caller::Person(session), bytes_max)
            .await
    }

    async fn by(self, desk: &Arc<Desk>, caller: Caller) -> Result<Known, Refused> {
        self.with_body(desk, caller, body::BODY_BYTES_MAX).await
    }

    async fn with_body(
        self,
        desk: &Arc<Desk>,
        caller: Caller,
        bytes_max: usize,
    ) -> Result<Known, Refused> {
        let key = self
            .headers
            .get(KEY_HEADER)
            .ok_or(Refused::from(Code::IdempotencyKeyMissing))?
            .to_str()
            .ok()
            .and_then(parse_key)
            .ok_or_else(|| Refused::with(Code::IdempotencyKeyMissing, "the key is a UUID"))?;
        Ok(Known {
            desk: Arc::clone(desk),
            place: caller.place(&self.extensions),
            caller,
            key,
            path: self.path,
            body: body::read_up_to(self.body, bytes_max).await?,
        })
    }
}

/// A command whose sender is known and may send it.
pub(super) struct Known {
    pub(super) desk: Arc<Desk>,
    pub(super) caller: Caller,
    place: String,
    key: Uuid,
    path: String,
    body: Bytes,
}

impl Known {
    /// What the body says.
    pub(super) fn says<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        body::parse(&self.body)
    }

    /// The body itself, where it is a file.
    pub(super) fn file(&self) -> &Bytes {
        &self.body
    }

    /// What the body says, if it says anything.
    pub(super) fn may_say<T: DeserializeOwned>(&self) -> Result<Option<T>, Refused> {
        if body::nothing(&self.body).is_ok() {
            return Ok(None);
        }
        self.says().map(Some)
    }

    /// Refuses a body that says anything.
    pub(super) fn says_nothing(&self) -> Result<(), Refused> {
        body::nothing(&self.body)
    }

    /// The account of the person who sends it.
    pub(super) fn clerk(&self) -> Result<Name, Refused> {
        match &self.caller {
            Caller::Person(session) => name(&session.account),
            Caller::Kiosk(_) => Err(Code::Forbidden.into()),
        }
    }

    /// From where it comes: a device's name, or the address of a person's machine.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The key that it came with.
    pub(super) fn key(&self) -> Uuid {
        self.key
    }

    /// The fingerprint of who sends what to where: the same key with another one is another press.
    pub(super) fn print(&self) -> Digest {
        let of = &self.desk.fingerprints;
        of.of(&self.caller.key(), &self.path, &self.body)
    }

    /// Lets the owner carry it out, and answers what the owner answers.
    pub(super) async fn carry(self, ask: Ask) -> Result<Response, Refused> {
        let answer = self.carried(ask).await?;
        let json = (header::CONTENT_TYPE, "application/json");
        Ok(([json], answer).into_response())
    }

    /// Lets the owner carry it out, and gives the bytes of what the owner answers.
    pub(super) async fn carried(self, ask: Ask) -> Result<Vec<u8>, Refused> {
        let command = Command {
            key: self.key,
            print: self.print(),
            actor: self.caller.actor()?,
            place: self.place,
            ask,
        };
        self.desk.owner.command(command).await
    }

    /// The same for what the queue decides by itself.
    pub(super) async fn queue(self, command: queue::Command) -> Result<Response, Refused> {
        self.carry(Ask::Queue(command)).await
    }
}

/// The ticket that a path names.
pub(super) fn ticket_id(text: &str) -> Result<TicketId, Refused> {
    text.parse()
        .map_err(|_| Refused::with(Code::NotFound, "there is no such ticket"))
}

/// The counter that a path or a body names.
pub(super) fn counter_id(text: &str) -> Result<CounterId, Refused> {
    CounterId::parse(text).map_err(|_| Refused::with(Code::NotFound, "there is no such counter"))
}

/// A service that a body names.
pub(super) fn service_id(text: &str) -> Result<ServiceId, Refused> {
    ServiceId::parse(text).map_err(|_| Code::ServiceUnknown.into())
}

/// Services that a body names.
pub(super) fn service_ids(texts: &[String]) -> Result<Vec<ServiceId>, Refused> {
    texts.iter().map(|text| service_id(text)).collect()
}

/// A name that a body gives.
pub(super) fn name(text: &str) -> Result<Name, Refused> {
    Name::parse(text).map_err(|error| Refused::with(Code::BadRequest, error.expected))
}

/// A short text that a body gives.
pub(super) fn note(text: &str) -> Result<Note, Refused> {
    Note::parse(text.trim()).map_err(|error| Refused::with(Code::BadRequest, error.expected))
}

/// A language that the office offers.
pub(super) fn language(desk: &Desk, text: &str) -> Result<LanguageTag, Refused> {
    let offered = desk.office.languages.iter().any(|it| it.tag == text);
    LanguageTag::parse(text)
        .ok()
        .filter(|_| offered)
        .ok_or_else(|| Refused::with(Code::BadRequest, "the language is not offered"))
}
