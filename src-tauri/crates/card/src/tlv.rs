//! The card's tag-length-value objects: two-byte tags, lenient about lengths, strict about bounds.
//!
//! Real cards write lengths longer than needed (`82 00 9F` for 159) and fill the rest of a file with `FF`
//! or `00`, so a strict DER reader refuses them.

/// A tag: `FFxx` holds objects, `DFxx` holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u16);

/// One object. There is no `Debug`, because the value may be somebody's name.
pub struct Object<'a> {
    /// The tag.
    pub tag: Tag,
    /// The value, whole.
    pub value: &'a [u8],
}

/// An object announces more bytes than there are, or a length in a form that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an object is cut off")]
pub struct CutOff;

/// The objects that stand one after the other in `bytes`, up to the filler or the end. After a
/// [`CutOff`] nothing follows.
pub fn objects(bytes: &[u8]) -> Objects<'_> {
    Objects { rest: bytes }
}

/// The value of the first object with this tag; `None` if there is none before the end, the filler, or an
/// object that is cut off.
#[must_use]
pub fn find(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    objects(bytes)
        .map_while(Result::ok)
        .find(|object| object.tag == tag)
        .map(|object| object.value)
}

/// The bytes before the first object with this tag, exactly as they stand there: what a signature covers.
/// `None` if there is no such object before the end, the filler, or an object that is cut off.
#[must_use]
pub fn before(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    let mut objects = objects(bytes);
    loop {
        let offset = bytes.len() - objects.rest.len();
        if objects.next()?.ok()?.tag == tag {
            return bytes.get(..offset);
        }
    }
}

/// The bytes after the first object, if that has this tag.
#[must_use]
pub fn after_first(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    let mut objects = objects(bytes);
    let first = objects.next()?.ok()?;
    (first.tag == tag).then_some(objects.rest)
}

/// How many bytes the first object takes, header included, as far as its header has been read.
#[must_use]
pub fn announced_length(bytes: &[u8]) -> Option<usize> {
    let (_, length, rest) = header(bytes)?;
    Some(bytes.len() - rest.len() + length)
}

/// See [`objects`].
pub struct Objects<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, CutOff>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.rest, [] | [0, ..] | [0xFF] | [0xFF, 0xFF, ..]) {
            return None;
        }
        let rest = std::mem::take(&mut self.rest);
        let object = header(rest).and_then(|(tag, length, rest)| {
            let (value, rest) = rest.split_at_checked(length)?;
            self.rest = rest;
            Some(Object { tag, value })
        });
        Some(object.ok_or(CutOff))
    }
}

/// Tag, length and what follows the header.
fn header(bytes: &[u8]) -> Option<(Tag, usize, &[u8])> {
    let (&[high, low], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match rest {
        [short @ 0..=0x7F, rest @ ..] => (usize::from(*short), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    Some((Tag(u16::from_be_bytes([high, low])), length, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(tag: u16, value: &[u8], length_form: u8) -> Vec<u8> {
        let mut bytes = tag.to_be_bytes().to_vec();
        let length = u16::try_from(value.len()).unwrap();
        match (length_form, value.len()) {
            (0, 0..=0x7F) => bytes.push(length.to_be_bytes()[1]),
            (0 | 1, 0..=0xFF) => bytes.extend([0x81, length.to_be_bytes()[1]]),
            _ => {
                bytes.push(0x82);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend(value);
        bytes
    }

    #[test]
    fn a_length_longer_than_needed_is_understood() {
        let file = [
            0xFF, 0x40, 0x82, 0x00, 0x05, 0xDF, 0x41, 0x81, 0x01, 0x07, 0xFF, 0xFF,
        ];
        let outer = find(&file, Tag(0xFF40)).unwrap();
        assert_eq!(find(outer, Tag(0xDF41)), Some(&[0x07][..]));
        assert_eq!(announced_length(&file), Some(10));
    }

    #[test]
    fn an_object_that_announces_more_than_there_is_is_cut_off() {
        for file in [
            &[0xFF, 0x20, 0x05, 1, 2][..],
            &[0xFF, 0x20],
            &[0xDF, 0x21, 0x82, 0xFF],
            &[0xDF, 0x21, 0x84],
        ] {
            let mut objects = objects(file);
            assert!(matches!(objects.next(), Some(Err(CutOff))));
            assert!(objects.next().is_none());
        }
    }

    #[test]
    fn what_stands_before_and_after_an_object_is_told_with_its_headers() {
        let file = [
            0xDF, 0x31, 1, 7, 0xDF, 0x32, 0, 0xDF, 0x33, 1, 9, 0xFF, 0xFF,
        ];
        assert_eq!(before(&file, Tag(0xDF31)), Some(&[][..]));
        assert_eq!(before(&file, Tag(0xDF33)), Some(&file[..7]));
        assert_eq!(before(&file, Tag(0xDF34)), None);
        assert_eq!(after_first(&file, Tag(0xDF31)), Some(&file[4..]));
        assert_eq!(after_first(&file, Tag(0xDF32)), None);
        assert_eq!(after_first(&[], Tag(0xDF32)), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_found_whatever_the_length_form(
            objects_in in prop::collection::vec((0xDF00_u16..=0xDFFF, prop::collection::vec(any::<u8>(), 0..300), 0_u8..3), 0..6),
            filler in prop::sample::select(vec![vec![], vec![0xFF; 5], vec![0; 3], vec![0xFF]]),
        ) {
            let mut file: Vec<u8> = objects_in.iter().flat_map(|(tag, value, form)| encode(*tag, value, *form)).collect();
            file.extend(filler);
            let out: Vec<_> = objects(&file).map(|object| object.map(|o| (o.tag.0, o.value.to_vec()))).collect::<Result<_, _>>().unwrap();
            let expected: Vec<_> = objects_in.into_iter().map(|(tag, value, _)| (tag, value)).collect();
            prop_assert_eq!(out, expected);
        }

        #[test]
        fn any_bytes_are_walked_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let walked: usize = objects(&bytes).map_while(Result::ok).map(|object| object.value.len() + 3).sum();
            prop_assert!(walked <= bytes.len());
            let parts = (before(&bytes, Tag(0xDF21)), after_first(&bytes, Tag(0xDF21)));
            prop_assert!(parts.0.is_none_or(|it| it.len() < bytes.len()) && parts.1.is_none_or(|it| it.len() < bytes.len()));
            prop_assert!(announced_length(&bytes).is_none_or(|length| length <= 0x10000 + 5));
        }
    }
}
