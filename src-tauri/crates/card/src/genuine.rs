//! Whether a My Number card is genuine: whether the items are signed by the issuer, and whether a chip that the
//! same issuer certified answered.
//!
//! ```text
//! issuer's key (configured) ─signs─► certificate of the office's key, EF 0004
//!                                       │ signs                     │ signs
//!                                       ▼                           ▼
//!                     digest of the four items, EF 0003    the chip's own key, EF 0007 ─signs─► our challenge
//! ```
//!
//! The first branch shows that nobody changed the items; a copy of the files passes it. The second shows that a
//! chip of the issuer answered, and says nothing of what was written to it: no signature names both the items and
//! the chip's key. Both together are [`Genuineness::Genuine`]. They keep out a made-up card and a card with
//! changed items; they do not keep out somebody who holds a certified chip, and passes its answer on beside the
//! signed items of another card. For a form that a clerk checks that is enough, for 本人確認 it is not.
//!
//! A card that does not let itself be asked, or answers in a shape that is not known, is
//! [`Genuineness::NotChecked`]: there may be kinds of card that no public source describes, and its holder is
//! not to be turned away for that. [`Genuineness::Refused`] is said only where a signature of the right shape
//! does not fit. A card that is pulled in between is a pulled card, so that leaving early is no way to be
//! spared the answer.
//!
//! Layouts after the public code of soltia48/myna-card, held here by the files of a test card. RSA is used
//! with public keys alone, which the known timing weakness of the `rsa` crate (RUSTSEC-2023-0071, private
//! keys) does not touch.

use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::allow::{self, File};
use crate::credential::Random;
use crate::file::{append, read_file};
use crate::objects;
use crate::reading::Genuineness;
use crate::session::Trouble;
use crate::tlv::{self, Tag};
use crate::transport::CardTransport;

/// How many bytes name an issuer's key (証明者鍵ID).
pub const ISSUER_ID_BYTES: usize = 16;

/// The fewest bits of a key that is believed.
pub const KEY_BITS_MIN: usize = 2048;

/// The public keys of those who issue cards, as an office configures them. With none, nothing is checked and
/// no command is sent for it.
///
/// The card does not hold them, and no authority publishes them; whoever configures one has to know where it
/// comes from.
#[derive(Debug, Default)]
pub struct IssuerKeys(Vec<IssuerKey>);

