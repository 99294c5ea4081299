//! Characters that other systems may not know.
//!
//! Names pass through untouched: nothing is normalised, replaced or cut. What a clerk has to look at twice is
//! only pointed at: characters of the private use area, characters outside JIS X 0213, and variation selectors.
//!
//! A character outside JIS X 0213 is no mistake: 髙 and 𠮷 are in nobody's way on a My Number card. But a form,
//! a printer or the next system may show a box in its place.

use crate::reading::Caution;

/// Why a character is pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// Of the private use area.
    PrivateUse,
    /// Not in JIS X 0213.
    BeyondJisX0213,
    /// A variation selector behind the character that it varies.
    VariationSelector,
}

/// One character that is pointed at. The character itself is not in it, because it is part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusual {
    /// Which code point of the text, counted from 0.
    pub at: usize,
    /// Why.
    pub why: Oddity,
}

impl Unusual {
    /// What the clerk is told.
    #[must_use]
    pub fn caution(self) -> Caution {
        match self.why {
            Oddity::PrivateUse => Caution::PrivateUse,
            Oddity::BeyondJisX0213 => Caution::BeyondJisX0213,
            Oddity::VariationSelector => Caution::VariationSequence,
        }
    }
}

/// The characters of a text that are to be pointed at, in their order.
pub fn unusual(text: &str) -> impl Iterator<Item = Unusual> + '_ {
    text.chars()
        .enumerate()
        .filter_map(|(at, character)| oddity(character).map(|why| Unusual { at, why }))
}

fn oddity(character: char) -> Option<Oddity> {
    match character {
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Some(Oddity::PrivateUse),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Some(Oddity::VariationSelector),
        _ if is_in_jis_x_0213(character) => None,
        _ => Some(Oddity::BeyondJisX0213),
    }
}

/// JIS X 0213:2004 as a set of single code points: 8192 bytes are one bit for each of U+0000–U+FFFF (low bit
/// first), then the characters beyond as 24-bit big-endian numbers in ascending order. `forms` points at
/// characters of typed words by the same table; a test holds them equal.
const JIS_X_0213: &[u8] = include_bytes!("characters/jisx0213.bin");
const BASIC_PLANE_BYTES: usize = 8192;

/// Whether JIS X 0213:2004 has the character, in one of the code points that its users write for it.
#[must_use]
pub fn is_in_jis_x_0213(character: char) -> bool {
    let code = character as usize;
    let (basic, beyond) = JIS_X_0213
        .split_at_checked(BASIC_PLANE_BYTES)
        .unwrap_or_default();
    if let Some(bits) = basic.get(code / 8) {
        return bits >> (code % 8) & 1 == 1;
    }
    let (entries, _) = beyond.as_chunks::<3>();
    let entry = |[high, middle, low]: &[u8; 3]| {
        usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low)
    };
    entries.binary_search_by_key(&code, entry).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<(usize, Oddity)> {
        unusual(text).map(|it| (it.at, it.why)).collect()
    }

    #[test]
    fn cards_and_forms_point_at_the_same_characters() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../forms/src/jisx0213.bin");
        assert!(std::fs::read(path).unwrap() == JIS_X_0213);
    }

    #[test]
    fn the_table_holds_both_planes_of_the_standard() {
        for (character, is_in) in [
            ('亜', true),
            ('熙', true),
            ('俱', true),
            ('\u{20B9F}', true),
            ('\u{2A6B2}', true),
            ('\u{20BB7}', false),
            ('\u{2A6B3}', false),
            ('\u{10FFFF}', false),
        ] {
            assert_eq!(is_in_jis_x_0213(character), is_in, "{character}");
        }
    }

    #[test]
    fn what_is_usual_is_not_pointed_at() {
        for text in [
            "黒桐　幹也",
            "東京都清瀬市観布子南１２－７－２０２",
            "NGUYEN THI HOA",
            "ヴァネッサ",
            "ｶﾞｷﾞ",
            "キヨウコ",
            "\u{FA1B}山",
            "\u{FA19}",
            "\u{795E}",
            "\u{FA11}田",
            "渡邉",
            "渡邊",
            "①㈱～〜−－ー‐",
        ] {
            assert_eq!(of(text), [], "{text}");
        }
    }

    #[test]
    fn what_others_may_not_know_is_pointed_at_with_its_place() {
        use Oddity::{BeyondJisX0213, PrivateUse, VariationSelector};
        for (text, expected) in [
            ("髙橋", vec![(0, BeyondJisX0213)]),
            ("𠮷野", vec![(0, BeyondJisX0213)]),
            ("芦\u{E0100}田", vec![(1, VariationSelector)]),
            ("渡邉\u{E010F}　花", vec![(2, VariationSelector)]),
            ("\u{E000}", vec![(0, PrivateUse)]),
            (
                "山\u{F0000}\u{10FFFD}",
                vec![(1, PrivateUse), (2, PrivateUse)],
            ),
            ("Nguyễn", vec![(4, BeyondJisX0213)]),
            ("鄧小平", vec![]),
            ("한글", vec![(0, BeyondJisX0213), (1, BeyondJisX0213)]),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_its_answer(text in "\\PC{0,70}") {
            let length = text.chars().count();
            prop_assert!(unusual(&text).all(|it| it.at < length));
        }
    }
}
