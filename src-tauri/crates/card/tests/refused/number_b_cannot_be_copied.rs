//# E0599
pub fn copy(it: card::NumberB) -> [card::NumberB; 2] {
    [it.clone(), it]
}
