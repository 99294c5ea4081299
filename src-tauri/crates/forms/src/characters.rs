//! Characters of names and addresses: what is counted, what is folded (digits and kana only), what a clerk should look at.

/// JIS X 0213:2004 as a set of single code points: 8192 bytes are one bit for each of U+0000–U+FFFF (low bit first),
/// then the characters beyond as 24-bit big-endian numbers in ascending order.
static JIS_X_0213: &[u8] = include_bytes!("jisx0213.bin");
const BASIC_PLANE_BYTES: usize = 8192;
/// 〓: what documents show where a character has no code.
const GETA: char = '\u{3013}';

/// The characters of a name or address that a clerk should look at, each as it is written (with its variation selector):
/// those outside JIS X 0213, that is private use, unassigned, rare kanji beyond the fourth level, and every variant that a
/// selector asks for, because another system may show another glyph; and 〓, which stands for a character without a code.
#[must_use]
pub fn doubtful(value: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let mut written = String::from(character);
        while let Some(selector) = characters.next_if(|it| is_variation_selector(*it)) {
            written.push(selector);
        }
        let varied = written.len() > character.len_utf8();
        let doubtful = varied || character == GETA || !in_jis_x_0213(character);
        if doubtful && !found.contains(&written) {
            found.push(written);
        }
    }
    found
}

fn in_jis_x_0213(character: char) -> bool {
    let code = character as usize;
    let (basic, beyond) = JIS_X_0213
        .split_at_checked(BASIC_PLANE_BYTES)
        .unwrap_or_default();
    if let Some(bits) = basic.get(code / 8) {
        return bits >> (code % 8) & 1 == 1;
    }
    let (entries, _) = beyond.as_chunks::<3>();
    let entry =
        |it: &[u8; 3]| usize::from(it[0]) << 16 | usize::from(it[1]) << 8 | usize::from(it[2]);
    entries.binary_search_by_key(&code, entry).is_ok()
}

pub(crate) fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Marks that one character may carry without being counted; a Vietnamese vowel has two, a kanji one selector.
const MARKS_MAX: usize = 4;

/// Characters as people count them: variation selectors and combining marks belong to the character before, as long as
/// no more stand there than any script needs.
pub(crate) fn count(text: &str) -> usize {
    let (mut counted, mut marks) = (0, 0);
    for character in text.chars() {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if marks == 0 || marks > MARKS_MAX {
            counted += 1;
        }
    }
    counted
}

fn is_mark(character: char) -> bool {
    is_variation_selector(character)
        || matches!(character, '\u{0300}'..='\u{036F}' | '\u{3099}' | '\u{309A}')
}

/// Controls, line separators, direction marks and what has no width have no place in a form: nobody sees them, and two
/// names that look the same would differ.
pub(crate) fn cannot_be_written(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A full-width digit as its ASCII digit; anything else as it is.
pub(crate) fn ascii_digit(character: char) -> char {
    match character {
        '０'..='９' => char::from_digit(character as u32 - '０' as u32, 10).unwrap_or(character),
        _ => character,
    }
}

/// What people put between the digits of a telephone number: spaces, brackets, and every stroke that a keyboard offers.
pub(crate) fn between_digits(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{3000}' | '(' | ')' | '（' | '）' | '-' | '.' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '－' | 'ー' | 'ｰ'
    )
}

/// Full-width katakana from hiragana, katakana or half-width katakana; spaces stay. `None` where anything else stands.
/// Small and large kana are different readings and are never merged.
pub(crate) fn katakana(text: &str) -> Option<String> {
    const HALF_WIDTH: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    let mut kept = String::new();
    for character in text.chars() {
        match character {
            'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | '・' | ' ' | '\u{3000}' => {
                kept.push(character)
            }
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => kept.push(char::from_u32(character as u32 + 0x60)?),
            '･' => kept.push('・'),
            'ｦ'..='ﾝ' => kept.push(HALF_WIDTH.chars().nth(character as usize - 'ｦ' as usize)?),
            'ﾞ' | '\u{3099}' | '゛' => voice(&mut kept, VOICED)?,
            'ﾟ' | '\u{309A}' | '゜' => voice(&mut kept, HALF_VOICED)?,
            // Every stroke that a keyboard offers, behind a kana: somebody meant ー.
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '－'
                if kept
                    .chars()
                    .next_back()
                    .is_some_and(|it| matches!(it, 'ァ'..='ヺ' | 'ー')) =>
            {
                kept.push('ー');
            }
            _ => return None,
        }
    }
    Some(kept)
}

