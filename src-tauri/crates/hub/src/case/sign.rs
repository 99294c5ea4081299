//! Signatures that were given on a counter's tablet, inside the sealed case.
//!
//! A signature is for what was shown when it was given. It carries the digest of that, and a form that says something else has none.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use forms::{Application, wareki};
use office::Office;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wire::{
    Code, Millis,
    sign::{
        FIELD_HEIGHT_UNITS, FIELD_WIDTH_UNITS, GivenView, SheetRow, SheetToSign, Signature,
        SignatureMode, SignatureView,
    },
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    case::{Opened, Reader, kept::KeptForm, open},
    problem::Refused,
    secret::Digest,
};

/// Signatures of one form that are kept after a change has voided them; the oldest goes first.
const VOIDED_MAX: usize = 3;

/// One signature.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptSignature {
    at: Millis,
    /// The account of the clerk who asked for it.
    by: String,
    /// On which tablet.
    tablet: String,
    /// SHA-256 of what was shown, see [`shown`], in hexadecimal digits.
    shown: String,
    strokes: Vec<Vec<[u16; 2]>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    voided_at: Option<Millis>,
}

impl Drop for KeptSignature {
    fn drop(&mut self) {
        for point in self.strokes.iter_mut().flatten() {
            point.zeroize();
        }
    }
}

impl KeptSignature {
    fn view(&self) -> GivenView {
        GivenView {
            at: self.at,
            by: self.by.clone(),
            tablet: self.tablet.clone(),
            voided_at: self.voided_at,
        }
    }
}

/// What a form's signature is, for whoever reads the form.
pub(super) fn view(application: &Application, kept: &KeptForm) -> SignatureView {
    let given = kept.in_force(application).map(KeptSignature::view);
    let voided = kept.signatures.iter().filter(|it| it.voided_at.is_some());
    SignatureView {
        mode: SignatureMode::from(application.procedure().signature()),
        given,
        voided: voided.map(KeptSignature::view).collect(),
    }
}

/// A form as it is put on a tablet.
pub(crate) struct Sheet {
    /// What is shown.
    pub(crate) sheet: SheetToSign,
    /// Its digest.
    pub(crate) shown: Digest,
}

/// What a clerk wants signed.
pub(crate) struct ToSign<'a> {
    /// The procedure's id.
    pub(crate) procedure: &'a str,
    /// The revision that the clerk sees.
    pub(crate) revision: u32,
    /// The ticket's language.
    pub(crate) language: &'a str,
}

/// The form of a case that a clerk wants signed. Only who may change it may ask, and only where all of it may be read:
/// nobody signs what is not shown.
pub(crate) fn sheet(
    office: &Office,
    plaintext: &[u8],
    wanted: &ToSign<'_>,
    reader: &Reader,
    today: NaiveDate,
) -> Result<Sheet, Refused> {
    let opened = open(office, plaintext, today)?;
    if opened.kept.revision != wanted.revision {
        return Err(Code::CaseChanged.into());
    }
    let open = opened.form(wanted.procedure)?;
    let counters = opened.counters(office, open.form);
    let veil = opened.veil(office, reader);
    if !reader.may_change(&counters) || !veil.shows_all_of(&open.application) {
        let detail = format!("the form is seen to at {}", counters.join(", "));
        return Err(Refused::with(Code::Forbidden, detail));
    }
    let procedure = &open.form.procedure;
    if procedure.signature() != forms::SignatureMode::Tablet {
        let detail = "the form is not signed on a tablet";
        return Err(Refused::with(Code::BadRequest, detail));
    }
    let rows = open.application.rows("ja");
    let rows = rows.filter(|row| !row.words.is_empty());
    Ok(Sheet {
        sheet: SheetToSign {
            language: wanted.language.to_owned(),
            form: procedure.name().clone(),
            rows: rows
                .map(|row| SheetRow {
                    label: row.field.label.clone(),
                    value: row.words.to_string(),
                })
                .collect(),
            fee: open.application.fee("ja"),
        },
        shown: shown(&open.application),
    })
}

