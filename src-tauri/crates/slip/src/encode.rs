//! The paper as ESC/POS: one block of bytes that a transport sends in one write.
//!
//! The `escpos` crate is the builder, on a driver that only remembers. Its own drivers, cut and
//! status requests are not used: they write a job in many pieces, send it again after an error,
//! and cut with a mode that means something else on some models.

use std::cell::RefCell;
use std::rc::Rc;

use escpos::driver::Driver;
use escpos::printer::Printer;
use escpos::utils::{JustifyMode, Protocol};

use crate::profile::{Confirmation, Cut, Profile};
use crate::raster::Raster;

/// The second bytes of the real-time commands `DLE EOT`, `DLE ENQ` and `DLE DC4`, which printers
/// obey wherever they meet them (Epson's command reference, "real-time commands").
pub(crate) const REAL_TIME_SECONDS: [u8; 3] = [0x04, 0x05, 0x14];

/// The longest slip, about half a metre: anything longer is a mistake.
const ROWS_MAX: u32 = 4000;

/// A print job's identity: four printable characters, because that is what `GS ( H` carries.
///
/// Count up, and begin somewhere else after a restart (the seconds of the clock will do), so that
/// a confirmation that comes late from the time before cannot be taken for a new job's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId([u8; 4]);

impl JobId {
    /// The identity of the job with this counter; they come round after 95⁴ = 81 450 625 jobs.
    pub fn from_counter(counter: u64) -> JobId {
        let mut rest = counter;
        let mut id = [0; 4];
        for place in id.iter_mut().rev() {
            // A remainder below 95 always fits.
            *place = 32 + u8::try_from(rest % 95).unwrap_or(0);
            rest /= 95;
        }
        JobId(id)
    }

    /// The four characters, each 32 to 126.
    pub fn bytes(self) -> [u8; 4] {
        self.0
    }

    /// From a reply; `None` if a byte is not printable.
    pub fn from_bytes(bytes: [u8; 4]) -> Option<JobId> {
        bytes
            .iter()
            .all(|byte| (32..=126).contains(byte))
            .then_some(JobId(bytes))
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(out, "{}", char::from(*byte)))
    }
}

impl std::fmt::Debug for JobId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "JobId({self})")
    }
}

/// One slip, ready to be sent: as a whole, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// What its confirmation will carry.
    pub id: JobId,
    /// Every byte, in order.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Job({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// A raster that this printer cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Wider than the paper.
    #[error("the raster is {found} dots wide, the paper {paper}")]
    TooWide {
        /// The raster's width in dots.
        found: u16,
        /// The paper's width in dots.
        paper: u16,
    },
    /// Longer than any slip.
    #[error("the raster has {found} rows, at most {ROWS_MAX} are printed")]
    TooLong {
        /// The raster's height in rows.
        found: u32,
    },
    /// The builder refused a command.
    #[error("the ESC/POS builder refused a command: {0}")]
    Builder(String),
}

impl From<escpos::errors::PrinterError> for EncodeError {
    fn from(error: escpos::errors::PrinterError) -> EncodeError {
        EncodeError::Builder(error.to_string())
    }
}

/// The whole job: initialise, status pushes on, the dots, the cut, and then the request to be told
/// when all of it is on paper.
pub fn encode(raster: &Raster, profile: &Profile, id: JobId) -> Result<Job, EncodeError> {
    let features = profile.features();
    if raster.width() > features.dots {
        return Err(EncodeError::TooWide {
            found: raster.width(),
            paper: features.dots,
        });
    }
    if raster.rows() > ROWS_MAX {
        return Err(EncodeError::TooLong {
            found: raster.rows(),
        });
    }
    let memory = Memory::default();
    // A new builder for every job: it keeps its instructions after an error and would repeat them.
    let mut printer = Printer::new(memory.clone(), Protocol::default(), None);
    printer.init()?;
    if features.pushes_status {
        // `ESC @` has just turned the pushes off.
        printer.custom(&STATUS_PUSHES_ON)?;
    }
    printer.justify(JustifyMode::LEFT)?;
    for command in dots(raster, usize::from(features.band_rows_max)) {
        printer.custom(&command)?;
    }
    for command in part(features.cut, features.tear_feed_rows) {
        printer.custom(&command)?;
    }
    let [a, b, c, d] = id.bytes();
    match features.confirmation {
        Confirmation::ProcessId => {
            printer.custom(&[0x1D, b'(', b'H', 6, 0, 48, 48, a, b, c, d])?;
        }
        Confirmation::Barrier => {
            printer.custom(&[0x1D, b'r', 1])?;
        }
    }
    printer.print()?;
    Ok(Job {
        id,
        bytes: memory.0.take(),
    })
}

