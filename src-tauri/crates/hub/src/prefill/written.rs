//! What stands inside a QR code once it is open.

use chrono::{DateTime, Utc};
use forms::FIELDS_MAX;
use minicbor::Decoder;
use zeroize::Zeroizing;

use super::page::Digest;

/// What a code holds when it is no longer compressed.
const CBOR_BYTES_MAX: usize = 16 * 1024;
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// What a citizen wrote. Neither `Debug` nor `Clone`: it is a person's data.
pub(super) struct Written {
    pub(super) made_at: DateTime<Utc>,
    pub(super) procedure: String,
    /// Of the form that was filled in.
    pub(super) digest: Digest,
    /// Field, value.
    pub(super) answers: Vec<(String, Zeroizing<String>)>,
}

impl Written {
    /// Reads a plaintext; nothing where it is not of this shape, to its last byte.
    pub(super) fn parse(plaintext: &[u8]) -> Option<Self> {
        let (how, rest) = plaintext.split_first()?;
        match *how {
            PLAIN => Self::of_cbor(rest),
            DEFLATED => {
                let inflated =
                    miniz_oxide::inflate::decompress_to_vec_with_limit(rest, CBOR_BYTES_MAX);
                Self::of_cbor(&Zeroizing::new(inflated.ok()?))
            }
            _ => None,
        }
    }

    fn of_cbor(cbor: &[u8]) -> Option<Self> {
        let mut cbor_in = Decoder::new(cbor);
        let read = Self::read(&mut cbor_in)?;
        (cbor_in.position() == cbor.len()).then_some(read)
    }

    fn read(cbor: &mut Decoder<'_>) -> Option<Self> {
        if cbor.array().ok()? != Some(4) {
            return None;
        }
        let made_at = i64::try_from(cbor.u64().ok()?).ok()?;
        let made_at = DateTime::from_timestamp(made_at, 0)?;
        let procedure = cbor.str().ok()?.to_owned();
        let digest = Digest::try_from(cbor.bytes().ok()?).ok()?;
        let count = usize::try_from(cbor.map().ok()??).ok()?;
        if count > FIELDS_MAX {
            return None;
        }
        let mut answers: Vec<(String, Zeroizing<String>)> = Vec::with_capacity(count);
        for _ in 0..count {
            let field = cbor.str().ok()?.to_owned();
            if answers.iter().any(|(known, _)| *known == field) {
                return None;
            }
            answers.push((field, Zeroizing::new(cbor.str().ok()?.to_owned())));
        }
        Some(Self {
            made_at,
            procedure,
            digest,
            answers,
        })
    }
}
