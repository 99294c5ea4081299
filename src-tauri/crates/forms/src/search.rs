//! 「何のご用ですか」: from everyday words to what the office offers, offline.
//!
//! Each target has words and phrases as people say them, in any language. What is typed is folded (width, case, kana, accents),
//! so that ハンコ, はんこ and ﾊﾝｺ are one, and Vietnamese may be typed without its marks. A stored name is never folded like this.
//! Latin words count only whole, because 「cho tôi」 (give me) is no dog and a taxi no tax; Japanese and Chinese have no spaces to go by.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization as _, char::decompose_canonical};

/// Longer questions are cut: nobody types more, and a press takes at most its share of time.
pub const QUERY_CHARS_MAX: usize = 60;
/// Most words of one index.
pub const WORDS_MAX: usize = 5_000;
/// How alike two pairs of neighbouring signs have to be before a misspelt word counts (Dice, in 0–1).
const ALIKE_MIN: f32 = 0.65;
/// The least share of a word's pairs that a question has to have before the two are compared at all:
/// with less, no stretch of it comes to [`ALIKE_MIN`].
const SHARED_MIN: f32 = 0.48;
/// Signs that a word needs before it may be misspelt.
const MISSPELT_SIGNS_MIN: usize = 5;
/// Signs of a word that is still being typed, after others: Latin letters, kana, anything with a kanji.
const BEGUN_LATIN_MIN: usize = 3;
const BEGUN_KANA_MIN: usize = 4;
const BEGUN_KANJI_MIN: usize = 2;
/// A Latin word of at least so many letters may have an ending (certificates, moved) of at most so many.
const INFLECTED_LETTERS_MIN: usize = 4;
const ENDING_LETTERS_MAX: usize = 2;
/// What the words of a faint target count.
const FAINT: f32 = 0.4;
/// What a word counts that stands within a longer one of another target: 証明 within 印鑑証明.
const WITHIN_ANOTHER: f32 = 0.25;

/// What can be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    targets: Vec<Vec<Word>>,
    /// Targets whose words people say with anything: help, question.
    faint: BTreeSet<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    signs: Vec<char>,
    pairs: Vec<Pair>,
    /// In how many targets it stands, whole or within a longer word: what stands everywhere (証明) says little.
    spread: usize,
    /// How many Latin words it is made of; nothing where it has other signs.
    latin_words: Option<usize>,
}

/// A target that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Which target, in the order in which they were given.
    pub target: usize,
    /// How well it fits; only to be compared.
    pub score: f32,
}

/// A word that stands in what was typed.
struct Said<'a> {
    target: usize,
    word: &'a Word,
    from: usize,
}

/// What was typed, folded.
struct Query {
    signs: Vec<char>,
    pairs: Vec<Pair>,
    /// Where its Latin words begin and end.
    latin_words: Vec<(usize, usize)>,
    /// From where its end may be a word that is still being typed, the longest first.
    ends: Vec<usize>,
}

impl Index {
    /// An index over targets, each with its words. Words beyond [`WORDS_MAX`] are left out.
    pub fn new<'a, W>(targets: impl IntoIterator<Item = W>) -> Index
    where
        W: IntoIterator<Item = &'a str>,
    {
        let mut room = WORDS_MAX;
        let mut all: Vec<BTreeSet<String>> = Vec::new();
        for words in targets {
            let folded: BTreeSet<String> = words
                .into_iter()
                .map(fold)
                .filter(|it| !it.is_empty())
                .take(room)
                .collect();
            room -= folded.len().min(room);
            all.push(folded);
        }
        let texts: Vec<String> = (all.iter())
            .map(|it| it.iter().map(String::as_str).collect::<Vec<_>>().join("\n"))
            .collect();
        let word = |folded: &String| {
            let spread = texts.iter().filter(|it| it.contains(folded.as_str()));
            Word::new(folded, spread.count())
        };
        let targets = all.iter().map(|it| it.iter().map(word).collect());
        Index {
            targets: targets.collect(),
            faint: BTreeSet::new(),
        }
    }

