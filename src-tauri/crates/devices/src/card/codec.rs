//! The frames between the kiosk and the card process: `u16` length (big-endian) ‖ kind ‖ payload.
//!
//! Buffers that may hold a digit or a person's data are wiped when dropped.

use std::io::{self, Read};

use card::pin::Digit;
use card::session::{ReaderState, Report, Request, Trouble};
use card::{BasicFour, Sex};
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
        Request::Look => frame(1, &[]),
        Request::PinKey(digit) => frame(2, &[&[digit.value()]]),
        Request::PinErase => frame(3, &[]),
        Request::PinEnter => frame(4, &[]),
        Request::Forget => frame(5, &[]),
    }
}

/// The request of a frame's body.
pub(crate) fn parse_request(body: &[u8]) -> Result<Request, BadFrame> {
    match body {
        [1] => Ok(Request::Look),
        [2, digit] => Digit::new(*digit).map(Request::PinKey).ok_or(BadFrame),
        [3] => Ok(Request::PinErase),
        [4] => Ok(Request::PinEnter),
        [5] => Ok(Request::Forget),
        _ => Err(BadFrame),
    }
}

/// The whole frame of a report.
pub(crate) fn report(report: &Report) -> Bytes {
    match report {
        Report::Reader(state) => frame(1, &[&[reader_code(*state)]]),
        Report::Looked { tries_left } => frame(2, &[&[*tries_left]]),
        Report::PinLength(length) => frame(3, &[&[*length]]),
        Report::WrongPin { tries_left } => frame(4, &[&[*tries_left]]),
        Report::Read(four) => {
            let name_length = length(four.name().len());
            let parts: [&[u8]; 5] = [
                &[four.sex().code()],
                four.birth().digits().as_bytes(),
                &name_length,
                four.name().as_bytes(),
                four.address().as_bytes(),
            ];
            frame(5, &parts)
        }
        Report::Trouble(trouble) => frame(6, &[&trouble_code(*trouble)]),
    }
}

