//! The frames between the kiosk and the card process: `u16` length (big-endian) ‖ kind ‖ payload.
//!
//! Buffers that may hold a digit or a person's data are wiped when dropped.

use std::io::{self, Read};

use card::pin::Digit;
use card::session::{
    Caution, Document, Entered, Generation, Genuineness, Kind, ReaderState, Reading, Report,
    Request, Trouble, Way,
};
use card::{CardNumber, Parts, PrintedDates, Sex};
use zeroize::Zeroizing;

/// The most bytes a frame may have after its length. The longest report holds two texts of 1 KiB.
pub(crate) const FRAME_BYTES_MAX: usize = 4096;

/// The bytes of a frame, or of several.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// The other side sent what it never sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frame is malformed")]
pub(crate) struct BadFrame;

/// The whole frame of a request.
pub(crate) fn request(request: &Request) -> Bytes {
    match request {
        Request::Look(way) => frame(1, &[&[way_code(*way)]]),
        Request::Key(digit) => frame(2, &[&[digit.value()]]),
        Request::Erase => frame(3, &[]),
        Request::Enter(Entered::Pin) => frame(4, &[&[0]]),
        Request::Enter(Entered::NumberB(dates)) => frame(4, &[&[1], dates.expose()]),
        Request::Enter(Entered::CardNumber(number)) => frame(4, &[&[2], number.expose()]),
        Request::Forget => frame(5, &[]),
    }
}

/// The request of a frame's body.
pub(crate) fn parse_request(body: &[u8]) -> Result<Request, BadFrame> {
    match body {
        [1, way] => code_of([Way::Pin, Way::NumberB], way_code, *way).map(Request::Look),
        [2, digit] => Digit::new(*digit).map(Request::Key).ok_or(BadFrame),
        [3] => Ok(Request::Erase),
        [4, 0] => Ok(Request::Enter(Entered::Pin)),
        [4, 1, dates @ ..] => PrintedDates::from_ascii(dates)
            .map(|dates| Request::Enter(Entered::NumberB(dates)))
            .ok_or(BadFrame),
        [4, 2, number @ ..] => CardNumber::parse(number)
            .map(|number| Request::Enter(Entered::CardNumber(number)))
            .ok_or(BadFrame),
        [5] => Ok(Request::Forget),
        _ => Err(BadFrame),
    }
}

/// The whole frame of a report.
pub(crate) fn report(report: &Report) -> Bytes {
    match report {
        Report::Reader(state) => frame(1, &[&[reader_code(*state)]]),
        Report::Looked {
            document,
            generation,
            tries_left,
        } => frame(
            2,
            &[&[
                document_code(*document),
                generation.map_or(NONE, generation_code),
                tries_left.unwrap_or(NONE),
            ]],
        ),
        Report::Length(length) => frame(3, &[&[*length]]),
        Report::Wrong { tries_left } => frame(4, &[&[tries_left.unwrap_or(NONE)]]),
        Report::Read(reading) => reading_frame(reading),
        Report::Trouble(trouble) => frame(6, &[&trouble_code(*trouble)]),
        Report::Incomplete(length) => frame(7, &[&[*length]]),
        Report::Forgotten => frame(8, &[]),
    }
}

/// The report of a frame's body.
pub(crate) fn parse_report(body: &[u8]) -> Result<Report, BadFrame> {
    match body {
        [1, code] => parse_reader(*code).map(Report::Reader),
        [2, document, generation, tries_left] => parse_looked(*document, *generation, *tries_left),
        [3, length] => Ok(Report::Length(*length)),
        [4, tries_left] => Ok(Report::Wrong {
            tries_left: present(*tries_left),
        }),
        [5, reading @ ..] => parse_reading(reading).map(|it| Report::Read(Box::new(it))),
        [6, trouble @ ..] => parse_trouble(trouble).map(Report::Trouble),
        [7, length] => Ok(Report::Incomplete(*length)),
        [8] => Ok(Report::Forgotten),
        _ => Err(BadFrame),
    }
}

/// A residence card is of a generation, and nothing else is.
fn parse_looked(document: u8, generation: u8, tries_left: u8) -> Result<Report, BadFrame> {
    let document = parse_document(document)?;
    let generation = present(generation)
        .map(|code| {
            code_of(
                [Generation::First, Generation::Second],
                generation_code,
                code,
            )
        })
        .transpose()?;
    if generation.is_some() != (document == Document::ResidenceCard) {
        return Err(BadFrame);
    }
    Ok(Report::Looked {
        document,
        generation,
        tries_left: present(tries_left),
    })
}

