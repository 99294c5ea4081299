//! What can go wrong with a file.

use std::{io, path::PathBuf};

use queue::Contradiction;
use thiserror::Error;

/// Why the database was not opened. Nothing in the folder was changed by a refusal, except that
/// it may have been created.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The database was written by a newer program. This one leaves it alone.
    #[error(
        "{path} has schema {found}, and this program knows {known}: start a newer uketsuke",
        path = path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i32,
        /// The newest schema that this program knows.
        known: i32,
    },
    /// The database was written by an older program and is to be brought up to date first.
    #[error(
        "{path} has schema {found}, and this program reads {known}: start the hub once",
        path = path.display()
    )]
    Older {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i32,
        /// The schema that this program reads.
        known: i32,
    },
    /// The power went while a backup took the database's place.
    #[error("a restore in {path} was not finished: restore the backup again", path = path.display())]
    HalfRestored {
        /// The data folder.
        path: PathBuf,
    },
    /// Another hub has the folder open.
    #[error("{path} is in use by another uketsuke-hub", path = path.display())]
    InUse {
        /// The lock that it holds.
        path: PathBuf,
    },
    /// The database belongs to another office.
    #[error("the database belongs to office {found:?}, not {asked:?}")]
    OtherOffice {
        /// Whose it is.
        found: String,
        /// Who asked.
        asked: String,
    },
    /// The file is no database of this program.
    #[error("{path} is no database of uketsuke", path = path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// The file's structure is damaged. Restore a backup.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The key that opens the cases is missing while there are cases, or is no key.
    #[error("{path}: {why}", path = path.display())]
    CaseKey {
        /// Where the key belongs.
        path: PathBuf,
        /// What is wrong.
        why: &'static str,
    },
    /// The operating system gave no random numbers.
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
    /// The folder or a file in it.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite.
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// An older database could not be brought up to date; it is as it was.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(#[from] StoreError),
}

/// Why a read or a batch failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite: disk full, file gone, constraint violated.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What is stored cannot be read as what it should be.
    #[error("stored {what} cannot be read")]
    Damaged {
        /// What.
        what: &'static str,
    },
    /// The log contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The state that was given has not followed the events that were given.
    #[error("events were appended with a state that has not followed them")]
    NotFollowed,
    /// Larger than its limit.
    #[error("{what} has {bytes} bytes; the limit is {bytes_max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A sealed case does not open with its key: the key file was exchanged, or somebody edited
    /// the database.
    #[error("a sealed case does not open")]
    Sealed,
    /// The operating system gave no random numbers.
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
    /// A commit failed before. What became of it is unknown: open the store again and look.
    #[error("an earlier commit failed; the store must be opened again")]
    Poisoned,
}

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}

impl From<getrandom::Error> for OpenError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}
