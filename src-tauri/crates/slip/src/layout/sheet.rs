//! Paper that is filled from the top: words, marks and lines at their places.

use crate::content::Words;
use crate::fonts::{Fonts, Ink, Place, Step, Style, Typeset};
use crate::profile::Profile;
use crate::raster::Raster;
use crate::template::Align;

use super::{HEIGHT_MM_MAX, RenderError};

/// Smaller letters are not read from thermal paper, in millimetres.
const LEAST_MM: f32 = 2.5;
const RULE_MM: f32 = 0.25;
/// On paper narrower than this, facts that stand side by side stand one above the other.
const NARROW_MM: f32 = 60.0;
/// Letters and code are a little smaller there, so that a line still holds a phrase.
const NARROW_SHARE: f32 = 0.92;
/// Between two texts of one line.
const WORD_GAP_MM: f32 = 1.6;
const MARK_MM: f32 = 5.0;
const MARK_TEXT_MM: f32 = 3.6;
const MARK_PAD_MM: f32 = 1.2;
/// A column beside the code that is narrower than this is not filled, in millimetres.
const BESIDE_MM_MIN: f32 = 22.0;

fn is_narrow(profile: &Profile) -> bool {
    u32::from(profile.dots()) < profile.dots_of_mm(NARROW_MM)
}

/// By how much everything but the number is smaller on this paper.
pub(super) fn narrowed(profile: &Profile) -> f32 {
    if is_narrow(profile) {
        NARROW_SHARE
    } else {
        1.0
    }
}

/// Where words go.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) left: u32,
    pub(super) width: u32,
    pub(super) align: Align,
}

/// Something at the left edge beside which the next words stand.
#[derive(Clone, Copy)]
struct Float {
    right: u32,
    bottom: u32,
}

