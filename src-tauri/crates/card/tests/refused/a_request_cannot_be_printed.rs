//# E0277
pub fn print(it: &card::session::Request) {
    println!("{it:?}");
}
