//! `cargo xtask fuzz residence`

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fuzz::leave_seeds(&fuzz::seeds::residence()),
    |bytes: &[u8]| { let _ = fuzz::residence(bytes); }
);
