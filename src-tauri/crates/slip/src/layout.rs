//! Where everything stands. Lengths are millimetres, so that every printer gives the same slip.
//!
//! ```text
//! さくら市役所 市民課              [再発行]
//! ─────────────────────────────────────────
//! 住民票・戸籍の証明 Certificates
//! 受付番号 Your number  [予約] 10:00
//! A - 0 0 1                          ▓▓▓▓▓     22 mm
//!                                    ▓▓▓▓▓
//! ─────────────────────────────────────────
//! お待ちの人数 │ お待ちの時間
//! 7人          │ およそ10〜20分
//! お待ちの場所
//! 1階 3番窓口前
//! ─────────────────────────────────────────
//! [2] 保険・年金  4番窓口
//!     持ち物 保険証
//! ─────────────────────────────────────────
//! caption · message · note · date
//! ```

mod checklist;
mod code;
mod number;
mod sheet;

use crate::content::{Fact, Slip, Stop, Words};
use crate::fonts::{Fonts, Style};
use crate::profile::{CodeWay, Profile};
use crate::raster::Raster;
use crate::template::{Align, FactOf, Look, Part, Template};

pub use checklist::checklist_papers;
pub(crate) use code::Matrix;
use number::BigLine;
use sheet::{Column, Sheet};

/// The longest slip, in millimetres.
pub(crate) const HEIGHT_MM_MAX: f32 = 250.0;
/// The number beside the code is at least this high; otherwise the code stands below it.
const BESIDE_NUMBER_MM_MIN: f32 = 20.0;

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
pub fn render(
    slip: &Slip,
    template: &Template,
    profile: &Profile,
    fonts: &mut Fonts,
) -> Result<Raster, RenderError> {
    drawing(slip, template, profile, fonts).map(|drawing| drawing.raster)
}

/// A slip's dots, and which rows of them the printer's own code takes.
pub(crate) struct Drawing {
    pub(crate) raster: Raster,
    pub(crate) native_code: Option<NativeCode>,
}

/// The rows of a code that the printer draws itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NativeCode {
    pub(crate) url: String,
    pub(crate) rows: std::ops::Range<u32>,
    /// A module's side, in dots.
    pub(crate) module: u8,
}

pub(crate) fn drawing(
    slip: &Slip,
    template: &Template,
    profile: &Profile,
    fonts: &mut Fonts,
) -> Result<Drawing, RenderError> {
    let mut layout = Layout {
        slip,
        native: profile.features().code == CodeWay::Native,
        code: side_of_code(template)
            .and_then(|side_mm| slip.code.as_ref().map(|code| (side_mm, code)))
            .map(|(side_mm, code)| Matrix::new(code, profile, side_mm))
            .transpose()?,
        native_code: None,
        sheet: Sheet::new(profile, fonts),
    };
    let is_office = |part: &Part| matches!(part, Part::Office(_));
    if !template.parts().iter().any(is_office) {
        layout.marks();
    }
    for part in template.parts() {
        layout.part(part);
    }
    let native_code = layout.native_code.take();
    let (raster, above) = layout.sheet.finish()?;
    Ok(Drawing {
        raster,
        native_code: native_code.map(|code| NativeCode {
            rows: code.rows.start.saturating_sub(above)..code.rows.end.saturating_sub(above),
            ..code
        }),
    })
}

/// The code's side is what its own part says; a template without that part shows no code.
fn side_of_code(template: &Template) -> Option<f32> {
    template.parts().iter().find_map(|part| match part {
        Part::Code { side_mm, .. } => Some(*side_mm),
        Part::Logo { .. }
        | Part::Office(_)
        | Part::Rule
        | Part::Service(_)
        | Part::Label(_)
        | Part::Number { .. }
        | Part::Facts { .. }
        | Part::Stops(_)
        | Part::Message(_)
        | Part::Note(_)
        | Part::Issued(_) => None,
    })
}

