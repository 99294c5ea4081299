//# E0599
pub fn copy(four: card::BasicFour) -> [card::BasicFour; 2] {
    [four.clone(), four]
}
