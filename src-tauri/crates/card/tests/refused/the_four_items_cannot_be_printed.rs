//# E0277
pub fn print(four: &card::BasicFour) {
    println!("{four:?}");
}
