//# E0599
use card::allow::{Form, Key, tries_left};

pub fn main() {
    let _ = tries_left(Key::CodeA, Form::Short);
}
