//! The vocabulary between a kiosk and the process that owns the card reader.
//!
//! The kiosk sends [`Request`]s and is told [`Report`]s:
//!
//! | request | answered by exactly one of |
//! | --- | --- |
//! | `Look` | `Looked`, `Trouble` |
//! | `PinKey`, `PinErase` | `PinLength` |
//! | `PinEnter` | `Read`, `WrongPin`, `Trouble`; `PinLength` when digits are missing, and nothing was sent |
//! | `Forget` | `PinLength(0)`, and no request before it is answered any more |
//!
//! `Reader` comes unasked, at start and whenever it changes. From `Looked` on the card is held for nobody but
//! this kiosk, until `Read`, `Trouble`, `Forget` or its removal; after `WrongPin` it is still held, so the next
//! PIN needs no new `Look`.

use crate::BasicFour;
use crate::pin::Digit;

/// What the kiosk asks of the card process.
///
/// There is no `Debug`: a request may hold a digit of somebody's PIN.
pub enum Request {
    /// Connect to the card, see whether it is a My Number card, ask how many tries are left.
    Look,
    /// One key of the keypad. Digits beyond the fourth are ignored.
    PinKey(Digit),
    /// The erase key: the last digit goes.
    PinErase,
    /// The PIN is complete: verify it once and read the four items. Valid after `Looked` or
    /// `WrongPin`; the digits are gone afterwards, whatever happened.
    PinEnter,
    /// The visitor is done or gone: wipe the digits and let go of the card.
    Forget,
}

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
    /// The card is a My Number card and may be asked for the PIN.
    Looked {
        /// Tries left; two or more, because one or fewer is `Trouble`.
        tries_left: u8,
    },
    /// How many digits are held now: 0 to 4.
    PinLength(u8),
    /// The card refused the PIN.
    WrongPin {
        /// Tries left, as the card said. At 1 no further `PinEnter` is sent to the card.
        tries_left: u8,
    },
    /// The four items, complete.
    Read(Box<BasicFour>),
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
    /// A card, but not a My Number card.
    AnotherCard,
    /// A card that knows none of the applications of today's cards: perhaps one newer than this program.
    NewerCard,
    /// So few tries are left that none is spent: a clerk helps. Nothing was sent.
    FewTriesLeft {
        /// Tries left.
        left: u8,
    },
    /// The PIN is locked; only a municipality's counter can unlock it.
    Locked,
    /// Another program holds the card or the reader.
    Busy,
    /// The card answered what a My Number card should not answer.
    Unreadable,
}
