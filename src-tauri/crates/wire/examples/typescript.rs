//! Writes the contract as TypeScript: `cargo run -p wire --example typescript -- ui/src/generated`.

use std::{env, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: typescript <folder for wire.ts>");
        return ExitCode::FAILURE;
    };
    match wire::export_typescript(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
