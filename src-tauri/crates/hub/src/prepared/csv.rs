//! CSV as other systems write it (RFC 4180): commas, quotes, any line end. Total: whatever bytes come, it gives rows or a place.

use std::borrow::Cow;

use office::ListEncoding;
use wire::prepared::{IMPORT_COLUMNS_MAX, IMPORT_ROWS_MAX, ImportWhy};
use zeroize::Zeroizing;

/// One row with its place in the file, as a spreadsheet counts: the header is row 1.
pub(super) struct Record {
    pub(super) row: u32,
    pub(super) cells: Vec<Zeroizing<String>>,
}

/// Why a file has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where.
    pub(super) row: Option<u32>,
    /// Why.
    pub(super) why: ImportWhy,
}

/// The file's characters.
pub(super) fn decode(bytes: &[u8], encoding: ListEncoding) -> Result<Zeroizing<String>, Fault> {
    let wrong = Fault {
        row: None,
        why: ImportWhy::Encoding,
    };
    let utf8 = || {
        let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(plain).ok();
        text.filter(|it| !it.contains('\0'))
            .map(|it| Zeroizing::new(it.to_owned()))
    };
    let shift_jis = || {
        let (text, had_errors) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes);
        let text = match text {
            Cow::Owned(text) => Zeroizing::new(text),
            Cow::Borrowed(text) => Zeroizing::new(text.to_owned()),
        };
        (!had_errors && !text.contains('\0')).then_some(text)
    };
    let text = match encoding {
        ListEncoding::Auto => utf8().or_else(shift_jis),
        ListEncoding::Utf8 => utf8(),
        ListEncoding::ShiftJis => shift_jis(),
    };
    text.ok_or(wrong)
}

/// The rows of a text; those with nothing in them are left out.
pub(super) fn rows(text: &str) -> Result<Vec<Record>, Fault> {
    let mut reading = Reading::default();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (reading.at, character) {
            (At::Quoted, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                reading.cell.push('"');
            }
            (At::Quoted, '"') => reading.at = At::Closed,
            (At::Quoted, other) => reading.cell.push(other),
            (_, ',') => reading.end_cell()?,
            (_, '\r') if characters.peek() == Some(&'\n') => {}
            (_, '\r' | '\n') => reading.end_row()?,
            (At::Start, '"') => reading.at = At::Quoted,
            (At::Closed, _) => return Err(reading.fault(ImportWhy::Quotes)),
            (At::Start | At::Plain, other) => {
                reading.at = At::Plain;
                reading.cell.push(other);
            }
        }
    }
    if reading.at == At::Quoted {
        return Err(reading.fault(ImportWhy::Quotes));
    }
    if reading.at != At::Start || !reading.cells.is_empty() {
        reading.end_row()?;
    }
    Ok(reading.records)
}

/// Where in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted,
    Closed,
}

#[derive(Default)]
struct Reading {
    at: At,
    cell: Zeroizing<String>,
    cells: Vec<Zeroizing<String>>,
    records: Vec<Record>,
    rows: u32,
}

impl Reading {
    fn fault(&self, why: ImportWhy) -> Fault {
        Fault {
            row: Some(self.rows.saturating_add(1)),
            why,
        }
    }

