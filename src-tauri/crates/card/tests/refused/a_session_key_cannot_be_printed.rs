//# E0277
use card::residence::Key;

pub fn main(key: &Key) -> String {
    format!("{key:?}")
}
