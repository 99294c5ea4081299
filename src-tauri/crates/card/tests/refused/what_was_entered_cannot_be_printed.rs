//# E0277
pub fn print(it: &card::session::Entered) {
    println!("{it:?}");
}