struct Layout<'a> {
    slip: &'a Slip,
    native: bool,
    /// Until it was drawn.
    code: Option<Matrix>,
    native_code: Option<NativeCode>,
    sheet: Sheet<'a>,
}

impl<'a> Layout<'a> {
    fn part(&mut self, part: &Part) {
        let slip = self.slip;
        match part {
            Part::Logo { logo, align } => self.logo(logo.dots(), *align),
            Part::Office(look) => self.office(look),
            Part::Rule => self.sheet.rule(),
            Part::Service(look) => self.service(look),
            Part::Label(look) => self.label(look),
            Part::Number {
                height_mm,
                align,
                code_beside,
            } => self.number(*height_mm, *align, *code_beside),
            Part::Facts { facts, look } => self.facts(facts, look),
            Part::Stops(look) => self.stops(look),
            Part::Code { look, .. } => self.code(look),
            Part::Message(look) => self.words(slip.message.as_ref(), look, true),
            Part::Note(look) => self.words(slip.note.as_ref(), look, false),
            Part::Issued(look) => self.words(Some(&Words::ja(&slip.issued)), look, false),
        }
    }

    /// A logo wider than the paper is left out: an office's picture is worth no slip.
    fn logo(&mut self, logo: &Raster, align: Align) {
        let width = u32::from(logo.width());
        if width > self.sheet.width || logo.rows() == 0 {
            return;
        }
        self.sheet.begin();
        self.sheet.clear();
        let left = match align {
            Align::Left => 0,
            Align::Centre => (self.sheet.width - width) / 2,
        };
        self.sheet.paper.copy(logo, left, self.sheet.y);
        self.sheet.y += logo.rows();
        self.sheet.space(1.2);
    }

    /// Office and section, and the marks at the right.
    fn office(&mut self, look: &Look) {
        let text = match &self.slip.section {
            Some(section) => format!("{} {section}", self.slip.office),
            None => self.slip.office.clone(),
        };
        let sheet = &mut self.sheet;
        sheet.begin();
        sheet.clear();
        let style = sheet.style(look.size_mm, true);
        let text_width = sheet.fonts.set(text.trim(), style, None).width;
        let marks = self.mark_texts();
        let gap = self.sheet.mm(1.6);
        let widths: u32 = marks
            .iter()
            .map(|mark| self.sheet.mark_width(mark) + gap)
            .sum();
        if text_width.min(self.sheet.width / 2) + widths > self.sheet.width {
            self.marks();
        }
        let beside =
            !marks.is_empty() && text_width.min(self.sheet.width / 2) + widths <= self.sheet.width;
        let sheet = &mut self.sheet;
        let mut column = sheet.column(look.align);
        let top = sheet.y;
        let mut bottom = top;
        if beside {
            let mut left = sheet.width + gap - widths;
            column.width = left.saturating_sub(gap);
            for mark in &marks {
                sheet.mark(mark, left, top);
                left += sheet.mark_width(mark) + gap;
            }
            bottom = top + sheet.mark_height();
            sheet.space(0.5);
        }
        sheet.paragraph(&text, style, column);
        sheet.y = sheet.y.max(bottom);
    }

    fn mark_texts(&self) -> Vec<String> {
        let marks = [&self.slip.copy, &self.slip.reissued];
        marks.into_iter().flatten().map(one_line).collect()
    }

    /// The marks alone, each on a row of its own.
    fn marks(&mut self) {
        for mark in self.mark_texts() {
            let sheet = &mut self.sheet;
            sheet.mark(&mark, 0, sheet.y);
            sheet.y += sheet.mark_height();
            sheet.space(0.6);
        }
    }

    fn service(&mut self, look: &Look) {
        let sheet = &mut self.sheet;
        sheet.begin();
        let (ja, other) = (
            sheet.style(look.size_mm, true),
            sheet.style(look.size_mm * 0.55, true),
        );
        let column = sheet.column(look.align);
        sheet.pair(&self.slip.service, ja, other, column);
        sheet.space(0.5);
    }

