//! How a device becomes one of the office's: it learns whom to trust, and shows its one-time code.

use std::time::Duration;

use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use wire::{
    Code, Problem,
    command::{Enrol, Enrolled},
};

use super::{
    CallError, JSON_BYTES_MAX, LinkError, Site, exchange,
    site::{address, place, plain},
};

const FETCH_MS_MAX: u64 = 10_000;
/// A certificate is below two kilobytes.
const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;

/// Why a device is not one of the office's now.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The address cannot be used.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The hub did not answer.
    #[error("the hub does not answer")]
    Away(#[source] CallError),
    /// The fingerprint that was given is none.
    #[error("a fingerprint has 64 digits and letters A to F, as the hub prints it: AB:CD:…")]
    Fingerprint,
    /// The hub has another authority than the one that was announced.
    #[error(
        "{place} shows an authority with the fingerprint {shown}, which is not the one that was given; \
         compare it with what the hub prints, and tell the administrator if it differs"
    )]
    OtherAuthority {
        /// Where.
        place: String,
        /// What it showed.
        shown: String,
    },
    /// The hub refused the code.
    #[error("the hub refused the code ({0:?}); codes are good for 15 minutes and once")]
    Refused(Code),
}

/// Fetches the office's authority (DER) from a hub that is not trusted yet, and keeps it only if its SHA-256 is the
/// one that a person brought: whatever stood between cannot have another certificate with the same.
///
/// # Errors
/// When the hub is away, or its authority is another.
pub async fn authority(base: &str, fingerprint: &str) -> Result<Vec<u8>, EnrolError> {
    let expected = hex(fingerprint).ok_or(EnrolError::Fingerprint)?;
    let base = address(base)?;
    let url = base
        .join("/trust/authority.crt")
        .map_err(|_| LinkError::Address(base.to_string()))?;
    let client = plain()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(LinkError::Client)?;
    let work = async {
        let response = client.get(url).send().await?.error_for_status()?;
        let mut der = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            der.extend_from_slice(&chunk?);
            if der.len() > CERTIFICATE_BYTES_MAX {
                break;
            }
        }
        Ok::<_, reqwest::Error>(der)
    };
    let der = timeout(Duration::from_millis(FETCH_MS_MAX), work)
        .await
        .map_err(|_| EnrolError::Away(CallError::Away(None)))?
        .map_err(|error| EnrolError::Away(CallError::Away(Some(error.without_url()))))?;
    let shown = Sha256::digest(&der);
    if shown.as_slice() == expected {
        return Ok(der);
    }
    let pairs: Vec<String> = shown.iter().map(|byte| format!("{byte:02X}")).collect();
    Err(EnrolError::OtherAuthority {
        place: place(&base),
        shown: pairs.join(":"),
    })
}

/// Shows a one-time code and gets the device's token.
///
/// # Errors
/// When the hub is away or refuses the code.
pub async fn enrol(site: &Site, code: &str) -> Result<Enrolled, EnrolError> {
    let client = site.client().build().map_err(LinkError::Client)?;
    let url = (site.base().join("/api/devices/enrol"))
        .map_err(|_| LinkError::Address(site.base().to_string()))?;
    let body = Enrol {
        code: code.to_owned(),
    };
    // Sent once: a code that was taken is spent, and its answer cannot be asked for again.
    let request = client.post(url).json(&body);
    let (status, answer) = exchange(request, FETCH_MS_MAX, JSON_BYTES_MAX)
        .await
        .map_err(EnrolError::Away)?;
    if (200..300).contains(&status) {
        return serde_json::from_slice(&answer)
            .map_err(|_| EnrolError::Away(CallError::Unreadable));
    }
    let problem = serde_json::from_slice::<Problem>(&answer);
    Err(EnrolError::Refused(
        problem.map_or(Code::Internal, |problem| problem.code),
    ))
}

/// 32 bytes, however they are grouped.
fn hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !matches!(c, ':' | ' ' | '-'))
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| Some((pair.first()? << 4) | pair.last()?))
        .collect();
    (digits.len() == 64).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_however_it_is_grouped() {
        let whole = "00".repeat(31) + "Ff";
        let mut bytes = [0; 32];
        bytes[31] = 255;
        assert_eq!(hex(&whole), Some(bytes));
        let grouped = format!("{}FF", "00:".repeat(31));
        assert_eq!(hex(&grouped), Some(bytes));
        assert_eq!(hex(&grouped.replace(':', " ")), Some(bytes));
        for wrong in [
            "",
            "00",
            &whole[1..],
            &format!("{whole}0"),
            &whole.replace('F', "G"),
        ] {
            assert_eq!(hex(wrong), None, "{wrong}");
        }
    }
}
