//! What every business day begins with beside the owner, while it goes on: the backup, and a look for files whose time is over.

use std::{path::PathBuf, sync::Arc, thread};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use office::Office;
use store::{Action, Reader, clear_unfinished, nightly};
use tokio::sync::mpsc;

use crate::{
    export::over,
    owner::{Books, Message, books::By},
};

/// Where a hub's backups are, below its data folder.
pub(crate) const BACKUPS_FOLDER: &str = "backups";
const NAME_FORMAT: &str = "uketsuke-%Y%m%dT%H%M%SZ.db";

/// Makes backups, one at a time, and tells the owner.
pub(super) struct Keeper {
    /// The hub's data folder.
    data: PathBuf,
    /// Where backups are, in it.
    folder: PathBuf,
    /// Weak: the owner ends when nobody else can ask it for anything.
    inbox: mpsc::WeakSender<Message>,
}

impl Keeper {
    pub(super) fn new(data: &std::path::Path, inbox: &mpsc::Sender<Message>) -> Self {
        Self {
            data: data.to_owned(),
            folder: data.join(BACKUPS_FOLDER),
            inbox: inbox.downgrade(),
        }
    }

    /// Removes what a backup left whose power went: until it was checked, it may have held cases.
    pub(super) fn clear_unfinished(&self) {
        if let Err(error) = clear_unfinished(&self.folder) {
            tracing::error!(%error, "what an unfinished backup left cannot be removed");
        }
    }

    /// When the newest backup of the folder was made, as its name says.
    pub(super) fn newest(&self) -> Option<DateTime<Utc>> {
        let files = std::fs::read_dir(&self.folder).ok()?;
        files
            .filter_map(|file| {
                let name = file.ok()?.file_name();
                let made = NaiveDateTime::parse_from_str(name.to_str()?, NAME_FORMAT).ok()?;
                Some(made.and_utc())
            })
            .max()
    }

    /// Deletes files for other systems that nobody fetched in time, on a thread of its own: their folder may be far away.
    pub(super) fn clear_handoffs(&self, office: &Arc<Office>, today: NaiveDate) {
        let (office, data, inbox) = (Arc::clone(office), self.data.clone(), self.inbox.clone());
        let work = move || {
            let days = office.retention.handoff_days;
            let (mut told, mut left) = (Vec::new(), 0);
            for target in &office.exports {
                let id = target.layout.id();
                let Some(folder) = &target.folder else {
                    continue;
                };
                let cleared = over::clear(&data.join(folder), id, today, days);
                left += cleared.left;
                told.extend((cleared.files > 0).then(|| format!("{id} {}", cleared.files)));
            }
            let Some(inbox) = inbox.upgrade() else { return };
            let write = Box::new(move |books: &mut Books, batch: &mut store::Batch<'_>| {
                books.handoffs_left = left;
                (told.into_iter()).try_for_each(|it| {
                    books.audit(batch, By::HUB, Action::HandoffCleared, Some(it))
                })
            });
            let (reply, _) = tokio::sync::oneshot::channel();
            let _ = inbox.blocking_send(Message::Write(write, reply));
        };
        if let Err(error) = thread::Builder::new().name("handoff".into()).spawn(work) {
            tracing::error!(%error, "files for other systems could not be looked at");
        }
    }

    /// Makes a backup on a thread of its own and lets the owner write down what became of it.
    pub(super) fn back_up(&self, reader: Reader, now: DateTime<Utc>, kept: u32) {
        let (folder, inbox) = (self.folder.clone(), self.inbox.clone());
        let work = move || {
            let made = nightly(&reader, &folder, now, kept);
            let (action, subject) = match &made {
                Ok(report) => {
                    // The head in the log is the note against which rows that were cut off are missed later.
                    tracing::info!(file = %report.path.display(), bytes = report.bytes, head = %report.head, "a backup was made");
                    if let Some(fault) = &report.trail_fault {
                        tracing::error!(%fault, "the audit trail is not as it was written");
                    }
                    let name = report.path.file_name();
                    let name = name.map(|name| name.to_string_lossy().into_owned());
                    (Action::BackedUp, name)
                }
                Err(error) => {
                    tracing::error!(%error, "no backup could be made");
                    (Action::BackupFailed, None)
                }
            };
            let Some(inbox) = inbox.upgrade() else { return };
            let made_at = made.is_ok().then_some(now);
            let write = Box::new(move |books: &mut Books, batch: &mut store::Batch<'_>| {
                books.backup_failed = made_at.is_none();
                books.last_backup = made_at.or(books.last_backup);
                books.audit(batch, By::HUB, action, subject)
            });
            let (reply, _) = tokio::sync::oneshot::channel();
            // A hub that stops meanwhile finds the file at its next start.
            let _ = inbox.blocking_send(Message::Write(write, reply));
        };
        if let Err(error) = thread::Builder::new().name("backup".into()).spawn(work) {
            tracing::error!(%error, "no backup could be begun");
        }
    }
}