/// SHA-256 of what a form says: the procedure's id, then each row's field and value as the form keeps it, each behind its length in
/// bytes as eight bytes, the least first.
fn shown(application: &Application) -> Digest {
    let mut sum = Sha256::new();
    let mut take = |text: &str| {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text.as_bytes());
    };
    take(application.procedure().id());
    for row in application.rows("ja") {
        take(&row.field.id);
        take(application.value(&row.field.id));
    }
    sum.finalize().into()
}

/// What a form of a case says now; `None` where the case has no such form.
pub(crate) fn shown_now(
    office: &Office,
    plaintext: &[u8],
    procedure: &str,
    today: NaiveDate,
) -> Option<Digest> {
    let opened = open(office, plaintext, today).ok()?;
    let form = opened.form(procedure).ok()?;
    Some(shown(&form.application))
}

/// What a tablet has taken, on its way into the case.
pub(crate) struct Given<'a> {
    /// The procedure's id.
    pub(crate) procedure: &'a str,
    /// What was shown.
    pub(crate) shown: &'a Digest,
    /// The strokes, checked.
    pub(crate) signature: &'a Signature,
    /// The account of the clerk who asked.
    pub(crate) by: &'a str,
    /// The tablet's name.
    pub(crate) tablet: &'a str,
}

/// A case with a signature.
pub(crate) struct Signed {
    /// What is sealed from now on.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// Its revision.
    pub(crate) revision: u32,
}

/// Lays a signature into a case; refused where the form says something else than what was shown.
pub(crate) fn sign(
    office: &Office,
    plaintext: &[u8],
    given: &Given<'_>,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Signed, Refused> {
    let mut opened = open(office, plaintext, today)?;
    if shown(&opened.form(given.procedure)?.application) != *given.shown {
        return Err(Code::SignatureOver.into());
    }
    let at = now.timestamp_millis();
    let forms = &mut opened.kept.forms;
    let kept = forms
        .iter_mut()
        .find(|it| it.procedure == given.procedure)
        .ok_or_else(no_form)?;
    kept.void(at);
    kept.signatures.push(KeptSignature {
        at,
        by: given.by.to_owned(),
        tablet: given.tablet.to_owned(),
        shown: hex(given.shown),
        strokes: given.signature.strokes.clone(),
        voided_at: None,
    });
    opened.kept.revision = opened.kept.revision.saturating_add(1);
    Ok(Signed {
        plaintext: opened.kept.bytes()?,
        revision: opened.kept.revision,
    })
}

/// A case in which signatures were voided.
pub(crate) struct Voided {
    /// What is sealed from now on.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    /// The procedures whose forms were signed.
    pub(crate) procedures: Vec<String>,
}

