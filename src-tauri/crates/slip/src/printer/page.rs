//! The test page: what a person looks at to see whether paper, profile and printer fit together.
//!
//! A ruler over the whole width, bars from white to black, characters from small to large, names
//! that printers' own fonts lack, a code to be read by a phone, and the facts that were given.

use crate::fonts::{Align, Fonts, Ink, Place, Style};
use crate::profile::Profile;
use crate::raster::Raster;

/// The page is never longer than this, in millimetres; what is not used is cut off.
const LENGTH_MM: f32 = 180.0;
/// What a phone reads from the page.
const CODE: &str = "UKETSUKE PRINTER TEST 0123456789";
/// Letters with strokes that run together on a bad head, and names outside JIS X 0208.
const SAMPLES: [(f32, &str); 4] = [
    (8.0, "A-012 B-789"),
    (4.5, "受付番号 髙橋 﨑 𠮷 葛󠄀"),
    (3.2, "住民票・戸籍の証明 0123456789 ABCabc"),
    (2.4, "鬱 薔薇 顰蹙 躊躇 ｶﾀｶﾅ ひらがな"),
];

/// Draws the page with these facts on it, one a line.
pub fn draw(facts: &[String], profile: &Profile, fonts: &mut Fonts) -> Raster {
    let mut page = Page {
        paper: Raster::blank(profile.dots(), profile.dots_of_mm(LENGTH_MM)),
        at: 0,
        profile,
        fonts,
    };
    page.ruler();
    page.text("UKETSUKE 受付", 5.0, true);
    page.text("プリンターの試し印字 Printer test", 3.2, true);
    page.bars();
    for (millimetres, sample) in SAMPLES {
        page.text(sample, millimetres, true);
    }
    page.code();
    for fact in facts {
        page.text(fact, 2.6, false);
    }
    page.ruler();
    let rows = page.at;
    let mut paper = page.paper;
    paper.truncate(rows);
    // What is on paper and what was drawn are compared dot by dot in tests.
    paper.guard();
    paper
}

struct Page<'a> {
    paper: Raster,
    at: u32,
    profile: &'a Profile,
    fonts: &'a mut Fonts,
}

impl Page<'_> {
    /// A millimetre scale from edge to edge: its first and last dot show whether `dots` is right,
    /// and a real ruler laid beside it whether `dpi` is.
    fn ruler(&mut self) {
        let width = u32::from(self.profile.dots());
        let thick = self.profile.dots_of_mm(0.25).max(1);
        let top = self.at;
        self.paper.fill(0, top, width, thick);
        for millimetre in 0.. {
            let left = self.profile.dots_of_mm(millimetre as f32);
            if left >= width {
                break;
            }
            let length = match millimetre % 10 {
                0 => 4.0,
                5 => 3.0,
                _ => 2.0,
            };
            let rows = self.profile.dots_of_mm(length);
            self.paper.fill(left, top, thick, rows);
        }
        let end = self.profile.dots_of_mm(4.0);
        self.paper
            .fill(width.saturating_sub(thick), top, thick, end);
        self.at += self.profile.dots_of_mm(5.0);
    }

    /// Five bars: a quarter, a half and three quarters of the dots, every second row, and black.
    fn bars(&mut self) {
        let width = u32::from(self.profile.dots());
        let rows = self.profile.dots_of_mm(4.0);
        for y in self.at..self.at + rows {
            for x in 0..width {
                let black = match x * 5 / width.max(1) {
                    0 => x % 2 == 0 && y % 2 == 0,
                    1 => (x + y) % 2 == 0,
                    2 => x % 2 == 0 || y % 2 == 0,
                    3 => y % 2 == 0,
                    _ => true,
                };
                if black {
                    self.paper.blacken(x, y);
                }
            }
        }
        self.at += rows + self.profile.dots_of_mm(2.0);
    }

    fn text(&mut self, text: &str, millimetres: f32, bold: bool) {
        let width = u32::from(self.profile.dots());
        let style = Style {
            size: millimetres * f32::from(self.profile.features().dpi) / 25.4,
            bold,
        };
        let set = self.fonts.set(text, style, Some(width));
        let place = Place {
            left: 0,
            top: self.at,
            width,
            align: Align::Left,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::Black);
        self.at += set.height;
    }

    fn code(&mut self) {
        let Ok(code) = qrcode::QrCode::new(CODE) else {
            return;
        };
        let module = self.profile.dots_of_mm(0.5).max(2);
        let quiet = 4 * module;
        self.at += quiet;
        let modules = u32::try_from(code.width()).unwrap_or(0);
        for (place, colour) in (0..).zip(code.to_colors()) {
            if colour == qrcode::Color::Dark {
                let (x, y) = (place % modules.max(1), place / modules.max(1));
                let left = quiet + x * module;
                self.paper.fill(left, self.at + y * module, module, module);
            }
        }
        self.at += modules * module + quiet;
    }
}
