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
}
