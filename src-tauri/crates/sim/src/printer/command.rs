//! Where each ESC/POS command ends, and what the virtual printer understands of it.

/// One step through the data, as far as the virtual printer cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// `ESC @`.
    Initialise,
    /// `ESC a n`.
    Justify(u8),
    /// `ESC J n`: prints the line and moves the paper by so many rows.
    FeedRows(u32),
    /// LF, `ESC d n`: prints the line and moves the paper by so many lines.
    FeedLines(u32),
    /// `ESC 2`, `ESC 3 n`: rows from line to line; `None` for the printer's own.
    Spacing(Option<u32>),
    /// `GS v 0`: this many bytes a row, so many rows; the dots follow. Scaled ×1 or ×2.
    Raster {
        row_bytes: usize,
        rows: usize,
        wide: bool,
        high: bool,
    },
    /// `GS ( L` and `GS 8 L` function 112: a picture for later.
    Store {
        row_bytes: usize,
        dots: Vec<u8>,
        wide: bool,
        high: bool,
    },
    /// `GS ( L` function 50: the picture.
    PrintStored,
    /// `ESC *`: columns of dots in the line, 8 or 24 high, at single or double density.
    Columns {
        high: bool,
        dense: bool,
        data: Vec<u8>,
    },
    /// `GS V`.
    Cut,
    /// It is to say something.
    Ask(Request),
    /// One byte of text.
    Letter(u8),
    /// Two bytes of text that are one character.
    Double([u8; 2]),
    /// `GS !`, `ESC !`: all characters so many times as wide and as high.
    Size(u8, u8),
    /// `FS !`, `FS W`: the same for Kanji only.
    KanjiSize(u8, u8),
    /// `FS &`, `FS .`.
    KanjiMode(bool),
    /// `FS C n`: how Kanji are written.
    KanjiCode(u8),
    /// `ESC t n`.
    CodePage(u8),
    /// `ESC R n`.
    Country(u8),
    /// `GS ( k` for a QR code: function and what it carries.
    Code(u8, Vec<u8>),
    /// Nothing to draw: settings, real-time commands already obeyed, NUL.
    Nothing,
    /// Understood, but this printer does not draw it.
    NotDrawn(&'static str),
    /// Not a command of this printer.
    Unknown(u8, u8),
}

/// What it is to say, in its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// `GS a n`.
    PushStatus(u8),
    /// `GS r n`.
    Status(u8),
    /// `GS I n`.
    Name(u8),
    /// `GS ( H` function 48.
    ProcessId([u8; 4]),
}

/// How two bytes may be one character at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Doubles {
    /// They may not.
    #[default]
    None,
    /// Kanji mode with JIS codes.
    Jis,
    /// Shift_JIS.
    ShiftJis,
}

/// The command at the beginning of the data and its length; `None` while it is not complete.
pub(super) fn parse(data: &[u8], doubles: Doubles) -> Option<(Command, usize)> {
    match *data.first()? {
        0x0A => Some((Command::FeedLines(1), 1)),
        0x10 => real_time(data),
        0x1B => escape(data),
        0x1C => kanji(data),
        0x1D => group(data),
        0x00..=0x1F | 0x7F => Some((Command::Nothing, 1)),
        first => text(first, data, doubles),
    }
}

fn text(first: u8, data: &[u8], doubles: Doubles) -> Option<(Command, usize)> {
    let leads = match doubles {
        Doubles::None => false,
        Doubles::Jis => matches!(first, 0x21..=0x7E),
        Doubles::ShiftJis => matches!(first, 0x81..=0x9F | 0xE0..=0xFC),
    };
    if leads {
        let second = *data.get(1)?;
        let fits = match doubles {
            Doubles::None => false,
            Doubles::Jis => matches!(second, 0x21..=0x7E),
            Doubles::ShiftJis => matches!(second, 0x40..=0x7E | 0x80..=0xFC),
        };
        if fits {
            return Some((Command::Double([first, second]), 2));
        }
    }
    Some((Command::Letter(first), 1))
}

/// `DLE`: obeyed when it arrived; here it is only stepped over.
fn real_time(data: &[u8]) -> Option<(Command, usize)> {
    let length = match *data.get(1)? {
        0x04 | 0x05 => 3,
        0x14 => match *data.get(2)? {
            1 | 2 => 5,
            7 => 4,
            8 => 10,
            _ => 3,
        },
        _ => 1,
    };
    complete(data, Command::Nothing, length)
}

fn escape(data: &[u8]) -> Option<(Command, usize)> {
    let one = || data.get(2).copied();
    let (command, length) = match *data.get(1)? {
        b'@' => (Command::Initialise, 2),
        b'a' => (Command::Justify(one()?), 3),
        b'J' => (Command::FeedRows(u32::from(one()?)), 3),
        b'd' => (Command::FeedLines(u32::from(one()?)), 3),
        b'2' => (Command::Spacing(None), 2),
        b'3' => (Command::Spacing(Some(u32::from(one()?))), 3),
        b'!' => {
            let mode = one()?;
            let twice = |bit: u8| if mode & bit != 0 { 2 } else { 1 };
            (Command::Size(twice(0x20), twice(0x10)), 3)
        }
        b't' => (Command::CodePage(one()?), 3),
        b'R' => (Command::Country(one()?), 3),
        b' ' | b'-' | b'=' | b'E' | b'G' | b'M' | b'V' | b'r' | b'{' => (Command::Nothing, 3),
        b'$' | b'\\' | b'c' => (Command::Nothing, 4),
        b'p' => (Command::Nothing, 5),
        b'D' => {
            let stops = data.get(2..)?.iter().take(33).position(|stop| *stop == 0);
            (Command::Nothing, 3 + stops?)
        }
        b'*' => return columns(data),
        other => (Command::Unknown(0x1B, other), 2),
    };
    complete(data, command, length)
}

