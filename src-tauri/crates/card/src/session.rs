//! The vocabulary between a kiosk and the process that owns the card reader.
//!
//! The kiosk sends [`Request`]s and is told [`Report`]s:
//!
//! | request | answered by exactly one of |
//! | --- | --- |
//! | `Look` | `Looked`, `Trouble` |
//! | `Key`, `Erase` | `Length` |
//! | `Enter` | `Read`, `Wrong`, `Trouble`; `Incomplete` when digits are missing: nothing was sent, and those typed stay held |
//! | `Forget` | `Forgotten`, and no request before it is answered any more |
//!
//! Answers travel, so one may be on its way when `Forget` is sent. Whoever counts the `Forget`s that are not
//! yet `Forgotten` knows: as long as there is one, whatever else comes was said to somebody who has gone.
//!
//! `Reader` comes unasked, at start and whenever it changes. From `Looked` on the card is held for nobody but
//! this kiosk, until `Read`, `Trouble`, `Forget` or its removal; after `Wrong` it is still held, so the next
//! try needs no new `Look`. A locked PIN is no end: `Look(Way::NumberB)` asks for the other key.

use crate::credential::{CardNumber, Credential, PrintedDates};
use crate::pin::{Digit, PinEntry};
pub use crate::reading::{Caution, Document, Genuineness, Reading};
pub use crate::residence::Generation;

/// What the kiosk asks of the card process.
///
/// There is no `Debug` and no `Clone`: a request may hold a digit of somebody's PIN.
pub enum Request {
    /// Connect to the card, see which document it is, and ask how many tries are left on the way chosen. A
    /// licence or a residence card answers with its own way, whatever was chosen.
    Look(Way),
    /// One key of the keypad. Digits beyond the fourth are ignored.
    Key(Digit),
    /// The erase key: the last digit goes.
    Erase,
    /// What the holder knows is complete: present it to the card once and read. Valid after `Looked` or
    /// `Wrong`. What was sent to the card is gone afterwards, whatever happened; only after
    /// [`Report::Incomplete`], when nothing was sent, the digits stay held, so that the holder can type on.
    Enter(Entered),
    /// The visitor is done or gone: wipe the digits and let go of the card.
    Forget,
}

/// How the holder of a My Number card opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// 券面事項入力補助用暗証番号: four digits the holder remembers, three tries.
    Pin,
    /// 照合番号B: fourteen digits printed on the card, ten tries. It does not open the individual number.
    NumberB,
}

/// What goes with the digits held by the card process.
///
/// There is no `Debug` and no `Clone`: together with the digits it is a credential.
pub enum Entered {
    /// The four digits held are the PIN (券面事項入力補助用; 暗証番号1 of a licence).
    Pin,
    /// The four digits held are the セキュリティコード that stands behind these dates in 照合番号B.
    NumberB(PrintedDates),
    /// The number printed on a residence card. No digits are held.
    CardNumber(CardNumber),
}

impl Entered {
    /// Takes the digits that belong to it. The entry is empty afterwards.
    ///
    /// # Errors
    /// [`DigitsMissing`] when four digits are needed and fewer are held; they stay held, so that the holder
    /// can type on.
    pub fn complete(self, digits: &mut PinEntry) -> Result<Credential, DigitsMissing> {
        match self {
            Self::CardNumber(number) => {
                digits.clear();
                Ok(Credential::CardNumber(number))
            }
            Self::Pin | Self::NumberB(_) if !digits.is_complete() => Err(DigitsMissing),
            Self::Pin => digits.take().map(Credential::Pin).ok_or(DigitsMissing),
            Self::NumberB(dates) => {
                let code = digits.take().ok_or(DigitsMissing)?;
                Ok(Credential::NumberB(dates.with_code(&code)))
            }
        }
    }
}

/// Fewer than four digits are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("digits are missing")]
pub struct DigitsMissing;

/// What the reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderState {
    /// No reader, or no reader service.
    Absent,
    /// A reader, no card on it.
    Empty,
    /// A card lies on it.
    Card,
}

/// What the card process tells the kiosk.
///
/// There is no `Debug` and no `Clone`: `Read` holds a person's data.
pub enum Report {
    /// The reader's state, unasked.
    Reader(ReaderState),
    /// The card is one that can be read, and its holder may be asked for what opens it.
    Looked {
        /// Which document it is.
        document: Document,
        /// Of a residence card: what it holds as text follows from it. `None` for every other document.
        generation: Option<Generation>,
        /// Tries left on the way chosen, two or more, because one or fewer is `Trouble`. `None` where the
        /// card counts none (a residence card).
        tries_left: Option<u8>,
    },
    /// How many digits are held after one key: 0 to 4.
    Length(u8),
    /// What was entered is not complete: so many digits are held, and nothing was sent to the card.
    Incomplete(u8),
    /// The digits are wiped, the card is let go, and nothing that was asked before is answered any more.
    Forgotten,
    /// The card refused what was entered.
    Wrong {
        /// Tries left, as the card said. With no more than [`crate::retries::TRIES_KEPT`] no further `Enter`
        /// is sent to the card. `None` where the card counts none.
        tries_left: Option<u8>,
    },
    /// What the card holds, complete.
    Read(Box<Reading>),
    /// It could not be done; nothing was read.
    Trouble(Trouble),
}

/// Why a card cannot be read now. Each is an event of an ordinary day with a screen of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// No reader is connected, or the reader service is down.
    NoReader,
    /// Nothing lies on the reader, or no look was taken at what lies there.
    NoCard,
    /// The card left the reader too early. If a PIN was being verified, whether that counted is unknown.
    Pulled,
    /// The card, the reader or the card process stopped answering: take the card off.
    Silent,
    /// A card, but not one that is read here. It was sent no credential.
    AnotherCard(Kind),
    /// A card that knows none of the applications of today's cards: perhaps one newer than this program.
    NewerCard,
    /// So few tries are left that none is spent: whoever asked calls a clerk. Nothing was sent.
    FewTriesLeft {
        /// Of which document; who can help follows from it.
        document: Document,
        /// Tries left.
        left: u8,
    },
    /// This way is locked. Another way may still be open.
    Locked {
        /// Of which document: only who issued it can unlock it, a municipality, or for a licence the police.
        document: Document,
    },
    /// The card's term is over, or the holder says that its last year is past. No credential was sent.
    Expired {
        /// Of which document: who issued it renews it, a municipality, or for a licence the police.
        document: Document,
    },
    /// Another program holds the card or the reader.
    Busy,
    /// The card answered what such a card should not answer.
    Unreadable,
}

/// Cards that are recognised so that their holder can be told what was placed. None is sent a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A payment card.
    CreditCard,
    /// A commuter pass or another FeliCa card. Only the reader can tell, by the protocol.
    TransitCard,
    /// マイナ免許証 whose My Number side is not there.
    MyNumberLicence,
    /// 特定在留カード whose My Number side is not there.
    SpecialResidence,
    /// 住民基本台帳カード, the card before the My Number card.
    ResidentRegister,
    /// スマートフォン用電子証明書: a smartphone, which holds certificates but no face of a card.
    SmartphoneJpki,
    /// A card nobody here knows.
    Unknown,
}
