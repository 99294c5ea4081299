//! 「何のご用ですか」: from everyday words to what the office offers, offline.
//!
//! Each target has words and phrases as people say them, in any language. What is typed is folded (width, case, kana, accents),
//! so that ハンコ, はんこ and ﾊﾝｺ are one, and Vietnamese may be typed without its marks. A stored name is never folded like this.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::{UnicodeNormalization as _, char::decompose_canonical};

/// Longer questions are cut: nobody types more, and a press takes at most its share of time.
pub const QUERY_CHARS_MAX: usize = 60;
/// Most words of one index.
pub const WORDS_MAX: usize = 5_000;
/// How alike two pairs of neighbouring signs have to be before a misspelt word counts (Dice, in 0–1).
const ALIKE_MIN: f32 = 0.6;
/// Signs that a word needs before it may be misspelt.
const MISSPELT_SIGNS_MIN: usize = 4;

/// What can be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    targets: Vec<Target>,
    /// In how many targets each folded word stands: what stands everywhere says little.
    spread: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    folded: String,
    signs: usize,
}

/// A target that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Which target, in the order in which they were given.
    pub target: usize,
    /// How well it fits; only to be compared.
    pub score: f32,
}

impl Index {
    /// An index over targets, each with its words. Words beyond [`WORDS_MAX`] are left out.
    pub fn new<'a, W>(targets: impl IntoIterator<Item = W>) -> Index
    where
        W: IntoIterator<Item = &'a str>,
    {
        let mut index = Index::default();
        let mut room = WORDS_MAX;
        for words in targets {
            let folded: BTreeSet<String> = words
                .into_iter()
                .map(fold)
                .filter(|it| !it.is_empty())
                .take(room)
                .collect();
            room -= folded.len().min(room);
            for word in &folded {
                *index.spread.entry(word.clone()).or_default() += 1;
            }
            let words = folded.into_iter().map(|folded| Word {
                signs: folded.chars().count(),
                folded,
            });
            index.targets.push(Target {
                words: words.collect(),
            });
        }
        index
    }

    /// The targets that fit, best first; equal ones in their order.
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<Hit> {
        let typed: String = typed.chars().take(QUERY_CHARS_MAX).collect();
        let query = fold(&typed);
        if query.is_empty() {
            return Vec::new();
        }
        let pairs = pairs(&query);
        let mut hits: Vec<Hit> = (self.targets.iter().enumerate())
            .map(|(target, it)| Hit {
                target,
                score: self.score(it, &query, &pairs),
            })
            .filter(|hit| hit.score > 0.0)
            .collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.target.cmp(&b.target)));
        hits
    }

    /// What was said whole counts, each word once; of what is still being typed or misspelt the best counts, half as much.
    fn score(&self, target: &Target, query: &str, pairs_of_query: &Pairs) -> f32 {
        let said: Vec<&Word> = (target.words.iter())
            .filter(|it| query.contains(&it.folded))
            .collect();
        let whole: f32 = (said.iter())
            .filter(|it| !said.iter().any(|other| other.covers(it)))
            .map(|it| self.weight(it, it.signs))
            .sum();
        let part = (target.words.iter())
            .map(|it| self.part(it, query, pairs_of_query))
            .fold(0.0, f32::max);
        whole + part / 2.0
    }

    fn part(&self, word: &Word, query: &str, pairs_of_query: &Pairs) -> f32 {
        if word.folded.starts_with(query) {
            return self.weight(word, query.chars().count());
        }
        if word.signs < MISSPELT_SIGNS_MIN {
            return 0.0;
        }
        let alike = alike(&pairs(&word.folded), pairs_of_query);
        if alike >= ALIKE_MIN {
            alike * self.weight(word, word.signs)
        } else {
            0.0
        }
    }

    /// What so many signs of a word say: less where the word stands in many targets.
    fn weight(&self, word: &Word, count: usize) -> f32 {
        let spread = self.spread.get(&word.folded).copied().unwrap_or(1).max(1);
        signs(count) / signs(spread)
    }
}

impl Word {
    /// Whether it says the other one as well, and more.
    fn covers(&self, other: &Word) -> bool {
        self.signs > other.signs && self.folded.contains(&other.folded)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn signs(count: usize) -> f32 {
    count as f32
}

/// Neighbouring signs, with how often each pair stands there.
type Pairs = BTreeMap<(char, char), usize>;

fn pairs(text: &str) -> Pairs {
    let mut pairs = BTreeMap::new();
    for pair in text.chars().zip(text.chars().skip(1)) {
        *pairs.entry(pair).or_default() += 1;
    }
    pairs
}

/// Dice's coefficient.
fn alike(one: &Pairs, other: &Pairs) -> f32 {
    let all = one.values().sum::<usize>() + other.values().sum::<usize>();
    if all == 0 {
        return 0.0;
    }
    let shared: usize = one
        .iter()
        .map(|(pair, count)| (*count).min(other.get(pair).copied().unwrap_or(0)))
        .sum();
    2.0 * signs(shared) / signs(all)
}

/// For looking up only: NFKC, lower case, hiragana for katakana, Latin letters without marks, and nothing but letters and digits.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    for sign in text.nfkc().flat_map(char::to_lowercase) {
        match sign {
            'ァ'..='ヶ' => folded.extend(char::from_u32(sign as u32 - 0x60)),
            'đ' => folded.push('d'),
            'ー' => folded.push('ー'),
            _ if !sign.is_alphanumeric() => {}
            _ => {
                let mut base = sign;
                decompose_canonical(sign, |part| {
                    if part.is_ascii_alphabetic() {
                        base = part;
                    }
                });
                folded.push(base);
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index() -> Index {
        Index::new([
            vec!["引っ越し", "引っ越してきた", "転入", "chuyển nhà"],
            vec!["ハンコの証明", "印鑑証明", "証明"],
            vec!["住民票", "証明"],
        ])
    }

    fn found(typed: &str) -> Vec<usize> {
        index().search(typed).iter().map(|it| it.target).collect()
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        for (typed, expected) in [
            ("引っ越してきました", vec![0]),
            ("ﾊﾝｺ", vec![1]),
            ("ハンコの", vec![1]),
            ("CHUYEN NHA", vec![0]),
            ("chuyển", vec![0]),
            ("住", vec![2]),
            ("証明がほしい", vec![1, 2]),
            ("住民票の証明", vec![2, 1]),
            ("印鑑証明書", vec![1, 2]),
            ("", vec![]),
            ("　。、", vec![]),
            ("かき氷", vec![]),
        ] {
            assert_eq!(found(typed), expected, "{typed}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_still_finds() {
        assert_eq!(found("引っ越してきだ"), [0]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_answered(typed in "\\PC{0,80}") {
            prop_assert!(index().search(&typed).len() <= 3);
        }
    }
}
