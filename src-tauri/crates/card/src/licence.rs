//! IC運転免許証: look at its term and its counter, present PIN 1 once, read the face and what was changed since.
//!
//! ```text
//! root ── EF 000A  whether the holder chose a PIN      free
//!      ├─ EF 2F01  the term                            free
//!      ├─ key 01   PIN 1: four digits, three tries
//!      └─ DF1 ──── EF 01  the face without the 本籍     PIN 1
//!               └─ EF 04  what was changed since       PIN 1
//! ```
//!
//! A licence holds name, birth date and address as text, and no sex. Its face is never rewritten: a move is
//! written behind it, into EF 04, which is why an address without EF 04 is worth a caution.

mod file;
mod jis;

use zeroize::Zeroizing;

use crate::allow::licence::{self as allow, Df1, File, RootFile};
use crate::credential::Credential;
use crate::day::Day;
use crate::my_number::Answered;
use crate::objects::{self, End};
use crate::reading::{Caution, Document, Genuineness, Parts, Reading};
use crate::retries::may_verify;
use crate::session::{Kind, Trouble};
use crate::status::Status;
use crate::transparent::{self, Asked, Refused};
use crate::transport::CardTransport;

pub use file::{Changes, Face, Since, expiry_of_common_data, has_pin};
pub use jis::{GETA, Text};

/// A licence whose root is selected and whose counter is known.
#[derive(Debug)]
pub(crate) struct Looked {
    counter: Status,
    has_pin: bool,
    today: Day,
}

/// Asks a licence for its term and its counter. It changes nothing on the card.
pub(crate) fn look<T: CardTransport>(card: &mut T, today: Day) -> Result<Looked, Trouble> {
    if card.transmit(&allow::select_root())?.status() != Status::Success {
        return Err(Trouble::AnotherCard(Kind::Unknown));
    }
    let has_pin = read_root_file(card, RootFile::PinSetting, has_pin)?.unwrap_or(true);
    let expiry = read_root_file(card, RootFile::CommonData, expiry_of_common_data)?.flatten();
    if expiry.is_some_and(|last| last < today) {
        return Err(Trouble::Expired {
            document: Document::DriversLicence,
        });
    }
    let counter = card.transmit(&allow::tries_left())?.status();
    may_verify(Document::DriversLicence, counter)?;
    Ok(Looked {
        counter,
        has_pin,
        today,
    })
}

impl Looked {
    pub(crate) fn tries_left(&self) -> Option<u8> {
        self.counter.tries_left()
    }

    /// Presents PIN 1 once and reads.
    ///
    /// Where the holder chose no PIN, the card opens with four asterisks, as its specification says. They are
    /// sent in place of whatever was typed, because four digits can only be wrong there and would lock the
    /// card of somebody who never had a PIN to know.
    pub(crate) fn read<T: CardTransport>(
        self,
        card: &mut T,
        credential: Credential,
    ) -> Result<Answered<Self>, Trouble> {
        let permission = may_verify(Document::DriversLicence, self.counter)?;
        let Credential::Pin(pin) = credential else {
            return Err(Trouble::Unreadable);
        };
        let verify = if self.has_pin {
            allow::verify(pin, permission)
        } else {
            allow::verify_unset(permission)
        };
        let answer = card.transmit_credential(verify)?.status();
        if answer == Status::Success {
            return read(card, self.today).map(Answered::Read);
        }
        match may_verify(Document::DriversLicence, answer) {
            // What was refused is not what was typed, so nothing else can be typed.
            Ok(_) if !self.has_pin => Err(Trouble::Unreadable),
            Err(trouble) if !self.has_pin => Err(trouble),
            Ok(_) | Err(Trouble::FewTriesLeft { .. }) => Ok(Answered::Wrong(Self {
                counter: answer,
                ..self
            })),
            Err(trouble) => Err(trouble),
        }
    }
}

/// Both free files are small and a card may lack either; what it does not give is not known.
fn read_root_file<T: CardTransport, V>(
    card: &mut T,
    file: RootFile,
    parse: impl FnOnce(&[u8]) -> V,
) -> Result<Option<V>, Trouble> {
    if card.transmit(&allow::select_root_file(file))?.status() != Status::Success {
        return Ok(None);
    }
    let answer = card.transmit(&allow::read_root_file(file))?;
    let is_read = matches!(answer.status(), Status::Success | Status::EndOfFile);
    Ok(is_read.then(|| parse(answer.data())))
}

fn read<T: CardTransport>(card: &mut T, today: Day) -> Result<Box<Reading>, Trouble> {
    let df1 = Df1::select(card)?;
    let face = match read_file(card, &df1, File::Face) {
        Ok(content) => Face::parse(&content).map_err(|_| Trouble::Unreadable)?,
        Err(Refused::ByCard) => return Err(Trouble::Unreadable),
        Err(Refused::Trouble(trouble)) => return Err(trouble),
    };
    // Without the changes the face may be old in both.
    let changes = match read_file(card, &df1, File::Changes) {
        Ok(content) => Changes::parse(&content),
        Err(Refused::ByCard) => Changes {
            name: Since::Unclear,
            address: Since::Unclear,
            holds_more: false,
        },
        Err(Refused::Trouble(trouble)) => return Err(trouble),
    };
    reading(&face, &changes, today)
}

fn read_file<T: CardTransport>(
    card: &mut T,
    df1: &Df1,
    file: File,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let asked = Asked {
        start: &|le| df1.read_start(file, le),
        select: df1.select_file(file),
        is_whole: &|content| objects::walk(content, |_| {}) == End::Filler,
    };
    transparent::read(card, &asked)
}

/// What changed in a way that is not understood is left out: an old address is worse than none. Where it is not
/// known whether it changed, it is shown with the caution.
fn reading(face: &Face, changes: &Changes, today: Day) -> Result<Box<Reading>, Trouble> {
    let (name, address) = (&changes.name, &changes.address);
    let mut cautions = Vec::new();
    if changes.holds_more || !matches!((name, address), (Since::Same, Since::Same)) {
        cautions.push(Caution::AddressChangedSince);
    }
    if face.expiry.is_some_and(|last| last < today) {
        cautions.push(Caution::Expired);
    }
    let name = newest(&face.name, name);
    let address = newest(&face.address, address);
    if [name, address]
        .into_iter()
        .flatten()
        .any(Text::lacks_characters)
    {
        cautions.push(Caution::MissingCharacter);
    }
    let parts = Parts {
        document: Document::DriversLicence,
        name: name.map(|text| text.as_str().as_bytes()),
        address: address.map(|text| text.as_str().as_bytes()),
        birth: Some(face.birth.as_slice()),
        sex: None,
        genuineness: Genuineness::NotChecked,
        cautions: &cautions,
    };
    let reading = Reading::from_parts(parts).map_err(|_| Trouble::Unreadable)?;
    Ok(Box::new(reading))
}

fn newest<'a>(on_face: &'a Text, since: &'a Since) -> Option<&'a Text> {
    match since {
        Since::Same => Some(on_face),
        Since::Changed(text) => Some(text),
        Since::Unclear => None,
    }
}
