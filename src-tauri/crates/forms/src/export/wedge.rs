//! Values as key presses: what a scanner that stands in for the keyboard (キーボードウェッジ) types into another screen.

use zeroize::Zeroizing;

use super::{Encoding, Fault, FaultKind, encoding};

/// Bytes of one symbol: what a QR code of 97 modules a side holds at level M, which scanners still read off a screen.
pub const SYMBOL_BYTES_MAX: u16 = 600;
/// Fewer bytes would cut ordinary addresses in pieces.
pub const SYMBOL_BYTES_MIN: u16 = 50;
/// Most symbols of one form: nobody scans more without a mistake.
pub const SYMBOLS_MAX: usize = 16;

/// How values are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wedge {
    /// The scanner's characters; a byte order mark is never typed.
    pub encoding: Encoding,
    /// The key between two values.
    pub between: Key,
    /// The key behind the last one.
    pub end: Option<Key>,
    /// Bytes of one symbol, [`SYMBOL_BYTES_MIN`] to [`SYMBOL_BYTES_MAX`].
    pub symbol_bytes_max: u16,
}

/// A key that leaves a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// TAB.
    Tab,
    /// Enter, which scanners type for a carriage return.
    Enter,
}

impl Key {
    fn typed(self) -> &'static str {
        match self {
            Key::Tab => "\t",
            Key::Enter => "\r",
        }
    }
}

/// What one symbol holds: a person's data, so neither `Debug` nor `Clone`.
pub struct Symbol {
    /// In the scanner's characters.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The first column of which something is in it, counted from 0.
    pub first: usize,
    /// The last one.
    pub last: usize,
}

/// Why values cannot be typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTyped {
    /// Something about single values.
    #[error("{} value(s) cannot be typed", .0.len())]
    Faults(Vec<Fault>),
    /// More than [`SYMBOLS_MAX`].
    #[error("{0} symbols are needed, at most {SYMBOLS_MAX} are shown")]
    TooMany(usize),
}

/// The symbols of a form, in the order in which they are scanned. Their bytes one after another are every value with
/// its key behind it. A symbol ends behind a key wherever the next value fits into the next one whole, and never within
/// a character.
///
/// # Errors
/// A value that cannot be typed without leaving its field, characters without a code, or more symbols than anybody scans.
pub fn symbols(values: &[&str], wedge: &Wedge) -> Result<Vec<Symbol>, NotTyped> {
    let mut faults = Vec::new();
    for (column, value) in values.iter().enumerate() {
        if value.chars().any(char::is_control) {
            let kind = FaultKind::Keys;
            faults.push(Fault { column, kind });
        }
        let missing = wedge.encoding.missing(value);
        if !missing.is_empty() {
            let kind = FaultKind::NotEncodable(missing);
            faults.push(Fault { column, kind });
        }
    }
    if !faults.is_empty() {
        return Err(NotTyped::Faults(faults));
    }
    let symbols = packed(values, wedge);
    if symbols.len() > SYMBOLS_MAX {
        return Err(NotTyped::TooMany(symbols.len()));
    }
    Ok(symbols)
}

fn packed(values: &[&str], wedge: &Wedge) -> Vec<Symbol> {
    let limit = usize::from(
        wedge
            .symbol_bytes_max
            .clamp(SYMBOL_BYTES_MIN, SYMBOL_BYTES_MAX),
    );
    let mut symbols: Vec<Symbol> = Vec::new();
    for (column, value) in values.iter().enumerate() {
        let key = if column + 1 < values.len() {
            wedge.between.typed()
        } else {
            wedge.end.map_or("", Key::typed)
        };
        let whole = coded(value, wedge.encoding).len() + key.len();
        let fits = |it: &Symbol| it.bytes.len() + whole <= limit;
        if !symbols.last().is_some_and(fits) {
            symbols.push(empty(column));
        }
        // Only a value that is longer than a whole symbol goes on in the next one.
        for part in pieces(value).chain((!key.is_empty()).then_some(key)) {
            let bytes = coded(part, wedge.encoding);
            let full = |it: &Symbol| it.bytes.len() + bytes.len() > limit;
            if symbols.last().is_none_or(full) {
                symbols.push(empty(column));
            }
            if let Some(symbol) = symbols.last_mut() {
                symbol.bytes.extend_from_slice(&bytes);
                symbol.last = column;
            }
        }
    }
    symbols.retain(|it| !it.bytes.is_empty());
    symbols
}

/// The characters of a value as they are written; one with more marks than anybody writes comes apart.
fn pieces(value: &str) -> impl Iterator<Item = &str> {
    encoding::written(value).flat_map(|written| {
        let step = if written.len() > usize::from(SYMBOL_BYTES_MIN) {
            1
        } else {
            usize::MAX
        };
        let starts = written.char_indices().map(|it| it.0).step_by(step);
        starts.filter_map(move |start| {
            let behind = written.get(start..)?;
            let end = behind
                .char_indices()
                .nth(step)
                .map_or(behind.len(), |it| it.0);
            behind.get(..end)
        })
    })
}

fn empty(first: usize) -> Symbol {
    Symbol {
        bytes: Zeroizing::new(Vec::new()),
        first,
        last: first,
    }
}

/// The bytes of a text whose characters all have codes.
fn coded(text: &str, encoding: Encoding) -> Zeroizing<Vec<u8>> {
    let encoding = match encoding {
        Encoding::Utf8Bom | Encoding::Utf8 => Encoding::Utf8,
        Encoding::Cp932 => Encoding::Cp932,
    };
    encoding.encode(text).unwrap_or_default()
}
