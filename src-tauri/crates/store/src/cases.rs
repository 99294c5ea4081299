//! Sealed cases: what citizens wrote, readable only with two keys. Each case has a key of its
//! own, and that key is wrapped by the hub's, which lies in a file beside the database and never
//! in it. Deleting the wrapped key erases the case, wherever its bytes may still lie.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chrono::{DateTime, Utc};
use queue::TicketId;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    CASE_BYTES_MAX, OpenError, StoreError, handovers,
    migrate::Migration,
    prepared, visits,
    words::{instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
        2026112205,
        "
CREATE TABLE cases (
  ticket BLOB PRIMARY KEY REFERENCES visits (ticket),
  sealed_at INTEGER NOT NULL,
  sealed BLOB,
  erased_at INTEGER,
  CONSTRAINT cases_sealed_or_erased CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE INDEX cases_by_age ON cases (sealed_at) WHERE sealed IS NOT NULL;
CREATE TABLE case_keys (
  ticket BLOB PRIMARY KEY REFERENCES cases (ticket),
  wrapped BLOB NOT NULL
) STRICT;
",
    ),
    Migration::sql(
        2026112301,
        "
ALTER TABLE cases ADD COLUMN keep_until INTEGER;
",
    ),
];

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// What is stored of a case. Neither `Debug` nor `Clone`: it may hold what a citizen wrote.
///
/// ```compile_fail,E0277
/// fn log(case: &store::Case) {
///     println!("{case:?}");
/// }
/// ```
pub enum Case {
    /// No case came with this ticket.
    None,
    /// There was one.
    Erased {
        /// When it was erased.
        at: DateTime<Utc>,
    },
    /// There is one.
    Open {
        /// When it was sealed.
        sealed_at: DateTime<Utc>,
        /// What was sealed; overwritten when dropped.
        plaintext: Zeroizing<Vec<u8>>,
    },
}

/// The hub's key. Not `Debug`, and overwritten when the last holder drops it.
#[derive(Clone)]
pub(crate) struct CaseKey(Arc<Zeroizing<[u8; KEY_BYTES]>>);

