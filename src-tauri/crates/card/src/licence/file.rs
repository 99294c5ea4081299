//! The files of a licence: what stands on its face, and what was changed since.
//!
//! Layout after the National Police Agency's 運転免許証及び運転免許証作成システム等仕様書 as public programs
//! read it: treastrain/TRETJapanNFCReader, takusan23/JDCardReaderCore, soft-studio/NFC_DriversLicenseReader,
//! and, for the changes, a program that the city of Matsusaka published.

use zeroize::Zeroizing;

use super::jis::Text;
use crate::basic_four::Malformed;
use crate::day::Day;
use crate::objects::{self, End, Object};

/// Tags of DF1/EF01, 記載事項 without the 本籍.
mod face {
    pub(super) const NAME: u8 = 0x12;
    pub(super) const BIRTH: u8 = 0x16;
    pub(super) const ADDRESS: u8 = 0x17;
    pub(super) const EXPIRY: u8 = 0x1B;
}

/// MF/EF `2F01`, 共通データ要素: specification, issue, expiry. Free to read.
const COMMON: u8 = 0x45;

/// MF/EF `000A`, 暗証番号(PIN)設定.
const PIN_SETTING: u8 = 0x05;

/// DF1/EF04, 追記の有無.
const ADDED: u8 = 0x50;

/// Bytes of a change before its text: one for the year of the character set, seven digits in JIS X 0208.
const CHANGE_HEAD_BYTES: usize = 15;

/// Bytes of a change behind its text: five characters for the commission.
const CHANGE_TAIL_BYTES: usize = 10;

/// The last day of the licence, from the common data. `None` when it is not there or not a day.
#[must_use]
pub fn expiry_of_common_data(file: &[u8]) -> Option<Day> {
    // Three bytes of version, four of issue and four of expiry, both YYYYMMDD in BCD.
    let &[_, _, _, _, _, _, _, a, b, c, d, ..] = objects::find(file, COMMON)? else {
        return None;
    };
    let [a, b, month, day] = [a, b, c, d].map(|bcd| {
        let (tens, ones) = (bcd >> 4, bcd & 0x0F);
        (tens <= 9 && ones <= 9).then_some(tens * 10 + ones)
    });
    Day::new(u16::from(a?) * 100 + u16::from(b?), month?, day?)
}

/// Whether the holder chose a PIN. Only a plain "no" is a no: whatever else the file says, the PIN is asked
/// for and the card decides.
#[must_use]
pub fn has_pin(file: &[u8]) -> bool {
    objects::find(file, PIN_SETTING) != Some(&[0x00])
}

/// What the licence's face says. Wiped when dropped.
pub struct Face {
    /// 氏名.
    pub name: Text,
    /// 住所, as it was when the licence was made.
    pub address: Text,
    /// 生年月日 as eight digits `YYYYMMDD`, Gregorian.
    pub birth: Zeroizing<[u8; 8]>,
    /// 有効期間の末日, if it is a day.
    pub expiry: Option<Day>,
}

impl Face {
    /// Reads DF1/EF01.
    ///
    /// # Errors
    /// [`Malformed`] when an object is cut off, or name, birth date or address is missing.
    pub fn parse(file: &[u8]) -> Result<Self, Malformed> {
        let [mut name, mut birth, mut address, mut expiry] = [None; 4];
        let end = objects::walk(file, |Object { tag, value }| {
            let place = match tag {
                face::NAME => &mut name,
                face::BIRTH => &mut birth,
                face::ADDRESS => &mut address,
                face::EXPIRY => &mut expiry,
                _ => return,
            };
            place.get_or_insert(value);
        });
        if end == End::CutOff {
            return Err(Malformed);
        }
        let text = |value: Option<&[u8]>| match value {
            None | Some([]) => Err(Malformed),
            Some(bytes) => Text::parse(bytes),
        };
        Ok(Self {
            name: text(name)?,
            address: text(address)?,
            birth: birth.and_then(gregorian).ok_or(Malformed)?,
            expiry: expiry
                .and_then(gregorian)
                .and_then(|digits| Day::of_digits(&*digits)),
        })
    }
}