fn columns(data: &[u8]) -> Option<(Command, usize)> {
    let mode = *data.get(2)?;
    let high = mode >= 32;
    let length = 5 + two(data, 3)? * if high { 3 } else { 1 };
    let command = Command::Columns {
        high,
        dense: mode & 1 != 0,
        data: data.get(5..length)?.to_vec(),
    };
    complete(data, command, length)
}

fn kanji(data: &[u8]) -> Option<(Command, usize)> {
    let one = || data.get(2).copied();
    let (command, length) = match *data.get(1)? {
        b'&' => (Command::KanjiMode(true), 2),
        b'.' => (Command::KanjiMode(false), 2),
        b'C' => (Command::KanjiCode(one()?), 3),
        b'!' => {
            let mode = one()?;
            let twice = |bit: u8| if mode & bit != 0 { 2 } else { 1 };
            (Command::KanjiSize(twice(0x04), twice(0x08)), 3)
        }
        b'W' => {
            let times = if one()? & 1 != 0 { 2 } else { 1 };
            (Command::KanjiSize(times, times), 3)
        }
        b'-' => (Command::Nothing, 3),
        b'S' => (Command::Nothing, 4),
        b'(' => (Command::Nothing, 5 + two(data, 3)?),
        b'2' => (Command::NotDrawn("FS 2"), 4 + 72),
        other => (Command::Unknown(0x1C, other), 2),
    };
    complete(data, command, length)
}

fn group(data: &[u8]) -> Option<(Command, usize)> {
    let one = || data.get(2).copied();
    let (command, length) = match *data.get(1)? {
        b'v' => {
            let mode = *data.get(3)?;
            let raster = Command::Raster {
                row_bytes: two(data, 4)?,
                rows: two(data, 6)?,
                wide: mode & 1 != 0,
                high: mode & 2 != 0,
            };
            (raster, 8)
        }
        b'V' => match one()? {
            0 | 1 | 48 | 49 => (Command::Cut, 3),
            _ => (Command::Cut, 4),
        },
        b'a' => (Command::Ask(Request::PushStatus(one()?)), 3),
        b'r' => (Command::Ask(Request::Status(one()?)), 3),
        b'I' => (Command::Ask(Request::Name(one()?)), 3),
        b'!' => {
            let times = one()?;
            (Command::Size(((times >> 4) & 7) + 1, (times & 7) + 1), 3)
        }
        b'B' | b'H' | b'b' | b'f' | b'h' | b'w' => (Command::Nothing, 3),
        b'$' | b'L' | b'P' | b'W' | b'\\' => (Command::Nothing, 4),
        b'(' => {
            let length = 5 + two(data, 3)?;
            (function(*data.get(2)?, data.get(5..length)?), length)
        }
        b'8' => {
            let length = 7 + two(data, 3)? + two(data, 5)? * 0x1_0000;
            (function(*data.get(2)?, data.get(7..length)?), length)
        }
        b'k' => match one()? {
            0..=6 => {
                let end = data.get(3..)?.iter().position(|byte| *byte == 0)?;
                (Command::NotDrawn("GS k"), 4 + end)
            }
            _ => (Command::NotDrawn("GS k"), 4 + usize::from(*data.get(3)?)),
        },
        other => (Command::Unknown(0x1D, other), 2),
    };
    complete(data, command, length)
}

/// `GS ( X` and `GS 8 X`: what it is, by what it carries.
fn function(name: u8, body: &[u8]) -> Command {
    match (name, body) {
        (b'H', [48, 48, a, b, c, d]) => Command::Ask(Request::ProcessId([*a, *b, *c, *d])),
        (b'k', [49, function, rest @ ..]) => Command::Code(*function, rest.to_vec()),
        (b'k', _) => Command::NotDrawn("GS ( k"),
        (b'L', [48, 112, 48, wide, high, 49, xl, xh, _, _, dots @ ..]) => Command::Store {
            row_bytes: (usize::from(*xl) + 256 * usize::from(*xh)).div_ceil(8),
            dots: dots.to_vec(),
            wide: *wide == 2,
            high: *high == 2,
        },
        (b'L', [48, 2 | 50]) => Command::PrintStored,
        (b'L', _) => Command::NotDrawn("GS ( L"),
        _ => Command::Nothing,
    }
}

fn two(data: &[u8], at: usize) -> Option<usize> {
    match *data.get(at..at + 2)? {
        [low, high] => Some(usize::from(low) + 256 * usize::from(high)),
        _ => None,
    }
}

fn complete(data: &[u8], command: Command, length: usize) -> Option<(Command, usize)> {
    (data.len() >= length).then_some((command, length))
}
