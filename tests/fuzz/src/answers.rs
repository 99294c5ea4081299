//! How a run of bytes becomes one answer after the other. Every run is one, so that the fuzzer wastes none.
//!
//! ```text
//! answer = head, [length], data
//! head   = bit 7: data follows · bit 6: no status word · bits 0-5: which status
//! length = one byte, so many bytes of data, or as many as are left
//! ```

/// Statuses that mean something to somebody, the frequent ones first.
pub(crate) const STATUSES: [u16; 64] = [
    0x9000, 0x63C3, 0x6A82, 0x6282, 0x6B00, 0x6984, 0x6983, 0x6300, 0x63C0, 0x63C1, 0x63C2, 0x63C4,
    0x63C5, 0x63C6, 0x63C7, 0x63C8, 0x63C9, 0x63CA, 0x63CF, 0x6982, 0x6985, 0x6986, 0x6987, 0x6988,
    0x6A80, 0x6A81, 0x6A83, 0x6A86, 0x6A87, 0x6A88, 0x6700, 0x6D00, 0x6E00, 0x6F00, 0x6881, 0x6882,
    0x6100, 0x6101, 0x6110, 0x6134, 0x61FF, 0x6C00, 0x6C01, 0x6C10, 0x6C68, 0x6CFF, 0x66F1, 0x69FC,
    0x6200, 0x6281, 0x6283, 0x6310, 0x6400, 0x6500, 0x6581, 0x69FF, 0x6AFF, 0x9001, 0x9100, 0x1234,
    0x0000, 0xFFFF, 0x3031, 0x6FFF,
];

/// Answers out of bytes.
pub(crate) struct Answers<'a>(&'a [u8]);

impl<'a> Answers<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// One byte, or a nought when there is none left.
    pub(crate) fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// So many bytes, or as many as there are.
    pub(crate) fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    /// All bytes that are left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// The next answer. When nothing is left the card is gone: no bytes at all.
    pub(crate) fn answer(&mut self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let head = self.byte();
        let mut answer = Vec::new();
        if head & 0x80 != 0 {
            let length = usize::from(self.byte());
            answer.extend(self.bytes(length));
        }
        if head & 0x40 == 0 {
            let status = STATUSES.get(usize::from(head & 0x3F)).copied();
            answer.extend(status.unwrap_or(0x6F00).to_be_bytes());
        }
        answer
    }
}

/// The bytes from which [`Answers`] makes this data and status, for seeds. Data of more than 255 bytes is cut.
pub(crate) fn encode(data: &[u8], status: u16) -> Vec<u8> {
    let place = STATUSES.iter().position(|known| *known == status);
    let status = place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(0x21);
    if data.is_empty() {
        return vec![status];
    }
    let data = data.get(..data.len().min(255)).unwrap_or(data);
    let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
    [&[0x80 | status, length], data].concat()
}
