//! `cargo xtask fuzz licence`

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fuzz::leave_seeds(&fuzz::seeds::licence()),
    |bytes: &[u8]| { let _ = fuzz::licence(bytes); }
);
