//! Puts a ticket's form on paper: through CUPS where it has a printer, else with the desktop's PDF viewer.

use std::{io::Write as _, path::PathBuf, process::Stdio, time::Duration};

use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::{process::Command, time::sleep};
use wire::Code;

use crate::desk::{Desk, Refused};

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
pub(crate) async fn print(desk: &Desk, ticket: &str) -> Result<By, Refused> {
    let pdf = desk
        .bytes(&format!("/api/tickets/{ticket}/paper.pdf"))
        .await?;
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