impl CaseKey {
    /// Reads the key's file, or makes one where nothing is sealed yet.
    pub(crate) fn load(path: &Path, sealed: bool) -> Result<Self, OpenError> {
        let trouble = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        let wrong = |why| OpenError::CaseKey {
            path: path.to_owned(),
            why,
        };
        match File::open(path) {
            Ok(mut file) => {
                let mut key = Zeroizing::new([0; KEY_BYTES]);
                file.read_exact(key.as_mut_slice())
                    .map_err(|_| wrong("is shorter than 32 bytes"))?;
                let rest = file.read(&mut [0]).map_err(trouble)?;
                if rest == 0 {
                    Ok(Self(Arc::new(key)))
                } else {
                    Err(wrong("is longer than 32 bytes"))
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && sealed => Err(wrong(
                "is missing, and the database holds cases that only it opens",
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = random::<KEY_BYTES>()?;
                write_key(path, key.as_slice()).map_err(trouble)?;
                Ok(Self(Arc::new(key)))
            }
            Err(error) => Err(trouble(error)),
        }
    }
}

impl CaseKey {
    /// 80 bits that only this key makes of a ticket: nobody without it can guess them or turn them into the ticket.
    pub(crate) fn code(&self, of: &Uuid) -> CaseCode {
        // Both parts have a fixed length, so nothing can be moved from one to the other.
        let digest = Sha256::new_with_prefix(self.0.as_slice())
            .chain_update(about(of, "code"))
            .finalize();
        let mut code = [0; 10];
        for (to, from) in code.iter_mut().zip(digest) {
            *to = from;
        }
        code
    }

    /// 256 bits that only this key makes of a text: the same for the same text, and nothing to whoever has not the key.
    pub(crate) fn name(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let text = Sha256::digest(text);
        // Every part but the purpose, which is ours, has a fixed length.
        Sha256::new_with_prefix(self.0.as_slice())
            .chain_update(b"uketsuke 1 ")
            .chain_update(purpose.as_bytes())
            .chain_update(text)
            .finalize()
            .into()
    }
}

/// What names a case on paper.
pub type CaseCode = [u8; 10];

/// A ticket's code, where it has a case.
pub(crate) fn code(
    db: &Connection,
    hub: Option<&CaseKey>,
    ticket: TicketId,
) -> Result<Option<CaseCode>, StoreError> {
    let there = db
        .prepare_cached("SELECT 1 FROM cases WHERE ticket = ?1")?
        .exists([ticket.0.as_bytes().as_slice()])?;
    match (there, hub) {
        (false, _) => Ok(None),
        (true, Some(hub)) => Ok(Some(hub.code(&ticket.0))),
        (true, None) => Err(StoreError::Sealed),
    }
}

/// The ticket of a code among the cases that are there, and those that were erased since an instant.
pub(crate) fn of_code(
    db: &Connection,
    hub: Option<&CaseKey>,
    code: &CaseCode,
    erased_since: DateTime<Utc>,
) -> Result<Option<TicketId>, StoreError> {
    let hub = hub.ok_or(StoreError::Sealed)?;
    let mut tickets =
        db.prepare_cached("SELECT ticket FROM cases WHERE sealed IS NOT NULL OR erased_at >= ?1")?;
    let mut rows = tickets.query([millis(erased_since)])?;
    while let Some(row) = rows.next()? {
        let ticket = crate::words::ticket(&row.get::<_, Vec<u8>>(0)?)?;
        if hub.code(&ticket.0) == *code {
            return Ok(Some(ticket));
        }
    }
    // A paper that was printed before its case had a ticket.
    prepared::of_code(db, hub, code)
}

/// Written whole beside its place, then renamed, so that half a key never stands there.
fn write_key(path: &Path, key: &[u8]) -> io::Result<()> {
    let whole = path.with_extension("key.new");
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&whole)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&whole, path)?;
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(bytes)
}

pub(crate) fn seal(
    db: &Connection,
    hub: &CaseKey,
    ticket: TicketId,
    plaintext: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Sealed { sealed, wrapped } = Sealed::new(hub, &CASE, &ticket.0, plaintext)?;
    let ticket = ticket.0.as_bytes().as_slice();
    db.prepare_cached("INSERT INTO cases (ticket, sealed_at, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![ticket, millis(now), sealed])?;
    db.prepare_cached("INSERT INTO case_keys (ticket, wrapped) VALUES (?1, ?2)")?
        .execute(params![ticket, wrapped])?;
    visits::has_case(db, ticket, true)
}

/// Seals a case anew, with another key; the one that it had is overwritten.
pub(crate) fn reseal(
    db: &Connection,
    hub: &CaseKey,
    ticket: TicketId,
    plaintext: &[u8],
) -> Result<(), StoreError> {
    let Sealed { sealed, wrapped } = Sealed::new(hub, &CASE, &ticket.0, plaintext)?;
    let ticket = ticket.0.as_bytes().as_slice();
    let cases = db
        .prepare_cached("UPDATE cases SET sealed = ?2 WHERE ticket = ?1 AND sealed IS NOT NULL")?
        .execute(params![ticket, sealed])?;
    let keys = db
        .prepare_cached("UPDATE case_keys SET wrapped = ?2 WHERE ticket = ?1")?
        .execute(params![ticket, wrapped])?;
    if (cases, keys) == (1, 1) {
        Ok(())
    } else {
        Err(StoreError::Sealed)
    }
}

/// What sealed bytes are, and what their key is: neither opens as anything else.
pub(crate) struct Purpose {
    pub(crate) bytes: &'static str,
    pub(crate) key: &'static str,
}

/// The case of a ticket.
pub(crate) const CASE: Purpose = Purpose {
    bytes: "case",
    key: "key",
};

/// A case under a key of its own, and that key under the hub's.
pub(crate) struct Sealed {
    pub(crate) sealed: Vec<u8>,
    pub(crate) wrapped: Vec<u8>,
}

impl Sealed {
    pub(crate) fn new(
        hub: &CaseKey,
        purpose: &Purpose,
        of: &Uuid,
        plaintext: &[u8],
    ) -> Result<Self, StoreError> {
        if plaintext.len() > CASE_BYTES_MAX {
            return Err(StoreError::TooLarge {
                what: "a case",
                bytes: plaintext.len(),
                bytes_max: CASE_BYTES_MAX,
            });
        }
        let key = random::<KEY_BYTES>()?;
        Ok(Self {
            sealed: encrypt(&key, &about(of, purpose.bytes), plaintext)?,
            wrapped: encrypt(&hub.0, &about(of, purpose.key), key.as_slice())?,
        })
    }

    /// What was sealed.
    pub(crate) fn open(
        &self,
        hub: Option<&CaseKey>,
        purpose: &Purpose,
        of: &Uuid,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let hub = hub.ok_or(StoreError::Sealed)?;
        let key = decrypt(&hub.0, &about(of, purpose.key), &self.wrapped)?;
        let key = key.first_chunk().ok_or(StoreError::Sealed)?;
        decrypt(key, &about(of, purpose.bytes), &self.sealed)
    }
}

pub(crate) fn open(
    db: &Connection,
    hub: Option<&CaseKey>,
    ticket: TicketId,
) -> Result<Case, StoreError> {
    type Found = (i64, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
    let found: Option<Found> = db
        .prepare_cached(
            "SELECT sealed_at, erased_at, sealed, wrapped
             FROM cases LEFT JOIN case_keys USING (ticket) WHERE ticket = ?1",
        )?
        .query_row([ticket.0.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    match found {
        None => Ok(Case::None),
        Some((sealed_at, _, Some(sealed), Some(wrapped))) => Ok(Case::Open {
            sealed_at: instant(sealed_at)?,
            plaintext: Sealed { sealed, wrapped }.open(hub, &CASE, &ticket.0)?,
        }),
        Some((sealed_at, erased_at, _, _)) => Ok(Case::Erased {
            at: instant(erased_at.unwrap_or(sealed_at))?,
        }),
    }
}

/// Takes a case from a ticket as if it had never had one. It stands somewhere else by then, and what another system has of it
/// says nothing of a case that the ticket may get later.
pub(crate) fn take(db: &Connection, ticket: TicketId) -> Result<(), StoreError> {
    handovers::forget(db, ticket)?;
    let ticket = ticket.0.as_bytes().as_slice();
    db.prepare_cached("DELETE FROM case_keys WHERE ticket = ?1")?
        .execute([ticket])?;
    db.prepare_cached("DELETE FROM cases WHERE ticket = ?1")?
        .execute([ticket])?;
    visits::has_case(db, ticket, false)
}

/// Erases a case; tells whether there was one to erase.
pub(crate) fn erase(
    db: &Connection,
    ticket: TicketId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    handovers::forget(db, ticket)?;
    let ticket = ticket.0.as_bytes().as_slice();
    db.prepare_cached("DELETE FROM case_keys WHERE ticket = ?1")?
        .execute([ticket])?;
    let erased = db
        .prepare_cached(
            "UPDATE cases SET sealed = NULL, erased_at = ?2
             WHERE ticket = ?1 AND sealed IS NOT NULL",
        )?
        .execute(params![ticket, millis(now)])?;
    Ok(erased > 0)
}

/// Lets a case live until an instant; never shorter than what was said before.
pub(crate) fn keep_until(
    db: &Connection,
    ticket: TicketId,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE cases SET keep_until = max(coalesce(keep_until, ?2), ?2)
         WHERE ticket = ?1 AND sealed IS NOT NULL",
    )?
    .execute(params![ticket.0.as_bytes().as_slice(), millis(until)])?;
    Ok(())
}

/// Erases every case that was sealed before an instant and is not to be kept longer; tells how many.
pub(crate) fn erase_older(
    db: &Connection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    // The key first: should the disk fail between the two, what is left opens with nothing.
    for table in ["case_keys", "handovers"] {
        db.prepare_cached(&format!(
            "DELETE FROM {table} WHERE ticket IN
               (SELECT ticket FROM cases WHERE sealed_at < ?1 AND sealed IS NOT NULL
                AND (keep_until IS NULL OR keep_until <= ?2))",
        ))?
        .execute([millis(before), millis(now)])?;
    }
    let erased = db
        .prepare_cached(
            "UPDATE cases SET sealed = NULL, erased_at = ?2
             WHERE sealed_at < ?1 AND sealed IS NOT NULL
             AND (keep_until IS NULL OR keep_until <= ?2)",
        )?
        .execute([millis(before), millis(now)])?;
    Ok(erased)
}

/// Binds bytes to their ticket and their purpose, so that rows cannot be exchanged.
fn about(of: &Uuid, purpose: &str) -> Vec<u8> {
    [
        b"uketsuke 1 ".as_slice(),
        purpose.as_bytes(),
        b" ",
        of.as_bytes(),
    ]
    .concat()
}

/// Nonce, then ciphertext.
fn encrypt(key: &[u8; KEY_BYTES], about: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce = random::<NONCE_BYTES>()?;
    let payload = Payload {
        msg: plaintext,
        aad: about,
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(nonce.as_slice()), payload)
        .map_err(|_| StoreError::Sealed)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(
    key: &[u8; KEY_BYTES],
    about: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (nonce, sealed) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or(StoreError::Sealed)?;
    let payload = Payload {
        msg: sealed,
        aad: about,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| StoreError::Sealed)
}