    /// The same index in which the words of this target count less, because people say them with anything.
    #[must_use]
    pub fn with_faint(mut self, target: usize) -> Index {
        self.faint.insert(target);
        self
    }

    /// The targets that fit, best first; equal ones in their order.
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<Hit> {
        let typed: String = typed.chars().take(QUERY_CHARS_MAX).collect();
        let query = Query::new(&fold(&typed));
        if query.signs.is_empty() {
            return Vec::new();
        }
        let said = self.said(&query);
        let mut hits: Vec<Hit> = (self.targets.iter().enumerate())
            .map(|(target, words)| Hit {
                target,
                score: self.loudness(target)
                    * (whole(&said, target, &query) + part(words, &query) / 2.0),
            })
            .filter(|hit| hit.score > 0.0)
            .collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.target.cmp(&b.target)));
        hits
    }

    fn loudness(&self, target: usize) -> f32 {
        if self.faint.contains(&target) {
            FAINT
        } else {
            1.0
        }
    }

    fn said<'a>(&'a self, query: &Query) -> Vec<Said<'a>> {
        let words = (self.targets.iter().enumerate())
            .flat_map(|(target, words)| words.iter().map(move |word| (target, word)));
        let said = words.filter_map(|(target, word)| {
            let from = query.find(word)?;
            Some(Said { target, word, from })
        });
        said.collect()
    }
}

/// What was said whole counts, each word once; what stands within a longer one of the same target does not.
fn whole(said: &[Said], target: usize, query: &Query) -> f32 {
    let own = said.iter().filter(|it| it.target == target);
    own.map(|it| {
        let mut longer = said.iter().filter(|other| other.covers(it)).peekable();
        let length = it.word.signs.len();
        // Whoever says just this word means it, however many others have it.
        let weight = if length == query.signs.len() {
            signs(length)
        } else {
            it.word.weight(length)
        };
        if longer.peek().is_none() {
            weight
        } else if longer.any(|other| other.target == target) {
            0.0
        } else {
            weight * WITHIN_ANOTHER
        }
    })
    .sum()
}

/// Of what is still being typed or misspelt, the best.
fn part(words: &[Word], query: &Query) -> f32 {
    let parts = words
        .iter()
        .map(|it| it.begun(query).max(it.misspelt(query)));
    parts.fold(0.0, f32::max)
}

impl Said<'_> {
    /// Whether it says the other one as well, and more.
    fn covers(&self, other: &Said) -> bool {
        let end = |it: &Said| it.from + it.word.signs.len();
        self.word.signs.len() > other.word.signs.len()
            && self.from <= other.from
            && end(self) >= end(other)
    }
}

impl Word {
    fn new(folded: &str, spread: usize) -> Self {
        let signs: Vec<char> = folded.chars().collect();
        let is_latin = signs.iter().all(|it| it.is_ascii());
        Self {
            pairs: pairs(&signs),
            signs,
            spread,
            latin_words: is_latin.then(|| folded.split(' ').count()),
        }
    }

    /// What so many signs of it say: less where the word stands in many targets.
    fn weight(&self, count: usize) -> f32 {
        signs(count) / signs(self.spread.max(1))
    }

    /// How well the question, or its end, is the beginning of this word.
    fn begun(&self, query: &Query) -> f32 {
        let mut ends = query
            .ends
            .iter()
            .filter_map(|from| query.signs.get(*from..));
        let begun = ends.find(|it| it.len() < self.signs.len() && self.signs.starts_with(it));
        begun.map_or(0.0, |it| self.weight(it.len()))
    }

