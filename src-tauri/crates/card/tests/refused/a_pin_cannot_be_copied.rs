//# E0599
pub fn twice(pin: card::pin::Pin) -> (card::pin::Pin, card::pin::Pin) {
    (pin.clone(), pin)
}
