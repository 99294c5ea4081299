//! The two-dimensional code as dots.

use qrcode::{Color, EcLevel, QrCode};

use crate::content::Code;
use crate::profile::Profile;
use crate::raster::Raster;

use super::RenderError;
use super::sheet::narrowed;

/// White around a code, as its standard asks.
const QUIET_MODULES: u32 = 4;
/// Smaller modules are not read reliably from thermal paper.
const MODULE_MM_MIN: f32 = 0.3;

/// The two-dimensional code, as modules.
pub(crate) struct Matrix {
    colours: Vec<Color>,
    modules: u32,
    /// A module's side, in dots.
    module: u32,
}

impl Matrix {
    pub(crate) fn new(code: &Code, profile: &Profile, side_mm: f32) -> Result<Matrix, RenderError> {
        let too_long = || RenderError::CodeTooLong {
            bytes: code.url.len(),
        };
        let matrix = QrCode::with_error_correction_level(code.url.as_bytes(), EcLevel::M)
            .map_err(|_| too_long())?;
        let modules = u32::try_from(matrix.width()).map_err(|_| too_long())?;
        let module =
            profile.dots_of_mm(side_mm * narrowed(profile)) / (modules + 2 * QUIET_MODULES);
        // Whole dots, and none too few: 3 of them are 0.38 mm at 203 dpi.
        let least = (MODULE_MM_MIN * f32::from(profile.features().dpi) / 25.4).ceil();
        let is_small = (module as f32) < least;
        let is_wide = (modules + 2 * QUIET_MODULES) * module > u32::from(profile.dots());
        if is_small || is_wide {
            return Err(too_long());
        }
        Ok(Matrix {
            colours: matrix.to_colors(),
            modules,
            module,
        })
    }

    /// With modules of this side, in dots; `None` for an address that no code holds.
    pub(crate) fn of_module(url: &str, module: u8) -> Option<Matrix> {
        let matrix = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M).ok()?;
        Some(Matrix {
            modules: u32::try_from(matrix.width()).ok()?,
            colours: matrix.to_colors(),
            module: u32::from(module.max(1)),
        })
    }

    /// A module's side, in dots.
    pub(crate) fn module(&self) -> u32 {
        self.module
    }

    /// With the white border.
    pub(crate) fn side(&self) -> u32 {
        (self.modules + 2 * QUIET_MODULES) * self.module
    }

    pub(crate) fn black_side(&self) -> u32 {
        self.modules * self.module
    }

    pub(crate) fn quiet(&self) -> u32 {
        QUIET_MODULES * self.module
    }

    /// Without the border, which is the caller's.
    pub(crate) fn draw_black(&self, left: u32, top: u32, paper: &mut Raster) {
        for (place, colour) in (0_u32..).zip(&self.colours) {
            if *colour == Color::Dark {
                let x = left + place % self.modules * self.module;
                let y = top + place / self.modules * self.module;
                paper.fill(x, y, self.module, self.module);
            }
        }
    }
}
