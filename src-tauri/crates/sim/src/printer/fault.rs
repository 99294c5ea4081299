//! What a hand, or a bad day, does to the printer.

use std::time::Duration;

/// One thing that goes wrong. [`Fault::None`] puts everything right again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everything is in order again: paper is full, the cover is closed, the cutter is free, the
    /// power is on.
    None,
    /// The roll is empty.
    PaperOut,
    /// The roll ends after so many more rows of dots.
    PaperOutAfter {
        /// Rows.
        rows: u64,
    },
    /// The roll is nearly at its end.
    NearEnd,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    CutterJam,
    /// What blocked the cutter is gone; the error stays until a command, or the cover, ends it.
    CutterFreed,
    /// The head is too hot; it cools down by itself, here with [`Fault::None`].
    Overheated,
    /// Something that only a repair ends.
    Broken,
    /// It prints but answers nothing, and never will for what it was asked meanwhile.
    Silent,
    /// It prints and tells its state, but no confirmation comes back.
    LosesIds,
    /// Confirmations come so much later.
    LateIds {
        /// How much.
        by: Duration,
    },
    /// It does not know how to empty its buffer when told (`DLE DC4` function 8), and says nothing to that.
    NeverClears,
    /// It reads nothing and says nothing, and goes on where it was.
    Stall,
    /// It takes no more than so many bytes a second.
    SlowDrain {
        /// Bytes a second.
        bytes: u32,
    },
    /// Its power is gone: its buffers are empty, nobody listens, and the host is told nothing: its
    /// connection is half open.
    PowerOff,
    /// It resets the connection, once; what it has it keeps.
    Reset,
}

impl Fault {
    /// From a control line: `ok`, `paper-out`, `paper-out-after 300`, `near-end`, `cover-open`,
    /// `cutter-jam`, `cutter-freed`, `overheated`, `broken`, `silent`, `lose-ids`, `late-ids 8000`
    /// (milliseconds), `never-clears`, `stall`, `slow-drain 2000` (bytes a second), `power-off`, `reset`.
    pub fn parse(line: &str) -> Option<Fault> {
        let mut words = line.split_whitespace();
        let (name, number) = (words.next()?, words.next());
        let fault = match (name, number) {
            ("ok", None) => Fault::None,
            ("paper-out", None) => Fault::PaperOut,
            ("near-end", None) => Fault::NearEnd,
            ("cover-open", None) => Fault::CoverOpen,
            ("cutter-jam", None) => Fault::CutterJam,
            ("cutter-freed", None) => Fault::CutterFreed,
            ("overheated", None) => Fault::Overheated,
            ("broken", None) => Fault::Broken,
            ("silent", None) => Fault::Silent,
            ("lose-ids", None) => Fault::LosesIds,
            ("never-clears", None) => Fault::NeverClears,
            ("stall", None) => Fault::Stall,
            ("power-off", None) => Fault::PowerOff,
            ("reset", None) => Fault::Reset,
            ("paper-out-after", Some(rows)) => Fault::PaperOutAfter {
                rows: rows.parse().ok()?,
            },
            ("late-ids", Some(by)) => Fault::LateIds {
                by: Duration::from_millis(by.parse().ok()?),
            },
            ("slow-drain", Some(bytes)) => Fault::SlowDrain {
                bytes: bytes.parse().ok().filter(|bytes| *bytes > 0)?,
            },
            _ => return None,
        };
        words.next().is_none().then_some(fault)
    }
}
