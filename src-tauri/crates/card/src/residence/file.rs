//! The files of a residence card that hold text.
//!
//! Layout after the Immigration Services Agency's 在留カード等仕様書 (Ver. 1.5) and 第２世代在留カード等仕様書
//! (Ver. 1.1), which are public.

use zeroize::Zeroizing;

use super::cipher::Generation;
use crate::basic_four::{Malformed, Sex};
use crate::day::Day;
use crate::objects::{self, End, Object};

/// What kind of card lies there, from the free file that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// 在留カード or 特別永住者証明書 of a generation.
    Of(Generation),
    /// 特定在留カード or 特定特別永住者証明書: residence and My Number in one card. Its residence side speaks
    /// another protocol, and its My Number side says more.
    Special,
}

impl Type {
    /// Reads MF/EF 02: `C1` with `1` or `2`, or with `05` to `08`.
    #[must_use]
    pub fn parse(file: &[u8]) -> Option<Self> {
        match objects::find(file, 0xC1)? {
            b"1" | b"2" => Some(Self::Of(Generation::First)),
            b"05" | b"06" => Some(Self::Of(Generation::Second)),
            b"07" | b"08" => Some(Self::Special),
            _ => None,
        }
    }
}

/// DF2/EF 01 of the first generation: the address that a municipality added, and nothing else of use. The
/// address on the front is a picture.
///
/// ```text
/// D2 08 day of the entry, D3 06 municipality, D4 8201 40 住居地 in UTF-8, filled up with 00
/// ```
///
/// `None` when nothing was added.
///
/// # Errors
/// [`Malformed`] when an object is cut off or there is no object for an address.
pub fn added_address(file: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let mut address = None;
    let end = objects::walk(file, |Object { tag, value }| {
        if tag == 0xD4 {
            address.get_or_insert(value);
        }
    });
    if end == End::CutOff {
        return Err(Malformed);
    }
    let address = address.ok_or(Malformed)?;
    let length = address
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    Ok(address.get(..length).filter(|address| !address.is_empty()))
}

/// DF1/EF 02 of the second generation: what stands on the front as codes and dates. Name and address are
/// pictures there too.
pub struct Entries {
    /// 生年月日, eight digits.
    pub birth: Zeroizing<[u8; 8]>,
    /// 性別.
    pub sex: Sex,
    /// The card's last day, if it is one.
    pub expiry: Option<Day>,
}

impl Entries {
    /// Reads `C5` 有効期間の満了の日, `C6` 生年月日 and `C7` 性別 (1 男, 2 女, 3 不詳).
    ///
    /// # Errors
    /// [`Malformed`] when an object is cut off, or birth date or sex is missing or not what it should be.
    pub fn parse(file: &[u8]) -> Result<Self, Malformed> {
        let [mut expiry, mut birth, mut sex] = [None; 3];
        let end = objects::walk(file, |Object { tag, value }| {
            let place = match tag {
                0xC5 => &mut expiry,
                0xC6 => &mut birth,
                0xC7 => &mut sex,
                _ => return,
            };
            place.get_or_insert(value);
        });
        if end == End::CutOff {
            return Err(Malformed);
        }
        let birth: &[u8; 8] = birth.and_then(|it| it.try_into().ok()).ok_or(Malformed)?;
        if !birth.iter().all(u8::is_ascii_digit) {
            return Err(Malformed);
        }
        Ok(Self {
            birth: Zeroizing::new(*birth),
            sex: match sex {
                Some(b"1") => Sex::Male,
                Some(b"2") => Sex::Female,
                Some(b"3") => Sex::Unknown,
                _ => return Err(Malformed),
            },
            expiry: expiry.and_then(Day::of_digits),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_type_tells_the_generation() {
        for (file, expected) in [
            (&b"\xC1\x011"[..], Some(Type::Of(Generation::First))),
            (b"\xC1\x012", Some(Type::Of(Generation::First))),
            (b"\xC1\x0205", Some(Type::Of(Generation::Second))),
            (b"\xC1\x0206", Some(Type::Of(Generation::Second))),
            (b"\xC1\x0207", Some(Type::Special)),
            (b"\xC1\x0208", Some(Type::Special)),
            (b"\xC1\x013", None),
            (b"\xC1\x0209", None),
            (b"\xC0\x0411.5", None),
            (b"", None),
        ] {
            assert_eq!(Type::parse(file), expected, "{file:02X?}");
        }
    }

    fn added(address: &[u8]) -> Vec<u8> {
        let mut file = b"\xD2\x0820200401\xD3\x06131016\xD4\x82\x01\x40".to_vec();
        file.extend(address);
        file.resize(22 + 0x140, 0);
        file
    }

    #[test]
    fn the_address_that_was_added_is_read_without_its_filling() {
        let address = "東京都千代田区霞が関１－１".as_bytes();
        let mut file = added(address);
        assert_eq!(added_address(&file).unwrap(), Some(address));
        file.extend([0; 20]);
        assert_eq!(added_address(&file).unwrap(), Some(address));
        assert_eq!(
            added_address(&added(b"")).unwrap(),
            None,
            "nothing was added"
        );
        assert!(added_address(&file[..60]).is_err(), "cut");
        assert!(
            added_address(b"\xD2\x0820200401").is_err(),
            "no object for it"
        );
        assert!(added_address(b"").is_err());
    }

    #[test]
    fn the_entries_tell_birth_sex_and_term() {
        let file = b"\xC5\x0820310401\xC6\x0820000102\xC7\x011\xC8\x03392\xC9\x06SAMPLE";
        let entries = Entries::parse(file).ok().unwrap();
        assert_eq!(*entries.birth, *b"20000102");
        assert!(entries.sex == Sex::Male);
        assert_eq!(entries.expiry, Day::new(2031, 4, 1));
        for (from, to) in [
            (&b"\xC7\x011"[..], &b"\xC7\x019"[..]),
            (b"0102", b"01O2"),
            (b"\xC6", b"\xCF"),
        ] {
            let place = file.windows(from.len()).position(|it| it == from).unwrap();
            let mut bad = file.to_vec();
            bad.splice(place..place + from.len(), to.iter().copied());
            assert!(Entries::parse(&bad).is_err(), "{to:02X?}");
        }
        assert!(Entries::parse(&file[..15]).is_err(), "cut");
    }

    proptest! {
        #[test]
        fn any_files_are_read_or_refused(file in prop::collection::vec(any::<u8>(), 0..500)) {
            let _ = (Type::parse(&file), added_address(&file), Entries::parse(&file));
        }
    }
}
