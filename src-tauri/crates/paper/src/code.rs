//! What names a case on paper, to the office's own consoles and to nobody else.

use std::{fmt, str::FromStr};

use qrcode::{Color, EcLevel, QrCode};
use typst::foundations::{Array, Dict, IntoValue, Value};

/// Characters of a code: 80 bits, five each.
pub const CASE_CODE_CHARS: usize = 16;
/// Crockford's 32 characters: none is taken for another when it is read from a paper.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What a scanner reads first, so that the field it types into knows what follows.
const PREFIX: &str = "UKC:";
const BITS_EACH: u32 = 5;
const GROUP_CHARS: usize = 4;

/// 16 characters that say nothing and cannot be guessed: `7KQ2-M9XD-4RT8-W3VB`.
///
/// ```
/// use paper::CaseCode;
///
/// let code = CaseCode::of([0x5a; 10]);
/// assert_eq!(code.bits(), [0x5a; 10]);
/// assert_eq!(code.to_string().parse(), Ok(code.clone()));
/// // What a scanner types, and what a hurried person types.
/// assert_eq!(code.scanned().parse(), Ok(code.clone()));
/// assert_eq!(code.to_string().to_lowercase().replace('-', " ").parse(), Ok(code));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CaseCode(String);

/// It is no code of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {CASE_CODE_CHARS} letters and digits as they stand under a form's QR code")]
pub struct NotACode;

impl CaseCode {
    /// The code that spells 80 bits.
    #[must_use]
    pub fn of(bits: [u8; 10]) -> Self {
        let whole = (bits.iter()).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let letters = (0..CASE_CODE_CHARS).rev().map(|place| {
            let shift = u32::try_from(place).unwrap_or_default() * BITS_EACH;
            let index = usize::try_from(whole >> shift & 31).unwrap_or_default();
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        });
        Self(letters.collect())
    }

    /// The 80 bits that it spells.
    #[must_use]
    pub fn bits(&self) -> [u8; 10] {
        let whole = self.0.bytes().fold(0_u128, |sum, letter| {
            let value = ALPHABET.iter().position(|it| *it == letter);
            sum << BITS_EACH | value.unwrap_or_default() as u128
        });
        let mut bits = [0; 10];
        // The upper 48 bits of the sum are empty.
        for (to, from) in bits.iter_mut().zip(whole.to_be_bytes().into_iter().skip(6)) {
            *to = from;
        }
        bits
    }

    /// The characters without anything between them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a scanner reads from the QR.
    #[must_use]
    pub fn scanned(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }

    /// What a template is told: the words, and the QR as dark runs of modules.
    pub(crate) fn value(&self) -> Value {
        let mut value = Dict::new();
        value.insert("words".into(), self.to_string().into_value());
        // A code of 20 characters fits at any level; a paper that is stamped on keeps a quarter of it to spare.
        if let Ok(qr) = QrCode::with_error_correction_level(self.scanned(), EcLevel::Q) {
            value.insert("modules".into(), qr.width().into_value());
            value.insert("runs".into(), runs(&qr).into_value());
        }
        value.into_value()
    }
}

/// Each dark run of a row as `(column, row, length)`.
pub(crate) fn runs(qr: &QrCode) -> Array {
    let mut runs = Array::new();
    let colors = qr.to_colors();
    for (row, modules) in colors.chunks(qr.width().max(1)).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                let run = [column, row, run.len()].map(IntoValue::into_value);
                runs.push(run.into_iter().collect::<Array>().into_value());
            }
            column += run.len();
        }
    }
    runs
}

impl fmt::Display for CaseCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP_CHARS == 0 {
                out.write_str("-")?;
            }
            write!(out, "{letter}")?;
        }
        Ok(())
    }
}

impl FromStr for CaseCode {
    type Err = NotACode;

    fn from_str(typed: &str) -> Result<Self, NotACode> {
        // A scanner types a few characters more; whatever is longer is none.
        const TYPED_BYTES_MAX: usize = 64;
        if typed.len() > TYPED_BYTES_MAX {
            return Err(NotACode);
        }
        let upper = typed.trim().to_ascii_uppercase();
        let bare = upper.strip_prefix(PREFIX).unwrap_or(&upper);
        let letters = bare.chars().filter(|it| !matches!(it, '-' | ' '));
        let letters: Option<String> = letters
            .map(|letter| match letter {
                'O' => Some('0'),
                'I' | 'L' => Some('1'),
                other => {
                    let known = u8::try_from(other).is_ok_and(|it| ALPHABET.contains(&it));
                    known.then_some(other)
                }
            })
            .collect();
        letters
            .filter(|it| it.len() == CASE_CODE_CHARS)
            .map(Self)
            .ok_or(NotACode)
    }
}
