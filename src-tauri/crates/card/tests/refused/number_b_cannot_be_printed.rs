//# E0277
pub fn print(it: &card::NumberB) {
    println!("{it:?}");
}
