//! Files that no robot has fetched: they hold what citizens wrote, and their time ends, too.

use std::{fs, io, path::Path};

use chrono::NaiveDate;

const DAY_FORMAT: &str = "%Y%m%d";

/// Deletes the target's files whose day is longer ago than they are kept; tells how many. Other files are nobody's business.
///
/// # Errors
/// When the folder cannot be read, or a file cannot be deleted.
pub(crate) fn clear(folder: &Path, target: &str, today: NaiveDate, days: u16) -> io::Result<usize> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut cleared = 0;
    for file in files {
        let file = file?;
        let name = file.file_name();
        let made = name.to_str().and_then(|it| day_of(it, target));
        let age = made.map(|it| today.signed_duration_since(it).num_days());
        if age.is_some_and(|age| age > i64::from(days)) {
            fs::remove_file(file.path())?;
            cleared += 1;
        }
    }
    Ok(cleared)
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
        assert_eq!(clear(folder.path(), "juki", today, 7).unwrap(), over.len());
        for name in kept {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert_eq!(clear(folder.path(), "juki", today, 7).unwrap(), 0);
        let nowhere = folder.path().join("nowhere");
        assert_eq!(clear(&nowhere, "juki", today, 7).unwrap(), 0);
    }
}