    /// How well some stretch of the question is this word with a slip of the finger.
    fn misspelt(&self, query: &Query) -> f32 {
        if self.signs.len() < MISSPELT_SIGNS_MIN
            || signs(shared(&self.pairs, &query.pairs)) < SHARED_MIN * signs(self.pairs.len())
        {
            return 0.0;
        }
        let alike = match self.latin_words {
            Some(words) => (query.latin_stretches(words))
                // Nobody misses the first letter, and 「remove」 is no 「move」.
                .filter(|it| it.first() == self.signs.first())
                .map(|it| alike(&self.pairs, &pairs(it)))
                .fold(0.0, f32::max),
            None => (query.signs.windows(self.signs.len().min(query.signs.len())))
                .map(|it| alike(&self.pairs, &pairs(it)))
                .fold(0.0, f32::max),
        };
        // What is alike in everything has been said whole.
        if (ALIKE_MIN..1.0).contains(&alike) {
            alike * self.weight(self.signs.len())
        } else {
            0.0
        }
    }
}

impl Query {
    fn new(folded: &str) -> Self {
        let signs: Vec<char> = folded.chars().collect();
        let mut latin_words: Vec<(usize, usize)> = Vec::new();
        for (at, sign) in signs.iter().enumerate() {
            if !is_latin(*sign) {
                continue;
            }
            match latin_words.last_mut() {
                Some((_, end)) if *end == at => *end = at + 1,
                Some(_) | None => latin_words.push((at, at + 1)),
            }
        }
        let later = signs.iter().enumerate().filter_map(|(at, before)| {
            let rest = signs.get(at + 1..)?;
            begins(rest, *before).then_some(at + 1)
        });
        Self {
            pairs: pairs(&signs),
            ends: std::iter::once(0).chain(later).collect(),
            signs,
            latin_words,
        }
    }

    /// Where the word stands, as a word.
    fn find(&self, word: &Word) -> Option<usize> {
        let length = word.signs.len();
        let mut places = self.signs.windows(length.max(1)).enumerate();
        let found =
            places.find(|(from, signs)| *signs == word.signs && self.is_whole(*from, length));
        found.map(|(from, _)| from)
    }

    /// Whether a Latin word that stands there is neither the end nor more than the beginning of another.
    fn is_whole(&self, from: usize, length: usize) -> bool {
        let latin_at = |at: Option<usize>| {
            at.and_then(|it| self.signs.get(it))
                .is_some_and(|it| is_latin(*it))
        };
        if latin_at(Some(from)) && latin_at(from.checked_sub(1)) {
            return false;
        }
        let end = from + length;
        if !latin_at(end.checked_sub(1)) || !latin_at(Some(end)) {
            return true;
        }
        let ending = (self.signs.iter().skip(end)).take_while(|it| is_latin(**it));
        length >= INFLECTED_LETTERS_MIN && ending.count() <= ENDING_LETTERS_MAX
    }

    /// Every run of about so many Latin words: people forget spaces, and put them where none are.
    fn latin_stretches(&self, words: usize) -> impl Iterator<Item = &[char]> {
        (words.saturating_sub(1).max(1)..=words + 1)
            .flat_map(|count| self.latin_words.windows(count))
            .filter_map(|run| {
                let (from, end) = (run.first()?.0, run.last()?.1);
                self.signs.get(from..end)
            })
    }
}

/// Whether a word may begin here that is still being typed: `before` is the sign that stands before it.
fn begins(rest: &[char], before: char) -> bool {
    let Some(first) = rest.first() else {
        return false;
    };
    if is_latin(*first) {
        return !is_latin(before) && rest.len() >= BEGUN_LATIN_MIN;
    }
    let least = if rest.iter().all(|it| is_kana(*it)) {
        BEGUN_KANA_MIN
    } else {
        BEGUN_KANJI_MIN
    };
    *first != ' ' && rest.len() >= least
}

fn is_latin(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
}

