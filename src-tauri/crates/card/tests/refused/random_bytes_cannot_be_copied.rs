//# E0599
pub fn copy(it: card::Random) -> [card::Random; 2] {
    [it.clone(), it]
}
