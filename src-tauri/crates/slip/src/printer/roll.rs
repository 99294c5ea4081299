//! The roll of paper: how many slips came from it, and when it was changed.
//!
//! Only what the sensors say with the cover closed counts: with the cover open many printers
//! report "no paper" although the same roll still lies in them.

use super::status::Status;

/// One roll of paper, as far as the printer tells of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Roll {
    slips: u32,
    /// With the cover closed there was no paper.
    ran_out: bool,
    /// With the cover closed the roll was nearly at its end.
    was_near_end: bool,
    /// The cover was opened since then.
    opened: bool,
}

impl Roll {
    /// A roll from which so many slips came already.
    pub(super) fn with(slips: u32) -> Roll {
        Roll {
            slips,
            ..Roll::default()
        }
    }

    /// How many came from it.
    pub(super) fn slips(self) -> u32 {
        self.slips
    }

    /// A whole slip was sent.
    pub(super) fn slip(&mut self) {
        self.slips = self.slips.saturating_add(1);
    }

    /// The printer told how it is; whether a new roll is in it.
    pub(super) fn noted(&mut self, status: Status) -> bool {
        if status.cover_open() {
            self.opened = true;
            return false;
        }
        if status.paper_out() {
            self.ran_out = true;
            return false;
        }
        // A sensor that flutters at the edge of "nearly at its end" is no new roll.
        let exchanged = self.was_near_end && self.opened && !status.near_end();
        if self.ran_out || exchanged {
            *self = Roll {
                was_near_end: status.near_end(),
                ..Roll::default()
            };
            return true;
        }
        self.opened = false;
        self.was_near_end = status.near_end();
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Roll;
    use crate::printer::status::Status;

    const FULL: [u8; 4] = [0x10, 0, 0, 0];
    const NEAR_END: [u8; 4] = [0x10, 0, 0x03, 0];
    const OUT: [u8; 4] = [0x18, 0, 0x0F, 0];
    const OPEN: [u8; 4] = [0x38, 0, 0, 0];
    const OPEN_AND_OUT: [u8; 4] = [0x38, 0, 0x0C, 0];

    #[test]
    fn a_roll_is_new_when_paper_came_back_or_when_it_is_no_longer_near_its_end() {
        for (told, changes) in [
            (vec![FULL, FULL], 0),
            (vec![FULL, OUT, FULL], 1),
            (vec![FULL, OUT, OPEN, OPEN_AND_OUT, FULL, FULL], 1),
            (vec![NEAR_END, OPEN, FULL], 1),
            // The end of the old roll again: whoever opened it saw that some is left.
            (vec![NEAR_END, OPEN, NEAR_END], 0),
            // Looked at, and closed again.
            (vec![FULL, OPEN_AND_OUT, FULL], 0),
            // A fluttering sensor.
            (vec![FULL, NEAR_END, FULL, NEAR_END, FULL], 0),
            (vec![OPEN, FULL, NEAR_END, FULL], 0),
            // An old roll was put in: it is nearly at its end itself.
            (vec![OUT, NEAR_END], 1),
        ] {
            let mut roll = Roll::with(7);
            let found = told
                .iter()
                .filter(|block| roll.noted(Status::from_pushed(**block)))
                .count();
            assert_eq!(found, changes, "{told:02x?}");
            assert_eq!(roll.slips(), if changes > 0 { 0 } else { 7 });
        }
    }
}
