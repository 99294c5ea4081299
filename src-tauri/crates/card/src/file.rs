//! Reading a file whole.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a status that is not expected here is refused, whatever it is"
)]

use zeroize::Zeroizing;

use crate::allow::{self, File, Form};
use crate::apdu::Response;
use crate::session::Trouble;
use crate::status::Status;
use crate::tlv;
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
    let mut content = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX));
    let mut form = Form::Short;
    for _ in 0..READ_COMMANDS_MAX {
        let offset = content.len();
        let command = |le| match offset {
            0 => Some(allow::read_start(file, form, le)),
            _ => allow::read_on(offset, le),
        };
        let mut answer = card.transmit(&command(0).ok_or(Trouble::Unreadable)?)?;
        if offset == 0 && form == Form::Short && answer.status().asks_for_other_form() {
            form = Form::Selected;
            accept(&card.transmit(&allow::select_file(file))?)?;
            continue;
        }
        if let Status::WrongLe(le) = answer.status() {
            answer = card.transmit(&command(le).ok_or(Trouble::Unreadable)?)?;
        }
        let last = append(card, &answer, &mut content)?;
        if tlv::announced_length(&content).is_some_and(|length| length <= content.len()) {
            return Ok(content);
        }
        if last || content.len() == offset {
            break;
        }
    }
    Err(Trouble::Unreadable)
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
