//! Opening the folder: one program, one writer, the settings under which a commit survives the
//! power cord.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::{
    Batch, OpenError, Reader, StoreError,
    cases::CaseKey,
    migrate::{self, Migration},
    restore,
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112201,
    "
CREATE TABLE office (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;
",
)];

/// The database's file in the data folder.
pub(crate) const DATABASE: &str = "uketsuke.db";
/// What the one program that writes holds.
pub(crate) const LOCK: &str = "uketsuke.lock";

/// `UKTS`: tells our files from any other SQLite database.
const APPLICATION_ID: i32 = 0x554b_5453;

/// Pages (4 KiB) in the log of changes after which a commit writes them back by itself, because no moment for
/// [`Store::tidy`] came: 32 MiB, which a start reads in some tens of milliseconds.
const LOG_PAGES_MAX: i32 = 8192;

/// More than there are statements, so that none is ever prepared twice.
const STATEMENTS_MAX: usize = 96;

/// A larger file is not looked through at each start, which would make visitors wait: that is done
/// with every night's backup.
const QUICK_CHECK_BYTES_MAX: i64 = 16 * 1024 * 1024;

/// How long a reader waits for a lock. The writer never waits: it is alone.
const BUSY_MS_MAX: u64 = 5_000;

/// The office's database, opened for writing. There is one in the office.
pub struct Store {
    reader: Reader,
    path: PathBuf,
    poisoned: bool,
    /// Held as long as the store is; the operating system gives it back if the program dies.
    _lock: Lock,
}

impl Store {
    /// Opens the folder of an office, and makes it where there is none: `uketsuke.db`,
    /// `case.key` (mode 0600) and `uketsuke.lock`. Brings an older database up to date.
    ///
    /// # Errors
    /// See [`OpenError`]; a database that is newer, damaged or another office's is left alone.
    pub fn open(dir: &Path, office: &str) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(|source| io_error(dir, source))?;
        let lock = lock(&dir.join(LOCK))?;
        let path = dir.join(DATABASE);
        if !path.exists() && dir.join(restore::STAGE).join(DATABASE).exists() {
            return Err(OpenError::HalfRestored {
                path: dir.to_owned(),
            });
        }
        let mut db = Connection::open(&path)?;
        recognise(&db, &path)?;
        settings(&db)?;
        set_up(&mut db, office)?;
        let sealed = "SELECT EXISTS (SELECT 1 FROM case_keys)
            OR EXISTS (SELECT 1 FROM prepared WHERE sealed IS NOT NULL)";
        let sealed = db.query_row(sealed, [], |row| row.get(0))?;
        let key = CaseKey::load(&dir.join("case.key"), sealed)?;
        Ok(Self {
            reader: Reader::new(db, Some(key)),
            path,
            poisoned: false,
            _lock: lock,
        })
    }

    /// What is stored.
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// A second connection, which can only read, for another thread.
    ///
    /// # Errors
    /// When SQLite cannot open it.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(read_only(&self.path)?, self.reader.key()))
    }

    /// Begins a transaction for the writes of any number of commands. Dropped without
    /// [`Batch::commit`], it never was.
    ///
    /// # Errors
    /// [`StoreError::Poisoned`] after a commit failed.
    pub fn batch(&mut self) -> Result<Batch<'_>, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        let key = self.reader.key();
        let tx = self
            .reader
            .connection_mut()
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Batch::new(tx, key, &mut self.poisoned))
    }

    /// Writes the log of changes back into the file. A commit that has to do this waits for the disk three times
    /// instead of once, so it is for a moment when nobody waits.
    ///
    /// # Errors
    /// When SQLite cannot.
    pub fn tidy(&mut self) -> Result<(), StoreError> {
        self.reader
            .connection_mut()
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Writes the log of changes back into the file and empties it, so that what was erased is
    /// gone from the disk. For a moment when nothing else is to do. False when somebody was reading
    /// an older moment, a backup for example: nobody is waited for; ask again later.
    ///
    /// # Errors
    /// When SQLite cannot.
    pub fn scrub(&mut self) -> Result<bool, StoreError> {
        let db = self.reader.connection_mut();
        db.busy_timeout(Duration::ZERO)?;
        let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, bool>(0)
        });
        db.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
        match busy {
            Ok(busy) => Ok(!busy),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A connection that can only read.
pub(crate) fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

/// A database of ours that is up to date, for reading.
pub(crate) fn for_reading(path: &Path) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(io_error(path, io::ErrorKind::NotFound.into()));
    }
    let db = read_only(path)?;
    recognise(&db, path)?;
    let (found, known) = (migrate::found(&db)?, migrate::known());
    if found < known {
        return Err(OpenError::Older {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(db)
}

pub(crate) fn io_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        source,
    }
}

/// The folder is ours as long as this lives.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that another thread is just starting has it open, too, until
        // it has become another program, and would keep the lock for that moment. Where unlocking fails, closing does it.
        let _ = self.0.unlock();
    }
}

pub(crate) fn lock(path: &Path) -> Result<Lock, OpenError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|source| io_error(path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(io_error(path, source)),
    }
}

/// Looks at the file before anything is changed in it.
pub(crate) fn recognise(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let foreign = || OpenError::Foreign {
        path: path.to_owned(),
    };
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let id = match number("PRAGMA application_id") {
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(foreign());
        }
        other => other?,
    };
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    if id != APPLICATION_ID && !(id == 0 && tables == 0) {
        return Err(foreign());
    }
    let (found, known) = (migrate::found(db)?, migrate::known());
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    let bytes: i64 = db.query_row(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        [],
        |row| row.get(0),
    )?;
    if bytes > QUICK_CHECK_BYTES_MAX {
        return Ok(());
    }
    let check: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if check == "ok" {
        Ok(())
    } else {
        Err(OpenError::Damaged(check))
    }
}

fn settings(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    db.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
    // With WAL, FULL is what makes an acknowledged ticket survive the power cord.
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    // A file system that lies through a memory map has damaged databases before.
    db.execute_batch("PRAGMA mmap_size = 0")?;
    db.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES_MAX, |_| Ok(()))
}

/// Schema and office in one transaction: all or nothing.
fn set_up(db: &mut Connection, office: &str) -> Result<(), OpenError> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if migrate::found(&tx)? < migrate::known() {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        migrate::migrate(&tx)?;
    }
    let found: Option<String> = tx
        .query_row("SELECT id FROM office", [], |row| row.get(0))
        .optional()?;
    match found {
        None => {
            tx.execute("INSERT INTO office (one, id) VALUES (1, ?1)", [office])?;
        }
        Some(found) if found != office => {
            return Err(OpenError::OtherOffice {
                found,
                asked: office.to_owned(),
            });
        }
        Some(_) => {}
    }
    Ok(tx.commit()?)
}
