//! The keys that phones encrypt to: `phone.keys` beside the database, a line each, the newest last.
//!
//! ```text
//! 2026-11-24T01:00:00Z 3F9A0C12 <private, 64 hex digits> <public, 130 hex digits>
//! ```
//!
//! The private halves never leave the file and this memory. Only the export of the page writes it; a running hub reads it
//! whenever a kiosk asks, so that a new page is understood at once. Without the file nobody's code can be opened, and a new
//! page has to be exported; nothing that is kept depends on it. A key that was replaced goes after [`RETIRED_AFTER_DAYS`].

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rustls::crypto::hpke::HpkePrivateKey;
use wire::prefill::PhoneKey;
use zeroize::Zeroizing;

use super::sealed::{KEY_ID_CHARS, suite};
use crate::secret;

const FILE: &str = "phone.keys";
/// Keys that pages may still be made with or opened by; the oldest goes.
const KEYS_MAX: usize = 16;
/// A page that somebody saved before a newer key was made is understood for so long. Then its key goes: whoever steals the
/// file later opens no picture of a code that was made before.
pub(crate) const RETIRED_AFTER_DAYS: i64 = 90;
const FILE_BYTES_MAX: u64 = 16 * 1024;
const PRIVATE_BYTES: usize = 32;
const PUBLIC_BYTES: usize = 65;

/// Every key of an office. Neither `Debug` nor `Clone`.
#[derive(Default)]
pub(crate) struct Keys {
    /// The newest last.
    keys: Vec<Key>,
}

struct Key {
    made_at: String,
    id: String,
    private: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl Keys {
    /// The keys in a data folder; none where there is no file.
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it is no key.
    pub(crate) fn load(data: &Path) -> io::Result<Self> {
        let file = match File::open(data.join(FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
        let keys = text.lines().enumerate().map(|(at, line)| {
            Key::parse(line).ok_or_else(|| {
                let what = format!("line {} of {FILE} is no key", at + 1);
                io::Error::new(io::ErrorKind::InvalidData, what)
            })
        });
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The private key of this id.
    pub(super) fn private(&self, id: &str) -> Option<HpkePrivateKey> {
        let key = self.keys.iter().find(|it| it.id == id)?;
        Some(HpkePrivateKey::from(key.private.to_vec()))
    }

    /// The key that pages are made with.
    pub(crate) fn newest(&self) -> Option<PhoneKey> {
        self.keys.last().map(|key| PhoneKey {
            id: key.id.clone(),
            public: URL_SAFE_NO_PAD.encode(&key.public),
        })
    }

    /// Makes a key and writes the file anew, whole beside its place and then renamed.
    ///
    /// # Errors
    /// When no key can be made, or the file cannot be written.
    pub(crate) fn add(&mut self, data: &Path, now: DateTime<Utc>) -> io::Result<()> {
        let (public, private) = suite()
            .generate_key_pair()
            .map_err(|error| io::Error::other(error.to_string()))?;
        self.keys.push(Key {
            made_at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
            id: id_of(&public.0),
            private: Zeroizing::new(private.secret_bytes().to_vec()),
            public: public.0,
        });
        self.retire(now);
        self.write(data)
    }

    /// Takes out the keys that a newer one has replaced for long enough; tells how many. They are gone when the file is
    /// written.
    fn retire(&mut self, now: DateTime<Utc>) -> usize {
        let surplus = self.keys.len().saturating_sub(KEYS_MAX);
        let newer = self.keys.iter().skip(1);
        let replaced = newer.take_while(|it| {
            let made_at = DateTime::parse_from_rfc3339(&it.made_at);
            made_at
                .is_ok_and(|at| now.signed_duration_since(at) > TimeDelta::days(RETIRED_AFTER_DAYS))
        });
        let over = replaced.count().max(surplus);
        self.keys.drain(..over).count()
    }

    /// Takes out the keys whose time is over.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn clear(&mut self, data: &Path, now: DateTime<Utc>) -> io::Result<()> {
        if self.retire(now) == 0 {
            return Ok(());
        }
        self.write(data)
    }

    fn write(&self, data: &Path) -> io::Result<()> {
        let whole = data.join("phone.keys.new");
        let mut options = File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&whole)?;
        for key in &self.keys {
            let private = Zeroizing::new(hex(&key.private));
            let line = format!(
                "{} {} {} {}\n",
                key.made_at,
                key.id,
                *private,
                hex(&key.public)
            );
            file.write_all(Zeroizing::new(line).as_bytes())?;
        }
        file.sync_all()?;
        fs::rename(&whole, data.join(FILE))?;
        #[cfg(unix)]
        File::open(data)?.sync_all()?;
        Ok(())
    }
}

impl Key {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (made_at, id) = (words.next()?, words.next()?);
        let private = Zeroizing::new(bytes(words.next()?)?);
        let public = bytes(words.next()?)?;
        let whole = words.next().is_none()
            && DateTime::parse_from_rfc3339(made_at).is_ok()
            && private.len() == PRIVATE_BYTES
            && public.len() == PUBLIC_BYTES
            && id == id_of(&public);
        whole.then(|| Self {
            made_at: made_at.to_owned(),
            id: id.to_owned(),
            private,
            public,
        })
    }
}

/// The first digits of the public key's SHA-256.
fn id_of(public: &[u8]) -> String {
    let mut id = hex(&secret::digest_of(public));
    id.truncate(KEY_ID_CHARS);
    id
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let pairs = pairs.iter().map(|[high, low]| {
        let value = digit(*high)? * 16 + digit(*low)?;
        u8::try_from(value).ok()
    });
    pairs.collect()
}
