//! 「スマホで書いてきた」: what a citizen wrote on a phone at home comes as a QR code to a kiosk, and as text to the hub.
//!
//! ```text
//! UKT1 3F9A0C12 <base45>         version, key id, then: encapsulated key (65 bytes) ‖ ciphertext
//! ```
//!
//! HPKE base mode (RFC 9180) with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM; `info` is [`sealed::INFO`], `aad` the
//! twelve characters in clear. Inside: one byte (0 plain, 1 deflate), then CBOR: `[made at (s), procedure, digest (8 bytes), {field: value}]`.
//! Whoever sealed it is nobody known: what it says is what a citizen typed, no more, and the form checks it as if it were typed here.
//!
//! Nothing of it is logged, and nothing is kept: the same code twice is the same citizen twice.

pub(crate) mod keys;
pub(crate) mod page;

mod base45;
mod sealed;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
mod written;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use forms::{Application, Procedure, Provenance};
use office::Office;
use wire::{
    Code,
    case::{Answer, FormDraft},
    prefill::{PhoneProcedure, Prefilled},
};
use zeroize::Zeroizing;

use self::{keys::Keys, written::Written};
use crate::problem::Refused;

/// A phone's clock may be ahead by so much.
const AHEAD_HOURS_MAX: i64 = 24;

/// Opens what a kiosk scanned, and fills its form in as far as it still fits.
///
/// # Errors
/// With a code of its own for each thing that can be wrong with a QR code; never with anything that stood in it.
pub(crate) fn read(
    office: &Office,
    keys: &Keys,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Prefilled, Refused> {
    let plaintext = sealed::open(text, keys)?;
    let written = Written::parse(&plaintext).ok_or(Refused::from(Code::PrefillDamaged))?;
    if !is_fresh(&written, office, now) {
        return Err(Code::PrefillTooOld.into());
    }
    let form = office
        .form(&written.procedure)
        .ok_or(Refused::from(Code::PrefillProcedureGone))?;
    let today = office.rules.day(now).date();
    let digest = page::digest(&PhoneProcedure::of(&form.procedure))?;
    Ok(fill(&form.procedure, today, written, digest))
}

/// The last day counts to its end: that is the day which the page shows.
fn is_fresh(written: &Written, office: &Office, now: DateTime<Utc>) -> bool {
    let age = now.signed_duration_since(written.made_at);
    let days_max = i64::from(office.retention.phone_days);
    // Whoever made the code chose the instant: one at the calendar's end has no day of the office's zone.
    if age < -TimeDelta::hours(AHEAD_HOURS_MAX) || age.num_days() > days_max {
        return false;
    }
    let day = |at: DateTime<Utc>| at.with_timezone(&office.zone).date_naive();
    let days = day(now)
        .signed_duration_since(day(written.made_at))
        .num_days();
    days <= days_max
}

/// Takes every answer that the form takes. An answer may stand before the one that its condition asks about,
/// so whatever is left is tried again as long as something was taken.
fn fill(
    procedure: &Arc<Procedure>,
    today: NaiveDate,
    written: Written,
    digest: page::Digest,
) -> Prefilled {
    let mut application = Application::new(Arc::clone(procedure), today);
    let mut left: Vec<(String, Zeroizing<String>)> = written.answers;
    loop {
        let before = left.len();
        left.retain(|(field, value)| application.answer(field, value).is_err());
        if left.is_empty() || left.len() == before {
            break;
        }
    }
    let asked_again = |id: &&str| {
        let field = procedure.field(id);
        field.is_some_and(|it| application.applies(it)) && left.iter().any(|(field, _)| field == id)
    };
    let fields = procedure.fields().iter().map(|it| it.id.as_str());
    let again = fields.filter(asked_again).map(str::to_owned).collect();
    let typed = (application.answers()).filter(|it| it.provenance == Provenance::Typed);
    Prefilled {
        form: FormDraft {
            procedure: procedure.id().to_owned(),
            answers: typed.map(Answer::from).collect(),
            unfinished: !application.finished(),
        },
        made_at: written.made_at.timestamp_millis(),
        changed: written.digest != digest,
        again,
    }
}
