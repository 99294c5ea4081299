//! Writes the OpenAPI document: `cargo run -p hub --example openapi -- ui/src/generated`.

use std::{env, fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: openapi <folder for openapi.json>");
        return ExitCode::FAILURE;
    };
    let written = serde_json::to_string_pretty(&hub::openapi())
        .map_err(std::io::Error::other)
        .and_then(|text| fs::write(folder.join("openapi.json"), text + "\n"));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write to {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
