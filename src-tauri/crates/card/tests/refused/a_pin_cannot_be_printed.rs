//# E0277
pub fn print(pin: &card::pin::Pin) {
    println!("{pin:?}");
}
