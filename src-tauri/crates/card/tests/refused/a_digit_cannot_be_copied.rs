//# E0599
pub fn copy(it: card::pin::Digit) -> [card::pin::Digit; 2] {
    [it.clone(), it]
}
