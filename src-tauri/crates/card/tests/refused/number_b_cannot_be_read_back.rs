//# E0624
pub fn read_back(number: &card::NumberB) -> &[u8; 14] {
    number.ascii()
}
