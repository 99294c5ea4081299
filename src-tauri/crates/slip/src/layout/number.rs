//! The number: glyphs set by the black they carry, not by their advance, so that half-width
//! figures can stand as high as the paper's width allows.

use crate::fonts::{Fonts, Glyph, Style, signed};
use crate::raster::Raster;

/// Figures are narrowed down to this before they are made lower: on 58 mm paper a number of four
/// figures then still stands 20 mm high.
const NARROWED_MIN: f32 = 0.8;

/// The number's glyphs, placed.
pub(super) struct BigLine {
    parts: Vec<Part>,
    pub(super) width: u32,
    pub(super) height: u32,
}

struct Part {
    left: u32,
    top: u32,
    width: u32,
    /// A dash is a bar: the letter's own is so long that it takes room from the figures.
    ink: Ink,
}

enum Ink {
    Glyph(Glyph),
    Bar { height: u32 },
}

impl BigLine {
    /// As high as `height_max`, narrowed or then made lower if it would be wider than `width_max`.
    pub(super) fn fit(
        text: &str,
        width_max: u32,
        height_max: u32,
        fonts: &mut Fonts,
    ) -> Option<BigLine> {
        let mut size = BigLine::size_of_figures(height_max, fonts)?;
        let mut line = BigLine::set(text, size, fonts)?;
        // Outlines scale evenly but dots do not, so the right size is approached.
        for _ in 0..4 {
            let by_height = height_max as f32 / line.height as f32;
            let by_width = width_max as f32 / NARROWED_MIN / line.width as f32;
            let scale = by_height.min(by_width);
            if scale >= 1.0 {
                break;
            }
            size *= scale * 0.998;
            line = BigLine::set(text, size, fonts)?;
        }
        line.narrow(width_max);
        Some(line)
    }

    /// The size at which figures are as high as this: the same for every number, so that their
    /// pictures are drawn once and every slip of an office looks alike.
    fn size_of_figures(height: u32, fonts: &mut Fonts) -> Option<f32> {
        let mut size = height as f32 * 1.3;
        for _ in 0..4 {
            let found = BigLine::set("0", size, fonts)?.height;
            if found == height {
                break;
            }
            size *= height as f32 / found as f32;
            if found > height {
                size *= 0.999;
            }
        }
        Some(size)
    }

    fn set(text: &str, size: f32, fonts: &mut Fonts) -> Option<BigLine> {
        let set = fonts.set(text, Style { size, bold: true }, None);
        let gap = (size * 0.075).round() as u32;
        let mut boxes = Vec::new();
        for glyph in set.lines.iter().flat_map(|line| &line.glyphs) {
            if let Some(ink) = fonts.ink_box(glyph) {
                boxes.push((glyph, ink));
            }
        }
        let top = boxes.iter().map(|(_, ink)| ink.top).min()?;
        let bottoms = boxes.iter().map(|(_, ink)| ink.top + signed(ink.height));
        let bottom = bottoms.max()?;
        let mut x = 0;
        let mut parts = Vec::new();
        for (glyph, ink) in boxes {
            let is_dash = ink.width > 3 * ink.height;
            let width = if is_dash {
                ink.width * 5 / 8
            } else {
                ink.width
            };
            parts.push(Part {
                left: x,
                top: (ink.top - top).unsigned_abs(),
                width,
                ink: if is_dash {
                    Ink::Bar { height: ink.height }
                } else {
                    Ink::Glyph(glyph.clone())
                },
            });
            x += width + gap;
        }
        Some(BigLine {
            parts,
            width: x.saturating_sub(gap).max(1),
            height: u32::try_from(bottom - top).unwrap_or(0).max(1),
        })
    }

    fn narrow(&mut self, width_max: u32) {
        if self.width <= width_max {
            return;
        }
        let scale = width_max as f32 / self.width as f32;
        let scaled = |dots: u32| (dots as f32 * scale).round() as u32;
        for part in &mut self.parts {
            let right = scaled(part.left + part.width);
            part.left = scaled(part.left);
            part.width = right.saturating_sub(part.left).max(1);
        }
        self.width = width_max;
    }

    pub(super) fn draw(&self, left: u32, top: u32, fonts: &mut Fonts, paper: &mut Raster) {
        for part in &self.parts {
            let (left, top) = (left + part.left, top + part.top);
            match &part.ink {
                Ink::Glyph(glyph) => fonts.draw_narrowed(glyph, left, top, part.width, paper),
                Ink::Bar { height } => paper.fill(left, top, part.width, *height),
            }
        }
    }
}
