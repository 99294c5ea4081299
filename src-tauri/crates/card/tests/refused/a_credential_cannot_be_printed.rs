//# E0277
pub fn print(it: &card::Credential) {
    println!("{it:?}");
}
