//! The My Number card, put together from its applications.

use super::chip::Chip;
use super::files::{FileChip, Manner};
use super::jpki::{self, Token};
use super::machine::VirtualCard;
use super::person::Person;
use super::{foreign, register, text, visual};

/// ATR of a My Number card with contacts, as public lists of ATRs have it.
const ATR: &[u8] = b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14";

/// How a My Number card is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyNumberCard {
    /// Whose it is.
    pub person: Person,
    /// How it answers.
    pub manner: Manner,
    /// Whether what it says about itself is true.
    pub proof: Proof,
    /// Whether its PIN still opens it.
    pub lock: Lock,
    /// Whether it is a driver's licence as well (マイナ免許証).
    pub is_licence: bool,
    /// Whether it is a residence card as well (特定在留カード).
    pub is_residence_card: bool,
}

/// Whether a card can prove that it is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proof {
    /// It is.
    #[default]
    Genuine,
    /// The text is another than the one that was signed.
    TextChanged,
    /// Somebody else signed it in the authority's name.
    SignedByAnother,
    /// It is signed in the name of an authority that nobody knows.
    UnknownIssuer,
    /// All its files are genuine, but its key is not the one they name.
    Copy,
    /// It holds no signed files.
    Missing,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Genuine,
        Self::TextChanged,
        Self::SignedByAnother,
        Self::UnknownIssuer,
        Self::Copy,
        Self::Missing,
    ];
}

/// Whether the PIN still opens the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    /// With all its tries.
    #[default]
    Open,
    /// With so many tries left, at most three; none is a locked PIN.
    PinLeft(u8),
    /// A card without PIN (顔認証マイナンバーカード), whose PIN key is blocked from issuance.
    NoPin,
}

impl MyNumberCard {
    /// The genuine card of a person.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        Self {
            person: person.clone(),
            manner: Manner::default(),
            proof: Proof::default(),
            lock: Lock::default(),
            is_licence: false,
            is_residence_card: false,
        }
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> VirtualCard {
        VirtualCard::with(self.chip())
    }

    fn chip(&self) -> impl Chip + 'static {
        let mut applications = vec![
            text::application(self),
            visual::application(self),
            jpki::application(&self.person, Token::MyNumberCard),
            register::juki(&self.person),
            register::common(&self.person),
        ];
        if self.is_licence {
            applications.push(foreign::my_number_licence(&self.person));
        }
        if self.is_residence_card {
            applications.push(foreign::special_residence());
        }
        FileChip::new(ATR, self.manner, applications)
    }
}