/// What became of one item of the face since the licence was made.
pub enum Since {
    /// Nothing.
    Same,
    /// It was changed, and this is the newest.
    Changed(Text),
    /// It was changed into something that is not understood.
    Unclear,
}

/// 記載事項変更等 without the 本籍: DF1/EF04.
pub struct Changes {
    /// 新氏名.
    pub name: Since,
    /// 新住所.
    pub address: Since,
    /// Something was written into the file that is neither and is not understood: it may be a change of either.
    pub holds_more: bool,
}

impl Changes {
    /// Reads DF1/EF04. There is room for eight changes of each item; the one with the latest day counts, and
    /// of the same day the one that was written last.
    ///
    /// ```text
    /// 50 whether anything was added: 00 or 01
    /// 60–67 新氏名, 70–77 新住所: { year of the character set 1, era and YYMMDD as seven full-width digits 14,
    ///                            the new text, the commission's short name 10 }; empty where none was written
    /// ```
    ///
    /// Which tags the other entries have (新条件, 備考 …) is in no public source. So whatever else was written
    /// there, and an "added" of which nothing is found, is [`holds_more`](Self::holds_more).
    #[must_use]
    pub fn parse(file: &[u8]) -> Self {
        let (mut names, mut addresses) = (Newest::default(), Newest::default());
        let (mut is_added, mut is_found, mut holds_more) = (false, false, false);
        let end = objects::walk(file, |Object { tag, value }| match (tag, value) {
            (_, []) => {}
            (0x60..=0x67, _) => {
                is_found = true;
                names.take(value);
            }
            (0x70..=0x77, _) => {
                is_found = true;
                addresses.take(value);
            }
            (ADDED, [0x00]) => {}
            (ADDED, [0x01]) => is_added = true,
            _ => holds_more = true,
        });
        // What stands behind a cut cannot be known, so nothing is taken for unchanged.
        let is_cut = end == End::CutOff;
        Self {
            name: names.since(is_cut),
            address: addresses.since(is_cut),
            holds_more: holds_more || (is_added && !is_found),
        }
    }
}

/// The newest of the changes seen so far.
#[derive(Default)]
struct Newest<'a> {
    newest: Option<(Zeroizing<[u8; 8]>, &'a [u8])>,
    is_unclear: bool,
}

impl<'a> Newest<'a> {
    fn take(&mut self, change: &'a [u8]) {
        match split_change(change) {
            Some((day, text)) => {
                let is_newer = self
                    .newest
                    .as_ref()
                    .is_none_or(|(before, _)| **before <= *day);
                if is_newer {
                    self.newest = Some((day, text));
                }
            }
            None => self.is_unclear = true,
        }
    }

    fn since(self, is_cut: bool) -> Since {
        match self.newest {
            _ if self.is_unclear || is_cut => Since::Unclear,
            None => Since::Same,
            Some((_, text)) => Text::parse(text).map_or(Since::Unclear, Since::Changed),
        }
    }
}

fn split_change(change: &[u8]) -> Option<(Zeroizing<[u8; 8]>, &[u8])> {
    let (head, rest) = change.split_at_checked(CHANGE_HEAD_BYTES)?;
    let (text, _commission) = rest.split_at_checked(rest.len().checked_sub(CHANGE_TAIL_BYTES)?)?;
    if text.is_empty() {
        return None;
    }
    let (_character_set, date) = head.split_first()?;
    let mut digits = Zeroizing::new([0; 7]);
    let (pairs, _) = date.as_chunks::<2>();
    for (digit, pair) in digits.iter_mut().zip(pairs) {
        // Full-width digits are row 3 of JIS X 0208, at the places of the ASCII digits.
        *digit = match pair {
            [0x23, ascii @ b'0'..=b'9'] => *ascii,
            _ => return None,
        };
    }
    Some((gregorian(&*digits)?, text))
}

