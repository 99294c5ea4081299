//! Codes that a scanner types into another system's screen.

use forms::export::{
    Layout, Substitutes,
    wedge::{self, NotTyped, Symbol, Wedge},
};
use qrcode::{Color, EcLevel, QrCode, Version, bits::Bits};
use wire::export::{CodesOfForm, ExportFault, ExportFaultKind, ExportSymbol};

use super::{Row, fault, header, substituted};
use crate::problem::Refused;

/// The largest symbol: 97 modules a side, which holds what a wedge puts into one.
const VERSION_MAX: i16 = 20;

/// The codes of one form.
pub(crate) fn of_form(
    layout: &Layout,
    row: &mut Row<'_>,
    wedge: &Wedge,
    substitutes: &Substitutes,
) -> Result<CodesOfForm, Refused> {
    let replaced = row.record.spell(wedge.encoding, substitutes);
    let mut faults = row.faults(layout);
    let symbols = match wedge::symbols(&row.record.values(), wedge) {
        Ok(symbols) => symbols,
        Err(NotTyped::Faults(found)) => {
            // Characters without a code were told when the row was spelled.
            let told = found.iter().map(|it| fault(layout, it));
            faults.extend(told.filter(|it| it.kind == ExportFaultKind::Keys));
            Vec::new()
        }
        Err(NotTyped::TooMany(count)) => {
            faults.push(ExportFault {
                header: String::new(),
                kind: ExportFaultKind::TooManyCodes,
                characters: Vec::new(),
                chars: u32::try_from(count).ok(),
                chars_max: u32::try_from(wedge::SYMBOLS_MAX).ok(),
            });
            Vec::new()
        }
    };
    let symbols = symbols.iter().map(|it| symbol(layout, it));
    Ok(CodesOfForm {
        procedure: row.open.form.procedure.id().to_owned(),
        name: row.open.form.procedure.name().clone(),
        symbols: symbols.collect::<Result<_, _>>()?,
        faults,
        substituted: (replaced.into_iter())
            .map(|it| substituted(layout, it))
            .collect(),
    })
}

fn symbol(layout: &Layout, symbol: &Symbol) -> Result<ExportSymbol, Refused> {
    let code = drawn(&symbol.bytes)
        .ok_or_else(|| Refused::internal("drawing a code", &symbol.bytes.len()))?;
    let modules = code.to_colors();
    let rows = modules.chunks(code.width()).map(|row| {
        let dark = row
            .iter()
            .map(|it| if *it == Color::Dark { '1' } else { '0' });
        dark.collect()
    });
    Ok(ExportSymbol {
        rows: rows.collect(),
        first: header(layout, symbol.first),
        last: header(layout, symbol.last),
    })
}

/// The smallest code that holds these bytes as bytes: scanners read kanji in a mode of their own differently.
fn drawn(bytes: &[u8]) -> Option<QrCode> {
    (1..=VERSION_MAX).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_byte_data(bytes).ok()?;
        bits.push_terminator(EcLevel::M).ok()?;
        QrCode::with_bits(bits, EcLevel::M).ok()
    })
}

#[cfg(test)]
mod tests {
    use forms::export::{Encoding, wedge::Key};

    use super::*;

    #[test]
    fn a_reader_finds_the_bytes_that_are_to_be_typed_in_either_encoding() {
        let values = [
            "𠮷野　朱鷺子",
            "",
            "福\u{FA1B}山市東桜町３番５号",
            "昭和55年2月17日",
        ];
        for (encoding, values) in [
            (Encoding::Utf8, &values[..]),
            (Encoding::Cp932, &values[1..]),
        ] {
            let wedge = Wedge {
                encoding,
                between: Key::Tab,
                end: Some(Key::Enter),
                symbol_bytes_max: 50,
            };
            let symbols = wedge::symbols(values, &wedge).unwrap();
            assert!(!symbols.is_empty());
            let mut read = Vec::new();
            for symbol in &symbols {
                let code = drawn(&symbol.bytes).unwrap();
                let modules = code.to_colors();
                let side = code.width();
                let dark = |x: usize, y: usize| modules[y * side + x] == Color::Dark;
                let grid = rqrr::Grid::new(rqrr::SimpleGrid::from_func(side, dark));
                grid.decode_to(&mut read).unwrap();
            }
            let typed = format!("{}\r", values.join("\t"));
            assert_eq!(read, *encoding.encode(&typed).unwrap());
        }
    }

    #[test]
    fn the_largest_symbol_of_a_wedge_has_a_code_and_a_small_one_a_small_code() {
        let largest = drawn(&vec![0xE7; usize::from(wedge::SYMBOL_BYTES_MAX)]).unwrap();
        assert!(largest.width() <= 97, "{}", largest.width());
        assert_eq!(drawn(b"A-012").unwrap().width(), 21);
        assert!(drawn(&[0; 700]).is_none());
    }
}
