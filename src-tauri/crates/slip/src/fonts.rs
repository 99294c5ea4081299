//! Text as dots: shaping and line breaking by `cosmic-text`, outlines by `swash`, and then a
//! threshold, because thermal paper knows no grey.

use std::sync::Arc;

use cosmic_text::{
    Attrs, Buffer, CacheKey, Family, FontSystem, Metrics, Shaping, SubpixelBin, SwashCache,
    SwashContent, Weight, Wrap, fontdb,
};

use crate::raster::Raster;

/// The longest text that is set; nothing that stands on a slip is longer.
const TEXT_CHARS_MAX: usize = 400;

/// Glyph pictures that are kept between slips before the store is emptied.
const GLYPHS_KEPT_MAX: usize = 4096;

/// Lines are this many times as far apart as the letters are high.
const LEADING: f32 = 1.22;

/// The shipped faces, loaded once and used for every slip.
pub struct Fonts {
    system: FontSystem,
    glyphs: SwashCache,
    family: String,
}

/// The faces cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    /// None was given.
    #[error("no font was given")]
    None,
    /// One is not a font.
    #[error("font number {place} is not a TrueType or OpenType font")]
    Unreadable {
        /// Its place in the list, from 1.
        place: usize,
    },
}

impl Fonts {
    /// From the bytes of the font files. The first one's family sets everything it can, in the
    /// weights that are given; the others stand in for characters that it lacks.
    pub fn load(faces: impl IntoIterator<Item = Vec<u8>>) -> Result<Fonts, FontError> {
        let mut db = fontdb::Database::new();
        let mut family = None;
        for (place, bytes) in (1..).zip(faces) {
            let ids = db.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
            let face = ids.first().and_then(|id| db.face(*id));
            let Some((name, _)) = face.and_then(|face| face.families.first()) else {
                return Err(FontError::Unreadable { place });
            };
            family.get_or_insert_with(|| name.clone());
        }
        let family = family.ok_or(FontError::None)?;
        Ok(Fonts {
            system: FontSystem::new_with_locale_and_db("ja-JP".to_owned(), db),
            glyphs: SwashCache::new(),
            family,
        })
    }

    /// The characters of a text that no face has; they would print as boxes.
    pub fn lacks(&mut self, text: &str) -> Vec<char> {
        let text = printable(text);
        let style = Style {
            size: 24.0,
            bold: true,
        };
        let buffer = self.shaped(&text, style, None);
        let mut lacking = Vec::new();
        for glyph in buffer.layout_runs().flat_map(|run| run.glyphs) {
            if glyph.glyph_id == 0 {
                lacking.extend(text.get(glyph.start..glyph.end).unwrap_or_default().chars());
            }
        }
        lacking
    }

    /// Sets a text in as many lines as this width needs; in one line without a width.
    pub(crate) fn set(&mut self, text: &str, style: Style, width: Option<u32>) -> Typeset {
        if self.glyphs.image_cache.len() > GLYPHS_KEPT_MAX {
            self.glyphs.image_cache.clear();
        }
        let text = printable(text);
        let buffer = match width {
            Some(_) => self.shaped(&with_whole_words(&text), style, width),
            None => self.shaped(&text, style, None),
        };
        let line_height = buffer.metrics().line_height;
        let lines: Vec<Line> = buffer
            .layout_runs()
            .map(|run| Line {
                width: run.line_w.ceil() as u32,
                glyphs: run
                    .glyphs
                    .iter()
                    .map(|glyph| {
                        let placed = glyph.physical((0.0, run.line_y), 1.0);
                        let mut key = placed.cache_key;
                        // Whole dots only: the same letter then looks the same everywhere.
                        (key.x_bin, key.y_bin) = (SubpixelBin::Zero, SubpixelBin::Zero);
                        Glyph {
                            key,
                            x: placed.x,
                            y: placed.y,
                        }
                    })
                    .collect(),
            })
            .collect();
        Typeset {
            height: (lines.len() as f32 * line_height).ceil() as u32,
            width: lines.iter().map(|line| line.width).max().unwrap_or(0),
            lines,
        }
    }

