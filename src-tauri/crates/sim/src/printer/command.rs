//! Where each ESC/POS command ends, and what the virtual printer understands of it.

/// One step through the data, as far as the virtual printer cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// `ESC @`.
    Initialise,
    /// `ESC a n`.
    Justify(u8),
    /// Paper moves by so many rows: `ESC J`, `ESC d`, LF.
    Feed(u32),
    /// `GS v 0`: this many bytes a row, so many rows; the dots follow. Scaled ×1 or ×2.
    Raster {
        row_bytes: usize,
        rows: usize,
        wide: bool,
        high: bool,
    },
    /// `GS V`.
    Cut,
    /// `GS a n`.
    PushStatus(u8),
    /// `GS r n`.
    TransmitStatus(u8),
    /// `GS I n`.
    TransmitName(u8),
    /// `GS ( H` function 48.
    ProcessId([u8; 4]),
    /// Nothing to draw: settings, real-time commands already obeyed, NUL.
    Nothing,
    /// Understood, but this printer does not draw it.
    NotDrawn(&'static str),
    /// Not a command of this printer.
    Unknown(u8, u8),
}

/// How many dots `ESC d` and LF move the paper: 1/6 inch at 203 dpi.
const LINE_ROWS: u32 = 34;

/// The command at the beginning of the data and its length; `None` while it is not complete.
pub(super) fn parse(data: &[u8]) -> Option<(Command, usize)> {
    match *data.first()? {
        0x00 | 0x0C | 0x0D | 0x18 => Some((Command::Nothing, 1)),
        0x0A => Some((Command::Feed(LINE_ROWS), 1)),
        0x10 => real_time(data),
        0x1B => escape(data),
        0x1C => kanji(data),
        0x1D => group(data),
        _ => Some((Command::NotDrawn("text"), 1)),
    }
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
    let second = *data.get(1)?;
    let (command, length) = match second {
        b'@' => (Command::Initialise, 2),
        b'a' => (Command::Justify(*data.get(2)?), 3),
        b'J' => (Command::Feed(u32::from(*data.get(2)?)), 3),
        b'd' => (Command::Feed(u32::from(*data.get(2)?) * LINE_ROWS), 3),
        b'2' => (Command::Nothing, 2),
        b'!' | b' ' | b'-' | b'3' | b'=' | b'E' | b'G' | b'M' | b'R' | b'V' | b'r' | b't'
        | b'{' => (Command::Nothing, 3),
        b'$' | b'\\' | b'c' => (Command::Nothing, 4),
        b'p' => (Command::Nothing, 5),
        b'D' => {
            let stops = data.get(2..)?.iter().take(33).position(|stop| *stop == 0);
            (Command::Nothing, 3 + stops?)
        }
        b'*' => {
            let deep = if *data.get(2)? >= 32 { 3 } else { 1 };
            (Command::NotDrawn("ESC *"), 5 + two(data, 3)? * deep)
        }
        other => (Command::Unknown(0x1B, other), 2),
    };
    complete(data, command, length)
}

fn kanji(data: &[u8]) -> Option<(Command, usize)> {
    let (command, length) = match *data.get(1)? {
        b'&' | b'.' => (Command::Nothing, 2),
        b'!' | b'-' | b'C' | b'W' => (Command::Nothing, 3),
        b'S' => (Command::Nothing, 4),
        b'(' => (Command::Nothing, 5 + two(data, 3)?),
        b'2' => (Command::NotDrawn("FS 2"), 4 + 72),
        other => (Command::Unknown(0x1C, other), 2),
    };
    complete(data, command, length)
}

fn group(data: &[u8]) -> Option<(Command, usize)> {
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
        b'V' => match *data.get(2)? {
            0 | 1 | 48 | 49 => (Command::Cut, 3),
            _ => (Command::Cut, 4),
        },
        b'a' => (Command::PushStatus(*data.get(2)?), 3),
        b'r' => (Command::TransmitStatus(*data.get(2)?), 3),
        b'I' => (Command::TransmitName(*data.get(2)?), 3),
        b'!' | b'B' | b'H' | b'b' | b'f' | b'h' | b'w' => (Command::Nothing, 3),
        b'$' | b'L' | b'P' | b'W' | b'\\' => (Command::Nothing, 4),
        b'(' => (function(data)?, 5 + two(data, 3)?),
        b'8' => {
            let low = two(data, 3)?;
            let high = two(data, 5)?;
            (Command::NotDrawn("GS 8 L"), 7 + low + high * 0x1_0000)
        }
        b'k' => match *data.get(2)? {
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

/// `GS ( X pL pH …`.
fn function(data: &[u8]) -> Option<Command> {
    let body = data.get(5..5 + two(data, 3)?)?;
    Some(match (*data.get(2)?, body) {
        (b'H', [48, 48, a, b, c, d]) => Command::ProcessId([*a, *b, *c, *d]),
        (b'k', _) => Command::NotDrawn("GS ( k"),
        (b'L', _) => Command::NotDrawn("GS ( L"),
        _ => Command::Nothing,
    })
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
