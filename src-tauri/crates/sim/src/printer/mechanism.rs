//! The printer itself, without a line: bytes in; answers, and slips that fell out, back.

use std::collections::VecDeque;
use std::time::Duration;

use encoding_rs::{EUC_JP, SHIFT_JIS};
use slip::{Fonts, Raster};

use super::Fault;
use super::command::{Command, Doubles, Request, parse};
use super::paper::{Paper, Picture};

/// What is kept of data that cannot be printed now, where nothing else is said.
const RECEIVE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Paper that is never cut falls out by itself after so many rows.
const SLIP_ROWS_MAX: usize = 20_000;
/// Remarks about commands that are not drawn.
const NOTES_MAX: usize = 100;
/// `DLE DC4` function 8.
const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];

/// What the bytes, or a hand at the printer, brought about.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be sent to whoever is connected.
    pub answers: Vec<u8>,
    /// To be sent so much later.
    pub late: Vec<(Duration, Vec<u8>)>,
    /// Cut off.
    pub slips: Vec<Raster>,
}

/// The mechanism with its paper, its sensors and its receive buffer. No clock, no line: a test can
/// drive it byte by byte.
#[derive(Debug)]
pub struct Mechanism {
    maker: String,
    model: String,
    receive_bytes_max: usize,
    received: VecDeque<u8>,
    real_time: Vec<u8>,
    raster: Option<RasterData>,
    paper: Paper,
    text: Text,
    trouble: Trouble,
    pushes: u8,
    pushed: [u8; 4],
    notes: Vec<String>,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, Default)]
struct Trouble {
    rows_left: Option<u64>,
    near_end: bool,
    cover_open: bool,
    /// Something is in the cutter.
    jammed: bool,
    /// The cutter's error, which outlives what caused it.
    cutter_error: bool,
    overheated: bool,
    broken: bool,
    silent: bool,
    loses_ids: bool,
    never_clears: bool,
    late_ids: Option<Duration>,
}

/// How bytes of text are understood.
#[derive(Debug, Clone, Copy, Default)]
struct Text {
    kanji_mode: bool,
    kanji_code: u8,
    page: u8,
    japanese: bool,
}

impl Text {
    fn doubles(self) -> Doubles {
        match self.kanji_code {
            1 | 49 | 2 | 50 => Doubles::ShiftJis,
            _ if self.kanji_mode => Doubles::Jis,
            _ => Doubles::None,
        }
    }

    fn letter(self, byte: u8) -> Option<char> {
        match byte {
            0x5C if self.japanese => Some('¥'),
            0x20..=0x7E => Some(char::from(byte)),
            0xA1..=0xDF if self.page == 1 || self.doubles() == Doubles::ShiftJis => {
                // Half-width Katakana stand in Unicode in the same order.
                char::from_u32(0xFF61 + u32::from(byte) - 0xA1)
            }
            _ => None,
        }
    }

    fn double(self, pair: [u8; 2]) -> Option<char> {
        let decoded = match self.doubles() {
            Doubles::ShiftJis => {
                SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&pair)?
            }
            // The same table with the highest bits set.
            Doubles::Jis | Doubles::None => {
                let euc = pair.map(|byte| byte | 0x80);
                let decoded = EUC_JP.decode_without_bom_handling_and_without_replacement(&euc)?;
                return decoded.chars().next();
            }
        };
        decoded.chars().next()
    }
}

/// A picture whose rows are coming in.
#[derive(Debug)]
struct RasterData {
    row_bytes: usize,
    rows_left: usize,
    wide: bool,
    high: bool,
}

impl Mechanism {
    /// A printer with paper of so many printable dots.
    pub fn new(dots: u16) -> Mechanism {
        Mechanism {
            maker: "UKETSUKE".to_owned(),
            model: "VIRTUAL PRINTER".to_owned(),
            receive_bytes_max: RECEIVE_BYTES_MAX,
            received: VecDeque::new(),
            real_time: Vec::new(),
            raster: None,
            paper: Paper::new(dots),
            text: Text::default(),
            trouble: Trouble::default(),
            pushes: 0,
            pushed: [0x10, 0, 0, 0],
            notes: Vec::new(),
        }
    }

