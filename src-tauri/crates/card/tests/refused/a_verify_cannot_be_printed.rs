//# E0277
pub fn print(verify: &card::allow::CredentialCommand) {
    println!("{verify:?}");
}
