//! Tag-length-value objects with tags of one byte, as driver's licences and residence cards write them.
//!
//! The My Number card's objects have tags of two bytes and live in [`crate::tlv`]. Both are lenient about how
//! long a length is written and strict about bounds.

/// One object. There is no `Debug`, because the value may be somebody's name.
pub struct Object<'a> {
    /// The tag.
    pub tag: u8,
    /// The value, whole.
    pub value: &'a [u8],
}

/// What ended a walk over objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The filler began (`FF` or `00` where a tag would stand): the file is complete.
    Filler,
    /// The bytes ended with an object: the file may go on.
    Bytes,
    /// An object announces more bytes than there are, or a length in a form that is not used.
    CutOff,
}

/// Walks the objects that stand one after the other in `bytes`, up to the filler or the end, and says how
/// the walk ended.
pub fn walk<'a>(bytes: &'a [u8], mut visit: impl FnMut(Object<'a>)) -> End {
    let mut rest = bytes;
    loop {
        rest = match split(rest) {
            Ok((object, rest)) => {
                visit(object);
                rest
            }
            Err(end) => return end,
        }
    }
}

/// The value of the first object with this tag; `None` if there is none before the end.
#[must_use]
pub fn find(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let mut found = None;
    walk(bytes, |object| {
        if object.tag == tag && found.is_none() {
            found = Some(object.value);
        }
    });
    found
}

fn split(bytes: &[u8]) -> Result<(Object<'_>, &[u8]), End> {
    let (tag, length, rest) = match bytes {
        [] => return Err(End::Bytes),
        [0x00 | 0xFF, ..] => return Err(End::Filler),
        [tag, length @ 0..=0x7F, rest @ ..] => (*tag, usize::from(*length), rest),
        [tag, 0x81, length, rest @ ..] => (*tag, usize::from(*length), rest),
        [tag, 0x82, high, low, rest @ ..] => {
            let length = u16::from_be_bytes([*high, *low]);
            (*tag, usize::from(length), rest)
        }
        _ => return Err(End::CutOff),
    };
    let (value, rest) = rest.split_at_checked(length).ok_or(End::CutOff)?;
    Ok((Object { tag, value }, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tags(bytes: &[u8]) -> (Vec<u8>, End) {
        let mut tags = Vec::new();
        let end = walk(bytes, |object| tags.push(object.tag));
        (tags, end)
    }

    #[test]
    fn every_end_is_told_apart() {
        for (bytes, expected) in [
            (&[][..], (vec![], End::Bytes)),
            (&[0x12, 0x01, 0xAA], (vec![0x12], End::Bytes)),
            (&[0x12, 0x00, 0xFF, 0xFF], (vec![0x12], End::Filler)),
            (&[0x12, 0x00, 0x00], (vec![0x12], End::Filler)),
            (&[0x12], (vec![], End::CutOff)),
            (&[0x12, 0x02, 0xAA], (vec![], End::CutOff)),
            (&[0x12, 0x82, 0x01], (vec![], End::CutOff)),
            (&[0x12, 0x83, 0, 0, 0], (vec![], End::CutOff)),
            (
                &[0x1F, 0x81, 0x01, 0xAA, 0x5F, 0x82, 0, 1, 0xBB],
                (vec![0x1F, 0x5F], End::Bytes),
            ),
        ] {
            assert_eq!(tags(bytes), expected, "{bytes:02X?}");
        }
        assert_eq!(
            find(&[0x12, 1, 7, 0x12, 1, 8], 0x12),
            Some(&[7][..]),
            "the first counts"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut walked = 0;
            walk(&bytes, |object| walked += object.value.len() + 2);
            prop_assert!(walked <= bytes.len());
        }
    }
}