    /// With these fonts it draws text, too.
    pub fn load(&mut self, fonts: Fonts) {
        self.paper.load(fonts);
    }

    /// What it says to `GS I`.
    pub fn call(&mut self, maker: &str, model: &str) {
        (self.maker, self.model) = (maker.to_owned(), model.to_owned());
    }

    /// It keeps no more than so many bytes that it cannot print; commands longer than that it
    /// cannot take, except `GS v 0`.
    pub fn limit_buffer(&mut self, bytes: usize) {
        self.receive_bytes_max = bytes;
    }

    /// Bytes from the host. Real-time commands are obeyed as they arrive, even inside a picture
    /// and even while nothing can be printed.
    pub fn receive(&mut self, bytes: &[u8]) -> Outcome {
        let mut outcome = Outcome::default();
        for byte in bytes {
            self.received.push_back(*byte);
            self.watch_real_time(*byte, &mut outcome);
        }
        self.work(&mut outcome);
        if !self.is_blocked() && self.room() == 0 {
            self.note("a command longer than the receive buffer");
            self.clear();
        }
        self.push_if_changed(&mut outcome);
        self.finish(outcome)
    }

    /// A hand at the printer. What happens to the line alone is not its business.
    pub fn fault(&mut self, fault: Fault) -> Outcome {
        let trouble = &mut self.trouble;
        match fault {
            Fault::PaperOut => trouble.rows_left = Some(0),
            Fault::PaperOutAfter { rows } => trouble.rows_left = Some(rows),
            Fault::NearEnd => trouble.near_end = true,
            Fault::CoverOpen => trouble.cover_open = true,
            Fault::CutterJam => (trouble.jammed, trouble.cutter_error) = (true, true),
            Fault::CutterFreed => trouble.jammed = false,
            Fault::Overheated => trouble.overheated = true,
            Fault::Broken => trouble.broken = true,
            Fault::Silent => trouble.silent = true,
            Fault::LosesIds => trouble.loses_ids = true,
            Fault::NeverClears => trouble.never_clears = true,
            Fault::LateIds { by } => trouble.late_ids = Some(by),
            Fault::None => *trouble = Trouble::default(),
            Fault::PowerOff => self.forget_all(),
            Fault::Stall | Fault::SlowDrain { .. } | Fault::Reset => {}
        }
        let mut outcome = Outcome::default();
        self.push_if_changed(&mut outcome);
        self.work(&mut outcome);
        self.push_if_changed(&mut outcome);
        self.finish(outcome)
    }

    /// How many bytes it takes at this moment.
    pub fn room(&self) -> usize {
        self.receive_bytes_max.saturating_sub(self.received.len())
    }

    /// What it drew as text since it was made, line by line as on the paper. Needs fonts, as the drawing does.
    pub fn words(&self) -> &[String] {
        self.paper.words()
    }

