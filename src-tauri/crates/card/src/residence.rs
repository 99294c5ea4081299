//! 在留カード and 特別永住者証明書: prove with the printed number that its holder shows the card, then read the
//! little it holds as text.
//!
//! ```text
//! GET CHALLENGE ─► MUTUAL AUTHENTICATE (key of the printed number) ─► VERIFY (the number, enciphered)
//!       first generation:  DF2 / EF 01   the address that was added      plain
//!       second generation: DF1 / EF 02   birth date, sex, last day       secure messaging
//! ```
//!
//! The holder's name is a picture in both generations, and so is the address on the front; pictures are not
//! read. A wrong number is not counted by the card. The signature covers the pictures, so it is not checked,
//! and a reading says so.
//!
//! The cipher suites are checked against the worked examples of both specifications.

mod channel;
mod cipher;
mod file;
#[cfg(test)]
mod tests;

use crate::allow::residence::{self as allow, Added, Front, Root};
use crate::credential::{CardNumber, Credential, Random};
use crate::day::Day;
use crate::my_number::Answered;
use crate::reading::{Caution, Document, Genuineness, Parts, Reading};
use crate::session::{Kind, Trouble};
use crate::status::Status;
use crate::transparent::{self, Asked, Refused};
use crate::transport::CardTransport;
use zeroize::Zeroizing;

pub use channel::{CRYPTOGRAM_BYTES, Channel, NONCE_BYTES, NotTheCard, Offer};
pub use cipher::{CODE_BYTES, Generation, KEY_BYTES, Key, NotWhole};
pub use file::{Entries, Type, added_address};

/// A residence card whose root is selected and whose generation is known.
#[derive(Debug)]
pub(crate) struct Looked {
    generation: Generation,
    today: Day,
}

/// Asks a residence card for its type. It changes nothing on the card.
pub(crate) fn look<T: CardTransport>(card: &mut T, today: Day) -> Result<Looked, Trouble> {
    select_root(card)?;
    let answer = card.transmit(&allow::read_type())?;
    if !matches!(answer.status(), Status::Success | Status::EndOfFile) {
        return Err(Trouble::Unreadable);
    }
    match Type::parse(answer.data()) {
        Some(Type::Of(generation)) => Ok(Looked { generation, today }),
        Some(Type::Special) => Err(Trouble::AnotherCard(Kind::SpecialResidence)),
        None => Err(Trouble::NewerCard),
    }
}

impl Looked {
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// The card counts no tries.
    #[expect(clippy::unused_self, reason = "every kind of card is asked this")]
    pub(crate) fn tries_left(&self) -> Option<u8> {
        None
    }

    /// Presents the printed number once and reads.
    pub(crate) fn read<T: CardTransport>(
        self,
        card: &mut T,
        credential: Credential,
        random: &Random,
    ) -> Result<Answered<Self>, Trouble> {
        let Credential::CardNumber(number) = credential else {
            return Err(Trouble::Unreadable);
        };
        let Some(channel) = authenticate(card, self.generation, &number, random)? else {
            return Ok(Answered::Wrong(self));
        };
        let verify = allow::verify_number(&channel.seal_number(&number));
        drop(number);
        if !is_accepted(card.transmit_credential(verify)?.status())? {
            return Ok(Answered::Wrong(self));
        }
        match self.generation {
            Generation::First => read_added_address(card),
            Generation::Second => read_entries(card, &channel, self.today),
        }
        .map(Answered::Read)
    }
}

/// Cards take one form of this command or the other.
fn select_root<T: CardTransport>(card: &mut T) -> Result<(), Trouble> {
    for root in [Root::ById, Root::ByNothing] {
        let status = card.transmit(&allow::select_root(root))?.status();
        if status == Status::Success {
            return Ok(());
        }
        if !status.asks_for_other_form() {
            break;
        }
    }
    Err(Trouble::Unreadable)
}

/// `None` when the card says that the number is not its own.
fn authenticate<T: CardTransport>(
    card: &mut T,
    generation: Generation,
    number: &CardNumber,
    random: &Random,
) -> Result<Option<Channel>, Trouble> {
    let answer = card.transmit(&allow::challenge())?;
    if answer.status() != Status::Success {
        return Err(Trouble::Unreadable);
    }
    let challenge = answer.data().try_into().map_err(|_| Trouble::Unreadable)?;
    let (nonce, rest) = random
        .bytes()
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(Trouble::Unreadable)?;
    let half = rest.first_chunk::<KEY_BYTES>().ok_or(Trouble::Unreadable)?;
    let half = Zeroizing::new(*half);
    let offer = Offer::new(generation, number, challenge, *nonce, half);
    let command = allow::authenticate(offer.cryptogram(), &offer.code());
    let answer = card.transmit_credential(command)?;
    if !is_accepted(answer.status())? {
        return Ok(None);
    }
    let channel = offer.accept(answer.data());
    channel.map(Some).map_err(|NotTheCard| Trouble::Unreadable)
}

/// Whether the card took the number, or says that it is another.
fn is_accepted(answer: Status) -> Result<bool, Trouble> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever is neither is no answer to a number; these cards count no tries, so none is locked"
    )]
    match answer {
        Status::Success => Ok(true),
        Status::Mismatch => Ok(false),
        _ => Err(Trouble::Unreadable),
    }
}

fn read_added_address<T: CardTransport>(card: &mut T) -> Result<Box<Reading>, Trouble> {
    let added = Added::select(card)?;
    let asked = Asked {
        start: &|le| added.read_address(le),
        select: added.select_address(),
        is_whole: &|content| added_address(content).is_ok(),
    };
    let content = transparent::read(card, &asked).map_err(|refused| match refused {
        Refused::ByCard => Trouble::Unreadable,
        Refused::Trouble(trouble) => trouble,
    })?;
    let address = added_address(&content).map_err(|_| Trouble::Unreadable)?;
    reading(Parts {
        address,
        cautions: &[Caution::OnlyAddress],
        ..nothing()
    })
}

fn read_entries<T: CardTransport>(
    card: &mut T,
    channel: &Channel,
    today: Day,
) -> Result<Box<Reading>, Trouble> {
    let front = Front::select(card)?;
    let answer = card.transmit(&front.read_entries())?;
    if !matches!(answer.status(), Status::Success | Status::EndOfFile) {
        return Err(Trouble::Unreadable);
    }
    let content = channel
        .open(answer.data())
        .map_err(|_| Trouble::Unreadable)?;
    let entries = Entries::parse(&content).map_err(|_| Trouble::Unreadable)?;
    let is_expired = entries.expiry.is_some_and(|last| last < today);
    let cautions = if is_expired {
        &[Caution::Expired][..]
    } else {
        &[]
    };
    reading(Parts {
        birth: Some(entries.birth.as_slice()),
        sex: Some(entries.sex),
        cautions,
        ..nothing()
    })
}

fn nothing() -> Parts<'static> {
    Parts {
        document: Document::ResidenceCard,
        name: None,
        address: None,
        birth: None,
        sex: None,
        genuineness: Genuineness::NotChecked,
        cautions: &[],
    }
}

fn reading(parts: Parts<'_>) -> Result<Box<Reading>, Trouble> {
    let reading = Reading::from_parts(parts).map_err(|_| Trouble::Unreadable)?;
    Ok(Box::new(reading))
}
