//! Text as dots: shaping and line breaking by `cosmic-text`, outlines by `swash`, and then a
//! threshold, because thermal paper knows no grey.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cosmic_text::{
    Attrs, Buffer, CacheKey, Family, FontSystem, Metrics, Shaping, SubpixelBin, SwashCache,
    SwashContent, Weight, Wrap, fontdb,
};

use crate::raster::Raster;
pub(crate) use crate::template::Align;

/// The longest text that is set. The rest of a longer one is left out, and [`Fonts::take_shortened`] says so.
pub(crate) const TEXT_CHARS_MAX: usize = 400;

/// So much of a text that was left out in part names it.
const NAMING_CHARS_MAX: usize = 20;

/// Glyph pictures that are kept between slips before the store is emptied.
const GLYPHS_KEPT_MAX: usize = 4096;

/// Texts that are kept set: an office's labels, names and sentences are the same on every slip.
const SETS_KEPT_MAX: usize = 2_000;

/// Characters of which it is remembered whether a face has them.
const CHARACTERS_KEPT_MAX: usize = 20_000;

/// Lines are this many times as far apart as the letters are high: close, to save paper.
const LEADING: f32 = 1.18;

/// What stands for a character that no face has: the printers' 〓, known as "a letter is missing
/// here", where an empty box or nothing at all would look like part of the text.
const MISSING: char = '〓';

/// The shipped faces, loaded once and used for every slip.
pub struct Fonts {
    system: FontSystem,
    glyphs: SwashCache,
    family: String,
    known: HashMap<char, bool>,
    sets: HashMap<SetKey, Arc<Typeset>>,
    /// The beginnings of texts of which a part was left out since this was last asked.
    shortened: BTreeSet<String>,
}

