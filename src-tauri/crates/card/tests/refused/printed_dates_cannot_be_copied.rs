//# E0599
pub fn copy(it: card::PrintedDates) -> [card::PrintedDates; 2] {
    [it.clone(), it]
}