    fn shaped(&mut self, text: &str, style: Style, width: Option<u32>) -> Buffer {
        let size = style.size.max(1.0);
        let mut buffer = Buffer::new(&mut self.system, Metrics::new(size, size * LEADING));
        buffer.set_wrap(match width {
            Some(_) => Wrap::WordOrGlyph,
            None => Wrap::None,
        });
        buffer.set_size(width.map(|width| width as f32), None);
        let weight = if style.bold {
            Weight::BOLD
        } else {
            Weight::NORMAL
        };
        let attrs = Attrs::new()
            .family(Family::Name(&self.family))
            .weight(weight);
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.system, false);
        buffer
    }

    /// Sets a text as large as the first of the steps allows: each step is a number of lines and
    /// the size down to which the text is made smaller to fit them. After the last step it takes
    /// the lines it needs, because nothing is ever cut off.
    pub(crate) fn fit(&mut self, text: &str, style: Style, width: u32, steps: &[Step]) -> Typeset {
        let mut style = style;
        for step in steps {
            loop {
                let set = self.set(text, style, Some(width));
                if set.lines.len() <= step.lines && set.width <= width {
                    return self.balance(text, style, set);
                }
                let smaller = style.size * 0.94;
                if smaller < step.least {
                    break;
                }
                style.size = smaller;
            }
        }
        let set = self.set(text, style, Some(width));
        self.balance(text, style, set)
    }

    /// Makes the lines of a paragraph about equally long, so that no character stands alone in
    /// the last one: the narrowest column that needs no further line.
    fn balance(&mut self, text: &str, style: Style, set: Typeset) -> Typeset {
        if set.lines.len() < 2 {
            return set;
        }
        let (mut best, mut wide, mut narrow) = (set, 0, 0);
        wide = wide.max(best.width);
        for _ in 0..5 {
            let middle = (wide + narrow) / 2;
            let tried = self.set(text, style, Some(middle));
            if tried.lines.len() == best.lines.len() && tried.width <= middle {
                (wide, best) = (tried.width, tried);
            } else {
                narrow = middle;
            }
        }
        best
    }

    /// Puts set text on the paper; `left` and `width` are the column it is aligned in.
    pub(crate) fn draw(&mut self, set: &Typeset, paper: &mut Raster, place: Place, ink: Ink) {
        for line in &set.lines {
            let rest = place.width.saturating_sub(line.width);
            let indent = match place.align {
                Align::Left => 0,
                Align::Centre => rest / 2,
            };
            let left = signed(place.left + indent);
            for glyph in &line.glyphs {
                self.draw_glyph(glyph, left, signed(place.top), paper, ink);
            }
        }
    }

    /// The dots that a glyph covers, `top` from the line's origin; `None` for a space.
    pub(crate) fn ink_box(&mut self, glyph: &Glyph) -> Option<InkBox> {
        let image = self
            .glyphs
            .get_image(&mut self.system, glyph.key)
            .as_ref()?;
        let placement = image.placement;
        (placement.width > 0 && placement.height > 0).then_some(InkBox {
            left: placement.left,
            top: -placement.top,
            width: placement.width,
            height: placement.height,
        })
    }

    pub(crate) fn draw_glyph(
        &mut self,
        glyph: &Glyph,
        left: i32,
        top: i32,
        paper: &mut Raster,
        ink: Ink,
    ) {
        let Some(image) = self.glyphs.get_image(&mut self.system, glyph.key) else {
            return;
        };
        let width = image.placement.width as usize;
        if width == 0 {
            return;
        }
        let (left, top) = (
            left + glyph.x + image.placement.left,
            top + glyph.y - image.placement.top,
        );
        let covered: fn(&[u8]) -> bool = match image.content {
            SwashContent::Mask => |pixel| pixel.first().is_some_and(|alpha| *alpha >= 128),
            // Coloured glyphs (emoji) print as their silhouette.
            SwashContent::Color | SwashContent::SubpixelMask => {
                |pixel| pixel.last().is_some_and(|alpha| *alpha >= 128)
            }
        };
        let depth = match image.content {
            SwashContent::Mask => 1,
            SwashContent::Color | SwashContent::SubpixelMask => 4,
        };
        for (y, row) in (top..).zip(image.data.chunks(width * depth)) {
            for (x, pixel) in (left..).zip(row.chunks(depth)) {
                if covered(pixel)
                    && let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                {
                    match ink {
                        Ink::Black => paper.blacken(x, y),
                        Ink::White => paper.whiten(x, y),
                    }
                }
            }
        }
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Fonts({}, {} faces)",
            self.family,
            self.system.db().len()
        )
    }
}

/// Size in dots and weight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) bold: bool,
}

/// How far [`Fonts::fit`] goes before it allows more lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) lines: usize,
    /// In dots.
    pub(crate) least: f32,
}

/// Where set text goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) align: Align,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Align {
    Left,
    Centre,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Ink {
    Black,
    White,
}

/// Text with its lines broken and its glyphs placed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typeset {
    pub(crate) lines: Vec<Line>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) glyphs: Vec<Glyph>,
    width: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    key: CacheKey,
    x: i32,
    y: i32,
}

/// The rectangle that a glyph's black fills, in dots from its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InkBox {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Glyph {
    /// The same glyph somewhere else.
    pub(crate) fn at(&self, x: i32, y: i32) -> Glyph {
        Glyph {
            key: self.key,
            x,
            y,
        }
    }
}

pub(crate) fn signed(dots: u32) -> i32 {
    i32::try_from(dots).unwrap_or(i32::MAX)
}

/// A line of visible characters: no control character ever reaches the paper.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| if character == '\n' { ' ' } else { character })
        .filter(|character| !character.is_control())
        .take(TEXT_CHARS_MAX)
        .collect()
}

/// Keeps foreign words together: a line may end between any two Japanese characters, but
/// スマートフォ/ンで is hard to read. Words longer than a line are still broken.
fn with_whole_words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.chars() {
        if is_katakana(before) && is_katakana(character) {
            joined.push(WORD_JOINER);
        }
        joined.push(character);
        before = character;
    }
    joined
}

/// Invisible; no line ends at it.
const WORD_JOINER: char = '\u{2060}';

fn is_katakana(character: char) -> bool {
    matches!(character, 'ァ'..='ヺ' | 'ー'..='ヿ')
}
