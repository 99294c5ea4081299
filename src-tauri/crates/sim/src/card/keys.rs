//! The published test keys of the virtual card, and what is signed with them.

use std::sync::LazyLock;

use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::tlv::{short_tlv, tlv};

macro_rules! key {
    ($name:ident, $file:literal) => {
        pub(crate) static $name: LazyLock<RsaPrivateKey> =
            LazyLock::new(|| understood(include_bytes!(concat!("../../data/", $file, ".key.der"))));
    };
}

key!(JPKI_AUTH, "jpki/auth");
key!(JPKI_SIGN, "jpki/sign");
key!(ISSUER, "my-number/issuer");
key!(SIGNER, "my-number/signer");
key!(INTERNAL, "my-number/internal");
key!(FORGER, "my-number/forger");

#[expect(
    clippy::expect_used,
    reason = "the keys are part of this program, and a test reads all of them"
)]
fn understood(der: &[u8]) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs1_der(der).expect("a key of this program")
}

/// 証明者鍵ID of the authority that signs the virtual card's EF 0004. Real ones begin with 5, those of test
/// cards with 6; this one is nobody's.
pub const TEST_ISSUER_ID: [u8; 16] = *b"9000033\x08\x05001\0\0\0\0";

/// 証明者鍵ID of an authority that nobody knows.
pub(crate) const UNKNOWN_ISSUER_ID: [u8; 16] = *b"9000099\x08\x05001\0\0\0\0";

/// 被証明者鍵ID of the key in EF 0004.
pub(crate) const SIGNER_ID: [u8; 16] = *b"9132019\x08\x05000\0\0\0\0";

/// Modulus of the authority's key, 256 bytes big-endian; its exponent is 65537. Whoever checks the virtual
/// card is configured with [`TEST_ISSUER_ID`] and this.
#[must_use]
pub fn test_issuer_modulus() -> Vec<u8> {
    ISSUER.n().to_bytes_be()
}

/// A public key as the card holds it, 265 bytes: `90` exponent, `91` modulus.
pub(crate) fn public_key(key: &RsaPrivateKey) -> Vec<u8> {
    [
        short_tlv(0x90, &key.e().to_bytes_be()),
        short_tlv(0x91, &key.n().to_bytes_be()),
    ]
    .concat()
}

/// RSA PKCS#1 v1.5 with SHA-256 over the message.
pub(crate) fn signature(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    let digest = Sha256::digest(message);
    // A 2048 bit key has room for every SHA-256 digest.
    key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest)
        .unwrap_or_default()
}

/// EF 0004, `7F21 { 5F4E, 5F37 }`: `by` certifies that the key of [`SIGNER_ID`] is `subject`.
/// The signature covers the 297 bytes of `5F4E`'s value.
pub(crate) fn certificate(
    issuer_id: [u8; 16],
    by: &RsaPrivateKey,
    subject: &RsaPrivateKey,
) -> Vec<u8> {
    let body = [&issuer_id[..], &SIGNER_ID[..], &public_key(subject)].concat();
    let signed = signature(by, &body);
    tlv(0x7F21, &[tlv(0x5F4E, &body), tlv(0x5F37, &signed)].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_understood_and_another_one() {
        let keys = [&JPKI_AUTH, &JPKI_SIGN, &ISSUER, &SIGNER, &INTERNAL, &FORGER];
        let moduli: std::collections::BTreeSet<_> =
            keys.iter().map(|key| key.n().to_bytes_be()).collect();
        assert_eq!(moduli.len(), keys.len());
        assert!(moduli.iter().all(|modulus| modulus.len() == 256));
    }

    #[test]
    fn a_certificate_has_the_sizes_of_a_real_one() {
        let file = certificate(TEST_ISSUER_ID, &ISSUER, &SIGNER);
        assert!(file.starts_with(&[0x7F, 0x21, 0x82, 0x02, 0x33, 0x5F, 0x4E, 0x82, 0x01, 0x29]));
        assert_eq!(file.len(), 5 + 5 + 297 + 5 + 256);
    }
}
