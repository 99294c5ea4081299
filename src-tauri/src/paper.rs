//! Puts a ticket's forms, or those of a prepared visit, on paper: through CUPS where it has a printer, else with the desktop's PDF viewer.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::{process::Command, time::sleep};
use wire::Code;

use crate::desk::{Desk, Refused};

/// Files of one number that are told apart; more of them nobody clears away.
const SAME_NAME_MAX: u32 = 1_000;
const NUMBER_CHARS_MAX: usize = 16;

/// A viewer has read the file by then.
const VIEWED_MS: u64 = 120_000;

/// Who has the form now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// The printer's queue.
    Printer,
    /// A viewer on the screen; the clerk prints from there.
    Viewer,
}

/// Fetches the form and hands it over.
pub(crate) async fn print(desk: &Desk, path: &str) -> Result<By, Refused> {
    let pdf = desk.bytes(path).await?;
    let file = private_file(&pdf).map_err(|error| {
        tracing::error!(%error, "the form cannot be put into a file");
        Refused::Code(Code::Internal)
    })?;
    // `lp` copies the file into its queue before it returns; without a printer it fails.
    if succeeds(Command::new("lp").arg("--").arg(file.path())).await {
        return Ok(By::Printer);
    }
    if succeeds(Command::new("xdg-open").arg(file.path())).await {
        tokio::spawn(async move {
            sleep(Duration::from_millis(VIEWED_MS)).await;
            drop(file);
        });
        return Ok(By::Viewer);
    }
    tracing::error!("neither lp nor xdg-open takes the form");
    Err(Refused::Code(Code::Internal))
}

/// Fetches the case for the city's document system and lays it into a folder, beside what is there already.
pub(crate) async fn keep(
    desk: &Desk,
    ticket: &str,
    number: &str,
    folder: &Path,
) -> Result<PathBuf, Refused> {
    let pdf = desk
        .bytes(&format!("/api/tickets/{ticket}/archive.pdf"))
        .await?;
    lay_into(folder, number, &pdf).map_err(|error| {
        tracing::error!(%error, "the case cannot be put into a file");
        Refused::Code(Code::Internal)
    })
}

/// `case-A-012.pdf`, `case-A-012-2.pdf` …: readable by this user alone, and never written over.
fn lay_into(folder: &Path, number: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    // The page says the number; whatever else it said is no name of a file.
    let number: String = (number.chars())
        .filter(|it| it.is_ascii_alphanumeric() || *it == '-')
        .take(NUMBER_CHARS_MAX)
        .collect();
    std::fs::create_dir_all(folder)?;
    for serial in 1..=SAME_NAME_MAX {
        let name = match serial {
            1 => format!("case-{number}.pdf"),
            serial => format!("case-{number}-{serial}.pdf"),
        };
        let path = folder.join(name);
        let mut options = std::fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// Readable by this user alone, in memory where the desktop has such a folder; gone when dropped.
fn private_file(bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(std::env::temp_dir);
    let mut file = tempfile::Builder::new()
        .prefix("uketsuke-")
        .suffix(".pdf")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.flush()?;
    Ok(file)
}

async fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_never_written_over_and_its_name_says_the_number_alone() {
        let folder = tempfile::tempdir().unwrap();
        let downloads = folder.path().join("Downloads");
        let first = lay_into(&downloads, "A-012", b"one").unwrap();
        let second = lay_into(&downloads, "A-012", b"two").unwrap();
        assert!(first.ends_with("case-A-012.pdf") && second.ends_with("case-A-012-2.pdf"));
        assert_eq!(std::fs::read(&first).unwrap(), b"one");
        assert_eq!(std::fs::read(&second).unwrap(), b"two");
        let odd = lay_into(&downloads, "../../架空 朱鷺子", b"x").unwrap();
        assert_eq!(odd, downloads.join("case-.pdf"));
    }
}