    fn end_cell(&mut self) -> Result<(), Fault> {
        if self.cells.len() >= IMPORT_COLUMNS_MAX {
            return Err(self.fault(ImportWhy::TooManyColumns));
        }
        self.cells.push(std::mem::take(&mut self.cell));
        self.at = At::Start;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Fault> {
        self.end_cell()?;
        self.rows = self.rows.saturating_add(1);
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().all(|it| it.trim().is_empty()) {
            return Ok(());
        }
        // The header is a row of its own.
        if self.records.len() > IMPORT_ROWS_MAX {
            return Err(Fault {
                row: Some(self.rows),
                why: ImportWhy::TooManyRows,
            });
        }
        self.records.push(Record {
            row: self.rows,
            cells,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u32, Vec<String>)> {
        let rows = rows(text).map_err(|it| it.why).unwrap();
        let plain = |it: Record| (it.row, it.cells.iter().map(|it| it.to_string()).collect());
        rows.into_iter().map(plain).collect()
    }

    fn row(row: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (row, cells.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn quotes_commas_and_line_ends_are_read_as_the_standard_has_them() {
        for (text, expected) in [
            (
                "a,b\r\n1,2\r\n",
                vec![row(1, &["a", "b"]), row(2, &["1", "2"])],
            ),
            ("a,b\n1,2", vec![row(1, &["a", "b"]), row(2, &["1", "2"])]),
            ("a\r1\r", vec![row(1, &["a"]), row(2, &["1"])]),
            ("\"a,b\",c", vec![row(1, &["a,b", "c"])]),
            ("\"a\"\"b\"", vec![row(1, &["a\"b"])]),
            (
                "\"a\r\nb\",c\nd,e",
                vec![row(1, &["a\r\nb", "c"]), row(2, &["d", "e"])],
            ),
            ("a,\n,b", vec![row(1, &["a", ""]), row(2, &["", "b"])]),
            ("a\n\n , \nb", vec![row(1, &["a"]), row(4, &["b"])]),
            ("a\"b,c", vec![row(1, &["a\"b", "c"])]),
            ("", vec![]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_csv_is_named_with_its_row() {
        for (text, at, why) in [
            ("a\n\"b", 2, ImportWhy::Quotes),
            ("a\n\"b\"c", 2, ImportWhy::Quotes),
        ] {
            let fault = Fault { row: Some(at), why };
            assert_eq!(rows(text).err(), Some(fault), "{text:?}");
        }
        let wide = ",".repeat(IMPORT_COLUMNS_MAX);
        assert_eq!(rows(&wide).err().unwrap().why, ImportWhy::TooManyColumns);
        let long = "a\n".repeat(IMPORT_ROWS_MAX + 2);
        assert_eq!(rows(&long).err().unwrap().why, ImportWhy::TooManyRows);
        assert!(rows(&"a\n".repeat(IMPORT_ROWS_MAX + 1)).is_ok());
    }

    #[test]
    fn both_encodings_are_told_apart_and_neither_is_guessed_at() {
        let name = "氏名,髙橋\n";
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(name);
        let with_mark = [b"\xEF\xBB\xBF".as_slice(), name.as_bytes()].concat();
        for (bytes, encoding, fits) in [
            (name.as_bytes(), ListEncoding::Auto, true),
            (with_mark.as_slice(), ListEncoding::Auto, true),
            (&sjis, ListEncoding::Auto, true),
            (with_mark.as_slice(), ListEncoding::Utf8, true),
            (&sjis, ListEncoding::Utf8, false),
            (&sjis, ListEncoding::ShiftJis, true),
            (b"\xFF\xFEa\0".as_slice(), ListEncoding::Auto, false),
            (b"a\0".as_slice(), ListEncoding::Auto, false),
            (b"\x81".as_slice(), ListEncoding::Auto, false),
        ] {
            let read = decode(bytes, encoding);
            assert_eq!(
                read.map(|it| it.to_string()).ok().as_deref(),
                fits.then_some(name),
                "{bytes:?} as {encoding:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_give_rows_or_a_place(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(text) = decode(&bytes, ListEncoding::Auto)
                && let Ok(rows) = rows(&text)
            {
                prop_assert!(rows.len() <= IMPORT_ROWS_MAX + 1);
                prop_assert!(rows.iter().all(|it| it.cells.len() <= IMPORT_COLUMNS_MAX));
            }
        }

        #[test]
        fn what_is_written_with_quotes_is_read_back(cells in proptest::collection::vec(".{1,12}", 1..6)) {
            prop_assume!(cells.iter().any(|it| !it.trim().is_empty()));
            let written: Vec<String> = cells.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect();
            prop_assert_eq!(read(&written.join(",")), vec![(1, cells)]);
        }
    }
}
