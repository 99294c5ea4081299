//! Watching the readers: which are there, which holds a card, for as long as the process lives, whatever
//! happens to pcscd.

use std::time::Duration;

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::seat::{Observed, Seat, choose};

/// How long one wait for a change lasts. Changes come at once; this only bounds how long a reader that was
/// never announced stays unseen.
const WAIT_MS: u64 = 2_000;
/// How long pcscd is left alone after it could not be reached.
const ABSENT_MS: u64 = 300;
/// The longest list of readers that is understood.
const NAMES_BYTES_MAX: usize = 16 * 1024;

/// Tells every seat that differs from the one before, until `tell` says that nobody listens any more.
pub(crate) fn watch(pattern: &str, tell: &mut dyn FnMut(Seat) -> bool) {
    let mut last = None;
    let mut changed = |seat: Seat| {
        if last.as_ref() == Some(&seat) {
            return true;
        }
        last = Some(seat.clone());
        tell(seat)
    };
    loop {
        // Whatever failed, nothing of this context is used again: a context whose service was restarted
        // still says that it is valid.
        if let Ok(false) = watch_context(pattern, &mut changed) {
            return;
        }
        if !changed(Seat::Absent) {
            return;
        }
        pause();
    }
}

/// Watches with one context. `Ok(false)` when nobody listens any more.
fn watch_context(pattern: &str, changed: &mut impl FnMut(Seat) -> bool) -> Result<bool, Error> {
    let context = Context::establish(Scope::User)?;
    let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
    loop {
        follow_readers(&context, &mut states)?;
        match context.get_status_change(Duration::from_millis(WAIT_MS), &mut states) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(error),
        }
        states.iter_mut().for_each(ReaderState::sync_current_state);
        if !changed(choose(pattern, states.iter().filter_map(observed))) {
            return Ok(false);
        }
    }
}

/// Brings the list that is watched in line with the readers that are there.
fn follow_readers(context: &Context, states: &mut Vec<ReaderState>) -> Result<(), Error> {
    let mut names = vec![0; NAMES_BYTES_MAX];
    let names: Vec<_> = context.list_readers(&mut names)?.collect();
    states.retain(|state| state.name() == PNP_NOTIFICATION() || names.contains(&state.name()));
    for name in names {
        if !states.iter().any(|state| state.name() == name) {
            states.push(ReaderState::new(name, State::UNAWARE));
        }
    }
    Ok(())
}

fn observed(state: &ReaderState) -> Option<Observed<'_>> {
    let said = state.event_state();
    let is_reader = state.name() != PNP_NOTIFICATION()
        && !said.intersects(State::UNKNOWN | State::IGNORE | State::UNAVAILABLE);
    is_reader.then(|| Observed {
        name: state.name(),
        card_present: said.contains(State::PRESENT),
        events: state.event_count(),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "pcscd announces its return to nobody; it can only be asked again"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(ABSENT_MS));
}
