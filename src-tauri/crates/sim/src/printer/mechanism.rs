//! The printer itself, without a socket: bytes in; answers, and slips that fell out, back.

use std::collections::VecDeque;

use slip::Raster;

use super::Fault;
use super::command::{Command, parse};

/// What is kept of data that cannot be printed now; a real printer stops taking more.
pub(super) const RECEIVE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Paper that is never cut falls out by itself after so many rows.
const SLIP_ROWS_MAX: usize = 20_000;
/// Remarks about commands that are not drawn.
const NOTES_MAX: usize = 100;
/// `DLE DC4` function 8.
const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];

/// What the bytes, or a hand at the printer, brought about.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// To be sent to whoever is connected.
    pub(super) answers: Vec<u8>,
    /// Cut off.
    pub(super) slips: Vec<Raster>,
}

/// The mechanism with its paper, its sensors and its receive buffer.
#[derive(Debug)]
pub(super) struct Mechanism {
    dots: u16,
    received: VecDeque<u8>,
    real_time: Vec<u8>,
    raster: Option<RasterData>,
    justify: u8,
    sheet: Vec<u8>,
    rows_left: Option<u64>,
    near_end: bool,
    cover_open: bool,
    cutter_jammed: bool,
    silent: bool,
    loses_ids: bool,
    pushes: u8,
    pushed: [u8; 4],
    notes: Vec<String>,
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
    pub(super) fn new(dots: u16) -> Mechanism {
        Mechanism {
            dots,
            received: VecDeque::new(),
            real_time: Vec::new(),
            raster: None,
            justify: 0,
            sheet: Vec::new(),
            rows_left: None,
            near_end: false,
            cover_open: false,
            cutter_jammed: false,
            silent: false,
            loses_ids: false,
            pushes: 0,
            pushed: [0x10, 0, 0, 0],
            notes: Vec::new(),
        }
    }