const VOICED: &str =
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヲヺ";
const HALF_VOICED: &str = "ハパヒピフプヘペホポ";

/// A voiced kana as the plain one and the half-width mark behind it: ガ is カ and ﾞ.
pub(crate) fn unvoiced(kana: char) -> Option<(char, char)> {
    let of = |pairs: &str, mark| {
        let mut pairs = pairs.chars();
        while let (Some(plain), Some(voiced)) = (pairs.next(), pairs.next()) {
            if voiced == kana {
                return Some((plain, mark));
            }
        }
        None
    };
    of(VOICED, 'ﾞ').or_else(|| of(HALF_VOICED, 'ﾟ'))
}

/// Replaces the last kana by the one that stands after it in `pairs`.
fn voice(kept: &mut String, pairs: &str) -> Option<()> {
    let plain = kept.pop()?;
    let mut pairs = pairs.chars();
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if from == plain {
            kept.push(to);
            return Some(());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubtful_are_those_that_another_system_may_not_have() {
        for (value, expected) in [
            ("福山 太郎", vec![]),
            ("\u{FA1B}山 太郎", vec![]),
            (
                "﨑田 渡邊 辻 神 \u{FA19} ｶﾞｷﾞ ヴァネッサ NGUYEN THI HOA",
                vec![],
            ),
            // Both are in use everywhere and in no level of JIS X 0213, which unifies them with 高 and 吉.
            ("髙橋 𠮷野", vec!["髙", "𠮷"]),
            ("芦\u{E0100}田", vec!["芦\u{E0100}"]),
            ("渡邉\u{E0103} 渡邉", vec!["邉\u{E0103}"]),
            ("外\u{E000}字\u{E000}", vec!["\u{E000}"]),
            ("𰻞 Nguyễn", vec!["𰻞", "ễ"]),
            ("〓田 太郎", vec!["〓"]),
        ] {
            assert_eq!(doubtful(value), expected, "{value}");
        }
    }

    #[test]
    fn kana_become_full_width_katakana_and_small_ones_stay_small() {
        for (typed, kept) in [
            ("ふくやま たろう", Some("フクヤマ タロウ")),
            ("ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ ｳﾞｧﾈｯｻ", Some("ガギグ パピ ヴァネッサ")),
            ("キヨウコ", Some("キヨウコ")),
            ("きょうこ", Some("キョウコ")),
            ("か\u{3099}", Some("ガ")),
            ("ｱﾞ", None),
            ("ﾞ", None),
            ("漢字", None),
        ] {
            assert_eq!(katakana(typed).as_deref(), kept, "{typed}");
        }
    }

    #[test]
    fn a_selector_is_not_counted_as_a_character() {
        assert_eq!(count("芦\u{E0100}田支所"), 4);
        assert_eq!(count("𠮷野"), 2);
        assert_eq!(count("Nguye\u{0302}\u{0303}n"), 6);
    }

    #[test]
    fn a_thousand_marks_on_one_letter_are_counted() {
        let piled = format!("a{}", "\u{0301}".repeat(1_000));
        assert_eq!(count(&piled), 1 + 1_000 - MARKS_MAX);
    }

    #[test]
    fn what_nobody_sees_cannot_be_written() {
        for unseen in [
            '\u{00AD}', '\u{061C}', '\u{200B}', '\u{200D}', '\u{2060}', '\u{202E}', '\n',
        ] {
            assert!(cannot_be_written(unseen), "{unseen:?}");
        }
        for seen in ['\u{3000}', ' ', '福', '\u{E0100}', 'ー'] {
            assert!(!cannot_be_written(seen), "{seen:?}");
        }
    }
}
