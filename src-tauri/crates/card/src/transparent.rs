//! Reading a transparent file, whichever card it is on: by its short identifier, or selected first where the
//! card asks for that, in as many pieces as the reader brings.

use zeroize::Zeroizing;

use crate::allow::{self, Command};
use crate::file::{FILE_BYTES_MAX, READ_COMMANDS_MAX, append};
use crate::session::Trouble;
use crate::status::Status;
use crate::transport::{CardTransport, Fault};

/// How a file is asked for.
pub(crate) struct Asked<'a> {
    /// READ BINARY from its beginning by short identifier, with Le.
    pub(crate) start: &'a dyn Fn(u8) -> Command,
    /// SELECT of the file, for cards that do not know short identifiers.
    pub(crate) select: Command,
    /// Whether so many bytes from the beginning are all that matters.
    pub(crate) is_whole: &'a dyn Fn(&[u8]) -> bool,
}

/// Why a file was not read.
pub(crate) enum Refused {
    /// The card is well and does not give this file: it is not there, or not open.
    ByCard,
    /// Anything else.
    Trouble(Trouble),
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.into())
    }
}

/// The file's content up to where it is whole or ends.
pub(crate) fn read<T: CardTransport>(
    card: &mut T,
    file: &Asked<'_>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut content = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX));
    let mut is_selected = false;
    for _ in 0..READ_COMMANDS_MAX {
        let offset = content.len();
        let ask = |le| match offset {
            0 if !is_selected => Some((file.start)(le)),
            _ => allow::read_on(offset, le),
        };
        let mut answer = card.transmit(&ask(0).ok_or(Trouble::Unreadable)?)?;
        if offset == 0 && !is_selected && answer.status().asks_for_other_form() {
            if card.transmit(&file.select)?.status() != Status::Success {
                return Err(Refused::ByCard);
            }
            is_selected = true;
            continue;
        }
        if let Status::WrongLe(le) = answer.status() {
            answer = card.transmit(&ask(le).ok_or(Trouble::Unreadable)?)?;
        }
        if offset == 0 && matches!(answer.status(), Status::NotVerified | Status::NotFound) {
            return Err(Refused::ByCard);
        }
        let is_end = append(card, &answer, &mut content)?;
        if is_end || content.len() == offset || (file.is_whole)(&content) {
            return Ok(content);
        }
    }
    Err(Refused::Trouble(Trouble::Unreadable))
}
