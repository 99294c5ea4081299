//! Signing a form on a counter's tablet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, Text};

/// The field that is signed on, in units: a page scales it to whatever size its glass has.
pub const FIELD_WIDTH_UNITS: u16 = 4_000;
/// The field's height.
pub const FIELD_HEIGHT_UNITS: u16 = 1_000;
/// Strokes of one signature; 漢字 with many strokes and a slow pen have fewer.
pub const STROKES_MAX: usize = 200;
/// Points of all strokes of one signature.
pub const POINTS_MAX: usize = 3_000;
/// A pen that goes less far, in units of the field, all strokes together, has signed nothing.
pub const INK_UNITS_MIN: f64 = 300.0;
/// What was written spreads at least so far in one direction, in units of the field.
pub const SPREAD_UNITS_MIN: u16 = 150;

/// How a form is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum SignatureMode {
    /// 紙: by hand, on the printed form.
    Paper,
    /// 電子サイン: on the counter's tablet, or on paper all the same.
    Tablet,
    /// 不要.
    None,
}

impl From<forms::SignatureMode> for SignatureMode {
    fn from(mode: forms::SignatureMode) -> Self {
        match mode {
            forms::SignatureMode::Paper => Self::Paper,
            forms::SignatureMode::Tablet => Self::Tablet,
            forms::SignatureMode::None => Self::None,
        }
    }
}

/// What became of a form's signature, in `FormView`. The strokes stand on the paper alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct SignatureView {
    /// How the form is signed.
    pub mode: SignatureMode,
    /// The signature in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub given: Option<GivenView>,
    /// Signatures that a change of the form has voided, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<GivenView>>", optional)]
    pub voided: Vec<GivenView>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct GivenView {
    /// When.
    pub at: Millis,
    /// The account of the clerk who asked for it.
    pub by: String,
    /// On which tablet.
    pub tablet: String,
    /// When a change of the form voided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub voided_at: Option<Millis>,
}

/// `POST /api/tickets/{id}/sign`: a clerk has a form signed on the tablet of their counter. Answered with [`SignRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct AskSignature {
    /// The procedure's id.
    pub procedure: String,
    /// The revision of the case that the clerk sees.
    pub revision: u32,
}

/// A form that was put on a tablet, and `GET /api/tickets/{id}/sign/{request}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct SignRequest {
    /// Its id.
    pub request: String,
    /// The procedure's id.
    pub procedure: String,
    /// The counter whose tablet it is.
    pub counter: String,
    /// Until when it stands there.
    pub until: Millis,
    /// What became of it.
    pub state: SignState,
}

/// What became of a form on a tablet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum SignState {
    /// It stands there.
    Waiting,
    /// It was signed.
    Signed,
    /// The citizen would rather sign on paper.
    Paper,
    /// The clerk took it back.
    Cancelled,
    /// Nobody signed in time.
    Expired,
    /// The ticket left the counter.
    Left,
    /// The form was changed meanwhile.
    Changed,
    /// The tablet was put out.
    TabletOut,
}

/// `GET /api/sign`: what a tablet shows. Told at once where it differs from what the tablet shows already (`?shows=`), else after a while.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct TabletView {
    /// The office's name.
    pub office: Text,
    /// The counter's name.
    pub counter: Text,
    /// The request that it is to show; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub request: Option<String>,
    /// What is signed, where the tablet does not show it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sheet: Option<SheetToSign>,
    /// For how many milliseconds from now the request may stand there, whatever is heard of the hub meanwhile. A span and no instant: a
    /// tablet's clock may be wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub stands_ms: Option<u32>,
}

/// A form as whoever signs it reads it. Not `Debug`: it is a person's data.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct SheetToSign {
    /// The language of the ticket, for what stands around the form.
    pub language: String,
    /// The form's name.
    pub form: Text,
    /// Its rows, in Japanese, as they stand on the paper; what was left empty is left away.
    pub rows: Vec<SheetRow>,
    /// The fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fee: Option<String>,
}

/// One row. Not `Debug`: it is a person's data.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct SheetRow {
    /// The field's label.
    pub label: Text,
    /// The value in words.
    pub value: String,
}

/// `POST /api/sign/{request}`: what a tablet has taken. Not `Debug`: it is a person's hand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Signature {
    /// Each stroke as the points it went through, `[x, y]` in units of the field, from its upper left.
    pub strokes: Vec<Vec<[u16; 2]>>,
}

