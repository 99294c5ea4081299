//# E0624
pub fn main() {
    let _ = card::allow::Command::going_on(vec![0x00, 0xB0, 0x81, 0x00, 0x00]);
}