/// Reads one frame's body. `None` at the end of the stream.
pub(crate) fn read_frame(stream: &mut impl Read) -> io::Result<Option<Bytes>> {
    let mut head = [0; 2];
    match stream.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut body = empty_body(head).map_err(|_| io::ErrorKind::InvalidData)?;
    stream.read_exact(&mut body)?;
    Ok(Some(body))
}

/// Room for the body that a frame's first two bytes announce.
pub(crate) fn empty_body(head: [u8; 2]) -> Result<Bytes, BadFrame> {
    match usize::from(u16::from_be_bytes(head)) {
        0 => Err(BadFrame),
        length if length > FRAME_BYTES_MAX => Err(BadFrame),
        length => Ok(Zeroizing::new(vec![0; length])),
    }
}

fn frame(kind: u8, parts: &[&[u8]]) -> Bytes {
    let payload: usize = parts.iter().map(|part| part.len()).sum();
    // One allocation of the right size, so that no outgrown buffer is left behind unwiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(3 + payload));
    bytes.extend(length(1 + payload));
    bytes.push(kind);
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

fn length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// Stands where there is no number: no card counts so many tries, and no code is so large.
const NONE: u8 = u8::MAX;
/// Stands for the length of a text that is not there.
const NO_TEXT: u16 = u16::MAX;

fn present(value: u8) -> Option<u8> {
    (value != NONE).then_some(value)
}

/// `document ‖ genuineness ‖ sex ‖ cautions (a bit for each) ‖ birth ‖ name ‖ address`, the last three with
/// their lengths before them.
fn reading_frame(reading: &Reading) -> Bytes {
    let cautions = (0..)
        .zip(Caution::ALL)
        .filter(|(_, it)| reading.cautions().contains(it))
        .fold(0_u16, |bits, (place, _)| bits | 1 << place);
    let birth = reading.birth().map(|it| it.digits());
    let texts = [birth, reading.name(), reading.address()];
    let [birth_length, name_length, address_length] =
        texts.map(|it| it.map_or(NO_TEXT.to_be_bytes(), |it| length(it.len())));
    let [birth, name, address] = texts.map(|it| it.unwrap_or_default().as_bytes());
    let parts: [&[u8]; 8] = [
        &[
            document_code(reading.document()),
            genuineness_code(reading.genuineness()),
            reading.sex().map_or(NONE, Sex::code),
        ],
        &cautions.to_be_bytes(),
        &birth_length,
        birth,
        &name_length,
        name,
        &address_length,
        address,
    ];
    frame(5, &parts)
}

fn parse_reading(payload: &[u8]) -> Result<Reading, BadFrame> {
    let (&[document, genuineness, sex, high, low], rest) =
        payload.split_first_chunk().ok_or(BadFrame)?;
    let bits = u16::from_be_bytes([high, low]);
    if u32::from(bits) >= 1 << Caution::ALL.len() {
        return Err(BadFrame);
    }
    let cautions: Vec<Caution> = (0..)
        .zip(Caution::ALL)
        .filter_map(|(place, it)| (bits & 1 << place != 0).then_some(it))
        .collect();
    let (birth, rest) = parse_text(rest)?;
    let (name, rest) = parse_text(rest)?;
    let (address, rest) = parse_text(rest)?;
    if !rest.is_empty() {
        return Err(BadFrame);
    }
    let sexes = [Sex::Male, Sex::Female, Sex::NotApplicable, Sex::Unknown];
    Reading::from_parts(Parts {
        document: parse_document(document)?,
        name,
        address,
        birth,
        sex: present(sex)
            .map(|sex| code_of(sexes, Sex::code, sex))
            .transpose()?,
        genuineness: code_of(
            [
                Genuineness::Genuine,
                Genuineness::NotChecked,
                Genuineness::Refused,
            ],
            genuineness_code,
            genuineness,
        )?,
        cautions: &cautions,
    })
    .map_err(|_| BadFrame)
}

/// A text with its length before it, and what stands behind it.
fn parse_text(bytes: &[u8]) -> Result<(Option<&[u8]>, &[u8]), BadFrame> {
    let (&length, rest) = bytes.split_first_chunk().ok_or(BadFrame)?;
    match u16::from_be_bytes(length) {
        NO_TEXT => Ok((None, rest)),
        length => {
            let (text, rest) = rest.split_at_checked(length.into()).ok_or(BadFrame)?;
            Ok((Some(text), rest))
        }
    }
}

/// The value of a code, among all values that there are.
fn code_of<T: Copy, const N: usize>(
    all: [T; N],
    code: impl Fn(T) -> u8,
    wanted: u8,
) -> Result<T, BadFrame> {
    (all.into_iter())
        .find(|it| code(*it) == wanted)
        .ok_or(BadFrame)
}

fn way_code(way: Way) -> u8 {
    match way {
        Way::Pin => 0,
        Way::NumberB => 1,
    }
}

fn document_code(document: Document) -> u8 {
    match document {
        Document::MyNumber => 0,
        Document::DriversLicence => 1,
        Document::ResidenceCard => 2,
    }
}

fn parse_document(code: u8) -> Result<Document, BadFrame> {
    let all = [
        Document::MyNumber,
        Document::DriversLicence,
        Document::ResidenceCard,
    ];
    code_of(all, document_code, code)
}

fn generation_code(generation: Generation) -> u8 {
    match generation {
        Generation::First => 1,
        Generation::Second => 2,
    }
}

fn genuineness_code(genuineness: Genuineness) -> u8 {
    match genuineness {
        Genuineness::Genuine => 0,
        Genuineness::NotChecked => 1,
        Genuineness::Refused => 2,
    }
}

fn reader_code(state: ReaderState) -> u8 {
    match state {
        ReaderState::Absent => 0,
        ReaderState::Empty => 1,
        ReaderState::Card => 2,
    }
}

fn parse_reader(code: u8) -> Result<ReaderState, BadFrame> {
    let all = [ReaderState::Absent, ReaderState::Empty, ReaderState::Card];
    code_of(all, reader_code, code)
}

const KINDS: [Kind; 7] = [
    Kind::CreditCard,
    Kind::TransitCard,
    Kind::MyNumberLicence,
    Kind::SpecialResidence,
    Kind::ResidentRegister,
    Kind::SmartphoneJpki,
    Kind::Unknown,
];

fn kind_code(kind: Kind) -> u8 {
    match kind {
        Kind::CreditCard => 0,
        Kind::TransitCard => 1,
        Kind::MyNumberLicence => 2,
        Kind::SpecialResidence => 3,
        Kind::ResidentRegister => 4,
        Kind::SmartphoneJpki => 5,
        Kind::Unknown => 6,
    }
}

/// `code ‖ detail ‖ document`, noughts where there is nothing to say.
fn trouble_code(trouble: Trouble) -> [u8; 3] {
    match trouble {
        Trouble::NoReader => [0, 0, 0],
        Trouble::NoCard => [1, 0, 0],
        Trouble::Pulled => [2, 0, 0],
        Trouble::Silent => [3, 0, 0],
        Trouble::AnotherCard(kind) => [4, kind_code(kind), 0],
        Trouble::NewerCard => [5, 0, 0],
        Trouble::FewTriesLeft { document, left } => [6, left, document_code(document)],
        Trouble::Locked { document } => [7, 0, document_code(document)],
        Trouble::Expired { document } => [8, 0, document_code(document)],
        Trouble::Busy => [9, 0, 0],
        Trouble::Unreadable => [10, 0, 0],
    }
}

fn parse_trouble(bytes: &[u8]) -> Result<Trouble, BadFrame> {
    Ok(match *bytes {
        [0, 0, 0] => Trouble::NoReader,
        [1, 0, 0] => Trouble::NoCard,
        [2, 0, 0] => Trouble::Pulled,
        [3, 0, 0] => Trouble::Silent,
        [4, kind, 0] => Trouble::AnotherCard(code_of(KINDS, kind_code, kind)?),
        [5, 0, 0] => Trouble::NewerCard,
        [6, left, document] => Trouble::FewTriesLeft {
            document: parse_document(document)?,
            left,
        },
        [7, 0, document] => Trouble::Locked {
            document: parse_document(document)?,
        },
        [8, 0, document] => Trouble::Expired {
            document: parse_document(document)?,
        },
        [9, 0, 0] => Trouble::Busy,
        [10, 0, 0] => Trouble::Unreadable,
        _ => return Err(BadFrame),
    })
}

#[cfg(test)]
mod tests;
