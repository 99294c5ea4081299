//! Files that no robot has fetched: they hold what citizens wrote, and their time ends, too.

use std::{fs, io, path::Path};

use chrono::NaiveDate;

const DAY_FORMAT: &str = "%Y%m%d";

/// What became of files whose time was over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cleared {
    /// Files that are gone.
    pub(crate) files: usize,
    /// Files that are still there, and folders that nobody could look into.
    pub(crate) left: usize,
}

/// Deletes the target's files whose day is longer ago than they are kept. Other files are nobody's business. One that cannot be deleted
/// keeps no other.
pub(crate) fn clear(folder: &Path, target: &str, today: NaiveDate, days: u16) -> Cleared {
    let mut cleared = Cleared::default();
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return cleared,
        Err(error) => {
            cleared.left(target, &error);
            return cleared;
        }
    };
    for file in files {
        let deleted = file.and_then(|file| {
            let name = file.file_name();
            let made = name.to_str().and_then(|it| day_of(it, target));
            let age = made.map(|it| today.signed_duration_since(it).num_days());
            if age.is_none_or(|age| age <= i64::from(days)) {
                return Ok(false);
            }
            fs::remove_file(file.path()).map(|()| true)
        });
        match deleted {
            Ok(deleted) => cleared.files += usize::from(deleted),
            // The robot was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => cleared.left(target, &error),
        }
    }
    cleared
}

impl Cleared {
    fn left(&mut self, target: &str, error: &io::Error) {
        tracing::error!(target, %error, "a file for another system cannot be deleted");
        self.left += 1;
    }
}

/// The day in a name that [`super::file_name`] made, or that a crash left of one.
fn day_of(name: &str, target: &str) -> Option<NaiveDate> {
    let name = name.strip_prefix('.').unwrap_or(name);
    let rest = name.strip_prefix(target)?.strip_prefix('-')?;
    let (day, rest) = rest.split_once('-')?;
    let ours = [".csv", ".json", ".csv.part", ".json.part"];
    (ours.iter())
        .any(|it| rest.ends_with(it))
        .then(|| NaiveDate::parse_from_str(day, DAY_FORMAT).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_when_its_days_are_over_and_nobody_else_s_does() {
        let folder = tempfile::tempdir().unwrap();
        let kept = [
            "juki-20261117-A-012-1a2b3c4d.csv",
            "juki-20261124-day-1a2b3c4d.json",
            "juki-20261301-day-1a2b3c4d.csv",
            "juki_idou-20261101-day-1a2b3c4d.csv",
            "juki-20261101-day-1a2b3c4d.txt",
            "notes.csv",
        ];
        let over = [
            "juki-20261116-A-012-1a2b3c4d.csv",
            "juki-20261101-day-1a2b3c4d.json",
            ".juki-20261101-day-1a2b3c4d.csv.part",
        ];
        for name in kept.iter().chain(&over) {
            fs::write(folder.path().join(name), "福山　花子").unwrap();
        }
        let today = "2026-11-24".parse().unwrap();
        let all = Cleared {
            files: over.len(),
            left: 0,
        };
        assert_eq!(clear(folder.path(), "juki", today, 7), all);
        for name in kept {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        let nothing = Cleared::default();
        assert_eq!(clear(folder.path(), "juki", today, 7), nothing);
        let nowhere = folder.path().join("nowhere");
        assert_eq!(clear(&nowhere, "juki", today, 7), nothing);
    }

    #[test]
    fn one_that_cannot_be_deleted_keeps_no_other_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["a", "b", "c", "d"].map(|it| format!("juki-20261101-{it}-1a2b3c4d.csv"));
        for name in &names {
            fs::write(folder.path().join(name), "福山　花子").unwrap();
        }
        // Nobody deletes a folder like a file, whoever they are.
        let stuck = folder.path().join("juki-20261101-bb-1a2b3c4d.csv");
        fs::create_dir(&stuck).unwrap();
        let today = "2026-11-24".parse().unwrap();
        let cleared = clear(folder.path(), "juki", today, 7);
        assert_eq!(cleared, Cleared { files: 4, left: 1 });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let no_folder = folder.path().join("file");
        fs::write(&no_folder, "").unwrap();
        assert_eq!(clear(&no_folder, "juki", today, 7).left, 1);
    }
}
