//! The My Number card: ask the counter of the way chosen, verify once, read all, then hand out all.

use crate::allow::{self, File, Form, Key};
use crate::basic_four::BasicFour;
use crate::credential::{Credential, Random};
use crate::day::Day;
use crate::file::read_file;
use crate::genuine::{self, IssuerKeys};
use crate::reading::{Document, Reading};
use crate::retries::may_verify;
use crate::session::{Trouble, Way};
use crate::status::Status;
use crate::transport::CardTransport;

/// What came of one credential, for one kind of card.
pub(crate) enum Answered<L> {
    /// What the card holds, complete.
    Read(Box<Reading>),
    /// The card refused it and can be asked again.
    Wrong(L),
}

impl<L> Answered<L> {
    /// The same of a kind of card among others.
    pub(crate) fn of<K>(self, kind: impl FnOnce(L) -> K) -> Answered<K> {
        match self {
            Self::Read(reading) => Answered::Read(reading),
            Self::Wrong(looked) => Answered::Wrong(kind(looked)),
        }
    }
}

/// A My Number card whose application is selected and whose counter is known.
#[derive(Debug)]
pub(crate) struct Looked {
    way: Way,
    /// The form in which the card answered the counter; the VERIFY is sent in no other.
    form: Form,
    counter: Status,
    today: Day,
}

/// Asks for the counter of one way. It changes nothing on the card.
pub(crate) fn look<T: CardTransport>(
    card: &mut T,
    way: Way,
    today: Day,
) -> Result<Looked, Trouble> {
    let key = key_of(way);
    let mut form = Form::Short;
    let mut counter = card.transmit(&allow::tries_left(key, form))?.status();
    if counter.asks_for_other_form() {
        form = Form::Selected;
        // Whatever the card says to being selected, it is not the counter.
        if card.transmit(&allow::select_key(key))?.status() != Status::Success {
            return Err(Trouble::Unreadable);
        }
        counter = card.transmit(&allow::tries_left(key, form))?.status();
    }
    may_verify(Document::MyNumber, counter)?;
    Ok(Looked {
        way,
        form,
        counter,
        today,
    })
}

impl Looked {
    pub(crate) fn tries_left(&self) -> Option<u8> {
        self.counter.tries_left()
    }

    /// Presents the credential once and reads the four items.
    pub(crate) fn read<T: CardTransport>(
        self,
        card: &mut T,
        credential: Credential,
        issuers: &IssuerKeys,
        random: Random,
    ) -> Result<Answered<Self>, Trouble> {
        let permission = may_verify(Document::MyNumber, self.counter)?;
        let verify = match (self.way, credential) {
            (Way::Pin, Credential::Pin(pin)) => allow::verify_pin(self.form, pin, permission),
            (Way::NumberB, Credential::NumberB(number)) => {
                if number.expiry_year() < self.today.year() {
                    return Err(Trouble::Expired {
                        document: Document::MyNumber,
                    });
                }
                allow::verify_number_b(self.form, number, permission)
            }
            // The counter that was asked is not the one that this credential would spend.
            _ => return Err(Trouble::Unreadable),
        };
        let answer = card.transmit_credential(verify)?.status();
        if answer == Status::Success {
            return read(card, issuers, random).map(Answered::Read);
        }
        match may_verify(Document::MyNumber, answer) {
            Ok(_) | Err(Trouble::FewTriesLeft { .. }) => Ok(Answered::Wrong(Self {
                counter: answer,
                ..self
            })),
            Err(trouble) => Err(trouble),
        }
    }
}

fn read<T: CardTransport>(
    card: &mut T,
    issuers: &IssuerKeys,
    random: Random,
) -> Result<Box<Reading>, Trouble> {
    let file = read_file(card, File::BasicFour)?;
    let four = BasicFour::parse(&file).map_err(|_| Trouble::Unreadable)?;
    let genuineness = genuine::check(card, &file, issuers, &random)?;
    Ok(Box::new(Reading::of_my_number_card(four, genuineness)))
}

fn key_of(way: Way) -> Key {
    match way {
        Way::Pin => Key::Pin,
        Way::NumberB => Key::NumberB,
    }
}
