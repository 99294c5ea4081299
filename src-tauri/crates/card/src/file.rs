//! Reading a file of a My Number card whole, and the limits for every file.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a status that is not expected here is refused, whatever it is"
)]

use zeroize::Zeroizing;

use crate::allow::{self, File};
use crate::apdu::Response;
use crate::session::Trouble;
use crate::status::Status;
use crate::tlv;
use crate::transparent::{self, Asked, Refused};
use crate::transport::CardTransport;

/// The most bytes of a file that are read. Four items with the longest texts need a little more than 2 KiB.
pub const FILE_BYTES_MAX: usize = 4096;

/// The most READ commands for one file; 256 bytes each are usual, readers that cut answers short need more.
pub const READ_COMMANDS_MAX: usize = 32;

/// The file's first object, whole, with whatever came behind it in the same answers.
pub(crate) fn read_file<T: CardTransport>(
    card: &mut T,
    file: File,
) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    let asked = Asked {
        start: &|le| allow::read_start(file, le),
        select: allow::select_file(file),
        is_whole: &is_whole,
    };
    match transparent::read(card, &asked) {
        Ok(content) if is_whole(&content) => Ok(content),
        Ok(_) | Err(Refused::ByCard) => Err(Trouble::Unreadable),
        Err(Refused::Trouble(trouble)) => Err(trouble),
    }
}

fn is_whole(content: &[u8]) -> bool {
    tlv::announced_length(content).is_some_and(|length| length <= content.len())
}

/// Takes the data of one answer, with what `61xx` says is still to be fetched. True if the file ended.
pub(crate) fn append<T: CardTransport>(
    card: &mut T,
    answer: &Response,
    content: &mut Zeroizing<Vec<u8>>,
) -> Result<bool, Trouble> {
    if content.len() + answer.data().len() > FILE_BYTES_MAX {
        return Err(Trouble::Unreadable);
    }
    content.extend_from_slice(answer.data());
    match answer.status() {
        Status::Success => Ok(false),
        Status::EndOfFile | Status::WrongOffset => Ok(true),
        Status::MoreData(le) => {
            let rest = card.transmit(&allow::get_response(le))?;
            accept(&rest)?;
            if content.len() + rest.data().len() > FILE_BYTES_MAX {
                return Err(Trouble::Unreadable);
            }
            content.extend_from_slice(rest.data());
            Ok(false)
        }
        _ => Err(Trouble::Unreadable),
    }
}

pub(crate) fn accept(answer: &Response) -> Result<(), Trouble> {
    if answer.status() == Status::Success {
        Ok(())
    } else {
        Err(Trouble::Unreadable)
    }
}
