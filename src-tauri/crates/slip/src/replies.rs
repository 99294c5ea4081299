//! What the printer says: several kinds of answers on one stream, told apart by bit patterns.
//!
//! | first byte | meaning |
//! | --- | --- |
//! | `0xx1xx10` | answer to `DLE EOT` |
//! | `0xx1xx00`, then three of `0xx0xxxx` | automatic status back (ASB) |
//! | `0xx0xxxx` | answer to `GS r` or `GS I` |
//! | `11`, `13` | XON, XOFF |
//! | `35` `37` `3B` `3D` `5F`, up to `00` | block: process id, buffer cleared, names |
//!
//! Source: Epson's command reference, "recognising the data from the printer".

use crate::encode::JobId;

/// The longest block that is kept; names of makers and models are shorter.
const BLOCK_BYTES_MAX: usize = 80;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To `DLE EOT n`; which `n` is known only to who asked.
    RealTime(u8),
    /// Automatic status back.
    Pushed([u8; 4]),
    /// To `GS r n` or `GS I n`.
    Ordered(u8),
    /// `37 22 d1 d2 d3 d4 00`: what stood before this process id is printed.
    Printed(JobId),
    /// `37 25 00`: the buffers are empty.
    Cleared,
    /// `5F … 00`: the maker's or the model's name, as `GS I` asked for it.
    Name(String),
    /// Another block, without its frame: counters, causes.
    Block {
        /// The byte it began with.
        head: u8,
        /// What it carried.
        body: Vec<u8>,
    },
    /// XON: the printer takes data again.
    XOn,
    /// XOFF: the printer is busy.
    XOff,
    /// A byte that means nothing here; a broken line or another make's dialect.
    Noise(u8),
}

/// Tells the answers of one connection apart. Total: any bytes, in any pieces.
#[derive(Debug, Default)]
pub struct Demultiplexer {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Between,
    Pushed(Vec<u8>),
    Block(u8, Vec<u8>),
}

impl Demultiplexer {
    /// For a new connection.
    pub fn new() -> Demultiplexer {
        Demultiplexer::default()
    }

    /// The answers that these bytes complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Reply> {
        let mut replies = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut replies);
        }
        replies
    }

    fn take(&mut self, byte: u8, replies: &mut Vec<Reply>) {
        match std::mem::take(&mut self.state) {
            State::Between => self.begin(byte, replies),
            State::Pushed(mut block) if byte & 0x90 == 0 => {
                block.push(byte);
                match <[u8; 4]>::try_from(block) {
                    Ok(status) => replies.push(Reply::Pushed(status)),
                    Err(block) => self.state = State::Pushed(block),
                }
            }
            State::Pushed(block) => {
                // It was not a status after all, or one that broke off: begin again here.
                replies.extend(block.into_iter().map(Reply::Noise));
                self.begin(byte, replies);
            }
            State::Block(head, body) if byte == 0 => replies.push(block(head, body)),
            State::Block(head, mut body) => {
                body.push(byte);
                if body.len() > BLOCK_BYTES_MAX {
                    replies.push(Reply::Noise(head));
                } else {
                    self.state = State::Block(head, body);
                }
            }
        }
    }

    fn begin(&mut self, byte: u8, replies: &mut Vec<Reply>) {
        match byte {
            0x11 => replies.push(Reply::XOn),
            0x13 => replies.push(Reply::XOff),
            0x35 | 0x37 | 0x3B | 0x3D | 0x5F => self.state = State::Block(byte, Vec::new()),
            _ if byte & 0x93 == 0x12 => replies.push(Reply::RealTime(byte)),
            _ if byte & 0x93 == 0x10 => self.state = State::Pushed(vec![byte]),
            _ if byte & 0x90 == 0 => replies.push(Reply::Ordered(byte)),
            _ => replies.push(Reply::Noise(byte)),
        }
    }
}

fn block(head: u8, body: Vec<u8>) -> Reply {
    match (head, body.as_slice()) {
        (0x37, [0x22, a, b, c, d]) => match JobId::from_bytes([*a, *b, *c, *d]) {
            Some(id) => Reply::Printed(id),
            None => Reply::Block { head, body },
        },
        (0x37, [0x25]) => Reply::Cleared,
        (0x5F, name) if !name.is_empty() && name.iter().all(|byte| matches!(byte, 32..=126)) => {
            Reply::Name(name.iter().map(|byte| char::from(*byte)).collect())
        }
        _ => Reply::Block { head, body },
    }
}

#[cfg(test)]
mod tests {
    use super::{Demultiplexer, Reply};
    use crate::encode::JobId;
    use proptest::prelude::*;

    fn replies(bytes: &[u8]) -> Vec<Reply> {
        Demultiplexer::new().push(bytes)
    }

    #[test]
    fn mixed_answers_on_one_stream_are_told_apart() {
        let stream = [
            &[0x12][..],                                 // DLE EOT
            &[0x14, 0x00, 0x03, 0x00],                   // ASB, near end
            &[0x00],                                     // GS r 1
            &[0x37, 0x22, b'0', b'0', b'1', b'2', 0x00], // process id
            &[0x5F, b'E', b'P', b'S', b'O', b'N', 0x00], // GS I 66
            &[0x11, 0x13],                               // XON, XOFF
            &[0x37, 0x25, 0x00],                         // cleared
            &[0x1E],                                     // DLE EOT 4, near end
        ]
        .concat();
        let expected = [
            Reply::RealTime(0x12),
            Reply::Pushed([0x14, 0x00, 0x03, 0x00]),
            Reply::Ordered(0x00),
            Reply::Printed(JobId::from_bytes(*b"0012").unwrap()),
            Reply::Name("EPSON".to_owned()),
            Reply::XOn,
            Reply::XOff,
            Reply::Cleared,
            Reply::RealTime(0x1E),
        ];
        assert_eq!(replies(&stream), expected);
    }

    #[test]
    fn a_status_that_breaks_off_is_noise_and_the_next_answer_is_still_read() {
        assert_eq!(
            replies(&[0x10, 0x00, 0x12]),
            [
                Reply::Noise(0x10),
                Reply::Noise(0x00),
                Reply::RealTime(0x12)
            ]
        );
    }

    #[test]
    fn an_endless_block_is_given_up() {
        let mut stream = vec![0x5F];
        stream.extend([b'x'; 81]);
        stream.push(0x16);
        assert_eq!(
            replies(&stream),
            [Reply::Noise(0x5F), Reply::RealTime(0x16)]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_answers(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            piece in 1_usize..17,
        ) {
            let mut pieces = Demultiplexer::new();
            let in_pieces: Vec<Reply> =
                bytes.chunks(piece).flat_map(|piece| pieces.push(piece)).collect();
            prop_assert_eq!(in_pieces, replies(&bytes));
        }

        #[test]
        fn a_confirmation_is_only_read_where_its_whole_block_stands(
            before in proptest::collection::vec(0x18_u8..=0x1B, 0..8),
            id in proptest::array::uniform4(32_u8..=126),
        ) {
            let mut stream: Vec<u8> =
                before.into_iter().map(|byte| (byte & !0x01) | 0x02).collect();
            stream.extend([0x37, 0x22]);
            stream.extend(id);
            let mut demultiplexer = Demultiplexer::new();
            let early = demultiplexer.push(&stream);
            prop_assert!(!early.iter().any(|reply| matches!(reply, Reply::Printed(_))));
            let late = demultiplexer.push(&[0]);
            prop_assert_eq!(late, [Reply::Printed(JobId::from_bytes(id).unwrap())]);
        }
    }
}
