//! Where everything stands. Lengths are millimetres, so that every printer gives the same slip.
//!
//! ```text
//! さくら市役所 市民課                [再発行]
//! ──────────────────────────────────────────
//! 住民票・戸籍の証明
//! Certificates
//!            A - 0 0 1                        25 mm
//! [予約]  10:00〜10:30
//! ──────────────────────────────────────────
//! お待ちの人数 │ お待ちの場所
//! 7人          │ 1階 3番窓口前
//! ──────────────────────────────────────────
//! ▓▓▓  caption
//! ▓▓▓  note
//! 2026年11月22日（日）14時55分
//! ```

use qrcode::{Color, EcLevel, QrCode};

use crate::content::{Code, Fact, Slip, Words};
use crate::fonts::{Align, Fonts, Glyph, Ink, Place, Step, Style, signed};
use crate::profile::Profile;
use crate::raster::Raster;

/// The longest slip.
const HEIGHT_MM_MAX: f32 = 250.0;
const NUMBER_MM: f32 = 25.0;
const HEADER_MM: f32 = 3.8;
const SERVICE_MM: f32 = 6.2;
const VALUE_MM: f32 = 5.6;
const TEXT_MM: f32 = 3.4;
const LABEL_MM: f32 = 3.2;
const OTHER_MM: f32 = 2.8;
const LEAST_MM: f32 = 2.5;
const CODE_MM_MAX: f32 = 21.0;
const RULE_MM: f32 = 0.25;
const ROW_GAP_MM: f32 = 1.0;
/// On paper narrower than this, things that stand side by side stand one above the other.
const NARROW_MM: f32 = 60.0;

/// A slip that cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The address does not fit into a code that telephones can read from this paper.
    #[error("the address of the code has {bytes} bytes, too many for this paper")]
    CodeTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The texts make a slip longer than a quarter of a metre.
    #[error("the slip would be longer than {HEIGHT_MM_MAX} mm")]
    TooLong,
}

/// Draws a slip for this printer's paper, without blank rows at the top or the bottom.
pub fn render(slip: &Slip, profile: &Profile, fonts: &mut Fonts) -> Result<Raster, RenderError> {
    let mut sheet = Sheet::new(profile, fonts);
    sheet.header(slip);
    sheet.rule();
    sheet.service(&slip.service);
    sheet.number(&slip.number_label, &slip.number);
    if let Some(booked) = &slip.booked {
        sheet.booked(booked);
    }
    for (index, row) in rows(slip).iter().enumerate() {
        if index == 0 {
            sheet.rule();
        } else {
            sheet.y += sheet.mm(ROW_GAP_MM);
        }
        sheet.facts(row);
    }
    if slip.code.is_some() || slip.note.is_some() {
        sheet.rule();
        sheet.foot(slip.code.as_ref(), slip.note.as_ref())?;
    }
    sheet.issued(&slip.issued);
    sheet.finish()
}

/// Two facts stand side by side; where there is a wait, the place to wait has a row of its own.
fn rows(slip: &Slip) -> Vec<Vec<&Fact>> {
    let (ahead, wait) = (slip.ahead.as_ref(), slip.wait.as_ref());
    let (area, then) = (slip.area.as_ref(), slip.then.as_ref());
    let rows = match wait {
        Some(_) => [[ahead, wait], [area, None], [then, None]],
        None => [[ahead, area], [then, None], [None, None]],
    };
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().flatten().collect());
    rows.filter(|row: &Vec<&Fact>| !row.is_empty()).collect()
}

/// Paper that is filled from the top.
struct Sheet<'a> {
    profile: &'a Profile,
    fonts: &'a mut Fonts,
    paper: Raster,
    width: u32,
    y: u32,
}

