//! An idle screen behind which somebody's answers wait: whoever touches it says whose they are before anything is shown.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::{Effect, Session, visit::Step};

/// What was touched on the idle screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A tile.
    Entry(String),
    /// The search.
    Search,
}

impl Session {
    /// Asks first, where answers wait and this may be somebody else. Says whether it does.
    pub(super) fn asks_whose(&mut self, wish: Wish) -> bool {
        let asks = matches!(self.visit.step, Step::Idle) && self.visit.holds_answers();
        if asks {
            self.visit.step = Step::Resume(wish);
        }
        asks
    }

    /// 続きから.
    pub(super) fn resume(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if let Step::Resume(wish) = std::mem::replace(&mut self.visit.step, Step::Idle) {
            self.go_to(&wish, now, effects);
        }
    }

    /// はじめから: nothing of what was there stays, but for the language in which this was asked.
    pub(super) fn start_over(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !matches!(self.visit.step, Step::Resume(_)) {
            return;
        }
        if let Step::Resume(wish) = std::mem::replace(&mut self.visit.step, Step::Idle) {
            let language = std::mem::take(&mut self.visit.language);
            self.wipe(now, effects);
            self.visit.language = language;
            self.go_to(&wish, now, effects);
        }
    }

    fn go_to(&mut self, wish: &Wish, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        match wish {
            Wish::Entry(id) => self.enter(id, now, effects),
            Wish::Search => self.visit.step = Step::Search,
        }
    }

    /// Back on the idle screen: what tells nothing of a form, and whoever comes next should not find, goes.
    pub(super) fn at_idle(&mut self) {
        if matches!(self.visit.step, Step::Idle) {
            self.visit.booking = None;
            self.visit.typed = Zeroizing::default();
            self.visit.considerate = false;
        }
    }
}