    /// Remarks about what was sent and not drawn.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    fn finish(&self, mut outcome: Outcome) -> Outcome {
        if self.trouble.silent {
            outcome.answers.clear();
            outcome.late.clear();
        }
        outcome
    }

    fn is_blocked(&self) -> bool {
        let trouble = self.trouble;
        trouble.cover_open
            || trouble.cutter_error
            || trouble.overheated
            || trouble.broken
            || self.is_paper_out()
    }

    fn is_paper_out(&self) -> bool {
        self.trouble.rows_left == Some(0)
    }

    // Real time.

    fn watch_real_time(&mut self, byte: u8, outcome: &mut Outcome) {
        self.real_time.push(byte);
        match self.real_time.as_slice() {
            [0x10] | [0x10, 0x04 | 0x05] => return,
            [0x10, 0x04, n] => {
                let answer = self.polled(*n);
                outcome.answers.extend(answer);
            }
            [0x10, 0x05, n @ (1 | 2)] if self.trouble.cutter_error => {
                let clears = *n == 2;
                // What still blocks the cutter stops it again.
                self.trouble.cutter_error = self.trouble.jammed;
                if clears {
                    self.clear();
                }
            }
            begun if begun == CLEAR && !self.trouble.never_clears => {
                self.clear();
                outcome.answers.extend([0x37, 0x25, 0x00]);
            }
            begun if begun == CLEAR => {}
            begun if CLEAR.starts_with(begun) => return,
            _ => {}
        }
        self.real_time.clear();
        if byte == 0x10 {
            self.real_time.push(byte);
        }
    }

    /// Everything that was received and is not on paper yet is forgotten; half a slip stays on it.
    fn clear(&mut self) {
        self.received.clear();
        self.raster = None;
        self.paper.forget();
    }

    /// Its power went.
    fn forget_all(&mut self) {
        self.clear();
        self.paper.initialise();
        self.text = Text::default();
        self.real_time.clear();
        self.pushes = 0;
    }

    fn polled(&self, n: u8) -> Option<u8> {
        let trouble = self.trouble;
        let paper_out = self.is_paper_out();
        let error = trouble.cutter_error || trouble.overheated || trouble.broken;
        let bits = match n {
            1 => mask(self.is_blocked(), 0x08),
            2 => mask(trouble.cover_open, 0x04) | mask(paper_out, 0x20) | mask(error, 0x40),
            3 => self.error_bits(),
            4 => mask(trouble.near_end || paper_out, 0x0C) | mask(paper_out, 0x60),
            _ => return None,
        };
        Some(0x12 | bits)
    }

    fn error_bits(&self) -> u8 {
        mask(self.trouble.cutter_error, 0x08)
            | mask(self.trouble.broken, 0x20)
            | mask(self.trouble.overheated, 0x40)
    }

    fn status(&self) -> [u8; 4] {
        let paper_out = self.is_paper_out();
        [
            0x10 | mask(self.is_blocked(), 0x08) | mask(self.trouble.cover_open, 0x20),
            self.error_bits(),
            mask(self.trouble.near_end || paper_out, 0x03) | mask(paper_out, 0x0C),
            0,
        ]
    }

    fn push_if_changed(&mut self, outcome: &mut Outcome) {
        let status = self.status();
        if self.pushes != 0 && status != self.pushed {
            outcome.answers.extend(status);
        }
        self.pushed = status;
    }

    // In order.

    fn work(&mut self, outcome: &mut Outcome) {
        while !self.is_blocked() {
            if self.paper.sheet_rows() >= SLIP_ROWS_MAX {
                self.note("paper was never cut");
                outcome.slips.extend(self.paper.cut());
            }
            if self.paper.advance() {
                if let Some(left) = &mut self.trouble.rows_left {
                    *left = left.saturating_sub(1);
                }
                continue;
            }
            let went_on = match self.raster.take() {
                Some(raster) => self.draw_row(raster),
                None => self.next_command(outcome),
            };
            if !went_on {
                return;
            }
        }
    }

    fn next_command(&mut self, outcome: &mut Outcome) -> bool {
        let doubles = self.text.doubles();
        let Some((command, length)) = parse(self.received.make_contiguous(), doubles) else {
            return false;
        };
        self.received.drain(..length);
        if let Command::Ask(request) = command {
            self.answer(request, outcome);
        } else if command == Command::Cut {
            outcome.slips.extend(self.paper.cut());
        } else {
            self.draw(command);
        }
        true
    }

    fn answer(&mut self, request: Request, outcome: &mut Outcome) {
        match request {
            Request::PushStatus(n) => {
                self.pushes = n;
                if n != 0 {
                    self.pushed = self.status();
                    outcome.answers.extend(self.pushed);
                }
            }
            Request::Status(1 | 49) if !self.trouble.loses_ids => {
                self.confirm(vec![mask(self.trouble.near_end, 0x03)], outcome);
            }
            Request::Name(66) => outcome.answers.extend(named(&self.maker)),
            Request::Name(67) => outcome.answers.extend(named(&self.model)),
            Request::Name(_) => outcome.answers.push(0x02),
            Request::ProcessId(id) if !self.trouble.loses_ids => {
                let block = [&[0x37, 0x22][..], &id, &[0]].concat();
                self.confirm(block, outcome);
            }
            Request::Status(_) | Request::ProcessId(_) => {}
        }
    }

    fn confirm(&self, answer: Vec<u8>, outcome: &mut Outcome) {
        match self.trouble.late_ids {
            Some(by) => outcome.late.push((by, answer)),
            None => outcome.answers.extend(answer),
        }
    }

    fn draw(&mut self, command: Command) {
        let style = &mut self.paper.style;
        let mut remark = None;
        match command {
            Command::Initialise => {
                self.paper.initialise();
                self.text = Text::default();
                self.pushes = 0;
            }
            Command::Justify(n) => style.justify = n,
            Command::Spacing(rows) => style.spacing = rows,
            Command::Size(wide, high) => {
                (style.letters, style.kanji) = ((wide, high), (wide, high));
            }
            Command::KanjiSize(wide, high) => style.kanji = (wide, high),
            Command::FeedRows(rows) => self.paper.feed(rows),
            Command::FeedLines(lines) => self.paper.feed_lines(lines),
            Command::Raster {
                row_bytes,
                rows,
                wide,
                high,
            } => {
                self.raster = Some(RasterData {
                    row_bytes,
                    rows_left: if row_bytes == 0 { 0 } else { rows },
                    wide,
                    high,
                });
            }
            Command::Store {
                row_bytes,
                dots,
                wide,
                high,
            } => self.paper.store(Picture {
                row_bytes,
                dots,
                wide,
                high,
            }),
            Command::PrintStored => remark = self.paper.print_stored(),
            Command::Columns { high, dense, data } => self.paper.columns(&data, high, dense),
            Command::Code(function, rest) => remark = self.paper.code(function, &rest),
            Command::KanjiMode(on) => self.text.kanji_mode = on,
            Command::KanjiCode(n) => self.text.kanji_code = n,
            Command::CodePage(n) => self.text.page = n,
            Command::Country(n) => self.text.japanese = n == 8,
            Command::Letter(byte) => remark = self.character(self.text.letter(byte), false),
            Command::Double(pair) => remark = self.character(self.text.double(pair), true),
            Command::NotDrawn(what) => self.note(&format!("{what} is not drawn")),
            Command::Unknown(first, second) => {
                self.note(&format!("{first:02x} {second:02x} is not known"));
            }
            // Not for the paper.
            Command::Nothing | Command::Cut | Command::Ask(_) => {}
        }
        if let Some(remark) = remark {
            self.note(remark);
        }
    }

    fn character(&mut self, character: Option<char>, is_double: bool) -> Option<&'static str> {
        match character {
            Some(character) => self.paper.character(character, is_double),
            None => Some("a character that this printer does not have"),
        }
    }

    /// One row of a picture, if it has come in; puts the picture back if there is more of it.
    fn draw_row(&mut self, mut raster: RasterData) -> bool {
        if raster.rows_left == 0 {
            return true;
        }
        if self.received.len() < raster.row_bytes {
            self.raster = Some(raster);
            return false;
        }
        let data: Vec<u8> = self.received.drain(..raster.row_bytes).collect();
        if let Some(remark) = self.paper.picture_row(&data, raster.wide, raster.high) {
            self.note(remark);
        }
        raster.rows_left -= 1;
        self.raster = Some(raster);
        true
    }

    fn note(&mut self, what: &str) {
        if self.notes.len() < NOTES_MAX && self.notes.last().is_none_or(|last| last != what) {
            self.notes.push(what.to_owned());
        }
    }
}

fn named(name: &str) -> Vec<u8> {
    [&[0x5F][..], name.as_bytes(), &[0]].concat()
}

/// These bits where it is so.
fn mask(is_so: bool, bits: u8) -> u8 {
    if is_so { bits } else { 0 }
}
