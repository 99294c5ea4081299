//! `cargo xtask fuzz responses`

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fuzz::leave_seeds(&fuzz::seeds::responses()),
    |bytes: &[u8]| { let _ = fuzz::responses(bytes); }
);
