//! The policy that protects a citizen's card from being locked by us.
//!
//! | what is presented | to | tries |
//! | --- | --- | --- |
//! | 券面事項入力補助用暗証番号 | My Number card | 3 |
//! | 照合番号B | My Number card | 10 |
//! | 暗証番号1 | driver's licence | 3 |
//! | 在留カード等番号 | residence card | not counted |
//!
//! Tries never come back with time; once they are spent, the holder has to go to the office that issued the
//! card. So the card is asked for its counter first, and the last try is never spent at a kiosk: nothing is sent,
//! and the kiosk calls a clerk on [`Trouble::FewTriesLeft`]. The rule is the same wherever there is a counter,
//! because what is lost is the same.
//!
//! A holder may therefore try as often as the counter says less [`TRIES_KEPT`], and that number is the one to show.
//! Once a key is locked there is nothing a clerk at the kiosk could save; the holder is told where it is unlocked.

use crate::session::{Document, Trouble};
use crate::status::Status;

/// So many tries are left to the citizen untouched.
pub const TRIES_KEPT: u8 = 1;

/// The right to send one VERIFY. Only [`may_verify`] gives it, and the VERIFY consumes it.
#[derive(Debug, PartialEq, Eq)]
pub struct Permission(());

/// Decides, from the card's own answer about its counter, whether one VERIFY may be sent to this document.
///
/// # Errors
/// * [`Trouble::Locked`] when nothing is left, however the card says so;
/// * [`Trouble::FewTriesLeft`] when only the kept tries are left;
/// * [`Trouble::Unreadable`] when the card did not tell its counter: without it no try is spent.
pub fn may_verify(document: Document, counter: Status) -> Result<Permission, Trouble> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever is not a counter is not a permission"
    )]
    match counter {
        Status::TriesLeft(0) | Status::Blocked | Status::ReferenceBlocked => {
            Err(Trouble::Locked { document })
        }
        Status::TriesLeft(left) if left <= TRIES_KEPT => {
            Err(Trouble::FewTriesLeft { document, left })
        }
        Status::TriesLeft(_) => Ok(Permission(())),
        _ => Err(Trouble::Unreadable),
    }
}

/// How often the holder may still try, where the card counts so many tries.
#[must_use]
pub fn tries_to_offer(counted: u8) -> u8 {
    counted.saturating_sub(TRIES_KEPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_tries_are_offered_as_are_permitted() {
        for counted in 0..=15 {
            let permitted = (1..=counted)
                .rev()
                .take_while(|left| may_verify(Document::MyNumber, Status::TriesLeft(*left)).is_ok())
                .count();
            assert_eq!(usize::from(tries_to_offer(counted)), permitted, "{counted}");
        }
    }

    #[test]
    fn only_a_counter_of_two_or_more_permits_a_verify_on_whichever_way() {
        for document in [Document::MyNumber, Document::DriversLicence] {
            for code in 0..=u16::MAX {
                let expected = match code {
                    0x63C0 | 0x6983 | 0x6984 => Err(Trouble::Locked { document }),
                    0x63C1 => Err(Trouble::FewTriesLeft { document, left: 1 }),
                    0x63C2..=0x63CF => Ok(Permission(())),
                    _ => Err(Trouble::Unreadable),
                };
                let decided = may_verify(document, Status::of(code));
                assert_eq!(decided, expected, "{code:04X}");
            }
        }
    }
}
