//! Runs commands one after another, tells what runs and how long it took, and keeps what they printed.

use std::{
    fs::File,
    io::{BufRead, BufReader, IsTerminal, Write, stdout},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::clock;

/// How many of the last lines of a failed step are shown.
const TAIL_LINES_MAX: usize = 60;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    // Three folders up from this crate: crates, src-tauri, root.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// What of a step's output a reader sees while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// The last line, where there is a terminal; nothing in a log.
    Progress,
    /// Every line.
    All,
}

/// A command in the root folder.
pub(crate) fn command(line: &[&str]) -> Command {
    let (program, arguments) = line.split_first().unwrap_or((&"true", &[]));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Runs one step. Its output goes to `target/xtask/<name>.log`; a failure shows the log's end.
pub(crate) fn step(name: &str, what: &str, command: &mut Command, show: Show) -> Result<()> {
    let folder = root().join("target/xtask");
    std::fs::create_dir_all(&folder)?;
    let log_path = folder.join(format!("{name}.log"));
    let mut log = File::create(&log_path)?;
    println!("▶ {what}");
    let began = clock::now();
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("cannot start {:?}", command.get_program()))?;
    // The command keeps the pipe's writing ends; without this the reading end would never finish.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut tail: Vec<String> = Vec::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        writeln!(log, "{line}")?;
        tell(&line, show)?;
        if tail.len() == TAIL_LINES_MAX {
            tail.remove(0);
        }
        tail.push(line);
    }
    let status = child.wait()?;
    let seconds = began.elapsed().as_secs_f32();
    if stdout().is_terminal() && show == Show::Progress {
        print!("\r\x1b[K");
    }
    if status.success() {
        println!("  done in {seconds:.1} s");
        return Ok(());
    }
    if show == Show::Progress {
        println!("{}", tail.join("\n"));
    }
    bail!(
        "failed after {seconds:.1} s: {what} ({status}; all of its output: {})",
        log_path.display()
    )
}

fn tell(line: &str, show: Show) -> Result<()> {
    match show {
        Show::All => println!("{line}"),
        Show::Progress if stdout().is_terminal() => {
            let short: String = line.trim().chars().take(100).collect();
            print!("\r\x1b[K  {short}");
            stdout().flush()?;
        }
        Show::Progress => {}
    }
    Ok(())
}
