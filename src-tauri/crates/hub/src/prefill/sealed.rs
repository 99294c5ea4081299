//! The text of a QR code, and the opening of it.

use rustls::crypto::{
    aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_256,
    hpke::{EncapsulatedSecret, Hpke},
};
use wire::{
    Code,
    prefill::{PREFILL_BYTES_MAX, PREFILL_CHARS_MAX},
};
use zeroize::Zeroizing;

use super::{base45, keys::Keys};
use crate::problem::Refused;

/// What every code begins with; the digit is the version.
const NAME: &str = "UKT";
const VERSION: &str = "1";
pub(super) const KEY_ID_CHARS: usize = 8;
/// An uncompressed point of P-256.
const POINT_BYTES: usize = 65;
/// What both sides say that it is for.
pub(super) const INFO: &[u8] = b"uketsuke phone form 1";

/// The one suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
pub(super) fn suite() -> &'static dyn Hpke {
    DH_KEM_P256_HKDF_SHA256_AES_256
}

/// Opens a scanned text.
pub(super) fn open(text: &str, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let text = as_printed(text).ok_or(Refused::from(Code::PrefillNotOurs))?;
    let behind = text
        .strip_prefix(NAME)
        .ok_or(Refused::from(Code::PrefillNotOurs))?;
    let Some(behind) = behind.strip_prefix(VERSION) else {
        // A page that is newer than this hub.
        return Err(Code::PrefillKeyUnknown.into());
    };
    let damaged = || Refused::from(Code::PrefillDamaged);
    let (id, sealed) = behind.split_at_checked(KEY_ID_CHARS).ok_or_else(damaged)?;
    if !id.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(damaged());
    }
    let key = keys
        .private(id)
        .ok_or(Refused::from(Code::PrefillKeyUnknown))?;
    let sealed = base45::decode(sealed).ok_or_else(damaged)?;
    let (point, ciphertext) = sealed.split_at_checked(POINT_BYTES).ok_or_else(damaged)?;
    let clear = format!("{NAME}{VERSION}{id}");
    suite()
        .open(
            &EncapsulatedSecret(point.to_vec()),
            INFO,
            clear.as_bytes(),
            ciphertext,
            &key,
        )
        .map(Zeroizing::new)
        .map_err(|_| damaged())
}

/// The text as it was printed: a scanner is a keyboard, and a keyboard may stand on full-width or on small letters, or on
/// another layout than the system. A code has none of that, so nothing is lost. Nothing for a text that is too long to be one.
fn as_printed(text: &str) -> Option<Zeroizing<String>> {
    if text.len() > PREFILL_BYTES_MAX {
        return None;
    }
    let printed = text.trim_matches(|it: char| it.is_control() || it == '\u{FEFF}');
    let narrow = printed.chars().map(|character| match character {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        _ => character,
    });
    let narrow: String = narrow.map(|it| it.to_ascii_uppercase()).collect();
    let narrow = Zeroizing::new(narrow);
    (narrow.len() <= PREFILL_CHARS_MAX).then(|| relaid(&narrow))
}

/// A scanner that types on an American keyboard while the system has a Japanese one, and the other way round, changes three of
/// the signs. The signs that come instead stand in no code; as good as every code has one, and tells by it.
fn relaid(typed: &str) -> Zeroizing<String> {
    let exchanged: &[(char, char)] = if typed.contains(['~', '(']) {
        &[('+', ':'), ('~', '+'), ('(', '*')]
    } else if typed.contains(['\'', '"']) {
        &[('\'', ':'), (':', '+'), ('"', '*')]
    } else {
        &[]
    };
    let meant = |sign: char| {
        let found = exchanged.iter().find(|(typed, _)| *typed == sign);
        found.map_or(sign, |(_, meant)| *meant)
    };
    Zeroizing::new(typed.chars().map(meant).collect())
}

/// Seals as the page does.
#[cfg(test)]
pub(super) fn seal(plaintext: &[u8], id: &str, public: &[u8]) -> String {
    use rustls::crypto::hpke::HpkePublicKey;
    let clear = format!("{NAME}{VERSION}{id}");
    let public = HpkePublicKey(public.to_vec());
    let (point, ciphertext) = suite()
        .seal(INFO, clear.as_bytes(), plaintext, &public)
        .unwrap();
    let sealed = [point.0, ciphertext].concat();
    format!("{clear}{}", base45::encode(&sealed))
}
