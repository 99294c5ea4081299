//! One-time codes that a person reads to another: eight characters in two groups, `7KQ2-M9XD`.

use zeroize::Zeroizing;

/// Crockford's Base32: no I, L, O, U (<https://www.crockford.com/base32.html>).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Forty bits. A stranger has five tries at all open codes together.
const CODE_CHARS: usize = 8;

/// A code as it is compared: eight characters, no dash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EnrolCode(Zeroizing<String>);

impl EnrolCode {
    /// A new random code.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0_u8; CODE_CHARS]);
        getrandom::fill(bytes.as_mut_slice())?;
        // 256 is a multiple of 32, so every character is as likely as any other.
        let chars = bytes.iter().filter_map(|byte| {
            let place = usize::from(byte % 32);
            ALPHABET.get(place).copied().map(char::from)
        });
        Ok(Self(Zeroizing::new(chars.collect())))
    }

    /// What somebody typed: small letters, full-width ones, other dashes, and the letters that are easily taken for
    /// digits.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(CODE_CHARS));
        for typed in typed.chars() {
            let narrow = match u32::from(typed) {
                wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0)?,
                _ => typed,
            };
            let read = match narrow.to_ascii_uppercase() {
                '-' | ' ' | '\u{3000}' | '‐' | '–' | 'ー' | '−' => continue,
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(read).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || code.len() >= CODE_CHARS {
                return None;
            }
            code.push(read);
        }
        (code.len() == CODE_CHARS).then_some(Self(code))
    }

    /// In two groups, as it is shown and read out.
    pub(crate) fn shown(&self) -> String {
        let (first, second) = self.0.split_at(CODE_CHARS / 2);
        format!("{first}-{second}")
    }

    /// For hashing.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_read_however_a_person_types_it() {
        let code = EnrolCode::read("7KQ2-M9XD").unwrap();
        assert_eq!(code.shown(), "7KQ2-M9XD");
        for typed in [
            "7kq2m9xd",
            " 7KQ2 M9XD ",
            "7KQ2ーM9XD",
            "７ＫＱ２−Ｍ９ＸＤ",
            "7-K-Q-2-M-9-X-D",
        ] {
            assert!(EnrolCode::read(typed) == Some(code.clone()), "{typed}");
        }
        assert!(EnrolCode::read("olio-0110") == EnrolCode::read("0110-0110"));
        for typed in [
            "",
            "7KQ2-M9X",
            "7KQ2-M9XDD",
            "7KQ2-M9XU",
            "7KQ2-M9X!",
            "七KQ2-M9XD",
        ] {
            assert!(EnrolCode::read(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn new_codes_use_the_whole_alphabet_and_read_back() {
        let mut seen = BTreeSet::new();
        for _ in 0..200 {
            let code = EnrolCode::new().unwrap();
            assert!(EnrolCode::read(&code.shown()) == Some(code.clone()));
            seen.extend(code.as_bytes().iter().copied());
        }
        assert_eq!(seen.len(), 32);
    }
}