pub(super) struct Sheet<'a> {
    profile: &'a Profile,
    pub(super) fonts: &'a mut Fonts,
    pub(super) paper: Raster,
    pub(super) width: u32,
    pub(super) y: u32,
    /// A line that is drawn as soon as something follows it.
    rule_waits: bool,
    float: Option<Float>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(profile: &'a Profile, fonts: &'a mut Fonts) -> Sheet<'a> {
        Sheet {
            paper: Raster::blank(profile.dots(), profile.dots_of_mm(HEIGHT_MM_MAX)),
            width: u32::from(profile.dots()),
            profile,
            fonts,
            y: 0,
            rule_waits: false,
            float: None,
        }
    }

    /// Something follows: the line before it is drawn now.
    pub(super) fn begin(&mut self) {
        if !std::mem::take(&mut self.rule_waits) || self.y == 0 {
            return;
        }
        self.clear();
        self.space(0.7);
        let thick = self.mm(RULE_MM).max(1);
        self.paper.fill(0, self.y, self.width, thick);
        self.y += thick;
        self.space(0.8);
    }

    pub(super) fn rule(&mut self) {
        self.rule_waits = true;
    }

    pub(super) fn space(&mut self, millimetres: f32) {
        self.y += self.mm(millimetres);
    }

    /// What follows stands beside this, as long as there is room; otherwise below it.
    pub(super) fn float(&mut self, right: u32, bottom: u32) {
        let room = self.width.saturating_sub(right);
        if room < self.mm(BESIDE_MM_MIN) {
            self.y = self.y.max(bottom);
        } else {
            self.float = Some(Float { right, bottom });
        }
    }

    /// Nothing stands beside the floating thing any more.
    pub(super) fn clear(&mut self) {
        if let Some(float) = self.float.take() {
            self.y = self.y.max(float.bottom);
        }
    }

    /// The room for the next words.
    pub(super) fn column(&mut self, align: Align) -> Column {
        if let Some(float) = self.float {
            if self.y < float.bottom {
                return Column {
                    left: float.right,
                    width: self.width.saturating_sub(float.right),
                    align: Align::Left,
                };
            }
            self.float = None;
        }
        Column {
            left: 0,
            width: self.width,
            align,
        }
    }

    /// The dots, and how many white rows were dropped above them.
    pub(super) fn finish(mut self) -> Result<(Raster, u32), RenderError> {
        self.clear();
        if self.y > self.paper.rows() {
            return Err(RenderError::TooLong);
        }
        self.paper.truncate(self.y);
        let above = self.paper.trim();
        self.paper.guard();
        Ok((self.paper, above))
    }

    /// The dots with the white above and below them: a block that is laid on a paper with others.
    pub(super) fn block(mut self) -> Result<Raster, RenderError> {
        self.clear();
        if self.y > self.paper.rows() {
            return Err(RenderError::TooLong);
        }
        self.paper.truncate(self.y);
        Ok(self.paper)
    }

    /// A line across the paper, at once.
    pub(super) fn line(&mut self) {
        let thick = self.rule_thick();
        self.paper.fill(0, self.y, self.width, thick);
        self.y += thick;
    }

    /// A box to tick.
    pub(super) fn checkbox(&mut self, left: u32, top: u32, side: u32) {
        let thick = self.rule_thick();
        let inner = side.saturating_sub(thick);
        for (left, top, width, height) in [
            (left, top, side, thick),
            (left, top + inner, side, thick),
            (left, top, thick, side),
            (left + inner, top, thick, side),
        ] {
            self.paper.fill(left, top, width, height);
        }
    }

    /// Japanese and the citizen's language: in one line where both fit, else one below the other.
    pub(super) fn pair(&mut self, words: &Words, ja: Style, other: Style, column: Column) {
        // Figures are read in every language: 「12人」 needs no 「12」 beside it.
        let is_figure = |text: &&String| {
            text.bytes().all(|it| it.is_ascii_digit()) && words.ja.contains(text.as_str())
        };
        let Some(text) = words.other.as_ref().filter(|it| !is_figure(it)) else {
            self.paragraph(&words.ja, ja, column);
            return;
        };
        let first = self.fonts.set(&words.ja, ja, None);
        let second = self.fonts.set(text, other, None);
        let gap = self.mm(WORD_GAP_MM);
        if words.ja.trim().is_empty() || first.width + gap + second.width > column.width {
            self.paragraph(&words.ja, ja, column);
            self.paragraph(text, other, column);
            return;
        }
        let width = first.width + gap + second.width;
        let left = column.left
            + match column.align {
                Align::Left => 0,
                Align::Centre => (column.width - width) / 2,
            };
        let top = self.y;
        self.put(&first, left, top);
        let lower = first.baseline().saturating_sub(second.baseline());
        self.put(&second, left + first.width + gap, top + lower);
        self.y = top + first.height.max(second.height + lower);
    }

    /// How wide a pair would be in one line.
    pub(super) fn pair_width(&mut self, words: &Words, ja: Style, other: Style) -> u32 {
        let first = self.fonts.set(&words.ja, ja, None).width;
        match &words.other {
            Some(text) => first + self.mm(WORD_GAP_MM) + self.fonts.set(text, other, None).width,
            None => first,
        }
    }

    fn put(&mut self, set: &Typeset, left: u32, top: u32) {
        let place = Place {
            left,
            top,
            width: set.width,
            align: Align::Left,
        };
        self.fonts.draw(set, &mut self.paper, place, Ink::Black);
    }

    /// Text in a column: made smaller first, then wrapped, never cut off; goes on below it.
    pub(super) fn paragraph(&mut self, text: &str, style: Style, column: Column) {
        if text.trim().is_empty() {
            return;
        }
        let steps = self.steps(style.size);
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

    /// Large letters give way before they wrap; small ones wrap at once.
    fn steps(&self, size: f32) -> Vec<Step> {
        let least = self.px(LEAST_MM).min(size);
        let smaller = |share: f32| (size * share).max(least);
        let step = |lines, least| Step { lines, least };
        if size < self.px(3.8) {
            return vec![step(1, smaller(0.93))];
        }
        vec![
            step(1, smaller(0.8)),
            step(2, smaller(0.7)),
            step(3, smaller(0.58)),
            step(4, least),
        ]
    }

    /// How wide a mark with this text is.
    pub(super) fn mark_width(&mut self, text: &str) -> u32 {
        let style = self.style(MARK_TEXT_MM, true);
        let width = self.fonts.set(text, style, None).width + 2 * self.mm(MARK_PAD_MM);
        width.min(self.width)
    }

    pub(super) fn mark_height(&self) -> u32 {
        self.mm(MARK_MM)
    }

    /// White letters in a black box.
    pub(super) fn mark(&mut self, text: &str, left: u32, top: u32) {
        let (width, height) = (self.mark_width(text), self.mark_height());
        self.paper.fill(left, top, width, height);
        let style = self.style(MARK_TEXT_MM, true);
        let room = width.saturating_sub(2 * self.mm(MARK_PAD_MM));
        let least = self.px(1.8);
        let set = self
            .fonts
            .fit(text, style, room, &[Step { lines: 1, least }]);
        let place = Place {
            left,
            top: top + height.saturating_sub(set.height) / 2,
            width,
            align: Align::Centre,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::White);
    }

    /// A white figure in a black square at the left edge.
    pub(super) fn numbered(&mut self, figure: &str, side: u32, top: u32) {
        self.paper.fill(0, top, side, side);
        let style = Style {
            size: side as f32 * 0.82,
            bold: true,
        };
        let set = self.fonts.set(figure, style, None);
        let place = Place {
            left: 0,
            top: (top + side / 2).saturating_sub(set.height / 2),
            width: side,
            align: Align::Centre,
        };
        self.fonts.draw(&set, &mut self.paper, place, Ink::White);
    }

    pub(super) fn is_narrow(&self) -> bool {
        is_narrow(self.profile)
    }

    pub(super) fn style(&self, millimetres: f32, bold: bool) -> Style {
        let size_mm = millimetres * narrowed(self.profile);
        Style {
            size: self.px(size_mm.max(LEAST_MM)),
            bold,
        }
    }

    pub(super) fn rule_thick(&self) -> u32 {
        self.mm(RULE_MM).max(1)
    }

    fn px(&self, millimetres: f32) -> f32 {
        self.mm(millimetres) as f32
    }

    pub(super) fn mm(&self, millimetres: f32) -> u32 {
        self.profile.dots_of_mm(millimetres)
    }
}
