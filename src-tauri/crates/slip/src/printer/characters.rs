//! A printer's own characters, drawn with our fonts: what a virtual printer or a preview puts on
//! paper where a slip is sent as text.

use crate::fonts::{Align, Fonts, Ink, Place, Style};
use crate::raster::Raster;

/// How much of a cell a letter's size takes; the rest is the leading that the fonts bring along.
const LETTER_SHARE: f32 = 0.80;

impl Fonts {
    /// One character in a cell of this many dots, as printers' fonts have them: 12 × 24 for
    /// letters, 24 × 24 for Kanji. Empty for a control character.
    pub fn cell(&mut self, character: char, width: u16, height: u16) -> Raster {
        let mut cell = Raster::blank(width, u32::from(height));
        let style = Style {
            size: f32::from(height) * LETTER_SHARE,
            bold: false,
        };
        let set = self.set(&character.to_string(), style, None);
        let place = Place {
            left: 0,
            top: u32::from(height).saturating_sub(set.height) / 2,
            width: u32::from(width),
            align: Align::Centre,
        };
        self.draw(&set, &mut cell, place, Ink::Black);
        cell
    }
}
