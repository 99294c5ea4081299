//! The bits of the two kinds of status answers (Epson's command reference, `DLE EOT`, `GS a`).

use super::PrinterState;

/// What the printer said of itself last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Status {
    offline: bool,
    cover_open: bool,
    near_end: bool,
    paper_out: bool,
    cutter: bool,
    overheated: bool,
    error: bool,
    /// What stopped it is over, or can be ended by a command: the cutter and its like.
    recoverable: bool,
}

impl Status {
    /// Four bytes of automatic status back.
    pub(super) fn from_pushed([first, second, third, _]: [u8; 4]) -> Status {
        Status {
            offline: first & 0x08 != 0,
            cover_open: first & 0x20 != 0,
            cutter: second & 0x08 != 0,
            overheated: second & 0x40 != 0,
            error: second & 0x24 != 0,
            recoverable: second & 0x0C != 0 && second & 0x20 == 0,
            near_end: third & 0x03 != 0,
            paper_out: third & 0x0C != 0,
        }
    }

    /// One answer to `DLE EOT n`.
    pub(super) fn note_polled(&mut self, n: u8, byte: u8) {
        match n {
            1 => self.offline = byte & 0x08 != 0,
            2 => {
                self.cover_open = byte & 0x04 != 0;
                self.paper_out = byte & 0x20 != 0;
            }
            3 => {
                self.cutter = byte & 0x08 != 0;
                self.overheated = byte & 0x40 != 0;
                self.error = byte & 0x24 != 0;
                self.recoverable = byte & 0x0C != 0 && byte & 0x20 == 0;
            }
            _ => {
                self.near_end = byte & 0x0C != 0;
                self.paper_out |= byte & 0x60 != 0;
            }
        }
    }

    /// The cover is open, and the other sensors mean little.
    pub(super) fn cover_open(self) -> bool {
        self.cover_open
    }

    /// There is no paper.
    pub(super) fn paper_out(self) -> bool {
        self.paper_out
    }

    /// The roll is nearly at its end.
    pub(super) fn near_end(self) -> bool {
        self.near_end
    }

    /// It stands still for an error that a command may end, and nobody has a hand in it.
    pub(super) fn waits_for_recovery(self) -> bool {
        self.recoverable && !self.cover_open && !self.paper_out
    }

    /// The one thing a person has to know: what must be done first.
    pub(super) fn state(self) -> PrinterState {
        if self.cover_open {
            PrinterState::CoverOpen
        } else if self.paper_out {
            PrinterState::PaperOut
        } else if self.cutter {
            PrinterState::CutterError
        } else if self.error {
            PrinterState::Error
        } else if self.overheated {
            PrinterState::Overheated
        } else if self.offline {
            PrinterState::Offline
        } else if self.near_end {
            PrinterState::NearEnd
        } else {
            PrinterState::Ready
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;
    use crate::printer::PrinterState;

    #[test]
    fn pushed_states_are_named_by_what_must_be_done_first() {
        for (block, state) in [
            ([0x10, 0x00, 0x00, 0x00], PrinterState::Ready),
            ([0x10, 0x00, 0x03, 0x00], PrinterState::NearEnd),
            ([0x18, 0x00, 0x0F, 0x00], PrinterState::PaperOut),
            ([0x38, 0x00, 0x0F, 0x00], PrinterState::CoverOpen),
            ([0x18, 0x08, 0x00, 0x00], PrinterState::CutterError),
            ([0x18, 0x20, 0x00, 0x00], PrinterState::Error),
            ([0x18, 0x40, 0x00, 0x00], PrinterState::Overheated),
            ([0x18, 0x00, 0x00, 0x00], PrinterState::Offline),
        ] {
            assert_eq!(Status::from_pushed(block).state(), state, "{block:02x?}");
        }
    }

    #[test]
    fn polled_states_are_the_same() {
        for (answers, state) in [
            ([0x12, 0x12, 0x12, 0x12], PrinterState::Ready),
            ([0x12, 0x12, 0x12, 0x1E], PrinterState::NearEnd),
            ([0x1A, 0x32, 0x12, 0x7E], PrinterState::PaperOut),
            ([0x1A, 0x16, 0x12, 0x12], PrinterState::CoverOpen),
            ([0x1A, 0x52, 0x1A, 0x12], PrinterState::CutterError),
            ([0x1A, 0x52, 0x32, 0x12], PrinterState::Error),
            ([0x1A, 0x52, 0x52, 0x12], PrinterState::Overheated),
            ([0x1A, 0x12, 0x12, 0x12], PrinterState::Offline),
        ] {
            let mut status = Status::default();
            for (n, byte) in (1..).zip(answers) {
                status.note_polled(n, byte);
            }
            assert_eq!(status.state(), state, "{answers:02x?}");
        }
    }
}
