//! A case that is one with another no more.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::{
    case::kept::{Kept, KeptForm},
    problem::Refused,
};

/// What is sealed of a case that stood mixed with another: the same answers under a revision that nobody has read, and signed no more.
/// Who signed while the two were one saw the other's answers beside their own.
pub(crate) fn parted(
    plaintext: &[u8],
    revision: u32,
    now: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut kept = Kept::read(plaintext)?;
    kept.revision = revision;
    let Kept {
        forms,
        removed_forms,
        gone_forms,
        ..
    } = &mut kept;
    for form in forms.iter_mut().chain(removed_forms).chain(gone_forms) {
        form.void(now.timestamp_millis());
    }
    kept.bytes()
}

/// The procedures of a case whose forms are signed.
pub(crate) fn signed(plaintext: &[u8]) -> Result<Vec<String>, Refused> {
    let kept = Kept::read(plaintext)?;
    let is_signed = |it: &&KeptForm| it.signed().next().is_some();
    let signed = kept.forms.iter().filter(is_signed);
    Ok(signed.map(|it| it.procedure.clone()).collect())
}