/// Eight digits `YYYYMMDD` from an era's digit (1 明治, 2 大正, 3 昭和, 4 平成, 5 令和) and `YYMMDD`. Month and
/// day stay as they are, also where they are unknown (`00`).
fn gregorian(date: &[u8]) -> Option<Zeroizing<[u8; 8]>> {
    if !date.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let &[era, tens, ones, ref month_and_day @ ..] = date else {
        return None;
    };
    let before = match era {
        b'1' => 1867,
        b'2' => 1911,
        b'3' => 1925,
        b'4' => 1988,
        b'5' => 2018,
        _ => return None,
    };
    let year: u16 = before + u16::from(tens - b'0') * 10 + u16::from(ones - b'0');
    let month_and_day: [u8; 4] = month_and_day.try_into().ok()?;
    let digit = |value: u16| b'0'.saturating_add(u8::try_from(value % 10).unwrap_or(0));
    let [a, b, c, d] = month_and_day;
    Some(Zeroizing::new([
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        a,
        b,
        c,
        d,
    ]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &[u8] = b"\x46\x7C\x4B\x5C\x21\x21\x32\x56\x3B\x52";
    const ADDRESS: &[u8] = b"\x45\x6C\x35\x7E\x45\x54";
    const ELSEWHERE: &[u8] = b"\x35\x7E\x45\x54\x49\x5C";

    fn object(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn face() -> Vec<u8> {
        let mut file = [
            object(0x11, b"\x01"),
            object(0x12, NAME),
            object(0x13, b""),
            object(0x16, b"3550217"),
            object(0x17, ADDRESS),
            object(0x1B, b"5120317"),
        ]
        .concat();
        file.extend([0xFF; 40]);
        file
    }

    /// A change of the day `EYYMMDD`.
    fn change(date: &str, text: &[u8]) -> Vec<u8> {
        let date: Vec<u8> = date.bytes().flat_map(|digit| [0x23, digit]).collect();
        [&[0x01][..], &date, text, &[0x21; 10]].concat()
    }

    #[test]
    fn the_face_is_read() {
        let face = Face::parse(&face()).ok().unwrap();
        assert_eq!(face.name.as_str(), "日本　花子");
        assert_eq!(face.address.as_str(), "東京都");
        assert_eq!(*face.birth, *b"19800217");
        assert_eq!(face.expiry, Day::new(2030, 3, 17));
    }

    #[test]
    fn a_face_without_one_of_the_three_is_malformed() {
        for missing in [0x12, 0x16, 0x17] {
            let mut file = face();
            let place = file.iter().position(|byte| *byte == missing).unwrap();
            file[place] = 0x40;
            assert!(Face::parse(&file).is_err(), "{missing:02X}");
        }
        for cut in 0..file_length() {
            assert!(Face::parse(&face()[..cut]).is_err(), "{cut}");
        }
    }

    fn file_length() -> usize {
        // Up to the address; the expiry behind it is not needed.
        face().len() - 40 - 9
    }

    #[test]
    fn eras_become_gregorian_years() {
        for (date, expected) in [
            ("1450729", Some(b"19120729")),
            ("2010730", Some(b"19120730")),
            ("3550217", Some(b"19800217")),
            ("3640107", Some(b"19890107")),
            ("4010108", Some(b"19890108")),
            ("5010501", Some(b"20190501")),
            ("3550000", Some(b"19800000")),
            ("6010501", None),
            ("0010501", None),
            ("355021", None),
            ("35502170", None),
            ("355O217", None),
        ] {
            assert_eq!(
                gregorian(date.as_bytes()).map(|it| *it),
                expected.copied(),
                "{date}"
            );
        }
    }

    #[test]
    fn the_newest_change_of_each_item_counts() {
        let file = [
            object(0x50, b"\x01"),
            object(0x51, b""),
            object(0x60, b""),
            object(0x70, &change("5030401", ADDRESS)),
            object(0x71, &change("5020401", ELSEWHERE)),
            object(0x78, b""),
        ]
        .concat();
        let changes = Changes::parse(&file);
        assert!(matches!(changes.name, Since::Same));
        assert!(matches!(changes.address, Since::Changed(text) if text.as_str() == "東京都"));
        assert!(!changes.holds_more);
        let same_day = [
            object(0x70, &change("5030401", ADDRESS)),
            object(0x71, &change("5030401", ELSEWHERE)),
        ]
        .concat();
        let changes = Changes::parse(&same_day);
        assert!(matches!(changes.address, Since::Changed(text) if text.as_str() == "京都府"));
    }

    #[test]
    fn a_file_nobody_wrote_into_says_nothing_was_changed() {
        for file in [
            &[][..],
            &[0xFF; 640],
            &[0; 10],
            &[0x50, 1, 0, 0x70, 0, 0x60, 0, 0xFF],
        ] {
            let changes = Changes::parse(file);
            assert!(matches!(changes.name, Since::Same) && matches!(changes.address, Since::Same));
            assert!(!changes.holds_more, "{file:02X?}");
        }
    }

    #[test]
    fn whatever_else_was_written_may_be_a_change() {
        for file in [
            object(0x51, &change("5010601", ADDRESS)),
            object(0x78, &change("5010601", ADDRESS)),
            object(0x40, b"\x01"),
            object(0x50, b"\x01"),
            object(0x50, b"\x02"),
            object(0x50, b"\x00\x00"),
            [object(0x50, b"\x01"), object(0x60, b""), object(0x90, b"?")].concat(),
        ] {
            let changes = Changes::parse(&file);
            assert!(changes.holds_more, "{file:02X?}");
            assert!(matches!(changes.name, Since::Same) && matches!(changes.address, Since::Same));
        }
    }

    #[test]
    fn a_change_that_is_not_understood_is_not_hidden() {
        let unclear = |value: &[u8]| {
            let changes = Changes::parse(&object(0x70, value));
            assert!(matches!(changes.name, Since::Same));
            matches!(changes.address, Since::Unclear)
        };
        assert!(unclear(b"\x01"));
        assert!(unclear(&change("9010101", ADDRESS)));
        assert!(unclear(&change("503040A", ADDRESS)));
        assert!(unclear(&change("5030401", b"")));
        assert!(unclear(&change("5030401", b"\x46")));
        let cut = Changes::parse(&[0x70, 0x60, 0x01]);
        assert!(matches!(cut.address, Since::Unclear) && matches!(cut.name, Since::Unclear));
    }

    #[test]
    fn the_common_data_tell_the_last_day() {
        let file = b"\x45\x0B009\x20\x25\x03\x17\x20\x30\x03\x17\x46\x02\x00\x00";
        assert_eq!(expiry_of_common_data(file), Day::new(2030, 3, 17));
        for bad in [
            &b"\x45\x0B009\x20\x25\x03\x17\x20\x30\x02\x31"[..],
            b"\x45\x0B009\x20\x25\x03\x17\x20\x3A\x03\x17",
            b"\x45\x0A009\x20\x25\x03\x17\x20\x30\x03",
            b"\x46\x0B009\x20\x25\x03\x17\x20\x30\x03\x17",
            b"",
        ] {
            assert_eq!(expiry_of_common_data(bad), None, "{bad:02X?}");
        }
    }

    #[test]
    fn only_a_plain_no_means_that_no_pin_was_chosen() {
        assert!(!has_pin(b"\x05\x01\x00"));
        for file in [
            &b"\x05\x01\x01"[..],
            b"\x05\x01\xFF",
            b"\x05\x00",
            b"\x05\x02\x00\x00",
            b"",
        ] {
            assert!(has_pin(file), "{file:02X?}");
        }
    }

    proptest! {
        #[test]
        fn any_files_are_read_or_refused(file in prop::collection::vec(any::<u8>(), 0..900)) {
            let _ = (Face::parse(&file), Changes::parse(&file), expiry_of_common_data(&file), has_pin(&file));
        }
    }
}
