//# E0308
use card::allow::read_start;

pub fn main() {
    let _ = read_start(0x0001, 0);
}
