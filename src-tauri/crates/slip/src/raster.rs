//! Black dots on white paper.

use crate::encode::REAL_TIME_SECONDS;

/// The paper as dots, one bit each: rows from the top, eight dots to a byte, the leftmost dot in
/// the highest bit, 1 = black. This is also how printers take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: u16,
    row_bytes: usize,
    bits: Vec<u8>,
}

impl Raster {
    /// White paper of this many dots and rows.
    pub fn blank(width: u16, rows: u32) -> Raster {
        let row_bytes = usize::from(width).div_ceil(8);
        Raster {
            width,
            row_bytes,
            bits: vec![0; row_bytes * rows as usize],
        }
    }

    /// A raster from packed rows; what is missing of the last row is white.
    pub fn from_rows(width: u16, mut bits: Vec<u8>) -> Raster {
        let row_bytes = usize::from(width).div_ceil(8);
        bits.resize(bits.len().next_multiple_of(row_bytes.max(1)), 0);
        Raster {
            width,
            row_bytes,
            bits,
        }
    }

    /// Width in dots.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Height in rows of dots.
    pub fn rows(&self) -> u32 {
        self.bits
            .len()
            .checked_div(self.row_bytes)
            .and_then(|rows| u32::try_from(rows).ok())
            .unwrap_or(0)
    }

    /// The packed rows, top to bottom.
    pub fn packed_rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bits.chunks(self.row_bytes.max(1))
    }

    /// Whether this dot is black; white outside the paper.
    pub fn dot(&self, x: u32, y: u32) -> bool {
        self.place(x, y)
            .and_then(|(byte, mask)| self.bits.get(byte).map(|bits| bits & mask != 0))
            .unwrap_or(false)
    }

    /// Blackens a dot; outside the paper nothing happens.
    pub fn blacken(&mut self, x: u32, y: u32) {
        self.change(x, y, |bits, mask| bits | mask);
    }

    /// Whitens a dot; outside the paper nothing happens.
    pub(crate) fn whiten(&mut self, x: u32, y: u32) {
        self.change(x, y, |bits, mask| bits & !mask);
    }

    /// A black rectangle, as far as it lies on the paper.
    pub(crate) fn fill(&mut self, left: u32, top: u32, width: u32, height: u32) {
        for y in top..top.saturating_add(height).min(self.rows()) {
            for x in left..left.saturating_add(width).min(u32::from(self.width)) {
                self.blacken(x, y);
            }
        }
    }

    /// Draws another raster's black onto this one, as far as it lies on the paper.
    pub(crate) fn copy(&mut self, other: &Raster, left: u32, top: u32) {
        for y in 0..other.rows() {
            for x in (0..u32::from(other.width)).filter(|x| other.dot(*x, y)) {
                self.blacken(left + x, top + y);
            }
        }
    }

    /// Drops the white rows at the top and at the bottom, which would only cost paper; returns how
    /// many there were at the top.
    pub(crate) fn trim(&mut self) -> u32 {
        let is_white = |row: &[u8]| row.iter().all(|byte| *byte == 0);
        let above = self.packed_rows().take_while(|row| is_white(row)).count();
        self.bits
            .drain(..(above * self.row_bytes).min(self.bits.len()));
        let chunks = self.bits.chunks(self.row_bytes.max(1));
        let below = chunks.rev().take_while(|row| is_white(row)).count();
        let rest = self.bits.len().saturating_sub(below * self.row_bytes);
        self.bits.truncate(rest);
        u32::try_from(above).unwrap_or(0)
    }

    /// Some of its rows; none where there are none.
    pub(crate) fn part(&self, rows: std::ops::Range<u32>) -> Raster {
        let (from, to) = (rows.start as usize, rows.end as usize);
        let bits = self.bits.get(from * self.row_bytes..to * self.row_bytes);
        Raster {
            width: self.width,
            row_bytes: self.row_bytes,
            bits: bits.unwrap_or_default().to_vec(),
        }
    }

    /// Keeps the first rows only.
    pub(crate) fn truncate(&mut self, rows: u32) {
        self.bits.truncate(self.row_bytes * rows as usize);
    }

    /// How many dots are black.
    pub fn black_dots(&self) -> u64 {
        self.bits
            .iter()
            .map(|byte| u64::from(byte.count_ones()))
            .sum()
    }

    /// Breaks up every byte pair that a printer would take for a real-time command although it
    /// stands inside a picture (`10 04`, `10 05`, `10 14`): the lone dot `10` gets a neighbour.
    /// One dot in an eighth of a millimetre more, and nobody can see it.
    pub fn guard(&mut self) {
        let mut previous: Option<usize> = None;
        for here in 0..self.bits.len() {
            let byte = self.bits.get(here).copied().unwrap_or(0);
            if let Some(before) = previous
                && REAL_TIME_SECONDS.contains(&byte)
                && let Some(lone) = self.bits.get_mut(before)
            {
                *lone |= 0x08;
            }
            previous = (byte == 0x10).then_some(here);
        }
    }

    /// A black and white PNG of the paper, one bit a dot.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, u32::from(self.width), self.rows());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        // In a PNG 0 is black; the bits beyond the last dot of a row do not matter.
        let paper: Vec<u8> = self.bits.iter().map(|byte| !byte).collect();
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&paper));
        // Writing into memory fails only for a picture without any dot; that is an empty file.
        if written.is_err() {
            file.clear();
        }
        file
    }

    fn place(&self, x: u32, y: u32) -> Option<(usize, u8)> {
        (x < u32::from(self.width)).then(|| {
            let byte = y as usize * self.row_bytes + x as usize / 8;
            (byte, 0x80 >> (x % 8))
        })
    }

    fn change(&mut self, x: u32, y: u32, how: impl FnOnce(u8, u8) -> u8) {
        if let Some((byte, mask)) = self.place(x, y)
            && let Some(bits) = self.bits.get_mut(byte)
        {
            *bits = how(*bits, mask);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Raster;

    #[test]
    fn dots_lie_from_the_left_in_the_highest_bit() {
        let mut raster = Raster::blank(10, 2);
        raster.blacken(0, 0);
        raster.blacken(9, 1);
        raster.blacken(10, 0);
        raster.blacken(0, 2);
        let rows: Vec<&[u8]> = raster.packed_rows().collect();
        assert_eq!(rows, [&[0x80, 0][..], &[0, 0x40][..]]);
        assert!(raster.dot(9, 1) && !raster.dot(10, 0) && !raster.dot(0, 2));
    }

    #[test]
    fn a_real_time_command_inside_a_picture_is_broken_up_even_across_rows() {
        for second in [0x04, 0x05, 0x14] {
            let mut raster = Raster::from_rows(16, vec![0x10, second, 0x00, 0x10, second, 0x10]);
            raster.guard();
            let bytes: Vec<u8> = raster.packed_rows().flatten().copied().collect();
            assert_eq!(bytes, [0x18, second, 0x00, 0x18, second, 0x10]);
        }
    }

    #[test]
    fn a_png_of_no_paper_is_empty_and_of_paper_is_a_png() {
        assert!(Raster::blank(8, 0).to_png().is_empty());
        assert!(Raster::blank(9, 3).to_png().starts_with(b"\x89PNG"));
    }
}
