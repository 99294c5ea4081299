#![doc = include_str!("../README.md")]

mod answers;
mod play;
pub mod seeds;
mod targets;
mod watch;

pub use play::Seen;
pub use targets::{licence, residence, responses, tlv};

/// Writes the seeds into the folder that `UKETSUKE_FUZZ_SEEDS` names, if it names one.
///
/// # Panics
/// When they cannot be written: a run without them would prove less than it says.
pub fn leave_seeds(seeds: &[(&str, Vec<u8>)]) {
    let Some(folder) = std::env::var_os("UKETSUKE_FUZZ_SEEDS") else {
        return;
    };
    for (name, bytes) in seeds {
        let path = std::path::Path::new(&folder).join(name);
        let written = std::fs::write(&path, bytes);
        assert!(written.is_ok(), "cannot write {}", path.display());
    }
}
