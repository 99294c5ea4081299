//! The second lock of the allow-list.
//!
//! [`crate::allow`] decides which bytes can be built at all; this decides in which application they may be
//! sent. It stands around every card that is looked at or read, and follows which application the card has
//! selected, by the card's own answers.

use crate::allow::{Command, CredentialCommand, Home, When};
use crate::apdu::Response;
use crate::status::Status;
use crate::transport::{CardTransport, Fault};

/// A card, and what is selected on it as far as the card has said so.
pub(crate) struct Gate<'a, T> {
    card: &'a mut T,
    selected: Option<Home>,
}

impl<'a, T: CardTransport> Gate<'a, T> {
    /// A card of which nothing is known.
    pub(crate) fn new(card: &'a mut T) -> Self {
        Self::resume(card, None)
    }

    /// The card that this was selected on, and nothing else since.
    pub(crate) fn resume(card: &'a mut T, selected: Option<Home>) -> Self {
        Self { card, selected }
    }

    /// What is selected, for [`resume`](Self::resume).
    pub(crate) fn selected(&self) -> Option<Home> {
        self.selected
    }
}

impl<T: CardTransport> CardTransport for Gate<'_, T> {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        let entering = match command.when() {
            When::Within(home) if self.selected != Some(home) => return Err(Fault::Refused),
            When::Within(_) | When::GoingOn => return self.card.transmit(command),
            When::Entering(home) => home,
        };
        // Whether a SELECT that fails leaves the old application selected differs from card to card.
        self.selected = None;
        let answer = self.card.transmit(command)?;
        if matches!(answer.status(), Status::Success | Status::MoreData(_)) {
            self.selected = Some(entering);
        }
        Ok(answer)
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        if self.selected != Some(command.home()) {
            return Err(Fault::Refused);
        }
        self.card.transmit_credential(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allow::licence::RootFile;
    use crate::allow::{self, Application, File, Form, Landmark};
    use crate::pin::{Digit, PinEntry};
    use crate::reading::Document;
    use crate::retries::may_verify;

    /// Answers every command with the same status, and counts them.
    struct Card(u16, usize);

    impl Card {
        fn answer(&mut self) -> Result<Response, Fault> {
            self.1 += 1;
            Response::parse(self.0.to_be_bytes().to_vec())
        }
    }

    impl CardTransport for Card {
        fn transmit(&mut self, _: &Command) -> Result<Response, Fault> {
            self.answer()
        }

        fn transmit_credential(&mut self, _: CredentialCommand) -> Result<Response, Fault> {
            self.answer()
        }
    }

    fn verify() -> CredentialCommand {
        let mut entry = PinEntry::default();
        (1..=4)
            .filter_map(Digit::new)
            .for_each(|digit| entry.push(digit));
        let permission = may_verify(Document::MyNumber, Status::TriesLeft(3)).unwrap();
        allow::verify_pin(Form::Short, entry.take().unwrap(), permission)
    }

    #[test]
    fn what_is_meant_for_another_application_does_not_reach_the_card() {
        let mut card = Card(0x9000, 0);
        let mut gate = Gate::new(&mut card);
        gate.transmit(&allow::select(Application::CardFaceInput))
            .ok()
            .unwrap();
        for command in [
            allow::licence::read_root_file(RootFile::CommonData),
            allow::licence::tries_left(),
            allow::residence::read_type(),
            allow::token_label(),
        ] {
            assert_eq!(
                gate.transmit(&command).err(),
                Some(Fault::Refused),
                "{command:02X?}"
            );
        }
        assert_eq!(card.1, 1, "the card was asked nothing but the first SELECT");
    }

    #[test]
    fn nothing_is_read_or_presented_where_nothing_was_selected() {
        let mut card = Card(0x6A82, 0);
        let mut gate = Gate::new(&mut card);
        let read = allow::read_start(File::BasicFour, 0);
        assert!(
            gate.transmit(&allow::select(Application::CardFaceInput))
                .is_ok()
        );
        assert_eq!(gate.transmit(&read).err(), Some(Fault::Refused));
        assert_eq!(
            gate.transmit_credential(verify()).err(),
            Some(Fault::Refused)
        );
        assert_eq!(card.1, 1);
    }

    #[test]
    fn what_is_selected_is_what_the_card_accepted_last() {
        let mut card = Card(0x9000, 0);
        let mut gate = Gate::new(&mut card);
        let read = allow::read_start(File::BasicFour, 0);
        assert!(
            gate.transmit(&allow::select(Application::CardFaceInput))
                .is_ok()
        );
        assert!(gate.transmit(&read).is_ok());
        let selected = gate.selected();
        let mut gate = Gate::resume(&mut card, selected);
        assert!(gate.transmit_credential(verify()).is_ok());
        assert!(gate.transmit(&allow::probe(Landmark::Jpki)).is_ok());
        assert_eq!(gate.transmit(&read).err(), Some(Fault::Refused));
        assert_eq!(
            gate.transmit_credential(verify()).err(),
            Some(Fault::Refused)
        );
        assert!(gate.transmit(&allow::token_label()).is_ok());
    }
}
