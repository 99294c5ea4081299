//! The public keys of cards' issuers.

use std::fs;

use crate::{change, copied, load, relative};

#[test]
fn an_issuers_key_that_is_none_is_named_with_its_file_line_and_key() {
    let copy = copied();
    let folder = copy.path().join("issuer-keys");
    fs::create_dir(&folder).unwrap();
    change(
        copy.path(),
        "office.toml",
        "issuer_keys = []",
        "issuer_keys = [\"a\", \"b\"]",
    );
    let key = |issuer: &str, modulus: &str, exponent: u32| {
        format!("# a key\nissuer = \"{issuer}\"\nmodulus = \"{modulus}\"\nexponent = {exponent}\n")
    };
    let (issuer, other) = ("0f".repeat(16), "f0".repeat(16));
    let modulus = format!("\\n{} {}", "C3".repeat(128), "a1".repeat(128));
    let load_keys = |a: &str, b: &str| {
        fs::write(folder.join("a.toml"), a).unwrap();
        fs::write(folder.join("b.toml"), b).unwrap();
        load(copy.path()).map_err(|mistakes| relative(&mistakes, copy.path()))
    };
    let good = key(&issuer, &modulus, 65_537);
    let office = load_keys(&good, &key(&other, &modulus, 3)).unwrap();
    assert_eq!(office.card.issuer_keys.len(), 2);
    let first = &office.card.issuer_keys[0];
    assert_eq!((first.issuer, first.exponent), ([0x0F; 16], 65_537));
    assert_eq!(first.modulus, [[0xC3; 128], [0xA1; 128]].concat());

    let bits =
        "expected an RSA modulus of 2048 to 4096 bits as hexadecimal digits, without leading zeros";
    let leading_zeros = format!("00{}", "c3".repeat(256));
    for (b, expected) in [
        (
            key("0f", &modulus, 65_537),
            "issuer-keys/b.toml:2: issuer: expected 16 bytes as 32 hexadecimal digits".to_owned(),
        ),
        (
            key(&other, "c3a1", 65_537),
            format!("issuer-keys/b.toml:3: modulus: {bits}"),
        ),
        (
            key(&other, &leading_zeros, 65_537),
            format!("issuer-keys/b.toml:3: modulus: {bits}"),
        ),
        (
            key(&other, &"g3".repeat(256), 65_537),
            format!("issuer-keys/b.toml:3: modulus: {bits}"),
        ),
        (
            key(&other, &modulus, 65_536),
            "issuer-keys/b.toml:4: exponent: expected an odd number from 3, usually 65537, got 65536".to_owned(),
        ),
        (
            good.clone(),
            "card.issuer_keys[1]: another key of this list has the same issuer".to_owned(),
        ),
        (
            "isuer = \"\"".to_owned(),
            "issuer-keys/b.toml:1: isuer: unknown field `isuer`, expected one of `issuer`, `modulus`, `exponent`".to_owned(),
        ),
    ] {
        let told = load_keys(&good, &b).err().unwrap();
        assert!(
            told.len() == 1 && told[0].contains(&expected),
            "{told:?} instead of {expected}"
        );
    }
}
