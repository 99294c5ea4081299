//! The log as a file: locked, appended to, flushed to the disk before anything follows from a record.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use super::record::{self, Damage, LOG_BYTES_MAX, Record};

const LOG: &str = "numbers.log";
const FRESH: &str = "numbers.log.new";
const LOCK: &str = "numbers.lock";

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or a file in it.
    #[error("the log of numbers in {folder}: {source}")]
    File {
        /// The data folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Another program has it open.
    #[error("another kiosk uses {folder}; each kiosk needs a data folder of its own")]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// A record is longer than any may be.
    #[error("a record is longer than the log takes")]
    TooLong,
}

/// The log of one kiosk, open for as long as the program runs.
pub(crate) struct Journal {
    folder: PathBuf,
    file: File,
    bytes: u64,
    /// The folder may still name the log before this one on the disk; what is written must wait for it.
    unnamed: bool,
    /// Held, so that two programs never give the same numbers.
    _lock: File,
}

/// What was found when the log was opened.
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    pub(crate) records: Vec<Record>,
    pub(crate) damage: Option<Damage>,
}

impl Journal {
    /// Opens the log of a folder; both are made where they are not there. A torn last record is cut off.
    pub(crate) fn open(folder: &Path) -> Result<Opened, JournalError> {
        let wrong = |source| JournalError::File {
            folder: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(wrong)?;
        let lock = open(&folder.join(LOCK)).map_err(wrong)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse {
                folder: folder.to_owned(),
            },
            TryLockError::Error(source) => wrong(source),
        })?;
        let mut file = open(&folder.join(LOG)).map_err(wrong)?;
        sync_folder(folder).map_err(wrong)?;
        let (read, bytes) = read(&mut file).map_err(wrong)?;
        file.set_len(bytes).map_err(wrong)?;
        file.seek(SeekFrom::End(0)).map_err(wrong)?;
        file.sync_all().map_err(wrong)?;
        Ok(Opened {
            journal: Self {
                folder: folder.to_owned(),
                file,
                bytes,
                unnamed: false,
                _lock: lock,
            },
            records: read.records,
            damage: read.damage,
        })
    }

    /// Writes a record. When this returns, it survives the power cord.
    pub(crate) fn write(&mut self, record: &Record) -> Result<(), JournalError> {
        let line = record::encode(record).ok_or(JournalError::TooLong)?;
        if self.unnamed {
            self.name(sync_folder)?;
        }
        let written = self
            .file
            .write_all(&line)
            .and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // What was half written must not stand in the middle of the log. If it cannot be cut off
            // either, the next start tells of the damage and trusts no number of the day.
            let cut = self.file.set_len(self.bytes);
            let back = self.file.seek(SeekFrom::Start(self.bytes));
            tracing::error!(?cut, ?back, "the log of numbers could not be written");
            return Err(self.wrong(source));
        }
        self.bytes += u64::try_from(line.len()).unwrap_or_default();
        Ok(())
    }

    /// How long the log is.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Begins the log anew with these records. Until the new one stands whole in its place, the old one does.
    pub(crate) fn replace(&mut self, records: &[Record]) -> Result<(), JournalError> {
        self.replace_and(records, sync_folder)
    }

    fn replace_and(
        &mut self,
        records: &[Record],
        sync: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<(), JournalError> {
        let fresh = self.folder.join(FRESH);
        let mut bytes = Vec::new();
        for record in records {
            bytes.extend(record::encode(record).ok_or(JournalError::TooLong)?);
        }
        let put = || -> io::Result<File> {
            let mut file = open(&fresh)?;
            file.set_len(0)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, self.folder.join(LOG))?;
            Ok(file)
        };
        // From here on the log's name means the new file, whether the disk knows it or not: what was written
        // to the old one would be found by nobody.
        self.file = put().map_err(|source| self.wrong(source))?;
        self.bytes = u64::try_from(bytes.len()).unwrap_or_default();
        self.name(sync)
    }

    /// Has the disk know which file the log's name means.
    fn name(&mut self, sync: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), JournalError> {
        self.unnamed = true;
        sync(&self.folder).map_err(|source| self.wrong(source))?;
        self.unnamed = false;
        Ok(())
    }

    /// Lays a copy of a damaged log beside it, for whoever looks into it.
    pub(crate) fn keep_damaged(&self, name: &str) -> Result<(), JournalError> {
        fs::copy(self.folder.join(LOG), self.folder.join(name))
            .and_then(|_| sync_folder(&self.folder))
            .map_err(|source| self.wrong(source))
    }

    fn wrong(&self, source: io::Error) -> JournalError {
        JournalError::File {
            folder: self.folder.clone(),
            source,
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The records, and where the last whole line ends.
fn read(file: &mut File) -> io::Result<(record::Read, u64)> {
    let length = file.metadata()?.len();
    if length > LOG_BYTES_MAX {
        let damage = Damage::TooLarge {
            bytes_max: LOG_BYTES_MAX,
        };
        let read = record::Read {
            records: Vec::new(),
            damage: Some(damage),
            end: 0,
        };
        return Ok((read, length));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let read = record::read(&bytes);
    let end = u64::try_from(read.end).unwrap_or_default();
    Ok((read, end))
}

/// A file's name is on the disk when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wire::office::SlipState;

    use super::*;

    fn slip(print: u128) -> Record {
        Record::Came {
            print: Uuid::from_u128(print),
            slip: SlipState::Printed,
        }
    }

    #[test]
    fn what_is_written_after_a_folder_could_not_be_synced_is_in_the_log_that_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap().journal;
        journal.write(&slip(1)).unwrap();
        let fails = |_: &Path| Err(io::Error::other("the disk is ill"));
        assert!(journal.replace_and(&[slip(1)], fails).is_err());
        assert!(journal.unnamed, "a write syncs the folder first");
        journal.write(&slip(2)).unwrap();
        assert!(!journal.unnamed);
        drop(journal);
        let found = Journal::open(folder.path()).unwrap();
        assert_eq!(found.damage, None);
        assert_eq!(found.records, [slip(1), slip(2)]);
    }
}