impl FromIterator<IssuerKey> for IssuerKeys {
    fn from_iter<I: IntoIterator<Item = IssuerKey>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl IssuerKeys {
    fn named(&self, id: &[u8]) -> Option<&RsaPublicKey> {
        let issuer = self.0.iter().find(|issuer| issuer.id == id);
        issuer.map(|issuer| &issuer.key)
    }
}

/// The public key of one issuer.
#[derive(Debug)]
pub struct IssuerKey {
    id: [u8; ISSUER_ID_BYTES],
    key: RsaPublicKey,
}

impl IssuerKey {
    /// A key by its name, modulus and exponent, both as big-endian bytes.
    ///
    /// # Errors
    /// [`NoKey`] when that is not an RSA key of at least [`KEY_BITS_MIN`] bits.
    pub fn new(id: [u8; ISSUER_ID_BYTES], modulus: &[u8], exponent: &[u8]) -> Result<Self, NoKey> {
        let key = rsa_key(modulus, exponent).ok_or(NoKey)?;
        Ok(Self { id, key })
    }
}

/// Not an RSA key, or too short a one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA key of at least 2048 bits")]
pub struct NoKey;

/// Why there is no [`Genuineness::Genuine`].
enum Not {
    Checked,
    Fitting,
    Finished(Trouble),
}

impl From<Trouble> for Not {
    fn from(trouble: Trouble) -> Self {
        if trouble == Trouble::Unreadable {
            Self::Checked
        } else {
            Self::Finished(trouble)
        }
    }
}

/// Checks the card whose four items were just read from `basic_four`, the content of EF 0002.
///
/// # Errors
/// What the transport's fault means, if the card or the reader went away.
pub(crate) fn check<T: CardTransport>(
    card: &mut T,
    basic_four: &[u8],
    issuers: &IssuerKeys,
    random: &Random,
) -> Result<Genuineness, Trouble> {
    if issuers.0.is_empty() {
        return Ok(Genuineness::NotChecked);
    }
    match prove(card, basic_four, issuers, random) {
        Ok(()) => Ok(Genuineness::Genuine),
        Err(Not::Checked) => Ok(Genuineness::NotChecked),
        Err(Not::Fitting) => Ok(Genuineness::Refused),
        Err(Not::Finished(trouble)) => Err(trouble),
    }
}

fn prove<T: CardTransport>(
    card: &mut T,
    basic_four: &[u8],
    issuers: &IssuerKeys,
    random: &Random,
) -> Result<(), Not> {
    let certificate = read_file(card, File::SignerCertificate)?;
    let office = certified_key(&certificate, issuers)?;
    let signature = read_file(card, File::Signature)?;
    items_are_signed(basic_four, &signature, &office)?;
    let chip = read_file(card, File::ChipKey)?;
    let chip = signed_key(&chip, &office)?;
    let answer = answer_to_challenge(card, random)?;
    verify(&chip, random.bytes(), &answer)
}

/// The key in EF 0004: `7F21 { 5F4E [issuer's name 16 | name 16 | key], 5F37 signature over 5F4E's value }`.
fn certified_key(file: &[u8], issuers: &IssuerKeys) -> Result<RsaPublicKey, Not> {
    let certificate = find(file, 0x7F21)?;
    let body = find(certificate, 0x5F4E)?;
    let signature = find(certificate, 0x5F37)?;
    let (issuer, rest) = body.split_at_checked(ISSUER_ID_BYTES).ok_or(Not::Checked)?;
    let issuer = issuers.named(issuer).ok_or(Not::Checked)?;
    let key = rest.get(ISSUER_ID_BYTES..).ok_or(Not::Checked)?;
    verify(issuer, body, signature)?;
    key_of_objects(key)
}

/// EF 0003: `FF30 { DF31 digest, DF32 digest of the four items, DF33 signature over what stands before it }`.
/// DF31 is the digest of the individual number's file, which is never read; the signature covers it all the
/// same.
fn items_are_signed(basic_four: &[u8], file: &[u8], office: &RsaPublicKey) -> Result<(), Not> {
    let record = find(file, 0xFF30)?;
    let signature = find(record, 0xDF33)?;
    let signed = tlv::before(record, Tag(0xDF33)).ok_or(Not::Checked)?;
    let digest = find(signed, 0xDF32)?;
    verify(office, signed, signature)?;
    // The digest begins behind the table of offsets. Whatever stood before that table would be covered by
    // nothing, so the table must be the first object.
    let items = find(basic_four, 0xFF20)?;
    let items = tlv::after_first(items, Tag(0xDF21)).ok_or(Not::Fitting)?;
    if Sha256::digest(items).as_slice() == digest {
        Ok(())
    } else {
        Err(Not::Fitting)
    }
}

/// EF 0007: `FF50 { DF51 key, DF52 signature over what stands before it }`.
fn signed_key(file: &[u8], office: &RsaPublicKey) -> Result<RsaPublicKey, Not> {
    let record = find(file, 0xFF50)?;
    let signature = find(record, 0xDF52)?;
    let signed = tlv::before(record, Tag(0xDF52)).ok_or(Not::Checked)?;
    let key = find(signed, 0xDF51)?;
    verify(office, signed, signature)?;
    key_of_objects(key)
}

/// The chip's signature over the digest of the random bytes.
fn answer_to_challenge<T: CardTransport>(
    card: &mut T,
    random: &Random,
) -> Result<Zeroizing<Vec<u8>>, Not> {
    let digest = Sha256::digest(random.bytes());
    let command = allow::sign_challenge(&digest.into());
    let answer = card.transmit(&command).map_err(Trouble::from)?;
    let mut signature = Zeroizing::new(Vec::new());
    append(card, &answer, &mut signature)?;
    if signature.is_empty() {
        return Err(Not::Checked);
    }
    Ok(signature)
}

/// RSASSA-PKCS1-v1_5 with SHA-256.
fn verify(key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> Result<(), Not> {
    let signature = Signature::try_from(signature).map_err(|_| Not::Fitting)?;
    let key = VerifyingKey::<Sha256>::new(key.clone());
    key.verify(message, &signature).map_err(|_| Not::Fitting)
}

/// A public key as the card writes it: `90 exponent, 91 modulus`.
fn key_of_objects(bytes: &[u8]) -> Result<RsaPublicKey, Not> {
    let exponent = objects::find(bytes, 0x90).ok_or(Not::Checked)?;
    let modulus = objects::find(bytes, 0x91).ok_or(Not::Checked)?;
    rsa_key(modulus, exponent).ok_or(Not::Checked)
}

/// `None` for what is no key, too short, or so long that working with it would take noticeable time.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<RsaPublicKey> {
    let modulus = BigUint::from_bytes_be(modulus);
    let key = RsaPublicKey::new(modulus, BigUint::from_bytes_be(exponent)).ok()?;
    (key.n().bits() >= KEY_BITS_MIN).then_some(key)
}

fn find(bytes: &[u8], tag: u16) -> Result<&[u8], Not> {
    tlv::find(bytes, Tag(tag)).ok_or(Not::Checked)
}
