//! A copy of the database while the hub runs, checked before it gets its name.
//!
//! What a copy must not hold is taken out of it before it is anywhere: the keys of cases and the
//! cases themselves, which would otherwise outlive their erasure, and sessions, which would
//! otherwise outlive a logout. A copy carries a digest of everything in it, so that a damaged
//! one is known.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
    types::ValueRef,
};
use thiserror::Error;

use crate::{
    Head, Reader, StoreError,
    chain::{self, Columns, Digest},
    open,
    words::millis,
};

/// A backup that was made and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many events are in it.
    pub events: u64,
    /// How many tickets are in it.
    pub tickets: u64,
    /// The newest row of its audit trail. Noted elsewhere, it shows later whether the trail was cut off.
    pub head: Head,
    /// What is wrong with the audit trail in it, and so in the database. A backup is made all the same.
    pub trail_fault: Option<String>,
}

/// Why there is no backup. What there was before is as it was.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A backup is never written over.
    #[error("{path} exists already", path = .0.display())]
    Exists(PathBuf),
    /// The folder or a file in it.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite.
    #[error("the copy failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy is not what was copied.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { path, source }
}

/// What must be the same in the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    events: u64,
    tickets: u64,
    head: Head,
}

impl Tally {
    fn of(db: &Connection) -> Result<Self, StoreError> {
        let count = |sql| -> Result<u64, StoreError> {
            let count: i64 = db.query_row(sql, [], |row| row.get(0))?;
            u64::try_from(count).map_err(|_| StoreError::Damaged { what: "count" })
        };
        Ok(Self {
            events: count("SELECT count(*) FROM events")?,
            tickets: count("SELECT count(*) FROM visits")?,
            head: chain::head(db)?,
        })
    }
}

impl Reader {
    /// Copies the database to a new file while the hub goes on, and checks the copy. The cases of
    /// the day and the sessions are not in it.
    ///
    /// # Errors
    /// See [`BackupError`]; no file is left then.
    pub fn backup_to(&self, path: &Path, now: DateTime<Utc>) -> Result<BackupReport, BackupError> {
        if path.exists() {
            return Err(BackupError::Exists(path.to_owned()));
        }
        let part = beside(path, PART);
        let made = self.copy(&part, now).and_then(|tally| {
            let file = File::open(&part).map_err(io_error(&part))?;
            file.sync_all().map_err(io_error(&part))?;
            let bytes = file.metadata().map_err(io_error(&part))?.len();
            let trail_fault = check(&part, tally)?;
            fs::rename(&part, path).map_err(io_error(path))?;
            sync_folder(path)?;
            Ok(BackupReport {
                path: path.to_owned(),
                bytes,
                events: tally.events,
                tickets: tally.tickets,
                head: tally.head,
                trail_fault,
            })
        });
        if made.is_err() {
            let _ = overwrite(&part);
        }
        made
    }

    fn copy(&self, part: &Path, now: DateTime<Utc>) -> Result<Tally, BackupError> {
        new_private_file(part)?;
        // One moment for the copy and for what it is compared with; the hub writes on meanwhile.
        let seen = self.connection().unchecked_transaction()?;
        let tally = Tally::of(&seen)?;
        let mut copy = Connection::open(part)?;
        let ended = Backup::new(&seen, &mut copy)?.step(-1)?;
        if ended != StepResult::Done {
            return Err(BackupError::Damaged(format!("it ended as {ended:?}")));
        }
        drop(seen);
        drop(copy);
        finish(&Connection::open(part)?, now)?;
        Ok(tally)
    }
}

/// Takes out what a copy must not hold, and writes down what everything else amounts to.
fn finish(copy: &Connection, now: DateTime<Utc>) -> Result<(), BackupError> {
    // One file that needs no other beside it, and no journal that would hold what is taken out.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    copy.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    copy.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    let tx = copy.unchecked_transaction()?;
    tx.execute("DELETE FROM case_keys", [])?;
    tx.execute(
        "UPDATE cases SET sealed = NULL, erased_at = ?1 WHERE sealed IS NOT NULL",
        [millis(now)],
    )?;
    tx.execute(
        "UPDATE prepared SET sealed = NULL, wrapped = NULL, before_sealed = NULL, before_wrapped = NULL,
           erased_at = coalesce(erased_at, ?1)",
        [millis(now)],
    )?;
    tx.execute("DELETE FROM sessions", [])?;
    let digest = contents(&tx)?;
    tx.execute_batch(
        "CREATE TABLE backup (made_at INTEGER NOT NULL, digest BLOB NOT NULL) STRICT",
    )?;
    tx.execute(
        "INSERT INTO backup (made_at, digest) VALUES (?1, ?2)",
        rusqlite::params![millis(now), digest.as_slice()],
    )?;
    Ok(tx.commit()?)
}

/// Opens the file again and looks at everything in it; returns what is wrong with its audit trail.
fn check(path: &Path, tally: Tally) -> Result<Option<String>, BackupError> {
    let copy = open::read_only(path)?;
    intact(&copy).map_err(BackupError::Damaged)?;
    if Tally::of(&copy)? != tally {
        return Err(BackupError::Damaged(
            "it does not hold what the database held".into(),
        ));
    }
    let walked = chain::verify(&copy, Some(tally.head));
    Ok(walked.err().map(|fault| fault.to_string()))
}

