//! A small generator of chance: the same seed is the same day, on every machine and with every compiler.

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
pub(crate) struct Chance(u64);

impl Chance {
    /// The chances of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 even bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Evenly in 0 to `end`, without `end`; 0 when there is nothing below it.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = end as u128;
        // The high half of a product is below `end`, which came from a `usize`.
        ((u128::from(self.bits()) * end) >> 64) as usize
    }

    /// Evenly from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = usize::try_from(last - first + 1).unwrap_or(1);
        first + self.below(span) as i64
    }

    /// So often in a hundred.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// So often in a thousand.
    pub(crate) fn per_mille(&mut self, share: usize) -> bool {
        self.below(1000) < share
    }

    /// Evenly in [0, 1).
    pub(crate) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let place = self.below(from.len());
        from.get(place)
    }

    /// One of them, each as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, from: &[(usize, T)]) -> Option<T> {
        let sum = from.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(sum);
        for (weight, it) in from {
            if left < *weight {
                return Some(*it);
            }
            left -= weight;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        // The first three of seed 1234567, as the authors' own program prints them.
        let mut chance = Chance::new(1_234_567);
        let three = [chance.bits(), chance.bits(), chance.bits()];
        assert_eq!(
            three,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn every_choice_comes_and_none_beyond_the_end() {
        let mut chance = Chance::new(7);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[chance.below(5)] = true;
            assert!((-2..=2).contains(&chance.between(-2, 2)));
            assert!((0.0..1.0).contains(&chance.share()));
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.pick::<u8>(&[]), None);
        assert_eq!(chance.weighted(&[(0, 'a'), (3, 'b')]), Some('b'));
        assert_eq!(chance.weighted::<char>(&[]), None);
    }
}