impl<'a> Sheet<'a> {
    fn new(profile: &'a Profile, fonts: &'a mut Fonts) -> Sheet<'a> {
        Sheet {
            paper: Raster::blank(profile.dots(), profile.dots_of_mm(HEIGHT_MM_MAX)),
            width: u32::from(profile.dots()),
            profile,
            fonts,
            y: 0,
        }
    }

    /// Office and section, and at the right the mark of a reissued slip.
    fn header(&mut self, slip: &Slip) {
        let mut column = self.whole(Align::Left);
        let mut bottom = self.y;
        if let Some(reissued) = &slip.reissued {
            let text = one_line(reissued);
            let width = self.mark_width(&text);
            bottom += self.mm(MARK_MM);
            if self.is_narrow() {
                self.mark(&text, 0, self.y);
                self.y = bottom + self.mm(0.6);
            } else {
                self.mark(&text, self.width.saturating_sub(width), self.y);
                column.width = self.width.saturating_sub(width + self.mm(2.0));
            }
        }
        let text = match &slip.section {
            Some(section) => format!("{} {section}", slip.office),
            None => slip.office.clone(),
        };
        self.y += self.mm(0.6);
        self.paragraph(
            &text,
            self.style(HEADER_MM, true),
            &[(1, 3.2), (2, LEAST_MM)],
            column,
        );
        self.y = self.y.max(bottom);
    }

    fn service(&mut self, service: &Words) {
        let column = self.whole(Align::Centre);
        let steps = [(1, 5.0), (2, 4.4), (3, 3.6), (4, LEAST_MM)];
        self.paragraph(&service.ja, self.style(SERVICE_MM, true), &steps, column);
        if let Some(other) = &service.other {
            self.y += self.mm(0.4);
            let steps = [(1, 3.0), (2, LEAST_MM)];
            self.paragraph(other, self.style(TEXT_MM, true), &steps, column);
        }
        self.y += self.mm(1.4);
    }

    /// The number's label, and the number as high as it may be and as wide as the paper allows.
    fn number(&mut self, label: &Words, number: &str) {
        let column = self.whole(Align::Centre);
        let style = self.style(LABEL_MM, false);
        self.paragraph(&one_line(label), style, &[(1, LEAST_MM)], column);
        self.y += self.mm(1.2);
        let height = self.mm(NUMBER_MM);
        let room = self.width.saturating_sub(self.mm(2.0));
        let Some(line) = BigLine::fit(number, room, height, self.fonts) else {
            return;
        };
        let left = self.width.saturating_sub(line.width) / 2;
        line.draw(left, self.y, self.fonts, &mut self.paper);
        self.y += line.height + self.mm(2.2);
    }

    /// The mark 予約 and the booked time, together in the middle.
    fn booked(&mut self, booked: &Fact) {
        let text = one_line(&booked.label);
        let gap = self.mm(2.5);
        let mark_width = self.mark_width(&text);
        let room = self.width.saturating_sub(mark_width + gap);
        let steps = self.steps(&[(1, 3.6), (2, LEAST_MM)]);
        let value = one_line(&booked.value);
        let style = self.style(VALUE_MM, true);
        let set = self.fonts.fit(&value, style, room, &steps);
        let left = self.width.saturating_sub(mark_width + gap + set.width) / 2;
        let mark_height = self.mm(MARK_MM);
        let row = mark_height.max(set.height);
        self.mark(&text, left, self.y + (row - mark_height) / 2);
        let place = Place {
            left: left + mark_width + gap,
            top: self.y + (row - set.height) / 2,
            width: set.width,
            align: Align::Left,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::Black);
        self.y += row + self.mm(1.2);
    }

    /// People ahead and the place to wait: side by side where there is room.
    fn facts(&mut self, facts: &[&Fact]) {
        if self.is_narrow() {
            for fact in facts {
                self.fact(fact, self.whole(Align::Left));
                self.y += self.mm(0.6);
            }
            return;
        }
        let gap = self.mm(2.5);
        let top = self.y;
        let mut left = 0;
        let mut lowest = top;
        let mut borders = Vec::new();
        let shares = self.shares(facts, gap);
        for (fact, width) in facts.iter().zip(shares) {
            if left > 0 {
                borders.push(left - gap);
            }
            self.y = top;
            let align = Align::Left;
            self.fact(fact, Column { left, width, align });
            lowest = lowest.max(self.y);
            left += width + 2 * gap;
        }
        let thick = self.mm(RULE_MM).max(1);
        for border in borders {
            self.paper.fill(border, top, thick, lowest - top);
        }
        self.y = lowest + self.mm(0.4);
    }

    /// The first column as wide as it needs but at most half; the last takes the rest.
    fn shares(&mut self, facts: &[&Fact], gap: u32) -> Vec<u32> {
        let [first, _] = facts else {
            return vec![self.width; facts.len()];
        };
        let label = self.natural_width(&first.label.ja, self.style(LABEL_MM, true));
        let other = first.label.other.as_deref().unwrap_or_default();
        let other = self.natural_width(other, self.style(OTHER_MM, false));
        let value = self.natural_width(&first.value.ja, self.style(VALUE_MM, true));
        let share = label.max(other).max(value).min(self.width * 9 / 20);
        vec![share, self.width.saturating_sub(share + 2 * gap)]
    }

    fn natural_width(&mut self, text: &str, style: Style) -> u32 {
        self.fonts.set(text, style, None).width
    }

    /// Label, its translation, value, its translation.
    fn fact(&mut self, fact: &Fact, column: Column) {
        let small = [(1, LEAST_MM)];
        let large = [(1, 4.2), (2, 3.6), (3, LEAST_MM)];
        let label = self.style(LABEL_MM, true);
        if self.is_narrow() && fact.label.other.is_some() {
            self.paragraph(&one_line(&fact.label), label, &small, column);
        } else {
            self.paragraph(&fact.label.ja, label, &small, column);
            if let Some(other) = &fact.label.other {
                self.paragraph(other, self.style(OTHER_MM, false), &small, column);
            }
        }
        self.paragraph(&fact.value.ja, self.style(VALUE_MM, true), &large, column);
        if let Some(other) = &fact.value.other {
            let steps = [(1, 3.0), (2, LEAST_MM)];
            self.paragraph(other, self.style(TEXT_MM, true), &steps, column);
        }
    }

    /// The code at the left with its caption and the note beside it; on narrow paper below it.
    fn foot(&mut self, code: Option<&Code>, note: Option<&Words>) -> Result<(), RenderError> {
        let top = self.y;
        let mut column = self.whole(Align::Left);
        let mut bottom = top;
        if let Some(code) = code {
            let drawn = self.code(code)?;
            bottom = top + drawn;
            if self.is_narrow() {
                self.y = bottom;
            } else {
                column.left = drawn + self.mm(1.5);
                column.width = self.width.saturating_sub(column.left);
                self.y += self.mm(0.8);
            }
            self.words(&code.caption, self.style(TEXT_MM, true), column);
        }
        if let Some(note) = note {
            self.y += self.mm(0.8);
            self.words(note, self.style(LABEL_MM, false), column);
        }
        self.y = self.y.max(bottom) + self.mm(0.8);
        Ok(())
    }

    fn words(&mut self, words: &Words, style: Style, column: Column) {
        self.paragraph(&words.ja, style, &[], column);
        if let Some(other) = &words.other {
            self.paragraph(other, self.style(OTHER_MM, false), &[], column);
        }
    }

    /// Draws the code with its quiet zone; returns the side of the square.
    fn code(&mut self, code: &Code) -> Result<u32, RenderError> {
        let too_long = || RenderError::CodeTooLong {
            bytes: code.url.len(),
        };
        let matrix = QrCode::with_error_correction_level(code.url.as_bytes(), EcLevel::M)
            .map_err(|_| too_long())?;
        let modules = u32::try_from(matrix.width()).map_err(|_| too_long())?;
        let side = modules + 2 * QUIET_MODULES;
        let dots = self.mm(CODE_MM_MAX) / side;
        if dots < self.mm(MODULE_MM_MIN).max(2) {
            return Err(too_long());
        }
        let indent = if self.is_narrow() {
            self.width.saturating_sub(side * dots) / 2
        } else {
            0
        };
        let colours = matrix.to_colors();
        for (place, _) in (0_u32..)
            .zip(colours)
            .filter(|(_, colour)| *colour == Color::Dark)
        {
            let x = (place % modules + QUIET_MODULES) * dots;
            let y = (place / modules + QUIET_MODULES) * dots;
            self.paper.fill(indent + x, self.y + y, dots, dots);
        }
        Ok(side * dots)
    }

    fn issued(&mut self, issued: &str) {
        let column = self.whole(Align::Centre);
        self.paragraph(issued, self.style(TEXT_MM, false), &[(1, LEAST_MM)], column);
    }

    fn finish(mut self) -> Result<Raster, RenderError> {
        if self.y > self.paper.rows() {
            return Err(RenderError::TooLong);
        }
        self.paper.truncate(self.y);
        self.paper.guard();
        Ok(self.paper)
    }

    fn mark_width(&mut self, text: &str) -> u32 {
        let style = self.style(MARK_TEXT_MM, true);
        let width = self.natural_width(text, style) + 2 * self.mm(MARK_PAD_MM);
        width.min(self.width * 5 / 8)
    }

    /// White letters in a black box of [`Self::mark_width`].
    fn mark(&mut self, text: &str, left: u32, top: u32) {
        let width = self.mark_width(text);
        let height = self.mm(MARK_MM);
        self.paper.fill(left, top, width, height);
        let steps = self.steps(&[(1, 1.8)]);
        let room = width.saturating_sub(2 * self.mm(MARK_PAD_MM));
        let style = self.style(MARK_TEXT_MM, true);
        let set = self.fonts.fit(text, style, room, &steps);
        let place = Place {
            left,
            top: top + height.saturating_sub(set.height) / 2,
            width,
            align: Align::Centre,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::White);
    }

    /// Text in a column, smaller by steps of (lines, least millimetres); goes on below it.
    fn paragraph(&mut self, text: &str, style: Style, steps: &[(usize, f32)], column: Column) {
        if text.trim().is_empty() {
            return;
        }
        let steps = self.steps(steps);
        let set = self.fonts.fit(text, style, column.width, &steps);
        let place = Place {
            left: column.left,
            top: self.y,
            width: column.width,
            align: column.align,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::Black);
        self.y += set.height;
    }

    fn steps(&self, steps: &[(usize, f32)]) -> Vec<Step> {
        let step = |(lines, least): &(usize, f32)| Step {
            lines: *lines,
            least: self.px(*least),
        };
        steps.iter().map(step).collect()
    }

    fn rule(&mut self) {
        self.y += self.mm(0.6);
        let thick = self.mm(RULE_MM).max(1);
        self.paper.fill(0, self.y, self.width, thick);
        self.y += thick + self.mm(0.8);
    }

    fn whole(&self, align: Align) -> Column {
        Column {
            left: 0,
            width: self.width,
            align,
        }
    }

    fn is_narrow(&self) -> bool {
        self.width < self.mm(NARROW_MM)
    }

    fn style(&self, millimetres: f32, bold: bool) -> Style {
        Style {
            size: self.px(millimetres),
            bold,
        }
    }

    fn px(&self, millimetres: f32) -> f32 {
        self.mm(millimetres) as f32
    }

    fn mm(&self, millimetres: f32) -> u32 {
        self.profile.dots_of_mm(millimetres)
    }
}

