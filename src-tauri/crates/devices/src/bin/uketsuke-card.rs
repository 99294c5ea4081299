//! The process that alone opens PC/SC and alone holds the digits of a PIN.
//!
//! It is started by the kiosk, which talks to it in frames on stdin and stdout, and ends when stdin ends; or by
//! whoever wants a diagnosis, which it tells on stdout.

use std::process::ExitCode;

use devices::card::{Arguments, Duty, serve, tell_findings};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(word) => {
            eprintln!(
                "uketsuke-card: {word:?} is not understood; it takes --reader PATTERN --issuer-key KEY --connect-ms N --command-ms N --diagnose WAIT_MS"
            );
            return ExitCode::from(2);
        }
    };
    let done = match arguments.duty {
        Duty::Serve => serve(&arguments),
        Duty::Diagnose { .. } => tell_findings(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uketsuke-card: the channel to the kiosk failed: {error}");
            ExitCode::FAILURE
        }
    }
}