    /// What the number is, and the booked time beside it or below.
    fn label(&mut self, look: &Look) {
        let slip = self.slip;
        let sheet = &mut self.sheet;
        sheet.begin();
        let style = sheet.style(look.size_mm, false);
        let column = sheet.column(look.align);
        let Some(booked) = &slip.booked else {
            sheet.pair(&slip.number_label, style, style, column);
            sheet.space(0.8);
            return;
        };
        let value = one_line(&booked.value);
        let value_style = sheet.style(look.size_mm * 1.5, true);
        let value_width = sheet.fonts.set(&value, value_style, None).width;
        let (gap, mark_height) = (sheet.mm(2.0), sheet.mark_height());
        // On narrow paper the Japanese word alone, so that the time keeps its line.
        let mut mark = one_line(&booked.label);
        if sheet.mark_width(&mark) + gap + value_width > sheet.width {
            mark.clone_from(&booked.label.ja);
        }
        let mark_width = sheet.mark_width(&mark);
        let mut left = sheet.pair_width(&slip.number_label, style, style);
        let top = sheet.y;
        if left == 0 || left + gap + mark_width + gap + value_width > sheet.width {
            sheet.pair(&slip.number_label, style, style, column);
            sheet.space(0.4);
            left = 0;
        } else {
            let label_height = sheet.fonts.set(&slip.number_label.ja, style, None).height;
            sheet.y += mark_height.saturating_sub(label_height) / 2;
            let at_left = Column {
                left: 0,
                width: left,
                align: Align::Left,
            };
            sheet.pair(&slip.number_label, style, style, at_left);
            sheet.y = top;
            left += gap;
        }
        let top = sheet.y;
        sheet.mark(&mark, left, top);
        let left = left + mark_width + gap;
        let column = Column {
            left,
            width: sheet.width.saturating_sub(left).max(1),
            align: Align::Left,
        };
        sheet.paragraph(&value, value_style, column);
        sheet.y = sheet.y.max(top + mark_height);
        sheet.space(0.8);
    }

    /// The number as high as it may be and as wide as the paper allows, the code at its right.
    fn number(&mut self, height_mm: f32, align: Align, code_beside: bool) {
        let sheet = &mut self.sheet;
        sheet.begin();
        sheet.clear();
        let height = sheet.mm(height_mm);
        let least = sheet.mm(BESIDE_NUMBER_MM_MIN);
        let gap = sheet.mm(1.0);
        let room = sheet.width.saturating_sub(sheet.mm(1.0)).max(1);
        let number = self.slip.number.trim();
        // The paper's own margin is the other half of the border at the right.
        let side = self
            .code
            .as_ref()
            .map(|code| code.side() - code.quiet() / 2);
        let beside = side.filter(|_| code_beside && !self.native);
        if let Some(side) = beside
            && let room = room.saturating_sub(side + gap).max(1)
            && let Some(line) = BigLine::fit(number, room, height, sheet.fonts)
            && line.height >= least
            && let Some(code) = self.code.take()
        {
            let row = line.height.max(code.black_side());
            let top = sheet.y;
            // The white border overlaps the white above and below.
            line.draw(
                0,
                top + (row - line.height) / 2,
                sheet.fonts,
                &mut sheet.paper,
            );
            let quiet = code.quiet();
            let left = sheet.width.saturating_sub(side - quiet);
            // The border above it is the label's white and what the number is higher.
            let lower = (row - code.black_side()) / 2;
            code.draw_black(left, top + lower, &mut sheet.paper);
            sheet.y += row;
            // The border below the code is kept even where the number is no higher.
            let border = quiet.saturating_sub(row - code.black_side() - lower);
            sheet.y += border.max(sheet.mm(0.8)).min(quiet);
            return;
        }
        let Some(line) = BigLine::fit(number, room, height, sheet.fonts) else {
            return;
        };
        let left = match align {
            Align::Left => 0,
            Align::Centre => sheet.width.saturating_sub(line.width) / 2,
        };
        line.draw(left, sheet.y, sheet.fonts, &mut sheet.paper);
        sheet.y += line.height;
        sheet.space(0.8);
    }

