//! A signature that was given on a tablet, on its way to paper.

use typst::foundations::{Array, Dict, IntoValue, Value};

/// Strokes of a pen on a field of `width` by `height` units, and what is told beside them. No `Debug`: it is a person's hand.
pub struct Signature<'a> {
    /// Each stroke as the points it goes through, `[x, y]`; a single point is a dot.
    pub strokes: &'a [Vec<[u16; 2]>],
    /// How wide the field was.
    pub width: u16,
    /// How high.
    pub height: u16,
    /// When it was given, in words: 令和8年11月24日 10時12分.
    pub at: String,
}

impl Signature<'_> {
    /// What a template is told.
    pub(crate) fn value(&self) -> Value {
        let strokes = self.strokes.iter().map(|stroke| {
            let points = stroke.iter().map(|point| {
                let point = point.map(|it| i64::from(it).into_value());
                point.into_iter().collect::<Array>().into_value()
            });
            points.collect::<Array>().into_value()
        });
        let mut value = Dict::new();
        value.insert("strokes".into(), strokes.collect::<Array>().into_value());
        value.insert("width".into(), i64::from(self.width.max(1)).into_value());
        value.insert("height".into(), i64::from(self.height.max(1)).into_value());
        value.insert("at".into(), self.at.as_str().into_value());
        value.into_value()
    }
}
