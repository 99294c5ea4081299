//# E0277
pub fn print(it: &card::pin::PinEntry) {
    println!("{it:?}");
}
