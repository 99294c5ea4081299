//# E0277
pub fn print(it: &card::pin::Digit) {
    println!("{it:?}");
}
