//! The characters of a file: which a target has no code for, told one by one and never replaced in silence.

use std::{collections::BTreeMap, fmt::Write as _};

use encoding_rs::SHIFT_JIS;
use zeroize::Zeroizing;

use crate::characters;

/// More replacements of one hand-off no clerk can have looked at.
pub const SUBSTITUTES_MAX: usize = 50;
/// The longest replacement: a reading or 〓 in place of one character.
pub const SUBSTITUTE_CHARS_MAX: usize = 8;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How a file's characters become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 after a byte order mark, by which spreadsheets know it.
    Utf8Bom,
    /// UTF-8 without one.
    Utf8,
    /// What Windows calls Shift_JIS: code page 932, that is JIS X 0208 with the extensions of NEC and IBM
    /// (the index `jis0208` of the WHATWG Encoding Standard). IBM's characters get IBM's codes, as Windows writes them.
    Cp932,
}

impl Encoding {
    /// The encoding of this name: `utf-8-bom`, `utf-8` or `cp932`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Encoding> {
        let all = [Encoding::Utf8Bom, Encoding::Utf8, Encoding::Cp932];
        all.into_iter().find(|it| it.as_str() == name)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8Bom => "utf-8-bom",
            Encoding::Utf8 => "utf-8",
            Encoding::Cp932 => "cp932",
        }
    }

    /// The characters of `text` that have no code, each once, as it is written: with its variation selector or mark.
    #[must_use]
    pub fn missing(self, text: &str) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        match self {
            Encoding::Utf8Bom | Encoding::Utf8 => {}
            Encoding::Cp932 => {
                for character in written(text) {
                    if cp932(character).is_none() && !missing.iter().any(|it| it == character) {
                        missing.push(character.to_owned());
                    }
                }
            }
        }
        missing
    }

    /// The bytes of a whole file.
    ///
    /// # Errors
    /// The characters that have no code, each once; then there are no bytes at all.
    pub fn encode(self, text: &str) -> Result<Zeroizing<Vec<u8>>, Vec<String>> {
        let missing = self.missing(text);
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + BYTE_ORDER_MARK.len()));
        match self {
            Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Utf8Bom => {
                bytes.extend_from_slice(BYTE_ORDER_MARK);
                bytes.extend_from_slice(text.as_bytes());
            }
            Encoding::Cp932 => {
                for character in written(text) {
                    bytes.extend(cp932(character).unwrap_or_default());
                }
            }
        }
        Ok(bytes)
    }
}

/// One character in code page 932. The standard's encoder writes ¥ as \ and − as －, which would be a replacement that
/// nobody has chosen; so what does not read back as it was written has no code.
fn cp932(character: &str) -> Option<Vec<u8>> {
    let (bytes, _, unmappable) = SHIFT_JIS.encode(character);
    if unmappable {
        return None;
    }
    let (back, _) = SHIFT_JIS.decode_without_bom_handling(&bytes);
    (back == character).then(|| bytes.into_owned())
}

/// The characters of a text as they are written: a base with the selectors and marks that belong to it.
pub(super) fn written(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        characters.next()?;
        let end = characters.find(|(_, it)| !joins(*it));
        let (character, behind) = rest.split_at_checked(end.map_or(rest.len(), |it| it.0))?;
        rest = behind;
        Some(character)
    })
}

fn joins(character: char) -> bool {
    characters::is_variation_selector(character)
        || matches!(character, '\u{0300}'..='\u{036F}' | '\u{3099}' | '\u{309A}')
}

/// The code points of a character as it is written: `U+82A6 U+E0100`.
#[must_use]
pub fn code_points(character: &str) -> String {
    let mut told = String::new();
    for code in character.chars() {
        let space = if told.is_empty() { "" } else { " " };
        let _ = write!(told, "{space}U+{:04X}", code as u32);
    }
    told
}

/// What a person has chosen to write instead of characters that the target has no code for.
#[derive(Default)]
pub struct Substitutes(BTreeMap<String, String>);