/// A text with its size in dots, its weight, and the width of its lines.
type SetKey = (String, u32, bool, Option<u32>);

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
            known: HashMap::new(),
            sets: HashMap::new(),
            shortened: BTreeSet::new(),
        })
    }

    /// The characters of a text that no face has; 〓 is printed for each.
    pub fn lacks(&mut self, text: &str) -> Vec<char> {
        let lacks =
            |it: &char| !it.is_control() && !turns_direction(*it) && !joins(*it) && !self.has(*it);
        text.chars().filter(lacks).collect()
    }

    /// Whether any face has this character.
    fn has(&mut self, character: char) -> bool {
        if let Some(known) = self.known.get(&character) {
            return *known;
        }
        let faces: Vec<_> = self
            .system
            .db()
            .faces()
            .map(|it| (it.id, it.weight))
            .collect();
        let found = faces.into_iter().any(|(id, weight)| {
            let font = self.system.get_font(id, weight);
            font.is_some_and(|font| font.as_swash().charmap().map(character) != 0)
        });
        if self.known.len() >= CHARACTERS_KEPT_MAX {
            self.known.clear();
        }
        self.known.insert(character, found);
        found
    }

    /// The text with 〓 for every character that no face has. What was joined to such a character
    /// (a skin colour, the rest of a family) goes with it: one picture is one 〓.
    fn with_missing_marked(&mut self, text: &str) -> String {
        let mut marked = String::with_capacity(text.len());
        let (mut missing, mut joined) = (false, false);
        for character in text.chars() {
            if joins(character) {
                joined = character == ZERO_WIDTH_JOINER;
                if !missing && !joined {
                    marked.push(character);
                }
            } else if self.has(character) {
                marked.push(character);
                (missing, joined) = (false, false);
            } else {
                if !(missing && joined) {
                    marked.push(MISSING);
                }
                (missing, joined) = (true, false);
            }
        }
        marked
    }

    /// The beginnings of the texts that were too long to be set whole since this was last asked.
    pub(crate) fn take_shortened(&mut self) -> Vec<String> {
        std::mem::take(&mut self.shortened).into_iter().collect()
    }

    /// Sets a text in as many lines as this width needs; in one line without a width.
    pub(crate) fn set(&mut self, text: &str, style: Style, width: Option<u32>) -> Arc<Typeset> {
        // Also of a text that is kept set: it is on this paper, too.
        if text.len() > TEXT_CHARS_MAX && visible(text).nth(TEXT_CHARS_MAX).is_some() {
            let begins = visible(text).take(NAMING_CHARS_MAX).collect();
            self.shortened.insert(begins);
        }
        let key = (text.to_owned(), style.size.to_bits(), style.bold, width);
        if let Some(set) = self.sets.get(&key) {
            return Arc::clone(set);
        }
        let set = Arc::new(self.newly_set(text, style, width));
        if self.sets.len() >= SETS_KEPT_MAX {
            self.sets.clear();
        }
        self.sets.insert(key, Arc::clone(&set));
        set
    }

    fn newly_set(&mut self, text: &str, style: Style, width: Option<u32>) -> Typeset {
        if self.glyphs.image_cache.len() > GLYPHS_KEPT_MAX {
            self.glyphs.image_cache.clear();
        }
        let text = self.with_missing_marked(&printable(text));
        let buffer = match width {
            Some(_) => self.shaped(&with_whole_words(&text), style, width),
            None => self.shaped(&text, style, None),
        };
        let line_height = buffer.metrics().line_height;
        let lines: Vec<Line> = buffer
            .layout_runs()
            .map(|run| Line {
                width: run.line_w.ceil() as u32,
                baseline: run.line_y.round() as u32,
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
    /// the lines it needs, because no line is ever cut off.
    pub(crate) fn fit(
        &mut self,
        text: &str,
        style: Style,
        width: u32,
        steps: &[Step],
    ) -> Arc<Typeset> {
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
    fn balance(&mut self, text: &str, style: Style, set: Arc<Typeset>) -> Arc<Typeset> {
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
        let Some(picture) = self.picture(glyph) else {
            return;
        };
        let (left, top) = (left + glyph.x + picture.left, top + glyph.y - picture.above);
        for (y, row) in (top..).zip(picture.cover.chunks(picture.width)) {
            for (x, cover) in (left..).zip(row) {
                if *cover >= HALF
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

    /// Draws a glyph narrower than it is: its columns are laid together before the threshold, so
    /// that its outline stays smooth. `left` and `top` are where its black begins.
    pub(crate) fn draw_narrowed(
        &mut self,
        glyph: &Glyph,
        left: u32,
        top: u32,
        width: u32,
        paper: &mut Raster,
    ) {
        let Some(picture) = self.picture(glyph) else {
            return;
        };
        let step = picture.width as f32 / width.max(1) as f32;
        for (y, row) in (top..).zip(picture.cover.chunks(picture.width)) {
            for column in 0..width {
                let (from, to) = (column as f32 * step, (column + 1) as f32 * step);
                if mean(row, from, to) >= f32::from(HALF) {
                    paper.blacken(left + column, y);
                }
            }
        }
    }

    /// How much of each dot a glyph covers.
    fn picture(&mut self, glyph: &Glyph) -> Option<Picture> {
        let image = self
            .glyphs
            .get_image(&mut self.system, glyph.key)
            .as_ref()?;
        let width = image.placement.width as usize;
        let cover = match image.content {
            SwashContent::Mask => image.data.clone(),
            // Coloured glyphs print as their silhouette.
            SwashContent::Color | SwashContent::SubpixelMask => {
                let pixels = image.data.chunks(4);
                pixels.filter_map(|it| it.last().copied()).collect()
            }
        };
        (width > 0).then_some(Picture {
            width,
            left: image.placement.left,
            above: image.placement.top,
            cover,
        })
    }
}

/// A dot is black from this cover on: thermal paper knows no grey.
const HALF: u8 = 128;

struct Picture {
    width: usize,
    left: i32,
    above: i32,
    cover: Vec<u8>,
}

/// The mean of a row of covers between two places.
fn mean(row: &[u8], from: f32, to: f32) -> f32 {
    let mut sum = 0.0;
    let first = from.floor().max(0.0) as usize;
    for (place, cover) in (first..).zip(row.iter().skip(first)) {
        let begins = (place as f32).max(from);
        let ends = ((place + 1) as f32).min(to);
        if begins >= ends {
            break;
        }
        sum += f32::from(*cover) * (ends - begins);
    }
    sum / (to - from).max(f32::EPSILON)
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

impl Typeset {
    /// How far below its top the first line's letters stand; 0 without a line.
    pub(crate) fn baseline(&self) -> u32 {
        self.lines.first().map_or(0, |line| line.baseline)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) glyphs: Vec<Glyph>,
    width: u32,
    baseline: u32,
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
    pub(crate) top: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

pub(crate) fn signed(dots: u32) -> i32 {
    i32::try_from(dots).unwrap_or(i32::MAX)
}

/// A line of visible characters: no control character ever reaches the paper, and none that
/// turns the direction of what follows it.
fn printable(text: &str) -> String {
    visible(text).take(TEXT_CHARS_MAX).collect()
}

fn visible(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(|character| if character == '\n' { ' ' } else { character })
        .filter(|character| !character.is_control() && !turns_direction(*character))
}

const ZERO_WIDTH_JOINER: char = '\u{200D}';

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that change or join others and have no picture of their own: joiners, variation
/// selectors (葛 with U+E0100 is the 葛 of 葛城市), accents, skin colours.
fn joins(character: char) -> bool {
    matches!(
        character,
        '\u{200B}'..='\u{200D}'
            | '\u{2060}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
            | '\u{0300}'..='\u{036F}'
            | '\u{3099}' | '\u{309A}'
            | '\u{1F3FB}'..='\u{1F3FF}'
            | '\u{E0020}'..='\u{E007F}'
            | '\u{20E3}'
    )
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
