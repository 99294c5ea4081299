//! The two sets of ciphers of residence cards, and the keys they take. Nothing is computed here that a
//! published crate does not compute.

use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use retail_mac::RetailMac;
use sha1::{Digest, Sha1};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of an authentication code.
pub const CODE_BYTES: usize = 8;

/// Bytes of a key, in both generations.
pub const KEY_BYTES: usize = 16;

/// Which ciphers a card speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Cards until June 2026: Triple DES with two keys, Retail MAC.
    First,
    /// Cards since: AES-128, CMAC cut to eight bytes.
    Second,
}

impl Generation {
    /// Bytes of a block: what is enciphered has a multiple of it.
    #[must_use]
    pub fn block_bytes(self) -> usize {
        match self {
            Self::First => 8,
            Self::Second => 16,
        }
    }
}

/// The bytes are not whole blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not whole blocks")]
pub struct NotWhole;

/// A key. It cannot be printed, copied or compared, and is wiped when dropped.
pub struct Key(Box<[u8; KEY_BYTES]>);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Key {
    /// The key that the number printed on the card gives: the first 16 bytes of its SHA-1. It enciphers and
    /// authenticates.
    #[must_use]
    pub fn of_number(number: &[u8; 12]) -> Self {
        Self::digest(&[number])
    }

    /// The key of a session, from the halves that terminal and card drew.
    #[must_use]
    pub fn of_session(terminal: &[u8; KEY_BYTES], card: &[u8; KEY_BYTES]) -> Self {
        let mut mixed = Zeroizing::new(*terminal);
        mixed
            .iter_mut()
            .zip(card)
            .for_each(|(mine, yours)| *mine ^= yours);
        Self::digest(&[&*mixed, &[0, 0, 0, 1]])
    }

    fn digest(pieces: &[&[u8]]) -> Self {
        let mut sha1 = Sha1::new();
        pieces.iter().for_each(|piece| sha1.update(piece));
        let mut digest: [u8; 20] = sha1.finalize().into();
        let mut key = Self(Box::new([0; KEY_BYTES]));
        key.0
            .iter_mut()
            .zip(&digest)
            .for_each(|(place, byte)| *place = *byte);
        digest.zeroize();
        key
    }

    /// Enciphers whole blocks in place, chained from a block of noughts.
    ///
    /// # Errors
    /// [`NotWhole`] when the last block is cut.
    pub fn encipher(&self, generation: Generation, blocks: &mut [u8]) -> Result<(), NotWhole> {
        let length = blocks.len();
        let key = (&*self.0).into();
        let done = match generation {
            Generation::First => cbc::Encryptor::<TdesEde2>::new(key, &[0; 8].into())
                .encrypt_padded::<NoPadding>(blocks, length)
                .is_ok(),
            Generation::Second => cbc::Encryptor::<Aes128>::new(key, &[0; 16].into())
                .encrypt_padded::<NoPadding>(blocks, length)
                .is_ok(),
        };
        done.then_some(()).ok_or(NotWhole)
    }

    /// Deciphers whole blocks in place, chained from a block of noughts.
    ///
    /// # Errors
    /// [`NotWhole`] when the last block is cut.
    pub fn decipher(&self, generation: Generation, blocks: &mut [u8]) -> Result<(), NotWhole> {
        let key = (&*self.0).into();
        let done = match generation {
            Generation::First => cbc::Decryptor::<TdesEde2>::new(key, &[0; 8].into())
                .decrypt_padded::<NoPadding>(blocks)
                .is_ok(),
            Generation::Second => cbc::Decryptor::<Aes128>::new(key, &[0; 16].into())
                .decrypt_padded::<NoPadding>(blocks)
                .is_ok(),
        };
        done.then_some(()).ok_or(NotWhole)
    }

    /// The authentication code over a message.
    #[must_use]
    pub fn code(&self, generation: Generation, message: &[u8]) -> [u8; CODE_BYTES] {
        let mut code = [0; CODE_BYTES];
        let mut fill = |whole: &[u8]| {
            code.iter_mut()
                .zip(whole)
                .for_each(|(place, byte)| *place = *byte);
        };
        match generation {
            Generation::First => fill(&self.retail(message).finalize().into_bytes()),
            Generation::Second => fill(&self.cmac(message).finalize().into_bytes()),
        }
        code
    }

    /// Whether the code is the message's, compared in a time that does not tell where they differ.
    #[must_use]
    pub fn fits(&self, generation: Generation, message: &[u8], code: &[u8; CODE_BYTES]) -> bool {
        match generation {
            Generation::First => self.retail(message).verify_truncated_left(code).is_ok(),
            Generation::Second => self.cmac(message).verify_truncated_left(code).is_ok(),
        }
    }

    /// ISO/IEC 9797-1 algorithm 3 with padding method 2: a one bit, then noughts up to a whole block.
    fn retail(&self, message: &[u8]) -> RetailMac<Des> {
        let mut mac = <RetailMac<Des> as KeyInit>::new((&*self.0).into());
        mac.update(message);
        mac.update(&[0x80]);
        // The crate itself fills the last block with noughts.
        mac
    }

    fn cmac(&self, message: &[u8]) -> Cmac<Aes128> {
        let mut mac = <Cmac<Aes128> as KeyInit>::new((&*self.0).into());
        mac.update(message);
        mac
    }
}