/// White around a code, as its standard asks.
const QUIET_MODULES: u32 = 4;
/// Smaller modules are not read reliably from thermal paper.
const MODULE_MM_MIN: f32 = 0.3;
const MARK_MM: f32 = 6.0;
const MARK_TEXT_MM: f32 = 4.2;
const MARK_PAD_MM: f32 = 1.4;

#[derive(Clone, Copy)]
struct Column {
    left: u32,
    width: u32,
    align: Align,
}

/// Both languages in one line.
fn one_line(words: &Words) -> String {
    match &words.other {
        Some(other) => format!("{} {other}", words.ja),
        None => words.ja.clone(),
    }
}

/// The number: glyphs set by the black they carry, not by their advance, so that half-width
/// figures can stand as high as the paper's width allows.
struct BigLine {
    parts: Vec<Part>,
    width: u32,
    height: u32,
}

enum Part {
    Glyph(Glyph),
    /// A dash as a bar: the letter's own is so long that it takes room from the figures.
    Bar {
        left: u32,
        top: u32,
        width: u32,
        height: u32,
    },
}

impl BigLine {
    /// As high as `height_max`, or lower if it would be wider than `width_max`.
    fn fit(text: &str, width_max: u32, height_max: u32, fonts: &mut Fonts) -> Option<BigLine> {
        let mut size = BigLine::size_of_figures(height_max, fonts)?;
        // Outlines scale evenly but dots do not, so the right size is approached.
        for _ in 0..4 {
            let line = BigLine::set(text, size, fonts)?;
            let by_height = height_max as f32 / line.height as f32;
            let by_width = width_max as f32 / line.width as f32;
            let scale = by_height.min(by_width);
            if scale >= 1.0 {
                return Some(line);
            }
            size *= scale * 0.998;
        }
        BigLine::set(text, size, fonts)
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
        let bottom = boxes
            .iter()
            .map(|(_, ink)| ink.top + signed(ink.height))
            .max()?;
        let mut x = 0;
        let mut parts = Vec::new();
        for (glyph, ink) in boxes {
            let is_dash = ink.width > 3 * ink.height;
            let width = if is_dash {
                ink.width * 5 / 8
            } else {
                ink.width
            };
            parts.push(if is_dash {
                Part::Bar {
                    left: x,
                    top: (ink.top - top).unsigned_abs(),
                    width,
                    height: ink.height,
                }
            } else {
                Part::Glyph(glyph.at(signed(x) - ink.left, -top))
            });
            x += width + gap;
        }
        Some(BigLine {
            parts,
            width: x.saturating_sub(gap).max(1),
            height: u32::try_from(bottom - top).unwrap_or(0).max(1),
        })
    }

    fn draw(&self, left: u32, top: u32, fonts: &mut Fonts, paper: &mut Raster) {
        for part in &self.parts {
            match part {
                Part::Glyph(glyph) => {
                    fonts.draw_glyph(glyph, signed(left), signed(top), paper, Ink::Black);
                }
                Part::Bar {
                    left: x,
                    top: y,
                    width,
                    height,
                } => paper.fill(left + x, top + y, *width, *height),
            }
        }
    }
}
