//# E0624
pub fn read_back(pin: &card::pin::Pin) -> &[u8; 4] {
    pin.ascii()
}
