//! Reading the four items: look at the card, verify once, read all, then hand out all.
//!
//! Four commands where the card understands short file identifiers: SELECT, counter, VERIFY, READ. A card
//! that does not is asked the long way, by selecting the key and the file first.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a status that is not expected here is refused, whatever it is"
)]

use zeroize::Zeroizing;

use crate::allow::{self, Application, File, Form, Key, Landmark};
use crate::apdu::Response;
use crate::basic_four::BasicFour;
use crate::pin::Pin;
use crate::retries::may_verify;
use crate::session::Trouble;
use crate::status::Status;
use crate::tlv;
use crate::transport::CardTransport;

/// The most bytes of the file that are read. Four items with the longest texts need a little more than 2 KiB.
pub const FILE_BYTES_MAX: usize = 4096;

/// The most READ commands for one file; 256 bytes each are usual, readers that cut answers short need more.
pub const READ_COMMANDS_MAX: usize = 32;

/// Selects the application and asks for the counter. It changes nothing on the card.
///
/// # Errors
/// [`Trouble::AnotherCard`] or [`Trouble::NewerCard`] when this is not a card that can be read,
/// [`Trouble::FewTriesLeft`] or [`Trouble::Locked`] by [`crate::retries::may_verify`], or what the
/// transport's fault means.
pub fn look<T: CardTransport>(card: &mut T) -> Result<Looked, Trouble> {
    select(card)?;
    let mut form = Form::Short;
    let mut counter = card.transmit(&allow::tries_left(Key::Pin, form))?.status();
    if counter.asks_for_other_form() {
        form = Form::Selected;
        counter = match card.transmit(&allow::select_key(Key::Pin))?.status() {
            Status::Success => card.transmit(&allow::tries_left(Key::Pin, form))?.status(),
            refused => refused,
        };
    }
    may_verify(counter)?;
    Ok(Looked { form, counter })
}

/// A card that was looked at: it is a My Number card, and its counter is known.
///
/// It is valid as long as the card stays connected and nobody else can talk to it.
#[derive(Debug)]
pub struct Looked {
    /// The form in which the card answered the counter; the VERIFY is sent in no other.
    form: Form,
    counter: Status,
}

impl Looked {
    /// Tries left, as the card said last.
    #[must_use]
    pub fn tries_left(&self) -> u8 {
        if let Status::TriesLeft(left) = self.counter {
            left
        } else {
            0
        }
    }

    /// Verifies the PIN once and reads the four items. Whatever comes of it, the PIN is gone.
    pub fn read<T: CardTransport>(self, card: &mut T, pin: Pin) -> Outcome {
        match self.verify_and_read(card, pin) {
            Ok(outcome) => outcome,
            Err(trouble) => Outcome::Trouble(trouble),
        }
    }

    fn verify_and_read<T: CardTransport>(self, card: &mut T, pin: Pin) -> Result<Outcome, Trouble> {
        let permission = may_verify(self.counter)?;
        let verify = allow::verify(Key::Pin, self.form, pin, permission);
        let answer = card.transmit_credential(verify)?.status();
        if answer == Status::Success {
            let file = read_file(card, File::BasicFour)?;
            let four = BasicFour::parse(&file).map_err(|_| Trouble::Unreadable)?;
            return Ok(Outcome::Read(Box::new(four)));
        }
        match may_verify(answer) {
            Ok(_) | Err(Trouble::FewTriesLeft { .. }) => Ok(Outcome::WrongPin(Self {
                form: self.form,
                counter: answer,
            })),
            Err(trouble) => Err(trouble),
        }
    }
}

/// What came of one PIN.
pub enum Outcome {
    /// The four items, complete.
    Read(Box<BasicFour>),
    /// The card refused the PIN and told its counter; it may be asked again with a new one, as far as
    /// [`crate::retries::may_verify`] permits.
    WrongPin(Looked),
    /// Nothing was read.
    Trouble(Trouble),
}

fn select<T: CardTransport>(card: &mut T) -> Result<(), Trouble> {
    let select = allow::select(Application::CardFaceInput);
    let mut status = card.transmit(&select)?.status();
    if status == Status::Undiagnosed {
        // Real cards have been seen to answer the first command after power-up like this.
        status = card.transmit(&select)?.status();
    }
    match status {
        Status::Success => Ok(()),
        Status::NotFound => Err(recognise(card)?),
        Status::Undiagnosed => Err(Trouble::Unreadable),
        _ => Err(Trouble::AnotherCard),
    }
}

/// The card knows how to select but does not have the application. If it has one that we know from other
/// cards, or answers oddly, it is another card; if it says "not found" to all of them, it may be the next
/// generation of My Number card, whose applications are not published.
fn recognise<T: CardTransport>(card: &mut T) -> Result<Trouble, Trouble> {
    for landmark in Landmark::ALL {
        if card.transmit(&allow::probe(landmark))?.status() != Status::NotFound {
            return Ok(Trouble::AnotherCard);
        }
    }
    Ok(Trouble::NewerCard)
}

/// The file's first object, whole.
fn read_file<T: CardTransport>(card: &mut T, file: File) -> Result<Zeroizing<Vec<u8>>, Trouble> {
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
fn append<T: CardTransport>(
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

fn accept(answer: &Response) -> Result<(), Trouble> {
    if answer.status() == Status::Success {
        Ok(())
    } else {
        Err(Trouble::Unreadable)
    }
}
