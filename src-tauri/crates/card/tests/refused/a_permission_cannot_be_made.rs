//# E0603
pub fn main() {
    let _ = card::retries::Permission(());
}