/// Why strokes are no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotASignature {
    /// Nothing, a dot, a short dash.
    Empty,
    /// More strokes or points than a signature has.
    TooMuch,
    /// A stroke without a point, or a point outside the field.
    Outside,
}

impl Signature {
    /// Whether it can be kept: within the limits, within the field, and more than a dot.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), NotASignature> {
        let points = || self.strokes.iter().flatten();
        if self.strokes.len() > STROKES_MAX || points().count() > POINTS_MAX {
            return Err(NotASignature::TooMuch);
        }
        let inside = |[x, y]: &[u16; 2]| *x <= FIELD_WIDTH_UNITS && *y <= FIELD_HEIGHT_UNITS;
        if self.strokes.iter().any(Vec::is_empty) || !points().all(inside) {
            return Err(NotASignature::Outside);
        }
        let spread = |of: fn(&[u16; 2]) -> u16| {
            let (least, most) = (points().map(of).min(), points().map(of).max());
            most.zip(least).map_or(0, |(most, least)| most - least)
        };
        let spread = spread(|[x, _]| *x).max(spread(|[_, y]| *y));
        if spread < SPREAD_UNITS_MIN || self.ink_units() < INK_UNITS_MIN {
            return Err(NotASignature::Empty);
        }
        Ok(())
    }

    /// How far the pen went.
    fn ink_units(&self) -> f64 {
        let steps = self.strokes.iter().flat_map(|stroke| {
            let next = stroke.iter().skip(1);
            stroke.iter().zip(next)
        });
        let lengths = steps.map(|([x, y], [to_x, to_y])| {
            let (dx, dy) = (
                f64::from(*to_x) - f64::from(*x),
                f64::from(*to_y) - f64::from(*y),
            );
            dx.hypot(dy)
        });
        lengths.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(strokes: &[&[[u16; 2]]]) -> Signature {
        Signature {
            strokes: strokes.iter().map(|it| it.to_vec()).collect(),
        }
    }

    #[test]
    fn a_dot_a_dash_and_nothing_are_no_signature() {
        let name: &[[u16; 2]] = &[[200, 300], [600, 700], [900, 200]];
        for (strokes, expected) in [
            (signature(&[]), Err(NotASignature::Empty)),
            (signature(&[&[[500, 500]]]), Err(NotASignature::Empty)),
            (signature(&[&[[500, 500]; 90]]), Err(NotASignature::Empty)),
            (
                signature(&[&[[0, 0], [140, 0], [0, 0], [140, 0]]]),
                Err(NotASignature::Empty),
            ),
            (
                signature(&[&[[100, 100], [350, 100]]]),
                Err(NotASignature::Empty),
            ),
            (signature(&[name]), Ok(())),
            (signature(&[name, &[[1_000, 100]]]), Ok(())),
            (signature(&[name, &[]]), Err(NotASignature::Outside)),
            (
                signature(&[name, &[[4_001, 0]]]),
                Err(NotASignature::Outside),
            ),
            (
                signature(&[name, &[[0, 1_001]]]),
                Err(NotASignature::Outside),
            ),
            (signature(&[name; 200]), Ok(())),
            (signature(&[name; 201]), Err(NotASignature::TooMuch)),
            (signature(&[&[[7, 7]; 3_001]]), Err(NotASignature::TooMuch)),
        ] {
            assert_eq!(strokes.check(), expected);
        }
    }

    #[test]
    fn whatever_is_sent_is_read_or_refused() {
        for text in [
            "",
            "{}",
            r#"{"strokes":null}"#,
            r#"{"strokes":[[[1]]]}"#,
            r#"{"strokes":[[[1,2,3]]]}"#,
            r#"{"strokes":[[[-1,2]]]}"#,
            r#"{"strokes":[[[1e9,2]]]}"#,
            r#"{"strokes":[[[0.5,2]]]}"#,
            r#"{"strokes":[],"name":"x"}"#,
        ] {
            assert!(serde_json::from_str::<Signature>(text).is_err(), "{text}");
        }
        let whole = r#"{"strokes":[[[0,0],[4000,1000]]]}"#;
        assert_eq!(
            serde_json::from_str::<Signature>(whole).unwrap().check(),
            Ok(())
        );
    }
}
