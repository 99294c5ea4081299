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

/// One bit for each code point up to U+2FFFF, lowest bit first: JIS X 0213:2004 with JIS X 0201, as the codec
/// `shift_jis_2004` of Python knows it.
const JIS_X_0213: &[u8] = include_bytes!("characters/jis_x_0213.bits");

/// Whether JIS X 0213:2004 (or JIS X 0201, which stands beside it in every system) has the character.
#[must_use]
pub fn is_in_jis_x_0213(character: char) -> bool {
    // The other code point that vendors write for the same JIS code, and the combining half-voiced mark of か゚,
    // which JIS X 0213 has only in sequences.
    const ALSO: [char; 6] = ['—', '～', '￠', '￡', '￢', '\u{309A}'];
    let code = character as usize;
    let known = JIS_X_0213
        .get(code / 8)
        .is_some_and(|byte| byte & (1 << (code % 8)) != 0);
    known || ALSO.contains(&character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<(usize, Oddity)> {
        unusual(text).map(|it| (it.at, it.why)).collect()
    }

    #[test]
    fn the_table_holds_the_standard() {
        let bits: u32 = JIS_X_0213.iter().map(|byte| byte.count_ones()).sum();
        // 11,233 characters, less 25 that are sequences of two code points; ASCII and half-width katakana.
        assert_eq!(bits, 11_233 - 25 + 128 + 63);
        assert_eq!(JIS_X_0213.len(), 0x30000 / 8);
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
            "か\u{309A}",
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
