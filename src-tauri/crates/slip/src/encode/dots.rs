//! Rows of dots as the printer's own picture commands.

use crate::profile::ImageCommand;
use crate::raster::Raster;

use super::{REAL_TIME_SECONDS, feed};

/// What another command may cost besides its head, in bytes: a printer that stops and goes
/// between many small pictures prints worse than one that is sent some white.
const BAND_BYTES_SAVED_MIN: usize = 40;

/// A picture for rows that carry dots, `ESC J` for rows that do not.
pub(super) fn commands(raster: &Raster, image: ImageCommand, band_rows_max: u16) -> Vec<Vec<u8>> {
    let mut guarded = raster.clone();
    guarded.guard();
    let rows: Vec<&[u8]> = guarded.packed_rows().collect();
    let mut commands = Vec::new();
    for run in rows.chunk_by(|above, below| is_blank(above) == is_blank(below)) {
        if run.first().is_some_and(|row| is_blank(row)) {
            feed(run.len(), &mut commands);
        } else {
            for rows in bands(run, usize::from(band_rows_max.max(1))) {
                band(rows, image, &mut commands);
            }
        }
    }
    commands
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| *byte == 0)
}

/// Cuts rows into bands where it saves bytes: text seldom reaches the right edge, and a band is
/// as wide as its widest row. The cheapest cut of the rows up to each row, one after the other.
fn bands<'a, 'r>(
    rows: &'r [&'a [u8]],
    band_rows_max: usize,
) -> impl Iterator<Item = &'r [&'a [u8]]> {
    let widths: Vec<usize> = rows.iter().map(|row| used_bytes(row)).collect();
    // For each number of rows: what they cost at best, and how many of them are the last band.
    let mut best = vec![(0_usize, 0_usize)];
    for end in 1..=rows.len() {
        let mut widest = 0;
        let mut cheapest = (usize::MAX, 1);
        let before = widths.iter().zip(&best).take(end).rev().take(band_rows_max);
        for (length, (width, (cost, _))) in (1..).zip(before) {
            widest = widest.max(*width);
            let total = cost + BAND_BYTES_SAVED_MIN + length * widest;
            cheapest = cheapest.min((total, length));
        }
        best.push(cheapest);
    }
    let mut cuts = Vec::new();
    let mut end = rows.len();
    while end > 0 {
        let length = best.get(end).map_or(1, |(_, length)| *length).clamp(1, end);
        cuts.push(end - length..end);
        end -= length;
    }
    cuts.into_iter().rev().filter_map(|cut| rows.get(cut))
}

fn used_bytes(row: &[u8]) -> usize {
    row.iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1)
}

/// One picture, as wide as its rightmost black dot needs.
///
/// Printers obey real-time commands inside pictures, and a picture's own head can hold one (1,040
/// bytes are `10 04`). So a picture that does is made wider, up to the whole row, or cut in two: one
/// whole row of the guarded raster holds none.
fn band(rows: &[&[u8]], image: ImageCommand, commands: &mut Vec<Vec<u8>>) {
    let narrowest = rows
        .iter()
        .map(|row| used_bytes(row))
        .max()
        .unwrap_or(0)
        .max(1);
    let widest = rows.first().map_or(1, |row| row.len()).max(narrowest);
    for row_bytes in narrowest..=widest {
        let picture = picture(rows, row_bytes, image);
        if !picture.windows(2).any(is_real_time_command) {
            commands.push(picture);
            if image != ImageCommand::GsV0 {
                commands.push(PRINT_STORED.to_vec());
            }
            return;
        }
    }
    let (above, below) = rows.split_at(rows.len() / 2);
    if above.is_empty() {
        // Unreachable for paper up to 2,040 dots; a row left out is better than a command obeyed.
        return;
    }
    band(above, image, commands);
    band(below, image, commands);
}

/// `GS ( L` function 50: print what function 112 has stored.
const PRINT_STORED: [u8; 7] = [0x1D, b'(', b'L', 2, 0, 48, 50];

fn picture(rows: &[&[u8]], row_bytes: usize, image: ImageCommand) -> Vec<u8> {
    let dots = rows.iter().flat_map(|row| row.iter().take(row_bytes));
    let length = 10 + rows.len() * row_bytes;
    let mut command = match image {
        ImageCommand::GsV0 => vec![0x1D, b'v', b'0', 0],
        ImageCommand::Gs8L => {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            [&[0x1D, b'8', b'L'][..], &length.to_le_bytes()].concat()
        }
        ImageCommand::GsParenL => [&[0x1D, b'(', b'L'][..], &little_endian(length)].concat(),
    };
    match image {
        ImageCommand::GsV0 => command.extend(little_endian(row_bytes)),
        ImageCommand::Gs8L | ImageCommand::GsParenL => {
            // Function 112: one tone, no magnification, colour 1, and then the width in dots.
            command.extend([48, 112, 48, 1, 1, 49]);
            command.extend(little_endian(row_bytes * 8));
        }
    }
    command.extend(little_endian(rows.len()));
    command.extend(dots);
    command
}

pub(super) fn is_real_time_command(pair: &[u8]) -> bool {
    matches!(pair, [0x10, second] if REAL_TIME_SECONDS.contains(second))
}

fn little_endian(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}
