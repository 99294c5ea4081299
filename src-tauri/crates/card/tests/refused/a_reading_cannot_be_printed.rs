//# E0277
pub fn print(it: &card::Reading) {
    println!("{it:?}");
}
