//# E0277
pub fn print(it: &card::CardNumber) {
    println!("{it:?}");
}