    /// Facts side by side where there is room, with a thin line between them.
    fn facts(&mut self, facts: &[FactOf], look: &Look) {
        let facts: Vec<&Fact> = facts.iter().filter_map(|of| self.fact_of(*of)).collect();
        if facts.is_empty() {
            return;
        }
        let sheet = &mut self.sheet;
        sheet.begin();
        sheet.clear();
        let whole = sheet.column(look.align);
        let [first, second] = facts.as_slice() else {
            for fact in facts {
                self.fact(fact, look, whole);
            }
            self.sheet.space(0.5);
            return;
        };
        if sheet.is_narrow() {
            self.fact(first, look, whole);
            self.sheet.space(0.5);
            self.fact(second, look, whole);
            self.sheet.space(0.5);
            return;
        }
        let (top, gap) = (sheet.y, sheet.mm(2.0));
        let share = self.share(first, look);
        let left = Column {
            left: 0,
            width: share,
            align: Align::Left,
        };
        self.fact(first, look, left);
        let lowest = self.sheet.y;
        self.sheet.y = top;
        let right = Column {
            left: share + 2 * gap,
            width: self.sheet.width.saturating_sub(share + 2 * gap),
            align: Align::Left,
        };
        self.fact(second, look, right);
        let lowest = lowest.max(self.sheet.y);
        let thick = self.sheet.rule_thick();
        let (from, to) = (
            top + self.sheet.mm(0.6),
            lowest.saturating_sub(self.sheet.mm(0.4)),
        );
        self.sheet
            .paper
            .fill(share + gap, from, thick, to.saturating_sub(from));
        self.sheet.y = lowest;
        self.sheet.space(0.5);
    }

