//! A reader without wires: the same card, answering the product's own code in this process.

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::{CardTransport, Fault};

use super::fault::{Exchange, FaultyCard};
use super::machine::{Signal, VirtualCard};

/// A reader in memory with a card on it. What it says when the card goes is what pcscd says: the command during
/// which it goes succeeds without a status word, and only the next one fails.
pub struct MemoryReader {
    card: FaultyCard,
    lost: Option<Fault>,
}

impl MemoryReader {
    /// The card lies on the reader.
    #[must_use]
    pub fn with(card: VirtualCard) -> Self {
        Self {
            card: FaultyCard::new(card),
            lost: None,
        }
    }

    /// The card was lifted and lies there again: it has forgotten what it was convinced of, and goes wrong by its
    /// script.
    pub fn put_down_again(&mut self) {
        self.lost = None;
        self.card.signal(Signal::PowerOn);
    }

    /// The card that lies there, and its script.
    pub fn card(&mut self) -> &mut FaultyCard {
        &mut self.card
    }

    fn carry(&mut self, command: &[u8]) -> Result<Response, Fault> {
        if let Some(lost) = self.lost {
            return Err(lost);
        }
        match self.card.exchange(command) {
            Exchange::Answer(answer) => Response::parse(answer),
            Exchange::Gone => {
                self.lost = Some(Fault::Removed);
                Response::parse(Vec::new())
            }
            Exchange::Half(half) => {
                self.lost = Some(Fault::Removed);
                Response::parse(half)
            }
            Exchange::Silence => {
                self.lost = Some(Fault::Silent);
                Err(Fault::Silent)
            }
        }
    }
}

impl CardTransport for MemoryReader {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        self.carry(command.bytes())
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        self.carry(command.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Person;

    fn is_selected(reader: &mut MemoryReader) -> Result<bool, Fault> {
        let select = card::allow::select(card::allow::Application::CardFaceInput);
        let answer = reader.transmit(&select)?;
        Ok(answer.status() == card::status::Status::Success)
    }

    #[test]
    fn a_card_that_goes_is_torn_once_and_then_gone_until_it_is_put_down_again() {
        let mut reader = MemoryReader::with(VirtualCard::new(&Person::default()));
        assert_eq!(is_selected(&mut reader), Ok(true));
        *reader.card().script() = "1:vanish".parse().unwrap();
        assert_eq!(is_selected(&mut reader), Err(Fault::Torn));
        assert_eq!(is_selected(&mut reader), Err(Fault::Removed));
        reader.put_down_again();
        assert_eq!(is_selected(&mut reader), Ok(true));
        *reader.card().script() = "1:silence".parse().unwrap();
        assert_eq!(is_selected(&mut reader), Err(Fault::Silent));
        assert_eq!(is_selected(&mut reader), Err(Fault::Silent));
    }
}
