//! Looking at whatever card lies there, and reading it.
//!
//! Four commands read the four items of a My Number card that understands short file identifiers: SELECT,
//! counter, VERIFY, READ. A card that does not is asked the long way, by selecting the key and the file first.

use crate::allow::{self, Application, Home};
use crate::credential::{Credential, Random};
use crate::day::Day;
use crate::gate::Gate;
use crate::genuine::IssuerKeys;
use crate::licence;
use crate::my_number::{self, Answered};
use crate::reading::{Document, Reading};
use crate::recognise::{self, Found};
use crate::residence::{self, Generation};
use crate::session::{Trouble, Way};
use crate::status::Status;
use crate::transport::CardTransport;

/// Finds out which document the card is and asks for the counter of the way chosen. It changes nothing on
/// the card and presents nothing to it.
///
/// # Errors
/// [`Trouble::AnotherCard`] or [`Trouble::NewerCard`] when this is not a card that can be read,
/// [`Trouble::FewTriesLeft`] or [`Trouble::Locked`] by [`crate::retries::may_verify`], or what the
/// transport's fault means.
pub fn look<T: CardTransport>(card: &mut T, way: Way, today: Day) -> Result<Looked, Trouble> {
    let mut card = Gate::new(card);
    let which = which(&mut card, way, today)?;
    let selected = card.selected();
    Ok(Looked { which, selected })
}

fn which<T: CardTransport>(card: &mut T, way: Way, today: Day) -> Result<Which, Trouble> {
    let select = allow::select(Application::CardFaceInput);
    let mut status = card.transmit(&select)?.status();
    if status == Status::Undiagnosed {
        // Real cards have been seen to answer the first command after power-up like this.
        status = card.transmit(&select)?.status();
    }
    if status == Status::Success {
        return my_number::look(card, way, today).map(Which::MyNumber);
    }
    if status == Status::Undiagnosed {
        return Err(Trouble::Unreadable);
    }
    match recognise::document(card)? {
        Found::Licence => licence::look(card, today).map(Which::Licence),
        Found::Residence => residence::look(card, today).map(Which::Residence),
        Found::Other(kind) => Err(Trouble::AnotherCard(kind)),
    }
}

/// A card that was looked at: which document it is, and how many tries are left.
///
/// It is valid as long as the card stays connected and nobody else can talk to it.
#[derive(Debug)]
pub struct Looked {
    which: Which,
    selected: Option<Home>,
}

#[derive(Debug)]
enum Which {
    MyNumber(my_number::Looked),
    Licence(licence::Looked),
    Residence(residence::Looked),
}

impl Looked {
    /// Which document it is.
    #[must_use]
    pub fn document(&self) -> Document {
        match self.which {
            Which::MyNumber(_) => Document::MyNumber,
            Which::Licence(_) => Document::DriversLicence,
            Which::Residence(_) => Document::ResidenceCard,
        }
    }

    /// Which generation of residence card it is; `None` for every other document.
    #[must_use]
    pub fn generation(&self) -> Option<Generation> {
        match &self.which {
            Which::Residence(it) => Some(it.generation()),
            Which::MyNumber(_) | Which::Licence(_) => None,
        }
    }

    /// Tries left, as the card said last; `None` where it counts none.
    #[must_use]
    pub fn tries_left(&self) -> Option<u8> {
        match &self.which {
            Which::MyNumber(it) => it.tries_left(),
            Which::Licence(it) => it.tries_left(),
            Which::Residence(it) => it.tries_left(),
        }
    }

    /// Presents the credential once and reads the card. Whatever comes of it, the credential is gone.
    ///
    /// A credential of another kind than the card was looked at for is not sent: [`Trouble::Unreadable`].
    pub fn read<T: CardTransport>(
        self,
        card: &mut T,
        credential: Credential,
        issuers: &IssuerKeys,
        random: Random,
    ) -> Outcome {
        let mut card = Gate::resume(card, self.selected);
        let answered = match self.which {
            Which::MyNumber(it) => it
                .read(&mut card, credential, issuers, random)
                .map(|answered| answered.of(Which::MyNumber)),
            Which::Licence(it) => it
                .read(&mut card, credential)
                .map(|answered| answered.of(Which::Licence)),
            Which::Residence(it) => it
                .read(&mut card, credential, &random)
                .map(|answered| answered.of(Which::Residence)),
        };
        match answered {
            Ok(Answered::Read(reading)) => Outcome::Read(reading),
            Ok(Answered::Wrong(which)) => Outcome::Wrong(Self {
                which,
                selected: card.selected(),
            }),
            Err(trouble) => Outcome::Trouble(trouble),
        }
    }
}

/// What came of one credential.
pub enum Outcome {
    /// What the card holds, complete.
    Read(Box<Reading>),
    /// The card refused it; it may be asked again with a new one, as far as [`crate::retries::may_verify`]
    /// permits.
    Wrong(Looked),
    /// Nothing was read.
    Trouble(Trouble),
}
