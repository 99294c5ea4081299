//# E0616
pub fn change(mut command: card::allow::Command) {
    command.bytes = vec![0x00, 0xB0, 0x81, 0x00, 0x00];
}
