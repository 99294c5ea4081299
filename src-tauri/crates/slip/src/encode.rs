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

use crate::layout::Drawing;
use crate::profile::{Confirmation, Cut, Profile};
use crate::raster::Raster;

mod dots;

/// The second bytes of the real-time commands `DLE EOT`, `DLE ENQ` and `DLE DC4`, which printers
/// obey wherever they meet them (Epson's command reference, "real-time commands").
pub(crate) const REAL_TIME_SECONDS: [u8; 3] = [0x04, 0x05, 0x14];

/// The longest slip, a quarter of a metre at 600 dpi: anything longer is a mistake.
pub(crate) const ROWS_MAX: u32 = 6000;

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
    /// Without a single black dot: blank paper is no slip, and nobody may be told that one was printed.
    #[error("the raster is blank")]
    Blank,
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
    let content = picture(raster, profile)?;
    if raster.black_dots() == 0 {
        return Err(EncodeError::Blank);
    }
    job(content, profile, id)
}

/// A slip's dots, with the printer's own code in its rows of them.
pub(crate) fn encode_drawing(
    drawing: &Drawing,
    profile: &Profile,
    id: JobId,
) -> Result<Job, EncodeError> {
    let Some(code) = &drawing.native_code else {
        return encode(&drawing.raster, profile, id);
    };
    let rows = drawing.raster.rows();
    let mut commands = picture(&drawing.raster.part(0..code.rows.start), profile)?;
    commands.extend(native_code(&code.url, code.module));
    commands.extend(picture(&drawing.raster.part(code.rows.end..rows), profile)?);
    job(commands, profile, id)
}

pub(crate) fn picture(raster: &Raster, profile: &Profile) -> Result<Vec<Vec<u8>>, EncodeError> {
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
    Ok(dots::commands(
        raster,
        features.image,
        features.band_rows_max,
    ))
}

/// `GS ( k`: model 2, the module's side, error correction M, the address, and print it in the
/// middle of rows of its own.
pub(crate) fn native_code(url: &str, module: u8) -> Vec<Vec<u8>> {
    let length = u16::try_from(url.len() + 3).unwrap_or(u16::MAX);
    let [low, high] = length.to_le_bytes();
    let store = [
        &[0x1D, b'(', b'k', low, high, 49, 80, 48][..],
        url.as_bytes(),
    ]
    .concat();
    vec![
        vec![0x1B, b'a', 1],
        vec![0x1D, b'(', b'k', 4, 0, 49, 65, 50, 0],
        vec![0x1D, b'(', b'k', 3, 0, 49, 67, module.clamp(1, 16)],
        vec![0x1D, b'(', b'k', 3, 0, 49, 69, 49],
        store,
        vec![0x1D, b'(', b'k', 3, 0, 49, 81, 48],
        vec![0x1B, b'a', 0],
    ]
}

/// What stands before and after every slip, around what is on it.
pub(crate) fn job(content: Vec<Vec<u8>>, profile: &Profile, id: JobId) -> Result<Job, EncodeError> {
    let features = profile.features();
    let memory = Memory::default();
    // A new builder for every job: it keeps its instructions after an error and would repeat them.
    let mut printer = Printer::new(memory.clone(), Protocol::default(), None);
    printer.init()?;
    if features.pushes_status {
        // `ESC @` has just turned the pushes off.
        printer.custom(&STATUS_PUSHES_ON)?;
    }
    printer.justify(JustifyMode::LEFT)?;
    for command in content {
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

/// The longest head of a picture, which may be all that came of it.
const HEAD_BYTES_MAX: usize = 32;

/// What brings a printer without [`CLEAR_BUFFER`] back from a picture that broke off: enough
/// zeros to finish the largest band and its head, which are nothing outside a picture.
pub(crate) fn flush_torn_band(profile: &Profile) -> Vec<u8> {
    let features = profile.features();
    let row_bytes = usize::from(features.dots).div_ceil(8);
    vec![0; HEAD_BYTES_MAX + row_bytes * usize::from(features.band_rows_max)]
}

/// Parts what a torn slip left on the paper, so that it does not hang on the next one.
pub(crate) fn eject(profile: &Profile) -> Vec<u8> {
    let features = profile.features();
    let mut bytes = vec![0x1B, b'@'];
    bytes.extend(part(features.cut, features.tear_feed_rows).concat());
    bytes
}

fn feed(rows: usize, commands: &mut Vec<Vec<u8>>) {
    let mut left = rows;
    while left > 0 {
        let step = u8::try_from(left).unwrap_or(u8::MAX);
        commands.push(vec![0x1B, b'J', step]);
        left -= usize::from(step);
    }
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

    use super::dots::is_real_time_command;
    use super::{EncodeError, JobId, encode};
    use crate::profile::{Confirmation, Cut, Features, ImageCommand, Profile};
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
        let mut raster = Raster::blank(8, 1);
        raster.blacken(0, 0);
        let job = encode(&raster, &profile, JobId::from_counter(0)).unwrap();
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
            encode(&Raster::blank(8, 6001), &profile, id),
            Err(EncodeError::TooLong { found: 6001 })
        ));
        for rows in [0, 8] {
            let blank = encode(&Raster::blank(8, rows), &profile, id);
            assert_eq!(blank, Err(EncodeError::Blank));
        }
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
            prop_assume!(raster.black_dots() > 0);
            for image in [ImageCommand::GsV0, ImageCommand::Gs8L, ImageCommand::GsParenL] {
                let profile = with(image);
                let job = encode(&raster, &profile, JobId::from_counter(counter)).unwrap();
                prop_assert!(!job.bytes.windows(2).any(is_real_time_command));
            }
        }
    }

    fn with(image: ImageCommand) -> Profile {
        Profile::new(Features {
            image,
            confirmation: Confirmation::ProcessId,
            ..Features::default()
        })
        .unwrap()
    }

    #[test]
    fn the_other_picture_commands_carry_the_same_dots() {
        let mut raster = Raster::blank(576, 2);
        raster.blacken(8, 0);
        raster.blacken(0, 1);
        let rows = [0x00, 0x80, 0x80, 0x00];
        for (image, head) in [
            (ImageCommand::Gs8L, &[0x1D, b'8', b'L', 14, 0, 0, 0][..]),
            (ImageCommand::GsParenL, &[0x1D, b'(', b'L', 14, 0][..]),
        ] {
            let job = encode(&raster, &with(image), JobId::from_counter(0)).unwrap();
            let function = [48, 112, 48, 1, 1, 49, 16, 0, 2, 0];
            let print = [0x1D, b'(', b'L', 2, 0, 48, 50];
            let expected = [head, &function, &rows, &print].concat();
            let found = job.bytes.windows(expected.len()).any(|it| it == expected);
            assert!(found, "{:02x?}", job.bytes);
        }
    }

    #[test]
    fn a_picture_whose_length_would_be_a_command_is_sent_otherwise() {
        // 10 + 103 rows of 10 bytes are 1,040: `10 04`.
        let mut raster = Raster::blank(576, 103);
        (0..103).for_each(|y| raster.blacken(79, y));
        let profile = with(ImageCommand::GsParenL);
        let job = encode(&raster, &profile, JobId::from_counter(0)).unwrap();
        assert!(!job.bytes.windows(2).any(is_real_time_command));
        // An eleventh byte of white: 10 + 103 × 11 = 1,143.
        let head = [
            0x1D, b'(', b'L', 0x77, 0x04, 48, 112, 48, 1, 1, 49, 88, 0, 103, 0,
        ];
        assert!(job.bytes.windows(head.len()).any(|it| it == head));
    }
}
