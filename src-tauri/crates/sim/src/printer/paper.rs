//! The paper and what is drawn on it: pictures, characters, codes; row by row, so that it can end
//! in the middle of anything.

use std::collections::VecDeque;

use slip::{Fonts, Raster};

/// Rows from line to line: 1/6 inch at 203 dpi.
const LINE_ROWS: u32 = 34;
/// A letter's cell; Kanji are twice as wide.
const CELL: (u16, u16) = (12, 24);
/// Lines of text that are remembered.
const WORDS_LINES_MAX: usize = 1_000;
/// The longest native code.
const CODE_BYTES_MAX: usize = 7089;

/// Paper of one width.
#[derive(Debug)]
pub(super) struct Paper {
    dots: u16,
    fonts: Option<Fonts>,
    /// Rows drawn and not on paper yet.
    due: VecDeque<Vec<u8>>,
    /// Rows on paper since the last cut.
    sheet: Vec<u8>,
    /// What stands in the line that is not printed yet.
    line: Vec<Block>,
    line_width: u32,
    /// The same in letters, and the lines before it.
    line_words: String,
    words: Vec<String>,
    stored: Option<Picture>,
    code: Code,
    /// Settings that `ESC @` puts back.
    pub(super) style: Style,
}

/// How things are set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) justify: u8,
    /// Rows from line to line.
    pub(super) spacing: Option<u32>,
    /// Letters so many times as wide and high.
    pub(super) letters: (u8, u8),
    /// Kanji so many times as wide and high.
    pub(super) kanji: (u8, u8),
}

impl Default for Style {
    fn default() -> Style {
        Style {
            justify: 0,
            spacing: None,
            letters: (1, 1),
            kanji: (1, 1),
        }
    }
}

/// Dots that stand in a line.
#[derive(Debug)]
struct Block {
    raster: Raster,
    /// So many times as wide and high.
    times: (u32, u32),
}

impl Block {
    fn width(&self) -> u32 {
        u32::from(self.raster.width()) * self.times.0
    }

    fn rows(&self) -> u32 {
        self.raster.rows() * self.times.1
    }

    fn dot(&self, x: u32, y: u32) -> bool {
        let (wide, high) = self.times;
        self.raster.dot(x / wide.max(1), y / high.max(1))
    }
}

/// A picture in packed rows.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) row_bytes: usize,
    pub(super) dots: Vec<u8>,
    pub(super) wide: bool,
    pub(super) high: bool,
}

/// A native code as it is being set up.
#[derive(Debug)]
struct Code {
    module: u32,
    level: qrcode::EcLevel,
    data: Vec<u8>,
}

impl Default for Code {
    fn default() -> Code {
        Code {
            module: 3,
            level: qrcode::EcLevel::L,
            data: Vec::new(),
        }
    }
}

/// Something that does not come out as it was meant.
pub(super) type Remark = Option<&'static str>;

impl Paper {
    pub(super) fn new(dots: u16) -> Paper {
        Paper {
            dots,
            fonts: None,
            due: VecDeque::new(),
            sheet: Vec::new(),
            line: Vec::new(),
            line_width: 0,
            line_words: String::new(),
            words: Vec::new(),
            stored: None,
            code: Code::default(),
            style: Style::default(),
        }
    }

    pub(super) fn load(&mut self, fonts: Fonts) {
        self.fonts = Some(fonts);
    }

    /// `ESC @`: the settings and the unprinted line are gone.
    pub(super) fn initialise(&mut self) {
        self.style = Style::default();
        self.line.clear();
        self.line_words.clear();
        self.line_width = 0;
        self.code = Code::default();
    }

    /// What is drawn and not on paper is gone, too; what is on paper stays.
    pub(super) fn forget(&mut self) {
        self.line.clear();
        self.line_words.clear();
        self.line_width = 0;
        self.due.clear();
        self.stored = None;
    }

    pub(super) fn row_bytes(&self) -> usize {
        usize::from(self.dots).div_ceil(8)
    }

    /// Moves the paper by one row that is due; false if none is.
    pub(super) fn advance(&mut self) -> bool {
        match self.due.pop_front() {
            Some(row) => {
                self.sheet.extend(row);
                true
            }
            None => false,
        }
    }

    /// Rows on paper since the last cut.
    pub(super) fn sheet_rows(&self) -> usize {
        self.sheet.len() / self.row_bytes().max(1)
    }

    /// Cuts off what is on paper.
    pub(super) fn cut(&mut self) -> Option<Raster> {
        let rows = std::mem::take(&mut self.sheet);
        (!rows.is_empty()).then(|| Raster::from_rows(self.dots, rows))
    }

    /// Moves by rows, or by what stands in the line if that is higher.
    pub(super) fn feed(&mut self, rows: u32) {
        let used = self.print_line();
        self.blank(rows.saturating_sub(used));
    }

    pub(super) fn feed_lines(&mut self, lines: u32) {
        let spacing = self.style.spacing.unwrap_or(LINE_ROWS);
        self.feed(lines * spacing);
    }

    fn blank(&mut self, rows: u32) {
        let row = vec![0; self.row_bytes()];
        self.due.extend(std::iter::repeat_n(row, rows as usize));
    }

