//! Card-number authentication and the channel it opens: mutual authentication with the key of the printed
//! number, the session's key, and answers under secure messaging.

use zeroize::Zeroizing;

use super::cipher::{CODE_BYTES, Generation, KEY_BYTES, Key};
use crate::basic_four::Malformed;
use crate::credential::CardNumber;
use crate::objects;

/// Bytes of a random number of either side.
pub const NONCE_BYTES: usize = 8;

/// Bytes of a cryptogram: both random numbers and one half of the session's key.
pub const CRYPTOGRAM_BYTES: usize = 2 * NONCE_BYTES + KEY_BYTES;

/// The data object that holds enciphered data behind a byte that tells the padding.
const ENCIPHERED: u8 = 0x86;

/// The padding: a one bit, then noughts up to a whole block.
const PADDING: u8 = 0x01;

/// The card's answer does not fit to the number it accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card could not prove that it knows its number")]
pub struct NotTheCard;

/// What the terminal says in the mutual authentication, and what it must remember of it.
pub struct Offer {
    generation: Generation,
    key: Key,
    challenge: [u8; NONCE_BYTES],
    nonce: [u8; NONCE_BYTES],
    half: Zeroizing<[u8; KEY_BYTES]>,
    cryptogram: [u8; CRYPTOGRAM_BYTES],
}

impl Offer {
    /// The offer to a card that gave this challenge, with fresh randomness: a number, and the terminal's half
    /// of the session's key.
    #[must_use]
    pub fn new(
        generation: Generation,
        number: &CardNumber,
        challenge: [u8; NONCE_BYTES],
        nonce: [u8; NONCE_BYTES],
        half: Zeroizing<[u8; KEY_BYTES]>,
    ) -> Self {
        let mut cryptogram = [0; CRYPTOGRAM_BYTES];
        let plain = nonce.iter().chain(&challenge).chain(half.iter());
        cryptogram
            .iter_mut()
            .zip(plain)
            .for_each(|(place, byte)| *place = *byte);
        let key = Key::of_number(number.expose());
        // A cryptogram is whole blocks in both generations.
        let _ = key.encipher(generation, &mut cryptogram);
        Self {
            generation,
            key,
            challenge,
            nonce,
            half,
            cryptogram,
        }
    }

    /// What is sent, enciphered.
    #[must_use]
    pub fn cryptogram(&self) -> &[u8; CRYPTOGRAM_BYTES] {
        &self.cryptogram
    }

    /// Its authentication code.
    #[must_use]
    pub fn code(&self) -> [u8; CODE_BYTES] {
        self.key.code(self.generation, &self.cryptogram)
    }

    /// Takes the card's answer: its cryptogram and code.
    ///
    /// # Errors
    /// [`NotTheCard`] when the answer is not made with the number's key, or repeats other random numbers than
    /// those of this conversation.
    pub fn accept(self, answer: &[u8]) -> Result<Channel, NotTheCard> {
        let (cryptogram, code) = answer
            .split_first_chunk::<CRYPTOGRAM_BYTES>()
            .ok_or(NotTheCard)?;
        let code: &[u8; CODE_BYTES] = code.try_into().map_err(|_| NotTheCard)?;
        if !self.key.fits(self.generation, cryptogram, code) {
            return Err(NotTheCard);
        }
        let mut plain = Zeroizing::new(*cryptogram);
        self.key
            .decipher(self.generation, &mut *plain)
            .map_err(|_| NotTheCard)?;
        let (challenge, rest) = plain.split_first_chunk::<NONCE_BYTES>().ok_or(NotTheCard)?;
        let (nonce, half) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(NotTheCard)?;
        let half: &[u8; KEY_BYTES] = half.try_into().map_err(|_| NotTheCard)?;
        if *challenge != self.challenge || *nonce != self.nonce {
            return Err(NotTheCard);
        }
        Ok(Channel {
            generation: self.generation,
            key: Key::of_session(&self.half, half),
        })
    }
}

/// An open channel.
pub struct Channel {
    generation: Generation,
    key: Key,
}

impl Channel {
    /// The printed number, enciphered for VERIFY.
    #[must_use]
    pub fn seal_number(&self, number: &CardNumber) -> [u8; 16] {
        let mut sealed = [0; 16];
        let plain = number.expose().iter().chain(&[0x80]);
        sealed
            .iter_mut()
            .zip(plain)
            .for_each(|(place, byte)| *place = *byte);
        // Sixteen bytes are whole blocks in both generations.
        let _ = self.key.encipher(self.generation, &mut sealed);
        sealed
    }

    /// The plain bytes of an answer under secure messaging. Such an answer carries no authentication code in either
    /// generation, so what is opened is what somebody sealed or bent, and no proof of the card.
    ///
    /// # Errors
    /// [`Malformed`] when there is no enciphered object, it is not whole blocks, or the padding is wrong.
    pub fn open(&self, answer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        let Some([PADDING, enciphered @ ..]) = objects::find(answer, ENCIPHERED) else {
            return Err(Malformed);
        };
        let mut plain = Zeroizing::new(enciphered.to_vec());
        self.key
            .decipher(self.generation, &mut plain)
            .map_err(|_| Malformed)?;
        let end = plain.iter().rposition(|byte| *byte != 0).ok_or(Malformed)?;
        if plain.get(end) != Some(&0x80) || plain.len() - end > self.generation.block_bytes() {
            return Err(Malformed);
        }
        plain.truncate(end);
        Ok(plain)
    }

    /// The card's side of [`open`](Self::open), for a card that is played.
    #[must_use]
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let block = self.generation.block_bytes();
        let mut sealed = plain.to_vec();
        sealed.push(0x80);
        sealed.resize(sealed.len().next_multiple_of(block), 0);
        // The length was just made a multiple of a block.
        let _ = self.key.encipher(self.generation, &mut sealed);
        let length = u16::try_from(sealed.len() + 1)
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        let mut object = match length {
            [0, short @ 0..=0x7F] => vec![ENCIPHERED, short],
            [0, byte] => vec![ENCIPHERED, 0x81, byte],
            [high, low] => vec![ENCIPHERED, 0x82, high, low],
        };
        object.push(PADDING);
        object.extend(sealed);
        object
    }

    /// The channel of a card that is played, from both halves of the session's key.
    #[must_use]
    pub fn of_halves(
        generation: Generation,
        terminal: &[u8; KEY_BYTES],
        card: &[u8; KEY_BYTES],
    ) -> Self {
        Self {
            generation,
            key: Key::of_session(terminal, card),
        }
    }
}
