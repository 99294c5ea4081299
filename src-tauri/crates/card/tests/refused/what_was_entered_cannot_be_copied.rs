//# E0599
pub fn copy(it: card::session::Entered) -> [card::session::Entered; 2] {
    [it.clone(), it]
}
