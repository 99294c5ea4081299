//# E0599
use card::residence::Key;

pub fn main(key: &Key) -> Key {
    key.clone()
}
