//# E0277
pub fn print(answer: &card::apdu::Response) {
    println!("{answer:?}");
}
