//! The way to a card, as a small trait, and what can go wrong on it.

use crate::allow::{Command, CredentialCommand};
use crate::apdu::Response;
use crate::session::Trouble;

/// A card that answers commands.
///
/// There are two paths on purpose. Whatever a transport does to be robust (repeat, reconnect) it may do
/// in [`transmit`](Self::transmit) only.
pub trait CardTransport {
    /// Sends a command that changes nothing on the card.
    ///
    /// # Errors
    /// A [`Fault`]: the card's answer is unknown.
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault>;

    /// Sends a command that holds a credential, exactly once. The command is consumed: after an error
    /// nobody has it any more, so nobody can send it again.
    ///
    /// # Errors
    /// A [`Fault`]: whether the card counted the try is unknown.
    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault>;
}

/// Why an answer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An answer came, but it is cut off: a card pulled in the middle of a command can look like this
    /// although the reader said success.
    #[error("the card's answer is cut off")]
    Torn,
    /// The card is no longer there, or was reset.
    #[error("the card is gone")]
    Removed,
    /// The reader or its service is no longer there.
    #[error("the reader is gone")]
    ReaderLost,
    /// Another program holds the card.
    #[error("another program holds the card")]
    Busy,
    /// The card does not answer.
    #[error("the card is silent")]
    Silent,
    /// Anything else the reader said.
    #[error("the reader refused the command")]
    Refused,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Torn | Fault::Removed => Self::Pulled,
            Fault::ReaderLost => Self::NoReader,
            Fault::Busy => Self::Busy,
            Fault::Silent => Self::Silent,
            Fault::Refused => Self::Unreadable,
        }
    }
}