    fn fact_of(&self, of: FactOf) -> Option<&'a Fact> {
        let slip = self.slip;
        match of {
            FactOf::Ahead => slip.ahead.as_ref(),
            FactOf::Wait => slip.wait.as_ref(),
            FactOf::Area => slip.area.as_ref(),
            // The stops say the same and more.
            FactOf::Then => slip.then.as_ref().filter(|_| slip.stops.is_empty()),
        }
    }

    /// The first column as wide as it needs but at most half; the last takes the rest.
    fn share(&mut self, fact: &Fact, look: &Look) -> u32 {
        let styles = FactStyles::of(look, &self.sheet);
        let sheet = &mut self.sheet;
        let mut width = |text: &str, style| sheet.fonts.set(text, style, None).width;
        let texts = [
            (Some(&fact.label.ja), styles.label),
            (fact.label.other.as_ref(), styles.label_other),
            (Some(&fact.value.ja), styles.value),
            (fact.value.other.as_ref(), styles.value_other),
        ];
        let widths = texts
            .into_iter()
            .filter_map(|(text, style)| text.map(|text| width(text, style)));
        let widest = widths.max().unwrap_or(0);
        widest.min(self.sheet.width * 9 / 20)
    }

    /// Label and value, each with its translation.
    fn fact(&mut self, fact: &Fact, look: &Look, column: Column) {
        let styles = FactStyles::of(look, &self.sheet);
        let sheet = &mut self.sheet;
        sheet.pair(&fact.label, styles.label, styles.label_other, column);
        sheet.pair(&fact.value, styles.value, styles.value_other, column);
    }

    /// The counters after the first one, numbered from 2.
    fn stops(&mut self, look: &Look) {
        let slip = self.slip;
        if slip.stops.is_empty() {
            return;
        }
        self.sheet.begin();
        self.sheet.clear();
        let sheet = &mut self.sheet;
        let (label, other) = (sheet.style(3.0, true), sheet.style(2.6, false));
        let column = sheet.column(Align::Left);
        sheet.pair(&slip.stops_label, label, other, column);
        for (place, stop) in (2..).zip(&slip.stops) {
            self.stop(place, stop, look);
        }
    }

    fn stop(&mut self, place: usize, stop: &Stop, look: &Look) {
        let sheet = &mut self.sheet;
        sheet.space(0.5);
        let top = sheet.y;
        let side = sheet.mm(look.size_mm * 1.12);
        sheet.numbered(&place.to_string(), side, top);
        let left = side + sheet.mm(1.2);
        let column = Column {
            left,
            width: sheet.width.saturating_sub(left).max(1),
            align: Align::Left,
        };
        let large = sheet.style(look.size_mm, true);
        let small = sheet.style(look.size_mm * 0.66, false);
        let middle = sheet.style(look.size_mm * 0.8, true);
        sheet.pair(&stop.service, large, small, column);
        if let Some(place) = &stop.place {
            sheet.pair(place, middle, small, column);
        }
        if let Some(bring) = &stop.bring {
            let text = Words {
                ja: format!("{} {}", bring.label.ja, bring.value.ja),
                other: match (&bring.label.other, &bring.value.other) {
                    (None, None) => None,
                    (label, value) => Some(format!(
                        "{} {}",
                        label.as_ref().unwrap_or(&bring.label.ja),
                        value.as_ref().unwrap_or(&bring.value.ja)
                    )),
                },
            };
            let (ja, other) = (
                sheet.style(look.size_mm * 0.74, false),
                sheet.style(look.size_mm * 0.66, false),
            );
            sheet.pair(&text, ja, other, column);
        }
        sheet.y = sheet.y.max(top + side);
    }

    /// The code at the left, and its caption and all that follows beside it.
    fn code(&mut self, look: &Look) {
        let Some(code) = &self.slip.code else {
            return;
        };
        let caption = &code.caption;
        self.sheet.begin();
        if let Some(matrix) = self.code.take() {
            self.sheet.clear();
            let (top, side, quiet) = (self.sheet.y, matrix.side(), matrix.quiet());
            if self.native {
                // Rows of its own, with the white border that the printer does not draw.
                let left = (self.sheet.width.saturating_sub(matrix.black_side())) / 2;
                matrix.draw_black(left, top + quiet, &mut self.sheet.paper);
                self.native_code = Some(NativeCode {
                    url: code.url.clone(),
                    rows: top + quiet..top + quiet + matrix.black_side(),
                    module: u8::try_from(matrix.module()).unwrap_or(u8::MAX),
                });
                self.sheet.y += side;
            } else {
                matrix.draw_black(quiet, top + quiet / 2, &mut self.sheet.paper);
                self.sheet.float(side, top + side - quiet / 2);
            }
        }
        self.words(Some(caption), look, true);
    }

    fn words(&mut self, words: Option<&Words>, look: &Look, bold: bool) {
        let Some(words) = words else {
            return;
        };
        if words.ja.trim().is_empty() && words.other.is_none() {
            return;
        }
        self.sheet.begin();
        let (ja, other) = (
            self.sheet.style(look.size_mm, bold),
            self.sheet.style(look.size_mm * 0.85, false),
        );
        let column = self.sheet.column(look.align);
        self.sheet.pair(words, ja, other, column);
        self.sheet.space(0.4);
    }
}

struct FactStyles {
    label: Style,
    label_other: Style,
    value: Style,
    value_other: Style,
}

impl FactStyles {
    fn of(look: &Look, sheet: &Sheet<'_>) -> FactStyles {
        FactStyles {
            label: sheet.style((look.size_mm * 0.56).max(2.9), true),
            label_other: sheet.style((look.size_mm * 0.5).max(2.6), false),
            value: sheet.style(look.size_mm, true),
            value_other: sheet.style((look.size_mm * 0.6).max(2.9), true),
        }
    }
}

/// Both languages in one line.
pub(crate) fn one_line(words: &Words) -> String {
    match &words.other {
        Some(other) => format!("{} {other}", words.ja),
        None => words.ja.clone(),
    }
}
