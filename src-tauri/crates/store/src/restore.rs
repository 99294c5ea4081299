//! A backup takes the place of the database. It is checked and completed beside it; only then are
//! the two exchanged, and what was there before is put aside, never deleted.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use thiserror::Error;

use crate::{
    AuditFault, Head, OpenError, Store, StoreError, backup, chain,
    open::{self, DATABASE, LOCK, Lock},
};

/// Where a backup is completed before it takes the database's place.
pub(crate) const STAGE: &str = "restoring";

/// Why a backup was not restored. The database is as it was.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// A hub is running, the file is no database of ours, newer than this program, or another office's.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is a database, and it was not said that it may be put aside.
    #[error("{path} is there; say --replace to put it aside", path = .0.display())]
    InPlace(PathBuf),
    /// It was never finished by `backup`, or is damaged.
    #[error("{path} is no whole backup: {why}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Its audit trail is not as it was written.
    #[error("the backup's audit trail: {0}")]
    Audit(#[from] AuditFault),
    /// The folder or a file in it.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite.
    #[error("the backup cannot be restored: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The restored database cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> RestoreError {
    let path = path.to_owned();
    move |source| RestoreError::Io { path, source }
}

/// What else may be, at a restore.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestoreMay {
    /// A database may be there; it is put aside.
    pub replace: bool,
    /// The backup's audit trail may have been edited: where nothing better is left.
    pub break_the_trail: bool,
}

/// A backup that passed every check and waits to take the database's place.
pub struct Restore {
    store: Store,
    folder: PathBuf,
    head: Head,
    _lock: Lock,
}

impl Restore {
    /// Checks a backup and opens it, brought up to date, beside the database of a data folder.
    /// Until [`Restore::install`] the database is not touched.
    ///
    /// # Errors
    /// When a hub has the folder; when there is a database and it may not be replaced; when the file
    /// is no whole backup of this office that this program knows. See [`RestoreError`].
    pub fn prepare(
        from: &Path,
        folder: &Path,
        office: &str,
        may: RestoreMay,
    ) -> Result<Self, RestoreError> {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
        let lock = open::lock(&folder.join(LOCK))?;
        let database = folder.join(DATABASE);
        if database.exists() && !may.replace {
            return Err(RestoreError::InPlace(database));
        }
        let stage = folder.join(STAGE);
        if stage.exists() {
            // What an earlier attempt left.
            fs::remove_dir_all(&stage).map_err(io_error(&stage))?;
        }
        fs::create_dir(&stage).map_err(io_error(&stage))?;
        let prepared = stage_and_check(from, &stage, office, may.break_the_trail);
        if prepared.is_err() {
            let _ = fs::remove_dir_all(&stage);
        }
        let (store, head) = prepared?;
        Ok(Self {
            store,
            folder: folder.to_owned(),
            head,
            _lock: lock,
        })
    }

    /// The newest row of the backup's audit trail.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The restored database, to be completed before it takes its place.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Lets the restored database take its place. Returns the folder in which the one that was
    /// there before now is.
    ///
    /// # Errors
    /// See [`RestoreError`]. If the power goes in between, the hub refuses to start with an empty
    /// database; restore again.
    pub fn install(self, now: DateTime<Utc>) -> Result<Option<PathBuf>, RestoreError> {
        let Self {
            mut store,
            folder,
            _lock,
            ..
        } = self;
        // Nobody else reads it, so it is emptied at once.
        store.scrub()?;
        drop(store);
        let stage = folder.join(STAGE);
        let staged = stage.join(DATABASE);
        File::open(&staged)
            .and_then(|file| file.sync_all())
            .map_err(io_error(&staged))?;
        let aside = put_aside(&folder, now)?;
        let database = folder.join(DATABASE);
        fs::rename(&staged, &database).map_err(io_error(&database))?;
        sync(&folder)?;
        fs::remove_dir_all(&stage).map_err(io_error(&stage))?;
        Ok(aside)
    }
}

fn stage_and_check(
    from: &Path,
    stage: &Path,
    office: &str,
    break_the_trail: bool,
) -> Result<(Store, Head), RestoreError> {
    let staged = stage.join(DATABASE);
    for suffix in ["-wal", "-journal"] {
        let mut name = from.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        if from.with_file_name(name).exists() {
            return Err(RestoreError::Damaged {
                path: from.to_owned(),
                why: format!("a file {suffix} lies beside it, so it is a database in use"),
            });
        }
    }
    fs::copy(from, &staged).map_err(io_error(from))?;
    let head = check(from, &staged, office, break_the_trail)?;
    let db = Connection::open(&staged)?;
    db.execute_batch("DROP TABLE backup")?;
    drop(db);
    // Everything that an older program left undone is done here, and the checks of every start.
    let store = Store::open(stage, office)?;
    Ok((store, head))
}

fn check(
    from: &Path,
    staged: &Path,
    office: &str,
    break_the_trail: bool,
) -> Result<Head, RestoreError> {
    let copy = open::read_only(staged)?;
    open::recognise(&copy, from)?;
    backup::intact(&copy).map_err(|why| RestoreError::Damaged {
        path: from.to_owned(),
        why,
    })?;
    let found: String = copy.query_row("SELECT id FROM office", [], |row| row.get(0))?;
    if found != office {
        return Err(RestoreError::Open(OpenError::OtherOffice {
            found,
            asked: office.to_owned(),
        }));
    }
    match chain::verify(&copy, None) {
        Err(AuditFault::Store(error)) => Err(error.into()),
        Err(fault) if !break_the_trail => Err(fault.into()),
        _ => Ok(chain::head(&copy)?),
    }
}

/// Moves the database that is there into a folder of its own.
fn put_aside(folder: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, RestoreError> {
    let there: Vec<PathBuf> = ["", "-wal", "-shm"]
        .iter()
        .map(|suffix| folder.join(format!("{DATABASE}{suffix}")))
        .filter(|path| path.exists())
        .collect();
    if there.is_empty() {
        return Ok(None);
    }
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let aside = (0..100)
        .map(|serial| match serial {
            0 => folder.join(format!("replaced-{stamp}")),
            serial => folder.join(format!("replaced-{stamp}-{serial}")),
        })
        .find(|path| !path.exists())
        .ok_or_else(|| io_error(folder)(io::ErrorKind::AlreadyExists.into()))?;
    fs::create_dir(&aside).map_err(io_error(&aside))?;
    for path in there {
        let name = path.file_name().unwrap_or_default();
        fs::rename(&path, aside.join(name)).map_err(io_error(&path))?;
    }
    sync(folder)?;
    Ok(Some(aside))
}

fn sync(folder: &Path) -> Result<(), RestoreError> {
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error(folder))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
