//# E0599
use card::allow::{Application, select};

pub fn main() {
    let _ = select(Application::Jpki);
}
