//! What was read from a card, whichever document it is.

use zeroize::Zeroizing;

use crate::basic_four::{BasicFour, Birth, Malformed, Sex, birth, text};
use crate::characters;

/// Which document lies on the reader. What the holder is asked for follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// マイナンバーカード: the four-digit PIN, or 照合番号B.
    MyNumber,
    /// IC運転免許証: 暗証番号1, four digits.
    DriversLicence,
    /// 在留カード or 特別永住者証明書: the card number printed on it.
    ResidenceCard,
}

/// Whether the card could prove that it is a genuine one. What exactly is proven, and what is not, stands at
/// [`Self::Genuine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Genuineness {
    /// What was read is signed by the issuer, and a chip that the same issuer certified answered. It is not
    /// proven that what was read was written to that chip, nor that whoever holds the card is its holder.
    Genuine,
    /// No issuer's key was configured, none of them fits this card, or the card did not let itself be
    /// asked. It says nothing against the card.
    NotChecked,
    /// A signature does not fit: what was read was not written by the issuer, or the chip could not answer as one
    /// that the issuer certified.
    Refused,
}

/// What a clerk should know about a reading before trusting it. None of them is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Caution {
    /// The card says that its address or name was changed after it was made; the new one could not be read
    /// as text, so the address is left out or may be old.
    AddressChangedSince,
    /// The card's term of validity is over.
    Expired,
    /// The card holds nothing as text but an address.
    OnlyAddress,
    /// A character has no code of its own on the card (外字 or 欠字), so the text shows 〓 in its place.
    MissingCharacter,
    /// A character is of the private use area: which one is meant only the issuer's system knows.
    PrivateUse,
    /// A character is not in JIS X 0213, so other systems may not know it.
    BeyondJisX0213,
    /// A character comes with a variation selector (異体字), which other systems may drop.
    VariationSequence,
}

impl Caution {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AddressChangedSince,
        Self::Expired,
        Self::OnlyAddress,
        Self::MissingCharacter,
        Self::PrivateUse,
        Self::BeyondJisX0213,
        Self::VariationSequence,
    ];
}

/// What was read from a card. Wiped when dropped; it can be neither printed nor copied.
///
/// Text is exactly the card's: nothing is trimmed or normalised, because it is somebody's name. What a
/// document does not hold as text is `None`; it is never an empty text.
pub struct Reading {
    document: Document,
    name: Option<Zeroizing<String>>,
    address: Option<Zeroizing<String>>,
    birth: Option<Birth>,
    sex: Option<Sex>,
    genuineness: Genuineness,
    cautions: Vec<Caution>,
}

/// The parts of a [`Reading`], as a card or the channel to the card process brings them.
pub struct Parts<'a> {
    /// Which document.
    pub document: Document,
    /// 氏名, UTF-8.
    pub name: Option<&'a [u8]>,
    /// 住所, UTF-8.
    pub address: Option<&'a [u8]>,
    /// 生年月日, eight ASCII digits `YYYYMMDD`, Gregorian; month and day may be `00`.
    pub birth: Option<&'a [u8]>,
    /// 性別.
    pub sex: Option<Sex>,
    /// Whether the card proved itself.
    pub genuineness: Genuineness,
    /// Cautions known beside those that the characters of the texts bring by themselves.
    pub cautions: &'a [Caution],
}

impl Reading {
    /// The most bytes one text (name or address) may have in UTF-8.
    pub const TEXT_BYTES_MAX: usize = BasicFour::TEXT_BYTES_MAX;

    /// A reading from its parts. Cautions about characters are added here, so that no way to a reading can
    /// forget them; each caution stands once, in the order of [`Caution::ALL`].
    ///
    /// # Errors
    /// [`Malformed`] when a text is empty, too long, not UTF-8 or holds control characters, or the birth
    /// date is not eight digits.
    pub fn from_parts(parts: Parts<'_>) -> Result<Self, Malformed> {
        let mut reading = Self {
            document: parts.document,
            name: parts.name.map(text).transpose()?,
            address: parts.address.map(text).transpose()?,
            birth: parts.birth.map(birth).transpose()?,
            sex: parts.sex,
            genuineness: parts.genuineness,
            cautions: Vec::new(),
        };
        reading.set_cautions(parts.cautions);
        Ok(reading)
    }

    /// The reading of a My Number card.
    #[must_use]
    pub fn of_my_number_card(four: BasicFour, genuineness: Genuineness) -> Self {
        let (name, address, birth, sex) = four.into_parts();
        let mut reading = Self {
            document: Document::MyNumber,
            name: Some(name),
            address: Some(address),
            birth: Some(birth),
            sex: Some(sex),
            genuineness,
            cautions: Vec::new(),
        };
        reading.set_cautions(&[]);
        reading
    }

    fn set_cautions(&mut self, known: &[Caution]) {
        let texts = [&self.name, &self.address];
        let of_characters: Vec<Caution> = texts
            .into_iter()
            .flatten()
            .flat_map(|text| characters::unusual(text))
            .map(|unusual| unusual.caution())
            .collect();
        let applies = |it: &Caution| known.contains(it) || of_characters.contains(it);
        self.cautions = Caution::ALL.into_iter().filter(applies).collect();
    }

    /// Which document this was read from.
    #[must_use]
    pub fn document(&self) -> Document {
        self.document
    }

    /// 氏名. Family and given name are usually separated by U+3000.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.as_str())
    }

    /// 住所, in one line. It is the chip's address and may be older than the 住民票.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_ref().map(|address| address.as_str())
    }

    /// 生年月日.
    #[must_use]
    pub fn birth(&self) -> Option<&Birth> {
        self.birth.as_ref()
    }

    /// 性別.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        self.sex
    }

    /// Whether the card proved that it is genuine.
    #[must_use]
    pub fn genuineness(&self) -> Genuineness {
        self.genuineness
    }

    /// What a clerk should know, each at most once.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }
}
