//# E0308
use card::allow::{Form, tries_left};

pub fn main() {
    let _ = tries_left(0x0014, Form::Short);
}
