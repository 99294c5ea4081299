//! The process that alone opens PC/SC and alone holds the digits of a PIN.
//!
//! It is started by the kiosk, which talks to it in frames on stdin and stdout, and ends when stdin ends.

use std::process::ExitCode;

use devices::card::{Arguments, serve};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(word) => {
            eprintln!(
                "uketsuke-card: {word:?} is not understood; it takes --reader PATTERN --connect-ms N --command-ms N"
            );
            return ExitCode::from(2);
        }
    };
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uketsuke-card: the channel to the kiosk failed: {error}");
            ExitCode::FAILURE
        }
    }
}
