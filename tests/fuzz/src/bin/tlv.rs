//! `cargo xtask fuzz tlv`

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fuzz::leave_seeds(&fuzz::seeds::tlv()),
    |bytes: &[u8]| { let _ = fuzz::tlv(bytes); }
);
