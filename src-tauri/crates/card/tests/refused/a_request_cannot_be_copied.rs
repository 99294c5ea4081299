//# E0599
pub fn copy(it: card::session::Request) -> [card::session::Request; 2] {
    [it.clone(), it]
}