/// `GS a 255`: push every kind of status.
pub(crate) const STATUS_PUSHES_ON: [u8; 3] = [0x1D, b'a', 0xFF];

/// `DLE DC4` function 8: clear the buffers; answered by `37 25 00`.
pub(crate) const CLEAR_BUFFER: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];

/// `DLE ENQ 2`: end an error that can be ended, the cutter's for one, and clear the buffers.
pub(crate) const RECOVER_AND_CLEAR: [u8; 3] = [0x10, 0x05, 2];

/// What brings a printer without [`CLEAR_BUFFER`] back from a picture that broke off: enough
/// zeros to finish the largest band, which are nothing outside a picture.
pub(crate) fn flush_torn_band(profile: &Profile) -> Vec<u8> {
    let features = profile.features();
    let row_bytes = usize::from(features.dots).div_ceil(8);
    vec![0; row_bytes * usize::from(features.band_rows_max)]
}

/// Parts what a torn slip left on the paper, so that it does not hang on the next one.
pub(crate) fn eject(profile: &Profile) -> Vec<u8> {
    let features = profile.features();
    let mut bytes = vec![0x1B, b'@'];
    bytes.extend(part(features.cut, features.tear_feed_rows).concat());
    bytes
}

/// `GS v 0` for rows that carry dots, `ESC J` for rows that do not.
/// White rows at the top are fed too: the layout decides whether there are any.
fn dots(raster: &Raster, band_rows_max: usize) -> Vec<Vec<u8>> {
    let mut guarded = raster.clone();
    guarded.guard();
    let rows: Vec<&[u8]> = guarded.packed_rows().collect();
    let mut commands = Vec::new();
    for run in rows.chunk_by(|above, below| is_blank(above) == is_blank(below)) {
        if run.first().is_some_and(|row| is_blank(row)) {
            feed(run.len(), &mut commands);
        } else {
            commands.extend(bands(run, band_rows_max.max(1)).map(band));
        }
    }
    commands
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| *byte == 0)
}

fn feed(rows: usize, commands: &mut Vec<Vec<u8>>) {
    let mut left = rows;
    while left > 0 {
        let step = u8::try_from(left).unwrap_or(u8::MAX);
        commands.push(vec![0x1B, b'J', step]);
        left -= usize::from(step);
    }
}

/// What another command may cost besides its eight bytes, in bytes: a printer that stops and goes
/// between many small pictures prints worse than one that is sent some white.
const BAND_BYTES_SAVED_MIN: usize = 128;

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

/// One `GS v 0`, as wide as its rightmost black dot needs.
fn band(rows: &[&[u8]]) -> Vec<u8> {
    let widest = rows.iter().map(|row| used_bytes(row)).max().unwrap_or(0);
    let narrow = band_of_width(rows, widest.max(1));
    if narrow.windows(2).any(is_real_time_command) {
        // Without the white at its right a row brought two bytes together that do not meet on the
        // guarded raster; whole rows do not.
        return band_of_width(rows, rows.first().map_or(1, |row| row.len()));
    }
    narrow
}

fn band_of_width(rows: &[&[u8]], row_bytes: usize) -> Vec<u8> {
    let mut command = vec![0x1D, b'v', b'0', 0];
    command.extend(little_endian(row_bytes));
    command.extend(little_endian(rows.len()));
    for row in rows {
        command.extend(row.iter().take(row_bytes));
    }
    command
}

fn is_real_time_command(pair: &[u8]) -> bool {
    matches!(pair, [0x10, second] if REAL_TIME_SECONDS.contains(second))
}

fn part(cut: Cut, tear_feed_rows: u16) -> Vec<Vec<u8>> {
    match cut {
        Cut::Partial => vec![vec![0x1D, b'V', 66, 0]],
        Cut::Full => vec![vec![0x1D, b'V', 65, 0]],
        Cut::Tear => {
            let mut commands = Vec::new();
            feed(usize::from(tear_feed_rows), &mut commands);
            commands
        }
    }
}

