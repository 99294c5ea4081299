//! Files for other systems: whole, or not there.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use wire::Code;

use crate::problem::Refused;

/// A file that is on the disk beside its place. Dropped before it is put there, it is gone.
pub(crate) struct Beside {
    part: PathBuf,
    whole: PathBuf,
}

impl Beside {
    /// Writes a file beside its place and brings it to the disk. The folder is made where there is none.
    pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<Beside> {
        Self::write_through(folder, name, bytes, create)
    }

    fn write_through(
        folder: &Path,
        name: &str,
        bytes: &[u8],
        create: impl FnOnce(&Path) -> io::Result<File>,
    ) -> io::Result<Beside> {
        fs::create_dir_all(folder)?;
        let beside = Beside {
            // A robot that watches for *.csv does not see it.
            part: folder.join(format!(".{name}.part")),
            whole: folder.join(name),
        };
        let mut file = create(&beside.part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(beside)
    }

    /// Puts it in its place, in one step.
    pub(crate) fn publish(self) -> io::Result<()> {
        fs::rename(&self.part, &self.whole)?;
        #[cfg(unix)]
        if let Some(folder) = self.whole.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After the renaming there is nothing of this name.
        let _ = fs::remove_file(&self.part);
    }
}

/// A new file that its group may read: the robot's account.
fn create(path: &Path) -> io::Result<File> {
    // What a crash left there is nobody's.
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

/// Trouble with a file as a clerk is told it; the cause goes to the log.
pub(crate) fn refused(folder: &Path, error: &io::Error) -> Refused {
    tracing::error!(folder = %folder.display(), %error, "a file for another system could not be written");
    let kind = error.kind();
    if kind == io::ErrorKind::StorageFull || kind == io::ErrorKind::QuotaExceeded {
        return Code::DiskFull.into();
    }
    Refused::with(Code::FolderUnwritable, kind.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_seen_when_it_is_whole_and_takes_the_place_of_the_same_press() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("handoff/juki");
        let beside = Beside::write(&deep, "a.csv", b"one").unwrap();
        assert_eq!(names(&deep), [".a.csv.part"]);
        beside.publish().unwrap();
        assert_eq!(names(&deep), ["a.csv"]);
        Beside::write(&deep, "a.csv", b"two")
            .unwrap()
            .publish()
            .unwrap();
        assert_eq!(fs::read(deep.join("a.csv")).unwrap(), b"two");
        assert_eq!(names(&deep), ["a.csv"]);
        // Nobody puts it there.
        drop(Beside::write(&deep, "b.csv", b"three").unwrap());
        assert_eq!(names(&deep), ["a.csv"]);
    }

    #[test]
    fn what_a_crash_left_is_written_anew_and_never_followed() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "kept").unwrap();
        let part = folder.path().join(".a.csv.part");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&elsewhere, &part).unwrap();
        #[cfg(not(unix))]
        fs::write(&part, "half").unwrap();
        let beside = Beside::write(folder.path(), "a.csv", b"whole").unwrap();
        beside.publish().unwrap();
        assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b"whole");
        assert_eq!(fs::read(&elsewhere).unwrap(), b"kept");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_and_leaves_neither_half_a_file_nor_harms_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let before = Beside::write(folder.path(), "a.csv", b"before").unwrap();
        before.publish().unwrap();
        // The kernel's own full disk, behind a file of this name.
        let full = |path: &Path| {
            File::create(path)?;
            File::options().write(true).open("/dev/full")
        };
        let told = Beside::write_through(folder.path(), "a.csv", b"after", full);
        let error = told.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(refused(folder.path(), &error).code, Code::DiskFull);
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b"before");
    }

    #[test]
    fn a_folder_that_cannot_be_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let below = folder.path().join("file/below");
        let error = Beside::write(&below, "a.csv", b"x").err().unwrap();
        assert_eq!(refused(&below, &error).code, Code::FolderUnwritable);
    }
}