/// Voids signatures of forms that say something else now than what was signed; `None` where all of them stand.
pub(crate) fn void_stale(
    office: &Office,
    plaintext: &[u8],
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Option<Voided>, Refused> {
    let mut opened = open(office, plaintext, today)?;
    let mut procedures = Vec::new();
    let forms = opened.forms.iter().zip(&mut opened.kept.forms);
    for (open, kept) in forms {
        let says = hex(&shown(&open.application));
        let mut standing = kept.signatures.iter().filter(|it| it.voided_at.is_none());
        if standing.any(|it| it.shown != says) {
            kept.void(now.timestamp_millis());
            procedures.push(kept.procedure.clone());
        }
    }
    if procedures.is_empty() {
        return Ok(None);
    }
    Ok(Some(Voided {
        plaintext: opened.kept.bytes()?,
        procedures,
    }))
}

impl KeptForm {
    /// What stands is worth nothing from now on; the oldest of what is worth nothing leaves.
    pub(super) fn void(&mut self, at: Millis) {
        for signature in &mut self.signatures {
            signature.voided_at.get_or_insert(at);
        }
        let over = self.signatures.len().saturating_sub(VOIDED_MAX);
        self.signatures.drain(..over);
    }

    /// When the form was signed and who had it signed, of the signatures that nothing has voided.
    pub(super) fn signed(&self) -> impl Iterator<Item = (DateTime<Utc>, &str)> {
        let standing = self.signatures.iter().filter(|it| it.voided_at.is_none());
        standing.filter_map(|it| Some((DateTime::from_timestamp_millis(it.at)?, it.by.as_str())))
    }

    /// The signature for what the form says now.
    fn in_force(&self, application: &Application) -> Option<&KeptSignature> {
        let mut signatures = self.signatures.iter().rev();
        let newest = signatures.find(|it| it.voided_at.is_none())?;
        (newest.shown == hex(&shown(application))).then_some(newest)
    }
}

impl Opened<'_> {
    fn form(&self, procedure: &str) -> Result<&super::OpenForm<'_>, Refused> {
        let mut forms = self.forms.iter();
        forms
            .find(|it| it.form.procedure.id() == procedure)
            .ok_or_else(no_form)
    }

    /// The signature in force of a form, as it is drawn.
    pub(crate) fn drawn_signature(
        &self,
        procedure: &str,
        zone: Tz,
    ) -> Option<paper::Signature<'_>> {
        let mut forms = self.forms.iter().zip(&self.kept.forms);
        let (open, kept) = forms.find(|(_, it)| it.procedure == procedure)?;
        let kept = kept.in_force(&open.application)?;
        let at = DateTime::from_timestamp_millis(kept.at)?.with_timezone(&zone);
        Some(paper::Signature {
            strokes: &kept.strokes,
            width: FIELD_WIDTH_UNITS,
            height: FIELD_HEIGHT_UNITS,
            at: format!(
                "{} {}",
                wareki::in_words(at.date_naive()),
                at.format("%-H時%M分")
            ),
        })
    }

    /// `signatures.json` of an archived case: every signature of the forms that `shows` lets through, also of those whose procedure is
    /// no more; `None` where there is none.
    pub(super) fn told_signatures<'a>(
        &'a self,
        shows: impl Fn(&Application) -> bool,
        stamp: impl Fn(Millis) -> String,
    ) -> Option<Signatures<'a>> {
        let forms = self.forms.iter().zip(&self.kept.forms);
        let forms = forms.map(|(open, kept)| (&open.application, kept));
        let gone = self.kept.gone_forms.iter().filter_map(|kept| {
            let mut gone = self.gone.iter().map(|it| &it.application);
            let application = gone.find(|it| it.procedure().id() == kept.procedure)?;
            Some((application, kept))
        });
        let forms = forms.chain(gone);
        let forms = forms.filter(|(application, _)| shows(application));
        let signatures = forms.flat_map(|(_, kept)| {
            let signatures = kept.signatures.iter();
            signatures.map(|it| TheSignature {
                procedure: &kept.procedure,
                at: stamp(it.at),
                by: &it.by,
                tablet: &it.tablet,
                shown_sha256: &it.shown,
                voided_at: it.voided_at.map(&stamp),
                strokes: &it.strokes,
            })
        });
        let signatures: Vec<_> = signatures.collect();
        (!signatures.is_empty()).then_some(Signatures {
            field: [FIELD_WIDTH_UNITS, FIELD_HEIGHT_UNITS],
            signatures,
        })
    }
}

/// `signatures.json`, without its shape's name.
#[derive(Serialize)]
pub(super) struct Signatures<'a> {
    /// Width and height of the field, in the units of the strokes.
    field: [u16; 2],
    signatures: Vec<TheSignature<'a>>,
}

#[derive(Serialize)]
struct TheSignature<'a> {
    procedure: &'a str,
    at: String,
    by: &'a str,
    tablet: &'a str,
    shown_sha256: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    voided_at: Option<String>,
    strokes: &'a [Vec<[u16; 2]>],
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_form() -> Refused {
    Refused::with(Code::NotFound, "the case has no such form")
}
