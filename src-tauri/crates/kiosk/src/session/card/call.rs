//! Nobody's last try is spent at a kiosk: a clerk is called to it.

use card::session::Trouble;
use wire::kiosk::ClerkCall;

use super::{
    super::{
        Effect, Help, Session,
        visit::{StaffScreen, Step},
    },
    At, AtReader,
};

impl AtReader {
    /// Whether the card has so few tries left that a clerk has to come. A locked one needs none: there is nothing
    /// left to protect, and the page says where it is unlocked.
    pub(crate) fn needs_clerk(&self) -> bool {
        matches!(self.at, At::Trouble(Trouble::FewTriesLeft { .. }))
    }
}

impl Session {
    /// Calls staff once a visit when the card at the reader needs a clerk, as the button does, but the screen that
    /// says what the matter is stays. A call that did not get through is tried again with the next such card.
    pub(in super::super) fn call_clerk(&mut self, effects: &mut Vec<Effect>) {
        if !self.clerk_is_needed() || self.visit.clerk == Some(StaffScreen::Called) {
            return;
        }
        self.visit.clerk = Some(StaffScreen::Called);
        if self.help == Help::None {
            let key = (self.keys)();
            effects.push(Effect::CallStaff { key });
        }
    }

    /// Somebody stands before that screen and waits for a clerk.
    pub(in super::super) fn waits_for_clerk(&self) -> bool {
        self.clerk_is_needed() && self.help != Help::None
    }

    /// What became of this visit's call, if there was one.
    pub(in super::super) fn clerk_call(&self) -> Option<ClerkCall> {
        self.visit.clerk.map(|call| match call {
            StaffScreen::Called => ClerkCall::Coming,
            StaffScreen::Failed => ClerkCall::Failed,
        })
    }

    fn clerk_is_needed(&self) -> bool {
        matches!(&self.visit.step, Step::Card(at_reader) if at_reader.needs_clerk())
    }
}
