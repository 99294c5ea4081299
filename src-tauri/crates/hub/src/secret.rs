//! Random tokens, their hashes, and the hub's own secrets on disk.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a token that lets somebody in.
const TOKEN_BYTES: usize = 32;
/// A device token file is one line; anything longer is another file.
const TOKEN_FILE_BYTES_MAX: u64 = 256;

/// A SHA-256 digest.
pub(crate) type Digest = [u8; 32];

/// A new random 256-bit token, as text for a header or a cookie.
pub(crate) fn new_token() -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// A new opaque name for a phone page: 128 bits, short enough for a coarse QR code.
pub(crate) fn new_visit_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a token: enough to recognise it, not enough to use it.
pub(crate) fn digest(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// The same for bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// Whether two digests are equal, in a time that does not tell where they differ.
pub(crate) fn same(a: &Digest, b: &Digest) -> bool {
    let difference = a.iter().zip(b).fold(0u8, |sum, (a, b)| sum | (a ^ b));
    std::hint::black_box(difference) == 0
}

/// Recognises a repeated request without keeping what was in it.
///
/// The body of a press may hold a person's answers, and a plain hash of a short text can be
/// guessed; so the hash is keyed with a secret that is not in the database.
#[derive(Clone)]
pub(crate) struct Fingerprints {
    key: Digest,
}

impl Fingerprints {
    /// Fingerprints keyed by the hub's device token.
    pub(crate) fn keyed_by(device: &str) -> Self {
        Self {
            key: Sha256::new()
                .chain_update(b"uketsuke fingerprint key v1\0")
                .chain_update(device.as_bytes())
                .finalize()
                .into(),
        }
    }

    /// The fingerprint of a request: who, what, and the body's bytes.
    pub(crate) fn of(&self, actor: &str, path: &str, body: &[u8]) -> Digest {
        // Hashed twice with the key in front of both, as HMAC does, and every part with its length.
        let mut inner = Sha256::new().chain_update(self.key);
        for part in [actor.as_bytes(), path.as_bytes(), body] {
            inner.update(part.len().to_be_bytes());
            inner.update(part);
        }
        Sha256::new()
            .chain_update(self.key)
            .chain_update(inner.finalize())
            .finalize()
            .into()
    }
}

/// Reads the token with which kiosks come, or makes it at the first start.
///
/// # Errors
/// When the file cannot be read or written, or holds no token.
pub(crate) fn device_token(file: &Path) -> io::Result<Zeroizing<String>> {
    match fs::File::open(file) {
        Ok(open) => {
            let mut text = Zeroizing::new(String::new());
            open.take(TOKEN_FILE_BYTES_MAX).read_to_string(&mut text)?;
            let token = Zeroizing::new(text.trim().to_owned());
            if token.len() < 32 || !token.is_ascii() {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the file holds no device token; remove it and a new one is made",
                ));
            }
            Ok(token)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let token = new_token().map_err(|error| io::Error::other(error.to_string()))?;
            let line = Zeroizing::new(format!("{}\n", *token));
            write_new(file, line.as_bytes(), 0o600)?;
            Ok(token)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file that nobody could read with other rights than `mode` at any moment.
pub(crate) fn write_new(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let mut new = options.open(file)?;
    new.write_all(bytes)?;
    new.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_token_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("device.token");
        let first = device_token(&file).unwrap();
        assert_eq!(first.len(), 43);
        assert_eq!(*device_token(&file).unwrap(), *first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn an_empty_token_file_is_refused_instead_of_letting_everybody_in() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("device.token");
        fs::write(&file, "\n").unwrap();
        assert!(device_token(&file).is_err());
    }

    #[test]
    fn a_fingerprint_tells_actor_path_and_body_apart() {
        let prints = Fingerprints::keyed_by("a");
        let base = prints.of("kiosk", "/api/tickets", b"{}");
        assert_eq!(base, prints.of("kiosk", "/api/tickets", b"{}"));
        for other in [
            prints.of("kiosk/", "api/tickets", b"{}"),
            prints.of("kiosk", "/api/tickets", b"{} "),
            Fingerprints::keyed_by("b").of("kiosk", "/api/tickets", b"{}"),
        ] {
            assert!(!same(&base, &other));
        }
    }
}
