//! Command APDUs as the card receives them, short and extended.

/// The parts of a command.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// CLA.
    pub class: u8,
    /// INS.
    pub instruction: u8,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    /// The data, without Lc.
    pub data: &'a [u8],
    /// How many bytes may come back.
    pub le: Option<usize>,
}

impl<'a> Command<'a> {
    /// `None` when the lengths do not go together.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, p1, p2], body) = bytes.split_first_chunk()?;
        let (data, le) = parse_body(body)?;
        Some(Self {
            class,
            instruction,
            p1,
            p2,
            data,
            le,
        })
    }
}

fn parse_body(body: &[u8]) -> Option<(&[u8], Option<usize>)> {
    match body {
        [] => Some((&[], None)),
        [le] => Some((&[], Some(short(*le)))),
        [0, high, low] => Some((&[], Some(extended(*high, *low)))),
        [0, high, low, rest @ ..] => {
            let (data, rest) =
                rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
            match rest {
                [] => Some((data, None)),
                [high, low] => Some((data, Some(extended(*high, *low)))),
                _ => None,
            }
        }
        [length, rest @ ..] => {
            let (data, rest) = rest.split_at_checked(usize::from(*length))?;
            match rest {
                [] => Some((data, None)),
                [le] => Some((data, Some(short(*le)))),
                _ => None,
            }
        }
    }
}

fn short(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length of the data, and Le.
    type Lengths = Option<(usize, Option<usize>)>;

    #[test]
    fn short_and_extended_lengths_are_told_apart() {
        let cases: [(&[u8], Lengths); 10] = [
            (&[0, 0x20, 0, 0x80], Some((0, None))),
            (&[0, 0xB0, 0x82, 0, 0], Some((0, Some(256)))),
            (&[0, 0xB0, 0x82, 0, 0, 2, 0], Some((0, Some(512)))),
            (&[0, 0xB0, 0x82, 0, 0, 0, 0], Some((0, Some(65_536)))),
            (&[0, 0xA4, 2, 0x0C, 2, 0, 0x11], Some((2, None))),
            (&[0, 0x2A, 0, 0x80, 1, 9, 0], Some((1, Some(256)))),
            (&[0, 0x2A, 0, 0x80, 0, 0, 1, 9, 1, 0], Some((1, Some(256)))),
            (&[0, 0x20, 0, 0x80, 4, 1], None),
            (&[0, 0x20, 0, 0x80, 1, 1, 0, 0], None),
            (&[0, 0x20, 0], None),
        ];
        for (bytes, expected) in cases {
            let parsed = Command::parse(bytes).map(|command| (command.data.len(), command.le));
            assert_eq!(parsed, expected, "{bytes:02X?}");
        }
    }
}
