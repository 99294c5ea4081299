//# E0308
use card::allow::{Form, Landmark, read_start};

pub fn main() {
    let _ = read_start(Landmark::CardFaceCheck, Form::Short, 0);
}