/// Whether a copy is whole: its structure, its references, and its contents to the last byte.
pub(crate) fn intact(copy: &Connection) -> Result<(), String> {
    let damaged = |error: rusqlite::Error| error.to_string();
    let found: String = copy
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(damaged)?;
    if found != "ok" {
        return Err(found);
    }
    let dangling = copy
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut statement| statement.exists([]))
        .map_err(damaged)?;
    if dangling {
        return Err("a row refers to one that is not there".into());
    }
    let noted: Vec<u8> = copy
        .query_row("SELECT digest FROM backup", [], |row| row.get(0))
        .map_err(damaged)?;
    let found = contents(copy).map_err(|error| error.to_string())?;
    if noted == found {
        Ok(())
    } else {
        Err("it does not hold what was written into it".into())
    }
}

/// A digest of everything in a database but the note of the backup itself.
fn contents(db: &Connection) -> Result<Digest, StoreError> {
    let mut sum = Columns::new("uketsuke backup 1");
    for pragma in ["PRAGMA application_id", "PRAGMA user_version"] {
        sum = sum.int(db.query_row(pragma, [], |row| row.get(0))?);
    }
    let mut schema = db.prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema
         WHERE tbl_name <> 'backup' ORDER BY type, name",
    )?;
    let mut rows = schema.query([])?;
    let mut tables = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let sql: Option<String> = row.get(3)?;
        sum = sum
            .text(Some(&kind))
            .text(Some(&name))
            .text(Some(&row.get::<_, String>(2)?))
            .text(sql.as_deref());
        if kind == "table" {
            tables.push(name);
        }
    }
    for table in tables {
        sum = rows_of(db, &table, sum.text(Some(&table)))?;
    }
    Ok(sum.digest())
}

fn rows_of(db: &Connection, table: &str, mut sum: Columns) -> Result<Columns, StoreError> {
    let quoted = table.replace('"', "\"\"");
    let mut statement = db.prepare(&format!("SELECT rowid, * FROM \"{quoted}\" ORDER BY rowid"))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            sum = match row.get_ref(column)? {
                ValueRef::Null => sum.text(Some("null")),
                ValueRef::Integer(int) => sum.text(Some("int")).int(int),
                ValueRef::Real(real) => sum
                    .text(Some("real"))
                    .bytes(Some(real.to_be_bytes().as_slice())),
                ValueRef::Text(text) => sum.text(Some("text")).bytes(Some(text)),
                ValueRef::Blob(blob) => sum.text(Some("blob")).bytes(Some(blob)),
            };
        }
    }
    Ok(sum)
}

/// `name.db` becomes `name.db.part`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn new_private_file(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(io_error(path)(error));
        }
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(io_error(path))?;
    Ok(())
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(io_error(folder))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

const PREFIX: &str = "uketsuke-";
const SUFFIX: &str = ".db";
/// What a copy is called until it is checked.
const PART: &str = ".part";

/// The name of a backup made at an instant: `uketsuke-20261124T180000Z.db`.
#[must_use]
pub fn backup_name(now: DateTime<Utc>) -> String {
    format!("{PREFIX}{}{SUFFIX}", now.format("%Y%m%dT%H%M%SZ"))
}

/// Makes a backup in a folder, and removes the oldest so that `kept` remain, this one included.
/// Other files in the folder are left alone. For the turn of the day, after the purge.
///
/// # Errors
/// See [`BackupError`]; then nothing was removed.
pub fn nightly(
    reader: &Reader,
    folder: &Path,
    now: DateTime<Utc>,
    kept: u32,
) -> Result<BackupReport, BackupError> {
    make_private_folder(folder)?;
    clear_unfinished(folder)?;
    let report = reader.backup_to(&folder.join(backup_name(now)), now)?;
    let mut names: Vec<String> = fs::read_dir(folder)
        .map_err(io_error(folder))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_backup_name(name))
        .collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    let kept = usize::try_from(kept.max(1)).unwrap_or(usize::MAX);
    for name in names.iter().skip(kept) {
        let path = folder.join(name);
        // The one that was just made stays, whatever its clock said.
        if path != report.path {
            fs::remove_file(&path).map_err(io_error(&path))?;
        }
    }
    Ok(report)
}

/// Removes what an attempt at a backup left that never came to its end, because the power went: until it is checked, a
/// copy may still hold cases with their keys. What is there is overwritten first. For the start of a hub, and for each night.
///
/// # Errors
/// When a file cannot be overwritten or removed.
pub fn clear_unfinished(folder: &Path) -> Result<(), BackupError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(io_error(folder))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let unfinished = name.to_str().and_then(|name| {
            let (name, rest) = name.split_once(PART)?;
            // SQLite's own files beside it, too.
            (is_backup_name(name) && matches!(rest, "" | "-journal" | "-wal" | "-shm"))
                .then_some(())
        });
        if unfinished.is_some() {
            overwrite(&entry.path()).map_err(io_error(&entry.path()))?;
        }
    }
    Ok(())
}

/// Writes zeros over a file and removes it.
fn overwrite(path: &Path) -> io::Result<()> {
    const CHUNK_BYTES: usize = 1 << 16;
    let mut file = File::options().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = vec![0; CHUNK_BYTES];
    while left > 0 {
        let now = usize::try_from(left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        let part = zeros.get(..now).unwrap_or_default();
        file.write_all(part)?;
        left -= part.len() as u64;
    }
    file.sync_all()?;
    fs::remove_file(path)
}

fn is_backup_name(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .is_some_and(|stamp| {
            stamp.len() == 16
                && stamp
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'T' || byte == b'Z')
        })
}

fn make_private_folder(folder: &Path) -> Result<(), BackupError> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(folder).map_err(io_error(folder))
}