fn little_endian(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

/// A driver that keeps what it is given and never touches a device.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Driver for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> escpos::errors::Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> escpos::errors::Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> escpos::errors::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{EncodeError, JobId, encode, is_real_time_command};
    use crate::profile::{Confirmation, Cut, Features, Profile};
    use crate::raster::Raster;

    fn profile(cut: Cut, confirmation: Confirmation) -> Profile {
        Profile::new(Features {
            name: "scripted".to_owned(),
            dots: 576,
            dpi: 203,
            cut,
            tear_feed_rows: 300,
            confirmation,
            pushes_status: true,
            clears_buffer: true,
            band_rows_max: 128,
            ..Features::default()
        })
        .unwrap()
    }

    #[test]
    fn a_job_is_these_bytes() {
        let mut raster = Raster::blank(576, 4);
        raster.blacken(0, 0);
        raster.blacken(9, 1);
        raster.blacken(0, 3);
        let profile = profile(Cut::Partial, Confirmation::ProcessId);
        let id = JobId::from_bytes(*b"0012").unwrap();
        let expected = [
            &[0x1B, b'@'][..],                                    // initialise
            &[0x1D, b'a', 0xFF],                                  // push status
            &[0x1B, b'a', 0],                                     // left
            &[0x1D, b'v', b'0', 0, 2, 0, 2, 0, 0x80, 0, 0, 0x40], // two rows, two bytes wide
            &[0x1B, b'J', 1],                                     // a blank row
            &[0x1D, b'v', b'0', 0, 1, 0, 1, 0, 0x80],             // the last row
            &[0x1D, b'V', 66, 0],                                 // feed and cut partially
            &[0x1D, b'(', b'H', 6, 0, 48, 48, b'0', b'0', b'1', b'2'],
        ]
        .concat();
        assert_eq!(encode(&raster, &profile, id).unwrap().bytes, expected);
    }

    #[test]
    fn without_cutter_and_process_id_it_ends_in_a_feed_and_a_barrier() {
        let profile = profile(Cut::Tear, Confirmation::Barrier);
        let job = encode(&Raster::blank(8, 0), &profile, JobId::from_counter(0)).unwrap();
        let tail = [0x1B, b'J', 255, 0x1B, b'J', 45, 0x1D, b'r', 1];
        assert!(job.bytes.ends_with(&tail));
    }

    #[test]
    fn a_raster_that_the_paper_cannot_hold_is_refused() {
        let profile = profile(Cut::Full, Confirmation::Barrier);
        let id = JobId::from_counter(0);
        assert!(matches!(
            encode(&Raster::blank(577, 1), &profile, id),
            Err(EncodeError::TooWide {
                found: 577,
                paper: 576
            })
        ));
        assert!(matches!(
            encode(&Raster::blank(8, 4001), &profile, id),
            Err(EncodeError::TooLong { found: 4001 })
        ));
    }

    #[test]
    fn job_ids_count_in_printable_characters_and_come_round() {
        assert_eq!(JobId::from_counter(0).bytes(), *b"    ");
        assert_eq!(JobId::from_counter(94).bytes(), *b"   ~");
        assert_eq!(JobId::from_counter(95).bytes(), *b"  ! ");
        assert_eq!(JobId::from_counter(95_u64.pow(4)), JobId::from_counter(0));
        assert_eq!(JobId::from_bytes([b'0', b'0', 0x1F, b'0']), None);
    }

    proptest! {
        #[test]
        fn no_picture_carries_a_command_that_printers_obey_inside_pictures(
            rows in proptest::collection::vec(
                prop_oneof![
                    Just(0x10_u8), Just(0x04), Just(0x05), Just(0x14), Just(0x00), any::<u8>()
                ],
                0..500,
            ),
            width in 8_u16..80,
            counter in any::<u64>(),
        ) {
            let raster = Raster::from_rows(width, rows);
            let profile = profile(Cut::Partial, Confirmation::ProcessId);
            let job = encode(&raster, &profile, JobId::from_counter(counter)).unwrap();
            prop_assert!(!job.bytes.windows(2).any(is_real_time_command));
        }
    }
}