    /// One row of a picture, at its place.
    pub(super) fn picture_row(&mut self, data: &[u8], wide: bool, high: bool) -> Remark {
        self.print_line();
        let scale: usize = if wide { 2 } else { 1 };
        let width = data.len() * 8 * scale;
        let left = self.indent(width);
        let black = |dot: &usize| {
            data.get(dot / scale / 8)
                .is_some_and(|byte| byte & (0x80 >> (dot / scale % 8)) != 0)
        };
        let mut row = vec![0; self.row_bytes()];
        let mut remark = None;
        for dot in (0..width).filter(black).map(|dot| dot + left) {
            if !set(&mut row, dot, self.dots) {
                remark = Some("dots beyond the paper's edge");
                break;
            }
        }
        if high {
            self.due.push_back(row.clone());
        }
        self.due.push_back(row);
        remark
    }

    pub(super) fn store(&mut self, picture: Picture) {
        self.stored = Some(picture);
    }

    pub(super) fn print_stored(&mut self) -> Remark {
        let picture = self.stored.take()?;
        let mut remark = None;
        for row in picture.dots.chunks(picture.row_bytes.max(1)) {
            remark = remark.or(self.picture_row(row, picture.wide, picture.high));
        }
        remark
    }

    /// `ESC *`: columns of 8 or 24 dots, the topmost in the highest bit.
    pub(super) fn columns(&mut self, data: &[u8], high: bool, dense: bool) {
        let (bytes, times) = if high { (3, 1) } else { (1, 3) };
        let count = u16::try_from(data.len() / bytes).unwrap_or(u16::MAX);
        let mut raster = Raster::blank(count, bytes as u32 * 8);
        for (x, column) in (0..).zip(data.chunks(bytes)) {
            for (y, byte) in (0..).zip(column) {
                for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                    raster.blacken(x, y * 8 + bit);
                }
            }
        }
        self.put(Block {
            raster,
            times: (if dense { 1 } else { 2 }, times),
        });
    }

    /// One character, if there are fonts.
    pub(super) fn character(&mut self, character: char, is_double: bool) -> Remark {
        let Some(fonts) = &mut self.fonts else {
            return Some("text is not drawn");
        };
        let (width, height) = CELL;
        let (width, times) = if is_double {
            (width * 2, self.style.kanji)
        } else {
            (width, self.style.letters)
        };
        let block = Block {
            raster: fonts.cell(character, width, height),
            times: (u32::from(times.0), u32::from(times.1)),
        };
        self.put(block);
        self.line_words.push(character);
        None
    }

    /// The lines of text that went onto the paper, in letters.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    fn put(&mut self, block: Block) {
        if self.line_width + block.width() > u32::from(self.dots) && !self.line.is_empty() {
            self.feed_lines(1);
        }
        self.line_width += block.width();
        self.line.push(block);
    }

    /// What stands in the line goes onto the paper; how many rows that were.
    fn print_line(&mut self) -> u32 {
        let line = std::mem::take(&mut self.line);
        let width = std::mem::take(&mut self.line_width);
        let words = std::mem::take(&mut self.line_words);
        if !words.is_empty() && self.words.len() < WORDS_LINES_MAX {
            self.words.push(words);
        }
        let rows = line.iter().map(Block::rows).max().unwrap_or(0);
        let indent = self.indent(width as usize);
        for y in 0..rows {
            let mut row = vec![0; self.row_bytes()];
            let mut left = indent;
            for block in &line {
                // Characters stand on one line, whatever their height.
                let below = rows - block.rows();
                if y >= below {
                    for x in (0..block.width()).filter(|x| block.dot(*x, y - below)) {
                        set(&mut row, left + x as usize, self.dots);
                    }
                }
                left += block.width() as usize;
            }
            self.due.push_back(row);
        }
        rows
    }

    fn indent(&self, width: usize) -> usize {
        let room = usize::from(self.dots).saturating_sub(width);
        match self.style.justify {
            1 | 49 => room / 2,
            2 | 50 => room,
            _ => 0,
        }
    }

    /// `GS ( k` for QR codes: model, module, level, data, print.
    pub(super) fn code(&mut self, function: u8, rest: &[u8]) -> Remark {
        match (function, rest) {
            (65, _) => None,
            (67, [module]) => {
                self.code.module = u32::from(*module).clamp(1, 16);
                None
            }
            (69, [level]) => {
                self.code.level = match level {
                    49 => qrcode::EcLevel::M,
                    50 => qrcode::EcLevel::Q,
                    51 => qrcode::EcLevel::H,
                    _ => qrcode::EcLevel::L,
                };
                None
            }
            (80, [48, data @ ..]) if data.len() <= CODE_BYTES_MAX => {
                self.code.data = data.to_vec();
                None
            }
            (81, _) => self.print_code(),
            _ => Some("GS ( k is not drawn"),
        }
    }

    fn print_code(&mut self) -> Remark {
        let made = qrcode::QrCode::with_error_correction_level(&self.code.data, self.code.level);
        let Ok(code) = made else {
            return Some("a code that cannot be made");
        };
        self.print_line();
        let module = self.code.module as usize;
        let side = code.width() * module;
        let left = self.indent(side);
        let colours = code.to_colors();
        for modules in colours.chunks(code.width().max(1)) {
            let mut row = vec![0; self.row_bytes()];
            for dot in 0..side {
                if modules.get(dot / module) == Some(&qrcode::Color::Dark) {
                    set(&mut row, left + dot, self.dots);
                }
            }
            self.due.extend(std::iter::repeat_n(row, module));
        }
        None
    }
}

/// Blackens a dot of a row; false beyond the paper's edge.
fn set(row: &mut [u8], dot: usize, dots: u16) -> bool {
    match row.get_mut(dot / 8) {
        Some(byte) if dot < usize::from(dots) => {
            *byte |= 0x80 >> (dot % 8);
            true
        }
        _ => false,
    }
}