impl Substitutes {
    /// Takes what a person has chosen; `None` where it is too much, too long, or has control characters.
    #[must_use]
    pub fn new(chosen: impl IntoIterator<Item = (String, String)>) -> Option<Substitutes> {
        let mut substitutes = BTreeMap::new();
        for (character, by) in chosen {
            let one = written(&character).count() == 1;
            let short = characters::count(&by) <= SUBSTITUTE_CHARS_MAX;
            if !one || !short || by.chars().any(characters::cannot_be_written) {
                return None;
            }
            substitutes.insert(character, by);
        }
        (substitutes.len() <= SUBSTITUTES_MAX).then_some(Substitutes(substitutes))
    }

    /// What to write instead of a character.
    #[must_use]
    pub fn of(&self, character: &str) -> Option<&str> {
        self.0.get(character).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_page_932_lacks_what_it_would_have_to_replace() {
        for (text, missing) in [
            ("福山 太郎", vec![]),
            // As many registers write 福, 崎, 高 and 神; IBM's extension has three of them.
            ("\u{FA1B}山", vec![]),
            ("﨑田", vec![]),
            ("髙橋", vec![]),
            ("\u{FA19}", vec![]),
            ("①㈱ⅣｶﾞーＡ～", vec![]),
            ("𠮷野", vec!["𠮷"]),
            ("芦\u{E0100}田支所", vec!["芦\u{E0100}"]),
            ("渡邉\u{E0103} 邉", vec!["邉\u{E0103}"]),
            ("Nguyễn Thị", vec!["ễ", "ị"]),
            ("か\u{3099}", vec!["か\u{3099}"]),
            ("鷗 〜 − ¥ \u{203E}", vec!["鷗", "〜", "−", "¥", "\u{203E}"]),
            ("外\u{E000}字\u{E000}", vec!["\u{E000}"]),
        ] {
            assert_eq!(Encoding::Cp932.missing(text), missing, "{text}");
            assert!(Encoding::Utf8Bom.missing(text).is_empty());
        }
    }

    #[test]
    fn windows_reads_the_bytes_of_code_page_932() {
        let bytes = Encoding::Cp932.encode("髙﨑\u{FA1B}ｱ①").unwrap();
        let expected = [0xFB, 0xFC, 0xFA, 0xB1, 0xFB, 0xAC, 0xB1, 0x87, 0x40];
        let found: Vec<u8> = bytes.to_vec();
        // 福 of the compatibility block stands in IBM's range, whatever its place there.
        assert_eq!(found.len(), expected.len());
        assert_eq!(found[..4], expected[..4]);
        assert_eq!(found[6..], expected[6..]);
        assert_eq!(SHIFT_JIS.decode(&found).0, "髙﨑\u{FA1B}ｱ①");
        assert_eq!(
            Encoding::Cp932.encode("a𠮷").err(),
            Some(vec!["𠮷".to_owned()])
        );
    }

    #[test]
    fn a_file_of_utf_8_keeps_every_code_point_behind_its_mark() {
        let text = "𠮷野 \u{FA1B}山 芦\u{E0100}田 \u{FA19} Nguyễn";
        let bytes = Encoding::Utf8Bom.encode(text).unwrap();
        assert_eq!(bytes.strip_prefix(BYTE_ORDER_MARK), Some(text.as_bytes()));
        assert_eq!(
            Encoding::Utf8.encode(text).unwrap().as_slice(),
            text.as_bytes()
        );
    }

    #[test]
    fn a_character_is_told_with_its_selector_and_its_code_points() {
        let told: Vec<String> = written("芦\u{E0100}𠮷a").map(code_points).collect();
        assert_eq!(told, ["U+82A6 U+E0100", "U+20BB7", "U+0061"]);
    }

    #[test]
    fn a_replacement_is_for_one_character_and_short() {
        let one = |character: &str, by: &str| {
            Substitutes::new([(character.to_owned(), by.to_owned())]).is_some()
        };
        assert!(one("𠮷", "吉"));
        assert!(one("芦\u{E0100}", "芦"));
        assert!(one("𠮷", ""));
        assert!(!one("吉野", "吉"));
        assert!(!one("", "吉"));
        assert!(!one("𠮷", "一二三四五六七八九"));
        assert!(!one("𠮷", "\t"));
    }
}
