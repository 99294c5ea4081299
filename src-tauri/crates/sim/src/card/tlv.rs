//! Writing tag-length-value objects.

/// An object with a tag of two bytes.
pub(crate) fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &length(value.len()), value].concat()
}

/// An object with a tag of one byte.
pub(crate) fn short_tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag][..], &length(value.len()), value].concat()
}

/// An object whose length is longer than it need be, as on real cards.
pub(crate) fn roomy_tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &[0x82], &two(value.len()), value].concat()
}

/// Two bytes, big-endian; what does not fit is a mistake in this program and says `FFFF`.
pub(crate) fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}

fn length(length: usize) -> Vec<u8> {
    let [high, low] = two(length);
    match length {
        0..=0x7F => vec![low],
        0x80..=0xFF => vec![0x81, low],
        _ => vec![0x82, high, low],
    }
}
