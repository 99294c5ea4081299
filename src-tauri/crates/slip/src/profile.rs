//! A printer model as data. A new model is a new file in `kiosk-config/printers/`, not new code.

/// How the paper is parted from the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Feed to the cutter and cut all but a point (`GS V 66 0`): the slip stays until it is taken.
    Partial,
    /// Feed to the cutter and cut through (`GS V 65 0`).
    Full,
    /// No cutter: feed to the tear bar.
    Tear,
}

/// How the printer says that a slip is on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// `GS ( H` function 48: it returns the job's id when what stood before it is printed.
    ProcessId,
    /// `GS r 1`: an ordered status request that is answered when it is reached.
    Barrier,
}

/// Which command carries dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageCommand {
    /// `GS v 0`: called obsolete, and understood by every printer of the field.
    GsV0,
    /// `GS 8 L` functions 112 and 50, with four bytes of length.
    Gs8L,
    /// `GS ( L` functions 112 and 50, with two bytes of length.
    GsParenL,
}

/// How the two-dimensional code gets onto the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeWay {
    /// As dots of the picture: the same on every printer.
    Dots,
    /// `GS ( k`: the printer draws it, on rows of its own.
    Native,
}

/// How words get onto the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextWay {
    /// As dots of the picture: every character the fonts have.
    Dots,
    /// As Shift_JIS in Kanji mode (`FS C 1`, `FS &`), for printers on a slow line with a Japanese
    /// character set. A slip with a character outside JIS X 0208 still goes as dots.
    Kanji,
}

/// The features of one printer model, as its file states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// The model, for people: 「EPSON TM-m30III (80 mm)」.
    pub name: String,
    /// Printable width in dots, 128–2040; 576 for 80 mm at 203 dpi.
    pub dots: u16,
    /// Dots per inch, 100–600; 180 or 203 on the field's printers.
    pub dpi: u16,
    /// How the paper is parted.
    pub cut: Cut,
    /// Blank rows fed before a tear bar, 0–1000; not used by the cutting kinds, which feed themselves.
    pub tear_feed_rows: u16,
    /// How a slip is confirmed.
    pub confirmation: Confirmation,
    /// The printer pushes its state (`GS a`, ASB).
    pub pushes_status: bool,
    /// `DLE DC4` function 8 empties its buffer and is answered.
    pub clears_buffer: bool,
    /// Rows sent in one raster command, 8–255; 128 suits a receive buffer of 4 KB and more.
    pub band_rows_max: u16,
    /// Which command carries dots.
    pub image: ImageCommand,
    /// How the two-dimensional code gets onto the paper.
    pub code: CodeWay,
    /// How words get onto the paper.
    pub text: TextWay,
    /// How fast the paper moves at best, in millimetres a second, 10–1000. The bytes are never
    /// the limit on a network; this is.
    pub speed_mm_s: u16,
}

impl Default for Features {
    /// Any ESC/POS printer for 80 mm paper with 203 dpi and a cutter, taken to know only what all
    /// of them know.
    fn default() -> Features {
        Features {
            name: "ESC/POS (80 mm, 203 dpi)".to_owned(),
            dots: 576,
            dpi: 203,
            cut: Cut::Partial,
            tear_feed_rows: 0,
            confirmation: Confirmation::Barrier,
            pushes_status: true,
            clears_buffer: false,
            band_rows_max: 128,
            image: ImageCommand::GsV0,
            code: CodeWay::Dots,
            text: TextWay::Dots,
            speed_mm_s: 150,
        }
    }
}

/// [`Features`] that were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile(Features);

/// A printer's file states something no printer can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No name.
    #[error("`name` is empty")]
    NameEmpty,
    /// A number outside its limits.
    #[error("`{key}` is {found}, expected {least} to {most}")]
    OutOfRange {
        /// The key in the file.
        key: &'static str,
        /// What stands there.
        found: u16,
        /// The least that is allowed.
        least: u16,
        /// The most that is allowed.
        most: u16,
    },
}

impl Profile {
    /// Checks the limits that stand at each field of [`Features`].
    pub fn new(features: Features) -> Result<Profile, ProfileError> {
        if features.name.trim().is_empty() {
            return Err(ProfileError::NameEmpty);
        }
        for (key, found, least, most) in [
            ("dots", features.dots, 128, 2040),
            ("dpi", features.dpi, 100, 600),
            ("tear_feed_rows", features.tear_feed_rows, 0, 1000),
            ("band_rows_max", features.band_rows_max, 8, 255),
            ("speed_mm_s", features.speed_mm_s, 10, 1000),
        ] {
            if !(least..=most).contains(&found) {
                return Err(ProfileError::OutOfRange {
                    key,
                    found,
                    least,
                    most,
                });
            }
        }
        Ok(Profile(features))
    }

    /// What the file states.
    pub fn features(&self) -> &Features {
        &self.0
    }

    /// Printable width in dots.
    pub fn dots(&self) -> u16 {
        self.0.dots
    }

    /// A length on paper in dots, rounded.
    pub fn dots_of_mm(&self, millimetres: f32) -> u32 {
        (millimetres * f32::from(self.0.dpi) / 25.4)
            .round()
            .max(0.0) as u32
    }

    /// A number of rows on paper, in millimetres.
    pub fn mm_of_rows(&self, rows: u32) -> f32 {
        rows as f32 * 25.4 / f32::from(self.0.dpi)
    }

    /// How long the paper moves for so many rows at best, in seconds.
    pub fn paper_seconds(&self, rows: u32) -> f32 {
        self.mm_of_rows(rows) / f32::from(self.0.speed_mm_s)
    }
}
