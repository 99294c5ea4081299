//! A fault at a certain byte of the next slip.

use super::Fault;

/// How every slip begins.
const BEGIN: [u8; 2] = [0x1B, b'@'];

/// Waits for the beginning of a slip (`ESC @`) and counts its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    at: usize,
    fault: Fault,
    /// Bytes of the slip that went by; `None` before it begins.
    seen: Option<usize>,
    last: u8,
}

impl Script {
    /// The fault when so many bytes of the next slip went by.
    pub fn new(at: usize, fault: Fault) -> Script {
        Script {
            at,
            fault,
            seen: None,
            last: 0,
        }
    }

    /// Looks at what comes in. At the fault: how many of these bytes still count, and the fault.
    pub fn watch(&mut self, bytes: &[u8]) -> Option<(usize, Fault)> {
        let mut began_at = 0;
        if self.seen.is_none() {
            // The first of the two may have come before.
            let with_last = [&[self.last][..], bytes].concat();
            self.last = bytes.last().copied().unwrap_or(self.last);
            let place = with_last.windows(2).position(|pair| pair == BEGIN)?;
            began_at = place.saturating_sub(1);
            self.seen = Some(usize::from(place == 0));
        }
        let seen = self.seen.unwrap_or(0);
        let left = bytes.len() - began_at;
        if seen + left < self.at {
            self.seen = Some(seen + left);
            return None;
        }
        let counted = self.at.saturating_sub(seen);
        Some((began_at + counted, self.fault))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Script};

    #[test]
    fn the_fault_comes_at_its_byte_of_the_slip_however_the_bytes_arrive() {
        let stream = b"\x10\x04\x01\x1B@ABCDEFGH";
        for at in 2..=10 {
            for piece in 1..=stream.len() {
                let mut script = Script::new(at, Fault::Stall);
                let mut gone = 0;
                let mut found = None;
                for bytes in stream.chunks(piece) {
                    if let Some((counted, fault)) = script.watch(bytes) {
                        found = Some((gone + counted, fault));
                        break;
                    }
                    gone += bytes.len();
                }
                assert_eq!(found, Some((3 + at, Fault::Stall)), "{at} in {piece}s");
            }
        }
        let mut never = Script::new(99, Fault::Stall);
        assert_eq!(never.watch(stream), None);
    }
}
