//# E0277
pub fn print(it: &card::PrintedDates) {
    println!("{it:?}");
}