/// The report of a frame's body.
pub(crate) fn parse_report(body: &[u8]) -> Result<Report, BadFrame> {
    match body {
        [1, code] => parse_reader(*code).map(Report::Reader),
        [2, tries_left] => Ok(Report::Looked {
            tries_left: *tries_left,
        }),
        [3, length] => Ok(Report::PinLength(*length)),
        [4, tries_left] => Ok(Report::WrongPin {
            tries_left: *tries_left,
        }),
        [5, four @ ..] => parse_four(four).map(|four| Report::Read(Box::new(four))),
        [6, code, left] => parse_trouble(*code, *left).map(Report::Trouble),
        _ => Err(BadFrame),
    }
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

fn parse_four(payload: &[u8]) -> Result<BasicFour, BadFrame> {
    let (&[sex], rest) = payload.split_first_chunk().ok_or(BadFrame)?;
    let (birth, rest) = rest.split_at_checked(8).ok_or(BadFrame)?;
    let (&name_length, rest) = rest.split_first_chunk().ok_or(BadFrame)?;
    let name_length = usize::from(u16::from_be_bytes(name_length));
    let (name, address) = rest.split_at_checked(name_length).ok_or(BadFrame)?;
    BasicFour::from_parts(name, address, birth, Sex::of_code(sex)).map_err(|_| BadFrame)
}

fn reader_code(state: ReaderState) -> u8 {
    match state {
        ReaderState::Absent => 0,
        ReaderState::Empty => 1,
        ReaderState::Card => 2,
    }
}

fn parse_reader(code: u8) -> Result<ReaderState, BadFrame> {
    [ReaderState::Absent, ReaderState::Empty, ReaderState::Card]
        .into_iter()
        .find(|state| reader_code(*state) == code)
        .ok_or(BadFrame)
}

fn trouble_code(trouble: Trouble) -> [u8; 2] {
    match trouble {
        Trouble::NoReader => [0, 0],
        Trouble::NoCard => [1, 0],
        Trouble::Pulled => [2, 0],
        Trouble::Silent => [3, 0],
        Trouble::AnotherCard => [4, 0],
        Trouble::NewerCard => [5, 0],
        Trouble::FewTriesLeft { left } => [6, left],
        Trouble::Locked => [7, 0],
        Trouble::Busy => [8, 0],
        Trouble::Unreadable => [9, 0],
    }
}

fn parse_trouble(code: u8, left: u8) -> Result<Trouble, BadFrame> {
    Ok(match code {
        0 => Trouble::NoReader,
        1 => Trouble::NoCard,
        2 => Trouble::Pulled,
        3 => Trouble::Silent,
        4 => Trouble::AnotherCard,
        5 => Trouble::NewerCard,
        6 => Trouble::FewTriesLeft { left },
        7 => Trouble::Locked,
        8 => Trouble::Busy,
        9 => Trouble::Unreadable,
        _ => return Err(BadFrame),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(frame: &Bytes) -> Bytes {
        let mut stream = frame.as_slice();
        let body = read_frame(&mut stream).unwrap().unwrap();
        assert!(stream.is_empty(), "one frame, and nothing behind it");
        body
    }

    #[test]
    fn every_request_arrives_as_it_was_sent() {
        for sent in [
            Request::Look,
            Request::PinErase,
            Request::PinEnter,
            Request::Forget,
        ] {
            let frame = request(&sent);
            let received = parse_request(&body(&frame)).ok().unwrap();
            assert_eq!(*request(&received), *frame);
        }
        for value in 0..=9 {
            let frame = request(&Request::PinKey(Digit::new(value).unwrap()));
            let Ok(Request::PinKey(digit)) = parse_request(&body(&frame)) else {
                panic!("a digit")
            };
            assert_eq!(digit.value(), value);
        }
    }

    #[test]
    fn every_report_arrives_as_it_was_sent() {
        let four = BasicFour::from_parts(
            "山田　花子".as_bytes(),
            "東京都".as_bytes(),
            b"20010203",
            Sex::Female,
        );
        let troubles = (0..10).map(|code| Report::Trouble(parse_trouble(code, 1).unwrap()));
        let reports = troubles.chain([
            Report::Reader(ReaderState::Absent),
            Report::Reader(ReaderState::Empty),
            Report::Reader(ReaderState::Card),
            Report::Looked { tries_left: 3 },
            Report::PinLength(4),
            Report::WrongPin { tries_left: 2 },
            Report::Read(Box::new(four.unwrap())),
        ]);
        for sent in reports {
            let frame = report(&sent);
            let received = parse_report(&body(&frame)).ok().unwrap();
            assert_eq!(*report(&received), *frame);
        }
    }

    #[test]
    fn the_four_items_keep_every_character() {
        let four = BasicFour::from_parts(
            "𠮷田　葛󠄀子".as_bytes(),
            "南１２－７".as_bytes(),
            b"19800200",
            Sex::Unknown,
        );
        let frame = report(&Report::Read(Box::new(four.unwrap())));
        let Ok(Report::Read(four)) = parse_report(&body(&frame)) else {
            panic!("the four items")
        };
        assert_eq!(four.name(), "𠮷田　葛󠄀子");
        assert_eq!(four.address(), "南１２－７");
        assert_eq!(four.birth().digits(), "19800200");
        assert!(four.sex() == Sex::Unknown);
    }

    #[test]
    fn what_is_not_a_frame_is_refused() {
        for bad in [&[][..], &[0], &[2], &[2, 10], &[1, 1], &[6], &[255; 40]] {
            assert!(parse_request(bad).is_err(), "{bad:?}");
        }
        for bad in [
            &[][..],
            &[0],
            &[1, 3],
            &[5],
            &[5, b'1', 0],
            &[6, 10, 0],
            &[6, 1],
            &[255; 40],
        ] {
            assert!(parse_report(bad).is_err(), "{bad:?}");
        }
        assert!(read_frame(&mut &[0, 0][..]).is_err(), "an empty frame");
        assert!(
            read_frame(&mut &[0xFF, 0xFF, 1][..]).is_err(),
            "a frame too long"
        );
        assert!(read_frame(&mut &[0, 2, 1][..]).is_err(), "half a frame");
        assert!(read_frame(&mut &[][..]).unwrap().is_none(), "the end");
    }
}
