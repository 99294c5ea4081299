//! What other systems are handed: read, written down and remembered.

use queue::{Actor, BusinessDay, TicketId};
use store::{ANSWER_BYTES_MAX, Action, AuditEntry, Batch, Case, Handover, Reader, StoreError};
use uuid::Uuid;
use wire::Code;

use crate::{
    owner::{Owner, unreadable_case},
    problem::Refused,
    secret::{self, Digest},
};

/// Cases that are read, or lines that are written down, before somebody else has a turn at the owner.
const AT_ONCE: usize = 200;

/// What a press handed over, with what it is answered.
pub(crate) struct Handed {
    /// The target's id.
    pub(crate) target: String,
    /// The forms that it has now.
    pub(crate) handovers: Vec<Handover>,
    /// The press.
    pub(crate) press: Press,
    /// The answer; nothing of a person is in it.
    pub(crate) answer: Vec<u8>,
}

/// Which press it is.
#[derive(Clone, Copy)]
pub(crate) struct Press {
    /// Its idempotency key.
    pub(crate) key: Uuid,
    /// The fingerprint of its request.
    pub(crate) print: Digest,
}

/// Something that somebody did, to be written down.
pub(crate) type Done = (Action, String);

impl Owner {
    /// What a target has of the visits of a day.
    pub(crate) async fn handed_to(
        &self,
        target: String,
        day: BusinessDay,
    ) -> Result<Vec<Handover>, Refused> {
        self.read(move |_, reader| reader.handed_to(&target, day))
            .await?
            .map_err(|error| Refused::internal("reading what was handed over", &error))
    }

    /// Notes what a target has, together with what the press is answered: who asks again with its key gets the same and
    /// hands nobody over twice.
    pub(crate) async fn note_handovers(&self, handed: Handed) -> Result<(), Refused> {
        self.write(move |books, batch| {
            let now = books.now();
            for handover in &handed.handovers {
                batch.note_handover(&handed.target, handover, now)?;
            }
            let Press { key, print } = handed.press;
            // Somebody used the key for something else meanwhile; that is theirs.
            if batch.recall_answer(&key.to_string())?.is_some() {
                return Ok(());
            }
            let pieces = handed.answer.chunks(ANSWER_BYTES_MAX);
            (pieces.enumerate()).try_for_each(|(nth, piece)| {
                remember(batch, &piece_of(key, nth), &print, piece, now)
            })
        })
        .await
    }

    /// What the same press was answered before.
    pub(crate) async fn answered_before(&self, press: Press) -> Result<Option<Vec<u8>>, Refused> {
        self.read(move |_, reader| answered_before(reader, press))
            .await?
            .map_err(|error| Refused::internal("recalling an answer", &error))?
    }

    /// Opens the cases of many tickets, to see what of them goes where. Nobody is shown anything of it.
    ///
    /// A case that does not open is [`None`].
    pub(crate) async fn peek_all(
        &self,
        tickets: Vec<TicketId>,
    ) -> Result<Vec<(TicketId, Option<Case>)>, Refused> {
        let mut found = Vec::with_capacity(tickets.len());
        for some in tickets.chunks(AT_ONCE) {
            let some = some.to_vec();
            let read = self.read(move |_, reader| {
                let cases = some.into_iter().map(|it| Ok((it, peek(reader, it)?)));
                cases.collect::<Result<Vec<_>, StoreError>>()
            });
            found.extend(read.await?.map_err(unreadable_case)?);
        }
        Ok(found)
    }

    /// Writes down many things that one person did in one place, with one wait for the disk for some hundred of them.
    pub(crate) async fn audit_all(
        &self,
        actor: Actor,
        place: String,
        done: Vec<Done>,
    ) -> Result<(), Refused> {
        let mut done = done.into_iter().peekable();
        while done.peek().is_some() {
            let some: Vec<Done> = done.by_ref().take(AT_ONCE).collect();
            let (actor, place) = (actor.clone(), place.clone());
            self.write(move |books, batch| {
                let at = books.now();
                for (action, subject) in some {
                    batch.audit(&AuditEntry {
                        at,
                        actor: actor.clone(),
                        place: place.clone(),
                        action,
                        subject: Some(subject),
                    })?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

fn peek(reader: &Reader, ticket: TicketId) -> Result<Option<Case>, StoreError> {
    match reader.case(ticket) {
        Ok(case) => Ok(Some(case)),
        Err(StoreError::Sealed) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a piece of a long answer is kept.
fn piece_of(key: Uuid, nth: usize) -> String {
    match nth {
        0 => key.to_string(),
        nth => format!("{key} {nth}"),
    }
}

fn remember(
    batch: &mut Batch<'_>,
    key: &str,
    print: &Digest,
    piece: &[u8],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), StoreError> {
    match batch.recall_answer(key)? {
        Some(_) => batch.settle_answer(key, print, piece, now),
        None => batch.remember(key, print, piece, now),
    }
}

fn answered_before(
    reader: &Reader,
    press: Press,
) -> Result<Result<Option<Vec<u8>>, Refused>, StoreError> {
    let mut answer = Vec::new();
    for nth in 0.. {
        let Some(piece) = reader.recall_answer(&piece_of(press.key, nth))? else {
            break;
        };
        if !secret::same(&piece.body_hash, &press.print) {
            return Ok(Err(Code::KeyReused.into()));
        }
        let more = piece.answer.len() == ANSWER_BYTES_MAX;
        answer.extend(piece.answer);
        if !more {
            break;
        }
    }
    Ok(Ok((!answer.is_empty()).then_some(answer)))
}
