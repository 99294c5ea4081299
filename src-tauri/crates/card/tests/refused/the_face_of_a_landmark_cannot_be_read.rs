//# E0308
use card::allow::{Landmark, read_start};

pub fn main() {
    let _ = read_start(Landmark::CardFaceCheck, 0);
}
