//# E0599
use card::allow::{File, read_start};

pub fn main() {
    let _ = read_start(File::IndividualNumber, 0);
}