fn is_kana(sign: char) -> bool {
    matches!(sign, 'ぁ'..='ゖ' | 'ー')
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn signs(count: usize) -> f32 {
    count as f32
}

type Pair = (char, char);

/// Neighbouring signs, sorted.
fn pairs(signs: &[char]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = (signs.iter().copied())
        .zip(signs.iter().skip(1).copied())
        .collect();
    pairs.sort_unstable();
    pairs
}

/// How many pairs both have, each as often as both.
fn shared(one: &[Pair], other: &[Pair]) -> usize {
    let mut rest = other.iter().peekable();
    one.iter()
        .filter(|pair| {
            while rest.next_if(|it| it < pair).is_some() {}
            rest.next_if(|it| it == pair).is_some()
        })
        .count()
}

/// Dice's coefficient.
fn alike(one: &[Pair], other: &[Pair]) -> f32 {
    match one.len() + other.len() {
        0 => 0.0,
        all => 2.0 * signs(shared(one, other)) / signs(all),
    }
}

/// For looking up only: NFKC, lower case, hiragana for katakana, Latin letters without marks, and nothing but letters and digits;
/// one space stays between Latin words.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut apart = false;
    for sign in text.nfkc().flat_map(char::to_lowercase) {
        let sign = match sign {
            'ァ'..='ヶ' => char::from_u32(sign as u32 - 0x60).unwrap_or(sign),
            'đ' => 'd',
            'ー' => 'ー',
            // don't, children’s
            '\'' | '’' | 'ʼ' => continue,
            _ if !sign.is_alphanumeric() => {
                apart = true;
                continue;
            }
            _ => base(sign),
        };
        if apart && is_latin(sign) && folded.chars().next_back().is_some_and(is_latin) {
            folded.push(' ');
        }
        apart = false;
        folded.push(sign);
    }
    folded
}

/// ễ is e, が stays が.
fn base(sign: char) -> char {
    let mut base = sign;
    decompose_canonical(sign, |part| {
        if part.is_ascii_alphabetic() {
            base = part;
        }
    });
    base
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
            // A word that is still being typed after others, and one that is no word of its own.
            ("先週引っ", vec![0]),
            ("toi chuyen", vec![0]),
            ("rechuyen nhan", vec![]),
        ] {
            assert_eq!(found(typed), expected, "{typed}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_still_finds() {
        for typed in [
            "引っ越してきだ",
            "先週引っ越しできた",
            "toi chuyem nha roi",
            "chuyennha",
        ] {
            assert_eq!(found(typed), [0], "{typed}");
        }
    }

    #[test]
    fn latin_words_are_whole_words() {
        let index = Index::new([vec!["chó", "dog"], vec!["tax"], vec!["move", "certificate"]]);
        for (typed, expected) in [
            ("cho tôi", vec![0]),
            ("choi", vec![]),
            ("my dog", vec![0]),
            ("dogma", vec![]),
            ("taxi", vec![]),
            ("remove", vec![]),
            ("we moved", vec![2]),
            ("two certificates", vec![2]),
        ] {
            let found: Vec<usize> = index.search(typed).iter().map(|it| it.target).collect();
            assert_eq!(found, expected, "{typed}");
        }
    }

    #[test]
    fn what_is_said_with_anything_gives_way() {
        let index = Index::new([vec!["question"], vec!["baby"]]);
        let first = |index: &Index| index.search("a question about my baby")[0].target;
        assert_eq!(first(&index), 0);
        assert_eq!(first(&index.with_faint(0)), 1);
    }

    #[test]
    fn what_stands_within_a_longer_word_says_little() {
        let index = Index::new([vec!["犬", "いぬ"], vec!["世帯主", "せたいぬし"]]);
        let found: Vec<usize> = index
            .search("せたいぬし")
            .iter()
            .map(|it| it.target)
            .collect();
        assert_eq!(found, [1, 0]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_answered(typed in "\\PC{0,80}") {
            prop_assert!(index().search(&typed).len() <= 3);
        }
    }
}
