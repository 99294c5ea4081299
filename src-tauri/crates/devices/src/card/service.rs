//! PC/SC as far as it is used here, so that tests can play it: a service that gives contexts, a context that
//! tells of readers and connects to cards, a card that takes commands.

use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{
    Card, Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode,
    State,
};

/// The longest list of readers that is understood.
const NAMES_BYTES_MAX: usize = 16 * 1024;

/// What PC/SC said about one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) name: CString,
    pub(crate) card_present: bool,
    /// Counts insertions and removals, as PC/SC does, so that a card put down anew is not the same seat.
    pub(crate) events: u32,
    /// What the card answered to reset; empty without a card, or when it answered nothing.
    pub(crate) atr: Vec<u8>,
}

/// Where contexts come from.
pub(crate) trait Service: Clone + Send + 'static {
    type Context: ServiceContext;

    /// A context of its own. After a fault nothing of a context is used again: one whose service was started
    /// anew still says that it is valid.
    fn context(&self) -> Result<Self::Context, Error>;

    /// Leaves the service alone for a while: nobody announces that it is back, or that a card was let go.
    fn pause(&self, length: Duration);
}

/// A connection to the service.
pub(crate) trait ServiceContext {
    type Card: ServiceCard;

    /// All readers: at once when asked for the first time, afterwards when something about them has changed or
    /// `limit` has passed.
    fn readers(&mut self, limit: Duration) -> Result<Vec<Observed>, Error>;

    /// Connects to the card on a reader, for nobody but us.
    fn connect(&self, reader: &CStr) -> Result<Self::Card, Error>;
}

/// A connected card.
pub(crate) trait ServiceCard {
    /// Sends a command and takes the answer into `answer`.
    fn transmit<'a>(&self, command: &[u8], answer: &'a mut [u8]) -> Result<&'a [u8], Error>;

    /// Cuts the card's power: what it was convinced of would survive anything less.
    fn leave(self);
}

/// The service of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pcsc;

/// A context, with what was said of the readers last.
pub(crate) struct PcscContext {
    context: Context,
    told: Vec<ReaderState>,
}

impl Service for Pcsc {
    type Context = PcscContext;

    fn context(&self) -> Result<PcscContext, Error> {
        Ok(PcscContext {
            context: Context::establish(Scope::User)?,
            told: vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)],
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "neither the service's return nor a card's release is announced; they can only be asked for again"
    )]
    fn pause(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

impl PcscContext {
    /// Brings the list that is watched in line with the readers that are there.
    fn follow(&mut self) -> Result<(), Error> {
        let mut names = vec![0; NAMES_BYTES_MAX];
        let names: Vec<_> = self.context.list_readers(&mut names)?.collect();
        self.told
            .retain(|state| state.name() == PNP_NOTIFICATION() || names.contains(&state.name()));
        for name in names {
            if !self.told.iter().any(|state| state.name() == name) {
                self.told.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        Ok(())
    }
}

impl ServiceContext for PcscContext {
    type Card = Card;

    fn readers(&mut self, limit: Duration) -> Result<Vec<Observed>, Error> {
        self.follow()?;
        match self.context.get_status_change(limit, &mut self.told) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(error),
        }
        self.told
            .iter_mut()
            .for_each(ReaderState::sync_current_state);
        Ok(self.told.iter().filter_map(observed).collect())
    }

    fn connect(&self, reader: &CStr) -> Result<Card, Error> {
        self.context
            .connect(reader, ShareMode::Exclusive, Protocols::T0 | Protocols::T1)
    }
}

fn observed(state: &ReaderState) -> Option<Observed> {
    let said = state.event_state();
    let is_reader = state.name() != PNP_NOTIFICATION()
        && !said.intersects(State::UNKNOWN | State::IGNORE | State::UNAVAILABLE);
    is_reader.then(|| Observed {
        name: state.name().to_owned(),
        card_present: said.contains(State::PRESENT),
        events: state.event_count(),
        atr: state.atr().to_vec(),
    })
}

impl ServiceCard for Card {
    fn transmit<'a>(&self, command: &[u8], answer: &'a mut [u8]) -> Result<&'a [u8], Error> {
        Card::transmit(self, command, answer)
    }

    fn leave(self) {
        // The card may be gone already; then its power is, too.
        let _ = self.disconnect(Disposition::UnpowerCard);
    }
}
