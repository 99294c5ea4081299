//! One card on one PC/SC reader, connected for nobody but us.

use std::ffi::CStr;
use std::time::Duration;

use card::allow::{Command, CredentialCommand};
use card::apdu::{RESPONSE_BYTES_MAX, Response};
use card::session::Trouble;
use card::{CardTransport, Fault};
use pcsc::{Card, Context, Disposition, Error, Protocols, Scope, ShareMode};
use zeroize::Zeroizing;

use super::watchdog::Watchdog;

/// How often, and each time how long, another program is waited for that holds the card: two seconds. Some
/// look at every card for a moment.
const BUSY_PAUSES_MAX: usize = 20;
const BUSY_PAUSE_MS: u64 = 100;

/// The longest a connect and a command may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect: Duration,
    pub(crate) command: Duration,
}

/// A connected card. When it goes, the card's power goes, and with it whatever the card had been convinced of.
pub(crate) struct ConnectedCard {
    /// `None` only while it is being dropped.
    card: Option<Card>,
    limits: Limits,
    watchdog: Watchdog,
}

impl ConnectedCard {
    /// Connects to the card on a reader, in a context of its own: after a fault nothing of it is used again.
    pub(crate) fn connect(
        reader: &CStr,
        limits: Limits,
        watchdog: &Watchdog,
    ) -> Result<Self, Trouble> {
        let attempt = || {
            watchdog.within(limits.connect, || {
                let context = Context::establish(Scope::User)?;
                context.connect(reader, ShareMode::Exclusive, Protocols::T0 | Protocols::T1)
            })
        };
        let mut connected = attempt();
        for _ in 0..BUSY_PAUSES_MAX {
            if !matches!(connected, Err(Error::SharingViolation)) {
                break;
            }
            pause();
            connected = attempt();
        }
        match connected {
            Ok(card) => Ok(Self {
                card: Some(card),
                limits,
                watchdog: watchdog.clone(),
            }),
            Err(Error::NoSmartcard | Error::RemovedCard) => Err(Trouble::NoCard),
            // A card that speaks neither protocol, for example a commuter pass.
            Err(Error::ProtoMismatch | Error::UnsupportedCard) => Err(Trouble::AnotherCard),
            Err(error) => Err(fault(error).into()),
        }
    }

    fn exchange(&self, command: &[u8]) -> Result<Response, Fault> {
        let card = self.card.as_ref().ok_or(Fault::Removed)?;
        // Longer than any answer to a short command, so that one too long is seen and not cut.
        let mut answer = Zeroizing::new([0; 2 * RESPONSE_BYTES_MAX]);
        self.watchdog.within(self.limits.command, || {
            match card.transmit(command, answer.as_mut()) {
                Ok(answer) => Response::parse(answer.to_vec()),
                Err(error) => Err(fault(error)),
            }
        })
    }
}

impl CardTransport for ConnectedCard {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.exchange(command.bytes())
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.exchange(command.expose())
    }
}

impl Drop for ConnectedCard {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // The card may be gone already; then its power is, too.
            let _ = self.watchdog.within(self.limits.connect, || {
                card.disconnect(Disposition::UnpowerCard)
            });
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program that lets go of a card announces it to nobody"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(BUSY_PAUSE_MS));
}

/// What an error of PC/SC means for the card.
fn fault(error: Error) -> Fault {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "PC/SC has dozens of errors; the rest all mean the same"
    )]
    match error {
        Error::RemovedCard
        | Error::ResetCard
        | Error::NotTransacted
        | Error::NoSmartcard
        | Error::UnpoweredCard
        | Error::CommDataLost => Fault::Removed,
        Error::NoService
        | Error::ServiceStopped
        | Error::InvalidHandle
        | Error::ReaderUnavailable
        | Error::UnknownReader
        | Error::InvalidValue
        | Error::NoReadersAvailable => Fault::ReaderLost,
        Error::SharingViolation => Fault::Busy,
        Error::Timeout => Fault::Silent,
        _ => Fault::Refused,
    }
}
