//# E0599
pub fn copy(it: card::Reading) -> [card::Reading; 2] {
    [it.clone(), it]
}
