//! The four items as the card holds them: EF 0002 of the 券面事項入力補助 application.

use zeroize::Zeroizing;

use crate::tlv;

/// Sex by ISO/IEC 5218, which JIS X 0303 follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// 男, code 1.
    Male,
    /// 女, code 2.
    Female,
    /// 適用不能, code 9.
    NotApplicable,
    /// 不明, code 0, and any code the standard does not know.
    Unknown,
}

impl Sex {
    /// The code as the card holds it: one ASCII digit.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Male => b'1',
            Self::Female => b'2',
            Self::NotApplicable => b'9',
            Self::Unknown => b'0',
        }
    }

    /// The sex of a code; what the standard does not know is [`Sex::Unknown`], which a person corrects on
    /// the screen.
    #[must_use]
    pub fn of_code(code: u8) -> Self {
        match code {
            b'1' => Self::Male,
            b'2' => Self::Female,
            b'9' => Self::NotApplicable,
            _ => Self::Unknown,
        }
    }
}

/// A birth date as the card holds it: eight digits, Gregorian, where month and day may be `00` (unknown).
pub struct Birth(Zeroizing<String>);

impl Birth {
    /// The eight digits `YYYYMMDD`, unchanged.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Year, month and day, if all three are known and the month and day are in range (whether the month
    /// has that day is the calendar's business).
    #[must_use]
    pub fn year_month_day(&self) -> Option<(u16, u8, u8)> {
        let year = self.0.get(0..4)?.parse().ok()?;
        let month = self.0.get(4..6)?.parse().ok()?;
        let day = self.0.get(6..8)?.parse().ok()?;
        (year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day))
            .then_some((year, month, day))
    }
}

/// 基本4情報: name, address, birth date and sex of the holder. Wiped when dropped.
///
/// Text is exactly the card's: nothing is trimmed or normalised, because it is somebody's name.
pub struct BasicFour {
    name: Zeroizing<String>,
    address: Zeroizing<String>,
    birth: Birth,
    sex: Sex,
}

impl BasicFour {
    /// 氏名. Family and given name are usually separated by U+3000.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// 住所, in one line. It is the chip's address and may be older than the 住民票.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// 生年月日.
    #[must_use]
    pub fn birth(&self) -> &Birth {
        &self.birth
    }

    /// 性別.
    #[must_use]
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// The most bytes one text (name or address) may have in UTF-8.
    pub const TEXT_BYTES_MAX: usize = 1024;

    /// The four items from their parts: text as UTF-8, the birth date as eight digits `YYYYMMDD`.
    ///
    /// # Errors
    /// [`Malformed`] when a text is empty, too long, not UTF-8 or holds control characters, or the birth
    /// date is not eight digits.
    pub fn from_parts(
        name: &[u8],
        address: &[u8],
        birth: &[u8],
        sex: Sex,
    ) -> Result<Self, Malformed> {
        Ok(Self {
            name: text(name)?,
            address: text(address)?,
            birth: self::birth(birth)?,
            sex,
        })
    }

    /// The four, each for itself.
    pub(crate) fn into_parts(self) -> (Zeroizing<String>, Zeroizing<String>, Birth, Sex) {
        (self.name, self.address, self.birth, self.sex)
    }

    /// The four items from the content of EF 0002, with or without its filler.
    ///
    /// ```text
    /// FF20 L { DF21 08 four offsets, DF22 L name, DF23 L address, DF24 08 birth, DF25 01 sex } FF FF …
    /// ```
    ///
    /// DF21 repeats what walking the objects tells and is therefore not needed; objects this program does
    /// not know are passed over.
    ///
    /// # Errors
    /// [`Malformed`] when an item is missing, cut off, or not what it should be.
    pub fn parse(file: &[u8]) -> Result<Self, Malformed> {
        let items = tlv::find(file, tlv::Tag(0xFF20)).ok_or(Malformed)?;
        let item = |tag| tlv::find(items, tlv::Tag(tag)).ok_or(Malformed);
        let &[sex] = item(0xDF25)? else {
            return Err(Malformed);
        };
        Self::from_parts(
            item(0xDF22)?,
            item(0xDF23)?,
            item(0xDF24)?,
            Sex::of_code(sex),
        )
    }
}

/// The file is not what such a card holds there. It says no more, because more would be the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card's file is malformed")]
pub struct Malformed;

/// A birth date from its eight digits.
pub(crate) fn birth(bytes: &[u8]) -> Result<Birth, Malformed> {
    let digits = text(bytes)?;
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed);
    }
    Ok(Birth(digits))
}

/// Text as it is on the card; empty, overlong or unprintable text is none.
pub(crate) fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    if bytes.is_empty() || bytes.len() > BasicFour::TEXT_BYTES_MAX {
        return Err(Malformed);
    }
    let text = str::from_utf8(bytes).map_err(|_| Malformed)?;
    if text.chars().any(char::is_control) {
        return Err(Malformed);
    }
    Ok(Zeroizing::new(text.to_owned()))
}
