//# E0599
use card::allow::{File, Form, read_start};

pub fn main() {
    let _ = read_start(File::IndividualNumber, Form::Short, 0);
}
