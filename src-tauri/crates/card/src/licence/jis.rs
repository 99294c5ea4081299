//! Text in JIS X 0208, as a licence holds it: two seven-bit bytes a character, without escape sequences.

use encoding_rs::{DecoderResult, EUC_JP};
use zeroize::Zeroizing;

use crate::basic_four::Malformed;

/// What stands in a text for a character that has no code: the geta mark, as Japanese printers set it.
pub const GETA: char = '〓';

/// Text of a licence. There is no `Debug` and no `Clone`; it is wiped when dropped.
pub struct Text {
    utf8: Zeroizing<String>,
    lacks_characters: bool,
}

impl Text {
    /// Reads the text. A character without a code of its own becomes [`GETA`] and is never dropped: 外字
    /// (`FFF1` to `FFF7`, whose shapes are pictures elsewhere on the card), 欠字 (`FFFA`), and any pair that
    /// the standard does not assign.
    ///
    /// # Errors
    /// [`Malformed`] when the last character is cut in half.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(Malformed);
        }
        // Room for every character that can come, so that the text never moves and leaves a copy behind.
        let mut utf8 = Zeroizing::new(String::with_capacity(pairs.len() * 4));
        let mut lacks_characters = false;
        for pair in pairs {
            let character = character(*pair);
            lacks_characters |= character.is_none();
            utf8.push(character.unwrap_or(GETA));
        }
        Ok(Self {
            utf8,
            lacks_characters,
        })
    }

    /// The text in UTF-8.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.utf8
    }

    /// Whether a [`GETA`] stands for a character the card could not tell.
    #[must_use]
    pub fn lacks_characters(&self) -> bool {
        self.lacks_characters
    }
}

/// The character of a pair. EUC-JP is JIS X 0208 with the eighth bit set.
fn character(pair: [u8; 2]) -> Option<char> {
    if !pair.iter().all(|byte| (0x21..=0x7E).contains(byte)) {
        return None;
    }
    let euc = Zeroizing::new(pair.map(|byte| byte | 0x80));
    let mut utf8 = Zeroizing::new([0; 8]);
    let mut decoder = EUC_JP.new_decoder_without_bom_handling();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(&*euc, &mut *utf8, true);
    let text = match result {
        DecoderResult::InputEmpty => str::from_utf8(utf8.get(..written)?).ok()?,
        DecoderResult::OutputFull | DecoderResult::Malformed(..) => return None,
    };
    text.chars().next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> (String, bool) {
        let text = Text::parse(bytes).ok().unwrap();
        (text.as_str().to_owned(), text.lacks_characters())
    }

    #[test]
    fn names_and_addresses_are_read() {
        for (bytes, expected) in [
            (
                &b"\x46\x7C\x4B\x5C\x21\x21\x32\x56\x3B\x52"[..],
                "日本　花子",
            ),
            (b"\x23\x31\x23\x32\x21\x5D\x23\x33", "１２－３"),
            (b"\x25\x2B\x25\x4A", "カナ"),
            (b"", ""),
        ] {
            assert_eq!(read(bytes), (expected.to_owned(), false), "{bytes:02X?}");
        }
    }

    #[test]
    fn a_character_without_a_code_is_a_geta_and_is_told() {
        for bytes in [
            &b"\xFF\xF1\x46\x7C"[..],
            b"\xFF\xF7\x46\x7C",
            b"\xFF\xFA\x46\x7C",
            b"\x00\x00\x46\x7C",
            b"\x2D\x7F\x46\x7C",
            b"\x22\x2F\x46\x7C",
        ] {
            assert_eq!(read(bytes), ("〓日".to_owned(), true), "{bytes:02X?}");
        }
    }

    #[test]
    fn half_a_character_is_malformed() {
        assert!(Text::parse(b"\x46").is_err());
        assert!(Text::parse(b"\x46\x7C\x4B").is_err());
    }

    proptest! {
        #[test]
        fn a_text_has_one_character_for_each_pair(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let text = Text::parse(&bytes);
            prop_assert_eq!(text.is_ok(), bytes.len() % 2 == 0);
            if let Ok(text) = text {
                prop_assert_eq!(text.as_str().chars().count(), bytes.len() / 2);
                prop_assert_eq!(text.as_str().contains(GETA) || !text.lacks_characters(), true);
                prop_assert!(!text.as_str().chars().any(char::is_control));
            }
        }
    }
}
