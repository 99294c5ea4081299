//! What the page shows of a visitor at the reader.

use card::{
    Document,
    retries::tries_to_offer,
    session::{Generation, Trouble, Way},
};
use wire::kiosk::{ClerkCall, ResidenceFills};

use super::{At, AtReader, DIGITS, dates::EXPIRY_YEARS, is_shut};

impl AtReader {
    /// What the page shows; `clerk` is what became of the call for staff that this kiosk made by itself.
    pub(crate) fn screen(&self, this_year: u16, clerk: Option<ClerkCall>) -> wire::kiosk::Screen {
        use wire::kiosk::Screen;
        match self.at {
            At::PlaceCard => Screen::PlaceCard,
            At::Looking => Screen::Looking,
            At::Pin { entered, wrong } => Screen::Pin {
                document: document(self.document.unwrap_or(Document::MyNumber)),
                entered,
                length: DIGITS,
                tries_left: self.tries_left.map(tries_to_offer),
                wrong,
            },
            At::Birth { refusal } => Screen::PrintedBirth {
                birth: self.birth(),
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Expiry { refusal } => Screen::PrintedExpiry {
                year: self.expiry(),
                first_year: this_year.saturating_sub(EXPIRY_YEARS.0),
                last_year: this_year.saturating_add(EXPIRY_YEARS.1),
                this_year,
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Code { entered, wrong } => Screen::SecurityCode {
                birth: self.birth(),
                expiry: self.expiry().unwrap_or(this_year),
                entered,
                length: DIGITS,
                tries_left: self.tries_left.map(tries_to_offer),
                wrong,
            },
            At::Number { refusal } => Screen::CardNumber {
                fills: self.generation.map(fills),
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Reading => Screen::Reading,
            At::Trouble(trouble) => Screen::CardTrouble {
                trouble: self.trouble_in_words(trouble),
                other_way: self.other_way(trouble),
                clerk: clerk.filter(|_| self.needs_clerk()),
            },
            At::NotPlaced => Screen::CardTrouble {
                trouble: wire::kiosk::CardTrouble::NotPlaced,
                other_way: None,
                clerk: None,
            },
        }
    }

    fn birth(&self) -> String {
        let birth = self.dates.as_ref().map(|it| it.birth.to_string());
        birth.unwrap_or_default()
    }

    fn expiry(&self) -> Option<u16> {
        let dates = self.dates.as_ref()?;
        dates.expiry.as_ref().map(|it| **it)
    }

    /// The other way to open the same card: one locked key is no end.
    fn other_way(&self, trouble: Trouble) -> Option<wire::kiosk::CardWay> {
        let is_my_number = is_shut(trouble) == Some(Document::MyNumber);
        let other = match self.way {
            Way::Pin => Way::NumberB,
            Way::NumberB => Way::Pin,
        };
        (is_my_number && !self.shut.contains(&other)).then_some(match other {
            Way::Pin => wire::kiosk::CardWay::Pin,
            Way::NumberB => wire::kiosk::CardWay::NumberB,
        })
    }

    fn trouble_in_words(&self, trouble: Trouble) -> wire::kiosk::CardTrouble {
        use card::session::Kind;
        use wire::kiosk::CardTrouble;
        match trouble {
            Trouble::NoReader => CardTrouble::NoReader,
            Trouble::NoCard | Trouble::Pulled => CardTrouble::Pulled,
            Trouble::Silent => CardTrouble::Silent,
            Trouble::AnotherCard(Kind::CreditCard) => CardTrouble::CreditCard,
            Trouble::AnotherCard(Kind::TransitCard) => CardTrouble::TransitCard,
            Trouble::AnotherCard(Kind::MyNumberLicence) => CardTrouble::MyNumberLicence,
            Trouble::AnotherCard(Kind::SpecialResidence) => CardTrouble::SpecialResidence,
            Trouble::AnotherCard(Kind::ResidentRegister) => CardTrouble::ResidentRegister,
            Trouble::AnotherCard(Kind::SmartphoneJpki) => CardTrouble::Smartphone,
            Trouble::AnotherCard(Kind::Unknown) => CardTrouble::AnotherCard,
            Trouble::NewerCard => CardTrouble::NewerCard,
            Trouble::FewTriesLeft { document, .. } => match (document, self.way) {
                (Document::MyNumber, Way::Pin) => CardTrouble::FewTriesLeft,
                (Document::MyNumber, Way::NumberB) => CardTrouble::FewTriesLeftNumberB,
                (Document::DriversLicence, _) => CardTrouble::FewTriesLeftLicence,
                // It counts no tries.
                (Document::ResidenceCard, _) => CardTrouble::Unreadable,
            },
            Trouble::Locked { document } => match (document, self.way) {
                (Document::MyNumber, Way::Pin) => CardTrouble::Locked,
                (Document::MyNumber, Way::NumberB) => CardTrouble::LockedNumberB,
                (Document::DriversLicence, _) => CardTrouble::LockedLicence,
                (Document::ResidenceCard, _) => CardTrouble::Unreadable,
            },
            Trouble::Expired { document } => match document {
                Document::MyNumber => CardTrouble::Expired,
                Document::DriversLicence => CardTrouble::ExpiredLicence,
                // It is read, with a caution.
                Document::ResidenceCard => CardTrouble::Unreadable,
            },
            Trouble::Busy => CardTrouble::Busy,
            Trouble::Unreadable => CardTrouble::Unreadable,
        }
    }
}

fn fills(generation: Generation) -> ResidenceFills {
    match generation {
        Generation::First => ResidenceFills::AddedAddress,
        Generation::Second => ResidenceFills::BirthAndSex,
    }
}

/// The document as the contract names it.
pub(crate) fn document(document: Document) -> wire::command::Document {
    match document {
        Document::MyNumber => wire::command::Document::MyNumber,
        Document::DriversLicence => wire::command::Document::DriversLicence,
        Document::ResidenceCard => wire::command::Document::ResidenceCard,
    }
}