    /// Bytes from the host. Real-time commands are obeyed as they arrive, even inside a picture
    /// and even while nothing can be printed.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Outcome {
        let mut outcome = Outcome::default();
        for byte in bytes {
            self.received.push_back(*byte);
            self.watch_real_time(*byte, &mut outcome);
        }
        self.work(&mut outcome);
        if !self.is_blocked() && !self.has_room() {
            self.note("a command longer than the receive buffer");
            self.clear();
        }
        self.push_if_changed(&mut outcome);
        self.finish(outcome)
    }

    /// A hand at the printer.
    pub(super) fn fault(&mut self, fault: Fault) -> Outcome {
        match fault {
            Fault::PaperOut => self.rows_left = Some(0),
            Fault::PaperOutAfter { rows } => self.rows_left = Some(rows),
            Fault::NearEnd => self.near_end = true,
            Fault::CoverOpen => self.cover_open = true,
            Fault::CutterJam => self.cutter_jammed = true,
            Fault::Silent => self.silent = true,
            Fault::LosesIds => self.loses_ids = true,
            Fault::None => {
                self.rows_left = None;
                (self.near_end, self.cover_open, self.cutter_jammed) = (false, false, false);
                (self.silent, self.loses_ids) = (false, false);
            }
        }
        let mut outcome = Outcome::default();
        self.push_if_changed(&mut outcome);
        self.work(&mut outcome);
        self.push_if_changed(&mut outcome);
        self.finish(outcome)
    }

    pub(super) fn has_room(&self) -> bool {
        self.received.len() < RECEIVE_BYTES_MAX
    }

    /// Remarks about what was sent and not drawn.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    fn finish(&self, mut outcome: Outcome) -> Outcome {
        if self.silent {
            outcome.answers.clear();
        }
        outcome
    }

    fn is_blocked(&self) -> bool {
        self.cover_open || self.cutter_jammed || self.is_paper_out()
    }

    fn is_paper_out(&self) -> bool {
        self.rows_left == Some(0)
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
            [0x10, 0x05, 1] => self.cutter_jammed = false,
            [0x10, 0x05, 2] => {
                self.cutter_jammed = false;
                self.clear();
            }
            begun if begun == CLEAR => {
                self.clear();
                outcome.answers.extend([0x37, 0x25, 0x00]);
            }
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
    }

    fn polled(&self, n: u8) -> Option<u8> {
        let paper_out = self.is_paper_out();
        let bits = match n {
            1 => mask(self.is_blocked(), 0x08),
            2 => {
                mask(self.cover_open, 0x04) | mask(paper_out, 0x20) | mask(self.cutter_jammed, 0x40)
            }
            3 => mask(self.cutter_jammed, 0x08),
            4 => mask(self.near_end || paper_out, 0x0C) | mask(paper_out, 0x60),
            _ => return None,
        };
        Some(0x12 | bits)
    }

    fn status(&self) -> [u8; 4] {
        let paper_out = self.is_paper_out();
        [
            0x10 | mask(self.is_blocked(), 0x08) | mask(self.cover_open, 0x20),
            mask(self.cutter_jammed, 0x08),
            mask(self.near_end || paper_out, 0x03) | mask(paper_out, 0x0C),
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
            let went_on = match self.raster.take() {
                Some(raster) => self.draw_row(raster),
                None => self.next_command(outcome),
            };
            if self.sheet.len() >= SLIP_ROWS_MAX * self.row_bytes() {
                self.note("paper was never cut");
                self.cut(outcome);
            }
            if !went_on {
                return;
            }
        }
    }

    fn next_command(&mut self, outcome: &mut Outcome) -> bool {
        let Some((command, length)) = parse(self.received.make_contiguous()) else {
            return false;
        };
        self.received.drain(..length);
        match command {
            Command::Initialise => (self.justify, self.pushes) = (0, 0),
            Command::Justify(n) => self.justify = n,
            Command::Feed(rows) => self.feed(rows),
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
            Command::Cut => self.cut(outcome),
            Command::PushStatus(n) => {
                self.pushes = n;
                if n != 0 {
                    self.pushed = self.status();
                    outcome.answers.extend(self.pushed);
                }
            }
            Command::TransmitStatus(1 | 49) if !self.loses_ids => {
                outcome.answers.push(mask(self.near_end, 0x03));
            }
            Command::TransmitStatus(_) => {}
            Command::TransmitName(n) => match n {
                66 => outcome.answers.extend(b"_UKETSUKE\0"),
                67 => outcome.answers.extend(b"_VIRTUAL PRINTER\0"),
                _ => outcome.answers.push(0x02),
            },
            Command::ProcessId(id) if !self.loses_ids => {
                outcome.answers.extend([0x37, 0x22]);
                outcome.answers.extend(id);
                outcome.answers.push(0);
            }
            Command::ProcessId(_) | Command::Nothing => {}
            Command::NotDrawn(what) => self.note(&format!("{what} is not drawn")),
            Command::Unknown(first, second) => {
                self.note(&format!("{first:02x} {second:02x} is not known"));
            }
        }
        true
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
        let row = self.placed(&data, raster.wide);
        let copies = if raster.high { 2 } else { 1 };
        for _ in 0..copies {
            self.advance(&row);
        }
        raster.rows_left -= 1;
        self.raster = Some(raster);
        true
    }

    /// The data of a row where it falls on the paper.
    fn placed(&mut self, data: &[u8], wide: bool) -> Vec<u8> {
        let scale = if wide { 2 } else { 1 };
        let width = data.len() * 8 * scale;
        let room = usize::from(self.dots).saturating_sub(width);
        let left = match self.justify {
            1 | 49 => room / 2,
            2 | 50 => room,
            _ => 0,
        };
        let mut row = vec![0; self.row_bytes()];
        let black = |dot: &usize| {
            data.get(dot / scale / 8)
                .is_some_and(|byte| byte & (0x80 >> (dot / scale % 8)) != 0)
        };
        for dot in (0..width).filter(black).map(|dot| dot + left) {
            match row.get_mut(dot / 8) {
                Some(byte) if dot < usize::from(self.dots) => *byte |= 0x80 >> (dot % 8),
                _ => {
                    self.note("dots beyond the paper's edge");
                    break;
                }
            }
        }
        row
    }

    fn feed(&mut self, rows: u32) {
        let blank = vec![0; self.row_bytes()];
        for _ in 0..rows {
            self.advance(&blank);
        }
    }

    fn advance(&mut self, row: &[u8]) {
        if let Some(left) = &mut self.rows_left {
            *left = left.saturating_sub(1);
        }
        self.sheet.extend(row);
    }

    fn cut(&mut self, outcome: &mut Outcome) {
        if !self.sheet.is_empty() {
            let rows = std::mem::take(&mut self.sheet);
            outcome.slips.push(Raster::from_rows(self.dots, rows));
        }
    }

    fn row_bytes(&self) -> usize {
        usize::from(self.dots).div_ceil(8)
    }

    fn note(&mut self, what: &str) {
        if self.notes.len() < NOTES_MAX && self.notes.last().is_none_or(|last| last != what) {
            self.notes.push(what.to_owned());
        }
    }
}

/// These bits where it is so.
fn mask(is_so: bool, bits: u8) -> u8 {
    if is_so { bits } else { 0 }
}
