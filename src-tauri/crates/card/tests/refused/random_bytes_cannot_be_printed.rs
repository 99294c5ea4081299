//# E0277
pub fn print(it: &card::Random) {
    println!("{it:?}");
}
