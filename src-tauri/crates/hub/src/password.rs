//! Passwords: argon2id, one hash at a time, so that a storm of logins never slows a counter.

use std::sync::LazyLock;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{Error, Output, ParamsString, Salt, SaltString, rand_core::OsRng},
};
use tokio::sync::Semaphore;
use wire::Code;
use zeroize::Zeroizing;

use crate::problem::Refused;

/// A password's length, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longer ones cost hashing time and are refused.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Memory of one hash, KiB (OWASP's first choice for argon2id with two passes).
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes of one hash.
const PASSES: u32 = 2;
/// Logins that may wait for their turn.
const WAITING_MAX: usize = 16;

/// Why a password was not accepted for an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too short.
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// Too long.
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// The machine would not hash.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Hashes a new password into a PHC string.
///
/// # Errors
/// When it is too short or too long.
pub(crate) fn hash(password: &str) -> Result<String, PasswordRefused> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordRefused::TooShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordRefused::TooLong);
    }
    new_hash(password).map_err(|error| PasswordRefused::Hash(error.to_string()))
}

fn new_hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt.as_salt()),
        hash: Some(digest(password, salt.as_salt(), params)?),
    };
    Ok(hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    let found = || -> Option<bool> {
        let parsed = PasswordHash::new(hash).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        let ours = parsed.algorithm == ARGON2ID_IDENT
            && parsed.version == Some(Version::V0x13.into())
            && params.m_cost() <= MEMORY_KIB;
        let digest = digest(password, parsed.salt?, params).ok()?;
        // `Output` compares in constant time.
        Some(ours && parsed.hash? == digest)
    };
    found().unwrap_or(false)
}

/// Room asked for when hashing, of which only what the hash works in is ever touched. glibc gives back at once what
/// is larger than 32 MiB (`DEFAULT_MMAP_THRESHOLD_MAX`), and otherwise would keep 19 MiB for each thread that hashed.
const ROOM_BLOCKS: usize = 33 * 1024;

fn digest(password: &str, salt: Salt<'_>, params: Params) -> Result<Output, Error> {
    let mut salt_bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut salt_bytes)?;
    let mut memory = Vec::with_capacity(ROOM_BLOCKS.max(params.block_count()));
    memory.resize(params.block_count(), Block::default());
    let mut digest = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        password.as_bytes(),
        salt,
        &mut digest,
        memory.as_mut_slice(),
    )?;
    Output::new(&digest)
}

/// Checks and hashes passwords on the blocking pool, one at a time.
pub(crate) struct Verifier {
    turn: Semaphore,
    waiting: Semaphore,
}

/// Checked when the account does not exist, so that the time taken does not tell.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

impl Verifier {
    pub(crate) fn new() -> Self {
        Self {
            turn: Semaphore::new(1),
            waiting: Semaphore::new(WAITING_MAX),
        }
    }

    /// Whether `password` belongs to `hash`; with no hash, the same work for the answer no.
    pub(crate) async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, Refused> {
        self.in_turn(move || match hash {
            Some(hash) => matches(&password, &hash),
            None => {
                let _ = matches(&password, &NOBODY);
                false
            }
        })
        .await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<String, Refused> {
        let hashed = self.in_turn(move || hash(&password)).await?;
        hashed.map_err(|refused| Refused::with(Code::BadRequest, refused.to_string()))
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let _waiting = self
            .waiting
            .try_acquire()
            .map_err(|_| Refused::for_seconds(Code::TooMany, 5))?;
        let _turn = self
            .turn
            .acquire()
            .await
            .map_err(|_| Refused::from(Code::Unavailable))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Refused::internal("hashing a password", &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = hash("正しい馬の電池ホチキス").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches("正しい馬の電池ホチキス", &hash));
        assert!(!matches("正しい馬の電池", &hash));
        assert!(!matches("", "no hash at all"));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(hash("1234567"), Err(PasswordRefused::TooShort));
        assert_eq!(hash(&"a".repeat(1025)), Err(PasswordRefused::TooLong));
    }
}
