//! The kinds of cards that can be put on the reader, by the words with which they are asked for.

use std::str::FromStr;

use super::files::Manner;
use super::foreign::{self, PaymentCard, TransitCard};
use super::licence::{Licence, LicenceCard};
use super::machine::VirtualCard;
use super::my_number::{Lock, MyNumberCard, Proof};
use super::person::Person;
use super::residence::{Residence, ResidenceCard};

/// A kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// A genuine My Number card.
    MyNumber,
    /// A My Number card that answers in one of the manners of real ones.
    Manner(Manner),
    /// A My Number card that is not what it says.
    Proof(Proof),
    /// A My Number card whose PIN has so many tries left; none is a locked PIN.
    PinLeft(u8),
    /// 顔認証マイナンバーカード, without PIN.
    NoPin,
    /// A My Number card that is a driver's licence as well.
    MyNumberLicence,
    /// The licence application of a My Number card, without a My Number side.
    LicenceAlone,
    /// 特定在留カード: a My Number card that is a residence card as well.
    SpecialResidence,
    /// 特定在留カード whose My Number side is not there.
    SpecialResidenceAlone,
    /// 住基カード.
    Juki,
    /// A telephone with certificates.
    Telephone,
    /// A card of which nothing is known yet.
    NextGeneration,
    /// A payment card, contactless.
    CreditCard,
    /// A payment card in a reader with contacts.
    CreditCardWithContacts,
    /// A commuter pass.
    Transit,
    /// IC運転免許証.
    Licence(Licence),
    /// 在留カード or 特別永住者証明書.
    Residence(Residence),
}

impl Model {
    /// All of them, each with its word.
    pub const ALL: [(&'static str, Self); 37] = [
        ("my-number", Self::MyNumber),
        ("long-form", Self::Manner(Manner::LongForm)),
        ("end-of-file", Self::Manner(Manner::EndOfFile)),
        ("exact-le", Self::Manner(Manner::ExactLe)),
        ("in-pieces", Self::Manner(Manner::InPieces)),
        ("text-changed", Self::Proof(Proof::TextChanged)),
        ("signed-by-another", Self::Proof(Proof::SignedByAnother)),
        ("unknown-issuer", Self::Proof(Proof::UnknownIssuer)),
        ("copy", Self::Proof(Proof::Copy)),
        ("no-proof", Self::Proof(Proof::Missing)),
        ("two-tries", Self::PinLeft(2)),
        ("one-try", Self::PinLeft(1)),
        ("locked", Self::PinLeft(0)),
        ("no-pin", Self::NoPin),
        ("my-number-licence", Self::MyNumberLicence),
        ("licence-alone", Self::LicenceAlone),
        ("special-residence", Self::SpecialResidence),
        ("special-residence-alone", Self::SpecialResidenceAlone),
        ("juki", Self::Juki),
        ("telephone", Self::Telephone),
        ("next-generation", Self::NextGeneration),
        ("credit", Self::CreditCard),
        ("credit-contacts", Self::CreditCardWithContacts),
        ("transit", Self::Transit),
        ("licence", Self::Licence(Licence::AsMade)),
        ("licence-moved", Self::Licence(Licence::Moved)),
        ("licence-expired", Self::Licence(Licence::Expired)),
        ("licence-gaiji", Self::Licence(Licence::WithGaiji)),
        ("licence-no-pin", Self::Licence(Licence::WithoutPin)),
        ("licence-one-try", Self::Licence(Licence::TriesLeft(1))),
        ("licence-locked", Self::Licence(Licence::TriesLeft(0))),
        ("residence", Self::Residence(Residence::Moved)),
        ("residence-as-made", Self::Residence(Residence::AsMade)),
        (
            "residence-special-permanent",
            Self::Residence(Residence::SpecialPermanent),
        ),
        ("residence-second", Self::Residence(Residence::Second)),
        (
            "residence-second-expired",
            Self::Residence(Residence::SecondExpired),
        ),
        ("residence-unknown", Self::Residence(Residence::UnknownType)),
    ];

    /// The card of this kind that belongs to a person, as far as it belongs to one.
    #[must_use]
    pub fn card(self, person: &Person) -> VirtualCard {
        let my_number = MyNumberCard::of(person);
        match self {
            Self::MyNumber => my_number.card(),
            Self::Manner(manner) => MyNumberCard {
                manner,
                ..my_number
            }
            .card(),
            Self::Proof(proof) => MyNumberCard { proof, ..my_number }.card(),
            Self::PinLeft(left) => MyNumberCard {
                lock: Lock::PinLeft(left),
                ..my_number
            }
            .card(),
            Self::NoPin => MyNumberCard {
                lock: Lock::NoPin,
                ..my_number
            }
            .card(),
            Self::MyNumberLicence => MyNumberCard {
                is_licence: true,
                ..my_number
            }
            .card(),
            Self::SpecialResidence => MyNumberCard {
                is_residence_card: true,
                ..my_number
            }
            .card(),
            Self::LicenceAlone => VirtualCard::with(foreign::licence_alone(person)),
            Self::SpecialResidenceAlone => VirtualCard::with(foreign::residence_alone()),
            Self::Juki => VirtualCard::with(foreign::juki_card(person)),
            Self::Telephone => VirtualCard::with(foreign::telephone(person)),
            Self::NextGeneration => VirtualCard::with(foreign::next_generation()),
            Self::CreditCard => VirtualCard::with(PaymentCard {
                has_contacts: false,
            }),
            Self::CreditCardWithContacts => VirtualCard::with(PaymentCard { has_contacts: true }),
            Self::Transit => VirtualCard::with(TransitCard),
            Self::Licence(licence) => VirtualCard::with(LicenceCard::of(person, licence)),
            Self::Residence(residence) => VirtualCard::with(ResidenceCard::of(person, residence)),
        }
    }

    /// The word for the command line and the control line.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(_, model)| *model == self)
            .map_or("my-number", |(word, _)| word)
    }
}

/// The word is not a kind of card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a card is one of: {}", Model::ALL.map(|(word, _)| word).join(" "))]
pub struct NotAModel;

impl FromStr for Model {
    type Err = NotAModel;

    fn from_str(word: &str) -> Result<Self, NotAModel> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == word)
            .map(|(_, model)| model)
            .ok_or(NotAModel)
    }
}
